"""Points of roofs whose shape is known: flat, shed, gable, hip, pyramid, mansard and L-shaped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Polygon, box

from ingest.extraction.buildings import Building
from ingest.shell import Shell

L_SHAPE = Polygon([(0, 0), (16, 0), (16, 10), (8, 10), (8, 20), (0, 20)])
KINDS = ("flat", "shed", "gable", "hip", "pyramid", "mansard", "L of gables", "L of two heights")
FACES = dict(zip(KINDS, (1, 1, 2, 4, 4, 4, 6, 2), strict=True))


def outline_of(kind: str) -> Polygon:
    """Return the outline of a roof, one corner at the origin."""
    if kind.startswith("L"):
        return L_SHAPE
    return box(0, 0, 10, 10) if kind == "pyramid" else box(0, 0, 16, 10)


def heights_m(kind: str, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the height of a roof above ground at places within its outline."""
    in_y, in_x = np.minimum(y, 10 - y), np.minimum(x, outline_of(kind).bounds[2] - x)
    if kind == "flat":
        return np.full_like(x, 7.0)
    if kind == "shed":
        return 5 + 0.35 * y
    if kind == "gable":
        return 5 + 0.7 * in_y
    if kind in ("hip", "pyramid"):
        return 5 + 0.6 * np.minimum(in_x, in_y)
    if kind == "mansard":
        return np.where(in_y < 1.5, 5 + 1.5 * in_y, 7.25 + 0.25 * (in_y - 1.5))
    if kind == "L of two heights":
        return np.where(y <= 10, 8.0, 5.5)
    along = np.where(y <= 10, 5 + 0.7 * in_y, -np.inf)
    across = np.where(x <= 8, 5 + 0.7 * np.minimum(x, 8 - x), -np.inf)
    return np.maximum(along, across)


@dataclass
class MadeRoof:
    """A roof that was measured.

    Parameters
    ----------
    kind : str
    building : Building
        Its outline is off by some 15 cm at each corner.
    points : (n, 3) array
    turn : (2, 2) array
        From the roof's own directions to the world's.
    """

    kind: str
    building: Building
    points: np.ndarray
    turn: np.ndarray

    def truth(self) -> tuple[np.ndarray, np.ndarray]:
        """Return places (n, 2) all over the roof, and its true heights there."""
        outline = outline_of(self.kind)
        west, south, east, north = outline.bounds
        x, y = (v.ravel() for v in np.meshgrid(np.arange(west + 0.1, east, 0.2),
                                               np.arange(south + 0.1, north, 0.2)))  # fmt: skip
        inside = shapely.contains_xy(outline, x, y)
        x, y = x[inside], y[inside]
        return np.column_stack([x, y]) @ self.turn.T + _PLACE, heights_m(self.kind, x, y)

    def volume_m3(self) -> float:
        """Return what the true solid encloses above ground."""
        return float(self.truth()[1].mean() * outline_of(self.kind).area)


_PLACE = np.array([300.0, 400.0])


def measured(
    kind: str, points_m2: float, noise_m: float, turn_deg: float, seed: int
) -> MadeRoof:  # fmt: skip
    """Return a roof as a survey sees it: noise, chimneys, an outline that is not quite right."""
    chance = np.random.default_rng(seed)
    outline = outline_of(kind)
    west, south, east, north = outline.bounds
    xy = chance.uniform((west, south), (east, north),
                        (int((east - west) * (north - south) * points_m2), 2))  # fmt: skip
    xy = xy[shapely.contains_xy(outline, xy[:, 0], xy[:, 1])]
    z = heights_m(kind, xy[:, 0], xy[:, 1]) + chance.normal(0, noise_m, len(xy))
    z[chance.choice(len(z), max(2, len(z) // 100), replace=False)] += 1.2
    angle = np.radians(turn_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    ring = shapely.get_coordinates(outline.exterior)[:-1] @ turn.T + _PLACE
    about = Polygon(ring + chance.normal(0, 0.15, ring.shape))
    eaves, middle, ridge = (float(v) for v in np.percentile(z, [10, 50, 98]))
    building = Building(about, 0.0, eaves, ridge, middle, "", 0, 1.0)
    return MadeRoof(kind, building, np.column_stack([xy @ turn.T + _PLACE, z]), turn)


def roof_heights_m(solid: Shell, xy: np.ndarray) -> np.ndarray:
    """Return the height of a solid's roof at places, NaN beside it."""
    out = np.full(len(xy), np.nan)
    for face in solid.faces:
        if face.kind != "roof":
            continue
        area = Polygon(face.rings[0][:, :2], [ring[:, :2] for ring in face.rings[1:]])
        inside = shapely.contains_xy(area, xy[:, 0], xy[:, 1])
        normal = face.normal()
        middle = face.rings[0].mean(axis=0)
        fall = (xy[inside] - middle[:2]) @ normal[:2]
        out[inside] = middle[2] - fall / normal[2]
    return out
