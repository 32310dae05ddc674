"""From cells of a building to an outline with straight walls and right angles."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon

from ingest.reconstruction.surface import Grid

FloatArray = npt.NDArray[np.float64]

#: Walls within this angle from the main directions are turned onto them.
_SNAP_DEG: Final = 32.0
#: A squared outline must share this much with the cells, or the simplified one is kept.
_LEAST_OVERLAP: Final = 0.82


def polygon_of(mask: npt.NDArray[np.bool_], grid: Grid) -> Polygon | None:
    """Return the outline of the largest connected part of a mask, along cell edges.

    Parameters
    ----------
    mask : (rows, columns) bool array
    grid : Grid
    """
    from rasterio.features import shapes
    from rasterio.transform import from_origin

    transform = from_origin(grid.west_m, grid.north_m, grid.cell_m, grid.cell_m)
    found = [
        shapely.geometry.shape(geometry)
        for geometry, _ in shapes(mask.astype(np.uint8), mask=mask, transform=transform)
    ]
    return max(found, key=lambda polygon: polygon.area) if found else None


def regularise(polygon: Polygon, cell_m: float) -> Polygon:
    """Return an outline whose walls run along two directions at right angles where they can.

    Douglas-Peucker first; then every wall near one of the two main directions is turned onto
    it, walls in line are joined, and corners are where neighbours meet.

    Parameters
    ----------
    polygon : Polygon
        Local metres.
    cell_m : float
        Of the cells it came from.
    """
    simple = polygon.simplify(1.3 * cell_m)
    if simple.is_empty or simple.geom_type != "Polygon":
        return polygon
    angle = main_direction_deg(simple)
    shell = _square_ring(simple.exterior, angle, cell_m)
    if shell is None:
        return simple
    holes = []
    for ring in simple.interiors:
        if Polygon(ring).area < 16 * cell_m * cell_m:
            continue
        squared = _square_ring(ring, angle, cell_m)
        holes.append(squared if squared is not None else list(ring.coords))
    made: Any = Polygon(shell, holes)
    if not made.is_valid:
        made = made.buffer(0)
    if made.is_empty or made.geom_type != "Polygon":
        return simple
    shared = made.intersection(polygon).area / max(made.union(polygon).area, 1e-9)
    return made if shared >= _LEAST_OVERLAP else simple


def main_direction_deg(polygon: Polygon) -> float:
    """Return the direction of the walls, 0 to 90 degrees from east, weighted by their length."""
    edges = np.diff(np.array(polygon.exterior.coords), axis=0)
    length = np.hypot(edges[:, 0], edges[:, 1])
    # Four times the angle makes directions at right angles one; long walls tell it best.
    turn = 4 * np.arctan2(edges[:, 1], edges[:, 0])
    weight = length**2
    angle = math.atan2((weight * np.sin(turn)).sum(), (weight * np.cos(turn)).sum()) / 4
    return math.degrees(angle) % 90.0


def _square_ring(ring: Any, angle_deg: float, cell_m: float) -> list[tuple[float, float]] | None:
    """Return a ring's corners with walls on the main directions; None if nothing is left."""
    angle = math.radians(angle_deg)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    corners = np.array(ring.coords)[:-1] @ turn.T
    walls = _walls(corners)
    walls = _merged(walls, 1.5 * cell_m)
    if len(walls) < 4:
        return None
    out = []
    for a, b in zip(walls, [*walls[1:], walls[0]], strict=True):
        corner = _meeting(a, b)
        if corner is None:
            return None
        out.append(corner)
    back = np.array(out) @ turn
    return [(float(x), float(y)) for x, y in back]


#: kind (0 along x, 1 along y, 2 oblique), offset, start, end
_Wall = tuple[int, float, FloatArray, FloatArray]


def _walls(corners: FloatArray) -> list[_Wall]:
    walls: list[_Wall] = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        step = end - start
        steep = math.degrees(math.atan2(abs(step[1]), abs(step[0])))
        if steep <= _SNAP_DEG:
            walls.append((0, float((start[1] + end[1]) / 2), start, end))
        elif steep >= 90 - _SNAP_DEG:
            walls.append((1, float((start[0] + end[0]) / 2), start, end))
        else:
            walls.append((2, 0.0, start, end))
    return walls


def _length(wall: _Wall) -> float:
    return float(np.hypot(*(wall[3] - wall[2])))


def _merged(walls: list[_Wall], least_m: float) -> list[_Wall]:
    """Join neighbours of one direction; drop steps shorter than *least_m* between such."""
    changed = True
    while changed and len(walls) > 4:
        changed = False
        for i in range(len(walls)):
            a, b = walls[i], walls[(i + 1) % len(walls)]
            if a[0] == b[0] and a[0] != 2:
                la, lb = _length(a), _length(b)
                offset = (a[1] * la + b[1] * lb) / max(la + lb, 1e-9)
                joined: _Wall = (a[0], offset, a[2], b[3])
                walls = _replaced(walls, i, 2, [joined])
                changed = True
                break
            c = walls[(i + 2) % len(walls)]
            cut = b[0] == 2 and a[0] != c[0] and 2 not in (a[0], c[0])
            if cut and _length(b) < 2 * least_m:  # a corner that the cells have cut off
                walls = _replaced(walls, (i + 1) % len(walls), 1, [])
                changed = True
                break
            if a[0] == c[0] != 2 and b[0] != a[0] and _length(b) < least_m:
                walls = _replaced(walls, (i + 1) % len(walls), 1, [])
                changed = True
                break
    return walls


def _replaced(walls: list[_Wall], at: int, count: int, new: list[_Wall]) -> list[_Wall]:
    turned = walls[at:] + walls[:at]
    return new + turned[count:]


def _meeting(a: _Wall, b: _Wall) -> tuple[float, float] | None:
    """Return where the lines of two walls meet."""
    if a[0] == 0 and b[0] == 1:
        return b[1], a[1]
    if a[0] == 1 and b[0] == 0:
        return a[1], b[1]
    pa, da = _line(a)
    pb, db = _line(b)
    cross = da[0] * db[1] - da[1] * db[0]
    if abs(cross) < 1e-9:
        return None
    along = ((pb[0] - pa[0]) * db[1] - (pb[1] - pa[1]) * db[0]) / cross
    if abs(along) > 1e4:
        return None
    return float(pa[0] + along * da[0]), float(pa[1] + along * da[1])


def _line(wall: _Wall) -> tuple[FloatArray, FloatArray]:
    kind, offset, start, end = wall
    if kind == 0:
        return np.array([start[0], offset]), np.array([1.0, 0.0])
    if kind == 1:
        return np.array([offset, start[1]]), np.array([0.0, 1.0])
    step = end - start
    return start, step / max(float(np.hypot(*step)), 1e-9)
