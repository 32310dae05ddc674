"""Edits that break the type of an entity are refused, wherever they come from.

Only what an edit changes is looked at: values that came in with a file stay as they are, and an
entity that has some can still be edited. Attributes that the type does not declare are free.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from twin_model.entity import Entity, Relation
from twin_model.schema.catalogue import Catalogue
from twin_model.schema.relating import known_type
from twin_model.schema.validation import validate_relation
from twin_model.schema.values import Problem, SchemaError, check_object, check_value

_REFUSED: Final = frozenset({Problem.KIND, Problem.UNIT, Problem.RANGE, Problem.CHOICE})


class TypeRules:
    """What a catalogue has to say of edits.

    Parameters
    ----------
    catalogue : Catalogue
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._kinds = {rule.kind for kind in catalogue.types() for rule in kind.relations}

    def check(self, before: Entity | None, after: Entity) -> None:
        """Look at an entity before (None where it is new) and after an edit.

        Raises
        ------
        SchemaError
            If a value that changes breaks its type.
        """
        if after.type not in self._catalogue:
            return
        for fault in _faults(before, after, self._catalogue):
            if fault.problem in _REFUSED:
                fault.reason = f"{after.name or after.id}: {fault.reason}"
                raise fault

    def check_relation(self, relation: Relation, source_type: str, target_type: str) -> None:
        """Look at a relation that is asserted between things of two types.

        Raises
        ------
        SchemaError
            If the type of its source does not allow a kind that others have, or an attribute.
        """
        known = source_type in self._catalogue and target_type in self._catalogue
        # Kinds that no type declares are free, as attributes are.
        if relation.computed or not known or relation.kind not in self._kinds:
            return
        for fault in validate_relation(relation, source_type, target_type, self._catalogue):
            if fault.name == relation.kind or fault.problem in _REFUSED:
                fault.reason = f"{relation.source} – {relation.target}: {fault.reason}"
                raise fault

    def code_class(self, type_id: str) -> str:
        """Return the class of the management codes of a type; empty where it has none."""
        return self._catalogue.code_class(known_type(type_id, self._catalogue))


def rules_of(catalogue: object) -> TypeRules | None:
    """Return the rules of a catalogue; None where there is none to go by."""
    return TypeRules(catalogue) if isinstance(catalogue, Catalogue) else None


def _faults(before: Entity | None, after: Entity, catalogue: Catalogue) -> Iterator[SchemaError]:
    """Yield what is wrong with the values that are new or others; of another type, all are."""
    same = before is not None and before.type == after.type
    for name, value in after.attributes.items():
        if value is None or (same and before is not None and before.attributes.get(name) == value):
            continue
        if (kind := catalogue.properties(after.type).get(name)) is not None:
            yield from check_value(kind, value, "attributes", name)
        elif (part := catalogue.components(after.type).get(name)) is not None:
            yield from check_object(catalogue.properties(part.type), value, "attributes", name)
    for name, value in after.indicators.items():
        if same and before is not None and before.indicators.get(name) == value:
            continue
        kind = catalogue.indicators(after.type).get(name)
        # An object says what the indicator is; anything else is a value of it.
        if kind is not None and value is not None and not isinstance(value, Mapping):
            yield from check_value(kind, value, "indicators", name)
