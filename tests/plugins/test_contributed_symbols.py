"""Symbols and code tables of plugins: in the scene, in lists, in codes and searches."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from app.editing import classes, schema
from app.panels.entity_tabs import CODES
from app.window import MainWindow
from plugin_support import write_plugin
from plugins.host.files import file_problems
from plugins.host.harness import find_one
from rendering.symbology.files import read_symbol
from rendering.symbology.models import has_model, model
from twin_model.codes.classification import ClassEntry, ClassificationTable
from twin_model.commands import AddEntities
from twin_model.entity import Entity
from twin_model.errors import SourceError, ValidationError
from twin_model.query import EntityQuery
from twin_model.schema.project_types import stored_types
from twin_model.tiles.write import Primitive, encode_glb
from twin_model.twin import Twin
from window_support import MakeWindow, make_window, project, qapp_args

__all__ = ["make_window", "project", "qapp_args"]

BUOYS = Path(__file__).parents[2] / "docs" / "examples" / "buoys"
PLUGIN = "org.shapan.examples.buoys"
LATERAL = f"{PLUGIN}.lateral"
gui = pytest.mark.gui


@pytest.fixture
def buoys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the example in a development folder; returns its package."""
    folder = tmp_path / "development" / "buoys"
    shutil.copytree(BUOYS, folder)
    monkeypatch.setenv("SHAPAN_PLUGINS", str(folder.parent))
    return folder / "src" / "example_buoys"


def with_buoy(folder: Path) -> None:
    with Twin.open(folder) as twin:
        twin.execute(AddEntities([Entity("b1", "lateral_buoy", "Buoy 1", (20.0, -30.0, 0.0))]))


def opened(qtbot: QtBot, make_window: MakeWindow, project: Path) -> MainWindow:
    window = make_window(project)
    qtbot.waitUntil(lambda: "lateral_buoy" in schema.catalogue(), timeout=20_000)
    qtbot.waitUntil(lambda: has_model(LATERAL), timeout=20_000)
    return window


@gui
def test_a_symbol_of_a_plugin_stands_in_the_scene_until_the_plugin_goes(
    qtbot: QtBot, make_window: MakeWindow, project: Path, buoys: Path
) -> None:
    with_buoy(project)
    window = opened(qtbot, make_window, project)

    def symbol() -> str:
        shape = window.drawn.shape("b1")
        return shape.symbol if shape is not None else ""

    qtbot.waitUntil(lambda: symbol() == LATERAL, timeout=20_000)
    qtbot.waitUntil(lambda: _height_drawn(window) > 4.0, timeout=20_000)
    # Saved in its project folder, another model stands there.
    document = json.loads((buoys / "lateral.json").read_text(encoding="utf-8"))
    document["bodies"].append(
        {"shape": "box", "centre": [0, 0, 10], "size": [1, 1, 10], "colour": "#00ff00"}
    )
    (buoys / "lateral.json").write_text(json.dumps(document), encoding="utf-8")
    window.plugins.host.reload(PLUGIN)
    qtbot.waitUntil(lambda: has_model(LATERAL) and model(LATERAL).size[1] == 15.0, timeout=20_000)
    qtbot.waitUntil(lambda: _height_drawn(window) > 14.0, timeout=20_000)
    window.plugins.host.set_enabled(PLUGIN, False)
    qtbot.waitUntil(lambda: not has_model(LATERAL), timeout=20_000)
    qtbot.waitUntil(lambda: symbol().startswith("pin#"), timeout=20_000)


def _height_drawn(window: MainWindow) -> float:
    shape = window.drawn.shape("b1")
    if shape is None:
        return 0.0
    bounds = window.viewport.stage.entities.feature_bounds(shape.feature)
    return bounds[5] - bounds[2] if bounds else 0.0


def test_a_picture_from_the_command_line_has_it_too(
    project: Path, buoys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_buoy(project)
    monkeypatch.setenv("SHAPAN_SETTINGS", str(tmp_path / "settings"))
    found = []
    for name in ("with", "without"):
        if name == "without":
            monkeypatch.delenv("SHAPAN_PLUGINS")
        picture = tmp_path / f"{name}.png"
        subprocess.run(
            [sys.executable, "-m", "app", "render", str(project), "--out", str(picture), "--size",
             "320x240", "--eye=20,-36,4", "--target=20,-30,1"],
            check=True,
        )  # fmt: skip
        image = QImage(str(picture))
        places = [QColor(image.pixel(x, y)) for x in range(0, 320, 2) for y in range(0, 240, 2)]
        found.append(sum(one.red() > 1.6 * max(one.green(), one.blue()) for one in places))
    assert found[0] > 100 and found[1] == 0, f"red of the buoy's body: {found}"


@gui
def test_its_drawing_is_painted_in_lists_in_its_own_colours(
    qtbot: QtBot, make_window: MakeWindow, project: Path, buoys: Path
) -> None:
    window = opened(qtbot, make_window, project)
    image = QImage(48, 48, QImage.Format.Format_ARGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    window.services.icons.paint_type(painter, QRect(0, 0, 48, 48), LATERAL, QColor("black"))
    painter.end()
    assert image.pixelColor(24, 6).name() == "#b23a32"
    assert LATERAL in window.services.icons.type_glyphs()


@gui
def test_a_user_gives_a_type_of_the_project_a_symbol_and_a_class_of_a_plugin(
    qtbot: QtBot, make_window: MakeWindow, project: Path, buoys: Path
) -> None:
    window = opened(qtbot, make_window, project)
    qtbot.waitUntil(lambda: "PT0980" in classes.tables().table.entries, timeout=20_000)
    window.actions_registry.run("edit.types")
    editor = window.types_editor
    assert editor is not None
    qtbot.waitUntil(lambda: bool(editor.types.ids()), timeout=10_000)
    qtbot.mouseClick(editor.add, Qt.MouseButton.LeftButton)
    form = editor.general
    form.identifier.selectAll()
    qtbot.keyClicks(form.identifier, "fairway_mark")
    row = form.symbol.findData(LATERAL)
    assert form.symbol.itemText(row) == f"Lateral buoy  ({LATERAL})"
    assert not form.symbol.itemIcon(row).isNull()
    form.symbol.setCurrentIndex(row)
    form.symbol.activated.emit(row)
    qtbot.keyClicks(form.code_class, "PT0980")
    assert form.code_class.value == "PT0980"
    qtbot.mouseClick(editor.check, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: editor.preview is not None, timeout=10_000)
    assert editor.preview is not None
    qtbot.mouseClick(editor.preview.apply, Qt.MouseButton.LeftButton)
    twin = window.session.required
    qtbot.waitUntil(lambda: bool(stored_types(twin)), timeout=10_000)
    (kind,) = stored_types(twin)
    assert (kind.symbol, kind.code_class) == (LATERAL, "PT0980")


@gui
def test_classes_of_a_plugin_are_in_codes_their_names_and_searches(
    qtbot: QtBot, make_window: MakeWindow, project: Path, buoys: Path
) -> None:
    window = opened(qtbot, make_window, project)
    qtbot.waitUntil(lambda: "PT0980" in classes.tables().table.entries, timeout=20_000)
    buoy = Entity("b1", "lateral_buoy", "", (20.0, -30.0, 0.0))
    window.entity_editing.create([buoy])
    twin = window.session.required
    qtbot.waitUntil(lambda: twin.count() == 5, timeout=10_000)
    assert twin.entity("b1").codes.management == "000000-PT0980-000001"
    window.interaction.select_id("b1")
    window.entity_panel.tabs.set_current(CODES)
    window.entity_panel.types_changed()
    shown = lambda: {f.name: f for f in window.entity_panel.fields.fields}  # noqa: E731
    qtbot.waitUntil(lambda: "Class" in shown(), timeout=10_000)
    assert (shown()["Class"].value, shown()["Class"].note) == ("PT0980 lateral buoy", "buoys-1")
    for where, wanted in (("code_class = PT0980", ["b1"]), ("code_class ^ PT09", ["b1"]),
                          ("code_class = PT0981", [])):  # fmt: skip
        assert [one.id for one in twin.entities(EntityQuery(where=where))] == wanted
    window.palette_popup.popup()
    window.palette_popup.input.setText("lateral")
    titles = [one.title for one in window.palette_popup.choices()]
    assert "PT0980 lateral buoy" in titles
    choice = next(c for c in window.palette_popup.choices() if c.title.startswith("PT0980"))
    choice.run()
    qtbot.waitUntil(lambda: window.entities_panel.model.rowCount() == 1, timeout=10_000)
    assert window.entities_panel.search.text() == "code_class = PT0980"


@gui
def test_a_table_that_changes_a_class_is_left_out_and_named(
    qtbot: QtBot, make_window: MakeWindow, project: Path, buoys: Path
) -> None:
    (buoys / "classes.csv").write_text(
        "code,name_zh,name_en\nPT0980,侧面浮标,lateral buoy\nPT0919,小船,boat\n", encoding="utf-8"
    )
    window = make_window(project)
    notice = window.overlays.notice
    qtbot.waitUntil(lambda: "PT0919" in notice.text, timeout=20_000)
    assert PLUGIN in notice.text
    assert "is '船舶' of shapan-1 already; take a free code" in notice.text
    assert "PT0980" not in classes.tables().table.entries
    assert classes.tables().table.get("PT0919").name_en == "ship"


def test_tables_only_add_and_two_plugins_cannot_give_one_class_two_meanings() -> None:
    base = classes.built_in()
    one = ClassificationTable([ClassEntry("PT0980", "浮标", "buoy")], "a-1")
    joined = base.added(one)
    assert joined.edition("PT0980") == "a-1"
    assert joined.edition("PT0919") == base.table.edition
    assert joined.added(one).table.entries == joined.table.entries
    other = ClassificationTable([ClassEntry("PT0980", "灯船", "lightship")], "b-1")
    with pytest.raises(ValidationError, match=r"PT0980.*is '浮标' of a-1 already"):
        joined.added(other)
    assert [one.code for one in joined.search("buo", 5)][-1] == "PT0980"


def test_a_model_faces_north_and_keeps_its_colours(tmp_path: Path) -> None:
    # A wedge whose tip is at glTF's front, +Z, which is north here.
    position = np.array([(-1.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, 2.0, 0.0)])
    wedge = Primitive(position, np.array([(0, 1, 3)], np.uint32), base_colour=(1.0, 0.0, 0.0, 1.0))
    path = tmp_path / "wedge.glb"
    path.write_bytes(encode_glb([wedge]))
    made = read_symbol(path)
    assert list(made.parts) == ["#ff0000"]
    low, high = made.bounds
    assert made.triangles == 1
    assert high[0] == pytest.approx(1.0)
    assert low[0] == pytest.approx(-1.0)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.svg", "<svg", "is no SVG"),
        ("a.svg", "<svg xmlns='http://www.w3.org/2000/svg'></svg>", "shows nothing"),
        ("a.svg", "<!DOCTYPE svg [<!ENTITY a 'x'>]><svg/>", "has a DOCTYPE"),
        ("a.svg", "<svg><g id='a'/><use href='#a'/></svg>", "repeats parts with <use>"),
        ("a.json", '{"format": 1, "bodies": [{"shape": "torus"}]}', "body 1: its shape is one of"),
        ("a.json", '{"format": 1, "bodies": [{"shape": "box", "size": [1, 1, 1]}]}', "'centre'"),
        ("a.json", '{"format": 1, "bodies": [{"shape": "ball", "centre": [0, 0, 1e9],'
                   ' "radius": [1, 1, 1]}]}', "up to 1000"),
        ("a.glb", "glTF", "a.glb"),
        ("a.obj", "v 0 0 0", "is no symbol"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_symbol_says_why(
    tmp_path: Path, name: str, content: str, said: str
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        read_symbol(path)
    assert said in str(caught.value)
    assert name in str(caught.value)


def test_a_hole_in_a_drawing_stays_one_by_either_rule_of_filling(tmp_path: Path) -> None:
    path = tmp_path / "ring.svg"
    areas = []
    for fill_rule, inner in (("nonzero", "M2 2v4h4V2z"), ("evenodd", "M2 2h4v4H2z")):
        path.write_text(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">'
            f'<path fill="#123456" fill-rule="{fill_rule}" d="M0 0h8v8H0z {inner}"/></svg>'
        )
        triangles = np.concatenate(read_symbol(path).parts["#123456"])
        sides = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
        areas.append(np.linalg.norm(np.cross(*sides), axis=1).sum() / 2)
    assert areas == pytest.approx([2 * 1.6**2 * 48 / 64] * 2)


def test_the_kit_names_a_file_that_is_not_what_the_manifest_says(tmp_path: Path) -> None:
    package = write_plugin(tmp_path, "liar", """
        [[symbols]]
        id = "mast"
        file = "mast.json"

        [[code_tables]]
        id = "more"
        file = "more.csv"
        edition = "1"
        """)  # fmt: skip
    (package / "mast.json").write_text("{}")
    (package / "more.csv").write_text("code,name_zh,name_en\nPT0919,艇,boat\n", encoding="utf-8")
    found = find_one(tmp_path / "liar")
    assert found.manifest is not None
    problems = [str(one) for one in file_problems(found.manifest, found.folder, classes.built_in())]
    assert len(problems) == 2
    assert all("org.test.liar" in one for one in problems)
    assert "PT0919" in problems[0]
    assert "mast.json" in problems[1]
