"""Which way is up for photographs taken from the ground, and placing them by it.

Positions along a street say nothing of the roll about it, and photographs of an object often
state no position at all. People hold cameras level: the pictures' rows are horizontal, and their
columns upright on the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from ingest.reconstruction.scene import Similarity, SparseScene

FloatArray = npt.NDArray[np.float64]

#: Photographs whose axes are, in the middle, tilted farther than this from straight down were
#: taken from the ground: what they show is no surface of heights.
FROM_GROUND_DEG: Final = 60.0
#: Columns count this much beside rows: one looks up and down, but seldom tilts one's head.
_COLUMN_WEIGHT: Final = 0.05
_TRIALS: Final = 30
#: How level people hold cameras.
_USUAL_ROLL_DEG: Final = 1.5
#: Poses so many times as far off as is usual are wrong, if they are no more than such a share.
_FAR_TIMES: Final = 6.0
_FEW: Final = 0.15
#: A scene without scale is made so large that what it shows is so far from the cameras.
USUAL_DISTANCE_M: Final = 10.0


def up_of(scene: SparseScene) -> FloatArray:
    """Return which way is up in a scene's own frame, (3,), from how cameras were held."""
    rows = np.array([photo.rotation[0] for photo in scene.photos])
    columns = -np.array([photo.rotation[1] for photo in scene.photos])
    weight = np.ones(len(rows))
    for _ in range(_TRIALS):
        share = weight / weight.mean()
        off = (rows * share[:, None]).T @ rows
        off += _COLUMN_WEIGHT * (len(rows) * np.eye(3) - (columns * share[:, None]).T @ columns)
        up = np.linalg.eigh(off)[1][:, 0]
        # One photograph with a wrong pose must not turn all over: Cauchy's weights.
        tilt = np.arcsin(np.clip(rows @ up, -1.0, 1.0))
        usual = max(float(np.median(np.abs(tilt))), np.radians(_USUAL_ROLL_DEG))
        weight = 1.0 / (1.0 + (tilt / (2.0 * usual)) ** 2)
    return np.asarray(up if up @ columns.mean(axis=0) >= 0 else -up, np.float64)


def levelled(scene: SparseScene) -> Similarity:
    """Return the rotation that turns a scene upright."""
    up = up_of(scene)
    forward = np.array([photo.rotation[2] for photo in scene.photos]).mean(axis=0)
    north = forward - (forward @ up) * up
    if np.linalg.norm(north) < 1e-6:
        north = np.linalg.svd(up[None])[2][1]
    north = north / np.linalg.norm(north)
    return Similarity(1.0, np.vstack([np.cross(north, up), north, up]), np.zeros(3))


def from_the_ground(scene: SparseScene) -> bool:
    """Return whether an upright scene's photographs look ahead rather than down."""
    return float(np.median([photo.tilt_deg for photo in scene.photos])) > FROM_GROUND_DEG


def stated_down(pitches_deg: Sequence[float]) -> bool:
    """Return whether photographs say that they look down, where 0 is level and -90 down."""
    return bool(len(pitches_deg)) and float(np.median(pitches_deg)) <= FROM_GROUND_DEG - 90.0


def held_level(scene: SparseScene, pitches_deg: Sequence[float]) -> bool:
    """Return whether photographs look ahead; what they say comes before how the scene looks.

    A single line flown looks as if it was walked.
    """
    return not stated_down(pitches_deg) and from_the_ground(levelled(scene).apply(scene))


def place_upright(
    scene: SparseScene, positions: dict[str, FloatArray]
) -> tuple[Similarity, dict[str, bool]]:
    """Return where stated positions put a scene that stays upright.

    Heading, scale and place only: seven unknowns less the two that level cameras give.

    Parameters
    ----------
    scene : SparseScene
        In a frame of its own.
    positions : dict of str to (3,) float64 array
        Local metres; of two of its photographs or more, apart from each other.
    """
    first = levelled(scene)
    photos = [photo for photo in scene.photos if photo.name in positions]
    own = first(np.array([photo.centre_m for photo in photos]))
    stated = np.array([positions[photo.name] for photo in photos])
    a, b = own[:, 0] + 1j * own[:, 1], stated[:, 0] + 1j * stated[:, 1]
    weight = np.ones(len(a))
    for _ in range(_TRIALS):
        share = weight / weight.sum()
        mean_a, mean_b = share @ a, share @ b
        turn = share @ ((b - mean_b) * (a - mean_a).conj()) / (share @ np.abs(a - mean_a) ** 2)
        off = np.abs(turn * (a - mean_a) + mean_b - b)
        usual = max(float(np.median(off)), 1e-6)
        weight = 1.0 / np.maximum(off / usual, 1.0)  # Huber's
    scale, angle = float(abs(turn)), float(np.angle(turn))
    heading = np.array([
        [np.cos(angle), -np.sin(angle), 0.0], [np.sin(angle), np.cos(angle), 0.0], [0.0, 0.0, 1.0]
    ])  # fmt: skip
    start = turn * -mean_a + mean_b
    up = float(np.median(stated[:, 2] - scale * own[:, 2]))
    shift = np.array([start.real, start.imag, up])
    used = {photo.name: bool(value < 3.0 * usual) for photo, value in zip(photos, off, strict=True)}
    return Similarity(scale, heading @ first.rotation, shift), used


def misplaced(
    scene: SparseScene, positions: dict[str, FloatArray], sigma_m: float
) -> dict[str, float]:
    """Return photographs of a placed scene that lie far from where they were taken, and how far.

    Only those that differ from all the rest: a scene that is bent has no such ones.
    """
    photos = [photo for photo in scene.photos if photo.name in positions]
    off = np.array([np.linalg.norm(p.centre_m - positions[p.name]) for p in photos])
    limit = max(_FAR_TIMES * float(np.median(off)), _FAR_TIMES * sigma_m)
    far = {p.name: float(value) for p, value in zip(photos, off, strict=True) if value > limit}
    return far if len(far) <= _FEW * len(photos) else {}


def place_without_scale(scene: SparseScene, *, keep_scale: bool) -> Similarity:
    """Return how a scene that nobody knows the place and size of is put upright at the origin.

    Parameters
    ----------
    scene : SparseScene
    keep_scale : bool
        Take its units as they are; otherwise what it shows is put 10 m from the cameras.
    """
    first = levelled(scene)
    turned = first.apply(scene)
    depths = [photo.to_camera(turned.points_m)[:, 2] for photo in turned.photos]
    seen = [d[d > 0] for d in depths]
    distance = float(np.median(np.concatenate(seen))) if any(len(d) for d in seen) else 0.0
    scale = 1.0 if keep_scale or distance <= 0 else USUAL_DISTANCE_M / distance
    points = turned.points_m if len(turned.points_m) else np.array(
        [photo.centre_m for photo in turned.photos]
    )  # fmt: skip
    low = np.percentile(points[:, 2], 2.0)
    middle = np.median(points, axis=0)
    shift = -scale * np.array([middle[0], middle[1], low])
    return Similarity(scale, first.rotation, shift)
