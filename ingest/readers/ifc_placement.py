"""What an IFC file says about its place, in plain values.

Apart from `ifc_georeference` because the worker process needs only this: importing PROJ there
would cost it a quarter of its start.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

_PREFIX: Final = {
    "EXA": 1e18, "PETA": 1e15, "TERA": 1e12, "GIGA": 1e9, "MEGA": 1e6, "KILO": 1e3,
    "HECTO": 1e2, "DECA": 1e1, "DECI": 1e-1, "CENTI": 1e-2, "MILLI": 1e-3, "MICRO": 1e-6,
    "NANO": 1e-9, "PICO": 1e-12, "FEMTO": 1e-15, "ATTO": 1e-18,
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
    if model.schema != "IFC2X3":
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
    for conversion in model.by_type("IfcMapConversion"):
        names = conversion.get_info(recursive=False)
        out.conversion = {k: float(v) for k, v in names.items() if isinstance(v, float)}
        target = conversion.TargetCRS
        if target is not None:
            out.crs_name = target.Name or ""
            out.vertical = getattr(target, "VerticalDatum", None) or ""
            unit = getattr(target, "MapUnit", None)
            out.map_unit_m = _metres(unit) if unit is not None else None
        return


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


def _metres(unit: Any, depth: int = 0) -> float | None:
    if unit.is_a("IfcSIUnit"):
        return _PREFIX.get(unit.Prefix or "", 1.0)
    if unit.is_a("IfcConversionBasedUnit") and depth < 4:
        factor = unit.ConversionFactor
        base = _metres(factor.UnitComponent, depth + 1)
        value = float(factor.ValueComponent.wrappedValue) * (base or 1.0)
        return value if math.isfinite(value) and value > 0 else None
    return None
