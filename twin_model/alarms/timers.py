"""What is due when: delays, ends of shelves and their warnings, escalations."""

from __future__ import annotations

import heapq
from enum import IntEnum
from typing import Final

from twin_model.alarms.model import AlarmPoint, AlarmStatus, State

_SECOND_US: Final = 1_000_000


class Due(IntEnum):
    """What a timer is for."""

    CONDITION = 0
    SHELF_WARNING = 1
    SHELF_END = 2
    ESCALATION = 3


class Timers:
    """Times at which something may be due; whoever takes one checks whether it still is.

    Parameters
    ----------
    shelf_warning_s : float
    """

    def __init__(self, shelf_warning_s: float) -> None:
        self._early_us = int(shelf_warning_s * _SECOND_US)
        self._heap: list[tuple[int, int, Due, str, int]] = []
        self._number = 0

    def due(self, now_us: int) -> bool:
        """Return whether one is due."""
        return bool(self._heap) and self._heap[0][0] <= now_us

    def take(self, now_us: int) -> tuple[int, Due, str, int] | None:
        """Return (time, what, point, occurrence) of the first that is due; None for none."""
        if not self._heap or self._heap[0][0] > now_us:
            return None
        at_us, _number, due, point, occurrence = heapq.heappop(self._heap)
        return at_us, due, point, occurrence

    def set(self, at_us: int, due: Due, status: AlarmStatus) -> None:
        """Set one."""
        self._number += 1  # those of one time come in the order they were set
        heapq.heappush(self._heap, (at_us, self._number, due, status.point, status.occurrence))

    def set_all(self, status: AlarmStatus, point: AlarmPoint) -> None:
        """Set all that a status needs, as after a restart."""
        if status.pending_us is not None:
            self.set(status.pending_us, Due.CONDITION, status)
        self.set_shelf(status)
        if status.state is State.UNACKNOWLEDGED:
            self.set_escalation(status, point, status.raised_us or 0)

    def set_shelf(self, status: AlarmStatus) -> None:
        """Set the end of a shelf and its warning."""
        if status.shelf is not None:
            self.set(status.shelf.until_us, Due.SHELF_END, status)
            if not status.shelf.warned:
                self.set(self.warning_us(status), Due.SHELF_WARNING, status)

    def set_escalation(self, status: AlarmStatus, point: AlarmPoint, from_us: int) -> None:
        """Set when an alarm escalates that nobody acknowledges."""
        if point.escalate_after_s is not None:
            after_us = int(point.escalate_after_s * _SECOND_US)
            self.set(from_us + after_us, Due.ESCALATION, status)

    def warning_us(self, status: AlarmStatus) -> int:
        """Return when the end of a shelf is announced."""
        shelf = status.shelf
        if shelf is None:
            return 0
        # A shelf that is short is announced half-way.
        return max(shelf.until_us - self._early_us, (shelf.since_us + shelf.until_us) // 2)
