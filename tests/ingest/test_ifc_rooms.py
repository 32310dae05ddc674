"""Outlines of rooms: the edge of their floor, or what is seen from above."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
import shapely

from ingest.readers.ifc_rooms import outline
from ingest.readers.ifc_shapes import Shape


def room(polygon: shapely.Polygon, top: Sequence[float] = (3.0,)) -> Shape:
    """A prism over a polygon; with several heights its ceiling goes up and down."""
    flat = list(shapely.constrained_delaunay_triangles(polygon).geoms)
    vertices: list[tuple[float, float, float]] = []
    faces: list[tuple[int, int, int]] = []

    def corner(x: float, y: float, z: float) -> int:
        vertices.append((x, y, z))
        return len(vertices) - 1

    def height(x: float) -> float:
        return top[round(x) % len(top)]

    for triangle in flat:
        ring = [(x, y) for x, y in triangle.exterior.coords[:3]]
        a, b, c = (corner(x, y, 0.0) for x, y in ring)
        faces.append((a, c, b))
        a, b, c = (corner(x, y, height(x)) for x, y in ring)
        faces.append((a, b, c))
    for ring_of in (polygon.exterior, *polygon.interiors):
        places = list(ring_of.coords)
        for (x0, y0), (x1, y1) in itertools.pairwise(places):
            a, b = corner(x0, y0, 0.0), corner(x1, y1, 0.0)
            c, d = corner(x1, y1, height(x1)), corner(x0, y0, height(x0))
            faces += [(a, b, c), (a, c, d)]
    return Shape(
        np.array(vertices, np.float64).tobytes(), np.array(faces, np.int32).tobytes(), b"", b"",
        None,
    )  # fmt: skip


ROOMS = {
    "square": shapely.box(0, 0, 4, 3),
    "with an angle": shapely.Polygon([(0, 0), (6, 0), (6, 2), (2, 2), (2, 5), (0, 5)]),
    "around a column": shapely.box(0, 0, 8, 8).difference(shapely.box(3, 3, 5, 5)),
}


@pytest.mark.parametrize("name", ROOMS)
@pytest.mark.parametrize("top", [(3.0,), (2.5, 4.0)])
def test_the_outline_is_the_outer_edge_of_the_floor(name: str, top: tuple[float, ...]) -> None:
    found = outline(room(ROOMS[name], top))
    assert found is not None
    expected = shapely.Polygon(ROOMS[name].exterior)
    assert shapely.Polygon(found).symmetric_difference(expected).area < 0.01
    assert len(found) == len(expected.exterior.coords) - 1
    assert {z for *_, z in found} == {0.0}


def test_a_room_that_is_wider_above_is_seen_from_above() -> None:
    low, high = room(shapely.box(0, 0, 4, 4)), room(shapely.box(-2, 0, 6, 4))
    vertices = np.frombuffer(low.vertices).reshape(-1, 3)
    above = np.frombuffer(high.vertices).reshape(-1, 3) + np.array([0.0, 0.0, 3.0])
    faces, more = (np.frombuffer(part.faces, np.int32).reshape(-1, 3) for part in (low, high))
    both = np.concatenate([faces, more + len(vertices)])
    found = outline(
        Shape(np.concatenate([vertices, above]).tobytes(), both.astype(np.int32).tobytes(), b"",
              b"", None)
    )  # fmt: skip
    assert found is not None and shapely.Polygon(found).area == pytest.approx(32.0, abs=0.01)


def test_what_is_no_room_has_no_outline() -> None:
    nothing = np.empty(0, np.int32).tobytes()
    assert outline(Shape(nothing, nothing, b"", b"", None)) is None
    nan = Shape(np.full((3, 3), np.nan).tobytes(), np.array([[0, 1, 2]], np.int32).tobytes(), b"",
                b"", None)  # fmt: skip
    assert outline(nan) is None
