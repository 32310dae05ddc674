"""Trains a nerfacto field and looks straight down on it; runs in the field's environment.

Started by `ingest.reconstruction.field.step`. Everything of nerfstudio that does not fit a
measured city in a box of its own is replaced here: where rays begin and end, the contraction of
space, the camera optimiser.
"""

from __future__ import annotations

import sys
import time
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from ingest.pipeline.job import Job
from ingest.pipeline.process import serve
from ingest.reconstruction.field.preview import FieldPreview

_TELL_S: Final = 0.5
_STEPS_A_SAVE: Final = 200
_LEAST_SAVES: Final = 4
_RAYS_AT_ONCE: Final = 8_192
_LEARNING_RATE: Final = 1e-2
_LAST_LEARNING_RATE: Final = 1e-3
#: Kept alive: the operators go with it.
_operators: list[Any] = []


def load_nerfstudio() -> None:
    """Import nerfstudio so that it works beside a torch for the processor, and offline."""
    if "cpu" in torch.__version__:
        # torchvision looks for operators of its CUDA build that are never called.
        library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _operators.append(library)
    import torchmetrics.image.lpip

    # It would download weights when the model is built; what it measures is not reported.
    torchmetrics.image.lpip.LearnedPerceptualImagePatchSimilarity = _NoPerceptualSimilarity


class _NoPerceptualSimilarity(torch.nn.Module):  # type: ignore[misc]
    def __init__(self, **_: Any) -> None:
        super().__init__()

    def forward(self, *_: Any) -> Any:
        return torch.zeros(())


def field_config(request: dict[str, Any], device: str) -> Any:
    """Return nerfstudio's configuration of a training.

    Parameters
    ----------
    request : dict
        ``preset``, ``box``, ``folder``, ``dataset`` and ``seed``.
    device : str
        ``cpu`` or ``cuda``.
    """
    from nerfstudio.configs.method_configs import method_configs
    from nerfstudio.data.datamanagers.base_datamanager import VanillaDataManagerConfig
    from nerfstudio.data.dataparsers.nerfstudio_dataparser import NerfstudioDataParserConfig
    from nerfstudio.engine.schedulers import ExponentialDecaySchedulerConfig

    preset = request["preset"]
    config = deepcopy(method_configs["nerfacto"])
    config.set_timestamp()
    config.output_dir = Path(request["folder"]) / "training"
    config.experiment_name = "field"
    config.timestamp = "run"
    config.vis = "tensorboard"
    config.machine.device_type = device
    config.machine.seed = int(request["seed"])
    config.mixed_precision = device == "cuda"
    config.max_num_iterations = preset["steps"]
    config.steps_per_save = min(_STEPS_A_SAVE, max(preset["steps"] // _LEAST_SAVES, 1))
    config.steps_per_eval_batch = config.steps_per_eval_image = 0
    config.steps_per_eval_all_images = 0
    data = Path(request["dataset"])
    config.pipeline.datamanager = VanillaDataManagerConfig(
        data=data,
        dataparser=NerfstudioDataParserConfig(
            data=data, orientation_method="none", center_method="none",
            auto_scale_poses=False, scale_factor=1.0, scene_scale=1.0, downscale_factor=1,
            load_3D_points=False,
        ),
        train_num_rays_per_batch=preset["rays"],
        eval_num_rays_per_batch=preset["rays"],
    )  # fmt: skip
    _set_model(config.pipeline.model, request)
    for group in ("fields", "proposal_networks"):
        config.optimizers[group]["optimizer"].lr = _LEARNING_RATE
        config.optimizers[group]["scheduler"] = ExponentialDecaySchedulerConfig(
            lr_final=_LAST_LEARNING_RATE, max_steps=preset["steps"]
        )
    config.optimizers.pop("camera_opt", None)
    return config


def _set_model(model: Any, request: dict[str, Any]) -> None:
    """Change nerfacto's settings to those of a small field in a box."""
    from ingest.reconstruction.field.model import box_model

    preset = request["preset"]
    model._target = box_model(request["box"], Path(request["dataset"]) / "ties.npz", preset)
    model.disable_scene_contraction = True
    model.proposal_initial_sampler = "uniform"
    model.num_levels = preset["levels"]
    model.max_res = preset["max_resolution"]
    model.log2_hashmap_size = preset["log2_table"]
    model.hidden_dim = model.hidden_dim_color = preset["hidden"]
    model.num_nerf_samples_per_ray = preset["samples"]
    model.num_proposal_iterations = 1
    model.num_proposal_samples_per_ray = (2 * preset["samples"],)
    model.proposal_net_args_list = [
        {"hidden_dim": 16, "log2_hashmap_size": 16, "num_levels": 5, "max_res": 256,
         "use_linear": False}
    ]  # fmt: skip
    model.proposal_warmup = max(preset["steps"] // 3, 1)
    model.proposal_weights_anneal_max_num_iters = max(preset["steps"] // 3, 1)
    model.distortion_loss_mult = 0.002
    # So that a ray through the whole height is stopped in part: where there is next to nothing at
    # first, next to no slope makes something of it.
    model.average_init_density = 0.5 / request["box"]["half"][2]
    # Poses are better known from bundle adjustment, and the hash grid passes them no slope.
    model.use_appearance_embedding = False
    model.camera_optimizer.mode = "off"
    model.implementation = "torch"
    model.eval_num_rays_per_chunk = _RAYS_AT_ONCE


def _resume(trainer: Any) -> int:
    """Load the last checkpoint of a training that was cut short; return the step to go on with."""
    files = sorted(trainer.checkpoint_dir.glob("step-*.ckpt"))
    if not files:
        return 0
    # Our own file: nerfstudio's loader refuses what it wrote itself since torch 2.6.
    state = torch.load(files[-1], map_location="cpu", weights_only=False)
    step = int(state["step"]) + 1
    trainer.pipeline.load_pipeline(state["pipeline"], state["step"])
    trainer.optimizers.load_optimizers(state["optimizers"])
    if "schedulers" in state:
        trainer.optimizers.load_schedulers(state["schedulers"])
    trainer._start_step = step
    trainer.config.max_num_iterations -= step
    return step


def _train(trainer: Any, steps: int, picture: Path, job: Job) -> float:
    """Train and tell how far it is; return the seconds that it took."""
    from nerfstudio.engine.callbacks import TrainingCallback, TrainingCallbackLocation

    begun_s, told_s, first = time.monotonic(), 0.0, trainer._start_step
    preview = FieldPreview(trainer, picture, steps, job)

    def tell(step: int) -> None:
        nonlocal told_s
        now_s = time.monotonic()
        if now_s - told_s < _TELL_S and step + 1 < steps:
            return
        told_s = now_s
        left_s = (now_s - begun_s) / max(step + 1 - first, 1) * (steps - step - 1)
        job.report(f"Training the field ({left_s / 60:.0f} min left)", step + 1, steps, "steps")
        preview.tell(step, left_s)

    trainer.callbacks.append(
        TrainingCallback([TrainingCallbackLocation.AFTER_TRAIN_ITERATION], tell)
    )
    if trainer.config.max_num_iterations > 0:
        trainer.train()
    return time.monotonic() - begun_s


def _measure(trainer: Any, job: Job) -> dict[str, float]:
    """Return PSNR and SSIM of the photographs that were held out."""
    model, manager = trainer.pipeline.model, trainer.pipeline.datamanager
    model.eval()
    found: dict[str, list[float]] = {"psnr_db": [], "ssim": []}
    total = len(manager.eval_dataset)
    with torch.no_grad():
        for number, (camera, batch) in enumerate(manager.fixed_indices_eval_dataloader):
            job.report("Measuring held-out photographs", number, total, "photos")
            seen = model.get_outputs_for_camera(camera)["rgb"]
            truth = batch["image"].to(seen)
            mask = batch["mask"].to(seen.device)
            error = ((seen - truth)[mask[..., 0]] ** 2).mean()
            found["psnr_db"].append(float(-10 * torch.log10(error)))
            both = [torch.moveaxis(torch.where(mask, image, 0.0), -1, 0)[None]
                    for image in (truth, seen)]  # fmt: skip
            found["ssim"].append(float(model.ssim(*both)))
    return {name: float(np.mean(values)) for name, values in found.items() if values}


def _look_down(trainer: Any, request: dict[str, Any], job: Job) -> None:
    """Write height, spread and colour of the field below every place asked for."""
    from nerfstudio.cameras.rays import RayBundle
    from nerfstudio.field_components.field_heads import FieldHeadNames

    model, half = trainer.pipeline.model, request["box"]["half"]
    model.eval()
    with np.load(request["places"]) as found:
        places = torch.from_numpy(found["xy"].astype(np.float32)).to(trainer.device)
    height = np.empty(len(places), np.float32)
    spread, cover = np.empty_like(height), np.empty_like(height)
    colour = np.empty((len(places), 3), np.float32)
    with torch.no_grad():
        for first in range(0, len(places), _RAYS_AT_ONCE):
            job.report("Looking down on the field", first, len(places), "pixels")
            xy = places[first : first + _RAYS_AT_ONCE]
            top = torch.full((len(xy), 1), half[2], device=xy.device)
            down = torch.zeros(len(xy), 3, device=xy.device)
            down[:, 2] = -1.0
            rays = RayBundle(
                origins=torch.cat([xy, top], dim=1), directions=down,
                pixel_area=torch.full((len(xy), 1), 1e-6, device=xy.device),
                camera_indices=torch.zeros(len(xy), 1, dtype=torch.long, device=xy.device),
                nears=torch.zeros_like(top), fars=2 * top,
            )  # fmt: skip
            samples, _, _ = model.proposal_sampler(rays, density_fns=model.density_fns)
            out = model.field.forward(samples)
            weight = samples.get_weights(out[FieldHeadNames.DENSITY])
            depth, apart = _half_stopped(weight, samples.frustums)
            rows = slice(first, first + len(xy))
            height[rows] = (half[2] - depth).cpu().numpy()
            spread[rows] = apart.cpu().numpy()
            cover[rows] = weight.sum(dim=-2)[:, 0].cpu().numpy()
            shade = model.renderer_rgb(rgb=out[FieldHeadNames.RGB], weights=weight)
            colour[rows] = shade.cpu().numpy()
    np.savez(request["looked"], height=height, spread=spread, cover=cover, colour=colour)


def _half_stopped(weight: Any, frustums: Any) -> tuple[Any, Any]:
    """Return the depth at which half of what stops each ray has done so, and how far it spreads.

    The mean depth would be drawn up by a little fog above the ground. Within a sample what
    stops the ray is taken to be spread evenly.
    """
    share = (weight / weight.sum(dim=-2, keepdim=True).clamp(min=1e-6))[..., 0]
    starts, ends = frustums.starts[..., 0], frustums.ends[..., 0]
    at = (share.cumsum(dim=-1) >= 0.5).float().argmax(dim=-1, keepdim=True)
    here, start, end = (values.gather(-1, at) for values in (share, starts, ends))
    before = share.cumsum(dim=-1).gather(-1, at) - here
    depth = start + (end - start) * ((0.5 - before) / here.clamp(min=1e-6)).clamp(0.0, 1.0)
    middle = (starts + ends) / 2
    return depth[:, 0], (share * (middle - depth) ** 2).sum(dim=-1).sqrt()


def work(request: dict[str, Any], job: Job) -> dict[str, Any]:
    """Train, measure and look down."""
    load_nerfstudio()
    from ingest.reconstruction.field.hash_grid import use_fast_hash_grid

    device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cpu":
        use_fast_hash_grid()
    torch.manual_seed(int(request["seed"]))
    np.random.seed(int(request["seed"]))
    trainer = field_config(request, device).setup(local_rank=0, world_size=1)
    trainer.setup(test_mode="val")
    resumed = _resume(trainer)
    steps, picture = int(request["preset"]["steps"]), Path(request["folder"]) / "preview.png"
    seconds = _train(trainer, steps, picture, job)
    figures = _measure(trainer, job) if trainer.pipeline.datamanager.eval_dataset else {}
    _look_down(trainer, request, job)
    return figures | {
        "device": device if device == "cpu" else torch.cuda.get_device_name(),
        "training_s": round(seconds, 1),
        "resumed_at": resumed,
        "parameters": sum(p.numel() for p in trainer.pipeline.model.parameters()),
        "torch": torch.__version__,
    }


if __name__ == "__main__":
    sys.exit(serve(work))
