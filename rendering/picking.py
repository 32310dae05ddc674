"""From pixels to places: rays, the depth buffer, and exact hits on decoded geometry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rendering.camera import Point
from twin_model.layer import Bounds

Vector = npt.NDArray[np.float64]

#: Texts are some twenty pixels high; below them first, where what they name stands.
_BESIDE_LABELS_PX: Final = (-6, -12, -18, -24, 6, 12, 18, 24)


@dataclass(frozen=True)
class Ray:
    """A line of sight.

    Parameters
    ----------
    origin : (3,) array
        Local metres.
    direction : (3,) array
        Unit vector.
    spread : float
        Radians that three pixels cover.
    """

    origin: Vector
    direction: Vector
    spread: float

    def at(self, distance_m: float) -> Point:
        """Return the place at a distance."""
        x, y, z = self.origin + self.direction * distance_m
        return (float(x), float(y), float(z))

    def meets(self, box: Bounds, margin_m: float = 0.0) -> float | None:
        """Return the distance at which it enters a box, 0 from inside, None where it misses."""
        with np.errstate(divide="ignore", invalid="ignore"):
            inverse = 1.0 / self.direction
            low = (np.array(box[:3]) - margin_m - self.origin) * inverse
            high = (np.array(box[3:]) + margin_m - self.origin) * inverse
        near = float(np.nanmax(np.minimum(low, high)))
        far = float(np.nanmin(np.maximum(low, high)))
        return max(near, 0.0) if far >= max(near, 0.0) else None


def crossings(
    origin: Vector, direction: Vector, corners: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return where a line meets triangles, in lengths of its direction (Möller, Trumbore).

    Parameters
    ----------
    origin, direction : (3,) array
    corners : (m, 3, 3) array

    Returns
    -------
    (m,) array
        Infinity for what it misses or what lies behind.
    """
    a = corners[:, 0]
    edge1, edge2 = corners[:, 1] - a, corners[:, 2] - a
    p = np.cross(direction, edge2)
    determinant = np.einsum("ij,ij->i", edge1, p)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 1.0 / determinant
        t0 = origin - a
        u = np.einsum("ij,ij->i", t0, p) * scale
        q = np.cross(t0, edge1)
        v = (q @ direction) * scale
        t = np.einsum("ij,ij->i", edge2, q) * scale
    good = (
        (np.abs(determinant) > 1e-20) & (u >= -1e-9) & (v >= -1e-9) & (u + v <= 1 + 1e-9) & (t > 0)
    )
    return np.where(good, t, np.inf)


def hit_triangles(
    ray: Ray, matrix: Vector, position: npt.NDArray[Any], triangles: npt.NDArray[Any]
) -> tuple[float, int] | None:
    """Return distance and number of the nearest triangle that a ray meets.

    Parameters
    ----------
    ray : Ray
    matrix : (4, 4) array
        The triangles' axes to local metres.
    position : (n, 3) array
    triangles : (m, 3) array
    """
    inverse = np.linalg.pinv(matrix)
    origin = inverse[:3, :3] @ ray.origin + inverse[:3, 3]
    direction = inverse[:3, :3] @ ray.direction
    # The direction was not normalised again, so distances are metres of the scene.
    far = crossings(origin, direction, position[triangles].astype(np.float64))
    best = int(np.argmin(far)) if len(far) else 0
    return (float(far[best]), best) if len(far) and np.isfinite(far[best]) else None


def hit_points(ray: Ray, matrix: Vector, position: npt.NDArray[Any]) -> tuple[float, int] | None:
    """Return distance and number of the nearest point within three pixels of a ray."""
    places = position.astype(np.float64) @ matrix[:3, :3].T + (matrix[:3, 3] - ray.origin)
    along = places @ ray.direction
    across = np.sqrt(np.maximum(np.einsum("ij,ij->i", places, places) - along**2, 0.0))
    good = (along > 0) & (across <= along * ray.spread)
    if not good.any():
        return None
    found = np.flatnonzero(good)
    best = int(found[np.argmin(along[found])])
    return float(along[best]), best


def hit_segments(ray: Ray, segments: Vector, seen_m: float | None) -> tuple[float, int] | None:
    """Return distance and number of the segment that a ray passes within three pixels.

    Nearest points of two lines after Ericson, Real-Time Collision Detection, 5.1.9.

    Parameters
    ----------
    ray : Ray
    segments : (n, 2, 3) array
        Local metres.
    seen_m : float or None
        Distance of what the last frame drew there: what lies well behind it is hidden.
    """
    if len(segments) == 0:
        return None
    start, along = segments[:, 0] - ray.origin, segments[:, 1] - segments[:, 0]
    b, c = along @ ray.direction, np.einsum("ij,ij->i", along, along)
    e, f = start @ ray.direction, np.einsum("ij,ij->i", start, along)
    share = np.clip((b * e - f) / np.maximum(c - b * b, 1e-12), 0.0, 1.0)
    nearest = start + along * share[:, None]
    far = nearest @ ray.direction
    gap = np.sqrt(np.maximum(np.einsum("ij,ij->i", nearest, nearest) - far * far, 0.0))
    good = (far > 0) & (gap <= far * ray.spread)
    if seen_m is not None:
        good &= far <= seen_m * 1.02 + 1.0
    if not good.any():
        return None
    found = np.flatnonzero(good)
    best = int(found[np.argmin(gap[found] / far[found])])
    return float(far[best]), best


class Picker:
    """Asks one renderer.

    Parameters
    ----------
    renderer : vtkRenderer
    """

    def __init__(self, renderer: Any) -> None:
        self._renderer = renderer

    def ray(self, x: float, y: float) -> Ray:
        """Return the ray through the middle of a pixel, origin at the bottom left."""
        camera = self._renderer.GetActiveCamera()
        width, height = self._renderer.GetSize()
        forward = np.array(camera.GetDirectionOfProjection())
        right = np.cross(forward, camera.GetViewUp())
        right /= np.linalg.norm(right)
        up = np.cross(right, forward)
        tangent = np.tan(np.radians(camera.GetViewAngle() / 2))
        across = (2 * (x + 0.5) / max(width, 1) - 1) * tangent * width / max(height, 1)
        along = (2 * (y + 0.5) / max(height, 1) - 1) * tangent
        direction = forward + right * across + up * along
        spread = 3 * 2 * float(tangent) / max(height, 1)
        return Ray(np.array(camera.GetPosition()), direction / np.linalg.norm(direction), spread)

    def depth(self, x: int, y: int, horizon_m: float) -> float | None:
        """Return the distance of what the last frame drew at a pixel.

        Parameters
        ----------
        x, y : int
        horizon_m : float
            Distance of the sky: what lies there is nothing.
        """
        width, height = self._renderer.GetSize()
        if not (0 <= x < width and 0 <= y < height):
            return None
        found = self._distance(x, y)
        for shift in _BESIDE_LABELS_PX:
            if found != 0.0:
                break
            # A text is there, which writes the nearest depth: it stands on what is beside it.
            if 0 <= y + shift < height:
                beside = self._distance(x, y + shift)
                found = beside and self._level_with(x, y, y + shift, beside)
        return found if found and found < horizon_m else None

    def _distance(self, x: int, y: int) -> float | None:
        """Return the distance of what was drawn at a pixel, 0 for a text, None for nothing."""
        z = float(self._renderer.GetZ(int(x), int(y)))
        if z >= 1.0:
            return None
        if z <= 0.0:
            return 0.0
        near, far = self._renderer.GetActiveCamera().GetClippingRange()
        depth = near * far / (far - z * (far - near))
        forward = np.array(self._renderer.GetActiveCamera().GetDirectionOfProjection())
        return float(depth / float(self.ray(x, y).direction @ forward))

    def _level_with(self, x: int, y: int, other_y: int, distance: float) -> float:
        """Return the distance at which a pixel's ray is as high as what another pixel shows."""
        ray = self.ray(x, y)
        rise = self.ray(x, other_y).at(distance)[2] - float(ray.origin[2])
        if abs(float(ray.direction[2])) < 0.05:
            return distance
        along = rise / float(ray.direction[2])
        return along if along > 0 else distance

    def on_plane(self, x: int, y: int, level: float) -> Point | None:
        """Return where the ray through a pixel meets a level plane, None above the horizon."""
        ray = self.ray(x, y)
        if ray.direction[2] >= -1e-6:
            return None
        along = float((level - ray.origin[2]) / ray.direction[2])
        return ray.at(along) if 0 < along < 1e6 else None

    def close(self) -> None:
        """Drop the reference to the renderer."""
        self._renderer = None
