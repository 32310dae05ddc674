"""The context of what runs in the window's process: panels and commands."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, Protocol

from ingest.pipeline.job import Job
from plugins.host.access import PluginAccess
from plugins.host.closing import Closing
from plugins.host.log import PluginLog
from plugins.host.storage import FolderStorage
from twin_model.commands import Command
from twin_model.entity import Entity, Relation
from twin_model.errors import PluginError
from twin_model.query import EntityQuery
from twin_model.samples import SampleBatch, SampleIndex, SampleKeys, concatenate
from twin_model.time import Instant

#: Panels get their samples joined, at most so often.
_SAMPLES_S: Final = 0.1
_SAMPLES_WAITING: Final = 2_000_000
#: Batches and alarms of a panel that may wait to go out.
_OUTGOING: Final = 256


class Callee(Protocol):
    """A worker that can be called."""

    def call(self, method: str, /, **arguments: Any) -> Future[Any]:
        """Call a method."""
        ...


class HostContext:
    """See `shapan.Context`. Closing it ends all subscriptions and overlays.

    Parameters
    ----------
    access : PluginAccess
    worker : callable
        Returns a worker of the plugin by its id.
    guard : callable
        Calls something of the plugin; what it raises disables the panel instead of coming out.
    """

    def __init__(
        self,
        access: PluginAccess,
        worker: Callable[[str], Callee],
        guard: Callable[[Callable[[], object]], None],
    ) -> None:
        self.plugin = access.id
        self._access = access
        self._worker = worker
        self._guard = guard
        self._open = True
        self._closers: list[Callable[[], None]] = []
        self._threads = ThreadPoolExecutor(2, thread_name_prefix=access.id)
        #: Publishing and alarms, one after the other: who asked does not wait for hub and disk.
        self._outgoing = ThreadPoolExecutor(1, thread_name_prefix=f"{access.id}-out")
        self._waiting = 0
        self.log = _logger(access.id, access.log)
        self.twin = _Twin(access, self._threads)
        self.samples = _Samples(access, self)
        self.scene = _Scene(access)
        self.alarms = _Alarms(access, self)
        self.jobs = _Jobs(access, self)
        self.signals = _Signals(access, self)

    # -- shapan.Context ------------------------------------------------------------------

    @property
    def language(self) -> str:
        """See `shapan.Context`."""
        return self._access.services.language

    @property
    def settings(self) -> Mapping[str, Any]:
        """See `shapan.Context`."""
        return self._access.settings()

    @property
    def storage(self) -> FolderStorage:
        """See `shapan.Context`."""
        return self._access.storage()

    @property
    def time(self) -> Instant | None:
        """See `shapan.Context`."""
        return self._access.services.time

    @property
    def selection(self) -> tuple[str, ...]:
        """See `shapan.Context`."""
        return self._access.services.selection

    def select(self, entity_id: str) -> None:
        """See `shapan.Context`."""
        self._access.services.select(entity_id)

    def worker(self, worker_id: str) -> Callee:
        """See `shapan.Context`."""
        return _PatientWorker(self._worker(worker_id), self._threads)

    # -- for the host --------------------------------------------------------------------

    def post(self, call: Callable[[], object]) -> None:
        """Call something of the plugin on the GUI thread, guarded, unless it is closed by then."""
        self._access.services.post(lambda: self._guard(call) if self._open else None)

    def run(self, work: Callable[[], None]) -> None:
        """Run something in one of the plugin's threads."""
        self._threads.submit(work)

    def send(self, work: Callable[[], object], what: str) -> None:
        """Do something in the plugin's one thread for what goes out, in order.

        Raises
        ------
        PluginError
            If so much waits already that the plugin must be flooding.
        """
        if self._waiting >= _OUTGOING:
            raise PluginError(
                self.plugin, f"{what} faster than the window can take it",
                remedy="do it in a worker, which is slowed down instead, or join what you send",
            )  # fmt: skip
        self._waiting += 1

        def run() -> None:
            try:
                work()
            except Exception as error:
                self.failed(error)
            finally:
                self._waiting -= 1

        self._outgoing.submit(run)

    def keep(self, close: Callable[[], None]) -> Closing:
        """Have something ended with the context at the latest."""
        self._closers.append(close)
        return Closing(close)

    def failed(self, error: Exception) -> None:
        """Show an error of the plugin's own thread as one of the panel."""

        def raise_it() -> None:
            raise error

        self.post(raise_it)

    def close(self) -> None:
        """End everything; more than once does nothing."""
        self._open = False
        closers, self._closers = self._closers, []
        for close in closers:
            close()
        self.scene.close()
        for threads in (self._threads, self._outgoing):
            threads.shutdown(wait=False, cancel_futures=True)


class _PatientWorker:
    """Calls a worker without making the GUI thread wait for its start."""

    def __init__(self, worker: Callee, threads: ThreadPoolExecutor) -> None:
        self._worker = worker
        self._threads = threads

    def call(self, method: str, /, **arguments: Any) -> Future[Any]:
        return self._threads.submit(lambda: self._worker.call(method, **arguments).result())


class _Twin:
    def __init__(self, access: PluginAccess, threads: ThreadPoolExecutor) -> None:
        self._access = access
        self._threads = threads

    @property
    def title(self) -> str | None:
        return self._access.title()

    @property
    def revision(self) -> int:
        return self._access.revision()

    def query(self, query: EntityQuery | str = "") -> list[Entity]:
        return self._access.query(query)

    def count(self, query: EntityQuery | str = "") -> int:
        return self._access.count(query)

    def entity(self, entity_id: str) -> Entity:
        return self._access.entity(entity_id)

    def relations(self, entity_id: str) -> list[Relation]:
        return self._access.relations(entity_id)

    def to_wgs84(self, x_m: float, y_m: float, z_m: float = 0.0) -> tuple[float, float, float]:
        return self._access.to_wgs84(x_m, y_m, z_m)

    def to_local(
        self, longitude_deg: float, latitude_deg: float, height_m: float = 0.0
    ) -> tuple[float, float, float]:
        return self._access.to_local(longitude_deg, latitude_deg, height_m)

    def indicator_units(self, entity_type: str) -> Mapping[str, str]:
        return self._access.indicator_units(entity_type)

    def submit(self, command: Command, why: str = "") -> Future[int]:
        return self._threads.submit(self._access.submit, command, why)


class _Samples:
    def __init__(self, access: PluginAccess, context: HostContext) -> None:
        self.keys = SampleKeys()
        self._access = access
        self._context = context

    def publish(self, batch: SampleBatch, kept: Callable[[], object] | None = None) -> None:
        def work() -> None:
            self._access.broker.publish(batch, f"{self._access.id}/window")
            if kept is not None:
                self._context.post(kept)

        self._context.send(work, "publishes samples")

    def subscribe(
        self,
        callback: Callable[[SampleBatch], object],
        *,
        entities: Iterable[str] | None = None,
        indicators: Iterable[str] | None = None,
        lossless: bool = False,
    ) -> Closing:
        joined = _Joined(callback, self._context, lossless, self._access.log)
        made = self._access.broker.subscribe(
            joined.take, owner=f"{self._access.id}/window", entities=entities,
            indicators=indicators, failed=self._context.failed,
        )  # fmt: skip
        return self._context.keep(made.close)

    def last(
        self, *, entities: Iterable[str] | None = None, indicators: Iterable[str] | None = None
    ) -> SampleBatch:
        return self._access.last(entities, indicators)

    def flush(self, timeout_s: float = 10.0) -> bool:
        done = threading.Event()
        self._context.send(done.set, "publishes samples")
        return done.wait(timeout_s)


class _Joined:
    """Batches of any publishers, joined and brought to the GUI thread ten times a second."""

    def __init__(
        self,
        callback: Callable[[SampleBatch], object],
        context: HostContext,
        lossless: bool,
        log: PluginLog,
    ) -> None:
        self._callback = callback
        self._context = context
        self._lossless = lossless
        self._log = log
        self._room = threading.Condition()
        self._index = SampleIndex()
        self._waiting: list[SampleBatch] = []
        self._count = 0
        self._due = False
        self._last_s = 0.0
        self.dropped = 0

    def take(self, batch: SampleBatch) -> None:
        """Take a batch, in the publishing thread."""
        with self._room:
            if self._count + len(batch) > _SAMPLES_WAITING:
                self._make_room(len(batch))
            self._waiting.append(self._index.bring(batch))
            self._count += len(batch)
            if self._due:
                return
            self._due = True
            wait_s = max(0.0, self._last_s + _SAMPLES_S - time.monotonic())
        if wait_s:
            timer = threading.Timer(wait_s, self._post)
            timer.daemon = True
            timer.start()
        else:
            self._post()

    def _make_room(self, wanted: int) -> None:
        if self._lossless:
            self._room.wait_for(lambda: self._count + wanted <= _SAMPLES_WAITING, 5.0)
        while self._waiting and self._count + wanted > _SAMPLES_WAITING:
            lost = len(self._waiting.pop(0))
            self._count -= lost
            if not self.dropped:
                self._log.add("WARNING", "the panel takes samples too slowly; some are dropped")
            self.dropped += lost

    def _post(self) -> None:
        self._context.post(self._deliver)

    def _deliver(self) -> None:
        with self._room:
            batches, self._waiting, self._count, self._due = self._waiting, [], 0, False
            self._last_s = time.monotonic()
            self._room.notify_all()
        if len(batches) == 1:
            self._callback(batches[0])
        elif batches:
            self._callback(concatenate(batches))


class _Scene:
    def __init__(self, access: PluginAccess) -> None:
        self._access = access
        self._names: set[str] = set()

    def draw(self, name: str, overlay: Any) -> None:
        self._names.add(name)
        self._access.services.draw(self._access.id, name, overlay)

    def follow(self, name: str, style: Any, *, entities: Iterable[str] | None = None) -> None:
        self._names.add(name)
        self._access.follow(name, style, entities)

    def remove(self, name: str) -> None:
        self._names.discard(name)
        self._access.unfollow(name)
        self._access.services.draw(self._access.id, name, None)

    def close(self) -> None:
        """Remove everything."""
        for name in list(self._names):
            self.remove(name)


class _Alarms:
    def __init__(self, access: PluginAccess, context: HostContext) -> None:
        self._access = access
        self._context = context

    def begin(
        self,
        alarm: str,
        entity: str,
        name: str,
        *,
        priority: str = "medium",
        guidance: str = "",
        value: float = float("nan"),
    ) -> None:
        self._context.send(
            lambda: self._access.begin_alarm(alarm, entity, name, priority, guidance, value),
            "raises alarms",
        )

    def end(self, alarm: str, entity: str) -> None:
        self._context.send(lambda: self._access.end_alarm(alarm, entity), "raises alarms")


class _Jobs:
    def __init__(self, access: PluginAccess, context: HostContext) -> None:
        self._access = access
        self._context = context

    def start(
        self,
        title: str,
        work: Callable[[Job], Any],
        done: Callable[[Any], object] | None = None,
    ) -> None:
        then = None
        if done is not None:
            then = lambda result: self._context.post(lambda: done(result))  # noqa: E731
        self._access.services.start_job(title, work, then)

    def ask(self, question: Callable[[], Any], answer: Callable[[Any], object]) -> None:
        def work() -> None:
            try:
                result = question()
            except Exception as error:
                self._context.failed(error)
                return
            self._context.post(lambda: answer(result))

        self._context.run(work)


class _Signals:
    def __init__(self, access: PluginAccess, context: HostContext) -> None:
        self._access = access
        self._context = context

    def connect(self, signal: str, callback: Callable[[Any], object]) -> Closing:
        disconnect = self._access.connect(
            signal, lambda value: self._context.post(lambda: callback(value))
        )
        return self._context.keep(disconnect)


class _LogHandler(logging.Handler):
    def __init__(self, log: PluginLog) -> None:
        super().__init__()
        self.log = log

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        with contextlib.suppress(Exception):
            if record.exc_info:
                text += "\n" + logging.Formatter().formatException(record.exc_info)
        self.log.add(record.levelname, text)


def _logger(plugin: str, log: PluginLog) -> logging.Logger:
    logger = logging.getLogger(f"shapan.plugin.{plugin}")
    logger.handlers = [_LogHandler(log)]
    logger.setLevel(logging.INFO)
    logger.propagate = False
    return logger


def missing_worker(plugin: str, worker_id: str) -> PluginError:
    """Return the error for a worker that the manifest does not name."""
    return PluginError(
        plugin, f"has no worker '{worker_id}'", remedy="name it under [[workers]] in shapan.toml"
    )
