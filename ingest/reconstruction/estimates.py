"""What a reconstruction will need of this machine, said before it begins."""

from __future__ import annotations

import json
import os
import shutil
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import psutil

from ingest.pipeline.process import WorkerError
from ingest.pipeline.steps import STEP_FILE
from ingest.reconstruction.field.presets import FieldEstimate
from ingest.reconstruction.levelling import FROM_GROUND_DEG
from ingest.reconstruction.options import Quality
from ingest.reconstruction.photo_check import PhotoCheck
from ingest.reconstruction.photo_metadata import PhotoMetadata

#: What Python with its libraries takes, and the process that waits for it.
_PYTHON_BYTES: Final = 330e6
#: Depths that are tried in a photograph from the ground, at most.
_PLANES: Final = 144
#: Of a pixel in which features are found, on each core.
_FEATURE_BYTES: Final = 172
#: Seconds for a pixel that is swept, fused and textured.
_SWEEP_S: Final = 2.9e-5
#: Makes of cameras that fly.
_DRONES: Final = ("dji", "hasselblad l", "parrot", "sensefly", "autel", "skydio", "yuneec")
#: How the time of poses and that of all that follows is spread over steps, in runs with 19
#: photographs from above and 29 from the ground.
_POSES_SHARES: Final = {"photos": 0.05, "poses": 0.7, "georeference": 0.25}
_ABOVE_SHARES: Final = {"stereo": 0.39, "surface": 0.38, "products": 0.23}
_GROUND_SHARES: Final = {"stereo": 0.94, "surface": 0.04, "products": 0.02}
#: Cores of the machine that the times were measured on.
_MEASURED_CORES: Final = 2


@dataclass(frozen=True)
class Estimate:
    """What a run will need.

    Parameters
    ----------
    disk_bytes : int
        Of the run's folder at its end.
    memory_bytes : int
        Of all its processes together, at the peak.
    steps_s : dict of str to float
        Seconds of each step on this machine while it has nothing else to do.
    from_ground : bool
        Whether it is that of photographs from the ground.
    """

    disk_bytes: int
    memory_bytes: int
    steps_s: dict[str, float]
    from_ground: bool = False

    @property
    def minutes(self) -> float:
        """Of the whole run on this machine while it has nothing else to do."""
        return sum(self.steps_s.values()) / 60

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "disk_mb": round(self.disk_bytes / 2**20),
            "memory_mb": round(self.memory_bytes / 2**20),
            "minutes": round(self.minutes, 1),
            "steps_s": {step: round(seconds, 1) for step, seconds in self.steps_s.items()},
            "from_ground": self.from_ground,
        }


@dataclass(frozen=True)
class Machine:
    """What there is to work with.

    Parameters
    ----------
    cores : int
    memory_bytes : int
        That programs can get now without swapping.
    disk_bytes : int
        Free where the run will lie.
    """

    cores: int
    memory_bytes: int
    disk_bytes: int

    def lacks(self, needed: Estimate) -> list[str]:
        """Return what is too small for a run, as ``memory`` and ``disk``."""
        found = []
        if needed.memory_bytes > self.memory_bytes:
            found.append("memory")
        if needed.disk_bytes > self.disk_bytes:
            found.append("disk")
        return found


def this_machine(folder: Path) -> Machine:
    """Return what this machine has; *folder* or a parent of it must exist."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return Machine(cores or 1, psutil.virtual_memory().available, shutil.disk_usage(folder).free)


def estimate(count: int, pixels: float, quality: Quality, cores: int = _MEASURED_CORES) -> Estimate:
    """Return what a run from above will need, from runs with 19 and 48 photographs of a made city.

    Parameters
    ----------
    count : int
        Photographs.
    pixels : float
        Of one, after reducing.
    quality : Quality
    cores : int
        Features and matching use all of them; dense matching and products mostly one.
    """
    pairs = count * quality.neighbours * 0.55  # most pairs are begun from both sides
    points = pairs * 0.62 * pixels  # share of a photograph that a pair gives points for
    disk = count * pixels * 0.6 + points * 19 + count * quality.features * 140 * 0.6
    # Python with its libraries and one process more, or all points while they are fused.
    memory = max(720e6, 240e6 + points * 103)
    parallel_s = count * (0.6 + 2.4e-6 * pixels) * _MEASURED_CORES / max(cores, 1)
    # On one core mostly: dense matching by pairs, the rest by photographs and points.
    rest_s = pairs * pixels * 0.55e-6 + points * 1.8e-6 + count * pixels * 0.9e-5
    steps_s = _spread(parallel_s, _POSES_SHARES) | _spread(rest_s, _ABOVE_SHARES)
    return Estimate(int(disk), int(memory), steps_s)


def estimate_for(check: PhotoCheck, quality: Quality, cores: int = _MEASURED_CORES) -> Estimate:
    """Return what a run with the usable photographs of a folder will need."""
    sizes = [f.metadata.width_px * f.metadata.height_px for f in check.used if f.metadata]
    side = quality.max_side_px
    limit = float("inf") if side is None else side * side * 0.75
    pixels = sum(min(size, limit) for size in sizes) / max(len(sizes), 1)
    metadata = [f.metadata for f in check.used if f.metadata]
    if not seems_from_ground(metadata):
        return estimate(len(sizes), pixels, quality, cores)
    swept = [
        m.width_px * m.height_px * min(quality.sweep_px / max(m.width_px, m.height_px), 1.0) ** 2
        for m in metadata
    ]
    return estimate_from_ground(
        len(sizes), pixels, sum(swept) / max(len(swept), 1), quality, cores
    )  # fmt: skip


def with_field(needed: Estimate, field: FieldEstimate) -> Estimate:
    """Return what a run needs in which a field is trained too, in a process of its own."""
    return replace(
        needed,
        memory_bytes=max(needed.memory_bytes, field.memory_bytes + int(_PYTHON_BYTES)),
        steps_s=needed.steps_s | {"field": field.minutes * 60},
    )


def seems_from_ground(metadata: Sequence[PhotoMetadata]) -> bool:
    """Return whether photographs seem to look ahead: only their poses will tell for certain.

    Those of flights state where the camera looked or how high it was; what states neither is
    taken for a hand-held camera, unless it is a drone's.
    """
    pitches = [m.pitch_deg for m in metadata if m.pitch_deg is not None]
    if pitches:
        return statistics.median(pitches) > FROM_GROUND_DEG - 90.0
    if any(m.above_ground_m is not None for m in metadata):
        return False
    return not any(m.camera.lower().startswith(_DRONES) for m in metadata)


def estimate_from_ground(
    count: int, pixels: float, swept: float, quality: Quality, cores: int = _MEASURED_CORES
) -> Estimate:
    """Return what a run with photographs from the ground will need.

    Parameters
    ----------
    count : int
        Photographs.
    pixels : float
        Of one, after reducing.
    swept : float
        Pixels of one while its depths are swept.
    quality : Quality
    cores : int
    """
    # Prepared photographs; features and matches; depth maps with points and mesh, each twice:
    # 12 bytes where photographs have texture everywhere (fox), 6 along a street (Lund).
    disk = count * (pixels * 0.42 + quality.features * 95 + swept * 9.5)
    sweeping = _PYTHON_BYTES + swept * _PLANES * 4 * 3 + count * swept * 20
    memory = max(_PYTHON_BYTES + max(cores, 1) * pixels * _FEATURE_BYTES, sweeping)
    parallel_s = count * (0.6 + 2.4e-6 * pixels) * _MEASURED_CORES / max(cores, 1)
    steps_s = _spread(parallel_s, _POSES_SHARES)
    steps_s |= _spread(count * swept * _SWEEP_S, _GROUND_SHARES)
    return Estimate(int(disk), int(memory), steps_s, from_ground=True)


def _spread(seconds: float, shares: Mapping[str, float]) -> dict[str, float]:
    """Return how seconds are spread over steps."""
    return {step: seconds * share for step, share in shares.items()}


def left_on_disk(folder: Path) -> int | None:
    """Return what the steps of a run that are not finished will take, bytes.

    Parameters
    ----------
    folder : Path
        Of the run.

    Returns
    -------
    int or None
        None where its photographs have not been counted yet.
    """
    try:
        text = (folder / "photos" / STEP_FILE).read_text(encoding="utf-8")
        foretold = float(json.loads(text)["values"]["estimate"]["disk_mb"]) * 2**20
    except (OSError, ValueError, KeyError, TypeError):
        return None
    files = [file for file in folder.rglob("*") if file.is_file()]
    return max(int(foretold) - sum(file.stat().st_size for file in files), 0)


def require_disk(folder: Path, needed: Estimate, quality: str) -> None:
    """Make sure that the products will fit.

    Raises
    ------
    WorkerError
    """
    free = shutil.disk_usage(folder).free
    if free < needed.disk_bytes:
        raise WorkerError(
            f"{folder} has {free / 2**20:,.0f} MiB free and the reconstruction needs about "
            f"{needed.disk_bytes / 2**20:,.0f} MiB",
            remedy="free some space" if quality == "draft"
            else "free some space, or use --quality draft",
        )  # fmt: skip
