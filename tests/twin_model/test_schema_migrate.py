"""What becomes of entities when their types change."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from twin_model.entity import Entity
from twin_model.errors import ValidationError
from twin_model.schema.catalogue import Catalogue, UnknownTypeError
from twin_model.schema.document import read_type
from twin_model.schema.migrate import Step, Wishes, affected_types, migrate, planned_steps
from twin_model.schema.types import EntityType
from twin_model.schema.values import Problem

HEIGHT = {"id": "height_m", "kind": "number", "unit": "m", "maximum": 100}
STATE = {"id": "state", "kind": "enum", "choices": [{"value": "old"}, {"value": "new"}]}
LEVELS = {"id": "levels", "kind": "integer"}


def mast(*properties: dict[str, Any], **more: Any) -> EntityType:
    return read_type({"id": "mast", "parent": "thing", "properties": properties} | more)


BEFORE = Catalogue([
    read_type({"id": "thing", "properties": [{"id": "owner", "kind": "text"}]}),
    mast(HEIGHT, STATE, LEVELS),
    read_type({"id": "lattice_mast", "parent": "mast"}),
    read_type({"id": "tree", "parent": "thing"}),
])  # fmt: skip


def one(after: Catalogue, wishes: Wishes | None = None, **attributes: Any) -> Any:
    """Return what becomes of one mast."""
    entity = Entity("1", "mast", attributes=attributes)
    (result,) = migrate([entity], BEFORE, after, wishes)
    return result


def steps(after: Catalogue, wishes: Wishes | None = None) -> set[tuple[str, str, Step]]:
    return {(s.type, s.property, s.step) for s in planned_steps(BEFORE, after, wishes)}


def test_without_a_change_nothing_is_done() -> None:
    assert affected_types(BEFORE, BEFORE) == set()
    assert planned_steps(BEFORE, BEFORE) == []
    result = one(BEFORE, height_m=30)
    assert not result.changed
    assert result.violations == ()


def test_only_the_type_and_its_subtypes_are_affected() -> None:
    after = BEFORE.with_type(mast({**HEIGHT, "maximum": 50}, STATE, LEVELS))
    assert affected_types(BEFORE, after) == {"mast", "lattice_mast"}
    assert steps(after) == {(t, "height_m", Step.CHECK) for t in ("mast", "lattice_mast")}
    thing = read_type({"id": "thing", "properties": [{"id": "owner", "kind": "enum"}]})
    assert affected_types(BEFORE, BEFORE.with_type(thing)) == {k.id for k in BEFORE.types()}


def test_a_changed_name_or_colour_affects_no_entity() -> None:
    after = BEFORE.with_type(mast(HEIGHT, STATE, LEVELS, colour="#102030", name={"zh": "桅杆"}))
    assert affected_types(BEFORE, after) == set()


def test_a_new_unit_converts_the_values() -> None:
    after = BEFORE.with_type(mast({**HEIGHT, "unit": "ft", "maximum": 400}, STATE, LEVELS))
    assert ("mast", "height_m", Step.CONVERT_UNIT) in steps(after)
    result = one(after, height_m=30.48)
    assert result.after.attributes["height_m"] == pytest.approx(100.0)
    assert result.violations == ()


def test_a_unit_that_measures_something_else_leaves_the_value_and_says_so() -> None:
    after = BEFORE.with_type(mast({**HEIGHT, "unit": "kg"}, STATE, LEVELS))
    result = one(after, height_m=30)
    assert not result.changed
    assert [fault.problem for fault in result.violations] == [Problem.UNIT]


def test_a_narrower_range_makes_violations_and_changes_nothing() -> None:
    after = BEFORE.with_type(mast({**HEIGHT, "maximum": 20}, STATE, LEVELS))
    result = one(after, height_m=30)
    assert not result.changed
    assert [fault.problem for fault in result.violations] == [Problem.RANGE]


def test_a_renamed_property_takes_its_value_along_in_subtypes_too() -> None:
    after = BEFORE.with_type(mast({**HEIGHT, "id": "top_m"}, STATE, LEVELS))
    wishes = Wishes(renamed={"mast": {"height_m": "top_m"}})
    assert ("lattice_mast", "height_m", Step.RENAME) in steps(after, wishes)
    entity = Entity("1", "lattice_mast", attributes={"height_m": 30, "note": "x"})
    (result,) = migrate([entity], BEFORE, after, wishes)
    assert result.after.attributes == {"top_m": 30, "note": "x"}


def test_a_rename_never_overwrites_a_value_that_is_there() -> None:
    after = BEFORE.with_type(mast({**HEIGHT, "id": "top_m"}, STATE, LEVELS))
    wishes = Wishes(renamed={"mast": {"height_m": "top_m"}})
    result = one(after, wishes, height_m=30, top_m=99)
    assert result.after.attributes == {"height_m": 30, "top_m": 99}
    assert next(fault.name for fault in result.violations) == "top_m"


def test_two_properties_can_change_places() -> None:
    wishes = Wishes(renamed={"mast": {"height_m": "levels", "levels": "height_m"}})
    result = one(BEFORE, wishes, height_m=7, levels=3)
    assert result.after.attributes == {"levels": 7, "height_m": 3}


def test_a_new_required_property_is_filled_from_the_wish_or_the_default() -> None:
    fresh = {"id": "colour", "kind": "text", "required": True}
    after = BEFORE.with_type(mast(HEIGHT, STATE, LEVELS, {**fresh, "default": "grey"}))
    assert ("mast", "colour", Step.FILL) in steps(after)
    assert one(after).after.attributes == {"colour": "grey"}
    wishes = Wishes(fill={"mast": {"colour": "red"}})
    assert one(after, wishes).after.attributes == {"colour": "red"}
    assert one(after, colour="blue").after.attributes == {"colour": "blue"}


def test_a_new_required_property_without_a_value_is_a_violation() -> None:
    fresh = {"id": "colour", "kind": "text", "required": True}
    result = one(BEFORE.with_type(mast(HEIGHT, STATE, LEVELS, fresh)))
    assert [fault.problem for fault in result.violations] == [Problem.REQUIRED]


@pytest.mark.parametrize(
    ("goal", "value", "expected"),
    [
        ({"id": "levels", "kind": "text"}, 3, "3"),
        ({"id": "levels", "kind": "number"}, 3, 3),
        ({"id": "levels", "kind": "boolean"}, 1, True),
        ({"id": "levels", "kind": "list", "element": {"id": "e", "kind": "integer"}}, 3, [3]),
        ({"id": "levels", "kind": "enum", "choices": [{"value": "3"}]}, 3, "3"),
    ],
)
def test_values_become_another_kind_where_they_can(
    goal: dict[str, Any], value: Any, expected: Any
) -> None:
    result = one(BEFORE.with_type(mast(HEIGHT, STATE, goal)), levels=value)
    assert result.after.attributes == {"levels": expected}
    assert result.violations == ()


@pytest.mark.parametrize(
    ("changed", "attributes"),
    [
        ((HEIGHT, STATE, {"id": "levels", "kind": "boolean"}), {"levels": 7}),
        (({**HEIGHT, "kind": "integer"}, STATE, LEVELS), {"height_m": 30.5}),
        ((HEIGHT, {"id": "state", "kind": "integer"}, LEVELS), {"state": "old"}),
        ((HEIGHT, {**STATE, "choices": [{"value": "new"}]}, LEVELS), {"state": "old"}),
    ],
)
def test_values_that_cannot_become_another_kind_stay_and_are_named(
    changed: tuple[dict[str, Any], ...], attributes: dict[str, Any]
) -> None:
    result = one(BEFORE.with_type(mast(*changed)), **attributes)
    assert result.after.attributes == attributes
    assert [fault.name for fault in result.violations] == list(attributes)


def test_values_of_a_dropped_property_stay_unless_told_otherwise() -> None:
    after = BEFORE.with_type(mast(HEIGHT, STATE))
    assert ("mast", "levels", Step.DROP) in steps(after)
    kept = one(after, levels=3, foreign="x")
    assert kept.after.attributes == {"levels": 3, "foreign": "x"}
    assert {fault.problem for fault in kept.violations} == {Problem.UNKNOWN}
    gone = one(after, Wishes(drop_undeclared=True), levels=3, foreign="x")
    assert gone.after.attributes == {"foreign": "x"}


def test_entities_of_a_type_that_is_gone_can_get_another() -> None:
    after = BEFORE.without_type("lattice_mast")
    entity = Entity("1", "lattice_mast", attributes={"height_m": 30})
    (left,) = migrate([entity], BEFORE, after)
    assert not left.changed
    assert [fault.problem for fault in left.violations] == [Problem.TYPE]
    (moved,) = migrate([entity], BEFORE, after, Wishes(retyped={"lattice_mast": "mast"}))
    assert moved.after.type == "mast"
    assert moved.violations == ()
    assert steps(after) == {("lattice_mast", "", Step.CHECK)}


@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(renamed={"mast": {"heigth_m": "levels"}}),
        Wishes(renamed={"mast": {"height_m": "level"}}),
        Wishes(renamed={"mast": {"height_m": "state", "levels": "state"}}),
        Wishes(fill={"mast": {"color": 1}}),
    ],
)
def test_wishes_about_what_does_not_exist_are_refused(wishes: Wishes) -> None:
    with pytest.raises(ValidationError):
        planned_steps(BEFORE, BEFORE, wishes)
    with pytest.raises(ValidationError):
        list(migrate([], BEFORE, BEFORE, wishes))


def test_wishes_about_unknown_types_are_refused() -> None:
    with pytest.raises(UnknownTypeError):
        planned_steps(BEFORE, BEFORE, Wishes(retyped={"mast": "msat"}))


@given(st.floats(0, 100))
def test_a_change_of_unit_and_back_gives_the_same_value(value: float) -> None:
    feet = BEFORE.with_type(mast({**HEIGHT, "unit": "ft", "maximum": 400}, STATE, LEVELS))
    entity = Entity("1", "mast", attributes={"height_m": value})
    (there,) = migrate([entity], BEFORE, feet)
    (back,) = migrate([there.after], feet, BEFORE)
    assert back.after.attributes["height_m"] == pytest.approx(value, rel=1e-12, abs=1e-9)


_VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) \
    | st.lists(st.integers(), max_size=2)  # fmt: skip
_KINDS = ["number", "integer", "text", "boolean", "date", "datetime", "duration", "object"]


@given(st.sampled_from(_KINDS), st.sampled_from(_KINDS), _VALUES)
@example("number", "integer", 2.0**63)
def test_no_value_is_lost_whatever_kind_becomes_whatever(old: str, new: str, value: Any) -> None:
    def catalogue(kind: str) -> Catalogue:
        return BEFORE.with_type(mast({"id": "x", "kind": kind}))

    entity = Entity("1", "mast", attributes={"x": value})
    (result,) = migrate([entity], catalogue(old), catalogue(new))
    got = result.after.attributes["x"]
    if repr(got) != repr(value):  # converted: then it follows the new type
        assert result.violations == ()
