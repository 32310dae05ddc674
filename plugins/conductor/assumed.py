"""The twin that a scenario assumes: another instant, some attributes changed, nothing written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from plugins.conductor.shapes import LayerShapes
from plugins.host.services import HostServices
from twin_model.entity import Entity, Relation
from twin_model.errors import ShapanError
from twin_model.query import EntityQuery
from twin_model.simulation.scenario import Edit
from twin_model.time import Instant
from twin_model.twin import Twin


class AssumedTwin:
    """What simulators see when they ask for the twin.

    Conditions of a query are matched against the twin as it is recorded; what is found carries
    the assumed values, and the geometry that its layer keeps.

    Parameters
    ----------
    twin : Twin
    base : Instant or None
    edits : sequence of Edit
    """

    def __init__(self, twin: Twin, base: Instant | None, edits: Sequence[Edit]) -> None:
        self._twin = twin
        self._shapes = LayerShapes(twin)
        self._view: Any = twin if base is None else twin.at(base)
        self._edits: dict[str, dict[str, Any]] = {}
        for edit in edits:
            if not edit.engine:
                self._edits.setdefault(edit.entity, {})[edit.name] = edit.value
        self.frame = twin.frame
        self.title = twin.title
        self.path = twin.path
        self.read_only = True
        self.catalogue = twin.catalogue

    @property
    def revision(self) -> int:
        """See `Twin`."""
        return self._twin.revision

    def check(self) -> None:
        """Refuse edits of entities that are not there.

        Raises
        ------
        StoreError
        """
        for entity_id in self._edits:
            self._view.entity(entity_id)

    def _assumed(self, entity: Entity) -> Entity:
        changed = self._edits.get(entity.id)
        if not changed:
            return entity
        return replace(entity, attributes={**entity.attributes, **changed})

    def entities(self, query: EntityQuery | None = None) -> list[Entity]:
        """See `Twin`."""
        found = [self._assumed(entity) for entity in self._view.entities(query)]
        return self._shapes.filled(found)

    def count(self, query: EntityQuery | None = None) -> int:
        """See `Twin`."""
        return int(self._view.count(query))

    def entity(self, entity_id: str) -> Entity:
        """See `Twin`."""
        return self._shapes.filled([self._assumed(self._view.entity(entity_id))])[0]

    def called(self, entity_id: str) -> str:
        """Return what people call an entity: its name, its id where it has none."""
        try:
            name = self._view.entity(entity_id).name
        except ShapanError:
            return entity_id
        return f"{name} ({entity_id})" if name and name != entity_id else entity_id

    def relations(self, entity_id: str) -> list[Relation]:
        """See `Twin`."""
        found: list[Relation] = self._view.relations(entity_id)
        return found

    def related(self, entity_id: str, kind: str, backward: bool) -> list[str]:
        """Return the entities at the other ends of relations of a kind."""
        found = self.relations(entity_id)
        if backward:
            return [r.source for r in found if r.kind == kind and r.target == entity_id]
        return [r.target for r in found if r.kind == kind and r.source == entity_id]


class AssumedServices(HostServices):
    """Services for simulators of one run.

    Parameters
    ----------
    twin : AssumedTwin
    """

    def __init__(self, twin: AssumedTwin) -> None:
        super().__init__()
        self._assumed = twin

    @property
    def twin(self) -> Any:
        """The assumed twin."""
        return self._assumed
