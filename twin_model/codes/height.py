"""BeiDou grid location code with height (GB/T 39409-2020, clause 6 and annex C).

The standard's annexes contradict each other on how the layer number becomes digits; both
readings are here by name, and data says which one it uses (`HeightProfile`). Between the
ellipsoid and 1839.5 m they agree.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from twin_model.codes import grid
from twin_model.errors import ValidationError

_RADIUS_M: Final = 6_378_137.0
_THETA0: Final = math.pi / 180
#: Bits of a1a2, a3 … a11 in the plain-bit reading, and radices in the mixed-radix one.
_BITS: Final = (6, 3, 1, 4, 4, 1, 3, 3, 3, 3)
_RADICES: Final = (64, 8, 2, 15, 15, 2, 8, 8, 8, 8)
_MODULUS: Final = math.prod(_RADICES)
_HEX: Final = "0123456789ABCDEF"
#: Length of the interleaved code by level.
LENGTHS_3D: Final = (2, 7, 10, 12, 15, 18, 20, 23, 26, 29, 32)
#: Characters of height that belong to levels 0 … 10.
_HEIGHT_PARTS: Final = (1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1)


class HeightProfile(StrEnum):
    """Which reading of annex C a code follows."""

    #: Plain bits, sign and magnitude: what the public libraries write.
    LIBRARY = "library-compatible"
    #: Mixed radix, complement below the ellipsoid: agrees with clauses 6.1, 6.2, C.2 and C.5.
    STANDARD = "standard-consistent"


@dataclass(frozen=True, slots=True)
class Box:
    """A cell with height.

    Parameters
    ----------
    cell : grid.Cell
    low_m, high_m : float
        Ellipsoidal heights of its lower and upper boundary.
    """

    cell: grid.Cell
    low_m: float
    high_m: float


def layer_of(height_m: float) -> int:
    """Return the layer number n of an ellipsoidal height (annex C.1).

    Raises
    ------
    ValidationError
        If the height lies outside the published range.
    """
    if not math.isfinite(height_m) or not -6_302_107.0 < height_m < 528_680_171.0:
        raise ValidationError("codes", "height", height_m, "outside -6302 km to 528680 km")
    ratio = math.log1p(height_m / _RADIUS_M) / math.log1p(_THETA0)
    return math.floor(grid.UNITS_PER_DEG * ratio)


def height_of(layer: int) -> float:
    """Return the ellipsoidal height in metres of a layer's lower boundary."""
    return _RADIUS_M * math.expm1(layer / grid.UNITS_PER_DEG * math.log1p(_THETA0))


def encode_height(layer: int, profile: HeightProfile = HeightProfile.STANDARD) -> str:
    """Return the twelve characters of a layer number.

    Raises
    ------
    ValidationError
        If the layer does not fit.
    """
    if abs(layer) >= _MODULUS:
        raise ValidationError("codes", "height", layer, "outside the range of the code")
    sign = "1" if layer < 0 else "0"
    if profile is HeightProfile.LIBRARY:
        rest, digits = abs(layer), []
        for bits in reversed(_BITS):
            rest, digit = divmod(rest, 1 << bits)
            digits.append(digit)
    else:
        rest, digits = layer % _MODULUS, []
        for radix in reversed(_RADICES):
            rest, digit = divmod(rest, radix)
            digits.append(digit)
    digits.reverse()
    return f"{sign}{digits[0]:02d}" + "".join(_HEX[digit] for digit in digits[1:])


def decode_height(text: str, profile: HeightProfile = HeightProfile.STANDARD) -> tuple[int, int]:
    """Return the first layer and the number of layers of 1 to 12 characters of height.

    Raises
    ------
    ValidationError
        If a character is not allowed in its place.
    """
    if len(text) not in (3, 4, 5, 6, 7, 8, 9, 10, 11, 12) or text[0] not in "01":
        raise ValidationError("codes", "height", text, "has a sign and two to eleven characters")
    sizes = [1 << b for b in _BITS] if profile is HeightProfile.LIBRARY else list(_RADICES)
    values = [int(text[1:3]) if text[1:3].isdigit() else -1] + [_HEX.find(c) for c in text[3:]]
    value, span = 0, 1
    for number, size in enumerate(sizes):
        digit = values[number] if number < len(values) else 0
        if not 0 <= digit < size:
            raise ValidationError("codes", "height", text, f"character {number + 2} is not allowed")
        value = value * size + digit
        span *= size if number >= len(values) else 1
    if text[0] == "0":
        return value, span
    if profile is HeightProfile.STANDARD:
        return value - _MODULUS, span
    return -(value + span - 1), span


def encode_3d(
    longitude_deg: float,
    latitude_deg: float,
    height_m: float,
    level: int = grid.FINEST,
    profile: HeightProfile = HeightProfile.STANDARD,
) -> str:
    """Return the code of a place with height, interleaved as clause 6.3 says.

    Parameters
    ----------
    longitude_deg, latitude_deg : float
    height_m : float
        Above the ellipsoid.
    level : int
        1 to 10.
    profile : HeightProfile

    Raises
    ------
    PolarAreaError, ValidationError
    """
    flat = grid.encode(longitude_deg, latitude_deg, level)
    return interleave(flat, encode_height(layer_of(height_m), profile))


def interleave(flat: str, height: str) -> str:
    """Join a two-dimensional code with twelve characters of height, level by level."""
    level = grid.level_of(flat)
    out, at, start = [], 0, 0
    for step in range(level + 1):
        part = _HEIGHT_PARTS[step]
        plan = flat[start : grid.LENGTHS[step]]
        out.append(plan + height[at : at + part])
        start, at = grid.LENGTHS[step], at + part
    return "".join(out)


def split(code: str) -> tuple[str, str]:
    """Return the two-dimensional part and the characters of height of a code.

    Raises
    ------
    ValidationError
        If no level has that length.
    """
    if len(code) not in LENGTHS_3D:
        raise ValidationError("codes", "space", code, f"has one of the lengths {LENGTHS_3D}")
    level = LENGTHS_3D.index(len(code))
    flat, height, at = "", "", 0
    for step in range(level + 1):
        plan = grid.LENGTHS[step] - (grid.LENGTHS[step - 1] if step else 0)
        flat += code[at : at + plan]
        height += code[at + plan : at + plan + _HEIGHT_PARTS[step]]
        at += plan + _HEIGHT_PARTS[step]
    return flat, height


def decode_3d(code: str, profile: HeightProfile = HeightProfile.STANDARD) -> Box:
    """Return the box of a code of level 1 to 10.

    Raises
    ------
    ValidationError
        If it is no code.
    """
    flat, height = split(code)
    first, span = decode_height(height, profile)
    return Box(grid.decode(flat), height_of(first), height_of(first + span))
