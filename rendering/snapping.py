"""From a pixel to the place that somebody means: corners, edges, points, grid, surfaces."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from rendering.camera import Point
from rendering.views.tileset import TilesetView

if TYPE_CHECKING:
    from rendering.stage import Stage

_ON_GROUND_M: Final = 0.6


class SnapKind(StrEnum):
    """What a place was found at."""

    VERTEX = "vertex"
    EDGE = "edge"
    POINT = "point"
    GRID = "grid"
    SURFACE = "surface"


@dataclass(frozen=True)
class SnapOptions:
    """What is snapped to.

    Parameters
    ----------
    vertices, edges : bool
        Of entities.
    points : bool
        Of point clouds.
    surfaces : bool
        Meshes; without it a place lies on the ground or on what the picture shows there.
    grid_m : float
        Step of the grid in project coordinates; 0 for none.
    reach_px : float
    exact : bool
        Whether a surface is met where its triangles are, or where the last frame shows it, which
        is good enough while the pointer moves and ten times as fast.
    """

    vertices: bool = True
    edges: bool = True
    points: bool = True
    surfaces: bool = True
    grid_m: float = 0.0
    reach_px: float = 12.0
    exact: bool = True


@dataclass(frozen=True)
class Snap:
    """A place.

    Parameters
    ----------
    position : Point
        Local metres.
    kind : SnapKind or None
        None for a place under the cursor that nothing was snapped to.
    feature : int or None
        Entity on the stage whose corner or edge it is.
    """

    position: Point
    kind: SnapKind | None = None
    feature: int | None = None


#: Nothing is snapped to.
FREE: Final = SnapOptions(False, False, False, False)


def snap(
    stage: Stage, x: int, y: int, options: SnapOptions, ignored: Collection[int] = ()
) -> Snap | None:
    """Return the place meant at a pixel; None for the sky.

    Corners come before edges, edges before points of clouds, these before the grid.

    Parameters
    ----------
    stage : Stage
    x, y : int
        Display pixels, origin at the bottom left.
    options : SnapOptions
    ignored : collection of int
        Entities on the stage that are not snapped to, such as the one being dragged.
    """
    under = stage.position_at(x, y)
    reach = None
    if under is not None:
        # What lies well behind the surface that is seen is hidden.
        reach = float(np.linalg.norm(np.subtract(under, stage.camera.eye))) * 1.03 + 2.0
    if options.vertices or options.edges:
        found = _to_traces(stage, (x, y), options, (ignored, reach))
        if found is not None:
            return found
    if options.points:
        point = _to_points(stage, x, y, options.reach_px, reach)
        if point is not None:
            return Snap(point, SnapKind.POINT)
    if under is None:
        return None
    if options.grid_m > 0:
        return Snap(_on_grid(stage, under, options.grid_m), SnapKind.GRID)
    if options.surfaces and not options.exact:
        above = abs(under[2] - stage.ground_level(*under[:2])) > _ON_GROUND_M
        return Snap(under, SnapKind.SURFACE if above else None)
    if options.surfaces:
        picked = stage.pick(x, y)
        if picked is not None and stage.is_surface(picked.layer):
            return Snap(picked.position_local, SnapKind.SURFACE)
    return Snap(under)


def project(
    stage: Stage, places: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return display pixels (n, 2) of local places, and their depth; not positive behind the eye.

    Parameters
    ----------
    stage : Stage
    places : (n, 3) array
    """
    width, height = stage.renderer.GetSize()
    camera = stage.renderer.GetActiveCamera()
    given = camera.GetCompositeProjectionTransformMatrix(width / max(height, 1), -1.0, 1.0)
    matrix = np.array([[given.GetElement(i, j) for j in range(4)] for i in range(4)])
    turned = np.column_stack([places, np.ones(len(places))]) @ matrix.T
    depth = turned[:, 3]
    with np.errstate(divide="ignore", invalid="ignore"):
        flat = turned[:, :2] / depth[:, None]
    return (flat + 1.0) / 2.0 * np.array([width, height]), depth


def _to_traces(
    stage: Stage,
    at: tuple[int, int],
    options: SnapOptions,
    limits: tuple[Collection[int], float | None],
) -> Snap | None:
    """Return the nearest corner within reach, else the nearest place on an edge."""
    ignored, reach = limits
    traces = stage.entities.traces()
    eye = np.array(stage.camera.eye)
    cursor = np.array(at, float)

    def usable(features: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        return ~np.isin(features, list(ignored))

    if options.vertices and len(traces.vertices):
        pixels, depth = project(stage, traces.vertices)
        gap = np.linalg.norm(pixels - cursor, axis=1)
        good = (depth > 0) & (gap <= options.reach_px) & usable(traces.vertex_feature)
        if reach is not None:
            good &= np.linalg.norm(traces.vertices - eye, axis=1) <= reach
        if good.any():
            found = np.flatnonzero(good)
            best = int(found[np.argmin(gap[found])])
            feature = int(traces.vertex_feature[best])
            return Snap(_point(traces.vertices[best]), SnapKind.VERTEX, feature)
    if options.edges and len(traces.segments):
        (a, a_depth), (b, b_depth) = (project(stage, traces.segments[:, end]) for end in (0, 1))
        along = b - a
        length = np.maximum(np.einsum("ij,ij->i", along, along), 1e-9)
        share = np.clip(np.einsum("ij,ij->i", cursor - a, along) / length, 0.0, 1.0)
        gap = np.linalg.norm(a + along * share[:, None] - cursor, axis=1)
        good = (a_depth > 0) & (b_depth > 0) & (gap <= options.reach_px * 0.75)
        good &= usable(traces.segment_feature)
        # Shares on the screen are not those in the world: far parts look shorter.
        true = share * a_depth / np.maximum((1 - share) * b_depth + share * a_depth, 1e-9)
        places = traces.segments[:, 0] * (1 - true)[:, None] + traces.segments[:, 1] * true[:, None]
        if reach is not None:
            good &= np.linalg.norm(places - eye, axis=1) <= reach
        if good.any():
            found = np.flatnonzero(good)
            best = int(found[np.argmin(gap[found])])
            return Snap(_point(places[best]), SnapKind.EDGE, int(traces.segment_feature[best]))
    return None


def _to_points(stage: Stage, x: int, y: int, reach_px: float, reach: float | None) -> Point | None:
    ray = stage.ray(x, y)
    # A ray's spread is three pixels.
    wide = replace(ray, spread=ray.spread * min(reach_px, 8.0) / 3.0)
    best: tuple[float, Point] | None = None
    for view in stage.views():
        if isinstance(view, TilesetView) and view.visible:
            found = view.nearest_point(wide)
            if found is not None and (best is None or found[0] < best[0]):
                best = found
    if best is None or (reach is not None and best[0] > reach):
        return None
    return best[1]


def _on_grid(stage: Stage, place: Point, step_m: float) -> Point:
    """Return the nearest grid point in project coordinates, on the ground where *place* is."""
    east, north, _ = (float(v) for v in stage.frame.offset)
    x = round((place[0] + east) / step_m) * step_m - east
    y = round((place[1] + north) / step_m) * step_m - north
    is_on_ground = abs(place[2] - stage.ground_level(*place[:2])) < _ON_GROUND_M
    return (x, y, stage.ground_level(x, y) if is_on_ground else place[2])


def _point(values: npt.NDArray[np.float64]) -> Point:
    x, y, z = (float(v) for v in values)
    return x, y, z
