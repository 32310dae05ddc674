"""A small town with roads, for runs in the window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import shapely

from twin_model.commands import AddEntities
from twin_model.entity import Entity
from twin_model.twin import Twin

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.window import MainWindow

_ROADS = {
    "main-road": ("Main Road", "primary", 4, [(-300.0, 10.0), (350.0, 10.0)]),
    "west-street": ("West Street", "secondary", 2, [(-100.0, -200.0), (-100.0, 250.0)]),
    "east-street": ("East Street", "secondary", 2, [(120.0, -200.0), (120.0, 250.0)]),
    # Its ends stop short of the streets that it joins, as at a kerb.
    "south-street": ("South Street", "residential", 2, [(-92.0, -120.0), (112.0, -120.0)]),
}


def add_roads(folder: Path) -> None:
    """Add four roads that cross one another."""
    with Twin.open(folder) as twin:
        twin.execute(
            AddEntities(
                [
                    Entity(
                        key, "road", name, (*way[0], 0.0),
                        attributes={"road_class": kind, "lanes": lanes},
                        geometry=shapely.to_wkb(shapely.LineString(way)),
                    )
                    for key, (name, kind, lanes, way) in _ROADS.items()
                ],
                [],
            )
        )  # fmt: skip


@pytest.fixture
def cross_town(project: Path) -> Path:
    """The project of `window_support`, with roads."""
    add_roads(project)
    return project


def shown_recording(qtbot: QtBot, window: MainWindow) -> Any:
    """Wait until a recorded run is shown, and return its recording."""
    shown = window.simulation.shown
    qtbot.waitUntil(lambda: shown.recording is not None and shown.picture is not None,
                    timeout=60_000)  # fmt: skip
    qtbot.waitUntil(lambda: not shown._reading, timeout=10_000)
    return shown.recording
