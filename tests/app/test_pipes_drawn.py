"""Water mains in the colours of what they carry, and where a burst makes a difference."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import shapely

from plugins.conductor.session import RunSession
from simulation_window_support import shown_recording
from twin_model.commands import AddEntities
from twin_model.entity import Entity
from twin_model.simulation.scenario import ScenarioStore, read_scenario
from twin_model.twin import Twin
from window_support import MakeWindow, make_window, project, qapp_args

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

__all__ = ["make_window", "project", "qapp_args"]
if importlib.util.find_spec("wntr") is None:
    pytest.skip("needs the extra `simulation`", allow_module_level=True)
pytestmark = pytest.mark.gui


def main(name: str, *way: tuple[float, ...]) -> Entity:
    return Entity(name, "water_pipe", name.title(), attributes={"diameter_mm": 150},
                  geometry=shapely.to_wkb(shapely.LineString(way)))  # fmt: skip


def add_mains(folder: Path) -> None:
    """Add a reservoir on a hill and three streets with what takes water."""
    places = [(200.0, 0.0, 2.0), (200.0, 150.0, 2.0), (0.0, 150.0, 3.0)]
    taps = [Entity(f"tap-{n}", "water_meter", f"Tap {n}", place, attributes={"demand_l_s": 4.0})
            for n, place in enumerate(places)]  # fmt: skip
    hill = Entity("hill", "reservoir", "Hill", (0.0, 0.0, 60.0))
    lines = [main("first", (0.0, 0.0, 3.0), (200.0, 0.0, 1.0)),
             main("second", (200.0, 0.0, 1.0), (200.0, 150.0, 1.0)),
             main("third", (200.0, 150.0, 1.0), (0.0, 150.0, 2.0))]  # fmt: skip
    with Twin.open(folder) as twin:
        twin.execute(AddEntities([hill, *taps, *lines], []))


def compute(folder: Path, name: str, edits: list[dict[str, Any]]) -> str:
    plan = read_scenario(name, {
        "title": name.title(), "start": "2026-07-01T00:00:00Z", "duration_s": 1800.0,
        "engines": [{"id": "water", "simulator": "shapan.epanet.epanet", "step_s": 60.0,
                     "parameters": {
                         "pipes": "type in ('water_pipe', 'reservoir', 'water_meter')"}}],
        "edits": edits,
    })  # fmt: skip
    ScenarioStore(folder).write(plan)
    session = RunSession(folder, plan)
    try:
        outcome = session.outcome.result(120.0)
    finally:
        session.close()
    assert (outcome.state, outcome.error, outcome.warnings) == ("finished", "", [])
    return outcome.run


def test_pipes_and_nodes_are_coloured_and_a_burst_is_seen_in_the_map_of_differences(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    add_mains(project)
    usual = compute(project, "usual", [])
    hole = {"entity": "second", "name": "leak_area", "value": 0.002, "engine": "water",
            "at_s": 600.0}  # fmt: skip
    burst = compute(project, "burst", [hole])
    window = make_window(project)
    simulation = window.simulation
    panel = simulation.required_panel()
    qtbot.waitUntil(lambda: len(simulation.session.runs) == 2, timeout=10_000)
    simulation.shown.show_recorded(burst)
    recording = shown_recording(qtbot, window)
    assert set(recording.road_names) == {"hill", "tap-0", "tap-1", "tap-2", "first", "second",
                                         "third"}  # fmt: skip
    picture = simulation.shown.picture
    assert picture is not None and picture.roads is not None
    assert picture.indicators == ["flow", "pressure", "velocity"]
    assert (picture.indicator, picture.unit) == ("flow", "l/s")
    # The first carries what all take and what is lost, some 40 l/s.
    assert 20.0 < picture.high < 100.0
    legend = simulation.legend
    assert legend.isVisible() and legend.choice.count() == 4
    legend.chosen.emit("pressure")
    qtbot.waitUntil(lambda: simulation.shown.picture.indicator == "pressure", timeout=10_000)
    panel.tree.selectAll()
    panel.compare.click()
    qtbot.waitUntil(lambda: simulation.compared.data is not None, timeout=20_000)
    data = simulation.compared.data
    assert data is not None and data.ids == [usual, burst]
    assert {"flow", "pressure", "velocity"} <= set(data.maps)
    simulation.compared.show_map("pressure", 1)
    qtbot.waitUntil(lambda: simulation.compared.map is not None, timeout=10_000)
    drawn = simulation.compared.map
    assert drawn is not None and drawn.unit == "m" and len(drawn.mesh.triangles) > 6
    assert len({tuple(colour) for colour in drawn.mesh.vertex_colour}) > 1
