"""The analysis on the sample project: four buildings of 10 to 25 m."""

from __future__ import annotations

from typing import Any


def test_what_is_higher_than_the_limit_is_listed_the_highest_first(shapan_plugin: Any) -> None:
    report = shapan_plugin.analyse("tall")
    assert report.values == {"count": 2, "highest_m": 25.0}
    assert report.tables[0].columns["entity"] == ["building-3", "building-2"]
    assert report.tables[1].columns["count"] == [2]


def test_a_limit_above_everything_gives_an_answer_too(shapan_plugin: Any) -> None:
    assert shapan_plugin.analyse("tall", limit=100.0).summary == "nothing is higher than 100 m"
