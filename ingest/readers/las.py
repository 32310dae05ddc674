"""LAS 1.0 to 1.4, LAZ and COPC point clouds."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.readers.contract import PointChunk, ReadOptions, SourceInfo
from ingest.readers.las_header import LasHeader, read_header
from twin_model.errors import SourceError

#: Up to this many points `inspect` looks at every one; beyond, at evenly spread samples.
_SCAN_ALL: Final = 2_000_000
_SAMPLE_PLACES: Final = 16
_SAMPLE_POINTS: Final = 50_000
_GPS_EPOCH: Final = dt.datetime(1980, 1, 6, tzinfo=dt.UTC)


@dataclass
class _Scan:
    """What a look at the points themselves found.

    Parameters
    ----------
    points : int
    complete : bool
        Whether every point was looked at.
    low, high : (3,) float64 arrays
        Bounds of the points that were seen.
    classes : set of int
    first_gps_s : float or None
        Smallest finite GPS time.
    colour_max : int
    failure : str
        Why looking stopped early; empty where it did not.
    """

    points: int = 0
    complete: bool = True
    low: npt.NDArray[np.float64] = field(default_factory=lambda: np.full(3, math.inf))
    high: npt.NDArray[np.float64] = field(default_factory=lambda: np.full(3, -math.inf))
    classes: set[int] = field(default_factory=set)
    first_gps_s: float | None = None
    colour_max: int = 0
    failure: str = ""


class LasReader:
    """Reads LAS, LAZ and COPC files; see `ingest.readers.contract.Reader`."""

    name = "las"
    suffixes = (".copc.laz", ".laz", ".las")

    def can_read(self, path: Path, head: bytes) -> bool:
        """Return whether the file starts with ``LASF``, whatever its name."""
        return head[:4] == b"LASF"

    def inspect(self, path: Path, job: Job) -> SourceInfo:
        """Return counts, bounds, CRS and classes.

        The count is of the points that are in the file, which a header may overstate; a file
        that ends early is described as far as it goes, with a warning.

        Raises
        ------
        SourceError
            If no point can be read although the header promises some.
        Cancelled
        """
        # PROJ takes a moment to load, so detection does without.
        from ingest.readers.las_crs import contradiction, source_crs

        header = read_header(path)
        scan = _scan(header, job)
        if header.declared and not scan.points:
            raise SourceError(
                path, scan.failure or "no point can be read", remedy="fetch the file again"
            )
        crs, vertical, warnings = source_crs(header)
        warnings = header.warnings + warnings
        points = scan.points if scan.complete else header.declared
        if scan.failure:
            warnings.append(scan.failure)
        bounds = _bounds(header, scan, warnings)
        if "gps_time" in _fields(header) and scan.points and scan.first_gps_s is None:
            warnings.append("no point has a GPS time that is a number")
        doubt = contradiction(crs, bounds)
        if doubt:
            warnings.append(doubt)
        attributes: dict[str, Any] = {
            "classification": sorted(scan.classes),
            "point_format": header.point_format,
            "dimensions": list(_fields(header)),
        }
        if not scan.complete:
            attributes["classification_sampled"] = True
        if points != header.declared:
            attributes["points_declared"] = header.declared
        return SourceInfo(
            source=str(path),
            format=header.format_name,
            kind="points",
            crs=crs,
            vertical_crs=vertical,
            bounds=bounds,
            counts={"points": points},
            attributes=attributes,
            epoch=_epoch(header, scan, attributes),
            warnings=warnings,
        )

    def read(self, path: Path, options: ReadOptions, job: Job) -> Iterator[PointChunk]:
        """Yield all points in file order; see `Reader.read`."""
        # Only here: it allocates dtypes and reaches for lazrs.
        from ingest.readers import las_records

        job.check()
        header = read_header(path)
        wide = None
        done = 0
        for records in las_records.iterate(header, job, options.chunk_points):
            if wide is None:
                wide = _colour_is_wide(header, records, job)
            done += len(records)
            yield _chunk(header, records, wide)
            job.report("reading points", done, header.present, "points")


def _fields(header: LasHeader) -> tuple[str, ...]:
    from ingest.readers.las_records import record_type  # see `LasReader.read`

    names = record_type(header.point_format, header.record_bytes).names or ()
    return tuple({"xyz": "position", "returns": "return_number"}.get(name, name) for name in names)


def _positions(header: LasHeader, records: Any) -> npt.NDArray[np.float64]:
    position = np.empty((len(records), 3))
    raw = records["xyz"]
    for axis in range(3):
        np.multiply(raw[:, axis], header.scale[axis], out=position[:, axis])
        position[:, axis] += header.offset[axis]
    return position


def _classes(header: LasHeader, records: Any) -> npt.NDArray[np.uint8]:
    # Formats 0 to 5 keep three flags in the upper bits (LAS 1.4 R15, table 8).
    values: npt.NDArray[np.uint8] = records["classification"]
    return values.copy() if header.point_format >= 6 else values & np.uint8(31)


def _chunk(header: LasHeader, records: Any, wide: bool) -> PointChunk:
    names = records.dtype.names
    colour = None
    if "colour" in names:
        raw = records["colour"]
        colour = (raw >> 8 if wide else np.minimum(raw, 255)).astype(np.uint8)
    mask = np.uint8(15 if header.point_format >= 6 else 7)
    return PointChunk(
        position=_positions(header, records),
        colour=colour,
        intensity=records["intensity"].copy(),
        classification=_classes(header, records),
        return_number=records["returns"] & mask,
        gps_time=records["gps_time"].copy() if "gps_time" in names else None,
    )


def _colour_is_wide(header: LasHeader, first: Any, job: Job) -> bool:
    """Return whether colours use 16 bits, as they should; many writers leave them in 8."""
    from ingest.readers import las_records  # see `LasReader.read`

    if "colour" not in first.dtype.names or bool((first["colour"] > 255).any()):
        return True
    # A dark beginning proves nothing, so look elsewhere, too.
    return any(
        bool((records["colour"] > 255).any())
        for records in las_records.sample(header, job, _SAMPLE_POINTS, _SAMPLE_PLACES)
    )


def _scan(header: LasHeader, job: Job) -> _Scan:
    """Look at every point of a small or damaged file, at evenly spread ones of a large one."""
    from ingest.readers import las_records  # see `LasReader.read`

    scan = _Scan(complete=header.present <= _SCAN_ALL or not las_records.is_whole(header))
    if not scan.complete:
        for records in las_records.sample(header, job, _SAMPLE_POINTS, _SAMPLE_PLACES):
            _look(header, records, scan)
        if scan.points:
            return scan
        # Not one of the samples could be decoded: find out what can.
        scan.complete = True
    try:
        for records in las_records.iterate(header, job, 250_000):
            _look(header, records, scan)
            job.report("looking at points", scan.points, header.present, "points")
    except SourceError as error:
        scan.failure = error.reason
    return scan


def _look(header: LasHeader, records: Any, scan: _Scan) -> None:
    if not len(records):
        return
    raw = records["xyz"]
    corners = np.array([raw.min(axis=0), raw.max(axis=0)]) * header.scale + header.offset
    scan.low = np.minimum(scan.low, corners.min(axis=0))
    scan.high = np.maximum(scan.high, corners.max(axis=0))
    counts = np.bincount(_classes(header, records), minlength=256)
    scan.classes.update(int(code) for code in np.flatnonzero(counts))
    if "gps_time" in records.dtype.names:
        times = records["gps_time"]
        times = times[np.isfinite(times)]
        if len(times):
            first = float(times.min())
            known = scan.first_gps_s
            scan.first_gps_s = first if known is None else min(first, known)
    scan.points += len(records)


def _bounds(header: LasHeader, scan: _Scan, warnings: list[str]) -> list[float | None] | None:
    """Return the header's bounds where the points agree with them, else the points' own."""
    if not scan.points:
        return None
    seen = [*map(float, scan.low), *map(float, scan.high)]
    if header.bounds is None:
        warnings.append("the bounds in the header are not usable; taken from the points")
        return list(seen)
    stated = np.array(header.bounds)
    tolerance = np.maximum(np.abs(header.scale) * 2, 1e-9)
    outside = (scan.low < stated[:3] - tolerance) | (scan.high > stated[3:] + tolerance)
    if outside.any():
        warnings.append("points lie outside the bounds in the header; taken from the points")
        return list(seen)
    return list(header.bounds)


def _epoch(header: LasHeader, scan: _Scan, attributes: dict[str, Any]) -> str | None:
    """Return the day of survey by GPS time; by the file's creation day where that is all."""
    if header.gps_time_is_absolute and scan.first_gps_s is not None:
        # Adjusted standard GPS time is short of 10^9 s (LAS 1.4 R15, 2.4 Global Encoding).
        seconds = scan.first_gps_s + 1e9
        if 4.7e8 < seconds < (dt.datetime.now(dt.UTC) - _GPS_EPOCH).total_seconds():
            attributes["epoch_from"] = "GPS time"
            return (_GPS_EPOCH + dt.timedelta(seconds=seconds)).date().isoformat()
    if header.created is None:
        return None
    # The survey itself may be older; users are shown where the day comes from.
    attributes["epoch_from"] = "file creation day"
    return header.created.isoformat()
