"""Networks of the twin's roads, and demand on them."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from plugins.builtin.sumo.demand import Gate, Network, balanced, write_demand
from plugins.builtin.sumo.lights import lights_of_roads
from plugins.builtin.sumo.roads import Road, joined, roads_of, write_plain
from plugins.conductor.assumed import AssumedTwin
from plugins.conductor.run import find_programs
from plugins.conductor.session import RunSession
from simulation_support import city
from twin_model.commands import AddEntities
from twin_model.entity import Entity
from twin_model.errors import SimulationError
from twin_model.query import EntityQuery
from twin_model.simulation.scenario import read_scenario
from twin_model.store.run_log import Run
from twin_model.store.run_products import RunProducts
from twin_model.twin import Twin

__all__ = ["city"]


def road(name: str, *way: tuple[float, float], bridge: bool = False) -> Road:
    return Road(name, shapely.LineString(way), 2, 13.9, 5, bridge=bridge)


def test_roads_are_cut_where_they_cross_and_keep_their_direction() -> None:
    pieces = joined([road("a", (0, 0), (100, 0)), road("b", (50, 40), (50, -40))], 5.0)
    ways = sorted((r.entity, [tuple(c) for c in line.coords]) for r, line in pieces)
    assert ways == [
        ("a", [(0, 0), (50, 0)]), ("a", [(50, 0), (100, 0)]),
        ("b", [(50, 0), (50, -40)]), ("b", [(50, 40), (50, 0)]),
    ]  # fmt: skip


def test_a_loose_end_is_drawn_on_to_the_road_it_stops_short_of() -> None:
    roads = [road("main", (0, 0), (100, 0)), road("lane", (40, 60), (40, 9))]
    ends = {tuple(line.coords[n]) for r, line in joined(roads, 12.0) for n in (0, -1)
            if r.entity == "lane"}  # fmt: skip
    assert ends == {(40, 60), (40, 0)}
    assert len(joined(roads, 12.0)) == 3
    assert len(joined(roads, 5.0)) == 2, "too far away"


def test_a_bridge_meets_others_at_its_ends_only() -> None:
    roads = [road("under", (50, -40), (50, 40)), road("bridge", (20, 0), (80, 0), bridge=True),
             road("west", (0, 0), (20, 0)), road("east", (80, 0), (100, 0))]  # fmt: skip
    pieces = joined(roads, 3.0)
    assert sorted(r.entity for r, _ in pieces) == ["bridge", "east", "under", "west"]


@pytest.mark.parametrize(
    ("attributes", "geometry", "said"),
    [
        ({}, None, "has no line"),
        ({}, shapely.Point(1, 1), "is no line"),
        ({"lanes": "many"}, shapely.LineString([(0, 0), (9, 9)]), "lanes of the road R is 'many'"),
        ({"speed_limit_km_h": 900}, shapely.LineString([(0, 0), (9, 9)]), "speed_limit_km_h"),
    ],
)
def test_a_road_that_cannot_be_is_named(
    attributes: dict[str, Any], geometry: Any, said: str
) -> None:
    wkb = None if geometry is None else shapely.to_wkb(geometry)
    with pytest.raises(SimulationError, match=said):
        roads_of([Entity("r", "road", "R", attributes=attributes, geometry=wkb)])


def test_no_roads_are_no_network(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match="the query finds no roads"):
        write_plain([], tmp_path)


def gates(*names: str) -> list[Gate]:
    return [Gate(n, n.strip("-"), 1.0, np.array([1000.0 * i, 0.0])) for i, n in enumerate(names)]


NETWORK = Network(gates("a", "b", "c"), gates("-a", "-b", "-c"),
                  {n: [n, f"-{n}"] for n in "abc"})  # fmt: skip


def flows(path: Path) -> dict[tuple[str, str], float]:
    from defusedxml.ElementTree import parse

    return {
        (f.get("from"), f.get("to")): 3600.0 * float(f.get("period")[4:-1])
        for f in parse(path).getroot().iter("flow")
    }


def test_counts_at_the_border_are_kept_and_nobody_turns_round(tmp_path: Path) -> None:
    demand = {"counts": {"a": 600.0, "b": 200.0}, "vehicles_per_hour": 1000.0}
    found = flows(write_demand(demand, NETWORK, tmp_path / "d.xml", 0.0, 3600.0))
    into = {n: sum(v for (here, _), v in found.items() if here == n) for n in "abc"}
    assert into == pytest.approx({"a": 600.0, "b": 200.0, "c": 200.0}, rel=1e-3)
    assert not {("a", "-a"), ("b", "-b"), ("c", "-c")} & found.keys()


def test_rows_of_road_to_road_are_taken_as_they_are(tmp_path: Path) -> None:
    found = flows(write_demand({"od": [["a", "b", 90], ["a", "c", 30]]}, NETWORK,
                               tmp_path / "d.xml", 0.0, 60.0))  # fmt: skip
    assert found == pytest.approx({("a", "-b"): 90.0, ("a", "-c"): 30.0}, rel=1e-4)


@pytest.mark.parametrize(
    ("demand", "said"),
    [
        ({"counts": {"z": 5}}, "counts at z, which does not end"),
        ({"od": [["a", "z", 5]]}, "names the road z"),
        ({"od": [["a", "b"]]}, "not road, road, vehicles an hour"),
        ({"od": [["a", "b", -5]]}, "no number of vehicles an hour"),
        ({"cars": 5}, "has no cars"),
        ("many", "no number of vehicles an hour"),
        (float("nan"), "no number of vehicles an hour"),
    ],
)
def test_demand_that_cannot_be_is_refused(tmp_path: Path, demand: Any, said: str) -> None:
    with pytest.raises(SimulationError, match=said):
        write_demand(demand, NETWORK, tmp_path / "d.xml", 0.0, 60.0)


def test_balancing_keeps_the_sums_of_rows_and_columns() -> None:
    likely = np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 1.0], [3.0, 1.0, 0.0]])
    table = balanced(np.array([10.0, 20.0, 30.0]), np.array([25.0, 20.0, 15.0]), likely)
    assert table.sum(axis=1) == pytest.approx([10.0, 20.0, 30.0])
    assert table.sum(axis=0) == pytest.approx([25.0, 20.0, 15.0], rel=1e-3)
    assert (np.diag(table) == 0.0).all()


@pytest.mark.skipif(importlib.util.find_spec("libsumo") is None, reason="needs SUMO")
def test_traffic_runs_on_the_roads_of_the_twin_and_a_closed_one_stays_empty(city: Twin) -> None:
    ways = {"north": [(0, 200), (600, 200)], "south": [(0, 0), (600, 0)],
            "west": [(100, -150), (100, 350)], "east": [(500, -150), (500, 350)]}  # fmt: skip
    city.execute(
        AddEntities(
            [Entity(k, "road", k, geometry=shapely.to_wkb(shapely.LineString(w)),
                    attributes={"lanes": 4}) for k, w in ways.items()], [],
        )
    )  # fmt: skip
    find_programs()
    lights = lights_of_roads(AssumedTwin(city, None, ()).entities(EntityQuery(type="road")))
    # Called after the roads that meet there, which whoever chooses one knows.
    assert {one.title for one in lights} == {
        "east / north", "north / west", "east / south", "south / west"}  # fmt: skip
    assert {one.programs for one in lights} == {("0",)}
    city.close()
    document = {
        "start": "2026-07-01T00:00:00Z", "duration_s": 240.0,
        "engines": [{"id": "traffic", "simulator": "shapan.sumo.sumo", "step_s": 1.0,
                     "parameters": {"roads": "type = 'road'", "demand": 3000, "rerouting": True,
                                    "roads_every_s": 10.0}}],
        "edits": [{"entity": "north", "name": "closed", "value": 1, "engine": "traffic"},
                  {"entity": lights[0].id, "name": "program", "value": -1, "engine": "traffic"}],
    }  # fmt: skip
    session = RunSession(city.path, read_scenario("closed", document))
    try:
        outcome = session.outcome.result(120.0)
    finally:
        session.close()
    assert (outcome.state, outcome.error, outcome.warnings) == ("finished", "", [])
    assert outcome.figures["traffic"]["trips_completed"] > 10
    run = Run(session.folder)
    values = {name: run.series.read(run.period, [name], ["density"]).value for name in ways}
    assert len(values["north"]) == 24
    assert values["north"].max() == 0.0 and values["south"].max() > 3.0
    assert set(RunProducts(session.folder).lines()) == set(ways)
    run.close()
    document["edits"] = [{"entity": lights[1].id, "name": "program", "value": 7,
                          "engine": "traffic"}]  # fmt: skip
    session = RunSession(city.path, read_scenario("program", document))
    try:
        outcome = session.outcome.result(120.0)
    finally:
        session.close()
    assert outcome.state == "failed"
    assert f"the traffic light {lights[1].id} has no program 7; choose one of: 0" in outcome.error
