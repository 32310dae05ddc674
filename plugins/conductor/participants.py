"""Simulators in worker processes, as the conductor wants them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from pathlib import Path
from typing import Any, Final

from plugins.host.link import LinkClosedError, RemoteError
from plugins.host.plugins import Plugins
from plugins.host.supervised import Worker
from twin_model.errors import PluginError, SimulationError
from twin_model.samples import SampleBatch
from twin_model.simulation.capabilities import Capabilities, read_capabilities
from twin_model.simulation.participant import Advanced, DiedError, HangsError
from twin_model.simulation.scenario import EngineSpec
from twin_model.time import Instant

#: Starting an engine: importing its libraries, reading a network of a city.
_START_S: Final = 600.0


class WorkerParticipant:
    """One simulator in a process of its own.

    Parameters
    ----------
    spec : EngineSpec
    host : Plugins
    readable : sequence of Path
        Files and folders that its parameters name.
    cancelled : callable
        Asked while waiting.
    """

    def __init__(
        self,
        spec: EngineSpec,
        host: Plugins,
        readable: list[Path],
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        self.id = spec.id
        self._host = host
        try:
            self._worker: Worker = host.simulator(spec.plugin, spec.entry, readable)
        except PluginError as error:
            known = sorted(one.id for one in host.contributions("simulator"))
            raise SimulationError(
                spec.id, f"there is no simulator {spec.simulator} ({error.reason})",
                remedy=f"there are: {', '.join(known) or 'none'}",
            ) from error  # fmt: skip
        self._cancelled = cancelled
        self._exchange = False
        #: The process that was initialised; another knows nothing of the run.
        self._process: int | None = None

    @property
    def looks_ahead(self) -> bool:
        """See `Participant`: what needs several calls a step is asked in turn."""
        return self._exchange

    @property
    def worker(self) -> Worker:
        """Its worker."""
        return self._worker

    def capabilities(self) -> Capabilities:
        """See `Participant`."""
        can = read_capabilities(self.id, self._ask("capabilities"))
        self._exchange = can.exchange
        return can

    def init(self, start: Instant, parameters: Mapping[str, Any], seed: int) -> None:
        """See `Participant`."""
        try:
            self._worker.start()
        except PluginError as error:
            raise DiedError(self.id, error.reason, remedy=error.remedy) from error
        self._process = self._worker.processes
        self._ask("init", start=start, parameters=dict(parameters), seed=seed)

    def advance(self, instant: Instant, inputs: SampleBatch | None) -> _Answer:
        """See `Participant`."""
        if self._exchange:
            calls = [self._call("exchange", instant=instant, inputs=inputs)]
            return _Answer(self, calls, exchange=True)
        unknown = self._ask("set_values", batch=inputs) if inputs is not None else []
        # Calls of one worker may be answered side by side: the event is asked for afterwards.
        return _Answer(self, [self._call("step_until", instant=instant)], False, unknown or [])

    def get_values(self) -> SampleBatch:
        """See `Participant`."""
        found: SampleBatch = self._ask("get_values")
        return found

    def save(self, folder: Path) -> None:
        """See `Participant`."""
        # The worker may write in its own storage only; the folder is moved from there.
        inner = self._worker.spec.storage / f"checkpoint-{self.id}-{folder.name}"
        inner.mkdir(parents=True, exist_ok=True)
        self._ask("save", folder=inner)
        folder.rmdir()
        inner.rename(folder)

    def load(self, folder: Path) -> None:
        """See `Participant`."""
        self._ask("load", folder=folder)

    def kill(self, cause: str) -> None:
        """See `Participant`."""
        self._worker.kill(cause)

    def close(self) -> None:
        """See `Participant`."""
        if self._worker.pid is not None:
            try:
                self._call("close").result(5.0)
            except (FutureTimeoutError, RemoteError, LinkClosedError, SimulationError):
                self._worker.kill("did not close")
        self._host.drop(self._worker)

    # -- calls ---------------------------------------------------------------------------

    def _call(self, method: str, **arguments: Any) -> Future[Any]:
        try:
            if self._process is None:
                return self._worker.call(method, **arguments)
            return self._worker.call_within(self._process, method, **arguments)
        except PluginError as error:
            raise DiedError(self.id, error.reason, remedy=error.remedy) from error

    def _ask(self, method: str, **arguments: Any) -> Any:
        return self.wait(self._call(method, **arguments), _START_S, method)

    def wait(self, future: Future[Any], patience_s: float, method: str) -> Any:
        """Wait for an answer.

        Raises
        ------
        HangsError, DiedError, SimulationError
        """
        end = time.monotonic() + patience_s
        while True:
            try:
                return future.result(min(0.5, patience_s))
            except FutureTimeoutError:
                if self._cancelled():
                    raise HangsError(self.id, "was still computing when it was cancelled") from None
                if time.monotonic() > end:
                    raise HangsError(
                        self.id, f"hangs: no answer to {method} for {patience_s:g} s",
                        remedy="raise patience_s in the scenario if it is only slow",
                    ) from None  # fmt: skip
            except RemoteError as error:
                raise SimulationError(self.id, _bare(error.reason, self.id)) from error
            except LinkClosedError as error:
                told = self._worker.explained(error)
                reason = told.reason.partition(f"{self._worker.title} ")[2] or told.reason
                raise DiedError(self.id, reason) from error


def _bare(reason: str, engine: str) -> str:
    """Leave out a simulator's own name, which the error says anyway."""
    head, colon, rest = reason.partition(": ")
    return rest if colon and head.startswith("simulator ") else reason


class _Answer:
    """The answer of a worker to a step."""

    def __init__(
        self,
        participant: WorkerParticipant,
        calls: list[Future[Any]],
        exchange: bool,
        unknown: list[str] | None = None,
    ) -> None:
        self._participant = participant
        self._calls = calls
        self._exchange = exchange
        self._unknown = unknown or []

    def result(self, patience_s: float) -> Advanced:
        """See `twin_model.simulation.participant.Waiting`."""
        participant = self._participant
        found = participant.wait(self._calls[0], patience_s, "the step")
        if self._exchange:
            over = bool(found.get("over", False))
            return Advanced(found["batches"], found["unknown"], found["next"], over)
        coming = participant.wait(participant._call("next_event"), patience_s, "next_event")
        return Advanced(found, self._unknown, coming)
