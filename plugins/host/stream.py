"""Batches through a shared ring, acknowledged one by one; both sides use the same two classes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

from ingest.pipeline.frames import MessageError
from plugins.host.link import Link, LinkClosedError
from plugins.host.ring import SharedRing, parts_of
from twin_model.samples import SampleBatch, SampleKeys

_POLL_S: Final = 0.1


class BatchSender:
    """Writes batches into a ring and keeps account of what the other side has acknowledged.

    Parameters
    ----------
    ring : SharedRing
    link : Link
    """

    def __init__(self, ring: SharedRing, link: Link) -> None:
        self._ring = ring
        self._link = link
        self._lock = threading.Lock()
        self._told: dict[int, tuple[int, int]] = {}  # keys -> names told so far
        self._known: list[SampleKeys] = []
        self._waiting: dict[int, tuple[int, Callable[[], object] | None]] = {}
        self._sequence = 0
        self._empty = threading.Condition(self._lock)

    def send(
        self,
        batch: SampleBatch,
        kept: Callable[[], object] | None = None,
        stop: Callable[[], bool] = lambda: False,
        tag: Any = None,
        sent: Callable[[int], object] | None = None,
    ) -> bool:
        """Send a batch, in several parts where it is large; wait while no slot is free.

        Parameters
        ----------
        batch : SampleBatch
        kept : callable, optional
            Called once the other side has acknowledged all of it.
        stop : callable
            Asked while waiting.
        tag : JSON value
            Told to the other side with the batch.
        sent : callable, optional
            Called with each part's number before the other side can see it.

        Returns
        -------
        bool
            Whether it was sent: not where *stop* became true.

        Raises
        ------
        LinkClosedError
            If the other side is gone.
        """
        parts = list(parts_of(batch)) if len(batch) else []
        for number, part in enumerate(parts, start=1):
            slot = self._slot(stop)
            if slot is None:
                return False
            self._send_part(part, slot, kept if number == len(parts) else None, tag, sent)
        if not len(batch) and kept is not None:
            kept()  # nothing to lose
        return True

    def _slot(self, stop: Callable[[], bool]) -> int | None:
        while (slot := self._ring.acquire(_POLL_S)) is None:
            if self._link.closed.is_set():
                raise LinkClosedError
            if stop():
                return None
        return slot

    def _send_part(
        self,
        part: SampleBatch,
        slot: int,
        kept: Callable[[], object] | None,
        tag: Any,
        sent: Callable[[int], object] | None,
    ) -> None:
        size = self._ring.write(slot, part)
        with self._lock:
            keys = self._number(part.keys)
            self._sequence += 1
            self._waiting[self._sequence] = (slot, kept)
            if sent is not None:
                sent(self._sequence)
            self._link.note("batch", [self._sequence, keys, slot, size, tag])

    def _number(self, keys: SampleKeys) -> int:
        """Return the number of a numbering, telling names that the other side lacks."""
        number = next((n for n, known in enumerate(self._known) if known is keys), -1)
        if number < 0:
            number = len(self._known)
            self._known.append(keys)
        entities, indicators = self._told.get(number, (0, 0))
        more = list(keys.entities[entities:]), list(keys.indicators[indicators:])
        if any(more) or number not in self._told:
            self._told[number] = entities + len(more[0]), indicators + len(more[1])
            self._link.note("keys", [number, *more])
        return number

    def acknowledged(self, sequence: int) -> None:
        """Take note that the other side has a batch."""
        with self._lock:
            found = self._waiting.pop(sequence, None)
            if not self._waiting:
                self._empty.notify_all()
        if found is None:
            raise MessageError(f"batch {sequence} was acknowledged but not sent")
        slot, kept = found
        self._ring.release(slot)
        if kept is not None:
            kept()

    @property
    def unacknowledged(self) -> int:
        """How many parts are under way."""
        return len(self._waiting)

    def flush(self, timeout_s: float) -> bool:
        """Wait until everything is acknowledged; return whether it is."""
        with self._lock:
            return self._empty.wait_for(lambda: not self._waiting, timeout_s)


class BatchReceiver:
    """Takes batches out of a ring. `keys` and `batch` take the notes of the sender.

    Parameters
    ----------
    ring : SharedRing
    """

    def __init__(self, ring: SharedRing) -> None:
        self._ring = ring
        self._keys: list[SampleKeys] = []

    def keys(self, value: Any) -> None:
        """Take names of a numbering."""
        number, entities, indicators = value
        if number == len(self._keys):
            self._keys.append(SampleKeys())
        self._keys[number].extend(map(str, entities), map(str, indicators))

    def batch(self, value: Any) -> tuple[int, SampleBatch]:
        """Return a batch and its sequence number.

        Raises
        ------
        MessageError, ValidationError
            If it is none.
        """
        sequence, keys, slot, size = value[:4]
        return int(sequence), self._ring.read(slot, size, self._keys[keys])
