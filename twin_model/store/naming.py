"""Entities by what people call them: an id, a management code, or a name; names of properties."""

from __future__ import annotations

import difflib
import json
import sqlite3
from collections.abc import Iterable
from typing import Final

from twin_model.store import text
from twin_model.store.moment import Moment

_SHOWN = 3
#: How like a name must be, of what the best one is.
_AS_LIKE: Final = 0.6


def entity_called(connection: sqlite3.Connection, called: str, moment: Moment) -> str:
    """Return the id of the one entity that has an id, a management code or a name.

    Raises
    ------
    ValueError
        If there is none, or the name is that of several; the text says so.
    """
    query = "SELECT 1 FROM entity_key WHERE id = ?"
    if connection.execute(query, (called,)).fetchone() is not None:
        return called
    condition, values = moment.condition()
    by_code = "entity IN (SELECT entity FROM entity_code WHERE code = ?) AND management_code = ?"
    by_name = "name = ? COLLATE NOCASE"
    parameters: list[str] = [called]
    grams = text.match(called)
    if grams is not None:
        by_name = (
            "entity IN (SELECT entity FROM entity_version WHERE fid IN (SELECT rowid"
            f" FROM entity_text WHERE entity_text MATCH ?)) AND {by_name}"
        )
        parameters = [grams, called]
    for where, given in ((by_code, [called, called]), (by_name, parameters)):
        found = connection.execute(
            f"SELECT DISTINCT id FROM entity_version WHERE {where} AND {condition}"
            f" LIMIT {_SHOWN + 1}",
            [*given, *values],
        ).fetchall()
        if len(found) == 1:
            return str(found[0][0])
        if found:
            shown = [repr(str(row[0])) for row in found[:_SHOWN]]
            ids = ", ".join(shown if len(found) <= _SHOWN else [*shown, "…"])
            raise ValueError(f"several entities are called {called!r}: say which by id, {ids}")
    raise ValueError(f"no entity with the id, code or name {called!r}")


def known_properties(
    connection: sqlite3.Connection, types: Iterable[str] | None = None
) -> set[str]:
    """Return the attribute names that entities have or had, of some types or of all."""
    if types is None:
        found = connection.execute("SELECT DISTINCT name FROM property_seen")
    else:
        found = connection.execute(
            "SELECT name FROM property_seen WHERE type IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(types)),),
        )
    return {str(row[0]) for row in found}


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint at the names that are most like one that there is not.

    Those that are much less like it than the best are left out.
    """
    found = difflib.get_close_matches(name, sorted(known), 3, 0.4)
    alike = [difflib.SequenceMatcher(None, name, one).ratio() for one in found]
    near = [one for one, like in zip(found, alike, strict=True) if like >= _AS_LIKE * alike[0]]
    return f"did you mean {', '.join(near)}?" if near else "none is like it"
