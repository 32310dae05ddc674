"""Who is told of which alarms, when, and again how often: decided here, sent elsewhere."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from twin_model.alarms.changes import AlarmChange
from twin_model.alarms.model import PRIORITIES, Alarm, AlarmEvent, AlarmPoint, EventKind, State
from twin_model.rules.calendar import Calendar
from twin_model.schema.types import Frozen, Severity
from twin_model.schema.units import label
from twin_model.time import Instant

_SECOND_US: Final = 1_000_000
#: What comes within it goes into one message; in a flood it is the longer one.
GATHER_S: Final = 5.0
FLOOD_S: Final = 600.0
#: Alarms that a message lists; the others are counted.
LISTED: Final = 30
_RANKS: Final = {priority: rank for rank, priority in enumerate(PRIORITIES)}
#: After these nobody has to be told any more.
_SEEN: Final = frozenset({
    EventKind.ACKNOWLEDGED, EventKind.SHELVED, EventKind.SUPPRESSED, EventKind.OUT_OF_SERVICE,
    EventKind.RESET,
})  # fmt: skip
#: After these an alarm explains no other any more.
_GONE: Final = (_SEEN | {EventKind.RETURNED}) - {EventKind.ACKNOWLEDGED}


class MailServer(Frozen):
    """Through which server mail is sent. The password is kept elsewhere.

    Parameters
    ----------
    host : str
        Empty for none.
    port : int
    security : str
        ``starttls``, ``tls`` or ``none``.
    user, sender : str
    """

    host: str = Field(default="", max_length=255)
    port: Annotated[int, Field(ge=1, le=65_535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = Field(default="", max_length=255)
    sender: str = Field(default="", max_length=255)


class NotifyRule(Frozen):
    """Tells somebody of alarms.

    Parameters
    ----------
    id, name : str
    enabled : bool
    via : str
        ``email``, ``webhook`` or ``sound``.
    to : tuple of str
        Addresses, or one URL; none for sound.
    at_least : Severity
        Alarms of lower priority are left out, until they are escalated.
    rules : tuple of str
        Ids of rules; none for all.
    roots_only : bool
        Leaves out alarms that another one explains of which this rule tells, until that is over.
    after_s : float
        Unacknowledged for so long; more than nobody answering is a second rule with more.
    again_s : float, optional
        Tells again so often until somebody acknowledges.
    returns : bool
        Tells too when an alarm that was told of is over.
    hours : Calendar, optional
        Only at these hours.
    """

    id: Annotated[str, Field(pattern=r"^[\w.-]+$", max_length=80)]
    name: str = Field(default="", max_length=200)
    enabled: bool = True
    via: Literal["email", "webhook", "sound"]
    to: tuple[str, ...] = ()
    at_least: Severity = Severity.HIGH
    rules: tuple[str, ...] = ()
    roots_only: bool = True
    after_s: Annotated[float, Field(ge=0.0, le=7 * 86_400.0)] = 0.0
    again_s: Annotated[float, Field(ge=5.0, le=7 * 86_400.0)] | None = None
    returns: bool = False
    hours: Calendar | None = None

    @model_validator(mode="after")
    def _has_goal(self) -> NotifyRule:
        if self.via == "email" and not self.to:
            raise ValueError(f"{self.name or self.id}: mail goes to somebody")
        if self.via == "webhook" and (
            len(self.to) != 1 or not self.to[0].startswith(("http://", "https://"))
        ):
            raise ValueError(
                f"{self.name or self.id}: a webhook has one address that begins with http"
            )
        return self


@dataclass(frozen=True)
class Message:
    """What one rule has to tell.

    Parameters
    ----------
    rule : NotifyRule
    events : tuple of AlarmEvent
        The newest of each alarm, the highest priority first.
    over : tuple of AlarmEvent
        Alarms that are over.
    more : int
        Alarms beyond those listed.
    in_flood : bool
    """

    rule: NotifyRule
    events: tuple[AlarmEvent, ...]
    over: tuple[AlarmEvent, ...] = ()
    more: int = 0
    in_flood: bool = False

    @property
    def worst(self) -> Severity:
        """The highest priority in it."""
        ranks = [_RANKS[event.priority] for event in (*self.events, *self.over)]
        return PRIORITIES[max(ranks, default=0)]


@dataclass
class _Open:
    """What a rule still has to tell, and what it told."""

    due_us: dict[str, int] = field(default_factory=dict)
    events: dict[str, AlarmEvent] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    over: dict[str, AlarmEvent] = field(default_factory=dict)
    next_us: int = -(2**62)
    #: When it told last, and the highest rank since then of which it told in this flood.
    last_us: int = -(2**62)
    rank: int = -1
    #: Alarms that it tells of, or would if another did not explain them; until they are over.
    concerned: set[str] = field(default_factory=set)
    #: What an alarm of these explains, by it; and by which one each is explained.
    held: dict[str, dict[str, AlarmEvent]] = field(default_factory=dict)
    held_by: dict[str, str] = field(default_factory=dict)


class Notifier:
    """Follows alarm events and says what has to be told by now. Not thread-safe.

    Parameters
    ----------
    rules : sequence of NotifyRule
    point : callable
        Returns an alarm point by its id; None where there is none.
    cause : callable, optional
        Returns which alarm explains one now, by their ids; empty for none, as where not given.
    """

    def __init__(
        self,
        rules: Sequence[NotifyRule],
        point: Callable[[str], AlarmPoint | None],
        cause: Callable[[str], str] = lambda _: "",
    ) -> None:
        self.rules = [rule for rule in rules if rule.enabled]
        self._point = point
        self._cause = cause
        #: What explained alarms that stand when they were raised.
        self._causes: dict[str, str] = {}
        self._open = {rule.id: _Open() for rule in self.rules}

    def resume(self, alarms: Iterable[Alarm], now_us: int) -> None:
        """Take in what stands already, as after a restart or with other rules.

        Who is told after a while, when a cause is over, or again, still is. What had to be told
        before counts as told.
        """
        standing = [one for one in alarms if one.status.active]
        for alarm in standing:
            self._causes[alarm.point.id] = alarm.status.cause
        events = [
            (_raised(alarm), alarm.state is State.UNACKNOWLEDGED) for alarm in standing
        ]  # fmt: skip
        for rule in self.rules:
            known = self._open[rule.id]
            concerned = [one for one in events if self._concerns(rule, one[0])]
            known.concerned |= {event.point for event, _ in concerned}
            for event, waiting in concerned:
                later = event.at_us + rule.after_s * _SECOND_US > now_us
                held = rule.roots_only and self._told_above(known, event.point, event.cause)
                if waiting and (later or held):
                    self._await(rule, known, event, event.cause)
                elif waiting and rule.again_s is not None:
                    known.told.add(event.point)
                    known.events[event.point] = event
                    known.due_us[event.point] = now_us + int(rule.again_s * _SECOND_US)

    def take(self, change: AlarmChange) -> None:
        """Take in what happened."""
        raised = [one for one in change.events if one.point and one.kind is EventKind.RAISED]
        for event in raised:  # first of all: a cause may come after what it explains
            self._causes[event.point] = event.cause
            for rule in self.rules:
                if self._concerns(rule, event):
                    self._open[rule.id].concerned.add(event.point)
        for event in change.events:
            if not event.point:
                continue
            for rule in self.rules:
                self._follow(rule, self._open[rule.id], event)
            if event.kind in _GONE:
                self._causes.pop(event.point, None)

    @property
    def sounding(self) -> bool:
        """Whether a sound will come again until somebody takes note."""
        return any(
            known.told & known.due_us.keys()
            for rule, known in self._open_of("sound")
        )  # fmt: skip

    def silence(self) -> None:
        """Let no sound come again for what was told by sound; what is raised later sounds."""
        for _, known in self._open_of("sound"):
            for name in known.told & known.due_us.keys():
                del known.due_us[name]

    def _open_of(self, via: str) -> list[tuple[NotifyRule, _Open]]:
        return [(rule, self._open[rule.id]) for rule in self.rules if rule.via == via]

    def _follow(self, rule: NotifyRule, known: _Open, event: AlarmEvent) -> None:
        name, kind = event.point, event.kind
        if kind in {EventKind.RAISED, EventKind.ESCALATED}:
            if self._concerns(rule, event):
                known.concerned.add(name)
                worse = kind is EventKind.ESCALATED and rule.via == "sound"  # another tone
                if worse or (name not in known.due_us and name not in known.told):
                    known.told.discard(name)
                    self._await(rule, known, event, event.cause)
            if kind is EventKind.RAISED:
                known.over.pop(name, None)
        elif kind in _SEEN:
            self._settle(known, name)
        elif kind is EventKind.RETURNED:
            # Who waits before telling does not tell of what was over by then.
            if rule.after_s > 0 or name in known.told:
                known.due_us.pop(name, None)
            if name in known.told:
                known.told.discard(name)
                if rule.returns:
                    known.over[name] = event
        if kind in _GONE:
            self._let_go(rule, known, name)

    def _await(self, rule: NotifyRule, known: _Open, event: AlarmEvent, cause: str) -> None:
        """Have an alarm told when its time has come, or held by the one that explains it."""
        name = event.point
        self._unhold(known, name)
        above = self._told_above(known, name, cause) if rule.roots_only else ""
        if above:
            known.held.setdefault(above, {})[name] = event
            known.held_by[name] = above
        else:
            known.due_us[name] = event.at_us + int(rule.after_s * _SECOND_US)
            known.events[name] = event

    def _told_above(self, known: _Open, name: str, cause: str) -> str:
        """Return the nearest alarm of which a rule tells among those that explain one."""
        passed = {name}
        while cause and cause not in passed:
            if cause in known.concerned:
                return cause
            passed.add(cause)
            cause = self._causes.get(cause, "")
        return ""

    def _let_go(self, rule: NotifyRule, known: _Open, name: str) -> None:
        """Forget an alarm; what it explained is explained by another, or told itself."""
        known.concerned.discard(name)
        self._unhold(known, name)
        for other, event in known.held.pop(name, {}).items():
            known.held_by.pop(other, None)
            self._await(rule, known, event, self._cause(other))

    @staticmethod
    def _unhold(known: _Open, name: str) -> None:
        above = known.held_by.pop(name, "")
        if above:
            known.held[above].pop(name, None)

    @staticmethod
    def _settle(known: _Open, name: str) -> None:
        known.due_us.pop(name, None)
        known.told.discard(name)
        known.over.pop(name, None)
        Notifier._unhold(known, name)

    def _concerns(self, rule: NotifyRule, event: AlarmEvent) -> bool:
        if _RANKS[event.priority] < _RANKS[rule.at_least]:
            return False
        point = self._point(event.point)
        return not rule.rules or (point is not None and point.rule in rule.rules)

    def due(self, now_us: int, *, in_flood: bool = False) -> list[Message]:
        """Return what has to be told by now; it counts as told."""
        found = []
        for rule in self.rules:
            known = self._open[rule.id]
            names = [name for name, at_us in known.due_us.items() if at_us <= now_us]
            ranks = [_RANKS[known.events[name].priority] for name in names]
            if not (names or known.over) or not self._may(known, max(ranks, default=-1), now_us):
                continue
            if rule.hours is not None and not rule.hours.contains(now_us):
                for name in names:  # told of by whoever is there at other hours
                    self._settle(known, name)
                known.over.clear()
                continue
            found.append(self._message(rule, known, names, in_flood))
            wait_s = FLOOD_S if in_flood and rule.via != "sound" else GATHER_S
            known.rank = max(ranks, default=-1)
            known.last_us = now_us
            known.next_us = now_us + int(wait_s * _SECOND_US)
            for name in names:
                del known.due_us[name]
                known.told.add(name)
                if rule.again_s is not None:
                    known.due_us[name] = now_us + int(rule.again_s * _SECOND_US)
            if rule.again_s is not None and rule.via == "sound":  # one sound stands for all
                for name in known.told & known.due_us.keys():
                    known.due_us[name] = now_us + int(rule.again_s * _SECOND_US)
            known.over.clear()
        return found

    @staticmethod
    def _may(known: _Open, rank: int, now_us: int) -> bool:
        """Return whether something may be told: in a flood what is worse does not wait."""
        worse = rank > known.rank and now_us >= known.last_us + int(GATHER_S * _SECOND_US)
        return now_us >= known.next_us or worse

    @staticmethod
    def _message(rule: NotifyRule, known: _Open, names: list[str], in_flood: bool) -> Message:
        events = sorted(
            (known.events[name] for name in names), key=lambda e: (-_RANKS[e.priority], e.at_us)
        )
        return Message(
            rule, tuple(events[:LISTED]), tuple(known.over.values())[:LISTED],
            max(0, len(events) - LISTED), in_flood,
        )  # fmt: skip


def _raised(alarm: Alarm) -> AlarmEvent:
    """Return the event with which an alarm was raised that stands."""
    status = alarm.status
    return AlarmEvent(
        status.point, status.event, EventKind.RAISED, status.raised_us or 0,
        priority=status.priority, value=status.value, cause=status.cause,
    )  # fmt: skip


def text_of(
    message: Message,
    points: Mapping[str, AlarmPoint],
    names: Mapping[str, str],
    title: str,
    language: str,
) -> tuple[str, str]:
    """Return subject and text of a message.

    Parameters
    ----------
    message : Message
    points : mapping
        Alarm points by id.
    names : mapping
        Names of entities by id.
    title : str
        Of the project.
    language : str
        ``zh_CN`` or ``en``.
    """
    words = _WORDS[0 if language.startswith("zh") else 1]
    count = len(message.events) + message.more
    lines = [_line(event, points, names, words) for event in message.events]
    if message.more:
        lines.append(words["more"].format(message.more))
    if message.over:
        lines += ["", words["over"], *(_line(e, points, names, words) for e in message.over)]
    if message.in_flood:
        lines.insert(0, words["flood"])
    first = message.events[0] if message.events else message.over[0]
    point = points.get(first.point)
    what = point.name if point is not None else first.point
    if count > 1:
        what = words["several"].format(count, what)
    elif not count:
        what = words["ended"].format(what)
    place = names.get(first.point.partition("/")[0], first.point.partition("/")[0])
    subject = f"[{title}] {words[str(message.worst)]}: {what} · {place}"
    return subject[:200].replace("\n", " "), "\n".join(lines)


def _line(
    event: AlarmEvent,
    points: Mapping[str, AlarmPoint],
    names: Mapping[str, str],
    words: Mapping[str, str],
) -> str:
    point = points.get(event.point)
    entity = event.point.partition("/")[0]
    what = point.name if point is not None else event.point
    unit = "" if point is None else f" {label(point.unit)}".rstrip()
    value = "" if math.isnan(event.value) else f"  {event.value:.4g}{unit}"
    stamp = Instant(event.at_us).to_datetime().astimezone()
    priority, place = words[str(event.priority)], names.get(entity, entity)
    text = f"{stamp:%Y-%m-%d %H:%M:%S}  {priority}  {what}  {place}{value}"
    if point is not None and point.guidance:
        text += f"\n    {words['do']}: {' '.join(point.guidance.split())}"
    return text


_WORDS: Final = (
    {"low": "低", "medium": "中", "high": "高", "urgent": "紧急", "more": "另有 {0} 条告警",
     "over": "已恢复：", "flood": "告警泛滥：十分钟内最多发送一次，级别更高的除外。",
     "several": "{0} 条告警，首条：{1}", "ended": "已恢复：{0}", "do": "处置"},
    {"low": "Low", "medium": "Medium", "high": "High", "urgent": "Urgent",
     "more": "and {0} more alarms", "over": "Over:",
     "flood": "Alarm flood: told once in ten minutes at most, unless something worse comes.",
     "several": "{0} alarms, first: {1}",
     "ended": "Over: {0}", "do": "What to do"},
)  # fmt: skip
