"""Changing the shape and place of entities: moved, turned, scaled, and corner by corner.

Geometries are WKB in local metres. A flat one stays flat: its heights follow the ground.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from twin_model.entity import Entity, Position, scale_of, with_scale
from twin_model.errors import ValidationError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

#: Attributes that hold a thing's own height, which grows with it.
_HEIGHTS: Final = ("height_m", "height")
_LEAST_FACTOR: Final = 0.01
_MOST_FACTOR: Final = 100.0

Ring = list[tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Corner:
    """Which corner of a geometry.

    Parameters
    ----------
    part, ring, index : int
        Part of a multipart geometry, ring of a polygon (0 is the outer one), corner of it.
    """

    part: int
    ring: int
    index: int


# -- whole entities --------------------------------------------------------------------


def moved(entity: Entity, offset: Position) -> Entity:
    """Return an entity shifted by metres east, north and up."""
    place = entity.position
    if place is not None:
        place = (place[0] + offset[0], place[1] + offset[1], place[2] + offset[2])
    geometry = entity.geometry
    if geometry is not None:
        geometry = _transformed(geometry, lambda points: points + offset[: points.shape[1]])
    return replace(entity, position=place, geometry=geometry)


def turned(entity: Entity, clockwise_deg: float, about: tuple[float, float]) -> Entity:
    """Return an entity turned about a vertical axis; its heading turns with it."""
    import numpy as np

    angle = math.radians(-clockwise_deg)
    cos, sin = math.cos(angle), math.sin(angle)
    turn = np.array([[cos, -sin], [sin, cos]])

    def rotate(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        out = points.copy()
        out[:, :2] = (points[:, :2] - about) @ turn.T + about
        return out

    return replace(
        entity,
        position=_place(entity, rotate),
        geometry=None if entity.geometry is None else _transformed(entity.geometry, rotate),
        heading_deg=(entity.heading_deg + clockwise_deg) % 360.0,
    )


def scaled(entity: Entity, factor: float, about: Position) -> Entity:
    """Return an entity larger or smaller about a place, its own height with it.

    Raises
    ------
    ValidationError
        If the factor is not between 0.01 and 100.
    """
    if not _LEAST_FACTOR <= factor <= _MOST_FACTOR:
        rule = f"between {_LEAST_FACTOR:g} and {_MOST_FACTOR:g}"
        raise ValidationError("geometry", "factor", factor, rule)

    def grow(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        centre = about[: points.shape[1]]
        return (points - centre) * factor + centre

    attributes = dict(entity.attributes)
    for name in _HEIGHTS:
        value = attributes.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            attributes[name] = round(value * factor, 3)
    if entity.layer is not None and entity.feature is not None:
        attributes = with_scale(attributes, scale_of(attributes) * factor)
    return replace(
        entity,
        position=_place(entity, grow),
        geometry=None if entity.geometry is None else _transformed(entity.geometry, grow),
        attributes=attributes,
    )


def pivot_of(entities: Sequence[Entity]) -> Position | None:
    """Return the middle of what entities extend over; None where none of them has a place."""
    import numpy as np
    import shapely

    boxes = []
    for entity in entities:
        if entity.geometry is not None:
            west, south, east, north = shapely.from_wkb(entity.geometry).bounds
            z = entity.position[2] if entity.position is not None else 0.0
            boxes += [(west, south, z), (east, north, z)]
        elif entity.position is not None:
            boxes.append(entity.position)
    if not boxes:
        return None
    low, high = np.min(boxes, axis=0), np.max(boxes, axis=0)
    x, y, _ = (low + high) / 2
    return float(x), float(y), float(low[2])


def _place(
    entity: Entity, change: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]
) -> Position | None:
    import numpy as np

    if entity.position is None:
        return None
    x, y, z = change(np.array([entity.position]))[0]
    return float(x), float(y), float(z)


def _transformed(
    geometry: bytes, change: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]
) -> bytes:
    import shapely

    shape = shapely.from_wkb(geometry)
    return _wkb(shapely.transform(shape, change, include_z=bool(shape.has_z)))


def _wkb(shape: Any) -> bytes:
    import shapely

    return bytes(shapely.to_wkb(shape))


# -- geometries ------------------------------------------------------------------------


def point_wkb(place: Position) -> bytes:
    """Return the WKB of a point."""
    import shapely

    return _wkb(shapely.Point(place))


def line_wkb(points: Sequence[Sequence[float]]) -> bytes:
    """Return the WKB of a line, flat where its points are.

    Raises
    ------
    ValidationError
        If it has fewer than two different points.
    """
    import shapely

    if len({tuple(p) for p in points}) < 2:
        raise ValidationError("geometry", "line", len(points), "needs two different points")
    return _wkb(shapely.LineString(points))


def polygon_wkb(points: Sequence[Sequence[float]]) -> bytes:
    """Return the WKB of a polygon, anticlockwise, flat where its corners are.

    Raises
    ------
    ValidationError
        If it has fewer than three different corners, encloses nothing or crosses itself.
    """
    import shapely

    if len({tuple(p) for p in points}) < 3:
        raise ValidationError("geometry", "polygon", len(points), "needs three different corners")
    polygon = shapely.geometry.polygon.orient(shapely.Polygon(points))
    _check(polygon)
    return _wkb(polygon)


def reference_point(geometry: bytes, height_m: float = 0.0) -> Position:
    """Return a place within an area or on a line that stands for it, near its middle.

    Parameters
    ----------
    geometry : bytes
    height_m : float
        Where the geometry says none, local metres.
    """
    import numpy as np
    import shapely

    shape = shapely.from_wkb(geometry)
    if shape.area > 0:
        centre = shape.centroid
        place = centre if shape.contains(centre) else shape.representative_point()
    else:
        place = shape.interpolate(0.5, normalized=True) if shape.length > 0 else shape
        place = place.centroid if place.geom_type != "Point" else place
    z = height_m
    if shape.has_z:
        z = float(np.min(shapely.get_coordinates(shape, include_z=True)[:, 2]))
    return float(place.x), float(place.y), z


def reshaped(entity: Entity, geometry: bytes) -> Entity:
    """Return an entity with another geometry; its place follows where it was the old one's."""
    place, old = entity.position, entity.geometry
    if place is None or (old is not None and _near(place, reference_point(old))):
        place = reference_point(geometry, 0.0 if place is None else place[2])
    return replace(entity, geometry=geometry, position=place)


def _near(one: Position, other: Position) -> bool:
    return math.dist(one[:2], other[:2]) < 0.01


# -- corner by corner ------------------------------------------------------------------


def rings_of(geometry: bytes) -> list[list[Ring]]:
    """Return the corners of a geometry: by part, by ring; the first is not repeated at the end."""
    import shapely

    found = []
    for part in shapely.get_parts(shapely.from_wkb(geometry)):
        if part.geom_type == "Polygon":
            rings = [part.exterior, *part.interiors]
            found.append([_corners(ring)[:-1] for ring in rings])
        else:
            found.append([_corners(part)])
    return found


def _corners(line: Any) -> Ring:
    import shapely

    values = shapely.get_coordinates(line, include_z=bool(line.has_z))
    return [tuple(float(v) for v in row) for row in values]


def with_corner(geometry: bytes, corner: Corner, place: Position) -> bytes:
    """Return a geometry with one corner elsewhere.

    Raises
    ------
    ValidationError
        If it would cross itself.
    """

    def put(ring: Ring) -> None:
        ring[corner.index] = place[: len(ring[corner.index])]

    return _edited(geometry, corner, put)


def with_new_corner(geometry: bytes, corner: Corner, place: Position) -> bytes:
    """Return a geometry with a corner more, after the given one; see `with_corner`."""

    def put(ring: Ring) -> None:
        ring.insert(corner.index + 1, place[: len(ring[corner.index])])

    return _edited(geometry, corner, put)


def without_corner(geometry: bytes, corner: Corner) -> bytes:
    """Return a geometry with a corner less.

    Raises
    ------
    ValidationError
        If too few would be left, or it would cross itself.
    """
    import shapely

    is_area = "Polygon" in shapely.from_wkb(geometry).geom_type
    least = 3 if is_area else 2

    def take(ring: Ring) -> None:
        if len(ring) <= least:
            what = "an area has three corners at least" if is_area else "a line has two at least"
            raise ValidationError("geometry", "corner", len(ring), what)
        del ring[corner.index]

    return _edited(geometry, corner, take)


def _edited(geometry: bytes, corner: Corner, edit: Callable[[Ring], None]) -> bytes:
    import shapely

    shape = shapely.from_wkb(geometry)
    parts = rings_of(geometry)
    edit(parts[corner.part][corner.ring])
    if "Polygon" in shape.geom_type:
        made = [shapely.Polygon(rings[0], rings[1:]) for rings in parts]
        whole = shapely.MultiPolygon(made) if shape.geom_type == "MultiPolygon" else made[0]
    elif "Line" in shape.geom_type:
        made = [shapely.LineString(rings[0]) for rings in parts]
        whole = shapely.MultiLineString(made) if shape.geom_type != "LineString" else made[0]
    else:
        whole = shapely.Point(parts[0][0][0])
    _check(whole)
    return _wkb(whole)


def _check(shape: Any) -> None:
    """Refuse an area that crosses itself or has none."""
    import shapely

    if "Polygon" in shape.geom_type:
        if not shape.is_valid:
            reason = shapely.is_valid_reason(shape)
            raise ValidationError("geometry", "outline", reason, "the outline crosses itself")
        if shape.area < 1e-4:
            raise ValidationError("geometry", "outline", shape.area, "the outline encloses nothing")
