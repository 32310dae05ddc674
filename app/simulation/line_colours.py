"""Colours of roads and pipes by a figure of a run."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from app.live.colouring import COLOURS

#: Of these little is bad, of the others much.
_BETTER_HIGH: Final = ("speed", "pressure")
_UNKNOWN: Final = (150, 158, 163)


def road_colours(
    values: npt.NDArray[np.float64], high: float, indicator: str
) -> npt.NDArray[np.uint8]:
    """Return a colour a road: dark is what is bad, so that it stands out on a light ground.

    Parameters
    ----------
    values : (n,) array
        NaN is grey.
    high : float
    indicator : str

    Returns
    -------
    (n, 3) uint8 array
    """
    table = np.array([[int(c[n : n + 2], 16) for n in (1, 3, 5)] for c in COLOURS], np.uint8)
    if indicator not in _BETTER_HIGH:
        table = table[::-1]
    place = np.nan_to_num(np.abs(values)) / max(high, 1e-9) * len(table)
    colours: npt.NDArray[np.uint8] = table[np.clip(place.astype(int), 0, len(table) - 1)]
    colours[~np.isfinite(values)] = _UNKNOWN
    return colours


def rounded_up(value: float) -> float:
    """Return the least round number that is not below a value."""
    if value <= 0.0:
        return 1.0
    power: float = 10.0 ** math.floor(math.log10(value))
    steps = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
    return next(step * power for step in steps if step * power >= value * (1 - 1e-9))


def scale_colours(indicator: str) -> tuple[str, ...]:
    """Return the colours of a road scale from low to high."""
    return COLOURS if indicator in _BETTER_HIGH else COLOURS[::-1]
