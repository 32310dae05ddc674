"""How consumers get samples: at their own pace, with what is dropped counted."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from twin_model.errors import StoreError
from twin_model.live.series import SeriesTable
from twin_model.samples import SampleBatch


class Policy(StrEnum):
    """What happens to samples that a consumer does not take in time."""

    #: None is lost: they wait on disk, and where there is none the publisher is slowed down.
    KEEP = "keep"
    #: The oldest are dropped and counted. Charts.
    DROP_OLDEST = "drop-oldest"
    #: Only the newest of each series stays; the others are counted as dropped. Scene, tables.
    LATEST = "latest"


@dataclass(frozen=True, slots=True, eq=False)
class Delivery:
    """What a consumer gets.

    Parameters
    ----------
    batch : SampleBatch
    series : (n,) int32 array
        Number of each sample's series in the hub.
    late : (n,) bool array
        Whether a newer sample of its series had come before.
    received_us : int
        When the hub got it.
    """

    batch: SampleBatch
    series: NDArray[np.int32]
    late: NDArray[np.bool_]
    received_us: int

    def take(self, rows: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Delivery:
        """Return the samples of a mask, indices or a slice."""
        return Delivery(
            self.batch.select(rows), self.series[rows], self.late[rows], self.received_us
        )


@dataclass(frozen=True, slots=True, eq=False)
class Parcel:
    """What of a `Delivery` stays true when the program starts again: not the series' numbers.

    Parameters
    ----------
    batch : SampleBatch
    late : (n,) bool array
    received_us : int
    """

    batch: SampleBatch
    late: NDArray[np.bool_]
    received_us: int


class Outbox(Protocol):
    """Keeps deliveries on disk, first in, first out; see `twin_model.store.outbox`."""

    def __len__(self) -> int:
        """Return how many deliveries are kept."""
        ...

    def put(self, parcel: Parcel) -> None:
        """Keep one as the last; `StoreError` where the disk is full."""
        ...

    def put_first(self, parcels: Sequence[Parcel]) -> None:
        """Keep some before all others."""
        ...

    def take(self) -> Parcel | None:
        """Return the oldest and forget it; None where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Interest:
    """Which series a consumer wants; None for any.

    Parameters
    ----------
    entities, indicators : frozenset of str, optional
    """

    entities: frozenset[str] | None = None
    indicators: frozenset[str] | None = None

    def includes(self, entity: str, indicator: str) -> bool:
        """Return whether a series is wanted."""
        return (self.entities is None or entity in self.entities) and (
            self.indicators is None or indicator in self.indicators
        )


class Wanted:
    """An `Interest` as a mask over series numbers that follows the table as it grows."""

    def __init__(self, table: SeriesTable, interest: Interest) -> None:
        self._table = table
        self._interest = interest
        self._mask: NDArray[np.bool_] = np.zeros(0, bool)

    def of(self, delivery: Delivery) -> Delivery | None:
        """Return what is wanted of a delivery; None where nothing is."""
        if self._interest.entities is None and self._interest.indicators is None:
            return delivery
        if len(self._mask) < len(self._table):
            fresh = [self._interest.includes(*name) for name in self._table.names(len(self._mask))]
            self._mask = np.concatenate([self._mask, np.array(fresh, bool)])
        rows = self._mask[delivery.series]
        if rows.all():
            return delivery
        return delivery.take(rows) if rows.any() else None


class Subscription:
    """A consumer's queue. Made by `Hub.subscribe`; `take` from any one thread.

    Parameters
    ----------
    name : str
        As shown to users beside what was dropped.
    policy : Policy
    table : SeriesTable
        Of the hub.
    capacity : int
        Samples that may wait in memory.
    outbox : Outbox, optional
        Where samples wait that memory has no room for, and all while the consumer is away; with
        `Policy.KEEP` only.
    patience_s : float
        How long each batch's publisher waits for room where nothing may be dropped and no disk
        takes it. The batch is kept after that all the same: slow, never lost.
    """

    def __init__(
        self,
        name: str,
        policy: Policy,
        table: SeriesTable,
        *,
        capacity: int = 2_000_000,
        outbox: Outbox | None = None,
        patience_s: float = 5.0,
    ) -> None:
        self.name = name
        self.policy = policy
        self.capacity = capacity
        #: Samples dropped, ever.
        self.dropped = 0
        #: Samples handed over, ever.
        self.delivered = 0
        #: What is wrong, for users; empty while nothing is.
        self.problem = ""
        self._table = table
        self._outbox = outbox
        self._patience_s = patience_s
        self._queue: deque[Delivery] = deque()
        self._waiting = 0
        self._closed = False
        self._changed = threading.Condition()

    @property
    def waiting(self) -> int:
        """Samples that wait in memory."""
        return self._waiting

    @property
    def on_disk(self) -> int:
        """Deliveries that wait on disk."""
        return len(self._outbox) if self._outbox is not None else 0

    def put(self, delivery: Delivery) -> None:
        """Queue a delivery; called by the hub."""
        with self._changed:
            if self._closed:
                return
            if self.policy is not Policy.KEEP:
                self._append(delivery)
                self._shed()
            # Once some wait on disk, all that follow do, or the order would be lost.
            elif (self.on_disk or not self._has_room(delivery)) and self._put_on_disk(delivery):
                pass
            else:
                self._wait_for_room(delivery)
                self._append(delivery)
            self._changed.notify_all()

    def _append(self, delivery: Delivery) -> None:
        self._queue.append(delivery)
        self._waiting += len(delivery.series)

    def _put_on_disk(self, delivery: Delivery) -> bool:
        if self._outbox is None:
            return False
        try:
            self._outbox.put(_parcel(delivery))
        except StoreError as error:
            self.problem = str(error)
            if not self.on_disk:
                return False
            # What is on disk is older than this: fetch it, so that all waits in memory in order.
            while (parcel := self._outbox.take()) is not None:
                self._append(self._delivery(parcel))
            return False
        self.problem = ""
        return True

    def _delivery(self, parcel: Parcel) -> Delivery:
        batch = parcel.batch
        return Delivery(batch, self._table.of(batch), parcel.late, parcel.received_us)

    def _has_room(self, delivery: Delivery) -> bool:
        return not self._queue or self._waiting + len(delivery.series) <= self.capacity

    def _wait_for_room(self, delivery: Delivery) -> None:
        found = self._changed.wait_for(
            lambda: self._closed or self._has_room(delivery), self._patience_s
        )
        if not found:
            self.problem = f"{self._waiting} samples wait that may not be lost; sources are slowed"
        elif self._outbox is None:
            self.problem = ""

    def _shed(self) -> None:
        if self.policy is Policy.LATEST and self._waiting > self.capacity:
            self._keep_newest()
        while self._waiting > self.capacity and len(self._queue) > 1:
            count = len(self._queue.popleft().series)
            self._waiting -= count
            self.dropped += count

    def _keep_newest(self) -> None:
        """Leave the last sample of each series, each in the delivery that it came with."""
        newer: NDArray[np.int32] = np.zeros(0, np.int32)
        kept: deque[Delivery] = deque()
        before = self._waiting
        for delivery in reversed(self._queue):
            backwards = delivery.series[::-1]
            series, first = np.unique(backwards, return_index=True)
            fresh = ~np.isin(series, newer)
            rows = np.sort(len(backwards) - 1 - first[fresh])
            newer = np.union1d(newer, series)
            if len(rows):
                kept.appendleft(delivery.take(rows))
        self._queue = kept
        self._waiting = sum(len(delivery.series) for delivery in kept)
        self.dropped += before - self._waiting

    def take(self, timeout_s: float = 0.0) -> Delivery | None:
        """Return the oldest delivery; None where none came within the timeout."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or bool(self._queue) or bool(self.on_disk), timeout_s
            )
            found: Delivery | None = None
            if self._queue:
                found = self._queue.popleft()
                self._waiting -= len(found.series)
            elif self._outbox is not None and (parcel := self._outbox.take()) is not None:
                found = self._delivery(parcel)
            if found is not None:
                self.delivered += len(found.series)
                self._changed.notify_all()
            return found

    def drain(self, consume: Callable[[Delivery], None], limit_s: float = 0.02) -> int:
        """Hand over what waits, for at most *limit_s*; return how many samples."""
        until, count = time.monotonic() + limit_s, 0
        while (delivery := self.take()) is not None:
            consume(delivery)
            count += len(delivery.series)
            if time.monotonic() >= until:
                break
        return count

    def close(self) -> None:
        """Take nothing more; with an outbox, what waits in memory is there the next time."""
        with self._changed:
            if self._outbox is not None and self._queue:
                self._outbox.put_first([_parcel(delivery) for delivery in self._queue])
            self._closed = True
            self._queue.clear()
            self._waiting = 0
            self._changed.notify_all()


def _parcel(delivery: Delivery) -> Parcel:
    return Parcel(delivery.batch, delivery.late, delivery.received_us)
