"""Writes PagedLOD tiles as an oblique-photography program does: version 80, no compression.

The layout is the smallest one that OpenSceneGraph 3.0 to 3.6 and common converters accept:
no brackets, inline primitive sets, one JPEG or PNG a mesh kept as the encoded file.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

_MAGIC: Final = (0x6C910EA1, 0x1AFB4545)
_VERSION: Final = 80
_SCENE: Final = 1
_NO_SWITCH: Final = 1e30
_GL_TEXTURE_2D: Final = 0x0DE1
_GL_CLAMP_TO_EDGE: Final = 0x812F
_GL_LINEAR_MIPMAP_LINEAR: Final = 0x2703
_GL_LINEAR: Final = 0x2601
_GL_LEQUAL: Final = 0x0203
_GL_LUMINANCE: Final = 0x1909


@dataclass(frozen=True)
class OsgbMesh:
    """A textured surface of one tile.

    Parameters
    ----------
    position : (n, 3) array
        Metres relative to the production's ``SRSOrigin``, x east, y north, z up; stored as
        float32.
    triangles : (m, 3) array
        Indices into *position*.
    uv : (n, 2) array or None
        v down from the image's first row, as in glTF; turned to OpenGL's on writing.
    image : bytes or None
        A JPEG or PNG file, stored as it is.
    image_name : str
        Name recorded with the image.
    """

    position: npt.NDArray[Any]
    triangles: npt.NDArray[Any]
    uv: npt.NDArray[Any] | None = None
    image: bytes | None = None
    image_name: str = "texture.jpg"


@dataclass(frozen=True)
class OsgbLevel:
    """A surface and the file that replaces it when it covers more of the screen.

    Parameters
    ----------
    mesh : OsgbMesh or None
        None writes a level without a surface of its own.
    centre : tuple of three floats
        Bounding sphere in the same coordinates as the mesh, of this level and all below.
    radius : float
        Metres.
    range_px : float
        Diameter of the sphere on the screen, in pixels, from which *child* is drawn instead:
        a screen-space error of 16 px then stands for ``16 * 2 * radius / range_px`` metres.
    child : str or None
        File name relative to this file's folder; None where there is nothing finer.
    """

    mesh: OsgbMesh | None
    centre: tuple[float, float, float]
    radius: float
    range_px: float = _NO_SWITCH
    child: str | None = None


def write_tile(path: Path, levels: list[OsgbLevel], *, byte_order: str = "<") -> None:
    """Write one ``.osgb`` file.

    Parameters
    ----------
    path : Path
        The file; its folder exists.
    levels : list of OsgbLevel
        One gives a PagedLOD (a Geode where it has no child); several are put in a Group, as
        programs do where one file holds the children of one node.
    byte_order : str
        ``<`` little-endian, ``>`` big-endian.

    Raises
    ------
    ValueError
        If there is no level, a mesh is not made of n×3 positions and m×3 triangles, or an
        index is out of range.
    """
    if not levels:
        raise ValueError("a tile needs at least one level")
    body = _Body(byte_order)
    if len(levels) == 1:
        _write_level(body, levels[0])
    else:
        body.object("osg::Group")
        body.node()
        body.pack("?I", True, len(levels))
        for level in levels:
            _write_level(body, level)
    header = struct.pack(f"{byte_order}5Ii", *_MAGIC, _SCENE, _VERSION, 0, 1) + b"0"
    temporary = path.with_suffix(".tmp")
    temporary.write_bytes(header + b"".join(body.parts))
    temporary.replace(path)


class _Body:
    """Collects the records of one file and hands out object ids."""

    def __init__(self, order: str) -> None:
        self.order = order
        self.parts: list[bytes] = []
        self.last_id = 0
        self.last_array = 0

    def pack(self, layout: str, *values: Any) -> None:
        self.parts.append(struct.pack(self.order + layout, *values))

    def text(self, value: str) -> None:
        data = value.encode("utf-8")
        self.pack("i", len(data))
        self.parts.append(data)

    def object(self, name: str) -> None:
        """Begin an object record with the fields of ``osg::Object``."""
        self.text(name)
        self.last_id += 1
        self.pack("I", self.last_id)
        self.object_fields()

    def object_fields(self) -> None:
        self.text("")
        self.pack("i?", 2, False)

    def node(self) -> None:
        """Write the fields of ``osg::Node``: no bound, callbacks or state set."""
        self.pack("5??I?", *[False] * 5, True, 0xFFFFFFFF, False)

    def array(self, kind: int, values: npt.NDArray[Any]) -> None:
        """Write array data bound to each vertex."""
        self.last_array += 1
        self.pack("?Iii", True, self.last_array, kind, len(values))
        self.parts.append(np.ascontiguousarray(values).tobytes())
        self.pack("?ii", False, 4, 0)


def _write_level(body: _Body, level: OsgbLevel) -> None:
    if level.child is None and level.mesh is not None:
        _write_geode(body, level.mesh)
        return
    body.object("osg::PagedLOD")
    body.node()
    body.pack("i?4d", 1, True, *level.centre, level.radius)
    entries = []
    if level.mesh is not None:
        entries.append(("", 0.0, level.range_px))
    if level.child is not None:
        entries.append((level.child, level.range_px, _NO_SWITCH))
    body.pack("i?I", 1, True, len(entries))
    for _, low, high in entries:
        body.pack("2f", low, high)
    body.pack("??I?", True, False, 0, False)
    body.pack("?I", True, len(entries))
    for name, _, _ in entries:
        body.text(name)
    body.pack("I", len(entries))
    for _ in entries:
        body.pack("2f", 0.0, 1.0)
    body.pack("?I", True, 1 if level.mesh is not None else 0)
    if level.mesh is not None:
        _write_geode(body, level.mesh)


def _write_geode(body: _Body, mesh: OsgbMesh) -> None:
    position = np.asarray(mesh.position, dtype=body.order + "f4")
    triangles = np.asarray(mesh.triangles)
    if position.ndim != 2 or position.shape[1:] != (3,) or triangles.shape[1:] != (3,):
        raise ValueError("a mesh needs n×3 positions and m×3 triangles")
    if triangles.size and not 0 <= int(triangles.min()) <= int(triangles.max()) < len(position):
        raise ValueError(f"triangle indices must lie within the {len(position)} positions")
    body.object("osg::Geode")
    body.node()
    body.pack("?I", True, 1)
    body.object("osg::Geometry")
    body.pack("?", mesh.image is not None)
    if mesh.image is not None:
        _write_state(body, mesh.image, mesh.image_name)
    # No bound, bounding-box callback or shape; display lists on; no callbacks.
    body.pack("3?3?4?", *[False] * 3, True, True, False, *[False] * 4)
    body.pack("IiiI", 1, 54, 4, triangles.size)
    body.parts.append(np.ascontiguousarray(triangles, dtype=body.order + "u4").tobytes())
    body.pack("?", True)
    body.array(16, position)
    body.pack("4?", *[False] * 4)
    body.pack("?", mesh.uv is not None)
    if mesh.uv is not None:
        uv = np.array(mesh.uv, dtype=body.order + "f4")
        if uv.shape != (len(position), 2):
            raise ValueError("a mesh needs one texture coordinate for each position")
        uv[:, 1] = 1.0 - uv[:, 1]
        body.pack("I", 1)
        body.array(15, uv)
    body.pack("??", False, False)


def _write_state(body: _Body, image: bytes, image_name: str) -> None:
    body.object("osg::StateSet")
    body.pack("??", False, False)
    body.pack("?IIIi", True, 1, 1, _GL_TEXTURE_2D, 1)
    body.pack("?II", True, 1, 1)
    body.object("osg::Texture2D")
    body.pack("??", False, False)
    for value in (_GL_CLAMP_TO_EDGE,) * 3 + (_GL_LINEAR_MIPMAP_LINEAR, _GL_LINEAR):
        body.pack("?I", True, value)
    body.pack("f4?4dii", 1.0, True, False, False, True, 0.0, 0.0, 0.0, 0.0, 0, 0)
    body.pack("3??iif", *[False] * 3, False, _GL_LEQUAL, _GL_LUMINANCE, 0.0)
    body.pack("?", True)
    body.last_id += 1
    body.pack("I", body.last_id)
    body.text(image_name)
    body.pack("iiI", 0, 1, len(image))
    body.parts.append(image)
    body.object_fields()
    body.pack("ii", 0, 0)
    # The texture's value in the state set, then no uniforms, defaults for drawing order.
    body.pack("i?iii", 1, False, 0, 0, 0)
    body.text("")
    body.pack("3?", True, False, False)
