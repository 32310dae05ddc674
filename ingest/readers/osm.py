"""OpenStreetMap extracts: XML (plain, gzip, bzip2) and PBF, through libosmium."""

from __future__ import annotations

import bz2
import gzip
import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from ingest.pipeline.job import Job
from ingest.readers.contract import FeatureChunk, ReadOptions, SourceInfo
from ingest.readers.osm_tags import COLUMNS, area_table, line_table, point_table, row_of
from ingest.readers.xml_guard import refuse_document_type, root_name
from twin_model.errors import SourceError

_CRS: Final = "EPSG:4326"
_CHUNK_FEATURES: Final = 10_000
_CHECK_OBJECTS: Final = 4096
_XML_SUFFIXES: Final = (".osm", ".osm.gz", ".osm.bz2")


@dataclass
class _Table:
    """Rows of one table that are not yet yielded."""

    geometry: list[bytes | None] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def take(self, name: str) -> FeatureChunk:
        keys = ("osm_id", "name", *COLUMNS[name], "tags")
        chunk = FeatureChunk(
            name, self.geometry, {key: [row[key] for row in self.rows] for key in keys}, _CRS
        )
        self.geometry, self.rows = [], []
        return chunk


class OsmReader:
    """Reads buildings, roads, railways, water, land use and points of an extract. Stateless."""

    name = "osm"
    suffixes = (".osm.pbf", ".osm.bz2", ".osm.gz", ".osm", ".pbf")

    def can_read(self, path: Path, head: bytes) -> bool:
        """Return whether the first bytes are of OSM XML or PBF, or the name says so."""
        if not head or path.is_dir():
            return False
        if b"OSMHeader" in head[:32] or path.name.lower().endswith((*_XML_SUFFIXES, ".osm.pbf")):
            return True
        return head.lstrip(b"\xef\xbb\xbf").startswith(b"<") and root_name(head) == "osm"

    def inspect(self, path: Path, job: Job) -> SourceInfo:
        """Return counts of nodes, ways and relations and of the features by table.

        ``counts.buildings`` are the ways tagged as buildings; the table of buildings also has
        multipolygon relations and building parts.

        Raises
        ------
        SourceError
            If it is not OSM data or damaged.
        Cancelled
        """
        form = _check(path)
        totals: Counter[str] = Counter()
        tables: Counter[str] = Counter()
        bounds = [180.0, 90.0, -180.0, -90.0]
        with _errors_named(path):
            timestamp, box = _header(path)
            for index, item in enumerate(_objects(path)):
                if index % _CHECK_OBJECTS == 0:
                    job.report("Counting", index, 0, "objects")
                _count(item, totals, tables)
                if box is None and item.is_node() and item.location.valid():
                    _extend(bounds, item.lon, item.lat)
        if not sum(totals.values()):
            raise SourceError(path, "holds no OpenStreetMap object")
        west, south, east, north = box or bounds
        return SourceInfo(
            source=str(path),
            format=form,
            kind="vector",
            crs=_CRS,
            bounds=[west, south, None, east, north, None] if west <= east else None,
            counts={
                "nodes": totals["n"],
                "ways": totals["w"],
                "relations": totals["r"],
                "objects": totals["n"] + totals["w"] + totals["r"],
                "features": sum(tables.values()),
                "buildings": totals["building"],
            },
            attributes={
                "tables": {
                    name: {
                        "features": tables[name],
                        "columns": ["osm_id", "name", *columns, "tags"],
                    }
                    for name, columns in COLUMNS.items()
                    if tables[name]
                },
                "with_height": totals["height"],
            },
            epoch=timestamp,
        )

    def read(self, path: Path, options: ReadOptions, job: Job) -> Iterator[FeatureChunk]:
        """Yield features table by table as they fill, in WGS 84.

        Raises
        ------
        SourceError
            If it is damaged; what was yielded before stays valid.
        Cancelled
        """
        _check(path)
        job.check()
        import osmium

        tables = {
            name: _Table() for name in COLUMNS if not options.layers or name in options.layers
        }
        make = osmium.geom.WKBFactory()
        with _errors_named(path):
            # flex_mem keeps a map for small extracts and an array for large ones: 8 bytes a node.
            source = (
                osmium.FileProcessor(str(path))
                .with_locations("flex_mem")
                .with_areas()
                .with_filter(osmium.filter.EmptyTagFilter())
            )
            done = 0
            for index, item in enumerate(source):
                if index % 256 == 0:
                    job.report("Reading OpenStreetMap", done, 0, "features")
                found = _feature(item, make, tables)
                if found is None:
                    continue
                done += 1
                table = tables[found]
                if len(table.rows) >= _CHUNK_FEATURES:
                    yield table.take(found)
        for name, table in tables.items():
            if table.rows:
                yield table.take(name)


def _objects(path: Path) -> Iterator[Any]:
    import osmium

    yield from osmium.FileProcessor(str(path))


def _feature(item: Any, make: Any, tables: dict[str, _Table]) -> str | None:
    """Add an object to its table and return the table's name, None where it has none."""
    tags = item.tags
    if item.is_area():
        name = area_table(tags)
    elif item.is_way():
        name = line_table(tags)
    elif item.is_node():
        name = point_table(tags)
    else:
        return None
    if name is None or name not in tables:
        return None
    try:
        if item.is_area():
            if line_table(tags) == "roads" and name != "buildings":
                return None  # A roundabout is a way that closes, not an area.
            wkb, key = make.create_multipolygon(item), item.orig_id()
            key = f"way/{key}" if item.from_way() else f"relation/{key}"
        elif item.is_way():
            wkb, key = _line(item, make), f"way/{item.id}"
        else:
            wkb, key = make.create_point(item), f"node/{item.id}"
    except RuntimeError:
        # An outline that does not close, or a line of one point: there is nothing to show.
        return None
    if not wkb:
        return None
    row = row_of(name, {tag.k: tag.v for tag in tags})
    row["osm_id"] = key
    tables[name].rows.append(row)
    tables[name].geometry.append(bytes.fromhex(wkb))
    return name


def _line(way: Any, make: Any) -> str:
    """Return a way as hexadecimal WKB: the longest run of it whose nodes the extract has."""
    import osmium

    try:
        return str(make.create_linestring(way))
    except osmium.InvalidLocationError:
        pass
    runs: list[list[tuple[float, float]]] = [[]]
    for node in way.nodes:
        if node.location.valid():
            runs[-1].append((node.location.lon, node.location.lat))
        else:
            runs.append([])
    longest = max(runs, key=len)
    if len(longest) < 2:
        return ""
    numbers = [value for point in longest for value in point]
    return struct.pack(f"<BII{len(numbers)}d", 1, 2, len(longest), *numbers).hex()


def _count(item: Any, totals: Counter[str], tables: Counter[str]) -> None:
    kind = item.type_str()
    totals[kind] += 1
    tags = item.tags
    if not len(tags):
        return
    if kind == "n":
        name = point_table(tags)
    elif kind == "w":
        name = line_table(tags)
        if (name is None or "building" in tags) and item.is_closed():
            name = area_table(tags)
        if "building" in tags:
            totals["building"] += 1
    else:
        name = area_table(tags) if tags.get("type") in ("multipolygon", "boundary") else None
    if name == "buildings" and ("height" in tags or "building:levels" in tags):
        totals["height"] += 1
    if name is not None:
        tables[name] += 1


def _header(path: Path) -> tuple[str | None, tuple[float, float, float, float] | None]:
    import osmium

    header = osmium.io.Reader(str(path), osmium.osm.osm_entity_bits.NOTHING).header()
    stamp = header.get("osmosis_replication_timestamp") or None
    box = header.box()
    if not box.valid():
        return stamp, None
    low, high = box.bottom_left, box.top_right
    return stamp, (low.lon, low.lat, high.lon, high.lat)


def _extend(bounds: list[float], longitude: float, latitude: float) -> None:
    bounds[0], bounds[1] = min(bounds[0], longitude), min(bounds[1], latitude)
    bounds[2], bounds[3] = max(bounds[2], longitude), max(bounds[3], latitude)


def _check(path: Path) -> str:
    """Return the format's name; refuse what libosmium should not see."""
    try:
        with path.open("rb") as stream:
            head = stream.read(512)
    except OSError as error:
        raise SourceError(path, f"cannot be opened ({error.strerror})") from error
    if not head:
        raise SourceError(path, "the file is empty", remedy="fetch it again")
    if b"OSMHeader" in head[:32] or path.name.lower().endswith(".pbf"):
        return "OSM PBF"
    with _unpacked(path, head) as stream:
        try:
            refuse_document_type(path, stream)
        except (OSError, EOFError, ValueError) as error:
            raise SourceError(path, "the compressed file is damaged") from error
        except Exception as error:
            if type(error).__module__ == "zlib":
                raise SourceError(path, "the compressed file is damaged") from error
            raise
    return "OSM XML"


@contextmanager
def _unpacked(path: Path, head: bytes) -> Iterator[BinaryIO]:
    opener = gzip.open if head[:2] == b"\x1f\x8b" else bz2.open if head[:3] == b"BZh" else open
    with cast(BinaryIO, opener(path, "rb")) as stream:
        yield stream


@contextmanager
def _errors_named(path: Path) -> Iterator[None]:
    """Turn libosmium's errors into `SourceError`."""
    try:
        yield
    except (RuntimeError, ValueError, MemoryError, OverflowError, UnicodeDecodeError) as error:
        text = " ".join(str(error).split())[:200] or type(error).__name__
        if "out of order" in text:
            raise SourceError(
                path, f"its objects are not sorted ({text})", remedy="sort it with 'osmium sort'"
            ) from error
        raise SourceError(path, f"is damaged ({text})", remedy="fetch it again") from error
    except Exception as error:
        # libosmium's own errors share no base but Exception.
        if type(error).__module__.startswith("osmium"):
            raise SourceError(path, f"is damaged ({error})", remedy="fetch it again") from error
        raise
