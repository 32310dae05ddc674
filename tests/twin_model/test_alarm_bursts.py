"""Thousands of alarms at once are what each of them is by itself."""

from __future__ import annotations

import math
import random
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from twin_model.alarms.accounts import Actor, Role
from twin_model.alarms.causes import CauseGraph
from twin_model.alarms.desk import AlarmDesk
from twin_model.alarms.engine import AlarmEngine
from twin_model.alarms.model import (
    AlarmEvent,
    AlarmPoint,
    AlarmStatus,
    Condition,
    EventKind,
    Shelf,
    State,
)
from twin_model.alarms.way import RightOfWay
from twin_model.schema.types import Severity
from twin_model.store.alarm_journal import ALARMS_FILE, AlarmJournal

SECOND = 1_000_000
#: So late that it changes nothing but the way an alarm is taken in.
NEVER_S = 1e9


def _points() -> list[AlarmPoint]:
    """Alone, two on a thing, in a chain of feeders, latching, mere notices, delayed, grouped."""
    found = [AlarmPoint(f"alone-{n}", f"alone-{n}", "hot", Severity.HIGH) for n in range(30)]
    found += [AlarmPoint(f"twice-{n}", f"twin-{n // 2}", "hot") for n in range(8)]
    found += [AlarmPoint(f"fed-{n}", f"fed-{n}", "dry", Severity.URGENT) for n in range(6)]
    found += [AlarmPoint(f"latched-{n}", f"l{n}", "open", latching=True) for n in range(4)]
    found += [AlarmPoint(f"notice-{n}", f"n{n}", "note", acknowledge=False) for n in range(4)]
    found += [AlarmPoint(f"late-{n}", f"d{n}", "slow", on_delay_s=3) for n in range(4)]
    return found + [AlarmPoint(f"first-{n}", f"g{n}", "trip", group="g") for n in range(4)]


@pytest.mark.parametrize("seed", range(5))
def test_an_alarm_of_a_flood_is_what_it_is_where_more_has_to_be_done(seed: int) -> None:
    chance = random.Random(seed)
    graph = CauseGraph([(f"fed-{n}", f"fed-{n + 1}") for n in range(5)])
    points = _points()
    plain = AlarmEngine(points, graph=graph)
    whole = AlarmEngine([replace(one, escalate_after_s=NEVER_S) for one in points], graph=graph)
    names = [one.id for one in points]
    for at_s in range(1, 40):
        at_us = at_s * SECOND
        chosen = chance.choices(names, k=25)
        found = [
            Condition(name, chance.random() < 0.7, at_us - chance.choice((0, 0, 0, 5 * SECOND)), n)
            for n, name in enumerate(chosen)
        ]
        assert plain.apply(found, at_us) == whole.apply(found, at_us)
        acted, shelved = chance.sample(names, 6), chance.sample(names, 2)
        for engine in (plain, whole):
            desk = AlarmDesk(engine, Actor("Li", Role.ENGINEER), lambda now_us=at_us: now_us)
            desk.acknowledge(acted)
            desk.shelve(shelved, "repair", 5)
        for name in names:
            one, other = plain.alarm(name, at_us), whole.alarm(name, at_us)
            assert (one.status, one.state) == (other.status, other.state)
            assert one.chattering == other.chattering
            assert one.consequences == other.consequences
    assert plain.in_flood and plain.raised_in_window == whole.raised_in_window
    listed = plain.alarms(list(State), at_us)
    assert [(one.point.id, one.state, one.consequences) for one in listed] == [
        (one.point.id, one.state, one.consequences) for one in whole.alarms(list(State), at_us)
    ]
    for one in listed:
        again = plain.alarm(one.point.id, at_us)
        assert (one.state, one.chattering) == (again.state, again.chattering)


def _event(number: int, value: float, text: str = "", cause: str = "") -> AlarmEvent:
    return AlarmEvent(
        f"p{number}", 1, EventKind.RAISED, SECOND, State.NORMAL, State.UNACKNOWLEDGED,
        Severity.HIGH, value, "", text, 1, cause,
    )  # fmt: skip


def _status(number: int, value: float, shelf: Shelf | None = None) -> AlarmStatus:
    return AlarmStatus(
        f"p{number}", Severity.HIGH, active=number % 3 > 0, acknowledged=False, standing=True,
        occurrence=1, event=1, value=value, condition_us=SECOND, raw=True, raised_us=SECOND,
        shelf=shelf,
    )  # fmt: skip


@pytest.mark.parametrize("count", [1, 7, 501, 1200])
def test_what_a_burst_has_in_common_is_read_as_it_was_written(tmp_path: Path, count: int) -> None:
    alike = [_event(n, 90.0, "100 % 'full'\x1f%s 满") for n in range(count)]
    values = [math.nan, math.inf, -0.0, 0.0, 1, 2.5]
    mixed = [
        _event(n, values[n % 6], f"{n}", f"p{n // 2}" if n % 2 else "")._replace(
            kind=EventKind.COMMENTED if n % 5 else EventKind.RAISED, number=2, at_us=SECOND + n
        )
        for n in range(count)
    ]
    shelf = Shelf("Li", "修理", SECOND, 5 * SECOND, warned=True)
    statuses = [_status(n, values[n % 6], shelf if n % 4 == 0 else None) for n in range(count)]
    with_journal = AlarmJournal(tmp_path / ALARMS_FILE)
    with_journal.append_all([(alike, statuses), ([], []), (mixed, [_status(0, 5.0)])])
    assert with_journal.verify() == []
    read = [recorded.event for recorded in with_journal.events()]
    for event, written in zip(read, [*alike, *mixed], strict=True):
        value = written.value if math.isfinite(written.value) else math.nan
        assert event[:7] == written[:7] and event[8:] == written[8:]
        assert event.value == value or (math.isnan(value) and math.isnan(event.value))
    restored = {one.point: one for one in with_journal.restored(600).statuses}
    assert restored.pop("p0").value == 5.0
    for status in statuses[1:]:
        known = restored.pop(status.point)
        assert replace(known, value=0.0) == replace(status, value=0.0)
    assert not restored
    with_journal.close()


def test_a_burst_goes_on_once_the_window_has_painted_or_takes_too_long() -> None:
    way = RightOfWay()
    way.claim()
    went_on = threading.Event()
    burst = threading.Thread(target=lambda: (way.give(), went_on.set()))
    burst.start()
    way.release()
    assert went_on.wait(10)
    burst.join()
    way.claim()
    began_s = time.monotonic()
    for _ in range(20):
        way.give()  # never released: one wait in all, not one each
    assert 0.04 < time.monotonic() - began_s < 0.9
