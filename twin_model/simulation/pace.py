"""How fast simulated time passes."""

from __future__ import annotations

import math
import threading
import time
from typing import Final

_TICK_S: Final = 0.05
FASTEST: Final = math.inf


class Pace:
    """Lets simulated time pass in real time, as fast as possible, step by step, or not at all.

    Safe to use from any thread.

    Parameters
    ----------
    speed : float
        Simulated seconds a second; `FASTEST` for as fast as it goes.
    paused : bool
    """

    def __init__(self, speed: float = FASTEST, *, paused: bool = False) -> None:
        self._changed = threading.Condition()
        self._speed = speed
        self._paused = paused
        self._steps = 0
        self._cancelled = False
        self._keep = False
        self._anchor: tuple[float, int] | None = None
        #: How far simulated time is behind the clock, in seconds; 0 where it keeps up.
        self.behind_s = 0.0

    @property
    def speed(self) -> float:
        """Simulated seconds a second."""
        return self._speed

    @property
    def paused(self) -> bool:
        """Whether time stands still."""
        return self._paused

    @property
    def cancelled(self) -> bool:
        """Whether the run is to end."""
        return self._cancelled

    def set_speed(self, speed: float) -> None:
        """Go on at another speed."""
        with self._changed:
            self._speed, self._anchor = speed, None
            self._changed.notify_all()

    def pause(self) -> None:
        """Stand still before the next step."""
        with self._changed:
            self._paused, self._steps = True, 0

    def resume(self) -> None:
        """Go on."""
        with self._changed:
            self._paused, self._anchor = False, None
            self._changed.notify_all()

    def step(self, count: int = 1) -> None:
        """Let so many steps happen, then stand still."""
        with self._changed:
            self._paused = True
            self._steps += count
            self._changed.notify_all()

    def keep(self) -> None:
        """Ask for a checkpoint after the next step."""
        with self._changed:
            self._keep = True

    def keeps(self) -> bool:
        """Return whether a checkpoint was asked for since the last time."""
        with self._changed:
            keep, self._keep = self._keep, False
            return keep

    def cancel(self) -> None:
        """End the run before its next step."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()

    def wait(self, now_us: int, goal_us: int) -> bool:
        """Wait until time may pass from *now_us* to *goal_us*; False where the run is to end."""
        with self._changed:
            while not self._cancelled:
                if self._paused:
                    if self._steps:
                        self._steps -= 1
                        return True
                    self._anchor = None
                    self._changed.wait(_TICK_S)
                    continue
                if math.isinf(self._speed):
                    return True
                left_s = self._left_s(now_us, goal_us)
                if left_s <= 0.0:
                    self.behind_s = -left_s
                    return True
                self._changed.wait(min(left_s, _TICK_S))
            return False

    def _left_s(self, now_us: int, goal_us: int) -> float:
        if self._anchor is None:
            self._anchor = (time.monotonic(), now_us)
        began_s, from_us = self._anchor
        due_s = (goal_us - from_us) / 1e6 / self._speed
        return due_s - (time.monotonic() - began_s)
