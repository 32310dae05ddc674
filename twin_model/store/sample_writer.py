"""Samples into segments: collected for a moment, then written by day."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin_model.errors import StoreError
from twin_model.samples import SampleBatch, concatenate
from twin_model.store.arrow_batch import to_arrow
from twin_model.store.segments import DAY_US, segment_path, segments, sweep, write_table


@dataclass(frozen=True, slots=True)
class WriterOptions:
    """When samples go to disk.

    Parameters
    ----------
    rows : int
        A segment is written when this many samples wait.
    seconds : float
        Or when the oldest has waited for so long: what a power cut costs at most.
    """

    rows: int = 1_000_000
    seconds: float = 2.0


class SampleWriter:
    """Appends samples to the history; one writer a project.

    Parameters
    ----------
    root : Path
        ``samples`` in the project folder.
    options : WriterOptions
    """

    def __init__(self, root: Path, options: WriterOptions | None = None) -> None:
        self._root = root
        self._options = options or WriterOptions()
        self._lock = threading.Lock()
        self._waiting: list[SampleBatch] = []
        self._rows = 0
        self._since_s = 0.0
        self._next: dict[int, int] = {}
        #: Samples written, ever.
        self.written = 0
        sweep(root)

    @property
    def waiting(self) -> int:
        """Samples that are not on disk yet."""
        return self._rows

    def write(self, batch: SampleBatch) -> None:
        """Take samples, and write what waits if it is time.

        Raises
        ------
        StoreError
            If the disk is full; the samples wait for the next try.
        """
        if not len(batch):
            return
        with self._lock:
            if not self._waiting:
                self._since_s = time.monotonic()
            self._waiting.append(batch)
            self._rows += len(batch)
        self.flush_if_due()

    def flush_if_due(self) -> None:
        """Write what waits if it is enough or has waited long; raises as `write` does."""
        waited_s = time.monotonic() - self._since_s
        if self._rows >= self._options.rows or (self._rows and waited_s >= self._options.seconds):
            self.flush()

    def flush(self) -> None:
        """Write all that waits; raises as `write` does."""
        with self._lock:
            if not self._waiting:
                return
            try:
                self._write_days(concatenate(self._waiting))
            except StoreError:
                self._since_s = time.monotonic()
                raise
            self.written += self._rows
            self._waiting.clear()
            self._rows = 0

    def _write_days(self, batch: SampleBatch) -> None:
        day = batch.time_us // DAY_US
        present = np.unique(day).tolist()
        for number in present:
            part = batch if len(present) == 1 else batch.select(day == number)
            self._write_day(int(number), part)
            # Should a later day fail, this one is not written again.
            self._forget(int(number))

    def _write_day(self, day: int, batch: SampleBatch) -> None:
        number = self._next.get(day)
        if number is None:
            live, _superseded = segments(self._root, day)
            number = live[-1].last + 1 if live else 1
        write_table(segment_path(self._root, day, number, number), sample_table(batch))
        self._next[day] = number + 1

    def _forget(self, day: int) -> None:
        kept = [batch.select(batch.time_us // DAY_US != day) for batch in self._waiting]
        self._waiting[:] = [batch for batch in kept if len(batch)]


def sample_table(batch: SampleBatch) -> Any:
    """Return the Arrow table of a segment, ordered by entity, indicator and time."""
    import pyarrow as pa

    ordered = _by_series(batch)
    record = to_arrow(ordered)
    columns = {name: record.column(name) for name in record.schema.names}
    columns["time"] = columns.pop("time_us").cast(pa.timestamp("us", tz="UTC"))
    nothing = pa.nulls(len(ordered), pa.float64())
    return pa.table(
        {
            "entity": columns["entity"],
            "indicator": columns["indicator"],
            "time": columns["time"],
            "value": columns["value"],
            "quality": columns["quality"],
            "text": columns.get("text", pa.nulls(len(ordered), pa.string())),
            "x_m": columns.get("x_m", nothing),
            "y_m": columns.get("y_m", nothing),
            "z_m": columns.get("z_m", nothing),
        }
    )


def _by_series(batch: SampleBatch) -> SampleBatch:
    """Order by the names, not by their numbers: that is what a merged file is ordered by."""
    batch = batch.sorted_by_time()
    keys = batch.keys
    entity = _ranks(keys.entities)[batch.entity]
    series = entity * len(keys.indicators) + _ranks(keys.indicators)[batch.indicator]
    return batch.select(np.argsort(series, kind="stable"))


def _ranks(names: Sequence[str]) -> NDArray[np.int64]:
    ranks: NDArray[np.int64] = np.empty(len(names), np.int64)
    ranks[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    return ranks
