"""What panels with a list and tools have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QIcon, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QToolButton, QWidget


def tool_button(
    parent: QWidget, icon: QIcon, slot: Callable[[], object] | None = None
) -> QToolButton:
    """Return a button of a row of tools."""
    button = QToolButton(parent)
    button.setIcon(icon)
    button.setIconSize(QSize(16, 16))
    if slot is not None:
        button.clicked.connect(lambda _=False: slot())
    return button


def say_tips(buttons: Mapping[str, QToolButton], tips: Mapping[str, str]) -> None:
    """Say what buttons do, to eyes and to screen readers."""
    for name, button in buttons.items():
        button.setToolTip(tips[name])
        button.setAccessibleName(tips[name])


class ListPanel(QWidget):
    """Reads its list again when it is seen; Enter edits what is selected, Delete removes it."""

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Read the list again, in a thread."""
        raise NotImplementedError

    def edit(self) -> None:
        """Open what is selected."""
        raise NotImplementedError

    def remove(self) -> None:
        """Remove what is selected; undo brings it back."""
        raise NotImplementedError

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.remove()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.edit()
        else:
            super().keyPressEvent(event)
