"""How dense people stand where they are densest, and where they can walk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
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


def write_walkable(shape: Any, height_m: float, storage: Path, system: str) -> None:
    """Keep where people walk with the run, so that how dense they stand can be drawn.

    Parameters
    ----------
    shape : shapely Polygon
        Local metres.
    height_m : float
        Of the floor.
    storage : Path
        Of the worker.
    system : str
    """
    rings = [shape.exterior, *shape.interiors]
    told = {
        "rings": [np.round(np.array(ring.coords)[:, :2], 3).tolist() for ring in rings],
        "height_m": height_m,
    }
    folder = storage / "products" / system
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "walkable.json").write_text(json.dumps(told), encoding="utf-8")
