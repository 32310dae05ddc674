"""DuckDB over Parquet files of samples; nothing of it is on disk."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from twin_model.errors import StoreError

if TYPE_CHECKING:
    import duckdb

#: How often what still runs is interrupted while the database closes.
_AGAIN_S: Final = 0.05


class SampleDatabase:
    """Runs statements, each thread on a cursor of its own.

    Parameters
    ----------
    spill : Path
        Folder for what does not fit into memory while files are merged.
    memory_mb : int
    """

    def __init__(self, spill: Path, memory_mb: int = 1024) -> None:
        self._spill = spill
        self._memory_mb = memory_mb
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._local = threading.local()
        self._lock = threading.Lock()
        self._idle = threading.Condition()
        self._busy: list[duckdb.DuckDBPyConnection] = []
        self._is_closed = False

    def query(self, statement: str, parameters: Sequence[Any] = ()) -> Any:
        """Return the answer as an Arrow table.

        Raises
        ------
        StoreError
            If a file is damaged, memory and disk do not suffice, or it is closed meanwhile.
        """
        import duckdb

        try:
            with self._at_work() as cursor:
                return cursor.sql(statement, params=list(parameters)).to_arrow_table()
        except duckdb.InterruptException as error:
            raise StoreError("the history was closed meanwhile") from error
        except duckdb.Error as error:
            text = str(error).splitlines()[0]
            raise StoreError(f"the history could not be read ({text})") from error

    def run(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement without an answer, such as COPY; raises as `query` does."""
        import duckdb

        try:
            with self._at_work() as cursor:
                cursor.execute(statement, list(parameters))
        except duckdb.InterruptException as error:
            raise StoreError("the history was closed meanwhile") from error
        except duckdb.Error as error:
            text = str(error).splitlines()[0]
            raise StoreError(f"the history could not be written ({text})") from error

    @contextlib.contextmanager
    def _at_work(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Lend the thread's cursor, and let `close` know of it."""
        with self._idle:
            if self._is_closed:
                raise StoreError("the history was closed meanwhile")
            cursor = self._cursor()
            self._busy.append(cursor)
        try:
            yield cursor
        finally:
            with self._idle:
                self._busy.remove(cursor)
                self._idle.notify_all()

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        cursor: duckdb.DuckDBPyConnection | None = getattr(self._local, "cursor", None)
        if cursor is None:
            with self._lock:
                if self._connection is None:
                    self._connection = self._connect()
                cursor = self._connection.cursor()
                cursor.execute("SET TimeZone = 'UTC'")
            self._local.cursor = cursor
        return cursor

    def _connect(self) -> duckdb.DuckDBPyConnection:
        import duckdb

        return duckdb.connect(
            ":memory:",
            config={
                "memory_limit": f"{self._memory_mb}MB",
                "temp_directory": str(self._spill),
                # A desktop program takes no extension from the network on its own.
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "preserve_insertion_order": False,
            },
        )

    def close(self) -> None:
        """Interrupt what runs, wait for it to end, and free everything; no question comes after."""
        with self._idle:
            self._is_closed = True
            while self._busy:
                for cursor in self._busy:
                    cursor.interrupt()
                self._idle.wait(_AGAIN_S)  # one that had not begun yet was not interrupted
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            self._local = threading.local()


def file_list(paths: Sequence[Path]) -> str:
    """Return paths as a list in DuckDB's SQL."""
    return "[" + ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths) + "]"
