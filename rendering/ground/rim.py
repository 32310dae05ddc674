"""What the ground looks like beyond the data: it goes on as it is at the edge, ever calmer."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Box = tuple[float, float, float, float]
FloatArray = npt.NDArray[np.float64]

#: Cells a side of the small picture that edges are taken from.
CELLS = 64
#: Water that meets the edge in fewer cells is a river, a pond or a dark wood.
SEA_CELLS = 24


class Rim:
    """A small picture of the whole ground, continued outwards.

    Parameters
    ----------
    box : west, south, east, north
        Local metres that the picture covers.
    paint : callable
        Returns the (CELLS, CELLS, 3) uint8 picture, first row in the north; called once, in a
        decoder thread.
    bare : tuple of three floats
        Colour of ground without data, to which land turns far away.
    """

    def __init__(
        self,
        box: Box,
        paint: Callable[[], npt.NDArray[np.uint8]],
        bare: tuple[float, float, float],
    ) -> None:
        self.box = box
        self._bare = np.array(bare)
        self._paint = paint
        self._lock = threading.Lock()
        self._picture: FloatArray | None = None
        self._calm: FloatArray | None = None

    @property
    def is_ready(self) -> bool:
        """Whether `at` answers at once."""
        return self._calm is not None

    def at(self, x: FloatArray, y: FloatArray) -> FloatArray:
        """Return colours (..., 3), 0 to 1, at local places in or beyond the box."""
        with self._lock:
            if self._picture is None:
                self._picture = _softened(self._paint().astype(np.float64)[::-1] / 255.0)
                self._calm = _calmed(self._picture, self._bare)
        assert self._calm is not None
        west, south, east, north = self.box
        u = np.clip((x - west) / (east - west) * CELLS - 0.5, 0, CELLS - 1.001)
        v = np.clip((y - south) / (north - south) * CELLS - 0.5, 0, CELLS - 1.001)
        away = np.hypot(
            np.maximum(np.maximum(west - x, x - east), 0.0),
            np.maximum(np.maximum(south - y, y - north), 0.0),
        )
        calm = (1.0 - np.exp(-away / (0.05 * (east - west + north - south))))[..., None]
        near = _bilinear(self._picture, u, v)
        return np.asarray(near * (1 - calm) + _bilinear(self._calm, u, v) * calm)

    def covers(self, x: FloatArray, y: FloatArray, inset_m: float = 0.0) -> npt.NDArray[np.bool_]:
        """Return which places lie within the box, at least *inset_m* from its sides."""
        west, south, east, north = self.box
        return np.asarray(
            (x >= west + inset_m) & (x <= east - inset_m)
            & (y >= south + inset_m) & (y <= north - inset_m)
        )  # fmt: skip


def _bilinear(picture: FloatArray, u: FloatArray, v: FloatArray) -> FloatArray:
    column, row = u.astype(int), v.astype(int)
    a, b = (u - column)[..., None], (v - row)[..., None]
    return np.asarray(
        (picture[row, column] * (1 - a) + picture[row, column + 1] * a) * (1 - b)
        + (picture[row + 1, column] * (1 - a) + picture[row + 1, column + 1] * a) * b
    )


def is_water(colour: FloatArray) -> npt.NDArray[np.bool_]:
    """Return where colours (..., 3) look like water: clearly more blue than red."""
    return np.asarray(colour[..., 2] > colour[..., 0] + 0.06)


def _softened(picture: FloatArray) -> FloatArray:
    """Return the picture without what would become streaks: blurred, but not across shores."""
    water = is_water(picture)
    out = picture.copy()
    for kind in (water, ~water):
        weight = kind.astype(np.float64)[..., None]
        total, share = picture * weight, weight
        for _ in range(3):
            total, share = _spread(total), _spread(share)
        out[kind] = (total / np.maximum(share, 1e-6))[kind]
    return out


def _spread(values: FloatArray) -> FloatArray:
    padded = np.pad(values, ((2, 2), (2, 2), (0, 0)), mode="edge")
    rows = np.asarray(sum(padded[i : i + CELLS] for i in range(5)))
    return np.asarray(sum(rows[:, i : i + CELLS] for i in range(5))) / 25.0


def _ring() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return rows and columns of the outermost cells, once around."""
    along, last = np.arange(CELLS - 1), CELLS - 1
    low, high = np.zeros_like(along), np.full_like(along, last)
    rows = np.concatenate([low, along, high, last - along])
    columns = np.concatenate([along, high, last - along, low])
    return rows, columns


def _without_short_runs(ring: FloatArray, bare: FloatArray) -> FloatArray:
    """Return colours once around with water kept only where it is as wide as a sea."""
    water = is_water(ring)
    if water.all() or not water.any():
        return ring
    start = int(np.argmin(water))  # begins on land, so that no run is cut in two
    turned = np.roll(water, -start)
    edges = np.flatnonzero(np.diff(np.r_[False, turned, False].astype(np.int8)))
    out = ring.copy()
    for first, end in edges.reshape(-1, 2):
        if end - first < SEA_CELLS:
            out[(np.arange(first, end) + start) % len(ring)] = bare
    return out


def _calmed(picture: FloatArray, bare: FloatArray) -> FloatArray:
    """Return the picture with all land at the edge alike, and all water.

    Rivers end in haze: drawn on straight to the horizon they would look like a mistake.
    """
    picture = picture.copy()
    rows, columns = _ring()
    picture[rows, columns] = _without_short_runs(picture[rows, columns], bare)
    rim = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    out = picture.copy()
    for kind, here in ((is_water(rim), is_water(picture)), (~is_water(rim), ~is_water(picture))):
        if kind.any():
            out[here] = np.median(rim[kind], axis=0)
    # Photographs of land are darker than bare ground is drawn; far away they would look burnt.
    land = ~is_water(picture)
    out[land] = 0.35 * out[land] + 0.65 * bare
    return out
