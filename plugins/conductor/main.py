"""The main program of a conductor's process; see `plugins.conductor.session`."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from plugins.conductor.run import ScenarioRun
from plugins.host.link import Incoming, Link
from twin_model.samples import SampleBatch, concatenate, newest
from twin_model.simulation.conductor import Progress
from twin_model.simulation.pace import FASTEST, Pace
from twin_model.simulation.participant import Restart
from twin_model.simulation.scenario import read_scenario

#: Progress and values are told so often, and of a run that goes as fast as it can, whose things
#: leap in any picture.
_EVERY_S: Final = 0.1
_EVERY_FASTEST_S: Final = 0.2


def main() -> None:
    """Run one scenario, told by the first argument, and say what comes of it."""
    config = json.loads(sys.argv[1])
    reader = os.fdopen(os.dup(0), "rb", buffering=1 << 16)
    writer = os.fdopen(os.dup(1), "wb", buffering=1 << 16)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    # Steps go from thread to thread here, and the log's must not hold each up for 5 ms.
    sys.setswitchinterval(0.001)
    _Process(config, reader, writer).run()


class _Process:
    def __init__(self, config: dict[str, Any], reader: Any, writer: Any) -> None:
        self._config = config
        self._pace = Pace(float(config["speed"]), paused=bool(config["paused"]))
        self._link = Link(
            reader, writer, self._serve, lambda method, value: None, ThreadPoolExecutor(1)
        )
        self._told_s = 0.0
        self._waiting: list[SampleBatch] = []

    def run(self) -> None:
        threading.Thread(target=self._receive, daemon=True, name="link").start()
        config = self._config
        scenario = read_scenario(config["scenario_id"], config["scenario"])
        listened = self._heard if config["listened"] else None
        one = ScenarioRun(
            Path(config["project"]), scenario, config["run"], self._pace, self._progress, listened,
            self._restarts,
        )  # fmt: skip
        try:
            outcome = one.run()
        except Exception as error:
            self._link.note("refused", str(error))
        else:
            self._tell_samples()
            self._link.note(
                "ended",
                {
                    "run": outcome.run, "state": outcome.state, "error": outcome.error,
                    "reached": outcome.reached, "warnings": outcome.warnings,
                    "figures": {k: dict(v) for k, v in outcome.figures.items()},
                },
            )  # fmt: skip
        self._link.close()
        self._link.written.wait(5.0)
        os._exit(0)

    def _receive(self) -> None:
        self._link.run()
        # Whoever wanted the run is gone.
        self._pace.cancel()

    def _serve(self, call: Incoming) -> None:
        match call.method:
            case "pause":
                self._pace.pause()
            case "resume":
                self._pace.resume()
            case "step":
                self._pace.step(int(call.arguments["count"]))
            case "speed":
                self._pace.set_speed(float(call.arguments["speed"]))
            case "checkpoint":
                self._pace.keep()
            case "cancel":
                self._pace.cancel()

    def _progress(self, progress: Progress) -> None:
        now_s = time.monotonic()
        every_s = _EVERY_FASTEST_S if self._pace.speed == FASTEST else _EVERY_S
        soon = now_s - self._told_s < every_s
        if soon and not self._pace.paused and progress.now < progress.end:
            return
        self._told_s = now_s
        self._link.note(
            "progress", [progress.now, progress.start, progress.end, progress.steps,
                         self._pace.behind_s],
        )  # fmt: skip
        self._tell_samples()

    def _restarts(self, restart: Restart) -> None:
        self._link.note("restart", [restart.engine, restart.at, restart.back])

    def _heard(self, batch: SampleBatch) -> None:
        self._waiting.append(batch)

    def _tell_samples(self) -> None:
        waiting, self._waiting = newest_places(self._waiting), []
        for moves in (False, True):
            # Apart: of what moves the other side knows the names already.
            part = [batch for batch in waiting if (batch.position is not None) == moves]
            if part:
                self._link.note("samples", concatenate(part))


def newest_places(batches: Sequence[SampleBatch]) -> list[SampleBatch]:
    """Return all values, and of each thing that moves where it is by now.

    A run that is quicker than the clock gives many places between two pictures, of which the
    window could show one.
    """
    moving = [batch for batch in batches if batch.position is not None]
    rest = [batch for batch in batches if batch.position is None]
    if len(moving) < 2:
        return list(batches)
    return [*rest, newest(concatenate(moving))]  # as batches come in order of time


if __name__ == "__main__":
    main()
