"""Connections to a project's store: one to write with, one to read with in each thread."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from pathlib import Path
from typing import Final

from twin_model.errors import StoreError
from twin_model.store import cells, places

_BUSY_S: Final = 10.0
_LONG_LOG_BYTES: Final = 4 << 20


class Connections:
    """Opens connections and closes them all.

    Parameters
    ----------
    path : Path
        Of ``twin.gpkg``.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []

    def connect(self, *, write: bool) -> sqlite3.Connection:
        """Return a new connection.

        Raises
        ------
        StoreError
            If there is no store.
        """
        if not self._path.is_file():
            raise StoreError(f"{self._path} is missing", remedy="restore it from a copy")
        mode = "rw" if write else "ro"
        connection = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?mode={mode}", uri=True, timeout=_BUSY_S,
            isolation_level=None, check_same_thread=False,
        )  # fmt: skip
        self._open.append(connection)
        if write:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            # Single edits dirty about six pages each: with the default of 1000 the log would be
            # copied back into the database, with an fsync, every two hundred edits.
            connection.execute("PRAGMA wal_autocheckpoint = 32000")
            connection.execute("PRAGMA journal_size_limit = 67108864")
            self._catch_up(connection)
            # Zeroing what is deleted is for secrets; here it only makes writing slower.
            connection.execute("PRAGMA secure_delete = OFF")
        # Mapped pages count as memory of this process, once for each connection.
        connection.execute("PRAGMA mmap_size = 268435456")
        connection.execute("PRAGMA cache_size = -65536")
        places.register(connection)
        cells.register(connection)
        return connection

    def _catch_up(self, connection: sqlite3.Connection) -> None:
        """Copy a long log back that a killed process left: every reader would have to read it."""
        log = self._path.with_name(self._path.name + "-wal")
        if log.is_file() and log.stat().st_size > _LONG_LOG_BYTES:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    def reader(self) -> sqlite3.Connection:
        """Return this thread's reading connection, with rows addressable by name."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self.connect(write=False)
            connection.row_factory = sqlite3.Row
            self._local.connection = connection
        return connection

    def close(self) -> None:
        """Close them all. Calling it twice is harmless."""
        while self._open:
            with contextlib.suppress(sqlite3.Error):
                self._open.pop().close()
