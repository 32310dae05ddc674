"""The built-in catalogue of entity types: complete, in two languages, and of the trade."""

from __future__ import annotations

import importlib.util
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from assets.catalogue import FOLDER, MANAGEMENT_EDITION, entity_types_text, management_codes_text
from rendering.symbology.models import has_model
from twin_model.codes.classification import ClassificationTable
from twin_model.schema import units
from twin_model.schema.catalogue import Catalogue
from twin_model.schema.types import NUMERIC, EntityType, Kind, PropertyType

CATALOGUE = Catalogue.load(entity_types_text())
TABLE = ClassificationTable.load(management_codes_text(), MANAGEMENT_EDITION)
CONCRETE = [kind for kind in CATALOGUE.types() if not kind.abstract]
IDS = [kind.id for kind in CATALOGUE.types()]
HAN = re.compile(r"[\u3400-\u9fff]")
#: Units that the end of a property's id promises, longest ending first.
SUFFIXES = {
    "_degc": "degC", "_deg": "deg", "_percent": "percent", "_m3_h": "m^3/h", "_m3_s": "m^3/s",
    "_km_h": "km/h", "_mm_s": "mm/s", "_mm_h": "mm/h", "_m_s": "m/s", "_t_h": "t/h",
    "_vehicle_h": "vehicle/h", "_person_h": "person/h", "_move_h": "move/h", "_ug_m3": "ug/m^3",
    "_mg_m3": "mg/m^3", "_mg_l": "mg/l", "_w_m2": "W/m^2", "_us_cm": "uS/cm", "_kpa": "kPa",
    "_mpa": "MPa", "_hpa": "hPa", "_kw": "kW", "_mw": "MW", "_kwh": "kWh", "_kva": "kVA",
    "_mva": "MVA", "_kv": "kV", "_hz": "Hz", "_rpm": "rpm", "_ppm": "ppm", "_ntu": "NTU",
    "_kn": "kN", "_teu": "TEU", "_cny": "CNY", "_lx": "lx", "_lm": "lm", "_db": "dB",
    "_kj": "kJ", "_mhz": "MHz", "_ma": "mA", "_mm2": "mm^2", "_mm_day": "mm/day",
    "_m3_day": "m^3/day",
    "_t_day": "t/day", "_t_year": "t/year", "_teu_year": "TEU/year", "_w_m2_k": "W/m^2/K",
    "_ug_l": "ug/l", "_pa": "Pa", "_a": "A", "_v": "V", "_mbit_s": "Mbit/s",
    "_m2": "m^2", "_m3": "m^3", "_mm": "mm", "_cm": "cm", "_kg": "kg", "_ft": "ft", "_m": "m",
    "_t": "t", "_s": "s", "_l": "l",
}  # fmt: skip


def members(kind: EntityType) -> list[PropertyType]:
    return [*kind.properties, *kind.indicators]


def test_it_has_far_more_types_than_a_city_campus_port_and_plant_need_at_least() -> None:
    assert len(CONCRETE) >= 110
    assert len({kind.name.zh for kind in CATALOGUE.types()}) > 0.97 * len(IDS)


@pytest.mark.parametrize(
    "type_id",
    ["building", "storey", "space", "room", "road", "lane", "junction", "bridge", "tunnel",
     "pipe", "manhole", "lamp", "signal", "traffic_signal", "camera", "sensor", "tree", "river",
     "pump", "substation", "transformer", "solar_panel", "pv_array", "battery", "charger",
     "crane", "quay_crane", "yard_crane", "berth", "container", "truck", "aircraft_stand",
     "aircraft", "vehicle", "incident", "tank", "valve", "conveyor", "gate", "parking", "stop",
     "station", "meter", "switchboard", "hydrant", "sluice", "levee", "gauge", "ship", "quay",
     "fairway", "anchorage", "wall", "curtain_wall", "slab", "door", "window", "lift",
     "reservoir", "runway", "lock", "weather_station", "work_order"],
)  # fmt: skip
def test_what_people_of_the_trade_look_for_is_there(type_id: str) -> None:
    assert type_id in CATALOGUE
    assert not CATALOGUE.type(type_id).abstract


def test_every_type_that_readers_give_is_there_and_can_have_entities() -> None:
    ifc = json.loads((FOLDER / "ifc_types.json").read_text("utf-8"))["entity_type"].values()
    table = json.loads((FOLDER / "feature_types.json").read_text("utf-8"))
    given = {name.replace("-", "_") for name in ifc} | {table["fallback"]}
    given |= {row["type"] for row in table["types"]}
    concrete = {kind.id for kind in CONCRETE}
    assert given - concrete == set()
    assert len(given) > 100


@pytest.mark.parametrize("type_id", IDS)
def test_everything_is_named_in_both_languages(type_id: str) -> None:
    kind = CATALOGUE.type(type_id)
    texts = [kind.name, kind.description, *(m.name for m in members(kind))]
    texts += [choice.name for m in members(kind) for choice in m.choices]
    texts += [rule.name for rule in kind.relations]
    texts += [rule.inverse_name for rule in kind.relations if rule.inverse]
    texts += [rule.name for rule in kind.rules]
    for words in texts:
        assert words.zh, (type_id, words)
        assert words.en, (type_id, words)
        assert not HAN.search(words.en), words
    assert HAN.search(kind.name.zh)
    assert HAN.search(kind.description.zh)


@pytest.mark.parametrize("type_id", IDS)
def test_the_unit_that_an_id_ends_in_is_the_propertys(type_id: str) -> None:
    for member in members(CATALOGUE.type(type_id)):
        ending = next((s for s in sorted(SUFFIXES, key=len, reverse=True)
                       if member.id.endswith(s)), None)  # fmt: skip
        if member.kind in NUMERIC and ending is not None and member.unit:
            assert member.unit == SUFFIXES[ending], member.id
        elif member.unit:
            assert member.unit in ("year", "day", "hour", "person", "1/min"), member.id


@pytest.mark.parametrize("type_id", IDS)
def test_every_type_can_be_drawn_and_coded(type_id: str) -> None:
    shown = CATALOGUE.appearance(type_id)
    assert re.fullmatch(r"#[0-9a-f]{6}", shown.colour)
    assert shown.symbol == "pin" or has_model(shown.symbol), shown.symbol
    if not CATALOGUE.type(type_id).abstract:
        assert not TABLE.get(CATALOGUE.code_class(type_id)).retired


def test_every_icon_is_in_the_font_that_the_window_brings() -> None:
    spec = importlib.util.find_spec("qtawesome")
    assert spec is not None
    assert spec.origin is not None
    (charmap,) = (Path(spec.origin).parent / "fonts").glob("materialdesignicons6-*charmap*.json")
    glyphs = json.loads(charmap.read_text("utf-8"))
    wrong = [kind.id for kind in CATALOGUE.types() if kind.icon.removeprefix("mdi6.") not in glyphs]
    assert wrong == []
    assert all(kind.icon.startswith("mdi6.") for kind in CATALOGUE.types())


def test_colours_are_calm() -> None:
    # Loud colours are for alarms: the strongest of red, green and blue leads by 160 at most.
    for kind in CATALOGUE.types():
        channels = [int(kind.colour[i : i + 2], 16) for i in (1, 3, 5)]
        assert max(channels) - min(channels) <= 160, kind.id


def test_limits_of_rules_are_possible_values_of_what_they_watch() -> None:
    count = 0
    for kind in CATALOGUE.types():
        for rule in kind.rules:
            watched = CATALOGUE.indicators(kind.id)[rule.indicator]
            if rule.property:
                limit = CATALOGUE.properties(kind.id)[rule.property]
                assert limit.unit == watched.unit, (kind.id, rule.id)
            elif watched.kind is Kind.BOOLEAN:
                assert isinstance(rule.threshold, bool)
            elif watched.kind is Kind.ENUM:
                assert rule.threshold in [choice.value for choice in watched.choices]
            else:
                assert isinstance(rule.threshold, int | float)
                low, high = watched.minimum, watched.maximum
                assert low is None or rule.threshold >= low, (kind.id, rule.id)
                assert high is None or rule.threshold <= high, (kind.id, rule.id)
                normal = watched.normal_minimum, watched.normal_maximum
                if rule.operator in (">", ">=") and normal[1] is not None:
                    assert rule.threshold >= normal[1], (kind.id, rule.id)
                if rule.operator in ("<", "<=") and normal[0] is not None:
                    assert rule.threshold <= normal[0], (kind.id, rule.id)
            count += 1
    assert count > 90


def test_relations_of_one_kind_have_one_inverse_and_one_nature() -> None:
    seen: dict[str, set[tuple[bool, bool]]] = {}
    inverse: dict[str, set[str]] = {}
    for kind in CATALOGUE.types():
        for rule in kind.relations:
            seen.setdefault(rule.kind, set()).add((rule.symmetric, rule.acyclic))
            inverse.setdefault(rule.kind, set()).add(rule.inverse)
            assert not rule.symmetric or rule.inverse == rule.kind
    assert {name for name, natures in seen.items() if len(natures) > 1} == set()
    assert {name for name, names in inverse.items() if len(names) > 1} == set()
    assert all(inverse["contains"]), "contains needs an inverse"
    assert seen["contains"] == {(False, True)}


@pytest.mark.parametrize("unit", sorted({m.unit for k in CATALOGUE.types() for m in members(k)}))
def test_every_unit_is_common_and_has_a_label(unit: str) -> None:
    assert unit in units.COMMON


def test_most_concrete_types_say_more_than_their_parent() -> None:
    silent = [
        k.id for k in CONCRETE if not (k.properties or k.indicators or k.relations or k.rules)
    ]
    assert len(silent) < 0.2 * len(CONCRETE)


def test_the_file_is_laid_out_as_the_program_writes_it() -> None:
    about = json.loads(entity_types_text())["about"]
    assert CATALOGUE.to_json(about) == entity_types_text()


def test_no_type_hangs_in_the_air() -> None:
    roots = [kind.id for kind in CATALOGUE.types() if not kind.parents]
    assert roots == ["thing"]
    assert max(len(CATALOGUE.ancestors(one)) for one in IDS) <= 6
    assert Counter(IDS).most_common(1)[0][1] == 1
