"""Triangles of polygons."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def triangulate(
    position: npt.NDArray[np.float64],
    vertex: npt.NDArray[np.integer[Any]],
    lengths: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """Return the triangles of polygons as rows of three corner numbers.

    Parameters
    ----------
    position : (n, 3) float64 array
    vertex : (c,) integer array
        Vertex of each corner.
    lengths : (m,) int64 array
        Corners of each polygon, at least three; their sum is c.

    Returns
    -------
    (t, 3) int64 array
        Corner numbers, polygon by polygon; concave ones are cut along their ears, and those
        that cross themselves are fanned.
    """
    starts = np.cumsum(lengths) - lengths
    parts: list[Array] = []
    owners: list[Array] = []
    for length in np.unique(lengths):
        first = starts[lengths == length]
        owner = np.flatnonzero(lengths == length)
        corners = first[:, None] + np.arange(length)
        fan = np.stack(
            [np.repeat(corners[:, :1], length - 2, axis=1), corners[:, 1:-1], corners[:, 2:]], 2
        )
        if length > 3:
            for row in np.flatnonzero(_is_concave(position[vertex[corners]])):
                ears = _ears(position[vertex[corners[row]]])
                if ears is not None:
                    fan[row] = corners[row][ears]
        parts.append(fan.reshape(-1, 3))
        owners.append(np.repeat(owner, length - 2))
    if not parts:
        return np.zeros((0, 3), np.int64)
    order = np.argsort(np.concatenate(owners), kind="stable")
    return np.asarray(np.concatenate(parts)[order])


def _normals(polygons: Array) -> Array:
    """Return Newell's normals of (m, n, 3) polygons."""
    following = np.roll(polygons, -1, axis=1)
    return np.asarray(np.cross(polygons, following).sum(axis=1))


def _is_concave(polygons: Array) -> Array:
    centred = polygons - polygons.mean(axis=1, keepdims=True)
    normal = _normals(centred)
    edge = np.roll(centred, -1, axis=1) - centred
    turn = np.einsum("mnk,mk->mn", np.cross(edge, np.roll(edge, -1, axis=1)), normal)
    scale = np.abs(turn).max(axis=1, keepdims=True)
    return np.asarray((turn < -1e-9 * scale).any(axis=1))


def _ears(polygon: Array) -> Array | None:
    """Return the (n - 2, 3) triangles of a concave polygon; None where it crosses itself."""
    import mapbox_earcut  # lazily: most models have no concave polygon

    normal = np.abs(_normals((polygon - polygon.mean(axis=0))[None])[0])
    dropped = int(np.argmax(normal))
    flat = np.ascontiguousarray(np.delete(polygon, dropped, axis=1))
    ears = np.asarray(
        mapbox_earcut.triangulate_float64(flat, np.array([len(flat)], np.uint32)), np.int64
    ).reshape(-1, 3)
    if len(ears) != len(polygon) - 2:
        return None
    whole = _normals((polygon - polygon.mean(axis=0))[None])[0]
    first = _normals(polygon[ears] - polygon.mean(axis=0)).sum(axis=0)
    return ears if float(first @ whole) >= 0.0 else ears[:, ::-1]
