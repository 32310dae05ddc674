"""What is asked of a user for a scenario of each template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from PySide6.QtCore import QCoreApplication

translate = QCoreApplication.translate


@dataclass(frozen=True)
class Asked:
    """One field.

    Parameters
    ----------
    name : str
        What the template calls it.
    title : callable
        In the language of the moment.
    kind : str
        ``number``, ``light``, ``entities``, ``entity``, ``file``, ``terrain`` or ``check``.
    default : Any
    unit : str
    low, high : float
        Of a number.
    needed : bool
    factor : float
        A number is multiplied with it for the template: minutes are asked, seconds are kept.
    filter : str
        Of a file's name.
    whole : bool
        Whether a number has no decimals.
    """

    name: str
    title: Callable[[], str]
    kind: str
    default: Any = ""
    unit: str = ""
    low: float = 0.0
    high: float = 1e9
    needed: bool = True
    factor: float = 1.0
    filter: str = ""
    whole: bool = False


def _duration(minutes: float) -> Asked:
    return Asked("duration_s", lambda: translate("Asked", "Duration"), "number", minutes, "min",
                 0.5, 100_000.0, factor=60.0)  # fmt: skip


_DEMAND: Final = Asked(
    "demand", lambda: translate("Asked", "Traffic into the area"), "number", 3000.0, "veh/h",
    1.0, 200_000.0,
)  # fmt: skip
_ROUTES: Final = (
    Asked("network", lambda: translate("Asked", "Network file instead of the city's roads"),
          "file", needed=False, filter="*.net.xml *.osm *.osm.gz *.xodr"),
    Asked("routes", lambda: translate("Asked", "Routes of that network"), "file", needed=False,
          filter="*.rou.xml *.trips.xml *.xml"),
)  # fmt: skip
_HEIGHTS: Final = Asked("terrain", lambda: translate("Asked", "Heights"), "terrain", needed=False)
_WATER: Final = Asked(
    "network", lambda: translate("Asked", "Network file instead of the city's pipes"), "file",
    needed=False, filter="*.inp",
)  # fmt: skip

FIELDS: Final[dict[str, tuple[Asked, ...]]] = {
    "road-closure": (
        Asked("roads", lambda: translate("Asked", "Roads that are closed"), "entities"),
        Asked("at_s", lambda: translate("Asked", "Closed after"), "number", 0.0, "min", 0.0,
              100_000.0, factor=60.0),
        _DEMAND, _duration(60.0), _HEIGHTS, *_ROUTES,
    ),
    "signal-plan": (
        Asked("signal", lambda: translate("Asked", "Traffic light"), "light"),
        Asked("program", lambda: translate("Asked", "Program"), "light"),
        _DEMAND, _duration(60.0), _HEIGHTS, *_ROUTES,
    ),
    "event-day": (
        Asked("demand", lambda: translate("Asked", "Traffic compared with other days"), "number",
              1.5, "×", 0.1, 20.0),
        replace(_DEMAND, name="vehicles_per_hour"), _duration(60.0), _HEIGHTS, *_ROUTES,
    ),
    "rainstorm": (
        Asked("terrain", lambda: translate("Asked", "Heights"), "terrain"),
        Asked("return_period_years", lambda: translate("Asked", "Return period"), "number", 50.0,
              "a", 0.5, 1000.0),
        Asked("duration_min", lambda: translate("Asked", "Duration of the rain"), "number", 120.0,
              "min", 5.0, 1440.0),
        Asked("cell_m", lambda: translate("Asked", "Cell size"), "number", 4.0, "m", 0.2, 100.0),
        Asked("buildings", lambda: translate("Asked", "Buildings are walls"), "check",
              "type = 'building'", needed=False),
        Asked("pipes", lambda: translate("Asked", "With the city's sewers"), "check",
              "type in ('pipe', 'manhole', 'outfall', 'pump')", needed=False),
        Asked("network", lambda: translate("Asked", "Sewer file instead (.inp)"), "file",
              needed=False, filter="*.inp"),
    ),
    "pump-failure": (
        Asked("pump", lambda: translate("Asked", "Pump"), "entity"),
        Asked("at_s", lambda: translate("Asked", "Fails after"), "number", 60.0, "min", 0.0,
              100_000.0, factor=60.0),
        _duration(1440.0), _WATER,
    ),
    "pipe-burst": (
        Asked("node", lambda: translate("Asked", "Where it bursts"), "entity"),
        Asked("leak_area_m2", lambda: translate("Asked", "Area of the hole"), "number", 0.005,
              "m²", 0.00001, 10.0),
        Asked("at_s", lambda: translate("Asked", "Bursts after"), "number", 60.0, "min", 0.0,
              100_000.0, factor=60.0),
        Asked("valve", lambda: translate("Asked", "Valve that is closed then"), "entity",
              needed=False),
        Asked("closed_after_s", lambda: translate("Asked", "Valve closed after the burst"),
              "number", 60.0, "min", 0.0, 100_000.0, factor=60.0),
        _duration(1440.0), _WATER,
    ),
    "evacuation": (
        Asked("area", lambda: translate("Asked", "Building, storeys, rooms or areas"), "entities"),
        Asked("exits", lambda: translate("Asked", "Exits"), "entities", needed=False),
        Asked("people", lambda: translate("Asked", "People"), "number", 200.0, "", 1.0, 100_000.0,
              whole=True),
        _duration(10.0),
    ),
}  # fmt: skip
