"""Which relations of entities a change of types would break."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from twin_model.entity import Relation
from twin_model.neighbourhood import relations_of_all
from twin_model.schema.catalogue import Catalogue
from twin_model.schema.migrate import relating
from twin_model.schema.relating import known_type
from twin_model.schema.validation import (
    validate_cardinality,
    validate_incoming,
    validate_relation,
)
from twin_model.schema.values import SchemaError

if TYPE_CHECKING:
    from twin_model.twin import Twin

_Related = tuple[Relation, str, str]
#: Gives the catalogue's id of a type as it is stored.
_Named = Callable[[str], str]
_Count = Callable[[str, str, Collection[str], Catalogue], list[SchemaError]]


def types_with_other_relations(
    before: Catalogue, after: Catalogue, retyped: Mapping[str, str]
) -> set[str]:
    """Return the types (as before) whose entities may have other relations than before."""
    found = set()
    for kind in before.types():
        target = retyped.get(kind.id, kind.id)
        if target in after and relating(before, kind.id) != relating(after, target):
            found.add(kind.id)
    return found


class RelationCheck:
    """Finds the relations that hold now and that the types after a change forbid.

    Parameters
    ----------
    twin : Twin
    before, after : Catalogue
    retyped : mapping of str to str
        Types that entities are given, by those they have.
    """

    def __init__(
        self, twin: Twin, before: Catalogue, after: Catalogue, retyped: Mapping[str, str]
    ) -> None:
        self._twin = twin
        self._before = before
        self._after = after
        self._retyped = retyped
        self.types = types_with_other_relations(before, after, retyped)

    def faults(self, entities: Mapping[str, str]) -> dict[str, SchemaError]:
        """Return what breaks, by the id of the entity that the relation begins or ends at.

        Parameters
        ----------
        entities : mapping of str to str
            Type by id, as before the change.
        """
        if not entities:
            return {}
        related = {r.id: (r, s, t) for r, s, t in relations_of_all(self._twin, entities)}
        limited = self._kinds_with_other_limits(set(entities.values()))
        far = {r.target for r, _, _ in related.values() if r.kind in limited} - entities.keys()
        if far:
            related |= {r.id: (r, s, t) for r, s, t in relations_of_all(self._twin, far)}
        found: dict[str, SchemaError] = {}
        for relation, source, target in related.values():
            if relation.source in entities or relation.target in entities:
                fault = self._fresh(partial(_relation, relation, source, target))
                if fault is not None:
                    found.setdefault(relation.source, fault)
        for entity_id, fault in self._miscounted(entities, far, list(related.values())):
            found.setdefault(entity_id, fault)
        return found

    def _kinds_with_other_limits(self, types: Collection[str]) -> set[str]:
        """Return the kinds of relation that lead from some types and are limited at their end."""
        return {
            rule.kind
            for name in types
            if (target := self._goal(name)) in self._after
            for rule in self._after.relations(target)
            if rule.inverse_maximum is not None
        }

    def _miscounted(
        self, entities: Mapping[str, str], far: Collection[str], related: list[_Related]
    ) -> Iterator[tuple[str, SchemaError]]:
        """Yield entities with more or fewer relations of a kind than they may have."""
        going: dict[tuple[str, str], list[str]] = defaultdict(list)
        coming: dict[tuple[str, str], list[str]] = defaultdict(list)
        ends = dict(entities)
        for relation, source, target in related:
            going[relation.source, relation.kind].append(target)
            coming[relation.target, relation.kind].append(source)
            ends[relation.target] = target
        for entity_id, type_id in entities.items():
            goal = self._goal(type_id)
            rules = self._after.relations(goal) if goal in self._after else ()
            limits = {rule.kind for rule in rules if rule.minimum or rule.maximum is not None}
            for kind in limits:
                others = going[entity_id, kind]
                fault = self._fresh(partial(_counted, validate_cardinality, kind, type_id, others))
                if fault is not None:
                    yield entity_id, fault
        for (entity_id, kind), sources in coming.items():
            if entity_id in entities or entity_id in far:
                type_id = ends[entity_id]
                fault = self._fresh(partial(_counted, validate_incoming, kind, type_id, sources))
                if fault is not None:
                    yield entity_id, fault

    def _fresh(self, check: Callable[[Catalogue, _Named], list[SchemaError]]) -> SchemaError | None:
        """Return what is wrong after the change and was not before."""
        wrong = check(self._after, self._goal)
        if not wrong or check(self._before, lambda name: known_type(name, self._before)):
            return None
        return wrong[0]

    def _goal(self, type_id: str) -> str:
        known = known_type(type_id, self._before)
        return self._retyped.get(known, known)


def _relation(
    relation: Relation, source: str, target: str, types: Catalogue, named: _Named
) -> list[SchemaError]:
    return validate_relation(relation, named(source), named(target), types)


def _counted(
    count: _Count, kind: str, here: str, others: Collection[str], types: Catalogue, named: _Named
) -> list[SchemaError]:
    return count(kind, named(here), [named(one) for one in others], types)
