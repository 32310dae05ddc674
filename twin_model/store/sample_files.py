"""Samples in CSV and Parquet files of others, read by a mapping of their columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin_model.errors import SourceError
from twin_model.samples import Quality, SampleBatch, SampleKeys, concatenate

_EPOCHS: Final = {"s": 1_000_000, "ms": 1_000, "us": 1}
_MAX_BYTES: Final = 4 << 30


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """Which column means what.

    A wide table has a column an indicator (`values`); a long one a row a sample (`indicator` and
    `value` columns). Entities come from a column, or one is given for all.

    Parameters
    ----------
    time : str
        Column of the time: ISO 8601, or a number since 1970.
    entity : str
        Entity id of all rows where `entity_column` is empty.
    entity_column : str
    values : mapping
        Indicator by column, of a wide table.
    indicator_column, value_column : str
        Of a long table.
    epoch : str
        Unit of times that are numbers: s, ms or us.
    scale : mapping
        What an indicator's values are multiplied with, for its unit.
    """

    time: str = "time"
    entity: str = ""
    entity_column: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    indicator_column: str = ""
    value_column: str = ""
    epoch: str = "s"
    scale: Mapping[str, float] = field(default_factory=dict)


def guess_mapping(columns: list[str], entity: str = "") -> ColumnMapping:
    """Return a mapping for columns that are called what they are."""
    lower = {name.lower(): name for name in columns}
    named = next((lower[n] for n in ("time", "timestamp", "datetime") if n in lower), columns[0])
    entity_column = next((lower[n] for n in ("entity", "entity_id", "device") if n in lower), "")
    if "indicator" in lower and "value" in lower:
        return ColumnMapping(
            named, entity, entity_column, indicator_column=lower["indicator"],
            value_column=lower["value"],
        )  # fmt: skip
    rest = {name: name for name in columns if name not in (named, entity_column)}
    return ColumnMapping(named, entity, entity_column, rest)


def read_samples(path: Path, mapping: ColumnMapping | None = None) -> SampleBatch:
    """Read a CSV or Parquet file.

    Raises
    ------
    SourceError
        If it cannot be read, or a column of the mapping is missing or not of numbers.
    """
    table = _table(path)
    if mapping is None:
        mapping = guess_mapping(list(table.column_names), entity=path.stem)
    needed = [mapping.time, mapping.entity_column, mapping.indicator_column, mapping.value_column]
    for name in [*needed, *mapping.values]:
        if name and name not in table.column_names:
            raise SourceError(
                path, f"no column '{name}'", remedy=f"there are: {', '.join(table.column_names)}"
            )
    time_us = _times(path, table.column(mapping.time), mapping)
    if mapping.entity_column:
        entity, entities = _coded(table.column(mapping.entity_column))
    else:
        entity, entities = np.zeros(len(time_us), np.int32), [mapping.entity or path.stem]
    if mapping.indicator_column:
        indicator, indicators = _coded(table.column(mapping.indicator_column))
        value = _numbers(path, table, mapping.value_column)
        factor = np.array([mapping.scale.get(name, 1.0) for name in indicators])
        value = value * factor[indicator] if len(value) else value
        keys = SampleKeys(entities, indicators)
        return SampleBatch.of(
            keys, entity, indicator, time_us, value, _judged(value)
        ).sorted_by_time()
    keys = SampleKeys(entities)
    parts = []
    for column, name in mapping.values.items():
        value = _numbers(path, table, column) * mapping.scale.get(name, 1.0)
        present = ~np.isnan(value)
        columns = (entity[present], keys.indicator(name), time_us[present], value[present])
        parts.append(SampleBatch.of(keys, *columns, np.zeros(int(present.sum()), np.uint8)))
    return concatenate(parts).sorted_by_time()


def _table(path: Path) -> Any:
    import pyarrow as pa
    from pyarrow import csv, parquet

    try:
        if path.stat().st_size > _MAX_BYTES:
            raise SourceError(path, "larger than 4 GiB", remedy="split it")
        if path.suffix.lower() in (".parquet", ".pq"):
            return parquet.read_table(path)
        return csv.read_csv(path)
    except (OSError, pa.ArrowException) as error:
        raise SourceError(path, f"cannot be read as a table ({error})") from error


def _times(path: Path, column: Any, mapping: ColumnMapping) -> NDArray[np.int64]:
    import pyarrow as pa
    from pyarrow import compute

    try:
        if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
            stamps = column.cast(pa.timestamp("us"))
        elif pa.types.is_string(column.type):
            stamps = compute.cast(column, pa.timestamp("us", tz="UTC"))
        else:
            seconds = column.cast(pa.float64()).to_numpy()
            return np.asarray(np.round(seconds * _EPOCHS[mapping.epoch]), np.int64)
        if stamps.null_count:
            raise SourceError(path, f"column '{mapping.time}' has rows without a time")
        return np.asarray(stamps.cast(pa.int64()).to_numpy(), np.int64)
    except (pa.ArrowException, KeyError) as error:
        raise SourceError(path, f"column '{mapping.time}' is no time ({error})") from error


def _numbers(path: Path, table: Any, name: str) -> NDArray[np.float64]:
    import pyarrow as pa

    try:
        return np.asarray(table.column(name).cast(pa.float64()).to_numpy(), np.float64)
    except pa.ArrowException as error:
        raise SourceError(path, f"column '{name}' is not of numbers ({error})") from error


def _coded(column: Any) -> tuple[NDArray[np.int32], list[str]]:
    import pyarrow as pa

    whole = pa.chunked_array(column.cast(pa.string()).dictionary_encode()).unify_dictionaries()
    coded = whole.combine_chunks()
    index = coded.indices.to_numpy(zero_copy_only=False).astype(np.int32)
    return index, list(coded.dictionary.to_pylist())


def _judged(value: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.where(np.isfinite(value), Quality.GOOD, Quality.BAD).astype(np.uint8)
