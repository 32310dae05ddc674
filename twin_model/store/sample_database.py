"""DuckDB over Parquet files of samples; nothing of it is on disk."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin_model.errors import StoreError

if TYPE_CHECKING:
    import duckdb


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

    def query(self, statement: str, parameters: Sequence[Any] = ()) -> Any:
        """Return the answer as an Arrow table.

        Raises
        ------
        StoreError
            If a file is damaged or memory and disk do not suffice.
        """
        import duckdb

        try:
            return self._cursor().sql(statement, params=list(parameters)).to_arrow_table()
        except duckdb.Error as error:
            text = str(error).splitlines()[0]
            raise StoreError(f"the history could not be read ({text})") from error

    def run(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement without an answer, such as COPY; raises as `query` does."""
        import duckdb

        try:
            self._cursor().execute(statement, list(parameters))
        except duckdb.Error as error:
            text = str(error).splitlines()[0]
            raise StoreError(f"the history could not be written ({text})") from error

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
        """Free everything."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            self._local = threading.local()


def file_list(paths: Sequence[Path]) -> str:
    """Return paths as a list in DuckDB's SQL."""
    return "[" + ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths) + "]"
