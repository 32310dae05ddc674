"""A surface of heights from the points of many pairs, with what is known about its errors."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.reconstruction.stereo import PairPoints

FloatArray = npt.NDArray[np.float64]
HeightArray = npt.NDArray[np.float32]

#: Which way a cell's height was found.
NOTHING, STEREO, FIELD, FILLED = 0, 1, 2, 3
#: A surface must be supported by this share of a cell's points to be taken for the top.
_SUPPORT: Final = 0.35
_LEAST_POINTS: Final = 3
#: How often a cluster is moved to the middle of its points.
_CENTRINGS: Final = 4
_ONE_PATCH_M: Final = 1.0
_ONE_SIDE_M: Final = 1.5
_SIDE_CELLS: Final = 7
_LEAST_PATCH_M2: Final = 6.0
#: A smaller patch is a step where so much of it has higher cells beside it, as much lower ones,
#: and most of it is two cells wide or more.
_LEAST_STEP_M2: Final = 0.8
_AROUND_CELLS: Final = 5
_SIDE_SHARE: Final = 0.25
_WHOLE_SHARE: Final = 0.6
_BAND_CELLS: Final = 4_000_000


@dataclass(frozen=True)
class Grid:
    """North-up cells in local metres.

    Parameters
    ----------
    west_m, north_m : float
        Outer corner of the first cell.
    cell_m : float
    columns, rows : int
    """

    west_m: float
    north_m: float
    cell_m: float
    columns: int
    rows: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.columns

    def cells(self, xy: npt.NDArray[np.floating]) -> npt.NDArray[np.int64]:
        """Return the flat index of the cell of each place, -1 outside."""
        column = np.floor((xy[:, 0] - self.west_m) / self.cell_m).astype(np.int64)
        row = np.floor((self.north_m - xy[:, 1]) / self.cell_m).astype(np.int64)
        inside = (column >= 0) & (row >= 0) & (column < self.columns) & (row < self.rows)
        return np.where(inside, row * self.columns + column, -1)

    def middles(self) -> tuple[FloatArray, FloatArray]:
        """Return x of every column and y of every row."""
        x = self.west_m + (np.arange(self.columns, dtype=np.float64) + 0.5) * self.cell_m
        y = self.north_m - (np.arange(self.rows, dtype=np.float64) + 0.5) * self.cell_m
        return x, y

    def finer(self, factor: int) -> Grid:
        """Return the same area with cells smaller by a whole factor."""
        return Grid(
            self.west_m, self.north_m, self.cell_m / factor,
            self.columns * factor, self.rows * factor,
        )  # fmt: skip


@dataclass
class Surface:
    """Heights on a grid.

    Parameters
    ----------
    grid : Grid
    height_m : (rows, columns) float32 array
        Local metres, NaN where nothing is known.
    uncertainty_m : (rows, columns) float32 array
        One sigma.
    source : (rows, columns) uint8 array
        0 nothing, 1 stereo, 2 field, 3 filled from around.
    points : (rows, columns) uint16 array
        How many points support a cell.
    """

    grid: Grid
    height_m: HeightArray
    uncertainty_m: HeightArray
    source: npt.NDArray[np.uint8]
    points: npt.NDArray[np.uint16]

    def save(self, path: Path) -> None:
        """Write it as one ``.npz``."""
        grid = self.grid
        np.savez_compressed(
            path, height_m=self.height_m, uncertainty_m=self.uncertainty_m, source=self.source,
            points=self.points, corner_m=[grid.west_m, grid.north_m, grid.cell_m],
        )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> Surface:
        """Read what `save` wrote."""
        with np.load(path) as found:
            height = found["height_m"]
            west, north, cell = map(float, found["corner_m"])
            grid = Grid(west, north, cell, height.shape[1], height.shape[0])
            return cls(grid, height, found["uncertainty_m"], found["source"], found["points"])

    @property
    def completeness(self) -> float:
        """Share of the cells within the outline of what was seen that were measured."""
        known = self.source > NOTHING
        measured = (self.source == STEREO) | (self.source == FIELD)
        return float(measured.sum() / max(int(known.sum()), 1))


def save_pair(path: Path, points: PairPoints) -> None:
    """Write the points of one pair."""
    np.savez(path, position_m=points.position_m, colour=points.colour, sigma_m=points.sigma_m)


def load_pair(path: Path) -> PairPoints:
    """Read what `save_pair` wrote."""
    with np.load(path) as found:
        return PairPoints(found["position_m"], found["colour"], found["sigma_m"])


def grid_around(xy: FloatArray, cell_m: float) -> Grid:
    """Return a grid over the middle 99.8 % of places, its corner on whole cells."""
    low, high = np.percentile(xy, 0.1, axis=0), np.percentile(xy, 99.9, axis=0)
    west, south = (math.floor(v / cell_m) * cell_m for v in low)
    east, north = (math.ceil(v / cell_m) * cell_m for v in high)
    return Grid(
        west, north, cell_m,
        max(round((east - west) / cell_m), 1), max(round((north - south) / cell_m), 1),
    )  # fmt: skip


def nice_cell_m(value: float) -> float:
    """Return the number of 1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten above."""
    power = 10.0 ** np.floor(np.log10(value))
    for step in (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10):
        if step * power >= value * 0.999:
            return float(round(step * power, 6))
    return float(value)


def fuse_pairs(files: Sequence[Path], grid: Grid, gap_m: float, job: Job) -> Surface:
    """Fuse the points of pairs into the highest surface that enough of them support.

    A median would lie between roof and ground at eaves, the maximum would be an outlier's.

    Parameters
    ----------
    files : sequence of Path
        Written by `save_pair`.
    grid : Grid
    gap_m : float
        Points of one surface lie within so much of each other.
    job : Job
    """
    surface = Surface(
        grid,
        np.full(grid.shape, np.nan, np.float32),
        np.full(grid.shape, np.nan, np.float32),
        np.zeros(grid.shape, np.uint8),
        np.zeros(grid.shape, np.uint16),
    )
    band_rows = max(_BAND_CELLS // max(grid.columns, 1) // 8, 1)
    for first in range(0, grid.rows, band_rows):
        job.report("Fusing the surface", first, grid.rows, "rows")
        last = min(first + band_rows, grid.rows)
        samples = _points_of_rows(files, grid, first, last)
        if len(samples.cell):
            _fuse_cells(surface, samples.ordered(), gap_m)
    return surface


@dataclass
class _Samples:
    """Points by cell: index of the cell, height, sigma, number of the pair."""

    cell: npt.NDArray[np.int64]
    z: FloatArray
    sigma: FloatArray
    pair: npt.NDArray[np.int32]

    def ordered(self) -> _Samples:
        """Return them by cell, then by height."""
        order = np.lexsort((self.z, self.cell))
        return _Samples(self.cell[order], self.z[order], self.sigma[order], self.pair[order])


def _points_of_rows(files: Iterable[Path], grid: Grid, first: int, last: int) -> _Samples:
    cells, heights, sigmas, numbers = [], [], [], []
    for number, file in enumerate(files):
        points = load_pair(file)
        cell = grid.cells(points.position_m[:, :2])
        keep = (cell >= first * grid.columns) & (cell < last * grid.columns)
        cells.append(cell[keep])
        heights.append(points.position_m[keep, 2].astype(np.float64))
        sigmas.append(points.sigma_m[keep].astype(np.float64))
        numbers.append(np.full(int(keep.sum()), number, np.int32))
    if not cells:
        return _Samples(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0, np.int32))
    return _Samples(
        np.concatenate(cells), np.concatenate(heights), np.concatenate(sigmas),
        np.concatenate(numbers),
    )  # fmt: skip


def _fuse_cells(surface: Surface, samples: _Samples, gap_m: float) -> None:
    """Put the highest supported height of each cell into the surface."""
    cell, z, sigma = samples.cell, samples.z, samples.sigma
    low = float(z.min())
    # Heights of one cell after another on one axis, so that one search serves all cells.
    span = float(z.max()) - low + 4 * gap_m
    start = np.searchsorted(cell, cell, "left")
    total = np.searchsorted(cell, cell, "right") - start
    # One number a cell, in order: keeps the axis short enough for double precision.
    number = np.cumsum(np.concatenate([[0], (np.diff(cell) > 0).astype(np.int64)]))
    axis = number * span + (z - low)
    bottom = np.searchsorted(axis, axis - gap_m, "left")
    index = np.arange(len(z))
    count = index - bottom + 1
    supported = count >= np.maximum(_LEAST_POINTS, np.ceil(_SUPPORT * total))
    # One pair alone is often wrong in the same way over a whole roof: where there are several,
    # two must agree. A change of pair between two points of the cluster shows that they do.
    change = np.append(0, np.cumsum(np.diff(samples.pair) != 0))
    several = change[np.searchsorted(cell, cell, "right") - 1] > change[start]
    agree = change[index] > change[bottom]
    enough = (supported & (agree | ~several)).nonzero()[0]
    if len(enough) == 0:
        return
    # The last (highest) index of each cell that has support.
    is_last = np.append(np.diff(number[enough]) > 0, True)
    top = enough[is_last]
    below, top = _centred(axis, bottom[top], top, gap_m)
    height = (z[(below + top) // 2] + z[(below + top + 1) // 2]) / 2
    quarter = (top - below) // 4
    spread = (z[top - quarter] - z[below + quarter]) / 1.349
    n = top - below + 1
    at = np.unravel_index(cell[top], surface.grid.shape)
    surface.height_m[at] = height
    # Points of one cell share their pairs' errors, so they count as four at most.
    surface.uncertainty_m[at] = np.hypot(
        np.maximum(spread, sigma[top]) / np.sqrt(np.minimum(n, 4)), 0.25 * sigma[top]
    )
    surface.source[at] = STEREO
    surface.points[at] = np.minimum(n, 65_535)


def _centred(
    axis: FloatArray,
    below: npt.NDArray[np.int64],
    top: npt.NDArray[np.int64],
    gap_m: float,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the first and last point of clusters, moved to the middle of their surface.

    The highest window that suffices holds the upper part of a surface rougher than itself, whose
    median lies too high. Within half a window it goes to where its points are densest.
    """
    highest = axis[top]
    for _ in range(_CENTRINGS):
        middle = (axis[(below + top) // 2] + axis[(below + top + 1) // 2]) / 2
        middle = np.maximum(middle, highest - gap_m)
        below = np.searchsorted(axis, middle - gap_m / 2, "left")
        top = np.searchsorted(axis, middle + gap_m / 2, "right") - 1
        # At least the point in the middle of two that lie far apart.
        top = np.maximum(top, below)
    return below, top


def smooth_and_fill(surface: Surface, fill_cells: int) -> Surface:
    """Return the surface after a 3 x 3 median, small holes filled from their lower side.

    Parameters
    ----------
    surface : Surface
    fill_cells : int
        Holes are filled as far as this from measured cells.
    """
    from scipy import ndimage

    height = surface.height_m.astype(np.float64)
    if not np.isfinite(height).any():
        return surface
    height = _median3(_without_islands(height, surface.grid.cell_m))
    known = np.isfinite(height)
    distance = ndimage.distance_transform_edt(~known)
    near = _lower_side(height)
    holes = ~known & (distance <= fill_cells) & np.isfinite(near)
    smooth = ndimage.gaussian_filter(np.where(known, height, np.nan_to_num(near)), 1)
    weight = ndimage.gaussian_filter((known | np.isfinite(near)).astype(np.float64), 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        filled = np.where(weight > 0, smooth / weight, np.nan)
    drop = np.abs(filled - near) < 0.5
    height[holes] = np.where(drop, filled, near)[holes]
    uncertainty = np.where(known, surface.uncertainty_m, np.nan)
    usual = float(np.nanmedian(surface.uncertainty_m))
    uncertainty[holes] = usual * 3.0 + 0.5 * distance[holes] * surface.grid.cell_m
    source = np.where(known, surface.source, NOTHING).astype(np.uint8)
    source[holes] = FILLED
    return Surface(
        surface.grid, height.astype(np.float32), uncertainty.astype(np.float32), source,
        surface.points,
    )  # fmt: skip


def _lower_side(height: FloatArray) -> FloatArray:
    """Return for every cell without a height that of the nearest on the lower side of its hole.

    Most holes are what a wall hides, and the ground beside it goes on behind. Only cells a few
    steps away are compared: a hole within a roof has nothing but roof around it.
    """
    from scipy import ndimage

    known = np.isfinite(height)
    lowest = ndimage.minimum_filter(np.where(known, height, np.inf), size=_SIDE_CELLS)
    source = known & (height <= lowest + _ONE_SIDE_M)
    if not source.any():
        return np.full(height.shape, np.nan)
    _, nearest = ndimage.distance_transform_edt(~source, return_indices=True)
    return np.where(known, height, height[tuple(nearest)])


def connected_cells(height: FloatArray, step_m: float) -> npt.NDArray[np.int64]:
    """Return a number for each cell, the same for those that no step or gap parts.

    Parameters
    ----------
    height : (rows, columns) float64 array
        NaN cells are alone.
    step_m : float
        Neighbours that differ by less belong together.
    """
    from scipy import sparse
    from scipy.sparse import csgraph

    rows, columns = height.shape
    index = np.arange(rows * columns).reshape(rows, columns)
    with np.errstate(invalid="ignore"):
        across = np.abs(np.diff(height, axis=1)) < step_m
        down = np.abs(np.diff(height, axis=0)) < step_m
    first = np.concatenate([index[:, :-1][across], index[:-1][down]])
    second = np.concatenate([index[:, 1:][across], index[1:][down]])
    graph = sparse.coo_matrix(
        (np.ones(len(first), np.int8), (first, second)), shape=(rows * columns,) * 2
    )
    _, label = csgraph.connected_components(graph, directed=False)
    return np.asarray(label.reshape(rows, columns), np.int64)


def _without_islands(height: FloatArray, cell_m: float) -> FloatArray:
    """Return the heights without small patches that hang above or lie below all around them.

    Cells are connected where they differ by less than a metre; patches of less than six square
    metres are false matches far more often than chimneys. One that has higher cells beside it as
    well as lower ones is a step, such as a storey of a pagoda, and stays if it is no sliver.
    """
    from scipy import ndimage

    label = connected_cells(height, _ONE_PATCH_M)
    area_m2 = np.bincount(label.ravel())[label] * cell_m**2
    known = np.isfinite(height)
    highest = ndimage.maximum_filter(np.where(known, height, -np.inf), size=_AROUND_CELLS)
    lowest = ndimage.minimum_filter(np.where(known, height, np.inf), size=_AROUND_CELLS)
    with np.errstate(invalid="ignore"):
        above, below = highest - height > _ONE_PATCH_M, height - lowest > _ONE_PATCH_M
    # Where walls are seen, cells one wide lie between roof and ground.
    block = [slice(0, -1), slice(1, None)]
    whole = np.zeros(height.shape, np.bool_)
    square = np.ones((height.shape[0] - 1, height.shape[1] - 1), np.bool_)
    for rows in block:
        for columns in block:
            square &= label[rows, columns] == label[:-1, :-1]
    for rows in block:
        for columns in block:
            whole[rows, columns] |= square
    count = np.bincount(label.ravel())
    share = [np.bincount(label.ravel(), one.ravel()) / count for one in (above, below, whole)]
    step = (share[0] > _SIDE_SHARE) & (share[1] > _SIDE_SHARE) & (share[2] > _WHOLE_SHARE)
    kept = (area_m2 >= _LEAST_PATCH_M2) | (step[label] & (area_m2 >= _LEAST_STEP_M2))
    return np.where(kept, height, np.nan)


def _median3(height: FloatArray) -> FloatArray:
    """Return the median of the known cells among each and its eight neighbours."""
    padded = np.pad(height, 1, constant_values=np.nan)
    rows, columns = height.shape
    out = np.full(height.shape, np.nan)
    step = max(2_000_000 // max(columns, 1), 1)
    for first in range(0, rows, step):
        last = min(first + step, rows)
        stack = np.stack(
            [padded[first + i : last + i, j : j + columns] for i in range(3) for j in range(3)]
        )
        known = np.isfinite(height[first:last])
        stack = stack[:, known]
        out[first:last][known] = np.nanmedian(stack, axis=0)
    return out
