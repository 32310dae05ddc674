"""Units of measure: the one module that knows pint.

Units are written as short texts such as ``m^3/h``. Pint costs 0.4 s to import, so it is loaded
only for a unit that is not among `COMMON`, or for a conversion.
"""

from __future__ import annotations

import difflib
import functools
import math
import re
from typing import Any, Final

from twin_model.errors import ValidationError

#: Units the catalogue uses, with how they are shown. Known to be good, so never looked up.
COMMON: Final[dict[str, str]] = {
    "": "", "m": "m", "mm": "mm", "cm": "cm", "km": "km", "m^2": "m²", "m^3": "m³", "ha": "ha",
    "inch": "in", "ft": "ft", "deg": "°", "s": "s", "min": "min", "hour": "h", "day": "d",
    "year": "a", "m/s": "m/s", "km/h": "km/h", "knot": "kn", "mm/h": "mm/h", "mm/s": "mm/s",
    "m/min": "m/min", "t": "t", "kg": "kg", "t/h": "t/h", "m^3/h": "m³/h", "m^3/s": "m³/s",
    "l/s": "L/s", "l": "L", "Pa": "Pa", "kPa": "kPa", "MPa": "MPa", "hPa": "hPa", "bar": "bar",
    "degC": "°C", "K": "K", "percent": "%", "V": "V", "kV": "kV", "A": "A", "W": "W", "kW": "kW",
    "MW": "MW", "kWh": "kWh", "MWh": "MWh", "kVA": "kVA", "MVA": "MVA", "kvar": "kvar",
    "Hz": "Hz", "rpm": "r/min", "lm": "lm", "lx": "lx", "W/m^2": "W/m²", "dB": "dB",
    "ppm": "ppm", "mg/l": "mg/L", "ug/m^3": "µg/m³", "mg/m^3": "mg/m³", "NTU": "NTU",
    "uS/cm": "µS/cm", "kN": "kN", "TEU": "TEU", "TEU/h": "TEU/h", "move/h": "move/h",
    "vehicle": "veh", "vehicle/h": "veh/h", "vehicle/km": "veh/km",
    "person": "people", "person/h": "people/h", "person/min": "people/min",
    "person/m^2": "people/m²", "CNY": "¥",
    "Mbit/s": "Mbit/s", "GJ": "GJ", "GJ/h": "GJ/h", "kJ": "kJ", "MHz": "MHz", "mA": "mA",
    "mm^2": "mm²", "mm/day": "mm/d", "m^3/day": "m³/d", "t/day": "t/d", "t/year": "t/a",
    "TEU/year": "TEU/a", "1/min": "/min", "W/m^2/K": "W/(m²·K)", "ug/l": "µg/L",
}  # fmt: skip

#: What pint does not know. Counts are dimensions of their own: vehicles are no persons.
_DEFINITIONS: Final = (
    "TEU = [container_capacity]",
    "move = [crane_move]",
    "vehicle = [vehicle_count]",
    "person = [person_count]",
    "CNY = [currency] = yuan",
    "volt_ampere_reactive = volt * ampere = var",
    "NTU = [turbidity] = FNU",
    "ppb = 1e-9",
)
_MAX_LENGTH: Final = 40
# A power of one digit: pint would compute 9^9^9 until the end of time.
_FACTOR: Final = r"(?:[^\W\d_]\w*(?:(?:\^|\*\*)-?\d(?!\d)|[²³])?|%)"
_UNIT: Final = re.compile(rf"\s*(?:1|{_FACTOR})(?:\s*[*/·]\s*{_FACTOR})*\s*")
#: m3/h and s-1, as keyboards and other programs write it.
_BARE_POWER: Final = re.compile(r"([A-Za-z])([23]|-[1-9])(?=$|[*/])")
#: W/(m2.K), as Modelica and FMI write it, and as we show it.
_DIVISOR: Final = re.compile(r"/\s*\(([^()/]+)\)")
_POINT: Final = re.compile(r"(?<=[\w²³])\.(?=[^\W\d_])")
_QUANTITY: Final = re.compile(r"\s*([-+−]?(?:\d[\d,]*)?\.?\d+(?:[eE][-+]?\d+)?)\s*(.*?)\s*")
_SPELLINGS: Final = {"℃": "degC", "°C": "degC", "°": "deg", "%": "percent", "Ω": "ohm", "吨": "t",
                     "米": "m", "千米": "km", "公里": "km", "平方米": "m^2", "立方米": "m^3",
                     "毫米": "mm", "厘米": "cm", "度": "deg", "摄氏度": "degC", "小时": "hour",
                     "分钟": "min", "秒": "s", "千瓦": "kW", "伏": "V", "千伏": "kV",
                     "标箱": "TEU", "辆": "vehicle", "人": "person", "次": "move", "元": "CNY",
                     "people": "person", "veh": "vehicle",
                     "h": "hour", "d": "day", "a": "year", "µg/m³": "ug/m^3"}  # fmt: skip
#: Things that are counted have no symbol of their own, so they are words.
_CHINESE: Final = {_SPELLINGS[word]: word for word in ("辆", "人", "次", "标箱")}


@functools.cache
def _registry() -> Any:
    import pint  # 0.4 s, needed only to convert or to check a unit that is not common

    registry: Any = pint.UnitRegistry(autoconvert_offset_to_baseunit=True, cache_folder=None)
    for definition in _DEFINITIONS:
        registry.define(definition)
    return registry


@functools.lru_cache(maxsize=4096)
def _parse(text: str) -> Any:
    """Return pint's unit for a text.

    Raises
    ------
    ValidationError
        If pint knows no such unit.
    """
    try:
        return _registry().parse_units(text)
    except Exception as error:  # pint raises a dozen kinds, some of them of Python's tokenizer
        names = [*COMMON, *_SPELLINGS]
        nearest = difflib.get_close_matches(text, names, 3, 0.5)
        hint = f"; did you mean {', '.join(nearest)}?" if nearest else ""
        raise ValidationError("schema", "unit", text, f"no known unit{hint}") from error


def check_unit(text: str) -> str:
    """Return a unit's text in the spelling that is stored.

    Parameters
    ----------
    text : str
        Such as ``m^3/h``, ``m³/h`` or ``℃``; empty for a bare number.

    Raises
    ------
    ValidationError
        If it is no unit; the message gives the nearest names.
    """
    if text in COMMON:
        return text
    stripped = text.strip()
    counted, slash, rest = stripped.partition("/")
    if slash and stripped not in _SPELLINGS:
        stripped = _SPELLINGS.get(counted, counted) + slash + rest  # such as 人/m²
    stripped = _SPELLINGS.get(stripped, stripped).replace("³", "^3").replace("²", "^2")
    stripped = stripped.replace("µ", "u").replace("μ", "u").replace("·", "*")
    stripped = _POINT.sub("*", stripped)
    stripped = _DIVISOR.sub(lambda found: "/" + found[1].strip().replace("*", "/"), stripped)
    stripped = _BARE_POWER.sub(r"\1^\2", stripped)
    if stripped in COMMON:
        return stripped
    if len(stripped) > _MAX_LENGTH or _UNIT.fullmatch(stripped) is None:
        raise ValidationError("schema", "unit", text[:60], "not written as a unit, such as m^3/h")
    _parse(stripped)
    return stripped


def label(unit: str, language: str = "en") -> str:
    """Return how a unit is shown beside a value, such as ``m³/h`` or, counted, ``辆/h``."""
    counted, slash, rest = unit.partition("/")
    if counted in _CHINESE and language.startswith("zh"):
        return _CHINESE[counted] + slash + label(rest)
    if unit in COMMON:
        return COMMON[unit]
    return unit.replace("^2", "²").replace("^3", "³").replace("*", "·")


@functools.lru_cache(maxsize=4096)
def compatible(first: str, second: str) -> bool:
    """Return whether values in one unit can be given in the other.

    Raises
    ------
    ValidationError
        If one of them is no unit.
    """
    first, second = check_unit(first), check_unit(second)
    if first == second:
        return True
    return bool(_parse(first).dimensionality == _parse(second).dimensionality)


@functools.lru_cache(maxsize=1024)
def _factor(source: str, target: str) -> float | None:
    """Return what values are multiplied with; None where that is not all, as with °C and dB."""
    one, two, four = (_converted(value, source, target) for value in (1.0, 2.0, 4.0))
    straight = math.isclose(two, 2 * one, rel_tol=1e-12) and math.isclose(
        four, 4 * one, rel_tol=1e-12
    )
    return one if straight else None


def _converted(value: float, source: str, target: str) -> float:
    return float(_registry().Quantity(value, _parse(source)).to(_parse(target)).magnitude)


def convert(value: float, source: str, target: str) -> float:
    """Give a value in another unit.

    Parameters
    ----------
    value : float
    source, target : str
        Units. Temperatures are points on a scale, not differences.

    Raises
    ------
    ValidationError
        If one of them is no unit, they measure different things, or the result is not finite.
    """
    source, target = check_unit(source), check_unit(target)
    if source == target:
        return value
    if not compatible(source, target):
        raise ValidationError(
            "schema", "unit", source, f"cannot be given in {label(target) or 'a bare number'}"
        )
    try:
        # Pint takes 70 us a value; a million entities are converted when a type's unit changes.
        factor = _factor(source, target)
        result = _converted(value, source, target) if factor is None else value * factor
    except Exception as error:  # logarithms of negative powers, overflow
        raise ValidationError(
            "schema", "unit", f"{value} {source}", f"cannot be given in {label(target)} ({error})"
        ) from error
    if not math.isfinite(result):
        raise ValidationError("schema", "unit", f"{value} {source}", f"too large in {target}")
    return result


def parse_quantity(text: str, unit: str) -> float:
    """Read a number with or without a unit, and give it in *unit*.

    Parameters
    ----------
    text : str
        Such as ``12``, ``1,200``, ``12.5 ft`` or ``3 米``.
    unit : str
        Taken where *text* names none.

    Raises
    ------
    ValidationError
        If it is no number, or its unit measures something else.
    """
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValidationError("schema", "value", text, "not a number")
    number = float(match.group(1).replace(",", "").replace("−", "-"))
    if not math.isfinite(number):
        raise ValidationError("schema", "value", text, "too large")
    given = match.group(2)
    return number if not given else convert(number, given, unit)
