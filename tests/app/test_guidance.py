"""What to do about alarms is written where it holds, seen at once, and undone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from app.alarms.guidance import GuidanceDialog, with_guidance
from twin_model.rules.rule_set import RuleSet, read_rules
from twin_model.samples import SampleBatch
from twin_model.time import Instant
from window_support import MakeWindow, make_window, project, qapp_args

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

__all__ = ["make_window", "project", "qapp_args"]

RULES = b"""{"format": "shapan-rules", "version": 1, "rules": [
 {"id": "hot", "kind": "threshold", "name": {"en": "Too hot"}, "applies": {"type": "building"},
  "indicator": "heat", "operator": ">", "threshold": 50}]}"""


def test_an_empty_text_takes_guidance_away_and_others_stay() -> None:
    rules = RuleSet(guidance={"*": "Call.", "type:pump": "Isolate it."})
    after = with_guidance(rules, {"type:pump": "  ", "entity:p1": "Open V-3.\n"})
    assert after.guidance == {"*": "Call.", "entity:p1": "Open V-3."}


@pytest.mark.gui
def test_guidance_is_written_at_an_alarm_for_its_type_and_undone(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    session = window.live.session
    session.begin()
    qtbot.waitUntil(lambda: session.operations is not None, timeout=20_000)
    operations = session.operations
    assert operations is not None
    operations.save_rules(read_rules(RULES, "test"), operations.desk("eva").actor)
    window.docks.show("alarms")
    panel = window.live.alarms
    session.live.hub.publish(SampleBatch.from_rows([("old-town-0", "heat", Instant.now(), 80.0)]))
    qtbot.waitUntil(lambda: len(panel.model.rows) == 1, timeout=20_000)
    panel.table.selectRow(0)
    detail = panel.detail
    qtbot.waitUntil(lambda: detail.guidance.text() == "No guidance was written.", timeout=20_000)
    qtbot.mouseClick(detail.write, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(window.findChildren(GuidanceDialog)), timeout=20_000)
    (dialog,) = window.findChildren(GuidanceDialog)
    assert [dialog.scope.itemText(n) for n in range(3)] == [
        "All alarms of Old town 0", "All of type Building", "Every alarm",
    ]  # fmt: skip
    dialog.scope.setCurrentIndex(1)
    dialog.text.setPlainText("Open the **windows**.")
    dialog.scope.setCurrentIndex(0)
    assert dialog.text.toPlainText() == "", "each has its own text"
    dialog.scope.setCurrentIndex(1)
    assert dialog.preview.text() == "Open the **windows**."
    if "SHAPAN_PICTURES" in os.environ:
        dialog.grab().save(os.environ["SHAPAN_PICTURES"])
    qtbot.mouseClick(dialog.keep, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "windows" in detail.guidance.text(), timeout=20_000)
    assert operations.rule_store.current().guidance == {"type:building": "Open the **windows**."}
    window.session.undo()
    qtbot.waitUntil(lambda: detail.guidance.text() == "No guidance was written.", timeout=20_000)
