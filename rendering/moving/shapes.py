"""What moving things look like: few triangles, because thousands are drawn every frame.

As the models of `rendering.symbology.models`: at the origin on z = 0, in metres, the front towards
north (+y). A shape is a body, in the colour of its style, and details that are dark for all.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from rendering.symbology.models import Model

BODY: Final = "body"
DETAIL: Final = "detail"


def _car() -> Model:
    m = Model()
    m.box(BODY, (0, 0, 0.62), (1.8, 4.5, 0.75))
    m.box(DETAIL, (0, -0.25, 1.2), (1.55, 2.2, 0.5))
    return m


def _bus() -> Model:
    m = Model()
    m.box(BODY, (0, 0, 1.0), (2.5, 12.0, 1.4))
    m.box(DETAIL, (0, 0, 2.15), (2.52, 11.6, 0.95))
    m.box(BODY, (0, 0, 2.85), (2.5, 12.0, 0.45))
    return m


def _truck() -> Model:
    m = Model()
    m.box(BODY, (0, -1.3, 2.2), (2.45, 7.4, 2.9))
    m.box(DETAIL, (0, -0.5, 0.6), (2.2, 9.6, 0.4))
    m.box(BODY, (0, 3.9, 1.6), (2.4, 2.0, 2.0))
    m.box(DETAIL, (0, 4.95, 2.1), (2.1, 0.1, 0.8))
    return m


def _person() -> Model:
    m = Model()
    m.box(DETAIL, (0, 0, 0.42), (0.34, 0.26, 0.84))
    m.box(BODY, (0, 0, 1.15), (0.48, 0.3, 0.65))
    m.box(DETAIL, (0, 0.02, 1.62), (0.22, 0.22, 0.26))
    return m


def _bicycle() -> Model:
    m = Model()
    m.box(DETAIL, (0, 0, 0.5), (0.08, 1.7, 0.7))
    m.box(BODY, (0, -0.1, 1.25), (0.45, 0.4, 0.75))
    m.box(DETAIL, (0, 0, 1.75), (0.2, 0.2, 0.24))
    return m


def _train() -> Model:
    m = Model()
    m.box(DETAIL, (0, 0, 0.5), (2.4, 22.0, 0.7))
    m.box(BODY, (0, 0, 1.6), (2.9, 24.0, 1.5))
    m.box(DETAIL, (0, 0, 2.75), (2.92, 23.2, 0.9))
    m.box(BODY, (0, 0, 3.5), (2.9, 24.0, 0.6))
    return m


def _ship() -> Model:
    m = Model()
    outline = [(-6.0, -30.0), (6.0, -30.0), (6.0, 18.0), (0.0, 32.0), (-6.0, 18.0)]
    deck = np.array([(x, y, 5.0) for x, y in outline])
    keel = np.array([(x * 0.86, y * 0.96, -1.0) for x, y in outline])
    sides = []
    for i in range(5):
        j = (i + 1) % 5
        sides += [(keel[i], keel[j], deck[j]), (keel[i], deck[j], deck[i])]
    m.add(BODY, np.array(sides))
    m.add(BODY, np.array([(deck[0], deck[n], deck[n + 1]) for n in (1, 2, 3)]))
    m.box(DETAIL, (0, -21, 9.0), (9.0, 8.0, 8.0))
    return m


def _arrow() -> Model:
    m = Model()
    top, low = 1.6, 0.4
    outline = [(0.0, 3.0), (-2.0, -2.4), (0.0, -1.2), (2.0, -2.4)]
    upper = np.array([(x, y, top) for x, y in outline])
    lower = np.array([(x, y, low) for x, y in outline])
    m.add(BODY, np.array([(upper[0], upper[1], upper[2]), (upper[0], upper[2], upper[3])]))
    sides = []
    for i in range(4):
        j = (i + 1) % 4
        sides += [(lower[i], lower[j], upper[j]), (lower[i], upper[j], upper[i])]
    m.add(DETAIL, np.array(sides))
    return m


_SHAPES: Final[dict[str, Callable[[], Model]]] = {
    "car": _car, "bus": _bus, "truck": _truck, "person": _person, "bicycle": _bicycle,
    "train": _train, "ship": _ship, "arrow": _arrow,
}  # fmt: skip


#: Shapes that are a box where they are a few pixels long, and the parts that it surrounds. A car's
#: roof is smaller than its body, people and bicycles are tall, ships and arrows have a bow.
_FAR_BOXES: Final = {
    "car": (BODY,), "bus": (BODY, DETAIL), "truck": (BODY, DETAIL), "train": (BODY, DETAIL),
}  # fmt: skip


@functools.cache
def shape_triangles(name: str, part: str) -> npt.NDArray[np.float64]:
    """Return the (n, 3, 3) triangles of a part of a shape."""
    parts = _SHAPES[name]().parts.get(part, [])
    return np.concatenate(parts) if parts else np.zeros((0, 3, 3))


@functools.cache
def shape_length_m(name: str) -> float:
    """Return how long a shape is."""
    both = np.concatenate([shape_triangles(name, BODY), shape_triangles(name, DETAIL)])
    return float(np.ptp(both[:, :, :2].reshape(-1, 2), axis=0).max())


@functools.cache
def far_box(name: str) -> npt.NDArray[np.float64] | None:
    """Return least and greatest corner, (2, 3), of the box that stands for a shape from afar.

    None for a shape that does not look like a box.
    """
    if name not in _FAR_BOXES:
        return None
    parts = [shape_triangles(name, part).reshape(-1, 3) for part in _FAR_BOXES[name]]
    corners = np.concatenate(parts)
    return np.array([corners.min(axis=0), corners.max(axis=0)])
