"""Which photographs should show a surveyed point, and where, before anybody has marked it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from ingest.reconstruction.footprints import Position, camera_rotation
from ingest.reconstruction.georeference import PointResidual
from ingest.reconstruction.photo_metadata import PhotoMetadata
from ingest.reconstruction.preparation import load_prepared
from ingest.reconstruction.scene import Camera, Photo, SparseScene

FloatArray = npt.NDArray[np.float64]

#: Where a lens's focal length is not stated: times the longer side, as in `footprints`.
_USUAL_FOCAL: Final = 0.85
#: Share of a picture by which a place may lie outside: positions and angles are not exact.
_OUTSIDE: Final = 0.1


@dataclass(frozen=True)
class Sighting:
    """Where one photograph should show a point.

    Parameters
    ----------
    photo : str
        Name of the original, relative to its folder.
    x_px, y_px : float
        Of the upright photograph at full size; the outer corner of the first pixel is (0, 0).
    adjusted : bool
        Whether it follows from poses that were found, or from what the photograph states.
    off_centre : float
        0 in the middle of the picture, 1 at the middle of its farther edges.
    """

    photo: str
    x_px: float
    y_px: float
    adjusted: bool
    off_centre: float


@dataclass(frozen=True)
class Eye:
    """A photograph that can say where it shows a point.

    Parameters
    ----------
    name : str
        Of the original.
    camera : Camera
    photo : Photo
    scale : float
        Pixels of *camera* a pixel of the upright original.
    adjusted : bool
    """

    name: str
    camera: Camera
    photo: Photo
    scale: float
    adjusted: bool


def eyes_of_run(run: Path) -> list[Eye]:
    """Return the photographs of a run whose poses are known; none where it is not that far.

    Parameters
    ----------
    run : Path
        Folder of the run.
    """
    if not (run / "georeference" / "scene.json").is_file():
        return []
    scene = SparseScene.load(run / "georeference")
    prepared = {one.name: one for one in load_prepared(run / "photos")}
    return [
        Eye(prepared[p.name].source, scene.camera_of(p), p, prepared[p.name].scale, True)
        for p in scene.photos
        if p.name in prepared
    ]


def eyes_of_metadata(
    photos: Sequence[tuple[str, PhotoMetadata, Position | None]],
) -> list[Eye]:
    """Return the photographs that state where they were taken and where they look."""
    found = []
    for name, metadata, position in photos:
        if position is None or metadata.yaw_deg is None or metadata.pitch_deg is None:
            continue
        width, height = metadata.width_px, metadata.height_px
        focal = metadata.focal_px or _USUAL_FOCAL * max(width, height)
        camera = Camera(width, height, focal, focal, width / 2, height / 2)
        rotation = camera_rotation(metadata.yaw_deg, metadata.pitch_deg, metadata.roll_deg or 0.0)
        photo = Photo(name, 0, rotation, np.array(position, np.float64))
        found.append(Eye(name, camera, photo, 1.0, False))
    return found


def sightings_of(eyes: Sequence[Eye], point_m: FloatArray) -> list[Sighting]:
    """Return where photographs should show a point, those that show it most centrally first.

    Parameters
    ----------
    eyes : sequence of Eye
    point_m : (3,) float64 array
        Local metres.
    """
    found = []
    for eye in eyes:
        x, y = eye.camera.project(eye.photo.to_camera(point_m[None]))[0]
        width, height = eye.camera.width_px, eye.camera.height_px
        off = max(abs(x / width - 0.5), abs(y / height - 0.5)) * 2
        if np.isfinite(off) and off <= 1.0 + 2 * _OUTSIDE:
            found.append(
                Sighting(eye.name, float(x / eye.scale), float(y / eye.scale), eye.adjusted,
                         float(off))
            )  # fmt: skip
    return sorted(found, key=lambda one: one.off_centre)


def residuals_of_run(run: Path) -> dict[str, PointResidual]:
    """Return by name how far a run's surveyed points are off; empty where it is not that far."""
    try:
        document = json.loads((run / "georeference" / "georeference.json").read_text("utf-8"))
        found = [PointResidual(**point) for point in document["points"]]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {point.name: point for point in found}
