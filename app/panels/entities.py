"""The Entities dock: search, types with counts, entities by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from app import numbers
from app.as_of import AsOf
from app.conditions import problem_of, query_of
from app.icons import IconSet
from app.item_models.entities import COUNT_ROLE, ENTITY_ROLE, EntitiesModel
from app.panels.entity_paging import Paging
from app.panels.entity_selection import EntitySelection
from app.panels.entity_sets import EntitySets
from app.panels.row_delegate import Row, RowDelegate, show_rows
from app.project import ProjectSession
from app.theme import Theme
from app.workers import Background
from twin_model.entity import Entity
from twin_model.errors import ValidationError

#: Entities that are selected at once at most.
_MOST_SELECTED: Final = 5_000


class _EntityDelegate(RowDelegate):
    """A type with its count, or an entity's name."""

    def row(self, index: Any) -> Row:
        count = index.data(COUNT_ROLE)
        return Row() if count is None else Row(opens=True, note=numbers.integer(count))


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
    nothing_chosen = Signal()
    fly_wanted = Signal(object)  # Entity
    several_chosen = Signal(list)  # of Entity

    def __init__(
        self, session: ProjectSession, background: Background, theme: Theme, icons: IconSet
    ) -> None:
        super().__init__()
        self._session = session
        self._at: AsOf = None
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
        self.tree.setDragEnabled(True)
        self.tree.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        show_rows(self.tree, _EntityDelegate(theme, icons, self.tree))
        self.selection = EntitySelection(self.tree, self.model)
        self._paging = Paging(self.tree, self.model)
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
        self.selection.changed.connect(self._choose)
        self.model.modelReset.connect(self._reset)
        self.search.installEventFilter(self)

    def _follow(self, change: Any) -> None:
        if change.entities or change.all_entities or change.layers:
            self._wait.start()

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.search.setPlaceholderText(self.tr("Name, code, or height > 30"))
        self.search.setToolTip(
            self.tr(
                "Part of a name, the beginning of a code, or a condition, such as\n"
                "type is building and height > 30\nwithin 200 of pump-7\nmanagement ^ '330106-BD'"
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

    def set_instant(self, at: AsOf) -> None:
        """Show the entities as of a time."""
        self._at = at
        self.sets.set_instant(at)
        self._wait.start()

    def show_selected(self, thing: object) -> None:
        """Follow a selection made elsewhere: mark its lines, as far as they are read."""
        things = thing if isinstance(thing, list) else [thing]
        self.selection.show([one for one in things if isinstance(one, Entity)])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go from the field into what was found with Down, and to it with Enter."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            enters = {Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter}
            if event.key() in enters and self.model.rowCount() > 0:
                self._enter_tree()
                return True
        return super().eventFilter(watched, event)

    def _enter_tree(self) -> None:
        """Give the tree the focus, at the first entity where one is listed."""
        first = self.model.index(0, 0)
        if self.model.rowCount(first) > 0 and self.tree.isExpanded(first):
            first = self.model.index(0, 0, first)
        self.tree.setFocus(Qt.FocusReason.TabFocusReason)
        self.tree.setCurrentIndex(first)

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
        extending = QGuiApplication.keyboardModifiers() != Qt.KeyboardModifier.NoModifier
        if index.data(COUNT_ROLE) is not None and not extending:
            self.tree.setExpanded(index, not self.tree.isExpanded(index))

    def _choose(self, entities: list[Entity]) -> None:
        if len(entities) == 1:
            self.chosen.emit(entities[0])
        elif entities:
            self.several_chosen.emit(entities[:_MOST_SELECTED])
        else:
            self.nothing_chosen.emit()

    def _double_click(self, index: QModelIndex) -> None:
        entity = index.data(ENTITY_ROLE)
        if isinstance(entity, Entity):
            self.fly_wanted.emit(entity)
