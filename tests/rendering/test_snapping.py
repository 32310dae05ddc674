"""Snapping: corners before edges before points before the grid, and nothing through walls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely

from rendering.camera import look_at
from rendering.entities.shape import EntityShape
from rendering.options import StageOptions
from rendering.snapping import FREE, SnapKind, SnapOptions, project, snap
from rendering.stage import Stage

if TYPE_CHECKING:
    from conftest import District

HOUSE = EntityShape(7, "House", "building", "pin", "#c9c3b6", (10.0, 5.0, 0.0),
                    shapely.box(0, 0, 20, 10), height_m=8.0)  # fmt: skip


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage(size=(600, 600), options=StageOptions())
    made.entities.replace([HOUSE])
    finish(made)
    yield made
    made.close()


def finish(stage: Stage) -> None:
    assert stage.wait_complete(20.0)
    stage.camera = look_at((-20.0, -20.0, 0.0, 40.0, 30.0, 10.0))
    assert stage.wait_complete(20.0)
    stage.render()
    assert stage.wait_complete(20.0)
    stage.render()


def pixel(stage: Stage, place: tuple[float, float, float]) -> tuple[int, int]:
    (at,), _ = project(stage, np.array([place]))
    return round(at[0]), round(at[1])


def test_projecting_agrees_with_the_ray_through_the_pixel(stage: Stage) -> None:
    place = (20.0, 0.0, 8.0)
    ray = stage.ray(*pixel(stage, place))
    to = np.subtract(place, ray.origin)
    assert np.linalg.norm(to - ray.direction * (to @ ray.direction)) < 0.2


def test_a_corner_within_reach_wins_over_the_edge_beside_it(stage: Stage) -> None:
    x, y = pixel(stage, (20.0, 0.0, 8.0))
    found = snap(stage, x - 5, y - 3, SnapOptions())
    assert found is not None
    assert (found.kind, found.feature) == (SnapKind.VERTEX, 7)
    assert found.position == pytest.approx((20.0, 0.0, 8.0))


def test_an_edge_is_met_where_the_cursor_is(stage: Stage) -> None:
    x, y = pixel(stage, (13.0, 0.0, 8.0))
    found = snap(stage, x, y - 3, SnapOptions())
    assert found is not None
    assert found.kind is SnapKind.EDGE
    assert found.position == pytest.approx((13.0, 0.0, 8.0), abs=0.4)


def test_what_is_behind_the_house_is_not_snapped_to(stage: Stage) -> None:
    x, y = pixel(stage, (12.0, 10.0, 0.0))  # the far foot, seen through the house
    found = snap(stage, x, y, SnapOptions(edges=False))
    assert found is None or found.kind is not SnapKind.VERTEX


def test_one_that_is_dragged_does_not_snap_to_itself(stage: Stage) -> None:
    x, y = pixel(stage, (20.0, 0.0, 8.0))
    found = snap(stage, x - 2, y - 1, SnapOptions(), ignored=[7])
    assert found is None or found.feature is None


def test_the_grid_is_that_of_the_project(stage: Stage, district: District) -> None:
    stage.set_frame(district.frame)
    found = snap(stage, *pixel(stage, (30.4, -8.3, 0.0)), SnapOptions(grid_m=2.0))
    assert found is not None
    assert found.kind is SnapKind.GRID
    east, north, _ = found.position + district.frame.offset
    assert (east % 2.0, north % 2.0) == pytest.approx((0.0, 0.0), abs=1e-6)


def test_free_takes_the_place_under_the_cursor(stage: Stage) -> None:
    x, y = pixel(stage, (20.0, 0.0, 8.0))
    found = snap(stage, x - 4, y - 4, FREE)
    assert found is not None
    assert found.kind is None


def test_a_point_of_a_cloud_is_met_exactly(stage: Stage, district: District) -> None:
    places = np.array([(-5.0 + i, -12.0, 1.0 + 0.1 * i) for i in range(5)])
    stage.set_frame(district.frame)
    stage.add_layer(*district.points(places))
    finish(stage)
    x, y = pixel(stage, (-3.0, -12.0, 1.2))
    found = snap(stage, x + 3, y + 2, SnapOptions())
    assert found is not None
    assert found.kind is SnapKind.POINT
    assert found.position == pytest.approx((-3.0, -12.0, 1.2), abs=1e-3)


def test_a_surface_is_met_on_its_triangles(stage: Stage, district: District) -> None:
    stage.set_frame(district.frame)
    stage.add_layer(*district.houses([(25.0, 0.0, 0.0, 35.0, 10.0, 5.0)]))
    finish(stage)
    at = pixel(stage, (30.0, 5.0, 5.0))
    for exact in (True, False):
        found = snap(stage, *at, SnapOptions(exact=exact))
        assert found is not None
        assert found.kind is SnapKind.SURFACE
        assert found.position[2] == pytest.approx(5.0, abs=0.01 if exact else 0.2)
