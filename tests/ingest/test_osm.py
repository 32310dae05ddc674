"""Reading OpenStreetMap extracts."""

from __future__ import annotations

import bz2
import gzip
import json
import re
from pathlib import Path
from typing import ClassVar

import pytest
import shapely

from ingest.pipeline.job import Job
from ingest.readers.contract import FeatureChunk, ReadOptions
from ingest.readers.osm import OsmReader
from ingest.readers.osm_tags import area_table, length_m, line_table, row_of
from reader_contract import ReaderContract, head_of
from twin_model.errors import Cancelled, SourceError

READER = OsmReader()
FOLDER = "gis_vector/graphhopper-osm/"

TINY = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
 <node id="1" lat="30.0" lon="120.0"/><node id="2" lat="30.0" lon="120.001"/>
 <node id="3" lat="30.001" lon="120.001"/><node id="4" lat="30.001" lon="120.0"/>
 <node id="11" lat="30.0004" lon="120.0004"/><node id="12" lat="30.0004" lon="120.0006"/>
 <node id="13" lat="30.0006" lon="120.0006"/><node id="14" lat="30.0006" lon="120.0004"/>
 <node id="20" lat="30.0" lon="120.01"><tag k="natural" v="tree"/><tag k="height" v="12 m"/></node>
 <node id="21" lat="30.0" lon="120.02"><tag k="highway" v="street_lamp"/></node>
 <node id="22" lat="30.0" lon="120.03"><tag k="source" v="survey"/></node>
 <way id="100"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="1"/></way>
 <way id="101"><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="14"/><nd ref="11"/></way>
 <way id="102"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/><tag k="lanes" v="4"/>
  <tag k="bridge" v="viaduct"/><tag k="name" v="滨江大道"/></way>
 <way id="103"><nd ref="1"/><nd ref="999"/><tag k="highway" v="path"/></way>
 <way id="104"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="1"/><tag k="highway" v="service"/>
  <tag k="junction" v="roundabout"/></way>
 <way id="105"><nd ref="999"/><nd ref="3"/><nd ref="4"/><tag k="highway" v="path"/></way>
 <relation id="200"><member type="way" ref="100" role="outer"/>
  <member type="way" ref="101" role="inner"/><tag k="type" v="multipolygon"/>
  <tag k="building" v="apartments"/><tag k="building:levels" v="6"/><tag k="roof:levels" v="1"/>
 </relation>
</osm>
"""


class TestOsmPbf(ReaderContract):
    reader = READER
    files: ClassVar = [FOLDER + "andorra.osm.pbf"]


class TestOsmXml(ReaderContract):
    reader = READER
    files: ClassVar = [
        FOLDER + "berlin-siegessaeule.osm.gz",
        FOLDER + "monaco.osm.gz",
        "hdmap/lanelet2/mapping_example.osm",
    ]


def tables(path: Path) -> dict[str, FeatureChunk]:
    out = {}
    for chunk in READER.read(path, ReadOptions(), Job()):
        assert chunk.layer not in out
        assert chunk.crs == "EPSG:4326"
        assert all(len(values) == len(chunk) for values in chunk.columns.values())
        out[chunk.layer] = chunk
    return out


def test_inspect_gives_the_manifests_counts(
    real_data: Path, manifest: list[dict[str, str]]
) -> None:
    checked = 0
    for entry in manifest:
        stated = re.match(r"OSM (?:XML )?nodes=(\d+) ways=(\d+) relations=(\d+)", entry["contents"])
        if stated is None:
            continue
        info = READER.inspect(real_data / entry["path"], Job())
        counted = [info.counts[key] for key in ("nodes", "ways", "relations")]
        assert counted == [int(v) for v in stated.groups()], entry["path"]
        if buildings := re.search(r"buildings=(\d+)", entry["contents"]):
            assert info.counts["buildings"] == int(buildings[1])
        checked += 1
    assert checked >= 4


def test_the_header_gives_bounds_and_date(real_data: Path) -> None:
    info = READER.inspect(real_data / FOLDER / "andorra.osm.pbf", Job())
    assert info.bounds == [1.422104, 42.43509, None, 1.780386, 42.65717, None]
    assert info.epoch == "2013-05-28T18:59:04Z"


def test_objects_come_in_their_tables_with_their_tags(tmp_path: Path) -> None:
    path = tmp_path / "a.osm"
    path.write_text(TINY, encoding="utf-8")
    found = tables(path)
    assert set(found) == {"buildings", "roads", "points"}
    building = found["buildings"]
    assert building.columns["osm_id"] == ["relation/200"]
    assert building.columns["height_m"] == [21.0]
    assert building.columns["height_source"] == ["levels"]
    shape = shapely.from_wkb(building.geometry[0])
    assert shape.area == pytest.approx(0.001**2 - 0.0002**2)
    roads = found["roads"]
    # Of a way that the extract cuts, what it has is kept; the roundabout is no area.
    assert roads.columns["osm_id"] == ["way/102", "way/104", "way/105"]
    assert shapely.from_wkb(roads.geometry[2]).length == pytest.approx(0.001)
    assert roads.columns["name"] == ["滨江大道", None, None]
    assert roads.columns["lanes"] == [4.0, None, None]
    assert roads.columns["bridge"] == [True, False, False]
    assert json.loads(roads.columns["tags"][0])["bridge"] == "viaduct"
    assert found["points"].columns["kind"] == ["tree", "street_lamp"]
    assert found["points"].columns["height_m"] == [12.0, None]


@pytest.mark.parametrize(
    ("suffix", "pack"), [(".osm.gz", gzip.compress), (".osm.bz2", bz2.compress)]
)
def test_compressed_xml_reads_like_plain(tmp_path: Path, suffix: str, pack: object) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(pack(TINY.encode()))  # type: ignore[operator]
    assert READER.can_read(path, head_of(path))
    assert len(tables(path)["roads"]) == 3
    assert READER.inspect(path, Job()).counts["nodes"] == 11


def test_heights_of_real_buildings_are_plausible(real_data: Path) -> None:
    chunk = tables(real_data / FOLDER / "berlin-siegessaeule.osm.gz")["buildings"]
    heights = [h for h in chunk.columns["height_m"] if h is not None]
    assert len(heights) == 119
    assert all(0 < h < 100 for h in heights)
    # The column with the gilded Victoria is about 67 m tall.
    assert max(heights) == pytest.approx(58.6, abs=10)


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("12", 12.0),
        ("12.5 m", 12.5),
        ("8,5", 8.5),
        ("40 ft", 12.192),
        ("6'6", 1.9812),
        ("high", None),
        ("", None),
    ],
)
def test_lengths_are_read_in_metres(text: str, metres: float | None) -> None:
    assert length_m(text) == (pytest.approx(metres) if metres is not None else None)


def test_what_a_tag_denies_is_not_that_thing() -> None:
    assert area_table({"building": "no"}) is None
    assert area_table({"natural": "water"}) == "water"
    assert area_table({"landuse": "basin"}) == "water"
    assert area_table({"landuse": "forest"}) == "land_use"
    assert line_table({"highway": "pedestrian", "area": "yes"}) is None
    assert line_table({"waterway": "river"}) == "waterways"


def test_a_floating_part_knows_its_underside() -> None:
    row = row_of("buildings", {"building:part": "yes", "building:min_level": "2", "height": "30"})
    assert (row["min_height_m"], row["height_m"], row["part"]) == (6.0, 30.0, True)


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    hostile = TINY.replace("<osm", '<!DOCTYPE osm [<!ENTITY a "aaaa">]><osm', 1)
    (tmp_path / "a.osm").write_text(hostile, encoding="utf-8")
    (tmp_path / "a.osm.gz").write_bytes(gzip.compress(hostile.encode()))
    for name in ("a.osm", "a.osm.gz"):
        with pytest.raises(SourceError, match="document type"):
            READER.inspect(tmp_path / name, Job())
        with pytest.raises(SourceError, match="document type"):
            tables(tmp_path / name)


def test_a_truncated_extract_is_one_line_of_error(real_data: Path) -> None:
    with pytest.raises(SourceError) as caught:
        READER.inspect(real_data / "bad_made/truncated/pbf_cut.osm.pbf", Job())
    assert "\n" not in str(caught.value)


def test_an_unsorted_file_says_how_to_sort_it(tmp_path: Path) -> None:
    unsorted = TINY.replace('id="104"', 'id="90"')
    (tmp_path / "a.osm").write_text(unsorted, encoding="utf-8")
    with pytest.raises(SourceError, match="osmium sort"):
        tables(tmp_path / "a.osm")


def test_reading_stops_when_cancelled_half_way(real_data: Path) -> None:
    seen = []
    job = Job(lambda progress: (seen.append(progress), job.cancel())[0], interval_s=0.0)
    with pytest.raises(Cancelled):
        list(READER.read(real_data / FOLDER / "andorra.osm.pbf", ReadOptions(), job))
    assert seen
