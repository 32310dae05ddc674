"""Lines on the ground about moving things: rings around what is marked, and ways that they came."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkRenderer

from rendering.camera import Point
from rendering.geometry import poly_data
from rendering.moving.recorded import RecordedTracks
from rendering.moving.tracks import Placed, Tracks
from rendering.symbology.palette import Colour

_TRAIL_WIDTH_PX: Final = 2.0
#: Above the ground that they lie on.
_LIFT_M: Final = 0.3
_RING_SIDES: Final = 40
_RING_PX: Final = 2.5


class Ring:
    """Rings on the ground around what is marked."""

    def __init__(self, renderer: vtkRenderer, accent: Colour) -> None:
        self._mapper: Any = vtkPolyDataMapper()
        self.actor: Any = vtkActor()
        self.actor.SetMapper(self._mapper)
        self.actor.PickableOff()
        look = self.actor.GetProperty()
        look.LightingOff()
        look.SetColor(*accent)
        look.SetLineWidth(_RING_PX)
        self.actor.VisibilityOff()
        renderer.AddActor(self.actor)

    def show(self, spots: list[tuple[Point, float]]) -> None:
        """Draw a ring around each place, a little larger than the thing is long."""
        if not spots:
            self.actor.VisibilityOff()
            return
        angle = np.linspace(0.0, 2 * np.pi, _RING_SIDES, endpoint=False)
        circle = np.column_stack([np.cos(angle), np.sin(angle), np.zeros(_RING_SIDES)])
        centre = np.array(spots[0][0])
        rings = [
            np.array(place) - centre + circle * 0.75 * length + (0.0, 0.0, _LIFT_M)
            for place, length in spots
        ]
        step = np.arange(_RING_SIDES)
        pairs = np.column_stack([step, (step + 1) % _RING_SIDES])
        lines = np.concatenate([pairs + n * _RING_SIDES for n in range(len(rings))])
        self._mapper.SetInputData(poly_data(np.concatenate(rings).astype(np.float32), lines=lines))
        self.actor.SetPosition(*centre)
        self.actor.VisibilityOn()


class Trail:
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

    def show(self, tracks: Tracks | RecordedTracks, placed: Placed) -> None:
        points, pairs, age = tracks.trails(placed)
        if not len(pairs):
            self.actor.VisibilityOff()
            return
        centre = points.mean(axis=0)
        colour = np.empty((len(points), 4), np.uint8)
        colour[:, :3] = self._colour
        colour[:, 3] = np.round(200 * (1.0 - age))
        local = (points - centre).astype(np.float32)
        local[:, 2] += _LIFT_M
        self._mapper.SetInputData(poly_data(local, lines=pairs, colour=colour))
        self.actor.SetPosition(*centre)
        self.actor.VisibilityOn()
