"""Runs compared in the window: figures, courses, entities, the map, side by side, reports."""

from __future__ import annotations

import dataclasses
import importlib.util
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QColor, QIcon, QImage
from PySide6.QtWidgets import QApplication

from app import plots
from app.__main__ import main
from app.item_models.alarms import value_text
from app.simulation.compared import ComparedData
from app.simulation.differences import change_text
from app.simulation.forecast import ahead_text, shift_us
from app.simulation.periods import period_text
from app.simulation.report import ReportInput, report_html
from app.simulation.report_pages import laid_out
from simulation_window_support import add_roads
from twin_model.frame import Frame
from twin_model.samples import SampleBatch, SampleKeys
from twin_model.simulation.comparison import ComparedEntity, ComparedFigure
from twin_model.simulation.scenario import ScenarioStore, read_scenario
from twin_model.store.run_log import RUNS, Run
from twin_model.store.run_products import RunProducts
from twin_model.time import Instant, Interval
from twin_model.twin import Twin
from window_support import MakeWindow, add_boxes, make_window, qapp_args

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.window import MainWindow

__all__ = ["make_window", "qapp_args"]
if any(importlib.util.find_spec(name) is None for name in ("libsumo", "numba")):
    pytest.skip("needs the extra `simulation`", allow_module_level=True)
pytestmark = pytest.mark.gui


def compute(folder: Path, name: str, *, closed: bool, rain_mm_h: float) -> None:
    """Run traffic and rain over a basin for two minutes, from the command line."""
    bed = 0.02 * np.hypot(*np.mgrid[-15:16, -20:21])
    closing = {"entity": "south-street", "name": "closed", "value": 1, "engine": "traffic"}
    scenario = read_scenario(
        name,
        {
            "title": name.title(), "start": "2026-07-01T00:00:00Z", "duration_s": 120.0,
            "engines": [
                {"id": "traffic", "simulator": "shapan.sumo.sumo", "step_s": 1.0,
                 "parameters": {"roads": "type = 'road'", "demand": 3000, "rerouting": True,
                                "roads_every_s": 10.0}},
                {"id": "flood", "simulator": "shapan.flood.flood", "step_s": 10.0,
                 "parameters": {"bed_m": bed.tolist(), "cell_m": 5.0, "open_edges": False,
                                "rain_mm_h": rain_mm_h, "grid_every_s": 60.0}},
            ],
            "edits": [closing] if closed else [],
        },
    )  # fmt: skip
    ScenarioStore(folder).write(scenario)
    assert main(["simulate", str(folder), name, "--progress", "none"]) == 0


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two runs, computed once."""
    folder = tmp_path_factory.mktemp("computed") / "town.shapan"
    with Twin.create(folder, Frame("EPSG:32650", (500_000.0, 3_400_000.0, 0.0)), "Town") as twin:
        add_boxes(twin, "old-town", "Old town", 0.0, "2020-05-01")
    add_roads(folder)
    compute(folder, "usual", closed=False, rain_mm_h=300.0)
    compute(folder, "closed", closed=True, rain_mm_h=3000.0)
    return folder


@pytest.fixture
def town(computed: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(computed, tmp_path / "town.shapan"))


def compared(qtbot: QtBot, make_window: MakeWindow, folder: Path) -> MainWindow:
    window = make_window(folder)
    simulation = window.simulation
    panel = simulation.required_panel()
    qtbot.waitUntil(lambda: len(simulation.session.runs) == 2, timeout=10_000)
    panel.tree.selectAll()
    assert panel.selected("run") and panel.compare.isEnabled()
    panel.compare.click()
    qtbot.waitUntil(lambda: simulation.compared.data is not None, timeout=20_000)
    return window


def rows(batch: SampleBatch) -> list[str]:
    """Return samples as texts that can be compared, whatever order they were written in."""
    entities, indicators = batch.keys.entities, batch.keys.indicators
    places = np.zeros((len(batch), 3)) if batch.position is None else batch.position
    return sorted(
        f"{entities[entity]} {indicators[indicator]} {at_us} {value!r} {place}"
        for entity, indicator, at_us, value, place in zip(
            batch.entity.tolist(), batch.indicator.tolist(), batch.time_us.tolist(),
            batch.value.tolist(), places.tolist(),
        )
    )  # fmt: skip


def test_the_window_gives_the_same_numbers_as_the_command_line(
    qtbot: QtBot, make_window: MakeWindow, town: Path
) -> None:
    window = make_window(town)
    simulation, panel = window.simulation.session, window.simulation.required_panel()
    qtbot.waitUntil(lambda: bool(simulation.scenarios), timeout=10_000)
    panel.select("scenario", "closed")
    panel.run.click()
    qtbot.waitUntil(lambda: any(one.steps > 20 for one in simulation.underway), timeout=60_000)
    # Looked at, stopped and stepped meanwhile.
    one = simulation.underway[0]
    simulation.pause(one)
    simulation.step(one)
    simulation.resume(one)
    qtbot.waitUntil(lambda: not simulation.underway, timeout=60_000)
    seen, alone = (Run(town / RUNS / name) for name in ("closed-2", "closed-1"))
    assert seen.about["state"] == "finished" and seen.about["figures"] == alone.about["figures"]
    for name in ("series", "moving"):
        first, second = (rows(getattr(run, name).read(run.period)) for run in (seen, alone))
        assert len(first) > 500 and first == second, name
    products = [RunProducts(run.folder) for run in (seen, alone)]
    depths = [one.last_depth("flood") for one in products]
    assert depths[0] is not None and depths[1] is not None
    assert np.nanmax(depths[0].depth_m) > 0.05
    np.testing.assert_array_equal(depths[0].depth_m, depths[1].depth_m)
    for run in (seen, alone):
        run.close()


def test_two_runs_are_compared_by_figures_courses_entities_and_in_the_scene(
    qtbot: QtBot, make_window: MakeWindow, town: Path
) -> None:
    window = compared(qtbot, make_window, town)
    simulation, panel = window.simulation, window.simulation.comparison
    data = simulation.compared.data
    assert panel is not None and data is not None
    assert data.ids == ["usual-1", "closed-1"], "the one computed first is A"
    assert window.actions_registry.action("simulation.largest").isEnabled()
    figures = {one.indicator: one for one in data.figures}
    assert figures["rain_volume"].relative(1) == pytest.approx(9.0)
    table = panel.figures
    texts = {table.item(row, 0).text().strip(): table.item(row, 3).text()
             for row in range(table.rowCount())}  # fmt: skip
    assert texts["Volume of rain · Surface water"].endswith("(+900.0 %)")
    # What differs most of the entities: nobody drives on the closed street.
    street = [one for one in data.entities if one.entity == "south-street"]
    speed = next(one for one in street if one.indicator == "speed")
    assert speed.values[1] < 3.0 < speed.values[0]
    assert data.names["south-street"] == "South Street"
    # Who is chosen in the list is selected in the scene.
    rows = [row for row in range(panel.entities.rowCount())
            if panel.entities.item(row, 0).text().strip() == "South Street"]  # fmt: skip
    panel.entities.selectRow(rows[0])
    qtbot.waitUntil(lambda: window.entity_panel.entity is not None, timeout=5_000)
    assert window.entity_panel.entity.id == "south-street"
    panel.figures.selectRow(0)
    # The courses lie over each other from the beginning of both.
    qtbot.waitUntil(lambda: len(panel.plot.lines) == 2, timeout=10_000)
    panel.show_course("flood", "water_volume")
    qtbot.waitUntil(lambda: panel.plot.lines[0].unit == "Water on the surface (m³)",
                    timeout=10_000)  # fmt: skip
    first, second = panel.plot.lines
    assert first.time_s[0] == second.time_s[0] and second.value[-1] > 5 * first.value[-1]
    # Without a map the camera goes to what came of it, not to the street that was closed.
    window.interaction.clear()
    window.actions_registry.action("simulation.largest").trigger()
    qtbot.waitUntil(lambda: window.entity_panel.entity is not None, timeout=5_000)
    assert window.entity_panel.entity.id == data.most_changed(1) != "south-street"
    # Where only that changed, it is gone to.
    only = dataclasses.replace(data, entities=street)
    assert only.most_changed(1) == "south-street"
    # The map of differences.
    for name, shown in (("speed", "km/h"), ("water_depth", "m")):
        panel.map.setCurrentIndex(panel.map.findData(name))
        panel.map.activated.emit(panel.map.currentIndex())
        qtbot.waitUntil(
            lambda name=name: (
                simulation.compared.map is not None and simulation.compared.map.indicator == name
            ),
            timeout=10_000,
        )
        assert len(simulation.compared.map.mesh.triangles) > 4
        assert simulation.map_legend.isVisible()
        assert simulation.map_legend.what.text().endswith(f"({shown})")
        # The camera goes to where it is largest.
        window.actions_registry.action("simulation.largest").trigger()
        qtbot.waitUntil(lambda: not window.viewport.flying, timeout=5_000)
        around = simulation.compared.map.largest
        assert around is not None
        target = window.viewport.pose.target
        assert around[0] < target[0] < around[3] and around[1] < target[1] < around[4]
        # A text for each border between two of its colours.
        scale = simulation.map_legend.scale
        assert [place for place, _ in scale.marks] == list(range(1, len(scale.colours)))
    panel.end.click()
    assert not simulation.map_legend.isVisible() and panel.hint.isVisibleTo(panel)


def test_four_runs_are_told_apart_by_letters_and_colours_wherever_they_are_seen(
    qtbot: QtBot, make_window: MakeWindow, town: Path
) -> None:
    for name, source in (("third-1", "usual-1"), ("fourth-1", "closed-1")):
        shutil.copytree(town / "runs" / source, town / "runs" / name)
    window = make_window(town)
    simulation = window.simulation
    qtbot.waitUntil(lambda: len(simulation.session.runs) == 4, timeout=10_000)
    simulation.compare(["usual-1", "closed-1", "third-1", "fourth-1"])
    qtbot.waitUntil(lambda: simulation.compared.data is not None, timeout=20_000)
    panel, data = simulation.comparison, simulation.compared.data
    assert panel is not None and data is not None
    colours = [window.theme.colour(token) for token in plots.LINE_TOKENS[:4]]

    def colour(icon: QIcon) -> QColor:
        return icon.pixmap(9, 9).toImage().pixelColor(4, 4)

    for table, first in ((panel.figures, 1), (panel.entities, 2)):
        heads = [table.horizontalHeaderItem(n) for n in range(first, table.columnCount())]
        assert [one.text() for one in heads] == [
            "A", "B", "B − A", "C", "C − A", "D", "D − A"]  # fmt: skip
        assert [colour(heads[n].icon()) for n in (0, 1, 3, 5)] == colours
    # A unit is said once a line, not seven times.
    assert panel.entities.item(0, 1).text().endswith(")")
    assert not panel.entities.item(0, 2).text().endswith(tuple("hmsk"))
    assert [panel.against.itemText(n) for n in range(3)] == ["B − A", "C − A", "D − A"]
    assert colour(panel.against.itemIcon(2)) == colours[3]
    # The map says by letters whose difference it is, and with how much room.
    panel.draw_map("speed")
    qtbot.waitUntil(lambda: simulation.compared.map is not None, timeout=10_000)
    panel.against.setCurrentIndex(2)
    panel.against.activated.emit(2)
    qtbot.waitUntil(lambda: simulation.map_legend.title.text().startswith("D  "), timeout=10_000)
    title = simulation.map_legend.title
    assert title.text() == f"D  {data.titles[3]}\n− A  {data.titles[0]}"
    qtbot.waitUntil(lambda: title.height() >= title.heightForWidth(title.width()), timeout=5_000)
    # Colours of roads are those of both.
    panel.beside.click()
    qtbot.waitUntil(simulation.legend.isVisible, timeout=20_000)
    assert simulation.legend.title.text() == "Both runs"


def test_two_runs_are_seen_side_by_side_with_one_camera_and_one_time(
    qtbot: QtBot, make_window: MakeWindow, town: Path
) -> None:
    window = compared(qtbot, make_window, town)
    simulation, panel = window.simulation, window.simulation.comparison
    assert panel is not None
    panel.beside.click()
    sides, shown = simulation.sides, simulation.shown
    qtbot.waitUntil(
        lambda: sides.left is not None and sides.left.recording is not None
        and shown.recording is not None,
        timeout=20_000,
    )  # fmt: skip
    left = sides.left
    assert left is not None and left.recording is not None and shown.recording is not None
    assert (left.run_id, shown.run_id) == ("usual-1", "closed-1")
    window.timeline.set_instant(Instant(shown.recording.period.start.us + 70_000_000))
    assert left.instant is not None
    assert left.instant.us - left.recording.period.start.us == 70_000_000
    qtbot.waitUntil(lambda: not left._reading and not shown._reading, timeout=10_000)
    assert left.picture is not None and left.picture.water is not None
    pose = window.viewport.pose
    window.scene.look_down()
    qtbot.waitUntil(lambda: not window.viewport.flying, timeout=5_000)
    assert sides.side.other is not None and window.viewport.pose != pose
    assert sides.side.other.pose == window.viewport.pose
    window.timeline.now.click()
    qtbot.waitUntil(lambda: not sides.active, timeout=5_000)


def test_a_run_is_a_forecast_beside_the_live_picture_which_stays_live(
    qtbot: QtBot, make_window: MakeWindow, town: Path
) -> None:
    window = make_window(town)
    simulation, live, timeline = window.simulation, window.live, window.timeline
    forecast, fields = simulation.forecast, window.entity_panel
    live.session.begin()
    qtbot.waitUntil(lambda: live.session.operations is not None, timeout=20_000)

    def measure(speed_km_h: float) -> None:
        keys, now_us = SampleKeys(["south-street"], ["speed"]), Instant.now().us
        batch = SampleBatch.of(keys, 0, 0, np.array([now_us]), np.array([speed_km_h]))
        live.session.live.hub.publish(batch)

    def live_tab() -> str:
        return " | ".join(f"{one.name} {one.value}" for one in fields._live_fields)

    measure(12.0)
    window.interaction.select(window.session.required.entity("south-street"))
    fields.tabs.set_current(5)
    qtbot.waitUntil(lambda: "Speed 12" in live_tab(), timeout=10_000)
    live.colour_by("speed")
    qtbot.waitUntil(lambda: "12" in live.legend.ends.text(), timeout=10_000)

    panel = simulation.required_panel()
    qtbot.waitUntil(lambda: len(simulation.session.runs) == 2, timeout=10_000)
    panel.select("run", "closed-1")
    panel.beside.click()
    qtbot.waitUntil(lambda: forecast.shown is not None and forecast.shown.picture is not None,
                    timeout=20_000)  # fmt: skip
    shown, other = forecast.shown, forecast.side.other
    assert shown is not None and shown.recording is not None and other is not None
    assert panel.beside.isChecked() and forecast.run_id == "closed-1"
    # Live on the left, and what the forecast is on the right, over its own half.
    qtbot.waitUntil(lambda: other.x() > window.viewport.x(), timeout=5_000)
    left, right = forecast.side.left, forecast.side.right
    assert (left.text, left.parent()) == ("Live", window.viewport)
    assert right.text.startswith("Forecast: Closed, +00:00:0") and right.parent() is other
    # It begins now and goes with the clock, until the slider moves it, and it alone.
    before = timeline.instant
    qtbot.waitUntil(lambda: timeline.instant != before, timeout=5_000)
    assert abs(timeline.axis.first.us - Instant.now().us) < 60_000_000
    timeline.set_instant(Instant(timeline.axis.first.us + 70_000_000))
    assert shown.instant is not None
    assert shown.instant.us - shown.recording.period.start.us == 70_000_000
    # Ahead of now, which goes on, not of when one began to look.
    ahead = re.fullmatch(r"Forecast: Closed, \+00:(\d\d):(\d\d)", right.text)
    assert ahead is not None and 45 <= 60 * int(ahead[1]) + int(ahead[2]) <= 70
    qtbot.waitUntil(lambda: not shown._reading, timeout=10_000)
    assert shown.picture is not None and shown.picture.water is not None
    legend = forecast.legend
    assert legend is not None and legend.isVisible()
    # Depths are of the time of day that the slider shows, too.
    seen = shown.picture.water_instant
    assert seen is not None
    at = Instant(seen.us + timeline.axis.first.us - shown.recording.period.start.us)
    assert legend.note.text() == f"depths as of {at.to_datetime().astimezone():%H:%M:%S}"
    # Folded it leaves the scene to what is seen in it.
    whole = legend.height()
    legend.fold.click()
    assert legend.height() < whole / 2 and not legend.choice.isVisible()
    legend.fold.click()
    assert legend.height() == whole and legend.choice.isVisible()
    assert simulation.shown.run_id == "" and not simulation.legend.isVisible()
    # Values, colours and alarms are those that are measured now.
    assert not live.session.run_shown and live.session.instant is None and "Speed 12" in live_tab()
    measure(44.0)
    qtbot.waitUntil(lambda: "Speed 44" in live_tab(), timeout=10_000)
    qtbot.waitUntil(lambda: "44" in live.legend.ends.text(), timeout=10_000)
    window.scene.look_down()
    qtbot.waitUntil(lambda: not window.viewport.flying, timeout=5_000)
    assert other.pose == window.viewport.pose
    timeline.now.click()
    assert not forecast.active and not timeline.run_shown and timeline.instant is None
    assert not panel.beside.isChecked() and "Speed 44" in live_tab()


def test_a_forecast_is_chosen_by_keyboard_and_among_the_runs_compared(
    qtbot: QtBot, make_window: MakeWindow, town: Path
) -> None:
    window = compared(qtbot, make_window, town)
    simulation, panel = window.simulation, window.simulation.comparison
    forecast = simulation.forecast
    assert panel is not None
    panel.draw_map("speed")
    qtbot.waitUntil(lambda: simulation.compared.map is not None, timeout=10_000)
    panel.forecasts.actions()[0].trigger()
    assert forecast.run_id == "usual-1" and panel.beside.isChecked()
    qtbot.waitUntil(lambda: window.timeline.run_shown, timeout=20_000)
    assert not panel.map.currentData(), "no difference is drawn in the live picture"
    panel.beside.click()
    assert not forecast.active and not simulation.sides.active and not window.timeline.run_shown
    # A run that takes the scene over ends it, and it ends such a run.
    action = window.actions_registry.action("simulation.forecast")
    action.trigger()
    qtbot.waitUntil(lambda: window.timeline.run_shown, timeout=20_000)
    assert forecast.run_id == simulation.session.runs[0].id and action.isChecked()
    simulation.shown.show_recorded("usual-1")
    qtbot.waitUntil(lambda: not forecast.active, timeout=20_000)
    assert window.timeline.run_shown and simulation.shown.recording is not None
    action.trigger()
    assert forecast.run_id == "usual-1" and not simulation.shown.run_id
    panel.beside.setChecked(True)
    panel.beside_wanted.emit(1)
    assert not forecast.active and simulation.sides.active


def test_a_run_with_now_in_it_is_no_later_than_it_was_computed_for() -> None:
    start = Instant.parse("2026-07-01T06:00:00Z")
    period = Interval(start, Instant(start.us + 3_600_000_000))
    assert shift_us(period, Instant(start.us + 600_000_000)) == 0
    assert shift_us(period, Instant(start.us + 86_400_000_000)) == 86_400_000_000
    assert shift_us(period, Instant(start.us - 60_000_000)) == -60_000_000
    assert (ahead_text(750_000_000), ahead_text(-61_000_000)) == ("+00:12:30", "−00:01:01")


@pytest.mark.parametrize("kind", ["html", "pdf"])
def test_a_report_says_what_was_assumed_and_what_came_of_it(
    qtbot: QtBot, make_window: MakeWindow, town: Path, tmp_path: Path, kind: str
) -> None:
    window = compared(qtbot, make_window, town)
    panel, place = window.simulation.comparison, tmp_path / f"report.{kind}"
    assert panel is not None
    window.simulation.save_report(place)
    qtbot.waitUntil(lambda: place.name in panel.note.text(), timeout=30_000)
    if kind == "pdf":
        assert place.read_bytes().startswith(b"%PDF-") and place.stat().st_size > 20_000
        return
    text = place.read_text(encoding="utf-8")
    for said in ("Usual", "closed-1", "South Street",
                 "Volume of rain", "+900.0 %", "SUMO", "data:image/png",
                 "South Street · Closed"):  # fmt: skip
        assert said in text, said
    # Engines by their names, the method at the end.
    assert "<td>Traffic (SUMO), Surface flood</td>" in text
    assert text.index("shallow water (HLL") > text.index("Computed with")
    assert "at_s" not in text and "−0.0 %" not in text


def many_figures() -> ReportInput:
    """Return a report with tables before and behind its pictures, and long lines at its end."""
    about = {"start": "2026-07-01T00:00:00Z", "state": "finished",
             "versions": {f"part-{n}": "1.0" for n in range(40)}}  # fmt: skip
    figures = [ComparedFigure("flood", f"figure {n}", "m", [1.0, n, 2.0]) for n in range(20)]
    entities = [ComparedEntity(f"street {n}", "speed", "m/s", [0.0, n, 1.0]) for n in range(20)]
    ids, titles = ["a-1", "b-1", "c-1"], ["Usual", "Closed", "Closed later"]
    data = ComparedData(ids, titles, [about] * 3, figures, entities, 20, {}, [])
    line = np.arange(100.0), np.arange(100.0)
    picture = QImage(1280, 700, QImage.Format.Format_RGB32)
    courses = [(one, [line] * 3) for one in figures[:6]]
    return ReportInput("Town", data, courses, picture, "The scene.", ["#0072b2"] * 3)


def test_a_report_says_values_days_and_shares_so_that_they_cannot_be_misread(
    qapp: QApplication,
) -> None:
    leak = {"entity": "123", "name": "leak_area", "value": "$leak_area_m2", "engine": "water",
            "at_s": 3600.0}  # fmt: skip
    valve = {"entity": "60", "name": "open", "value": 0, "engine": "water", "at_s": 0.0}
    about = {
        "start": "2026-07-01T12:10:00Z", "reached": "2026-07-02T12:10:00Z", "state": "finished",
        "began": "2026-09-09T08:00:00Z", "ended": "2026-09-09T08:01:33Z",
        "scenario": {"edits": [], "parameters": {"leak_area_m2": 0.01}},
    }  # fmt: skip
    burst = {**about, "inputs": {"water": {"leak_area": "m^2"}},
             "scenario": {**about["scenario"], "edits": [leak, valve]}}  # fmt: skip
    pressure = ComparedFigure("water", "lowest_pressure", "m", [-28.15, 0.225])
    data = ComparedData(
        ["a-1", "b-1"], ["Usual", "Burst"], [about, burst], [pressure], [], 0, {}, []
    )
    text = report_html(ReportInput("Town", data, [], None, "", ["#0072b2"] * 2))
    assert "0.01 m² from 1 h on" in text and "leak_area_m2" not in text
    assert "no from the beginning" in text, "a valve is shut, not 0"
    # The day of its end is another; how long it took to compute is said apart.
    ends = [Instant.parse(str(about[name])).to_datetime().astimezone()
            for name in ("start", "reached")]  # fmt: skip
    assert f"{ends[0]:%Y-%m-%d %H:%M} – {ends[1]:%Y-%m-%d %H:%M}" in text
    assert period_text(Instant(0), Instant(60_000_000)).count("-") == 2, "one day, said once"
    assert "1 min 33 s" in text
    # One sign for minus, and no share of what is negative or reads as nothing.
    assert "−28.15" in text and "-28.15" not in text
    assert "+28.38" in text and " %)" not in text
    for values, said in (
        ([-28.15, -30.0], "−1.85 m"), ([0.0004, 0.001], "+0.001 m"), ([0.0, 2.0], "+2 m"),
        ([10.0, -5.0], "−15 m  (−150.0 %)"), ([-0.0001, -0.0001], "0 m"),
    ):  # fmt: skip
        assert change_text(ComparedFigure("water", "pressure", "m", values), 1) == said
    assert (value_text(-0.0001), value_text(-1204.4)) == ("0.000", "−1,204")


@pytest.mark.parametrize("size", [(1000.0, 649.0), (673.0, 977.0), (700.0, 500.0)])
def test_pages_of_a_report_keep_everything_and_nothing_lies_on_two(
    qapp: QApplication, size: tuple[float, float]
) -> None:
    document = laid_out(report_html(many_figures()), QSizeF(*size))
    anew = document.clone()
    anew.setPageSize(QSizeF(*size))
    layout, block, other, tops = document.documentLayout(), document.begin(), anew.begin(), []
    while block.isValid():
        box = layout.blockBoundingRect(block)
        tops.append(box.top())
        assert box == anew.documentLayout().blockBoundingRect(other), "it lies where it belongs"
        assert box.top() // size[1] == (box.bottom() - 1.0) // size[1], block.text()
        block, other = block.next(), other.next()
    assert tops == sorted(tops)
    assert document.pageCount() == anew.pageCount() == tops[-1] // size[1] + 1 >= 4


def test_a_report_that_cannot_be_written_is_said(
    qtbot: QtBot, make_window: MakeWindow, town: Path, tmp_path: Path
) -> None:
    window = compared(qtbot, make_window, town)
    window.simulation.save_report(tmp_path / "no-folder" / "report.pdf")
    qtbot.waitUntil(window.overlays.notice.isVisible, timeout=30_000)
    assert "cannot be written" in window.overlays.notice.text
