"""Whether photographs were taken where a project's CRS, and the project itself, are at home."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Final

from pyproj import Geod

from twin_model.errors import FrameError
from twin_model.frame import Frame, crs_name, suggest_crs

#: Neighbouring zones are used for one another; farther out lengths are wrong by parts of 1000.
_BESIDE_DEG: Final = 3.0
#: What lies farther apart is not of one city.
_APART_M: Final = 100_000.0
_PROBE_M: Final = 100.0


@dataclass(frozen=True)
class Misplacement:
    """That photographs are of another place than the project.

    Parameters
    ----------
    reason, remedy : str
        As in `ShapanError`.
    crs : str
        That fits where they were taken; empty where none is known.
    """

    reason: str
    remedy: str
    crs: str

    def __str__(self) -> str:
        return f"{self.reason}; {self.remedy}"

    def to_json(self) -> dict[str, str]:
        """Return it as JSON values."""
        return asdict(self)


def misplacement(frame: Frame, longitude_deg: float, latitude_deg: float) -> Misplacement | None:
    """Return what is wrong with reconstructing photographs of a place in a frame.

    Parameters
    ----------
    frame : Frame
    longitude_deg, latitude_deg : float
        WGS 84, of the photographs' middle.

    Returns
    -------
    Misplacement or None
        None where the place is one that the CRS is made for, and near the frame's origin.
    """
    area, crs = frame.horizontal.area_of_use, _fitting(longitude_deg, latitude_deg)
    if area is not None and not (
        area.south - _BESIDE_DEG <= latitude_deg <= area.north + _BESIDE_DEG
        and _within(longitude_deg, area.west - _BESIDE_DEG, area.east + _BESIDE_DEG)
    ):
        return Misplacement(
            reason=f"the photographs were taken at latitude {latitude_deg:.3f}°, longitude "
            f"{longitude_deg:.3f}°, and the project's {frame.crs[:40]} is made for latitudes "
            f"{area.south:.1f}° to {area.north:.1f}° and longitudes {area.west:.1f}° to "
            f"{area.east:.1f}°{_length_error(frame, longitude_deg, latitude_deg)}",
            remedy=_remedy(crs),
            crs=crs,
        )
    if frame.origin is None:
        return None
    east, north, _ = frame.transform_from("EPSG:4326")([(longitude_deg, latitude_deg, 0.0)])[0]
    apart_m = math.hypot(east, north)
    if apart_m <= _APART_M:
        return None
    return Misplacement(
        reason=f"the photographs were taken {apart_m / 1000:,.0f} km from the place of the project",
        remedy=_remedy(""),
        crs=crs,
    )


def _within(longitude_deg: float, west_deg: float, east_deg: float) -> bool:
    """Return whether a longitude lies in a range, which may cross the antimeridian."""
    if east_deg < west_deg:
        east_deg += 360.0
    return (longitude_deg - west_deg) % 360.0 <= east_deg - west_deg


def _fitting(longitude_deg: float, latitude_deg: float) -> str:
    try:
        return crs_name(suggest_crs(longitude_deg, latitude_deg))
    except FrameError:
        return ""


def _remedy(crs: str) -> str:
    if not crs:
        return "make a project of their own for them, or choose other photographs"
    return f"make a project of their own for them, in {crs}, or choose other photographs"


def _length_error(frame: Frame, longitude_deg: float, latitude_deg: float) -> str:
    """Return by how much lengths of the CRS differ from those on the ellipsoid, as a clause."""
    worst = 0.0
    for azimuth_deg in (0.0, 90.0):
        lon, lat, _ = Geod(ellps="WGS84").fwd(longitude_deg, latitude_deg, azimuth_deg, _PROBE_M)
        try:
            a, b = frame.transform_from("EPSG:4326")(
                [(longitude_deg, latitude_deg, 0.0), (lon, lat, 0.0)]
            )
        except FrameError:
            return ""
        worst = max(worst, abs(math.hypot(b[0] - a[0], b[1] - a[1]) / _PROBE_M - 1.0))
    return f": lengths would be wrong by {100 * worst:.1f} %" if worst > 0.001 else ""
