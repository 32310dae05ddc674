"""Rules: what each kind finds, on a twin, over any split into batches, live and on history."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError as PydanticError

from assets.catalogue import entity_types_text
from twin_model.alarms.causes import CauseGraph
from twin_model.alarms.engine import AlarmEngine
from twin_model.alarms.model import State
from twin_model.commands import AddEntities, EditEntities
from twin_model.entity import Entity, Relation
from twin_model.errors import Cancelled, ValidationError
from twin_model.frame import Frame
from twin_model.live.hub import Hub
from twin_model.rules.backtest import BacktestOptions, backtest
from twin_model.rules.binding import Binding, all_rules, bind
from twin_model.rules.calendar import Calendar
from twin_model.rules.detectors import Rows, ThresholdDetector, within_ring
from twin_model.rules.model import (
    AnomalyRule,
    Applies,
    CalendarRule,
    CountRule,
    DeviationRule,
    ExpressionRule,
    GeofenceRule,
    RateRule,
    Rule,
    StaleRule,
    ThresholdRule,
)
from twin_model.rules.rule_set import RuleSet, RuleStore, export_rules, read_rules, rules_document
from twin_model.rules.watch import Watch
from twin_model.samples import Quality, SampleBatch, SampleKeys
from twin_model.schema.catalogue import Catalogue
from twin_model.schema.types import Severity, Words
from twin_model.store.alarm_journal import ALARMS_FILE, AlarmJournal
from twin_model.store.sample_history import SampleHistory
from twin_model.time import Instant, Interval
from twin_model.twin import Twin

SECOND = 1_000_000
START = Instant.parse("2026-03-02T00:00:00Z").us  # a Monday
PUMPS = Applies(type="pump")


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    with Twin.create(tmp_path / "a.shapan", Frame("EPSG:4549", (500_000.0, 3_350_000.0, 0.0))) as t:
        t.execute(
            AddEntities(
                [
                    Entity("p1", "pump", "P-1", attributes={"rated": 10.0}),
                    Entity("p2", "pump", "P-2", attributes={"rated": 20.0}),
                    Entity("d1", "district", "North", indicators={"pressure": {}}),
                    Entity("d2", "district", "South", indicators={"pressure": {}}),
                    Entity("truck", "vehicle", "T"),
                ],
                [Relation("r1", "feeds", "p1", "d1"), Relation("r2", "feeds", "p2", "d2")],
            )
        )
        yield t


class Site:
    """Rules at work on a twin, with a clock in seconds."""

    def __init__(self, twin: Twin, *rules: Rule) -> None:
        self.now_s = 0.0
        self.binding = bind(rules, twin)
        self.hub = Hub(clock=lambda: START + int(self.now_s * SECOND))
        self.alarms = AlarmEngine(self.binding.alarm_points(), graph=CauseGraph.of(twin))
        self.log: list[tuple[str, str, float]] = []
        self.alarms.changed.connect(
            lambda change: self.log.extend(
                (e.point, str(e.kind), (e.at_us - START) / SECOND) for e in change.events
            )
        )
        self.watch = Watch(self.hub, self.binding, self.alarms)
        self.watch.tick()

    def publish(self, *rows: tuple[str, str, float, float]) -> None:
        self.now_s = max([self.now_s, *(at for _e, _i, at, _v in rows)])
        at_us = [(e, i, START + int(at * SECOND), v) for e, i, at, v in rows]
        self.hub.publish(SampleBatch.from_rows(at_us))

    def series(self, entity: str, indicator: str, values: list[float], step_s: float = 1.0) -> None:
        self.publish(*[(entity, indicator, n * step_s, v) for n, v in enumerate(values)])

    def wait(self, until_s: float) -> None:
        self.now_s = until_s
        self.watch.tick()

    def standing(self) -> set[str]:
        return {alarm.point.id for alarm in self.alarms.alarms()}

    def times(self, kind: str) -> list[float]:
        return [at for _point, what, at in self.log if what == kind]


def test_our_own_clock_may_jump_ahead_and_back(twin: Twin) -> None:
    silent = StaleRule(id="silent", applies=PUMPS, indicator="flow", after_s=60, acknowledge=False)
    high = ThresholdRule(id="high", applies=PUMPS, indicator="flow", operator=">", threshold=5,
                         on_delay_s=10)  # fmt: skip
    site = Site(twin, silent, high)

    def second(at: int) -> None:
        site.now_s = float(at)
        rows = [("p1", 9.0 if at > 30 else 1.0), ("p2", 1.0)]
        at_us = START + at * SECOND
        site.hub.publish(
            SampleBatch.from_rows([(name, "flow", at_us, value) for name, value in rows])
        )
        site.watch.tick()

    for at in range(20):
        second(at)
    site.wait(3600.0)
    assert site.standing() == {"p1/silent", "p2/silent"}
    for at in range(20, 100):  # back
        second(at)
    assert site.standing() == {"p1/high"}
    # Each once, at the times of the samples; 31 is when it was hot, and 10 s the delay.
    assert site.times("raised") == [79.0, 79.0, 41.0]
    assert len(site.times("returned")) == 2


def test_a_delay_that_began_while_our_clock_was_ahead_takes_no_longer(twin: Twin) -> None:
    high = ThresholdRule(id="high", applies=PUMPS, indicator="flow", operator=">", threshold=5,
                         on_delay_s=10)  # fmt: skip
    site = Site(twin, high)
    site.wait(3600.0)
    site.publish(("p1", "flow", 3600.0, 9.0))
    site.now_s = 5.0
    for at in range(5, 17):
        site.wait(float(at))
    assert site.standing() == {"p1/high"}
    assert site.times("raised") == [15.0]


def test_alarms_of_a_condition_are_shown_with_the_first_indicator_of_their_own(
    twin: Twin,
) -> None:
    def shown(condition: str) -> str:
        rule = ExpressionRule(
            id="c", name=Words(en="C"), applies=Applies(type="district"), condition=condition
        )
        return bind([rule], twin).alarm_points()[0].indicator

    assert shown("any(fed_by, rated > 5) and 2 > pressure") == "pressure"
    assert shown("any(fed_by, pressure > 5)") == ""
    assert shown("limit > 5") == "", "an attribute has no trend"


# -- one indicator -------------------------------------------------------------------------


def test_a_threshold_with_deadband(twin: Twin) -> None:
    rule = ThresholdRule(
        id="high", applies=PUMPS, indicator="flow", operator=">", threshold=10, deadband=2
    )
    site = Site(twin, rule)
    site.series("p1", "flow", [9, 11, 9, 8.5, 10.5, 8, 7, 12])
    assert site.times("raised") == [1, 7]
    assert site.times("returned") == [5]
    assert site.standing() == {"p1/high"}


def test_a_threshold_that_each_entity_has_its_own(twin: Twin) -> None:
    rule = ThresholdRule(
        id="over", applies=PUMPS, indicator="power", operator=">=", property="rated"
    )
    site = Site(twin, rule)
    site.publish(("p1", "power", 0, 15.0), ("p2", "power", 0, 15.0))
    assert site.standing() == {"p1/over"}


def test_a_threshold_that_is_a_word_and_a_condition_over_words(twin: Twin) -> None:
    fault = ThresholdRule(
        id="fault", applies=PUMPS, indicator="state", operator="=", threshold="fault"
    )
    both = ExpressionRule(id="both", applies=PUMPS, condition="state = 'fault' and flow > 1")
    site = Site(twin, fault, both)
    keys = SampleKeys(["p1"], ["state"])

    def say(at_s: int, *words: str | None) -> None:
        count = len(words)
        site.hub.publish(
            SampleBatch(
                keys,
                np.zeros(count, np.int32),
                np.zeros(count, np.int32),
                START + np.arange(at_s, at_s + count) * SECOND,
                np.full(count, np.nan),
                np.zeros(count, np.uint8),
                np.array(words, object),
            )
        )

    site.now_s = 50
    site.publish(("p1", "flow", 0, 5.0))
    say(1, "running", "fault", "fault")
    assert site.standing() == {"p1/fault", "p1/both"}
    say(10, "running")
    assert ("p1/fault", "returned", 10) in site.log and ("p1/both", "returned", 10) in site.log
    with pytest.raises(PydanticError, match="never above it"):
        ThresholdRule(id="x", applies=PUMPS, indicator="s", operator=">", threshold="fault")


def test_delays_hold_within_one_batch(twin: Twin) -> None:
    rule = ThresholdRule(
        id="high", applies=PUMPS, indicator="flow", operator=">", threshold=10, on_delay_s=3
    )
    site = Site(twin, rule)
    site.series("p1", "flow", [11, 11, 9, 11, 11, 11, 11, 11, 9])
    assert site.times("raised") == [6] and site.times("returned") == [8]


def test_late_bad_and_future_samples_raise_nothing(twin: Twin) -> None:
    rule = ThresholdRule(id="high", applies=PUMPS, indicator="flow", operator=">", threshold=10)
    site = Site(twin, rule)
    site.publish(("p1", "flow", 100, 1.0))
    site.publish(("p1", "flow", 50, 99.0))
    keys = SampleKeys(["p1"], ["flow"])
    site.hub.publish(SampleBatch.of(keys, 0, 0, START + 101 * SECOND, 99.0, Quality.BAD))
    site.hub.publish(SampleBatch.of(keys, 0, 0, START + 9999 * SECOND, 99.0))
    site.hub.publish(SampleBatch.of(keys, 0, 0, START + 102 * SECOND, np.nan))
    assert site.standing() == set()


def test_a_rate_of_change(twin: Twin) -> None:
    rule = RateRule(id="fast", applies=PUMPS, indicator="flow", operator=">", per_s=1.0, over_s=10)
    site = Site(twin, rule)
    slow = [n * 0.5 for n in range(30)]
    fast = [slow[-1] + n * 2 for n in range(1, 20)]
    site.series("p1", "flow", [*slow, *fast, *[fast[-1]] * 20])
    (raised,), (returned,) = site.times("raised"), site.times("returned")
    assert 30 <= raised <= 40 and 49 <= returned <= 58


def test_a_rate_is_not_measured_across_a_gap(twin: Twin) -> None:
    rule = RateRule(id="fast", applies=PUMPS, indicator="flow", operator=">", per_s=1.0, over_s=10)
    site = Site(twin, rule)
    site.publish(("p1", "flow", 0, 0.0), ("p1", "flow", 3600, 10_000.0))
    assert site.log == []


@pytest.mark.parametrize("relative", [False, True])
def test_a_deviation_from_the_mean_of_the_time_before(twin: Twin, relative: bool) -> None:
    rule = DeviationRule(
        id="odd", applies=PUMPS, indicator="flow", limit=0.2 if relative else 20,
        relative=relative, window_s=60,
    )  # fmt: skip
    site = Site(twin, rule)
    site.series("p1", "flow", [100.0] * 50 + [115.0] + [130.0] + [100.0] * 5)
    assert site.times("raised") == [51] and site.times("returned") == [52]


def test_silence_is_noticed_when_it_has_lasted(twin: Twin) -> None:
    site = Site(twin, StaleRule(id="mute", applies=PUMPS, indicator="flow", after_s=30))
    site.publish(("p1", "flow", 0, 1.0))
    site.publish(("p1", "flow", 20, 1.0))
    site.wait(40)
    assert site.standing() == {"p2/mute"}, "never heard of"
    site.wait(51)
    assert ("p1/mute", "raised", 50) in site.log
    site.publish(("p1", "flow", 60, 1.0))
    assert ("p1/mute", "returned", 60) in site.log


def test_so_many_in_a_window(twin: Twin) -> None:
    rule = CountRule(
        id="often", applies=PUMPS, indicator="trip", operator="=", threshold=1, at_least=3,
        window_s=60,
    )  # fmt: skip
    site = Site(twin, rule)
    site.publish(("p1", "trip", 0, 1.0), ("p1", "trip", 20, 0.0), ("p1", "trip", 30, 1.0))
    assert site.log == []
    site.publish(("p1", "trip", 50, 1.0))
    assert site.times("raised") == [50]
    site.wait(59)
    assert site.times("returned") == []
    site.wait(61)
    assert site.times("returned") == [61]


def test_a_fence_that_is_entered_left_and_dwelt_in(twin: Twin) -> None:
    yard = ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0))
    trucks = Applies(entities=("truck",))
    site = Site(
        twin,
        GeofenceRule(id="in", applies=trucks, ring_m=yard),
        GeofenceRule(id="out", applies=trucks, ring_m=yard, event="exit"),
        GeofenceRule(id="long", applies=trucks, ring_m=yard, event="dwell", dwell_s=60),
    )
    path = [(0, -10.0), (10, 50.0), (20, 60.0), (50, 200.0), (60, 50.0), (130, 50.0)]
    keys = SampleKeys(["truck"], ["position"])
    for at_s, x in path:
        site.now_s = at_s
        site.hub.publish(
            SampleBatch(
                keys,
                np.zeros(1, np.int32),
                np.zeros(1, np.int32),
                np.array([START + at_s * SECOND]),
                np.array([np.nan]),
                np.zeros(1, np.uint8),
                position=np.array([[x, 50.0, 0.0]]),
            )
        )
        site.watch.tick()
    assert [(what, at) for p, what, at in site.log if p == "truck/in"] == [
        ("raised", 10), ("returned", 50), ("raised", 60),
    ]  # fmt: skip
    assert [(what, at) for p, what, at in site.log if p == "truck/out"] == [
        ("raised", 0), ("returned", 10), ("raised", 50), ("returned", 60),
    ]  # fmt: skip
    assert [(what, at) for p, what, at in site.log if p == "truck/long"] == [("raised", 120)]


def test_inside_a_ring_with_a_notch() -> None:
    ring = np.array([[0, 0], [10, 0], [10, 10], [5, 2], [0, 10]], float)
    points = np.array([[1, 1], [5, 1], [5, 5], [9, 5], [11, 5], [-1, 0]], float)
    assert within_ring(points, ring).tolist() == [True, True, False, True, False, False]


def test_an_anomaly_is_unlike_the_time_before(twin: Twin) -> None:
    rule = AnomalyRule(id="odd", applies=PUMPS, indicator="flow", limit=6, window_s=3600)
    site = Site(twin, rule)
    noise = np.random.default_rng(1).normal(50, 2, 600).tolist()
    site.series("p1", "flow", [*noise, 90.0, *noise[:20]], step_s=5)
    assert site.times("raised") == [3000]
    assert site.times("returned") == [3005]


def test_a_seasonal_anomaly_is_usual_at_another_hour(twin: Twin) -> None:
    rules = [
        AnomalyRule(
            id=method, applies=PUMPS, indicator="flow", method=method, limit=8,
            window_s=7 * 86_400, refit_s=3600, bins=24,
        )
        for method in ("robust", "seasonal")
    ]  # fmt: skip
    site = Site(twin, *rules)
    hours = np.arange(24 * 6)
    noise = np.random.default_rng(2).normal(0, 1, len(hours))
    values = np.where(hours % 24 < 6, 10.0, 60.0) + noise
    values[24 * 5 + 3] = 60.0  # the day's value in the night
    site.series("p1", "flow", values.tolist(), step_s=3600)
    raised = [(p, at / 3600) for p, what, at in site.log if what == "raised"]
    assert [at for p, at in raised if p == "p1/seasonal"] == [24 * 5 + 3]
    assert 24 * 5 + 3 not in [at for p, at in raised if p == "p1/robust"]


# -- several entities ----------------------------------------------------------------------


def test_a_pump_that_feeds_a_district_whose_pressure_is_low(twin: Twin) -> None:
    rule = ExpressionRule(
        id="starved", applies=PUMPS, condition="running = 1 and any(feeds.district, pressure < 2.5)"
    )
    site = Site(twin, rule)
    site.publish(("p1", "running", 0, 1), ("p2", "running", 0, 1))
    site.publish(("d1", "pressure", 1, 3.0), ("d2", "pressure", 1, 3.0))
    assert site.standing() == set()
    site.publish(("d2", "pressure", 5, 2.0))
    assert site.log == [("p2/starved", "raised", 5)]
    site.publish(("d2", "pressure", 6, float("nan")))
    assert site.standing() == {"p2/starved"}, "unknown ends no alarm"
    site.publish(("p2", "running", 9, 0))
    assert site.times("returned") == [9]


def test_an_alarm_that_the_plants_state_makes_meaningless(twin: Twin) -> None:
    rule = ThresholdRule(
        id="dry", applies=PUMPS, indicator="flow", operator="<", threshold=1,
        suppress_if="running = 0",
    )  # fmt: skip
    site = Site(twin, rule)
    site.publish(("p1", "running", 0, 0), ("p1", "flow", 0, 0.0))
    assert site.alarms.alarm("p1/dry").state is State.SUPPRESSED
    site.publish(("p1", "running", 10, 1))
    assert site.alarms.alarm("p1/dry").state is State.UNACKNOWLEDGED


def test_a_rule_watches_at_its_hours_only(twin: Twin) -> None:
    nights = Calendar(start="22:00", end="06:00")
    site = Site(
        twin,
        CalendarRule(id="night", applies=PUMPS, condition="running = 1", hours=nights),
        ThresholdRule(
            id="loud", applies=PUMPS, indicator="noise", operator=">", threshold=60, hours=nights
        ),
    )
    site.publish(("p1", "running", 12 * 3600, 1), ("p1", "noise", 12 * 3600, 70))
    site.wait(12 * 3600)
    assert site.standing() == set()
    site.wait(22 * 3600)
    assert site.standing() == {"p1/night", "p1/loud"}
    site.wait(30 * 3600)
    assert len(site.times("returned")) == 2


# -- any split into batches ----------------------------------------------------------------


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 6)), max_size=60),
    st.lists(st.integers(1, 12), max_size=20),
)
def test_a_threshold_finds_the_same_in_any_batches(
    samples: list[tuple[int, int]], sizes: list[int]
) -> None:
    expected, state = [], [False] * 3
    for at, (row, value) in enumerate(samples):
        now = True if value > 3 else False if value <= 2 else state[row]
        if now != state[row]:
            expected.append((row, at, now))
        state[row] = now
    detector = ThresholdDetector(">", np.full(3, 3.0), 1.0)
    found, start = [], 0
    for size in [*sizes, len(samples)]:
        part = list(enumerate(samples))[start : start + size]
        start += size
        part.sort(key=lambda item: (item[1][0], item[0]))
        rows = Rows(
            np.array([row for _at, (row, _v) in part], np.int32),
            np.array([at for at, _s in part], np.int64),
            np.array([float(v) for _at, (_r, v) in part]),
        )
        t = detector.feed(rows)
        found += list(zip(t.row.tolist(), t.time_us.tolist(), t.active.tolist()))
    assert sorted(found, key=lambda f: f[1]) == expected


WINDOWED: list[Rule] = [
    RateRule(id="r", applies=PUMPS, indicator="flow", operator=">", per_s=0.5, over_s=5),
    DeviationRule(id="d", applies=PUMPS, indicator="flow", limit=2, window_s=20, deadband=1),
    CountRule(id="c", applies=PUMPS, indicator="flow", operator=">", threshold=3, at_least=3,
              window_s=10),
    AnomalyRule(id="a", applies=PUMPS, indicator="flow", window_s=60, refit_s=10, at_least=5,
                limit=2),
]  # fmt: skip


@pytest.mark.parametrize("rule", WINDOWED, ids=lambda rule: rule.kind)
def test_windows_find_the_same_in_any_batches(twin: Twin, rule: Rule) -> None:
    values = np.random.default_rng(3).normal(3, 2, 400).round(2)
    logs = []
    for size in (1, 7, 64, 400):
        site = Site(twin, rule)
        for first in range(0, 400, size):
            rows = range(first, min(400, first + size))
            site.publish(*[("p1", "flow", n, float(values[n])) for n in rows])
        logs.append(site.log)
    assert len(logs[0]) > 10
    assert all(log == logs[0] for log in logs[1:])


CONDITIONS: list[Rule] = [
    ExpressionRule(id="own", applies=PUMPS, condition="flow > 3 and heat > 3"),
    ExpressionRule(id="word", applies=PUMPS, condition="state = 'on' and flow > 2 and rated > 5"),
    ExpressionRule(
        id="wide", applies=PUMPS, condition="flow > 2 and any(feeds.district, pressure < 4)"
    ),
]


@pytest.mark.parametrize("rule", CONDITIONS, ids=lambda rule: rule.id)
def test_conditions_find_the_same_in_any_batches(twin: Twin, rule: Rule) -> None:
    count = 300
    random = np.random.default_rng(5)
    # A pump's flow, heat and state, its neighbour's flow, and what both feed.
    keys = SampleKeys(["p1", "p2", "d1", "d2"], ["flow", "heat", "state", "pressure"])
    series = np.array([(0, 0), (0, 1), (0, 2), (1, 0), (2, 3), (3, 3)], np.int32)
    chosen = series[random.integers(0, len(series), count)]
    value = random.integers(0, 7, count).astype(float)
    is_word = chosen[:, 1] == 2
    words = np.where(is_word, np.where(value > 2, "on", "off").astype(object), None)
    quality = np.where(random.random(count) < 0.1, Quality.BAD, Quality.GOOD).astype(np.uint8)
    whole = SampleBatch(
        keys, chosen[:, 0].copy(), chosen[:, 1].copy(), START + np.arange(count) * SECOND,
        np.where(is_word, np.nan, value), quality, words,
    )  # fmt: skip
    logs = []
    for size in (1, 3, 20, 60):
        site = Site(twin, rule)
        for first in range(0, count, size):
            site.now_s = float(first + size)
            site.hub.publish(whole.select(slice(first, first + size)))
        logs.append(sorted(site.log, key=lambda event: (event[2], event)))
    assert len(logs[0]) >= 8
    assert all(log == logs[0] for log in logs[1:])


# -- rules as data -------------------------------------------------------------------------


def test_rules_are_the_same_after_export_and_import(tmp_path: Path) -> None:
    rules = RuleSet(
        rules=(
            *WINDOWED,
            ThresholdRule(
                id="t", name=Words(zh="压力低", en="Pressure low"), applies=PUMPS, indicator="p",
                operator="<", threshold=1, priority=Severity.HIGH, guidance="Open **V-3**.",
                hours=Calendar(weekdays=(1, 2)),
            ),
            CalendarRule(id="n", applies=PUMPS, condition="x > 1", hours=Calendar(start="22:00")),
            GeofenceRule(id="g", applies=PUMPS, ring_m=((0, 0), (1, 0), (1, 1))),
        ),
        guidance={"*": "Stay calm."},
    )  # fmt: skip
    export_rules(rules, tmp_path / "rules.json")
    again = read_rules((tmp_path / "rules.json").read_bytes())
    assert again == rules
    assert type(again.rule("n")) is CalendarRule
    assert rules_document(again) == rules_document(rules)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rules": [{"id": "x", "kind": "magic", "applies": {"type": "pump"}}]}, "magic"),
        ({"rules": [{"id": "x", "kind": "expression", "applies": {"type": "pump"},
                     "condition": "__import__('os')"}]}, "none of: abs"),
        ({"rules": [{"id": "x", "kind": "stale", "applies": {}, "indicator": "p", "after_s": 1}]},
         "applies"),
        ({"version": 99}, "newer"), ({"format": "else"}, "no document"), ({"rulez": []}, "rulez"),
    ],
)  # fmt: skip
def test_a_document_that_cannot_be_is_refused_with_its_place(
    change: dict[str, object], said: str
) -> None:
    document = {"format": "shapan-rules", "version": 1, "rules": []} | change
    with pytest.raises(ValidationError, match=said):
        read_rules(json.dumps(document))


def test_a_threshold_needs_exactly_one_limit() -> None:
    with pytest.raises(PydanticError, match="either a threshold or a property"):
        ThresholdRule(id="x", applies=PUMPS, indicator="p", operator=">")


def test_every_version_of_the_rules_is_kept_with_who_and_why(tmp_path: Path) -> None:
    journal = AlarmJournal(tmp_path / ALARMS_FILE)
    store = RuleStore(journal)
    assert store.current() == RuleSet()
    first = store.save(RuleSet(rules=tuple(WINDOWED[:1])), "Li", "first try")
    store.save(RuleSet(rules=tuple(WINDOWED)), "Chen", "all of them")
    assert [(v, who, why) for v, _at, who, why in store.versions()] == [
        (1, "Li", "first try"), (2, "Chen", "all of them"),
    ]  # fmt: skip
    assert len(store.version(first).rules) == 1 and len(store.current().rules) == 4
    journal.close()


def test_rules_of_types_and_of_single_entities_watch_too(twin: Twin) -> None:
    types = Catalogue.load(entity_types_text())
    declaring = next(
        t.id for t in types.types() if types.rules(t.id) and not t.abstract and t.id != "pump"
    )
    twin.execute(AddEntities([Entity("thing", declaring, "X")]))
    own = {"kind": "threshold", "indicator": "flow", "operator": ">", "threshold": 5}
    broken = {"kind": "threshold", "indicator": "flow"}
    p1 = twin.entity("p1")
    twin.execute(EditEntities([Entity("p1", "pump", p1.name, rules=[own, broken])]))
    rules, problems = all_rules([], twin, types)
    binding = bind(rules, twin, types)
    points = {point.id for point in binding.alarm_points("zh")}
    assert "p1/own-0" in points
    assert {f"thing/{declaring}.{name}" for name in types.rules(declaring)} <= points
    assert len(points) == len(binding.alarm_points()), "no entity has a rule twice"
    assert len(problems) == 1 and "p1" in str(problems[0])


def test_a_rule_that_cannot_be_bound_keeps_the_others_from_nothing(twin: Twin) -> None:
    bad = StaleRule(id="bad", applies=Applies(where="no such thing ="), indicator="x", after_s=1)
    good = StaleRule(id="good", applies=PUMPS, indicator="x", after_s=1)
    binding = bind([bad, good], twin)
    assert [b.rule.id for b in binding.rules] == ["good"] and len(binding.problems) == 1


# -- on history ----------------------------------------------------------------------------


def recorded(folder: Path) -> SampleHistory:
    """A day in which one pump's flow is too high fourteen times, twelve of them at once."""
    history = SampleHistory(folder / "samples")
    flow = np.full(86_400, 5.0)
    for at in [1000, 5000, *range(40_000, 40_240, 20)]:
        flow[at : at + 5] = 20.0
    at_us = START + np.arange(86_400) * SECOND
    history.writer.write(SampleBatch.of(SampleKeys(["p1"], ["flow"]), 0, 0, at_us, flow))
    history.writer.flush()
    return history


HIGH = ThresholdRule(id="high", applies=PUMPS, indicator="flow", operator=">", threshold=10)
DAY = Interval(Instant(START), Instant(START + 86_400 * SECOND))


def test_rules_are_tried_on_history_before_they_go_live(twin: Twin, tmp_path: Path) -> None:
    history = recorded(tmp_path)
    mute = StaleRule(id="mute", applies=PUMPS, indicator="flow", after_s=60)
    shares: list[float] = []
    found = backtest(
        bind([HIGH, mute], twin), history.batches, DAY, BacktestOptions(60, shares.append)
    )
    assert found.by_rule == {"high": 14, "mute": 1}
    assert str(found) == "would have raised 15 alarms, 1 flood"
    assert found.samples == 86_400
    assert shares == sorted(shares) and shares[-1] > 0.9
    assert not list(twin.path.glob("alarms*")), "no trace is left"


def test_a_backtest_is_what_would_have_happened_live(twin: Twin, tmp_path: Path) -> None:
    history = recorded(tmp_path)
    starved = ExpressionRule(id="s", applies=PUMPS, condition="flow > 10", on_delay_s=2)
    around = Interval(Instant(START + 900 * SECOND), Instant(START + 1100 * SECOND))
    found = backtest(bind([HIGH, starved], twin), history.batches, around, BacktestOptions(1))
    tried = [(e.point, str(e.kind), (e.at_us - START) / SECOND) for e in found.events]

    site = Site(twin, HIGH, starved)
    batch = history.read(around)
    for number in range(len(batch)):
        part = batch.select(slice(number, number + 1))
        site.now_s = (int(part.time_us[0]) - START) / SECOND
        site.hub.publish(part)
        site.watch.tick()
    assert tried == site.log
    assert {(p, what) for p, what, _at in tried} == {
        ("p1/high", "raised"), ("p1/high", "returned"), ("p1/s", "raised"), ("p1/s", "returned"),
    }  # fmt: skip


def test_a_backtest_can_be_cancelled(twin: Twin, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        backtest(
            bind([HIGH], twin), recorded(tmp_path).batches, DAY,
            BacktestOptions(cancelled=lambda: True),
        )  # fmt: skip


def test_a_backtest_tells_nothing_of_the_time_after_its_period(twin: Twin, tmp_path: Path) -> None:
    late = ThresholdRule(
        id="late", applies=PUMPS, indicator="flow", operator=">", threshold=10, on_delay_s=60
    )
    begins = Interval(Instant(START), Instant(START + 1003 * SECOND))  # it is high from 1000 s on
    found = backtest(bind([late], twin), recorded(tmp_path).batches, begins)
    assert found.events == ()


def test_other_rules_can_be_put_to_work_while_samples_come(twin: Twin) -> None:
    site = Site(twin, HIGH)
    site.publish(("p1", "flow", 0, 20.0))
    other = ThresholdRule(id="low", applies=PUMPS, indicator="flow", operator="<", threshold=30)
    binding: Binding = bind([other], twin)
    site.watch.rebind(binding)
    assert site.standing() == set()
    site.publish(("p1", "flow", 1, 20.0))
    assert site.standing() == {"p1/low"}
