"""Oblique photography, a building model, terrain and a survey from real files, in one project."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.workers import JobState
from journey_support import dialog_of, drop, wait_jobs
from twin_model.twin import Twin
from window_support import MakeWindow, wait_complete

pytestmark = pytest.mark.gui

#: Every one says itself where it lies, in a CRS of its own.
SOURCES = (
    "oblique_osgb/scially_Production_5/Production_5",
    "bim/webifc/tests/ifcfiles/public/AC20-FZK-Haus.ifc",
    "gis_raster/srtm/N42E001.hgt.zip",
    "pointcloud/pdal/laz/autzen_trim.laz",
)
LAYERS = ("production-5", "ac20-fzk-haus", "n42e001", "autzen-trim")


def pixels(image: QImage) -> npt.NDArray[np.int16]:
    """Return (rows, columns, 3) of a picture."""
    shown = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(shown.constBits(), np.uint8).reshape(shown.height(), -1)
    return rows[:, : shown.width() * 3].reshape(shown.height(), -1, 3).astype(np.int16)


def test_four_kinds_of_files_are_placed_saved_and_reopened_as_they_were(
    qtbot: QtBot, make_window: MakeWindow, real_data: Path, tmp_path: Path
) -> None:
    sources = [real_data / name for name in SOURCES]
    for source in sources:
        if not source.exists():
            pytest.skip(f"{source} is not among the sample files")
    folder = tmp_path / "world.shapan"
    window = make_window()
    drop(window, sources)
    dialog = dialog_of(qtbot, window)
    assert dialog.frame is not None
    dialog.folder.setText(str(folder))
    qtbot.mouseClick(dialog.place, Qt.MouseButton.LeftButton)
    wait_jobs(qtbot, window)
    for record in window.jobs.records:
        assert record.state == JobState.DONE, record.log
    qtbot.waitUntil(lambda: set(LAYERS) <= set(window.scene.layers))

    before = {}
    for layer in LAYERS:
        window.scene.zoom_to_layer(layer)
        wait_complete(qtbot, window)
        if out := os.environ.get("SHAPAN_TEST_OUT"):
            window.grab().save(f"{out}/world-{layer}.png")
        before[layer] = (window.viewport.pose, pixels(window.viewport.grab().toImage()))
        assert len(np.unique(before[layer][1].reshape(-1, 3), axis=0)) > 200, layer
    frame = window.session.required.frame
    window.close()

    # Each lies where its own CRS says: degrees of the layers' middles.
    with Twin.open(folder, read_only=True) as twin:
        places = {}
        for layer in twin.layers():
            assert layer.bounds_local is not None
            low, high = np.array(layer.bounds_local[:3]), np.array(layer.bounds_local[3:])
            places[layer.id] = frame.to_wgs84((low + high)[None] / 2)[0]
    assert places["production-5"][:2] == pytest.approx((113.38, 22.5), abs=0.02)
    assert places["ac20-fzk-haus"][:2] == pytest.approx((8.436, 49.1), abs=0.01)
    assert places["n42e001"][:2] == pytest.approx((1.5, 42.5), abs=0.05)
    assert places["autzen-trim"][:2] == pytest.approx((-123.07, 44.06), abs=0.02)

    again = make_window(folder)
    assert again.viewport.pose == before[LAYERS[-1]][0]
    for layer, (pose, picture) in before.items():
        again.viewport.set_pose(pose, moving=False)
        wait_complete(qtbot, again)
        seen = pixels(again.viewport.grab().toImage())
        # Eye-dome lighting comes and goes with the frame rate (2 to 3); another view makes 50.
        assert np.abs(seen - picture).mean() < 6.0, layer
