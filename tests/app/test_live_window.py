"""Live values in the window: the Live tab, charts, colouring, and the slider's instant."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from plugins.builtin.connecting.connections import Mapping
from plugins.builtin.file_replay.columns import batches_of
from twin_model.samples import SampleBatch, SampleKeys
from twin_model.time import Instant
from window_support import MakeWindow, make_window, project, qapp_args

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

__all__ = ["make_window", "project", "qapp_args"]
pytestmark = pytest.mark.gui
LIVE = 5


def test_live_values_are_shown_charted_exported_and_coloured_also_as_of_then(
    qtbot: QtBot, make_window: MakeWindow, project: Path, tmp_path: Path
) -> None:
    window = make_window(project)
    live = window.live
    live.session.begin()
    qtbot.waitUntil(lambda: live.session.operations is not None, timeout=20_000)
    now_us = Instant.now().us
    keys = SampleKeys(["old-town-0", "old-town-1"], ["power_kw"])
    times = now_us - 300_000_000 + np.arange(300) * 1_000_000
    for entity in (0, 1):
        values = np.arange(300) + 1000.0 * entity
        live.session.live.hub.publish(SampleBatch.of(keys, entity, 0, times, values))
    entity = window.session.required.entity("old-town-0")
    window.interaction.select(entity)
    panel = window.entity_panel
    panel.tabs.set_current(LIVE)

    def shown() -> str:
        return " | ".join(f"{f.name} {f.value} {f.note}" for f in panel._live_fields)

    qtbot.waitUntil(lambda: "Power demand 299 kW" in shown())
    assert "ago" in shown()

    live.chart("old-town-0", "power_kw")
    live.chart("old-town-1", "power_kw")
    charts = live.charts
    assert charts is not None
    qtbot.waitUntil(lambda: len(charts.plot.lines) == 2 and len(charts.plot.lines[0].value) > 200)
    assert charts.plot.lines[0].unit == "kW"
    assert charts.plot.lines[1].value.max() == 1299.0
    assert "Old town 1 · Power demand 1,299 kW" in charts.legend.text()
    table = tmp_path / "values.csv"
    charts.save_table(table)
    qtbot.waitUntil(lambda: charts.readout.text() == "Saved values.csv")
    rows = list(csv.reader(table.read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0] == ["time", "entity", "indicator", "value", "unit", "entity_name",
                       "indicator_name"]  # fmt: skip
    assert rows[600][1:] == ["old-town-1", "power_kw", "1299.0", "kW", "Old town 1", "Power demand"]
    assert len(rows) == 601
    again = next(batches_of(table, [Mapping(source="{entity}/{indicator}")]))
    assert len(again.value) == 600 and set(again.entity) == {"old-town-0", "old-town-1"}
    charts.save_picture(tmp_path / "chart.png")
    assert (tmp_path / "chart.png").stat().st_size > 2000

    live.toggle_colouring()
    qtbot.waitUntil(lambda: live.legend.isVisible() and "1,299 kW" in live.legend.ends.text())
    assert len({colour for colour, _ in window.scene._marks["indicator"]}) == 2

    then = Instant(now_us - 200_000_000)
    window.timeline.set_instant(then)
    qtbot.waitUntil(lambda: "before" in shown() and "kW" in shown())
    past = float(shown().split("Power demand ")[1].split(" ")[0])
    assert past == pytest.approx(100, abs=1.5)
    window.timeline.set_instant(None)
    live.toggle_colouring()
    assert not live.legend.isVisible()


def test_a_pause_is_a_gap_and_no_line() -> None:
    from app.plots import with_gaps

    time_s = np.array([0.0, 1.0, 2.0, 500.0, 501.0])
    times, values = with_gaps(time_s, np.arange(5.0))
    assert times.tolist() == [0.0, 1.0, 2.0, 251.0, 500.0, 501.0]
    assert np.isnan(values).tolist() == [False, False, False, True, False, False]
