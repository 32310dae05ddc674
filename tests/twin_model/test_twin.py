"""The twin: projects on disk, commands, undo, history, locking."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from twin_model.commands import (
    AddEntities,
    AddLayers,
    EditEntities,
    RemoveEntities,
    RemoveLayer,
    RenameLayer,
    ReorderLayers,
    SetLayerStyle,
)
from twin_model.entity import Entity, Relation
from twin_model.errors import Cancelled, StoreError
from twin_model.frame import Frame
from twin_model.layer import Layer, LayerRole
from twin_model.query import EntityQuery
from twin_model.store.verify import verify_store
from twin_model.time import Instant
from twin_model.twin import Twin
from twin_model.watched import Watched

FRAME = Frame("EPSG:4549", (500_000.0, 3_350_000.0, 0.0))


def layer(name: str, **values: object) -> Layer:
    return replace(
        Layer(name, name.title(), "vector", LayerRole.MESH, "GeoPackage", f"{name}.gpkg", "t.json"),
        **values,
    )


def pump(number: int, **values: object) -> Entity:
    made = Entity(
        f"pump-{number}", "pump", f"P-{number:02}", position=(number * 10.0, 5.0, 2.0),
        attributes={"power_kw": number * 1.5, "maker": "甲" if number % 2 else "乙"},
    )  # fmt: skip
    return replace(made, **values)


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    with Twin.create(tmp_path / "harbour.shapan", FRAME, "港区") as made:
        yield made


def test_a_new_project_can_be_opened_again_with_its_title_and_frame(tmp_path: Path) -> None:
    Twin.create(tmp_path / "a.shapan", FRAME, "港区").close()
    with Twin.open(tmp_path / "a.shapan") as again:
        assert again.title == "港区"
        assert again.frame == FRAME
        assert again.layers() == []
        assert again.undo_label is None


def test_creating_over_a_folder_with_files_is_refused_and_leaves_them(tmp_path: Path) -> None:
    (tmp_path / "keep.txt").write_text("mine")
    with pytest.raises(StoreError, match="already exists"):
        Twin.create(tmp_path, FRAME)
    assert [p.name for p in tmp_path.iterdir()] == ["keep.txt"]


def test_layers_entities_and_relations_survive_reopening(tmp_path: Path) -> None:
    folder = tmp_path / "a.shapan"
    with Twin.create(folder, FRAME) as twin:
        relation = Relation("r1", "connects", "pump-1", "pump-2", {"port": "out"})
        twin.execute(AddLayers([layer("pumps")], [pump(1), pump(2)], [relation]))
    with Twin.open(folder) as twin:
        assert [found.id for found in twin.layers()] == ["pumps"]
        assert twin.entity("pump-1").attributes["maker"] == "甲"
        assert twin.entity("pump-2").position == pytest.approx((20.0, 5.0, 2.0))
        assert twin.relations("pump-2") == [relation]
        assert twin.entity_counts() == {"pump": 2}


def test_the_entity_of_a_layers_feature_is_found(twin: Twin) -> None:
    twin.execute(AddLayers([layer("pumps")], [pump(1, layer="pumps", feature=7)]))
    found = twin.entity_at("pumps", 7)
    assert found is not None and found.id == "pump-1"
    assert twin.entity_at("pumps", 8) is None


def test_undo_and_redo_work_without_limit_and_after_reopening(tmp_path: Path) -> None:
    folder = tmp_path / "a.shapan"
    with Twin.create(folder, FRAME) as twin:
        twin.execute(AddEntities([pump(1)]))
        for height in range(5):
            entity = twin.entity("pump-1")
            twin.execute(EditEntities([replace(entity, attributes={"height": height})]))
    with Twin.open(folder) as twin:
        for height in (3, 2, 1, 0):
            assert twin.undo() == "Edit P-01"
            assert twin.entity("pump-1").attributes == {"height": height}
        assert twin.redo() == "Edit P-01"
        assert twin.entity("pump-1").attributes == {"height": 1}
        while twin.undo():
            pass
        assert twin.entity_counts() == {}
        while twin.redo():
            pass
        assert twin.entity("pump-1").attributes == {"height": 4}
        assert verify_store(twin) == []


def test_a_new_command_after_undo_ends_what_could_be_redone(twin: Twin) -> None:
    twin.execute(AddEntities([pump(1)]))
    twin.undo()
    twin.execute(AddEntities([pump(2)]))
    assert twin.redo_label is None
    assert twin.undo_label == "Add P-02"


def test_removing_a_layer_takes_its_entities_and_undo_brings_them_back(twin: Twin) -> None:
    twin.execute(AddLayers([layer("pumps")], [pump(1, layer="pumps", feature=1)]))
    twin.execute(RemoveLayer("pumps"))
    assert twin.layers() == [] and twin.entity_counts() == {}
    twin.undo()
    assert [found.id for found in twin.layers()] == ["pumps"]
    assert twin.entity_at("pumps", 1) is not None


def test_removing_an_entity_ends_its_relations(twin: Twin) -> None:
    twin.execute(AddEntities([pump(1), pump(2)], [Relation("r", "feeds", "pump-1", "pump-2")]))
    twin.execute(RemoveEntities(["pump-1"]))
    assert twin.relations("pump-2") == []
    twin.undo()
    assert len(twin.relations("pump-2")) == 1


def test_layers_can_be_renamed_restyled_and_reordered(twin: Twin) -> None:
    twin.execute(AddLayers([layer("a"), layer("b"), layer("c")]))
    twin.execute(RenameLayer("a", "海港"))
    twin.execute(SetLayerStyle("a", {"opacity": 0.5}))
    twin.execute(ReorderLayers(["c", "a", "b"]))
    assert [found.id for found in twin.layers()] == ["c", "a", "b"]
    assert twin.layer("a").name == "海港"
    assert twin.layer("a").style["opacity"] == 0.5
    twin.undo()
    assert [found.id for found in twin.layers()] == ["a", "b", "c"]


def test_a_command_that_fails_half_way_leaves_nothing(twin: Twin) -> None:
    before = twin.revision
    with pytest.raises(StoreError, match="no entity"):
        twin.execute(
            AddLayers([layer("pumps")], [pump(1)], [Relation("r", "feeds", "pump-1", "ghost")])
        )
    assert twin.layers() == [] and twin.entity_counts() == {}
    assert twin.revision == before
    twin.execute(AddEntities([pump(1)]))
    assert twin.entity_counts() == {"pump": 1}


def test_an_earlier_instant_shows_the_twin_as_it_was(twin: Twin) -> None:
    twin.execute(AddEntities([pump(1, attributes={"state": "new"})]))
    time.sleep(0.002)
    before = Instant.now()
    time.sleep(0.002)
    twin.execute(EditEntities([replace(twin.entity("pump-1"), attributes={"state": "worn"})]))
    assert twin.entities(EntityQuery(at=before))[0].attributes == {"state": "new"}
    assert twin.entities()[0].attributes == {"state": "worn"}
    twin.execute(RemoveEntities(["pump-1"]))
    assert twin.entities() == []
    assert len(twin.entities(EntityQuery(at=before))) == 1


def test_what_was_known_on_a_day_can_be_asked(twin: Twin) -> None:
    twin.execute(AddEntities([pump(1)]))
    time.sleep(0.002)
    known = Instant.now()
    time.sleep(0.002)
    twin.execute(AddEntities([pump(2)]))
    assert len(twin.entities(EntityQuery(known_on=known))) == 1
    assert len(twin.entities()) == 2


def test_bbox_and_near_use_local_metres(twin: Twin) -> None:
    twin.execute(AddEntities([pump(n) for n in range(10)]))
    inside = twin.entities(EntityQuery(bbox=(15.0, 0.0, 45.0, 10.0)))
    assert [e.id for e in inside] == ["pump-2", "pump-3", "pump-4"]
    near = twin.entities(EntityQuery(near=(31.0, 5.0, 12.0)))
    assert [e.id for e in near] == ["pump-3", "pump-4", "pump-2"]


def test_a_second_process_cannot_write_but_can_read(twin: Twin) -> None:
    code = (
        "import sys; from pathlib import Path; from twin_model.twin import Twin\n"
        "from twin_model.errors import StoreError\n"
        "folder = Path(sys.argv[1])\n"
        "try:\n    Twin.open(folder)\nexcept StoreError as error:\n    print(error)\n"
        "with Twin.open(folder, read_only=True) as t:\n    print(len(t.layers()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(twin.path)], capture_output=True, text=True, check=True
    )
    assert "open for writing in process" in done.stdout
    assert done.stdout.strip().endswith("0")


def test_a_project_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    Twin.create(tmp_path / "a.shapan", FRAME).close()
    file = tmp_path / "a.shapan" / "project.json"
    file.write_text(file.read_text().replace('"version": 6', '"version": 99'))
    with pytest.raises(StoreError, match="newer Shapan"):
        Twin.open(tmp_path / "a.shapan")


@pytest.mark.parametrize("damage", ["", "garbage", "[]", '{"format": "shapan"}'])
def test_a_damaged_project_file_is_a_clear_error(tmp_path: Path, damage: str) -> None:
    Twin.create(tmp_path / "a.shapan", FRAME).close()
    (tmp_path / "a.shapan" / "project.json").write_text(damage)
    with pytest.raises(StoreError, match=r"project\.json"):
        Twin.open(tmp_path / "a.shapan")


def test_a_store_cut_short_is_a_clear_error(tmp_path: Path) -> None:
    folder = tmp_path / "a.shapan"
    with Twin.create(folder, FRAME) as twin:
        twin.execute(AddEntities([pump(n) for n in range(500)]))
    store = folder / "twin.gpkg"
    store.write_bytes(store.read_bytes()[:5000])
    with pytest.raises(StoreError, match=r"twin\.gpkg is damaged"):
        Twin.open(folder)


def test_folders_that_no_layer_refers_to_are_swept_on_opening(tmp_path: Path) -> None:
    folder = tmp_path / "a.shapan"
    with Twin.create(folder, FRAME) as twin:
        twin.execute(AddLayers([layer("kept")]))
        for name in ("kept", "half", ".staging-1"):
            (folder / "base" / name).mkdir()
    Twin.open(folder).close()
    assert [p.name for p in (folder / "base").iterdir()] == ["kept"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entity_version SET name = 'other'",
        "UPDATE journal SET who = 'other' WHERE revision = 2",
        "DELETE FROM journal WHERE revision = 1",
    ],
)
def test_tampering_with_rows_or_journal_is_found(tmp_path: Path, change: str) -> None:
    folder = tmp_path / "a.shapan"
    with Twin.create(folder, FRAME) as twin:
        twin.execute(AddEntities([pump(1)]))
        assert verify_store(twin) == []
    connection = sqlite3.connect(folder / "twin.gpkg")
    connection.execute(change)
    connection.commit()
    connection.close()
    with Twin.open(folder, read_only=True) as twin:
        assert verify_store(twin)


def test_changes_are_announced_with_what_they_touched(twin: Twin) -> None:
    heard = []
    twin.changed.connect(heard.append)
    twin.execute(AddLayers([layer("pumps")], [pump(1)]))
    twin.undo()
    assert [change.layers for change in heard] == [{"pumps"}, {"pumps"}]
    assert all(change.entities == {"pump-1"} for change in heard)


def test_view_state_is_kept_and_is_no_part_of_history(twin: Twin) -> None:
    before = twin.revision
    twin.set_view_state({"camera": {"eye": [1, 2, 3]}})
    assert twin.view_state() == {"camera": {"eye": [1, 2, 3]}}
    assert twin.revision == before


def test_the_store_is_a_geopackage_that_gdal_reads(twin: Twin) -> None:
    pyogrio = pytest.importorskip("pyogrio")
    twin.execute(AddEntities([pump(n) for n in range(3)]))
    info = pyogrio.read_info(twin.path / "twin.gpkg", layer="entities")
    assert info["features"] == 3
    assert info["crs"] == "EPSG:4549"
    assert info["geometry_type"] == "Point Z"


def test_reading_works_from_other_threads_while_writing(twin: Twin) -> None:
    import threading

    twin.execute(AddEntities([pump(n) for n in range(50)]))
    failures: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        try:
            while not stop.is_set():
                assert len(twin.entities()) >= 50
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    for number in range(50, 80):
        twin.execute(AddEntities([pump(number)]))
    stop.set()
    thread.join()
    assert not failures
    assert len(twin.entities()) == 80


def test_a_long_command_tells_how_far_it_is_and_stops_without_a_trace(tmp_path: Path) -> None:
    with Twin.create(tmp_path / "a.shapan", FRAME) as twin:
        made = [Entity(f"e{n}", "pump", f"P {n}") for n in range(5_000)]
        twin.execute(AddEntities(made))
        revision, told = twin.revision, []
        edit = EditEntities([replace(one, name="other") for one in made])

        def stop(done: int, total: int) -> None:
            told.append((done, total))
            if done >= 4_000:
                raise Cancelled

        with pytest.raises(Cancelled):
            twin.execute(Watched(edit, stop))
        assert told == [(0, 5_000), (2_000, 5_000), (4_000, 5_000)]
        assert twin.revision == revision and twin.entity("e0").name == "P 0"
        assert verify_store(twin) == []
        twin.execute(Watched(edit, lambda done, total: told.append((done, total))))
        assert told[-1] == (5_000, 5_000) and twin.undo_label == edit.label
        assert twin.entity("e4999").name == "other" and verify_store(twin) == []
        with pytest.raises(StoreError, match="given twice"):
            twin.execute(EditEntities([made[0], *made[1:4_000], made[0]]))
