"""Text point clouds: XYZ, TXT, CSV and ASC tables, Leica PTS and PTX.

PTS and PTX: Leica Cyclone export formats (w3.leica-geosystems.com, "PTX - ASCII point cloud
transfer format").
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.readers.contract import PointChunk, ReadOptions, SourceInfo
from ingest.readers.point_columns import POINT_COLUMNS, ChunkMaker, describe
from ingest.readers.text_rows import line_blocks, parse_rows
from ingest.readers.xyz_layout import Layout, guess_layout
from twin_model.errors import SourceError

_SNIFF_BYTES: Final = 16 << 10
_COLUMNS: Final = ("x", "y", "z", "intensity", "red", "green", "blue")
_REMEDY: Final = "fetch the file again"


class XyzReader:
    """Reads points from text; see `ingest.readers.contract.Reader`."""

    name = "xyz"
    suffixes = (".xyzrgb", ".xyzi", ".xyz", ".txt", ".csv", ".pts", ".ptx", ".asc")

    def can_read(self, path: Path, head: bytes) -> bool:
        """Return whether the text is a table with at least three numeric columns of points."""
        suffix = path.suffix.lower()
        if not head or b"\0" in head or suffix not in self.suffixes:
            return False
        text = head.decode("utf-8", "replace")
        if suffix in (".pts", ".ptx"):
            words = text.split(maxsplit=1)
            return bool(words) and words[0].isdigit()
        layout = guess_layout(text, complete=len(head) < 512)
        if layout is None:
            return False
        if suffix != ".csv":
            return True
        # Most tables with this suffix are of objects: those have columns of their own.
        return layout.named and not layout.problem and set(layout.columns) <= POINT_COLUMNS

    def inspect(self, path: Path, job: Job) -> SourceInfo:
        """Return counts and bounds; see `Reader.inspect`."""
        notes: list[str] = []
        suffix = path.suffix.lower()
        is_table = suffix not in (".pts", ".ptx")
        name = "XYZ text" if is_table else suffix[1:].upper()
        info = describe(path, name, self._chunks(path, ReadOptions(), job, notes), job)
        if is_table:
            layout = _layout(path)
            info.attributes["columns"] = list(layout.columns)
            if not layout.named:
                info.warnings.append(
                    f"no header: columns are taken to be {' '.join(layout.columns)}"
                )
        info.warnings += notes
        if not info.counts["points"]:
            raise SourceError(path, "it has no points")
        return info

    def read(self, path: Path, options: ReadOptions, job: Job) -> Iterator[PointChunk]:
        """Yield all points; see `Reader.read`."""
        return self._chunks(path, options, job, [])

    def _chunks(
        self, path: Path, options: ReadOptions, job: Job, notes: list[str]
    ) -> Iterator[PointChunk]:
        """Yield all points; what is left out is said in *notes* at the end."""
        job.check()
        way = {".pts": _pts, ".ptx": _ptx}.get(path.suffix.lower(), _table)
        make = ChunkMaker()
        done = 0
        try:
            for columns, rows in way(path, job, notes):
                for start in range(0, len(rows), options.chunk_points):
                    part = rows[start : start + options.chunk_points]
                    yield make({name: part[:, i] for i, name in enumerate(columns)})
                    done += len(part)
                    job.report("reading points", done, 0, "points")
        except OSError as error:
            raise SourceError(path, f"cannot be read ({error.strerror})") from error


_Part = tuple[tuple[str, ...], npt.NDArray[np.float64]]


def _layout(path: Path) -> Layout:
    with path.open("rb") as stream:
        data = stream.read(_SNIFF_BYTES)
    if b"\0" in data:
        raise SourceError(path, "it is not text")
    layout = guess_layout(data.decode("utf-8", "replace"), complete=len(data) < _SNIFF_BYTES)
    if layout is None:
        raise SourceError(path, "it is not a table with at least three columns of numbers")
    if layout.problem:
        raise SourceError(path, layout.problem, remedy="name the columns X, Y and Z")
    return layout


def _parsed(path: Path, layout: Layout, job: Job) -> Iterator[tuple[npt.NDArray[np.float64], int]]:
    """Yield blocks of rows and the number of lines in each that are none."""
    skip = layout.skipped_lines
    with path.open("rb") as stream:
        for lines in line_blocks(path, stream, job):
            body = lines[skip:]
            skip = max(skip - len(lines), 0)
            rows, bad = parse_rows(
                body, len(layout.columns), layout.delimiter, decimal_comma=layout.decimal_comma
            )
            yield rows, len(bad)


def _table(path: Path, job: Job, notes: list[str]) -> Iterator[_Part]:
    layout = _layout(path)
    good = bad = 0
    for rows, rejected in _parsed(path, layout, job):
        good, bad = good + len(rows), bad + rejected
        if bad > 100 and bad > good:
            raise SourceError(path, f"{bad:,} lines of the first {good + bad:,} are no rows")
        yield layout.columns, rows
    if bad:
        notes.append(f"{bad:,} lines are not rows of {len(layout.columns)} numbers; left out")


class _Lines:
    """The lines of a file that are not empty, one or many at a time."""

    def __init__(self, path: Path, job: Job) -> None:
        self._path = path
        self._job = job
        self._blocks = self._read()
        self._held: list[str] = []
        self._at = 0

    def _read(self) -> Iterator[list[str]]:
        with self._path.open("rb") as stream:
            for lines in line_blocks(self._path, stream, self._job):
                yield [line for line in lines if line.strip()]

    def take(self, count: int) -> list[str]:
        """Return up to *count* lines of those at hand; empty only at the end of the file."""
        while self._at >= len(self._held):
            block = next(self._blocks, None)
            if block is None:
                return []
            self._held, self._at = block, 0
        lines = self._held[self._at : self._at + count]
        self._at += len(lines)
        return lines

    def exactly(self, count: int) -> list[str]:
        """Return *count* lines, or fewer at the end of the file."""
        lines: list[str] = []
        while len(lines) < count:
            more = self.take(count - len(lines))
            if not more:
                break
            lines += more
        return lines


def _rows(path: Path, lines: list[str], width: int) -> npt.NDArray[np.float64]:
    rows, bad = parse_rows(lines, width, None)
    if bad:
        text = "".join(c if c.isprintable() else "?" for c in lines[bad[0]].strip()[:40])
        raise SourceError(path, f"'{text}' is not a row of {width} numbers")
    return rows


def _count(path: Path, line: str) -> int:
    try:
        count = int(line.strip())
    except ValueError:
        count = -1
    if count < 0:
        raise SourceError(path, f"'{line.strip()[:30]}' is not a number of points")
    return count


def _width(line: str) -> int:
    """Return how many of `_COLUMNS` a row has: position, with intensity, with colour."""
    words = len(line.split())
    return 7 if words >= 7 else 4 if words >= 4 else 3


def _pts(path: Path, job: Job, notes: list[str]) -> Iterator[_Part]:
    source = _Lines(path, job)
    scans = 0
    while head := source.exactly(1):
        if scans and not head[0].strip().isdigit():
            notes.append("rows follow the points that the file counts; left out")
            return
        promised = _count(path, head[0])
        scans += 1
        got = 0
        while got < promised:
            lines = source.take(promised - got)
            if not lines:
                raise SourceError(
                    path,
                    f"truncated: {got:,} of {promised:,} points are in the file",
                    remedy=_REMEDY,
                )
            width = _width(lines[0])
            got += len(lines)
            yield _COLUMNS[:width], _rows(path, lines, width)


def _ptx(path: Path, job: Job, notes: list[str]) -> Iterator[_Part]:
    source = _Lines(path, job)
    empty = 0
    while head := source.exactly(10):
        if len(head) < 10:
            raise SourceError(path, "truncated inside a scan's header", remedy=_REMEDY)
        promised = _count(path, head[0]) * _count(path, head[1])
        # Lines 3 to 6 repeat position and axes of the scanner; the matrix has it all.
        matrix = _rows(path, head[6:], 4)
        got = 0
        while got < promised:
            lines = source.take(promised - got)
            if not lines:
                raise SourceError(
                    path,
                    f"truncated: {got:,} of {promised:,} points are in the file",
                    remedy=_REMEDY,
                )
            width = _width(lines[0])
            rows = _rows(path, lines, width)
            got += len(rows)
            # Zero stands for a direction from which nothing came back.
            kept = rows[(rows[:, :3] != 0).any(axis=1)]
            empty += len(rows) - len(kept)
            rows = kept
            rows[:, :3] = rows[:, :3] @ matrix[:3, :3] + matrix[3, :3]
            yield _COLUMNS[:width], rows
    if empty:
        notes.append(f"{empty:,} directions without a return are left out")
