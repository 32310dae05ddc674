"""Kinds of relation that say what is part of what, and why none of them may form a circle."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from twin_model.entity import Relation
from twin_model.errors import ValidationError
from twin_model.relations import HIERARCHY, INVERSES
from twin_model.time import Instant

_PART: Final = 5_000


def canonical(relation: Relation) -> Relation:
    """Return a relation as it is stored: ``a belongs_to b`` as ``b contains a``."""
    kind = INVERSES.get(relation.kind)
    if kind is None:
        return relation
    return replace(relation, kind=kind, source=relation.target, target=relation.source)


def refuse_circles(
    connection: sqlite3.Connection, added: Iterable[tuple[int, int]], at: Instant
) -> None:
    """Refuse hierarchy relations that lead back to where they began.

    Parameters
    ----------
    connection : sqlite3.Connection
        Which holds the added relations already.
    added : iterable of (int, int)
        Keys of whole and part.
    at : Instant
        Relations that have ended by then do not count.

    Raises
    ------
    ValidationError
        If an entity would contain itself, directly or through others; names one of them.
    """
    above = _wholes(connection, [whole for whole, _part in added], at)
    done: set[int] = set()
    for start in above:
        path: list[int] = []
        on_path: set[int] = set()
        pending: list[tuple[int, bool]] = [(start, False)]
        while pending:
            key, leaving = pending.pop()
            if leaving:
                on_path.discard(path.pop())
                done.add(key)
            elif key in on_path:
                raise _circle(connection, [*path[path.index(key) :], key])
            elif key not in done:
                path.append(key)
                on_path.add(key)
                pending.append((key, True))
                pending += [(whole, False) for whole in above.get(key, ())]


def _wholes(
    connection: sqlite3.Connection, keys: Iterable[int], at: Instant
) -> dict[int, list[int]]:
    """Return what each of *keys*, and each of those again, is part of."""
    kinds = ",".join(f"'{kind}'" for kind in sorted(HIERARCHY))
    above: dict[int, list[int]] = {}
    frontier = set(keys)
    while frontier:
        wanted = sorted(frontier)
        above.update((key, []) for key in wanted)
        for start in range(0, len(wanted), _PART):
            found = connection.execute(
                "SELECT target, source FROM relation_version WHERE target IN"
                f" (SELECT value FROM json_each(?)) AND kind IN ({kinds})"
                " AND revision_to IS NULL AND valid_to > ?",
                (json.dumps(wanted[start : start + _PART]), at.us),
            )
            for part, whole in found:
                above[part].append(whole)
        frontier = {whole for key in wanted for whole in above[key]} - above.keys()
    return above


def line(connection: sqlite3.Connection, whole: str, part: str, at: Instant) -> list[str]:
    """Return what leads from a whole down to one of its parts; empty where it is none of them.

    Parameters
    ----------
    connection : sqlite3.Connection
    whole, part : str
        Ids.
    at : Instant
        Relations that have ended by then do not count.

    Returns
    -------
    list of str
        Names, ids where there are none, from *whole* to *part*.
    """
    keys = dict(
        connection.execute("SELECT id, key FROM entity_key WHERE id IN (?, ?)", (whole, part))
    )
    if whole not in keys or part not in keys:
        return []
    above = _wholes(connection, [keys[part]], at)
    from_part: dict[int, int] = {keys[part]: keys[part]}
    pending = [keys[part]]
    while pending:
        key = pending.pop()
        for one in above.get(key, ()):
            if one not in from_part:
                from_part[one] = key
                pending.append(one)
    if keys[whole] not in from_part:
        return []
    found = [keys[whole]]
    while found[-1] != keys[part]:
        found.append(from_part[found[-1]])
    return _names(connection, found)


def _names(connection: sqlite3.Connection, keys: Iterable[int]) -> list[str]:
    """Return what entities are called now, by key; their ids where they have no name."""
    return [
        str(
            connection.execute(
                "SELECT coalesce((SELECT nullif(v.name, '') FROM entity_version v"
                " WHERE v.entity = k.key AND v.revision_to IS NULL"
                " ORDER BY v.valid_from DESC LIMIT 1), k.id) FROM entity_key k WHERE k.key = ?",
                (key,),
            ).fetchone()[0]
        )
        for key in keys
    ]


def _circle(connection: sqlite3.Connection, keys: list[int]) -> ValidationError:
    names = _names(connection, reversed(keys[-8:]))
    return ValidationError(
        "relations", "contains", names[0], "contains itself: " + " > ".join(names)
    )
