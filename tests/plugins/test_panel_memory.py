"""A panel that takes ever more memory is named, and others are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.plugins import memory
from plugin_support import write_plugin
from window_support import MakeWindow, make_window, qapp_args

__all__ = ["make_window", "qapp_args"]


@pytest.mark.gui
def test_a_panel_whose_memory_grows_without_end_is_named_and_can_be_disabled(
    qtbot: QtBot, make_window: MakeWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "LOOK_MS", 100)
    monkeypatch.setattr(memory, "TRACE_MS", 1000)
    monkeypatch.setattr(memory, "GROWTH_BYTES", 20 << 20)
    folder = tmp_path / "development"
    write_plugin(folder, "glutton", """
        [[panels]]
        id = "p"
        code = "glutton.code:Panel"
        """, """
        import numpy
        from PySide6.QtCore import QTimer
        from PySide6.QtWidgets import QLabel
        class Panel(QLabel):
            def __init__(self, context):
                super().__init__("more")
                self.kept = []
                self.timer = QTimer(self)
                self.timer.timeout.connect(self.take)
                self.timer.start(20)
            def take(self):
                self.kept.append(numpy.ones(1 << 17))
        """)  # fmt: skip
    write_plugin(folder, "modest", """
        [[panels]]
        id = "p"
        code = "modest.code:make"
        """, """
        from PySide6.QtWidgets import QLabel
        def make(context):
            return QLabel("enough")
        """)  # fmt: skip
    monkeypatch.setenv("SHAPAN_PLUGINS", str(folder))
    window = make_window()
    notice = window.overlays.notice
    qtbot.waitUntil(lambda: "keeps taking memory" in notice.text, timeout=30_000)
    assert "org.test.glutton" in notice.text
    assert "org.test.modest" not in window.plugins.memory.found
    log = window.plugins.host.records["org.test.glutton"].log
    assert "holds them still" in log.text()
    qtbot.mouseClick(notice._details, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "org.test.glutton.p" not in window.plugins.places, timeout=10_000)
    assert "org.test.modest.p" in window.plugins.places
