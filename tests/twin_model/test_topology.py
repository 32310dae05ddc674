"""Relations that follow from geometry, and geometry that cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import shapely

from twin_model.commands import AddEntities, EditEntities, RemoveEntities
from twin_model.entity import Entity
from twin_model.errors import ValidationError
from twin_model.frame import Frame
from twin_model.store.verify import verify_store
from twin_model.topology import KeepTopology, RecomputeTopology, TopologyRule
from twin_model.twin import Twin

NO_NEAREST = TopologyRule(
    frozenset({"within", "touches", "overlaps", "above", "adjacent"}), tolerance_m=2.0
)


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    with Twin.create(tmp_path / "t.shapan", Frame("EPSG:4549", (500_000.0, 3e6, 0.0))) as made:
        yield made


def block(name: str, west: float, east: float, **values: object) -> Entity:
    made = Entity(name, "building", name, geometry=shapely.to_wkb(shapely.box(west, 0, east, 10)))
    return replace(made, **values)


def facts(twin: Twin) -> set[tuple[str, str, str]]:
    ids = [entity.id for entity in twin.entities()]
    return {(r.kind, r.source, r.target) for i in ids for r in twin.relations(i) if r.computed}


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (block("b", 10, 20), {("touches", "a", "b")}),
        (block("b", 5, 20), {("overlaps", "a", "b")}),
        (block("b", 2, 8), {("within", "b", "a")}),  # shares edges, and is still inside
        (block("b", 11.5, 20), {("adjacent", "a", "b")}),
        (block("b", 12.5, 20), set()),
        (Entity("b", "pump", position=(5.0, 5.0, 0.0)), {("within", "b", "a")}),
        (
            replace(block("b", 2, 8), geometry=shapely.to_wkb(shapely.box(2, 2, 8, 8))),
            {("within", "b", "a")},
        ),
        (
            replace(block("A", 2, 8), geometry=shapely.to_wkb(shapely.box(2, 2, 8, 8))),
            {("within", "A", "a")},
        ),
    ],
)
def test_what_two_footprints_are_to_each_other(
    twin: Twin, other: Entity, expected: set[tuple[str, str, str]]
) -> None:
    twin.execute(AddEntities([block("a", 0, 10), other]))
    twin.execute(RecomputeTopology(rule=NO_NEAREST))
    assert facts(twin) == expected


def test_heights_that_do_not_meet_make_one_above_the_other(twin: Twin) -> None:
    tower = block("tower", 0, 10, position=(5.0, 5.0, 0.0), attributes={"height": 30})
    bridge = block("bridge", 5, 15, position=(9.0, 5.0, 30.0), attributes={"height": 4})
    cellar = block("cellar", 0, 10, position=(5.0, 5.0, -5.0), attributes={"height": 5})
    twin.execute(AddEntities([tower, bridge, cellar]))
    twin.execute(RecomputeTopology(rule=NO_NEAREST))
    assert facts(twin) == {
        ("above", "bridge", "tower"), ("above", "bridge", "cellar"), ("above", "tower", "cellar"),
    }  # fmt: skip


def test_relations_follow_an_edit_in_the_same_entry_and_its_undo(twin: Twin) -> None:
    twin.execute(KeepTopology(AddEntities([block("a", 0, 10), block("b", 10, 20)]), NO_NEAREST))
    revision = twin.revision
    assert facts(twin) == {("touches", "a", "b")}
    moved = replace(block("b", 5, 20), name="moved")
    twin.execute(KeepTopology(EditEntities([moved]), NO_NEAREST))
    assert twin.revision == revision + 1
    assert facts(twin) == {("overlaps", "a", "b")}
    twin.undo()
    assert facts(twin) == {("touches", "a", "b")}
    twin.redo()
    assert facts(twin) == {("overlaps", "a", "b")}
    assert verify_store(twin) == []


def test_the_nearest_of_neighbours_changes_when_one_comes_moves_or_goes(twin: Twin) -> None:
    rule = TopologyRule(frozenset({"nearest"}), reach_m=100.0)

    def point(name: str, x: float) -> Entity:
        return Entity(name, "lamp", name, (x, 0.0, 0.0))

    twin.execute(KeepTopology(AddEntities([point("a", 0), point("b", 30)]), rule))
    assert facts(twin) == {("nearest", "a", "b"), ("nearest", "b", "a")}
    twin.execute(KeepTopology(AddEntities([point("c", 10)]), rule))
    assert facts(twin) == {("nearest", "a", "c"), ("nearest", "b", "c"), ("nearest", "c", "a")}
    twin.execute(KeepTopology(EditEntities([point("c", 25)]), rule))
    assert facts(twin) == {("nearest", "a", "c"), ("nearest", "b", "c"), ("nearest", "c", "b")}
    assert {r.attributes["distance_m"] for r in twin.relations("a")} == {25.0}
    twin.execute(KeepTopology(RemoveEntities(["c"]), rule))
    assert facts(twin) == {("nearest", "a", "b"), ("nearest", "b", "a")}


def test_recomputing_what_has_not_changed_changes_nothing(twin: Twin) -> None:
    twin.execute(AddEntities([block(f"b{n}", n * 10, n * 10 + 10) for n in range(20)]))
    twin.execute(RecomputeTopology())
    before = {r.id: r for n in range(20) for r in twin.relations(f"b{n}")}
    twin.execute(RecomputeTopology())
    assert {r.id: r for n in range(20) for r in twin.relations(f"b{n}")} == before
    assert sum(r.kind == "touches" for r in before.values()) == 19


BOW = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])


@pytest.mark.parametrize(
    ("geometry", "message"),
    [
        (shapely.to_wkb(BOW), "crosses itself"),
        (b"\x01\x02\x03", "cannot be read"),
        (shapely.to_wkb(shapely.Polygon()), "is empty"),
        (shapely.to_wkb(shapely.Point(float("inf"), 0)), "place that is none"),
    ],
)
def test_geometry_that_cannot_be_is_refused_and_nothing_of_it_kept(
    twin: Twin, geometry: bytes, message: str
) -> None:
    good = block("a", 0, 10)
    twin.execute(AddEntities([good]))
    for command in (
        AddEntities([block("b", 10, 20), replace(good, id="c", geometry=geometry)]),
        EditEntities([replace(good, geometry=geometry)]),
    ):
        with pytest.raises(ValidationError, match=message):
            twin.execute(command)
    assert [e.geometry for e in twin.entities()] == [good.geometry]
    assert verify_store(twin) == []


def test_a_rule_with_an_unknown_kind_or_distance_is_refused() -> None:
    with pytest.raises(ValidationError, match="is one of"):
        TopologyRule(frozenset({"beside"}))
    with pytest.raises(ValidationError, match="distance"):
        TopologyRule(tolerance_m=float("nan"))
