"""The Relations dock: browsing, relating, removing, paths and impact, with real events."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.graph.finding import Reach
from app.item_models.entities import entity_mime
from app.panels.relations import RelationsPanel
from app.window import MainWindow
from twin_model.commands import AddEntities, AddRelations
from twin_model.entity import Entity, Relation
from twin_model.relations import TOPOLOGY
from twin_model.twin import Twin
from window_support import MakeWindow

pytestmark = pytest.mark.gui

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def plant(project: Path) -> Path:
    """The harbour with a pump that feeds two pipes, one of which feeds a building."""
    entities = [
        Entity("pump", "pump", "P-07", (20.0, -30.0, 0.0)),
        Entity("pipe-a", "pipe", "L-1", (60.0, -30.0, 0.0)),
        Entity("pipe-b", "pipe", "L-2", (90.0, -30.0, 0.0)),
        Entity("tank", "tank", "T-1", (-10.0, -30.0, 0.0)),
        *(Entity(f"valve-{n}", "valve", f"V-{n:02}") for n in range(30)),
    ]
    relations = [
        Relation("f1", "feeds", "tank", "pump"),
        Relation("f2", "feeds", "pump", "pipe-a"),
        Relation("f3", "feeds", "pipe-a", "old-town-0"),
        *(Relation(f"c{n}", "connects", "pipe-a", f"valve-{n}") for n in range(30)),
    ]
    with Twin.open(project) as twin:
        twin.execute(AddEntities(entities, relations))
    return project


def opened(qtbot: QtBot, make_window: MakeWindow, folder: Path, chosen: str) -> MainWindow:
    window = make_window(folder, size=(1600, 1000))
    window.interaction.select_id(chosen)
    qtbot.waitUntil(lambda: chosen in window.relations_panel.view.nodes)
    return window


def at(panel: RelationsPanel, name: str) -> QPoint:
    return panel.view.mapFromScene(panel.view.nodes[name].pos())


def ids(panel: RelationsPanel) -> set[str]:
    return set(panel.view.nodes)


def test_the_selection_is_shown_with_its_neighbours_and_a_click_there_selects(
    qtbot: QtBot, make_window: MakeWindow, plant: Path
) -> None:
    window = opened(qtbot, make_window, plant, "pump")
    panel = window.relations_panel
    assert ids(panel) == {"pump", "tank", "pipe-a"}
    assert panel.view.selected_entity == "pump"
    qtbot.mouseClick(panel.view.viewport(), LEFT, NONE, at(panel, "tank"))
    assert window.entity_panel.entity is not None
    assert window.entity_panel.entity.id == "tank"
    # The graph stays as it is: what was chosen is in it.
    assert ids(panel) == {"pump", "tank", "pipe-a"}
    assert not window.entity_panel.graph.isVisible()


def test_what_is_selected_elsewhere_starts_the_graph_anew_unless_it_is_kept(
    qtbot: QtBot, make_window: MakeWindow, plant: Path
) -> None:
    window = opened(qtbot, make_window, plant, "pump")
    panel = window.relations_panel
    window.interaction.select_id("tank")  # it is in the graph, on its rim
    qtbot.waitUntil(lambda: ids(panel) == {"tank", "pump"})
    assert panel.view.selected_entity == "tank"
    # A thing that was made just now, near what is shown: the change reads both.
    window.entity_editing.create(
        [Entity("fresh", "pump", "P-99", (51.0, 0.0, 0.0))],
        [Relation("f", "connects", "fresh", "tank")],
    )
    qtbot.waitUntil(lambda: window.entity_panel.title == "P-99")
    qtbot.waitUntil(lambda: panel.view.selected_entity == "fresh")
    assert "fresh" in ids(panel) and "tank" in ids(panel)
    qtbot.mouseClick(panel.follow, LEFT)
    window.interaction.select_id("pipe-a")
    qtbot.wait(200)
    assert "fresh" in ids(panel)  # the graph is kept


def test_what_is_selected_in_the_graph_or_the_scene_is_current_in_the_list(
    qtbot: QtBot, make_window: MakeWindow, plant: Path
) -> None:
    window = opened(qtbot, make_window, plant, "pump")
    tree = window.entities_panel.tree
    qtbot.waitUntil(lambda: tree.currentIndex().data() == "P-07")
    panel = window.relations_panel
    qtbot.mouseClick(panel.view.viewport(), LEFT, NONE, at(panel, "pipe-a"))
    qtbot.waitUntil(lambda: tree.currentIndex().data() == "L-1")
    assert window.entity_panel.title == "L-1"
    window.interaction.clear()
    assert not tree.currentIndex().isValid()
    assert panel.view.selected_entity == ""


def test_a_double_click_expands_and_what_is_left_out_is_counted(
    qtbot: QtBot, make_window: MakeWindow, plant: Path
) -> None:
    window = opened(qtbot, make_window, plant, "pump")
    panel = window.relations_panel
    assert panel.model.piece.more == {"pipe-a": 31}
    before = dict(panel.model.piece.places)
    qtbot.mouseDClick(panel.view.viewport(), LEFT, NONE, at(panel, "pipe-a"))
    qtbot.waitUntil(lambda: len(ids(panel)) == 27)
    assert panel.model.piece.more == {"pipe-a": 7, "old-town-0": 1}
    assert {name: panel.model.piece.places[name] for name in before} == before
    qtbot.mouseClick(panel.view.viewport(), LEFT, NONE, at(panel, "pipe-a"))
    assert panel.note.text() == "and 7 more neighbours"
    panel.view.setFocus()
    qtbot.keyClick(panel.view, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: len(ids(panel)) == 34)


def test_arrow_keys_go_from_node_to_node(
    qtbot: QtBot, make_window: MakeWindow, plant: Path
) -> None:
    window = opened(qtbot, make_window, plant, "pump")
    panel = window.relations_panel
    panel.model.move("tank", (-200.0, 0.0))
    panel.model.move("pump", (0.0, 0.0))
    panel.model.move("pipe-a", (0.0, 150.0))
    panel.view.setFocus()
    qtbot.keyClick(panel.view, Qt.Key.Key_Left)
    assert window.entity_panel.title == "T-1"
    qtbot.keyClick(panel.view, Qt.Key.Key_Right)
    qtbot.keyClick(panel.view, Qt.Key.Key_Down)
    assert window.entity_panel.title == "L-1"


def test_dragging_from_one_to_another_relates_them_and_undo_takes_it_back(
    qtbot: QtBot, make_window: MakeWindow, plant: Path
) -> None:
    window = opened(qtbot, make_window, plant, "pump")
    panel, twin = window.relations_panel, window.session.required
    panel.model.include(["pipe-b"])
    qtbot.waitUntil(lambda: "pipe-b" in panel.view.nodes)
    panel.view.fit()
    start, goal = at(panel, "pump"), at(panel, "pipe-b")
    viewport = panel.view.viewport()
    qtbot.mousePress(viewport, LEFT, NONE, start)
    qtbot.mouseMove(viewport, (start + goal) / 2)
    qtbot.mouseMove(viewport, goal)
    qtbot.mouseRelease(viewport, LEFT, NONE, goal)
    qtbot.waitUntil(lambda: panel.editing.form is not None)
    form = panel.editing.form
    assert form is not None
    kinds = {form.kinds.item(row).data(Qt.ItemDataRole.UserRole).kind
             for row in range(form.kinds.count())}  # fmt: skip
    assert "connects" in kinds and not kinds & TOPOLOGY  # what geometry says nobody asserts
    row = next(r for r in range(form.kinds.count()) if form.kinds.item(r).text() == "Connects to")
    form.kinds.setCurrentRow(row)
    assert list(form.values.editors) == ["source_port", "target_port", "direction"]
    qtbot.keyClicks(form.values.editors["source_port"], "outlet")
    qtbot.mouseClick(form.accept_button, LEFT)
    qtbot.waitUntil(lambda: len(twin.relations("pipe-b")) == 1)
    made = twin.relations("pipe-b")[0]
    assert (made.kind, made.source, made.target) == ("connects", "pump", "pipe-b")
    assert made.attributes == {"source_port": "outlet", "direction": "forward"}
    qtbot.waitUntil(lambda: made.id in panel.view.edges)
    assert twin.undo_label == "Add connects"
    window.actions_registry.run("edit.undo")
    qtbot.waitUntil(lambda: made.id not in panel.view.edges)
    assert twin.relations("pipe-b") == []


def test_refused_kinds_say_why_and_types_that_allow_nothing_too(
    qtbot: QtBot, make_window: MakeWindow, plant: Path
) -> None:
    window = opened(qtbot, make_window, plant, "pump")
    panel = window.relations_panel
    panel.editing.relate("pump", "pipe-a")
    qtbot.waitUntil(lambda: panel.editing.form is not None)
    form = panel.editing.form
    assert form is not None
    texts = [form.kinds.item(row).text() for row in range(form.kinds.count())]
    assert "Feeds  —  is there already" in texts
    assert any(text.endswith("leads to port only") for text in texts)
    refused = next(r for r, text in enumerate(texts) if text.startswith("Feeds"))
    assert form.kinds.item(refused).flags() == Qt.ItemFlag.NoItemFlags
    qtbot.keyClick(form, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: panel.editing.form is None)


def test_what_may_be_one_only_takes_the_place_of_the_one_before_from_now_on(
    qtbot: QtBot, make_window: MakeWindow, plant: Path
) -> None:
    with Twin.open(plant) as twin:
        stations = [Entity(f"s{n}", "pumping_station", f"Station {n}") for n in range(2)]
        twin.execute(AddEntities(stations, [Relation("whole", "aggregates", "s0", "pump")]))
        then = twin.now()
    window = opened(qtbot, make_window, plant, "pump")
    panel, twin = window.relations_panel, window.session.required
    panel.editing.relate("s1", "pump")
    qtbot.waitUntil(lambda: panel.editing.form is not None)
    form = panel.editing.form
    assert form is not None
    texts = [form.kinds.item(row).text() for row in range(form.kinds.count())]
    row = texts.index("Is made of  —  in place of Station 0")
    form.kinds.setCurrentRow(row)
    assert not form.since.isVisible()
    qtbot.mouseClick(form.accept_button, LEFT)
    qtbot.waitUntil(lambda: twin.relation("whole").source == "s1")
    assert [one.source for one in twin.at(then).relations("pump") if one.kind == "aggregates"] == [
        "s0"
    ]


def test_what_would_contain_itself_is_refused_before_it_is_chosen_and_by_name(
    qtbot: QtBot, make_window: MakeWindow, plant: Path
) -> None:
    with Twin.open(plant) as twin:
        twin.execute(
            AddEntities(
                [Entity(f"z{n}", "zone", f"Zone {n}") for n in range(3)],
                [Relation("k0", "contains", "z0", "z1"), Relation("k1", "contains", "z1", "z2")],
            )
        )
    window = opened(qtbot, make_window, plant, "z1")
    panel = window.relations_panel
    panel.editing.relate("z2", "z0")
    qtbot.waitUntil(lambda: panel.editing.form is not None)
    form = panel.editing.form
    assert form is not None
    texts = [form.kinds.item(row).text() for row in range(form.kinds.count())]
    refused = [text for text in texts if text.startswith("Contains")]
    assert refused == [
        "Contains  —  the second contains the first already: Zone 0 › Zone 1 › Zone 2"
    ]
    form.reject()
    # What comes another way is refused with names too.
    window.session.execute(AddRelations([Relation("k2", "contains", "z2", "z0")]))
    notice = window.overlays.notice
    qtbot.waitUntil(notice.isVisible)
    assert "Zone 2 > Zone 0 > Zone 1 > Zone 2" in notice.text


def test_delete_says_what_goes_and_removes_the_selected_relation(
    qtbot: QtBot, make_window: MakeWindow, plant: Path
) -> None:
    window = opened(qtbot, make_window, plant, "pump")
    panel, twin = window.relations_panel, window.session.required
    panel.view.select_relation("f2")
    assert panel.note.text() == "P-07 · Feeds · L-1"
    panel.view.setFocus()
    qtbot.keyClick(panel.view, Qt.Key.Key_Delete)
    assert panel.note.text() == "Remove “P-07 · Feeds · L-1”? Both entities stay."
    assert len(twin.relations("pump")) == 2
    qtbot.mouseClick(panel.confirm, LEFT)
    qtbot.waitUntil(lambda: len(twin.relations("pump")) == 1)
    qtbot.waitUntil(lambda: "f2" not in panel.view.edges)
    assert twin.undo_label == "Remove a relation"


def test_a_relation_is_edited_and_its_validity_is_kept_unless_touched(
    qtbot: QtBot, make_window: MakeWindow, plant: Path
) -> None:
    window = opened(qtbot, make_window, plant, "pipe-a")
    panel, twin = window.relations_panel, window.session.required
    before = twin.relation("c0")
    panel.view.select_relation("c0")
    qtbot.mouseClick(panel.edit, LEFT)
    qtbot.waitUntil(lambda: panel.editing.form is not None)
    form = panel.editing.form
    assert form is not None and not form.kinds.isVisible()
    qtbot.keyClicks(form.values.editors["target_port"], "inlet")
    qtbot.mouseClick(form.accept_button, LEFT)
    qtbot.waitUntil(lambda: twin.relation("c0") != before)
    assert twin.relation("c0").attributes == {"target_port": "inlet"}
    assert twin.relation("c0").valid.end == before.valid.end


def test_kinds_are_filtered_with_their_counts(
    qtbot: QtBot, make_window: MakeWindow, plant: Path
) -> None:
    window = opened(qtbot, make_window, plant, "pipe-a")
    panel = window.relations_panel
    assert panel.model.kinds() == {"connects": 22, "feeds": 2}
    panel._fill_filter()
    texts = [action.text() for action in panel.filter_menu.actions() if action.text()]
    assert texts == [
        "Connects to    22", "Feeds    2",
        "Valve    22", "Building    1", "Pipe    1", "Pump    1",
        "Computed from geometry    0",
    ]  # fmt: skip
    # By type: what is of it is left out, with its relations.
    panel.filter_menu.actions()[3].trigger()
    assert ids(panel) == {"pipe-a", "old-town-0", "pump"}
    assert len(panel.view.edges) == 2
    panel._fill_filter()
    panel.filter_menu.actions()[3].trigger()
    assert len(ids(panel)) == 25
    panel.filter_menu.actions()[0].trigger()
    qtbot.waitUntil(lambda: len(panel.view.edges) == 2)
    assert panel.model.piece.more == {"old-town-0": 1, "pump": 1}


def test_the_graph_is_shown_large_and_put_back_and_stays_in_view(
    qtbot: QtBot, make_window: MakeWindow, plant: Path
) -> None:
    window = opened(qtbot, make_window, plant, "pipe-a")
    panel = window.relations_panel
    small = panel.view.height()
    zoom = panel.view.transform().m11()
    qtbot.mouseClick(panel.enlarge, LEFT)
    qtbot.waitUntil(lambda: panel.view.height() > 1.5 * small)
    assert panel.view.transform().m11() > zoom  # it grows with its place
    saved = window.docks.state()
    qtbot.mouseClick(panel.enlarge, LEFT)
    qtbot.waitUntil(lambda: panel.view.height() == small)
    assert window.docks.is_open("relations")
    qtbot.mouseClick(panel.enlarge, LEFT)
    qtbot.waitUntil(lambda: panel.view.height() > 1.5 * small)
    window.docks.dock("relations").toggleView(False)  # the cross of its window
    qtbot.waitUntil(lambda: not panel.enlarge.isChecked())
    qtbot.waitUntil(lambda: panel.view.height() == small)
    assert window.docks.restore(saved)
    assert not window.docks.dock("relations").isFloating()


def test_a_path_is_found_to_what_is_chosen_in_the_list(
    qtbot: QtBot, make_window: MakeWindow, plant: Path
) -> None:
    window = opened(qtbot, make_window, plant, "tank")
    panel = window.relations_panel
    qtbot.mouseClick(panel.path, LEFT)
    assert "other end" in panel.note.text()
    window.interaction.select_id("old-town-0")
    qtbot.waitUntil(lambda: {"tank", "pump", "pipe-a", "old-town-0"} <= ids(panel))
    assert panel.note.text() == "3 relations lead from one to the other"
    lit = {name for name, edge in panel.view.edges.items() if edge.lit}
    assert lit == {"f1", "f2", "f3"}
    qtbot.mouseClick(panel.cancel, LEFT)
    assert not any(edge.lit for edge in panel.view.edges.values())


def test_impact_is_marked_in_the_graph_and_in_the_scene(
    qtbot: QtBot, make_window: MakeWindow, plant: Path
) -> None:
    window = opened(qtbot, make_window, plant, "pump")
    panel = window.relations_panel
    panel.show_reach(Reach.AFFECTED)
    qtbot.waitUntil(lambda: panel.note.text().startswith("Affected"))
    assert panel.note.text() == "Affected: 32, of which 32 are fed by nothing else"
    assert panel.view.nodes["pipe-a"].role == "critical"
    (marked,) = window.viewport.stage._marks.groups
    assert marked.features["old-town"] == {0}
    assert marked.colour == window.theme.text("critical")
    # The pipe is drawn for itself; what is drawn nowhere is marked where it stands.
    pipe = window.drawn.mark_of(window.session.required.entity("pipe-a"))
    assert pipe is not None and pipe[1] in marked.features[pipe[0]]
    panel.view.setFocus()
    qtbot.keyClick(panel.view, Qt.Key.Key_Escape)
    assert window.viewport.stage._marks.groups == []
    assert panel.view.nodes["pipe-a"].role == ""


def test_entities_of_the_list_are_dropped_on_the_graph(
    qtbot: QtBot, make_window: MakeWindow, plant: Path
) -> None:
    window = opened(qtbot, make_window, plant, "pump")
    panel = window.relations_panel
    data, place = entity_mime(["pipe-b"]), at(panel, "pump")
    viewport = panel.view.viewport()
    enter = QDragEnterEvent(place, Qt.DropAction.CopyAction, data, LEFT, NONE)
    QApplication.sendEvent(viewport, enter)
    assert enter.isAccepted()
    drop = QDropEvent(QPointF(place), Qt.DropAction.CopyAction, data, LEFT, NONE)
    QApplication.sendEvent(viewport, drop)
    qtbot.waitUntil(lambda: "pipe-b" in ids(panel))
    qtbot.waitUntil(lambda: panel.editing.form is not None)
    form = panel.editing.form
    assert form is not None
    assert form.ends_label.text() == "L-2  →  P-07"
    qtbot.mouseClick(form.swap, LEFT)
    assert form.ends_label.text() == "P-07  →  L-2"
    form.reject()
    qtbot.waitUntil(lambda: panel.editing.form is None)


def test_delete_on_the_graph_is_not_left_to_the_window(
    qtbot: QtBot, make_window: MakeWindow, plant: Path
) -> None:
    window = opened(qtbot, make_window, plant, "pump")
    view, none = window.relations_panel.view, Qt.KeyboardModifier.NoModifier
    for widget, mine in ((view, True), (window.layers_panel.list, True), (window.viewport, False)):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Delete, none)
        event.ignore()
        QApplication.sendEvent(widget, event)
        assert event.isAccepted() is mine, widget
