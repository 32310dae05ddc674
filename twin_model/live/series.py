"""Every pair of entity and indicator that samples came for gets a number."""

from __future__ import annotations

import threading
import weakref
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin_model.samples import SampleBatch, SampleKeys

#: Names tables of this many pairs are looked up in one step; larger ones pair by pair.
_TABLE_CELLS: Final = 16_000_000
#: Number of a sample that has none, because too many series exist.
REFUSED: Final = -1


class SeriesTable:
    """Numbers series 0, 1, 2… in the order they first appear; numbers never change.

    Parameters
    ----------
    limit : int
        Series there may be; a flood of unknown names must not fill the memory.
    """

    def __init__(self, limit: int = 4_000_000) -> None:
        self._limit = limit
        self._numbers: dict[tuple[str, str], int] = {}
        self._names: list[tuple[str, str]] = []
        self._tables: weakref.WeakKeyDictionary[SampleKeys, _Table] = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._names)

    def name(self, series: int) -> tuple[str, str]:
        """Return the entity id and indicator of a series."""
        return self._names[series]

    def names(self, start: int = 0) -> list[tuple[str, str]]:
        """Return entity id and indicator of every series from *start*, in order."""
        return self._names[start:]

    def find(self, entity: str, indicator: str) -> int | None:
        """Return the number of a series, None where no sample came for it."""
        return self._numbers.get((entity, indicator))

    def number(self, entity: str, indicator: str) -> int:
        """Return the number of a series, a new one where there is none; `REFUSED` at the limit."""
        with self._lock:
            return self._add((entity, indicator))

    def of(self, batch: SampleBatch) -> NDArray[np.int32]:
        """Return the series of each sample, `REFUSED` where the limit is reached.

        Returns
        -------
        (n,) int32 array
        """
        keys = batch.keys
        with self._lock:
            if len(keys.entities) * len(keys.indicators) > _TABLE_CELLS:
                return self._pair_by_pair(batch)
            table = self._tables.get(keys)
            if table is None or not table.has_room(keys):
                # Names are only ever appended, so that a larger table starts empty but right.
                table = self._tables[keys] = _Table(keys)
            flat = batch.entity.astype(np.intp)
            flat *= table.width
            flat += batch.indicator
            series = table.series[flat]
            if series.size and int(series.min()) < 0:
                self._number(np.unique(flat[series < 0]), table, keys)
                series = table.series[flat]
            return series

    def _number(self, cells: NDArray[np.intp], table: _Table, keys: SampleKeys) -> None:
        """Give numbers to pairs of a publisher's names that came for the first time."""
        entities, indicators = keys.entities, keys.indicators
        rows, columns = np.divmod(cells, table.width)
        names = zip(
            [entities[row] for row in rows.tolist()],
            [indicators[column] for column in columns.tolist()],
        )
        table.series[cells] = [self._add(name) for name in names]

    def _add(self, name: tuple[str, str]) -> int:
        number = self._numbers.get(name)
        if number is None:
            if len(self._names) >= self._limit:
                return REFUSED
            number = self._numbers[name] = len(self._names)
            self._names.append(name)
        return number

    def _pair_by_pair(self, batch: SampleBatch) -> NDArray[np.int32]:
        keys = batch.keys
        width = len(keys.indicators)
        number = batch.entity.astype(np.int64) * width + batch.indicator
        pairs, inverse = np.unique(number, return_inverse=True)
        found = [
            self._add((keys.entities[pair // width], keys.indicators[pair % width]))
            for pair in pairs.tolist()
        ]
        return np.array(found, np.int32)[inverse]


class _Table:
    """Series of each pair of a publisher's names, -1 while unknown; with room to grow."""

    __slots__ = ("height", "series", "width")

    def __init__(self, keys: SampleKeys) -> None:
        self.height = max(16, len(keys.entities) * 5 // 4)
        self.width = max(4, len(keys.indicators) * 5 // 4)
        self.series = np.full(self.height * self.width, REFUSED, np.int32)

    def has_room(self, keys: SampleKeys) -> bool:
        """Return whether every pair of names has a place."""
        return len(keys.entities) <= self.height and len(keys.indicators) <= self.width
