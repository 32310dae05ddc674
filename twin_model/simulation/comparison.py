"""What differs between runs: figures side by side, with the change against the first."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twin_model.store.run_log import Run

Figures = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class ComparedFigure:
    """One figure of several runs.

    Parameters
    ----------
    engine, indicator, unit : str
    values : list of float
        A value a run; NaN where it has none.
    """

    engine: str
    indicator: str
    unit: str
    values: list[float]

    def change(self, number: int) -> float:
        """Return how much a run's value lies above the first's."""
        return self.values[number] - self.values[0]

    def relative(self, number: int) -> float:
        """Return that as a share of the first's; NaN where that is 0."""
        return self.change(number) / self.values[0] if self.values[0] else math.nan


def compare(runs: Sequence[Run]) -> list[ComparedFigure]:
    """Return every figure that any of the runs has, by engine and indicator."""
    figures = [run.about.get("figures", {}) for run in runs]
    units: dict[str, Any] = {}
    for run in runs:
        units |= run.about.get("units", {})
    names = sorted({(e, i) for one in figures for e, inner in one.items() for i in inner})
    return [
        ComparedFigure(
            engine, indicator, units.get(engine, {}).get(indicator, ""),
            [float(one.get(engine, {}).get(indicator, math.nan)) for one in figures],
        )
        for engine, indicator in names
    ]  # fmt: skip


def spread(figures: Sequence[Figures]) -> dict[str, dict[str, dict[str, float]]]:
    """Return mean, least, most and standard deviation of each figure over runs of many seeds."""
    found: dict[str, dict[str, list[float]]] = {}
    for one in figures:
        for engine, inner in one.items():
            for indicator, value in inner.items():
                found.setdefault(engine, {}).setdefault(indicator, []).append(float(value))
    return {
        engine: {
            indicator: {
                "mean": statistics.fmean(values), "least": min(values), "most": max(values),
                "deviation": statistics.stdev(values) if len(values) > 1 else 0.0,
            }
            for indicator, values in inner.items()
        }
        for engine, inner in found.items()
    }  # fmt: skip
