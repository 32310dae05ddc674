"""Layers far from each other are scenes of their own."""

from __future__ import annotations

import pytest

from rendering.extent import gathered
from twin_model.layer import Bounds


def box(x: float, y: float, size: float = 1000.0) -> Bounds:
    return (x, y, 0.0, x + size, y + size, 10.0)


def test_neighbours_are_one_scene_even_in_a_chain() -> None:
    chain = [box(40_000.0 * n, 0.0) for n in range(5)]
    assert gathered(chain, (0.0, 0.0, 0.0)) == (0.0, 0.0, 0.0, 161_000.0, 1000.0, 10.0)


def test_a_layer_on_another_continent_does_not_stretch_the_scene() -> None:
    city = [box(0.0, 0.0), box(2000.0, 0.0)]
    assert gathered([*city, box(8.0e6, 3.0e6)], (500.0, 500.0, 0.0)) == (0, 0, 0, 3000, 1000, 10)


def test_the_scene_is_the_one_about_the_cameras_target() -> None:
    far = box(8.0e6, 3.0e6)
    assert gathered([box(0.0, 0.0), far], (7.9e6, 3.0e6, 0.0)) == far


def test_a_wide_layer_takes_in_what_lies_as_near_as_it_is_wide() -> None:
    country = box(0.0, 0.0, 800_000.0)
    island = box(1_200_000.0, 0.0)
    assert gathered([country, island], (0.0, 0.0, 0.0)) == (0, 0, 0, 1_201_000, 800_000, 10)


@pytest.mark.parametrize("boxes", [[], [None]])
def test_nothing_has_no_extent(boxes: list[None]) -> None:
    assert gathered(boxes, (0.0, 0.0, 0.0)) is None
