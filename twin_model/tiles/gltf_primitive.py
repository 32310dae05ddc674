"""Primitives of glTF 2.0: plain, quantised, sparse and Draco-compressed attributes to arrays."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin_model.tiles.gltf_document import Array, Document, Json
from twin_model.tiles.gltf_material import DecodedMaterial, Materials, linear_to_srgb

_POINTS, _LINES, _LINE_LOOP, _LINE_STRIP = 0, 1, 2, 3
_TRIANGLES, _STRIP, _FAN = 4, 5, 6
#: A Draco buffer cannot describe more than this many faces or points a byte (connectivity
#: takes over 0.1 bit a face in the best case), so larger counts are lies.
_MAX_DRACO_PER_BYTE: Final = 4_000
_MAX_DRACO_ELEMENTS: Final = 60_000_000


@dataclass
class DecodedPrimitive:
    """One drawable part of a tile, with the places at which it stands.

    Parameters
    ----------
    position : (n, 3) float32 array
        In the primitive's own axes.
    matrices : (k, 4, 4) float64 array, k >= 1
        Own axes to tile coordinates (z up), one an instance; column-vector convention.
    mode : str
        ``points``, ``lines`` or ``triangles``.
    indices : (m, 2) or (m, 3) uint32 array or None
        Line segments or triangles, every index below n; None for points.
    normal : (n, 3) float32 array or None
    uv : (n, 2) float32 array or None
        v down from the image's first row; texture transform applied.
    colour : (n, 4) uint8 array or None
        sRGB and alpha.
    feature : (n,) int64 array or None
        Feature id of each vertex; -1 where there is none.
    attributes : dict of str to (n,) or (n, width) array
        Application-specific attributes by name, such as ``_CLASSIFICATION``.
    material : DecodedMaterial
    property_table : int or None
        Which table of the content's metadata the feature ids index.
    instance_feature : (k,) int64 array or None
        Feature id of each instance.
    name : str
        Of the node or the mesh.
    """

    position: npt.NDArray[np.float32]
    matrices: npt.NDArray[np.float64]
    mode: str = "triangles"
    indices: npt.NDArray[np.uint32] | None = None
    normal: npt.NDArray[np.float32] | None = None
    uv: npt.NDArray[np.float32] | None = None
    colour: npt.NDArray[np.uint8] | None = None
    feature: npt.NDArray[np.int64] | None = None
    attributes: dict[str, Array] = field(default_factory=dict)
    material: DecodedMaterial = field(default_factory=DecodedMaterial)
    property_table: int | None = None
    instance_feature: npt.NDArray[np.int64] | None = None
    name: str = ""

    @property
    def matrix(self) -> npt.NDArray[np.float64]:
        """The (4, 4) matrix of the first instance."""
        return np.asarray(self.matrices[0])

    @property
    def triangles(self) -> int:
        """Number of triangles, all instances together."""
        has = self.mode == "triangles" and self.indices is not None
        return len(self.indices) * len(self.matrices) if has and self.indices is not None else 0

    @property
    def points(self) -> int:
        """Number of points, all instances together; 0 for other modes."""
        return len(self.position) * len(self.matrices) if self.mode == "points" else 0

    def positions(self, instance: int = 0) -> npt.NDArray[np.float64]:
        """Return the (n, 3) float64 tile coordinates of one instance."""
        matrix = self.matrices[instance]
        return np.asarray(self.position.astype(np.float64) @ matrix[:3, :3].T + matrix[:3, 3])

    def normals(self, instance: int = 0) -> npt.NDArray[np.float32] | None:
        """Return the (n, 3) unit normals of one instance in tile coordinates."""
        if self.normal is None:
            return None
        turned = self.normal @ np.linalg.pinv(self.matrices[instance][:3, :3])
        length = np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-30)
        return np.asarray(turned / length, np.float32)

    def placed(self, matrices: npt.NDArray[np.float64]) -> DecodedPrimitive:
        """Return the same primitive at other places, arrays shared."""
        return replace(self, matrices=matrices)

    @property
    def nbytes(self) -> int:
        """Memory held by the arrays and the encoded image."""
        arrays: list[Array | None] = [
            self.position,
            self.matrices,
            self.indices,
            self.normal,
            self.uv,
            self.colour,
        ]
        arrays += [self.feature, *self.attributes.values()]
        total = sum(a.nbytes for a in arrays if a is not None)
        return total + (len(self.material.image.data) if self.material.image else 0)


class Primitives:
    """Decodes the primitives of one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._materials = Materials(document)

    def decode(self, entry: Json, name: str) -> DecodedPrimitive | None:
        """Return one primitive at the identity; None where it has nothing to draw.

        Raises
        ------
        SourceError
            If its data contradict themselves.
        """
        document = self._document
        if not isinstance(entry, dict) or not isinstance(entry.get("attributes"), dict):
            raise document.error("a primitive has no attributes")
        extensions = entry.get("extensions", {})
        draco = extensions.get("KHR_draco_mesh_compression")
        source: _Plain | _Draco = (
            _Draco(document, draco, entry) if draco else _Plain(document, entry)
        )
        mode = document.whole(entry, "mode", _TRIANGLES)
        if mode > _FAN:
            raise document.error(f"a primitive has mode {mode}")
        position = self._position(source)
        if position is None:
            return None
        n = len(position)
        material = self._materials.material(entry.get("material"))
        primitive = DecodedPrimitive(
            position,
            np.eye(4)[None],
            mode=("points", "lines", "triangles")[
                0 if mode == _POINTS else 1 if mode < _TRIANGLES else 2
            ],
            material=material,
            name=name,
        )
        primitive.indices = self._indices(source, mode, n)
        primitive.normal = self._normal(source, n)
        primitive.uv = self._uv(source, material, n)
        primitive.colour = self._colour(source, n)
        for key in source.names:
            if key.startswith("_"):
                primitive.attributes[key] = self._checked(source.raw(key), key, n)
        self._features(primitive, extensions)
        return primitive

    def _position(self, source: _Plain | _Draco) -> npt.NDArray[np.float32] | None:
        if "POSITION" not in source.names:
            self._document.warn("a primitive without positions was left out")
            return None
        values = source.floats("POSITION")
        if values.shape[1] != 3:
            raise self._document.error("POSITION is not VEC3")
        if not np.isfinite(values).all():
            raise self._document.error("a position is not finite")
        return values if len(values) else None

    def _checked(self, values: Array, key: str, n: int) -> Array:
        if len(values) != n:
            raise self._document.error(f"{key} has {len(values)} elements, POSITION has {n}")
        return values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values

    def _normal(self, source: _Plain | _Draco, n: int) -> npt.NDArray[np.float32] | None:
        if "NORMAL" not in source.names:
            return None
        values = self._checked(source.floats("NORMAL"), "NORMAL", n)
        if values.ndim != 2 or values.shape[1] != 3 or not np.isfinite(values).all():
            self._document.warn("normals that are no directions were left out")
            return None
        return values

    def _uv(
        self, source: _Plain | _Draco, material: DecodedMaterial, n: int
    ) -> npt.NDArray[np.float32] | None:
        key = f"TEXCOORD_{material.uv_set}"
        if key not in source.names:
            return None
        values = self._checked(source.floats(key), key, n)
        if values.ndim != 2 or values.shape[1] != 2:
            raise self._document.error(f"{key} is not VEC2")
        values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
        if material.uv_transform is not None:
            m = material.uv_transform
            values = (values @ m[:2, :2].T + m[:2, 2]).astype(np.float32)
        return values

    def _colour(self, source: _Plain | _Draco, n: int) -> npt.NDArray[np.uint8] | None:
        if "COLOR_0" not in source.names:
            return None
        raw = self._checked(source.raw("COLOR_0"), "COLOR_0", n)
        if raw.ndim != 2 or raw.shape[1] not in (3, 4):
            self._document.warn("vertex colours that are neither RGB nor RGBA were left out")
            return None
        out = np.full((n, 4), 255, np.uint8)
        if raw.dtype.kind == "u":
            # COLOR_0 is linear (glTF 2.0, 3.9.2); a table turns it into sRGB at once.
            top = int(np.iinfo(raw.dtype).max)
            out[:, :3] = _srgb_table(top)[raw[:, :3]]
            if raw.shape[1] == 4:
                out[:, 3] = raw[:, 3] // ((top + 1) // 256)
            return out
        top_value = float(np.iinfo(raw.dtype).max) if raw.dtype.kind == "i" else 1.0
        values = np.clip(np.nan_to_num(raw.astype(np.float64) / top_value), 0, 1)
        values[:, :3] = linear_to_srgb(values[:, :3])
        out[:, : raw.shape[1]] = np.rint(values * 255).astype(np.uint8)
        return out

    def _indices(self, source: _Plain | _Draco, mode: int, n: int) -> npt.NDArray[np.uint32] | None:
        flat = source.indices()
        if flat is not None and len(flat) and int(flat.max()) >= n:
            raise self._document.error(f"index {int(flat.max())} refers beyond {n} vertices")
        if mode == _POINTS:
            return None
        order = np.arange(n, dtype=np.uint32) if flat is None else flat.astype(np.uint32)
        width = 2 if mode < _TRIANGLES else 3
        if len(order) < width:
            return np.zeros((0, width), np.uint32)
        if mode in (_LINES, _TRIANGLES):
            whole = len(order) - len(order) % width
            if whole != len(order):
                self._document.warn("a primitive with an incomplete last element was shortened")
            return order[:whole].reshape(-1, width)
        if mode == _LINE_STRIP:
            return np.column_stack([order[:-1], order[1:]])
        if mode == _LINE_LOOP:
            return np.column_stack([order, np.roll(order, -1)])
        if mode == _FAN:
            first = np.full(len(order) - 2, order[0], np.uint32)
            return np.column_stack([order[1:-1], order[2:], first])
        strip = np.column_stack([order[:-2], order[1:-1], order[2:]])
        strip[1::2] = strip[1::2][:, [1, 0, 2]]
        degenerate = (
            (strip[:, 0] == strip[:, 1])
            | (strip[:, 1] == strip[:, 2])
            | (strip[:, 0] == strip[:, 2])
        )
        return np.ascontiguousarray(strip[~degenerate])

    def _features(self, primitive: DecodedPrimitive, extensions: Json) -> None:
        entry = extensions.get("EXT_mesh_features")
        ids = entry.get("featureIds") if isinstance(entry, dict) else None
        n = len(primitive.position)
        chosen: Json = next((i for i in ids or [] if isinstance(i, dict)), {})
        if "texture" in chosen:
            self._document.warn("feature ids kept in a texture are not used")
        elif chosen:
            attribute = chosen.get("attribute")
            if attribute is None:
                primitive.feature = np.arange(n, dtype=np.int64)
            else:
                values = primitive.attributes.pop(f"_FEATURE_ID_{attribute}", None)
                if values is None:
                    raise self._document.error(f"feature ids name no _FEATURE_ID_{attribute}")
                primitive.feature = feature_ids(values)
            null = chosen.get("nullFeatureId")
            if null is not None:
                primitive.feature[primitive.feature == null] = -1
            table = chosen.get("propertyTable")
            primitive.property_table = table if isinstance(table, int) else None
        else:
            for key in ("_FEATURE_ID_0", "_BATCHID"):
                if key in primitive.attributes:
                    primitive.feature = feature_ids(primitive.attributes.pop(key))
                    break


@functools.cache
def _srgb_table(top: int) -> npt.NDArray[np.uint8]:
    """Return the sRGB byte of each linear value 0 to *top*."""
    return np.rint(linear_to_srgb(np.arange(top + 1) / top) * 255).astype(np.uint8)


def feature_ids(values: Array) -> npt.NDArray[np.int64]:
    """Return ids as whole numbers; what is no number becomes -1."""
    flat = values if values.ndim == 1 else values[:, 0]
    if flat.dtype.kind == "f":
        clean = np.where(np.isfinite(flat) & (np.abs(flat) < 2.0**53), flat, -1.0)
        return np.asarray(np.rint(clean), np.int64)
    return np.asarray(flat, np.int64)


class _Plain:
    """Attributes through accessors."""

    def __init__(self, document: Document, entry: Json) -> None:
        self._document = document
        self._entry = entry
        self.names: Json = {
            ("_BATCHID" if key == "BATCHID" else key): index
            for key, index in entry["attributes"].items()
        }

    def raw(self, key: str) -> Array:
        return self._document.accessor(self.names[key])

    def floats(self, key: str) -> npt.NDArray[np.float32]:
        return np.ascontiguousarray(self._document.normalized(self.names[key]), np.float32)

    def indices(self) -> Array | None:
        index = self._entry.get("indices")
        if index is None:
            return None
        values = self._document.accessor(index)
        if values.dtype.kind != "u" or values.shape[1] != 1:
            raise self._document.error("indices are not unsigned integers")
        return np.ascontiguousarray(values[:, 0])


class _Draco:
    """Attributes of KHR_draco_mesh_compression; what it leaves out comes through accessors."""

    def __init__(self, document: Document, extension: Any, entry: Json) -> None:
        self._document = document
        self._plain = _Plain(document, entry)
        self._ids: Json = extension["attributes"]
        self.names = self._plain.names
        data = bytes(document.view(extension["bufferView"])[0])
        for index in [entry.get("indices"), *self.names.values()]:
            if index is not None:
                count = document.whole(document.item("accessors", index), "count")
                if count > min(len(data) * _MAX_DRACO_PER_BYTE, _MAX_DRACO_ELEMENTS):
                    raise document.error(f"{count} elements cannot lie in {len(data)} Draco bytes")
        self._mesh = decode_draco(document, data)

    def raw(self, key: str) -> Array:
        if key not in self._ids:
            return self._plain.raw(key)
        values = np.asarray(self._mesh.get_attribute_by_unique_id(self._ids[key])["data"])
        if values.ndim == 1:
            values = values[:, None]
        return values

    def floats(self, key: str) -> npt.NDArray[np.float32]:
        values = self.raw(key)
        entry = self._document.item("accessors", self.names[key])
        if values.dtype.kind in "iu" and entry.get("normalized"):
            values = values / float(np.iinfo(values.dtype).max)
        return np.ascontiguousarray(values, dtype=np.float32)

    def indices(self) -> Array | None:
        faces = getattr(self._mesh, "faces", None)
        return None if faces is None else np.asarray(faces).ravel().astype(np.uint32)


def decode_draco(document: Document, data: bytes) -> Any:
    """Return DracoPy's mesh or point cloud.

    Raises
    ------
    SourceError
        If the library is missing (no wheel on this platform) or the data are damaged.
    """
    try:
        import DracoPy  # optional: has no wheel on every platform
    except ImportError as error:
        raise document.error("is Draco-compressed and DracoPy is not installed here") from error
    try:
        return DracoPy.decode(data)
    except (ValueError, RuntimeError, DracoPy.FileTypeException) as error:
        text = (str(error).splitlines() or ["damaged"])[0][:100]
        raise document.error(f"the Draco data cannot be decoded ({text})") from error
