"""Implicit tiling of 3D Tiles 1.1: subtree files to tiles."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin_model.errors import ShapanError, SourceError
from twin_model.tiles.gltf_document import Json, parse_json, read_bytes, resolve_uri
from twin_model.tiles.tileset import ImplicitTiling, Tile, Volume

Bits = npt.NDArray[np.bool_]
_MAX_SUBTREE_BYTES: Final = 256 << 20


@dataclass(frozen=True)
class Subtree:
    """Which tiles, contents and child subtrees of one subtree exist.

    Parameters
    ----------
    tiles : (n,) bool array
        Level by level, in Morton order within a level.
    contents : list of (n,) bool arrays
        One for each content template.
    child_subtrees : (branching ** levels,) bool array
        Morton order.
    """

    tiles: Bits
    contents: list[Bits]
    child_subtrees: Bits


def read_subtree(path: Path, root: Path, tiling: ImplicitTiling) -> Subtree:
    """Read a ``.subtree`` file, JSON or binary.

    Raises
    ------
    SourceError
        If it is damaged or names data outside *root*.
    """
    try:
        return _read_subtree(path, root, tiling)
    except ShapanError:
        raise
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, struct.error) as error:
        raise SourceError(path, f"is a malformed subtree ({type(error).__name__})") from error


def _read_subtree(path: Path, root: Path, tiling: ImplicitTiling) -> Subtree:
    data = memoryview(read_bytes(path, _MAX_SUBTREE_BYTES))
    binary = memoryview(b"")
    if bytes(data[:4]) == b"subt":
        if len(data) < 24:
            raise SourceError(path, "the subtree ends within its header")
        _, _, json_length, binary_length = struct.unpack_from("<4sIQQ", data)
        if 24 + json_length + binary_length > len(data):
            raise SourceError(path, "the subtree is cut off")
        json = parse_json(bytes(data[24 : 24 + json_length]).rstrip(b"\0 "), path)
        binary = data[24 + json_length : 24 + json_length + binary_length]
    else:
        json = parse_json(data, path)
    views = _Views(json, binary, path, root)
    branching = 8 if tiling.octree else 4
    count = (branching**tiling.subtree_levels - 1) // (branching - 1)
    content = json.get("contentAvailability", [])
    contents = content if isinstance(content, list) else [content]
    return Subtree(
        views.bits(json["tileAvailability"], count),
        [views.bits(c, count) for c in contents],
        views.bits(json["childSubtreeAvailability"], branching**tiling.subtree_levels),
    )


class _Views:
    """Buffer views of one subtree."""

    def __init__(self, json: Json, binary: memoryview, path: Path, root: Path) -> None:
        self._json = json
        self._binary = binary
        self._path = path
        self._root = root

    def bits(self, availability: Any, count: int) -> Bits:
        """Return availability bits, from a constant or a bitstream."""
        if "constant" in availability:
            return np.full(count, bool(availability["constant"]))
        index = availability.get("bitstream", availability.get("bufferView"))
        view = self._json["bufferViews"][index]
        buffer = self._json["buffers"][view["buffer"]]
        if "uri" in buffer:
            source = memoryview(
                read_bytes(resolve_uri(buffer["uri"], self._path, self._root), _MAX_SUBTREE_BYTES)
            )
        else:
            source = self._binary
        offset, length = int(view.get("byteOffset", 0)), int(view["byteLength"])
        if offset < 0 or length * 8 < count or offset + length > len(source):
            raise SourceError(self._path, "an availability bitstream is too short")
        packed = np.frombuffer(source[offset : offset + length], np.uint8)
        return np.unpackbits(packed, bitorder="little")[:count].astype(bool)


def expand(tile: Tile) -> list[Tile]:
    """Return the tiles of the subtree at *tile* as children and contents of it.

    The tiles of one subtree file are made at once; its deepest tiles carry ``implicit`` where
    a further subtree hangs below them, to be expanded when they are needed.

    Parameters
    ----------
    tile : Tile
        With ``implicit`` set; it is changed in place: its contents and children appear.

    Returns
    -------
    list of Tile
        Its children.

    Raises
    ------
    SourceError
    """
    tiling = tile.implicit
    if tiling is None:
        return tile.children
    tile.implicit = None
    level, x, y, z = tile.address
    tileset = tile.tileset
    path = resolve_uri(_fill(tiling.subtrees, level, x, y, z), tileset.path, tileset.root_folder)
    subtree = read_subtree(path, tileset.root_folder, tiling)
    branching = 8 if tiling.octree else 4
    current: dict[int, Tile] = {0: tile}
    if not subtree.tiles[0]:
        return []
    start = 0
    for depth in range(tiling.subtree_levels):
        width = branching**depth
        for morton, node in current.items():
            for index, template in enumerate(tiling.contents):
                if index < len(subtree.contents) and subtree.contents[index][start + morton]:
                    uri = _fill(template, *node.address)
                    node.contents.append(resolve_uri(uri, tileset.path, tileset.root_folder))
        start += width
        is_last = depth + 1 == tiling.subtree_levels
        if level + depth + 1 >= tiling.available_levels:
            break
        available = subtree.child_subtrees if is_last else subtree.tiles[start:]
        following: dict[int, Tile] = {}
        for morton, node in current.items():
            for child in range(branching):
                code = morton * branching + child
                if available[code]:
                    made = _child(node, child, tiling, tiling if is_last else None)
                    node.children.append(made)
                    following[code] = made
        current = following
    return tile.children


def _child(
    parent: Tile, index: int, tiling: ImplicitTiling, implicit: ImplicitTiling | None
) -> Tile:
    level, x, y, z = parent.address
    bits = (index & 1, index >> 1 & 1, index >> 2 & 1)
    address = (level + 1, 2 * x + bits[0], 2 * y + bits[1], 2 * z + bits[2])
    return Tile(
        parent.tileset,
        _child_volume(parent.volume, bits, tiling.octree),
        parent.transform,
        parent.geometric_error / 2,
        parent.refine,
        implicit=implicit,
        address=address,
    )


def _child_volume(volume: Volume, bits: tuple[int, int, int], octree: bool) -> Volume:
    axes_used = 3 if octree else 2
    values = list(volume.values)
    if volume.kind == "box":
        centre = np.array(values[:3])
        axes = np.array(values[3:]).reshape(3, 3)
        for axis in range(axes_used):
            axes[axis] /= 2
            centre = centre + axes[axis] * (1 if bits[axis] else -1)
        return Volume("box", (*map(float, centre), *map(float, axes.ravel())))
    if volume.kind == "region":
        for axis, (low, high) in enumerate(((0, 2), (1, 3), (4, 5))[:axes_used]):
            middle = (values[low] + values[high]) / 2
            values[low if bits[axis] else high] = middle
        return Volume("region", tuple(values))
    # Spheres cannot be divided (section 8.2.3); the parent's holds all children.
    return volume


def _fill(template: str, level: int, x: int, y: int, z: int) -> str:
    for key, value in (("level", level), ("x", x), ("y", y), ("z", z)):
        template = template.replace("{" + key + "}", str(value))
    return template
