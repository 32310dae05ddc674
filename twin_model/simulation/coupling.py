"""Couplings made ready: units brought together, circles found, entities mapped."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from twin_model.errors import ShapanError, SimulationError
from twin_model.samples import Quality, SampleBatch, SampleKeys
from twin_model.schema.units import convert, label
from twin_model.simulation.capabilities import Capabilities
from twin_model.simulation.scenario import Coupling

#: Entities of the other end of a relation: (entity, kind, backward) -> entities.
Related = Callable[[str, str, bool], Sequence[str]]

_REDUCE: Final = {"sum": np.add, "max": np.maximum, "min": np.minimum}


def check_couplings(couplings: Sequence[Coupling], can: Mapping[str, Capabilities]) -> None:
    """Refuse couplings that cannot be.

    Raises
    ------
    SimulationError
        If an indicator is not given or not taken, units measure different things, or simulators
        wait for each other in a circle.
    """
    for one in couplings:
        given, taken = can[one.source].outputs, can[one.target].inputs
        if one.source_indicator not in given:
            raise SimulationError(
                one.source, f"gives no {one.source_indicator}, which the coupling {one} needs",
                remedy=f"it gives {', '.join(sorted(given)) or 'nothing'}",
            )  # fmt: skip
        if one.target_indicator not in taken:
            raise SimulationError(
                one.target, f"takes no {one.target_indicator}, which the coupling {one} gives",
                remedy=f"it takes {', '.join(sorted(taken)) or 'nothing'}",
            )  # fmt: skip
        unit_line(one, given[one.source_indicator], taken[one.target_indicator])
    levels(couplings, list(can))


def unit_line(coupling: Coupling, source: str, target: str) -> tuple[float, float]:
    """Return factor and offset that bring a value from one unit to the other.

    Raises
    ------
    SimulationError
        If they measure different things.
    """
    if source == target:
        return 1.0, 0.0
    try:
        offset = convert(0.0, source, target)
        return convert(1.0, source, target) - offset, offset
    except ShapanError as error:
        told, wanted = label(source) or "a bare number", label(target) or "a bare number"
        raise SimulationError(
            "", f"the coupling {coupling} gives {told} where {wanted} is wanted",
            remedy="couple indicators that measure the same thing",
        ) from error  # fmt: skip


def levels(couplings: Sequence[Coupling], engines: Sequence[str]) -> list[list[str]]:
    """Return the engines in the order in which they are stepped at one instant.

    Those of one level need nothing of each other and are stepped side by side.

    Raises
    ------
    SimulationError
        If couplings without delay form a circle; it is named.
    """
    before = {engine: {c.source for c in couplings if not c.delayed and c.target == engine}
              for engine in engines}  # fmt: skip
    done: set[str] = set()
    found: list[list[str]] = []
    while len(done) < len(engines):
        level = [e for e in engines if e not in done and before[e] <= done]
        if not level:
            raise _circle(couplings, before, done)
        found.append(level)
        done |= set(level)
    return found


def _circle(
    couplings: Sequence[Coupling], before: Mapping[str, set[str]], done: set[str]
) -> SimulationError:
    engine = next(e for e in before if e not in done)
    way = [engine]
    while True:
        engine = next(e for e in sorted(before[engine]) if e not in done)
        if engine in way:
            ring = [*way[way.index(engine) :], engine][::-1]
            break
        way.append(engine)
    named = [
        str(next(c for c in couplings if not c.delayed and (c.source, c.target) == pair))
        for pair in pairwise(ring)
    ]
    return SimulationError(
        "", f"simulators wait for each other in a circle: {', '.join(named)}",
        remedy="make one of these couplings delayed",
    )  # fmt: skip


@dataclass
class Route:
    """One coupling at work.

    Parameters
    ----------
    coupling : Coupling
    source_unit, target_unit : str
    related : callable
        Follows relations of the twin.
    """

    coupling: Coupling
    source_unit: str
    target_unit: str
    related: Related
    _known: dict[str, Sequence[str]] = field(default_factory=dict)
    _layout: _Layout | None = None

    def __post_init__(self) -> None:
        factor, offset = unit_line(self.coupling, self.source_unit, self.target_unit)
        self._line = factor * self.coupling.factor, offset * self.coupling.factor
        self.keys = SampleKeys((), [self.coupling.target_indicator])

    def carry(self, batch: SampleBatch) -> SampleBatch | None:
        """Return what the target gets of a batch: the newest value of each entity; None for none.

        Values of bad quality are not passed on.
        """
        layout = self._layout
        if layout is None or not (layout.complete and layout.fits(batch)):
            layout = self._layout = self._lay_out(batch)
        if layout is None:
            return None
        entities, values = layout.combined(batch.value[layout.rows], self.coupling.combine)
        factor, offset = self._line
        count = len(entities)
        return SampleBatch(
            self.keys, entities, np.zeros(count, np.int32),
            np.full(count, int(batch.time_us[layout.rows[-1]]), np.int64), values * factor + offset,
            np.zeros(count, np.uint8),
        )  # fmt: skip

    def _lay_out(self, batch: SampleBatch) -> _Layout | None:
        """Work out which rows of a batch go to which target."""
        try:
            number = list(batch.keys.indicators).index(self.coupling.source_indicator)
        except ValueError:
            return None
        usable = (batch.quality < Quality.BAD) & np.isfinite(batch.value)
        rows = np.flatnonzero((batch.indicator == number) & usable)
        if not len(rows):
            return None
        ordered = rows[np.argsort(batch.time_us[rows], kind="stable")]
        newest = np.full(int(batch.entity[rows].max()) + 1, -1)
        newest[batch.entity[ordered]] = ordered
        sources, targets = self._mapping(batch.keys, np.unique(batch.entity[rows]))
        if not len(sources):
            return None
        chosen = newest[sources]
        entities, place = np.unique(targets, return_inverse=True)
        return _Layout(
            batch.entity, batch.indicator, list(batch.keys.entities), list(batch.keys.indicators),
            chosen, entities.astype(np.int32), place, bool(usable.all()),
        )  # fmt: skip

    def _mapping(
        self, keys: SampleKeys, present: npt.NDArray[np.int32]
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """Return source and target numbers that belong together."""
        names = keys.entities
        found = [
            (source, self.keys.entity(target))
            for source in present.tolist()
            for target in self._targets(names[source])
        ]
        if not found:
            return np.zeros(0, np.int32), np.zeros(0, np.int32)
        table = np.array(found, np.int32)
        return table[:, 0], table[:, 1]

    def _targets(self, entity: str) -> Sequence[str]:
        known = self._known.get(entity)
        if known is None:
            coupling = self.coupling
            if coupling.entities:
                to = coupling.entities.get(entity)
                known = () if to is None else (to,)
            elif coupling.relation:
                known = tuple(self.related(entity, coupling.relation, coupling.backward))
            else:
                known = (entity,)
            self._known[entity] = known
        return known


@dataclass
class _Layout:
    """Which rows of a batch go where; the next batch of a simulator mostly looks the same.

    Parameters
    ----------
    entity, indicator : int32 arrays
    entities, indicators : list of str
        The names they mean.
    rows : (n,) int array
        The newest row of each pair of source and target.
    targets : (m,) int32 array
        Each target once.
    place : (n,) int array
        Which of them each row belongs to.
    complete : bool
        Whether no row was left out for its quality.
    """

    entity: npt.NDArray[np.int32]
    indicator: npt.NDArray[np.int32]
    entities: list[str]
    indicators: list[str]
    rows: npt.NDArray[np.int64]
    targets: npt.NDArray[np.int32]
    place: npt.NDArray[np.int64]
    complete: bool

    def __post_init__(self) -> None:
        self._entity_bytes = self.entity.tobytes()
        self._indicator_bytes = self.indicator.tobytes()

    def fits(self, batch: SampleBatch) -> bool:
        """Return whether a batch is laid out the same, all of one instant and all usable."""
        # Bytes and sums: for some dozens of values, a tenth of what comparing arrays costs.
        if len(batch) != len(self.entity) or batch.entity.tobytes() != self._entity_bytes:
            return False
        if batch.indicator.tobytes() != self._indicator_bytes:
            return False
        times = batch.time_us
        if times[0] != times[-1] or times.min() != times.max():
            return False
        # Infinite values, and NaN, make the sum no number; one that merely overflows is laid out
        # anew, which is right too.
        if batch.quality.max() >= Quality.BAD or not math.isfinite(batch.value.sum()):
            return False
        keys = batch.keys
        return list(keys.indicators) == self.indicators and list(keys.entities) == self.entities

    def combined(
        self, values: npt.NDArray[np.float64], how: str
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
        """Return each target once, with what becomes of its values."""
        count = len(self.targets)
        if how == "mean":
            total = np.bincount(self.place, values, count)
            return self.targets, total / np.bincount(self.place, minlength=count)
        if how in _REDUCE and count < len(values):
            start = {"sum": 0.0, "max": -np.inf, "min": np.inf}[how]
            out = np.full(count, start)
            _REDUCE[how].at(out, self.place, values)
            return self.targets, out
        out = np.empty(count)
        out[self.place] = values
        return self.targets, out
