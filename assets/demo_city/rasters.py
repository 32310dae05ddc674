"""Terrain and imagery as GeoTIFF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from assets.demo_city.plan import COMPOUND_CRS, CRS, ORIGIN, Plan


def _write(path: Path, plan: Plan, bands: npt.NDArray[Any], pixel_m: float, **extra: Any) -> None:
    import rasterio  # heavy, and needed only when the city is made
    from rasterio.transform import from_origin

    profile = {
        "driver": "GTiff",
        "width": bands.shape[2],
        "height": bands.shape[1],
        "count": bands.shape[0],
        "dtype": bands.dtype,
        "crs": CRS,
        "transform": from_origin(ORIGIN[0], ORIGIN[1] + plan.size.depth_m, pixel_m, pixel_m),
        "tiled": True,
        "blockxsize": 256,
        "blockysize": 256,
    }
    with rasterio.open(path, "w", **(profile | extra)) as dataset:
        dataset.write(bands)
        dataset.update_tags(TIFFTAG_DATETIME="2026:03:01 10:00:00")


def write_terrain(path: Path, plan: Plan, heights: npt.NDArray[np.float64], cell_m: float) -> None:
    """Write heights in metres as float32."""
    bands = heights[np.newaxis].astype(np.float32)
    _write(path, plan, bands, cell_m, crs=COMPOUND_CRS, compress="deflate", predictor=3, zlevel=3)


def write_imagery(path: Path, plan: Plan, picture: npt.NDArray[np.uint8]) -> None:
    """Write a picture (rows, columns, 3)."""
    bands = np.ascontiguousarray(picture.transpose(2, 0, 1))
    _write(
        path, plan, bands, plan.size.pixel_m, compress="jpeg", photometric="ycbcr", jpeg_quality=88
    )
