"""Heights of the terrain that is in the project, at any place."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.readers.gdal_raster import open_raster
from ingest.tiling.contract import GroundHeight
from twin_model.frame import Frame
from twin_model.layer import Layer, LayerRole

_BLOCK: Final = 512
_CACHED_BLOCKS: Final = 64


def ground_from(terrains: list[Path], frame: Frame) -> GroundHeight:
    """Return a function that samples terrain layers bilinearly.

    Parameters
    ----------
    terrains : list of Path
        ``terrain.tif`` files in the CRS of *frame*; a later one lies on top of those before.
    frame : Frame
        With its origin fixed.

    Returns
    -------
    GroundHeight
        Safe to call from several threads. It raises `SourceError` where a file is damaged.
    """
    surfaces = [_Surface(path) for path in terrains]
    offset = frame.offset

    def ground(places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        points = np.atleast_2d(np.asarray(places, np.float64))[:, :2]
        heights = np.full(len(points), np.nan)
        for surface in reversed(surfaces):
            open_places = np.isnan(heights)
            if not open_places.any():
                break
            heights[open_places] = surface.sample(points[open_places] + offset[:2]) - offset[2]
        return heights

    return ground


def ground_in(
    layers: Iterable[Layer], folder: Callable[[str], Path], frame: Frame
) -> GroundHeight | None:
    """Return a function that samples the terrain among some layers, None where there is none.

    Parameters
    ----------
    layers : iterable of Layer
        In draw order.
    folder : callable
        From the id of a layer to the folder of its files.
    frame : Frame
    """
    files = [folder(one.id) / one.content for one in layers if one.role is LayerRole.TERRAIN]
    return ground_from(files, frame) if files else None


class _Surface:
    """One terrain file with its recently used blocks."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._blocks: OrderedDict[tuple[int, int], npt.NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def sample(self, places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return heights in metres at (n, 2) projected coordinates, NaN outside or without data."""
        # Opened for each call: an open file could not be replaced or removed on Windows.
        with self._lock, open_raster(str(self._path), self._path) as dataset:
            # Written by us, so the grid is upright.
            grid = dataset.transform
            column, row = (places[:, 0] - grid.c) / grid.a, (places[:, 1] - grid.f) / grid.e
            return self._bilinear(dataset, column - 0.5, row - 0.5)

    def _bilinear(
        self, dataset: Any, column: npt.NDArray[np.float64], row: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        width, height = dataset.width, dataset.height
        inside = (column >= -0.5) & (column <= width - 0.5) & (row >= -0.5) & (row <= height - 0.5)
        column = np.where(inside, np.clip(column, 0, width - 1), 0)
        row = np.where(inside, np.clip(row, 0, height - 1), 0)
        left, top = np.floor(column).astype(np.int64), np.floor(row).astype(np.int64)
        u, v = column - left, row - top
        total = np.zeros(len(column))
        weights = np.zeros(len(column))
        for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
            x, y = np.minimum(left + dx, width - 1), np.minimum(top + dy, height - 1)
            weight = np.where(dx, u, 1 - u) * np.where(dy, v, 1 - v)
            values = self._values(dataset, x, y, inside)
            known = np.isfinite(values)
            total += np.where(known, weight * np.where(known, values, 0.0), 0.0)
            weights += np.where(known, weight, 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            # Beside a gap the neighbours with data carry the weight; in its middle nothing does.
            return np.where(inside & (weights > 0.25), total / weights, np.nan)

    def _values(
        self, dataset: Any, column: npt.NDArray[np.int64], row: npt.NDArray[np.int64],
        wanted: npt.NDArray[np.bool_],
    ) -> npt.NDArray[np.float64]:  # fmt: skip
        out = np.full(len(column), np.nan)
        keys = (row // _BLOCK) * (1 << 32) + column // _BLOCK
        for key in np.unique(keys[wanted]):
            block_row, block_column = divmod(int(key), 1 << 32)
            chosen = wanted & (keys == key)
            block = self._block(dataset, block_row, block_column)
            out[chosen] = block[
                row[chosen] - block_row * _BLOCK, column[chosen] - block_column * _BLOCK
            ]
        return out

    def _block(self, dataset: Any, row: int, column: int) -> npt.NDArray[np.float32]:
        known = self._blocks.get((row, column))
        if known is None:
            from rasterio.windows import Window

            window = Window(
                column * _BLOCK,
                row * _BLOCK,
                min(_BLOCK, dataset.width - column * _BLOCK),
                min(_BLOCK, dataset.height - row * _BLOCK),
            )
            known = dataset.read(1, window=window).astype(np.float32)
            known[dataset.read_masks(1, window=window) == 0] = np.nan
            self._blocks[row, column] = known
            if len(self._blocks) > _CACHED_BLOCKS:
                self._blocks.popitem(last=False)
        self._blocks.move_to_end((row, column))
        return known
