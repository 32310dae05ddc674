"""Which entities reach into an area with their outlines, though their point does not."""

from __future__ import annotations

import functools
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from twin_model.entity import Entity
from twin_model.errors import ValidationError
from twin_model.frame import Frame
from twin_model.query import InBox, InPolygon
from twin_model.store import rows
from twin_model.store.bodies import model_bodies, shapes_of
from twin_model.store.moment import Moment
from twin_model.store.places import point

if TYPE_CHECKING:
    from twin_model.space_codes import CellPlace

_PAGE: Final = 2_000
#: Whether two heights meet is not known to the millimetre.
_MEETS_M: Final = 1e-3
#: Own geometries across the edge: what is inside has its point inside, and points have no extent.
_BOX: Final = (
    "SELECT entity FROM entity_box WHERE max_x >= ? AND min_x <= ? AND max_y >= ? AND min_y <= ?"
    " AND (max_x > min_x OR max_y > min_y OR max_z > min_z)"
    " AND NOT (min_x >= ? AND max_x <= ? AND min_y >= ? AND max_y <= ?)"
)
#: Outlines of layers have an envelope: two corners in the project's coordinates.
_ENVELOPES: Final = (
    "SELECT layer, feature, CASE WHEN length(geom) > 40 THEN substr(geom, 1, 40) ELSE geom END"
    " FROM feature_shape WHERE layer IN (SELECT value FROM json_each(?))"
)
_Box = tuple[float, float, float, float]
"""West, east, south, north in local metres."""
_NOWHERE: Final[_Box] = (1.0, -1.0, 1.0, -1.0)


@dataclass(frozen=True)
class Area:
    """What outlines may touch.

    Parameters
    ----------
    outline : sequence of (x, y)
        Corners in local metres; the last one need not repeat the first.
    heights : (bottom, top) or None
        Local metres; None where heights do not matter.
    shape : shapely geometry, optional
        In place of *outline*, such as that of a river; local metres.
    margin_m : float
        How far from it outlines may be.
    inside : (west, east, south, north)
        A box that lies wholly in it: what is in there has its point inside too, and is not looked
        at. One that nothing fits into where there is none, or where heights matter.
    """

    outline: Sequence[tuple[float, float]]
    heights: tuple[float, float] | None = None
    inside: _Box = _NOWHERE
    shape: Any = None
    margin_m: float = 0.0

    @classmethod
    def around(cls, shape: Any, margin_m: float) -> Area:
        """Return what is within a distance of a shape, in plan."""
        return cls((), shape=shape, margin_m=margin_m)

    @property
    def bounds(self) -> _Box:
        """West, south, east, north in local metres."""
        west, south, east, north = self.geometry().bounds
        margin = self.margin_m
        return west - margin, south - margin, east + margin, north + margin

    def geometry(self) -> Any:
        """Return the shape, or the polygon of the outline; local metres."""
        import shapely  # only where there are geometries: it takes 0.1 s to load

        return shapely.Polygon(self.outline) if self.shape is None else self.shape

    def wkb(self, origin: Sequence[float]) -> bytes:
        """Return the shape in the project's CRS as WKB."""
        import shapely

        moved = shapely.transform(self.geometry(), lambda at: at + origin[:2])
        return bytes(shapely.to_wkb(moved))

    @classmethod
    def of_cell(cls, cell: CellPlace) -> Area:
        """Return the area of a cell."""
        return cls(cell.outline, cell.local_heights, _inside(cell))

    @classmethod
    def of(cls, place: InBox | InPolygon) -> Area:
        """Return the area of a box or a polygon in local metres."""
        if isinstance(place, InPolygon):
            return cls(place.corners, place.heights)
        west, south, east, north = place.plan
        corners = ((west, south), (east, south), (east, north), (west, north))
        inside = (west, east, south, north) if place.heights is None else _NOWHERE
        return cls(corners, place.heights, inside)


def asked_cell(connection: sqlite3.Connection, frame: Frame, code: str) -> CellPlace:
    """Return the place of a cell that somebody asks for.

    Raises
    ------
    ValidationError
        If it is no code, or has heights that those of the project cannot be compared with.
    """
    from twin_model.space_codes import cell_place
    from twin_model.space_heights import stated_space_heights

    place = cell_place(code, frame, stated_space_heights(connection))
    if place.height_problem:
        rule = f"it has heights, and {place.height_problem}"
        raise ValidationError("query", "cell", code, rule)
    return place


def outline_of(
    connection: sqlite3.Connection, frame: Frame, moment: Moment, of: str | Sequence[float]
) -> Any:
    """Return the outline of an entity at a time as a shapely geometry, or a point as one.

    Parameters
    ----------
    connection : sqlite3.Connection
    frame : Frame
    moment : Moment
    of : str or (x, y)
        Id of an entity, or local metres.

    Returns
    -------
    shapely geometry or None
        In plan, local metres; the point of what has no outline. None where it has no place.
    """
    import shapely

    if not isinstance(of, str):
        return shapely.Point(of)
    found = connection.execute("SELECT key FROM entity_key WHERE id = ?", (of,)).fetchone()
    if found is None:
        return None
    for _, entities in _versions(connection, frame, moment, {found[0]}):
        for shape in shapes_of(connection, frame, entities):
            return None if shape is None else shapely.force_2d(shape.footprint)
    return None


def reaching(connection: sqlite3.Connection, frame: Frame, moment: Moment, area: Area) -> list[int]:
    """Return the versions of entities at a time whose outline meets the edge of an area.

    Also those that hold all of it; those wholly inside are found by their points. An area with
    heights is met by what has heights there, and by what has none.

    Parameters
    ----------
    connection : sqlite3.Connection
    frame : Frame
    moment : Moment
    area : Area
    """
    import shapely  # only where there are geometries: it takes 0.1 s to load

    outline = area.geometry()
    shapely.prepare(outline)
    west, south, east, north = area.bounds
    keys = _near(connection, frame, (west, east, south, north), area.inside)
    found = []
    for fids, entities in _versions(connection, frame, moment, keys):
        shapes = shapes_of(connection, frame, entities)
        for fid, shape in zip(fids, shapes, strict=True):
            if shape is None or not _heights_meet(shape.bottom, shape.top, area.heights):
                continue
            if shapely.dwithin(outline, shape.footprint, area.margin_m):
                found.append(fid)
    return found


@functools.lru_cache(maxsize=4)
def _prepared(wkb: bytes) -> Any:
    import shapely  # only where there are geometries: it takes 0.1 s to load

    shape = shapely.from_wkb(wkb)
    shapely.prepare(shape)
    return shape


def _beside(blob: bytes | None, wkb: bytes, distance_m: float) -> bool:
    """Return whether a point is within a distance of a shape, in plan; in the project's CRS."""
    place = point(blob)
    if place is None:
        return False
    import shapely

    return bool(shapely.dwithin(_prepared(wkb), shapely.Point(place[:2]), distance_m))


def register(connection: sqlite3.Connection) -> None:
    """Give a connection ``place_beside(point, shape as WKB, metres)`` for queries."""
    connection.create_function("place_beside", 3, _beside, deterministic=True)


def _heights_meet(
    bottom: float | None, top: float | None, heights: tuple[float, float] | None
) -> bool:
    if heights is None or bottom is None or top is None:
        return True
    low, high = heights
    return bottom <= high + _MEETS_M and top >= low - _MEETS_M


def _inside(cell: CellPlace) -> _Box:
    """Return a box that lies wholly in a cell; one that nothing fits into where it has heights."""
    if cell.local_heights is not None:
        return _NOWHERE
    step = len(cell.outline) // 4
    ring = [*cell.outline, cell.outline[0]]
    south, east, north, west = (ring[step * n : step * (n + 1) + 1] for n in range(4))
    return (
        max(x for x, _ in west), min(x for x, _ in east),
        max(y for _, y in south), min(y for _, y in north),
    )  # fmt: skip


def _versions(
    connection: sqlite3.Connection, frame: Frame, moment: Moment, wanted: set[int]
) -> Iterator[tuple[list[int], list[Entity]]]:
    """Yield the numbers of versions at a time, with their entities, page by page."""
    condition, values = moment.condition()
    keys = json.dumps(sorted(wanted))
    cursor = connection.cursor()
    cursor.row_factory = None
    cursor.execute(
        f"SELECT fid, {rows.ENTITY_COLUMNS} FROM entity_version WHERE entity IN"
        f" (SELECT value FROM json_each(?)) AND {condition}",
        [keys, *values],
    )
    while page := cursor.fetchmany(_PAGE):
        yield [row[0] for row in page], [rows.entity_from(row[1:], frame) for row in page]


def _near(connection: sqlite3.Connection, frame: Frame, box: _Box, inside: _Box) -> set[int]:
    """Return the keys of entities whose extent is or was near a box and not inside another."""
    keys = {row[0] for row in connection.execute(_BOX, (*box, *inside))}
    features = set(_features_near(connection, frame, box, inside))
    more, entities = model_bodies(connection, frame).near([box], 0.0)
    features |= more
    if features:
        keys.update(
            row[0]
            for row in connection.execute(
                "SELECT v.entity FROM json_each(?) f CROSS JOIN entity_version v"
                " ON v.layer = json_extract(f.value, '$[0]')"
                " AND v.feature = json_extract(f.value, '$[1]')"
                " AND v.layer IS NOT NULL AND v.revision_to IS NULL",
                (json.dumps(sorted(features)),),
            )
        )
    if entities:
        keys.update(
            row[0]
            for row in connection.execute(
                "SELECT key FROM entity_key WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(sorted(entities)),),
            )
        )
    return keys


def _features_near(
    connection: sqlite3.Connection, frame: Frame, box: _Box, inside: _Box
) -> Iterable[tuple[str, int]]:
    """Yield the lines and areas of layers whose envelope meets a box and is not inside another."""
    from twin_model.store.surroundings import envelope

    layers = json.dumps(sorted(_layers_near(connection, box)))
    x, y, _up = (float(v) for v in frame.offset)
    west, east, south, north = box[0] + x, box[1] + x, box[2] + y, box[3] + y
    left, right, low, high = inside[0] + x, inside[1] + x, inside[2] + y, inside[3] + y
    cursor = connection.cursor()
    cursor.row_factory = None
    for layer, feature, geom in cursor.execute(_ENVELOPES, (layers,)):
        edges = envelope(geom)
        if edges is None:
            continue
        w, e, s, n = edges
        meets = e >= west and w <= east and n >= south and s <= north
        if meets and not (w >= left and e <= right and s >= low and n <= high):
            yield layer, feature


def _layers_near(connection: sqlite3.Connection, box: _Box) -> set[str]:
    """Return the layers that are or were there and whose extent meets a box, or is not known."""
    found = set()
    for layer, text in connection.execute(
        "SELECT id, json_extract(document, '$.bounds_local') FROM layer_version"
    ):
        bounds = None if text is None else json.loads(text)
        if bounds is None or (
            bounds[3] >= box[0] - 1 and bounds[0] <= box[1] + 1
            and bounds[4] >= box[2] - 1 and bounds[1] <= box[3] + 1
        ):  # fmt: skip
            found.add(str(layer))
    return found
