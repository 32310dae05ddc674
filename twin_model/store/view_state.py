"""Camera, layout and the like: kept with the project, no part of its history."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from twin_model.store import rows


def read(connection: sqlite3.Connection) -> dict[str, Any]:
    """Return what was saved last; empty where it was nothing or is damaged."""
    row = connection.execute("SELECT value FROM shapan_meta WHERE key = 'view'").fetchone()
    try:
        value = json.loads(row[0]) if row else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def write(connection: sqlite3.Connection, state: dict[str, Any]) -> None:
    """Save it in the place of what was saved before."""
    connection.execute(
        "INSERT OR REPLACE INTO shapan_meta VALUES ('view', ?)", (rows.to_json(state),)
    )
