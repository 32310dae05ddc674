"""What differs between the twin at one moment and at another, dimension by dimension.

Only what can differ is looked at: versions and relations that begin or end between the two valid
times, and what was written or ended between the two revisions. Indexes name them; nothing else of
a million rows is read.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from twin_model.entity import Entity, Position, Relation
from twin_model.errors import StoreError
from twin_model.history import Difference, differences
from twin_model.store import ranges, rows
from twin_model.store.damage import telling_damage
from twin_model.store.moment import Moment
from twin_model.twin import Twin
from twin_model.view import TwinView

#: Changed entities that one comparison names; all of them are counted.
MOST_NAMED: Final = 50_000
_PART: Final = 5_000
_NEWEST: Final = 2**62
_CONTENT: Final = (
    "geom", "type", "name", "layer", "feature", "guid", "own_geometry", "heading_deg",
    "pitch_deg", "roll_deg", "height_reference", "attributes", "indicators", "rules",
    "management_code", "space_code", "time_code",
)  # fmt: skip


class ChangeKind(StrEnum):
    """What became of an entity from one moment to the other."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class EntityChange:
    """One entity that differs.

    Parameters
    ----------
    kind : ChangeKind
    id, type, name : str
        As it is at the later moment where it exists then.
    layer : str or None
    feature : int or None
    position : Position or None
        Local metres.
    """

    kind: ChangeKind
    id: str
    type: str
    name: str
    layer: str | None
    feature: int | None
    position: Position | None


@dataclass(frozen=True, slots=True)
class RelationChange:
    """One relation of an entity that differs.

    Parameters
    ----------
    kind : ChangeKind
    before, after : Relation or None
        None where it does not hold then.
    """

    kind: ChangeKind
    before: Relation | None
    after: Relation | None


@dataclass(frozen=True)
class Comparison:
    """Everything that differs.

    Parameters
    ----------
    counts : dict of ChangeKind to int
        How many entities there are of each kind.
    changes : tuple of EntityChange
        Up to `MOST_NAMED` of them, added ones first.
    relations : dict of ChangeKind to int
        How many asserted relations were added, removed and changed.
    """

    counts: Mapping[ChangeKind, int] = field(default_factory=dict)
    changes: tuple[EntityChange, ...] = ()
    relations: Mapping[ChangeKind, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many entities differ."""
        return sum(self.counts.values())


@telling_damage
def compare(before: Twin | TwinView, after: Twin | TwinView) -> Comparison:
    """Return what differs between two views of the same twin.

    Entities that differ only in their asserted relations count as changed.

    Parameters
    ----------
    before, after : Twin or TwinView
        Such as ``twin.at(a)`` and ``twin.at(b)``, or ``twin.as_known_on(a)`` and ``twin``.
    """
    pair = _Pair(before, after)
    found: dict[int, ChangeKind] = {}
    for key, kind in pair.entities():
        found[key] = kind
    touched, relations = pair.relations()
    for key in touched:
        found.setdefault(key, ChangeKind.CHANGED)
    # An end of a relation that does not exist at either moment is nothing to look at.
    changes = pair.named(dict(list(found.items())[:MOST_NAMED]))
    unnamed = Counter(list(found.values())[MOST_NAMED:])
    counts = Counter(change.kind for change in changes) + unnamed
    return Comparison(
        {kind: counts.get(kind, 0) for kind in ChangeKind},
        tuple(sorted(changes, key=_order)),
        {kind: relations.get(kind, 0) for kind in ChangeKind},
    )


def _order(change: EntityChange) -> tuple[int, str, str, str]:
    return list(ChangeKind).index(change.kind), change.type, change.name, change.id


@telling_damage
def entity_differences(
    before: Twin | TwinView, after: Twin | TwinView, entity_id: str
) -> tuple[list[Difference], list[RelationChange]]:
    """Return what differs of one entity: its values by dimension, and its relations.

    Values are compared where it exists at both moments.
    """
    first, second = _entity(before, entity_id), _entity(after, entity_id)
    old = {relation.id: relation for relation in before.relations(entity_id)}
    new = {relation.id: relation for relation in after.relations(entity_id)}
    related = [
        RelationChange(ChangeKind.ADDED, None, relation)
        for name, relation in new.items()
        if name not in old
    ]
    related += [
        RelationChange(ChangeKind.REMOVED, relation, None)
        for name, relation in old.items()
        if name not in new
    ]
    related += [
        RelationChange(ChangeKind.CHANGED, old[name], relation)
        for name, relation in new.items()
        if name in old and _content(old[name]) != _content(relation)
    ]
    return differences(first, second), related


def _entity(view: Twin | TwinView, entity_id: str) -> Entity | None:
    try:
        return view.entity(entity_id)
    except StoreError:
        return None


def _content(relation: Relation) -> tuple[Any, ...]:
    ends = relation.kind, relation.source, relation.target
    return (*ends, rows.to_json(relation.attributes), relation.computed)


class _Pair:
    """Two moments of one store."""

    def __init__(self, before: Twin | TwinView, after: Twin | TwinView) -> None:
        first, second = (
            view if isinstance(view, TwinView) else TwinView(view) for view in (before, after)
        )
        self._frame = second.frame
        self._connection: sqlite3.Connection = second.reader()
        self._moments = first.moment(), second.moment()

    def _candidates(self, table: str, column: str) -> set[int]:
        """Return values of *column* of all rows that one moment sees and the other may not."""
        low, high = sorted(moment.at_us for moment in self._moments)
        found: set[int] = set()
        index = " INDEXED BY entity_version_entity" if table == "entity_version" else ""
        if low != high:
            for edge in ("valid_from", "valid_to"):
                query = (
                    f"SELECT DISTINCT {column} FROM {table}{index}"
                    f" WHERE revision_to IS NULL AND {edge} > ? AND {edge} <= ?"
                )
                found.update(row[0] for row in self._connection.execute(query, (low, high)))
        first, last = sorted(
            _NEWEST if moment.revision is None else moment.revision for moment in self._moments
        )
        if first != last or first != _NEWEST:
            found |= self._recorded(table, column, first, last, (low, high))
        return found

    def _recorded(
        self, table: str, column: str, first: int, last: int, times: tuple[int, int]
    ) -> set[int]:
        """Return what was written or ended after one revision, up to another.

        Where the valid times differ too, older knowledge may hold rows that are ended since.
        """
        start, _ = ranges.written_by(self._connection, table, first + 1)
        beyond, _ = ranges.written_by(self._connection, table, min(last, _NEWEST) + 1)
        query = f"SELECT DISTINCT {column} FROM {table} WHERE fid >= ? AND fid < ?"
        found = {row[0] for row in self._connection.execute(query, (start, beyond))}
        query = f"SELECT DISTINCT {column} FROM {table} WHERE revision_to > ?"
        if times[0] == times[1]:
            query += f" AND revision_to <= {last}"
        found.update(row[0] for row in self._connection.execute(query, (first,)))
        return found

    def _seen(self, table: str, column: str, values: str, moment: Moment) -> tuple[str, list[Any]]:
        hold, when = moment.condition()
        query = f"SELECT fid FROM {table} WHERE {column} = {values} AND {hold}"
        return query, when

    def entities(self) -> Iterator[tuple[int, ChangeKind]]:
        """Yield key and kind of every entity whose own values differ."""
        keys = self._candidates("entity_version", "entity")
        (first, when), (second, then) = (
            self._seen("entity_version", "entity", "k.value", moment) for moment in self._moments
        )
        differ = " OR ".join(f"x.{name} IS NOT y.{name}" for name in _CONTENT)
        query = (
            f"WITH pair AS MATERIALIZED (SELECT k.value AS key, ({first}) AS a, ({second}) AS b"
            " FROM json_each(?) k)"
            " SELECT p.key, p.a, p.b FROM pair p"
            " LEFT JOIN entity_version x ON x.fid = p.a LEFT JOIN entity_version y ON y.fid = p.b"
            f" WHERE p.a IS NOT p.b AND (p.a IS NULL OR p.b IS NULL OR {differ})"
        )
        for part in _parts(keys):
            for key, a, b in self._connection.execute(query, [*when, *then, part]):
                yield (
                    int(key),
                    ChangeKind.ADDED if a is None
                    else ChangeKind.REMOVED if b is None
                    else ChangeKind.CHANGED,
                )  # fmt: skip

    def relations(self) -> tuple[set[int], Counter[ChangeKind]]:
        """Return the keys at the ends of relations that differ, and how many those are.

        Computed ones are left out: they follow from what else differs, and one wall that goes
        changes what is nearest to hundreds of things that nobody touched.
        """
        ids = self._candidates("relation_version", "id")
        states: list[dict[str, tuple[Any, ...]]] = []
        for moment in self._moments:
            hold, when = moment.condition()
            query = (
                "SELECT id, kind, source, target, attributes, computed FROM relation_version"
                f" WHERE id IN (SELECT value FROM json_each(?)) AND {hold} AND NOT computed"
            )
            found: dict[str, tuple[Any, ...]] = {}
            for part in _parts(ids):
                for row in self._connection.execute(query, [part, *when]):
                    found[row[0]] = tuple(row)[1:]
            states.append(found)
        touched: set[int] = set()
        counts: Counter[ChangeKind] = Counter()
        for name in states[0].keys() | states[1].keys():
            old, new = states[0].get(name), states[1].get(name)
            if old == new:
                continue
            kind = ChangeKind.CHANGED
            if old is None or new is None:
                kind = ChangeKind.ADDED if old is None else ChangeKind.REMOVED
            counts[kind] += 1
            touched.update(end for state in (old, new) if state for end in state[1:3])
        return touched, counts

    def named(self, found: Mapping[int, ChangeKind]) -> list[EntityChange]:
        """Return what to call the entities of some keys, as they are at the later moment."""
        states: dict[int, tuple[Any, ...]] = {}
        for moment in self._moments:
            hold, when = moment.condition()
            query = (
                "SELECT entity, id, type, name, layer, feature, geom FROM entity_version"
                f" WHERE entity IN (SELECT value FROM json_each(?)) AND {hold}"
            )
            for part in _parts(found):
                for row in self._connection.execute(query, [part, *when]):
                    states[row[0]] = tuple(row)
        found_changes = []
        for key, kind in found.items():
            if key in states:
                _key, name_id, type_id, name, layer, feature, geom = states[key]
                position = rows.decode_point(geom, self._frame)
                found_changes.append(
                    EntityChange(kind, name_id, type_id, name, layer, feature, position)
                )
        return found_changes


def _parts(values: Iterable[Any]) -> Iterator[str]:
    wanted = list(values)
    for start in range(0, len(wanted), _PART):
        yield json.dumps(wanted[start : start + _PART])
