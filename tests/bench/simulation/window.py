"""What the window costs a simulation, and a jump in a run that is shown; docs/simulation.md.

    xvfb-run -a -s "-screen 0 1920x1080x24" uv run --extra simulation python \
        tests/bench/simulation/window.py [--rounds N] [--engine-nice N] [FIGURE…]

FIGURE is sumo or seek; both without one. Sumo is run three times each way, or N. With --engine-nice
(as root) the processes of the window get that niceness when sumo's run begins, in place of their
own of 5 and more: to see what that costs. Every wait ends: a figure that is not there in time is an
error that says what was awaited.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from PySide6.QtCore import QCoreApplication, QEventLoop, Qt, QTimer

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from app.composition import build_window, make_application
from app.settings import Settings
from plugins.conductor.session import RunSession
from rendering.camera import CameraPose
from tests.bench.simulation.grid import END_S, START, make_grid, write_hour
from twin_model.frame import Frame
from twin_model.store.run_log import RUNS
from twin_model.time import Instant
from twin_model.twin import Twin

if TYPE_CHECKING:
    from app.window import MainWindow

Line = tuple[str, str, str, str]
_PATIENCE_S = 300.0
_BEAT_MS = 5


def wait(
    what: str, until: Callable[[], Any], patience_s: float = _PATIENCE_S, poll_ms: int = 20
) -> None:
    """Let the window live, asleep where nothing happens, until something is so."""
    loop, clock = QEventLoop(), QTimer()
    clock.setInterval(poll_ms)
    end = time.monotonic() + patience_s
    clock.timeout.connect(lambda: (until() or time.monotonic() > end) and loop.quit())
    clock.start()
    loop.exec()
    clock.stop()
    if not until():
        raise SystemExit(f"waited {patience_s:.0f} s in vain for {what}")


class Watch:
    """How long frames take, and for how long the window did not answer."""

    def __init__(self, window: MainWindow) -> None:
        self.frames_ms: list[float] = []
        self.blocks_ms: list[float] = []
        self.things = 0
        self._window = window
        self._beat = QTimer()
        self._beat.setTimerType(Qt.TimerType.PreciseTimer)
        self._beat.setInterval(_BEAT_MS)
        self._beat.timeout.connect(self._tick)
        self._last_s = time.perf_counter()
        window.viewport.drawn.connect(self._drawn)
        self._beat.start()

    def _drawn(self) -> None:
        stage = self._window.viewport.stage
        self.frames_ms.append(stage.statistics().frame_ms)
        self.things = max(self.things, stage.moving_things.count)

    def _tick(self) -> None:
        now_s = time.perf_counter()
        self.blocks_ms.append(1e3 * (now_s - self._last_s) - _BEAT_MS)
        self._last_s = now_s

    def close(self) -> None:
        """Watch no more."""
        self._beat.stop()
        self._window.viewport.drawn.disconnect(self._drawn)


def open_window(place: Path, project: Path) -> MainWindow:
    """Open the window on a project."""
    window = build_window(None, settings=Settings(place / "window.ini"), language="en")
    window.setWindowFlag(Qt.WindowType.FramelessWindowHint)
    window.setGeometry(0, 0, 1600, 900)
    window.show()
    wait("the window", lambda: window.complete)
    if not window.open_project(project):
        raise SystemExit(window.overlays.notice.text)
    wait("the scene", lambda: window.viewport.complete)
    return window


def shut(window: MainWindow) -> None:
    """Close the window."""
    window.close()
    QCoreApplication.processEvents()


def without_window(project: Path, scenario: Any) -> float:
    """Return how long the coupled run takes alone, from its first step to its last."""
    times: list[float] = []
    session = RunSession(project, scenario, on_samples=lambda b: None,
                         on_progress=lambda p: times.append(time.perf_counter()))  # fmt: skip
    try:
        outcome = session.outcome.result(_PATIENCE_S)
    finally:
        session.close()
    if outcome.state != "finished":
        raise SystemExit(f"the run ended as {outcome.state}: {outcome.error}")
    return times[-1] - times[0]


def renice(niceness: int) -> None:
    """Give the processes that we started, and theirs, another niceness: each thread has its own."""
    for process in psutil.Process().children(recursive=True):
        for thread in process.threads():
            os.setpriority(os.PRIO_PROCESS, thread.id, niceness)


@dataclass
class Rounds:
    """What was seen in several rounds; times of the same 300 s in seconds, a value a round."""

    plain_s: list[float] = field(default_factory=list)
    alone_s: list[float] = field(default_factory=list)
    shown_s: list[float] = field(default_factory=list)
    frames_ms: list[float] = field(default_factory=list)
    blocks_ms: list[float] = field(default_factory=list)
    vehicles: list[float] = field(default_factory=list)
    drawn: int = 0

    def alone(self, project: Path, scenario: Any) -> None:
        """Run the scenario without a window."""
        self.alone_s.append(without_window(project, scenario))

    def show(self, place: Path, project: Path, scenario: Any, engine_nice: int | None) -> None:
        """Run the scenario in a window that draws it, from its first step to its last."""
        window = open_window(place, project)
        try:
            simulation = window.simulation
            window.viewport.set_pose(CameraPose((1900.0, -1500.0, 2600.0), (1900.0, 1900.0, 0.0)))
            wait("the scene", lambda: window.viewport.complete)
            watch = Watch(window)
            one = simulation.session.start(scenario)
            simulation.session.began.connect(lambda _: simulation.shown.show_underway(one))
            wait("the run to begin", lambda: one.now is not None)
            if engine_nice is not None:
                renice(engine_nice)
            began_steps, began = one.steps, time.perf_counter()
            wait("the run to end", lambda: one not in simulation.session.underway)
            run_s = time.perf_counter() - began
            self.shown_s.append(run_s * END_S / max(1.0, END_S - began_steps))
            watch.close()
            self.frames_ms += watch.frames_ms
            self.blocks_ms += watch.blocks_ms
            self.vehicles.append(one.courses[("t", "vehicles_running")][1][-1])
            self.drawn = max(self.drawn, watch.things)
        finally:
            shut(window)


def sumo(place: Path, rounds: int, engine_nice: int | None = None) -> Iterator[Line]:
    """Every vehicle in the scene while SUMO computes: against plain sumo, and without a window.

    The three take turns, with plain sumo once more at the end. What the same steps take differs by
    a third from one minute to the next on a machine that others use as well, so each run is
    compared with the plain ones just before and after it; of the ratios the median counts.
    """
    grid = make_grid(place, 0.05)
    scenario = grid.scenario()
    seen = Rounds()
    seen.plain_s.append(grid.plain_s())
    for number in range(rounds):
        # By turns first, so that neither is always nearer to what it is compared with.
        alone = partial(seen.alone, grid.project, scenario)
        shown = partial(seen.show, place, grid.project, scenario, engine_nice)
        for run in (alone, shown) if number % 2 == 0 else (shown, alone):
            run()
        seen.plain_s.append(grid.plain_s())
    yield ("plain sumo: s for 300 s", " ".join(f"{one:.1f}" for one in seen.plain_s), "", "")
    for title, seconds in (
        ("coupled, without a window", seen.alone_s),
        (f"coupled, in the window, {seen.vehicles[0]:.0f} vehicles at the end ({seen.drawn} drawn)",
         seen.shown_s),
    ):  # fmt: skip
        each = " ".join(f"{one:.1f}" for one in seconds)
        beside = [(a + b) / 2 for a, b in pairwise(seen.plain_s)]
        ratios = [one / plain for one, plain in zip(seconds, beside)]
        yield (f"{title}: s for {END_S:g} s", each,
               " ".join(f"{one:.2f}" for one in ratios) + " of plain sumo",
               f"{statistics.median(ratios):.2f}")  # fmt: skip
    yield ("frames meanwhile: ms, median (worst), and how many",
           f"{statistics.median(seen.frames_ms):.0f} ({max(seen.frames_ms):.0f}), "
           f"{len(seen.frames_ms)}", "", "")  # fmt: skip
    yield ("window did not answer: ms, 99th percentile (worst)",
           f"{statistics.quantiles(seen.blocks_ms, n=100)[98]:.0f} ({max(seen.blocks_ms):.0f})",
           "", "")  # fmt: skip


def seek(place: Path) -> Iterator[Line]:
    """Jumps of the time slider in a run of an hour with 1,000 vehicles, until they are drawn."""
    project = place / "seek.shapan"
    Twin.create(project, Frame("EPSG:32650", (500_000.0, 3_400_000.0, 0.0)), "Hour").close()
    write_hour(project / RUNS / "hour-1")
    window = open_window(place, project)
    try:
        shown = window.simulation.shown
        window.viewport.set_pose(CameraPose((500.0, -500.0, 900.0), (500.0, 500.0, 0.0)))
        wait("the list of runs", lambda: window.simulation.session.run("hour-1") is not None)
        shown.show_recorded("hour-1")
        wait("the run", lambda: shown.picture is not None)
        took: list[float] = []
        arrived: list[Instant] = []
        watch = Watch(window)
        # The frame after the picture of an instant is there.
        window.viewport.drawn.connect(lambda: arrived.append(shown.picture.instant))
        for second in (1800, 60, 3500, 900, 2700, 10, 3599, 1234, 456):
            at, began = Instant(START.us + second * 1_000_000), time.perf_counter()
            window.timeline.set_instant(at)
            wait("the jump", lambda at=at: at in arrived[-1:], poll_ms=2)
            took.append(1e3 * (time.perf_counter() - began))
            assert window.viewport.stage.moving_things.count == 1000, watch.things
        watch.close()
    finally:
        shut(window)
    yield ("jump in the window, 1,000 vehicles: ms until drawn, median (worst)",
           f"{statistics.median(took):.0f} ({max(took):.0f})", "< 200",
           f"{statistics.median(took) / 200:.2f}")  # fmt: skip
    yield ("window did not answer: ms, worst", f"{max(watch.blocks_ms):.0f}", "< 50", "")


def main() -> None:
    """Print the figures asked for, else all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("figures", nargs="*")
    parser.add_argument("--engine-nice", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    figures = given.figures or ["sumo", "seek"]
    if len(figures) > 1:  # a window each, in a process of its own
        options = [one for one in sys.argv[1:] if one not in figures]
        for name in figures:
            subprocess.run([sys.executable, __file__, *options, name], check=True)
        return
    make_application()
    makers: dict[str, Callable[[Path], Iterator[Line]]] = {
        "sumo": partial(sumo, rounds=given.rounds, engine_nice=given.engine_nice),
        "seek": seek,
    }  # fmt: skip
    for name in figures:
        with tempfile.TemporaryDirectory(prefix="shapan-bench-") as place:
            for line in makers[name](Path(place)):
                print(", ".join(line), flush=True)


if __name__ == "__main__":
    main()
