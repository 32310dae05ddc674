"""Types as DTDL files, in and out; read and written in threads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.editing import schema
from app.workers import Background
from twin_model.errors import ShapanError


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
        """Read interfaces of DTDL version 2 or 3 from files, which may extend one another's."""
        catalogue = schema.catalogue()

        def work() -> Any:
            from twin_model.schema.dtdl import read_dtdl

            try:
                texts = {path.name: path.read_text(encoding="utf-8") for path in paths}
                return read_dtdl(texts, catalogue)
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


class _Failure:
    """An error that is an answer: the one who asked shows it."""

    def __init__(self, error: Exception) -> None:
        self.error = error
