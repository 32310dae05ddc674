"""What a camera sees: frustum tests and screen-space error, in plain floats for speed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from rendering.camera import CameraPose
from rendering.navigation import axes
from twin_model.layer import Bounds

Plane = tuple[float, float, float, float]


@dataclass(frozen=True)
class Look:
    """One camera snapshot.

    Parameters
    ----------
    eye : tuple of three floats
    planes : tuple of Plane
        Inward half-spaces a x + b y + c z + d >= 0 of the four sides and the near side.
    pixels_per_radian : float
        Height of the picture by twice the tangent of half the field of view.
    frame : int
        Number of the update, for least-recently-used bookkeeping.
    is_moving : bool
    error_px : float
        Screen-space error up to which tiles are good enough.
    """

    eye: tuple[float, float, float]
    planes: tuple[Plane, ...]
    pixels_per_radian: float
    frame: int
    is_moving: bool
    error_px: float

    def sees(self, box: Bounds) -> bool:
        """Return whether an axis-aligned box reaches into the frustum."""
        x0, y0, z0, x1, y1, z1 = box
        for a, b, c, d in self.planes:
            # The corner farthest along the plane's normal decides.
            x = x1 if a > 0 else x0
            y = y1 if b > 0 else y0
            z = z1 if c > 0 else z0
            if a * x + b * y + c * z + d < 0:
                return False
        return True

    def distance(self, box: Bounds) -> float:
        """Return the distance from the eye to a box in metres, 0 inside."""
        ex, ey, ez = self.eye
        x0, y0, z0, x1, y1, z1 = box
        dx = x0 - ex if ex < x0 else (ex - x1 if ex > x1 else 0.0)
        dy = y0 - ey if ey < y0 else (ey - y1 if ey > y1 else 0.0)
        dz = z0 - ez if ez < z0 else (ez - z1 if ez > z1 else 0.0)
        return math.sqrt(dx * dx + dy * dy + dz * dz)

    def error_of(self, geometric_error_m: float, distance_m: float) -> float:
        """Return the screen-space error in pixels (3D Tiles, section 6.3)."""
        return geometric_error_m * self.pixels_per_radian / max(distance_m, 1e-3)


def make_look(
    pose: CameraPose, size: tuple[int, int], *, frame: int, is_moving: bool, error_px: float
) -> Look:
    """Return the snapshot of a pose for a picture of *size* pixels."""
    width, height = max(size[0], 1), max(size[1], 1)
    right, up, forward = axes(pose)
    tangent = math.tan(math.radians(pose.field_of_view_deg / 2))
    across = tangent * width / height
    eye = np.array(pose.eye)
    normals = [
        forward * across + right,
        forward * across - right,
        forward * tangent + up,
        forward * tangent - up,
        forward,
    ]
    planes: list[Plane] = []
    for normal in normals:
        unit = normal / np.linalg.norm(normal)
        a, b, c = (float(v) for v in unit)
        planes.append((a, b, c, -float(unit @ eye)))
    return Look(
        pose.eye,
        tuple(planes),
        height / (2 * tangent),
        frame,
        is_moving,
        error_px,
    )
