"""The widget that hosts the scene survives moving, resizing and closing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage, QSurface
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.viewport import Viewport
from rendering.camera import CameraPose
from window_support import MakeWindow, wait_complete

pytestmark = pytest.mark.gui


@pytest.fixture
def viewport(qtbot: QtBot) -> Iterator[Viewport]:
    made = Viewport()
    made.stage.camera = CameraPose((0.0, -600.0, 90.0), (0.0, 0.0, 60.0))
    made.resize(320, 240)
    made.show()
    qtbot.waitExposed(made)
    qtbot.waitUntil(lambda: made.complete)
    yield made
    made.close_stage()
    made.close()


def pixels(viewport: Viewport) -> np.ndarray:
    """Return what is on the widget, (h, w, 3) uint8."""
    return array(viewport.grabFramebuffer())


def array(image: QImage) -> np.ndarray:
    """Return a picture, (h, w, 3) uint8."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def is_a_picture(found: np.ndarray) -> bool:
    """Whether there is a sky above a ground, neither black."""
    sky, ground = found[5].mean(axis=0), found[-5].mean(axis=0)
    return bool(sky.min() > 40 and ground.min() > 40 and abs(sky - ground).max() > 10)


def test_sky_and_ground_are_drawn_before_there_is_any_layer(viewport: Viewport) -> None:
    assert is_a_picture(pixels(viewport))


def test_the_scene_is_drawn_again_after_moving_to_another_window_and_back(
    qtbot: QtBot, viewport: Viewport
) -> None:
    for _ in range(2):
        other = QWidget()
        qtbot.addWidget(other)
        layout = QVBoxLayout(other)
        layout.addWidget(viewport)
        other.resize(400, 300)
        other.show()
        qtbot.waitExposed(other)
        viewport.redraw()
        qtbot.waitUntil(lambda: viewport.complete)
        qtbot.wait(50)
        assert is_a_picture(pixels(viewport))
        layout.removeWidget(viewport)
        viewport.setParent(None)
        viewport.show()
        qtbot.waitExposed(viewport)
        qtbot.wait(50)
        assert is_a_picture(pixels(viewport))


def test_the_picture_has_the_size_of_the_widget_in_device_pixels(
    qtbot: QtBot, viewport: Viewport
) -> None:
    viewport.resize(500, 260)
    qtbot.wait(80)
    ratio = viewport.devicePixelRatioF()
    assert pixels(viewport).shape[:2] == (round(260 * ratio), round(500 * ratio))
    assert viewport.to_display(0, 259) == (0, 0)


def test_a_flight_takes_about_as_long_as_said_and_ends_exactly_at_its_goal(
    qtbot: QtBot, viewport: Viewport
) -> None:
    import time

    goal = CameraPose((100.0, -300.0, 200.0), (100.0, 0.0, 0.0))
    started = time.perf_counter()
    viewport.fly_to(goal)
    qtbot.waitUntil(lambda: not viewport.flying)
    assert viewport.pose == goal
    assert 0.35 <= time.perf_counter() - started <= 1.5


def test_before_there_is_a_stage_the_scene_is_of_one_colour_and_then_a_picture(
    qtbot: QtBot,
) -> None:
    viewport = Viewport(QColor("#806040"))
    viewport.resize(320, 240)
    viewport.show()
    qtbot.waitExposed(viewport)
    assert np.unique(pixels(viewport).reshape(-1, 3), axis=0).tolist() == [[0x80, 0x60, 0x40]]
    viewport.stage.camera = CameraPose((0.0, -600.0, 90.0), (0.0, 0.0, 60.0))
    qtbot.waitUntil(lambda: viewport.complete)
    assert is_a_picture(pixels(viewport))
    viewport.close_stage()
    viewport.close()


def on_screen(widget: QWidget, part: QRect | None = None) -> np.ndarray:
    """Return what the screen shows of a widget, (h, w, 3) uint8."""
    part = part or widget.rect()
    corner = widget.mapToGlobal(part.topLeft())
    size = part.width(), part.height()
    return array(widget.screen().grabWindow(0, corner.x(), corner.y(), *size).toImage())


def test_what_stands_around_the_scene_is_painted_without_opengl_and_the_palette_over_it(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    wait_complete(qtbot, window)
    handle = window.windowHandle()
    # Otherwise all of the window is put together by OpenGL whenever a label changes.
    assert handle.surfaceType() == QSurface.SurfaceType.RasterSurface
    qtbot.waitUntil(lambda: is_a_picture(on_screen(window.viewport)))
    palette = window.palette_popup
    palette.popup()
    raised = window.theme.colour("raised").getRgb()[:3]
    inside = QRect(palette.rect().bottomLeft() + QPoint(20, -4), palette.rect().size() / 200)
    qtbot.waitUntil(lambda: bool((on_screen(palette, inside) == raised).all()))
    for corner in (QPoint(0, 0), palette.rect().bottomRight()):  # the scene, not black
        assert on_screen(palette, QRect(corner, corner)).max() > 40
    palette.hide()
    qtbot.waitUntil(lambda: is_a_picture(on_screen(window.viewport)))
