"""Things of layers that were moved: drawn, picked and outlined where they stand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.editing import changes
from app.editing.transform import Handle
from app.panels.entity_tabs import POSITION
from app.window import MainWindow
from editing_support import Place, activate, drag, look_from_above, settle
from twin_model.commands import AddEntities, EditEntities, RemoveLayer
from twin_model.entity import SCALE_ATTRIBUTE, Entity
from twin_model.shaping import moved, polygon_wkb
from twin_model.time import Instant
from twin_model.twin import Twin
from window_support import MakeWindow, display_of, wait_complete

pytestmark = pytest.mark.gui

#: The roof of the larger house of the old town, as its layer has it, and 60 m west of there.
ROOF, WEST = (20.0, 20.0, 60.0), (-40.0, 20.0, 60.0)
HOUSE = ("old-town", 0)


@pytest.fixture
def window(qtbot: QtBot, make_window: MakeWindow, project: Path) -> MainWindow:
    made = make_window(project)
    look_from_above(qtbot, made, (60.0, -10.0, 0.0), 120.0)
    return made


def picked(window: MainWindow, place: Place) -> tuple[str, int | None] | None:
    """Return what is picked where a place is drawn."""
    at = display_of(window, place)
    found = window.viewport.pick_at(at.x(), at.y())
    return None if found is None else (found.layer, found.feature)


def wait_there(qtbot: QtBot, window: MainWindow, there: Place, left: Place) -> None:
    """Wait until the house is picked at one place and not at another."""

    def is_there() -> bool:
        wait_complete(qtbot, window)
        return picked(window, there) == HOUSE and picked(window, left) != HOUSE

    qtbot.waitUntil(is_there, timeout=20_000)


def enter(qtbot: QtBot, window: MainWindow, key: str, text: str) -> None:
    """Type a value into a line of the Position tab."""
    form = window.entity_panel.fields
    activate(qtbot, window)
    form.setFocus()
    form.setCurrentIndex(form.row_of(changes.POSITION + key))
    form.edit(form.currentIndex())
    editor = next(one for one in form.findChildren(QLineEdit) if one.isVisible())
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)


def lines(window: MainWindow) -> dict[str, str | None]:
    return {one.name: one.value for one in window.entity_panel.fields.fields}


def test_a_house_moved_by_its_position_stands_there_until_undone_and_after_reopening(
    qtbot: QtBot, window: MainWindow, make_window: MakeWindow, project: Path
) -> None:
    window.entity_panel.tabs.set_current(POSITION)
    window.interaction.select_id("old-town-0")
    qtbot.waitUntil(lambda: "Easting" in lines(window))
    before = window.viewport.stage.screenshot().astype(int)
    enter(qtbot, window, "east", f"{500_000 + 20 - 60}")
    wait_there(qtbot, window, WEST, ROOF)
    after = window.viewport.stage.screenshot().astype(int)
    assert np.abs(after - before).max() > 60
    # A click where it stands selects it.
    window.interaction.clear()
    at = display_of(window, WEST)
    qtbot.mouseClick(window.viewport, Qt.MouseButton.LeftButton, pos=at)
    qtbot.waitUntil(lambda: window.entity_panel.entity is not None)
    assert window.entity_panel.entity is not None
    assert window.entity_panel.entity.id == "old-town-0"
    window.actions_registry.run("edit.undo")
    wait_there(qtbot, window, ROOF, WEST)
    window.actions_registry.run("edit.redo")
    wait_there(qtbot, window, WEST, ROOF)
    window.close()
    again = make_window(project)
    look_from_above(qtbot, again, (60.0, -10.0, 0.0), 120.0)
    wait_there(qtbot, again, WEST, ROOF)
    assert again.session.required.undo_label.startswith("Edit")


def test_handles_move_turn_and_scale_a_thing_of_a_layer(qtbot: QtBot, window: MainWindow) -> None:
    twin, stage = window.session.required, window.viewport.stage
    window.interaction.select_id("old-town-0")
    window.actions_registry.run("edit.transform")
    assert window.transform.pivot == pytest.approx((20.0, 20.0, 0.0))
    start = display_of(window, window.transform.places()[Handle.EAST])
    drag(qtbot, window, start, start + QPoint(-150, 0))
    settle(qtbot, window)
    place = twin.entity("old-town-0").position
    assert place is not None and place[0] < 5.0
    shift = place[0] - 20.0
    wait_there(qtbot, window, (ROOF[0] + shift, *ROOF[1:]), (38.0, 38.0, 60.0))
    assert window.transform.pivot == pytest.approx((place[0], 20.0, 0.0), abs=1e-3)
    fields = window.transform.fields
    fields["turn"].edit.setText("45")
    fields["scale"].edit.setText("0.5")
    qtbot.keyClick(fields["scale"].edit, Qt.Key.Key_Return)
    settle(qtbot, window)
    entity = twin.entity("old-town-0")
    assert entity.heading_deg == pytest.approx(45.0)
    assert entity.attributes[SCALE_ATTRIBUTE] == 0.5 and entity.attributes["height"] == 30.0
    half = 20.0 * 2**0.5 / 2
    wanted = (place[0] - half, 20 - half, 0.0, place[0] + half, 20 + half, 30.0)

    def is_smaller() -> bool:
        found = stage.feature_bounds(*HOUSE)
        return found is not None and found == pytest.approx(wanted, abs=0.05)

    qtbot.waitUntil(is_smaller, timeout=20_000)
    window.entity_panel.tabs.set_current(POSITION)
    qtbot.waitUntil(lambda: lines(window).get("Scale") == "0.500")
    enter(qtbot, window, "scale", "1")
    qtbot.waitUntil(lambda: SCALE_ATTRIBUTE not in twin.entity("old-town-0").attributes)


def test_the_slider_shows_where_it_stood_and_a_comparison_that_it_moved(
    qtbot: QtBot, window: MainWindow
) -> None:
    twin = window.session.required
    earlier = Instant.now()
    window.session.execute(
        EditEntities([moved(twin.entity("old-town-0"), (-60.0, 0.0, 0.0))], "Move it")
    )
    wait_there(qtbot, window, WEST, ROOF)
    window.timeline.refresh()
    window.timeline.set_instant(earlier)
    wait_there(qtbot, window, ROOF, WEST)
    window.timeline.set_instant(None)
    wait_there(qtbot, window, WEST, ROOF)
    window.timeline.set_comparison(earlier)
    panel = window.comparing.panel
    qtbot.waitUntil(lambda: panel.found is not None, timeout=10_000)
    assert panel.found is not None
    assert [(str(one.kind), one.id) for one in panel.found.changes] == [("changed", "old-town-0")]
    groups = window.viewport.stage._marks.groups
    assert any(0 in group.features.get("old-town", ()) for group in groups)
    window.timeline.set_comparison(None)
    # Taken away and brought back, the layer still shows it where it stands.
    window.session.execute(RemoveLayer("old-town"))
    qtbot.waitUntil(lambda: "old-town" not in window.scene.layers)
    window.actions_registry.run("edit.undo")
    qtbot.waitUntil(lambda: "old-town" in window.scene.layers)
    wait_there(qtbot, window, WEST, ROOF)


def test_an_own_shape_takes_the_place_of_the_layers(qtbot: QtBot, window: MainWindow) -> None:
    twin = window.session.required
    outline = polygon_wkb([(0.0, 0.0), (40.0, 0.0), (40.0, 40.0)])
    window.session.execute(EditEntities([replace(twin.entity("old-town-0"), geometry=outline)]))
    qtbot.waitUntil(lambda: window.scene.placing.replaced == {"old-town": {0}}, timeout=10_000)
    qtbot.waitUntil(lambda: window.drawn.shape("old-town-0") is not None, timeout=10_000)
    settle(qtbot, window)
    found = picked(window, (30.0, 10.0, 60.0))
    assert found is not None and found[1] is not None
    assert window.drawn.id_of(found[0], found[1]) == "old-town-0"
    assert picked(window, (10.0, 30.0, 60.0)) != HOUSE
    window.actions_registry.run("edit.undo")
    qtbot.waitUntil(lambda: window.drawn.shape("old-town-0") is None, timeout=10_000)
    wait_there(qtbot, window, ROOF, WEST)


def test_the_position_says_what_has_no_picture_of_its_own(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    with Twin.open(project) as twin:
        storey = Entity("storey", "storey", "Storey", (20.0, 20.0, 3.0), layer="old-town")
        twin.execute(AddEntities([storey, replace(storey, id="storey-2", name="Other")]))
    window = make_window(project)
    window.entity_panel.tabs.set_current(POSITION)
    window.interaction.select_id("storey")
    qtbot.waitUntil(lambda: lines(window).get("In the scene") == "has no picture of its own")
    window.interaction.select_id("old-town-0")
    qtbot.waitUntil(lambda: lines(window).get("Scale") == "1.000")
    assert "In the scene" not in lines(window)
    ids = ("storey", "storey-2", "old-town-0")
    window.interaction.select_several([window.session.required.entity(one) for one in ids])
    wanted = "2 have no picture of their own"
    qtbot.waitUntil(lambda: lines(window).get("In the scene") == wanted)
    assert "Scale" not in lines(window)
    assert [one.id for one in window.entity_editing.movable()] == ["old-town-0"]
