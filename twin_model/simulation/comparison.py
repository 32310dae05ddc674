"""Runs side by side: their figures, the course of a value, entities and depths that differ."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from twin_model.errors import SimulationError
from twin_model.store.run_log import Run
from twin_model.store.run_products import DepthGrid, RunProducts

Figures = Mapping[str, Mapping[str, float]]
FloatArray = npt.NDArray[np.float64]
#: Runs that are compared at once.
MOST: Final = 4
#: Smaller differences are the same: what rounding in files makes of equal values.
_SAME: Final = 1e-9
#: What entities count since the beginning: a mean of it says nothing.
_TOTALS: Final = frozenset({"passed", "entered", "left_stairs"})
#: What engines only tell each other, not a result: how many people stairs may have taken in so
#: far, at most, by which storeys hold back those who come. Who came is counted beside it.
_EXCHANGED: Final = frozenset({"allowed"})


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
        """Return that as a share of the first's size, signed as the change; NaN where that is 0."""
        return self.change(number) / abs(self.values[0]) if self.values[0] else math.nan

    @property
    def differs(self) -> bool:
        """Whether any run has another value than the first, or one has none."""
        known = [value for value in self.values if math.isfinite(value)]
        if len(known) < len(self.values):
            return bool(known)
        return max(known) - min(known) > _SAME * max(1.0, *(abs(v) for v in known))


@dataclass(frozen=True)
class ComparedEntity:
    """Mean of an indicator of one entity over each of several runs, or what it came to in all.

    Parameters
    ----------
    entity, indicator, unit : str
    values : list of float
        A value a run; NaN where it has none.
    """

    entity: str
    indicator: str
    unit: str
    values: list[float]

    def change(self, number: int) -> float:
        """Return how much a run's value lies above the first's."""
        return self.values[number] - self.values[0]


def check_comparable(runs: Sequence[Run]) -> None:
    """Refuse what cannot be compared.

    Raises
    ------
    SimulationError
        If there are too few or too many runs, or units of the same value disagree.
    """
    if not 2 <= len(runs) <= MOST:
        raise SimulationError("", f"{len(runs)} runs cannot be compared", remedy="choose 2 to 4")
    known: dict[tuple[str, str], tuple[str, str]] = {}
    for run in runs:
        for engine, inner in run.about.get("units", {}).items():
            for indicator, unit in inner.items():
                before = known.setdefault((engine, indicator), (unit, run.id))
                if before[0] != unit:
                    raise SimulationError(
                        engine,
                        f"the units of {indicator} are {before[0]} in {before[1]} and {unit} in "
                        f"{run.id}",
                        remedy="compare runs of one version",
                    )


def compare(runs: Sequence[Run]) -> list[ComparedFigure]:
    """Return every figure that any of the runs has, by engine and indicator."""
    figures = [run.about.get("figures", {}) for run in runs]
    units = units_of(runs)
    names = sorted({(e, i) for one in figures for e, inner in one.items() for i in inner})
    return [
        ComparedFigure(
            engine, indicator, units.get((engine, indicator), ""),
            [float(one.get(engine, {}).get(indicator, math.nan)) for one in figures],
        )
        for engine, indicator in names
    ]  # fmt: skip


def units_of(runs: Sequence[Run]) -> dict[tuple[str, str], str]:
    """Return units by engine and indicator."""
    return {
        (engine, indicator): unit
        for run in runs
        for engine, inner in run.about.get("units", {}).items()
        for indicator, unit in inner.items()
    }


def means(run: Run) -> dict[tuple[str, str], float]:
    """Return the mean over the run of each indicator of each entity that stays in place.

    Of what is counted since the beginning, such as who passed a door, it is the last value.
    Entities that stand for whole engines are left out: their figures are compared as such. So is
    what engines only tell each other.
    """
    batch = run.series.read(run.period)
    systems = set(run.about.get("systems", {}).values())
    entities, indicators = batch.keys.entities, batch.keys.indicators
    usable = np.isfinite(batch.value)
    width = max(1, len(indicators))
    number = batch.entity[usable].astype(np.int64) * width + batch.indicator[usable]
    groups, inverse = np.unique(number, return_inverse=True)
    total = np.bincount(inverse, batch.value[usable], len(groups))
    count = np.bincount(inverse, minlength=len(groups))
    order = np.argsort(batch.time_us[usable], kind="stable")
    last = np.empty(len(groups))
    last[inverse[order]] = batch.value[usable][order]
    counted = np.isin(groups % width, [n for n, one in enumerate(indicators) if one in _TOTALS])
    found = np.where(counted, last, total / count)
    return {
        (entities[group // width], indicators[group % width]): float(value)
        for group, value in zip(groups.tolist(), found.tolist())
        if entities[group // width] not in systems and indicators[group % width] not in _EXCHANGED
    }


def compare_entities(runs: Sequence[Run]) -> list[ComparedEntity]:
    """Return the entities whose means differ from the first run's, the greatest change first.

    Changes are ordered by their share of the greatest value of that indicator, so that metres and
    vehicles an hour can stand in one list.
    """
    found = []
    for run in runs:
        unit_of = _units_in(run)
        found.append({(*key, unit_of(*key)): value for key, value in means(run).items()})
    scale: dict[tuple[str, str], float] = {}
    for one in found:
        for (_, indicator, unit), value in one.items():
            scale[indicator, unit] = max(scale.get((indicator, unit), 0.0), abs(value))
    changed: list[tuple[float, ComparedEntity]] = []
    for entity, indicator, unit in sorted({key for one in found for key in one}):
        values = [one.get((entity, indicator, unit), math.nan) for one in found]
        known = [value for value in values if math.isfinite(value)]
        spread = max(known) - min(known)
        greatest = scale[indicator, unit]
        share = spread / greatest if greatest else 0.0
        if share > 1e-6 or len(known) < len(values):
            changed.append((-share, ComparedEntity(entity, indicator, unit, values)))
    changed.sort(key=lambda one: one[0])
    return [one for _, one in changed]


def _units_in(run: Run) -> Callable[[str, str], str]:
    """Return what tells the unit of an entity's indicator; empty where nobody noted its engine."""
    units = units_of([run])
    # Runs of earlier versions kept it in place of the engines' versions.
    engines: dict[str, str] = run.about.get("told_by", run.about.get("engines", {}))
    of_indicator: dict[str, set[str]] = {}
    for (_, indicator), unit in units.items():
        of_indicator.setdefault(indicator, set()).add(unit)

    def unit_of(entity: str, indicator: str) -> str:
        known = of_indicator.get(indicator, {""})
        if len(known) == 1:
            return next(iter(known))
        return units.get((engines.get(entity, ""), indicator), "")

    return unit_of


def courses(
    runs: Sequence[Run], entity: str, indicator: str
) -> list[tuple[FloatArray, FloatArray]]:
    """Return seconds since its beginning and values of one series in each run.

    Where *entity* is an engine of a run, the entity that stands for the whole of it is meant.
    """
    found = []
    for run in runs:
        name = run.about.get("systems", {}).get(entity, entity)
        batch = run.series.read(run.period, [name], [indicator]).sorted_by_time()
        seconds = (batch.time_us - run.period.start.us) / 1e6
        found.append((seconds, batch.value))
    return found


def depth_change(before: RunProducts, after: RunProducts) -> tuple[DepthGrid, FloatArray] | None:
    """Return the grid of the later run, and by how much its greatest depths lie above the other's.

    None where one of them has no depths.

    Raises
    ------
    SimulationError
        If the grids have other cells.
    """
    systems = [one.water_systems() for one in (before, after)]
    if not all(systems):
        return None
    grids = [one.last_depth(names[0]) for one, names in zip((before, after), systems)]
    first, second = grids
    if first is None or second is None:
        return None
    if not first.same_cells(second):
        raise SimulationError(
            "", "the runs have grids of water with other cells", remedy="use the same bounds and "
            "cell size in both scenarios",
        )  # fmt: skip
    return second, second.deepest_m - first.deepest_m


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
