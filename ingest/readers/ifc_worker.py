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
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final, NoReturn

from ingest.pipeline.frames import write_frame
from ingest.readers.ifc_objects import listed_objects, object_batches, relation_batches
from ingest.readers.ifc_placement import length_unit_m, placement_of
from ingest.readers.ifc_shapes import Gathered, Shape

#: Computed (for their place) but not drawn: they are air, helpers or analysis models.
UNDRAWN: Final = (
    "IfcSpace", "IfcSpatialZone", "IfcExternalSpatialElement", "IfcVirtualElement",
    "IfcStructuralItem", "IfcStructuralActivity", "IfcAnnotation", "IfcGrid",
)  # fmt: skip
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
        self._untold = 0
        self._told_s = time.monotonic()

    def add(self, number: int, feature: int, shape: Shape | None, drawn: bool) -> None:
        self._done.append(number)
        self._untold += 1
        if shape is not None:
            self._shapes.add(feature, shape, drawn)
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
        write_frame(self._stream, {"kind": "done", "ids": self._done, "boxes": boxes})
        self._shapes, self._done = Gathered(), []


def _send_geometry(
    stream: BinaryIO, model: Any, request: dict[str, Any], share: int = 0, shares: int = 1
) -> None:
    """Send the shapes wanted, or every so many of them beginning with number *share*."""
    products = {thing.id(): i for i, thing in enumerate(model.by_type("IfcProduct"))}
    undrawn = _undrawn(model)
    wanted = [thing for thing in _shapely(model) if thing.id() not in set(request["skip"])]
    batch = _Batch(stream)
    if request["mode"] == "each":
        made = _each(stream, model, wanted, batch)
    elif request["mode"] == "manifold":
        clipped = _clipped(model)
        first = [thing for thing in wanted if thing.id() not in clipped]
        rest = [thing for thing in wanted if thing.id() in clipped]
        made = itertools.chain(
            _built(model, _MANIFOLD_FIRST, _dealt(first, share, shares)),
            _built(model, _OPENCASCADE, _dealt(rest, share, shares)),
        )
    else:
        made = _built(model, _OPENCASCADE, wanted)
    for number, shape in made:
        batch.add(number, products[number], shape, number not in undrawn)
    batch.flush()


def _dealt(things: list[Any], share: int, shares: int) -> list[Any]:
    """Return the products that are one process's share.

    Those that show the same mapped shape stay together: a kernel builds it once, and then
    only places it.
    """
    if shares == 1:
        return things
    hands: dict[int, list[Any]] = {}
    for thing in things:
        hands.setdefault(_mapped(thing) or thing.id(), []).append(thing)
    return [thing for hand in itertools.islice(hands.values(), share, None, shares)
            for thing in hand]  # fmt: skip


def _mapped(thing: Any) -> int:
    """Return the number of the IfcRepresentationMap that a product shows; 0 where it has none."""
    for representation in thing.Representation.Representations or ():
        for item in representation.Items or ():
            if item.is_a("IfcMappedItem") and item.MappingSource is not None:
                return int(item.MappingSource.id())
    return 0


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


def _clipped(model: Any) -> set[int]:
    """Return the products cut by an unbounded half space, directly or through an opening.

    Manifold leaves the cut out in ifcopenshell 0.9.0: walls under a roof rise above it. The
    bounded ones (IfcPolygonalBoundedHalfSpace) are right.
    """
    waiting = list(model.by_type("IfcHalfSpaceSolid", include_subtypes=False))
    seen: set[int] = set()
    out: set[int] = set()
    while waiting:
        thing = waiting.pop()
        if thing.id() in seen:
            continue
        seen.add(thing.id())
        if thing.is_a("IfcProduct"):
            out.add(thing.id())
            # Asking others for the attribute makes ifcopenshell load its schema rules: 0.12 s.
            if thing.is_a("IfcFeatureElementSubtraction"):
                out.update(r.RelatingBuildingElement.id() for r in thing.VoidsElements or ())
        elif not thing.is_a("IfcRoot"):
            waiting += model.get_inverse(thing)
    return out


def _geometry_library() -> Any:
    import ifcopenshell.geom  # here, so that only this process ever loads it

    return ifcopenshell.geom


def _undrawn(model: Any) -> set[int]:
    out: set[int] = set()
    for name in UNDRAWN:
        try:
            out |= {thing.id() for thing in model.by_type(name)}
        except RuntimeError:
            continue  # the schema has no such class
    return out


def _shapely(model: Any) -> list[Any]:
    """Return the products that have a representation, openings left out."""
    return [
        thing
        for thing in model.by_type("IfcProduct")
        if thing.Representation is not None and not thing.is_a("IfcOpeningElement")
    ]


def _each(
    stream: BinaryIO, model: Any, things: list[Any], batch: _Batch
) -> Iterator[tuple[int, Shape | None]]:
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


def _open(path: str) -> Any:
    """Return the open model, or why it cannot be opened."""
    import ifcopenshell

    try:
        _limit_memory(Path(path).stat().st_size)
        return ifcopenshell.open(path)
    except Exception as error:  # its errors share no base class
        return " ".join(str(error).split())[:200] or type(error).__name__


def _serve(stream: BinaryIO, request: dict[str, Any], model: Any) -> None:
    if isinstance(model, str):
        write_frame(stream, {"kind": "error", "reason": model})
        return
    if request["part"] == "objects":
        _send_objects(stream, model=model)
    else:
        _send_start(stream, model)
        copies = request.get("copies", [])
        if copies:
            second, objects = copies
            _copy(second, [stream.fileno(), objects], partial(_second_half, model, request))
            _copy(objects, [stream.fileno()], partial(_send_objects, model=model))
        _send_geometry(stream, model, request, 0, 2 if copies else 1)
    write_frame(stream, {"kind": "end"})


def _send_objects(stream: BinaryIO, *, model: Any) -> None:
    for records in object_batches(model, length_unit_m(model)):
        write_frame(stream, {"kind": "objects", "records": records})
    for kinds, sources, targets in relation_batches(model):
        edges = {"kinds": kinds, "sources": sources, "targets": targets}
        write_frame(stream, {"kind": "relations"} | edges)


def _second_half(model: Any, request: dict[str, Any], stream: BinaryIO) -> None:
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


def _send_start(stream: BinaryIO, model: Any) -> None:
    undrawn = _undrawn(model)
    start = {
        "kind": "start",
        "placement": asdict(placement_of(model)),
        "with_shape": [thing.id() for thing in _shapely(model) if thing.id() not in undrawn],
        "objects": len(listed_objects(model)),
    }
    write_frame(stream, start)


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
    model: Any = None
    ahead = ""
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if "open" in request:
            ahead = request["open"]
            model = _open(ahead)
            continue
        if request["path"] != ahead:
            model = _open(request["path"])
        _finish(stream, partial(_serve, stream, request, model))
    os._exit(0)  # there was no work after all
