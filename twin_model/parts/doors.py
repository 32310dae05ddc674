"""Doors of building models as passages: between which rooms each is, and the ground it spans."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from twin_model.entity import Entity
from twin_model.parts.outline import Part

#: A room begins no farther than this from the middle of its door.
_REACH_M: Final = 1.2
_PROBE_M: Final = 0.1
#: How far passages go into rooms, and out of the building.
_INTO_M: Final = 0.2
_OUT_M: Final = 1.0
_NARROWEST_M: Final = 0.6
_WIDEST_M: Final = 12.0
#: Sills are at most so far above or below a floor.
_SILL_M: Final = 0.6


@dataclass(frozen=True, slots=True)
class Door:
    """One door.

    Parameters
    ----------
    id : str
    rooms : tuple of str
        The one or two rooms that it opens to.
    passage : shapely geometry
        From room to room, or from the room to outside.
    way_out : shapely geometry or None
        The outer end of the passage, where it leads out of all rooms.
    outer : bool
        Whether the model does not say that it is an inner one.
    width_m : float
    """

    id: str
    rooms: tuple[str, ...]
    passage: Any
    way_out: Any
    outer: bool
    width_m: float


def door_of(entity: Entity, part: Part, rooms: Mapping[str, Part]) -> Door | None:
    """Return a door among rooms; None where it opens to none.

    Parameters
    ----------
    entity : Entity
    part : Part
        Its body.
    rooms : mapping of str to Part
    """
    near = {
        room: body
        for room, body in rooms.items()
        if abs(body.bottom - part.bottom) <= _SILL_M
        and body.footprint.distance(part.footprint) <= _REACH_M
    }
    if not near:
        return None
    found = [_opened(entity, part, axis, near) for axis in _axes(part.footprint)]
    known = [one for one in found if one is not None]
    return max(known, key=lambda one: len(one.rooms), default=None)


def _axes(shape: Any) -> Sequence[tuple[float, float, float]]:
    """Return the two directions of a door leaf as unit vectors with its breadth: long first."""
    corners = list(shape.minimum_rotated_rectangle.exterior.coords)
    sides = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(corners[:3])]
    made = [(x / math.hypot(x, y), y / math.hypot(x, y), math.hypot(x, y))
            for x, y in sides if math.hypot(x, y) > 0.0]  # fmt: skip
    return sorted(made, key=lambda one: -one[2])


def _opened(
    entity: Entity, part: Part, axis: tuple[float, float, float], rooms: Mapping[str, Part]
) -> Door | None:
    """Return the door as one whose leaf stands along *axis*."""
    import shapely  # only where there are models: it takes 0.1 s to load

    x, y = part.footprint.centroid.coords[0]
    along_x, along_y, breadth_m = axis
    across = (-along_y, along_x)
    reached = [_first_room((x, y), (across[0] * sign, across[1] * sign), rooms)
               for sign in (-1.0, 1.0)]  # fmt: skip
    names = tuple(dict.fromkeys(room for room, _ in reached if room))
    if not names:
        return None
    width_m = _width_m(entity, breadth_m)
    ends = [away + _INTO_M if room else _OUT_M for room, away in reached]
    corner = [
        (x + across[0] * side + along_x * half, y + across[1] * side + along_y * half)
        for side, half in (
            (-ends[0], -width_m / 2), (ends[1], -width_m / 2),
            (ends[1], width_m / 2), (-ends[0], width_m / 2),
        )
    ]  # fmt: skip
    passage = shapely.Polygon(corner)
    out = None
    if len(names) == 1 and not all(room for room, _ in reached):
        inside = shapely.union_all([rooms[name].footprint for name in rooms])
        sign = -1.0 if not reached[0][0] else 1.0
        shift = [sign * 0.9 * part for part in across]
        half = shapely.transform(passage, lambda points: points + shift)
        out = passage.intersection(half).difference(inside)
        out = None if out.area < 0.05 else out
    return Door(entity.id, names, passage, out, _outer(entity), width_m)


def _first_room(
    start: tuple[float, float], way: tuple[float, float], rooms: Mapping[str, Part]
) -> tuple[str, float]:
    """Return the first room on a way, and how far it is; no name where there is none."""
    import shapely  # see above

    for step in range(1, round(_REACH_M / _PROBE_M) + 1):
        away = step * _PROBE_M
        point = shapely.Point(start[0] + way[0] * away, start[1] + way[1] * away)
        for name, body in rooms.items():
            if body.footprint.contains(point):
                return name, away
    return "", 0.0


def _width_m(entity: Entity, breadth_m: float) -> float:
    try:
        width_m = float(entity.attributes.get("OverallWidth") or breadth_m)
    except (TypeError, ValueError):
        width_m = breadth_m
    if width_m > breadth_m + 0.3:  # in millimetres, or of a door that is drawn otherwise
        width_m = breadth_m
    return min(max(width_m, _NARROWEST_M), _WIDEST_M)


def _outer(entity: Entity) -> bool:
    said = [value for name, value in entity.attributes.items() if name.endswith(".IsExternal")]
    return not said or any(value is True for value in said)


def doors_among(doors: Iterable[tuple[Entity, Part]], rooms: Mapping[str, Part]) -> list[Door]:
    """Return the doors that open to any of some rooms."""
    found = (door_of(entity, part, rooms) for entity, part in doors)
    return [one for one in found if one is not None]
