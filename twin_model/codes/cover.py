"""Cells of footprints: the set that covers one, the single cell that holds it, with height too."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any, Final

import numpy as np

from twin_model.codes import grid, height
from twin_model.codes.height import HeightProfile
from twin_model.errors import ValidationError

#: Cells of a footprint, at most: what is larger gets coarser ones.
MOST_CELLS: Final = 64


def cells_of(footprint: Any, finest: int = grid.FINEST, most: int = MOST_CELLS) -> list[str]:
    """Return the cells that a footprint lies in, complete families of them as their parent.

    Parameters
    ----------
    footprint : shapely geometry
        Longitude and latitude in degrees, CGCS2000.
    finest : int
        No finer level than this.
    most : int
        The level is the finest at which there are no more in the footprint's extent.

    Returns
    -------
    list of str
        Sorted; of one level or two.

    Raises
    ------
    PolarAreaError, ValidationError
        If it reaches where there are no cells.
    """
    import shapely  # only where there are geometries: it takes 0.1 s to load

    west, south, east, north = _checked(footprint.bounds)
    for level in range(finest, 0, -1):
        columns = _range(west, east, grid.WIDTH[level])
        rows = _range(south, north, grid.HEIGHT[level])
        if len(columns) * len(rows) <= most or level == 1:
            break
    x, y = (values.ravel() for values in np.meshgrid(columns, rows))
    width, tall = grid.WIDTH[level], grid.HEIGHT[level]
    unit = float(grid.UNITS_PER_DEG)
    boxes = shapely.box(x / unit, y / unit, (x + width) / unit, (y + tall) / unit)
    meets = shapely.intersects(boxes, footprint)
    if footprint.area > 0:  # a shared edge is no part of it
        meets &= ~shapely.touches(boxes, footprint)
    codes = [
        grid.code_of_corner(int(a), int(b), level) for a, b in zip(x[meets], y[meets], strict=True)
    ]
    return _merged(codes, level)


def _checked(bounds: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    for longitude, latitude in (bounds[:2], bounds[2:]):
        grid.encode(longitude, latitude, 1)  # refuses the polar area and what is no place
    if bounds[2] - bounds[0] > 180.0:
        rule = "footprints across 180 degrees of longitude have no cells here"
        raise ValidationError("codes", "space", bounds, rule)
    return bounds


def _range(low_deg: float, high_deg: float, size: int) -> Any:
    """Return where the cells begin, in units of 1/2048″, that an interval of degrees is in."""
    first = math.floor(low_deg * grid.UNITS_PER_DEG / size)
    last = max(first, math.ceil(high_deg * grid.UNITS_PER_DEG / size) - 1)
    return np.arange(first, last + 1, dtype=np.int64) * size


def _merged(codes: list[str], level: int) -> list[str]:
    """Return codes of one level with complete families as their parent."""
    if level == 1:
        return sorted(codes)
    families: dict[str, list[str]] = defaultdict(list)
    for code in codes:
        families[grid.parent(code)].append(code)
    family = (grid.WIDTH[level - 1] // grid.WIDTH[level]) * (
        grid.HEIGHT[level - 1] // grid.HEIGHT[level]
    )
    found = []
    for parent, members in families.items():
        found += [parent] if len(members) == family else members
    return sorted(found)


def cell_around(footprint: Any) -> str:
    """Return the smallest cell that holds a footprint wholly.

    Raises
    ------
    PolarAreaError, ValidationError
        If no single cell does, as across the edge of a zone.
    """
    return grid.cell_of_bounds(*_checked(footprint.bounds))


def cell_around_body(footprint: Any, low_m: float, high_m: float, profile: HeightProfile) -> str:
    """Return the smallest cell with height that holds a body wholly.

    Parameters
    ----------
    footprint : shapely geometry
        Longitude and latitude in degrees.
    low_m, high_m : float
        Ellipsoidal heights.
    profile : HeightProfile

    Raises
    ------
    PolarAreaError, ValidationError
        If no single cell does.
    """
    flat = cell_around(footprint)
    low, high = (height.encode_height(height.layer_of(value), profile) for value in (low_m, high_m))
    for level in range(grid.level_of(flat), 0, -1):
        code = height.interleave(flat[: grid.LENGTHS[level]], low)
        if code == height.interleave(flat[: grid.LENGTHS[level]], high):
            return code
    raise ValidationError("codes", "space", (low_m, high_m), "no single cell holds these heights")


def is_solid(code: str) -> bool:
    """Return whether a code has heights: the row letter is its fifth character, not its fourth."""
    return len(code) > 3 and not code[3].isalpha()


def as_solid(code: str) -> str:
    """Return a code with heights as the standard writes it.

    Of 32 characters with the row letter in the fourth place it is joined, as one library writes it:
    two-dimensional code, then height.
    """
    if len(code) == grid.LENGTHS[grid.FINEST] + 12 and not is_solid(code):
        flat = grid.LENGTHS[grid.FINEST]
        return height.interleave(code[:flat], code[flat:])
    return code


def level_of_code(text: str) -> int:
    """Return the level of a code in plan or with height of level 2 to 10; 0 where it is none."""
    code = text.strip().upper()
    if len(code) < grid.LENGTHS[2]:
        return 0
    try:
        written = as_solid(code)
        if not is_solid(written):
            return grid.decode(written).level
        flat, digits = height.split(written)
        level = grid.decode(flat).level
    except ValidationError:
        return 0
    for profile in HeightProfile:
        try:
            height.decode_height(digits, profile)
        except ValidationError:
            continue
        return level
    return 0
