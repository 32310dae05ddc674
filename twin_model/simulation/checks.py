"""What the conductor checks of what simulators give."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from twin_model.errors import SimulationError
from twin_model.samples import Quality, SampleBatch
from twin_model.simulation.scenario import Coupling
from twin_model.time import Instant


def check_numbers(name: str, batch: SampleBatch, instant: Instant) -> None:
    """Refuse NaN: it would spread from one simulator to the next.

    Parameters
    ----------
    name : str
        Of the simulator.
    batch : SampleBatch
    instant : Instant
        That it advanced to.

    Raises
    ------
    SimulationError
        With the first entity and indicator that has no number.
    """
    if math.isfinite(batch.value.sum()):
        return  # quick, for nearly every batch: NaN or infinity in it would make the sum one
    bare = ~np.isfinite(batch.value) & (batch.quality < Quality.BAD)
    if not bare.any():
        return
    if batch.position is not None:
        bare &= np.isnan(batch.position[:, 0])
    if batch.text is not None:
        bare &= batch.text == None  # noqa: E711 - element by element
    if bare.any():
        row = int(np.flatnonzero(bare)[0])
        entity = batch.keys.entities[batch.entity[row]]
        indicator = batch.keys.indicators[batch.indicator[row]]
        raise SimulationError(
            name, f"gave {batch.value[row]} for {indicator} of {entity} at {instant}",
            remedy="what was computed before is kept; see the simulator's log",
        )  # fmt: skip


def strangers(
    unknown: Sequence[str], inputs: SampleBatch | None, couplings: Sequence[Coupling]
) -> Sequence[str]:
    """Return which entities that a simulator does not know are worth a word.

    A coupling between the same entities of two simulators carries whatever one gives: that the
    other has only some of them is usual, as a sewer has outfalls, and the surface inlets only.
    That it has none of those with one indicator is a fault.

    Parameters
    ----------
    unknown : sequence of str
    inputs : SampleBatch or None
        What it was told.
    couplings : sequence of Coupling
        Those that told it: of those that name entities, or relations, each has to be there.
    """
    chosen = not couplings or any(one.entities or one.relation for one in couplings)
    if chosen or inputs is None or not unknown:
        return unknown
    strange = np.isin(inputs.entity, [n for n, one in enumerate(inputs.keys.entities)
                                      if one in set(unknown)])  # fmt: skip
    fully = [n for n in np.unique(inputs.indicator) if strange[inputs.indicator == n].all()]
    rows = np.isin(inputs.indicator, fully) & strange
    return [inputs.keys.entities[n] for n in np.unique(inputs.entity[rows]).tolist()]
