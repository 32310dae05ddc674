"""Values that break a type are refused wherever an edit comes from; what files brought stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assets.catalogue import entity_types_text
from store_contents import current
from twin_model.commands import (
    AddEntities,
    AddLayers,
    AddRelations,
    EditEntities,
    EditRelations,
    RemoveEntities,
    RemoveRelations,
)
from twin_model.creation import CreateEntities
from twin_model.entity import Entity, Relation
from twin_model.errors import StoreError, ValidationError
from twin_model.frame import Frame
from twin_model.layer import Layer, LayerRole
from twin_model.schema.catalogue import Catalogue
from twin_model.schema.data_check import cardinality_faults
from twin_model.schema.project_types import ChangeTypes, prepare
from twin_model.schema.types import PropertyType
from twin_model.store.retyping import broken_by_retyping
from twin_model.store.verify import verify_store
from twin_model.time import ALWAYS, Instant, Interval
from twin_model.topology import KeepTopology
from twin_model.twin import Twin

CATALOGUE = Catalogue.load(entity_types_text())
FRAME = Frame("EPSG:4549", (500_000.0, 3_350_000.0, 0.0))
WRONG = [
    ({"efficiency_percent": 140}, "efficiency_percent = 140"),
    ({"flow_m3_h": -1.0}, "flow_m3_h = -1.0"),
    ({"head_m": {"value": 12, "unit": "kg"}}, "kg"),
    ({"head_m": {"value": 12, "unit": "metres-ish"}}, "metres-ish"),
    ({"head_m": "high"}, "head_m = 'high'"),
    ({"condition": "splendid"}, "condition = 'splendid'"),
    ({"head_m": float("nan")}, "head_m = nan"),
    ({"installed": "2026-02-30"}, "installed"),
]


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    with Twin.create(tmp_path / "a.shapan", FRAME) as made:
        made.catalogue = CATALOGUE
        good = {"head_m": 20.0, "condition": "good"}
        made.execute(AddEntities([Entity(n, "pump", f"P {n}", attributes=good) for n in "ab"]))
        yield made


@pytest.mark.parametrize(("values", "said"), WRONG)
def test_a_value_that_breaks_the_type_is_refused_with_the_whole_command(
    twin: Twin, values: dict[str, Any], said: str
) -> None:
    before, revision = current(twin), twin.revision
    good = replace(twin.entity("a"), attributes={"head_m": 30.0})
    bad = replace(twin.entity("b"), attributes={**twin.entity("b").attributes, **values})
    new = Entity("n", "pump", "New", attributes=values)
    for command in (
        EditEntities([good, bad]), KeepTopology(EditEntities([good, bad])),
        AddEntities([Entity("m", "pump"), new]), CreateEntities([new]),
    ):  # fmt: skip
        with pytest.raises(ValidationError) as caught:
            twin.execute(command)
        assert said in str(caught.value) and str(caught.value).startswith(("P b: ", "New: "))
    assert current(twin) == before and twin.revision == revision
    assert verify_store(twin) == []


def test_a_quantity_in_another_unit_of_its_kind_is_taken(twin: Twin) -> None:
    feet = replace(twin.entity("a"), attributes={"head_m": {"value": 40, "unit": "ft"}})
    twin.execute(EditEntities([feet]))
    assert twin.entity("a").attributes["head_m"] == {"value": 40, "unit": "ft"}


def test_what_a_file_brought_stays_and_hinders_no_other_edit(twin: Twin) -> None:
    layer = Layer("one", "One", "vector", LayerRole.TABLE, "CSV", "x", "features.gpkg")
    odd = Entity("odd", "pump", "Odd", attributes={"head_m": -5.0, "Farbe": "rot"}, layer="one")
    twin.execute(AddLayers([layer], [odd]))
    twin.execute(EditEntities([replace(odd, attributes={**odd.attributes, "condition": "fair"})]))
    assert twin.entity("odd").attributes["head_m"] == -5.0
    with pytest.raises(ValidationError, match="head_m = -6"):
        twin.execute(EditEntities([replace(odd, attributes={"head_m": -6.0})]))
    twin.undo()
    assert twin.entity("odd").attributes == odd.attributes


def test_of_another_type_all_values_are_looked_at(twin: Twin) -> None:
    wrong = Entity("w", "made_up", "W", attributes={"head_m": -5.0})
    twin.execute(AddEntities([wrong]))  # nothing is known of such things
    with pytest.raises(ValidationError, match="head_m"):
        twin.execute(EditEntities([replace(wrong, type="pump")]))


def test_a_changed_type_keeps_what_breaks_it(twin: Twin) -> None:
    short = PropertyType(id="head_m", kind="number", unit="m", maximum=10.0)
    kind = CATALOGUE.type("pump")
    others = tuple(one for one in kind.properties if one.id != "head_m")
    narrower = kind.model_copy(update={"properties": (*others, short)})
    prepared = prepare(twin, CATALOGUE, [narrower])
    assert prepared.broken == 2
    assert isinstance(prepared.command, ChangeTypes)
    twin.execute(prepared.command)
    twin.catalogue = CATALOGUE.with_type(narrower)
    assert twin.entity("a").attributes["head_m"] == 20.0
    with pytest.raises(ValidationError, match="head_m = 11"):
        twin.execute(EditEntities([replace(twin.entity("a"), attributes={"head_m": 11})]))


def test_a_twin_without_a_catalogue_knows_no_types(tmp_path: Path) -> None:
    with Twin.create(tmp_path / "b.shapan", FRAME) as twin:
        twin.execute(AddEntities([Entity("a", "pump", attributes={"head_m": -1})]))
        assert twin.entity("a").attributes == {"head_m": -1}


def test_numbers_that_are_none_are_refused_without_a_catalogue_too(tmp_path: Path) -> None:
    with Twin.create(tmp_path / "b.shapan", FRAME) as twin:
        before = current(twin)
        for wrong in (float("nan"), float("inf")):
            with pytest.raises(ValidationError, match=r"head_m = (nan|inf): P "):
                twin.execute(AddEntities([Entity("a", "pump", "P", attributes={"head_m": wrong})]))
            with pytest.raises(ValidationError, match="feeds r"):
                twin.execute(
                    AddEntities(
                        [Entity("a", "pump"), Entity("b", "pump")],
                        [Relation("r", "feeds", "a", "b", {"rate": wrong})],
                    )
                )
            with pytest.raises(ValidationError, match="position"):
                twin.execute(AddEntities([Entity("a", "pump", "P", (wrong, 0.0, 0.0))]))
            with pytest.raises(ValidationError, match="heading"):
                twin.execute(AddEntities([Entity("a", "pump", "P", heading_deg=wrong)]))
        with pytest.raises(ValidationError, match="attributes"):
            twin.execute(AddEntities([Entity("a", "pump", attributes={"x": {1, 2}})]))
        for unkept in (Entity("a\ud800", "pump"), Entity("a", "pump", layer="x", feature=2**70)):
            with pytest.raises(StoreError, match="could not be written"):
                twin.execute(AddEntities([unkept]))
        deep: list[Any] = []
        for _ in range(5_000):
            deep = [deep]
        with pytest.raises(ValidationError, match="attributes"):
            twin.execute(AddEntities([Entity("a", "pump", attributes={"x": deep})]))
        assert current(twin) == before


def test_relations_that_the_types_do_not_allow_are_refused(twin: Twin) -> None:
    twin.execute(AddEntities([Entity("s", "storey", "S"), Entity("r", "space", "R")]))
    before = current(twin)
    for wrong in (Relation("w", "contains", "a", "s"), Relation("w", "has_port", "a", "s")):
        with pytest.raises(ValidationError, match=f"a – {wrong.target}: relations"):
            twin.execute(AddRelations([wrong]))
        with pytest.raises(ValidationError, match="relations"):
            twin.execute(AddEntities([Entity("n", "pump")], [wrong]))
    assert current(twin) == before
    good = [
        Relation("c", "contains", "s", "r"), Relation("f", "feeds", "a", "b"),
        Relation("m", "made_up_kind", "a", "s"),
    ]  # fmt: skip
    twin.execute(AddRelations(good))
    layer = Layer("one", "One", "bim", LayerRole.TABLE, "IFC4", "x", "t.json")
    stated = Relation("odd", "contains", "a", "s")
    twin.execute(AddLayers([layer], [], [stated]))  # what a file states is kept
    assert twin.relation("odd").target == "s"


# -- how many ----------------------------------------------------------------------------


@pytest.fixture
def harbour(twin: Twin) -> Twin:
    """A harbour with two lamps, three poles, two stations, a berth and six ships."""
    things = [Entity(f"lamp-{n}", "lamp", f"Lamp {n}") for n in range(2)]
    things += [Entity(f"pole-{n}", "pole", f"Pole {n}") for n in range(3)]
    things += [Entity(f"station-{n}", "pumping_station", f"Station {n}") for n in range(2)]
    things += [Entity("berth", "berth", "Berth 7"), Entity("odd", "made_up", "Odd")]
    things += [Entity(f"ship-{n}", "ship", f"Ship {n}") for n in range(6)]
    twin.execute(AddEntities(things))
    return twin


def hung(identifier: str, pole: str, **values: Any) -> Relation:
    return Relation(identifier, "mounted_on", "lamp-0", pole, **values)


def test_one_relation_too_many_is_refused_with_both_things_and_the_rule(harbour: Twin) -> None:
    harbour.execute(AddRelations([hung("one", "pole-0")]))
    before, revision = current(harbour), harbour.revision
    two = Relation("b", "moors", "berth", "ship-0"), hung("two", "pole-1")
    new = Entity("lamp-9", "lamp", "Lamp 9")
    commands = (
        AddRelations(two),
        AddEntities([new], two),
        CreateEntities([new], relations=two),
        AddRelations([hung("three", "pole-1", computed=True)]),  # calling itself so helps nobody
    )
    said = "Lamp 0 – Pole 1: relations.mounted_on = 'Pole 1': Lamp 0 may have 1 of them at most"
    for command in commands:
        with pytest.raises(ValidationError) as caught:
            harbour.execute(command)
        assert str(caught.value) == f"{said}, and has: Pole 0; remove one first"
    assert current(harbour) == before and harbour.revision == revision
    ships = [Relation(f"m{n}", "moors", "berth", f"ship-{n}") for n in range(6)]
    with pytest.raises(ValidationError, match="Berth 7 may have 4 of them at most"):
        harbour.execute(AddRelations(ships))
    harbour.execute(AddRelations(ships[:4]))
    assert verify_store(harbour) == []


def test_a_part_has_one_whole(harbour: Twin) -> None:
    whole = Relation("w0", "aggregates", "station-0", "a")
    harbour.execute(AddRelations([whole]))
    with pytest.raises(ValidationError) as caught:
        harbour.execute(AddRelations([Relation("w1", "aggregates", "station-1", "a")]))
    assert str(caught.value) == (
        "Station 1 – P a: relations.aggregates = 'Station 1': P a may be reached by 1 at most, and"
        " is by: Station 0; remove one first"
    )
    with pytest.raises(ValidationError, match="is by: Station 0"):
        harbour.execute(AddRelations([replace(whole, id="again")]))
    harbour.execute(EditRelations([replace(whole, source="station-1")]))  # it is moved there
    assert [one.source for one in harbour.relations("a")] == ["station-1"]
    other = Relation("w2", "aggregates", "station-0", "b")
    harbour.execute(AddRelations([other]))
    with pytest.raises(ValidationError, match="P a may be reached by 1 at most"):
        harbour.execute(EditRelations([replace(other, target="a")]))
    with pytest.raises(ValidationError, match="may lead only to"):
        harbour.execute(EditRelations([replace(other, target="ship-0")]))


def test_what_has_ended_leaves_its_place_and_what_is_planned_takes_one(harbour: Twin) -> None:
    harbour.execute(AddRelations([hung("one", "pole-0")]))
    harbour.execute(RemoveRelations(["one"]))
    harbour.execute(AddRelations([hung("two", "pole-1")]))  # always, says who adds it
    harbour.execute(RemoveRelations(["two"]))
    day = [Instant.parse(f"2090-01-0{n}") for n in range(1, 5)]
    first = hung("three", "pole-0", valid=Interval(day[0], day[2]))
    then = hung("four", "pole-1", valid=Interval(day[2], day[3]))
    harbour.execute(AddRelations([first, then]))
    with pytest.raises(ValidationError, match="has: Pole 1"):
        harbour.execute(EditRelations([replace(first, valid=Interval(day[0], day[3]))]))
    with pytest.raises(ValidationError, match="has: Pole 0"):
        harbour.execute(AddRelations([hung("x", "pole-2", valid=Interval(day[1], day[2]))]))
    harbour.execute(AddRelations([hung("now", "pole-2", valid=Interval(ALWAYS, day[0]))]))
    with pytest.raises(ValidationError, match=r"has: Pole 0, Pole 1, Pole 2;|has: Pole"):
        harbour.execute(AddRelations([hung("y", "pole-2")]))


def test_too_many_from_a_file_load_and_stay_editable_and_no_more_are_added(harbour: Twin) -> None:
    layer = Layer("one", "One", "bim", LayerRole.TABLE, "IFC4", "x", "t.json")
    stated = [hung(f"f{n}", f"pole-{n}") for n in range(2)]
    harbour.execute(AddLayers([layer], [], stated))
    noted = replace(harbour.relation("f0"), attributes={"remarks": "as surveyed"})
    harbour.execute(EditRelations([noted]))
    assert harbour.relation("f0").attributes == {"remarks": "as surveyed"}
    with pytest.raises(ValidationError, match="Lamp 0 may have 1 of them at most"):
        harbour.execute(AddRelations([hung("more", "pole-2")]))
    assert cardinality_faults(harbour, CATALOGUE) == (
        1, ["Lamp 0: relations.mounted_on = 2: at most 1 of them are allowed"],
    )  # fmt: skip
    harbour.execute(RemoveRelations(["f0"]))
    assert cardinality_faults(harbour, CATALOGUE) == (0, [])
    harbour.undo()  # what was so comes back as it was
    assert len(harbour.relations("lamp-0")) == 2


def test_what_a_thing_needs_cannot_be_taken_from_it(harbour: Twin) -> None:
    harbour.execute(AddRelations([hung("one", "pole-0")]))
    harbour.catalogue = needing("mounted_on")
    before, revision = current(harbour), harbour.revision
    said = "Lamp 0: relations.mounted_on = 'Lamp 0': Lamp 0 needs 1 of them; lead one elsewhere,"
    year = Instant.parse("2090-01-01")
    commands = (
        RemoveRelations(["one"]),
        RemoveEntities(["pole-0"]),
        EditRelations([hung("one", "pole-0", valid=Interval(ALWAYS, year))]),
    )
    for command in commands:
        with pytest.raises(ValidationError) as caught:
            harbour.execute(command)
        assert str(caught.value) == f"{said} or remove Lamp 0 too"
    assert current(harbour) == before and harbour.revision == revision
    harbour.execute(EditRelations([hung("one", "pole-1")]))
    harbour.execute(RemoveEntities(["pole-0"]))
    harbour.execute(RemoveEntities(["pole-1", "lamp-0"]))
    assert verify_store(harbour) == []


def test_a_new_thing_may_lack_what_it_needs_and_its_first_relation_can_be_undone(
    harbour: Twin,
) -> None:
    harbour.catalogue = needing("mounted_on")
    harbour.execute(CreateEntities([Entity("lamp-9", "lamp", "Lamp 9")]))
    harbour.execute(AddRelations([replace(hung("one", "pole-0"), source="lamp-9")]))
    harbour.undo()
    assert [one for one in harbour.relations("lamp-9") if one.kind == "mounted_on"] == []
    harbour.redo()
    with pytest.raises(ValidationError, match="Lamp 9 needs 1 of them"):
        harbour.execute(RemoveRelations(["one"]))


def needing(kind: str) -> Catalogue:
    """Return types of which lamps need a relation."""
    lamp = CATALOGUE.type("lamp")
    rules = tuple(
        rule.model_copy(update={"minimum": 1}) if rule.kind == kind else rule
        for rule in lamp.relations
    )
    return CATALOGUE.with_type(lamp.model_copy(update={"relations": rules}))


def test_types_are_loaded_for_the_first_edit_that_needs_them(tmp_path: Path) -> None:
    loaded: list[Twin] = []

    def load(twin: Twin) -> Catalogue:
        loaded.append(twin)
        return CATALOGUE

    with Twin.create(tmp_path / "b.shapan", FRAME) as twin:
        twin.load_catalogue = load
        with pytest.raises(ValidationError, match="efficiency_percent"):
            wrong = {"efficiency_percent": 140}
            twin.execute(AddEntities([Entity("p", "pump", attributes=wrong)]))
        assert loaded


def test_data_against_the_rules_is_found_from_both_ends_and_where_something_is_missing(
    harbour: Twin,
) -> None:
    layer = Layer("one", "One", "bim", LayerRole.TABLE, "IFC4", "x", "t.json")
    stated = [Relation(f"w{n}", "aggregates", f"station-{n}", "a") for n in range(2)]
    harbour.execute(AddLayers([layer], [], stated))
    assert cardinality_faults(harbour, needing("mounted_on")) == (
        3,
        [
            "P a: relations.aggregates = 2: pump is reached by 1 of them at most",
            "Lamp 0: relations.mounted_on = 0: exactly 1 of them are needed",
            "Lamp 1: relations.mounted_on = 0: exactly 1 of them are needed",
        ],
    )


# -- another type ------------------------------------------------------------------------


def retyped(twin: Twin, type_id: str, *names: str) -> EditEntities:
    return EditEntities([replace(twin.entity(name), type=type_id) for name in names])


def test_another_type_is_refused_where_relations_do_not_fit_it(harbour: Twin) -> None:
    harbour.execute(
        AddRelations([hung("one", "pole-0"), Relation("o", "adjacent", "odd", "berth")])
    )
    before, revision = current(harbour), harbour.revision
    for type_id, name in (("tree", "lamp-0"), ("tree", "pole-0")):  # from either end
        said = broken_by_retyping(harbour, [harbour.entity(name)], type_id)
        assert said is not None and "Lamp 0 – mounted_on – Pole 0; remove" in str(said)
        with pytest.raises(ValidationError, match="Lamp 0 – mounted_on – Pole 0; remove"):
            harbour.execute(retyped(harbour, type_id, name))
    assert (current(harbour), harbour.revision) == (before, revision)
    # What has no such relation may, and both together where they still fit each other.
    harbour.execute(retyped(harbour, "tree", "lamp-1", "pole-1", "odd"))
    harbour.execute(RemoveRelations(["one"]))
    assert broken_by_retyping(harbour, [harbour.entity("lamp-0")], "tree") is None
    harbour.execute(retyped(harbour, "tree", "lamp-0", "pole-0"))


def test_another_type_is_refused_where_there_would_be_too_many(harbour: Twin) -> None:
    # A berth moors so many ships as it likes; a lamp hangs on one thing only.
    carried = [Relation(f"m{n}", "mounted_on", "odd", f"pole-{n}") for n in range(2)]
    harbour.execute(AddRelations(carried))
    said = broken_by_retyping(harbour, [harbour.entity("odd")], "lamp")
    assert said is not None and "2 " not in str(said.rule) and "mounted_on" in str(said)
    with pytest.raises(
        ValidationError, match="Odd – mounted_on – Pole 0; Odd – mounted_on – Pole 1"
    ):
        harbour.execute(retyped(harbour, "lamp", "odd"))
    harbour.execute(RemoveRelations(["m1"]))
    harbour.execute(retyped(harbour, "lamp", "odd"))
    assert harbour.entity("odd").type == "lamp"


def test_what_did_not_fit_before_hinders_no_other_type(harbour: Twin) -> None:
    layer = Layer("one", "One", "bim", LayerRole.TABLE, "IFC4", "x", "t.json")
    odd = Relation("x", "mounted_on", "berth", "ship-0")
    harbour.execute(AddLayers([layer], [], [odd]))
    harbour.execute(retyped(harbour, "building", "berth"))
    assert harbour.entity("berth").type == "building"
