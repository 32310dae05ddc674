"""Heights of the bare ground of the demo city."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

from assets.demo_city.plan import HILL, QUAY_EAST, QUAY_Y, WATER_M, Plan, polygons

FloatArray = npt.NDArray[np.float64]
MaskArray = npt.NDArray[np.bool_]

_QUAY_TOP_M: Final = 4.2


def noise(shape: tuple[int, int], cells: int, chance: np.random.Generator) -> FloatArray:
    """Return smooth noise from -1 to 1 with about *cells* swings across its longer side."""
    from PIL import Image

    longest = max(shape)
    small = (max(3, cells * shape[0] // longest), max(3, cells * shape[1] // longest))
    seed = Image.fromarray(chance.uniform(-1, 1, small).astype(np.float32))
    image = seed.resize((shape[1], shape[0]), Image.Resampling.BICUBIC)
    return np.asarray(image, np.float64)


def burn(
    shape: tuple[int, int], pixel_m: float, depth_m: float, areas: list[tuple[BaseGeometry, float]]
) -> npt.NDArray[np.float32]:
    """Return a raster (row 0 in the north) with each area's value; later areas win.

    Parameters
    ----------
    shape : rows, columns
    areas : list of geometry in plan coordinates and value
    """
    from PIL import Image, ImageDraw

    image = Image.new("F", (shape[1], shape[0]), 0.0)
    draw = ImageDraw.Draw(image)
    for geometry, value in areas:
        for part in polygons(geometry):
            draw.polygon(to_pixels(part.exterior.coords, pixel_m, depth_m), fill=value)
            for hole in part.interiors:
                # Good enough where nothing else lies below the hole.
                draw.polygon(to_pixels(hole.coords, pixel_m, depth_m), fill=0.0)
    return np.array(image, np.float32)


def to_pixels(coordinates: object, pixel_m: float, depth_m: float) -> list[tuple[float, float]]:
    """Return plan coordinates as image ones."""
    points = np.asarray(coordinates, np.float64)[:, :2]
    columns, rows = points[:, 0] / pixel_m, (depth_m - points[:, 1]) / pixel_m
    return list(zip(columns.tolist(), rows.tolist()))


class Ground:
    """Terrain heights, sampled anywhere.

    Parameters
    ----------
    plan : Plan
    cell_m : float
        Spacing of the raster behind it.

    Attributes
    ----------
    heights : (rows, columns) float64 array
        Row 0 in the north; cell centres.
    water : (rows, columns) bool array
    """

    def __init__(self, plan: Plan, cell_m: float, chance: np.random.Generator) -> None:
        self.cell_m = cell_m
        self.depth_m = plan.size.depth_m
        rows, columns = int(plan.size.depth_m / cell_m), int(plan.size.width_m / cell_m)
        x = (np.arange(columns) + 0.5) * cell_m
        y = plan.size.depth_m - (np.arange(rows) + 0.5) * cell_m
        gx, gy = np.meshgrid(x, y)
        heights = _QUAY_TOP_M + 0.0042 * np.maximum(gy - 420.0, 0.0)
        far = np.hypot(gx - HILL[0], (gy - HILL[1]) * 1.15)
        spur = np.hypot(gx - HILL[0] - 95.0, gy - HILL[1] + 120.0)
        relief = 58.0 * np.exp(-((far / 125.0) ** 2)) + 22.0 * np.exp(-((spur / 80.0) ** 2))
        rough = noise((rows, columns), 60, chance) + 0.5 * noise((rows, columns), 140, chance)
        heights += relief * (1.0 + 0.10 * rough) + 0.22 * noise((rows, columns), 40, chance)
        heights = self._shore(plan, heights, gx, gy)
        self.water = burn((rows, columns), cell_m, self.depth_m, [(plan.open_water, 1.0)]) > 0
        heights[self.water] = WATER_M
        self.heights = np.round(heights, 3)

    def _shore(self, plan: Plan, heights: FloatArray, gx: FloatArray, gy: FloatArray) -> FloatArray:
        """Let the beach come down to the water; keep the quay level."""
        t = gx - QUAY_EAST
        shore = QUAY_Y + 22 * np.sin(t / 95.0) + 0.17 * t
        rise = np.clip((gy - shore) / 60.0, 0.0, 1.0)
        beach = WATER_M + (heights - WATER_M) * rise**1.2
        east = np.clip((gx - QUAY_EAST) / 25.0, 0.0, 1.0)
        out = heights * (1 - east) + beach * east
        apron = (gy < 560.0) & (gx < 1010.0)
        out[apron] = _QUAY_TOP_M
        return out

    def at(self, x: npt.ArrayLike, y: npt.ArrayLike) -> FloatArray:
        """Return heights at plan coordinates (bilinear)."""
        columns = np.asarray(x, np.float64) / self.cell_m - 0.5
        rows = (self.depth_m - np.asarray(y, np.float64)) / self.cell_m - 0.5
        rows = np.clip(rows, 0, self.heights.shape[0] - 1.001)
        columns = np.clip(columns, 0, self.heights.shape[1] - 1.001)
        r, c = rows.astype(int), columns.astype(int)
        fr, fc = rows - r, columns - c
        h = self.heights
        top = h[r, c] * (1 - fc) + h[r, c + 1] * fc
        low = h[r + 1, c] * (1 - fc) + h[r + 1, c + 1] * fc
        return np.asarray(top * (1 - fr) + low * fr, np.float64)
