"""Relations that follow from geometry. The one module of the model that uses shapely.

Footprints are compared in plan; where the heights of both are known and do not meet, only what is
above what is said. Symmetric relations are stored once, from the lower id to the higher.
"""

from __future__ import annotations

import json
import math
import struct
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from twin_model.entity import Entity, Relation
from twin_model.errors import ValidationError
from twin_model.relations import TOPOLOGY
from twin_model.store import rows
from twin_model.store.transaction import Transaction
from twin_model.time import FOREVER, Interval

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from twin_model.commands import Command
    from twin_model.frame import Frame

_NAMESPACE: Final = uuid.UUID("6f3a0a64-5a5b-5d0c-9a53-2c61f7a8d7b1")
_HEADER: Final = struct.Struct("<2sBBi4d")
#: Distances below this are measuring noise: half a millimetre.
_NOISE_M: Final = 5e-4


@dataclass(frozen=True)
class TopologyRule:
    """What is computed.

    Parameters
    ----------
    kinds : frozenset of str
        Of `twin_model.relations.TOPOLOGY`.
    tolerance_m : float
        Up to this distance in metres two that do not meet are adjacent.
    reach_m : float
        Nothing farther away than this is the nearest.
    """

    kinds: frozenset[str] = TOPOLOGY
    tolerance_m: float = 1.0
    reach_m: float = 50.0

    def __post_init__(self) -> None:
        unknown = self.kinds - TOPOLOGY
        if unknown:
            rule = f"is one of {', '.join(sorted(TOPOLOGY))}"
            raise ValidationError("topology", "kinds", min(unknown), rule)
        for name, value in (("tolerance_m", self.tolerance_m), ("reach_m", self.reach_m)):
            if not (math.isfinite(value) and value >= 0):
                raise ValidationError("topology", name, value, "is a distance in metres")

    @property
    def margin(self) -> float:
        """How far neighbours may be, in metres."""
        return max(self.tolerance_m, self.reach_m if "nearest" in self.kinds else 0.0)


@dataclass(frozen=True)
class Shape:
    """An entity's footprint and the heights between which it stands.

    Parameters
    ----------
    id : str
    footprint : shapely geometry
        Local metres.
    bottom, top : float or None
        Local metres; None where the geometry is flat and has no heights.
    """

    id: str
    footprint: Any
    bottom: float | None = None
    top: float | None = None


Finding = tuple[str, str, str, float]
"""Kind, source, target, distance in metres."""


# -- geometries ------------------------------------------------------------------------


def check_geometry(entity_id: str, geometry: bytes) -> None:
    """Refuse a geometry that cannot be.

    Raises
    ------
    ValidationError
        If it cannot be read, is empty, has a coordinate that is no number, or crosses itself.
    """
    import shapely  # only where an entity has own geometry: it takes 0.1 s to load

    try:
        shape = shapely.from_wkb(geometry)
    except (shapely.errors.ShapelyError, TypeError) as error:
        raise ValidationError("geometry", entity_id, "WKB", f"cannot be read ({error})") from None
    if shape.is_empty:
        raise ValidationError("geometry", entity_id, shape.geom_type, "is empty")
    values = shapely.get_coordinates(shape, include_z=shape.has_z)
    if not math.isfinite(values.sum()):
        raise ValidationError("geometry", entity_id, shape.geom_type, "has a place that is none")
    if not shape.is_valid:
        reason = shapely.is_valid_reason(shape)
        raise ValidationError("geometry", entity_id, shape.geom_type, f"crosses itself: {reason}")


def bounds(geometry: bytes) -> list[tuple[float, float, float]]:
    """Return the two opposite corners of a geometry's extent in local metres (z 0 where flat)."""
    import shapely  # see above

    shape = shapely.from_wkb(geometry)
    west, south, east, north = (float(v) for v in shape.bounds)
    low = high = 0.0
    if shape.has_z:
        heights = shapely.get_coordinates(shape, include_z=True)[:, 2]
        low, high = float(heights.min()), float(heights.max())
    return [(west, south, low), (east, north, high)]


def as_geopackage(geometries: Sequence[bytes], frame: Frame, srs: int) -> list[bytes]:
    """Return geometries (WKB, local metres) as GeoPackage geometries in the project's CRS.

    With an envelope in plan, as whoever draws a part of the map looks at nothing else of the rest
    (GeoPackage 1.3, 2.1.3).
    """
    import numpy as np
    import shapely  # see above

    shapes = shapely.from_wkb(np.array(geometries, dtype=object))
    flat = ~shapely.has_z(shapes)
    east, north, up = frame.origin or (0.0, 0.0, 0.0)
    for chosen, shift in ((flat, (east, north)), (~flat, (east, north, up))):
        if chosen.any():
            shapes[chosen] = shapely.transform(
                shapes[chosen], lambda points, by=shift: points + by, include_z=len(shift) == 3
            )
    bodies = shapely.to_wkb(shapes, flavor="iso", byte_order=1)
    # Little-endian, envelope of four numbers: min x, max x, min y, max y.
    edges = shapely.bounds(shapes)[:, (0, 2, 1, 3)]
    return [
        _HEADER.pack(b"GP", 0, 0b011, srs, *edge) + body
        for edge, body in zip(edges.tolist(), bodies, strict=True)
    ]


def shape_of(entity: Entity) -> Shape | None:
    """Return an entity's shape: its own geometry, else its point; None where it has neither."""
    import shapely  # see above

    bottom = top = None
    if entity.geometry is not None:
        footprint = shapely.from_wkb(entity.geometry)
        if footprint.has_z:
            (_w, _s, bottom), (_e, _n, top) = bounds(entity.geometry)
    elif entity.position is not None:
        footprint = shapely.Point(entity.position[:2])
        bottom = top = entity.position[2]
    else:
        return None
    height = entity.attributes.get("height")
    if bottom is None and entity.position is not None:
        bottom = top = entity.position[2]
    if bottom is not None and top == bottom and isinstance(height, int | float) and height > 0:
        top = bottom + float(height)
    return Shape(entity.id, footprint, bottom, top)


# -- computing -------------------------------------------------------------------------


def relations_between(
    shapes: Sequence[Shape], subjects: Collection[str], rule: TopologyRule
) -> set[Finding]:
    """Return what holds between *subjects* and all *shapes*.

    Parameters
    ----------
    shapes : sequence of Shape
        Subjects and their neighbours.
    subjects : collection of str
        Ids; what holds among the others is left out.
    rule : TopologyRule
    """
    import numpy as np
    import shapely  # see above

    if not shapes:
        return set()
    footprints = np.array([shape.footprint for shape in shapes])
    tree = shapely.STRtree(footprints)
    wanted = np.array([n for n, shape in enumerate(shapes) if shape.id in subjects], dtype=int)
    near = tree.query(footprints[wanted], predicate="dwithin", distance=rule.tolerance_m)
    pairs = np.stack([wanted[near[0]], near[1]])
    pairs = np.unique(np.sort(pairs[:, pairs[0] != pairs[1]], axis=0), axis=1)
    found = {finding for finding in _pairs(shapes, footprints, pairs) if finding[0] in rule.kinds}
    if "nearest" in rule.kinds and len(shapes) > 1:
        found |= _nearest(shapes, (footprints, tree, wanted), rule)
    return found


def _pairs(
    shapes: Sequence[Shape], footprints: npt.NDArray[np.object_], pairs: npt.NDArray[np.int64]
) -> Iterator[Finding]:
    import shapely  # see above

    one, two = footprints[pairs[0]], footprints[pairs[1]]
    gaps = shapely.distance(one, two)
    inside = shapely.within(one, two)
    around = shapely.within(two, one)
    touching = shapely.touches(one, two)
    for n, (i, j) in enumerate(pairs.T):
        a, b = sorted((shapes[i], shapes[j]), key=lambda shape: shape.id)
        turned = a is not shapes[i]
        gap = float(gaps[n])
        if (order := _stacked(a, b)) != 0:
            if gap == 0 and not touching[n]:
                upper, lower = (a, b) if order > 0 else (b, a)
                yield "above", upper.id, lower.id, 0.0
        elif gap > _NOISE_M:
            yield "adjacent", a.id, b.id, round(gap, 3)
        elif inside[n] or around[n]:
            if around[n] if turned else inside[n]:
                yield "within", a.id, b.id, 0.0
            if inside[n] if turned else around[n]:
                yield "within", b.id, a.id, 0.0
        elif touching[n] or gap > 0:
            yield "touches", a.id, b.id, 0.0
        else:
            yield "overlaps", a.id, b.id, 0.0


def _stacked(a: Shape, b: Shape) -> int:
    """Return 1 where all of *a* is above all of *b*, -1 the other way round, else 0."""
    if a.bottom is None or a.top is None or b.bottom is None or b.top is None:
        return 0
    thick = a.top > a.bottom or b.top > b.bottom or a.bottom != b.bottom
    if thick and a.bottom >= b.top - _NOISE_M:
        return 1
    return -1 if thick and b.bottom >= a.top - _NOISE_M else 0


def _nearest(
    shapes: Sequence[Shape], index: tuple[Any, Any, Any], rule: TopologyRule
) -> set[Finding]:
    footprints, tree, wanted = index
    (asked, answer), distances = tree.query_nearest(
        footprints[wanted], max_distance=max(rule.reach_m, _NOISE_M), return_distance=True,
        exclusive=True, all_matches=True,
    )  # fmt: skip
    best: dict[int, tuple[float, str]] = {}
    for here, there, distance in zip(wanted[asked], answer, distances, strict=True):
        candidate = (round(float(distance), 3), shapes[there].id)
        best[int(here)] = min(best.get(int(here), candidate), candidate)
    return {("nearest", shapes[here].id, other, gap) for here, (gap, other) in best.items()}


# -- commands --------------------------------------------------------------------------


@dataclass(frozen=True)
class RecomputeTopology:
    """Brings the computed relations of entities up to date; all entities where none is named."""

    entities: Sequence[str] = ()
    rule: TopologyRule = TopologyRule()
    kind: str = field(default="recompute-topology", init=False)
    label: str = field(default="Recompute spatial relations", init=False)

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {"entities": list(self.entities[:100]), "count": len(self.entities),
                "tolerance_m": self.rule.tolerance_m, "kinds": sorted(self.rule.kinds)}  # fmt: skip

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        names = self.entities or [
            row[0]
            for row in transaction.connection.execute(
                "SELECT id FROM entity_version WHERE revision_to IS NULL AND valid_to = ?",
                (FOREVER.us,),
            )
        ]
        update(transaction, names, self.rule)


@dataclass(frozen=True)
class KeepTopology:
    """Another command, and in the same entry the computed relations of all that it touches."""

    command: Command
    rule: TopologyRule = TopologyRule()

    @property
    def kind(self) -> str:
        """See `Command`."""
        return self.command.kind

    @property
    def label(self) -> str:
        """See `Command`."""
        return self.command.label

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {**self.command.payload(), "topology": sorted(self.rule.kinds)}

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        self.command.apply(transaction)
        update(transaction, sorted(transaction.entities), self.rule)


def keeping(command: Command, before: Sequence[Entity], after: Sequence[Entity]) -> Command:
    """Return a command that edits entities, with its computed relations where shapes differ."""
    moved = any(_shape(old) != _shape(new) for old, new in zip(before, after, strict=True))
    return KeepTopology(command) if moved else command


def _shape(entity: Entity) -> tuple[Any, ...]:
    return entity.position, entity.geometry, entity.attributes.get("height")


def update(transaction: Transaction, entities: Sequence[str], rule: TopologyRule) -> None:
    """Bring the computed relations of *entities* and their neighbours up to date."""
    keys = set(transaction.keys_of(entities).values())
    near = _around(transaction, keys, rule.margin)
    # What is nearest to a neighbour changes too, and may then be something farther off.
    subjects = near if "nearest" in rule.kinds else keys
    everyone = _around(transaction, subjects, rule.margin) | subjects
    shapes = [s for s in map(shape_of, _entities(transaction, everyone)) if s is not None]
    found = relations_between(shapes, set(transaction.ids_of(subjects)), rule)
    old = _computed(transaction, subjects, rule)
    new = {_key(finding): finding for finding in found}
    transaction.end_relations([old[key].id for key in old.keys() - new.keys()])
    transaction.add_relations([_relation(new[key], transaction) for key in new.keys() - old.keys()])
    transaction.replace_relations(
        [
            Relation(old[key].id, *key, _attributes(new[key]), True, old[key].valid)
            for key in sorted(old.keys() & new.keys())
            if old[key].attributes != _attributes(new[key])
        ]
    )


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding[:3]


def _attributes(finding: Finding) -> dict[str, Any]:
    return {"distance_m": finding[3]} if finding[0] in ("adjacent", "nearest") else {}


def _relation(finding: Finding, transaction: Transaction) -> Relation:
    name = str(uuid.uuid5(_NAMESPACE, "/".join(finding[:3])))
    valid = Interval(transaction.at)
    return Relation(name, *_key(finding), _attributes(finding), computed=True, valid=valid)


def _around(transaction: Transaction, keys: Collection[int], margin: float) -> set[int]:
    """Return the entities whose extent is near that of *keys*, where these are and have been."""
    boxes = transaction.connection.execute(
        "SELECT min_x, max_x, min_y, max_y FROM entity_box WHERE id IN (SELECT fid FROM"
        " entity_version WHERE entity IN (SELECT value FROM json_each(?)))",
        (json.dumps(sorted(keys)),),
    ).fetchall()
    found = set(keys)
    for west, east, south, north in boxes:
        found.update(
            row[0]
            for row in transaction.connection.execute(
                "SELECT entity FROM entity_box WHERE max_x >= ? AND min_x <= ?"
                " AND max_y >= ? AND min_y <= ?",
                (west - margin, east + margin, south - margin, north + margin),
            )
        )
    return found


def _entities(transaction: Transaction, keys: Iterable[int]) -> Iterator[Entity]:
    for row in transaction.connection.execute(
        f"SELECT {rows.ENTITY_COLUMNS} FROM entity_version WHERE entity IN"
        " (SELECT value FROM json_each(?)) AND revision_to IS NULL AND valid_to = ?",
        (json.dumps(sorted(keys)), FOREVER.us),
    ):
        yield rows.entity_from(row, transaction.frame)


def _computed(
    transaction: Transaction, subjects: set[int], rule: TopologyRule
) -> dict[tuple[str, str, str], Relation]:
    """Return the computed relations that `relations_between` would find again if they held."""
    keys = json.dumps(sorted(subjects))
    found: dict[tuple[str, str, str], Relation] = {}
    for end, kinds in (("source", rule.kinds), ("target", rule.kinds - {"nearest"})):
        for row in transaction.connection.execute(
            "SELECT r.id, r.kind, s.id, t.id, r.attributes, r.computed, r.valid_from, r.valid_to"
            " FROM json_each(?) k CROSS JOIN relation_version r"
            f" ON r.{end} = k.value AND r.kind IN (SELECT value FROM json_each(?))"
            " JOIN entity_key s ON s.key = r.source JOIN entity_key t ON t.key = r.target"
            " WHERE r.computed = 1 AND r.revision_to IS NULL AND r.valid_to > ?",
            (keys, json.dumps(sorted(kinds)), transaction.at.us),
        ):
            relation = rows.relation_from(row)
            found[relation.kind, relation.source, relation.target] = relation
    return found
