"""The step of a reconstruction in which a radiance field is trained and looked at from above."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.pipeline.process import WorkerError, run_worker
from ingest.reconstruction.field.dataset import (
    FieldBox,
    box_around,
    field_span,
    well_seen,
    write_dataset,
)
from ingest.reconstruction.field.environment import COMMAND, field_python
from ingest.reconstruction.field.fusion import FieldHeights, field_heights
from ingest.reconstruction.field.presets import FieldPreset
from ingest.reconstruction.preparation import Pictures
from ingest.reconstruction.scene import SparseScene
from ingest.reconstruction.surface import Grid

FloatArray = npt.NDArray[np.float64]

WORKER: Final = "ingest.reconstruction.field.worker"
_LEAST_PHOTOS: Final = 4
_SEED: Final = 20_260_101
#: Changed with every change of the model: a checkpoint of another one cannot be gone on with.
_MODEL: Final = 2
_LOOKED: Final = "field.npz"
_KEY: Final = "inputs.json"
#: Threads that wait for each other sleep: beside other work, spinning takes ten times as long.
ENVIRONMENT: Final = {"OMP_WAIT_POLICY": "PASSIVE", "KMP_BLOCKTIME": "0"}


@dataclass(frozen=True)
class FieldInput:
    """What a field is trained on.

    Parameters
    ----------
    scene : SparseScene
        In the project's frame.
    pictures : Pictures
        In the scene's order.
    grid : Grid
        Of the surface.
    heights_m : tuple of float
        Between which the scene lies, local metres.
    """

    scene: SparseScene
    pictures: Pictures
    grid: Grid
    heights_m: tuple[float, float]

    @property
    def box(self) -> FieldBox:
        """The box around what enough photographs see of it."""
        x, y = self.grid.middles()
        bottom, top = field_span(self.scene, self.heights_m)
        low, high = well_seen(
            self.scene, np.array([x.min(), y.min(), bottom]), np.array([x.max(), y.max(), top])
        )
        return box_around(np.array([*low, bottom]), np.array([*high, top]))


def train_field(
    given: FieldInput, preset: FieldPreset, folder: Path, training: Path, job: Job
) -> dict[str, Any]:
    """Train a field and write what it shows from above to ``field.npz``.

    Parameters
    ----------
    given : FieldInput
    preset : FieldPreset
    folder : Path
        Of the step.
    training : Path
        Checkpoints are kept here until the step is finished, so that a training that was cut
        short goes on.
    job : Job

    Raises
    ------
    WorkerError
        If the environment is missing, the photographs are too few, or training fails.
    Cancelled
    """
    require_environment()
    python = field_python()
    scene, box = given.scene, given.box
    names = [photo.name for photo in scene.photos]
    _begin(training, [_MODEL, preset.to_json(), box.to_json(), names])
    request, counts = field_request(given, preset, training, job)
    if counts["trained"] < _LEAST_PHOTOS:
        raise WorkerError(
            f"{counts['trained']} photographs look at the scene and a field needs {_LEAST_PHOTOS}",
            remedy="leave the field out",
        )
    figures = run_worker(
        WORKER, request, job, log=training / "log.txt", python=str(python),
        environment=ENVIRONMENT,
    )  # fmt: skip
    _save(folder / _LOOKED, training / "looked.npz", box, given.grid.shape)
    shutil.copyfile(training / "log.txt", folder / "log.txt")
    shutil.rmtree(training, ignore_errors=True)
    return figures | counts | {"preset": preset.to_json()}


def field_request(
    given: FieldInput, preset: FieldPreset, training: Path, job: Job
) -> tuple[dict[str, Any], dict[str, int]]:
    """Write the data set and return what is asked of the worker, and counts of photographs.

    Parameters
    ----------
    given : FieldInput
    preset : FieldPreset
    training : Path
        Folder in which it is trained; what an earlier call wrote is replaced.
    job : Job
    """
    box, dataset = given.box, training / "dataset"
    shutil.rmtree(dataset, ignore_errors=True)
    side_px = preset.side_px(len(given.scene.photos))
    counts = write_dataset(given.scene, given.pictures, box, side_px, dataset, job)
    np.savez(training / "places.npz", xy=_places(given.grid, box))
    request = {
        "preset": preset.to_json(), "folder": str(training), "dataset": str(dataset),
        "box": box.to_json(), "seed": _SEED,
        "places": str(training / "places.npz"), "looked": str(training / "looked.npz"),
    }  # fmt: skip
    return request, counts


def _begin(training: Path, inputs: list[Any]) -> None:
    """Make the folder of a training; what one with other inputs left in it is removed."""
    key = json.dumps(inputs, sort_keys=True)
    file = training / _KEY
    if not file.is_file() or file.read_text(encoding="utf-8") != key:
        shutil.rmtree(training, ignore_errors=True)
        training.mkdir(parents=True)
        file.write_text(key, encoding="utf-8")


def _places(grid: Grid, box: FieldBox) -> FloatArray:
    """Return the middles of the cells in box units, (n, 2)."""
    x, y = (values.ravel() for values in np.meshgrid(*grid.middles()))
    return box.to_box(np.column_stack([x, y, np.zeros(len(x))]))[:, :2]


def _save(path: Path, looked: Path, box: FieldBox, shape: tuple[int, int]) -> None:
    with np.load(looked) as found:
        np.savez_compressed(
            path,
            height_m=(found["height"] / box.scale + box.centre_m[2]).reshape(shape),
            spread_m=(found["spread"] / box.scale).reshape(shape),
            cover=found["cover"].reshape(shape),
            colour=(np.clip(found["colour"], 0, 1) * 255.5).astype(np.uint8).reshape(*shape, 3),
        )


def load_field(folder: Path, gsd_m: float) -> FieldHeights:
    """Return the heights that `train_field` wrote.

    Parameters
    ----------
    folder : Path
        Of the step.
    gsd_m : float
        Ground sample distance of the photographs as trained on.
    """
    with np.load(folder / _LOOKED) as found:
        parts = (found[name].astype(np.float64) for name in ("height_m", "spread_m", "cover"))
        height, spread, cover = parts
    return field_heights(height, spread, cover, gsd_m)


def require_environment() -> None:
    """Make sure that the environment is there, before hours are spent on what comes first.

    Raises
    ------
    WorkerError
    """
    if field_python() is None:
        raise WorkerError(
            "the environment for radiance fields is not installed", remedy=f"run {COMMAND}"
        )
