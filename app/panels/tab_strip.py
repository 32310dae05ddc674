"""Tabs that wrap to a second line where the words of a language need it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import Theme

_HEIGHT: Final = 32
_GAP: Final = 13
_MARGIN: Final = 12


class TabStrip(QWidget):
    """A row of words, one of them current, underlined in the accent colour.

    Parameters
    ----------
    theme : Theme
    names : list of callables
        Each returns a tab's name in the language in use.
    """

    changed = Signal(int)

    def __init__(self, theme: Theme, names: list[Callable[[], str]]) -> None:
        super().__init__()
        self._theme = theme
        self._names = names
        self._current = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._fit()

    @property
    def current(self) -> int:
        """Index of the current tab."""
        return self._current

    def set_current(self, index: int) -> None:
        """Choose a tab."""
        index %= len(self._names)
        if index != self._current:
            self._current = index
            self.setAccessibleName(self._names[index]())
            self.update()
            self.changed.emit(index)

    def tab_rects(self) -> list[QRect]:
        """Return where each tab lies."""
        found: list[QRect] = []
        x, y = _MARGIN, 0
        for name in self._names:
            width = self.fontMetrics().horizontalAdvance(name())
            if found and x + width > self.width() - 6:
                x, y = _MARGIN, y + _HEIGHT - 4
            found.append(QRect(x, y, width, _HEIGHT))
            x += width + _GAP
        return found

    def retranslate(self) -> None:
        """Measure the words again."""
        self._fit()
        self.update()

    def _fit(self) -> None:
        height = self.tab_rects()[-1].bottom() + 1
        if height != self.height():
            self.setFixedHeight(height)

    def sizeHint(self) -> QSize:
        return QSize(300, self.tab_rects()[-1].bottom() + 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for index, rect in enumerate(self.tab_rects()):
            if rect.adjusted(-_GAP // 2, 0, _GAP // 2, 0).contains(event.position().toPoint()):
                self.set_current(index)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            self.set_current(self._current + (1 if event.key() == Qt.Key.Key_Right else -1))
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.colour("line"))
        for index, (rect, name) in enumerate(zip(self.tab_rects(), self._names, strict=True)):
            current = index == self._current
            painter.setPen(theme.colour("text" if current else "dim"))
            painter.drawText(rect.adjusted(0, 0, 2, 0), Qt.AlignmentFlag.AlignVCenter, name())
            if current:
                under = QRect(rect.left(), rect.bottom() - 1, rect.width(), 2)
                painter.fillRect(under, theme.colour("accent"))
                if self.hasFocus():
                    painter.drawRect(rect.adjusted(-4, 4, 4, -4))
