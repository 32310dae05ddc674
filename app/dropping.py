"""Files that are dropped on the window or a part of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QDropEvent


def files_in(data: QMimeData) -> list[Path]:
    """Return the files and folders that are dragged."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def take_as_copy(event: QDropEvent) -> None:
    """Accept what is dragged as a copy: after a move, file managers may remove the originals."""
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()
