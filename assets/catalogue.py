"""The built-in catalogue of entity types and the tables of codes, as files and texts."""

from __future__ import annotations

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parent
#: Read by `twin_model.schema.catalogue.Catalogue.load`.
ENTITY_TYPES: Final = FOLDER / "entity_types.json"
#: Read by `twin_model.codes.management.ClassificationTable.load`.
MANAGEMENT_CODES: Final = FOLDER / "code_tables" / "management.csv"
#: Edition of the classes in `MANAGEMENT_CODES`; goes up when classes are added or retired.
MANAGEMENT_EDITION: Final = "shapan-1"


def entity_types_text() -> str:
    """Return the built-in catalogue of entity types as JSON."""
    return ENTITY_TYPES.read_text(encoding="utf-8")


def management_codes_text() -> str:
    """Return the built-in classification table as CSV."""
    return MANAGEMENT_CODES.read_text(encoding="utf-8")
