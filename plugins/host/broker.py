"""Who publishes samples to whom: plugins and the hub of the open project."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from plugins.host.live import LiveData
from twin_model.live.hub import Hub
from twin_model.live.subscription import Delivery
from twin_model.samples import SampleBatch, SampleKeys

Receive = Callable[[SampleBatch], object]


class SampleSubscription:
    """One subscriber of the broker.

    Parameters
    ----------
    broker : SampleBroker
    receive : callable
        Called in the publishing thread; what it raises is told to *failed* and ends nothing.
    owner : str
        Part of a plugin; it does not receive what it published itself.
    entities, indicators : iterable of str or None
    failed : callable
    """

    def __init__(
        self,
        broker: SampleBroker,
        receive: Receive,
        owner: str,
        entities: Iterable[str] | None,
        indicators: Iterable[str] | None,
        failed: Callable[[Exception], object] | None,
    ) -> None:
        self.owner = owner
        self._broker = broker
        self._receive = receive
        self._failed = failed
        self._entities = None if entities is None else frozenset(entities)
        self._indicators = None if indicators is None else frozenset(indicators)
        self._masks: dict[int, tuple[SampleKeys, Any, Any]] = {}

    def close(self) -> None:
        """Receive no more."""
        self._broker.unsubscribe(self)

    def take(self, batch: SampleBatch) -> None:
        """Pass on what of a batch is wanted."""
        wanted = self._wanted(batch)
        if wanted is not None and len(wanted):
            try:
                self._receive(wanted)
            except Exception as error:
                if self._failed is None:
                    raise
                self._failed(error)

    def _wanted(self, batch: SampleBatch) -> SampleBatch | None:
        if self._entities is None and self._indicators is None:
            return batch
        _, entity_mask, indicator_mask = self._masks.get(id(batch.keys), (None, None, None))
        entity_mask = _mask(entity_mask, batch.keys.entities, self._entities)
        indicator_mask = _mask(indicator_mask, batch.keys.indicators, self._indicators)
        self._masks[id(batch.keys)] = (batch.keys, entity_mask, indicator_mask)
        rows = entity_mask[batch.entity] & indicator_mask[batch.indicator]
        if rows.all():
            return batch
        return batch.select(rows) if rows.any() else None


def _mask(
    known: npt.NDArray[np.bool_] | None, names: Any, wanted: frozenset[str] | None
) -> npt.NDArray[np.bool_]:
    if known is not None and len(known) >= len(names):
        return known
    return np.array([wanted is None or name in wanted for name in list(names)], bool)


class SampleBroker:
    """Gives every batch to the hub, and what comes through it to every plugin that asked for it.

    The hub leaves out what came before, keeps last values, and feeds rules and history; plugins
    get what is new, also what others than plugins publish. Safe to use from any thread.

    Parameters
    ----------
    live : LiveData
    """

    def __init__(self, live: LiveData) -> None:
        self.live = live
        self._lock = threading.Lock()
        self._subscriptions: tuple[SampleSubscription, ...] = ()
        #: Who publishes in this thread; the hub calls back in it.
        self._publisher = threading.local()
        self._hub: Hub | None = None
        self._detach: Callable[[], None] | None = None
        self.samples = 0
        self.batches = 0

    def subscribe(
        self,
        receive: Receive,
        *,
        owner: str = "",
        entities: Iterable[str] | None = None,
        indicators: Iterable[str] | None = None,
        failed: Callable[[Exception], object] | None = None,
    ) -> SampleSubscription:
        """Have *receive* called with every batch from now on."""
        made = SampleSubscription(self, receive, owner, entities, indicators, failed)
        with self._lock:
            self._subscriptions = (*self._subscriptions, made)
        self.listen(self.live.hub)
        return made

    def unsubscribe(self, subscription: SampleSubscription) -> None:
        """Call it no more."""
        with self._lock:
            self._subscriptions = tuple(s for s in self._subscriptions if s is not subscription)

    def publish(self, batch: SampleBatch, owner: str = "") -> None:
        """Give a batch to the hub and, what is new, to all but its publisher; then return."""
        self.batches += 1
        self.samples += len(batch)
        hub = self.live.begin()
        self.listen(hub)
        self._publisher.owner = owner
        try:
            hub.publish(batch)
        finally:
            self._publisher.owner = ""

    def listen(self, hub: Hub) -> None:
        """Pass on what comes through a hub, and no longer what came through the one before."""
        with self._lock:
            if hub is self._hub:
                return
            if self._detach is not None:
                self._detach()
            self._hub = hub
            self._detach = hub.attach("plugins", self._deliver)

    def _deliver(self, delivery: Delivery) -> None:
        owner = getattr(self._publisher, "owner", "")
        for subscription in self._subscriptions:
            if not owner or subscription.owner != owner:
                subscription.take(delivery.batch)
