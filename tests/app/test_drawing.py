"""Drawing points, lines and areas in the scene, with real mouse and keys."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.editing.changes import set_position
from app.window import MainWindow
from editing_support import activate, choose_type, click_at, look_from_above, settle
from twin_model.commands import AddEntities
from twin_model.entity import Entity
from twin_model.frame import Frame
from twin_model.time import Instant
from twin_model.topology import KeepTopology
from twin_model.twin import Twin
from window_support import MakeWindow

pytestmark = pytest.mark.gui

CENTRE = (90.0, -60.0, 0.0)


@pytest.fixture
def window(qtbot: QtBot, make_window: MakeWindow, project: Path) -> MainWindow:
    made = make_window(project)
    look_from_above(qtbot, made, CENTRE)
    return made


def drawn(window: MainWindow) -> list[Entity]:
    found = window.session.required.entities()
    return [entity for entity in found if entity.layer is None]


def run(qtbot: QtBot, window: MainWindow, action: str, words: str) -> None:
    window.actions_registry.run(action)
    choose_type(qtbot, window, words)


def test_a_point_is_placed_named_coded_and_selected(qtbot: QtBot, window: MainWindow) -> None:
    run(qtbot, window, "edit.draw_point", "pump")
    click_at(qtbot, window, (90.0, -60.0, 0.0))
    settle(qtbot, window)
    (pump,) = drawn(window)
    assert (pump.type, pump.name) == ("pump", "Pump 1")
    assert pump.codes.management == "000000-EQ0103-000001"
    assert pump.codes.space
    assert pump.codes.time
    assert pump.position == pytest.approx((90.0, -60.0, 0.0), abs=0.5)
    assert window.entity_panel.entity is not None
    assert window.entity_panel.entity.id == pump.id
    assert window.viewport.stage._marks.selected == [window.drawn.mark_of(pump)]
    assert window.draw.active  # ready for the next one
    qtbot.keyClick(window.viewport, Qt.Key.Key_Escape)
    assert window.tools.current is None
    assert not window.edit_bar.isVisible()


def test_a_line_takes_points_back_and_ends_with_enter(qtbot: QtBot, window: MainWindow) -> None:
    run(qtbot, window, "edit.draw_line", "water pipe")
    for place in ((70.0, -60.0, 0.0), (90.0, -60.0, 0.0), (110.0, -30.0, 0.0)):
        click_at(qtbot, window, place)
    assert "Length" in window.measure.text
    assert " m" in window.measure.text
    qtbot.keyClick(window.viewport, Qt.Key.Key_Backspace)
    assert len(window.draw.points) == 2
    qtbot.keyClick(window.viewport, Qt.Key.Key_Return)
    settle(qtbot, window)
    (pipe,) = drawn(window)
    line = shapely.from_wkb(pipe.geometry)
    assert pipe.type == "water_pipe"
    assert not line.has_z  # it lies on the ground, and follows it
    assert line.length == pytest.approx(20.0, abs=0.6)


def test_an_area_with_a_height_ends_with_a_double_click(qtbot: QtBot, window: MainWindow) -> None:
    from window_support import display_of

    run(qtbot, window, "edit.draw_polygon", "warehouse")
    assert window.draw.height.edit.text() == "10.0"
    window.draw.height.edit.setText("7.5")
    for place in ((70.0, -80.0, 0.0), (110.0, -80.0, 0.0), (110.0, -50.0, 0.0)):
        click_at(qtbot, window, place)
    assert "Area" in window.measure.text
    assert "m²" in window.measure.text
    assert "7.50 m" in window.measure.text
    last = display_of(window, (70.0, -50.0, 0.0))
    qtbot.mouseMove(window.viewport, last)
    qtbot.mouseClick(window.viewport, Qt.MouseButton.LeftButton, pos=last)
    qtbot.mouseDClick(window.viewport, Qt.MouseButton.LeftButton, pos=last)
    settle(qtbot, window)
    (shed,) = drawn(window)
    assert shed.attributes["height_m"] == 7.5
    assert shapely.from_wkb(shed.geometry).area == pytest.approx(1200.0, rel=0.05)
    box = window.viewport.stage.entities.feature_bounds(window.drawn.mark_of(shed)[1])
    assert box is not None
    assert box[5] == pytest.approx(7.5, abs=0.3)


def test_a_crossing_outline_is_refused_and_can_be_mended(qtbot: QtBot, window: MainWindow) -> None:
    run(qtbot, window, "edit.draw_polygon", "plaza")
    for place in ((70.0, -80.0, 0.0), (110.0, -50.0, 0.0), (110.0, -80.0, 0.0), (70.0, -50.0, 0.0)):
        click_at(qtbot, window, place)
    qtbot.keyClick(window.viewport, Qt.Key.Key_Return)
    assert "crosses itself" in window.measure.text
    qtbot.keyClick(window.viewport, Qt.Key.Key_Backspace)
    qtbot.keyClick(window.viewport, Qt.Key.Key_Return)
    settle(qtbot, window)
    assert len(drawn(window)) == 1


def test_drawing_snaps_to_a_corner_says_so_and_ctrl_suspends(
    qtbot: QtBot, window: MainWindow
) -> None:
    from window_support import display_of

    window.session.execute(AddEntities([Entity("p7", "pump", "P-07", (90.0, -60.0, 0.5))]))
    settle(qtbot, window)
    run(qtbot, window, "edit.draw_line", "water pipe")
    near = display_of(window, (90.0, -60.0, 0.5)) + QPoint(6, 4)
    qtbot.mouseMove(window.viewport, near - QPoint(1, 0))
    qtbot.mouseMove(window.viewport, near)
    stage = window.viewport.stage
    qtbot.waitUntil(lambda: "Corner of P-07" in [i.text for i in stage._overlays._items["snap"]])
    click_at(qtbot, window, (90.0, -60.0, 0.5), aside=QPoint(6, 4))
    click_at(qtbot, window, (110.0, -60.0, 0.0))
    click_at(qtbot, window, (90.0, -60.0, 0.5), Qt.KeyboardModifier.ControlModifier,
             QPoint(6, 4))  # fmt: skip
    first, _, suspended = window.draw.points
    assert first == pytest.approx((90.0, -60.0, 0.5), abs=1e-6)
    assert suspended[:2] != pytest.approx((90.0, -60.0), abs=1e-3)


def test_a_pipe_that_starts_at_a_pump_is_connected_to_it(qtbot: QtBot, window: MainWindow) -> None:
    window.session.execute(AddEntities([Entity("p7", "pump", "P-07", (90.0, -60.0, 0.5))]))
    settle(qtbot, window)
    run(qtbot, window, "edit.draw_line", "water pipe")
    click_at(qtbot, window, (90.0, -60.0, 0.5), aside=QPoint(4, 3))
    click_at(qtbot, window, (110.0, -60.0, 0.0))
    qtbot.keyClick(window.viewport, Qt.Key.Key_Return)
    settle(qtbot, window)
    pipe = next(one for one in drawn(window) if one.type == "water_pipe")
    kinds = {(r.kind, r.source, r.target) for r in window.session.required.relations(pipe.id)}
    assert ("connects", "p7", pipe.id) in kinds


def test_the_grid_gives_round_project_coordinates(qtbot: QtBot, window: MainWindow) -> None:
    window.snapping.set_grid(5.0)
    run(qtbot, window, "edit.draw_point", "pump")
    click_at(qtbot, window, (91.4, -58.2, 0.0))
    settle(qtbot, window)
    (pump,) = drawn(window)
    assert pump.position is not None
    assert pump.position[:2] == pytest.approx((90.0, -60.0), abs=1e-6)


def test_delete_duplicate_and_undo(qtbot: QtBot, window: MainWindow) -> None:
    run(qtbot, window, "edit.draw_point", "pump")
    click_at(qtbot, window, (90.0, -60.0, 0.0))
    settle(qtbot, window)
    qtbot.keyClick(window.viewport, Qt.Key.Key_Escape)
    activate(qtbot, window)
    qtbot.keyClick(window.viewport, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, window)
    assert sorted(one.name for one in drawn(window)) == ["Pump 1", "Pump 2"]
    assert window.entity_panel.entity is not None
    assert window.entity_panel.entity.name == "Pump 2"
    qtbot.keyClick(window.viewport, Qt.Key.Key_Delete)
    settle(qtbot, window)
    assert [one.name for one in drawn(window)] == ["Pump 1"]
    assert not window.has_selection()
    assert "Remove Pump 2" in window.actions_registry.action("edit.undo").text()
    window.actions_registry.run("edit.undo")
    settle(qtbot, window)
    assert len(drawn(window)) == 2


def test_nothing_is_drawn_while_looking_back_in_time(qtbot: QtBot, window: MainWindow) -> None:
    run(qtbot, window, "edit.draw_point", "pump")
    window.timeline.set_instant(Instant.parse("2024-01-01"))
    assert window.tools.current is None
    window.actions_registry.refresh()
    assert not window.actions_registry.action("edit.draw_point").isEnabled()


def test_measuring_and_drawing_take_turns(qtbot: QtBot, window: MainWindow) -> None:
    run(qtbot, window, "edit.draw_line", "fence")
    window.actions_registry.run("tools.distance")
    assert window.tools.current is None
    assert window.measure.mode is not None
    click_at(qtbot, window, (80.0, -60.0, 0.0))
    click_at(qtbot, window, (100.0, -60.0, 0.0))
    assert window.measure.text.startswith("Distance")
    run(qtbot, window, "edit.draw_line", "fence")
    assert window.measure.mode is None


def test_a_project_without_a_place_offers_no_drawing(
    qtbot: QtBot, make_window: MakeWindow, tmp_path: Path
) -> None:
    with Twin.create(tmp_path / "new.shapan", Frame("EPSG:32650"), "New"):
        pass
    window = make_window(tmp_path / "new.shapan")
    window.actions_registry.refresh()
    assert not window.actions_registry.action("edit.draw_point").isEnabled()


def test_moving_in_the_form_keeps_the_relations_of_space(qtbot: QtBot, window: MainWindow) -> None:
    places = {"a": (90.0, -60.0, 0.0), "b": (93.0, -60.0, 0.0)}
    near = [Entity(name, "pump", name.upper(), place) for name, place in places.items()]
    window.session.execute(KeepTopology(AddEntities(near)))
    settle(qtbot, window)
    twin = window.session.required

    def nearest() -> set[str]:
        return {r.target for r in twin.relations("a") if r.kind == "nearest" and r.source == "a"}

    assert nearest() == {"b"}
    change = set_position("position.east", 500_000.0 + 400.0, twin.frame)
    window.session.edit(["b"], change, "Edit B: east")
    settle(qtbot, window)
    assert "b" not in nearest()


def test_a_click_beside_the_buttons_of_the_bar_is_none_in_the_scene(
    qtbot: QtBot, window: MainWindow
) -> None:
    run(qtbot, window, "edit.draw_point", "pump")
    bar = window.edit_bar
    empty = next(
        QPoint(x, bar.height() // 2) for x in range(2, bar.width())
        if bar.childAt(x, bar.height() // 2) is None
    )  # fmt: skip
    pose = window.viewport.pose
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=empty)
    qtbot.wait(600)
    settle(qtbot, window)
    assert drawn(window) == []
    none, still = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    at = QPointF(empty), QPointF(bar.mapToGlobal(empty))
    wheel = QWheelEvent(
        *at, QPoint(), QPoint(0, 240), none, Qt.KeyboardModifier.NoModifier, still, False
    )
    QApplication.sendEvent(bar, wheel)
    settle(qtbot, window)
    assert window.viewport.pose == pose
