"""Triangles between reading and tiling: few in memory, many on disk, however large the source."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.readers.contract import Material
from ingest.tiling.surface import Surface, distinct, with_normals

Array = npt.NDArray[Any]
#: Vertices gathered before a block is written.
_BLOCK_VERTICES: Final = 200_000
#: Vertices of blocks kept in memory, some 80 MB with their triangles; those that follow go to disk.
_MEMORY_VERTICES: Final = 1_000_000
#: A chunk with more triangles than this and no features is a survey, not a drawn thing.
_DENSE_TRIANGLES: Final = 20_000
_ARRAYS: Final = ("position", "triangles", "uv", "normal", "colour", "feature")


@dataclass
class Parts:
    """Things that are drawn whole or not at all: features, or chunks without features.

    Parameters
    ----------
    block, start, count : (k,) int64 arrays
        Block of each part and its run of triangles.
    low, high : (k, 3) float64 arrays
        Bounds in local metres.
    """

    block: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    count: npt.NDArray[np.int64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.block)


class MeshStore:
    """Collects surfaces into blocks of one material each, in a folder of its own.

    Parameters
    ----------
    folder : Path
        Made when the blocks outgrow memory, and removed by `close`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._room = _MEMORY_VERTICES
        self._waiting: dict[tuple[Any, ...], list[Surface]] = {}
        self._waiting_vertices: Counter[tuple[Any, ...]] = Counter()
        self._materials: dict[tuple[Any, ...], Material] = {}
        self._blocks: list[Surface] = []
        self._tables: list[tuple[Array, Array, Array, Array, Array]] = []
        self.triangles = 0
        self.vertices = 0
        self.features: set[int] = set()
        self.has_texture = False

    def __enter__(self) -> MeshStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, surface: Surface) -> None:
        """Add a surface; its arrays must not change afterwards."""
        material = surface.material
        texture = material.texture if surface.uv is not None else None
        look = (
            material.colour, texture.data if texture else None, material.double_sided,
            material.name, material.alpha_mode, material.lit,
        )  # fmt: skip
        self._materials.setdefault(look, material)
        self.has_texture |= texture is not None
        self.triangles += len(surface.triangles)
        self.vertices += len(surface.position)
        if surface.feature is not None:
            self.features.update(distinct(surface.feature).tolist())
        key = (look, *(getattr(surface, name) is not None for name in _ARRAYS[2:]))
        waiting = self._waiting.setdefault(key, [])
        waiting.append(replace(surface, material=self._materials[look]))
        self._waiting_vertices[key] += len(surface.position)
        if self._waiting_vertices[key] >= _BLOCK_VERTICES:
            del self._waiting_vertices[key]
            self._write(self._waiting.pop(key))

    def finish(self) -> Parts:
        """Write what is waiting and return the table of parts."""
        for waiting in self._waiting.values():
            self._write(waiting)
        self._waiting.clear()
        if not self._tables:
            none = np.zeros(0, np.int64)
            return Parts(none, none, none, np.zeros((0, 3)), np.zeros((0, 3)))
        return Parts(*(np.concatenate(column) for column in zip(*self._tables)))

    @property
    def blocks(self) -> list[Surface]:
        """The blocks; arrays of those on disk are read as they are used."""
        return self._blocks

    def close(self) -> None:
        """Remove the folder."""
        self._blocks.clear()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _write(self, surfaces: list[Surface]) -> None:
        number = len(self._blocks)
        merged = merge(surfaces)
        if merged.material.lit or merged.material.texture is None or merged.uv is None:
            dense = len(merged.triangles) > _DENSE_TRIANGLES * len(surfaces)
            merged.smooth = dense and merged.feature is None
            # Made here and not a tile at a time, so that no seam shows between tiles.
            merged = with_normals(merged)
        labels = _labels(merged, surfaces)
        order = np.argsort(labels, kind="stable")
        merged.triangles = merged.triangles[order]
        sorted_labels = labels[order]
        starts = np.flatnonzero(np.r_[True, sorted_labels[1:] != sorted_labels[:-1]])
        counts = np.diff(np.r_[starts, len(labels)])
        corners = merged.position[merged.triangles]
        low = np.minimum.reduceat(corners.min(axis=1), starts)
        high = np.maximum.reduceat(corners.max(axis=1), starts)
        self._tables.append((np.full(len(starts), number), starts, counts, low, high))
        self._blocks.append(self._kept(merged, number))

    def _kept(self, surface: Surface, number: int) -> Surface:
        if len(surface.position) <= self._room:
            self._room -= len(surface.position)
            return surface
        self._folder.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, Any] = {}
        for name in _ARRAYS:
            values = getattr(surface, name)
            if values is not None:
                path = self._folder / f"{number}-{name}.npy"
                np.save(path, values)
                arrays[name] = np.load(path, mmap_mode="r")
        return replace(surface, **arrays)

    def resort(self, number: int, order: Array) -> Array:
        """Put the triangles of one block into another order and return them."""
        block = self._blocks[number]
        triangles: Array = block.triangles[order]
        if isinstance(block.triangles, np.memmap):
            path = self._folder / f"{number}-sorted.npy"
            np.save(path, triangles)
            triangles = np.load(path, mmap_mode="r")
        self._blocks[number] = replace(block, triangles=triangles)
        return triangles


def _labels(merged: Surface, surfaces: list[Surface]) -> Array:
    if merged.feature is not None:
        return merged.feature[merged.triangles[:, 0]]
    return np.repeat(np.arange(len(surfaces)), [len(item.triangles) for item in surfaces])


def merge(surfaces: list[Surface]) -> Surface:
    """Return one surface of several that have the same material and kinds of arrays."""
    if len(surfaces) == 1:
        return replace(surfaces[0])
    first = np.cumsum([0] + [len(surface.position) for surface in surfaces[:-1]])
    arrays: dict[str, Any] = {
        name: np.concatenate([getattr(surface, name) for surface in surfaces])
        for name in _ARRAYS
        if name != "triangles" and getattr(surfaces[0], name) is not None
    }
    triangles = np.concatenate(
        [surface.triangles.astype(np.uint32) + np.uint32(n) for surface, n in zip(surfaces, first)]
    )
    return replace(surfaces[0], triangles=triangles, **arrays)


def merge_alike(surfaces: list[Surface]) -> list[Surface]:
    """Return *surfaces* with those merged that have the same material and kinds of arrays."""
    groups: dict[tuple[Any, ...], list[Surface]] = {}
    for surface in surfaces:
        kinds = tuple(getattr(surface, name) is not None for name in _ARRAYS[2:])
        groups.setdefault((id(surface.material), *kinds), []).append(surface)
    return [merge(group) for group in groups.values()]


def gather(store: MeshStore, parts: Parts, chosen: Array) -> list[Surface]:
    """Return the surfaces of some parts, merged where alike."""
    return merge_alike(list(_gather(store, parts, chosen)))


def _gather(store: MeshStore, parts: Parts, chosen: Array) -> Iterator[Surface]:
    order = chosen[np.lexsort((parts.start[chosen], parts.block[chosen]))]
    for number in distinct(parts.block[order]):
        block = store.blocks[int(number)]
        rows = order[parts.block[order] == number]
        if int(parts.count[rows].sum()) == len(block.triangles):
            yield replace(block)
            continue
        runs = [
            block.triangles[parts.start[row] : parts.start[row] + parts.count[row]] for row in rows
        ]
        yield block.part(np.concatenate(runs))
