"""Whatever a manifest can name is used: analyses, exporters, themes, texts, types, rules."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.as_of import KnownOn
from app.editing import schema
from app.plugins.analysis import AnalysisDialog
from app.plugins.export import ExportDialog, dated, run_export
from app.plugins.report import ReportWindow, save_csv
from app.window import MainWindow
from plugin_support import write_plugin
from twin_model.commands import AddEntities
from twin_model.contributions import CONTRIBUTIONS
from twin_model.entity import Entity
from twin_model.query import EntityQuery
from twin_model.rules.expression import parse
from twin_model.time import Instant, Interval
from twin_model.twin import Twin
from window_support import MakeWindow, make_window, project, qapp_args

__all__ = ["make_window", "project", "qapp_args"]

pytestmark = pytest.mark.gui

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


@pytest.fixture
def plugin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "development"
    folder.mkdir()
    monkeypatch.setenv("SHAPAN_PLUGINS", str(folder))
    return folder


def menu_texts(window: MainWindow, title: str) -> list[str]:
    for action in window.top_bar.menus.actions():
        menu = action.menu()
        if action.text() == title and isinstance(menu, QMenu):
            return [one.text() for one in menu.actions() if one.text()]
    raise AssertionError(f"no menu {title}")


def wait_action(qtbot: QtBot, window: MainWindow, action_id: str) -> None:
    known = window.actions_registry
    qtbot.waitUntil(lambda: action_id in [one.id for one in known.all()], timeout=10_000)


def test_an_analysis_is_in_the_menu_asks_runs_and_shows_its_report(
    qtbot: QtBot, make_window: MakeWindow, project: Path, monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.setenv("SHAPAN_PLUGINS", str(EXAMPLES / "heights"))
    window = make_window(project)
    action_id = "plugin.analysis.org.shapan.examples.heights.tall"
    wait_action(qtbot, window, action_id)
    assert "Tall entities…" in menu_texts(window, "Tools")
    window.actions_registry.run(action_id)
    (dialog,) = window.findChildren(AnalysisDialog)
    assert dialog.values == {"limit": 15.0}
    dialog.form.fields["limit"].setValue(20.0)  # type: ignore[attr-defined]
    qtbot.mouseClick(dialog.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(window.findChildren(ReportWindow)), timeout=30_000)
    (report,) = window.findChildren(ReportWindow)
    assert report.summary.text() == "4 entities are higher than 20 m, the highest 60.0 m"
    view = report.views[0]
    view.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    assert view.model().index(0, 2).data() == "25"
    view.setCurrentIndex(view.model().index(0, 0))
    chosen = view.model().index(0, 0).data()
    assert window.entity_panel.entity is not None
    assert window.entity_panel.entity.id == chosen
    path = tmp_path / "tall.csv"
    save_csv(report.report, 0, path)
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "entity,type,height (m)"
    assert len(lines) == 5
    report.close()


def test_an_exporter_is_in_the_file_menu_and_writes(
    qtbot: QtBot, make_window: MakeWindow, project: Path, monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.setenv("SHAPAN_PLUGINS", str(EXAMPLES / "benchmarks"))
    window = make_window(project)
    entry_id = "org.shapan.examples.benchmarks.bench"
    wait_action(qtbot, window, f"plugin.exporter.{entry_id}")
    assert "Export Survey benchmarks (.bench)…" in menu_texts(window, "File")
    entry = CONTRIBUTIONS.get("exporter", entry_id)
    assert entry is not None
    path = tmp_path / "all.bench"
    record = run_export(window.plugins, entry, path)
    qtbot.waitUntil(lambda: not record.active, timeout=30_000)
    assert record.error == ""
    assert len(path.read_text(encoding="utf-8").splitlines()) == 5


def test_an_export_is_of_the_time_that_the_slider_shows(project: Path) -> None:
    past = Instant.parse("2001-03-01T12:00:00Z")
    added = Entity("shed", "building", "Shed", valid=Interval(Instant.parse("2010-01-01")))
    with Twin.open(project) as twin:
        twin.execute(AddEntities([added]))
        assert twin.count(EntityQuery(where=dated("", None))) == 5
        assert twin.count(EntityQuery(where=dated("", past))) == 4
        assert twin.count(EntityQuery(where=dated("name = 'Shed'", past))) == 0
        assert twin.count(EntityQuery(where=dated("name = 'Shed'", KnownOn(past)))) == 0
        assert twin.count(EntityQuery(where=dated("", KnownOn(past)))) == 0
        own = "height > 30 as of 2100-01-01"
        assert dated(own, past) == own


def test_an_export_asks_which_entities_and_says_how_many(
    qtbot: QtBot, make_window: MakeWindow, project: Path, monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.setenv("SHAPAN_PLUGINS", str(EXAMPLES / "benchmarks"))
    window = make_window(project)
    action_id = "plugin.exporter.org.shapan.examples.benchmarks.bench"
    wait_action(qtbot, window, action_id)
    window.interaction.select_id("old-town-0")
    qtbot.waitUntil(lambda: window.entity_panel.entity is not None)
    window.actions_registry.run(action_id)
    (dialog,) = window.findChildren(ExportDialog)
    assert dialog.selected.isChecked()
    qtbot.waitUntil(lambda: dialog.count.text() == "1 entity is written.", timeout=10_000)
    dialog.all.setChecked(True)
    qtbot.waitUntil(lambda: dialog.count.text() == "4 entities are written.", timeout=10_000)
    qtbot.keyClicks(dialog.condition, "height > ")
    qtbot.waitUntil(lambda: not dialog.choose.isEnabled(), timeout=10_000)
    assert "written" not in dialog.count.text()
    qtbot.keyClicks(dialog.condition, "30")
    qtbot.waitUntil(lambda: dialog.count.text() == "2 entities are written.", timeout=10_000)
    path = tmp_path / "high.bench"
    monkeypatch.setattr("app.plugins.export.ask_export_path", lambda *_: path)
    qtbot.mouseClick(dialog.choose, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(path.is_file, timeout=30_000)
    qtbot.waitUntil(lambda: not window.jobs.active(), timeout=30_000)
    assert len(path.read_text(encoding="utf-8").splitlines()) == 3


def test_a_theme_is_worn_and_taken_off_and_a_wrong_one_is_named(
    qtbot: QtBot, make_window: MakeWindow, plugin_folder: Path
) -> None:
    package = write_plugin(plugin_folder, "paint", """
        [[themes]]
        id = "warm"
        title = "Warm"
        file = "warm.json"
        """)  # fmt: skip
    (package / "warm.json").write_text(json.dumps({"dark": True, "accent": "#ff8800"}))
    window = make_window()
    wait_action(qtbot, window, "plugin.theme.org.test.paint.warm")
    before = window.theme.text("accent")
    window.actions_registry.run("plugin.theme.org.test.paint.warm")
    assert window.theme.text("accent") == "#ff8800"
    assert window.theme.dark
    assert "#ff8800" in QApplication.instance().styleSheet()  # type: ignore[union-attr]
    assert window.actions_registry.action("plugin.theme.org.test.paint.warm").isChecked()
    window.plugins.host.set_enabled("org.test.paint", False)
    qtbot.waitUntil(lambda: window.theme.file == "")
    window.theme.set_dark(False)
    assert window.theme.text("accent") == before
    (package / "warm.json").write_text(json.dumps({"acent": "#ff8800"}))
    window.plugins.host.set_enabled("org.test.paint", True)
    wait_action(qtbot, window, "plugin.theme.org.test.paint.warm")
    window.actions_registry.run("plugin.theme.org.test.paint.warm")
    assert "org.test.paint" in window.overlays.notice.text
    assert "'acent' is no colour of a theme" in window.overlays.notice.text
    assert window.theme.text("accent") == before


def test_texts_of_a_plugin_are_there_in_their_language_only(
    qtbot: QtBot, make_window: MakeWindow, plugin_folder: Path
) -> None:
    package = write_plugin(plugin_folder, "words", """
        [[translations]]
        language = "zh_CN"
        file = "zh.ts"
        """)  # fmt: skip
    (package / "zh.ts").write_text(
        '<?xml version="1.0"?><TS version="2.1" language="zh_CN"><context><name>Words</name>'
        "<message><source>Tide</source><translation>潮汐</translation></message></context></TS>",
        encoding="utf-8",
    )
    window = make_window()
    qtbot.waitUntil(lambda: "org.test.words" in window.plugins.host.records)
    told: list[str] = []
    window.plugins.services.signals.connect("test", "language-changed", told.append)
    assert QCoreApplication.translate("Words", "Tide") == "Tide"
    window.set_language("zh_CN")
    qtbot.waitUntil(lambda: QCoreApplication.translate("Words", "Tide") == "潮汐")
    assert told[-1] == "zh_CN"
    window.set_language("en")
    qtbot.waitUntil(lambda: QCoreApplication.translate("Words", "Tide") == "Tide")


def test_entity_types_of_a_plugin_are_in_the_catalogue_until_it_goes(
    qtbot: QtBot, make_window: MakeWindow, plugin_folder: Path, project: Path
) -> None:
    package = write_plugin(plugin_folder, "kinds", """
        [[entity_types]]
        id = "tides"
        file = "types.json"
        """)  # fmt: skip
    kind = {"id": "tide_gauge", "parent": "sensor", "name": {"zh": "验潮站", "en": "tide gauge"}}
    (package / "types.json").write_text(json.dumps({"format": 1, "types": [kind]}))
    window = make_window(project)
    qtbot.waitUntil(lambda: "tide_gauge" in schema.catalogue(), timeout=15_000)
    window.plugins.host.set_enabled("org.test.kinds", False)
    qtbot.waitUntil(lambda: "tide_gauge" not in schema.catalogue(), timeout=15_000)


def test_a_function_of_a_plugin_is_called_by_conditions_and_may_fail(
    qtbot: QtBot, make_window: MakeWindow, plugin_folder: Path
) -> None:
    write_plugin(plugin_folder, "maths", """
        [[rules]]
        id = "doubled"
        code = "maths.code:doubled"

        [[rules]]
        id = "broken"
        code = "maths.code:broken"
        """, """
        def doubled(column): return column * 2
        def broken(column): raise RuntimeError("no")
        """)  # fmt: skip
    window = make_window()
    qtbot.waitUntil(lambda: CONTRIBUTIONS.get("rule", "org.test.maths.doubled") is not None)

    class World:
        def indicator(self, name: str) -> np.ndarray | None:
            return np.array([1.0, 3.0])

        def attribute(self, name: str) -> np.ndarray:
            raise AssertionError

    world = World()
    assert parse("doubled(level) > 4").evaluate(world).tolist() == [0.0, 1.0]  # type: ignore[arg-type]
    assert np.isnan(parse("broken(level) > 4").evaluate(world)).all()  # type: ignore[arg-type]
    with pytest.raises(Exception, match=r"none of: .*doubled"):
        parse("tripled(level) > 4")
    window.close()
    assert CONTRIBUTIONS.get("rule", "org.test.maths.doubled") is None
