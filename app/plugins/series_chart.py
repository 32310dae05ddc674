"""A plain chart of values over time, painted with the theme's colours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from app.theme import small_font

if TYPE_CHECKING:
    from app.theme import Theme
    from shapan import Series

_TOKENS: Final = ("accent", "bar", "high", "medium", "low", "critical")
_MARGIN: Final = (64.0, 26.0, 16.0, 30.0)  # left, top, right, bottom
_LINES: Final = 5


class SeriesChart(QWidget):
    """Lines of one or several series over one axis of time.

    Parameters
    ----------
    series : sequence of Series
    theme : Theme
    parent : QWidget
    """

    def __init__(self, series: Sequence[Series], theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._series = [s for s in series if len(s.time_us) and np.isfinite(s.value).any()]
        self._theme = theme
        self.setMinimumHeight(160)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(small_font())
        if self._series:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint(painter)
        painter.end()

    def _paint(self, painter: QPainter) -> None:
        left, top, right, bottom = _MARGIN
        area = QRectF(left, top, self.width() - left - right, self.height() - top - bottom)
        times = [float(t) for s in self._series for t in (s.time_us[0], s.time_us[-1])]
        values = np.concatenate([s.value[np.isfinite(s.value)] for s in self._series])
        first, last = min(times), max(*times, min(times) + 1.0)
        low, high = float(values.min()), float(values.max())
        if high <= low:
            low, high = low - 1.0, high + 1.0
        painter.setPen(QPen(self._theme.colour("line"), 1.0))
        for n in range(_LINES):
            y = area.bottom() - area.height() * n / (_LINES - 1)
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.setPen(self._theme.colour("dim"))
        for n in range(_LINES):
            y = area.bottom() - area.height() * n / (_LINES - 1)
            text = f"{low + (high - low) * n / (_LINES - 1):.4g}"
            box = QRectF(0, y - 8, left - 8, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        for at, flag in ((first, Qt.AlignmentFlag.AlignLeft), (last, Qt.AlignmentFlag.AlignRight)):
            text = datetime.fromtimestamp(at / 1e6).strftime("%Y-%m-%d %H:%M:%S")
            painter.drawText(QRectF(area.left(), area.bottom() + 6, area.width(), 16), flag, text)
        x = area.left()
        for number, one in enumerate(self._series):
            colour = self._theme.colour(_TOKENS[number % len(_TOKENS)])
            painter.setPen(QPen(colour, 1.6))
            across = area.left() + (one.time_us - first) / (last - first) * area.width()
            up = area.bottom() - (one.value - low) / (high - low) * area.height()
            for run in _runs(np.isfinite(one.value)):
                points = [QPointF(float(a), float(b)) for a, b in zip(across[run], up[run],
                                                                       strict=True)]  # fmt: skip
                painter.drawPolyline(QPolygonF(points))
            name = f"{one.name} ({one.unit})" if one.unit else one.name
            painter.drawText(QPointF(x, top - 10), name)
            x += painter.fontMetrics().horizontalAdvance(name) + 18


def _runs(known: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[slice]:
    """Return the stretches without a gap."""
    edges = np.flatnonzero(np.diff(np.r_[False, known, False].astype(int)))
    return [slice(a, b) for a, b in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)]
