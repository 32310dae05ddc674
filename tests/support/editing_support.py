"""What a user does to draw and shape entities, as real mouse and key events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from window_support import display_of, wait_complete

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.window import MainWindow

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
Place = tuple[float, float, float]


def choose_type(qtbot: QtBot, window: MainWindow, words: str) -> None:
    """Type into the list of types and take the first one."""
    picker = window.draw.picker
    qtbot.waitUntil(picker.isVisible, timeout=10_000)
    qtbot.keyClicks(picker.input, words)
    qtbot.keyClick(picker.input, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not picker.isVisible())


def click_at(
    qtbot: QtBot,
    window: MainWindow,
    place: Place,
    modifier: Qt.KeyboardModifier = NONE,
    aside: QPoint = QPoint(0, 0),  # noqa: B008  never changed
) -> None:
    """Click a local place, or some pixels beside it; never so fast that it is a double click."""
    at = display_of(window, place) + aside
    qtbot.mouseMove(window.viewport, at - QPoint(2, 1))
    qtbot.mouseMove(window.viewport, at)
    qtbot.mouseClick(window.viewport, LEFT, modifier, at)
    qtbot.wait(QApplication.doubleClickInterval() + 30)


def drag(qtbot: QtBot, window: MainWindow, start: QPoint, end: QPoint) -> None:
    """Drag with the left button in steps."""
    view = window.viewport
    qtbot.mouseMove(view, start - QPoint(1, 1))
    qtbot.mouseMove(view, start)
    qtbot.mousePress(view, LEFT, NONE, start)
    for step in range(1, 9):
        qtbot.mouseMove(view, start + (end - start) * step / 8)
    qtbot.mouseRelease(view, LEFT, NONE, end)


def look_from_above(qtbot: QtBot, window: MainWindow, centre: Place, reach: float = 60.0) -> None:
    """Stand obliquely above a place."""
    from rendering.camera import look_at

    x, y, z = centre
    pose = look_at((x - reach, y - reach, z, x + reach, y + reach, z + 8.0))
    window.viewport.set_pose(pose, moving=False)
    settle(qtbot, window)


def settle(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until commands are carried out and the scene shows them."""
    window.session.settle()
    qtbot.wait(60)
    qtbot.waitUntil(lambda: not window.drawn._asking, timeout=20_000)
    wait_complete(qtbot, window)
    qtbot.wait(60)


def activate(qtbot: QtBot, window: MainWindow) -> None:
    """Make the window the active one, as shortcuts need; there is no window manager to do it."""
    window.activateWindow()
    window.viewport.setFocus()
    qtbot.waitUntil(window.isActiveWindow, timeout=5000)
