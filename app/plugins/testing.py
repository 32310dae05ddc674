"""Fixtures for the tests of plugins, and the check of a panel that the contract kit makes.

pytest loads this module by the entry point ``pytest11`` in every environment that has Shapan, so
it imports nothing heavy before a fixture is used.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from plugins.host.harness import PluginHarness

_PANEL_TIMEOUT_S: Final = 60.0


@pytest.fixture
def shapan_plugin(request: pytest.FixtureRequest) -> Iterator[PluginHarness]:
    """Run the plugin whose project the test is in, on a small project of its own."""
    made = windowed_harness(_project_of(Path(str(request.path))))
    yield made
    made.close()


def _project_of(test: Path) -> Path:
    for folder in test.parents:
        if (folder / "pyproject.toml").is_file():
            return folder
    pytest.fail(f"{test}: there is no pyproject.toml above it")


def windowed_harness(folder: Path) -> Any:
    """Return a harness that also makes panels, off-screen where there is no display."""
    from plugins.host.harness import PluginHarness

    class WindowedHarness(PluginHarness):
        """A harness with Qt."""

        def __init__(self, folder: Path) -> None:
            super().__init__(folder)
            self._panels: list[Any] = []

        def panel(self, entry_id: str) -> Any:
            """Return the widget of a panel, shown."""
            application()
            entry = next(
                one for one in self.host.contributions("panel")
                if one.id == f"{self.id}.{entry_id}"
            )  # fmt: skip
            context = self.context()
            self.services.post = _poster()  # type: ignore[method-assign]
            widget = entry.load()(context)
            widget.resize(360, 480)
            widget.show()
            self._panels.append(widget)
            return widget

        def breathe(self) -> None:
            from PySide6.QtWidgets import QApplication

            if QApplication.instance() is not None:
                QApplication.processEvents()

        def close_panels(self) -> None:
            """Close the panels as the window does."""
            from PySide6.QtCore import QCoreApplication, QEvent

            for context in self._contexts:
                context.close()
            for panel in self._panels:
                panel.close()
                panel.deleteLater()
            self._panels.clear()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            self.breathe()

        def close(self) -> None:
            self.close_panels()
            super().close()

    return WindowedHarness(folder)


def application() -> Any:
    """Return the QApplication, made without a display where there is none."""
    if sys.platform == "linux" and not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    return QApplication.instance() or QApplication(["shapan"])


def _poster() -> Any:
    from PySide6.QtCore import QCoreApplication

    from app.plugins.services import Poster

    return Poster(QCoreApplication.instance()).post  # type: ignore[arg-type]


#: Makes, paints, resizes and closes a panel; what is wrong with it is printed.
_PANEL_CHECK: Final = """
import sys, threading, time, traceback
from pathlib import Path
from app.plugins.testing import application, windowed_harness
problems = []
sys.excepthook = lambda k, e, t: problems.append("".join(traceback.format_exception(k, e, t)))
made = application()
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication, QWidget
import gc
before = set(threading.enumerate())
with windowed_harness(Path(sys.argv[1])) as harness:
    try:
        started = time.perf_counter()
        panel = harness.panel(sys.argv[2])
        took = time.perf_counter() - started
        if not isinstance(panel, QWidget):
            problems.append(f"it is a {type(panel).__name__}, not a QWidget")
        else:
            end = time.monotonic() + 1.0
            while time.monotonic() < end:
                harness.breathe()
                time.sleep(0.01)
            panel.grab()
            panel.resize(180, 900)
            harness.services.signals.emit("selection-changed", ("building-0",))
            harness.services.signals.emit("time-changed", None)
            harness.breathe()
            QApplication.sendEvent(panel, QEvent(QEvent.Type.LanguageChange))
            panel.grab()
    except Exception:
        problems.append(traceback.format_exc())
    problems += ["".join(traceback.format_exception(e)) for e in harness.problems]
    panel = None
    if QApplication.instance() is not None:
        harness.close_panels()
    gc.collect()
    timers = [t for t in gc.get_objects() if isinstance(t, QTimer) and t.isActive()]
    if timers:
        problems.append(f"{len(timers)} timer(s) still run after it was closed: make them children"
                        " of the widget")
print("\\n".join(problems))
"""


def check_panel(folder: Path, entry_id: str) -> str:
    """Check one panel in a process of its own; return what is wrong, empty for nothing."""
    environment = {**os.environ}
    if not environment.get("DISPLAY"):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PANEL_CHECK, str(folder), entry_id],
            capture_output=True, text=True, timeout=_PANEL_TIMEOUT_S, env=environment, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"blocked for {_PANEL_TIMEOUT_S:g} s"
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        return f"ended the process with the code {done.returncode}: {' '.join(lines[-2:])}"
    return done.stdout.strip()
