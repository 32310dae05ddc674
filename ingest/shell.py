"""Closed solids of flat faces: buildings with their roofs (level of detail 2)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

FloatArray = npt.NDArray[np.float64]

#: Column of a table that holds a solid, as text of a POLYHEDRALSURFACE Z in the table's CRS.
SOLID_COLUMN: Final = "shapan_solid"
ROOF, WALL, FLOOR = "roof", "wall", "floor"
_WORD: Final = re.compile(r"^\s*POLYHEDRALSURFACE\s*Z?\s*", re.IGNORECASE)
#: Coordinates are written to the millimetre; corners that are one are written alike.
_DECIMALS: Final = 3
_LEVEL: Final = 1e-6


@dataclass(frozen=True)
class Face:
    """A flat face, seen from outside.

    Parameters
    ----------
    rings : tuple of (n, 3) float64 arrays
        Corners, the first not repeated: anticlockwise outside, clockwise around holes.
    kind : str
        ``roof``, ``wall`` or ``floor``.
    """

    rings: tuple[FloatArray, ...]
    kind: str

    def normal(self) -> FloatArray:
        """Return twice its area along the outward normal (Newell's method)."""
        total = np.zeros(3)
        for ring in self.rings:
            # About a corner of its own: far from the origin the products would cancel.
            local = ring - self.rings[0][0]
            total += np.cross(local, np.roll(local, -1, axis=0)).sum(axis=0)
        return total


@dataclass(frozen=True)
class Shell:
    """The faces of a solid.

    Parameters
    ----------
    faces : tuple of Face
    """

    faces: tuple[Face, ...]

    def open_edges(self) -> int:
        """Return how many edges lack their counterpart: none where the solid is watertight.

        Each edge of a closed, consistently oriented surface is walked as often one way as the
        other (ISO 19107).
        """
        balance: Counter[tuple[Any, Any]] = Counter()
        for face in self.faces:
            for ring in face.rings:
                corners = [tuple(c) for c in np.round(ring, _DECIMALS + 1).tolist()]
                for a, b in zip(corners, [*corners[1:], corners[0]], strict=True):
                    balance[(a, b) if a < b else (b, a)] += 1 if a < b else -1
        return sum(1 for count in balance.values() if count)

    def volume_m3(self) -> float:
        """Return what it encloses, by the divergence theorem."""
        if not self.faces:
            return 0.0
        origin = self.faces[0].rings[0][0]
        # A flat face adds a third of its area times its distance from the origin.
        return float(sum(face.normal() @ (face.rings[0][0] - origin) for face in self.faces) / 6.0)

    def moved(self, offset: FloatArray) -> Shell:
        """Return it shifted."""
        return self.changed(lambda corners: corners + offset)

    def changed(self, change: Any) -> Shell:
        """Return it with all corners, (n, 3) at once, put elsewhere."""
        rings = [ring for face in self.faces for ring in face.rings]
        ends = np.cumsum([len(ring) for ring in rings])[:-1]
        new = iter(np.split(np.asarray(change(np.concatenate(rings)), np.float64), ends))
        return Shell(
            tuple(Face(tuple(next(new) for _ in face.rings), face.kind) for face in self.faces)
        )

    def to_text(self) -> str:
        """Return it as a POLYHEDRALSURFACE Z (OGC 06-103r4), rounded to millimetres."""
        return "POLYHEDRALSURFACE Z (" + ", ".join(map(_face_text, self.faces)) + ")"


def _face_text(face: Face) -> str:
    def ring_text(ring: FloatArray) -> str:
        closed = np.concatenate([ring, ring[:1]])
        return "(" + ", ".join(f"{x:.3f} {y:.3f} {z:.3f}" for x, y, z in closed.tolist()) + ")"

    return "(" + ", ".join(map(ring_text, face.rings)) + ")"


def read_shell(text: str) -> Shell | None:
    """Return the solid that a text describes; None if it is no closed one.

    Parameters
    ----------
    text : str
        POLYHEDRALSURFACE Z, in whatever metric CRS.
    """
    rest, found = _WORD.subn("", text, count=1)
    if not found:
        return None
    try:
        polygons = shapely.get_parts(shapely.from_wkt("MULTIPOLYGON Z " + rest))
    except shapely.errors.ShapelyError:
        return None
    faces = tuple(_face(polygon) for polygon in polygons)
    shell = Shell(faces)
    is_closed = len(faces) >= 4 and not shell.open_edges()
    return shell if is_closed and shell.volume_m3() > 0 else None


def _face(polygon: Any) -> Face:
    rings = tuple(
        np.asarray(shapely.get_coordinates(ring, include_z=True)[:-1], np.float64)
        for ring in shapely.get_rings(polygon)
    )
    return Face(rings, _kind_of(rings))


def _kind_of(rings: Sequence[FloatArray]) -> str:
    up = Face(tuple(rings), "").normal()
    length = float(np.linalg.norm(up))
    if length < _LEVEL or abs(up[2]) < 0.01 * length:
        return WALL
    return ROOF if up[2] > 0 else FLOOR
