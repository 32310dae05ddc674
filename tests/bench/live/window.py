"""Alarms and values in the real window: how long a turn takes, and until what came is seen.

    xvfb-run -a uv run python tests/bench/live/window.py [burst] [panels]

``burst``: 10,000 alarms at one instant, of things whose values came before; how long until the list
is painted with them, and how long the GUI thread is away then and while 10,000 stand. What an fsync
takes on the same disk is printed beside: alarms are told once they are on disk. ``panels``: 10,000
samples a second with ten panels open, and how long until the Live tab shows a value. Wall time and
the GUI thread's own processor time: machines are shared, and what another program takes is not
ours.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.alarms.arranging import Grouping
from app.composition import build_window, make_application
from app.settings import Settings
from app.window import MainWindow
from twin_model.commands import AddEntities
from twin_model.entity import Entity
from twin_model.frame import Frame
from twin_model.operations import Operations
from twin_model.rules.rule_set import read_rules
from twin_model.samples import SampleBatch, SampleKeys
from twin_model.time import Instant
from twin_model.twin import Twin

COUNT = 10_000
_LIVE = 5
RULES = (
    '{"format": "shapan-rules", "version": 1, "rules": [{"id": "hot", "kind": "threshold",'
    ' "name": {"en": "Too hot"}, "applies": {"type": "building"}, "indicator": "heat",'
    ' "operator": ">", "threshold": 50, "priority": "high"}]}'
)


def _fsync_ms(folder: Path) -> float:
    """Return the median of what it takes until 4 kB are on disk."""
    took = []
    with (folder / "fsync.tmp").open("wb") as stream:
        for _ in range(9):
            began = time.perf_counter()
            stream.write(bytes(4096))
            stream.flush()
            os.fsync(stream.fileno())
            took.append(time.perf_counter() - began)
    return float(np.median(took)) * 1e3


def _queued_s() -> float:
    """Return how long this thread has waited for a processor so far; 0 where nobody says."""
    try:
        told = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat").read_text("ascii")
    except OSError:
        return 0.0
    return int(told.split()[1]) / 1e9


class _Eyes(QObject):
    """Calls something whenever a widget has been painted."""

    def __init__(self, widget: QWidget, seen: Callable[[], None]) -> None:
        super().__init__(widget)
        self._widget, self._seen = widget, seen
        widget.installEventFilter(self)

    def close(self) -> None:
        """See no more."""
        self._widget.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self._seen)  # after it
        return False


class Bench:
    """A window on a project of 10,000 buildings.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        project = folder / "a.shapan"
        with Twin.create(project, Frame("EPSG:32650", (500_000.0, 3_400_000.0, 0.0)), "A") as twin:
            # No places: what is measured is the panels, not a scene on a software renderer.
            twin.execute(AddEntities([Entity(f"b{n}", "building", f"B {n}") for n in range(COUNT)]))
        self.app: QApplication = make_application()
        self.window: MainWindow = build_window(
            None, settings=Settings(folder / "s.ini"), dark=False, language="en"
        )
        self.window.setGeometry(0, 0, 1600, 950)
        self.window.show()
        self.wait(lambda: self.window.complete)
        self.window.open_project(project)
        self.pause(3.0)
        session = self.window.live.session
        session.begin()
        self.wait(lambda: session.operations is not None)
        assert session.operations is not None
        self.operations: Operations = session.operations
        self.operations.save_rules(read_rules(RULES), self.operations.desk("bench").actor)
        self.window.docks.show("alarms")
        self.pause(2.0)
        self.keys = SampleKeys([f"b{n}" for n in range(COUNT)], ["heat"])

    def wait(self, until: Callable[[], bool], seconds: float = 60.0) -> None:
        """Let the window work until something is so."""
        end = time.monotonic() + seconds
        while not until():
            self.app.processEvents()
            time.sleep(0.002)
            assert time.monotonic() < end, "too late"

    def pause(self, seconds: float) -> None:
        """Let the window work for a while."""
        end = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > end, seconds + 60)

    def turns(self, name: str, until: Callable[[], bool]) -> None:
        """Print how long turns of the event loop take until something is so."""
        wall, used, queued = [], [], []
        end = time.monotonic() + 60
        while not until() and time.monotonic() < end:
            waited = _queued_s()
            began, mine = time.perf_counter(), time.thread_time()
            self.app.processEvents()
            used.append(time.thread_time() - mine)
            wall.append(time.perf_counter() - began)
            queued.append(_queued_s() - waited)
            time.sleep(0.001)
        over = sum(one > 0.05 for one in used)
        print(
            f"{name}: {len(wall)} turns; longest {max(wall) * 1e3:.0f} ms"
            f" ({queued[wall.index(max(wall))] * 1e3:.0f} ms of it for a processor to be free),"
            f" {max(used) * 1e3:.0f} ms of processor; p99 {np.quantile(wall, 0.99) * 1e3:.0f} ms,"
            f" {np.quantile(used, 0.99) * 1e3:.0f} ms; over 50 ms of processor: {over}", flush=True,
        )  # fmt: skip


def burst(bench: Bench) -> None:
    """10,000 alarms at once, then turns while they stand."""
    panel, operations = bench.window.live.alarms, bench.operations
    listed: list[tuple[float, int]] = []
    now_us = Instant.now().us
    operations.hub.publish(SampleBatch.of(bench.keys, range(COUNT), 0, now_us - 10**6, 10.0))
    bench.pause(4.0)
    print(f"an fsync of 4 kB: {_fsync_ms(operations.twin.path):.1f} ms")
    now_us = Instant.now().us
    batch = SampleBatch.of(bench.keys, range(COUNT), 0, now_us, 90.0)
    thread = threading.Thread(target=lambda: operations.hub.publish(batch))
    before, began = time.process_time(), time.perf_counter()
    thread.start()

    def painted(count: int) -> None:
        if not listed or listed[-1][1] != count:
            listed.append((time.perf_counter() - began, count))

    eyes = _Eyes(panel.table.viewport(), lambda: painted(len(panel.model.rows)))
    bench.turns("burst of 10,000", lambda: bool(listed) and listed[-1][1] >= COUNT)
    eyes.close()
    used = time.process_time() - before
    thread.join()
    assert len(panel.model.rows) == COUNT, "none lost"
    first = next(at for at, count in listed if count)
    p95 = next(at for at, count in listed if count >= 0.95 * COUNT)
    print(f"sample to pixel: first {first * 1e3:.0f} ms, p95 {p95 * 1e3:.0f} ms,"
          f" {used * 1e3:.0f} ms of processor in all threads")  # fmt: skip

    def for_seconds(seconds: float) -> Callable[[], bool]:
        end = time.monotonic() + seconds
        return lambda: time.monotonic() > end

    bench.turns("10,000 stand", for_seconds(4))
    panel.table.selectRow(3)

    def change() -> None:
        for n in range(60):
            at_us = now_us + (n + 1) * 1_000_000
            operations.hub.publish(SampleBatch.of(bench.keys, [n * 7], 0, at_us, 10.0))
            time.sleep(0.05)

    changing = threading.Thread(target=change)
    changing.start()
    bench.turns("10,000 stand, 20 changes a second, one selected", lambda: not changing.is_alive())
    for grouping in (Grouping.PRIORITY, Grouping.PLACE, Grouping.CAUSE):
        panel.grouping.setCurrentIndex(list(Grouping).index(grouping))
        bench.turns(f"grouped by {grouping}", for_seconds(1.5))
    panel.filter.setText("B 77")
    bench.turns("filtered", for_seconds(1.5))
    panel.filter.setText("")


def panels(bench: Bench) -> None:
    """10,000 samples a second with ten panels open: until the Live tab shows a value."""
    window, operations = bench.window, bench.operations
    for name in ("alarms", "rules", "connections", "charts", "jobs", "console", "entities",
                 "relations", "layers", "entity"):  # fmt: skip
        window.docks.show(name)
    window.live.chart("b0", "heat")
    window.interaction.select(window.session.required.entity("b0"))
    window.entity_panel.tabs.set_current(_LIVE)
    bench.pause(3.0)
    stop = threading.Event()
    sent: list[tuple[int, float]] = []

    def publish() -> None:
        number, began = 0, time.perf_counter()
        while not stop.is_set():
            number += 1
            sent.append((number, time.perf_counter()))
            values = np.full(500, float(number))
            now_us = Instant.now().us
            operations.hub.publish(SampleBatch.of(bench.keys, np.arange(500), 0, now_us, values))
            time.sleep(max(0.0, began + number * 0.05 - time.perf_counter()))

    shown: list[tuple[int, float]] = []
    end = time.monotonic() + 20

    def look() -> bool:
        text = next((field.value for field in window.entity_panel.fields.fields
                     if field.target == "chart:heat"), None)  # fmt: skip
        number = int(text.replace(",", "")) if text and text[0].isdigit() else 0
        if not shown or number > shown[-1][0]:
            shown.append((number, time.perf_counter()))
        return time.monotonic() > end

    thread = threading.Thread(target=publish)
    thread.start()
    bench.turns("ten panels", look)
    stop.set()
    thread.join()
    # Until a value, or a later one of its series, is shown.
    waits = [next((at for n, at in shown if n >= number), None) for number, _ in sent]
    took = [at - sent_s for at, (_, sent_s) in zip(waits, sent) if at is not None]
    rate, middle, p95 = len(sent) * 500 / 20, np.median(took), np.quantile(took, 0.95)
    print(f"{rate:,.0f} samples/s; sample to panel: median {middle * 1e3:.0f} ms,"
          f" p95 {p95 * 1e3:.0f} ms")  # fmt: skip


def main() -> None:
    """Run what is named, else everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", nargs="*", default=["burst", "panels"])
    wanted = parser.parse_args().which
    folder = Path(tempfile.mkdtemp(prefix="shapan-bench-"))
    bench = Bench(folder)
    try:
        for name in wanted:
            {"burst": burst, "panels": panels}[name](bench)
    finally:
        bench.window.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
