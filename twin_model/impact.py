"""What depends on what: upstream, downstream, inside, lost when something fails, and paths.

Breadth first, one statement a level, over any view of the twin: as it is, was or was known.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from twin_model.entity import Relation
from twin_model.errors import StoreError, ValidationError
from twin_model.relations import FLOW, HIERARCHY, Direction
from twin_model.store import rows
from twin_model.store.damage import telling_damage
from twin_model.twin import Twin
from twin_model.view import TwinView

_Neighbours = Callable[[set[int]], list[tuple[int, int]]]
_PART: Final = 5_000
#: Entities that an answer may hold; more is a wrong question, not a picture anyone can read.
MAX_REACHED: Final = 1_000_000


@dataclass(frozen=True)
class Impact:
    """What hangs together with an entity; each maps an id to the number of steps there.

    Parameters
    ----------
    upstream : dict
        What it is fed by, directly or not.
    downstream : dict
        What it feeds.
    inside : dict
        What it contains.
    affected : dict
        Reached by its failure: what is inside it, all that those feed, and what is inside that.
    lost : frozenset of str
        Those of `affected` that nothing feeds any more from elsewhere.
    """

    upstream: dict[str, int]
    downstream: dict[str, int]
    inside: dict[str, int]
    affected: dict[str, int]
    lost: frozenset[str]


@dataclass(frozen=True)
class Path:
    """The way from one entity to another.

    Parameters
    ----------
    entities : tuple of str
        Ids, both ends included.
    relations : tuple of Relation
        Between each two, as stored; one fewer than entities.
    """

    entities: tuple[str, ...]
    relations: tuple[Relation, ...]


@telling_damage
def impact(twin: Twin | TwinView, entity_id: str) -> Impact:
    """Return what hangs together with an entity.

    Raises
    ------
    StoreError
        If there is no such id.
    ValidationError
        If more than `MAX_REACHED` entities do.
    """
    graph = _Graph(twin)
    start = graph.key(entity_id)
    upstream = graph.spread({start}, lambda keys: graph.flow(keys, against=True))
    downstream = graph.spread({start}, graph.flow)
    inside = graph.spread({start}, graph.parts)
    failing = {start} | inside.keys()
    affected = graph.spread({start}, lambda keys: [*graph.parts(keys), *graph.flow(keys)])
    lost = failing | _unfed(graph, set(affected) - failing, failing)
    lost.discard(start)
    named = graph.names({start, *upstream, *downstream, *inside, *affected})

    def by_id(found: dict[int, int]) -> dict[str, int]:
        return {named[key]: steps for key, steps in found.items()}

    gone = frozenset(named[key] for key in lost)
    return Impact(by_id(upstream), by_id(downstream), by_id(inside), by_id(affected), gone)


def _unfed(graph: _Graph, at_risk: set[int], failing: set[int]) -> set[int]:
    """Return those at risk to which nothing flows any more from what still works.

    Fed by something that is not at risk means alive, and so does fed by something alive; a ring
    whose members feed only each other is lost, which counting feeders would not see.
    """
    feeders: dict[int, set[int]] = {}
    wholes: dict[int, set[int]] = {}
    for fed, feeder in graph.flow(at_risk, against=True):
        feeders.setdefault(fed, set()).add(feeder)
    for part, whole in graph.wholes(at_risk):
        wholes.setdefault(part, set()).add(whole)
    fed_by: dict[int, set[int]] = {}
    alive: list[int] = []
    for key in at_risk:
        # What nothing feeds depends on the whole that it is inside.
        sources = feeders.get(key) or wholes.get(key, set())
        if any(source not in at_risk and source not in failing for source in sources):
            alive.append(key)
        for source in sources:
            fed_by.setdefault(source, set()).add(key)
    living = set(alive)
    while alive:
        fresh = fed_by.get(alive.pop(), set()) - living
        living |= fresh
        alive += fresh
    return at_risk - living


@telling_damage
def path(
    twin: Twin | TwinView,
    start: str,
    goal: str,
    *,
    kinds: Collection[str] = (),
    directed: bool = False,
    max_hops: int = 32,
) -> Path | None:
    """Return a shortest path of relations from one entity to another; None where there is none.

    Parameters
    ----------
    twin : Twin or TwinView
    start, goal : str
        Entity ids.
    kinds : collection of str
        Kinds to follow; empty for all.
    directed : bool
        Follow relations from source to target only.
    max_hops : int

    Raises
    ------
    StoreError
        If there is no such id.
    ValidationError
        If more than `MAX_REACHED` entities lie nearer than the goal.
    """
    graph = _Graph(twin)
    first, last = graph.key(start), graph.key(goal)
    came: dict[int, tuple[int, int]] = {first: (first, 0)}
    frontier = {first}
    for _ in range(max_hops):
        if last in came or not frontier:
            break
        fresh: dict[int, tuple[int, int]] = {}
        for here, there, fid in graph.edges(frontier, kinds, both=not directed):
            if there not in came:
                fresh.setdefault(there, (here, fid))
        came |= fresh
        frontier = set(fresh)
        _bound(came)
    if last not in came:
        return None
    keys, fids = [last], []
    while keys[-1] != first:
        before, fid = came[keys[-1]]
        keys.append(before)
        fids.append(fid)
    named = graph.names(keys)
    relations = graph.relations(fids)
    return Path(
        tuple(named[key] for key in reversed(keys)),
        tuple(relations[fid] for fid in reversed(fids)),
    )


def _bound(found: Collection[int]) -> None:
    if len(found) > MAX_REACHED:
        rule = f"more than {MAX_REACHED} entities are reached; name the kinds of relation"
        raise ValidationError("query", "relations", len(found), rule)


class _Graph:
    """The relations of a view, asked for by key."""

    def __init__(self, twin: Twin | TwinView) -> None:
        view = twin if isinstance(twin, TwinView) else TwinView(twin)
        self._connection = view.reader()
        self._hold, self._values = view.moment().condition("r.")

    def key(self, entity_id: str) -> int:
        """Return the key of an id, or raise `StoreError`."""
        query = "SELECT key FROM entity_key WHERE id = ?"
        row = self._connection.execute(query, (entity_id,)).fetchone()
        if row is None:
            raise StoreError(f"no entity with id {entity_id}")
        return int(row[0])

    def names(self, keys: Iterable[int]) -> dict[int, str]:
        """Return the ids of keys."""
        query = "SELECT key, id FROM entity_key WHERE key IN (SELECT value FROM json_each(?))"
        return {
            row[0]: row[1] for part in _parts(keys) for row in self._connection.execute(query, part)
        }

    def relations(self, fids: Iterable[int]) -> dict[int, Relation]:
        """Return relations by fid."""
        query = (
            "SELECT r.fid, r.id, r.kind, s.id, t.id, r.attributes, r.computed, r.valid_from,"
            " r.valid_to FROM relation_version r JOIN entity_key s ON s.key = r.source"
            " JOIN entity_key t ON t.key = r.target"
            " WHERE r.fid IN (SELECT value FROM json_each(?))"
        )
        return {
            row[0]: rows.relation_from(tuple(row)[1:])
            for part in _parts(fids)
            for row in self._connection.execute(query, part)
        }

    def _step(
        self, keys: Iterable[int], ends: tuple[str, str], kinds: Collection[str]
    ) -> Iterator[tuple[int, int, int, str | None]]:
        """Yield (from, to, fid, direction) of the relations at *keys*."""
        start, goal = ends
        only = f" AND r.kind IN ({','.join('?' * len(kinds))})" if kinds else ""
        query = (
            f"SELECT r.{start}, r.{goal}, r.fid, json_extract(r.attributes, '$.direction')"
            f" FROM json_each(?) k CROSS JOIN relation_version r ON r.{start} = k.value{only}"
            f" WHERE {self._hold}"
        )
        for part in _parts(keys):
            for row in self._connection.execute(query, [*part, *sorted(kinds), *self._values]):
                yield row[0], row[1], row[2], row[3]

    def edges(
        self, keys: Collection[int], kinds: Collection[str], *, both: bool
    ) -> Iterator[tuple[int, int, int]]:
        """Yield (from, to, fid) of the relations that leave *keys*, or touch them."""
        for here, there, fid, _way in self._step(keys, ("source", "target"), kinds):
            yield here, there, fid
        if both:
            for here, there, fid, _way in self._step(keys, ("target", "source"), kinds):
                yield here, there, fid

    def parts(self, keys: Iterable[int]) -> list[tuple[int, int]]:
        """Return (whole, part)."""
        return [(a, b) for a, b, _f, _w in self._step(keys, ("source", "target"), HIERARCHY)]

    def wholes(self, keys: Iterable[int]) -> list[tuple[int, int]]:
        """Return (part, whole)."""
        return [(a, b) for a, b, _f, _w in self._step(keys, ("target", "source"), HIERARCHY)]

    def flow(self, keys: Iterable[int], *, against: bool = False) -> list[tuple[int, int]]:
        """Return (key, what it feeds), or with *against* (key, what feeds it)."""
        keys = list(keys)
        ahead, back = ("source", "target"), ("target", "source")
        if against:
            ahead, back = back, ahead
        found = [
            (a, b) for a, b, _f, way in self._step(keys, ahead, FLOW) if way != Direction.BACKWARD
        ]
        turned = (Direction.BACKWARD, Direction.BOTH)
        return found + [(a, b) for a, b, _f, way in self._step(keys, back, FLOW) if way in turned]

    def spread(self, start: set[int], neighbours: _Neighbours) -> dict[int, int]:
        """Return what is reached from *start*, without it, and in how many steps."""
        reached: dict[int, int] = {}
        frontier, steps = set(start), 0
        while frontier:
            steps += 1
            fresh = {there for _here, there in neighbours(frontier)} - reached.keys() - start
            reached.update(dict.fromkeys(fresh, steps))
            _bound(reached)
            frontier = fresh
        return reached


def _parts(keys: Iterable[int]) -> Iterator[tuple[str]]:
    wanted = list(keys)
    for start in range(0, len(wanted), _PART):
        yield (json.dumps(wanted[start : start + _PART]),)
