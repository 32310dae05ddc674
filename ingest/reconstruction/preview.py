"""What has been found so far, coarse enough to be looked at while the work goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.reconstruction.scene import SparseScene
from ingest.reconstruction.sweep import DepthMap

FloatArray = npt.NDArray[np.float64]
Shape = tuple[npt.NDArray[np.float32], npt.NDArray[np.uint8], npt.NDArray[np.uint32]]
"""Positions in local metres (n, 3), colours (n, 3), triangles (m, 3)."""

FILE: Final = "preview.npz"
_INTERVAL_S: Final = 1.5
#: Cells along the longer side, and corners of all depth maps together.
_CELLS: Final = 160
_MOST_CORNERS: Final = 60_000
#: Depths of neighbours that differ by more than this share of them belong to different things.
_JUMP: Final = 0.05


class Preview:
    """Writes what there is to ``preview.npz`` in the run's folder from time to time.

    Parameters
    ----------
    folder : Path
        Of the run.
    job : Job
        Is told of each new one.
    """

    def __init__(self, folder: Path, job: Job) -> None:
        self._file = folder / FILE
        self._job = job
        self._told_s = 0.0
        self._points = 0

    def _tell(self, shape: Callable[[], Shape], *, now: bool = False) -> None:
        if not now and time.monotonic() - self._told_s < _INTERVAL_S:
            return
        position, colour, triangles = shape()
        if not len(triangles):
            return
        # Complete before it has its name: somebody may be reading the last one.
        part = self._file.with_name(f".{FILE}")
        with part.open("wb") as stream:
            np.savez(stream, position_m=position, colour=colour, triangles=triangles)
        part.replace(self._file)
        self._told_s = time.monotonic()
        news: dict[str, Any] = {"kind": "surface", "path": str(self._file), "points": self._points}
        self._job.announce({"preview": news})


class SurfacePreview(Preview):
    """The surface as pairs of photographs make it: the mean height of each cell.

    Parameters
    ----------
    scene : SparseScene
        Says where the surface will be.
    folder : Path
        Of the run.
    job : Job
    """

    def __init__(self, scene: SparseScene, folder: Path, job: Job) -> None:
        super().__init__(folder, job)
        places = scene.points_m[:, :2] if len(scene.points_m) > 100 else np.array(
            [photo.centre_m[:2] for photo in scene.photos]
        )  # fmt: skip
        low, high = np.percentile(places, 1.0, axis=0), np.percentile(places, 99.0, axis=0)
        self._low = low - 0.1 * (high - low)
        self._cell = max(float((high - low).max()) * 1.2 / _CELLS, 1e-6)
        columns, rows = np.maximum(np.ceil((high - low) * 1.2 / self._cell).astype(int), 2)
        self._shape = int(rows), int(columns)
        #: Sums of height, red, green, blue, and how many went into them.
        self._sums = np.zeros((5, int(rows * columns)))

    def add(self, position_m: npt.NDArray[np.float32], colour: npt.NDArray[np.uint8]) -> None:
        """Add the points of a pair.

        Parameters
        ----------
        position_m : (n, 3) float32 array
        colour : (n, 3) uint8 array
        """
        self._points += len(position_m)
        rows, columns = self._shape
        at = np.floor((position_m[:, :2] - self._low) / self._cell).astype(int)
        inside = (at >= 0).all(axis=1) & (at[:, 0] < columns) & (at[:, 1] < rows)
        cell = at[inside, 1] * columns + at[inside, 0]
        values = (position_m[inside, 2], *colour[inside].T, np.ones(len(cell)))
        for number, value in enumerate(values):
            self._sums[number] += np.bincount(cell, value, self._sums.shape[1])
        self._tell(self._mesh)

    def finish(self) -> None:
        """Tell what there is at the end."""
        self._tell(self._mesh, now=True)

    def _mesh(self) -> Shape:
        height, *colours, count = self._sums
        mean = np.where(count > 0, height / np.maximum(count, 1), np.nan)
        rows, columns = self._shape
        x, y = np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
        plan = self._low + self._cell * np.column_stack([x.ravel(), y.ravel()])
        shade = np.stack(colours, axis=1) / np.maximum(count, 1)[:, None]
        return squares(np.column_stack([plan, mean]), shade.astype(np.uint8), self._shape)


class DepthPreview(Preview):
    """Depth maps of photographs from the ground, each a coarse sheet with what lies behind cut off.

    Parameters
    ----------
    scene : SparseScene
    count : int
        Depth maps that there will be.
    folder : Path
        Of the run.
    job : Job
    """

    def __init__(self, scene: SparseScene, count: int, folder: Path, job: Job) -> None:
        super().__init__(folder, job)
        self._scene = scene
        self._corners = _MOST_CORNERS / max(count, 1)
        self._sheets: list[Shape] = []

    def add(self, photo: int, depth: DepthMap) -> None:
        """Add what one photograph sees.

        Parameters
        ----------
        photo : int
        depth : DepthMap
        """
        self._points += int(np.isfinite(depth.depth_m).sum())
        step = max(round(float(np.sqrt(depth.depth_m.size / self._corners))), 1)
        coarse = depth.depth_m[step // 2 :: step, step // 2 :: step].astype(np.float64)
        colour = depth.colour[step // 2 :: step, step // 2 :: step].reshape(-1, 3)
        row, column = np.mgrid[: coarse.shape[0], : coarse.shape[1]] * step + step // 2 + 0.5
        rays = depth.camera.rays(np.column_stack([column.ravel(), row.ravel()]))
        pose = self._scene.photos[photo]
        places = (rays * coarse.reshape(-1, 1)) @ pose.rotation + pose.centre_m
        self._sheets.append(
            squares(places, colour, (coarse.shape[0], coarse.shape[1]), coarse.ravel())
        )
        self._tell(self._all)

    def finish(self) -> None:
        """Tell what there is at the end."""
        if self._sheets:
            self._tell(self._all, now=True)

    def _all(self) -> Shape:
        counts = np.cumsum([0, *(len(position) for position, _, _ in self._sheets)])
        return (
            np.concatenate([sheet[0] for sheet in self._sheets]),
            np.concatenate([sheet[1] for sheet in self._sheets]),
            np.concatenate([
                sheet[2] + np.uint32(first)
                for sheet, first in zip(self._sheets, counts, strict=False)
            ]),
        )  # fmt: skip


def squares(
    places: FloatArray,
    colour: npt.NDArray[np.uint8],
    shape: tuple[int, int],
    depth: FloatArray | None = None,
) -> Shape:
    """Return two triangles for each square of four known places.

    Parameters
    ----------
    places : (rows * columns, 3) float64 array
        NaN where nothing is known.
    colour : (rows * columns, 3) uint8 array
    shape : (rows, columns)
    depth : (rows * columns,) float64 array or None
        Squares over which it jumps are left out.
    """
    number = np.arange(shape[0] * shape[1]).reshape(shape)
    a, b = number[:-1, :-1].ravel(), number[:-1, 1:].ravel()
    d, c = number[1:, :-1].ravel(), number[1:, 1:].ravel()
    corners = np.column_stack([a, b, c, d])
    good = np.isfinite(places[:, 2][corners]).all(axis=1)
    if depth is not None:
        of = np.where(np.isfinite(depth), depth, 0.0)[corners]
        good &= of.max(axis=1) - of.min(axis=1) < _JUMP * of.max(axis=1)
    corners = corners[good]
    triangles = np.concatenate([corners[:, [0, 1, 2]], corners[:, [0, 2, 3]]])
    used, at = np.unique(triangles, return_inverse=True)
    return (
        places[used].astype(np.float32), colour[used], at.reshape(-1, 3).astype(np.uint32)
    )  # fmt: skip


def remove_preview(folder: Path) -> None:
    """Remove the preview of a run that has its products."""
    (folder / FILE).unlink(missing_ok=True)


def load_preview(path: Path) -> Shape:
    """Return what a preview holds.

    Raises
    ------
    OSError, ValueError, KeyError
        If it is gone or damaged.
    """
    with np.load(path) as found:
        return found["position_m"], found["colour"], found["triangles"]
