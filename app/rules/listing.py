"""What the list of rules shows, read in a thread."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from app.editing import schema
from app.item_models.entities import display_name
from app.rules import words
from twin_model.errors import StoreError
from twin_model.rules.model import of_type
from twin_model.rules.rule_set import RuleSet
from twin_model.schema.catalogue import Catalogue

if TYPE_CHECKING:
    from twin_model.operations import Operations
    from twin_model.rules.model import Rule


class Origin(StrEnum):
    """Where a rule comes from."""

    PROJECT = "project"
    TYPE = "type"
    ENTITY = "entity"


@dataclass(frozen=True)
class RuleLine:
    """One rule as the list shows it.

    Parameters
    ----------
    rule : Rule
    origin : Origin
    name, kind, applies, condition : str
        In the language in use.
    watched : int
        Entities that it watches now.
    standing : int
        Its alarms that stand.
    problem : str
        Why it cannot be at work; empty where it can.
    """

    rule: Rule
    origin: Origin
    name: str
    kind: str
    applies: str
    condition: str
    watched: int = 0
    standing: int = 0
    problem: str = ""


@dataclass(frozen=True)
class RuleBook:
    """All rules of a project.

    Parameters
    ----------
    lines : list of RuleLine
    rules : RuleSet
        Those of the project itself, which can be edited.
    version : int
        The newest; 0 where none was saved.
    """

    lines: list[RuleLine] = field(default_factory=list)
    rules: RuleSet = field(default_factory=RuleSet)
    version: int = 0


def read_book(operations: Operations) -> RuleBook:
    """Read the rules; for a thread."""
    rules = operations.rule_store.current()
    versions = operations.rule_store.versions()
    watched = {
        (bound.rule.id, bound.rule.applies): len(bound.entities)
        for bound in operations.binding.rules
    }
    standing = Counter(alarm.point.rule for alarm in operations.alarms.alarms())
    problems = {error.name: str(error) for error in operations.binding.problems}
    lines = []
    for rule, origin in _all(operations, rules):
        applies = words.applies_text(rule.applies, _name(operations, rule))
        lines.append(
            RuleLine(
                rule, origin, words.rule_name(rule), words.kind_name(rule.kind), applies,
                words.condition_text(rule), watched.get((rule.id, rule.applies), 0),
                standing[rule.id] if rule.enabled else 0, problems.get(rule.id, ""),
            )
        )  # fmt: skip
    return RuleBook(lines, rules, versions[-1][0] if versions else 0)


def _all(operations: Operations, rules: RuleSet) -> list[tuple[Rule, Origin]]:
    """Return the project's rules, then those of types in use, then those of entities."""
    found: list[tuple[Rule, Origin]] = [(rule, Origin.PROJECT) for rule in rules.rules]
    own = {rule.id for rule in rules.rules}
    catalogue: Catalogue = schema.catalogue()
    for type_id in operations.twin.entity_counts():
        if type_id not in catalogue:
            continue
        for default in catalogue.rules(type_id).values():
            made = of_type(type_id, default)
            if made.id not in own:
                found.append((made, Origin.TYPE))
    for bound in operations.binding.rules:
        rule = bound.rule
        declared = len(rule.applies.entities) == 1 and rule.id not in own
        if declared and not rule.applies.type and not rule.applies.where:
            found.append((rule, Origin.ENTITY))
    return found


def _name(operations: Operations, rule: Rule) -> str:
    """Return the name of the one entity that a rule is for; empty where it is for others."""
    if len(rule.applies.entities) != 1:
        return ""
    try:
        return display_name(operations.twin.entity(rule.applies.entities[0]))
    except StoreError:
        return rule.applies.entities[0]
