"""Two instants in one scene: A on the left of a divider, B on the right of it.

The second viewport lies over the first, clipped at the divider.
"""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.other_side import OtherSide
from app.theme import Theme

_GRIP_PX: Final = 11
_LEAST_PX: Final = 40
_STEP_PX: Final = 20


class _Divider(QWidget):
    """The line between the two sides, to be dragged or moved with the arrow keys."""

    def __init__(self, swipe: Swipe, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self._swipe = swipe
        self._theme = theme
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.width() // 2
        painter.fillRect(middle, 0, 1, self.height(), self._theme.colour("accent"))
        painter.setPen(self._theme.colour("accent"))
        painter.setBrush(self._theme.colour("selection" if self.hasFocus() else "raised"))
        painter.drawRoundedRect(1, self.height() // 2 - 16, self.width() - 2, 32, 4, 4)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._swipe.set_place(self.mapToParent(event.position().toPoint()).x())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -_STEP_PX, Qt.Key.Key_Right: _STEP_PX}.get(Qt.Key(event.key()), 0)
        if step:
            self._swipe.set_place(self._swipe.place + step)
        else:
            super().keyPressEvent(event)


class Swipe(OtherSide):
    """The second viewport with its divider, over the first one.

    Parameters
    ----------
    *arguments
        See `OtherSide`.
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._clip: QWidget | None = None
        self.divider = _Divider(self, self._viewport, self._theme)
        self._share = 0.5
        self.divider.hide()
        self._theme.changed.connect(self.divider.update)

    @property
    def place(self) -> int:
        """Where the divider is, in pixels from the left of the scene."""
        return round(self._share * self._viewport.width())

    def place_in(self) -> QWidget:
        """See `OtherSide`."""
        self._clip = QWidget(self._viewport)
        # What is clicked there is picked through the first viewport, which asks this one.
        self._clip.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        return self._clip

    def placed(self) -> None:
        """See `OtherSide`."""
        if self.other is None or self._clip is None:
            return
        self._viewport.beside = self.pick_at
        self._clip.lower()
        self._clip.show()
        self.other.show()
        self.divider.setAccessibleName(self.tr("Divider between A and B"))
        self.divider.show()
        self.divider.raise_()

    def taken_away(self) -> None:
        """See `OtherSide`."""
        self._viewport.beside = None
        if self._clip is not None:
            self._clip.hide()
            self._clip.deleteLater()
        self._clip = None
        self.divider.hide()

    def set_place(self, x: int) -> None:
        """Put the divider somewhere."""
        wide = max(2 * _LEAST_PX, self._viewport.width())
        self._share = min(wide - _LEAST_PX, max(_LEAST_PX, x)) / wide
        self.lay_out()

    def lay_out(self) -> None:
        """See `OtherSide`."""
        if self.other is None or self._clip is None:
            return
        main, x = self._viewport, self.place
        self._clip.setGeometry(0, 0, x, main.height())
        self.other.setGeometry(0, 0, main.width(), main.height())
        main.beside_px = x
        self.divider.setGeometry(x - _GRIP_PX // 2, 0, _GRIP_PX, main.height())
        for chip, left in ((self.left, True), (self.right, False)):
            chip.adjustSize()
            at = x - chip.width() - 14 if left else x + 14
            chip.move(QPoint(at, self.CHIP_TOP_PX))
            chip.raise_()
