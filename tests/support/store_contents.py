"""What a store holds now, whatever its revisions: equal before a command and after its undoing."""

from __future__ import annotations

from typing import Any

from twin_model.store.schema import VERSION_TABLES
from twin_model.twin import Twin

# The frame is fixed once and no part of undo.
_UNDONE = sorted(set(VERSION_TABLES) - {"frame_version"})


def current(twin: Twin) -> dict[str, Any]:
    """Return all that is known now, with the shapes that other programs read of it."""
    connection = twin.reader()
    found = {
        table: sorted(
            tuple(map(repr, row))
            for row in connection.execute(
                f"SELECT {', '.join(VERSION_TABLES[table])} FROM {table} WHERE revision_to IS NULL"
            )
        )
        for table in _UNDONE
    }
    found["shapes"] = sorted(
        tuple(row)
        for row in connection.execute(
            "SELECT v.id, hex(o.geom) FROM entity_version v JOIN entity_shape o"
            " ON o.entity = v.entity WHERE v.own_geometry IS NOT NULL AND v.revision_to IS NULL"
            " AND v.valid_to = 9223372036854775807"
        )
    )
    return found
