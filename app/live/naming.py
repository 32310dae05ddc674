"""Names of many entities at once: a flood asks for thousands, whose other columns nobody wants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from app.item_models.entities import display_name
from twin_model.query import EntityQuery

if TYPE_CHECKING:
    from twin_model.twin import Twin

_ROWS_AT_ONCE: Final = 500
#: Ids in one condition of the query language, which may have 4,000 characters.
_ENTITIES_AT_ONCE: Final = 50


def read_names(twin: Twin, ids: Sequence[str]) -> dict[str, str]:
    """Return what entities are called; those that there are not are left out. For a thread."""
    found: dict[str, str] = {}
    reader = twin.reader()
    for start in range(0, len(ids), _ROWS_AT_ONCE):
        part = ids[start : start + _ROWS_AT_ONCE]
        places = ",".join("?" * len(part))
        rows = reader.execute(
            "SELECT k.id, v.name FROM entity_key k JOIN entity_version v ON v.entity = k.key"
            f" WHERE k.id IN ({places}) AND v.revision_to IS NULL AND v.name <> ''"
            " ORDER BY v.valid_from",
            part,
        )
        found.update(dict(rows))
    # Those without a name are called by their code, type or what else they have.
    left = [one for one in ids if one not in found]
    for start in range(0, len(left), _ENTITIES_AT_ONCE):
        listed = ", ".join(
            "'" + one.replace("'", "''") + "'" for one in left[start : start + _ENTITIES_AT_ONCE]
        )
        for entity in twin.entities(EntityQuery(where=f"id in ({listed})")):
            found[entity.id] = display_name(entity)
    return found
