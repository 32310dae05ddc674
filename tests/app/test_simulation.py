"""Simulation in the window: a scenario is made, edited, run, seen and replayed."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLineEdit, QMessageBox

from app.panels.run_control import _COURSE
from app.simulation.fmi_variables import read_variables
from fmu_fixtures import build_fmu
from simulation_window_support import cross_town, shown_recording
from twin_model.errors import SimulationError
from twin_model.simulation.scenario import ScenarioStore, read_scenario
from twin_model.time import Instant
from window_support import MakeWindow, make_window, project, qapp_args

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.window import MainWindow

__all__ = ["cross_town", "make_window", "project", "qapp_args"]
if any(importlib.util.find_spec(name) is None for name in ("libsumo", "numba", "jupedsim")):
    pytest.skip("needs the extra `simulation`", allow_module_level=True)
pytestmark = pytest.mark.gui


def keep_scenario(folder: Path, **more: Any) -> None:
    """Write a scenario of two minutes of traffic on the town's roads."""
    document = {
        "title": "Morning", "start": "2026-07-01T00:00:00Z", "duration_s": 120.0,
        "engines": [{"id": "traffic", "simulator": "shapan.sumo.sumo", "step_s": 1.0,
                     "parameters": {"roads": "type = 'road'", "demand": 2400,
                                    "roads_every_s": 10.0}}],
        **more,
    }  # fmt: skip
    ScenarioStore(folder).write(read_scenario("morning", document))


def open_panel(qtbot: QtBot, window: MainWindow) -> Any:
    panel = window.simulation.required_panel()
    qtbot.waitUntil(lambda: bool(window.simulation.session.scenarios), timeout=10_000)
    panel.select("scenario", "morning")
    return panel


def test_a_scenario_runs_from_the_panel_and_its_vehicles_are_seen_moving_live_and_replayed(
    qtbot: QtBot, make_window: MakeWindow, cross_town: Path
) -> None:
    keep_scenario(cross_town)
    window = make_window(cross_town)
    simulation, shown = window.simulation.session, window.simulation.shown
    panel = open_panel(qtbot, window)
    control = panel.control
    # At five times real time, so that it is not over before it was looked at.
    control.speed.setCurrentIndex(control.speed.findData(5.0))
    panel.run.click()
    things = window.viewport.stage.moving_things
    qtbot.waitUntil(lambda: things.count > 0 and control.table.rowCount() > 5, timeout=60_000)
    assert shown.underway is not None and "%" in control.note.text()
    assert window.jobs.active(), "a run is a job"
    control.speed.setCurrentIndex(control.speed.findData(math.inf))
    qtbot.waitUntil(lambda: shown.recording is not None, timeout=60_000)
    assert not simulation.underway
    recording = shown_recording(qtbot, window)
    assert [run.state for run in simulation.runs] == ["finished"]
    assert window.timeline.run_shown and "morning-1" in window.timeline.text
    # What is seen at an instant is what SUMO told of it.
    start = recording.period.start
    for second in (60, 90):
        window.timeline.set_instant(Instant(start.us + second * 1_000_000))
        qtbot.waitUntil(lambda: not shown._reading, timeout=10_000)
        window.viewport.redraw()
        last = recording.hub.last("traffic", "vehicles_running")
        assert last is not None and last.time.us == start.us + second * 1_000_000
        count = int(last.value)
        qtbot.waitUntil(lambda count=count: things.count == count, timeout=20_000)
    assert shown.picture is not None and shown.picture.roads is not None
    assert "Speed" in window.simulation.legend.choice.currentText()
    # A half second later vehicles are half a second further.
    before = recording.tracks.place()
    window.timeline.set_instant(Instant(start.us + 90_500_000))
    after = recording.tracks.place()
    moved = np.linalg.norm(after.position[:, :2] - before.position[:, :2], axis=1)
    assert 0.5 < moved.max() < 12.0
    # The Live tab and the charts have the run's values.
    assert window.live.session.values is recording.values
    # How its figures came about is seen as while it was computed.
    panel.select("run", "morning-1")
    rows = [row for row in range(control.table.rowCount())
            if control.table.item(row, 0).text().strip() == "Vehicles under way"]  # fmt: skip
    qtbot.waitUntil(lambda: len(control.table.item(rows[0], 3).data(_COURSE) or []) > 100,
                    timeout=20_000)  # fmt: skip
    course = control.table.item(rows[0], 3).data(_COURSE)
    running = simulation.runs[0].figures["traffic"]["vehicles_running"]
    assert course[0] < 10 < max(course) and course[-1] == running
    # Now brings the project's own time back.
    window.timeline.now.click()
    qtbot.waitUntil(lambda: not window.timeline.run_shown)
    assert shown.run_id == "" and not window.simulation.legend.isVisible()
    assert window.live.session.values is not recording.values


def test_a_run_is_paused_stepped_and_cancelled_and_what_was_computed_stays(
    qtbot: QtBot, make_window: MakeWindow, cross_town: Path
) -> None:
    traffic = {"id": "traffic", "simulator": "shapan.sumo.sumo", "step_s": 1.0,
               "parameters": {"roads": "type = 'road'", "demand": 2400}}  # fmt: skip
    people = {"id": "people", "simulator": "shapan.jupedsim.jupedsim", "step_s": 1.0,
              "parameters": {"area": [[0, 0], [20, 0], [20, 12], [0, 12]], "people": 60,
                             "exits": {"door": [[0, 5], [1, 5], [1, 7], [0, 7]]}}}  # fmt: skip
    keep_scenario(cross_town, duration_s=3600.0, engines=[traffic, people])
    window = make_window(cross_town)
    simulation = window.simulation.session
    panel = open_panel(qtbot, window)
    panel.control.halt.setChecked(True)
    panel.run.click()
    qtbot.waitUntil(
        lambda: bool(simulation.underway) and simulation.underway[0].session is not None,
        timeout=20_000,
    )
    (one,) = simulation.underway
    assert one.paused
    qtbot.waitUntil(panel.control.step.isEnabled, timeout=10_000)
    for steps in (1, 2):
        panel.control.step.click()
        qtbot.waitUntil(lambda steps=steps: one.steps == steps, timeout=60_000)
    qtbot.wait(300)
    assert one.steps == 2, "it stands still after its step"
    # How dense people stand is seen while nothing of it is written.
    shown = window.simulation.shown
    qtbot.waitUntil(lambda: shown.picture is not None and bool(shown.picture.crowd),
                    timeout=30_000)  # fmt: skip
    assert shown.underway is one and window.simulation.legend.levels.isVisible()
    panel.control.keep.click()
    panel.control.pause.click()
    qtbot.waitUntil(lambda: one.steps > 20, timeout=60_000)
    # An engine that ends is told while the run goes on, with what happens to the others.
    assert one.session is not None
    pid, said = one.session.pid, []
    simulation.restarted.connect(lambda _, restart: said.append(restart))
    workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    os.kill(int(workers[0]), signal.SIGKILL)
    notice = window.overlays.notice
    qtbot.waitUntil(lambda: "ended unexpectedly at" in notice.text, timeout=30_000)
    names = {"traffic": "Traffic", "people": "People"}
    name = names.pop(said[0].engine)
    assert f"Morning: {name} ended" in notice.text
    assert notice.text.endswith(f"What was computed is kept; {names.popitem()[1]}: waiting for it.")
    (item,) = [item for item in panel._items() if item.text(0) == one.id]
    qtbot.waitUntil(lambda: said[-1].back or f"starting again: {name}" in item.text(1))
    qtbot.waitUntil(lambda: said[-1].back, timeout=60_000)
    qtbot.waitUntil(lambda: f"{name} has caught up" in notice.text, timeout=5_000)
    steps = one.steps
    qtbot.waitUntil(lambda: one.steps > steps and "running" in item.text(1), timeout=30_000)
    panel.control.cancel.click()
    qtbot.waitUntil(lambda: not simulation.underway, timeout=30_000)
    qtbot.waitUntil(lambda: bool(simulation.runs) and simulation.runs[0].state == "cancelled",
                    timeout=10_000)  # fmt: skip
    assert simulation.runs[0].figures["traffic"]["vehicles_running"] >= 0


def test_a_scenario_that_cannot_run_says_why_and_the_window_goes_on(
    qtbot: QtBot, make_window: MakeWindow, cross_town: Path
) -> None:
    keep_scenario(cross_town)
    store = ScenarioStore(cross_town)
    store.write(store.read("morning").with_values({"traffic.roads": "type = 'canal'"}))
    window = make_window(cross_town)
    panel = open_panel(qtbot, window)
    panel.run.click()
    qtbot.waitUntil(window.overlays.notice.isVisible, timeout=60_000)
    assert "the query finds no roads" in window.overlays.notice.text
    qtbot.waitUntil(lambda: bool(window.simulation.session.runs), timeout=10_000)
    assert window.simulation.session.runs[0].state == "failed"
    panel.select("run", "morning-1")
    assert "no roads" in panel.control.problem.text()


def test_closing_the_project_ends_its_runs(
    qtbot: QtBot, make_window: MakeWindow, cross_town: Path
) -> None:
    keep_scenario(cross_town, duration_s=36_000.0)
    window = make_window(cross_town)
    panel = open_panel(qtbot, window)
    panel.run.click()
    simulation = window.simulation.session
    qtbot.waitUntil(
        lambda: bool(simulation.underway) and simulation.underway[0].steps > 5, timeout=60_000
    )
    process = simulation.underway[0].session._process  # type: ignore[union-attr]
    window.session.close()
    assert process.poll() is not None
    assert not simulation.underway and not simulation.runs
    about = json.loads((cross_town / "runs/morning-1/run.json").read_text())
    assert about["state"] == "cancelled"


def test_a_scenario_is_edited_undone_and_kept(
    qtbot: QtBot, make_window: MakeWindow, cross_town: Path
) -> None:
    keep_scenario(cross_town)
    window = make_window(cross_town)
    open_panel(qtbot, window)
    window.simulation.edit("morning")
    editor = window.simulation.editor
    assert editor is not None and editor.title.text() == "Morning"
    editor.duration.setValue(5.0)
    editor.duration.editingFinished.emit()
    assert not editor.save.isEnabled() or (editor.draft is not None and editor.draft.changed)
    window.interaction.select(window.session.required.entity("south-street"))
    editor.assumptions.add.click()
    row = editor.assumptions.table
    assert row.item(0, 0).text() == "South Street" and row.item(0, 3).text() == "traffic"
    editor.undo.click()
    assert editor.assumptions.table.rowCount() == 0
    editor.redo.click()
    editor.engines.table.item(0, 0).setText("Cars And Trucks")
    assert "not made of a-z" in editor.problem.text() and not editor.save.isEnabled()
    editor.undo.click()
    assert not editor.problem.isVisible()
    editor.save.click()
    qtbot.waitUntil(lambda: not editor.draft.changed, timeout=10_000)
    kept = ScenarioStore(cross_town).read("morning")
    assert kept.duration_s == 300.0
    assert [(e.entity, e.name, e.value) for e in kept.edits] == [("south-street", "closed", 1)]


def test_a_road_closure_is_made_from_what_is_selected_or_named(
    qtbot: QtBot, make_window: MakeWindow, cross_town: Path
) -> None:
    from app.simulation.template_form import TemplateDialog

    window = make_window(cross_town)
    window.interaction.select(window.session.required.entity("south-street"))
    asked: list[str] = []
    typed = ["", "Nowhere Street", "type = 'canal'", "Main Road, South Street"]

    def fill() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, TemplateDialog)
        if not dialog.make.isEnabled():
            QTimer.singleShot(50, fill)
            return
        roads = dialog.fields["roads"]
        assert isinstance(roads, QLineEdit)
        asked.append(roads.text() if not asked else dialog.problem.text())
        roads.setText(typed[len(asked) - 1])
        dialog.make.click()
        if len(asked) < len(typed):
            QTimer.singleShot(50, fill)

    QTimer.singleShot(200, fill)
    window.simulation.new("road-closure")
    editor = window.simulation.editor
    assert asked == [
        "South Street",
        "Roads that are closed: nothing is said. Select it before, or type its name.",
        "Roads that are closed: nothing in the project is called Nowhere Street",
        "Roads that are closed: the query finds nothing",
    ]
    assert editor is not None and editor.draft is not None
    assert editor.draft.fresh and editor.save.isEnabled()
    editor.save.click()
    qtbot.waitUntil(lambda: ScenarioStore(cross_town).ids() == ["road-closure"], timeout=10_000)
    kept = ScenarioStore(cross_town).read("road-closure")
    assert kept.engines[0].parameters["roads"] == "type = 'road'"
    assert [one.entity for one in kept.edits] == ["main-road", "south-street"]


def test_a_scenario_is_removed_after_a_question(
    qtbot: QtBot, make_window: MakeWindow, cross_town: Path
) -> None:
    keep_scenario(cross_town)
    window = make_window(cross_town)
    panel = open_panel(qtbot, window)

    def answer(role: QMessageBox.ButtonRole) -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox) and "morning" in box.text()
        next(one for one in box.buttons() if box.buttonRole(one) == role).click()

    QTimer.singleShot(200, lambda: answer(QMessageBox.ButtonRole.RejectRole))
    panel.remove.click()
    assert ScenarioStore(cross_town).ids() == ["morning"]
    QTimer.singleShot(200, lambda: answer(QMessageBox.ButtonRole.DestructiveRole))
    panel.remove.click()
    qtbot.waitUntil(lambda: ScenarioStore(cross_town).ids() == [], timeout=10_000)
    qtbot.waitUntil(panel.hint.isVisible, timeout=10_000)


def test_variables_of_a_unit_are_mapped_to_an_entity(
    qtbot: QtBot, make_window: MakeWindow, cross_town: Path, tmp_path: Path
) -> None:
    from app.simulation.fmi_form import _EMPTY, FmiMappingDialog

    unit = build_fmu(tmp_path / "elsewhere", "Tank")
    other = build_fmu(tmp_path / "elsewhere", "Wall3")
    window = make_window(cross_town)
    window.simulation.required_panel()
    window.interaction.select(window.session.required.entity("old-town-0"))
    seen: list[list[str]] = []
    titles: list[str] = []

    def fill() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, FmiMappingDialog):
            QTimer.singleShot(100, fill)
            return
        table = dialog.table
        seen.append([table.item(row, 0).text() for row in range(table.rowCount())])
        table.selectRow(1)
        dialog.use_selected()
        table.item(1, 3).setText("level_m")
        table.item(1, 4).setText("no unit at all")
        dialog._accept()
        assert dialog.problem.text().startswith("level · no unit at all: ")
        table.item(1, 4).setText("m")
        table.item(2, 5).setText("0.02")
        table.item(0, 2).setText("Old town 1")
        dialog._accept()
        titles.append(dialog.windowTitle())
        QTimer.singleShot(100, leave)

    def leave() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, FmiMappingDialog) or dialog.windowTitle() in titles:
            QTimer.singleShot(100, leave)
            return
        titles.append(dialog.windowTitle())
        # FMI 3 defines its units: what empty cells stand for is a unit that we know.
        column = [dialog.table.item(row, 4).data(_EMPTY) for row in range(4)]
        assert column == ["K", "W/m²", "m³/s", "W/(m2.K)"]
        dialog.table.item(0, 4).setText("degC")
        dialog.table.item(2, 4).setText("kPa")
        dialog._accept()
        assert dialog.problem.text().startswith("water · ")
        dialog.reject()

    # As if they were dropped: they are kept with the project, and asked about one after the other.
    QTimer.singleShot(100, fill)
    window.importing.offer([unit, other])
    qtbot.waitUntil(lambda: len(titles) == 2, timeout=60_000)
    assert titles == ["Variables of the unit · Tank", "Variables of the unit · Wall3"]
    editor = window.simulation.editor
    assert editor is not None and editor.draft is not None
    draft = editor.draft
    qtbot.waitUntil(lambda: "variables" in draft.document["engines"][0]["parameters"],
                    timeout=10_000)  # fmt: skip
    assert seen == [["inflow", "level", "leak"]]
    given = draft.document["engines"][0]["parameters"]
    assert given["variables"] == {
        "inflow": {"entity": "old-town-1"},
        "level": {"entity": "old-town-0", "indicator": "level_m", "unit": "m"},
    }
    assert given["values"] == {"leak": 0.02}
    assert (cross_town / given["unit"]).read_bytes() == unit.read_bytes()
    # Run, its level is a figure, and the colour of what it stands for.
    editor.run.click()
    session = window.simulation.session
    qtbot.waitUntil(lambda: [one.state for one in session.runs] == ["finished"], timeout=60_000)
    level = session.runs[0].figures["tank"]["level"]
    assert level == pytest.approx(0.98**600, rel=0.01)
    recording = shown_recording(qtbot, window)
    assert recording.road_names == ["old-town-0"]
    assert window.simulation.shown.picture.indicator == "level_m"


@pytest.mark.parametrize("content", [b"no zip", b""])
def test_a_file_that_is_no_unit_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.fmu"
    path.write_bytes(content)
    with pytest.raises(SimulationError, match="is no FMU"):
        read_variables(path)
