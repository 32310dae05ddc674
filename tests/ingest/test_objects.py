"""Objects of a source become entities, its edges relations."""

from __future__ import annotations

import pytest

from ingest.readers.contract import ObjectChunk, RelationChunk
from ingest.readers.ifc_types import entity_type, is_product
from ingest.tiling.objects import build_entities
from twin_model.frame import Frame

OBJECTS = ObjectChunk(
    feature=[-1, -1, 0, 1],
    guid=["site", "storey", "wall", "pump"],
    type=["IfcSite", "IfcBuildingStorey", "IfcWallStandardCase", "IfcPump"],
    name=["Plot", "Ground floor", "W1", "P1"],
    attributes=[{}, {}, {"Pset_WallCommon.IsExternal": True}, {}],
)
RELATIONS = RelationChunk(
    kind=["aggregates", "contains", "contains", "contains"],
    source=["site", "storey", "storey", "storey"],
    target=["storey", "wall", "pump", "nowhere"],
)
POSITIONS = {0: (0.0, 0.0, 1.0), 1: (4.0, 2.0, 3.0)}


def test_every_object_becomes_an_entity_of_its_type() -> None:
    entities, _ = build_entities([OBJECTS], [RELATIONS], "house", POSITIONS)
    assert [e.type for e in entities] == ["site", "storey", "wall", "pump"]
    wall = entities[2]
    assert wall.feature == 0 and wall.layer == "house" and wall.guid == "wall"
    assert wall.attributes == {"Class": "IfcWallStandardCase", "Pset_WallCommon.IsExternal": True}
    assert entities[0].feature is None


def test_containers_stand_in_the_middle_of_what_they_contain() -> None:
    entities, _ = build_entities([OBJECTS], [RELATIONS], "house", POSITIONS)
    assert entities[1].position == entities[0].position == (2.0, 1.0, 2.0)


def test_edges_to_what_is_not_there_are_dropped() -> None:
    entities, relations = build_entities([OBJECTS], [RELATIONS], "house", POSITIONS)
    ids = {e.id for e in entities}
    assert len(relations) == 3
    assert all(r.source in ids and r.target in ids for r in relations)


def test_reading_again_gives_the_same_ids_and_another_layer_gives_others() -> None:
    first, edges = build_entities([OBJECTS], [RELATIONS], "house")
    again, same_edges = build_entities([OBJECTS], [RELATIONS], "house")
    other, _ = build_entities([OBJECTS], [RELATIONS], "shed")
    assert [e.id for e in first] == [e.id for e in again]
    assert [r.id for r in edges] == [r.id for r in same_edges]
    assert not {e.id for e in first} & {e.id for e in other}


def test_a_guid_met_twice_gives_two_entities() -> None:
    twice = ObjectChunk([0, 1], ["a", "a"], ["IfcWall", "IfcWall"], ["", ""], [{}, {}])
    entities, _ = build_entities([twice], [], "house")
    assert len({e.id for e in entities}) == 2 and {e.guid for e in entities} == {"a"}


def test_a_cycle_of_containers_ends_without_a_place() -> None:
    loop = ObjectChunk([-1, -1], ["a", "b"], ["IfcZone", "IfcZone"], ["", ""], [{}, {}])
    ring = RelationChunk(["contains", "contains"], ["a", "b"], ["b", "a"])
    said: list[str] = []
    entities, relations = build_entities([loop], [ring], "house", warnings=said)
    assert [e.position for e in entities] == [None, None]
    # The store has no place for what contains itself.
    assert [r.source for r in relations] == [entities[0].id] and len(said) == 1


def test_the_readers_own_positions_go_through_the_frame() -> None:
    frame = Frame("EPSG:4549", (500_000.0, 3_000_000.0, 0.0))
    place = (500_010.0, 3_000_020.0, 3.0)
    room = ObjectChunk(
        [-1, -1], ["r", "s"], ["IfcSpace"] * 2, ["Hall", "Bay"], [{}, {}], [place, place]
    )
    entities, _ = build_entities([room], [], "house", to_local=frame.transform_from("EPSG:4549"))
    assert entities[0].position == pytest.approx((10.0, 20.0, 3.0))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("IfcWallStandardCase", "wall"),
        ("IfcDoorStandardCase", "door"),
        ("IFCPUMP", "pump"),
        ("IfcBoiler", "boiler"),
        ("IfcMedicalDevice", "terminal"),
        ("IfcSomethingNew", "element"),
    ],
)
def test_a_class_takes_the_type_of_the_nearest_class_above_it(name: str, expected: str) -> None:
    assert entity_type(name) == expected


def test_products_are_told_from_relations_and_the_project() -> None:
    assert is_product("IFCWALL") and is_product("IfcBuildingStorey")
    assert not is_product("IfcProject") and not is_product("IFCRELAGGREGATES")
