"""What a user does to a window with files, as real drop events."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.placement import PlacementDialog
    from app.window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def drop(window: MainWindow, paths: list[Path]) -> None:
    """Drop files on the scene, as a file manager does."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    at = window.viewport.mapTo(window, QPoint(50, 50))
    enter = QDragEnterEvent(
        at, Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    assert window.overlays.drop.isVisible()
    QApplication.sendEvent(
        window,
        QDropEvent(
            QPointF(at), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier
        ),
    )
    assert not window.overlays.drop.isVisible()


def dialog_of(qtbot: QtBot, window: MainWindow) -> PlacementDialog:
    """Return the placement dialog once everything in it has been looked into."""
    qtbot.waitUntil(lambda: window.importing.dialog is not None)
    dialog = window.importing.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: not dialog.waiting, timeout=20_000)
    return dialog


def wait_jobs(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until nothing runs any more."""
    qtbot.waitUntil(lambda: bool(window.jobs.records) and not window.jobs.active(), timeout=60_000)


def write_las(path: Path, *, crs: str | None, count: int = 4000) -> Path:
    """Write a small survey around easting 500 100, northing 3 400 050."""
    import laspy
    from pyproj import CRS

    header = laspy.LasHeader(point_format=6, version="1.4")
    header.scales = [0.001] * 3
    header.offsets = [500_000.0, 3_400_000.0, 0.0]
    if crs:
        header.add_crs(CRS.from_user_input(crs))
    las = laspy.LasData(header)
    chance = np.random.default_rng(4)
    las.x = 500_100.0 + chance.uniform(0, 50, count)
    las.y = 3_400_050.0 + chance.uniform(0, 50, count)
    las.z = chance.uniform(0, 10, count)
    las.write(path)
    return path
