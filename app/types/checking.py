"""Checking and applying a change of types: jobs with progress that can be cancelled."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app import messages
from app.editing import schema
from app.panels.jobs import progress_text
from app.progress_line import ProgressLine
from app.types.draft import TypeDraft
from app.workers import JobRecord, Jobs, JobState, writing

if TYPE_CHECKING:
    from ingest.pipeline.job import Job
    from twin_model.schema.migrate import Wishes
    from twin_model.schema.project_types import Prepared
    from twin_model.schema.types import EntityType
    from twin_model.twin import Twin

#: Values for properties that are needed now, by type and property.
Filling = Mapping[str, Mapping[str, Any]]


def wishes_of(
    drafts: Collection[TypeDraft],
    built: Sequence[EntityType],
    removed: Collection[str],
    filling: Filling,
) -> Wishes:
    """Return what follows for entities by the drafts: renamed, filled in, given another type.

    Parameters
    ----------
    drafts : collection of TypeDraft
    built : sequence of EntityType
        What the drafts became, in the same order.
    removed : collection of str
        Types of the project that shall be no more.
    filling : mapping
        What the preview was told.
    """
    from twin_model.schema.migrate import Wishes

    catalogue = schema.catalogue()
    fill = {k.id: d.filled(k) for d, k in zip(drafts, built, strict=True) if d.filled(k)}
    for name, values in filling.items():
        fill[name] = {**fill.get(name, {}), **values}
    return Wishes(
        renamed={d.id: d.renamed() for d in drafts if d.source is not None and d.renamed()},
        fill=fill,
        retyped={
            name: parent
            for name in removed
            if name not in schema.built_in() and (parent := catalogue.type(name).parent)
        },
    )


def checking(
    twin: Twin, built: Sequence[EntityType], removed: Sequence[str], wishes: Wishes
) -> Callable[[Job], Prepared]:
    """Return the work of a job that checks a change of types."""

    def work(job: Job) -> Prepared:
        from twin_model.schema.project_types import prepare

        def progress(done: int, total: int) -> None:
            job.report("Checking entities", done, total, "entities")

        return prepare(twin, schema.built_in(), built, removed, wishes, progress)

    return work


def applying(twin: Twin, prepared: Prepared, why: str) -> Callable[[Job], None]:
    """Return the work of a job that carries a change of types out, as one step or not at all."""

    def work(job: Job) -> None:
        from twin_model.watched import Watched

        twin.execute(Watched(prepared.command, partial(writing, job)), why=why)

    return work


class TypesCheck(QWidget):
    """Says how a check or a change goes, with a bar and Cancel while it runs, and what came of it.

    Parameters
    ----------
    parent : QWidget
    jobs : Jobs
    """

    found = Signal(object)  # Prepared
    applied = Signal()
    #: Whether a check or a change runs.
    running = Signal(bool)

    def __init__(self, parent: QWidget, jobs: Jobs) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.record: JobRecord | None = None
        self._is_applying = False
        self.message = QLabel(self)
        self.message.setWordWrap(True)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = ProgressLine(self)
        self.cancel = QPushButton(self)
        self.cancel.clicked.connect(self.stop)
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(self.message)
        column.addWidget(self.bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addLayout(column, 1)
        row.addWidget(self.cancel)
        jobs.changed.connect(self._follow)
        self._show(running=False)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.cancel.setText(self.tr("Cancel"))

    def begin(self, work: Callable[[Job], Prepared]) -> None:
        """Check in a job of its own, beside imports that run."""
        title = QCoreApplication.translate("TypesCheck", "Check a change of types")
        self._start(title, work, is_applying=False)

    def apply(self, work: Callable[[Job], None]) -> None:
        """Carry a change out in a job of its own."""
        title = QCoreApplication.translate("TypesCheck", "Apply a change of types")
        self._start(title, work, is_applying=True)

    def _start(self, title: str, work: Callable[[Job], Any], *, is_applying: bool) -> None:
        self._is_applying = is_applying
        self.record = self._jobs.start(title, work, kind="types")
        self.running.emit(True)
        self._follow()

    def stop(self) -> None:
        """Cancel what runs, if anything does."""
        if self.record is not None:
            self._jobs.cancel(self.record)

    @property
    def is_applying(self) -> bool:
        """Whether a change is being carried out."""
        return self.record is not None and self._is_applying

    def leave(self) -> None:
        """Let what runs go on among the jobs, and take no more from it."""
        self._end()

    def forget(self) -> None:
        """Cancel what runs, and take no more from it."""
        self.stop()
        self._end()

    def say(self, text: str, *, error: bool = False) -> None:
        """Show a sentence where the progress stands."""
        self.message.setObjectName("error" if error else "dim")
        self.message.style().polish(self.message)  # the sheet colours by name
        self.message.setText(text)

    def _follow(self) -> None:
        record = self.record
        if record is None:
            return
        if record.active:
            self._show(running=True)
            fraction = record.fraction
            self.bar.show_share(fraction)
            self.cancel.setEnabled(not record.job.cancelled)
            self.say(progress_text(record))
            return
        self._end()
        if record.state == JobState.DONE:
            self.say("")
            if self._is_applying:
                self.applied.emit()
            else:
                self.found.emit(record.result)
        elif record.state == JobState.CANCELLED:
            self.say(self.tr("Cancelled; nothing was changed."))
        else:
            self.say(messages.shown(record.error), error=True)

    def _end(self) -> None:
        if self.record is not None:
            self.record = None
            self._show(running=False)
            self.running.emit(False)

    def _show(self, *, running: bool) -> None:
        self.bar.setVisible(running)
        self.cancel.setVisible(running)
