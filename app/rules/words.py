"""Words for rules in the language in use: what each kind is, and what a rule says as a sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication

from app import entity_words
from app.editing import schema
from app.item_models.alarms import value_text
from app.live.units import indicator_name, indicator_type
from app.numbers import duration, integer
from app.unit_words import label
from twin_model.rules.model import (
    AnomalyRule,
    CalendarRule,
    CountRule,
    DeviationRule,
    ExpressionRule,
    GeofenceRule,
    RateRule,
    StaleRule,
    ThresholdRule,
)

if TYPE_CHECKING:
    from twin_model.rules.model import Applies, Rule

#: Kinds of rules in the order of the menu.
KINDS: Final = (
    "threshold", "rate", "deviation", "stale", "count", "geofence", "expression", "calendar",
    "anomaly",
)  # fmt: skip
#: How the rule of a type itself, without its subtypes, says whom it is for.
_OF_ONE_TYPE: Final = re.compile(r"type = (\w+)")
_SIGNS: Final = {">": ">", ">=": "≥", "<": "<", "<=": "≤", "=": "=", "!=": "≠"}


def kind_name(kind: str) -> str:
    """Return what a kind of rule is called."""
    say = QCoreApplication.translate
    return {
        "threshold": say("Rules", "Limit"),
        "rate": say("Rules", "Rate of change"),
        "deviation": say("Rules", "Deviation from its mean"),
        "stale": say("Rules", "Nothing comes"),
        "count": say("Rules", "Count in a window"),
        "geofence": say("Rules", "Geofence"),
        "expression": say("Rules", "Condition"),
        "calendar": say("Rules", "Condition at wrong hours"),
        "anomaly": say("Rules", "Unlike its past"),
    }[kind]


def kind_hint(kind: str) -> str:
    """Return when a rule of a kind raises an alarm."""
    say = QCoreApplication.translate
    return {
        "threshold": say("Rules", "Alarms while a value is beyond a limit."),
        "rate": say("Rules", "Alarms while a value rises or falls faster than a limit."),
        "deviation": say(
            "Rules", "Alarms while a value is far from its own mean of the time before."
        ),
        "stale": say("Rules", "Alarms while nothing comes, also where nothing ever came."),
        "count": say("Rules", "Alarms when enough samples of a window are beyond a limit."),
        "geofence": say("Rules", "Alarms while a moving thing is where it should not be."),
        "expression": say(
            "Rules", "Alarms while a condition over values and related entities is true."
        ),
        "calendar": say(
            "Rules", "Alarms while a condition is true at hours at which it must not be."
        ),
        "anomaly": say("Rules", "Alarms while a value is unlike what it used to be."),
    }[kind]  # fmt: skip


def sign(operator: str) -> str:
    """Return an operator as people write it."""
    return _SIGNS.get(operator, operator)


def rule_name(rule: Rule) -> str:
    """Return a rule's name in the language in use; its id where it has none."""
    return schema.sentence(rule.name.get(schema.language())) or rule.id


def type_of(applies: Applies) -> str:
    """Return the entity type that a rule is for; empty where it is for any."""
    return applies.type or type_of_condition(applies.where)


def type_of_condition(where: str) -> str:
    """Return the entity type that a condition asks for and nothing else; empty for others."""
    found = _OF_ONE_TYPE.fullmatch(where.strip())
    return found.group(1) if found else ""


def applies_text(applies: Applies, name: str = "") -> str:
    """Return whom a rule is for.

    Parameters
    ----------
    applies : Applies
    name : str
        Of the one entity, where it is for one and its name is known.
    """
    kind = type_of(applies)
    parts = [entity_words.entity_type(kind)] if kind else []
    if applies.where and (applies.type or not kind):
        parts.append(applies.where)
    if applies.entities:
        count = len(applies.entities)
        several = QCoreApplication.translate("Rules", "{0} named entities").format(integer(count))
        parts.append((name or applies.entities[0]) if count == 1 else several)
    return " · ".join(parts)


def condition_text(rule: Rule) -> str:
    """Return when a rule's alarm is raised, as a short line such as ``Flow < 2.5 m³/h``."""
    say = QCoreApplication.translate
    if isinstance(rule, ExpressionRule):
        text = rule.condition
        if isinstance(rule, CalendarRule):
            text = f"{text}  ({hours_text(rule)})"
        return text
    kind = type_of(rule.applies)
    name, unit = indicator_name(kind, rule.indicator), _unit(kind, rule.indicator)
    match rule:
        case ThresholdRule():
            limit = rule.word() or value_text(_number(rule.threshold), unit)
            if rule.property:
                limit = _property_name(kind, rule.property)
            return f"{name} {sign(rule.operator)} {limit}"
        case RateRule():
            text = say("Rules", "{0} changes by {1} {2} a second, over {3}")
            amount = value_text(rule.per_s, unit)
            return text.format(name, sign(rule.operator), amount, duration(rule.over_s))
        case DeviationRule():
            share = f"{100 * rule.limit:g} %"
            limit = share if rule.relative else value_text(rule.limit, unit)
            text = say("Rules", "{0} is {1} from its mean of {2}")
            return text.format(name, limit, duration(rule.window_s))
        case StaleRule():
            text = say("Rules", "{0}: nothing for {1}")
            return text.format(name, duration(rule.after_s))
        case CountRule():
            text = say("Rules", "{0} {1} {2}, {3} times in {4}")
            amount = value_text(rule.threshold, unit)
            return text.format(
                name, sign(rule.operator), amount, integer(rule.at_least), duration(rule.window_s)
            )
        case GeofenceRule():
            return {
                "enter": say("Rules", "inside the fence"),
                "exit": say("Rules", "outside the fence"),
                "dwell": say("Rules", "inside the fence for {0}").format(duration(rule.dwell_s)),
            }[rule.event]
        case AnomalyRule():
            return say("Rules", "{0}: score above {1}").format(name, f"{rule.limit:g}")


def hours_text(rule: CalendarRule) -> str:
    """Return a calendar's hours."""
    hours = rule.hours
    text = f"{hours.start}–{hours.end} {hours.zone}"
    if not hours.outside:
        return text
    return QCoreApplication.translate("Rules", "outside {0}").format(text)


def backtest_text(alarms: int, floods: int) -> str:
    """Return what rules would have done, as a sentence."""
    if not alarms:
        return QCoreApplication.translate("Rules", "Would have raised no alarm.")
    text = QCoreApplication.translate("Rules", "Would have raised %n alarms", "", alarms)
    if not floods:
        return text + QCoreApplication.translate("Rules", ", no flood.")
    return text + QCoreApplication.translate("Rules", ", %n floods.", "", floods)


def _property_name(entity_type: str, name: str) -> str:
    """Return what an attribute is called; itself where the catalogue has none."""
    known = schema.known_type(entity_type)
    found = schema.catalogue().properties(known).get(name) if known else None
    return (schema.sentence(found.name.get(schema.language())) if found else "") or name


def _unit(entity_type: str, indicator: str) -> str:
    found = indicator_type(entity_type, indicator) if entity_type else None
    return label(found.unit) if found is not None else ""


def value_unit(rule: Rule) -> str:
    """Return the unit of the value that a rule's alarms show; empty for counts and scores."""
    if isinstance(rule, ThresholdRule | DeviationRule | RateRule):
        unit = _unit(type_of(rule.applies), rule.indicator)
        return f"{unit}/s" if isinstance(rule, RateRule) and unit else unit
    return ""


def _number(limit: object) -> float:
    return float(limit) if isinstance(limit, int | float) else float("nan")
