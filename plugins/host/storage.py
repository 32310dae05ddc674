"""Files of a plugin's own, up to a limit."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from twin_model.errors import PluginError


class FolderStorage:
    """See `shapan.Storage`.

    Parameters
    ----------
    plugin : str
    folder : Path
    limit_bytes : int
    """

    def __init__(self, plugin: str, folder: Path, limit_bytes: int) -> None:
        self._plugin = plugin
        self._folder = folder
        self._limit = limit_bytes

    @property
    def folder(self) -> Path:
        """See `shapan.Storage`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder

    def read(self, name: str) -> bytes | None:
        """See `shapan.Storage`."""
        path = self._path(name)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise PluginError(
                self._plugin, f"{path} of its storage cannot be read ({error.strerror})"
            ) from error

    def write(self, name: str, content: bytes) -> None:
        """See `shapan.Storage`."""
        path = self._path(name)
        used = folder_bytes(self._folder) - (path.stat().st_size if path.is_file() else 0)
        if used + len(content) > self._limit:
            raise PluginError(
                self._plugin,
                f"its storage is full: {used >> 20} MiB of {self._limit >> 20} MiB are used",
                remedy="remove files from it, or raise storage_mb in its shapan.toml",
            )
        handle = -1
        staging = ""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, staging = tempfile.mkstemp(dir=path.parent, prefix=".staging-")
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            Path(staging).replace(path)
        except OSError as error:
            if staging:
                Path(staging).unlink(missing_ok=True)
            raise PluginError(
                self._plugin, f"{path} cannot be written ({error.strerror})",
                remedy="free some disk space" if error.errno == 28 else "",
            ) from error  # fmt: skip

    def _path(self, name: str) -> Path:
        path = Path(name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise PluginError(self._plugin, f"'{name}' is no file inside its storage")
        return self._folder / path


def folder_bytes(folder: Path) -> int:
    """Return how many bytes the files in a folder take; 0 where it is not there."""
    total = 0
    pending = [folder]
    while pending:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(Path(entry.path))
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return total
