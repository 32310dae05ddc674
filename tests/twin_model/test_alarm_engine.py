"""Alarms together: causes, floods, the journal, kills, full disks, accounts."""

from __future__ import annotations

import contextlib
import json
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from twin_model.alarms.accounts import Accounts, Actor, Role, SignInError
from twin_model.alarms.causes import CauseGraph
from twin_model.alarms.changes import AlarmChange, Done, Portion
from twin_model.alarms.desk import AlarmDesk, sign_in
from twin_model.alarms.engine import AlarmEngine
from twin_model.alarms.model import (
    STANDING,
    AlarmEvent,
    AlarmOptions,
    AlarmPoint,
    AlarmStatus,
    Condition,
    EventKind,
    State,
)
from twin_model.alarms.published import PublishedAlarms
from twin_model.alarms.writing import EventWriter, tell_beside
from twin_model.commands import AddEntities
from twin_model.entity import Entity, Relation
from twin_model.errors import StoreError
from twin_model.frame import Frame
from twin_model.relations import Direction, connection
from twin_model.schema.types import Severity
from twin_model.store.alarm_journal import ALARMS_FILE, AlarmJournal
from twin_model.time import Instant, Interval
from twin_model.twin import Twin

SECOND = 1_000_000


def point(name: str, entity: str = "", **values: object) -> AlarmPoint:
    return AlarmPoint(name, entity or name, f"{name} failed", **values)


def raised(engine: AlarmEngine, *times: tuple[str, float]) -> list[AlarmEvent]:
    events: list[AlarmEvent] = []
    for name, at_s in times:
        at_us = int(at_s * SECOND)
        events += engine.apply([Condition(name, True, at_us)], at_us)
    return events


def returned(engine: AlarmEngine, name: str, at_s: float) -> None:
    engine.apply([Condition(name, False, int(at_s * SECOND))], int(at_s * SECOND))


# -- causes --------------------------------------------------------------------------------

#: A substation feeds a pump station, whose pump feeds a district with three houses.
GRID = [
    ("substation", "station"), ("station", "pump"), ("pump", "district"),
    ("district", "house-1"), ("district", "house-2"), ("district", "house-3"),
]  # fmt: skip
THINGS = ["substation", "station", "pump", "district", "house-1", "house-2", "house-3", "crane"]


@pytest.fixture
def grid() -> AlarmEngine:
    return AlarmEngine([point(name) for name in THINGS], graph=CauseGraph(GRID))


def roots(engine: AlarmEngine) -> list[str]:
    return sorted(a.point.id for a in engine.alarms() if not a.status.cause)


def test_what_follows_from_a_failure_is_folded_under_it_and_stays_reachable(
    grid: AlarmEngine,
) -> None:
    raised(grid, ("pump", 0), ("district", 2), ("house-1", 5), ("house-2", 6), ("crane", 7))
    assert roots(grid) == ["crane", "pump"]
    assert [alarm.point.id for alarm in grid.alarms(folded=True)] == ["crane", "pump"]
    assert set(grid.consequences("pump")) == {"district", "house-1", "house-2"}
    assert grid.alarm("pump").consequences == 3
    assert grid.root("house-2") == "pump"
    assert grid.alarm("house-2").status.cause == "district", "the nearest explains directly"


def test_a_cause_that_is_reported_after_its_consequences_takes_them(grid: AlarmEngine) -> None:
    changes: list[AlarmChange] = []
    grid.changed.connect(changes.append)
    raised(grid, ("house-1", 0), ("house-3", 1), ("pump", 20))
    assert roots(grid) == ["pump"]
    assert changes[-1].regrouped == {"house-1", "house-3"}


def test_alarms_far_apart_in_time_do_not_explain_each_other(grid: AlarmEngine) -> None:
    raised(grid, ("pump", 0), ("district", 4000))
    assert roots(grid) == ["district", "pump"]
    raised(grid, ("substation", 5000))
    assert roots(grid) == ["district", "pump", "substation"]


def test_when_a_cause_is_over_its_consequences_pass_to_what_explains_it(grid: AlarmEngine) -> None:
    desk = AlarmDesk(grid, Actor("Li", Role.OPERATOR), lambda: 100 * SECOND)
    raised(grid, ("substation", 0), ("pump", 1), ("house-1", 2))
    desk.acknowledge(["pump"])
    returned(grid, "pump", 10)
    assert grid.alarm("house-1").status.cause == "substation"
    desk.acknowledge(["substation"])
    returned(grid, "substation", 20)
    assert roots(grid) == ["house-1"], "what is still wrong is seen"


def test_a_cause_that_comes_again_keeps_what_it_explains() -> None:
    points = [point("hot", "transformer"), point("oil", "transformer"), point("crane")]
    engine = AlarmEngine(points, graph=CauseGraph([("transformer", "crane")]))
    raised(engine, ("hot", 0), ("oil", 2), ("crane", 4))
    assert roots(engine) == ["hot"]
    for name in ("crane", "oil", "hot"):
        returned(engine, name, 10)
    raised(engine, ("hot", 20), ("oil", 22), ("hot", 24))
    causes = {a.point.id: a.status.cause for a in engine.alarms()}
    assert causes == {"hot": "", "oil": "hot", "crane": "hot"}
    assert engine.root("crane") == "hot" and set(engine.consequences("hot")) == {"oil", "crane"}


def test_alarms_that_an_earlier_version_had_explain_each_other_are_restored_without_a_ring(
    tmp_path: Path,
) -> None:
    points = [point("hot", "transformer"), point("oil", "transformer")]
    with contextlib.closing(AlarmJournal(tmp_path / ALARMS_FILE)) as journal:
        engine = AlarmEngine(points, journal=journal)
        raised(engine, ("hot", 0), ("oil", 2))
        found = journal.restored(engine.options.flood_window_s)
        statuses = [replace(s, cause={"hot": "oil", "oil": "hot"}[s.point]) for s in found.statuses]
        again = AlarmEngine(points, journal=journal)
        again.restore(replace(found, statuses=statuses))
        assert len(roots(again)) == 1
        assert again.root("hot") == again.root("oil") == roots(again)[0]


def test_a_ring_of_feeders_makes_no_ring_of_causes() -> None:
    ring = [("a", "b"), ("b", "c"), ("c", "a")]
    engine = AlarmEngine([point(name) for name in "abc"], graph=CauseGraph(ring))
    raised(engine, ("a", 0), ("b", 1), ("c", 2))
    raised(engine, ("a", 3))
    assert roots(engine) == ["a"]
    assert set(engine.consequences("a")) == {"b", "c"}


def test_causes_follow_the_relations_of_the_twin(tmp_path: Path) -> None:
    with Twin.create(tmp_path / "a.shapan", Frame("EPSG:4549", (500_000.0, 3_350_000.0, 0.0))) as t:
        things = [Entity(name, "pump", name) for name in ("well", "pump", "tank", "hall", "lamp")]
        relations = [
            Relation("r1", "feeds", "well", "pump"),
            connection("r2", ("tank", "pump"), direction=Direction.BACKWARD),
            Relation("r3", "contains", "hall", "lamp"),
            Relation("r4", "adjacent", "hall", "tank"),
        ]
        t.execute(AddEntities(things, relations))
        graph = CauseGraph.of(t)
    assert [name for _hops, name in graph.above("tank", 6)] == ["tank", "pump", "well"]
    assert [name for _hops, name in graph.above("lamp", 6)] == ["lamp", "hall"]
    assert [name for _hops, name in graph.below("well", 1)] == ["well", "pump"]


# -- floods and chattering -----------------------------------------------------------------


def test_a_flood_starts_above_ten_in_ten_minutes_and_ends_below_five() -> None:
    engine = AlarmEngine([point(f"p{n}") for n in range(30)])
    events = raised(engine, *[(f"p{n}", n * 10.0) for n in range(10)])
    assert not engine.in_flood
    events = raised(engine, ("p10", 100))
    assert [e.kind for e in events] == [EventKind.RAISED, EventKind.FLOOD_STARTED]
    assert engine.in_flood
    engine.advance(659 * SECOND)
    assert engine.in_flood, "five remain: raised at 60 s to 100 s"
    (ended,) = engine.advance(3600 * SECOND)
    assert ended.kind is EventKind.FLOOD_ENDED
    assert ended.at_us == 660 * SECOND, "the moment when only four remained"


def test_a_flood_and_a_shelf_that_began_while_our_clock_was_ahead_last_no_longer() -> None:
    points = [point(f"p{n}") for n in range(12)]
    engine, now = AlarmEngine(points), [3600.0]
    raised(engine, *((f"p{n}", 3600) for n in range(12)))
    desk = AlarmDesk(engine, Actor("Li", Role.OPERATOR), lambda: int(now[0] * SECOND))
    desk.shelve(["p0"], "drifts", 1800)
    assert engine.in_flood
    engine.turn_back(0)
    engine.advance(599 * SECOND)
    assert engine.in_flood
    engine.advance(601 * SECOND)
    assert not engine.in_flood
    assert engine.alarm("p0").state is State.SHELVED
    engine.advance(1801 * SECOND)
    assert engine.alarm("p0").state is not State.SHELVED


def test_acknowledgements_returns_and_hidden_alarms_make_no_flood() -> None:
    engine = AlarmEngine([point(f"p{n}") for n in range(40)])
    desk = AlarmDesk(engine, Actor("Li", Role.ENGINEER), lambda: 50 * SECOND)
    desk.take_out_of_service([f"p{n}" for n in range(20, 40)], "test")
    raised(engine, *[(f"p{n}", n / 10) for n in range(20, 40)])
    raised(engine, *[(f"p{n}", 60 + n) for n in range(10)])
    desk.acknowledge([f"p{n}" for n in range(10)])
    for n in range(10):
        returned(engine, f"p{n}", 100 + n)
    assert not engine.in_flood


def test_an_alarm_that_comes_and_goes_is_marked_as_chattering() -> None:
    engine = AlarmEngine([point("p"), point("q")])
    for n in range(5):
        raised(engine, ("p", 20.0 * n))
        returned(engine, "p", 20.0 * n + 5)
    raised(engine, ("q", 90))
    assert engine.chattering(100 * SECOND) == ["p"]
    assert engine.alarm("p", 100 * SECOND).chattering
    assert engine.chattering(1000 * SECOND) == []


# -- the journal ---------------------------------------------------------------------------


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[AlarmJournal]:
    made = AlarmJournal(tmp_path / ALARMS_FILE)
    yield made
    made.close()


def test_everything_that_happened_is_in_the_journal_and_the_chain_holds(
    journal: AlarmJournal,
) -> None:
    engine = AlarmEngine([point("p"), point("q")], journal=journal)
    desk = AlarmDesk(engine, Actor("李工", Role.ENGINEER), lambda: 5 * SECOND)
    raised(engine, ("p", 1), ("q", 2))
    desk.acknowledge(["p"], "已通知")
    desk.shelve(["q"], "清洗传感器", 3600)
    recorded = [r.event for r in journal.events()]
    assert [e.kind for e in recorded] == ["raised", "raised", "acknowledged", "shelved"]
    assert recorded[2].who == "李工" and recorded[2].text == "已通知"
    assert [r.sequence for r in journal.events()] == [1, 2, 3, 4]
    assert journal.verify() == []
    one_second = Interval(Instant(2 * SECOND), Instant(3 * SECOND))
    assert [r.event.point for r in journal.events(one_second)] == ["q"]


def test_the_states_of_any_instant_can_be_asked_for(journal: AlarmJournal) -> None:
    engine = AlarmEngine([point("p"), point("q")], journal=journal)
    raised(engine, ("p", 10), ("q", 20))
    returned(engine, "p", 30)
    then = journal.states_at(Instant(25 * SECOND))
    assert {name: event.after for name, event in then.items()} == {
        "p": State.UNACKNOWLEDGED,
        "q": State.UNACKNOWLEDGED,
    }
    assert journal.states_at(Instant(35 * SECOND))["p"].after is State.RETURNED


def test_a_restart_goes_on_where_it_ended(journal: AlarmJournal) -> None:
    points = [
        point("p", on_delay_s=60), point("q", escalate_after_s=100), point("r"), point("s"),
        *[point(f"x{n}") for n in range(12)],
    ]  # fmt: skip
    graph = CauseGraph([("q", "r")])
    engine = AlarmEngine(points, journal=journal, graph=graph)
    desk = AlarmDesk(engine, Actor("Li", Role.OPERATOR), lambda: 5 * SECOND)
    raised(engine, ("p", 1), ("q", 2), ("r", 3), ("s", 4))
    desk.shelve(["s"], "repair", 3600)
    raised(engine, *[(f"x{n}", 10 + n) for n in range(12)])
    assert engine.in_flood

    again = AlarmEngine(points, journal=journal, graph=graph)
    again.restore(journal.restored(again.options.flood_window_s))
    assert again.counts() == engine.counts()
    assert again.in_flood and again.consequences("q") == ["r"]
    events = again.advance(4000 * SECOND)
    assert {(e.point, str(e.kind)) for e in events} >= {
        ("p", "raised"), ("q", "escalated"), ("s", "unshelved"), ("s", "raised"),
        ("", "flood-ended"),
    }  # fmt: skip
    assert journal.verify() == []


def test_what_was_written_can_be_neither_changed_nor_deleted(journal: AlarmJournal) -> None:
    raised(AlarmEngine([point("p")], journal=journal), ("p", 1))
    with sqlite3.connect(journal.path) as other:
        for statement in ("UPDATE event SET who = 'nobody'", "DELETE FROM event"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                other.execute(statement)
        other.execute("DROP TRIGGER event_stays")
        other.execute("UPDATE event SET who = 'nobody'")
    other.close()
    assert journal.verify() == ["alarm journal: event 1 was changed"]


def test_an_event_cannot_be_written_twice(journal: AlarmJournal) -> None:
    engine = AlarmEngine([point("p")], journal=journal)
    (event,) = raised(engine, ("p", 1))
    with pytest.raises(StoreError, match="UNIQUE"):
        journal.append([event], [])
    assert journal.verify() == [] and journal.last_sequence == 1


def test_a_journal_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / ALARMS_FILE) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    with pytest.raises(StoreError, match="newer Shapan"):
        AlarmJournal(tmp_path / ALARMS_FILE)


def test_a_damaged_journal_is_said_to_be_damaged(tmp_path: Path) -> None:
    (tmp_path / ALARMS_FILE).write_bytes(b"something else" * 500)
    with pytest.raises(StoreError, match="damaged"):
        AlarmJournal(tmp_path / ALARMS_FILE)


_BURST = """
import sys
from pathlib import Path
from twin_model.alarms.engine import AlarmEngine
from twin_model.alarms.model import AlarmPoint, Condition
from twin_model.store.alarm_journal import AlarmJournal

journal = AlarmJournal(Path(sys.argv[1]))
engine = AlarmEngine([AlarmPoint(f"p{n}", f"p{n}", "x") for n in range(500)], journal=journal)
engine.restore(journal.restored(600.0))
for step in range(int(sys.argv[2])):
    at = (step + 1) * 1_000_000
    given = [Condition(f"p{n}", (step + n) % 2 == 0, at) for n in range(500)]
    engine.apply(given, at)
    print(journal.last_sequence, flush=True)
"""


def test_a_kill_in_a_burst_loses_and_doubles_nothing(tmp_path: Path) -> None:
    path = tmp_path / ALARMS_FILE
    child = subprocess.Popen(
        [sys.executable, "-c", _BURST, str(path), "100000"], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    lines = [child.stdout.readline() for _ in range(15)]
    child.send_signal(signal.SIGKILL)
    lines += [line for line in child.stdout if line.endswith("\n")]
    child.wait()
    child.stdout.close()
    acknowledged = int(lines[-1])

    journal = AlarmJournal(path)
    assert journal.last_sequence >= acknowledged > 0
    assert journal.verify() == []
    newest = journal.states_at(Instant(10**15))
    statuses = {s.point: s for s in journal.restored(600.0).statuses}
    assert {n: e.after for n, e in newest.items()} == {n: s.state for n, s in statuses.items()}
    before = journal.last_sequence
    steps = max(status.condition_us for status in statuses.values()) // SECOND
    journal.close()

    # Sources deliver all of it again, as a broker does; then it goes on.
    subprocess.run(
        [sys.executable, "-c", _BURST, str(path), str(steps)], check=True, capture_output=True
    )
    journal = AlarmJournal(path, read_only=True)
    assert journal.last_sequence == before, "nothing twice"
    assert journal.verify() == []
    journal.close()


class SlowJournal:
    """A journal on a disk that takes its time; notes who could be told of what, and when."""

    def __init__(self, journal: AlarmJournal) -> None:
        self.journal = journal
        self.events = 0
        self.turns = 0

    def append_all(self, portions: Iterable[Portion]) -> None:
        written: list[AlarmEvent] = []

        def passed_on() -> Iterator[Portion]:
            for events, statuses in portions:
                written.extend(events)
                yield events, statuses

        self.journal.append_all(passed_on())
        time.sleep(0.1)
        self.events += len(written)
        self.turns += 1


def test_nobody_is_told_of_an_alarm_before_the_journal_has_it(journal: AlarmJournal) -> None:
    slow = SlowJournal(journal)
    engine = AlarmEngine([point(f"p{n}") for n in range(3000)], journal=slow)
    told: list[int] = []
    seen: list[tuple[int, int]] = []

    def note(change: AlarmChange) -> None:
        told.append(len(change.events))
        assert sum(told) <= slow.events

    engine.changed.connect(note)
    burst = [Condition(f"p{n}", True, SECOND) for n in range(3000)]
    worker = threading.Thread(target=engine.apply, args=(burst, SECOND))
    worker.start()
    while worker.is_alive():
        listed = len(engine.alarms())
        seen.append((listed, slow.events))
        time.sleep(0.005)
    worker.join()
    assert all(listed <= written for listed, written in seen)
    assert any(0 < listed < 3000 for listed, _ in seen), "the first are shown before the last"
    assert len(engine.alarms()) == 3000
    assert sum(told) == 3001, "and that a flood began"
    assert slow.turns == 2, "the rest waits for the disk once"
    assert journal.verify() == []


def test_the_rest_of_a_burst_is_written_while_it_is_worked_out(
    journal: AlarmJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("twin_model.alarms.writing._PATIENCE_S", 20.0)
    turns: list[int] = []
    written, told = threading.Semaphore(0), threading.Semaphore(0)

    class Watched:
        def append_all(self, portions: Iterable[Portion]) -> None:
            def passed_on() -> Iterator[Portion]:
                turns.append(0)
                for portion in portions:
                    yield portion
                    turns[-1] += 1  # the next is asked for once this one is written
                    written.release()

            journal.append_all(passed_on())

    writer = EventWriter(Watched(), lambda statuses: None)

    def works() -> Iterator[Done]:
        for number in range(1, 5):
            event = AlarmEvent(f"p{number}", 1, EventKind.RAISED, SECOND)
            yield Done([event], frozenset(), writer.put([event], []))
            if number == 1:
                assert told.acquire(timeout=20)
            written.acquire(timeout=0.5)

    seen: list[int] = []

    def tell(done: Sequence[Done]) -> None:
        seen.extend(one.number for one in done)
        told.release()

    tell_beside(works(), writer, tell)
    assert turns == [1, 3], "the first at once, the others in one turn of the disk"
    assert seen == [1, 2, 3, 4]
    assert journal.last_sequence == 4 and journal.verify() == []


def test_an_action_amid_a_burst_waits_for_no_more_than_the_disk(journal: AlarmJournal) -> None:
    slow = SlowJournal(journal)
    engine = AlarmEngine([point(f"p{n}") for n in range(3000)], journal=slow)
    desk = AlarmDesk(engine, Actor("Li", Role.OPERATOR), lambda: 2 * SECOND)
    raised(engine, ("p0", 0.5))
    burst = [Condition(f"p{n}", True, SECOND) for n in range(1, 3000)]
    worker = threading.Thread(target=engine.apply, args=(burst, SECOND))
    worker.start()
    outcome = desk.acknowledge(["p0"])
    worker.join()
    assert not outcome.refused and engine.alarm("p0").state is State.ACKNOWLEDGED
    assert {a.point.id: a.state for a in engine.alarms()}["p0"] is State.ACKNOWLEDGED
    assert journal.verify() == [] and journal.last_sequence == 3002


def test_a_full_disk_is_said_and_nothing_is_lost_when_there_is_room_again(tmp_path: Path) -> None:
    code = (
        "import json, resource, signal, sys\nfrom pathlib import Path\n"
        "from twin_model.alarms.engine import AlarmEngine\n"
        "from twin_model.alarms.model import AlarmPoint, Condition\n"
        "from twin_model.store.alarm_journal import AlarmJournal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "journal = AlarmJournal(Path(sys.argv[1]))\n"
        "names = [f'p{n}' for n in range(2000)]\n"
        "engine = AlarmEngine([AlarmPoint(n, n, 'x') for n in names], journal=journal)\n"
        "hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, hard))\n"
        "engine.apply([Condition(n, True, 10) for n in names], 10)\n"
        "full = (engine.problem, engine.unwritten, len(engine.alarms()))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))\n"
        "engine.apply([Condition('p0', False, 20)], 20)\n"
        "print(json.dumps([*full, engine.problem, engine.unwritten]))\n"
    )
    path = tmp_path / ALARMS_FILE
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    problem, unwritten, shown, problem_after, unwritten_after = json.loads(done.stdout)
    assert "could not be written" in problem and 1000 < unwritten <= 2001
    assert shown == 2000, "operators see alarms whether or not the disk is full"
    assert (problem_after, unwritten_after) == ("", 0)
    journal = AlarmJournal(path, read_only=True)
    assert journal.last_sequence == 2002 and journal.verify() == []
    journal.close()


# -- accounts ------------------------------------------------------------------------------


def test_signing_in_needs_the_right_password_and_is_in_the_journal(journal: AlarmJournal) -> None:
    accounts = Accounts(journal)
    engine = AlarmEngine([point("p")], journal=journal)
    accounts.put("Li", Role.OPERATOR, "correct horse")
    for name, password in (("Li", "wrong horse"), ("Wang", "correct horse")):
        with pytest.raises(SignInError, match="name or password is wrong"):
            sign_in(engine, accounts, name, password)
    assert sign_in(engine, accounts, "Li", "correct horse").actor == Actor("Li", Role.OPERATOR)
    kinds = [(str(r.event.kind), r.event.who) for r in journal.events()]
    assert kinds == [("sign-in-refused", "Li"), ("sign-in-refused", "Wang"), ("signed-in", "Li")]
    assert b"correct horse" not in journal.path.read_bytes()
    assert accounts.idle_min == 0, "nobody is signed out unless it is wanted"
    accounts.sign_out_after(15)
    assert Accounts(journal).idle_min == 15
    for minutes in (-1, 24 * 60 + 1):
        with pytest.raises(SignInError, match="1 to 1440 minutes"):
            accounts.sign_out_after(minutes)
    accounts.put("Zhao", Role.ADMINISTRATOR, "battery staple")
    accounts.demand(True)
    with pytest.raises(SignInError, match="may not change accounts"):
        accounts.sign_out_after(0, Actor("Li", Role.OPERATOR))
    accounts.sign_out_after(0, Actor("Zhao", Role.ADMINISTRATOR))
    assert accounts.idle_min == 0


def test_guessing_passwords_is_slowed_down(journal: AlarmJournal) -> None:
    accounts = Accounts(journal)
    now = [0.0]
    accounts.monotonic = lambda: now[0]
    accounts.put("Li", Role.OPERATOR, "correct horse")
    for _ in range(5):
        with pytest.raises(SignInError):
            accounts.sign_in("Li", "guess guess")
    with pytest.raises(SignInError, match="too many"):
        accounts.sign_in("Li", "correct horse")
    now[0] = 31.0
    assert accounts.sign_in("Li", "correct horse").role is Role.OPERATOR


def test_sign_in_is_demanded_only_where_somebody_can_administer(journal: AlarmJournal) -> None:
    accounts = Accounts(journal)
    with pytest.raises(SignInError, match="no administrator"):
        accounts.demand(True)
    accounts.put("Chen", Role.ADMINISTRATOR, "a long password")
    accounts.demand(True)
    assert accounts.demanded
    chen = Actor("Chen", Role.ADMINISTRATOR)
    changes = [
        lambda: accounts.remove("Chen", chen),
        lambda: accounts.put("Chen", Role.OPERATOR, "a long password", chen),
    ]
    for change in changes:
        with pytest.raises(SignInError, match="only administrator"):
            change()
    with pytest.raises(SignInError, match="8 to 1024"):
        accounts.put("Li", Role.OPERATOR, "short", chen)
    for by in (None, Actor("Li", Role.ENGINEER)):
        with pytest.raises(SignInError, match="may not change accounts"):
            accounts.put("Li", Role.ADMINISTRATOR, "a long password", by)


def test_options_are_a_sites_own() -> None:
    options = AlarmOptions(flood_window_s=60, flood_start=2, flood_end=1)
    engine = AlarmEngine([point(f"p{n}", priority=Severity.LOW) for n in range(5)], options=options)
    raised(engine, ("p0", 0), ("p1", 1), ("p2", 2))
    assert engine.in_flood
    engine.advance(100 * SECOND)
    assert not engine.in_flood


def test_copies_of_different_moments_that_explain_each_other_can_be_listed() -> None:
    points = {name: AlarmPoint(name, "pump", name) for name in "ab"}
    published = PublishedAlarms(points)
    statuses = [
        AlarmStatus(
            name, Severity.HIGH, active=True, acknowledged=False, standing=True, cause=cause
        )
        for name, cause in ("ab", "ba")
    ]
    published.take(statuses)
    found = published.list(STANDING, (), folded=False)
    assert sorted((alarm.point.id, alarm.consequences) for alarm in found) == [("a", 1), ("b", 1)]
