"""Versions that are pinned because of a fault stay free of it."""

from __future__ import annotations

import sys

import pytest
from pytestqt.qtbot import QtBot


@pytest.mark.gui
def test_a_thousand_void_calls_of_qt_leave_the_references_to_none_alone(qtbot: QtBot) -> None:
    """PySide6 6.12.0 under Python 3.11 drops a reference to None on every void call."""
    from PySide6.QtWidgets import QWidget

    widget = QWidget()
    qtbot.addWidget(widget)
    widget.update()
    before = sys.getrefcount(None)
    for _ in range(1000):
        widget.update()
    assert abs(sys.getrefcount(None) - before) < 200
