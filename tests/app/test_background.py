"""Small questions asked in a thread: answers reach whoever is still there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import shiboken6
from PySide6.QtWidgets import QWidget

from app.workers import Background
from window_support import qapp_args

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

__all__ = ["qapp_args"]
pytestmark = pytest.mark.gui


class Asker(QWidget):
    """Asks within a method, as dialogs do."""

    def ask(self, background: Background, key: str) -> None:
        def answer(found: int) -> None:
            self.setWindowTitle(str(found))

        background.ask(key, lambda: 7, answer)


def test_an_answer_that_comes_after_a_dialog_was_closed_is_dropped(qtbot: QtBot) -> None:
    background = Background()
    closed, open_still = Asker(), Asker()
    closed.ask(background, "first")
    shiboken6.delete(closed)
    open_still.ask(background, "second")
    # An exception in an answer would fail this test.
    qtbot.waitUntil(lambda: open_still.windowTitle() == "7")
    shiboken6.delete(open_still)
    background.deleteLater()
