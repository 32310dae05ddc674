"""``metadata.xml`` of a production: where its local coordinates lie on the Earth."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from twin_model.errors import FrameError, SourceError
from twin_model.frame import crs_name, parse_crs, split_compound

FloatArray = npt.NDArray[np.float64]
MAX_BYTES: Final = 1 << 20
_REMEDY: Final = "correct it as the program that made the production would write it"
_ENU: Final = re.compile(r"^\s*ENU\s*:\s*([^,]+),([^,]+)$", re.IGNORECASE)
_GEOCENTRIC: Final = "EPSG:4978"
#: Two parameters of a projection that differ by more than this are different projections.
_TOLERANCE: Final = 1e-6


@dataclass(frozen=True)
class Placement:
    """Maps a production's local metres to coordinates of a CRS.

    Parameters
    ----------
    crs : str or None
        Authority code, WKT, or EPSG:4978 for productions in a local tangent plane; None where
        nothing is known.
    vertical_crs : str or None
    matrix : (4, 4) float64 array
        Column-vector convention: ``source = matrix @ [x, y, z, 1]``.
    warnings : tuple of str
    """

    crs: str | None
    vertical_crs: str | None
    matrix: FloatArray
    warnings: tuple[str, ...] = ()

    def __call__(self, local: npt.NDArray[Any]) -> FloatArray:
        """Return source coordinates of (n, 3) local metres, computed in double precision."""
        points = np.asarray(local, dtype=np.float64)
        if np.array_equal(self.matrix[:3, :3], np.eye(3)):
            return points + self.matrix[:3, 3]
        return points @ self.matrix[:3, :3].T + self.matrix[:3, 3]


UNPLACED: Final = Placement(None, None, np.eye(4))


def read_placement(path: Path, crs: str | None = None) -> Placement:
    """Read a ``metadata.xml``.

    Parameters
    ----------
    path : Path
    crs : str, optional
        Overrides the SRS that is written.

    Raises
    ------
    SourceError
        If it is not such a file, or its SRS or origin cannot be used.
    """
    srs, origin_text = _elements(path)
    origin, warnings = _origin(path, origin_text)
    if crs is not None:
        return Placement(crs, None, _shift(origin), tuple(warnings))
    tangent = _ENU.match(srs)
    if tangent or srs.upper().startswith("ENU"):
        latitude, longitude = _tangent_point(path, srs, tangent)
        matrix = tangent_plane(longitude, latitude, 0.0) @ _shift(origin)
        return Placement(_GEOCENTRIC, None, matrix, tuple(warnings))
    if not srs or srs.upper() == "LOCAL":
        warnings.append(
            f"{path.name} gives no reference system; the coordinates are taken as local metres "
            "of the project"
        )
        return Placement(None, None, _shift(origin), tuple(warnings))
    try:
        parsed = parse_crs(srs)
    except FrameError as error:
        raise SourceError(
            path, f"its SRS cannot be used: {error.reason}", remedy=_REMEDY
        ) from error
    parsed, contradiction = without_wrong_authority(parsed)
    warnings += contradiction
    horizontal, vertical = split_compound(parsed)
    if horizontal.is_geographic:
        warnings.append(
            f"{path.name} gives the origin in degrees ({horizontal.name}); the metres around it "
            "are taken as east, north and up of that point"
        )
        matrix = tangent_plane(*origin)
        return Placement(_GEOCENTRIC, None, matrix, tuple(warnings))
    return Placement(
        crs_name(horizontal), crs_name(vertical) if vertical else None, _shift(origin),
        tuple(warnings),
    )  # fmt: skip


def _elements(path: Path) -> tuple[str, str]:
    from defusedxml import DefusedXmlException  # lazily: detection must stay light
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise SourceError(path, f"cannot be read ({error.strerror})") from error
    if len(data) > MAX_BYTES:
        raise SourceError(path, "too large for a metadata file", remedy=_REMEDY)
    try:
        root = fromstring(data, forbid_dtd=True)
    except ParseError as error:
        raise SourceError(path, f"not well-formed XML ({error})", remedy=_REMEDY) from error
    except (DefusedXmlException, ValueError, LookupError) as error:
        raise SourceError(
            path, "holds XML declarations that are not allowed", remedy=_REMEDY
        ) from error
    if root.tag != "ModelMetadata":
        raise SourceError(path, f"its root is <{root.tag}>, not <ModelMetadata>", remedy=_REMEDY)
    return (root.findtext("SRS") or "").strip(), (root.findtext("SRSOrigin") or "").strip()


def _origin(path: Path, text: str) -> tuple[tuple[float, float, float], list[str]]:
    if not text:
        return (0.0, 0.0, 0.0), [f"{path.name} gives no SRSOrigin; 0,0,0 is taken"]
    try:
        values = [float(part) for part in re.split(r"[,;\s]+", text.strip(" ,;"))]
    except ValueError:
        values = []
    if len(values) != 3 or not all(math.isfinite(value) for value in values):
        raise SourceError(path, f"its SRSOrigin '{text[:60]}' is not three numbers", remedy=_REMEDY)
    return (values[0], values[1], values[2]), []


def _tangent_point(path: Path, srs: str, found: re.Match[str] | None) -> tuple[float, float]:
    try:
        latitude, longitude = (float(part) for part in found.groups()) if found else (1e9, 1e9)
    except ValueError:
        latitude = longitude = math.nan
    if not (abs(latitude) <= 90.0 and abs(longitude) <= 360.0):
        raise SourceError(
            path, f"its SRS '{srs[:60]}' is not ENU:latitude,longitude in degrees", remedy=_REMEDY
        )
    return latitude, longitude


def _shift(origin: tuple[float, float, float]) -> FloatArray:
    matrix = np.eye(4)
    matrix[:3, 3] = origin
    return matrix


def tangent_plane(longitude_deg: float, latitude_deg: float, height_m: float) -> FloatArray:
    """Return the matrix from east, north, up at a WGS 84 point to ECEF (EPSG:4978).

    Returns
    -------
    (4, 4) float64 array
        Exact: a rotation and a translation.
    """
    lon, lat = math.radians(longitude_deg), math.radians(latitude_deg)
    matrix = np.eye(4)
    matrix[:3, 0] = [-math.sin(lon), math.cos(lon), 0.0]
    matrix[:3, 1] = [
        -math.sin(lat) * math.cos(lon), -math.sin(lat) * math.sin(lon), math.cos(lat),
    ]  # fmt: skip
    matrix[:3, 2] = [
        math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat),
    ]  # fmt: skip
    to_ecef = Transformer.from_crs("EPSG:4979", _GEOCENTRIC, always_xy=True)
    matrix[:3, 3] = to_ecef.transform(longitude_deg, latitude_deg, height_m)
    return matrix


def without_wrong_authority(crs: CRS) -> tuple[CRS, list[str]]:
    """Return *crs* with the codes taken off whose definitions its own parameters contradict.

    Programs write a custom central meridian or false northing under the name and code of the
    standard zone. The parameters are what the coordinates were computed with.

    Returns
    -------
    crs : CRS
        The code's own CRS where the parameters agree with it.
    warnings : list of str
        What contradicts what.
    """
    if crs.is_compound:
        # WKT of compound systems is rare here; its horizontal part is what can contradict.
        horizontal, warnings = without_wrong_authority(crs.sub_crs_list[0])
        if not warnings:
            return crs, []
        document = crs.to_json_dict()
        document.pop("id", None)
        document["components"][0] = horizontal.to_json_dict()
        return CRS.from_json_dict(document), warnings
    document = crs.to_json_dict()
    identity = document.get("id")
    if not identity or "conversion" not in document:
        return crs, []
    code = f"{identity['authority']}:{identity['code']}"
    try:
        standard = CRS.from_user_input(code)
    except CRSError:
        document.pop("id")
        return CRS.from_json_dict(document), [
            f"the SRS names {code}, which PROJ does not know; its written parameters are used"
        ]
    differences = _differences(document, standard.to_json_dict())
    if not differences:
        return standard, []
    document.pop("id")
    return CRS.from_json_dict(document), [
        f"the SRS calls itself {code} but has {'; '.join(differences)}: the written parameters "
        "are used, not the code"
    ]


def _differences(written: dict[str, Any], standard: dict[str, Any]) -> list[str]:
    ours, theirs = _parameters(written), _parameters(standard)
    differences = [
        f"{name.lower()} {ours.get(name, 'none')} instead of {theirs.get(name, 'none')}"
        for name in sorted(set(ours) | set(theirs))
        if abs(ours.get(name, math.inf) - theirs.get(name, math.inf)) > _TOLERANCE
    ]
    for reference in ("ellipsoid",):
        a, b = _ellipsoid(written), _ellipsoid(standard)
        if a and b and a != b:
            differences.append(f"{reference} {a} instead of {b}")
    return differences


def _parameters(document: dict[str, Any]) -> dict[str, float]:
    found = {}
    for parameter in document.get("conversion", {}).get("parameters", []):
        value = parameter.get("value")
        if isinstance(value, int | float):
            found[str(parameter.get("name"))] = float(value)
    return found


def _ellipsoid(document: dict[str, Any]) -> tuple[float, float] | None:
    base = document.get("base_crs", {})
    datum = base.get("datum") or base.get("datum_ensemble") or {}
    shape = datum.get("ellipsoid", {})
    axis, flattening = shape.get("semi_major_axis"), shape.get("inverse_flattening")
    if not isinstance(axis, int | float) or not isinstance(flattening, int | float):
        return None
    return round(float(axis), 3), round(float(flattening), 5)
