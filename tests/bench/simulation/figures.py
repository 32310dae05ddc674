"""The figures of simulation, in one run; see docs/simulation.md.

    uv run --extra simulation python tests/bench/simulation/figures.py [FIGURE…]

FIGURE is flood, conductor, sumo or replay; all without one; `window.py` has those of the window.
Prints ``name, ours, goal or peer,
ratio``.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from plugins.conductor.participants import WorkerParticipant
from plugins.conductor.session import RunSession
from plugins.host.plugins import Plugins
from plugins.host.services import HostServices
from plugins.host.state import PluginState
from tests.bench.simulation.grid import END_S, START, make_grid, write_hour
from twin_model.contributions import Contributions
from twin_model.live.hub import Hub
from twin_model.samples import SampleBatch, SampleKeys
from twin_model.simulation.conductor import Conductor
from twin_model.simulation.participant import LocalParticipant
from twin_model.simulation.replay import RunReplay
from twin_model.simulation.scenario import read_scenario
from twin_model.store.run_log import Run
from twin_model.time import Instant

Line = tuple[str, str, str, str]


def flood(place: Path) -> Iterator[Line]:
    """Cell-steps a second of processor time, with rain and friction on a million cells."""
    from plugins.builtin.flood.solver import FloodSolver

    n = 1000
    rng = np.random.default_rng(1)
    solver = FloodSolver(rng.random((n, n)), 2.0, 0.03)
    solver.set_water(np.full((n, n), 0.8))
    solver.rain_m_s = 1e-5
    solver.advance(0.05)
    best = []
    for _ in range(3):
        steps, began = solver.steps, time.process_time()
        solver.advance(2.0)
        best.append((solver.steps - steps) * n * n / (time.process_time() - began) / 1e6)
    rate = statistics.median(best)
    yield "flood: million cell-steps/s a core", f"{rate:.1f}", "≥ 20", f"{rate / 20:.2f}"
    yield "flood: mass error", f"{100 * solver.mass_error:.2g} %", "< 0.1 %", ""


class _Idle:
    """Computes nothing: what is left is the conductor."""

    def __init__(self, name: str) -> None:
        self.keys = SampleKeys([f"{name}-{n}" for n in range(20)], ["out"])

    def capabilities(self) -> dict[str, Any]:
        return {"stepping": "time", "checkpoint": "none", "seed": False, "inputs": {"in": "m"},
                "outputs": {"out": "m"}}  # fmt: skip

    def init(self, start: Instant, parameters: Any, seed: int) -> None:
        self.now = start

    def set_values(self, batch: SampleBatch) -> None:
        pass

    def step_until(self, instant: Instant) -> list[SampleBatch]:
        self.now = instant
        return [self.get_values()]

    def get_values(self) -> SampleBatch:
        return SampleBatch.of(self.keys, np.arange(20), 0, self.now.us, 1.0)

    def next_event(self) -> None:
        return None

    def close(self) -> None:
        pass


class _Nowhere:
    def write(self, engine: str, batch: SampleBatch) -> None:
        pass

    def warn(self, text: str) -> None:
        pass


def conductor(place: Path) -> Iterator[Line]:
    """Time a step with five simulators in a ring, each giving 20 values: here, and in processes."""
    names = [f"s{n}" for n in range(5)]
    ring = [{"from": f"{a}.out", "to": f"{b}.in", "delayed": True,
             "entities": {f"{a}-{n}": f"{b}-{n}" for n in range(20)}}
            for a, b in zip(names, [*names[1:], names[0]])]  # fmt: skip
    plan = read_scenario("bench", {
        "duration_s": 1000.0, "couplings": ring,
        "engines": [{"id": n, "simulator": "x.y", "step_s": 1.0} for n in names],
    })  # fmt: skip
    local = Conductor(
        plan, [LocalParticipant(n, _Idle(n)) for n in names], START, _Nowhere(), place / "c"
    )
    local.prepare()
    began = time.perf_counter()
    local.run()
    own_ms = time.perf_counter() - began  # 1,000 steps: seconds are milliseconds a step
    yield "conductor: ms a step, five simulators here", f"{own_ms:.2f}", "< 1", f"{own_ms:.2f}"
    ponds = read_scenario("bench", {
        "duration_s": 500.0,
        "engines": [{"id": n, "simulator": "shapan.flood.flood", "step_s": 1.0, "parameters": {
            "bed_m": [[0, 0, 0], [0, 0, 0], [0, 0, 0]], "watch": {n: [1.5, 1.5]}}}
            for n in names],
    })  # fmt: skip
    host = Plugins(HostServices(), PluginState(place / "state"), table=Contributions(),
                   installed=False)  # fmt: skip
    host.discover()
    parts = [WorkerParticipant(ponds.engine(n), host, []) for n in names]
    remote = Conductor(ponds, parts, START, _Nowhere(), place / "d")
    try:
        remote.prepare()
        began, busy = time.perf_counter(), time.process_time()
        remote.run()
        whole_ms = (time.perf_counter() - began) / 500 * 1e3
        own_ms = (time.process_time() - busy) / 500 * 1e3
    finally:
        remote.close()
        host.close()
    yield ("conductor: its own processor ms a step, five processes", f"{own_ms:.2f}", "< 1",
           f"{own_ms:.2f}")  # fmt: skip
    yield "conductor: ms a step on the clock, five processes", f"{whole_ms:.2f}", "", ""


def sumo(place: Path) -> Iterator[Line]:
    """A grid with thousands of vehicles: coupled and recorded, and plain sumo."""
    grid = make_grid(place, 0.06)
    plain_s = grid.plain_s()
    times: list[float] = []
    session = RunSession(
        grid.project,
        grid.scenario(),
        on_samples=lambda batch: None,
        on_progress=lambda progress: times.append(time.perf_counter()),
    )
    try:
        outcome = session.outcome.result(900)
    finally:
        session.close()
    # Without starting processes and reading the network; of plain sumo that is not counted either.
    run_s = times[-1] - times[0]
    running = outcome.figures["t"]["vehicles_running"]
    yield (f"sumo coupled, {running:.0f} vehicles at the end: s for {END_S:g} s", f"{run_s:.1f}",
           f"{plain_s:.1f} plain sumo", f"{run_s / plain_s:.2f}")  # fmt: skip


def replay(place: Path) -> Iterator[Line]:
    """Jumps in a run of an hour with 1,000 vehicles, a position a second."""
    write_hour(place / "run")
    hub = Hub()
    player = RunReplay(hub, Run(place / "run"))
    player.show(Instant(START.us + 1_000_000))
    took = []
    for second in (1800, 60, 3500, 900, 2700, 10, 3599):
        began = time.perf_counter()
        count = player.show(Instant(START.us + second * 1_000_000))
        took.append(1e3 * (time.perf_counter() - began))
        assert count == 1500, count
    yield ("replay: ms for a jump, median (worst)",
           f"{statistics.median(took):.0f} ({max(took):.0f})", "< 200",
           f"{statistics.median(took) / 200:.2f}")  # fmt: skip


def main() -> None:
    """Print the figures asked for, else all."""
    wanted = sys.argv[1:] or ["flood", "conductor", "sumo", "replay"]
    for name in wanted:
        with tempfile.TemporaryDirectory() as place:
            for line in globals()[name](Path(place)):
                print(", ".join(line), flush=True)


if __name__ == "__main__":
    main()
