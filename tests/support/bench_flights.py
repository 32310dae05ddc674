"""Flights of the virtual drone that figures in docs/reconstruction.md are of."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np

from app.cli.demo import build_demo
from ingest.pipeline.job import Job
from twin_model.frame import Frame
from virtual_drone import Flight, fly

FLIGHTS = {
    "first": Flight(),
    # Beside a tower that is higher than the drone flies: for `--peer` only.
    "second": Flight(area=(-300.0, 210.0, -140.0, 340.0), height_m=90.0, seed=23),
    "north": Flight(
        area=(0.0, 460.0, 120.0, 560.0), height_m=80.0, lines=4, per_line=5, obliques=4, seed=41
    ),
    # A pagoda of 34 m in the middle.
    "tower": Flight(
        area=(-100.0, 400.0, 20.0, 500.0), height_m=80.0, lines=4, per_line=5, obliques=4, seed=43
    ),
    # As coarse as a draft of a field can follow, and as much from the side as from above.
    "field": Flight(
        area=(-105.0, 330.0, 5.0, 442.0), size_px=(320, 240), field_of_view_deg=46.7, lines=5,
        per_line=7, obliques=18, seed=31,
    ),
}  # fmt: skip
#: Of the demo city.
FRAME = Frame("EPSG:4549", (515_000.0, 3_349_900.0, 0.0), "EPSG:5737")
_FLIP = np.diag([1.0, -1.0, -1.0])


def photograph(base: Path, flight: Flight) -> None:
    """Fly over the demo city (size `small`), unless that is done.

    Photographs and control points lie in ``photos`` then, what was really there in ``truth``, and
    the poses as they were in ``poses.json``, as transforms.json has them.
    """
    if (base / "poses.json").is_file():
        return
    project = base / "demo.shapan"
    if project.is_dir():  # a flight that was cut short; a folder of anything else is left alone
        shutil.rmtree(base)
    assert build_demo(project, "small", Job(), english=True) == []
    shots = fly(project, base / "photos", base / "truth", flight)
    frames = []
    for shot in shots:
        pose = np.eye(4)
        pose[:3, :3], pose[:3, 3] = shot.rotation.T @ _FLIP, shot.centre_m
        frames.append({"file_path": shot.name, "transform_matrix": pose.tolist()})
    width, height = flight.size_px
    document = {
        "w": width, "h": height, "cx": width / 2, "cy": height / 2, "fl_x": flight.focal_px,
        "fl_y": flight.focal_px, "frames": frames,
    }  # fmt: skip
    (base / "poses.json").write_text(json.dumps(document), encoding="utf-8")
