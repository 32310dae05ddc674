"""Converts meshes with objects and relations (BIM, plain meshes) into a layer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ingest.readers.contract import Chunk, MeshChunk, ObjectChunk, RelationChunk, SourceInfo
from ingest.tiling.contract import LayerContent, Target
from ingest.tiling.meshes import tile_meshes
from ingest.tiling.objects import build_entities
from twin_model.layer import LayerRole


class _Sorter:
    """Passes meshes on and keeps what they stand for; notes where each feature lies."""

    def __init__(self, chunks: Iterator[Chunk], target: Target) -> None:
        self._chunks = chunks
        self._target = target
        self.objects: list[ObjectChunk] = []
        self.relations: list[RelationChunk] = []
        self._low: dict[int, np.ndarray] = {}
        self._high: dict[int, np.ndarray] = {}

    def meshes(self) -> Iterator[MeshChunk]:
        for chunk in self._chunks:
            self._target.job.check()
            if isinstance(chunk, ObjectChunk):
                self.objects.append(chunk)
            elif isinstance(chunk, RelationChunk):
                self.relations.append(chunk)
            elif isinstance(chunk, MeshChunk):
                self._note(chunk)
                yield chunk

    def _note(self, chunk: MeshChunk) -> None:
        if chunk.feature is None or not len(chunk.feature):
            return
        order = np.argsort(chunk.feature, kind="stable")
        ids, starts = np.unique(chunk.feature[order], return_index=True)
        points = chunk.position[order]
        low = np.minimum.reduceat(points, starts, axis=0)
        high = np.maximum.reduceat(points, starts, axis=0)
        for n, feature in enumerate(ids.tolist()):
            old = self._low.get(feature)
            self._low[feature] = low[n] if old is None else np.minimum(old, low[n])
            self._high[feature] = (
                high[n] if old is None else np.maximum(self._high[feature], high[n])
            )

    def positions(self) -> dict[int, tuple[float, float, float]]:
        """Return the middle of each feature's bounds in local metres."""
        if not self._low:
            return {}
        ids = list(self._low)
        middle = (np.array([self._low[i] for i in ids]) + [self._high[i] for i in ids]) / 2
        local = self._target.to_local(middle)
        return {i: (float(p[0]), float(p[1]), float(p[2])) for i, p in zip(ids, local, strict=True)}


def convert_objects(chunks: Iterator[Chunk], target: Target, info: SourceInfo) -> LayerContent:
    """Write a tileset of the meshes and make entities of the objects.

    Raises
    ------
    SourceError, FrameError, Cancelled
    """
    sorter = _Sorter(chunks, target)
    content = tile_meshes(sorter.meshes(), target)
    entities, relations = build_entities(
        sorter.objects, sorter.relations, target.layer, sorter.positions()
    )
    content.role = LayerRole.MESH
    content.entities = entities
    content.relations = relations
    for key in ("objects", "storeys"):
        if key in info.counts:
            content.counts.setdefault(key, info.counts[key])
    return content
