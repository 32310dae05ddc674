"""How densely people stand in a run: where they can walk, and people a square metre there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from twin_model.errors import StoreError
from twin_model.samples import Quality

if TYPE_CHECKING:
    from twin_model.store.sample_history import SampleHistory
    from twin_model.time import Interval

#: What an engine writes among its products: outline, holes and height of where people walk.
WALKABLE: Final = "walkable.json"
#: Cells are so wide, or wider where an area has more than so many of them.
_CELL_M: Final = 0.5
_MOST_CELLS: Final = 1_000_000
#: People within so far count, the nearer the more: what a person sees of a crowd.
REACH_M: Final = 2.0
#: Who is higher or lower stands on another floor, or on stairs.
_SAME_FLOOR_M: Final = 0.3
_MOST_BYTES: Final = 64 << 20
#: Where people are is told at least so often.
_TOLD_US: Final = 1_000_000
_LOOK_US: Final = 1_000_000
_MOST_LOOKS: Final = 600

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CrowdGrid:
    """People a square metre over the ground of one storey.

    Parameters
    ----------
    density : (rows, columns) float64 array
        People/m²; NaN where nobody can walk. Row 0 is the southernmost.
    height_m : float
        Of the floor.
    place_m : (west, south, cell)
        Local metres.
    """

    density: FloatArray
    height_m: float
    place_m: tuple[float, float, float]


class CrowdGround:
    """Where people walk on one storey, in cells.

    Density is the mean over what can be walked on within `REACH_M`, weighted by a cone, so that
    it is right at walls and doors too, where it matters.

    Parameters
    ----------
    rings : sequence of (n, 2) arrays
        The outline, and then its holes; local metres.
    height_m : float
    """

    def __init__(self, rings: Sequence[Any], height_m: float) -> None:
        import shapely

        shape = shapely.Polygon(rings[0], rings[1:])
        west, south, east, north = shape.bounds
        cell = max(_CELL_M, float(np.sqrt((east - west) * (north - south) / _MOST_CELLS)))
        self.height_m = height_m
        # A border around it takes the share of those who stand at a wall.
        west, south = float(west) - cell, float(south) - cell
        self.place_m = west, south, cell
        size = [int(np.ceil(length / cell)) + 2 for length in (north - south, east - west)]
        x, y = west + (np.arange(size[1]) + 0.5) * cell, south + (np.arange(size[0]) + 0.5) * cell
        self._walkable = shapely.contains_xy(shape, *np.meshgrid(x, y))
        reach = int(np.ceil(REACH_M / cell))
        far = np.hypot(*np.mgrid[-reach : reach + 1, -reach : reach + 1]) * cell
        self._weights = np.clip(1.0 - far / REACH_M, 0.0, None)
        self._ground_m2 = self._spread(self._walkable.astype(float)) * cell**2

    def grid(self, places_m: FloatArray) -> CrowdGrid:
        """Return how dense people are.

        Parameters
        ----------
        places_m : (n, 3) array
            Of everybody; those on other floors are left out.
        """
        west, south, cell = self.place_m
        here = places_m[np.abs(places_m[:, 2] - self.height_m) < _SAME_FLOOR_M]
        rows, columns = self._walkable.shape
        # Everybody is shared among the four nearest cells, so that nobody leaps to the next one.
        place = (here[:, 1::-1] - (south, west)) / cell - 0.5
        first = np.floor(place).astype(int)
        past = place - first
        inside = ((first >= 0) & (first < (rows - 1, columns - 1))).all(axis=1)
        count = np.zeros((rows, columns))
        for step in ((0, 0), (0, 1), (1, 0), (1, 1)):
            share = np.where(step, past, 1.0 - past).prod(axis=1)
            row, column = (first + step)[inside].T
            np.add.at(count, (row, column), share[inside])
        density = np.full((rows, columns), np.nan)
        known = self._walkable & (self._ground_m2 > 0.0)
        density[known] = self._spread(count)[known] / self._ground_m2[known]
        return CrowdGrid(density, self.height_m, self.place_m)

    def _spread(self, values: FloatArray) -> FloatArray:
        """Return the sum of what lies around each cell, weighted."""
        from scipy.signal import fftconvolve

        found: FloatArray = np.maximum(fftconvolve(values, self._weights, mode="same"), 0.0)
        return found


def read_grounds(files: Sequence[Path]) -> list[CrowdGround]:
    """Read where people walk.

    Raises
    ------
    StoreError
        If a file cannot be read.
    """
    found = []
    for path in files:
        try:
            if path.stat().st_size > _MOST_BYTES:
                raise StoreError(f"{path} is larger than {_MOST_BYTES >> 20} MiB")
            told: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            rings = [np.array(ring, np.float64).reshape(-1, 2) for ring in told["rings"]]
            found.append(CrowdGround(rings, float(told["height_m"])))
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            raise StoreError(f"where people walk ({path}) cannot be read: {error}") from error
    return found


def greatest_crowds(
    moving: SampleHistory, period: Interval, grounds: Sequence[CrowdGround]
) -> list[CrowdGrid]:
    """Return how dense people were at most at each place over a run, a storey each.

    Looked at each second, of runs longer than `_MOST_LOOKS` seconds so many times.

    Parameters
    ----------
    moving : SampleHistory
        Of the run.
    period : Interval
    grounds : sequence of CrowdGround
    """
    found = [ground.grid(np.empty((0, 3))) for ground in grounds]
    batch = moving.read(period)
    if batch.position is None or not len(batch):
        return found
    here = (batch.quality < Quality.BAD) & np.isfinite(batch.position[:, 0])
    order = np.argsort(batch.time_us, kind="stable")
    order = order[here[order]]
    times, who, places = batch.time_us[order], batch.entity[order], batch.position[order]
    step_us = max(_LOOK_US, (period.end.us - period.start.us) // _MOST_LOOKS)
    for until_us in range(period.start.us + step_us, period.end.us + step_us, step_us):
        first, last = np.searchsorted(times, (until_us - _TOLD_US, until_us), "right")
        if first == last:
            continue
        # Of everybody the newest place.
        _, newest = np.unique(who[first:last][::-1], return_index=True)
        now = places[first:last][::-1][newest]
        for number, ground in enumerate(grounds):
            if (np.abs(now[:, 2] - ground.height_m) < _SAME_FLOOR_M).any():
                grid = ground.grid(now)
                density = np.fmax(found[number].density, grid.density)
                found[number] = CrowdGrid(density, grid.height_m, grid.place_m)
    return found
