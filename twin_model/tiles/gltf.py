"""Decodes glTF 2.0 and GLB into a flat list of primitives in tile coordinates."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin_model.errors import ShapanError, SourceError
from twin_model.tiles.gltf_document import Document, Json, split_glb
from twin_model.tiles.gltf_primitive import DecodedPrimitive, Primitives, feature_ids
from twin_model.tiles.metadata import PropertyTable, read_property_tables

Matrix = npt.NDArray[np.float64]

_Y_UP_TO_Z_UP: Final = np.array(
    [[1, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1]], dtype=np.float64
)
_X_UP_TO_Z_UP: Final = np.array(
    [[0, 0, -1, 0], [0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]], dtype=np.float64
)
UP_AXES: Final = {"X": _X_UP_TO_Z_UP, "Y": _Y_UP_TO_Z_UP, "Z": np.eye(4)}
_KNOWN_REQUIRED: Final = {
    "KHR_draco_mesh_compression", "KHR_mesh_quantization", "KHR_texture_transform",
    "KHR_materials_unlit", "KHR_materials_pbrSpecularGlossiness", "EXT_mesh_gpu_instancing",
    "EXT_mesh_features", "EXT_structural_metadata", "EXT_instance_features", "CESIUM_RTC",
    "KHR_texture_basisu", "EXT_texture_webp", "KHR_materials_common", "CESIUM_primitive_outline",
    "KHR_lights_punctual", "KHR_materials_emissive_strength", "KHR_materials_specular",
}  # fmt: skip
_MAX_DEPTH: Final = 512
_MAX_INSTANCES: Final = 4_000_000


@dataclass
class Content:
    """What one tile holds.

    Parameters
    ----------
    primitives : list of DecodedPrimitive
        In tile coordinates (z up) through their matrices.
    tables : list of PropertyTable
        Feature properties (EXT_structural_metadata or a batch table).
    warnings : list of str
        What was left out.
    """

    primitives: list[DecodedPrimitive] = field(default_factory=list)
    tables: list[PropertyTable] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def triangles(self) -> int:
        """Triangles of all primitives and instances."""
        return sum(p.triangles for p in self.primitives)

    @property
    def points(self) -> int:
        """Points of all primitives and instances."""
        return sum(p.points for p in self.primitives)

    @property
    def nbytes(self) -> int:
        """Memory of the decoded arrays."""
        return sum(p.nbytes for p in self.primitives)


def decode_gltf(
    data: bytes | memoryview, path: Path, *, root: Path | None = None, up_axis: str = "Y"
) -> Content:
    """Decode a GLB or a glTF with external or embedded buffers.

    Parameters
    ----------
    data : bytes
        Content of the file, or of the glTF within a tile.
    path : Path
        The file, for messages and for the URIs relative to it.
    root : Path, optional
        Folder that URIs must not leave; the file's own by default.
    up_axis : str
        ``Y`` as glTF says, or what an old tileset's ``asset.gltfUpAxis`` says.

    Returns
    -------
    Content
        Coordinates z up.

    Raises
    ------
    SourceError
        If it is damaged, lies about its sizes, reaches outside *root*, or needs what is not
        supported. Never anything else.
    """
    try:
        return _decode(data, path, root or path.parent, up_axis)
    except ShapanError:
        raise
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        text = (str(error).splitlines() or [""])[0][:80]
        raise SourceError(path, f"is malformed glTF ({type(error).__name__}: {text})") from error
    except (struct.error, RecursionError, MemoryError) as error:
        raise SourceError(path, f"is malformed glTF ({type(error).__name__})") from error


def _decode(data: bytes | memoryview, path: Path, root: Path, up_axis: str) -> Content:
    json, binary = split_glb(data, path)
    document = Document(json, path, root, binary)
    _check_version(document)
    document.check_uris()
    scene = _Scene(document)
    start = UP_AXES.get(up_axis.upper(), _Y_UP_TO_Z_UP)
    centre = _extension(json, "CESIUM_RTC").get("center")
    if centre is not None:
        start = start.copy()
        start[:3, 3] = document.numbers({"center": centre}, "center", 3, [])
    scene.walk(start)
    content = Content(scene.primitives, warnings=document.warnings)
    content.tables = read_property_tables(document)
    return content


def _check_version(document: Document) -> None:
    asset = document.json.get("asset")
    version = asset.get("version") if isinstance(asset, dict) else None
    if not isinstance(version, str) or not version.startswith("2."):
        is_old = isinstance(version, str) and version.startswith("1")
        if is_old or "techniques" in document.json:
            raise SourceError(
                document.path,
                "is glTF 1.0, which is not supported",
                remedy="convert it to glTF 2.0",
            )
        raise document.error("is not glTF 2.0 (asset.version is missing or unknown)")
    required = document.items("extensionsRequired")
    unknown = sorted({str(name)[:60] for name in required} - _KNOWN_REQUIRED)
    for name in unknown:
        if "meshopt" in name:
            raise SourceError(
                document.path,
                f"is compressed with {name}, which is not supported",
                remedy="decompress it, for instance with gltf-transform",
            )
        document.warn(f"requires {name}, which is not supported; it may look wrong")


def _extension(owner: Json, name: str) -> Json:
    extensions = owner.get("extensions")
    value = extensions.get(name) if isinstance(extensions, dict) else None
    return value if isinstance(value, dict) else {}


class _Scene:
    """Walks the node hierarchy and collects primitives."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.primitives: list[DecodedPrimitive] = []
        self._primitives = Primitives(document)
        self._meshes: dict[int, list[DecodedPrimitive]] = {}
        self._places = 0

    def roots(self) -> list[Any]:
        document = self.document
        if document.items("scenes"):
            scene = document.item("scenes", document.whole(document.json, "scene", 0))
            nodes = scene.get("nodes", [])
            if not isinstance(nodes, list):
                raise document.error("a scene's nodes are not an array")
            return nodes
        children = {
            child
            for node in document.items("nodes")
            if isinstance(node, dict)
            for child in node.get("children", [])
        }
        return [i for i in range(len(document.items("nodes"))) if i not in children]

    def walk(self, start: Matrix) -> None:
        document = self.document
        seen: set[int] = set()
        stack: list[tuple[Any, Matrix, int]] = [(n, start, 0) for n in reversed(self.roots())]
        while stack:
            index, above, depth = stack.pop()
            node = document.item("nodes", index)
            # A node has at most one parent, so meeting one again means a cycle or a diamond.
            if index in seen or depth > _MAX_DEPTH:
                raise document.error(f"the node hierarchy has a cycle at node {index}")
            seen.add(index)
            with np.errstate(over="ignore", invalid="ignore"):
                matrix = above @ self._local(node)
            if not np.isfinite(matrix).all():
                raise document.error(f"the matrix of node {index} is not finite")
            if node.get("mesh") is not None:
                self._place(node, matrix)
            children = node.get("children", [])
            if not isinstance(children, list):
                raise document.error(f"the children of node {index} are not an array")
            stack += [(child, matrix, depth + 1) for child in reversed(children)]

    def _local(self, node: Json) -> Matrix:
        document = self.document
        if "matrix" in node:
            values = document.numbers(node, "matrix", 16, [])
            return np.array(values, np.float64).reshape(4, 4).T.copy()
        translation = document.numbers(node, "translation", 3, [0.0, 0.0, 0.0])
        rotation = document.numbers(node, "rotation", 4, [0.0, 0.0, 0.0, 1.0])
        scale = document.numbers(node, "scale", 3, [1.0, 1.0, 1.0])
        placed = compose(np.array([translation]), np.array([rotation]), np.array([scale]))
        return np.asarray(placed[0])

    def _place(self, node: Json, matrix: Matrix) -> None:
        mesh = self._mesh(node["mesh"])
        name = str(node.get("name") or "")[:200]
        matrices, feature = self._instances(node, matrix)
        self._places += len(matrices)
        if self._places > _MAX_INSTANCES:
            raise self.document.error(f"places more than {_MAX_INSTANCES} instances")
        for primitive in mesh:
            placed = primitive.placed(matrices)
            placed.instance_feature = feature
            placed.name = name or primitive.name
            self.primitives.append(placed)

    def _mesh(self, index: Any) -> list[DecodedPrimitive]:
        document = self.document
        entry = document.item("meshes", index)
        if index not in self._meshes:
            parts = entry.get("primitives", [])
            if not isinstance(parts, list):
                raise document.error(f"the primitives of mesh {index} are not an array")
            name = str(entry.get("name") or "")[:200]
            decoded = [self._primitives.decode(part, name) for part in parts]
            self._meshes[index] = [p for p in decoded if p is not None]
        return self._meshes[index]

    def _instances(self, node: Json, matrix: Matrix) -> tuple[Matrix, npt.NDArray[np.int64] | None]:
        attributes = _extension(node, "EXT_mesh_gpu_instancing").get("attributes")
        if not isinstance(attributes, dict):
            return matrix[None], None
        document = self.document
        columns = {
            key: document.normalized(index).astype(np.float64)
            for key, index in attributes.items()
            if key in ("TRANSLATION", "ROTATION", "SCALE")
        }
        ids = attributes.get("_FEATURE_ID_0")
        feature = None if ids is None else feature_ids(document.accessor(ids))
        lengths = {len(v) for v in columns.values()}
        if feature is not None:
            lengths.add(len(feature))
        if len(lengths) != 1:
            raise document.error("instance attributes differ in length")
        (count,) = lengths
        if count == 0:
            return np.zeros((0, 4, 4)), feature
        local = compose(
            columns.get("TRANSLATION", np.zeros((count, 3))),
            columns.get("ROTATION", np.tile([0.0, 0.0, 0.0, 1.0], (count, 1))),
            columns.get("SCALE", np.ones((count, 3))),
        )
        with np.errstate(over="ignore", invalid="ignore"):
            placed = matrix @ local
        if not np.isfinite(placed).all():
            raise document.error("an instance's place is not finite")
        return placed, feature


def compose(translation: Matrix, rotation: Matrix, scale: Matrix) -> Matrix:
    """Return (k, 4, 4) matrices of (k, 3) translations, (k, 4) quaternions xyzw, (k, 3) scales."""
    length = np.linalg.norm(rotation, axis=1, keepdims=True)
    x, y, z, w = (rotation / np.where(length > 0, length, 1.0)).T
    turn = np.empty((len(translation), 3, 3))
    turn[:, 0] = np.column_stack(
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)]
    )
    turn[:, 1] = np.column_stack(
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)]
    )
    turn[:, 2] = np.column_stack(
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]
    )
    out = np.zeros((len(translation), 4, 4))
    out[:, :3, :3] = turn * scale[:, None, :]
    out[:, :3, 3] = translation
    out[:, 3, 3] = 1.0
    return out
