"""A run in a process of its own, steered from here."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO, cast

from plugins.conductor.run import Outcome
from plugins.host.link import Link, LinkClosedError
from twin_model.errors import SimulationError
from twin_model.samples import SampleBatch
from twin_model.simulation.conductor import Progress
from twin_model.simulation.participant import Restart
from twin_model.simulation.scenario import Scenario, scenario_json
from twin_model.store.run_log import RUNS
from twin_model.time import Instant


def new_run_id(project: Path, scenario: Scenario) -> str:
    """Return a name for a run that no other has."""
    taken = {path.name for path in (project / RUNS).glob("*")}
    number = 1
    while f"{scenario.id}-{number}" in taken:
        number += 1
    return f"{scenario.id}-{number}"


class RunSession:
    """A running scenario. Safe to use from any thread.

    Parameters
    ----------
    project : Path
    scenario : Scenario
    run_id : str, optional
    speed : float
        Simulated seconds a second; infinite for as fast as it goes.
    paused : bool
        Begin before the first step.
    on_progress : callable, optional
        Called in a thread of the session.
    on_samples : callable, optional
        Called there with what simulators give.
    on_restart : callable, optional
        Called there when a simulator's process ended on its own, and when it has caught up.
    """

    def __init__(
        self,
        project: Path,
        scenario: Scenario,
        run_id: str = "",
        *,
        speed: float = math.inf,
        paused: bool = False,
        on_progress: Callable[[Progress], object] | None = None,
        on_samples: Callable[[SampleBatch], object] | None = None,
        on_restart: Callable[[Restart], object] | None = None,
    ) -> None:
        self.run_id = run_id or new_run_id(project, scenario)
        self.folder = project / RUNS / self.run_id
        #: How the run ended.
        self.outcome: Future[Outcome] = Future()
        self._on_progress = on_progress
        self._on_samples = on_samples
        self._on_restart = on_restart
        self._reached: Instant | None = None
        config = {
            "project": str(project.absolute()), "scenario_id": scenario.id,
            "scenario": scenario_json(scenario), "run": self.run_id, "speed": speed,
            "paused": paused, "listened": on_samples is not None,
        }  # fmt: skip
        self._process = subprocess.Popen(
            [sys.executable, "-m", "plugins.conductor.main", json.dumps(config)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.pid = self._process.pid
        self._errors: list[str] = []
        self._link = Link(
            cast(BinaryIO, self._process.stdout), cast(BinaryIO, self._process.stdin),
            lambda call: None, self._note, ThreadPoolExecutor(1),
        )  # fmt: skip
        self._threads = [
            threading.Thread(target=self._receive, daemon=True, name=f"run {self.run_id}"),
            threading.Thread(target=self._read_errors, daemon=True, name=f"log {self.run_id}"),
        ]
        for thread in self._threads:
            thread.start()

    # -- steering ------------------------------------------------------------------------

    def pause(self) -> None:
        """Stand still before the next step."""
        self._tell("pause")

    def resume(self) -> None:
        """Go on."""
        self._tell("resume")

    def step(self, count: int = 1) -> None:
        """Let so many steps happen."""
        self._tell("step", count=count)

    def set_speed(self, speed: float) -> None:
        """Go on at another speed."""
        self._tell("speed", speed=speed)

    def checkpoint(self) -> None:
        """Have the state of every simulator kept after the next step."""
        self._tell("checkpoint")

    def cancel(self) -> None:
        """End it soon; what was computed is kept."""
        self._tell("cancel")

    def _tell(self, method: str, **arguments: Any) -> None:
        try:
            self._link.call(method, arguments)
        except LinkClosedError:
            return  # it ended a moment ago

    def close(self) -> None:
        """End it and wait for its process."""
        self.cancel()
        try:
            self._process.wait(10.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for thread in self._threads:
            thread.join(5.0)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None and not stream.closed:
                try:
                    stream.close()
                except OSError:
                    continue

    # -- what it says --------------------------------------------------------------------

    def _note(self, method: str, value: Any) -> None:
        if method == "progress":
            now, start, end, steps, _behind = value
            self._reached = now
            if self._on_progress is not None:
                self._on_progress(Progress(now, start, end, steps))
        elif method == "samples" and self._on_samples is not None:
            self._on_samples(value)
        elif method == "restart" and self._on_restart is not None:
            self._on_restart(Restart(*value))
        elif method == "ended":
            self.outcome.set_result(Outcome(**value))
        elif method == "refused":
            self.outcome.set_exception(SimulationError("", str(value)))

    def _receive(self) -> None:
        self._link.run()
        code = self._process.wait()
        if not self.outcome.done():
            said = next((line for line in reversed(self._errors) if line.strip()), "")
            reason = f"the conductor ended with the code {code}" + (f": {said}" if said else "")
            self._mark_failed(reason)
            self.outcome.set_exception(
                SimulationError("", reason, remedy="what was computed before is kept")
            )

    def _mark_failed(self, reason: str) -> None:
        """Say in the run's folder what it could not say any more itself."""
        path = self.folder / "run.json"
        try:
            about = json.loads(path.read_text(encoding="utf-8"))
            about |= {"state": "failed", "error": reason}
            if self._reached is not None:
                about["reached"] = str(self._reached)
            path.write_text(json.dumps(about, ensure_ascii=False, indent=1), encoding="utf-8")
        except (OSError, ValueError):
            return

    def _read_errors(self) -> None:
        stream = cast(BinaryIO, self._process.stderr)
        while line := stream.readline(16_384):
            self._errors = [*self._errors[-50:], line.decode("utf-8", "replace").rstrip()]
