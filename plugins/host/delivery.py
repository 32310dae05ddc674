"""Samples between a worker and the broker, across the deaths of its process.

What a worker publishes goes to the broker in one thread a worker, which acknowledges each batch
after everybody has it. What it subscribed to waits here until its process acknowledges it; what a
process that died had not acknowledged is given to the next one again.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from plugins.host.broker import SampleBroker, SampleSubscription
from plugins.host.link import Link, LinkClosedError
from plugins.host.ring import SharedRing, parts_of
from plugins.host.stream import BatchSender
from twin_model.samples import SampleBatch

#: Batches that wait for a worker before others are dropped, or their publisher has to wait.
_WAITING: Final = 512
#: How long a publisher waits for a lossless subscriber whose process hangs.
_PATIENCE_S: Final = 30.0
_MUTE_S: Final = 0.03


@dataclass(frozen=True)
class _Wanted:
    """What a process subscribed to."""

    entities: tuple[str, ...] | None
    indicators: tuple[str, ...] | None
    lossless: bool


Item = tuple[int, SampleBatch]


class WorkerDelivery:
    """Both directions of one worker.

    Parameters
    ----------
    broker : SampleBroker
    plugin : str
        Who it is, by plugin, kind and id: it does not receive what it published itself.
    warn : callable
        Takes what the plugin's log should say.
    """

    def __init__(self, broker: SampleBroker, plugin: str, warn: Callable[[str], object]) -> None:
        self._broker = broker
        self._plugin = plugin
        self._warn = warn
        self._inbox: queue.SimpleQueue[tuple[SampleBatch, Callable[[], object]] | None] = (
            queue.SimpleQueue()
        )
        self._subscriptions: dict[int, tuple[_Wanted, SampleSubscription]] = {}
        self._room = threading.Condition()
        self._queue: deque[Item] = deque()
        #: Subscriptions that the present process has taken.
        self._taken: set[int] = set()
        self._unacknowledged: dict[int, Item] = {}
        self._sender: BatchSender | None = None
        self._closed = False
        self._muted = False
        self._publishing = threading.Lock()
        #: Samples dropped because the worker was too slow.
        self.dropped = 0
        self._threads = [
            threading.Thread(target=self._publish_all, daemon=True, name=f"{plugin}-publish"),
            threading.Thread(target=self._send_all, daemon=True, name=f"{plugin}-deliver"),
        ]
        for thread in self._threads:
            thread.start()

    # -- from the worker -----------------------------------------------------------------

    def publish(self, batch: SampleBatch, kept: Callable[[], object]) -> None:
        """Queue a batch of the worker; the ring bounds how many there can be."""
        self._inbox.put((batch, kept))

    def _publish_all(self) -> None:
        while (item := self._inbox.get()) is not None:
            batch, kept = item
            with self._publishing:
                if self._muted and len(batch):
                    continue  # not acknowledged: a connector's broker will deliver it again
                self._broker.publish(batch, self._plugin)
            kept()

    def mute(self) -> None:
        """Pass on nothing more of the worker, nor anything when this returns.

        Only where a subscriber is too slow may one batch still be under way: the caller draws.
        """
        self._muted = True
        if self._publishing.acquire(timeout=_MUTE_S):
            self._publishing.release()

    def drain(self) -> None:
        """Wait until what the worker had published is with everybody."""
        done = threading.Event()
        self._inbox.put((SampleBatch.empty(), done.set))
        done.wait(_PATIENCE_S)

    # -- to the worker -------------------------------------------------------------------

    def subscribe(
        self,
        number: int,
        entities: Iterable[str] | None,
        indicators: Iterable[str] | None,
        lossless: bool,
    ) -> None:
        """Take a subscription of the worker's process.

        The same one of a process that followed another goes on where that one left off.
        """
        wanted = _Wanted(
            None if entities is None else tuple(entities),
            None if indicators is None else tuple(indicators),
            lossless,
        )
        known = self._subscriptions.get(number)
        if known is None or known[0] != wanted:
            self.unsubscribe(number)
            made = self._broker.subscribe(
                lambda batch: self._queue_batch(number, batch, lossless),
                owner=self._plugin, entities=entities, indicators=indicators,
                failed=lambda error: self._warn(str(error)),
            )  # fmt: skip
            self._subscriptions[number] = (wanted, made)
        with self._room:
            self._taken.add(number)
            self._room.notify_all()

    def unsubscribe(self, number: int) -> None:
        """End a subscription; what waits for it is forgotten."""
        known = self._subscriptions.pop(number, None)
        if known is not None:
            known[1].close()
        with self._room:
            self._taken.discard(number)
            self._queue = deque(item for item in self._queue if item[0] != number)

    def _queue_batch(self, number: int, batch: SampleBatch, lossless: bool) -> None:
        for part in parts_of(batch):
            with self._room:
                self._make_room(lossless)
                self._queue.append((number, part))
                self._room.notify_all()

    def _make_room(self, lossless: bool) -> None:
        if len(self._queue) < _WAITING:
            return
        has_room = lossless and self._room.wait_for(
            lambda: len(self._queue) < _WAITING or self._closed, _PATIENCE_S
        )
        if not has_room:
            _, lost = self._queue.popleft()
            if not self.dropped or lossless:
                self._warn(f"takes samples too slowly; {len(lost)} of them are dropped")
            self.dropped += len(lost)

    def attach(self, ring: SharedRing, link: Link) -> None:
        """Send to a new process, first what the last one left unacknowledged."""
        with self._room:
            left = [self._unacknowledged[key] for key in sorted(self._unacknowledged)]
            self._unacknowledged.clear()
            self._queue.extendleft(reversed(left))
            self._taken.clear()
            self._sender = BatchSender(ring, link)
            self._room.notify_all()

    def detach(self) -> None:
        """Keep everything: the process has died."""
        with self._room:
            self._sender = None
            self._taken.clear()

    def acknowledged(self, sequence: int) -> None:
        """Forget a batch that the process has dealt with."""
        with self._room:
            self._unacknowledged.pop(int(sequence), None)
            sender = self._sender
        if sender is not None:
            sender.acknowledged(int(sequence))

    def _next(self) -> int | None:
        """Return the place of the first item whose subscription the process has taken."""
        if self._sender is None:
            return None
        return next((n for n, item in enumerate(self._queue) if item[0] in self._taken), None)

    def _send_all(self) -> None:
        while True:
            with self._room:
                self._room.wait_for(lambda: self._closed or self._next() is not None)
                if self._closed:
                    return
                place = self._next()
                sender = self._sender
                if place is None or sender is None:
                    continue
                item = self._queue[place]
                del self._queue[place]
                self._room.notify_all()
            if not self._send(sender, item):
                with self._room:
                    self._queue.appendleft(item)

    def _send(self, sender: BatchSender, item: Item) -> bool:
        def sent(sequence: int) -> None:
            self._unacknowledged[sequence] = item

        try:
            return sender.send(
                item[1], None, lambda: self._sender is not sender or self._closed,
                [item[0]], sent,
            )  # fmt: skip
        except LinkClosedError:
            with self._room:
                if self._sender is sender:
                    self._sender = None
            return False

    def close(self) -> None:
        """End for good."""
        for number in list(self._subscriptions):
            self.unsubscribe(number)
        with self._room:
            self._closed = True
            self._room.notify_all()
        self._inbox.put(None)
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(_PATIENCE_S)
