"""The recipe of the demo city makes the same, complete, readable district every time."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from shapely import box, from_wkb
from shapely.geometry.base import BaseGeometry

from assets.demo_city import DemoSource, build_sources
from assets.demo_city.plan import (
    COMPOUND_CRS,
    CONTAINER_YARD,
    OLD_TOWN,
    ORIGIN,
    TERMINAL_LOT,
    WATER_M,
)
from ingest.pipeline.job import Job
from ingest.readers.registry import reader_for

City = dict[str, DemoSource]


def build(folder: Path) -> City:
    sources = build_sources(folder, "tiny", lambda stage, done, total: None)
    return {source.path.name: source for source in sources}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return build(tmp_path_factory.mktemp("city"))


def geometry_of(path: Path, table: str | None = None) -> list[BaseGeometry]:
    import pyogrio

    shapes = pyogrio.raw.read(path, layer=table)[2]
    moved = [from_wkb(shape) for shape in shapes]
    from shapely.affinity import translate

    return [translate(shape, -ORIGIN[0], -ORIGIN[1]) for shape in moved]


def column_of(path: Path, name: str, table: str | None = None) -> list[object]:
    import pyogrio

    meta, _, _, columns = pyogrio.raw.read(path, layer=table, columns=[name])
    assert list(meta["fields"]) == [name]
    return list(columns[0])


def test_two_runs_make_the_same_bytes(city: City, tmp_path: Path) -> None:
    build(tmp_path)
    folder = city["terrain.tif"].path.parent
    names = sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    assert len(names) > 20
    for name in names:
        first, again = ((base / name).read_bytes() for base in (folder, tmp_path))
        assert hashlib.sha256(first).digest() == hashlib.sha256(again).digest(), name


def test_making_it_again_in_the_same_folder_replaces_it(tmp_path: Path) -> None:
    build(tmp_path)
    before = sorted(str(p) for p in tmp_path.rglob("*"))
    build(tmp_path)
    assert sorted(str(p) for p in tmp_path.rglob("*")) == before


def test_terrain_comes_first_so_that_the_rest_can_stand_on_it(city: City) -> None:
    assert list(city)[:2] == ["terrain.tif", "imagery.tif"]


def test_every_source_is_recognised_and_described_by_a_reader(city: City) -> None:
    kinds = {}
    for name, source in city.items():
        info = reader_for(source.path).inspect(source.path, Job())
        assert info.error is None, name
        assert info.crs is not None and ("4549" in info.crs or "120E" in info.crs), (name, info.crs)
        kinds[name] = info.kind
    assert kinds["terminal.ifc"] == "bim" and kinds["survey.laz"] == "points"
    assert kinds["terrain.tif"] == kinds["imagery.tif"] == "raster"
    assert kinds["old_town"] == "mesh" and kinds["roads.gpkg"] == "vector"


def test_names_are_given_in_both_languages(city: City) -> None:
    for source in city.values():
        assert source.name and source.epoch == "2026-03-01"
    chinese = column_of(city["buildings.gpkg"].path, "name")
    english = column_of(city["buildings.gpkg"].path, "name_en")
    assert all(chinese) and all(str(name).isascii() for name in english)


def test_layers_and_all_that_stands_are_named_in_the_language_asked_for(tmp_path: Path) -> None:
    import ifcopenshell
    import pyogrio

    sources = build_sources(tmp_path, "tiny", lambda stage, done, total: None, english=True)
    assert all(source.name.isascii() for source in sources)
    tables = [str(table) for table in pyogrio.list_layers(tmp_path / "things.gpkg")[:, 0]]
    assert "Quay cranes" in tables
    for file in tmp_path.glob("*.gpkg"):
        for table in pyogrio.list_layers(file)[:, 0]:
            assert str(table).isascii()
            meta, _, _, columns = pyogrio.raw.read(file, layer=table)
            for name, values in zip(meta["fields"], columns):
                said = {str(value) for value in values if name != "name_zh"}
                assert all(value.isascii() for value in said), (file.name, table, name)
    model = ifcopenshell.open(tmp_path / "terminal.ifc")
    assert all((one.Name or "").isascii() for one in model.by_type("IfcRoot"))
    assert "101 Arrivals hall" in {room.Name for room in model.by_type("IfcSpace")}


def test_heights_are_counted_from_the_national_datum(city: City) -> None:
    for name in ("terrain.tif", "survey.laz", "terminal.ifc", "old_town"):
        path = city[name].path
        assert reader_for(path).inspect(path, Job()).vertical_crs == "EPSG:5737", name


def test_the_terrain_has_water_a_quay_and_a_hill(city: City) -> None:
    import rasterio

    with rasterio.open(city["terrain.tif"].path) as dataset:
        heights = dataset.read(1)
        assert dataset.crs == rasterio.crs.CRS.from_user_input(COMPOUND_CRS)
        assert (dataset.bounds.left, dataset.bounds.bottom) == ORIGIN
    assert heights.min() == pytest.approx(WATER_M) and 50 < heights.max() < 90
    assert 0.2 < float((heights == np.float32(WATER_M)).mean()) < 0.5


def test_footprints_are_many_valid_and_varied(city: City) -> None:
    shapes = geometry_of(city["buildings.gpkg"].path)
    assert len(shapes) >= 400
    assert all(shape.is_valid and shape.area > 20 for shape in shapes)
    heights = np.array(column_of(city["buildings.gpkg"].path, "height"), float)
    assert heights.min() > 2.5 and heights.max() > 90
    assert len(set(column_of(city["buildings.gpkg"].path, "use"))) >= 6
    corners = {len(shape.exterior.coords) for shape in shapes}
    assert max(corners) > 6, "not only rectangles"


def test_nothing_stands_in_water_on_a_street_or_in_something_else(city: City) -> None:
    from shapely import unary_union

    shapes = geometry_of(city["buildings.gpkg"].path)
    water = unary_union(geometry_of(city["water.gpkg"].path))
    lots = unary_union([box(*OLD_TOWN), box(*TERMINAL_LOT), box(*CONTAINER_YARD)])
    roads = geometry_of(city["roads.gpkg"].path)
    widths = column_of(city["roads.gpkg"].path, "width_m")
    paved = unary_union([r.buffer(float(str(w)) / 2) for r, w in zip(roads, widths)])
    whole = unary_union(shapes)
    for taken in (water, lots, paved):
        assert whole.intersection(taken).area < 1.0
    assert whole.area == pytest.approx(sum(shape.area for shape in shapes), rel=1e-6)


def test_streets_cross_the_canal_on_bridges(city: City) -> None:
    flags = column_of(city["roads.gpkg"].path, "bridge")
    assert sum(int(str(flag)) for flag in flags) >= 3


def test_things_of_every_kind_are_there(city: City) -> None:
    path = city["things.gpkg"].path
    count = {
        table: len(geometry_of(path, table))
        for table in ("岸桥", "集装箱", "路灯", "摄像机", "传感器", "水泵", "船舶")
    }
    assert count["岸桥"] == 7 and count["路灯"] > 300 and count["集装箱"] > 200
    assert count["摄像机"] >= 15 and count["传感器"] >= 20 and count["船舶"] >= 4
    assert len(geometry_of(city["trees.gpkg"].path)) > 1000


def test_the_terminal_has_storeys_rooms_and_equipment_at_its_place(city: City) -> None:
    from ingest.readers.contract import MeshChunk, ObjectChunk, ReadOptions

    path = city["terminal.ifc"].path
    types: list[str] = []
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for chunk in reader_for(path).read(path, ReadOptions(), Job()):
        if isinstance(chunk, ObjectChunk):
            types += chunk.type
        elif isinstance(chunk, MeshChunk):
            low = np.minimum(low, chunk.position.min(axis=0))
            high = np.maximum(high, chunk.position.max(axis=0))
    assert types.count("IfcBuildingStorey") == 3 and types.count("IfcSpace") == 9
    assert types.count("IfcStair") == 5 and types.count("IfcSlab") == 3
    assert types.count("IfcPump") == 4 and types.count("IfcSystem") == 2
    west, south, east, north = TERMINAL_LOT
    assert low[0] - ORIGIN[0] > west and high[0] - ORIGIN[0] < east
    assert low[1] - ORIGIN[1] > south and high[1] - ORIGIN[1] < north
    assert 3.0 < low[2] < 4.2 and high[2] < 30.0


def test_the_survey_has_classes_colours_and_returns(city: City) -> None:
    import laspy

    las = laspy.read(city["survey.laz"].path)
    assert str(las.header.version) == "1.4" and las.header.point_format.id == 7
    assert set(np.unique(np.asarray(las.classification))) == {2, 5, 6, 9}
    assert set(np.unique(np.asarray(las.number_of_returns))) == {1, 2}
    assert int(np.asarray(las.green).max()) > 30_000
    assert las.header.parse_crs().sub_crs_list[0].to_epsg() == 4549


def test_the_old_town_is_a_tile_tree_with_textures(city: City) -> None:
    path = city["old_town"].path
    info = reader_for(path).inspect(path, Job())
    assert info.counts["tiles"] == 9 and info.counts["images"] == 9
    assert info.bounds is not None and info.bounds[2] is not None
    assert info.bounds[0] == pytest.approx(ORIGIN[0] + OLD_TOWN[0], abs=15)


def test_an_unknown_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="huge"):
        build_sources(tmp_path, "huge", lambda stage, done, total: None)


def test_progress_can_stop_the_work(tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    def report(stage: str, done: int, total: int) -> None:
        if done >= 1:
            raise StopError

    with pytest.raises(StopError):
        build_sources(tmp_path, "tiny", report)
