"""What every store of a twin must do, in sentences: implementations inherit `StoreContract`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from twin_model.commands import (
    AddEntities,
    AddLayers,
    AddRelations,
    EditEntities,
    RemoveEntities,
    RemoveLayer,
    RenameLayer,
)
from twin_model.entity import Entity, Relation
from twin_model.errors import ShapanError, StoreError, ValidationError
from twin_model.frame import Frame
from twin_model.layer import Layer, LayerRole
from twin_model.query import EntityQuery
from twin_model.store.contract import Store
from twin_model.time import Instant

FRAME = Frame("EPSG:4549", (500_000.0, 3_350_000.0, 0.0))


def pump(name: str, x: float = 0.0, **attributes: object) -> Entity:
    return Entity(name, "pump", name.upper(), (x, 0.0, 0.0), attributes=dict(attributes))


def layer(name: str) -> Layer:
    return Layer(name, name, "vector", LayerRole.MESH, "GeoPackage", "x", "t.json")


class StoreContract(ABC):
    """The suite. A subclass says how a store is made, opened again, and verified."""

    @abstractmethod
    def make(self, where: Path) -> Store:
        """Make an empty store in `FRAME`, titled *Harbour*."""

    @abstractmethod
    def open(self, where: Path, *, read_only: bool = False) -> Store:
        """Open what `make` made."""

    @abstractmethod
    def problems(self, store: Store) -> list[str]:
        """Return what verifying the store finds wrong."""

    @pytest.fixture
    def where(self, tmp_path: Path) -> Path:
        return tmp_path / "store"

    @pytest.fixture
    def store(self, where: Path) -> Iterator[Store]:
        with self.make(where) as made:
            yield made
            assert self.problems(made) == []

    @pytest.fixture
    def clock(self, store: Store) -> Iterator[list[int]]:
        """Yield a clock that a test sets, in microseconds."""
        at = [store.now().us + 1_000]
        store.clock = lambda: Instant(at[0])  # type: ignore[attr-defined]
        yield at

    def test_an_empty_one_says_its_title_and_frame(self, store: Store) -> None:
        assert (store.title, store.frame, store.read_only) == ("Harbour", FRAME, False)
        assert store.entities() == [] and store.layers() == [] and store.count() == 0
        assert store.undo_label is None and store.redo_label is None

    def test_what_was_stored_is_there_after_opening_again(self, where: Path) -> None:
        relation = Relation("r", "feeds", "a", "b", {"rate": 2})
        with self.make(where) as store:
            store.execute(
                AddLayers([layer("one")], [pump("a", 5.0, maker="甲"), pump("b")], [relation])
            )
            revision, entries = store.revision, store.journal()
        with self.open(where, read_only=True) as store:
            assert store.read_only and store.frame == FRAME
            assert store.entity("a").attributes == {"maker": "甲"}
            assert store.entity("a").position == pytest.approx((5.0, 0.0, 0.0))
            assert store.relations("b") == [relation]
            assert [one.id for one in store.layers()] == ["one"]
            assert (store.revision, store.journal()) == (revision, entries)

    def test_each_command_is_one_entry_that_says_who_and_why(self, store: Store) -> None:
        before = store.revision
        store.execute(AddEntities([pump("a")]), who="Li", why="survey")
        assert store.revision == before + 1
        newest = store.journal()[-1]
        assert (newest.who, newest.why, newest.kind) == ("Li", "survey", "add-entities")

    def test_entries_are_chained(self, store: Store) -> None:
        for name in "abc":
            store.execute(AddEntities([pump(name)]))
        hashes = [entry.hash for entry in store.journal()]
        assert len(set(hashes)) == len(hashes) and self.problems(store) == []

    def test_a_command_that_fails_leaves_nothing(self, store: Store) -> None:
        store.execute(AddEntities([pump("a")]))
        before, revision = store.entities(), store.revision
        for wrong in (
            AddEntities([pump("b"), pump("a")]),
            AddEntities([pump("b")], [Relation("r", "feeds", "b", "ghost")]),
            EditEntities([replace(pump("a"), name="x"), pump("ghost")]),
            AddEntities([pump("b")], [Relation("r", "contains", "a", "a")]),
            AddEntities([pump("b", float("nan"))]),
            RemoveLayer("ghost"),
        ):
            with pytest.raises(ShapanError):
                store.execute(wrong)
            assert (store.entities(), store.revision) == (before, revision)

    def test_undo_and_redo_go_all_the_way_also_after_opening_again(self, where: Path) -> None:
        with self.make(where) as store:
            store.execute(AddEntities([pump("a")]))
            for n in range(4):
                store.execute(EditEntities([replace(store.entity("a"), attributes={"n": n})]))
        with self.open(where) as store:
            assert store.undo_label == "Edit A"
            seen = []
            while store.undo() is not None:
                seen.append(store.entity("a").attributes.get("n") if store.count() else None)
            assert seen == [2, 1, 0, None, None]
            while store.redo() is not None:
                pass
            assert store.entity("a").attributes == {"n": 3}
            assert self.problems(store) == []

    def test_after_undo_a_new_command_ends_what_could_be_redone(self, store: Store) -> None:
        store.execute(AddEntities([pump("a")]))
        store.undo()
        assert store.redo_label == "Add A"
        store.execute(AddEntities([pump("b")]))
        assert store.redo_label is None and store.redo() is None

    def test_the_world_as_it_was_and_as_it_was_known(self, store: Store, clock: list[int]) -> None:
        store.execute(AddEntities([pump("a", state="new"), pump("b")]))
        first = clock[0]
        clock[0] += 1_000_000
        store.execute(EditEntities([replace(store.entity("a"), attributes={"state": "worn"})]))
        store.execute(RemoveEntities(["b"]))
        then = Instant(first + 500_000)
        assert store.at(then).entity("a").attributes == {"state": "new"}
        assert store.at(then).count() == 2 and store.count() == 1
        assert store.as_known_on(then).entity("a").attributes == {"state": "new"}
        assert store.as_known_on(Instant(first - 500)).count() == 0
        with pytest.raises(StoreError):
            store.entity("b")

    def test_a_clock_put_back_hides_nothing(self, store: Store, clock: list[int]) -> None:
        store.execute(AddEntities([pump("a")]))
        clock[0] -= 3_600_000_000
        store.execute(AddEntities([pump("b")]))
        assert store.count() == 2
        times = [entry.recorded.us for entry in store.journal()]
        assert times == sorted(set(times))

    def test_queries_by_type_text_place_relation_and_condition(self, store: Store) -> None:
        things = [pump(f"p{n}", 10.0 * n, head=n) for n in range(10)]
        store.execute(AddEntities([*things, Entity("t", "tank", "Tank 7", (50.0, 0.0, 0.0))]))
        links = [Relation(f"r{n}", "feeds", f"p{n}", f"p{n + 1}") for n in range(9)]
        store.execute(AddRelations(links))

        def ids(**asked: object) -> list[str]:
            return sorted(e.id for e in store.entities(EntityQuery(**asked)))  # type: ignore[arg-type]

        assert ids(type="tank") == ids(text="tank 7") == ["t"]
        assert ids(bbox=(15.0, -1.0, 35.0, 1.0)) == ["p2", "p3"]
        assert ids(where="head >= 8") == ["p8", "p9"]
        assert ids(where="reached from p3 by out feeds 2") == ["p4", "p5"]
        assert store.count(EntityQuery(type="pump", limit=3)) == 10
        assert store.entity_counts() == {"pump": 10, "tank": 1}
        with pytest.raises(ValidationError, match="head"):
            ids(where="haed > 1")

    def test_layers_bring_and_take_their_entities(self, store: Store) -> None:
        made = replace(pump("a"), layer="one", feature=7)
        store.execute(AddLayers([layer("one"), layer("two")], [made]))
        found = store.entity_at("one", 7)
        assert found is not None and found.id == "a"
        store.execute(RenameLayer("two", "Second"))
        store.execute(RemoveLayer("one"))
        assert [one.name for one in store.layers()] == ["Second"] and store.count() == 0
        store.undo()
        assert store.entity_at("one", 7) is not None

    def test_nobody_writes_what_is_open_for_reading_or_elsewhere(self, where: Path) -> None:
        with self.make(where) as store:
            with pytest.raises(StoreError, match="open for writing"):
                self.open(where)
            with self.open(where, read_only=True) as reader:
                with pytest.raises(StoreError, match="read-only"):
                    reader.execute(AddEntities([pump("a")]))
                store.execute(AddEntities([pump("a")]))
                assert reader.count() == 1

    def test_what_is_closed_says_so(self, where: Path) -> None:
        store = self.make(where)
        store.close()
        store.close()
        with pytest.raises(StoreError, match="closed"):
            store.count()
        with pytest.raises(StoreError, match="closed"):
            store.execute(AddEntities([pump("a")]))

    def test_the_view_is_kept_and_no_part_of_history(self, store: Store) -> None:
        before = store.revision
        store.set_view_state({"camera": [1, 2, 3]})
        assert store.view_state() == {"camera": [1, 2, 3]} and store.revision == before
