"""Which photographs to compare, and which of their features belong together.

City blocks repeat: a roof of one house matches that of the next as well as itself, and the false
pairs agree with each other well enough to bend a whole model. Where position and direction of
the cameras are known roughly, a feature is therefore only compared with those that lie near
the line on which the other photograph must show it, before the ratio test, which so also keeps
features that look alike elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
PairArray = npt.NDArray[np.uint32]

#: As in COLMAP: nearest by second nearest angle between descriptors, and largest angle.
_RATIO: Final = 0.8
_ANGLE: Final = 0.7
#: COLMAP scales descriptors of length one to 512.
_LENGTH: Final = 512.0
_NEIGHBOURS: Final = 16
_LEAST_OVERLAP: Final = 0.15
#: What the direction that a gimbal states may be off by.
_DIRECTION_DEG: Final = 4.0
#: Things stand so far above and below the level of the ground.
_RELIEF_M: Final = (-15.0, 60.0)
#: Features that are compared with all others at once: what lies in the processor's caches.
_ROWS: Final = 256


@dataclass(frozen=True)
class RoughPose:
    """Where a photograph was taken and how it looked, as its metadata say.

    Parameters
    ----------
    centre_m : (3,) float64 array
        Local metres.
    rotation : (3, 3) float64 array or None
        World to camera; None where the direction is not stated.
    focal_px : float
    width_px, height_px : int
    ground_m : float or None
        Level of the ground below.
    sigma_m : float
        Of the position.
    """

    centre_m: FloatArray
    rotation: FloatArray | None
    focal_px: float
    width_px: int
    height_px: int
    ground_m: float | None
    sigma_m: float

    @property
    def guides(self) -> bool:
        """Whether it says where another photograph shows the same."""
        return self.rotation is not None and self.ground_m is not None

    def rays(self, pixels: FloatArray) -> FloatArray:
        """Return directions in the world of pixels, without lens distortion."""
        assert self.rotation is not None
        centre = np.array([self.width_px / 2, self.height_px / 2])
        camera = np.column_stack([(pixels - centre) / self.focal_px, np.ones(len(pixels))])
        return np.asarray(camera @ self.rotation, np.float64)

    def project(self, points: FloatArray) -> FloatArray:
        """Return pixels of world points, NaN behind the camera."""
        assert self.rotation is not None
        camera = (points - self.centre_m) @ self.rotation.T
        with np.errstate(divide="ignore", invalid="ignore"):
            pixel = camera[:, :2] / camera[:, 2:3] * self.focal_px
        pixel += [self.width_px / 2, self.height_px / 2]
        return np.where(camera[:, 2:3] > 1e-6, pixel, np.nan)

    def on_level(self, pixels: FloatArray, level_m: float) -> FloatArray:
        """Return where rays meet a level plane, NaN where they do not go down to it."""
        rays = self.rays(pixels)
        drop = level_m - self.centre_m[2]
        with np.errstate(divide="ignore", invalid="ignore"):
            along = drop / rays[:, 2]
        good = (along > 0) & (np.abs(rays[:, 2]) > 0.05 * np.linalg.norm(rays, axis=1))
        return np.where(good[:, None], self.centre_m + rays * along[:, None], np.nan)


def candidate_pairs(poses: Sequence[RoughPose | None]) -> list[tuple[int, int]]:
    """Return which photographs to compare, as index pairs in order.

    By overlap on the ground where directions are known, by distance where only positions are,
    with everything where not even that.

    Parameters
    ----------
    poses : sequence of RoughPose or None
    """
    count = len(poses)
    pairs: set[tuple[int, int]] = set()
    known = [(i, pose) for i, pose in enumerate(poses) if pose is not None]
    for i, pose in known:
        if pose.guides:
            scores = [(_overlap(pose, other), j) for j, other in known if j != i and other.guides]
            best = sorted(((s, j) for s, j in scores if s >= _LEAST_OVERLAP), reverse=True)
            chosen = [j for _, j in best[: 2 * _NEIGHBOURS]]
        else:
            chosen = []
        if len(chosen) < 4:
            distance = [
                (float(np.linalg.norm(pose.centre_m - other.centre_m)), j)
                for j, other in known
                if j != i
            ]
            chosen += [j for _, j in sorted(distance)[:_NEIGHBOURS]]
        pairs |= {(min(i, j), max(i, j)) for j in chosen}
    unknown = [i for i, pose in enumerate(poses) if pose is None]
    pairs |= {(min(i, j), max(i, j)) for i in unknown for j in range(count) if j != i}
    return sorted(pairs)


def _overlap(a: RoughPose, b: RoughPose) -> float:
    """Return the share of a 7 x 7 grid of pixels of *a* that *b* sees on the ground."""
    assert a.ground_m is not None
    u, v = np.meshgrid(np.linspace(0.05, 0.95, 7), np.linspace(0.05, 0.95, 7))
    pixels = np.column_stack([u.ravel() * a.width_px, v.ravel() * a.height_px])
    seen = b.project(a.on_level(pixels, a.ground_m))
    with np.errstate(invalid="ignore"):
        inside = (seen >= 0).all(axis=1) & (seen[:, 0] <= b.width_px) & (seen[:, 1] <= b.height_px)
    return float(inside.mean())


def allowed_matches(
    a: RoughPose, b: RoughPose, pixels_a: FloatArray, pixels_b: FloatArray
) -> npt.NDArray[np.bool_] | None:
    """Return which features of *b* may show what each feature of *a* shows.

    Parameters
    ----------
    a, b : RoughPose
    pixels_a : (n, 2) float64 array
    pixels_b : (m, 2) float64 array

    Returns
    -------
    (n, m) bool array or None
        None where the poses say nothing about it.
    """
    if not (a.guides and b.guides):
        return None
    assert a.ground_m is not None
    low, high = (a.ground_m + relief for relief in _RELIEF_M)
    # Not above the lower camera: rays would not meet that level.
    high = min(high, min(a.centre_m[2], b.centre_m[2]) - 0.25 * (a.centre_m[2] - a.ground_m))
    start = b.project(a.on_level(pixels_a, low))
    end = b.project(a.on_level(pixels_a, high))
    height = max(float(b.centre_m[2]) - a.ground_m, 1.0)
    tolerance = b.focal_px * (
        2 * math.radians(_DIRECTION_DEG) / 2 + 2 * math.hypot(a.sigma_m, b.sigma_m) / height
    )
    # Single precision: a thousandth of a pixel is enough, and half the memory twice as fast.
    start, end = start.astype(np.float32), end.astype(np.float32)
    pixels_b = pixels_b.astype(np.float32)
    along = end - start
    length2 = np.maximum((along**2).sum(axis=1), 1e-9)
    delta_x = pixels_b[None, :, 0] - start[:, None, 0]
    delta_y = pixels_b[None, :, 1] - start[:, None, 1]
    share = (delta_x * along[:, None, 0] + delta_y * along[:, None, 1]) / length2[:, None]
    share = np.clip(share, 0.0, 1.0)
    off = (delta_x - share * along[:, None, 0]) ** 2 + (delta_y - share * along[:, None, 1]) ** 2
    unknown = ~np.isfinite(off)
    return np.asarray((off <= tolerance**2) | unknown, np.bool_)


def near_epipolar_line(
    fundamental: FloatArray, pixels_a: FloatArray, pixels_b: FloatArray, tolerance_px: float
) -> npt.NDArray[np.bool_]:
    """Return which features of *b* lie near the line on which each feature of *a* must be.

    Parameters
    ----------
    fundamental : (3, 3) float64 array
        ``b @ fundamental @ a = 0`` for homogeneous pixels that show the same.
    pixels_a : (n, 2) float64 array
    pixels_b : (m, 2) float64 array
    tolerance_px : float

    Returns
    -------
    (n, m) bool array
    """
    lines = np.column_stack([pixels_a, np.ones(len(pixels_a))]) @ fundamental.T
    lines /= np.maximum(np.linalg.norm(lines[:, :2], axis=1, keepdims=True), 1e-12)
    lines = lines.astype(np.float32)
    x, y = np.ascontiguousarray(pixels_b.T, np.float32)
    near = np.empty((len(lines), len(pixels_b)), np.bool_)
    # Not as a product of matrices: those of two columns take fourteen times as long in BLAS.
    for first in range(0, len(lines), _ROWS):
        rows = lines[first : first + _ROWS]
        off = rows[:, :1] * x
        off += rows[:, 1:2] * y
        off += rows[:, 2:]
        np.less_equal(np.abs(off, out=off), tolerance_px, out=near[first : first + _ROWS])
    return near


def match_descriptors(
    a: npt.NDArray[np.uint8],
    b: npt.NDArray[np.uint8],
    allowed: npt.NDArray[np.bool_] | None = None,
) -> PairArray:
    """Return which descriptors are each other's nearest and clearly nearer than the second.

    Parameters
    ----------
    a : (n, 128) uint8 array
    b : (m, 128) uint8 array
    allowed : (n, m) bool array or None

    Returns
    -------
    (k, 2) uint32 array
    """
    if len(a) == 0 or len(b) == 0:
        return np.empty((0, 2), np.uint32)
    alike = a.astype(np.float32) @ b.astype(np.float32).T
    alike /= _LENGTH * _LENGTH
    if allowed is not None:
        alike[~allowed] = -1.0
    forward = _nearest(alike)
    rows = np.flatnonzero(forward >= 0)
    columns = forward[rows]
    # Backwards only for those that passed: whole columns lie far apart in memory.
    mutual = alike[rows, columns] >= alike[:, columns].max(axis=0, initial=-1.0)
    return np.column_stack([rows[mutual], columns[mutual]]).astype(np.uint32)


def _nearest(alike: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """Return the nearest of each row where it passes the ratio and angle tests, else -1."""
    index = np.arange(len(alike))
    best = np.argmax(alike, axis=1)
    first = alike[index, best].copy()
    alike[index, best] = -1.0
    second = alike.max(axis=1)
    alike[index, best] = first
    nearest_angle = np.arccos(np.clip(first, -1.0, 1.0))
    second_angle = np.arccos(np.clip(second, -1.0, 1.0))
    good = (first > 0) & (nearest_angle <= _ANGLE) & (nearest_angle < _RATIO * second_angle)
    return np.where(good, best, -1)
