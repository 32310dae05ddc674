"""The context of a worker: everything is asked of the window."""

from __future__ import annotations

import itertools
import logging
import math
import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from typing import Any, Final, Protocol

from ingest.pipeline.job import Job
from plugins.host.closing import Closing
from plugins.host.link import Link
from plugins.host.storage import FolderStorage
from twin_model.commands import Command
from twin_model.entity import Entity, Relation
from twin_model.errors import Cancelled, PluginError
from twin_model.query import EntityQuery
from twin_model.samples import SampleBatch, SampleKeys
from twin_model.time import Instant

_QUERY_TIMEOUT_S = 600.0
#: What a connector may say of itself.
STATUSES: Final = ("connecting", "connected", "disconnected", "failed", "stopped")


class Sender(Protocol):
    """What sends batches to the window."""

    def send(
        self,
        batch: SampleBatch,
        kept: Callable[[], object] | None = None,
        stop: Callable[[], bool] = ...,
    ) -> bool:
        """See `plugins.host.stream.BatchSender`."""
        ...

    def flush(self, timeout_s: float) -> bool:
        """See `plugins.host.stream.BatchSender`."""
        ...


class WorkerContext:
    """See `shapan.WorkerContext`.

    Parameters
    ----------
    plugin : str
    link : Link
    sender : Sender
    storage : FolderStorage
    state : dict
        What the window tells first: settings, language, time, selection.
    """

    def __init__(
        self,
        plugin: str,
        link: Link,
        sender: Sender,
        storage: FolderStorage,
        state: Mapping[str, Any],
    ) -> None:
        self.plugin = plugin
        self.log = logging.getLogger(plugin)
        self.storage = storage
        self._link = link
        self._state = dict(state)
        self._stop = threading.Event()
        self.twin = _Twin(link)
        self.samples = _Samples(link, sender, self._stop)
        self.scene = _Scene(link)
        self.alarms = _Alarms(link)
        self.jobs = _Jobs(link, self.log)
        self.signals = _Signals(link, self._state)

    @property
    def language(self) -> str:
        """See `shapan.Context`."""
        return str(self._state.get("language", ""))

    @property
    def settings(self) -> Mapping[str, Any]:
        """See `shapan.Context`."""
        return dict(self._state.get("settings", {}))

    @property
    def time(self) -> Instant | None:
        """See `shapan.Context`."""
        return self._state.get("time")

    @property
    def selection(self) -> tuple[str, ...]:
        """See `shapan.Context`."""
        return tuple(self._state.get("selection", ()))

    def select(self, entity_id: str) -> None:
        """See `shapan.Context`."""
        self._link.note("select", entity_id)

    def worker(self, worker_id: str) -> Any:
        """See `shapan.Context`; workers do not call each other."""
        raise PluginError(
            self.plugin, f"a worker cannot call the worker '{worker_id}'",
            remedy="call it from a panel, or import its code",
        )  # fmt: skip

    @property
    def stopping(self) -> bool:
        """See `shapan.WorkerContext`."""
        return self._stop.is_set()

    def wait(self, seconds: float) -> bool:
        """See `shapan.WorkerContext`."""
        return self._stop.wait(seconds)

    def report_status(self, state: str, text: str = "") -> None:
        """See `shapan.WorkerContext`."""
        if state not in STATUSES:
            raise PluginError(
                self.plugin, f"'{state}' is no status of a connector",
                remedy=f"one of {', '.join(STATUSES)}",
            )  # fmt: skip
        self._link.note("status", [state, text])

    def stop(self) -> None:
        """Take note that the window wants the worker to end."""
        self._stop.set()


class _Twin:
    def __init__(self, link: Link) -> None:
        self._link = link

    def _ask(self, method: str, **arguments: Any) -> Any:
        call = self._link.call(method, arguments)
        return call.future.result(_QUERY_TIMEOUT_S)

    @property
    def title(self) -> str | None:
        found: str | None = self._ask("twin.title")
        return found

    @property
    def revision(self) -> int:
        return int(self._ask("twin.revision"))

    def query(self, query: EntityQuery | str = "") -> list[Entity]:
        found: list[Entity] = self._ask("twin.query", query=query)
        return found

    def count(self, query: EntityQuery | str = "") -> int:
        return int(self._ask("twin.count", query=query))

    def entity(self, entity_id: str) -> Entity:
        found: Entity = self._ask("twin.entity", entity_id=entity_id)
        return found

    def relations(self, entity_id: str) -> list[Relation]:
        found: list[Relation] = self._ask("twin.relations", entity_id=entity_id)
        return found

    def to_wgs84(self, x_m: float, y_m: float, z_m: float = 0.0) -> tuple[float, float, float]:
        x, y, z = self._ask("twin.to_wgs84", x_m=x_m, y_m=y_m, z_m=z_m)
        return x, y, z

    def to_local(
        self, longitude_deg: float, latitude_deg: float, height_m: float = 0.0
    ) -> tuple[float, float, float]:
        x, y, z = self._ask(
            "twin.to_local",
            longitude_deg=longitude_deg, latitude_deg=latitude_deg, height_m=height_m,
        )  # fmt: skip
        return x, y, z

    def indicator_units(self, entity_type: str) -> Mapping[str, str]:
        found: dict[str, str] = self._ask("twin.indicator_units", entity_type=entity_type)
        return found

    def submit(self, command: Command, why: str = "") -> Future[int]:
        arguments = {"command": command, "why": why}
        future: Future[int] = self._link.call("twin.submit", arguments).future
        return future


class _Samples:
    def __init__(self, link: Link, sender: Sender, stop: threading.Event) -> None:
        self.keys = SampleKeys()
        self._link = link
        self._sender = sender
        self._stop = stop
        self._callbacks: dict[int, Callable[[SampleBatch], object]] = {}
        self._numbers = itertools.count(1)

    def publish(self, batch: SampleBatch, kept: Callable[[], object] | None = None) -> None:
        self._sender.send(batch, kept, self._stop.is_set)

    def subscribe(
        self,
        callback: Callable[[SampleBatch], object],
        *,
        entities: Iterable[str] | None = None,
        indicators: Iterable[str] | None = None,
        lossless: bool = False,
    ) -> Closing:
        number = next(self._numbers)
        self._callbacks[number] = callback
        wanted = {
            "number": number,
            "entities": None if entities is None else sorted(entities),
            "indicators": None if indicators is None else sorted(indicators),
            "lossless": lossless,
        }
        self._link.call("samples.subscribe", wanted).future.result(_QUERY_TIMEOUT_S)

        def close() -> None:
            self._callbacks.pop(number, None)
            self._link.note("unsubscribe", number)

        return Closing(close)

    def last(
        self, *, entities: Iterable[str] | None = None, indicators: Iterable[str] | None = None
    ) -> SampleBatch:
        arguments = {
            "entities": None if entities is None else sorted(entities),
            "indicators": None if indicators is None else sorted(indicators),
        }
        call = self._link.call("samples.last", arguments)
        found: SampleBatch = call.future.result(_QUERY_TIMEOUT_S)
        return found

    def deliver(self, number: int, batch: SampleBatch) -> None:
        """Call the subscriber."""
        callback = self._callbacks.get(number)
        if callback is not None:
            callback(batch)

    def flush(self, timeout_s: float = 10.0) -> bool:
        return self._sender.flush(timeout_s)


class _Scene:
    def __init__(self, link: Link) -> None:
        self._link = link

    def draw(self, name: str, overlay: Any) -> None:
        self._link.note("draw", [name, overlay])

    def follow(self, name: str, style: Any, *, entities: Iterable[str] | None = None) -> None:
        self._link.note("follow", [name, style, None if entities is None else sorted(entities)])

    def remove(self, name: str) -> None:
        self._link.note("draw", [name, None])


class _Alarms:
    def __init__(self, link: Link) -> None:
        self._link = link

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
        arguments = {
            "alarm": alarm, "entity": entity, "name": name, "priority": priority,
            "guidance": guidance, "value": None if math.isnan(value) else value,
        }  # fmt: skip
        self._link.call("alarms.begin", arguments).future.result(_QUERY_TIMEOUT_S)

    def end(self, alarm: str, entity: str) -> None:
        call = self._link.call("alarms.end", {"alarm": alarm, "entity": entity})
        call.future.result(_QUERY_TIMEOUT_S)


class _Jobs:
    """Jobs of a worker run in its threads; the window shows their progress."""

    def __init__(self, link: Link, log: logging.Logger) -> None:
        self._link = link
        self._log = log
        self._numbers = itertools.count(1)
        self._running: dict[int, Job] = {}

    def start(
        self,
        title: str,
        work: Callable[[Job], Any],
        done: Callable[[Any], object] | None = None,
    ) -> None:
        number = next(self._numbers)
        job = Job(lambda progress: self._link.note("job.progress", [number, progress]))
        self._running[number] = job
        self._link.note("job.start", [number, title])

        def run() -> None:
            error = ""
            try:
                result = work(job)
                if done is not None:
                    done(result)
            except Cancelled:
                error = "cancelled"
            except Exception as failure:
                self._log.exception("the job %s failed", title)
                error = f"{type(failure).__name__}: {failure}"
            self._running.pop(number, None)
            self._link.note("job.end", [number, error, job.warnings])

        threading.Thread(target=run, daemon=True, name=title).start()

    def ask(self, question: Callable[[], Any], answer: Callable[[Any], object]) -> None:
        answer(question())

    def cancel(self, number: int) -> None:
        """Ask a job to stop."""
        job = self._running.get(number)
        if job is not None:
            job.cancel()


class _Signals:
    def __init__(self, link: Link, state: dict[str, Any]) -> None:
        self._link = link
        self._state = state
        self._callbacks: dict[str, list[Callable[[Any], object]]] = {}

    def connect(self, signal: str, callback: Callable[[Any], object]) -> Closing:
        known = self._callbacks.setdefault(signal, [])
        if not known:
            call = self._link.call("signals.connect", {"signal": signal})
            call.future.result(_QUERY_TIMEOUT_S)
        known.append(callback)

        def close() -> None:
            if callback in known:
                known.remove(callback)

        return Closing(close)

    def emit(self, signal: str, value: Any) -> None:
        """Call everybody who connected."""
        for callback in list(self._callbacks.get(signal, ())):
            callback(value)

    def note_state(self, signal: str, value: Any) -> None:
        """Keep what properties of the context tell."""
        names = {"time-changed": "time", "selection-changed": "selection",
                 "settings-changed": "settings", "language-changed": "language"}  # fmt: skip
        if signal in names:
            self._state[names[signal]] = value


class Dispatcher:
    """Calls a plugin back in one thread, in the order in which things happened."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._queue: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, daemon=True, name="callbacks").start()

    def put(self, call: Callable[[], object]) -> None:
        """Queue a call."""
        self._queue.put(call)

    def _run(self) -> None:
        while (call := self._queue.get()) is not None:
            try:
                call()
            except Exception:
                self._log.exception("a callback failed")
