"""What readers and the twin say appears in the language of the window."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.panels.entity_fields import layer_fields
from app.window import MainWindow
from app.workers import JobState
from journey_support import dialog_of, drop, wait_jobs, write_las
from window_support import MakeWindow

pytestmark = pytest.mark.gui

LEFT = Qt.MouseButton.LeftButton
#: Two words of ours in a row.
ENGLISH = re.compile(r"\b[a-z]{2,} [a-z]{2,}\b")


def place_all(qtbot: QtBot, window: MainWindow, paths: list[Path]) -> None:
    drop(window, paths)
    dialog = dialog_of(qtbot, window)
    qtbot.mouseClick(dialog.place, LEFT)
    wait_jobs(qtbot, window)


def test_a_damaged_file_is_told_in_chinese_and_again_in_english(
    qtbot: QtBot, make_window: MakeWindow, project: Path, tmp_path: Path
) -> None:
    window = make_window(project, language="zh_CN")
    path = write_las(tmp_path / "cut.las", crs="EPSG:32650")
    path.write_bytes(path.read_bytes()[:-30_000])
    place_all(qtbot, window, [path])
    record = window.jobs.records[0]
    assert record.state == JobState.PARTLY
    assert "only the part before the damage was read" in record.error
    notice = window.overlays.notice
    qtbot.waitUntil(notice.isVisible)
    window.docks.show("jobs")
    row = window.jobs_panel.rows[record.number]
    qtbot.mouseClick(row.log, LEFT)
    for text in (notice.text, row._error.text(), row._text.toPlainText()):
        assert "只读入了损坏处之前的部分：文件不完整：应有 4,000 个点" in text
        assert not ENGLISH.search(text), text
    assert "读取点" in row._text.toPlainText()
    qtbot.waitUntil(lambda: "添加 cut" in window.status.edits.text())

    shown = [field.value or "" for field in layer_fields(window.session.required.layer("cut"))]
    warnings = [text for text in shown if "损坏" in text]
    assert warnings
    assert not ENGLISH.search("".join(warnings))

    window.set_language("en")
    for label in (notice._text, row._error):
        qtbot.waitUntil(lambda label=label: "damage was read: truncated" in label.text())


def test_a_file_that_cannot_be_read_is_refused_in_chinese(
    qtbot: QtBot, make_window: MakeWindow, project: Path, real_data: Path
) -> None:
    window = make_window(project, language="zh_CN")
    path = real_data / "bad_made" / "lies" / "las_bad_scale.las"
    drop(window, [path])
    dialog = dialog_of(qtbot, window)
    dialog.list.setCurrentRow(0)
    assert dialog.error.text() == f"{path}：X 的比例因子 0 不可用"


def test_a_folder_that_is_no_project_is_refused_in_chinese(
    make_window: MakeWindow, tmp_path: Path
) -> None:
    window = make_window(language="zh_CN")
    assert not window.open_project(tmp_path)
    assert window.overlays.notice.text == (
        f"{tmp_path} 不是沙盘项目（没有 project.json）；请用“新建项目…”新建一个"
    )
