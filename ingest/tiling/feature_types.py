"""Guesses what the rows of a vector table are: entity type, name, height, heading, width.

The table behind it is ``assets/feature_types.json``; every word there is Chinese or English and
anybody may add to it.
"""

from __future__ import annotations

import functools
import itertools
import json
import math
import re
from collections.abc import Callable
from importlib import resources
from typing import Any, Final

import numpy as np
import numpy.typing as npt

_LANE_WIDTH_M: Final = 3.5
_MAX_HEIGHT_M: Final = 1500.0
_LENGTH: Final = re.compile(r"^\s*(-?\d+(?:[.,]\d+)?)\s*(m|米|ft|feet|')?", re.IGNORECASE)


@functools.cache
def catalogue() -> dict[str, Any]:
    """Return the content of ``assets/feature_types.json``."""
    text = resources.files("assets").joinpath("feature_types.json").read_text("utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


def entity_types(table: str, columns: dict[str, list[Any]], count: int) -> list[str]:
    """Return the entity type of each row.

    Parameters
    ----------
    table : str
        Name of the table within its source.
    columns : dict of str to list
    count : int
        Number of rows.
    """
    fallback = type_of_words(table) or str(catalogue()["fallback"])
    lower = {name.lower(): values for name, values in columns.items()}
    types = [""] * count
    for rule in catalogue()["types"]:
        for field_name, allowed in rule["fields"].items():
            _fill(types, lower.get(field_name), _value_test(allowed), str(rule["type"]))
    for field_name in catalogue()["kind_fields"]:
        values = lower.get(field_name)
        if values is None:
            continue
        for index, value in enumerate(values):
            if not types[index] and isinstance(value, str):
                types[index] = type_of_words(value)
    return [kind or fallback for kind in types]


@functools.lru_cache(maxsize=4096)
def type_of_words(text: str) -> str:
    """Return the entity type that a table name or a kind names, empty where it names none."""
    # "HarbourCranes_2024" -> harbour cranes 2024
    spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", text)
    tokens = re.findall(r"[a-z]+", spaced.lower())
    pairs = ["_".join(pair) for pair in itertools.pairwise(tokens)]
    words = {form for token in tokens + pairs for form in (token, token.removesuffix("s"))}
    words |= {token.removesuffix("es") for token in tokens}
    best = ""
    latest = -1
    for rule in catalogue()["types"]:
        for word in rule["words"]:
            # The last word says what it is: "road camera" is a camera.
            at = text.rfind(word) if not word.isascii() else _position(word, words, spaced.lower())
            if at >= 0 and at + len(word) > latest:
                best, latest = str(rule["type"]), at + len(word)
    return best


def _position(word: str, words: set[str], text: str) -> int:
    if word not in words:
        return -1
    return text.replace("-", " ").replace("_", " ").rfind(word.replace("_", " "))


def names(columns: dict[str, list[Any]], count: int) -> tuple[list[str], str]:
    """Return a name for each row (empty where none is stated) and the main field it is from."""
    lower = {name.lower(): name for name in columns}
    found = [lower[field] for field in catalogue()["name_fields"] if field in lower]
    out = [""] * count
    for field in found:
        for index, value in enumerate(columns[field]):
            if not out[index] and value is not None and str(value).strip():
                out[index] = str(value).strip()[:200]
    return out, found[0] if found else ""


def heights_m(
    columns: dict[str, list[Any]], count: int, *, by_levels: bool = True
) -> npt.NDArray[np.float64]:
    """Return each row's height above ground in metres, NaN where none is stated.

    Parameters
    ----------
    columns : dict of str to list
    count : int
        Number of rows.
    by_levels : bool
        Estimate it from the number of storeys where only that is stated.
    """
    out = np.full(count, np.nan)
    lower = {name.lower(): values for name, values in columns.items()}
    for entry in catalogue()["height_fields"]:
        values = lower.get(entry["field"])
        if values is None or (entry["factor"] != 1.0 and not by_levels):
            continue
        missing = np.isnan(out)
        stated = np.array([_metres(v) for v in values]) * float(entry["factor"])
        usable = (stated > 0) & (stated <= _MAX_HEIGHT_M)
        out[missing & usable] = stated[missing & usable]
    return out


def base_heights_m(columns: dict[str, list[Any]], count: int) -> npt.NDArray[np.float64]:
    """Return how far above ground each row's lower side is, in metres; 0 where not stated."""
    return np.nan_to_num(_numbers("base_fields", columns, count))


def headings_deg(columns: dict[str, list[Any]], count: int) -> npt.NDArray[np.float64]:
    """Return headings clockwise from north in degrees, NaN where none is stated."""
    return _numbers("heading_fields", columns, count)


def widths_m(types: list[str], columns: dict[str, list[Any]]) -> npt.NDArray[np.float64]:
    """Return widths of lines in metres: as stated, by lanes, by class of road, by type."""
    lower = {name.lower(): values for name, values in columns.items()}
    count = len(types)
    empty: list[Any] = [None] * count
    stated = np.array([_metres(v) for v in lower.get("width_m", lower.get("width", empty))])
    lanes = np.array([_metres(v) for v in lower.get("lanes", empty)]) * _LANE_WIDTH_M
    classes = lower.get("highway", lower.get("fclass", empty))
    table = catalogue()["road_widths_m"]
    styles = catalogue()["styles"]
    usual = np.array(
        [
            table.get(str(kind).lower()) or styles.get(entity, {}).get("width_m", 2.0)
            for kind, entity in zip(classes, types)
        ]
    )
    out = np.where(stated > 0, stated, np.where(lanes > 0, lanes, usual))
    return np.asarray(np.clip(out, 0.1, 200.0), np.float64)


def uses(columns: dict[str, list[Any]], count: int) -> list[str]:
    """Return what is known of each building's use and material, as lower-case text."""
    lower = {name.lower(): values for name, values in columns.items()}
    found = [lower[field] for field in catalogue()["use_fields"] if field in lower]
    return [
        " ".join(str(values[i]).lower() for values in found if values[i] is not None)
        for i in range(count)
    ]


def are_parts(columns: dict[str, list[Any]], count: int) -> list[bool]:
    """Return which rows are parts of buildings (OpenStreetMap's ``building:part``)."""
    lower = {name.lower(): values for name, values in columns.items()}
    for field in ("part", "building:part", "building_part"):
        if field in lower:
            return [v is not None and v is not False and v not in ("no", "") for v in lower[field]]
    return [False] * count


def is_solid(entity_type: str) -> bool:
    """Return whether polygons of this type that have a height stand up as solids."""
    return entity_type not in catalogue()["never_solid"]


def style_of(entity_type: str) -> dict[str, Any]:
    """Return the default style of a layer whose entities mostly are of this type."""
    styles: dict[str, dict[str, Any]] = catalogue()["styles"]
    return dict(styles.get(entity_type, styles["feature"]))


def _numbers(key: str, columns: dict[str, list[Any]], count: int) -> npt.NDArray[np.float64]:
    out = np.full(count, np.nan)
    lower = {name.lower(): values for name, values in columns.items()}
    for field in catalogue()[key]:
        if field in lower:
            stated = np.array([_metres(v) for v in lower[field]])
            out = np.where(np.isnan(out), stated, out)
    return out


def _metres(value: Any) -> float:
    """Return a number or text such as ``12.5 m`` in metres, NaN where it is neither."""
    if isinstance(value, bool) or value is None:
        return math.nan
    if isinstance(value, int | float):
        return float(value)
    found = _LENGTH.match(str(value))
    if not found:
        return math.nan
    number = float(found[1].replace(",", "."))
    return number * 0.3048 if (found[2] or "").lower() in ("ft", "feet", "'") else number


def _value_test(allowed: list[str]) -> Callable[[str], bool]:
    if "*" in allowed:
        return lambda value: value not in ("", "no", "0", "false", "none")
    return lambda value: value in allowed


def _fill(
    types: list[str], values: list[Any] | None, test: Callable[[str], bool], kind: str
) -> None:
    if values is None:
        return
    for index, value in enumerate(values):
        if not types[index] and value is not None and test(str(value).strip().lower()):
            types[index] = kind
