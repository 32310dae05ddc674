"""Writes tile content (GLB) and tilesets (3D Tiles 1.1)."""

from __future__ import annotations

import functools
import json
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin_model.frame import Frame
from twin_model.layer import Bounds

Array = npt.NDArray[Any]

_COMPONENT: Final = {
    np.dtype("int8"): 5120,
    np.dtype("uint8"): 5121,
    np.dtype("int16"): 5122,
    np.dtype("uint16"): 5123,
    np.dtype("uint32"): 5125,
    np.dtype("float32"): 5126,
}
_TYPE: Final = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}
_ARRAY_BUFFER: Final = 34962
_ELEMENT_BUFFER: Final = 34963


@dataclass
class Primitive:
    """One drawable part of a tile.

    Parameters
    ----------
    position : (n, 3) array
        Layer coordinates in metres, z up, float64; written as float32 relative to the
        tile's centre.
    triangles : (m, 3) array or None
        Indices; None writes points.
    normal : (n, 3) float32 array or None
    uv : (n, 2) float32 array or None
        v runs down from the image's first row.
    colour : (n, 3) or (n, 4) uint8 array or None
        sRGB.
    feature : (n,) array or None
        Feature ids, written as ``_FEATURE_ID_0`` with EXT_mesh_features.
    extra : dict of str to (n,) array
        Further attributes; names start with an underscore (``_CLASSIFICATION``).
    image : bytes or None
        Encoded JPEG or PNG.
    mime : str
    base_colour : tuple of four floats
        sRGB 0 to 1, used where there is no texture and multiplied with vertex colours.
    double_sided : bool
    name : str
    lit : bool
        The image is a drawn pattern that takes light, not a photograph with light of its own.
    """

    position: Array
    triangles: Array | None = None
    normal: Array | None = None
    uv: Array | None = None
    colour: Array | None = None
    feature: Array | None = None
    extra: dict[str, Array] = field(default_factory=dict)
    image: bytes | None = None
    mime: str = "image/jpeg"
    base_colour: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    double_sided: bool = True
    name: str = ""
    repeat: bool = False
    alpha_mode: str = "OPAQUE"
    lit: bool = False


class _Buffer:
    """Collects aligned buffer views and accessors of one GLB."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []

    def add_bytes(self, data: bytes, target: int | None = None, stride: int = 0) -> int:
        view: dict[str, Any] = {"buffer": 0, "byteOffset": self.size, "byteLength": len(data)}
        if target is not None:
            view["target"] = target
        if stride:
            view["byteStride"] = stride
        padding = -len(data) % 4
        self.parts.append(data + b"\0" * padding)
        self.size += len(data) + padding
        self.views.append(view)
        return len(self.views) - 1

    def add_array(
        self, array: Array, *, index: bool = False, bounds: bool = False, normalized: bool = False
    ) -> int:
        data = np.ascontiguousarray(array)
        width = 1 if data.ndim == 1 else data.shape[1]
        count = len(data)
        accessor: dict[str, Any] = {
            "componentType": _COMPONENT[data.dtype],
            "count": count,
            "type": _TYPE[width],
        }
        if bounds:
            # By column: min(axis=0) of so narrow an array takes five times as long.
            accessor["min"] = [column.min().item() for column in data.reshape(count, width).T]
            accessor["max"] = [column.max().item() for column in data.reshape(count, width).T]
        if normalized:
            accessor["normalized"] = True
        stride = 0
        row = data.dtype.itemsize * width
        if not index and row % 4:
            # Vertex attributes must start on 4-byte boundaries (glTF 2.0, 3.6.2.4).
            stride = row + (-row % 4)
            padded = np.zeros((count, stride), np.uint8)
            padded[:, :row] = data.view(np.uint8).reshape(count, row)
            data = padded
        target = _ELEMENT_BUFFER if index else _ARRAY_BUFFER
        accessor["bufferView"] = self.add_bytes(data.tobytes(), target, stride)
        self.accessors.append(accessor)
        return len(self.accessors) - 1


def srgb_to_linear(colour: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return linear values of sRGB ones, 0 to 1 (IEC 61966-2-1)."""
    c = np.asarray(colour, dtype=np.float64)
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


@functools.cache
def _linear_table() -> npt.NDArray[np.uint16]:
    """Return the linear value, 0 to 65,535, of each of the 256 sRGB ones."""
    return np.rint(srgb_to_linear(np.arange(256) / 255.0) * 65_535).astype(np.uint16)


def _linear_colours(colour: Array) -> npt.NDArray[np.uint16]:
    """Return sRGB bytes as COLOR_0 wants them: linear (glTF 2.0, 3.9.2).

    Sixteen bits, because eight linear ones would show bands where it is dark.
    """
    rgb = colour.astype(np.uint8, copy=False)
    out = np.empty(rgb.shape, np.uint16)
    out[:, :3] = _linear_table()[rgb[:, :3]]
    if rgb.shape[1] == 4:
        out[:, 3] = rgb[:, 3].astype(np.uint16) * np.uint16(257)
    return out


def encode_glb(primitives: list[Primitive], centre: npt.ArrayLike | None = None) -> bytes:
    """Return a GLB of *primitives*, positions relative to *centre*.

    The node's matrix turns z up into glTF's y up and moves the tile to its place in double
    precision, so that the buffer itself keeps the layer's axes.

    Parameters
    ----------
    primitives : list of Primitive
        Not empty; each with at least one point.
    centre : (3,) array_like, optional
        Defaults to the middle of the bounds.
    """
    bounds = bounds_of(primitives)
    middle = (
        np.asarray(centre, np.float64)
        if centre is not None
        else (np.array(bounds[:3]) + np.array(bounds[3:])) / 2
    )
    glb = _Glb(middle)
    for primitive in primitives:
        glb.add(primitive)
    head = json.dumps(glb.document(), separators=(",", ":")).encode()
    head += b" " * (-len(head) % 4)
    total = 12 + 8 + len(head) + 8 + glb.buffer.size
    return b"".join(
        [
            struct.pack("<4sII", b"glTF", 2, total),
            struct.pack("<I4s", len(head), b"JSON"),
            head,
            struct.pack("<I4s", glb.buffer.size, b"BIN\0"),
            *glb.buffer.parts,
        ]
    )


class _Glb:
    """The JSON part of one GLB, primitive by primitive; each image and material once."""

    def __init__(self, middle: Array) -> None:
        self.middle = middle
        self.buffer = _Buffer()
        self.meshes: list[dict[str, Any]] = []
        self.materials: list[dict[str, Any]] = []
        self.images: list[dict[str, Any]] = []
        self.textures: list[dict[str, Any]] = []
        self.used: set[str] = set()
        self._known_images: dict[int, int] = {}
        self._known_textures: dict[tuple[int, bool], int] = {}

    def add(self, primitive: Primitive) -> None:
        out: dict[str, Any] = {"attributes": _attributes(self.buffer, primitive, self.middle)}
        if primitive.triangles is None:
            out["mode"] = 0
        else:
            small = len(primitive.position) < 65_535
            indices = primitive.triangles.astype(np.uint16 if small else np.uint32).ravel()
            out["indices"] = self.buffer.add_array(indices, index=True)
            out["mode"] = 4
        if primitive.feature is not None:
            self.used.add("EXT_mesh_features")
            count = int(primitive.feature.max()) + 1 if len(primitive.feature) else 0
            out["extensions"] = {
                "EXT_mesh_features": {"featureIds": [{"featureCount": count, "attribute": 0}]}
            }
        out["material"] = self._add_material(primitive)
        self.meshes.append(out)

    def _add_material(self, primitive: Primitive) -> int:
        material = _material(primitive)
        if primitive.image is not None:
            index = self._add_texture(primitive.image, primitive.mime, primitive.repeat)
            material["pbrMetallicRoughness"]["baseColorTexture"] = {"index": index}
        photograph = primitive.image is not None and not primitive.lit
        if photograph or primitive.triangles is None:
            # Photographs carry their own light; points have no normals.
            self.used.add("KHR_materials_unlit")
            material.setdefault("extensions", {})["KHR_materials_unlit"] = {}
        if material not in self.materials:
            self.materials.append(material)
        return self.materials.index(material)

    def _add_texture(self, image: bytes, mime: str, repeat: bool) -> int:
        key = (id(image), repeat)
        if key[0] not in self._known_images:
            view = self.buffer.add_bytes(image)
            self.images.append({"bufferView": view, "mimeType": mime})
            self._known_images[key[0]] = len(self.images) - 1
        if key not in self._known_textures:
            self.textures.append({"source": self._known_images[key[0]], "sampler": int(repeat)})
            self._known_textures[key] = len(self.textures) - 1
        return self._known_textures[key]

    def document(self) -> dict[str, Any]:
        x, y, z = (float(v) for v in self.middle)
        document: dict[str, Any] = {
            "asset": {"version": "2.0", "generator": "Shapan"},
            "scene": 0,
            "scenes": [{"nodes": [0]}],
            "nodes": [{"mesh": 0, "matrix": [1, 0, 0, 0, 0, 0, -1, 0, 0, 1, 0, 0, x, z, -y, 1]}],
            "meshes": [{"primitives": self.meshes}],
            "materials": self.materials,
            "accessors": self.buffer.accessors,
            "bufferViews": self.buffer.views,
            "buffers": [{"byteLength": self.buffer.size}],
        }
        if self.images:
            document["images"] = self.images
            document["textures"] = self.textures
            document["samplers"] = [
                {"magFilter": 9729, "minFilter": 9987, "wrapS": wrap, "wrapT": wrap}
                for wrap in (33071, 10497)
            ]
        if self.used:
            document["extensionsUsed"] = sorted(self.used)
        return document


def _attributes(buffer: _Buffer, primitive: Primitive, middle: Array) -> dict[str, int]:
    position = (np.asarray(primitive.position, np.float64) - middle).astype(np.float32)
    attributes = {"POSITION": buffer.add_array(position, bounds=True)}
    if primitive.normal is not None:
        attributes["NORMAL"] = buffer.add_array(primitive.normal.astype(np.float32))
    if primitive.uv is not None:
        attributes["TEXCOORD_0"] = buffer.add_array(primitive.uv.astype(np.float32))
    if primitive.colour is not None:
        attributes["COLOR_0"] = buffer.add_array(_linear_colours(primitive.colour), normalized=True)
    if primitive.feature is not None:
        # Float is the only type that holds ids above 65,535 in a vertex attribute.
        ids = primitive.feature
        kind = np.uint16 if not len(ids) or int(ids.max()) <= 65_535 else np.float32
        attributes["_FEATURE_ID_0"] = buffer.add_array(ids.astype(kind))
    for name, values in primitive.extra.items():
        attributes[name] = buffer.add_array(values)
    return attributes


def _material(primitive: Primitive) -> dict[str, Any]:
    linear = srgb_to_linear(primitive.base_colour[:3])
    alpha = float(primitive.base_colour[3])
    material: dict[str, Any] = {
        "pbrMetallicRoughness": {
            "baseColorFactor": [round(float(c), 5) for c in linear] + [round(alpha, 3)],
            "metallicFactor": 0.0,
            "roughnessFactor": 0.9,
        },
        "doubleSided": primitive.double_sided,
    }
    if alpha < 1.0:
        material["alphaMode"] = "BLEND"
    elif primitive.alpha_mode in ("MASK", "BLEND"):
        material["alphaMode"] = primitive.alpha_mode
    if primitive.name:
        material["name"] = primitive.name
    return material


def bounds_of(primitives: list[Primitive]) -> Bounds:
    """Return the joint bounds of *primitives* in their own coordinates."""
    low = np.min([[c.min() for c in p.position.T] for p in primitives], axis=0)
    high = np.max([[c.max() for c in p.position.T] for p in primitives], axis=0)
    return (*map(float, low), *map(float, high))  # type: ignore[return-value]


@dataclass
class TileNode:
    """A tile of a tileset about to be written.

    Parameters
    ----------
    bounds : Bounds
        Layer coordinates, of this tile and all below it.
    geometric_error : float
        Metres.
    content : str or None
        URI relative to the tileset's folder.
    children : list of TileNode
    refine : str
        ``REPLACE`` or ``ADD``.
    """

    bounds: Bounds
    geometric_error: float
    content: str | None = None
    children: list[TileNode] = field(default_factory=list)
    refine: str = "REPLACE"

    def to_json(self, parent_refine: str | None = None) -> dict[str, Any]:
        """Return the tile object of 3D Tiles 1.1, section 8 (Tile)."""
        low, high = np.array(self.bounds[:3]), np.array(self.bounds[3:])
        centre, half = (low + high) / 2, np.maximum((high - low) / 2, 1e-3)
        box = [*centre, half[0], 0, 0, 0, half[1], 0, 0, 0, half[2]]
        tile: dict[str, Any] = {
            "boundingVolume": {"box": [round(float(v), 4) for v in box]},
            "geometricError": round(float(self.geometric_error), 6),
        }
        if self.refine != parent_refine:
            tile["refine"] = self.refine
        if self.content is not None:
            tile["content"] = {"uri": self.content}
        if self.children:
            tile["children"] = [child.to_json(self.refine) for child in self.children]
        return tile


def write_tileset(
    folder: Path,
    root: TileNode,
    frame: Frame,
    *,
    extras: dict[str, Any] | None = None,
    name: str = "tileset.json",
) -> Path:
    """Write ``tileset.json`` for content in local metres of *frame*.

    The root's transform places the tileset on the globe for other programs (exact at its
    centre); ``asset.extras.shapan.frame = "project"`` tells ours to use local coordinates
    as they are.

    Parameters
    ----------
    folder : Path
        Existing folder that also holds the content.
    root : TileNode
    frame : Frame
        With its origin fixed.
    extras : dict, optional
        Further keys for ``asset.extras.shapan``.
    """
    tile = root.to_json()
    centre = (np.array(root.bounds[:3]) + np.array(root.bounds[3:])) / 2
    tile["transform"] = [float(v) for v in frame.ecef_matrix(centre).T.ravel()]
    document = {
        "asset": {
            "version": "1.1",
            "generator": "Shapan",
            "extras": {
                "shapan": {"frame": "project", "crs": frame.crs, "origin": list(frame.offset)}
                | (extras or {})
            },
        },
        "geometricError": tile["geometricError"],
        "root": tile,
    }
    path = folder / name
    temporary = path.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8") as stream:
        json.dump(document, stream, separators=(",", ":"))
    temporary.replace(path)
    return path
