"""Roads and pipes as ribbons in the colours of what they carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rendering.options import OverlayMesh

FloatArray = npt.NDArray[np.float64]
#: Above the surface that they lie on, which is drawn a little coarser far away.
_LIFT_M: Final = 0.4
_OPACITY: Final = 235


@dataclass(frozen=True)
class Ribbon:
    """One line of a thing.

    Parameters
    ----------
    thing : int
        Whose colour it takes.
    points_m : (n, 3) array
    width_m : float
    """

    thing: int
    points_m: FloatArray
    width_m: float


class Ribbons:
    """Many ribbons as one mesh; only colours change.

    Parameters
    ----------
    ribbons : sequence of Ribbon
    """

    def __init__(self, ribbons: Sequence[Ribbon]) -> None:
        positions, triangles, owners = [], [], []
        start = 0
        for one in ribbons:
            if len(one.points_m) < 2:
                continue
            position = _band(one.points_m, one.width_m)
            count = len(one.points_m)
            n = np.arange(count - 1) * 2 + start
            triangles.append(np.column_stack([n, n + 1, n + 3]))
            triangles.append(np.column_stack([n, n + 3, n + 2]))
            positions.append(position)
            owners.append(np.full(2 * count, one.thing))
            start += 2 * count
        self._position = np.concatenate(positions) if positions else np.zeros((0, 3))
        self._triangles = np.concatenate(triangles) if triangles else np.zeros((0, 3), np.int64)
        self._owner = np.concatenate(owners) if owners else np.zeros(0, np.int64)

    def __len__(self) -> int:
        return len(self._triangles)

    def mesh(self, colour: npt.NDArray[np.uint8]) -> OverlayMesh:
        """Return the mesh in colours.

        Parameters
        ----------
        colour : (things, 3) uint8 array
        """
        each = colour[self._owner]
        opacity = np.full((len(each), 1), _OPACITY, np.uint8)
        return OverlayMesh(
            self._position, self._triangles, vertex_colour=np.hstack([each, opacity]), lit=False,
            above=True,
        )  # fmt: skip


def _band(points_m: FloatArray, width_m: float) -> FloatArray:
    """Return left and right points in turn along a line."""
    flat = points_m[:, :2]
    step = np.gradient(flat, axis=0)
    length = np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-9)
    across = np.column_stack([-step[:, 1], step[:, 0]]) / length[:, None] * width_m / 2
    band = np.empty((2 * len(points_m), 3))
    band[0::2, :2], band[1::2, :2] = flat + across, flat - across
    band[:, 2] = np.repeat(points_m[:, 2], 2) + _LIFT_M
    return band


def read_ribbons(document: Mapping[str, Any]) -> tuple[list[str], Ribbons]:
    """Return the things of a run that are lines (see `RunProducts.lines`), and their ribbons.

    Parameters
    ----------
    document : dict
        Lists of ``points`` (local metres) and ``width_m`` by entity.
    """
    names = list(document)
    ribbons = [
        Ribbon(n, np.array(line["points"], np.float64).reshape(-1, 3), float(line["width_m"]))
        for n, name in enumerate(names) for line in document[name]
    ]  # fmt: skip
    return names, Ribbons(ribbons)
