"""The Alarms dock: the list, its keys, floods, and thousands of rows."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from app.alarms.arranging import Grouping
from app.panels.alarm_actions import ShelveDialog
from app.theme import ROW_PX
from twin_model.alarms.model import State
from twin_model.rules.rule_set import read_rules
from twin_model.samples import SampleBatch, SampleKeys
from twin_model.time import Instant
from window_support import MakeWindow, make_window, project, qapp_args

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.window import MainWindow

__all__ = ["make_window", "project", "qapp_args"]
pytestmark = pytest.mark.gui

RULES = b"""{"format": "shapan-rules", "version": 1, "rules": [
 {"id": "hot", "kind": "threshold", "name": {"zh": "\xe8\xbf\x87\xe7\x83\xad", "en": "Too hot"},
  "applies": {"type": "building"}, "indicator": "heat", "operator": ">", "threshold": 50,
  "priority": "high", "guidance": "Open the **windows**."}]}"""


def begin(qtbot: QtBot, window: MainWindow) -> None:
    """Have history, rules and alarms run in a window, with one rule."""
    window.live.session.begin()
    qtbot.waitUntil(lambda: window.live.session.operations is not None, timeout=20_000)
    operations = window.live.session.operations
    assert operations is not None
    operations.save_rules(read_rules(RULES, "test"), operations.desk("eva").actor)
    window.docks.show("alarms")
    qtbot.waitUntil(window.live.alarms.isVisible)


def key_of(window: MainWindow, row: int) -> str:
    return window.live.alarms.model.rows[row].key


def test_an_alarm_is_listed_acknowledged_with_a_key_and_commented(
    qtbot: QtBot, make_window: MakeWindow, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(project)
    begin(qtbot, window)
    panel = window.live.alarms
    qtbot.waitUntil(lambda: "Everything that rules watch is normal" in panel.empty.text())
    window.live.session.live.hub.publish(
        SampleBatch.from_rows([("old-town-0", "heat", Instant.now(), 80.0)])
    )
    qtbot.waitUntil(lambda: len(panel.model.rows) == 1)
    cells = [panel.model.index(0, column).data() for column in range(7)]
    assert cells[1:4] == ["Too hot", "Old town 0", "Unacknowledged"]
    assert cells[5] == "80"
    panel.table.selectRow(0)
    panel.table.setFocus()
    qtbot.waitUntil(lambda: "windows" in panel.detail.guidance.text(), timeout=20_000)
    qtbot.waitUntil(lambda: panel.detail.plot is not None and panel.detail.plot.isVisible())
    qtbot.keyClick(panel.table, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: panel.model.rows[0].alarm.state == State.ACKNOWLEDGED)  # type: ignore[union-attr]
    monkeypatch.setattr(ShelveDialog, "exec", lambda _: 1)
    monkeypatch.setattr(ShelveDialog, "reason", "being mended")
    qtbot.keyClick(panel.table, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: not panel.model.rows)
    panel.shown.setCurrentIndex(2)
    assert panel.model.index(0, 3).data().startswith("Shelved until ")
    panel.table.selectRow(0)
    assert "being mended" in panel.detail.shelf.text()
    assert not panel.strip.ending.isVisible()
    operations = window.live.session.operations
    assert operations is not None
    operations.alarms.advance(Instant.now().us + 3_400_000_000)  # five minutes before its end
    panel.shown.setCurrentIndex(0)
    qtbot.waitUntil(panel.strip.ending.isVisible, timeout=10_000)
    assert panel.strip.ending.text() == "1 shelved alarm comes back soon"
    assert panel.empty.text().startswith("No alarm stands. 1 is shelved")
    qtbot.mouseClick(panel.strip.ending, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(panel.model.rows) == 1, timeout=10_000)
    assert "ends in " in panel.model.index(0, 3).data()
    assert panel.model.index(0, 6).data() == "being mended"
    panel.table.selectRow(0)
    qtbot.keyClick(panel.table, Qt.Key.Key_U)
    panel.shown.setCurrentIndex(0)
    qtbot.waitUntil(lambda: len(panel.model.rows) == 1)
    window.set_language("zh_CN")
    assert panel.model.index(0, 3).data() == "未确认"
    window.set_language("en")


def test_the_row_under_the_pointer_stays_where_it_is(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    begin(qtbot, window)
    panel = window.live.alarms
    hub = window.live.session.live.hub
    for building in ("old-town-0", "old-town-1", "new-quay-0"):
        hub.publish(SampleBatch.from_rows([(building, "heat", Instant.now(), 80.0)]))
        time.sleep(0.01)
    panel.grouping.setCurrentIndex(list(Grouping).index(Grouping.NONE))
    qtbot.waitUntil(lambda: len(panel.model.rows) == 3)
    table = panel.table
    panel.table.selectRow(1)
    held = key_of(window, 1)
    table.setFixedHeight(2 * ROW_PX + table.horizontalHeader().height())
    qtbot.waitUntil(lambda: table.verticalScrollBar().maximum() > 0)
    table.verticalScrollBar().setValue(10)
    before = table.visualRect(table.model().index(1, 1)).top()
    hub.publish(SampleBatch.from_rows([("new-quay-1", "heat", Instant.now(), 80.0)]))
    qtbot.waitUntil(lambda: len(panel.model.rows) == 4)
    row = panel.model.row_of(held)
    assert row == 2
    assert [panel.model.rows[i.row()].key for i in table.selectionModel().selectedRows()] == [held]
    assert table.visualRect(table.model().index(row, 1)).top() == before


def test_ten_thousand_alarms_are_all_listed_and_the_window_stays_quick(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    from twin_model.commands import AddEntities
    from twin_model.entity import Entity

    window = make_window(project)
    twin = window.session.required
    # Ids as long as those of real projects.
    many = [Entity(f"{n:08d}-5482-5160-a034-92a41801ffee", "building", f"B {n}",
                   (float(n % 100), n / 100, 0.0)) for n in range(10_000)]  # fmt: skip
    twin.execute(AddEntities(many))
    begin(qtbot, window)
    operations = window.live.session.operations
    assert operations is not None
    operations.rebind()
    keys = SampleKeys([e.id for e in many], ["heat"])
    begun = time.monotonic()
    now_us = Instant.now().us
    operations.hub.publish(SampleBatch.of(keys, range(10_000), 0, now_us, 90.0))
    panel = window.live.alarms
    longest = 0.0
    while len(panel.model.rows) < 10_000:
        step = time.monotonic()
        QApplication.processEvents()
        longest = max(longest, time.monotonic() - step)
        assert time.monotonic() - begun < 60
    assert panel.strip.rate.text() == "10,000 in 10 min"
    assert panel.banner.isVisible()
    assert "10,000 alarms" in panel.banner.text.text()
    print(f"listed after {time.monotonic() - begun:.2f} s, longest turn {longest * 1e3:.0f} ms")
    panel.filter.setText("B 77")
    qtbot.waitUntil(lambda: len(panel.model.rows) == 280)
    assert panel.table.indexAt(QPoint(60, 5)).isValid()
