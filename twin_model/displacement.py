"""How a feature of a layer came from where its layer has it to where it stands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from twin_model.entity import Position

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

#: Smaller differences come of writing coordinates down, not of moving anything.
_LEAST_M: Final = 1e-4
_LEAST_DEG: Final = 1e-4
_LEAST_FACTOR: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a thing stands, which way it faces and how large it is against its layer's picture.

    Parameters
    ----------
    position : Position
        Local metres.
    heading_deg, pitch_deg, roll_deg : float
        As of `Entity`.
    scale : float
    """

    position: Position
    heading_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True)
class Displacement:
    """How a feature came from where its layer has it to where it stands.

    Parameters
    ----------
    before, after : Pose
    """

    before: Pose
    after: Pose

    @property
    def is_none(self) -> bool:
        """Whether it leaves the feature where it is."""
        a, b = self.before, self.after
        turns = (
            a.heading_deg - b.heading_deg,
            a.pitch_deg - b.pitch_deg,
            a.roll_deg - b.roll_deg,
        )
        return (
            math.dist(a.position, b.position) < _LEAST_M
            and all(abs((turn + 180.0) % 360.0 - 180.0) < _LEAST_DEG for turn in turns)
            and abs(a.scale - b.scale) < _LEAST_FACTOR
        )

    @cached_property
    def matrix(self) -> npt.NDArray[np.float64]:
        """The (4, 4) matrix from where it was to where it is, both local metres."""
        import numpy as np

        turn = _rotation(self.after) @ _rotation(self.before).T
        linear = turn * (self.after.scale / self.before.scale)
        out = np.eye(4)
        out[:3, :3] = linear
        out[:3, 3] = np.array(self.after.position) - linear @ np.array(self.before.position)
        return out

    def box(self, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        """Return the extent west, east, south, north of what has such an extent before."""
        west, east, south, north = box
        height = self.before.position[2]
        corners = [(x, y, height, 1.0) for x in (west, east) for y in (south, north)]
        places = [self.matrix[:2] @ corner for corner in corners]
        x, y = [float(p[0]) for p in places], [float(p[1]) for p in places]
        return min(x), max(x), min(y), max(y)

    def shape(self, geometry: Any) -> Any:
        """Return a shapely geometry where it stands; a flat one stays flat.

        Parameters
        ----------
        geometry : shapely geometry
            Local metres, as the layer has it.
        """
        import numpy as np
        import shapely

        matrix, height = self.matrix, self.before.position[2]

        def bring(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            width = points.shape[1]
            whole = (
                points if width == 3 else np.column_stack([points, np.full(len(points), height)])
            )
            return np.asarray((whole @ matrix[:3, :3].T + matrix[:3, 3])[:, :width])

        return shapely.transform(geometry, bring, include_z=bool(geometry.has_z))


def _rotation(pose: Pose) -> npt.NDArray[np.float64]:
    """Return the rotation of what faces north upright: roll, then pitch, then heading."""
    import numpy as np

    def about(axis: int, angle_deg: float) -> npt.NDArray[np.float64]:
        cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
        one, two = (axis + 1) % 3, (axis + 2) % 3
        turn = np.eye(3)
        turn[one, one] = turn[two, two] = cos
        turn[one, two], turn[two, one] = -sin, sin
        return turn

    return about(2, -pose.heading_deg) @ about(0, pose.pitch_deg) @ about(1, pose.roll_deg)
