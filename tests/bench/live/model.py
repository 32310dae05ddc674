"""Hub, history and alarms, each against the bare thing underneath.

    uv run python tests/bench/live/model.py [hub] [history] [chart] [alarms] [rules]

Prints ``name, ours, peer, ratio``. Wall time and, where it says so, the processor's: machines are
shared, and what another program takes is not ours.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from twin_model.alarms.causes import CauseGraph
from twin_model.alarms.changes import AlarmChange
from twin_model.alarms.engine import AlarmEngine
from twin_model.alarms.model import AlarmPoint, Condition
from twin_model.live.hub import Hub
from twin_model.rules.detectors import Rows, ThresholdDetector
from twin_model.samples import SampleBatch, SampleKeys
from twin_model.store.alarm_journal import AlarmJournal
from twin_model.store.sample_database import SampleDatabase, file_list
from twin_model.store.sample_history import SampleHistory
from twin_model.time import Instant, Interval

SECOND = 1_000_000
DAY_US = 86_400 * SECOND
START = 20_000 * DAY_US


def line(name: str, ours: float, peer: float, unit: str) -> None:
    """Print one result."""
    print(f"{name}, {ours:,.1f} {unit}, {peer:,.1f} {unit}, {ours / peer:.2f}", flush=True)


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Return how long work takes."""
    began = clock()
    work()
    return clock() - began


def hub(_folder: Path) -> None:
    """Samples a second in batches of 10,000, with last values, duplicates, lateness judged."""
    keys = SampleKeys([f"e{n}" for n in range(10_000)], [f"i{n}" for n in range(10)])
    chance = np.random.default_rng(1)
    size, count = 10_000, 300
    batches = [
        SampleBatch.of(
            keys, chance.integers(0, 10_000, size), chance.integers(0, 10, size),
            START + n * SECOND + np.sort(chance.integers(0, SECOND, size)),
            chance.normal(size=size),
        )
        for n in range(count)
    ]  # fmt: skip
    made = Hub(clock=lambda: START + DAY_US)
    received = [0]

    def receive(delivery: object) -> None:
        received[0] += len(delivery.series)  # type: ignore[attr-defined]

    made.attach("count", receive)
    ours = size * count / seconds(lambda: [made.publish(batch) for batch in batches])
    assert received[0] == size * count - made.counts().duplicates
    last = np.zeros(100_000)

    def bare() -> None:
        for batch in batches:
            last[batch.entity * 10 + batch.indicator] = batch.value

    line("hub, million samples a second (peer: bare assignment)", ours / 1e6,
         size * count / seconds(bare) / 1e6, "M/s")  # fmt: skip


def history(folder: Path) -> None:
    """Samples a second to disk, with sorting and fsync, sustained over 12 million."""
    keys = SampleKeys([f"e{n}" for n in range(2_000)], ["a", "b", "c", "d", "e"])
    chance = np.random.default_rng(2)
    size, count = 200_000, 60
    batches = [
        SampleBatch.of(
            keys, np.tile(np.repeat(np.arange(2_000), 5), 20), np.tile(np.arange(5), 40_000),
            START + n * SECOND + np.sort(chance.integers(0, SECOND, size)),
            chance.normal(size=size),
        )
        for n in range(count)
    ]  # fmt: skip
    made = SampleHistory(folder / "samples")

    def write() -> None:
        for batch in batches:
            made.writer.write(batch)
        made.writer.flush()

    ours = size * count / seconds(write)
    assert made.writer.written == size * count

    def bare() -> None:
        for n, batch in enumerate(batches):
            columns = dict(zip(("e", "i", "t", "v", "q"), batch.columns()))
            parquet.write_table(pa.table(columns), folder / f"{n}.parquet", compression="zstd")

    peer = size * count / seconds(bare)
    line("history, thousand samples a second (peer: bare Parquet)", ours / 1e3, peer / 1e3, "k/s")
    done = seconds(lambda: made.upkeep(Instant(START + 2 * DAY_US)))
    print(f"merging and summarising {size * count / 1e6:.0f} million samples: {done:.1f} s")


def chart(folder: Path) -> None:
    """A chart of 1,000 stretches over a year of one-second samples of one series."""
    made = SampleHistory(folder / "samples")
    keys = SampleKeys(["e"], ["flow"])
    at = np.arange(86_400)
    for day in range(365):
        value = np.sin(at / 8_000) + day * 0.01
        made.writer.write(SampleBatch.of(keys, 0, 0, START + day * DAY_US + at * SECOND, value))
        made.writer.flush()
    took = seconds(lambda: made.upkeep(Instant(START + 366 * DAY_US)))
    print(f"summarising a year: {took:.1f} s")
    year = Interval(Instant(START), Instant(START + 365 * DAY_US))
    first = seconds(lambda: made.chart("e", "flow", year))
    times = [seconds(lambda: made.chart("e", "flow", year)) for _ in range(9)]
    files = sorted((folder / "samples").glob("2*/*.parquet"))
    database = SampleDatabase(folder / "spill")
    step = 365 * DAY_US // 1000
    statement = (
        f"SELECT epoch_us(time) // {step} AS b, min(value), max(value), arg_min(time, value),"
        f" arg_max(time, value) FROM read_parquet({file_list(files)})"
        " WHERE entity = 'e' AND indicator = 'flow' GROUP BY b"
    )
    peer = min(seconds(lambda: database.query(statement)) for _ in range(2))
    found = made.chart("e", "flow", year)
    assert found.samples == 365 * 86_400
    line("chart over a year, median (peer: DuckDB over the samples)", np.median(times) * 1e3,
         peer * 1e3, "ms")  # fmt: skip
    print(f"the first time: {first * 1e3:.0f} ms; {len(found.time_us)} points")


def alarms(folder: Path) -> None:
    """100,000 alarm points in a tree: transitions a second, and a burst of 10,000."""
    points = [AlarmPoint(f"e{n}/r", f"e{n}", "x") for n in range(100_000)]
    graph = CauseGraph([(f"e{n // 10}", f"e{n}") for n in range(1, 100_000)])
    journal = AlarmJournal(folder / "alarms.sqlite")
    engine = AlarmEngine(points, journal=journal, graph=graph)
    steps = 100

    def run() -> None:
        for step in range(steps):
            at = (step + 1) * 100_000
            names = range(step * 200 % 100_000, step * 200 % 100_000 + 200)
            engine.apply([Condition(f"e{n}/r", step % 2 == 0, at) for n in names], at)
            engine.apply([Condition(f"e{n}/r", step % 2 == 1, at + 1) for n in names], at + 1)

    wall = seconds(run)
    rate = journal.last_sequence / wall
    bare = sqlite3.connect(folder / "bare.sqlite", isolation_level=None)
    bare.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE e(a,b,c,d)")

    def append() -> None:
        for _ in range(2 * steps):
            bare.execute("BEGIN")
            bare.executemany("INSERT INTO e VALUES (?,?,?,?)", [("e1/r", 1, "raised", 5)] * 150)
            bare.execute("COMMIT")

    peer = 2 * steps * 150 / seconds(append)
    line("alarms, thousand transitions a second (peer: bare SQLite)", rate / 1e3, peer / 1e3, "k/s")

    shown: list[float] = []
    began = time.perf_counter()

    def note(change: AlarmChange) -> None:
        shown.extend([time.perf_counter() - began] * len(change.events))

    engine.changed.connect(note)
    at = 10**9
    burst = [Condition(f"e{n}/r", True, at) for n in range(50_000, 60_000)]
    before = journal.last_sequence
    began = time.perf_counter()
    used = seconds(lambda: engine.apply(burst, at), time.process_time)
    assert journal.last_sequence - before >= 10_000, "none lost"
    print(
        f"a burst of 10,000: first shown {shown[0] * 1e3:.0f} ms, p95"
        f" {np.quantile(shown, 0.95) * 1e3:.0f} ms; {used * 1e3:.0f} ms of processor"
    )
    again = AlarmEngine(points, journal=journal, graph=graph)
    took = seconds(lambda: again.restore(journal.restored(600.0)))
    print(f"restored {len(again.alarms())} standing alarms in {took * 1e3:.0f} ms")
    assert journal.verify() == []


def rules(_folder: Path) -> None:
    """A threshold with deadband over 100,000 entities, in batches of 100,000."""
    detector = ThresholdDetector(">", np.full(100_000, 3.0), 0.5)
    chance = np.random.default_rng(3)
    row = np.arange(100_000, dtype=np.int32)
    parts = [Rows(row, np.full(100_000, n), chance.normal(size=100_000)) for n in range(50)]
    ours = 5e6 / seconds(lambda: [detector.feed(part) for part in parts])
    peer = 5e6 / seconds(lambda: [part.value > 3.0 for part in parts])
    line("threshold rule, million samples a second (peer: bare comparison)", ours / 1e6, peer / 1e6,
         "M/s")  # fmt: skip


BENCHES = {"hub": hub, "history": history, "chart": chart, "alarms": alarms, "rules": rules}


def main() -> None:
    """Run what is named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []])
    for name in parser.parse_args().names or BENCHES:
        with tempfile.TemporaryDirectory() as folder:
            BENCHES[name](Path(folder))


if __name__ == "__main__":
    main()
