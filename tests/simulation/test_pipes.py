"""Networks of the twin's pipes for SWMM and EPANET, and rooms of building models for people."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import shapely

from ingest.importer import ImportOptions, add_source
from ingest.pipeline.job import Job
from plugins.builtin.epanet.pipes import write_input as write_epanet
from plugins.builtin.pipes import read_pipes
from plugins.builtin.swmm.pipes import write_input as write_swmm
from plugins.conductor.session import RunSession
from plugins.conductor.shapes import LayerShapes
from simulation_support import city
from twin_model.commands import AddEntities
from twin_model.entity import Entity
from twin_model.errors import SimulationError
from twin_model.query import EntityQuery
from twin_model.simulation.scenario import read_scenario
from twin_model.twin import Twin

__all__ = ["city"]
if any(importlib.util.find_spec(name) is None for name in ("swmm", "wntr", "jupedsim")):
    pytest.skip("needs the extra `simulation`", allow_module_level=True)


def line(name: str, kind: str, *way: tuple[float, ...], **attributes: Any) -> Entity:
    return Entity(name, kind, name, attributes=attributes,
                  geometry=shapely.to_wkb(shapely.LineString(way)))  # fmt: skip


def point(name: str, kind: str, *place: float, **attributes: Any) -> Entity:
    return Entity(name, kind, name, (place[0], place[1], place[2]), attributes=attributes)


SEWER = [
    point("m1", "manhole", 0.0, 0.0, 10.0, invert_m=8.0),
    point("m2", "manhole", 100.0, 0.0, 9.8, depth_m=2.2),
    point("out", "outfall", 200.0, 0.0, 7.0, invert_m=7.0),
    line("p1", "pipe", (1.0, 0.5), (99.0, 0.0), diameter_mm=400),
    line("p2", "pipe", (100.0, 0.0), (200.0, 1.0), diameter_mm=300),
]


def finish(folder: Path, document: dict[str, Any]) -> Any:
    plan = read_scenario("test", {"start": "2026-07-01T00:00:00Z", **document})
    session = RunSession(folder, plan)
    try:
        return session.outcome.result(120.0)
    finally:
        session.close()


def test_lines_are_joined_with_the_points_at_their_ends() -> None:
    network = read_pipes("swmm", [*SEWER, line("p3", "pipe", (0.0, 3.0), (0.0, 80.0))], 5.0)
    ends = {one.name: (one.start, one.end) for one in network.links}
    assert ends == {"p1": ("m1", "m2"), "p2": ("m2", "out"), "p3": ("m1", "p3:2")}
    assert network.links[0].length_m == pytest.approx(98.0, abs=0.01)


@pytest.mark.parametrize(
    ("entities", "said"),
    [
        (SEWER[:3], "finds no pipes"),
        ([SEWER[0], SEWER[3], SEWER[1]], "finds no outfall"),
        ([*SEWER, Entity("x", "pipe", "x")], "neither a line nor a place"),
        ([*SEWER, line("short", "pipe", (0.0, 0.0), (1.0, 0.0))], "both ends of short are at m1"),
        ([*SEWER[:3], line("p", "pipe", (0, 0), (100, 0), diameter_mm="wide")],
         "diameter_mm of p is 'wide'"),
        ([point("m", "manhole", 0.0, 0.0, 5.0, invert_m=6.0), *SEWER[1:]],
         "the bottom of m lies at 6 m, not below its rim at 5 m"),
    ],
)  # fmt: skip
def test_a_sewer_that_cannot_be_is_refused(
    entities: list[Entity], said: str, tmp_path: Path
) -> None:
    with pytest.raises(SimulationError, match=said):
        write_swmm(read_pipes("swmm", entities, 5.0), tmp_path / "x.inp")


def test_water_without_a_source_is_refused(tmp_path: Path) -> None:
    mains = [line("w", "water_pipe", (0, 0), (10, 0))]
    with pytest.raises(SimulationError, match="no reservoir or tank"):
        write_epanet(read_pipes("epanet", mains, 5.0), tmp_path / "x.inp")


def test_water_flows_through_the_sewers_of_the_twin(city: Twin) -> None:
    city.execute(AddEntities(SEWER, []))
    city.close()
    engine = {"id": "sewer", "simulator": "shapan.swmm.swmm", "step_s": 30.0, "parameters":
              {"pipes": "type in ('pipe', 'manhole', 'outfall')"}}  # fmt: skip
    edits = [{"entity": "m1", "name": "inflow", "value": 0.05, "engine": "sewer"}]
    outcome = finish(city.path, {"duration_s": 3600.0, "engines": [engine], "edits": edits})
    assert (outcome.state, outcome.error, outcome.warnings) == ("finished", "", [])
    # What goes in comes out, but for what is in the pipes.
    assert outcome.figures["sewer"]["outflow_volume"] == pytest.approx(0.05 * 3600.0, rel=0.1)


def test_a_pump_of_the_twin_stands_until_it_is_told(city: Twin) -> None:
    pump = line("pump", "pump", (100.0, 0.0), (100.0, 60.0), flow_m3_h=180.0)
    sea = point("sea", "outfall", 100.0, 60.0, 5.0, invert_m=5.0)
    city.execute(AddEntities([*SEWER, pump, sea], []))
    city.close()
    engine = {"id": "sewer", "simulator": "shapan.swmm.swmm", "step_s": 30.0, "parameters":
              {"pipes": "type in ('pipe', 'manhole', 'outfall', 'pump')"}}  # fmt: skip
    inflow = {"entity": "m1", "name": "inflow", "value": 0.4, "engine": "sewer"}
    on = {"entity": "pump", "name": "setting", "value": 1, "engine": "sewer"}
    outcomes = [
        finish(city.path, {"duration_s": 1800.0, "engines": [engine], "edits": edits})
        for edits in ([inflow], [inflow, on])
    ]
    without, pumped = (one.figures["sewer"]["outflow_volume"] for one in outcomes)
    assert [one.error for one in outcomes] == ["", ""]
    # What is pumped does not flow by itself any more, so it is somewhat less than 90 m³.
    assert 45.0 < pumped - without < 91.0


def test_water_mains_of_the_twin_have_pressure(city: Twin) -> None:
    mains = [
        point("lake", "reservoir", 0.0, 0.0, 50.0),
        point("house", "house", 400.0, 0.0, 10.0, demand_l_s=5.0),
        line("main", "water_pipe", (0.0, 0.0), (200.0, 0.0), diameter_mm=200),
        line("street", "water_pipe", (200.0, 0.0), (400.0, 0.0), diameter_mm=150),
    ]
    city.execute(AddEntities(mains, []))
    city.close()
    engine = {"id": "water", "simulator": "shapan.epanet.epanet", "step_s": 300.0, "parameters":
              {"pipes": "type in ('water_pipe', 'reservoir', 'house')"}}  # fmt: skip
    outcome = finish(city.path, {"duration_s": 600.0, "engines": [engine]})
    assert (outcome.state, outcome.error) == ("finished", "")
    # 40 m less the losses of Hazen-Williams: 10.67 L Q^1.852 / (C^1.852 d^4.871).
    loss = sum(10.67 * 200.0 * 0.005**1.852 / (120.0**1.852 * d**4.871) for d in (0.2, 0.15))
    figures = outcome.figures["water"]
    assert figures["lowest_pressure"] <= 40.0 - loss + 0.05
    assert figures["supplied"] == pytest.approx(5.0, rel=0.01)
    # A hole in a pipe lets water out at its ends: the lake can not burst.
    hole = {"entity": "main", "name": "leak_area", "value": 0.001, "engine": "water"}
    burst = finish(city.path, {"duration_s": 600.0, "engines": [engine], "edits": [hole]})
    assert (burst.state, burst.error, burst.warnings) == ("finished", "", [])
    # 0.6 A sqrt(2 g h) under some 40 m.
    lost = burst.figures["water"]["supplied"] - 5.0
    assert lost == pytest.approx(0.6 * 0.001 * (2 * 9.81 * 39.0) ** 0.5 * 1e3, rel=0.15)
    assert burst.figures["water"]["lowest_pressure"] < figures["lowest_pressure"] - 0.5


def test_what_takes_water_beside_the_pipes_is_named(tmp_path: Path) -> None:
    mains = [
        point("lake", "reservoir", 0.0, 0.0, 50.0), line("w", "water_pipe", (0, 0), (10, 0)),
        point("hydrant", "hydrant", 5.0, 40.0, 0.0),
    ]  # fmt: skip
    names = write_epanet(read_pipes("epanet", mains, 5.0), tmp_path / "x.inp")
    assert "\nn1 " not in (tmp_path / "x.inp").read_text(), names
    far = point("meter", "water_meter", 5.0, 40.0, 0.0, demand_l_s=1.0)
    with pytest.raises(SimulationError, match="meter takes water, and no pipe ends near it"):
        write_epanet(read_pipes("epanet", [*mains, far], 5.0), tmp_path / "x.inp")


def test_people_leave_rooms_of_a_building_model_by_its_doors(tmp_path: Path) -> None:
    from assets.demo_city.terminal import write_terminal
    from twin_model.frame import Frame
    from twin_model.simulation.evacuation import building_plan

    source = tmp_path / "terminal.ifc"
    write_terminal(source)
    folder = tmp_path / "port.shapan"
    with Twin.create(folder, Frame("EPSG:4549", (515_000.0, 3_349_900.0, 0.0)), "Port") as twin:
        add_source(twin, source, ImportOptions(), Job())
        (hall,) = twin.entities(EntityQuery(where="type = 'space' and name = '101 到达大厅'"))
        (filled,) = LayerShapes(twin).filled([hall])
        shape = shapely.from_wkb(filled.geometry)
        # 52 % of the length less the walls, by the width less the walls.
        assert shape.area == pytest.approx(80.5 * 53.2, rel=0.01)
        assert shapely.get_coordinates(shape, include_z=True)[0, 2] == pytest.approx(4.2)
        doors = [
            e.id
            for e in twin.entities(EntityQuery(where="type = 'door'"))
            if e.name.startswith("北门") and e.position and e.position[0] < 79.0
        ]
        (building,) = twin.entities(EntityQuery(where="type = 'building'"))
        plan = building_plan(twin, [building.id])
    # Three storeys whose stairs lead to the doors in the north.
    assert [(len(one["parameters"]["area"]), len(one["parameters"]["exits"]))
            for one in plan["storeys"]] == [(3, 4), (3, 3), (3, 2)]  # fmt: skip
    assert plan["left_out"] == [] and {one["width_m"] for one in plan["stairs"].values()} == {
        2.4,
        1.5,
    }
    people = {"id": "people", "simulator": "shapan.jupedsim.jupedsim", "step_s": 5.0,
              "parameters": {"area": [hall.id], "exits": doors, "people": 40}}  # fmt: skip
    outcome = finish(folder, {"duration_s": 120.0, "engines": [people]})
    assert (outcome.state, outcome.error) == ("finished", "")
    assert outcome.figures["people"]["people_out"] == 40
    far = {**people, "parameters": {**people["parameters"], "exits": "type = 'door'"}}
    refused = finish(folder, {"duration_s": 10.0, "engines": [far]})
    assert "outside the area" in refused.error
