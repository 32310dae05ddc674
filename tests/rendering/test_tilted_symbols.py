"""Models of things that are tilted: pitch and roll after the heading."""

from __future__ import annotations

import numpy as np
import pytest

from rendering.entities.chunks import build
from rendering.entities.shape import EntityShape
from rendering.views.instances import Instances

FRONT, RIGHT, UP = np.eye(3)[1], np.eye(3)[0], np.eye(3)[2]


def turned(**angles: float) -> tuple[Instances, np.ndarray]:
    shape = EntityShape(7, "Cam", "camera", "camera", "#808080", (10.0, 20.0, 5.0), **angles)
    built = build("camera", [shape], lambda x, y: np.zeros(len(x)), None)  # type: ignore[arg-type]
    assert built.instances is not None
    return built.instances, built.instances.rotations(np.array([0]))[0]


@pytest.mark.parametrize(
    ("angles", "front", "right"),
    [
        ({}, (0, 1, 0), (1, 0, 0)),
        ({"heading_deg": 90.0}, (1, 0, 0), (0, -1, 0)),
        ({"pitch_deg": 90.0}, (0, 0, 1), (1, 0, 0)),
        ({"pitch_deg": -90.0, "heading_deg": 90.0}, (0, 0, -1), (0, -1, 0)),
        ({"roll_deg": 90.0}, (0, 1, 0), (0, 0, -1)),
        ({"roll_deg": 90.0, "heading_deg": 180.0}, (0, -1, 0), (0, 0, -1)),
    ],
)
def test_front_and_right_of_a_model_point_where_the_angles_say(
    angles: dict[str, float], front: tuple[int, ...], right: tuple[int, ...]
) -> None:
    _group, rotation = turned(**angles)
    assert rotation @ FRONT == pytest.approx(front, abs=1e-12)
    assert rotation @ RIGHT == pytest.approx(right, abs=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1.0)


def test_upright_things_need_no_tilt() -> None:
    group, _rotation = turned(heading_deg=33.0)
    assert group.tilt_deg is None
