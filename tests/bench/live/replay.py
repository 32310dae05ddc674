"""Incident replay of a demo city's flood: how long a step stops the window.

    shapan demo --size small --dir demo.shapan
    xvfb-run -a -s "-screen 0 1920x1080x24" uv run python tests/bench/live/replay.py demo.shapan

Works on a copy, whose devices measure a calm, an upset and a flood in the past. Goes from event to
event and prints, as wall time less what the thread waited for a processor: the step itself, the
longest turn until the list of its instant is there in which the scene is not drawn, and frames.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication
from window import _queued_s

from app.alarms.replay import IncidentReplay
from app.composition import build_window, make_application
from app.settings import Settings
from app.viewport import Viewport
from app.window import MainWindow
from plugins.builtin.demo_city.devices import phase_at, readings
from twin_model.operations import Operations
from twin_model.query import EntityQuery
from twin_model.samples import SampleBatch
from twin_model.time import Instant

_TYPES = ("pump", "crane", "road", "water", "transformer", "substation", "gauge")
_LENGTH_S = 760
_STEPS = 25


def _clock_s() -> float:
    """Return wall time less what this thread waited for a processor, in seconds."""
    return time.perf_counter() - _queued_s()


class Bench:
    """A window on a demo city.

    Parameters
    ----------
    demo, folder : Path
    """

    def __init__(self, demo: Path, folder: Path) -> None:
        project = folder / "demo.shapan"
        shutil.copytree(demo, project)
        shutil.rmtree(project / "plugins" / "shapan.demo_city", ignore_errors=True)
        self.frames: list[float] = []
        self._measure_frames()
        self.app: QApplication = make_application()
        self.window: MainWindow = build_window(
            None, settings=Settings(folder / "s.ini"), dark=False, language="en"
        )
        self.window.setGeometry(0, 0, 1920, 1080)
        self.window.show()
        self.wait(lambda: self.window.complete)
        self.window.open_project(project)
        self.wait(lambda: self.window.viewport.complete)
        session = self.window.live.session
        session.begin()
        self.wait(lambda: session.operations is not None)
        assert session.operations is not None
        self.operations: Operations = session.operations
        self.window.docks.show("alarms")

    def _measure_frames(self) -> None:
        paint, frames = Viewport.paintGL, self.frames

        def measured(viewport: Viewport) -> None:
            began = _clock_s()
            paint(viewport)
            frames.append(_clock_s() - began)

        Viewport.paintGL = measured  # type: ignore[method-assign]

    def wait(self, until: Callable[[], bool], seconds: float = 90.0) -> None:
        """Let the window work until something is so."""
        end = time.monotonic() + seconds
        while not until():
            self.app.processEvents()
            time.sleep(0.002)
            assert time.monotonic() < end, "too late"

    def publish(self) -> None:
        """Have the devices measure what came in the last minutes."""
        twin, hub = self.window.session.required, self.operations.hub
        things = {}
        for kind in _TYPES:
            found = list(twin.entities(EntityQuery(type=kind, order_by="id", limit=400)))
            things[kind] = ([e for e in found if e.attributes.get("live")] or found)[:40]
        start_s = time.time() - _LENGTH_S
        for second in range(_LENGTH_S):
            now_s = start_s + second
            rows = [
                (thing.id, name, Instant(round(now_s * 1e6)), value)
                for kind, listed in things.items()
                for number, thing in enumerate(listed)
                for name, value in readings(kind, number, now_s, *phase_at(second)).items()
            ]
            hub.publish(SampleBatch.from_rows(rows))
            if second % 10 == 0:
                self.app.processEvents()

    def replay(self) -> None:
        """Go from event to event."""
        panel = self.window.live.alarms
        alarms = [one for one in self.operations.alarms.alarms() if one.status.raised_us]
        explains = self.operations.alarms.consequences
        alarm = max(alarms, key=lambda one: len(explains(one.point.id)))
        self.window.live.replay_incident(alarm)
        replay = self.window.live.replay
        assert replay is not None
        self.wait(lambda: replay.incident is not None)
        self.settle()
        assert replay.incident is not None
        print(f"{len(replay.incident.events)} events, {len(alarms)} alarms")
        steps: list[float] = []
        turns: list[float] = []
        listed: list[float] = []
        self.frames.clear()
        for _ in range(_STEPS):
            before = replay.instant
            began_s, began = time.perf_counter(), _clock_s()
            replay.step(1)
            steps.append(_clock_s() - began)
            if replay.instant == before:
                break
            turns.append(self._longest_turn(replay, began_s, listed))
            self.settle()
        self._print("step", steps)
        self._print("longest other turn until listed in which no frame is drawn", turns)
        self._print("frame", self.frames)
        self._print("until listed", listed)
        print(f"alarms listed at the end: {len(panel.model.rows)}")

    def _longest_turn(self, replay: IncidentReplay, began_s: float, listed: list[float]) -> float:
        picture = self.window.live.alarms.model
        longest, end = 0.0, time.monotonic() + 10
        while picture.picture.now_us != replay.instant.us and time.monotonic() < end:
            drawn, began = len(self.frames), _clock_s()
            self.app.processEvents()
            if len(self.frames) == drawn:
                longest = max(longest, _clock_s() - began)
            time.sleep(0.001)
        listed.append(time.perf_counter() - began_s)
        return longest

    def settle(self) -> None:
        """Let the window work until nothing is to be drawn for a while."""
        end = time.monotonic() + 3
        count, since = len(self.frames), time.monotonic()
        while time.monotonic() < min(end, since + 0.2):
            self.app.processEvents()
            time.sleep(0.002)
            if len(self.frames) != count:
                count, since = len(self.frames), time.monotonic()

    @staticmethod
    def _print(name: str, seconds: list[float]) -> None:
        found = np.array(seconds) * 1e3
        over = int((found > 50).sum())
        print(f"{name}: {len(found)}; median {np.median(found):.0f} ms, p95"
              f" {np.quantile(found, 0.95):.0f} ms, longest {found.max():.0f} ms; over 50: {over}",
              flush=True)  # fmt: skip


def main() -> None:
    """Run it on the demo city that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("demo", type=Path)
    wanted = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="shapan-bench-"))
    bench = Bench(wanted.demo, folder)
    try:
        bench.publish()
        bench.replay()
    finally:
        bench.window.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
