"""Outlines and lines of entities to triangles: solids, sheets, tubes, ribbons and walls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rendering.entities.shape import EntityShape, Form
from rendering.symbology.palette import Colour, rgb

Array = npt.NDArray[np.float64]
Heights = Callable[[Any, Any], Any]
"""Ground heights of many places, x and y in local metres."""

_SIDES: Final = 8
#: Lines without heights follow the ground in steps of this length.
_STEP_M: Final = 4.0
#: Walls go this far below the lowest ground that they stand on.
_FOOT_M: Final = 0.3
_TUBE_M: Final = 0.3
_RIBBON_M: Final = 3.0
#: Solids of types in these colours look like houses: walls light, roofs a little warmer.
_WALL_SHARE: Final = 0.55


@dataclass
class Mesh:
    """What a shape consists of, in local metres.

    Parameters
    ----------
    corners : list of (3 n, 3) arrays
        Triangles, three unshared corners each.
    tones : list of (3 n, 3) arrays
        Colours 0 to 1 before light.
    traces : list of (n, 3) arrays
        Its outline or course as drawn, for snapping to edges, marks and thin lines.
    vertices : list of (n, 3) arrays
        The corners that its geometry has, as drawn.
    """

    corners: list[Array] = field(default_factory=list)
    tones: list[Array] = field(default_factory=list)
    traces: list[Array] = field(default_factory=list)
    vertices: list[Array] = field(default_factory=list)

    def add(self, triangles: Array, tone: Any) -> None:
        """Add triangles (n, 3, 3) of one tone, or of one a corner (3 n, 3)."""
        corners = triangles.reshape(-1, 3)
        self.corners.append(corners)
        self.tones.append(np.broadcast_to(np.asarray(tone, float), corners.shape))


def parts_of(geometry: Any) -> list[Any]:
    """Return the single polygons or lines of a geometry, empty ones left out."""
    import shapely

    parts = shapely.get_parts(geometry, return_index=False)
    found: list[Any] = []
    for part in parts:
        nested = parts_of(part) if part.geom_type.startswith(("Multi", "Geometry")) else [part]
        found += [one for one in nested if not one.is_empty]
    return found


def rings_of(polygon: Any) -> list[Array]:
    """Return the rings of a polygon as (n, 3), closed, anticlockwise outside; z NaN where flat."""
    import shapely

    turned = shapely.geometry.polygon.orient(polygon)
    return [_coordinates(ring) for ring in (turned.exterior, *turned.interiors)]


def _coordinates(line: Any) -> Array:
    import shapely

    return np.asarray(shapely.get_coordinates(line, include_z=True), np.float64)


def mesh_of(shape: EntityShape, form: Form, heights: Heights) -> Mesh:
    """Return the triangles and traces of a shape that is no symbol.

    Parameters
    ----------
    shape : EntityShape
    form : Form
    heights : callable
    """
    mesh = Mesh()
    base = rgb(shape.colour)
    for part in parts_of(shape.geometry):
        if part.geom_type == "Polygon" and form is Form.SOLID:
            _solid(mesh, part, shape, heights)
        elif part.geom_type == "Polygon":
            _sheet(mesh, part, shape, heights, base)
        elif "Line" in part.geom_type:
            _line(mesh, part, shape, form, heights)
    return mesh


# -- areas -------------------------------------------------------------------------------


def triangulate(rings: list[Array]) -> npt.NDArray[np.int64]:
    """Return triangles (n, 3) over the corners of closed rings laid end to end, unclosed."""
    import mapbox_earcut  # only where an area has to be filled

    flat = np.concatenate([ring[:-1, :2] for ring in rings])
    ends = np.cumsum([len(ring) - 1 for ring in rings]).astype(np.uint32)
    # Near the origin, where differences keep their digits.
    found = mapbox_earcut.triangulate_float64(np.ascontiguousarray(flat - flat[0]), ends)
    return np.asarray(found, np.int64).reshape(-1, 3)


def _solid(mesh: Mesh, polygon: Any, shape: EntityShape, heights: Heights) -> None:
    rings = rings_of(polygon)
    outer = rings[0]
    ground = np.asarray(heights(outer[:, 0], outer[:, 1]), float)
    own = float(np.nanmin(outer[:, 2])) if np.isfinite(outer[:, 2]).any() else shape.own_base_m
    base = float(np.mean(ground)) if own is None else own
    is_on_ground = base <= float(ground.max()) + _FOOT_M
    low = min(base, float(ground.min())) - _FOOT_M if is_on_ground else base
    top = base + shape.height_m
    colour = np.array(rgb(shape.colour))
    wall = _WALL_SHARE * np.array(rgb("#f1ece4")) + (1 - _WALL_SHARE) * colour
    for ring in rings:
        a, b = ring[:-1], ring[1:]
        quads = np.empty((len(a), 2, 3, 3))
        for corner, (end, z) in enumerate(((a, low), (b, low), (b, top))):
            quads[:, 0, corner] = np.column_stack([end[:, :2], np.full(len(a), z)])
        for corner, (end, z) in enumerate(((a, low), (b, top), (a, top))):
            quads[:, 1, corner] = np.column_stack([end[:, :2], np.full(len(a), z)])
        # As in a street: walls are darker where less of the sky is.
        dark = np.where(quads.reshape(-1, 3)[:, 2] > low, 1.0, 0.80)[:, None]
        mesh.add(quads.reshape(-1, 3, 3), wall * dark)
        mesh.traces.append(np.column_stack([ring[:, :2], np.full(len(ring), top)]))
    mesh.traces.append(np.column_stack([outer[:, :2], np.full(len(outer), max(base, low))]))
    mesh.vertices += [trace[:-1] for trace in mesh.traces]
    flat = np.concatenate([ring[:-1] for ring in rings])
    flat[:, 2] = top
    mesh.add(flat[triangulate(rings)], 0.94 * (0.35 * wall + 0.65 * colour))


def _sheet(mesh: Mesh, polygon: Any, shape: EntityShape, heights: Heights, colour: Colour) -> None:
    rings = []
    for ring in rings_of(polygon):
        if not np.isfinite(ring[:, 2]).all():
            base = shape.own_base_m
            ring[:, 2] = heights(ring[:, 0], ring[:, 1]) if base is None else base
        rings.append(ring + np.array([0.0, 0.0, 0.04]))
    flat = np.concatenate([ring[:-1] for ring in rings])
    mesh.add(flat[triangulate(rings)], colour)
    mesh.traces += rings
    mesh.vertices += [ring[:-1] for ring in rings]


# -- lines -------------------------------------------------------------------------------


def _line(mesh: Mesh, line: Any, shape: EntityShape, form: Form, heights: Heights) -> None:
    radius = (shape.width_m or _TUBE_M) / 2
    points, vertices = course_of(line, heights, radius if form is Form.TUBE else 0.0)
    if len(points) < 2:
        return
    colour = rgb(shape.colour)
    mesh.traces.append(points)
    mesh.vertices.append(vertices)
    if form is Form.TUBE:
        mesh.add(_tube(points, radius), colour)
    elif form is Form.WALL:
        top = points + np.array([0.0, 0.0, shape.height_m])
        mesh.add(_band(points - np.array([0.0, 0.0, _FOOT_M]), top), colour)
        mesh.traces.append(top)
    else:
        side = _sideways(points) * (shape.width_m or _RIBBON_M) / 2
        lifted = points + np.array([0.0, 0.0, 0.06])
        mesh.add(_band(lifted - side, lifted + side), colour)


def course_of(line: Any, heights: Heights, lift_m: float = 0.0) -> tuple[Array, Array]:
    """Return the points along a line and its own corners, at its heights or those of the ground."""
    import shapely

    corners = _coordinates(line)
    if np.isfinite(corners[:, 2]).all():
        return _distinct(corners), corners
    points = _coordinates(shapely.segmentize(line, _STEP_M)) if line.length < 4e4 else corners
    for places in (points, corners):
        places[:, 2] = heights(places[:, 0], places[:, 1]) + lift_m
    return _distinct(points), corners


def _distinct(points: Array) -> Array:
    keep = np.r_[True, np.linalg.norm(np.diff(points, axis=0), axis=1) > 1e-6]
    return points[keep]


def _directions(points: Array) -> Array:
    step = np.diff(points, axis=0)
    step /= np.maximum(np.linalg.norm(step, axis=1, keepdims=True), 1e-12)
    around = np.concatenate([step[:1], step[:-1] + step[1:], step[-1:]])
    length = np.linalg.norm(around, axis=1, keepdims=True)
    return np.asarray(np.where(length > 1e-6, around / np.maximum(length, 1e-12), 1.0))


def _sideways(points: Array) -> Array:
    """Return unit vectors to the right of a course, level."""
    along = _directions(points)
    side = np.column_stack([along[:, 1], -along[:, 0], np.zeros(len(along))])
    length = np.linalg.norm(side, axis=1, keepdims=True)
    return np.where(length > 1e-6, side / np.maximum(length, 1e-12), np.array([1.0, 0.0, 0.0]))


def _band(one: Array, two: Array) -> Array:
    """Return the triangles (n, 3, 3) between two courses of as many points."""
    a, b, c, d = one[:-1], one[1:], two[1:], two[:-1]
    return np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)])


def _tube(points: Array, radius: float) -> Array:
    along, side = _directions(points), _sideways(points)
    up = np.cross(side, along)
    angle = np.linspace(0.0, 2 * np.pi, _SIDES, endpoint=False)
    turn = np.cos(angle)[:, None, None] * side + np.sin(angle)[:, None, None] * up
    rings = points[None] + turn * radius
    sides = [_band(rings[n], rings[(n + 1) % _SIDES]) for n in range(_SIDES)]
    caps = [
        np.stack([np.broadcast_to(points[end], (_SIDES, 3)), ring, np.roll(ring, -1, axis=0)], 1)
        for end, ring in ((0, rings[:, 0]), (-1, rings[:, -1]))
    ]
    return np.concatenate([*sides, *caps])
