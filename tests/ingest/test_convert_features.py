"""Bringing vector tables into the project."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Transformer

from ingest.pipeline.job import Job
from ingest.readers.contract import FeatureChunk, ReadOptions
from ingest.readers.osm import OsmReader
from ingest.tiling import feature_types
from ingest.tiling.contract import GroundHeight, LayerContent, Target
from ingest.tiling.vector import ASSUMED_BUILDING_HEIGHT_M, convert_features
from twin_model.errors import Cancelled
from twin_model.frame import Frame
from twin_model.layer import LayerRole

FRAME = Frame("EPSG:32650").with_origin(500_000.0, 4_000_000.0, 20.0)
TO_WGS84 = Transformer.from_crs("EPSG:32650", "EPSG:4326", always_xy=True)


def chunk(
    table: str, shapes: list[Any], crs: str | None = "EPSG:32650", **columns: list[Any]
) -> FeatureChunk:
    """Return rows whose shapes are given in local metres."""
    moved = [
        None
        if s is None
        else shapely.to_wkb(shapely.transform(s, to_project(crs), include_z=s.has_z))
        for s in shapes
    ]
    return FeatureChunk(table, moved, columns, crs)


def to_project(crs: str | None) -> Callable[[np.ndarray], np.ndarray]:
    def move(points: np.ndarray) -> np.ndarray:
        out = points.copy()
        out[:, :2] += FRAME.offset[:2]
        if crs == "EPSG:4326":
            out[:, 0], out[:, 1] = TO_WGS84.transform(out[:, 0].tolist(), out[:, 1].tolist())
        return out

    return move


def convert(
    folder: Path, *chunks: FeatureChunk, ground: GroundHeight | None = None, job: Job | None = None
) -> dict[str, LayerContent]:
    def target_for(name: str) -> Target:
        made = folder / name.replace("/", "_")
        made.mkdir(parents=True)
        to_local = FRAME.transform_from(chunks[0].crs)
        return Target(made, name, FRAME, to_local, job or Job(), ground)

    return {content.name: content for content in convert_features(chunks, target_for)}


def stored(folder: Path) -> tuple[list[str], np.ndarray, np.ndarray, list[np.ndarray]]:
    meta, fids, geometry, values = pyogrio.raw.read(
        folder / "features.gpkg", layer="features", return_fids=True
    )
    assert meta["crs"] == "EPSG:32650"
    return list(meta["fields"]), fids, shapely.from_wkb(geometry), values


def test_each_kind_of_geometry_gets_its_role(tmp_path: Path) -> None:
    made = convert(
        tmp_path,
        chunk("roads", [shapely.LineString([(0, 0), (100, 0)])], lanes=[4]),
        chunk("buildings", [shapely.box(0, 0, 10, 10)], height=[12.0]),
        chunk("parks", [shapely.box(0, 0, 50, 50)]),
        chunk("lamps", [shapely.Point(5, 5)]),
        FeatureChunk("notes", [None], {"text": ["a"]}),
    )
    roles = {name: content.role for name, content in made.items()}
    assert roles == {
        "roads": LayerRole.DRAPE, "buildings": LayerRole.MESH, "parks": LayerRole.DRAPE,
        "lamps": LayerRole.SYMBOLS, "notes": LayerRole.TABLE,
    }  # fmt: skip
    types = {name: content.entities[0].type for name, content in made.items()}
    assert types == {
        "roads": "road", "buildings": "building", "parks": "land_use", "lamps": "lamp",
        "notes": "feature",
    }  # fmt: skip
    fields, _, _, values = stored(tmp_path / "roads")
    assert values[fields.index("shapan_width_m")][0] == 14.0
    assert made["notes"].entities[0].position is None


def test_a_mixed_table_is_split_by_kind(tmp_path: Path) -> None:
    shapes = [shapely.Point(0, 0), shapely.LineString([(0, 0), (9, 9)]), None, shapely.Point(1, 1)]
    made = convert(tmp_path, chunk("things", shapes, name=["a", "b", "c", "d"]))
    assert {name: c.counts["features"] for name, c in made.items()} == {
        "things": 3, "things lines": 1,
    }  # fmt: skip
    assert [e.name for e in made["things"].entities] == ["a", "c", "d"]
    assert made["things"].entities[1].position is None


@pytest.mark.parametrize("crs", ["EPSG:32650", "EPSG:4326"])
def test_features_stand_in_the_projects_crs_and_entities_in_local_metres(
    tmp_path: Path, crs: str
) -> None:
    shapes = [shapely.Point(123.0, -45.0), shapely.Point(7.0, 8.0, 31.0)]
    made = convert(tmp_path, chunk("sensors", shapes, crs, 名称=["温度", None]))["sensors"]
    _, fids, points, _ = stored(tmp_path / "sensors")
    assert fids.tolist() == [1, 2] == [e.feature for e in made.entities]
    np.testing.assert_allclose(
        shapely.get_coordinates(points), [[500_123, 3_999_955], [500_007, 4_000_008]], atol=1e-4
    )
    assert points[1].z == 31.0 and not points[0].has_z
    assert made.entities[0].position == pytest.approx((123.0, -45.0, 0.0), abs=1e-4)
    # Heights of the source are absolute; the origin lies at 20 m.
    assert made.entities[1].position == pytest.approx((7.0, 8.0, 11.0), abs=1e-4)
    assert [e.name for e in made.entities] == ["温度", ""]
    assert made.entities[0].attributes == {"名称": "温度"}
    assert made.entities[0].layer == "sensors"


def test_the_same_import_gives_the_same_entity_ids(tmp_path: Path) -> None:
    rows = chunk("lamps", [shapely.Point(0, 0), shapely.Point(1, 1)])
    first = [e.id for e in convert(tmp_path / "a", rows)["lamps"].entities]
    assert first == [e.id for e in convert(tmp_path / "b", rows)["lamps"].entities]
    assert len(set(first)) == 2


def test_a_solid_stands_on_the_lowest_ground_and_rises_by_its_height(tmp_path: Path) -> None:
    def slope(places: np.ndarray) -> np.ndarray:
        return np.asarray(places[:, 0] * 0.1)

    made = convert(
        tmp_path,
        chunk("buildings", [shapely.box(50, 0, 90, 10)], name=["甲"], height=[12.0]),
        ground=slope,
    )["buildings"]
    assert made.bounds_local == pytest.approx((50, 0, 4.5, 90, 10, 17.0), abs=1e-3)
    assert made.content == "tileset.json"
    assert made.counts["features"] == 1 and made.counts["triangles"] == 12
    assert made.entities[0].position is not None
    assert made.entities[0].position[2] == pytest.approx(7.0)
    tileset = json.loads((tmp_path / "buildings/tileset.json").read_text())
    assert tileset["asset"]["extras"]["shapan"]["frame"] == "project"


def test_buildings_without_height_get_an_assumed_one_and_say_so(tmp_path: Path) -> None:
    shapes = [shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10)]
    made = convert(tmp_path, chunk("buildings", shapes, height=[None, 30.0]))["buildings"]
    assert any("1 of 2 buildings state no height" in w for w in made.warnings)
    fields, _, _, values = stored(tmp_path / "buildings")
    heights = values[fields.index("shapan_height_m")]
    assert heights.tolist() == [ASSUMED_BUILDING_HEIGHT_M, 30.0]


def test_levels_count_three_metres_and_heights_come_first(tmp_path: Path) -> None:
    columns = {"building:levels": ["5", "5", None], "height": [None, "21.5 m", "100 ft"]}
    heights = feature_types.heights_m(columns, 3)
    assert heights == pytest.approx([15.0, 21.5, 30.48])


def test_a_stated_height_is_known_in_the_words_of_the_types(tmp_path: Path) -> None:
    columns = {"building:height": ["12.5 m", None], "building:levels": [None, "3"]}
    made = convert(
        tmp_path, chunk("houses", [shapely.box(0, 0, 9, 9), shapely.box(20, 0, 29, 9)], **columns)
    )["houses"]
    assert made.entities[0].attributes["height_m"] == 12.5
    # Three storeys are no stated height.
    assert "height_m" not in made.entities[1].attributes


def test_a_roof_in_three_dimensions_is_taken_for_the_roof(tmp_path: Path) -> None:
    roof = shapely.Polygon([(0, 0, 52), (10, 0, 52), (10, 10, 52), (0, 10, 52)])
    made = convert(tmp_path, chunk("buildings", [roof]))["buildings"]
    # Project height 52 m is 32 m above the origin; without terrain the ground is at 0.
    assert made.bounds_local == pytest.approx((0, 0, 0, 10, 10, 32.0), abs=1e-3)
    assert not made.warnings


def test_a_footprint_drawn_at_ground_height_keeps_its_ground(tmp_path: Path) -> None:
    low = shapely.Polygon([(0, 0, 25), (10, 0, 25), (10, 10, 25), (0, 10, 25)])
    made = convert(tmp_path, chunk("buildings", [low], height=[8.0]))["buildings"]
    assert made.bounds_local == pytest.approx((0, 0, 5, 10, 10, 13.0), abs=1e-3)


def test_an_outline_that_its_parts_fill_is_drawn_by_them_alone(tmp_path: Path) -> None:
    shapes = [
        shapely.box(0, 0, 20, 10), shapely.box(0, 0, 12, 10), shapely.box(12, 0, 20, 10),
        shapely.box(50, 0, 70, 10), shapely.box(50, 0, 52, 2),
    ]  # fmt: skip
    rows = chunk(
        "buildings", shapes, height=[30.0, 30.0, 12.0, 9.0, 20.0],
        part=[False, True, True, False, True],
    )  # fmt: skip
    made = convert(tmp_path, rows)["buildings"]
    # The first outline is covered by two parts, the second only by a chimney.
    assert made.counts["triangles"] == 4 * 12
    assert made.counts["features"] == 5 == len(made.entities)


def test_what_never_stands_up_stays_flat_whatever_its_height(tmp_path: Path) -> None:
    made = convert(tmp_path, chunk("lakes", [shapely.box(0, 0, 9, 9)], height=[4.0]))
    assert made["lakes"].role == LayerRole.DRAPE


def test_features_without_a_place_are_kept_as_rows_with_a_warning(tmp_path: Path) -> None:
    rows = FeatureChunk(
        "sensors",
        [shapely.to_wkb(shapely.Point(*p)) for p in ((117.0, 36.0), (117.0, 120.0), (np.nan, 36.0))]
        + [b"\x01\x02\x03"],
        {"name": ["good", "swapped", "nan", "broken"]},
        "EPSG:4326",
    )
    made = convert(tmp_path, rows)["sensors"]
    assert made.counts["features"] == 4
    assert [e.position is None for e in made.entities] == [False, True, True, True]
    assert any("2 features have no place" in w for w in made.warnings)
    assert any("1 geometries are malformed" in w for w in made.warnings)


def test_columns_that_clash_with_the_tables_own_are_renamed(tmp_path: Path) -> None:
    made = convert(
        tmp_path,
        chunk("sensors", [shapely.Point(0, 0)], fid=[77], geom=["x"], Name=["a"], name=["b"]),
    )
    fields, fids, _, values = stored(tmp_path / "sensors")
    assert {"fid_", "geom_", "Name", "name_"} <= set(fields)
    assert fids.tolist() == [1]
    assert values[fields.index("fid_")].tolist() == [77]
    assert made["sensors"].entities[0].attributes["fid"] == 77


def test_values_of_every_json_type_are_stored(tmp_path: Path) -> None:
    shapes = [shapely.Point(i, i) for i in range(2)]
    convert(
        tmp_path,
        chunk(
            "sensors", shapes, whole=[2**40, None], real=[1.5, 2], truth=[True, None],
            many=[[1, 2], {"a": "值"}], none=[None, None],
        ),
    )  # fmt: skip
    fields, _, _, values = stored(tmp_path / "sensors")
    column = dict(zip(fields, values))
    assert column["whole"][0] == 2**40 and np.isnan(column["whole"][1])
    assert column["real"].tolist() == [1.5, 2.0]
    assert json.loads(column["many"][1]) == {"a": "值"}
    assert column["none"].tolist() == [None, None]


def test_later_chunks_continue_the_same_layer(tmp_path: Path) -> None:
    chunks = [
        chunk("lamps", [shapely.Point(i, 0), shapely.Point(i, 1)], n=[i, "text" if i == 3 else i])
        for i in range(5)
    ]
    made = convert(tmp_path, *chunks)["lamps"]
    assert made.counts["features"] == 10
    assert [e.feature for e in made.entities] == list(range(1, 11))
    assert any("1 values do not fit" in w for w in made.warnings)
    with sqlite3.connect(tmp_path / "lamps/features.gpkg") as database:
        (found,) = database.execute("SELECT count(*) FROM rtree_features_geom").fetchone()
    database.close()
    assert found == 10


def test_tables_in_different_crs_meet(tmp_path: Path) -> None:
    made = convert(
        tmp_path,
        chunk("lamps", [shapely.Point(10, 10)], "EPSG:32650"),
        chunk("sensors", [shapely.Point(10, 10)], "EPSG:4326"),
    )
    assert made["lamps"].entities[0].position is not None
    assert made["sensors"].entities[0].position == pytest.approx(
        made["lamps"].entities[0].position, abs=1e-4
    )


def test_real_streets_and_houses_of_monaco(real_data: Path, tmp_path: Path) -> None:
    path = real_data / "gis_vector/graphhopper-osm/monaco.osm.gz"
    frame_place = Transformer.from_crs(4326, 32632, always_xy=True).transform(7.42, 43.735)
    frame = Frame("EPSG:32632").with_origin(*frame_place, 0.0)

    def target_for(name: str) -> Target:
        (tmp_path / name).mkdir()
        return Target(tmp_path / name, name, frame, frame.transform_from("EPSG:4326"), Job())

    made = {
        content.name: content
        for content in convert_features(OsmReader().read(path, ReadOptions(), Job()), target_for)
    }
    assert made["buildings"].counts["features"] == 966
    assert {e.type for e in made["buildings"].entities} == {"building"}
    roads = {e.name: e for e in made["roads"].entities}
    # The road along the harbour that the Grand Prix is driven on.
    position = roads["Boulevard Albert 1er"].position
    assert position is not None
    lon, lat = frame.to_wgs84(position)[0][:2]
    assert (lon, lat) == (pytest.approx(7.4215, abs=0.003), pytest.approx(43.7345, abs=0.003))


def test_cancelling_stops_between_rows(tmp_path: Path) -> None:
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        convert(tmp_path, chunk("lamps", [shapely.Point(0, 0)]), job=job)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("buildings_2020", "building"),
        ("HarbourCranes", "crane"),
        ("岸桥", "crane"),
        ("road cameras", "camera"),
        ("街道路灯", "lamp"),
        ("street_light", "lamp"),
        ("水泵", "pump"),
        ("land_use", "land_use"),
        ("行政区划", "district"),
        ("parcels", "parcel"),
        ("xyz", ""),
    ],
)
def test_names_of_tables_tell_the_type(words: str, expected: str) -> None:
    assert feature_types.type_of_words(words) == expected


def test_a_rows_own_field_goes_before_the_tables_name() -> None:
    columns = {"highway": ["street_lamp", None, "primary"], "kind": [None, "CCTV", None]}
    assert feature_types.entity_types("equipment", columns, 3) == ["lamp", "camera", "road"]
    assert feature_types.entity_types("sensors", {"x": [1, 2]}, 2) == ["sensor", "sensor"]
