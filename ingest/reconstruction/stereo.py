"""Depth from rectified pairs: which pairs, their rectification, and semi-global matching.

Matching is OpenCV's StereoSGBM (Hirschmüller, "Stereo processing by semiglobal matching and
mutual information", 2008, with block costs), all eight paths.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.reconstruction.scene import Photo, SparseScene
from twin_model.errors import ShapanError

FloatArray = npt.NDArray[np.float64]

_ANGLES_DEG: Final = (4.0, 32.0)
_BEST_ANGLE_DEG: Final = 15.0
_MOST_TILT_DEG: Final = 30.0
_BLOCK: Final = 3
#: Local contrast is stretched up to so much: roofs and asphalt have little of it. Measured on the
#: demo city: roofs within 3 GSD 74 -> 91 %.
_CONTRAST: Final = 4.0
#: Sub-pixel accuracy that semi-global matching reaches on textured ground.
MATCHING_SIGMA_PX: Final = 0.3
_MOST_DISPARITIES: Final = 512


@dataclass(frozen=True)
class StereoOptions:
    """How pairs are chosen and matched.

    Parameters
    ----------
    neighbours : int
        Pairs each photograph begins.
    low_m, high_m : float
        Heights between which the surface lies.
    full_paths : bool
        Eight paths (better) or five (faster).
    """

    neighbours: int
    low_m: float
    high_m: float
    full_paths: bool = True


@dataclass(frozen=True)
class Pair:
    """Two photographs to be matched, by index, and the angle their rays meet at."""

    left: int
    right: int
    angle_deg: float


@dataclass
class PairPoints:
    """What one pair gave.

    Parameters
    ----------
    position_m : (n, 3) float32 array
        Relative to the scene's origin.
    colour : (n, 3) uint8 array
    sigma_m : (n,) float32 array
        Of the height, from the geometry of the pair.
    """

    position_m: npt.NDArray[np.float32]
    colour: npt.NDArray[np.uint8]
    sigma_m: npt.NDArray[np.float32]


def choose_pairs(scene: SparseScene, options: StereoOptions) -> list[Pair]:
    """Return the pairs to match: overlapping, at a good angle, looking down alike.

    Photographs tilted by more than 30 degrees are left out where the others suffice: they add
    nothing to a surface seen from above.
    """
    level = (options.low_m + options.high_m) / 2
    usable = [i for i, photo in enumerate(scene.photos) if photo.tilt_deg <= _MOST_TILT_DEG]
    if len(usable) < 3:
        usable = list(range(len(scene.photos)))
    targets = {i: _on_level(scene, scene.photos[i], level) for i in usable}
    pairs: dict[tuple[int, int], Pair] = {}
    for i in usable:
        scored = []
        for j in usable:
            if j == i:
                continue
            angle = _angle_deg(scene.photos[i], scene.photos[j], targets[i])
            if not _ANGLES_DEG[0] <= angle <= _ANGLES_DEG[1]:
                continue
            overlap = _overlap(scene, targets[i], scene.photos[j])
            if overlap < 0.3:
                continue
            scored.append((overlap - 0.02 * abs(angle - _BEST_ANGLE_DEG), j, angle))
        for _, j, angle in sorted(scored, reverse=True)[: options.neighbours]:
            pairs.setdefault((min(i, j), max(i, j)), Pair(i, j, angle))
    return [pairs[key] for key in sorted(pairs)]


def _on_level(scene: SparseScene, photo: Photo, level_m: float) -> FloatArray:
    """Return where a 5 x 5 grid of pixels meets a level plane; rays that go up are left out."""
    camera = scene.camera_of(photo)
    u, v = np.meshgrid(np.linspace(0.1, 0.9, 5), np.linspace(0.1, 0.9, 5))
    pixels = np.column_stack([u.ravel() * camera.width_px, v.ravel() * camera.height_px])
    rays = camera.rays(pixels) @ photo.rotation
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    down = rays[:, 2] < -0.1
    rays = rays[down]
    along = (level_m - photo.centre_m[2]) / rays[:, 2]
    return np.asarray(photo.centre_m + rays * along[:, None], np.float64)


def _angle_deg(a: Photo, b: Photo, targets: FloatArray) -> float:
    if len(targets) == 0:
        return 0.0
    middle = targets.mean(axis=0)
    to_a, to_b = a.centre_m - middle, b.centre_m - middle
    cosine = to_a @ to_b / (np.linalg.norm(to_a) * np.linalg.norm(to_b) + 1e-12)
    return math.degrees(math.acos(max(-1.0, min(1.0, float(cosine)))))


def _overlap(scene: SparseScene, targets: FloatArray, other: Photo) -> float:
    if len(targets) == 0:
        return 0.0
    pixels = scene.project(other, targets)
    camera = scene.camera_of(other)
    with np.errstate(invalid="ignore"):
        inside = (pixels > 0).all(axis=1) & (pixels < [camera.width_px, camera.height_px]).all(1)
    return float(inside.sum() / 25.0)


@dataclass(frozen=True)
class _Rectified:
    """A pair on common rows: a point is at x and x - disparity of the same row."""

    rotation: FloatArray
    focal_px: float
    left_centre_px: FloatArray
    right_centre_px: FloatArray
    size_px: tuple[int, int]
    baseline_m: float
    first_disparity: int
    disparities: int


def match_pair(
    scene: SparseScene,
    pair: Pair,
    pictures: Sequence[npt.NDArray[np.uint8]],
    masks: Sequence[npt.NDArray[np.bool_] | None],
    options: StereoOptions,
) -> PairPoints | None:
    """Match one pair densely.

    Parameters
    ----------
    scene : SparseScene
        In local metres.
    pair : Pair
    pictures : two (h, w, 3) uint8 arrays
        Of the left and the right photograph.
    masks : two (h, w) bool arrays or None
        Where pixels count.
    options : StereoOptions

    Returns
    -------
    PairPoints or None
        None where the pair has no usable geometry.
    """
    import cv2

    left, right = scene.photos[pair.left], scene.photos[pair.right]
    plan = _rectification(scene, left, right, options)
    if plan is None:
        return None
    grey, colour, valid = [], None, None
    for photo, picture, mask, centre in zip(
        (left, right), pictures, masks, (plan.left_centre_px, plan.right_centre_px), strict=True
    ):
        camera = scene.camera_of(photo)
        matrix = np.array([[plan.focal_px, 0, centre[0]], [0, plan.focal_px, centre[1]], [0, 0, 1]])
        maps = cv2.initUndistortRectifyMap(
            camera.matrix, camera.distortion, plan.rotation @ photo.rotation.T, matrix,
            plan.size_px, cv2.CV_32FC1,
        )  # fmt: skip
        turned = np.asarray(cv2.remap(picture, maps[0], maps[1], cv2.INTER_LINEAR), np.uint8)
        grey.append(cv2.cvtColor(turned, cv2.COLOR_RGB2GRAY))
        if colour is None:
            colour = turned
            full = np.ones(picture.shape[:2], np.uint8) if mask is None else mask.astype(np.uint8)
            valid = cv2.remap(full, maps[0], maps[1], cv2.INTER_NEAREST) > 0
    disparity = _disparity(cv2, grey[0], grey[1], plan, options)
    assert colour is not None and valid is not None
    return _points(plan, left, disparity, colour, valid, options)


def _rectification(
    scene: SparseScene, left: Photo, right: Photo, options: StereoOptions
) -> _Rectified | None:
    base = right.centre_m - left.centre_m
    length = float(np.linalg.norm(base))
    if length < 1e-6:
        return None
    x_axis = base / length
    forward = left.rotation[2] + right.rotation[2]
    forward = forward - (forward @ x_axis) * x_axis
    if np.linalg.norm(forward) < 0.3:
        return None  # one stands behind the other
    z_axis = forward / np.linalg.norm(forward)
    rotation = np.vstack([x_axis, np.cross(z_axis, x_axis), z_axis])
    cameras = scene.camera_of(left), scene.camera_of(right)
    focal = min(cameras[0].fx, cameras[1].fx)
    bounds = []
    for photo, camera in zip((left, right), cameras, strict=True):
        corners = _border(camera.width_px, camera.height_px)
        turned = camera.rays(corners) @ photo.rotation @ rotation.T
        if (turned[:, 2] <= 0.2 * np.linalg.norm(turned, axis=1)).any():
            return None
        flat = turned[:, :2] / turned[:, 2:3] * focal
        bounds.append((flat.min(axis=0), flat.max(axis=0)))
    top = max(bounds[0][0][1], bounds[1][0][1])
    bottom = min(bounds[0][1][1], bounds[1][1][1])
    if bottom - top < 32:
        return None
    depth = _depth_range(scene, left, z_axis, options)
    if depth is None:
        return None
    first = math.floor(focal * length / depth[1]) - 2
    count = math.ceil((focal * length / depth[0] + 2 - first) / 16) * 16
    if not 0 < count <= _MOST_DISPARITIES:
        return None
    width = math.ceil(bounds[0][1][0] - bounds[0][0][0])
    height = math.ceil(bottom - top)
    # The first disparity is shifted into the right picture's centre, so that both windows
    # show the same ground and the search begins at zero.
    left_centre = np.array([-bounds[0][0][0], -top])
    right_centre = left_centre + np.array([first, 0.0])
    return _Rectified(
        rotation, focal, left_centre, right_centre, (width, height), length, first, count
    )


def _border(width: int, height: int) -> FloatArray:
    t = np.linspace(0.0, 1.0, 9)
    edge = np.concatenate([
        np.column_stack([t * width, np.zeros(9)]),
        np.column_stack([t * width, np.full(9, height)]),
        np.column_stack([np.zeros(9), t * height]),
        np.column_stack([np.full(9, width), t * height]),
    ])  # fmt: skip
    return np.asarray(edge, np.float64)


def _depth_range(
    scene: SparseScene, left: Photo, z_axis: FloatArray, options: StereoOptions
) -> tuple[float, float] | None:
    """Return the least and greatest depth along the common axis of what the left one sees."""
    depths = []
    for level in (options.low_m, options.high_m):
        targets = _on_level(scene, left, level)
        if len(targets) < 20:
            return None
        depths += list((targets - left.centre_m) @ z_axis)
    low, high = 0.97 * min(depths), 1.03 * max(depths)
    return (low, high) if low > 0 else None


def _disparity(
    cv2: Any, left: Any, right: Any, plan: _Rectified, options: StereoOptions
) -> npt.NDArray[np.float32]:
    """Return disparities without the first one; NaN where there is none."""
    mode = cv2.STEREO_SGBM_MODE_HH if options.full_paths else cv2.STEREO_SGBM_MODE_SGBM
    stretch = cv2.createCLAHE(_CONTRAST, (8, 8))
    left, right = stretch.apply(left), stretch.apply(right)
    # Room to the left, where the matcher gives nothing for want of disparities.
    pad = plan.disparities
    left = cv2.copyMakeBorder(left, 0, 0, pad, 0, cv2.BORDER_CONSTANT)
    right = cv2.copyMakeBorder(right, 0, 0, pad, 0, cv2.BORDER_CONSTANT)
    matcher = cv2.StereoSGBM_create(
        minDisparity=0, numDisparities=plan.disparities, blockSize=_BLOCK,
        P1=8 * _BLOCK**2, P2=32 * _BLOCK**2, disp12MaxDiff=1, uniquenessRatio=8,
        speckleWindowSize=60, speckleRange=2, preFilterCap=63, mode=mode,
    )  # fmt: skip
    found = matcher.compute(left, right)[:, pad:].astype(np.float32) / 16.0
    return np.where(found > 0.0, found, np.nan)


def _points(
    plan: _Rectified,
    left: Photo,
    disparity: npt.NDArray[np.float32],
    colour: npt.NDArray[np.uint8],
    valid: npt.NDArray[np.bool_],
    options: StereoOptions,
) -> PairPoints:
    good = np.isfinite(disparity) & valid
    row, column = np.nonzero(good)
    # With the right centre moved by the first disparity, x_left - x_right = f b / z - first.
    depth = plan.focal_px * plan.baseline_m / (disparity[good].astype(np.float64)
                                               + plan.first_disparity)  # fmt: skip
    x = (column - plan.left_centre_px[0]) / plan.focal_px * depth
    y = (row - plan.left_centre_px[1]) / plan.focal_px * depth
    world = np.column_stack([x, y, depth]) @ plan.rotation + left.centre_m
    sigma = depth**2 / (plan.focal_px * plan.baseline_m) * MATCHING_SIGMA_PX
    inside = (world[:, 2] >= options.low_m) & (world[:, 2] <= options.high_m)
    return PairPoints(
        world[inside].astype(np.float32),
        colour[row[inside], column[inside]],
        sigma[inside].astype(np.float32),
    )


def height_range(scene: SparseScene, margin_m: float = 3.0) -> tuple[float, float]:
    """Return between which heights the surface lies, from tie points that are seen well.

    Two rays always meet somewhere: only points that three photographs or more agree on count,
    and of those what has neighbours in height (a mast's lone top is left out).
    """
    if not len(scene.points_m):
        raise ShapanError(
            "the given poses come without tie points, so it is not known how far the scene is",
            remedy="give a COLMAP model or an OpenSfM reconstruction with its points",
        )
    good = (scene.point_views >= 3) & (scene.point_error_px < 1.5)
    if good.sum() < 50:
        good = np.ones(len(scene.points_m), bool)
    z = np.sort(scene.points_m[good, 2])
    low, high = np.percentile(z, [2.0, 98.0])
    span = max(float(high - low), margin_m)
    # Beyond the usual heights, as far as points follow each other closely.
    for value in z[z > high]:
        if value - high > 0.8 * span + margin_m:
            break
        high = value
    for value in z[z < low][::-1]:
        if low - value > 0.15 * span + margin_m:
            break
        low = value
    return float(low) - margin_m, float(high) + margin_m
