"""Footprints of the things in a tileset, seen from above, one tile after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from twin_model.tiles.content import decode_content
from twin_model.tiles.tileset import Tile, load_tileset

if TYPE_CHECKING:
    from twin_model.displacement import Displacement
    from twin_model.tiles.gltf_primitive import DecodedPrimitive

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Report = Callable[[int, int], object]
"""Takes how many things are done, and of how many; may raise to end the work."""

#: Corners nearer than this are one: a millimetre.
_GRID_M: Final = 1e-3
#: An area of which this share is covered by faces that do not overlap has no dents.
_CONVEX: Final = 0.998
#: Of things with more faces in one tile the hull is taken, and of small ones such as door leaves
#: with handles: their dents are not worth minutes.
_MOST_FACES: Final = 4_000
_SMALL_M2: Final = 2.0
#: Corners of an outline that are off a straight line by less than this are left out.
_STRAIGHT_M: Final = 0.01
#: What has no breadth seen from above, such as a sheet of glass, gets this much on each side.
_THIN_M: Final = 0.01
_LEAST_AREA_M2: Final = 1e-4


@dataclass(frozen=True, slots=True)
class Part:
    """One thing of a model.

    Parameters
    ----------
    footprint : shapely geometry
        Polygon or several, in local metres.
    bottom, top : float
        Local metres.
    """

    footprint: Any
    bottom: float
    top: float

    def moved(self, way: Displacement) -> Part:
        """Return it where it stands; a tilt counts for its outline only."""
        place = self.footprint.centroid
        rise, level = way.matrix[2, 2], way.matrix[2] @ (place.x, place.y, 0.0, 1.0)
        ends = sorted((level + rise * self.bottom, level + rise * self.top))
        return Part(way.shape(self.footprint), float(ends[0]), float(ends[1]))


def parts_of_tileset(path: Path, report: Report = lambda _done, _all: None) -> dict[int, Part]:
    """Return the parts of a layer's tileset by feature id.

    The footprint is the outline of all faces seen from above; of what is smaller than 2 m², or
    has more than 4,000 faces in one tile, it is the hull. Tiles are read one at a time, and of
    each only outlines are kept.

    Parameters
    ----------
    path : Path
        ``tileset.json`` in the project's own frame.
    report : callable
        Told of tiles.

    Raises
    ------
    SourceError
        If a tile is missing or damaged.
    """
    import shapely  # only where there are models: it takes 0.1 s to load

    tileset = load_tileset(path)
    files = [(tile, file) for tile in _originals(tileset.root) for file in tile.contents]
    pieces: dict[int, list[Any]] = defaultdict(list)
    heights: dict[int, tuple[float, float]] = {}
    for done, (tile, file) in enumerate(files):
        report(done, len(files))
        content = decode_content(file, root=tileset.root_folder, up_axis=tileset.up_axis)
        for feature, shape, low, high in _in_tile(content.primitives, tile):
            pieces[feature].append(shape)
            before = heights.get(feature, (low, high))
            heights[feature] = min(before[0], low), max(before[1], high)
    found = {}
    for feature, shapes in pieces.items():
        whole = shapes[0] if len(shapes) == 1 else shapely.union_all(shapes, grid_size=_GRID_M)
        if (footprint := tidy(whole)) is not None:
            found[feature] = Part(footprint, *heights[feature])
    return found


def _originals(root: Tile) -> Iterator[Tile]:
    """Yield the tiles that hold things as they were made, and no simpler stand-ins for others."""
    for tile in root.walk():
        if tile.contents and (not tile.children or tile.refine == "ADD"):
            yield tile


def _in_tile(
    primitives: list[DecodedPrimitive], tile: Tile
) -> Iterator[tuple[int, Any, float, float]]:
    """Yield feature, outline, bottom and top of the things in one tile."""
    corners, features = _triangles(primitives, tile)
    if not len(features):
        return
    order = np.argsort(features, kind="stable")
    corners, features = corners[order], features[order]
    starts = np.flatnonzero(np.r_[True, features[1:] != features[:-1]])
    ends = np.r_[starts[1:], len(features)]
    one, other = corners[:, 1, :2] - corners[:, 0, :2], corners[:, 2, :2] - corners[:, 0, :2]
    area = (one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]) / 2
    hulls, areas = _hulls(corners, starts, ends)
    upward = np.add.reduceat(np.maximum(area, 0.0), starts)
    low = np.minimum.reduceat(corners[:, :, 2].min(axis=1), starts)
    high = np.maximum.reduceat(corners[:, :, 2].max(axis=1), starts)
    for n, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        shape = hulls[n]
        is_dented = areas[n] > _SMALL_M2 and upward[n] < _CONVEX * areas[n]
        if is_dented and end - start <= _MOST_FACES:
            shape = _outline(corners[start:end, :, :2], area[start:end], shape)
        yield int(features[start]), shape, float(low[n]), float(high[n])


def _triangles(primitives: list[DecodedPrimitive], tile: Tile) -> tuple[Floats, Ints]:
    """Return the (n, 3, 3) corners of all triangles of things in local metres, and their ids."""
    matrix = tile.transform
    corners, features = [np.empty((0, 3, 3))], [np.empty(0, np.int64)]
    for primitive in primitives:
        if primitive.mode != "triangles" or primitive.indices is None:
            continue
        for instance in range(len(primitive.matrices)):
            place = primitive.positions(instance) @ matrix[:3, :3].T + matrix[:3, 3]
            if primitive.instance_feature is not None:
                number = primitive.instance_feature[instance]
                feature = np.full(len(primitive.indices), number, np.int64)
            elif primitive.feature is not None:
                feature = primitive.feature[primitive.indices[:, 0]]
            else:
                continue
            chosen = feature >= 0
            corners.append(place[primitive.indices[chosen]])
            features.append(feature[chosen])
    joined, ids = np.concatenate(corners), np.concatenate(features)
    sound = np.isfinite(joined).all(axis=(1, 2))
    return joined[sound], ids[sound]


def _hulls(corners: Floats, starts: Ints, ends: Ints) -> tuple[npt.NDArray[np.object_], Floats]:
    import shapely  # see above

    owner = np.repeat(np.arange(len(starts)), (ends - starts) * 3)
    points = shapely.points(corners[:, :, :2].reshape(-1, 2))
    hulls = shapely.convex_hull(shapely.multipoints(points, indices=owner))
    return hulls, shapely.area(hulls)


def _outline(corners: Floats, area: Floats, hull: Any) -> Any:
    """Return the outline of triangles seen from above; the hull where they have none.

    Of a closed body those that look up are enough, and half the work.
    """
    import shapely  # see above

    flat = np.abs(area) > _GRID_M**2
    upward = area > _GRID_M**2
    if upward.any() and _reaches(corners[upward], corners):
        flat = upward
    if not flat.any():
        return hull
    whole = shapely.union_all(shapely.polygons(corners[flat]), grid_size=_GRID_M)
    return whole if whole.area > _LEAST_AREA_M2 else hull


def _reaches(some: Floats, every: Floats) -> bool:
    """Return whether some triangles reach as far as all do."""
    a, b = some.reshape(-1, 2), every.reshape(-1, 2)
    low = np.abs(a.min(axis=0) - b.min(axis=0)).max()
    high = np.abs(a.max(axis=0) - b.max(axis=0)).max()
    return bool(max(low, high) < _STRAIGHT_M)


def tidy(shape: Any) -> Any:
    """Return a footprint as a valid polygon or several; None where there is nothing of it."""
    import shapely  # see above

    if shape.area <= _LEAST_AREA_M2:
        shape = shape.buffer(_THIN_M, cap_style="square", join_style="mitre")
    # On a grid, so that it stays valid with the eastings and northings of a map.
    shape = shapely.set_precision(shape.simplify(_STRAIGHT_M), _GRID_M)
    parts = [one for one in shapely.get_parts(shape) if one.geom_type == "Polygon"]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def triangles_of(path: Path, features: Collection[int]) -> dict[int, Floats]:
    """Return the triangles of some things of a layer's tileset, by feature id.

    Parameters
    ----------
    path : Path
        ``tileset.json`` in the project's own frame.
    features : collection of int

    Returns
    -------
    dict of int to (n, 3, 3) float64 array
        Corners in local metres.

    Raises
    ------
    SourceError
        If a tile is missing or damaged.
    """
    tileset = load_tileset(path)
    wanted = np.array(sorted(features), np.int64)
    pieces: dict[int, list[Floats]] = defaultdict(list)
    for tile in _originals(tileset.root):
        for file in tile.contents:
            content = decode_content(file, root=tileset.root_folder, up_axis=tileset.up_axis)
            corners, ids = _triangles(content.primitives, tile)
            for feature in np.intersect1d(ids, wanted).tolist():
                pieces[feature].append(corners[ids == feature])
    return {feature: np.concatenate(found) for feature, found in pieces.items()}
