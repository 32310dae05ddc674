"""True orthophoto: every pixel from photographs that really see it, without lean.

What hides what is decided by a depth buffer of the surface in every photograph; of those that
see a place the ones that look down on it most steeply are blended, after their colours have
been brought to each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.reconstruction.scene import Photo, SparseScene
from ingest.reconstruction.surface import Grid, Surface

FloatArray = npt.NDArray[np.float64]
Picture = Callable[[int], npt.NDArray[np.uint8]]
"""Index of a photograph -> its pixels, (h, w, 3)."""

_BLENDED: Final = 3
#: Photographs that see a place at a slope worse by so much count e times less.
_BLEND_SLOPE: Final = 0.03
_BUFFER_PX: Final = 2.0
_WALL_STEP: Final = 2.0
_EDGE_PX: Final = 4.0
_DOUBTFUL: Final = 5.0
_SLIT_PX: Final = 5.0


@dataclass
class DepthBuffer:
    """The nearest surface in every direction of one photograph.

    Parameters
    ----------
    depth_m : (h, w) float32 array
        Along the optical axis, infinite where nothing is.
    careful_m : (h, w) float32 array
        The least of its neighbourhood: what is seen by that is not even mixed with anything
        before it.
    scale : float
        Photograph pixels a side of one cell of it.
    tolerance_m : float
    """

    depth_m: npt.NDArray[np.float32]
    careful_m: npt.NDArray[np.float32]
    scale: float
    tolerance_m: float

    def sees(
        self, pixels: FloatArray, depth_m: FloatArray, *, carefully: bool = True
    ) -> npt.NDArray[np.bool_]:
        """Return which points at these pixels and depths nothing stands before."""
        nearest = self.careful_m if carefully else self.depth_m
        column = (pixels[:, 0] / self.scale).astype(np.int64)
        row = (pixels[:, 1] / self.scale).astype(np.int64)
        rows, columns = self.depth_m.shape
        np.clip(column, 0, columns - 1, out=column)
        np.clip(row, 0, rows - 1, out=row)
        return np.asarray(depth_m <= nearest[row, column] + self.tolerance_m, np.bool_)


@dataclass
class Orthophoto:
    """A true orthophoto.

    Parameters
    ----------
    grid : Grid
    colour : (rows, columns, 4) uint8 array
        Alpha 0 where no photograph sees the place.
    photo : (rows, columns) int16 array
        Which photograph had most weight, -1 for none.
    gains : (photos, 3) float64 array
        Factors that brought colours to each other.
    """

    grid: Grid
    colour: npt.NDArray[np.uint8]
    photo: npt.NDArray[np.int16]
    gains: FloatArray


def surface_samples(surface: Surface) -> FloatArray:
    """Return points of the surface and of the walls between its cells, (n, 3)."""
    x, y = surface.grid.middles()
    height = surface.height_m.astype(np.float64)
    row, column = np.nonzero(np.isfinite(height))
    parts = [np.column_stack([x[column], y[row], height[row, column]])]
    step = surface.grid.cell_m * _WALL_STEP
    for axis in (0, 1):
        a = height[:-1] if axis == 0 else height[:, :-1]
        b = height[1:] if axis == 0 else height[:, 1:]
        with np.errstate(invalid="ignore"):
            r, c = np.nonzero(np.abs(a - b) > step)
        low, high = np.minimum(a[r, c], b[r, c]), np.maximum(a[r, c], b[r, c])
        # The wall stands under the higher cell's edge.
        upper = (b > a)[r, c]
        rr, cc = (r + upper, c) if axis == 0 else (r, c + upper)
        count = np.minimum(((high - low) / step).astype(np.int64), 200)
        at = np.repeat(np.arange(len(r)), count)
        number = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)
        parts.append(np.column_stack([x[cc[at]], y[rr[at]], low[at] + (number + 0.5) * step]))
    return np.concatenate(parts)


def depth_buffer(
    scene: SparseScene, photo: Photo, samples: FloatArray, cell_m: float
) -> DepthBuffer:
    """Return the depth buffer of the surface in one photograph."""
    from scipy import ndimage

    camera = scene.camera_of(photo)
    local = photo.to_camera(samples)
    pixels = camera.project(local)
    with np.errstate(invalid="ignore"):
        inside = (pixels >= 0).all(axis=1) & (pixels < [camera.width_px, camera.height_px]).all(
            axis=1
        )
    pixels, depth = pixels[inside], local[inside, 2]
    # Cells of the buffer hold more than one sample each, so that far things don't shine through.
    spacing_px = cell_m * camera.fx / float(np.median(depth)) if len(depth) else 1.0
    scale = max(_BUFFER_PX, 1.5 * spacing_px)
    rows, columns = int(camera.height_px / scale) + 1, int(camera.width_px / scale) + 1
    buffer = np.full(rows * columns, np.inf, np.float32)
    index = (pixels[:, 1] / scale).astype(np.int64) * columns
    index += (pixels[:, 0] / scale).astype(np.int64)
    order = np.argsort(-depth)  # the nearest is written last
    buffer[index[order]] = depth[order]
    nearest = buffer.reshape(rows, columns)
    # Cells that no sample fell into take the nearest of what is around.
    around = ndimage.minimum_filter(nearest, size=3)
    closed = np.where(np.isfinite(nearest), nearest, around)
    careful = ndimage.minimum_filter(closed, size=3)
    return DepthBuffer(closed, careful, scale, max(4.0 * cell_m, 0.5))


def make_orthophoto(
    scene: SparseScene, surface: Surface, grid: Grid, picture: Picture, job: Job
) -> Orthophoto:
    """Make a true orthophoto.

    Parameters
    ----------
    scene : SparseScene
        In local metres.
    surface : Surface
    grid : Grid
        Of the picture; pixels between the surface's cells take the nearest height.
    picture : Picture
    job : Job
    """
    x, y = grid.middles()
    xx, yy = np.meshgrid(x, y)
    places = np.column_stack([xx.ravel(), yy.ravel()])
    cell = surface.grid.cells(places)
    z = np.where(cell >= 0, surface.height_m.ravel()[np.maximum(cell, 0)], np.nan)
    points = np.column_stack([places, z.astype(np.float64)])
    known = np.isfinite(z).nonzero()[0]
    samples = surface_samples(surface)
    gains = _balance(scene, points, known, samples, surface.grid.cell_m, picture)
    slope = np.full((_BLENDED, len(points)), np.inf, np.float32)
    colour = np.zeros((_BLENDED, len(points), 3), np.uint8)
    chosen = np.full(len(points), -1, np.int16)
    for number, photo in enumerate(scene.photos):
        job.report("True orthophoto", number, len(scene.photos), "photos")
        at, pixels, doubtful = _seen(scene, photo, points, known, samples, surface.grid.cell_m)
        if len(at) == 0:
            continue
        # What may be mixed with something before it is only taken where nothing better is.
        steepness = _slope(photo, points[at]) + np.where(doubtful, _DOUBTFUL, 0.0)
        values = bilinear(picture(number), pixels) * gains[number]
        values = np.clip(values + 0.5, 0, 255).astype(np.uint8)
        chosen[at] = np.where(steepness < slope[0, at], number, chosen[at])
        _keep_best(slope, colour, at, steepness.astype(np.float32), values)
    weight = np.exp(-(slope - np.minimum(slope[0], 1e9)) / _BLEND_SLOPE)
    weight[~np.isfinite(slope)] = 0.0
    total = weight.sum(axis=0)
    mixed = (weight[:, :, None] * colour).sum(axis=0) / np.maximum(total, 1e-9)[:, None]
    rgba = np.zeros((len(points), 4), np.uint8)
    rgba[:, :3] = mixed + 0.5
    rgba[:, 3] = np.where(total > 0, 255, 0)
    picture_ = rgba.reshape(grid.rows, grid.columns, 4)
    _fill_slits(picture_, np.isfinite(z).reshape(grid.shape))
    return Orthophoto(grid, picture_, chosen.reshape(grid.shape), gains)


def _fill_slits(rgba: npt.NDArray[np.uint8], known: npt.NDArray[np.bool_]) -> None:
    """Fill narrow places that no photograph sees, such as the feet of walls, from around."""
    import cv2  # optional
    from scipy import ndimage

    hidden = known & (rgba[:, :, 3] == 0)
    near = ndimage.distance_transform_edt(rgba[:, :, 3] == 0) <= _SLIT_PX
    slits = hidden & near
    if slits.any():
        colour = np.ascontiguousarray(rgba[:, :, :3])
        rgba[:, :, :3][slits] = cv2.inpaint(colour, slits.astype(np.uint8), 3, cv2.INPAINT_TELEA)[
            slits
        ]
        rgba[:, :, 3][slits] = 255


def _seen(
    scene: SparseScene,
    photo: Photo,
    points: FloatArray,
    candidates: npt.NDArray[np.int64],
    samples: FloatArray,
    cell_m: float,
) -> tuple[npt.NDArray[np.int64], FloatArray, npt.NDArray[np.bool_]]:
    """Return which points a photograph sees, where, and whether that is doubtful."""
    camera = scene.camera_of(photo)
    local = photo.to_camera(points[candidates])
    pixels = camera.project(local)
    low = np.array([_EDGE_PX, _EDGE_PX])
    high = np.array([camera.width_px, camera.height_px]) - _EDGE_PX
    with np.errstate(invalid="ignore"):
        inside = (pixels >= low).all(axis=1) & (pixels < high).all(axis=1)
    if not inside.any():
        return np.empty(0, np.int64), np.empty((0, 2)), np.empty(0, np.bool_)
    buffer = depth_buffer(scene, photo, samples, cell_m)
    pixels, depth = pixels[inside], local[inside, 2]
    seen = buffer.sees(pixels, depth, carefully=False)
    surely = buffer.sees(pixels, depth)
    return candidates[inside][seen], pixels[seen], ~surely[seen]


def _slope(photo: Photo, points: FloatArray) -> FloatArray:
    """Return how far the rays lean from straight down, as a tangent."""
    ray = photo.centre_m - points
    return np.asarray(np.hypot(ray[:, 0], ray[:, 1]) / np.maximum(ray[:, 2], 0.1), np.float64)


def _keep_best(
    slope: npt.NDArray[np.float32],
    colour: npt.NDArray[np.uint8],
    at: npt.NDArray[np.int64],
    new_slope: npt.NDArray[np.float32],
    new_colour: npt.NDArray[np.uint8],
) -> None:
    """Insert a photograph's view into each pixel's list of best ones."""
    for rank in range(len(slope)):
        better = new_slope < slope[rank, at]
        where = at[better]
        old_slope, old_colour = slope[rank, where].copy(), colour[rank, where].copy()
        slope[rank, where], colour[rank, where] = new_slope[better], new_colour[better]
        new_slope, new_colour = new_slope.copy(), new_colour.copy()
        new_slope[better], new_colour[better] = old_slope, old_colour


def bilinear(picture: npt.NDArray[np.uint8], pixels: FloatArray) -> FloatArray:
    """Return colours between pixels, (n, 3); positions count from the first pixel's corner."""
    rows, columns = picture.shape[:2]
    x = np.clip(pixels[:, 0] - 0.5, 0, columns - 1.001)
    y = np.clip(pixels[:, 1] - 0.5, 0, rows - 1.001)
    column, row = x.astype(np.int64), y.astype(np.int64)
    fx, fy = (x - column)[:, None], (y - row)[:, None]
    upper = picture[row, column] * (1 - fx) + picture[row, column + 1] * fx
    lower = picture[row + 1, column] * (1 - fx) + picture[row + 1, column + 1] * fx
    return np.asarray(upper * (1 - fy) + lower * fy, np.float64)


def _balance(
    scene: SparseScene,
    points: FloatArray,
    known: npt.NDArray[np.int64],
    samples: FloatArray,
    cell_m: float,
    picture: Picture,
) -> FloatArray:
    """Return a factor a photograph and colour that makes them agree where they overlap."""
    count = len(scene.photos)
    chosen = known[:: max(len(known) // 4000, 1)]
    index = {int(p): i for i, p in enumerate(chosen)}
    values = np.full((count, len(chosen), 3), np.nan, np.float32)
    for number, photo in enumerate(scene.photos):
        at, pixels, doubtful = _seen(scene, photo, points, chosen, samples, cell_m)
        at, pixels = at[~doubtful], pixels[~doubtful]
        if len(at):
            rows = np.array([index[int(p)] for p in at])
            values[number, rows] = bilinear(picture(number), pixels)
    return solve_gains(values)


def solve_gains(values: npt.NDArray[np.float32]) -> FloatArray:
    """Return factors that bring the photographs' values of the same places together.

    Parameters
    ----------
    values : (photos, places, 3) float32 array
        NaN where a photograph does not see a place.

    Returns
    -------
    (photos, 3) float64 array
        Geometric mean 1 for each colour; between 0.5 and 2.
    """
    count = len(values)
    gains = np.ones((count, 3))
    usable = (values > 8) & (values < 247)
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.where(usable, np.log(values), np.nan)
    for channel in range(3):
        rows, right = [], []
        for i in range(count):
            for j in range(i + 1, count):
                difference = logs[i, :, channel] - logs[j, :, channel]
                difference = difference[np.isfinite(difference)]
                if len(difference) < 20:
                    continue
                row = np.zeros(count)
                row[i], row[j] = 1.0, -1.0
                weight = np.sqrt(len(difference))
                rows.append(row * weight)
                right.append(-float(np.median(difference)) * weight)
        if not rows:
            continue
        # A weak pull to 1, which also fixes the mean.
        system = np.vstack([*rows, np.eye(count)])
        solution = np.linalg.lstsq(system, np.concatenate([right, np.zeros(count)]), rcond=None)[0]
        gains[:, channel] = np.exp(solution - solution.mean())
    return np.clip(gains, 0.5, 2.0)
