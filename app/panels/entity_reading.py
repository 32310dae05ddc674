"""What the Entity dock reads of the twin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.item_models.entities import display_name
from app.panels.relation_graph import Neighbour
from twin_model.entity import Entity, Relation
from twin_model.errors import StoreError
from twin_model.layer import Layer

if TYPE_CHECKING:
    from twin_model.twin import Twin
    from twin_model.view import TwinView

_MOST_RELATIONS: int = 500


def entities_in(view: Twin | TwinView, ids: Sequence[str]) -> list[Entity]:
    """Return entities as they are in a view; those that it does not have are left out."""
    found = []
    for entity_id in ids:
        try:
            found.append(view.entity(entity_id))
        except StoreError:
            continue
    return found


def layer_of(twin: Twin, layer_id: str | None) -> Layer | None:
    """Return a layer; None where there is none of that id."""
    if layer_id is None:
        return None
    return next((layer for layer in twin.layers() if layer.id == layer_id), None)


def neighbours(view: Twin | TwinView, entity_id: str) -> list[Neighbour]:
    """Return what an entity is related to, at most 500 of it."""
    found = []
    relations: list[Relation] = view.relations(entity_id)
    for relation in relations[:_MOST_RELATIONS]:
        incoming = relation.target == entity_id
        other = view.entity(relation.source if incoming else relation.target)
        found.append(Neighbour(other.id, display_name(other), other.type, relation.kind, incoming))
    return found
