"""Nothing but drawing holds the GUI thread: the event loop's heart is listened to."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from app.importing import Placement
from app.workers import JobState
from journey_support import wait_jobs, write_las
from window_support import MakeWindow

pytestmark = [pytest.mark.gui, pytest.mark.alone]

LIMIT_S = 0.05


def _waited_for_a_core_s() -> float:
    """Return how long the calling thread has been ready without a core to run on (Linux)."""
    return int(Path("/proc/thread-self/schedstat").read_text(encoding="ascii").split()[1]) / 1e9


class Watchdog:
    """The gaps between beats of the event loop in seconds, less what other programs took."""

    def __init__(self) -> None:
        self.gaps: list[float] = []
        self._last = time.perf_counter() - _waited_for_a_core_s()
        self._timer = QTimer()
        self._timer.timeout.connect(self._beat)
        self._timer.start(5)

    def _beat(self) -> None:
        now = time.perf_counter() - _waited_for_a_core_s()
        self.gaps.append(now - self._last)
        self._last = now

    def late(self) -> list[float]:
        """Stop, and return the gaps over the limit, the longest first."""
        self._timer.stop()
        return sorted((round(gap, 3) for gap in self.gaps if gap > LIMIT_S), reverse=True)


def test_selecting_searching_and_importing_leave_the_gui_thread_free(
    qtbot: QtBot, make_window: MakeWindow, project: Path, tmp_path: Path
) -> None:
    window = make_window(project)
    session = window.session.required
    # Frames of software OpenGL take longer than the limit, and are not what is looked for.
    window.viewport.setUpdatesEnabled(False)
    qtbot.wait(300)
    source = write_las(tmp_path / "s.las", crs="EPSG:32650", count=300_000)
    dog = Watchdog()
    for entity in ("old-town-0", "new-quay-1", "old-town-1"):
        window.interaction.select(session.entity(entity))
        qtbot.wait(100)
    for tab in range(8):
        window.entity_panel.tabs.set_current(tab)
        qtbot.wait(30)
    window.entities_panel.search.setText("quay")
    qtbot.wait(300)
    window.importing.place([Placement(source, None, "points")], None)
    wait_jobs(qtbot, window)
    qtbot.wait(300)
    late = dog.late()
    assert window.jobs.records[0].state == JobState.DONE
    assert len(dog.gaps) > 50
    # The import shares the interpreter and two noisy cores with this test: a few beats come late.
    # A blocked thread would be late by the whole time that the work takes.
    assert len(late) < 0.05 * len(dog.gaps) and max(late, default=0.0) < 4 * LIMIT_S, late
