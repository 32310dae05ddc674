"""Builds the octree of a point layer: which point is drawn from which level on.

Every point has a random priority. The point of highest priority in each cell of a grid over a
node belongs to that node (or to one above it), the rest goes down to the children. As the same
priorities count on all levels, the points of a node and its ancestors are one per cell, evenly
spread, and every point is in exactly one tile (refine ADD).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.tiling.points_spool import KEY_BITS, Keys, Rows, Spool, extent, take
from twin_model.layer import Bounds
from twin_model.tiles.write import TileNode

#: A node with no more points than this is not divided.
LEAF_POINTS: Final = 40_000
#: Children with fewer points than this are kept in their parent's tile.
_SMALL: Final = 500
#: Points that are sorted and divided in memory at a time.
_BUCKET_POINTS: Final = 1_500_000
#: Tiles are refined where gaps between points reach two pixels in a viewer that refines at the
#: usual screen-space error of 16 pixels.
ERROR_PER_SPACING: Final = 8.0

WriteTile = Callable[[str, Rows], str]
"""Writes the content of the tile with an octal path such as ``r07``; returns its URI."""


@dataclass
class _Branch:
    """A finished part of the tree.

    Parameters
    ----------
    node : TileNode or None
        None where all points went up.
    promoted : dict of int to list of Rows
        Points that belong to ancestors, by the ancestor's depth.
    """

    node: TileNode | None = None
    promoted: dict[int, list[Rows]] = field(default_factory=dict)


class TreeBuilder:
    """Turns a sorted spool into tiles, depth first, a bucket of points in memory at a time.

    Parameters
    ----------
    spool : Spool
        Sorted.
    size : float
        Edge of the root cube in metres.
    grid_bits : int
        A node's grid has two to the power of this cells along each axis.
    write : WriteTile
    job : Job
    """

    def __init__(
        self, spool: Spool, size: float, grid_bits: int, write: WriteTile, job: Job
    ) -> None:
        self._spool = spool
        self._size = size
        self._bits = grid_bits
        self._write = write
        self._job = job
        # Deeper, a node's grid would be finer than the keys.
        self._deepest = KEY_BITS - grid_bits
        self._sample, self._step = spool.sample_keys()
        self._done = 0
        self.tiles = 0

    def build(self) -> TileNode | None:
        """Write all tiles and return the root; None where there are no points."""
        return self._region(0, 0, "r").node

    # --- the upper levels, over buckets ---------------------------------------------------

    def _region(self, depth: int, prefix: int, path: str) -> _Branch:
        width = 3 * (KEY_BITS - depth)
        first, last = prefix << width, (prefix + 1) << width
        edges = np.array([first, last - 1], np.uint64)
        sampled = np.searchsorted(self._sample, edges)
        estimate = int(sampled[1] - sampled[0]) * self._step
        if estimate > _BUCKET_POINTS and depth < self._deepest:
            return self._join(depth, path, [
                self._region(depth + 1, prefix * 8 + child, f"{path}{child}") for child in range(8)
            ])  # fmt: skip
        if estimate > 4 * _BUCKET_POINTS:
            return self._heap(first, last, path)
        return self._bucket(depth, first, last, path)

    def _join(self, depth: int, path: str, branches: list[_Branch]) -> _Branch:
        children = [branch.node for branch in branches if branch.node is not None]
        promoted: dict[int, list[Rows]] = {}
        for branch in branches:
            for level, parts in branch.promoted.items():
                promoted.setdefault(level, []).extend(parts)
        own = promoted.pop(depth, [])
        if not own and len(children) <= 1:
            return _Branch(children[0] if children else None, promoted)
        rows = np.concatenate(own) if own else None
        return _Branch(self._node(path, depth, rows, children), promoted)

    def _bucket(self, depth: int, first: int, last: int, path: str) -> _Branch:
        parts = list(self._spool.parts(first, last))
        if not parts:
            return _Branch()
        rows = np.concatenate(parts) if len(parts) > 1 else parts[0]
        del parts
        if depth and len(rows) <= _SMALL:
            self._count(len(rows))
            return _Branch(None, {depth - 1: [rows]})
        rows = take(rows, np.argsort(rows["key"], kind="stable"))
        keys = np.ascontiguousarray(rows["key"])
        deepest = _deepest_level(keys, depth, self._bits)
        priority = np.random.default_rng(first & 0xFFFFFFFF).integers(
            0, 1 << 32, len(rows), dtype=np.uint32
        )
        levels = assign_levels(keys, priority, depth, deepest, self._bits)
        branch = _Branch()
        for level in range(depth):
            taken = np.flatnonzero(levels == level)
            if len(taken):
                branch.promoted[level] = [take(rows, taken)]
                self._count(len(taken))
        members = np.flatnonzero(levels >= depth)
        if len(members):
            divide = _Divider(rows, keys, levels, priority, deepest)
            branch.node = self._divide(divide, members, depth, path)
        return branch

    def _heap(self, first: int, last: int, path: str) -> _Branch:
        """Make tiles of far too many points in (nearly) the same place."""
        children = []
        for number, rows in enumerate(self._spool.parts(first, last)):
            children += self._leaves(rows, f"{path}x{number}")
        return _Branch(self._node(path, self._deepest, None, children))

    # --- the lower levels, within a bucket ------------------------------------------------

    def _divide(self, divide: _Divider, members: Index, depth: int, path: str) -> TileNode:
        self._job.check()
        if len(members) <= LEAF_POINTS or depth >= divide.deepest:
            leaves = self._leaves(take(divide.rows, members), path)
            return leaves[0] if len(leaves) == 1 else self._node(path, depth, None, leaves)
        own, rest = divide.sample(members, depth)
        children = []
        for child, part in divide.children(rest, depth):
            if len(part) <= _SMALL:
                own = np.concatenate([own, part])
            else:
                children.append(self._divide(divide, part, depth + 1, f"{path}{child}"))
        rows = take(divide.rows, own) if len(own) else None
        return self._node(path, depth, rows, children)

    def _leaves(self, rows: Rows, path: str) -> list[TileNode]:
        """Return one tile, or several where the points cannot be divided any further."""
        count = -(-len(rows) // (2 * LEAF_POINTS))
        if count == 1:
            return [self._leaf(rows, path)]
        return [
            self._leaf(part, f"{path}p{i}") for i, part in enumerate(np.array_split(rows, count))
        ]

    def _leaf(self, rows: Rows, path: str) -> TileNode:
        self._count(len(rows))
        self.tiles += 1
        return TileNode(_bounds(rows), 0.0, self._write(path, rows), [], "ADD")

    def _node(self, path: str, depth: int, rows: Rows | None, children: list[TileNode]) -> TileNode:
        bounds = [child.bounds for child in children]
        uri = None
        error = ERROR_PER_SPACING * self._size / (1 << (depth + self._bits))
        if rows is not None:
            bounds.append(_bounds(rows))
            uri = self._write(path, rows)
            self.tiles += 1
            self._count(len(rows))
        if not children:
            error = 0.0
        box = np.array(bounds)
        low, high = box[:, :3].min(axis=0), box[:, 3:].max(axis=0)
        return TileNode((*low.tolist(), *high.tolist()), error, uri, children, "ADD")

    def _count(self, points: int) -> None:
        self._done += points
        self._job.report(
            "writing tiles", min(self._done, self._spool.rows), self._spool.rows, "points"
        )


Index = npt.NDArray[np.intp]


@dataclass
class _Divider:
    """One bucket's points while they are handed out to nodes.

    Parameters
    ----------
    rows : Rows
        In Morton order.
    keys : (n,) uint64 array
    levels : (n,) uint8 array
    priority : (n,) uint32 array
    deepest : int
        Depth at which nodes are not divided any more.
    """

    rows: Rows
    keys: Keys
    levels: npt.NDArray[np.uint8]
    priority: npt.NDArray[np.uint32]
    deepest: int

    def sample(self, members: Index, depth: int) -> tuple[Index, Index]:
        """Return the members that a node at *depth* shows itself, and the rest."""
        mine = self.levels[members] <= depth
        if int(mine.sum()) > LEAF_POINTS:
            # Points fill a volume, not a surface: keep the first by priority.
            chosen = np.flatnonzero(mine)
            order = np.argsort(self.priority[members[chosen]], kind="stable")
            mine[chosen[order[:-LEAF_POINTS]]] = False
        return members[mine], members[~mine]

    def children(self, members: Index, depth: int) -> list[tuple[int, Index]]:
        """Return the members of each non-empty child of a node at *depth*."""
        octant = (self.keys[members] >> np.uint64(3 * (KEY_BITS - depth - 1))) & np.uint64(7)
        edges = np.searchsorted(octant, np.arange(9, dtype=np.uint64))
        return [
            (child, members[edges[child] : edges[child + 1]])
            for child in range(8)
            if edges[child + 1] > edges[child]
        ]


def assign_levels(
    keys: Keys, priority: npt.NDArray[np.uint32], depth: int, deepest: int, grid_bits: int
) -> npt.NDArray[np.uint8]:
    """Return the depth of the node that each point belongs to.

    Parameters
    ----------
    keys : (n,) uint64 array
        Morton keys in ascending order, all within one node at *depth*.
    priority : (n,) uint32 array
    depth, deepest : int
        Levels between which points are handed out; whatever no grid picks gets *deepest*.
    grid_bits : int
        See `TreeBuilder`.

    Returns
    -------
    (n,) uint8 array
        0 to *deepest*; below *depth* for points that an ancestor shows.
    """
    levels = np.full(len(keys), deepest, np.uint8)
    ranked = (priority.astype(np.uint64) << np.uint64(32)) | np.arange(len(keys), dtype=np.uint64)
    current = np.arange(len(keys))
    # Cells larger than the bucket would need its neighbours' points.
    shallowest = max(0, depth - grid_bits)
    for level in range(deepest - 1, shallowest - 1, -1):
        cells = keys[current] >> np.uint64(3 * (KEY_BITS - level - grid_bits))
        starts = np.flatnonzero(np.r_[True, cells[1:] != cells[:-1]])
        winners = np.maximum.reduceat(ranked[current], starts) & np.uint64(0xFFFFFFFF)
        current = winners.astype(np.intp)
        levels[current] = level
    return levels


def _deepest_level(keys: Keys, depth: int, grid_bits: int) -> int:
    """Return the first depth at which no node holds more points than a leaf may."""
    level = depth
    while level < KEY_BITS - grid_bits:
        cells = keys >> np.uint64(3 * (KEY_BITS - level))
        starts = np.flatnonzero(np.r_[True, cells[1:] != cells[:-1]])
        if int(np.diff(np.r_[starts, len(keys)]).max()) <= LEAF_POINTS:
            break
        level += 1
    return level


def _bounds(rows: Rows) -> Bounds:
    low, high = extent(rows["xyz"])
    return (*low.tolist(), *high.tolist())
