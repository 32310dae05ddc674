"""Types that users add and change: kept with the project, with what becomes of its entities."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assets.catalogue import entity_types_text
from twin_model.commands import AddEntities
from twin_model.entity import Entity, Relation
from twin_model.errors import Cancelled, ValidationError
from twin_model.frame import Frame
from twin_model.schema.catalogue import Catalogue
from twin_model.schema.migrate import PlannedStep, Step, Wishes
from twin_model.schema.project_types import prepare, project_catalogue, stored_types
from twin_model.schema.steps import summed_up
from twin_model.schema.types import EntityType, Kind, PropertyType, RelationRule, Words
from twin_model.store.verify import verify_store
from twin_model.twin import Twin

FRAME = Frame("EPSG:4549", (0.0, 0.0, 0.0))


@pytest.fixture(scope="module")
def built_in() -> Catalogue:
    return Catalogue.load(entity_types_text())


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    with Twin.create(tmp_path / "a.shapan", FRAME) as made:
        yield made


def kiosk(*properties: PropertyType) -> EntityType:
    return EntityType(
        id="tea_house",
        parent="building",
        name=Words(zh="茶室", en="tea house"),
        properties=properties,
    )


WIDTH = PropertyType(id="width", name=Words(en="width"), kind=Kind.NUMBER, unit="m", maximum=5.0)


def test_a_type_is_added_kept_with_the_project_and_undone(twin: Twin, built_in: Catalogue) -> None:
    prepared = prepare(twin, built_in, [kiosk(WIDTH)])
    assert (prepared.checked, prepared.broken, prepared.steps) == (0, 0, ())
    twin.execute(prepared.command)
    assert stored_types(twin) == [kiosk(WIDTH)]
    assert project_catalogue(built_in, stored_types(twin)).is_a("tea_house", "building")
    folder = twin.path
    twin.close()
    with Twin.open(folder) as again:
        assert stored_types(again) == [kiosk(WIDTH)]
        assert again.undo() == "Change type tea house"
        assert stored_types(again) == []
        assert again.redo() == "Change type tea house"
        assert stored_types(again) == [kiosk(WIDTH)]
        assert verify_store(again) == []


def test_a_changed_unit_converts_what_entities_have_in_the_same_entry(
    twin: Twin, built_in: Catalogue
) -> None:
    twin.execute(prepare(twin, built_in, [kiosk(WIDTH)]).command)
    kiosks = [
        Entity(f"k{n}", "tea_house", f"K{n}", attributes={"width": float(n)}) for n in range(3)
    ]
    twin.execute(AddEntities(kiosks))
    in_feet = kiosk(WIDTH.model_copy(update={"unit": "ft", "maximum": 6.0}))
    prepared = prepare(twin, built_in, [in_feet])
    (group,) = prepared.steps
    assert (group.step.property, group.step.step) == ("width", Step.CONVERT_UNIT)
    assert dict(group.counts) == {"tea_house": 3}
    assert (prepared.checked, prepared.migrated, prepared.broken) == (3, 2, 1)
    entity, fault = prepared.violations[0]
    assert (entity.id, fault.name) == ("k2", "width")
    twin.execute(prepared.command)
    assert twin.entity("k1").attributes["width"] == pytest.approx(3.28084, abs=1e-4)
    assert twin.undo() == "Change type tea house"
    assert twin.entity("k1").attributes["width"] == 1.0
    assert stored_types(twin) == [kiosk(WIDTH)]


def test_a_renamed_property_takes_its_values_along(twin: Twin, built_in: Catalogue) -> None:
    twin.execute(prepare(twin, built_in, [kiosk(WIDTH)]).command)
    twin.execute(AddEntities([Entity("k", "tea_house", attributes={"width": 2.0})]))
    wide = kiosk(WIDTH.model_copy(update={"id": "width_m"}))
    wishes = Wishes(renamed={"tea_house": {"width": "width_m"}})
    twin.execute(prepare(twin, built_in, [wide], wishes=wishes).command)
    assert twin.entity("k").attributes == {"width_m": 2.0}


def test_a_built_in_type_may_be_changed_and_comes_back(twin: Twin, built_in: Catalogue) -> None:
    pump = built_in.type("pump")
    colour = PropertyType(id="paint", kind=Kind.TEXT, required=True, default="blue")
    changed = pump.model_copy(update={"properties": (*pump.properties, colour)})
    twin.execute(AddEntities([Entity("p", "pump"), Entity("q", "PUMP")]))
    prepared = prepare(twin, built_in, [changed])
    assert prepared.migrated == 2
    twin.execute(prepared.command)
    assert twin.entity("p").attributes == {"paint": "blue"}
    twin.execute(prepare(twin, built_in, [], ["pump"]).command)
    assert stored_types(twin) == []
    # Values that nothing declares any more are kept.
    assert twin.entity("p").attributes == {"paint": "blue"}


def test_a_type_that_entities_have_is_removed_only_with_another_for_them(
    twin: Twin, built_in: Catalogue
) -> None:
    twin.execute(prepare(twin, built_in, [kiosk()]).command)
    twin.execute(AddEntities([Entity("k", "tea_house")]))
    with pytest.raises(ValidationError, match="give them another one first"):
        prepare(twin, built_in, [], ["tea_house"])
    with pytest.raises(ValidationError, match="no type of this project"):
        prepare(twin, built_in, [], ["pump"])
    prepared = prepare(twin, built_in, [], ["tea_house"], Wishes(retyped={"tea_house": "building"}))
    twin.execute(prepared.command)
    assert twin.entity("k").type == "building"
    assert twin.undo_label == "Remove type tea_house"


def test_a_change_of_relations_says_which_entities_break(twin: Twin, built_in: Catalogue) -> None:
    connects = RelationRule(kind="connects", targets=("building",), name=Words(en="leads to"))
    house = kiosk().model_copy(update={"relations": (connects,)})
    twin.execute(prepare(twin, built_in, [house]).command)
    twin.execute(
        AddEntities(
            [Entity("a", "tea_house", "A"), Entity("b", "tea_house", "B"), Entity("h", "building"),
             Entity("i", "building")],
            [Relation("r", "connects", "a", "h"), Relation("s", "connects", "a", "i"),
             Relation("t", "connects", "b", "h")],
        )
    )  # fmt: skip
    one = house.model_copy(update={"relations": (connects.model_copy(update={"maximum": 1}),)})
    prepared = prepare(twin, built_in, [one])
    assert [group.step.step for group in prepared.steps] == [Step.RELATIONS]
    assert (prepared.checked, prepared.broken) == (2, 1)
    entity, fault = prepared.violations[0]
    assert (entity.id, fault.name, fault.value) == ("a", "connects", 2)
    only = connects.model_copy(update={"targets": ("tea_house",)})
    prepared = prepare(twin, built_in, [house.model_copy(update={"relations": (only,)})])
    assert (prepared.checked, prepared.broken) == (2, 2)
    assert {entity.id for entity, _ in prepared.violations} == {"a", "b"}
    single = connects.model_copy(update={"inverse_maximum": 1})
    prepared = prepare(twin, built_in, [house.model_copy(update={"relations": (single,)})])
    assert [entity.id for entity, _ in prepared.violations] == ["h"]  # reached by two of them
    # What is as it was is not said again.
    assert prepare(twin, built_in, [house]).checked == 0


def test_types_that_contradict_others_are_refused(twin: Twin, built_in: Catalogue) -> None:
    with pytest.raises(ValidationError, match="tea_house"):
        prepare(twin, built_in, [kiosk().model_copy(update={"parent": "nothing"})])
    twice = kiosk(PropertyType(id="owner", kind=Kind.TEXT))
    with pytest.raises(ValidationError, match="already declared by thing"):
        prepare(twin, built_in, [twice])


def test_a_change_of_the_root_is_said_once_and_not_for_each_type(
    twin: Twin, built_in: Catalogue
) -> None:
    twin.execute(AddEntities([Entity("a", "pump"), Entity("b", "PUMP"), Entity("c", "building")]))
    root = built_in.type("thing")
    owner = next(one for one in root.properties if one.id == "owner")
    longer = owner.model_copy(update={"required": True})
    others = tuple(one for one in root.properties if one.id != "owner")
    changed = root.model_copy(update={"properties": (*others, longer)})
    prepared = prepare(twin, built_in, [changed])
    (group,) = [one for one in prepared.steps if one.step.property == "owner"]
    assert (group.step.type, group.step.step) == ("thing", Step.CHECK)
    assert len(group.counts) == len(built_in) and group.entities == 3
    assert list(group.counts.items())[:3] == [("pump", 2), ("building", 1), ("actuator", 0)]


def test_the_same_step_of_types_that_are_not_related_stays_two_lines(built_in: Catalogue) -> None:
    alike = [PlannedStep(name, "x", Step.CHECK) for name in ("pump", "building", "bridge")]
    heads = [one.step.type for one in summed_up(alike, built_in, {"building": 5})]
    assert heads == ["building", "bridge", "pump"]


def test_a_check_says_how_far_it_is_and_can_be_stopped(twin: Twin, built_in: Catalogue) -> None:
    twin.execute(AddEntities([Entity(f"p{n}", "pump") for n in range(1_200)]))
    pump = built_in.type("pump")
    paint = PropertyType(id="paint", kind=Kind.TEXT, required=True)
    changed = pump.model_copy(update={"properties": (*pump.properties, paint)})
    told: list[tuple[int, int]] = []
    prepared = prepare(twin, built_in, [changed], progress=lambda *far: told.append(far))
    assert (prepared.checked, prepared.broken) == (1_200, 1_200)
    assert told[0] == (0, 1_200) and told[-1] == (1_200, 1_200) and len(told) > 2

    def stop(done: int, total: int) -> None:
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        prepare(twin, built_in, [changed], progress=stop)
