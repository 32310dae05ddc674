"""Planes of a roof out of its points: region by region, then as clear as they get."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Half the distance within which points belong to a plane; noise of points widens it.
_NEAR_M: Final = 0.12
_FAR_M: Final = 0.30
_NEIGHBOURS: Final = 9
_TRIES: Final = 120
_LEAST_POINTS: Final = 9
_LEAST_AREA_M2: Final = 3.0
MOST_PLANES: Final = 12
#: Steeper than this is no roof but the side of something.
_STEEPEST: Final = 2.0
_LEVEL_SLOPE: Final = 0.045
_ALONG_WALL_DEG: Final = 9.0
#: Planes of which each fits the other's points nearly as well are one.
_SAME_M: Final = 0.12


@dataclass(frozen=True)
class RoofPlanes:
    """The planes of a roof.

    Parameters
    ----------
    plane : (k, 3) float64 array
        a, b, c of z = a x + b y + c, in the points' own metres.
    label : (n,) int64 array
        The plane of each point, -1 where none fits.
    near_m : float
        How far a point may be from its plane.
    touching : (p, 2) int64 array
        Planes with neighbouring points, the lower number first.
    seam : list of (m, 2) float64 arrays
        For each of these pairs, middles between neighbouring points of the two.
    """

    plane: FloatArray
    label: IntArray
    near_m: float
    touching: IntArray
    seam: list[FloatArray]

    def heights(self, xy: FloatArray) -> FloatArray:
        """Return (k, n) heights of all planes at places."""
        return heights_of(self.plane, xy)


def heights_of(plane: FloatArray, xy: FloatArray) -> FloatArray:
    """Return (k, n) heights of planes at places."""
    return np.asarray(plane[:, :2] @ xy.T + plane[:, 2:], np.float64)


def roof_planes(cloud: FloatArray, walls_deg: float, seed: int = 1) -> RoofPlanes:
    """Find the planes of a roof.

    Patches of neighbouring points suggest planes; the one that most points of one connected
    region agree on is taken, and again among what is left (RANSAC with local sampling, after
    Schnabel, Wahl and Klein, 2007). Points then go to the plane that fits their neighbourhood
    best, and planes are fitted to what they have: nearly level ones level, those that nearly
    fall towards a wall exactly so.

    Parameters
    ----------
    cloud : (n, 3) float64 array
        Points of the roof in metres.
    walls_deg : float
        Direction of the walls, 0 to 90 degrees from east.
    seed : int
    """
    from scipy.spatial import cKDTree

    count = min(_NEIGHBOURS, len(cloud))
    reach, around = cKDTree(cloud[:, :2]).query(cloud[:, :2], k=count)
    around = np.asarray(around, np.int64).reshape(len(cloud), count)
    local, rough = _patches(cloud, around)
    near = float(np.clip(2.5 * np.median(rough), _NEAR_M, _FAR_M))
    spacing = float(np.median(np.atleast_2d(reach)[:, -1])) if count > 1 else 1.0
    least = max(_LEAST_POINTS, round(_LEAST_AREA_M2 * _density(spacing, count)))
    seeds = _seeds(cloud, around, local, rough, near, least, seed)
    if not len(seeds):
        nothing = np.full(len(cloud), -1, np.int64)
        return RoofPlanes(np.empty((0, 3)), nothing, near, np.empty((0, 2), np.int64), [])
    plane, label = _settled(cloud, around, seeds, near, least)
    plane = np.array([_regular(cloud[label == k], plane[k], walls_deg) for k in range(len(plane))])
    label = _labels(cloud, around, plane, near)
    touching, seam = _touching(cloud, around, label)
    return RoofPlanes(plane, label, near, touching, seam)


def _density(spacing_m: float, count: int) -> float:
    """Return points a square metre where the farthest of *count* is so far away."""
    return count / max(math.pi * spacing_m**2, 1e-6)


def _patches(cloud: FloatArray, around: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the plane of each point's neighbourhood, and how far that is from it (one sigma)."""
    patch = cloud[around]
    middle = patch.mean(axis=1, keepdims=True)
    d = patch - middle
    xx, xy, yy = (d[..., 0] ** 2).sum(1), (d[..., 0] * d[..., 1]).sum(1), (d[..., 1] ** 2).sum(1)
    xz, yz = (d[..., 0] * d[..., 2]).sum(1), (d[..., 1] * d[..., 2]).sum(1)
    size = np.maximum(xx * yy - xy * xy, 1e-9)
    a, b = (xz * yy - yz * xy) / size, (yz * xx - xz * xy) / size
    c = middle[:, 0, 2] - a * middle[:, 0, 0] - b * middle[:, 0, 1]
    off = d[..., 2] - a[:, None] * d[..., 0] - b[:, None] * d[..., 1]
    free = max(around.shape[1] - 3, 1)
    return np.column_stack([a, b, c]), np.sqrt((off**2).sum(axis=1) / free)


def _seeds(
    cloud: FloatArray, around: IntArray, local: FloatArray, rough: FloatArray,
    near_m: float, least: int, seed: int,
) -> FloatArray:  # fmt: skip
    chance = np.random.default_rng(seed)
    left = np.ones(len(cloud), bool)
    usable = (np.hypot(local[:, 0], local[:, 1]) < _STEEPEST) & (rough < near_m)
    found: list[FloatArray] = []
    while left.sum() >= least and len(found) < MOST_PLANES:
        pool = np.flatnonzero(left & usable)
        if not len(pool):
            break
        tried = local[chance.choice(pool, min(_TRIES, len(pool)), replace=False)]
        rest = cloud[left]
        inside = np.abs(heights_of(tried, rest[:, :2]) - rest[:, 2]) < near_m
        for best in np.argsort(-inside.sum(axis=1))[:3]:
            region = _largest_region(np.flatnonzero(left)[inside[best]], around, len(cloud))
            if len(region) >= least:
                break
        else:
            break
        plane = _fitted(cloud[region])
        close = left & (np.abs(heights_of(plane[None], cloud[:, :2])[0] - cloud[:, 2]) < near_m)
        region = _largest_region(np.flatnonzero(close), around, len(cloud))
        left[region] = False
        usable[close] = False
        if len(region) >= least:
            found.append(_fitted(cloud[region]))
    return np.array(found).reshape(-1, 3)


def _largest_region(chosen: IntArray, around: IntArray, size: int) -> IntArray:
    """Return those of chosen points that hang together most."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    if not len(chosen):
        return chosen
    place = np.full(size, -1, np.int64)
    place[chosen] = np.arange(len(chosen))
    other = place[around[chosen]]
    row, column = np.nonzero(other >= 0)
    graph = coo_matrix((np.ones(len(row)), (row, other[row, column])), (len(chosen),) * 2)
    _, part = connected_components(graph, directed=False)
    return np.asarray(chosen[part == np.bincount(part).argmax()], np.int64)


def _fitted(points: FloatArray) -> FloatArray:
    middle = points.mean(axis=0)
    d = points - middle
    (a, b), *_ = np.linalg.lstsq(d[:, :2], d[:, 2], rcond=None)
    return np.array([a, b, middle[2] - a * middle[0] - b * middle[1]])


def _settled(
    cloud: FloatArray, around: IntArray, plane: FloatArray, near_m: float, least: int
) -> tuple[FloatArray, IntArray]:
    """Return planes fitted to the points that are nearest to them, alike ones joined."""
    for _ in range(6):
        label = _labels(cloud, around, plane, near_m)
        kept = [k for k in range(len(plane)) if (label == k).sum() >= least]
        if not kept:
            return plane[:1], label
        fitted = np.array([_fitted(cloud[label == k]) for k in kept])
        joined = _joined(cloud, label, kept, fitted)
        settled = len(joined) == len(plane) and np.allclose(joined, plane, atol=1e-3)
        plane = joined
        if settled:
            break
    return plane, _labels(cloud, around, plane, near_m)


def _joined(cloud: FloatArray, label: IntArray, kept: list[int], plane: FloatArray) -> FloatArray:
    """Join the two most alike planes, if any are alike."""
    for i in range(len(kept)):
        for j in range(i + 1, len(kept)):
            both = cloud[(label == kept[i]) | (label == kept[j])]
            one = _fitted(both)
            off = np.abs(heights_of(one[None], both[:, :2])[0] - both[:, 2])
            if np.mean(off) < _SAME_M and np.quantile(off, 0.95) < 2.5 * _SAME_M:
                rest = [plane[k] for k in range(len(kept)) if k not in (i, j)]
                return np.array([*rest, one])
    return plane


def _labels(cloud: FloatArray, around: IntArray, plane: FloatArray, near_m: float) -> IntArray:
    """Return the plane that fits each point and those around it best; -1 where none is near."""
    off = np.abs(heights_of(plane, cloud[:, :2]) - cloud[:, 2])
    capped = np.minimum(off, 3 * near_m)
    best = np.argmin(capped[:, around].mean(axis=2) + capped, axis=0)
    far = off[best, np.arange(len(cloud))] > 3 * near_m
    return np.where(far, -1, best).astype(np.int64)


def _regular(points: FloatArray, plane: FloatArray, walls_deg: float) -> FloatArray:
    """Return a plane level, or falling exactly towards a wall, where it nearly is so."""
    slope = math.hypot(plane[0], plane[1])
    middle = points.mean(axis=0)
    if slope < _LEVEL_SLOPE:
        return np.array([0.0, 0.0, float(np.median(points[:, 2]))])
    turn = math.degrees(math.atan2(plane[1], plane[0])) - walls_deg
    off = (turn + 45.0) % 90.0 - 45.0
    if abs(off) > _ALONG_WALL_DEG:
        return plane
    angle = math.radians(turn - off + walls_deg)
    way = np.array([math.cos(angle), math.sin(angle)])
    run = (points[:, :2] - middle[:2]) @ way
    rise = float(run @ (points[:, 2] - middle[2]) / max(float(run @ run), 1e-9))
    turned = np.array([*(rise * way), middle[2] - rise * float(way @ middle[:2])])
    before, after = (_sigma(points, p) for p in (plane, turned))
    return turned if after <= 1.2 * before + 0.02 else plane


def _sigma(points: FloatArray, plane: FloatArray) -> float:
    return float(np.std(heights_of(plane[None], points[:, :2])[0] - points[:, 2]))


def _touching(
    cloud: FloatArray, around: IntArray, label: IntArray
) -> tuple[IntArray, list[FloatArray]]:
    """Return pairs of planes with neighbouring points, and the middles between those."""
    one = np.repeat(np.arange(len(cloud)), around.shape[1])
    other = around.ravel()
    a, b = label[one], label[other]
    apart = (a != b) & (a >= 0) & (b >= 0)
    pair = np.sort(np.column_stack([a, b])[apart], axis=1)
    middle = 0.5 * (cloud[one[apart], :2] + cloud[other[apart], :2])
    if not len(pair):
        return np.empty((0, 2), np.int64), []
    kinds, which = np.unique(pair, axis=0, return_inverse=True)
    which = which.ravel()
    seams: list[Any] = [middle[which == k] for k in range(len(kinds))]
    enough = [k for k, seam in enumerate(seams) if len(seam) >= 3]
    return np.asarray(kinds[enough], np.int64), [seams[k] for k in enough]
