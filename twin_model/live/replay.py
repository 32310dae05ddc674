"""Recorded samples through the hub again, at any speed, as if they came now."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final

import numpy as np

from twin_model.errors import ValidationError
from twin_model.live.hub import Hub
from twin_model.samples import SampleBatch
from twin_model.time import Instant, Interval

#: How often samples are handed over while the replay follows the clock.
_TICK_S: Final = 0.05
#: Where it runs as fast as it can, so much of the recorded time at once.
_STEP_US: Final = 1_000_000
FASTEST: Final = math.inf


class Replay:
    """Publishes a period in order of time.

    The hub's clock becomes the replay's, so that staleness, delays and alarms are those of then.

    Parameters
    ----------
    hub : Hub
        Of the replay alone: live samples would not go with its clock.
    period : Interval
        Both ends finite.
    batches : callable
        Gives batches in order of time for a period, such as `SampleHistory.batches`.
    speed : float
        Recorded seconds a second; `FASTEST` for as fast as it goes.
    on_tick : callable, optional
        Called with the replay's time in microseconds after each step.

    Raises
    ------
    ValidationError
        If the speed is not positive, or the period is open.
    """

    def __init__(
        self,
        hub: Hub,
        period: Interval,
        batches: Callable[[Interval], Iterable[SampleBatch]],
        speed: float = 1.0,
        on_tick: Callable[[int], None] | None = None,
    ) -> None:
        if period.end.us - period.start.us >= 2**62:
            raise ValidationError("replay", "period", str(period), "needs a start and an end")
        self._hub = hub
        self._period = period
        self._batches = batches
        self._on_tick = on_tick
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._now_us = period.start.us
        self._seek_us: int | None = None
        self._anchor = (time.monotonic(), period.start.us)
        self._speed = 1.0
        self.paused = False
        self.set_speed(speed)
        hub.clock = lambda: self._now_us

    @property
    def now(self) -> Instant:
        """The time that the replay has reached."""
        return Instant(self._now_us)

    @property
    def speed(self) -> float:
        """Recorded seconds a second."""
        return self._speed

    def set_speed(self, speed: float) -> None:
        """Go on at another speed.

        Raises
        ------
        ValidationError
            If it is not positive.
        """
        if not speed > 0:
            raise ValidationError("replay", "speed", speed, "must be positive")
        with self._lock:
            self._anchor = (time.monotonic(), self._now_us)
            self._speed = speed

    def pause(self) -> None:
        """Stand still until `resume`."""
        self.paused = True

    def resume(self) -> None:
        """Go on after `pause`."""
        with self._lock:
            self._anchor = (time.monotonic(), self._now_us)
        self.paused = False

    def seek(self, instant: Instant) -> None:
        """Go on from another time of the period."""
        low, high = self._period.start.us, self._period.end.us
        with self._lock:
            self._seek_us = min(max(instant.us, low), high)

    def stop(self) -> None:
        """End `run` soon; from any thread."""
        self._stop.set()

    def run(self) -> bool:
        """Publish until the end; return whether it was reached, and not stopped."""
        start_us: int | None = self._period.start.us
        while start_us is not None:
            start_us = self._run_from(self._move_to(start_us))
        return not self._stop.is_set()

    def _move_to(self, at_us: int) -> int:
        """Stand at a time, or where somebody sought meanwhile; return it."""
        with self._lock:
            if self._seek_us is not None:
                at_us, self._seek_us = self._seek_us, None
            self._now_us = at_us
            self._anchor = (time.monotonic(), at_us)
        return at_us

    def _run_from(self, start_us: int) -> int | None:
        """Publish from a time on; return where to go on, None at the end or when stopped."""
        for part in self._parts(start_us):
            last_us = int(part.time_us[-1])
            if not self._wait_until(last_us):
                return None if self._stop.is_set() else self._seek_us
            self._hub.publish(part)
            if self._on_tick is not None:
                self._on_tick(self._now_us)
        if not self._wait_until(self._period.end.us):
            return None if self._stop.is_set() else self._seek_us
        if self._on_tick is not None:
            self._on_tick(self._now_us)
        return None

    def _parts(self, start_us: int) -> Iterator[SampleBatch]:
        """Yield what belongs into one step each."""
        rest = Interval(Instant(start_us), self._period.end)
        for batch in self._batches(rest):
            ordered = batch.sorted_by_time()
            while len(ordered):
                step_us = _STEP_US
                if math.isfinite(self._speed):
                    step_us = max(1, int(_TICK_S * self._speed * 1_000_000))
                until = int(ordered.time_us[0]) + step_us
                count = int(np.searchsorted(ordered.time_us, until))
                yield ordered.select(slice(0, count))
                ordered = ordered.select(slice(count, None))

    def _wait_until(self, goal_us: int) -> bool:
        """Let the replay's time run to a goal; return False if stopped or sent elsewhere."""
        while not self._stop.is_set() and self._seek_us is None:
            with self._lock:
                began_s, from_us = self._anchor
                passed_s = time.monotonic() - began_s
                if self.paused:
                    reached = self._now_us
                elif math.isinf(self._speed):
                    reached = goal_us
                else:
                    reached = from_us + int(passed_s * self._speed * 1_000_000)
                self._now_us = max(self._now_us, min(reached, goal_us))
                if self._now_us >= goal_us and not self.paused:
                    return True
                speed = self._speed
            remaining_s = _TICK_S if self.paused else (goal_us - self._now_us) / 1e6 / speed
            if self._on_tick is not None and not self.paused:
                self._on_tick(self._now_us)
            self._stop.wait(min(_TICK_S, max(0.001, remaining_s)))
        return False
