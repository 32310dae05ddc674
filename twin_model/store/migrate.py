"""Stores of earlier formats brought forward, one step a format; never back."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Final

from twin_model.errors import StoreError
from twin_model.frame import Frame
from twin_model.store import search, shapes
from twin_model.store.schema import (
    DEFINITIONS,
    ENTITIES_VIEW,
    FORMAT_VERSION,
    HEIGHT_REFERENCE,
    KIND_SEEN,
    PITCH_AND_ROLL,
    RELATIONS_VIEW,
    TYPE_VIEWS,
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


def migrate(connection: sqlite3.Connection, frame: Frame, base: Path) -> bool:
    """Bring a store to the format of this program, in one transaction; return whether it had to.

    Rows and journal stay as they are; indexes and search tables are made anew.

    Parameters
    ----------
    connection : sqlite3.Connection
    frame : Frame
    base : Path
        Folder of the layers' folders.

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
        return False
    connection.execute("BEGIN IMMEDIATE")
    try:
        # First: what follows reads whole entities.
        if found < 5:
            _from_4_to_5(connection)
        _from_5_to_6(connection)
        if found < 2:
            _from_1_to_2(connection)
        if found < 3:
            _from_2_to_3(connection)
            search.fill_search_tables(connection, frame)
        if found < 4:
            _from_3_to_4(connection, frame, base)
        connection.execute(
            "UPDATE shapan_meta SET value = ? WHERE key = 'format'", (str(FORMAT_VERSION),)
        )
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return True


def _from_4_to_5(connection: sqlite3.Connection) -> None:
    """Pitch and roll beside the heading; nothing had any."""
    for column in PITCH_AND_ROLL.split(", "):
        connection.execute(f"ALTER TABLE entity_version ADD COLUMN {column}")


def _from_5_to_6(connection: sqlite3.Connection) -> None:
    """What heights are stated above; views that show what is there now, whatever its end."""
    connection.execute(f"ALTER TABLE entity_version ADD COLUMN {HEIGHT_REFERENCE}")
    for name, view in (("entities", ENTITIES_VIEW), ("relations", RELATIONS_VIEW)):
        connection.execute(f"DROP VIEW {name}")
        connection.execute(view)


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


def _from_3_to_4(connection: sqlite3.Connection, frame: Frame, base: Path) -> None:
    """Shapes and kinds of values, of which the views of types are made."""
    for statement in TYPE_VIEWS.split(";"):
        connection.execute(statement)
    connection.execute(
        "INSERT OR IGNORE INTO property_kind SELECT DISTINCT v.type, j.key, CASE j.type"
        " WHEN 'integer' THEN 'INTEGER' WHEN 'real' THEN 'REAL' WHEN 'true' THEN 'BOOLEAN'"
        " WHEN 'false' THEN 'BOOLEAN' ELSE 'TEXT' END"
        " FROM entity_version v, json_each(v.attributes) j WHERE j.type <> 'null'"
    )
    row = connection.execute("SELECT value FROM shapan_meta WHERE key = 'srs_id'").fetchone()
    srs = int(row[0])
    shapes.rebuild(connection, frame, srs)
    for (layer,) in connection.execute("SELECT DISTINCT id FROM layer_version").fetchall():
        # What cannot be read is reported by shapan check; it is no reason not to open.
        with contextlib.suppress(sqlite3.DatabaseError):
            shapes.copy_features(connection, layer, base / layer, srs)
