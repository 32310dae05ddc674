"""The one module that calls pyogrio: tables of a vector dataset, and their rows in chunks."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from ingest.pipeline.job import Job
from twin_model.warned import heard

T = TypeVar("T")

#: Drivers that fetch from the network, run pipelines or point at other files: never registered.
_SKIPPED_DRIVERS: Final = (
    "OGR_VRT,GDALG,HTTP,WFS,OAPIF,OGCAPI,CSW,EEDA,Elasticsearch,Carto,AmigoCloud,PLSCENES,NGW,"
    "ADBC,GPSBabel,AVCBin,GeoRSS"
)
_CONFIG: Final = {
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_HTTP_CONNECTTIMEOUT": "1",
    # No suffix is allowed to be fetched, so /vsicurl/ opens nothing.
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{noext}",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    "GML_DOWNLOAD_SCHEMA": "NO",
    "SHAPE_RESTORE_SHX": "NO",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",  # names of extensions: none
    "OGR_GEOJSON_MAX_OBJ_SIZE": "200",
    # What we write is a staging folder that counts only once it is complete.
    "OGR_SQLITE_SYNCHRONOUS": "OFF",
}
#: Options of drivers that would otherwise write beside the source or reach for the network.
_DRIVER_OPTIONS: Final = {
    "GML": {"WRITE_GFS": "NO", "DOWNLOAD_SCHEMA": "NO"},
    "CSV": {
        "X_POSSIBLE_NAMES": "lon,long,longitude,lng,经度,东经,x,easting,东坐标",
        "Y_POSSIBLE_NAMES": "lat,latitude,纬度,北纬,y,northing,北坐标",
        "KEEP_GEOM_COLUMNS": "YES",
        "AUTODETECT_TYPE": "YES",
    },
}
_CHUNK_FEATURES: Final = 20_000
#: Drivers that parse the file from its start for every chunk get fewer, larger ones.
_CHUNK_FEATURES_SEQUENTIAL: Final = 100_000
_CHUNK_BYTES: Final = 64 << 20


class GdalError(Exception):
    """GDAL refused; the message is one line."""


@dataclass(frozen=True)
class VectorTable:
    """One table of a dataset.

    Parameters
    ----------
    dataset : str
        GDAL dataset name.
    name : str
    driver : str
    geometry : str
        GDAL's name of the geometry type; empty for a table without geometry.
    crs : str or None
        Authority code or WKT, as GDAL gives it.
    features : int
        As the driver counts them; -1 where it does not.
    bounds : tuple of four floats or None
    columns : dict of str to str
        Name to type: integer, real, text, boolean, time, list.
    fid_column : str
    random_read : bool
        Whether a row is reached without reading those before it.
    encoding : str or None
    """

    dataset: str
    name: str
    driver: str
    geometry: str
    crs: str | None
    features: int
    bounds: tuple[float, float, float, float] | None
    columns: dict[str, str]
    fid_column: str
    random_read: bool
    encoding: str | None = None


@dataclass
class RowChunk:
    """Rows as GDAL gives them: WKB (or None) and JSON-compatible values."""

    geometry: list[bytes | None]
    columns: dict[str, list[Any]] = field(default_factory=dict)


def load_pyogrio() -> Any:
    """Return pyogrio, with the drivers and options that we allow."""
    # Imported late: loading GDAL takes 0.2 s and can_read must not pay for it.
    previous = os.environ.get("GDAL_SKIP")
    os.environ["GDAL_SKIP"] = _SKIPPED_DRIVERS
    try:
        import pyogrio
    finally:
        if previous is None:
            os.environ.pop("GDAL_SKIP", None)
        else:
            os.environ["GDAL_SKIP"] = previous
    pyogrio.set_gdal_config_options(_CONFIG)
    return pyogrio


def guarded(call: Callable[[], T], notes: list[str]) -> T:
    """Return what one GDAL call gives; its warnings go to *notes*.

    Raises
    ------
    GdalError
        For any error of the call.
    """
    with heard() as caught:
        try:
            result = call()
        except UnicodeDecodeError as error:
            raise GdalError(f"text is not in the encoding {error.encoding}") from error
        except (MemoryError, OverflowError) as error:
            raise GdalError("states a size that does not fit into memory") from error
        except (RuntimeError, ValueError, OSError, TypeError) as error:
            raise GdalError(one_line(error)) from error
    for warning in caught:
        note = one_line(warning.message)
        if note not in notes and len(notes) < 20:
            notes.append(note)
    return result


def one_line(error: object) -> str:
    """Return a message of GDAL without line breaks, temporary folders and hints at its API."""
    text = " ".join(str(error).split()).split("; It might help")[0]
    # "/opt/…/ogrdxflayer.cpp, 3684: error …": where in GDAL it happened helps nobody.
    text = re.sub(r"^\S+\.cpp, \d+: ", "", text)
    if text.startswith("sqlite3_"):
        text = f"the database is damaged ({text.rsplit('; ', 1)[-1]})"
    return text[:300].rstrip(". ") or type(error).__name__


def list_tables(
    dataset: str, encoding: str | None, job: Job, notes: list[str]
) -> list[VectorTable]:
    """Return the tables of a dataset, counted and measured.

    Raises
    ------
    GdalError
    Cancelled
    """
    pyogrio = load_pyogrio()
    tables = []
    for name, geometry in guarded(lambda: pyogrio.list_layers(dataset), notes):
        job.check()
        options = _options_for(dataset, encoding)
        info = guarded(
            lambda name=name, options=options: pyogrio.read_info(  # type: ignore[misc]
                dataset, layer=name, force_feature_count=True, force_total_bounds=True, **options
            ),
            notes,
        )
        driver = str(info["driver"])
        kind = info["geometry_type"] if driver == "CSV" else geometry
        tables.append(
            VectorTable(
                dataset=dataset,
                name=str(name),
                driver=driver,
                geometry=str(kind or ""),
                crs=info["crs"],
                features=int(info["features"]),
                bounds=_finite_bounds(info["total_bounds"]),
                columns={
                    str(column): _type_name(kind, subtype)
                    for column, kind, subtype in zip(
                        info["fields"], info["ogr_types"], info["ogr_subtypes"]
                    )
                    if kind != "OFTBinary"
                },
                fid_column=str(info["fid_column"] or ""),
                random_read=bool(info["capabilities"]["fast_set_next_by_index"])
                and driver not in ("GeoJSON", "TopoJSON"),
                encoding=encoding,
            )
        )
    return tables


def read_rows(
    table: VectorTable, source_bytes: int, job: Job, notes: list[str]
) -> Iterator[RowChunk]:
    """Yield the rows of a table in bounded chunks.

    Raises
    ------
    GdalError
    Cancelled
    """
    limit = _chunk_features(table, source_bytes)
    done = 0
    last_fid: int | None = None
    by_fid = table.driver == "GPKG" and bool(table.fid_column)
    while True:
        job.report(f"Reading {table.name}", done, max(table.features, 0), "features")
        # Skipping rows costs reading them; the key of a GeoPackage is an index.
        position: dict[str, Any] = {"skip_features": done}
        if by_fid:
            position = (
                {"where": f'"{table.fid_column}" > {last_fid}'} if last_fid is not None else {}
            )
        try:
            meta, fids, geometry, values = _read(table, limit, position, notes)
        except GdalError:
            if limit == 1:
                raise
            # Smaller steps up to the damaged row, so that what precedes it is not lost.
            limit = max(limit // 8, 1)
            continue
        count = len(fids)
        if count:
            columns = {}
            for name, kind, subtype, column in zip(
                meta["fields"], meta["ogr_types"], meta["ogr_subtypes"], values
            ):
                if kind != "OFTBinary":
                    columns[str(name)] = _json_values(column, kind, subtype)
            yield RowChunk(_iso_wkb(geometry, count, notes), columns)
            last_fid = int(fids[-1])
        done += count
        if count < limit:
            return


def last_row_is_readable(table: VectorTable, notes: list[str]) -> bool:
    """Return whether the last row can be fetched: a quick test for a file cut short."""
    if table.features <= 0:
        return True
    try:
        _, fids, _, _ = _read(table, 1, {"fids": np.array([table.features - 1])}, notes)
    except GdalError:
        return False
    return len(fids) == 1


def _read(table: VectorTable, limit: int, position: dict[str, Any], notes: list[str]) -> Any:
    pyogrio = load_pyogrio()
    size = {} if "fids" in position else {"max_features": limit}
    return guarded(
        lambda: pyogrio.raw.read(
            table.dataset,
            layer=table.name,
            return_fids=True,
            datetime_as_string=True,
            **size,
            **position,
            **_options_for(table.dataset, table.encoding),
        ),
        notes,
    )


def _options_for(dataset: str, encoding: str | None) -> dict[str, Any]:
    suffix = Path(dataset).suffix.lower()
    options: dict[str, Any] = dict(
        _DRIVER_OPTIONS["CSV"]
        if suffix in (".csv", ".tsv")
        else _DRIVER_OPTIONS["GML"]
        if suffix == ".gml"
        else {}
    )
    if encoding is not None:
        options["encoding"] = encoding
    return options


def _chunk_features(table: VectorTable, source_bytes: int) -> int:
    limit = _CHUNK_FEATURES
    # JSON is parsed from its start for every chunk, whatever the driver says of random reads.
    if table.driver in ("GeoJSON", "TopoJSON") or not (table.random_read or table.driver == "GPKG"):
        limit = _CHUNK_FEATURES_SEQUENTIAL
    if table.features > 0:
        mean_bytes = max(source_bytes / table.features, 1.0)
        limit = min(limit, max(int(_CHUNK_BYTES / mean_bytes), 64))
    return limit


def _finite_bounds(bounds: Any) -> tuple[float, float, float, float] | None:
    if bounds is None or len(bounds) != 4 or not all(math.isfinite(v) for v in bounds):
        return None
    return (float(bounds[0]), float(bounds[1]), float(bounds[2]), float(bounds[3]))


def _type_name(kind: str, subtype: str) -> str:
    if subtype == "OFSTBoolean":
        return "boolean"
    if kind.endswith("List"):
        return "list"
    names = {"OFTInteger": "integer", "OFTInteger64": "integer", "OFTReal": "real"}
    return names.get(kind, "time" if "Date" in kind or "Time" in kind else "text")


def _json_values(column: Any, kind: str, subtype: str) -> list[Any]:
    """Return a column as JSON values; what has none (NaN, infinity, bytes) becomes None."""
    if column.dtype.kind == "f":
        finite = np.isfinite(column)
        values = column.tolist()
        if kind in ("OFTInteger", "OFTInteger64"):
            # Whole numbers with gaps come as floats.
            turn: Callable[[float], Any] = bool if subtype == "OFSTBoolean" else int
            return [turn(v) if ok else None for v, ok in zip(values, finite)]
        return values if finite.all() else [v if ok else None for v, ok in zip(values, finite)]
    if column.dtype.kind == "M":
        return [None if np.isnat(v) else str(v) for v in column]
    if column.dtype.kind == "O":
        return [_json_value(v) for v in column]
    return list(column.tolist())


def _json_value(value: Any) -> Any:
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, np.ndarray | list | tuple):
        return [
            _json_value(v) for v in (value.tolist() if isinstance(value, np.ndarray) else value)
        ]
    return None if isinstance(value, bytes) else str(value)


def _iso_wkb(geometry: Any, count: int, notes: list[str]) -> list[bytes | None]:
    """Return ISO WKB that GEOS reads: triangulated surfaces become multipolygons."""
    if geometry is None:
        return [None] * count
    # shapely takes 0.1 s to import and only reading needs it.
    import shapely

    blobs = [_surface_as_polygons(blob) if blob is not None else None for blob in geometry]
    shapes = shapely.from_wkb(np.array(blobs, dtype=object), on_invalid="ignore")
    lost = sum(1 for blob, shape in zip(blobs, shapes) if blob is not None and shape is None)
    if lost:
        notes.append(f"{lost} geometries are malformed and left out")
    return list(shapely.to_wkb(shapes, flavor="iso"))


_TIN_TYPES: Final = {15: 6, 16: 6, 17: 3, 1015: 1006, 1016: 1006, 1017: 1003}


def _surface_as_polygons(blob: bytes) -> bytes:
    """Return a TIN or polyhedral surface as the multipolygon of the same bytes, else *blob*.

    The two differ in their type codes only (OGC 06-103r4, 8.2.8).
    """
    order = "<" if blob[:1] == b"\x01" else ">"
    code = np.frombuffer(blob, order + "u4", 1, 1)[0] if len(blob) >= 5 else 0
    if int(code) not in _TIN_TYPES:
        return blob
    out = bytearray(blob)
    width = 24 if code > 1000 else 16

    def retype(offset: int) -> int:
        kind = int(np.frombuffer(out, order + "u4", 1, offset + 1)[0])
        kind = _TIN_TYPES.get(kind, kind)
        out[offset + 1 : offset + 5] = np.array([kind], order + "u4").tobytes()
        members = int(np.frombuffer(out, order + "u4", 1, offset + 5)[0])
        offset += 9
        for _ in range(members):
            if kind % 1000 == 6:
                offset = retype(offset)
            else:
                points = int(np.frombuffer(out, order + "u4", 1, offset)[0])
                offset += 4 + points * width
        return offset

    try:
        retype(0)
    except ValueError:
        return blob
    return bytes(out)
