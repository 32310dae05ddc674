"""Roofs of the old town from above: each its own, the same in every picture that shows it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image

from assets.demo_city.old_town import Wing
from assets.demo_city.tiled_roofs import paint_tiled_roofs

HOUSE = Wing(10.0, 10.0, 12.0, 6.0, True, 3.0, 5.0, 0, 1)
BLANK = (1, 2, 3)


def picture(
    wings: list[Wing], west: float = 0.0, side: float = 20.0, pixels_a_metre: float = 10.0
) -> np.ndarray:
    size = round(side * pixels_a_metre)
    image = Image.new("RGB", (size, size), BLANK)
    paint_tiled_roofs(image, (west, 20.0), pixels_a_metre, wings, 0.0)
    return np.asarray(image, np.float64)


def test_a_roof_covers_its_outline_and_nothing_else() -> None:
    seen = picture([HOUSE])
    painted = (seen != BLANK).any(axis=-1)
    assert painted[70:130, 40:160].all()
    assert painted.sum() == 60 * 120


def test_a_roof_is_the_same_in_the_picture_of_the_next_tile_and_in_a_coarser_one() -> None:
    seen = picture([HOUSE])
    beside = picture([HOUSE], west=10.0)
    np.testing.assert_array_equal(beside[:, :60], seen[:, 100:160])
    coarse = picture([HOUSE], pixels_a_metre=2.0)[14:26, 8:32]
    mean = seen[70:130, 40:160].reshape(12, 5, 24, 5, 3).mean(axis=(1, 3))
    assert np.abs(coarse - mean).max() < 6.0


def test_no_two_roofs_are_alike_and_the_upper_one_lies_above() -> None:
    # So coarse that rows of tiles, which all roofs have, are not seen.
    here = picture([HOUSE], pixels_a_metre=2.5)[26:32, 11:39]
    there = picture([replace(HOUSE, x=12.0)], pixels_a_metre=2.5)[26:32, 16:44]
    alike = np.corrcoef(here.mean(axis=-1).ravel(), there.mean(axis=-1).ravel())[0, 1]
    assert abs(alike) < 0.4
    tower = replace(HOUSE, length_m=4.0, width_m=4.0, ridge_m=20.0, roof=2)
    both, alone = picture([tower, HOUSE]), picture([tower])
    np.testing.assert_array_equal(both[80:120, 80:120], alone[80:120, 80:120])


def test_slopes_to_the_sun_are_lighter_for_either_course_of_the_ridge() -> None:
    south, north = picture([HOUSE])[102:130, 40:160], picture([HOUSE])[70:98, 40:160]
    assert south.mean() > north.mean() + 10.0
    turned = picture([replace(HOUSE, along_x=False)])
    west, east = turned[40:160, 70:98], turned[40:160, 102:130]
    assert west.mean() > east.mean() + 10.0
