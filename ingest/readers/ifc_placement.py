"""What an IFC file says about its place, in plain values.

Apart from `ifc_georeference` because the worker process needs only this: importing PROJ there
would cost it a quarter of its start.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from ingest.readers.ifc_properties import Units

#: Property sets by which IFC2x3 says what IFC4 has classes for (buildingSMART, "Model setup
#: IDM, volume 1: Geo-referencing"), in lower case: exporters differ.
CONVERSION_SET: Final = "epset_mapconversion"
CRS_SET: Final = "epset_projectedcrs"
_PREFIX: Final = {
    "EXA": 1e18, "PETA": 1e15, "TERA": 1e12, "GIGA": 1e9, "MEGA": 1e6, "KILO": 1e3,
    "HECTO": 1e2, "DECA": 1e1, "DECI": 1e-1, "CENTI": 1e-2, "MILLI": 1e-3, "MICRO": 1e-6,
    "NANO": 1e-9, "PICO": 1e-12, "FEMTO": 1e-15, "ATTO": 1e-18,
}  # fmt: skip
#: Metres in the units that ePset_ProjectedCRS.MapUnit names.
_UNIT_NAMES: Final = {
    "METRE": 1.0, "M": 1.0, "MILLIMETRE": 0.001, "MM": 0.001, "FOOT": 0.3048, "FT": 0.3048,
    "US SURVEY FOOT": 1200 / 3937, "FTUS": 1200 / 3937,
}  # fmt: skip


@dataclass
class Placement:
    """What the file says about its place, in plain values.

    Parameters
    ----------
    crs_name : str
        Name of the IfcProjectedCRS; empty where there is none.
    vertical : str
        Its vertical datum.
    conversion : dict or None
        Eastings, Northings, OrthogonalHeight, XAxisAbscissa, XAxisOrdinate, Scale, FactorX…
    latitude_deg, longitude_deg, elevation_m : float or None
        Of the site.
    site_origin_m : tuple of three floats
        Where the site's own origin lies in the model.
    true_north : tuple of two floats
        Direction of north in the model's plane.
    unit_m : float
        Metres in the file's length unit.
    map_unit_m : float or None
        Metres in the unit of the map conversion; None where it is not stated.
    rigid : bool
        The conversion is an IfcRigidOperation: it moves without turning or scaling.
    """

    crs_name: str = ""
    vertical: str = ""
    conversion: dict[str, float] | None = None
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    elevation_m: float | None = None
    site_origin_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    true_north: tuple[float, float] = (0.0, 1.0)
    unit_m: float = 1.0
    map_unit_m: float | None = None
    rigid: bool = False


def degrees(parts: Iterable[Any] | None) -> float | None:
    """Return an IfcCompoundPlaneAngleMeasure (degrees, minutes, seconds, millionths) as one number.

    Every part carries the sign; None where it is missing or out of range.
    """
    if parts is None:
        return None
    try:
        numbers = [int(float(part)) for part in parts]
    except (TypeError, ValueError, OverflowError):
        return None
    if not 3 <= len(numbers) <= 4:
        return None
    negative = any(number < 0 for number in numbers)
    d, m, s, *rest = (abs(number) for number in numbers)
    value = d + m / 60 + (s + (rest[0] if rest else 0) / 1e6) / 3600
    return None if value > 360 else -value if negative else value


def placement_of(model: Any) -> Placement:
    """Return what an open ifcopenshell model says about its place."""
    out = Placement(unit_m=length_unit_m(model))
    for context in model.by_type("IfcGeometricRepresentationContext", include_subtypes=False):
        north = context.TrueNorth
        if north is not None and context.ContextType in ("Model", None):
            ratios = tuple(north.DirectionRatios)
            if len(ratios) >= 2 and (ratios[0] or ratios[1]):
                out.true_north = (float(ratios[0]), float(ratios[1]))
                break
    if model.schema == "IFC2X3":
        _collect_property_sets(model, out)
    else:
        _collect_conversion(model, out)
    for site in model.by_type("IfcSite"):
        latitude, longitude = degrees(site.RefLatitude), degrees(site.RefLongitude)
        if latitude is not None and longitude is not None:
            out.latitude_deg, out.longitude_deg = latitude, longitude
            out.elevation_m = float(site.RefElevation or 0.0) * out.unit_m
            out.site_origin_m = _site_origin(site, out.unit_m)
            break
    return out


def _collect_conversion(model: Any, out: Placement) -> None:
    for name in ("IfcMapConversion", "IfcRigidOperation"):
        try:
            found = model.by_type(name)
        except RuntimeError:
            continue  # the schema has no such class
        for conversion in found:
            values = conversion.get_info(recursive=False)
            if name == "IfcMapConversion":
                out.conversion = {k: float(v) for k, v in values.items() if isinstance(v, float)}
            else:
                out.conversion = _moved(values)
                out.rigid = True
            target = conversion.TargetCRS
            if target is not None:
                out.crs_name = target.Name or ""
                out.vertical = getattr(target, "VerticalDatum", None) or ""
                unit = getattr(target, "MapUnit", None)
                out.map_unit_m = _metres(unit) if unit is not None else None
            return


def _moved(values: dict[str, Any]) -> dict[str, float] | None:
    """Return an IfcRigidOperation as a conversion; None where it is in degrees."""
    first, second = values.get("FirstCoordinate"), values.get("SecondCoordinate")
    if first is None or second is None or "Angle" in first.is_a():
        return None
    out = {"Eastings": float(first[0]), "Northings": float(second[0])}
    if isinstance(values.get("Height"), float):
        out["OrthogonalHeight"] = values["Height"]
    return out


def _collect_property_sets(model: Any, out: Placement) -> None:
    sets: dict[str, dict[str, Any]] = {}
    for definition in model.by_type("IfcPropertySet"):
        name = (definition.get_argument(2) or "").lower()
        if name in (CONVERSION_SET, CRS_SET) and name not in sets:
            values = {
                item.get_argument(0): item.get_argument(2).get_argument(0)
                for item in definition.get_argument(4) or ()
                if item.is_a("IfcPropertySingleValue") and item.get_argument(2) is not None
            }
            sets[name] = values
    place_by_sets(out, sets)


def place_by_sets(out: Placement, sets: dict[str, dict[str, Any]]) -> None:
    """Take over the two property sets, whose names are keys in lower case."""
    if CONVERSION_SET not in sets:
        return
    out.conversion = {
        name: float(value)
        for name, value in sets[CONVERSION_SET].items()
        if isinstance(value, int | float) and math.isfinite(value)
    }
    crs = {name: value for name, value in sets.get(CRS_SET, {}).items() if isinstance(value, str)}
    target = sets[CONVERSION_SET].get("TargetCRS")
    out.crs_name = crs.get("Name", target if isinstance(target, str) else "")
    out.vertical = crs.get("VerticalDatum", "")
    out.map_unit_m = _UNIT_NAMES.get(crs.get("MapUnit", "").upper().replace("METER", "METRE"))


def _site_origin(site: Any, unit_m: float) -> tuple[float, float, float]:
    """Return the site's own origin in model metres, where it hangs on nothing else."""
    placed = site.ObjectPlacement
    if placed is None or not placed.is_a("IfcLocalPlacement") or placed.PlacementRelTo is not None:
        return (0.0, 0.0, 0.0)
    values = [float(v) * unit_m for v in placed.RelativePlacement.Location.Coordinates]
    x, y, z, *_ = [*values, 0.0, 0.0, 0.0]
    return (x, y, z)


def length_unit_m(model: Any) -> float:
    """Return the metres in the file's length unit; 1 where it states none."""
    for assignment in model.by_type("IfcUnitAssignment"):
        for unit in assignment.Units:
            if getattr(unit, "UnitType", None) == "LENGTHUNIT":
                return _metres(unit) or 1.0
    return 1.0


def units_of(model: Any) -> Units:
    """Return what the file's lengths and areas are in; areas in squares of lengths by default."""
    length_m = length_unit_m(model)
    area_m2 = None
    for assignment in model.by_type("IfcUnitAssignment"):
        for unit in assignment.Units:
            if getattr(unit, "UnitType", None) == "AREAUNIT":
                area_m2 = area_m2 or _metres(unit, power=2)
    return Units(length_m, area_m2 or length_m**2)


def own_unit(unit: Any, kind: str) -> float | None:
    """Return the metres or square metres in the unit that a value states for itself.

    Parameters
    ----------
    unit : entity of IfcUnit
    kind : str
        ``length`` or ``area``.

    Returns
    -------
    float or None
        None for a unit of something else, or one that depends on its context or is derived.
    """
    wanted, power = ("AREAUNIT", 2) if kind == "area" else ("LENGTHUNIT", 1)
    return _metres(unit, power=power) if getattr(unit, "UnitType", None) == wanted else None


def _metres(unit: Any, depth: int = 0, power: int = 1) -> float | None:
    """Return how many metres a unit has, or square metres with a power of two."""
    if unit.is_a("IfcSIUnit"):
        return float(_PREFIX.get(unit.Prefix or "", 1.0) ** power)
    if unit.is_a("IfcConversionBasedUnit") and depth < 4:
        factor = unit.ConversionFactor
        base = _metres(factor.UnitComponent, depth + 1, power)
        value = float(factor.ValueComponent.wrappedValue) * (base or 1.0)
        return value if math.isfinite(value) and value > 0 else None
    return None
