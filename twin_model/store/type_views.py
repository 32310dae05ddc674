"""A spatial view for each entity type in use, as other programs expect to find it in a GeoPackage.

One column an attribute, typed, with the unit in its description; polygons and lines where there
are any. The rows are views, so they are always in step and cost an edit nothing; what is kept is
their shape (`twin_model.store.shapes`) and which columns there are. See docs/store.md.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import astuple, dataclass
from typing import Any, Final

from twin_model.store.moment import NOW_US

#: SQL types of columns, as GeoPackage names them.
INTEGER: Final = "INTEGER"
REAL: Final = "REAL"
BOOLEAN: Final = "BOOLEAN"
TEXT: Final = "TEXT"

#: Attributes of a type that get a column; what is beyond is in ``entities`` only.
_MOST_COLUMNS: Final = 500
_SCHEMA_EXTENSION: Final = "http://www.geopackage.org/spec121/#extension_schema"
#: Names that programs which read GeoPackages give a meaning.
_RESERVED: Final = ("gpkg_", "rtree_", "sqlite_", "shapan_", "idx_")


@dataclass(frozen=True, slots=True)
class Column:
    """An attribute that a type declares.

    Parameters
    ----------
    name : str
        Key in `Entity.attributes`.
    sql : str
        `INTEGER`, `REAL`, `BOOLEAN` or `TEXT`.
    title : str
        As people read it, in Chinese and English.
    description : str
        Begins with the unit, where it has one.
    choices : tuple of (str, str)
        Values and their names; none where any value is good.
    """

    name: str
    sql: str
    title: str = ""
    description: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Described:
    """What a catalogue says of a type.

    Parameters
    ----------
    title : str
        Name in Chinese and English.
    columns : tuple of Column
    """

    title: str = ""
    columns: tuple[Column, ...] = ()


Describe = Callable[[str], Described]
"""From the id of a type to what a catalogue says of it."""

# SQL, title, description of the columns that every view has after fid and geometry.
_FIXED: Final = (
    Column("id", TEXT, "标识 / id"),
    Column("name", TEXT, "名称 / name"),
    Column("layer", TEXT, "图层 / layer", "Layer whose feature stands for it"),
    Column("feature", INTEGER, "图层要素 / feature", "Feature id within the layer"),
    Column("guid", TEXT, "来源标识 / identifier in the source"),
    Column("heading_deg", REAL, "方位角 / heading", "deg; clockwise from grid north"),
    Column("pitch_deg", REAL, "俯仰角 / pitch", "deg; front raised"),
    Column("roll_deg", REAL, "横滚角 / roll", "deg; right side lowered"),
    Column(
        "height_reference",
        TEXT,
        "高程起算面 / height reference",
        "What the height is stated above; empty for the project's vertical datum",
    ),
    Column("management_code", TEXT, "管理码 / management code"),
    Column("space_code", TEXT, "空间码 / space code", "BeiDou grid location code"),
    Column("time_code", TEXT, "时间码 / time code"),
)
# A view's columns have the types of its first SELECT, and only columns of tables have types that
# all versions of SQLite tell; hence an empty table beside each expression that is cast.
_VIEW: Final = f"""
CREATE VIEW {{view}} AS
SELECT fid, geom, {{typed}} FROM column_type WHERE 0
UNION ALL
SELECT v.fid, coalesce(CASE WHEN v.own_geometry IS NOT NULL THEN o.geom END, f.geom, v.geom),
  {{values}}
FROM entity_type t CROSS JOIN entity_version v ON v.entity = t.entity
LEFT JOIN entity_shape o ON o.entity = v.entity
LEFT JOIN feature_shape f ON f.layer = v.layer AND f.feature = v.feature
WHERE t.type = {{type}} AND v.type = {{type}} AND v.revision_to IS NULL
  AND v.valid_from <= {NOW_US} AND v.valid_to > {NOW_US}
"""


def refresh(
    connection: sqlite3.Connection, srs: int, describe: Describe | None, types: Collection[str] = ()
) -> None:
    """Bring the views up to date with the attributes that there are; in the caller's transaction.

    Parameters
    ----------
    connection : sqlite3.Connection
    srs : int
    describe : callable or None
        None where no catalogue is at hand: what was said of a type before is kept.
    types : collection of str
        Those that may have changed; none for all that are in use.
    """
    cursor = connection.cursor()
    cursor.row_factory = None
    cursor.execute("SELECT type, view, digest, described FROM type_view")
    known = {row[0]: row[1:] for row in cursor}
    wanted = types or [
        row[0] for row in connection.execute("SELECT DISTINCT type FROM entity_type").fetchall()
    ]
    for kind in wanted:
        view, before, said = known.get(kind, ("", "", ""))
        described = _read(said) if describe is None else describe(kind)
        columns = _columns(kind, described, _kinds(connection, kind))
        digest = hashlib.sha256(
            json.dumps(
                [
                    _VIEW,
                    described.title,
                    [astuple(c) for c in _FIXED],
                    [astuple(c) for _, c in columns],
                ]
            ).encode()
        ).hexdigest()
        if digest == before:
            continue
        if view:
            _drop(connection, view)
        else:
            view = _free_name(connection, kind)
        _create(connection, (view, kind, srs), described, columns)
        connection.execute(
            "INSERT OR REPLACE INTO type_view (type, view, digest, described) VALUES (?,?,?,?)",
            (kind, view, digest, json.dumps(astuple(described), ensure_ascii=False)),
        )


def _read(said: str) -> Described:
    """Return what `refresh` wrote down of a type's description."""
    if not said:
        return Described()
    title, columns = json.loads(said)
    return Described(title, tuple(_column_of(*one) for one in columns))


def _column_of(
    name: str, sql: str, title: str, description: str, choices: list[list[str]]
) -> Column:
    return Column(name, sql, title, description, tuple((value, said) for value, said in choices))


def drop_all(connection: sqlite3.Connection) -> None:
    """Drop every view of a type, so that `refresh` makes them anew."""
    for (view,) in connection.execute("SELECT view FROM type_view").fetchall():
        _drop(connection, view)
    connection.execute("DELETE FROM type_view")


def _kinds(connection: sqlite3.Connection, kind: str) -> dict[str, set[str]]:
    """Return which SQL types the values of each attribute of a type need."""
    found: dict[str, set[str]] = {}
    for name, value in connection.execute(
        "SELECT name, kind FROM property_kind WHERE type = ? ORDER BY name", (kind,)
    ):
        found.setdefault(name, set()).add(value)
    return found


def _columns(
    kind: str, described: Described, seen: dict[str, set[str]]
) -> list[tuple[str, Column]]:
    """Return the columns of a view and the name that each has there, attributes last."""
    declared = {column.name: column for column in described.columns}
    names = list(dict.fromkeys([*declared, *seen]))
    # SQLite tells columns apart without case; a quote in a path cannot be written.
    used = {"fid", "geom", *(column.name for column in _FIXED)}
    found: list[tuple[str, Column]] = []
    for name in names[:_MOST_COLUMNS]:
        if not name or '"' in name or "\0" in name:
            continue
        shown = name
        while shown.lower() in used:
            shown += "_"
        used.add(shown.lower())
        column = declared.get(name, Column(name, TEXT))
        needed = seen.get(name, set()) | ({column.sql} if name in declared else set())
        found.append((shown, _of_type(column, needed)))
    return found


def _of_type(column: Column, needed: set[str]) -> Column:
    """Return the column with the narrowest type that shows all of its values."""
    if len(needed) == 1:
        sql = next(iter(needed))
    else:
        sql = REAL if needed <= {INTEGER, REAL} else TEXT
    kept = column.choices if sql == column.sql else ()
    return Column(column.name, sql, column.title, column.description, kept)


def _free_name(connection: sqlite3.Connection, kind: str) -> str:
    taken = {row[0].lower() for row in connection.execute("SELECT name FROM sqlite_master")}
    taken |= {row[0].lower() for row in connection.execute("SELECT table_name FROM gpkg_contents")}
    view = kind if not kind.lower().startswith(_RESERVED) and kind else f"type_{kind}"
    while view.lower() in taken:
        view = f"type_{view}"
    return view


def quoted(name: str) -> str:
    """Return an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _create(
    connection: sqlite3.Connection,
    names: tuple[str, str, int],
    described: Described,
    columns: Sequence[tuple[str, Column]],
) -> None:
    view, kind, srs = names
    every = [*((column.name, column) for column in _FIXED), *columns]
    typed = ", ".join(f"as_{column.sql.lower()} AS {quoted(shown)}" for shown, column in every)
    values = [f"CAST(v.{column.name} AS {column.sql})" for column in _FIXED]
    values += [_value(column) for _, column in columns]
    connection.execute(
        _VIEW.format(view=quoted(view), typed=typed, values=",\n  ".join(values), type=_text(kind))
    )
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id)"
        " VALUES (?, 'features', ?, ?, ?)",
        (view, view, described.title, srs),
    )
    connection.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'GEOMETRY', ?, 2, 0)", (view, srs)
    )
    _describe_columns(connection, view, every)


def _value(column: Column) -> str:
    # Booleans come out of JSON as 0 and 1.
    sql = INTEGER if column.sql == BOOLEAN else column.sql
    path = _text(f'$."{column.name}"')
    return f"CAST(json_extract(v.attributes, {path}) AS {sql})"


def _describe_columns(
    connection: sqlite3.Connection, view: str, columns: Iterable[tuple[str, Column]]
) -> None:
    """Write titles, units and choices where GDAL and QGIS look for them (GeoPackage F.9)."""
    rows: list[tuple[Any, ...]] = []
    for shown, column in columns:
        constraint = None
        if column.choices and column.sql == TEXT:
            constraint = f"{view}.{shown}".lower()
            connection.executemany(
                "INSERT INTO gpkg_data_column_constraints"
                " (constraint_name, constraint_type, value, description) VALUES (?, 'enum', ?, ?)",
                [(constraint, value, name) for value, name in column.choices],
            )
        if column.title or column.description or constraint:
            rows.append((view, shown, shown, column.title, column.description, constraint))
    connection.executemany(
        "INSERT INTO gpkg_data_columns"
        " (table_name, column_name, name, title, description, constraint_name)"
        " VALUES (?,?,?,?,?,?)",
        rows,
    )
    connection.execute(
        "INSERT OR IGNORE INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema', ?, 'read-write')",
        ("gpkg_data_columns", _SCHEMA_EXTENSION),
    )


def _drop(connection: sqlite3.Connection, view: str) -> None:
    connection.execute(f"DROP VIEW IF EXISTS {quoted(view)}")
    constraints = [
        (row[0],)
        for row in connection.execute(
            "SELECT constraint_name FROM gpkg_data_columns WHERE table_name = ?"
            " AND constraint_name IS NOT NULL",
            (view,),
        )
    ]
    connection.executemany(
        "DELETE FROM gpkg_data_column_constraints WHERE constraint_name = ?", constraints
    )
    for table in ("gpkg_data_columns", "gpkg_geometry_columns", "gpkg_contents"):
        connection.execute(f"DELETE FROM {table} WHERE table_name = ?", (view,))
