"""Figures of an alarm system, its report, and guidance."""

from __future__ import annotations

import math
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin_model.alarms.accounts import Actor, Role
from twin_model.alarms.desk import AlarmDesk
from twin_model.alarms.engine import AlarmEngine
from twin_model.alarms.flood import FloodWatch
from twin_model.alarms.guidance import Scope, guidance_for
from twin_model.alarms.kpi import AlarmFigures, figures, find_floods
from twin_model.alarms.model import AlarmEvent, AlarmOptions, AlarmPoint, Condition
from twin_model.alarms.report import report_html
from twin_model.commands import AddEntities
from twin_model.entity import Entity, Relation
from twin_model.frame import Frame
from twin_model.schema.types import Severity
from twin_model.time import Instant, Interval
from twin_model.twin import Twin

SECOND = 1_000_000
HOUR = 3600
DAY = Interval(Instant(0), Instant(24 * HOUR * SECOND))


def history(*conditions: tuple[str, bool, float]) -> list[AlarmEvent]:
    """Everything an engine says about (point, active, at second); ack 30 s after each raise."""
    names = {name for name, _active, _at in conditions}
    points = [
        AlarmPoint(n, n, n, Severity.HIGH if n.startswith("h") else Severity.LOW) for n in names
    ]
    engine = AlarmEngine(points)
    events: list[AlarmEvent] = []
    engine.changed.connect(lambda change: events.extend(change.events))
    for name, active, at_s in conditions:
        at_us = int(at_s * SECOND)
        engine.apply([Condition(name, active, at_us)], at_us)
        if active and name.startswith("h"):
            later = at_us + 30 * SECOND
            AlarmDesk(engine, Actor("Li", Role.OPERATOR), lambda at=later: at).acknowledge([name])
    return events


def calm_then_flood() -> AlarmFigures:
    calm = [(f"c{n}", True, n * HOUR) for n in range(20)]
    flood = [(f"f{n}", True, 20 * HOUR + n * 15) for n in range(40)]
    chatter = [("x", n % 2 == 0, 22 * HOUR + n * 5) for n in range(20)]
    return figures(history(*calm, *flood, *chatter), DAY)


def test_a_day_of_calm_and_a_flood_in_figures() -> None:
    found = calm_then_flood()
    assert found.alarms == 20 + 40 + 10
    assert found.per_hour == pytest.approx(70 / 24) and found.rating == "very good"
    assert found.peak == 40 and found.intervals_over == 1 / 144
    (flood,) = found.floods
    assert flood.period.start.us == (20 * HOUR + 10 * 15) * SECOND
    assert flood.period.end.us == (20 * HOUR + 35 * 15 + 600) * SECOND, "four are left then"
    assert found.in_flood == pytest.approx((35 * 15 + 600 - 150) / (24 * HOUR))
    assert found.top[0] == ("x", 10) and found.top_share == pytest.approx(19 / 70)
    assert found.chattering == (("x", 6),)
    assert found.fleeting == (("x", 10),)


def test_stale_alarms_and_waits_are_measured() -> None:
    events = history(("old", True, 1), ("hot", True, 2 * HOUR), ("hot", False, 3 * HOUR))
    two_days = Interval(Instant(0), Instant(48 * HOUR * SECOND))
    found = figures(events, two_days)
    assert found.stale == (("old", 47),)
    assert found.acknowledged_after_s == 30.0
    assert found.standing == 1
    assert found.priorities[Severity.LOW] == found.priorities[Severity.HIGH] == 1


def test_a_period_without_alarms_has_figures_too() -> None:
    found = figures([], DAY)
    assert (found.alarms, found.peak, found.in_flood, found.floods) == (0, 0, 0.0, ())
    assert math.isnan(found.acknowledged_after_s)
    assert "none" in report_html(found)


@given(st.lists(st.integers(0, 4000), max_size=80))
def test_floods_in_the_report_are_those_that_were_seen_live(seconds: list[int]) -> None:
    options = AlarmOptions(flood_window_s=60, flood_start=6, flood_end=3)
    watch = FloodWatch(options)
    live: list[list[int]] = []
    for at in sorted(seconds):
        ended = watch.advance(at * SECOND)
        if ended is not None:
            live[-1].append(ended)
        if watch.raised(at * SECOND):
            live.append([at * SECOND])
    ended = watch.advance(10_000 * SECOND)
    if ended is not None:
        live[-1].append(ended)
    times = np.array(sorted(seconds), np.int64) * SECOND
    found = find_floods(times, options, Instant(10_000 * SECOND))
    assert [[f.period.start.us, f.period.end.us] for f in found] == live


class Tags(HTMLParser):
    """Collects open tags and text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("meta", "rect", "line"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("rect", "line"):
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data + " "


@pytest.mark.parametrize(("language", "said"), [("en", "Alarm floods"), ("zh_CN", "告警泛滥")])
def test_the_report_is_whole_html_in_both_languages(language: str, said: str) -> None:
    page = report_html(calm_then_flood(), "港区 <Harbour>", {"x": "Pump & valve"}, language)
    reader = Tags()
    reader.feed(page)
    assert reader.open == []
    assert said in reader.text and "Pump & valve" in reader.text
    assert "<Harbour>" not in page
    assert "http" not in page, "it needs nothing from elsewhere"


def test_guidance_is_inherited_down_the_tree(tmp_path: Path) -> None:
    with Twin.create(tmp_path / "a.shapan", Frame("EPSG:4549", (500_000.0, 3_350_000.0, 0.0))) as t:
        things = [Entity("site", "site", "S"), Entity("hall", "building", "H"),
                  Entity("p1", "pump", "P")]  # fmt: skip
        parts = [Relation("a", "contains", "site", "hall"), Relation("b", "contains", "hall", "p1")]
        t.execute(AddEntities(things, parts))
        texts = {
            "entity:hall": "The key is at the gate.", "entity:site": "Call 119 in a fire.",
            "type:device": "Isolate it first.", "*": "Stay calm.", "type:crane": "Not this one.",
        }  # fmt: skip
        point = AlarmPoint("p1/hot", "p1", "Hot", guidance="Stop the pump.")
        found = guidance_for(point, texts, t, {"pump": ("machine", "device")})
    assert [(g.scope, g.text) for g in found] == [
        (Scope.ALARM, "Stop the pump."),
        (Scope.PLACE, "The key is at the gate."),
        (Scope.PLACE, "Call 119 in a fire."),
        (Scope.TYPE, "Isolate it first."),
        (Scope.ALL, "Stay calm."),
    ]
