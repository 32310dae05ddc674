"""Entities of the twin by what people call them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from app.item_models.entities import display_name
from app.project import ProjectSession
from twin_model.errors import ShapanError
from twin_model.query import EntityQuery

if TYPE_CHECKING:
    from app.simulation.session import SimulationSession
    from twin_model.entity import Entity


class NamedEntities:
    """Names by id, and entities by id, name or management code.

    Parameters
    ----------
    simulation : SimulationSession
    session : ProjectSession
    """

    def __init__(self, simulation: SimulationSession, session: ProjectSession) -> None:
        self._simulation = simulation
        self._session = session
        self._names: dict[str, str] = {}

    def forget(self) -> None:
        """Forget all names, as of a project that was closed."""
        self._names.clear()

    def name(self, entity_id: str) -> str:
        """Return an entity's name, its id where there is none; few, and read once each."""
        twin = self._session.twin
        if entity_id and entity_id not in self._names and twin is not None:
            try:
                self._names[entity_id] = display_name(twin.entity(entity_id))
            except ShapanError:
                self._names[entity_id] = entity_id
        return self._names.get(entity_id, entity_id)

    def find(self, texts: Sequence[str], answer: Callable[[Mapping[str, Entity]], object]) -> None:
        """Answer with the entities that have an id, name or management code, by that; in a thread.

        A name that several have stands for none of them.
        """
        twin = self._session.twin
        if twin is None:
            return

        def look() -> dict[str, Entity]:
            found: dict[str, Entity] = {}
            for text in texts:
                quoted = "'" + text.replace("'", "''") + "'"
                where = f"id = {quoted} or name = {quoted} or management = {quoted}"
                listed = list(twin.entities(EntityQuery(where=where)))
                if len(listed) == 1:
                    found[text] = listed[0]
            return found

        self._simulation.ask("entities-by-name", look, answer)
