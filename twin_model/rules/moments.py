"""What conditions were at each moment of a delivery, so that its size decides nothing.

A delivery may hold one sample or ten seconds of them, as the network pleases. Evaluated only at its
end, a condition would miss what began and ended in between, and tell the time of another entity's
sample. Here each entity has a row for each time at which something of its own came.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin_model.rules.detectors import Rows
from twin_model.rules.expression import Column, RelationStep
from twin_model.rules.world import RuleWorld

#: Where a delivery has more times than this, conditions over relations see it in so many parts.
_MAX_PARTS: Final = 64
#: Entities times parts, so that a large twin keeps up: some 50 ms a condition.
_MAX_EVALUATED: Final = 1_000_000


class Moments:
    """A world of moments, for conditions that follow no relation.

    Made before the samples are set in the world, asked after.

    Parameters
    ----------
    world : RuleWorld
    samples : mapping
        By indicator, rows of the world in order of time.

    Attributes
    ----------
    count : int
        How many moments there are.
    row : (count,) int32 array
        Rows of the world, ascending.
    time_us : (count,) int64 array
        Ascending in each row.
    """

    def __init__(self, world: RuleWorld, samples: Mapping[str, Rows]) -> None:
        self._world = world
        row = np.concatenate([rows.row for rows in samples.values()])
        time_us = np.concatenate([rows.time_us for rows in samples.values()])
        order = np.lexsort((time_us, row))
        row, time_us = row[order], time_us[order]
        fresh = np.concatenate([[True], (np.diff(row) != 0) | (np.diff(time_us) != 0)])
        self.row, self.time_us = row[fresh], time_us[fresh]
        self.count = len(self.row)
        moment = np.empty(len(order), np.intp)
        moment[order] = np.cumsum(fresh) - 1
        begins = np.concatenate([[True], np.diff(self.row) != 0])
        self._start = np.maximum.accumulate(np.where(begins, np.arange(self.count), 0))
        self._samples: dict[str, tuple[NDArray[np.intp], Rows, Column | None]] = {}
        done = 0
        for name, rows in samples.items():
            before = world.indicator(name)
            known = None if before is None else before[self.row]
            self._samples[name] = (moment[done : done + len(rows)], rows, known)
            done += len(rows)

    def indicator(self, name: str) -> Column | None:
        """See `World`."""
        now = self._world.indicator(name)
        if now is None:
            return None
        if name not in self._samples:
            return np.asarray(now[self.row])
        moment, rows, before = self._samples[name]
        words = now.dtype == object
        if before is None or before.dtype != now.dtype:
            before = np.full(self.count, None if words else np.nan, now.dtype)
        came = np.full(self.count, -1)
        came[moment] = np.arange(len(moment))  # of several at one time the last
        last = np.maximum.accumulate(np.where(came >= 0, np.arange(self.count), -1))
        own = last >= self._start
        values = rows.text if words else rows.value
        found = before.copy()
        found[own] = None if values is None else values[came[last[own]]]
        return np.asarray(found)

    def attribute(self, name: str) -> Column:
        """See `World`."""
        return np.asarray(self._world.attribute(name)[self.row])

    def pairs(self, step: RelationStep) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Refuse: what a relation leads to has times of its own."""
        raise LookupError(step.kind)


def parts(samples: Mapping[str, Rows], entities: int) -> list[dict[str, Rows]]:
    """Return samples time by time; in parts of several times each where there are too many.

    Parameters
    ----------
    samples : mapping
        By indicator, in order of time.
    entities : int
        How many are evaluated each time.
    """
    times = np.unique(np.concatenate([rows.time_us for rows in samples.values()]))
    most = max(1, min(_MAX_PARTS, _MAX_EVALUATED // max(1, entities)))
    size = -(-len(times) // most)
    found = []
    for first in range(0, len(times), size):
        start_us, end_us = times[first], times[min(first + size, len(times)) - 1]
        part = {}
        for name, rows in samples.items():
            begin, end = np.searchsorted(rows.time_us, [start_us, end_us + 1])
            if end > begin:
                part[name] = rows.part(slice(int(begin), int(end)))
        found.append(part)
    return found
