"""Batches of samples as Arrow record batches and back.

Arrow is imported inside functions: it costs a tenth of a second at start.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from twin_model.samples import SampleBatch, SampleKeys

if TYPE_CHECKING:
    import pyarrow as pa


def to_arrow(batch: SampleBatch) -> pa.RecordBatch:
    """Return a batch with columns entity, indicator, time_us, value, quality, text, x_m, y_m, z_m.

    The last four only where the batch has texts or positions. Entity and indicator are
    dictionaries of the batch's names; numbers are not copied.
    """
    import pyarrow as pa

    columns: dict[str, Any] = {
        "entity": _dictionary(batch.entity, batch.keys.entities),
        "indicator": _dictionary(batch.indicator, batch.keys.indicators),
        "time_us": pa.array(batch.time_us),
        "value": pa.array(batch.value),
        "quality": pa.array(batch.quality),
    }
    if batch.text is not None:
        columns["text"] = pa.array(batch.text, pa.string())
    if batch.position is not None:
        for axis, name in enumerate(("x_m", "y_m", "z_m")):
            columns[name] = pa.array(np.ascontiguousarray(batch.position[:, axis]))
    return pa.RecordBatch.from_pydict(columns)


def from_arrow(table: Any) -> SampleBatch:
    """Return the samples of a record batch or table made by `to_arrow`, or read from history."""
    import pyarrow as pa

    if isinstance(table, pa.RecordBatch):
        table = pa.Table.from_batches([table])
    names = set(table.column_names)
    entity, entities = _index(table.column("entity"))
    indicator, indicators = _index(table.column("indicator"))
    text = None
    if "text" in names and table.column("text").null_count < len(table):
        text = np.array(table.column("text").to_pylist(), object)
    position = None
    if "x_m" in names and table.column("x_m").null_count < len(table):
        axes = [table.column(n).to_numpy().astype(float) for n in ("x_m", "y_m", "z_m")]
        position = np.column_stack(axes)
    return SampleBatch(
        SampleKeys(entities, indicators),
        entity,
        indicator,
        table.column("time_us").to_numpy(),
        table.column("value").to_numpy().astype(np.float64, copy=False),
        table.column("quality").to_numpy(),
        text,
        position,
    )


def _dictionary(index: Any, names: Sequence[str]) -> Any:
    import pyarrow as pa

    values = pa.array(list(names), pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(np.ascontiguousarray(index)), values)


def _index(column: Any) -> tuple[Any, tuple[str, ...]]:
    import pyarrow as pa

    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):  # an empty column
        whole = pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([], pa.string())
    if not pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_encode()
    names = tuple(whole.dictionary.to_pylist())
    return whole.indices.to_numpy(zero_copy_only=False).astype(np.int32), names
