"""Nerfacto in a box around a scene, held to its tie points; runs in the field's environment.

Imported only once nerfstudio can be (`worker.load_nerfstudio`).

Colours alone settle first where things are, with nothing that presses on it: rays may end at
the floor of the box (nerfacto's own choice). Had they to be solid from the beginning, the top of
the box would become a picture of the town within a hundred steps; and rays to tie points, of
which there are most on the ground, would draw roofs down with it while only coarse cells have
learnt anything.

What is still seen through then, such as bare ground, which is explained as well by the floor of
the box, is held by rays to tie points, which have to end near them. Those come of features, so
the field stays independent of stereo. Only once that is done, rays have to be solid: behind them
is noise. With noise any earlier, fog above the ground would become it. What is solid stays without
the tie points, which are let go then.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np
import torch
from nerfstudio.cameras.rays import RayBundle
from nerfstudio.data.scene_box import SceneBox
from nerfstudio.model_components.losses import interlevel_loss
from nerfstudio.model_components.scene_colliders import SceneCollider
from nerfstudio.models.nerfacto import NerfactoModel

#: Of so many rays one more goes to a tie point.
_RAYS_A_TIE: Final = 6
_TIE_WEIGHT: Final = 0.003
#: Shares of the steps after which rays to tie points have to end near them, and all be solid.
_SETTLED: Final = 0.25
_SOLID: Final = 0.45
#: The share after which tie points have done what they are for: a wrong one would go on pulling.
_RELEASED: Final = 0.55
#: Least height of what the hash grids cover, as a share of its longer side: in cells as flat as the
#: box of a town there would be too few samples to learn from.
_LEAST_ASPECT: Final = 0.4
#: How near the surface has to be to a tie point, metres: then, and when they are let go.
_FIRST_REACH_M: Final = 1.0
_LAST_REACH_M: Final = 0.3
#: Keeps the logarithm finite where nothing is near a tie point yet.
_LEAST: Final = 1e-5
#: Longest rays, in box units: those along the horizon end somewhere too.
_FARTHEST: Final = 8.0


def box_model(box: dict[str, Any], ties: Path, preset: dict[str, Any]) -> Any:
    """Return the class of a model for one scene.

    Parameters
    ----------
    box : dict
        As `FieldBox.to_json`.
    ties : Path
        ``origin`` and ``direction`` (n, 3) and ``depth`` (n,) of rays to tie points, box units.
    preset : dict
        As `FieldPreset.to_json`.
    """
    return type("SceneModel", (BoxModel,), {"box": box, "ties_file": ties, "preset": preset})


class Slab(SceneCollider):  # type: ignore[misc]
    """Lets rays begin and end at the top and the floor of the box.

    Parameters
    ----------
    half : float
        Half its height, box units.
    """

    def __init__(self, half: float) -> None:
        super().__init__()
        self.half = half

    def set_nears_and_fars(self, ray_bundle: Any) -> Any:
        """Set where rays begin and end."""
        start, course = ray_bundle.origins[..., 2:], ray_bundle.directions[..., 2:]
        steep = torch.where(course.abs() < 1e-6, torch.full_like(course, -1e-6), course)
        one, other = (self.half - start) / steep, (-self.half - start) / steep
        near = torch.minimum(one, other).clamp(min=0.0)
        ray_bundle.nears = near
        ray_bundle.fars = torch.maximum(one, other).clamp(max=_FARTHEST).maximum(near + 1e-3)
        return ray_bundle


class BoxModel(NerfactoModel):  # type: ignore[misc]
    """Nerfacto in a box that is no cube."""

    box: ClassVar[dict[str, Any]]
    ties_file: ClassVar[Path]
    preset: ClassVar[dict[str, Any]]

    def populate_modules(self) -> None:
        """Make networks and samplers, in this box."""
        corner = torch.tensor(self.box["half"], dtype=torch.float32)
        corner[2] = torch.maximum(corner[2], _LEAST_ASPECT * corner.max())
        self.scene_box = SceneBox(aabb=torch.stack([-corner, corner]))
        super().populate_modules()
        self.collider = Slab(self.box["half"][2])
        with np.load(self.ties_file) as found:
            self.ties = {name: torch.from_numpy(found[name]).float() for name in found}

    @property
    def done(self) -> float:
        """The share of the steps that are done."""
        return float(self.step / self.preset["steps"])

    def get_outputs(self, ray_bundle: Any) -> Any:
        """Return what rays see; before noise, once they have to be solid."""
        solid = self.training and self.done >= _SOLID
        self.renderer_rgb.background_color = "random" if solid else "last_sample"
        return super().get_outputs(ray_bundle)

    def get_loss_dict(self, outputs: Any, batch: Any, metrics_dict: Any = None) -> Any:
        """Return the losses of nerfacto and those at tie points."""
        losses = super().get_loss_dict(outputs, batch, metrics_dict)
        if self.training and _SETTLED <= self.done < _RELEASED and len(self.ties["depth"]):
            losses |= self._tie_losses(self.preset["rays"] // _RAYS_A_TIE)
        return losses

    def _tie_losses(self, count: int) -> dict[str, Any]:
        """Return how much of the field is away from tie points, and of proposals from the field.

        After Deng et al., "Depth-supervised NeRF: fewer views and faster training for free", CVPR
        2022, with a reach that shrinks, since samples lie far apart at first.
        """
        chosen = torch.randint(len(self.ties["depth"]), (count,))
        origin, direction, depth = (
            self.ties[name][chosen].to(self.device) for name in ("origin", "direction", "depth")
        )
        rays = self.collider(RayBundle(
            origins=origin, directions=direction,
            pixel_area=torch.full((count, 1), 1e-6, device=self.device),
            camera_indices=torch.zeros(count, 1, dtype=torch.long, device=self.device),
        ))  # fmt: skip
        samples, weights, places = self.proposal_sampler(rays, density_fns=self.density_fns)
        weight = samples.get_weights(self.field.get_density(samples)[0])
        middle = (samples.frustums.starts + samples.frustums.ends)[..., 0] / 2
        late = (self.done - _SETTLED) / (_RELEASED - _SETTLED)
        reach = self.box["scale"] * (_FIRST_REACH_M + late * (_LAST_REACH_M - _FIRST_REACH_M))
        near = torch.exp(-((middle - depth[:, None]) ** 2) / (2 * reach**2))
        held = (weight[..., 0] * near).sum(dim=-1)
        between = interlevel_loss([*weights, weight], [*places, samples])
        return {
            "tie_loss": -_TIE_WEIGHT * torch.log(held + _LEAST).mean(),
            "tie_interlevel_loss": between * count / self.preset["rays"],
        }
