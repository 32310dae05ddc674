"""A movement, turn or scaling that is under way, and the geometry of its handles."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication

from app import numbers
from app.editing.tool import Point

if TYPE_CHECKING:
    from rendering.picking import Ray
    from twin_model.entity import Entity

Vector = npt.NDArray[np.float64]


class Handle(StrEnum):
    """What is taken hold of."""

    EAST = "east"
    NORTH = "north"
    UP = "up"
    PLANE = "plane"
    TURN = "turn"
    SCALE = "scale"


AXES: Final = {
    Handle.EAST: np.array([1.0, 0.0, 0.0]),
    Handle.NORTH: np.array([0.0, 1.0, 0.0]),
    Handle.UP: np.array([0.0, 0.0, 1.0]),
}


@dataclass(frozen=True)
class Shift:
    """A movement, a turn and a scaling about the pivot.

    Parameters
    ----------
    offset : Point
        Metres east, north, up.
    turn_deg : float
        Clockwise.
    factor : float
    """

    offset: Point = (0.0, 0.0, 0.0)
    turn_deg: float = 0.0
    factor: float = 1.0

    def apply(self, entity: Entity, pivot: Point) -> Entity:
        """Return what becomes of an entity.

        Raises
        ------
        ValidationError
            If the factor is out of range.
        """
        from twin_model.shaping import moved, scaled, turned

        if self.factor != 1.0:
            entity = scaled(entity, self.factor, pivot)
        if self.turn_deg:
            entity = turned(entity, self.turn_deg, pivot[:2])
        return moved(entity, self.offset) if any(self.offset) else entity

    @property
    def is_none(self) -> bool:
        """Whether it leaves everything as it is."""
        return not any(self.offset) and not self.turn_deg and self.factor == 1.0


def gap_to(point: Vector, a: Vector, b: Vector) -> float:
    """Return the distance of a point from a segment."""
    along = b - a
    share = float(np.clip(np.dot(point - a, along) / max(float(along @ along), 1e-9), 0.0, 1.0))
    return float(np.linalg.norm(a + along * share - point))


def along_axis(ray: Ray, pivot: Point, axis: Vector) -> float | None:
    """Return how far along an axis through the pivot a ray passes nearest to it."""
    start = np.subtract(pivot, ray.origin)
    b = float(axis @ ray.direction)
    bottom = 1.0 - b * b
    if bottom < 1e-4:
        return None  # looked at end on, nobody can say
    return float((b * (start @ ray.direction) - start @ axis) / bottom)


def on_level(ray: Ray, pivot: Point) -> Vector | None:
    """Return where a ray meets the level of a pivot; None where it never does."""
    if abs(float(ray.direction[2])) < 1e-3:
        return None
    along = (pivot[2] - float(ray.origin[2])) / float(ray.direction[2])
    return np.asarray(ray.origin + ray.direction * along) if along > 0 else None


def as_point(values: Any) -> Point:
    """Return three floats."""
    x, y, z = (float(v) for v in values)
    return x, y, z


def shifted(points: Vector, shift: Shift, pivot: Point) -> Vector:
    """Return points (n, 3) as a shift about a pivot leaves them."""
    out = (points - pivot) * shift.factor
    angle = math.radians(-shift.turn_deg)
    cos, sin = math.cos(angle), math.sin(angle)
    out[:, :2] = out[:, :2] @ np.array([[cos, sin], [-sin, cos]])
    return np.asarray(out + pivot + shift.offset)


def box_edges(box: Any) -> Vector:
    """Return the edges (12, 2, 3) of bounds; none where there are none."""
    if box is None:
        return np.zeros((0, 2, 3))
    signs = np.array([(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)])
    corners = np.array(box[:3]) + signs * (np.array(box[3:]) - np.array(box[:3]))
    edges = [(i, j) for i in range(8) for j in range(i) if np.abs(signs[i] - signs[j]).sum() == 1]
    return np.asarray(corners[np.array(edges)])


def what_was_done(shift: Shift) -> str:
    """Return what users of the history read: what was done most."""
    done = [
        name for name, there in (
            ("move", any(shift.offset)), ("turn", shift.turn_deg), ("scale", shift.factor != 1.0)
        ) if there
    ]  # fmt: skip
    return done[0] if len(done) == 1 else "place"


def words_for(shift: Shift) -> str:
    """Return what a shift does, in the language in use."""
    say = QCoreApplication.translate
    if shift.turn_deg:
        return say("TransformTool", "Turned by {0}°").format(numbers.fixed(shift.turn_deg, 1))
    if shift.factor != 1.0:
        return say("TransformTool", "Scaled by {0}").format(numbers.fixed(shift.factor, 3))
    east, north, up = (numbers.length(value) for value in shift.offset)
    return say("TransformTool", "East {0} · north {1} · up {2}").format(east, north, up)
