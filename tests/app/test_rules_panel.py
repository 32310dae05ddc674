"""Rules in the window: written in a form, tried on history, put into service, undone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction

from app.editing import schema
from app.rules import words
from app.rules.fields import ComboTextField
from app.rules.form import RuleForm
from app.rules.special import AppliesField
from app.workers import JobState
from twin_model.rules.model import of_type
from twin_model.rules.rule_set import read_rules
from twin_model.samples import SampleBatch, SampleKeys
from twin_model.time import Instant
from window_support import MakeWindow, make_window, project, qapp_args

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.rules.dialog import RuleDialog
    from app.window import MainWindow
    from twin_model.operations import Operations

__all__ = ["make_window", "project", "qapp_args"]
pytestmark = pytest.mark.gui


def begin(qtbot: QtBot, window: MainWindow) -> Operations:
    """Have history, rules and alarms run, with an hour of power demand that swings."""
    window.live.session.begin()
    qtbot.waitUntil(lambda: window.live.session.operations is not None, timeout=20_000)
    operations = window.live.session.operations
    assert operations is not None
    now_us = Instant.now().us
    keys = SampleKeys(["old-town-0", "old-town-1"], ["power_kw"])
    times = now_us - 3_000_000_000 + np.arange(3000) * 1_000_000
    # Ten times up to 100, and down to 0 between.
    values = 50 - 50 * np.cos(np.arange(3000) / 300 * 2 * np.pi)
    operations.hub.publish(SampleBatch.of(keys, 0, 0, times, values))
    window.docks.show("rules")
    qtbot.waitUntil(window.live.rules.isVisible)
    return operations


def fill(dialog: RuleDialog, **values: object) -> None:
    for name, value in values.items():
        dialog.form.fields[name].set_value(value)


def test_a_rule_is_written_tried_on_history_put_into_service_and_undone(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    operations = begin(qtbot, window)
    panel = window.live.rules
    window.interaction.select(window.session.required.entity("old-town-0"))
    dialog = panel.make("threshold")
    assert dialog.form.fields["applies"].value()["type"] == "building"
    qtbot.waitUntil(lambda: "4 entities" in dialog.form.fields["applies"].count.text())  # type: ignore[attr-defined]
    dialog.put_into_service()
    assert "name" in dialog.problem.text()
    fill(dialog, name_en="Peak load", name_zh="负荷过高", indicator="power_kw")
    dialog.put_into_service()
    assert dialog.problem.text() == "Limit: write a number"
    fill(dialog, limit={"threshold": 90.0}, deadband=5.0)
    assert dialog.form.fields["limit"].unit.text() == "kW"  # type: ignore[attr-defined]
    fill(dialog, suppress_if="power_kw >")
    dialog.put_into_service()
    assert dialog.problem.text() == "Means nothing while: something is missing at the end"
    fill(dialog, suppress_if="powr_kw > 3 and height > 2")
    told = "Nothing has powr_kw yet; did you mean power_kw?"
    qtbot.waitUntil(lambda: dialog.problem.text() == told, timeout=10_000)
    fill(dialog, suppress_if="")
    assert dialog.problem.text() == ""

    dialog.trial.begin()
    record = dialog.trial.record
    assert record is not None
    qtbot.waitUntil(lambda: record.state == JobState.DONE, timeout=30_000)
    qtbot.waitUntil(lambda: "10 alarms" in dialog.trial.words.text(), timeout=5000)
    assert dialog.trial.words.text() == "Would have raised 10 alarms, no flood."
    note = dialog.trial.note.text()
    assert note.startswith("3,000 samples: only 49 min 59 s of 24 h were recorded  ·  1 place")
    assert str(dialog.trial.list.data(dialog.trial.list.index(0, 2))).endswith(" kW")
    assert dialog.trial.list.rowCount() == 10
    assert dialog.trial.list.data(dialog.trial.list.index(0, 1)) == "Old town 0"
    assert sum(count for count, _ in dialog.trial.chart.bars()) >= 2
    assert not operations.alarms.alarms()

    qtbot.mouseClick(dialog.keep, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.model.row_of("peak-load") >= 0, timeout=10_000)
    line = panel.model.lines[panel.model.row_of("peak-load")]
    assert (line.watched, line.condition) == (4, "Power demand > 90 kW")
    operations.hub.publish(SampleBatch.from_rows([("old-town-1", "power_kw", Instant.now(), 95.0)]))
    qtbot.waitUntil(lambda: len(operations.alarms.alarms()) == 1)

    window.set_language("zh_CN")
    qtbot.waitUntil(lambda: panel.model.lines[panel.model.row_of("peak-load")].name == "负荷过高")
    window.set_language("en")

    assert window.session.required.undo_label == "Put into service: Peak load"
    window.session.undo()
    qtbot.waitUntil(lambda: panel.model.row_of("peak-load") < 0, timeout=10_000)
    assert not operations.rule_store.current().rules
    qtbot.waitUntil(lambda: not operations.alarms.alarms())
    window.session.redo()
    qtbot.waitUntil(lambda: panel.model.row_of("peak-load") >= 0, timeout=10_000)
    reasons = [why for _, _, _, why in operations.rule_store.versions()]
    assert reasons == ["Peak load", "as version 0", "as version 1"]


def test_rules_are_switched_off_exported_removed_imported_and_an_old_version_comes_back(
    qtbot: QtBot, make_window: MakeWindow, project: Path, tmp_path: Path
) -> None:
    window = make_window(project)
    operations = begin(qtbot, window)
    panel = window.live.rules
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"format": "shapan-rules", "version": 1, "rules": [
        {"id": "hot", "kind": "threshold", "name": {"en": "Too hot"},
         "applies": {"type": "building"}, "indicator": "heat", "operator": ">", "threshold": 50}
    ]}))  # fmt: skip
    panel.editing.read_file(file)
    qtbot.waitUntil(lambda: panel.model.row_of("hot") >= 0, timeout=10_000)
    index = panel.model.index(panel.model.row_of("hot"), 0)
    panel.model.setData(index, Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    qtbot.waitUntil(lambda: not panel.model.lines[panel.model.row_of("hot")].rule.enabled)
    assert "Too hot" not in {p.name for p in operations.alarms.points.values()}
    written = tmp_path / "written.json"
    panel.export(written)
    qtbot.waitUntil(written.is_file)
    assert read_rules(written.read_text()) == operations.rule_store.current()
    panel.table.selectRow(panel.shown.mapFromSource(index).row())
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: panel.model.row_of("hot") < 0, timeout=10_000)
    panel.editing.restore(1)
    qtbot.waitUntil(lambda: panel.model.row_of("hot") >= 0, timeout=10_000)
    assert panel.model.lines[panel.model.row_of("hot")].rule.enabled
    file.write_text("no rules")
    panel.editing.read_file(file)
    qtbot.waitUntil(lambda: "cannot be read" in window.overlays.notice.text)


def test_a_trial_is_cancelled_and_leaves_nothing(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    operations = begin(qtbot, window)
    dialog = window.live.rules.make("expression", {"type": "building"}, {"name_en": "Load"})
    fill(dialog, condition="power_kw > 90")
    dialog.trial.stretch.setCurrentIndex(dialog.trial.stretch.findData(30 * 86_400))
    dialog.trial.begin()
    qtbot.mouseClick(dialog.trial.cancel, Qt.MouseButton.LeftButton)
    record = dialog.trial.record
    assert record is not None
    qtbot.waitUntil(lambda: not record.active, timeout=30_000)
    assert record.state == JobState.CANCELLED
    qtbot.waitUntil(lambda: dialog.trial.words.text() == "Cancelled.")
    assert not operations.rule_store.versions()


def test_a_value_of_the_live_tab_becomes_a_rule_by_its_menu(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    begin(qtbot, window)
    panel = window.entity_panel
    window.interaction.select(window.session.required.entity("old-town-0"))
    panel.tabs.set_current(5)
    qtbot.waitUntil(lambda: any(f.target == "chart:power_kw" for f in panel._live_fields))
    row = next(n for n, f in enumerate(panel.fields.fields) if f.target == "chart:power_kw")
    at = panel.fields.visualRect(panel.fields.model().index(row, 0)).center()
    panel.fields.customContextMenuRequested.emit(at)
    menu = window.live.value_menu.menu
    assert menu is not None
    found: list[QAction] = [a for a in menu.actions() if "all of its type" in a.text()]
    found[0].trigger()
    menu.close()
    dialog = window.live.rules.dialog
    assert dialog is not None
    form = dialog.form
    assert form.fields["indicator"].value() == "power_kw"
    assert form.fields["applies"].value()["type"] == "building"
    assert form.fields["name_en"].value() == "Power demand high"


@pytest.mark.parametrize("kind", words.KINDS)
def test_every_kind_of_rule_goes_through_its_form_unchanged(
    qtbot: QtBot, make_window: MakeWindow, kind: str
) -> None:
    from pydantic import TypeAdapter

    from twin_model.rules.model import Rule

    make_window()
    more = {
        "threshold": {"indicator": "flow", "operator": "<", "threshold": 2.5, "deadband": 0.5},
        "rate": {"indicator": "flow", "operator": ">", "per_s": 0.25, "over_s": 90},
        "deviation": {"indicator": "flow", "limit": 0.2, "relative": True, "window_s": 7200},
        "stale": {"indicator": "flow", "after_s": 90},
        "count": {"indicator": "flow", "operator": ">", "threshold": 3, "at_least": 4,
                  "window_s": 600},
        "geofence": {"ring_m": [[0, 0], [10, 0], [10, 12.5]], "event": "dwell", "dwell_s": 30},
        "expression": {"condition": "any(feeds.district, pressure < 2.5)"},
        "calendar": {"condition": "running = 1", "hours": {
            "weekdays": [6, 7], "start": "22:00", "end": "06:00", "zone": "Asia/Shanghai",
            "except_days": ["2026-10-01"], "outside": True}},
        "anomaly": {"indicator": "flow", "method": "seasonal", "limit": 8, "bins": 24},
    }[kind]  # fmt: skip
    document = {"id": "one", "kind": kind, "name": {"en": "One", "zh": "一"}, "priority": "urgent",
                "applies": {"type": "pump", "where": "name != 'x'"}, "on_delay_s": 90.0,
                "escalate_after_s": 600.0, "latching": True, "guidance": "Go *there*.",
                **more}  # fmt: skip
    rule: Rule = TypeAdapter(Rule).validate_python(document)
    form = RuleForm(kind, lambda: None, set())
    qtbot.addWidget(form)
    form.set_rule(rule)
    assert form.rule() == rule
    assert words.condition_text(rule)


def test_the_rule_of_a_type_shows_the_type_and_its_units_and_stays_as_it_is(qtbot: QtBot) -> None:
    declared = schema.catalogue().rules("pump")["vibration_high"]
    rule = of_type("pump", declared)
    form = RuleForm("threshold", lambda: None, set())
    qtbot.addWidget(form)
    form.set_rule(rule)
    applies = form.fields["applies"]
    assert isinstance(applies, AppliesField)
    assert (applies.kind.text(), applies.where.text()) == ("Pump", "type = pump")
    offered = form.fields["indicator"]
    assert isinstance(offered, ComboTextField) and offered.box.count() > 3
    assert form.rule() == rule
    # Another type takes its place, and is none besides.
    applies._choose("gauge")
    assert applies.value() == {"type": "gauge", "where": "", "entities": []}
    applies.any.click()
    assert applies.kind.text() == "Choose a type…" and not applies.any.isEnabled()
