"""Stores of earlier formats, made of new ones by taking away what came later."""

from __future__ import annotations

import sqlite3
from pathlib import Path

FORMAT_5 = """
DROP VIEW entities; DROP VIEW relations;
ALTER TABLE entity_version DROP COLUMN height_reference;
CREATE VIEW entities AS
  SELECT fid, geom, id, type, name, layer, feature, guid, heading_deg, pitch_deg, roll_deg,
         attributes, indicators, management_code, space_code, time_code
  FROM entity_version WHERE revision_to IS NULL AND valid_to = 9223372036854775807;
CREATE VIEW relations AS
  SELECT r.fid AS fid, r.id AS id, r.kind AS kind, s.id AS source, t.id AS target,
         r.attributes AS attributes, r.computed AS computed
  FROM relation_version r JOIN entity_key s ON s.key = r.source
  JOIN entity_key t ON t.key = r.target
  WHERE r.revision_to IS NULL AND r.valid_to = 9223372036854775807;
UPDATE type_view SET digest = 'of other columns';
UPDATE shapan_meta SET value = '5' WHERE key = 'format';
"""
FORMAT_4 = """
DROP VIEW entities;
ALTER TABLE entity_version DROP COLUMN pitch_deg; ALTER TABLE entity_version DROP COLUMN roll_deg;
CREATE VIEW entities AS
  SELECT fid, geom, id, type, name, layer, feature, guid, heading_deg, attributes, indicators,
         management_code, space_code, time_code
  FROM entity_version WHERE revision_to IS NULL AND valid_to = 9223372036854775807;
UPDATE shapan_meta SET value = '4' WHERE key = 'format';
"""
_FORMAT_3 = """
DROP TABLE gpkg_extensions; DROP TABLE gpkg_data_columns; DROP TABLE gpkg_data_column_constraints;
DROP TABLE entity_shape; DROP TABLE feature_shape; DROP TABLE property_kind; DROP TABLE column_type;
DROP TABLE type_view;
UPDATE shapan_meta SET value = '3' WHERE key = 'format';
"""


def made_older(folder: Path, script: str = "", *, only: str = _FORMAT_3) -> None:
    """Turn the store of a closed project into one of format 3, 4 or 5, then run *script* on it."""
    connection = sqlite3.connect(folder / "twin.gpkg")
    for (view,) in connection.execute("SELECT view FROM type_view").fetchall():
        connection.execute(f'DROP VIEW "{view}"')
        if only != _FORMAT_3:  # it has views, of fewer columns
            connection.execute(f'CREATE VIEW "{view}" AS SELECT fid, geom, id FROM entity_version')
            continue
        for table in ("gpkg_contents", "gpkg_geometry_columns"):
            connection.execute(f"DELETE FROM {table} WHERE table_name = ?", (view,))
    connection.commit()
    steps = {FORMAT_5: FORMAT_5, FORMAT_4: FORMAT_5 + FORMAT_4}
    connection.executescript(steps.get(only, FORMAT_5 + FORMAT_4 + only) + script)
    connection.close()
