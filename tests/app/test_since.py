"""Values that have been so since a day in the past, as a user says it in the form."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.panels.entity_form import FormField
from app.panels.entity_since import SINCE
from app.panels.entity_tabs import HISTORY
from app.window import MainWindow
from editing_support import activate
from twin_model.time import Instant
from window_support import MakeWindow

pytestmark = pytest.mark.gui

BEFORE, AFTER = Instant.parse("2025-02-20"), Instant.parse("2025-03-10")


def enter(qtbot: QtBot, window: MainWindow, key: str, text: str) -> None:
    form = window.entity_panel.fields
    activate(qtbot, window)
    form.setFocus()
    form.setCurrentIndex(form.row_of(key))
    form.edit(form.currentIndex())
    editor = form.indexWidget(form.currentIndex())
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)


def line(window: MainWindow, key: str) -> FormField:
    found = [one for one in window.entity_panel.fields.fields if isinstance(one, FormField)]
    return next(one for one in found if one.key == key)


def test_a_planner_says_since_when_a_value_has_been_so(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    twin, panel = window.session.required, window.entity_panel
    window.interaction.select_id("old-town-0")
    qtbot.waitUntil(lambda: panel.fields.row_of("levels").isValid(), timeout=20_000)
    assert line(window, SINCE).hint == "now"
    enter(qtbot, window, SINCE, "2095-01-01")
    qtbot.waitUntil(lambda: line(window, SINCE).problem != "")
    assert "future" in line(window, SINCE).problem

    enter(qtbot, window, SINCE, "2025-03-01")
    qtbot.waitUntil(lambda: line(window, SINCE).value == "2025-03-01")
    assert panel._locked.text() == "What you enter has been so since 2025-03-01."
    assert panel._locked.isVisible()
    enter(qtbot, window, "levels", "12")
    qtbot.waitUntil(lambda: twin.entity("old-town-0").attributes.get("levels") == 12)
    assert twin.at(AFTER).entity("old-town-0").attributes["levels"] == 12
    assert "levels" not in twin.at(BEFORE).entity("old-town-0").attributes

    panel.tabs.set_current(HISTORY)
    model = panel.history.model_
    qtbot.waitUntil(lambda: len(model.versions) == 2)
    said = model.data(model.index(0))
    assert said.startswith("Edit Old town 0: storeys above ground since 2025-03-01. ")
    window.session.undo()
    window.session.settle()
    assert "levels" not in twin.at(AFTER).entity("old-town-0").attributes

    # Of what is selected next, values hold from now on again.
    panel.tabs.set_current(4)
    window.interaction.select_id("old-town-1")
    qtbot.waitUntil(lambda: line(window, SINCE).value == "")
    assert not panel._locked.isVisible()
    enter(qtbot, window, "levels", "3")
    qtbot.waitUntil(lambda: twin.entity("old-town-1").attributes.get("levels") == 3)
    assert "levels" not in twin.at(AFTER).entity("old-town-1").attributes


def test_it_is_said_in_chinese_too(qtbot: QtBot, make_window: MakeWindow, project: Path) -> None:
    window = make_window(project, language="zh_CN")
    twin, panel = window.session.required, window.entity_panel
    window.interaction.select_id("old-town-0")
    qtbot.waitUntil(lambda: panel.fields.row_of("levels").isValid(), timeout=20_000)
    enter(qtbot, window, SINCE, "2025-03-01")
    qtbot.waitUntil(lambda: line(window, SINCE).value == "2025-03-01")
    assert panel._locked.text() == "现在输入的值自 2025-03-01 起即如此。"
    enter(qtbot, window, "levels", "12")
    qtbot.waitUntil(lambda: twin.entity("old-town-0").attributes.get("levels") == 12)
    panel.tabs.set_current(HISTORY)
    model = panel.history.model_
    qtbot.waitUntil(lambda: len(model.versions) == 2)
    assert "自 2025-03-01 起" in model.data(model.index(0))
    window.set_language("en")  # as the tests after this one expect it
