"""Choices for one reconstruction, and the libraries that it needs."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from twin_model.errors import ShapanError

#: Modules of the extra `reconstruction` that a run needs.
_MODULES: Final = ("cv2", "pycolmap", "CSF", "scipy", "contourpy", "skimage")
#: In the folder of a run: what it was begun with.
RUN_FILE: Final = "run.json"
#: In order; also the names of their folders.
STEPS: Final = ("photos", "poses", "georeference", "stereo", "surface", "products")


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
    sweep_px : int
        Longer side of photographs from the ground while their depths are swept.
    """

    max_side_px: int | None
    features: int
    neighbours: int
    full_paths: bool
    sweep_px: int


QUALITIES: Final = {
    "draft": Quality(1600, 6_000, 4, True, 640),
    "normal": Quality(3200, 10_000, 6, True, 960),
    "high": Quality(None, 16_000, 8, True, 1280),
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
    reference : Path or None
        Points (LAS, LAZ) of another survey that the product is compared with, never fitted to.
    field : bool
        Train a radiance field as a second way to the surface.
    geoid : Path or None
        Grid of geoid heights that brings heights of photographs, which are above the ellipsoid,
        to the project's vertical datum.
    """

    photos: Path
    control: Path | None = None
    control_crs: str | None = None
    poses: Path | None = None
    quality: str = "draft"
    name: str = ""
    reference: Path | None = None
    field: bool = False
    geoid: Path | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        paths = {"photos": self.photos, "control": self.control, "poses": self.poses,
                 "reference": self.reference, "geoid": self.geoid}  # fmt: skip
        return {name: str(path.absolute()) if path else None for name, path in paths.items()} | {
            "control_crs": self.control_crs, "quality": self.quality, "name": self.name,
            "field": self.field,
        }  # fmt: skip

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> ReconstructOptions:
        """Return the choices that `to_json` gave; those that are missing are the defaults."""

        def path(name: str) -> Path | None:
            return Path(document[name]) if document.get(name) else None

        quality = str(document.get("quality", "draft"))
        return cls(
            Path(document["photos"]), path("control"), document.get("control_crs"), path("poses"),
            quality if quality in QUALITIES else "draft", str(document.get("name") or ""),
            path("reference"), bool(document.get("field")), path("geoid"),
        )  # fmt: skip

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
