"""Runs the IFC worker, survives its death, and hands on what it says."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, cast

from ingest.pipeline.job import Job
from ingest.readers.ifc_frames import Array, MessageError, read_frame
from twin_model.errors import SourceError

Message = tuple[dict[str, Any], list[Array]]

#: A worker that says nothing for this long hangs in one shape.
SILENCE_S: Final = 120.0
#: Shapes given up, one after the other, before the rest of the geometry is.
MAX_LOST_SHAPES: Final = 12
_POLL_S: Final = 0.05
_QUEUE: Final = 4
#: Not ``-m``, which would compile the module anew each time.
_WORKER: Final = "from ingest.readers.ifc_worker import main; main()"

_log = logging.getLogger(__name__)


def messages(path: Path, job: Job) -> Iterator[Message]:
    """Yield the worker's messages; a shape that kills it costs that shape at most.

    First every product goes through manifold (with OpenCASCADE for the shapes it refuses),
    after a death the rest through OpenCASCADE alone, after another one by one, leaving out
    the one that was being built. ``start``, ``geometry-done`` and ``end`` come once each.

    Raises
    ------
    SourceError
        If the file cannot be opened, or the library does not get through it without geometry
        either.
    Cancelled
    """
    skip: list[int] = []
    lost: list[int] = []
    started = False
    modes = ["manifold", "opencascade", *["each"] * MAX_LOST_SHAPES, "none"]
    for mode in modes:
        trying: int | None = None
        drawn = False
        for head, arrays in _one_run(path, mode, skip, job):
            kind = head.get("kind")
            if kind == "error":
                raise SourceError(path, f"not readable as IFC: {head.get('reason', '')}")
            if kind == "trying":
                trying = head["id"]
                continue
            if kind == "start":
                if started:
                    continue
                started = True
            elif kind == "done":
                skip += head["ids"]
                trying = None
            elif kind == "geometry-done":
                drawn = True
                head["lost"] = lost
            yield head, arrays
            if kind == "end":
                return
        if drawn:
            raise SourceError(path, "the IFC library crashed while reading its objects")
        if trying is not None:
            lost.append(trying)
            skip.append(trying)
        _log.warning("%s: the geometry kernel died (%s), going on without it", path, mode)
    raise SourceError(path, "the IFC library crashed while opening it")


def _one_run(path: Path, mode: str, skip: list[int], job: Job) -> Generator[Message, None, None]:
    """Yield one worker's messages until it ends, however it ends."""
    job.check()
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", _WORKER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # One BLAS thread: its buffers would count against the worker's memory limit.
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONFAULTHANDLER": ""},
    )
    inbox: queue.Queue[Message | None] = queue.Queue(_QUEUE)
    stopped = threading.Event()
    pump = threading.Thread(
        target=_pump, args=(cast(BinaryIO, process.stdout), inbox, stopped), daemon=True
    )
    pump.start()
    try:
        request = {"path": str(path.resolve()), "mode": mode, "skip": skip}
        with contextlib.suppress(OSError), cast(IO[bytes], process.stdin) as stream:
            stream.write(json.dumps(request).encode() + b"\n")
        heard_s = time.monotonic()
        while True:
            job.check()
            try:
                message = inbox.get(timeout=_POLL_S)
            except queue.Empty:
                if time.monotonic() - heard_s > SILENCE_S:
                    return
                continue
            if message is None:
                return
            yield message
            heard_s = time.monotonic()
    finally:
        stopped.set()
        process.kill()
        process.wait()
        pump.join()
        cast(IO[bytes], process.stdout).close()


def _pump(stream: BinaryIO, inbox: queue.Queue[Message | None], stopped: threading.Event) -> None:
    """Move messages from the pipe into the queue, so that the reader can wait with a limit."""
    message: Message | None = None
    while not stopped.is_set():
        try:
            message = read_frame(stream)
        except (MessageError, OSError, ValueError):
            message = None
        while not stopped.is_set():
            try:
                inbox.put(message, timeout=_POLL_S)
                break
            except queue.Full:
                continue
        if message is None:
            return
