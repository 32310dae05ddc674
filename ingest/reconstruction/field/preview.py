"""A photograph beside what the field makes of it, while it is trained; runs in its environment."""

from __future__ import annotations

import time
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from PIL import Image

from ingest.pipeline.job import Job

_INTERVAL_S: Final = 2.0
#: A picture costs as much as some training steps: pictures take at most such a part of the time.
_SHARE: Final = 0.03
_WIDTH_PX: Final = 160
_EDGE_PX: Final = 4


class FieldPreview:
    """Tells loss and PSNR of the training and, from time to time, shows a photograph.

    One that was held out where there is one: the field has not seen it.

    Parameters
    ----------
    trainer : nerfstudio Trainer
    path : Path
        Of the picture: the photograph on the left, the field on the right.
    steps : int
        Of the training.
    job : Job
    """

    def __init__(self, trainer: Any, path: Path, steps: int, job: Job) -> None:
        self._trainer = trainer
        self._path = path
        self._steps = steps
        self._job = job
        self._told_s = self._pictured_s = time.monotonic()
        self._wait_s = 0.0
        self._loss: Any = None
        self._psnr_db: float | None = None
        self._camera, self._truth, self._mask, self.is_held_out = _photograph(trainer)
        original = trainer.train_iteration

        def followed(step: int) -> Any:
            out = original(step)
            self._loss = out[0].detach()
            return out

        trainer.train_iteration = followed

    def tell(self, step: int, left_s: float) -> None:
        """Tell where the training stands after a step.

        Raises
        ------
        Cancelled
        """
        now_s = time.monotonic()
        is_last = step + 1 >= self._steps
        if now_s - self._told_s < _INTERVAL_S and not is_last:
            return
        if now_s - self._pictured_s >= self._wait_s or is_last:
            self._picture()
        self._told_s = time.monotonic()
        self._job.announce({"preview": {
            "kind": "field", "path": str(self._path), "step": step + 1, "steps": self._steps,
            "loss": None if self._loss is None else float(self._loss), "psnr_db": self._psnr_db,
            "is_held_out": self.is_held_out, "left_s": left_s,
        }})  # fmt: skip

    def _picture(self) -> None:
        begun_s = time.monotonic()
        model = self._trainer.pipeline.model
        model.eval()
        with torch.no_grad():
            seen = model.get_outputs_for_camera(self._camera)["rgb"].clamp(0, 1).cpu().numpy()
        model.train()
        truth = self._truth
        error = float(((seen - truth)[self._mask] ** 2).mean()) if self._mask.any() else 0.0
        self._psnr_db = float(-10 * np.log10(max(error, 1e-10)))
        gap = np.ones((truth.shape[0], _EDGE_PX, 3))
        both = np.concatenate([truth, gap, seen], axis=1)
        part = self._path.with_name(f".{self._path.name}")
        Image.fromarray((both * 255.5).astype(np.uint8)).save(part, "PNG")
        part.replace(self._path)
        self._pictured_s = time.monotonic()
        self._wait_s = (self._pictured_s - begun_s) / _SHARE


def _photograph(trainer: Any) -> tuple[Any, Any, Any, bool]:
    """Return a small camera, its photograph (h, w, 3), where it counts, whether it is held out."""
    manager = trainer.pipeline.datamanager
    is_held_out = len(manager.eval_dataset) > 0
    dataset = manager.eval_dataset if is_held_out else manager.train_dataset
    middle = len(dataset) // 2
    found = dataset[middle]
    image = found["image"].cpu().numpy()[..., :3]
    mask = (
        found["mask"].cpu().numpy()[..., 0] if "mask" in found else np.ones(image.shape[:2], bool)
    )
    camera = deepcopy(dataset.cameras[middle : middle + 1])
    camera.rescale_output_resolution(min(_WIDTH_PX / image.shape[1], 1.0))
    size = int(camera.width), int(camera.height)
    small = Image.fromarray((image * 255.5).astype(np.uint8)).resize(size, Image.Resampling.LANCZOS)
    counts = Image.fromarray(mask.astype(np.uint8)).resize(size, Image.Resampling.NEAREST)
    return (
        camera.to(trainer.device), np.asarray(small, np.float32) / 255.0,
        np.asarray(counts) > 0, is_held_out,
    )  # fmt: skip
