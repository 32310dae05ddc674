"""The ground below a surface of heights, and what stands on it."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from ingest.reconstruction.surface import Grid, Surface

FloatArray = npt.NDArray[np.float64]

#: Cells of the cloth; finer than this it sinks into courtyards' noise.
_CLOTH_M: Final = 1.0
_ON_GROUND_M: Final = 0.5
_MOST_CLOTH_CELLS: Final = 2_000_000
#: Lower than this below its surroundings is a false point, not a pit.
_PIT_M: Final = 2.5


@dataclass(frozen=True)
class ClothOptions:
    """Of the cloth simulation filter.

    Zhang et al., "An easy-to-use airborne LiDAR data filtering method based on cloth
    simulation", Remote Sensing 8(6), 2016.

    Parameters
    ----------
    cell_m : float
        Of the cloth.
    stiffness : int
        1 for steep land, 2 for relief, 3 for plains and cities.
    threshold_m : float
        Points nearer to the cloth than this are ground.
    """

    cell_m: float = _CLOTH_M
    stiffness: int = 3
    threshold_m: float = _ON_GROUND_M


def ground_points(points: FloatArray, options: ClothOptions) -> npt.NDArray[np.bool_]:
    """Return which points lie on the ground.

    Parameters
    ----------
    points : (n, 3) float64 array
        Metres; float32 inside the filter, so they are moved to their middle first.
    """
    import CSF  # ships no types and is optional

    # A few stray points far away would make a cloth of billions of cells.
    extent = np.maximum(np.ptp(points[:, :2], axis=0), options.cell_m)
    cell_m = max(options.cell_m, float(np.sqrt(extent.prod() / _MOST_CLOTH_CELLS)))
    filter_ = CSF.CSF()
    filter_.params.bSloopSmooth = True
    filter_.params.cloth_resolution = cell_m
    filter_.params.rigidness = options.stiffness
    filter_.params.class_threshold = options.threshold_m
    filter_.params.interations = 500
    filter_.setPointCloud(np.ascontiguousarray(points - points.mean(axis=0), np.float64))
    ground, above = CSF.VecInt(), CSF.VecInt()
    with _silent():
        filter_.do_filtering(ground, above, False)
    mask = np.zeros(len(points), bool)
    mask[np.array(ground, np.int64)] = True
    return mask


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Keep what the library prints from standard output, where commands print JSON."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def terrain_of(surface: Surface, options: ClothOptions | None = None) -> FloatArray:
    """Return the height of the ground in every cell that the surface knows, NaN elsewhere.

    Parameters
    ----------
    surface : Surface
    options : ClothOptions or None

    Returns
    -------
    (rows, columns) float64 array
    """
    from scipy import ndimage

    chosen = options or ClothOptions()
    coarse, factor = _lowest(surface, chosen.cell_m)
    coarse = without_pits(coarse)
    row, column = np.nonzero(np.isfinite(coarse))
    size = surface.grid.cell_m * factor
    points = np.column_stack([column * size, -row * size, coarse[row, column]])
    if len(points) < 10:
        return np.full(surface.grid.shape, np.nan)
    mask = ground_points(points, chosen)
    if mask.sum() < 4:
        return np.full(surface.grid.shape, np.nan)
    on_ground = np.full(coarse.shape, np.nan)
    on_ground[row[mask], column[mask]] = coarse[row[mask], column[mask]]
    smooth = ndimage.gaussian_filter(_bridged(on_ground), 1.0)
    fine = ndimage.zoom(smooth, factor, order=1, mode="nearest", grid_mode=True)
    fine = fine[: surface.grid.rows, : surface.grid.columns]
    # Where the surface is ground, it is known better than the cloth.
    height = surface.height_m.astype(np.float64)
    with np.errstate(invalid="ignore"):
        low = np.abs(height - fine) <= chosen.threshold_m
    smoothed = ndimage.uniform_filter(np.where(low, height - fine, 0.0), 5)
    share = ndimage.uniform_filter(low.astype(np.float64), 5)
    fine = fine + np.where(share > 0, smoothed / np.maximum(share, 1e-9), 0.0) * share
    return np.where(np.isfinite(height), np.minimum(fine, height), np.nan)


def _bridged(heights: FloatArray) -> FloatArray:
    """Return heights with gaps bridged from their edges, smoothly.

    Gaps get their nearest neighbours' heights, then relax towards the mean of what is around
    (Laplace's equation), from coarse to fine, with what is known held.
    """
    from scipy import ndimage

    known = np.isfinite(heights)
    _, nearest = ndimage.distance_transform_edt(~known, return_indices=True)
    out = heights[tuple(nearest)]
    for width in (33, 17, 9, 5, 3, 3, 3, 3):
        smooth = ndimage.uniform_filter(out, width, mode="nearest")
        out = np.where(known, heights, smooth)
    return np.asarray(out, np.float64)


def without_pits(low_m: FloatArray) -> FloatArray:
    """Return heights without what lies far below everything around it: false points.

    Parameters
    ----------
    low_m : (rows, columns) float64 array
        NaN where nothing is known.
    """
    from scipy import ndimage

    known = np.isfinite(low_m)
    if not known.any():
        return low_m
    usual = ndimage.percentile_filter(np.where(known, low_m, np.nanmax(low_m)), 20, size=15)
    return np.where(known & (low_m < usual - _PIT_M), np.nan, low_m)


def _lowest(surface: Surface, cell_m: float) -> tuple[FloatArray, int]:
    """Return the lowest tenth of every coarse cell's heights, and how many cells a side it has."""
    factor = max(round(cell_m / surface.grid.cell_m), 1)
    rows, columns = (-(-n // factor) for n in surface.grid.shape)
    padded = np.full((rows * factor, columns * factor), np.nan)
    padded[: surface.grid.rows, : surface.grid.columns] = surface.height_m
    blocks = padded.reshape(rows, factor, columns, factor).transpose(0, 2, 1, 3)
    blocks = np.sort(blocks.reshape(rows, columns, -1), axis=2)  # NaN goes last
    known = np.isfinite(blocks).sum(axis=2)
    at = np.maximum(known // 10, 0)
    return np.take_along_axis(blocks, at[:, :, None], axis=2)[:, :, 0], factor


def volume_m3(height_m: FloatArray, base_m: FloatArray, grid: Grid) -> tuple[float, float]:
    """Return the volumes above and below a base, in cubic metres.

    Parameters
    ----------
    height_m, base_m : (rows, columns) float64 array
        NaN outside the area that counts.
    grid : Grid
    """
    difference = height_m - base_m
    cell = grid.cell_m**2
    return (
        float(np.nansum(np.maximum(difference, 0.0)) * cell),
        float(np.nansum(np.maximum(-difference, 0.0)) * cell),
    )
