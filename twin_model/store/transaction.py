"""Writing: what a command does to the store, under one revision."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from twin_model.errors import StoreError
from twin_model.frame import Frame
from twin_model.layer import Layer
from twin_model.store import rows, shapes, type_views
from twin_model.store.cardinality import refuse_too_few
from twin_model.store.entity_writer import EntityWriter
from twin_model.store.row_writer import (
    Change,
    Numbering,
    combine_digests,
    row_digest,
)
from twin_model.time import ALWAYS, FOREVER

__all__ = ["Change", "Numbering", "Transaction", "combine_digests", "row_digest"]


class Transaction(EntityWriter):
    """What one command writes: entities, relations, layers, the frame."""

    def put_layer(self, layer: Layer, draw_order: int | None = None) -> None:
        """Insert a layer or a new version of it; None keeps its place or puts it on top."""
        old = self.connection.execute(
            "SELECT fid, draw_order FROM layer_version WHERE id = ? AND revision_to IS NULL",
            (layer.id,),
        ).fetchone()
        if draw_order is None:
            top = self.connection.execute(
                "SELECT coalesce(max(draw_order), 0) + 1 FROM layer_version"
                " WHERE revision_to IS NULL"
            ).fetchone()[0]
            draw_order = int(old[1]) if old else int(top)
        if old:
            self.end("layer_version", [old[0]])
        else:
            self.new_layers.add(layer.id)
        self.insert(
            "layer_version",
            [(layer.id, draw_order, rows.layer_document(layer), ALWAYS.us, FOREVER.us)],
        )
        self.layers.add(layer.id)

    def end_layer(self, layer: str) -> None:
        """End a layer; its files stay for undo and for looking back."""
        found = self.connection.execute(
            "SELECT fid FROM layer_version WHERE id = ? AND revision_to IS NULL", (layer,)
        ).fetchall()
        if not found:
            raise StoreError(f"no layer {layer}")
        self.end("layer_version", [row[0] for row in found])
        self.layers.add(layer)

    def put_definition(self, kind: str, identifier: str, document: str) -> None:
        """Insert something the project defines for itself, or a new version of it."""
        self._end_definition(kind, identifier)
        row = (kind, identifier, document, ALWAYS.us, FOREVER.us)
        self.insert("definition_version", [row])
        self.definitions.add(kind)

    def end_definition(self, kind: str, identifier: str) -> None:
        """End something the project defined for itself.

        Raises
        ------
        StoreError
            If there is none of that kind and id.
        """
        if not self._end_definition(kind, identifier):
            raise StoreError(f"no {kind} '{identifier}' is defined in this project")
        self.definitions.add(kind)

    def _end_definition(self, kind: str, identifier: str) -> bool:
        found = self.connection.execute(
            "SELECT fid FROM definition_version WHERE kind = ? AND id = ? AND revision_to IS NULL",
            (kind, identifier),
        ).fetchall()
        self.end("definition_version", [row[0] for row in found])
        return bool(found)

    def finish(self, project: Path, known_types: Callable[[], object], views_stale: bool) -> None:
        """Bring what other programs read up to date: shapes of features, views of types.

        Parameters
        ----------
        project : Path
            Its folder, which has the layers' folders.
        known_types : callable
            Returns the catalogue, None where there is none: what was said of types is kept then.
        views_stale : bool
            Whether more views than of what this command wrote may be out of date.

        Raises
        ------
        ValidationError
            If an entity is left with fewer relations than its type needs.
        """
        rules = self.type_rules if self.lessened else None
        if rules is not None:
            refuse_too_few(self.connection, rules, self.lessened, self.revision)
        for layer in self.new_layers:
            shapes.copy_features(self.connection, layer, project / "base" / layer, self.srs)
        every = views_stale or "type" in self.definitions
        if not (every or self.outdated_views):
            return
        describe = None
        if (catalogue := known_types()) is not None:
            from twin_model.schema.columns import describer  # loaded with the catalogue

            describe = describer(catalogue)
        stale = () if every else self.outdated_views
        type_views.refresh(self.connection, self.srs, describe, stale)

    def put_frame(self, frame: Frame) -> None:
        """Replace the project's frame; allowed only while nothing is placed in it.

        Raises
        ------
        StoreError
            If something is or was placed: all of it would be somewhere else.
        """
        moved = (frame.crs, frame.origin) != (self.frame.crs, self.frame.origin)
        if moved and self._is_anything_placed():
            raise StoreError(
                "the project's frame cannot be replaced: entities or layers are placed in it",
                remedy="make a new project with the other frame and import the sources there",
            )
        found = self.connection.execute("SELECT fid FROM frame_version WHERE revision_to IS NULL")
        self.end("frame_version", [row[0] for row in found.fetchall()])
        self.insert("frame_version", [(rows.frame_document(frame), ALWAYS.us, FOREVER.us)])
        self.frame = frame
        self.frame_changed = True

    def _is_anything_placed(self) -> bool:
        found = self.connection.execute(
            "SELECT EXISTS (SELECT 1 FROM layer_version) OR EXISTS (SELECT 1 FROM entity_version"
            " WHERE geom IS NOT NULL OR own_geometry IS NOT NULL)"
        ).fetchone()
        return bool(found[0])
