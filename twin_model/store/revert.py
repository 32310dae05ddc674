"""Undo: revisions reverted by what they wrote and ended, for every command alike."""

from __future__ import annotations

from twin_model.store import rows
from twin_model.store.schema import VERSION_TABLES
from twin_model.store.transaction import Transaction


def revert(transaction: Transaction, revision: int) -> None:
    """Undo what *revision* wrote: end its rows, bring back copies of those it ended.

    Nothing is deleted, so the history shows both the change and its undoing. Copies keep their
    place in the search tables: those know entities, not versions.
    """
    connection = transaction.connection
    for table, columns in VERSION_TABLES.items():
        # What it wrote stands as itself, or as a copy that an undo and a redo brought back.
        made = connection.execute(
            f"WITH wrote AS (SELECT coalesce(origin, fid) AS fid FROM {table}"
            "  WHERE revision_from = ?1)"
            f" SELECT fid FROM {table} WHERE fid IN (SELECT fid FROM wrote)"
            "  AND revision_to IS NULL"
            f" UNION SELECT fid FROM {table} WHERE origin IN (SELECT fid FROM wrote)"
            "  AND origin IS NOT NULL AND revision_to IS NULL",
            (revision,),
        ).fetchall()
        ended = connection.execute(
            f"SELECT coalesce(origin, fid), {', '.join(columns)} FROM {table}"
            " WHERE revision_to = ? ORDER BY fid",
            (revision,),
        ).fetchall()
        _note_touched(transaction, table, revision)
        transaction.end(table, [row[0] for row in made])
        transaction.insert(table, (row[1:] for row in ended), [row[0] for row in ended])
    current = connection.execute(
        "SELECT document FROM frame_version WHERE revision_to IS NULL"
    ).fetchone()
    if current is not None:
        transaction.frame = rows.frame_from(current[0])


def _note_touched(transaction: Transaction, table: str, revision: int) -> None:
    def ids(query: str) -> list[str]:
        return [row[0] for row in transaction.connection.execute(query, (revision,))]

    where = "revision_from = ?1 OR revision_to = ?1"
    if table == "entity_version":
        transaction.entities.update(ids(f"SELECT DISTINCT id FROM {table} WHERE {where}"))
    elif table == "relation_version":
        for end in ("source", "target"):
            transaction.entities.update(
                ids(
                    "SELECT id FROM entity_key WHERE key IN"
                    f" (SELECT {end} FROM {table} WHERE {where})"
                )
            )
    elif table == "layer_version":
        transaction.layers.update(ids(f"SELECT DISTINCT id FROM {table} WHERE {where}"))
    elif ids(f"SELECT fid FROM {table} WHERE {where}"):
        transaction.frame_changed = True
