"""Commands: the only way to change the twin. Each is one undoable edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from twin_model.entity import Entity, Relation
from twin_model.errors import StoreError
from twin_model.layer import Layer

# Commands also are made in workers of plugins, whose environment may hold no store (pyproj).
if TYPE_CHECKING:
    from twin_model.frame import Frame
    from twin_model.store.transaction import Transaction


class Command(Protocol):
    """An intention of a user or a plugin, written as one journal entry."""

    @property
    def kind(self) -> str:
        """Identifier in the journal, such as ``add-layers``."""
        ...

    @property
    def label(self) -> str:
        """What users read in undo and history, such as "Add layer Survey 2026"."""
        ...

    def payload(self) -> dict[str, Any]:
        """Return what the journal keeps of it; JSON values."""
        ...

    def apply(self, transaction: Transaction) -> None:
        """Write its rows.

        Raises
        ------
        StoreError, ValidationError
            If it cannot be done; nothing is kept then.
        """
        ...


@dataclass(frozen=True)
class AddLayers:
    """Adds layers with the entities and relations that came with them.

    Parameters
    ----------
    layers : sequence of Layer
    entities : sequence of Entity
    relations : sequence of Relation
    classes : mapping of str to str
        Class of the management code by type: entities without a code get one.
    """

    layers: Sequence[Layer]
    entities: Sequence[Entity] = ()
    relations: Sequence[Relation] = ()
    classes: Mapping[str, str] = field(default_factory=dict)
    kind: str = field(default="add-layers", init=False)

    @property
    def label(self) -> str:
        """See `Command`."""
        return "Add " + ", ".join(layer.name for layer in self.layers)

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {
            "layers": [layer.id for layer in self.layers],
            "sources": [layer.source for layer in self.layers],
            "entities": len(self.entities),
            "relations": len(self.relations),
        }

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        from twin_model.creation import with_management_codes

        for layer in self.layers:
            transaction.put_layer(layer)
        coded = with_management_codes(transaction, self.entities, self.classes)
        transaction.add_entities(coded, as_given=True)
        transaction.add_relations(self.relations, as_given=True)


@dataclass(frozen=True)
class RemoveLayer:
    """Removes a layer and its entities; the files stay for undo and for looking back."""

    layer: str
    name: str = ""
    kind: str = field(default="remove-layer", init=False)

    @property
    def label(self) -> str:
        """See `Command`."""
        return f"Remove {self.name or self.layer}"

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {"layer": self.layer}

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        transaction.end_layer(self.layer)
        transaction.end_layer_entities(self.layer)


@dataclass(frozen=True)
class EditLayer:
    """Changes a layer's name or style; content is immutable."""

    layer: str
    name: str | None = None
    style: dict[str, Any] | None = None
    kind: str = field(default="edit-layer", init=False)

    @property
    def label(self) -> str:
        """See `Command`."""
        return f"Rename to {self.name}" if self.name is not None else f"Restyle {self.layer}"

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {"layer": self.layer, "name": self.name, "style": self.style}

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        from twin_model.store.rows import layer_from

        row = transaction.connection.execute(
            "SELECT document FROM layer_version WHERE id = ? AND revision_to IS NULL",
            (self.layer,),
        ).fetchone()
        if row is None:
            raise StoreError(f"no layer {self.layer}")
        layer = layer_from(row[0])
        if self.name is not None:
            layer = replace(layer, name=self.name)
        if self.style is not None:
            layer = replace(layer, style={**layer.style, **self.style})
        transaction.put_layer(layer)


def SetLayerStyle(layer: str, style: dict[str, Any]) -> EditLayer:  # noqa: N802 - reads as the command it makes
    """Return the command that merges *style* into a layer's style."""
    return EditLayer(layer, style=style)


def RenameLayer(layer: str, name: str) -> EditLayer:  # noqa: N802 - reads as the command it makes
    """Return the command that renames a layer."""
    return EditLayer(layer, name=name)


@dataclass(frozen=True)
class ReorderLayers:
    """Sets the draw order, bottom first; layers not named keep their places above."""

    layers: Sequence[str]
    kind: str = field(default="reorder-layers", init=False)
    label: str = field(default="Reorder layers", init=False)

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {"layers": list(self.layers)}

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        from twin_model.store.rows import layer_from

        documents = dict(
            transaction.connection.execute(
                "SELECT id, document FROM layer_version WHERE revision_to IS NULL"
                " ORDER BY draw_order, fid"
            ).fetchall()
        )
        missing = [name for name in self.layers if name not in documents]
        if missing:
            raise StoreError(f"no layer {missing[0]}")
        order = [*self.layers, *(name for name in documents if name not in self.layers)]
        for place, name in enumerate(order, start=1):
            transaction.put_layer(layer_from(documents[name]), place)


@dataclass(frozen=True)
class SetFrame:
    """Replaces the project's frame (fixes its origin at the first import)."""

    frame: Frame
    kind: str = field(default="set-frame", init=False)
    label: str = field(default="Set the project frame", init=False)

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {"crs": self.frame.crs, "origin": self.frame.origin,
                "vertical_crs": self.frame.vertical_crs}  # fmt: skip

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        transaction.put_frame(self.frame)


@dataclass(frozen=True)
class EditEntities:
    """Gives entities a new version (any dimension may differ), valid from now on."""

    entities: Sequence[Entity]
    title: str = ""
    kind: str = field(default="edit-entities", init=False)

    @property
    def label(self) -> str:
        """See `Command`."""
        names = self.entities[0].name or self.entities[0].id if self.entities else "nothing"
        return self.title or f"Edit {names if len(self.entities) == 1 else len(self.entities)}"

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {"entities": [e.id for e in self.entities[:100]], "count": len(self.entities)}

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        transaction.replace_entities(self.entities)


@dataclass(frozen=True)
class AddEntities:
    """Adds entities and relations that belong to no layer."""

    entities: Sequence[Entity]
    relations: Sequence[Relation] = ()
    kind: str = field(default="add-entities", init=False)

    @property
    def label(self) -> str:
        """See `Command`."""
        if len(self.entities) == 1:
            return f"Add {self.entities[0].name or self.entities[0].type}"
        return f"Add {len(self.entities)} entities"

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {"entities": [e.id for e in self.entities[:100]], "count": len(self.entities),
                "relations": len(self.relations)}  # fmt: skip

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        from twin_model.creation import with_missing_codes

        transaction.add_entities(with_missing_codes(transaction, self.entities))
        transaction.add_relations(self.relations)


@dataclass(frozen=True)
class RemoveEntities:
    """Ends entities and their relations from now on."""

    entities: Sequence[str]
    title: str = ""
    kind: str = field(default="remove-entities", init=False)

    @property
    def label(self) -> str:
        """See `Command`."""
        return self.title or f"Remove {len(self.entities)} entities"

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {"entities": list(self.entities[:100]), "count": len(self.entities)}

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        transaction.end_entities(self.entities)


@dataclass(frozen=True)
class AddRelations:
    """Adds relations between entities that exist."""

    relations: Sequence[Relation]
    kind: str = field(default="add-relations", init=False)

    @property
    def label(self) -> str:
        """See `Command`."""
        kinds = sorted({relation.kind for relation in self.relations})
        if len(self.relations) == 1:
            return f"Add {kinds[0]}"
        several = f"Add {len(self.relations)} relations"
        return f"{several}: {kinds[0]}" if len(kinds) == 1 else several

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {"relations": [r.id for r in self.relations[:100]], "count": len(self.relations)}

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        transaction.add_relations(self.relations)


@dataclass(frozen=True)
class RemoveRelations:
    """Ends relations from now on; that they were stays known."""

    relations: Sequence[str]
    kind: str = field(default="remove-relations", init=False)

    @property
    def label(self) -> str:
        """See `Command`."""
        count = len(self.relations)
        return "Remove a relation" if count == 1 else f"Remove {count} relations"

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {"relations": list(self.relations[:100]), "count": len(self.relations)}

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        transaction.end_relations(self.relations)


@dataclass(frozen=True)
class EditRelations:
    """Gives relations a new version: other attributes, ends or validity.

    Where the validity stays as it is, the change holds from now on; where it differs, it corrects
    since when and until when the relation holds.
    """

    relations: Sequence[Relation]
    kind: str = field(default="edit-relations", init=False)

    @property
    def label(self) -> str:
        """See `Command`."""
        count = len(self.relations)
        return "Edit a relation" if count == 1 else f"Edit {count} relations"

    def payload(self) -> dict[str, Any]:
        """See `Command`."""
        return {"relations": [r.id for r in self.relations[:100]], "count": len(self.relations)}

    def apply(self, transaction: Transaction) -> None:
        """See `Command`."""
        transaction.replace_relations(self.relations)
