"""Rules meet entities: which are watched, against which limits, as which alarm points."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter
from pydantic import ValidationError as PydanticError

from twin_model.alarms.model import AlarmPoint
from twin_model.entity import Entity
from twin_model.errors import StoreError, ValidationError
from twin_model.query import EntityQuery
from twin_model.rules.anomaly import AnomalyDetector
from twin_model.rules.detectors import (
    CountDetector,
    Detector,
    DeviationDetector,
    GeofenceDetector,
    RateDetector,
    StaleDetector,
    ThresholdDetector,
    WordDetector,
)
from twin_model.rules.expression import Expression, parse
from twin_model.rules.model import (
    AnomalyRule,
    Applies,
    CountRule,
    DeviationRule,
    ExpressionRule,
    GeofenceRule,
    RateRule,
    Rule,
    StaleRule,
    ThresholdRule,
    of_type,
    own_rule,
)
from twin_model.rules.world import RuleWorld, build_world
from twin_model.schema.types import DefaultRule, IndicatorType
from twin_model.twin import Twin

_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)


class Types(Protocol):
    """What is asked of the catalogue of entity types."""

    def __contains__(self, type_id: object) -> bool: ...

    def descendants(self, type_id: str) -> Iterable[str]:
        """Return a type and its subtypes."""
        ...

    def rules(self, type_id: str) -> Mapping[str, DefaultRule]:
        """Return the rules of a type, inherited ones included."""
        ...

    def indicators(self, type_id: str) -> Mapping[str, IndicatorType]:
        """Return the indicators of a type, inherited ones included."""
        ...


@dataclass(eq=False)
class BoundRule:
    """A rule with the entities that it watches.

    Parameters
    ----------
    rule : Rule
    entities : tuple of str
        By row.
    detector : Detector, optional
        None for conditions, which look at the world as a whole.
    condition, suppress_if : Expression, optional
    shown : str
        Indicator of the entity itself that a condition asks for first: what its alarms are shown
        with. Empty where it asks for none.
    unit : str
        Of the value that its alarms show.
    """

    rule: Rule
    entities: tuple[str, ...]
    detector: Detector | None = None
    condition: Expression | None = None
    suppress_if: Expression | None = None
    shown: str = ""
    unit: str = ""
    rows: dict[str, int] = field(init=False)
    points: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.rows = {name: row for row, name in enumerate(self.entities)}
        self.points = tuple(f"{name}/{self.rule.id}" for name in self.entities)
        self.state: NDArray[np.bool_] = np.zeros(len(self.entities), bool)
        self.suppressed: NDArray[np.bool_] = np.zeros(len(self.entities), bool)
        self.gate_open = True
        self.world_rows: NDArray[np.int32] = np.zeros(0, np.int32)

    @property
    def indicator(self) -> str:
        """Whose samples it is fed; empty for conditions."""
        return str(getattr(self.rule, "indicator", ""))

    def alarm_points(self, language: str = "en") -> list[AlarmPoint]:
        """Return the alarm points that it makes."""
        rule = self.rule
        dwell_s = rule.dwell_s if isinstance(rule, GeofenceRule) else 0.0
        name = rule.name.get(language) or rule.id
        first = AlarmPoint(
            # Types write the names of their rules as within a sentence.
            "", "", name[:1].upper() + name[1:], rule.priority, rule.id,
            max(rule.on_delay_s, dwell_s), rule.off_delay_s, rule.latching, rule.acknowledge,
            rule.group, rule.escalate_after_s, rule.guidance, self.indicator or self.shown,
            self.unit,
        )  # fmt: skip
        return [
            replace(first, id=point, entity=name, group=rule.group.replace("{entity}", name))
            for point, name in zip(self.points, self.entities)
        ]


@dataclass(eq=False)
class Binding:
    """All rules of a twin, bound.

    Parameters
    ----------
    rules : list of BoundRule
    world : RuleWorld
    problems : list of ValidationError
        Rules that could not be bound, one each; the others are.
    asked : tuple of Rule
        What was to be bound.
    """

    rules: list[BoundRule]
    world: RuleWorld
    problems: list[ValidationError] = field(default_factory=list)
    asked: tuple[Rule, ...] = ()

    def alarm_points(self, language: str = "en") -> list[AlarmPoint]:
        """Return the alarm points of all rules."""
        return [point for bound in self.rules for point in bound.alarm_points(language)]


def all_rules(
    own: Sequence[Rule], twin: Twin, types: Types | None
) -> tuple[list[Rule], list[ValidationError]]:
    """Return the project's rules, those of types in use, and those that entities declare.

    A rule of the project stands for one of a type with the same id, so that a site can set its
    own figures.
    """
    found: dict[str, Rule] = {rule.id: rule for rule in own}
    problems: list[ValidationError] = []
    for type_id in twin.entity_counts():
        if types is not None and type_id in types:
            for default in types.rules(type_id).values():
                made = of_type(type_id, default)
                found.setdefault(made.id, made)
    for entity_id, documents in _declared(twin):
        for number, document in enumerate(documents):
            named = {"id": f"own-{number}", **own_rule(entity_id, document)}
            try:
                rule = _RULE.validate_python(named)
            except PydanticError as error:
                problems.append(_problem(entity_id, error))
                continue
            found[f"{entity_id}/{rule.id}"] = rule
    return [rule for rule in found.values() if rule.enabled], problems


def _declared(twin: Twin) -> list[tuple[str, list[dict[str, Any]]]]:
    rows = twin.reader().execute(
        "SELECT id, rules FROM entity_version WHERE revision_to IS NULL AND rules <> '[]'"
        " AND valid_from <= ?1 AND valid_to > ?1",
        (twin.now().us,),
    )
    ids = sorted({row[0] for row in rows})
    return [(name, twin.entity(name).rules) for name in ids]


def bind(rules: Iterable[Rule], twin: Twin, types: Types | None = None) -> Binding:
    """Find the entities of each rule.

    A rule that cannot be bound (a condition that the query language refuses, a property that is
    no number) is in `Binding.problems`; the others work.
    """
    bound: list[BoundRule] = []
    problems: list[ValidationError] = []
    found, asked = _Found(twin), tuple(rules)
    for rule in asked:
        try:
            bound.append(_bound(rule, found.entities(rule.applies)))
        except ValidationError as error:
            problems.append(error)
    expressions = [e for b in bound for e in (b.condition, b.suppress_if) if e is not None]
    watched = [name for b in bound if b.condition or b.suppress_if for name in b.entities]

    def subtypes(type_id: str) -> Collection[str]:
        known = types is not None and type_id in types
        return {type_id, *types.descendants(type_id)} if known and types else {type_id}

    indicators = _units(twin, types)
    world = build_world(twin, watched, expressions, subtypes, indicators, found.known)
    for each in bound:
        each.unit = _unit(each.rule, indicators)
        if each.condition is not None:
            each.shown = next((name for name in each.condition.own if name in indicators), "")
        if each.condition or each.suppress_if:
            each.world_rows = np.array([world.rows[name] for name in each.entities], np.int32)
    return Binding(bound, world, problems, asked)


def _units(twin: Twin, types: Types | None) -> dict[str, dict[str, str]]:
    """Return the indicators of what is there, each with its unit by type."""
    found: dict[str, dict[str, str]] = {}
    for type_id in twin.entity_counts():
        if types is not None and type_id in types:
            for name, indicator in types.indicators(type_id).items():
                found.setdefault(name, {})[type_id] = indicator.unit
    for (name,) in twin.reader().execute(
        "SELECT DISTINCT json_each.key FROM entity_version, json_each(entity_version.indicators)"
        " WHERE revision_to IS NULL AND indicators <> '{}'"
    ):
        found.setdefault(name, {})
    return found


def _unit(rule: Rule, indicators: Mapping[str, Mapping[str, str]]) -> str:
    """Return the unit of the value that alarms of a rule show; empty where types differ."""
    if not isinstance(rule, ThresholdRule | DeviationRule | RateRule):
        return ""  # a count, a score, or nothing
    by_type = indicators.get(rule.indicator, {})
    units = set(by_type.values())
    unit = by_type.get(rule.applies.type or "", next(iter(units)) if len(units) == 1 else "")
    return f"{unit}/s" if isinstance(rule, RateRule) and unit else unit


class _Found:
    """Entities of the rules; those of several rules are read once."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin
        self._by_query: dict[tuple[str, str], list[Entity]] = {}
        self.known: dict[str, Entity] = {}

    def entities(self, applies: Applies) -> list[Entity]:
        """Return the entities that a rule watches."""
        if applies.entities and not (applies.type or applies.where):
            return self._named(applies.entities)
        asked = (applies.type, applies.where)
        if asked not in self._by_query:
            query = EntityQuery(type=applies.type or None, where=applies.where)
            self._by_query[asked] = self._twin.entities(query)
            self.known |= {entity.id: entity for entity in self._by_query[asked]}
        wanted = set(applies.entities)
        return [e for e in self._by_query[asked] if not wanted or e.id in wanted]

    def _named(self, names: Sequence[str]) -> list[Entity]:
        for name in names:
            if name not in self.known:
                with contextlib.suppress(StoreError):  # gone, or not there yet
                    self.known[name] = self._twin.entity(name)
        return [self.known[name] for name in names if name in self.known]


def _bound(rule: Rule, entities: list[Entity]) -> BoundRule:
    suppress = parse(rule.suppress_if) if rule.suppress_if else None
    ids = tuple(entity.id for entity in entities)
    if isinstance(rule, ExpressionRule):
        return BoundRule(rule, ids, None, parse(rule.condition), suppress)
    return BoundRule(rule, ids, _detector(rule, entities), None, suppress)


def _detector(rule: Rule, entities: list[Entity]) -> Detector:
    count = len(entities)
    match rule:
        case ThresholdRule() if (word := rule.word()) is not None:
            return WordDetector(rule.operator, word, count)
        case ThresholdRule():
            return ThresholdDetector(rule.operator, _limits(rule, entities), rule.deadband)
        case RateRule():
            return RateDetector(rule, count)
        case DeviationRule():
            return DeviationDetector(rule, count)
        case StaleRule():
            return StaleDetector(rule, count)
        case CountRule():
            return CountDetector(rule, count)
        case GeofenceRule():
            return GeofenceDetector(rule, count)
        case AnomalyRule():
            return AnomalyDetector(rule, count)
    raise ValidationError("rules", "kind", rule.kind, "is not known")


def _limits(rule: ThresholdRule, entities: list[Entity]) -> NDArray[np.float64]:
    if isinstance(rule.threshold, float):
        return np.full(len(entities), rule.threshold)
    values = [entity.attributes.get(rule.property) for entity in entities]
    # An entity without the limit is not watched: NaN compares with nothing.
    return np.array(
        [float(v) if isinstance(v, int | float) else np.nan for v in values], np.float64
    )


def _problem(entity_id: str, error: PydanticError) -> ValidationError:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return ValidationError("rules", f"{entity_id}.{where}", first.get("input"), first["msg"])
