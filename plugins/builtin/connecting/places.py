"""Positions on the globe as local metres, without asking the window for each."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

from shapan import TwinAccess

#: Cells of about 200 m, in which the projection is linear to a few millimetres.
_CELL_DEG: Final = 0.002
_MAX_CORNERS: Final = 200_000

Position = tuple[float, float, float]


@dataclass
class Places:
    """Asks for the corners of cells and interpolates between them.

    Parameters
    ----------
    twin : TwinAccess
    """

    twin: TwinAccess
    _corners: dict[tuple[int, int], Position] = field(default_factory=dict)

    def to_local(self, longitude_deg: float, latitude_deg: float, height_m: float) -> Position:
        """Return x, y, z in local metres.

        Raises
        ------
        ShapanError
            If no project is open.
        """
        column, row = longitude_deg / _CELL_DEG, latitude_deg / _CELL_DEG
        west, south = math.floor(column), math.floor(row)
        u, v = column - west, row - south
        a, b = self._corner(west, south), self._corner(west + 1, south)
        c, d = self._corner(west, south + 1), self._corner(west + 1, south + 1)
        x, y, z = (
            (1 - v) * ((1 - u) * a[n] + u * b[n]) + v * ((1 - u) * c[n] + u * d[n])
            for n in range(3)
        )
        return x, y, z + height_m

    def _corner(self, column: int, row: int) -> Position:
        found = self._corners.get((column, row))
        if found is None:
            if len(self._corners) >= _MAX_CORNERS:
                self._corners.clear()
            found = self.twin.to_local(column * _CELL_DEG, row * _CELL_DEG, 0.0)
            self._corners[column, row] = found
        return found
