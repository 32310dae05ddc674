"""E57 laser scans: several scans with poses, colour, intensity; cartesian or spherical."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.readers.contract import PointChunk, ReadOptions, SourceInfo
from ingest.readers.e57_document import Document, Scan, read_document
from ingest.readers.point_columns import describe
from twin_model.errors import FrameError, ShapanError, SourceError

#: Up to this many points `inspect` takes bounds from the points, beyond from the XML.
_SCAN_ALL: Final = 10_000_000
_BATCH: Final = 250_000
_CARTESIAN: Final = ("cartesianX", "cartesianY", "cartesianZ")
_SPHERICAL: Final = ("sphericalRange", "sphericalAzimuth", "sphericalElevation")
_COLOUR: Final = ("colorRed", "colorGreen", "colorBlue")
_INVALID: Final = ("cartesianInvalidState", "sphericalInvalidState")


class E57Reader:
    """Reads E57 files; see `ingest.readers.contract.Reader`."""

    name = "e57"
    suffixes = (".e57",)

    def can_read(self, path: Path, head: bytes) -> bool:
        """Return whether the file starts with ``ASTM-E57``."""
        return head[:8] == b"ASTM-E57"

    def inspect(self, path: Path, job: Job) -> SourceInfo:
        """Return counts, bounds and what the scans carry; see `Reader.inspect`."""
        document = read_document(path)
        points = sum(scan.records for scan in document.scans)
        name = f"E57 {document.version}"
        if 0 < points <= _SCAN_ALL:
            info = describe(path, name, self.read(path, ReadOptions(), job), job)
            if info.counts["points"] < points:
                info.warnings.append(
                    f"{points - info.counts['points']:,} of {points:,} points are marked invalid "
                    "or cannot be read; left out"
                )
        else:
            job.check()
            info = SourceInfo(source=str(path), format=name, kind="points")
            info.bounds = _bounds(document)
            if info.bounds is not None:
                # Some writers give them before the pose, as they should, some after it.
                info.warnings.append("the bounds are those that the file states, not looked at")
            if points:
                info.attributes["dimensions"] = _dimensions(document)
        info.counts = {"points": points, "images": document.images}
        info.attributes["scans"] = [scan.records for scan in document.scans]
        info.epoch = document.epoch
        if document.epoch is not None:
            info.attributes["epoch_from"] = "file creation day"
        self._place(document, info)
        if not points:
            what = f"only {document.images} images" if document.images else "nothing"
            info.warnings.append(f"there are no points in it, {what}")
        return info

    def _place(self, document: Document, info: SourceInfo) -> None:
        if not document.crs:
            return
        # PROJ takes a moment to load, and most E57 files state no CRS.
        from twin_model.frame import crs_name, parse_crs, split_compound

        try:
            horizontal, vertical = split_compound(parse_crs(document.crs))
        except FrameError:
            info.warnings.append("its coordinate metadata are not a CRS that PROJ knows")
            return
        info.crs = crs_name(horizontal)
        info.vertical_crs = crs_name(vertical) if vertical is not None else None

    def read(self, path: Path, options: ReadOptions, job: Job) -> Iterator[PointChunk]:
        """Yield the valid points of all scans in the file's coordinates; see `Reader.read`."""
        job.check()
        document = read_document(path)
        total = sum(scan.records for scan in document.scans)
        if not total:
            return
        # Compiled, and pulls in more; only for files that do have points.
        from pye57 import libe57

        limits = [scan.intensity for scan in document.scans if scan.intensity is not None]
        # One scale for all scans, so that equal surfaces stay equal.
        intensity = (
            (min(low for low, _ in limits), max(top for _, top in limits)) if limits else None
        )
        done = 0
        image = None
        try:
            image = libe57.ImageFile(str(path), "r")
            for scan in document.scans:
                for columns in _scan_columns(path, libe57, image, scan, options.chunk_points):
                    count = len(next(iter(columns.values())))
                    done += count
                    yield _chunk(scan, columns, intensity)
                    job.report("reading points", done, total, "points")
        except ShapanError:
            raise
        # libE57 says what it dislikes as its own exception or as any of the standard library's.
        except Exception as error:
            text = (str(error).splitlines() or [type(error).__name__])[0][:120]
            raise SourceError(
                path,
                f"damaged after {done:,} of {total:,} points ({text})",
                remedy="fetch the file again",
            ) from None
        finally:
            if image is not None:
                image.close()
        if done < total:
            raise SourceError(path, f"truncated: {done:,} of {total:,} points are in the file")


def _scan_columns(
    path: Path, libe57: Any, image: Any, scan: Scan, batch: int
) -> Iterator[dict[str, npt.NDArray[np.float64]]]:
    """Yield the wanted columns of a scan, as doubles, in batches."""
    if not scan.records:
        return
    axes = next((a for a in (_CARTESIAN, _SPHERICAL) if set(a) <= set(scan.fields)), None)
    if axes is None:
        have = " ".join(scan.fields)[:80]
        raise SourceError(path, f"scan {scan.index + 1} has no coordinates (it has: {have})")
    extra: list[str] = [
        f for f in (*_COLOUR, *_INVALID, "intensity", "returnIndex") if f in scan.fields
    ]
    extra += [f for f in scan.fields if f.endswith(":classification")]
    capacity = min(batch, _BATCH, scan.records)
    buffers = libe57.VectorSourceDestBuffer()
    columns: dict[str, npt.NDArray[np.float64]] = {}
    for field in (*axes, *extra):
        columns[field] = np.zeros(capacity)
        # Converting, scaling: every kind of number arrives as a double in its own unit.
        buffers.append(libe57.SourceDestBuffer(image, field, columns[field], capacity, True, True))
    node = image.root()["data3D"][scan.index]["points"]
    reader = node.reader(buffers)
    try:
        left = scan.records
        while left > 0:
            count = min(int(reader.read()), left)
            if not count:
                return
            left -= count
            yield {name: values[:count].copy() for name, values in columns.items()}
    finally:
        reader.close()


def _chunk(
    scan: Scan, columns: dict[str, npt.NDArray[np.float64]], limits: tuple[float, float] | None
) -> PointChunk:
    if "cartesianX" in columns:
        position = np.column_stack([columns[name] for name in _CARTESIAN])
    else:
        reach, azimuth, elevation = (columns[name] for name in _SPHERICAL)
        flat = reach * np.cos(elevation)
        position = np.column_stack(
            [flat * np.cos(azimuth), flat * np.sin(azimuth), reach * np.sin(elevation)]
        )
    valid = np.ones(len(position), bool)
    for name in _INVALID:
        if name in columns:
            valid &= columns[name] == 0
    position = (position @ scan.rotation.T + scan.translation)[valid]
    colour = None
    if all(name in columns for name in _COLOUR):
        factor = 255.0 / scan.colour_max if scan.colour_max > 255 else 1.0
        colour = np.column_stack([_bytes(columns[name][valid] * factor) for name in _COLOUR])
    intensity = None
    if "intensity" in columns:
        values = columns["intensity"][valid]
        low, top = limits or (0.0, max(float(values.max(initial=0.0)), 1.0))
        scaled = np.nan_to_num((values - low) / (top - low) * 65535.0)
        intensity = np.clip(np.rint(scaled), 0, 65535).astype(np.uint16)
    codes = next((v for name, v in columns.items() if name.endswith(":classification")), None)
    returns = columns.get("returnIndex")
    return PointChunk(
        position,
        colour,
        intensity,
        None if codes is None else _bytes(codes[valid]),
        # E57 counts returns from zero, LAS from one.
        None if returns is None else _bytes(returns[valid] + 1),
    )


def _bytes(values: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    return np.clip(np.rint(np.nan_to_num(values)), 0, 255).astype(np.uint8)


def _dimensions(document: Document) -> list[str]:
    fields = {field for scan in document.scans for field in scan.fields}
    names = {
        "colour": set(_COLOUR) <= fields,
        "intensity": "intensity" in fields,
        "classification": any(field.endswith(":classification") for field in fields),
        "return_number": "returnIndex" in fields,
    }
    return ["position"] + [name for name, there in names.items() if there]


def _bounds(document: Document) -> list[float | None] | None:
    """Return bounds that hold every scan's own, turned into the file's coordinates."""
    corners = [
        np.array(list(product(*scan.bounds.T))) @ scan.rotation.T + scan.translation
        for scan in document.scans
        if scan.bounds is not None and scan.records
    ]
    if not corners:
        return None
    every = np.vstack(corners)
    return [*map(float, every.min(axis=0)), *map(float, every.max(axis=0))]
