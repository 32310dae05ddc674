"""Moving, turning, scaling, editing corners, splitting, merging, attaching and assigning."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot

from app.editing.assign import AssignDialog
from app.editing.transform import Handle
from app.window import MainWindow
from app.workers import JobState
from editing_support import activate, click_at, drag, look_from_above, settle
from twin_model.commands import AddEntities
from twin_model.entity import Entity
from window_support import MakeWindow, display_of

pytestmark = pytest.mark.gui

CENTRE = (90.0, -60.0, 0.0)


def shed(name: str = "shed", x: float = 70.0, width: float = 30.0, height: float = 6.0) -> Entity:
    outline = shapely.box(x, -75.0, x + width, -55.0)
    return Entity(name, "warehouse", name.title(), (x + width / 2, -65.0, 0.0),
                  shapely.to_wkb(outline), attributes={"height_m": height})  # fmt: skip


@pytest.fixture
def window(qtbot: QtBot, make_window: MakeWindow, project: Path) -> MainWindow:
    made = make_window(project)
    look_from_above(qtbot, made, CENTRE, 45.0)
    return made


def add(qtbot: QtBot, window: MainWindow, *entities: Entity) -> None:
    window.session.execute(AddEntities(entities))
    settle(qtbot, window)
    window.interaction.select_several([window.session.required.entity(one.id) for one in entities])


def now(window: MainWindow, entity_id: str = "shed") -> Entity:
    return window.session.required.entity(entity_id)


def bounds(entity: Entity) -> tuple[float, ...]:
    return tuple(shapely.from_wkb(entity.geometry).bounds)


def take(qtbot: QtBot, window: MainWindow, handle: Handle, to: QPoint) -> None:
    start = display_of(window, window.transform.places()[handle])
    drag(qtbot, window, start, start + to)
    settle(qtbot, window)


def test_an_arrow_moves_along_its_axis_in_one_undo_step(qtbot: QtBot, window: MainWindow) -> None:
    add(qtbot, window, shed())
    before = window.session.required.revision
    window.actions_registry.run("edit.transform")
    take(qtbot, window, Handle.EAST, QPoint(90, -30))
    west, south, *_ = bounds(now(window))
    assert west > 73.0
    assert south == pytest.approx(-75.0, abs=1e-6)
    assert window.session.required.revision == before + 1
    assert "Edit Shed: move" in window.actions_registry.action("edit.undo").text()
    window.actions_registry.run("edit.undo")
    settle(qtbot, window)
    assert bounds(now(window)) == bounds(shed())


def test_the_square_moves_on_the_level_and_the_handles_go_along(
    qtbot: QtBot, window: MainWindow
) -> None:
    add(qtbot, window, shed())
    window.actions_registry.run("edit.transform")
    pivot = window.transform.pivot
    take(qtbot, window, Handle.PLANE, QPoint(-60, 40))
    moved = now(window)
    assert moved.position is not None
    assert moved.position[2] == pytest.approx(0.0, abs=1e-6)
    assert bounds(moved) != bounds(shed())
    assert window.transform.pivot != pivot
    assert window.transform.active


def test_the_ring_turns_in_steps_and_the_knob_scales(qtbot: QtBot, window: MainWindow) -> None:
    add(qtbot, window, shed())
    window.actions_registry.run("edit.transform")
    take(qtbot, window, Handle.TURN, QPoint(70, 25))
    turned = now(window)
    assert turned.heading_deg % 5.0 == pytest.approx(0.0, abs=1e-6)
    assert turned.heading_deg != 0.0
    area = shapely.from_wkb(turned.geometry).area
    assert area == pytest.approx(600.0)
    take(qtbot, window, Handle.SCALE, QPoint(40, 30))
    assert shapely.from_wkb(now(window).geometry).area > area * 1.2
    assert now(window).attributes["height_m"] > 6.0


def test_typed_values_move_several_at_once(qtbot: QtBot, window: MainWindow) -> None:
    pump = Entity("pump", "pump", "P-07", (110.0, -60.0, 0.0))
    add(qtbot, window, shed(), pump)
    before = window.session.required.revision
    window.actions_registry.run("edit.transform")
    fields = window.transform.fields
    fields["east"].edit.setText("12.5")
    fields["north"].edit.setText("-3")
    qtbot.keyClick(fields["north"].edit, Qt.Key.Key_Return)
    settle(qtbot, window)
    assert bounds(now(window)) == pytest.approx((82.5, -78.0, 112.5, -58.0))
    assert now(window, "pump").position == pytest.approx((122.5, -63.0, 0.0))
    assert window.session.required.revision == before + 1
    fields["turn"].edit.setText("abc")
    qtbot.mouseClick(window.edit_bar.finish, Qt.MouseButton.LeftButton)
    assert window.session.required.revision == before + 1
    assert "no number" in window.measure.text


def test_a_symbol_that_is_scaled_states_its_height(qtbot: QtBot, window: MainWindow) -> None:
    add(qtbot, window, Entity("tree", "street_tree", "Tree", (90.0, -60.0, 0.0)))
    window.actions_registry.run("edit.transform")
    window.transform.fields["scale"].edit.setText("1.5")
    qtbot.keyClick(window.transform.fields["scale"].edit, Qt.Key.Key_Return)
    settle(qtbot, window)
    height = now(window, "tree").attributes["height_m"]
    box = window.viewport.stage.entities.feature_bounds(
        window.drawn.mark_of(now(window, "tree"))[1]
    )
    assert box is not None
    assert box[5] - box[2] == pytest.approx(height, abs=0.1)
    assert height > 8.0


def test_a_corner_is_dragged_inserted_and_removed(qtbot: QtBot, window: MainWindow) -> None:
    add(qtbot, window, shed(height=0.0))
    window.actions_registry.run("edit.corners")
    corner = display_of(window, (100.0, -55.0, 0.0))
    goal = display_of(window, (106.0, -49.0, 0.0))
    drag(qtbot, window, corner, goal)
    settle(qtbot, window)
    assert bounds(now(window))[2:] == pytest.approx((106.0, -49.0), abs=0.6)
    middle = display_of(window, (85.0, -75.0, 0.0))
    drag(qtbot, window, middle, display_of(window, (85.0, -82.0, 0.0)))
    settle(qtbot, window)
    assert len(shapely.from_wkb(now(window).geometry).exterior.coords) == 6
    activate(qtbot, window)
    click_at(qtbot, window, (85.0, -82.0, 0.0))
    assert window.corners.marked is not None
    qtbot.keyClick(window.viewport, Qt.Key.Key_Delete)
    settle(qtbot, window)
    assert len(shapely.from_wkb(now(window).geometry).exterior.coords) == 5
    assert now(window).id == "shed"


def test_a_corner_that_would_cross_the_outline_is_refused_in_place(
    qtbot: QtBot, window: MainWindow
) -> None:
    add(qtbot, window, shed(height=0.0))
    before = window.session.required.revision
    window.actions_registry.run("edit.corners")
    start = display_of(window, (100.0, -55.0, 0.0))
    end = display_of(window, (85.0, -90.0, 0.0))
    view = window.viewport
    qtbot.mouseMove(view, start)
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 9):
        qtbot.mouseMove(view, start + (end - start) * step / 8)
    assert "cross itself" in window.measure.text
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    settle(qtbot, window)
    assert window.session.required.revision == before
    assert bounds(now(window)) == bounds(shed())


def test_a_line_across_splits_and_two_neighbours_merge_again(
    qtbot: QtBot, window: MainWindow
) -> None:
    add(qtbot, window, shed(height=0.0))
    window.actions_registry.run("edit.split")
    click_at(qtbot, window, (82.0, -80.0, 0.0))
    click_at(qtbot, window, (82.0, -50.0, 0.0))
    qtbot.keyClick(window.viewport, Qt.Key.Key_Return)
    settle(qtbot, window)
    selected = window.entity_panel.entities
    assert len(selected) == 2
    areas = sorted(shapely.from_wkb(one.geometry).area for one in selected)
    assert sum(areas) == pytest.approx(600.0)
    assert areas[0] == pytest.approx(240.0, abs=25.0)
    window.actions_registry.run("edit.merge")
    settle(qtbot, window)
    assert window.entity_panel.entity is not None
    assert window.entity_panel.entity.id == "shed"
    assert shapely.from_wkb(now(window).geometry).area == pytest.approx(600.0)
    window.actions_registry.run("edit.undo")
    settle(qtbot, window)
    window.actions_registry.run("edit.undo")
    settle(qtbot, window)
    assert bounds(now(window)) == bounds(shed())


def test_a_tall_outline_is_split_where_the_line_crosses_its_roof(
    qtbot: QtBot, window: MainWindow
) -> None:
    add(qtbot, window, shed(height=60.0))
    look_from_above(qtbot, window, (85.0, -65.0, 50.0), 55.0)
    window.actions_registry.run("edit.split")
    # Beside the edges of the roof: what is seen there is the ground far behind the building.
    click_at(qtbot, window, (82.0, -75.0, 60.0), aside=QPoint(0, 14))
    assert window.cut.points[0] == pytest.approx((82.0, -75.0, 60.0), abs=1.5)
    click_at(qtbot, window, (82.0, -55.0, 60.0), aside=QPoint(0, -14))
    assert window.cut.points[1] == pytest.approx((82.0, -55.0, 60.0), abs=1.5)
    qtbot.keyClick(window.viewport, Qt.Key.Key_Return)
    settle(qtbot, window)
    areas = sorted(shapely.from_wkb(one.geometry).area for one in window.entity_panel.entities)
    assert areas == pytest.approx([240.0, 360.0], abs=30.0)


def test_outlines_that_do_not_touch_stay_as_they_are(qtbot: QtBot, window: MainWindow) -> None:
    add(qtbot, window, shed("a", 60.0, 10.0), shed("b", 100.0, 10.0))
    before = window.session.required.revision
    window.actions_registry.run("edit.merge")
    settle(qtbot, window)
    assert window.session.required.revision == before
    assert "only neighbours" in window.overlays.notice.text


def test_a_cut_that_misses_says_what_to_do(qtbot: QtBot, window: MainWindow) -> None:
    add(qtbot, window, shed(height=0.0))
    window.actions_registry.run("edit.split")
    click_at(qtbot, window, (110.0, -80.0, 0.0))
    click_at(qtbot, window, (110.0, -50.0, 0.0))
    qtbot.keyClick(window.viewport, Qt.Key.Key_Return)
    assert "right across" in window.measure.text
    assert window.cut.active


def test_a_feature_is_attached_and_detached_again(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        "app.editing.attach.QMessageBox.question",
        lambda *a: asked.append(a[2]) or QMessageBox.StandardButton.Yes,
    )
    add(qtbot, window, Entity("plan", "building", "Planned", (75.0, -50.0, 0.0)))
    window.scene.zoom_to()
    settle(qtbot, window)
    window.actions_registry.run("edit.attach")
    click_at(qtbot, window, (20.0, 20.0, 60.0))
    settle(qtbot, window)
    assert asked
    assert "Old town 0" in asked[0]
    planned = now(window, "plan")
    assert (planned.layer, planned.feature) == ("old-town", 0)
    assert window.viewport.stage._marks.selected == [("old-town", 0)]
    assert planned.position is not None
    assert planned.position[2] == pytest.approx(60.0, abs=1.0)
    assert window.interaction._bounds_of(planned, 0.0)[0][:2] < (0.0, 0.0)  # around the whole tower
    assert now(window, "old-town-0").layer is None
    click_at(qtbot, window, (20.0, 20.0, 60.0))
    assert window.entity_panel.entity is not None
    assert window.entity_panel.entity.id == "plan"
    window.actions_registry.run("edit.detach")
    settle(qtbot, window)
    assert now(window, "plan").layer is None
    window.actions_registry.run("edit.undo")
    window.actions_registry.run("edit.undo")
    settle(qtbot, window)
    assert now(window, "old-town-0").feature == 0


def open_assign(qtbot: QtBot, window: MainWindow) -> AssignDialog:
    window.actions_registry.run("edit.assign")
    dialog = window.findChild(AssignDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: "found" in dialog.count.text(), timeout=20_000)
    return dialog


def test_a_value_is_assigned_to_all_that_a_query_finds(qtbot: QtBot, window: MainWindow) -> None:
    add(qtbot, window, shed("a"), shed("b", 110.0), Entity("p", "pump", "P", (0.0, 0.0, 0.0)))
    before = window.session.required.revision
    dialog = open_assign(qtbot, window)
    assert "7 entities" in dialog.count.text()
    qtbot.keyClicks(dialog.query, "type is warehouse")
    qtbot.waitUntil(lambda: "2 entities" in dialog.count.text(), timeout=20_000)
    dialog.attribute.setCurrentIndex(dialog.attribute.findData("height_m"))
    dialog.attribute.activated.emit(dialog.attribute.currentIndex())
    assert isinstance(dialog.value, QLineEdit)
    qtbot.keyClicks(dialog.value, "x")
    assert dialog.problem.text() == "Not a number"
    assert not dialog.assign.isEnabled()
    dialog.value.setText("30 ft")
    assert dialog.assign.text() == "Assign to 2 entities"
    qtbot.mouseClick(dialog.assign, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.jobs.active(), timeout=20_000)
    settle(qtbot, window)
    assert window.jobs.records[-1].state is JobState.DONE
    assert now(window, "a").attributes["height_m"] == pytest.approx(9.144)
    assert now(window, "b").attributes["height_m"] == pytest.approx(9.144)
    assert window.session.required.revision == before + 1
    window.actions_registry.run("edit.undo")
    settle(qtbot, window)
    assert now(window, "a").attributes["height_m"] == 6.0


def test_all_entities_and_removed_values_are_meant_only_where_that_is_said(
    qtbot: QtBot, window: MainWindow
) -> None:
    add(qtbot, window, shed("a"), shed("b", 110.0))
    dialog = open_assign(qtbot, window)
    assert "no condition means all of them" in dialog.count.text()
    # An example of this project is a click away.
    assert "type is building" in dialog.examples.text()
    qtbot.waitUntil(lambda: dialog.attribute.count() > 1)
    dialog.attribute.setCurrentIndex(1)
    dialog.attribute.activated.emit(1)
    assert isinstance(dialog.value, QLineEdit)
    qtbot.keyClicks(dialog.value, "5")
    assert not dialog.assign.isEnabled()
    dialog.everything.click()
    assert dialog.assign.isEnabled() and dialog.assign.text() == "Assign to 6 entities"
    dialog.examples.linkActivated.emit("type is warehouse")
    qtbot.waitUntil(lambda: "2 entities" in dialog.count.text(), timeout=20_000)
    assert not dialog.everything.isVisible()
    dialog.attribute.setCurrentIndex(dialog.attribute.findData("height_m"))
    dialog.attribute.activated.emit(dialog.attribute.currentIndex())
    assert not dialog.assign.isEnabled()  # no value yet
    dialog.remove_value.click()
    assert dialog.assign.text() == "Remove from 2 entities"
    qtbot.mouseClick(dialog.assign, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.jobs.active(), timeout=20_000)
    settle(qtbot, window)
    assert "height_m" not in now(window, "a").attributes


def test_tab_goes_through_the_assign_window_as_it_is_read(qtbot: QtBot, window: MainWindow) -> None:
    add(qtbot, window, shed("a"))
    dialog = open_assign(qtbot, window)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    dialog.query.setFocus()
    found = []
    for _ in range(5):
        focused = QApplication.focusWidget()
        assert focused is not None
        found.append(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert found == [
        dialog.query, dialog.everything, dialog.attribute, dialog.value, dialog.remove_value,
    ]  # fmt: skip
    dialog.reject()


def test_attributes_with_and_without_a_group_stand_in_one_list() -> None:
    from app.editing.attributes import attributes_of

    mixed = Entity("x", "feature", attributes={"Pset_Wall.IsExternal": True, "note": "a"})
    assert {one.name for one in attributes_of([mixed])} >= {"Pset_Wall.IsExternal", "note"}


def test_a_wrong_query_says_what_is_wrong_beside_it(qtbot: QtBot, window: MainWindow) -> None:
    add(qtbot, window, shed("a"))
    dialog = open_assign(qtbot, window)
    qtbot.keyClicks(dialog.query, "heigth_m > 3")
    qtbot.waitUntil(lambda: "height_m" in dialog.count.text(), timeout=20_000)
    assert not dialog.assign.isEnabled()
    dialog.query.setText("height_m > 3 as of 2020-01-01")
    qtbot.waitUntil(lambda: "so now" in dialog.count.text(), timeout=20_000)
    dialog.reject()


def test_the_handles_stay_as_large_when_the_camera_comes_nearer(
    qtbot: QtBot, window: MainWindow
) -> None:
    add(qtbot, window, shed())
    window.actions_registry.run("edit.transform")
    pivot = window.transform.pivot
    assert pivot is not None

    def arm_px() -> float:
        tip = display_of(window, window.transform.places()[Handle.UP])
        foot = display_of(window, pivot)
        return float(abs(tip.y() - foot.y()))

    before = arm_px()
    window.navigator.zoom(2.0, QPointF(display_of(window, pivot)))
    settle(qtbot, window)
    assert arm_px() == pytest.approx(before, rel=0.25)
