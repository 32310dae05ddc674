"""What a worker asks of the window and tells it, for one process of it."""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Callable
from typing import Any, Final

from ingest.pipeline.frames import MessageError
from ingest.pipeline.job import Job, Progress
from plugins.host.access import PluginAccess
from plugins.host.delivery import WorkerDelivery
from plugins.host.link import Incoming, Link
from plugins.host.stream import BatchReceiver
from twin_model.errors import Cancelled, PluginError

#: What one process may have drawn and under way at once.
MOST_OVERLAYS: Final = 256
MOST_JOBS: Final = 32


class WorkerRequests:
    """Answers the calls and takes the notes of one process.

    Parameters
    ----------
    access : PluginAccess
    receiver : BatchReceiver
        Of what the worker publishes.
    delivery : WorkerDelivery
        Of what it subscribed to; survives the process.
    told : callable
        Takes the notes about the process itself: ready, failed, beat, bye.
    """

    def __init__(
        self,
        access: PluginAccess,
        receiver: BatchReceiver,
        delivery: WorkerDelivery,
        told: Callable[[str, Any], None],
    ) -> None:
        self._access = access
        self._receiver = receiver
        self._delivery = delivery
        self._told = told
        self._link: Link | None = None
        self._disconnect: dict[str, Callable[[], None]] = {}
        self._overlays: set[str] = set()
        self._jobs: dict[int, _RemoteJob] = {}
        self._selecting: str | None = None
        self._refused: set[str] = set()
        self._muted = False
        self.batches = 0
        self.samples = 0

    def attach(self, link: Link) -> None:
        """Take the link by which to answer."""
        self._link = link
        # What the context tells of itself must be up to date whether or not it is listened to.
        for signal in ("time-changed", "selection-changed", "settings-changed", "language-changed"):
            self._connect(signal)

    def mute(self) -> None:
        """Refuse what it asks and ignore what it says, but for what is about itself."""
        self._muted = True

    def close(self) -> None:
        """End what depended on the process: signals, overlays, jobs."""
        for disconnect in self._disconnect.values():
            disconnect()
        self._disconnect.clear()
        for name in self._overlays:
            self._access.unfollow(name)
            self._access.services.draw(self._access.id, name, None)
        for job in self._jobs.values():
            job.end("the worker has ended", [])

    # -- calls: in a thread of the executor -----------------------------------------------

    def serve(self, call: Incoming) -> Any:
        """Answer a call."""
        access, arguments = self._access, call.arguments
        if self._muted:
            raise PluginError(access.id, "the project was closed")
        match call.method:
            case "twin.title":
                return access.title()
            case "twin.revision":
                return access.revision()
            case "twin.query":
                return access.query(**arguments)
            case "twin.count":
                return access.count(**arguments)
            case "twin.entity":
                return access.entity(**arguments)
            case "twin.relations":
                return access.relations(**arguments)
            case "twin.to_wgs84":
                return access.to_wgs84(**arguments)
            case "twin.to_local":
                return access.to_local(**arguments)
            case "twin.indicator_units":
                return access.indicator_units(**arguments)
            case "twin.submit":
                return access.submit(**arguments)
            case "alarms.begin":
                value = arguments.pop("value")
                return access.begin_alarm(value=math.nan if value is None else value, **arguments)
            case "alarms.end":
                return access.end_alarm(**arguments)
            case "samples.last":
                return access.last(**arguments)
            case "samples.subscribe":
                return self._delivery.subscribe(**arguments)
            case "signals.connect":
                return self._connect(**arguments)
        raise PluginError(access.id, f"the window has no '{call.method}'")

    def _connect(self, signal: str) -> None:
        if signal not in self._disconnect:
            self._disconnect[signal] = self._access.connect(
                signal, lambda value: self._emit(signal, value)
            )

    def _emit(self, signal: str, value: Any) -> None:
        if self._link is not None:
            with contextlib.suppress(TypeError):
                self._link.note("signal", [signal, value])

    # -- notes: in the reading thread, must not block -------------------------------------

    def note(self, method: str, value: Any) -> None:
        """Take a note."""
        if self._muted and method not in {"ready", "failed", "beat", "bye", "job.end"}:
            return
        match method:
            case "keys":
                self._receiver.keys(value)
            case "batch":
                sequence, batch = self._receiver.batch(value)
                self.batches += 1
                self.samples += len(batch)
                self._delivery.publish(batch, lambda: self._acknowledge(sequence))
            case "acknowledge":
                self._delivery.acknowledged(value)
            case "unsubscribe":
                self._delivery.unsubscribe(value)
            case "draw":
                self._draw(*value)
            case "follow":
                self._follow(*value)
            case "select":
                self._select(str(value))
            case "job.start" | "job.progress" | "job.end":
                self._job(method, value)
            case "ready" | "failed" | "beat" | "bye" | "status":
                self._told(method, value)
            case _:
                raise MessageError(f"a note '{method}'")

    def _acknowledge(self, sequence: int) -> None:
        if self._link is not None:
            self._link.note("acknowledge", sequence)

    def _select(self, entity_id: str) -> None:
        """Select on the GUI thread; what comes faster than it can replaces what waits."""
        waits = self._selecting is not None
        self._selecting = entity_id
        if not waits:
            self._access.services.post(self._select_now)

    def _select_now(self) -> None:
        entity_id, self._selecting = self._selecting, None
        if entity_id is not None:
            self._access.services.select(entity_id)

    def _too_many(self, what: str, most: int) -> None:
        """Say once that no more of something is taken."""
        if what not in self._refused:
            self._refused.add(what)
            text = f"more than {most} {what} at once; those beyond are left out"
            self._access.log.add("WARNING", str(PluginError(self._access.id, text)))

    def _takes_overlay(self, name: str) -> bool:
        if name in self._overlays or len(self._overlays) < MOST_OVERLAYS:
            self._overlays.add(name)
            return True
        self._too_many("overlays", MOST_OVERLAYS)
        return False

    def _draw(self, name: str, overlay: Any) -> None:
        if overlay is None:
            self._overlays.discard(name)
            self._access.unfollow(name)
        elif not self._takes_overlay(name):
            return
        self._access.services.draw(self._access.id, name, overlay)

    def _follow(self, name: str, style: Any, entities: list[str] | None) -> None:
        if type(style).__name__ != "MovingStyle":
            raise MessageError("follow without a style")
        if not self._takes_overlay(name):
            return
        self._access.follow(name, style, entities)

    def _job(self, method: str, value: list[Any]) -> None:
        number = int(value[0])
        if method == "job.start" and len(self._jobs) >= MOST_JOBS:
            self._too_many("jobs", MOST_JOBS)
        elif method == "job.start":
            link = self._link
            remote = _RemoteJob(lambda: link.note("job.cancel", number) if link else None)
            self._jobs[number] = remote
            self._access.services.start_job(str(value[1]), remote.work)
        elif number in self._jobs:
            if method == "job.progress":
                self._jobs[number].progress(value[1])
            else:
                self._jobs.pop(number).end(str(value[1]), list(value[2]))


class _RemoteJob:
    """Stands in the Jobs panel for work that a worker does."""

    def __init__(self, cancel: Callable[[], object]) -> None:
        self._cancel = cancel
        self._latest: Progress | None = None
        self._stirred = threading.Event()
        self._end: tuple[str, list[str]] | None = None

    def progress(self, progress: Progress) -> None:
        self._latest = progress
        self._stirred.set()

    def end(self, error: str, warnings: list[str]) -> None:
        self._end = (error, warnings)
        self._stirred.set()

    def work(self, job: Job) -> None:
        """Follow it in a thread of the window's jobs until it ends."""
        told = False
        while self._end is None:
            self._stirred.wait(0.2)
            self._stirred.clear()
            if job.cancelled and not told:
                told = True
                self._cancel()
            latest, self._latest = self._latest, None
            if latest is not None and not job.cancelled:
                job.report(latest.stage, latest.done, latest.total, latest.unit)
        error, warnings = self._end
        for warning in warnings:
            job.warn(str(warning))
        if error == "cancelled":
            raise Cancelled
        if error:
            raise RuntimeError(error)
