"""The alarm state machine: named sequences, and any sequence at all."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from twin_model.alarms.accounts import Actor, Role, SignInError
from twin_model.alarms.desk import AlarmDesk
from twin_model.alarms.engine import AlarmEngine
from twin_model.alarms.machine import AlarmError
from twin_model.alarms.model import (
    AlarmEvent,
    AlarmOptions,
    AlarmPoint,
    Condition,
    EventKind,
    State,
)
from twin_model.schema.types import Severity

SECOND = 1_000_000
POINT = AlarmPoint("p1/low", "p1", "Pressure low", Severity.MEDIUM)


class Plant:
    """An engine with one alarm, or more, and a clock in seconds."""

    def __init__(self, *points: AlarmPoint, options: AlarmOptions | None = None) -> None:
        self.now_s = 0.0
        self.engine = AlarmEngine(points or (POINT,), options=options)
        self.events: list[AlarmEvent] = []
        self.engine.changed.connect(lambda change: self.events.extend(change.events))
        self.desk = self.as_(Role.ENGINEER)

    def as_(self, role: Role) -> AlarmDesk:
        return AlarmDesk(self.engine, Actor(f"{role} Li", role), lambda: self.us)

    @property
    def us(self) -> int:
        return int(self.now_s * SECOND)

    def condition(self, active: bool, value: float = math.nan, point: str = POINT.id) -> None:
        self.engine.apply([Condition(point, active, self.us, value)], self.us)

    def on(self, at_s: float, point: str = POINT.id) -> State:
        self.now_s = at_s
        self.condition(True, 1.0, point)
        return self.state(point)

    def off(self, at_s: float, point: str = POINT.id) -> State:
        self.now_s = at_s
        self.condition(False, 2.0, point)
        return self.state(point)

    def wait(self, until_s: float) -> State:
        self.now_s = until_s
        self.engine.advance(self.us)
        return self.state()

    def state(self, point: str = POINT.id) -> State:
        return self.engine.alarm(point).state

    def kinds(self) -> list[str]:
        return [str(event.kind) for event in self.events]


# -- raise, acknowledge, return ------------------------------------------------------------


def test_raised_acknowledged_returned_is_normal_again() -> None:
    plant = Plant()
    assert plant.state() is State.NORMAL
    assert plant.on(1) is State.UNACKNOWLEDGED
    plant.desk.acknowledge([POINT.id])
    assert plant.state() is State.ACKNOWLEDGED
    assert plant.off(2) is State.NORMAL
    assert plant.kinds() == ["raised", "acknowledged", "returned"]


def test_returned_before_it_was_acknowledged_waits_for_that() -> None:
    plant = Plant()
    plant.on(1)
    assert plant.off(2) is State.RETURNED
    plant.desk.acknowledge([POINT.id])
    assert plant.state() is State.NORMAL


def test_raised_again_while_returned_is_a_new_occurrence() -> None:
    plant = Plant()
    plant.on(1)
    plant.off(2)
    assert plant.on(3) is State.UNACKNOWLEDGED
    assert plant.engine.alarm(POINT.id).status.occurrence == 2


def test_raised_again_after_it_was_acknowledged_is_unacknowledged() -> None:
    plant = Plant()
    plant.on(1)
    plant.desk.acknowledge([POINT.id])
    plant.off(2)
    assert plant.on(3) is State.UNACKNOWLEDGED


def test_acknowledging_twice_is_refused_and_changes_nothing() -> None:
    plant = Plant()
    plant.on(1)
    plant.desk.acknowledge([POINT.id])
    outcome = plant.desk.acknowledge([POINT.id])
    assert [type(error) for error in outcome.refused] == [AlarmError] and not outcome.events
    assert plant.kinds() == ["raised", "acknowledged"]


def test_a_notice_needs_nobody_to_acknowledge_it() -> None:
    plant = Plant(replace(POINT, acknowledge=False))
    assert plant.on(1) is State.ACKNOWLEDGED
    assert plant.off(2) is State.NORMAL


def test_one_refusal_keeps_the_others_from_nothing() -> None:
    other = replace(POINT, id="p2/low", entity="p2")
    plant = Plant(POINT, other)
    plant.on(1)
    plant.on(2, other.id)
    outcome = plant.desk.acknowledge([POINT.id, "nowhere", other.id])
    assert len(outcome.refused) == 1 and len(outcome.events) == 2
    assert plant.state(other.id) is State.ACKNOWLEDGED


# -- latching ------------------------------------------------------------------------------


def test_a_latched_alarm_stays_until_it_is_acknowledged_and_reset() -> None:
    plant = Plant(replace(POINT, latching=True))
    plant.on(1)
    assert plant.off(2) is State.LATCHED
    assert plant.desk.reset([POINT.id]).refused, "acknowledge first"
    plant.desk.acknowledge([POINT.id])
    assert plant.state() is State.LATCHED
    plant.desk.reset([POINT.id])
    assert plant.state() is State.NORMAL


def test_a_latched_alarm_cannot_be_reset_while_its_condition_holds() -> None:
    plant = Plant(replace(POINT, latching=True))
    plant.on(1)
    plant.desk.acknowledge([POINT.id])
    assert plant.desk.reset([POINT.id]).refused
    assert plant.state() is State.ACKNOWLEDGED


def test_a_latched_alarm_whose_condition_comes_back_is_raised_again() -> None:
    plant = Plant(replace(POINT, latching=True))
    plant.on(1)
    plant.off(2)
    plant.desk.acknowledge([POINT.id])
    assert plant.on(3) is State.UNACKNOWLEDGED


# -- delays --------------------------------------------------------------------------------


def test_a_condition_shorter_than_the_on_delay_raises_nothing() -> None:
    plant = Plant(replace(POINT, on_delay_s=10))
    assert plant.on(0) is State.NORMAL
    plant.off(9)
    assert plant.wait(60) is State.NORMAL and plant.kinds() == []


def test_an_alarm_follows_the_on_delay_at_its_exact_time() -> None:
    plant = Plant(replace(POINT, on_delay_s=10))
    plant.on(0)
    assert plant.wait(9.9) is State.NORMAL
    assert plant.wait(30) is State.UNACKNOWLEDGED
    assert plant.events[0].at_us == 10 * SECOND


def test_a_condition_that_is_back_within_the_off_delay_does_not_return() -> None:
    plant = Plant(replace(POINT, off_delay_s=10))
    plant.on(0)
    plant.off(5)
    plant.on(9)
    assert plant.wait(60) is State.UNACKNOWLEDGED
    plant.off(70)
    assert plant.wait(80) is State.RETURNED
    assert plant.kinds() == ["raised", "returned"]


def test_a_delay_starts_anew_with_each_new_condition() -> None:
    plant = Plant(replace(POINT, on_delay_s=10))
    plant.on(0)
    plant.off(8)
    plant.on(9)
    assert plant.wait(12) is State.NORMAL
    assert plant.wait(19) is State.UNACKNOWLEDGED


def test_conditions_delivered_again_change_nothing() -> None:
    plant = Plant()
    given = [Condition(POINT.id, n % 2 == 0, n * SECOND) for n in range(6)]
    plant.engine.apply(given, 10 * SECOND)
    before = plant.kinds()
    plant.engine.apply(given, 10 * SECOND)
    assert plant.kinds() == before == ["raised", "returned"] * 3


# -- shelving ------------------------------------------------------------------------------


def test_a_shelved_alarm_is_silent_and_comes_back_when_its_time_is_over() -> None:
    plant = Plant()
    plant.on(1)
    plant.desk.shelve([POINT.id], "sensor is being cleaned", 3600)
    assert plant.state() is State.SHELVED
    plant.off(10)
    plant.on(20)
    assert plant.state() is State.SHELVED
    assert plant.wait(3602) is State.UNACKNOWLEDGED
    assert plant.kinds() == ["raised", "shelved", "hidden-off", "hidden-on", "shelf-expiring",
                             "unshelved", "raised"]  # fmt: skip


def test_the_end_of_a_shelf_is_announced_before() -> None:
    plant = Plant(options=AlarmOptions(shelf_warning_s=300))
    plant.on(0)
    plant.desk.shelve([POINT.id], "repair", 3600)
    plant.wait(3299)
    assert "shelf-expiring" not in plant.kinds()
    plant.wait(3300)
    assert plant.kinds()[-1] == "shelf-expiring"


def test_a_shelf_can_be_prolonged_when_its_end_was_announced() -> None:
    plant = Plant()
    plant.on(0)
    plant.desk.shelve([POINT.id], "repair", 3600)
    plant.wait(3400)
    plant.desk.shelve([POINT.id], "takes longer", 3600)
    assert plant.wait(3700) is State.SHELVED
    assert plant.wait(7001) is State.UNACKNOWLEDGED


def test_a_one_shot_shelf_ends_with_the_condition() -> None:
    plant = Plant()
    plant.on(1)
    plant.desk.shelve([POINT.id], "known", 3600, one_shot=True)
    assert plant.off(50) is State.NORMAL
    assert plant.on(60) is State.UNACKNOWLEDGED


def test_a_one_shot_shelf_of_an_alarm_that_is_not_active_is_refused() -> None:
    plant = Plant()
    assert plant.desk.shelve([POINT.id], "known", 60, one_shot=True).refused
    assert plant.state() is State.NORMAL


def test_shelving_needs_a_reason() -> None:
    plant = Plant()
    plant.on(1)
    assert plant.desk.shelve([POINT.id], "  ", 60).refused
    assert plant.state() is State.UNACKNOWLEDGED


def test_a_shelved_alarm_brought_back_early_is_normal_if_nothing_is_wrong() -> None:
    plant = Plant()
    plant.on(1)
    plant.desk.shelve([POINT.id], "repair", 60)
    plant.off(10)
    plant.desk.unshelve([POINT.id])
    assert plant.state() is State.NORMAL


# -- suppressed, out of service ------------------------------------------------------------


def test_an_alarm_suppressed_by_design_is_raised_when_it_means_something_again() -> None:
    plant = Plant()
    plant.engine.suppress({POINT.id: "the pump is off"}, plant.us)
    assert plant.on(1) is State.SUPPRESSED
    plant.engine.suppress({POINT.id: ""}, 5 * SECOND)
    assert plant.state() is State.UNACKNOWLEDGED
    assert plant.events[-1].at_us == 5 * SECOND


def test_out_of_service_wins_over_shelved_and_suppressed() -> None:
    plant = Plant()
    plant.on(1)
    plant.desk.shelve([POINT.id], "repair", 3600)
    plant.engine.suppress({POINT.id: "the pump is off"}, plant.us)
    assert plant.state() is State.SUPPRESSED
    plant.desk.take_out_of_service([POINT.id], "cable is cut")
    assert plant.state() is State.OUT_OF_SERVICE
    assert plant.desk.shelve([POINT.id], "repair", 60).refused
    plant.desk.put_in_service([POINT.id])
    assert plant.state() is State.SUPPRESSED
    plant.engine.suppress({POINT.id: ""}, plant.us)
    assert plant.state() is State.SHELVED
    assert plant.wait(4000) is State.UNACKNOWLEDGED


def test_an_alarm_out_of_service_is_silent_for_as_long_as_it_takes() -> None:
    plant = Plant()
    plant.desk.take_out_of_service([POINT.id], "being replaced")
    plant.on(10)
    assert plant.wait(1e6) is State.OUT_OF_SERVICE
    assert "raised" not in plant.kinds()


def test_a_condition_that_ends_while_hidden_leaves_no_alarm() -> None:
    plant = Plant(replace(POINT, latching=True))
    plant.on(1)
    plant.desk.take_out_of_service([POINT.id], "test")
    plant.off(2)
    plant.desk.put_in_service([POINT.id])
    assert plant.state() is State.NORMAL


# -- escalation, comments, groups ----------------------------------------------------------


def test_an_alarm_that_nobody_acknowledges_gets_the_next_priority() -> None:
    plant = Plant(replace(POINT, escalate_after_s=60))
    plant.on(0)
    plant.wait(61)
    assert plant.engine.alarm(POINT.id).status.priority is Severity.HIGH
    plant.wait(121)
    assert plant.engine.alarm(POINT.id).status.priority is Severity.URGENT
    plant.wait(1000)
    assert plant.kinds() == ["raised", "escalated", "escalated"]
    assert plant.engine.counts() == {(State.UNACKNOWLEDGED, Severity.URGENT): 1}


def test_an_acknowledged_alarm_does_not_escalate_and_a_new_one_starts_as_it_was_made() -> None:
    plant = Plant(replace(POINT, escalate_after_s=60))
    plant.on(0)
    plant.wait(61)
    plant.desk.acknowledge([POINT.id])
    plant.off(70)
    plant.on(80)
    assert plant.engine.alarm(POINT.id).status.priority is Severity.MEDIUM
    plant.desk.acknowledge([POINT.id])
    plant.wait(1000)
    assert plant.kinds().count("escalated") == 1


def test_a_comment_is_kept_with_the_alarm() -> None:
    plant = Plant()
    plant.on(1)
    plant.desk.comment([POINT.id], "called the plumber")
    assert plant.engine.alarm(POINT.id).status.note == "called the plumber"
    assert plant.events[-1].who == "engineer Li"


def test_the_first_of_a_group_is_marked_until_all_of_it_is_over() -> None:
    points = [replace(POINT, id=f"p{n}", group="trip") for n in range(3)]
    plant = Plant(*points)
    plant.engine.apply(
        [Condition("p2", True, 2_000), Condition("p1", True, 1_000), Condition("p0", True, 3_000)],
        SECOND,
    )
    assert plant.engine.first_out("trip") == "p1"
    for name in ("p0", "p1", "p2"):
        plant.off(5, name)
        plant.desk.acknowledge([name])
    assert plant.engine.first_out("trip") is None
    plant.on(10, "p0")
    assert plant.engine.first_out("trip") == "p0"


# -- roles ---------------------------------------------------------------------------------


def test_an_observer_may_only_look() -> None:
    plant = Plant()
    plant.on(1)
    with pytest.raises(SignInError, match="may not acknowledge"):
        plant.as_(Role.OBSERVER).acknowledge([POINT.id])
    assert plant.state() is State.UNACKNOWLEDGED


def test_an_operator_may_not_take_alarms_out_of_service_nor_shelve_for_days() -> None:
    plant = Plant()
    operator = plant.as_(Role.OPERATOR)
    with pytest.raises(SignInError):
        operator.take_out_of_service([POINT.id], "why not")
    with pytest.raises(AlarmError, match="8 hours at most"):
        operator.shelve([POINT.id], "holiday", 10 * 86_400)
    assert not operator.shelve([POINT.id], "cleaning", 3600).refused


# -- a rule that goes ----------------------------------------------------------------------


def test_an_alarm_whose_rule_is_gone_ends() -> None:
    other = replace(POINT, id="p2/low", entity="p2")
    plant = Plant(POINT, other)
    plant.on(1)
    plant.engine.set_points([other], 2 * SECOND)
    assert plant.engine.alarms() == []
    assert plant.events[-1].kind is EventKind.RESET
    plant.engine.apply([Condition(POINT.id, True, 3 * SECOND)], 3 * SECOND)
    assert plant.engine.alarms() == []


# -- any sequence --------------------------------------------------------------------------


class AnySequence(RuleBasedStateMachine):
    """Whatever happens in whatever order, what must hold holds."""

    def __init__(self) -> None:
        super().__init__()
        self.plant = Plant(
            POINT,
            replace(POINT, id="latching", latching=True, escalate_after_s=30),
            replace(POINT, id="slow", on_delay_s=5, off_delay_s=7),
            replace(POINT, id="notice", acknowledge=False),
        )
        self.truth = dict.fromkeys(self.plant.engine.points, False)

    names = st.sampled_from([POINT.id, "latching", "slow", "notice"])

    def step(self, passed_s: int) -> None:
        self.plant.now_s += 1 + passed_s

    @rule(name=names, active=st.booleans(), passed_s=st.integers(0, 12))
    def condition(self, name: str, active: bool, passed_s: int) -> None:
        self.step(passed_s)
        self.plant.condition(active, 1.0, name)
        self.truth[name] = active

    @rule(passed_s=st.integers(0, 4000))
    def time_passes(self, passed_s: int) -> None:
        self.step(passed_s)
        self.plant.engine.advance(self.plant.us)

    @rule(name=names)
    def acknowledge(self, name: str) -> None:
        before = self.plant.engine.alarm(name)
        outcome = self.plant.desk.acknowledge([name])
        may = before.status.standing and not before.status.acknowledged
        assert bool(outcome.refused) != may

    @rule(name=names)
    def reset(self, name: str) -> None:
        before = self.plant.engine.alarm(name)
        outcome = self.plant.desk.reset([name])
        may = before.state is State.LATCHED and before.status.acknowledged
        assert bool(outcome.refused) != may

    @rule(name=names, for_s=st.integers(1, 900), one_shot=st.booleans())
    def shelve(self, name: str, for_s: int, one_shot: bool) -> None:
        self.plant.desk.shelve([name], "a reason", for_s, one_shot=one_shot)

    @rule(name=names)
    def unshelve(self, name: str) -> None:
        self.plant.desk.unshelve([name])

    @rule(name=names, yes=st.booleans())
    def suppress(self, name: str, yes: bool) -> None:
        self.plant.engine.suppress({name: "by design" if yes else ""}, self.plant.us)

    @rule(name=names, out=st.booleans())
    def service(self, name: str, out: bool) -> None:
        if out:
            self.plant.desk.take_out_of_service([name], "repair")
        else:
            self.plant.desk.put_in_service([name])

    @invariant()
    def no_alarm_is_lost(self) -> None:
        """Without delays, a condition that holds is never shown as normal."""
        for name in (POINT.id, "latching", "notice"):
            alarm = self.plant.engine.alarm(name)
            assert alarm.status.active == self.truth[name]
            if self.truth[name]:
                assert alarm.state is not State.NORMAL
                assert alarm.state not in (State.RETURNED, State.LATCHED)

    @invariant()
    def states_agree_with_their_parts(self) -> None:
        for name in self.truth:
            status = self.plant.engine.alarm(name).status
            assert status.hidden == (status.state in (
                State.SHELVED, State.SUPPRESSED, State.OUT_OF_SERVICE))  # fmt: skip
            assert not (status.hidden and status.standing)
            if status.state is State.NORMAL:
                assert status.acknowledged and not status.active and not status.latched

    @invariant()
    def events_have_no_gap_and_follow_each_other(self) -> None:
        number = dict.fromkeys(self.truth, 0)
        state = dict.fromkeys(self.truth, State.NORMAL)
        for event in self.plant.events:
            if not event.point:
                continue
            assert event.number == number[event.point] + 1
            assert event.before is state[event.point]
            number[event.point], state[event.point] = event.number, event.after
        for name, expected in state.items():
            assert self.plant.state(name) is expected

    @invariant()
    def every_standing_alarm_is_reached_from_a_root(self) -> None:
        """All points are of one thing, so that each may explain the others."""
        engine = self.plant.engine
        for name in self.truth:
            if not engine.alarm(name).status.standing:
                continue
            passed = [name]
            while cause := engine.alarm(passed[-1]).status.cause:
                assert cause not in passed and engine.alarm(cause).status.standing
                passed.append(cause)
            assert engine.root(name) == passed[-1]
            assert len(passed) == 1 or name in engine.consequences(passed[-1])

    @invariant()
    def counts_are_those_of_the_states(self) -> None:
        alarms = [self.plant.engine.alarm(name) for name in self.truth]
        shown = Counter((a.state, a.status.priority) for a in alarms if a.state is not State.NORMAL)
        assert self.plant.engine.counts() == shown


TestAnySequence = AnySequence.TestCase
TestAnySequence.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
