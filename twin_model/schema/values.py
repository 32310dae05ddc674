"""Values of properties: what is allowed, reading what users type, and showing it."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from twin_model.errors import ValidationError
from twin_model.schema import units
from twin_model.schema.types import NUMERIC, Kind, PropertyType
from twin_model.time import Instant

_DURATION: Final = re.compile(
    r"-?P(?!$)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?!$)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"
)
_INTEGER_LIMIT: Final = 2**63
_GEOMETRIES: Final = frozenset(
    {"Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon",
     "GeometryCollection"}
)  # fmt: skip
_YES: Final = frozenset({"true", "yes", "1", "是", "有", "真"})
_NO: Final = frozenset({"false", "no", "0", "否", "无", "假"})


class Problem(StrEnum):
    """What is wrong, for interfaces that say it in their own words."""

    TYPE = "type"
    REQUIRED = "required"
    KIND = "kind"
    UNIT = "unit"
    RANGE = "range"
    CHOICE = "choice"
    UNKNOWN = "unknown"
    RELATION = "relation"
    CARDINALITY = "cardinality"


class SchemaError(ValidationError):
    """A value that breaks its type's schema.

    Parameters
    ----------
    dimension, name, value, rule
        See `ValidationError`; *name* is a path such as ``address.street``.
    problem : Problem
    nearest : tuple of str
        Names or choices that may have been meant.
    """

    def __init__(
        self,
        dimension: str,
        name: str,
        value: object,
        rule: str,
        *,
        problem: Problem,
        nearest: tuple[str, ...] = (),
    ) -> None:
        super().__init__(dimension, name, value, rule)
        self.problem = problem
        self.nearest = nearest


def check_value(kind: PropertyType, value: Any, dimension: str, path: str) -> list[SchemaError]:
    """Return what is wrong with a value that is given (not null).

    Parameters
    ----------
    kind : PropertyType
    value
        JSON value. A number may also be ``{"value": 12, "unit": "ft"}``.
    dimension, path : str
        Where it is, for the message.
    """
    if kind.kind in NUMERIC:
        return _check_number(kind, value, dimension, path)
    if kind.kind is Kind.ENUM:
        return _check_choice(kind, value, dimension, path)
    if kind.kind is Kind.OBJECT:
        return check_object({f.id: f for f in kind.fields}, value, dimension, path)
    if kind.kind in (Kind.LIST, Kind.MAP) and kind.element is not None:
        return _check_elements(kind, kind.element, value, dimension, path)
    if kind.kind is Kind.GEOMETRY:
        named = value.get("type") if isinstance(value, Mapping) else None
        allowed = {kind.geometry} if kind.geometry else _GEOMETRIES
        good = named in allowed
        expected = f"a GeoJSON {kind.geometry or 'geometry'}"
    else:
        good, expected = _PLAIN[kind.kind](value), _EXPECTED[kind.kind]
    if good:
        return []
    return [_wrong_kind(dimension, path, value, expected)]


def check_object(
    fields: Mapping[str, PropertyType], value: Any, dimension: str, path: str
) -> list[SchemaError]:
    """Return what is wrong with an object of fields; one without declared fields is free."""
    if not isinstance(value, Mapping):
        return [_wrong_kind(dimension, path, value, "a group of fields")]
    found: list[SchemaError] = []
    prefix = f"{path}." if path else ""
    for name, kind in fields.items():
        given = value.get(name)
        if given is not None:
            found += check_value(kind, given, dimension, prefix + name)
        elif kind.required:
            found.append(missing(dimension, prefix + name))
    if fields:
        found += [
            unknown(dimension, prefix + name, given, fields)
            for name, given in value.items()
            if name not in fields
        ]
    return found


def missing(dimension: str, path: str) -> SchemaError:
    """Return the violation of a required value that is not there."""
    return SchemaError(dimension, path, None, "is required", problem=Problem.REQUIRED)


def unknown(dimension: str, path: str, value: Any, known: Mapping[str, object]) -> SchemaError:
    """Return the violation of a name that the type does not declare."""
    near = _nearest(path.rsplit(".", 1)[-1], tuple(known))
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    rule = f"the type declares no such name{hint}"
    return SchemaError(dimension, path, value, rule, problem=Problem.UNKNOWN, nearest=near)


# A million entities of one source have the same few names of their own: looking for names like
# them took two thirds of a check of types.
@lru_cache(maxsize=4096)
def _nearest(name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    import difflib  # only when something is wrong

    return tuple(difflib.get_close_matches(name, known, 3, 0.5))


def _wrong_kind(dimension: str, path: str, value: Any, expected: str) -> SchemaError:
    return SchemaError(dimension, path, value, f"must be {expected}", problem=Problem.KIND)


def _check_number(kind: PropertyType, value: Any, dimension: str, path: str) -> list[SchemaError]:
    number = value
    if isinstance(value, Mapping) and set(value) == {"value", "unit"}:
        number = value["value"]
    whole = kind.kind is Kind.INTEGER
    good = isinstance(number, int | float) and not isinstance(number, bool)
    if not good or not math.isfinite(number) or (whole and not is_whole(number)):
        expected = "a whole number" if whole else "a number"
        return [_wrong_kind(dimension, path, value, expected)]
    if number is not value:
        try:
            number = units.convert(number, str(value["unit"]), kind.unit)
        except ValidationError as error:
            return [SchemaError(dimension, path, value, error.rule, problem=Problem.UNIT)]
    low, high = kind.minimum, kind.maximum
    if (low is None or number >= low) and (high is None or number <= high):
        return []
    unit = units.label(kind.unit)
    bounds = f"{'…' if low is None else f'{low:g}'} to {'…' if high is None else f'{high:g}'}"
    rule = f"must be {bounds} {unit}".rstrip()
    return [SchemaError(dimension, path, value, rule, problem=Problem.RANGE)]


def is_whole(value: float) -> bool:
    """Return whether a number is whole and fits into 64 bits."""
    # 3.0 counts: JavaScript and GDAL write whole numbers so.
    return abs(value) < _INTEGER_LIMIT and value == int(value)


def _check_choice(kind: PropertyType, value: Any, dimension: str, path: str) -> list[SchemaError]:
    values = [choice.value for choice in kind.choices]
    # True == 1 in Python; a boolean is no choice.
    if not isinstance(value, bool | float) and value in values:
        return []
    import difflib  # only when something is wrong

    near = tuple(difflib.get_close_matches(str(value), [str(v) for v in values], 3, 0.5))
    some = ", ".join(str(v) for v in values[:12]) + (", …" if len(values) > 12 else "")
    rule = f"must be one of {some}"
    return [SchemaError(dimension, path, value, rule, problem=Problem.CHOICE, nearest=near)]


def _check_elements(
    kind: PropertyType, element: PropertyType, value: Any, dimension: str, path: str
) -> list[SchemaError]:
    if kind.kind is Kind.LIST:
        if not isinstance(value, list | tuple):
            return [_wrong_kind(dimension, path, value, "a list")]
        items = [(f"{path}[{number}]", item) for number, item in enumerate(value)]
    else:
        if not isinstance(value, Mapping):
            return [_wrong_kind(dimension, path, value, "a group of named values")]
        items = [(f"{path}.{name}", item) for name, item in value.items()]
    return [fault for at, item in items for fault in check_value(element, item, dimension, at)]


def _parses(parse: Callable[[str], object]) -> Callable[[Any], bool]:
    def check(value: Any) -> bool:
        if not isinstance(value, str):
            return False
        try:
            parse(value)
        except (ValueError, ValidationError):
            return False
        return True

    return check


_PLAIN: Final[Mapping[Kind, Callable[[Any], bool]]] = {
    Kind.TEXT: lambda value: isinstance(value, str),
    Kind.BOOLEAN: lambda value: isinstance(value, bool),
    Kind.DATE: _parses(dt.date.fromisoformat),
    Kind.DATETIME: _parses(Instant.parse),
    Kind.TIME: _parses(dt.time.fromisoformat),
    Kind.DURATION: lambda v: isinstance(v, str) and _DURATION.fullmatch(v) is not None,
}
_EXPECTED: Final[Mapping[Kind, str]] = {
    Kind.TEXT: "a text", Kind.BOOLEAN: "yes or no", Kind.DATE: "a date such as 2024-05-31",
    Kind.DATETIME: "a time such as 2024-05-31T08:00:00Z", Kind.TIME: "a time such as 08:30",
    Kind.DURATION: "a duration such as P1DT2H",
}  # fmt: skip


def parse_value(kind: PropertyType, text: str) -> Any:
    """Read what a user typed for a property; return the JSON value to store.

    Numbers may carry a unit (``12 ft``) and are given in the property's; choices may be named
    by their value or by their name in either language.

    Raises
    ------
    ValidationError
        If it is no value of the property's kind, or breaks its range.
    """
    value = _read(kind, text.strip())
    if faults := check_value(kind, value, "attributes", kind.id):
        raise faults[0]
    return value


def _read(kind: PropertyType, text: str) -> Any:
    if kind.kind in NUMERIC:
        try:
            number = units.parse_quantity(text, kind.unit)
        except ValidationError as error:
            problem = Problem.UNIT if error.name == "unit" else Problem.KIND
            raise SchemaError("attributes", kind.id, text, error.rule, problem=problem) from None
        return int(number) if kind.kind is Kind.INTEGER and is_whole(number) else number
    if kind.kind is Kind.BOOLEAN:
        lower = text.lower()
        return True if lower in _YES else False if lower in _NO else text
    if kind.kind is Kind.ENUM:
        for choice in kind.choices:
            names = {str(choice.value), choice.name.zh, choice.name.en, choice.id}
            if text and text.lower() in {name.lower() for name in names}:
                return choice.value
        return text
    if kind.kind in (Kind.OBJECT, Kind.LIST, Kind.MAP, Kind.GEOMETRY):
        import json  # rarely typed by hand

        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return text


def plain_value(kind: PropertyType, value: Any) -> Any:
    """Return a value as it is stored: a number with a unit becomes one in the property's unit.

    Raises
    ------
    ValidationError
        If its unit measures something else.
    """
    if kind.kind in NUMERIC and isinstance(value, Mapping) and set(value) == {"value", "unit"}:
        return units.convert(value["value"], str(value["unit"]), kind.unit)
    return value


def shown(kind: PropertyType, value: Any, language: str) -> str:
    """Return a stored value as users read it, such as ``12.5 m³/h`` or ``运行``."""
    if value is None:
        return ""
    if kind.kind is Kind.ENUM:
        named = next((c for c in kind.choices if c.value == value), None)
        return (named.name.get(language) if named else "") or str(value)
    if kind.kind is Kind.BOOLEAN and isinstance(value, bool):
        yes, no = ("是", "否") if language.startswith("zh") else ("yes", "no")
        return yes if value else no
    if kind.kind in NUMERIC and isinstance(value, int | float):
        text = f"{value:,.6g}" if isinstance(value, float) and abs(value) < 1e6 else f"{value:,}"
        unit = units.label(kind.unit, language)
        return f"{text} {unit}" if unit else text
    return str(value)
