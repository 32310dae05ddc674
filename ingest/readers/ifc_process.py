"""Runs the IFC workers, survives their death, and hands on what they say.

One process builds the shapes while another reads objects and relations: together they take
little longer than the shapes alone, and what kills the geometry kernel costs no properties.
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
from contextlib import closing, suppress
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
#: Above this size the two processes run one after the other: each holds the whole model.
MAX_TOGETHER_BYTES: Final = 256 * 1024 * 1024
_POLL_S: Final = 0.05
#: Messages waiting for the reader. Meshes are large; objects wait until the shapes are done.
_MESHES_WAITING: Final = 4
_OBJECTS_WAITING: Final = 64
#: Not ``-m``, which would compile the module anew each time.
_WORKER: Final = "from ingest.readers.ifc_worker import main; main()"
_CRASHED: Final = "crashed"


def messages(path: Path, source: Path, job: Job) -> Iterator[Message]:
    """Yield what the workers say: the shapes first, then the objects and relations.

    ``start`` and ``geometry-done`` come once each.

    Parameters
    ----------
    path : Path
        The STEP file.
    source : Path
        What the user knows it as, for messages.
    job : Job

    Raises
    ------
    SourceError
        If the file cannot be opened, or the library does not get through it without geometry
        either.
    Cancelled
    """
    together = path.stat().st_size <= MAX_TOGETHER_BYTES
    geometry = _Geometry(path, source, job)
    if together:
        # The shapes first: they take longest.
        with closing(geometry.messages()) as shapes:
            shape = next(shapes, None)
            with _Worker(path, {"part": "objects"}, _OBJECTS_WAITING) as objects:
                if shape is not None:
                    yield shape
                yield from shapes
                yield from _objects(objects, source, job)
        return
    yield from geometry.messages()
    with _Worker(path, {"part": "objects"}, _OBJECTS_WAITING) as objects:
        yield from _objects(objects, source, job)
