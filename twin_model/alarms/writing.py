"""What alarms do, on its way into the journal."""

from __future__ import annotations

import collections
import contextlib
import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, NamedTuple

from twin_model.alarms.changes import Done, Journal, Portion
from twin_model.alarms.model import AlarmEvent, AlarmStatus
from twin_model.alarms.way import RightOfWay
from twin_model.errors import StoreError

#: Events of a burst that are written and told together, after the first ones.
_AT_ONCE: Final = 10_000
#: Events of a burst that are written before others compute, a few milliseconds.
_PART: Final = 1000
#: How long the next part of a burst is waited for before what is there goes to disk.
_PATIENCE_S: Final = 0.02


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
        self._waiting: list[_Waiting] = []
        self._put = 0
        self._settled = 0
        self._bursts = 0
        self._came = threading.Condition()
        self._writing = threading.Lock()
        #: Asked for between the parts of a burst.
        self.way = RightOfWay()
        #: Why the journal cannot be written at the moment; empty while it can.
        self.problem = ""

    @property
    def refused(self) -> int:
        """Events that a full disk has refused so far, and that are tried again."""
        return sum(len(one.events) for one in list(self._waiting)) if self.problem else 0

    def put(self, events: Sequence[AlarmEvent], statuses: Iterable[AlarmStatus]) -> int:
        """Take events and copies of the statuses they lead to; return the number to settle."""
        with self._came:
            self._put += 1
            self._waiting.append(_Waiting(self._put, events, list(statuses)))
            self._came.notify_all()
            return self._put

    @contextlib.contextmanager
    def burst(self) -> Iterator[None]:
        """More is put all the while: `settle` may go along with it."""
        with self._came:
            self._bursts += 1
        try:
            yield
        finally:
            with self._came:
                self._bursts -= 1
                self._came.notify_all()

    def settle(self, number: int, *, along: bool = False) -> int:
        """Return when what has been put up to a number is on disk, or has been refused.

        Parameters
        ----------
        number : int
        along : bool
            Within a burst, write what comes while it comes, and wait for the disk at the end.

        Returns
        -------
        int
            Up to which number it is.
        """
        if self._settled >= number:
            return self._settled
        with self._writing:
            if self._settled >= number:
                return self._settled
            taken: list[_Waiting] = []
            try:
                portions = self._portions(taken, along)
                if self._journal is not None:
                    self._journal.append_all(portions)
                else:
                    collections.deque(portions, maxlen=0)
            except StoreError as error:
                self.problem = str(error)
                self._keep(taken)
            except BaseException:
                self._keep(taken)
                raise
            else:
                self.problem = ""
            # Operators see alarms whether or not the disk is full.
            self._written(_newest(taken))
            self._settled = max([self._settled, *(one.number for one in taken)])
            return self._settled

    def _portions(self, taken: list[_Waiting], along: bool) -> Iterator[Portion]:
        """Yield what waits; going along with a burst, also what comes until it is over."""
        count = 0
        while count < _AT_ONCE:
            with self._came:
                if not self._waiting and along and self._bursts:
                    self._came.wait(_PATIENCE_S)
                found, self._waiting = self._waiting, []
            if not found:
                return
            taken += found
            for some in _parts(found):
                events = [event for one in some for event in one.events]
                count += len(events)
                yield events, _newest(some).values()
                if along:
                    self.way.give()
            if not along:
                return

    def _keep(self, taken: list[_Waiting]) -> None:
        with self._came:
            self._waiting = taken + self._waiting


class _Waiting(NamedTuple):
    """What was put at once."""

    number: int
    events: Sequence[AlarmEvent]
    statuses: Sequence[AlarmStatus]


def _parts(found: Sequence[_Waiting]) -> Iterator[list[_Waiting]]:
    """Yield what was found by a thousand events or somewhat more, at least once."""
    part: list[_Waiting] = []
    count = 0
    for one in found:
        part.append(one)
        count += len(one.events)
        if count >= _PART:
            yield part
            part, count = [], 0
    if part:
        yield part


def _newest(found: Sequence[_Waiting]) -> dict[str, AlarmStatus]:
    return {status.point: status for one in found for status in one.statuses}


def tell_beside(
    works: Iterable[Done], writer: EventWriter, tell: Callable[[Sequence[Done]], None]
) -> list[Done]:
    """Tell what is done in a thread beside, in order, while the next is worked out.

    The first at once, for a slow disk; the rest is written while it is worked out, and told when it
    is on disk, by thousands. Returns when all of it is told. Raises what telling raises.
    """
    found: list[Done] = []
    told = 0

    def tell_more(along: bool) -> None:
        nonlocal told
        settled = writer.settle(found[-1].number, along=along)
        ready = [*itertools.takewhile(lambda one: one.number <= settled, found[told:])]
        told += len(ready)
        tell(ready)

    telling: Future[None] | None = None
    with ThreadPoolExecutor(1, "alarms-burst") as beside:
        with writer.burst():
            for done in works:
                found.append(done)
                if telling is None or telling.done():
                    if telling is not None:
                        telling.result()
                    telling = beside.submit(tell_more, along=telling is not None)
                writer.way.give()
        if telling is not None:
            telling.result()
    if told < len(found):
        tell_more(along=False)
    return found
