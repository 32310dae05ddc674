"""Moving things as they were at an instant, from samples of the time around it."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from rendering.moving.style import MovingStyle
from rendering.moving.tracks import POSITION, Tracks
from twin_model.samples import SampleBatch


def tracks_at(
    style: MovingStyle,
    batch: SampleBatch,
    at_us: int,
    entities: Collection[str] | None = None,
) -> Tracks:
    """Return things that stand where they were.

    Parameters
    ----------
    style : MovingStyle
    batch : SampleBatch
        ``position``, ``heading`` and ``speed`` from `MovingStyle.forget_s` before the instant to
        a little after it, so that what moved is drawn between two samples.
    at_us : int
    entities : collection of str, optional
        All others are left out.
    """
    rows = _around(batch, at_us)
    if entities is not None:
        wanted = [n for n, name in enumerate(batch.keys.entities) if name in entities]
        rows = rows[np.isin(batch.entity[rows], wanted)]
    found = Tracks(style, fixed_us=at_us)
    found.take(batch.select(rows))
    return found


def _around(batch: SampleBatch, at_us: int) -> npt.NDArray[np.intp]:
    """Return the rows up to an instant, and of each thing the first position after it."""
    positions = [n for n, name in enumerate(batch.keys.indicators) if name == POSITION]
    before = batch.time_us <= at_us
    after = np.flatnonzero(~before & np.isin(batch.indicator, positions))
    after = after[np.argsort(batch.time_us[after], kind="stable")]
    _, first = np.unique(batch.entity[after], return_index=True)
    return np.concatenate([np.flatnonzero(before), after[first]])
