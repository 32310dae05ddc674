"""Undo: revisions reverted by what they wrote and ended, for every command alike."""

from __future__ import annotations

from typing import Any, Final

from twin_model.store import rows, shapes
from twin_model.store.ranges import written_by
from twin_model.store.schema import VERSION_TABLES
from twin_model.store.transaction import Transaction

_ENTITY: Final = VERSION_TABLES["entity_version"]


def revert(transaction: Transaction, revision: int) -> None:
    """Undo what *revision* wrote: end its rows, bring back copies of those it ended.

    Nothing is deleted, so the history shows both the change and its undoing. Copies keep their
    place in the search tables: those know entities, not versions.
    """
    connection = transaction.connection
    for table, columns in VERSION_TABLES.items():
        first, beyond = written_by(connection, table, revision)
        # What it wrote stands as itself, or as a copy that an undo and a redo brought back.
        made = connection.execute(
            f"SELECT fid FROM {table} WHERE fid >= ?1 AND fid < ?2 AND revision_to IS NULL"
            f" UNION SELECT fid FROM {table} WHERE origin IS NOT NULL AND revision_to IS NULL"
            f"  AND origin IN (SELECT coalesce(origin, fid) FROM {table}"
            "   WHERE fid >= ?1 AND fid < ?2)"
            f" UNION SELECT fid FROM {table} WHERE revision_to IS NULL AND fid IN"
            f"  (SELECT origin FROM {table} WHERE fid >= ?1 AND fid < ?2)",
            (first, beyond),
        ).fetchall()
        ended = connection.execute(
            f"SELECT coalesce(origin, fid), {', '.join(columns)} FROM {table}"
            " WHERE revision_to = ? ORDER BY fid",
            (revision,),
        ).fetchall()
        _note_touched(transaction, table, (first, beyond, revision))
        transaction.end(table, [row[0] for row in made])
        transaction.insert(table, (row[1:] for row in ended), [row[0] for row in ended])
        if table == "entity_version":
            _bring_back_shapes(transaction, [row[1:] for row in ended])
    current = connection.execute(
        "SELECT document FROM frame_version WHERE revision_to IS NULL"
    ).fetchone()
    if current is not None:
        transaction.frame = rows.frame_from(current[0])


def _bring_back_shapes(transaction: Transaction, values: list[tuple[Any, ...]]) -> None:
    """Make the shapes of what is current again; one that has none now needs none."""
    key, geometry = _ENTITY.index("entity"), _ENTITY.index("own_geometry")
    since, until = _ENTITY.index("valid_from"), _ENTITY.index("valid_to")
    found = [
        (row[key], row[geometry])
        for row in sorted(values, key=lambda row: row[since])  # the last of a thing stays
        if row[geometry] is not None and row[until] > transaction.at.us
    ]
    shapes.put(transaction.connection, found, transaction.frame, transaction.srs)


def _note_touched(transaction: Transaction, table: str, touched: tuple[int, int, int]) -> None:
    def values(column: str) -> set[Any]:
        # Two statements: joined by OR, the planner would read the whole table.
        execute = transaction.connection.execute
        found = execute(f"SELECT {column} FROM {table} WHERE fid >= ? AND fid < ?", touched[:2])
        ended = execute(f"SELECT {column} FROM {table} WHERE revision_to = ?", touched[2:])
        return {row[0] for rows_found in (found, ended) for row in rows_found}

    if table == "entity_version":
        transaction.entities |= values("id")
    elif table == "relation_version":
        keys = values("source") | values("target")
        transaction.entities.update(transaction.ids_of(keys))
    elif table == "layer_version":
        transaction.layers |= values("id")
    elif table == "definition_version":
        transaction.definitions |= values("kind")
    elif values("fid"):
        transaction.frame_changed = True
