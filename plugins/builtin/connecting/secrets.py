"""Passwords of connections: one secret setting of the plugin holds them all."""

from __future__ import annotations

import json

from shapan import Context


def secret_of(context: Context, connection: str) -> str:
    """Return the password of a connection; empty where none was given.

    A project's own title stands before the connection's id where the same id is used in several
    projects: ``Harbour/plant`` before ``plant``.
    """
    try:
        known = json.loads(str(context.settings.get("passwords") or "{}"))
    except ValueError:
        return ""
    if not isinstance(known, dict):
        return ""
    title = context.twin.title or ""
    return str(known.get(f"{title}/{connection}") or known.get(connection) or "")
