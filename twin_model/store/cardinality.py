"""How many relations of a kind an entity may and must have: counted when they are changed.

Too many are refused when relations are added or moved, too few when some are taken away: a new
entity is there before its first relation, so what it still lacks is shown and not refused.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from twin_model.entity import Relation
from twin_model.relations import TOPOLOGY, is_stated
from twin_model.time import Instant

if TYPE_CHECKING:
    from twin_model.schema.guard import TypeRules

_Span = tuple[int, int]
#: Kind, and key of the entity whose relations are counted.
_End = tuple[str, int]
#: Relations that somebody stated and that hold after an instant, from either end, with the type of
#: the other: key of this end, key of the other, its type, since and until when.
_HELD: Final = (
    "SELECT r.{here}, r.{there}, v.type, r.valid_from, r.valid_to"
    " FROM json_each(?) k CROSS JOIN relation_version r ON r.{here} = k.value AND r.kind = ?"
    " JOIN entity_version v ON v.entity = r.{there} AND v.revision_to IS NULL AND v.valid_to > ?"
    " WHERE r.revision_to IS NULL AND r.valid_to > ?{stated}"
)
_MOST_NAMED: Final = 3
#: An entity that had relations of a kind before a revision: its key and type, then of each relation
#: the other end's type, and whether it was there before and is there now. At one instant.
_LESSENED: Final = (
    "SELECT v.entity, v.type,"
    " (SELECT o.type FROM entity_version o WHERE o.entity = r.target ORDER BY o.fid DESC LIMIT 1),"
    " r.revision_from < :revision, r.revision_to IS NULL"
    " FROM json_each(:keys) k CROSS JOIN entity_version v ON v.entity = k.value"
    " AND v.revision_to IS NULL AND v.valid_from <= :at AND v.valid_to > :at"
    " JOIN relation_version r ON r.source = k.value AND r.kind = :kind"
    " AND (r.revision_to IS NULL OR r.revision_to = :revision)"
    " AND r.valid_from <= :at AND r.valid_to > :at{stated}"
)


def refuse_too_many(
    connection: sqlite3.Connection,
    rules: TypeRules,
    added: Sequence[tuple[Relation, int, int]],
    types: Mapping[int, str],
    at: Instant,
) -> None:
    """Refuse relations of which one of their ends has more than its type allows.

    Parameters
    ----------
    connection : sqlite3.Connection
        Which holds the added relations already.
    rules : TypeRules
    added : sequence of (Relation, int, int)
        With the keys of source and target.
    types : mapping of int to str
        Of the ends, by key.
    at : Instant
        What had ended by then does not count, and neither does what was before: a lamp that hung
        on one pole up to now may hang on another from now on, whoever says "always" of it.

    Raises
    ------
    SchemaError
        If there are too many at any time from then on; names both ends, the limit and the others.
    """
    wanted = [one for one in added if one[0].kind in rules.limited and is_stated(one[0])]
    for outgoing in (True, False):
        here = {(one.kind, (s, t)[not outgoing]) for one, s, t in wanted}
        held = _held(connection, here, at, outgoing=outgoing)
        for relation, source, target in wanted:
            end, other = (source, target) if outgoing else (target, source)
            limits = rules.limits(relation.kind, types[source], types[target], outgoing=outgoing)
            span = (max(relation.valid.start.us, at.us), relation.valid.end.us)
            for most, counts in limits:
                alike = [one for one in held[relation.kind, end] if counts(one[1])]
                if at_once([one[2] for one in alike], span) > most:
                    others = sorted({one[0] for one in alike} - {other}) or [other]
                    names = names_of(connection, [end, other, *others[:_MOST_NAMED]], at)
                    listed = ", ".join(names[2:]) + (" …" if len(others) > _MOST_NAMED else "")
                    raise rules.too_many(
                        relation, names[0], names[1], most, listed, outgoing=outgoing
                    )


def refuse_too_few(
    connection: sqlite3.Connection,
    rules: TypeRules,
    lessened: Iterable[tuple[str, int, int]],
    revision: int,
) -> None:
    """Refuse to leave entities with fewer relations than their types need.

    What had too few before may lose more: it is told of, and somebody may be clearing up.

    Parameters
    ----------
    connection : sqlite3.Connection
        Which holds all that the revision wrote.
    rules : TypeRules
    lessened : iterable of (str, int, int)
        Kind, key of the source and instant (microseconds) of relations that were taken away.
    revision : int

    Raises
    ------
    SchemaError
        Names the entity and how many it needs.
    """
    together: dict[tuple[str, int], set[int]] = defaultdict(set)
    for kind, source, instant in lessened:
        if kind in rules.needed:
            together[kind, instant].add(source)
    for (kind, instant), keys in together.items():
        stated = " AND r.computed = 0" if kind in TOPOLOGY else ""
        values = {"keys": json.dumps(sorted(keys)), "kind": kind, "at": instant}
        rows = connection.execute(_LESSENED.format(stated=stated), values | {"revision": revision})
        found: dict[tuple[int, str], list[tuple[str, bool, bool]]] = defaultdict(list)
        for key, here, *other in rows:
            found[key, here].append((other[0], bool(other[1]), bool(other[2])))
        for (key, here), related in found.items():
            for least, counts in rules.needs(kind, here):
                alike = [one for one in related if counts(one[0])]
                if sum(now for _, _, now in alike) < least <= sum(had for _, had, _ in alike):
                    name = names_of(connection, [key], Instant(instant))[0]
                    raise rules.too_few(kind, name, least)


def _held(
    connection: sqlite3.Connection, ends: Iterable[_End], at: Instant, *, outgoing: bool
) -> dict[_End, list[tuple[int, str, _Span]]]:
    """Return what is held at each end: key and type of the other end, since and until when."""
    here, there = ("source", "target") if outgoing else ("target", "source")
    by_kind: dict[str, list[int]] = defaultdict(list)
    for kind, key in ends:
        by_kind[kind].append(key)
    found: dict[_End, list[tuple[int, str, _Span]]] = defaultdict(list)
    for kind, keys in by_kind.items():
        stated = " AND r.computed = 0" if kind in TOPOLOGY else ""
        query = _HELD.format(here=here, there=there, stated=stated)
        for row in connection.execute(query, (json.dumps(keys), kind, at.us, at.us)):
            found[kind, row[0]].append((row[1], row[2], (row[3], row[4])))
    return found


def at_once(spans: Iterable[_Span], within: _Span) -> int:
    """Return how many spans hold at once at most, within one of them."""
    steps = []
    for since, until in spans:
        start, end = max(since, within[0]), min(until, within[1])
        if start < end:
            steps += [(start, 1), (end, -1)]
    most = count = 0
    for _, step in sorted(steps):  # one that ends leaves before the next begins
        count += step
        most = max(most, count)
    return most


def names_of(connection: sqlite3.Connection, keys: Sequence[int], at: Instant) -> list[str]:
    """Return names of entities in the order of their keys, ids where they have none."""
    found = dict(
        connection.execute(
            "SELECT k.key, coalesce(nullif(v.name, ''), k.id) FROM entity_key k"
            " JOIN entity_version v ON v.entity = k.key AND v.revision_to IS NULL"
            " AND v.valid_to > ? WHERE k.key IN (SELECT value FROM json_each(?))",
            (at.us, json.dumps(keys)),
        ).fetchall()
    )
    return [str(found.get(key, key)) for key in keys]
