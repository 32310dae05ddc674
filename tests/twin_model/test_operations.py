"""A project at work: samples to history and alarms, over restarts, clock jumps and edits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from twin_model.alarms.accounts import Actor, Role, SignInError
from twin_model.alarms.causes import dependencies
from twin_model.alarms.model import State
from twin_model.commands import AddEntities, AddRelations, Command, EditEntities, RemoveEntities
from twin_model.entity import Entity, Relation
from twin_model.errors import StoreError
from twin_model.frame import Frame
from twin_model.operations import Operations
from twin_model.rules.model import Applies, ExpressionRule, RateRule, StaleRule, ThresholdRule
from twin_model.rules.rule_set import RuleSet
from twin_model.samples import SampleBatch, SampleKeys
from twin_model.store.row_writer import Change
from twin_model.time import Instant, Interval
from twin_model.twin import Twin
from twin_model.view import TwinView

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


def test_only_edits_that_matter_bind_rules_anew(twin: Twin) -> None:
    changes: list[Change] = []
    twin.changed.connect(changes.append)
    by_rating = ThresholdRule(
        id="rated", applies=Applies(type="pump", where="rated > 1"), indicator="flow",
        operator=">", property="rated",
    )  # fmt: skip
    running_hot = ExpressionRule(
        id="hot", applies=Applies(type="pump"), condition="flow > 1 and heat > 1"
    )
    with start(twin, Clock()) as running:
        broken = ThresholdRule(
            id="broken", applies=Applies(type="pump", where="no_such > 1"), indicator="flow",
            operator=">", threshold=1,
        )  # fmt: skip
        running.save_rules(RuleSet(rules=(HIGH, by_rating, running_hot, broken)), LI)
        assert running.binding.problems, "one that cannot be bound is in nobody's way"

        def follows(command: Command) -> bool:
            twin.execute(command)
            return running.follow(changes[-1])

        pump = Entity("p4", "pump", "P-4", attributes={"rated": 5.0})
        assert follows(AddEntities([pump])), "a new pump is watched"
        sample(running, "p4", 20.0, 1)
        assert running.alarms.alarm("p4/high").state is State.UNACKNOWLEDGED
        assert running.alarms.alarm("p4/rated").state is State.UNACKNOWLEDGED
        assert not follows(AddEntities([Entity("shed", "shed", "Shed")])), "no rule is for it"
        pump = replace(pump, name="Pump 4")
        assert not follows(EditEntities([pump])), "a name is no limit"
        pump = replace(pump, attributes={"rated": 50.0})
        assert follows(EditEntities([pump])), "a limit is"
        sample(running, "p4", 20.0, 2)
        assert running.alarms.alarm("p4/rated").state is State.RETURNED
        pump = replace(pump, attributes={"rated": 0.5})
        assert follows(EditEntities([pump])), "it is not for those below 1"
        pump = replace(pump, attributes={"rated": 0.5, "heat": 3.0})
        assert follows(EditEntities([pump])), "a condition asks for it"
        assert not follows(AddRelations([Relation("r9", "feeds", "p4", "shed")]))
        assert ("p4", "shed") in dependencies(TwinView(twin), ["shed"])
        assert follows(RemoveEntities(["p4"]))
        assert not [a for a in running.alarms.alarms() if a.point.entity == "p4"]


def test_rules_go_on_with_what_they_remember_when_others_change(twin: Twin) -> None:
    changes: list[Change] = []
    twin.changed.connect(changes.append)
    rate = RateRule(id="fast", applies=Applies(entities=("p1",)), indicator="flow", operator=">",
                    per_s=5.0, over_s=1.0)  # fmt: skip
    both = ExpressionRule(id="both", applies=Applies(entities=("p1",)), condition="state = 'on'")
    with start(twin, Clock()) as running:
        running.save_rules(RuleSet(rules=(HIGH, rate)), LI)
        sample(running, "p1", 0.0, 1)
        keys = SampleKeys(["p1"], ["state"])
        zero = np.zeros(1, np.int32)
        running.hub.publish(SampleBatch(
            keys, zero, zero, np.array([START + SECOND]), np.array([np.nan]),
            np.zeros(1, np.uint8), np.array(["on"], object),
        ))  # fmt: skip
        twin.execute(AddEntities([Entity("p5", "pump", "P-5")]))
        assert running.follow(changes[-1])
        sample(running, "p1", 9.0, 2)
        assert running.alarms.alarm("p1/fast").state is State.UNACKNOWLEDGED
        # A condition that is new knows what came before, and may not come again for long.
        running.save_rules(RuleSet(rules=(HIGH, rate, both)), LI)
        running.watch.tick()
        assert running.alarms.alarm("p1/both").state is State.UNACKNOWLEDGED


def test_edits_are_followed_without_being_asked(twin: Twin) -> None:
    with Operations(twin) as running:
        running.save_rules(RuleSet(rules=(HIGH,)), LI)
        running.start_clock()
        twin.execute(AddEntities([Entity("p6", "pump", "P-6")]))
        deadline = time.monotonic() + 20
        while "p6/high" not in running.alarms.points:
            assert time.monotonic() < deadline
            time.sleep(0.02)


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
