"""Gives the demo city sewers and scenarios, so that there is something to rehearse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import shapely

from plugins.builtin.flood.terrain import Ground, read_ground
from twin_model.commands import AddEntities
from twin_model.entity import Entity
from twin_model.layer import LayerRole
from twin_model.query import EntityQuery
from twin_model.simulation.evacuation import building_plan, takes_plan
from twin_model.simulation.scenario import Scenario, ScenarioStore, read_scenario, scenario_json
from twin_model.simulation.templates import scenario_from
from twin_model.twin import Twin

PUMP: Final = "demo-sewer-pump"
_START: Final = "2026-07-01T00:00:00Z"
#: Where the sewers drain, west, south, east, north in local metres.
AREA: Final = (-320.0, -160.0, 232.0, 330.0)
#: A trunk under Binhai Avenue, and branches from the low places down to it.
_TRUNK: Final = tuple((x, 75.0) for x in (-260.0, -200.0, -140.0, -66.0, 0.0, 56.0, 120.0, 172.0))
_BRANCHES: Final = (
    ((-238.0, 198.0), (-254.0, 130.0)),
    ((-178.0, 278.0), (-98.0, 200.0), (-98.0, 126.0)),
    ((18.0, 194.0), (50.0, 150.0), (78.0, 114.0)),
    ((114.0, 194.0), (146.0, 158.0), (182.0, 118.0)),
)
_CANAL: Final = (226.0, 62.0)
_SEA: Final = (-66.0, -172.0)
_SLOPE: Final = 0.0012
_CANAL_M: Final = 1.3
#: The storm tide before the gate of the canal's outfall, above the streets that lie lowest.
_STAGE_M: Final = 5.0
#: In the terminal, by storey.
_PEOPLE: Final = (260, 420, 60)
#: Trunk and branches.
_DIAMETERS_MM: Final = (900, 600)


@dataclass(frozen=True)
class _Manhole:
    id: str
    place: tuple[float, float]
    invert_m: float


def add_simulation(twin: Twin, *, english: bool = False) -> list[str]:
    """Add sewers and scenarios; return the ids of the scenarios, none where they are there already.

    Raises
    ------
    ShapanError
        If something of it cannot be added.
    """
    store = ScenarioStore(twin.path)
    if store.ids():
        return []
    terrain = _terrain(twin)
    if not terrain:
        return []
    ground = read_ground(twin.path / terrain, twin.frame.origin or (0.0, 0.0), None, None,
                         gaps=True)  # fmt: skip
    twin.execute(AddEntities(sewers(ground, english=english), []))
    found = [*_traffic(twin, terrain, english), *_storms(terrain, english),
             *_evacuations(twin, english)]  # fmt: skip
    for scenario in found:
        store.write(scenario)
    return [scenario.id for scenario in found]


def _terrain(twin: Twin) -> str:
    """Return the file of heights within the project; empty where there is none."""
    for layer in twin.layers():
        path = twin.layer_folder(layer.id) / layer.content
        if layer.role == LayerRole.TERRAIN and path.is_file():
            return path.relative_to(twin.path).as_posix()
    return ""


def sewers(ground: Ground, *, english: bool) -> list[Entity]:
    """Return manholes, pipes, two outfalls and the pump that is planned."""
    trunk = [_Manhole(f"demo-sewer-t{n + 1}", place, 0.0) for n, place in enumerate(_TRUNK)]
    trunk = _graded(trunk, _CANAL, _CANAL_M)
    canal = _Manhole("demo-outfall-canal", _CANAL, _CANAL_M)
    sea = _Manhole("demo-outfall-sea", _SEA, 0.0)
    manholes, pairs = list(trunk), [(a, b, 0) for a, b in zip(trunk, [*trunk[1:], canal])]
    for number, places in enumerate(_BRANCHES):
        foot = min(trunk, key=lambda one: abs(one.place[0] - places[-1][0]))
        branch = [_Manhole(f"demo-sewer-{'abcd'[number]}{n + 1}", place, 0.0)
                  for n, place in enumerate(places)]  # fmt: skip
        branch = _graded(branch, foot.place, foot.invert_m)
        manholes += branch
        pairs += [(a, b, 1) for a, b in zip(branch, [*branch[1:], foot])]
    entities = [_manhole(one, ground, english) for one in manholes]
    entities += [_outfall(canal, english, "通海河排口", "Canal outfall", _STAGE_M),
                 _outfall(sea, english, "海湾排口", "Bay outfall")]  # fmt: skip
    entities += [_pipe(a, b, _DIAMETERS_MM[level], english) for a, b, level in pairs]
    line = shapely.LineString([(*one.place, one.invert_m) for one in (trunk[3], sea)])
    entities.append(
        Entity(PUMP, "pump", "Planned drainage pump" if english else "规划排涝泵",
               attributes={"flow_m3_h": 7200.0, "head_m": 6.0}, geometry=shapely.to_wkb(line))
    )  # fmt: skip
    return entities


def _graded(line: Sequence[_Manhole], end: tuple[float, float], end_m: float) -> list[_Manhole]:
    """Give manholes the bottoms of a pipe that falls evenly to its end."""
    made: list[_Manhole] = []
    place, height = end, end_m
    for one in reversed(line):
        height += _SLOPE * float(shapely.Point(place).distance(shapely.Point(one.place)))
        made.insert(0, _Manhole(one.id, one.place, round(height, 3)))
        place = one.place
    return made


def _manhole(one: _Manhole, ground: Ground, english: bool) -> Entity:
    import numpy as np

    rim = float(ground.heights_m(np.array([one.place]))[0])
    number = one.id.removeprefix("demo-sewer-").upper()
    return Entity(
        one.id, "manhole", f"Manhole {number}" if english else f"雨水检查井{number}",
        (*one.place, rim), attributes={"rim_m": round(rim, 3), "invert_m": one.invert_m,
                                       "manhole_kind": "storm"},
    )  # fmt: skip


def _outfall(
    one: _Manhole, english: bool, chinese_name: str, name: str, stage_m: float | None = None
) -> Entity:
    attributes = {"invert_m": one.invert_m} | ({} if stage_m is None else {"stage_m": stage_m})
    return Entity(one.id, "outfall", name if english else chinese_name,
                  (*one.place, one.invert_m), attributes=attributes)  # fmt: skip


def _pipe(a: _Manhole, b: _Manhole, diameter_mm: int, english: bool) -> Entity:
    name = a.id.removeprefix("demo-sewer-").upper()
    line = shapely.LineString([(*one.place, one.invert_m) for one in (a, b)])
    return Entity(f"{a.id}-pipe", "pipe", f"Storm sewer {name}" if english else f"雨水管{name}",
                  attributes={"diameter_mm": diameter_mm, "medium": "rain"},
                  geometry=shapely.to_wkb(line))  # fmt: skip


# -- scenarios ---------------------------------------------------------------------------


def _scenario(scenario_id: str, document: dict[str, Any]) -> Scenario:
    return read_scenario(scenario_id, {"start": _START, "seed": 1, **document})


def _traffic(twin: Twin, terrain: str, english: bool) -> list[Scenario]:
    """The morning as it is, and with the southern bridge closed."""
    bridges = twin.entities(
        EntityQuery(where="type = 'road' and name in ('滨海桥', 'Binhai Bridge')")
    )
    if not bridges:
        return []
    engine = {"id": "traffic", "simulator": "shapan.sumo.sumo", "step_s": 1.0,
              "parameters": {"roads": "type = 'road'", "demand": "$vehicles_per_hour",
                             "terrain": terrain, "rerouting": True}}  # fmt: skip
    usual = {"duration_s": 1800.0, "engines": [engine],
             "parameters": {"vehicles_per_hour": 5000}}  # fmt: skip
    closed = [{"entity": bridges[0].id, "name": "closed", "value": 1, "engine": "traffic",
               "at_s": 300.0}]  # fmt: skip
    titles = ("Morning peak", "Morning peak, bridge closed") if english else (
        "早高峰", "早高峰，滨海桥封闭")  # fmt: skip
    return [
        _scenario("morning-peak", {**usual, "title": titles[0]}),
        _scenario("bridge-closed", {**usual, "title": titles[1], "template": "road-closure",
                                    "edits": closed}),
    ]  # fmt: skip


def _storms(terrain: str, english: bool) -> list[Scenario]:
    """A storm of fifty years with the sewers as they are, and with the pump that is planned."""
    made = scenario_from(
        "rainstorm", "storm",
        {"terrain": terrain, "return_period_years": 50, "duration_min": 120, "cell_m": 4.0,
         "bounds_m": list(AREA), "buildings": "type = 'building'",
         "pipes": "type in ('pipe', 'manhole', 'outfall') or id = 'demo-sewer-pump'"},
    )  # fmt: skip
    document = scenario_json(made)
    # Each manhole stands for the gullies of its stretch of street.
    document["engines"][0]["parameters"] |= {"perimeter_m": 24.0, "area_m2": 3.0}
    for engine in document["engines"]:
        engine["step_s"] = 10.0
    titles = ("50-year rain", "50-year rain with a new pump") if english else (
        "50年一遇暴雨", "50年一遇暴雨，新增排涝泵")  # fmt: skip
    pumping = [{"entity": PUMP, "name": "setting", "value": 1, "engine": "sewer"}]
    return [
        _scenario("rain-50", {**document, "title": titles[0], "start": _START}),
        _scenario("rain-50-pump", {**document, "title": titles[1], "start": _START,
                                   "edits": pumping}),
    ]  # fmt: skip


def _evacuations(twin: Twin, english: bool) -> list[Scenario]:
    """All storeys of the terminal, with a door blocked, and with a stair blocked."""
    buildings = twin.entities(
        EntityQuery(where="type = 'building' and name in ('航站楼', 'Terminal building')")
    )
    # Others' models may have a building of that name, and no rooms that are kept.
    buildings = [one for one in buildings if takes_plan(twin, [one.id])]
    if not buildings:
        return []
    plan = building_plan(twin, [buildings[0].id])
    ways = {
        twin.entity(way).name: way for one in plan["storeys"] for way in one["parameters"]["exits"]
    }
    door = next((way for name, way in ways.items() if name in ("北门 1-16", "North door 1-16")), "")
    stair = next((way for name, way in ways.items() if name in ("东楼梯", "East stair")), "")
    titles = (
        ("Evacuation of the terminal", "Evacuation, a door blocked", "Evacuation, a stair blocked")
        if english else ("航站楼疏散", "航站楼疏散，一门受阻", "航站楼疏散，一部楼梯受阻")
    )  # fmt: skip
    given = {"area": [buildings[0].id], "plan": plan, "duration_s": 600.0}
    made = []
    for scenario_id, title, closed in zip(
        ("evacuation", "evacuation-door-blocked", "evacuation-stair-blocked"), titles,
        ([], [door], [stair]),
    ):  # fmt: skip
        if closed == [""]:
            continue
        document = scenario_json(scenario_from("evacuation", scenario_id,
                                               {**given, "closed": closed}))  # fmt: skip
        # Most are where ships and buses are waited for, few in the offices.
        people = dict(zip(document["parameters"], _PEOPLE))
        document["parameters"] = people
        made.append(_scenario(scenario_id, {**document, "title": title, "start": _START}))
    return made
