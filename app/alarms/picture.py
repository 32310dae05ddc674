"""All alarms of one moment, with what the panel says of them in figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from twin_model.alarms.model import STANDING, Alarm, State
from twin_model.schema.types import Severity

_DAY_US: Final = 86_400_000_000
_ACTIVE: Final = frozenset({State.UNACKNOWLEDGED, State.ACKNOWLEDGED})


@dataclass(frozen=True)
class AlarmCounts:
    """How many alarms there are of what.

    Parameters
    ----------
    by_priority : dict
        Of those that stand.
    by_state : dict
    chattering, stale : int
    roots : int
        Standing alarms that no other explains.
    ending : int
        Shelved alarms whose end has been announced.
    """

    by_priority: dict[Severity, int] = field(default_factory=dict)
    by_state: dict[State, int] = field(default_factory=dict)
    chattering: int = 0
    stale: int = 0
    roots: int = 0
    ending: int = 0

    @property
    def waiting(self) -> int:
        """Those that somebody has to take note of."""
        states = self.by_state
        return states.get(State.UNACKNOWLEDGED, 0) + states.get(State.RETURNED, 0)


@dataclass(frozen=True)
class AlarmPicture:
    """All alarms that are not normal at one moment.

    Parameters
    ----------
    alarms : list of Alarm
        The highest priority and newest first.
    names : dict
        Names of their entities by id.
    now_us : int
        The hub's clock, or the instant of the slider.
    in_flood : bool
    raised : int
        Alarms raised within the flood window.
    since_us : int or None
        When the flood began.
    unwritten : int
        Events that the journal does not have yet.
    problem : str
    historic : bool
    counts : AlarmCounts
    places, systems : dict
        Headings of the tree by entity, the outermost first; where the tree was asked for.
    """

    alarms: list[Alarm] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    now_us: int = 0
    in_flood: bool = False
    raised: int = 0
    since_us: int | None = None
    unwritten: int = 0
    problem: str = ""
    historic: bool = False
    counts: AlarmCounts = field(default_factory=AlarmCounts)
    places: dict[str, tuple[str, ...]] = field(default_factory=dict)
    systems: dict[str, tuple[str, ...]] = field(default_factory=dict)


def count(alarms: Sequence[Alarm], now_us: int) -> AlarmCounts:
    """Return the figures of alarms."""
    by_priority: dict[Severity, int] = {}
    by_state: dict[State, int] = {}
    chattering = stale = roots = ending = 0
    for alarm in alarms:
        state, status = alarm.state, alarm.status
        by_state[state] = by_state.get(state, 0) + 1
        if state in STANDING:
            by_priority[status.priority] = by_priority.get(status.priority, 0) + 1
        chattering += alarm.chattering
        roots += state in STANDING and not status.cause
        ending += state is State.SHELVED and status.shelf is not None and status.shelf.warned
        stale += state in _ACTIVE and now_us - (status.raised_us or now_us) > _DAY_US
    return AlarmCounts(by_priority, by_state, chattering, stale, roots, ending)
