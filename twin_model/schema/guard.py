"""Edits that break the types of entities are refused, wherever they come from.

Only what an edit changes is looked at: values that came in with a file stay as they are, and an
entity that has some can still be edited. Attributes that the type does not declare are free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from twin_model.entity import Entity, Relation
from twin_model.relations import is_stated
from twin_model.schema.catalogue import Catalogue
from twin_model.schema.relating import known_type
from twin_model.schema.validation import allowed_rules, validate_relation
from twin_model.schema.values import Problem, SchemaError, check_object, check_value

_REFUSED: Final = frozenset({Problem.KIND, Problem.UNIT, Problem.RANGE, Problem.CHOICE})


class BrokenRelationsError(SchemaError):
    """Another type that does not allow relations that there are.

    Parameters
    ----------
    listed : sequence of (str, str, str)
        Name of the source, kind, name of the target, of the first of them.
    count : int
        Of all.
    """

    def __init__(self, listed: Sequence[tuple[str, str, str]], count: int) -> None:
        self.listed = tuple(listed)
        self.count = count
        text = "; ".join(f"{source} – {kind} – {target}" for source, kind, target in listed)
        more = count - len(listed)
        named = f"{text} and {more} more" if more else text
        rule = f"this type does not allow these relations: {named}; remove or change them first"
        super().__init__("relations", "type", count, rule, problem=Problem.RELATION)


class TypeRules:
    """What a catalogue has to say of edits.

    Parameters
    ----------
    catalogue : Catalogue
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        rules = [rule for kind in catalogue.types() for rule in kind.relations]
        self._kinds = {rule.kind for rule in rules}
        #: Kinds of relation of which some type may have only so many.
        self.limited: Final = frozenset(
            rule.kind for rule in rules if rule.maximum or rule.inverse_maximum
        )
        #: Kinds of relation of which some type needs some.
        self.needed: Final = frozenset(rule.kind for rule in rules if rule.minimum)

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
        if not is_stated(relation) or not known or relation.kind not in self._kinds:
            return
        for fault in validate_relation(relation, source_type, target_type, self._catalogue):
            if fault.name == relation.kind or fault.problem in _REFUSED:
                fault.reason = f"{relation.source} – {relation.target}: {fault.reason}"
                raise fault

    def allows(self, relation: Relation, source_type: str, target_type: str) -> bool:
        """Return whether things of two types may have a relation; see `check_relation`."""
        try:
            self.check_relation(relation, source_type, target_type)
        except SchemaError:
            return False
        return True

    def limits(
        self, kind: str, source_type: str, target_type: str, *, outgoing: bool
    ) -> list[tuple[int, Callable[[str], bool]]]:
        """Return how many relations of a kind one end of such a relation may have at most.

        Parameters
        ----------
        kind, source_type, target_type : str
        outgoing : bool
            Whether those from the source are meant, or those that reach the target.

        Returns
        -------
        list of (int, callable)
            The callable says whether the type of the other end makes a relation count.
        """
        if source_type not in self._catalogue or target_type not in self._catalogue:
            return []
        allowed = allowed_rules(kind, source_type, target_type, self._catalogue)
        if not outgoing:
            return [(r.inverse_maximum, _any) for r in allowed if r.inverse_maximum is not None]
        return [
            (rule.maximum, partial(self._is_one_of, rule.targets))
            for rule in allowed
            if rule.maximum is not None
        ]

    def _is_one_of(self, targets: tuple[str, ...], type_id: str) -> bool:
        if not targets:
            return True
        line = self._catalogue.ancestors(known_type(type_id, self._catalogue))
        return not set(targets).isdisjoint(line)

    def too_many(
        self,
        relation: Relation,
        end: str,
        other: str,
        most: int,
        listed: str,
        *,
        outgoing: bool,
    ) -> SchemaError:
        """Return the refusal of a relation that is one too many.

        Parameters
        ----------
        relation : Relation
        end, other : str
            Names of the end that has too many, and of the other.
        most : int
        listed : str
            Names of what it is related to already.
        outgoing : bool
            See `limits`.
        """
        if outgoing:
            rule = f"{end} may have {most} of them at most, and has: {listed}; remove one first"
        else:
            rule = f"{end} may be reached by {most} at most, and is by: {listed}; remove one first"
        fault = SchemaError("relations", relation.kind, other, rule, problem=Problem.CARDINALITY)
        source, target = (end, other) if outgoing else (other, end)
        fault.reason = f"{source} – {target}: {fault.reason}"
        return fault

    def needs(self, kind: str, type_id: str) -> list[tuple[int, Callable[[str], bool]]]:
        """Return how many relations of a kind an entity of a type needs; see `limits`."""
        here = known_type(type_id, self._catalogue)
        return [
            (rule.minimum, partial(self._is_one_of, rule.targets))
            for rule in self._catalogue.relations(here)
            if rule.kind == kind and rule.minimum
        ]

    def too_few(self, kind: str, end: str, least: int) -> SchemaError:
        """Return the refusal to leave an entity with too few relations.

        Parameters
        ----------
        kind : str
        end : str
            Its name.
        least : int
        """
        rule = f"{end} needs {least} of them; lead one elsewhere, or remove {end} too"
        fault = SchemaError("relations", kind, end, rule, problem=Problem.CARDINALITY)
        fault.reason = f"{end}: {fault.reason}"
        return fault

    def line(self, type_id: str) -> tuple[str, ...]:
        """Return a type and all that it is a subtype of, nearest first."""
        known = known_type(type_id, self._catalogue)
        return (type_id, *self._catalogue.ancestors(known))

    def code_class(self, type_id: str) -> str:
        """Return the class of the management codes of a type; empty where it has none."""
        return self._catalogue.code_class(known_type(type_id, self._catalogue))


def _any(_type_id: str) -> bool:
    return True


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
