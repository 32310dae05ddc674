"""What photographs see of level ground, and how much they overlap, from metadata alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from shapely import Polygon

from ingest.reconstruction.photo_metadata import PhotoMetadata

FloatArray = npt.NDArray[np.float64]
Position = tuple[float, float, float]

#: Rays nearer to the horizon see too far for a footprint to mean anything.
_LEAST_DEPRESSION_DEG: Final = 12.0
_CELLS: Final = 120
#: Focal length where none is stated, times the longer side: a common drone lens.
_USUAL_FOCAL: Final = 0.85


@dataclass(frozen=True)
class Footprint:
    """What one photograph sees of level ground.

    Parameters
    ----------
    name : str
    ring_m : list of (x, y)
        Local metres.
    ground_sample_distance_m : float
        In the middle of the picture.
    assumed : bool
        Whether direction or focal length had to be assumed.
    """

    name: str
    ring_m: list[tuple[float, float]]
    ground_sample_distance_m: float
    assumed: bool

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Coverage:
    """How well the ground is covered.

    Parameters
    ----------
    area_m2 : float
        Seen by at least one photograph.
    share_by_3, share_by_5 : float
        Parts of the area that at least so many see.
    mean_overlap : float
        Share of a photograph that its best neighbour sees too, mean of all.
    ground_sample_distance_m : float
        Median of the set.
    lonely : list of str
        Photographs that share less than 30 % with any other.
    best_overlap : dict of str to float
        Share of each photograph that its best neighbour sees too.
    """

    area_m2: float
    share_by_3: float
    share_by_5: float
    mean_overlap: float
    ground_sample_distance_m: float
    lonely: list[str]
    best_overlap: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


def camera_rotation(yaw_deg: float, pitch_deg: float, roll_deg: float) -> FloatArray:
    """Return the rotation from local axes to a camera's (x right, y down, z forward).

    Parameters
    ----------
    yaw_deg : float
        Clockwise from north.
    pitch_deg : float
        Above the horizon; -90 looks straight down.
    roll_deg : float
        Clockwise about the viewing direction.
    """
    yaw, pitch, roll = map(math.radians, (yaw_deg, pitch_deg, roll_deg))
    forward = np.array(
        [math.sin(yaw) * math.cos(pitch), math.cos(yaw) * math.cos(pitch), math.sin(pitch)]
    )
    right = np.array([math.cos(yaw), -math.sin(yaw), 0.0])
    down = np.cross(forward, right)
    c, s = math.cos(roll), math.sin(roll)
    return np.vstack([c * right + s * down, -s * right + c * down, forward])


def footprints_of(
    photos: Sequence[tuple[str, PhotoMetadata, Position | None]],
) -> list[Footprint]:
    """Return the footprints of photographs whose height above ground is known or can be guessed.

    Where the camera's direction is not stated it is taken to look straight down, along the
    course to the next photograph.
    """
    placed = [(name, m, p) for name, m, p in photos if p is not None]
    if not placed:
        return []
    level = _ground_level(placed)
    if level is None:
        return []
    found: list[Footprint] = []
    positions = np.array([p for _, _, p in placed])
    for number, (name, metadata, position) in enumerate(placed):
        height = position[2] - level
        if metadata.above_ground_m is not None:
            height = metadata.above_ground_m
        if height < 2.0:
            continue
        yaw = metadata.yaw_deg if metadata.yaw_deg is not None else _course(positions, number)
        pitch = -90.0 if metadata.pitch_deg is None else metadata.pitch_deg
        found_one = _footprint(name, metadata, position, height, (yaw, pitch))
        if found_one is not None:
            found.append(found_one)
    return found


def _ground_level(placed: Sequence[tuple[str, PhotoMetadata, Position]]) -> float | None:
    known = [p[2] - m.above_ground_m for _, m, p in placed if m.above_ground_m is not None]
    return float(np.median(known)) if known else None


def _course(positions: FloatArray, number: int) -> float:
    other = number + 1 if number + 1 < len(positions) else number - 1
    if not 0 <= other < len(positions):
        return 0.0
    step = positions[max(number, other)] - positions[min(number, other)]
    return math.degrees(math.atan2(step[0], step[1])) % 360.0


def _footprint(
    name: str,
    metadata: PhotoMetadata,
    position: Position,
    height_m: float,
    direction_deg: tuple[float, float],
) -> Footprint | None:
    focal = metadata.focal_px or _USUAL_FOCAL * max(metadata.width_px, metadata.height_px)
    rotation = camera_rotation(*direction_deg, metadata.roll_deg or 0.0)
    half_w, half_h = metadata.width_px / 2 / focal, metadata.height_px / 2 / focal
    corners = np.array(
        [[-half_w, -half_h, 1], [half_w, -half_h, 1], [half_w, half_h, 1], [-half_w, half_h, 1]]
    )
    rays = corners @ rotation
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    if (rays[:, 2] > -math.sin(math.radians(_LEAST_DEPRESSION_DEG))).any():
        return None
    ground = rays[:, :2] * (height_m / -rays[:, 2:3]) + np.array(position[:2])
    forward = rotation[2]
    slant = height_m / -float(forward[2])
    return Footprint(
        name,
        [(float(x), float(y)) for x, y in ground],
        slant / focal,
        metadata.focal_px is None or metadata.pitch_deg is None or metadata.yaw_deg is None,
    )


def coverage_of(footprints: Sequence[Footprint]) -> Coverage | None:
    """Return how well footprints cover the ground; None where there are fewer than two."""
    if len(footprints) < 2:
        return None
    polygons = [Polygon(f.ring_m) for f in footprints]
    best, lonely = [], []
    for i, polygon in enumerate(polygons):
        shares = [
            polygon.intersection(other).area / polygon.area
            for j, other in enumerate(polygons)
            if j != i and polygon.intersects(other)
        ]
        best.append(max(shares, default=0.0))
        if best[-1] < 0.3:
            lonely.append(footprints[i].name)
    counts, cell_m2 = _counts(polygons)
    seen = counts > 0
    total = max(int(seen.sum()), 1)
    return Coverage(
        area_m2=float(total * cell_m2),
        share_by_3=float((counts >= 3).sum() / total),
        share_by_5=float((counts >= 5).sum() / total),
        mean_overlap=float(np.mean(best)),
        ground_sample_distance_m=float(np.median([f.ground_sample_distance_m for f in footprints])),
        lonely=lonely,
        best_overlap={f.name: share for f, share in zip(footprints, best, strict=True)},
    )


def _counts(polygons: Sequence[Polygon]) -> tuple[npt.NDArray[np.int32], float]:
    """Return how many footprints each cell of a grid over all of them lies in."""
    import shapely

    bounds = np.array([p.bounds for p in polygons])
    west, south = bounds[:, 0].min(), bounds[:, 1].min()
    east, north = bounds[:, 2].max(), bounds[:, 3].max()
    cell = max(east - west, north - south, 1e-6) / _CELLS
    x, y = np.meshgrid(np.arange(west, east, cell) + cell / 2, np.arange(south, north, cell))
    counts = np.zeros(x.shape, np.int32)
    for polygon in polygons:
        counts += shapely.contains_xy(polygon, x, y)
    return counts, float(cell * cell)
