"""Heights above what they are stated above, in the Position tab of the window."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot
from rasterio.transform import from_origin

from app.editing import changes
from app.editing.heights import DatumDialog
from app.panels.entity_form import FormField, value_box
from app.panels.entity_tabs import HISTORY, POSITION
from app.window import MainWindow
from editing_support import activate
from ingest.importer import ImportOptions, add_source
from ingest.pipeline.job import Job
from twin_model.commands import AddEntities, EditEntities
from twin_model.entity import Entity
from twin_model.frame import Frame
from twin_model.heights import with_reference
from twin_model.shaping import moved
from twin_model.twin import Twin
from window_support import MakeWindow

pytestmark = pytest.mark.gui

LEFT = Qt.MouseButton.LeftButton
EAST, NORTH = 500_000.0, 3_400_000.0


def write_slope(file: Path, from_m: float) -> None:
    """Write terrain that rises 1 m in 10 m eastwards."""
    columns = np.arange(100) * 2.0 + 1.0
    heights = np.tile(from_m + columns / 10.0, (50, 1)).astype(np.float32)
    with rasterio.open(
        file, "w", driver="GTiff", width=100, height=50, count=1, dtype="float32",
        crs="EPSG:32650", transform=from_origin(EAST, NORTH + 50.0, 2.0, 2.0),
    ) as out:  # fmt: skip
        out.write(heights, 1)


@pytest.fixture
def slope(tmp_path: Path) -> Path:
    """A project whose terrain rises 1 m in 10 m eastwards from 20 m, with two lamps on it."""
    file = tmp_path / "slope.tif"
    write_slope(file, 20.0)
    folder = tmp_path / "slope.shapan"
    frame = Frame("EPSG:32650", (EAST, NORTH, 10.0), "EPSG:5773")
    with Twin.create(folder, frame, "Slope") as twin:
        add_source(twin, file, ImportOptions(), Job())
        lamps = [
            Entity(f"lamp-{n}", "street-lamp", f"Lamp {n}", (50.0 * n, 0.0, 20.0))
            for n in (1, 2)
        ]  # fmt: skip
        twin.execute(AddEntities(lamps))
    return folder


def line(window: MainWindow, key: str) -> FormField:
    found = [one for one in window.entity_panel.fields.fields if isinstance(one, FormField)]
    nothing = FormField("", "")  # while it is worked out
    return next((one for one in found if one.key == changes.POSITION + key), nothing)


def choose(qtbot: QtBot, window: MainWindow, reference: str) -> None:
    """Choose what the height is stated above, from the list that a click opens."""
    form = window.entity_panel.fields
    activate(qtbot, window)
    index = form.row_of(changes.POSITION + "reference")
    form.scrollTo(index)
    qtbot.mouseClick(form.viewport(), LEFT, pos=value_box(form.visualRect(index)).center())
    box = form.indexWidget(index)
    assert isinstance(box, QComboBox)
    while box.view().currentIndex().row() != box.findData(reference):
        later = box.view().currentIndex().row() < box.findData(reference)
        qtbot.keyClick(box.view(), Qt.Key.Key_Down if later else Qt.Key.Key_Up)
    qtbot.keyClick(box.view(), Qt.Key.Key_Return)


def enter(qtbot: QtBot, window: MainWindow, key: str, text: str) -> None:
    form = window.entity_panel.fields
    form.setFocus()
    form.setCurrentIndex(form.row_of(changes.POSITION + key))
    form.edit(form.currentIndex())
    editor = next(one for one in form.findChildren(QLineEdit) if one.isVisible())
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)


def test_a_lamp_is_put_above_the_ground_and_follows_it(
    qtbot: QtBot, make_window: MakeWindow, slope: Path
) -> None:
    window = make_window(slope)
    twin, panel = window.session.required, window.entity_panel
    window.session.set_reason("levelled anew")
    window.interaction.select_id("lamp-1")
    panel.tabs.set_current(POSITION)
    assert line(window, "height").value == "30.00"  # EGM96, the project's
    assert line(window, "reference").value == "Project's datum: EGM96 geoid"

    choose(qtbot, window, "ground")
    qtbot.waitUntil(lambda: twin.entity("lamp-1").height_reference == "ground")
    qtbot.waitUntil(lambda: line(window, "stated").value == "5.00")  # 30 m above ground at 25 m
    assert line(window, "height").value == "30.00"
    assert twin.entity("lamp-1").position == (50.0, 0.0, 20.0)

    enter(qtbot, window, "stated", "8 ft")
    qtbot.waitUntil(lambda: twin.entity("lamp-1").position[2] != 20.0)
    assert twin.entity("lamp-1").position[2] == pytest.approx(15.0 + 8 * 0.3048)
    qtbot.waitUntil(lambda: line(window, "stated").value == "2.44")

    # Moved in plan, by a value or by the tools, it stays as high above the ground.
    enter(qtbot, window, "east", f"{EAST + 100.0}")
    qtbot.waitUntil(lambda: twin.entity("lamp-1").position[0] == 100.0)
    assert twin.entity("lamp-1").position[2] == pytest.approx(20.0 + 8 * 0.3048)
    window.entity_editing.shape(
        [twin.entity("lamp-1")], lambda one: moved(one, (20.0, 0.0, 0.0)), "move"
    )
    qtbot.waitUntil(lambda: twin.entity("lamp-1").position[0] == 120.0)
    assert twin.entity("lamp-1").position[2] == pytest.approx(22.0 + 8 * 0.3048)
    qtbot.waitUntil(lambda: line(window, "stated").value == "2.44")

    panel.tabs.set_current(HISTORY)
    qtbot.waitUntil(lambda: len(panel.history.model_.versions) == 5)
    first = panel.history.model_.versions[3]
    assert first.why == "levelled anew"
    text = panel.history.model_.data(panel.history.model_.index(3))
    assert "height reference" in text
    assert "Height above: Project's datum → Ground (terrain)" in text
    for _ in range(4):
        window.session.undo()
    window.session.settle()
    assert twin.entity("lamp-1").height_reference == ""
    assert twin.entity("lamp-1").position == (50.0, 0.0, 20.0)


def test_several_lamps_get_one_height_each_above_its_own_ground(
    qtbot: QtBot, make_window: MakeWindow, slope: Path
) -> None:
    window = make_window(slope)
    twin, panel = window.session.required, window.entity_panel
    window.interaction.select_several([twin.entity("lamp-1"), twin.entity("lamp-2")])
    panel.tabs.set_current(POSITION)
    assert line(window, "stated").value == "30.00"
    choose(qtbot, window, "ground")
    qtbot.waitUntil(lambda: line(window, "stated").hint == "several values")
    revision = twin.revision
    enter(qtbot, window, "stated", "6")
    qtbot.waitUntil(lambda: twin.revision > revision)
    window.session.settle()
    heights = [twin.entity(name).position[2] for name in ("lamp-1", "lamp-2")]
    assert heights == pytest.approx([21.0, 26.0])
    qtbot.waitUntil(lambda: line(window, "stated").value == "6.00")


def test_what_cannot_be_converted_is_said_beside_the_height(
    qtbot: QtBot, make_window: MakeWindow, slope: Path
) -> None:
    window = make_window(slope)
    twin, panel = window.session.required, window.entity_panel
    window.interaction.select_id("lamp-1")
    panel.tabs.set_current(POSITION)
    choose(qtbot, window, "EPSG:5737")
    qtbot.waitUntil(lambda: twin.entity("lamp-1").height_reference == "EPSG:5737")

    def said() -> FormField:
        found = [one for one in panel.fields.fields if isinstance(one, FormField)]
        return next(one for one in found if one.name == "Height")

    qtbot.waitUntil(lambda: said().problem != "")
    assert said().value == "" and said().kind is None  # neither shown nor edited as if equal
    assert line(window, "height").value == "30.00"  # in the project it can be

    choose(qtbot, window, changes.OTHER)
    qtbot.waitUntil(lambda: window.findChild(DatumDialog) is not None)
    dialog = window.findChild(DatumDialog)
    assert dialog is not None
    dialog.name.setText("EPSG:4549")
    dialog.choose.click()
    assert "no vertical CRS" in dialog.problem.text()
    dialog.name.setText("5773")
    dialog.choose.click()
    qtbot.waitUntil(lambda: twin.entity("lamp-1").height_reference == "EPSG:5773")
    qtbot.waitUntil(lambda: line(window, "stated").value == "30.00")


def test_things_go_with_another_ground_where_somebody_says_so(
    qtbot: QtBot, make_window: MakeWindow, slope: Path, tmp_path: Path
) -> None:
    window = make_window(slope)
    twin, notice = window.session.required, window.overlays.notice
    on_it = with_reference(twin.entity("lamp-1"), "ground")
    twin.execute(EditEntities([on_it]))  # the other one is above the project's datum
    file = tmp_path / "higher.tif"
    write_slope(file, 24.0)
    add_source(twin, file, ImportOptions(), Job())
    qtbot.waitUntil(notice.isVisible, timeout=20_000)
    assert notice.text == "1 thing stands above the ground, and the terrain is another one now."
    assert twin.entity("lamp-1").position == (50.0, 0.0, 20.0)  # nothing moves by itself
    qtbot.mouseClick(notice._details, LEFT)
    qtbot.waitUntil(lambda: twin.entity("lamp-1").position != (50.0, 0.0, 20.0))
    assert twin.entity("lamp-1").position == pytest.approx((50.0, 0.0, 24.0))
    assert twin.entity("lamp-2").position == (100.0, 0.0, 20.0)
    assert not notice.isVisible()

    # Undo brings the ground back and the heights with it; nobody is asked again.
    window.session.undo()
    window.session.undo()
    window.session.settle()
    qtbot.wait(300)
    assert twin.entity("lamp-1").position == (50.0, 0.0, 20.0) and len(twin.layers()) == 1
    assert not notice.isVisible()
