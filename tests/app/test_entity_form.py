"""The form of the Entity panel: choices listed at once, errors in the user's words."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from app.error_words import error_text
from app.panels.entity_form import EntityForm, value_box
from app.window import MainWindow
from editing_support import activate
from twin_model.errors import ValidationError
from window_support import MakeWindow

pytestmark = pytest.mark.gui

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot: QtBot, make_window: MakeWindow, project: Path) -> MainWindow:
    made = make_window(project, size=(1600, 900))
    made.interaction.select_id("old-town-0")
    qtbot.waitUntil(lambda: made.entity_panel.fields.row_of("structure").isValid())
    activate(qtbot, made)
    return made


def dark_pixels(form: EntityForm, key: str) -> int:
    """Return how many pixels at the right end of a value are drawn on."""
    index = form.row_of(key)
    form.scrollTo(index)
    QApplication.processEvents()
    box = value_box(form.visualRect(index))
    box.setLeft(box.right() - 20)
    picture = form.viewport().grab(box.adjusted(0, 4, -4, -4)).toImage()
    plain = picture.pixelColor(0, 0)
    return sum(
        picture.pixelColor(x, y) != plain
        for x in range(picture.width()) for y in range(picture.height())
    )  # fmt: skip


def test_a_choice_shows_its_arrow_and_one_click_lists_it(qtbot: QtBot, window: MainWindow) -> None:
    form = window.entity_panel.fields
    assert dark_pixels(form, "function") > 5  # a choice
    assert dark_pixels(form, "use") == 0  # a text
    index = form.row_of("structure")
    form.scrollTo(index)
    place = value_box(form.visualRect(index)).center()
    qtbot.mouseClick(form.viewport(), LEFT, pos=place)
    box = form.indexWidget(index)
    assert isinstance(box, QComboBox)
    assert box.view().isVisible()
    qtbot.keyClick(box.view(), Qt.Key.Key_Down)
    chosen = box.itemData(box.view().currentIndex().row())
    qtbot.keyClick(box.view(), Qt.Key.Key_Return)
    twin = window.session.required
    qtbot.waitUntil(lambda: twin.entity("old-town-0").attributes.get("structure") == chosen)


def test_tab_goes_on_without_opening_lists(qtbot: QtBot, window: MainWindow) -> None:
    form = window.entity_panel.fields
    index = form.row_of("structure")
    before = form.model().index(index.row() - 1, 0)
    form.scrollTo(before)
    form.setCurrentIndex(before)
    form.edit(before)
    editor = form.indexWidget(before)
    assert editor is not None
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    box = form.indexWidget(index)
    assert isinstance(box, QComboBox)
    assert not box.view().isVisible()


def test_errors_name_things_in_the_users_words(qtbot: QtBot, window: MainWindow) -> None:
    say = [
        error_text(ValidationError("geometry", "factor", 200.0, "between 0.01 and 100")),
        error_text(ValidationError("attributes", "head_m", 9000, "must be 0 to 3000 m")),
        error_text(ValidationError("relations", "contains", "A", "contains itself: A > B > A")),
    ]
    assert say == [
        "Scale 200: between 0.01 and 100",
        "Head 9000: must be 0 to 3000 m",
        "Contains: contains itself: A > B > A",
    ]


def test_todays_edits_are_seen_where_the_handle_is(qtbot: QtBot, window: MainWindow) -> None:
    axis = window.timeline.axis
    qtbot.waitUntil(lambda: bool(axis.edits))
    mark = max(axis.edits, key=lambda one: one.last)
    at = round(axis._mark_x(mark))
    assert abs(at - axis.x_of(axis.last)) < 3
    picture = axis.grab().toImage()
    ratio = picture.devicePixelRatio()
    colour = picture.pixelColor(round(at * ratio), round(axis.height() / 2 * ratio))
    assert colour == window.theme.colour("dim")


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab])
def test_a_value_is_taken_once_however_its_editor_is_left(
    qtbot: QtBot, window: MainWindow, key: Qt.Key
) -> None:
    form, said = window.entity_panel.fields, []
    form.committed.connect(lambda name, value: said.append((name, value)))
    index = form.row_of("built")
    form.scrollTo(index)
    form.setFocus()
    form.setCurrentIndex(index)
    form.edit(index)
    editor = form.indexWidget(index)
    assert isinstance(editor, QLineEdit)
    qtbot.keyClicks(editor, "in 1998")
    qtbot.keyClick(editor, key)
    assert form.indexWidget(index) is editor and not said  # it stays open, and says why
    editor.selectAll()
    qtbot.keyClicks(editor, "1998")
    qtbot.keyClick(editor, key)
    twin = window.session.required
    qtbot.waitUntil(lambda: twin.entity("old-town-0").attributes.get("built") == 1998)
    form.setFocus()
    qtbot.wait(50)
    assert said == [("built", 1998)]
