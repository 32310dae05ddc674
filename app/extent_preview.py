"""A small plan of where sources will lie, against what the project already holds."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app import numbers
from app.overlays import blend, round_length
from app.theme import Theme, small_font

Extent = list[float]
"""west, south, east, north in local metres."""

_MARGIN: Final = 16


class ExtentPreview(QWidget):
    """Draws extents to scale.

    Parameters
    ----------
    theme : Theme
    parent : QWidget
    """

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.project: Extent | None = None
        self.sources: dict[int, Extent] = {}
        self.current = -1
        self.setMinimumSize(220, 160)

    def sizeHint(self) -> QSize:
        return QSize(260, 190)

    def show_extents(
        self, project: Extent | None, sources: dict[int, Extent], current: int
    ) -> None:
        """Show the project's extent and those of sources, one of them current."""
        self.project, self.sources, self.current = project, sources, current
        self.update()

    def distance_m(self) -> float | None:
        """Return how far the current source's centre is from the project's."""
        source = self.sources.get(self.current)
        if self.project is None or source is None:
            return None
        return math.hypot(
            *(
                (source[axis] + source[axis + 2] - self.project[axis] - self.project[axis + 2]) / 2
                for axis in (0, 1)
            )
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        painter.setPen(QPen(theme.colour("line"), 1.0))
        painter.setBrush(theme.colour("background"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        extents = [*self.sources.values(), *([self.project] if self.project else [])]
        painter.setFont(small_font())
        if not extents:
            painter.setPen(theme.colour("dim"))
            painter.drawText(
                self.rect(), Qt.AlignmentFlag.AlignCenter, self.tr("No extent known yet")
            )
            return
        west, south = (min(extent[axis] for extent in extents) for axis in (0, 1))
        east, north = (max(extent[axis] for extent in extents) for axis in (2, 3))
        room_x, room_y = self.width() - 2 * _MARGIN, self.height() - 2 * _MARGIN - 14
        scale = min(room_x / max(east - west, 1e-6), room_y / max(north - south, 1e-6))

        def box(extent: Extent) -> QRectF:
            left = _MARGIN + (extent[0] - west) * scale + (room_x - (east - west) * scale) / 2
            top = _MARGIN + (north - extent[3]) * scale + (room_y - (north - south) * scale) / 2
            wide = max(3.0, (extent[2] - extent[0]) * scale)
            high = max(3.0, (extent[3] - extent[1]) * scale)
            return QRectF(left, top, wide, high)

        if self.project:
            painter.setPen(QPen(theme.colour("faint"), 1.0, Qt.PenStyle.DashLine))
            painter.setBrush(blend(theme.colour("faint"), 0.15))
            painter.drawRect(box(self.project))
        for index, extent in self.sources.items():
            current = index == self.current
            painter.setPen(QPen(theme.colour("accent"), 2.0 if current else 1.0))
            painter.setBrush(blend(theme.colour("accent"), 0.25 if current else 0.08))
            painter.drawRect(box(extent))
        self._paint_scale(painter, scale)

    def _paint_scale(self, painter: QPainter, scale: float) -> None:
        length = round_length(80 / scale)
        theme = self._theme
        y = self.height() - 10
        painter.setPen(QPen(theme.colour("dim"), 1.0))
        painter.drawLine(_MARGIN, y, round(_MARGIN + length * scale), y)
        text = numbers.length(length, 1.0)
        painter.drawText(round(_MARGIN + length * scale + 6), y + 4, text)
