"""One flight over the demo city's old town, photographed once for all tests that want it."""

from __future__ import annotations

import pytest

from app.cli.demo import build_demo
from ingest.pipeline.job import Job
from virtual_drone import Flight, Flown, fly


@pytest.fixture(scope="session")
def flown(tmp_path_factory: pytest.TempPathFactory) -> Flown:
    """Nineteen small photographs with four control and four check points."""
    pytest.importorskip("cv2", reason="needs the extra `reconstruction`")
    folder = tmp_path_factory.mktemp("flight")
    project = folder / "demo.shapan"
    assert build_demo(project, "tiny", Job(), english=True) == []
    flight = Flight(
        area=(-215.0, 330.0, -165.0, 370.0), height_m=70.0, size_px=(480, 360), lines=3,
        per_line=5, obliques=4, oblique_deg=25.0, control=4, check=4,
    )  # fmt: skip
    fly(project, folder / "old town", folder / "truth", flight)
    return Flown(folder / "old town", folder / "truth", flight)
