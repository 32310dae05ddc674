"""A plugin from the template in the window: it appears, is edited, breaks, and is mended."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.plugins.place import PanelPlace
from app.window import MainWindow
from plugins.host.scaffold import new_plugin
from window_support import MakeWindow, make_window, project, qapp_args

__all__ = ["make_window", "project", "qapp_args"]

pytestmark = pytest.mark.gui

PANEL = "org.example.tide-gauge.summary"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    later = time.time() + 2  # two saves within a second are two all the same
    os.utime(path, (later, later))


def place_of(window: MainWindow) -> PanelPlace | None:
    return window.plugins.places.get(PANEL)


def test_a_plugin_from_the_template_appears_is_edited_breaks_and_is_mended(
    qtbot: QtBot, make_window: MakeWindow, project: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    folder = tmp_path / "tide-gauge"
    new_plugin(folder, name="Tide gauge")
    monkeypatch.setenv("SHAPAN_PLUGINS", str(folder))
    code = folder / "src" / "tide_gauge" / "panel.py"
    window = make_window(project)

    def note() -> str:
        place = place_of(window)
        panel = place.panel if place is not None else None
        return panel.note.text() if panel is not None else ""  # type: ignore[attr-defined]

    qtbot.waitUntil(lambda: note() == "Harbour: 4 entities", timeout=30_000)
    assert window.docks.is_open(PANEL)
    assert window.docks.title(PANEL) == "Tide gauge"

    edit(code, "{0}: {1} entities", "{1} things in {0}")
    qtbot.waitUntil(lambda: note() == "4 things in Harbour", timeout=30_000)

    window.plugins.install_hook()
    edit(
        code, "        self.ask()\n\n", "        self.ask()\n        raise RuntimeError('low')\n\n"
    )

    def failure() -> str:
        place = place_of(window)
        return str(place.error) if place is not None and place.error is not None else ""

    qtbot.waitUntil(lambda: "RuntimeError: low" in failure(), timeout=30_000)
    assert "org.example.tide-gauge" in failure()
    window.interaction.select_id("old-town-0")  # the window goes on
    assert window.entity_panel.entity is not None

    edit(code, "        raise RuntimeError('low')\n", "")
    qtbot.waitUntil(lambda: note() == "4 things in Harbour", timeout=30_000)
    window.set_language("zh_CN")
    assert window.docks.title(PANEL) == "Tide gauge"
    window.set_language("en")
