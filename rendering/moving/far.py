"""Moving things that are a few pixels long: of each a box, and of that the sides that are seen.

Thousands of them are most of a frame on software OpenGL, which pays for every triangle and lights
every pixel. So these have no windows, which would hide their colour at that size, and their light
is computed here, once a side.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkRenderer

from rendering.camera import Point
from rendering.geometry import cells, vtk_array
from rendering.light import Light
from rendering.moving.shapes import far_box
from rendering.moving.style import SHAPES
from rendering.symbology.palette import Colour

#: Things shorter than this on the screen are drawn so.
FAR_PX: Final = 14.0
#: Room is made for so many more at once; triangles stay as they are while there is room.
_ROOM: Final = 1024
#: Of the roof the nearest corner, the next ones along the two sides that are seen, and the last;
#: beneath the first three those of the floor. Four of them a side: roof, right or left, front or
#: back.
_SIDES: Final = np.array([(0, 1, 3, 2), (0, 1, 5, 4), (0, 2, 6, 4)])
#: Whether a shape is a box from afar, and that box, by its number.
IS_BOX: Final = np.array([far_box(name) is not None for name in SHAPES])
_BOXES: Final = np.array(
    [np.zeros((2, 3)) if (box := far_box(name)) is None else box for name in SHAPES], np.float32
)

FloatArray = npt.NDArray[np.float64]


class FarThings:
    """Boxes in one colour.

    Parameters
    ----------
    renderer : vtkRenderer
    colour : Colour
    opacity : float
    """

    def __init__(self, renderer: vtkRenderer, colour: Colour, opacity: float) -> None:
        self._colour = np.array(colour)
        self._light: Light | None = None
        self._by_side = np.zeros((361, 3), np.uint8)
        self._corners = np.zeros((0, 3, 4, 3), np.float32)
        self._colours = np.zeros((0, 3, 4, 3), np.uint8)
        self._points = vtkPoints()
        self._data = vtkPolyData()
        self._data.SetPoints(self._points)
        mapper: Any = vtkPolyDataMapper()
        mapper.SetInputData(self._data)
        mapper.SetColorModeToDirectScalars()
        self.actor: Any = vtkActor()
        self.actor.SetMapper(mapper)
        self.actor.PickableOff()
        self.actor.GetProperty().LightingOff()
        self.actor.GetProperty().SetOpacity(opacity)
        renderer.AddActor(self.actor)

    def show(
        self,
        position: FloatArray,
        heading_deg: FloatArray,
        scale: FloatArray,
        shape: npt.NDArray[np.uint8],
        eye: Point,
        light: Light,
    ) -> None:
        """Draw things.

        Parameters
        ----------
        position : (n, 3) array
            Local metres.
        heading_deg, scale : (n,) arrays
        shape : (n,) array
            Index into `SHAPES`; see `IS_BOX`.
        eye : Point
            From where they are seen.
        light : Light
        """
        count = len(position)
        self._make_room(count)
        self._relight(light)
        radians = np.radians(heading_deg)
        front = np.column_stack([np.sin(radians), np.cos(radians)])
        right = np.column_stack([front[:, 1], -front[:, 0]])
        towards = np.array(eye[:2]) - position[:, :2]
        from_right = (towards * right).sum(axis=1) > 0
        from_front = (towards * front).sum(axis=1) > 0
        centre = position.mean(axis=0)
        local = (position - centre).astype(np.float32)
        box = _BOXES[shape] * scale[:, None, None].astype(np.float32)
        half = 0.5 * (box[:, 1, :2] - box[:, 0, :2])
        middle = 0.5 * (box[:, 1, 1] + box[:, 0, 1])
        side = right.astype(np.float32) * (np.where(from_right, 1, -1) * half[:, 0])[:, None]
        end = front.astype(np.float32) * (np.where(from_front, 1, -1) * half[:, 1])[:, None]
        corner = np.empty((count, 7, 3), np.float32)
        base = local[:, :2] + front.astype(np.float32) * middle[:, None]
        corner[:, 0, :2] = base + side + end
        corner[:, 1, :2] = base + side - end
        corner[:, 2, :2] = base - side + end
        corner[:, 3, :2] = base - side - end
        corner[:, 4:, :2] = corner[:, :3, :2]
        corner[:, :4, 2] = (local[:, 2] + box[:, 1, 2])[:, None]
        corner[:, 4:, 2] = (local[:, 2] + box[:, 0, 2])[:, None]
        np.take(corner, _SIDES, axis=1, out=self._corners[:count])
        self._corners[count:] = 0.0
        degrees = np.rint(heading_deg).astype(np.intp)
        self._colours[:count, 0] = self._by_side[360]
        self._colours[:count, 1] = self._of_side(degrees + np.where(from_right, 90, 270))
        self._colours[:count, 2] = self._of_side(degrees + np.where(from_front, 0, 180))
        self._points.GetData().Modified()
        self._points.Modified()
        self._data.GetPointData().GetScalars().Modified()
        self._data.Modified()
        self.actor.SetPosition(*centre)
        self.actor.VisibilityOn()

    def _of_side(self, facing_deg: npt.NDArray[np.intp]) -> npt.NDArray[np.uint8]:
        return self._by_side[facing_deg % 360][:, None]

    def _relight(self, light: Light) -> None:
        """Compute the colour of a side by where it faces, and of a roof, the last."""
        if light == self._light:
            return
        self._light = light
        angle = np.radians(np.arange(360.0))
        facing = np.column_stack([np.sin(angle), np.cos(angle), np.zeros(360)])
        shade = light.shade(np.concatenate([facing, [(0.0, 0.0, 1.0)]]))
        self._by_side = np.clip(shade * self._colour * 255.0, 0, 255).astype(np.uint8)

    def _make_room(self, count: int) -> None:
        if count <= len(self._corners):
            return
        room = -(-count // _ROOM) * _ROOM
        self._corners = np.zeros((room, 3, 4, 3), np.float32)
        self._colours = np.zeros((room, 3, 4, 3), np.uint8)
        first = 4 * np.arange(3 * room, dtype=np.int32)[:, None]
        self._data.SetPolys(cells(first + np.array([0, 1, 2, 0, 2, 3], np.int32), 3))
        # The arrays share this memory, which each frame fills anew.
        self._points.SetData(vtk_array(self._corners.reshape(-1, 3)))
        colours = vtk_array(self._colours.reshape(-1, 3))
        colours.SetName("colour")
        self._data.GetPointData().SetScalars(colours)

    def hide(self) -> None:
        """Draw nothing."""
        self.actor.VisibilityOff()
