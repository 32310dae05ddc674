"""Garbage is collected on the GUI thread, whoever makes it."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import collector
from app.composition import build_window
from app.settings import Settings
from app.window import MainWindow
from window_support import MakeWindow, end, flush, wait_complete

pytestmark = pytest.mark.gui


class Knot:
    """Refers to itself, so that only the collector can free it."""

    def __init__(self) -> None:
        self.itself = self


def test_what_a_worker_leaves_is_freed_on_the_gui_thread(
    qtbot: QtBot, make_window: MakeWindow
) -> None:
    make_window()
    assert not gc.isenabled()
    freed_in: list[int] = []

    def work() -> None:
        for _ in range(20_000):
            weakref.finalize(Knot(), lambda: freed_in.append(threading.get_ident())).atexit = False

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert not freed_in
    qtbot.waitUntil(lambda: len(freed_in) == 20_000, timeout=10_000)
    assert set(freed_in) == {threading.get_ident()}


def test_what_stays_is_left_out_and_freed_when_all_is_looked_at(
    qtbot: QtBot, make_window: MakeWindow
) -> None:
    make_window()
    qtbot.wait(300)
    collector.settle()
    left_out = gc.get_freeze_count()
    knots = [Knot() for _ in range(50_000)]
    # Nothing looks at them again, neither every second nor every minute.
    qtbot.waitUntil(lambda: gc.get_freeze_count() >= left_out + 50_000, timeout=5000)
    freed = weakref.ref(knots[0])
    knots.clear()
    gc.collect()
    assert freed() is not None
    collector.settle()
    assert freed() is None
    assert gc.get_freeze_count() < left_out + 25_000


def test_a_burst_of_objects_is_looked_at_in_small_parts(
    qtbot: QtBot, make_window: MakeWindow
) -> None:
    make_window()
    qtbot.wait(300)
    took: list[float] = []
    began = [0.0]

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            began[0] = time.thread_time()
        else:
            took.append(time.thread_time() - began[0])

    gc.callbacks.append(note)
    kept = []
    try:
        for _ in range(50):  # two seconds of alarms that stay
            kept.append([Knot() for _ in range(5000)])
            qtbot.wait(40)
    finally:
        gc.callbacks.remove(note)
    assert len(took) >= 10
    assert max(took) < 0.05, f"{max(took) * 1e3:.0f} ms"


def test_what_stays_for_good_is_not_looked_at_again() -> None:
    code = (
        "import gc, PySide6.QtWidgets\nfrom app import collector\n"
        "application = PySide6.QtWidgets.QApplication([])\n"
        "before = len(gc.get_objects())\ncollector.install()\ncollector.settle()\n"
        "print(before > 5_000, len(gc.get_objects()) < before / 10)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True True\n"


def test_a_closed_window_is_freed_with_its_threads(
    qtbot: QtBot, qapp: QApplication, project: Path, tmp_path: Path
) -> None:
    """A thread keeps the exception hook of the time at which it began, and lives on."""
    before = set(threading.enumerate())

    def used() -> weakref.ref[MainWindow]:
        window = build_window(None, settings=Settings(tmp_path / "window.ini"), dark=False,
                              language="en", safe_mode=False)  # fmt: skip
        window.show()
        qtbot.waitUntil(lambda: window.complete, timeout=60_000)
        assert window.open_project(project)
        wait_complete(qtbot, window)
        end(window)
        return weakref.ref(window)

    freed = used()

    def is_freed() -> bool:
        flush()
        collector.settle()
        return freed() is None

    qtbot.waitUntil(is_freed, timeout=10_000)
    qtbot.waitUntil(lambda: set(threading.enumerate()) <= before, timeout=10_000)
