"""Entity types: inheritance, references, reading and writing the catalogue."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin_model.errors import ValidationError
from twin_model.schema.catalogue import MAX_LEVELS, Catalogue, UnknownTypeError
from twin_model.schema.document import read_type
from twin_model.schema.types import EntityType, Kind, PropertyType, Words


def kind(id: str, parent: str | None = None, **more: Any) -> EntityType:
    return read_type({"id": id, "parent": parent} | more)


def number(id: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "kind": "number"} | more


TREE = Catalogue(
    [
        kind("thing", abstract=True, icon="mdi6.cube", colour="#112233", code_class="EQ0100",
             name={"zh": "事物", "en": "thing"}, properties=[number("weight_kg", unit="kg")],
             relations=[{"kind": "contains"}]),
        kind("machine", "thing", properties=[number("power_kw", unit="kW")],
             indicators=[number("speed_rpm", unit="rpm")],
             rules=[{"id": "fast", "name": {"en": "fast"}, "indicator": "speed_rpm",
                     "operator": ">", "threshold": 100}]),
        kind("pump", "machine", icon="mdi6.pump", name={"zh": "水泵"},
             relations=[{"kind": "contains", "targets": ["valve"], "maximum": 2}],
             rules=[{"id": "fast", "name": {"en": "too fast"}, "indicator": "speed_rpm",
                     "operator": ">", "threshold": 200}]),
        kind("valve", "machine"),
        kind("tree", "thing"),
    ]
)  # fmt: skip


def test_a_type_has_all_that_it_extends_and_its_own_last() -> None:
    assert list(TREE.properties("pump")) == ["weight_kg", "power_kw"]
    assert list(TREE.indicators("pump")) == ["speed_rpm"]
    assert TREE.ancestors("pump") == ("pump", "machine", "thing")
    assert [rule.targets for rule in TREE.relations("pump")] == [(), ("valve",)]


def test_a_rule_of_a_subtype_takes_the_place_of_the_inherited_one() -> None:
    assert TREE.rules("valve")["fast"].threshold == 100
    assert TREE.rules("pump")["fast"].threshold == 200


def test_appearance_and_code_come_from_the_nearest_that_says_something() -> None:
    shown = TREE.appearance("pump")
    assert (shown.icon, shown.colour, shown.symbol) == ("mdi6.pump", "#112233", "pin")
    assert TREE.code_class("pump") == "EQ0100"


def test_names_fall_back_to_the_other_language_and_then_to_the_id() -> None:
    assert TREE.name("thing", "zh_CN") == "事物"
    assert TREE.name("pump", "en") == "水泵"
    assert TREE.name("valve", "en") == "valve"


def test_descendants_are_the_type_itself_and_all_below() -> None:
    assert TREE.descendants("machine") == {"machine", "pump", "valve"}
    assert TREE.descendants("tree") == {"tree"}
    assert TREE.is_a("pump", "thing")
    assert not TREE.is_a("tree", "machine")


def test_a_misspelt_type_gives_the_nearest_names() -> None:
    with pytest.raises(UnknownTypeError, match="did you mean pump") as caught:
        TREE.type("pmup")
    assert caught.value.nearest[0] == "pump"
    for ask in (TREE.descendants, TREE.properties, TREE.ancestors, TREE.appearance):
        with pytest.raises(UnknownTypeError):
            ask("pmup")


def test_adding_a_type_leaves_the_catalogue_that_others_hold() -> None:
    more = TREE.with_type(kind("fan", "machine"))
    assert "fan" in more
    assert "fan" not in TREE
    assert more.without_type("fan") == TREE


def test_changing_a_type_reaches_its_subtypes() -> None:
    changed = TREE.with_type(kind("machine", "thing", properties=[number("torque_nm", unit="N*m")],
                                  indicators=[number("speed_rpm")]))  # fmt: skip
    assert list(changed.properties("pump")) == ["weight_kg", "torque_nm"]


def test_a_type_that_others_need_cannot_be_removed() -> None:
    with pytest.raises(ValidationError, match="extended by pump, valve"):
        TREE.without_type("machine")
    with pytest.raises(ValidationError, match="valve"):
        TREE.without_type("valve")  # a relation of pump names it


@pytest.mark.parametrize(
    ("added", "message"),
    [
        (kind("a", "b"), "no such entity type"),
        (kind("a", "a"), "extends itself: a > a"),
        (kind("machine", "pump"), "extends itself"),
        (kind("fan", "machine", properties=[number("power_kw")]), "already declared by machine"),
        (kind("fan", "machine", indicators=[number("weight_kg")]), "already declared by thing"),
        (kind("fan", relations=[{"kind": "feeds", "targets": ["pmup"]}]), "did you mean pump"),
        (kind("fan", components=[{"id": "x", "type": "pmup"}]), "did you mean pump"),
        (kind("fan", "machine", rules=[{"id": "r", "name": {"en": "r"}, "indicator": "spede_rpm",
                                        "operator": "<", "threshold": 1}]), "did you mean speed"),
        (kind("fan", "machine", rules=[{"id": "r", "name": {"en": "r"}, "indicator": "speed_rpm",
                                        "operator": "<", "property": "limit"}]), "no such prop"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused_with_its_place(added: EntityType, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        TREE.with_type(added)


def test_two_parents_are_merged_once_where_they_meet() -> None:
    both = TREE.with_type(kind("treepump", "pump", mixins=["tree"]))
    assert list(both.properties("treepump")) == ["weight_kg", "power_kw"]
    assert "treepump" in both.descendants("tree")
    assert "treepump" in both.descendants("pump")


@pytest.mark.parametrize("start", ["first", "last"])
def test_inheritance_deeper_than_dtdl_allows_is_refused(start: str) -> None:
    chain = [kind("t0"), *(kind(f"t{n}", f"t{n - 1}") for n in range(1, MAX_LEVELS + 1))]
    Catalogue(chain[:-1])
    with pytest.raises(ValidationError, match="levels of inheritance"):
        Catalogue(chain if start == "first" else reversed(chain))


def test_a_chain_of_thousands_is_refused_without_running_out_of_stack() -> None:
    chain = [kind("t0"), *(kind(f"t{n}", f"t{n - 1}") for n in range(1, 5000))]
    with pytest.raises(ValidationError, match="levels of inheritance"):
        Catalogue(reversed(chain))


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        ({"id": "a", "propertys": []}, "a.propertys"),
        ({"id": "A-b"}, "A-b.id"),
        ({"id": "a", "colour": "red"}, "a.colour"),
        ({"id": "a", "properties": [{"id": "x", "kind": "nmber"}]}, "a.properties.0.kind"),
        ({"id": "a", "properties": [{"id": "x", "kind": "text", "unit": "m"}]}, "a.properties.0"),
        ({"id": "a", "properties": [number("x", minimum=2, maximum=1)]}, "a.properties.0"),
        ({"id": "a", "properties": [number("x", unit="metrr")]}, "a.properties.0"),
        ({"id": "a", "properties": [{"id": "x", "kind": "list"}]}, "a.properties.0"),
        ({"id": "a", "properties": [{"id": "x", "kind": "enum",
                                     "choices": [{"value": 1}, {"value": 1}]}]}, "a.properties.0"),
        ({"id": "a", "indicators": [number("x", maximum=5, normal_maximum=6)]}, "a.indicators.0"),
        ({"id": "a", "relations": [{"kind": "x", "minimum": 3, "maximum": 2}]}, "a.relations.0"),
        ({"id": "a", "rules": [{"id": "r", "name": {"en": "r"}, "indicator": "i",
                                "operator": "<"}]}, "a.rules.0"),
        (["a"], "?"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_refused_with_type_and_key(entry: Any, place: str) -> None:
    with pytest.raises(ValidationError) as caught:
        read_type(entry)
    assert caught.value.name.startswith(place)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "no list of types"),
        ('{"types": []}', "reads format 1"),
        ('{"format": 2, "types": []}', "update it"),
        ('{"format": 1, "types": [{"id": "a"}, {"id": "a"}]}', "declared twice"),
    ],
)
def test_a_text_that_is_no_catalogue_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Catalogue.load(text)


def test_written_and_read_again_it_is_the_same_with_a_property_a_line() -> None:
    text = TREE.to_json("About.")
    assert Catalogue.load(text) == TREE
    assert Catalogue.load(text).to_json("About.") == text
    assert json.loads(text)["about"] == "About."
    assert sum('"power_kw"' in line for line in text.splitlines()) == 1


_NAMES = st.text("abcdefg", min_size=1, max_size=6)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_PROPERTIES = st.builds(
    PropertyType,
    id=_NAMES,
    name=st.builds(Words, zh=_TEXTS, en=_TEXTS),
    kind=st.sampled_from([Kind.NUMBER, Kind.INTEGER]),
    unit=st.sampled_from(["", "m", "kW", "degC", "m^3/h"]),
    minimum=st.none() | st.floats(-1e6, 0),
    maximum=st.none() | st.floats(0, 1e6),
    required=st.booleans(),
)


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    """Return a catalogue of a random forest, each type with properties of its own."""
    types: list[EntityType] = []
    for number_ in range(draw(st.integers(1, 8))):
        parents = draw(st.lists(st.sampled_from(range(number_)), max_size=2, unique=True)) \
            if number_ else []  # fmt: skip
        own = draw(st.lists(_PROPERTIES, max_size=3, unique_by=lambda p: p.id))
        names = [f"t{parent}" for parent in parents]
        types.append(
            EntityType(
                id=f"t{number_}",
                parent=names[0] if names else None,
                mixins=tuple(names[1:]),
                properties=tuple(p.model_copy(update={"id": f"{p.id}{number_}"}) for p in own),
            )
        )
    return Catalogue(draw(st.permutations(types)))


@settings(max_examples=60)
@given(catalogues())
def test_any_catalogue_survives_writing_and_reading(catalogue: Catalogue) -> None:
    assert Catalogue.load(catalogue.to_json()) == catalogue


@settings(max_examples=60)
@given(catalogues())
def test_a_subtype_has_every_property_of_what_it_extends(catalogue: Catalogue) -> None:
    for one in catalogue.types():
        own = {p.id for p in one.properties}
        inherited = set().union(*(catalogue.properties(p) for p in one.parents))
        assert set(catalogue.properties(one.id)) == own | inherited
        for ancestor in catalogue.ancestors(one.id):
            assert one.id in catalogue.descendants(ancestor)
        below = {t.id for t in catalogue.types() if catalogue.is_a(t.id, one.id)}
        assert below == catalogue.descendants(one.id)
