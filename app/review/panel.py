"""The Review dock: what was extracted, decided upon by keyboard, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, QItemSelectionModel, QObject, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSpinBox,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app import entity_words, messages
from app.own_keys import OwnKeys
from app.panels.jobs import progress_text
from app.panels.plain_table import dress
from app.progress_line import ProgressLine
from app.project import ProjectSession
from app.review.decisions import accept, reject, without_verdict
from app.review.queue import ENTITY_ROLE, NAME, SURE, QueueFilter, QueueModel, read_queue
from app.workers import Background, JobRecord, Jobs
from ingest.extraction.candidates import extractable
from twin_model.entity import Entity

if TYPE_CHECKING:
    from ingest.pipeline.job import Job
    from twin_model.layer import Layer
    from twin_model.twin import Twin

_WIDTHS: Final = (200, 120, 110, 90, 110)
_KEYS: Final = (Qt.Key.Key_A, Qt.Key.Key_E, Qt.Key.Key_X, Qt.Key.Key_Delete)
#: More marks than this tell nobody anything.
_MOST_MARKS: Final = 3000


class ReviewPanel(QWidget):
    """See module.

    Parameters
    ----------
    session : ProjectSession
    background : Background
    jobs : Jobs
    """

    fly_wanted = Signal(object)  # Entity
    correct_wanted = Signal(object)  # Entity
    waiting_changed = Signal(object)  # list of Entity that wait, to be marked; none where hidden

    def __init__(self, session: ProjectSession, background: Background, jobs: Jobs) -> None:
        super().__init__()
        self._jobs = jobs
        self._session = session
        self._background = background
        self._totals: dict[str, int] = {}
        #: Where the camera was sent last.
        self._flown_to = ""
        #: Entities as they were when their correction began.
        self._begun: dict[str, Entity] = {}
        self.model = QueueModel()
        self.model.setParent(self)
        self.shown = QueueFilter(self.model)
        self.shown.setParent(self)
        self.table = QTableView(self)
        self.kind = QComboBox(self)
        self.least, self.most = QSpinBox(self), QSpinBox(self)
        self.count = QLabel(self)
        #: How far a search for things is that was begun here.
        self.working = QLabel(self)
        self._search: JobRecord | None = None
        self.bar = ProgressLine(self)
        self.empty = QLabel(self)
        self.empty.setObjectName("dim")
        self.empty.setWordWrap(True)
        self.empty.setContentsMargins(12, 8, 12, 8)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.buttons = {name: QPushButton(self) for name in ("accept", "correct", "reject")}
        self.extract = QPushButton(self)
        self.layers = QMenu(self)
        self.extract.setMenu(self.layers)
        self._between = QLabel(self)
        self._lay_out()
        self._connect()
        self.retranslate()
        self.refresh()

    def _lay_out(self) -> None:
        table = self.table
        table.setModel(self.shown)
        dress(table, _WIDTHS)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setSortingEnabled(True)
        table.sortByColumn(SURE, Qt.SortOrder.DescendingOrder)
        OwnKeys(table, *_KEYS)
        table.installEventFilter(self)
        for field, value in ((self.least, 0), (self.most, 100)):
            field.setRange(0, 100)
            field.setSingleStep(5)
            field.setSuffix(" %")
            field.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
            field.setValue(value)
        self._between.setObjectName("dim")
        for label in (self.count, self.working):
            label.setObjectName("dim")
        tools = QHBoxLayout()
        tools.setContentsMargins(10, 4, 8, 4)
        tools.setSpacing(6)
        for part in (self.kind, self.least, self._between, self.most, self.count, self.working):
            tools.addWidget(part)
        tools.addStretch(1)
        tools.addWidget(self.extract)
        for button in self.buttons.values():
            tools.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(tools)
        layout.addWidget(self.bar)
        layout.addWidget(self.empty, 1)
        layout.addWidget(table, 1)

    def _connect(self) -> None:
        for name, slot in (("accept", self.accept), ("correct", self.correct),
                           ("reject", self.reject)):  # fmt: skip
            self.buttons[name].clicked.connect(lambda _=False, slot=slot: slot())
        self.kind.currentIndexChanged.connect(lambda _: self._filter())
        for field in (self.least, self.most):
            field.valueChanged.connect(lambda _: self._filter())
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._fly())
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._allow())
        self.layers.aboutToShow.connect(self._fill_layers)
        self._jobs.changed.connect(self._show_search)
        self._session.changed.connect(self._follow)
        self._session.opened.connect(self._reset)
        self._session.closed.connect(self._reset)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.buttons["accept"].setText(self.tr("Accept (A)"))
        self.buttons["correct"].setText(self.tr("Correct (E)"))
        self.buttons["reject"].setText(self.tr("Reject (X)"))
        self.extract.setText(self.tr("Extract from…"))
        self.table.setAccessibleName(self.tr("Entities that wait for review"))
        self.kind.setAccessibleName(self.tr("Kind"))
        self.least.setAccessibleName(self.tr("Least confidence"))
        self.most.setAccessibleName(self.tr("Most confidence"))
        self._between.setText(self.tr("to"))
        self.least.setToolTip(self.tr("Least confidence"))
        self.most.setToolTip(self.tr("Most confidence"))
        self.model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, 4)
        self._fill_kinds()
        self._tell()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.waiting_changed.emit([])

    # -- what is shown -------------------------------------------------------------------

    def _reset(self) -> None:
        self._totals, self._begun = {}, {}
        self.refresh()

    def _follow(self, change: Any) -> None:
        if self.isVisible() and (change.entities or change.layers):
            self.refresh()

    def refresh(self) -> None:
        """Read what waits again, in a thread."""
        twin = self._session.twin
        if twin is None:
            self._background.drop("review")
            self._take(([], {}))
        elif self.isVisible():
            self._background.ask("review", lambda: read_queue(twin), self._take)

    def _take(self, found: tuple[list[Entity], dict[str, int]]) -> None:
        waiting, totals = found
        # A layer all of whose entities were rejected still counts.
        self._totals |= totals
        if [e.id for e in waiting] != [e.id for e in self.model.entities]:
            chosen = self._current()
            self.model.show(waiting)
            self._fill_kinds()
            self._select(chosen.id if chosen is not None else "")
        self._tell()

    def _fill_kinds(self) -> None:
        kept = self.kind.currentData() or ""
        types = sorted({entity.type for entity in self.model.entities})
        self.kind.blockSignals(True)
        self.kind.clear()
        self.kind.addItem(self.tr("All kinds"), "")
        for type_id in types:
            self.kind.addItem(entity_words.entity_type(type_id), type_id)
        self.kind.setCurrentIndex(max(0, self.kind.findData(kept)))
        self.kind.blockSignals(False)
        self._filter()

    def _filter(self) -> None:
        self.shown.set_filter(
            str(self.kind.currentData() or ""), self.least.value() / 100, self.most.value() / 100
        )
        self._tell()

    def _tell(self) -> None:
        waiting = len(self.model.entities)
        total = max(sum(self._totals.values()), waiting)
        rows = self.shown.rowCount()
        parts = [self.tr("{0} of {1} reviewed").format(total - waiting, total)] if total else []
        if 0 < rows < waiting:
            parts.append(self.tr("{0} of this kind and confidence").format(rows))
        self.count.setText("  ·  ".join(parts))
        self.bar.setVisible(total > 0)
        self.bar.setRange(0, max(total, 1))
        self.bar.setValue(total - waiting)
        self.table.setVisible(rows > 0)
        self.empty.setVisible(rows == 0)
        if rows and self.extract.hasFocus():
            self.table.setFocus()
        self.setFocusProxy(self.table if rows else self.extract)
        self.empty.setText(self._empty_text(waiting, total))
        self._allow()
        marked = self.model.entities[:_MOST_MARKS] if self.isVisible() else []
        self.waiting_changed.emit(marked)

    def _empty_text(self, waiting: int, total: int) -> str:
        if waiting:
            return self.tr("Nothing of this kind and confidence waits.")
        if total:
            return self.tr("Everything has been reviewed.")
        return self.tr("Nothing waits for review. Extract buildings and trees from a layer of "
                       "points or heights: they come here first.")  # fmt: skip

    def _fill_layers(self) -> None:
        self.layers.clear()
        twin = self._session.twin
        found = [] if twin is None else extractable(twin.layers())
        for layer in found:
            action = self.layers.addAction(layer.name)
            action.triggered.connect(lambda _=False, layer=layer: self.start_extraction(layer))
        if not found:
            self.layers.addAction(self.tr("No layer of points or heights")).setEnabled(False)
        pictures = [] if twin is None else [one for one in twin.layers() if one.role == "imagery"]
        if pictures:
            self.layers.addSeparator()
        for layer in pictures:
            action = self.layers.addAction(self.tr("{0} with a model…").format(layer.name))
            action.triggered.connect(lambda _=False, layer=layer: self.ask_for_model(layer))

    def start_extraction(self, layer: Layer) -> JobRecord:
        """Find buildings and trees in a layer, as a job."""
        title = self.tr("Buildings and trees of {0}").format(layer.name)
        work = partial(_extract, self._session.required, layer)
        return self._begin_search(title, work)

    def ask_for_model(self, layer: Layer) -> None:
        """Look at an orthophoto with a model that the user chooses."""
        kinds = self.tr("ONNX models (*.onnx)")
        title = self.tr("Model for {0}").format(layer.name)
        place, _ = QFileDialog.getOpenFileName(self.window(), title, "", kinds)
        if place:
            self.start_segmentation(layer, Path(place))

    def start_segmentation(self, layer: Layer, model: Path) -> JobRecord:
        """Find a model's classes in an orthophoto, as a job."""
        title = self.tr("{0} in {1}").format(model.stem, layer.name)
        work = partial(_segment, self._session.required, layer, model)
        return self._begin_search(title, work)

    def _begin_search(self, title: str, work: Callable[[Job], Any]) -> JobRecord:
        record = self._search = self._jobs.start(title, work, kind="extract")
        self._show_search()
        return record

    def _show_search(self) -> None:
        record = self._search
        if record is not None and record.active:
            self.working.setText(progress_text(record))
        elif record is not None:
            self.working.clear()
            self._search = None

    def _allow(self) -> None:
        self.extract.setEnabled(self._session.writable)
        chosen = self.chosen()
        for name, button in self.buttons.items():
            fits = len(chosen) == 1 if name == "correct" else bool(chosen)
            button.setEnabled(self._session.writable and fits)

    # -- choosing ------------------------------------------------------------------------

    def chosen(self) -> list[Entity]:
        """Return the selected entities."""
        return [i.data(ENTITY_ROLE) for i in self.table.selectionModel().selectedRows()]

    def _current(self) -> Entity | None:
        index = self.table.currentIndex()
        found: Entity | None = index.data(ENTITY_ROLE) if index.isValid() else None
        return found

    def _select(self, entity_id: str) -> None:
        for row in range(self.shown.rowCount()):
            if self.shown.index(row, NAME).data(ENTITY_ROLE).id == entity_id:
                self._go_to(row)
                return

    def _go_to(self, row: int) -> None:
        index = self.shown.index(min(row, self.shown.rowCount() - 1), NAME)
        if index.isValid():
            flags = QItemSelectionModel.SelectionFlag
            self.table.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)

    def _fly(self) -> None:
        entity = self._current()
        if entity is not None and self.isVisible():
            self._flown_to = entity.id
            self.fly_wanted.emit(entity)

    # -- deciding ------------------------------------------------------------------------

    def accept(self) -> None:
        """Take the selected entities; those that were changed since E count as corrected."""
        chosen = self.chosen()
        twin = self._session.twin
        if not chosen or twin is None:
            return
        corrected = frozenset(
            one.id for one in chosen
            if one.id in self._begun
            and without_verdict(twin.entity(one.id)) != without_verdict(self._begun[one.id])
        )  # fmt: skip
        self._decide(chosen, lambda: accept(self._session, chosen, corrected))

    def reject(self) -> None:
        """Remove the selected entities; undo brings them back."""
        chosen = self.chosen()
        self._decide(chosen, lambda: reject(self._session, chosen))

    def correct(self) -> None:
        """Change the selected entity in the Entity panel; A then takes it as corrected."""
        chosen = self.chosen()
        if len(chosen) == 1 and self._session.writable:
            self._begun[chosen[0].id] = chosen[0]
            self.correct_wanted.emit(chosen[0])

    def _decide(self, chosen: Sequence[Entity], command: Callable[[], None]) -> None:
        if not chosen or not self._session.writable:
            return
        rows = [index.row() for index in self.table.selectionModel().selectedRows()]
        command()
        self.table.selectionModel().blockSignals(True)
        self.model.take_out({one.id for one in chosen})
        self.table.selectionModel().blockSignals(False)
        for one in chosen:
            self._begun.pop(one.id, None)
        self._tell()
        self._flown_to = ""
        self._go_to(min(rows))
        if not self._flown_to:  # the row is the one that was, what stands in it is not
            self._fly()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            slots = {Qt.Key.Key_A: self.accept, Qt.Key.Key_E: self.correct,
                     Qt.Key.Key_X: self.reject, Qt.Key.Key_Delete: self.reject}  # fmt: skip
            slot = slots.get(Qt.Key(event.key()))
            if slot is not None and event.modifiers() == Qt.KeyboardModifier.NoModifier:
                slot()
                return True
        return False


def _segment(twin: Twin, layer: Layer, model: Path, job: Job) -> Any:
    from ingest.extraction.segment import segment_in_process

    return segment_in_process(twin, layer, model, job)


def _extract(twin: Twin, layer: Layer, job: Job) -> Any:
    from ingest.extraction.tasks import extract_in_process
    from ingest.reconstruction.options import require_modules

    require_modules(("CSF", "scipy"), "extraction")
    return extract_in_process(twin, layer, job, messages.layer_name)
