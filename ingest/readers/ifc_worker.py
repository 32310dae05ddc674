"""The process in which ifcopenshell runs: one file in, messages out (`ingest.pipeline.frames`).

Its geometry kernels end the whole process on some files: the buildingSMART duplex does it to
manifold in ifcopenshell 0.9.0. Here that costs a retry with another kernel, not the window.
Started by `ifc_workers`; the request comes as JSON on stdin once there is one.
"""

from __future__ import annotations

import gc
import itertools
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final, NoReturn

from ingest.pipeline.frames import write_frame
from ingest.readers.ifc_model import OpenModel
from ingest.readers.ifc_objects import object_batches, relation_batches
from ingest.readers.ifc_placement import units_of
from ingest.readers.ifc_rooms import outline
from ingest.readers.ifc_shapes import Gathered, Shape

_MANIFOLD_FIRST: Final = "hybrid-manifold-opencascade"
_OPENCASCADE: Final = "opencascade"
#: Not by time: the same file is to give the same batches.
_FLUSH_VERTICES: Final = 60_000
_FLUSH_PRODUCTS: Final = 300
#: How often it is said how many products are built.
_TELL_S: Final = 0.25


class _Batch:
    """Shapes gathered until there are enough for messages."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._shapes = Gathered()
        self._done: list[int] = []
        #: Feature and corners of rooms.
        self._outlines: list[tuple[int, list[list[float]]]] = []
        self._untold = 0
        self._told_s = time.monotonic()

    def add(self, number: int, feature: int, shape: Shape | None, drawn: bool) -> None:
        self._done.append(number)
        self._untold += 1
        if shape is not None:
            self._shapes.add(feature, shape, drawn)
            if not drawn and (corners := outline(shape)) is not None:
                self._outlines.append((feature, corners))
        if self._shapes.vertices > _FLUSH_VERTICES or len(self._done) >= _FLUSH_PRODUCTS:
            self.flush()
        elif time.monotonic() - self._told_s > _TELL_S:
            self._tell()

    def _tell(self) -> None:
        write_frame(self._stream, {"kind": "built", "count": self._untold})
        self._untold, self._told_s = 0, time.monotonic()

    def flush(self) -> None:
        meshes, boxes = self._shapes.put_together()
        for colour, position, triangles, feature in meshes:
            head = {"kind": "mesh", "colour": colour}
            write_frame(self._stream, head, (position, triangles, feature))
        self._tell()
        # After the meshes: what is named here has arrived and is not asked for again.
        head = {"kind": "done", "ids": self._done, "boxes": boxes, "outlines": self._outlines}
        write_frame(self._stream, head)
        self._shapes, self._done, self._outlines = Gathered(), [], []


def _send_geometry(
    stream: BinaryIO, model: OpenModel, request: dict[str, Any], share: int = 0, shares: int = 1
) -> None:
    """Send the shapes wanted, or every so many of them beginning with number *share*."""
    skip = request["skip"]
    batch = _Batch(stream)
    if request["mode"] == "each":
        made = _each(stream, model.wanted(skip), batch)
    elif request["mode"] == "manifold":
        first, rest = model.dealt(skip, share, shares)
        made = itertools.chain(
            _built(model.model, _MANIFOLD_FIRST, first), _built(model.model, _OPENCASCADE, rest)
        )
    else:
        made = _built(model.model, _OPENCASCADE, model.wanted(skip))
    for number, shape in made:
        batch.add(number, model.index[number], shape, number not in model.undrawn)
    batch.flush()


def _built(model: Any, kernel: str, things: list[Any]) -> Iterator[tuple[int, Shape | None]]:
    """Yield the STEP numbers and shapes of what a kernel gets out of some products."""
    if not things:
        return
    geom = _geometry_library()
    # One thread: two are slower on two cores, and their order is not repeatable.
    iterator = geom.iterator(geom.settings(), model, 1, include=things, geometry_library=kernel)
    working = iterator.initialize()
    while working:
        shape = iterator.get()
        yield shape.id, Shape.of(shape)
        working = iterator.next()


def _geometry_library() -> Any:
    import ifcopenshell.geom  # here, so that only this process ever loads it

    return ifcopenshell.geom


def _each(stream: BinaryIO, things: list[Any], batch: _Batch) -> Iterator[tuple[int, Shape | None]]:
    """One product after the other, announced first: the last one named is the one that kills."""
    geom = _geometry_library()
    settings = geom.settings()
    for thing in things:
        batch.flush()
        write_frame(stream, {"kind": "trying", "id": thing.id()})
        try:
            made = geom.create_shape(settings, thing, geometry_library=_OPENCASCADE)
        except RuntimeError:
            yield thing.id(), None
        else:
            yield thing.id(), Shape.of(made)


def _load_library() -> None:
    # A parser for MVD declarations, a tenth of the library's start and never used here.
    sys.modules["lark"] = None  # type: ignore[assignment]
    _geometry_library()


def _open(path: str) -> OpenModel | str:
    """Return the open model, or why it cannot be opened."""
    import ifcopenshell

    try:
        _limit_memory(Path(path).stat().st_size)
        return OpenModel(ifcopenshell.open(path))
    except Exception as error:  # its errors share no base class
        return " ".join(str(error).split())[:200] or type(error).__name__


def _serve(stream: BinaryIO, request: dict[str, Any], model: OpenModel | str) -> None:
    if isinstance(model, str):
        write_frame(stream, {"kind": "error", "reason": model})
        return
    if request["part"] == "objects":
        _send_objects(stream, model=model.model)
    else:
        write_frame(stream, model.start)
        copies = request.get("copies", [])
        if copies:
            second, objects = copies
            _copy(second, [stream.fileno(), objects], partial(_second_half, model, request))
            _copy(objects, [stream.fileno()], partial(_send_objects, model=model.model))
        _send_geometry(stream, model, request, 0, 2 if copies else 1)
    write_frame(stream, {"kind": "end"})


def _send_objects(stream: BinaryIO, *, model: Any) -> None:
    for records in object_batches(model, units_of(model)):
        write_frame(stream, {"kind": "objects", "records": records})
    for kinds, sources, targets in relation_batches(model):
        edges = {"kinds": kinds, "sources": sources, "targets": targets}
        write_frame(stream, {"kind": "relations"} | edges)


def _second_half(model: OpenModel, request: dict[str, Any], stream: BinaryIO) -> None:
    _send_geometry(stream, model, request, 1, 2)


def _copy(number: int, others: list[int], answer: Callable[[BinaryIO], None]) -> None:
    """Let a copy of this process answer into a pipe, without opening the model again.

    No thread runs yet that could hold a lock in the copy: the geometry kernels start theirs
    later.

    Parameters
    ----------
    number : int
        File number of the pipe's end.
    others : list of int
        Ends of other pipes: while the copy held them open, nobody would learn of their end.
    answer : callable
    """
    if os.fork():
        os.close(number)
        return
    for other in others:
        os.close(other)
    stream = os.fdopen(number, "wb", buffering=1 << 20)
    write_frame(stream, {"kind": "process", "id": os.getpid()})

    def run() -> None:
        answer(stream)
        write_frame(stream, {"kind": "end"})

    _finish(stream, run)


def _limit_memory(size: int) -> None:
    try:
        import resource  # absent on Windows
    except ImportError:
        return
    limit = 900 * 1024 * 1024 + 40 * size
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _finish(stream: BinaryIO, answer: Callable[[], None]) -> NoReturn:
    """Answer, say what went wrong, and end the process without destructors.

    The library's crash on some damaged models, after everything has been sent.
    """
    try:
        answer()
    except BrokenPipeError:
        os._exit(0)  # nobody listens any more
    except Exception as error:  # the library raises anything on damaged files
        reason = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        write_frame(stream, {"kind": "error", "reason": reason})
    stream.flush()
    os._exit(0)


def main() -> None:
    """Load the library, open a model if one is named, wait for one request and serve it."""
    # Native code prints; its words must not get between the messages.
    stream = os.fdopen(os.dup(1), "wb", buffering=1 << 20)
    os.dup2(2, 1)
    # Nothing here hangs together in circles; looking for them takes a tenth of the time.
    gc.disable()
    _load_library()
    model: OpenModel | str = ""
    ahead = ""
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if "open" in request:
            ahead = request["open"]
            model = _open(ahead)
            if isinstance(model, OpenModel):
                with suppress(Exception):  # told when it is asked again
                    model.ask_ahead()
            continue
        if request["path"] != ahead:
            model = _open(request["path"])
        _finish(stream, partial(_serve, stream, request, model))
    os._exit(0)  # there was no work after all
