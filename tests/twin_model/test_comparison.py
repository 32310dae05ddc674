"""What differs between two moments, by kind and dimension."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin_model.commands import (
    AddEntities,
    AddRelations,
    Command,
    EditEntities,
    EditRelations,
    RemoveEntities,
    RemoveRelations,
)
from twin_model.comparison import ChangeKind, compare, entity_differences
from twin_model.entity import Entity, Relation
from twin_model.errors import ShapanError
from twin_model.frame import Frame
from twin_model.time import Instant, Interval
from twin_model.twin import Twin

FRAME = Frame("EPSG:4549", (0.0, 0.0, 0.0))
DAY_US = 86_400_000_000
START = Instant.parse("2026-01-01")


def day(number: float) -> Instant:
    return Instant(START.us + round(number * DAY_US))


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    with Twin.create(tmp_path / "a.shapan", FRAME) as made:
        yield made


def on(twin: Twin, number: float, command: Command) -> None:
    """Carry out a command on a day."""
    twin.clock = lambda: day(number)
    twin.execute(command)


@pytest.fixture
def year(twin: Twin) -> Twin:
    """Three pumps; one edited on day 10, one removed on day 20, one added on day 30."""
    pumps = [
        Entity(f"p{n}", "pump", f"P{n}", (float(n), 0.0, 0.0), layer="site", feature=n,
               attributes={"head_m": 10})
        for n in range(3)
    ]  # fmt: skip
    twin.clock = lambda: day(0)
    twin._head = replace(twin._head, recorded_us=day(0).us - 1)
    on(twin, 1, AddEntities(pumps, [Relation("r", "feeds", "p0", "p1")]))
    moved = replace(pumps[0], name="Main pump", position=(5.0, 0.0, 0.0), attributes={"head_m": 12})
    on(twin, 10, EditEntities([moved]))
    on(twin, 20, RemoveEntities(["p1"]))
    fresh = Entity("p9", "pump", "P9", layer="site", feature=9, valid=Interval(day(30)))
    on(twin, 30, AddEntities([fresh]))
    on(twin, 40, AddRelations([Relation("s", "feeds", "p2", "p9", valid=Interval(day(40)))]))
    return twin


def kinds(twin: Twin, first: float, second: float) -> dict[str, str]:
    found = compare(twin.at(day(first)), twin.at(day(second)))
    assert found.total == len(found.changes)
    return {change.id: str(change.kind) for change in found.changes}


def test_added_removed_and_changed_entities_are_told_apart(year: Twin) -> None:
    assert kinds(year, 5, 15) == {"p0": "changed"}
    assert kinds(year, 5, 25) == {"p0": "changed", "p1": "removed"}
    assert kinds(year, 15, 35) == {"p0": "changed", "p1": "removed", "p9": "added"}
    assert kinds(year, 35, 15) == {"p0": "changed", "p1": "added", "p9": "removed"}
    assert kinds(year, 32, 38) == {}
    assert kinds(year, 7, 7) == {}


def test_values_that_differ_are_given_by_dimension_with_old_and_new(year: Twin) -> None:
    values, related = entity_differences(year.at(day(5)), year.at(day(25)), "p0")
    assert {(d.dimension, d.name, d.before, d.after) for d in values} == {
        ("name", "name", "P0", "Main pump"),
        ("position", "position", (0.0, 0.0, 0.0), (5.0, 0.0, 0.0)),
        ("attributes", "head_m", 10, 12),
    }
    assert [(one.kind, one.before.id if one.before else "") for one in related] == [
        (ChangeKind.REMOVED, "r")
    ]


def test_entities_whose_relations_differ_are_changed(year: Twin) -> None:
    assert kinds(year, 35, 45) == {"p2": "changed", "p9": "changed"}
    found = compare(year.at(day(35)), year.at(day(45)))
    assert found.relations == {
        ChangeKind.ADDED: 1, ChangeKind.REMOVED: 0, ChangeKind.CHANGED: 0,
    }  # fmt: skip
    assert [change.position for change in found.changes if change.id == "p2"] == [(2.0, 0.0, 0.0)]


def test_what_was_undone_does_not_differ(year: Twin) -> None:
    year.clock = lambda: day(50)
    on(year, 50, EditEntities([replace(year.entity("p2"), name="x")]))
    year.clock = lambda: day(51)
    year.undo()
    assert kinds(year, 45, 60) == {}


def test_what_was_known_can_be_compared_with_what_is_known(year: Twin) -> None:
    found = compare(year.as_known_on(day(15)), year)
    assert {change.id: str(change.kind) for change in found.changes} == {
        "p0": "changed", "p1": "removed", "p2": "changed", "p9": "added",
    }  # fmt: skip


NAMES = st.sampled_from("abc")
TIMES = st.sampled_from([Interval(), Interval(day(2)), Interval(day(1), day(4))])
ENTITIES = st.builds(
    lambda name, x, valid: Entity(name, "pump", name, (float(x), 0.0, 0.0), valid=valid),
    NAMES, st.integers(0, 2), TIMES,
)  # fmt: skip
RELATIONS = st.builds(
    lambda a, b, n, valid: Relation(f"{a}{b}", "feeds", a, b, {"n": n}, valid=valid),
    NAMES, NAMES, st.integers(0, 1), TIMES,
)  # fmt: skip
COMMANDS = st.one_of(
    st.builds(AddEntities, st.lists(ENTITIES, min_size=1, max_size=2)),
    st.builds(EditEntities, st.lists(ENTITIES, min_size=1, max_size=1)),
    st.builds(RemoveEntities, st.lists(NAMES, min_size=1, max_size=1)),
    st.builds(AddRelations, st.lists(RELATIONS, min_size=1, max_size=1)),
    st.builds(EditRelations, st.lists(RELATIONS, min_size=1, max_size=1)),
    st.builds(lambda r: RemoveRelations([r.id]), RELATIONS),
    st.sampled_from(["undo", "redo"]),
)


@pytest.fixture(scope="module")
def empty_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compare") / "empty.shapan"
    Twin.create(folder, FRAME).close()
    return folder


def state(view: object) -> tuple[dict[str, Entity], dict[str, tuple[object, ...]]]:
    entities = {e.id: replace(e, valid=Interval()) for e in view.entities()}  # type: ignore[attr-defined]
    relations = {
        r.id: (r.kind, r.source, r.target, r.attributes["n"])
        for name in entities
        for r in view.relations(name)  # type: ignore[attr-defined]
    }
    return entities, relations


@settings(max_examples=120, deadline=None)
@given(
    commands=st.lists(COMMANDS, min_size=1, max_size=8),
    first=st.floats(0, 9), second=st.floats(0, 9),
    known=st.tuples(st.none() | st.floats(0, 9), st.none() | st.floats(0, 9)),
)  # fmt: skip
def test_a_comparison_says_what_reading_both_moments_whole_says(
    empty_project: Path,
    commands: list[Command | str],
    first: float,
    second: float,
    known: tuple[float | None, float | None],
) -> None:
    folder = empty_project.with_name("work.shapan")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(empty_project, folder)
    with Twin.open(folder) as twin:
        twin._head = replace(twin._head, recorded_us=day(0).us - 1)
        for number, command in enumerate(commands):
            twin.clock = lambda number=number: day(number + 0.5)
            try:
                if isinstance(command, str):
                    twin.undo() if command == "undo" else twin.redo()
                else:
                    twin.execute(command)
            except ShapanError:
                continue
        twin.clock = lambda: day(9)
        views = [
            twin.at(day(at)) if when is None else twin.at(day(at)).as_known_on(day(when))
            for at, when in zip((first, second), known, strict=True)
        ]
        (old, links), (new, fresh) = state(views[0]), state(views[1])
        changed = {
            end
            for name in links.keys() | fresh.keys()
            if links.get(name) != fresh.get(name)
            for one in (links.get(name), fresh.get(name))
            if one is not None
            for end in one[1:3]
        }
        wanted = dict.fromkeys(new.keys() - old.keys(), ChangeKind.ADDED)
        wanted |= dict.fromkeys(old.keys() - new.keys(), ChangeKind.REMOVED)
        wanted |= {
            name: ChangeKind.CHANGED
            for name in old.keys() & new.keys()
            if old[name] != new[name] or name in changed
        }
        found = compare(*views)
        assert {change.id: change.kind for change in found.changes} == wanted


def test_what_only_computed_relations_changed_did_not_change(year: Twin) -> None:
    since = Interval(day(50))
    near = Relation("n", "nearest", "p0", "p2", computed=True, valid=since)
    on(year, 50, AddRelations([near]))
    assert kinds(year, 45, 55) == {}
    on(year, 60, AddRelations([Relation("f", "feeds", "p0", "p2", valid=Interval(day(60)))]))
    assert kinds(year, 55, 65) == {"p0": "changed", "p2": "changed"}
