"""Which relations two entities may have, and what stands against the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from twin_model.entity import Entity, Relation
from twin_model.errors import ValidationError
from twin_model.relations import HIERARCHY, TOPOLOGY
from twin_model.schema.catalogue import Catalogue
from twin_model.schema.types import PropertyType, RelationRule
from twin_model.schema.validation import allowed_rules, validate_relation
from twin_model.store import hierarchy
from twin_model.store.damage import telling_damage
from twin_model.time import Instant
from twin_model.twin import Twin
from twin_model.view import TwinView

#: What everything is, types that the catalogue does not know among it.
ROOT_TYPE: Final = "thing"


class Obstacle(StrEnum):
    """Why a relation cannot be."""

    TARGET = "leads to other types only"
    ALREADY = "is there already"
    FULL = "the source has as many as it may have"
    TAKEN = "the target has as many as it may have"
    CIRCLE = "the target contains the source"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a relation cannot be, with what is needed to say it.

    Parameters
    ----------
    obstacle : Obstacle
    types : tuple of str
        Where it leads to, of `Obstacle.TARGET`.
    most : int
        How many there may be, of `Obstacle.FULL` and `Obstacle.TAKEN`.
    line : tuple of str
        What leads from the target down to the source, of `Obstacle.CIRCLE`.
    """

    obstacle: Obstacle
    types: tuple[str, ...] = ()
    most: int = 0
    line: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.types:
            return f"leads to {', '.join(self.types)} only"
        if self.line:
            return f"{self.obstacle}: {' > '.join(self.line)}"
        return f"{self.obstacle} ({self.most})" if self.most else str(self.obstacle)


@dataclass(frozen=True, slots=True)
class Choice:
    """One kind of relation from one entity to another.

    Parameters
    ----------
    rule : RelationRule
        The first that allows it, else the first of its kind.
    properties : tuple of PropertyType
        Of the relation itself.
    refusal : Refusal or None
        Why it cannot be now; None where it can.
    instead : Relation or None
        Of one of which there may be one only: the one that it can take the place of.
    instead_of : str
        Name of what that leads to or comes from.
    """

    rule: RelationRule
    properties: tuple[PropertyType, ...] = ()
    refusal: Refusal | None = None
    instead: Relation | None = None
    instead_of: str = ""

    @property
    def possible(self) -> bool:
        """Whether it can be chosen: now, or in place of another."""
        return self.refusal is None or self.instead is not None

    @property
    def kind(self) -> str:
        """Its kind, as in `Relation.kind`."""
        return self.rule.kind


def known_type(type_id: str, catalogue: Catalogue) -> str:
    """Return a type's id in the catalogue; what it does not have is a thing."""
    key = type_id.lower().replace("-", "_")
    return key if key in catalogue else ROOT_TYPE


def code_classes(catalogue: object, types: Iterable[str]) -> dict[str, str]:
    """Return the class of the management code of each of *types* that has one.

    Empty where *catalogue* is none, as where nobody loaded one.
    """
    if not isinstance(catalogue, Catalogue):
        return {}
    found = {kind: catalogue.code_class(known_type(kind, catalogue)) for kind in set(types)}
    return {kind: code for kind, code in found.items() if code}


@telling_damage
def choices(
    twin: Twin | TwinView, source: Entity, target: Entity, catalogue: Catalogue
) -> list[Choice]:
    """Return the kinds that the type of *source* has, those possible with *target* first.

    Parameters
    ----------
    twin : Twin or TwinView
        Whose relations count against the cardinalities.
    source, target : Entity
    catalogue : Catalogue
    """
    here, there = known_type(source.type, catalogue), known_type(target.type, catalogue)
    rules = catalogue.relations(here)
    found: list[Choice] = []
    circle = hierarchy.line(twin.reader(), target.id, source.id, Instant.now())
    for kind in dict.fromkeys(rule.kind for rule in rules):
        allowed = allowed_rules(kind, here, there, catalogue)
        if not allowed:
            same = [rule for rule in rules if rule.kind == kind]
            types = tuple(dict.fromkeys(one for rule in same for one in rule.targets))
            found.append(Choice(same[0], refusal=Refusal(Obstacle.TARGET, types)))
            continue
        properties = {part.id: part for rule in allowed for part in rule.properties}
        refusal = _refusal(twin, kind, source, target, allowed)
        if refusal is None and circle and kind in HIERARCHY:
            refusal = Refusal(Obstacle.CIRCLE, line=tuple(circle))
        choice = Choice(allowed[0], tuple(properties.values()), refusal)
        found.append(_in_place(twin, choice, source, target))
    nearness = {
        rule.kind: level
        for level, one in reversed(list(enumerate(catalogue.ancestors(here))))
        for rule in catalogue.type(one).relations
    }
    # A type's own relations before what everything may have; what follows from geometry can be
    # asserted too, but seldom is meant.
    return sorted(
        found,
        key=lambda one: (
            one.refusal is not None, not one.possible, one.kind in TOPOLOGY, nearness[one.kind],
        ),
    )  # fmt: skip


def _in_place(twin: Twin | TwinView, choice: Choice, source: Entity, target: Entity) -> Choice:
    """Return a choice with the relation whose place it can take, where there is one."""
    refusal = choice.refusal
    if refusal is None or refusal.most != 1:
        return choice
    full = refusal.obstacle is Obstacle.FULL
    here = source if full else target
    for one in twin.relations(here.id):
        end, other = (one.source, one.target) if full else (one.target, one.source)
        if one.kind == choice.kind and end == here.id and not one.computed:
            name = twin.entity(other).name or other
            return replace(choice, instead=one, instead_of=name)
    return choice


@telling_damage
def check(twin: Twin | TwinView, relation: Relation, catalogue: Catalogue) -> None:
    """Refuse a relation that the types of its ends do not allow.

    Raises
    ------
    StoreError
        If one of its ends does not exist.
    ValidationError
        If the types, an attribute or the number of such relations forbid it.
    """
    source, target = twin.entity(relation.source), twin.entity(relation.target)
    here, there = known_type(source.type, catalogue), known_type(target.type, catalogue)
    faults = validate_relation(relation, here, there, catalogue)
    if faults:
        raise faults[0]
    allowed = allowed_rules(relation.kind, here, there, catalogue)
    refusal = _refusal(twin, relation.kind, source, target, allowed, ignoring=relation.id)
    if refusal is not None:
        raise ValidationError("relations", relation.kind, target.name or target.id, str(refusal))


def _refusal(
    twin: Twin | TwinView,
    kind: str,
    source: Entity,
    target: Entity,
    allowed: list[RelationRule],
    *,
    ignoring: str = "",
) -> Refusal | None:
    """Return why one more relation of a kind cannot be."""
    same = [r for r in twin.relations(source.id) if r.kind == kind and r.id != ignoring]
    symmetric = any(rule.symmetric for rule in allowed)
    ends = {(r.source, r.target) for r in same}
    if (source.id, target.id) in ends or (symmetric and (target.id, source.id) in ends):
        return Refusal(Obstacle.ALREADY)
    limits = [rule.maximum for rule in allowed if rule.maximum is not None]
    if limits and sum(r.source == source.id and not r.computed for r in same) >= min(limits):
        return Refusal(Obstacle.FULL, most=min(limits))
    limits = [rule.inverse_maximum for rule in allowed if rule.inverse_maximum is not None]
    if limits:
        coming = [r for r in twin.relations(target.id) if r.kind == kind and r.id != ignoring]
        if sum(r.target == target.id and not r.computed for r in coming) >= min(limits):
            return Refusal(Obstacle.TAKEN, most=min(limits))
    return None
