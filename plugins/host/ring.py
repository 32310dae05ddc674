"""Sample batches in memory that window and worker share, as Arrow streams in fixed slots.

One side writes and owns which slots are free; the other reads, copies, and says which slot it is
done with. Nobody waits for a lock: what a slot holds is told through the pipe after it is written,
so a writer that is killed leaves nothing half-read behind.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import queue
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from ingest.pipeline.frames import MessageError
from twin_model.errors import ValidationError
from twin_model.samples import SampleBatch, SampleKeys

#: 10,000 samples take 250 kB.
SLOT_BYTES: Final = 1 << 20
SLOTS: Final = 16
_OVERHEAD_BYTES: Final = 8192  # Arrow's own, with its padding
_BYTES: Final = 4 + 4 + 8 + 8 + 1
_AXES: Final = ("x_m", "y_m", "z_m")


def hands_on_descriptors() -> bool:
    """Return whether a process can be started with open files of ours."""
    return os.name == "posix"


class SharedRing:
    """Shared memory divided into slots.

    Parameters
    ----------
    descriptor : int
        An open file descriptor of memory that is as large as needed.
    file : Path, optional
        The file behind it where descriptors cannot be handed on; removed with this ring.
    """

    def __init__(self, descriptor: int, file: Path | None = None) -> None:
        self.descriptor = descriptor
        self._file = file
        self._memory = mmap.mmap(descriptor, SLOT_BYTES * SLOTS)
        self._free: queue.SimpleQueue[int] = queue.SimpleQueue()
        for slot in range(SLOTS):
            self._free.put(slot)

    @classmethod
    def create(cls, folder: Path) -> SharedRing:
        """Make new memory that goes away with its last user, however that ends.

        Parameters
        ----------
        folder : Path
            Where both sides may write: there the memory is a file with a name, where a process
            cannot be handed open files (Windows).
        """
        size = SLOT_BYTES * SLOTS
        file = None
        if not hands_on_descriptors():
            descriptor, name = tempfile.mkstemp(prefix="samples-", dir=folder)
            file = Path(name)
        elif sys.platform == "linux":
            descriptor = os.memfd_create("shapan-samples")
        else:  # a file without a name is the nearest thing elsewhere
            descriptor, name = tempfile.mkstemp(prefix="shapan-samples-")
            Path(name).unlink()
        os.ftruncate(descriptor, size)
        return cls(descriptor, file)

    @classmethod
    def attach(cls, handle: int | str) -> SharedRing:
        """Return memory that the other side made; see `handle`."""
        if isinstance(handle, int):
            return cls(handle)
        return cls(os.open(handle, os.O_RDWR | getattr(os, "O_BINARY", 0)))

    @property
    def handle(self) -> int | str:
        """What the other process needs to attach: the descriptor, or the name of a file."""
        return self.descriptor if self._file is None else str(self._file)

    def close(self) -> None:
        """Let go of the memory; more than once does nothing."""
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)
            # Where an array still looks at the memory, it goes with the array.
            with contextlib.suppress(BufferError):
                self._memory.close()
            if self._file is not None:
                with contextlib.suppress(OSError):  # somebody still looks at it (Windows)
                    self._file.unlink()

    # -- the writing side ----------------------------------------------------------------

    def acquire(self, timeout_s: float) -> int | None:
        """Return a free slot, None where none got free in time."""
        try:
            return self._free.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def release(self, slot: int) -> None:
        """Take note that the reader is done with a slot.

        Raises
        ------
        MessageError
            If there is no such slot.
        """
        if not 0 <= slot < SLOTS:
            raise MessageError(f"slot {slot}")
        self._free.put(slot)

    def write(self, slot: int, batch: SampleBatch) -> int:
        """Write a batch that `parts_of` gave; return how many bytes it took."""
        import pyarrow as pa

        view = memoryview(self._memory)[slot * SLOT_BYTES : (slot + 1) * SLOT_BYTES]
        sink = pa.FixedSizeBufferWriter(pa.py_buffer(view))
        record = _record(batch)
        with pa.ipc.new_stream(sink, record.schema) as stream:
            stream.write_batch(record)
        return int(sink.tell())

    # -- the reading side ----------------------------------------------------------------

    def read(self, slot: int, size: int, keys: SampleKeys) -> SampleBatch:
        """Return a copy of the batch in a slot.

        Raises
        ------
        MessageError, ValidationError
            If what is there is no batch.
        """
        import pyarrow as pa

        if not (0 <= slot < SLOTS and 0 < size <= SLOT_BYTES):
            raise MessageError(f"slot {slot} with {size} bytes")
        view = memoryview(self._memory)[slot * SLOT_BYTES : slot * SLOT_BYTES + size]
        try:
            with pa.ipc.open_stream(pa.py_buffer(view)) as stream:
                record = stream.read_next_batch()
            return _batch(record, keys)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OSError, StopIteration) as error:
            raise MessageError(f"no batch: {error}") from error


def parts_of(batch: SampleBatch) -> Iterator[SampleBatch]:
    """Yield a batch in parts that each fit into a slot.

    Raises
    ------
    ValidationError
        If a single text is longer than a slot.
    """
    each = _BYTES + (0 if batch.position is None else 8 * len(_AXES))
    if batch.text is not None:
        longest = max((len(t.encode()) for t in batch.text if t is not None), default=0)
        if longest > SLOT_BYTES // 2:
            raise ValidationError("samples", "text", f"{longest} bytes", "longer than 500 kB")
        each += 5 + longest
    most = max(1, (SLOT_BYTES - _OVERHEAD_BYTES) * 7 // 8 // each)
    if len(batch) <= most:
        yield batch
        return
    for start in range(0, len(batch), most):
        yield batch.select(slice(start, start + most))


def _fields() -> list[Any]:
    import pyarrow as pa

    return [
        pa.field("entity", pa.int32()),
        pa.field("indicator", pa.int32()),
        pa.field("time", pa.timestamp("us", tz="UTC")),
        pa.field("value", pa.float64()),
        pa.field("quality", pa.uint8()),
    ]


def _record(batch: SampleBatch) -> Any:
    import pyarrow as pa

    fields = _fields()
    arrays = [
        pa.Array.from_buffers(
            field.type, len(batch), [None, pa.py_buffer(np.ascontiguousarray(column))]
        )
        for field, column in zip(fields, batch.columns(), strict=True)
    ]
    if batch.text is not None:
        fields.append(pa.field("text", pa.string()))
        arrays.append(pa.array(batch.text, pa.string()))
    if batch.position is not None:
        for axis, name in enumerate(_AXES):
            fields.append(pa.field(name, pa.float64()))
            arrays.append(pa.array(np.ascontiguousarray(batch.position[:, axis])))
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


def _batch(record: Any, keys: SampleKeys) -> SampleBatch:
    import pyarrow as pa

    record.validate(full=True)
    fields = _fields()
    if list(record.schema)[: len(fields)] != fields:
        raise MessageError("a batch of other columns")
    text = position = None
    columns = []
    for field in fields:
        column = record.column(field.name)
        if column.null_count:
            raise MessageError(f"a batch with gaps in {field.name}")
        # Copied, because the other side may write over the slot at any time.
        columns.append(
            np.array(column.view(pa.int64()) if field.name == "time" else column.to_numpy())
        )
    names = record.schema.names
    if "text" in names:
        if record.schema.field("text").type != pa.string():
            raise MessageError("a batch whose text is none")
        text = np.array(record.column("text").to_pylist(), object)
    if all(name in names for name in _AXES):
        axes = [record.column(name).to_numpy(zero_copy_only=False) for name in _AXES]
        position = np.column_stack(axes).astype(np.float64, copy=False)
    return replace(SampleBatch(keys, *columns), text=text, position=position)
