"""A planner draws a pump and its pipe, edits, undoes, closes and goes on the next day."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.window import MainWindow
from editing_support import activate, choose_type, click_at, look_from_above, settle
from twin_model.entity import Entity
from twin_model.store.verify import verify_store
from twin_model.twin import Twin
from window_support import MakeWindow, display_of

pytestmark = pytest.mark.gui

CENTRE = (90.0, -60.0, 0.0)
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def own(window: MainWindow) -> dict[str, Entity]:
    found = window.session.required.entities()
    return {entity.name: entity for entity in found if entity.layer is None}


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key, modifiers: object = None) -> None:
    activate(qtbot, window)
    qtbot.keyClick(window.viewport, key, modifiers or Qt.KeyboardModifier.NoModifier)
    settle(qtbot, window)


def set_power(qtbot: QtBot, window: MainWindow, text: str) -> None:
    """Type a value into the form of the Entity panel."""
    form = window.entity_panel.fields
    qtbot.waitUntil(lambda: form.row_of("rated_power_kw").isValid(), timeout=20_000)
    form.scrollTo(form.row_of("rated_power_kw"))
    at = form.visualRect(form.row_of("rated_power_kw")).center()
    qtbot.mouseClick(form.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(at.x() + 60, at.y()))
    editor = form.viewport().findChild(QLineEdit)
    assert editor is not None
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    settle(qtbot, window)


def test_a_pump_and_its_pipe_from_the_first_click_to_the_next_day(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    look_from_above(qtbot, window, CENTRE)
    press(qtbot, window, Qt.Key.Key_F5)
    choose_type(qtbot, window, "pump")
    click_at(qtbot, window, (85.0, -60.0, 0.0))
    settle(qtbot, window)
    pump = own(window)["Pump 1"]
    assert pump.codes.management == "000000-EQ0103-000001"
    press(qtbot, window, Qt.Key.Key_Escape)

    press(qtbot, window, Qt.Key.Key_F6)
    choose_type(qtbot, window, "water pipe")
    assert pump.position is not None
    click_at(qtbot, window, pump.position, aside=QPoint(5, 3))
    click_at(qtbot, window, (105.0, -60.0, 0.0))
    click_at(qtbot, window, (110.0, -45.0, 0.0))
    qtbot.keyClick(window.viewport, Qt.Key.Key_Return)
    settle(qtbot, window)
    pipe = own(window)["Water main 1"]
    start = shapely.from_wkb(pipe.geometry).coords[0]
    assert start[:2] == pytest.approx(pump.position[:2], abs=1e-6)
    relations = window.session.required.relations(pipe.id)
    assert ("connects", pump.id, pipe.id) in {(r.kind, r.source, r.target) for r in relations}
    press(qtbot, window, Qt.Key.Key_Escape)

    # Select the pump in the scene by its model, and edit it in the panel.
    click_at(qtbot, window, (pump.position[0], pump.position[1], 1.0))
    assert window.entity_panel.title == "Pump 1"
    set_power(qtbot, window, "7.5")
    assert own(window)["Pump 1"].attributes == {"rated_power_kw": 7.5}

    press(qtbot, window, Qt.Key.Key_Z, CONTROL)
    assert own(window)["Pump 1"].attributes == {}
    press(qtbot, window, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert own(window)["Pump 1"].attributes == {"rated_power_kw": 7.5}
    window.close()

    again = make_window(project)
    settle(qtbot, again)
    assert set(own(again)) == {"Pump 1", "Water main 1"}
    assert len(again.drawn) == 2
    press(qtbot, again, Qt.Key.Key_Z, CONTROL)
    assert own(again)["Pump 1"].attributes == {}
    press(qtbot, again, Qt.Key.Key_Z, CONTROL)
    assert set(own(again)) == {"Pump 1"}
    press(qtbot, again, Qt.Key.Key_Z, CONTROL)
    assert own(again) == {}
    assert len(again.drawn) == 0
    press(qtbot, again, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert own(again)["Pump 1"] == pump
    again.close()
    with Twin.open(project) as twin:
        assert not verify_store(twin)


def test_a_shed_is_drawn_cut_in_two_and_made_one_again(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project, language="zh_CN", dark=True)
    look_from_above(qtbot, window, CENTRE)
    press(qtbot, window, Qt.Key.Key_F7)
    choose_type(qtbot, window, "warehouse")
    window.draw.height.edit.setText("6")
    window.viewport.setFocus()
    for place in ((70.0, -80.0), (110.0, -80.0), (110.0, -50.0), (70.0, -50.0)):
        click_at(qtbot, window, (*place, 0.0))
    assert "面积" in window.measure.text
    qtbot.keyClick(window.viewport, Qt.Key.Key_Return)
    settle(qtbot, window)
    press(qtbot, window, Qt.Key.Key_Escape)
    (name,) = own(window)
    assert name == "仓库 1"
    area = shapely.from_wkb(own(window)[name].geometry).area

    press(qtbot, window, Qt.Key.Key_X, CONTROL | SHIFT)
    assert window.cut.active
    # On the near edge and the far one: both lie at the foot and on the roof.
    click_at(qtbot, window, (95.0, -84.0, 0.0))
    click_at(qtbot, window, (95.0, -50.0, 6.0), aside=QPoint(0, -14))
    qtbot.keyClick(window.viewport, Qt.Key.Key_Return)
    settle(qtbot, window)
    pieces = own(window)
    assert set(pieces) == {"仓库 1", "仓库 2"}
    areas = [shapely.from_wkb(one.geometry).area for one in pieces.values()]
    assert sum(areas) == pytest.approx(area, rel=1e-6)
    assert "拆分" in window.actions_registry.action("edit.undo").text()
    assert {one.id for one in window.entity_panel.entities} == {e.id for e in pieces.values()}

    press(qtbot, window, Qt.Key.Key_G, CONTROL | SHIFT)
    assert set(own(window)) == {"仓库 1"}
    assert shapely.from_wkb(own(window)["仓库 1"].geometry).area == pytest.approx(area, rel=1e-6)
    for _ in range(3):
        press(qtbot, window, Qt.Key.Key_Z, CONTROL)
    assert own(window) == {}
    assert display_of(window, CENTRE) is not None
