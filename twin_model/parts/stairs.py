"""Stairs of building models, read from their treads: where they begin and end, and how steep."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Faces that look up this straight are walked on.
_FLAT: Final = 0.98
#: Faces whose heights differ by less are one tread.
_SAME_M: Final = 0.02
#: What is smaller than this share of the middle tread is none: a post's head, a rail.
_SHARE: Final = 0.4
_LEAST_TREADS: Final = 2
#: Treads that are farther apart have a landing between them.
_LANDING_M: Final = 0.7
_LEAST_M2: Final = 0.03


@dataclass(frozen=True, slots=True)
class Stair:
    """One staircase.

    Parameters
    ----------
    path : (n, 3) float64 array
        The middles of the treads in local metres, from the lowest to the highest.
    width_m, riser_m, tread_m : float
        Clear width, and height and depth of a step.
    footprint : shapely geometry
        Seen from above.
    """

    path: Floats
    width_m: float
    riser_m: float
    tread_m: float
    footprint: Any

    @property
    def length_m(self) -> float:
        """Of the way along the treads and landings, in space, from floor to floor."""
        steps = np.linalg.norm(np.diff(self.path, axis=0), axis=1)
        return float(steps.sum()) + math.hypot(self.riser_m, self.tread_m)

    @property
    def bottom(self) -> float:
        """Height of the floor at the foot, local metres."""
        return float(self.path[0, 2]) - self.riser_m

    @property
    def top(self) -> float:
        """Height of the floor at the head, local metres."""
        return float(self.path[-1, 2]) + self.riser_m

    def before_foot(self, by_m: float) -> tuple[float, float]:
        """Return the place so far before the lowest tread."""
        return _beyond(self.path[1], self.path[0], by_m)

    def behind_head(self, by_m: float) -> tuple[float, float]:
        """Return the place so far behind the highest tread."""
        return _beyond(self.path[-2], self.path[-1], by_m)


def _beyond(one: Floats, other: Floats, by_m: float) -> tuple[float, float]:
    way = other[:2] - one[:2]
    length = float(np.hypot(*way)) or 1.0
    x, y = other[:2] + way / length * by_m
    return float(x), float(y)


def stair_of(pieces: Sequence[Floats]) -> Stair | None:
    """Return the staircase that some triangles make; None where they have no treads.

    Parameters
    ----------
    pieces : sequence of (n, 3, 3) float64 arrays
        Flights, and landings between them.
    """
    import shapely  # only where there are models: it takes 0.1 s to load

    flat = [_looking_up(one) for one in pieces if len(one)]
    if not flat or not sum(map(len, flat)):
        return None
    corners = np.concatenate(flat)
    levels = _levels(corners)
    areas = np.array([_area(corners[rows]) for rows in levels])
    middle = float(np.median(areas))
    treads = [rows for rows, area in zip(levels, areas)
              if area >= max(_LEAST_M2, _SHARE * middle)]  # fmt: skip
    if len(treads) < _LEAST_TREADS:
        return None
    path = np.array([_middle(corners[rows]) for rows in treads])
    steps = np.diff(path, axis=0)
    going = np.hypot(steps[:, 0], steps[:, 1])
    in_flight = going < _LANDING_M
    if not in_flight.any():
        return None
    widths = [_across(corners[rows], way) for rows, way in zip(treads, [*steps, steps[-1]])]
    shape = shapely.union_all(
        [shapely.convex_hull(shapely.multipoints(corners[rows][:, :, :2].reshape(-1, 2)))
         for rows in treads]
    )  # fmt: skip
    return Stair(
        path, float(np.median(widths)), float(np.median(steps[in_flight, 2])),
        float(np.median(going[in_flight])), shape,
    )  # fmt: skip


def _looking_up(corners: Floats) -> Floats:
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normal, axis=1)
    return np.asarray(corners[(length > 0.0) & (normal[:, 2] > _FLAT * length)])


def _levels(corners: Floats) -> list[npt.NDArray[np.int64]]:
    """Return the triangles of each height, from the lowest up."""
    height = corners[:, :, 2].mean(axis=1)
    order = np.argsort(height, kind="stable")
    cuts = np.flatnonzero(np.diff(height[order]) > _SAME_M) + 1
    return [np.asarray(rows, np.int64) for rows in np.split(order, cuts)]


def _area(corners: Floats) -> float:
    one, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return float(np.abs(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]).sum() / 2)


def _middle(corners: Floats) -> Floats:
    """Return the centre of gravity of triangles."""
    one, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    weight = np.abs(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])
    return np.asarray((corners.mean(axis=1) * weight[:, None]).sum(axis=0) / weight.sum())


def _across(corners: Floats, way: Floats) -> float:
    """Return how wide a tread is, seen along the way that people walk."""
    length = math.hypot(way[0], way[1]) or 1.0
    side = corners[:, :, 0] * (-way[1] / length) + corners[:, :, 1] * (way[0] / length)
    return float(side.max() - side.min())
