"""Vector formats that GDAL reads: GeoJSON, Shapefile, GeoPackage, FlatGeobuf, KML, GPX, GML…"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from ingest.pipeline.job import Job
from ingest.readers.contract import FeatureChunk, ReadOptions, SourceInfo
from ingest.readers.gdal_vector import (
    GdalError,
    VectorTable,
    last_row_is_readable,
    list_tables,
    read_rows,
)
from ingest.readers.vector_sniff import sniff
from ingest.readers.vector_staging import staged
from twin_model.errors import FrameError, SourceError
from twin_model.frame import crs_name, parse_crs, split_compound

_KINDS: Final = {"DXF": "drawing"}
#: Heights are read for inspection up to this many features; beyond, they are left open.
_HEIGHT_SCAN_FEATURES: Final = 100_000


class VectorReader:
    """Reads tables of features through GDAL. Stateless."""

    name = "vector"
    suffixes = (
        ".gdb.zip", ".geojsonseq", ".topojson", ".geojsonl", ".geojsons", ".geojson", ".ndjson",
        ".gpkg", ".json", ".shp", ".fgb", ".kml", ".kmz", ".gpx", ".gml", ".dxf", ".csv", ".tsv",
        ".seq", ".zip", ".gdb",
    )  # fmt: skip

    def can_read(self, path: Path, head: bytes) -> bool:
        """Return whether the first bytes are of a vector format."""
        return sniff(path, head) != ""

    def inspect(self, path: Path, job: Job) -> SourceInfo:
        """Return tables, columns, counts and bounds.

        Raises
        ------
        SourceError
            If no table can be read.
        Cancelled
        """
        form = _form_of(path)
        info = SourceInfo(source=str(path), format=form, kind=_KINDS.get(form, "vector"))
        with staged(path, form, job) as stage:
            notes = info.warnings
            tables = _tables(path, stage.datasets, job, notes)
            notes[:0] = stage.warnings
            heights = _height_range(path, tables, job)
        info.bounds = _bounds(tables, heights)
        _check_places(path, tables, notes)
        _describe_crs(info, tables)
        features = sum(max(t.features, 0) for t in tables)
        if form == "CSV" and not any(t.geometry for t in tables):
            info.kind = "table"
            info.counts = {"rows": features}
        else:
            info.counts = {"features": features, "tables": len(tables)}
        info.attributes = {
            "tables": {
                t.name: {
                    "features": t.features,
                    "geometry": t.geometry or None,
                    "columns": t.columns,
                }
                for t in tables
            }
        }
        return info

    def read(self, path: Path, options: ReadOptions, job: Job) -> Iterator[FeatureChunk]:
        """Yield the rows of every table, or of those that the options name.

        Raises
        ------
        SourceError
            If the file is malformed; what was yielded before stays valid.
        Cancelled
        """
        form = _form_of(path)
        size = path.stat().st_size if path.is_file() else 0
        with staged(path, form, job) as stage:
            notes: list[str] = []
            tables = _tables(path, stage.datasets, job, notes)
            _check_places(path, tables, notes)
            for table in tables:
                if options.layers and table.name not in options.layers:
                    continue
                crs = options.crs or _crs_text(table, [])
                try:
                    for rows in read_rows(table, size, job, notes):
                        yield FeatureChunk(table.name, rows.geometry, rows.columns, crs)
                except GdalError as error:
                    raise SourceError(
                        path, f"table {table.name!r} cannot be read to its end ({error})"
                    ) from error


def _form_of(path: Path) -> str:
    head = b""
    if path.is_file():
        try:
            with path.open("rb") as stream:
                head = stream.read(512)
        except OSError as error:
            raise SourceError(path, f"cannot be opened ({error.strerror})") from error
        if not head:
            raise SourceError(path, "the file is empty", remedy="fetch it again")
    form = sniff(path, head)
    if not form:
        raise SourceError(path, "is not a vector format that is read here")
    return form


def _tables(
    path: Path, datasets: list[tuple[str, str | None]], job: Job, notes: list[str]
) -> list[VectorTable]:
    tables: list[VectorTable] = []
    for dataset, encoding in datasets:
        try:
            tables += list_tables(dataset, encoding, job, notes)
        except GdalError as error:
            if "encoding" not in str(error) or encoding in (None, "ISO-8859-1"):
                raise SourceError(path, _plain(error, dataset, path)) from error
            notes.append(f"{error}; read as Latin-1")
            tables += list_tables(dataset, "ISO-8859-1", job, notes)
    if not tables:
        raise SourceError(path, "holds no table", remedy="check that it is the right file")
    for table in tables:
        if table.bounds is None and table.geometry and table.features > 0:
            notes.append(f"table {table.name!r} has missing or non-finite coordinates")
        if table.driver == "FlatGeobuf" and not last_row_is_readable(table, []):
            notes.append(f"the file is cut short: not all of {table.features} features can be read")
    notes[:] = [_plain(note, tables[0].dataset, path) for note in notes]
    return tables


def _plain(message: object, dataset: str, path: Path) -> str:
    """Return GDAL's message with the source's name for the temporary copy's."""
    name = dataset.split(":", 1)[-1] if dataset.startswith(("Geo", "Topo")) else dataset
    text = str(message).replace(dataset, path.name).replace(name, path.name)
    return text.replace(str(Path(name).parent), "")


def _crs_text(table: VectorTable, notes: list[str]) -> str | None:
    if table.crs is None:
        names = {name.lower() for name in table.columns}
        if table.driver == "CSV" and table.geometry and names & {"lon", "lng", "longitude", "经度"}:
            return "EPSG:4326"
        return None
    try:
        return crs_name(parse_crs(table.crs))
    except FrameError as error:
        notes.append(f"table {table.name!r}: {error}")
        return None


def _describe_crs(info: SourceInfo, tables: list[VectorTable]) -> None:
    spatial = [t for t in tables if t.geometry]
    found = list(dict.fromkeys(_crs_text(t, info.warnings) for t in spatial))
    if len(found) > 1:
        info.warnings.append(
            "its tables are in different coordinate reference systems: "
            + ", ".join((crs or "none stated")[:40] for crs in found)
        )
    first = next((crs for crs in found if crs), None)
    if first is None:
        if spatial:
            info.warnings.append("states no coordinate reference system")
        return
    horizontal, vertical = split_compound(parse_crs(first))
    info.crs = crs_name(horizontal)
    info.vertical_crs = crs_name(vertical) if vertical is not None else None


def _bounds(
    tables: list[VectorTable], heights: tuple[float, float] | None
) -> list[float | None] | None:
    boxes = [t.bounds for t in tables if t.bounds is not None and t.features > 0]
    if not boxes:
        return None
    low = [min(b[i] for b in boxes) for i in (0, 1)]
    high = [max(b[i] for b in boxes) for i in (2, 3)]
    if heights is None:
        return [low[0], low[1], None, high[0], high[1], None]
    return [low[0], low[1], heights[0], high[0], high[1], heights[1]]


def _height_range(path: Path, tables: list[VectorTable], job: Job) -> tuple[float, float] | None:
    # "Unknown" is a mixture, in KML always, and may have heights.
    solid = [t for t in tables if any(word in t.geometry for word in (" Z", "2.5D", "Unknown"))]
    if not solid or sum(t.features for t in solid) > _HEIGHT_SCAN_FEATURES:
        return None
    import shapely

    low, high = math.inf, -math.inf
    for table in solid:
        try:
            for rows in read_rows(table, path.stat().st_size, job, []):
                shapes = shapely.from_wkb(np.array(rows.geometry, dtype=object))
                z = shapely.get_coordinates(shapes, include_z=True)[:, 2]
                z = z[np.isfinite(z)]
                if len(z):
                    low, high = min(low, float(z.min())), max(high, float(z.max()))
        except GdalError:
            break  # Reading reports it; the heights so far are of the readable part.
    # Nothing but zeros means "on the ground", not sea level.
    return (low, high) if low <= high and (low, high) != (0.0, 0.0) else None


def _check_places(path: Path, tables: list[VectorTable], notes: list[str]) -> None:
    """Refuse geographic coordinates that lie nowhere; warn where only some do."""
    for table in tables:
        crs = _crs_text(table, [])
        if crs is None or table.bounds is None or table.features <= 0:
            continue
        if not split_compound(parse_crs(crs))[0].is_geographic:
            continue
        west, south, east, north = table.bounds
        beyond = south > 90.0 or north < -90.0
        swapped = max(abs(west), abs(east)) <= 90.0
        if beyond:
            raise SourceError(
                path,
                f"latitudes of table {table.name!r} run from {south:g} to {north:g}"
                + ("; latitude and longitude are swapped" if swapped else ""),
                remedy="exchange the coordinates, or give the CRS they are really in",
            )
        if north > 90.0001 or south < -90.0001 or west < -360.0 or east > 360.0:
            notes.append(
                f"table {table.name!r} has coordinates beyond the globe "
                f"({west:g}, {south:g} to {east:g}, {north:g}); those features cannot be placed"
            )
