"""What goes in and out of a functional mock-up unit, read from its description alone."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

from plugins.builtin.fmi.units import StatedUnit, stated_unit
from twin_model.errors import SimulationError

_DESCRIPTION: Final = "modelDescription.xml"
_MOST_BYTES: Final = 64 << 20
_NUMBERS: Final = ("Float64", "Float32")
_KINDS: Final = ("input", "output", "parameter")


@dataclass(frozen=True)
class UnitVariable:
    """One variable that can be exchanged or set.

    Parameters
    ----------
    name, unit, description : str
    causality : str
        ``input``, ``output`` or ``parameter``.
    start : str
        Value that it begins with; empty where the unit says none.
    stated : StatedUnit
        What the unit's name and definition mean.
    """

    name: str
    causality: str
    unit: str = ""
    description: str = ""
    start: str = ""
    stated: StatedUnit = field(default_factory=StatedUnit)


def read_variables(path: Path) -> list[UnitVariable]:
    """Return inputs, outputs and parameters that are numbers, of FMI 2 and 3.

    Nothing is unpacked and nothing of the unit runs.

    Raises
    ------
    SimulationError
        If it is no unit.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(_DESCRIPTION).file_size > _MOST_BYTES:
                raise SimulationError("fmi", f"the description of {path.name} is too large")
            data = archive.read(_DESCRIPTION)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise SimulationError("fmi", f"{path.name} is no FMU ({error})") from error
    root = _root(data, path)
    found = []
    types = _declared_units(root)
    units = _defined_units(root)
    for one in root.iterfind("ModelVariables/*"):
        variable = _variable(one, types, units)
        if variable is not None:
            found.append(variable)
    return sorted(found, key=lambda one: (_KINDS.index(one.causality), one.name))


def _root(data: bytes, path: Path) -> Element:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Any = fromstring(data)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise SimulationError("fmi", f"{path.name} is no FMU ({error})") from error
    if root.tag != "fmiModelDescription":
        raise SimulationError("fmi", f"{path.name} is no FMU ({root.tag})")
    made: Element = root
    return made


def _declared_units(root: Element) -> dict[str, str]:
    """Return units by declared type, which variables refer to."""
    found = {}
    for one in root.iterfind("TypeDefinitions/*"):
        real = one.find("Real")
        unit = (one if real is None else real).get("unit", "")
        if unit:
            found[one.get("name", "")] = unit
    return found


def _defined_units(root: Element) -> dict[str, dict[str, float]]:
    """Return units that are defined in base units, by name; what cannot be read is not defined."""
    found = {}
    for one in root.iterfind("UnitDefinitions/Unit"):
        base = one.find("BaseUnit")
        if base is not None:
            try:
                found[one.get("name", "")] = {key: float(text) for key, text in base.items()}
            except ValueError:
                continue
    return found


def _variable(
    one: Element, types: Mapping[str, str], units: Mapping[str, Mapping[str, float]]
) -> UnitVariable | None:
    """Return a variable; None for one that is no number or stays inside."""
    number = one if one.tag in _NUMBERS else one.find("Real")
    causality = one.get("causality", "local")
    if number is None or causality not in _KINDS:
        return None
    unit = number.get("unit") or types.get(number.get("declaredType", ""), "")
    return UnitVariable(
        one.get("name", ""),
        causality,
        unit,
        one.get("description", ""),
        number.get("start", ""),
        stated_unit(unit, units.get(unit)),
    )
