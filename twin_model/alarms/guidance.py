"""What to do about an alarm: said once where it holds for many, inherited down the tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from twin_model.alarms.model import AlarmPoint
from twin_model.entity import Entity, Relation
from twin_model.relations import HIERARCHY

_MAX_LEVELS: Final = 16


class Scope(StrEnum):
    """Where a piece of guidance was said; the nearest first."""

    ALARM = "alarm"
    ENTITY = "entity"
    PLACE = "place"  # an entity that contains it
    TYPE = "type"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Guidance:
    """One piece of it.

    Parameters
    ----------
    scope : Scope
    where : str
        Entity id, type id or rule id.
    text : str
        Markdown.
    """

    scope: Scope
    where: str
    text: str


class Things(Protocol):
    """What is asked of the twin or a view of it."""

    def entity(self, entity_id: str) -> Entity:
        """Return one entity."""
        ...

    def relations(self, entity_id: str) -> list[Relation]:
        """Return the relations of an entity, outgoing and incoming."""
        ...


def guidance_for(
    point: AlarmPoint,
    texts: Mapping[str, str],
    twin: Things,
    type_line: Mapping[str, tuple[str, ...]] | None = None,
) -> list[Guidance]:
    """Return all guidance for an alarm, the nearest first.

    Parameters
    ----------
    point : AlarmPoint
    texts : mapping
        Text by ``entity:ID``, ``type:ID`` or ``*``.
    twin : Twin or TwinView
    type_line : mapping, optional
        The types that each type extends, the nearest first.
    """
    found = [Guidance(Scope.ALARM, point.rule, point.guidance)] if point.guidance else []
    entity = twin.entity(point.entity)
    for level, place in enumerate([entity.id, *_places(entity.id, twin)]):
        text = texts.get(f"entity:{place}")
        if text:
            found.append(Guidance(Scope.PLACE if level else Scope.ENTITY, place, text))
    for type_id in (entity.type, *(type_line or {}).get(entity.type, ())):
        text = texts.get(f"type:{type_id}")
        if text:
            found.append(Guidance(Scope.TYPE, type_id, text))
    if texts.get("*"):
        found.append(Guidance(Scope.ALL, "*", texts["*"]))
    return found


def _places(entity: str, twin: Things) -> list[str]:
    """Return what contains an entity, the innermost first."""
    found: list[str] = []
    here = [entity]
    for _level in range(_MAX_LEVELS):
        wholes = {
            relation.source
            for part in here
            for relation in twin.relations(part)
            if relation.kind in HIERARCHY and relation.target == part
        }
        here = sorted(wholes - set(found))
        if not here:
            break
        found += here
    return found
