"""Our own panels take the way that those of plugins take, and fail as gently."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.panels import making
from app.panels.table import own_docks
from app.window import MainWindow
from window_support import MakeWindow, make_window, project, qapp_args

__all__ = ["make_window", "project", "qapp_args"]

pytestmark = pytest.mark.gui


def test_every_panel_of_ours_is_in_a_place_made_from_the_table(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    for entry in own_docks():
        place = window.panels.places[entry.id]
        assert place.entry is entry
        if place.panel is None:  # made when it is first seen
            window.docks.show(entry.id)
        qtbot.waitUntil(
            lambda place=place: place.panel is not None or place.error is not None,  # type: ignore[misc]
            timeout=10_000,
        )
        assert place.error is None, place.error
        assert window.docks.dock(entry.id).isAncestorOf(place.panel)


def test_one_of_ours_that_fails_is_named_and_leaves_the_window_to_work_with(
    qtbot: QtBot, make_window: MakeWindow, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = making.relations

    def broken(window: MainWindow) -> None:
        raise RuntimeError("no graph today")

    monkeypatch.setattr(making, "relations", broken)
    window = make_window(project)
    place = window.panels.places["relations"]
    qtbot.waitUntil(lambda: place.failure is not None)
    failure = place.failure
    assert failure is not None
    assert "Relations" in failure.message.text()
    assert "no graph today" in failure.message.text()
    assert not failure.disable.isVisible()
    # The rest is joined: choosing in the list still shows the entity.
    qtbot.waitUntil(lambda: window.entities_panel.model.rowCount() > 0)
    window.interaction.select_id("old-town-0")
    qtbot.waitUntil(lambda: window.entity_panel.entity is not None)
    monkeypatch.setattr(making, "relations", real)
    qtbot.mouseClick(failure.reload, Qt.MouseButton.LeftButton)
    assert place.panel is window.relations_panel
    assert place.failure is None
    window.interaction.clear()
    window.interaction.select_id("old-town-0")
    qtbot.waitUntil(lambda: "old-town-0" in window.relations_panel.model.piece.places)
