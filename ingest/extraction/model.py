"""Above the ground: a grid of what stands on it, with what tells roofs from crowns."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from ingest.extraction.layer_points import LayerPoints
from ingest.reconstruction.ground import ClothOptions, terrain_of
from ingest.reconstruction.surface import STEREO, Grid, Surface

FloatArray = npt.NDArray[np.float64]

_LEAST_CELL_M: Final = 0.25
_MOST_CELL_M: Final = 2.0
_MOST_CELLS: Final = 40_000_000


@dataclass
class HeightModel:
    """Heights above ground on a grid.

    Parameters
    ----------
    grid : Grid
    top_m : (rows, columns) float64 array
        Highest point, local metres; NaN where none is near.
    ground_m : (rows, columns) float64 array
    above_m : (rows, columns) float64 array
        Height above ground.
    rough_m : (rows, columns) float64 array
        How far the neighbourhood is from a plane, one sigma.
    spread_m : (rows, columns) float64 array
        Highest less lowest point of each cell: foliage lets some through.
    green : (rows, columns) float64 array or None
        Excess green, -1 to 1; None without colours.
    measured : (rows, columns) bool array
    """

    grid: Grid
    top_m: FloatArray
    ground_m: FloatArray
    above_m: FloatArray
    rough_m: FloatArray
    spread_m: FloatArray
    green: FloatArray | None
    measured: npt.NDArray[np.bool_]


def height_model(points: LayerPoints) -> HeightModel:
    """Return the height model of points.

    Parameters
    ----------
    points : LayerPoints
    """
    from scipy import ndimage

    grid = _grid_for(points.position_m)
    cell = grid.cells(points.position_m[:, :2])
    inside = cell >= 0
    cell, z = cell[inside], points.position_m[inside, 2]
    size = grid.rows * grid.columns
    top, low = np.full(size, -np.inf), np.full(size, np.inf)
    np.maximum.at(top, cell, z)
    np.minimum.at(low, cell, z)
    measured = np.isfinite(top).reshape(grid.shape)
    top_m = np.where(measured, top.reshape(grid.shape), np.nan)
    low_m = np.where(measured, low.reshape(grid.shape), np.nan)
    distance, nearest = ndimage.distance_transform_edt(~measured, return_indices=True)
    near = distance <= 2.5
    top_m = np.where(near, top_m[tuple(nearest)], np.nan)
    filled_low = np.where(near, low_m[tuple(nearest)], np.nan)
    surface = Surface(
        grid, filled_low.astype(np.float32), np.zeros(grid.shape, np.float32),
        np.where(np.isfinite(filled_low), STEREO, 0).astype(np.uint8),
        np.ones(grid.shape, np.uint16),
    )  # fmt: skip
    ground = terrain_of(surface, ClothOptions(cell_m=_cloth_m(grid)))
    ground = np.where(np.isfinite(ground), ground, _nearest_known(ground))
    return HeightModel(
        grid, top_m, ground, top_m - ground, roughness(top_m, grid.cell_m),
        np.nan_to_num(top_m - filled_low), _green(points, grid, inside, cell), measured,
    )  # fmt: skip


def _grid_for(position: FloatArray) -> Grid:
    low, high = position[:, :2].min(axis=0), position[:, :2].max(axis=0)
    # Area that is really covered: blocks of 4 x 4 m with a point in them.
    blocks = np.unique(np.floor((position[:, :2] - low) / 4.0).astype(np.int64), axis=0)
    spacing = math.sqrt(len(blocks) * 16.0 / max(len(position), 1))
    cell = min(max(round(spacing / 0.05) * 0.05, _LEAST_CELL_M), _MOST_CELL_M)
    while np.prod((high - low) / cell) > _MOST_CELLS:
        cell *= 1.5
    west, north = math.floor(low[0] / cell) * cell, math.ceil(high[1] / cell) * cell
    return Grid(
        west, north, cell,
        max(math.ceil((high[0] - west) / cell), 1), max(math.ceil((north - low[1]) / cell), 1),
    )  # fmt: skip


def _cloth_m(grid: Grid) -> float:
    """Return the cloth's cell: a metre, or so much that it has 1.2 million of them."""
    area = grid.rows * grid.columns * grid.cell_m**2
    return max(1.0, math.sqrt(area / 1_200_000))


def _nearest_known(values: FloatArray) -> FloatArray:
    from scipy import ndimage

    known = np.isfinite(values)
    if not known.any():
        return np.zeros_like(values)
    _, nearest = ndimage.distance_transform_edt(~known, return_indices=True)
    return np.asarray(values[tuple(nearest)], np.float64)


def roughness(top_m: FloatArray, cell_m: float) -> FloatArray:
    """Return the standard deviation of 3 x 3 heights from the plane that fits them best.

    Parameters
    ----------
    top_m : (rows, columns) float64 array
    cell_m : float
    """
    filled = _nearest_known(top_m)
    padded = np.pad(filled, 1, mode="edge")
    rows, columns = top_m.shape
    stack = np.stack([padded[i : i + rows, j : j + columns] for i in range(3) for j in range(3)])
    offset = np.array([[i - 1, j - 1] for i in range(3) for j in range(3)], np.float64)
    mean = stack.mean(axis=0)
    # Offsets are centred and independent of each other, so each slope is one product.
    down = np.tensordot(offset[:, 0], stack, 1) / 6.0
    across = np.tensordot(offset[:, 1], stack, 1) / 6.0
    fitted = mean + offset[:, 0, None, None] * down + offset[:, 1, None, None] * across
    return np.asarray(np.sqrt(((stack - fitted) ** 2).sum(axis=0) / 6.0), np.float64)


def _green(
    points: LayerPoints,
    grid: Grid,
    inside: npt.NDArray[np.bool_],
    cell: npt.NDArray[np.int64],
) -> FloatArray | None:
    """Return (2g - r - b) / (r + g + b) of each cell's mean colour (Woebbecke et al., 1995)."""
    if points.colour is None:
        return None
    size = grid.rows * grid.columns
    colour = points.colour[inside].astype(np.float64)
    sums = [np.bincount(cell, colour[:, band], size) for band in range(3)]
    red, green, blue = sums
    total = red + green + blue
    with np.errstate(invalid="ignore", divide="ignore"):
        excess = np.where(total > 0, (2 * green - red - blue) / total, 0.0)
    return np.asarray(excess.reshape(grid.shape), np.float64)
