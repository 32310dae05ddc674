"""Stores of earlier formats brought forward, one step a format; never back."""

from __future__ import annotations

import sqlite3
from typing import Final

from twin_model.errors import StoreError
from twin_model.frame import Frame
from twin_model.store import search
from twin_model.store.schema import (
    DEFINITIONS,
    FORMAT_VERSION,
    KIND_SEEN,
    indexes,
    search_tables,
)

_INDEXES: Final = (
    "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    " AND tbl_name IN ('entity_version', 'relation_version', 'layer_version', 'journal',"
    " 'definition_version')"
)


def stored_format(connection: sqlite3.Connection) -> int:
    """Return the format that a store says it has.

    Raises
    ------
    StoreError
        If it says none.
    """
    row = connection.execute("SELECT value FROM shapan_meta WHERE key = 'format'").fetchone()
    if row is None or not str(row[0]).isdigit():
        raise StoreError("twin.gpkg does not say which format it has", remedy="restore it")
    return int(row[0])


def migrate(connection: sqlite3.Connection, frame: Frame) -> None:
    """Bring a store to the format of this program, in one transaction.

    Rows and journal stay as they are; indexes and search tables are made anew.

    Raises
    ------
    StoreError
        If it is of a newer format.
    """
    found = stored_format(connection)
    if found > FORMAT_VERSION:
        raise StoreError(
            f"twin.gpkg was written by a newer Shapan (format {found}, this one knows"
            f" {FORMAT_VERSION})",
            remedy="update Shapan",
        )
    if found == FORMAT_VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        if found < 2:
            _from_1_to_2(connection)
        _from_2_to_3(connection)
        search.fill_search_tables(connection, frame)
        connection.execute(
            "UPDATE shapan_meta SET value = ? WHERE key = 'format'", (str(FORMAT_VERSION),)
        )
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _from_1_to_2(connection: sqlite3.Connection) -> None:
    """Boxes by place, names as grams; the search tables are filled at the end."""
    connection.execute("DROP TABLE entity_box")
    for statement in search_tables():
        connection.execute(statement)
    connection.execute(KIND_SEEN)
    connection.execute("INSERT INTO kind_seen SELECT DISTINCT kind FROM relation_version")


def _from_2_to_3(connection: sqlite3.Connection) -> None:
    """What a project defines for itself; indexes that hold the validity whole; names in other
    languages among the grams, for which the search tables are filled anew.
    """
    for (name,) in connection.execute(_INDEXES).fetchall():
        connection.execute(f'DROP INDEX "{name}"')
    for statement in (*DEFINITIONS.split(";"), *indexes()):
        if statement.strip():
            connection.execute(statement)
