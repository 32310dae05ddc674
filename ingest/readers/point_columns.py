"""Turns named columns of any point format into `PointChunk`s, and describes a file by them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.readers.contract import PointChunk, SourceInfo
from twin_model.errors import SourceError

Columns = Mapping[str, npt.NDArray[Any]]

#: What writers call a column, in lower case without ``scalar_`` and ``diffuse_``.
_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "x": ("x", "easting", "east", "lon", "longitude", "//x", "x_m"),
    "y": ("y", "northing", "north", "lat", "latitude", "y_m"),
    "z": ("z", "height", "elevation", "altitude", "h", "z_m"),
    "red": ("red", "r"),
    "green": ("green", "g"),
    "blue": ("blue", "b"),
    "rgb": ("rgb", "rgba"),
    "intensity": ("intensity", "reflectance", "reflectivity"),
    "classification": ("classification", "class", "label"),
    "return_number": ("returnnumber", "return_number", "return number"),
    "gps_time": ("gpstime", "gps_time", "gps time"),
}


#: Columns that are about a point of a cloud and nothing else.
POINT_COLUMNS: Final = frozenset(_NAMES) | {"nx", "ny", "nz", "alpha", "a"}


def canonical(name: str) -> str:
    """Return our name of a column, or its own in lower case where we have none."""
    lower = name.strip().strip("\"'").lower()
    for prefix in ("scalar_", "diffuse_"):
        lower = lower.removeprefix(prefix)
    for ours, theirs in _NAMES.items():
        if lower in theirs:
            return ours
    return lower


class ChunkMaker:
    """Makes chunks of columns; what the first chunk shows of their scale holds for the file."""

    def __init__(self) -> None:
        self._colour: Callable[[Any], Any] | None = None
        self._intensity: Callable[[Any], Any] | None = None

    def __call__(self, columns: Columns) -> PointChunk:
        """Return the chunk.

        Parameters
        ----------
        columns : mapping of str to (n,) array
            By `canonical` names; x and y are there. Without z, heights are zero.
        """
        position = np.zeros((len(columns["x"]), 3))
        # A signalling NaN of a damaged file warns when it is widened.
        with np.errstate(invalid="ignore"):
            for axis, name in enumerate("xyz"):
                if name in columns:
                    position[:, axis] = columns[name]
        colour = self._colours(columns)
        intensity = columns.get("intensity")
        if intensity is not None:
            if self._intensity is None:
                self._intensity = _intensity_scale(intensity)
            intensity = _rounded(self._intensity(intensity), 65535).astype(np.uint16)
        gps_time = columns.get("gps_time")
        return PointChunk(
            position,
            colour,
            intensity,
            _codes(columns.get("classification")),
            _codes(columns.get("return_number")),
            None if gps_time is None else gps_time.astype(np.float64),
        )

    def _colours(self, columns: Columns) -> npt.NDArray[np.uint8] | None:
        if "rgb" in columns:
            return unpack_rgb(columns["rgb"])
        if not all(name in columns for name in ("red", "green", "blue")):
            return None
        bands = [columns[name] for name in ("red", "green", "blue")]
        if self._colour is None:
            self._colour = _colour_scale(bands)
        return np.column_stack(
            [_rounded(self._colour(band), 255).astype(np.uint8) for band in bands]
        )


def unpack_rgb(values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Return the bytes of colours packed as 0xAARRGGBB into 32-bit integers or floats."""
    if values.dtype.itemsize == 4:
        packed = np.ascontiguousarray(values).view(np.uint32)
    elif values.dtype.kind == "f" and (np.abs(values) < 1e-30).any():
        # Text of a float whose bits are the colour: such floats are denormal or tiny.
        packed = values.astype(np.float32).view(np.uint32)
    else:
        packed = values.astype(np.uint32)
    return np.column_stack([(packed >> shift) & 255 for shift in (16, 8, 0)]).astype(np.uint8)


def _codes(values: npt.NDArray[Any] | None) -> npt.NDArray[np.uint8] | None:
    return None if values is None else _rounded(values, 255).astype(np.uint8)


def _rounded(values: npt.NDArray[Any], top: int) -> npt.NDArray[Any]:
    if values.dtype.kind == "f":
        values = np.nan_to_num(np.rint(values), nan=0.0, posinf=top, neginf=0.0)
    return np.clip(values, 0, top)


def _largest(bands: Iterable[npt.NDArray[Any]]) -> float:
    tops = [float(np.nanmax(band)) for band in bands if len(band) and not np.isnan(band).all()]
    return max(tops, default=0.0)


def _colour_scale(bands: list[npt.NDArray[Any]]) -> Callable[[Any], Any]:
    top = _largest(bands)
    fractions = all(band.dtype.kind == "f" for band in bands) and top <= 1.0
    if fractions and any((band % 1 != 0).any() for band in bands):
        return lambda band: band * 255.0
    if top > 255:
        return lambda band: band / 257.0
    return lambda band: band


def _intensity_scale(values: npt.NDArray[Any]) -> Callable[[Any], Any]:
    top = _largest([values])
    low = -_largest([-values.astype(np.float64)])
    if low < 0:
        # Leica's 12-bit intensities run from -2048 to 2047.
        return lambda band: (band.astype(np.float64) + 2048) * 16
    if values.dtype.kind == "f" and top <= 1.0 and bool((values % 1 != 0).any()):
        return lambda band: band * 65535.0
    return lambda band: band


def describe(path: Path, format_name: str, chunks: Iterator[PointChunk], job: Job) -> SourceInfo:
    """Return what a point file holds by looking at all of it.

    A file that breaks off is described as far as it goes, with a warning.

    Raises
    ------
    SourceError
        If not one point can be read.
    Cancelled
    """
    info = SourceInfo(source=str(path), format=format_name, kind="points")
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    classes: set[int] = set()
    dimensions = ["position"]
    points = missing = 0
    try:
        for chunk in chunks:
            points += len(chunk)
            finite = np.isfinite(chunk.position).all(axis=1)
            missing += len(chunk) - int(finite.sum())
            if finite.any():
                low = np.minimum(low, chunk.position[finite].min(axis=0))
                high = np.maximum(high, chunk.position[finite].max(axis=0))
            if chunk.classification is not None:
                classes.update(np.unique(chunk.classification).tolist())
            for name in ("colour", "intensity", "classification", "return_number", "gps_time"):
                if getattr(chunk, name) is not None and name not in dimensions:
                    dimensions.append(name)
            job.report("looking at points", points, 0, "points")
    except SourceError as error:
        if not points:
            raise
        info.warnings.append(f"{error.reason}; the first {points:,} points can be read")
    if missing:
        info.warnings.append(f"{missing:,} of {points:,} points have no finite coordinates")
    info.counts = {"points": points}
    info.attributes = {"dimensions": dimensions}
    if "classification" in dimensions:
        info.attributes["classification"] = sorted(classes)
    if points > missing:
        info.bounds = [*map(float, low), *map(float, high)]
    return info
