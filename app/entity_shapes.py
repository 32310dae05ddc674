"""How the stage is told of an entity: its form, model, colour, height and width by its type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from rendering.entities.shape import EntityShape
from rendering.features import as_number
from rendering.symbology.models import has_model
from rendering.symbology.palette import GROUND

if TYPE_CHECKING:
    from twin_model.entity import Entity
    from twin_model.schema.catalogue import Catalogue

#: Types, and with them their subtypes, that look like another kind of ground cover.
_LIKE: Final = {
    "rail": "railway", "lane": "road", "cycle_lane": "path", "taxiway": "road", "runway": "road",
    "apron": "yard", "container_yard": "yard", "storage_yard": "yard", "pavement": "parking",
    "sidewalk": "path", "plaza": "parking", "junction": "road", "crossing": "road",
    "green_space": "park", "woodland": "forest", "flower_bed": "park", "berth": "quay",
    "parking_space": "parking", "contour": "boundary", "coastline": "boundary",
    "kerb": "boundary", "road_marking": "boundary",
}  # fmt: skip
_HEIGHTS: Final = ("height_m", "height", "shapan_height_m", "mounting_height_m", "hub_height_m")
_WIDTHS_M: Final = ("width_m", "diameter_m", "width", "top_width_m", "belt_width_m")
_WIDTHS_MM: Final = ("diameter_mm", "width_mm", "belt_width_mm")
_STOREY_M: Final = 3.2
_LANE_M: Final = 3.5
#: Heights of lines that stand up, where nobody says one.
_USUAL_HEIGHT_M: Final = {"fence": 1.6, "guard_rail": 0.8}
_USUAL_WIDTH_M: Final = {"lane": 3.5, "cycle_lane": 2.0, "taxiway": 23.0, "kerb": 0.3,
                         "road_marking": 0.3, "cable": 0.12, "breakwater": 8.0,
                         "levee": 8.0, "river": 20.0}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Look:
    """What a type says of all its entities."""

    kind: str
    symbol: str
    colour: str
    height_m: float
    width_m: float
    is_drawn: bool


class ShapeMaker:
    """Makes shapes of entities; safe to use in a worker.

    Parameters
    ----------
    catalogue : Catalogue
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._looks: dict[str, _Look] = {}

    def shape(self, entity: Entity, feature: int) -> EntityShape | None:
        """Return an entity's shape under a number; None where nothing of it can be drawn.

        Parameters
        ----------
        entity : Entity
        feature : int
            Stands for it on the stage.
        """
        look = self._look(entity.type)
        geometry = None
        if entity.geometry is not None:
            import shapely  # only where there is own geometry

            geometry = shapely.from_wkb(entity.geometry)
        elif not look.is_drawn or entity.position is None:
            return None
        values = entity.attributes
        return EntityShape(
            feature=feature,
            name=entity.name,
            kind=look.kind,
            symbol=look.symbol,
            colour=look.colour,
            position=entity.position,
            geometry=geometry,
            heading_deg=entity.heading_deg,
            pitch_deg=entity.pitch_deg,
            roll_deg=entity.roll_deg,
            height_m=_height(values) or look.height_m,
            width_m=_width(values) or look.width_m,
        )

    def _look(self, type_id: str) -> _Look:
        found = self._looks.get(type_id)
        if found is None:
            found = self._looks[type_id] = self._look_of(type_id)
        return found

    def _look_of(self, type_id: str) -> _Look:
        catalogue = self._catalogue
        known = type_id.lower().replace("-", "_")
        if known not in catalogue:
            symbol = known if has_model(known) else "pin#8a9299"
            return _Look(known, symbol, "#8a9299", 0.0, 0.0, True)
        line = catalogue.ancestors(known)
        appearance = catalogue.appearance(known)
        symbol = appearance.symbol
        if not has_model(symbol):
            model = "cabinet" if "equipment" in line else "pin"
            symbol = f"{model}{appearance.colour}"
        kind = next((_LIKE.get(one, one) for one in line if one in _LIKE or one in GROUND), known)
        return _Look(
            kind,
            symbol,
            appearance.colour,
            next((_USUAL_HEIGHT_M[one] for one in line if one in _USUAL_HEIGHT_M), 0.0),
            next((_USUAL_WIDTH_M[one] for one in line if one in _USUAL_WIDTH_M), 0.0),
            # Groups only bring others together; where they have no outline there is nothing to see.
            "group" not in line,
        )


def _first(values: Mapping[str, Any], names: tuple[str, ...]) -> float:
    for name in names:
        number = as_number(values.get(name))
        if number is not None and number > 0:
            return number
    return 0.0


def _height(values: Mapping[str, Any]) -> float:
    return _first(values, _HEIGHTS) or _first(values, ("levels",)) * _STOREY_M


def _width(values: Mapping[str, Any]) -> float:
    metres = _first(values, _WIDTHS_M) or _first(values, _WIDTHS_MM) / 1000.0
    return metres or _first(values, ("lanes",)) * _LANE_M
