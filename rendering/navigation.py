"""Moving the camera: pure functions on `CameraPose`, all in local metres, horizon kept level."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np

from rendering.camera import CameraPose, Point, Vector

#: The view never gets steeper than this, so that "up" on the screen stays defined.
_MAX_PITCH_DEG: Final = 89.5
_MIN_DISTANCE_M: Final = 0.05
_MAX_DISTANCE_M: Final = 2.0e6


def _point(values: Vector) -> Point:
    return (float(values[0]), float(values[1]), float(values[2]))


def axes(pose: CameraPose) -> tuple[Vector, Vector, Vector]:
    """Return the unit vectors right, up and forward of a pose."""
    forward = pose.direction
    right: Vector = np.asarray(np.cross(forward, (0.0, 0.0, 1.0)), np.float64)
    length = float(np.linalg.norm(right))
    right = right / length if length > 1e-9 else np.array([1.0, 0.0, 0.0])
    return right, np.asarray(np.cross(right, forward), np.float64), forward


def _turn(axis: Vector, angle_deg: float) -> Vector:
    """Rotation matrix about a unit axis (Rodrigues)."""
    a = math.radians(angle_deg)
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + math.sin(a) * cross + (1 - math.cos(a)) * (cross @ cross)  # type: ignore[no-any-return]


def _limited_pitch(pose: CameraPose, change_deg: float) -> float:
    goal = min(max(pose.pitch_deg + change_deg, -_MAX_PITCH_DEG), _MAX_PITCH_DEG)
    return goal - pose.pitch_deg


def orbit(pose: CameraPose, pivot: Point, dx_deg: float, dy_deg: float) -> CameraPose:
    """Turn about *pivot*, which stays where it is on the screen.

    Parameters
    ----------
    dx_deg : float
        Positive when the pointer moves right: the scene turns with it.
    dy_deg : float
        Positive when the pointer moves up: the view gets flatter.
    """
    # Elevation first, then azimuth: otherwise the pivot drifts.
    right, _, _ = axes(pose)
    change = _limited_pitch(pose, dy_deg)
    turn = _turn(np.array([0.0, 0.0, 1.0]), -dx_deg) @ _turn(right, change)
    centre = np.array(pivot)
    eye = centre + turn @ (np.array(pose.eye) - centre)
    target = centre + turn @ (np.array(pose.target) - centre)
    return replace(pose, eye=_point(eye), target=_point(target))


def pan(pose: CameraPose, start: Point, end: Point) -> CameraPose:
    """Move so that what was at *start* comes to *end* (both local positions)."""
    delta = np.subtract(start, end)
    return replace(
        pose, eye=_point(np.array(pose.eye) + delta), target=_point(np.array(pose.target) + delta)
    )


def pan_pixels(
    pose: CameraPose, pivot: Point, dx_px: float, dy_px: float, height_px: int
) -> CameraPose:
    """Move in the picture plane so that *pivot* follows the pointer.

    Parameters
    ----------
    dx_px, dy_px : float
        Movement of the pointer, right and up.
    height_px : int
        Height of the view.
    """
    right, up, forward = axes(pose)
    depth = max(float(np.dot(np.subtract(pivot, pose.eye), forward)), _MIN_DISTANCE_M)
    metres = 2 * depth * math.tan(math.radians(pose.field_of_view_deg / 2)) / max(height_px, 1)
    delta = -(right * dx_px + up * dy_px) * metres
    return replace(
        pose, eye=_point(np.array(pose.eye) + delta), target=_point(np.array(pose.target) + delta)
    )


def zoom_to(pose: CameraPose, point: Point, factor: float) -> CameraPose:
    """Approach *point*, which stays where it is on the screen.

    Parameters
    ----------
    factor : float
        Above 1 comes closer: the distance is divided by it.
    """
    if factor <= 0 or not math.isfinite(factor):
        return pose
    at = np.array(point)
    eye = np.array(pose.eye)
    distance = float(np.linalg.norm(eye - at))
    goal = min(max(distance / factor, _MIN_DISTANCE_M), _MAX_DISTANCE_M)
    scale = goal / distance if distance > 0 else 1.0
    moved = at + (eye - at) * scale
    reach = max(pose.distance_m * scale, _MIN_DISTANCE_M)
    return replace(pose, eye=_point(moved), target=_point(moved + pose.direction * reach))


def walk(pose: CameraPose, forward_m: float, right_m: float, up_m: float = 0.0) -> CameraPose:
    """Move level in the direction of view (W A S D)."""
    right, _, direction = axes(pose)
    level = np.array([direction[0], direction[1], 0.0])
    length = float(np.linalg.norm(level))
    level = level / length if length > 1e-9 else np.cross((0.0, 0.0, 1.0), right)
    delta = level * forward_m + right * right_m + np.array([0.0, 0.0, up_m])
    return replace(
        pose, eye=_point(np.array(pose.eye) + delta), target=_point(np.array(pose.target) + delta)
    )


def look(pose: CameraPose, dx_deg: float, dy_deg: float) -> CameraPose:
    """Turn the head: the eye stays; positive looks right and up."""
    right, _, _ = axes(pose)
    turn = _turn(np.array([0.0, 0.0, 1.0]), -dx_deg) @ _turn(right, _limited_pitch(pose, dy_deg))
    return replace(
        pose, target=_point(np.array(pose.eye) + turn @ np.subtract(pose.target, pose.eye))
    )


def face_north(pose: CameraPose) -> CameraPose:
    """Turn about the target until north is up."""
    return orbit(pose, pose.target, -pose.heading_deg, 0.0)


def ease(t: float) -> float:
    """Return the eased share of a motion at the share *t* of its time (cubic, 0 to 1)."""
    t = min(max(t, 0.0), 1.0)
    return 4 * t**3 if t < 0.5 else 1 - (-2 * t + 2) ** 3 / 2


def fly_between(a: CameraPose, b: CameraPose, t: float) -> CameraPose:
    """Return the pose at the share *t* of a flight, eased, rising over long distances.

    Parameters
    ----------
    t : float
        0 to 1; 0 gives *a* and 1 gives *b* exactly.
    """
    if t <= 0.0:
        return a
    if t >= 1.0:
        return b
    s = ease(t)
    eye = np.array(a.eye) * (1 - s) + np.array(b.eye) * s
    target = np.array(a.target) * (1 - s) + np.array(b.target) * s
    # Seen from too low, a long flight is a blur: rise by a share of what exceeds the views.
    gap = math.dist(a.target, b.target)
    lift = 0.35 * max(0.0, gap - 2 * max(a.distance_m, b.distance_m)) * math.sin(math.pi * s)
    eye[2] += lift
    fov = a.field_of_view_deg * (1 - s) + b.field_of_view_deg * s
    if float(np.linalg.norm(eye - target)) < _MIN_DISTANCE_M:
        target = eye + b.direction * max(b.distance_m, _MIN_DISTANCE_M)
    return CameraPose(_point(eye), _point(target), fov)
