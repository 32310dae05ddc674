"""What alarms do, on its way into the journal."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from twin_model.alarms.changes import Done, Journal
from twin_model.alarms.model import AlarmEvent, AlarmStatus
from twin_model.errors import StoreError

_GIVE_WAY_S: Final = 0.0002
#: Events of a burst that are told together, after the first ones.
_AT_ONCE: Final = 10_000


class EventWriter:
    """Writes events and the statuses they lead to, in order, all that came meanwhile at once.

    A slow disk is waited for once for thousands of events, a fast one as soon as there are any.
    Whoever waits for their own events writes those of others with them.

    Parameters
    ----------
    journal : Journal or None
    written : callable
        Takes the statuses that may be told of, by point, before anyone who waits goes on.
    """

    def __init__(
        self, journal: Journal | None, written: Callable[[Mapping[str, AlarmStatus]], None]
    ) -> None:
        self._journal = journal
        self._written = written
        self._events: list[AlarmEvent] = []
        self._statuses: dict[str, AlarmStatus] = {}
        self._put = 0
        self._settled = 0
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        #: Why the journal cannot be written at the moment; empty while it can.
        self.problem = ""

    @property
    def refused(self) -> int:
        """Events that a full disk has refused so far, and that are tried again."""
        return len(self._events) if self.problem else 0

    def put(self, events: Sequence[AlarmEvent], statuses: Iterable[AlarmStatus]) -> int:
        """Take events and copies of the statuses they lead to; return the number to settle."""
        with self._lock:
            self._events += events
            self._statuses.update((status.point, status) for status in statuses)
            self._put += 1
            return self._put

    def settle(self, number: int) -> None:
        """Return when what has been put up to a number is on disk, or has been refused."""
        if self._settled >= number:
            return
        with self._writing:
            if self._settled >= number:
                return
            with self._lock:
                events, statuses, newest = self._events, self._statuses, self._put
                self._events, self._statuses = [], {}
            try:
                if self._journal is not None:
                    self._journal.append(events, statuses.values())
            except StoreError as error:
                self.problem = str(error)
                self._keep(events, statuses)
            except BaseException:
                self._keep(events, statuses)
                raise
            else:
                self.problem = ""
            # Operators see alarms whether or not the disk is full.
            self._written(statuses)
            self._settled = newest

    def _keep(self, events: list[AlarmEvent], statuses: dict[str, AlarmStatus]) -> None:
        with self._lock:
            self._events = events + self._events
            self._statuses = statuses | self._statuses


def tell_beside(works: Iterable[Done], tell: Callable[[Sequence[Done]], None]) -> list[Done]:
    """Tell what is done in a thread beside, in order, while the next is worked out.

    The first at once, for a slow disk; then thousands at a time: two threads that both compute get
    in each other's way. Returns when all of it is told. Raises what telling raises.
    """
    found: list[Done] = []
    waiting: list[Done] = []
    telling: Future[None] | None = None
    with ThreadPoolExecutor(1, "alarms-burst") as beside:
        for done in works:
            found.append(done)
            waiting.append(done)
            enough = telling is None or sum(len(one.events) for one in waiting) >= _AT_ONCE
            if enough and (telling is None or telling.done()):
                if telling is not None:
                    telling.result()
                telling = beside.submit(tell, waiting)
                waiting = []
            # Locks are not fair: without a pause, whoever asks waits for the whole burst.
            time.sleep(_GIVE_WAY_S)
        if telling is not None:
            telling.result()
    tell(waiting)
    return found
