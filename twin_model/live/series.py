"""Every pair of entity and indicator that samples came for gets a number."""

from __future__ import annotations

import threading
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin_model.samples import SampleBatch

#: Names tables of this many pairs are looked up in one step; larger ones pair by pair.
_TABLE_CELLS: Final = 16_000_000
_REMEMBERED: Final = 256
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
        # By identity of the names' tuples, which are kept so that no other object gets their id.
        self._tables: dict[tuple[int, int], _Table] = {}
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
        cells = len(batch.entities) * len(batch.indicators)
        with self._lock:
            if cells > _TABLE_CELLS:
                return self._pair_by_pair(batch)
            key = (id(batch.entities), id(batch.indicators))
            table = self._tables.get(key)
            if table is None:
                if len(self._tables) >= _REMEMBERED:
                    self._tables.clear()
                table = self._tables[key] = _Table(batch)
            flat = batch.entity.astype(np.intp)
            flat *= len(batch.indicators)
            flat += batch.indicator
            series = table.series[flat]
            if series.size and int(series.min()) < 0:
                self._fill(table, np.unique(flat[series < 0]))
                series = table.series[flat]
            return series

    def _fill(self, table: _Table, cells: NDArray[np.intp]) -> None:
        width = len(table.indicators)
        for cell in cells.tolist():
            name = (table.entities[cell // width], table.indicators[cell % width])
            table.series[cell] = self._add(name)

    def _add(self, name: tuple[str, str]) -> int:
        number = self._numbers.get(name)
        if number is None:
            if len(self._names) >= self._limit:
                return REFUSED
            number = self._numbers[name] = len(self._names)
            self._names.append(name)
        return number

    def _pair_by_pair(self, batch: SampleBatch) -> NDArray[np.int32]:
        key = batch.entity.astype(np.int64) * len(batch.indicators) + batch.indicator
        pairs, inverse = np.unique(key, return_inverse=True)
        width = len(batch.indicators)
        found = [
            self._add((batch.entities[pair // width], batch.indicators[pair % width]))
            for pair in pairs.tolist()
        ]
        return np.array(found, np.int32)[inverse]


class _Table:
    """Series of each pair of a batch's names, -1 while unknown."""

    __slots__ = ("entities", "indicators", "series")

    def __init__(self, batch: SampleBatch) -> None:
        self.entities = batch.entities
        self.indicators = batch.indicators
        self.series = np.full(len(batch.entities) * len(batch.indicators), REFUSED, np.int32)
