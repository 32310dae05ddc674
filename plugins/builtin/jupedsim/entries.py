"""Where people come in who left another storey."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

FloatArray = npt.NDArray[np.float64]
#: People stand so far from one another when they come in, and so far from a wall.
_APART_M: Final = 0.45
_WALL_M: Final = 0.25


class Entries:
    """Counts who is on the way, and finds room for them.

    Parameters
    ----------
    shapes : dict of str to polygon
        Where they come in, by entry.
    delay_s : float, or dict of str to float
        From leaving the other storey until they are here.
    """

    def __init__(self, shapes: Mapping[str, Any], delay_s: Any) -> None:
        self._places = {name: _places(shape) for name, shape in shapes.items()}
        given = delay_s if isinstance(delay_s, Mapping) else dict.fromkeys(shapes, delay_s)
        self._delay_us = {name: round(1e6 * float(given.get(name, 0.0))) for name in shapes}
        self._told = dict.fromkeys(shapes, 0)
        #: How many came in by each since the beginning.
        self.entered = dict.fromkeys(shapes, 0)
        #: When each is here, by entry, in order.
        self._coming: dict[str, list[int]] = {name: [] for name in shapes}

    @property
    def names(self) -> list[str]:
        """All entries."""
        return list(self._places)

    @property
    def waiting(self) -> int:
        """How many are on the way, or have no room yet."""
        return sum(map(len, self._coming.values()))

    def take(self, totals: Mapping[str, float], now_us: int) -> list[str]:
        """Take how many left for each entry since the beginning; return those not known."""
        for name, total in totals.items():
            if name in self._told:
                more = int(total) - self._told[name]
                self._coming[name] += [now_us + self._delay_us[name]] * max(0, more)
                self._told[name] = max(self._told[name], int(total))
        return [name for name in totals if name not in self._told]

    def room(self, now_us: int, others: FloatArray) -> list[tuple[float, float]]:
        """Return places for those who are here by now; whoever gets one waits no more.

        Parameters
        ----------
        now_us : int
        others : (n, 2) array
            Where people are.
        """
        found: list[tuple[float, float]] = []
        for name, coming in self._coming.items():
            here = sum(at <= now_us for at in coming)
            for place in self._places[name]:
                if not here:
                    break
                if len(others) and np.hypot(*(others - place).T).min() < _APART_M:
                    continue
                found.append((float(place[0]), float(place[1])))
                others = np.vstack([others, place])
                coming.pop(0)
                self.entered[name] += 1
                here -= 1
        return found


def _places(shape: Any) -> FloatArray:
    """Return places in a polygon, row by row, (n, 2)."""
    inner = shape.buffer(-_WALL_M)
    if inner.is_empty:
        inner = shape.representative_point().buffer(1e-3)
    west, south, east, north = inner.bounds
    x = np.arange(west, east + _APART_M / 2, _APART_M)
    y = np.arange(south, north + _APART_M / 2, _APART_M)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    inside = grid[shapely.contains_xy(inner, grid)]
    if len(inside):
        return np.asarray(inside, np.float64)
    return np.array([shapely.get_coordinates(shape.representative_point())[0]], np.float64)
