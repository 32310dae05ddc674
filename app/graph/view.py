"""The canvas: zoom, pan, keyboard, and relations made by dragging."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsScene, QGraphicsView

from app.graph.items import EdgeItem, NodeItem
from app.graph.model import GraphModel
from app.icons import IconSet
from app.item_models.entities import ENTITY_MIME, display_name, entity_ids
from app.own_keys import OwnKeys
from app.theme import Theme, small_font

_LEAST_ZOOM: Final = 0.12
_MOST_ZOOM: Final = 2.5
_BEND_PX: Final = 16.0
_DRAG_PX: Final = 8
_MARGIN_PX: Final = 36.0
#: Names are read from this zoom on; a graph that is begun is not shown smaller.
_READABLE: Final = 0.62


class GraphView(QGraphicsView):
    """Draws a `GraphModel` and tells what is done on it.

    Parameters
    ----------
    model : GraphModel
    theme : Theme
    icons : IconSet
    """

    entity_chosen = Signal(str)
    relation_chosen = Signal(str)
    nothing_chosen = Signal()
    fly_wanted = Signal(str)
    relate_wanted = Signal(str, str)  # source, target
    delete_wanted = Signal(str)  # relation id
    entities_dropped = Signal(list, str)  # ids, id of the node below or ""
    escaped = Signal()

    def __init__(self, model: GraphModel, theme: Theme, icons: IconSet) -> None:
        self._canvas = QGraphicsScene()
        super().__init__(self._canvas)
        self._canvas.setParent(self)
        OwnKeys(self, Qt.Key.Key_Delete)
        self._model = model
        self._theme = theme
        self._icons = icons
        self.nodes: dict[str, NodeItem] = {}
        self.edges: dict[str, EdgeItem] = {}
        self._selected = ""
        #: Whether everything was in view last, and nobody has zoomed or moved it since.
        self._fitted = True
        self._pressed: QPointF | None = None
        self._panning: QPointF | None = None
        self._drag_from = ""
        self._drag_to = QPointF()
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setFrameShape(QGraphicsView.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.BoundingRectViewportUpdate)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        model.changed.connect(self._rebuild)
        model.highlighted.connect(self._highlight)
        theme.changed.connect(self._paint_all)

    # -- drawing -------------------------------------------------------------------------

    def _rebuild(self) -> None:
        """Add, move and remove items until they are what the model holds."""
        piece = self._model.piece
        fresh, shown = not self.nodes, self._model.entities()
        for name in [one for one in self.nodes if one not in shown]:
            self._canvas.removeItem(self.nodes.pop(name))
        more = any(name not in self.nodes for name in shown)
        for name, entity in shown.items():
            item = self.nodes.get(name)
            if item is None:
                item = self.nodes[name] = NodeItem(entity, self._theme, self._icons)
                self._canvas.addItem(item)
            else:
                item.refresh(entity)
            item.prepareGeometryChange()
            item.more = piece.more.get(name, 0)
            item.setPos(*piece.places[name])
        chosen = self.selected_relation
        for edge in self.edges.values():
            self._canvas.removeItem(edge)
        self.edges = {}
        between: dict[tuple[str, str], list[str]] = defaultdict(list)
        for relation in self._model.relations():
            if relation.source in self.nodes and relation.target in self.nodes:
                low, high = sorted((relation.source, relation.target))
                between[low, high].append(relation.id)
        relations = {relation.id: relation for relation in self._model.relations()}
        for ids in between.values():
            for index, relation_id in enumerate(ids):
                relation = relations[relation_id]
                ends = self.nodes[relation.source], self.nodes[relation.target]
                bend = (index - (len(ids) - 1) / 2) * _BEND_PX
                # Seen from either end, the same relation lies on the same side.
                bend = bend if relation.source <= relation.target else -bend
                edge = EdgeItem(relation, ends, bend, self._theme)
                self.edges[relation_id] = edge
                self._canvas.addItem(edge)
        self._highlight()
        self._set_room()
        if self._selected in self.nodes:
            self.nodes[self._selected].setSelected(True)
        elif chosen in self.edges:
            self.edges[chosen].setSelected(True)
        if self.nodes and (fresh or (more and self._fitted)):
            self.fit(least=_READABLE)

    def _set_room(self) -> None:
        room = self._canvas.itemsBoundingRect()
        wide, high = self.viewport().width(), self.viewport().height()
        self._canvas.setSceneRect(room.adjusted(-wide, -high, wide, high))

    def _highlight(self) -> None:
        highlight = self._model.highlight
        for name, node in self.nodes.items():
            node.role = highlight.roles.get(name, "")
            node.update()
        for relation_id, edge in self.edges.items():
            edge.lit = relation_id in highlight.relations
            edge.update()

    def _paint_all(self) -> None:
        self._canvas.update()

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        painter.fillRect(rect, self._theme.colour("pane"))

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        if not self._drag_from or self._drag_from not in self.nodes:
            return
        start = self.nodes[self._drag_from].pos()
        goal = self._node_at(self.mapFromScene(self._drag_to))
        pen = QPen(self._theme.colour("accent"), 2.0)
        pen.setStyle(Qt.PenStyle.SolidLine if goal else Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawLine(QLineF(start, goal.pos() if goal else self._drag_to))
        painter.resetTransform()
        text = (
            self.tr("Relate {0} and {1}").format(
                display_name(self.nodes[self._drag_from].entity), display_name(goal.entity)
            )
            if goal is not None and goal.entity.id != self._drag_from
            else self.tr("Drop on another entity to relate them, on empty ground to move it")
        )
        self._paint_hint(painter, text)

    def _paint_hint(self, painter: QPainter, text: str) -> None:
        painter.setFont(small_font())
        metrics = painter.fontMetrics()
        room = self.viewport().width() - 24
        text = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room)
        box = QRectF(8, self.viewport().height() - 26, metrics.horizontalAdvance(text) + 12, 20)
        backdrop = QColor(self._theme.colour("raised"))
        painter.setPen(QPen(self._theme.colour("line"), 1.0))
        painter.setBrush(backdrop)
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(self._theme.colour("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    # -- selection -----------------------------------------------------------------------

    @property
    def selected_entity(self) -> str:
        """The id of the node that is selected; empty for none."""
        return self._selected if self._selected in self.nodes else ""

    @property
    def selected_relation(self) -> str:
        """The id of the relation that is selected; empty for none."""
        return next((name for name, edge in self.edges.items() if edge.isSelected()), "")

    def select_entity(self, entity_id: str, *, show: bool = True) -> None:
        """Select a node without telling anybody; an unknown id selects nothing."""
        self._canvas.clearSelection()
        self._selected = entity_id
        node = self.nodes.get(entity_id)
        if node is not None:
            node.setSelected(True)
            if show:
                self.ensureVisible(node, 20, 20)

    def select_relation(self, relation_id: str) -> None:
        """Select a relation and tell."""
        self._canvas.clearSelection()
        self._selected = ""
        edge = self.edges.get(relation_id)
        if edge is not None:
            edge.setSelected(True)
            self.relation_chosen.emit(relation_id)

    def _choose(self, entity_id: str, *, show: bool = True) -> None:
        self.select_entity(entity_id, show=show)
        self.entity_chosen.emit(entity_id)

    # -- view ----------------------------------------------------------------------------

    def fit(self, *, least: float = 0.0) -> None:
        """Show everything, never larger than it is.

        Parameters
        ----------
        least : float
            The smallest zoom; where it is not enough, what is selected is in the middle.
        """
        room = self._canvas.itemsBoundingRect()
        if room.isEmpty():
            return
        self._fitted = True
        self._set_room()
        margin = _MARGIN_PX
        room = room.adjusted(-margin, -margin, margin, margin)
        self.fitInView(room, Qt.AspectRatioMode.KeepAspectRatio)
        zoom = self.transform().m11()
        if zoom > 1.0 or zoom < least:
            self.resetTransform()
            scale = 1.0 if zoom > 1.0 else least
            self.scale(scale, scale)
            chosen = self.nodes.get(self._selected)
            self.centerOn(room.center() if zoom > 1.0 or chosen is None else chosen.pos())

    def zoom(self, factor: float) -> None:
        """Zoom by a factor, within what can be read."""
        self._fitted = False
        wanted = self.transform().m11() * factor
        factor *= min(_MOST_ZOOM, max(_LEAST_ZOOM, wanted)) / wanted
        self.scale(factor, factor)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep everything in view where it was, as when the dock is made larger."""
        super().resizeEvent(event)
        if self._fitted and self.nodes:
            self.fit(least=_READABLE)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom(1.0015 ** event.angleDelta().y())
        event.accept()

    # -- mouse ---------------------------------------------------------------------------

    def _node_at(self, at: object) -> NodeItem | None:
        found = [item for item in self.items(at) if isinstance(item, NodeItem)]  # type: ignore[call-overload]
        return found[0] if found else None

    def _edge_at(self, at: object) -> EdgeItem | None:
        found = [item for item in self.items(at) if isinstance(item, EdgeItem)]  # type: ignore[call-overload]
        return found[0] if found else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        at = event.position().toPoint()
        if event.button() in (Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton):
            self._begin_pan(event.position())
            return
        node, edge = self._node_at(at), self._edge_at(at)
        self._pressed = event.position()
        self._drag_from = ""
        if node is not None:
            if node.more and node.badge().contains(node.mapFromScene(self.mapToScene(at))):
                self._pressed = None
                self._model.expand(node.entity.id)
                return
            self._choose(node.entity.id, show=False)  # nothing moves under the pointer
        elif edge is not None:
            self.select_relation(edge.relation.id)
        else:
            self._canvas.clearSelection()
            self._selected = ""
            self.nothing_chosen.emit()
            self._begin_pan(event.position())

    def _begin_pan(self, at: QPointF) -> None:
        self._panning = at
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._panning is not None:
            moved = at - self._panning
            self._panning, self._fitted = at, False
            for bar, by in (
                (self.horizontalScrollBar(), moved.x()),
                (self.verticalScrollBar(), moved.y()),
            ):
                bar.setValue(bar.value() - round(by))
            return
        if self._pressed is not None and self._selected in self.nodes:
            moved = at - self._pressed
            if self._drag_from or math.hypot(moved.x(), moved.y()) > _DRAG_PX:
                self._drag_from = self._selected
                self._drag_to = self.mapToScene(at.toPoint())
                self.viewport().update()
            return
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        source, self._drag_from, self._pressed = self._drag_from, "", None
        if self._panning is not None:
            self._panning = None
            self.unsetCursor()
            return
        if source and source in self.nodes:
            goal = self._node_at(event.position().toPoint())
            if goal is None:
                place = self.mapToScene(event.position().toPoint())
                self._model.move(source, (place.x(), place.y()))
            elif goal.entity.id != source:
                self.relate_wanted.emit(source, goal.entity.id)
            self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        node = self._node_at(event.position().toPoint())
        if node is not None:
            self._model.expand(node.entity.id)

    # -- entities from elsewhere ---------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(ENTITY_MIME):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if event.mimeData().hasFormat(ENTITY_MIME):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        ids = entity_ids(event.mimeData())
        if ids:
            below = self._node_at(event.position().toPoint())
            event.acceptProposedAction()
            self.entities_dropped.emit(ids, below.entity.id if below is not None else "")

    # -- keyboard ------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        arrows = {
            Qt.Key.Key_Left: (-1.0, 0.0), Qt.Key.Key_Right: (1.0, 0.0),
            Qt.Key.Key_Up: (0.0, -1.0), Qt.Key.Key_Down: (0.0, 1.0),
        }  # fmt: skip
        if key in arrows:
            self._step(arrows[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.selected_entity:
            self.fly_wanted.emit(self.selected_entity)
        elif key == Qt.Key.Key_Delete and self.selected_relation:
            self.delete_wanted.emit(self.selected_relation)
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_E) and self.selected_entity:
            self._model.expand(self.selected_entity)
        elif key == Qt.Key.Key_R:
            self._next_relation()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(1.25)
        elif key == Qt.Key.Key_Minus:
            self.zoom(0.8)
        elif key in (Qt.Key.Key_F, Qt.Key.Key_Home):
            self.fit()
        elif key == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def _step(self, towards: tuple[float, float]) -> None:
        """Go to the nearest node in a direction."""
        if not self.nodes:
            return
        if not self.selected_entity:
            self._choose(next(iter(self.nodes)))
            return
        here = self.nodes[self.selected_entity].pos()
        best: tuple[float, str] | None = None
        for name, node in self.nodes.items():
            across = node.pos() - here
            ahead = across.x() * towards[0] + across.y() * towards[1]
            aside = abs(across.x() * towards[1]) + abs(across.y() * towards[0])
            if ahead > 4.0 and (best is None or ahead + 2.0 * aside < best[0]):
                best = (ahead + 2.0 * aside, name)
        if best is not None:
            self._choose(best[1])

    def _next_relation(self) -> None:
        """Go through the relations of the selected entity, or of the selected relation's source."""
        chosen = self.edges.get(self.selected_relation)
        start = self.selected_entity or (chosen.relation.source if chosen else "")
        mine = [
            name
            for name, edge in self.edges.items()
            if start in (edge.relation.source, edge.relation.target)
        ]
        if mine:
            at = mine.index(chosen.relation.id) + 1 if chosen and chosen.relation.id in mine else 0
            self.select_relation(mine[at % len(mine)])

    def names(self) -> list[str]:
        """Return what is shown, as a screen reader says it."""
        return [display_name(node.entity) for node in self.nodes.values()]
