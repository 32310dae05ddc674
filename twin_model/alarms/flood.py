"""Too much at once: alarm floods, and alarms that chatter."""

from __future__ import annotations

from collections import deque

from twin_model.alarms.model import AlarmOptions

_SECOND_US = 1_000_000


class FloodWatch:
    """Tells when a flood starts and ends; by default above 10 in 10 minutes, and below 5.

    The figures are those of ISA-18.2-2016, clause 16.4. Only raised alarms count: counting
    acknowledgements and system events too would turn a calm day into a flood.
    """

    def __init__(self, options: AlarmOptions) -> None:
        self._options = options
        self._window_us = int(options.flood_window_s * _SECOND_US)
        self._times: deque[int] = deque()
        self.in_flood = False
        self.since_us: int | None = None

    @property
    def count(self) -> int:
        """Alarms raised within the window."""
        return len(self._times)

    def raised(self, at_us: int) -> bool:
        """Count an alarm, after `advance` to its time; return whether a flood starts with it."""
        self._times.append(at_us)
        if not self.in_flood and len(self._times) > self._options.flood_start:
            self.in_flood = True
            self.since_us = at_us
            return True
        return False

    def advance(self, now_us: int) -> int | None:
        """Return when the flood ended, if it has; None otherwise."""
        if not self._times or self._times[0] > now_us - self._window_us:
            return None
        ended = self._forget(now_us)
        if ended is not None:
            self.in_flood = False
            self.since_us = None
        return ended

    def turn_back(self, now_us: int) -> None:
        """Count what was raised at times still to come as raised now: our clock has gone back."""
        self._times = deque(min(at_us, now_us) for at_us in self._times)
        if self.since_us is not None:
            self.since_us = min(self.since_us, now_us)

    def _forget(self, now_us: int) -> int | None:
        ended: int | None = None
        while self._times and self._times[0] <= now_us - self._window_us:
            left = self._times.popleft() + self._window_us
            if self.in_flood and ended is None and len(self._times) < self._options.flood_end:
                ended = left
        return ended


class ChatterWatch:
    """Tells which alarms come and go too often."""

    def __init__(self, options: AlarmOptions) -> None:
        self._count = options.chatter_count
        self._window_us = int(options.chatter_window_s * _SECOND_US)
        #: The newest times of each point, so many as make it chatter; lists, for there may be
        #: 100,000 of them.
        self._times: dict[str, list[int]] = {}
        #: Points that were raised so often at all, quickly or not.
        self._often: set[str] = set()

    def raised(self, point: str, at_us: int) -> None:
        """Count an alarm."""
        times = self._times.get(point)
        if times is None:
            times = self._times[point] = [at_us]
        else:
            times.append(at_us)
        if len(times) >= self._count:
            del times[: -self._count]
            self._often.add(point)

    def chatters(self, point: str, now_us: int) -> bool:
        """Return whether it was raised often enough within the window."""
        return point in self._often and self._times[point][0] > now_us - self._window_us

    def chattering(self, now_us: int) -> list[str]:
        """Return all that chatter; from any thread."""
        return sorted(point for point in tuple(self._often) if self.chatters(point, now_us))
