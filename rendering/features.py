"""Reads ``features.gpkg``: geometry, entity type and what drawing needs of the attributes."""

from __future__ import annotations

import math
import sqlite3
import struct
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin_model.errors import SourceError
from twin_model.frame import Frame

_ENVELOPE_BYTES: Final = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_WANTED: Final = (
    "shapan_type", "shapan_height_m", "shapan_heading_deg", "shapan_width_m", "width_m", "width",
    "lanes", "highway", "landuse", "leisure", "natural", "landcover", "fclass", "class", "kind",
    "use", "surface", "height", "height_m", "building:levels",
)  # fmt: skip
_NAMES: Final = ("shapan_name", "name", "名称", "name:zh", "NAME", "label", "ref")
_MAX_FEATURES: Final = 2_000_000


@dataclass
class FeatureTable:
    """Rows of a vector layer in local metres.

    Parameters
    ----------
    fid : (n,) int64 array
    geometry : (n,) object array of shapely geometries
        x, y (and z) in local metres.
    columns : dict of str to list
        Those that drawing uses; ``type`` and ``name`` always.
    """

    fid: npt.NDArray[np.int64]
    geometry: npt.NDArray[Any]
    columns: dict[str, list[Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.fid)

    def without(self, fids: Collection[int]) -> FeatureTable:
        """Return a table that lacks some rows."""
        keep = ~np.isin(self.fid, list(fids))
        rows = np.flatnonzero(keep)
        columns = {key: [values[i] for i in rows] for key, values in self.columns.items()}
        return FeatureTable(self.fid[keep], self.geometry[keep], columns)

    def number(self, key: str, index: int) -> float | None:
        """Return a column's value as a finite number, None where it is none."""
        values = self.columns.get(key)
        return None if values is None else as_number(values[index])


def as_number(value: Any) -> float | None:
    """Return a finite number from a value or the start of a text (``6 m``)."""
    if isinstance(value, str):
        text = value.strip().lower().removesuffix("m").strip().replace(",", ".")
        try:
            value = float(text)
        except ValueError:
            return None
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    return None


def check_features(path: Path) -> None:
    """Raise if a file cannot be a ``features.gpkg``; reads no rows.

    Raises
    ------
    SourceError
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(16)
    except OSError as error:
        raise SourceError(path, f"cannot be read ({error.strerror})") from error
    if head != b"SQLite format 3\0":
        raise SourceError(path, "is no GeoPackage", remedy="import the layer again")
    try:
        with closing(_connect(path)) as database:
            _columns(database, path)
    except sqlite3.Error as error:
        raise SourceError(path, f"is a damaged GeoPackage ({error})") from error


def read_features(path: Path, frame: Frame) -> FeatureTable:
    """Return all rows that have a geometry.

    Parameters
    ----------
    path : Path
        ``features.gpkg``: table ``features``, geometry ``geom`` in the project's CRS.
    frame : Frame

    Raises
    ------
    SourceError
        If it is missing or damaged.
    """
    check_features(path)
    import shapely  # GEOS, 0.1 s; only vector layers need it

    try:
        with closing(_connect(path)) as database:
            columns = _columns(database, path)
            chosen = [c for c in columns if c in _WANTED]
            names = [c for c in _NAMES if c in columns]
            listing = ", ".join(f'"{c}"' for c in ["geom", *chosen, *names])
            key = "fid" if "fid" in columns else "rowid"
            rows = database.execute(
                f'SELECT "{key}", {listing} FROM features WHERE geom IS NOT NULL LIMIT ?',
                (_MAX_FEATURES,),
            ).fetchall()
    except sqlite3.Error as error:
        raise SourceError(path, f"is a damaged GeoPackage ({error})") from error
    blobs = [_wkb(row[1], path) for row in rows]
    geometry = shapely.from_wkb(blobs, on_invalid="ignore")
    keep = np.array([g is not None and not g.is_empty for g in geometry], bool)
    geometry = np.asarray(geometry, object)[keep]
    rows = [row for row, kept in zip(rows, keep) if kept]
    east, north, height = frame.offset
    if len(geometry):
        flat = shapely.transform(geometry, lambda c: c - np.array([east, north]))
        tall = shapely.has_z(geometry)
        if tall.any():
            flat[tall] = shapely.transform(
                geometry[tall], lambda c: c - np.array([east, north, height]), include_z=True
            )
        geometry = flat
        finite = np.isfinite(shapely.bounds(geometry)).all(axis=1)
        geometry = geometry[finite]
        rows = [row for row, kept in zip(rows, finite) if kept]
    table = FeatureTable(np.array([row[0] for row in rows], np.int64), geometry)
    for index, column in enumerate(chosen):
        table.columns[column] = [row[2 + index] for row in rows]
    table.columns["type"] = [
        str(t or "feature") for t in table.columns.get("shapan_type", [""] * len(rows))
    ]
    first = 2 + len(chosen)
    table.columns["name"] = [
        next((str(v) for v in row[first:] if v not in (None, "")), "") for row in rows
    ]
    return table


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5.0)


def _columns(database: sqlite3.Connection, path: Path) -> list[str]:
    names = [str(row[1]) for row in database.execute("PRAGMA table_info(features)")]
    if "geom" not in names:
        raise SourceError(path, "has no table 'features' with a geometry", remedy="import it again")
    return names


def _wkb(blob: Any, path: Path) -> bytes:
    """Strip the GeoPackage header (OGC 12-128r19, 2.1.3)."""
    if not isinstance(blob, bytes) or len(blob) < 8 or blob[:2] != b"GP":
        raise SourceError(path, "holds a geometry that is not in GeoPackage form")
    (flags,) = struct.unpack_from("B", blob, 3)
    return blob[8 + _ENVELOPE_BYTES.get(flags >> 1 & 7, 0) :]
