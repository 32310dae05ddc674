"""Edits that break the type of an entity are refused, wherever they come from.

Only what an edit changes is looked at: values that came in with a file stay as they are, and an
entity that has some can still be edited. Attributes that the type does not declare are free.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from twin_model.entity import Entity
from twin_model.schema.catalogue import Catalogue
from twin_model.schema.validation import validate
from twin_model.schema.values import Problem

_REFUSED: Final = frozenset({Problem.KIND, Problem.UNIT, Problem.RANGE, Problem.CHOICE})

Guard = Callable[[Entity | None, Entity], None]
"""Looks at an entity before (None where it is new) and after an edit; raises `SchemaError`."""


def guard_of(catalogue: object) -> Guard | None:
    """Return the guard of a catalogue; None where there is none to go by."""
    if not isinstance(catalogue, Catalogue):
        return None

    def guard(before: Entity | None, after: Entity) -> None:
        if after.type not in catalogue or catalogue.type(after.type).abstract:
            return
        changed = {*_changed(before, after, "attributes"), *_changed(before, after, "indicators")}
        if not changed:
            return
        for fault in validate(after, catalogue, only=changed):
            if fault.problem in _REFUSED:
                fault.reason = f"{after.name or after.id}: {fault.reason}"
                raise fault

    return guard


def _changed(before: Entity | None, after: Entity, dimension: str) -> list[str]:
    """Return the names of values that are new or others; of another type, all are."""
    values = getattr(after, dimension)
    if before is None or before.type != after.type:
        return list(values)
    old = getattr(before, dimension)
    return [name for name, value in values.items() if name not in old or old[name] != value]
