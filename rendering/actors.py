"""Parts to VTK actors: shading, textures, styles."""

from __future__ import annotations

from typing import Any

from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkTexture

from rendering.geometry import vtk_matrix
from rendering.symbology.palette import Colour, Theme
from rendering.tiles.parts import Part


def surface_actor(part: Part) -> Any:
    """Return the actor of a part, hidden."""
    mapper = vtkPolyDataMapper()
    mapper.SetInputData(part.data)
    mapper.SetResolveCoincidentTopologyToPolygonOffset()
    has_colours = part.data.GetPointData().GetScalars() is not None
    mapper.SetScalarVisibility(has_colours)
    if has_colours:
        mapper.SetColorModeToDirectScalars()
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.SetUserMatrix(vtk_matrix(part.matrix))
    actor.VisibilityOff()
    look = actor.GetProperty()
    look.SetColor(*part.base_colour[:3])
    look.SetAmbient(0.46)
    look.SetDiffuse(0.60)
    look.SetSpecular(0.0)
    if part.unlit or part.mode != "triangles":
        look.LightingOff()
    if part.image is not None:
        actor.SetTexture(_texture(part))
        look.SetColor(1.0, 1.0, 1.0)
    if part.mode == "points":
        look.SetRepresentationToPoints()
    return actor


def _texture(part: Part) -> Any:
    texture = vtkTexture()
    texture.SetInputData(part.image)
    texture.InterpolateOn()
    texture.MipmapOn()
    texture.SetRepeat(part.repeats)
    if not part.repeats:
        texture.EdgeClampOn()
    texture.SetColorModeToDirectScalars()
    return texture


def edge_actor(part: Part, theme: Theme) -> Any:
    """Return the actor of a part's edge lines, hidden."""
    mapper = vtkPolyDataMapper()
    mapper.SetInputData(part.edges)
    mapper.ScalarVisibilityOff()
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.SetUserMatrix(vtk_matrix(part.matrix))
    actor.VisibilityOff()
    actor.PickableOff()
    look = actor.GetProperty()
    look.LightingOff()
    look.SetLineWidth(1.0)
    look.SetColor(*edge_colour(part, theme))
    return actor


def edge_colour(part: Part, theme: Theme) -> Colour:
    """Return the part's own colour, darkened."""
    base = part.base_colour[:3]
    if part.colour is not None and len(part.colour):
        base = tuple(part.colour[:: max(1, len(part.colour) // 64)].mean(axis=0) / 255.0)
    return tuple(float(c) * theme.edge for c in base)  # type: ignore[return-value]


def apply_opacity(actor: Any, part: Part, opacity: float) -> None:
    """Set the opacity, keeping opaque what need not pass through the translucent pass."""
    value = opacity * part.base_colour[3]
    actor.GetProperty().SetOpacity(value)
    # Any texel with alpha would send the actor to the translucent pass (twice a frame's time).
    has_alpha = part.image is not None and part.image.GetNumberOfScalarComponents() == 4
    if value >= 0.999 and (not has_alpha or part.is_cutout):
        actor.ForceOpaqueOn()
    else:
        actor.ForceOpaqueOff()


def line_actor(data: Any, colour: Colour, width_px: float) -> Any:
    """Return an unlit, unpickable actor of lines in local metres."""
    mapper = vtkPolyDataMapper()
    mapper.SetInputData(data)
    mapper.ScalarVisibilityOff()
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.PickableOff()
    look = actor.GetProperty()
    look.LightingOff()
    look.SetColor(*colour)
    look.SetLineWidth(width_px)
    return actor
