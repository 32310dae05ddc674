"""Checking entities and relations against their types."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from twin_model.entity import Entity, Relation
from twin_model.schema.catalogue import Catalogue, UnknownTypeError
from twin_model.schema.types import RelationRule
from twin_model.schema.values import (
    Problem,
    SchemaError,
    check_object,
    check_value,
    missing,
    unknown,
)


def validate(
    entity: Entity, catalogue: Catalogue, *, only: Collection[str] | None = None
) -> list[SchemaError]:
    """Return what of an entity breaks its type; empty where all is well.

    Parameters
    ----------
    entity : Entity
    catalogue : Catalogue
    only : collection of str, optional
        Names of the attributes and indicators that changed; others are not looked at.

    Notes
    -----
    Attributes that the type does not declare are violations too (`Problem.UNKNOWN`); callers
    that keep a source's own attributes, as importers do, leave those out (`grave`).
    """
    try:
        properties = catalogue.properties(entity.type)
    except UnknownTypeError as error:
        return [
            SchemaError(
                "type", "type", entity.type, error.rule,
                problem=Problem.TYPE, nearest=error.nearest,
            )
        ]  # fmt: skip
    if catalogue.type(entity.type).abstract:
        some = ", ".join(sorted(catalogue.children(entity.type))[:6])
        rule = f"is only there to be extended; choose one of {some}"
        return [SchemaError("type", "type", entity.type, rule, problem=Problem.TYPE)]
    return [
        *_check_attributes(entity, catalogue, only),
        *_check_indicators(entity.indicators, catalogue, entity.type, only),
        *[
            missing("attributes", name)
            for name, kind in properties.items()
            if kind.required
            and (only is None or name in only)
            and entity.attributes.get(name) is None
        ],
    ]


def grave(violations: Collection[SchemaError]) -> list[SchemaError]:
    """Return the violations other than attributes that the type does not declare."""
    return [fault for fault in violations if fault.problem is not Problem.UNKNOWN]


def _check_attributes(
    entity: Entity, catalogue: Catalogue, only: Collection[str] | None
) -> list[SchemaError]:
    properties = catalogue.properties(entity.type)
    components = catalogue.components(entity.type)
    found: list[SchemaError] = []
    for name, value in entity.attributes.items():
        if value is None or (only is not None and name not in only):
            continue
        if (kind := properties.get(name)) is not None:
            found += check_value(kind, value, "attributes", name)
        elif (part := components.get(name)) is not None:
            fields = catalogue.properties(part.type)
            found += check_object(fields, value, "attributes", name)
        else:
            known = {**properties, **components}
            found.append(unknown("attributes", name, value, known))
    return found


def _check_indicators(
    indicators: Mapping[str, Any],
    catalogue: Catalogue,
    type_id: str,
    only: Collection[str] | None,
) -> list[SchemaError]:
    declared = catalogue.indicators(type_id)
    found: list[SchemaError] = []
    for name, value in indicators.items():
        if only is not None and name not in only:
            continue
        kind = declared.get(name)
        if kind is None:
            # An entity may declare an indicator of its own: an object that says what it is.
            if not isinstance(value, Mapping):
                found.append(unknown("indicators", name, value, declared))
        elif value is not None and not isinstance(value, Mapping):
            found += check_value(kind, value, "indicators", name)
    return found


def allowed_rules(
    kind: str, source_type: str, target_type: str, catalogue: Catalogue
) -> list[RelationRule]:
    """Return the rules that allow a relation of a kind between two types.

    Raises
    ------
    UnknownTypeError
        If one of the types is unknown.
    """
    line = set(catalogue.ancestors(target_type))
    return [
        rule
        for rule in catalogue.relations(source_type)
        if rule.kind == kind and (not rule.targets or line & set(rule.targets))
    ]


def validate_relation(
    relation: Relation, source_type: str, target_type: str, catalogue: Catalogue
) -> list[SchemaError]:
    """Return what of a relation breaks the types of its two ends.

    Parameters
    ----------
    relation : Relation
    source_type, target_type : str
        Types of the entities at its ends.
    catalogue : Catalogue
    """
    try:
        rules = allowed_rules(relation.kind, source_type, target_type, catalogue)
        kinds = dict.fromkeys(rule.kind for rule in catalogue.relations(source_type))
    except UnknownTypeError as error:
        return [
            SchemaError(
                "relations", "type", error.value, error.rule,
                problem=Problem.TYPE, nearest=error.nearest,
            )
        ]  # fmt: skip
    if not rules:
        if relation.kind not in kinds:
            fault = unknown("relations", relation.kind, target_type, kinds)
            return [fault]
        targets = sorted(
            {t for r in catalogue.relations(source_type) if r.kind == relation.kind
             for t in r.targets}
        )  # fmt: skip
        text = f"from {source_type}, {relation.kind} may lead only to {', '.join(targets)}"
        return [
            SchemaError("relations", relation.kind, target_type, text, problem=Problem.RELATION)
        ]
    if not relation.attributes:
        return []
    fields = {part.id: part for rule in rules for part in rule.properties}
    return check_object(fields, relation.attributes, "relations", relation.kind)


def validate_cardinality(
    kind: str, source_type: str, target_types: Collection[str], catalogue: Catalogue
) -> list[SchemaError]:
    """Return which rules an entity breaks by how many relations of a kind it has.

    Parameters
    ----------
    kind : str
    source_type : str
    target_types : collection of str
        Type of the other end of each of its relations of that kind.
    catalogue : Catalogue

    Raises
    ------
    UnknownTypeError
        If one of the types is unknown.
    """
    found = []
    for rule in catalogue.relations(source_type):
        if rule.kind != kind:
            continue
        count = rule_count(rule, target_types, catalogue)
        if count < rule.minimum or (rule.maximum is not None and count > rule.maximum):
            text = _how_many(rule.minimum, rule.maximum)
            found.append(SchemaError("relations", kind, count, text, problem=Problem.CARDINALITY))
    return found


def rule_count(rule: RelationRule, target_types: Collection[str], catalogue: Catalogue) -> int:
    """Return to how many of some types a rule applies; see `validate_cardinality`."""
    return sum(
        not rule.targets or bool(set(catalogue.ancestors(t)) & set(rule.targets))
        for t in target_types
    )


def _how_many(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {least} of them are needed"
    if least == most:
        return f"exactly {least} of them are needed"
    if not least:
        return f"at most {most} of them are allowed"
    return f"{least} to {most} of them are needed"


def validate_incoming(
    kind: str, target_type: str, source_types: Collection[str], catalogue: Catalogue
) -> list[SchemaError]:
    """Return which rules an entity breaks by how many relations of a kind reach it.

    Parameters
    ----------
    kind : str
    target_type : str
    source_types : collection of str
        Type of the other end of each relation of that kind that comes in.
    catalogue : Catalogue

    Raises
    ------
    UnknownTypeError
        If one of the types is unknown.
    """
    limits = [
        rule.inverse_maximum
        for one in source_types
        for rule in allowed_rules(kind, one, target_type, catalogue)
        if rule.inverse_maximum is not None
    ]
    if not limits or len(source_types) <= min(limits):
        return []
    text = f"{target_type} is reached by {min(limits)} of them at most"
    return [SchemaError("relations", kind, len(source_types), text, problem=Problem.CARDINALITY)]
