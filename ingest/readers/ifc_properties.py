"""Which properties of entity types an IFC object's attributes and sets fill.

The table is assets/ifc_properties.json. What it does not name stays an attribute under IFC's own
name, and so does what it names: nothing that the file said is lost.
"""

from __future__ import annotations

import fnmatch
import functools
import json
import math
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

#: Classes of quantities and values (in capitals) by what they measure.
MEASURES: Final = {
    "IFCQUANTITYLENGTH": "length", "IFCLENGTHMEASURE": "length",
    "IFCPOSITIVELENGTHMEASURE": "length", "IFCNONNEGATIVELENGTHMEASURE": "length",
    "IFCQUANTITYAREA": "area", "IFCAREAMEASURE": "area",
    "IFCQUANTITYCOUNT": "count", "IFCCOUNTMEASURE": "count", "IFCINTEGER": "count",
    "IFCPOSITIVEINTEGER": "count",
    "IFCBOOLEAN": "boolean", "IFCLABEL": "text", "IFCTEXT": "text", "IFCIDENTIFIER": "text",
}  # fmt: skip
#: Attributes of the objects themselves.
_DIRECT: Final = {
    "Elevation": "length", "OverallWidth": "length", "OverallHeight": "length", "Tag": "text",
    "Material": "text",
}  # fmt: skip
#: How many of a property's unit make a metre or square metre.
_A_METRE: Final = {"m": 1.0, "mm": 1000.0, "m^2": 1.0}


@dataclass(frozen=True, slots=True)
class Units:
    """What a file's numbers are in.

    Parameters
    ----------
    length_m : float
        Metres in its unit of length.
    area_m2 : float
        Square metres in its unit of area.
    """

    length_m: float
    area_m2: float


@dataclass(frozen=True, slots=True)
class Measure:
    """What a number of a set measures.

    Parameters
    ----------
    kind : str
        Of `MEASURES`.
    unit : float or None
        Metres or square metres in the unit that it states for itself; None where it is in the
        file's.
    """

    kind: str
    unit: float | None = None


@dataclass(frozen=True, slots=True)
class _Rule:
    property: str
    measure: str
    factor: float
    sources: tuple[str, ...]


@functools.cache
def _rules() -> dict[str, tuple[_Rule, ...]]:
    """Return the rules by entity type."""
    text = files("assets").joinpath("ifc_properties.json").read_text(encoding="utf-8")
    found: dict[str, list[_Rule]] = {}
    for entry in json.loads(text)["properties"]:
        factor = _A_METRE.get(entry["unit"], 1.0)
        rule = _Rule(entry["property"], entry["measure"], factor, tuple(entry["from"]))
        for kind in entry["types"]:
            found.setdefault(kind, []).append(rule)
    return {kind: tuple(rules) for kind, rules in found.items()}


@functools.cache
def is_wanted(name: str) -> bool:
    """Return whether any rule reads a property or quantity of that name, its set left out."""
    return name in {
        source.rpartition(".")[2]
        for rules in _rules().values()
        for rule in rules
        for source in rule.sources
    }


def type_properties(
    kind: str, values: dict[str, Any], measures: dict[str, Measure], units: Units
) -> dict[str, Any]:
    """Return the properties of an entity type that an object's values fill.

    Parameters
    ----------
    kind : str
        Entity type.
    values : dict
        By IFC's names: direct attributes, set and property with a dot.
    measures : dict of str to Measure
        What the numbers of sets measure; those in units that nobody knows are left out.
    units : Units
    """
    found: dict[str, Any] = {}
    for rule in _rules().get(kind, ()):
        if rule.property in found:
            continue
        for source in rule.sources:
            value = _value(rule, source, values, measures, units)
            if value is not None:
                found[rule.property] = value
                break
    return found


def _value(
    rule: _Rule, source: str, values: dict[str, Any], measures: dict[str, Measure], units: Units
) -> Any:
    names = [source] if "*" not in source else fnmatch.filter(measures, source)
    for name in names:
        measure = measures.get(name)
        if measure is None and name in _DIRECT:
            measure = Measure(_DIRECT[name])
        if measure is not None and measure.kind == rule.measure:
            scale = units.area_m2 if rule.measure == "area" else units.length_m
            converted = _converted(values.get(name), rule, measure.unit or scale)
            if converted is not None:
                return converted
    return None


def _converted(value: Any, rule: _Rule, scale: float) -> Any:
    """Return a value in the property's unit; None where it is not of that kind."""
    if rule.measure == "text":
        return value if isinstance(value, str) and value.strip() else None
    if rule.measure == "boolean":
        return value if isinstance(value, bool) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    if rule.measure == "count":
        return int(value) if value >= 0 and float(value).is_integer() else None
    # Ten figures: enough for micrometres in a kilometre, and 3000 mm are 3 m.
    return float(f"{value * scale * rule.factor:.10g}")
