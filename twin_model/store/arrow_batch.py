"""Batches of samples as Arrow record batches and back.

Arrow is imported inside functions: it costs a tenth of a second at start. Columns are made of
buffers, since ``pyarrow.array`` loads pandas where it is installed: a second of processor in the
middle of the first samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

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
        "time_us": _numbers(batch.time_us),
        "value": _numbers(batch.value),
        "quality": _numbers(batch.quality),
    }
    if batch.text is not None:
        columns["text"] = _texts(batch.text)
    if batch.position is not None:
        for axis, name in enumerate(("x_m", "y_m", "z_m")):
            columns[name] = _numbers(batch.position[:, axis])
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


def truths(values: NDArray[np.bool_]) -> Any:
    """Return an Arrow array of booleans."""
    import pyarrow as pa

    return pa.Array.from_buffers(pa.bool_(), len(values), [None, _bits(values)])


def _bits(values: NDArray[np.bool_]) -> Any:
    import pyarrow as pa

    return pa.py_buffer(np.packbits(values, bitorder="little"))


def _numbers(values: NDArray[Any]) -> Any:
    import pyarrow as pa

    kind = pa.from_numpy_dtype(values.dtype)
    buffers = [None, pa.py_buffer(np.ascontiguousarray(values))]
    return pa.Array.from_buffers(kind, len(values), buffers)


def _texts(values: Sequence[str | None] | NDArray[np.object_]) -> Any:
    """Return an Arrow array of texts, None where there is none."""
    import pyarrow as pa

    encoded = [b"" if text is None else text.encode() for text in values]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    valid = None
    if any(text is None for text in values):
        valid = _bits(np.array([text is not None for text in values], bool))
    # Offsets of 64 bits, which no text of a batch can run over; columns have those of 32.
    buffers = [valid, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.large_string(), len(encoded), buffers).cast(pa.string())


def _dictionary(index: NDArray[Any], names: Sequence[str]) -> Any:
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(_numbers(index), _texts(names))


def _index(column: Any) -> tuple[Any, tuple[str, ...]]:
    import pyarrow as pa

    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):  # an empty column
        whole = pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([], pa.string())
    if not pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_encode()
    names = tuple(whole.dictionary.to_pylist())
    return whole.indices.to_numpy(zero_copy_only=False).astype(np.int32), names
