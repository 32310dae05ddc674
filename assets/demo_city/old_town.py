"""The old town of the demo city: courtyard houses, lanes, a pagoda."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from shapely import Polygon, box

from assets.demo_city.plan import OLD_TOWN

#: Half side of the square around the pagoda, metres.
_SQUARE_M: Final = 24.0
_CELL_M: Final = (25.0, 20.0)
#: Of the three kinds of roof tiles.
ROOF_COLOURS: Final = ((84, 88, 92), (100, 100, 98), (112, 92, 78))


@dataclass(frozen=True)
class Wing:
    """A part of a house: a box with a gable roof.

    Parameters
    ----------
    x, y : float
        Middle, plan coordinates.
    length_m, width_m : float
        Along and across the ridge.
    along_x : bool
        Whether the ridge runs east.
    eaves_m, ridge_m : float
        Above the ground.
    wall, roof : int
        Which pictures of the atlas.
    """

    x: float
    y: float
    length_m: float
    width_m: float
    along_x: bool
    eaves_m: float
    ridge_m: float
    wall: int
    roof: int

    @property
    def outline(self) -> Polygon:
        """Ground outline."""
        w, d = self.length_m, self.width_m
        if not self.along_x:
            w, d = d, w
        return box(self.x - w / 2, self.y - d / 2, self.x + w / 2, self.y + d / 2)


def make_wings(chance: np.random.Generator) -> list[Wing]:
    """Return the wings of all houses of the old town."""
    west, south, east, north = OLD_TOWN
    middle = ((west + east) / 2, (south + north) / 2)
    out: list[Wing] = []
    for y in np.arange(south + 12.0, north - 8.0, _CELL_M[1]):
        for x in np.arange(west + 14.0, east - 10.0, _CELL_M[0]):
            if abs(x - middle[0]) < _SQUARE_M and abs(y - middle[1]) < _SQUARE_M:
                continue
            shifted = float(x + chance.uniform(-0.8, 0.8)), float(y + chance.uniform(-0.6, 0.6))
            out += _house(*shifted, chance)
    return out + _pagoda(*middle)


def _house(x: float, y: float, chance: np.random.Generator) -> list[Wing]:
    """A courtyard with a main hall in the north, side wings and often a gate house."""
    width, depth = float(chance.uniform(19.0, 21.8)), float(chance.uniform(15.0, 17.2))
    storeys = 2 if chance.random() < 0.35 else 1
    wall, roof = int(chance.integers(4)), int(chance.integers(3))
    eaves = 3.1 * storeys + float(chance.uniform(0.0, 0.5))
    hall = 6.2
    wings = [
        Wing(x, y + depth / 2 - hall / 2, width, hall, True, eaves + 0.4, eaves + 2.5, wall, roof)
    ]
    side = depth - hall
    low = 3.0 + float(chance.uniform(0, 0.3))
    for sign in (-1, 1):
        if chance.random() < 0.88:
            wings.append(
                Wing(x + sign * (width / 2 - 2.4), y - hall / 2, side, 4.8, False, low, low + 1.5,
                     (wall + 1) % 4, roof)
            )  # fmt: skip
    if chance.random() < 0.7:
        wings.append(
            Wing(x, y - depth / 2 + 1.9, width - 9.8, 3.8, True, 2.9, 4.1, 2, (roof + 1) % 3)
        )
    return wings


def _pagoda(x: float, y: float) -> list[Wing]:
    """Five storeys, each smaller than the one below."""
    out = []
    for storey in range(5):
        side = 12.0 - 1.5 * storey
        eaves = 5.6 * (storey + 1)
        out.append(Wing(x, y, side, side, True, eaves, eaves + 1.3, 3, 2))
    return out
