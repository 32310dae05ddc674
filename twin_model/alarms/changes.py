"""What goes in and out of the alarm engine besides conditions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from twin_model.alarms.machine import AlarmError
from twin_model.alarms.model import AlarmEvent, AlarmStatus


@dataclass(frozen=True, slots=True)
class Restored:
    """What the journal knows when the program starts.

    Parameters
    ----------
    statuses : sequence of AlarmStatus
    recent_us : sequence of int
        When alarms were raised within the flood window, in order.
    in_flood : bool
    system_events : int
        Number of the newest event about no single alarm.
    """

    statuses: Sequence[AlarmStatus] = ()
    recent_us: Sequence[int] = ()
    in_flood: bool = False
    system_events: int = 0


#: Events, and the statuses they lead to.
Portion = tuple[Sequence[AlarmEvent], Collection[AlarmStatus]]


class Journal(Protocol):
    """Where events go; see `twin_model.store.alarm_journal`."""

    def append_all(self, portions: Iterable[Portion]) -> None:
        """Keep all of what comes, or nothing; `StoreError` otherwise."""
        ...


@dataclass(frozen=True, slots=True)
class AlarmChange:
    """What is emitted after something happened.

    Parameters
    ----------
    events : tuple of AlarmEvent
    regrouped : frozenset of str
        Points that have another cause, without an event of their own.
    """

    events: tuple[AlarmEvent, ...]
    regrouped: frozenset[str] = frozenset()


class Done(NamedTuple):
    """What came of some work.

    Parameters
    ----------
    events : list of AlarmEvent
    regrouped : frozenset of str
        As in `AlarmChange`.
    number : int
        Under which it goes into the journal, see `twin_model.alarms.writing`; 0 for nothing.
    """

    events: list[AlarmEvent]
    regrouped: frozenset[str]
    number: int


@dataclass(slots=True)
class Outcome:
    """What came of an action on several alarms.

    Parameters
    ----------
    events : list of AlarmEvent
    refused : list of AlarmError
        One for each alarm on which it was not allowed.
    """

    events: list[AlarmEvent] = field(default_factory=list)
    refused: list[AlarmError] = field(default_factory=list)
