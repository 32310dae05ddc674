"""Who goes first where all threads share one interpreter."""

from __future__ import annotations

import threading
import time
from typing import Final

_PAUSE_S: Final = 0.0002
#: A window that takes longer to paint waits no longer for being alone.
_LONGEST_S: Final = 0.05


class RightOfWay:
    """Lets a window show what it has before a burst of alarms goes on.

    Beside a thread that computes, painting takes several times as long, and the burst is over no
    sooner for it.
    """

    def __init__(self) -> None:
        self._free = threading.Event()
        self._free.set()
        self._until_s = 0.0

    def claim(self) -> None:
        """Go first from now on, until released, but not for long; from any thread."""
        self._until_s = time.monotonic() + _LONGEST_S
        self._free.clear()

    def release(self) -> None:
        """Let others go on."""
        self._free.set()

    def give(self) -> None:
        """Let others compute, and wait while somebody goes first."""
        # Locks are not fair: without a pause, whoever asks waits for the whole burst.
        time.sleep(_PAUSE_S)
        left_s = self._until_s - time.monotonic()
        if left_s > 0:
            self._free.wait(left_s)
