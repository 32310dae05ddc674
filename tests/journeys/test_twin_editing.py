"""A building model browsed as a graph, changed, compared with what it was, and given a new type."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.editing import schema
from app.graph.finding import Reach
from app.workers import JobState
from journey_support import dialog_of, drop, wait_jobs
from twin_model.commands import EditEntities, RemoveEntities
from twin_model.query import EntityQuery
from twin_model.time import Instant
from twin_model.twin import Twin
from window_support import MakeWindow, wait_complete

pytestmark = pytest.mark.gui

LEFT = Qt.MouseButton.LeftButton
HOUSE = "bim/webifc/tests/ifcfiles/public/AC20-FZK-Haus.ifc"


def test_a_house_is_browsed_as_a_graph_changed_compared_and_given_a_type_of_the_users(
    qtbot: QtBot, make_window: MakeWindow, real_data: Path, tmp_path: Path
) -> None:
    source, folder = real_data / HOUSE, tmp_path / "house.shapan"
    if not source.exists():
        pytest.skip(f"{source} is not among the sample files")
    window = make_window(language="zh_CN", size=(1600, 1000))
    drop(window, [source])
    dialog = dialog_of(qtbot, window)
    dialog.folder.setText(str(folder))
    qtbot.mouseClick(dialog.place, LEFT)
    wait_jobs(qtbot, window)
    assert window.jobs.records[-1].state == JobState.DONE, window.jobs.records[-1].log
    qtbot.waitUntil(lambda: bool(window.scene.layers), timeout=20_000)
    wait_complete(qtbot, window)
    twin = window.session.required

    # Storeys and rooms, from the building down, by double clicks in the graph.
    building = twin.entities(EntityQuery(type="building"))[0]
    window.interaction.select(building)
    panel = window.relations_panel
    qtbot.waitUntil(lambda: building.id in panel.view.nodes, timeout=20_000)
    storeys = twin.entities(EntityQuery(type="storey"))
    assert len(storeys) == 2
    qtbot.waitUntil(lambda: {one.id for one in storeys} <= set(panel.view.nodes))
    assert any(panel.model.piece.more.get(one.id) for one in storeys)
    panel.view.fit()
    for storey in storeys:
        before = len(panel.view.nodes)
        at = panel.view.mapFromScene(panel.view.nodes[storey.id].pos())
        qtbot.mouseDClick(panel.view.viewport(), LEFT, pos=at)
        qtbot.waitUntil(lambda before=before: len(panel.view.nodes) > before)
        panel.view.fit()
    rooms = {
        name
        for name, entity in panel.model.piece.entities.items()
        if entity.type in {"space", "room"}
    }
    assert rooms
    room = twin.entity(min(rooms))
    panel.view.entity_chosen.emit(room.id)
    assert window.entity_panel.entity is not None and window.entity_panel.entity.id == room.id
    assert panel.hint.text().startswith("选择一个实体")

    # What is inside the building is marked in the scene.
    window.interaction.select(building)
    panel.show_reach(Reach.INSIDE)
    qtbot.waitUntil(lambda: panel.note.text().startswith("内部"), timeout=10_000)
    assert window.viewport.stage._marks.groups
    panel.clear_findings()

    # A door of the model is moved and turned, drawn and outlined where it stands, and put back.
    door = min(twin.entities(EntityQuery(type="door")), key=lambda one: one.id)
    assert door.layer is not None and door.feature is not None
    stage, mark = window.viewport.stage, (door.layer, door.feature)
    window.interaction.select(door)
    window.actions_registry.run("edit.transform")
    before = stage.feature_bounds(*mark)
    fields = window.transform.fields
    fields["east"].edit.setText("30")
    fields["turn"].edit.setText("90")
    qtbot.keyClick(fields["turn"].edit, Qt.Key.Key_Return)
    assert before is not None and door.position is not None
    x, y, _ = door.position
    west, south, low, east, north, high = before
    there = (x + south - y + 30, y + x - east, low, x + north - y + 30, y + x - west, high)
    wanted = pytest.approx(there, abs=0.01)
    qtbot.waitUntil(lambda: stage.feature_bounds(*mark) == wanted, timeout=20_000)
    assert stage._marks.selected == [mark]
    window.tools.stop()
    window.actions_registry.run("edit.undo")
    wanted = pytest.approx(before, abs=1e-6)
    qtbot.waitUntil(lambda: stage.feature_bounds(*mark) == wanted, timeout=20_000)

    # A change and a removal, then back to before them, and the comparison of both.
    earlier = Instant.now()
    renamed = replace(twin.entity(room.id), name="会议室", attributes={"occupancy_limit": 12})
    window.session.execute(EditEntities([renamed]))
    doors = twin.entities(EntityQuery(type="door"))
    gone = doors[0]
    window.session.execute(RemoveEntities([gone.id]))
    qtbot.waitUntil(lambda: twin.undo_label == "Remove 1 entities")
    window.timeline.refresh()
    window.timeline.set_instant(earlier)
    qtbot.waitUntil(lambda: window.scene.absent == {})
    window.interaction.select_id(gone.id)
    assert window.entity_panel.entity is not None and window.entity_panel.entity.id == gone.id
    window.timeline.set_instant(None)
    qtbot.waitUntil(lambda: window.scene.absent == {gone.layer: {gone.feature}}, timeout=10_000)
    window.timeline.set_comparison(earlier)
    changes = window.comparing.panel
    qtbot.waitUntil(lambda: changes.found is not None, timeout=10_000)
    assert changes.found is not None
    kinds = {change.id: str(change.kind) for change in changes.found.changes}
    assert kinds[room.id] == "changed" and kinds[gone.id] == "removed"
    colours = {group.colour for group in window.viewport.stage._marks.groups if group.features}
    assert window.theme.text("removed") in colours
    window.timeline.set_comparison(None)

    # A type of the user's own, for the room.
    window.actions_registry.run("edit.types")
    editor = window.types_editor
    assert editor is not None
    qtbot.waitUntil(lambda: bool(editor.types.ids()), timeout=10_000)
    assert editor.windowTitle() == "实体类型"
    editor.select("room")
    qtbot.mouseClick(editor.add, LEFT)
    editor.general.identifier.selectAll()
    qtbot.keyClicks(editor.general.identifier, "quiet_room")
    qtbot.mouseClick(editor.check, LEFT)
    qtbot.waitUntil(lambda: editor.preview is not None, timeout=10_000)
    assert editor.preview is not None
    qtbot.mouseClick(editor.preview.apply, LEFT)
    qtbot.waitUntil(lambda: "quiet_room" in schema.project_ids())
    editor.close()
    window.interaction.select_id(room.id)
    window.entity_panel.header.retyped.emit("quiet_room")
    qtbot.waitUntil(lambda: twin.entity(room.id).type == "quiet_room")

    # All of it is one step of undo each, also after reopening.
    window.set_language("en")
    window.close()
    with Twin.open(folder) as again:
        assert again.entity(room.id).type == "quiet_room"
        labels = [again.undo() for _ in range(4)]
        assert labels[0] is not None and labels[0].endswith(": type")
        assert labels[1:] == ["Change type new type", "Remove 1 entities", "Edit 会议室"]
        assert again.entity(room.id).name == room.name
        assert again.entity(gone.id).name == gone.name
