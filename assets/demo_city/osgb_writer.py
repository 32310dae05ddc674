"""A minimal writer of OSGB tiles: version 80, no brackets, no compression.

The layout is that of the tiles which photogrammetry programs deliver: a PagedLOD holding a
Geode with one textured Geometry, and the names of the finer files.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

_MAGIC: Final = (0x6C910EA1, 0x1AFB4545)
_CLAMP_TO_EDGE: Final = 0x812F
_LINEAR_MIPMAP: Final = 0x2703
_LINEAR: Final = 0x2601
_TEXTURE_2D: Final = 0x0DE1
_TRIANGLES: Final = 4
_VEC2F, _VEC3F = 15, 16


@dataclass
class OsgbTile:
    """One tile file.

    Parameters
    ----------
    position : (n, 3) float32 array
        Metres from the production's origin, x east, y north, z up.
    uv : (n, 2) float32 array
        v grows upwards.
    triangles : (m, 3) uint32 array
    jpeg : bytes
    children : list of str
        File names of the finer tiles, in the same folder.
    switch_px : float
        Size on screen from which the finer ones are drawn.
    """

    position: npt.NDArray[np.float32]
    uv: npt.NDArray[np.float32]
    triangles: npt.NDArray[np.uint32]
    jpeg: bytes
    children: list[str] = field(default_factory=list)
    switch_px: float = 400.0


class _Body:
    """Bytes of a file with the object numbers that it needs."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self._next = 0

    def add(self, layout: str, *values: float) -> None:
        self.parts.append(struct.pack(f"<{layout}", *values))

    def text(self, value: str) -> None:
        data = value.encode("utf-8")
        self.add("i", len(data))
        self.parts.append(data)

    def start(self, name: str) -> None:
        """Class name, unique number, and the empty fields of osg::Object."""
        self.text(name)
        self._next += 1
        self.add("I", self._next)
        self.named("")

    def named(self, name: str) -> None:
        self.text(name)
        self.add("i?", 2, False)  # unspecified variance, no user data

    def node(self) -> None:
        """Fields of osg::Node: no bounds, no callbacks, culled, visible, no state."""
        self.add("?????", False, False, False, False, False)
        self.add("?I?", True, 0xFFFFFFFF, False)

    def number(self) -> int:
        self._next += 1
        return self._next


def write_tile(path: Path, tile: OsgbTile) -> None:
    """Write one tile."""
    body = _Body()
    if tile.children:
        _paged(body, tile)
    else:
        _geode(body, tile, path.stem)
    head = struct.pack("<IIIII", *_MAGIC, 1, 80, 0) + struct.pack("<i", 1) + b"0"
    path.write_bytes(head + b"".join(body.parts))


def _paged(body: _Body, tile: OsgbTile) -> None:
    low, high = tile.position.min(axis=0), tile.position.max(axis=0)
    centre, radius = (low + high) / 2.0, float(np.linalg.norm(high - low) / 2.0)
    body.start("osg::PagedLOD")
    body.node()
    body.add("i?dddd", 1, True, *map(float, centre), radius)
    body.add("i?I", 1, True, 1 + len(tile.children))  # ranges are pixels on the screen
    body.add("ff", 0.0, tile.switch_px)
    for _ in tile.children:
        body.add("ff", tile.switch_px, 1e30)
    body.add("??I?", True, False, 0, False)
    body.add("?I", True, 1 + len(tile.children))
    body.text("")
    for name in tile.children:
        body.text(name)
    body.add("I", 1 + len(tile.children))
    for _ in range(1 + len(tile.children)):
        body.add("ff", 0.0, 1.0)
    body.add("?I", True, 1)
    _geode(body, tile, tile.children[0])


def _geode(body: _Body, tile: OsgbTile, name: str) -> None:
    body.start("osg::Geode")
    body.node()
    body.add("?I", True, 1)
    _geometry(body, tile, name)


def _geometry(body: _Body, tile: OsgbTile, name: str) -> None:
    body.start("osg::Geometry")
    body.add("?", True)
    _state(body, tile.jpeg, name)
    body.add("???", False, False, False)  # bounds, box callback, shape
    body.add("???", False, False, True)  # display lists, buffer objects
    body.add("????", False, False, False, False)
    indices = tile.triangles.astype("<u4").ravel()
    body.add("Iii", 1, 54, _TRIANGLES)  # one DrawElementsUInt
    body.parts += [struct.pack("<I", len(indices)), indices.tobytes()]
    body.add("?", True)
    _array(body, _VEC3F, tile.position.astype("<f4"))
    body.add("????", False, False, False, False)  # normals, colours, secondary, fog
    body.add("?I", True, 1)
    _array(body, _VEC2F, tile.uv.astype("<f4"))
    body.add("??", False, False)  # vertex attributes, fast path


def _array(body: _Body, kind: int, values: npt.NDArray[np.float32]) -> None:
    # Arrays have numbers of their own; counting on with the objects' is unique as well.
    body.add("?Iii", True, body.number(), kind, len(values))
    body.parts.append(values.tobytes())
    body.add("?ii", False, 4, 0)  # no indices, per vertex, not normalised


def _state(body: _Body, jpeg: bytes, name: str) -> None:
    body.start("osg::StateSet")
    body.add("??", False, False)  # modes, attributes
    body.add("?III", True, 1, 1, _TEXTURE_2D)
    body.add("i", 1)
    body.add("?II", True, 1, 1)
    body.start("osg::Texture2D")
    body.add("??", False, False)
    for value in (_CLAMP_TO_EDGE, _CLAMP_TO_EDGE, _CLAMP_TO_EDGE, _LINEAR_MIPMAP, _LINEAR):
        body.add("?I", True, value)
    body.add("f????", 1.0, True, False, False, True)
    body.add("ddddii", 0.0, 0.0, 0.0, 0.0, 0, 0)
    body.add("???", False, False, False)
    body.add("?iif", False, 0x0203, 0x1909, 0.0)
    body.add("?I", True, body.number())
    body.text(f"{name}.jpg")
    body.add("iiI", 0, 1, len(jpeg))  # the encoded file, inline
    body.parts.append(jpeg)
    body.named("")
    body.add("ii", 0, 0)
    body.add("i", 1)  # value of the attribute: on
    body.add("?iii", False, 0, 0, 0)
    body.text("")
    body.add("???", True, False, False)
