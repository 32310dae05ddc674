"""Sharpens the steps of a surface with the photographs: eaves where the pictures have them.

Matching windows reach over an edge, so roofs end a cell or two from their eaves. Beside every step
a cell can only be of the upper or of the lower side. At the true height the photographs that see
the place show the same there, at the other one each shows something else: whichever they agree on
better is taken, smoothed over the neighbouring cells, with some reluctance to change.

What hides what must not be taken from the edge that is asked about: a roof drawn too wide would
hide the ground that proves it wrong. So nothing beside a step hides anything, and whether a cell is
ground is asked only of photographs that look at it from outside, which the true roof does not hide
it from.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.reconstruction.orthophoto import Picture, bilinear, depth_buffer, surface_samples
from ingest.reconstruction.scene import SparseScene
from ingest.reconstruction.surface import NOTHING, Surface

FloatArray = npt.NDArray[np.float64]
Values = npt.NDArray[np.float32]

#: Steps of less than this stay as matching found them.
_STEP_M: Final = 1.5
#: So many cells on each side of a step are asked.
_REACH_CELLS: Final = 3
_SIDE_PERCENT: Final = 15
#: Photographs that are compared: those that look down on the place most steeply.
_MOST_PHOTOS: Final = 8
_LEAST_PHOTOS: Final = 3
#: A place is compared with what is around it, so many cells away.
_AROUND_CELLS: Final = 0.7
#: What one cell may say at most, and what speaks for leaving things as they are: grey values.
_LOUDEST: Final = 25.0
_RELUCTANCE: Final = 1.0
_SMOOTHING_CELLS: Final = 0.7
_EDGE_PX: Final = 4.0
#: Cells over which the direction of a step is averaged, and how much a ray may lean over the roof.
_DIRECTION_CELLS: Final = 2.0
_LEAN: Final = 0.02


def sharpened(surface: Surface, scene: SparseScene, picture: Picture, job: Job) -> Surface:
    """Return a surface whose steps lie where the photographs agree on them.

    Parameters
    ----------
    surface : Surface
        With its holes filled.
    scene : SparseScene
        In local metres.
    picture : Picture
    job : Job

    Returns
    -------
    Surface
        Cells that change sides keep their source; their uncertainty is at least half the step's
        share that a cell stands for.
    """
    from scipy import ndimage

    height = surface.height_m.astype(np.float64)
    known = np.isfinite(height) & (surface.source != NOTHING)
    if not known.any():
        return surface
    size = 2 * _REACH_CELLS + 1
    filled = np.where(known, height, np.median(height[known]))
    upper = ndimage.percentile_filter(filled, 100 - _SIDE_PERCENT, size=size)
    lower = ndimage.percentile_filter(filled, _SIDE_PERCENT, size=size)
    beside = known & (upper - lower > _STEP_M)
    row, column = np.nonzero(beside)
    if not len(row):
        return surface
    x, y = surface.grid.middles()
    is_upper = height > (upper + lower) / 2
    inwards = _inwards(is_upper, row, column)
    places = [
        _Places(np.column_stack([x[column], y[row], side[row, column]]), facing)
        for side, facing in ((upper, None), (lower, inwards))
    ]
    open_m = np.where(beside, lower, height).astype(np.float32)
    high, low = _disagreements(replace(surface, height_m=open_m), scene, picture, places, job)
    opinion = np.zeros(height.shape)
    with np.errstate(invalid="ignore"):
        opinion[row, column] = np.nan_to_num(np.clip(low - high, -_LOUDEST, _LOUDEST))
    wish = ndimage.gaussian_filter(opinion, _SMOOTHING_CELLS) + np.where(
        is_upper, _RELUCTANCE, -_RELUCTANCE
    )
    changed = beside & ((wish > 0) != is_upper)
    moved = np.where(changed, np.where(wish > 0, upper, lower), height)
    doubt = np.where(
        changed, np.maximum(surface.uncertainty_m, surface.grid.cell_m), surface.uncertainty_m
    )
    return replace(
        surface, height_m=moved.astype(np.float32), uncertainty_m=doubt.astype(np.float32)
    )


@dataclass(frozen=True)
class _Places:
    """Places to ask about, (n, 3); and where given the direction (n, 2) of the roof beside each."""

    points: FloatArray
    inwards: FloatArray | None

    def facing(self, index: npt.NDArray[np.int64], rays: FloatArray) -> npt.NDArray[np.bool_]:
        """Return which places may be asked of a photograph that rays from them lead to."""
        if self.inwards is None:
            return np.ones(len(index), np.bool_)
        over = (rays[:, :2] * self.inwards[index]).sum(axis=1)
        return np.asarray(over < _LEAN * rays[:, 2], np.bool_)


def _inwards(
    upper: npt.NDArray[np.bool_], row: npt.NDArray[np.int64], column: npt.NDArray[np.int64]
) -> FloatArray:
    """Return the unit directions (n, 2), east and north, in which the upper side lies."""
    from scipy import ndimage

    share = ndimage.gaussian_filter(upper.astype(np.float64), _DIRECTION_CELLS)
    down, right = np.gradient(share)
    found = np.column_stack([right[row, column], -down[row, column]])
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9))


def _disagreements(
    surface: Surface,
    scene: SparseScene,
    picture: Picture,
    places: list[_Places],
    job: Job,
) -> list[FloatArray]:
    """Return for lists of places how much photographs differ there, NaN where too few see them.

    The median over photographs of how far each is from their median, grey values.
    """
    step = _AROUND_CELLS * surface.grid.cell_m
    around = np.array([[0, 0, 0], [1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]]) * step
    samples = surface_samples(surface)
    best = [_Best(len(asked.points), 3 * len(around)) for asked in places]
    for number, photo in enumerate(scene.photos):
        job.report("Sharpening edges", number, len(scene.photos), "photos")
        camera = scene.camera_of(photo)
        limit = np.array([camera.width_px, camera.height_px]) - _EDGE_PX
        found = depth_buffer(scene, photo, samples, surface.grid.cell_m)
        # A storey must hide what is behind it, a cell's own step must not.
        buffer = replace(found, tolerance_m=max(3.0 * surface.grid.cell_m, 0.6))
        for asked, kept in zip(places, best, strict=True):
            points = asked.points
            local = photo.to_camera(points)
            pixels = camera.project(local)
            with np.errstate(invalid="ignore"):
                inside = np.flatnonzero(((pixels > _EDGE_PX) & (pixels < limit)).all(axis=1))
            seen = buffer.sees(pixels[inside], local[inside, 2], carefully=False)
            index = inside[seen]
            index = index[asked.facing(index, photo.centre_m - points[index])]
            if not len(index):
                continue
            ray = photo.centre_m - points[index]
            slope = np.hypot(ray[:, 0], ray[:, 1]) / np.maximum(ray[:, 2], 0.1)
            kept.add(index, slope.astype(np.float32), _values(
                scene, number, points[index], around, picture
            ))  # fmt: skip
    return [kept.disagreement() for kept in best]


def _values(
    scene: SparseScene, number: int, points: FloatArray, around: FloatArray, picture: Picture
) -> Values:
    """Return the colours of places and of what is around them in one photograph."""
    pixels = picture(number)
    out = np.empty((len(points), 3 * len(around)), np.float32)
    for at, offset in enumerate(around):
        seen = np.nan_to_num(scene.project(scene.photos[number], points + offset))
        out[:, 3 * at : 3 * at + 3] = bilinear(pixels, seen)
    return out


class _Best:
    """The views of places that look down on them most steeply."""

    def __init__(self, count: int, bands: int) -> None:
        self.slope = np.full((_MOST_PHOTOS, count), np.inf, np.float32)
        # Half precision holds grey values to an eighth; these are the largest arrays here.
        self.values = np.full((_MOST_PHOTOS, count, bands), np.nan, np.float16)

    def add(self, index: npt.NDArray[np.int64], slope: Values, values: Values) -> None:
        """Add a photograph's view of some places."""
        slope, values = slope.copy(), values.astype(np.float16)
        for rank in range(_MOST_PHOTOS):
            better = slope < self.slope[rank, index]
            where = index[better]
            old = self.slope[rank, where].copy(), self.values[rank, where].copy()
            self.slope[rank, where], self.values[rank, where] = slope[better], values[better]
            slope[better], values[better] = old

    def disagreement(self) -> FloatArray:
        """Return how much the views of each place differ, NaN where there are too few."""
        enough = np.isfinite(self.values[:, :, 0]).sum(axis=0) >= _LEAST_PHOTOS
        out = np.full(len(enough), np.nan)
        chosen = self.values[:, enough].astype(np.float32)
        off = np.abs(chosen - np.nanmedian(chosen, axis=0))
        out[enough] = np.nanmedian(off, axis=0).mean(axis=1)
        return out
