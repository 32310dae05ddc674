"""Control points are marked in photographs by mouse and keys, and the pipeline reads the file."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from app.reconstruct.control_panel import ControlPanel
from app.reconstruct.session import reconstruction_of
from ingest.reconstruction.control import read_control
from virtual_drone import Flown
from window_support import MakeWindow, make_window, qapp_args

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

__all__ = ["make_window", "qapp_args"]
pytestmark = pytest.mark.gui


def test_a_point_is_marked_where_a_photograph_shows_it_nudged_undone_and_saved(
    qtbot: QtBot, make_window: MakeWindow, flown: Flown, tmp_path: Path
) -> None:
    from twin_model.frame import Frame
    from twin_model.twin import Twin

    rows = list(csv.reader(_lines(flown.photos / "control.csv")))
    known = {(row[0], row[5]): (float(row[6]), float(row[7])) for row in rows[1:]}
    # A surveyor's list: the points without a single mark.
    unmarked = tmp_path / "points.csv"
    places = {row[0]: row[:5] for row in rows[1:]}
    text = "\n".join(",".join(row) for row in places.values())
    unmarked.write_text(f"# crs: EPSG:4549+5737\nname,east,north,height,role\n{text}\n")
    folder = tmp_path / "p.shapan"
    Twin.create(folder, Frame("EPSG:4549", None, vertical_crs="EPSG:5737"), "P").close()

    window = make_window(folder, size=(1600, 950))
    window.docks.apply("reconstruct")
    window.docks.show("control")
    window.panels.make("control")
    panel = window.panels.places["control"].panel
    assert isinstance(panel, ControlPanel)
    reconstruction = reconstruction_of(window)
    reconstruction.choose(flown.photos)
    qtbot.waitUntil(lambda: reconstruction.photos is not None, timeout=60_000)
    reconstruction.change(control=unmarked)
    qtbot.waitUntil(lambda: panel.model.rowCount() == 8, timeout=10_000)
    assert not panel.save_button.isEnabled()
    assert "8 with fewer than two marks" in panel.note.text()
    point = panel.point()
    assert point is not None

    # GPS and gimbal say which photographs show it, and nearly where.
    qtbot.waitUntil(lambda: panel.photos.count() >= 5, timeout=10_000)
    qtbot.waitUntil(lambda: panel.view.expected is not None, timeout=10_000)
    truth = known[(point.name, panel.photo())]
    expected = panel.view.expected
    assert expected is not None
    assert abs(expected.x() - truth[0]) < 25 and abs(expected.y() - truth[1]) < 25

    at = panel.view.to_view(QPointF(*truth))
    QTest.mouseClick(
        panel.view, Qt.MouseButton.LeftButton, pos=QPoint(round(at.x()), round(at.y()))
    )
    mark = panel.marks.mark_of(point, panel.photo())
    assert mark is not None
    assert abs(mark.x_px - truth[0]) < 0.2 and abs(mark.y_px - truth[1]) < 0.2
    before = mark.x_px
    panel.view.setFocus()
    QTest.keyClick(panel.view, Qt.Key.Key_Right)
    QTest.keyClick(panel.view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    moved = panel.marks.mark_of(point, panel.photo())
    assert moved is not None and moved.x_px == pytest.approx(before + 1.1)
    QTest.keyClick(panel.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    back = panel.marks.mark_of(point, panel.photo())
    assert back is not None and back.x_px == pytest.approx(before + 0.1)

    first = panel.photo()
    QTest.keyClick(panel.view, Qt.Key.Key_PageDown)
    assert panel.photo() != first
    qtbot.waitUntil(lambda: panel.view.expected is not None, timeout=10_000)
    second = known[(point.name, panel.photo())]
    at = panel.view.to_view(QPointF(*second))
    QTest.mouseClick(
        panel.view, Qt.MouseButton.LeftButton, pos=QPoint(round(at.x()), round(at.y()))
    )
    assert len(point.marks) == 2
    assert "7 with fewer than two marks" in panel.note.text()
    assert panel.save_button.isEnabled()
    QTest.mouseClick(panel.save_button, Qt.MouseButton.LeftButton)
    assert not panel.save_button.isEnabled()
    frame = window.session.required.frame
    stored = read_control(unmarked, frame)
    again = next(one for one in stored.points if one.name == point.name)
    assert [one.photo for one in again.marks] == [first, panel.photo()]
    assert stored.crs == "EPSG:4549+5737"
    assert sum(one.is_check for one in stored.points) == 4
    QTest.keyClick(panel.view, Qt.Key.Key_Delete)
    assert len(point.marks) == 1 and panel.save_button.isEnabled()


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text().splitlines() if not line.startswith("#")]
