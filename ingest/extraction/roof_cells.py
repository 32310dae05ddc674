"""An outline cut along ridges, valleys and steps, and which plane covers each piece."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString, Polygon

from ingest.extraction.roof_planes import RoofPlanes, heights_of

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Corners lie on a grid of a millimetre, so that what meets there is one corner.
GRID_M: Final = 0.001
_LONG_M: Final = 1.0e4
#: Gradients that differ by less have no ridge between them.
_FOLD: Final = 0.06
#: A fold runs this near where points of its planes meet, beside the distance between points.
_FOLD_NEAR_M: Final = 1.2
#: A square metre of wall counts as much as this height error over a square metre of roof.
_WALL_WEIGHT: Final = 0.25
_FAR_M: Final = 0.8
_ROUNDS: Final = 12
#: Smaller patches are what lines that nearly meet leave between them.
_LEAST_PATCH_M2: Final = 1.5


@dataclass(frozen=True)
class RoofCells:
    """An outline in pieces.

    Parameters
    ----------
    cells : list of Polygon
        In plan, without overlap; each has every corner that a neighbour has on it.
    patch : (n,) int64 array
        Which patch each belongs to: connected cells under one plane.
    plane : (p,) int64 array
        The plane of each patch.
    """

    cells: list[Polygon]
    patch: IntArray
    plane: IntArray


def divide(outline: Polygon, cloud: FloatArray, planes: RoofPlanes, walls_deg: float) -> RoofCells:
    """Cut an outline where planes meet, and give each piece the plane that fits it.

    Pieces get the planes that make heights over points and the area of walls between pieces
    smallest together, by changing one at a time (iterated conditional modes).

    Parameters
    ----------
    outline : Polygon
        Local metres.
    cloud : (n, 3) float64 array
    planes : RoofPlanes
    walls_deg : float
        Direction of the walls.
    """
    cells = _cells(outline, _cuts(outline, cloud, planes, walls_deg))
    borders = _borders(cells)
    chosen = _covering(cells, borders, cloud, planes)
    patch = _patches(chosen, borders)
    for _ in range(len(cells)):
        small = _smallest(cells, patch)
        if small is None:
            break
        chosen[patch == small] = _taken_over(planes.plane, chosen, patch == small, borders)
        patch = _patches(chosen, borders)
    _, first = np.unique(patch, return_index=True)
    return RoofCells(cells, patch, chosen[first])


def _cuts(
    outline: Polygon, cloud: FloatArray, planes: RoofPlanes, walls_deg: float
) -> list[LineString]:
    spacing = math.sqrt(outline.area / max(len(cloud), 1))
    cuts: list[LineString] = []
    has_step = False
    for (i, j), seam in zip(planes.touching.tolist(), planes.seam, strict=True):
        line = _fold(planes.plane[i], planes.plane[j], seam, _FOLD_NEAR_M + spacing)
        if line is None:
            has_step = True
            line = _step(cloud, planes.label, (i, j), seam, walls_deg)
        if line is not None:
            cuts.append(line)
    return cuts + _wings(outline) if has_step else cuts


def _fold(a: FloatArray, b: FloatArray, seam: FloatArray, near_m: float) -> LineString | None:
    """Return the line on which two planes meet, if it is where their points do."""
    way, rest = a[:2] - b[:2], float(a[2] - b[2])
    size = math.hypot(*way)
    if size < _FOLD:
        return None
    off = (seam @ way + rest) / size
    if float(np.median(np.abs(off))) > near_m:
        return None
    foot = seam.mean(axis=0)
    foot = foot - way * float(foot @ way + rest) / size**2
    return _line(foot, np.array([-way[1], way[0]]) / size)


def _step(
    cloud: FloatArray, label: IntArray, pair: tuple[int, int], seam: FloatArray, walls_deg: float
) -> LineString | None:
    """Return the line along the walls that parts the points of two planes best."""
    best: tuple[float, LineString] | None = None
    near = shapely.MultiPoint(seam).envelope.buffer(4.0)
    around = shapely.contains_xy(near, cloud[:, 0], cloud[:, 1])
    first, second = (cloud[around & (label == k), :2] for k in pair)
    if len(first) < 3 or len(second) < 3:
        return None
    for turn in (0.0, 90.0):
        angle = math.radians(walls_deg + turn)
        way = np.array([math.cos(angle), math.sin(angle)])
        across = np.array([-way[1], way[0]])
        ours, theirs = np.sort(first @ across), np.sort(second @ across)
        if ours.mean() > theirs.mean():
            ours, theirs = theirs, ours
        steps = np.sort(np.concatenate([ours, theirs]))
        middles = 0.5 * (steps[:-1] + steps[1:])
        wrong = (len(ours) - np.searchsorted(ours, middles)) + np.searchsorted(theirs, middles)
        least = np.flatnonzero(wrong == wrong.min())
        share = float(wrong.min()) / (len(ours) + len(theirs))
        if best is None or share < best[0]:
            place = float(middles[least[len(least) // 2]])
            best = share, _line(across * place + way * float(seam.mean(axis=0) @ way), way)
    return best[1] if best is not None else None


def _wings(outline: Polygon) -> list[LineString]:
    """Return the walls at inner corners drawn on inwards: where wings of a building begin."""
    ring = shapely.get_coordinates(shapely.geometry.polygon.orient(outline).exterior)[:-1]
    lines = []
    for before, at, after in zip(np.roll(ring, 1, axis=0), ring, np.roll(ring, -1, axis=0)):
        ahead, back = after - at, at - before
        if back[0] * ahead[1] - back[1] * ahead[0] < -1e-6:
            lines += [_line(at, way / max(math.hypot(*way), 1e-9)) for way in (ahead, back)]
    return lines


def _line(through: FloatArray, way: FloatArray) -> LineString:
    return LineString([through - way * _LONG_M, through + way * _LONG_M])


def _cells(outline: Polygon, cuts: list[LineString]) -> list[Polygon]:
    """Return the pieces, every corner of a piece being one of its neighbours' too."""
    inner = [cut.intersection(outline) for cut in cuts]
    lines = [outline.boundary, *(line for line in inner if not line.is_empty)]
    noded = shapely.union_all(lines, grid_size=GRID_M)
    pieces = shapely.get_parts(shapely.polygonize(list(shapely.get_parts(noded))))
    return [piece for piece in pieces if outline.contains(piece.point_on_surface())]


#: For each cell its neighbours with the two ends of every shared edge.
_Borders = list[list[tuple[int, FloatArray]]]


def _covering(
    cells: list[Polygon], borders: _Borders, cloud: FloatArray, planes: RoofPlanes
) -> IntArray:
    """Return the plane of each cell."""
    kinds = len(planes.plane)
    tree = shapely.STRtree(cells)
    point, cell = tree.query(shapely.points(cloud[:, :2]), predicate="intersects")
    _, first = np.unique(point, return_index=True)
    point, cell = point[first], cell[first]
    off = np.abs(heights_of(planes.plane, cloud[point, :2]) - cloud[point, 2])
    density = max(len(cloud) / max(float(shapely.area(cells).sum()), 1e-6), 1e-6)
    data = np.stack([
        np.bincount(cell, np.minimum(one, _FAR_M), len(cells)) / density for one in off
    ])  # fmt: skip
    empty = np.bincount(cell, minlength=len(cells)) == 0
    chosen = np.where(empty, -1, np.argmin(data, axis=0))
    for _ in range(_ROUNDS):
        before = chosen.copy()
        for index in np.argsort(shapely.area(cells)):
            cost = data[:, index].copy()
            known = False
            for other, ends in borders[index]:
                if chosen[other] < 0:
                    continue
                known = True
                cost += _WALL_WEIGHT * _wall_m2(planes.plane, int(chosen[other]), ends)
            if known or not empty[index]:
                chosen[index] = int(np.argmin(cost))
        if (chosen == before).all():
            break
    return np.where(chosen < 0, int(np.bincount(chosen[chosen >= 0], minlength=kinds).argmax()),
                    chosen).astype(np.int64)  # fmt: skip


def _patches(chosen: IntArray, borders: _Borders) -> IntArray:
    """Return the patch of each cell: what hangs together under one plane."""
    patch = np.full(len(chosen), -1, np.int64)
    for start in range(len(chosen)):
        if patch[start] >= 0:
            continue
        number, waiting = int(patch.max()) + 1, [start]
        patch[start] = number
        while waiting:
            for other, _ in borders[waiting.pop()]:
                if patch[other] < 0 and chosen[other] == chosen[start]:
                    patch[other] = number
                    waiting.append(other)
    return patch


def _smallest(cells: list[Polygon], patch: IntArray) -> int | None:
    """Return the smallest patch if it is too small for a roof and not the only one."""
    area = np.bincount(patch, shapely.area(cells))
    return int(area.argmin()) if len(area) > 1 and area.min() < _LEAST_PATCH_M2 else None


def _taken_over(
    plane: FloatArray, chosen: IntArray, own: npt.NDArray[np.bool_], borders: _Borders
) -> int:
    """Return the plane of a neighbour that leaves the least wall around some cells."""
    around = [
        (int(chosen[other]), ends)
        for index in np.flatnonzero(own) for other, ends in borders[index] if not own[other]
    ]  # fmt: skip
    cost = np.sum([_wall_m2(plane, theirs, ends) for theirs, ends in around], axis=0)
    return min({theirs for theirs, _ in around}, key=lambda k: float(cost[k]))


def _borders(cells: list[Polygon]) -> _Borders:
    owner: dict[Any, int] = {}
    borders: _Borders = [[] for _ in cells]
    for index, cell in enumerate(cells):
        for ring in shapely.get_rings(cell):
            corners = [tuple(c) for c in shapely.get_coordinates(ring).tolist()]
            for a, b in itertools.pairwise(corners):
                edge = (a, b) if a < b else (b, a)
                other = owner.setdefault(edge, index)
                if other != index:
                    ends = np.array(edge)
                    borders[index].append((other, ends))
                    borders[other].append((index, ends))
    return borders


def _wall_m2(plane: FloatArray, theirs: int, ends: FloatArray) -> FloatArray:
    """Return the wall between one plane and each plane along an edge, in square metres."""
    z = heights_of(plane, ends)
    step = z - z[theirs]
    length = float(np.hypot(*(ends[1] - ends[0])))
    same_side = step[:, 0] * step[:, 1] >= 0
    a, b = np.abs(step[:, 0]), np.abs(step[:, 1])
    # Where planes cross along the edge two triangles are left.
    crossed = (a**2 + b**2) / np.maximum(2 * (a + b), 1e-9)
    return np.asarray(length * np.where(same_side, 0.5 * (a + b), crossed), np.float64)
