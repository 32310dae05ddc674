"""What a project defines for itself, read: entity types, named sets."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from twin_model.errors import StoreError


def documents(connection: sqlite3.Connection, kind: str) -> dict[str, Any]:
    """Return the definitions of a kind as they are now, by id, in the order they were made in.

    Raises
    ------
    StoreError
        If one of them is damaged.
    """
    found = connection.execute(
        "SELECT id, document FROM definition_version WHERE kind = ? AND revision_to IS NULL"
        " ORDER BY fid",
        (kind,),
    )
    try:
        return {str(row[0]): json.loads(row[1]) for row in found}
    except ValueError as error:
        raise StoreError(f"a definition of a {kind} is damaged ({error})") from error
