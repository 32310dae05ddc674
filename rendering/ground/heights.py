"""Terrain heights from a COG: an overview in memory, windows from disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin_model.errors import SourceError
from twin_model.frame import Frame
from twin_model.layer import Bounds

FloatArray = npt.NDArray[np.float64]

_OVERVIEW: Final = 1024
_WINDOW: Final = 400


class HeightField:
    """Heights of one terrain layer in local metres.

    Parameters
    ----------
    path : Path
        ``terrain.tif`` in the project's CRS.
    frame : Frame

    Raises
    ------
    SourceError
        If it cannot be opened or has no usable placement.
    """

    def __init__(self, path: Path, frame: Frame) -> None:
        import rasterio  # GDAL takes 0.2 s to load, and only terrain needs it
        from rasterio.errors import RasterioError

        self.path = path
        self._offset = frame.offset
        try:
            with rasterio.open(path) as source:
                transform = source.transform
                self.width, self.height = int(source.width), int(source.height)
                factor = max(1.0, max(self.width, self.height) / _OVERVIEW)
                shape = (max(2, int(self.height / factor)), max(2, int(self.width / factor)))
                data = source.read(1, out_shape=shape, masked=True)
        except (RasterioError, OSError, ValueError) as error:
            text = str(error).splitlines()[0][:100] if str(error) else type(error).__name__
            raise SourceError(path, f"is no readable terrain ({text})") from error
        if transform.b or transform.d or transform.a <= 0 or transform.e >= 0:
            raise SourceError(path, "the terrain is not north-up", remedy="import it again")
        self.pixel_m = float(transform.a)
        west = transform.c - self._offset[0]
        north = transform.f - self._offset[1]
        east = west + self.width * transform.a
        south = north + self.height * transform.e
        values = np.ma.filled(data.astype(np.float64), np.nan)
        values[~np.isfinite(values)] = np.nan
        self.missing = np.isnan(values)
        if self.missing.all():
            raise SourceError(path, "the terrain holds no height at all")
        self._values = _filled(values) - self._offset[2]
        low, high = float(self._values.min()), float(self._values.max())
        self.bounds: Bounds = (west, south, low, east, north, high)
        self._step = ((east - west) / values.shape[1], (north - south) / values.shape[0])

    @property
    def overview_m(self) -> float:
        """Size of a cell of the overview."""
        return float(max(self._step))

    def sample(self, x: npt.ArrayLike, y: npt.ArrayLike) -> FloatArray:
        """Return heights by bilinear interpolation of the overview; edges extend outwards."""
        return _bilinear(self._values, self.bounds, self._step, np.asarray(x), np.asarray(y))

    def beyond(
        self, x: FloatArray, y: FloatArray, z: FloatArray, lowest_m: float = np.inf
    ) -> FloatArray:
        """Let heights outside the terrain run down to its lowest, instead of on for ever.

        Where anything else in the scene lies lower, at *lowest_m*, down to that: mountains in
        one country must not bury a harbour in another.
        """
        west, south, low, east, north, _ = self.bounds
        low = min(low, lowest_m)
        out_x = np.maximum(np.maximum(west - x, x - east), 0.0)
        out_y = np.maximum(np.maximum(south - y, y - north), 0.0)
        share = np.clip(np.hypot(out_x, out_y) / (0.015 * (east - west + north - south)), 0.0, 1.0)
        share = share * share * (3 - 2 * share)
        return np.asarray(z * (1 - share) + low * share)

    def contains(self, x: float, y: float) -> bool:
        """Return whether the terrain has a height of its own there."""
        west, south, _, east, north, _ = self.bounds
        if not (west <= x <= east and south <= y <= north):
            return False
        row = min(int((north - y) / self._step[1]), self.missing.shape[0] - 1)
        column = min(int((x - west) / self._step[0]), self.missing.shape[1] - 1)
        return not bool(self.missing[row, column])

    def fine(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Return heights at full resolution for a grid of places; runs in decoder threads.

        Parameters
        ----------
        x, y : (n, m) arrays
            Local metres, regular and close together.
        """
        spacing = float(abs(x[0, 1] - x[0, 0]))
        if spacing >= self.overview_m or self.pixel_m >= self.overview_m * 0.99:
            return self.sample(x, y)
        window = self._window(x, y)
        if window is None:
            return self.sample(x, y)
        values, bounds, step = window
        found = _bilinear(values, bounds, step, x, y)
        coarse = self.sample(x, y)
        west, south, _, east, north, _ = self.bounds
        inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        return np.where(inside & np.isfinite(found), found, coarse)

    def _window(self, x: FloatArray, y: FloatArray) -> Any:
        import rasterio
        from rasterio.errors import RasterioError
        from rasterio.windows import Window

        west, south, _, _, north, _ = self.bounds
        pixel = self.pixel_m
        pixel_y = (north - south) / self.height
        first = max(0, int((x.min() - west) / pixel) - 2)
        last = min(self.width, int((x.max() - west) / pixel) + 3)
        top = max(0, int((north - y.max()) / pixel_y) - 2)
        bottom = min(self.height, int((north - y.min()) / pixel_y) + 3)
        if last - first < 2 or bottom - top < 2:
            return None
        factor = max(1.0, max(last - first, bottom - top) / _WINDOW)
        shape = (max(2, int((bottom - top) / factor)), max(2, int((last - first) / factor)))
        try:
            with rasterio.open(self.path) as source:
                data = source.read(
                    1,
                    window=Window(first, top, last - first, bottom - top),
                    out_shape=shape,
                    masked=True,
                )
        except (RasterioError, OSError):
            return None
        values = np.ma.filled(data.astype(np.float64), np.nan) - self._offset[2]
        box = (
            west + first * pixel,
            north - bottom * pixel_y,
            0.0,
            west + last * pixel,
            north - top * pixel_y,
            0.0,
        )
        step = ((box[3] - box[0]) / shape[1], (box[4] - box[1]) / shape[0])
        return values, box, step


def _bilinear(
    values: FloatArray, bounds: Bounds, step: tuple[float, float], x: Any, y: Any
) -> FloatArray:
    # Heights stand at the middle of their cells.
    column = np.clip((x - bounds[0]) / step[0] - 0.5, 0, values.shape[1] - 1)
    row = np.clip((bounds[4] - y) / step[1] - 0.5, 0, values.shape[0] - 1)
    c0 = np.minimum(column.astype(int), values.shape[1] - 2)
    r0 = np.minimum(row.astype(int), values.shape[0] - 2)
    u, v = column - c0, row - r0
    return np.asarray(
        (values[r0, c0] * (1 - u) + values[r0, c0 + 1] * u) * (1 - v)
        + (values[r0 + 1, c0] * (1 - u) + values[r0 + 1, c0 + 1] * u) * v
    )


def _filled(values: FloatArray) -> FloatArray:
    """Close gaps by what surrounds them; far from everything, by the lowest height."""
    missing = np.isnan(values)
    if not missing.any():
        return values
    from rasterio.fill import fillnodata

    low = float(np.nanmin(values))
    start = np.where(missing, low, values).astype(np.float32)
    filled = fillnodata(start, mask=~missing, max_search_distance=60.0)
    return np.where(missing, np.where(np.isfinite(filled), filled, low), values).astype(np.float64)
