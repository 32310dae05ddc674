"""A watertight solid of an outline, its ground and the planes over it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon

from ingest.extraction.roof_cells import GRID_M, RoofCells
from ingest.shell import FLOOR, ROOF, WALL, Face, Shell

FloatArray = npt.NDArray[np.float64]
Corner = tuple[float, float]
Edge = tuple[Corner, Corner]

#: Heights of neighbours at a corner that differ by less are one: no wall is so low.
_STEP_M: Final = 0.05
_OUTSIDE: Final = -1
_STRAIGHT: Final = 1e-3


def solid_of(roof: RoofCells, plane: FloatArray, ground_m: float) -> Shell:
    """Return the solid under a roof: faces of the roof, walls, steps and a level floor.

    Every corner in plan carries the heights at which something meets there; faces and walls
    have exactly those corners, so that the solid is closed by construction.

    Parameters
    ----------
    roof : RoofCells
    plane : (k, 3) float64 array
        a, b, c of z = a x + b y + c.
    ground_m : float
        Height of the floor.
    """
    own = plane[roof.plane]
    edges = _edges(roof)
    _straighten(edges)
    edges = _cut_where_crossing(edges, own)
    levels = _levels(edges, own, ground_m)
    faces = _roofs(edges, len(own), levels)
    for edge, (left, right) in edges.items():
        faces += _walls(edge, left, right, levels)
    return Shell((*faces, *_floors(edges, ground_m)))


#: Directed edge from its smaller corner to its larger: patch on its left and on its right.
_Edges = dict[Edge, list[int]]
#: Heights at a corner by patch.
_Levels = dict[Corner, dict[int, float]]


def _edges(roof: RoofCells) -> _Edges:
    """Return the edges between patches and around them."""
    edges: _Edges = {}
    for cell, patch in zip(roof.cells, roof.patch.tolist(), strict=True):
        for ring in _oriented(cell):
            for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
                if a != b:
                    # Rings run so that the cell is on their left.
                    edge, side = ((a, b), 0) if a < b else ((b, a), 1)
                    edges.setdefault(edge, [_OUTSIDE, _OUTSIDE])[side] = patch
    return {edge: sides for edge, sides in edges.items() if sides[0] != sides[1]}


def _corner(place: FloatArray) -> Corner:
    x, y = np.round(place[:2] / GRID_M) * GRID_M
    return round(float(x), 3), round(float(y), 3)


def _height(plane: FloatArray, at: Corner) -> float:
    return float(plane[0] * at[0] + plane[1] * at[1] + plane[2])


def _cut_where_crossing(edges: _Edges, plane: FloatArray) -> _Edges:
    """Cut edges along which the roofs of both sides change places."""
    out: _Edges = {}
    for (a, b), sides in edges.items():
        if _OUTSIDE not in sides:
            one, other = (plane[side] for side in sides)
            start = _height(one, a) - _height(other, a)
            end = _height(one, b) - _height(other, b)
            if start * end < 0 and min(abs(start), abs(end)) > _STEP_M:
                share = start / (start - end)
                at = _corner(np.array(a) + share * (np.array(b) - np.array(a)))
                if at not in (a, b):
                    out[(a, at)], out[(at, b)] = list(sides), list(sides)
                    continue
        out[(a, b)] = sides
    return out


def _straighten(edges: _Edges) -> None:
    """Join edges in line that have the same patches on both sides."""
    at: dict[Corner, set[Edge]] = defaultdict(set)
    for edge in edges:
        for corner in edge:
            at[corner].add(edge)
    for corner, meeting in at.items():
        if len(meeting) != 2:
            continue
        one, other = meeting
        a, b = _far(one, corner), _far(other, corner)
        joined = (a, b) if a < b else (b, a)
        before = edges[one] if (one[0] == a) == (joined[0] == a) else edges[one][::-1]
        after = edges[other] if (other[1] == b) == (joined[1] == b) else edges[other][::-1]
        if joined in edges or before != after or not _in_line(a, corner, b):
            continue
        del edges[one], edges[other]
        edges[joined] = before
        at[a] = (at[a] - {one}) | {joined}
        at[b] = (at[b] - {other}) | {joined}
        at[corner] = set()


def _far(edge: Edge, corner: Corner) -> Corner:
    return edge[1] if edge[0] == corner else edge[0]


def _in_line(a: Corner, middle: Corner, b: Corner) -> bool:
    whole, part = np.subtract(b, a), np.subtract(middle, a)
    off = abs(whole[0] * part[1] - whole[1] * part[0]) / max(float(np.hypot(*whole)), 1e-9)
    return bool(off < _STRAIGHT and part @ whole > 0)


def _levels(edges: _Edges, plane: FloatArray, ground_m: float) -> _Levels:
    """Return the height of each patch at each corner, nearly equal ones made equal."""
    meeting: dict[Corner, set[int]] = defaultdict(set)
    for edge, sides in edges.items():
        for corner in edge:
            meeting[corner].update(sides)
    levels: _Levels = defaultdict(dict)
    for corner, patches in meeting.items():
        known = sorted(
            (ground_m if side == _OUTSIDE else _height(plane[side], corner), side)
            for side in patches
        )
        group: list[tuple[float, int]] = []
        for item in [*known, (np.inf, _OUTSIDE)]:
            if group and item[0] - group[-1][0] > _STEP_M:
                ground = any(side == _OUTSIDE for _, side in group)
                z = ground_m if ground else float(np.mean([z for z, _ in group]))
                levels[corner] |= {side: round(z, 3) for _, side in group}
                group = []
            group.append(item)
    return levels


def _roofs(edges: _Edges, count: int, levels: _Levels) -> list[Face]:
    sides: dict[int, list[Edge]] = defaultdict(list)
    for edge, both in edges.items():
        for side in both:
            sides[side].append(edge)
    faces = []
    for index in range(count):
        for polygon in _areas(sides[index]):
            rings = [
                np.array([(*c, levels[c][index]) for c in ring]) for ring in _oriented(polygon)
            ]
            faces.append(Face(tuple(rings), ROOF))
    return faces


def _areas(edges: list[Edge]) -> list[Polygon]:
    """Return what edges enclose, without what is only the hole of another."""
    pieces = shapely.get_parts(shapely.polygonize(list(shapely.linestrings(edges))))
    holes = [_corners_of(ring) for piece in pieces for ring in piece.interiors]
    return [piece for piece in pieces if _corners_of(piece.exterior) not in holes]


def _oriented(polygon: Polygon) -> list[list[Corner]]:
    turned = shapely.geometry.polygon.orient(polygon)
    return [
        [_corner(c) for c in shapely.get_coordinates(ring)[:-1]]
        for ring in (turned.exterior, *turned.interiors)
    ]


def _walls(edge: Edge, left: int, right: int, levels: _Levels) -> list[Face]:
    """Return the wall along an edge, with a corner at every height that meets its sides."""
    a, b = edge
    ends = [(levels[a][left], levels[a][right]), (levels[b][left], levels[b][right])]
    # Seen from the lower side; where it is on the left the wall is walked backwards.
    if sum(z[0] for z in ends) < sum(z[1] for z in ends):
        a, b, left, right = b, a, right, left
        ends = [ends[1][::-1], ends[0][::-1]]
    up_a, up_b = (_between(levels[corner], z[1], z[0]) for corner, z in zip((a, b), ends))
    # The upper side is on the left, so the outside is on the right of a to b.
    ring = [(*a, z) for z in reversed(up_a)] + [(*b, z) for z in up_b]
    ring = [p for p, q in zip(ring, [*ring[1:], ring[0]]) if p != q]
    return [Face((np.array(ring),), WALL)] if len(ring) >= 3 else []


def _between(here: dict[int, float], low: float, high: float) -> list[float]:
    """Return the heights that meet at a corner from one to another, both included."""
    down, up = min(low, high), max(low, high)
    return sorted({z for z in here.values() if down <= z <= up}, reverse=low > high)


def _floors(edges: _Edges, ground_m: float) -> list[Face]:
    outer = [edge for edge, sides in edges.items() if _OUTSIDE in sides]
    faces = []
    for piece in _areas(outer):
        rings = [
            np.array([(*c, round(ground_m, 3)) for c in reversed(ring)])
            for ring in _oriented(piece)
        ]
        faces.append(Face(tuple(rings), FLOOR))
    return faces


def _corners_of(ring: Any) -> set[Corner]:
    return {_corner(c) for c in shapely.get_coordinates(ring)}
