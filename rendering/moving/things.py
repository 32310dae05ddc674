"""Drawing moving things: one instanced actor a shape, part and certainty, whatever their number."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkPolyData
from vtkmodules.vtkRenderingCore import vtkActor, vtkGlyph3DMapper, vtkPolyDataMapper, vtkRenderer

from rendering.geometry import flat_normals, poly_data, vtk_array
from rendering.look import Look
from rendering.moving.shapes import BODY, DETAIL, shape_length_m, shape_triangles
from rendering.moving.style import SHAPES
from rendering.moving.tracks import Certainty, Placed, Tracks
from rendering.symbology.palette import Colour, rgb

_DETAIL_COLOUR: Final = rgb("#56626a")
_HELD_COLOUR: Final = rgb("#8b9296")
_GHOST_OPACITY: Final = 0.45
_HELD_OPACITY: Final = 0.7
_TRAIL_WIDTH_PX: Final = 2.0
#: Above the ground that a trail lies on.
_TRAIL_LIFT_M: Final = 0.3


class MovingThings:
    """All moving things of a stage, by the name of who shows them.

    Parameters
    ----------
    renderer : vtkRenderer
    """

    def __init__(self, renderer: vtkRenderer) -> None:
        self._renderer = renderer
        self._groups: dict[str, _Group] = {}

    def set(self, name: str, tracks: Tracks | None) -> None:
        """Show things that move, in place of those of that name; None removes them."""
        group = self._groups.pop(name, None)
        if group is not None:
            group.close()
        if tracks is not None:
            self._groups[name] = _Group(self._renderer, tracks)

    @property
    def active(self) -> bool:
        """Whether anything is on its way, so that every frame is another."""
        return any(group.active for group in self._groups.values())

    @property
    def count(self) -> int:
        """How many things the last frame showed."""
        return sum(group.count for group in self._groups.values())

    def update(self, look: Look) -> None:
        """Put everything where it is now."""
        for group in self._groups.values():
            group.update(look)

    def close(self) -> None:
        """Remove everything."""
        for name in list(self._groups):
            self.set(name, None)


class _Group:
    def __init__(self, renderer: vtkRenderer, tracks: Tracks) -> None:
        self._renderer = renderer
        self._tracks = tracks
        self._colour = rgb(tracks.style.colour)
        self._actors: dict[tuple[int, int, str], _Instanced] = {}
        self._trail: _Trail | None = None
        self.active = False
        self.count = 0

    def update(self, look: Look) -> None:
        placed = self._tracks.place()
        self.count = len(placed.row)
        # What is held stands still, until it is forgotten or more comes.
        self.active = bool(self.count)
        scale = self._scales(placed, look)
        used = set()
        for shape in np.unique(placed.shape):
            for certainty in Certainty:
                rows = (placed.shape == shape) & (placed.certainty == certainty)
                if not rows.any():
                    continue
                for part in (BODY, DETAIL):
                    key = (int(shape), int(certainty), part)
                    used.add(key)
                    self._actor(key).show(
                        placed.position[rows], placed.heading_deg[rows], scale[rows]
                    )
        for key, actor in self._actors.items():
            if key not in used:
                actor.hide()
        if self._tracks.style.trail_s > 0:
            if self._trail is None:
                self._trail = _Trail(self._renderer, self._colour)
            self._trail.show(self._tracks, placed)

    def _scales(self, placed: Placed, look: Look) -> npt.NDArray[np.float64]:
        style = self._tracks.style
        natural_m = np.array([shape_length_m(name) for name in SHAPES])
        lengths: npt.NDArray[np.float64] = natural_m[placed.shape] * style.scale
        distance = np.linalg.norm(placed.position - np.array(look.eye), axis=1)
        pixels = lengths * look.pixels_per_radian / np.maximum(distance, 1.0)
        enlarged: npt.NDArray[np.float64] = style.least_px / np.maximum(pixels, 1e-6)
        return style.scale * np.maximum(1.0, enlarged)

    def _actor(self, key: tuple[int, int, str]) -> _Instanced:
        found = self._actors.get(key)
        if found is None:
            shape, certainty, part = key
            found = _Instanced(self._renderer, shape_triangles(SHAPES[shape], part))
            look = found.actor.GetProperty()
            held = certainty == Certainty.HELD
            body = _HELD_COLOUR if held else self._colour
            look.SetColor(*(body if part == BODY else _DETAIL_COLOUR))
            if certainty != Certainty.BETWEEN:
                look.SetOpacity(_HELD_OPACITY if held else _GHOST_OPACITY)
                look.BackfaceCullingOn()
            self._actors[key] = found
        return found

    def close(self) -> None:
        for actor in self._actors.values():
            self._renderer.RemoveActor(actor.actor)
        if self._trail is not None:
            self._renderer.RemoveActor(self._trail.actor)


class _Instanced:
    """Copies of some triangles, uploaded once; a frame brings places, headings and sizes."""

    def __init__(self, renderer: vtkRenderer, triangles: npt.NDArray[np.float64]) -> None:
        corners = triangles.reshape(-1, 3).astype(np.float32)
        index = np.arange(len(corners)).reshape(-1, 3)
        position, _, normal = flat_normals(corners, index)
        self._points = vtkPoints()
        self._data = vtkPolyData()
        self._data.SetPoints(self._points)
        mapper: Any = vtkGlyph3DMapper()
        mapper.SetInputData(self._data)
        mapper.SetSourceData(poly_data(position, triangles=index, normal=normal))
        mapper.SetOrientationArray("turn")
        mapper.SetOrientationModeToRotation()
        mapper.SetScaleArray("scale")
        mapper.SetScaleModeToScaleByMagnitude()
        mapper.ScalarVisibilityOff()
        self.actor: Any = vtkActor()
        self.actor.SetMapper(mapper)
        self.actor.PickableOff()
        renderer.AddActor(self.actor)

    def show(
        self,
        position: npt.NDArray[np.float64],
        heading_deg: npt.NDArray[np.float64],
        scale: npt.NDArray[np.float64],
    ) -> None:
        centre = position.mean(axis=0)
        self._points.SetData(vtk_array((position - centre).astype(np.float32)))
        turn = np.zeros((len(position), 3), np.float32)
        turn[:, 2] = -heading_deg
        for name, values in (("turn", turn), ("scale", scale.astype(np.float32))):
            array = vtk_array(values)
            array.SetName(name)
            self._data.GetPointData().AddArray(array)
        self._data.Modified()
        self.actor.SetPosition(*centre)
        self.actor.VisibilityOn()

    def hide(self) -> None:
        self.actor.VisibilityOff()


class _Trail:
    """The ways that things came, fading with age."""

    def __init__(self, renderer: vtkRenderer, colour: Colour) -> None:
        self._colour = np.round(np.array(colour) * 255).astype(np.uint8)
        self._mapper: Any = vtkPolyDataMapper()
        self.actor: Any = vtkActor()
        self.actor.SetMapper(self._mapper)
        self.actor.PickableOff()
        look = self.actor.GetProperty()
        look.LightingOff()
        look.SetLineWidth(_TRAIL_WIDTH_PX)
        self.actor.ForceTranslucentOn()
        renderer.AddActor(self.actor)

    def show(self, tracks: Tracks, placed: Placed) -> None:
        points, pairs, age = tracks.trails(placed)
        if not len(pairs):
            self.actor.VisibilityOff()
            return
        centre = points.mean(axis=0)
        colour = np.empty((len(points), 4), np.uint8)
        colour[:, :3] = self._colour
        colour[:, 3] = np.round(200 * (1.0 - age))
        local = (points - centre).astype(np.float32)
        local[:, 2] += _TRAIL_LIFT_M
        self._mapper.SetInputData(poly_data(local, lines=pairs, colour=colour))
        self.actor.SetPosition(*centre)
        self.actor.VisibilityOn()
