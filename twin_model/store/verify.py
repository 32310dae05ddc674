"""Is the store as it was written? SQLite's own check, the journal's chain, the rows' digests."""

from __future__ import annotations

import hashlib
import sqlite3
from typing import TYPE_CHECKING, Final

from twin_model.store import journal
from twin_model.store.schema import VERSION_TABLES
from twin_model.store.transaction import combine_digests, row_digest

if TYPE_CHECKING:
    from twin_model.twin import Twin

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
    """Recompute each revision's digest from the rows it wrote and ended."""
    problems: list[str] = []
    for entry in journal.entries(connection):
        if rows_digest(connection, entry.revision) != entry.rows_digest:
            problems.append(
                f"journal: rows of revision {entry.revision} ({entry.label}) are not as written"
            )
    return problems


def rows_digest(connection: sqlite3.Connection, revision: int) -> str:
    """Return the digest over the rows that a revision wrote and those it ended."""
    tables: dict[str, tuple[bytes, list[int]]] = {}
    for table, columns in VERSION_TABLES.items():
        written = hashlib.sha256()
        for row in connection.execute(
            f"SELECT {', '.join(columns)} FROM {table} WHERE revision_from = ? ORDER BY fid",
            (revision,),
        ):
            written.update(row_digest(table, tuple(row)))
        ended = connection.execute(
            f"SELECT fid FROM {table} WHERE revision_to = ?", (revision,)
        ).fetchall()
        tables[table] = (written.digest(), [row[0] for row in ended])
    return combine_digests(tables)


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
    return problems
