"""Pictures of the ground from a COG."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from twin_model.errors import SourceError
from twin_model.frame import Frame
from twin_model.layer import Bounds

Box = tuple[float, float, float, float]


class ImagerySource:
    """One imagery layer in local metres.

    Parameters
    ----------
    path : Path
        ``imagery.tif`` in the project's CRS, RGB or RGBA or grey, 8 bits.
    frame : Frame

    Raises
    ------
    SourceError
        If it cannot be opened.
    """

    def __init__(self, path: Path, frame: Frame) -> None:
        import rasterio  # GDAL takes 0.2 s to load, and only imagery needs it
        from rasterio.errors import RasterioError

        self.path = path
        try:
            with rasterio.open(path) as source:
                transform = source.transform
                self._size = (int(source.width), int(source.height))
                self._bands = int(source.count)
        except (RasterioError, OSError, ValueError) as error:
            text = str(error).splitlines()[0][:100] if str(error) else type(error).__name__
            raise SourceError(path, f"is no readable imagery ({text})") from error
        if transform.b or transform.d or transform.a <= 0 or transform.e >= 0:
            raise SourceError(path, "the imagery is not north-up", remedy="import it again")
        offset = frame.offset
        self._pixel = (float(transform.a), float(-transform.e))
        self.pixel_m = float(transform.a)
        west, north = transform.c - offset[0], transform.f - offset[1]
        self.bounds: Bounds = (
            west, north - self._size[1] * self._pixel[1], 0.0,
            west + self._size[0] * self._pixel[0], north, 0.0,
        )  # fmt: skip

    def read(self, box: Box, size: int) -> npt.NDArray[np.uint8] | None:
        """Return RGBA pixels of a box of the ground, None where it lies outside.

        Parameters
        ----------
        box : west, south, east, north
            Local metres.
        size : int
            Pixels a side.

        Returns
        -------
        (size, size, 4) uint8 array or None
        """
        import rasterio
        from rasterio.enums import Resampling
        from rasterio.errors import RasterioError
        from rasterio.windows import Window

        west, south, east, north = box
        if (
            east <= self.bounds[0] or west >= self.bounds[3]
            or north <= self.bounds[1] or south >= self.bounds[4]
        ):  # fmt: skip
            return None
        column = (west - self.bounds[0]) / self._pixel[0]
        row = (self.bounds[4] - north) / self._pixel[1]
        wide, high = (east - west) / self._pixel[0], (north - south) / self._pixel[1]
        # Only the part that exists is read, at most at the size that is drawn.
        c0, c1 = max(column, 0.0), min(column + wide, float(self._size[0]))
        r0, r1 = max(row, 0.0), min(row + high, float(self._size[1]))
        x0, x1 = (round((c - column) / wide * size) for c in (c0, c1))
        y0, y1 = (round((r - row) / high * size) for r in (r0, r1))
        if x1 <= x0 or y1 <= y0:
            return None
        try:
            with rasterio.open(self.path) as source:
                window = Window(c0, r0, c1 - c0, r1 - r0)
                shape = (y1 - y0, x1 - x0)
                bands = [1, 2, 3] if self._bands >= 3 else [1, 1, 1]
                data = source.read(
                    bands, window=window, out_shape=(3, *shape), resampling=Resampling.bilinear
                )
                mask = source.dataset_mask(window=window, out_shape=shape)
        except (RasterioError, OSError):
            return None
        return _padded(data, mask, (x0, y0, x1, y1), size)


def _padded(
    data: Any, mask: Any, place: tuple[int, int, int, int], size: int
) -> npt.NDArray[np.uint8]:
    x0, y0, x1, y1 = place
    out = np.zeros((size, size, 4), np.uint8)
    out[y0:y1, x0:x1, :3] = np.moveaxis(np.clip(data, 0, 255), 0, -1).astype(np.uint8)
    out[y0:y1, x0:x1, 3] = mask
    return out
