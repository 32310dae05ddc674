"""A worker through all its processes: restarted when they die, given up when it is no use."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import psutil

from ingest.pipeline.job import Job
from plugins.host.access import PluginAccess
from plugins.host.delivery import WorkerDelivery
from plugins.host.link import LinkClosedError, Outgoing, RemoteError
from plugins.host.process import WorkerProcess, WorkerSpec
from plugins.host.storage import folder_bytes
from plugins.host.stream import BatchReceiver
from plugins.host.worker_requests import WorkerRequests
from twin_model.errors import Cancelled, PluginError

if TYPE_CHECKING:
    from plugins.host.supervisor import Supervisor

#: A worker that says nothing for so long hangs; its heart beats twice a second.
SILENCE_S: Final = 15.0
#: Deaths within this time after which a worker is not started again.
FAILURES: Final = 5
FAILURES_WITHIN_S: Final = 120.0
#: Failing to import will not get better by trying again.
IMPORT_FAILURES: Final = 2
_BACK_OFF_S: Final = 0.2
_BACK_OFF_LIMIT_S: Final = 30.0
_CANCEL_S: Final = 5.0


class WorkerState(StrEnum):
    """Where a worker stands."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    WAITING = "waiting"  # to be started again
    FINISHED = "finished"
    QUARANTINED = "quarantined"


@dataclass(frozen=True)
class WorkerFigures:
    """How a worker does.

    Parameters
    ----------
    cpu_percent, memory_bytes, latency_ms, samples_per_s : float
        Latency is that of an empty call, there and back.
    """

    cpu_percent: float = 0.0
    memory_bytes: float = 0.0
    latency_ms: float = 0.0
    samples_per_s: float = 0.0


class Worker:
    """One worker through all its processes. Safe to use from any thread.

    Parameters
    ----------
    spec : callable
        Returns the `WorkerSpec` of the moment: settings and projects change.
    access : PluginAccess
    supervisor : Supervisor
    """

    def __init__(
        self, spec: Callable[[], WorkerSpec], access: PluginAccess, supervisor: Supervisor
    ) -> None:
        self.access = access
        self.state = WorkerState.STOPPED
        self.problem = ""
        self.traceback = ""
        self.figures = WorkerFigures()
        self.restarts = 0
        #: What a connector says of its connection: state and text.
        self.status: tuple[str, str] = ("", "")
        self.enforced: dict[str, Any] = {}
        self._spec = spec
        self._supervisor = supervisor
        self._lock = threading.RLock()
        self._settled = threading.Condition(self._lock)
        self._process: WorkerProcess | None = None
        self._requests: WorkerRequests | None = None
        self._delivery: WorkerDelivery | None = None
        self._failures: deque[float] = deque(maxlen=FAILURES)
        self._import_failures = 0
        self._stopping = False
        self._cause = ""
        self._bye: int | None = None
        self.due_s = 0.0
        #: How many processes it has had: what one of them remembers, the next does not know.
        self.processes = 0
        self.spec = spec()

    @property
    def title(self) -> str:
        """How messages call it."""
        return f"{self.spec.kind} '{self.spec.entry}'"

    @property
    def pid(self) -> int | None:
        """Number of its process; None while there is none."""
        process = self._process
        return process.pid if process is not None else None

    @property
    def dropped(self) -> int:
        """Samples dropped because it took them too slowly."""
        return self._delivery.dropped if self._delivery is not None else 0

    # -- starting and stopping -----------------------------------------------------------

    def start(self) -> None:
        """Start its process unless there is one.

        Raises
        ------
        PluginError
            If it is quarantined, or the process cannot be made.
        """
        with self._lock:
            if self._process is not None:
                return
            if self.state == WorkerState.QUARANTINED:
                raise self._error(f"is quarantined: {self.problem}", "enable the plugin again")
            self._stopping = False
            self._begin()

    def _begin(self) -> None:
        self.spec = self._spec()
        self._cause, self._bye = "", None
        self.status = ("", "")
        services, delivery = self.access.services, self._delivery
        if delivery is None:
            # Other parts of the plugin get what this one publishes, it itself does not.
            owner = f"{self.access.id}/{self.spec.kind}/{self.spec.entry}"
            delivery = WorkerDelivery(self.access.broker, owner, self._warn)
            self._delivery = delivery
        state = {
            "settings": self.access.settings(), "language": services.language,
            "time": services.time, "selection": services.selection,
        }  # fmt: skip
        made: list[WorkerProcess] = []
        ready = threading.Event()
        # The process is made before what reads its messages, but they may come before it is told.
        holder: list[WorkerRequests] = []

        def note(method: str, value: Any) -> None:
            ready.wait()
            holder[0].note(method, value)

        def serve(call: Any) -> Any:
            ready.wait()
            return holder[0].serve(call)

        def ended() -> None:
            ready.wait()
            self._ended(made[0])

        try:
            process = WorkerProcess(
                self.spec, state, serve, note, self._supervisor.executor, self.access.log,
                ended,
            )  # fmt: skip
        except OSError as error:
            self.state, self.problem = WorkerState.STOPPED, str(error)
            raise self._error(f"cannot be started ({error})") from error
        made.append(process)
        requests = WorkerRequests(self.access, BatchReceiver(process.up), delivery, self._told)
        requests.attach(process.link)
        holder.append(requests)
        self._process, self._requests = process, requests
        self.processes += 1
        self.state = WorkerState.STARTING
        delivery.attach(process.down, process.link)
        ready.set()

    def ask_to_stop(self) -> None:
        """Have its process end without waiting for it; `stop` sees to it that it does.

        From here on it is not heard: what it still says belongs to a project that is closed.
        """
        with self._lock:
            self._stopping = True
            process, requests, delivery = self._process, self._requests, self._delivery
        if requests is not None:
            requests.mute()
        if delivery is not None:
            delivery.mute()
        if process is not None:
            process.link.note("stop")

    def stop(self) -> None:
        """End its process and keep it ended; waits until it has."""
        with self._lock:
            self._stopping = True
            process = self._process
            if process is None and self.state != WorkerState.QUARANTINED:
                self.state = WorkerState.STOPPED
        if process is not None:
            process.stop()
            with self._lock:
                self._settled.wait_for(lambda: self._process is not process, 5.0)
        with self._lock:
            delivery, self._delivery = self._delivery, None
        if delivery is not None:
            delivery.close()

    def kill(self, cause: str) -> None:
        """End its process at once, because of something it did."""
        with self._lock:
            process = self._process
            self._cause = self._cause or cause
        if process is not None:
            process.kill()

    # -- calling -------------------------------------------------------------------------

    def call(self, method: str, /, **arguments: Any) -> Future[Any]:
        """Call a method of the plugin's object; starts the process where there is none."""
        return self._outgoing(method, None, arguments).future

    def call_within(self, process: int, method: str, /, **arguments: Any) -> Future[Any]:
        """Call a method that relies on what a process was told; starts no other.

        Parameters
        ----------
        process : int
            `processes` when it was told.

        Raises
        ------
        PluginError
            If that process has ended.
        """
        return self._outgoing(method, None, arguments, process).future

    def run_job(self, method: str, job: Job, **arguments: Any) -> Any:
        """Call a method that takes a job, and wait for its result.

        Raises
        ------
        PluginError
            If the plugin raised, or its process died.
        Cancelled
        """
        call = self._outgoing(method, job, arguments)
        return self._patiently(call, job, lambda: call.future.result(0.1))

    def stream_job(self, method: str, job: Job, **arguments: Any) -> Any:
        """Call a method that takes a job and yields; yield what it does.

        Raises
        ------
        PluginError
            If the plugin raised, or its process died.
        Cancelled
        """
        call = self._outgoing(method, job, arguments)
        try:
            yield from call.stream(job.check)
        except (RemoteError, LinkClosedError) as error:
            raise self.explained(error) from error

    def _outgoing(
        self, method: str, job: Job | None, arguments: dict[str, Any], within: int | None = None
    ) -> Outgoing:
        if within is None:
            self.start()
        with self._lock:
            process = self._process if within in (None, self.processes) else None
        if process is None:
            raise self._error(self.problem or "has ended")
        told = None
        if job is not None:
            arguments["$job"] = True
            told = partial(_relay, job)
        try:
            return process.link.call(method, arguments, told)
        except LinkClosedError as error:
            raise self.explained(error) from error

    def _patiently(self, call: Outgoing, job: Job, result: Callable[[], Any]) -> Any:
        asked_s = 0.0
        while True:
            try:
                return result()
            except TimeoutError:
                if job.cancelled and not asked_s:
                    asked_s = time.monotonic()
                    call.cancel()
                elif asked_s and time.monotonic() - asked_s > _CANCEL_S:
                    self.kill("did not stop when it was cancelled")
                    raise Cancelled from None
            except (RemoteError, LinkClosedError) as error:
                raise self.explained(error) from error

    def explained(self, error: Exception) -> PluginError:
        """Return the error with the plugin's name and, for a death, its cause."""
        if isinstance(error, RemoteError):
            return PluginError(
                self.access.id, f"{self.title}: {error.reason}", traceback=error.trace
            )
        # What killed it is known once its last message is taken.
        with self._lock:
            self._settled.wait_for(lambda: self._process is None, 2.0)
        return self._error(self.problem or "has ended")

    def _error(self, reason: str, remedy: str = "") -> PluginError:
        return PluginError(
            self.access.id, f"{self.title} {reason}", traceback=self.traceback, remedy=remedy
        )

    # -- what it says and does -----------------------------------------------------------

    def _warn(self, text: str) -> None:
        self.access.log.add("WARNING", f"{self.title} {text}")

    def _told(self, method: str, value: Any) -> None:
        match method:
            case "ready":
                self.enforced = dict(value)
                self.state = WorkerState.RUNNING
                self._supervisor.changed()
            case "failed":
                stage, reason, trace = map(str, value)
                self.traceback = trace
                verb = "cannot be imported" if stage == "import" else "failed"
                self._cause = self._cause or f"{verb}: {reason}"
                self._import_failures += stage == "import"
                self.access.log.add("ERROR", f"{self.title} {verb}\n{trace}")
            case "bye":
                self._bye = int(value)
            case "status":
                self.status = (str(value[0]), str(value[1])[:500])
                self._supervisor.changed()

    def _ended(self, process: WorkerProcess) -> None:
        with self._lock:
            requests, delivery = self._requests, self._delivery
        if delivery is not None:
            delivery.detach()
            delivery.drain()
        if requests is not None:
            requests.close()
        with self._lock:
            code = process.code
            self._process = None
            self._requests = None
            self.figures = WorkerFigures()
            self._decide(code)
            self._settled.notify_all()
        threading.Thread(target=process.join, daemon=True, name="worker-join").start()
        self._supervisor.changed()

    def _decide(self, code: int | None) -> None:
        if self._stopping:
            self.state = WorkerState.STOPPED
            return
        if self._bye == 0 and not self._cause:
            self.state = WorkerState.FINISHED
            self.problem = ""
            return
        self.problem = self._cause or _death(code)
        self.access.log.add("ERROR", f"{self.title} {self.problem}")
        now = time.monotonic()
        self._failures.append(now)
        often = len(self._failures) == FAILURES and now - self._failures[0] < FAILURES_WITHIN_S
        if often or self._import_failures >= IMPORT_FAILURES:
            self.state = WorkerState.QUARANTINED
            self._supervisor.quarantined(self)
        elif self.spec.runs or self._import_failures:
            recent = sum(now - at < FAILURES_WITHIN_S for at in self._failures)
            wait_s = min(_BACK_OFF_LIMIT_S, _BACK_OFF_S * 4 ** (recent - 1))
            self.due_s = now + wait_s
            self.state = WorkerState.WAITING
        else:
            self.state = WorkerState.STOPPED  # started again by the next call

    def forgive(self) -> None:
        """Forget its failures: the user wants it tried again."""
        with self._lock:
            self._failures.clear()
            self._import_failures = 0
            self.problem = ""
            if self.state in {WorkerState.QUARANTINED, WorkerState.FINISHED}:
                self.state = WorkerState.STOPPED

    # -- the watch; called by the supervisor's thread -------------------------------------

    def restart_if_due(self) -> None:
        """Start it again when its time has come."""
        with self._lock:
            if self.state != WorkerState.WAITING or time.monotonic() < self.due_s:
                return
            self.restarts += 1
            with contextlib.suppress(PluginError):
                self._begin()

    def look(self, process_table: dict[int, psutil.Process], *, storage: bool) -> None:
        """Measure it, and end it where it goes too far."""
        with self._lock:
            process, requests, spec = self._process, self._requests, self.spec
        if process is None:
            return
        now = time.monotonic()
        if now - process.heard_s > SILENCE_S:
            self.kill(f"hangs: nothing was heard of it for {SILENCE_S:g} s")
            return
        try:
            known = process_table.setdefault(process.pid, psutil.Process(process.pid))
            memory = float(known.memory_info().rss)
            cpu = known.cpu_percent()
        except psutil.Error:
            return
        if memory > spec.confinement.memory_bytes:
            self.kill(
                f"used more memory than its limit of {spec.confinement.memory_bytes >> 20} MiB"
            )
            return
        if storage and folder_bytes(spec.storage) > spec.storage_bytes:
            self.kill(f"filled its storage of {spec.storage_bytes >> 20} MiB: {spec.storage}")
            return
        samples = requests.samples if requests is not None else 0
        rate = (samples - self._counted[0]) / max(1e-3, now - self._counted[1])
        self._counted = (samples, now)
        self.figures = WorkerFigures(cpu, memory, self.figures.latency_ms, max(0.0, rate))
        self._ping(process)

    _counted: tuple[int, float] = (0, 0.0)

    def _ping(self, process: WorkerProcess) -> None:
        asked = time.perf_counter()

        def answered(future: Future[Any]) -> None:
            if future.exception() is None:
                latency = 1000 * (time.perf_counter() - asked)
                f = self.figures
                self.figures = WorkerFigures(
                    f.cpu_percent, f.memory_bytes, latency, f.samples_per_s
                )

        with contextlib.suppress(LinkClosedError):
            process.link.call("ping").future.add_done_callback(answered)


def _relay(job: Job, progress: Any) -> None:
    with contextlib.suppress(Cancelled):
        job.report(progress.stage, progress.done, progress.total, progress.unit)


def _death(code: int | None) -> str:
    if code is None:
        return "has ended"
    if code < 0:
        import signal

        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = str(-code)
        return f"was ended by the signal {name}"
    return f"ended with the code {code}"
