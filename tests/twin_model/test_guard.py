"""Values that break a type are refused wherever an edit comes from; what files brought stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assets.catalogue import entity_types_text
from store_contents import current
from twin_model.commands import AddEntities, AddLayers, AddRelations, EditEntities
from twin_model.creation import CreateEntities
from twin_model.entity import Entity, Relation
from twin_model.errors import StoreError, ValidationError
from twin_model.frame import Frame
from twin_model.layer import Layer, LayerRole
from twin_model.schema.catalogue import Catalogue
from twin_model.schema.project_types import ChangeTypes, prepare
from twin_model.schema.types import PropertyType
from twin_model.store.verify import verify_store
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
