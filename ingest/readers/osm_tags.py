"""Which table an OpenStreetMap object belongs to, and its columns there.

Tag meanings: https://wiki.openstreetmap.org/wiki/Map_features, Key:height, Key:building:levels.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

STOREY_HEIGHT_M: Final = 3.0

#: Column names of every table besides osm_id, name and tags.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "buildings": (
        "building", "part", "height_m", "height_source", "levels", "min_height_m", "roof_shape",
        "use", "material", "colour",
    ),
    "roads": (
        "highway", "ref", "lanes", "width_m", "surface", "maxspeed", "oneway", "bridge", "tunnel",
        "layer",
    ),
    "railways": ("railway", "gauge_mm", "electrified", "bridge", "tunnel", "layer"),
    "waterways": ("waterway", "width_m", "tunnel"),
    "water": ("water",),
    "land_use": ("kind",),
    "points": ("kind", "osm_key", "height_m"),
}  # fmt: skip

_LAND_KEYS: Final = ("landuse", "natural", "leisure", "amenity", "man_made", "aeroway")
#: Keys of nodes that are things, and the values that count; None for any. Crossings, turning
#: circles and the like only say something about the way they lie on.
_POINT_KEYS: Final[dict[str, frozenset[str] | None]] = {
    "natural": frozenset({"tree", "peak", "spring", "rock", "stone"}),
    "highway": frozenset({"street_lamp", "traffic_signals", "bus_stop"}),
    "emergency": None,
    "power": None,
    "man_made": None,
    "surveillance:type": None,
    "amenity": None,
    "railway": frozenset({"station", "halt", "tram_stop", "subway_entrance"}),
    "tourism": None,
    "shop": None,
    "office": None,
    "historic": None,
}
_WATER_NATURAL: Final = frozenset({"water", "bay", "wetland"})
_NUMBER: Final = re.compile(r"^\s*(-?\d+(?:[.,]\d+)?)\s*(m|metres?|meters?|ft|feet|')?\s*(\d+)?")


def length_m(text: str | None) -> float | None:
    """Return a length tag in metres (``12``, ``12.5 m``, ``40 ft``, ``6'4``), else None."""
    found = _NUMBER.match(text or "")
    if not found:
        return None
    value = float(found[1].replace(",", "."))
    if found[2] in ("ft", "feet", "'"):
        value = (value + float(found[3] or 0.0) / 12.0) * 0.3048
    return value


def number(text: str | None) -> float | None:
    """Return the first number of a tag's value, None where there is none."""
    found = re.match(r"\s*-?\d+(?:\.\d+)?", text or "")
    return float(found[0]) if found else None


def area_table(tags: Mapping[str, str]) -> str | None:
    """Return the table of a closed outline, None where it is not kept."""
    if tags.get("building", "no") != "no" or tags.get("building:part", "no") != "no":
        return "buildings"
    if tags.get("natural") in _WATER_NATURAL or tags.get("waterway") in ("riverbank", "dock"):
        return "water"
    if tags.get("landuse") in ("reservoir", "basin"):
        return "water"
    return "land_use" if any(key in tags for key in _LAND_KEYS) else None


def line_table(tags: Mapping[str, str]) -> str | None:
    """Return the table of a way, None where it is not kept."""
    if "highway" in tags and tags.get("area") != "yes":
        return "roads"
    if "railway" in tags and tags.get("railway") not in ("station", "platform"):
        return "railways"
    return "waterways" if "waterway" in tags and tags["waterway"] != "riverbank" else None


def point_table(tags: Mapping[str, str]) -> str | None:
    """Return the table of a node, None where it is not kept."""
    return "points" if _point_key(tags) else None


def _point_key(tags: Mapping[str, str]) -> str:
    for key, values in _POINT_KEYS.items():
        value = tags.get(key, "no")
        if value != "no" and (values is None or value in values):
            return key
    return ""


def row_of(table: str, tags: Mapping[str, str]) -> dict[str, Any]:
    """Return the columns of an object, with all of its tags as JSON text in ``tags``."""
    row: dict[str, Any] = dict.fromkeys(COLUMNS[table])
    row["name"] = tags.get("name") or tags.get("name:zh") or tags.get("name:en")
    row["tags"] = json.dumps(dict(tags), ensure_ascii=False, sort_keys=True)
    if table == "buildings":
        row |= _building(tags)
    elif table == "roads":
        row |= {key: tags.get(key) for key in ("highway", "ref", "surface", "maxspeed", "oneway")}
        row |= {"lanes": number(tags.get("lanes")), "width_m": length_m(tags.get("width"))}
        row |= {key: tags.get(key, "no") != "no" for key in ("bridge", "tunnel")}
        row["layer"] = number(tags.get("layer"))
    elif table == "railways":
        row |= {"railway": tags.get("railway"), "gauge_mm": number(tags.get("gauge"))}
        row |= {"electrified": tags.get("electrified"), "layer": number(tags.get("layer"))}
        row |= {key: tags.get(key, "no") != "no" for key in ("bridge", "tunnel")}
    elif table == "waterways":
        row |= {"waterway": tags.get("waterway"), "width_m": length_m(tags.get("width"))}
        row["tunnel"] = tags.get("tunnel", "no") != "no"
    elif table == "water":
        row["water"] = tags.get("water") or tags.get("natural") or tags.get("landuse")
    else:
        category = (
            next((key for key in _LAND_KEYS if key in tags), "")
            if table == "land_use"
            else _point_key(tags)
        )
        row["kind"] = tags.get(category)
        if table == "points":
            row |= {"osm_key": category, "height_m": length_m(tags.get("height"))}
    return row


def _building(tags: Mapping[str, str]) -> dict[str, Any]:
    height = length_m(tags.get("height") or tags.get("building:height"))
    levels = number(tags.get("building:levels") or tags.get("levels"))
    source = "height" if height is not None else None
    if height is None and levels is not None:
        # Roof storeys stand on top of the counted ones (Key:roof:levels).
        height = (levels + (number(tags.get("roof:levels")) or 0.0)) * STOREY_HEIGHT_M
        source = "levels"
    lowest = length_m(tags.get("min_height"))
    if lowest is None and (skipped := number(tags.get("building:min_level"))) is not None:
        lowest = skipped * STOREY_HEIGHT_M
    value = tags.get("building", "no")
    return {
        "building": value if value != "no" else tags.get("building:part"),
        "part": tags.get("building:part", "no") != "no",
        "height_m": height,
        "height_source": source,
        "levels": levels,
        "min_height_m": lowest,
        "roof_shape": tags.get("roof:shape"),
        "use": next((tags[k] for k in ("amenity", "shop", "office", "tourism") if k in tags), None),
        "material": tags.get("building:material"),
        "colour": tags.get("building:colour"),
    }
