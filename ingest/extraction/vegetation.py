"""Trees: what stands high and is neither smooth nor a building. Tops, heights and crowns."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from ingest.extraction.model import HeightModel
from ingest.pipeline.job import Job

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

LEAST_HEIGHT_M: Final = 2.0
_MOST_HEIGHT_M: Final = 60.0
_LEAST_CROWN_M2: Final = 1.5
_SMOOTHING_M: Final = 0.7
#: Where less than this share of a survey is green, as in winter, by night or in false colours,
#: colours say nothing about trees.
_GREEN: Final = 0.09
_LEAST_GREEN_SHARE: Final = 0.02
#: Walls, cranes and lamps stay below this; measured on the demo city, where trees have 0.998.
_LEAST_CONFIDENCE: Final = 0.8


@dataclass(frozen=True)
class Tree:
    """A tree as it was found.

    Parameters
    ----------
    x_m, y_m : float
        Of its top, local metres.
    ground_m : float
    height_m : float
        Above ground.
    crown_m : float
        Diameter of a circle with the crown's area.
    confidence : float
        0 to 1; ranks the review.
    """

    x_m: float
    y_m: float
    ground_m: float
    height_m: float
    crown_m: float
    confidence: float


def find_trees(model: HeightModel, buildings: Mask, job: Job) -> list[Tree]:
    """Find trees beside buildings.

    Tops are the highest cells within a window that grows with height, crowns are what belongs
    to them when water rises from the tops (Popescu and Wynne, "Seeing the trees in the forest",
    2004, for the window).

    Parameters
    ----------
    model : HeightModel
    buildings : (rows, columns) bool array
        Cells of buildings.
    job : Job
    """
    from scipy import ndimage

    job.report("Trees", 0, 1, "")
    cell = model.grid.cell_m
    walls = ndimage.binary_dilation(buildings, iterations=max(round(0.8 / cell), 1))
    with np.errstate(invalid="ignore"):
        high = (model.above_m > LEAST_HEIGHT_M) & (model.above_m < _MOST_HEIGHT_M) & ~walls
    if not high.any():
        return []
    canopy = np.where(high, model.above_m, 0.0)
    smooth = ndimage.gaussian_filter(canopy, _SMOOTHING_M / cell)
    tops = _tops(smooth, high, cell)
    if not len(tops):
        return []
    labels = _crowns(smooth, high, tops)
    area = np.bincount(labels.ravel(), minlength=len(tops) + 1) * cell**2
    highest = ndimage.maximum(canopy, labels, np.arange(1, len(tops) + 1))
    x, y = model.grid.middles()
    if model.green is not None and (model.green > _GREEN).mean() < _LEAST_GREEN_SHARE:
        model = replace(model, green=None)
    found = []
    for number, ((row, column), height) in enumerate(zip(tops, highest, strict=True), 1):
        if area[number] < _LEAST_CROWN_M2:
            continue
        crown = 2 * math.sqrt(area[number] / math.pi)
        sure = _confidence(model, int(row), int(column), crown, height)
        if sure < _LEAST_CONFIDENCE:
            continue
        found.append(
            Tree(
                float(x[column]), float(y[row]), float(model.ground_m[row, column]),
                float(height), crown, sure,
            )
        )  # fmt: skip
    return found


def _tops(smooth: FloatArray, high: Mask, cell_m: float) -> npt.NDArray[np.int64]:
    """Return rows and columns of tops: highest within 1.2 m and a tenth of their height."""
    from scipy import ndimage

    kept = np.zeros(smooth.shape, bool)
    for low, top in ((0.0, 6.0), (6.0, 12.0), (12.0, 20.0), (20.0, _MOST_HEIGHT_M)):
        radius = max(round((1.2 + 0.1 * min(top, 25.0)) / cell_m), 1)
        span = np.arange(-radius, radius + 1)
        disc = span[:, None] ** 2 + span[None, :] ** 2 <= radius**2
        peak = smooth >= ndimage.maximum_filter(smooth, footprint=disc) - 1e-9
        kept |= peak & high & (smooth > max(low, 0.5 * LEAST_HEIGHT_M)) & (smooth <= top)
    # A level crown has several highest cells; their middle is the top.
    number, count = ndimage.label(kept, np.ones((3, 3)))
    if not count:
        return np.empty((0, 2), np.int64)
    middle = ndimage.center_of_mass(kept, number, np.arange(1, count + 1))
    return np.asarray(np.rint(np.array(middle)), np.int64)


def _crowns(smooth: FloatArray, high: Mask, tops: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """Return the number of the crown that each cell belongs to, 0 for none."""
    from scipy import ndimage

    markers = np.zeros(smooth.shape, np.int32)
    markers[tops[:, 0], tops[:, 1]] = np.arange(1, len(tops) + 1)
    depth = np.clip((smooth.max() - smooth) / max(float(smooth.max()), 1e-9) * 65_000, 0, 65_000)
    grown = ndimage.watershed_ift(depth.astype(np.uint16), markers, np.ones((3, 3), int))
    return np.where(high, grown, 0).astype(np.int32)


def _confidence(
    model: HeightModel, row: int, column: int, crown_m: float, height_m: float
) -> float:
    """Return how much speaks for a tree: roughness, points below its top, green, proportions."""
    around = (slice(max(row - 1, 0), row + 2), slice(max(column - 1, 0), column + 2))
    rough = min(float(np.nanmean(model.rough_m[around])) / 0.5, 1.0)
    through = min(float(np.mean(model.spread_m[around])) / 2.0, 1.0)
    evidence = [max(rough, through)]
    if model.green is not None:
        evidence.append(float(np.clip(np.mean(model.green[around]) / 0.15, 0.0, 1.0)))
    shape = 1.0 if 0.1 <= crown_m / max(height_m, 0.1) <= 1.8 else 0.6
    return round(float(np.clip((0.3 + 0.7 * np.mean(evidence)) * shape, 0.0, 1.0)), 3)
