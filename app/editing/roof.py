"""Places on the top of one outline, where the pointer seems to be on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from app.editing.tool import Point
    from app.viewport import Viewport
    from rendering.snapping import Snap, SnapOptions

#: Below this fall a line of sight runs along the roof and meets it anywhere.
_LEAST_FALL: Final = 0.02
#: The outline that is worked on is meant from farther away than others.
_REACH: Final = 1.5


def place_on_level(viewport: Viewport, x: float, y: float, level_m: float) -> Point | None:
    """Return where the line of sight through a point of the viewport meets a level.

    Parameters
    ----------
    viewport : Viewport
    x, y : float
        Logical pixels of the viewport.
    level_m : float
        Local height.
    """
    ray = viewport.stage.ray(*viewport.to_display(x, y))
    fall = float(ray.direction[2])
    if abs(fall) < _LEAST_FALL:
        return None
    along = (level_m - float(ray.origin[2])) / fall
    return ray.at(along) if along > 0 else None


def snap_on_roof(
    viewport: Viewport,
    at: tuple[float, float],
    ring: npt.NDArray[np.float64],
    options: SnapOptions,
    feature: int,
) -> Snap | None:
    """Return the corner or edge of an outline that is meant, else the place on its level.

    What is seen behind a tall roof lies far behind it on the ground; for an outline that is cut
    the place on the roof's level is meant.

    Parameters
    ----------
    viewport : Viewport
    at : (float, float)
        Logical pixels of the viewport.
    ring : (n, 3) array
        Corners in local metres, all on one level, the first one not repeated.
    options : SnapOptions
        Its reach is in device pixels.
    feature : int
        The outline's entity on the stage.
    """
    from rendering.snapping import Snap, SnapKind, project

    cursor = np.array(viewport.to_display(*at), float)
    pixels, depth = project(viewport.stage, ring)
    reach = options.reach_px * _REACH
    if options.vertices and (depth > 0).all():
        gap = np.linalg.norm(pixels - cursor, axis=1)
        best = int(np.argmin(gap))
        if gap[best] <= options.reach_px:
            return Snap(_point(ring[best]), SnapKind.VERTEX, feature)
    if options.edges and (depth > 0).all():
        ends, far = np.roll(pixels, -1, axis=0), np.roll(depth, -1)
        along = ends - pixels
        length = np.maximum(np.einsum("ij,ij->i", along, along), 1e-9)
        share = np.clip(np.einsum("ij,ij->i", cursor - pixels, along) / length, 0.0, 1.0)
        gap = np.linalg.norm(pixels + along * share[:, None] - cursor, axis=1)
        best = int(np.argmin(gap))
        if gap[best] <= reach:
            # Shares on the screen are not those in the world: far parts look shorter.
            one, other = (1.0 - share[best]) * far[best], share[best] * depth[best]
            true = other / max(one + other, 1e-9)
            start, end = ring[best], ring[(best + 1) % len(ring)]
            return Snap(_point(start * (1.0 - true) + end * true), SnapKind.EDGE, feature)
    place = place_on_level(viewport, *at, float(ring[0][2]))
    return None if place is None else Snap(place)


def _point(values: npt.NDArray[np.float64]) -> Point:
    x, y, z = (float(v) for v in values)
    return x, y, z
