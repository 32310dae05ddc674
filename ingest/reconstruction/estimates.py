"""What a reconstruction will need of this machine, said before it begins."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psutil

from ingest.pipeline.process import WorkerError
from ingest.reconstruction.options import Quality
from ingest.reconstruction.photo_check import PhotoCheck

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
    minutes : float
        On this machine.
    """

    disk_bytes: int
    memory_bytes: int
    minutes: float

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "disk_mb": round(self.disk_bytes / 2**20),
            "memory_mb": round(self.memory_bytes / 2**20),
            "minutes": round(self.minutes, 1),
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
    """Return what a run will need, from runs with 19 and 48 photographs of the demo city.

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
    seconds = parallel_s + pairs * pixels * 1.2e-6 + points * 4e-6 + count * pixels * 9e-6
    return Estimate(int(disk), int(memory), seconds / 60)


def estimate_for(check: PhotoCheck, quality: Quality, cores: int = _MEASURED_CORES) -> Estimate:
    """Return what a run with the usable photographs of a folder will need."""
    sizes = [f.metadata.width_px * f.metadata.height_px for f in check.used if f.metadata]
    side = quality.max_side_px
    limit = float("inf") if side is None else side * side * 0.75
    pixels = sum(min(size, limit) for size in sizes) / max(len(sizes), 1)
    return estimate(len(sizes), pixels, quality, cores)


def require_disk(folder: Path, needed: Estimate) -> None:
    """Make sure that the products will fit.

    Raises
    ------
    WorkerError
    """
    free = shutil.disk_usage(folder).free
    if free < needed.disk_bytes:
        raise WorkerError(
            f"{folder} has {free / 2**30:.1f} GiB free and the reconstruction needs about "
            f"{needed.disk_bytes / 2**30:.1f}",
            remedy="free some space, or use --quality draft",
        )
