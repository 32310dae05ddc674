"""Tables of ``twin.gpkg``.

A row of a ``*_version`` table is never changed, except that ``revision_to`` is set once, when
a later revision ends it. ``valid_from``/``valid_to`` say when a row is so in the world;
``revision_from``/``revision_to`` say which journal entries (and so which recorded times) knew
it. A row that undo brings back is a copy; ``origin`` is the fid of the row it copies, NULL for
a first one, so that what a command made is found again however often it was undone and redone.
See docs/store.md.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from pyproj import CRS

from twin_model.frame import Frame
from twin_model.store.moment import NOW_US

#: Version of the project format; migrations run forward only.
FORMAT_VERSION: Final = 6
_APPLICATION_ID: Final = 0x47504B47  # "GPKG", GeoPackage 1.3, requirement 2
_USER_VERSION: Final = 10_300
_CUSTOM_SRS: Final = 100_000

#: The tables that every GeoPackage has.
GEOPACKAGE: Final = """
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
  CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
"""

_VERSIONED: Final = """
  valid_from INTEGER NOT NULL, valid_to INTEGER NOT NULL,
  revision_from INTEGER NOT NULL, revision_to INTEGER, origin INTEGER
"""

#: What other programs are told of the views of types (GeoPackage 1.3, 2.3 and F.9), and what these
#: views are made of: see `twin_model.store.type_views` and `twin_model.store.shapes`.
TYPE_VIEWS: Final = """
CREATE TABLE gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));
CREATE TABLE gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT,
  mime_type TEXT, constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC,
  min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
CREATE TABLE entity_shape (entity INTEGER PRIMARY KEY, geom GEOMETRY NOT NULL);
CREATE TABLE feature_shape (
  layer TEXT NOT NULL, feature INTEGER NOT NULL, geom GEOMETRY NOT NULL,
  PRIMARY KEY (layer, feature)) WITHOUT ROWID;
CREATE TABLE property_kind (
  type TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
  PRIMARY KEY (type, name, kind)) WITHOUT ROWID;
CREATE TABLE column_type (
  fid INTEGER PRIMARY KEY, geom GEOMETRY, as_integer INTEGER, as_real REAL, as_boolean BOOLEAN,
  as_text TEXT);
CREATE TABLE type_view (
  type TEXT PRIMARY KEY, view TEXT NOT NULL, digest TEXT NOT NULL, described TEXT NOT NULL)
"""

#: Kinds of relation that occur or occurred.
KIND_SEEN: Final = "CREATE TABLE kind_seen (kind TEXT PRIMARY KEY) WITHOUT ROWID"

#: What a project defines for itself: entity types, named sets. Versioned as entities are.
DEFINITIONS: Final = f"""
CREATE TABLE definition_version (
  fid INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, document TEXT NOT NULL,
  {_VERSIONED});
"""

#: Since format 5.
PITCH_AND_ROLL: Final = "pitch_deg REAL NOT NULL DEFAULT 0, roll_deg REAL NOT NULL DEFAULT 0"
#: Since format 6.
HEIGHT_REFERENCE: Final = "height_reference TEXT NOT NULL DEFAULT ''"
ENTITIES_VIEW: Final = f"""
CREATE VIEW entities AS
  SELECT fid, geom, id, type, name, layer, feature, guid, heading_deg, pitch_deg, roll_deg,
         height_reference, attributes, indicators, management_code, space_code, time_code
  FROM entity_version
  WHERE revision_to IS NULL AND valid_from <= {NOW_US} AND valid_to > {NOW_US}
"""
RELATIONS_VIEW: Final = f"""
CREATE VIEW relations AS
  SELECT r.fid AS fid, r.id AS id, r.kind AS kind, s.id AS source, t.id AS target,
         r.attributes AS attributes, r.computed AS computed
  FROM relation_version r JOIN entity_key s ON s.key = r.source
  JOIN entity_key t ON t.key = r.target
  WHERE r.revision_to IS NULL AND r.valid_from <= {NOW_US} AND r.valid_to > {NOW_US}
"""

_MODEL: Final = f"""
CREATE TABLE shapan_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE journal (
  revision INTEGER PRIMARY KEY, kind TEXT NOT NULL, label TEXT NOT NULL, who TEXT NOT NULL,
  why TEXT NOT NULL, recorded_us INTEGER NOT NULL, payload TEXT NOT NULL, reverts INTEGER,
  rows_digest TEXT NOT NULL, previous_hash TEXT NOT NULL, hash TEXT NOT NULL);
CREATE TABLE entity_key (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE entity_version (
  fid INTEGER PRIMARY KEY, geom BLOB, entity INTEGER NOT NULL, id TEXT NOT NULL,
  type TEXT NOT NULL, name TEXT NOT NULL, layer TEXT, feature INTEGER, guid TEXT NOT NULL,
  own_geometry BLOB, heading_deg REAL NOT NULL, attributes TEXT NOT NULL,
  indicators TEXT NOT NULL, rules TEXT NOT NULL, management_code TEXT NOT NULL,
  space_code TEXT NOT NULL, time_code TEXT NOT NULL, {_VERSIONED},
  {PITCH_AND_ROLL}, {HEIGHT_REFERENCE});
CREATE TABLE relation_version (
  fid INTEGER PRIMARY KEY, id TEXT NOT NULL, kind TEXT NOT NULL, source INTEGER NOT NULL,
  target INTEGER NOT NULL, attributes TEXT NOT NULL, computed INTEGER NOT NULL, {_VERSIONED});
CREATE TABLE layer_version (
  fid INTEGER PRIMARY KEY, id TEXT NOT NULL, draw_order INTEGER NOT NULL,
  document TEXT NOT NULL, {_VERSIONED});
CREATE TABLE frame_version (
  fid INTEGER PRIMARY KEY, document TEXT NOT NULL, {_VERSIONED});
CREATE TABLE property_seen (
  type TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (type, name)) WITHOUT ROWID;
{KIND_SEEN};
{DEFINITIONS}
{TYPE_VIEWS};
{ENTITIES_VIEW};
{RELATIONS_VIEW};
"""

# Every index is paid for with each edit; each has a comment that says what it serves (and holds no
# semicolon: statements are split there).
_INDEXES: Final = """
-- One entity as it is now: both ends of the range are in the index, however long its history.
-- Whoever compares two instants reads this index alone, so it has the validity whole.
CREATE INDEX entity_version_entity ON entity_version(entity, revision_to, valid_to, valid_from);
-- The entity of a feature, and which features stand for nothing at an instant.
CREATE INDEX entity_version_feature ON entity_version(layer, feature, valid_from, valid_to)
  WHERE revision_to IS NULL AND layer IS NOT NULL;
CREATE INDEX relation_version_id ON relation_version(id);
CREATE INDEX relation_version_source ON relation_version(source, kind, target);
CREATE INDEX relation_version_target ON relation_version(target, kind, source);
-- Relations that began or ended at some time. The many that always hold cost nothing here.
CREATE INDEX relation_version_since ON relation_version(valid_from)
  WHERE revision_to IS NULL AND valid_from > -9223372036854775808;
CREATE INDEX relation_version_until ON relation_version(valid_to)
  WHERE revision_to IS NULL AND valid_to < 9223372036854775807;
CREATE INDEX definition_version_id ON definition_version(kind, id);
"""
# Undo: what a revision ended, and the copies that stand for what it wrote. What it wrote needs no
# index: fids and revisions grow together, see `twin_model.store.ranges`.
_REVISION_INDEXES: Final = """
CREATE INDEX {table}_to ON {table}(revision_to) WHERE revision_to IS NOT NULL;
CREATE INDEX {table}_origin ON {table}(origin)
  WHERE origin IS NOT NULL AND revision_to IS NULL;
"""
# entity_box: extent of a version's point and own geometry in local metres; id is the fid of the
# version that brought that place, and versions that stay there have no row of their own.
# entity_type, entity_code: which entities are or were of a type or had a code. An edit touches none
# of these tables unless it moves, renames or retypes; an index over the versions themselves would
# grow with every edit.
# entity_text: grams of name and identifier (`twin_model.store.text`), likewise.
_SEARCH: Final = """
CREATE TABLE entity_type (
  type TEXT NOT NULL, entity INTEGER NOT NULL, PRIMARY KEY (type, entity)) WITHOUT ROWID;
CREATE TABLE entity_code (
  code TEXT NOT NULL, entity INTEGER NOT NULL, PRIMARY KEY (code, entity)) WITHOUT ROWID;
CREATE VIRTUAL TABLE entity_box USING
  rtree(id, min_x, max_x, min_y, max_y, min_z, max_z, +entity INTEGER);
CREATE VIRTUAL TABLE entity_text USING
  fts5(grams, content='', detail=none, tokenize='ascii');
"""
#: Tables whose rows have revisions and take part in undo.
_REVISED: Final = ("entity_version", "relation_version", "layer_version", "definition_version")

#: Version tables and the columns that a row's digest covers, in order.
VERSION_TABLES: Final[dict[str, tuple[str, ...]]] = {
    "entity_version": (
        "geom", "entity", "id", "type", "name", "layer", "feature", "guid", "own_geometry",
        "heading_deg", "pitch_deg", "roll_deg", "height_reference", "attributes", "indicators",
        "rules", "management_code", "space_code", "time_code", "valid_from", "valid_to",
    ),
    "relation_version": (
        "id", "kind", "source", "target", "attributes", "computed", "valid_from", "valid_to",
    ),
    "layer_version": ("id", "draw_order", "document", "valid_from", "valid_to"),
    "frame_version": ("document", "valid_from", "valid_to"),
    "definition_version": ("kind", "id", "document", "valid_from", "valid_to"),
}  # fmt: skip


#: Tables that came after format 2. Entries of the journal that touch none of them have the digest
#: that they had before there were any.
LATER_TABLES: Final = frozenset({"definition_version"})


def indexes() -> list[str]:
    """Return the statements that make every index."""
    text = _INDEXES + "".join(_REVISION_INDEXES.format(table=t) for t in _REVISED)
    return [statement for statement in text.split(";") if statement.strip()]


def search_tables() -> list[str]:
    """Return the statements that make the search tables, empty."""
    return [statement for statement in _SEARCH.split(";") if statement.strip()]


def create(connection: sqlite3.Connection, frame: Frame) -> None:
    """Make the tables of an empty project in *connection* (no transaction open)."""
    connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {_USER_VERSION}")
    statements = ";".join([*indexes(), *search_tables()])
    connection.executescript("BEGIN;" + GEOPACKAGE + _MODEL + statements)
    srs = insert_spatial_reference(connection, frame)
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id)"
        " VALUES ('entities', 'features', 'entities', 'Entities as they are now', ?)",
        (srs,),
    )
    connection.execute(
        "INSERT INTO gpkg_geometry_columns VALUES ('entities', 'geom', 'POINT', ?, 2, 0)", (srs,)
    )
    for name, text in {
        "relations": "Relations between entities as they are now",
        "journal": "Every change, chained by hash",
        "layer_version": "Layers with their history",
    }.items():
        connection.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description)"
            " VALUES (?, 'attributes', ?, ?)",
            (name, name, text),
        )
    connection.execute("INSERT INTO shapan_meta VALUES ('format', ?)", (str(FORMAT_VERSION),))
    connection.execute("INSERT INTO shapan_meta VALUES ('srs_id', ?)", (str(srs),))
    connection.commit()


def insert_spatial_reference(connection: sqlite3.Connection, frame: Frame) -> int:
    """Register the project's CRS and return its srs_id (GeoPackage 1.3, section 1.1.2)."""
    wgs84 = CRS.from_epsg(4326)
    rows: list[tuple[str, int, str, int, str, str]] = [
        ("Undefined Cartesian", -1, "NONE", -1, "undefined", ""),
        ("Undefined geographic", 0, "NONE", 0, "undefined", ""),
        ("WGS 84", 4326, "EPSG", 4326, wgs84.to_wkt("WKT1_GDAL"), ""),
    ]
    crs = frame.horizontal
    authority = crs.to_authority(min_confidence=100)
    if authority and authority[0] == "EPSG":
        srs = int(authority[1])
        rows.append((crs.name, srs, "EPSG", srs, crs.to_wkt("WKT1_GDAL"), ""))
    else:
        srs = _CUSTOM_SRS
        rows.append((crs.name, srs, "NONE", srs, crs.to_wkt("WKT1_GDAL") or crs.to_wkt(), ""))
    connection.executemany("INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES (?,?,?,?,?,?)", rows)
    return srs
