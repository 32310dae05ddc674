"""What the conductor checks of what simulators give."""

from __future__ import annotations

import math

import numpy as np

from twin_model.errors import SimulationError
from twin_model.samples import Quality, SampleBatch
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
