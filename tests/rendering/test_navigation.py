"""Moving the camera, without drawing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rendering.camera import CameraPose, look_at
from rendering.look import make_look
from rendering.navigation import (
    axes,
    ease,
    face_north,
    fly_between,
    orbit,
    pan_pixels,
    walk,
    zoom_to,
)
from twin_model.errors import ValidationError

POSE = CameraPose((-100.0, -200.0, 80.0), (10.0, 20.0, 5.0))
ANGLES = st.floats(-180, 180)


def on_screen(pose: CameraPose, point: tuple[float, float, float]) -> tuple[float, float]:
    """Return where a point falls, in tangents of the angles off the axis."""
    right, up, forward = axes(pose)
    delta = np.subtract(point, pose.eye)
    return float(delta @ right / (delta @ forward)), float(delta @ up / (delta @ forward))


@given(ANGLES, st.floats(-20, 20))
def test_the_pivot_of_an_orbit_stays_where_it_is_on_the_screen(dx: float, dy: float) -> None:
    pivot = (30.0, -40.0, 2.0)
    assert on_screen(orbit(POSE, pivot, dx, dy), pivot) == pytest.approx(
        on_screen(POSE, pivot), abs=1e-9
    )


@given(ANGLES, st.floats(-400, 400))
def test_orbiting_never_turns_over_the_zenith(dx: float, dy: float) -> None:
    turned = orbit(POSE, POSE.target, dx, dy)
    assert -89.6 <= turned.pitch_deg <= 89.6
    assert turned.distance_m == pytest.approx(POSE.distance_m)


@given(st.floats(0.01, 100))
def test_zooming_keeps_the_point_under_the_pointer(factor: float) -> None:
    point = (55.0, 10.0, 0.0)
    closer = zoom_to(POSE, point, factor)
    assert on_screen(closer, point) == pytest.approx(on_screen(POSE, point), abs=1e-6)
    before, after = (np.linalg.norm(np.subtract(p.eye, point)) for p in (POSE, closer))
    assert after == pytest.approx(max(before / factor, 0.05), rel=1e-6)


def test_panning_moves_the_point_with_the_pointer() -> None:
    point = (0.0, 0.0, 0.0)
    moved = pan_pixels(POSE, point, 60, -30, 720)
    per_pixel = 2 * np.tan(np.radians(22.5)) / 720
    x0, y0 = on_screen(POSE, point)
    assert on_screen(moved, point) == pytest.approx((x0 + 60 * per_pixel, y0 - 30 * per_pixel))


def test_walking_keeps_the_height() -> None:
    assert walk(POSE, 10.0, -3.0).eye[2] == POSE.eye[2]
    level = np.subtract(walk(POSE, 10.0, 0.0).eye, POSE.eye)
    assert np.linalg.norm(level) == pytest.approx(10.0)


def test_facing_north_turns_to_heading_zero() -> None:
    heading = face_north(POSE).heading_deg
    assert min(heading, 360 - heading) == pytest.approx(0.0, abs=1e-6)


@given(st.floats(0, 1), st.floats(0, 1))
def test_easing_rises_from_zero_to_one(a: float, b: float) -> None:
    assert ease(0) == 0 and ease(1) == 1
    assert ease(min(a, b)) <= ease(max(a, b))


def test_a_flight_starts_and_ends_exactly_and_rises_over_distance() -> None:
    far = CameraPose((9000.0, 0.0, 80.0), (9100.0, 0.0, 0.0))
    assert fly_between(POSE, far, 0.0) == POSE
    assert fly_between(POSE, far, 1.0) == far
    assert fly_between(POSE, far, 0.5).eye[2] > 1000


@given(
    st.tuples(*[st.floats(-1e4, 1e4)] * 3),
    st.tuples(*[st.floats(1, 5e3)] * 3),
    st.floats(0.5, 3),
)
def test_a_fitted_view_holds_all_corners(
    low: tuple[float, ...], size: tuple[float, ...], aspect: float
) -> None:
    high = np.add(low, size)
    pose = look_at((*low, *map(float, high)), aspect=aspect)  # type: ignore[arg-type]
    limit = np.tan(np.radians(pose.field_of_view_deg / 2))
    for x in (low[0], high[0]):
        for y in (low[1], high[1]):
            for z in (low[2], high[2]):
                across, up = on_screen(pose, (x, y, z))
                assert abs(across) <= limit * aspect * 1.001 and abs(up) <= limit * 1.001


def test_what_is_behind_or_beside_is_not_seen() -> None:
    view = make_look(POSE, (800, 600), frame=1, is_moving=False, error_px=16)
    assert view.sees((0.0, 0.0, 0.0, 20.0, 40.0, 10.0))
    assert not view.sees((-400.0, -900.0, 0.0, -300.0, -800.0, 10.0))
    assert not view.sees((2000.0, -200.0, 0.0, 2100.0, -100.0, 10.0))
    assert view.distance((-101.0, -201.0, 79.0, -99.0, -199.0, 81.0)) == 0.0


def test_a_pose_survives_json_and_refuses_nonsense() -> None:
    assert CameraPose.from_json(POSE.to_json()) == POSE
    with pytest.raises(ValidationError):
        CameraPose.from_json({"eye": [0, 0], "target": [0, 0, 0]})
    with pytest.raises(ValidationError):
        CameraPose((float("nan"), 0.0, 0.0), (0.0, 0.0, 0.0))
