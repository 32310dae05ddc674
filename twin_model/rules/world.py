"""Entities as rows, with the newest values of what conditions ask for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin_model.entity import Entity
from twin_model.errors import StoreError
from twin_model.rules.detectors import Rows
from twin_model.rules.expression import Column, Expression, RelationStep, attributes_column
from twin_model.store.edges import edges
from twin_model.twin import Twin
from twin_model.view import TwinView

_Pairs = tuple[NDArray[np.int32], NDArray[np.int32]]


@dataclass(eq=False)
class RuleWorld:
    """What conditions are evaluated in.

    Parameters
    ----------
    ids, types : list of str
        By row.
    attributes : list of dict
        By row.
    edges : dict
        (source rows, target rows) by kind of relation.
    subtypes : callable
        Returns a type and all its subtypes.
    indicators : collection of str
        Names that samples may come for; others are attributes.
    """

    ids: list[str]
    types: list[str]
    attributes: list[Mapping[str, Any]]
    edges: dict[str, _Pairs]
    subtypes: Callable[[str], Collection[str]]
    indicators: Collection[str]
    rows: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.count = len(self.ids)
        self.rows = {name: row for row, name in enumerate(self.ids)}
        self._values: dict[str, Column] = {}
        self._attributes: dict[str, Column] = {}
        self._pairs: dict[RelationStep, _Pairs] = {}

    def set(self, name: str, rows: Rows) -> None:
        """Take in newest values of an indicator, in order of time."""
        words = rows.text is not None and bool(np.any(rows.text != np.array(None)))
        column = self._values.get(name)
        if column is None or (words and column.dtype != object):
            blank = np.full(self.count, None, object) if words else np.full(self.count, np.nan)
            column = self._values[name] = blank
        column[rows.row] = rows.text if column.dtype == object else rows.value

    def indicator(self, name: str) -> Column | None:
        """Return an indicator by row; None where it is an attribute."""
        column = self._values.get(name)
        if column is None and name in self.indicators:
            column = self._values[name] = np.full(self.count, np.nan)
        return column

    def attribute(self, name: str) -> Column:
        """Return an attribute by row."""
        column = self._attributes.get(name)
        if column is None:
            column = self._attributes[name] = attributes_column(self.attributes, name)
        return column

    def pairs(self, step: RelationStep) -> _Pairs:
        """Return rows from which and to which a relation leads."""
        found = self._pairs.get(step)
        if found is None:
            found = self._pairs[step] = self._followed(step)
        return found

    def _followed(self, step: RelationStep) -> _Pairs:
        nothing = np.zeros(0, np.int32)
        start, goal = self.edges.get(step.kind, (nothing, nothing))
        if step.inverse:
            start, goal = goal, start
        if step.type:
            wanted = set(self.subtypes(step.type))
            kept = np.array([self.types[row] in wanted for row in goal.tolist()], bool)
            start, goal = start[kept], goal[kept]
        return start, goal


def build_world(
    twin: Twin | TwinView,
    watched: Iterable[str],
    expressions: Iterable[Expression],
    subtypes: Callable[[str], Collection[str]],
    indicators: Collection[str],
    known: Mapping[str, Entity],
) -> RuleWorld:
    """Return the world that some conditions need: watched entities and what they lead to.

    Parameters
    ----------
    twin : Twin or TwinView
    watched : iterable of str
    expressions : iterable of Expression
    subtypes, indicators
        See `RuleWorld`.
    known : mapping
        Entities that were read already, by id.
    """
    view = twin if isinstance(twin, TwinView) else TwinView(twin)
    listed = list(expressions)
    steps = {step for expression in listed for step in expression.steps}
    near: dict[str, list[str]] = {}
    found: dict[str, list[tuple[str, str]]] = {step.kind: [] for step in steps}
    ahead = {step.kind for step in steps if not step.inverse}
    back = {step.kind for step in steps if step.inverse}
    for kind, source, target, _way in edges(view, found):
        found[kind].append((source, target))
        if kind in ahead:
            near.setdefault(source, []).append(target)
        if kind in back:
            near.setdefault(target, []).append(source)
    rows: dict[str, int] = {}
    for name in watched:
        rows.setdefault(name, len(rows))
    frontier = list(rows)
    for _level in range(max((expression.depth for expression in listed), default=0)):
        fresh = {goal for name in frontier for goal in near.get(name, ())} - rows.keys()
        frontier = sorted(fresh)
        for name in frontier:
            rows[name] = len(rows)
    things = [_thing(view, name, known) for name in rows]
    return RuleWorld(
        list(rows),
        [kind for kind, _attributes in things],
        [attributes for _kind, attributes in things],
        {kind: _pairs_of(pairs, rows) for kind, pairs in found.items()},
        subtypes,
        indicators,
    )


def _thing(view: TwinView, name: str, known: Mapping[str, Entity]) -> tuple[str, Mapping[str, Any]]:
    try:
        entity = known[name] if name in known else view.entity(name)
    except StoreError:  # the other end of a relation that is not there at this instant
        return "", {}
    return entity.type, entity.attributes


def _pairs_of(found: list[tuple[str, str]], rows: dict[str, int]) -> _Pairs:
    pairs = {
        (rows[source], rows[target])
        for source, target in found
        if source in rows and target in rows
    }
    array = np.array(sorted(pairs), np.int32).reshape(-1, 2)
    return np.ascontiguousarray(array[:, 0]), np.ascontiguousarray(array[:, 1])
