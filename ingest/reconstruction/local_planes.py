"""Heights by planes through what is around them, of cells whose own heights are doubtful."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from ingest.reconstruction.surface import connected_cells

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

#: Weights fall by distance as a normal distribution of so many cells.
_AROUND_CELLS: Final = 4.0
_MARGIN_CELLS: Final = 14
#: Patches with fewer cells to go by are left alone, and places with less weight around them.
_LEAST_CELLS: Final = 60
_LEAST_WEIGHT: Final = 3.0
#: A slope that little speaks for is drawn towards level, as if so much weight said so.
_LEVEL_WEIGHT: Final = 1.0
#: Neighbours that differ by less belong to one patch; a cell alone joins the nearest one then.
_ONE_PATCH_M: Final = 1.0
_JOINS_M: Final = 1.5
#: Lower things are ground, bushes and cars.
_ABOVE_GROUND_M: Final = 1.5


def by_planes(
    height: FloatArray, weight: FloatArray, doubtful: Mask, ground: FloatArray
) -> tuple[FloatArray, Mask]:
    """Return heights with doubtful ones replaced, and which were.

    A cell takes the plane of weighted least squares through the cells around it that belong to its
    patch: local regression (Cleveland, "Robust locally weighted regression", 1979), in which
    cells count by their weight and distance. Nothing reaches over a step. Only what stands above
    the ground is looked at: on shadowed ground photographs agree on little, but matching,
    which spreads heights from around, is right there. Each cell is asked for itself, since roofs
    hang together with the ground by heights in between, as matching leaves them at walls.

    Parameters
    ----------
    height : (rows, columns) float64 array
        NaN where nothing is known.
    weight : (rows, columns) float64 array
        What a cell counts, 0 where it is not to be gone by.
    doubtful : (rows, columns) bool array
    ground : (rows, columns) float64 array
        Height of the ground below, as `ground.terrain_of` finds it; NaN where that is not known.
    """
    from scipy import ndimage

    with np.errstate(invalid="ignore"):
        above = height - ground > _ABOVE_GROUND_M
    patch = connected_cells(np.where(above, height, np.nan), _ONE_PATCH_M)
    good = above & (weight > 0)
    size = np.bincount(patch[good], minlength=int(patch.max()) + 1)
    large = size[patch] >= _LEAST_CELLS
    out, replaced = height.copy(), np.zeros(height.shape, np.bool_)
    if not (good & large).any():
        return out, replaced
    nearest = ndimage.distance_transform_edt(
        ~(good & large), return_distances=False, return_indices=True
    )
    with np.errstate(invalid="ignore"):
        joins = large | (np.abs(height[tuple(nearest)] - height) < _JOINS_M)
    belongs = np.where(large, patch, patch[tuple(nearest)])
    wanted = doubtful & above & joins
    for number in np.unique(belongs[wanted]):
        row, column = np.nonzero(wanted & (belongs == number))
        part = tuple(
            slice(max(int(at.min()) - _MARGIN_CELLS, 0), int(at.max()) + _MARGIN_CELLS + 1)
            for at in (row, column)
        )
        counted = np.where(good[part] & (patch[part] == number), weight[part], 0.0)
        if not counted.any():
            continue
        plane = _regression(height[part], counted)
        at = wanted[part] & (belongs[part] == number) & np.isfinite(plane)
        out[part][at], replaced[part][at] = plane[at], True
    return out, replaced


def _regression(height: FloatArray, weight: FloatArray) -> FloatArray:
    """Return the height of the plane through what is around each cell, NaN where that is little."""
    from scipy import ndimage

    level = float(np.median(height[weight > 0]))
    rows, columns = height.shape
    down, right = np.mgrid[0:rows, 0:columns].astype(np.float64)
    down, right = down - rows / 2, right - columns / 2
    scale = 2 * np.pi * _AROUND_CELLS**2

    def around(values: FloatArray) -> FloatArray:
        blurred = ndimage.gaussian_filter(values, _AROUND_CELLS, mode="constant", truncate=3.0)
        return np.asarray(blurred * scale)

    total = around(weight)
    held = np.maximum(total, 1e-9)
    off = np.where(weight > 0, height - level, 0.0)
    x, y, z = (around(weight * part) / held for part in (right, down, off))
    pull = _LEVEL_WEIGHT / held * _AROUND_CELLS**2
    xx = around(weight * right * right) / held - x * x + pull
    yy = around(weight * down * down) / held - y * y + pull
    xy = around(weight * right * down) / held - x * y
    xz = around(weight * off * right) / held - x * z
    yz = around(weight * off * down) / held - y * z
    determinant = np.maximum(xx * yy - xy**2, 1e-9)
    east, south = (yy * xz - xy * yz) / determinant, (xx * yz - xy * xz) / determinant
    plane = level + z + east * (right - x) + south * (down - y)
    return np.where(total > _LEAST_WEIGHT, plane, np.nan)
