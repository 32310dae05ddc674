"""Light of sun and sky, computed once a vertex: software OpenGL pays for it at every pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

#: Of its own colour, what the sky lends a surface by itself (more where it looks up) and the share
#: of a lamp's light. What OpenGL lights takes both, so as not to differ from the rest.
SKY: Final = 0.435
LAMPS: Final = 0.74


@dataclass(frozen=True)
class Lamp:
    """One directional light.

    Parameters
    ----------
    direction : tuple of three floats
        Towards the light, east, north, up; any length.
    colour : tuple of three floats
    strength : float
    """

    direction: tuple[float, float, float]
    colour: tuple[float, float, float]
    strength: float


@dataclass(frozen=True)
class Light:
    """Sun, sky opposite of it, and what the surroundings throw back.

    Parameters
    ----------
    direction : tuple of three floats
        Unit vector towards the sun.
    sun, fill : float
        Strengths by the theme.
    """

    direction: tuple[float, float, float] = (-0.55, -0.45, 0.70)
    sun: float = 0.80
    fill: float = 0.34

    def lamps(self) -> tuple[Lamp, Lamp, Lamp]:
        """Return sun, fill and bounce."""
        x, y, z = self.direction
        # Below the horizon a dim light from where the sun went stands for twilight; light from
        # below would show undersides.
        strength = 1.0 if z > 0.1 else max(0.35, z * 6.5 + 0.35)
        warm = min(max((0.35 - z) / 0.35, 0.0), 1.0)
        return (
            Lamp((x, y, max(z, 0.25)), (1.0, 0.985 - 0.12 * warm, 0.95 - 0.25 * warm),
                 self.sun * strength),
            Lamp((-0.4 * x, -0.4 * y, 1.0), (0.88, 0.94, 1.0), self.fill),
            Lamp((-y, x, 0.1), (1.0, 0.97, 0.92), self.fill * 0.45),
        )  # fmt: skip

    def shade(self, normal: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        """Return factors (n, 3) on a surface's own colour.

        Parameters
        ----------
        normal : (n, 3) array
            Unit vectors outwards, east, north, up.
        """
        normal = np.asarray(normal, np.float32)
        # Faces that look up see more of the sky.
        sky = SKY + 0.045 * normal[:, 2:3]
        out = sky * np.array([0.97, 1.0, 1.06], np.float32)
        for lamp in self.lamps():
            towards = np.array(lamp.direction, np.float32)
            towards /= np.linalg.norm(towards)
            lit = np.maximum(normal @ towards, 0.0)[:, None]
            out = out + LAMPS * lamp.strength * lit * np.array(lamp.colour, np.float32)
        return np.asarray(out, np.float32)
