"""Takes a 3D Tiles tileset into a project as it is: copied, or linked where it stands."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ingest.readers.contract import SourceInfo, TilesetSource
from ingest.tiling.contract import LayerContent, Target
from twin_model.errors import SourceError
from twin_model.frame import Frame
from twin_model.layer import Bounds, LayerRole
from twin_model.tiles.tileset import Tileset, load_tileset


def adopt_tileset(
    source: TilesetSource, target: Target, info: SourceInfo, *, link: bool
) -> LayerContent:
    """Copy a tileset's folder into the layer, or refer to it.

    Content and hierarchy stay as they are; tiles are placed while drawing.

    Parameters
    ----------
    source : TilesetSource
    target : Target
    info : SourceInfo
        For the counts.
    link : bool
        Refer to it by its absolute path instead of copying.

    Raises
    ------
    SourceError
        If it was made for another project's frame, or a file cannot be copied.
    Cancelled
    """
    root = source.root.resolve()
    tileset = load_tileset(root)
    _check_frame(tileset, target.frame)
    if link:
        content = str(root)
    else:
        _copy(root.parent, target)
        content = root.name
    counts = {key: value for key, value in info.counts.items() if value}
    warnings = [] if tileset.is_geocentric or tileset.is_local else [
        "is not placed on the globe; its coordinates were taken as metres from the project's origin"
    ]  # fmt: skip
    return LayerContent(
        LayerRole.MESH,
        content,
        tileset_bounds(tileset, target.frame),
        counts,
        warnings=warnings,
    )


def _check_frame(tileset: Tileset, frame: Frame) -> None:
    """Refuse a tileset whose local coordinates belong to another frame."""
    if not tileset.is_local:
        return
    extras = tileset.extras
    origin = extras.get("origin")
    same = extras.get("crs") == frame.crs and origin is not None
    if not same or not np.allclose(np.asarray(origin, np.float64), frame.offset):
        raise SourceError(
            tileset.path,
            "is a layer of another project, in that project's local coordinates",
            remedy="import the source it was made from",
        )


def _copy(folder: Path, target: Target) -> None:
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and not p.is_symlink()]
    total = sum(file.stat().st_size for file in files)
    free = shutil.disk_usage(target.folder).free
    if total > free:
        raise SourceError(
            folder,
            f"has {total >> 20} MiB, and only {free >> 20} MiB are free",
            remedy="free some space, or add it with --link",
        )
    done = 0
    for file in files:
        goal = target.folder / file.relative_to(folder)
        goal.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(file, goal)
        except OSError as error:
            raise SourceError(file, f"cannot be copied ({error.strerror})") from error
        done += goal.stat().st_size
        target.job.report("Copy", done, total, "bytes")


def tileset_bounds(tileset: Tileset, frame: Frame) -> Bounds | None:
    """Return the bounds of a tileset's root volume in local metres."""
    points = _volume_points(tileset)
    if tileset.root.volume.kind == "region":
        local = frame.transform_from("EPSG:4979")(points)
    else:
        placed = points @ tileset.root.transform[:3, :3].T + tileset.root.transform[:3, 3]
        local = frame.transform_from("EPSG:4978")(placed) if tileset.is_geocentric else placed
    low, high = local.min(axis=0), local.max(axis=0)
    return (*map(float, low), *map(float, high))  # type: ignore[return-value]


def _volume_points(tileset: Tileset) -> npt.NDArray[np.float64]:
    volume = tileset.root.volume
    if volume.kind != "region":
        return volume.corners()
    west, south, east, north, low, high = volume.values
    lon, lat, height = np.meshgrid(
        np.degrees(np.linspace(west, east, 3)),
        np.degrees(np.linspace(south, north, 3)),
        [low, high],
    )
    return np.column_stack([lon.ravel(), lat.ravel(), height.ravel()])
