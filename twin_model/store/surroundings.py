"""Which entities are near others, and their shapes: own geometry, feature of a layer, or point."""

from __future__ import annotations

import json
import struct
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from twin_model.entity import Entity
from twin_model.parts.roles import Role, role_of
from twin_model.spatial import Shape, local_shapes, shape_of, shape_of_part
from twin_model.store import rows
from twin_model.store.bodies import model_bodies, model_layers
from twin_model.store.displaced import moved_now, ways_of

if TYPE_CHECKING:
    import sqlite3

    import numpy as np
    import numpy.typing as npt

    from twin_model.displacement import Displacement
    from twin_model.frame import Frame
    from twin_model.parts.bodies import ModelBodies
    from twin_model.schema.guard import TypeRules
    from twin_model.store.transaction import Transaction

Box = tuple[float, float, float, float]
"""West, east, south, north in local metres."""

_ENVELOPE: Final = struct.Struct("<4d")
#: GeoPackage geometries whose numbers are little-endian, with an envelope in plan.
_PLAIN: Final = 0b011
_CURRENT: Final = "revision_to IS NULL AND valid_to > ?"
_PAGE: Final = 2_000


def envelope(geom: bytes) -> Box | None:
    """Return the extent of a GeoPackage geometry by its header; None where it has none in plan."""
    if geom[3] & 0b1111 != _PLAIN or len(geom) < 40:
        return None
    west, east, south, north = _ENVELOPE.unpack_from(geom, 8)
    return west, east, south, north


class FeatureExtents:
    """Where the lines and areas of layers' features lie: as the layers have them, which never
    change, and where they were moved.

    Parameters
    ----------
    connection : sqlite3.Connection
    frame : Frame
    """

    def __init__(self, connection: sqlite3.Connection, frame: Frame) -> None:
        import numpy as np

        self.layers = layers_of(connection)
        self._names: list[tuple[str, int]] = []
        boxes: list[Box] = []
        cursor = connection.cursor()
        cursor.row_factory = None
        for layer, feature, geom in cursor.execute(
            "SELECT layer, feature, CASE WHEN length(geom) > 40 THEN substr(geom, 1, 40)"
            " ELSE geom END FROM feature_shape"
        ):
            if (edges := envelope(geom)) is not None:
                self._names.append((layer, feature))
                boxes.append(edges)
        east, north, _up = frame.origin or (0.0, 0.0, 0.0)
        self._boxes: npt.NDArray[np.float64] = np.array(boxes, dtype=np.float64).reshape(-1, 4)
        self._boxes -= (east, east, north, north)
        self._rows = {name: row for row, name in enumerate(self._names)}
        self._moved: dict[tuple[str, int], set[Box]] = {}

    def note(self, feature: tuple[str, int], boxes: Collection[Box]) -> None:
        """Take note of where else a feature lies, or lay: it is looked at there too."""
        self._moved.setdefault(feature, set()).update(boxes)

    def of(self, features: Iterable[tuple[str, int]]) -> list[Box]:
        """Return the extents of those of some features that have one."""
        rows = [self._rows[name] for name in features if name in self._rows]
        return [(w, e, s, n) for w, e, s, n in self._boxes[rows].tolist()]

    def near(self, boxes: Iterable[Box], margin: float) -> set[tuple[str, int]]:
        """Return the features whose extent is within *margin* metres of one of some boxes."""
        import numpy as np

        found: set[tuple[str, int]] = set()
        mine = self._boxes
        for west, east, south, north in boxes:
            hits = (mine[:, 1] >= west - margin) & (mine[:, 0] <= east + margin)
            hits &= (mine[:, 3] >= south - margin) & (mine[:, 2] <= north + margin)
            found.update(self._names[row] for row in np.flatnonzero(hits))
            found.update(
                name
                for name, others in self._moved.items()
                if any(
                    e >= west - margin and w <= east + margin
                    and n >= south - margin and s <= north + margin
                    for w, e, s, n in others
                )
            )  # fmt: skip
        return found


def layers_of(connection: sqlite3.Connection) -> frozenset[str]:
    """Return the ids of all layers that there are or were."""
    return frozenset(str(row[0]) for row in connection.execute("SELECT id FROM layer_version"))


def around(transaction: Transaction, keys: Collection[int], margin: float) -> set[int]:
    """Return the entities whose extent is near that of *keys*, where these are and have been.

    Parameters
    ----------
    transaction : Transaction
    keys : collection of int
    margin : float
        Metres.
    """
    query = transaction.connection.execute
    marks = json.dumps(sorted(keys))
    extents = _extents(transaction)
    bodies = model_bodies(transaction.connection, transaction.frame)
    boxes: set[Box] = {
        tuple(row)
        for row in query(
            "SELECT min_x, max_x, min_y, max_y FROM entity_box WHERE id IN (SELECT fid FROM"
            " entity_version WHERE entity IN (SELECT value FROM json_each(?)))",
            (marks,),
        )
    }
    stood_for = query(
        "SELECT DISTINCT id, layer, feature FROM entity_version WHERE entity IN"
        " (SELECT value FROM json_each(?)) AND layer IS NOT NULL",
        (marks,),
    ).fetchall()
    boxes.update(extents.of((row[1], row[2]) for row in stood_for if row[2] is not None))
    boxes.update(bodies.of(stood_for))
    boxes.update(_moved_boxes(transaction, keys, extents, bodies))
    found = set(keys)
    for west, east, south, north in boxes:
        found.update(
            row[0]
            for row in query(
                "SELECT entity FROM entity_box WHERE max_x >= ? AND min_x <= ?"
                " AND max_y >= ? AND min_y <= ?",
                (west - margin, east + margin, south - margin, north + margin),
            )
        )
    features, entities = bodies.near(boxes, margin)
    if entities:
        found.update(
            row[0]
            for row in query(
                "SELECT key FROM entity_key WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(sorted(entities)),),
            )
        )
    return found | _standing_for(transaction, extents.near(boxes, margin) | features)


def _moved_boxes(
    transaction: Transaction, keys: Collection[int], extents: FeatureExtents, bodies: ModelBodies
) -> set[Box]:
    """Return the extents of features of some entities where these stand, and take note of them."""
    found: set[Box] = set()
    connection = transaction.connection
    for entity, way in moved_now(connection, transaction.frame, transaction.at.us, keys):
        assert entity.layer is not None and entity.feature is not None
        name = (entity.layer, entity.feature)
        boxes = extents.of([name]) + bodies.of([(entity.id, *name)])
        moved = {way.box(box) for box in boxes}
        extents.note(name, moved)
        found |= moved
    return found


def _extents(transaction: Transaction) -> FeatureExtents:
    numbering = transaction.numbering
    known: FeatureExtents | None = numbering.extents
    if known is None or known.layers != layers_of(transaction.connection):
        known = numbering.extents = FeatureExtents(transaction.connection, transaction.frame)
        bodies = model_bodies(transaction.connection, transaction.frame)
        _moved_boxes(transaction, (), known, bodies)  # () for all
    return known


def _standing_for(transaction: Transaction, features: Collection[tuple[str, int]]) -> set[int]:
    """Return the entities that features stand for now."""
    if not features:
        return set()
    found = transaction.connection.execute(
        "SELECT v.entity FROM json_each(?) f CROSS JOIN entity_version v"
        " ON v.layer = json_extract(f.value, '$[0]') AND v.feature = json_extract(f.value, '$[1]')"
        " AND v.layer IS NOT NULL AND v.revision_to IS NULL WHERE v.valid_to > ?",
        (json.dumps(sorted(features)), transaction.at.us),
    )
    return {int(row[0]) for row in found}


def all_keys(transaction: Transaction) -> set[int]:
    """Return the keys of all entities that there are."""
    found = transaction.connection.execute(
        f"SELECT entity FROM entity_version WHERE {_CURRENT}", (transaction.at.us,)
    )
    return {int(row[0]) for row in found}


def shapes(transaction: Transaction, keys: Collection[int]) -> list[tuple[Shape, Entity]]:
    """Return the shapes of those of some entities that have one now, with the entities."""
    found = []
    ordered = sorted(keys)
    models = model_layers(transaction.connection)
    bodies = model_bodies(transaction.connection, transaction.frame)
    roles = _Roles(transaction.type_rules)
    for start in range(0, len(ordered), _PAGE):
        for entity, feature, way in _with_features(transaction, ordered[start : start + _PAGE]):
            shape = None
            if entity.geometry is None and feature is None and entity.layer in bodies:
                part = bodies.part(entity)
                if part is not None:
                    part = part if way is None else part.moved(way)
                    shape = shape_of_part(entity, part, roles.of(entity.type))
            else:
                shape = shape_of(entity, feature, in_model=entity.layer in models)
            if shape is not None:
                found.append((shape, entity))
    return found


class _Roles:
    """What entities are in models, by type."""

    def __init__(self, rules: TypeRules | None) -> None:
        self._rules = rules
        self._known: dict[str, Role] = {}

    def of(self, type_id: str) -> Role:
        """Return the role of a type."""
        role = self._known.get(type_id)
        if role is None:
            line = (type_id,) if self._rules is None else self._rules.line(type_id)
            role = self._known[type_id] = role_of(line)
        return role


def _with_features(
    transaction: Transaction, keys: list[int]
) -> Iterator[tuple[Entity, Any, Displacement | None]]:
    """Yield entities with their layer's line or area where they stand, and how it came there."""
    connection, frame = transaction.connection, transaction.frame
    marks = json.dumps(keys)
    entities = [
        rows.entity_from(row, frame)
        for row in connection.execute(
            f"SELECT {rows.ENTITY_COLUMNS} FROM entity_version WHERE entity IN"
            f" (SELECT value FROM json_each(?)) AND {_CURRENT}",
            (marks, transaction.at.us),
        )
    ]
    ways = ways_of(connection, frame, entities)
    geometries = {
        (row[0], row[1]): row[2]
        for row in connection.execute(
            "SELECT s.layer, s.feature, s.geom FROM entity_version v CROSS JOIN feature_shape s"
            " ON s.layer = v.layer AND s.feature = v.feature WHERE v.entity IN"
            " (SELECT value FROM json_each(?)) AND v.revision_to IS NULL AND v.valid_to > ?",
            (marks, transaction.at.us),
        )
    }
    local = local_shapes(geometries, frame)
    for entity in entities:
        shape = None
        if entity.geometry is None:
            shape = local.get((entity.layer, entity.feature))
        way = ways.get(entity.id)
        yield entity, shape if shape is None or way is None else way.shape(shape), way
