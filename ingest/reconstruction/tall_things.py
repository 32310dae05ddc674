"""How high pairs must be searched: towers that tie points do not reach the top of.

Tie points are few, and fewer on what stands out of a town: between the roofs and the top of a
tower there may be none at all. Two points alone up there are as often false ones. So all pairs are
matched in small, up to far above the tie points, and only what several of them agree on over an
area counts. It costs little: pictures of a fifth of the width have a fifth of the disparities.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.reconstruction.preparation import Pictures
from ingest.reconstruction.scene import SparseScene
from ingest.reconstruction.stereo import Pair, StereoOptions, match_pair
from ingest.reconstruction.surface import connected_cells, fuse_pairs, grid_around, save_pair

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

#: Longer side of the small pictures.
_SMALL_PX: Final = 320
#: Things are looked for up to this share of the way from the ground to the lowest photograph.
_HIGHEST_SHARE: Final = 0.6
#: Cells and the room that points of one surface have, in sizes of a small picture's pixels.
_CELL_PX, _GAP_PX = 1.5, 3.0
#: Smaller patches are false, as are heights that two cells beside each other do not share.
_LEAST_CELLS: Final = 12
_ONE_PATCH_M: Final = 1.0
#: Pairs are searched so much beyond what was found.
_MARGIN_M: Final = 3.0


def tops_of_pairs(
    scene: SparseScene, pairs: Sequence[Pair], pictures: Pictures, options: StereoOptions, job: Job
) -> list[float]:
    """Return up to which height each pair is to be searched, at least the options' own.

    Parameters
    ----------
    scene : SparseScene
        In local metres.
    pairs : sequence of Pair
    pictures : Pictures
    options : StereoOptions
        With the heights that tie points tell.
    job : Job
    """
    highest = highest_m(scene, options)
    if highest <= options.high_m or not pairs:
        return [options.high_m] * len(pairs)
    tall = _tall_places(scene, pairs, pictures, replace(options, high_m=highest), options, job)
    tops = []
    for pair in pairs:
        both = np.ones(len(tall), np.bool_)
        for number in (pair.left, pair.right):
            photo = scene.photos[number]
            camera = scene.camera_of(photo)
            pixels = scene.project(photo, tall)
            with np.errstate(invalid="ignore"):
                both &= ((pixels > 0) & (pixels < [camera.width_px, camera.height_px])).all(axis=1)
        found = tall[both, 2].max(initial=-np.inf) + _MARGIN_M
        tops.append(float(np.clip(found, options.high_m, highest)))
    return tops


def highest_m(scene: SparseScene, options: StereoOptions) -> float:
    """Return up to which height things are looked for."""
    lowest_camera = min(float(photo.centre_m[2]) for photo in scene.photos)
    return options.low_m + _HIGHEST_SHARE * (lowest_camera - options.low_m)


def _tall_places(
    scene: SparseScene,
    pairs: Sequence[Pair],
    pictures: Pictures,
    wide: StereoOptions,
    narrow: StereoOptions,
    job: Job,
) -> FloatArray:
    """Return (n, 3) places that stand above the heights that tie points tell."""
    small = _reduced(scene)
    points, spacing = [], []
    with tempfile.TemporaryDirectory(prefix="shapan-heights-") as folder:
        files = []
        for number, pair in enumerate(pairs):
            job.report("Looking for tall things", number, len(pairs), "pairs")
            both = [_small(pictures, n, small) for n in (pair.left, pair.right)]
            found = match_pair(
                small, pair, (both[0][0], both[1][0]), (both[0][1], both[1][1]), wide
            )
            if found is None or not len(found.position_m):
                continue
            files.append(Path(folder) / f"{number:05d}.npz")
            save_pair(files[-1], found)
            points.append(found.position_m[::23, :2].astype(np.float64))
            photo = scene.photos[pair.left]
            above_m = photo.centre_m[2] - narrow.low_m
            spacing.append(above_m / small.camera_of(photo).fx)
        if not files:
            return np.empty((0, 3))
        pixel_m = float(np.median(spacing))
        grid = grid_around(np.concatenate(points), _CELL_PX * pixel_m)
        height = fuse_pairs(files, grid, _GAP_PX * pixel_m, job).height_m.astype(np.float64)
    above = np.where(height > narrow.high_m - _MARGIN_M, height, np.nan)
    label = connected_cells(above, max(_ONE_PATCH_M, _GAP_PX * pixel_m))
    large = np.isfinite(above) & (np.bincount(label.ravel()) >= _LEAST_CELLS)[label]
    row, column = np.nonzero(large)
    x, y = grid.middles()
    return np.column_stack([x[column], y[row], above[row, column]])


def _reduced(scene: SparseScene) -> SparseScene:
    """Return the scene as small pictures see it."""
    cameras = []
    for camera in scene.cameras:
        share = min(1.0, _SMALL_PX / max(camera.width_px, camera.height_px))
        width, height = (round(side * share) for side in (camera.width_px, camera.height_px))
        x, y = width / camera.width_px, height / camera.height_px
        cameras.append(replace(
            camera, width_px=width, height_px=height, fx=camera.fx * x, cx=camera.cx * x,
            fy=camera.fy * y, cy=camera.cy * y,
        ))  # fmt: skip
    return replace(scene, cameras=cameras)


def _small(
    pictures: Pictures, number: int, small: SparseScene
) -> tuple[npt.NDArray[np.uint8], Mask | None]:
    """Return a photograph and its mask in small."""
    import cv2  # optional

    camera = small.camera_of(small.photos[number])
    size = camera.width_px, camera.height_px
    picture = cv2.resize(pictures(number), size, interpolation=cv2.INTER_AREA)
    mask = pictures.mask(number)
    if mask is None:
        return np.asarray(picture, np.uint8), None
    reduced = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return np.asarray(picture, np.uint8), np.asarray(reduced > 0, np.bool_)
