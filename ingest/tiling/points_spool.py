"""Keeps a stream of points of any size on disk, sorted along a Morton curve.

Blocks of at most a million rows are appended as they come. Once the bounds are known, each
block is sorted by itself and written back in place, so the temporary file never needs more
room than the points. Any octree cell then is one contiguous stretch of every block.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.readers.contract import PointChunk
from ingest.tiling.contract import Target

Rows = npt.NDArray[Any]
"""Structured array of `ROW`."""
FloatArray = npt.NDArray[np.float64]
Keys = npt.NDArray[np.uint64]

# Packed to 48 bytes by hand: NumPy drops gaps between fields when it concatenates.
ROW: Final = np.dtype(
    [
        ("key", "<u8"),
        ("xyz", "<f8", (3,)),
        ("gps_time", "<f8"),
        ("intensity", "<u2"),
        ("colour", "u1", (3,)),
        ("classification", "u1"),
        ("returns", "u1"),
        ("spare", "u1"),
    ]
)
#: Bits of a Morton key along one axis.
KEY_BITS: Final = 21
#: Local coordinates beyond this are farther from the origin than the other side of the Earth.
LARGEST_LOCAL_M: Final = 2e7

_BLOCK_ROWS: Final = 1_000_000
#: Up to this many points nothing is written to disk at all.
_MEMORY_ROWS: Final = 2_000_000
_INDEX_STEP: Final = 1024


def morton_keys(position: FloatArray, low: FloatArray, size: float) -> Keys:
    """Return the place of each point along a Morton curve through a cube.

    Parameters
    ----------
    position : (n, 3) float64 array
    low : (3,) float64 array
        Lowest corner of the cube.
    size : float
        Edge of the cube, positive.

    Returns
    -------
    (n,) uint64 array
        21 bits an axis, x in the lowest bit; points outside the cube are drawn to its faces.
    """
    keys = np.zeros(len(position), np.uint64)
    top = float((1 << KEY_BITS) - 1)
    for axis in range(3):
        cell = (position[:, axis] - low[axis]) * ((1 << KEY_BITS) / size)
        bits = np.clip(cell, 0.0, top, out=cell).astype(np.uint64)
        # Spread the bits two apart (A. Fog's and many others' bit trick, 64-bit constants).
        for shift, mask in (
            (32, 0x1F00000000FFFF),
            (16, 0x1F0000FF0000FF),
            (8, 0x100F00F00F00F00F),
            (4, 0x10C30C30C30C30C3),
            (2, 0x1249249249249249),
        ):
            bits |= bits << np.uint64(shift)
            bits &= np.uint64(mask)
        keys |= bits << np.uint64(axis)
    return keys


def take(rows: Rows, index: npt.NDArray[np.intp]) -> Rows:
    """Return the rows at *index*; nine times as fast as indexing the structured array."""
    words = rows.view(np.uint64).reshape(len(rows), ROW.itemsize // 8)
    return words.take(index, axis=0).view(ROW).reshape(len(index))


def extent(position: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the lowest and highest coordinates of (n, 3) points, n at least 1.

    By column: reducing along the first axis of so narrow an array takes five times as long.
    """
    columns = position.T
    return (
        np.array([column.min() for column in columns]),
        np.array([column.max() for column in columns]),
    )


class Spool:
    """The points of one layer on their way into tiles.

    Parameters
    ----------
    path : Path
        Temporary file; made only when the points outgrow the memory set aside for them.

    Attributes
    ----------
    rows : int
    dropped : int
        Points without a usable place (not finite, or off the Earth).
    low, high : (3,) float64 arrays
        Bounds in local metres.
    has : dict of str to bool
        Which attributes any of the chunks carried.
    colour_max : int
    classes : (256,) int64 array
        Points of each class.
    gps_low : float
        Smallest finite GPS time; inf where there is none.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        self.dropped = 0
        self.low = np.full(3, np.inf)
        self.high = np.full(3, -np.inf)
        self.has = dict.fromkeys(
            ("colour", "intensity", "classification", "returns", "gps_time"), False
        )
        self.colour_max = 0
        self.classes = np.zeros(256, np.int64)
        self.gps_low = np.inf
        self._strided: list[FloatArray] = []
        self._pending: list[Rows] = []
        self._pending_rows = 0
        self._blocks: list[int] = []
        self._index: list[Keys] = []
        self._file: Any = None

    def append(self, chunk: PointChunk, target: Target) -> None:
        """Add the points of *chunk*, brought into local metres.

        Raises
        ------
        FrameError
            If the points have no place in the project's CRS.
        OSError
            If the disk is full.
        """
        for first in range(0, len(chunk), _BLOCK_ROWS):
            target.job.check()
            part = slice(first, first + _BLOCK_ROWS)
            rows = self._rows(chunk, part, target)
            if len(rows):
                self._pending.append(rows)
                self._pending_rows += len(rows)
                self.rows += len(rows)
            limit = _BLOCK_ROWS if self._file is not None else _MEMORY_ROWS
            if self._pending_rows > limit:
                self._spill()

    def _rows(self, chunk: PointChunk, part: slice, target: Target) -> Rows:
        position = chunk.position[part]
        keep: npt.NDArray[np.bool_] | None = None
        if not np.isfinite(position).all():
            keep = np.asarray(np.isfinite(position).all(axis=1))
            position = position[keep]
        count = len(chunk.position[part])
        local = target.to_local(position)
        if len(local) and max(local.max(), -local.min()) > LARGEST_LOCAL_M:
            near = (np.abs(local) <= LARGEST_LOCAL_M).all(axis=1)
            placed = np.ones(count, np.bool_) if keep is None else keep
            placed[np.flatnonzero(placed)[~near]] = False
            keep = placed
            local = local[near]
        rows = np.zeros(len(local), ROW)
        rows["xyz"] = local
        self.dropped += count - len(rows)
        if not len(rows):
            return rows
        self._strided.append(local[:: max(len(local) // 1000, 1)].copy())
        low, high = extent(local)
        self.low, self.high = np.minimum(self.low, low), np.maximum(self.high, high)
        for name, values in (
            ("colour", chunk.colour),
            ("intensity", chunk.intensity),
            ("classification", chunk.classification),
            ("returns", chunk.return_number),
            ("gps_time", chunk.gps_time),
        ):
            if values is not None:
                self.has[name] = True
                rows[name] = values[part] if keep is None else values[part][keep]
            elif name == "gps_time":
                rows[name] = np.nan
        if chunk.colour is not None:
            self.colour_max = max(self.colour_max, int(chunk.colour[part].max()))
        self.classes += np.bincount(rows["classification"], minlength=256)
        if chunk.gps_time is not None:
            times = rows["gps_time"][np.isfinite(rows["gps_time"])]
            self.gps_low = min(self.gps_low, float(times.min()) if len(times) else np.inf)
        return rows

    def _spill(self) -> None:
        if self._file is None:
            self._file = self.path.open("w+b")
        for group in _grouped(self._pending):
            # Written one after the other: joining them first would copy every point once more.
            for rows in group:
                rows.tofile(self._file)
            self._blocks.append(sum(map(len, group)))
        self._pending, self._pending_rows = [], 0

    def cube(self) -> tuple[FloatArray, float]:
        """Return the lowest corner and the edge of a cube to build an octree in.

        A few stray points far away would leave all others in one cell, so the cube holds the
        bulk; morton_keys draws strays to its faces, and the boxes of tiles still hold them.
        """
        size = float((self.high - self.low).max()) or 1.0
        sample = np.concatenate(self._strided)
        low, high = np.quantile(sample, [0.005, 0.995], axis=0)
        margin = float((high - low).max()) * 0.25
        if margin > 0 and size > 16 * margin / 0.25:
            return np.maximum(low - margin, self.low), float((high - low).max()) + 2 * margin
        return self.low, size

    def sort(self, low: FloatArray, size: float, depth: int, job: Job) -> Keys:
        """Sort every block along the Morton curve of a cube and return the occupied cells.

        Parameters
        ----------
        low : (3,) float64 array
        size : float
            Cube that holds all points.
        depth : int
            Level of the octree whose occupied cells are returned.

        Returns
        -------
        (n,) uint64 array
            Key prefixes of 3 * *depth* bits, ascending.
        """
        cells = np.empty(0, np.uint64)
        shift = np.uint64(3 * (KEY_BITS - depth))
        if self._file is not None:
            self._spill()
        else:
            self._pending = [
                np.concatenate(group) if len(group) > 1 else group[0]
                for group in _grouped(self._pending)
            ]
            self._blocks = [len(rows) for rows in self._pending]
        done = 0
        for number, count in enumerate(self._blocks):
            job.report("sorting points", done, self.rows, "points")
            rows = self._slice(number, 0, count)
            keys = morton_keys(rows["xyz"], low, size)
            order = np.argsort(keys, kind="stable")
            rows = take(rows, order)
            rows["key"] = keys = keys[order]
            self._store(number, rows)
            self._index.append(keys[::_INDEX_STEP].copy())
            cells = np.union1d(cells, keys >> shift)
            done += count
        return cells

    def sample_keys(self) -> tuple[Keys, int]:
        """Return every n-th key of all blocks in ascending order, and n."""
        merged = np.concatenate(self._index) if self._index else np.empty(0, np.uint64)
        return np.sort(merged), _INDEX_STEP

    def parts(self, first: int, last: int) -> Iterator[Rows]:
        """Yield the rows whose keys lie in ``first <= key < last``, block by block.

        Parameters
        ----------
        first, last : int
        """
        for number in range(len(self._blocks)):
            start, end = self._place(number, first), self._place(number, last)
            if end > start:
                yield self._slice(number, start, end - start)

    def close(self) -> None:
        """Give up the temporary file."""
        if self._file is not None:
            self._file.close()
            self._file = None
            self.path.unlink(missing_ok=True)

    def _place(self, number: int, key: int) -> int:
        """Return the first row of a block whose key is not below *key*."""
        if key >= 1 << (3 * KEY_BITS):
            return self._blocks[number]
        wanted = np.uint64(key)
        coarse = int(np.searchsorted(self._index[number], wanted))
        if coarse == 0:
            return 0
        start = (coarse - 1) * _INDEX_STEP
        count = min(_INDEX_STEP, self._blocks[number] - start)
        keys = np.ascontiguousarray(self._slice(number, start, count)["key"])
        return start + int(np.searchsorted(keys, wanted))

    def _slice(self, number: int, start: int, count: int) -> Rows:
        if self._file is None:
            return self._pending[number][start : start + count]
        self._file.seek((sum(self._blocks[:number]) + start) * ROW.itemsize)
        return np.fromfile(self._file, ROW, count)

    def _store(self, number: int, rows: Rows) -> None:
        if self._file is None:
            self._pending[number] = rows
            return
        self._file.seek(sum(self._blocks[:number]) * ROW.itemsize)
        rows.tofile(self._file)


def _grouped(pieces: list[Rows]) -> list[list[Rows]]:
    """Return the pieces in runs of at most a million rows each (or one piece)."""
    groups: list[list[Rows]] = []
    room = 0
    for piece in pieces:
        if len(piece) > room:
            groups.append([])
            room = _BLOCK_ROWS
        groups[-1].append(piece)
        room -= len(piece)
    return groups
