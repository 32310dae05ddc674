"""One photograph, zoomed at the place where it should show a point, to be marked."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import numbers
from app.own_keys import OwnKeys
from app.theme import Theme, small_font

_ZOOM: Final = 6.0
_LEAST_ZOOM: Final = 0.05
_MOST_ZOOM: Final = 40.0
#: How far an arrow key moves a mark, in pixels of the photograph, alone and with Shift.
_NUDGE_PX: Final = 0.1
_LEAP_PX: Final = 1.0
_ARROWS: Final = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}


class PhotoView(QWidget):
    """A click marks, arrows move the mark by a tenth of a pixel, with Shift by one.

    The wheel zooms, the right button drags, Delete removes the mark, Page Up and Page Down go to
    other photographs, Ctrl+Z takes back.

    Parameters
    ----------
    theme : Theme
    parent : QWidget
    """

    marked = Signal(float, float)
    nudged = Signal(float, float)
    removed = Signal()
    step_wanted = Signal(int)
    undo_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._image: QImage | None = None
        self._note = ""
        self.expected: QPointF | None = None
        self.mark: QPointF | None = None
        self.zoom = _ZOOM
        self._centre = QPointF()
        self._dragged: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setMinimumSize(200, 140)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        OwnKeys(self, *_ARROWS, Qt.Key.Key_Delete, Qt.Key.Key_Z, Qt.Key.Key_PageUp,
                Qt.Key.Key_PageDown)  # fmt: skip
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(360, 260)

    def show_note(self, text: str) -> None:
        """Show words in place of a photograph."""
        self._image, self._note = None, text
        self.expected = self.mark = None
        self.update()

    def show_photo(
        self, image: QImage, expected: QPointF | None, mark: QPointF | None, *, keep: bool = False
    ) -> None:
        """Show a photograph.

        Parameters
        ----------
        image : QImage
            Upright, at full size.
        expected, mark : QPointF or None
            Where it should show the point, and where somebody has marked it.
        keep : bool
            Keep what is looked at: only the mark has changed.
        """
        self._image, self.expected, self.mark = image, expected, mark
        if not keep:
            self.zoom = _ZOOM
            middle = QPointF(image.width() / 2, image.height() / 2)
            self._centre = mark or expected or middle
            if mark is None and expected is None:
                self.zoom = min(self.width() / image.width(), self.height() / image.height())
        self.update()

    def to_photo(self, at: QPointF) -> QPointF:
        """Return the pixel of the photograph under a place of the widget."""
        middle = QPointF(self.width() / 2, self.height() / 2)
        return self._centre + (at - middle) / self.zoom

    def to_view(self, pixel: QPointF) -> QPointF:
        """Return where a pixel of the photograph is shown."""
        middle = QPointF(self.width() / 2, self.height() / 2)
        return middle + (pixel - self._centre) * self.zoom

    # -- painting ------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour("background"))
        painter.setFont(small_font())
        if self._image is None:
            painter.setPen(self._theme.colour("dim"))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(16, 8, -16, -8), int(flags), self._note)
            return
        top = self.to_photo(QPointF(0, 0))
        bottom = self.to_photo(QPointF(self.width(), self.height()))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.zoom < 8)
        painter.drawImage(QRectF(self.rect()), self._image, QRectF(top, bottom))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.expected is not None:
            painter.setPen(QPen(self._theme.colour("high"), 1.5, Qt.PenStyle.DashLine))
            painter.drawEllipse(self.to_view(self.expected), 16.0, 16.0)
        if self.mark is not None:
            self._paint_mark(painter, self.to_view(self.mark))
        self._paint_caption(painter)
        if self.hasFocus():
            painter.setPen(QPen(self._theme.colour("accent"), 1.0))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _paint_mark(self, painter: QPainter, at: QPointF) -> None:
        # A pale line within a dark one is seen on every ground; the middle stays free.
        for token, width in (("on-accent", 4.0), ("accent", 1.6)):
            painter.setPen(QPen(self._theme.colour(token), width))
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                painter.drawLine(at + QPointF(4 * dx, 4 * dy), at + QPointF(20 * dx, 20 * dy))

    def _paint_caption(self, painter: QPainter) -> None:
        text = f"{numbers.fixed(self.zoom, 1)} ×"
        if self.mark is not None:
            text += (
                f"   x {numbers.fixed(self.mark.x(), 2)}  y {numbers.fixed(self.mark.y(), 2)} px"
            )
        box = painter.fontMetrics().boundingRect(text).adjusted(-6, -3, 6, 3)
        box.moveBottomLeft(self.rect().bottomLeft() + QPointF(6, -6).toPoint())
        painter.fillRect(box, self._theme.colour("chip"))
        painter.setPen(self._theme.colour("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    # -- mouse and keys ------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._image is None:
            return
        if event.button() == Qt.MouseButton.LeftButton:
            at = self.to_photo(event.position())
            if 0 <= at.x() <= self._image.width() and 0 <= at.y() <= self._image.height():
                self.marked.emit(at.x(), at.y())
        else:
            self._dragged = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged is not None:
            self._centre -= (event.position() - self._dragged) / self.zoom
            self._dragged = event.position()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._image is None:
            return
        under = self.to_photo(event.position())
        factor = 1.25 ** (event.angleDelta().y() / 120)
        self.zoom = min(max(self.zoom * factor, _LEAST_ZOOM), _MOST_ZOOM)
        self._centre += under - self.to_photo(event.position())
        self.update()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in _ARROWS:
            step = _LEAP_PX if shift else _NUDGE_PX
            self.nudged.emit(*(part * step for part in _ARROWS[key]))
        elif key in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.removed.emit()
        elif key in {Qt.Key.Key_PageDown, Qt.Key.Key_PageUp}:
            self.step_wanted.emit(1 if key == Qt.Key.Key_PageDown else -1)
        elif key == Qt.Key.Key_Z and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.undo_wanted.emit()
        else:
            super().keyPressEvent(event)
