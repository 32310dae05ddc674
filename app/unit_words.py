"""Units beside values, in the language in use."""

from __future__ import annotations

from app.editing import schema
from twin_model.schema import units


def label(unit: str) -> str:
    """Return how a unit is shown beside a value, such as ``m³/h`` or ``辆/h``."""
    return units.label(unit, schema.language())
