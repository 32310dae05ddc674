"""Makes the scenario of an evacuation over several storeys of a building."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from twin_model.parts.keeping import has_parts
from twin_model.parts.outline import Report
from twin_model.parts.ways_out import told_apart, ways_out
from twin_model.query import EntityQuery

if TYPE_CHECKING:
    from twin_model.parts.walkable import Area, Link
    from twin_model.twin import Twin

_PEOPLE: Final = "shapan.jupedsim.jupedsim"
_STAIRS: Final = "shapan.jupedsim.stairs"
_STEP_S: Final = 1.0
#: Parameters of a scenario that say how many people are on a storey begin so.
PEOPLE_IN: Final = "people_"
_WHOLE: Final = "building"
_STRANGE: Final = re.compile(r"[^a-z0-9]+")


def chosen_of(twin: Twin, given: Any) -> list[str]:
    """Return the ids of entities that are named one by one, or found by a query; of polygons none.

    Raises
    ------
    ShapanError
        If a query cannot be understood, or there is no such entity.
    """
    if isinstance(given, str):
        if any(sign in given for sign in "=<>("):
            return [one.id for one in twin.entities(EntityQuery(where=given))]
        given = [given]
    if not isinstance(given, Sequence) or not all(isinstance(one, str) for one in given):
        return []
    return [twin.entity(one).id for one in given]


def takes_plan(twin: Twin, chosen: Sequence[str]) -> bool:
    """Return whether what was chosen is of building models, whose doors and stairs are known."""
    models = {layer.id for layer in twin.layers() if has_parts(layer)}
    return bool(chosen) and all(twin.entity(one).layer in models for one in chosen)


def building_plan(
    twin: Twin, chosen: Sequence[str], exits: Sequence[str] = (), report: Report = lambda *_: None
) -> dict[str, Any]:
    """Return what the template ``evacuation`` takes as ``plan``: JSON values.

    Parameters
    ----------
    twin : Twin
    chosen : sequence of str
        Buildings, storeys or rooms.
    exits : sequence of str
        Instead of the outer doors.
    report : callable
        Told of tiles; may raise to end the work.

    Returns
    -------
    dict
        ``storeys`` (``id``, ``name``, ``area_m2`` and parameters of an engine), ``stairs``
        (parameters by id), ``links`` (``stairs``, ``from``, ``to``) and ``left_out``, names of
        rooms without a way out.

    Raises
    ------
    SimulationError
        If nothing was chosen that has rooms, or no way leads out.
    SourceError
        If a tile is missing or damaged.
    """
    found = ways_out(twin, chosen, exits, report)
    ids = _ids(found.areas)
    return {
        "storeys": [
            {"id": ids[n], "name": found.titles[n], "area_m2": round(float(area.shape.area), 1),
             "parameters": _parameters(area, [one for one in found.links if one.source == n],
                                       [one for one in found.links if one.target == n])}
            for n, area in enumerate(found.areas)
        ],
        "stairs": {one.id: _stairs(one) for one in found.links},
        "links": [{"stairs": one.id, "from": ids[one.source], "to": ids[one.target]}
                  for one in found.links],
        "left_out": found.left_out,
    }  # fmt: skip


def _ids(areas: Sequence[Area]) -> list[str]:
    """Return an id of an engine for each area, from the storey's name where that makes one."""
    floors = list(dict.fromkeys(area.storey for area in areas))
    named = [_STRANGE.sub("-", area.storey.lower()).strip("-")[:40] for area in areas]
    ids = [
        name if name and name != _WHOLE and area.storey.isascii()
        else f"level-{floors.index(area.storey) + 1}"
        for name, area in zip(named, areas)
    ]  # fmt: skip
    return told_apart(ids, "{}-{}")


def _parameters(area: Area, out: Sequence[Link], into: Sequence[Link]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "area": list(area.rooms),
        "openings": {name: _ring(shape) for name, shape in area.openings.items()},
        "exits": {name: _ring(shape) for name, shape in area.exits.items()}
        | {one.id: _ring(one.head) for one in out},
        "height_m": round(area.floor_m, 3),
    }
    if area.obstacles:
        made["obstacles"] = {name: _ring(shape) for name, shape in area.obstacles.items()}
    if out:
        made["held"] = [one.id for one in out]
    if into:
        made["entries"] = {one.id: _ring(one.foot) for one in into}
    return made


def _ring(shape: Any) -> list[list[float]]:
    return [[round(x, 3), round(y, 3)] for x, y in list(shape.exterior.coords)[:-1]]


def _stairs(link: Link) -> dict[str, Any]:
    stair = link.stair
    path = stair.path[::-1] if link.down else stair.path
    return {
        "path": [[round(float(v), 3) for v in point] for point in path],
        "width_m": round(stair.width_m, 3),
        "length_m": round(stair.length_m, 2),
        "riser_m": round(stair.riser_m, 3),
        "tread_m": round(stair.tread_m, 3),
    }


def shares(areas_m2: Sequence[float], people: int) -> list[int]:
    """Return how many of some people are in each area, after their sizes; all of them somewhere."""
    whole = sum(areas_m2)
    exact = [people * area / whole for area in areas_m2]
    found = [int(one) for one in exact]
    rest = sorted(range(len(exact)), key=lambda n: found[n] - exact[n])
    for number in rest[: people - sum(found)]:
        found[number] += 1
    return found


def evacuation_document(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the scenario of a `building_plan`: an engine for each storey, and one for the stairs.

    Parameters
    ----------
    given : dict
        ``plan``, ``people`` (in all), ``duration_s``, and ``closed``, an exit or several.
    """
    plan = given["plan"]
    storeys = plan["storeys"]
    counts = shares([one["area_m2"] for one in storeys], int(given.get("people", 200)))
    names = [f"{PEOPLE_IN}{one['name']}" for one in storeys]
    engines = [
        {"id": one["id"], "title": one["name"], "simulator": _PEOPLE, "step_s": _STEP_S,
         "parameters": {**one["parameters"], "people": f"${name}"}}
        for one, name in zip(storeys, names)
    ]  # fmt: skip
    couplings: list[dict[str, Any]] = []
    if plan["links"]:
        engines.append(
            {"id": _WHOLE, "simulator": _STAIRS, "step_s": _STEP_S,
             "parameters": {"stairs": plan["stairs"], "storeys": [one["id"] for one in storeys]}}
        )  # fmt: skip
        couplings = _couplings(plan)
    edits = [
        {"entity": exit_, "name": "closed", "value": 1, "engine": one["id"]}
        for exit_ in _closed(given) for one in storeys if exit_ in one["parameters"]["exits"]
    ]  # fmt: skip
    return {
        "edits": edits,
        "duration_s": float(given.get("duration_s", 600.0)),
        "engines": engines,
        "couplings": couplings,
        "parameters": dict(zip(names, counts)),
    }


def _closed(given: Mapping[str, Any]) -> list[str]:
    closed = given.get("closed", ())
    return [closed] if isinstance(closed, str) else list(closed)


def _couplings(plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what storeys and stairs tell one another: what stairs say comes a step later."""
    made: list[dict[str, Any]] = []
    for name in dict.fromkeys(link["from"] for link in plan["links"]):
        mine = {link["stairs"]: link["stairs"] for link in plan["links"] if link["from"] == name}
        made.append({"from": f"{name}.passed", "to": f"{_WHOLE}.arriving", "entities": mine})
        made.append({"from": f"{_WHOLE}.allowed", "to": f"{name}.allowed", "entities": mine,
                     "delayed": True})  # fmt: skip
    for name in dict.fromkeys(link["to"] for link in plan["links"]):
        mine = {link["stairs"]: link["stairs"] for link in plan["links"] if link["to"] == name}
        made.append({"from": f"{_WHOLE}.left_stairs", "to": f"{name}.arriving", "entities": mine,
                     "delayed": True})  # fmt: skip
        made.append({"from": f"{name}.entered", "to": f"{_WHOLE}.entered", "entities": mine})
    for one in plan["storeys"]:
        name = one["id"]
        made.append({"from": f"{name}.people_inside", "to": f"{_WHOLE}.storey_people",
                     "entities": {name: name}})  # fmt: skip
    return made
