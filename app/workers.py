"""Long work off the GUI thread: small questions, and jobs that a user can watch and cancel."""

from __future__ import annotations

import itertools
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import shiboken6
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.threads import Threads
from ingest.pipeline.job import Job, Progress
from twin_model.errors import Cancelled, ShapanError, SourceError

#: Jobs that only read, or whose work is in processes of their own: they hold up no import.
_BESIDE: Final = frozenset({"plugin", "backtest", "photos", "reconstruct", "extract", "types"})


def _asker(answer: Callable[[Any], object]) -> object:
    """Return whose method an answer is, or within whose method it was written; None for others."""
    code, cells = getattr(answer, "__code__", None), getattr(answer, "__closure__", None)
    if cells and code is not None and "self" in code.co_freevars:
        return cells[code.co_freevars.index("self")].cell_contents
    return getattr(answer, "__self__", None)


class Background(QObject):
    """Asks small questions in a thread and answers on the GUI thread.

    An answer to a question that was replaced by a later one with the same key is dropped.

    Parameters
    ----------
    parent : QObject, optional
    """

    _answered = Signal(object, object, object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # The twin keeps one reading connection a thread; threads that stay keep them few.
        self._pool = Threads(self, 2)
        self._latest: dict[str, int] = {}
        self._numbers = itertools.count()
        self._answered.connect(self._deliver)

    def ask(self, key: str, question: Callable[[], Any], answer: Callable[[Any], object]) -> None:
        """Run *question* in a thread, then *answer* with its result on the GUI thread."""
        number = next(self._numbers)
        self._latest[key] = number

        def work() -> None:
            result: Any = None
            fault: Exception | None = None
            try:
                result = question()
            except Exception as error:
                fault = error
            try:
                # An error that is returned is an answer; one that is raised is a fault.
                self._answered.emit((key, number), answer, (result, fault))
            except RuntimeError:
                return  # the window is gone

        self._pool.start(work)

    @Slot(object, object, object)
    def _deliver(
        self,
        ticket: tuple[str, int],
        answer: Callable[[Any], object],
        outcome: tuple[Any, Exception | None],
    ) -> None:
        key, number = ticket
        result, fault = outcome
        asker = _asker(answer)
        if isinstance(asker, QObject) and not shiboken6.isValid(asker):
            return  # whoever asked has been closed since
        if self._latest.get(key) != number:
            return
        if fault is not None:
            self.failed.emit(fault)
        else:
            answer(result)

    def drop(self, key: str) -> None:
        """Drop the answer that is still to come for a key."""
        self._latest.pop(key, None)

    def forget(self) -> None:
        """Drop every answer that is still to come."""
        self._latest.clear()

    def end_running(self) -> None:
        """Wait for running questions; their answers still come."""
        self._pool.wait()

    def wait(self) -> None:
        """Wait for running questions, dropping their answers."""
        self.forget()
        self._pool.wait()


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    PARTLY = "partly"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass
class JobRecord:
    """One job as the Jobs panel shows it.

    Parameters
    ----------
    number : int
    title : str
    work : callable
        Takes the `Job`, returns the result.
    kind : str
        ``import`` for those that also show among the layers, ``plugin`` for those of plugins and
        ``backtest`` for trials of rules, ``photos`` and ``reconstruct`` for work on photographs,
        ``extract`` for searches for things in layers, ``types`` for checks of types; all but
        imports run beside the others.
    """

    number: int
    title: str
    work: Callable[[Job], Any]
    kind: str = ""
    job: Job = field(default_factory=Job)
    state: JobState = JobState.WAITING
    progress: Progress | None = None
    log: list[str] = field(default_factory=list)
    error: str = ""
    result: Any = None
    started_s: float = 0.0
    ended_s: float = 0.0
    stage_started_s: float = 0.0
    finished: threading.Event = field(default_factory=threading.Event)

    @property
    def active(self) -> bool:
        """Whether it waits or runs."""
        return self.state in {JobState.WAITING, JobState.RUNNING}

    @property
    def fraction(self) -> float | None:
        """How much of the present stage is done; None where its total is not known."""
        if self.progress is None or self.progress.total <= 0:
            return None
        return min(1.0, self.progress.done / self.progress.total)

    @property
    def left_s(self) -> float | None:
        """Seconds left of the whole job where it says so, else of the present stage.

        None while nobody can tell.
        """
        if self.state == JobState.RUNNING and self.progress is not None:
            if self.progress.left_s is not None:
                return self.progress.left_s
            if self.kind == "reconstruct":
                return None  # of a stage it would be taken for that of the run
        fraction, elapsed = self.fraction, time.monotonic() - self.stage_started_s
        if not fraction or fraction < 0.02 or elapsed < 1.0 or self.state != JobState.RUNNING:
            return None
        return elapsed * (1 - fraction) / fraction


class Jobs(QObject):
    """Runs jobs one after the other in one thread, as the twin has one writer; plugins' beside.

    Parameters
    ----------
    parent : QObject, optional
    """

    changed = Signal()
    ended = Signal(object)  # JobRecord
    _stirred = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.records: list[JobRecord] = []
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._ended: list[JobRecord] = []
        self._pool = Threads(self, 1)
        # Jobs of plugins wait for their workers, and would hold up imports.
        self._plugin_pool = Threads(self, 4)
        # Progress arrives up to ten times a second a job; panels repaint once for all of it.
        self._coalesce = QTimer(self)
        self._coalesce.setSingleShot(True)
        self._coalesce.setInterval(60)
        self._coalesce.timeout.connect(self._publish)
        self._stirred.connect(self._stir)

    def start(self, title: str, work: Callable[[Job], Any], *, kind: str = "") -> JobRecord:
        """Queue a job and return its record."""
        record = JobRecord(next(self._numbers), title, work, kind)
        record.job = Job(lambda progress: self._progressed(record, progress))
        self.records.append(record)
        pool = self._plugin_pool if kind in _BESIDE else self._pool
        pool.start(lambda: self._run(record))
        self._stirred.emit()
        return record

    def retry(self, record: JobRecord) -> JobRecord:
        """Queue the same work again in place of an ended job."""
        self.records.remove(record)
        return self.start(record.title, record.work, kind=record.kind)

    def cancel(self, record: JobRecord) -> None:
        """Ask a job to stop."""
        record.job.cancel()
        self._stirred.emit()

    def cancel_all(self) -> None:
        """Ask all jobs to stop and wait for them."""
        for record in self.active():
            record.job.cancel()
        self._pool.wait()
        self._plugin_pool.wait()

    def wait_for(self, records: Iterable[JobRecord]) -> None:
        """Wait until some jobs have ended."""
        for record in records:
            record.finished.wait()

    def shut_down(self) -> None:
        """Stop everything and tell nobody any more."""
        self.cancel_all()
        self._coalesce.stop()
        self.blockSignals(True)

    def active(self) -> list[JobRecord]:
        """Return the jobs that wait or run."""
        return [record for record in self.records if record.active]

    def clear(self) -> None:
        """Forget the jobs that have ended."""
        self.records = self.active()
        self.changed.emit()

    def _run(self, record: JobRecord) -> None:
        record.state = JobState.RUNNING
        record.started_s = record.stage_started_s = time.monotonic()
        try:
            record.job.check()
            record.result = record.work(record.job)
            errors = _errors(record.result)
            record.log.extend(errors)
            record.log.extend(_warnings(record.result))
            record.error = errors[0] if errors else ""
            partial = (
                [one for one in record.result or [] if getattr(one, "incomplete", False)]
                if isinstance(record.result, list)
                else []
            )
            some_worked = len(errors) < len(record.result or []) if errors else True
            record.state = (
                JobState.DONE if not errors else JobState.PARTLY if some_worked else JobState.FAILED
            )
            if partial and not errors:
                record.state = JobState.PARTLY
                record.error = _damage(partial[0])
        except Cancelled:
            record.state = JobState.CANCELLED
        except (ShapanError, OSError) as error:
            record.state, record.error = JobState.FAILED, str(error)
            record.log.append(str(error))
        except Exception as error:
            record.state = JobState.FAILED
            record.error = f"{record.title}: {type(error).__name__}: {error}"
            record.log.append(traceback.format_exc())
        record.ended_s = time.monotonic()
        record.finished.set()
        with self._lock:
            self._ended.append(record)
        self._notify()

    def _progressed(self, record: JobRecord, progress: Progress) -> None:
        if record.progress is None or record.progress.stage != progress.stage:
            record.stage_started_s = time.monotonic()
            record.log.append(progress.stage)
        record.progress = progress
        self._notify()

    def _notify(self) -> None:
        try:
            self._stirred.emit()
        except RuntimeError:
            return  # the window is gone

    @Slot()
    def _stir(self) -> None:
        if not self._coalesce.isActive():
            self._coalesce.start()

    def _publish(self) -> None:
        with self._lock:
            ended, self._ended = self._ended, []
        self.changed.emit()
        for record in ended:
            self.ended.emit(record)


def _errors(result: Any) -> list[str]:
    """Return the errors among import results, each naming its file."""
    if not isinstance(result, list):
        return []
    found = []
    for one in result:
        error = getattr(one, "error", None)
        if error:
            source = str(getattr(one, "source", ""))
            found.append(error if not source or source in error else f"{source}: {error}")
    return found


def _damage(result: Any) -> str:
    """Return what is missing of a source that was read up to where it is damaged."""
    warnings = [str(text) for text in getattr(result, "warnings", [])]
    name = Path(str(getattr(result, "source", ""))).name
    return f"{name}: {warnings[-1]}" if warnings else name


def _warnings(result: Any) -> list[str]:
    if not isinstance(result, list):
        return []
    return [warning for one in result for warning in getattr(one, "warnings", [])]


def describe_error(error: Exception) -> str:
    """Return what a user reads: file, reason and remedy; the type only for a fault of ours."""
    if isinstance(error, (ShapanError, SourceError, OSError)):
        return str(error)
    return f"{type(error).__name__}: {error}"


def writing(job: Job, done: int, total: int) -> None:
    """Tell how many entities a command has written; see `twin_model.watched.Watched`.

    Raises
    ------
    Cancelled
        If somebody asked to stop: nothing of the command is kept then.
    """
    job.check()
    job.report("Writing entities", done, total, "entities")
