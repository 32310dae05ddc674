"""The panel with samples of another publisher."""

from __future__ import annotations

from typing import Any

from shapan import SampleBatch


def test_the_selected_entity_s_values_are_shown(shapan_plugin: Any) -> None:
    panel = shapan_plugin.panel("values")
    assert panel.table.rowCount() == 0
    shapan_plugin.publish(SampleBatch.from_rows([("pump-1", "flow", 1_000_000, 2.5)]))
    shapan_plugin.select("pump-1")
    shapan_plugin.wait_until(lambda: panel.table.rowCount() == 1)
    assert panel.table.item(0, 0).text() == "flow"
    assert panel.table.item(0, 1).text().startswith("2.5")
    shapan_plugin.publish(SampleBatch.from_rows([("pump-1", "flow", 2_000_000, 3.5)]))
    shapan_plugin.wait_until(lambda: panel.table.item(0, 1).text().startswith("3.5"))
    shapan_plugin.publish(SampleBatch.from_rows([("pump-2", "flow", 3_000_000, 9.0)]))
    shapan_plugin.select("")
    shapan_plugin.wait_until(lambda: panel.table.rowCount() == 0)
