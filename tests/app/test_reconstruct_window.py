"""Photographs in the window: looked at before anything long begins, reconstructed, cancelled."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QScrollArea

from app.reconstruct.panel import ReconstructPanel
from app.reconstruct.photo_table import FINDING, NAME
from app.reconstruct.photos_panel import PhotosPanel
from app.reconstruct.report_dialog import ReportDialog
from app.reconstruct.scene_preview import ScenePreview
from app.reconstruct.session import ReconstructSession, reconstruction_of
from app.workers import JobState
from twin_model.frame import Frame
from twin_model.twin import Twin
from virtual_drone import Flown
from window_support import MakeWindow, make_window, qapp_args

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from app.window import MainWindow

__all__ = ["make_window", "qapp_args"]
#: Reconstructs 19 photographs, twice interrupted: two minutes where nothing else is computed.
pytestmark = [pytest.mark.gui, pytest.mark.timeout(900)]


@pytest.fixture
def empty_project(tmp_path: Path) -> Path:
    """A project without data and without an origin."""
    folder = tmp_path / "p.shapan"
    subprocess.run(
        [sys.executable, "-m", "app", "new", str(folder), "--crs", "EPSG:4549+5737"], check=True
    )
    return folder


def docks_of(window: MainWindow) -> tuple[ReconstructSession, ReconstructPanel, PhotosPanel]:
    """Return what the Reconstruct layout shows."""
    window.docks.apply("reconstruct")
    for name in ("reconstruct", "photos"):
        window.panels.make(name)
    panels = [window.panels.places[name].panel for name in ("reconstruct", "photos")]
    reconstruct, photos = panels
    assert isinstance(reconstruct, ReconstructPanel) and isinstance(photos, PhotosPanel)
    return reconstruction_of(window), reconstruct, photos


def drop(panel: ReconstructPanel, folder: Path) -> None:
    """Drop a folder on the panel, as a file manager does that would rather move it."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    either = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    event = QDropEvent(QPointF(20, 20), either, data,
                       Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)  # fmt: skip
    event.setDropAction(Qt.DropAction.MoveAction)
    panel.dropEvent(event)
    assert event.isAccepted() and event.dropAction() == Qt.DropAction.CopyAction


def test_a_dropped_folder_is_looked_through_and_shown_before_anything_long_begins(
    qtbot: QtBot, make_window: MakeWindow, empty_project: Path, flown: Flown, tmp_path: Path
) -> None:
    folder = tmp_path / "mixed"
    shutil.copytree(flown.photos, folder)
    names = sorted(path.name for path in folder.glob("*.JPG"))
    shutil.copy(folder / names[0], folder / "twice.JPG")
    (folder / names[1]).write_bytes((folder / names[1]).read_bytes()[:3000])
    window = make_window(empty_project, size=(1600, 950))
    reconstruction, panel, photos = docks_of(window)
    assert not panel.start_button.isEnabled()
    drop(panel, folder)
    qtbot.waitUntil(lambda: reconstruction.photos is not None, timeout=60_000)
    found = reconstruction.photos
    assert found is not None
    assert (len(found.rows), len(found.used)) == (len(names) + 1, len(names) - 1)
    texts = {
        photos.model.index(n, NAME).data(): photos.model.index(n, FINDING).data()
        for n in range(photos.model.rowCount())
    }
    assert texts["twice.JPG"] == f"is the same file as {names[0]}"
    assert texts[names[1]].startswith("is damaged")
    assert photos.model.index(0, NAME).data(Qt.ItemDataRole.DecorationRole) is not None
    # What is left out stands first.
    assert {photos.order.index(n, NAME).data() for n in (0, 1)} == {"twice.JPG", names[1]}
    assert panel.found.text().startswith(f"{len(names) - 1} of {len(names) + 1} can be used")
    assert "cores" in panel.needs.text() and "MiB of memory" in panel.needs.text()
    # The project has a place now, and the scene shows where photographs were taken.
    qtbot.waitUntil(lambda: window.session.required.frame.origin is not None, timeout=5000)
    assert found.frame.origin == window.session.required.frame.origin
    photos.choose(names[3])
    assert [row.name for row in photos.chosen()] == [names[3]]
    assert panel.start_button.isEnabled()


def test_control_points_with_swapped_axes_are_told_and_nothing_can_be_started(
    qtbot: QtBot, make_window: MakeWindow, empty_project: Path, flown: Flown, tmp_path: Path
) -> None:
    window = make_window(empty_project)
    reconstruction, panel, _ = docks_of(window)
    panel.choose(flown.photos)
    qtbot.waitUntil(lambda: reconstruction.photos is not None, timeout=60_000)
    text = (flown.photos / "control.csv").read_text(encoding="utf-8")
    swapped = tmp_path / "swapped.csv"
    swapped.write_text(text.replace("east,north", "north,east"), encoding="utf-8")
    reconstruction.change(control=swapped)
    qtbot.waitUntil(lambda: bool(reconstruction.control_error), timeout=10_000)
    assert panel.choices.problem.text().startswith("swapped.csv: its points lie")
    assert "east and north are swapped" in panel.choices.problem.text()
    assert not panel.start_button.isEnabled()
    reconstruction.change(control=flown.photos / "control.csv")
    qtbot.waitUntil(lambda: not reconstruction.control_error, timeout=10_000)
    assert reconstruction.control is not None and len(reconstruction.control.points) == 8
    assert panel.start_button.isEnabled()


def test_photographs_of_another_continent_are_asked_about_before_they_become_a_run(
    qtbot: QtBot, make_window: MakeWindow, flown: Flown, tmp_path: Path
) -> None:
    few = tmp_path / "few"
    few.mkdir()
    for number in range(1, 4):
        shutil.copy(flown.photos / f"DJI_{number:04d}.JPG", few)
    folder = tmp_path / "europe.shapan"
    Twin.create(folder, Frame("EPSG:32633"), "Europe").close()
    window = make_window(folder)
    reconstruction, panel, photos = docks_of(window)
    panel.choose(few)
    qtbot.waitUntil(lambda: reconstruction.photos is not None, timeout=60_000)
    assert "EPSG:32651" in photos.warning.text() and panel.placeless.isVisible()
    assert "new project" in panel.place_button.text().lower()
    asked: list[str] = []

    def refuse() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        asked.append(box.informativeText())
        QTest.keyClick(box, Qt.Key.Key_Escape)

    QTimer.singleShot(0, refuse)
    QTest.mouseClick(panel.start_button, Qt.MouseButton.LeftButton)
    assert "lengths would be wrong" in asked[0]
    # Nothing was begun, and looking at photographs gave the project no place on another continent.
    assert not reconstruction.busy and window.session.required.frame.origin is None


def go_on(qtbot: QtBot, panel: ReconstructPanel) -> None:
    """Scroll to the latest run and click on what goes on with it."""
    qtbot.waitUntil(lambda: bool(panel.runs.rows), timeout=10_000)
    area = panel.findChild(QScrollArea)
    assert area is not None

    def is_seen() -> bool:
        # The list is made anew whenever somebody looks what lies on the disk.
        area.ensureWidgetVisible(panel.runs.rows[0])
        button = panel.runs.rows[0].resume
        return button.isEnabled() and not button.visibleRegion().isEmpty()

    qtbot.waitUntil(is_seen, timeout=10_000)
    QTest.mouseClick(panel.runs.rows[0].resume, Qt.MouseButton.LeftButton)


def kill_worker() -> None:
    """Kill the process that reconstructs, as a kernel short of memory does."""
    for child in psutil.Process().children(recursive=True):
        if "ingest.reconstruction.tasks" in " ".join(child.cmdline()):
            os.kill(child.pid, signal.SIGKILL)


def test_a_run_goes_on_after_cancel_a_new_start_and_a_kill_and_its_products_become_layers_meanwhile(
    qtbot: QtBot, make_window: MakeWindow, empty_project: Path, flown: Flown, tmp_path: Path
) -> None:
    window = make_window(empty_project, size=(1600, 950))
    reconstruction, panel, _ = docks_of(window)
    panel.choose(flown.photos)
    qtbot.waitUntil(lambda: reconstruction.photos is not None, timeout=60_000)
    reconstruction.change(control=flown.photos / "control.csv", name="Old town")
    qtbot.waitUntil(lambda: reconstruction.control is not None, timeout=10_000)
    QTest.mouseClick(panel.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.steps.states["poses"] == "running", timeout=120_000)
    assert panel.steps.states["photos"] == "done"
    assert not panel.start_button.isVisible()
    QTest.mouseClick(panel.cancel_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not reconstruction.busy, timeout=30_000)
    assert reconstruction.run is not None and reconstruction.run.state == JobState.CANCELLED
    qtbot.waitUntil(lambda: len(panel.runs.rows) == 1, timeout=10_000)
    assert not panel.runs.rows[0].run.finished

    # The program is closed and opened: the run stands in its list.
    window.close()
    window = make_window(empty_project, size=(1600, 950))
    reconstruction, panel, _ = docks_of(window)
    go_on(qtbot, panel)
    assert reconstruction.busy
    preview = window.findChild(ScenePreview)
    assert preview is not None
    qtbot.waitUntil(lambda: panel.steps.states["stereo"] == "running", timeout=400_000)
    assert panel.steps.states["photos"] == "kept"
    # The surface grows in the scene while photographs are matched.
    qtbot.waitUntil(lambda: preview.triangles > 100, timeout=120_000)
    assert "so far" in panel.preview.caption.text() and panel.preview.isVisible()
    kill_worker()
    qtbot.waitUntil(lambda: "signal 9" in panel.problem.text(), timeout=30_000)
    assert not reconstruction.busy
    # It is said once, in words of the window, and one click goes on.
    assert "--" not in panel.problem.text() and not window.overlays.notice.isVisible()
    qtbot.waitUntil(panel.resume_button.isVisible, timeout=10_000)
    assert panel.resume_button.objectName() == "primary" and panel.start_button.text() != "Start"
    assert preview.triangles == 0 and not panel.preview.isVisible()

    meanwhile: list[set[str]] = []
    reconstruction.layer_added.connect(
        lambda _: meanwhile.append({layer.name for layer in window.session.required.layers()})
        if panel.steps.states["products"] == "running" else None
    )  # fmt: skip
    with qtbot.waitSignal(reconstruction.finished, timeout=400_000):
        go_on(qtbot, panel)
    for step in ("photos", "poses", "georeference"):
        assert panel.steps.states[step] == "kept"
    assert panel.steps.states["products"] == panel.steps.states["layers"] == "done"
    # Heights stood in the scene long before the mesh was made.
    assert any("Old town – surface" in names and "Old town – mesh" not in names
               for names in meanwhile)  # fmt: skip
    shown = [layer for layer in window.session.required.layers() if layer.style["visible"]]
    assert [layer.name for layer in shown] == ["Old town – mesh"]
    products = str(reconstruction.folder / "products") if reconstruction.folder else ""
    assert all(products in layer.source for layer in window.session.required.layers())
    assert panel.steps.notes["layers"].text() == "6 added"
    names = {layer.name for layer in window.session.required.layers()}
    assert {"Old town – mesh", "Old town – true orthophoto", "Old town – points"} <= names
    run = reconstruction.folder
    assert run is not None
    figures = json.loads((run / "report.json").read_text(encoding="utf-8"))
    assert figures["check"]["count"] == 4
    qtbot.waitUntil(lambda: panel.runs.rows[0].run.finished, timeout=10_000)
    # The report stands open, and is written as PDF on demand.
    report = window.findChild(ReportDialog)
    assert report is not None and report.isVisible()
    qtbot.waitUntil(lambda: "Check points" in report.text.toPlainText(), timeout=30_000)
    report.save_pdf(tmp_path / "report.pdf")
    qtbot.waitUntil(lambda: report.note.text().startswith("Saved"), timeout=60_000)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
