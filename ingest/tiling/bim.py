"""Converts meshes with objects and relations (BIM, plain meshes) into a layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ingest.readers.contract import Chunk, MeshChunk, ObjectChunk, RelationChunk, SourceInfo
from ingest.tiling.contract import LayerContent, Target
from ingest.tiling.meshes import tile_meshes
from ingest.tiling.objects import build_entities
from ingest.tiling.rooms import write_rooms
from ingest.tiling.surface import Surface, with_normals
from twin_model.layer import LayerRole


class _Sorter:
    """Passes the meshes on, then keeps what they stand for."""

    def __init__(self, chunks: Iterator[Chunk], target: Target) -> None:
        self._chunks = chunks
        self._target = target
        self.objects: list[ObjectChunk] = []
        self.relations: list[RelationChunk] = []

    def meshes(self) -> Iterator[MeshChunk]:
        """Yield the meshes; ends with the first chunk that is none."""
        for chunk in self._chunks:
            self._target.job.check()
            if not isinstance(chunk, MeshChunk):
                self._keep(chunk)
                return
            yield _shaded(chunk)

    def finish(self) -> None:
        """Take in the rest.

        Raises
        ------
        TypeError
            If a mesh comes after what is none: readers yield meshes first.
        """
        for chunk in self._chunks:
            self._target.job.check()
            self._keep(chunk)

    def _keep(self, chunk: Chunk) -> None:
        if isinstance(chunk, ObjectChunk):
            self.objects.append(chunk)
        elif isinstance(chunk, RelationChunk):
            self.relations.append(chunk)
        else:
            raise TypeError(f"a {type(chunk).__name__} after the meshes")


def _shaded(chunk: MeshChunk) -> MeshChunk:
    """Return the chunk with normals.

    Made here, where the reader's processes leave time for it, and not when all has been read.
    """
    if chunk.normal is not None or chunk.uv is not None or not len(chunk.triangles):
        return chunk
    surface = with_normals(
        Surface(
            chunk.position, chunk.triangles, chunk.material,
            colour=chunk.colour, feature=chunk.feature,
        )
    )  # fmt: skip
    return replace(
        chunk,
        position=surface.position,
        triangles=surface.triangles,
        normal=surface.normal,
        colour=surface.colour,
        feature=surface.feature,
    )


def convert_objects(chunks: Iterator[Chunk], target: Target, info: SourceInfo) -> LayerContent:
    """Write a tileset of the meshes and make entities of the objects.

    Parameters
    ----------
    chunks : iterator of Chunk
        Meshes first, then objects and relations.
    target : Target
    info : SourceInfo

    Raises
    ------
    SourceError, FrameError, Cancelled
    """
    sorter = _Sorter(chunks, target)
    # The tiles are written while the reader's processes are still busy with properties.
    content = tile_meshes(sorter.meshes(), target)
    sorter.finish()
    entities, relations = build_entities(
        sorter.objects,
        sorter.relations,
        target.layer,
        to_local=target.to_local,
        warnings=content.warnings,
    )
    write_rooms(sorter.objects, entities, target)
    content.role = LayerRole.MESH
    content.entities = entities
    content.relations = relations
    for key in ("objects", "storeys"):
        if key in info.counts:
            content.counts.setdefault(key, info.counts[key])
    return content
