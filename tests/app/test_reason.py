"""The reason for changes: said once, noted in the history with each of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from app.editing.reason import ReasonDialog
from twin_model.commands import EditEntities
from twin_model.history import entity_history
from window_support import MakeWindow, make_window, project, qapp_args

__all__ = ["make_window", "project", "qapp_args"]
pytestmark = pytest.mark.gui


def test_a_reason_is_noted_with_each_change_until_it_is_cleared(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    twin, session = window.session.required, window.session

    def whys() -> list[str]:
        return [version.why for version in entity_history(twin, "old-town-0")]

    def rename(name: str) -> None:
        count = len(whys())
        session.edit(["old-town-0"], lambda e: replace(e, name=name), f"Rename to {name}")
        qtbot.waitUntil(lambda: len(whys()) > count)

    window.actions_registry.run("edit.reason")
    dialog = window.findChild(ReasonDialog)
    qtbot.keyClicks(dialog.field, "Survey of March")
    qtbot.mouseClick(
        dialog.box.button(QDialogButtonBox.StandardButton.Ok), Qt.MouseButton.LeftButton
    )
    assert window.status.reason.isVisible()
    assert "Survey of March" in window.status.reason.text()
    rename("A")
    assert "Survey of March" in whys()
    before = len(whys())
    session.execute(EditEntities([replace(twin.entity("old-town-0"), name="B")]))
    qtbot.waitUntil(lambda: len(whys()) > before)
    assert whys().count("Survey of March") == 2
    qtbot.mouseClick(window.status.reason, Qt.MouseButton.LeftButton)
    dialog = window.findChildren(ReasonDialog)[-1]
    assert dialog.field.text() == "Survey of March"
    qtbot.mouseClick(dialog.clear, Qt.MouseButton.LeftButton)
    assert not window.status.reason.isVisible()
    rename("C")
    assert whys().count("Survey of March") == 2
