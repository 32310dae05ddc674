"""One flight over the demo city's old town, photographed once for all tests that want it."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from app.cli.demo import build_demo
from ingest.pipeline.job import Job
from virtual_drone import Flight, Flown, fly

FLIGHT = Flight(
    area=(-215.0, 330.0, -165.0, 370.0), height_m=70.0, size_px=(480, 360), lines=3,
    per_line=5, obliques=4, oblique_deg=25.0, control=4, check=4,
)  # fmt: skip


@pytest.fixture(scope="session")
def flown(tmp_path_factory: pytest.TempPathFactory) -> Flown:
    """Nineteen small photographs with four control and four check points."""
    pytest.importorskip("cv2", reason="needs the extra `reconstruction`")
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return photographed(tmp_path_factory.mktemp("flight"))
    # Of processes that test beside each other one flies, and the others wait for it.
    folder = tmp_path_factory.getbasetemp().parent / "flight"
    landed, crashed = folder / "landed", folder / "crashed"
    try:
        folder.mkdir()
    except FileExistsError:
        end_s = time.monotonic() + 300.0
        while not (landed.exists() or crashed.exists()) and time.monotonic() < end_s:
            time.sleep(0.1)
        assert landed.exists(), "the flight failed in another test process"
        return Flown(folder / "old town", folder / "truth", FLIGHT)
    try:
        found = photographed(folder)
    except BaseException:
        crashed.touch()
        raise
    landed.touch()
    return found


def photographed(folder: Path) -> Flown:
    """Photograph the demo city from above."""
    project = folder / "demo.shapan"
    assert build_demo(project, "tiny", Job(), english=True) == []
    fly(project, folder / "old town", folder / "truth", FLIGHT)
    return Flown(folder / "old town", folder / "truth", FLIGHT)
