"""What other programs see in twin.gpkg: a layer a type, with columns, units and shapes."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import shapely
from shapely import affinity

from assets.catalogue import entity_types_text
from older_formats import FORMAT_4, FORMAT_5, made_older
from twin_model.commands import (
    AddEntities,
    AddLayers,
    AddRelations,
    EditEntities,
    RemoveEntities,
)
from twin_model.entity import Codes, Entity, Relation
from twin_model.errors import StoreError, ValidationError
from twin_model.frame import Frame
from twin_model.heights import with_reference
from twin_model.history import differences
from twin_model.layer import Layer, LayerRole
from twin_model.schema.catalogue import Catalogue
from twin_model.schema.project_types import ChangeTypes, project_catalogue, stored_types
from twin_model.schema.types import EntityType, PropertyType, Words
from twin_model.store.verify import verify_store
from twin_model.time import Instant
from twin_model.twin import Twin
from twin_model.validity import SetValidity

pyogrio = pytest.importorskip("pyogrio")

EAST, NORTH, UP = 500_000.0, 3_350_000.0, 10.0
FRAME = Frame("EPSG:4549", (EAST, NORTH, UP))
SQUARE = shapely.box(0.0, 0.0, 10.0, 20.0)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load(entity_types_text())


@pytest.fixture
def twin(tmp_path: Path, catalogue: Catalogue) -> Iterator[Twin]:
    with Twin.create(tmp_path / "a.shapan", FRAME) as made:
        made.catalogue = catalogue
        yield made


def building(number: int, **values: Any) -> Entity:
    shape = affinity.translate(SQUARE, 100.0 * number)
    made = Entity(
        f"b{number}", "building", f"{number}号楼", (100.0 * number + 5.0, 10.0, 0.0),
        geometry=shapely.to_wkb(shape),
        attributes={"height_m": 10.5 * number, "levels": 3 * number, "name_en": f"Block {number}"},
        codes=Codes("110108-BD0100-000001", "N50J47539B825534", "202400000000003"),
    )  # fmt: skip
    return replace(made, **values)


def stored(twin: Twin) -> Path:
    """Return a copy of the store: two copies of SQLite in one process do not share their locks."""
    copies = twin.path.with_name("copies")
    copies.mkdir(exist_ok=True)
    number = len(list(copies.glob("*.gpkg")))
    for suffix in ("", "-wal"):
        file = twin.path / f"twin.gpkg{suffix}"
        if file.is_file():
            shutil.copy(file, copies / f"{number}.gpkg{suffix}")
    return copies / f"{number}.gpkg"


def read(twin: Twin, layer: str, **options: Any) -> list[dict[str, Any]]:
    """Return the features of a layer as GDAL reads them, geometry as ``shape``."""
    meta, _, shapes, values = pyogrio.raw.read(
        stored(twin), layer=layer, return_fids=True, **options
    )
    columns = dict(zip(meta["fields"], values, strict=True))
    found = shapely.from_wkb(shapes)
    return [
        {"shape": found[n], **{name: column[n] for name, column in columns.items()}}
        for n in range(len(found))
    ]


def layers_of(twin: Twin) -> set[str]:
    return {str(row[0]) for row in pyogrio.list_layers(stored(twin))}


def dtypes(twin: Twin, layer: str) -> dict[str, str]:
    info = pyogrio.read_info(stored(twin), layer=layer)
    return dict(zip(info["fields"], info["dtypes"], strict=True))


# -- shapes, columns -------------------------------------------------------------------


def test_a_type_is_a_layer_with_polygons_names_codes_and_typed_columns(twin: Twin) -> None:
    twin.execute(AddEntities([building(1), building(2), Entity("p", "pump", "P", (1.0, 2.0, 3.0))]))
    assert layers_of(twin) == {
        "building", "pump", "entities", "relations", "journal", "layer_version",
    }  # fmt: skip
    info = pyogrio.read_info(stored(twin), layer="building")
    assert info["crs"] == "EPSG:4549" and info["features"] == 2 and info["fid_column"] == "fid"
    kinds = dtypes(twin, "building")
    assert kinds["height_m"] == "float64" and kinds["levels"] == "int64"
    first, second = read(twin, "building")
    assert first["shape"].geom_type == "Polygon"
    assert first["shape"].equals(shapely.box(EAST + 100, NORTH, EAST + 110, NORTH + 20))
    assert (first["name"], first["name_en"]) == ("1号楼", "Block 1")
    assert (first["height_m"], second["levels"]) == (10.5, 6)
    assert first["management_code"] == "110108-BD0100-000001"
    assert first["space_code"] == "N50J47539B825534" and first["id"] == "b1"
    (pump,) = read(twin, "pump")
    assert pump["shape"].wkt == f"POINT Z ({EAST + 1:.0f} {NORTH + 2:.0f} {UP + 3:.0f})"


def test_conditions_and_extents_are_answered_by_gdal(twin: Twin) -> None:
    twin.execute(AddEntities([building(n) for n in range(1, 6)]))
    tall = read(twin, "building", where="height_m > 30 AND levels < 15")
    assert [one["id"] for one in tall] == ["b3", "b4"]
    box = (EAST + 195, NORTH - 5, EAST + 305, NORTH + 5)
    assert [one["id"] for one in read(twin, "building", bbox=box)] == ["b2", "b3"]
    # A corner of the square, and not the reference point, is in the box.
    corner = (EAST + 209, NORTH + 19, EAST + 250, NORTH + 50)
    assert [one["id"] for one in read(twin, "building", bbox=corner)] == ["b2"]


def test_heights_of_own_geometry_are_absolute(twin: Twin) -> None:
    line = shapely.LineString([(0, 0, -2), (50, 0, -3)])
    twin.execute(AddEntities([Entity("p", "pipe", geometry=shapely.to_wkb(line))]))
    (pipe,) = read(twin, "pipe")
    assert pipe["shape"].equals_exact(
        shapely.LineString([(EAST, NORTH, UP - 2), (EAST + 50, NORTH, UP - 3)])
    )
    assert shapely.get_coordinates(pipe["shape"], include_z=True)[:, 2].tolist() == [8.0, 7.0]


def test_units_titles_and_choices_are_where_geopackage_has_them(twin: Twin) -> None:
    twin.execute(AddEntities([building(1)]))
    reader = twin.reader()

    def described(column: str) -> tuple[str, str, str | None]:
        return tuple(
            reader.execute(
                "SELECT title, description, constraint_name FROM gpkg_data_columns"
                " WHERE table_name = 'building' AND column_name = ?",
                (column,),
            ).fetchone()
        )

    title, description, _ = described("floor_area_m2")
    assert title == "建筑面积 / floor area" and description.startswith("m^2; 0 or more")
    _, _, constraint = described("function")
    values = dict(
        reader.execute(
            "SELECT value, description FROM gpkg_data_column_constraints WHERE constraint_name = ?",
            (constraint,),
        ).fetchall()
    )
    assert values["hospital"] == "医疗 / hospital"
    (about,) = reader.execute(
        "SELECT description FROM gpkg_contents WHERE table_name = 'building'"
    ).fetchone()
    assert about == "建筑 / building"


@pytest.mark.skipif(shutil.which("ogrinfo") is None, reason="ogrinfo (gdal-bin) is not installed")
def test_ogrinfo_shows_columns_units_and_polygons(twin: Twin) -> None:
    twin.execute(AddEntities([building(1), building(2)]))
    done = subprocess.run(
        ["ogrinfo", "-ro", "-al", "-where", "height_m > 15", str(twin.path / "twin.gpkg"),
         "building"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "Warning" not in done.stderr and "ERROR" not in done.stderr
    assert "Feature Count: 1" in done.stdout
    assert "height_m: Real" in done.stdout and "levels: Integer64" in done.stdout
    assert "name_en (String) = Block 2" in done.stdout
    assert "POLYGON ((500210 3350000" in done.stdout
    assert "domain name=building.function" in done.stdout


def test_values_that_fit_no_type_are_shown_and_never_as_zero(twin: Twin) -> None:
    layer = Layer("one", "One", "vector", LayerRole.TABLE, "CSV", "x", "features.gpkg")
    odd = building(1, attributes={"height_m": "about 12", "levels": 2.5}, layer="one")
    twin.execute(AddLayers([layer], [odd]))
    (one,) = read(twin, "building")
    assert one["height_m"] == "about 12" and one["levels"] == 2.5
    twin.execute(AddEntities([building(2, attributes={"tags": ["a", 1], "ok": True, "n": 7})]))
    _, two = read(twin, "building")
    assert two["tags"] == '["a",1]' and bool(two["ok"]) is True and two["n"] == 7
    assert dtypes(twin, "building")["ok"] == "bool"


def test_attributes_with_awkward_names_have_columns_of_their_own(twin: Twin) -> None:
    odd = {"Name": "n", "id": "i", "fid": 3, "用途": "办公", "a'b; --": 1, 'q"': 2, "LEVELS": 4,
           "addr:street": "长安街"}  # fmt: skip
    twin.execute(AddEntities([building(1, attributes=odd)]))
    (one,) = read(twin, "building")
    assert (one["Name_"], one["id_"], one["fid_"], one["LEVELS_"]) == ("n", "i", 3, 4)
    assert one["用途"] == "办公" and one["a'b; --"] == 1 and one["addr:street"] == "长安街"
    assert one["id"] == "b1" and one["name"] == "1号楼"


@pytest.mark.parametrize(
    "kind", ["journal", "ENTITIES", "gpkg_contents", "sqlite_x", 'od"d', "a b"]
)
def test_types_named_like_tables_get_another_name(twin: Twin, kind: str) -> None:
    twin.execute(AddEntities([Entity("x", kind, "X", (0.0, 0.0, 0.0))]))
    (view,) = twin.reader().execute("SELECT view FROM type_view").fetchone()
    assert [one["id"] for one in read(twin, view)] == ["x"]
    assert verify_store(twin) == []


# -- kept in step ----------------------------------------------------------------------


def test_shapes_follow_edits_undo_redo_and_removal(twin: Twin) -> None:
    twin.execute(AddEntities([building(1)]))
    small = shapely.box(0, 0, 1, 1)
    twin.execute(EditEntities([replace(twin.entity("b1"), geometry=shapely.to_wkb(small))]))
    moved = shapely.box(EAST, NORTH, EAST + 1, NORTH + 1)
    assert read(twin, "building")[0]["shape"].equals(moved)
    twin.undo()
    before = shapely.box(EAST + 100, NORTH, EAST + 110, NORTH + 20)
    assert read(twin, "building")[0]["shape"].equals(before)
    twin.redo()
    assert read(twin, "building")[0]["shape"].equals(moved)
    twin.execute(EditEntities([replace(twin.entity("b1"), name="renamed")]))
    twin.execute(EditEntities([replace(twin.entity("b1"), geometry=None)]))
    assert read(twin, "building")[0]["shape"].geom_type == "Point"
    twin.undo()
    assert read(twin, "building")[0]["shape"].equals(moved)
    twin.execute(RemoveEntities(["b1"]))
    assert read(twin, "building") == []
    twin.undo()
    assert read(twin, "building")[0]["shape"].equals(moved)
    assert verify_store(twin) == []


def test_an_attribute_that_comes_later_gets_its_column(twin: Twin) -> None:
    twin.execute(AddEntities([building(1)]))
    assert "paint" not in dtypes(twin, "building")
    twin.execute(EditEntities([replace(twin.entity("b1"), attributes={"paint": "red"})]))
    assert read(twin, "building")[0]["paint"] == "red"
    twin.execute(EditEntities([replace(twin.entity("b1"), attributes={"paint": 3})]))
    assert read(twin, "building")[0]["paint"] == "3"


def test_a_failed_command_leaves_the_views_as_they_were(twin: Twin) -> None:
    twin.execute(AddEntities([building(1)]))
    before = dtypes(twin, "building")
    with pytest.raises(Exception, match="exists already"):
        twin.execute(AddEntities([building(2, attributes={"new": 1}), building(1)]))
    assert dtypes(twin, "building") == before
    twin.execute(AddEntities([building(2, attributes={"new": 1})]))
    assert dtypes(twin, "building")["new"] == "int64"


def test_a_type_that_the_project_defines_has_its_columns(twin: Twin, catalogue: Catalogue) -> None:
    length = PropertyType(id="length_m", name=Words(zh="长", en="length"), kind="number", unit="m")
    kind = EntityType(id="slipway", parent="thing", name=Words(zh="滑道", en="slipway"),
                      properties=(length,))  # fmt: skip
    twin.execute(ChangeTypes([kind]))
    twin.catalogue = project_catalogue(catalogue, stored_types(twin))
    twin.execute(AddEntities([Entity("s", "slipway", "S", (0.0, 0.0, 0.0))]))
    assert dtypes(twin, "slipway")["length_m"] == "float64"
    longer = replace_property(kind, "width_m")
    twin.execute(ChangeTypes([longer]))
    twin.catalogue = project_catalogue(catalogue, stored_types(twin))
    folder = twin.path
    twin.close()  # what is not yet in step is brought into step
    with Twin.open(folder, read_only=True) as again:
        assert dtypes(again, "slipway")["width_m"] == "float64"


def replace_property(kind: EntityType, name: str) -> EntityType:
    (one,) = kind.properties
    return kind.model_copy(update={"properties": (one.model_copy(update={"id": name}),)})


def test_descriptions_stay_where_somebody_writes_without_a_catalogue(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    folder = tmp_path / "a.shapan"
    with Twin.create(folder, FRAME) as made:
        made.catalogue = catalogue
        made.execute(AddEntities([building(1)]))
    with Twin.open(folder) as again:
        again.execute(AddEntities([building(2, attributes={"fresh": 1.5})]))
        assert dtypes(again, "building")["fresh"] == "float64"
        row = again.reader().execute(
            "SELECT title FROM gpkg_data_columns WHERE table_name = 'building'"
            " AND column_name = 'height_m'"
        )
        assert row.fetchone()[0] == "高度 / height"


# -- features of layers ----------------------------------------------------------------


def layer_with_features(twin: Twin, name: str, shapes: list[Any]) -> AddLayers:
    folder = twin.layer_folder(name)
    folder.mkdir(parents=True)
    absolute = [affinity.translate(s, EAST, NORTH) for s in shapes]
    pyogrio.raw.write(
        str(folder / "features.gpkg"), shapely.to_wkb(absolute), [], [], layer="features",
        driver="GPKG", geometry_type="Unknown", crs="EPSG:4549",
        layer_options={"FID": "fid", "GEOMETRY_NAME": "geom"},
    )  # fmt: skip
    layer = Layer(name, name, "vector", LayerRole.DRAPE, "GeoPackage", "x", "features.gpkg")
    entities = [
        Entity(f"{name}-{n}", "land_use", "", (float(n), 0.0, 0.0), layer=name, feature=n)
        for n in range(1, len(shapes) + 1)
    ]
    return AddLayers([layer], entities)


def test_entities_of_layers_have_the_shapes_of_their_features(twin: Twin) -> None:
    line = shapely.LineString([(0, 0), (5, 5)])
    twin.execute(layer_with_features(twin, "zones", [SQUARE, line, shapely.Point(1, 2)]))
    first, second, third = read(twin, "land_use")
    assert first["shape"].equals(shapely.box(EAST, NORTH, EAST + 10, NORTH + 20))
    assert second["shape"].geom_type == "LineString"
    assert third["shape"].geom_type == "Point"
    # Attached to another feature, it has that one's shape; with a shape of its own, its own.
    twin.execute(EditEntities([replace(twin.entity("zones-3"), feature=2)]))
    assert read(twin, "land_use", where="id = 'zones-3'")[0]["shape"].geom_type == "LineString"
    own = shapely.to_wkb(shapely.box(1, 1, 2, 2))
    twin.execute(EditEntities([replace(twin.entity("zones-3"), geometry=own)]))
    assert read(twin, "land_use", where="id = 'zones-3'")[0]["shape"].area == 1.0


def test_a_store_of_format_3_gets_shapes_and_views(tmp_path: Path, catalogue: Catalogue) -> None:
    folder = tmp_path / "a.shapan"
    with Twin.create(folder, FRAME) as twin:
        twin.execute(AddEntities([building(1)]))
        twin.execute(layer_with_features(twin, "zones", [SQUARE]))
        entries = twin.journal()
    made_older(folder)
    with Twin.open(folder) as twin:
        twin.catalogue = catalogue
        assert twin.journal() == entries and verify_store(twin) == []
    with Twin.open(folder, read_only=True) as twin:
        assert layers_of(twin) > {"building", "land_use"}
        assert read(twin, "building")[0]["height_m"] == 10.5
        assert read(twin, "building")[0]["shape"].geom_type == "Polygon"
        assert read(twin, "land_use")[0]["shape"].geom_type == "Polygon"
        assert dtypes(twin, "building")["floor_area_m2"] == "float64"


def test_a_store_of_format_4_gets_pitch_and_roll(tmp_path: Path, catalogue: Catalogue) -> None:
    folder = tmp_path / "a.shapan"
    with Twin.create(folder, FRAME) as twin:
        twin.execute(AddEntities([building(1), Entity("cam", "camera", "Cam", (1.0, 2.0, 5.0))]))
        entries = twin.journal()
    made_older(folder, only=FORMAT_4)
    with pytest.raises(StoreError, match="open it once for writing"):
        Twin.open(folder, read_only=True)
    with Twin.open(folder) as twin:
        twin.catalogue = catalogue
        camera = twin.entity("cam")
        assert (camera.pitch_deg, camera.roll_deg) == (0.0, 0.0)
        assert twin.journal() == entries and verify_store(twin) == []
        twin.execute(EditEntities([replace(camera, heading_deg=90.0, pitch_deg=-30.0)]))
        assert twin.entity("cam").pitch_deg == -30.0 and verify_store(twin) == []
        found = differences(camera, twin.entity("cam"))
        assert {d.dimension for d in found} == {"heading_deg", "pitch_deg"}
        with pytest.raises(ValidationError, match="pitch and roll are finite"):
            twin.execute(EditEntities([replace(camera, roll_deg=float("nan"))]))
    with Twin.open(folder, read_only=True) as twin:
        (row,) = read(twin, "camera")
        assert (row["heading_deg"], row["pitch_deg"], row["roll_deg"]) == (90.0, -30.0, 0.0)


def test_a_store_of_format_5_gets_height_references_and_views_of_what_is_there(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    folder = tmp_path / "a.shapan"
    camera = Entity("cam", "camera", "Cam", (1.0, 2.0, 5.0), pitch_deg=-30.0)
    with Twin.create(folder, FRAME) as twin:
        twin.execute(AddEntities([building(1), camera]))
        twin.execute(SetValidity(["cam"], end=Instant.parse("2099")))
        entries = twin.journal()
    made_older(folder, only=FORMAT_5)
    with pytest.raises(StoreError, match="open it once for writing"):
        Twin.open(folder, read_only=True)
    with Twin.open(folder) as twin:
        twin.catalogue = catalogue
        assert twin.journal() == entries and verify_store(twin) == []
        assert twin.entity("cam").height_reference == ""
        changed = with_reference(twin.entity("cam"), "EPSG:5773")
        twin.execute(EditEntities([changed]))
        assert verify_store(twin) == []
        found = differences(camera, twin.entity("cam"))
        assert [(d.dimension, d.before, d.after) for d in found if d.dimension[0] == "h"] == [
            ("height_reference", "", "EPSG:5773")
        ]
    with Twin.open(folder, read_only=True) as twin:
        (row,) = read(twin, "camera")
        assert (row["height_reference"], row["pitch_deg"]) == ("EPSG:5773", -30.0)
        assert {one["height_reference"] for one in read(twin, "entities")} == {"", "EPSG:5773"}


def test_other_programs_read_what_is_there_now_whatever_its_end(twin: Twin) -> None:
    names = ["always", "planned to go", "gone", "to come"]
    twin.execute(AddEntities([building(n, name=name) for n, name in enumerate(names, start=1)]))
    ids = {one.name: one.id for one in twin.entities()}
    twin.execute(AddRelations([Relation("r", "adjacent", ids["always"], ids["planned to go"])]))
    twin.execute(SetValidity([ids["planned to go"]], end=Instant.parse("2099")))
    twin.execute(SetValidity([ids["gone"]], end=Instant.parse("2020")))
    twin.execute(SetValidity([ids["to come"]], start=Instant.parse("2099")))
    for table in ("building", "entities"):
        rows = read(twin, table)
        assert {row["name"] for row in rows} == {"always", "planned to go"}
    assert all(row["shape"].geom_type == "Polygon" for row in read(twin, "building"))
    count = "SELECT count(*) FROM relations"
    assert twin.reader().execute(count).fetchone()[0] == 1  # with an end, as the thing has
    elsewhere = shapely.to_wkb(affinity.translate(SQUARE, 900.0))
    twin.execute(EditEntities([replace(twin.entity(ids["planned to go"]), geometry=elsewhere)]))
    twin.undo()
    (back,) = read(twin, "building", where="name = 'planned to go'")
    assert back["shape"].bounds[0] == EAST + 200.0 and verify_store(twin) == []


def test_shapes_that_went_missing_are_found_and_mended(twin: Twin) -> None:
    twin.execute(AddEntities([building(1)]))
    twin._writer.execute("DELETE FROM entity_shape")
    assert any("shapes" in problem for problem in verify_store(twin))
    assert verify_store(twin, repair=True) == []
    assert read(twin, "building")[0]["shape"].geom_type == "Polygon"
