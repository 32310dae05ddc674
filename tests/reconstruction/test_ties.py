"""Poses that are given without tie points get them from the photographs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ingest.pipeline.job import Job
from ingest.pipeline.process import WorkerError
from ingest.pipeline.steps import StepResult, run_steps
from ingest.reconstruction.accuracy import nmad
from ingest.reconstruction.options import ReconstructOptions
from ingest.reconstruction.placing import frame_at_photos
from ingest.reconstruction.run import _Run
from ingest.reconstruction.scene import SparseScene
from twin_model.frame import Frame
from virtual_drone import Flown, true_heights

SCALE = 0.1


def transforms(flown: Flown, path: Path, *, shuffled: bool = False) -> Path:
    """Write the true poses as nerfstudio does, in units of ten metres."""
    document = json.loads((flown.truth / "poses.json").read_text())
    width, height = document["size_px"]
    shots = document["shots"]
    names = [shot["name"] for shot in shots]
    if shuffled:
        # Neighbours along a line move alike: only a thorough mix is wrong everywhere.
        names = [str(name) for name in np.random.default_rng(1).permutation(names)]
    frames = []
    for name, shot in zip(names, shots, strict=True):
        matrix = np.eye(4)
        matrix[:3, :3] = np.array(shot["rotation"]).T * [1, -1, -1]
        matrix[:3, 3] = np.array(shot["centre_m"]) * SCALE
        frames.append({"file_path": f"images/{name}", "transform_matrix": matrix.tolist()})
    path.write_text(
        json.dumps({"w": width, "h": height, "fl_x": document["focal_px"], "frames": frames})
    )
    return path


def placed(flown: Flown, poses: Path, run: Path) -> tuple[dict[str, StepResult], Frame]:
    frame = frame_at_photos(Frame("EPSG:4549", None, "EPSG:5737"), flown.photos)
    options = ReconstructOptions(
        flown.photos, control=flown.photos / "control.csv", poses=poses, quality="draft"
    )
    return run_steps(run, _Run(options, frame, run, Job(), None).steps()[:3], Job()), frame


def test_transforms_without_points_are_placed_and_see_the_ground(
    flown: Flown, tmp_path: Path
) -> None:
    results, frame = placed(flown, transforms(flown, tmp_path / "transforms.json"), tmp_path / "r")
    assert results["poses"].values["registered"] == 19
    assert results["poses"].values["tie_points"] > 800
    assert results["georeference"].values["method"] == "control points"
    scene = SparseScene.load(results["georeference"].folder)
    assert len(scene.cameras) == 1
    demo = np.array([515_000.0, 3_349_900.0, 0.0]) - frame.offset
    truth = {
        shot["name"]: np.array(shot["centre_m"])
        for shot in json.loads((flown.truth / "poses.json").read_text())["shots"]
    }
    off = [
        photo.centre_m - demo - truth[f"{photo.name.split('-', 1)[1].replace('-', '_')[:-4]}.JPG"]
        for photo in scene.photos
    ]
    # Given poses are moved as a whole, by control points with noise.
    assert np.abs(np.median(off, axis=0)).max() < 0.2
    error = (
        scene.points_m[:, 2] - demo[2] - true_heights(flown.truth, (scene.points_m - demo)[:, :2])
    )
    assert nmad(error[np.isfinite(error)]) < 2.0 and abs(np.nanmedian(error)) < 0.2
    assert scene.observations[:, 1].max() == len(scene.photos) - 1
    left = {file.name for file in results["poses"].folder.iterdir()}
    assert not {"features.db", "ties", "model"} & left


def test_poses_of_other_photographs_are_refused(flown: Flown, tmp_path: Path) -> None:
    wrong = transforms(flown, tmp_path / "transforms.json", shuffled=True)
    with pytest.raises(WorkerError, match="points of the photographs agree"):
        placed(flown, wrong, tmp_path / "r")
