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
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.frames import MessageError
from twin_model.samples import SampleBatch

#: 10,000 samples take 250 kB.
SLOT_BYTES: Final = 1 << 20
SLOTS: Final = 16
#: Samples that surely fit into a slot beside Arrow's own bytes.
SLOT_SAMPLES: Final = (SLOT_BYTES - 8192) // 26

Columns = tuple[npt.NDArray[Any], ...]


class SharedRing:
    """Shared memory divided into slots.

    Parameters
    ----------
    descriptor : int
        An open file descriptor of memory that is as large as needed.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._memory = mmap.mmap(descriptor, SLOT_BYTES * SLOTS)
        self._free: queue.SimpleQueue[int] = queue.SimpleQueue()
        for slot in range(SLOTS):
            self._free.put(slot)

    @classmethod
    def create(cls) -> SharedRing:
        """Make new memory that goes away with its last user, however that ends."""
        size = SLOT_BYTES * SLOTS
        if sys.platform == "linux":
            descriptor = os.memfd_create("shapan-samples")
        else:  # a file without a name is the nearest thing elsewhere
            descriptor, name = tempfile.mkstemp(prefix="shapan-samples-")
            Path(name).unlink()
        os.ftruncate(descriptor, size)
        return cls(descriptor)

    def close(self) -> None:
        """Let go of the memory; more than once does nothing."""
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)
            # Where an array still looks at the memory, it goes with the array.
            with contextlib.suppress(BufferError):
                self._memory.close()

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
        """Write a batch of at most `SLOT_SAMPLES`; return how many bytes it took."""
        import pyarrow as pa

        view = memoryview(self._memory)[slot * SLOT_BYTES : (slot + 1) * SLOT_BYTES]
        sink = pa.FixedSizeBufferWriter(pa.py_buffer(view))
        record = _record(batch)
        with pa.ipc.new_stream(sink, record.schema) as stream:
            stream.write_batch(record)
        return int(sink.tell())

    # -- the reading side ----------------------------------------------------------------

    def read(self, slot: int, size: int) -> Columns:
        """Return copies of the columns in a slot.

        Raises
        ------
        MessageError
            If what is there is no batch.
        """
        import pyarrow as pa

        if not (0 <= slot < SLOTS and 0 < size <= SLOT_BYTES):
            raise MessageError(f"slot {slot} with {size} bytes")
        view = memoryview(self._memory)[slot * SLOT_BYTES : slot * SLOT_BYTES + size]
        try:
            with pa.ipc.open_stream(pa.py_buffer(view)) as stream:
                record = stream.read_next_batch()
            if record.schema != _schema():
                raise MessageError("a batch of other columns")
            record.validate(full=True)
            columns = [
                record.column(number) if number != 2 else record.column(2).view(pa.int64())
                for number in range(5)
            ]
            if any(column.null_count for column in columns):
                raise MessageError("a batch with gaps")
            # Copied, because the other side may write over the slot at any time.
            return tuple(np.array(column.to_numpy()) for column in columns)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OSError, StopIteration) as error:
            raise MessageError(f"no batch: {error}") from error


def _schema() -> Any:
    import pyarrow as pa

    return pa.schema(
        [
            pa.field("entity", pa.int32()),
            pa.field("indicator", pa.int32()),
            pa.field("time", pa.timestamp("us", tz="UTC")),
            pa.field("value", pa.float64()),
            pa.field("quality", pa.uint8()),
        ]
    )


def _record(batch: SampleBatch) -> Any:
    import pyarrow as pa

    schema = _schema()
    arrays = [
        pa.Array.from_buffers(
            field.type, len(batch), [None, pa.py_buffer(np.ascontiguousarray(column))]
        )
        for field, column in zip(schema, batch.columns(), strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
