"""Garbage is collected on the GUI thread, whoever makes it."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import weakref

import pytest
from pytestqt.qtbot import QtBot

from window_support import MakeWindow

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


def test_what_stays_for_good_is_not_looked_at_again() -> None:
    code = (
        "import gc, PySide6.QtWidgets\nfrom app import collector\n"
        "before = len(gc.get_objects())\ncollector.settle()\n"
        "print(before > 5_000, len(gc.get_objects()) < before / 10)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True True\n"
