"""What tools that draw and shape have in common, and which of them has the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent

if TYPE_CHECKING:
    from app.window import MainWindow

Point = tuple[float, float, float]


class EditTool(QObject):
    """One tool; while it is active, it sees mouse and keys of the viewport before the camera does.

    Parameters
    ----------
    window : MainWindow
    """

    changed = Signal()
    #: Shape of the pointer while it is active.
    cursor = Qt.CursorShape.CrossCursor
    #: Keys that are its own, although actions of the window have them as shortcuts.
    keys: frozenset[int] = frozenset({Qt.Key.Key_Delete, Qt.Key.Key_Backspace})

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._viewport = window.viewport
        self.active = False

    def begin(self) -> None:
        """Take mouse and keys; `ToolBox.start` calls it."""
        self.active = True
        self._viewport.installEventFilter(self)
        self._viewport.setCursor(self.cursor)
        self._viewport.setFocus()
        self.changed.emit()

    def stop(self) -> None:
        """Give mouse and keys back and clear what it drew."""
        if not self.active:
            return
        self.active = False
        self._viewport.removeEventFilter(self)
        self._viewport.unsetCursor()
        if getattr(self._window.navigator.click_tool, "__self__", None) is self:
            self._window.navigator.click_tool = None
        self._window.snapping.show(None)
        self._window.edit_bar.hide()
        self._window.overlays.measure.set_text("")
        self._viewport.redraw()
        self.changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not self.active or watched is not self._viewport:
            return False
        kind = event.type()
        if isinstance(event, QMouseEvent):
            at, modifiers = event.position(), event.modifiers()
            if kind == QEvent.Type.MouseButtonDblClick:
                return self.double_click(at)
            if kind == QEvent.Type.MouseButtonPress:
                is_left = event.button() == Qt.MouseButton.LeftButton
                return is_left and self.press(at, modifiers)
            if kind == QEvent.Type.MouseMove:
                return self.move(at, modifiers)
            if kind == QEvent.Type.MouseButtonRelease:
                return self.release(at, modifiers)
        if isinstance(event, QKeyEvent) and kind == QEvent.Type.ShortcutOverride:
            if event.key() in self.keys:
                event.accept()
                return True
            return False
        if isinstance(event, QKeyEvent) and kind == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self._window.tools.stop()
                return True
            return self.key(event.key())
        return False

    # What tools do; each returns whether the event is theirs alone.

    def press(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> bool:
        """Take a press of the left button."""
        return False

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> bool:
        """Take a movement of the mouse."""
        return False

    def release(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> bool:
        """Take a release of a button."""
        return False

    def double_click(self, at: QPointF) -> bool:
        """Take a double click: no flight while something is drawn."""
        return True

    def key(self, key: int) -> bool:
        """Take a key other than Esc."""
        return False

    def say(self, text: str) -> None:
        """Show what is measured or wanted at the bottom of the scene."""
        self._window.overlays.measure.set_text(text)
        self._window.overlays.place()


class ToolBox(QObject):
    """Lets one tool at a time have the mouse; measuring counts as one.

    Parameters
    ----------
    window : MainWindow
    """

    changed = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.current: EditTool | None = None
        window.measure.changed.connect(self._measuring)
        window.session.closing.connect(self.stop)

    def start(self, tool: EditTool) -> None:
        """Make a tool the one that has the mouse."""
        self.stop()
        self._window.measure.stop()
        self.current = tool
        tool.begin()
        self.changed.emit()

    def stop(self) -> None:
        """Go back to selecting."""
        if self.current is not None:
            tool, self.current = self.current, None
            tool.stop()
            self.changed.emit()

    def _measuring(self) -> None:
        if self._window.measure.mode is not None:
            self.stop()
