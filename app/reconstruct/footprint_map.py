"""A map of what photographs see of level ground, before any of them is matched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app import numbers
from app.overlays import blend, round_length
from app.reconstruct.photo_set import PhotoRow, PhotoSet
from app.theme import Theme, small_font

_MARGIN: Final = 14
_CAPTION: Final = 18
_EDGE: Final = 6.0
_NEAR_PX: Final = 9.0


class FootprintMap(QWidget):
    """Footprints, positions, control points; north is up. A click chooses a photograph.

    Parameters
    ----------
    theme : Theme
    parent : QWidget
    """

    clicked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._photos: PhotoSet | None = None
        self._chosen: frozenset[str] = frozenset()
        #: Pixels a metre, west, north; None until it is asked for.
        self._known: tuple[float, float, float] | None = None
        #: Surveyed points: x, y in local metres, and whether it is only compared.
        self._points: list[tuple[float, float, bool]] = []
        self.setMinimumSize(220, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(320, 220)

    def show_photos(self, photos: PhotoSet | None) -> None:
        """Show a checked folder; None for nothing."""
        self._photos, self._chosen, self._known = photos, frozenset(), None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._known = None
        super().resizeEvent(event)

    def show_points(self, points: Sequence[tuple[float, float, bool]]) -> None:
        """Show surveyed points."""
        self._points = list(points)
        self.update()

    def choose(self, names: Sequence[str]) -> None:
        """Emphasise photographs."""
        self._chosen = frozenset(names)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self._theme.colour("background"))
        painter.setFont(small_font())
        placed = self._placed()
        if not placed:
            painter.setPen(self._theme.colour("dim"))
            text = (
                self.tr("Footprints and positions of the photographs") if self._photos is None
                else self.tr("No photograph states where it was taken")
            )  # fmt: skip
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)
            return
        self._paint_footprints(painter, placed)
        self._paint_places(painter, placed)
        self._paint_scale(painter)

    def _placed(self) -> list[PhotoRow]:
        rows = [] if self._photos is None else self._photos.rows
        return [row for row in rows if row.position_m is not None]

    def _paint_footprints(self, painter: QPainter, placed: list[PhotoRow]) -> None:
        accent = self._theme.colour("accent")
        for emphasised in (False, True):
            for row in placed:
                if not row.ring_m or not row.used or (row.name in self._chosen) != emphasised:
                    continue
                painter.setPen(QPen(blend(accent, 1.0 if emphasised else 0.35),
                                    2.0 if emphasised else 1.0))  # fmt: skip
                painter.setBrush(blend(accent, 0.25 if emphasised else 0.06))
                painter.drawPolygon(QPolygonF([self._at(x, y) for x, y in row.ring_m]))

    def _paint_places(self, painter: QPainter, placed: list[PhotoRow]) -> None:
        theme = self._theme
        painter.setPen(Qt.PenStyle.NoPen)
        for row in placed:
            chosen = row.name in self._chosen
            token = "text" if chosen else "accent" if row.used else "critical"
            painter.setBrush(theme.colour(token))
            assert row.position_m is not None
            radius = 4.5 if chosen else 2.5
            painter.drawEllipse(self._within(self._at(*row.position_m[:2])), radius, radius)
        for x, y, is_check in self._points:
            painter.setPen(QPen(theme.colour("high" if is_check else "text"), 1.5))
            at = self._at(x, y)
            for dx, dy in ((1, 0), (0, 1)):
                half = QPointF(5.0 * dx, 5.0 * dy)
                painter.drawLine(at - half, at + half)

    def _paint_scale(self, painter: QPainter) -> None:
        scale = self._scale()[0]
        length = round_length(80 / scale)
        painter.setPen(QPen(self._theme.colour("dim"), 1.0))
        y, end = self.height() - 9, round(_MARGIN + length * scale)
        painter.drawLine(_MARGIN, y, end, y)
        painter.drawText(end + 6, y + 4, numbers.length(length, 1.0))

    def _scale(self) -> tuple[float, float, float]:
        """Return pixels a metre, and the west and north of the map's left upper corner."""
        if self._known is None:
            self._known = self._fit()
        return self._known

    def _fit(self) -> tuple[float, float, float]:
        placed = [row for row in self._placed() if row.used] or self._placed()
        x = [row.position_m[0] for row in placed if row.position_m]
        y = [row.position_m[1] for row in placed if row.position_m]
        for row in placed:
            if row.used:
                x += [corner[0] for corner in row.ring_m]
                y += [corner[1] for corner in row.ring_m]
        wide, high = self.width() - 2 * _MARGIN, self.height() - 2 * _MARGIN - _CAPTION
        scale = min(wide / max(max(x) - min(x), 1.0), high / max(max(y) - min(y), 1.0))
        west = (min(x) + max(x)) / 2 - wide / 2 / scale
        north = (min(y) + max(y)) / 2 + high / 2 / scale
        return scale, west, north

    def _at(self, x: float, y: float) -> QPointF:
        scale, west, north = self._scale()
        return QPointF(_MARGIN + (x - west) * scale, _MARGIN + (north - y) * scale)

    def _within(self, at: QPointF) -> QPointF:
        """Return a place on the map's edge for what lies beyond it: a photograph of elsewhere."""
        x = min(max(at.x(), _EDGE), self.width() - _EDGE)
        return QPointF(x, min(max(at.y(), _EDGE), self.height() - _CAPTION - _EDGE))

    def _near(self, at: QPointF) -> PhotoRow | None:
        def distance(row: PhotoRow) -> float:
            assert row.position_m is not None
            apart = self._within(self._at(*row.position_m[:2])) - at
            return float(abs(apart.x()) + abs(apart.y()))

        found = min(self._placed(), key=distance, default=None)
        return found if found is not None and distance(found) <= _NEAR_PX else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._near(event.position())
        if row is not None:
            self.clicked.emit(row.name)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self._near(event.position())
        self.setToolTip("" if row is None else row.name)
