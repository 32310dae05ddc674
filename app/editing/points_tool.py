"""What drawing and cutting share: places clicked one after the other, snapped and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from app.editing.tool import EditTool, Point

if TYPE_CHECKING:
    from app.window import MainWindow
    from rendering.snapping import Snap


class PointsTool(EditTool):
    """Collects clicked places; Enter or a double click finishes, Backspace takes back.

    Parameters
    ----------
    window : MainWindow
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.points: list[Point] = []
        self._live: Snap | None = None
        self._pressed = QPointF()
        self._modifiers = Qt.KeyboardModifier.NoModifier
        window.edit_bar.finished.connect(self._finish_button)

    def begin(self) -> None:
        self.points, self._live = [], None
        self._window.navigator.click_tool = self._clicked
        super().begin()
        self.show()

    def finish(self) -> None:
        """Make of the places what they are for."""
        raise NotImplementedError

    def show(self) -> None:
        """Draw the places and say what they measure."""
        raise NotImplementedError

    def take(self, found: Snap) -> None:
        """Add a place."""
        self.points.append(found.position)
        self.show()

    def take_back(self) -> None:
        """Drop the last place."""
        self.points = self.points[:-1]
        self.show()

    def find(
        self, at: QPointF, modifiers: Qt.KeyboardModifier, *, exact: bool = False
    ) -> Snap | None:
        """Return the place meant at a point of the viewport; None for the sky."""
        return self._window.snapping.find(at.x(), at.y(), modifiers, exact=exact)

    def may_click(self) -> bool:
        """Return whether a click adds a place now."""
        return True

    def reached(self) -> list[Point]:
        """Return the places, and the one under the pointer after them."""
        if self._live is None or not self.points:
            return list(self.points)
        return [*self.points, self._live.position]

    # -- mouse and keys ------------------------------------------------------------------

    def press(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> bool:
        self._pressed, self._modifiers = at, modifiers
        return False  # a drag still turns the scene

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> bool:
        self._live = self.find(at, modifiers)
        self._window.snapping.show(self._live)
        self.show()
        return False

    def double_click(self, at: QPointF) -> bool:
        self.finish()
        return True

    def key(self, key: int) -> bool:
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.finish()
        elif key == Qt.Key.Key_Backspace:
            self.take_back()
        else:
            return False
        return True

    def _clicked(self, _: object) -> bool:
        """Take the place under the press: the navigator calls it for a click without a drag."""
        if self.may_click():
            found = self.find(self._pressed, self._modifiers, exact=True)
            if found is not None:
                self.take(found)
        return True

    def _finish_button(self) -> None:
        if self.active:
            self.finish()
