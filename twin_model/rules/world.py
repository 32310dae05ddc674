"""Entities as rows, with the newest values of what conditions ask for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
) -> RuleWorld:
    """Return the world that some conditions need: watched entities and what they lead to."""
    view = twin if isinstance(twin, TwinView) else TwinView(twin)
    listed = list(expressions)
    kinds = {step.kind for expression in listed for step in expression.steps}
    depth = max((expression.depth for expression in listed), default=0)
    found = {(kind, source, target) for kind, source, target, _way in edges(view, kinds)}
    both_ways = {step.kind for expression in listed for step in expression.steps if step.inverse}
    rows: dict[str, int] = {}
    for name in watched:
        rows.setdefault(name, len(rows))
    frontier = set(rows)
    for _level in range(depth):
        near = {target for _kind, source, target in found if source in frontier}
        near |= {
            source for kind, source, target in found if kind in both_ways and target in frontier
        }
        frontier = near - rows.keys()
        for name in sorted(frontier):
            rows[name] = len(rows)
    things = {name: _thing(view, name) for name in rows}
    return RuleWorld(
        list(rows),
        [things[name][0] for name in rows],
        [things[name][1] for name in rows],
        {kind: _pairs_of(kind, found, rows) for kind in kinds},
        subtypes,
        indicators,
    )


def _thing(view: TwinView, name: str) -> tuple[str, Mapping[str, Any]]:
    try:
        entity = view.entity(name)
    except StoreError:  # the other end of a relation that is not there at this instant
        return "", {}
    return entity.type, entity.attributes


def _pairs_of(kind: str, found: set[tuple[str, str, str]], rows: dict[str, int]) -> _Pairs:
    pairs = sorted(
        (rows[source], rows[target])
        for other, source, target in found
        if other == kind and source in rows and target in rows
    )
    array = np.array(pairs, np.int32).reshape(-1, 2)
    return array[:, 0], array[:, 1]
