"""The Console dock: Python with the window, the twin and the actions at hand."""

from __future__ import annotations

import contextlib
import io
import sys
import traceback
from code import InteractiveInterpreter
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFontDatabase, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget


class _Input(QLineEdit):
    """A line with a history on the up and down keys."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.history: list[str] = []
        self._at = 0

    def remember(self, line: str) -> None:
        """Put a line at the end of the history."""
        self.history.append(line)
        self._at = len(self.history)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step and self.history:
            self._at = max(0, min(len(self.history), self._at + step))
            self.setText(self.history[self._at] if self._at < len(self.history) else "")
            return
        super().keyPressEvent(event)


class _Interpreter(InteractiveInterpreter):
    """Shows faults where the output goes, whatever the program does with its own."""

    def showtraceback(self) -> None:
        """Write the last traceback, without the frames of the console itself."""
        kind, error, trace = sys.exc_info()
        lines = traceback.format_exception(kind, error, trace.tb_next if trace else None)
        self.write("".join(lines))


class ConsolePanel(QWidget):
    """Runs Python lines on the GUI thread.

    Parameters
    ----------
    names : dict
        What is at hand by name; values that are callables without arguments and start with
        ``get_`` in the key are asked anew for every line.
    """

    def __init__(self, names: dict[str, Any]) -> None:
        super().__init__()
        self._names = names
        self._interpreter = _Interpreter({"__name__": "__console__"})
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPixelSize(12)
        self.output = QPlainTextEdit(self)
        self.output.setReadOnly(True)
        self.output.setMaximumBlockCount(5000)
        self.output.setFont(fixed)
        self.output.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.input = _Input(self)
        self.input.setFont(fixed)
        self.input.returnPressed.connect(self._enter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 8)
        layout.setSpacing(4)
        layout.addWidget(self.output, 1)
        layout.addWidget(self.input)
        self._pending = ""
        self.retranslate()

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.input.setPlaceholderText(self.tr("Python: window, twin, actions.run(“view.fit”)"))
        self.input.setAccessibleName(self.tr("Python input"))
        self.output.setAccessibleName(self.tr("Python output"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _enter(self) -> None:
        line = self.input.text()
        self.input.clear()
        self.input.remember(line)
        self.run(line)

    def run(self, line: str) -> None:
        """Run one line; unfinished blocks wait for an empty line."""
        self.output.appendPlainText(("... " if self._pending else ">>> ") + line)
        for name, value in self._names.items():
            key = name.removeprefix("get_")
            self._interpreter.locals[key] = value() if key != name else value
        source = f"{self._pending}\n{line}" if self._pending else line
        heard = io.StringIO()
        with contextlib.redirect_stdout(heard), contextlib.redirect_stderr(heard):
            unfinished = self._interpreter.runsource(source, "<console>")
        self._pending = source if unfinished and line.strip() else ""
        text = heard.getvalue().rstrip("\n")
        if text:
            self.output.appendPlainText(text)
