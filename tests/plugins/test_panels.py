"""Panels of plugins in the window: shown, reloaded, and unable to take it down."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.plugins import guard
from app.plugins.place import PanelPlace
from app.window import MainWindow
from plugin_support import write_plugin
from window_support import MakeWindow, make_window, project, qapp_args

__all__ = ["make_window", "project", "qapp_args"]

pytestmark = pytest.mark.gui

PANEL = """
    [[panels]]
    id = "main"
    title = {{ "" = "{title}", zh_CN = "测试面板" }}
    code = "{package}.code:make"
"""


@pytest.fixture
def plugin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "development"
    folder.mkdir()
    monkeypatch.setenv("SHAPAN_PLUGINS", str(folder))
    return folder


def panel_plugin(folder: Path, package: str, code: str, more: str = "") -> Path:
    panel = PANEL.format(package=package, title=package.capitalize())
    return write_plugin(folder, package, panel + more, code)


def place_of(qtbot: QtBot, window: MainWindow, package: str) -> PanelPlace:
    """Return the place of a panel once it is there, with our hook in charge of exceptions."""
    key = f"org.test.{package}.main"
    qtbot.waitUntil(lambda: key in window.plugins.places, timeout=10_000)
    window.plugins.install_hook()
    return window.plugins.places[key]


def failed(qtbot: QtBot, place: PanelPlace) -> str:
    qtbot.waitUntil(lambda: place.error is not None, timeout=10_000)
    assert place.error is not None
    return str(place.error)


GOOD = """
    from PySide6.QtWidgets import QPushButton
    def make(context):
        button = QPushButton("count 1")
        def selected(ids):
            button.setText(",".join(ids))
        context.signals.connect("selection-changed", selected)
        return button
"""


def test_a_panel_appears_follows_the_selection_and_is_reloaded_after_an_edit(
    qtbot: QtBot, make_window: MakeWindow, plugin_folder: Path, project: Path
) -> None:
    package = panel_plugin(plugin_folder, "good", GOOD)
    window = make_window(project)
    place = place_of(qtbot, window, "good")
    qtbot.waitUntil(lambda: place.panel is not None)
    assert window.docks.is_open("org.test.good.main")
    assert window.docks.title("org.test.good.main") == "Good"
    window.interaction.select_id("old-town-0")
    button = place.findChild(QPushButton)
    assert button is not None
    qtbot.waitUntil(lambda: button.text() == "old-town-0")
    code = package / "code.py"
    code.write_text(code.read_text().replace("count 1", "count 2"))
    os.utime(code, (time.time() + 2, time.time() + 2))
    qtbot.waitUntil(
        lambda: window.plugins.places["org.test.good.main"] is not place, timeout=10_000
    )
    fresh = window.plugins.places["org.test.good.main"]
    qtbot.waitUntil(lambda: fresh.panel is not None, timeout=10_000)
    again = fresh.findChild(QPushButton)
    assert again is not None and again.text() == "count 2"


@pytest.mark.parametrize(
    ("package", "code", "told"),
    [
        ("bad_import", "raise RuntimeError('no such luck')", "RuntimeError: no such luck"),
        ("bad_syntax", "def make(:", "SyntaxError"),
        ("bad_make", "def make(context):\n    return 1 / 0", "ZeroDivisionError"),
        ("no_widget", "def make(context):\n    return 'me'", "gave a str for the panel"),
        ("no_code", "x = 1", "has no 'make'"),
    ],
)
def test_a_panel_that_raises_when_it_is_made_is_named_and_the_window_goes_on(
    qtbot: QtBot, make_window: MakeWindow, plugin_folder: Path, package: str, code: str, told: str
) -> None:
    panel_plugin(plugin_folder, package, code)
    window = make_window()
    place = place_of(qtbot, window, package)
    text = failed(qtbot, place)
    assert f"plugin org.test.{package}" in text
    assert told in text
    assert place.failure is not None and place.failure.reload.isVisible()


RAISING = """
    from PySide6.QtCore import QTimer
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QPushButton, QWidget

    class Paints(QWidget):
        bad = False
        def paintEvent(self, event):
            painter = QPainter(self)
            painter.fillRect(self.rect(), 0)
            if self.bad:
                raise ValueError("out of paint")

    class Clicks(QPushButton):
        def __init__(self):
            super().__init__("click")
            self.clicked.connect(self.on_click)
        def on_click(self):
            raise KeyError("nothing there")

    class Events(QWidget):
        def keyPressEvent(self, event):
            raise IndexError("no such key")

    def make(context):
        return {kind}()
"""


def test_an_exception_while_painting_closes_that_panel_alone(
    qtbot: QtBot, make_window: MakeWindow, plugin_folder: Path, project: Path
) -> None:
    panel_plugin(plugin_folder, "paints", RAISING.format(kind="Paints"))
    panel_plugin(plugin_folder, "good", GOOD)
    window = make_window(project)
    place, other = place_of(qtbot, window, "paints"), place_of(qtbot, window, "good")
    window.docks.show("org.test.paints.main")
    qtbot.waitUntil(lambda: place.panel is not None and place.panel.isVisible())
    panel = place.panel
    assert panel is not None
    panel.bad = True  # type: ignore[attr-defined]
    panel.update()
    assert "ValueError: out of paint" in failed(qtbot, place)
    assert place.error is not None and "paintEvent" in place.error.traceback
    window.docks.show("org.test.good.main")
    qtbot.waitUntil(lambda: other.panel is not None and other.panel.isVisible())
    assert not other.failed
    assert window.plugins.host.records["org.test.paints"].failures


def test_an_exception_in_a_slot_and_in_an_event_closes_that_panel_alone(
    qtbot: QtBot, make_window: MakeWindow, plugin_folder: Path
) -> None:
    panel_plugin(plugin_folder, "clicks", RAISING.format(kind="Clicks"))
    panel_plugin(plugin_folder, "events", RAISING.format(kind="Events"))
    window = make_window()
    clicks, events = place_of(qtbot, window, "clicks"), place_of(qtbot, window, "events")
    window.docks.show("org.test.clicks.main")
    qtbot.waitUntil(lambda: clicks.panel is not None and clicks.panel.isVisible())
    assert clicks.panel is not None
    qtbot.mouseClick(clicks.panel, Qt.MouseButton.LeftButton)
    assert "KeyError: 'nothing there'" in failed(qtbot, clicks)
    window.docks.show("org.test.events.main")
    qtbot.waitUntil(lambda: events.panel is not None and events.panel.isVisible())
    assert events.panel is not None
    press = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier)
    QApplication.postEvent(events.panel, press)  # as the window system does, without a caller
    assert "IndexError: no such key" in failed(qtbot, events)
    assert clicks.failure is not None
    qtbot.mouseClick(clicks.failure.disable, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "org.test.clicks.main" not in window.plugins.places, timeout=10_000)
    assert "org.test.clicks.main" not in window.docks.names()


def test_a_panel_that_blocks_the_window_is_interrupted_and_named(
    qtbot: QtBot,
    make_window: MakeWindow,
    plugin_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard, "PATIENCE_S", 2.0)
    panel_plugin(plugin_folder, "sleeper", """
    import time
    from PySide6.QtWidgets import QPushButton
    def make(context):
        button = QPushButton("sleep")
        button.clicked.connect(lambda: time.sleep(3600))
        return button
    """)  # fmt: skip
    window = make_window()
    place = place_of(qtbot, window, "sleeper")
    qtbot.waitUntil(lambda: place.panel is not None and place.panel.isVisible())
    assert place.panel is not None
    before = time.monotonic()
    qtbot.mouseClick(place.panel, Qt.MouseButton.LeftButton)
    assert time.monotonic() - before < 10.0
    text = failed(qtbot, place)
    assert "org.test.sleeper" in text and "held the window for" in text and "code.py:" in text


def test_where_there_are_no_signals_a_blocking_panel_is_interrupted_in_its_python_code(
    qtbot: QtBot,
    make_window: MakeWindow,
    plugin_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guard, "PATIENCE_S", 2.0)
    monkeypatch.setattr(guard, "has_signal", lambda: False)
    panel_plugin(plugin_folder, "looper", """
    import time
    from PySide6.QtWidgets import QPushButton
    def loop():
        while True:
            time.sleep(0.01)
    def make(context):
        button = QPushButton("loop")
        button.clicked.connect(loop)
        return button
    """)  # fmt: skip
    window = make_window()
    place = place_of(qtbot, window, "looper")
    qtbot.waitUntil(lambda: place.panel is not None and place.panel.isVisible())
    assert place.panel is not None
    before = time.monotonic()
    qtbot.mouseClick(place.panel, Qt.MouseButton.LeftButton)
    assert time.monotonic() - before < 10.0
    text = failed(qtbot, place)
    assert "org.test.looper" in text and "held the window for" in text


def test_a_panel_that_holds_the_window_for_a_moment_is_named(
    qtbot: QtBot, make_window: MakeWindow, plugin_folder: Path
) -> None:
    panel_plugin(plugin_folder, "slow", """
    import time
    from PySide6.QtWidgets import QPushButton
    def make(context):
        button = QPushButton("wait")
        button.clicked.connect(lambda: time.sleep(1.8))
        return button
    """)  # fmt: skip
    window = make_window()
    place = place_of(qtbot, window, "slow")
    qtbot.waitUntil(lambda: place.panel is not None and place.panel.isVisible())
    assert place.panel is not None
    qtbot.mouseClick(place.panel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "org.test.slow held the window" in window.overlays.notice.text)
    assert not place.failed
    assert "held the window" in window.plugins.host.records["org.test.slow"].log.text()


def test_a_command_of_a_plugin_is_in_the_menu_and_the_palette_and_may_fail(
    qtbot: QtBot, make_window: MakeWindow, plugin_folder: Path
) -> None:
    write_plugin(plugin_folder, "orders", """
    [[commands]]
    id = "go"
    title = "Go there"
    code = "orders.code:go"
    shortcut = "Ctrl+Alt+G"
    [[commands]]
    id = "taken"
    title = "Taken"
    code = "orders.code:bad"
    shortcut = "Ctrl+K"
    """, """
    seen = []
    def go(context):
        seen.append(context.plugin)
    def bad(context):
        raise OSError("not today")
    """)  # fmt: skip
    window = make_window()
    ids = {"plugin.org.test.orders.go", "plugin.org.test.orders.taken"}
    qtbot.waitUntil(lambda: ids <= {spec.id for spec in window.actions_registry.all()})
    window.actions_registry.run("plugin.org.test.orders.go")
    import orders.code  # type: ignore[import-not-found]

    assert orders.code.seen == ["org.test.orders"]
    window.actions_registry.run("plugin.org.test.orders.taken")
    assert "OSError: not today" in window.overlays.notice.text
    assert "org.test.orders" in window.overlays.notice.text
    # Its shortcut belongs to the palette; the log says so.
    assert "Ctrl+K" in window.plugins.host.records["org.test.orders"].log.text()
    tools = next(a.menu() for a in window.top_bar.menus.actions() if a.text() == "Tools")
    assert "Go there" in [action.text() for action in tools.actions()]  # type: ignore[union-attr]


def test_safe_mode_runs_no_plugin(
    qtbot: QtBot, make_window: MakeWindow, plugin_folder: Path
) -> None:
    panel_plugin(plugin_folder, "good", GOOD)
    window = make_window(safe_mode=True)
    qtbot.waitUntil(lambda: "org.test.good" in window.plugins.host.records)
    assert "Safe mode" in window.overlays.notice.text
    assert window.plugins.host.records["org.test.good"].status == "safe-mode"
    assert not window.plugins.places


def test_labels_of_a_closed_panel_are_gone(
    qtbot: QtBot, make_window: MakeWindow, plugin_folder: Path
) -> None:
    panel_plugin(plugin_folder, "labels", """
    from PySide6.QtWidgets import QLabel
    def make(context):
        return QLabel("still here")
    """)  # fmt: skip
    window = make_window()
    place = place_of(qtbot, window, "labels")
    qtbot.waitUntil(lambda: place.panel is not None)
    window.plugins.off_thread(lambda: window.plugins.host.set_enabled("org.test.labels", False))
    qtbot.waitUntil(lambda: not window.plugins.places)
    qtbot.waitUntil(
        lambda: not [one for one in window.findChildren(QLabel) if one.text() == "still here"]
    )
