"""Messages of the processes in which ifcopenshell runs, read ahead."""

from __future__ import annotations

import os
import queue
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO, Final

from ingest.pipeline.frames import Array, MessageError, read_frame
from ingest.pipeline.job import Job

Message = tuple[dict[str, Any], list[Array]]

#: A process that says nothing for this long hangs in one shape.
SILENCE_S: Final = 120.0
_POLL_S: Final = 0.05
#: Messages of a process that wait to be taken: objects do until the shapes are done. One of
#: meshes has about 2 MB.
_WAITING: Final = 32


class Inbox:
    """Messages of a pipe, read ahead in a thread so that they can be awaited with a limit.

    Parameters
    ----------
    stream : binary file
        Closed by `close`.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._queue: queue.Queue[Message | None] = queue.Queue(_WAITING)
        self._stopped = threading.Event()
        #: Number of the process that writes, where it is a copy and has said so.
        self.process: int | None = None
        self._pump = threading.Thread(target=self._read, daemon=True)
        self._pump.start()

    def messages(self, job: Job) -> Iterator[Message]:
        """Yield messages until the stream ends, however it ends, or nothing comes for long.

        Raises
        ------
        Cancelled
        """
        heard_s = time.monotonic()
        while True:
            job.check()
            try:
                message = self._queue.get(timeout=_POLL_S)
            except queue.Empty:
                if time.monotonic() - heard_s > SILENCE_S:
                    return
                continue
            if message is None:
                return
            yield message
            heard_s = time.monotonic()

    def stop(self) -> None:
        """Take no more messages; a copy that still writes is ended."""
        self._stopped.set()
        if self.process is not None and self._pump.is_alive():
            with suppress(ProcessLookupError):
                os.kill(self.process, signal.SIGKILL)

    def close(self) -> None:
        """Close the stream, once whoever wrote to it has been ended."""
        self._pump.join()
        self._stream.close()

    def _read(self) -> None:
        message: Message | None = None
        while not self._stopped.is_set():
            try:
                message = read_frame(self._stream)
            except (MessageError, OSError, ValueError):
                message = None
            if message is not None and message[0].get("kind") == "process":
                self.process = int(message[0]["id"])
                continue
            while not self._stopped.is_set():
                try:
                    self._queue.put(message, timeout=_POLL_S)
                    break
                except queue.Full:
                    continue
            if message is None:
                return
