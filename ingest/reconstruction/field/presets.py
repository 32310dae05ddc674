"""How a radiance field is trained, by quality and machine."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final


@dataclass(frozen=True)
class FieldPreset:
    """Settings of a nerfacto field.

    Parameters
    ----------
    steps, rays : int
        Training steps, and rays in each.
    max_side_px : int
        Photographs are reduced to this for training, or to less where there are many.
    levels, max_resolution, log2_table : int
        Of the hash grid.
    hidden : int
        Width of the networks.
    samples : int
        Along each ray, after one proposal network.
    """

    steps: int
    rays: int
    max_side_px: int
    levels: int
    max_resolution: int
    log2_table: int
    hidden: int
    samples: int

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)

    def side_px(self, photos: int) -> int:
        """Return to what so many photographs are reduced, so that enough rays fall on a pixel."""
        pixels = self.steps * self.rays / (_RAYS_A_PIXEL * max(photos, 1))
        return max(min(self.max_side_px, round(math.sqrt(pixels * 4 / 3))), _LEAST_SIDE_PX)


#: With a third of it heights are settled; more makes them better slowly.
_RAYS_A_PIXEL: Final = 0.6
_LEAST_SIDE_PX: Final = 160
#: On a processor the small one of `draft` is what ends within a draft's time.
PRESETS: Final = {
    "draft": FieldPreset(4_000, 1_536, 480, 12, 1_024, 18, 32, 24),
    "normal": FieldPreset(8_000, 4_096, 1_000, 16, 2_048, 19, 64, 48),
    "high": FieldPreset(30_000, 4_096, 1_600, 16, 4_096, 20, 64, 48),
}
#: Rays a second on two cores with the compiled hash grid, by level of the grid and sample; and
#: weights of the grid that are changed, all of them in every step.
_RAY_SAMPLES_PER_S: Final = 9e6
_WEIGHTS_PER_S: Final = 8e7
_GPU_FACTOR: Final = 60.0
_BASE_BYTES: Final = 900 * 1024 * 1024


@dataclass(frozen=True)
class FieldEstimate:
    """What training will need.

    Parameters
    ----------
    minutes : float
    memory_bytes : int
    device : str
        ``cpu`` or ``cuda``.
    """

    minutes: float
    memory_bytes: int
    device: str

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "minutes": round(self.minutes, 1),
            "memory_mb": round(self.memory_bytes / 2**20),
            "device": self.device,
        }


def estimate_field(preset: FieldPreset, photos: int, pixels: float, device: str) -> FieldEstimate:
    """Return what training will need.

    Parameters
    ----------
    preset : FieldPreset
    photos : int
    pixels : float
        Of one photograph, before it is reduced.
    device : str
        ``cpu`` or ``cuda``.
    """
    pixels = min(pixels, preset.side_px(photos) ** 2 * 0.75)
    samples = preset.rays * (preset.samples + 24) * preset.levels * (preset.hidden / 32)
    weights = preset.levels * 2**preset.log2_table * 2
    seconds = preset.steps * (samples / _RAY_SAMPLES_PER_S + weights / _WEIGHTS_PER_S)
    if device == "cuda":
        seconds /= _GPU_FACTOR
    table = weights * 4 * 4  # themselves, slopes, two moments
    memory = _BASE_BYTES + photos * pixels * 3 * 4 * 2 + table + preset.rays * preset.samples * 3000
    return FieldEstimate(seconds / 60 + 0.5, int(memory), device)


def estimate_field_for(preset: FieldPreset, sizes_px: Sequence[tuple[int, int]]) -> FieldEstimate:
    """Return what training on photographs of such sizes will need on this machine."""
    pixels = sum(width * height for width, height in sizes_px) / max(len(sizes_px), 1)
    device = "cuda" if shutil.which("nvidia-smi") else "cpu"
    return estimate_field(preset, len(sizes_px), pixels, device)
