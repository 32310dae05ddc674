"""Exact conditions on places, as SQL functions over GeoPackage points."""

from __future__ import annotations

import functools
import json
import sqlite3
import struct
from typing import Final

from twin_model.entity import Entity

_COORDINATES: Final = struct.Struct("<ddd")
_AT: Final = 13  # after the GeoPackage header (8 bytes) and the WKB header (5)


def point(blob: bytes | None) -> tuple[float, float, float] | None:
    """Return the coordinates of a GeoPackage point in the project's CRS."""
    return None if blob is None else _COORDINATES.unpack_from(blob, _AT)


def in_box(blob: bytes | None, west: float, south: float, east: float, north: float) -> bool:
    """Return whether a point lies in a box, edges included; all in the project's CRS."""
    if blob is None:
        return False
    x: float
    y: float
    x, y, _z = _COORDINATES.unpack_from(blob, _AT)
    return west <= x <= east and south <= y <= north


def between_heights(blob: bytes | None, bottom: float, top: float) -> bool:
    """Return whether a point's height lies between two heights in metres, both included."""
    place = point(blob)
    return place is not None and bottom <= place[2] <= top


def distance_squared(blob: bytes | None, x: float, y: float, z: float | None) -> float | None:
    """Return the squared distance of a point from another, in plan where *z* is None."""
    place = point(blob)
    if place is None:
        return None
    plan = (place[0] - x) ** 2 + (place[1] - y) ** 2
    return plan if z is None else plan + (place[2] - z) ** 2


@functools.lru_cache(maxsize=16)
def _ring(text: str) -> tuple[tuple[float, float, float, float], ...]:
    """Return a ring's edges (x1, y1, x2, y2), the last one closing it."""
    corners = [(float(x), float(y)) for x, y in json.loads(text)]
    pairs = zip(corners, corners[1:] + corners[:1], strict=True)
    return tuple((a[0], a[1], b[0], b[1]) for a, b in pairs)


def in_polygon(blob: bytes | None, ring: str) -> bool:
    """Return whether a point lies in a polygon (JSON list of corners) by crossing number."""
    place = point(blob)
    if place is None:
        return False
    x, y, _z = place
    inside = False
    for x1, y1, x2, y2 in _ring(ring):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def register(connection: sqlite3.Connection) -> None:
    """Give a connection the functions above under the names that queries use."""
    for name, count, function in (
        ("place_in_box", 5, in_box),
        ("place_between", 3, between_heights),
        ("place_distance2", 4, distance_squared),
        ("place_in_polygon", 2, in_polygon),
    ):
        connection.create_function(name, count, function, deterministic=True)


_Box = tuple[float, float, float, float, float, float]


def extent(entity: Entity) -> _Box | None:
    """Return min x, max x, min y, max y, min z, max z of an entity's point and own geometry.

    Local metres; None where it has neither.
    """
    points = [] if entity.position is None else [entity.position]
    if entity.geometry is not None:
        from twin_model.topology import bounds  # shapely: only where there is own geometry

        points += bounds(entity.geometry)
    if not points:
        return None
    xs, ys, zs = zip(*points, strict=True)
    return min(xs), max(xs), min(ys), max(ys), min(zs), max(zs)
