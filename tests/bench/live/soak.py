"""A day of one-second samples through hub, rules, alarms and history, as fast as it goes.

    uv run python tests/bench/live/soak.py [--hours 24] [--series 100]

Prints memory every hour of recorded time: it must not grow once the first day's buffers are made.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil

from twin_model.commands import AddEntities
from twin_model.entity import Entity, Relation
from twin_model.frame import Frame
from twin_model.live.replay import FASTEST, Replay
from twin_model.operations import Operations
from twin_model.rules.model import (
    AnomalyRule,
    Applies,
    DeviationRule,
    ExpressionRule,
    StaleRule,
    ThresholdRule,
)
from twin_model.rules.rule_set import RuleSet
from twin_model.samples import SampleBatch, SampleKeys
from twin_model.store.alarm_journal import ALARMS_FILE, AlarmJournal
from twin_model.time import Instant, Interval
from twin_model.twin import Twin

SECOND = 1_000_000
START = 20_000 * 86_400 * SECOND
PUMPS = Applies(type="pump")
RULES = RuleSet(
    rules=(
        ThresholdRule(id="high", applies=PUMPS, indicator="flow", operator=">", threshold=3.5),
        DeviationRule(id="odd", applies=PUMPS, indicator="flow", limit=4, window_s=600),
        AnomalyRule(id="strange", applies=PUMPS, indicator="flow", window_s=6 * 3600, limit=3),
        StaleRule(id="mute", applies=PUMPS, indicator="flow", after_s=60),
        ExpressionRule(id="both", applies=PUMPS, condition="flow > 2.5 and any(feeds, flow > 2.5)"),
    )
)


def minutes(keys: SampleKeys, period: Interval) -> Iterator[SampleBatch]:
    """Noise, a minute at a time."""
    count = len(keys.entities)
    chance = np.random.default_rng(1)
    entity = np.tile(np.arange(count), 60)
    for at in range(period.start.us, period.end.us, 60 * SECOND):
        time_us = at + np.repeat(np.arange(60), count) * SECOND
        yield SampleBatch.of(keys, entity, 0, time_us, chance.normal(size=60 * count))


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--series", type=int, default=100)
    arguments = parser.parse_args()
    names = [f"p{n}" for n in range(arguments.series)]
    process = psutil.Process()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "soak.shapan"
        with Twin.create(path, Frame("EPSG:4549", (500_000.0, 3_350_000.0, 0.0))) as twin:
            pumps = [Entity(name, "pump", name) for name in names]
            feeds = [Relation(f"r{a}", "feeds", a, b) for a, b in itertools.pairwise(names)]
            twin.execute(AddEntities(pumps, feeds))
            with Operations(twin) as running:
                actor = running.desk("soak").actor
                running.save_rules(RULES, actor)
                keys = SampleKeys(names, ["flow"])
                began = time.monotonic()
                for hour in range(arguments.hours):
                    start = START + hour * 3600 * SECOND
                    period = Interval(Instant(start), Instant(start + 3600 * SECOND))
                    replay = Replay(
                        running.hub, period, lambda p: minutes(keys, p), FASTEST, running.watch.tick
                    )
                    replay.run()
                    running.upkeep()
                    print(
                        f"hour {hour + 1}, {process.memory_info().rss / 2**20:.0f} MB,"
                        f" {running.hub.counts().received:,} samples,"
                        f" {running.journal.last_sequence:,} events,"
                        f" {time.monotonic() - began:.0f} s",
                        flush=True,
                    )
                assert not running.problems(), running.problems()
                written = running.hub.counts().received
            assert running.history.writer.written == written, "every sample is in the history"
        journal = AlarmJournal(path / ALARMS_FILE, read_only=True)
        assert journal.verify() == []
        journal.close()


if __name__ == "__main__":
    main()
