"""Entities that no layer draws, in the window: shown, picked, selected, followed through time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.window import MainWindow
from rendering.entities.shape import ENTITIES
from twin_model.commands import AddEntities, EditEntities, RemoveEntities
from twin_model.entity import Entity
from twin_model.frame import Frame
from twin_model.time import Instant, Interval
from twin_model.twin import Twin
from window_support import MakeWindow, display_of, wait_complete

pytestmark = pytest.mark.gui

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def house(name: str = "depot", x: float = 70.0) -> Entity:
    outline = shapely.box(x, -60.0, x + 30.0, -40.0)
    return Entity(name, "warehouse", name.title(), (x + 15.0, -50.0, 0.0),
                  shapely.to_wkb(outline), attributes={"height_m": 12.0})  # fmt: skip


def click(
    qtbot: QtBot,
    window: MainWindow,
    position: tuple[float, float, float],
    modifier: Qt.KeyboardModifier = NONE,
) -> None:
    at = display_of(window, position)
    qtbot.mouseMove(window.viewport, at)
    qtbot.mouseClick(window.viewport, LEFT, modifier, at)


def shown(qtbot: QtBot, window: MainWindow, count: int) -> None:
    qtbot.waitUntil(lambda: len(window.drawn) == count, timeout=20_000)
    wait_complete(qtbot, window)


def test_an_entity_of_its_own_is_drawn_picked_and_outlined(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    window.session.execute(AddEntities([house()]))
    shown(qtbot, window, 1)
    click(qtbot, window, (85.0, -50.0, 12.0))
    assert window.entity_panel.entity is not None
    assert window.entity_panel.entity.id == "depot"
    assert window.viewport.stage._marks.selected == [window.drawn.mark_of(house())]
    click(qtbot, window, (20.0, 20.0, 60.0), Qt.KeyboardModifier.ControlModifier)
    assert {one.id for one in window.entity_panel.entities} == {"depot", "old-town-0"}
    click(qtbot, window, (85.0, -50.0, 12.0), Qt.KeyboardModifier.ControlModifier)
    assert [one.id for one in window.entity_panel.entities] == ["old-town-0"]


def test_a_flight_to_what_stands_behind_a_house_ends_where_it_is_in_sight(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    outline = shapely.to_wkb(shapely.box(50.0, -75.0, 120.0, -63.0))
    tall = Entity("tower", "warehouse", "Tower", (85.0, -69.0, 0.0), outline,
                  attributes={"height_m": 60.0})  # fmt: skip
    window.session.execute(AddEntities([house(), tall]))
    shown(qtbot, window, 2)
    view = window.viewport
    window.interaction.fly_to_id("tower")
    usual = view.goal  # the flight begins at once, and turns when it is known what hides what
    wait_complete(qtbot, window)
    assert view.pose == usual
    window.interaction.fly_to_id("depot")
    hidden = view.goal
    qtbot.waitUntil(lambda: view.goal != hidden)
    wait_complete(qtbot, window)
    assert window.entity_panel.entity is not None
    at = display_of(window, (85.0, -50.0, 12.0))
    picked = window.interaction.entity_of(view.pick_at(at.x(), at.y()))
    assert picked is not None and picked.id == "depot"


def test_the_scene_follows_edits_removal_and_undo(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    entities = window.viewport.stage.entities
    window.session.execute(AddEntities([house()]))
    shown(qtbot, window, 1)
    feature = window.drawn.mark_of(house())
    assert feature is not None
    higher = replace(house(), attributes={"height_m": 30.0})
    window.session.execute(EditEntities([higher]))
    qtbot.waitUntil(lambda: (entities.feature_bounds(feature[1]) or (0,) * 6)[5] > 29.0)
    window.session.execute(RemoveEntities(["depot"]))
    shown(qtbot, window, 0)
    window.session.undo()
    shown(qtbot, window, 1)
    assert window.drawn.mark_of(house()) == (ENTITIES, feature[1])


def test_the_scene_shows_the_entities_of_an_earlier_instant(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    since = [Interval(Instant.parse(text)) for text in ("2026-01-01", "2026-06-01")]
    with Twin.open(project) as twin:
        twin.execute(AddEntities([replace(house(), valid=since[0]),
                                  replace(house("shed", 120.0), valid=since[1])]))  # fmt: skip
    window = make_window(project)
    shown(qtbot, window, 2)
    window.show_instant(Instant.parse("2026-03-01"))
    shown(qtbot, window, 1)
    assert window.drawn.shape("shed") is None
    window.show_instant(None)
    shown(qtbot, window, 2)


def test_a_project_with_nothing_but_own_entities_is_looked_at(
    qtbot: QtBot, make_window: MakeWindow, tmp_path: Path
) -> None:
    folder = tmp_path / "plan.shapan"
    with Twin.create(folder, Frame("EPSG:32650", (500_000.0, 3_400_000.0, 0.0)), "Plan") as twin:
        twin.execute(AddEntities([house(), house("shed", 500.0)]))
    window = make_window(folder)
    shown(qtbot, window, 2)
    qtbot.waitUntil(lambda: not window.empty.isVisible())
    qtbot.waitUntil(lambda: abs(window.viewport.pose.target[0] - 300.0) < 60.0, timeout=20_000)


def test_thousands_of_entities_appear_without_holding_up_the_window(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    with Twin.open(project) as twin:
        twin.execute(AddEntities([
            Entity(f"v{n}", "valve", f"V{n}", (3.0 * (n % 80), -4.0 * (n // 80), 0.5))
            for n in range(4000)
        ]))  # fmt: skip
    window = make_window(project)
    shown(qtbot, window, 4000)
    assert len(window.viewport.stage.entities.shapes) == 4000


def test_a_type_of_the_project_has_the_symbol_of_its_parent(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    from twin_model.schema.project_types import ChangeTypes
    from twin_model.schema.types import EntityType

    kind = EntityType(id="garden_lamp", parent="lamp")
    with Twin.open(project) as twin:
        twin.execute(ChangeTypes([kind]))
        twin.execute(AddEntities([Entity("g", "garden_lamp", "G", (70.0, -50.0, 0.0))]))
    window = make_window(project)

    def symbol() -> str:
        shape = window.drawn.shape("g")
        return "" if shape is None else shape.symbol

    qtbot.waitUntil(lambda: symbol() == "lamp", timeout=10_000)
    # It follows the type: changed, and taken back.
    bench = kind.model_copy(update={"symbol": "bench"})
    window.session.execute(ChangeTypes([bench]))
    qtbot.waitUntil(lambda: symbol() == "bench", timeout=10_000)
    window.session.undo()
    qtbot.waitUntil(lambda: symbol() == "lamp", timeout=10_000)
