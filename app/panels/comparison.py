"""The Changes dock: what differs between two instants, in a list, in the scene, side by side."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QModelIndex, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from app import entity_words, numbers
from app.as_of import AsOf, as_of_text, view_at
from app.icons import IconSet
from app.item_models.comparison import (
    CHANGE_ROLE,
    COUNT_ROLE,
    KIND_ROLE,
    SIGNS,
    ComparisonModel,
    kind_text,
)
from app.item_models.entities import display_name
from app.own_keys import OwnKeys
from app.panels.row_delegate import Row, RowDelegate, show_rows
from app.project import ProjectSession
from app.theme import Theme
from app.workers import Background

if TYPE_CHECKING:
    from twin_model.comparison import Comparison, EntityChange, RelationChange
    from twin_model.history import Difference
    from twin_model.twin import Twin
    from twin_model.view import TwinView

_WAIT_MS = 250


class _ChangeDelegate(RowDelegate):
    """The sign of the change in its colour, the name, and the type or count."""

    def row(self, index: Any) -> Row:
        change, count, kind = (index.data(r) for r in (CHANGE_ROLE, COUNT_ROLE, KIND_ROLE))
        level = 0 if count is not None else 1 if change is not None else 2
        if level == 2:
            return Row(2, quiet=True)
        note = numbers.integer(count) if change is None else entity_words.entity_type(change.type)
        opens = index.model().hasChildren(index)
        return Row(level, opens, SIGNS[kind], kind, note, small=level > 0)


class ComparisonPanel(QWidget):
    """Lists what differs between an earlier instant, A, and the one that is shown, B.

    Parameters
    ----------
    session : ProjectSession
    background : Background
    theme : Theme
    icons : IconSet
    """

    chosen = Signal(str)
    fly_wanted = Signal(str)
    #: What differs now, None where nothing is compared.
    compared = Signal(object)
    swipe_wanted = Signal(bool)
    beside_wanted = Signal(bool)
    end_wanted = Signal()

    def __init__(
        self, session: ProjectSession, background: Background, theme: Theme, icons: IconSet
    ) -> None:
        super().__init__()
        self._session = session
        self._background = background
        self.before: AsOf = None
        self.after: AsOf = None
        self.found: Comparison | None = None
        self.model = ComparisonModel(background)
        self.model.setParent(self)
        self._make(theme, icons)
        # While a handle moves, only where it rests is compared.
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_WAIT_MS)
        self._wait.timeout.connect(self._compare)
        session.closed.connect(self._closed)
        session.changed.connect(self._follow)
        self.retranslate()

    def _make(self, theme: Theme, icons: IconSet) -> None:
        row = self._make_buttons(icons)
        self.times = QLabel(self)
        self.times.setObjectName("dim")
        self.times.setWordWrap(True)
        self.note = QLabel(self)
        self.note.setObjectName("dim")
        self.note.setWordWrap(True)
        self.note.setContentsMargins(12, 4, 12, 8)
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.tree = QTreeView(self)
        OwnKeys(self.tree, Qt.Key.Key_Delete)
        self.tree.setModel(self.model)
        show_rows(self.tree, _ChangeDelegate(theme, icons, self.tree))
        self.tree.clicked.connect(self._click)
        self.tree.doubleClicked.connect(partial(self._tell, self.fly_wanted))
        self.tree.selectionModel().currentChanged.connect(
            lambda index, _: self._tell(self.chosen, index)
        )
        times = QVBoxLayout()
        times.setContentsMargins(12, 4, 12, 2)
        times.addWidget(self.times)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addLayout(times)
        layout.addWidget(self.note, 1)
        layout.addWidget(self.tree, 1)

    def _make_buttons(self, icons: IconSet) -> QHBoxLayout:
        self.kinds: dict[str, QToolButton] = {}
        row = QHBoxLayout()
        row.setContentsMargins(8, 2, 8, 2)
        row.setSpacing(2)
        for kind in SIGNS:
            button = self.kinds[kind] = QToolButton(self)
            button.setCheckable(True)
            button.setChecked(True)
            button.toggled.connect(self._show)
            row.addWidget(button)
        row.addStretch(1)
        self.beside, self.swipe = QToolButton(self), QToolButton(self)
        self.beside.setIcon(icons.icon("columns"))
        self.swipe.setIcon(icons.icon("square-half"))
        for button, other, wanted in (
            (self.beside, self.swipe, self.beside_wanted),
            (self.swipe, self.beside, self.swipe_wanted),
        ):
            button.setCheckable(True)
            button.toggled.connect(partial(self._toggled, other, wanted))
        self.end = QToolButton(self)
        self.end.setIcon(icons.icon("x"))
        self.end.clicked.connect(self.end_wanted)
        for button in (self.beside, self.swipe, self.end):
            button.setIconSize(QSize(16, 16))
            row.addWidget(button)
        return row

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.beside.setToolTip(self.tr("Side by side: A on the left, B on the right"))
        self.swipe.setToolTip(self.tr("Swipe: A on the left, B on the right"))
        self.end.setToolTip(self.tr("Compare no more"))
        for button in (self.beside, self.swipe, self.end):
            button.setAccessibleName(button.toolTip())
        self.tree.setAccessibleName(self.tr("Changes"))
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    # -- what is compared ----------------------------------------------------------------

    def set_instants(self, before: AsOf, after: AsOf) -> None:
        """Compare two times.

        Parameters
        ----------
        before : Instant, KnownOn or None
            A; None to compare no more.
        after : Instant, KnownOn or None
            B; None for now.
        """
        self.before, self.after = before, after
        if before is None:
            self._wait.stop()
            self._background.drop("comparison")
            self.beside.setChecked(False)
            self.swipe.setChecked(False)
            self._set_found(None)
        else:
            self._wait.start()
            self._show()

    def views(self) -> tuple[Twin | TwinView, Twin | TwinView] | None:
        """Return the twin at A and at B; None where nothing is compared."""
        twin = self._session.twin
        if twin is None or self.before is None:
            return None
        return view_at(twin, self.before), view_at(twin, self.after)

    def _compare(self) -> None:
        views = self.views()
        if views is None:
            return

        def read() -> Comparison:
            from twin_model.comparison import compare

            return compare(*views)

        self._background.ask("comparison", read, self._set_found)

    def _follow(self, change: Any) -> None:
        if self.before is not None and (change.entities or change.all_entities):
            self._wait.start()

    def _closed(self) -> None:
        self.set_instants(None, None)

    def _set_found(self, found: Comparison | None) -> None:
        if found is not None and self.before is None:
            return
        self.found = found
        self._show()
        self.compared.emit(found)

    def shown_kinds(self) -> set[str]:
        """Return the kinds of change that are listed and marked."""
        return {kind for kind, button in self.kinds.items() if button.isChecked()}

    def _show(self) -> None:
        found = self.found
        for kind, button in self.kinds.items():
            count = 0 if found is None else found.counts.get(kind, 0)  # type: ignore[call-overload]
            button.setText(f"{SIGNS[kind]} {numbers.integer(count)}")
            button.setToolTip(kind_text(kind))
            button.setAccessibleName(f"{kind_text(kind)}: {numbers.integer(count)}")
        for button in (*self.kinds.values(), self.beside, self.swipe, self.end):
            button.setEnabled(self.before is not None)
        self.times.setVisible(self.before is not None)
        if self.before is not None:
            self.times.setText(f"A  {as_of_text(self.before)}\nB  {as_of_text(self.after)}")
        self.model.show(found, self._read(), self.shown_kinds())
        if found is not None and found.total <= 40:
            for row in range(self.model.rowCount()):
                self.tree.expand(self.model.index(row, 0))
        listed = self.model.rowCount() > 0
        self.tree.setVisible(listed)
        self.note.setVisible(not listed)
        if self.before is None:
            text = self.tr(
                "Press Compare beside the timeline to see what differs between two times."
            )
        elif found is None:
            text = self.tr("Comparing…")
        else:
            text = self.tr("Nothing differs.")
        self.note.setText(text)
        if found is not None:
            self.compared.emit(found)

    def _read(self) -> Any:
        views = self.views()
        if views is None:
            return None

        def read(
            entity_id: str,
        ) -> tuple[list[Difference], list[RelationChange], dict[str, str]]:
            from twin_model.comparison import entity_differences
            from twin_model.neighbourhood import entities_of

            values, relations = entity_differences(*views, entity_id)
            both = [one for change in relations for one in (change.before, change.after) if one]
            ends = {end for one in both for end in (one.source, one.target)}
            names = {
                name: display_name(entity)
                for view in views
                for name, entity in entities_of(view, ends).items()
            }
            return values, relations, names

        return read

    def _toggled(self, other: QToolButton, wanted: Any, on: bool) -> None:
        if on:
            other.setChecked(False)  # one way or the other
        wanted.emit(on)

    # -- choosing ------------------------------------------------------------------------

    def _click(self, index: QModelIndex) -> None:
        if self.model.hasChildren(index):
            self.tree.setExpanded(index, not self.tree.isExpanded(index))

    def _tell(self, signal: Any, index: QModelIndex) -> None:
        change: EntityChange | None = index.data(CHANGE_ROLE) if index.isValid() else None
        if change is not None:
            signal.emit(change.id)
