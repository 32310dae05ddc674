"""2,000 transitions a second for ten minutes on 100,000 alarm points, with no window.

    uv run python tests/bench/live/sustained.py [--seconds 600] [--rate 2000] [--points 100000]

Half of them begin, half end, ten times a second, in the time of the clock, through hub, rules,
alarms and journal, while somebody lists all alarms twice a second. What was sent is counted against
what was told and what the journal has; printed are memory, how long until it was told, and the
processor that it took.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import psutil

from twin_model.alarms.changes import AlarmChange
from twin_model.alarms.model import EventKind
from twin_model.commands import AddEntities
from twin_model.entity import Entity
from twin_model.frame import Frame
from twin_model.operations import Operations, OperationsOptions
from twin_model.rules.rule_set import read_rules
from twin_model.samples import SampleBatch, SampleKeys
from twin_model.store.alarm_journal import ALARMS_FILE
from twin_model.time import Instant
from twin_model.twin import Twin

RULES = (
    '{"format": "shapan-rules", "version": 1, "rules": [{"id": "hot", "kind": "threshold",'
    ' "name": {"en": "Too hot"}, "applies": {"type": "building"}, "indicator": "heat",'
    ' "operator": ">", "threshold": 50, "priority": "high", "acknowledge": false}]}'
)
TURNS_A_SECOND = 10
#: Turns for which an alarm holds.
HELD = 50


class Sustained:
    """Publishes, and counts what comes of it.

    Parameters
    ----------
    operations : Operations
    points, rate : int
    """

    def __init__(self, operations: Operations, points: int, rate: int) -> None:
        self.operations = operations
        self.each = rate // (2 * TURNS_A_SECOND)
        self.points = points
        self.keys = SampleKeys([f"b{n}" for n in range(points)], ["heat"])
        self.sent = self.told = 0
        self.took_s: list[float] = []
        operations.alarms.changed.connect(self._note)

    def _note(self, change: AlarmChange) -> None:
        kinds = {EventKind.RAISED, EventKind.RETURNED}
        self.told += sum(event.kind in kinds for event in change.events)

    def turn(self, number: int) -> None:
        """Let some alarms begin and others end."""
        on = np.arange(number * self.each, (number + 1) * self.each) % self.points
        off = np.arange(max(0, number - HELD) * self.each, (number - HELD + 1) * self.each)
        entity = np.concatenate([on, off % self.points])
        value = np.concatenate([np.full(len(on), 90.0), np.full(len(off), 10.0)])
        began = time.perf_counter()
        now_us = Instant.now().us
        self.operations.hub.publish(SampleBatch.of(self.keys, entity, 0, now_us, value))
        self.took_s.append(time.perf_counter() - began)
        self.sent += len(entity)

    def run(self, seconds: float) -> None:
        """Publish at the rate, and print every minute."""
        process = psutil.Process()
        began, used = time.perf_counter(), process.cpu_times()
        for number in range(round(seconds * TURNS_A_SECOND)):
            due = began + number / TURNS_A_SECOND
            time.sleep(max(0.0, due - time.perf_counter()))
            self.turn(number)
            if number % (60 * TURNS_A_SECOND) == 0 or number == 20 * TURNS_A_SECOND:
                print(f"{number / TURNS_A_SECOND:.0f} s, {self.sent:,} sent,"
                      f" {process.memory_info().rss / 2**20:.0f} MB", flush=True)  # fmt: skip
        spent = process.cpu_times()
        wall = time.perf_counter() - began
        share = (spent.user + spent.system - used.user - used.system) / wall
        took = np.array(self.took_s) * 1e3
        print(f"{self.sent:,} transitions in {wall:.0f} s, {self.sent / wall:,.0f} a second;"
              f" until told: median {np.median(took):.0f} ms, p95 {np.quantile(took, 0.95):.0f} ms,"
              f" p99 {np.quantile(took, 0.99):.0f} ms, longest {took.max():.0f} ms;"
              f" {share:.0%} of a core, {process.memory_info().rss / 2**20:.0f} MB")  # fmt: skip


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--rate", type=int, default=2000)
    parser.add_argument("--points", type=int, default=100_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.shapan"
        with Twin.create(path, Frame("EPSG:32650", (500_000.0, 3_400_000.0, 0.0)), "A") as twin:
            names = range(arguments.points)
            twin.execute(AddEntities([Entity(f"b{n}", "building", f"B {n}") for n in names]))
            with Operations(twin, options=OperationsOptions(record=False)) as running:
                running.save_rules(read_rules(RULES), running.desk("bench").actor)
                running.start_clock()
                bench = Sustained(running, arguments.points, arguments.rate)
                stop = threading.Event()

                def look() -> None:
                    while not stop.wait(0.5):
                        running.alarms.alarms(now_us=running.hub.clock())

                looking = threading.Thread(target=look)
                looking.start()
                try:
                    bench.run(arguments.seconds)
                finally:
                    stop.set()
                    looking.join()
                kinds = f"('{EventKind.RAISED}', '{EventKind.RETURNED}')"
                written = running.journal.rows(f"SELECT count(*) FROM event WHERE kind IN {kinds}")
                assert not running.problems(), running.problems()
                assert bench.sent == bench.told == written[0][0], "none lost, none twice"
                began = time.perf_counter()
                assert running.journal.verify() == []
                size_mb = (path / ALARMS_FILE).stat().st_size / 2**20
                print(f"{written[0][0]:,} in the journal, {size_mb:.0f} MB, its chain read in"
                      f" {time.perf_counter() - began:.0f} s")  # fmt: skip


if __name__ == "__main__":
    main()
