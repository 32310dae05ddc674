"""The list of entities: several selected, both ways with the scene, kept when it is read again."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.item_models.entities import ENTITY_ROLE, TYPE_ROLE
from app.panels.entities import EntitiesPanel
from app.window import MainWindow
from editing_support import activate, click_at
from twin_model.commands import AddEntities, EditEntities
from twin_model.entity import Entity
from twin_model.twin import Twin
from window_support import MakeWindow

pytestmark = pytest.mark.gui

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


def opened(qtbot: QtBot, window: MainWindow) -> EntitiesPanel:
    """Open the type of the four buildings, as a user does."""
    panel = window.entities_panel
    qtbot.waitUntil(lambda: panel.model.total == 4)
    kind = panel.model.index(0, 0)
    qtbot.mouseClick(panel.tree.viewport(), LEFT, NONE, panel.tree.visualRect(kind).center())
    qtbot.waitUntil(lambda: panel.model.rowCount(kind) == 4)
    qtbot.wait(50)
    return panel


def click(qtbot: QtBot, panel: EntitiesPanel, name: str, modifier: Qt.KeyboardModifier) -> None:
    at = panel.tree.visualRect(line(panel, name)).center()
    qtbot.mouseClick(panel.tree.viewport(), LEFT, modifier, at)


def line(panel: EntitiesPanel, name: str, kind=None):  # type: ignore[no-untyped-def]
    kind = kind or panel.model.index(0, 0)
    rows = [panel.model.index(row, 0, kind) for row in range(panel.model.rowCount(kind))]
    return next(index for index in rows if index.data() == name)


def marked(panel: EntitiesPanel) -> set[str]:
    """Return the ids of the entities whose lines are selected."""
    found = [index.data(ENTITY_ROLE) for index in panel.tree.selectionModel().selectedIndexes()]
    return {one.id for one in found if one is not None}


def selected(window: MainWindow) -> set[str]:
    return {one.id for one in window.entity_panel.entities}


def test_ctrl_and_shift_select_several_lines_and_the_scene_follows(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    panel = opened(qtbot, window)
    click(qtbot, panel, "New quay 0", NONE)
    assert selected(window) == {"new-quay-0"}
    click(qtbot, panel, "Old town 1", CTRL)
    assert selected(window) == {"new-quay-0", "old-town-1"} == marked(panel)
    outlined = {window.interaction._drawn.mark_of(one) for one in window.entity_panel.entities}
    assert len(outlined) == 2 and None not in outlined
    click(qtbot, panel, "New quay 0", NONE)
    click(qtbot, panel, "Old town 0", SHIFT)  # with what lies between
    assert selected(window) == {"new-quay-0", "new-quay-1", "old-town-0"}
    click(qtbot, panel, "New quay 1", CTRL)
    assert selected(window) == {"new-quay-0", "old-town-0"} == marked(panel)
    below = panel.tree.viewport().rect().bottomLeft() - QPoint(-20, 4)
    qtbot.mouseClick(panel.tree.viewport(), LEFT, NONE, below)
    assert selected(window) == set() == marked(panel)


def test_several_selected_in_the_scene_are_marked_in_the_list(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    panel = window.entities_panel
    qtbot.waitUntil(lambda: panel.model.total == 4)
    activate(qtbot, window)
    click_at(qtbot, window, (20.0, 20.0, 60.0))
    click_at(qtbot, window, (170.0, 20.0, 60.0), CTRL)
    assert selected(window) == {"old-town-0", "new-quay-0"}
    qtbot.waitUntil(lambda: marked(panel) == {"old-town-0", "new-quay-0"})  # opened by itself
    # One more in the list: those of the scene stay.
    click(qtbot, panel, "New quay 1", CTRL)
    assert selected(window) == {"old-town-0", "new-quay-0", "new-quay-1"}


def test_an_edit_elsewhere_leaves_the_list_open_and_what_is_selected(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    panel, twin = opened(qtbot, window), window.session.required
    click(qtbot, panel, "New quay 0", NONE)
    click(qtbot, panel, "Old town 1", CTRL)
    window.session.execute(AddEntities([Entity("extra", "building", "Another one")]))
    qtbot.waitUntil(lambda: panel.model.total == 5)
    kind = panel.model.index(0, 0)
    qtbot.waitUntil(lambda: panel.model.rowCount(kind) == 5)
    assert panel.tree.isExpanded(kind)
    assert marked(panel) == {"new-quay-0", "old-town-1"} == selected(window)
    window.session.execute(EditEntities([twin.entity("extra")], "Edit"))
    click(qtbot, panel, "Another one", CTRL)
    assert selected(window) == {"new-quay-0", "old-town-1", "extra"}


def test_the_list_stays_where_it_stands_and_goes_to_what_was_made(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    many = [Entity(f"b{n:03}", "building", f"House {n:03}") for n in range(120)]
    trees = [Entity(f"t{n:03}", "tree", f"Oak {n:03}") for n in range(120)]
    with Twin.open(project) as twin:
        twin.execute(AddEntities([*many, *trees]))
    window = make_window(project)
    panel, tree = window.entities_panel, window.entities_panel.tree
    qtbot.waitUntil(lambda: panel.model.total == 244)
    building = panel.model.index(0, 0)
    tree.expand(building)
    qtbot.waitUntil(lambda: panel.model.rowCount(building) == 124)
    qtbot.wait(50)
    tree.verticalScrollBar().setValue(60)
    twin = window.session.required
    window.session.execute(AddEntities([Entity("zz", "building", "Zz")]))
    qtbot.waitUntil(lambda: panel.model.rowCount(panel.model.index(0, 0)) == 125)
    qtbot.waitUntil(lambda: tree.verticalScrollBar().value() == 60)
    # What is made is gone to, also while the lines of other types come after it.
    window.entity_editing.create([Entity("new", "pump", "", (0.0, -40.0, 0.0))])
    qtbot.waitUntil(lambda: twin.count() == 246)
    qtbot.waitUntil(lambda: marked(panel) == {"new"})
    kinds = [panel.model.index(row, 0) for row in range(panel.model.rowCount())]
    pump = next(index for index in kinds if index.data() == "Pump")
    line_of = panel.model.index(0, 0, pump)
    qtbot.waitUntil(lambda: tree.viewport().rect().contains(tree.visualRect(line_of).center()))
    qtbot.wait(300)
    assert tree.viewport().rect().contains(tree.visualRect(line_of).center())


def test_down_goes_from_the_field_into_what_was_found(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    panel = window.entities_panel
    activate(qtbot, window)
    panel.search.setFocus()
    qtbot.keyClicks(panel.search, "quay")
    qtbot.waitUntil(lambda: panel.model.total == 2)
    kind = panel.model.index(0, 0)
    qtbot.waitUntil(lambda: panel.model.rowCount(kind) == 2)
    qtbot.keyClick(panel.search, Qt.Key.Key_Down)
    assert panel.tree.hasFocus()
    assert selected(window) == {"new-quay-0"}
    qtbot.keyClick(panel.tree, Qt.Key.Key_Down)
    assert selected(window) == {"new-quay-1"}


def test_a_long_list_is_read_as_far_as_it_is_looked_at(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    with Twin.open(project) as twin:
        twin.execute(AddEntities([Entity(f"t{n}", "tree", f"Tree {n:05}") for n in range(4_000)]))
    window = make_window(project)
    panel = window.entities_panel
    qtbot.waitUntil(lambda: panel.model.total == 4_004)
    kind = next(
        panel.model.index(row, 0)
        for row in range(panel.model.rowCount())
        if panel.model.index(row, 0).data(TYPE_ROLE) == "tree"
    )
    panel.tree.expand(kind)
    qtbot.waitUntil(lambda: panel.model.rowCount(kind) > 0)
    qtbot.wait(500)
    assert panel.model.rowCount(kind) == 300, "no more than is looked at"
    panel.tree.scrollTo(panel.model.index(299, 0, kind))
    qtbot.waitUntil(lambda: panel.model.rowCount(kind) == 600)
    # What is selected elsewhere is gone to, where it is not too far down.
    window.interaction.select_id("t1500")
    qtbot.waitUntil(lambda: marked(panel) == {"t1500"})
    assert (
        panel.tree.viewport()
        .rect()
        .contains(panel.tree.visualRect(line(panel, "Tree 01500", kind)).center())
    )
    window.interaction.select_id("t3999")
    qtbot.waitUntil(lambda: window.entity_panel.entity is not None
                    and window.entity_panel.entity.id == "t3999")  # fmt: skip
    qtbot.wait(300)
    assert panel.model.rowCount(kind) <= 3_300
