"""Heights by all photographs together: repeating and faint roofs that pairs get wrong.

A pair along the rows of a tiled roof finds the next row as good as the right one, a pair across
them finds nothing to hold on to. At the right height all photographs show the same, at a height
that is right for one pair only the others disagree (Okutomi and Kanade, "A multiple-baseline
stereo", 1993). So heights near the surface are tried in steps, on patches that lie in its slope,
and the one is taken where photographs correlate best with each other, smoothed by semi-global
aggregation (Hirschmüller, 2008) of what is to be added to the surface, not of heights. Where they
agree on none, the planes around tell more.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.reconstruction.ground import terrain_of
from ingest.reconstruction.local_planes import by_planes
from ingest.reconstruction.orthophoto import DepthBuffer, Picture, depth_buffer, surface_samples
from ingest.reconstruction.scene import Photo, SparseScene
from ingest.reconstruction.surface import FILLED, NOTHING, STEREO, Grid, Surface

FloatArray = npt.NDArray[np.float64]
Values = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

#: Heights tried: so many ground sample distances up and down, and apart.
_REACH_GSD: Final = 8.0
_APART_GSD: Final = 0.5
_END_GSD: Final = 1.0
#: Cells a side of the patches that are compared, and of the neighbourhood that is averaged.
_PATCH_CELLS: Final = 7
_MEAN_CELLS: Final = 5
#: Contrast of a patch that counts half, grey values: about the noise of a photograph.
_NOISE: Final = 1.0
#: A correlation of so much more is asked for a change of height by one step between neighbours,
#: for a larger one, and for leaving what matching found (a step, at most).
_ONE_STEP, _JUMP = 0.04, 0.2
_LEAVING, _LEAVING_MOST = 0.02, 0.1
_LEAST_PHOTOS: Final = 4
_MOST_SLOPE: Final = 0.7
_EDGE_PX: Final = 4.0
#: Planes are fitted to windows of so many cells.
_FACET_CELLS: Final = 9
_STEP_M: Final = 1.5
#: Filled cells count as measured where photographs correlate by so much.
_MEASURED: Final = 0.15
#: Below this roofs take the plane around them; what has not been compared stays. Cells with less
#: were farther off than that plane (1.4 and 1.0 GSD RMS), those with 0.4 and more nearer.
_DOUBTFUL: Final = 0.15
_NOT_COMPARED: Final = -2.0
_TILE_CELLS: Final = 256
_MARGIN_CELLS: Final = 24
_BUFFERS_KEPT: Final = 64


def refined(
    surface: Surface, scene: SparseScene, picture: Picture, gsd_m: float, job: Job
) -> Surface:
    """Return a surface whose heights are those at which its photographs agree best.

    Parameters
    ----------
    surface : Surface
        With its holes filled.
    scene : SparseScene
        In local metres.
    picture : Picture
    gsd_m : float
        Ground sample distance.
    job : Job

    Returns
    -------
    Surface
        Cells that fewer than four photographs see stay as they are, and those that are best at
        the end of the heights tried.
    """
    height = surface.height_m.astype(np.float64)
    known = np.isfinite(height) & (surface.source != NOTHING)
    if not known.any():
        return surface
    filled = np.where(known, height, np.median(height[known]))
    start = facets(filled)
    start = np.where(np.abs(start - filled) > _STEP_M, filled, start)
    samples = surface_samples(surface)
    count = round(_REACH_GSD / _APART_GSD)
    steps = np.arange(-count, count + 1, dtype=np.float64) * (_APART_GSD * gsd_m)

    @functools.lru_cache(_BUFFERS_KEPT)
    def buffer(number: int) -> DepthBuffer:
        return depth_buffer(scene, scene.photos[number], samples, surface.grid.cell_m)

    moved, agreement = height.copy(), np.full(height.shape, _NOT_COMPARED, np.float32)
    tiles = list(_tiles(surface.grid))
    for number, (outer, inner) in enumerate(tiles):
        job.report("Comparing all photographs", number, len(tiles), "tiles")
        tile = _Tile(surface.grid, outer, start[outer], known[outer])
        cost, seen = _costs(tile, scene, picture, buffer, steps, job)
        change, best = _cheapest(cost, steps)
        rows, columns = (
            slice(a.start - b.start, a.stop - b.start) for a, b in zip(inner, outer, strict=True)
        )
        within = rows, columns
        # The best at the end of what was tried is the side of a slope, not the bottom of a valley.
        found = np.abs(change) < steps[-1] - _END_GSD * gsd_m
        good, compared = ((known[outer] & seen & also)[within] for also in (found, True))
        moved[inner][good] = (tile.start_m + change)[within][good]
        agreement[inner][compared] = np.where(found, best, 0.0)[within][compared]
    # Where photographs hardly agree on any height, the plane of a roof is nearer to the truth.
    doubtful = known & (agreement < _DOUBTFUL)
    weight = np.where(agreement >= _DOUBTFUL, agreement, 0.0).astype(np.float64)
    ground = terrain_of(replace(surface, height_m=moved.astype(np.float32)))
    moved, replaced = by_planes(moved, weight, doubtful, ground)
    return _with(surface, moved, agreement, replaced)


def _with(surface: Surface, height: FloatArray, agreement: Values, replaced: Mask) -> Surface:
    """Return the surface with new heights; filled cells that photographs agree on are measured."""
    source, doubt = surface.source.copy(), surface.uncertainty_m.copy()
    measured = (source == FILLED) & (agreement > _MEASURED)
    usual = doubt[source == STEREO]
    source[measured] = STEREO
    if len(usual):
        doubt[measured] = np.minimum(doubt[measured], 2 * np.median(usual))
        doubt[replaced] = np.maximum(doubt[replaced], 2 * np.median(usual))
    return replace(surface, height_m=height.astype(np.float32), uncertainty_m=doubt, source=source)


def _tiles(grid: Grid) -> Iterator[tuple[tuple[slice, slice], tuple[slice, slice]]]:
    """Yield parts of a grid, with a margin around them and without."""
    for row in range(0, grid.rows, _TILE_CELLS):
        for column in range(0, grid.columns, _TILE_CELLS):
            spans = [(row, grid.rows), (column, grid.columns)]
            outer = [slice(max(at - _MARGIN_CELLS, 0), min(at + _TILE_CELLS + _MARGIN_CELLS, end))
                     for at, end in spans]  # fmt: skip
            inner = [slice(at, min(at + _TILE_CELLS, end)) for at, end in spans]
            yield (outer[0], outer[1]), (inner[0], inner[1])


class _Tile:
    """Part of a surface: places and heights to start from, each (rows, columns)."""

    def __init__(
        self, grid: Grid, part: tuple[slice, slice], start_m: FloatArray, known: Mask
    ) -> None:
        x, y = grid.middles()
        self.x, self.y = np.meshgrid(x[part[1]], y[part[0]])
        self.start_m = start_m
        self.known = known

    def places(self, added_m: float, every: int = 1) -> FloatArray:
        """Return (n, 3) places so much above the start."""
        parts = (self.x, self.y, self.start_m + added_m)
        return np.column_stack([part[::every, ::every].ravel() for part in parts])


@dataclass(frozen=True)
class _View:
    """Where a photograph shows a part of a tile: pixels at the lowest, middle, highest height."""

    part: tuple[slice, slice]
    weight: Values
    low_px: Values
    middle_px: Values
    high_px: Values

    def pixels(self, at: float) -> Values:
        """Return pixels at a height, from -1 (lowest) to 1 (highest), by a parabola."""
        slope, bend = (self.high_px - self.low_px) / 2, self.high_px + self.low_px
        bend = bend / 2 - self.middle_px
        return np.asarray(self.middle_px + slope * np.float32(at) + bend * np.float32(at * at),
                          np.float32)  # fmt: skip


def _view(
    tile: _Tile, scene: SparseScene, photo: Photo, buffer: Callable[[], DepthBuffer], reach_m: float
) -> _View | None:
    """Return where a photograph shows a tile, None where it shows nothing of it."""
    camera = scene.camera_of(photo)
    limit = np.array([camera.width_px, camera.height_px]) - _EDGE_PX

    def inside(pixels: FloatArray) -> Mask:
        with np.errstate(invalid="ignore"):
            return np.asarray(((pixels > _EDGE_PX) & (pixels < limit)).all(axis=1), np.bool_)

    if not inside(scene.project(photo, tile.places(0.0, 8))).any():
        return None
    places = tile.places(0.0)
    local = photo.to_camera(places)
    middle = camera.project(local)
    low, high = (scene.project(photo, tile.places(off)) for off in (-reach_m, reach_m))
    ray = photo.centre_m - places
    good = tile.known.ravel() & inside(low) & inside(middle) & inside(high)
    good &= np.hypot(ray[:, 0], ray[:, 1]) < _MOST_SLOPE * ray[:, 2]
    index = np.flatnonzero(good)
    if not len(index):
        return None
    seen = buffer().sees(middle[index], local[index, 2], carefully=False)
    flat = np.zeros(len(good), np.float32)
    flat[index[seen]] = 1.0
    weight = flat.reshape(tile.start_m.shape)
    rows, columns = (np.flatnonzero(weight.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return None
    part = tuple(slice(max(at[0] - _PATCH_CELLS, 0), at[-1] + _PATCH_CELLS + 1)
                 for at in (rows, columns))  # fmt: skip
    pixels = [
        np.nan_to_num(found).reshape(*weight.shape, 2)[part].astype(np.float32)
        for found in (low, middle, high)
    ]
    return _View((part[0], part[1]), weight[part], *pixels)


def _costs(
    tile: _Tile,
    scene: SparseScene,
    picture: Picture,
    buffer: Callable[[int], DepthBuffer],
    steps: FloatArray,
    job: Job,
) -> tuple[Values, Mask]:
    """Return how little photographs correlate at each height tried, and where enough see a cell.

    The mean correlation of all pairs among n patches of mean zero and length one is
    (|sum|² - sum of |·|²) / (n (n - 1)), so photographs are added up one after the other.
    """
    import cv2  # optional

    shape = (len(steps), *tile.start_m.shape)
    total, squares = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    count = np.zeros(tile.start_m.shape, np.float32)
    for number, photo in enumerate(scene.photos):
        view = _view(tile, scene, photo, functools.partial(buffer, number), float(steps[-1]))
        if view is None:
            continue
        job.check()
        grey = cv2.cvtColor(picture(number), cv2.COLOR_RGB2GRAY).astype(np.float32)
        for at, step in enumerate(steps):
            # Pixels are counted from the first one's corner here, from its middle in OpenCV.
            pixels = view.pixels(float(step / steps[-1])) - np.float32(0.5)
            patch = _normalised(cv2, grey, pixels) * view.weight
            total[at][view.part] += patch
            squares[at][view.part] += patch * patch
        count[view.part] += view.weight
    pairs = np.maximum(count * (count - 1), 1)
    cost = np.empty((*tile.start_m.shape, len(steps)), np.float32)
    for at in range(len(steps)):
        alike = (total[at] ** 2 - squares[at]) / pairs
        cost[:, :, at] = 1 - cv2.blur(alike, (_MEAN_CELLS, _MEAN_CELLS))
    seen = count >= _LEAST_PHOTOS
    cost[~seen] = 1.0
    return cost, seen


def _normalised(cv2: Any, grey: Values, pixels: Values) -> Values:
    """Return grey values at pixels less the mean around them, over the contrast there."""
    found = cv2.remap(grey, pixels, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    size = (_PATCH_CELLS, _PATCH_CELLS)
    found = found - cv2.blur(found, size)
    return np.asarray(found / np.sqrt(cv2.blur(found * found, size) + _NOISE**2), np.float32)


def _cheapest(cost: Values, steps: FloatArray) -> tuple[FloatArray, Values]:
    """Return what is to be added to each cell, and how alike photographs are there."""
    away = np.abs(np.arange(len(steps)) - len(steps) // 2)
    held = cost + np.minimum(away * _LEAVING, _LEAVING_MOST).astype(np.float32)
    sums = aggregated(held, _ONE_STEP, _JUMP)
    best = sums.argmin(axis=2)
    near = np.clip(best, 1, len(steps) - 2)
    below, here, above = (
        np.take_along_axis(sums, (near + off)[:, :, None], 2)[:, :, 0] for off in (-1, 0, 1)
    )
    bend = np.maximum(below - 2 * here + above, 1e-6)
    between = np.where(near == best, np.clip(0.5 * (below - above) / bend, -0.5, 0.5), 0.0)
    alike = 1 - np.take_along_axis(cost, best[:, :, None], 2)[:, :, 0]
    return steps[0] + (steps[1] - steps[0]) * (best + between), alike


def aggregated(cost: Values, one_step: float, jump: float) -> Values:
    """Return costs summed along eight paths, each the cheapest way to a cell (Hirschmüller, 2008).

    Parameters
    ----------
    cost : (rows, columns, labels) float32 array
    one_step, jump : float
        Added where neighbours differ by one label, by more.
    """
    total = np.zeros_like(cost)
    for values, sums in ((cost, total), (cost.transpose(1, 0, 2), total.transpose(1, 0, 2))):
        for shift in (0, 1, -1) if values is cost else (0,):
            for order in (range(len(values)), range(len(values) - 1, -1, -1)):
                before = np.zeros_like(values[0])
                for line in order:
                    before = values[line] + _reached(_shifted(before, shift), one_step, jump)
                    sums[line] += before
    return total


def _shifted(line: Values, by: int) -> Values:
    """Return a line of cells moved sideways, zero where it has nothing."""
    if by == 0:
        return line
    out = np.zeros_like(line)
    if by > 0:
        out[by:] = line[:-by]
    else:
        out[:by] = line[-by:]
    return out


def _reached(before: Values, one_step: float, jump: float) -> Values:
    """Return what reaching each label costs from the cells before, less the cheapest of them."""
    least = before.min(axis=1, keepdims=True)
    best = np.minimum(before, least + np.float32(jump))
    np.minimum(best[:, 1:], before[:, :-1] + np.float32(one_step), out=best[:, 1:])
    np.minimum(best[:, :-1], before[:, 1:] + np.float32(one_step), out=best[:, :-1])
    return np.asarray(best - least, np.float32)


def facets(height: FloatArray) -> FloatArray:
    """Return heights smoothed by planes that reach up to ridges and steps, but not over them.

    Each cell takes the plane of that window around it that a plane fits best.

    Parameters
    ----------
    height : (rows, columns) float64 array
        Known everywhere.
    """
    import cv2  # optional
    from scipy import ndimage

    height = ndimage.median_filter(height, 5, mode="nearest")
    size, half = _FACET_CELLS, _FACET_CELLS // 2
    spread = (size**2 - 1) / 12.0
    along = np.tile(np.arange(size) - half, (size, 1)) / (size**2 * spread)
    kernels = along, np.ascontiguousarray(along.T)
    slope = [
        cv2.filter2D(height, cv2.CV_64F, kernel, borderType=cv2.BORDER_REFLECT)
        for kernel in kernels
    ]
    # Less a level close by: squares of large heights would leave no digits for the rest.
    level = float(np.median(height))
    mean = cv2.blur(height - level, (size, size), borderType=cv2.BORDER_REFLECT)
    square = cv2.blur((height - level) ** 2, (size, size), borderType=cv2.BORDER_REFLECT)
    rest = np.maximum(square - mean**2 - (slope[0] ** 2 + slope[1] ** 2) * spread, 0.0)
    rows, columns = height.shape
    row, column = np.mgrid[0:rows, 0:columns]
    best, out = np.full(height.shape, np.inf), height.copy()
    for down in range(-half, half + 1, half // 2):
        for right in range(-half, half + 1, half // 2):
            at = np.clip(row + down, 0, rows - 1), np.clip(column + right, 0, columns - 1)
            # The middle one of windows that fit alike.
            off = rest[at] + 1e-4 * (down**2 + right**2) / half**2
            plane = level + mean[at]
            plane += slope[0][at] * (column - at[1]) + slope[1][at] * (row - at[0])
            better = off < best
            best[better], out[better] = off[better], plane[better]
    return out
