"""What the stage is told of an entity that no layer draws."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

from rendering.camera import Point
from rendering.symbology.palette import GROUND

#: Stands in picks and selections where a layer's id would; no layer can have this id.
ENTITIES: Final = "@entities"
#: Above the ground by more than this, what is flat is drawn where it is and not on the ground.
LIFTED_M: Final = 0.6


class Form(Enum):
    """How a shape is drawn."""

    SYMBOL = auto()  # a model where it stands
    SOLID = auto()  # an outline raised to a height
    SHEET = auto()  # an area in the air or on a roof
    TUBE = auto()  # a line with a thickness
    RIBBON = auto()  # a line with a width, off the ground
    WALL = auto()  # a line raised to a height
    PAINTED = auto()  # areas and lines on the ground


@dataclass(frozen=True, slots=True)
class EntityShape:
    """One entity as it is drawn.

    Parameters
    ----------
    feature : int
        Stands for the entity in picks and selections.
    name : str
    kind : str
        Kind of ground cover or building that colours follow, such as ``road``; else the type.
    symbol : str
        Model that stands for it where it is known as a point.
    colour : str
        ``#rrggbb`` of its type.
    position : Point or None
        Local metres.
    geometry : shapely geometry or None
        Local metres, 2D or 3D; None where only the position is known.
    heading_deg : float
        Clockwise from grid north.
    height_m, width_m : float
        0 where unknown.
    pitch_deg, roll_deg : float
        After the heading: front raised, then right side lowered. Of models that stand for points.
    """

    feature: int
    name: str
    kind: str
    symbol: str
    colour: str
    position: Point | None
    geometry: Any = None
    heading_deg: float = 0.0
    height_m: float = 0.0
    width_m: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0

    @property
    def form(self) -> Form:
        """How it is drawn; what lies on the ground may still turn out to be lifted off it."""
        geometry = self.geometry
        if geometry is None or "Point" in geometry.geom_type:
            return Form.SYMBOL
        if "Polygon" in geometry.geom_type:
            if self.height_m > 0:
                return Form.SOLID
            return Form.SHEET if geometry.has_z else Form.PAINTED
        if self.height_m > 0:
            return Form.WALL
        if self.kind in GROUND and self.kind not in ("pipeline", "power_line"):
            return Form.RIBBON if geometry.has_z else Form.PAINTED
        return Form.TUBE

    @property
    def own_base_m(self) -> float | None:
        """Height of its foot where it has one; a height of exactly zero says nothing."""
        if self.position is None or abs(self.position[2]) < 1e-6:
            return None
        return self.position[2]

    @property
    def place(self) -> tuple[float, float]:
        """A place in plan that is near it."""
        if self.position is not None:
            return self.position[0], self.position[1]
        west, south, east, north = self.geometry.bounds
        return (west + east) / 2, (south + north) / 2
