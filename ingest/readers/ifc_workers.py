"""The processes in which ifcopenshell runs: started ahead of their work, ended with it.

Imported before everything else where a model is to be read at once (`prepare_worker`), so it
imports nothing that takes long itself.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Final, Self, cast

if TYPE_CHECKING:
    from ingest.readers.ifc_inbox import Inbox

#: A process that nobody had work for is ended after this time: it holds 70 MB, and a model.
SPARE_S: Final = 120.0
#: Larger models are not opened ahead: nobody may want them, and they take ten times as much.
MAX_AHEAD_BYTES: Final = 64 * 1024 * 1024
#: Not ``-m``, which would compile the module anew each time.
_WORKER: Final = "from ingest.readers.ifc_worker import main; main()"
#: Whether a process can copy itself with the open model instead of opening it twice.
_FORKS: Final = hasattr(os, "fork")


class Worker:
    """A process that loads the library at once and then answers one request.

    A context manager that ends the process.

    Parameters
    ----------
    ahead : Path, optional
        Model that it opens before it is asked.
    """

    def __init__(self, ahead: Path | None = None) -> None:
        #: The model that it opens ahead, as it was then.
        self.ahead = _state(ahead)
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
        if self.ahead is not None:
            self._tell({"open": self.ahead[0]})

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
        from ingest.readers.ifc_inbox import Inbox  # brings numpy

        self.answers = [Inbox(cast(BinaryIO, self._process.stdout))]
        if share and self._copies:
            second, objects = map(Inbox, self._copies)
            self.answers.append(second)
            self.objects = objects
            request = request | {"copies": self._numbers}
        self._tell({"path": str(path.resolve())} | request)
        with suppress(OSError):
            cast(IO[bytes], self._process.stdin).close()
        return self.answers

    def _tell(self, message: dict[str, Any]) -> None:
        stream = cast(IO[bytes], self._process.stdin)
        with suppress(OSError):  # it has ended, which shows when nothing is answered
            stream.write(json.dumps(message).encode() + b"\n")
            stream.flush()

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


def _state(path: Path | None) -> tuple[str, int, int] | None:
    """Return a model's path, size and time of change; None for one not worth opening ahead."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    if path is None or found is None or found.st_size > MAX_AHEAD_BYTES:
        return None
    return str(path.resolve()), found.st_size, found.st_mtime_ns


class _Spare:
    """At most one process that has loaded the library and waits for a request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._timer: threading.Timer | None = None

    def prepare(self, path: Path | None = None) -> None:
        """Start one, if none is waiting; it opens the model *path* meanwhile."""
        with self._lock:
            if self._worker is not None and self._worker.running:
                return
            self._drop()
            self._worker = Worker(path)
            self._timer = threading.Timer(SPARE_S, self._expire, [self._worker])
            self._timer.daemon = True
            self._timer.start()

    def take(self, path: Path) -> Worker:
        """Return the one that waits, else a new one.

        One that has opened another model, or this one before it was changed, waits on.
        """
        with self._lock:
            worker = self._worker
            if worker is not None and worker.ahead not in (None, _state(path)):
                return Worker()
            self._worker = None
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
#: Starts a process ahead of its work, so that the library is loaded and the model open by then.
prepare_worker = _spare.prepare
#: Returns a process that waits for a request; whoever takes it closes it.
take_worker = _spare.take
#: Ends a process that waits for a request.
end_spare_worker = _spare.end
atexit.register(end_spare_worker)
