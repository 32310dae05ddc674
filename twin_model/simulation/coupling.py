"""Couplings made ready: units brought together, circles found, entities mapped."""

from __future__ import annotations

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

    def __post_init__(self) -> None:
        factor, offset = unit_line(self.coupling, self.source_unit, self.target_unit)
        self._line = factor * self.coupling.factor, offset * self.coupling.factor
        self.keys = SampleKeys((), [self.coupling.target_indicator])

    def carry(self, batch: SampleBatch) -> SampleBatch | None:
        """Return what the target gets of a batch: the newest value of each entity; None for none.

        Values of bad quality are not passed on.
        """
        try:
            number = list(batch.keys.indicators).index(self.coupling.source_indicator)
        except ValueError:
            return None
        rows = np.flatnonzero(
            (batch.indicator == number) & (batch.quality < Quality.BAD) & np.isfinite(batch.value)
        )
        if not len(rows):
            return None
        newest = np.full(int(batch.entity[rows].max()) + 1, np.nan)
        ordered = rows[np.argsort(batch.time_us[rows], kind="stable")]
        newest[batch.entity[ordered]] = batch.value[ordered]
        sources, targets = self._mapping(batch.keys, np.unique(batch.entity[rows]))
        if not len(sources):
            return None
        entities, values = _combined(targets, newest[sources], self.coupling.combine)
        factor, offset = self._line
        time_us = int(batch.time_us[rows].max())
        return SampleBatch.of(
            self.keys, entities, np.zeros(len(entities), np.int32),
            np.full(len(entities), time_us), values * factor + offset,
            np.zeros(len(entities), np.uint8),
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


def _combined(
    targets: npt.NDArray[np.int32], values: npt.NDArray[np.float64], how: str
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64]]:
    """Return each target once."""
    entities, place = np.unique(targets, return_inverse=True)
    if len(entities) == len(targets):
        out = np.empty(len(entities))
        out[place] = values
        return entities, out
    if how in _REDUCE:
        start = {"sum": 0.0, "max": -np.inf, "min": np.inf}[how]
        out = np.full(len(entities), start)
        _REDUCE[how].at(out, place, values)
        return entities, out
    if how == "mean":
        total = np.bincount(place, values, len(entities))
        return entities, total / np.bincount(place, minlength=len(entities))
    out = np.empty(len(entities))
    out[place] = values
    return entities, out
