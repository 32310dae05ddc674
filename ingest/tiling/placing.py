"""Moves shapes of a source into the project's frame."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from twin_model.errors import FrameError
from twin_model.frame import ToLocal

Shapes = npt.NDArray[Any]
"""Object array of shapely geometries and None."""


def shapes_of(geometry: list[bytes | None]) -> tuple[Shapes, int]:
    """Return shapes of WKB, None for what is missing, empty or malformed; how many are malformed.

    A collection becomes its polygons, else its lines, else its points.
    """
    shapes = shapely.from_wkb(np.array(geometry, dtype=object), on_invalid="ignore")
    malformed = sum(1 for blob, shape in zip(geometry, shapes) if blob and shape is None)
    for index in np.flatnonzero(shapely.get_type_id(shapes) == 7):
        shapes[index] = _main_part(shapes[index])
    shapes[shapely.is_empty(shapes)] = None
    return shapes, malformed


def place(shapes: Shapes, to_local: ToLocal) -> tuple[Shapes, npt.NDArray[np.bool_]]:
    """Return shapes in local metres, and which of them have heights of their own.

    A shape of which a point has no place in the project's CRS, or is not finite, becomes None.

    Parameters
    ----------
    shapes : (n,) array of shapely geometries and None
    to_local : ToLocal

    Returns
    -------
    placed : (n,) array of shapely geometries and None
        With heights where the source has any that is not zero, else two-dimensional.
    has_heights : (n,) bool array
    """
    coordinates, owner = shapely.get_coordinates(shapes, include_z=True, return_index=True)
    heights = coordinates[:, 2]
    with_z = np.zeros(len(shapes), bool)
    with_z[owner[np.isfinite(heights) & (heights != 0.0)]] = True
    coordinates[~np.isfinite(heights), 2] = 0.0
    local = _transform(coordinates, owner, to_local)
    lost = np.zeros(len(shapes), bool)
    lost[owner[~np.isfinite(local).all(axis=1)]] = True
    kept = shapes.copy()
    kept[lost] = None
    flat = kept.copy()
    flat[with_z] = None
    solid = kept.copy()
    solid[~with_z] = None
    chosen = ~lost[owner]
    out = kept.copy()
    flat = shapely.force_2d(flat)
    flat_points = chosen & ~with_z[owner]
    flat = shapely.set_coordinates(flat, local[flat_points, :2])
    solid = shapely.force_3d(solid)
    solid = shapely.set_coordinates(solid, local[chosen & with_z[owner]])
    out[~with_z] = flat[~with_z]
    out[with_z] = solid[with_z]
    return out, with_z & ~lost


def _transform(
    coordinates: npt.NDArray[np.float64], owner: npt.NDArray[np.int64], to_local: ToLocal
) -> npt.NDArray[np.float64]:
    """Transform points; those of shapes that cannot be transformed become NaN."""
    if len(coordinates) == 0:
        return coordinates
    finite = np.isfinite(coordinates).all(axis=1)
    out = np.full_like(coordinates, np.nan)
    try:
        out[finite] = to_local(coordinates[finite])
        return out
    except FrameError:
        first, last = int(owner[0]), int(owner[-1])
        if first == last:
            return out
    # Some shape in here has no place: halve until it stands alone.
    middle = int(np.searchsorted(owner, (first + last) // 2, side="right"))
    out[:middle] = _transform(coordinates[:middle], owner[:middle], to_local)
    out[middle:] = _transform(coordinates[middle:], owner[middle:], to_local)
    return out


def _main_part(collection: Any) -> Any:
    parts = [p for p in shapely.get_parts(collection) if not p.is_empty]
    for kinds, build in (
        ((3, 6), shapely.multipolygons),
        ((1, 2, 5), shapely.multilinestrings),
        ((0, 4), shapely.multipoints),
    ):
        chosen = [s for p in parts if shapely.get_type_id(p) in kinds for s in shapely.get_parts(p)]
        if chosen:
            return build(chosen)
    return None
