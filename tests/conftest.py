"""Fixtures shared by all tests."""

from __future__ import annotations

import csv
import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

# Machines are shared and noisy: speed is measured in tests/bench, never asserted here.
settings.register_profile("shapan", deadline=None)
settings.load_profile("shapan")

# A shell lets what it runs in the background ignore interrupts, and so would what tests start.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


#: Folders whose files take minutes, those that take longest first: begun last, they would be what
#: one process still does when the other has nothing left.
_LONGEST_FIRST = ("reconstruction", "connectors", "journeys", "simulation", "plugins", "app")


#: Files that take as long as so many usual tests more, in tests with a window.
_LIKE_TESTS_MORE = {
    "test_reconstruct_window.py": 16, "test_pipes_drawn.py": 5, "test_control_panel.py": 6,
    "test_drawing_entities.py": 5, "test_run_comparison.py": 5, "test_branching.py": 3,
    "test_review.py": 3, "test_simulation.py": 3, "test_real_files.py": 6,
    "test_live_same.py": 5, "test_installing.py": 4,
}  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--half", type=int, choices=[1, 2], help="run this half of the files that are chosen"
    )


@pytest.hookimpl(trylast=True)  # after -m and -k have chosen
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        folder = item.path.parent.name
        return _LONGEST_FIRST.index(folder) if folder in _LONGEST_FIRST else len(_LONGEST_FIRST)

    items.sort(key=rank)
    half = config.getoption("--half")
    if half is None:
        return
    counts = Counter(item.path for item in items)
    counts.update({path: _LIKE_TESTS_MORE.get(path.name, 0) for path in counts})
    totals = [0, 0]
    mine: dict[Path, int] = {}
    for path, count in sorted(counts.items(), key=lambda one: (-one[1], str(one[0]))):
        smaller = int(totals[1] < totals[0])
        mine[path] = smaller + 1
        totals[smaller] += count
    config.hook.pytest_deselected(items=[item for item in items if mine[item.path] != half])
    items[:] = [item for item in items if mine[item.path] == half]


#: What comes later than this on a busy machine does not come.
_PATIENCE_MS = 30_000


@pytest.fixture
def qtbot(qapp: Any, request: pytest.FixtureRequest) -> Any:
    """Wait for windows as long as a busy machine may take; what comes in time is not slowed."""
    from pytestqt.qtbot import QtBot

    class PatientBot(QtBot):
        def waitUntil(self, callback: Any, *, timeout: int = _PATIENCE_MS) -> None:
            super().waitUntil(callback, timeout=max(timeout, _PATIENCE_MS))

    return PatientBot(request)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real sample files: SHAPAN_REAL_DATA, else ../shared/data beside the project."""
    named = os.environ.get("SHAPAN_REAL_DATA")
    for folder in [Path(named)] if named else [ROOT.parent / "shared" / "data"]:
        if (folder / "MANIFEST.csv").is_file():
            return folder
    pytest.skip("no real sample files: set SHAPAN_REAL_DATA to a folder with MANIFEST.csv")


@pytest.fixture(scope="session")
def manifest(real_data: Path) -> list[dict[str, str]]:
    """Rows of the sample files' manifest."""
    with (real_data / "MANIFEST.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
