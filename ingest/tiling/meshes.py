"""Turns meshes into a tileset with level of detail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

import numpy as np

from ingest.readers.contract import Material, MeshChunk
from ingest.tiling.atlas import Pictures, pack
from ingest.tiling.contract import LayerContent, Target
from ingest.tiling.mesh_store import MeshStore, Parts, gather, merge_alike
from ingest.tiling.mesh_trees import TILE_TRIANGLES, tree_by_level, tree_by_size
from ingest.tiling.surface import Surface, place, primitive_of
from twin_model.layer import LayerRole
from twin_model.tiles.write import TileNode, encode_glb, write_tileset

#: From this many parts on, of which none is too large, things are spread by size.
_MANY_PARTS: Final = 32
_LARGE_PART: Final = 100_000
#: A tile with more materials than this gets them as colours of its vertices: each primitive
#: is drawn by itself, and a BIM model has hundreds of materials.
_MANY_MATERIALS: Final = 8
_FILES_IN_FOLDER: Final = 1000
#: Pixels of one tile's texture: originals keep theirs up to this size; in a coarser tile 16
#: pixels on the screen, the allowed error, are one of its 64 cells.
_LEAF_PIXELS: Final = 4096 * 4096
_INNER_PIXELS: Final = 1024 * 1024
_MOST_AT_ONCE: Final = 150_000
_TEMPORARY: Final = ".tmp"


def tile_meshes(chunks: Iterable[MeshChunk], target: Target) -> LayerContent:
    """Write *chunks* as a tileset of GLB content.

    Small sources become one tile. Parts with an identity (feature ids, or many chunks without
    textures) are spread over tiles by size and stay as they are; continuous surfaces are
    simplified towards the root. Feature ids, colours, textures and texture coordinates are
    kept. Normals are kept where given, else made with edges where faces fold.

    Parameters
    ----------
    chunks : iterable of MeshChunk
    target : Target

    Returns
    -------
    LayerContent
        Without bounds where there was no triangle.

    Raises
    ------
    FrameError
        If a vertex has no place in the project's CRS.
    """
    job = target.job
    dropped = 0
    with MeshStore(target.folder / _TEMPORARY) as store:
        for chunk in chunks:
            for piece in _pieces(chunk):
                surface = place(piece, target.to_local)
                dropped += len(piece.triangles) - (len(surface.triangles) if surface else 0)
                if surface is not None:
                    store.add(surface)
                job.report("Reading meshes", store.triangles, 0, "triangles")
        parts = store.finish()
        writer = _Writer(target)
        root = _tree(store, parts, writer, target) if len(parts) else TileNode((0.0,) * 6, 0.0)
        counts = {"triangles": store.triangles, "vertices": store.vertices, "tiles": writer.tiles}
        if store.features:
            counts["features"] = len(store.features)
    write_tileset(target.folder, root, target.frame)
    warnings = []
    if dropped:
        warnings.append(f"{dropped} triangles without area or finite coordinates are left out")
    bounds = root.bounds if writer.tiles else None
    return LayerContent(LayerRole.MESH, "tileset.json", bounds, counts, warnings=warnings)


def _pieces(chunk: MeshChunk) -> Iterator[MeshChunk]:
    """Yield a chunk in pieces that fit in memory several times over."""
    if len(chunk.triangles) <= _MOST_AT_ONCE:
        yield chunk
        return
    for start in range(0, len(chunk.triangles), _MOST_AT_ONCE):
        rows, inverse = np.unique(
            chunk.triangles[start : start + _MOST_AT_ONCE], return_inverse=True
        )
        arrays: dict[str, Any] = {
            name: None if values is None else values[rows]
            for name in ("position", "uv", "normal", "colour", "feature")
            for values in [getattr(chunk, name)]
        }
        triangles = inverse.reshape(-1, 3).astype(np.uint32)
        yield replace(chunk, triangles=triangles, **arrays)


def _tree(store: MeshStore, parts: Parts, writer: _Writer, target: Target) -> TileNode:
    if store.triangles <= TILE_TRIANGLES:
        everything = np.arange(len(parts))
        content = writer.write(gather(store, parts, everything), True)
        low, high = parts.low.min(axis=0), parts.high.max(axis=0)
        return TileNode((*map(float, low), *map(float, high)), 0.0, content)  # type: ignore[arg-type]
    have_identity = bool(store.features) or not store.has_texture
    if have_identity and len(parts) >= _MANY_PARTS and int(parts.count.max()) <= _LARGE_PART:
        return tree_by_size(store, parts, writer.write)
    # Tiles of a divided surface show parts of its textures, and coarse ones need little detail.
    writer.repacks = True
    return tree_by_level(store, parts, writer.write, target.job.check)


class _Writer:
    """Writes tile content and counts it."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.tiles = 0
        self.pictures = Pictures()
        self.repacks = False

    def write(self, surfaces: list[Surface], original: bool) -> str:
        """Write one tile and return its URI."""
        self.target.job.report("Writing tiles", self.tiles, 0, "tiles")
        content = f"tiles/{self.tiles // _FILES_IN_FOLDER}/{self.tiles}.glb"
        self.tiles += 1
        path = self.target.folder / content
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.repacks:
            budget = _LEAF_PIXELS if original else _INNER_PIXELS
            surfaces = pack(surfaces, self.pictures, budget, always=not original)
        path.write_bytes(encode_glb([primitive_of(s) for s in _with_few_materials(surfaces)]))
        return content


def _with_few_materials(surfaces: list[Surface]) -> list[Surface]:
    """Return *surfaces* with plain colours moved to the vertices where there are many."""
    plain = [
        surface
        for surface in surfaces
        if surface.colour is None
        and surface.material.colour[3] >= 1.0
        and (surface.material.texture is None or surface.uv is None)
    ]
    if len(plain) <= _MANY_MATERIALS:
        return surfaces
    shared = {sides: Material((1.0, 1.0, 1.0, 1.0), None, sides) for sides in (True, False)}
    moved = []
    for surface in plain:
        rgba = np.round(np.array(surface.material.colour) * 255.0).astype(np.uint8)
        moved.append(
            replace(
                surface,
                colour=np.tile(rgba, (len(surface.position), 1)),
                material=shared[surface.material.double_sided],
                uv=None,
            )
        )
    kept = {id(surface) for surface in plain}
    return [s for s in surfaces if id(s) not in kept] + merge_alike(moved)
