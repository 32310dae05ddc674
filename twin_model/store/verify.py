"""Is the store as it was written? SQLite's own check, the journal's chain, the rows' digests."""

from __future__ import annotations

import hashlib
import itertools
import operator
import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from twin_model.store import journal, shapes
from twin_model.store.row_writer import EMPTY_DIGEST, combine_digests, row_digest
from twin_model.store.schema import VERSION_TABLES

if TYPE_CHECKING:
    from twin_model.twin import Twin

_Value = TypeVar("_Value")
_REPAIR: Final = "run shapan check --repair"


def verify_store(twin: Twin, *, repair: bool = False) -> list[str]:
    """Return what is wrong with a project's store, one line each.

    Parameters
    ----------
    twin : Twin
    repair : bool
        Rebuild the indexes; rows and journal are never changed.
    """
    connection = twin.reader()
    try:
        if repair:
            twin.rebuild_indexes()
        problems = [
            f"{twin.path / 'twin.gpkg'}: {row[0]}"
            for row in connection.execute("PRAGMA integrity_check(20)")
            if row[0] != "ok"
        ]
        problems += journal.verify(connection)
        problems += _verify_rows(connection)
        problems += _verify_search(connection)
    except sqlite3.Error as error:
        return [f"{twin.path / 'twin.gpkg'} is damaged ({error}); restore it from a copy"]
    return problems


def _verify_rows(connection: sqlite3.Connection) -> list[str]:
    """Recompute each revision's digest from the rows it wrote and ended, in one pass."""
    problems: list[str] = []
    written = {t: _Groups(_written(connection, t)) for t in VERSION_TABLES}
    ended = {t: _Groups(_ended(connection, t)) for t in VERSION_TABLES}
    for entry in journal.entries(connection):
        tables = {
            table: (
                written[table].take(entry.revision) or EMPTY_DIGEST,
                ended[table].take(entry.revision) or [],
            )
            for table in VERSION_TABLES
        }
        if combine_digests(tables) != entry.rows_digest:
            problems.append(
                f"journal: rows of revision {entry.revision} ({entry.label}) are not as written"
            )
    for table in VERSION_TABLES:
        if written[table].left_over() or ended[table].left_over():
            problems.append(f"{table}: there are rows that no journal entry knows")
    return problems


class _Groups(Generic[_Value]):
    """Values by revision, asked for in the order of revisions."""

    def __init__(self, pairs: Iterator[tuple[int, _Value]]) -> None:
        self._pairs = pairs
        self._next = next(pairs, None)
        self._skipped = False

    def take(self, revision: int) -> _Value | None:
        """Return the value of a revision; None where it has none."""
        while self._next is not None and self._next[0] < revision:
            self._skipped = True
            self._next = next(self._pairs, None)
        if self._next is None or self._next[0] != revision:
            return None
        value = self._next[1]
        self._next = next(self._pairs, None)
        return value

    def left_over(self) -> bool:
        """Return whether there are values of revisions that nobody asked for."""
        return self._skipped or self._next is not None


def _written(connection: sqlite3.Connection, table: str) -> Iterator[tuple[int, str]]:
    cursor = connection.cursor()
    cursor.row_factory = None
    found = cursor.execute(
        f"SELECT revision_from, {', '.join(VERSION_TABLES[table])} FROM {table} ORDER BY fid"
    )
    for revision, group in itertools.groupby(found, key=operator.itemgetter(0)):
        digest = hashlib.sha256()
        for row in group:
            digest.update(row_digest(table, row[1:]))
        yield revision, digest.hexdigest()


def _ended(connection: sqlite3.Connection, table: str) -> Iterator[tuple[int, list[int]]]:
    found = connection.execute(
        f"SELECT revision_to, fid FROM {table} WHERE revision_to IS NOT NULL"
        " ORDER BY revision_to, fid"
    )
    for revision, group in itertools.groupby(found, key=operator.itemgetter(0)):
        yield revision, [row[1] for row in group]


def _verify_search(connection: sqlite3.Connection) -> list[str]:
    """Look for entities that the search tables do not know."""
    problems = []
    missing = connection.execute(
        "SELECT count(DISTINCT entity) FROM entity_version WHERE geom IS NOT NULL"
        " AND entity NOT IN (SELECT entity FROM entity_box)"
    ).fetchone()[0]
    if missing:
        problems.append(f"spatial index: {missing} entities are missing; {_REPAIR}")
    missing = connection.execute(
        "SELECT count(DISTINCT entity) FROM entity_version WHERE name <> '' AND entity NOT IN"
        " (SELECT entity FROM entity_version WHERE fid IN (SELECT rowid FROM entity_text_docsize))"
    ).fetchone()[0]
    if missing:
        problems.append(f"text index: {missing} entities are missing; {_REPAIR}")
    missing = shapes.missing(connection)
    if missing:
        problems.append(f"shapes for other programs: {missing} are missing; {_REPAIR}")
    return problems
