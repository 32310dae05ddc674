"""The two ways in which meshes are given levels of detail.

Things with an identity (BIM products, buildings) are spread by size: coarse tiles hold the
large ones, finer tiles add the small ones, and each is drawn as it was made. Continuous
surfaces are simplified: every inner tile replaces its children by fewer triangles.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.tiling.mesh_store import MeshStore, Parts, gather, merge_alike
from ingest.tiling.simplify import cluster
from ingest.tiling.surface import Surface, distinct
from twin_model.layer import Bounds
from twin_model.tiles.write import TileNode

Array = npt.NDArray[Any]
#: Writes the content of one tile; the flag says whether it is an original, not a coarser stand-in.
WriteContent = Callable[[list[Surface], bool], str]

#: Triangles in one tile: some 20 ms to draw in software, and few files.
TILE_TRIANGLES: Final = 40_000
_MAX_DEPTH: Final = 10
#: Cells along an edge of a simplified tile.
_CELLS: Final = 64


def tree_by_size(store: MeshStore, parts: Parts, write: WriteContent) -> TileNode:
    """Return tiles in which large parts come first and children add smaller ones."""
    size = np.linalg.norm(parts.high - parts.low, axis=1)
    centre = (parts.high + parts.low) / 2
    return _by_size(store, parts, write, np.argsort(-size, kind="stable"), size, centre, 0)


def _by_size(
    store: MeshStore,
    parts: Parts,
    write: WriteContent,
    chosen: Array,
    size: Array,
    centre: Array,
    depth: int,
) -> TileNode:
    """Return the tile of *chosen* parts, which are sorted by falling size."""
    total = np.cumsum(parts.count[chosen])
    taken = len(chosen)
    if total[-1] > TILE_TRIANGLES and depth < _MAX_DEPTH:
        taken = max(1, int(np.searchsorted(total, TILE_TRIANGLES // 2)))
    rest = chosen[taken:]
    low, high = parts.low[chosen].min(axis=0), parts.high[chosen].max(axis=0)
    content = write(gather(store, parts, chosen[:taken]), True)
    error = float(size[rest[0]]) if len(rest) else 0.0
    node = TileNode(_bounds(low, high), error, content, refine="ADD")
    if len(rest):
        for group in _split(rest, centre[rest]):
            child = _by_size(store, parts, write, group, size, centre, depth + 1)
            node.children.append(child)
    return node


def _split(chosen: Array, centre: Array) -> list[Array]:
    """Return the parts of each half, quarter or eighth along the long axes."""
    low, high = centre.min(axis=0), centre.max(axis=0)
    extent = high - low
    middle = (low + high) / 2
    code = np.zeros(len(chosen), np.int64)
    for axis in range(3):
        if extent[axis] > extent.max() / 2:
            code = code * 2 + (centre[:, axis] > middle[axis])
    return [chosen[code == value] for value in distinct(code)]


def tree_by_level(
    store: MeshStore, parts: Parts, write: WriteContent, check: Callable[[], None]
) -> TileNode:
    """Return tiles whose leaves hold the original triangles and whose parents simpler ones."""
    low, high = parts.low.min(axis=0), parts.high.max(axis=0)
    side = float((high - low).max()) * 1.0001 or 1.0
    codes = []
    for number, block in enumerate(store.blocks):
        check()
        code = _morton(block, low, side)
        order = np.argsort(code, kind="stable")
        store.resort(number, order)
        codes.append(code[order])
    node, _ = _Levels(store, codes, write, check).build(0, 0, side)
    return node


def _morton(block: Surface, low: Array, side: float) -> npt.NDArray[np.int32]:
    """Return the cell of each triangle's centroid, three bits a level, coarsest first."""
    code = np.zeros(len(block.triangles), np.int32)
    step = 1_000_000
    for start in range(0, len(code), step):
        corners = block.position[block.triangles[start : start + step]]
        place = (corners.mean(axis=1) - low) / side
        cell = np.clip((place * (1 << _MAX_DEPTH)).astype(np.int32), 0, (1 << _MAX_DEPTH) - 1)
        for bit in range(_MAX_DEPTH):
            for axis in range(3):
                code[start : start + step] |= ((cell[:, axis] >> bit) & 1) << (3 * bit + axis)
    return code


class _Levels:
    """Builds the tree of simplified tiles from sorted blocks, children before parents."""

    def __init__(
        self,
        store: MeshStore,
        codes: list[npt.NDArray[np.int32]],
        write: WriteContent,
        check: Callable[[], None],
    ) -> None:
        self.store = store
        self.codes = codes
        self.write = write
        self.check = check

    def build(self, prefix: int, depth: int, side: float) -> tuple[TileNode, list[Surface]]:
        """Return the tile of one cell and its surfaces, from which its parent is made."""
        self.check()
        shift = 3 * (_MAX_DEPTH - depth)
        first, last = prefix << shift, (prefix + 1) << shift
        runs = [np.searchsorted(code, (first, last)) for code in self.codes]
        total = sum(int(stop - start) for start, stop in runs)
        if total <= TILE_TRIANGLES or depth == _MAX_DEPTH:
            surfaces = merge_alike(
                [
                    block.part(np.asarray(block.triangles[start:stop]))
                    for block, (start, stop) in zip(self.store.blocks, runs)
                    if stop > start
                ]
            )
            return TileNode(_enclosing(surfaces), 0.0, self.write(surfaces, True)), surfaces
        built = [
            self.build(child, depth + 1, side / 2)
            for child in range(prefix * 8, prefix * 8 + 8)
            if self._has(child, depth + 1)
        ]
        if len(built) == 1:
            return built[0]
        children = [node for node, _ in built]
        finer = merge_alike([surface for _, surfaces in built for surface in surfaces])
        cell = side / _CELLS
        surfaces = cluster(finer, cell)
        bounds = _union(children)
        error = max(cell, *(2.0 * child.geometric_error for child in children))
        content = self.write(surfaces, False) if surfaces else None
        return TileNode(bounds, error, content, children), surfaces

    def _has(self, prefix: int, depth: int) -> bool:
        shift = 3 * (_MAX_DEPTH - depth)
        limits = (prefix << shift, (prefix + 1) << shift)
        return any(
            stop > start for start, stop in (np.searchsorted(code, limits) for code in self.codes)
        )


def _enclosing(surfaces: list[Surface]) -> Bounds:
    return _bounds(
        np.min([surface.position.min(axis=0) for surface in surfaces], axis=0),
        np.max([surface.position.max(axis=0) for surface in surfaces], axis=0),
    )


def _union(nodes: list[TileNode]) -> Bounds:
    return _bounds(
        np.min([node.bounds[:3] for node in nodes], axis=0),
        np.max([node.bounds[3:] for node in nodes], axis=0),
    )


def _bounds(low: Array, high: Array) -> Bounds:
    return (*map(float, low), *map(float, high))  # type: ignore[return-value]
