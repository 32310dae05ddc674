"""Keeps a hierarchy that the source already has (OSGB PagedLOD) as a tileset."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from ingest.readers.contract import TileChunk
from ingest.tiling.contract import LayerContent, Target
from ingest.tiling.surface import place, primitive_of
from twin_model.errors import ValidationError
from twin_model.layer import Bounds, LayerRole
from twin_model.tiles.write import TileNode, bounds_of, encode_glb, write_tileset

#: More siblings than this are put under nodes without content, so that views can skip them.
_MAX_SIBLINGS: Final = 16
_FILES_IN_FOLDER: Final = 1000


@dataclass
class _Entry:
    """What is known of a tile before the tree is built."""

    parent: str | None
    error_m: float
    bounds: Bounds | None
    content: str | None
    children: list[str] = field(default_factory=list)


def tile_hierarchy(chunks: Iterable[TileChunk], target: Target, total: int = 0) -> LayerContent:
    """Write the tiles of *chunks* as GLB content and a tileset of the same hierarchy.

    Textures are kept as they are; every vertex is transformed by itself in double precision.
    Only one tile's content is in memory at a time.

    Parameters
    ----------
    chunks : iterable of TileChunk
        Each parent before its children.
    target : Target
    total : int
        Number of tiles, for progress; 0 where it is not known.

    Raises
    ------
    ValidationError
        If a key comes twice or a parent is not known.
    FrameError
        If a vertex has no place in the project's CRS.
    """
    entries: dict[str, _Entry] = {}
    counts = dict.fromkeys(("tiles", "triangles", "vertices", "images"), 0)
    scale = 0.0
    for chunk in chunks:
        target.job.report("Writing tiles", len(entries), total, "tiles")
        if chunk.key in entries:
            raise ValidationError("tile", "key", chunk.key, "is used twice")
        if chunk.parent is not None and chunk.parent not in entries:
            raise ValidationError("tile", "parent", chunk.parent, "does not come before its child")
        if scale == 0.0:
            linear = target.to_local.matrix_at(chunk.centre)[:3, :3]
            scale = abs(float(np.linalg.det(linear))) ** (1 / 3)
        entry = _write_content(chunk, target, len(entries), counts)
        entry.error_m *= scale
        entries[chunk.key] = entry
        if chunk.parent is not None:
            entries[chunk.parent].children.append(chunk.key)
    nodes = _build(entries)
    if not nodes:
        root = TileNode((0.0,) * 6, 0.0)
        write_tileset(target.folder, root, target.frame)
        return LayerContent(LayerRole.MESH, "tileset.json", None, counts)
    root = _group(nodes)
    write_tileset(target.folder, root, target.frame)
    return LayerContent(LayerRole.MESH, "tileset.json", root.bounds, counts)


def _write_content(chunk: TileChunk, target: Target, number: int, counts: dict[str, int]) -> _Entry:
    surfaces = [
        surface for mesh in chunk.meshes if (surface := place(mesh, target.to_local)) is not None
    ]
    if not surfaces:
        return _Entry(chunk.parent, chunk.geometric_error, None, None)
    primitives = [primitive_of(surface) for surface in surfaces]
    content = f"tiles/{number // _FILES_IN_FOLDER}/{number}.glb"
    path = target.folder / content
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, encode_glb(primitives))
    counts["tiles"] += 1
    counts["triangles"] += sum(len(surface.triangles) for surface in surfaces)
    counts["vertices"] += sum(len(surface.position) for surface in surfaces)
    counts["images"] += len({id(p.image) for p in primitives if p.image is not None})
    return _Entry(chunk.parent, chunk.geometric_error, bounds_of(primitives), content)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(data)


def _build(entries: dict[str, _Entry]) -> list[TileNode]:
    """Return the top tiles with everything below them; tiles without any surface are left out."""
    nodes: dict[str, TileNode] = {}
    # Children come after their parents, so the reverse order meets them first.
    for key, entry in reversed(entries.items()):
        children = [nodes.pop(child) for child in entry.children if child in nodes]
        bounds = _union([n.bounds for n in children] + ([entry.bounds] if entry.bounds else []))
        if bounds is None:
            continue
        below = max((child.geometric_error for child in children), default=0.0)
        # A tile that stands for others may not claim to be finer than they are.
        error = max(entry.error_m, below)
        nodes[key] = TileNode(bounds, error, entry.content, children)
    return [nodes[key] for key in entries if key in nodes]


def _group(nodes: list[TileNode]) -> TileNode:
    """Return one root over *nodes*, with levels in between where there are many."""
    if len(nodes) == 1:
        return nodes[0]
    bounds = _union([node.bounds for node in nodes])
    assert bounds is not None
    below = max(node.geometric_error for node in nodes)
    diagonal = float(np.linalg.norm(np.subtract(bounds[3:], bounds[:3])))
    root = TileNode(bounds, max(diagonal, below))
    if len(nodes) <= _MAX_SIBLINGS:
        root.children = nodes
        return root
    centres = np.array([np.add(node.bounds[:2], node.bounds[3:5]) / 2 for node in nodes])
    middle = np.median(centres, axis=0)
    quarter = (centres[:, 0] > middle[0]) * 2 + (centres[:, 1] > middle[1])
    groups = [[nodes[i] for i in np.flatnonzero(quarter == q)] for q in range(4)]
    if max(len(group) for group in groups) == len(nodes):
        # All in one place: halve the list as it is.
        groups = [nodes[: len(nodes) // 2], nodes[len(nodes) // 2 :]]
    root.children = [_group(group) for group in groups if group]
    return root


def _union(bounds: list[Bounds]) -> Bounds | None:
    if not bounds:
        return None
    low = np.min([b[:3] for b in bounds], axis=0)
    high = np.max([b[3:] for b in bounds], axis=0)
    return (*map(float, low), *map(float, high))  # type: ignore[return-value]
