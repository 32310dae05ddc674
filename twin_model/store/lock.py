"""One writer a project: a lock that the system releases when its process dies."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sqlite3
from pathlib import Path
from typing import Final

from twin_model.errors import StoreError, StoreLockedError
from twin_model.time import Instant

_NAME: Final = "twin.lock"
_HOLDER: Final = "twin.lock.json"


class WriterLock:
    """Holds a project for writing.

    An exclusive SQLite transaction on a file of its own: works the same on Linux, Windows
    and macOS, and a killed process leaves nothing behind that blocks the next one.

    Raises
    ------
    StoreError
        If another process holds it; the message names that process.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            self._connection = sqlite3.connect(
                folder / _NAME, timeout=0.0, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA journal_mode = MEMORY")
            self._connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise StoreLockedError(
                    f"{folder} is open for writing in {holder(folder)}",
                    remedy="close it there, or open it read-only",
                ) from error
            raise StoreError(f"{folder} cannot be opened for writing ({error})") from error
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"{folder / _NAME} is damaged ({error})", remedy="delete that file and try again"
            ) from error
        info = {"pid": os.getpid(), "host": socket.gethostname(), "since": str(Instant.now())}
        with contextlib.suppress(OSError):  # only says who holds it; the lock itself stands
            (folder / _HOLDER).write_text(json.dumps(info), encoding="utf-8")

    def release(self) -> None:
        """Let others write. Calling it twice is harmless."""
        with contextlib.suppress(OSError):
            (self._folder / _HOLDER).unlink(missing_ok=True)
        self._connection.close()


def holder(folder: Path) -> str:
    """Return who holds the project, as far as its lock file says."""
    try:
        info = json.loads((folder / _HOLDER).read_text(encoding="utf-8"))
        return f"process {int(info['pid'])} on {str(info['host'])[:60]}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
