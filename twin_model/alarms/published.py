"""Alarms as the journal has them, which is how lists show them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from twin_model.alarms.model import PRIORITIES, Alarm, AlarmPoint, AlarmStatus, State

_RANKS: Final = {priority: rank for rank, priority in enumerate(PRIORITIES)}


class PublishedAlarms:
    """Keeps copies that nothing changes, so that who lists alarms waits for nobody at work."""

    def __init__(self) -> None:
        self._normal: dict[str, AlarmStatus] = {}
        #: All others, of which there are few as a rule.
        self._others: dict[str, AlarmStatus] = {}
        #: What was listed, until something changes.
        self._listed: dict[str, Alarm] = {}
        self._lock = threading.Lock()

    def take(self, statuses: Iterable[AlarmStatus]) -> None:
        """Take copies of statuses that are other than before."""
        with self._lock:
            for status in statuses:
                name = status.point
                self._listed.pop(name, None)
                if status.state is State.NORMAL:
                    self._others.pop(name, None)
                    self._normal[name] = status
                else:
                    self._normal.pop(name, None)
                    self._others[name] = status

    def forget_points(self) -> None:
        """List all anew: names or priorities of points are others."""
        with self._lock:
            self._listed.clear()

    def list(
        self,
        states: Collection[State],
        points: Mapping[str, AlarmPoint],
        chattering: Collection[str],
        *,
        folded: bool,
    ) -> list[Alarm]:
        """Return alarms in some states, the highest priority and newest first.

        With *folded*, without those that another explains.
        """
        found: list[Alarm] = []
        with self._lock:
            listed, below = self._listed, self._below()
            known = [self._others] + ([self._normal] if State.NORMAL in states else [])
            for name, status in ((n, s) for statuses in known for n, s in statuses.items()):
                alarm, count = listed.get(name), below.get(name, 0)
                chatters = name in chattering
                if alarm is None or alarm.chattering is not chatters or alarm.consequences != count:
                    point = points.get(name)
                    if point is None:
                        continue
                    alarm = listed[name] = Alarm(point, status, status.state, chatters, count)
                if alarm.state in states and not (folded and status.cause):
                    found.append(alarm)
        found.sort(key=lambda a: (-_RANKS[a.status.priority], -(a.status.raised_us or 0)))
        return found

    def _below(self) -> Counter[str]:
        """Return how many standing alarms each explains, directly or not."""
        causes = {n: s.cause for n, s in self._others.items() if s.cause and s.standing}
        count: Counter[str] = Counter()
        for name, cause in causes.items():
            # Copies are of different moments, so that two may name each other.
            above, seen = cause, {name}
            while above and above not in seen:
                count[above] += 1
                seen.add(above)
                above = causes.get(above, "")
        return count
