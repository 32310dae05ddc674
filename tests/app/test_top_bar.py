"""The top bar fits the smallest window, and says as much as it has room for."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from window_support import MakeWindow

pytestmark = pytest.mark.gui


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_window_fits_1280_pixels_with_a_long_title(
    qtbot: QtBot, make_window: MakeWindow, project: Path, language: str
) -> None:
    window = make_window(project, language=language, size=(1280, 720))
    window.top_bar.set_project(
        "Harbour district, inner and outer basins, as surveyed", read_only=True
    )
    qtbot.wait(50)
    assert window.minimumSizeHint().width() <= 1280
    assert window.width() == 1280
    search = window.top_bar.search
    assert search.geometry().right() < 1280
    assert search.text().endswith("Ctrl K")
    assert search.fontMetrics().horizontalAdvance(search.text()) < search.width()
    window.resize(1900, 900)
    assert len(search.text()) > len("Ctrl K")


def test_what_a_tool_says_does_not_cover_the_scale(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project, size=(1280, 720))
    overlays = window.overlays
    overlays.measure.set_text(
        "Click points · Enter finishes · Backspace takes back · Esc ends the tool"
    )
    overlays.place()
    assert overlays.measure.width() > 300
    assert not overlays.scale.isHidden()
    assert not overlays.measure.geometry().intersects(overlays.scale.geometry())
