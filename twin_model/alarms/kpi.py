"""How good an alarm system is: the figures of ISA-18.2-2016, clause 16, and EEMUA 191.

Only what was raised counts as an alarm. Acknowledgements, returns and system events don't, nor
what came while hidden.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin_model.alarms.model import (
    PRIORITIES,
    STANDING,
    AlarmEvent,
    AlarmOptions,
    EventKind,
    State,
)
from twin_model.schema.types import Severity
from twin_model.time import Instant, Interval

_SECOND_US: Final = 1_000_000
_TEN_MINUTES_US: Final = 600 * _SECOND_US
#: Shares of priorities to aim for (ISA-18.2-2016, table 7): low, medium, high, urgent.
PRIORITY_TARGETS: Final = dict(zip(PRIORITIES, (0.80, 0.15, 0.05, 0.01)))
#: What is shown of lists.
TOP: Final = 10


@dataclass(frozen=True, slots=True)
class Flood:
    """A time with more alarms than anybody can work off.

    Parameters
    ----------
    period : Interval
    alarms : int
    peak : int
        Most alarms in ten minutes.
    """

    period: Interval
    alarms: int
    peak: int


@dataclass(frozen=True)
class AlarmFigures:
    """Figures of a period.

    Parameters
    ----------
    period : Interval
    alarms : int
        How many were raised.
    per_hour : float
    peak : int
        Most alarms in one of the ten-minute intervals.
    intervals_over : float
        Share of ten-minute intervals with more alarms than start a flood.
    by_interval : (n,) int array
        Alarms in each ten-minute interval.
    floods : tuple of Flood
    in_flood : float
        Share of time.
    top : tuple of (str, int)
        Points raised most often.
    top_share : float
        What these have of all alarms.
    chattering, fleeting, stale : tuple of (str, int)
        Points, with how often they chattered or fleeted, or for how many hours they have stood.
    priorities : dict
        Alarms of each priority.
    acknowledged_after_s : float
        Median; NaN where none was acknowledged.
    consequences : int
        Alarms that another one explained when they were raised.
    actions : dict
        How often people did what.
    standing : int
        Alarms that stand at the end.
    """

    period: Interval
    alarms: int
    per_hour: float
    peak: int
    intervals_over: float
    by_interval: NDArray[np.int64] = field(repr=False)
    floods: tuple[Flood, ...]
    in_flood: float
    top: tuple[tuple[str, int], ...]
    top_share: float
    chattering: tuple[tuple[str, int], ...]
    fleeting: tuple[tuple[str, int], ...]
    stale: tuple[tuple[str, int], ...]
    priorities: dict[Severity, int]
    acknowledged_after_s: float
    consequences: int
    actions: dict[EventKind, int]
    standing: int

    @property
    def rating(self) -> str:
        """EEMUA 191's word for the average rate of one operator."""
        per_ten_minutes = self.per_hour / 6
        for limit, word in ((1, "very good"), (2, "acceptable"), (5, "too many")):
            if per_ten_minutes <= limit:
                return word
        return "unmanageable"


_ACTIONS: Final = (
    EventKind.ACKNOWLEDGED,
    EventKind.RESET,
    EventKind.SHELVED,
    EventKind.UNSHELVED,
    EventKind.SUPPRESSED,
    EventKind.OUT_OF_SERVICE,
    EventKind.ESCALATED,
    EventKind.COMMENTED,
)


def figures(
    events: Iterable[AlarmEvent], period: Interval, options: AlarmOptions | None = None
) -> AlarmFigures:
    """Return the figures of a period.

    Parameters
    ----------
    events : iterable of AlarmEvent
        In order; those from before the period only tell what stood when it began.
    period : Interval
        Both ends finite.
    options : AlarmOptions
    """
    options = options or AlarmOptions()
    listed = [event for event in events if event.at_us < period.end.us]
    inside = [event for event in listed if event.at_us >= period.start.us]
    raised = [event for event in inside if event.kind is EventKind.RAISED]
    times = np.array(sorted(event.at_us for event in raised), np.int64)
    by_interval = _by_interval(times, period)
    floods = find_floods(times, options, period.end)
    flood_us = sum(flood.period.end.us - flood.period.start.us for flood in floods)
    hours = (period.end.us - period.start.us) / 3600 / _SECOND_US
    counted = Counter(event.point for event in raised)
    top = tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:TOP])
    waits = _waits(inside)
    newest = {event.point: event for event in listed if event.point}
    return AlarmFigures(
        period=period,
        alarms=len(raised),
        per_hour=len(raised) / hours if hours else 0.0,
        peak=int(by_interval.max(initial=0)),
        intervals_over=float(np.mean(by_interval > options.flood_start)) if len(by_interval) else 0,
        by_interval=by_interval,
        floods=floods,
        in_flood=flood_us / (hours * 3600 * _SECOND_US) if hours else 0.0,
        top=top,
        top_share=sum(count for _point, count in top) / len(raised) if raised else 0.0,
        chattering=_chattering(raised, options),
        fleeting=_fleeting(inside, options),
        stale=_stale(listed, newest, period.end, options),
        priorities={p: sum(event.priority is p for event in raised) for p in PRIORITIES},
        acknowledged_after_s=float(np.median(waits)) if waits else float("nan"),
        consequences=sum(bool(event.cause) for event in raised),
        actions=dict(Counter(event.kind for event in inside if event.kind in _ACTIONS)),
        standing=sum(event.after in STANDING for event in newest.values()),
    )


def _by_interval(times: NDArray[np.int64], period: Interval) -> NDArray[np.int64]:
    count = max(1, -(-(period.end.us - period.start.us) // _TEN_MINUTES_US))
    place = (times - period.start.us) // _TEN_MINUTES_US
    return np.bincount(place, minlength=count).astype(np.int64)


def find_floods(
    times: NDArray[np.int64], options: AlarmOptions, until: Instant
) -> tuple[Flood, ...]:
    """Return the floods among times of alarms, in order; one that goes on ends at *until*."""
    window_us = int(options.flood_window_s * _SECOND_US)
    # How many came within the window that ends with each.
    counts = np.arange(len(times)) - np.searchsorted(times, times - window_us, side="right") + 1
    found: list[Flood] = []
    at = 0
    while at < len(times):
        if counts[at] <= options.flood_start:
            at += 1
            continue
        first = at
        # It is over when fewer than `flood_end` are left in the window: when the alarm that many
        # before the newest leaves it, and no other has come by then.
        while True:
            held = at - options.flood_end + 1
            end_us = int(times[held]) + window_us if held >= 0 else int(times[at])
            if at + 1 < len(times) and times[at + 1] < end_us:
                at += 1
                continue
            break
        start_us = int(times[first])
        period = Interval(Instant(start_us), Instant(max(start_us, min(end_us, until.us))))
        first_counted = first - int(counts[first]) + 1
        found.append(Flood(period, at - first_counted + 1, int(counts[first : at + 1].max())))
        at += 1
    return tuple(found)


def _chattering(raised: list[AlarmEvent], options: AlarmOptions) -> tuple[tuple[str, int], ...]:
    window_us = int(options.chatter_window_s * _SECOND_US)
    times: dict[str, list[int]] = {}
    for event in raised:
        times.setdefault(event.point, []).append(event.at_us)
    found: dict[str, int] = {}
    for point, listed in times.items():
        behind = options.chatter_count - 1
        count = sum(listed[n] - listed[n - behind] < window_us for n in range(behind, len(listed)))
        if count:
            found[point] = count
    return tuple(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _fleeting(inside: list[AlarmEvent], options: AlarmOptions) -> tuple[tuple[str, int], ...]:
    limit_us = int(options.fleeting_s * _SECOND_US)
    since: dict[str, int] = {}
    found: Counter[str] = Counter()
    for event in inside:
        if event.kind is EventKind.RAISED:
            since[event.point] = event.at_us
        elif event.kind is EventKind.RETURNED and event.point in since:
            found[event.point] += event.at_us - since.pop(event.point) < limit_us
    counted = [(point, count) for point, count in found.items() if count]
    return tuple(sorted(counted, key=lambda item: (-item[1], item[0])))


def _stale(
    listed: list[AlarmEvent],
    newest: dict[str, AlarmEvent],
    end: Instant,
    options: AlarmOptions,
) -> tuple[tuple[str, int], ...]:
    since = {event.point: event.at_us for event in listed if event.kind is EventKind.RAISED}
    limit_us = int(options.stale_s * _SECOND_US)
    hours = {
        point: (end.us - since[point]) // (3600 * _SECOND_US)
        for point, event in newest.items()
        if event.after in (State.UNACKNOWLEDGED, State.ACKNOWLEDGED)
        and point in since
        and end.us - since[point] > limit_us
    }
    return tuple(sorted(hours.items(), key=lambda item: (-item[1], item[0])))


def _waits(inside: list[AlarmEvent]) -> list[float]:
    since: dict[str, int] = {}
    waits: list[float] = []
    for event in inside:
        if event.kind is EventKind.RAISED:
            since[event.point] = event.at_us
        elif event.kind is EventKind.ACKNOWLEDGED and event.point in since:
            waits.append((event.at_us - since.pop(event.point)) / _SECOND_US)
    return waits
