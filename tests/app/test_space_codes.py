"""Space codes in the window: shown, copied, gone to, searched, and how they are made."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.cells import ShownCell
from app.panels.entity_tabs import CODES
from app.project_settings import ProjectSettings
from app.window import MainWindow
from twin_model.codes.height import HeightProfile
from twin_model.commands import AddEntities
from twin_model.entity import Entity
from twin_model.query import EntityQuery
from twin_model.space_codes import space_codes
from twin_model.space_heights import SetSpaceHeights, SpaceHeights, space_heights_of
from twin_model.twin import Twin
from window_support import MakeWindow

LEFT = Qt.MouseButton.LeftButton


def lines(window: MainWindow) -> dict[str, str | None]:
    return {field.name: field.value for field in window.entity_panel.fields.fields}


def double_click(window: MainWindow, name: str) -> None:
    fields = window.entity_panel.fields
    row = [field.name for field in fields.fields].index(name)
    place = fields.visualRect(fields.model().index(row, 0)).center()
    QTest.mouseClick(fields.viewport(), LEFT, pos=place)
    QTest.mouseDClick(fields.viewport(), LEFT, pos=place)


def add_hall(project: Path) -> None:
    with Twin.open(project) as twin:
        outline = shapely.box(10.0, 10.0, 130.0, 60.0)
        hall = Entity(
            "hall", "building", "Hall", (70.0, 35.0, 0.0), shapely.to_wkb(outline),
            attributes={"height_m": 9.0},
        )  # fmt: skip
        twin.execute(AddEntities([hall]))


@pytest.mark.gui
def test_codes_of_a_thing_are_shown_copied_and_gone_to(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    add_hall(project)
    window = make_window(project)
    twin = window.session.required
    panel = window.entity_panel
    panel.tabs.set_current(CODES)
    window.interaction.select_id("hall")
    qtbot.waitUntil(lambda: "Space code with height" in lines(window))
    assert "unknown datum" in (lines(window)["Space code with height"] or "")
    window.session.execute(SetSpaceHeights(SpaceHeights(as_they_are=True)))
    qtbot.waitUntil(lambda: space_heights_of(twin).as_they_are)
    (codes,) = space_codes(twin, [twin.entity("hall")])
    qtbot.waitUntil(lambda: lines(window).get("Space code with height") == codes.solid)
    assert lines(window)["Cell around it"] == codes.around
    assert lines(window)["Cell with height around it"] == codes.solid_around
    assert lines(window)["Cells of the outline"] == " ".join(codes.cells)
    (cell,) = window.viewport.findChildren(ShownCell)
    before = window.viewport.pose
    double_click(window, "Space code with height")
    qtbot.waitUntil(lambda: cell.place is not None)
    assert cell.place is not None and cell.place.code == codes.solid
    assert cell.place.local_heights is not None
    qtbot.waitUntil(lambda: window.viewport.pose != before)
    QTest.keySequence(panel.fields, QKeySequence(QKeySequence.StandardKey.Copy))
    assert codes.solid in QGuiApplication.clipboard().text()
    window.interaction.select_id("old-town-0")
    assert cell.place is None


@pytest.mark.gui
def test_a_code_is_gone_to_from_the_palette_and_what_touches_its_cell_is_listed(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    add_hall(project)
    window = make_window(project)
    twin = window.session.required
    (codes,) = space_codes(twin, [twin.entity("hall")])
    window.show_palette()
    qtbot.keyClicks(window.palette_popup.input, codes.cells[0].lower())
    (choice,) = [one for one in window.palette_popup.choices() if "Go to cell" in one.title]
    assert choice.title == f"Go to cell {codes.cells[0]}" and choice.note.startswith("level ")
    qtbot.keyClick(window.palette_popup.input, Qt.Key.Key_Return)
    (cell,) = window.viewport.findChildren(ShownCell)
    qtbot.waitUntil(lambda: cell.place is not None)
    window.palette_popup.hide()
    window.docks.show("entities")
    window.entities_panel.search.setText(f"touches cell {codes.cells[0]} and type is building")
    model = window.entities_panel.model
    qtbot.waitUntil(lambda: 0 < model.total < 20)
    names = [one.name for one in twin.entities(EntityQuery(where=f"touches cell {codes.cells[0]}"))]
    assert "Hall" in names


@pytest.mark.gui
def test_the_reading_and_the_heights_of_codes_are_chosen_in_the_settings_and_undone(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    twin = window.session.required
    window.actions_registry.run("file.settings")
    (settings,) = window.findChildren(ProjectSettings)
    form = settings.heights
    qtbot.waitUntil(form.profile.isEnabled)
    assert form.profile.currentData() == HeightProfile.STANDARD
    assert not form.as_they_are.isChecked() and not settings.save.isEnabled()
    form.profile.setFocus()
    QTest.keyClick(form.profile, Qt.Key.Key_Down)
    qtbot.mouseClick(form.as_they_are, LEFT)
    assert settings.save.isEnabled()
    qtbot.mouseClick(settings.save, LEFT)
    qtbot.waitUntil(lambda: not window.findChildren(ProjectSettings))
    assert space_heights_of(twin) == SpaceHeights(HeightProfile.LIBRARY, as_they_are=True)
    window.actions_registry.run("edit.undo")
    qtbot.waitUntil(lambda: space_heights_of(twin) == SpaceHeights())
