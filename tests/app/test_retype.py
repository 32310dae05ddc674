"""Another type for an entity: what the new type needs is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from app.editing.assign import AssignDialog
from app.editing.retype import RetypeDialog
from app.window import MainWindow
from twin_model.commands import AddEntities
from twin_model.entity import Entity, Relation
from twin_model.twin import Twin
from window_support import MakeWindow

pytestmark = pytest.mark.gui

LEFT = Qt.MouseButton.LeftButton


def asked(qtbot: QtBot, window: MainWindow) -> RetypeDialog:
    """Choose the type "incident" and return what is asked."""
    window.entity_panel.header.retyped.emit("incident")
    qtbot.waitUntil(lambda: bool(window.entity_panel.findChildren(RetypeDialog)))
    found = window.entity_panel.findChildren(RetypeDialog)
    assert len(found) == 1 and found[0].isVisible()
    return found[0]


@pytest.fixture
def window(qtbot: QtBot, make_window: MakeWindow, project: Path) -> MainWindow:
    with Twin.open(project) as twin:
        twin.execute(AddEntities([Entity("a", "thing", "A", (1.0, 2.0, 3.0))]))
    window = make_window(project)
    qtbot.waitUntil(lambda: window.entities_panel.model.total == 5)
    window.interaction.select_id("a")
    qtbot.waitUntil(lambda: bool(window.entity_panel.fields.fields))
    return window


def test_a_type_that_needs_a_value_asks_for_it_and_both_are_one_step(
    qtbot: QtBot, window: MainWindow
) -> None:
    twin, dialog = window.session.required, asked(qtbot, window)
    qtbot.mouseClick(dialog.change, LEFT)
    assert dialog.isVisible()
    assert "needed" in dialog.fields.problem.text()
    box = dialog.fields.editors["severity"]
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(1)
    value = box.currentData()
    times = [key for key in dialog.fields.editors if key != "severity"]
    for key in times:
        qtbot.keyClicks(dialog.fields.editors[key], "2026-03-02T08:15:00Z")
    qtbot.mouseClick(dialog.change, LEFT)
    qtbot.waitUntil(lambda: twin.entity("a").type == "incident")
    assert str(twin.entity("a").attributes["severity"]) == value
    window.actions_registry.run("edit.undo")
    qtbot.waitUntil(lambda: twin.entity("a").type == "thing")
    assert twin.entity("a").attributes == {}


def test_it_may_be_filled_in_later_or_left_as_it_was(qtbot: QtBot, window: MainWindow) -> None:
    twin, dialog = window.session.required, asked(qtbot, window)
    dialog.reject()
    window.session.settle()
    assert twin.entity("a").type == "thing"
    qtbot.waitUntil(lambda: not window.entity_panel.findChildren(RetypeDialog))
    dialog = asked(qtbot, window)
    qtbot.mouseClick(dialog.later, LEFT)
    qtbot.waitUntil(lambda: twin.entity("a").type == "incident")
    problems = lambda: {  # noqa: E731
        field.name for field in window.entity_panel.fields.fields if getattr(field, "problem", "")
    }
    qtbot.waitUntil(lambda: "Severity" in problems())


def test_what_many_lack_of_a_new_type_is_shown_and_filled_in_or_left_knowingly(
    qtbot: QtBot, window: MainWindow
) -> None:
    twin = window.session.required
    window.actions_registry.run("edit.assign")
    dialog = window.findChild(AssignDialog)
    assert dialog is not None
    qtbot.keyClicks(dialog.query, "type is building")
    qtbot.waitUntil(lambda: "4 entities" in dialog.count.text(), timeout=20_000)
    dialog.attribute.setCurrentIndex(dialog.attribute.findData("@type"))
    dialog.attribute.activated.emit(dialog.attribute.currentIndex())
    dialog.picker.chosen.emit("incident")
    lacking = dialog.lacking
    qtbot.waitUntil(lacking.isVisible, timeout=20_000)
    assert lacking.note.text() == "“Incident” needs values that 4 of 4 entities do not have."
    lines = [lacking.names.item(row).text() for row in range(lacking.names.count())]
    assert len(lines) == 4 and lines[0].startswith("New quay 0 · ") and "Severity" in lines[0]
    assert not dialog.assign.isEnabled()
    lacking.leave.click()
    assert dialog.assign.isEnabled()  # knowingly
    lacking.leave.click()
    box = lacking.fields.editors["severity"]
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(1)
    assert not dialog.assign.isEnabled()
    others = [key for key in lacking.fields.editors if key != "severity"]
    for key in others:
        qtbot.keyClicks(lacking.fields.editors[key], "yesterday")
    qtbot.mouseClick(dialog.assign, LEFT)  # what is no time is said, and nothing done
    assert lacking.fields.problem.isVisible() and dialog.isVisible()
    for key in others:
        lacking.fields.editors[key].clear()
        qtbot.keyClicks(lacking.fields.editors[key], "2026-03-02T08:15:00Z")
    qtbot.mouseClick(dialog.assign, LEFT)
    qtbot.waitUntil(lambda: twin.entity("old-town-0").type == "incident", timeout=20_000)
    for name in ("old-town-0", "old-town-1", "new-quay-0", "new-quay-1"):
        found = twin.entity(name)
        assert found.type == "incident" and {"severity", *others} <= found.attributes.keys()
    window.actions_registry.run("edit.undo")
    qtbot.waitUntil(lambda: twin.entity("old-town-0").type == "building")
    assert "severity" not in twin.entity("old-town-0").attributes


@pytest.fixture
def hung(qtbot: QtBot, make_window: MakeWindow, project: Path) -> MainWindow:
    """A window with two lamps that hang on a pole."""
    lamps = [Entity(f"lamp-{n}", "lamp", f"Lamp {n}", (float(n), 2.0, 3.0)) for n in (1, 2)]
    pole = Entity("pole", "pole", "Pole 7", (1.0, 2.0, 3.0))
    relations = [Relation(f"r{n}", "mounted_on", f"lamp-{n}", "pole") for n in (1, 2)]
    with Twin.open(project) as twin:
        twin.execute(AddEntities([*lamps, pole], relations))
    window = make_window(project)
    qtbot.waitUntil(lambda: window.entities_panel.model.total == 7)
    window.interaction.select_id("lamp-1")
    qtbot.waitUntil(lambda: bool(window.entity_panel.fields.fields))
    return window


def test_a_type_that_does_not_allow_the_relations_is_refused_with_their_names(
    qtbot: QtBot, hung: MainWindow
) -> None:
    twin, panel = hung.session.required, hung.entity_panel
    panel.header.retyped.emit("tree")
    qtbot.waitUntil(panel._refused.isVisible)
    assert panel._refused.text() == (
        "Not “tree”: its type does not allow these relations; remove or change them first:\n"
        "Lamp 1 – is mounted on – Pole 7"
    )
    panel.header.retyped.emit("camera")  # may hang on a pole, too
    qtbot.waitUntil(lambda: twin.entity("lamp-1").type == "camera")
    assert not panel._refused.isVisible()


def test_so_is_one_for_many_before_anything_is_changed(qtbot: QtBot, hung: MainWindow) -> None:
    twin = hung.session.required
    revision = twin.revision
    hung.actions_registry.run("edit.assign")
    dialog = hung.findChild(AssignDialog)
    assert dialog is not None
    qtbot.keyClicks(dialog.query, "type is lamp")
    qtbot.waitUntil(lambda: "2 entities" in dialog.count.text(), timeout=20_000)
    dialog.attribute.setCurrentIndex(dialog.attribute.findData("@type"))
    dialog.attribute.activated.emit(dialog.attribute.currentIndex())
    dialog.picker.chosen.emit("tree")
    qtbot.waitUntil(dialog.problem.isVisible, timeout=20_000)
    assert "Lamp 1 – is mounted on – Pole 7" in dialog.problem.text()
    assert "Lamp 2 – is mounted on – Pole 7" in dialog.problem.text()
    assert not dialog.assign.isEnabled() and twin.revision == revision
    dialog.picker.chosen.emit("camera")
    qtbot.waitUntil(dialog.assign.isEnabled, timeout=20_000)
    assert not dialog.problem.isVisible()
