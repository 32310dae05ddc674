"""What a reviewer decides about proposed entities, as commands that can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from app.item_models.entities import display_name
from twin_model.entity import Entity

if TYPE_CHECKING:
    from app.project import ProjectSession

#: Attribute that says whether anybody has looked at an entity.
REVIEW: Final = "review"
CONFIDENCE: Final = "confidence"
PROPOSED: Final = "proposed"
ACCEPTED: Final = "accepted"
CORRECTED: Final = "corrected"


def accept(
    session: ProjectSession, entities: Sequence[Entity], corrected: frozenset[str] = frozenset()
) -> None:
    """Take entities as they are now.

    Parameters
    ----------
    session : ProjectSession
    entities : sequence of Entity
    corrected : frozenset of str
        Ids of those that the reviewer has changed.
    """

    def decide(entity: Entity) -> Entity:
        verdict = CORRECTED if entity.id in corrected else ACCEPTED
        return replace(entity, attributes={**entity.attributes, REVIEW: verdict})

    names = [display_name(entity) for entity in entities]
    session.edit([entity.id for entity in entities], decide, _Accept(names).edit_title())


def reject(session: ProjectSession, entities: Sequence[Entity]) -> None:
    """Remove entities from now on: they are none; undo brings them back into the queue."""
    from twin_model.commands import RemoveEntities
    from twin_model.topology import KeepTopology

    title = _Reject([display_name(entity) for entity in entities]).edit_title()
    session.execute(KeepTopology(RemoveEntities([entity.id for entity in entities], title)))


class _Accept:
    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def edit_title(self) -> str:
        """Return what users read in undo and history."""
        if len(self._names) == 1:
            return f"Accept {self._names[0]}"
        return f"Accept {len(self._names)} entities"


class _Reject:
    def __init__(self, names: Sequence[str]) -> None:
        self._names = names

    def edit_title(self) -> str:
        """Return what users read in undo and history."""
        if len(self._names) == 1:
            return f"Reject {self._names[0]}"
        return f"Reject {len(self._names)} entities"


def is_proposed(entity: Entity) -> bool:
    """Return whether an entity was extracted and nobody has looked at it yet."""
    return entity.attributes.get(REVIEW) == PROPOSED


def without_verdict(entity: Entity) -> Entity:
    """Return an entity as it is but for what the review says, to see whether it was changed."""
    attributes = {k: v for k, v in entity.attributes.items() if k != REVIEW}
    return replace(entity, attributes=attributes)
