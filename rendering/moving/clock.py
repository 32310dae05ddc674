"""What time it is at a source, between the batches that say so."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

_ARRIVALS: Final = 24
#: Further off than this the source was set to another time; nothing is smoothed then.
_JUMP_S: Final = 3.0
#: How fast what is shown is brought to what is right, per second.
_GAIN: Final = 0.5


class SourceClock:
    """Follows a source that may run faster, slower or at another time than we do.

    A line through the newest times and when they arrived gives its speed; what `at` returns never
    goes back unless the source does, and nothing jumps when a batch comes a little late.
    """

    def __init__(self) -> None:
        self._arrivals: deque[tuple[float, int]] = deque(maxlen=_ARRIVALS)
        self._rate = 1.0
        self._at_us = 0.0
        self._now_s = 0.0

    @property
    def rate(self) -> float:
        """Seconds of the source in a second of ours."""
        return self._rate

    def arrived(self, newest_us: int, now_s: float) -> None:
        """Take note that samples up to *newest_us* are here at our time *now_s*."""
        if self._arrivals:
            shown = self._advance(now_s)
            behind_us = newest_us - shown
            known_us = newest_us - self._arrivals[-1][1]
            if known_us < 0 or abs(behind_us) > _JUMP_S * 1e6 * max(1.0, self._rate):
                self._arrivals.clear()
        if not self._arrivals:
            self._rate, self._at_us, self._now_s = 1.0, float(newest_us), now_s
            self._arrivals.append((now_s, newest_us))
            return
        if newest_us == self._arrivals[-1][1]:
            return
        self._arrivals.append((now_s, newest_us))
        times = np.array([t for t, _ in self._arrivals])
        source = np.array([u for _, u in self._arrivals], float)
        span_s = times[-1] - times[0]
        if span_s > 0.2:
            self._rate = float(np.polyfit(times - times[-1], source - source[-1], 1)[0]) / 1e6
            self._rate = max(0.0, self._rate)

    def at(self, now_s: float) -> int:
        """Return the source's time at our time *now_s*, microseconds."""
        if not self._arrivals:
            return 0
        self._at_us, self._now_s = self._advance(now_s), max(now_s, self._now_s)
        return round(self._at_us)

    def _advance(self, now_s: float) -> float:
        elapsed_s = max(0.0, now_s - self._now_s)
        shown = self._at_us + elapsed_s * self._rate * 1e6
        arrived_s, newest_us = self._arrivals[-1]
        right = newest_us + max(0.0, now_s - arrived_s) * self._rate * 1e6
        moved = shown + (right - shown) * min(1.0, elapsed_s * _GAIN)
        return max(moved, self._at_us)
