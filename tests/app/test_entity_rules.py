"""The Rules tab of the Entity panel: what watches an entity, in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale

from app.editing import schema
from app.panels.entity_rules import rule_fields
from twin_model.commands import AddEntities
from twin_model.entity import Entity
from twin_model.frame import Frame
from twin_model.rules.binding import all_rules, bind
from twin_model.rules.model import Applies, ThresholdRule
from twin_model.schema.types import Severity, Words
from twin_model.twin import Twin

PUMP = Entity(
    "p1", "pump", "P-1",
    rules=[
        {"kind": "threshold", "id": "dry", "indicator": "flow", "operator": "<", "threshold": 1.0,
         "on_delay_s": 30.0, "priority": "urgent"},
        {"kind": "magic"},
    ],
)  # fmt: skip
SITE = ThresholdRule(
    id="loud", name=Words(en="Too loud"), applies=Applies(type="equipment"), indicator="sound",
    operator=">", threshold=80.0, priority=Severity.LOW,
)  # fmt: skip


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale("en"))
    yield
    QLocale.setDefault(before)


def test_rules_of_the_type_of_the_project_and_its_own_are_told_apart(tmp_path: Path) -> None:
    catalogue = schema.catalogue()
    with Twin.create(tmp_path / "a.shapan", Frame("EPSG:4549", (5e5, 3e6, 0.0))) as twin:
        twin.catalogue = catalogue
        twin.execute(AddEntities([PUMP, Entity("s", "building", "Shed")]))
        rules, _problems = all_rules([SITE], twin, catalogue)
        binding = bind(rules, twin, catalogue)
    fields = rule_fields(PUMP, binding)
    headings = [field.name for field in fields if field.value is None]
    assert headings == ["Of its type", "Of the project", "Its own"]
    of_type = fields[1 : next(n for n, f in enumerate(fields) if f.name == "Of the project")]
    assert len(of_type) == len(catalogue.rules("pump")) > 1
    assert all(field.value and field.note for field in of_type)
    loud = next(field for field in fields if field.name == "Too loud")
    assert (loud.value, loud.note) == ("sound > 80", "Low")
    dry = next(field for field in fields if field.name == "dry")
    assert dry.value is not None and dry.value.endswith("< 1, for 30 s")
    assert (fields[-1].name, "magic" in str(fields[-1].value)) == ("2", True), fields[-1]
    others = rule_fields(Entity("s", "building", "Shed"), binding)
    assert [field.name for field in others if field.value is None] == ["Of its type"]


def test_rules_of_a_type_are_there_without_any_at_work() -> None:
    fields = rule_fields(Entity("p2", "pump", "P-2"), None)
    assert fields[0].name == "Of its type"
    assert len(fields) == 1 + len(schema.catalogue().rules("pump"))
