"""Manifests that were read before, so that a start need not parse the TOML of every plugin."""

from __future__ import annotations

import json
import os
import tempfile
import threading
from pathlib import Path
from typing import Any, Final

from plugins.host.manifest import MANIFEST_FILE, Manifest, parse_manifest, read_document

#: Changes when what is kept means something else.
_FORMAT: Final = 1


class ManifestCache:
    """TOML as JSON by path, believed while size and time of change are the same.

    What the manifest says is checked each time all the same: only reading it is saved. A cache
    that is missing, damaged or cannot be written costs time and nothing else.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._known: dict[str, list[Any]] | None = None
        self._used: dict[str, list[Any]] = {}

    def read(self, folder: Path) -> Manifest:
        """Return the manifest in a plugin's folder.

        Raises
        ------
        PluginError
            As `plugins.host.manifest.read_manifest`.
        """
        path = folder / MANIFEST_FILE
        key = str(path)
        try:
            state = path.stat()
            stamp = [state.st_mtime_ns, state.st_size]
        except OSError:
            stamp = []
        with self._lock:
            known = self._entries().get(key)
            if known is not None and known[:2] == stamp:
                self._used[key] = known
                return parse_manifest(known[2], path)
        document = read_document(path)
        manifest = parse_manifest(document, path)
        if stamp:
            with self._lock:
                self._used[key] = [*stamp, document]
        return manifest

    def _entries(self) -> dict[str, list[Any]]:
        if self._known is None:
            self._known = {}
            try:
                found = json.loads(self._path.read_bytes())
                if found["format"] == _FORMAT:
                    self._known = {
                        str(key): list(entry)
                        for key, entry in found["manifests"].items()
                        if len(entry) == 3 and isinstance(entry[2], dict)
                    }
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                self._known = {}
        return self._known

    def save(self) -> None:
        """Keep what was used since the last time, and forget what was not."""
        with self._lock:
            if self._used == self._entries():
                return
            self._known, self._used = self._used, {}
            try:
                text = json.dumps({"format": _FORMAT, "manifests": self._known})
                self._path.parent.mkdir(parents=True, exist_ok=True)
                handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".manifests-")
            except (OSError, TypeError):  # TypeError: TOML has dates, JSON has not
                return
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as stream:
                    stream.write(text)
                Path(name).replace(self._path)
            except OSError:
                Path(name).unlink(missing_ok=True)
