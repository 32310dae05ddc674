"""Where an IFC model stands on the globe.

Two ways are in use: a conversion into an IfcProjectedCRS (exact; IfcMapConversion in IFC4,
IfcRigidOperation in IFC4x3, ePset_MapConversion in IFC2x3), and the latitude and longitude of
IfcSite with the direction of true north (good to the metre at best). The first wins.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from ingest.readers.ifc_placement import Placement
from twin_model.errors import FrameError

if TYPE_CHECKING:
    from pyproj import CRS

_EPSG: Final = re.compile(r"EPSG\W*(\d{4,6})", re.IGNORECASE)
_DIGITS: Final = re.compile(r"\s*(\d{4,6})\s*")
#: Latitude, longitude and name of what programs write when nobody set a place.
_PLACEHOLDERS: Final = ((42.3584, -71.0598, "Boston, Revit's default"),)


@dataclass
class Georeference:
    """A CRS and the way into it.

    Parameters
    ----------
    crs : str or None
    matrix : (4, 4) float64 array
        Model metres to coordinates of *crs*, column vectors.
    vertical_crs : str or None
    warnings : list of str
    """

    crs: str | None = None
    matrix: npt.NDArray[np.float64] = field(default_factory=lambda: np.eye(4))
    vertical_crs: str | None = None
    warnings: list[str] = field(default_factory=list)


def georeference(placement: Placement) -> Georeference:
    """Return the CRS and the matrix that *placement* stands for."""
    out = Georeference()
    if placement.conversion is not None or placement.crs_name:
        out.crs, unit = _projected_crs(placement.crs_name, out.warnings)
        if out.crs is not None:
            out.vertical_crs = _vertical_crs(placement.vertical)
        if placement.conversion is None:
            out.warnings.append("a projected CRS is named without a conversion into it")
        else:
            out.matrix = _map_matrix(placement, unit, out.warnings)
        if out.crs is not None:
            return out
    if placement.conversion is None:
        _anchor(placement, out)
    return out


def _projected_crs(name: str, warnings: list[str]) -> tuple[str | None, float]:
    """Return the CRS text that PROJ knows, and metres in its unit."""
    match = _EPSG.search(name) or _DIGITS.fullmatch(name)
    text = f"EPSG:{match[1]}" if match else name
    try:
        crs = _parsed(text)
    except FrameError:
        shown = name[:60] or "without a name"
        warnings.append(f"the projected CRS '{shown}' is not one that PROJ knows; choose the CRS")
        return None, 1.0
    if not crs.is_projected:
        warnings.append(f"'{name[:60]}' is not a projected CRS; choose the CRS")
        return None, 1.0
    return text, float(crs.axis_info[0].unit_conversion_factor)


def _vertical_crs(name: str) -> str | None:
    match = _EPSG.search(name)
    if match is None:
        return None
    try:
        return f"EPSG:{match[1]}" if _parsed(f"EPSG:{match[1]}").is_vertical else None
    except FrameError:
        return None


def _map_matrix(
    placement: Placement, crs_unit_m: float, warnings: list[str]
) -> npt.NDArray[np.float64]:
    """Return IfcMapConversion as a matrix from model metres to CRS units (IFC4, 8.18.3.15)."""
    values = placement.conversion or {}
    map_unit_m = placement.map_unit_m if placement.map_unit_m is not None else crs_unit_m
    ratio = placement.unit_m / map_unit_m
    scale = ratio if placement.rigid else values.get("Scale") or 1.0
    # The standard has Scale include the change of unit; several exporters write 1 (or only the
    # grid's scale factor) beside millimetres. Nothing real is scaled by more than a tenth.
    if abs(scale / ratio - 1.0) > 0.1 and abs(scale - 1.0) <= 0.1:
        warnings.append(
            f"the map conversion's scale {scale:g} leaves out the length unit "
            f"({placement.unit_m:g} m); it is applied as well"
        )
        scale *= ratio
    abscissa, ordinate = values.get("XAxisAbscissa"), values.get("XAxisOrdinate")
    angle = math.atan2(ordinate or 0.0, abscissa if abscissa is not None else 1.0)
    factors = [values.get(f"Factor{axis}") or 1.0 for axis in "XYZ"]
    to_crs = map_unit_m / crs_unit_m
    per_metre = scale / placement.unit_m * to_crs
    matrix = np.eye(4)
    matrix[0, :2] = math.cos(angle), -math.sin(angle)
    matrix[1, :2] = math.sin(angle), math.cos(angle)
    matrix[:3, :3] *= np.array(factors) * per_metre
    names = ("Eastings", "Northings", "OrthogonalHeight")
    matrix[:3, 3] = [(values.get(name) or 0.0) * to_crs for name in names]
    if not np.isfinite(matrix).all() or abs(np.linalg.det(matrix[:3, :3])) < 1e-12:
        warnings.append("the map conversion is not usable and was left out")
        return np.eye(4)
    return matrix


def _anchor(placement: Placement, out: Georeference) -> None:
    """Place the model by the site's latitude and longitude, in a local metric CRS."""
    latitude, longitude = placement.latitude_deg, placement.longitude_deg
    if latitude is None or longitude is None:
        return
    if abs(latitude) > 89.0 or abs(longitude) > 180.0:
        out.warnings.append(f"the site's position {latitude:g}, {longitude:g} is not on the globe")
        return
    if abs(latitude) < 1e-6 and abs(longitude) < 1e-6:
        out.warnings.append("the site's latitude and longitude are both zero: taken as not set")
        return
    for at_latitude, at_longitude, name in _PLACEHOLDERS:
        if abs(latitude - at_latitude) < 0.005 and abs(longitude - at_longitude) < 0.005:
            out.warnings.append(f"the site stands in {name}: probably never set; check the place")
    out.crs = (
        f"+proj=tmerc +lat_0={latitude:.9f} +lon_0={longitude:.9f} +k=1 +x_0=0 +y_0=0 "
        "+datum=WGS84 +units=m +no_defs"
    )
    east, north = placement.true_north
    angle = math.pi / 2 - math.atan2(north, east) if east or north else 0.0
    matrix = np.eye(4)
    matrix[0, :2] = math.cos(angle), -math.sin(angle)
    matrix[1, :2] = math.sin(angle), math.cos(angle)
    origin = np.array(placement.site_origin_m)
    matrix[:3, 3] = -matrix[:3, :3] @ origin
    matrix[2, 3] += placement.elevation_m or 0.0
    if np.isfinite(matrix).all():
        out.matrix = matrix


def _parsed(text: str) -> CRS:
    # Here, because detection loads this reader for every file, and pyproj takes longest.
    from twin_model.frame import parse_crs

    return parse_crs(text)
