"""The newest sample of every series, in columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin_model.samples import SampleBatch
from twin_model.time import ALWAYS

_FIRST: Final = 1024
#: Source time of a series that no sample came for yet.
NEVER_US: Final = ALWAYS.us


@dataclass(slots=True)
class LastValues:
    """Columns by series; grown as series appear.

    Parameters
    ----------
    time_us : (n,) int64 array
        Source time, `NEVER_US` where nothing came yet.
    received_us : (n,) int64 array
        When the hub got it.
    value : (n,) float64 array
    quality : (n,) uint8 array
    text : (n,) object array
    position : (n, 3) float64 array
        Local metres; NaN where the series has none.
    """

    time_us: NDArray[np.int64]
    received_us: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: NDArray[np.uint8]
    text: NDArray[np.object_]
    position: NDArray[np.float64]

    @classmethod
    def empty(cls, room: int = _FIRST) -> LastValues:
        """Return columns in which nothing has come."""
        return cls(
            np.full(room, NEVER_US, np.int64),
            np.full(room, NEVER_US, np.int64),
            np.full(room, np.nan),
            np.zeros(room, np.uint8),
            np.full(room, None, object),
            np.full((room, 3), np.nan),
        )

    def grown(self, count: int) -> LastValues:
        """Return columns with room for *count* series; itself where there is room already."""
        room = len(self.time_us)
        if count <= room:
            return self
        larger = LastValues.empty(max(count, 2 * room))
        for name in self.__slots__:
            getattr(larger, name)[:room] = getattr(self, name)
        return larger

    def first(self, count: int) -> LastValues:
        """Return a copy of the first *count* series."""
        return LastValues(*(getattr(self, name)[:count].copy() for name in self.__slots__))

    def update(
        self, batch: SampleBatch, series: NDArray[np.int32], received_us: int, trusted_us: int
    ) -> NDArray[np.bool_]:
        """Take in a batch and return which samples came late.

        A sample is late where a newer one of its series is known. One whose time lies after
        *trusted_us* came from a clock that runs ahead; it does not make later ones late, which
        would silence the series until that time is reached.

        Parameters
        ----------
        batch : SampleBatch
        series : (n,) int32 array
        received_us, trusted_us : int

        Returns
        -------
        (n,) bool array
        """
        known = self.time_us[series]
        late = (batch.time_us < known) & (known <= trusted_us)
        order: NDArray[np.intp] | None = None
        trusted = batch.time_us <= trusted_us
        if len(batch) > 1 and bool((np.diff(batch.time_us) < 0).any() or not trusted.all()):
            late[trusted] |= _overtaken(batch.time_us[trusted], series[trusted])
            # Those ahead of time first, so that any other one of the batch comes after them.
            order = np.lexsort((batch.time_us, trusted))
        # Repeated indices: NumPy assigns in order, so that the newest sample stays.
        rows = np.flatnonzero(~late) if order is None else order[~late[order]]
        at = series[rows]
        self.time_us[at] = batch.time_us[rows]
        self.received_us[at] = received_us
        self.value[at] = batch.value[rows]
        self.quality[at] = batch.quality[rows]
        if batch.text is not None:
            self.text[at] = batch.text[rows]
        if batch.position is not None:
            self.position[at] = batch.position[rows]
        return late


def _overtaken(time_us: NDArray[np.int64], series: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return which samples follow a newer one of their series in the same batch."""
    if not len(series):
        return np.zeros(0, bool)
    order = np.argsort(series, kind="stable")
    grouped, times = series[order], time_us[order]
    # A running maximum that starts anew with each series: lift each series above those before.
    rank = np.unique(grouped, return_inverse=True)[1].astype(np.float64)
    span = float(times.max() - times.min()) + 1.0
    lifted = (times - times.min()) + rank * span
    late = np.zeros(len(series), bool)
    late[order] = lifted < np.maximum.accumulate(lifted)
    return late
