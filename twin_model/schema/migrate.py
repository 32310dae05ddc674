"""What happens to existing entities when their types change.

A change of the catalogue is compared with the one before; what follows for entities is said
first (`planned_steps`) and then done (`migrate`): values are converted to new units and kinds,
moved to new names, filled in where they became required. What cannot be done is a violation,
never a guess; entities with one are left for the user as they are in that property.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from twin_model.entity import Entity
from twin_model.errors import ValidationError
from twin_model.schema import units
from twin_model.schema.catalogue import Catalogue
from twin_model.schema.types import NUMERIC, Kind, PropertyType
from twin_model.schema.validation import validate
from twin_model.schema.values import Problem, SchemaError, is_whole, parse_value, plain_value

#: Detail of `Step.FILL` where nothing says what to fill in.
NO_VALUE: Final = "no value given"


class Step(StrEnum):
    """What a change of a property means for entities."""

    RENAME = "rename"
    CONVERT_UNIT = "convert unit"
    CONVERT_KIND = "convert kind"
    FILL = "fill"
    DROP = "no longer declared"
    CHECK = "check again"
    RETYPE = "give another type"
    RELATIONS = "check relations again"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the one who changes the types says beside the change itself.

    Parameters
    ----------
    renamed : mapping of str to mapping
        Old to new property ids, by the type that declares them.
    fill : mapping of str to mapping
        Values for properties that became required, by type; the property's default otherwise.
    retyped : mapping
        Old to new type ids.
    drop_undeclared : bool
        Whether to remove values of properties that are no longer declared; kept otherwise.
    """

    renamed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    fill: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    retyped: Mapping[str, str] = field(default_factory=dict)
    drop_undeclared: bool = False


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One consequence of a change of types.

    Parameters
    ----------
    type : str
        Type of the entities it is for (as before).
    property : str
        As before; empty for a whole type.
    step : Step
    detail : str
        Such as ``m > ft``.
    """

    type: str
    property: str
    step: Step
    detail: str = ""

    def __str__(self) -> str:
        what = f"{self.type}.{self.property}" if self.property else self.type
        return f"{what}: {self.step}" + (f" ({self.detail})" if self.detail else "")


@dataclass(frozen=True, slots=True)
class Migrated:
    """One entity before and after.

    Parameters
    ----------
    before, after : Entity
        The same object where nothing changes.
    violations : tuple of SchemaError
        What of *after* breaks the new type, values that could not be converted among them.
    """

    before: Entity
    after: Entity
    violations: tuple[SchemaError, ...]

    @property
    def changed(self) -> bool:
        """Whether a new version must be written."""
        return self.after is not self.before


def affected_types(before: Catalogue, after: Catalogue, wishes: Wishes | None = None) -> set[str]:
    """Return the types whose entities must be looked at: theirs or an inherited part changed."""
    wishes = wishes or Wishes()
    found = set(wishes.retyped) & {kind.id for kind in before.types()}
    for kind in before.types():
        one = kind.id
        if one not in after or _schema(before, one) != _schema(after, one):
            found.add(one)
    return found


def _schema(catalogue: Catalogue, one: str) -> tuple[object, ...]:
    return (
        dict(catalogue.properties(one)),
        dict(catalogue.indicators(one)),
        dict(catalogue.components(one)),
        catalogue.type(one).abstract,
        relating(catalogue, one),
    )


def relating(catalogue: Catalogue, one: str) -> tuple[object, ...]:
    """Return what decides which relations entities of a type may have, to be compared."""
    rules = (
        (rule.kind, rule.targets, rule.minimum, rule.maximum, rule.inverse_maximum, rule.properties)
        for rule in catalogue.relations(one)
    )
    return (*rules, catalogue.ancestors(one))


def planned_steps(
    before: Catalogue, after: Catalogue, wishes: Wishes | None = None
) -> list[PlannedStep]:
    """Return what a change of types means, type by type, before anything is done.

    Raises
    ------
    ValidationError
        If the wishes name types or properties that do not exist.
    """
    wishes = wishes or Wishes()
    _check_wishes(before, after, wishes)
    found: list[PlannedStep] = []
    for one in sorted(affected_types(before, after, wishes)):
        target = wishes.retyped.get(one, one)
        if target != one:
            found.append(PlannedStep(one, "", Step.RETYPE, f"{one} > {target}"))
        if target not in after:
            found.append(PlannedStep(one, "", Step.CHECK, "the type is gone"))
            continue
        found += _property_steps(one, target, before, after, wishes)
    return found


def _property_steps(
    one: str, target: str, before: Catalogue, after: Catalogue, wishes: Wishes
) -> Iterator[PlannedStep]:
    old, new = before.properties(one), after.properties(target)
    renamed = _renames(one, before, wishes)
    for name, kind in old.items():
        goal = new.get(renamed.get(name, name))
        if goal is None:
            if name not in after.components(target):
                yield PlannedStep(one, name, Step.DROP)
            continue
        if goal.id != name:
            yield PlannedStep(one, name, Step.RENAME, f"{name} > {goal.id}")
        if kind.kind != goal.kind:
            yield PlannedStep(one, name, Step.CONVERT_KIND, f"{kind.kind} > {goal.kind}")
        elif kind.unit != goal.unit:
            detail = f"{kind.unit or 'no unit'} > {goal.unit or 'no unit'}"
            yield PlannedStep(one, name, Step.CONVERT_UNIT, detail)
        elif _rules_of(kind) != _rules_of(goal):
            yield PlannedStep(one, name, Step.CHECK)
    if one in after and relating(before, one) != relating(after, target):
        yield PlannedStep(one, "", Step.RELATIONS)
    kept = {renamed.get(name, name) for name in old}
    for name, goal in new.items():
        if goal.required and name not in kept:
            value = _filling(target, name, goal, after, wishes)
            yield PlannedStep(one, name, Step.FILL, NO_VALUE if value is None else str(value))


def _rules_of(kind: PropertyType) -> tuple[object, ...]:
    return (kind.minimum, kind.maximum, kind.choices, kind.required, kind.fields, kind.element)


def migrate(
    entities: Iterable[Entity], before: Catalogue, after: Catalogue, wishes: Wishes | None = None
) -> Iterator[Migrated]:
    """Yield what becomes of entities; streams, so that a million fit.

    Parameters
    ----------
    entities : iterable of Entity
        Of the types that `affected_types` gives; others come through unchanged.
    before, after : Catalogue
    wishes : Wishes, optional

    Raises
    ------
    ValidationError
        If the wishes name types or properties that do not exist.
    """
    wishes = wishes or Wishes()
    _check_wishes(before, after, wishes)
    for entity in entities:
        target = wishes.retyped.get(entity.type, entity.type)
        if target not in after or entity.type not in before:
            yield Migrated(entity, entity, tuple(validate(entity, after)))
            continue
        attributes, faults = _moved(entity, target, before, after, wishes)
        migrated = entity
        if target != entity.type or not _identical(attributes, entity.attributes):
            migrated = replace(entity, type=target, attributes=attributes)
        failed = {fault.name for fault in faults}
        others = (fault for fault in validate(migrated, after) if fault.name not in failed)
        yield Migrated(entity, migrated, (*faults, *others))


def _moved(
    entity: Entity, target: str, before: Catalogue, after: Catalogue, wishes: Wishes
) -> tuple[dict[str, Any], list[SchemaError]]:
    old, new = before.properties(entity.type), after.properties(target)
    renamed = _renames(entity.type, before, wishes)
    attributes: dict[str, Any] = {}
    faults: list[SchemaError] = []
    for name, value in entity.attributes.items():
        goal_name = renamed.get(name, name)
        kind, goal = old.get(name), new.get(goal_name)
        if goal_name != name and goal_name not in renamed and goal_name in entity.attributes:
            # Such as an attribute the source brought along; neither value may be lost.
            rule = f"has a value of its own; {name} is not renamed"
            faults.append(_fault(goal_name, value, rule))
            attributes[name] = value
            continue
        undeclared = goal is None and goal_name not in after.components(target)
        if undeclared and kind is not None and wishes.drop_undeclared:
            continue
        if goal is None or kind is None or value is None:
            attributes[goal_name] = value
            continue
        try:
            attributes[goal_name] = converted(value, kind, goal)
        except SchemaError as fault:
            faults.append(fault)
            attributes[goal_name] = value
    for name, goal in new.items():
        if goal.required and attributes.get(name) is None:
            value = _filling(target, name, goal, after, wishes)
            if value is not None:
                attributes[name] = value
    return attributes, faults


def _identical(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    # Not by ==: 1 becoming True or 1.0 is a change.
    return first.keys() == second.keys() and all(
        value is second[name] or (type(value) is type(second[name]) and value == second[name])
        for name, value in first.items()
    )


def converted(value: Any, source: PropertyType, goal: PropertyType) -> Any:
    """Return a value of one property as one of another.

    Raises
    ------
    SchemaError
        If it cannot be given so.
    """
    if source.kind in NUMERIC and goal.kind in NUMERIC:
        try:
            number = plain_value(source, value)
            if not isinstance(number, int | float) or isinstance(number, bool):
                return value  # was no number before either; validation says so
            if source.unit and goal.unit:
                number = units.convert(number, source.unit, goal.unit)
        except ValidationError as error:
            raise _fault(goal.id, value, error.rule, Problem.UNIT) from error
        if goal.kind is not Kind.INTEGER:
            return number
        if not math.isfinite(number) or not is_whole(number):
            raise _fault(goal.id, value, "is no whole number")
        return int(number)
    if source.kind is goal.kind:
        return value
    if goal.kind is Kind.TEXT and not isinstance(value, dict | list):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if goal.kind is Kind.LIST and goal.element is not None:
        return [converted(value, source, goal.element)]
    if source.kind is Kind.DATETIME and goal.kind is Kind.DATE and isinstance(value, str):
        return value[:10]
    if isinstance(value, str | int | float | bool):
        text = str(value).lower() if isinstance(value, bool) else str(value)
        try:
            return parse_value(goal, text)
        except ValidationError as error:
            raise _fault(goal.id, value, error.rule) from error
    raise _fault(goal.id, value, f"a {source.kind} cannot become a {goal.kind}")


def _fault(name: str, value: Any, rule: str, problem: Problem = Problem.KIND) -> SchemaError:
    return SchemaError("attributes", name, value, rule, problem=problem)


def _renames(one: str, before: Catalogue, wishes: Wishes) -> dict[str, str]:
    """Return a type's renamings, those of what it extends included."""
    found: dict[str, str] = {}
    for ancestor in reversed(before.ancestors(one)):
        found |= wishes.renamed.get(ancestor, {})
    return found


def _filling(target: str, name: str, goal: PropertyType, after: Catalogue, wishes: Wishes) -> Any:
    for ancestor in after.ancestors(target):
        if name in wishes.fill.get(ancestor, {}):
            return wishes.fill[ancestor][name]
    return goal.default


def _check_wishes(before: Catalogue, after: Catalogue, wishes: Wishes) -> None:
    for source, target in wishes.retyped.items():
        before.type(source)
        after.type(target)
    for one, names in wishes.renamed.items():
        target = wishes.retyped.get(one, one)
        after.type(target)
        for old, new in names.items():
            if old not in before.properties(one):
                rule = "the type had no such property"
                raise ValidationError("schema", one, old, rule)
            if new not in after.properties(target):
                raise ValidationError("schema", target, new, "the type has no such property")
        if len(set(names.values())) != len(names):
            raise ValidationError("schema", one, dict(names), "two properties would become one")
    for one, values in wishes.fill.items():
        for name in values:
            if name not in after.properties(one):
                raise ValidationError("schema", one, name, "the type has no such property")
