"""Standing water as a surface, in the colours of its depth."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from rendering.options import OverlayMesh

FloatArray = npt.NDArray[np.float64]
ByteArray = npt.NDArray[np.uint8]

#: Depth in metres from which a colour applies: what wets shoes, stops cars, endangers people.
DEPTHS_M: Final = (0.03, 0.15, 0.3, 0.5, 1.0, 2.0)
#: Sequential blues at equal steps of lightness (ColorBrewer "Blues", Apache 2.0).
DEPTH_COLOURS: Final = ("#c6dbef", "#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#084594")
#: Of a difference in metres: less and more than in the run that is compared with.
CHANGES_M: Final = (-0.5, -0.2, -0.05, 0.05, 0.2, 0.5)
#: ColorBrewer "BrBG", green for less water, brown for more; the middle is not drawn.
CHANGE_COLOURS: Final = ("#01665e", "#5ab4ac", "#c7eae5", "", "#f6e8c3", "#d8b365", "#8c510a")
_OPACITY: Final = 205
_LIFT_M: Final = 0.06


def depth_surface(
    depth_m: FloatArray, bed_m: FloatArray, place_m: tuple[float, float, float]
) -> OverlayMesh:
    """Return the surface of water.

    Parameters
    ----------
    depth_m : (rows, columns) array
        Row 0 is the southernmost; NaN where there is no water to show, as in buildings.
    bed_m : (rows, columns) array
    place_m : (west, south, cell)
        Local metres of the outer corner of the first cell, and the size of cells.
    """
    wet = np.nan_to_num(depth_m) >= DEPTHS_M[0]
    colours = colour_table(DEPTH_COLOURS)
    number = np.clip(np.searchsorted(DEPTHS_M, np.nan_to_num(depth_m), "right") - 1, 0, None)
    return cell_surface(wet, np.nan_to_num(depth_m) + bed_m, bed_m, colours[number], place_m)


def change_surface(
    change_m: FloatArray,
    level_m: FloatArray,
    place_m: tuple[float, float, float],
    limits: tuple[float, ...] = CHANGES_M,
) -> OverlayMesh:
    """Return a surface where values differ, brown where there is more, green where less.

    Parameters
    ----------
    change_m : (rows, columns) array
        NaN where nothing is to be shown.
    level_m : (rows, columns) array
        Height that it is drawn at.
    place_m : (west, south, cell)
    limits : tuple of six floats
        Where the classes of `CHANGE_COLOURS` begin; those of depths in metres otherwise.
    """
    change = np.nan_to_num(change_m)
    number = np.searchsorted(limits, change, "right")
    shown = np.array([bool(colour) for colour in CHANGE_COLOURS])[number]
    colours = colour_table(tuple(colour or "#000000" for colour in CHANGE_COLOURS))
    return cell_surface(shown, level_m, level_m, colours[number], place_m)


def colour_table(colours: tuple[str, ...]) -> ByteArray:
    return np.array([[int(c[n : n + 2], 16) for n in (1, 3, 5)] for c in colours], np.uint8)


def cell_surface(
    shown: npt.NDArray[np.bool_],
    level_m: FloatArray,
    bed_m: FloatArray,
    colour: ByteArray,
    place_m: tuple[float, float, float],
) -> OverlayMesh:
    """Return quads between the middles of cells; a corner that is not shown fades out.

    Parameters
    ----------
    shown : (rows, columns) bool array
    level_m, bed_m : (rows, columns) array
        Height that it is drawn at, and where nothing is near that is shown.
    colour : (rows, columns, 3) uint8 array
    place_m : (west, south, cell)
    """
    _rows, _columns = shown.shape
    corner = shown[:-1, :-1] + 2 * shown[:-1, 1:] + 4 * shown[1:, :-1] + 8 * shown[1:, 1:]
    i, j = np.nonzero(corner)
    used = np.zeros(shown.shape, bool)
    for di, dj in ((0, 0), (0, 1), (1, 0), (1, 1)):
        used[i + di, j + dj] = True
    number = np.cumsum(used).reshape(shown.shape) - 1
    r, c = np.nonzero(used)
    west, south, cell = place_m
    height = np.where(shown, level_m, _near(shown, level_m, bed_m))
    position = np.column_stack(
        [west + (c + 0.5) * cell, south + (r + 0.5) * cell, height[r, c] + _LIFT_M]
    )
    faded = np.where(shown, _OPACITY, 0).astype(np.uint8)
    vertex = np.column_stack([_spread(shown, colour)[r, c], faded[r, c]])
    a, b = number[i, j], number[i, j + 1]
    d, e = number[i + 1, j], number[i + 1, j + 1]
    triangles = np.vstack([np.column_stack([a, b, e]), np.column_stack([a, e, d])])
    # Over the terrain, which is drawn coarser than it was computed with.
    return OverlayMesh(
        position, triangles, vertex_colour=vertex.astype(np.uint8), lit=False, above=True
    )


def _near(shown: npt.NDArray[np.bool_], level_m: FloatArray, bed_m: FloatArray) -> FloatArray:
    """Return the mean level of the wet cells around each cell; the bed where there are none."""
    total, count = np.zeros(shown.shape), np.zeros(shown.shape)
    padded_level = np.pad(np.where(shown, level_m, 0.0), 1)
    padded = np.pad(shown.astype(float), 1)
    for di in range(3):
        for dj in range(3):
            total += padded_level[di : di + shown.shape[0], dj : dj + shown.shape[1]]
            count += padded[di : di + shown.shape[0], dj : dj + shown.shape[1]]
    mean: FloatArray = np.divide(total, count, out=bed_m.astype(float), where=count > 0)
    return mean


def _spread(shown: npt.NDArray[np.bool_], colour: ByteArray) -> ByteArray:
    """Return the colours; dry cells beside wet ones get that of a neighbour, as they fade."""
    found = colour.copy()
    left = ~shown
    for axis in (0, 1):
        for step in (1, -1):
            there = np.roll(shown, step, axis) & left
            found[there] = np.roll(colour, step, axis)[there]
            left &= ~there
    return found
