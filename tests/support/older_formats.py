"""Stores of earlier formats, made of new ones by taking away what came later."""

from __future__ import annotations

import sqlite3
from pathlib import Path

_FORMAT_3 = """
DROP TABLE gpkg_extensions; DROP TABLE gpkg_data_columns; DROP TABLE gpkg_data_column_constraints;
DROP TABLE entity_shape; DROP TABLE feature_shape; DROP TABLE property_kind; DROP TABLE column_type;
DROP TABLE type_view;
UPDATE shapan_meta SET value = '3' WHERE key = 'format';
"""


def made_older(folder: Path, script: str = "") -> None:
    """Turn the store of a closed project into one of format 3, then run *script* on it."""
    connection = sqlite3.connect(folder / "twin.gpkg")
    for (view,) in connection.execute("SELECT view FROM type_view").fetchall():
        connection.execute(f'DROP VIEW "{view}"')
        for table in ("gpkg_contents", "gpkg_geometry_columns"):
            connection.execute(f"DELETE FROM {table} WHERE table_name = ?", (view,))
    connection.commit()
    connection.executescript(_FORMAT_3 + script)
    connection.close()
