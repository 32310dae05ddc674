"""Paths between two entities, and what a failure reaches: asked in threads, shown as highlights."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from app.graph.model import Highlight
from twin_model.entity import Entity

if TYPE_CHECKING:
    from twin_model.twin import Twin
    from twin_model.view import TwinView

#: Entities that an answer adds to the graph; all of them are marked in the scene.
_MOST_ADDED: Final = 60
#: Entities that are marked in the scene at most.
_MOST_MARKED: Final = 20_000


class Reach(StrEnum):
    """What is asked about an entity."""

    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"
    INSIDE = "inside"
    AFFECTED = "affected"


#: Theme colours by what an entity is in the answer.
TOKENS: Final = {
    Reach.UPSTREAM: "low",
    Reach.DOWNSTREAM: "accent",
    Reach.INSIDE: "bar",
    Reach.AFFECTED: "high",
}
LOST: Final = "critical"


@dataclass(frozen=True)
class Finding:
    """An answer.

    Parameters
    ----------
    highlight : Highlight
        Of everything found.
    add : tuple of str
        What the graph shows of it, nearest first.
    entities : dict of str to Entity
        What is marked in the scene.
    total : int
        How many there are, itself not counted.
    lost : int
        How many of them nothing feeds any more.
    hops : int
        Relations on the path; 0 where there is none.
    """

    highlight: Highlight = field(default_factory=Highlight)
    add: tuple[str, ...] = ()
    entities: Mapping[str, Entity] = field(default_factory=dict)
    total: int = 0
    lost: int = 0
    hops: int = 0


def find_reach(view: Twin | TwinView, entity_id: str, reach: Reach) -> Finding:
    """Return what lies upstream or downstream of an entity, inside it, or is hit when it fails.

    Raises
    ------
    StoreError
        If there is no such id.
    ValidationError
        If more is reached than anybody could look at.
    """
    from twin_model.impact import impact

    found = impact(view, entity_id)
    steps: dict[str, int] = getattr(found, reach.value)
    nearest = sorted(steps, key=lambda name: steps[name])
    lost = found.lost & steps.keys() if reach is Reach.AFFECTED else frozenset()
    roles = {name: LOST if name in lost else TOKENS[reach] for name in nearest}
    return Finding(
        Highlight(roles),
        tuple(nearest[:_MOST_ADDED]),
        _entities(view, nearest[:_MOST_MARKED]),
        total=len(steps),
        lost=len(lost),
    )


def find_path(
    view: Twin | TwinView, start: str, goal: str, *, without: Collection[str] = ()
) -> Finding:
    """Return a shortest way from one entity to another, whatever the relations' directions.

    Parameters
    ----------
    view : Twin or TwinView
    start, goal : str
        Entity ids.
    without : collection of str
        Kinds of relation not to follow.

    Raises
    ------
    StoreError
        If there is no such id.
    ValidationError
        If more entities lie nearer than anybody could look at.
    """
    from twin_model.impact import path

    kinds: list[str] = []
    if without:
        seen = view.reader().execute("SELECT kind FROM kind_seen").fetchall()
        kinds = [str(row[0]) for row in seen if row[0] not in without]
        if not kinds:
            return Finding()
    found = path(view, start, goal, kinds=kinds)
    if found is None:
        return Finding()
    roles = dict.fromkeys(found.entities, "accent")
    relations = frozenset(relation.id for relation in found.relations)
    return Finding(
        Highlight(roles, relations),
        found.entities,
        _entities(view, found.entities),
        total=len(found.entities) - 1,
        hops=len(found.relations),
    )


def _entities(view: Twin | TwinView, ids: Collection[str]) -> dict[str, Entity]:
    from twin_model.neighbourhood import entities_of

    return entities_of(view, ids)
