"""Object records: class names, ids, brackets, and the rules of presence of their fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.readers.osgb_format.stream import Header, Stream

#: Objects may be nested this deep; real tiles need about ten.
MAX_DEPTH: Final = 64


@dataclass
class Record:
    """One object of a file: its class and those of its fields that matter here."""

    kind: str
    fields: dict[str, Any] = field(default_factory=dict)

    def records(self, name: str) -> list[Record]:
        """Return a list field without its null pointers; empty where it is absent."""
        return [item for item in self.fields.get(name) or [] if isinstance(item, Record)]


class SceneReader:
    """Reads object records of one body.

    Parameters
    ----------
    stream : Stream
    header : Header
    classes : mapping of str to tuple of callables
        For every known class, the readers of its groups of fields in the order of the file.

    Attributes
    ----------
    skipped : Counter of str
        Unknown classes that brackets allowed to be passed over.
    skipped_bytes : int
        Bytes at the end of known objects that this program has no field for.
    """

    def __init__(
        self,
        stream: Stream,
        header: Header,
        classes: Mapping[str, tuple[Callable[[SceneReader, Record], None], ...]],
    ) -> None:
        self.stream = stream
        self.version = header.version
        self.header = header
        self.classes = classes
        self.objects: dict[int, Record] = {}
        self.arrays: dict[int, npt.NDArray[Any]] = {}
        self.skipped: Counter[str] = Counter()
        self.skipped_bytes = 0
        self._depth = 0
        self._counted = 0

    def count_vertices(self, count: int) -> None:
        """Note vertices that are drawn by number and so take no bytes of their own.

        Raises
        ------
        SourceError
            If they are together more than a file of this size can mean.
        """
        self._counted += max(count, 0)
        # A vertex takes at least two bytes; drawing each one sixteen times is beyond any model.
        if count < 0 or self._counted > 8 * self.stream.size:
            raise self.stream.fail(f"{count} vertices are to be drawn, more than the file can hold")

    def begin(self) -> int | None:
        """Return where the block that starts here ends; None where blocks carry no size."""
        if not self.header.has_brackets:
            return None
        start = self.stream.position
        # Version 149 widened the size of a block.
        size = self.stream.u64() if self.version > 148 else self.stream.u32()
        end = start + size
        if not self.stream.position <= end <= self.stream.size:
            raise self.stream.fail(f"a block of {size} bytes reaches beyond the data")
        return end

    def end(self, end: int | None) -> None:
        """Move to the end of a block, over fields that newer writers added."""
        if end is None:
            return
        if self.stream.position > end:
            raise self.stream.fail("a block is shorter than its content")
        self.skipped_bytes += end - self.stream.position
        self.stream.position = end

    def object(self) -> Record | None:
        """Return the object that starts here; None for a null pointer.

        Raises
        ------
        SourceError
            If its class is unknown and it cannot be skipped, or objects are nested too deep.
        """
        kind = self.stream.text()
        if kind == "NULL":
            return None
        end = self.begin()
        identifier = self.stream.u32()
        known = self.objects.get(identifier)
        if known is not None:
            self.end(end)
            return known
        record = Record(kind)
        self.objects[identifier] = record
        groups = self.classes.get(kind)
        if groups is None:
            self._skip(kind, end)
            return record
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self.stream.fail(f"objects are nested more than {MAX_DEPTH} deep")
        for read_fields in groups:
            read_fields(self, record)
        self._depth -= 1
        self.end(end)
        return record

    def _skip(self, kind: str, end: int | None) -> None:
        name = kind if kind.isprintable() and len(kind) <= 60 else repr(kind[:60])
        if end is None:
            raise self.stream.fail(f"objects of class {name} are not supported")
        self.skipped[name] += 1
        self.stream.position = end

    def optional_object(self) -> Record | None:
        """Return an object field: a flag, then the object."""
        return self.object() if self.stream.boolean() else None

    def objects_list(self) -> list[Record | None]:
        """Return objects behind a count without brackets."""
        return [self.object() for _ in range(self.stream.count(4))]

    def bracketed_objects(self) -> list[Record | None]:
        """Return a user list of objects: flag, count, block."""
        if not self.stream.boolean():
            return []
        count = self.stream.count(4)
        end = self.begin()
        objects = [self.object() for _ in range(count)]
        self.end(end)
        return objects

    def matrix(self) -> npt.NDArray[np.float64]:
        """Return a (4, 4) matrix for column vectors; the file keeps it for row vectors."""
        end = self.begin()
        values = np.array(self.stream.doubles(16)).reshape(4, 4).T
        self.end(end)
        return values
