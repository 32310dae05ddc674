"""The window on a real project, driven with real mouse and key events."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from app.actions.registry import ActionSpec, DuplicateActionError
from app.actions.sizes import apply_size
from app.item_models.entities import ENTITY_ROLE
from app.measure import MeasureMode, level_area_m2
from app.settings import Settings
from app.window import MainWindow
from twin_model.time import Instant
from twin_model.twin import Twin
from window_support import MakeWindow, display_of, flush, wait_complete

pytestmark = pytest.mark.gui

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def click(qtbot: QtBot, window: MainWindow, position: tuple[float, float, float]) -> None:
    at = display_of(window, position)
    qtbot.mouseMove(window.viewport, at)
    qtbot.mouseClick(window.viewport, LEFT, NONE, at)


def test_a_project_shows_its_layers_and_entities(
    qtbot: QtBot,
    make_window: MakeWindow,
    project: Path,
) -> None:
    window = make_window(project)
    assert "Harbour" in window.windowTitle()
    model = window.layers_panel.model
    assert [model.index(row).data() for row in range(2)] == ["New quay", "Old town"]
    entities = window.entities_panel.model
    qtbot.waitUntil(lambda: entities.total == 4)
    kind = entities.index(0, 0)
    assert kind.data() == "Building"
    entities.fetchMore(kind)
    qtbot.waitUntil(lambda: entities.rowCount(kind) == 4)
    assert not window.empty.isVisible()


def test_clicking_a_building_shows_what_it_is_and_where_it_comes_from(
    qtbot: QtBot,
    make_window: MakeWindow,
    project: Path,
) -> None:
    window = make_window(project)
    click(qtbot, window, (20.0, 20.0, 60.0))
    panel = window.entity_panel
    assert panel.entity is not None
    assert panel.entity.id == "old-town-0"
    qtbot.waitUntil(lambda: ("Use", "office") in {(f.name, f.value) for f in panel.fields.fields})
    panel.tabs.set_current(2)
    assert "/data/old-town.glb" in {field.value for field in panel.fields.fields}
    qtbot.waitUntil(lambda: bool(panel.graph.accessibleName()))
    assert panel.graph.accessibleName() == "Old town 1"
    panel.tabs.set_current(3)
    assert [field.value for field in panel.fields.fields] == ["Old town 1"]


def test_clicking_the_sky_selects_nothing(
    qtbot: QtBot,
    make_window: MakeWindow,
    project: Path,
) -> None:
    window = make_window(project)
    click(qtbot, window, (20.0, 20.0, 60.0))
    assert window.has_selection()
    qtbot.mouseClick(window.viewport, LEFT, NONE, QPoint(3, 3))
    assert not window.has_selection() or window.entity_panel.entity is None


def test_hovering_shows_the_name_and_the_coordinates_under_the_cursor(
    qtbot: QtBot,
    make_window: MakeWindow,
    project: Path,
) -> None:
    window = make_window(project, size=(1900, 1000))
    at = display_of(window, (20.0, 20.0, 60.0))
    qtbot.mouseMove(window.viewport, at - QPoint(1, 0))
    qtbot.mouseMove(window.viewport, at)
    qtbot.waitUntil(lambda: "EPSG:32650" in window.overlays.coordinates.text)
    assert "500,020" in window.overlays.coordinates.text
    assert "datum unknown" in window.overlays.coordinates.text
    assert "BeiDou N50" in window.overlays.coordinates.text
    qtbot.waitUntil(window.overlays.card.isVisible)
    assert "Old town 0" in window.overlays.card.text
    assert "60.0 m" in window.overlays.card.text


def test_coordinates_leave_out_what_has_no_room(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project, size=(1100, 700))
    overlays = window.overlays
    overlays.show_coordinates(["N 30° E 120°", "12 m", "EPSG:32650 " + 60 * "9"])
    assert overlays.coordinates.text == "N 30° E 120°  ·  12 m"


def test_a_left_drag_turns_about_the_point_under_the_cursor(
    qtbot: QtBot,
    make_window: MakeWindow,
    project: Path,
) -> None:
    window = make_window(project)
    pivot = (20.0, 20.0, 60.0)
    start = display_of(window, pivot)
    view = window.viewport
    before = view.pose
    place = view.position_at(start.x(), start.y())
    assert place is not None
    qtbot.mousePress(view, LEFT, NONE, start)
    for step in range(1, 9):
        qtbot.mouseMove(view, start + QPoint(10 * step, -3 * step))
    qtbot.mouseRelease(view, LEFT, NONE, start + QPoint(80, -24))
    wait_complete(qtbot, window)
    assert view.pose != before
    moved = display_of(window, place)
    assert (moved - start).manhattanLength() <= 2


def test_the_wheel_zooms_to_the_cursor(
    qtbot: QtBot,
    make_window: MakeWindow,
    project: Path,
) -> None:
    window = make_window(project)
    view = window.viewport
    at = display_of(window, (20.0, 20.0, 60.0))
    place = view.position_at(at.x(), at.y())
    assert place is not None
    before = math.dist(view.pose.eye, place)
    where = QPointF(at)
    QApplication.sendEvent(
        view,
        QWheelEvent(
            where, view.mapToGlobal(where), QPoint(), QPoint(0, 240),
            Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False,
        ),
    )  # fmt: skip
    assert math.dist(view.pose.eye, place) == pytest.approx(before / 1.22**2, rel=1e-3)
    wait_complete(qtbot, window)
    assert (display_of(window, place) - at).manhattanLength() <= 2


def test_nothing_is_drawn_while_nothing_changes(
    qtbot: QtBot,
    make_window: MakeWindow,
    project: Path,
) -> None:
    window = make_window(project)
    qtbot.wait(600)
    frames: list[int] = []
    window.viewport.drawn.connect(lambda: frames.append(1))
    qtbot.wait(700)
    assert not frames


def test_many_requests_make_one_frame(
    qtbot: QtBot,
    make_window: MakeWindow,
    project: Path,
) -> None:
    window = make_window(project)
    qtbot.wait(600)
    frames: list[int] = []
    window.viewport.drawn.connect(lambda: frames.append(1))
    for _ in range(50):
        window.viewport.redraw()
    qtbot.wait(400)
    assert 1 <= len(frames) <= 2


def test_the_eye_hides_a_layer_and_undo_shows_it_again(
    qtbot: QtBot,
    make_window: MakeWindow,
    project: Path,
) -> None:
    window = make_window(project)
    panel = window.layers_panel
    row = panel.list.visualRect(panel.model.index(1))
    qtbot.mouseClick(panel.list.viewport(), LEFT, NONE, QPoint(18, row.center().y()))
    twin = window.session.required
    qtbot.waitUntil(lambda: twin.layer("old-town").style.get("visible") is False)
    qtbot.waitUntil(lambda: "Undo:" in window.actions_registry.action("edit.undo").text())
    assert window.viewport.pick_at(*at_of(window, (20.0, 20.0, 60.0))) is None or (
        window.viewport.pick_at(*at_of(window, (20.0, 20.0, 60.0))).layer != "old-town"
    )
    window.actions_registry.run("edit.undo")
    qtbot.waitUntil(lambda: twin.layer("old-town").style.get("visible") is not False)


def at_of(window: MainWindow, position: tuple[float, float, float]) -> tuple[float, float]:
    point = display_of(window, position)
    return point.x(), point.y()


def test_layers_can_be_renamed_reordered_and_removed(
    qtbot: QtBot,
    make_window: MakeWindow,
    project: Path,
) -> None:
    window = make_window(project)
    model, twin = window.layers_panel.model, window.session.required
    model.setData(model.index(0), "Quay 2024")
    qtbot.waitUntil(lambda: model.index(0).data() == "Quay 2024")
    model.move("new-quay", 2)
    qtbot.waitUntil(lambda: [layer.id for layer in twin.layers()] == ["new-quay", "old-town"])
    qtbot.waitUntil(lambda: model.index(1).data() == "Quay 2024")
    window.layers_panel.remove(twin.layer("new-quay"))
    qtbot.waitUntil(lambda: model.rowCount() == 1)
    assert list(window.scene.layers) == ["old-town"]


def test_the_opacity_slider_makes_one_undo_step_however_far_it_moves(
    qtbot: QtBot,
    make_window: MakeWindow,
    project: Path,
) -> None:
    window = make_window(project)
    panel, twin = window.layers_panel, window.session.required
    panel.select("old-town")
    before = twin.revision
    panel.opacity.setSliderDown(True)
    for value in (90, 70, 50):
        panel.opacity.setValue(value)
    panel.opacity.setSliderDown(False)
    qtbot.waitUntil(lambda: twin.layer("old-town").style.get("opacity") == 0.5)
    assert twin.revision == before + 1


@pytest.mark.parametrize(
    ("mode", "expected"),
    [(MeasureMode.DISTANCE, "Distance"), (MeasureMode.HEIGHT, "Height difference"),
     (MeasureMode.AREA, "Area")],
)  # fmt: skip
def test_measuring_shows_a_result_with_its_unit_and_esc_ends_it(
    qtbot: QtBot,
    make_window: MakeWindow,
    project: Path,
    mode: MeasureMode,
    expected: str,
) -> None:
    window = make_window(project)
    window.actions_registry.run(f"tools.{mode.value}")
    places = [(5.0, 5.0, 60.0), (35.0, 5.0, 60.0), (35.0, 35.0, 60.0)]
    if mode == MeasureMode.HEIGHT:
        places = [(20.0, 20.0, 60.0), (75.0, 15.0, 25.0)]
    for place in places:
        click(qtbot, window, place)
        qtbot.wait(QApplication.doubleClickInterval() + 50)
    assert window.measure.text.startswith(expected)
    if mode == MeasureMode.DISTANCE:
        assert (
            sum(math.dist(a, b) for a, b in zip(window.measure.points, places, strict=True)) < 6.0
        )
    if mode == MeasureMode.HEIGHT:
        assert window.measure.points[1][2] - window.measure.points[0][2] == pytest.approx(
            -35.0, abs=0.5
        )
    if mode == MeasureMode.AREA:
        # The fill and lines of the tool itself lie where is clicked next.
        assert level_area_m2(window.measure.points) == pytest.approx(450.0, rel=0.04)
        for found, place in zip(window.measure.points, places, strict=True):
            assert math.dist(found, place) < 1.5
    qtbot.keyClick(window.viewport, Qt.Key.Key_Escape)
    assert window.measure.mode is None
    assert window.measure.text == ""


def test_layers_change_places_by_keyboard(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    twin = window.session.required
    before = [layer.id for layer in twin.layers()]
    panel = window.layers_panel
    panel.select(before[-1])  # the topmost row
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: panel.model.row_of(before[-1]) == 1)
    assert [layer.id for layer in twin.layers()] == before[::-1]
    qtbot.keyClick(panel.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: [layer.id for layer in twin.layers()] == before)


def test_saved_views_camera_and_layout_come_back_with_the_project(
    qtbot: QtBot,
    make_window: MakeWindow,
    project: Path,
) -> None:
    window = make_window(project)
    window.scene.zoom_to_layer("new-quay")
    wait_complete(qtbot, window)
    qtbot.keyClick(window.viewport, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    pose = window.viewport.pose
    window.docks.show("jobs")
    window.close()
    again = make_window(project)
    assert again.viewport.pose == pose
    assert again.docks.is_open("jobs")
    again.scene.look_down()
    wait_complete(qtbot, again)
    assert again.viewport.pose != pose
    qtbot.keyClick(again.viewport, Qt.Key.Key_3)
    qtbot.waitUntil(lambda: again.viewport.pose == pose, timeout=5000)


def test_a_locked_project_is_offered_for_reading_only(
    qtbot: QtBot,
    make_window: MakeWindow,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        "app.dialogs.offer_read_only", lambda _, error: asked.append(str(error)) or True
    )
    with Twin.open(project):
        window = make_window(project)
        assert asked
        assert window.session.required.read_only
        assert "read-only" in window.status.edits.text()
        assert not window.actions_registry.action("file.save").isEnabled()
        window.layers_panel.select("old-town")
        assert not window.layers_panel.opacity.isEnabled()


def test_a_folder_that_is_no_project_is_refused_with_a_reason(
    qtbot: QtBot,
    make_window: MakeWindow,
    tmp_path: Path,
) -> None:
    window = make_window()
    assert not window.open_project(tmp_path)
    assert str(tmp_path) in window.overlays.notice.text
    assert window.empty.isVisible()


def test_language_and_theme_switch_while_the_window_is_open(
    qtbot: QtBot,
    make_window: MakeWindow,
    project: Path,
) -> None:
    window = make_window(project)
    assert window.docks.dock("layers").windowTitle() == "Layers"
    window.set_language("zh_CN")
    flush()
    assert window.docks.dock("layers").windowTitle() == "图层"
    assert window.actions_registry.action("file.open").text() == "打开项目…"
    assert window.top_bar.menus.actions()[0].text() == "文件"
    light = QApplication.palette().window().color().lightness()
    window.toggle_theme()
    assert QApplication.palette().window().color().lightness() < light - 100
    window.set_language("en")
    flush()
    assert window.docks.dock("layers").windowTitle() == "Layers"


def test_the_palette_finds_actions_entities_and_coordinates(
    qtbot: QtBot,
    make_window: MakeWindow,
    project: Path,
) -> None:
    window = make_window(project)
    palette = window.palette_popup
    window.actions_registry.run("edit.palette")
    qtbot.keyClicks(palette.input, "measure ar")
    assert palette.choices()[0].title == "Measure area"
    palette.input.clear()
    qtbot.keyClicks(palette.input, "quay 1")
    qtbot.waitUntil(lambda: any(c.title == "New quay 1" for c in palette.choices()))
    palette.input.clear()
    qtbot.keyClicks(palette.input, "review")
    assert [choice.title for choice in palette.choices()] == ["Review"]
    qtbot.keyClick(palette.input, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.docks.is_open("review"))
    window.actions_registry.run("edit.palette")
    qtbot.keyClicks(palette.input, "500020, 3400020")
    assert "easting" in palette.choices()[0].title
    before = window.viewport.pose
    qtbot.keyClick(palette.input, Qt.Key.Key_Return)
    assert not palette.isVisible()
    qtbot.waitUntil(lambda: window.viewport.pose != before)
    wait_complete(qtbot, window)
    assert window.viewport.pose.target[:2] == pytest.approx((20.0, 20.0), abs=0.01)


def test_searching_entities_narrows_the_list(
    qtbot: QtBot,
    make_window: MakeWindow,
    project: Path,
) -> None:
    window = make_window(project)
    panel = window.entities_panel
    qtbot.keyClicks(panel.search, "Old town 1")
    qtbot.waitUntil(lambda: panel.model.total == 1)
    qtbot.waitUntil(lambda: panel.model.rowCount(panel.model.index(0, 0)) == 1)
    found = panel.model.index(0, 0, panel.model.index(0, 0)).data(ENTITY_ROLE)
    assert found.id == "old-town-1"


def test_the_timeline_hides_what_was_surveyed_later(
    qtbot: QtBot,
    make_window: MakeWindow,
    project: Path,
) -> None:
    window = make_window(project)
    assert [epoch.name for epoch in window.timeline.axis.epochs] == ["Old town", "New quay"]
    window.timeline.set_instant(Instant.parse("2022-01-01"))
    wait_complete(qtbot, window)
    pick = window.viewport.pick_at(*at_of(window, (170.0, 20.0, 60.0)))
    assert pick is None or pick.layer != "new-quay"
    assert window.viewport.pick_at(*at_of(window, (20.0, 20.0, 60.0))).layer == "old-town"
    window.timeline.set_instant(None)
    wait_complete(qtbot, window)
    assert window.viewport.pick_at(*at_of(window, (170.0, 20.0, 60.0))).layer == "new-quay"


def test_switching_layouts_keeps_every_panel_alive(
    qtbot: QtBot,
    make_window: MakeWindow,
    project: Path,
) -> None:
    window = make_window(project)
    for name in ("monitor", "reconstruct", "plan", "monitor", "plan"):
        window.actions_registry.run(f"layout.{name}")
        qtbot.wait(30)
        flush()
    wait_complete(qtbot, window)
    assert window.docks.is_open("layers")
    assert window.layers_panel.model.rowCount() == 2
    assert not window.docks.is_open("jobs")


def test_two_actions_cannot_share_a_shortcut_or_an_id(
    qtbot: QtBot,
    make_window: MakeWindow,
) -> None:
    actions = make_window().actions_registry
    with pytest.raises(DuplicateActionError):
        actions.add(ActionSpec("x.y", lambda: "x", lambda: None, "Ctrl+O"))
    with pytest.raises(DuplicateActionError):
        actions.add(ActionSpec("file.open", lambda: "x", lambda: None))


def test_recent_projects_are_remembered_and_missing_ones_left_out(
    qtbot: QtBot,
    make_window: MakeWindow,
    project: Path,
    tmp_path: Path,
) -> None:
    settings = Settings(tmp_path / "other.ini")
    settings.add_recent(tmp_path / "gone.shapan")
    window = make_window(project, settings=settings)
    window.close_project()
    assert settings.recent == [project.resolve()]
    qtbot.waitUntil(lambda: len(window.empty.recent_buttons) == 1)
    qtbot.mouseClick(window.empty.recent_buttons[0], LEFT)
    assert window.session.twin is not None


def test_the_console_reaches_the_twin_and_the_actions(
    qtbot: QtBot,
    make_window: MakeWindow,
    project: Path,
) -> None:
    window = make_window(project)
    console = window.console
    qtbot.keyClicks(console.input, "print(len(twin.layers()), twin.title)")
    qtbot.keyClick(console.input, Qt.Key.Key_Return)
    assert "2 Harbour" in console.output.toPlainText()
    console.run("1/0")
    assert "ZeroDivisionError" in console.output.toPlainText()


def test_every_control_has_a_name_for_screen_readers(
    qtbot: QtBot,
    make_window: MakeWindow,
    project: Path,
) -> None:
    from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QToolButton

    window = make_window(project)
    nameless = [
        widget
        for kind in (QAbstractItemView, QLineEdit, QToolButton)
        for widget in window.findChildren(kind)
        if widget.isVisible()
        and not (widget.accessibleName() or widget.toolTip()
                                       or getattr(widget, "text", lambda: "")())
    ]  # fmt: skip
    assert not nameless, nameless


def test_closed_windows_leave_nothing_behind(
    qtbot: QtBot,
    make_window: MakeWindow,
    project: Path,
) -> None:
    import gc

    before = len(QApplication.topLevelWidgets())
    for _ in range(3):
        window = make_window(project)
        window.close()
        window.deleteLater()
        del window
        flush()
    gc.unfreeze()
    gc.collect()
    assert len(QApplication.topLevelWidgets()) <= before + 1


def test_a_picture_of_the_scene_is_saved_at_twice_its_size(
    qtbot: QtBot, make_window: MakeWindow, project: Path, tmp_path: Path
) -> None:
    from PySide6.QtGui import QImage

    from app.dialogs import save_picture

    window = make_window(project)
    assert save_picture(window, tmp_path / "scene.png")
    image = QImage(str(tmp_path / "scene.png"))
    assert image.width() == 2 * window.viewport.width()
    assert image.height() == 2 * window.viewport.height()
    colours = {image.pixel(x, image.height() // 2) for x in range(0, image.width(), 40)}
    assert len(colours) > 3
    assert not save_picture(window, tmp_path / "missing" / "scene.png")
    wait_complete(qtbot, window)
    assert window.viewport.pick_at(*at_of(window, (20.0, 20.0, 60.0))) is not None


def test_a_script_finds_the_window_and_the_twin(
    qtbot: QtBot, make_window: MakeWindow, project: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    from app.composition import run_script

    window = make_window(project)
    script = tmp_path / "s.py"
    script.write_text("print(twin.title, len(window.scene.layers))\nwindow.scene.look_down()")
    assert run_script(window, script)
    assert "Harbour 2" in capsys.readouterr().out
    script.write_text("raise ValueError('no')")
    assert not run_script(window, script)
    assert not run_script(window, tmp_path / "missing.py")
    assert "missing.py" in capsys.readouterr().err


def test_a_larger_interface_is_remembered_for_the_next_start(
    qtbot: QtBot, make_window: MakeWindow, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make_window(project)
    told: list[str] = []

    def close_box() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        told.append(box.text())
        box.accept()

    QTimer.singleShot(200, close_box)
    window.actions_registry.run("size.150")
    assert "150 %" in told[0]
    monkeypatch.setenv("QT_SCALE_FACTOR", "")  # put back afterwards
    del os.environ["QT_SCALE_FACTOR"]
    apply_size(window.services.settings)
    assert os.environ["QT_SCALE_FACTOR"] == "1.5"
    monkeypatch.setenv("QT_SCALE_FACTOR", "3")
    apply_size(window.services.settings)
    assert os.environ["QT_SCALE_FACTOR"] == "3"


def test_the_first_window_shows_the_docks_of_its_arrangement_and_no_others(
    make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    shown = {name for name in window.docks.names() if window.docks.is_open(name)}
    assert shown == {"layers", "entities", "comparison", "entity", "relations", "timeline"}
