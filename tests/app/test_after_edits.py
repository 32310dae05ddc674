"""What the window shows after edits that were refused, undone, or change nothing in the scene."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.panels.entity_history import link_text
from app.panels.entity_tabs import HISTORY
from assets.catalogue import entity_types_text
from twin_model.commands import AddEntities, EditEntities
from twin_model.entity import Entity, Relation
from twin_model.schema.catalogue import Catalogue
from twin_model.schema.project_types import prepare
from twin_model.twin import Twin
from window_support import MakeWindow

pytestmark = pytest.mark.gui


def test_what_was_done_again_and_followed_by_another_step_is_not_called_corrected(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    with Twin.open(project) as twin:
        for name in ("North", "South"):
            twin.execute(EditEntities([replace(twin.entity("old-town-0"), name=name)]))
        twin.undo()
        twin.undo()
        twin.redo()
        twin.redo()
    window = make_window(project)
    window.interaction.select_id("old-town-0")
    window.entity_panel.tabs.set_current(HISTORY)
    history = window.entity_panel.history
    qtbot.waitUntil(lambda: len(history.versions) == 7)
    said = [(version.kind, link_text(version)) for version in history.versions]
    assert said == [
        ("redo", "Show as of then"),
        ("redo", ""),
        ("undo", "undone"),
        ("undo", "undone"),
        ("edit-entities", "Show as of then"),
        ("edit-entities", "Show as of then"),
        ("add-layers", "Show as of then"),
    ]
    window.session.undo()
    qtbot.waitUntil(lambda: len(history.versions) == 8)
    assert link_text(history.versions[5]) == "undone"


def test_what_cannot_be_removed_stays_selected_and_what_is_removed_does_not(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    built_in = Catalogue.load(entity_types_text())
    lamp = built_in.type("lamp")
    rules = tuple(
        rule.model_copy(update={"minimum": 1}) if rule.kind == "mounted_on" else rule
        for rule in lamp.relations
    )
    things = [Entity("lamp-1", "lamp", "Lamp 1", (5.0, 5.0, 0.0)), Entity("pole", "pole", "Pole")]
    with Twin.open(project) as twin:
        twin.execute(
            prepare(twin, built_in, [lamp.model_copy(update={"relations": rules})]).command
        )
        twin.execute(AddEntities(things, [Relation("r", "mounted_on", "lamp-1", "pole")]))
    window = make_window(project)
    panel = window.entity_panel
    window.interaction.select_id("pole")
    window.actions_registry.run("edit.remove")
    qtbot.waitUntil(window.overlays.notice.isVisible)
    assert panel.entity is not None and panel.entity.id == "pole"
    window.interaction.select_id("lamp-1")
    window.actions_registry.run("edit.remove")
    qtbot.waitUntil(lambda: panel.entity is None)
