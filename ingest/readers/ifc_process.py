"""Runs the IFC workers, survives their death, and hands on what they say.

One process builds the shapes while another reads objects and relations: together they take
little longer than the shapes alone, and what kills the geometry kernel costs no property.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, Self, cast

from ingest.pipeline.job import Job
from ingest.readers.ifc_frames import Array, MessageError, read_frame
from twin_model.errors import SourceError

Message = tuple[dict[str, Any], list[Array]]

#: A worker that says nothing for this long hangs in one shape.
SILENCE_S: Final = 120.0
#: Shapes given up, one after the other, before the rest of the geometry is.
MAX_LOST_SHAPES: Final = 12
#: Above this size the processes run one after the other, as each holds the whole model.
MAX_TOGETHER_BYTES: Final = 256 * 1024 * 1024
_POLL_S: Final = 0.05
#: Messages waiting to be taken: meshes are large, and objects wait until the shapes are done.
_SHAPES_WAITING: Final = 4
_OBJECTS_WAITING: Final = 64
#: Deaths before the first message after which the file itself is taken for the cause.
_DEATHS_AT_START: Final = 2
#: Not ``-m``, which would compile the module anew each time.
_WORKER: Final = "from ingest.readers.ifc_worker import main; main()"


def messages(path: Path, job: Job) -> Iterator[Message]:
    """Yield the workers' messages: shapes first, then objects, then relations.

    ``start`` and ``geometry-done`` come once each.

    Raises
    ------
    SourceError
        If the file cannot be opened, or the library does not get through its objects.
    Cancelled
    """
    job.check()
    with ExitStack() as stack:
        shapes = stack.enter_context(_Worker(path, _shape_request("manifold", []), _SHAPES_WAITING))
        objects: _Worker | None = None
        if path.stat().st_size <= MAX_TOGETHER_BYTES:
            objects = stack.enter_context(_Worker(path, {"part": "objects"}, _OBJECTS_WAITING))
        yield from _Geometry(path, job).messages(shapes)
        if objects is None:
            objects = stack.enter_context(_Worker(path, {"part": "objects"}, _OBJECTS_WAITING))
        for head, arrays in objects.messages(job):
            if head.get("kind") == "error":
                raise SourceError(path, f"not readable as IFC: {head.get('reason', '')}")
            if head.get("kind") == "end":
                return
            yield head, arrays
        raise SourceError(path, "the IFC library crashed while reading its objects")


def _shape_request(mode: str, skip: list[int]) -> dict[str, Any]:
    return {"part": "shapes", "mode": mode, "skip": skip}


class _Geometry:
    """Gets the shapes out of one worker after the other; what kills one is left out.

    First every product goes through manifold (with OpenCASCADE for the shapes it refuses),
    after a death the rest through OpenCASCADE alone, after another one by one, leaving out
    the one that was being built.
    """

    def __init__(self, path: Path, job: Job) -> None:
        self._path = path
        self._job = job
        self._skip: list[int] = []
        self._lost: list[int] = []
        self._started = False
        self._ended = False
        self._trying: int | None = None

    def messages(self, first: _Worker) -> Iterator[Message]:
        yield from self._from(first)
        if not self._ended:
            first.close()  # it may hang; one that has ended waits until nobody waits for it
        modes = ["opencascade", *["each"] * MAX_LOST_SHAPES]
        for deaths, mode in enumerate(modes, 1):
            if self._ended:
                break
            if not self._started and deaths >= _DEATHS_AT_START:
                raise SourceError(self._path, "the IFC library crashed while opening it")
            with _Worker(self._path, _shape_request(mode, self._skip), _SHAPES_WAITING) as worker:
                yield from self._from(worker)
        if not self._ended:
            self._job.warn("the geometry kernel kept crashing; not all shapes are built")
        elif self._lost:
            numbers = ", ".join(f"#{number}" for number in self._lost)
            self._job.warn(f"the geometry kernel crashed on {numbers}: left out")
        yield {"kind": "geometry-done", "lost": self._lost}, []

    def _from(self, worker: _Worker) -> Iterator[Message]:
        meshes: list[Message] = []
        for head, arrays in worker.messages(self._job):
            kind = head.get("kind")
            if kind == "error":
                if not self._started:
                    reason = head.get("reason", "")
                    raise SourceError(self._path, f"not readable as IFC: {reason}")
                break  # the next one goes on without what is built
            if kind == "end":
                self._ended = True
                return
            if kind == "trying":
                self._trying = head["id"]
            elif kind == "mesh":
                # Kept until their products are named: those built again would come twice.
                meshes.append((head, arrays))
            elif kind == "start" and not self._started:
                self._started = True
                yield head, arrays
            elif kind == "done":
                self._skip += head["ids"]
                self._trying = None
                yield from meshes
                meshes = []
                yield head, arrays
        if self._trying is not None:
            self._lost.append(self._trying)
            self._skip.append(self._trying)
            self._trying = None
        elif self._started:
            self._job.warn("the geometry kernel crashed; another one built what was missing")


class _Worker:
    """A process that answers one request; a context manager that ends it.

    Parameters
    ----------
    path : Path
    request : dict
    waiting : int
        Messages read ahead; the process waits when there are as many.
    """

    def __init__(self, path: Path, request: dict[str, Any], waiting: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # One BLAS thread: its buffers would count against the worker's memory limit.
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONFAULTHANDLER": ""},
        )
        self._inbox: queue.Queue[Message | None] = queue.Queue(waiting)
        self._stopped = threading.Event()
        self._stream = cast(BinaryIO, self._process.stdout)
        self._pump = threading.Thread(target=self._read, daemon=True)
        self._pump.start()
        with suppress(OSError), cast(IO[bytes], self._process.stdin) as stream:
            stream.write(json.dumps({"path": str(path.resolve())} | request).encode() + b"\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process; more than once does nothing."""
        self._stopped.set()
        self._process.kill()
        self._process.wait()
        self._pump.join()
        self._stream.close()

    def messages(self, job: Job) -> Iterator[Message]:
        """Yield its messages until it ends, however it ends, or hangs.

        Raises
        ------
        Cancelled
        """
        heard_s = time.monotonic()
        while True:
            job.check()
            try:
                message = self._inbox.get(timeout=_POLL_S)
            except queue.Empty:
                if time.monotonic() - heard_s > SILENCE_S:
                    return
                continue
            if message is None:
                return
            yield message
            heard_s = time.monotonic()

    def _read(self) -> None:
        """Move messages from the pipe into the queue, so that they can be awaited with a limit."""
        message: Message | None = None
        while not self._stopped.is_set():
            try:
                message = read_frame(self._stream)
            except (MessageError, OSError, ValueError):
                message = None
            while not self._stopped.is_set():
                try:
                    self._inbox.put(message, timeout=_POLL_S)
                    break
                except queue.Full:
                    continue
            if message is None:
                return
