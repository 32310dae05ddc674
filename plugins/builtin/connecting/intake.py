"""The way from a connection's thread into the twin: rows, entities, units, batches, receipts."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from plugins.builtin.connecting.connections import Mapping
from plugins.builtin.connecting.payloads import Row
from plugins.builtin.connecting.places import Places, Position
from plugins.builtin.connecting.resolving import Resolver
from shapan import SampleBatch, ShapanError, WorkerContext

_FLUSH_S: Final = 0.02
_WAITING: Final = 200_000
_AT_ONCE: Final = 50_000
_MAX_ROUTES: Final = 1_000_000
_SHOWN: Final = 1000
_SHOWN_CHARS: Final = 200
_NEW: Final = -1
_UNKNOWN: Final = -2


@dataclass
class IntakeCounts:
    """Since the connection was made.

    Parameters
    ----------
    messages : int
        What the source sent.
    samples : int
        Published.
    unmapped : int
        Messages that no template matches.
    unknown : int
        Samples of entities that the twin does not have.
    malformed : int
        Messages that cannot be understood.
    refused : int
        Samples of series beyond a million.
    """

    messages: int = 0
    samples: int = 0
    unmapped: int = 0
    unknown: int = 0
    malformed: int = 0
    refused: int = 0


@dataclass
class _Routes:
    """Series of a connection, by number; grown as they appear."""

    entity: npt.NDArray[np.int32]
    indicator: npt.NDArray[np.int32]
    factor: npt.NDArray[np.float64]
    shift: npt.NDArray[np.float64]

    @classmethod
    def empty(cls, room: int) -> _Routes:
        return cls(
            np.full(room, _NEW, np.int32), np.zeros(room, np.int32), np.ones(room), np.zeros(room)
        )

    def grown(self, count: int) -> _Routes:
        room = len(self.entity)
        if count <= room:
            return self
        larger = _Routes.empty(max(count, 2 * room))
        for name in ("entity", "indicator", "factor", "shift"):
            getattr(larger, name)[:room] = getattr(self, name)
        return larger


@dataclass(frozen=True)
class _Pending:
    """Rows on their way into one batch.

    Parameters
    ----------
    rows : (n, 4) array
        Route, microseconds (exact: they are below 2^53), value, quality.
    text : (n,) object array or None
    position : (n, 3) array or None
    receipts : list
    """

    rows: npt.NDArray[np.float64]
    text: Any
    position: Any
    receipts: list[Any]


class Intake:
    """Takes rows in one thread and publishes them in another.

    Whoever puts rows waits while too many are under way, which slows the source down. Nothing is
    acknowledged to the source before the window has it.

    Parameters
    ----------
    context : WorkerContext
    resolver : Resolver
    mappings : sequence of Mapping
    acknowledge : callable, optional
        Called in another thread with the receipts of messages that the window now has.
    """

    def __init__(
        self,
        context: WorkerContext,
        resolver: Resolver,
        mappings: Sequence[Mapping],
        acknowledge: Callable[[list[Any]], object] | None = None,
    ) -> None:
        self.counts = IntakeCounts()
        #: Names that no template or no entity matches, with what came last; the first thousand.
        self.strangers: dict[str, str] = {}
        #: How much of a message is kept of what does not go in.
        self.shown_chars = _SHOWN_CHARS
        #: What was wrong with the last message that could not be understood.
        self.last_problem = ""
        self.last_sample_us = 0
        self._context = context
        self._resolver = resolver
        self._mappings = tuple(mappings)
        self._acknowledge = acknowledge
        self._places = Places(context.twin)
        self._numbers: dict[tuple[int, str, str], int] = {}
        self._names: list[tuple[int, str, str]] = []
        self._routes = _Routes.empty(1024)
        self._rows: deque[tuple[int, int, float, int]] = deque()
        self._extras: deque[tuple[int, int, str | None, Position | None]] = deque()
        self._receipts: deque[tuple[int, Any]] = deque()
        self._pending: _Pending | None = None
        self._put = 0
        self._taken = 0
        self._room = threading.Condition()
        self._stirred = threading.Event()
        self._ended = threading.Event()
        self._ask_again = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="intake")
        self._thread.start()

    # -- in the connection's thread ------------------------------------------------------

    def route(self, mapping: int, entity: str, indicator: str) -> int:
        """Return the number of a series, given at the first call; -1 where there are too many."""
        key = (mapping, entity, indicator)
        number = self._numbers.get(key)
        if number is None:
            number = len(self._names)
            if number >= _MAX_ROUTES:
                return -1
            self._names.append(key)
            self._numbers[key] = number
        return number

    def put(self, route: int, time_us: int, value: float, quality: int = 0) -> None:
        """Take a number of a series."""
        if route < 0:
            self.counts.refused += 1
            return
        self._rows.append((route, time_us, value, quality))
        self._put += 1

    def put_row(self, mapping: int, row: Row) -> None:
        """Take any sample; one without a time came now."""
        time_us = row.time_us if row.time_us is not None else time.time_ns() // 1000
        route = self.route(mapping, row.entity, row.indicator)
        if route >= 0 and (row.text is not None or row.position is not None):
            self._extras.append((self._put, mapping, row.text, row.position))
        self.put(route, time_us, row.value, row.quality)

    def message_done(self, receipt: Any = None) -> None:
        """Take note that a message is read; wait while too much is under way."""
        self.counts.messages += 1
        if receipt is not None:
            self._receipts.append((self._put, receipt))
        self._stirred.set()
        if len(self._rows) > _WAITING or len(self._receipts) > _WAITING:
            with self._room:
                self._room.wait_for(
                    lambda: (
                        (len(self._rows) <= _WAITING and len(self._receipts) <= _WAITING)
                        or self._ended.is_set()
                    )
                )

    def unmapped(self, name: str, content: str) -> None:
        """Take note of a message that no template matches."""
        self.counts.unmapped += 1
        self._stranger(name, content)

    def shown(self, payload: bytes) -> str:
        """Return the beginning of a message, for `unmapped`."""
        return payload[: self.shown_chars].decode("utf-8", "replace")

    def malformed(self, name: str, problem: object) -> None:
        """Take note of a message that cannot be understood."""
        self.counts.malformed += 1
        self.last_problem = f"{name[:200]}: {problem}"

    def _stranger(self, name: str, content: str) -> None:
        if name in self.strangers or len(self.strangers) < _SHOWN:
            self.strangers[name[:500]] = content[: self.shown_chars]

    # -- for whoever asks ----------------------------------------------------------------

    def twin_changed(self) -> None:
        """Look again for the entities that were not there."""
        self._ask_again.set()

    def drain(self, timeout_s: float) -> bool:
        """Wait until everything that was put is published; return whether it is."""
        with self._room:
            return self._room.wait_for(lambda: self._taken >= self._put, timeout_s)

    def close(self) -> None:
        """Publish what waits, and end."""
        self._ended.set()
        self._stirred.set()
        with self._room:
            self._room.notify_all()
        self._thread.join(5.0)

    # -- in the intake's thread ----------------------------------------------------------

    def _run(self) -> None:
        while True:
            self._stirred.wait()
            self._stirred.clear()
            if not self._ended.is_set():
                self._ended.wait(_FLUSH_S)  # what comes within it goes together
            try:
                while self._rows or self._receipts or self._pending:
                    if not self._flush():
                        return
            except Exception as error:
                self.last_problem = str(error)
                self._context.log.exception("samples could not be published")
                if self._ended.wait(1.0):
                    return
                self._stirred.set()
            if self._ended.is_set():
                return

    def _flush(self) -> bool:
        """Publish some of what waits; return False where the worker has to end."""
        pending = self._pending or self._take()
        self._pending = pending
        batch = self._batch(pending) if len(pending.rows) else SampleBatch.empty()
        kept = None
        if pending.receipts and self._acknowledge is not None:
            acknowledge, receipts = self._acknowledge, pending.receipts
            kept = lambda: acknowledge(receipts)  # noqa: E731
        self._context.samples.publish(batch, kept)
        self._pending = None
        self.counts.samples += len(batch)
        self.counts.unknown += len(pending.rows) - len(batch)
        if len(batch):
            self.last_sample_us = int(batch.time_us.max())
        with self._room:
            self._taken += len(pending.rows)
            self._room.notify_all()
        return not (self._context.stopping and self._ended.is_set())

    def _take(self) -> _Pending:
        """Take rows that wait, with the receipts of messages that are complete among them."""
        # A receipt is put after the rows of its message.
        listed = len(self._receipts)
        count = min(len(self._rows), _AT_ONCE)
        pop = self._rows.popleft
        rows = np.array([pop() for _ in range(count)], np.float64).reshape(count, 4)
        receipts = []
        while listed and self._receipts[0][0] <= self._taken + count:
            receipts.append(self._receipts.popleft()[1])
            listed -= 1
        return _Pending(rows, *self._extras_of(count), receipts)

    def _batch(self, pending: _Pending) -> SampleBatch:
        """Return the samples of rows whose entities there are."""
        rows, text, position = pending.rows, pending.text, pending.position
        route = rows[:, 0].astype(np.int32)
        self._resolve(route)
        entity = self._routes.entity[route]
        known = entity >= 0
        route = route[known]
        return SampleBatch(
            self._context.samples.keys,
            entity[known],
            self._routes.indicator[route],
            rows[known, 1].astype(np.int64),
            rows[known, 2] * self._routes.factor[route] + self._routes.shift[route],
            rows[known, 3].astype(np.uint8),
            None if text is None else text[known],
            None if position is None else position[known],
        )

    def _extras_of(self, count: int) -> tuple[Any, Any]:
        text: Any = None
        position: Any = None
        while self._extras and self._extras[0][0] < self._taken + count:
            number, mapping, word, place = self._extras.popleft()
            row = number - self._taken
            if word is not None:
                text = np.full(count, None, object) if text is None else text
                text[row] = word
            if place is not None:
                position = np.full((count, 3), np.nan) if position is None else position
                fields = self._mappings[mapping].position
                if fields is not None and fields.geographic:
                    place = self._places.to_local(*place)
                position[row] = place
        return text, position

    def _resolve(self, route: npt.NDArray[np.int32]) -> None:
        """Find the entities of routes that are new."""
        self._routes = self._routes.grown(len(self._names))
        if self._ask_again.is_set():
            self._ask_again.clear()
            self._resolver.forget_unknown()
            self._routes.entity[self._routes.entity == _UNKNOWN] = _NEW
        new = np.unique(route[self._routes.entity[route] == _NEW])
        by_match: dict[str, list[int]] = {}
        for number in new.tolist():
            by_match.setdefault(self._mappings[self._names[number][0]].match, []).append(number)
        for match, numbers in by_match.items():
            targets = self._resolver.resolve((self._names[n][1] for n in numbers), match)
            for number in numbers:
                self._settle(number, targets[self._names[number][1]])

    def _settle(self, number: int, target: Any) -> None:
        mapping_number, entity, indicator = self._names[number]
        if target is None:
            self._routes.entity[number] = _UNKNOWN
            self._stranger(f"{entity} / {indicator}", "")
            return
        mapping, keys = self._mappings[mapping_number], self._context.samples.keys
        try:
            factor, shift = self._resolver.conversion(target.type, indicator, mapping.unit)
        except ShapanError as error:
            self._routes.entity[number] = _UNKNOWN
            self.malformed(f"{entity} / {indicator}", error)
            return
        self._routes.factor[number] = factor * mapping.scale
        self._routes.shift[number] = factor * mapping.shift + shift
        self._routes.indicator[number] = keys.indicator(indicator)
        self._routes.entity[number] = keys.entity(target.id)
