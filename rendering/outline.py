"""Outlines around what is selected, marked or under the pointer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rendering.actors import line_actor
from rendering.geometry import feature_edges, poly_data, vtk_matrix
from rendering.symbology.palette import Colour
from rendering.tiles.parts import Part

_LINE_PX: Final = 2.5

Marking = tuple[Colour, frozenset[int], float, float]
"""Colour, features, width in pixels, opacity of the tint."""


def outline_actors(
    part: Part, features: Any, colour: Colour, width_px: float, opacity: float = 0.22
) -> list[Any]:
    """Return a silhouette and a tint of the features in a part."""
    if part.feature is None:
        return []
    inside = np.isin(part.feature, features)
    if not inside.any():
        return []
    found: list[Any] = []
    if part.triangles is not None:
        drawn = part.triangles if part.kept is None else part.kept
        faces = drawn[inside[drawn].all(axis=1)]
        pairs = feature_edges(part.position, faces)
        if len(pairs):
            order = np.arange(len(pairs), dtype=np.uint32).reshape(-1, 2)
            found.append(line_actor(poly_data(pairs, lines=order), colour, width_px))
        if len(faces):
            used, index = np.unique(faces, return_inverse=True)
            tint = line_actor(
                poly_data(part.position[used], triangles=index.reshape(-1, 3)), colour, 1.0
            )
            tint.GetProperty().SetOpacity(opacity)
            mapper = tint.GetMapper()
            mapper.SetResolveCoincidentTopologyToPolygonOffset()
            mapper.SetRelativeCoincidentTopologyPolygonOffsetParameters(-1.0, -1.0)
            found.append(tint)
    else:
        dots = line_actor(poly_data(part.position[inside]), colour, 1.0)
        dots.GetProperty().SetPointSize(width_px + 4)
        found.append(dots)
    for actor in found:
        actor.SetUserMatrix(vtk_matrix(part.matrix))
    return found


class Outlines:
    """The outlines around features of the parts of one tile; those that stay are not made anew."""

    def __init__(self) -> None:
        self._made: dict[Marking, list[Any]] = {}

    @property
    def actors(self) -> list[Any]:
        """All actors that are drawn now."""
        return [actor for made in self._made.values() for actor in made]

    def draw(
        self, renderer: Any, parts: Sequence[Part], wanted: Sequence[Marking], *, is_shown: bool
    ) -> None:
        """Draw what is wanted in place of what was.

        Parameters
        ----------
        renderer : vtkRenderer
        parts : sequence of Part
            As they were the last time, or `remove` comes first.
        wanted : sequence of Marking
        is_shown : bool
        """
        before, self._made = self._made, {}
        for marking in wanted:
            made = before.pop(marking, None)
            if made is None:
                colour, features, width_px, opacity = marking
                ids = np.array(sorted(features), np.int64)
                made = [
                    actor for part in parts if len(ids)
                    for actor in outline_actors(part, ids, colour, width_px, opacity)
                ]  # fmt: skip
                for actor in made:
                    renderer.AddActor(actor)
            for actor in made:
                actor.SetVisibility(is_shown)
            self._made[marking] = made
        for actor in (actor for made in before.values() for actor in made):
            renderer.RemoveActor(actor)

    def remove(self, renderer: Any) -> None:
        """Remove all actors."""
        for actor in self.actors:
            renderer.RemoveActor(actor)
        self._made = {}


def ground_outline(
    shape: Any, width_m: float, heights: Callable[[Any, Any], Any]
) -> list[npt.NDArray[np.float64]]:
    """Return the outline of something painted on the ground, as courses (n, 3) just above it.

    Parameters
    ----------
    shape : shapely geometry
        Local metres.
    width_m : float
        Of a line.
    heights : callable
        Ground heights of many places.
    """
    import shapely

    edge = shape.boundary
    if shape.area <= 0:
        edge = shape.buffer(width_m / 2, cap_style="flat").boundary
    found = []
    for part in shapely.get_parts(shapely.segmentize(edge, 10.0)):
        xy = np.asarray(part.coords, float)[:, :2]
        found.append(np.column_stack([xy, heights(xy[:, 0], xy[:, 1]) + 0.25]))
    return found


def course_actor(
    courses: list[npt.NDArray[np.float64]], colour: Colour, width_px: float
) -> Any | None:
    """Return an actor of courses (n, 3) in a colour; None where there are none."""
    pairs = [np.stack([c[:-1], c[1:]], 1).reshape(-1, 3) for c in courses if len(c) > 1]
    if not pairs:
        return None
    points = np.concatenate(pairs)
    centre = points.mean(axis=0)
    order = np.arange(len(points)).reshape(-1, 2)
    data = poly_data((points - centre).astype(np.float32), lines=order)
    actor = line_actor(data, colour, width_px)
    actor.SetPosition(*centre)
    return actor


def thin_actor(data: Any, centre: Any, nearer: int) -> Any:
    """Return courses a few pixels wide in colours of their own.

    Parameters
    ----------
    data : vtkPolyData
        Lines relative to *centre*.
    centre : (3,) sequence of floats
        Local metres.
    nearer : int
        By how many 1/65536 of the depth they are drawn nearer than they are, negative.
    """
    actor = line_actor(data, (1.0, 1.0, 1.0), _LINE_PX)
    actor.ForceTranslucentOn()  # shifted, it must not write the depth that picking reads
    mapper = actor.GetMapper()
    mapper.ScalarVisibilityOn()
    mapper.SetColorModeToDirectScalars()
    mapper.SetResolveCoincidentTopologyToPolygonOffset()
    mapper.SetRelativeCoincidentTopologyLineOffsetParameters(0, nearer)
    actor.SetPosition(*centre)
    return actor
