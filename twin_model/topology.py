"""Relations that follow from geometry, kept in step with it; and geometry that cannot be."""

from __future__ import annotations

import json
import math
import struct
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from twin_model.entity import Entity, Relation, scale_of
from twin_model.errors import ValidationError
from twin_model.spatial import (
    Finding,
    Report,
    Shape,
    TopologyRule,
    nearest_among,
    own_height_m,
    relations_between,
)
from twin_model.store import rows, surroundings
from twin_model.store.transaction import Transaction
from twin_model.time import Instant, Interval

__all__ = [
    "KeepTopology", "RecomputeTopology", "TopologyRule", "as_geopackage", "bounds",
    "check_geometry", "computed_counts", "keeping",
]  # fmt: skip

if TYPE_CHECKING:
    from twin_model.commands import Command
    from twin_model.frame import Frame
    from twin_model.twin import Twin

_NAMESPACE: Final = uuid.UUID("6f3a0a64-5a5b-5d0c-9a53-2c61f7a8d7b1")
_HEADER: Final = struct.Struct("<2sBBi4d")


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


_USUAL: Final = TopologyRule()


def _quiet(_done: int, _all: int) -> None:
    """Say nothing of how far the work is."""


# -- commands --------------------------------------------------------------------------


@dataclass(frozen=True)
class RecomputeTopology:
    """Brings the computed relations of entities up to date; all entities where none is named."""

    entities: Sequence[str] = ()
    rule: TopologyRule = _USUAL
    #: May raise to end the work: nothing of it is kept then.
    report: Report = field(default=_quiet, compare=False)
    kind: str = field(default="recompute-topology", init=False)
    label: str = field(default="Recompute spatial relations", init=False)

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {"entities": list(self.entities[:100]), "count": len(self.entities),
                "tolerance_m": self.rule.tolerance_m, "kinds": sorted(self.rule.kinds)}  # fmt: skip

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        update(transaction, self.entities or None, self.rule, self.report)


@dataclass(frozen=True)
class KeepTopology:
    """Another command, and in the same entry the computed relations of all that it touches."""

    command: Command
    rule: TopologyRule = _USUAL

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
        update(transaction, sorted(transaction.entities), self.rule, _quiet)


def keeping(command: Command, before: Sequence[Entity], after: Sequence[Entity]) -> Command:
    """Return a command that edits entities, with its computed relations where shapes differ."""
    moved = any(_shape(old) != _shape(new) for old, new in zip(before, after, strict=True))
    return KeepTopology(command) if moved else command


def _shape(entity: Entity) -> tuple[Any, ...]:
    # What is said of a part of a model goes by its type too.
    role = None if entity.layer is None else entity.type
    turned = None
    if entity.feature is not None:
        scale = scale_of(entity.attributes)
        turned = (entity.heading_deg, entity.pitch_deg, entity.roll_deg, scale)
    return (
        role, turned,
        entity.position, entity.geometry, entity.layer, entity.feature,
        own_height_m(entity.attributes),
    )  # fmt: skip


def update(
    transaction: Transaction, entities: Sequence[str] | None, rule: TopologyRule, report: Report
) -> None:
    """Bring the computed relations of *entities* and their neighbours up to date; None for all."""
    everything = entities is None
    keys = (
        surroundings.all_keys(transaction)
        if entities is None
        else set(transaction.keys_of(entities).values())
    )
    # What lost its nearest needs another one, which may be something farther off.
    subjects = keys if everything else keys | _losers(transaction, keys, rule)
    everyone = keys if everything else surroundings.around(transaction, subjects, rule.margin)
    known = surroundings.shapes(transaction, everyone)
    shapes = [shape for shape, _ in known]
    changed = set(transaction.ids_of(subjects))
    found = relations_between(shapes, changed, rule, report)
    old = _computed(transaction, subjects, rule)
    if not everything and "nearest" in rule.kinds:
        moved = set(transaction.ids_of(keys))
        gained, lost = _gained(transaction, everyone - subjects, shapes, moved, rule)
        found |= gained
        old |= lost
    starts = {entity.id: entity.valid.start for _, entity in known}
    new = {_key(finding): finding for finding in found}
    transaction.end_relations([old[key].id for key in old.keys() - new.keys()])
    transaction.add_relations([_relation(new[key], starts) for key in new.keys() - old.keys()])
    transaction.replace_relations(
        [
            Relation(old[key].id, *key, _attributes(new[key]), True, old[key].valid)
            for key in sorted(old.keys() & new.keys())
            if old[key].attributes != _attributes(new[key])
        ]
    )


def computed_counts(twin: Twin) -> dict[str, int]:
    """Return how many computed relations of each kind there are now, most first."""
    found = twin.reader().execute(
        "SELECT kind, count(*) AS n FROM relation_version WHERE computed = 1"
        " AND revision_to IS NULL AND valid_to > ? GROUP BY kind ORDER BY n DESC, kind",
        (twin.now().us,),
    )
    return {str(row[0]): int(row[1]) for row in found}


_Key = tuple[str, str, str]


def _key(finding: Finding) -> _Key:
    return finding[:3]


def _attributes(finding: Finding) -> dict[str, Any]:
    return {"distance_m": finding[3]} if finding[0] in ("adjacent", "nearest") else {}


def _relation(finding: Finding, starts: Mapping[str, Instant]) -> Relation:
    """Return the relation of a finding; it holds since both are as they are now."""
    name = str(uuid.uuid5(_NAMESPACE, "/".join(finding[:3])))
    since = max(starts[finding[1]], starts[finding[2]])
    return Relation(
        name, *_key(finding), _attributes(finding), computed=True, valid=Interval(since)
    )


def _losers(transaction: Transaction, keys: Collection[int], rule: TopologyRule) -> set[int]:
    """Return the entities whose nearest is one of *keys*."""
    if "nearest" not in rule.kinds:
        return set()
    found = transaction.connection.execute(
        "SELECT source FROM relation_version WHERE target IN (SELECT value FROM json_each(?))"
        " AND kind = 'nearest' AND computed = 1 AND revision_to IS NULL AND valid_to > ?",
        (json.dumps(sorted(keys)), transaction.at.us),
    )
    return {int(row[0]) for row in found}


def _gained(
    transaction: Transaction,
    others: Collection[int],
    shapes: Sequence[Shape],
    moved: Collection[str],
    rule: TopologyRule,
) -> tuple[set[Finding], dict[_Key, Relation]]:
    """Return of which *others* something that moved is the nearest now, and what was before.

    Parameters
    ----------
    transaction : Transaction
    others : collection of int
    shapes : sequence of Shape
    moved : collection of str
    rule : TopologyRule
    """
    names = set(transaction.ids_of(others))
    before = {
        key[1]: relation
        for key, relation in _read(transaction, others, "source", {"nearest"}).items()
    }
    only = replace(rule, kinds=frozenset({"nearest"}))
    pool = [shape for shape in shapes if shape.id in moved or shape.id in names]
    gained, lost = set(), {}
    for finding in nearest_among(pool, moved, only):
        _, source, target, gap = finding
        was = before.get(source)
        if was is None or (gap, target) < (was.attributes.get("distance_m", 0.0), was.target):
            gained.add(finding)
            if was is not None:
                lost[was.kind, was.source, was.target] = was
    return gained, lost


def _computed(
    transaction: Transaction, subjects: Collection[int], rule: TopologyRule
) -> dict[_Key, Relation]:
    """Return the computed relations that `relations_between` would find again if they held."""
    found = _read(transaction, subjects, "source", rule.kinds)
    return found | _read(transaction, subjects, "target", rule.kinds - {"nearest"})


def _read(
    transaction: Transaction, keys: Collection[int], end: str, kinds: Collection[str]
) -> dict[_Key, Relation]:
    """Return the computed relations of some kinds that some entities are an end of."""
    found: dict[_Key, Relation] = {}
    for row in transaction.connection.execute(
        "SELECT r.id, r.kind, s.id, t.id, r.attributes, r.computed, r.valid_from, r.valid_to"
        " FROM json_each(?) k CROSS JOIN relation_version r"
        f" ON r.{end} = k.value AND r.kind IN (SELECT value FROM json_each(?))"
        " JOIN entity_key s ON s.key = r.source JOIN entity_key t ON t.key = r.target"
        " WHERE r.computed = 1 AND r.revision_to IS NULL AND r.valid_to > ?",
        (json.dumps(sorted(keys)), json.dumps(sorted(kinds)), transaction.at.us),
    ):
        relation = rows.relation_from(row)
        found[relation.kind, relation.source, relation.target] = relation
    return found
