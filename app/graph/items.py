"""Nodes and relations as they are drawn."""

from __future__ import annotations

import functools
import math
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QPainterPath,
    QPainterPathStroker,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsSceneHoverEvent,
    QStyleOptionGraphicsItem,
    QWidget,
)

from app import entity_words, numbers, words
from app.editing import schema
from app.icons import IconSet
from app.item_models.entities import display_name
from app.text_lines import in_two_lines
from app.theme import Theme, small_font
from twin_model.entity import Entity, Relation
from twin_model.relations import Direction

HALF: Final = 15.0
_LABEL_PX: Final = 104
_LABEL_TOP: Final = HALF + 3.0
_LINE_PX: Final = 14.0
_ARROW: Final = 7.0
#: Below this zoom names are not read and only cost time.
LEAST_ZOOM: Final = 0.45


@functools.cache
def _font(bold: bool) -> QFont:
    # Looking up the installed families takes longer than painting a node.
    return small_font(bold=bold)


class NodeItem(QGraphicsItem):
    """One entity: the glyph of its type with its name below.

    Parameters
    ----------
    entity : Entity
    theme : Theme
    icons : IconSet
    """

    def __init__(self, entity: Entity, theme: Theme, icons: IconSet) -> None:
        super().__init__()
        self.entity = entity
        self.more = 0
        self.role = ""
        self._theme = theme
        self._icons = icons
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)
        self.setAcceptHoverEvents(True)
        self.setZValue(2.0)
        self._hovered = False
        self.refresh(entity)

    def refresh(self, entity: Entity) -> None:
        """Show an entity as it is now."""
        self.entity = entity
        kind = entity_words.entity_type(entity.type)
        self.setToolTip(f"{display_name(entity)}\n{kind}")
        known = schema.known_type(entity.type) if schema.is_loaded() else None
        self._glyph = schema.catalogue().appearance(known).icon if known else ""
        self._names: dict[bool, tuple[str, int, int]] = {}
        self.update()

    def _name(self, *, bold: bool) -> tuple[str, int, int]:
        """Return the name as it fits, how wide it is and how many lines."""
        if bold not in self._names:
            metrics = QFontMetrics(_font(bold))
            lines = in_two_lines(display_name(self.entity), metrics, _LABEL_PX)
            wide = max(metrics.horizontalAdvance(line) for line in lines)
            self._names[bold] = "\n".join(lines), wide, len(lines)
        return self._names[bold]

    def boundingRect(self) -> QRectF:
        high = 2 * HALF + 13 + 2 * _LINE_PX
        return QRectF(-_LABEL_PX / 2 - 2, -HALF - 6, _LABEL_PX + 4, high)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(QRectF(-HALF - 3, -HALF - 3, 2 * HALF + 6, 2 * HALF + 6))
        high = self._name(bold=False)[2] * _LINE_PX
        path.addRect(QRectF(-_LABEL_PX / 2, _LABEL_TOP, _LABEL_PX, high))
        if self.more:
            path.addRect(self.badge())
        return path

    def badge(self) -> QRectF:
        """Return where the number of neighbours left out is."""
        width = 10.0 + 6.5 * len(numbers.short(self.more))
        return QRectF(HALF - 4, -HALF - 6, width, 14)

    def hoverEnterEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self._hovered = True
        self.update()

    def hoverLeaveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self._hovered = False
        self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        theme, chosen = self._theme, self.isSelected()
        box = QRectF(-HALF, -HALF, 2 * HALF, 2 * HALF)
        line = "accent" if chosen else self.role or ("faint" if self._hovered else "line")
        painter.setPen(QPen(theme.colour(line), 2.0 if chosen or self.role else 1.0))
        painter.setBrush(theme.colour("selection" if chosen else "raised"))
        painter.drawRoundedRect(box, 6, 6)
        glyph = theme.colour("accent" if chosen else self.role or "dim")
        self._icons.paint_type(painter, box.adjusted(6, 6, -6, -6), self._glyph, glyph)
        if painter.worldTransform().m11() < LEAST_ZOOM and not chosen:
            return
        text, width, lines = self._name(bold=chosen)
        painter.setFont(_font(chosen))
        label = QRectF(-width / 2 - 2, _LABEL_TOP, width + 4, lines * _LINE_PX)
        backdrop = QColor(theme.colour("pane"))
        backdrop.setAlpha(215)
        painter.fillRect(label, backdrop)
        painter.setPen(theme.colour("text"))
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, text)
        if self.more:
            painter.setPen(QPen(theme.colour("line"), 1.0))
            painter.setBrush(theme.colour("pane"))
            painter.drawRoundedRect(self.badge(), 7, 7)
            painter.setPen(theme.colour("dim"))
            painter.setFont(_font(False))
            painter.drawText(
                self.badge(), Qt.AlignmentFlag.AlignCenter, f"+{numbers.short(self.more)}"
            )


class EdgeItem(QGraphicsItem):
    """One relation: a line from its source to its target.

    Parameters
    ----------
    relation : Relation
    ends : (NodeItem, NodeItem)
    bend : float
        How far its middle lies off the straight line, in pixels: several relations between the
        same two entities stay apart.
    theme : Theme
    """

    def __init__(
        self, relation: Relation, ends: tuple[NodeItem, NodeItem], bend: float, theme: Theme
    ) -> None:
        super().__init__()
        self.relation = relation
        self.ends = ends
        self.lit = False
        self._bend = bend
        self._theme = theme
        self._hovered = False
        self._path = QPainterPath()
        self._middle = QPointF()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)
        self.setAcceptHoverEvents(True)
        self.setZValue(1.0)
        source, target = (display_name(end.entity) for end in ends)
        self.setToolTip(f"{source}\n{words.relation(relation.kind)}\n{target}")
        self.follow()

    def follow(self) -> None:
        """Lie between its ends, wherever they are."""
        self.prepareGeometryChange()
        start, end = (item.pos() for item in self.ends)
        across = end - start
        length = max(1.0, math.hypot(across.x(), across.y()))
        along = across / length
        self._middle = (start + end) / 2 + QPointF(-along.y(), along.x()) * self._bend
        control = self._middle * 2 - (start + end) / 2
        self._path = QPainterPath(_rim(start, control))
        self._path.quadTo(control, _rim(end, control))
        # Finding points of a path takes longer than drawing it.
        self._heads = [self._arrow(at_end=at_end) for at_end in self._arrows()]

    def boundingRect(self) -> QRectF:
        return self._path.boundingRect().adjusted(-60, -14, 60, 14)

    def shape(self) -> QPainterPath:
        stroker = QPainterPathStroker()
        stroker.setWidth(9.0)
        return stroker.createStroke(self._path)

    def hoverEnterEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self._hovered = True
        self.update()

    def hoverLeaveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self._hovered = False
        self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        strong = self.isSelected() or self.lit
        colour = self._theme.colour("accent" if strong else "dim" if self._hovered else "faint")
        pen = QPen(colour, 2.0 if strong else 1.0)
        if self.relation.computed:
            pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path)
        pen.setStyle(Qt.PenStyle.SolidLine)
        painter.setPen(pen)
        painter.setBrush(colour)
        for head in self._heads:
            painter.drawPolygon(head)
        if strong or self._hovered:
            self._paint_name(painter)

    def _arrows(self) -> list[bool]:
        """Return at which ends there are arrows: True for the target."""
        way = str(self.relation.attributes.get("direction", ""))
        if self.relation.kind != "connects":
            return [True]
        if way == Direction.BACKWARD:
            return [False]
        return [False, True] if way == Direction.BOTH else [True]

    def _arrow(self, *, at_end: bool) -> QPolygonF:
        tip = self._path.pointAtPercent(1.0 if at_end else 0.0)
        length = max(1.0, self._path.length())
        share = min(0.5, _ARROW / length)
        back = self._path.pointAtPercent(1.0 - share if at_end else share)
        along = tip - back
        reach = max(0.1, math.hypot(along.x(), along.y()))
        side = QPointF(-along.y(), along.x()) / reach * (_ARROW * 0.42)
        return QPolygonF([tip, back + side, back - side])

    def _paint_name(self, painter: QPainter) -> None:
        painter.setFont(_font(False))
        text = words.relation(self.relation.kind)
        width = painter.fontMetrics().horizontalAdvance(text)
        at = self._path.pointAtPercent(0.5)
        box = QRectF(at.x() - width / 2 - 3, at.y() - 8, width + 6, 16)
        painter.fillRect(box, self._theme.colour("pane"))
        painter.setPen(self._theme.colour("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _rim(centre: QPointF, towards: QPointF) -> QPointF:
    """Return the point of a node's outline that faces another point."""
    across = towards - centre
    widest = max(abs(across.x()), abs(across.y()), 1e-6)
    return centre + across * ((HALF + 2.0) / widest)
