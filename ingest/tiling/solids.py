"""Polygons with a height become watertight extruded solids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from ingest.readers.contract import MeshChunk
from ingest.tiling.facades import BAYS, FACADES, STOREY_M, STOREYS, roof_material, wall_material

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

#: Corners closer than this are one; real outlines have none, drawn ones do.
_SAME_POINT_M: Final = 0.005


@dataclass(frozen=True)
class Solids:
    """Outlines that stand up.

    Parameters
    ----------
    outline : (n,) array of shapely polygons and multipolygons
        Local metres; holes are courtyards.
    base_m : (n,) float64 array
        Height of the underside, local metres.
    ground_m : (n,) float64 array
        Height from which storeys are counted, local metres.
    roof_m : (n,) float64 array
        Height of the flat roof, local metres, above *base_m*.
    feature : (n,) int64 array
        Feature ids.
    facade : (n,) int64 array
        Indices into `facades.FACADES`.
    """

    outline: npt.NDArray[Any]
    base_m: Floats
    ground_m: Floats
    roof_m: Floats
    feature: Indices
    facade: Indices


def valid_polygons(shapes: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], int]:
    """Return valid polygons and multipolygons, None for what has no area; how many were repaired.

    Parameters
    ----------
    shapes : (n,) array of shapely geometries and None
    """
    out = shapely.force_2d(shapes)
    broken = np.flatnonzero(~shapely.is_valid(out) & ~shapely.is_missing(out))
    for index in broken:
        fixed = shapely.make_valid(out[index])
        parts = [p for p in shapely.get_parts(shapely.get_parts(fixed)) if p.geom_type == "Polygon"]
        out[index] = shapely.multipolygons(parts) if parts else None
    out[~(shapely.area(out) > 1e-6)] = None
    return out, len(broken)


def extrude(solids: Solids) -> list[MeshChunk]:
    """Return the solids' walls and roofs, a chunk a material, triangles anticlockwise outside.

    Every solid is closed: walls, roof and underside share corner positions exactly. Normals are
    constant on each face. Walls carry texture coordinates in whole bays and storeys.
    """
    rings = _rings_of(solids)
    if len(rings.x0) == 0:
        return []
    walls = _walls(solids, rings)
    caps = _caps(solids, rings)
    chunks = []
    for index in range(len(FACADES)):
        chosen_walls = _chosen(walls, solids.facade[walls.solid] == index)
        if len(chosen_walls.triangles):
            chunks.append(_chunk(solids, chosen_walls, wall_material(index), f"walls {index}"))
        chosen_caps = _chosen(caps, solids.facade[caps.solid] == index)
        if len(chosen_caps.triangles):
            chunks.append(_chunk(solids, chosen_caps, roof_material(index), f"roofs {index}"))
    return chunks


@dataclass(frozen=True)
class _Rings:
    """Edges of all rings, walked so that the outside is on the right.

    Parameters
    ----------
    x0, y0, x1, y1 : (e,) float64 arrays
        Ends of each edge.
    solid, ring : (e,) int64 arrays
        Which solid and which ring each edge belongs to.
    ring_part : (r,) int64 array
        Which part each ring belongs to.
    part_solid : (p,) int64 array
        Which solid each part belongs to.
    """

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    solid: Indices
    ring: Indices
    ring_part: Indices
    part_solid: Indices


@dataclass(frozen=True)
class _Faces:
    position: Floats
    normal: Floats
    uv: Floats | None
    triangles: Indices
    solid: Indices


def _rings_of(solids: Solids) -> _Rings:
    parts, part_solid = shapely.get_parts(solids.outline, return_index=True)
    kept = shapely.area(parts) > 1e-6
    parts, part_solid = parts[kept], part_solid[kept]
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    points, owner = shapely.get_coordinates(rings, return_index=True)
    # A ring repeats its first corner, so every point but a ring's last starts an edge.
    starts = np.flatnonzero(owner[:-1] == owner[1:]) if len(owner) else np.empty(0, np.int64)
    ring = owner[starts]
    first, second = _merged(points, starts, ring)
    long_enough = np.hypot(*(second - first).T) > 0.0 if len(first) else np.empty(0, bool)
    first, second, ring = first[long_enough], second[long_enough], ring[long_enough]
    twice_area = np.zeros(len(rings))
    # About a point of the ring: far from the origin the products would cancel.
    origin = points[np.searchsorted(owner, np.arange(len(rings)))] if len(rings) else points
    a, b = first - origin[ring], second - origin[ring]
    np.add.at(twice_area, ring, a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
    exterior = np.ones(len(rings), bool)
    exterior[1:] = ring_part[1:] != ring_part[:-1]
    turned = ((twice_area > 0) != exterior)[ring]
    start = np.where(turned[:, None], second, first)
    end = np.where(turned[:, None], first, second)
    return _Rings(
        start[:, 0], start[:, 1], end[:, 0], end[:, 1],
        part_solid[ring_part[ring]], ring, ring_part, part_solid,
    )  # fmt: skip


def _merged(points: Floats, starts: Indices, ring: Indices) -> tuple[Floats, Floats]:
    """Return the ends of edges with corners snapped, so that near-equal ones become equal."""
    snapped = np.round(points / _SAME_POINT_M) * _SAME_POINT_M
    return snapped[starts, :2], snapped[starts + 1, :2]


def _walls(solids: Solids, rings: _Rings) -> _Faces:
    count = len(rings.x0)
    owner = rings.solid
    low, high = solids.base_m[owner], solids.roof_m[owner]
    position = np.empty((count, 4, 3))
    position[:, (0, 3), 0], position[:, (1, 2), 0] = rings.x0[:, None], rings.x1[:, None]
    position[:, (0, 3), 1], position[:, (1, 2), 1] = rings.y0[:, None], rings.y1[:, None]
    position[:, :2, 2], position[:, 2:, 2] = low[:, None], high[:, None]
    dx, dy = rings.x1 - rings.x0, rings.y1 - rings.y0
    length = np.hypot(dx, dy)
    # Along an anticlockwise ring the outside is on the right.
    normal = np.column_stack([dy / length, -dx / length, np.zeros(count)])
    bay = np.array([facade.bay_m for facade in FACADES])[solids.facade[owner]]
    bays = np.round(length / bay)
    above = np.maximum(high - solids.ground_m[owner], 0.1)
    storeys = np.maximum(np.round(above / STOREY_M), 1.0)
    uv = np.zeros((count, 4, 2))
    uv[:, 1:3, 0] = (bays / BAYS)[:, None]
    # Windows start at the ground; what is sunk into it continues the pattern downwards.
    scale = storeys / above / STOREYS
    uv[:, :2, 1] = ((solids.ground_m[owner] - low) * scale)[:, None]
    uv[:, 2:, 1] = (-(high - solids.ground_m[owner]) * scale)[:, None]
    corner = np.arange(count)[:, None] * 4
    triangles = np.concatenate(
        [corner + np.array([0, 1, 2]), corner + np.array([0, 2, 3])], axis=1
    ).reshape(-1, 3)
    return _Faces(
        position.reshape(-1, 3),
        np.repeat(normal, 4, axis=0),
        uv.reshape(-1, 2),
        triangles,
        np.repeat(owner, 4),
    )


def _caps(solids: Solids, rings: _Rings) -> _Faces:
    """Triangulate each part once: the roof as it is, the underside turned over."""
    corners = np.column_stack([rings.x0, rings.y0])
    part = rings.ring_part[rings.ring]
    # Turned rings came out in reversed order of edges, but every edge still starts at a corner.
    triangles = _triangulate(corners, part, rings.ring)
    if len(triangles) == 0:
        empty = np.empty((0, 3))
        return _Faces(empty, empty, None, np.empty((0, 3), np.int64), np.empty(0, np.int64))
    solid = rings.solid
    count = len(corners)
    roof = np.column_stack([corners, solids.roof_m[solid]])
    floor = np.column_stack([corners, solids.base_m[solid]])
    up = np.tile([0.0, 0.0, 1.0], (count, 1))
    return _Faces(
        np.concatenate([roof, floor]),
        np.concatenate([up, -up]),
        None,
        np.concatenate([triangles, triangles[:, ::-1] + count]),
        np.concatenate([solid, solid]),
    )


def _triangulate(corners: Floats, part: Indices, ring: Indices) -> Indices:
    """Return anticlockwise triangles over *corners*, each part's rings being one polygon."""
    # Compiled, loaded only once footprints become buildings.
    import mapbox_earcut

    out: list[Indices] = []
    starts = np.flatnonzero(np.r_[True, part[1:] != part[:-1]])
    ends = np.r_[starts[1:], len(part)]
    for start, end in zip(starts.tolist(), ends.tolist()):
        here = np.ascontiguousarray(corners[start:end] - corners[start])
        if end - start == 3:
            found = np.array([0, 1, 2])
        else:
            breaks = np.flatnonzero(ring[start + 1 : end] != ring[start : end - 1]) + 1
            ring_ends = np.r_[breaks, end - start].astype(np.uint32)
            found = mapbox_earcut.triangulate_float64(here, ring_ends).astype(np.int64)
        if len(found):
            out.append(found.reshape(-1, 3) + start)
    if not out:
        return np.empty((0, 3), np.int64)
    triangles = np.concatenate(out)
    a, b, c = (corners[triangles[:, i]] for i in range(3))
    area = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
    triangles[area < 0] = triangles[area < 0][:, ::-1]
    return triangles


def _chosen(faces: _Faces, vertices: npt.NDArray[np.bool_]) -> _Faces:
    new = np.cumsum(vertices) - 1
    kept = vertices[faces.triangles[:, 0]]
    return _Faces(
        faces.position[vertices],
        faces.normal[vertices],
        None if faces.uv is None else faces.uv[vertices],
        new[faces.triangles[kept]],
        faces.solid[vertices],
    )


def _chunk(solids: Solids, faces: _Faces, material: Any, name: str) -> MeshChunk:
    return MeshChunk(
        position=faces.position,
        triangles=faces.triangles.astype(np.uint32),
        material=material,
        uv=None if faces.uv is None else faces.uv.astype(np.float32),
        normal=faces.normal.astype(np.float32),
        feature=solids.feature[faces.solid].astype(np.uint32),
        name=name,
    )
