"""The grammar of PLY files: header, scalar rows and lists, ascii and binary.

Format: G. Turk, "The PLY Polygon File Format", 1994.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.readers.text_rows import line_blocks, parse_rows
from twin_model.errors import SourceError

_TYPES: Final = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1", "short": "i2", "int16": "i2",
    "ushort": "u2", "uint16": "u2", "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4",
    "float": "f4", "float32": "f4", "double": "f8", "float64": "f8", "int64": "i8", "uint64": "u8",
}  # fmt: skip
_HEADER_LINES: Final = 2000
_LINE_BYTES: Final = 64 << 10
_MAX_PROPERTIES: Final = 500
_BLOCK_BYTES: Final = 16 << 20
_REMEDY: Final = "fetch the file again"

Lists = tuple[npt.NDArray[np.int64], npt.NDArray[Any]]
"""Lengths of the lists, and their values one after the other."""


@dataclass
class Property:
    """One property of an element; *count_kind* is empty for a scalar."""

    name: str
    kind: str
    count_kind: str = ""


@dataclass
class Element:
    """One kind of element, such as vertex or face."""

    name: str
    count: int
    properties: list[Property] = field(default_factory=list)

    @property
    def has_lists(self) -> bool:
        """Whether rows differ in length."""
        return any(p.count_kind for p in self.properties)


@dataclass
class Header:
    """The header of a PLY file.

    Parameters
    ----------
    path : Path
    encoding : str
        ``ascii``, ``binary_little_endian`` or ``binary_big_endian``.
    elements : list of Element
        In file order.
    comments : list of str
    data_at : int
        Byte at which the first element begins.
    """

    path: Path
    encoding: str
    elements: list[Element]
    comments: list[str]
    data_at: int

    @property
    def order(self) -> str:
        """Byte order in NumPy's notation."""
        return ">" if self.encoding == "binary_big_endian" else "<"

    def element(self, name: str) -> Element | None:
        """Return the element of that name, None where there is none."""
        return next((e for e in self.elements if e.name == name), None)

    def row_type(self, element: Element) -> np.dtype[Any]:
        """Return the dtype of a row of scalars."""
        return np.dtype([(p.name, self.order + p.kind) for p in element.properties])


def read_header(path: Path) -> Header:
    """Read and check the header.

    Raises
    ------
    SourceError
        If it is not a PLY header, does not end, or has unknown types.
    """
    try:
        with path.open("rb") as stream:
            return _parse(path, stream)
    except OSError as error:
        raise SourceError(path, f"cannot be read ({error.strerror})") from error


def _parse(path: Path, stream: BinaryIO) -> Header:
    if stream.readline(16).strip() != b"ply":
        raise SourceError(path, "not a PLY file: it does not start with ply")
    header = Header(path, "", [], [], 0)
    for _ in range(_HEADER_LINES):
        line = stream.readline(_LINE_BYTES)
        words = line.decode("latin-1").split()
        if not line:
            break
        if not words:
            continue
        if words[0] == "end_header":
            if not header.encoding:
                raise SourceError(path, "its PLY header states no format")
            header.data_at = stream.tell()
            return header
        _take(header, words)
    raise SourceError(path, "its PLY header does not end", remedy=_REMEDY)


def _take(header: Header, words: list[str]) -> None:
    path, elements = header.path, header.elements
    try:
        if words[0] == "format":
            header.encoding = words[1]
            if words[1] not in ("ascii", "binary_little_endian", "binary_big_endian"):
                raise SourceError(path, f"PLY format {words[1][:30]} is not known")
        elif words[0] in ("comment", "obj_info"):
            header.comments.append(" ".join(words[1:]))
        elif words[0] == "element":
            count = int(words[2])
            if count < 0 or any(e.name == words[1] for e in elements):
                raise SourceError(path, f"element {words[1][:30]} is repeated or negative")
            elements.append(Element(words[1], count))
        elif words[0] == "property" and words[1] == "list":
            if _TYPES[words[2]][0] == "f":
                raise SourceError(path, f"the lengths of {words[4][:30]} are not whole numbers")
            elements[-1].properties.append(Property(words[4], _TYPES[words[3]], _TYPES[words[2]]))
        elif words[0] == "property":
            elements[-1].properties.append(Property(words[2], _TYPES[words[1]]))
        else:
            raise SourceError(path, f"'{_printable(words[0])}' does not belong in a PLY header")
    except (IndexError, ValueError, KeyError):
        line = _printable(" ".join(words))
        raise SourceError(path, f"'{line}' is not a line of a PLY header") from None
    if elements and len(elements[-1].properties) > _MAX_PROPERTIES:
        raise SourceError(path, f"element {elements[-1].name[:30]} has too many properties")
    if elements and elements[-1].properties:
        names = [p.name for p in elements[-1].properties]
        if len(set(names)) < len(names):
            raise SourceError(path, f"property {_printable(names[-1])} is repeated")


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)[:60]


class Body:
    """Reads the elements one after the other, in the order of the header.

    Parameters
    ----------
    header : Header
    stream : binary file
        Open on the same file.
    job : Job
    """

    def __init__(self, header: Header, stream: BinaryIO, job: Job) -> None:
        self._header = header
        self._stream = stream
        self._job = job
        self._lines: Iterator[list[str]] | None = None
        self._left: list[str] = []
        stream.seek(header.data_at)
        if header.encoding == "ascii":
            self._lines = line_blocks(header.path, stream, job)

    def rows(self, element: Element, batch: int) -> Iterator[dict[str, Any]]:
        """Yield the scalar columns of an element in batches.

        Raises
        ------
        SourceError
            If the file ends before the element does, after what there was.
        """
        if element.has_lists:
            yield {name: v for name, v in self.table(element).items() if not isinstance(v, tuple)}
            return
        done = 0
        names = [p.name for p in element.properties]
        while done < element.count and names:
            count = min(batch, element.count - done)
            if self._lines is not None:
                table = self._text_rows(count, len(names))
                got = len(table)
                columns: dict[str, Any] = {name: table[:, i] for i, name in enumerate(names)}
            else:
                kind = self._header.row_type(element)
                count = min(count, _BLOCK_BYTES // kind.itemsize)
                data = self._read(count * kind.itemsize)
                values: Any = np.frombuffer(data, kind, len(data) // kind.itemsize)
                got = len(values)
                columns = {name: values[name] for name in names}
            if got:
                yield columns
            done += got
            if got < count:
                raise self._short(element, done)

    def table(self, element: Element) -> dict[str, Any]:
        """Return all columns of an element, lists as `Lists`.

        Raises
        ------
        SourceError
            If the file ends before the element does.
        """
        if not element.properties or not element.count:
            return {
                p.name: (np.empty(0, np.int64), np.empty(0)) if p.count_kind else np.empty(0)
                for p in element.properties
            }
        if not element.has_lists:
            parts = list(self.rows(element, 1_000_000))
            return {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
        return self._text_table(element) if self._lines is not None else self._table(element)

    def _short(self, element: Element, done: int) -> SourceError:
        return SourceError(
            self._header.path,
            f"truncated: {done:,} of {element.count:,} rows of {element.name[:30]} are in the file",
            remedy=_REMEDY,
        )

    def _read(self, count: int) -> bytes:
        self._job.check()
        return self._stream.read(count)

    # --- ascii --------------------------------------------------------------------------

    def _take_lines(self, count: int) -> list[str]:
        """Return the next *count* lines that are not empty; fewer at the end of the file."""
        assert self._lines is not None
        taken = self._left
        while len(taken) < count:
            block = next(self._lines, None)
            if block is None:
                break
            taken = taken + [line for line in block if line.strip()]
        self._left = taken[count:]
        return taken[:count]

    def _more(self) -> bool:
        """Return whether another line follows."""
        following = self._take_lines(1)
        self._left = following + self._left
        return bool(following)

    def _text_rows(self, count: int, columns: int) -> npt.NDArray[np.float64]:
        lines = self._take_lines(min(count, 100_000))
        parts = []
        got = 0
        while lines:
            rows, bad = parse_rows(lines, columns, None)
            if bad == [len(lines) - 1] and not self._more():
                # The last line of a file that was cut.
                bad = []
            if bad:
                text = _printable(lines[bad[0]].strip())
                raise SourceError(self._header.path, f"'{text}' is not a row of {columns} numbers")
            parts.append(rows)
            got += len(rows)
            if len(rows) < len(lines):
                break
            lines = self._take_lines(min(count - got, 100_000)) if got < count else []
        return np.concatenate(parts) if parts else np.empty((0, columns))

    def _text_table(self, element: Element) -> dict[str, Any]:
        columns: dict[str, list[Any]] = {p.name: [] for p in element.properties}
        lengths: dict[str, list[int]] = {p.name: [] for p in element.properties if p.count_kind}
        done = 0
        while done < element.count:
            lines = self._take_lines(min(element.count - done, 50_000))
            if not lines:
                raise self._short(element, done)
            self._job.check()
            for line in lines:
                self._text_row(element, line, columns, lengths)
            done += len(lines)
        return {
            p.name: (np.array(lengths[p.name], np.int64), np.array(columns[p.name], np.float64))
            if p.count_kind
            else np.array(columns[p.name], np.float64)
            for p in element.properties
        }

    def _text_row(
        self,
        element: Element,
        line: str,
        columns: dict[str, list[Any]],
        lengths: dict[str, list[int]],
    ) -> None:
        words = line.split()
        at = 0
        try:
            for p in element.properties:
                count = 1
                if p.count_kind:
                    count = int(words[at])
                    at += 1
                    lengths[p.name].append(count)
                values = [float(word) for word in words[at : at + count]]
                if count < 0 or len(values) < count:
                    raise IndexError
                columns[p.name] += values
                at += count
        except (ValueError, IndexError):
            raise SourceError(
                self._header.path,
                f"'{_printable(line.strip())}' is not a row of {element.name[:30]}",
            ) from None

    # --- binary -------------------------------------------------------------------------

    def _table(self, element: Element) -> dict[str, Any]:
        """Read rows with lists, runs of equal lengths at a time.

        Most files have faces of one size, some of two: a run is read as one structured array.
        """
        here = self._stream.tell()
        size = self._stream.seek(0, 2)
        self._stream.seek(here)
        least = sum(np.dtype(p.count_kind or p.kind).itemsize for p in element.properties)
        if element.count * least > size - here:
            raise self._short(element, (size - here) // least)
        parts: dict[str, list[Any]] = {p.name: [] for p in element.properties}
        lengths: dict[str, list[Any]] = {p.name: [] for p in element.properties if p.count_kind}
        done = 0
        while done < element.count:
            self._job.check()
            done += self._run(element, element.count - done, size, parts, lengths)
        return {
            p.name: (np.concatenate(lengths[p.name]), np.concatenate(parts[p.name]))
            if p.count_kind
            else np.concatenate(parts[p.name])
            for p in element.properties
        }

    def _run(
        self,
        element: Element,
        left: int,
        size: int,
        parts: dict[str, list[Any]],
        lengths: dict[str, list[Any]],
    ) -> int:
        """Read rows that have the same list lengths as the next one; return how many."""
        here = self._stream.tell()
        counts = self._next_lengths(element, here, size, left)
        order = self._header.order
        fields: list[Any] = []
        for i, p in enumerate(element.properties):
            if p.count_kind:
                fields += [(f"n{i}", order + p.count_kind), (f"v{i}", order + p.kind, (counts[i],))]
            else:
                fields.append((f"v{i}", order + p.kind))
        kind = np.dtype(fields)
        count = min(left, max(_BLOCK_BYTES // kind.itemsize, 1), (size - here) // kind.itemsize)
        rows = np.frombuffer(self._stream.read(count * kind.itemsize), kind)
        same = np.ones(len(rows), bool)
        for i, p in enumerate(element.properties):
            if p.count_kind:
                same &= rows[f"n{i}"] == counts[i]
        run = len(rows) if same.all() else int(np.argmin(same))
        if run == 0:
            raise self._short(element, element.count - left)
        for i, p in enumerate(element.properties):
            parts[p.name].append(rows[f"v{i}"][:run].reshape(-1))
            if p.count_kind:
                lengths[p.name].append(np.full(run, counts[i], np.int64))
        self._stream.seek(here + run * kind.itemsize)
        return run

    def _next_lengths(self, element: Element, here: int, size: int, left: int) -> dict[int, int]:
        """Return the length of every list of the next row, checked against the file."""
        counts: dict[int, int] = {}
        at = here
        for i, p in enumerate(element.properties):
            if not p.count_kind:
                at += np.dtype(p.kind).itemsize
                continue
            self._stream.seek(at)
            kind = np.dtype(self._header.order + p.count_kind)
            data = self._stream.read(kind.itemsize)
            if len(data) < kind.itemsize:
                raise self._short(element, element.count - left)
            counts[i] = int(np.frombuffer(data, kind)[0])
            at += kind.itemsize + counts[i] * np.dtype(p.kind).itemsize
            if counts[i] < 0 or at > size:
                raise self._short(element, element.count - left)
        self._stream.seek(here)
        return counts
