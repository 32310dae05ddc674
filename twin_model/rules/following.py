"""Rules follow the twin: what was edited is watched as it is now, and no more than that changes.

Binding anew reads every entity of every rule, so it is done only where an edit can matter; and
what a rule remembers, such as the mean of the last hour, stays where its entities are the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np

from twin_model.alarms.causes import CauseGraph, dependencies
from twin_model.entity import Entity
from twin_model.query import EntityQuery
from twin_model.rules.binding import Binding, BoundRule
from twin_model.rules.detectors import ThresholdDetector
from twin_model.rules.model import Applies, Rule, ThresholdRule
from twin_model.rules.world import RuleWorld
from twin_model.store.row_writer import Change
from twin_model.twin import Twin
from twin_model.view import TwinView


def needs_rebinding(binding: Binding, twin: Twin, change: Change, rules: Iterable[Rule]) -> bool:
    """Return whether an edit can change which entities rules watch, and how.

    Parameters
    ----------
    binding : Binding
        At work.
    twin : Twin
        After the edit.
    change : Change
    rules : iterable of Rule
        All that should be bound now: a type that came into use brings its own.
    """
    if change.all_entities or change.definitions & {"type"}:
        return True
    if not change.entities:
        return False
    if set(map(_key, rules)) != set(map(_key, binding.asked)):
        return True
    if any(bound.condition and bound.condition.steps for bound in binding.rules):
        # Relations do not say which of them changed.
        return True
    found = _as_it_is(twin, change.entities)
    watched: dict[Applies, Collection[str]] = {}
    for bound in binding.rules:
        applies = bound.rule.applies
        if applies not in watched:
            watched[applies] = _watched(twin, applies, found)
        if set(watched[applies]) != {name for name in change.entities if name in bound.rows}:
            return True
        if any(_differs(bound, binding.world, found[name]) for name in watched[applies]):
            return True
    return False


def relations_differ(graph: CauseGraph, twin: Twin, change: Change) -> bool:
    """Return whether an edit changed what depends on what."""
    if change.all_entities:
        return True
    if not change.entities:
        return False
    now = set(dependencies(TwinView(twin), change.entities))
    before = set()
    for name in change.entities:
        before |= {(other, name) for _hops, other in graph.above(name, 1) if other != name}
        before |= {(name, other) for _hops, other in graph.below(name, 1) if other != name}
    return now != before


def carried_over(fresh: Binding, before: Binding) -> Binding:
    """Let rules that watch the same entities by the same limits go on with what they remember."""
    known = {_key(bound.rule): bound for bound in before.rules}
    for bound in fresh.rules:
        old = known.get(_key(bound.rule))
        if old is None or old.entities != bound.entities or not _same_limits(old, bound):
            continue
        bound.detector, bound.state = old.detector, old.state
        bound.suppressed, bound.gate_open = old.suppressed, old.gate_open
    return fresh


def _key(rule: Rule) -> str:
    return rule.model_dump_json()


def _as_it_is(twin: Twin, names: Collection[str]) -> dict[str, Entity]:
    return {entity.id: entity for entity in twin.entities(EntityQuery(where=_named(names)))}


def _named(names: Iterable[str]) -> str:
    quoted = ("'" + name.replace("'", "''") + "'" for name in sorted(names))
    return f"id in ({', '.join(quoted)})"


def _watched(twin: Twin, applies: Applies, found: dict[str, Entity]) -> Collection[str]:
    """Return which of some entities a rule is for."""
    names = [name for name in found if not applies.entities or name in applies.entities]
    if not names or not (applies.type or applies.where):
        return names if applies.entities else ()
    where = f"({applies.where}) and {_named(names)}" if applies.where else _named(names)
    return [one.id for one in twin.entities(EntityQuery(type=applies.type or None, where=where))]


def _differs(bound: BoundRule, world: RuleWorld, entity: Entity) -> bool:
    """Return whether what a rule asks of an entity itself is not what it was."""
    rule = bound.rule
    if isinstance(rule, ThresholdRule) and rule.property:
        assert isinstance(bound.detector, ThresholdDetector)
        limit = entity.attributes.get(rule.property)
        known = bound.detector.limit[bound.rows[entity.id]]
        same = known == limit if isinstance(limit, int | float) else bool(np.isnan(known))
        if not same:
            return True
    asked = {name for e in (bound.condition, bound.suppress_if) if e for name in e.names}
    if not asked:
        return False
    row = world.rows[entity.id]
    before = world.attributes[row]
    return any(before.get(name) != entity.attributes.get(name) for name in asked)


def _same_limits(one: BoundRule, other: BoundRule) -> bool:
    if not isinstance(one.detector, ThresholdDetector):
        return True
    assert isinstance(other.detector, ThresholdDetector)
    return bool(np.array_equal(one.detector.limit, other.detector.limit, equal_nan=True))
