"""The Entities dock: search, types with counts, entities by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import QEvent, QModelIndex, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from app import numbers
from app.conditions import problem_of, query_of
from app.icons import IconSet
from app.item_models.entities import COUNT_ROLE, ENTITY_ROLE, EntitiesModel
from app.panels.entity_sets import EntitySets
from app.project import ProjectSession
from app.theme import ROW_PX, Theme
from app.workers import Background
from twin_model.entity import Entity
from twin_model.errors import ValidationError
from twin_model.time import Instant

#: Entities that are selected at once at most.
_MOST_SELECTED: Final = 5_000


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
    several_chosen = Signal(list)  # of Entity

    def __init__(
        self, session: ProjectSession, background: Background, theme: Theme, icons: IconSet
    ) -> None:
        super().__init__()
        self._session = session
        self._at: Instant | None = None
        self._wanted: Entity | None = None
        self._background = background
        self.model = EntitiesModel(background)
        self.model.setParent(self)
        self.sets = EntitySets(session, background, theme, icons)
        self._make_found(icons)
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
        field.addWidget(self.problem)
        layout.addLayout(field)
        layout.addWidget(self.found)
        layout.addWidget(self.sets)
        layout.addWidget(self._empty, 1)
        layout.addWidget(self.tree, 1)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(200)
        self._wait.timeout.connect(self.refresh)
        self._connect()
        self.retranslate()
        self.refresh()

    def _make_found(self, icons: IconSet) -> None:
        self.problem = QLabel(self)
        self.problem.setObjectName("error")
        self.problem.setWordWrap(True)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.hide()
        self.found = QWidget(self)
        self.count = QLabel(self.found)
        self.count.setObjectName("dim")
        self.select_all, self.keep = QToolButton(self.found), QToolButton(self.found)
        self.select_all.setIcon(icons.icon("selection-all"))
        self.keep.setIcon(icons.icon("bookmark-simple"))
        row = QHBoxLayout(self.found)
        row.setContentsMargins(12, 0, 8, 2)
        row.setSpacing(2)
        row.addWidget(self.count, 1)
        for button in (self.select_all, self.keep):
            button.setIconSize(QSize(16, 16))
            row.addWidget(button)
        self.found.hide()

    def _connect(self) -> None:
        self.model.refused.connect(self._show_problem)
        self.sets.chosen.connect(self.search.setText)
        self.select_all.clicked.connect(self._select_all)
        self.keep.clicked.connect(lambda: self.sets.save(self.search.text()))
        session = self._session
        session.opened.connect(self.refresh)
        session.closed.connect(self.refresh)
        session.changed.connect(self._follow)
        self.search.textChanged.connect(lambda _: self._wait.start())
        self.tree.clicked.connect(self._click)
        self.tree.doubleClicked.connect(self._double_click)
        self.tree.selectionModel().currentChanged.connect(lambda index, _: self._choose(index))
        self.model.modelReset.connect(self._reset)
        self.model.rowsInserted.connect(lambda *_: self._go_to_wanted())

    def _follow(self, change: Any) -> None:
        if change.entities or change.all_entities or change.layers:
            self._wait.start()

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.search.setPlaceholderText(self.tr("Name, code, or height > 30"))
        self.search.setToolTip(
            self.tr(
                "Part of a name, the beginning of a code, or a condition, such as\n"
                "type is building and height > 30\nwithin 200 of pump-7\nmanagement ^ '12-03'"
            )
        )
        self.select_all.setToolTip(self.tr("Select everything found, in the scene too"))
        self.keep.setToolTip(self.tr("Keep this filter as a set"))
        for button in (self.select_all, self.keep):
            button.setAccessibleName(button.toolTip())
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
        self.model.show(self._session.twin, query_of(self.search.text()), self._at)

    def types_changed(self) -> None:
        """Name the types anew, and ask anew: a condition may name a type."""
        self.tree.viewport().update()
        if self.search.text():
            self._wait.start()

    def set_instant(self, at: Instant | None) -> None:
        """Show the entities as of an instant; None for now."""
        self._at = at
        self.sets.set_instant(at)
        self._wait.start()

    def show_selected(self, thing: object) -> None:
        """Follow a selection made elsewhere: go to its line, as far as it is on the first page."""
        self._wanted = thing if isinstance(thing, Entity) else None
        if self._wanted is None:
            self._mark(QModelIndex())
        else:
            self._go_to_wanted()

    def _go_to_wanted(self) -> None:
        entity = self._wanted
        if entity is None:
            return
        above, index = self.model.index_of(entity)
        if index.isValid():
            self._wanted = None
            self.tree.expand(above)
            self._mark(index)
        elif above.isValid() and self.model.rowCount(above) == 0:
            self.model.fetchMore(above)  # its lines come, and this is tried again
        else:
            self._wanted = None
            self._mark(QModelIndex())

    def _mark(self, index: QModelIndex) -> None:
        selection = self.tree.selectionModel()
        if selection.currentIndex() == index:
            return
        selection.blockSignals(True)  # nobody chose it here
        self.tree.setCurrentIndex(index)
        selection.blockSignals(False)
        if index.isValid():
            self.tree.scrollTo(index)
        self.tree.viewport().update()

    def _show_problem(self, error: ValidationError | None) -> None:
        self.problem.setText("" if error is None else problem_of(error))
        self.problem.setVisible(error is not None)
        self._reset()

    def _select_all(self) -> None:
        """Ask for everything that is found and tell who selects."""
        twin, query = self._session.twin, replace(self.model.query, limit=_MOST_SELECTED)
        if twin is not None:
            self._background.ask(
                "select-all", lambda: twin.entities(query), self.several_chosen.emit
            )

    def _reset(self) -> None:
        searched, total = bool(self.search.text().strip()), self.model.total
        refused = bool(self.problem.text())
        self.found.setVisible(searched and not refused and total > 0)
        text = self.tr("{0} found").format(numbers.integer(total))
        if total > _MOST_SELECTED:
            text += " " + self.tr("(the first {0} can be selected)").format(
                numbers.integer(_MOST_SELECTED)
            )
        self.count.setText(text)
        self.keep.setEnabled(self._session.writable)
        empty = self.model.rowCount() == 0
        self._empty.setVisible(empty)
        self.tree.setVisible(not empty)
        if self.search.text():
            nothing = self.tr("Nothing matches “{0}”.").format(self.search.text())
            self._empty.setText("" if refused else nothing)
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
