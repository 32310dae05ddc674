"""Types as DTDL files, in and out; read and written in threads."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton, QWidget

from app.dropping import files_in, take_as_copy
from app.editing import schema
from app.workers import Background
from twin_model.errors import ShapanError, ValidationError

_SUFFIXES: Final = frozenset({".json", ".dtdl"})
_MOST_FILES: Final = 10_000


class TypesExchange(QObject):
    """Reads and writes DTDL.

    Parameters
    ----------
    background : Background
    parent : QObject
    """

    read = Signal(object)  # DtdlImport
    written = Signal(str)  # path
    failed = Signal(object)  # Exception

    def __init__(self, background: Background, parent: QObject) -> None:
        super().__init__(parent)
        self._background = background

    def read_files(self, paths: list[Path]) -> None:
        """Read interfaces of DTDL version 2 or 3 from files, which may extend one another's.

        Of folders all files below them are read.
        """
        catalogue = schema.catalogue()

        def work() -> Any:
            from twin_model.schema.dtdl import read_dtdl

            try:
                return read_dtdl(_texts(paths), catalogue)
            except (ShapanError, OSError, UnicodeDecodeError) as error:
                return _Failure(error)

        self._background.ask("dtdl", work, self._answer)

    def write_file(self, path: Path, type_id: str) -> None:
        """Write a type, with what it extends, as DTDL version 3."""
        catalogue = schema.catalogue()

        def work() -> Any:
            from twin_model.schema.dtdl import write_dtdl

            try:
                path.write_text(write_dtdl(catalogue, [type_id]).text, encoding="utf-8")
            except (ShapanError, OSError) as error:
                return _Failure(error)
            return str(path)

        self._background.ask("dtdl", work, self._answer)

    def _answer(self, found: Any) -> None:
        if isinstance(found, _Failure):
            self.failed.emit(found.error)
        elif isinstance(found, str):
            self.written.emit(found)
        else:
            self.read.emit(found)


class ImportButton(QPushButton):
    """Asks for DTDL files or a folder of them; takes both when they are dropped on it."""

    chosen = Signal(list)  # list of Path

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        menu = QMenu(self)
        self.files, self.folder = menu.addAction(""), menu.addAction("")
        self.files.triggered.connect(self._ask_files)
        self.folder.triggered.connect(self._ask_folder)
        self.setMenu(menu)

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.setText(self.tr("Import DTDL"))
        self.files.setText(self.tr("Files…"))
        self.folder.setText(self.tr("Folder with all files below…"))
        self.setToolTip(self.tr("Interfaces may extend those of other files that come with them."))

    def _ask_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(
            self, self.tr("Import DTDL"), "", "DTDL (*.json *.dtdl)"
        )
        if names:
            self.chosen.emit([Path(name) for name in names])

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("Import DTDL"))
        if name:
            self.chosen.emit([Path(name)])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            take_as_copy(event)

    def dropEvent(self, event: QDropEvent) -> None:
        paths = files_in(event.mimeData())
        if paths:
            take_as_copy(event)
            self.chosen.emit(paths)


def _texts(paths: list[Path]) -> dict[str, str]:
    """Return the texts of files, and of those below folders, by names that tell them apart.

    Raises
    ------
    ValidationError
        If a folder has none, or far too many.
    """
    found: dict[str, Path] = {}
    for path in paths:
        if not path.is_dir():
            found[path.name] = path
            continue
        below = sorted(one for one in path.rglob("*") if one.suffix.lower() in _SUFFIXES)
        if not below:
            raise ValidationError(
                "dtdl", path.name, str(path), "has no .json or .dtdl file below it"
            )
        found |= {one.relative_to(path.parent).as_posix(): one for one in below if one.is_file()}
    if len(found) > _MOST_FILES:
        raise ValidationError("dtdl", "files", len(found), f"more than {_MOST_FILES} files")
    return {name: path.read_text(encoding="utf-8") for name, path in found.items()}


class _Failure:
    """An error that is an answer: the one who asked shows it."""

    def __init__(self, error: Exception) -> None:
        self.error = error
