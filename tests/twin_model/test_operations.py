"""A project at work: samples to history and alarms, over restarts, clock jumps and edits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from twin_model.alarms.accounts import Actor, Role, SignInError
from twin_model.alarms.model import State
from twin_model.commands import AddEntities, RemoveEntities
from twin_model.entity import Entity, Relation
from twin_model.errors import StoreError
from twin_model.frame import Frame
from twin_model.operations import Operations
from twin_model.rules.model import Applies, StaleRule, ThresholdRule
from twin_model.rules.rule_set import RuleSet
from twin_model.samples import SampleBatch
from twin_model.time import Instant, Interval
from twin_model.twin import Twin

SECOND = 1_000_000
START = Instant.parse("2026-03-02T08:00:00Z").us
LI = Actor("Li", Role.ENGINEER)
HIGH = ThresholdRule(
    id="high", applies=Applies(type="pump"), indicator="flow", operator=">", threshold=10,
    escalate_after_s=600,
)  # fmt: skip


class Clock:
    """Our time, moved by hand."""

    us = START

    def __call__(self) -> int:
        return self.us


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    with Twin.create(tmp_path / "a.shapan", Frame("EPSG:4549", (500_000.0, 3_350_000.0, 0.0))) as t:
        t.execute(
            AddEntities(
                [Entity("p1", "pump", "P-1"), Entity("p2", "pump", "P-2")],
                [Relation("r", "feeds", "p1", "p2")],
            )
        )
        yield t


def start(twin: Twin, clock: Clock) -> Operations:
    made = Operations(twin)
    made.hub.clock = clock
    return made


def sample(operations: Operations, entity: str, value: float, at_s: float) -> None:
    operations.hub.clock.us = START + int(at_s * SECOND)  # type: ignore[attr-defined]
    operations.hub.publish(
        SampleBatch.from_rows([(entity, "flow", START + int(at_s * SECOND), value)])
    )


def test_alarms_history_and_rules_are_there_again_after_a_restart(twin: Twin) -> None:
    clock = Clock()
    with start(twin, clock) as first:
        assert first.save_rules(RuleSet(rules=(HIGH,)), LI, "start") == 1
        sample(first, "p1", 20.0, 1)
        sample(first, "p2", 20.0, 2)
        first.desk("Li").shelve(["p2/high"], "known", 3600)
    with start(twin, clock) as second:
        assert second.alarms.alarm("p1/high").state is State.UNACKNOWLEDGED
        assert second.alarms.alarm("p2/high").state is State.SHELVED
        sample(second, "p1", 20.0, 1)  # delivered again
        clock.us = START + 700 * SECOND
        second.watch.tick()
        assert second.alarms.alarm("p1/high").status.priority == "high", "escalated"
        assert second.journal.verify() == []
    with start(twin, clock) as third:
        minute = Interval(Instant(START), Instant(START + 60 * SECOND))
        assert third.history.read(minute).value.tolist() == [20.0, 20.0, 20.0]
        third.history.upkeep(Instant(START + 2 * 86_400 * SECOND))
        assert len(third.history.read(minute)) == 2, "what came twice is there once"


def test_what_is_over_when_the_program_or_the_rules_begin_anew_ends(twin: Twin) -> None:
    clock = Clock()
    with start(twin, clock) as first:
        first.save_rules(RuleSet(rules=(HIGH,)), LI)
        sample(first, "p1", 20.0, 1)
        sample(first, "p2", 20.0, 1)
    with start(twin, clock) as second:
        sample(second, "p1", 1.0, 2)
        assert second.alarms.alarm("p1/high").state is State.RETURNED
        assert second.alarms.alarm("p2/high").state is State.UNACKNOWLEDGED
        second.save_rules(RuleSet(rules=(HIGH,)), LI, "the same again")
        sample(second, "p2", 1.0, 3)
        assert second.alarms.alarm("p2/high").state is State.RETURNED


def test_a_clock_that_jumps_back_and_forth_loses_no_alarm(twin: Twin) -> None:
    clock = Clock()
    with start(twin, clock) as running:
        running.save_rules(RuleSet(rules=(HIGH,)), LI)
        sample(running, "p1", 20.0, 100)
        clock.us = START - 86_400 * SECOND  # our clock is put back by a day
        running.watch.tick()
        assert running.alarms.alarm("p1/high").state is State.UNACKNOWLEDGED
        sample(running, "p1", 5.0, 101)
        assert running.alarms.alarm("p1/high").state is State.RETURNED
        clock.us = START + 30 * 86_400 * SECOND  # and then ahead by a month
        running.watch.tick()
        sample(running, "p1", 20.0, 102)
        assert running.alarms.alarm("p1/high").state is State.UNACKNOWLEDGED
        assert running.journal.verify() == []


def test_edits_of_the_twin_are_followed(twin: Twin) -> None:
    clock = Clock()
    with start(twin, clock) as running:
        running.save_rules(RuleSet(rules=(HIGH,)), LI)
        twin.execute(AddEntities([Entity("p3", "pump", "P-3")]))
        running.rebind()
        sample(running, "p3", 20.0, 1)
        assert running.alarms.alarm("p3/high").state is State.UNACKNOWLEDGED
        twin.execute(RemoveEntities(["p3"]))
        running.rebind()
        assert running.alarms.alarms() == []


def test_the_clock_runs_by_itself(twin: Twin) -> None:
    rule = StaleRule(id="mute", applies=Applies(entities=("p1",)), indicator="flow", after_s=0.5)
    with Operations(twin) as running:
        running.save_rules(RuleSet(rules=(rule,)), LI)
        running.start_clock()
        deadline = time.monotonic() + 20
        while not running.alarms.alarms():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert running.problems() == []


def test_where_sign_in_is_demanded_nobody_acts_without(twin: Twin) -> None:
    with start(twin, Clock()) as running:
        running.save_rules(RuleSet(rules=(HIGH,)), running.desk("anybody").actor)
        running.accounts.put("Chen", Role.ADMINISTRATOR, "a long password")
        running.accounts.put("Li", Role.OPERATOR, "another password")
        running.accounts.demand(True)
        with pytest.raises(SignInError, match="demands sign-in"):
            running.desk("anybody")
        li = running.desk("Li", "another password")
        with pytest.raises(SignInError, match="may not change rules"):
            running.save_rules(RuleSet(), li.actor)
        chen = running.desk("Chen", "a long password").actor
        assert running.save_rules(RuleSet(), chen) == 2


def test_a_twin_that_is_only_read_is_not_run(twin: Twin) -> None:
    with Twin.open(twin.path, read_only=True) as reader, pytest.raises(StoreError, match="read-"):
        Operations(reader)
