"""Reads a model in processes of its own, survives their death, and hands on what they say.

Two processes build the shapes while another reads objects and relations: what kills the
geometry kernel costs no property, and no shape but its own.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from ingest.pipeline.job import Job
from ingest.readers.ifc_inbox import Inbox, Message
from ingest.readers.ifc_workers import Worker, take_worker
from twin_model.errors import SourceError

#: Shapes given up, one after the other, before the rest of the geometry is.
MAX_LOST_SHAPES: Final = 12
#: Above this size the processes run one after the other, as each holds the whole model.
MAX_TOGETHER_BYTES: Final = 256 * 1024 * 1024
#: Deaths before the first message after which the file itself is taken for the cause.
_DEATHS_AT_START: Final = 2


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
    together = path.stat().st_size <= MAX_TOGETHER_BYTES
    with ExitStack() as stack:
        shapes = stack.enter_context(take_worker(path))
        answers = shapes.ask(path, _shape_request("manifold", []), share=together)
        objects = shapes.objects
        if objects is None and together:
            objects = _ask_objects(stack, path)
        yield from _Geometry(path, job).messages(shapes, answers)
        if objects is None or (objects is shapes.objects and objects.process is None):
            # Too large to read at once, or the end came before there was a copy.
            objects = _ask_objects(stack, path)
        for head, arrays in objects.messages(job):
            if head.get("kind") == "error":
                raise SourceError(path, f"not readable as IFC: {head.get('reason', '')}")
            if head.get("kind") == "end":
                return
            yield head, arrays
        raise SourceError(path, "the IFC library crashed while reading its objects")


def _ask_objects(stack: ExitStack, path: Path) -> Inbox:
    (answer,) = stack.enter_context(take_worker(path)).ask(path, {"part": "objects"})
    return answer


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

    def messages(self, first: Worker, answers: list[Inbox]) -> Iterator[Message]:
        self._ended = yield from self._from(answers)
        if not self._ended:
            first.end()  # it may hang; what reads the objects goes on
        modes = ["opencascade", *["each"] * MAX_LOST_SHAPES]
        for deaths, mode in enumerate(modes, 1):
            if self._ended:
                break
            if not self._started and deaths >= _DEATHS_AT_START:
                raise SourceError(self._path, "the IFC library crashed while opening it")
            with take_worker(self._path) as worker:
                answers = worker.ask(self._path, _shape_request(mode, self._skip))
                self._ended = yield from self._from(answers)
        if not self._ended:
            self._job.warn("the geometry kernel kept crashing; not all shapes are built")
        elif self._lost:
            numbers = ", ".join(f"#{number}" for number in self._lost)
            self._job.warn(f"the geometry kernel crashed on {numbers}: left out")
        yield {"kind": "geometry-done", "lost": self._lost}, []

    def _from(self, answers: list[Inbox]) -> Generator[Message, None, bool]:
        """Yield what processes built, in turns; return whether all came to their end.

        In turns, so that the order is the same each time, whichever is faster.
        """
        building = [inbox.messages(self._job) for inbox in answers]
        complete = True
        while building:
            for one in list(building):
                last = yield from self._batch(one)
                if last != "done":
                    building.remove(one)
                    complete = complete and last == "end"
        if complete:
            return True
        if self._trying is not None:
            self._lost.append(self._trying)
            self._skip.append(self._trying)
            self._trying = None
        elif self._started:
            self._job.warn("the geometry kernel crashed; another one built what was missing")
        return False

    def _batch(self, messages: Iterator[Message]) -> Generator[Message, None, str]:
        """Yield messages until products are named as done; return the kind of the last one."""
        meshes: list[Message] = []
        for head, arrays in messages:
            kind = head.get("kind", "")
            if kind == "error" and not self._started:
                reason = head.get("reason", "")
                raise SourceError(self._path, f"not readable as IFC: {reason}")
            if kind in ("error", "end"):
                return str(kind)
            if kind == "built":
                yield head, arrays
            elif kind == "trying":
                self._trying = head["id"]
            elif kind == "mesh":
                # Kept until their products are named: those built again would come twice.
                meshes.append((head, arrays))
            elif kind == "start" and not self._started:
                self._started = True
                yield head, arrays
            elif kind == "done" and self._started:
                self._skip += head["ids"]
                self._trying = None
                yield from meshes
                yield head, arrays
                return str(kind)
        return ""
