"""The Entities dock: search, types with counts, entities by name."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from app import numbers
from app.icons import IconSet
from app.item_models.entities import COUNT_ROLE, ENTITY_ROLE, EntitiesModel
from app.project import ProjectSession
from app.theme import ROW_PX, Theme
from app.workers import Background
from twin_model.entity import Entity
from twin_model.time import Instant


class _EntityDelegate(QStyledItemDelegate):
    """Paints a type with its count, or an entity's name."""

    def __init__(self, theme: Theme, icons: IconSet, view: QTreeView) -> None:
        super().__init__(view)
        self._theme = theme
        self._icons = icons
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Any) -> QSize:
        return QSize(100, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        theme = self._theme
        rect = QRect(0, option.rect.top(), self._view.viewport().width(), option.rect.height())
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.colour("selection"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.colour("hover"))
        count = index.data(COUNT_ROLE)
        left, note = 28, ""
        if count is not None:
            arrow = "caret-down" if self._view.isExpanded(index) else "caret-right"
            self._icons.paint(
                painter, QRect(10, rect.top() + 7, 12, 12), arrow, theme.colour("dim")
            )
            note = numbers.integer(count)
        note_width = option.fontMetrics.horizontalAdvance(note)
        right = rect.right() - 12
        painter.setFont(option.font)
        painter.setPen(theme.colour("dim"))
        painter.drawText(
            QRect(right - note_width, rect.top(), note_width + 2, rect.height()),
            Qt.AlignmentFlag.AlignVCenter,
            note,
        )
        painter.setPen(theme.colour("text"))
        space = max(0, right - note_width - 8 - left)
        name = option.fontMetrics.elidedText(
            str(index.data(Qt.ItemDataRole.DisplayRole)), Qt.TextElideMode.ElideRight, space
        )
        painter.drawText(
            QRect(left, rect.top(), space + 2, rect.height()), Qt.AlignmentFlag.AlignVCenter, name
        )
        painter.restore()


class EntitiesPanel(QWidget):
    """The entities of the open project.

    Parameters
    ----------
    session : ProjectSession
    background : Background
    theme : Theme
    icons : IconSet
    """

    chosen = Signal(object)  # Entity
    fly_wanted = Signal(object)  # Entity

    def __init__(
        self, session: ProjectSession, background: Background, theme: Theme, icons: IconSet
    ) -> None:
        super().__init__()
        self._session = session
        self._at: Instant | None = None
        self.model = EntitiesModel(background)
        self.search = QLineEdit(self)
        self.search.setClearButtonEnabled(True)
        self._glass = self.search.addAction(
            icons.icon("magnifying-glass", "dim"), QLineEdit.ActionPosition.LeadingPosition
        )
        self.tree = QTreeView(self)
        self.tree.setModel(self.model)
        self.tree.setHeaderHidden(True)
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(0)
        self.tree.setExpandsOnDoubleClick(False)
        self.tree.setMouseTracking(True)
        self.tree.setDragEnabled(True)
        self.tree.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.setItemDelegate(_EntityDelegate(theme, icons, self.tree))
        self._empty = QLabel(self)
        self._empty.setObjectName("dim")
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(12, 4, 12, 8)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        field = QVBoxLayout()
        field.setContentsMargins(10, 2, 10, 6)
        field.addWidget(self.search)
        layout.addLayout(field)
        layout.addWidget(self._empty, 1)
        layout.addWidget(self.tree, 1)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(200)
        self._wait.timeout.connect(self.refresh)
        self._connect()
        self.retranslate()
        self.refresh()

    def _connect(self) -> None:
        session = self._session
        session.opened.connect(self.refresh)
        session.closed.connect(self.refresh)
        session.changed.connect(self._follow)
        self.search.textChanged.connect(lambda _: self._wait.start())
        self.tree.clicked.connect(self._click)
        self.tree.doubleClicked.connect(self._double_click)
        self.tree.selectionModel().currentChanged.connect(lambda index, _: self._choose(index))
        self.model.modelReset.connect(self._reset)

    def _follow(self, change: Any) -> None:
        if change.entities or change.all_entities or change.layers:
            self._wait.start()

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.search.setPlaceholderText(self.tr("Name, code or identifier"))
        self.search.setAccessibleName(self.tr("Search entities"))
        self._glass.setToolTip(self.tr("Search entities"))
        self.tree.setAccessibleName(self.tr("Entities"))
        self.tree.viewport().update()
        self._reset()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def refresh(self) -> None:
        """Count again."""
        self.model.show(self._session.twin, self.search.text(), self._at)

    def types_changed(self) -> None:
        """Name the types anew."""
        self.tree.viewport().update()

    def set_instant(self, at: Instant | None) -> None:
        """Show the entities as of an instant; None for now."""
        self._at = at
        self._wait.start()

    def _reset(self) -> None:
        empty = self.model.rowCount() == 0
        self._empty.setVisible(empty)
        self.tree.setVisible(not empty)
        if self.search.text():
            self._empty.setText(self.tr("Nothing matches “{0}”.").format(self.search.text()))
            if 0 < self.model.total <= 60:
                self.tree.expandAll()
        else:
            self._empty.setText(
                self.tr("Buildings, rooms, sensors and the like appear here with their layers.")
            )

    def _click(self, index: QModelIndex) -> None:
        if index.data(COUNT_ROLE) is not None:
            self.tree.setExpanded(index, not self.tree.isExpanded(index))

    def _choose(self, index: QModelIndex) -> None:
        entity = index.data(ENTITY_ROLE) if index.isValid() else None
        if isinstance(entity, Entity):
            self.chosen.emit(entity)

    def _double_click(self, index: QModelIndex) -> None:
        entity = index.data(ENTITY_ROLE)
        if isinstance(entity, Entity):
            self.fly_wanted.emit(entity)
