"""Solids with roofs (LoD2) for buildings whose points allow it; the reason for those that don't."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon

from ingest.extraction.buildings import Building
from ingest.extraction.outline import main_direction_deg
from ingest.extraction.roof_cells import RoofCells, divide
from ingest.extraction.roof_planes import RoofPlanes, heights_of, roof_planes
from ingest.extraction.roof_solid import solid_of
from ingest.pipeline.job import Job
from ingest.shell import Shell
from twin_model.errors import ShapanError

FloatArray = npt.NDArray[np.float64]

#: Why a building stays a block.
FEW_POINTS, NO_PLANES, NOT_CLOSED, UNLIKELY, NO_BETTER = (
    "few_points", "no_planes", "not_closed", "unlikely_shape", "no_better_than_block",
)  # fmt: skip
_LEAST_POINTS: Final = 24
_LEAST_DENSITY: Final = 0.5
_MOST_POINTS: Final = 6000
#: Points this far below the eaves are of walls and of the ground.
_ROOF_SHARE: Final = 0.55
_LEAST_EXPLAINED: Final = 0.72
_MOST_RMS_M: Final = 0.4
#: Chimneys and trees over the roof count as this much.
_FAR_M: Final = 1.0
_ABOVE_TOP_M: Final = 1.5
_WORSE_M: Final = 0.02


@dataclass(frozen=True)
class Roof:
    """A building's roof as it was modelled.

    Parameters
    ----------
    solid : Shell or None
        Local metres; None where the building stays a block.
    reason : str
        Why it is a block; empty where it isn't.
    rms_m : float
        Of points from the roof that is used, chimneys and the like counting at most a metre.
    confidence : float
        0 to 1: share of the points near their plane, less what they are off by.
    faces : int
        Of the roof.
    """

    solid: Shell | None
    reason: str
    rms_m: float
    confidence: float
    faces: int = 0


def add_roofs(
    buildings: Sequence[Building], position: FloatArray, job: Job
) -> list[Building]:  # fmt: skip
    """Return buildings with solids where the points allow it.

    Parameters
    ----------
    buildings : sequence of Building
    position : (n, 3) float64 array
        Points of the survey, local metres.
    job : Job

    Raises
    ------
    Cancelled
    """
    if not buildings:
        return []
    tree = shapely.STRtree([building.outline for building in buildings])
    own: list[list[npt.NDArray[np.int64]]] = [[] for _ in buildings]
    for start in range(0, len(position), 500_000):
        job.check()
        part = position[start : start + 500_000]
        point, building = tree.query(shapely.points(part[:, :2]), predicate="intersects")
        order = np.argsort(building, kind="stable")
        for index, chosen in _groups(building[order], point[order] + start):
            own[index].append(chosen)
    out = []
    for number, (building, parts) in enumerate(zip(buildings, own, strict=True), 1):
        job.report("Roofs", number, len(buildings), "features")
        cloud = position[np.concatenate(parts)] if parts else np.empty((0, 3))
        roof = model_roof(building, cloud)
        out.append(replace(
            building, solid=roof.solid, block_reason=roof.reason, roof_rms_m=roof.rms_m,
            roof_confidence=roof.confidence,
        ))  # fmt: skip
    return out


def _groups(
    sorted_keys: npt.NDArray[np.int64], values: npt.NDArray[np.int64]
) -> list[tuple[int, npt.NDArray[np.int64]]]:
    if not len(sorted_keys):
        return []
    keys, starts = np.unique(sorted_keys, return_index=True)
    return list(zip(keys.tolist(), np.split(values, starts[1:]), strict=True))


def model_roof(building: Building, cloud: FloatArray, seed: int = 1) -> Roof:
    """Model one building's roof.

    Parameters
    ----------
    building : Building
    cloud : (n, 3) float64 array
        Points over its outline, local metres.
    seed : int
    """
    block_m = building.ground_m + building.height_m
    roof = cloud[cloud[:, 2] > building.ground_m + _ROOF_SHARE * building.eaves_m]
    block_rms = _rms(roof[:, 2] - block_m)
    area = building.outline.area
    if len(roof) < _LEAST_POINTS or len(roof) < _LEAST_DENSITY * area:
        return Roof(None, FEW_POINTS, block_rms, 0.0)
    if len(roof) > _MOST_POINTS:
        roof = roof[np.random.default_rng(seed).choice(len(roof), _MOST_POINTS, replace=False)]
    # Near the origin, where planes keep their digits.
    west, south, *_ = building.outline.bounds
    corner = np.array([math.floor(west), math.floor(south), 0.0])
    outline = shapely.affinity.translate(building.outline, -corner[0], -corner[1])
    walls = main_direction_deg(outline)
    planes = roof_planes(roof - corner, walls, seed)
    explained = float(np.mean(planes.label >= 0))
    if not len(planes.plane) or explained < _LEAST_EXPLAINED:
        return Roof(None, NO_PLANES, block_rms, round(explained, 3))
    return _judged(building, outline, roof - corner, planes, (walls, block_rms, corner))


def _judged(
    building: Building, outline: Polygon, roof: FloatArray, planes: RoofPlanes,
    frame: tuple[float, float, FloatArray],
) -> Roof:  # fmt: skip
    walls, block_rms, corner = frame
    try:
        cells = divide(outline, roof, planes, walls)
        solid = solid_of(cells, planes.plane, building.ground_m)
    except (shapely.errors.ShapelyError, ShapanError, KeyError, ValueError):
        return Roof(None, NOT_CLOSED, block_rms, 0.0)
    if not solid.faces or solid.open_edges() or solid.volume_m3() <= 0:
        return Roof(None, NOT_CLOSED, block_rms, 0.0)
    off = _off(cells, planes.plane, roof)
    rms, near = _rms(off), float(np.mean(np.abs(off) <= 2 * planes.near_m))
    sure = round(float(np.clip(near * math.exp(-rms), 0.0, 1.0)), 3)
    z = np.concatenate([face.rings[0][:, 2] for face in solid.faces if face.kind == "roof"])
    too_low = z.min() < building.ground_m + 0.4 * building.eaves_m
    if too_low or z.max() > roof[:, 2].max() + _ABOVE_TOP_M:
        return Roof(None, UNLIKELY, block_rms, sure)
    if near < _LEAST_EXPLAINED or rms > _MOST_RMS_M:
        return Roof(None, NO_PLANES, block_rms, sure)
    if rms > block_rms + _WORSE_M and rms > planes.near_m:
        return Roof(None, NO_BETTER, block_rms, sure)
    return Roof(solid.moved(corner), "", rms, sure, sum(f.kind == "roof" for f in solid.faces))


def _off(roof: RoofCells, plane: FloatArray, points: FloatArray) -> FloatArray:
    """Return how far points are above the roof."""
    tree = shapely.STRtree(roof.cells)
    point, cell = tree.query(shapely.points(points[:, :2]), predicate="intersects")
    _, first = np.unique(point, return_index=True)
    kind = roof.plane[roof.patch[cell[first]]]
    chosen = points[point[first]]
    return np.asarray(
        chosen[:, 2] - heights_of(plane, chosen[:, :2])[kind, np.arange(len(chosen))], np.float64
    )


def _rms(off: FloatArray) -> float:
    if not len(off):
        return 0.0
    return round(float(np.sqrt(np.mean(np.minimum(np.abs(off), _FAR_M) ** 2))), 3)
