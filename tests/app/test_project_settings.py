"""Project settings in the window: the division of management codes, from where codes are read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.panels.entity_tabs import CODES
from app.project_settings import ProjectSettings
from twin_model.codes.management import NO_DIVISION
from twin_model.commands import EditEntities
from twin_model.division import division_of
from twin_model.entity import Codes
from twin_model.twin import Twin
from window_support import MakeWindow

LEFT = Qt.MouseButton.LeftButton


@pytest.mark.gui
def test_the_division_is_stated_from_the_codes_of_a_thing_and_undone(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    with Twin.open(project) as twin:
        one = replace(twin.entity("old-town-0"), codes=Codes("000000-BL0101-000001"))
        twin.execute(EditEntities([one]))
    window = make_window(project)
    twin = window.session.required
    window.interaction.select_id("old-town-0")
    panel = window.entity_panel
    panel.tabs.set_current(CODES)
    shown = lambda: {field.name: field.value for field in panel.fields.fields}  # noqa: E731
    qtbot.waitUntil(lambda: shown().get("Division") == "not stated")
    row = [field.name for field in panel.fields.fields].index("Division")
    line = panel.fields.visualRect(panel.fields.model().index(row, 0)).center()
    QTest.mouseClick(panel.fields.viewport(), LEFT, pos=line)
    QTest.mouseDClick(panel.fields.viewport(), LEFT, pos=line)
    qtbot.waitUntil(lambda: bool(window.findChildren(ProjectSettings)))
    (settings,) = window.findChildren(ProjectSettings)
    qtbot.waitUntil(settings.division.isEnabled)
    assert not settings.save.isEnabled() and "begin with 000000" in settings.note.text()
    qtbot.keyClicks(settings.division, "99x0206")  # letters are not taken
    assert settings.division.text() == "990206" and not settings.save.isEnabled()
    assert settings.problem.text() == "no province starts so (GB/T 2260)"
    settings.division.clear()
    qtbot.keyClicks(settings.division, "330206")
    assert settings.note.text().startswith("Zhejiang: new management codes begin with 330206.")
    qtbot.mouseClick(settings.save, LEFT)
    qtbot.waitUntil(lambda: not window.findChildren(ProjectSettings))
    assert division_of(twin) == "330206"
    assert twin.entity("old-town-0").codes.management.startswith(NO_DIVISION)  # given for life
    assert twin.undo_label == "Set division 330206"
    window.actions_registry.run("edit.undo")
    qtbot.waitUntil(lambda: division_of(twin) == NO_DIVISION)
