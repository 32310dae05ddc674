"""The hub: every sample passes here once, on its way to all who want it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin_model.live.duplicates import DuplicateFilter
from twin_model.live.last_values import NEVER_US, LastValues
from twin_model.live.series import SeriesTable
from twin_model.live.subscription import Delivery, Interest, Outbox, Policy, Subscription, Wanted
from twin_model.samples import Quality, SampleBatch
from twin_model.time import Instant

_LOG: Final = logging.getLogger(__name__)
_SECOND_US: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class HubOptions:
    """How the hub judges samples.

    Parameters
    ----------
    stale_after_s : float
        A series is stale where nothing came for this long, unless set for it.
    ahead_s : float
        How far a source's clock may run ahead of ours before its samples are doubtful.
    max_series : int
    """

    stale_after_s: float = 60.0
    ahead_s: float = 60.0
    max_series: int = 4_000_000


@dataclass(slots=True)
class HubCounts:
    """Samples since the hub was made.

    Parameters
    ----------
    received : int
        All that were published.
    duplicates : int
        Left out, because they had come before.
    late : int
        Passed on, but older than what was known.
    ahead : int
        Passed on as uncertain, because their source's clock runs ahead.
    bad : int
        Passed on without a usable value.
    refused : int
        Left out, because too many series exist.
    failed : int
        Deliveries at which a direct consumer raised an error.
    """

    received: int = 0
    duplicates: int = 0
    late: int = 0
    ahead: int = 0
    bad: int = 0
    refused: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """The newest sample of one series.

    Parameters
    ----------
    time, received : Instant
    value : float
    quality : int
    text : str or None
    stale : bool
    """

    time: Instant
    received: Instant
    value: float
    quality: int
    text: str | None
    stale: bool


class Hub:
    """Takes batches from any thread, keeps last values, and hands batches to consumers in order.

    Parameters
    ----------
    options : HubOptions
    clock : callable
        Returns our time in microseconds; a replay gives its own.
    """

    def __init__(
        self, options: HubOptions | None = None, clock: Callable[[], int] | None = None
    ) -> None:
        self.options = options or HubOptions()
        self.clock: Callable[[], int] = clock or (lambda: Instant.now().us)
        self.series = SeriesTable(self.options.max_series)
        self._last = LastValues.empty()
        self._stale_after_us: NDArray[np.int64] = np.zeros(0, np.int64)
        self._duplicates = DuplicateFilter()
        self._counts = HubCounts()
        self._direct: list[tuple[str, Wanted, Callable[[Delivery], None]]] = []
        self._queued: list[tuple[Wanted, Subscription]] = []
        self._lock = threading.RLock()
        self._publishing = threading.RLock()

    # -- publishing --------------------------------------------------------------------

    def publish(self, batch: SampleBatch) -> int:
        """Take in a batch; return how many of its samples were new.

        Returns late where a consumer that may lose nothing has no room: sources slow down.
        """
        if not len(batch):
            return 0
        # Publishers queue up here in order; who asks for values never waits for a slow consumer.
        with self._publishing:
            delivery = self._take_in(batch)
            if delivery is None:
                return 0
            self._deliver(delivery)
            return len(delivery.series)

    def _take_in(self, batch: SampleBatch) -> Delivery | None:
        with self._lock:
            received_us = self.clock()
            counts = self._counts
            counts.received += len(batch)
            series = self.series.of(batch)
            batch, series = self._refuse(batch, series)
            batch = self._judge(batch, received_us)
            fresh = self._duplicates.fresh(series, batch.time_us, _content(batch))
            if not fresh.all():
                counts.duplicates += int(len(fresh) - fresh.sum())
                batch, series = batch.select(fresh), series[fresh]
            if not len(batch):
                return None
            self._last = self._last.grown(len(self.series))
            trusted_us = received_us + int(self.options.ahead_s * _SECOND_US)
            late = self._last.update(batch, series, received_us, trusted_us)
            counts.late += int(late.sum())
            return Delivery(batch, series, late, received_us)

    def _refuse(
        self, batch: SampleBatch, series: NDArray[np.int32]
    ) -> tuple[SampleBatch, NDArray[np.int32]]:
        known = series >= 0
        if known.all():
            return batch, series
        self._counts.refused += int(len(known) - known.sum())
        return batch.select(known), series[known]

    def _judge(self, batch: SampleBatch, received_us: int) -> SampleBatch:
        """Lower the quality of samples without a value, or from a clock that runs ahead."""
        empty = ~np.isfinite(batch.value)
        if empty.any():
            if batch.text is not None:
                empty &= batch.text == None  # noqa: E711 - element by element
            if batch.position is not None:
                empty &= np.isnan(batch.position[:, 0])
        ahead = batch.time_us > received_us + int(self.options.ahead_s * _SECOND_US)
        self._counts.bad += int((empty | (batch.quality == Quality.BAD)).sum())
        self._counts.ahead += int(ahead.sum())
        if not (empty.any() or ahead.any()):
            return batch
        quality = batch.quality.copy()
        quality[empty] = Quality.BAD
        quality[ahead] = np.maximum(quality[ahead], Quality.UNCERTAIN)
        return replace(batch, quality=quality)

    def _deliver(self, delivery: Delivery) -> None:
        for name, wanted, consume in tuple(self._direct):
            part = wanted.of(delivery)
            if part is None:
                continue
            try:
                consume(part)
            except Exception:  # one consumer's fault must not keep samples from the others
                self._counts.failed += 1
                _LOG.exception("consumer %s failed on %d samples", name, len(part.series))
        for wanted, subscription in tuple(self._queued):
            part = wanted.of(delivery)
            if part is not None:
                subscription.put(part)

    def forget(self) -> None:
        """Forget all values: a replay that jumps tells them anew, perhaps from earlier on."""
        with self._publishing, self._lock:
            self._last = LastValues.empty(max(1, len(self.series)))
            self._duplicates = DuplicateFilter()

    # -- consumers ---------------------------------------------------------------------

    def attach(
        self,
        name: str,
        consume: Callable[[Delivery], None],
        interest: Interest | None = None,
    ) -> Callable[[], None]:
        """Call *consume* with every delivery, in the publisher's thread; for what is quick.

        Nothing is ever dropped on this way, which is how rules get their inputs.

        Returns
        -------
        callable
            Ends it.
        """
        entry = (name, Wanted(self.series, interest or Interest()), consume)
        with self._lock:
            self._direct.append(entry)

        def detach() -> None:
            with self._lock:
                if entry in self._direct:
                    self._direct.remove(entry)

        return detach

    def subscribe(
        self,
        name: str,
        policy: Policy = Policy.DROP_OLDEST,
        interest: Interest | None = None,
        *,
        capacity: int = 2_000_000,
        outbox: Outbox | None = None,
        patience_s: float = 5.0,
    ) -> Subscription:
        """Return a queue that the consumer empties at its own pace; see `Subscription`."""
        made = Subscription(
            name, policy, self.series, capacity=capacity, outbox=outbox, patience_s=patience_s
        )
        with self._lock:
            self._queued.append((Wanted(self.series, interest or Interest()), made))
        return made

    def unsubscribe(self, subscription: Subscription) -> None:
        """End a subscription."""
        with self._lock:
            self._queued = [entry for entry in self._queued if entry[1] is not subscription]
        subscription.close()

    # -- asking ------------------------------------------------------------------------

    def last(self, entity: str, indicator: str) -> Sample | None:
        """Return the newest sample of a series; None where none came."""
        number = self.series.find(entity, indicator)
        with self._lock:
            last = self._last
            if number is None or number >= len(last.time_us) or last.time_us[number] == NEVER_US:
                return None
            received_us = int(last.received_us[number])
            return Sample(
                Instant(int(last.time_us[number])),
                Instant(received_us),
                float(last.value[number]),
                int(last.quality[number]),
                last.text[number],
                self.clock() - received_us > int(self._patience(number + 1)[number]),
            )

    def snapshot(self) -> LastValues:
        """Return a copy of the newest sample of every series, by series number."""
        with self._lock:
            self._last = self._last.grown(len(self.series))
            return self._last.first(len(self.series))

    def stale(self, now_us: int | None = None) -> NDArray[np.bool_]:
        """Return by series number whether nothing came for too long.

        A series of which nothing ever came is not stale but unknown.
        """
        with self._lock:
            count = len(self.series)
            self._last = self._last.grown(count)
            patience = self._patience(count)
            received = self._last.received_us[:count]
            now = self.clock() if now_us is None else now_us
            silent: NDArray[np.bool_] = (now - patience > received) & (received != NEVER_US)
            return silent

    def expect(self, entity: str, indicator: str, every_s: float) -> None:
        """Set after how long without a sample a series is stale."""
        with self._lock:
            number = self.series.number(entity, indicator)
            self._patience(number + 1)[number] = int(every_s * _SECOND_US)

    def _patience(self, count: int) -> NDArray[np.int64]:
        """Return after how many microseconds each of the first *count* series is stale."""
        missing = count - len(self._stale_after_us)
        if missing > 0:
            usual = np.full(missing, int(self.options.stale_after_s * _SECOND_US), np.int64)
            self._stale_after_us = np.concatenate([self._stale_after_us, usual])
        return self._stale_after_us[:count]

    def counts(self) -> HubCounts:
        """Return a copy of what was counted."""
        with self._lock:
            return HubCounts(**asdict(self._counts))

    def subscriptions(self) -> list[Subscription]:
        """Return the queues, each with what it dropped."""
        with self._lock:
            return [subscription for _wanted, subscription in self._queued]


def _content(batch: SampleBatch) -> NDArray[np.float64]:
    """Return a number a sample that differs where its content does."""
    value = np.ascontiguousarray(batch.value)
    if batch.position is not None:
        moved = np.nan_to_num(batch.position) @ np.array([1.0, np.pi, np.e])
        value = np.nan_to_num(value) + moved
    if batch.text is not None:
        words = np.array([hash(text) & 0xFFFFFFFF for text in batch.text], np.float64)
        value = np.nan_to_num(value) + words
    return value
