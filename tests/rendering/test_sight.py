"""Where a flight ends: with the thing in sight, in the usual view wherever that shows it."""

from __future__ import annotations

import numpy as np
import pytest

from rendering.camera import look_at
from rendering.sight import Surface, clear_view

THING = (-2.0, -2.0, 0.0, 2.0, 2.0, 4.0)
SHOWN = (-6.0, -6.0, 0.0, 6.0, 6.0, 7.0)


def wall(west: float, south: float, east: float, north: float, top: float) -> Surface:
    """Return an upright wall from the ground, given by its ends in plan."""
    corners = [(west, south, 0.0), (east, north, 0.0), (east, north, top), (west, south, top)]
    return Surface(np.eye(4), np.array(corners), np.array([(0, 1, 2), (0, 2, 3)]))


def box(low: float, high: float) -> list[Surface]:
    """Return four walls and a lid about the thing."""
    lid = np.array([(low, low, 9.0), (high, low, 9.0), (high, high, 9.0), (low, high, 9.0)])
    sides = [(low, low, high, low), (high, low, high, high), (high, high, low, high)]
    walls = [wall(*side, top=9.0) for side in [*sides, (low, high, low, low)]]
    return [*walls, Surface(np.eye(4), lid, np.array([(0, 1, 2), (0, 2, 3)]))]


def hidden(pose_heading: float, surfaces: list[Surface]) -> bool:
    """Return whether the line of sight to the thing's middle meets a surface, by its plane."""
    eye = np.array(look_at(SHOWN, heading_deg=pose_heading).eye)
    goal = np.array((0.0, 0.0, 2.0))
    for one in surfaces:
        for a, b, c in one.corners():
            matrix = np.stack([b - a, c - a, eye - goal], axis=1)
            if abs(np.linalg.det(matrix)) > 1e-9:
                u, v, t = np.linalg.solve(matrix, eye - a)
                if u >= 0 and v >= 0 and u + v <= 1 and 0 < t < 1:
                    return True
    return False


def test_with_nothing_in_the_way_the_view_is_the_usual_one() -> None:
    usual = look_at(SHOWN)
    assert clear_view(SHOWN, THING, [], 16 / 9) == usual
    behind = wall(-20.0, 9.0, 20.0, 9.0, 30.0)  # the usual view looks north-east
    assert clear_view(SHOWN, THING, [behind], 16 / 9) == usual


def test_behind_a_house_the_camera_goes_elsewhere_and_sees_the_thing() -> None:
    front = wall(-30.0, -4.0, 30.0, -4.0, 30.0)
    assert hidden(28.0, [front])
    pose = clear_view(SHOWN, THING, [front], 16 / 9)
    assert pose != look_at(SHOWN)
    assert not hidden(pose.heading_deg, [front])
    # Between two, it looks along the street or from above.
    street = [front, wall(-30.0, 4.0, 30.0, 4.0, 30.0)]
    pose = clear_view(SHOWN, THING, street, 16 / 9)
    assert pose.pitch_deg < -60.0 or abs(np.sin(np.radians(pose.heading_deg))) > 0.9


def test_a_low_wall_is_looked_over_from_higher_up_at_the_same_heading() -> None:
    low = wall(-30.0, -4.0, 30.0, -4.0, 7.0)
    pose = clear_view(SHOWN, THING, [low], 16 / 9)
    assert pose.heading_deg == pytest.approx(28.0)
    assert pose.pitch_deg == pytest.approx(-50.0)


def test_what_is_hidden_from_everywhere_and_the_thing_itself_change_nothing() -> None:
    assert clear_view(SHOWN, THING, box(-5.0, 5.0), 16 / 9) == look_at(SHOWN)
    itself = [wall(-2.0, -2.0, 2.0, -2.0, 4.0), wall(2.0, -2.0, 2.0, 2.0, 4.0)]
    assert clear_view(SHOWN, THING, itself, 16 / 9) == look_at(SHOWN)
