"""The review queue: proposals accepted, corrected and rejected by keyboard, all of it undoable."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from app.review.panel import ReviewPanel
from app.workers import JobState
from segment_support import DESCRIPTION, described, park_project, write_model
from twin_model.commands import EditEntities
from twin_model.errors import StoreError
from twin_model.query import EntityQuery
from twin_model.twin import Twin
from village_support import village_project
from window_support import MakeWindow, make_window, project, qapp_args, wait_complete

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.window import MainWindow

__all__ = ["make_window", "project", "qapp_args"]
pytestmark = pytest.mark.gui


@pytest.fixture
def proposed(project: Path) -> Path:
    """The project of boxes, all four proposed with confidences of 90, 70, 50 and 30 %."""
    with Twin.open(project) as twin:
        found = sorted(twin.entities(), key=lambda one: one.id)
        changed = [
            replace(one, attributes={**one.attributes, "review": "proposed",
                                     "confidence": 0.9 - 0.2 * number})
            for number, one in enumerate(found)
        ]  # fmt: skip
        twin.execute(EditEntities(changed, "Propose"))
    return project


def panel_of(qtbot: QtBot, window: MainWindow) -> ReviewPanel:
    window.docks.show("review")
    window.panels.make("review")
    panel = window.panels.places["review"].panel
    assert isinstance(panel, ReviewPanel)
    qtbot.waitUntil(panel.isVisible)
    return panel


def names(panel: ReviewPanel) -> list[str]:
    return [panel.shown.index(row, 0).data() for row in range(panel.shown.rowCount())]


def verdict(window: MainWindow, entity_id: str) -> object:
    return window.session.required.entity(entity_id).attributes.get("review")


def test_proposals_are_decided_upon_by_keyboard_and_undone(
    qtbot: QtBot, make_window: MakeWindow, proposed: Path
) -> None:
    window = make_window(proposed)
    panel = panel_of(qtbot, window)
    qtbot.waitUntil(lambda: panel.shown.rowCount() == 4, timeout=10_000)
    assert names(panel) == ["New quay 0", "New quay 1", "Old town 0", "Old town 1"]
    assert panel.count.text() == "0 of 4 reviewed"
    before = window.viewport.stage.camera
    panel.table.setFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_Down)
    panel.table.selectRow(0)
    # The first one is selected in the twin, and the camera goes to it.
    qtbot.waitUntil(lambda: window.entity_panel.entity is not None, timeout=5000)
    assert window.entity_panel.entity is not None
    assert window.entity_panel.entity.name == "New quay 0"
    wait_complete(qtbot, window)
    assert window.viewport.stage.camera != before

    said = [label.text() for label in window.entity_panel.findChildren(QLabel, "warning")
            if label.isVisible()]  # fmt: skip
    assert said == ["Extracted, not reviewed yet."]
    QTest.keyClick(panel.table, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: verdict(window, "new-quay-0") == "accepted", timeout=5000)
    assert panel.count.text() == "1 of 4 reviewed"
    # The next one is there already.
    assert window.entity_panel.entity.name == "New quay 1"
    QTest.keyClick(panel.table, Qt.Key.Key_X)
    window.session.settle()
    with pytest.raises(StoreError):
        window.session.required.entity("new-quay-1")
    qtbot.waitUntil(lambda: panel.count.text() == "2 of 4 reviewed", timeout=5000)

    QTest.keyClick(panel.table, Qt.Key.Key_E)
    assert window.docks.is_open("entity")
    window.session.edit(
        ["old-town-0"], lambda one: replace(one, attributes={**one.attributes, "height": 61.5}),
        "Edit Old town 0: height",
    )  # fmt: skip
    window.session.settle()
    QTest.keyClick(panel.table, Qt.Key.Key_A)
    qtbot.waitUntil(lambda: verdict(window, "old-town-0") == "corrected", timeout=5000)

    twin = window.session.required
    assert twin.undo_label == "Accept Old town 0"
    for _ in range(3):  # corrected, edited, rejected
        window.session.undo()
    window.session.settle()
    assert verdict(window, "new-quay-1") == "proposed"
    qtbot.waitUntil(lambda: "New quay 1" in names(panel), timeout=5000)
    assert verdict(window, "new-quay-0") == "accepted"


def test_several_are_accepted_at_once_within_a_range_of_confidence(
    qtbot: QtBot, make_window: MakeWindow, proposed: Path
) -> None:
    window = make_window(proposed)
    panel = panel_of(qtbot, window)
    qtbot.waitUntil(lambda: panel.shown.rowCount() == 4, timeout=10_000)
    panel.least.setValue(70)
    assert names(panel) == ["New quay 0", "New quay 1"]
    assert panel.count.text().endswith("2 of this kind and confidence")
    panel.least.setValue(95)
    assert panel.empty.isVisible() and "waits" in panel.empty.text()
    panel.least.setValue(50)
    panel.table.setFocus()
    panel.table.selectAll()
    QTest.keyClick(panel.table, Qt.Key.Key_A)
    window.session.settle()
    twin = window.session.required
    assert twin.count(EntityQuery(where="review = 'accepted'")) == 3
    assert twin.count(EntityQuery(where="review = 'proposed'")) == 1
    qtbot.waitUntil(lambda: panel.count.text() == "3 of 4 reviewed", timeout=5000)


def test_buildings_are_extracted_from_points_as_a_job_and_wait_for_review(
    qtbot: QtBot, make_window: MakeWindow, tmp_path: Path
) -> None:
    pytest.importorskip("CSF", reason="needs the extra `extraction`")
    window = make_window(village_project(tmp_path))
    panel = panel_of(qtbot, window)
    assert "Extract" in panel.empty.text()
    assert not window.overlays.notice.isVisible()
    layer = window.session.required.layers()[0]
    record = panel.start_extraction(layer)
    qtbot.waitUntil(lambda: not record.active, timeout=120_000)
    assert record.state == JobState.DONE, record.error
    qtbot.waitUntil(lambda: panel.shown.rowCount() > 3, timeout=10_000)
    houses = [one for one in panel.model.entities if one.type == "building"]
    assert len(houses) == 3
    assert panel.count.text() == f"0 of {len(panel.model.entities)} reviewed"


def test_an_orthophoto_is_looked_at_with_a_model_as_a_job(
    qtbot: QtBot, make_window: MakeWindow, tmp_path: Path
) -> None:
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    described(tmp_path / "colours.json", DESCRIPTION)
    model = write_model(tmp_path / "colours.onnx")
    window = make_window(park_project(tmp_path))
    panel = panel_of(qtbot, window)
    panel.layers.aboutToShow.emit()
    offered = [action.text() for action in panel.layers.actions() if action.text()]
    assert offered[-1] == "ortho with a model…"
    job = panel.start_segmentation(window.session.required.layer("ortho"), model)
    qtbot.waitUntil(lambda: job.state is JobState.DONE, timeout=120_000)
    qtbot.waitUntil(lambda: panel.shown.rowCount() == 3, timeout=10_000)
    model.with_suffix(".json").unlink()
    failed = panel.start_segmentation(window.session.required.layer("ortho"), model)
    qtbot.waitUntil(lambda: failed.state is JobState.FAILED, timeout=120_000)
