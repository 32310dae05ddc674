"""Keys that mean something of their own within a widget, whatever the window's actions say."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget


class OwnKeys(QObject):
    """Keeps keys from the window's shortcuts while a widget has the focus.

    Delete removes the selected entities anywhere in the window; in a list of layers or on the
    graph of relations it must not.

    Parameters
    ----------
    widget : QWidget
    keys : Qt.Key
    """

    def __init__(self, widget: QWidget, *keys: Qt.Key) -> None:
        super().__init__(widget)
        self._keys = frozenset(keys)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        if Qt.Key(event.key()) not in self._keys:
            return False
        event.accept()
        return True
