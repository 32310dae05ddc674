"""How many relations of a kind an entity may have: counted when relations are added or moved."""

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
                if _at_once([one[2] for one in alike], span) > most:
                    others = sorted({one[0] for one in alike} - {other}) or [other]
                    names = _names(connection, [end, other, *others[:_MOST_NAMED]], at)
                    listed = ", ".join(names[2:]) + (" …" if len(others) > _MOST_NAMED else "")
                    raise rules.too_many(
                        relation, names[0], names[1], most, listed, outgoing=outgoing
                    )


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


def _at_once(spans: Iterable[_Span], within: _Span) -> int:
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


def _names(connection: sqlite3.Connection, keys: Sequence[int], at: Instant) -> list[str]:
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
