"""Outlines of what is not drawn in building models: rooms and zones, seen from above."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from ingest.readers.ifc_shapes import Shape

#: Of larger ones, such as terrain that is modelled as a zone, nobody asks for the outline.
_MOST_FACES: Final = 20_000
_GRID_M: Final = 0.001


def outline(shape: Shape) -> list[list[float]] | None:
    """Return the corners of a room's outline in the model's coordinates, at its floor's height.

    The union of its faces seen from above, its largest part, without holes; None where there is
    none.

    Parameters
    ----------
    shape : Shape

    Returns
    -------
    (n, 3) list, or None
    """
    import shapely  # 0.1 s, and only models with rooms need it

    vertices = np.frombuffer(shape.vertices, np.float64).reshape(-1, 3)
    faces = np.frombuffer(shape.faces, np.int32).reshape(-1, 3)
    if not 1 <= len(faces) <= _MOST_FACES or int(faces.max()) >= len(vertices) or faces.min() < 0:
        return None
    if shape.matrix is not None:
        matrix = np.array(shape.matrix, np.float64).reshape(4, 4).T
        vertices = vertices @ matrix[:3, :3].T + matrix[:3, 3]
    if not np.isfinite(vertices).all():
        return None
    flat = vertices[faces][:, :, :2]
    area = np.abs(np.cross(flat[:, 1] - flat[:, 0], flat[:, 2] - flat[:, 0])) / 2
    flat = flat[area > _GRID_M**2]
    if not len(flat):
        return None
    whole = shapely.union_all(shapely.polygons(flat), grid_size=_GRID_M)
    parts = [part for part in getattr(whole, "geoms", [whole]) if part.geom_type == "Polygon"]
    if not parts:
        return None
    ring = max(parts, key=lambda part: part.area).exterior.simplify(_GRID_M)
    floor = float(vertices[:, 2].min())
    corners = [[float(x), float(y), floor] for x, y in ring.coords[:-1]]
    return corners if len(corners) >= 3 and all(map(math.isfinite, corners[0])) else None
