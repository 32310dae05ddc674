"""Alarms as the journal has them, which is how lists show them."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from twin_model.alarms.model import PRIORITIES, Alarm, AlarmPoint, AlarmStatus, State

_RANKS: Final = {priority: rank for rank, priority in enumerate(PRIORITIES)}


class PublishedAlarms:
    """Keeps copies that nothing changes, so that who lists alarms waits for nobody at work.

    Parameters
    ----------
    points : mapping of str to AlarmPoint
    """

    def __init__(self, points: Mapping[str, AlarmPoint]) -> None:
        self._points = points
        self._normal: dict[str, AlarmStatus] = {}
        #: All others, of which there are few as a rule.
        self._others: dict[str, AlarmStatus] = {}
        #: As lists show them, until something changes.
        self._listed: dict[str, Alarm] = {}
        #: Those that chatter or explain others.
        self._marked: set[str] = set()
        self._lock = threading.Lock()

    def take(self, statuses: Iterable[AlarmStatus]) -> None:
        """Take copies of statuses that are other than before."""
        with self._lock:
            for status in statuses:
                name, state = status.point, status.state
                if state is State.NORMAL:
                    self._others.pop(name, None)
                    self._listed.pop(name, None)
                    self._normal[name] = status
                    continue
                self._normal.pop(name, None)
                self._others[name] = status
                point = self._points.get(name)
                if point is None:
                    self._listed.pop(name, None)
                else:
                    self._listed[name] = Alarm(point, status, state)

    def set_points(self, points: Mapping[str, AlarmPoint]) -> None:
        """List all anew: names or priorities of points are others."""
        with self._lock:
            self._points = points
            self._listed.clear()
            self._marked.clear()

    def list(
        self, states: Collection[State], chattering: Collection[str], *, folded: bool
    ) -> list[Alarm]:
        """Return alarms in some states, the highest priority and newest first.

        With *folded*, without those that another explains.
        """
        with self._lock:
            listed = self._listed
            known = [self._others] + ([self._normal] if State.NORMAL in states else [])
            for statuses in known:
                for name in statuses.keys() - listed.keys():
                    point, status = self._points.get(name), statuses[name]
                    if point is not None:
                        listed[name] = Alarm(point, status, status.state)
            self._mark(chattering)
            alarms = map(listed.get, itertools.chain.from_iterable(known))
            found = [one for one in alarms if one is not None and one.state in states]
        if folded:
            found = [one for one in found if not one.status.cause]
        found.sort(key=lambda a: -(a.status.raised_us or 0))
        found.sort(key=lambda a: -_RANKS[a.status.priority])
        return found

    def _mark(self, chattering: Collection[str]) -> None:
        """Note which alarms chatter, and how many others each explains."""
        below = self._below()
        marked = below.keys() | set(chattering)
        for name in self._marked | marked:
            alarm = self._listed.get(name)
            chatters, count = name in chattering, below.get(name, 0)
            if alarm and (alarm.chattering is not chatters or alarm.consequences != count):
                status = alarm.status
                self._listed[name] = Alarm(alarm.point, status, alarm.state, chatters, count)
        self._marked = marked

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
