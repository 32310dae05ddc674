"""Coarser surfaces by quadric clustering that keeps textures, colours and feature ids.

After P. Lindstrom, "Out-of-core simplification of large polygonal models" (SIGGRAPH 2000): the
vertices in one cell of a grid become one vertex, at the place that lies nearest to the planes
of the cell's faces. Vertices of different texture charts or features stay apart but share the
place, so that no crack opens along a seam.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.tiling.surface import Surface, unit

Array = npt.NDArray[Any]
#: Weight of the mean place against the planes, which fix fewer than three directions on flat
#: ground; small enough to leave ridges and edges where they are.
_PULL: Final = 1e-3


def cluster(surfaces: list[Surface], cell_m: float) -> list[Surface]:
    """Return *surfaces* with one vertex a cell, chart and feature; empty ones are left out.

    Normals are dropped: those of the new faces are made when the tile is written.

    Parameters
    ----------
    surfaces : list of Surface
        Simplified together, so that they stay joined where they touch.
    cell_m : float
        Size of the cells in metres; also the largest displacement along an axis.
    """
    if not surfaces:
        return []
    positions = np.concatenate([surface.position for surface in surfaces])
    origin = positions.min(axis=0)
    cells, cell_of = _unique_rows(np.floor((positions - origin) / cell_m).astype(np.int64))
    places = _places(surfaces, cells, cell_of, origin, cell_m)
    found: list[Surface] = []
    start = 0
    for surface in surfaces:
        rows = cell_of[start : start + len(surface.position)]
        start += len(surface.position)
        simplified = _collapse(surface, rows, places)
        if simplified is not None:
            found.append(simplified)
    return found


def charts(triangles: npt.NDArray[np.uint32], count: int) -> npt.NDArray[np.int64]:
    """Return a label for each of *count* vertices, equal where triangles connect them."""
    labels = np.arange(count)
    corners = triangles.astype(np.int64)
    while True:
        lowest = labels[corners].min(axis=1)
        before = labels.copy()
        np.minimum.at(labels, corners.ravel(), np.repeat(lowest, 3))
        # Follow the labels of labels, so that long strips need few rounds.
        while True:
            jumped = labels[labels]
            if np.array_equal(jumped, labels):
                break
            labels = jumped
        if np.array_equal(before, labels):
            return labels


def _unique_rows(rows: npt.NDArray[np.int64]) -> tuple[Array, Array]:
    """Return the distinct rows of small non-negative numbers, and which one each row is."""
    span = rows.max(axis=0) + 1
    codes = (rows[:, 0] * span[1] + rows[:, 1]) * span[2] + rows[:, 2]
    _, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
    return rows[first], inverse.ravel()


def _places(
    surfaces: list[Surface], cells: Array, cell_of: Array, origin: Array, cell_m: float
) -> npt.NDArray[np.float64]:
    """Return the place of each cell's vertex, never outside its cell."""
    count = len(cells)
    centres = origin + (cells + 0.5) * cell_m
    positions = np.concatenate([surface.position for surface in surfaces]) - centres[cell_of]
    share: Array = np.bincount(cell_of, minlength=count)
    mean = np.column_stack([np.bincount(cell_of, positions[:, i], count) for i in range(3)])
    mean = mean / np.maximum(share, 1)[:, None]
    matrix = np.zeros((count, 3, 3))
    right = np.zeros((count, 3))
    start = 0
    for surface in surfaces:
        corner_cells = cell_of[start : start + len(surface.position)][surface.triangles]
        start += len(surface.position)
        corners = surface.position[surface.triangles]
        weighted = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        area = np.linalg.norm(weighted, axis=1)
        normal = unit(weighted)
        for corner in range(3):
            cell = corner_cells[:, corner]
            distance = np.einsum("ij,ij->i", normal, corners[:, corner] - centres[cell])
            for i in range(3):
                right[:, i] += np.bincount(cell, area * normal[:, i] * distance, count)
                for j in range(i, 3):
                    total = np.bincount(cell, area * normal[:, i] * normal[:, j], count)
                    matrix[:, i, j] += total
                    if i != j:
                        matrix[:, j, i] += total
    pull = _PULL * np.trace(matrix, axis1=1, axis2=2) + 1e-12
    matrix[:, range(3), range(3)] += pull[:, None]
    right += pull[:, None] * mean
    solved = np.linalg.solve(matrix, right[:, :, None])[:, :, 0]
    return np.asarray(centres + np.clip(solved, -cell_m / 2, cell_m / 2))


def _collapse(surface: Surface, cell_of: Array, places: Array) -> Surface | None:
    triangles = surface.triangles
    a, b, c = cell_of[triangles].T
    triangles = triangles[(a != b) & (b != c) & (a != c)]
    if not len(triangles):
        return None
    key = np.zeros((len(surface.position), 3), np.int64)
    key[:, 0] = cell_of
    if surface.uv is not None:
        _, key[:, 1] = np.unique(charts(surface.triangles, len(cell_of)), return_inverse=True)
    if surface.feature is not None:
        _, key[:, 2] = np.unique(surface.feature, return_inverse=True)
    kept, vertex_of = _unique_rows(key)
    corners = vertex_of[triangles]
    # The same triangle again, whichever corner it begins with, is one too many.
    turn = np.argmin(corners, axis=1)
    turned = corners[np.arange(len(corners))[:, None], (turn[:, None] + [0, 1, 2]) % 3]
    _, first = np.unique(turned, axis=0, return_index=True)
    joined = replace(
        surface,
        position=places[kept[:, 0]],
        triangles=turned[np.sort(first)].astype(np.uint32),
        uv=_mean(surface.uv, vertex_of, len(kept)),
        normal=None,
        colour=_mean(surface.colour, vertex_of, len(kept)),
        feature=_first(surface.feature, vertex_of, len(kept)),
    )
    return joined.part(joined.triangles)


def _mean(values: Array | None, vertex_of: Array, count: int) -> Any:
    if values is None:
        return None
    share = np.maximum(np.bincount(vertex_of, minlength=count), 1)
    columns = [np.bincount(vertex_of, column, count) / share for column in values.T]
    mean = np.column_stack(columns)
    return (np.round(mean) if values.dtype == np.uint8 else mean).astype(values.dtype)


def _first(values: Array | None, vertex_of: Array, count: int) -> Any:
    if values is None:
        return None
    out = np.zeros(count, values.dtype)
    out[vertex_of] = values
    return out
