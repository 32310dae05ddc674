"""Arrangements of docks that come back, also from a program that had fewer of them."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.docking import SIDES, Docks
from app.panels.table import own_docks
from app.theme import RIGHT_PANE_PX
from window_support import MakeWindow, flush

if TYPE_CHECKING:
    from app.window import MainWindow

pytestmark = pytest.mark.gui

LATER = {"relations", "comparison"}


def older_arrangement(qtbot: QtBot) -> QByteArray:
    """Return what a program without the docks `LATER` saved."""
    window = QWidget()
    window.resize(1280, 800)
    docks = Docks(window, QWidget(), contextlib.nullcontext)
    docks.manager.resize(1280, 800)
    for entry in own_docks():
        if entry.id not in LATER:
            docks.add(
                entry.id, lambda: "Dock", SIDES[str(entry.details["area"])],
                beside=str(entry.details["beside"]) or None,
            )  # fmt: skip
    window.show()
    qtbot.waitExposed(window)
    docks.settle()
    state = docks.state()
    window.close()
    window.deleteLater()
    flush()
    return state


def test_the_entities_are_in_front_of_the_changes(qtbot: QtBot, make_window: MakeWindow) -> None:
    window = make_window()
    assert window.docks.dock("entities").isCurrentTab()
    assert window.docks.is_open("comparison")
    for layout in ("monitor", "plan"):
        window.docks.apply(layout)
        assert window.docks.dock("entities").isCurrentTab()


def open_and_front(window: MainWindow) -> tuple[set[str], set[str]]:
    """Return which docks are open, and which of them are in front of their tabs."""
    docks = window.docks
    opened = {name for name in docks.names() if docks.is_open(name)}
    return opened, {name for name in opened if docks.dock(name).isCurrentTab()}


def test_an_arrangement_is_the_same_whether_docks_were_moved_before_or_only_opened(
    qtbot: QtBot, make_window: MakeWindow
) -> None:
    window = make_window()
    restored: list[QByteArray] = []
    restore = window.docks._restore

    def watched(state: QByteArray) -> bool:
        restored.append(state)
        return restore(state)

    window.docks._restore = watched  # type: ignore[method-assign]
    found = {}
    for layout in ("reconstruct", "monitor", "plan"):
        window.docks.apply(layout)
        found[layout] = open_and_front(window)
    # Nothing was taken apart, which takes longer than a frame.
    assert not restored
    window.docks.show("rules")  # another tab in front, one dock more
    window.docks.toggle("layers")
    window.docks.apply("plan")
    assert open_and_front(window) == found["plan"] and not restored
    for layout, wanted in found.items():
        dock = window.docks.dock("relations")
        window.docks.manager.addDockWidget(SIDES["left"].value, dock)
        window.docks.apply(layout)
        assert len(restored) == 1 and open_and_front(window) == wanted
        assert window.docks.dock("relations").dockAreaWidget() is not None
        restored.clear()


def test_docks_that_an_older_arrangement_does_not_know_are_there(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    state = older_arrangement(qtbot)
    window = make_window(project)
    window.docks.toggle("relations")
    assert not window.docks.is_open("relations")
    assert window.docks.restore(state, "plan")
    qtbot.waitUntil(lambda: window.relations_panel.height() > 100)
    assert window.docks.is_open("relations")
    # Below the Entity panel, and as wide as it.
    relations, entity = (window.docks.dock(name) for name in ("relations", "entity"))
    assert relations.mapTo(window, relations.rect().topLeft()).y() > (
        entity.mapTo(window, entity.rect().topLeft()).y()
    )
    assert relations.width() == entity.width() == RIGHT_PANE_PX
    # The changes are a tab behind the entities, which stay in front.
    assert window.docks.is_open("comparison")
    assert window.docks.dock("entities").isCurrentTab()
    # What somebody closed stays closed.
    window.docks.toggle("relations")
    closed = window.docks.state()
    window.docks.show("relations")
    assert window.docks.restore(closed, "plan")
    assert not window.docks.is_open("relations")
