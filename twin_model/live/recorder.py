"""What comes through the hub into the history, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final, Protocol

from twin_model.errors import StoreError
from twin_model.live.hub import Hub
from twin_model.live.subscription import Outbox, Policy
from twin_model.samples import SampleBatch

_WAIT_S: Final = 0.5


class Writer(Protocol):
    """What appends samples; see `twin_model.store.sample_writer.SampleWriter`."""

    def write(self, batch: SampleBatch) -> None:
        """Take samples."""
        ...

    def flush_if_due(self) -> None:
        """Write what has waited for long."""
        ...

    def flush(self) -> None:
        """Write what waits."""
        ...


class Recorder:
    """Writes every sample of a hub; nothing is dropped, and a full disk slows the sources.

    Parameters
    ----------
    hub : Hub
    writer : Writer
    outbox : Outbox, optional
    """

    def __init__(self, hub: Hub, writer: Writer, outbox: Outbox | None = None) -> None:
        self._hub = hub
        self._writer = writer
        self._stop = threading.Event()
        #: What is wrong, for users; empty while all is written.
        self.problem = ""
        self.subscription = hub.subscribe("history", Policy.KEEP, outbox=outbox)
        self._thread = threading.Thread(target=self._run, name="history recorder", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write what waits, and stop.

        Raises
        ------
        StoreError
            If the disk is full.
        """
        self._stop.set()
        self._thread.join()
        while (delivery := self.subscription.take()) is not None:
            self._writer.write(delivery.batch)
        self._writer.flush()
        self._hub.unsubscribe(self.subscription)

    def _run(self) -> None:
        while not self._stop.is_set():
            delivery = self.subscription.take(timeout_s=_WAIT_S)
            if delivery is not None:
                batch = delivery.batch
                self._try(lambda batch=batch: self._writer.write(batch))  # type: ignore[misc]
            else:
                self._try(self._writer.flush_if_due)

    def _try(self, write: Callable[[], None]) -> None:
        """Write; a full disk is said and tried again, while the queue fills and slows sources."""
        try:
            write()
            self.problem = ""
        except StoreError as error:
            self.problem = str(error)
            # What was not written waits in the writer; take no more until it is on disk.
            while not self._stop.wait(_WAIT_S):
                try:
                    self._writer.flush()
                    self.problem = ""
                    return
                except StoreError as again:
                    self.problem = str(again)
