"""An incident seen again: time, camera, trend, what people did; bars on the timeline; symbols."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.alarms.bars import read_bars
from app.live.symbols import top_of
from twin_model.rules.model import Applies, ThresholdRule
from twin_model.rules.rule_set import RuleSet
from twin_model.samples import SampleBatch, SampleKeys
from twin_model.schema.types import Severity
from twin_model.time import Instant
from window_support import MakeWindow, make_window, project, qapp_args

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.window import MainWindow
    from twin_model.operations import Operations

__all__ = ["make_window", "project", "qapp_args"]
pytestmark = pytest.mark.gui
SECOND = 1_000_000
HOT = ThresholdRule(
    id="hot", applies=Applies(type="building"), indicator="power_kw", operator=">", threshold=90,
    priority=Severity.HIGH,
)  # fmt: skip


def begin(qtbot: QtBot, window: MainWindow) -> tuple[Operations, int]:
    """Have two alarms: one ten minutes ago that is acknowledged and over, one that stands."""
    window.live.session.begin()
    qtbot.waitUntil(lambda: window.live.session.operations is not None, timeout=20_000)
    operations = window.live.session.operations
    assert operations is not None
    operations.save_rules(RuleSet(rules=(HOT,)), operations.desk("eva").actor)
    now_us = Instant.now().us
    start_us = now_us - 1_200_000_000
    times = start_us + np.arange(1200) * 1_000_000
    values = np.where((np.arange(1200) > 600) & (np.arange(1200) < 900), 120.0, 20.0)
    keys = SampleKeys(["old-town-0", "new-quay-0"], ["power_kw"])
    half = slice(0, 700)
    operations.hub.publish(SampleBatch.of(keys, 0, 0, times[half], values[half]))
    operations.desk("Li").acknowledge(["old-town-0/hot"], "seen")
    operations.hub.publish(SampleBatch.of(keys, 0, 0, times[700:], values[700:]))
    operations.hub.publish(SampleBatch.of(keys, 1, 0, now_us, 130.0))
    window.docks.show("alarms")
    return operations, start_us


def _telling(name: str, work: Callable[..., Any], told: list[str]) -> Callable[..., Any]:
    """Return something that does the same, and tells that it did."""

    def doing(*args: Any) -> Any:
        told.append(name)
        return work(*args)

    return doing


def test_an_incident_is_replayed_with_time_camera_trend_and_events(
    qtbot: QtBot, make_window: MakeWindow, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(project)
    operations, start_us = begin(qtbot, window)
    alarm = operations.alarms.alarm("old-town-0/hot")
    flown: list[str] = []
    window.live.replay_incident(alarm)
    replay = window.live.replay
    assert replay is not None
    replay.fly_wanted.connect(flown.append)
    qtbot.waitUntil(lambda: replay.incident is not None, timeout=20_000)
    incident = replay.incident
    assert incident is not None
    kinds = [str(event.kind) for event in incident.events]
    assert kinds.index("raised") < kinds.index("returned")
    raised_us = start_us + 601 * 1_000_000
    assert incident.period.start.us == raised_us - 300_000_000
    assert replay.plot is not None and len(replay.plot.lines[0].value) > 100
    assert window.timeline.instant == incident.period.start
    assert replay.trend.text() == "Trend: Power demand"
    axis = window.timeline.axis
    assert axis.start <= incident.period.start and axis.end.us - axis.start.us < 4 * 3600 * SECOND
    assert replay.x() > window.width() // 2  # beside what the camera flies to
    panel = window.live.alarms
    qtbot.waitUntil(lambda: panel.model.picture.historic and not panel.model.rows, timeout=10_000)

    stage, scene = window.viewport.stage, window.scene
    qtbot.waitUntil(lambda: scene.sun == incident.period.start)
    told: list[str] = []
    for name in ("set_style", "set_date", "set_marks"):
        monkeypatch.setattr(stage, name, _telling(name, getattr(stage, name), told))
    replay.slider.sliderMoved.emit(1)  # a second later: for nobody the sun goes on
    replay.step(1)
    assert not told  # what the stage makes of it comes in a turn of its own
    qtbot.waitUntil(lambda: len(panel.model.rows) == 1, timeout=10_000)
    assert told.count("set_date") == 1 and "set_style" not in told
    assert scene.sun == window.timeline.instant
    assert window.timeline.instant is not None and window.timeline.instant.us == raised_us
    assert "Raised" in replay.events.currentItem().text()
    # It stands since it was raised, whatever happened to it after that.
    names = ["old-town-0/hot", "nothing"]
    assert operations.journal.raised_before(Instant.now(), names) == {names[0]: raised_us}
    assert operations.journal.raised_before(Instant(raised_us - 1), names) == {}
    replay.speed.setCurrentIndex(replay.speed.findData(300))
    qtbot.mouseClick(replay.play, Qt.MouseButton.LeftButton)
    at = replay.instant
    qtbot.waitUntil(lambda: replay.instant.us > at.us + 100_000_000, timeout=10_000)
    replay.slider.sliderMoved.emit(0)
    qtbot.waitUntil(lambda: bool(flown), timeout=10_000)
    qtbot.waitUntil(lambda: not replay.playing or replay.instant > at, timeout=10_000)
    replay.close()
    assert window.timeline.instant is None
    assert (axis.start, axis.end) == (axis.first, axis.last)
    qtbot.waitUntil(lambda: not panel.model.picture.historic, timeout=10_000)


def test_the_detail_of_an_alarm_offers_its_replay_and_the_timeline_shows_when_alarms_stood(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    operations, start_us = begin(qtbot, window)
    panel = window.live.alarms
    qtbot.waitUntil(lambda: len(panel.model.rows) == 1, timeout=10_000)
    assert panel.model.index(0, 5).data() == "130 kW"
    panel.table.selectRow(0)
    qtbot.waitUntil(panel.detail.replay.isVisible)
    qtbot.mouseClick(panel.detail.replay, Qt.MouseButton.LeftButton)
    replay = window.live.replay
    assert replay is not None
    qtbot.waitUntil(lambda: replay.isVisible() and replay.incident is not None, timeout=20_000)
    replay.close()
    now_us = operations.hub.clock()
    bars = read_bars(operations.journal, now_us, 1_000_000)
    assert [(bar.priority, bar.alarms) for bar in bars] == [(Severity.HIGH, 1)] * 2
    assert bars[0].start_us == start_us + 601_000_000 and bars[1].end_us == now_us
    assert [bar.alarms for bar in read_bars(operations.journal, now_us, 10**12)] == [2]
    window.live.bars.refresh()
    qtbot.waitUntil(lambda: len(window.live.bars.bars) >= 1, timeout=10_000)
    axis = window.timeline.axis
    axis.show_stretch(Instant(start_us), Instant(now_us))
    window.live.bars.refresh()
    qtbot.waitUntil(lambda: len(window.live.bars.bars) == 2, timeout=10_000)
    picture = axis.grab().toImage()
    token = window.theme.colour("high")
    ratio = axis.devicePixelRatioF()
    x = axis.x_of(Instant(start_us + 700_000_000)) * ratio
    y = (axis.height() / 2 - 6) * ratio
    found = picture.pixelColor(round(x), round(y))
    assert abs(found.red() - token.red()) < 40 and abs(found.blue() - token.blue()) < 40
    assert axis.text_at(x / ratio).startswith("High: one alarm, ")
    # However far away it is looked at from, a bar is wide enough to be seen and pointed at.
    axis.show_stretch(axis.first, axis.last)
    window.live.bars.refresh()
    qtbot.waitUntil(lambda: len(window.live.bars.bars) == 1, timeout=10_000)
    left, right = window.live.bars._place(window.live.bars.bars[0])
    assert right - left >= 6
    assert axis.text_at(right).startswith("High: 2 alarms, ")


def test_entities_get_discs_sized_by_value_and_the_values_themselves(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    begin(qtbot, window)
    live = window.live
    live.toggle_colouring()
    qtbot.waitUntil(lambda: bool(live.legend.colours.values), timeout=10_000)
    live.legend.sizes.setChecked(True)
    live.legend.values.setChecked(True)
    qtbot.waitUntil(lambda: len(live.symbols._drawn) == 2, timeout=10_000)
    items = window.viewport.stage._overlays._items.values()
    labels = [item.text for found in items for item in found]
    assert {"20 kW", "130 kW"} <= set(labels)
    top = top_of(window.session.required.entity("old-town-0"))
    assert top[2] > 60.0
    live.legend.sizes.setChecked(False)
    live.legend.values.setChecked(False)
    assert not live.symbols._drawn
    live.toggle_colouring()
