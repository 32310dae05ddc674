"""Travelling in time and comparing two instants, with real events."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.panels.time_axis import DAY_US, ticks
from app.window import MainWindow
from rendering.entities.shape import ENTITIES
from rendering.options import Pick
from twin_model.commands import AddEntities, EditEntities, RemoveEntities
from twin_model.edit_marks import edit_marks, first_edit
from twin_model.entity import Entity, Interval
from twin_model.shaping import moved as shifted
from twin_model.time import Instant
from twin_model.twin import Twin
from window_support import MakeWindow, display_of, wait_complete

pytestmark = pytest.mark.gui

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
START = Instant.parse("2025-03-01")


def day(number: float) -> Instant:
    return Instant(START.us + round(number * DAY_US))


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """Two buildings since day 0; one renamed on day 10, one removed on day 20; a third is added
    on day 30, where its feature stood all the time."""
    from twin_model.frame import Frame
    from window_support import add_boxes

    folder = tmp_path / "history.shapan"
    frame = Frame("EPSG:32650", (500_000.0, 3_400_000.0, 0.0))
    with Twin.create(folder, frame, "History") as twin:
        # As a project that was made then: its clock and its first entry say so.
        twin._head = replace(twin._head, recorded_us=day(-1).us)
        twin._writer.execute("UPDATE journal SET recorded_us = ?", (day(-1).us,))
        twin.clock = lambda: day(0)
        add_boxes(twin, "old-town", "Old town", 0.0, None)
        add_boxes(twin, "new-quay", "New quay", 150.0, None)
        twin.clock = lambda: day(10)
        renamed = replace(
            twin.entity("old-town-0"),
            name="Town hall",
            attributes={"height": 61.0, "use": "office"},
        )
        twin.execute(EditEntities([renamed], "Edit Town hall: name"), who="li", why="survey")
        twin.clock = lambda: day(20)
        twin.execute(RemoveEntities(["old-town-1", "new-quay-1"]))
        twin.clock = lambda: day(30)
        shop = Entity("shop", "building", "Shop", (225.0, 15.0, 0.0), layer="new-quay", feature=1,
                      valid=Interval(day(30)))  # fmt: skip
        twin.execute(AddEntities([shop]))
    return folder


def names(window: MainWindow) -> set[str]:
    return {
        entity.id
        for entity in window.session.required.at(window.timeline.instant or day(99)).entities()
    }


def picked(window: MainWindow, place: tuple[float, float, float]) -> tuple[str, int | None] | None:
    at = display_of(window, place)
    pick = window.viewport.pick_at(float(at.x()), float(at.y()))
    return None if pick is None else (pick.layer, pick.feature)


TOP_OF_SMALL = (75.0, 15.0, 25.0)


def test_what_was_removed_is_gone_today_and_back_when_sliding_back(
    qtbot: QtBot, make_window: MakeWindow, changed: Path
) -> None:
    window = make_window(changed)
    qtbot.waitUntil(lambda: window.scene.absent == {"old-town": {1}})
    wait_complete(qtbot, window)
    assert picked(window, TOP_OF_SMALL) != ("old-town", 1)
    qtbot.waitUntil(lambda: window.entities_panel.model.total == 3)
    window.timeline.set_instant(day(15))
    qtbot.waitUntil(lambda: window.scene.absent == {})
    wait_complete(qtbot, window)
    assert picked(window, TOP_OF_SMALL) == ("old-town", 1)
    qtbot.waitUntil(lambda: window.entities_panel.model.total == 4)
    at = display_of(window, TOP_OF_SMALL)
    qtbot.mouseClick(window.viewport, LEFT, NONE, at)
    assert window.entity_panel.title == "Old town 1"
    qtbot.waitUntil(lambda: "old-town-1" in window.relations_panel.view.nodes)
    window.timeline.set_instant(day(25))
    qtbot.waitUntil(lambda: window.scene.absent == {"old-town": {1}, "new-quay": {1}})
    qtbot.waitUntil(lambda: "old-town-1" not in window.relations_panel.view.nodes)


def test_edits_are_marked_with_who_what_and_when(
    qtbot: QtBot, make_window: MakeWindow, changed: Path
) -> None:
    window = make_window(changed, size=(1500, 900))
    axis = window.timeline.axis
    qtbot.waitUntil(lambda: len(axis.edits) > 1)
    assert sum(mark.count for mark in axis.edits) == 5
    edits = [day(9), day(11)]
    axis.show_stretch(*edits)
    qtbot.waitUntil(lambda: [mark.label for mark in axis.edits] == ["Edit Town hall: name"])
    text = axis.text_at(axis.x_of(day(10)))
    assert text.startswith("Edit Town hall: name\n2025-03-11")
    assert text.endswith("li\nsurvey")
    qtbot.mouseDClick(axis, LEFT, NONE, QPoint(50, 30))
    assert (axis.start, axis.end) == (axis.first, axis.last)


def test_close_edits_are_gathered(changed: Path) -> None:
    with Twin.open(changed) as twin:
        assert first_edit(twin) == day(0)
        marks = edit_marks(twin, day(-5), day(60), 2)
        assert [mark.count for mark in marks] == [4, 1]
        assert marks[0].label == "Remove 2 entities"
        assert sum(mark.count for mark in edit_marks(twin, day(-5), day(60), 1000)) == 5


def test_labels_of_the_axis_fit_the_stretch() -> None:
    assert [text for _, text in ticks(day(0), day(800), 5)] == ["2026", "2027"]
    months = [text for _, text in ticks(day(0), day(100), 8)]
    assert months == ["2025-04", "2025-05", "2025-06"]
    days = ticks(day(0), day(4), 8)
    assert 3 <= len(days) <= 6 and all(len(text) == 5 for _, text in days)
    assert all(len(text) == 5 for _, text in ticks(day(0), day(0.2), 8))


def compare(qtbot: QtBot, window: MainWindow, first: float, second: float | None) -> None:
    window.timeline.set_instant(None if second is None else day(second))
    window.timeline.set_comparison(day(first))
    qtbot.waitUntil(lambda: window.comparing.panel.found is not None)


def test_two_instants_are_compared_in_the_list_and_in_the_scene(
    qtbot: QtBot, make_window: MakeWindow, changed: Path
) -> None:
    window = make_window(changed)
    qtbot.mouseClick(window.timeline.compare, LEFT)
    assert window.timeline.other is not None
    assert window.docks.is_open("comparison")
    compare(qtbot, window, 5, None)
    panel, theme = window.comparing.panel, window.theme
    qtbot.waitUntil(lambda: panel.found is not None and panel.found.total == 5)
    assert [panel.kinds[kind].text() for kind in panel.kinds] == ["+ 1", "− 2", "~ 2"]
    marked = {group.colour: {k: set(v) for k, v in group.features.items()}
              for group in window.viewport.stage._marks.groups}  # fmt: skip
    assert marked == {
        theme.text("added"): {"new-quay": {1}},
        # The shop took the place of what was removed beside the quay.
        theme.text("removed"): {"old-town": {1}},
        # The other building of the quay lost its neighbour.
        theme.text("changed"): {"old-town": {0}, "new-quay": {0}},
    }
    # What is gone is drawn again, in red.
    assert not window.viewport.stage._marks.hidden("old-town")
    group = next(
        panel.model.index(row, 0)
        for row in range(panel.model.rowCount())
        if panel.model.index(row, 0).data() == "Changed"
    )
    assert [panel.model.index(row, 0, group).data() for row in range(2)] == [
        "New quay 0", "Town hall",
    ]  # fmt: skip
    neighbour, entity = (panel.model.index(row, 0, group) for row in range(2))
    panel.tree.expand(neighbour)
    qtbot.waitUntil(lambda: panel.model.rowCount(neighbour) == 1)
    assert panel.model.index(0, 0, neighbour).data() == "− Lies next to: New quay 1"
    panel.tree.expand(entity)
    qtbot.waitUntil(lambda: panel.model.rowCount(entity) >= 2)
    lines = [
        panel.model.index(row, 0, entity).data() for row in range(panel.model.rowCount(entity))
    ]
    assert "Name: Old town 0 → Town hall" in lines
    assert any(line.startswith("height: 60 → 61") for line in lines)
    panel.tree.setCurrentIndex(entity)
    assert window.entity_panel.title == "Town hall"
    qtbot.mouseClick(panel.end, LEFT)
    assert window.timeline.other is None
    assert window.viewport.stage._marks.groups == []
    qtbot.waitUntil(lambda: window.viewport.stage._marks.hidden("old-town") == {1})


def test_a_removed_entity_is_shown_when_chosen_in_the_list(
    qtbot: QtBot, make_window: MakeWindow, changed: Path
) -> None:
    window = make_window(changed)
    compare(qtbot, window, 5, None)
    window.comparing.panel.chosen.emit("old-town-1")
    assert window.entity_panel.title == "Old town 1" or window.entity_panel.entities == []


def test_kinds_of_change_can_be_left_out(
    qtbot: QtBot, make_window: MakeWindow, changed: Path
) -> None:
    window = make_window(changed)
    compare(qtbot, window, 5, None)
    panel = window.comparing.panel
    qtbot.waitUntil(lambda: panel.model.rowCount() == 3)
    qtbot.mouseClick(panel.kinds["removed"], LEFT)
    assert panel.model.rowCount() == 2
    colours = {group.colour for group in window.viewport.stage._marks.groups if group.features}
    assert window.theme.text("removed") not in colours


def test_what_was_drawn_and_is_gone_is_shown_in_red_as_it_was(
    qtbot: QtBot, make_window: MakeWindow, changed: Path
) -> None:
    with Twin.open(changed) as twin:
        twin.clock = lambda: day(31)
        outline = shapely.to_wkb(shapely.box(300.0, 0.0, 330.0, 20.0))
        hall = Entity("hall", "building", "Hall", (315.0, 10.0, 0.0), outline,
                      attributes={"height_m": 9.0}, valid=Interval(day(31)))  # fmt: skip
        twin.execute(AddEntities([hall]))
        twin.clock = lambda: day(40)
        twin.execute(RemoveEntities(["hall"]))
    window = make_window(changed)
    assert window.drawn.shape("hall") is None
    compare(qtbot, window, 35, None)
    qtbot.waitUntil(lambda: window.drawn.shape("hall") is not None, timeout=20_000)
    mark = window.drawn.number_of("hall")
    red = window.theme.text("removed")[:7]

    def shown() -> set[tuple[str, int]]:
        return {
            (group.colour, feature)
            for group in window.viewport.stage._marks.groups
            for feature in group.features.get(ENTITIES, ())
        }

    qtbot.waitUntil(lambda: shown() == {(red, mark)})
    # With two pictures each shows what there was.
    qtbot.mouseClick(window.comparing.panel.swipe, LEFT)
    qtbot.waitUntil(lambda: window.drawn.shape("hall") is None, timeout=20_000)
    qtbot.mouseClick(window.comparing.panel.swipe, LEFT)
    qtbot.waitUntil(lambda: window.drawn.shape("hall") is not None, timeout=20_000)
    window.timeline.set_comparison(None)
    qtbot.waitUntil(lambda: window.drawn.shape("hall") is None, timeout=20_000)
    assert shown() == set()


def test_the_swipe_shows_both_instants_and_the_divider_can_be_dragged(
    qtbot: QtBot, make_window: MakeWindow, changed: Path
) -> None:
    window = make_window(changed)
    compare(qtbot, window, 15, 25)
    swipe = window.comparing.swipe
    qtbot.mouseClick(window.comparing.panel.swipe, LEFT)
    assert swipe.active and swipe.other is not None and swipe.scene is not None
    other, scene = swipe.other, swipe.scene
    qtbot.waitUntil(lambda: other.complete and scene.absent == {}, timeout=20_000)
    qtbot.waitUntil(lambda: window.scene.absent == {"old-town": {1}, "new-quay": {1}})
    assert other.pose == window.viewport.pose
    wide = window.viewport.width()
    start = QPoint(swipe.divider.width() // 2, 300)
    QTest.mousePress(swipe.divider, LEFT, NONE, start)
    goal = swipe.divider.mapFrom(window.viewport, QPoint(wide - 60, 300))
    QTest.mouseMove(swipe.divider, goal)
    swipe.set_place(wide - 60)
    QTest.mouseRelease(swipe.divider, LEFT, NONE, goal)
    assert abs(swipe.place - (wide - 60)) <= 1
    assert window.viewport.beside_px == swipe.place
    # On the left it is as it was: the small building stands there and can be picked.
    at = display_of(window, TOP_OF_SMALL)
    assert at.x() < swipe.place
    pick = window.viewport.pick_at(float(at.x()), float(at.y()))
    assert (pick.layer, pick.feature) == ("old-town", 1)
    swipe.set_place(0)
    pick = window.viewport.pick_at(float(at.x()), float(at.y()))
    assert pick is None or pick.feature != 1 or pick.layer != "old-town"
    swipe.divider.setFocus()
    before = swipe.place
    qtbot.keyClick(swipe.divider, Qt.Key.Key_Right)
    assert swipe.place > before
    qtbot.mouseClick(window.comparing.panel.swipe, LEFT)
    assert not swipe.active


def test_side_by_side_both_pictures_are_whole_lit_alike_and_move_together(
    qtbot: QtBot, make_window: MakeWindow, changed: Path
) -> None:
    window = make_window(changed, size=(1600, 900))
    compare(qtbot, window, 15, 25)
    wide = window.viewport.width()
    beside, panel = window.comparing.beside, window.comparing.panel
    qtbot.mouseClick(panel.beside, LEFT)
    assert beside.active and beside.other is not None and beside.scene is not None
    other, scene = beside.other, beside.scene
    qtbot.waitUntil(lambda: abs(window.viewport.width() - other.width()) <= 1)
    assert window.viewport.width() < 0.51 * wide
    qtbot.waitUntil(lambda: other.complete and scene.absent == {}, timeout=20_000)
    assert other.stage._scene.light.direction == window.viewport.stage._scene.light.direction
    # Turning the left one turns the right one, and the other way round.
    start = QPoint(other.width() // 2, other.height() // 2)
    QTest.mousePress(other, LEFT, NONE, start)
    for step in range(1, 6):
        QTest.mouseMove(other, start + QPoint(8 * step, 0))
    QTest.mouseRelease(other, LEFT, NONE, start + QPoint(40, 0))
    assert window.viewport.pose == other.pose
    window.scene.look_down()
    qtbot.waitUntil(lambda: not window.viewport.flying)
    assert other.pose == window.viewport.pose
    wait_complete(qtbot, window)
    qtbot.waitUntil(lambda: other.complete)
    # What is there only at A is clicked in its picture, and outlined there.
    qtbot.mouseClick(other, LEFT, NONE, display_of(window, TOP_OF_SMALL))
    assert window.entity_panel.title == "Old town 1" or window.entity_panel.entities == []
    assert other.stage._marks.selected == [("old-town", 1)]
    # Its graph is that of A, where it was, and says so.
    graph = window.relations_panel
    qtbot.waitUntil(lambda: {"old-town-0", "old-town-1"} <= set(graph.view.nodes))
    assert graph.model.instant == day(15) and "the earlier instant" in graph.note.text()
    # The pointer at the left is told what it rests on, as it was at A.
    at = QPointF(display_of(window, TOP_OF_SMALL))
    card, navigator = beside.card, beside.navigator
    assert card is not None and navigator is not None
    navigator.hovered.emit(other.pick_at(at.x(), at.y()), at)
    assert card.isVisible() and card.text.startswith("Old town 1 Building")
    navigator.hovered.emit(other.pick_at(2.0, 2.0), QPointF(2.0, 2.0))
    assert not card.isVisible()
    window.timeline.set_comparison(None)  # no A any more
    qtbot.waitUntil(lambda: "old-town-1" not in graph.view.nodes and graph.model.instant == day(25))
    compare(qtbot, window, 15, 25)
    qtbot.mouseClick(panel.beside, LEFT)
    qtbot.mouseClick(panel.swipe, LEFT)  # one way or the other
    assert not beside.active and not panel.beside.isChecked()
    assert window.comparing.swipe.active
    qtbot.waitUntil(lambda: window.viewport.width() == wide)
    qtbot.mouseClick(panel.swipe, LEFT)
    assert window.comparing.side is None


def test_the_graph_of_what_is_gone_is_that_of_the_earlier_instant_until_it_is_back(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    graph, stage = window.relations_panel, window.viewport.stage
    small = window.session.required.entity("old-town-1")
    window.session.execute(EditEntities([shifted(small, (0.0, -60.0, 0.0))]))
    window.session.settle()
    earlier = Instant.now()
    window.session.execute(RemoveEntities(["old-town-1"]))
    window.session.settle()
    window.timeline.refresh()
    window.timeline.set_comparison(earlier)

    def south() -> float:
        wait_complete(qtbot, window)
        found = stage.feature_bounds("old-town", 1)
        return 0.0 if found is None else found[1]

    # In red, where it stood then.
    qtbot.waitUntil(lambda: "old-town" in window.scene.placing.moved, timeout=10_000)
    qtbot.waitUntil(lambda: south() == pytest.approx(-60.0), timeout=10_000)
    assert stage._marks.hidden("old-town") == frozenset()
    window.interaction.select_id("old-town-1")
    qtbot.waitUntil(lambda: "the earlier instant" in graph.note.text(), timeout=10_000)
    window.actions_registry.run("edit.undo")
    qtbot.waitUntil(lambda: "the earlier instant" not in graph.note.text(), timeout=10_000)
    assert "old-town-1" in graph.view.nodes and graph.model.instant is None


def test_a_thing_of_its_own_is_meant_on_either_side_whatever_its_number_there(
    qtbot: QtBot, make_window: MakeWindow, changed: Path
) -> None:
    with Twin.open(changed) as twin:
        twin.clock = lambda: day(31)
        twin.execute(AddEntities([
            Entity("early", "tank", "Early", (-20.0, -40.0, 0.0), valid=Interval(day(1), day(40))),
        ]))  # fmt: skip
        since = Interval(day(32))
        late = [
            Entity(f"l{n}", "tank", f"Late {n}", (40.0 * n, -40.0, 0.0), valid=since)
            for n in range(3)
        ]
        twin.execute(AddEntities(late))
    window = make_window(changed, size=(1600, 900))
    qtbot.waitUntil(lambda: len(window.drawn) == 3, timeout=20_000)
    compare(qtbot, window, 35, None)
    window.timeline.set_comparison(day(31.5))
    qtbot.mouseClick(window.comparing.panel.beside, LEFT)
    beside = window.comparing.beside
    assert beside.drawn is not None and beside.other is not None
    drawn = beside.drawn
    qtbot.waitUntil(lambda: drawn.shape("early") is not None, timeout=20_000)
    shape = drawn.shape("early")
    assert shape is not None
    told = beside.told(Pick(ENTITIES, shape.feature, (0.0, 0.0, 0.0)))
    assert told is not None and told.feature is not None
    assert window.drawn.id_of(ENTITIES, told.feature) == "early"
    window.viewport.stage.hover((ENTITIES, told.feature))  # it is not drawn there
    entity = window.interaction.entity_of(told)
    assert entity is not None and entity.id == "early"


def test_by_recorded_time_is_shown_and_compared_what_was_known(
    qtbot: QtBot, make_window: MakeWindow, changed: Path
) -> None:
    with Twin.open(changed) as twin:
        twin.clock = lambda: day(40)
        # It stood since day 2, which nobody knew before day 40.
        found = Entity("old", "building", "Old mill", (-40.0, 0.0, 0.0), valid=Interval(day(2)))
        twin.execute(AddEntities([found]))
    window = make_window(changed, size=(1600, 900))
    timeline, panel = window.timeline, window.comparing.panel
    total = lambda: window.entities_panel.model.total  # noqa: E731
    timeline.set_instant(day(35))
    qtbot.waitUntil(lambda: total() == 4)  # in the world the mill stood then
    window.interaction.select_id("old")
    assert window.entity_panel.title == "Old mill"
    qtbot.mouseClick(timeline.recorded, LEFT)
    qtbot.waitUntil(lambda: total() == 3)
    assert window.entity_panel.entities == []
    assert timeline.text.startswith("known on 2025-04-05")
    assert "known on" in window.entity_panel.locked
    qtbot.waitUntil(lambda: window.drawn.shape("old") is None)
    # Compared: in the world nothing came after day 35, by record the mill did.
    compare(qtbot, window, 35, None)
    qtbot.waitUntil(lambda: panel.found is not None and panel.found.counts["added"] == 1)
    assert panel.times.text().startswith("A  known on 2025-04-05")
    qtbot.mouseClick(timeline.recorded, LEFT)
    qtbot.waitUntil(lambda: panel.found is not None and panel.found.total == 0)
    qtbot.mouseClick(panel.beside, LEFT)
    side = window.comparing.side
    assert side is not None and side.drawn is not None
    drawn = side.drawn
    qtbot.waitUntil(lambda: drawn.shape("old") is not None)
    qtbot.mouseClick(timeline.recorded, LEFT)
    qtbot.waitUntil(lambda: drawn.shape("old") is None)
    assert side.left.text.startswith("A  known on")


def test_closing_the_project_ends_the_comparison(
    qtbot: QtBot, make_window: MakeWindow, changed: Path
) -> None:
    window = make_window(changed)
    compare(qtbot, window, 5, None)
    qtbot.mouseClick(window.comparing.panel.swipe, LEFT)
    window.session.close()
    assert window.timeline.other is None
    assert not window.comparing.swipe.active
    assert window.comparing.panel.found is None
