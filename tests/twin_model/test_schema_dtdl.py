"""DTDL in and out: real files, every construct, round trips, hostile texts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.catalogue import entity_types_text
from twin_model.entity import Entity
from twin_model.errors import ValidationError
from twin_model.schema.catalogue import Catalogue
from twin_model.schema.document import read_type
from twin_model.schema.dtdl import read_dtdl, write_dtdl
from twin_model.schema.dtdl.contents import enum_name
from twin_model.schema.dtdl.quantities import FROM_DTDL, SEMANTIC_TYPES, to_dtdl
from twin_model.schema.types import EntityType, Kind
from twin_model.schema.validation import validate

EMPTY = Catalogue([])
BUILT_IN = Catalogue.load(entity_types_text())


def interface(name: str, *contents: Any, version: int = 2, **more: Any) -> dict[str, Any]:
    return {"@context": f"dtmi:dtdl:context;{version}", "@id": f"dtmi:t:{name};1",
            "@type": "Interface", "contents": list(contents)} | more  # fmt: skip


def imported(*interfaces: dict[str, Any], known: Catalogue = EMPTY) -> dict[str, EntityType]:
    return {kind.id: kind for kind in read_dtdl({"x": json.dumps(interfaces)}, known).types}


def ordered(kind: EntityType) -> EntityType:
    """Return a type with its rules by id: DTDL keeps them beside what they watch."""
    return kind.model_copy(update={"rules": tuple(sorted(kind.rules, key=lambda rule: rule.id))})


@pytest.fixture(scope="module")
def real_texts(real_data: Path) -> dict[str, str]:
    files = sorted((real_data / "twinmodel").glob("dtdl_*/**/*.json"))
    assert len(files) == 65
    return {path.name + str(i): path.read_text("utf-8-sig") for i, path in enumerate(files)}


def test_every_real_file_is_read_with_all_its_contents(
    real_texts: dict[str, str], manifest: list[dict[str, str]]
) -> None:
    got = read_dtdl(real_texts, BUILT_IN)
    assert len(got.types) == 65
    counted = {kind.dtmi: kind for kind in got.types}
    rows = [r for r in manifest if r["contents"].startswith("DTDL ") and "twinmodel" in r["path"]]
    assert len(rows) == 65
    for row in rows:
        match = re.search(r"(dtmi:(?!dtdl)[^ ]+) contents=(\d+)", row["contents"])
        assert match is not None
        kind = counted[match.group(1)]
        left_out = [n for n in got.notes if n.where.startswith(kind.dtmi) and "command" in n.text]
        read = len(kind.member_ids()) + len(kind.relations) + len(left_out)
        assert read == int(match.group(2)), kind.dtmi
    assert {note.text.split()[0] for note in got.notes} == {"a", "component", "target"}


def test_inheritance_and_units_of_the_real_ontology_arrive(real_texts: dict[str, str]) -> None:
    got = read_dtdl(real_texts, BUILT_IN)
    catalogue = BUILT_IN.with_types(got.types)
    by_dtmi = {kind.dtmi: kind.id for kind in got.types}
    pole = by_dtmi["dtmi:digitaltwins:city:Pole;1"]
    assert catalogue.is_a(pole, by_dtmi["dtmi:digitaltwins:GeoSPARQL:SpatialObject;1"])
    assert len(catalogue.relations(pole)) == 6 + 2 + 1  # its own, SpatialObject's, Feature's
    thermostat = by_dtmi["dtmi:com:example:Thermostat;1"]
    temperature = catalogue.indicators(thermostat)["temperature"]
    assert (temperature.unit, temperature.quantity) == ("degC", "Temperature")
    assert catalogue.properties(thermostat)["maxTempSinceLastReboot"].read_only
    assert catalogue.name("road", "zh") == "道路"  # theirs took another id
    entity = Entity("1", thermostat, attributes={"targetTemperature": "warm"})
    assert [fault.name for fault in validate(entity, catalogue)] == ["targetTemperature"]


def test_the_real_ontology_survives_export_and_import(real_texts: dict[str, str]) -> None:
    got = read_dtdl(real_texts, BUILT_IN)
    catalogue = BUILT_IN.with_types(got.types)
    written = write_dtdl(catalogue, [kind.id for kind in got.types])
    assert written.notes == ()
    again = read_dtdl({"x": written.text}, catalogue)
    assert {kind.id: kind for kind in again.types} == {kind.id: kind for kind in got.types}


def test_the_built_in_catalogue_survives_export_and_import() -> None:
    written = write_dtdl(BUILT_IN)
    assert written.notes == ()
    again = read_dtdl({"x": written.text}, EMPTY)
    assert list(map(ordered, again.types)) == list(map(ordered, BUILT_IN.types()))


def test_an_export_of_some_types_has_what_they_extend() -> None:
    names = [i["@id"] for i in json.loads(write_dtdl(BUILT_IN, ["quay_crane"]).text)]
    assert names == [f"dtmi:shapan:{n};1" for n in ("thing", "equipment", "crane", "quay_crane")]


# -- the export is valid DTDL 3, checked by the language's own limits --------------------

_NAME = re.compile(r"[A-Za-z](?:[A-Za-z0-9_]*[A-Za-z0-9])?")
_DTMI = re.compile(r"dtmi:[A-Za-z]\w*(?::[A-Za-z]\w*)*;[1-9]\d*")
_MEMBERS = {
    "Interface": {"@context", "@id", "@type", "comment", "contents", "description", "displayName",
                  "extends"},
    "Property": {"@type", "name", "schema", "writable", "unit"},
    "Telemetry": {"@type", "name", "schema", "unit"},
    "Relationship": {"@type", "name", "target", "maxMultiplicity", "properties"},
    "Component": {"@type", "name", "schema"},
}  # fmt: skip
_COMMON = {"comment", "description", "displayName"}
_PRIMITIVE = {"boolean", "date", "dateTime", "double", "duration", "float", "integer", "long",
              "string", "time", "point", "lineString", "polygon", "multiPoint",
              "multiLineString", "multiPolygon"}  # fmt: skip


def check_texts(element: dict[str, Any]) -> None:
    assert len(element.get("comment", "")) <= 512
    for key, limit in (("displayName", 64), ("description", 512)):
        for language, text in element.get(key, {}).items():
            assert re.fullmatch("[a-z]{2}", language)
            assert 0 < len(text) <= limit


def check_schema(schema: Any, depth: int = 0) -> None:
    assert depth <= 5
    if isinstance(schema, str):
        assert schema in _PRIMITIVE
        return
    if schema["@type"] == "Enum":
        values = schema["enumValues"]
        assert schema["valueSchema"] in ("string", "integer")
        assert len({v["name"] for v in values}) == len({v["enumValue"] for v in values})
        for value in values:
            assert _NAME.fullmatch(value["name"])
            assert isinstance(value["enumValue"], str if schema["valueSchema"] == "string" else int)
    elif schema["@type"] == "Array":
        check_schema(schema["elementSchema"], depth + 1)
    elif schema["@type"] == "Map":
        assert schema["mapKey"]["schema"] == "string"
        check_schema(schema["mapValue"]["schema"], depth + 1)
    else:
        assert schema["@type"] == "Object"
        for field in schema["fields"]:
            check_schema(field["schema"], depth + 1)


def check_content(element: dict[str, Any]) -> str:
    types = [element["@type"]] if isinstance(element["@type"], str) else element["@type"]
    assert set(element) <= _MEMBERS[types[0]] | _COMMON
    assert _NAME.fullmatch(element["name"])
    assert len(element["name"]) <= 64
    check_texts(element)
    if types[0] in ("Property", "Telemetry"):
        check_schema(element["schema"])
        assert ("unit" in element) == (len(types) == 2)
        if "unit" in element:
            assert types[1] in SEMANTIC_TYPES
            assert element["unit"] in FROM_DTDL
            assert element["schema"] in ("double", "integer", "long")
    for part in element.get("properties", ()):
        check_content(part)
    return str(element["name"])


def check_model(text: str) -> None:
    interfaces = {i["@id"]: i for i in json.loads(text)}
    assert len(interfaces) == len(json.loads(text))

    def inherited(dtmi: str, depth: int) -> list[str]:
        assert depth <= 10
        bases = interfaces[dtmi].get("extends", [])
        found = [c["name"] for c in interfaces[dtmi]["contents"]]
        for base in [bases] if isinstance(bases, str) else bases:
            found += inherited(base, depth + 1)
        return found

    for dtmi, one in interfaces.items():
        assert set(one) <= _MEMBERS["Interface"]
        assert "dtmi:dtdl:context;3" in one["@context"]
        assert _DTMI.fullmatch(dtmi)
        assert len(dtmi) <= 128
        assert len(json.dumps(one)) < 1 << 20
        check_texts(one)
        names = [check_content(content) for content in one["contents"]]
        assert len(set(names)) == len(names)
        below = inherited(dtmi, 1)
        assert len(set(below)) == len(below), dtmi
        for content in one["contents"]:
            if content["@type"] == "Component":
                assert content["schema"] in interfaces


def test_the_export_of_the_built_in_catalogue_keeps_every_limit_of_the_language() -> None:
    check_model(write_dtdl(BUILT_IN).text)


def test_the_export_of_the_real_ontology_keeps_every_limit_of_the_language(
    real_texts: dict[str, str],
) -> None:
    got = read_dtdl(real_texts, BUILT_IN)
    catalogue = BUILT_IN.with_types(got.types)
    check_model(write_dtdl(catalogue, [kind.id for kind in got.types]).text)


# -- every construct ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "kind", "good", "bad"),
    [
        ("double", Kind.NUMBER, 1.5, "x"), ("float", Kind.NUMBER, 1, True),
        ("integer", Kind.INTEGER, 3, 3.5), ("long", Kind.INTEGER, 2**40, "3"),
        ("string", Kind.TEXT, "a", 1), ("boolean", Kind.BOOLEAN, True, 1),
        ("date", Kind.DATE, "2024-01-31", "31"), ("dateTime", Kind.DATETIME, "2024-01-31", "x"),
        ("time", Kind.TIME, "08:00:00", "8"), ("duration", Kind.DURATION, "PT5M", "5 min"),
        ("point", Kind.GEOMETRY, {"type": "Point"}, {"type": "Polygon"}),
        ("multiPolygon", Kind.GEOMETRY, {"type": "MultiPolygon"}, [1]),
        ({"@type": "Array", "elementSchema": "integer"}, Kind.LIST, [1], ["a"]),
        ({"@type": "Map", "mapKey": {"name": "k", "schema": "string"},
          "mapValue": {"name": "v", "schema": "double"}}, Kind.MAP, {"a": 1.5}, {"a": "b"}),
        ({"@type": "Object", "fields": [{"name": "f", "schema": "string"}]},
         Kind.OBJECT, {"f": "a"}, {"f": 1}),
        ({"@type": "Enum", "valueSchema": "integer",
          "enumValues": [{"name": "off", "enumValue": 1}]}, Kind.ENUM, 1, "off"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("version", [2, 3])
def test_each_schema_becomes_a_kind_that_checks_values(
    schema: Any, kind: Kind, good: Any, bad: Any, version: int
) -> None:
    content = {"@type": "Property", "name": "p", "schema": schema, "writable": True}
    types = imported(interface("A", content, version=version))
    assert types["a"].properties[0].kind is kind
    catalogue = Catalogue(types.values())
    assert validate(Entity("1", "a", attributes={"p": good}), catalogue) == []
    assert validate(Entity("1", "a", attributes={"p": bad}), catalogue) != []


def test_named_schemas_of_an_interface_are_found() -> None:
    schemas = [{"@id": "dtmi:t:s;1", "@type": "Enum", "valueSchema": "string",
                "enumValues": [{"name": "on", "enumValue": "ON"}]}]  # fmt: skip
    content = {"@type": "Telemetry", "name": "p", "schema": "dtmi:t:s;1"}
    (choice,) = imported(interface("A", content, schemas=schemas))["a"].indicators[0].choices
    assert (choice.value, choice.id) == ("ON", "on")


def test_relationships_keep_target_bounds_and_properties() -> None:
    link = {"@type": "Relationship", "name": "floors", "target": "dtmi:t:B;1",
            "minMultiplicity": 0, "maxMultiplicity": 3,
            "properties": [{"@type": "Property", "name": "since", "schema": "date"}]}  # fmt: skip
    (rule,) = imported(interface("A", link), interface("B"))["a"].relations
    assert (rule.kind, rule.targets, rule.maximum) == ("floors", ("b",), 3)
    assert rule.properties[0].kind is Kind.DATE


def test_components_are_checked_by_the_interface_they_name() -> None:
    part = {"@type": "Component", "name": "lamp", "schema": "dtmi:t:B;1"}
    power = {"@type": "Property", "name": "power", "schema": "double"}
    catalogue = Catalogue(imported(interface("A", part), interface("B", power)).values())
    assert validate(Entity("1", "a", attributes={"lamp": {"power": 5}}), catalogue) == []
    (fault,) = validate(Entity("1", "a", attributes={"lamp": {"power": "x"}}), catalogue)
    assert fault.name == "lamp.power"


def test_interfaces_inside_others_are_read_too() -> None:
    inner = {"@id": "dtmi:t:B;1", "@type": "Interface"}
    part = {"@type": "Component", "name": "lamp", "schema": inner}
    types = imported(interface("A", part, extends={"@id": "dtmi:t:C;1", "@type": "Interface"}))
    assert set(types) == {"a", "b", "c"}
    assert types["a"].parent == "c"


def test_several_bases_become_parent_and_mixins() -> None:
    types = imported(
        interface("A", extends=["dtmi:t:B;1", "dtmi:t:C;1"]), interface("B"), interface("C")
    )
    assert types["a"].parents == ("b", "c")


def test_names_in_chinese_and_english_arrive_and_others_are_noted() -> None:
    names = {"en-GB": "Pump", "zh-Hans": "水泵", "de": "Pumpe"}
    assert imported(interface("A", displayName=names))["a"].name.model_dump() == {
        "zh": "水泵", "en": "Pump"}  # fmt: skip
    assert imported(interface("A", displayName="水泵"))["a"].name.zh == "水泵"
    got = read_dtdl({"x": json.dumps(interface("A", displayName={"de": "Pumpe"}))}, EMPTY)
    assert got.types[0].name.en == "Pumpe"
    assert "de only" in got.notes[0].text


def test_equal_names_of_different_namespaces_become_different_types() -> None:
    other = interface("A") | {"@id": "dtmi:u:A;1"}
    newer = interface("A") | {"@id": "dtmi:t:A;2"}
    types = imported(interface("A"), other, newer)
    assert len(types) == 3
    assert {kind.dtmi for kind in types.values()} == {"dtmi:t:A;1", "dtmi:u:A;1", "dtmi:t:A;2"}


def test_reading_again_changes_the_type_and_makes_no_second_one() -> None:
    first = Catalogue(imported(interface("A")).values())
    power = {"@type": "Property", "name": "power", "schema": "double"}
    assert set(imported(interface("A", power), known=first)) == {"a"}


def test_an_interface_may_extend_a_type_of_ours() -> None:
    mine = interface("GreenRoof", extends="dtmi:shapan:roof;1")
    (kind,) = imported(mine, known=BUILT_IN).values()
    assert BUILT_IN.with_type(kind).is_a("green_roof", "element")


@pytest.mark.parametrize(
    "unit", sorted(set(FROM_DTDL) - {"unity", "joulePerSecond", "kilojoulePerSecond"})
)
def test_units_go_out_as_they_came_in(unit: str) -> None:
    known = to_dtdl(FROM_DTDL[unit], "")
    assert known is not None
    assert known[1] == unit
    assert known[0] in SEMANTIC_TYPES


@pytest.mark.parametrize("quantity", sorted(SEMANTIC_TYPES))
def test_a_semantic_type_that_came_in_goes_out_again(quantity: str) -> None:
    units = {
        unit for unit in FROM_DTDL.values() if (to_dtdl(unit, quantity) or ("",))[0] == quantity
    }
    assert units


# -- what cannot be read -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("5", "not an interface"),
        ("[]", "holds no interface"),
        ("{}", "no DTDL"),
        (json.dumps(interface("A", version=4)), "version 4; versions 2 and 3"),
        (json.dumps(interface("A") | {"@type": "Property"}), "not an Interface"),
        (json.dumps(interface("A") | {"@id": "urn:a"}), "needs an @id"),
        (json.dumps(interface("A", extends="dtmi:t:B;1")), "import the file that defines it"),
        (json.dumps(interface("A", {"@type": "Property", "schema": "double"})), "not a named"),
        (json.dumps(interface("A", {"@type": "Property", "name": "p"})), "no schema"),
        (json.dumps(interface("A", {"@type": "Property", "name": "a b", "schema": "double"})),
         "a.properties.0.id"),
        (json.dumps([interface("A"), interface("A", displayName="other")]), "defined again"),
        (json.dumps([interface("A", {"@type": "Property", "name": "p", "schema": "double"}),
                     interface("B", {"@type": "Telemetry", "name": "p", "schema": "double"},
                               extends="dtmi:t:A;1")]), "already declared by a"),
    ],
)  # fmt: skip
def test_a_text_that_cannot_be_read_is_refused_with_its_name(text: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message) as caught:
        read_dtdl({"pumps.json": text}, EMPTY)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_interfaces_that_extend_each_other_are_refused_with_the_circle(real_data: Path) -> None:
    text = (real_data / "bad_made" / "text" / "dtdl_cycle.json").read_text("utf-8")
    circle = "dtmi:t:A;1 > dtmi:t:B;1 > dtmi:t:A;1"
    with pytest.raises(ValidationError, match=f"dtdl_cycle.json.*extends itself: {circle}"):
        read_dtdl({"dtdl_cycle.json": text}, EMPTY)


def test_a_chain_of_thousands_of_interfaces_is_refused_without_running_out_of_stack() -> None:
    chain = [interface(f"A{n}", extends=f"dtmi:t:A{n + 1};1") for n in range(3000)]
    with pytest.raises(ValidationError, match="levels of inheritance"):
        read_dtdl({"x": json.dumps([*chain, interface("A3000")])}, EMPTY)


def test_schemas_that_name_each_other_are_refused() -> None:
    schemas = [{"@id": f"dtmi:t:s{a};1", "@type": "Array", "elementSchema": f"dtmi:t:s{b};1"}
               for a, b in ((0, 1), (1, 0))]  # fmt: skip
    content = {"@type": "Property", "name": "p", "schema": "dtmi:t:s0;1"}
    with pytest.raises(ValidationError, match="nested deeper"):
        imported(interface("A", content, schemas=schemas))


_JUNK = st.one_of(
    st.none(),
    st.integers(),
    st.text(max_size=4),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["@id", "@type", "name", "schema"]), st.text(max_size=4)),
)


@settings(max_examples=300)
@given(st.data())
def test_whatever_value_is_broken_it_is_refused_or_read(data: st.DataObject) -> None:
    model = interface(
        "A",
        {"@type": ["Telemetry", "Length"], "name": "p", "schema": "double", "unit": "metre",
         "displayName": {"en": "P"}, "comment": 'shapan:{"minimum":1}'},
        {"@type": "Property", "name": "q",
         "schema": {"@type": "Enum", "valueSchema": "string",
                    "enumValues": [{"name": "x", "enumValue": "x"}]}},
        {"@type": "Property", "name": "m",
         "schema": {"@type": "Map", "mapKey": {"name": "k", "schema": "string"},
                    "mapValue": {"name": "v", "schema": "double"}}},
        {"@type": "Relationship", "name": "r", "target": "dtmi:t:A;1", "maxMultiplicity": 2},
        {"@type": "Component", "name": "c", "schema": "dtmi:t:B;1"},
        extends="dtmi:t:B;1", schemas=[],
    )  # fmt: skip
    place: Any = model
    while True:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict)
                                        else range(len(place))))  # fmt: skip
        inner = place[key]
        if isinstance(inner, dict | list) and inner and data.draw(st.booleans()):
            place = inner
            continue
        place[key] = data.draw(_JUNK)
        break
    try:
        got = read_dtdl({"x": json.dumps([model, interface("B")])}, EMPTY)
    except ValidationError:
        return
    assert Catalogue(got.types) == EMPTY.with_types(got.types)


@given(st.text(min_size=1, max_size=12) | st.integers())
def test_any_choice_gets_a_name_that_dtdl_allows(value: str | int) -> None:
    assert _NAME.fullmatch(enum_name(value))
    assert len(enum_name(value)) <= 64


def test_what_does_not_fit_into_a_comment_is_noted() -> None:
    kind = read_type({"id": "a", "indicators": [{"id": "x", "kind": "number"}],
                      "rules": [{"id": f"r{n}", "name": {"en": "r" * 100}, "indicator": "x",
                                 "operator": ">", "threshold": n} for n in range(9)]})  # fmt: skip
    (note,) = write_dtdl(Catalogue([kind])).notes
    assert "rules does not fit" in note.text
