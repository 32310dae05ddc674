"""Columns of files as samples: long tables (entity, indicator, time, value) and wide ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pa_parquet

from plugins.builtin.connecting.connections import Mapping
from plugins.builtin.connecting.payloads import PayloadError, Row, as_quality, as_time_us
from plugins.builtin.connecting.templates import Template, fill
from shapan import SourceError

_TIMES: Final = ("time", "timestamp", "ts", "datetime", "date")
_ROWS: Final = 100_000
_SHOWN: Final = 2000


@dataclass
class Columns:
    """Some rows of a file, one value after the other.

    Parameters
    ----------
    time_us : (n,) int64 array
    entity, indicator : (n,) object array
    value : (n,) float64 array
    text : (n,) object array
    quality : (n,) uint8 array
    mapping : (n,) int array
    """

    time_us: npt.NDArray[np.int64]
    entity: npt.NDArray[np.object_]
    indicator: npt.NDArray[np.object_]
    value: npt.NDArray[np.float64]
    text: npt.NDArray[np.object_]
    quality: npt.NDArray[np.uint8]
    mapping: npt.NDArray[np.int64]

    def rows(self, which: npt.NDArray[np.intp], shift_us: int) -> Iterator[tuple[int, Row]]:
        """Yield mapping and row of some samples, their times moved."""
        for n in which.tolist():
            yield int(self.mapping[n]), Row(
                self.entity[n], self.indicator[n], int(self.time_us[n]) + shift_us,
                float(self.value[n]), int(self.quality[n]), self.text[n],
            )  # fmt: skip


def batches_of(path: Path, mappings: Sequence[Mapping]) -> Iterator[Columns]:
    """Yield a file's samples in parts.

    A file with columns ``entity``, ``indicator`` and ``value`` is a long table: its entities go
    through the first mapping. In others each column that a template matches is a series.

    Raises
    ------
    SourceError
        If it is no such file, or has no column of times.
    """
    try:
        for table in _tables(path):
            yield _columns(path, table, mappings)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(path, f"cannot be read ({error})") from error


def first_rows(path: Path) -> dict[str, str]:
    """Return the columns of a file with their first value each.

    A long table (``entity``, ``indicator``, ``value``) gives its first series instead.

    Raises
    ------
    SourceError
        If it cannot be read.
    """
    try:
        table = next(_tables(path), None)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(path, f"cannot be read ({error})") from error
    if table is None or not table.num_rows:
        return {}
    names = list(table.schema.names)
    if {"entity", "indicator", "value"} <= set(names):
        rows = table.slice(0, _SHOWN).to_pylist()
        return {f"{row['entity']}/{row['indicator']}": str(row["value"]) for row in rows}
    times = {name for name in names if name.lower() in _TIMES}
    return {n: str(table.column(n)[0].as_py()) for n in names if n not in times}


def _tables(path: Path) -> Iterator[Any]:
    if path.suffix.lower() in {".parquet", ".pq"}:
        with pa_parquet.ParquetFile(path) as file:
            yield from file.iter_batches(_ROWS)
        return
    with pa_csv.open_csv(path) as reader:
        yield from reader


def _columns(path: Path, table: Any, mappings: Sequence[Mapping]) -> Columns:
    names = list(table.schema.names)
    known = [mapping.time for mapping in mappings if mapping.time]
    stated = next((n for n in [*known, *names] if n in names and
                   (n in known or n.lower() in _TIMES)), None)  # fmt: skip
    if stated is None:
        raise SourceError(path, f"has no column of times among {', '.join(names[:8])}",
                          remedy="name it in the mapping")  # fmt: skip
    times = _times(path, table.column(stated))
    if {"entity", "indicator", "value"} <= set(names):
        return _long(table, times)
    parts = [
        _series(table, times, number, name, variables, mapping)
        for name in names
        if name != stated
        for number, mapping in enumerate(mappings)
        if (variables := Template(mapping.source).match(name)) is not None
    ]
    if not parts:
        raise SourceError(
            path, f"no template matches one of its columns {', '.join(names[:8])}",
            remedy="write a mapping such as {entity}.{indicator}",
        )  # fmt: skip
    return Columns(
        *(np.concatenate([getattr(p, f) for p in parts]) for f in Columns.__annotations__)
    )


def _times(path: Path, column: Any) -> npt.NDArray[np.int64]:
    if pa.types.is_timestamp(column.type):
        return np.asarray(column.cast(pa.timestamp("us")).cast(pa.int64()).to_numpy(False))
    try:
        return np.array([as_time_us(one) for one in column.to_pylist()], np.int64)
    except PayloadError as error:
        raise SourceError(path, f"has a time that is none: {error}") from error


def _values(column: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.object_]]:
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        words = np.array(column.to_pylist(), object)
        return np.full(len(words), np.nan), words
    values = np.asarray(column.cast(pa.float64()).to_numpy(False), np.float64)
    return values, np.full(len(values), None, object)


def _long(table: Any, times: npt.NDArray[np.int64]) -> Columns:
    names = table.schema.names
    value, text = _values(table.column("value"))
    quality = np.zeros(len(times), np.uint8)
    if "quality" in names:
        quality = np.array([as_quality(q) for q in table.column("quality").to_pylist()], np.uint8)
    return Columns(
        times, np.array(table.column("entity").to_pylist(), object),
        np.array(table.column("indicator").to_pylist(), object), value, text, quality,
        np.zeros(len(times), np.int64),
    )  # fmt: skip


def _series(
    table: Any,
    times: npt.NDArray[np.int64],
    number: int,
    name: str,
    variables: dict[str, str],
    mapping: Mapping,
) -> Columns:
    count = len(times)
    value, text = _values(table.column(name))
    entity, indicator = fill(mapping.entity, variables), fill(mapping.indicator, variables)
    if not entity or not indicator:
        raise SourceError(mapping.source, f"names no entity or no indicator for the column {name}")
    return Columns(
        times, np.full(count, entity, object), np.full(count, indicator, object), value, text,
        np.zeros(count, np.uint8), np.full(count, number, np.int64),
    )  # fmt: skip
