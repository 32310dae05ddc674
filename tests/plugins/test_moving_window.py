"""What moves in the window: clicks select it, names stand above it, the slider takes it back."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.window import MainWindow
from plugin_support import write_plugin
from rendering.camera import CameraPose
from twin_model.commands import AddEntities
from twin_model.entity import Entity
from twin_model.samples import SampleBatch, SampleKeys
from twin_model.time import Instant
from twin_model.twin import Twin
from window_support import MakeWindow, display_of, make_window, project, qapp_args

__all__ = ["make_window", "project", "qapp_args"]

pytestmark = pytest.mark.gui

GROUP = "org.test.buses/buses"


@pytest.fixture
def window(
    make_window: MakeWindow, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> MainWindow:  # fmt: skip
    folder = tmp_path / "development"
    write_plugin(folder, "buses", """
        [[panels]]
        id = "main"
        code = "buses.code:panel"
        """, """
        from PySide6.QtWidgets import QLabel
        from shapan import MovingStyle
        def panel(context):
            style = MovingStyle(shape="bus", labels=True, delay_s=0.0, extrapolate_s=0.0,
                                forget_s=3600.0)
            context.scene.follow("buses", style)
            return QLabel("buses")
        """)  # fmt: skip
    monkeypatch.setenv("SHAPAN_PLUGINS", str(folder))
    with Twin.open(project) as twin:
        twin.execute(AddEntities([Entity("bus-1", "bus", "Line 7", (0.0, -500.0, 0.0))]))
    window = make_window(project)
    qtbot.waitUntil(lambda: "org.test.buses.main" in window.plugins.places, timeout=20_000)
    qtbot.waitUntil(lambda: GROUP in window.plugins.services.moving_scene.names(), timeout=20_000)
    pose = CameraPose((0.0, -160.0, 60.0), (0.0, -100.0, 0.0))
    window.viewport.set_pose(pose, moving=False)
    return window


def publish(window: MainWindow, at_us: int, places: dict[str, tuple[float, float, float]]) -> None:
    keys = SampleKeys(places, ["position"])
    count = len(places)
    batch = SampleBatch(
        keys, np.arange(count, dtype=np.int32), np.zeros(count, np.int32),
        np.full(count, at_us, np.int64), np.full(count, np.nan), np.zeros(count, np.uint8),
        None, np.array(list(places.values())),
    )  # fmt: skip
    window.plugins.host.broker.publish(batch, "")


def placed(window: MainWindow) -> dict[str, tuple[float, ...]]:
    """Return where the scene shows each thing."""
    stage = window.viewport.stage
    found: dict[str, tuple[float, ...]] = {}
    for name in ("bus-1", "ghost"):
        for group in stage.moving_things.groups():
            for place, _ in group.spots(frozenset({name})):
                found[name] = place
    return found


def test_a_click_on_what_moves_selects_its_entity_and_its_name_stands_above_it(
    qtbot: QtBot, window: MainWindow
) -> None:
    now_us = time.time_ns() // 1000
    publish(window, now_us, {"bus-1": (0.0, -100.0, 0.0), "ghost": (25.0, -100.0, 0.0)})
    qtbot.waitUntil(lambda: len(placed(window)) == 2, timeout=10_000)
    labels = window.viewport.stage._overlays.labels
    qtbot.waitUntil(lambda: {"Line 7", "ghost"} <= set(labels.shown), timeout=10_000)
    at = display_of(window, (0.0, -100.0, 1.5))
    qtbot.mouseClick(window.viewport, Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: window.entity_panel.entity is not None)
    assert window.entity_panel.entity is not None
    assert window.entity_panel.entity.id == "bus-1"
    assert window.viewport.stage.moving_things.selected == {"bus-1"}
    # One that is no entity says what it is.
    at = display_of(window, (25.0, -100.0, 1.5))
    qtbot.mouseClick(window.viewport, Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: window.entity_panel.entity is None)
    assert window.overlays.card.isVisible()
    assert "ghost" in window.overlays.card.text
    assert window.viewport.stage.moving_things.selected == {"ghost"}


def test_the_time_slider_takes_what_moves_back_and_now_brings_it_again(
    qtbot: QtBot, window: MainWindow
) -> None:
    now_us = time.time_ns() // 1000
    for n in range(41):
        publish(window, now_us - (40 - n) * 1_000_000, {"bus-1": (float(n), -100.0, 0.0)})
    qtbot.waitUntil(lambda: placed(window).get("bus-1", (0.0,))[0] == 40.0, timeout=10_000)
    then = Instant(now_us - 20_500_000)
    window.timeline.set_instant(then)
    qtbot.waitUntil(
        lambda: placed(window).get("bus-1", (0.0,))[0] == pytest.approx(19.5, abs=0.01),
        timeout=15_000,
    )
    assert not window.viewport.stage.moving_things.active
    # What comes meanwhile does not move what is shown of then.
    publish(window, time.time_ns() // 1000, {"bus-1": (50.0, -100.0, 0.0)})
    qtbot.wait(300)
    assert placed(window)["bus-1"][0] == pytest.approx(19.5, abs=0.01)
    window.timeline.set_instant(Instant(now_us - 3_600_000_000))
    qtbot.waitUntil(lambda: not placed(window), timeout=15_000)
    window.timeline.set_instant(None)
    qtbot.waitUntil(lambda: placed(window).get("bus-1", (0.0,))[0] == 50.0, timeout=10_000)
