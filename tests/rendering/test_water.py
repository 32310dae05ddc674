"""Surfaces of water, and ribbons."""

from __future__ import annotations

import numpy as np

from rendering.ribbons import read_ribbons
from rendering.water import DEPTH_COLOURS, change_surface, depth_surface


def colour(text: str) -> list[int]:
    return [int(text[n : n + 2], 16) for n in (1, 3, 5)]


def test_water_stands_at_its_level_in_the_colour_of_its_depth_and_fades_out_at_its_edge() -> None:
    depth = np.zeros((5, 6))
    depth[2, 2:4] = 0.4
    bed = np.full((5, 6), 3.0)
    mesh = depth_surface(depth, bed, (100.0, 200.0, 2.0))
    assert mesh.vertex_colour is not None
    wet = mesh.vertex_colour[:, 3] > 0
    assert wet.sum() == 2
    assert (mesh.vertex_colour[wet, :3] == colour(DEPTH_COLOURS[2])).all()
    assert np.allclose(mesh.position[wet], [(105.0, 205.0, 3.46), (107.0, 205.0, 3.46)])
    # Dry corners lie at the water's level, so that it does not run down into the ground.
    assert np.allclose(mesh.position[~wet, 2], 3.46)
    assert len(mesh.triangles) == 2 * 6


def test_buildings_and_a_film_of_water_are_not_drawn() -> None:
    depth = np.full((4, 4), 0.01)
    depth[1, 1] = np.nan
    assert len(depth_surface(depth, np.zeros((4, 4)), (0.0, 0.0, 1.0)).triangles) == 0


def test_only_differences_that_matter_are_drawn() -> None:
    change = np.zeros((4, 4))
    change[1, 1], change[2, 2], change[3, 3] = 0.6, -0.6, 0.01
    mesh = change_surface(change, np.zeros((4, 4)), (0.0, 0.0, 1.0))
    assert mesh.vertex_colour is not None
    assert (mesh.vertex_colour[:, 3] > 0).sum() == 2


def test_a_ribbon_is_as_wide_as_its_road_and_takes_its_colour() -> None:
    names, ribbons = read_ribbons(
        {"a": [{"points": [[0, 0, 5], [10, 0, 5]], "width_m": 4.0}],
         "b": [{"points": [[0, 9, 5]], "width_m": 4.0}]}
    )  # fmt: skip
    assert names == ["a", "b"] and len(ribbons) == 2
    mesh = ribbons.mesh(np.array([[255, 0, 0], [0, 255, 0]], np.uint8))
    assert np.allclose(np.ptp(mesh.position, axis=0)[:2], (10.0, 4.0))
    assert mesh.vertex_colour is not None and (mesh.vertex_colour[:, :3] == (255, 0, 0)).all()
