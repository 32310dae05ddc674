"""Undo gives back what was: for each command alone, and for any sequence of them."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.catalogue import entity_types_text
from plugins.host.access import _Labelled
from store_contents import current
from twin_model.codes.height import HeightProfile
from twin_model.commands import (
    AddEntities,
    AddLayers,
    AddRelations,
    Command,
    EditEntities,
    EditLayer,
    EditRelations,
    RemoveEntities,
    RemoveLayer,
    RemoveRelations,
    ReorderLayers,
    SetFrame,
)
from twin_model.creation import CreateEntities, Naming
from twin_model.division import SetDivision
from twin_model.entity import Codes, Entity, Relation
from twin_model.errors import ShapanError, StoreError
from twin_model.footprints import MergeEntities, SplitEntity
from twin_model.frame import Frame
from twin_model.layer import Layer, LayerRole
from twin_model.live.connection_changes import ChangeConnection
from twin_model.query import EntityQuery
from twin_model.restating import EditSince
from twin_model.rules.service import PutRulesInService
from twin_model.schema.catalogue import Catalogue
from twin_model.schema.project_types import ChangeTypes
from twin_model.schema.types import EntityType, PropertyType
from twin_model.sets import NamedSet, RemoveSet, SaveSet
from twin_model.space_heights import SetSpaceHeights, SpaceHeights
from twin_model.store.verify import verify_store
from twin_model.time import ALWAYS, FOREVER, Instant
from twin_model.topology import KeepTopology, RecomputeTopology
from twin_model.twin import Twin
from twin_model.validity import SetValidity
from twin_model.watched import Watched

ROOT = Path(__file__).resolve().parents[2]
FRAME = Frame("EPSG:4549", (500_000.0, 3_350_000.0, 0.0))
PUMP = {"pump": Naming("Pump", "EQ0103"), "building": Naming("Building", "BD0100")}
CLASSES = {"pump": "EQ0103"}
CATALOGUE = Catalogue.load(entity_types_text())


def square(x: float) -> bytes:
    return bytes(shapely.to_wkb(shapely.box(x, 0.0, x + 10.0, 10.0)))


def slipway(name: str) -> EntityType:
    one = PropertyType(id=name, kind="number", unit="m")
    return EntityType(id="slipway", parent="thing", properties=(one,))


def layer(name: str) -> Layer:
    return Layer(name, name, "vector", LayerRole.MESH, "GeoPackage", "x", "t.json")


# -- any sequence ----------------------------------------------------------------------

NAMES = st.sampled_from("abcd")
LAYERS = st.sampled_from(["one", "two"])
VALUES = st.dictionaries(st.sampled_from(["height", "用途", "area_m2"]), st.integers(0, 3))
ENTITIES = st.builds(
    lambda name, x, flat, values, where, number: Entity(
        name, "pump" if flat else "building", name, (float(x), 5.0, 0.0),
        geometry=None if flat else square(x), heading_deg=float(number), attributes=values,
        layer=where, indicators={"flow": {}} if flat else {}, rules=[{"n": number}],
        codes=Codes("", "", f"{number}"), height_reference=("", "ground", "EPSG:5773")[number],
    ),
    NAMES, st.sampled_from([0, 10, 15]), st.booleans(), VALUES, st.sampled_from([None, "one"]),
    st.integers(0, 2),
)  # fmt: skip
RELATIONS = st.builds(
    lambda kind, source, target, values: Relation(
        f"{kind}{source}{target}", kind, source, target, values
    ),
    st.sampled_from(["contains", "feeds", "belongs_to"]), NAMES, NAMES, VALUES,
)  # fmt: skip
TIMES = st.none() | st.sampled_from([ALWAYS, Instant.parse("2008"), Instant.parse("2080"), FOREVER])
EDITS = st.builds(lambda e: EditEntities([e]), ENTITIES)
#: One for each class of command that there is; see the test below.
STRATEGIES: dict[type, st.SearchStrategy[Any]] = {
    AddEntities: st.builds(lambda e: AddEntities([e]), ENTITIES),
    AddLayers: st.builds(
        lambda name, e: AddLayers([layer(name)], [replace(e, layer=name)], (), CLASSES),
        LAYERS, ENTITIES,
    ),
    AddRelations: st.builds(lambda r: AddRelations([r]), RELATIONS),
    ChangeConnection: st.builds(
        lambda name, before, after: ChangeConnection("org.example.mqtt", name, before, after),
        st.sampled_from(["s", "t"]), st.none() | st.just({"name": "S"}),
        st.just({"name": "S", "enabled": False}) | st.none(),
    ),
    ChangeTypes: st.one_of(
        st.builds(
            lambda name, es: ChangeTypes([slipway(name)], (), es),
            st.sampled_from(["length_m", "width_m"]), st.lists(ENTITIES, max_size=1),
        ),
        st.just(ChangeTypes([], ["slipway"])),
    ),
    CreateEntities: st.builds(lambda e: CreateEntities([replace(e, name="")], PUMP), ENTITIES),
    EditEntities: EDITS,
    EditSince: st.builds(
        lambda n, values, since: EditSince([n], values, since),
        NAMES, VALUES, st.sampled_from([ALWAYS, Instant.parse("2008"), Instant.parse("2080")]),
    ),
    EditLayer: st.builds(
        EditLayer, LAYERS, st.none() | st.text(max_size=3), st.none() | st.just({"opacity": 0.5}),
    ),
    EditRelations: st.builds(lambda r: EditRelations([r]), RELATIONS),
    KeepTopology: st.builds(KeepTopology, EDITS),
    MergeEntities: st.builds(lambda a, b: MergeEntities([a, b]), NAMES, NAMES),
    PutRulesInService: st.builds(PutRulesInService, st.integers(1, 3), st.integers(0, 2)),
    RecomputeTopology: st.just(RecomputeTopology()),
    RemoveEntities: st.builds(lambda n: RemoveEntities([n]), NAMES),
    RemoveLayer: st.builds(RemoveLayer, LAYERS),
    RemoveRelations: st.builds(lambda r: RemoveRelations([r.id]), RELATIONS),
    SetValidity: st.builds(lambda n, a, b: SetValidity([n], a, b), NAMES, TIMES, TIMES),
    RemoveSet: st.builds(RemoveSet, st.sampled_from(["s", "t"])),
    ReorderLayers: st.permutations(["one", "two"]).map(ReorderLayers),
    SaveSet: st.builds(
        lambda name, text: SaveSet(NamedSet(name, f"Set {text}", text)),
        st.sampled_from(["s", "t"]), st.sampled_from(["a", "b", ""]),
    ),
    SetDivision: st.builds(SetDivision, st.sampled_from(["330206", "110108", "wrong"])),
    SetFrame: st.sampled_from([SetFrame(FRAME), SetFrame(Frame("EPSG:4550", (1.0, 2.0, 3.0)))]),
    SetSpaceHeights: st.builds(
        lambda profile, as_they_are: SetSpaceHeights(SpaceHeights(profile, as_they_are)),
        st.sampled_from(list(HeightProfile)), st.booleans(),
    ),
    SplitEntity: st.builds(
        lambda n, x: SplitEntity(n, [(x, -5.0), (x, 15.0)], PUMP, CATALOGUE),
        NAMES, st.sampled_from([3.0, 12.0, 40.0]),
    ),
    Watched: st.builds(lambda c: Watched(c, lambda done, total: None), EDITS),
    _Labelled: st.builds(lambda c: _Labelled(c, "org.example", "Example"), EDITS),
}  # fmt: skip
COMMANDS = st.one_of(*STRATEGIES.values(), st.sampled_from(["undo", "redo"]))


def command_classes() -> Iterator[str]:
    """Yield the names of all classes in the program that can be executed."""
    for room in ("twin_model", "ingest", "plugins", "app", "rendering"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.ClassDef):
                    continue
                methods = {n.name: n for n in node.body if isinstance(n, ast.FunctionDef)}
                apply = methods.get("apply")
                if apply is not None and [a.arg for a in apply.args.args] == [
                    "self",
                    "transaction",
                ]:
                    yield node.name


def test_every_command_that_there_is_takes_part() -> None:
    assert set(command_classes()) - {"Command"} == {one.__name__ for one in STRATEGIES}
    assert {one.__name__ for one in STRATEGIES} == {type(c).__name__ for c in ONE_OF_EACH}


@pytest.fixture(scope="module")
def empty_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undo") / "empty.shapan"
    Twin.create(folder, FRAME).close()
    return folder


def execute(twin: Twin, command: Command | str, seen: list[dict[str, Any]]) -> None:
    """Do one thing; *seen* are the states that undo will go back through."""
    before = seen[-1]
    if command == "undo":
        if twin.undo() is not None:
            seen.pop()
    elif command == "redo":
        if twin.redo() is not None:
            seen.append(current(twin))
    elif isinstance(command, str):
        raise AssertionError(command)
    else:
        try:
            twin.execute(command)
        except ShapanError:
            assert current(twin) == before
        else:
            if not isinstance(command, SetFrame):
                seen.append(current(twin))
    assert current(twin) == seen[-1]


@settings(max_examples=200, deadline=None)
@given(commands=st.lists(COMMANDS, max_size=14))
def test_any_sequence_of_commands_undone_gives_the_identical_store(
    empty_project: Path, commands: list[Command | str]
) -> None:
    folder = empty_project.with_name("work.shapan")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(empty_project, folder)
    with Twin.open(folder) as twin:
        seen = [current(twin)]
        for command in commands:
            execute(twin, command, seen)
        undone = []
        while twin.undo() is not None:
            undone.append(seen.pop())
            assert current(twin) == seen[-1]
        assert len(seen) == 1
        while undone:
            assert twin.redo() is not None
            assert current(twin) == undone.pop()
        assert verify_store(twin) == []
        assert len(twin.entities(EntityQuery())) == twin.count()


# -- each alone ------------------------------------------------------------------------


def furnished(folder: Path) -> None:
    """Make a project in which every command has something to do."""
    with Twin.create(folder, FRAME) as twin:
        things = [
            Entity(n, "building", n, (x + 5.0, 5.0, 0.0), square(x), attributes={"area_m2": 100.0})
            for n, x in (("a", 0.0), ("b", 10.0), ("c", 50.0))
        ]
        twin.execute(AddEntities(things, [Relation("r", "feeds", "a", "c")]))
        twin.execute(AddLayers([layer("one"), layer("two")], [Entity("l", "pump", layer="one")]))
        twin.execute(SaveSet(NamedSet("s", "Set", "a")))
        twin.execute(ChangeTypes([slipway("length_m")]))


MOVED = EditEntities([Entity("c", "building", "c", (25.0, 5.0, 0.0), square(20.0))])
#: One of each class, which succeeds in the project above.
ONE_OF_EACH: list[Command] = [
    AddEntities([Entity("n", "pump")], [Relation("n", "feeds", "n", "a")]),
    AddLayers([layer("three")], [Entity("n", "pump", layer="three")], classes=CLASSES),
    AddRelations([Relation("n", "contains", "a", "b")]),
    ChangeConnection("org.example.mqtt", "s", None, {"name": "S"}),
    ChangeTypes([slipway("width_m")], (), [Entity("a", "slipway", attributes={"width_m": 3.0})]),
    CreateEntities([Entity("n", "building", position=(1.0, 2.0, 0.0), geometry=square(1.0))], PUMP),
    EditEntities([Entity("a", "pump", "renamed")]),
    EditSince(["a"], {"area_m2": 3.0}, Instant.parse("2008")),
    EditLayer("one", "renamed", {"opacity": 0.5}),
    EditRelations([Relation("r", "feeds", "b", "c", {"rate": 2})]),
    KeepTopology(MOVED),
    MergeEntities(["a", "b"]),
    PutRulesInService(1, 0, "Level high"),
    RecomputeTopology(),
    RemoveEntities(["a"]),
    RemoveLayer("one"),
    RemoveRelations(["r"]),
    RemoveSet("s"),
    ReorderLayers(["two", "one"]),
    SaveSet(NamedSet("s", "Other", "b")),
    SetDivision("330206"),
    SetFrame(FRAME),
    SetValidity(["a"], Instant.parse("2008"), Instant.parse("2080")),
    SetSpaceHeights(SpaceHeights(as_they_are=True)),
    SplitEntity("a", [(3.0, -5.0), (3.0, 15.0)], PUMP, CATALOGUE),
    Watched(EditEntities([Entity("a", "pump", "watched")]), lambda done, total: None),
    _Labelled(MOVED, "org.example", "Example"),
]


@pytest.fixture(scope="module")
def furnished_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("each") / "full.shapan"
    furnished(folder)
    return folder


@pytest.mark.parametrize(
    "command",
    [one for one in ONE_OF_EACH if not isinstance(one, SetFrame)],
    ids=lambda one: type(one).__name__,
)
def test_each_command_is_undone_and_done_again_also_after_reopening(
    furnished_project: Path, tmp_path: Path, command: Command
) -> None:
    folder = tmp_path / "work.shapan"
    shutil.copytree(furnished_project, folder)
    with Twin.open(folder) as twin:
        before = current(twin)
        twin.execute(command, who="A", why="B")
        after = current(twin)
        assert after != before
    with Twin.open(folder) as twin:
        assert twin.undo() is not None
        assert current(twin) == before
    with Twin.open(folder) as twin:
        assert twin.redo() is not None
        assert current(twin) == after
        twin.undo()
        assert current(twin) == before
        assert verify_store(twin) == []
        assert (twin.journal()[-4].who, twin.journal()[-4].why) == ("A", "B")


def test_the_frame_is_no_part_of_undo_and_stays_once_something_is_placed(tmp_path: Path) -> None:
    with Twin.create(tmp_path / "a.shapan", Frame("EPSG:4549")) as twin:
        twin.execute(SetFrame(FRAME))
        assert twin.frame == FRAME and twin.undo_label is None
        twin.execute(AddEntities([Entity("a", "pump", position=(1.0, 2.0, 3.0))]))
        with pytest.raises(StoreError, match="frame cannot be replaced"):
            twin.execute(SetFrame(Frame("EPSG:4549", (0.0, 0.0, 0.0))))
        assert twin.frame == FRAME
        assert twin.entity("a").position == pytest.approx((1.0, 2.0, 3.0))
        # Stating the datum of heights moves nothing.
        twin.execute(SetFrame(replace(FRAME, vertical_crs="EPSG:5737")))
        assert twin.frame.vertical_crs == "EPSG:5737"
