"""Choices for one reconstruction, and what the machine must have for it."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ingest.pipeline.process import WorkerError
from twin_model.errors import ShapanError

#: Modules of the extra `reconstruction` that a run needs.
_MODULES: Final = ("cv2", "pycolmap", "CSF", "scipy", "contourpy")


@dataclass(frozen=True)
class Quality:
    """What a preset means.

    Parameters
    ----------
    max_side_px : int or None
        Photographs are reduced to this.
    features : int
        Most features a photograph.
    neighbours : int
        Pairs that each photograph begins.
    full_paths : bool
        Eight paths of semi-global matching, or five.
    """

    max_side_px: int | None
    features: int
    neighbours: int
    full_paths: bool


QUALITIES: Final = {
    "draft": Quality(1600, 6_000, 4, True),
    "normal": Quality(3200, 10_000, 6, True),
    "high": Quality(None, 16_000, 8, True),
}


@dataclass(frozen=True)
class ReconstructOptions:
    """Choices for one reconstruction.

    Parameters
    ----------
    photos : Path
        Folder of photographs.
    control : Path or None
        Control and check points.
    control_crs : str or None
        Instead of what that file states.
    poses : Path or None
        Known ones: ``transforms.json``, a COLMAP model's folder or an OpenSfM
        ``reconstruction.json``; found from the photographs otherwise.
    quality : str
        ``draft``, ``normal`` or ``high``.
    name : str
        Of the layers; the folder's name by default.
    """

    photos: Path
    control: Path | None = None
    control_crs: str | None = None
    poses: Path | None = None
    quality: str = "draft"
    name: str = ""

    @property
    def preset(self) -> Quality:
        """What the quality means."""
        return QUALITIES[self.quality]

    @property
    def title(self) -> str:
        """What the layers are called after."""
        return self.name or self.photos.resolve().name


def require_modules(names: Sequence[str] = _MODULES, extra: str = "reconstruction") -> None:
    """Make sure that the optional libraries are there.

    Parameters
    ----------
    names : sequence of str
        Modules that are needed.
    extra : str
        Of the package that installs them.

    Raises
    ------
    ShapanError
        Names the command that installs them.
    """
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        raise ShapanError(
            f"{extra} needs {', '.join(missing)}, not installed here",
            remedy=f'pip install "shapan[{extra}]" (in a checkout: uv sync --all-extras)',
        )


@dataclass(frozen=True)
class Estimate:
    """What a run will need.

    Parameters
    ----------
    disk_bytes, memory_bytes : int
    minutes : float
        On two cores.
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


def estimate(count: int, pixels: float, quality: Quality) -> Estimate:
    """Return what a run will need, from what was measured on the demo city.

    Parameters
    ----------
    count : int
        Photographs.
    pixels : float
        Of one, after reducing.
    quality : Quality
    """
    pairs = count * quality.neighbours * 0.55  # most pairs are begun from both sides
    matched = 0.62 * pixels  # share of a photograph that a pair gives points for
    disk = count * pixels * 0.6 + pairs * matched * 19 + count * quality.features * 140 * 0.6
    memory = 350e6 + count * pixels * 3 + 0.25 * pairs * matched * 60
    seconds = count * 1.2 + count * 16 * 0.15 + pairs * pixels * 3.0e-6 + pairs * matched * 2e-6
    return Estimate(int(disk), int(memory), seconds / 60)


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
