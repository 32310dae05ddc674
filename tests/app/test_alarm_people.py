"""In the window: sign-in with roles, reset, out of service, who is told, the report as PDF."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from app.alarms.accounts import AccountsDialog
from app.alarms.people import SignInDialog
from app.alarms.rules_field import RulesField
from app.panels.alarm_actions import ServiceDialog
from app.workers import JobState
from twin_model.alarms.accounts import Actor, Role
from twin_model.alarms.changes import Outcome
from twin_model.alarms.desk import AlarmDesk
from twin_model.alarms.model import EventKind, State
from twin_model.alarms.notification import NotifyRule
from twin_model.rules.model import Applies, ThresholdRule
from twin_model.rules.rule_set import RuleSet
from twin_model.samples import SampleBatch
from twin_model.schema.types import Severity
from twin_model.time import Instant
from window_support import MakeWindow, make_window, project, qapp_args

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.window import MainWindow
    from twin_model.operations import Operations

__all__ = ["make_window", "project", "qapp_args"]
pytestmark = pytest.mark.gui
HOT = ThresholdRule(
    id="hot", applies=Applies(type="building"), indicator="heat", operator=">", threshold=50,
    latching=True,
)  # fmt: skip


def begin(qtbot: QtBot, window: MainWindow) -> Operations:
    window.live.session.begin()
    qtbot.waitUntil(lambda: window.live.session.operations is not None, timeout=20_000)
    operations = window.live.session.operations
    assert operations is not None
    operations.save_rules(RuleSet(rules=(HOT,)), operations.desk("eva").actor)
    window.docks.show("alarms")
    return operations


def raise_alarm(operations: Operations, value: float = 80.0) -> None:
    operations.hub.publish(SampleBatch.from_rows([("old-town-0", "heat", Instant.now(), value)]))


def test_a_latched_alarm_is_reset_and_another_taken_out_of_service_with_keys(
    qtbot: QtBot, make_window: MakeWindow, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(project)
    operations = begin(qtbot, window)
    panel = window.live.alarms
    bell = NotifyRule(id="bell", via="sound", at_least=Severity.LOW, again_s=3600)
    rules = RuleSet(rules=(HOT,), notifications=(bell,))
    operations.save_rules(rules, operations.desk("eva").actor)
    raise_alarm(operations)
    qtbot.waitUntil(lambda: len(panel.model.rows) == 1, timeout=20_000)
    panel.table.selectRow(0)
    panel.table.setFocus()
    qtbot.waitUntil(panel.buttons["silence"].isEnabled, timeout=20_000)
    qtbot.keyClick(panel.table, Qt.Key.Key_M)
    qtbot.waitUntil(lambda: not panel.buttons["silence"].isEnabled(), timeout=20_000)
    assert panel.model.rows[0].alarm.state == State.UNACKNOWLEDGED  # type: ignore[union-attr]
    assert EventKind.SILENCED in {one.event.kind for one in operations.journal.events()}
    qtbot.keyClick(panel.table, Qt.Key.Key_A)
    raise_alarm(operations, 10.0)
    qtbot.waitUntil(lambda: panel.model.rows[0].alarm.state == State.LATCHED, timeout=20_000)  # type: ignore[union-attr]
    qtbot.waitUntil(panel.buttons["reset"].isEnabled, timeout=20_000)
    qtbot.keyClick(panel.table, Qt.Key.Key_R)  # in vain if it were done before A
    qtbot.waitUntil(lambda: not panel.model.rows, timeout=20_000)
    raise_alarm(operations)
    qtbot.waitUntil(lambda: len(panel.model.rows) == 1, timeout=20_000)
    monkeypatch.setattr(ServiceDialog, "exec", lambda _: 1)
    monkeypatch.setattr(ServiceDialog, "reason", "sensor is exchanged")
    panel.table.selectRow(0)
    qtbot.keyClick(panel.table, Qt.Key.Key_O)
    qtbot.waitUntil(lambda: not panel.model.rows, timeout=20_000)
    panel.shown.setCurrentIndex(3)
    qtbot.waitUntil(lambda: len(panel.model.rows) == 1, timeout=20_000)
    assert panel.model.index(0, 3).data() == "Out of service"
    panel.table.selectRow(0)
    qtbot.keyClick(panel.table, Qt.Key.Key_O)
    qtbot.waitUntil(lambda: not panel.model.rows, timeout=20_000)


def test_what_is_done_to_alarms_is_done_in_its_order_however_long_it_takes(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    operations = begin(qtbot, window)
    raise_alarm(operations)
    point, may_go_on = "old-town-0/hot", threading.Event()

    def slow(desk: AlarmDesk) -> Outcome:
        assert may_go_on.wait(20)
        return desk.acknowledge([point])

    refused: list[str] = []
    window.live.session.failed.connect(refused.append)
    window.live.session.act(slow)
    raise_alarm(operations, 10.0)
    window.live.session.act(lambda desk: desk.reset([point]))  # an alarm that waits is not reset
    qtbot.wait(100)
    assert operations.alarms.alarm(point).state == State.LATCHED and not refused
    may_go_on.set()
    qtbot.waitUntil(lambda: not operations.alarms.alarms(), timeout=20_000)
    assert not refused


def test_where_sign_in_is_demanded_nobody_acts_without_and_roles_hold(
    qtbot: QtBot, make_window: MakeWindow, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(project)
    operations = begin(qtbot, window)
    live, people = window.live.session, window.live.people
    people.show()
    accounts = people.dialog
    assert isinstance(accounts, AccountsDialog)
    qtbot.waitUntil(accounts.empty.isVisible)
    assert accounts.role.currentData() == Role.ADMINISTRATOR
    accounts.name.setText("boss")
    accounts.password.setText("long enough")
    accounts.role.setCurrentIndex(3)
    accounts.save()
    qtbot.waitUntil(lambda: operations.accounts.list() == {"boss": Role.ADMINISTRATOR},
                    timeout=15_000)  # fmt: skip
    operations.accounts.put("olga", Role.OBSERVER, "watching only")
    accounts.demand.click()
    qtbot.waitUntil(lambda: operations.accounts.demanded, timeout=10_000)
    accounts.close()
    raise_alarm(operations)
    panel = window.live.alarms
    qtbot.waitUntil(lambda: len(panel.model.rows) == 1, timeout=10_000)
    panel.table.selectRow(0)
    panel.acknowledge()
    dialog = people.dialog
    assert isinstance(dialog, SignInDialog)
    assert dialog.windowTitle() == "Sign in"
    dialog.name.setText("olga")
    dialog.password.setText("wrong")
    dialog.sign_in()
    qtbot.waitUntil(lambda: "wrong" in dialog.problem.text(), timeout=15_000)
    dialog.password.setText("watching only")
    dialog.sign_in()
    qtbot.waitUntil(lambda: live.desk_of is not None, timeout=15_000)
    # What she wanted before she signed in is tried, and she sees what she may.
    qtbot.waitUntil(lambda: "may not acknowledge" in window.overlays.notice.text, timeout=10_000)
    assert panel.buttons["people"].text() == "olga · Observer"
    assert not panel.buttons["acknowledge"].isEnabled() and panel.buttons["fly"].isEnabled()
    assert operations.alarms.alarms()[0].state == State.UNACKNOWLEDGED
    window.live.connections.refresh()
    assert not window.live.connections.buttons["add"].isEnabled()
    assert not window.live.rules.buttons["import"].isEnabled()
    window.live.connections.editing.remove("shapan.mqtt", "works")
    qtbot.waitUntil(
        lambda: "may not change connections" in window.overlays.notice.text, timeout=10_000
    )
    people.show()
    accounts = people.dialog
    assert isinstance(accounts, AccountsDialog)
    qtbot.waitUntil(lambda: accounts.list.topLevelItemCount() == 2)
    assert not accounts.put.isEnabled()
    accounts.sign_out()
    panel.acknowledge()
    dialog = people.dialog
    assert isinstance(dialog, SignInDialog)
    panel.acknowledge()
    assert people.dialog is dialog  # it is asked once
    dialog.name.setText("boss")
    dialog.password.setText("long enough")
    dialog.sign_in()
    qtbot.waitUntil(lambda: live.desk_of is not None, timeout=15_000)
    qtbot.waitUntil(
        lambda: operations.alarms.alarms()[0].state == State.ACKNOWLEDGED, timeout=10_000
    )
    event = [one.event for one in operations.journal.events() if one.event.who == "boss"][-1]
    assert str(event.kind) == "acknowledged"
    people.show()
    accounts = people.dialog
    assert isinstance(accounts, AccountsDialog)
    qtbot.waitUntil(lambda: accounts.list.topLevelItemCount() == 2)
    answers = [QMessageBox.StandardButton.Cancel, *[QMessageBox.StandardButton.Yes] * 2]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answers.pop(0))
    accounts.list.setCurrentItem(accounts.list.topLevelItem(1))
    accounts.remove.click()  # and thinks better of it
    assert set(operations.accounts.list()) == {"boss", "olga"}
    accounts.remove.click()
    qtbot.waitUntil(lambda: set(operations.accounts.list()) == {"boss"}, timeout=10_000)
    qtbot.waitUntil(lambda: accounts.list.topLevelItemCount() == 1)
    accounts.list.setCurrentItem(accounts.list.topLevelItem(0))
    accounts.remove.click()
    qtbot.waitUntil(lambda: "only administrator" in accounts.problem.text(), timeout=10_000)
    assert not answers and live.desk_of is not None


def test_who_touches_nothing_is_warned_then_signed_out_and_a_key_keeps_them_in(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    operations = begin(qtbot, window)
    live, idle, panel = window.live.session, window.live.people.idle, window.live.alarms
    notice, button = window.overlays.notice, panel.buttons["people"]
    now_s = [1000.0]
    idle.clock = lambda: now_s[0]
    operations.accounts.put("boss", Role.ADMINISTRATOR, "long enough")
    operations.accounts.demand(True)
    boss = AlarmDesk(operations.alarms, Actor("boss", Role.ADMINISTRATOR))
    live.sign_in(boss)
    window.live.people.accounts()
    accounts = window.live.people.dialog
    assert isinstance(accounts, AccountsDialog)
    qtbot.waitUntil(accounts.idle.isEnabled)
    assert accounts.idle.currentText() == "Never"
    accounts.idle.setCurrentIndex(accounts.idle.findText("10 min"))
    accounts.idle.activated.emit(accounts.idle.currentIndex())
    qtbot.waitUntil(lambda: operations.accounts.idle_min == 10, timeout=10_000)
    accounts.sign_out()
    live.sign_in(boss)
    qtbot.waitUntil(lambda: idle.minutes == 10)
    now_s[0] += 300.0
    qtbot.waitUntil(lambda: not notice.isVisible() and button.text() == "boss · Administrator")
    qtbot.keyClick(window, Qt.Key.Key_Shift)
    now_s[0] += 570.0  # of which the key began the count anew
    qtbot.waitUntil(lambda: "boss is signed out in 30 s" in notice.text, timeout=5_000)
    assert button.text() == "boss · Administrator · 0:30"
    qtbot.keyClick(window, Qt.Key.Key_Shift)
    assert not notice.isVisible() and button.text() == "boss · Administrator"
    now_s[0] += 601.0
    qtbot.waitUntil(lambda: live.desk_of is None, timeout=5_000)
    assert "boss was signed out after 10 min" in notice.text and button.text() == ""
    raise_alarm(operations)
    qtbot.waitUntil(lambda: len(panel.model.rows) == 1, timeout=10_000)
    panel.table.selectRow(0)
    panel.acknowledge()
    assert isinstance(window.live.people.dialog, SignInDialog)

    def told() -> list[tuple[str, str]]:
        events = [one.event for one in operations.journal.events()]
        return [(one.who, one.text) for one in events if one.kind is EventKind.SIGNED_OUT]

    qtbot.waitUntil(lambda: told() == [("boss", ""), ("boss", "without-input")], timeout=10_000)


def test_who_is_told_is_written_in_a_dialog_and_undone(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    operations = begin(qtbot, window)
    window.live.notification.show_dialog()
    qtbot.waitUntil(lambda: window.live.notification.dialog is not None, timeout=10_000)
    dialog = window.live.notification.dialog
    assert dialog is not None
    assert dialog.empty.isVisible() and not dialog.form.isVisible()
    qtbot.mouseClick(dialog.first, Qt.MouseButton.LeftButton)
    assert dialog.form.isVisible()
    dialog.put_into_service()
    assert dialog.note.objectName() == "error"
    dialog.fields["name"].set_value("Duty")
    dialog.fields["to"].set_value("duty@harbour.example, b@c.example")
    dialog.fields["after_s"].set_value(300)
    rules = dialog.fields["rules"]
    assert isinstance(rules, RulesField) and rules.button.text() == "All rules"
    rules.filter.setText("hot")
    items = [rules.list.item(row) for row in range(rules.list.count())]
    shown = [item for item in items if not item.isHidden()]
    assert [item.text() for item in shown] == ["hot  ·  Building"]
    shown[0].setCheckState(Qt.CheckState.Checked)
    assert rules.button.text() == "hot  ·  Building"
    dialog.server["host"].set_value("mail.example")
    dialog.server["secret"].set_value("p4ss")
    dialog.put_into_service()
    qtbot.waitUntil(lambda: len(operations.rule_store.current().notifications) == 1, timeout=10_000)
    rule = operations.rule_store.current().notifications[0]
    assert rule.to == ("duty@harbour.example", "b@c.example") and rule.after_s == 300
    assert rule.rules == ("hot",)
    assert operations.rule_store.current().rules == (HOT,)
    secrets = window.services.plugins.secrets
    qtbot.waitUntil(lambda: secrets.get("alarms", "mail") == "p4ss", timeout=10_000)
    assert "p4ss" not in (project / "project.json").read_text()
    label = "Put into service: Notification of alarms"
    qtbot.waitUntil(lambda: window.session.required.undo_label == label)
    window.session.undo()
    qtbot.waitUntil(lambda: not operations.rule_store.current().notifications, timeout=10_000)


def test_the_report_is_written_as_pdf_from_the_window_and_the_command_line(
    qtbot: QtBot, make_window: MakeWindow, project: Path, tmp_path: Path
) -> None:
    window = make_window(project, language="zh_CN")
    operations = begin(qtbot, window)
    raise_alarm(operations)
    qtbot.waitUntil(lambda: len(operations.alarms.alarms()) == 1)
    window.live.alarms.report_wanted.emit()
    dialog = window.live.report.dialog
    assert dialog is not None
    place = tmp_path / "报告.pdf"
    dialog.save_report(place)
    record = dialog.record
    assert record is not None
    qtbot.waitUntil(lambda: not record.active, timeout=20_000)
    assert record.state == JobState.DONE, record.error
    assert place.read_bytes().startswith(b"%PDF-") and place.stat().st_size > 5000
    dialog.save_report(tmp_path / "nowhere" / "x.pdf")
    again = dialog.record
    assert again is not None and again is not record
    qtbot.waitUntil(lambda: not again.active, timeout=20_000)
    assert again.state == JobState.FAILED and "cannot be written" in again.error
    window.session.close()
    other = tmp_path / "cli.pdf"
    done = subprocess.run(
        [sys.executable, "-m", "app", "alarms", "report", str(project), "--out", str(other)],
        check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "1 alarms" in done.stdout and other.read_bytes().startswith(b"%PDF-")
