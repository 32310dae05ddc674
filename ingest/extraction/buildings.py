"""Buildings: connected, planar, high. Their outlines, heights and roof shapes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from shapely import Polygon

from ingest.extraction.model import HeightModel
from ingest.extraction.outline import polygon_of, regularise
from ingest.pipeline.job import Job
from ingest.reconstruction.surface import connected_cells
from ingest.shell import Shell

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

LEAST_HEIGHT_M: Final = 2.3
LEAST_AREA_M2: Final = 16.0
_SMOOTH_M: Final = 0.22
_GREEN: Final = 0.09
#: Neighbouring cells of one building differ by less than this, beyond a roof's slope of 50°.
_STEP_M: Final = 1.0
_STEEPEST: Final = 1.2
_PLANE_M: Final = 0.25
_MOST_PLANES: Final = 8


@dataclass(frozen=True)
class Building:
    """A building as it was found.

    Parameters
    ----------
    outline : Polygon
        Local metres.
    ground_m : float
        Lowest ground at its outline, local metres.
    eaves_m, ridge_m : float
        Above that ground: the 10th and the 98th percentile of its roof.
    height_m : float
        Above that ground: the median, which a block model of the same volume has.
    roof : str
        ``flat``, ``shed``, ``gable``, ``hip`` or ``complex``.
    planes : int
        Of its roof, each with a tenth of it and more.
    confidence : float
        0 to 1; see `confidence_of`.
    solid : Shell or None
        With its roof (LoD2), local metres; None where it stays a block (LoD1).
    block_reason : str
        Why it stays a block, see `roofs`; empty where it doesn't.
    roof_rms_m : float
        Of points from the roof.
    roof_confidence : float
        0 to 1: how well planes explain the roof.
    """

    outline: Polygon
    ground_m: float
    eaves_m: float
    ridge_m: float
    height_m: float
    roof: str
    planes: int
    confidence: float
    solid: Shell | None = None
    block_reason: str = ""
    roof_rms_m: float = 0.0
    roof_confidence: float = 0.0

    @property
    def level_of_detail(self) -> int:
        """2 with its roof, 1 as a block."""
        return 1 if self.solid is None else 2

    @property
    def volume_m3(self) -> float:
        """Of the solid, else of the block."""
        block = float(self.outline.area) * self.height_m
        return block if self.solid is None else self.solid.volume_m3()


def building_mask(model: HeightModel) -> Mask:
    """Return cells that are high, smooth or beside smooth ones, and not green."""
    from scipy import ndimage

    with np.errstate(invalid="ignore"):
        high = model.above_m > LEAST_HEIGHT_M
    cell = model.grid.cell_m
    # Foliage lets points through to the ground; a roof's cell has them within its slope.
    dense = model.spread_m < 1.0 + _STEEPEST * cell
    smooth = high & dense & (model.rough_m < _SMOOTH_M + 0.1 * cell)
    if model.green is not None:
        smooth &= ndimage.uniform_filter(model.green, 3) < _GREEN
    seeds = ndimage.binary_opening(smooth, np.ones((2, 2)))
    # Eaves' cells hold points of the ground too; they belong to the roof beside them.
    allowed = high if model.green is None else high & (ndimage.uniform_filter(
        model.green, 3) < _GREEN)  # fmt: skip
    reach = max(round(1.6 / cell), 1)
    grown = ndimage.binary_dilation(seeds, np.ones((3, 3)), iterations=reach, mask=allowed)
    # Nothing narrower than about two metres is a building.
    width = 2 if cell > 0.7 else 3
    return np.asarray(ndimage.binary_opening(grown, np.ones((width, width))), np.bool_)


def split_by_height(mask: Mask, top_m: FloatArray, cell_m: float) -> npt.NDArray[np.int32]:
    """Return a number a building, 0 for none: cells are one where no step parts them."""
    from scipy import ndimage

    limit = _STEP_M + _STEEPEST * cell_m
    label = connected_cells(np.where(mask, top_m, np.nan), limit) + 1
    size = np.bincount(label.ravel())
    small = mask & (size[label] * cell_m**2 < LEAST_AREA_M2)
    label = np.where(mask & ~small, label, 0)
    # Slivers along steps go to the building that they touch.
    distance, nearest = ndimage.distance_transform_edt(label == 0, return_indices=True)
    taken = small & (distance * cell_m <= 2.0)
    label[taken] = label[tuple(nearest)][taken]
    _, numbers = np.unique(label, return_inverse=True)
    return numbers.reshape(mask.shape).astype(np.int32)


def find_buildings(model: HeightModel, job: Job) -> list[Building]:
    """Find buildings in a height model."""
    from scipy import ndimage

    mask = building_mask(model)
    labels = split_by_height(mask, model.top_m, model.grid.cell_m)
    found: list[Building] = []
    places = ndimage.find_objects(labels)
    for number, place in enumerate(places, 1):
        job.report("Buildings", number, len(places), "candidates")
        if place is None:
            continue
        part = _padded(place, labels.shape)
        own = ndimage.binary_fill_holes(ndimage.binary_closing(labels[part] == number))
        own &= (labels[part] == number) | (labels[part] == 0)
        own &= ~_courtyards(model.above_m[part], labels[part] == number)
        if own.sum() * model.grid.cell_m**2 < LEAST_AREA_M2:
            continue
        building = _describe(model, part, own)
        if building is not None:
            found.append(building)
    return found


def _padded(place: tuple[slice, ...], shape: tuple[int, int]) -> tuple[slice, slice]:
    rows, columns = place
    return (
        slice(max(rows.start - 2, 0), min(rows.stop + 2, shape[0])),
        slice(max(columns.start - 2, 0), min(columns.stop + 2, shape[1])),
    )


def _courtyards(above: FloatArray, own: Mask) -> Mask:
    """Return holes that are really low: filling must not close courtyards."""
    with np.errstate(invalid="ignore"):
        return np.asarray(~own & (above < LEAST_HEIGHT_M), np.bool_)


def _describe(model: HeightModel, part: tuple[slice, slice], own: Mask) -> Building | None:
    from ingest.reconstruction.surface import Grid

    grid = model.grid
    inner = Grid(
        grid.west_m + part[1].start * grid.cell_m, grid.north_m - part[0].start * grid.cell_m,
        grid.cell_m, own.shape[1], own.shape[0],
    )  # fmt: skip
    rough_outline = polygon_of(own, inner)
    if rough_outline is None or rough_outline.area < LEAST_AREA_M2:
        return None
    outline = regularise(rough_outline, grid.cell_m)
    top, ground = model.top_m[part][own], model.ground_m[part][own]
    base = float(np.nanpercentile(ground, 5))
    heights = top - base
    rows, columns = np.nonzero(own)
    cloud = np.column_stack([columns * grid.cell_m, -rows * grid.cell_m, heights])
    roof, planes, planar = roof_shape(cloud)
    measured = float(model.measured[part][own].mean())
    eaves, height, ridge = np.nanpercentile(heights, [10, 50, 98])
    return Building(
        outline, base, float(eaves), float(ridge), float(height), roof, planes,
        confidence_of(planar, measured, outline.area, float(height)),
    )  # fmt: skip


def roof_shape(cloud: FloatArray, seed: int = 1) -> tuple[str, int, float]:
    """Return a roof's shape, how many planes it has and what share of it they explain.

    Planes are found one after the other by RANSAC (Fischler and Bolles, 1981).

    Parameters
    ----------
    cloud : (n, 3) float64 array
        Points of the roof in metres.
    """
    chance = np.random.default_rng(seed)
    left = cloud
    planes: list[tuple[int, FloatArray]] = []
    while len(left) >= max(8, 0.1 * len(cloud)) and len(planes) < _MOST_PLANES:
        normal, inside = _best_plane(left, chance)
        if inside.sum() < max(6, 0.1 * len(cloud)):
            break
        planes.append((int(inside.sum()), normal))
        left = left[~inside]
    share = sum(count for count, _ in planes) / max(len(cloud), 1)
    if not planes:
        return "complex", 0, 0.0
    slopes = [math.degrees(math.acos(min(abs(float(n[2])), 1.0))) for _, n in planes]
    if planes[0][0] >= 0.6 * len(cloud) and slopes[0] < 6.0:
        return "flat", len(planes), share
    sloped = [n for (_, n), slope in zip(planes, slopes, strict=True) if slope >= 6.0]
    if not sloped:
        return "flat", len(planes), share
    azimuth = [math.atan2(n[1], n[0]) for n in sloped]
    opposite = any(
        abs(math.cos(a - b) + 1) < 0.15 for i, a in enumerate(azimuth) for b in azimuth[i + 1 :]
    )
    across = any(
        abs(math.cos(a - b)) < 0.35 for i, a in enumerate(azimuth) for b in azimuth[i + 1 :]
    )
    if len(sloped) == 1:
        return "shed", len(planes), share
    if opposite and not across:
        return "gable", len(planes), share
    if opposite and across and len(sloped) <= 5:
        return "hip", len(planes), share
    return "complex", len(planes), share


def _best_plane(cloud: FloatArray, chance: np.random.Generator) -> tuple[FloatArray, Mask]:
    best: tuple[int, FloatArray, Mask] | None = None
    for _ in range(60):
        p = cloud[chance.choice(len(cloud), 3, replace=False)]
        normal = np.cross(p[1] - p[0], p[2] - p[0])
        length = float(np.linalg.norm(normal))
        if length < 1e-6:
            continue
        normal = normal / length
        if abs(normal[2]) < 0.35:
            continue
        inside = np.abs((cloud - p[0]) @ normal) < _PLANE_M
        count = int(inside.sum())
        if best is None or count > best[0]:
            best = (count, normal if normal[2] > 0 else -normal, inside)
    if best is None:
        return np.array([0.0, 0.0, 1.0]), np.zeros(len(cloud), bool)
    return best[1], best[2]


def confidence_of(planar: float, measured: float, area_m2: float, height_m: float) -> float:
    """Return how sure it is that this is a building, 0 to 1.

    A product of what speaks for it: how much of the roof lies in planes, how much was measured
    and not filled, and whether area and height are those of buildings rather than of vehicles,
    containers or hedges. It ranks the review; it is no probability.
    """
    large = min(1.0, 0.55 + area_m2 / 120.0)
    high = min(1.0, 0.6 + (height_m - LEAST_HEIGHT_M) / 5.0)
    return round(
        float(np.clip((0.4 + 0.6 * planar) * (0.5 + 0.5 * measured) * large * high, 0, 1)), 3
    )
