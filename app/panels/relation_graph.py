"""A small picture of an entity's neighbours: one hop, kinds by direction, click to go there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from app import entity_words, numbers, words
from app.text_lines import in_two_lines
from app.theme import Theme, small_font

_LIMIT: Final = 12
_RADIUS: Final = 6.0


@dataclass(frozen=True)
class Neighbour:
    """An entity at the other end of a relation."""

    id: str
    name: str
    type: str
    kind: str
    incoming: bool


class RelationGraph(QWidget):
    """Draws the neighbours on an ellipse about the entity.

    Parameters
    ----------
    theme : Theme
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._centre = ""
        self._neighbours: list[Neighbour] = []
        self._more = 0
        self.setMouseTracking(True)
        self.setMinimumHeight(160)

    def set_neighbours(self, centre: str, neighbours: list[Neighbour]) -> None:
        """Show the neighbours of an entity, at most twelve of them."""
        self._centre = centre
        distinct = list({neighbour.id: neighbour for neighbour in neighbours}.values())
        self._neighbours = distinct[:_LIMIT]
        self._more = len(distinct) - len(self._neighbours)
        self.setAccessibleName(", ".join(neighbour.name for neighbour in self._neighbours))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, 240)

    def _places(self) -> list[QPointF]:
        middle = QPointF(self.width() / 2, self.height() / 2)
        count = max(1, len(self._neighbours))
        wide, high = self.width() / 2 - 70, self.height() / 2 - 26
        found = []
        for index in range(len(self._neighbours)):
            angle = 2 * math.pi * (index + 0.35) / count
            # Alternating radii keep the names of neighbours apart.
            reach = 1.0 if index % 2 == 0 or count < 7 else 0.72
            found.append(
                middle + QPointF(wide * reach * math.cos(angle), high * reach * math.sin(angle))
            )
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(small_font())
        theme = self._theme
        middle = QPointF(self.width() / 2, self.height() / 2)
        places = self._places()
        painter.setPen(QPen(theme.colour("faint"), 1.0))
        for place in places:
            painter.drawLine(middle, place)
        for place, neighbour in zip(places, self._neighbours, strict=True):
            self._node(painter, place, _RADIUS, theme.colour("low"))
            self._label(painter, place, neighbour.name, 110)
        self._node(painter, middle, 9.0, theme.colour("accent"))
        self._label(painter, middle + QPointF(3, 0), self._centre, 130)
        if self._more:
            painter.setPen(theme.colour("dim"))
            text = self.tr("and {0} more").format(numbers.integer(self._more))
            painter.drawText(self.rect().adjusted(0, 0, -12, -4), _BOTTOM_RIGHT, text)

    def _node(self, painter: QPainter, at: QPointF, radius: float, colour: QColor) -> None:
        painter.save()
        painter.setPen(QPen(self._theme.colour("pane"), 2.0))
        painter.setBrush(colour)
        painter.drawEllipse(at, radius, radius)
        painter.restore()

    def _label(self, painter: QPainter, at: QPointF, name: str, width: int) -> None:
        metrics = painter.fontMetrics()
        lines = in_two_lines(name, metrics, width)
        text = "\n".join(lines)
        size = max(metrics.horizontalAdvance(line) for line in lines)
        left = at.x() + _RADIUS + 5
        if left + size > self.width() - 4:
            left = at.x() - _RADIUS - 5 - size
        high = 2 + 14 * len(lines)
        box = QRectF(left - 2, at.y() - high / 2, size + 4, high)
        pane = QColor(self._theme.colour("pane"))
        pane.setAlpha(200)
        painter.fillRect(box, pane)
        painter.setPen(self._theme.colour("text"))
        painter.drawText(box.adjusted(2, 0, 2, 0), Qt.AlignmentFlag.AlignVCenter, text)

    def _at(self, place: QPointF) -> Neighbour | None:
        for at, neighbour in zip(self._places(), self._neighbours, strict=True):
            offset = at - place
            if math.hypot(offset.x(), offset.y()) < 12:
                return neighbour
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if found else Qt.CursorShape.ArrowCursor)
        if found is not None:
            relation = words.relation(found.kind, incoming=found.incoming)
            QToolTip.showText(
                event.globalPosition().toPoint(),
                f"{relation}: {found.name} ({entity_words.entity_type(found.type)})",
                self,
            )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        if found is not None:
            self.chosen.emit(found.id)


_BOTTOM_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
