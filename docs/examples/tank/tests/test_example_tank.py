"""The simulator; the checkpoint test itself is in ``shapan plugins test``."""

from __future__ import annotations

from typing import Any

import pytest

from shapan import Instant, SampleBatch


def test_the_level_settles_where_as_much_flows_out_as_in(shapan_plugin: Any) -> None:
    tank = shapan_plugin.worker("tank")
    tank.call("init", start=Instant(0), parameters={"level": 1.0, "inflow": 0.02}, seed=3).result(
        30
    )
    tank.call("step_until", instant=Instant(40_000 * 1_000_000)).result(60)
    level, out = tank.call("get_values").result(30).value
    assert out == pytest.approx(0.02, rel=0.02)
    assert level == pytest.approx((0.02 / 0.004) ** 2 / (2 * 9.81), rel=0.05)


def test_an_inflow_of_others_is_taken_and_the_tank_overflows(shapan_plugin: Any) -> None:
    tank = shapan_plugin.worker("tank")
    tank.call("init", start=Instant(0), parameters={}, seed=1).result(30)
    tank.call("set_values", batch=SampleBatch.from_rows([("tank", "inflow", 0, 1.0)])).result(30)
    tank.call("step_until", instant=Instant(600_000_000)).result(30)
    assert tank.call("get_values").result(30).value[0] == 4.0
