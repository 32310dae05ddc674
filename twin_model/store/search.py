"""Reading entities and relations: queries as SQL that uses the indexes."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from twin_model.entity import Entity, Relation
from twin_model.frame import Frame
from twin_model.query import EntityQuery
from twin_model.store import rows, shapes
from twin_model.store.conditions import Context, compiled
from twin_model.store.moment import Moment
from twin_model.store.places import extent
from twin_model.store.text import grams, has_other_names, other_names


def entities(context: Context, query: EntityQuery) -> list[Entity]:
    """Return the entities that match."""
    found = compiled(context, query)
    sql = (
        f"SELECT {rows.ENTITY_COLUMNS} FROM entity_version WHERE {found.condition}"
        f" ORDER BY {found.order}"
    )
    parameters = found.parameters + found.order_parameters
    if found.limit or found.offset:
        sql += " LIMIT ? OFFSET ?"
        parameters = [*parameters, found.limit or -1, found.offset]
    frame = context.frame
    cursor = context.connection.cursor()
    cursor.row_factory = None
    return [rows.entity_from(row, frame) for row in cursor.execute(sql, parameters)]


def counts(context: Context, query: EntityQuery) -> dict[str, int]:
    """Return how many entities of each type match, most first, whatever its limit and offset."""
    found = compiled(context, query)
    sql = (
        f"SELECT type, count(*) AS n FROM entity_version WHERE {found.condition}"
        " GROUP BY type ORDER BY n DESC, type"
    )
    return {str(row[0]): int(row[1]) for row in context.connection.execute(sql, found.parameters)}


def count(context: Context, query: EntityQuery) -> int:
    """Return how many entities match, whatever its limit and offset."""
    found = compiled(context, query)
    sql = f"SELECT count(*) FROM entity_version WHERE {found.condition}"
    return int(context.connection.execute(sql, found.parameters).fetchone()[0])


def _one(
    connection: sqlite3.Connection, moment: Moment, frame: Frame, where: str, values: list[Any]
) -> Entity | None:
    condition, parameters = moment.condition()
    cursor = connection.cursor()
    cursor.row_factory = None
    row = cursor.execute(
        f"SELECT {rows.ENTITY_COLUMNS} FROM entity_version WHERE {where} AND {condition}",
        values + parameters,
    ).fetchone()
    return None if row is None else rows.entity_from(row, frame)


def by_id(
    connection: sqlite3.Connection, entity_id: str, frame: Frame, moment: Moment
) -> Entity | None:
    """Return the entity of an id as it is at a moment."""
    where = "entity = (SELECT key FROM entity_key WHERE id = ?)"
    return _one(connection, moment, frame, where, [entity_id])


def by_feature(
    connection: sqlite3.Connection, layer: str, feature: int, frame: Frame, moment: Moment
) -> Entity | None:
    """Return the entity that a feature of a layer stands for at a moment."""
    return _one(connection, moment, frame, "layer = ? AND feature = ?", [layer, feature])


def standing(
    connection: sqlite3.Connection, frame: Frame, moment: Moment, limit: int
) -> list[Entity]:
    """Return the entities that have a place and that no layer draws, oldest first."""
    condition, parameters = moment.condition()
    cursor = connection.cursor()
    cursor.row_factory = None
    found = cursor.execute(
        f"SELECT {rows.ENTITY_COLUMNS} FROM entity_version WHERE layer IS NULL"
        f" AND (geom IS NOT NULL OR own_geometry IS NOT NULL) AND {condition}"
        " ORDER BY entity LIMIT ?",
        [*parameters, limit],
    )
    return [rows.entity_from(row, frame) for row in found]


def counts_by_type(connection: sqlite3.Connection, moment: Moment) -> dict[str, int]:
    """Return how many entities there are of each type at a moment, most first."""
    condition, parameters = moment.condition()
    found = connection.execute(
        f"SELECT type, count(*) AS n FROM entity_version WHERE {condition}"
        " GROUP BY type ORDER BY n DESC, type",
        parameters,
    )
    return {str(row[0]): int(row[1]) for row in found}


_RELATION: str = (
    "SELECT r.id, r.kind, s.id, t.id, r.attributes, r.computed, r.valid_from, r.valid_to"
    " FROM relation_version r JOIN entity_key s ON s.key = r.source"
    " JOIN entity_key t ON t.key = r.target"
)


def relations_of(connection: sqlite3.Connection, entity_id: str, moment: Moment) -> list[Relation]:
    """Return the relations of an entity that hold at a moment, outgoing first."""
    condition, parameters = moment.condition("r.")
    key = "(SELECT key FROM entity_key WHERE id = ?)"
    found = connection.execute(
        f"{_RELATION} WHERE r.fid IN (SELECT fid FROM relation_version WHERE source = {key}"
        f" UNION SELECT fid FROM relation_version WHERE target = {key}) AND {condition}"
        " ORDER BY s.id <> ?, r.kind, r.fid",
        [entity_id, entity_id, *parameters, entity_id],
    )
    return [rows.relation_from(tuple(row)) for row in found]


def relation(connection: sqlite3.Connection, relation_id: str, moment: Moment) -> Relation | None:
    """Return the relation of an id as it is at a moment."""
    condition, parameters = moment.condition("r.")
    row = connection.execute(
        f"{_RELATION} WHERE r.id = ? AND {condition}", [relation_id, *parameters]
    ).fetchone()
    return None if row is None else rows.relation_from(tuple(row))


def rebuild(connection: sqlite3.Connection, frame: Frame, srs: int) -> None:
    """Fill the search tables and shapes anew from the rows and rebuild the other indexes."""
    connection.execute("REINDEX")
    connection.execute("BEGIN IMMEDIATE")
    try:
        fill_search_tables(connection, frame)
        shapes.rebuild(connection, frame, srs)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def fill_search_tables(connection: sqlite3.Connection, frame: Frame) -> None:
    """Fill the search tables anew; in a transaction of the caller's."""
    connection.execute("DELETE FROM entity_box")
    connection.execute("DELETE FROM entity_type")
    connection.execute(
        "INSERT INTO entity_type SELECT DISTINCT type, entity FROM entity_version"
        " ORDER BY type, entity"
    )
    connection.execute("DELETE FROM entity_code")
    for column in ("management_code", "space_code", "time_code"):
        connection.execute(
            f"INSERT OR IGNORE INTO entity_code SELECT DISTINCT {column}, entity"
            f" FROM entity_version WHERE {column} <> ''"
        )
    connection.execute("INSERT INTO entity_text (entity_text) VALUES ('delete-all')")
    before: tuple[Any, ...] = ()
    named: list[str] = []
    cursor = connection.cursor()
    cursor.row_factory = None
    values = rows.AT["attributes"]
    for row in cursor.execute(
        f"SELECT fid, {rows.ENTITY_COLUMNS} FROM entity_version ORDER BY entity, fid"
    ):
        fid, key = row[0], row[2]
        same = bool(before) and before[2] == key
        if not same or (row[1], row[9]) != (before[1], before[9]):
            box = extent(rows.entity_from(row[1:], frame))
            if box is not None:
                connection.execute(
                    "INSERT INTO entity_box VALUES (?,?,?,?,?,?,?,?)", (fid, *box, key)
                )
        names = [row[5], row[8]]
        if has_other_names(row[1 + values]):
            names += other_names(json.loads(row[1 + values]))
        if any(names) and (not same or names != named):
            connection.execute(
                "INSERT INTO entity_text (rowid, grams) VALUES (?,?)", (fid, grams(*names))
            )
        named = names
        before = row
