"""Named sets, names in several languages, and counts by type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from twin_model.commands import AddEntities, EditEntities
from twin_model.entity import Entity
from twin_model.errors import StoreError, ValidationError
from twin_model.frame import Frame
from twin_model.query import EntityQuery
from twin_model.sets import NamedSet, RemoveSet, SaveSet, named_sets
from twin_model.store.verify import verify_store
from twin_model.twin import Twin

TALL = NamedSet("s1", "高楼", where="height > 50")


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    with Twin.create(tmp_path / "a.shapan", Frame("EPSG:4549", (0.0, 0.0, 0.0))) as made:
        made.execute(
            AddEntities(
                [
                    Entity(
                        "a", "building", "市政厅", attributes={"height": 60, "name_en": "City Hall"}
                    ),
                    Entity("b", "building", "仓库", attributes={"height": 20}),
                    Entity("c", "pump", "P-07", attributes={"name:en": "Harbour pump"}),
                ]
            )
        )
        yield made


def test_sets_are_kept_renamed_removed_and_undone(twin: Twin) -> None:
    twin.execute(SaveSet(TALL))
    twin.execute(SaveSet(NamedSet("s2", "Pumps", text="P-0")))
    assert [one.name for one in named_sets(twin)] == ["Pumps", "高楼"]
    assert twin.count(TALL.query()) == 1
    twin.execute(SaveSet(replace(TALL, name="Towers")))
    assert twin.undo_label == "Save set Towers"
    twin.execute(RemoveSet("s2", "Pumps"))
    folder = twin.path
    twin.close()
    with Twin.open(folder) as again:
        assert named_sets(again) == [replace(TALL, name="Towers")]
        assert again.undo() == "Remove set Pumps"
        assert again.undo() == "Save set Towers"
        assert [one.name for one in named_sets(again)] == ["Pumps", "高楼"]
        assert verify_store(again) == []


@pytest.mark.parametrize(
    "bad", [NamedSet("x", " ", text="a"), NamedSet("x", "empty"), NamedSet("x", "b", where="a >")]
)
def test_sets_without_a_name_or_with_a_filter_that_cannot_be_are_refused(
    twin: Twin, bad: NamedSet
) -> None:
    with pytest.raises(ValidationError):
        twin.execute(SaveSet(bad))
    with pytest.raises(StoreError, match="no set 'x'"):
        twin.execute(RemoveSet("x"))
    assert named_sets(twin) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [("city", ["a"]), ("Hall", ["a"]), ("市政", ["a"]), ("harbour p", ["c"]), ("nothing", [])],
)
def test_things_are_found_by_their_name_in_another_language(
    twin: Twin, text: str, found: list[str]
) -> None:
    assert [e.id for e in twin.entities(EntityQuery(text=text))] == found
    twin.rebuild_indexes()
    assert [e.id for e in twin.entities(EntityQuery(text=text))] == found


def test_a_new_name_in_another_language_is_found_and_the_old_one_is_not(twin: Twin) -> None:
    hall = twin.entity("a")
    renamed = replace(hall, attributes={**hall.attributes, "name_en": "Council House"})
    twin.execute(EditEntities([renamed]))
    assert [e.id for e in twin.entities(EntityQuery(text="council"))] == ["a"]
    assert twin.entities(EntityQuery(text="city hall")) == []
    gone = replace(hall, attributes={"height": 60})
    twin.execute(EditEntities([gone]))
    assert twin.entities(EntityQuery(text="council")) == []


def test_matches_are_counted_by_type(twin: Twin) -> None:
    assert twin.entity_counts(EntityQuery(where="height > 10")) == {"building": 2}
    assert twin.entity_counts(EntityQuery(text="P-0")) == {"pump": 1}
    assert twin.entity_counts() == {"building": 2, "pump": 1}


def test_a_type_can_be_meant_without_its_subtypes(twin: Twin) -> None:
    class Tree:
        def __contains__(self, type_id: object) -> bool:
            return type_id in ("building", "kiosk")

        def descendants(self, type_id: str) -> list[str]:
            return ["building", "kiosk"] if type_id == "building" else [type_id]

    twin.execute(AddEntities([Entity("k", "kiosk")]))
    twin.catalogue = Tree()
    assert twin.count(EntityQuery(type="building")) == 3
    assert twin.count(EntityQuery(type="building", exactly=True)) == 2
