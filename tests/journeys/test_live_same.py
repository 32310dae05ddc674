"""The window and `shapan live` beside each other on the same broker: the same alarms."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from broker_support import Broker, broker
from plugins.builtin.connecting.connections import Connection, connections_document
from twin_model.rules.model import Applies, ExpressionRule, RateRule, ThresholdRule
from twin_model.rules.rule_set import RuleSet, RuleStore
from twin_model.schema.types import Severity
from twin_model.store.alarm_journal import ALARMS_FILE, AlarmJournal
from window_support import MakeWindow, make_window, project, qapp_args

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

__all__ = ["broker", "make_window", "project", "qapp_args"]
pytestmark = pytest.mark.gui

ALL = Applies(type="building")
RULES = RuleSet(rules=(
    ThresholdRule(id="hot", applies=ALL, indicator="heat", operator=">", threshold=50, deadband=5,
                  priority=Severity.HIGH),
    ThresholdRule(id="long", applies=ALL, indicator="heat", operator=">", threshold=60,
                  on_delay_s=1.0),
    RateRule(id="fast", applies=ALL, indicator="heat", operator=">", per_s=20.0, over_s=2.0),
    ExpressionRule(id="pair", applies=ALL, condition="heat > 70 and smoke = 1"),
))  # fmt: skip
WARM = "new-quay-1"


def prepare(folder: Path, broker: Broker) -> None:
    """Give a project rules and a connection."""
    with contextlib.closing(AlarmJournal(folder / ALARMS_FILE)) as journal:
        RuleStore(journal).save(RULES, "Li")
    made = Connection.model_validate({
        "id": "c", "address": f"127.0.0.1:{broker.port}",
        "mappings": [{"source": "b/{entity}/{indicator}"}],
    })  # fmt: skip
    place = folder / "plugins" / "shapan.mqtt"
    place.mkdir(parents=True)
    (place / "connections.json").write_bytes(connections_document([made]))


def events(folder: Path) -> list[tuple[str, str, int, str]]:
    """Return what happened to each alarm, without what only warmed up."""
    with contextlib.closing(AlarmJournal(folder / ALARMS_FILE, read_only=True)) as journal:
        assert journal.verify() == []
        found = [one.event for one in journal.events()]
    return sorted(
        (e.point, str(e.kind), e.at_us, f"{e.value:g}")
        for e in found
        if e.point and not e.point.startswith(WARM) and str(e.kind) != "value"
    )


def test_the_command_line_gives_the_same_alarms_as_the_window(
    qtbot: QtBot, make_window: MakeWindow, project: Path, broker: Broker, tmp_path: Path
) -> None:
    prepare(project, broker)
    other = tmp_path / "other.shapan"
    shutil.copytree(project, other)
    window = make_window(project)
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "live", str(other), "--for", "200", "--json"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    publisher = broker.publisher()

    def publish(entity: str, indicator: str, value: float, at_ms: int) -> None:
        body = json.dumps({"value": value, "ts": at_ms})
        publisher.publish(f"b/{entity}/{indicator}", body, qos=1).wait_for_publish()

    def warm(folder: Path) -> bool:
        publish(WARM, "heat", 80.0 + time.time() % 1, time.time_ns() // 1_000_000)
        with contextlib.closing(AlarmJournal(folder / ALARMS_FILE, read_only=True)) as journal:
            return bool(journal.rows("SELECT 1 FROM event WHERE point LIKE ?", (f"{WARM}%",)))

    try:
        qtbot.waitUntil(lambda: warm(project) and warm(other), timeout=90_000)
        begun_ms = time.time_ns() // 1_000_000
        chosen = ("old-town-0", "old-town-1", "new-quay-0")
        for step in range(60):
            at_ms = begun_ms + step * 100
            qtbot.wait(max(0, at_ms - time.time_ns() // 1_000_000))
            for number, entity in enumerate(chosen):
                wave = 40 + 40 * ((step // (6 + 4 * number)) % 2)
                publish(entity, "heat", wave + step % 3, at_ms + number)
            publish(chosen[0], "smoke", float(step % 20 > 10), at_ms + 5)
        qtbot.wait(4000)
    finally:
        publisher.loop_stop()
        process.send_signal(signal.SIGINT)
        printed = process.communicate(timeout=60)[0]
    window.session.close()
    ours, theirs = events(project), events(other)
    assert ours == theirs
    kinds = {(point.partition("/")[2], kind) for point, kind, _, _ in ours}
    assert {(rule, "raised") for rule in ("hot", "long", "fast", "pair")} <= kinds
    told = [json.loads(line)["event"] for line in printed.splitlines() if '"event"' in line]
    assert len([e for e in told if e["kind"] == "raised" and not e["point"].startswith(WARM)]) == (
        len([e for e in theirs if e[1] == "raised"])
    )
