"""Reading vector formats."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import ClassVar

import numpy as np
import pyogrio
import pytest
import shapely

from ingest.pipeline.job import Job
from ingest.readers.contract import FeatureChunk, ReadOptions
from ingest.readers.vector import VectorReader
from reader_contract import ReaderContract, consume, head_of
from twin_model.errors import Cancelled, ShapanError, SourceError

READER = VectorReader()
FIONA = "gis_vector/fiona/"
LOADERS = "gis_vector/loadersgl/"
SHAPES = LOADERS + "shapefile/test/data/shapefile-js/"


class TestGeoJson(ReaderContract):
    reader = READER
    files: ClassVar = [
        FIONA + "issue627.geojson",
        FIONA + "trio.geojson",
        FIONA + "trio.seq",
        FIONA + "example.topojson",
        LOADERS + "flatgeobuf/test/data/countries.geojson",
    ]


class TestShapefile(ReaderContract):
    reader = READER
    files: ClassVar = [
        FIONA + "coutwildrnp.shp",
        FIONA + "gre.shp",
        FIONA + "test_tin.shp",
        FIONA + "coutwildrnp.zip",
        FIONA + "testopenfilegdb.gdb.zip",
    ]


class TestGeoPackage(ReaderContract):
    reader = READER
    files: ClassVar = [
        LOADERS + "geopackage/test/data/rivers_small.gpkg",
        LOADERS + "geopackage/test/data/rivers_multi.gpkg",
    ]


class TestFlatGeobuf(ReaderContract):
    reader = READER
    files: ClassVar = [LOADERS + "flatgeobuf/test/data/countries.fgb"]


class TestMarkup(ReaderContract):
    reader = READER
    files: ClassVar = [
        LOADERS + "kml/test/data/kml/KML_Samples.kml",
        LOADERS + "kml/test/data/gpx/trek.gpx",
        FIONA + "multicurve.gml",
    ]


def write_points(path: Path, driver: str, names: list[str], **options: object) -> None:
    """Write one point a name, with GDAL itself."""
    points = shapely.points(
        np.column_stack([120 + np.arange(len(names)), 30 + np.arange(len(names))])
    )
    pyogrio.raw.write(
        path, shapely.to_wkb(points), [np.array(names, dtype=object)], ["名称"],
        layer="t", driver=driver, geometry_type="Point", crs="EPSG:4326", **options,
    )  # fmt: skip


def rows(path: Path, **options: object) -> list[FeatureChunk]:
    return list(READER.read(path, ReadOptions(**options), Job()))  # type: ignore[arg-type]


def stated_features(contents: str) -> int | None:
    """Return the number of features that the manifest's text states."""
    if found := re.search(r"features=(\d+)", contents):
        return int(found[1])
    if "[" in contents:
        contents = contents.partition("[")[0]
    counts = re.findall(r":(\d+) (?:Unknown|Multi|Point|Line|Polygon)", contents)
    return sum(map(int, counts)) if counts else None


def test_inspect_gives_the_manifests_counts_for_every_vector_file(
    real_data: Path, manifest: list[dict[str, str]]
) -> None:
    checked = 0
    for entry in manifest:
        path = real_data / entry["path"]
        # The row of this file is cut off after a few of its ten tables.
        if not entry["path"].startswith("gis_vector/") or path.name == "KML_Samples.kml":
            continue
        expected = stated_features(entry["contents"])
        if expected is None or not READER.can_read(path, head_of(path)):
            continue
        info = READER.inspect(path, Job())
        assert info.counts["features"] == expected, entry["path"]
        read = sum(len(c) for c in rows(path))
        assert read == expected, entry["path"]
        checked += 1
    assert checked >= 40


def test_inspect_names_crs_tables_columns_and_bounds(real_data: Path) -> None:
    info = READER.inspect(real_data / FIONA / "coutwildrnp.shp", Job())
    assert info.crs == "EPSG:4326"
    assert info.bounds is not None
    assert info.bounds[:2] == pytest.approx([-113.564247, 37.068981])
    assert info.bounds[2] is None
    table = info.attributes["tables"]["coutwildrnp"]
    assert table["columns"]["NAME"] == "text"
    assert table["geometry"] == "Polygon"


def test_heights_of_the_source_are_in_the_bounds(real_data: Path) -> None:
    info = READER.inspect(real_data / LOADERS / "kml/test/data/gpx/trek.geojson", Job())
    assert info.bounds is not None
    assert info.bounds[2] == 1298.0
    assert info.bounds[5] == 2295.0


def test_heights_in_kml_are_found_though_it_declares_no_geometry_type(real_data: Path) -> None:
    info = READER.inspect(real_data / LOADERS / "kml/test/data/kml/linestring.kml", Job())
    assert info.bounds is not None
    assert (info.bounds[2], info.bounds[5]) == (0.0, 50.0)
    # Zeros alone mean "on the ground".
    info = READER.inspect(real_data / FIONA / "trio.geojson", Job())
    assert info.bounds is not None
    assert info.bounds[2] is None


def test_only_the_named_layers_are_read(real_data: Path) -> None:
    path = real_data / LOADERS / "geopackage/test/data/rivers_multi.gpkg"
    assert {c.layer for c in rows(path, layers=("preferred_rivers",))} == {"preferred_rivers"}


def test_a_surface_of_triangles_becomes_polygons_of_the_same_area(real_data: Path) -> None:
    (chunk,) = rows(real_data / FIONA / "test_tin.shp")
    shape = shapely.from_wkb(chunk.geometry[0])
    assert shape.geom_type == "MultiPolygon"
    assert len(shape.geoms) == 2


@pytest.mark.parametrize("encoding", ["GBK", "GB18030", "UTF-8"])
def test_a_shapefiles_stated_encoding_is_used(tmp_path: Path, encoding: str) -> None:
    names = ["龙门吊", "港口路灯"]
    write_points(tmp_path / "t.shp", "ESRI Shapefile", names, encoding=encoding)
    (chunk,) = rows(tmp_path / "t.shp")
    assert chunk.columns["名称"] == names


def test_gbk_is_found_where_no_encoding_is_stated(tmp_path: Path) -> None:
    write_points(tmp_path / "t.shp", "ESRI Shapefile", ["龙门吊", "港口"], encoding="GBK")
    (tmp_path / "t.cpg").unlink()
    data = bytearray((tmp_path / "t.dbf").read_bytes())
    data[29] = 0
    (tmp_path / "t.dbf").write_bytes(bytes(data))
    assert rows(tmp_path / "t.shp")[0].columns["名称"] == ["龙门吊", "港口"]
    assert any("GB18030" in w for w in READER.inspect(tmp_path / "t.shp", Job()).warnings)


def test_accented_letters_alone_are_latin_1(real_data: Path) -> None:
    assert rows(real_data / SHAPES / "latin1-property.shp")[0].columns["name"] == ["México"]
    assert rows(real_data / SHAPES / "utf8-property.shp")[0].columns["☃"] == ["ηελλο ςορλδ"]


def test_a_shapefile_without_its_sidecars_is_read(real_data: Path) -> None:
    info = READER.inspect(real_data / SHAPES / "number-null-property.shp", Job())
    assert info.counts["features"] == 4
    assert any(".shx" in w for w in info.warnings)
    assert any("coordinate reference system" in w for w in info.warnings)
    info = READER.inspect(real_data / SHAPES / "pointm.shp", Job())
    assert any(".dbf" in w for w in info.warnings)


def test_a_truncated_shapefile_gives_its_whole_records_and_a_warning(real_data: Path) -> None:
    path = real_data / "bad_made/truncated/shp_cut1.shp"
    info = READER.inspect(path, Job())
    assert any("cut short" in w for w in info.warnings)
    assert 0 < info.counts["features"] < 67
    assert sum(len(c) for c in rows(path)) == info.counts["features"]


def test_a_truncated_flatgeobuf_gives_what_precedes_the_cut_then_an_error(real_data: Path) -> None:
    path = real_data / "bad_made/truncated/fgb_cut.fgb"
    assert any("cut short" in w for w in READER.inspect(path, Job()).warnings)
    read = 0
    with pytest.raises(SourceError, match="countries"):
        for chunk in READER.read(path, ReadOptions(), Job()):
            read += len(chunk)
    assert 0 < read < 179


def test_geojson_in_gb18030_is_read_with_a_warning(real_data: Path) -> None:
    path = real_data / "bad_made/text/geojson_gbk.geojson"
    assert any("GB18030" in w for w in READER.inspect(path, Job()).warnings)
    (chunk,) = rows(path)
    text = json.dumps(chunk.columns, ensure_ascii=False)
    assert re.search(r"[\u4e00-\u9fff]", text) and "\ufffd" not in text


def test_kml_in_gbk_is_read(tmp_path: Path) -> None:
    text = (
        '<?xml version="1.0" encoding="GBK"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        "<Placemark><name>黄浦码头</name><Point><coordinates>121.5,31.2</coordinates></Point>"
        "</Placemark></Document></kml>"
    )
    (tmp_path / "a.kml").write_bytes(text.encode("gbk"))
    assert rows(tmp_path / "a.kml")[0].columns["Name"] == ["黄浦码头"]


def test_swapped_latitude_and_longitude_are_said_to_be_so(real_data: Path) -> None:
    with pytest.raises(SourceError, match="swapped"):
        READER.inspect(real_data / "bad_made/text/geojson_lat_lon_swapped.geojson", Job())


def test_values_that_json_has_not_become_none(real_data: Path) -> None:
    path = real_data / "bad_made/text/geojson_nan.geojson"
    for chunk in rows(path):
        json.dumps(chunk.columns, allow_nan=False)
    assert any("finite" in w for w in READER.inspect(path, Job()).warnings)


@pytest.mark.parametrize(
    "name",
    [
        "text/geojson_deep.geojson",
        "xml/xxe.kml",
        "xml/billion_laughs.gml",
        "truncated/gpkg_cut1.gpkg",
        "bitflip/gpkg_flip_head.gpkg",
    ],
)
def test_a_hostile_or_damaged_file_is_one_line_of_error(real_data: Path, name: str) -> None:
    path = real_data / "bad_made" / name
    assert READER.can_read(path, head_of(path))
    for attempt in (lambda: READER.inspect(path, Job()), lambda: consume(READER, path)):
        with pytest.raises(SourceError) as caught:
            attempt()
        assert "\n" not in str(caught.value) and path.name in str(caught.value)


def test_every_bad_file_is_survived(real_data: Path) -> None:
    for path in sorted((real_data / "bad_made").rglob("*")):
        if path.is_file() and READER.can_read(path, head_of(path)):
            try:
                READER.inspect(path, Job())
                consume(READER, path)
            except ShapanError as error:
                assert "\n" not in str(error)


@pytest.mark.parametrize(
    "text",
    [
        '{"asset": {"version": "1.1"}, "root": {"type": "Feature"}}',
        '{"type": "CityJSON", "CityObjects": {}, "vertices": []}',
        '{"bus": 1, "nested": {"type": "FeatureCollection", "features": []}}',
        "[1, 2, 3]",
    ],
)
def test_other_json_is_left_to_others(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    assert not READER.can_read(tmp_path / "a.json", text.encode())


def test_geojson_is_known_by_its_content_whatever_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"name": "x" * 3000, "type": "FeatureCollection", "features": []}))
    assert READER.can_read(path, head_of(path))


def test_markup_of_other_formats_is_left_to_others(tmp_path: Path) -> None:
    for text in (b"<osm version='0.6'/>", b"<CityModel xmlns='x'/>", b"<OpenDRIVE/>", b"<html/>"):
        assert not READER.can_read(tmp_path / "a.xml", text)


def test_a_doctype_hidden_in_utf_16_is_found(tmp_path: Path) -> None:
    text = '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "b">]><kml/>'
    (tmp_path / "a.kml").write_bytes(text.encode("utf-16"))
    with pytest.raises(SourceError, match="document type"):
        READER.inspect(tmp_path / "a.kml", Job())


def test_a_doctype_inside_a_kmz_is_found(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as archive:
        archive.writestr("doc.kml", '<!DOCTYPE kml SYSTEM "http://example.org/a.dtd"><kml/>')
    with pytest.raises(SourceError, match="document type"):
        READER.inspect(tmp_path / "a.kmz", Job())


@pytest.mark.parametrize("member", ["../a.shp", "/etc/a.shp", "..\\a.shp", "C:/a.shp"])
def test_an_archive_whose_members_leave_it_is_refused(tmp_path: Path, member: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(member, b"x")
    with pytest.raises(SourceError, match="outside"):
        READER.inspect(tmp_path / "a.zip", Job())


def test_an_archive_that_unpacks_implausibly_large_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.geojson", b" " * (40 << 20))
    with pytest.raises(SourceError, match="implausibly"):
        READER.inspect(tmp_path / "a.zip", Job())


def test_a_zipped_shapefile_of_a_chinese_program_is_read(tmp_path: Path) -> None:
    write_points(tmp_path / "t.shp", "ESRI Shapefile", ["龙门吊"], encoding="GBK")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for suffix in (".shp", ".dbf", ".prj", ".cpg"):
            archive.write(tmp_path / f"t{suffix}", f"数据/t{suffix}")
    (chunk,) = rows(tmp_path / "a.zip")
    assert chunk.columns["名称"] == ["龙门吊"]
    assert chunk.crs == "EPSG:4326"


def test_a_table_of_text_has_rows_and_one_with_places_has_features(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "名称,经度,纬度\n灯,113.3,23.1\n泵,113.4,23.2\n", encoding="gb18030"
    )
    info = READER.inspect(tmp_path / "a.csv", Job())
    assert (info.kind, info.crs, info.counts["features"]) == ("vector", "EPSG:4326", 2)
    (chunk,) = rows(tmp_path / "a.csv")
    assert shapely.from_wkb(chunk.geometry[1]).coords[0] == (113.4, 23.2)
    (tmp_path / "b.csv").write_text("time,value\n1,2\n")
    info = READER.inspect(tmp_path / "b.csv", Job())
    assert (info.kind, info.counts) == ("table", {"rows": 1})


def test_bare_numbers_are_no_table(tmp_path: Path) -> None:
    assert not READER.can_read(tmp_path / "a.csv", b"1.0,2.0,3.0\n")


@pytest.mark.parametrize("driver", ["GPKG", "FlatGeobuf", "ESRI Shapefile"])
def test_chunks_join_to_the_whole_in_order(
    tmp_path: Path, driver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest.readers import gdal_vector

    monkeypatch.setattr(gdal_vector, "_CHUNK_FEATURES", 7)
    monkeypatch.setattr(gdal_vector, "_CHUNK_FEATURES_SEQUENTIAL", 7)
    suffix = {"GPKG": "gpkg", "FlatGeobuf": "fgb", "ESRI Shapefile": "shp"}[driver]
    names = [f"n{i}" for i in range(50)]
    options = {"layer_options": {"SPATIAL_INDEX": "NO"}} if driver == "FlatGeobuf" else {}
    write_points(tmp_path / f"t.{suffix}", driver, names, **options)
    chunks = rows(tmp_path / f"t.{suffix}")
    assert max(len(c) for c in chunks) == 7
    assert [n for c in chunks for n in c.columns["名称"]] == names


def test_a_geopackage_with_gaps_in_its_keys_is_read_whole(tmp_path: Path) -> None:
    import sqlite3

    write_points(tmp_path / "t.gpkg", "GPKG", [f"n{i}" for i in range(20)],
                 layer_options={"SPATIAL_INDEX": "NO"})  # fmt: skip
    with sqlite3.connect(tmp_path / "t.gpkg") as database:
        database.execute("DELETE FROM t WHERE fid % 3 = 0")
    database.close()
    assert sum(len(c) for c in rows(tmp_path / "t.gpkg")) == 14


def test_reading_stops_between_chunks_when_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest.readers import gdal_vector

    monkeypatch.setattr(gdal_vector, "_CHUNK_FEATURES", 5)
    write_points(tmp_path / "t.gpkg", "GPKG", [f"n{i}" for i in range(20)])
    job = Job()
    chunks = READER.read(tmp_path / "t.gpkg", ReadOptions(), job)
    next(chunks)
    job.cancel()
    with pytest.raises(Cancelled):
        next(chunks)


def test_a_geojson_that_names_a_network_file_opens_nothing(tmp_path: Path) -> None:
    # With GDAL's pipeline driver this would be a command; it must stay plain GeoJSON or an error.
    path = tmp_path / "a.geojson"
    path.write_text('{"type": "gdal_streamed_alg", "command_line": "gdal vector read /etc/passwd"}')
    with pytest.raises(SourceError):
        READER.inspect(path, Job())


def test_a_gml_without_schema_leaves_no_file_behind(real_data: Path, tmp_path: Path) -> None:
    shutil.copy(real_data / FIONA / "multicurve.gml", tmp_path)
    assert sum(len(c) for c in rows(tmp_path / "multicurve.gml")) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["multicurve.gml"]


def test_detecting_does_not_load_gdal() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from pathlib import Path\n"
        "from ingest.readers.vector import VectorReader\n"
        "from ingest.readers.raster import RasterReader\n"
        "from ingest.readers.osm import OsmReader\n"
        "for r in (VectorReader(), RasterReader(), OsmReader()):\n"
        "    r.can_read(Path('a.geojson'), b'{\"type\": \"Feature\"}')\n"
        "bad = {'pyogrio', 'rasterio', 'osmium', 'shapely'} & set(sys.modules)\n"
        "assert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
