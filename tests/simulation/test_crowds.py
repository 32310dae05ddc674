"""How densely people stand."""

from __future__ import annotations

import numpy as np
import pytest

from rendering.crowd import CROWD_COLOURS, LETTERS, LEVELS, crowd_surface
from twin_model.store.run_crowds import CrowdGround

HALL = [[0.0, 0.0], [20.0, 0.0], [20.0, 10.0], [0.0, 10.0]]
PILLAR = [[9.0, 4.0], [11.0, 4.0], [11.0, 6.0], [9.0, 6.0]]


def people(apart_m: float, height_m: float = 0.0) -> np.ndarray:
    """Return people in rows over the hall, none in the pillar."""
    x, y = np.meshgrid(np.arange(apart_m / 2, 20, apart_m), np.arange(apart_m / 2, 10, apart_m))
    places = np.column_stack([x.ravel(), y.ravel(), np.full(x.size, height_m)])
    inside = (np.abs(places[:, 0] - 10) < 1) & (np.abs(places[:, 1] - 5) < 1)
    return np.asarray(places[~inside])


@pytest.mark.parametrize("apart_m", [0.5, 1.0])
def test_density_is_right_in_the_middle_at_walls_and_around_pillars(apart_m: float) -> None:
    grid = CrowdGround([HALL, PILLAR], 0.0).grid(people(apart_m))
    assert grid.place_m == (-0.5, -0.5, 0.5)
    hall = grid.density[1:21, 1:41]
    assert np.isnan(hall[8:12, 18:22]).all() and np.isfinite(hall[:8]).all()
    assert grid.density[np.isfinite(grid.density)] == pytest.approx(1.0 / apart_m**2, rel=0.12)


def test_people_on_other_floors_and_outside_do_not_count() -> None:
    ground = CrowdGround([HALL], 4.0)
    outside = np.array([[-5.0, 5.0, 4.0], [50.0, 5.0, 4.0]])
    found = ground.grid(np.vstack([people(1.0, 0.0), outside]))
    assert np.nanmax(found.density) == pytest.approx(0.0, abs=1e-9)


def test_the_floor_takes_the_colour_of_its_level_of_service() -> None:
    assert len(CROWD_COLOURS) == len(LETTERS) == len(LEVELS) + 1
    density = np.full((6, 6), 1.0)  # level D: 0.72 to 1.08 people/m²
    mesh = crowd_surface(density, 3.0, (0.0, 0.0, 0.5))
    assert mesh.vertex_colour is not None
    shown = mesh.vertex_colour[mesh.vertex_colour[:, 3] > 0]
    wanted = [int(CROWD_COLOURS[3][n : n + 2], 16) for n in (1, 3, 5)]
    assert (shown[:, :3] == wanted).all() and len(shown) == 36
    assert mesh.position[:, 2].min() >= 3.0
    assert not len(crowd_surface(np.zeros((6, 6)), 3.0, (0.0, 0.0, 0.5)).triangles)
