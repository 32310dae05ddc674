"""Pieces of the graph around entities, and which relations two entities may have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assets.catalogue import entity_types_text
from twin_model.commands import AddEntities, AddRelations, RemoveEntities, RemoveRelations
from twin_model.entity import Entity, Relation
from twin_model.errors import ValidationError
from twin_model.frame import Frame
from twin_model.neighbourhood import neighbourhood
from twin_model.relations import Direction, connection
from twin_model.schema.catalogue import Catalogue
from twin_model.schema.relating import Obstacle, check, choices
from twin_model.time import Instant
from twin_model.twin import Twin


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load(entity_types_text())


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    """A house with three storeys of ten rooms, and a pump that feeds its pipe."""
    entities = [Entity("house", "building", "House")]
    relations = []
    for storey in range(3):
        name = f"s{storey}"
        entities.append(Entity(name, "storey", name.upper()))
        relations.append(Relation(f"in-{name}", "contains", "house", name))
        for room in range(10):
            entities.append(Entity(f"{name}r{room}", "room", f"Room {storey}{room:02}"))
            relations.append(Relation(f"in-{name}r{room}", "contains", name, f"{name}r{room}"))
    entities += [Entity("pump", "pump", "P1"), Entity("pipe", "pipe", "L1")]
    relations += [
        Relation("f", "feeds", "pump", "pipe"),
        Relation("n", "adjacent", "house", "pump", computed=True),
    ]
    with Twin.create(tmp_path / "a.shapan", Frame("EPSG:4549", (0.0, 0.0, 0.0))) as made:
        made.execute(AddEntities(entities, relations))
        yield made


def test_a_neighbourhood_grows_by_as_many_as_asked_and_counts_the_rest(twin: Twin) -> None:
    alone = neighbourhood(twin, ["house"])
    assert list(alone.entities) == ["house"]
    assert alone.relations == ()
    assert alone.more == {"house": 4}
    grown = neighbourhood(twin, ["house"], {"house": 2})
    # What it is made of comes before what lies next to it.
    assert list(grown.entities) == ["house", "s0", "s1"]
    assert grown.more == {"house": 2, "s0": 10, "s1": 10}
    again = neighbourhood(twin, list(grown.entities), {"s0": 100})
    assert len(again.entities) == 13
    assert "s0" not in again.more
    assert {(r.source, r.target) for r in again.relations} >= {("house", "s0"), ("s0", "s0r9")}


def test_kinds_and_computed_relations_can_be_passed_over(twin: Twin) -> None:
    found = neighbourhood(twin, ["house"], {"house": 50}, without=["contains"])
    assert list(found.entities) == ["house", "pump"]
    found = neighbourhood(twin, ["house"], {"house": 50}, asserted_only=True)
    assert "pump" not in found.entities
    assert "house" not in found.more


def test_the_graph_is_drawn_as_of_an_instant(twin: Twin) -> None:
    before = twin.now()
    twin.execute(RemoveRelations(["f"]))
    twin.execute(RemoveEntities(["s2"]))
    now = neighbourhood(twin, ["house", "pump", "pipe", "s2"])
    assert list(now.entities) == ["house", "pump", "pipe"]
    assert {r.id for r in now.relations} == {"n"}
    then = neighbourhood(twin.at(before), ["house", "pump", "pipe", "s2"])
    assert {r.id for r in then.relations} == {"n", "f", "in-s2"}
    assert neighbourhood(twin.at(Instant(before.us)), ["nobody"]).entities == {}


def test_the_types_say_which_relations_are_possible(twin: Twin, catalogue: Catalogue) -> None:
    pump, pipe, house = (twin.entity(name) for name in ("pump", "pipe", "house"))
    found = {choice.kind: choice for choice in choices(twin, pump, pipe, catalogue)}
    assert found["connects"].refusal is None
    assert [part.id for part in found["connects"].properties] == [
        "source_port", "target_port", "direction",
    ]  # fmt: skip
    assert found["feeds"].refusal is not None
    assert found["feeds"].refusal.obstacle is Obstacle.ALREADY
    found = {choice.kind: choice for choice in choices(twin, pump, house, catalogue)}
    refusal = found["has_port"].refusal
    assert refusal is not None and refusal.obstacle is Obstacle.TARGET
    assert refusal.types == ("port",)
    ordered = [choice.refusal is None for choice in choices(twin, pump, house, catalogue)]
    assert ordered == sorted(ordered, reverse=True)


def test_a_part_has_one_whole(twin: Twin, catalogue: Catalogue) -> None:
    twin.execute(AddRelations([Relation("a", "aggregates", "s0", "pump")]))
    found = {
        choice.kind: choice
        for choice in choices(twin, twin.entity("s1"), twin.entity("pump"), catalogue)
    }
    refusal = found["aggregates"].refusal
    assert refusal is not None
    assert (refusal.obstacle, refusal.most) == (Obstacle.TAKEN, 1)
    with pytest.raises(ValidationError, match="as many as it may have"):
        check(twin, Relation("b", "aggregates", "s1", "pump"), catalogue)


def test_a_connection_of_the_model_is_one_of_the_catalogue(
    twin: Twin, catalogue: Catalogue
) -> None:
    made = connection("c", ("pump", "pipe"), ports=("outlet", "inlet"), direction=Direction.FORWARD)
    check(twin, made, catalogue)
    with pytest.raises(ValidationError):
        check(twin, Relation("c", "connects", "pump", "pipe", {"direction": "up"}), catalogue)
