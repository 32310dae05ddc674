"""Scenarios to begin with: what planners rehearse most."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from twin_model.errors import SimulationError
from twin_model.simulation.evacuation import evacuation_document
from twin_model.simulation.scenario import Scenario, read_scenario

_SUMO: Final = "shapan.sumo.sumo"
_SWMM: Final = "shapan.swmm.swmm"
_FLOOD: Final = "shapan.flood.flood"
_EPANET: Final = "shapan.epanet.epanet"
_PEOPLE: Final = "shapan.jupedsim.jupedsim"
#: Where no network is given, the twin's roads are one, with so many vehicles an hour.
STREETS: Final = "type = 'road'"
#: Program of a traffic light that is out of order.
SIGNALS_OFF: Final = -1.0
_DEMAND: Final = 3000
#: And the twin's water mains with what feeds them, where no water network is.
_MAINS: Final = (
    "type in ('water_pipe', 'reservoir', 'tank', 'pump', 'valve', 'hydrant', 'water_meter')"
)


@dataclass(frozen=True)
class Template:
    """One kind of scenario.

    Parameters
    ----------
    id, title, asks : str
        What it answers, in one sentence.
    needs : dict of str to str
        What has to be said, and what it means.
    """

    id: str
    title: str
    asks: str
    needs: Mapping[str, str]
    make: Callable[[Mapping[str, Any]], dict[str, Any]]


def design_rain(
    depth_mm: float, duration_min: float, peak: float = 0.4, step_min: float = 5.0
) -> list[list[float]]:
    """Return a storm of one peak as rows of minute and mm/h.

    Intensity rises and falls as the Chicago hyetograph does (Keifer and Chu, 1957), with the
    exponent 0.7, scaled so that all of it amounts to *depth_mm*.

    Parameters
    ----------
    depth_mm, duration_min : float
    peak : float
        Share of the duration before the peak.
    step_min : float
    """
    count = max(1, round(duration_min / step_min))
    weights = []
    for number in range(count):
        middle = (number + 0.5) * step_min
        from_peak = middle - peak * duration_min
        side = peak if from_peak < 0 else 1.0 - peak
        weights.append((1.0 + abs(from_peak) / (side * 10.0)) ** -0.7)
    whole = sum(weights)
    rows = [[n * step_min, depth_mm * w / whole * 60.0 / step_min] for n, w in enumerate(weights)]
    return [*rows, [count * step_min, 0.0]]


def storm_depth_mm(
    return_period_years: float, duration_min: float, a: float, c: float, b: float, n: float
) -> float:
    """Return the depth of a storm after the formula of Chinese codes (GB 50014).

    q = 167 A (1 + C lg P) / (t + b)^n in L/(s·ha), as depth over the duration in mm.
    """
    litres = 167.0 * a * (1.0 + c * math.log10(return_period_years)) / (duration_min + b) ** n
    return float(litres * duration_min * 60.0 / 10_000.0)


def _rain(given: Mapping[str, Any]) -> dict[str, Any]:
    years = float(given.get("return_period_years", 50.0))
    minutes = float(given.get("duration_min", 120.0))
    depth = given.get("depth_mm")
    if depth is None:
        formula = given.get("formula", (12.004, 0.711, 8.0, 0.711))
        depth = storm_depth_mm(years, minutes, *(float(v) for v in formula))
    rain = design_rain(float(depth), minutes)
    surface = {"terrain": given["terrain"], "rain": rain, "grid_every_s": 300.0}
    for name in ("bounds_m", "cell_m", "buildings", "inlets", "watch"):
        if name in given:
            surface[name] = given[name]
    engines = [{"id": "flood", "simulator": _FLOOD, "step_s": 30.0, "parameters": surface}]
    couplings = []
    if {"network", "pipes"} & given.keys():
        engines.append(
            {"id": "sewer", "simulator": _SWMM, "step_s": 30.0, "parameters": _pipes_of(given)}
        )
        surface.setdefault("inlets", "type = 'manhole'")
        couplings = [
            {"from": "sewer.overflow", "to": "flood.inflow", "delayed": True},
            {"from": "sewer.head", "to": "flood.pipe_head", "delayed": True},
            {"from": "flood.inlet_flow", "to": "sewer.inflow"},
        ]
    return {"duration_s": 60.0 * minutes + 3600.0, "engines": engines, "couplings": couplings}


def _traffic(given: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    names = ("network", "routes", "demand", "additional", "configuration", "entities", "begin_s",
             "offset_m", "terrain", "scale")  # fmt: skip
    parameters = {name: given[name] for name in names if name in given}
    if not {"network", "configuration"} & parameters.keys():
        parameters = {"roads": given.get("streets", STREETS), "demand": _DEMAND, **parameters}
    return {
        "duration_s": float(given.get("duration_s", 3600.0)),
        "engines": [{"id": "traffic", "simulator": _SUMO, "step_s": 1.0,
                     "parameters": {**parameters, **more}}],
    }  # fmt: skip


def _closure(given: Mapping[str, Any]) -> dict[str, Any]:
    closed = given["roads"]
    roads = [closed] if isinstance(closed, str) else list(closed)
    made = _traffic(given, rerouting=True)
    made["parameters"] = {"closed": 1}
    made["edits"] = [
        {"entity": road, "name": "closed", "value": "$closed", "engine": "traffic",
         "at_s": float(given.get("at_s", 0.0))}
        for road in roads
    ]  # fmt: skip
    return made


def _signals(given: Mapping[str, Any]) -> dict[str, Any]:
    made = _traffic(given)
    made["parameters"] = {"program": _program(given["program"])}
    made["edits"] = [{"entity": given["signal"], "name": "program", "value": "$program",
                      "engine": "traffic"}]  # fmt: skip
    return made


def _program(given: Any) -> float:
    """Return the number of a signal program; `SIGNALS_OFF` for ``off``.

    Raises
    ------
    SimulationError
        If it is neither.
    """
    if str(given).strip().lower() == "off":
        return SIGNALS_OFF
    try:
        number = float(given)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise SimulationError(
            "", f"{given} is no signal program", remedy="give the number of one, or off"
        )
    return number


def _event_day(given: Mapping[str, Any]) -> dict[str, Any]:
    # `demand` is the factor here; how much comes on other days is `vehicles_per_hour`.
    usual = {name: value for name, value in given.items() if name != "demand"}
    if "vehicles_per_hour" in given:
        usual["demand"] = given["vehicles_per_hour"]
    made = _traffic({**usual, "scale": "$demand"}, rerouting=True)
    made["parameters"] = {"demand": float(given.get("demand", 1.5))}
    return made


def _pipes_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what names a network of pipes: a file, or a query for those of the twin."""
    names = ("network", "pipes", "entities", "reach_m")
    return {name: given[name] for name in names if name in given}


def _water(given: Mapping[str, Any], edits: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "duration_s": float(given.get("duration_s", 86_400.0)),
        "engines": [{"id": "water", "simulator": _EPANET, "step_s": 300.0,
                     "parameters": {"pipes": _MAINS, **_pipes_of(given)}}],
        "edits": edits,
    }  # fmt: skip


def _pump_failure(given: Mapping[str, Any]) -> dict[str, Any]:
    at_s = float(given.get("at_s", 3600.0))
    return _water(given, [{"entity": given["pump"], "name": "open", "value": 0, "engine": "water",
                           "at_s": at_s}])  # fmt: skip


def _burst(given: Mapping[str, Any]) -> dict[str, Any]:
    at_s = float(given.get("at_s", 3600.0))
    edits = [{"entity": given["node"], "name": "leak_area", "value": "$leak_area_m2",
              "engine": "water", "at_s": at_s}]  # fmt: skip
    if "valve" in given:
        closes_s = at_s + float(given.get("closed_after_s", 3600.0))
        edits.append({"entity": given["valve"], "name": "open", "value": 0, "engine": "water",
                      "at_s": closes_s})  # fmt: skip
    made = _water(given, edits)
    made["parameters"] = {"leak_area_m2": float(given.get("leak_area_m2", 0.005))}
    return made


def _evacuation(given: Mapping[str, Any]) -> dict[str, Any]:
    if "plan" in given:
        return evacuation_document(given)
    if "exits" not in given:
        raise _missing("evacuation", "exits", "the ways out")
    names = ("area", "obstacles", "exits", "start", "height_m")
    parameters = {name: given[name] for name in names if name in given}
    made: dict[str, Any] = {
        "duration_s": float(given.get("duration_s", 600.0)),
        "engines": [{"id": "people", "simulator": _PEOPLE, "step_s": 1.0,
                     "parameters": {**parameters, "people": "$people"}}],
        "parameters": {"people": int(given.get("people", 200))},
    }  # fmt: skip
    if "closed" in given:
        made["edits"] = [{"entity": given["closed"], "name": "closed", "value": 1,
                          "engine": "people"}]  # fmt: skip
    return made


TEMPLATES: Final = {
    one.id: one
    for one in (
        Template("road-closure", "Road closure", "Where does traffic go when roads are closed?",
                 {"roads": "roads that are closed"}, _closure),
        Template("signal-plan", "Signal plan", "What does another signal program change?",
                 {"signal": "traffic light", "program": "its program"}, _signals),
        Template("rainstorm", "Rainstorm of a return period",
                 "Where does water stand after a storm, and how deep?",
                 {"terrain": "heights (GeoTIFF)"}, _rain),
        Template("pump-failure", "Pump failure", "Who has no pressure when a pump fails?",
                 {"pump": "the pump"}, _pump_failure),
        Template("pipe-burst", "Pipe burst", "What does a burst cost in pressure and water?",
                 {"node": "where it bursts"}, _burst),
        Template("evacuation", "Evacuation", "How long until everybody is out?",
                 {"area": "where people walk"}, _evacuation),
        Template("event-day", "Event day", "What if there is more traffic than on other days?",
                 {}, _event_day),
    )
}  # fmt: skip


def _missing(template_id: str, name: str, meaning: str) -> SimulationError:
    return SimulationError(
        "", f"the template {template_id} needs {name}: {meaning}", remedy=f"give {name}=…"
    )


def scenario_from(template_id: str, scenario_id: str, given: Mapping[str, Any]) -> Scenario:
    """Make a scenario from a template.

    Parameters
    ----------
    template_id, scenario_id : str
    given : dict
        What the template needs, and whatever else it takes.

    Raises
    ------
    SimulationError
        If there is no such template, or something it needs is missing.
    """
    template = TEMPLATES.get(template_id)
    if template is None:
        raise SimulationError(
            "", f"there is no template {template_id}", remedy=f"there are: {', '.join(TEMPLATES)}"
        )
    missing = [name for name in template.needs if name not in given]
    if missing:
        raise _missing(template_id, missing[0], template.needs[missing[0]])
    document = {"title": given.get("title", template.title), "template": template_id}
    return read_scenario(scenario_id, {**document, **template.make(given)})
