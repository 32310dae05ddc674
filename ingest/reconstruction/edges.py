"""Sharpens the steps of a surface with the photographs: eaves where the pictures have them.

Matching windows reach over an edge, so roofs end a cell or two from their eaves. Beside every step
a cell can only be of the upper or of the lower side. Two things are asked of the photographs, both
averaged along the step, since edges are straight. At the true height those that see the place show
the same there, at the other one each shows something else. And a cell of a roof looks, at the
height of the roof, as the roof does further in, not as what each photograph shows beyond the eaves:
that tells a cell of the roof from the wall's foot below it, where photographs agree as well.

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
from ingest.reconstruction.surface import NOTHING, Grid, Surface

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
#: A place is compared with what is around it, so many cells away, and with what lies further in
#: and further out across the step.
_AROUND_CELLS: Final = 0.7
_ASIDE_CELLS: Final = 4.0
#: What one cell may say at most, and what speaks for leaving things as they are: grey values.
_LOUDEST: Final = 25.0
_RELUCTANCE: Final = 1.0
#: Opinions are averaged so far across and along a step, of cells that face the same way.
_ACROSS_CELLS, _ALONG_CELLS = 0.7, 4.0
_ALONG_REACH: Final = 9
_DIRECTIONS: Final = 16
#: Where so much of what is around lies at a third level, a step is one of several.
_LEVEL_M: Final = 1.0
_THIRD_SHARE: Final = 0.2
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
    beside &= ~_stairs(filled, lower, upper, beside)
    row, column = np.nonzero(beside)
    if not len(row):
        return surface
    # Away from steps a cell is of the side of the nearest one beside them.
    nearest = ndimage.distance_transform_edt(~beside, return_distances=False, return_indices=True)
    is_upper = (height > (upper + lower) / 2)[tuple(nearest)]
    inwards = _inwards(is_upper, row, column)
    above = _places(surface.grid, upper, row, column)
    below = _places(surface.grid, lower, row, column)
    asked = [
        _Places(above, aside=_aside(surface.grid, upper, above, inwards)),
        _Places(below, inwards),
    ]
    open_m = np.where(beside, lower, height).astype(np.float32)
    found = _views(replace(surface, height_m=open_m), scene, picture, asked, job)
    opinion = np.zeros(height.shape)
    for says in (found[1].disagreement() - found[0].disagreement(), found[0].belonging()):
        opinion[row, column] += np.nan_to_num(np.clip(says, -_LOUDEST, _LOUDEST))
    wish = _along(opinion, row, column, inwards) + np.where(is_upper, _RELUCTANCE, -_RELUCTANCE)
    side = _without_new_islands(np.where(beside, wish > 0, is_upper), is_upper, beside)
    changed = side != is_upper
    moved = np.where(changed, np.where(side, upper, lower), height)
    doubt = np.where(
        changed, np.maximum(surface.uncertainty_m, surface.grid.cell_m), surface.uncertainty_m
    )
    return replace(
        surface, height_m=moved.astype(np.float32), uncertainty_m=doubt.astype(np.float32)
    )


def _places(
    grid: Grid, height: FloatArray, row: npt.NDArray[np.int64], column: npt.NDArray[np.int64]
) -> FloatArray:
    """Return (n, 3) middles of cells at these heights."""
    x, y = grid.middles()
    return np.column_stack([x[column], y[row], height[row, column]])


def _aside(grid: Grid, upper: FloatArray, places: FloatArray, inwards: FloatArray) -> FloatArray:
    """Return what is to be added to places to come further in on their roof, and off it."""
    across = inwards * (_ASIDE_CELLS * grid.cell_m)
    cell = grid.cells(places[:, :2] + across)
    roof_m = np.where(cell >= 0, upper.ravel()[np.maximum(cell, 0)], places[:, 2])
    return np.stack([
        np.column_stack([across, roof_m - places[:, 2]]),
        np.column_stack([-across, np.zeros(len(places))]),
    ])  # fmt: skip


def _stairs(
    height: FloatArray, lower: FloatArray, upper: FloatArray, beside: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Return cells with a third level around them, as the storeys of a pagoda: those stay."""
    row, column = np.nonzero(beside)
    padded = np.pad(height, _REACH_CELLS, mode="edge")
    low, high = lower[beside] + _LEVEL_M, upper[beside] - _LEVEL_M
    count = np.zeros(len(row))
    size = 2 * _REACH_CELLS + 1
    for down in range(size):
        for right in range(size):
            near = padded[row + down, column + right]
            count += (near > low) & (near < high)
    found = np.zeros(height.shape, np.bool_)
    found[row, column] = count > _THIRD_SHARE * size**2
    return found


def _without_new_islands(
    side: npt.NDArray[np.bool_], before: npt.NDArray[np.bool_], beside: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Return sides without patches that only a change has made, surrounded by the other side."""
    from scipy import ndimage

    out = side.copy()
    for here in (side, ~side):
        label, count = ndimage.label(here)
        number = np.arange(count + 1)
        anchored = ndimage.maximum(here & ~beside, label, number) > 0
        kept = ndimage.mean(side == before, label, number) > 0.5
        undone = here & ~(anchored | kept)[label]
        out[undone] = before[undone]
    return out


def _along(
    opinion: FloatArray,
    row: npt.NDArray[np.int64],
    column: npt.NDArray[np.int64],
    inwards: FloatArray,
) -> FloatArray:
    """Return opinions averaged along the step each cell lies at: edges are straight.

    Only cells whose step faces the same way count, so neither corners nor the other side of a
    lane are drawn in.
    """
    import cv2  # optional

    turn = np.arctan2(inwards[:, 1], inwards[:, 0]) / (2 * np.pi) * _DIRECTIONS
    facing = np.rint(turn).astype(np.int64) % _DIRECTIONS
    at = np.arange(-_ALONG_REACH, _ALONG_REACH + 1, dtype=np.float64)
    east, south = np.meshgrid(at, at)
    out = np.zeros(opinion.shape)
    for number in range(_DIRECTIONS):
        here = facing == number
        if not here.any():
            continue
        apart = (facing - number + _DIRECTIONS // 2) % _DIRECTIONS - _DIRECTIONS // 2
        alike = np.abs(apart) <= _DIRECTIONS // 8
        counted = np.zeros(opinion.shape)
        counted[row[alike], column[alike]] = opinion[row[alike], column[alike]]
        angle = 2 * np.pi * number / _DIRECTIONS
        across = np.cos(angle) * east - np.sin(angle) * south
        along = np.sin(angle) * east + np.cos(angle) * south
        kernel = np.exp(-0.5 * ((across / _ACROSS_CELLS) ** 2 + (along / _ALONG_CELLS) ** 2))
        mean = cv2.filter2D(counted, cv2.CV_64F, kernel / kernel.sum())
        out[row[here], column[here]] = mean[row[here], column[here]]
    return out


@dataclass(frozen=True)
class _Places:
    """Places to ask about.

    Parameters
    ----------
    points : (n, 3) float64 array
    inwards : (n, 2) float64 array or None
        Direction of the roof beside each; only photographs from outside are asked then.
    aside : (2, n, 3) float64 array or None
        Added to each for what lies further in and further out.
    """

    points: FloatArray
    inwards: FloatArray | None = None
    aside: FloatArray | None = None

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


def _views(
    surface: Surface,
    scene: SparseScene,
    picture: Picture,
    places: list[_Places],
    job: Job,
) -> list[_Best]:
    """Return for lists of places what the photographs that see them best show there."""
    step = _AROUND_CELLS * surface.grid.cell_m
    around = np.array([[0, 0, 0], [1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0]]) * step
    samples = surface_samples(surface)
    best = [_Best(len(asked.points), len(around), asked.aside is not None) for asked in places]
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
            offsets = [*around] + ([] if asked.aside is None else [*asked.aside[:, index]])
            kept.add(index, slope.astype(np.float32), _values(
                scene, number, points[index], offsets, picture
            ))  # fmt: skip
    return best


def _values(
    scene: SparseScene, number: int, points: FloatArray, around: list[FloatArray], picture: Picture
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

    def __init__(self, count: int, around: int, aside: bool) -> None:
        self.around = around
        self.slope = np.full((_MOST_PHOTOS, count), np.inf, np.float32)
        # Half precision holds grey values to an eighth; these are the largest arrays here.
        shape = (_MOST_PHOTOS, count, 3 * (around + 2 * aside))
        self.values = np.full(shape, np.nan, np.float16)

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
        """Return how much the views of each place differ, NaN where there are too few.

        The median over photographs of how far each is from their median, grey values.
        """
        enough, out = self._enough()
        chosen = self.values[:, enough, : 3 * self.around].astype(np.float32)
        off = np.abs(chosen - np.nanmedian(chosen, axis=0))
        out[enough] = np.nanmedian(off, axis=0).mean(axis=1)
        return out

    def belonging(self) -> FloatArray:
        """Return how much more alike each place is to what lies further in than further out."""
        enough, out = self._enough()
        chosen = self.values[:, enough].astype(np.float32)
        colours = chosen.reshape(*chosen.shape[:2], -1, 3)
        here = colours[:, :, : self.around].mean(axis=2, keepdims=True)
        apart = np.abs(colours[:, :, self.around :] - here).mean(axis=3)
        out[enough] = np.nanmedian(apart[:, :, 1] - apart[:, :, 0], axis=0)
        return out

    def _enough(self) -> tuple[npt.NDArray[np.bool_], FloatArray]:
        """Return which places are seen often enough, and NaN for each."""
        enough = np.isfinite(self.values[:, :, 0]).sum(axis=0) >= _LEAST_PHOTOS
        return enough, np.full(len(enough), np.nan)
