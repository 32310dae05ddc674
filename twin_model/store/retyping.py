"""Which relations another type for entities would break: asked before, and refused when written.

The rules are those by which relations are added. What broke them before may stay.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from twin_model.entity import Entity, Relation
from twin_model.relations import is_stated
from twin_model.store import rows
from twin_model.store.cardinality import at_once, names_of
from twin_model.store.damage import telling_damage
from twin_model.time import FOREVER, Instant

if TYPE_CHECKING:
    from twin_model.schema.guard import TypeRules
    from twin_model.schema.values import SchemaError
    from twin_model.twin import Twin

#: Relations that are named in a refusal; all of them are counted.
_MOST_NAMED: Final = 3
_RELATIONS: Final = (
    "SELECT r.fid, r.id, r.kind, r.source, r.target, r.attributes, r.computed, r.valid_from,"
    " r.valid_to FROM json_each(?) k CROSS JOIN relation_version r ON r.{side} = k.value"
    " WHERE r.revision_to IS NULL AND r.valid_to > ?"
)
_TYPES: Final = (
    "SELECT v.entity, v.type FROM json_each(?) k CROSS JOIN entity_version v"
    " ON v.entity = k.value AND v.revision_to IS NULL AND v.valid_to > ?"
)
_KEYS: Final = "SELECT k.key, k.id FROM entity_key k WHERE k.id IN (SELECT value FROM json_each(?))"

_Edge = tuple[Relation, int, int]
"""A relation with the keys of its source and its target."""


@telling_damage
def broken_by_retyping(twin: Twin, entities: Sequence[Entity], type_id: str) -> SchemaError | None:
    """Return why entities cannot be of another type because of their relations.

    Parameters
    ----------
    twin : Twin
    entities : sequence of Entity
        As they are now.
    type_id : str

    Returns
    -------
    SchemaError or None
        None where all of their relations may stay.
    """
    rules = twin.type_rules()
    if rules is None:
        return None
    connection = twin.reader()
    ids = json.dumps([one.id for one in entities])
    keys = {str(row[1]): int(row[0]) for row in connection.execute(_KEYS, (ids,))}
    retyped = {keys[one.id]: (one.type, type_id) for one in entities if one.id in keys}
    return Retyping(connection, rules, retyped, twin.now()).refusal()


@dataclass
class Retyping:
    """Entities that are given other types, looked at with all that is related to them.

    Parameters
    ----------
    connection : sqlite3.Connection
    rules : TypeRules
    retyped : mapping of int to (str, str)
        Types before and after, by key.
    at : Instant
        What has ended by then does not count.
    """

    connection: sqlite3.Connection
    rules: TypeRules
    retyped: Mapping[int, tuple[str, str]]
    at: Instant
    _types: dict[int, str] = field(default_factory=dict)
    _allowed: dict[tuple[str, str, str], bool] = field(default_factory=dict)

    def refusal(self) -> SchemaError | None:
        """Return the refusal that names the relations concerned; None where none is broken."""
        if all(before == after for before, after in self.retyped.values()):
            return None
        edges = self._edges(self.retyped)
        broken = {
            edge[0].id: edge
            for edge in edges
            if not self._allows(edge, after=True) and self._allows(edge, after=False)
        }
        for edge in self._too_many([one for one in edges if one[0].kind in self.rules.limited]):
            broken.setdefault(edge[0].id, edge)
        if not broken:
            return None
        named = list(broken.values())[:_MOST_NAMED]
        names = names_of(self.connection, [key for edge in named for key in edge[1:]], self.at)
        ends = zip(names[::2], names[1::2], strict=True)
        listed = [(a, edge[0].kind, b) for edge, (a, b) in zip(named, ends, strict=True)]
        from twin_model.schema.guard import BrokenRelationsError  # loaded with the catalogue

        return BrokenRelationsError(listed, len(broken))

    def _edges(self, keys: Collection[int]) -> list[_Edge]:
        """Return what somebody stated of some entities, and remember the types at its ends."""
        found: dict[int, _Edge] = {}
        for side in ("source", "target"):
            query = _RELATIONS.format(side=side)
            for (
                fid,
                name,
                kind,
                source,
                target,
                attributes,
                computed,
                since,
                until,
            ) in self.connection.execute(query, (json.dumps(sorted(keys)), self.at.us)):
                if fid not in found:
                    values = (name, kind, str(source), str(target), attributes, computed)
                    made = rows.relation_from((*values, since, until))
                    found[fid] = (made, source, target)
        edges = [edge for edge in found.values() if is_stated(edge[0])]
        ends = {key for _, *both in edges for key in both} - self._types.keys()
        types = self.connection.execute(_TYPES, (json.dumps(sorted(ends)), self.at.us))
        self._types.update((row[0], row[1]) for row in types)
        return [(r, a, b) for r, a, b in edges if a in self._types and b in self._types]

    def _type(self, key: int, *, after: bool) -> str:
        known = self.retyped.get(key)
        return self._types[key] if known is None else known[after]

    def _allows(self, edge: _Edge, *, after: bool) -> bool:
        relation, source, target = edge
        ends = (self._type(source, after=after), self._type(target, after=after))
        if relation.attributes:
            return self.rules.allows(relation, *ends)
        kind = (relation.kind, *ends)
        if kind not in self._allowed:
            self._allowed[kind] = self.rules.allows(relation, *ends)
        return self._allowed[kind]

    def _too_many(self, edges: list[_Edge]) -> Iterator[_Edge]:
        """Yield relations of which an end has more after than it may, and had not before."""
        far = {key for _, *both in edges for key in both} - self.retyped.keys()
        every = {edge[0].id: edge for edge in (*edges, *self._edges(far))}
        for outgoing in (True, False):
            held: dict[tuple[str, int], list[_Edge]] = defaultdict(list)
            for edge in every.values():
                held[_end(edge, outgoing=outgoing)].append(edge)
            for edge in edges:
                alike = held[_end(edge, outgoing=outgoing)]
                if self._exceeds(edge, alike, outgoing=outgoing, after=True) and not self._exceeds(
                    edge, alike, outgoing=outgoing, after=False
                ):
                    yield edge

    def _exceeds(self, edge: _Edge, alike: Iterable[_Edge], *, outgoing: bool, after: bool) -> bool:
        relation, source, target = edge
        ends = (self._type(source, after=after), self._type(target, after=after))
        span = (self.at.us, FOREVER.us)
        for most, counts in self.rules.limits(relation.kind, *ends, outgoing=outgoing):
            spans = [
                (one.valid.start.us, one.valid.end.us)
                for one, *keys in alike
                if counts(self._type(keys[1 if outgoing else 0], after=after))
            ]
            if at_once(spans, span) > most:
                return True
        return False


def _end(edge: _Edge, *, outgoing: bool) -> tuple[str, int]:
    relation, source, target = edge
    return relation.kind, source if outgoing else target
