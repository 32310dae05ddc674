"""The processes in which ifcopenshell runs: started ahead of their work, ended with it."""

from __future__ import annotations

import atexit
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, Self, cast

from ingest.pipeline.frames import Array, MessageError, read_frame
from ingest.pipeline.job import Job

Message = tuple[dict[str, Any], list[Array]]

#: A process that says nothing for this long hangs in one shape.
SILENCE_S: Final = 120.0
#: A process that nobody had work for is ended after this time: it holds 70 MB.
SPARE_S: Final = 120.0
_POLL_S: Final = 0.05
#: Messages of a process that wait to be taken: objects do until the shapes are done. One of
#: meshes has about 2 MB.
_WAITING: Final = 32
#: Not ``-m``, which would compile the module anew each time.
_WORKER: Final = "from ingest.readers.ifc_worker import main; main()"
#: Whether a process can copy itself with the open model instead of opening it twice.
_FORKS: Final = hasattr(os, "fork")


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


class Worker:
    """A process that loads the library at once and then answers one request.

    A context manager that ends the process.
    """

    def __init__(self) -> None:
        #: What the process answers, and then the copy of it that builds every other shape.
        self.answers: list[Inbox] = []
        #: What the copy answers that reads objects; None where there is none.
        self.objects: Inbox | None = None
        pipes = [os.pipe() for _ in range(2 if _FORKS else 0)]
        self._numbers = [number for _, number in pipes]
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=self._numbers,
            # One BLAS thread: its buffers would count against the worker's memory limit.
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONFAULTHANDLER": ""},
        )
        for number in self._numbers:
            os.close(number)
        self._copies: list[BinaryIO] = [os.fdopen(number, "rb") for number, _ in pipes]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, path: Path, request: dict[str, Any], *, share: bool = False) -> list[Inbox]:
        """Send the request; return where the answers come.

        Parameters
        ----------
        path : Path
        request : dict
        share : bool
            Let copies of the process build every other shape and read the objects, where the
            system can make copies; then `objects` is there.

        Returns
        -------
        list of Inbox
            The same as `answers`.
        """
        self.answers = [Inbox(cast(BinaryIO, self._process.stdout))]
        if share and self._copies:
            second, objects = map(Inbox, self._copies)
            self.answers.append(second)
            self.objects = objects
            request = request | {"copies": self._numbers}
        with suppress(OSError), cast(IO[bytes], self._process.stdin) as stream:
            stream.write(json.dumps({"path": str(path.resolve())} | request).encode() + b"\n")
        return self.answers

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process.poll() is None

    def end(self) -> None:
        """End what builds shapes; the copy that reads objects goes on."""
        for inbox in self.answers:
            inbox.stop()
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End the process and its copies; more than once does nothing."""
        if self.objects is not None:
            self.objects.stop()
        self.end()
        for inbox in [*self.answers, *([self.objects] if self.objects else [])]:
            inbox.close()
        for stream in (self._process.stdin, self._process.stdout, *self._copies):
            if stream is not None:
                with suppress(OSError):
                    stream.close()


class _Spare:
    """At most one process that has loaded the library and waits for a request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._timer: threading.Timer | None = None

    def prepare(self) -> None:
        """Start one, if none is waiting."""
        with self._lock:
            if self._worker is not None and self._worker.running:
                return
            self._drop()
            self._worker = Worker()
            self._timer = threading.Timer(SPARE_S, self._expire, [self._worker])
            self._timer.daemon = True
            self._timer.start()

    def take(self) -> Worker:
        """Return the one that waits, else a new one."""
        with self._lock:
            worker, self._worker = self._worker, None
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        if worker is not None and not worker.running:
            worker.close()
            worker = None
        return worker or Worker()

    def end(self) -> None:
        """End the one that waits."""
        with self._lock:
            self._drop()

    def _expire(self, worker: Worker) -> None:
        with self._lock:
            if self._worker is worker:
                self._drop()

    def _drop(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


_spare: Final = _Spare()
#: Starts a process ahead of its work, so that the library is loaded when it comes.
prepare_worker = _spare.prepare
#: Returns a process that waits for a request; whoever takes it closes it.
take_worker = _spare.take
#: Ends a process that waits for a request.
end_spare_worker = _spare.end
atexit.register(end_spare_worker)
