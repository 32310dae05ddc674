"""Behaviour rules of an entity as fields: those of its type, of the project, and its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import TypeAdapter
from pydantic import ValidationError as PydanticError
from PySide6.QtCore import QCoreApplication

from app import alarm_words
from app.editing import schema
from app.numbers import duration
from app.panels.fields import Field
from app.rules import words
from twin_model.rules.model import Rule, of_type, own_rule

if TYPE_CHECKING:
    from twin_model.entity import Entity
    from twin_model.rules.binding import Binding

_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)


def rule_fields(entity: Entity, binding: Binding | None) -> list[Field]:
    """Return the rules that watch an entity, by where they come from.

    Parameters
    ----------
    entity : Entity
    binding : Binding, optional
        The rules at work, which tell of the project's; None where none are.
    """
    say = QCoreApplication.translate
    at_work = [] if binding is None else [b.rule for b in binding.rules if entity.id in b.rows]
    known = schema.known_type(entity.type)
    declared = schema.catalogue().rules(known).values() if known else ()
    of_its_type = {rule.id: rule for rule in (of_type(entity.type, one) for one in declared)}
    own, broken = _own(entity)
    # A rule of the project stands for one of the type that has its id.
    of_project = [rule for rule in at_work if rule != of_its_type.get(rule.id) and rule not in own]
    for rule in of_project:
        of_its_type.pop(rule.id, None)
    fields: list[Field] = []
    for title, rules in (
        (say("EntityRules", "Of its type"), list(of_its_type.values())),
        (say("EntityRules", "Of the project"), of_project),
        (say("EntityRules", "Its own"), own),
    ):
        if rules or (rules is own and broken):
            fields += [Field(title), *map(_field, rules)]
    return fields + broken


def _own(entity: Entity) -> tuple[list[Rule], list[Field]]:
    """Return the rules that an entity declares itself, and what cannot be read of them."""
    found: list[Rule] = []
    broken: list[Field] = []
    for number, document in enumerate(entity.rules):
        try:
            named = {"id": f"own-{number}", **own_rule(entity.id, document)}
            found.append(_RULE.validate_python(named))
        except PydanticError as error:
            name = str(document.get("id") or document.get("name") or number + 1)
            broken.append(Field(name, str(error.errors()[0]["msg"])))
    return found, broken


def _field(rule: Rule) -> Field:
    text = words.condition_text(rule)
    if rule.on_delay_s:
        wait = QCoreApplication.translate("EntityRules", "{0}, for {1}")
        text = wait.format(text, duration(rule.on_delay_s))
    return Field(words.rule_name(rule), text, alarm_words.priority(rule.priority))
