"""Lines, points and labels above the scene."""

from __future__ import annotations

import itertools
from typing import Any, Final

import numpy as np
from vtkmodules.vtkRenderingCore import vtkRenderer

from rendering.actors import line_actor
from rendering.entities.meshes import triangulate
from rendering.geometry import flat_normals, poly_data
from rendering.labels import LabelItem, Labels
from rendering.look import Look
from rendering.moving.things import MovingThings
from rendering.options import Overlay, OverlayMesh
from rendering.pixels import pixel_ratio
from rendering.symbology.palette import Theme, rgb

_CASING_PX: Final = 1.5


class Overlays:
    """What measuring and marking draw.

    Parameters
    ----------
    renderer : vtkRenderer
    theme : Theme
    """

    def __init__(self, renderer: vtkRenderer, theme: Theme) -> None:
        self._renderer = renderer
        self._theme = theme
        self._actors: dict[str, list[Any]] = {}
        self._items: dict[str, list[LabelItem]] = {}
        self.labels = Labels(renderer, theme)
        self.moving = MovingThings(renderer, theme.accent)

    def set(self, name: str, overlay: Overlay | None) -> None:
        """Replace or remove one overlay."""
        for actor in self._actors.pop(name, []):
            self._renderer.RemoveActor(actor)
        self._items.pop(name, None)
        if overlay is not None:
            self._actors[name] = _actors(overlay, pixel_ratio(self._renderer))
            for actor in self._actors[name]:
                self._renderer.AddActor(actor)
            self._items[name] = [
                LabelItem(label.position, label.text, 1e9, lift_px=label.lift_px)
                for label in overlay.labels
            ]
        self.labels.set("overlays", [i for items in self._items.values() for i in items])

    def set_theme(self, theme: Theme) -> None:
        """Apply the label colours."""
        self._theme = theme
        self.labels.set_theme(theme)
        self.moving.set_accent(theme.accent)

    def update(self, look: Look, size: tuple[int, int]) -> None:
        """Place the labels and what moves."""
        self.moving.update(look)
        self.labels.set("moving", self.moving.labels(look))
        self.labels.update(look, size)

    def close(self) -> None:
        """Remove everything."""
        for name in list(self._actors):
            self.set(name, None)
        self.labels.close()
        self.moving.close()


def _actors(overlay: Overlay, ratio: float) -> list[Any]:
    colour = rgb(overlay.colour)
    found = []
    lines = [*overlay.lines, *((*p, p[0]) for p in overlay.polygons if p)]
    pairs = [(a, b) for line in lines for a, b in itertools.pairwise(line)]
    points = np.array(pairs, float).reshape(-1, 3)
    dots = np.array(overlay.points, float)
    # The casing first, so that the lines themselves lie over it.
    for shade, extra_px in ((overlay.casing, 2.0 * _CASING_PX), (overlay.colour, 0.0)):
        if shade and pairs:
            width = (overlay.line_width_px + extra_px) * ratio
            found.append(_placed(points, rgb(shade), width, 2))
        if shade and overlay.points:
            actor = _placed(dots, rgb(shade), 1.0, 1)
            actor.GetProperty().SetPointSize((overlay.point_size_px + extra_px) * ratio)
            actor.GetProperty().RenderPointsAsSpheresOn()
            found.append(actor)
    for polygon in overlay.polygons:
        if len(polygon) >= 3:
            corners = np.array([*polygon, polygon[0]], float)
            faces = triangulate([corners])
            if len(faces) == 0:
                continue
            area = _placed(corners[:-1], colour, 1.0, 3, faces)
            area.GetProperty().SetOpacity(0.25)
            found.append(area)
    return found + [_mesh(mesh) for mesh in overlay.meshes if len(mesh.triangles)]


def _mesh(mesh: OverlayMesh) -> Any:
    centre = mesh.position.mean(axis=0)
    local = (mesh.position - centre).astype(np.float32)
    triangles: Any = mesh.triangles
    colour = mesh.vertex_colour
    if mesh.lit:
        local, corners, normal = flat_normals(local, triangles)
        colour = None if colour is None else colour[corners]
        apart = np.arange(len(local)).reshape(-1, 3)
        data = poly_data(local, triangles=apart, normal=normal, colour=colour)
    else:
        data = poly_data(local, triangles=triangles, colour=colour)
    actor = line_actor(data, rgb(mesh.colour), 1.0)
    actor.GetMapper().SetScalarVisibility(mesh.vertex_colour is not None)
    look = actor.GetProperty()
    look.SetLighting(mesh.lit)
    look.SetOpacity(mesh.opacity)
    actor.SetPosition(*centre)
    if mesh.vertex_colour is not None and mesh.vertex_colour.shape[1] == 4:
        actor.ForceTranslucentOn()
    if mesh.above:
        mapper = actor.GetMapper()
        mapper.SetResolveCoincidentTopologyToPolygonOffset()
        # Not by slope, which at a flat angle would lift it over what stands on it; VTK adds
        # (2, 2) itself.
        mapper.SetRelativeCoincidentTopologyPolygonOffsetParameters(-2.0, -62)
    return actor


def _placed(points: Any, colour: Any, width: float, cell: int, faces: Any = None) -> Any:
    centre = points.mean(axis=0)
    local = (points - centre).astype(np.float32)
    if cell == 2:
        data = poly_data(local, lines=np.arange(len(local)).reshape(-1, 2))
    elif cell == 3:
        data = poly_data(local, triangles=faces)
    else:
        data = poly_data(local)
    actor = line_actor(data, colour, width)
    actor.SetPosition(*centre)
    # What lies under the cursor is read from the depth buffer; translucent things do not write it.
    actor.ForceTranslucentOn()
    # Above what it measures: drawn after the scene, shifted towards the viewer.
    mapper = actor.GetMapper()
    mapper.SetResolveCoincidentTopologyToPolygonOffset()
    mapper.SetRelativeCoincidentTopologyLineOffsetParameters(0, -60000)
    mapper.SetRelativeCoincidentTopologyPointOffsetParameter(-60000)
    mapper.SetRelativeCoincidentTopologyPolygonOffsetParameters(-1.0, -40)
    return actor
