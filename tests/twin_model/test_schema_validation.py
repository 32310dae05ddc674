"""Checking entities, relations and values against types; reading and showing values."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin_model.entity import Entity, Relation
from twin_model.errors import ValidationError
from twin_model.schema.catalogue import Catalogue
from twin_model.schema.document import read_type
from twin_model.schema.types import Kind, PropertyType
from twin_model.schema.validation import (
    grave,
    validate,
    validate_cardinality,
    validate_incoming,
    validate_relation,
)
from twin_model.schema.values import Problem, check_value, parse_value, plain_value, shown

STATES = [{"value": "run", "name": {"zh": "运行", "en": "running"}},
          {"value": "stop", "name": {"zh": "停止", "en": "stopped"}}]  # fmt: skip
CATALOGUE = Catalogue(
    read_type(entry)
    for entry in [
        {"id": "thing", "abstract": True,
         "relations": [{"kind": "contains"},
                       {"kind": "part_of_set", "targets": ["thing"], "inverse_maximum": 1}]},
        {"id": "address", "properties": [{"id": "street", "kind": "text", "required": True}]},
        {"id": "pump", "parent": "thing",
         "properties": [
             {"id": "flow_m3_h", "kind": "number", "unit": "m^3/h", "minimum": 0, "maximum": 1000,
              "required": True},
             {"id": "stages", "kind": "integer", "minimum": 1},
             {"id": "state", "kind": "enum", "choices": STATES},
             {"id": "grade", "kind": "enum", "choices": [{"value": 1}, {"value": 2}]},
             {"id": "note", "kind": "text"},
             {"id": "spare", "kind": "boolean"},
             {"id": "installed", "kind": "date"},
             {"id": "seen", "kind": "datetime"},
             {"id": "opens", "kind": "time"},
             {"id": "interval", "kind": "duration"},
             {"id": "outline", "kind": "geometry", "geometry": "Polygon"},
             {"id": "tags", "kind": "list", "element": {"id": "tag", "kind": "text"}},
             {"id": "limits", "kind": "map", "element": {"id": "limit", "kind": "number"}},
             {"id": "plate", "kind": "object",
              "fields": [{"id": "maker", "kind": "text", "required": True}]},
             {"id": "anything", "kind": "object"}],
         "indicators": [{"id": "speed_rpm", "kind": "number", "unit": "rpm", "minimum": 0,
                         "maximum": 3000}],
         "components": [{"id": "site", "type": "address"}],
         "relations": [{"kind": "feeds", "targets": ["pipe"], "minimum": 1, "maximum": 2,
                        "properties": [{"id": "port", "kind": "text"}]}]},
        {"id": "pipe", "parent": "thing"},
        {"id": "main", "parent": "pipe"},
    ]
)  # fmt: skip
GOOD = {
    "flow_m3_h": 900, "stages": 3.0, "state": "run", "grade": 2, "note": "", "spare": False,
    "installed": "2024-05-31", "seen": "2024-05-31T08:00:00Z", "opens": "08:30",
    "interval": "P1DT2H", "outline": {"type": "Polygon", "coordinates": []}, "tags": ["a"],
    "limits": {"high": 4}, "plate": {"maker": "KSB"}, "anything": {"a": [1]},
    "site": {"street": "Long Street"},
}  # fmt: skip


def pump(**changes: Any) -> Entity:
    return Entity("1", "pump", attributes={**GOOD, **changes})


def test_an_entity_that_follows_its_type_has_no_violation() -> None:
    assert validate(pump(), CATALOGUE) == []


@pytest.mark.parametrize(
    ("name", "value", "problem", "message"),
    [
        ("flow_m3_h", None, Problem.REQUIRED, "is required"),
        ("flow_m3_h", 1000.5, Problem.RANGE, "must be 0 to 1000 m³/h"),
        ("flow_m3_h", "900", Problem.KIND, "must be a number"),
        ("flow_m3_h", True, Problem.KIND, "must be a number"),
        ("flow_m3_h", float("nan"), Problem.KIND, "must be a number"),
        ("flow_m3_h", {"value": 9, "unit": "m"}, Problem.UNIT, "cannot be given in m³/h"),
        ("flow_m3_h", {"value": 1, "unit": "m^3/s"}, Problem.RANGE, "must be 0 to 1000"),
        ("flow_m3_h", {"value": 1}, Problem.KIND, "must be a number"),
        ("stages", 2.5, Problem.KIND, "whole number"),
        ("stages", 0, Problem.RANGE, "must be 1 to …"),
        ("stages", 1e300, Problem.KIND, "whole number"),
        ("state", "runn", Problem.CHOICE, "must be one of run, stop"),
        ("grade", True, Problem.CHOICE, "must be one of 1, 2"),
        ("grade", "1", Problem.CHOICE, "must be one of 1, 2"),
        ("note", 5, Problem.KIND, "a text"),
        ("spare", 1, Problem.KIND, "yes or no"),
        ("installed", "31.05.2024", Problem.KIND, "a date such as"),
        ("installed", "2024-02-30", Problem.KIND, "a date such as"),
        ("seen", "yesterday", Problem.KIND, "a time such as"),
        ("opens", "25:00", Problem.KIND, "a time such as"),
        ("interval", "P", Problem.KIND, "a duration"),
        ("interval", "PT", Problem.KIND, "a duration"),
        ("outline", {"type": "Point"}, Problem.KIND, "GeoJSON Polygon"),
        ("tags", "a", Problem.KIND, "a list"),
        ("limits", [1], Problem.KIND, "named values"),
        ("anything", 5, Problem.KIND, "fields"),
        ("site", "Long Street", Problem.KIND, "fields"),
    ],
)
def test_a_value_that_breaks_the_type_is_one_violation(
    name: str, value: Any, problem: Problem, message: str
) -> None:
    (fault,) = validate(pump(**{name: value}), CATALOGUE)
    assert (fault.name, fault.problem) == (name, problem)
    assert message in fault.rule


@pytest.mark.parametrize(
    ("name", "value", "path"),
    [
        ("tags", ["a", 5], "tags[1]"),
        ("limits", {"low": "x"}, "limits.low"),
        ("plate", {}, "plate.maker"),
        ("plate", {"maker": "x", "makr": 1}, "plate.makr"),
        ("site", {}, "site.street"),
        ("site", {"street": "x", "stret": 1}, "site.stret"),
    ],
)
def test_a_fault_within_a_value_is_named_by_its_path(name: str, value: Any, path: str) -> None:
    (fault,) = validate(pump(**{name: value}), CATALOGUE)
    assert fault.name == path


def test_a_misspelt_property_gives_the_nearest_names_and_is_not_grave() -> None:
    (fault,) = validate(pump(flow_m3h=4), CATALOGUE)
    assert fault.problem is Problem.UNKNOWN
    assert fault.nearest[0] == "flow_m3_h"
    assert "did you mean flow_m3_h" in str(fault)
    assert grave([fault]) == []


def test_a_quantity_in_another_unit_of_the_same_kind_is_allowed() -> None:
    value = {"value": 100, "unit": "l/s"}
    assert validate(pump(flow_m3_h=value), CATALOGUE) == []
    kind = CATALOGUE.properties("pump")["flow_m3_h"]
    assert plain_value(kind, value) == pytest.approx(360.0)


def test_only_what_changed_is_looked_at_when_asked_so() -> None:
    entity = pump(flow_m3_h=None, stages=0, nonsense=1)
    assert [fault.name for fault in validate(entity, CATALOGUE, only={"stages"})] == ["stages"]
    assert validate(entity, CATALOGUE, only={"note"}) == []


@pytest.mark.parametrize(
    ("type_id", "message"), [("pmup", "did you mean pump"), ("thing", "choose one of pipe, pump")]
)
def test_an_unknown_or_abstract_type_is_a_violation(type_id: str, message: str) -> None:
    (fault,) = validate(Entity("1", type_id), CATALOGUE)
    assert fault.problem is Problem.TYPE
    assert message in fault.rule


@pytest.mark.parametrize(
    ("indicators", "problems"),
    [
        ({"speed_rpm": 1500}, []),
        ({"speed_rpm": 9000}, [Problem.RANGE]),
        ({"sped_rpm": 1}, [Problem.UNKNOWN]),
        ({"own": {"kind": "number", "unit": "m"}}, []),
        ({"speed_rpm": None}, []),
    ],
)
def test_indicators_are_checked_like_attributes(
    indicators: dict[str, Any], problems: list[Problem]
) -> None:
    entity = Entity("1", "pump", attributes=dict(GOOD), indicators=indicators)
    assert [fault.problem for fault in validate(entity, CATALOGUE)] == problems


@pytest.mark.parametrize(
    ("kind", "source", "target", "attributes", "problem"),
    [
        ("feeds", "pump", "pipe", {"port": "A"}, None),
        ("feeds", "pump", "main", {}, None),
        ("contains", "pipe", "pump", {}, None),
        ("feeds", "pump", "pump", {}, Problem.RELATION),
        ("fedes", "pump", "pipe", {}, Problem.UNKNOWN),
        ("feeds", "pipe", "pipe", {}, Problem.UNKNOWN),
        ("feeds", "pump", "pipe", {"prot": "A"}, Problem.UNKNOWN),
        ("feeds", "pump", "pipe", {"port": 5}, Problem.KIND),
        ("feeds", "pmup", "pipe", {}, Problem.TYPE),
    ],
)
def test_relations_follow_the_rules_of_their_source(
    kind: str, source: str, target: str, attributes: dict[str, Any], problem: Problem | None
) -> None:
    relation = Relation("r", kind, "a", "b", attributes)
    faults = validate_relation(relation, source, target, CATALOGUE)
    assert [fault.problem for fault in faults] == ([problem] if problem else [])


@pytest.mark.parametrize(("count", "good"), [(0, False), (1, True), (2, True), (3, False)])
def test_how_many_relations_an_entity_has_is_bounded(count: int, good: bool) -> None:
    faults = validate_cardinality("feeds", "pump", ["pipe"] * count, CATALOGUE)
    assert (faults == []) is good
    assert all(fault.problem is Problem.CARDINALITY for fault in faults)


@pytest.mark.parametrize(("count", "good"), [(0, True), (1, True), (2, False)])
def test_how_many_relations_reach_an_entity_is_bounded(count: int, good: bool) -> None:
    faults = validate_incoming("part_of_set", "main", ["pump"] * count, CATALOGUE)
    assert (faults == []) is good


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("flow_m3_h", "12.5", 12.5),
        ("flow_m3_h", "100 l/s", 360.0),
        ("stages", "3", 3),
        ("state", "运行", "run"),
        ("state", "Stopped", "stop"),
        ("grade", "2", 2),
        ("spare", "是", True),
        ("spare", "no", False),
        ("installed", "2024-05-31", "2024-05-31"),
        ("tags", '["a", "b"]', ["a", "b"]),
        ("note", " pump ", "pump"),
    ],
)
def test_what_users_type_is_read_as_the_value_to_store(name: str, text: str, value: Any) -> None:
    got = parse_value(CATALOGUE.properties("pump")[name], text)
    assert got == pytest.approx(value) if isinstance(value, float) else got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    ("name", "text"),
    [("flow_m3_h", "12 kg"), ("flow_m3_h", "5000"), ("flow_m3_h", "many"), ("stages", "2.5"),
     ("state", "walking"), ("spare", "perhaps"), ("installed", "soon"), ("tags", "a, b")],
)  # fmt: skip
def test_what_is_no_value_of_the_property_is_refused(name: str, text: str) -> None:
    with pytest.raises(ValidationError):
        parse_value(CATALOGUE.properties("pump")[name], text)


@pytest.mark.parametrize(
    ("name", "value", "language", "text"),
    [
        ("flow_m3_h", 900, "en", "900 m³/h"),
        ("flow_m3_h", 12345.678, "en", "12,345.7 m³/h"),
        ("state", "run", "zh_CN", "运行"),
        ("state", "gone", "en", "gone"),
        ("spare", True, "zh", "是"),
        ("note", None, "en", ""),
    ],
)
def test_values_are_shown_with_unit_and_in_the_language(
    name: str, value: Any, language: str, text: str
) -> None:
    assert shown(CATALOGUE.properties("pump")[name], value, language) == text


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@given(st.sampled_from(sorted(GOOD)), _JSON)
def test_no_json_value_makes_checking_fail(name: str, value: Any) -> None:
    for fault in validate(pump(**{name: value}), CATALOGUE):
        assert fault.name.split(".")[0].split("[")[0] == name
        assert str(fault)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_range_holds_exactly_its_ends_and_what_is_between(a: float, b: float, x: float) -> None:
    low, high = min(a, b), max(a, b)
    kind = PropertyType(id="x", kind=Kind.NUMBER, minimum=low, maximum=high)
    assert (check_value(kind, x, "attributes", "x") == []) is (low <= x <= high)
    assert check_value(kind, low, "attributes", "x") == []
    assert check_value(kind, high, "attributes", "x") == []
