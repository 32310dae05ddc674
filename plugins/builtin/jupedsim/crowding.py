"""How dense people stand where they are densest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

#: Side of the squares in which people are counted: smaller ones count a person more or less.
_SQUARE_M: Final = 2.0


class Crowding:
    """The greatest density of any square of 2 m so far.

    Parameters
    ----------
    bounds : sequence of four floats
        West, south, east, north of where people walk, local metres.
    """

    def __init__(self, bounds: Sequence[float]) -> None:
        self._corner = np.array(bounds[:2], np.float64)
        self._peak = 0.0

    def peak(self, places: Any) -> float:
        """Return the greatest density so far, people/m².

        Parameters
        ----------
        places : (n, 2) array
            Where people are now.
        """
        if len(places):
            square = np.floor((places - self._corner) / _SQUARE_M).astype(np.int64)
            _, counts = np.unique(square, axis=0, return_counts=True)
            self._peak = max(self._peak, float(counts.max()) / _SQUARE_M**2)
        return self._peak
