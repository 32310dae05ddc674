"""Recognises vector formats by their first bytes, without GDAL."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Final

from ingest.readers.text_encoding import guess_encoding
from ingest.readers.xml_guard import root_name

_JSON_LOOK_BYTES: Final = 1 << 16
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+')
_GEOJSON_TYPES: Final = frozenset(
    [
        "FeatureCollection",
        "Feature",
        "GeometryCollection",
        "Point",
        "MultiPoint",
        "LineString",
        "MultiLineString",
        "Polygon",
        "MultiPolygon",
    ]
)
_JSON_SUFFIXES: Final = (
    ".json", ".geojson", ".topojson", ".seq", ".geojsonl", ".geojsons", ".geojsonseq", ".ndjson",
    ".jsonl",
)  # fmt: skip
_XML_SUFFIXES: Final = {".kml": "KML", ".gpx": "GPX", ".gml": "GML"}
#: Members of a zip archive that make it ours, the format it then is.
ZIP_MEMBERS: Final = {
    ".shp": "Shapefile", ".kml": "KML", ".gpkg": "GeoPackage", ".geojson": "GeoJSON",
    ".gdbtable": "FileGDB", ".fgb": "FlatGeobuf",
}  # fmt: skip


def sniff(path: Path, head: bytes) -> str:
    """Return the format's name (``GeoJSON``, ``Shapefile``…), empty where it is none of ours."""
    suffix = path.suffix.lower()
    if path.is_dir():
        return "FileGDB" if suffix == ".gdb" and (path / "gdb").is_file() else ""
    if not head:
        return ""
    if head.startswith(b"PK\x03\x04"):
        return _sniff_zip(path, suffix)
    if head.startswith(b"fgb\x03fgb") or suffix == ".fgb":
        return "FlatGeobuf"
    if suffix == ".shp" or (head.startswith(b"\x00\x00\x27\x0a") and suffix != ".shx"):
        return "Shapefile"
    if suffix == ".gpkg" or (
        head.startswith(b"SQLite format 3\0") and head[68:72] in (b"GPKG", b"GP10", b"GP11")
    ):
        return "GeoPackage"
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")
    if start.startswith(b"<"):
        return _sniff_xml(head, suffix)
    if suffix in _XML_SUFFIXES:
        return _XML_SUFFIXES[suffix]
    if start.startswith((b"{", b"\x1e")) or suffix in (".geojson", ".topojson"):
        return _sniff_json(path, suffix)
    if suffix == ".dxf":
        return "DXF"
    if suffix in (".csv", ".tsv") and _has_header_line(head):
        return "CSV"
    return ""


def _sniff_zip(path: Path, suffix: str) -> str:
    if suffix == ".kmz":
        return "KMZ"
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()[:10_000]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        # A damaged archive with a telling name is ours to refuse.
        return next((f for s, f in ZIP_MEMBERS.items() if f"{s}." in f"{path.name.lower()}."), "")
    for name in names:
        found = ZIP_MEMBERS.get(Path(name.lower()).suffix)
        if found:
            return "KMZ" if found == "KML" else found
    return ""


def _sniff_xml(head: bytes, suffix: str) -> str:
    plain = head.replace(b"\0", b"")
    if b"<!DOCTYPE" in plain and suffix in _XML_SUFFIXES:
        # Claimed so that reading says why it is refused.
        return _XML_SUFFIXES[suffix]
    root = root_name(head)
    if root in ("kml", "gpx"):
        return root.upper()
    if root in ("CityModel", "IndoorFeatures"):
        return ""
    if root == "FeatureCollection" or (b"opengis.net/gml" in plain and suffix in (".gml", ".xml")):
        return "GML"
    return _XML_SUFFIXES.get(suffix, "")


def _sniff_json(path: Path, suffix: str) -> str:
    if suffix not in _JSON_SUFFIXES and suffix:
        return ""
    try:
        with path.open("rb") as stream:
            data = stream.read(_JSON_LOOK_BYTES)
    except OSError:
        return ""
    text = data.decode(guess_encoding(data), "replace").lstrip("\ufeff")
    keys, kind, documents = _top_level(text)
    if documents > 1 or text.startswith("\x1e") or suffix in (".seq", ".geojsonl", ".geojsons"):
        return "GeoJSONSeq" if kind in _GEOJSON_TYPES else ""
    if kind == "Topology":
        return "TopoJSON"
    if kind in _GEOJSON_TYPES:
        # A feature type name alone is no proof: other formats have things called Point, too.
        return (
            "GeoJSON"
            if {"features", "geometry", "coordinates", "geometries"} & keys
            else ("GeoJSON" if suffix == ".geojson" or kind == "FeatureCollection" else "")
        )
    if not kind and "features" in keys and not keys & {"CityObjects", "asset"}:
        return "GeoJSON"
    return "GeoJSON" if suffix == ".geojson" else ("TopoJSON" if suffix == ".topojson" else "")


def _top_level(text: str) -> tuple[set[str], str, int]:
    """Return the keys of the first object, its ``type`` and how many objects start at depth 0."""
    keys: set[str] = set()
    kind = ""
    depth = documents = 0
    previous: list[str] = ["", ""]
    for match in _TOKEN.finditer(text):
        token = match[0]
        if token in "{[":
            documents += depth == 0
            depth += 1
        elif token in "}]":
            depth -= 1
        elif depth == 1 and documents == 1:
            if token == ":" and previous[1].startswith('"'):
                keys.add(previous[1].strip('"'))
            elif previous[1] == ":" and previous[0] == '"type"' and not kind:
                kind = token.strip('"')
        previous = [previous[1], token]
    return keys, kind, documents


def _has_header_line(head: bytes) -> bool:
    line = head.split(b"\n", 1)[0].decode(guess_encoding(head), "replace").lstrip("\ufeff")
    cells = [cell.strip().strip('"') for cell in re.split(r"[,;\t|]", line)]
    return len(cells) > 0 and all(not re.fullmatch(r"[-+]?[\d.]+([eE][-+]?\d+)?", c) for c in cells)
