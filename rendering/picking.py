"""From pixels to places and props."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from vtkmodules.vtkRenderingCore import vtkCellPicker

from rendering.camera import Point


@dataclass(frozen=True)
class Hit:
    """What a ray met first.

    Parameters
    ----------
    prop : vtkProp
    cell, point : int
        Ids within the prop's data.
    position : tuple of three floats
        Local metres.
    tolerance_m : float
        What three pixels cover there.
    """

    prop: Any
    cell: int
    point: int
    position: Point
    tolerance_m: float


class Picker:
    """Asks one renderer.

    Parameters
    ----------
    renderer : vtkRenderer
    """

    def __init__(self, renderer: Any) -> None:
        self._renderer = renderer
        self._picker: Any = vtkCellPicker()
        self._picker.SetTolerance(0.0005)
        self._picker.PickTextureDataOff()

    def cell(self, x: int, y: int) -> Hit | None:
        """Return the nearest cell under a pixel."""
        has_points = any(a.GetProperty().GetRepresentation() == 0 for a in self._props())
        self._picker.SetTolerance(0.004 if has_points else 0.0005)
        if not self._picker.Pick(float(x), float(y), 0.0, self._renderer):
            return None
        prop = self._picker.GetProp3D()
        if prop is None:
            return None
        px, py, pz = (float(v) for v in self._picker.GetPickPosition())
        position = (px, py, pz)
        near, far = self.ray(x, y), self.ray(x + 3, y)
        # Three pixels at the distance of the hit.
        distance = float(np.linalg.norm(np.subtract(position, near[0])))
        tolerance = distance * float(np.linalg.norm(near[1] - far[1]))
        return Hit(
            prop,
            int(self._picker.GetCellId()),
            int(self._picker.GetPointId()),
            position,
            tolerance,
        )

    def _props(self) -> list[Any]:
        actors = self._renderer.GetActors()
        actors.InitTraversal()
        found = []
        for _ in range(actors.GetNumberOfItems()):
            actor = actors.GetNextActor()
            if actor is not None and actor.GetVisibility() and actor.GetPickable():
                found.append(actor)
        return found

    def depth(self, x: int, y: int) -> Point | None:
        """Return the place under a pixel from the depth buffer, None on the sky."""
        z = float(self._renderer.GetZ(int(x), int(y)))
        if z >= 0.99999:
            return None
        near, far = self._renderer.GetActiveCamera().GetClippingRange()
        # Far ground and dome lie close to the far plane; what is nearer is a layer.
        distance = near * far / (far - z * (far - near))
        if distance > 0.9 * far:
            return None
        return self._unproject(x, y, z)

    def on_plane(self, x: int, y: int, level: float) -> Point | None:
        """Return where the ray through a pixel meets a level plane, None above the horizon."""
        origin, direction = self.ray(x, y)
        if direction[2] >= -1e-6:
            return None
        along = (level - origin[2]) / direction[2]
        if along <= 0 or along > 1e6:
            return None
        hit = origin + direction * along
        return (float(hit[0]), float(hit[1]), float(hit[2]))

    def ray(self, x: float, y: float) -> tuple[Any, Any]:
        """Return eye and unit direction of the ray through a pixel."""
        camera = self._renderer.GetActiveCamera()
        width, height = self._renderer.GetSize()
        eye = np.array(camera.GetPosition())
        forward = np.array(camera.GetDirectionOfProjection())
        right = np.cross(forward, camera.GetViewUp())
        right /= np.linalg.norm(right)
        up = np.cross(right, forward)
        tangent = np.tan(np.radians(camera.GetViewAngle() / 2))
        across = (2 * (x + 0.5) / max(width, 1) - 1) * tangent * width / max(height, 1)
        along = (2 * (y + 0.5) / max(height, 1) - 1) * tangent
        direction = forward + right * across + up * along
        return eye, direction / np.linalg.norm(direction)

    def _unproject(self, x: int, y: int, z: float) -> Point:
        camera = self._renderer.GetActiveCamera()
        near, far = camera.GetClippingRange()
        depth = near * far / (far - z * (far - near))
        eye, direction = self.ray(x, y)
        forward = np.array(camera.GetDirectionOfProjection())
        hit = eye + direction * (depth / float(direction @ forward))
        return (float(hit[0]), float(hit[1]), float(hit[2]))

    def close(self) -> None:
        """Drop references to the renderer."""
        self._picker = None
        self._renderer = None
