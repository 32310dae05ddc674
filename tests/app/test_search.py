"""Searching entities by names and conditions, and keeping filters as sets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.conditions import is_condition, query_of
from app.panels.entities import EntitiesPanel
from app.window import MainWindow
from twin_model.commands import EditEntities
from twin_model.sets import named_sets
from twin_model.twin import Twin
from window_support import MakeWindow

LEFT = Qt.MouseButton.LeftButton


def search(qtbot: QtBot, panel: EntitiesPanel, text: str) -> None:
    panel.search.clear()
    qtbot.keyClicks(panel.search, text)


@pytest.mark.gui
def test_a_condition_filters_the_list_and_a_misspelt_property_gives_the_nearest_names(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    panel = window.entities_panel
    search(qtbot, panel, "height > 30")
    qtbot.waitUntil(lambda: panel.model.total == 2)
    assert panel.count.text() == "2 found"
    search(qtbot, panel, "heigt > 30")
    qtbot.waitUntil(panel.problem.isVisible)
    # Once types are read, what they declare is among the nearest too.
    assert panel.problem.text().startswith("There is no property “heigt”. Did you mean height")
    assert not panel.found.isVisible()
    search(qtbot, panel, "type is bilding")
    qtbot.waitUntil(lambda: "bilding" in panel.problem.text(), timeout=10_000)
    assert "building" in panel.problem.text()
    search(qtbot, panel, "height >")
    qtbot.waitUntil(lambda: panel.problem.text() == "The condition is not complete yet.")
    search(qtbot, panel, "3103")
    qtbot.waitUntil(lambda: panel.model.total == 4)
    assert not panel.problem.isVisible()


@pytest.mark.gui
def test_a_type_means_its_subtypes_but_each_is_listed_once(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    with Twin.open(project) as twin:
        twin.execute(EditEntities([replace(twin.entity("old-town-0"), type="kiosk")]))
    window = make_window(project)
    panel = window.entities_panel
    twin = window.session.required
    qtbot.waitUntil(lambda: twin.catalogue is not None, timeout=10_000)
    search(qtbot, panel, "type is building")
    qtbot.waitUntil(lambda: panel.model.total == 4)
    groups = {panel.model.index(row, 0).data(): row for row in range(panel.model.rowCount())}
    assert set(groups) == {"Building", "Kiosk"}
    index = panel.model.index(groups["Building"], 0)
    panel.model.fetchMore(index)
    qtbot.waitUntil(lambda: panel.model.rowCount(index) > 0)
    assert panel.model.rowCount(index) == 3


def keep(qtbot: QtBot, window: MainWindow, text: str) -> None:
    panel = window.entities_panel
    before = len(panel.sets.names())
    search(qtbot, panel, text)
    qtbot.waitUntil(panel.found.isVisible)
    qtbot.mouseClick(panel.keep, LEFT)
    qtbot.waitUntil(lambda: len(panel.sets.names()) == before + 1)


@pytest.mark.gui
def test_a_filter_is_kept_as_a_set_renamed_used_and_removed(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    panel, twin = window.entities_panel, window.session.required
    assert not panel.sets.isVisible()
    keep(qtbot, window, "height > 30")
    keep(qtbot, window, "Old town")
    assert panel.sets.names() == ["height > 30", "Old town"]
    listed = panel.sets.list
    listed.setCurrentRow(0)
    listed.setFocus()
    qtbot.keyClick(listed, Qt.Key.Key_F2)
    editor = listed.viewport().findChildren(QLineEdit)[-1]
    editor.selectAll()
    qtbot.keyClicks(editor, "Towers")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [one.name for one in named_sets(twin)] == ["Old town", "Towers"])
    qtbot.waitUntil(lambda: panel.sets.names() == ["Old town", "Towers"])
    panel.search.clear()
    rect = listed.visualItemRect(listed.item(1))
    qtbot.mouseClick(listed.viewport(), LEFT, pos=rect.center())
    assert panel.search.text() == "height > 30"
    qtbot.waitUntil(lambda: panel.model.total == 2)
    # Sets are counted anew when entities change.
    window.session.edit(
        ["old-town-1"], lambda e: replace(e, attributes={"height": 99.0}), "Edit Old town 1: height"
    )
    qtbot.waitUntil(lambda: panel.model.total == 3)
    listed.setCurrentRow(0)
    listed.setFocus()
    qtbot.keyClick(listed, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: panel.sets.names() == ["Towers"])
    assert twin.undo_label == "Remove set Old town"
    window.actions_registry.run("edit.undo")
    qtbot.waitUntil(lambda: panel.sets.names() == ["Old town", "Towers"])


@pytest.mark.gui
def test_everything_found_is_selected_in_the_scene(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    panel = window.entities_panel
    search(qtbot, panel, "height > 30")
    qtbot.waitUntil(panel.found.isVisible)
    qtbot.mouseClick(panel.select_all, LEFT)
    qtbot.waitUntil(lambda: len(window.entity_panel.entities) == 2)
    stage = window.viewport.stage
    assert stage._marks.of("old-town").selected == {0}
    assert stage._marks.of("new-quay").selected == {0}
    assert window.entity_panel.title == "2 entities"


@pytest.mark.gui
def test_the_palette_takes_conditions_too(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    palette = window.palette_popup
    palette.popup()
    qtbot.keyClicks(palette.input, "use = office and height < 30")
    qtbot.waitUntil(
        lambda: {choice.title for choice in palette.choices()} == {"Old town 1", "New quay 1"}
    )
    palette.input.clear()
    qtbot.keyClicks(palette.input, "heigt > 3")
    qtbot.waitUntil(lambda: "Did you mean height" in palette._nothing.text())
    palette.hide()


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("Old town", False), ("3103-0", False), ("height > 3", True), ("市政厅", False),
        ("name ~ 市政", True), ("type is building", True), ("within 200 of pump-7", True),
        ("touches (0, 0, 9, 9)", True), ("touches wood", False),
        ("within reach", False), ("reached from a by feeds", True), ("Inn (old)", False),
        ("status in (open, shut)", True), ("order by height", True), ("place of work", False),
    ],
)  # fmt: skip
def test_conditions_are_told_from_names(text: str, condition: bool) -> None:
    assert is_condition(text) is condition
    query = query_of(text)
    assert bool(query.where) is condition and bool(query.text) is not condition
