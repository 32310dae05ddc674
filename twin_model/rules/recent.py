"""The newest samples of every row, for conditions that look back over a window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from twin_model.rules.detectors import Rows

# Row and time in one sortable number: 2**42 microseconds are 50 days, 2**21 rows two million.
_TIME_BITS: Final = 42
#: Samples kept of one row; a source that sends a thousand a second must not fill the memory.
MOST: Final = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class WindowView:
    """Kept and new samples together, ordered by row and time.

    Parameters
    ----------
    row, time_us, value : (n,) arrays
    fresh : (m,) int array
        Where the new samples are, in the order they were given.
    key : (n,) int64 array
        Rising with row and time.
    start_us : int
        Time that the keys count from.
    """

    row: NDArray[np.int32]
    time_us: NDArray[np.int64]
    value: NDArray[np.float64]
    fresh: NDArray[np.intp]
    key: NDArray[np.int64]
    start_us: int

    def last_until(self, at: NDArray[np.intp], ago_us: int) -> NDArray[np.intp]:
        """Return for samples the newest of their row that is *ago_us* older; -1 for none."""
        found = np.searchsorted(self.key, self._then(at, ago_us), side="right") - 1
        missing = (found < 0) | (self.row[np.maximum(found, 0)] != self.row[at])
        last: NDArray[np.intp] = np.where(missing, -1, found)
        return last

    def first_since(self, at: NDArray[np.intp], ago_us: int) -> NDArray[np.intp]:
        """Return for samples the oldest of their row that is younger than *ago_us*."""
        found: NDArray[np.intp] = np.searchsorted(self.key, self._then(at, ago_us), side="right")
        return found

    def _then(self, at: NDArray[np.intp], ago_us: int) -> NDArray[np.int64]:
        since: NDArray[np.int64] = np.maximum(self.time_us[at] - ago_us - self.start_us, -1)
        since += self.row[at].astype(np.int64) << _TIME_BITS
        return since


class Recent:
    """Keeps samples for as long as a window is.

    Parameters
    ----------
    window_us : int
        At most 12 days.
    """

    def __init__(self, window_us: int) -> None:
        self._window_us = window_us
        self._row: NDArray[np.int32] = np.zeros(0, np.int32)
        self._time_us: NDArray[np.int64] = np.zeros(0, np.int64)
        self._value: NDArray[np.float64] = np.zeros(0)

    def kept(self) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.float64]]:
        """Return row, time and value of what is kept, ordered by row and time."""
        return self._row, self._time_us, self._value

    def extend(self, rows: Rows) -> WindowView:
        """Take in samples ordered by row and time, none older than its row's newest."""
        count = len(self._row)
        row = np.concatenate([self._row, rows.row])
        time_us = np.concatenate([self._time_us, rows.time_us])
        value = np.concatenate([self._value, rows.value])
        newest_us = int(time_us.max()) if len(time_us) else 0
        # A clock that is years off must not make keys run into those of the next row.
        start_us = max(int(time_us.min(initial=newest_us)), newest_us - (1 << _TIME_BITS) + 2)
        key = (row.astype(np.int64) << _TIME_BITS) + np.maximum(time_us - start_us, 0)
        order = np.argsort(key, kind="stable")
        place = np.empty(len(order), np.intp)
        place[order] = np.arange(len(order))
        view = WindowView(
            row[order], time_us[order], value[order], place[count:], key[order], start_us
        )
        self._keep(view)
        return view

    def _keep(self, view: WindowView) -> None:
        """Keep what is in the window of its row's newest sample, and not too many of a row."""
        if not len(view.row):
            return
        last = np.append(np.flatnonzero(np.diff(view.row)), len(view.row) - 1)
        group = np.searchsorted(last, np.arange(len(view.row)))
        newest = view.time_us[last][group]
        # Rows that fell silent keep theirs only while the keys can tell the times apart.
        oldest = int(view.time_us.max()) - 2 * self._window_us
        kept = (view.time_us >= newest - self._window_us) & (view.time_us >= oldest)
        kept &= last[group] - np.arange(len(view.row)) < MOST
        self._row, self._time_us = view.row[kept], view.time_us[kept]
        self._value = view.value[kept]
