"""Rasters: GeoTIFF and COG, SRTM .hgt, Arc/Info ASCII grids, JPEG and PNG with a world file."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.readers.contract import RasterSource, ReadOptions, SourceInfo
from ingest.readers.gdal_raster import open_raster
from ingest.readers.zip_guard import member_name, safe_members, verify_member
from twin_model.errors import FrameError, SourceError
from twin_model.frame import crs_name, parse_crs, split_compound

_TIFF: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_JPEG: Final = b"\xff\xd8\xff"
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_WORLD_FILES: Final = {
    ".jpg": (".jgw", ".jpgw"), ".jpeg": (".jgw", ".jpegw", ".jpgw"), ".png": (".pgw", ".pngw"),
}  # fmt: skip
#: Bytes of the square SRTM grids of 1 and 3 arc seconds.
_HGT_BYTES: Final = (3601 * 3601 * 2, 1201 * 1201 * 2, 3601 * 1801 * 2)
_ARCHIVED: Final = (".hgt", ".tif", ".tiff", ".asc")
_TERRAIN_WORDS: Final = (
    "dem", "dsm", "dtm", "elev", "height", "srtm", "terrain", "aster", "高程", "地形",
)  # fmt: skip
#: Lowest and highest ground on Earth in metres, with a margin.
GROUND_RANGE_M: Final = (-12_000.0, 9_500.0)
#: Rasters up to this size are read whole by inspection: heights are exact and damage is seen.
_WHOLE_PIXELS: Final = 16_000_000
_FORMATS: Final = {
    "GTiff": "GeoTIFF", "SRTMHGT": "SRTM HGT", "AAIGrid": "ASCII grid", "JPEG": "JPEG",
    "PNG": "PNG", "HFA": "Erdas Imagine", "JP2OpenJPEG": "JPEG 2000",
}  # fmt: skip


@dataclass(frozen=True)
class Values:
    """What a band holds.

    Parameters
    ----------
    low, high : float
        Least and greatest value; infinite where there is none.
    count : int
        How many pixels with data were seen.
    plausible : int
        How many of them could be heights of ground in metres or feet.
    """

    low: float
    high: float
    count: int
    plausible: int


class RasterReader:
    """Names rasters for `convert_raster`, which reads them by windows. Stateless."""

    name = "raster"
    suffixes = (
        ".hgt.zip", ".tiff", ".jpeg", ".tif", ".hgt", ".asc", ".jpg", ".png", ".jp2", ".img",
        ".vrt", ".zip",
    )  # fmt: skip

    def can_read(self, path: Path, head: bytes) -> bool:
        """Return whether the first bytes are of a raster."""
        if not head or path.is_dir():
            return False
        suffix = path.suffix.lower()
        if head.startswith((*_TIFF, _JPEG, _PNG, b"EHFA_HEADER_TAG")) or head[4:8] == b"jP  ":
            return True
        if head.startswith(b"PK\x03\x04"):
            return _archived_name(path) is not None
        if suffix == ".hgt" or suffix in (".tif", ".tiff"):
            return True
        if suffix == ".vrt" or head.lstrip()[:11] == b"<VRTDataset":
            return True
        return head[:64].lstrip().lower().startswith(b"ncols")

    def inspect(self, path: Path, job: Job) -> SourceInfo:
        """Return size, bands, CRS, bounds and whether it holds heights or a picture.

        Raises
        ------
        SourceError
            If it cannot be opened, or a raster small enough to be read whole is damaged.
        Cancelled
        """
        job.check()
        name = _dataset_name(path, job)
        with open_raster(name, path) as dataset:
            if _is_photograph(path, dataset):
                return _photograph(path, dataset)
            info = SourceInfo(str(path), _format_of(dataset), "raster")
            _describe_crs(info, dataset)
            seen = _values_of(dataset, job)
            role = guess_role(dataset, path, seen)
            info.counts = {"pixels": dataset.width * dataset.height, "bands": dataset.count}
            info.attributes = _attributes(dataset, role)
            info.bounds = _bounds(dataset)
            exact = dataset.width * dataset.height <= _WHOLE_PIXELS
            if role == "terrain" and info.bounds is not None and exact and seen.count:
                info.bounds[2], info.bounds[5] = seen.low, seen.high
            info.epoch = _epoch(dataset.tags().get("TIFFTAG_DATETIME", ""))
            if not seen.count:
                info.warnings.append("every pixel is without data")
        return info

    def read(self, path: Path, options: ReadOptions, job: Job) -> Iterator[RasterSource]:
        """Yield the one raster of the source.

        Raises
        ------
        SourceError
            If it cannot be opened, or is a photograph without a place.
        Cancelled
        """
        job.check()
        name = _dataset_name(path, job)
        with open_raster(name, path) as dataset:
            if _is_photograph(path, dataset):
                raise SourceError(
                    path,
                    "is a photograph without a place on the ground",
                    remedy="put a world file beside it, or use it for reconstruction",
                )
            role = guess_role(dataset, path, _values_of(dataset, job))
        yield RasterSource(name, role)


def guess_role(dataset: Any, path: Path, seen: Values) -> str:
    """Return ``terrain`` for a raster of heights, ``imagery`` for a picture.

    Parameters
    ----------
    dataset : rasterio dataset
    path : Path
        Its name decides where pixels of 16 bits could be either.
    seen : Values
        Of its first band.
    """
    bands = [i for i in dataset.colorinterp if i.name != "alpha"]
    if len(bands) > 1 and (dataset.descriptions[1] or "").lower().startswith("uncertainty"):
        bands = bands[:1]  # heights with what is known about their errors beside them
    depth = np.dtype(dataset.dtypes[0]) if dataset.dtypes[0] != "complex_int16" else None
    if len(bands) != 1 or bands[0].name == "palette" or depth is None or depth.itemsize == 1:
        return "imagery"
    if depth.kind == "c":
        return "imagery"
    # A few absurd values are gaps that nobody declared; mostly absurd ones are no heights.
    if seen.count and seen.plausible < 0.5 * seen.count:
        return "imagery"
    if depth == np.uint16:
        hints = f"{path.stem} {dataset.descriptions[0] or ''} {dataset.units[0] or ''}".lower()
        return "terrain" if any(word in hints for word in _TERRAIN_WORDS) else "imagery"
    return "terrain"


def _dataset_name(path: Path, job: Job) -> str:
    try:
        with path.open("rb") as stream:
            head = stream.read(512)
    except OSError as error:
        raise SourceError(path, f"cannot be opened ({error.strerror})") from error
    if not head:
        raise SourceError(path, "the file is empty", remedy="fetch it again")
    if path.suffix.lower() == ".vrt" or head.lstrip()[:11] == b"<VRTDataset":
        raise SourceError(
            path,
            "a VRT only points at other files, so it is not read",
            remedy="add those files, or turn it into a GeoTIFF (gdal_translate)",
        )
    if path.suffix.lower() == ".hgt" and path.stat().st_size not in _HGT_BYTES:
        raise SourceError(path, f"has {path.stat().st_size} bytes, which no SRTM grid has")
    if not head.startswith(b"PK\x03\x04"):
        return str(path)
    for info in safe_members(path):
        if member_name(info).lower().endswith(_ARCHIVED):
            verify_member(path, info, job)
            return f"/vsizip/{{{path.resolve()}}}/{info.filename}"
    raise SourceError(path, "the archive holds no raster that is read here")


def _archived_name(path: Path) -> str | None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()[:1000]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return path.name if path.name.lower().endswith(".hgt.zip") else None
    return next((n for n in names if n.lower().endswith(_ARCHIVED)), None)


def _is_photograph(path: Path, dataset: Any) -> bool:
    if dataset.driver not in ("JPEG", "PNG") or dataset.crs is not None or dataset.gcps[0]:
        return False
    suffixes = (*_WORLD_FILES.get(path.suffix.lower(), ()), ".wld")
    return not any(
        path.with_suffix(s).is_file() or path.with_suffix(s.upper()).is_file() for s in suffixes
    )


def _photograph(path: Path, dataset: Any) -> SourceInfo:
    # An eighth of the resolution is cheap for JPEG and passes over the whole file.
    dataset.read(1, out_shape=(max(dataset.height // 8, 1), max(dataset.width // 8, 1)))
    return SourceInfo(
        source=str(path),
        format=_FORMATS[dataset.driver],
        kind="photos",
        counts={"images": 1, "pixels": dataset.width * dataset.height},
        attributes={"width": dataset.width, "height": dataset.height, "bands": dataset.count},
        warnings=["there is no world file beside it, so it has no place on the ground"],
    )


def _format_of(dataset: Any) -> str:
    layout = dataset.tags(ns="IMAGE_STRUCTURE").get("LAYOUT")
    return "COG" if layout == "COG" else _FORMATS.get(dataset.driver, dataset.driver)


def _describe_crs(info: SourceInfo, dataset: Any) -> None:
    crs = dataset.crs or dataset.gcps[1]
    if crs is None:
        info.warnings.append("states no coordinate reference system")
        return
    try:
        horizontal, vertical = split_compound(parse_crs(crs.to_wkt()))
    except FrameError as error:
        info.warnings.append(str(error))
        return
    info.crs = crs_name(horizontal)
    info.vertical_crs = crs_name(vertical) if vertical is not None else None
    if dataset.driver == "SRTMHGT":
        # The format has no room to say so: SRTM heights are above the EGM96 geoid.
        info.vertical_crs = "EPSG:5773"


def _attributes(dataset: Any, role: str) -> dict[str, Any]:
    transform = dataset.transform
    nodata = dataset.nodata
    return {
        "width": dataset.width,
        "height": dataset.height,
        "bands": dataset.count,
        "dtype": dataset.dtypes[0],
        # JSON has no NaN.
        "nodata": nodata if nodata is None or math.isfinite(nodata) else str(nodata),
        "overviews": list(dataset.overviews(1)),
        "compression": dataset.compression.name if dataset.compression else None,
        "colours": [c.name for c in dataset.colorinterp],
        "pixel_size": [math.hypot(transform.a, transform.d), math.hypot(transform.b, transform.e)],
        "rotated": bool(abs(transform.b) > 1e-12 or abs(transform.d) > 1e-12),
        "role": role,
    }


def _bounds(dataset: Any) -> list[float | None] | None:
    if dataset.transform.is_identity and dataset.crs is None:
        return None
    grid = dataset.transform
    corners = [
        (grid.a * c + grid.b * r + grid.c, grid.d * c + grid.e * r + grid.f)
        for c, r in (
            (0, 0),
            (dataset.width, 0),
            (0, dataset.height),
            (dataset.width, dataset.height),
        )
    ]
    x, y = [c[0] for c in corners], [c[1] for c in corners]
    if not all(map(math.isfinite, x + y)):
        return None
    return [min(x), min(y), None, max(x), max(y), None]


def _values_of(dataset: Any, job: Job) -> Values:
    """Return what band 1 holds: all pixels of a small raster, 16 blocks of a large one."""
    low, high, count, plausible = math.inf, -math.inf, 0, 0
    for window in sample_windows(dataset):
        job.report("Reading", 0, 0, "pixels")
        values: npt.NDArray[Any] = dataset.read(1, window=window, masked=True).compressed()
        if values.dtype.kind == "c":
            values = np.abs(values)
        values = values[np.isfinite(values)]
        if len(values):
            low, high = min(low, float(values.min())), max(high, float(values.max()))
            count += len(values)
            # Feet are possible, too.
            kept = (values > GROUND_RANGE_M[0] * 3.3) & (values < GROUND_RANGE_M[1] * 3.3)
            plausible += int(kept.sum())
    return Values(low, high, count, plausible)


def sample_windows(dataset: Any, most: int = 16) -> Iterator[Any]:
    """Yield windows that cover a small raster, or *most* blocks spread over a large one."""
    from rasterio.windows import Window

    rows, columns = dataset.block_shapes[0]
    if rows * columns < 1 << 18:
        rows = columns = 1024
    down, across = math.ceil(dataset.height / rows), math.ceil(dataset.width / columns)
    total = down * across
    whole = dataset.width * dataset.height <= _WHOLE_PIXELS
    chosen = range(total) if whole else np.linspace(0, total - 1, most).astype(int).tolist()
    for index in chosen:
        row, column = divmod(index, across)
        yield Window(
            column * columns,
            row * rows,
            min(columns, dataset.width - column * columns),
            min(rows, dataset.height - row * rows),
        )


def _epoch(text: str) -> str | None:
    """Return ISO 8601 of TIFF's ``YYYY:MM:DD HH:MM:SS``."""
    date, _, clock = text.strip().partition(" ")
    parts = date.split(":")
    if len(parts) != 3 or not all(p.isdigit() for p in parts) or parts[0] == "0000":
        return None
    return "-".join(parts) + (f"T{clock}" if len(clock) == 8 else "")
