"""All alarms of a twin: conditions and people's actions in, states and journal out."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final

from psygnal import Signal

from twin_model.alarms import machine
from twin_model.alarms.causes import CauseGraph, Causes
from twin_model.alarms.changes import AlarmChange, Done, Journal, Outcome, Restored
from twin_model.alarms.flood import ChatterWatch, FloodWatch
from twin_model.alarms.machine import AlarmError
from twin_model.alarms.model import (
    PRIORITIES,
    STANDING,
    Alarm,
    AlarmEvent,
    AlarmOptions,
    AlarmPoint,
    AlarmStatus,
    Condition,
    EventKind,
    State,
    copied,
)
from twin_model.alarms.plain import PlainAlarms
from twin_model.alarms.published import PublishedAlarms
from twin_model.alarms.timers import Due, Timers
from twin_model.alarms.writing import EventWriter, tell_beside
from twin_model.schema.types import Severity

_SECOND_US: Final = 1_000_000
#: Conditions that are taken in while whoever asks waits, a few milliseconds.
_PORTION: Final = 500
Action = Callable[[AlarmStatus, AlarmPoint], list[AlarmEvent]]


class AlarmEngine:
    """Runs the state machines of all alarm points; safe to use from any thread.

    Parameters
    ----------
    points : iterable of AlarmPoint
    options : AlarmOptions
    journal : Journal, optional
        None for a back-test, which leaves no trace.
    graph : CauseGraph, optional
        What depends on what; without it no alarm explains another.
    """

    #: Emitted with an `AlarmChange` after the journal has it, in the thread that caused it or,
    #: within a burst, in one beside.
    changed = Signal(AlarmChange)

    def __init__(
        self,
        points: Iterable[AlarmPoint],
        *,
        options: AlarmOptions | None = None,
        journal: Journal | None = None,
        graph: CauseGraph | None = None,
    ) -> None:
        self.options = options or AlarmOptions()
        self._points = {point.id: point for point in points}
        self._statuses: dict[str, AlarmStatus] = {}
        self._timers = Timers(self.options.shelf_warning_s)
        self._flood = FloodWatch(self.options)
        self._chatter = ChatterWatch(self.options)
        self._causes = Causes(graph or CauseGraph(), self.options)
        self._plain = PlainAlarms(self._statuses, self._causes, self._flood, self._chatter)
        self._first_out: dict[str, str] = {}
        self._in_group: Counter[str] = Counter()
        self._system_events = 0
        self._regrouped: set[str] = set()
        self._writer = EventWriter(
            journal, lambda statuses: self._published.take(statuses.values())
        )
        #: For windows that paint amid a burst.
        self.way = self._writer.way
        #: Alarms that are changed.
        self._touched: dict[str, AlarmStatus] = {}
        self._published = PublishedAlarms(self._points)
        self._lock = threading.RLock()

    # -- points ------------------------------------------------------------------------

    @property
    def points(self) -> dict[str, AlarmPoint]:
        """All points by id; not to be changed."""
        return self._points

    def set_points(self, points: Iterable[AlarmPoint], now_us: int) -> list[AlarmEvent]:
        """Replace the points, as when rules were edited; alarms without a point end."""
        fresh = {point.id: point for point in points}

        def replace_points() -> list[AlarmEvent]:
            events: list[AlarmEvent] = []
            for name in self._statuses.keys() - fresh.keys():
                status = self._statuses[name]
                status.raw, status.pending_us = False, None
                events += self._done(status, machine.retire(status, now_us))
            self._points = fresh
            self._published.set_points(fresh)
            return events

        return self._do(replace_points)

    def set_graph(self, graph: CauseGraph) -> None:
        """Use other relations from now on; alarms that stand keep their causes."""
        with self._lock:
            self._causes.graph = graph

    def restore(self, found: Restored) -> None:
        """Go on where the journal ended; before anything else happens."""
        with self._lock:
            self._system_events = found.system_events
            for status in found.statuses:
                self._statuses[status.point] = status
                point = self._points.get(status.point)
                if point is None:
                    continue
                self._timers.set_all(status, point)
                if status.standing:
                    self._in_group[point.group] += bool(point.group)
                    raised_us = status.raised_us or 0
                    status.cause = self._causes.restore(
                        status.point, point.entity, raised_us, status.cause
                    )
                    if status.first_out:
                        self._first_out[point.group] = status.point
            self._published.take(map(copied, found.statuses))
            for at_us in found.recent_us:
                self._flood.raised(at_us)
            self._flood.in_flood = found.in_flood

    # -- the plant ---------------------------------------------------------------------

    def apply(self, conditions: Sequence[Condition], now_us: int) -> list[AlarmEvent]:
        """Take in what rules found, and let time pass until now.

        Thousands at once are taken in by portions: while one is worked out, those before are
        written and told.
        """
        ordered = sorted(conditions, key=lambda c: c.at_us)
        if len(ordered) <= _PORTION:
            events = self._do(lambda: self._take_in(ordered))
        else:
            starts = range(0, len(ordered), _PORTION)
            portions = [ordered[start : start + _PORTION] for start in starts]
            works = (self._work(lambda part=part: self._take_in(part)) for part in portions)  # type: ignore[misc]
            told = tell_beside(works, self._writer, self._tell)
            events = [event for done in told for event in done.events]
        return events + self._do(lambda: self._pass_time(now_us))

    def _take_in(self, conditions: Sequence[Condition]) -> list[AlarmEvent]:
        events: list[AlarmEvent] = []
        passed_us: int | None = None
        for condition in conditions:
            # Thousands at one instant are a burst: time passes once for them.
            if condition.at_us != passed_us or self._timers.due(passed_us):
                passed_us = condition.at_us
                events += self._pass_time(passed_us)
            begun = self._plain.begin(condition, self._points.get(condition.point))
            if begun is None:
                events += self._condition(condition)
            else:
                events.append(begun)
                self._touched[begun.point] = self._statuses[begun.point]
        return events

    def advance(self, now_us: int) -> list[AlarmEvent]:
        """Let time pass: delays, shelves and escalations end, floods too."""
        return self._do(lambda: self._pass_time(now_us))

    def turn_back(self, now_us: int, ahead_us: int = 0) -> None:
        """Believe what comes again, since our clock has gone back.

        What was found meanwhile has times that are still to come (by more than *ahead_us*), so that
        everything until then would be taken for old.
        """
        with self._lock:
            self._flood.turn_back(now_us + ahead_us)
            for status in self._statuses.values():
                if machine.turn_back(status, now_us, ahead_us):
                    self._timers.set_shelf(status)
                    self._touched[status.point] = status
                point = self._points.get(status.point)
                if status.pending_us is None or point is None:
                    continue
                delay_s = point.on_delay_s if status.raw else point.off_delay_s
                pending_us = now_us + int(delay_s * _SECOND_US)
                if status.pending_us > pending_us + ahead_us:
                    status.pending_us = pending_us
                    self._timers.set(pending_us, Due.CONDITION, status)

    def suppress(self, reasons: dict[str, str], now_us: int) -> list[AlarmEvent]:
        """Suppress by design, or no longer: the reason by point, empty for none."""

        def change() -> list[AlarmEvent]:
            events: list[AlarmEvent] = []
            for name, reason in reasons.items():
                status, point = self._of(name)
                if reason:
                    events += self._done(status, machine.suppress(status, now_us, reason))
                else:
                    events += self._done(status, machine.unsuppress(status, point, now_us))
            return events

        return self._do(change)

    def _condition(self, condition: Condition) -> list[AlarmEvent]:
        point = self._points.get(condition.point)
        if point is None:
            return []
        status = self._statuses.get(point.id)
        if status is None:
            status = self._statuses[point.id] = AlarmStatus(point.id, point.priority)
        if condition.at_us <= status.condition_us:
            return []  # delivered again after a restart, or out of order
        status.condition_us = condition.at_us
        self._touched[status.point] = status
        if condition.active == status.raw:
            done = machine.changed_value(status, condition.at_us, condition.value)
            return self._done(status, done)
        status.raw = condition.active
        if status.raw == status.active:
            status.pending_us = None  # back before the delay was over
            return []
        status.value = condition.value
        delay_s = point.on_delay_s if condition.active else point.off_delay_s
        if delay_s > 0:
            status.pending_us = condition.at_us + int(delay_s * _SECOND_US)
            self._timers.set(status.pending_us, Due.CONDITION, status)
            return []
        return self._take_effect(status, point, condition.at_us)

    def _take_effect(self, status: AlarmStatus, point: AlarmPoint, at_us: int) -> list[AlarmEvent]:
        status.pending_us = None
        if status.raw:
            return self._done(status, machine.begin(status, point, at_us, status.value))
        return self._done(status, machine.end(status, at_us, status.value))

    # -- people ------------------------------------------------------------------------

    def act(self, names: Iterable[str], action: Action, now_us: int) -> Outcome:
        """Do something to alarms; one that refuses keeps the others from nothing.

        Roles are checked by `twin_model.alarms.desk`, which is what people's actions go through.
        """
        outcome = Outcome()

        def do() -> list[AlarmEvent]:
            events = self._pass_time(now_us)
            for name in names:
                try:
                    status, point = self._of(name)
                    done = self._done(status, action(status, point))
                except AlarmError as error:
                    outcome.refused.append(error)
                    continue
                outcome.events += done
                events += done
            return events

        self._do(do)
        return outcome

    def note(self, kind: EventKind, at_us: int, who: str = "", text: str = "") -> list[AlarmEvent]:
        """Put something about no single alarm into the journal."""
        return self._do(lambda: [self._system(kind, at_us, who, text)])

    # -- time --------------------------------------------------------------------------

    def _pass_time(self, now_us: int) -> list[AlarmEvent]:
        events: list[AlarmEvent] = []
        while (taken := self._timers.take(now_us)) is not None:
            at_us, due, name, occurrence = taken
            status, point = self._statuses.get(name), self._points.get(name)
            if status is not None and point is not None:
                events += self._timer(due, at_us, (status, point), occurrence)
        return events + self._flood_end(now_us)

    def _timer(
        self, due: Due, at_us: int, alarm: tuple[AlarmStatus, AlarmPoint], occurrence: int
    ) -> list[AlarmEvent]:
        status, point = alarm
        shelf = status.shelf
        if due is Due.CONDITION and status.pending_us == at_us:
            return self._take_effect(status, point, at_us)
        if due is Due.SHELF_WARNING and shelf and self._timers.warning_us(status) == at_us:
            return self._done(status, machine.warn_of_shelf_end(status, at_us))
        if due is Due.SHELF_END and shelf and shelf.until_us == at_us:
            return self._done(
                status, machine.unshelve(status, point, at_us, "", "the time is over")
            )
        if due is Due.ESCALATION and status.occurrence == occurrence:
            escalated = machine.escalate(status, at_us)
            if escalated and status.priority is not PRIORITIES[-1]:
                self._timers.set_escalation(status, point, at_us)
            return self._done(status, escalated)
        return []

    def _flood_end(self, now_us: int) -> list[AlarmEvent]:
        ended_us = self._flood.advance(now_us)
        return [] if ended_us is None else [self._system(EventKind.FLOOD_ENDED, ended_us)]

    # -- what follows ------------------------------------------------------------------

    def _done(self, status: AlarmStatus, events: list[AlarmEvent]) -> list[AlarmEvent]:
        """Do what follows from events of one alarm; return them with what they led to."""
        if not events:
            return []
        self._touched[status.point] = status
        out: list[AlarmEvent] = []
        for event in events:
            if event.kind is EventKind.RAISED:
                out += self._raised(status, event)
            else:
                out.append(event)
            if event.kind is EventKind.SHELVED:
                self._timers.set_shelf(status)
        if not status.standing:
            self._finished(status)
        return out

    def _raised(self, status: AlarmStatus, event: AlarmEvent) -> list[AlarmEvent]:
        point = self._points[status.point]
        at_us = event.at_us
        if point.group:
            if self._in_group[point.group] == 0:
                self._first_out[point.group] = point.id
                status.first_out = True
            self._in_group[point.group] += not self._causes.knows(point.id)
        status.cause, adopted = self._causes.raised(point.id, point.entity, at_us)
        for name in adopted:
            self._regroup(name, point.id)
        if point.escalate_after_s is not None:
            self._timers.set_escalation(status, point, at_us)
        out = self._flood_end(at_us)
        out.append(event.explained_by(status.cause) if status.cause else event)
        if self._flood.raised(at_us):
            out.append(self._system(EventKind.FLOOD_STARTED, at_us, text=str(self._flood.count)))
        self._chatter.raised(point.id, at_us)
        return out

    def _finished(self, status: AlarmStatus) -> None:
        point = self._points.get(status.point)
        if point is not None and point.group and self._causes.knows(point.id):
            left = self._in_group[point.group] = max(0, self._in_group[point.group] - 1)
            if not left:
                self._first_out.pop(point.group, None)
        for child, cause in self._causes.finished(status.point):
            self._regroup(child, cause)

    def _regroup(self, name: str, cause: str) -> None:
        self._statuses[name].cause = cause
        self._touched[name] = self._statuses[name]
        self._regrouped.add(name)

    def _system(self, kind: EventKind, at_us: int, who: str = "", text: str = "") -> AlarmEvent:
        self._system_events += 1
        return AlarmEvent("", self._system_events, kind, at_us, who=who, text=text)

    def _of(self, name: str) -> tuple[AlarmStatus, AlarmPoint]:
        point = self._points.get(name)
        if point is None:
            raise AlarmError(f"no alarm point {name}")
        status = self._statuses.get(name)
        if status is None:
            status = self._statuses[name] = AlarmStatus(name, point.priority)
        return status, point

    def _do(self, work: Callable[[], list[AlarmEvent]]) -> list[AlarmEvent]:
        """Work, put what came of it into the journal, then tell everybody."""
        done = self._work(work)
        self._tell([done])
        return done.events

    def _work(self, work: Callable[[], list[AlarmEvent]]) -> Done:
        """Work, one at a time; who only asks waits for the work at most, never for the disk.

        A status that changed without an event (a delay has begun) waits for the next event: it
        would cost an fsync for each sample around a limit.
        """
        with self._lock:
            events = work()
            regrouped, self._regrouped = frozenset(self._regrouped), set()
            return Done(events, regrouped, self._put(events) if events else 0)

    def _put(self, events: list[AlarmEvent]) -> int:
        touched, self._touched = self._touched, {}
        return self._writer.put(events, [copied(status) for status in touched.values()])

    def _tell(self, done: Sequence[Done]) -> None:
        """Wait until what was done is in the journal, then tell everybody."""
        self._writer.settle(max((one.number for one in done), default=0))
        events = tuple(event for one in done for event in one.events)
        regrouped = frozenset(name for one in done for name in one.regrouped)
        if events or regrouped:
            self.changed.emit(AlarmChange(events, regrouped))

    def flush(self) -> None:
        """Write what waits, before the program ends."""
        with self._lock:
            number = self._put([]) if self._touched or self.unwritten else 0
        self._writer.settle(number)

    # -- asking ------------------------------------------------------------------------

    def alarm(self, name: str, now_us: int | None = None) -> Alarm:
        """Return one alarm as it is.

        Raises
        ------
        AlarmError
            If there is no such point.
        """
        with self._lock:
            status, point = self._of(name)
            return self._alarm(status, point, now_us)

    def alarms(
        self,
        states: Collection[State] = STANDING,
        now_us: int | None = None,
        *,
        folded: bool = False,
    ) -> list[Alarm]:
        """Return the alarms in some states, the highest priority and newest first.

        With *folded*, as lists show them in a flood: without those that another explains.
        """
        chattering = () if now_us is None else frozenset(self._chatter.chattering(now_us))
        return self._published.list(states, chattering, folded=folded)

    def _alarm(self, status: AlarmStatus, point: AlarmPoint, now_us: int | None) -> Alarm:
        chatters = now_us is not None and self._chatter.chatters(point.id, now_us)
        below = self._causes.count_below(point.id) if status.standing else 0
        return Alarm(point, copied(status), status.state, chatters, below)

    def root(self, name: str) -> str:
        """Return the alarm that explains one in the end; itself where none does."""
        with self._lock:
            return self._causes.root(name)

    def consequences(self, name: str) -> list[str]:
        """Return the points of all standing alarms that one explains."""
        with self._lock:
            return self._causes.consequences(name)

    def counts(self) -> dict[tuple[State, Severity], int]:
        """Return how many alarms there are by state and priority; normal ones are not counted."""
        with self._lock:
            counted = Counter((one.state, one.priority) for one in self._statuses.values())
        return {key: n for key, n in counted.items() if key[0] is not State.NORMAL}

    def chattering(self, now_us: int) -> list[str]:
        """Return the points that come and go too often."""
        with self._lock:
            return self._chatter.chattering(now_us)

    def first_out(self, group: str) -> str | None:
        """Return the point that was the first of its group, while any of it stands."""
        with self._lock:
            return self._first_out.get(group)

    @property
    def in_flood(self) -> bool:
        """Whether more alarms come than anybody can work off."""
        return self._flood.in_flood

    def active_points(self) -> frozenset[str]:
        """Return the points whose condition holds, as far as is known."""
        with self._lock:
            return frozenset(name for name, one in self._statuses.items() if one.raw)

    @property
    def raised_in_window(self) -> int:
        """Alarms raised within the flood window."""
        return self._flood.count

    @property
    def flood_since_us(self) -> int | None:
        """When the flood began; None while there is none."""
        return self._flood.since_us

    @property
    def problem(self) -> str:
        """Why the journal cannot be written at the moment; empty while it can."""
        return self._writer.problem

    @property
    def unwritten(self) -> int:
        """Events that the journal does not have yet, because it cannot be written."""
        return self._writer.refused
