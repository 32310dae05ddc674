"""What the window remembers between starts, apart from what belongs to a project."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QSettings, QStandardPaths

_RECENT_LIMIT: Final = 12


class Settings:
    """Typed access to one ini file.

    Parameters
    ----------
    path : Path, optional
        The file; the platform's place for settings where not given.
    """

    def __init__(self, path: Path | None = None) -> None:
        if path is None:
            folder = QStandardPaths.writableLocation(
                QStandardPaths.StandardLocation.GenericConfigLocation
            )
            path = Path(folder) / "shapan" / "window.ini"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._store = QSettings(str(path), QSettings.Format.IniFormat)

    @property
    def folder(self) -> Path:
        """Where the file lies, and other files that are the user's."""
        return Path(self._store.fileName()).parent

    @property
    def theme(self) -> str:
        """``light``, ``dark`` or ``system``."""
        return str(self._store.value("theme", "system", type=str))

    @theme.setter
    def theme(self, value: str) -> None:
        self._store.setValue("theme", value)

    @property
    def language(self) -> str:
        """``zh_CN``, ``en``, or empty for the system's."""
        return str(self._store.value("language", "", type=str))

    @language.setter
    def language(self, value: str) -> None:
        self._store.setValue("language", value)

    @property
    def interface_percent(self) -> int:
        """Size of text and controls; 100 is what the system gives."""
        value = self._store.value("interface_percent", 100, type=int)
        return value if isinstance(value, int) and 50 <= value <= 500 else 100

    @interface_percent.setter
    def interface_percent(self, value: int) -> None:
        self._store.setValue("interface_percent", value)

    @property
    def recent(self) -> list[Path]:
        """Projects opened lately that still exist, the newest first."""
        count = self._store.beginReadArray("recent")
        found: list[Path] = []
        for index in range(count):
            self._store.setArrayIndex(index)
            found.append(Path(str(self._store.value("path", "", type=str))))
        self._store.endArray()
        return [path for path in found if path.is_dir()]

    def add_recent(self, project: Path) -> None:
        """Put a project on top of the recent ones."""
        project = project.resolve()
        paths = [project, *(path for path in self.recent if path != project)][:_RECENT_LIMIT]
        self._store.beginWriteArray("recent", len(paths))
        for index, path in enumerate(paths):
            self._store.setArrayIndex(index)
            self._store.setValue("path", str(path))
        self._store.endArray()
        self._store.sync()

    def bytes(self, key: str) -> QByteArray:
        """Return stored bytes, such as a window geometry; empty where there are none."""
        value = self._store.value(key, QByteArray())
        return value if isinstance(value, QByteArray) else QByteArray()

    def set_bytes(self, key: str, value: QByteArray) -> None:
        """Store bytes."""
        self._store.setValue(key, value)

    def sync(self) -> None:
        """Write to disk now."""
        self._store.sync()
