"""Depth of photographs from any direction: a plane sweep through several neighbours.

Rectified pairs need cameras beside each other. Photographs along a street stand behind each other,
and those around an object look from everywhere: here planes in front of one photograph are
compared through all its neighbours at once (Collins, "A space-sweep approach to true multi-image
matching", 1996), by normalised cross-correlation, and smoothed by semi-global matching.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.reconstruction.scene import Camera, Photo, SparseScene

FloatArray = npt.NDArray[np.float64]
Grey = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

#: Depths that are tried reach so much beyond those of the tie points.
_NEARER, _FARTHER = 0.7, 1.4
_PLANES: Final = (48, 144)
_WINDOW_PX: Final = 7
#: Of neighbours that see a place, as many must look alike: others may have something before it.
_AGREEING: Final = 2
_SMALL_STEP, _LARGE_STEP = 0.06, 0.5
_LEAST_ALIKE: Final = 0.45
#: Windows with less contrast (one sigma, grey values) show nothing that could be compared.
_LEAST_CONTRAST: Final = 2.0
#: One sigma of a match, in pixels of the working size.
_MATCH_SIGMA_PX: Final = 0.4
#: Depths known worse than this share of themselves are left out, such as those straight ahead.
WORST_SHARE: Final = 0.04
_BEST_ANGLE_DEG, _WORST_ANGLE_DEG = 8.0, 40.0
_LEAST_SHARED: Final = 12


@dataclass(frozen=True)
class View:
    """One photograph to be swept.

    Parameters
    ----------
    photo : int
    neighbours : tuple of int
        Photographs it is compared with, the best first.
    near_m, far_m : float
        Between which depths its surfaces lie.
    """

    photo: int
    neighbours: tuple[int, ...]
    near_m: float
    far_m: float


@dataclass
class Plain:
    """A photograph without distortion, at the working size.

    Parameters
    ----------
    camera : Camera
    grey : (h, w) float32 array
    colour : (h, w, 3) uint8 array
    valid : (h, w) bool array
    """

    camera: Camera
    grey: Grey
    colour: npt.NDArray[np.uint8]
    valid: Mask


@dataclass
class DepthMap:
    """What one photograph sees how far away.

    Parameters
    ----------
    camera : Camera
        Without distortion.
    depth_m : (h, w) float32 array
        Along the optical axis; NaN where it is not known.
    sigma_m : (h, w) float32 array
    colour : (h, w, 3) uint8 array
    """

    camera: Camera
    depth_m: npt.NDArray[np.float32]
    sigma_m: npt.NDArray[np.float32]
    colour: npt.NDArray[np.uint8]

    def places(self, photo: Photo, where: Mask) -> FloatArray:
        """Return the world points of the pixels where *where* is set, (n, 3)."""
        row, column = np.nonzero(where)
        rays = self.camera.rays(np.column_stack([column + 0.5, row + 0.5]))
        local = rays * self.depth_m[where].astype(np.float64)[:, None]
        return np.asarray(local @ photo.rotation + photo.centre_m, np.float64)


def choose_views(scene: SparseScene, neighbours: int) -> list[View]:
    """Return what to sweep: each photograph with those that share most with it.

    Photographs that share many tie points, seen under an angle that tells depth and still looks
    alike, come first.

    Parameters
    ----------
    scene : SparseScene
        With its tie points.
    neighbours : int
        Most of one photograph.
    """
    seen = [scene.seen_by(number) for number in range(len(scene.photos))]
    found = []
    for i, photo in enumerate(scene.photos):
        scored = []
        for j, other in enumerate(scene.photos):
            shared = seen[i] & seen[j]
            if i == j or shared.sum() < _LEAST_SHARED:
                continue
            angle = _angles_deg(photo, other, scene.points_m[shared])
            worth = np.minimum(angle / _BEST_ANGLE_DEG, 1.0) * (angle < _WORST_ANGLE_DEG)
            # Standing nearer or farther by half makes windows look different.
            depth = (p.to_camera(scene.points_m[shared])[:, 2] for p in (photo, other))
            with np.errstate(invalid="ignore", divide="ignore"):
                alike = np.abs(np.log(np.divide(*depth)))
            scored.append((float((worth * (alike < 0.7)).sum()), j))
        chosen = [j for score, j in sorted(scored, reverse=True)[:neighbours] if score > 1.0]
        depths = photo.to_camera(scene.points_m[seen[i]])[:, 2]
        depths = depths[depths > 0]
        if chosen and len(depths) >= _LEAST_SHARED:
            near, far = np.percentile(depths, [2.0, 98.0])
            found.append(View(i, tuple(chosen), float(near) * _NEARER, float(far) * _FARTHER))
    return found


def _angles_deg(a: Photo, b: Photo, points: FloatArray) -> FloatArray:
    to_a, to_b = a.centre_m - points, b.centre_m - points
    product = np.linalg.norm(to_a, axis=1) * np.linalg.norm(to_b, axis=1) + 1e-12
    cosine = (to_a * to_b).sum(axis=1) / product
    return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))), np.float64)


def plain_picture(
    camera: Camera, picture: npt.NDArray[np.uint8], mask: Mask | None, side_px: int
) -> Plain:
    """Return a photograph without distortion, its longer side at most *side_px*.

    Parameters
    ----------
    camera : Camera
    picture : (h, w, 3) uint8 array
    mask : (h, w) bool array or None
        Where pixels count.
    side_px : int
    """
    import cv2  # optional

    share = min(side_px / max(camera.width_px, camera.height_px), 1.0)
    width, height = round(camera.width_px * share), round(camera.height_px * share)
    across, down = width / camera.width_px, height / camera.height_px
    plain = Camera(width, height, camera.fx * across, camera.fy * down, camera.cx * across,
                   camera.cy * down)  # fmt: skip
    if share < 0.75:  # what is reduced without being smoothed shimmers
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.4 / share), np.uint8)
    maps = cv2.initUndistortRectifyMap(
        camera.matrix, camera.distortion, np.eye(3), plain.matrix, (width, height), cv2.CV_32FC1
    )
    colour = np.asarray(cv2.remap(picture, maps[0], maps[1], cv2.INTER_LINEAR), np.uint8)
    full = np.ones(picture.shape[:2], np.uint8) if mask is None else mask.astype(np.uint8)
    valid = cv2.remap(full, maps[0], maps[1], cv2.INTER_NEAREST) > 0
    grey = cv2.cvtColor(colour, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return Plain(plain, grey, colour, valid)


def sweep(scene: SparseScene, view: View, plains: Sequence[Plain | None]) -> DepthMap:
    """Return the depth map of one photograph.

    Parameters
    ----------
    scene : SparseScene
    view : View
    plains : sequence of Plain or None
        By number of the photograph; that of the view and those of its neighbours are needed.
    """
    own = plains[view.photo]
    others = [(scene.photos[j], plains[j]) for j in view.neighbours]
    assert own is not None
    photo = scene.photos[view.photo]
    inverse = _inverse_depths(photo, own, others, view)
    alike = _alike(photo, own, others, inverse)
    cost = 1.0 - alike
    total = smoothed(cost, own.grey)
    best = np.argmin(total, axis=2)
    place = best + _between(total, best)
    found = np.take_along_axis(alike, best[:, :, None], axis=2)[:, :, 0]
    depth = 1.0 / np.interp(place, np.arange(len(inverse)), inverse)
    sigma = depth**2 * _MATCH_SIGMA_PX / np.maximum(_parallax(photo, own, others, depth), 1e-9)
    good = own.valid & (found > _LEAST_ALIKE) & (_contrast(own.grey) > _LEAST_CONTRAST)
    good &= (best > 0) & (best < len(inverse) - 1) & (sigma < WORST_SHARE * depth)
    edge = _WINDOW_PX // 2 + 1
    good[:edge], good[-edge:], good[:, :edge], good[:, -edge:] = False, False, False, False
    return DepthMap(
        own.camera, np.where(good, depth, np.nan).astype(np.float32),
        np.where(good, sigma, np.nan).astype(np.float32), own.colour,
    )  # fmt: skip


_Others = Sequence[tuple[Photo, Plain | None]]


def _inverse_depths(photo: Photo, own: Plain, others: _Others, view: View) -> FloatArray:
    """Return the inverse depths to try, far to near: about a pixel apart in some neighbour."""
    camera = own.camera
    u, v = np.meshgrid(np.linspace(0.1, 0.9, 5), np.linspace(0.1, 0.9, 5))
    rays = camera.rays(np.column_stack([u.ravel() * camera.width_px, v.ravel() * camera.height_px]))
    moved = 0.0
    for other, plain in others:
        assert plain is not None
        ends = []
        for depth in (view.near_m, view.far_m):
            world = rays * depth @ photo.rotation + photo.centre_m
            ends.append(plain.camera.project(other.to_camera(world)))
        with np.errstate(invalid="ignore"):
            distance = np.linalg.norm(ends[0] - ends[1], axis=1)
        distance = distance[np.isfinite(distance)]
        if len(distance):
            moved = max(moved, float(np.percentile(distance, 75)))
    count = int(np.clip(math.ceil(moved), *_PLANES))
    return np.linspace(1.0 / view.far_m, 1.0 / view.near_m, count)


def _alike(
    photo: Photo, own: Plain, others: _Others, inverse: FloatArray
) -> npt.NDArray[np.float32]:
    """Return how alike windows are on each plane, (h, w, planes), -1 to 1."""
    import cv2  # optional

    box = (_WINDOW_PX, _WINDOW_PX)

    def mean(values: npt.NDArray[Any]) -> Grey:
        return np.asarray(cv2.boxFilter(values, cv2.CV_32F, box), np.float32)

    grey = own.grey
    average = mean(grey)
    deviation = np.sqrt(np.maximum(mean(grey * grey) - average**2, 1.0))
    height, width = grey.shape
    back = np.linalg.inv(own.camera.matrix)
    out = np.empty((height, width, len(inverse)), np.float32)
    normal = np.array([[0.0, 0.0, 1.0]])
    ready = []
    for other, plain in others:
        assert plain is not None
        turn = other.rotation @ photo.rotation.T
        shift = other.rotation @ (photo.centre_m - other.centre_m)
        ready.append((plain.camera.matrix, turn, shift[:, None], plain.grey))
    count = min(_AGREEING, len(ready))
    for number, value in enumerate(inverse):
        ranked = [np.full((height, width), -1.0, np.float32) for _ in range(count)]
        for matrix, turn, shift, theirs in ready:
            homography = matrix @ (turn + shift @ normal * value) @ back
            warped = cv2.warpPerspective(
                theirs, homography, (width, height),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderValue=-1.0,
            )  # fmt: skip
            middle = mean(warped)
            spread = np.sqrt(np.maximum(mean(warped * warped) - middle**2, 1.0))
            score = (mean(warped * grey) - middle * average) / (spread * deviation)
            score[warped < 0.0] = -1.0
            for rank in range(count):
                ranked[rank], score = (
                    np.maximum(ranked[rank], score),
                    np.minimum(ranked[rank], score),
                )
        out[:, :, number] = sum(ranked) / count
    return out


def smoothed(cost: npt.NDArray[np.float32], grey: Grey) -> npt.NDArray[np.float32]:
    """Return costs summed along eight paths (Hirschmüller, 2008).

    Parameters
    ----------
    cost : (h, w, planes) float32 array
    grey : (h, w) float32 array
        A step of many planes costs less where the picture has an edge.
    """
    total = np.zeros_like(cost)
    for turned in (False, True):
        volume = cost.transpose(1, 0, 2) if turned else cost
        picture = grey.T if turned else grey
        sums = total.transpose(1, 0, 2) if turned else total
        # Down and up with both diagonals; turned, the horizontal ones only.
        for backward in (False, True):
            for aside in (0,) if turned else (-1, 0, 1):
                _add_path(volume, picture, sums, backward=backward, aside=aside)
    return total


def _add_path(
    cost: npt.NDArray[np.float32],
    grey: Grey,
    total: npt.NDArray[np.float32],
    *,
    backward: bool,
    aside: int,
) -> None:
    rows = range(len(cost) - 1, -1, -1) if backward else range(len(cost))
    last: npt.NDArray[np.float32] | None = None
    before = 0
    for row in rows:
        here = np.ascontiguousarray(cost[row])
        if last is not None:
            came, seen = last, grey[before]
            if aside:
                came, seen = np.roll(last, aside, axis=0), np.roll(seen, aside)
                at = 0 if aside > 0 else -1
                came[at] = 0.0
            least = came.min(axis=1, keepdims=True)
            large = _LARGE_STEP / (1.0 + np.abs(grey[row] - seen) / 8.0)
            best = np.minimum(came, least + np.maximum(large, _SMALL_STEP)[:, None])
            np.minimum(best[:, 1:], came[:, :-1] + _SMALL_STEP, out=best[:, 1:])
            np.minimum(best[:, :-1], came[:, 1:] + _SMALL_STEP, out=best[:, :-1])
            here = here + (best - least)
        total[row] += here
        last, before = here, row


def _between(total: npt.NDArray[np.float32], best: npt.NDArray[np.int64]) -> FloatArray:
    """Return where the parabola through a cost and its neighbours has its lowest point, ±0.5."""
    inner = np.clip(best, 1, total.shape[2] - 2)
    a, b, c = (
        np.take_along_axis(total, (inner + step)[:, :, None], axis=2)[:, :, 0].astype(np.float64)
        for step in (-1, 0, 1)
    )
    bend = a - 2 * b + c
    with np.errstate(invalid="ignore", divide="ignore"):
        offset = np.where(bend > 1e-6, 0.5 * (a - c) / bend, 0.0)
    return np.where(inner == best, np.clip(offset, -0.5, 0.5), 0.0)


def _parallax(photo: Photo, own: Plain, others: _Others, depth: FloatArray) -> FloatArray:
    """Return how many pixels a place moves in the best neighbour a unit of inverse depth."""
    height, width = depth.shape
    row, column = np.mgrid[0:height, 0:width]
    rays = own.camera.rays(np.column_stack([column.ravel() + 0.5, row.ravel() + 0.5]))
    flat = depth.ravel()
    step = 0.01 / flat
    most = np.zeros(len(flat))
    for other, plain in others:
        assert plain is not None
        ends = []
        for inverse in (1.0 / flat, 1.0 / flat + step):
            world = rays / inverse[:, None] @ photo.rotation + photo.centre_m
            ends.append(plain.camera.project(other.to_camera(world)))
        moved = np.linalg.norm(ends[0] - ends[1], axis=1) / step
        most = np.fmax(most, moved)
    return most.reshape(height, width)


def _contrast(grey: Grey) -> Grey:
    import cv2  # optional

    box = (_WINDOW_PX, _WINDOW_PX)
    average = cv2.boxFilter(grey, cv2.CV_32F, box)
    square = cv2.boxFilter(grey * grey, cv2.CV_32F, box)
    return np.asarray(np.sqrt(np.maximum(square - average**2, 0.0)), np.float32)


def agreed(scene: SparseScene, view: View, maps: dict[int, DepthMap], least: int) -> DepthMap:
    """Return a depth map of what its neighbours' maps confirm, averaged with them.

    Parameters
    ----------
    scene : SparseScene
    view : View
    maps : dict of int to DepthMap
        By number of the photograph.
    least : int
        So many neighbours must agree.
    """
    own, photo = maps[view.photo], scene.photos[view.photo]
    known = np.isfinite(own.depth_m)
    places = own.places(photo, known)
    depth, sigma = own.depth_m[known].astype(np.float64), own.sigma_m[known].astype(np.float64)
    axis = photo.rotation[2]
    weight = 1.0 / sigma**2
    total, sums, count = weight.copy(), weight * depth, np.zeros(len(depth), np.int64)
    for number in view.neighbours:
        theirs = maps.get(number)
        if theirs is None:
            continue
        other = scene.photos[number]
        local = other.to_camera(places)
        pixels = theirs.camera.project(local)
        with np.errstate(invalid="ignore"):
            inside = (pixels >= 0).all(axis=1) & (
                pixels < [theirs.camera.width_px, theirs.camera.height_px]
            ).all(axis=1)
        at = pixels[inside].astype(np.int64)
        z = theirs.depth_m[at[:, 1], at[:, 0]].astype(np.float64)
        s = theirs.sigma_m[at[:, 1], at[:, 0]].astype(np.float64)
        off = z - local[inside, 2]
        # Along their ray; brought onto ours by how the rays run.
        with np.errstate(invalid="ignore"):
            close = np.abs(off) <= 2.5 * np.hypot(s, sigma[inside])
        index = np.flatnonzero(inside)[close]
        ray = (local[inside] / local[inside, 2:3])[close] @ other.rotation
        along = depth[index] + off[close] * (ray @ axis)
        count[index] += 1
        w = 1.0 / s[close] ** 2
        total[index] += w
        sums[index] += w * along
    enough = count >= least
    out_depth = np.full(own.depth_m.shape, np.nan, np.float32)
    out_sigma = np.full(own.depth_m.shape, np.nan, np.float32)
    where = np.flatnonzero(known.ravel())[enough]
    out_depth.ravel()[where] = (sums / total)[enough]
    # Maps share photographs, so their errors are not independent: they count as two at most.
    out_sigma.ravel()[where] = np.maximum(np.sqrt(1.0 / total), sigma / math.sqrt(2.0))[enough]
    return DepthMap(own.camera, out_depth, out_sigma, own.colour)
