"""Stairs of the demo city's terminal, the openings over them, and doors between its rooms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from assets.demo_city.ifc_model import IfcModel

_STEEL: Final = (0.62, 0.65, 0.68, 1.0)
_GLASS: Final = (0.52, 0.68, 0.74, 0.45)
_WALL: Final = (0.93, 0.92, 0.89, 1.0)
_TREAD_M: Final = 0.3
_RISER_M: Final = 1.0 / 6.0
_LANDING_M: Final = 1.8
_BELOW_M: Final = 0.3
_RAIL_M: Final = 1.1
_RAIL_THICK_M: Final = 0.05
_LEAF_M: Final = 0.08
_DOOR_M: Final = 2.4
PARTITION_M: Final = 0.2


@dataclass(frozen=True)
class Flight:
    """A straight staircase with one landing, from a storey to the next.

    Parameters
    ----------
    storey : int
        Where it begins, from 0.
    name, name_en : str
    x, foot : float
        Its western edge and the face of its lowest riser, metres from the building's corner.
    toward : int
        1 where it rises to the north, -1 to the south.
    width : float
        Metres.
    """

    storey: int
    name: str
    name_en: str
    x: float
    foot: float
    toward: int
    width: float

    def run(self, rise: float) -> tuple[float, float]:
        """Return where it begins and ends from south to north, when it rises so many metres."""
        length = (round(rise / _RISER_M) - 2) * _TREAD_M + _LANDING_M
        end = self.foot + self.toward * length
        return min(self.foot, end), max(self.foot, end)


# Who comes down walks on towards the doors in the north, not around the stairs.
FLIGHTS: Final = (
    Flight(0, "西楼梯", "West stair", 26.0, 46.0, -1, 2.4),
    Flight(0, "中楼梯", "Middle stair", 50.0, 46.0, -1, 2.4),
    Flight(0, "东楼梯", "East stair", 104.5, 46.0, -1, 2.4),
    Flight(1, "办公西楼梯", "Office stair west", 88.0, 20.0, 1, 1.5),
    Flight(1, "办公东楼梯", "Office stair east", 124.5, 20.0, 1, 1.5),
)


def outline(flight: Flight, rise: float) -> list[tuple[float, float]]:
    """Return a staircase seen from the side: along it from its foot, and above its floor."""
    risers = round(rise / _RISER_M)
    half = risers // 2
    x, top = 0.0, []
    for step in range(1, risers):
        deep = _LANDING_M if step == half else _TREAD_M
        top += [(x, step * _RISER_M), (x + deep, step * _RISER_M)]
        x += deep
    landing = (half - 1) * _TREAD_M
    under = [
        (x, (risers - 1) * _RISER_M - _BELOW_M),
        (landing + _LANDING_M, half * _RISER_M - _BELOW_M),
        (landing, half * _RISER_M - _BELOW_M),
        (_BELOW_M, 0.0),
    ]
    return [(flight.toward * x, z) for x, z in [*top, *under, (0.0, 0.0)]]


def rail(flight: Flight, rise: float) -> list[tuple[float, float]]:
    """Return the balustrade of a staircase, seen from the side."""
    half = round(rise / _RISER_M) // 2
    landing = (half - 1) * _TREAD_M
    south, north = flight.run(rise)
    nosing = [
        (0.0, _RISER_M), (landing, half * _RISER_M), (landing + _LANDING_M, half * _RISER_M),
        (north - south, rise - _RISER_M),
    ]  # fmt: skip
    return [
        (flight.toward * x, z)
        for x, z in [*nosing, *((x, z + _RAIL_M) for x, z in reversed(nosing))]
    ]


def add_flights(
    model: IfcModel, storeys: list[Any], floors: tuple[float, ...], low: tuple[float, float]
) -> None:
    """Add the stairs, their balustrades, and railings around the openings over them."""
    for flight in FLIGHTS:
        storey, upper = storeys[flight.storey], storeys[flight.storey + 1]
        z, rise = floors[flight.storey], floors[flight.storey + 1] - floors[flight.storey]
        name = model.say(flight.name, flight.name_en)
        west, east = low[0] + flight.x, low[0] + flight.x + flight.width
        foot = low[1] + flight.foot
        stair = model.prism(
            "IfcStair", name, storey, outline(flight, rise), (east, foot, z), flight.width, _STEEL,
            along=(0.0, 1.0),
        )  # fmt: skip
        stair.PredefinedType = "STRAIGHT_RUN_STAIR"
        model.properties(
            stair, "Pset_StairCommon",
            {"NumberOfRiser": round(rise / _RISER_M), "RiserHeight": round(_RISER_M, 4),
             "TreadLength": _TREAD_M, "FireExit": True},
        )  # fmt: skip
        south, north = (low[1] + end for end in flight.run(rise))
        for side in (west + _RAIL_THICK_M, east):
            model.prism(
                "IfcRailing", f"{name} {model.say('栏板', 'balustrade')}", storey,
                rail(flight, rise), (side, foot, z), _RAIL_THICK_M, _GLASS, along=(0.0, 1.0),
            )  # fmt: skip
            model.box(
                "IfcRailing", f"{name} {model.say('栏杆', 'railing')}", upper,
                (side - _RAIL_THICK_M, south, z + rise),
                (_RAIL_THICK_M, north - south, _RAIL_M), _GLASS,
            )  # fmt: skip
        closed = north if flight.toward < 0 else south - _RAIL_THICK_M
        model.box(
            "IfcRailing", f"{name} {model.say('栏杆', 'railing')}", upper,
            (west, closed, z + rise), (flight.width, _RAIL_THICK_M, _RAIL_M), _GLASS,
        )  # fmt: skip


def openings(storey: int, rise: float) -> list[tuple[float, float, float, float]]:
    """Return the holes in the floor of a storey: west, south, east, north from the corner."""
    return [
        (flight.x, south, flight.x + flight.width, north)
        for flight in FLIGHTS
        for south, north in [flight.run(rise)]
        if flight.storey + 1 == storey
    ]


def add_partition(
    model: IfcModel, storey: Any, name: str, at: tuple[float, float, float], north: float,
    height: float, doors: tuple[float, ...], width: float,
) -> None:  # fmt: skip
    """Add a wall along y with doors in it.

    Parameters
    ----------
    at : tuple of three floats
        Its lowest corner.
    north : float
        Where it ends.
    doors : tuple of float
        The middles of its doors.
    width : float
        Of a door.
    """
    x, south, z = at
    number = name.rsplit(maxsplit=1)[-1]
    for place, middle in enumerate([*doors, None], 1):
        end = north if middle is None else middle - width / 2
        size = (PARTITION_M, end - south, height)
        model.box("IfcWall", f"{name}.{place}", storey, (x, south, z), size, _WALL)
        if middle is None:
            return
        model.box(
            "IfcWall", f"{model.say('过梁', 'Lintel')} {number}.{place}", storey,
            (x, end, z + _DOOR_M), (PARTITION_M, width, height - _DOOR_M), _WALL,
        )  # fmt: skip
        leaf = model.box(
            "IfcDoor", f"{model.say('内门', 'Inner door')} {number}.{place}", storey,
            (x + (PARTITION_M - _LEAF_M) / 2, end, z), (_LEAF_M, width, _DOOR_M), _GLASS,
            OverallHeight=_DOOR_M, OverallWidth=width,
        )  # fmt: skip
        model.properties(leaf, "Pset_DoorCommon", {"IsExternal": False, "FireExit": True})
        south = middle + width / 2
