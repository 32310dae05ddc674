"""How dense people stand, as a surface in the colours of levels of service."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from rendering.options import OverlayMesh
from rendering.water import cell_surface, colour_table

#: People/m² at which the next level of service of walkways begins (Fruin, "Pedestrian Planning and
#: Design", 1971: 3.25, 2.32, 1.39, 0.93 and 0.46 m² a person).
LEVELS: Final = (0.31, 0.43, 0.72, 1.08, 2.17)
LETTERS: Final = "ABCDEF"
#: Blue where everybody walks freely, red where a crowd only shuffles.
CROWD_COLOURS: Final = ("#4f8fd0", "#5cc3c9", "#6cbf5a", "#f2d33c", "#f08a2c", "#d7301f")
#: Less than a person on 20 m² is not drawn.
_LEAST: Final = 0.05


def crowd_surface(
    density: npt.NDArray[np.float64], height_m: float, place_m: tuple[float, float, float]
) -> OverlayMesh:
    """Return the floor in the colours of how dense people stand.

    Parameters
    ----------
    density : (rows, columns) array
        People/m²; NaN where nobody can walk. Row 0 is the southernmost.
    height_m : float
        Of the floor.
    place_m : (west, south, cell)
        Local metres of the outer corner of the first cell, and the size of cells.
    """
    # A border of cells that fade out: walls lie half a cell outside of the middles of cells.
    known = np.pad(np.nan_to_num(density), 1)
    west, south, cell = place_m
    level = np.full(known.shape, height_m)
    colours = colour_table(CROWD_COLOURS)[np.searchsorted(LEVELS, known, "right")]
    place = west - cell, south - cell, cell
    return cell_surface(known >= _LEAST, level, level, colours, place)
