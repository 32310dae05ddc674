"""How a radiance field is trained, by quality and machine."""

from __future__ import annotations

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
        Photographs are reduced to this for training.
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


#: On a processor the small one of `draft` is what ends within a draft's time; it was measured
#: at 30 dB on a made town (1,500 steps of 1,536 rays on two cores: some five minutes).
PRESETS: Final = {
    "draft": FieldPreset(1_500, 1_536, 400, 12, 512, 17, 32, 24),
    "normal": FieldPreset(8_000, 4_096, 1_000, 16, 2_048, 19, 64, 48),
    "high": FieldPreset(30_000, 4_096, 1_600, 16, 4_096, 20, 64, 48),
}
#: Rays a second on two cores with the compiled hash grid, by level of the grid and sample.
_RAY_SAMPLES_PER_S: Final = 7.5e6
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
        Of one photograph, as trained on.
    device : str
        ``cpu`` or ``cuda``.
    """
    samples = preset.steps * preset.rays * (preset.samples + 24) * preset.levels
    seconds = samples * (preset.hidden / 32) / _RAY_SAMPLES_PER_S
    if device == "cuda":
        seconds /= _GPU_FACTOR
    table = preset.levels * 2**preset.log2_table * 2 * 4 * 4  # weights, slopes, two moments
    memory = _BASE_BYTES + photos * pixels * 3 * 4 * 2 + table + preset.rays * preset.samples * 6000
    return FieldEstimate(seconds / 60 + 0.5, int(memory), device)
