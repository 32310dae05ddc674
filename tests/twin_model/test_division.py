"""The project's administrative division: stated once, in codes given from then on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assets.catalogue import entity_types_text
from twin_model.codes.management import NO_DIVISION
from twin_model.commands import AddEntities, AddLayers, EditEntities
from twin_model.creation import CreateEntities, Naming
from twin_model.division import SetDivision, division_of
from twin_model.entity import Codes, Entity
from twin_model.errors import ValidationError
from twin_model.frame import Frame
from twin_model.layer import Layer, LayerRole
from twin_model.schema.catalogue import Catalogue
from twin_model.schema.relating import code_classes
from twin_model.store.verify import verify_store
from twin_model.twin import Twin

FRAME = Frame("EPSG:4549", (500_000.0, 3_350_000.0, 0.0))
PUMP = {"pump": Naming("Pump", "EQ0103")}


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    with Twin.create(tmp_path / "a.shapan", FRAME) as made:
        yield made


def pump(name: str, **values: object) -> Entity:
    return Entity(name, "pump", position=(0.0, 0.0, 0.0), **values)  # type: ignore[arg-type]


def code(twin: Twin, name: str) -> str:
    return twin.entity(name).codes.management


def test_new_codes_begin_with_the_division_and_earlier_ones_stay(twin: Twin) -> None:
    assert division_of(twin) == NO_DIVISION
    twin.execute(CreateEntities([pump("a")], PUMP))
    twin.execute(SetDivision("330206"))
    twin.execute(CreateEntities([pump("b"), pump("c")], PUMP))
    twin.execute(SetDivision("330211"))
    twin.execute(CreateEntities([pump("d")], PUMP))
    assert [code(twin, name) for name in "abcd"] == [
        "000000-EQ0103-000001", "330206-EQ0103-000001", "330206-EQ0103-000002",
        "330211-EQ0103-000001",
    ]  # fmt: skip
    assert verify_store(twin) == []


def test_the_division_is_undone_and_survives_reopening(tmp_path: Path) -> None:
    with Twin.create(tmp_path / "a.shapan", FRAME) as twin:
        twin.execute(SetDivision("110108"))
        twin.execute(SetDivision("310115"))
    with Twin.open(tmp_path / "a.shapan") as twin:
        assert division_of(twin) == "310115"
        assert twin.undo() == "Set division 310115"
        assert division_of(twin) == "110108"
        twin.undo()
        assert division_of(twin) == NO_DIVISION


@pytest.mark.parametrize("wrong", ["", "33020", "3302066", "990101", "33a206", "330006"])
def test_what_cannot_be_a_division_is_refused(twin: Twin, wrong: str) -> None:
    with pytest.raises(ValidationError, match="division"):
        twin.execute(SetDivision(wrong))
    assert division_of(twin) == NO_DIVISION


def test_entities_of_a_layer_get_codes_of_their_types_and_keep_those_they_have(
    twin: Twin,
) -> None:
    catalogue = Catalogue.load(entity_types_text())
    classes = code_classes(catalogue, ["pump", "building", "nothing-known"])
    assert classes["building"] == "BD0100" and "nothing-known" not in classes
    twin.execute(SetDivision("330206"))
    layer = Layer("one", "One", "vector", LayerRole.MESH, "GeoPackage", "x", "t.json")
    entities = [
        Entity("b1", "building", layer="one"),
        Entity("b2", "building", layer="one", codes=Codes("330206-BD0100-000001")),
        Entity("b3", "building", layer="one"),
        Entity("n", "nothing-known", layer="one"),
    ]
    twin.execute(AddLayers([layer], entities, classes=classes))
    assert [code(twin, name) for name in ("b1", "b2", "b3", "n")] == [
        "330206-BD0100-000002", "330206-BD0100-000001", "330206-BD0100-000003", "",
    ]  # fmt: skip


def test_what_plugins_add_is_coded_too_and_the_space_code_follows_a_move(twin: Twin) -> None:
    twin.execute(AddEntities([pump("plain")]))
    assert twin.entity("plain").codes == Codes()  # nobody knows the classes
    twin.catalogue = Catalogue.load(entity_types_text())
    twin.execute(SetDivision("330206"))
    given = Codes("330206-EQ0103-000001", "N50J47539B825534", "202400000000003")
    twin.execute(AddEntities([pump("a"), pump("b", codes=given), Entity("c", "made_up")]))
    codes = twin.entity("a").codes
    assert codes.management == "330206-EQ0103-000002"
    assert codes.space.startswith("N51") and len(codes.time) == 15
    assert twin.entity("b").codes == given
    assert twin.entity("c").codes.management == "" and twin.entity("c").codes.time
    moved = replace(twin.entity("a"), position=(900.0, 0.0, 0.0))
    twin.execute(EditEntities([moved]))
    after = twin.entity("a").codes
    assert after.space != codes.space and after.space.startswith("N51")
    assert (after.management, after.time) == (codes.management, codes.time)
    twin.undo()
    assert twin.entity("a").codes == codes
