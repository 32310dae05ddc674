"""Outlines of what is not drawn in building models: rooms and zones, seen from above."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.readers.ifc_shapes import Shape

#: Of larger ones, such as terrain that is modelled as a zone, nobody asks for the outline.
_MOST_FACES: Final = 20_000
_GRID_M: Final = 0.001
_LEAST_CORNERS: Final = 3

Array = npt.NDArray[Any]
Place = tuple[int, int]


def outline(shape: Shape) -> list[list[float]] | None:
    """Return the corners of a room's outline in the model's coordinates, at its floor's height.

    The union of its faces seen from above, its largest part, without holes; None where there is
    none.

    Parameters
    ----------
    shape : Shape

    Returns
    -------
    (n, 3) list, or None
    """
    vertices = np.frombuffer(shape.vertices, np.float64).reshape(-1, 3)
    faces = np.frombuffer(shape.faces, np.int32).reshape(-1, 3)
    if not 1 <= len(faces) <= _MOST_FACES or int(faces.max()) >= len(vertices) or faces.min() < 0:
        return None
    if shape.matrix is not None:
        matrix = np.array(shape.matrix, np.float64).reshape(4, 4).T
        vertices = vertices @ matrix[:3, :3].T + matrix[:3, 3]
    if not np.isfinite(vertices).all():
        return None
    ring = _floor_ring(vertices, faces)
    if ring is None:
        ring = _seen_from_above(vertices, faces)
    floor = float(vertices[:, 2].min())
    corners = [[float(x), float(y), floor] for x, y in ring]
    return corners if len(corners) >= 3 and all(map(math.isfinite, corners[0])) else None


def _floor_ring(vertices: Array, faces: Array) -> list[tuple[float, float]] | None:
    """Return the outer edge of a room's flat floor; None where it has none such.

    Nearly all rooms are prisms, whose floor is the outline, and a union of faces takes a
    library that loads longer than all of them together.
    """
    places = np.round(vertices / _GRID_M).astype(np.int64)
    low = places[:, 2].min()
    floor = faces[(places[faces, 2] <= low + 1).all(axis=1)]
    edges: dict[tuple[Place, Place], None] = {}
    corner: list[Place] = [(x, y) for x, y in places[:, :2].tolist()]
    for triangle in floor.tolist():
        for one, other in ((0, 1), (1, 2), (2, 0)):
            start, end = corner[triangle[one]], corner[triangle[other]]
            if start == end:
                continue
            if edges.pop((end, start), edges) is edges:
                if (start, end) in edges:
                    return None
                edges[start, end] = None
    follows = dict(edges)
    if len(edges) < _LEAST_CORNERS or len({start for start, _ in follows}) != len(edges):
        return None  # two rings touch
    rings = _rings(dict(follows.keys()))
    if not _walls_stand_on(corner, faces, [place for ring in rings for place in ring]):
        return None
    largest = max(rings, key=_area)
    return [(x * _GRID_M, y * _GRID_M) for x, y in _straightened(largest)]


def _rings(after: dict[Place, Place]) -> list[list[Place]]:
    """Return the rings of edges by what follows on each corner: the outline, then holes."""
    rings: list[list[Place]] = []
    while after:
        here = next(iter(after))
        ring: list[Place] = []
        while here in after:
            ring.append(here)
            here = after.pop(here)
        rings.append(ring)
    return rings


def _area(ring: list[Place]) -> int:
    ends = [*ring[1:], ring[0]]
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(ring, ends)))


def _walls_stand_on(corner: list[Place], faces: Array, ring: list[Place]) -> bool:
    """Return whether every corner of the room stands above one of its floor's."""
    return {corner[number] for number in set(faces.ravel().tolist())} <= set(ring)


def _straightened(ring: list[Place]) -> list[Place]:
    """Return the ring without corners on the line between their neighbours."""
    kept = []
    for before, here, after in zip([ring[-1], *ring[:-1]], ring, [*ring[1:], ring[0]]):
        cross = (here[0] - before[0]) * (after[1] - here[1]) - (here[1] - before[1]) * (
            after[0] - here[0]
        )
        if abs(cross) > max(abs(after[0] - before[0]), abs(after[1] - before[1])):
            kept.append(here)
    return kept


def _seen_from_above(vertices: Array, faces: Array) -> list[tuple[float, float]]:
    import shapely  # 0.1 s, and few models need it

    flat = vertices[faces][:, :, :2]
    one, other = flat[:, 1] - flat[:, 0], flat[:, 2] - flat[:, 0]
    area = np.abs(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]) / 2
    flat = flat[area > _GRID_M**2]
    if not len(flat):
        return []
    whole = shapely.union_all(shapely.polygons(flat), grid_size=_GRID_M)
    parts = [part for part in getattr(whole, "geoms", [whole]) if part.geom_type == "Polygon"]
    if not parts:
        return []
    ring = max(parts, key=lambda part: part.area).exterior.simplify(_GRID_M)
    return [(float(x), float(y)) for x, y in ring.coords[:-1]]
