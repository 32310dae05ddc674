"""Plugins in development are read anew when one of their files is saved."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from plugins.host.discovery import Source

if TYPE_CHECKING:
    from plugins.host.plugins import Plugins

_LOOK_S: Final = 0.5
_SUFFIXES: Final = frozenset({".py", ".toml", ".json", ".ts", ".qss", ".svg"})


class DevelopmentWatch:
    """Looks at the files of plugins in development folders, in a thread.

    Parameters
    ----------
    host : Plugins
    """

    def __init__(self, host: Plugins) -> None:
        self._host = host
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._seen: dict[str, dict[Path, int]] = {}

    def start(self) -> None:
        """Begin to look, where there is a development folder at all."""
        if self._thread is None and self._host.state.development_folders:
            self._thread = threading.Thread(target=self._watch, daemon=True, name="plugin-files")
            self._thread.start()

    def stop(self) -> None:
        """Look no more; waits for the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        while True:
            self.look()
            if self._stop.wait(_LOOK_S):
                return

    def look(self) -> None:
        """Look once; reload what changed since the last time."""
        for record in list(self._host.records.values()):
            if record.found.source != Source.DEVELOPMENT:
                continue
            now = _stamps(record.found.folder)
            before = self._seen.get(record.id)
            self._seen[record.id] = now
            if before is not None and before != now:
                record.log.add("INFO", "a file changed: read anew")
                self._host.reload(record.id)


def _stamps(folder: Path) -> dict[Path, int]:
    found: dict[Path, int] = {}
    for path in folder.rglob("*"):
        if path.suffix in _SUFFIXES and "__pycache__" not in path.parts:
            try:
                found[path] = path.stat().st_mtime_ns
            except OSError:
                continue
    return found
