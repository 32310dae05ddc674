"""Relations: kinds, validity, circles, dangling ends; impact and paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from twin_model.commands import (
    AddEntities,
    AddRelations,
    EditRelations,
    RemoveEntities,
    RemoveRelations,
)
from twin_model.entity import Entity, Relation
from twin_model.errors import StoreError, ValidationError
from twin_model.frame import Frame
from twin_model.impact import impact, path
from twin_model.relations import Direction, connection
from twin_model.store.verify import verify_store
from twin_model.time import FOREVER, Instant, Interval
from twin_model.twin import Twin


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    with Twin.create(tmp_path / "net.shapan", Frame("EPSG:4549", (0.0, 0.0, 0.0))) as made:
        made.execute(AddEntities([Entity(name, "thing", name) for name in "abcdefgh"]))
        yield made


def edge(kind: str, source: str, target: str, **values: object) -> Relation:
    return replace(Relation(f"{kind}-{source}{target}", kind, source, target), **values)


def test_relations_are_added_edited_and_removed_and_each_can_be_undone(twin: Twin) -> None:
    twin.execute(AddRelations([edge("feeds", "a", "b")]))
    twin.execute(EditRelations([replace(twin.relation("feeds-ab"), attributes={"share": 0.5})]))
    assert twin.relation("feeds-ab").attributes == {"share": 0.5}
    twin.execute(RemoveRelations(["feeds-ab"]))
    assert twin.relations("a") == []
    twin.undo()
    assert twin.relation("feeds-ab").attributes == {"share": 0.5}
    twin.undo()
    assert twin.relation("feeds-ab").attributes == {}
    twin.undo()
    assert twin.relations("b") == []
    assert verify_store(twin) == []


def test_what_was_related_before_an_edit_and_a_removal_stays_known(twin: Twin) -> None:
    times = [twin.now()]
    twin.clock = lambda: Instant(times[-1].us + 1_000_000)
    always = Interval(Instant(0))
    for command in (
        AddRelations([edge("feeds", "a", "b", valid=always)]),
        EditRelations([edge("feeds", "a", "b", valid=always, attributes={"share": 1})]),
        RemoveRelations(["feeds-ab"]),
    ):
        twin.execute(command)
        times.append(Instant(times[-1].us + 1_000_000))
    added, edited, removed = times[1:]
    between = [Instant(added.us + 5), Instant(edited.us + 5), Instant(removed.us + 5)]
    found = [[r.attributes for r in twin.at(instant).relations("a")] for instant in between]
    assert found == [[{}], [{"share": 1}], []]
    assert twin.as_known_on(times[0]).relations("a") == []


def test_a_relation_can_hold_for_a_while_only(twin: Twin) -> None:
    summer = Interval(Instant.parse("2025-06-01"), Instant.parse("2025-09-01"))
    twin.execute(AddRelations([edge("feeds", "a", "b", valid=summer)]))
    assert twin.relations("a") == []
    assert len(twin.at(Instant.parse("2025-07-01")).relations("a")) == 1
    assert twin.at(Instant.parse("2025-09-01")).relations("a") == []


def test_correcting_when_a_relation_held_replaces_what_was_said(twin: Twin) -> None:
    twin.execute(AddRelations([edge("feeds", "a", "b")]))
    since = Interval(Instant.parse("2020"), FOREVER)
    twin.execute(EditRelations([edge("feeds", "a", "b", valid=since)]))
    assert twin.relation("feeds-ab").valid == since
    assert twin.at(Instant.parse("2019")).relations("a") == []


def test_belongs_to_is_kept_as_contains_the_other_way_round(twin: Twin) -> None:
    twin.execute(AddRelations([edge("belongs_to", "a", "b"), edge("child_of", "c", "d")]))
    assert {(r.kind, r.source, r.target) for e in "bd" for r in twin.relations(e)} == {
        ("contains", "b", "a"),
        ("parent_of", "d", "c"),
    }


def test_connections_have_ports_and_a_direction(twin: Twin) -> None:
    made = connection("k", ("a", "b"), ports=("out", "in 2"), direction=Direction.BACKWARD)
    twin.execute(AddRelations([made]))
    assert twin.relation("k").attributes == {
        "source_port": "out", "target_port": "in 2", "direction": "backward",
    }  # fmt: skip
    with pytest.raises(ValidationError, match="forward, backward, both"):
        twin.execute(AddRelations([edge("connects", "a", "c", attributes={"direction": "up"})]))


@pytest.mark.parametrize(
    "added",
    [
        [edge("contains", "c", "a")],
        [edge("belongs_to", "a", "c")],
        [edge("aggregates", "b", "a")],
        [edge("contains", "e", "f"), edge("union", "f", "g"), edge("contains", "g", "e")],
    ],
)
def test_what_would_contain_itself_is_refused_as_a_whole(twin: Twin, added: list[Relation]) -> None:
    twin.execute(AddRelations([edge("contains", "a", "b"), edge("contains", "b", "c")]))
    before = twin.revision
    with pytest.raises(ValidationError, match="contains itself"):
        twin.execute(AddRelations(added))
    assert twin.revision == before
    assert all(twin.relations(name) == [] for name in "efg")


def test_a_whole_may_have_parts_in_common_and_again_after_an_end(twin: Twin) -> None:
    twin.execute(AddRelations([edge("contains", "a", "b"), edge("contains", "a", "c")]))
    twin.execute(AddRelations([edge("contains", "b", "d"), edge("contains", "c", "d")]))
    twin.execute(RemoveRelations(["contains-ab", "contains-ac"]))
    twin.execute(AddRelations([edge("contains", "d", "a")]))
    assert len(twin.relations("d")) == 3


def test_turning_a_containment_round_by_an_edit_is_refused_too(twin: Twin) -> None:
    twin.execute(AddRelations([edge("contains", "a", "b"), edge("contains", "b", "c")]))
    turned = replace(twin.relation("contains-bc"), source="b", target="a")
    with pytest.raises(ValidationError, match="contains itself"):
        twin.execute(EditRelations([turned]))
    assert twin.relation("contains-bc").target == "c"


def test_dangling_and_reflexive_relations_are_refused(twin: Twin) -> None:
    with pytest.raises(StoreError, match="no entity with id ghost"):
        twin.execute(AddRelations([edge("feeds", "a", "ghost")]))
    with pytest.raises(ValidationError, match="related to itself"):
        twin.execute(AddRelations([edge("feeds", "a", "a")]))
    twin.execute(RemoveEntities(["b"]))
    with pytest.raises(StoreError, match="entity b does not exist now"):
        twin.execute(AddRelations([edge("feeds", "a", "b")]))
    with pytest.raises(StoreError, match="no relation with id x"):
        twin.execute(RemoveRelations(["x"]))


def test_a_relation_id_is_taken_only_once(twin: Twin) -> None:
    twin.execute(AddRelations([edge("feeds", "a", "b")]))
    with pytest.raises(StoreError, match="same id"):
        twin.execute(AddRelations([replace(edge("feeds", "a", "b"), target="c")]))


def test_impact_follows_flow_and_containment(twin: Twin) -> None:
    twin.execute(
        AddRelations(
            [
                edge("feeds", "a", "b"),
                edge("feeds", "b", "c"),
                edge("contains", "c", "d"),
                connection("k", ("e", "d"), direction=Direction.BACKWARD),
                edge("feeds", "f", "c"),
                edge("adjacent", "c", "g"),
            ]
        )
    )
    found = impact(twin, "b")
    assert found.upstream == {"a": 1}
    assert found.downstream == {"c": 1}
    assert found.inside == {}
    assert found.affected == {"c": 1, "d": 2, "e": 3}
    assert found.lost == frozenset()  # f still feeds c
    twin.execute(RemoveRelations(["feeds-fc"]))
    assert impact(twin, "b").lost == {"c", "d", "e"}
    assert impact(twin.at(Instant(twin.now().us - 1)), "b").affected.keys() == {"c", "d", "e"}


def test_a_ring_fed_only_by_what_fails_is_lost(twin: Twin) -> None:
    ring = [edge("feeds", "b", "c"), edge("feeds", "c", "d"), edge("feeds", "d", "b")]
    twin.execute(AddRelations([edge("feeds", "a", "b"), *ring]))
    assert impact(twin, "a").lost == {"b", "c", "d"}
    twin.execute(AddRelations([edge("feeds", "h", "d")]))
    assert impact(twin, "a").lost == frozenset()


def test_a_shortest_path_is_found_with_its_relations(twin: Twin) -> None:
    twin.execute(
        AddRelations([edge("feeds", "a", "b"), edge("feeds", "c", "b"), edge("contains", "c", "d")])
    )
    found = path(twin, "a", "d")
    assert found is not None
    assert found.entities == ("a", "b", "c", "d")
    assert [r.id for r in found.relations] == ["feeds-ab", "feeds-cb", "contains-cd"]
    assert path(twin, "a", "d", directed=True) is None
    assert path(twin, "a", "d", kinds=["feeds"]) is None
    assert path(twin, "a", "d", max_hops=2) is None
    assert path(twin, "a", "h") is None
    alone = path(twin, "a", "a")
    assert alone is not None and alone.entities == ("a",) and alone.relations == ()
    with pytest.raises(StoreError, match="no entity"):
        path(twin, "a", "ghost")
