"""Since when and until when things are there, as a user says it in the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.panels.entity_form import FormField, FormModel
from app.panels.entity_tabs import HISTORY
from app.window import MainWindow
from twin_model.time import Instant
from window_support import MakeWindow

pytestmark = pytest.mark.gui


def type_into(qtbot: QtBot, window: MainWindow, key: str, text: str) -> None:
    """Type a value into a line of the Position tab."""
    window.activateWindow()
    form = window.entity_panel.fields
    lines = form.model()
    assert isinstance(lines, FormModel)
    row = next(n for n, one in enumerate(lines.fields)
               if isinstance(one, FormField) and one.key == key)  # fmt: skip
    form.setFocus()
    form.setCurrentIndex(lines.index(row))
    form.edit(lines.index(row))
    editor = next(one for one in form.findChildren(QLineEdit) if one.isVisible())
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)


def test_a_planner_says_since_when_and_until_when(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    twin = window.session.required
    window.session.set_reason("land register 12/3")
    window.interaction.select_id("old-town-0")
    window.entity_panel.tabs.set_current(1)
    revision = twin.revision
    type_into(qtbot, window, "valid.start", "1998")
    year = Instant.parse("1999")
    qtbot.waitUntil(lambda: any(e.id == "old-town-0" for e in twin.at(year).entities()))
    type_into(qtbot, window, "valid.end", "2080-05-01")
    qtbot.waitUntil(lambda: twin.revision == revision + 2)
    later = Instant.parse("2080-06")
    assert not any(e.id == "old-town-0" for e in twin.at(later).entities())

    window.entity_panel.tabs.set_current(HISTORY)
    history = window.entity_panel.history.model_
    qtbot.waitUntil(lambda: len(history.versions) == 3)
    assert {one.why for one in history.versions[:2]} == {"land register 12/3"}
    text = history.data(history.index(0), Qt.ItemDataRole.DisplayRole)
    assert text == "Edit Old town 0: valid until. Valid until: no end → 2080-05-01"

    # An end before the beginning is refused, and nothing is changed.
    window.entity_panel.tabs.set_current(1)
    type_into(qtbot, window, "valid.end", "1990")
    qtbot.waitUntil(window.overlays.notice.isVisible)
    assert twin.revision == revision + 2

    # What ended in the past is gone from what is shown now, and comes back with undo.
    window.overlays.notice.hide()
    type_into(qtbot, window, "valid.end", "2021-03")
    qtbot.waitUntil(lambda: window.entity_panel.entity is None)
    qtbot.waitUntil(lambda: window.scene.absent == {"old-town": {0}}, timeout=10_000)
    window.session.settle()
    qtbot.wait(100)
    assert not window.overlays.notice.isVisible()
    twin.undo()
    qtbot.waitUntil(lambda: window.scene.absent == {}, timeout=10_000)
