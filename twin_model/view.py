"""The twin as it is, was or was thought to be: everything that only reads."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from twin_model.entity import Entity, Relation
from twin_model.errors import StoreError
from twin_model.frame import Frame
from twin_model.layer import Layer
from twin_model.query import EntityQuery
from twin_model.store import rows, search
from twin_model.store.conditions import Context
from twin_model.store.damage import telling_damage
from twin_model.store.moment import Moment
from twin_model.time import Instant


class TypeTree(Protocol):
    """What queries need of a catalogue of entity types."""

    def __contains__(self, type_id: object) -> bool: ...

    def descendants(self, type_id: str) -> Iterable[str]:
        """Return the ids of a type and all its subtypes."""
        ...


class Source(Protocol):
    """What a view looks at: an open twin."""

    path: Path
    frame: Frame
    catalogue: TypeTree | None

    def reader(self) -> sqlite3.Connection:
        """Return a connection to read with."""
        ...

    def now(self) -> Instant:
        """Return the twin's time."""
        ...


class TwinView:
    """The whole twin at an instant, as known on another.

    Parameters
    ----------
    source : Source
    at : Instant, optional
        When in the world; None for now, which moves on.
    known_on : Instant, optional
        What had been recorded by then; None for all that is.
    """

    def __init__(
        self, source: Source, at: Instant | None = None, known_on: Instant | None = None
    ) -> None:
        self._source = source
        self.instant = at
        self.known_on = known_on

    def at(self, instant: Instant) -> TwinView:
        """Return the twin as it was, is or will be in the world at an instant."""
        return TwinView(self._source, instant, self.known_on)

    def as_known_on(self, instant: Instant) -> TwinView:
        """Return the twin as it had been recorded by an instant."""
        return TwinView(self._source, self.instant, instant)

    def moment(self) -> Moment:
        """Return which rows this view sees."""
        at = self.instant or self._source.now()
        return Moment.of(self._source.reader(), at, self.known_on)

    def reader(self) -> sqlite3.Connection:
        """Return a connection to read with."""
        return self._source.reader()

    @property
    def path(self) -> Path:
        """The project's folder."""
        return self._source.path

    @property
    def frame(self) -> Frame:
        """The project's frame."""
        return self._source.frame

    def _context(self) -> Context:
        source = self._source
        return Context(source.reader(), source.frame, source.now(), source.catalogue)

    def _asked(self, query: EntityQuery | None) -> EntityQuery:
        query = query or EntityQuery()
        if self.instant is None and self.known_on is None:
            return query
        return replace(query, at=query.at or self.instant, known_on=query.known_on or self.known_on)

    @telling_damage
    def entities(self, query: EntityQuery | None = None) -> list[Entity]:
        """Return the entities that match, by name unless the query orders otherwise.

        Raises
        ------
        ValidationError
            If the query cannot be understood.
        """
        return search.entities(self._context(), self._asked(query))

    @telling_damage
    def count(self, query: EntityQuery | None = None) -> int:
        """Return how many entities match, ignoring limit and offset; see `entities`."""
        return search.count(self._context(), self._asked(query))

    @telling_damage
    def entity(self, entity_id: str) -> Entity:
        """Return one entity.

        Raises
        ------
        StoreError
            If there is none of that id then.
        """
        source = self._source
        found = search.by_id(source.reader(), entity_id, source.frame, self.moment())
        if found is None:
            raise StoreError(f"no entity with id {entity_id}")
        return found

    @telling_damage
    def standing(self, limit: int = 100_000) -> list[Entity]:
        """Return the entities that stand for themselves: a place of their own and no layer."""
        source = self._source
        return search.standing(source.reader(), source.frame, self.moment(), limit)

    @telling_damage
    def entity_at(self, layer_id: str, feature: int) -> Entity | None:
        """Return the entity that a feature of a layer stands for."""
        source = self._source
        return search.by_feature(source.reader(), layer_id, feature, source.frame, self.moment())

    @telling_damage
    def entity_counts(self, query: EntityQuery | None = None) -> dict[str, int]:
        """Return how many entities there are of each type, of those that match; see `entities`."""
        if query is not None:
            return search.counts(self._context(), self._asked(query))
        return search.counts_by_type(self._source.reader(), self.moment())

    @telling_damage
    def relations(self, entity_id: str) -> list[Relation]:
        """Return the relations of an entity, outgoing and incoming."""
        return search.relations_of(self._source.reader(), entity_id, self.moment())

    @telling_damage
    def relation(self, relation_id: str) -> Relation:
        """Return one relation.

        Raises
        ------
        StoreError
            If there is none of that id then.
        """
        found = search.relation(self._source.reader(), relation_id, self.moment())
        if found is None:
            raise StoreError(f"no relation with id {relation_id}")
        return found

    @telling_damage
    def layers(self) -> list[Layer]:
        """Return the layers in draw order, bottom first; those of a later epoch are left out."""
        moment = self.moment()
        condition, parameters = moment.condition()
        found = [
            rows.layer_from(row[0])
            for row in self._source.reader().execute(
                f"SELECT document FROM layer_version WHERE {condition} ORDER BY draw_order, fid",
                parameters,
            )
        ]
        if self.instant is None:
            return found
        at = self.instant
        return [layer for layer in found if layer.epoch is None or Instant.parse(layer.epoch) <= at]
