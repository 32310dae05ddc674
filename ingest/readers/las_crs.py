"""The coordinate reference system of a LAS file, from WKT or from GeoTIFF keys."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from typing import Final

import numpy as np
from pyproj import CRS

from ingest.readers.las_header import LasHeader
from twin_model.errors import FrameError
from twin_model.frame import parse_crs, split_compound

_WKT_BIT: Final = 1 << 4
_USER_DEFINED: Final = 32767
_MODEL_TYPE, _GEOGRAPHIC, _PROJECTED, _LINEAR_UNITS = 1024, 2048, 3072, 3076
_VERTICAL, _VERTICAL_UNITS = 4096, 4099
#: Old writers give the vertical datum where the vertical CRS belongs (GeoTIFF 1.0, 6.3.4.1).
_DATUM_TO_CRS: Final = {5103: {9001: 5703, 9002: 8228, 9003: 6360}}


def source_crs(header: LasHeader) -> tuple[str | None, str | None, list[str]]:
    """Return the horizontal CRS, the vertical CRS and warnings.

    A file that states something that cannot be understood gets None and a warning; nothing
    is raised, because points without a CRS can still be placed by hand.
    """
    warnings: list[str] = []
    wkt = header.records.get(("LASF_Projection", 2112), b"")
    has_keys = ("LASF_Projection", 34735) in header.records
    # Bit 4 of the global encoding says which of the two counts where both are there.
    ways = [_from_wkt, _from_keys] if header.encoding & _WKT_BIT or not has_keys else [
        _from_keys, _from_wkt,
    ]  # fmt: skip
    for way in ways:
        horizontal, vertical = way(header, warnings)
        if horizontal is not None:
            return horizontal, vertical, warnings
    if not wkt.strip(b"\0 ") and not has_keys:
        return None, None, warnings
    if not warnings:
        warnings.append("the CRS records are there but empty")
    return None, None, warnings


def contradiction(crs: str | None, bounds: Sequence[float | None] | None) -> str | None:
    """Return why *bounds* cannot be in *crs*, None where they can.

    Parameters
    ----------
    crs : str or None
    bounds : six numbers or None
        minx, miny, minz, maxx, maxy, maxz in units of the CRS.
    """
    if crs is None or bounds is None or any(v is None for v in bounds):
        return None
    corners = np.array(bounds, np.float64).reshape(2, 3)
    parsed = parse_crs(crs)
    if parsed.is_geographic and (
        np.abs(corners[:, 0]).max() > 360 or np.abs(corners[:, 1]).max() > 90
    ):
        return f"the coordinates are not degrees, so the stated CRS ({crs[:40]}) cannot be right"
    if parsed.is_geocentric:
        radius_m = float(np.linalg.norm(corners.mean(axis=0)))
        # The deepest mine to the highest aircraft; the ellipsoid's radii are 6357 to 6378 km.
        if not 6.34e6 <= radius_m <= 6.42e6:
            return (
                f"the coordinates lie {radius_m / 1000:.0f} km from the Earth's centre, so the "
                f"stated CRS ({crs[:40]}, geocentric) cannot be right"
            )
    return None


def _from_wkt(header: LasHeader, warnings: list[str]) -> tuple[str | None, str | None]:
    text = header.records.get(("LASF_Projection", 2112), b"").split(b"\0")[0]
    if not text.strip():
        return None, None
    try:
        return _split(text.decode("utf-8", "replace"))
    except FrameError as error:
        warnings.append(f"the CRS in WKT is not understood: {error.reason}")
        return None, None


def _split(text: str) -> tuple[str, str | None]:
    horizontal, vertical = split_compound(parse_crs(text))
    if not (horizontal.is_projected or horizontal.is_geographic or horizontal.is_geocentric):
        raise FrameError(f"'{horizontal.name}' is neither projected, geographic nor geocentric")
    return short_name(horizontal), short_name(vertical) if vertical is not None else None


def short_name(crs: CRS) -> str:
    """Return the authority code of *crs* where one means the same, else WKT.

    A WKT that carries a code and contradicts it (another unit, another datum) keeps its WKT.
    """
    for confidence in (100, 25):
        authority = crs.to_authority(min_confidence=confidence)
        if authority is None:
            continue
        name = f"{authority[0]}:{authority[1]}"
        if parse_crs(name).equals(crs, ignore_axis_order=True):
            return name
    return str(crs.to_wkt())


def _from_keys(header: LasHeader, warnings: list[str]) -> tuple[str | None, str | None]:
    payload = header.records.get(("LASF_Projection", 34735), b"")
    keys = _key_values(payload)
    if not keys:
        if payload:
            warnings.append("the GeoTIFF keys are empty or damaged; the CRS is unknown")
        return None, None
    announced = struct.unpack_from("<H", payload, 6)[0]
    if announced > len(keys):
        warnings.append(f"the file announces {announced:,} GeoTIFF keys, {len(keys):,} are there")
    code = keys.get(_PROJECTED, 0) or keys.get(_GEOGRAPHIC, 0)
    if not code:
        warnings.append("the GeoTIFF keys name no coordinate reference system")
        return None, None
    try:
        if _USER_DEFINED in (code, keys.get(_PROJECTED)):
            horizontal, vertical = _split(_by_gdal(header))
        else:
            horizontal, vertical = _split(f"EPSG:{code}")
            if _unit_contradicts(keys, horizontal):
                warnings.append(
                    f"the GeoTIFF keys name EPSG:{code} and state another unit; the unit is trusted"
                )
                horizontal, vertical = _split(_by_gdal(header))
    except FrameError as error:
        warnings.append(f"the CRS in the GeoTIFF keys is not understood: {error.reason}")
        return None, None
    return horizontal, vertical or _vertical(keys, warnings)


def _key_values(payload: bytes) -> dict[int, int]:
    """Return the keys with values of their own (GeoTIFF 1.1, 7.1.1)."""
    if len(payload) < 8:
        return {}
    count = min(struct.unpack_from("<H", payload, 6)[0], (len(payload) - 8) // 8)
    values: dict[int, int] = {}
    for index in range(count):
        key, location, _, value = struct.unpack_from("<4H", payload, 8 + 8 * index)
        if key:
            values[key] = value if location == 0 else _USER_DEFINED
    return values


def _unit_contradicts(keys: dict[int, int], horizontal: str) -> bool:
    stated = {9001: 1.0, 9002: 0.3048, 9003: 1200 / 3937}.get(keys.get(_LINEAR_UNITS, 0))
    crs = parse_crs(horizontal)
    if stated is None or not crs.is_projected:
        return False
    return abs(crs.axis_info[0].unit_conversion_factor / stated - 1) > 1e-9


def _vertical(keys: dict[int, int], warnings: list[str]) -> str | None:
    code = keys.get(_VERTICAL, 0)
    if code in (0, _USER_DEFINED):
        return None
    code = _DATUM_TO_CRS.get(code, {}).get(keys.get(_VERTICAL_UNITS, 9001), code)
    try:
        crs = parse_crs(f"EPSG:{code}")
    except FrameError:
        crs = None
    if crs is None or not crs.is_vertical:
        warnings.append(f"vertical CRS {code} in the GeoTIFF keys is not known; heights as stored")
        return None
    return short_name(crs)


def _by_gdal(header: LasHeader) -> str:
    """Return the WKT of user-defined keys, by the one complete implementation (GDAL's).

    Raises
    ------
    FrameError
        If GDAL cannot make a CRS of them.
    """
    # Slow to import, and needed only for the rare file whose keys spell out a projection.
    from rasterio.errors import RasterioError
    from rasterio.io import MemoryFile

    try:
        with MemoryFile(_tiff(header)) as memory, memory.open() as dataset:
            wkt = dataset.crs.to_wkt() if dataset.crs else ""
    except (RasterioError, ValueError) as error:
        raise FrameError("user-defined keys are not a valid definition") from error
    if not wkt or wkt.startswith("LOCAL_CS"):
        raise FrameError("user-defined keys do not define a projection")
    return str(wkt)


def _tiff(header: LasHeader) -> bytes:
    """Return a TIFF of one pixel that carries the file's GeoTIFF keys."""
    directory = header.records[("LASF_Projection", 34735)]
    doubles = header.records.get(("LASF_Projection", 34736), b"")
    text = header.records.get(("LASF_Projection", 34737), b"")
    tags: list[tuple[int, int, int, bytes]] = [
        (256, 3, 1, struct.pack("<HH", 1, 0)),
        (257, 3, 1, struct.pack("<HH", 1, 0)),
        (258, 3, 1, struct.pack("<HH", 8, 0)),
        (259, 3, 1, struct.pack("<HH", 1, 0)),
        (262, 3, 1, struct.pack("<HH", 1, 0)),
        (273, 4, 1, struct.pack("<I", 8)),
        (277, 3, 1, struct.pack("<HH", 1, 0)),
        (278, 3, 1, struct.pack("<HH", 1, 0)),
        (279, 4, 1, struct.pack("<I", 1)),
        (33550, 12, 3, struct.pack("<3d", 1, 1, 0)),
        (33922, 12, 6, struct.pack("<6d", *[0.0] * 6)),
        (34735, 3, len(directory) // 2, directory),
    ]
    if len(doubles) >= 8:
        tags.append((34736, 12, len(doubles) // 8, doubles[: len(doubles) // 8 * 8]))
    if text:
        tags.append((34737, 2, len(text), text))
    out = io.BytesIO()
    data_at = 12 + 2 + 12 * len(tags) + 4
    out.write(struct.pack("<2sHI4x", b"II", 42, 12))
    out.write(struct.pack("<H", len(tags)))
    data = b""
    for tag, kind, count, value in tags:
        if len(value) > 4:
            out.write(struct.pack("<HHII", tag, kind, count, data_at + len(data)))
            data += value + b"\0" * (len(value) % 2)
        else:
            out.write(struct.pack("<HHI4s", tag, kind, count, value))
    out.write(struct.pack("<I", 0))
    return out.getvalue() + data
