"""What a plugin says, kept in memory up to a limit, floods counted instead of kept."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Final

_LINES: Final = 2000
_LINE_CHARACTERS: Final = 4000
_PER_SECOND: Final = 200


@dataclass(frozen=True)
class LogLine:
    """One line.

    Parameters
    ----------
    time_s : float
        Seconds since 1970.
    level : str
        ``DEBUG``, ``INFO``, ``WARNING``, ``ERROR``, ``CRITICAL``.
    text : str
    """

    time_s: float
    level: str
    text: str


class PluginLog:
    """The log of one plugin. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: deque[LogLine] = deque(maxlen=_LINES)
        self._second = 0
        self._in_second = 0
        #: Lines that were not kept because there were too many a second.
        self.dropped = 0
        self.revision = 0

    def add(self, level: str, text: str) -> None:
        """Keep a line, unless there were too many this second."""
        now = time.time()
        with self._lock:
            if int(now) != self._second:
                self._second, self._in_second = int(now), 0
            self._in_second += 1
            if self._in_second > _PER_SECOND:
                self.dropped += 1
                return
            self._lines.append(LogLine(now, level, text[:_LINE_CHARACTERS]))
            self.revision += 1

    def lines(self) -> list[LogLine]:
        """Return what is kept, oldest first."""
        with self._lock:
            return list(self._lines)

    def text(self) -> str:
        """Return it as text."""
        found = [f"{_stamp(line.time_s)} {line.level:<8}{line.text}" for line in self.lines()]
        if self.dropped:
            found.append(f"… {self.dropped} more lines came too fast and were not kept")
        return "\n".join(found)


def _stamp(time_s: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(time_s))
