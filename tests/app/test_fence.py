"""A fence is drawn in the scene while the form of its rule steps aside."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from app.rules.fence import FenceTool
from editing_support import click_at, look_from_above
from window_support import MakeWindow, make_window, project, qapp_args

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

__all__ = ["make_window", "project", "qapp_args"]
pytestmark = pytest.mark.gui


def test_a_fence_is_drawn_in_the_scene_and_given_to_the_form(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    window.docks.show("rules")
    qtbot.waitUntil(window.live.rules.isVisible)
    qtbot.wait(300)  # the scene takes the room that is left
    look_from_above(qtbot, window, (90.0, -60.0, 0.0))
    dialog = window.live.rules.make("geofence")
    field = dialog.form.fields["ring_m"]
    qtbot.mouseClick(field.draw, Qt.MouseButton.LeftButton)  # type: ignore[attr-defined]
    tool = window.tools.current
    assert isinstance(tool, FenceTool) and not dialog.isVisible()
    for place in ((70.0, -80.0, 0.0), (110.0, -80.0, 0.0)):
        click_at(qtbot, window, place)
    qtbot.keyClick(window.viewport, Qt.Key.Key_Return)
    assert window.measure.text == "A fence needs three corners" and tool.active
    click_at(qtbot, window, (110.0, -50.0, 0.0))
    assert "m²" in window.measure.text
    qtbot.keyClick(window.viewport, Qt.Key.Key_Return)
    assert dialog.isVisible() and window.tools.current is None
    assert field.value() == [
        pytest.approx(corner, abs=0.6) for corner in ((70, -80), (110, -80), (110, -50))
    ]
    # Given up, the fence stays as it was.
    qtbot.mouseClick(field.draw, Qt.MouseButton.LeftButton)  # type: ignore[attr-defined]
    click_at(qtbot, window, (70.0, -80.0, 0.0))
    qtbot.keyClick(window.viewport, Qt.Key.Key_Escape)
    assert dialog.isVisible() and len(field.value()) == 3
