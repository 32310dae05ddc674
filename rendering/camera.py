"""Where the viewer stands, without any drawing library."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from twin_model.errors import ValidationError
from twin_model.layer import Bounds

Vector = npt.NDArray[np.float64]
Point = tuple[float, float, float]


@dataclass(frozen=True)
class CameraPose:
    """A perspective camera whose horizon is level.

    Parameters
    ----------
    eye, target : tuple of three floats
        Local metres; *target* is what orbiting turns about by default.
    field_of_view_deg : float
        Vertical.

    Raises
    ------
    ValidationError
        If a number is not finite or the field of view is outside 1 to 170 degrees.
    """

    eye: Point
    target: Point
    field_of_view_deg: float = 45.0

    def __post_init__(self) -> None:
        for name, values in (("eye", self.eye), ("target", self.target)):
            if len(values) != 3 or not all(math.isfinite(v) for v in values):
                raise ValidationError("camera", name, values, "three finite numbers")
        if not 1.0 <= self.field_of_view_deg <= 170.0:
            raise ValidationError(
                "camera", "field_of_view_deg", self.field_of_view_deg, "between 1 and 170"
            )

    @property
    def is_perspective(self) -> bool:
        """Always true; parallel projection comes with plan views."""
        return True

    @property
    def distance_m(self) -> float:
        """Distance from eye to target."""
        return math.dist(self.eye, self.target)

    @property
    def direction(self) -> Vector:
        """Unit vector from the eye to the target; north and level where they coincide."""
        delta = np.subtract(self.target, self.eye)
        length = float(np.linalg.norm(delta))
        return delta / length if length > 0 else np.array([0.0, 1.0, 0.0])

    @property
    def heading_deg(self) -> float:
        """Direction of view clockwise from grid north, 0 to 360."""
        x, y, _ = self.direction
        return math.degrees(math.atan2(x, y)) % 360.0

    @property
    def pitch_deg(self) -> float:
        """Angle of view above the horizon; negative looks down."""
        return math.degrees(math.asin(max(-1.0, min(1.0, float(self.direction[2])))))

    def to_json(self) -> dict[str, Any]:
        """Return an object for the project's view state."""
        return {
            "eye": list(self.eye),
            "target": list(self.target),
            "field_of_view_deg": self.field_of_view_deg,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> CameraPose:
        """Read what `to_json` wrote.

        Raises
        ------
        ValidationError
            If it is not such an object.
        """
        try:
            eye = tuple(float(v) for v in value["eye"])
            target = tuple(float(v) for v in value["target"])
            return cls(eye, target, float(value.get("field_of_view_deg", 45.0)))  # type: ignore[arg-type]
        except (KeyError, TypeError, ValueError) as error:
            raise ValidationError("camera", "pose", value, "eye and target") from error


def look_at(
    bounds: Bounds, *, aspect: float = 16 / 9, heading_deg: float = 28.0, pitch_deg: float = -32.0
) -> CameraPose:
    """Return an oblique view from the south-west-ish that shows *bounds*.

    Parameters
    ----------
    bounds : Bounds
    aspect : float
        Width by height of the picture.
    heading_deg : float
        Direction of view clockwise from north.
    pitch_deg : float
        Negative looks down.
    """
    low, high = np.array(bounds[:3]), np.array(bounds[3:])
    centre, half = (low + high) / 2, np.maximum((high - low) / 2, 0.5)
    field_of_view_deg = 45.0
    pitch = math.radians(pitch_deg)
    heading = math.radians(heading_deg)
    direction = np.array(
        [math.sin(heading) * math.cos(pitch), math.cos(heading) * math.cos(pitch), math.sin(pitch)]
    )
    right = np.array([math.cos(heading), -math.sin(heading), 0.0])
    up = np.cross(right, direction)
    vertical = math.tan(math.radians(field_of_view_deg / 2))
    horizontal = vertical * aspect
    signs = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    corners = signs * half
    # Every corner must fall within the frustum: its distance along the view must exceed its
    # offset across divided by the tangent of the half-angle.
    along = corners @ direction
    distance, shift = 2.0, 0.0
    for _ in range(4):
        height = corners @ up - shift
        across = np.abs(corners @ right)
        need = np.maximum(across / horizontal, np.abs(height) / vertical) - along
        distance = max(float(need.max()) * 1.03, 2.0)
        # What is near looks larger, so the middle of the box is not the middle of the picture.
        slope = height / (distance + along)
        shift += float(slope.max() + slope.min()) / 2 * distance
    centre = centre + up * shift
    eye = centre - direction * distance
    return CameraPose(tuple(map(float, eye)), tuple(map(float, centre)), field_of_view_deg)  # type: ignore[arg-type]
