"""Samples that wait on disk for a consumer that is away: one Arrow file a delivery."""

from __future__ import annotations

import os
import re
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from twin_model.errors import StoreError
from twin_model.live.subscription import Parcel
from twin_model.store.arrow_batch import from_arrow, to_arrow, truths

_NAME: Final = re.compile(r"^(\d{12})\.arrow$")
# In the middle, so that deliveries can be put before all others.
_FIRST: Final = 500_000_000_000


class FileOutbox:
    """First in, first out, and still there after a restart.

    Each file is complete or not there. A delivery is forgotten when it is taken, so that a
    program killed before it has worked it off has lost it; consumers that need more keep their
    own state, as the alarm journal does.

    Parameters
    ----------
    folder : Path
        Made where it is missing; of this outbox alone.

    Raises
    ------
    StoreError
        If the folder cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            found = [_NAME.match(entry.name) for entry in folder.iterdir()]
        except OSError as error:
            raise StoreError(f"{folder} cannot be made ({error})") from error
        self._numbers = deque(sorted(int(match.group(1)) for match in found if match))

    def __len__(self) -> int:
        return len(self._numbers)

    def put(self, parcel: Parcel) -> None:
        """Keep a delivery as the last.

        Raises
        ------
        StoreError
            If the disk is full.
        """
        with self._lock:
            number = self._numbers[-1] + 1 if self._numbers else _FIRST
            self._write(number, parcel)
            self._numbers.append(number)

    def put_first(self, parcels: Sequence[Parcel]) -> None:
        """Keep deliveries before all others, in the order given.

        Raises
        ------
        StoreError
            If the disk is full.
        """
        with self._lock:
            for parcel in reversed(parcels):
                number = self._numbers[0] - 1 if self._numbers else _FIRST
                self._write(number, parcel)
                self._numbers.appendleft(number)

    def take(self) -> Parcel | None:
        """Return the oldest delivery and forget it; None where there is none.

        A file that cannot be read any more is set aside as ``.damaged`` and passed over.
        """
        with self._lock:
            while self._numbers:
                path = self._path(self._numbers.popleft())
                try:
                    parcel = _read(path)
                except (OSError, ValueError, KeyError):
                    path.replace(path.with_suffix(".damaged"))
                    continue
                path.unlink()
                return parcel
            return None

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:012}.arrow"

    def _write(self, number: int, parcel: Parcel) -> None:
        import pyarrow as pa

        path = self._path(number)
        temporary = path.with_suffix(".tmp")
        record = to_arrow(parcel.batch).append_column("late", truths(parcel.late))
        record = record.replace_schema_metadata({"received_us": str(parcel.received_us)})
        try:
            with temporary.open("wb") as stream:
                with pa.ipc.new_file(stream, record.schema) as writer:
                    writer.write_batch(record)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise StoreError(
                f"{path} could not be written ({error})", remedy="free some disk space"
            ) from error


def _read(path: Path) -> Parcel:
    import pyarrow as pa

    with pa.OSFile(str(path)) as stream:
        table = pa.ipc.open_file(stream).read_all()
    received_us = int(table.schema.metadata[b"received_us"])
    late = np.array(table.column("late").to_pylist(), bool)
    return Parcel(from_arrow(table), late, received_us)
