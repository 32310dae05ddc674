"""Which boxes belong to one scene: layers of two continents are two scenes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from rendering.camera import Point
from twin_model.layer import Bounds

#: Boxes with less than this between them, or less than the larger one's size, are one scene.
GAP_M: Final = 50_000.0


def union(boxes: Iterable[Bounds | None]) -> Bounds | None:
    """Return the box around boxes; None where there is none."""
    known = np.array([b for b in boxes if b is not None], dtype=np.float64)
    if len(known) == 0:
        return None
    low, high = known[:, :3].min(axis=0), known[:, 3:].max(axis=0)
    return (*map(float, low), *map(float, high))  # type: ignore[return-value]


def gathered(boxes: Iterable[Bounds | None], near: Point) -> Bounds | None:
    """Return the box around those boxes that form the scene about a place.

    Parameters
    ----------
    boxes : iterable of Bounds or None
        Local metres.
    near : Point
        The scene is that whose box it lies in, else the nearest one.
    """
    known = np.array([b for b in boxes if b is not None], dtype=np.float64)
    if len(known) == 0:
        return None
    whole = union(map(tuple, known))
    if whole is None or max(whole[3] - whole[0], whole[4] - whole[1]) <= GAP_M:
        return whole
    group = _groups(known)
    place = np.array(near[:2])
    best, least = whole, np.inf
    for number in np.unique(group):
        box = union(map(tuple, known[group == number]))
        assert box is not None
        outside = np.maximum(np.maximum(np.array(box[:2]) - place, place - np.array(box[3:5])), 0)
        distance = float(np.hypot(*outside))
        if distance < least:
            best, least = box, distance
    return best


def _groups(boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the number of each box's scene: boxes near each other share it."""
    size = (boxes[:, 3:5] - boxes[:, :2]).max(axis=1)
    reach = np.maximum(np.maximum(size[:, None], size[None, :]), GAP_M)
    gap = np.maximum(
        boxes[:, None, :2] - boxes[None, :, 3:5], boxes[None, :, :2] - boxes[:, None, 3:5]
    )
    close = np.hypot(*np.moveaxis(np.maximum(gap, 0.0), -1, 0)) <= reach
    group = np.arange(len(boxes))
    for _ in range(len(boxes)):
        before = group.copy()
        group = np.array([group[row].min() for row in close])
        if (group == before).all():
            break
    return group
