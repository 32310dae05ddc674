"""Rows by revision without an index: fids and revisions grow together.

Each insert takes the next fid under the newest revision, so the rows that a revision wrote are a
range of fids whose ends a binary search finds in some twenty look-ups. An index would cost every
edit a page.
"""

from __future__ import annotations

import sqlite3


def _first(connection: sqlite3.Connection, table: str, column: str, least: int) -> int:
    """Return the lowest rowid whose *column* is *least* or more; one beyond the last if none."""
    low, high = connection.execute(
        # One aggregate each: with both in one SELECT, the whole table would be read.
        f"SELECT coalesce((SELECT min(rowid) FROM {table}), 1),"
        f" coalesce((SELECT max(rowid) FROM {table}), 0) + 1"
    ).fetchone()
    query = f"SELECT {column} FROM {table} WHERE rowid >= ? ORDER BY rowid LIMIT 1"
    while low < high:
        middle = (low + high) // 2
        row = connection.execute(query, (middle,)).fetchone()
        if row is not None and row[0] < least:
            low = middle + 1
        else:
            high = middle
    return int(low)


def written_by(connection: sqlite3.Connection, table: str, revision: int) -> tuple[int, int]:
    """Return the first fid of what a revision wrote to a version table, and one past the last."""
    start = _first(connection, table, "revision_from", revision)
    return start, _first(connection, table, "revision_from", revision + 1)


def known_on(connection: sqlite3.Connection, recorded_us: int) -> int:
    """Return the newest revision recorded at or before a time; 0 where there is none."""
    return _first(connection, "journal", "recorded_us", recorded_us + 1) - 1
