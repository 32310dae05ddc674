"""BeiDou grid location code, two-dimensional (GB/T 39409-2020, clauses 5 and 6).

Coordinates are CGCS2000 longitude and latitude in degrees. West and south mirror east and
north: index 0 of every level lies at the corner nearest to the equator and the prime meridian.
Points on a boundary belong to the cell farther from there; longitude 0 counts as east, latitude
0 as north, ±180° as the last zone. Latitudes from 88° on use the standard's polar scheme, which
is refused (`PolarAreaError`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from twin_model.errors import ValidationError

IntArray = npt.NDArray[np.int64]

#: Units of 1/2048 second of arc in a degree.
UNITS_PER_DEG: Final = 7_372_800
#: Length of a code by level 0 … 10 (clause 6.1).
LENGTHS: Final = (1, 4, 6, 7, 9, 11, 12, 14, 16, 18, 20)
#: Cell width by level in units of 1/2048″; level 0 is the hemisphere.
WIDTH: Final = (0, 44236800, 3686400, 1843200, 122880, 8192, 4096, 512, 64, 8, 1)
HEIGHT: Final = (0, 29491200, 3686400, 1228800, 122880, 8192, 4096, 512, 64, 8, 1)
#: Levels whose pair of indices is one digit: latitude index × cells in longitude + longitude's.
Z_ORDER: Final = {3: 2, 6: 2}
DIGITS: Final = np.frombuffer(b"0123456789ABCDEF", dtype=np.uint8)
POLAR_DEG: Final = 88.0
FINEST: Final = 10
_ROWS: Final = 22
#: Rounding of a double near 180° in units; without it 114.1° may fall one cell short.
_EPSILON: Final = 1e-5


class PolarAreaError(ValidationError):
    """A latitude from 88° on, where the standard's polar scheme would apply."""

    def __init__(self, latitude_deg: float) -> None:
        super().__init__(
            "codes", "space", latitude_deg, "the polar area from 88 degrees on is not supported"
        )


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the grid as signed intervals in units of 1/2048″, half-open.

    Parameters
    ----------
    level : int
        1 to 10.
    west, south, east, north : int
    """

    level: int
    west: int
    south: int
    east: int
    north: int

    @property
    def bounds_deg(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        return (
            self.west / UNITS_PER_DEG,
            self.south / UNITS_PER_DEG,
            self.east / UNITS_PER_DEG,
            self.north / UNITS_PER_DEG,
        )

    @property
    def centre_deg(self) -> tuple[float, float]:
        """Longitude and latitude of the middle in degrees."""
        west, south, east, north = self.bounds_deg
        return (west + east) / 2, (south + north) / 2


def encode_array(
    longitude_deg: npt.ArrayLike, latitude_deg: npt.ArrayLike, level: int = FINEST
) -> npt.NDArray[np.bytes_]:
    """Return the codes of many places.

    Parameters
    ----------
    longitude_deg, latitude_deg : (n,) array_like
        Degrees, CGCS2000 (WGS 84 differs by centimetres).
    level : int
        1 to 10.

    Returns
    -------
    (n,) array of bytes

    Raises
    ------
    PolarAreaError
        If a latitude is 88° or more, north or south.
    ValidationError
        If a value is not finite or out of range, or the level is.
    """
    check_level(level)
    lon = np.atleast_1d(np.asarray(longitude_deg, dtype=np.float64))
    lat = np.atleast_1d(np.asarray(latitude_deg, dtype=np.float64))
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise ValidationError("codes", "space", "NaN", "coordinates must be finite")
    if len(lon) and float(np.abs(lon).max()) > 180.0:
        worst = float(lon[np.argmax(np.abs(lon))])
        raise ValidationError("codes", "space", worst, "longitude must lie within ±180 degrees")
    if len(lat) and float(np.abs(lat).max()) > 90.0:
        worst = float(lat[np.argmax(np.abs(lat))])
        raise ValidationError("codes", "space", worst, "latitude must lie within ±90 degrees")
    if len(lat) and float(np.abs(lat).max()) >= POLAR_DEG:
        raise PolarAreaError(float(lat[np.argmax(np.abs(lat))]))
    x = np.floor(np.abs(lon) * UNITS_PER_DEG + _EPSILON).astype(np.int64)
    y = np.floor(np.abs(lat) * UNITS_PER_DEG + _EPSILON).astype(np.int64)
    x = np.minimum(x, 180 * UNITS_PER_DEG - 1)
    return encode_units(x, y, lon >= 0, lat >= 0, level)


def encode_units(
    x: IntArray, y: IntArray, east: npt.NDArray[np.bool_], north: npt.NDArray[np.bool_], level: int
) -> npt.NDArray[np.bytes_]:
    """Return codes of distances from the prime meridian and the equator in 1/2048″."""
    out = np.empty((len(x), LENGTHS[level]), dtype=np.uint8)
    out[:, 0] = np.where(north, ord("N"), ord("S"))
    column, x = np.divmod(x, WIDTH[1])
    row, y = np.divmod(y, HEIGHT[1])
    zone = np.where(east, 31 + column, 30 - column)
    out[:, 1], out[:, 2] = DIGITS[zone // 10], DIGITS[zone % 10]
    out[:, 3] = ord("A") + row
    for step in range(2, level + 1):
        i, x = np.divmod(x, WIDTH[step])
        j, y = np.divmod(y, HEIGHT[step])
        at = LENGTHS[step - 1]
        if step in Z_ORDER:
            out[:, at] = DIGITS[j * Z_ORDER[step] + i]
        else:
            out[:, at], out[:, at + 1] = DIGITS[i], DIGITS[j]
    return np.ascontiguousarray(out).view(f"S{LENGTHS[level]}").ravel()


def encode(longitude_deg: float, latitude_deg: float, level: int = FINEST) -> str:
    """Return the code of one place; see `encode_array`."""
    return str(encode_array([longitude_deg], [latitude_deg], level)[0].decode("ascii"))


def check_level(level: int) -> None:
    """Raise unless *level* is 1 to 10.

    Raises
    ------
    ValidationError
    """
    if not 1 <= level <= FINEST:
        raise ValidationError("codes", "level", level, "must be 1 to 10")


def level_of(code: str) -> int:
    """Return the level of a code by its length.

    Raises
    ------
    ValidationError
        If no level has that length.
    """
    try:
        return LENGTHS.index(len(code))
    except ValueError as error:
        raise ValidationError(
            "codes", "space", code, f"a code has one of the lengths {LENGTHS}"
        ) from error


def decode(code: str) -> Cell:
    """Return the cell of a code of level 1 to 10.

    Raises
    ------
    ValidationError
        If it is no code: wrong length, hemisphere, zone, row or digit.
    """
    level = level_of(code)
    if level == 0:
        raise ValidationError("codes", "space", code, "names a hemisphere, not a cell")
    if code[0] not in "NS" or not code[1:3].isdigit() or not 1 <= int(code[1:3]) <= 60:
        raise ValidationError("codes", "space", code, "starts with N or S and a zone from 01 to 60")
    row = ord(code[3]) - ord("A")
    if not 0 <= row < _ROWS:
        raise ValidationError("codes", "space", code, "the row is a letter from A to V")
    zone = int(code[1:3])
    east, north = zone >= 31, code[0] == "N"
    x = (zone - 31 if east else 30 - zone) * WIDTH[1]
    y = row * HEIGHT[1]
    for step in range(2, level + 1):
        i, j = _indices(code, step)
        x += i * WIDTH[step]
        y += j * HEIGHT[step]
    width, height = WIDTH[level], HEIGHT[level]
    west = x if east else -(x + width)
    south = y if north else -(y + height)
    return Cell(level, west, south, west + width, south + height)


def _indices(code: str, level: int) -> tuple[int, int]:
    """Return the longitude and latitude index that a level's characters hold."""
    across = WIDTH[level - 1] // WIDTH[level]
    up = HEIGHT[level - 1] // HEIGHT[level]
    text = code[LENGTHS[level - 1] : LENGTHS[level]]
    values = ["0123456789ABCDEF".find(c) for c in text]
    if level in Z_ORDER:
        j, i = divmod(values[0], Z_ORDER[level]) if values[0] >= 0 else (-1, -1)
    else:
        i, j = values
    if not (0 <= i < across and 0 <= j < up):
        raise ValidationError("codes", "space", code, f"'{text}' is no index at level {level}")
    return i, j


def parent(code: str) -> str:
    """Return the code of the next coarser cell.

    Raises
    ------
    ValidationError
        If it has none.
    """
    level = level_of(code)
    if level <= 1:
        raise ValidationError("codes", "space", code, "has no parent cell")
    return code[: LENGTHS[level - 1]]


def contains(outer: str, inner: str) -> bool:
    """Return whether one cell lies within another (or is the same): the prefix rule."""
    level_of(outer)
    level_of(inner)
    return inner.startswith(outer)


def adjacent(first: str, second: str) -> bool:
    """Return whether two cells of any levels touch without overlapping, ±180° included."""
    a, b = decode(first), decode(second)
    turn = 360 * UNITS_PER_DEG
    for shift in (0, turn, -turn):
        west, east = b.west + shift, b.east + shift
        meets = a.west <= east and west <= a.east and a.south <= b.north and b.south <= a.north
        overlaps = a.west < east and west < a.east and a.south < b.north and b.south < a.north
        if meets and not overlaps:
            return True
    return False


def neighbours(code: str) -> list[str]:
    """Return the cells of the same level around a cell and itself, south-west first.

    Across zone borders, the prime meridian, the equator and ±180°; rows in the polar area are
    left out.
    """
    cell = decode(code)
    width, height = WIDTH[cell.level], HEIGHT[cell.level]
    half_turn = 180 * UNITS_PER_DEG
    out = []
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            west, south = cell.west + dx * width, cell.south + dy * height
            if not -POLAR_DEG * UNITS_PER_DEG <= south < POLAR_DEG * UNITS_PER_DEG:
                continue
            west = (west + half_turn) % (2 * half_turn) - half_turn
            out.append(code_of_corner(west, south, cell.level))
    return out


def code_of_corner(west: int, south: int, level: int) -> str:
    """Return the code of the cell whose south-west corner is given in units of 1/2048″."""
    east, north = west >= 0, south >= 0
    x = west if east else -west - WIDTH[level]
    y = south if north else -south - HEIGHT[level]
    arrays = np.array([x]), np.array([y]), np.array([east]), np.array([north])
    return str(encode_units(*arrays, level)[0].decode("ascii"))


def relative(code: str, reference: str) -> str:
    """Return the reference code of a cell relative to another (clause 8): ``REF-DA-01-55``.

    Parameters
    ----------
    code : str
        Of the reference's level or finer.
    reference : str
        Level 5 or finer.

    Raises
    ------
    ValidationError
        If the reference is too coarse, or the cell lies beyond ±7 cells of it.
    """
    level = level_of(reference)
    if level < 5 or level_of(code) < level:
        raise ValidationError("codes", "space", reference, "a reference has level 5 to the code's")
    own = decode(code[: LENGTHS[level]])
    base = decode(reference)
    # Spans count from the prime meridian and the equator outwards, as the digits do.
    spans = [
        (own.west - base.west) // WIDTH[level],
        (own.south - base.south) // HEIGHT[level],
    ]
    if any(abs(span) > 7 for span in spans):
        raise ValidationError(
            "codes", "space", code, f"lies more than 7 cells from {reference}; use a coarser level"
        )
    text = "".join("01234567"[s] if s >= 0 else "ABCDEFG"[-s - 1] for s in spans)
    parts = [reference, text]
    for step in range(level + 1, level_of(code) + 1):
        i, j = _indices(code, step)
        parts.append(f"{i:X}{j:X}")
    return "-".join(parts)


def cell_of_bounds(
    west_deg: float, south_deg: float, east_deg: float, north_deg: float, finest: int = FINEST
) -> str:
    """Return the smallest cell that holds a footprint's bounds wholly.

    Raises
    ------
    ValidationError
        If not even a level-1 cell holds them (they cross a zone border, the prime meridian or
        the equator), or the bounds are not valid.
    """
    low = encode(west_deg, south_deg, finest)
    high = encode(east_deg, north_deg, finest)
    for level in range(finest, 0, -1):
        code = low[: LENGTHS[level]]
        if high.startswith(code):
            return code
    raise ValidationError("codes", "space", (west_deg, south_deg, east_deg, north_deg),
                          "no single cell holds these bounds")  # fmt: skip
