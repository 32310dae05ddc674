"""Oblique photography: OSGB tile trees, with the hierarchy that their PagedLOD nodes describe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from ingest.pipeline.job import Job
from ingest.readers.contract import (
    Material,
    MeshChunk,
    ReadOptions,
    SourceInfo,
    Texture,
    TileChunk,
)
from ingest.readers.osgb_format.images import texture_of
from ingest.readers.osgb_format.levels import Level, Surface, levels_of
from ingest.readers.osgb_format.parse import ParsedFile, parse_file
from ingest.readers.osgb_format.production import (
    Production,
    has_tiles,
    is_metadata,
    open_production,
)
from ingest.readers.osgb_format.stream import is_osgb
from ingest.readers.textures import inside
from twin_model.errors import SourceError

#: Productions up to this size are counted by parsing every tile (about 150 MB a second).
COUNT_ALL_BYTES: Final = 600 * 2**20
_SAMPLED_TILES: Final = 400


@dataclass
class _Tile:
    """A parsed file on the way through the tree."""

    path: Path
    parent: str | None
    parsed: ParsedFile
    levels: list[Level]


@dataclass
class _Tally:
    """What was met on the way, for counts and the one warning each that follows from it."""

    missing: int = 0
    outside: int = 0
    repeated: int = 0
    broken: list[SourceError] = field(default_factory=list)
    textures: list[SourceError] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)

    def warnings(self) -> list[str]:
        """Return one sentence for each kind of thing that is left out."""
        found = [f"{text} (in {count} tiles)" for text, count in sorted(self.notes.items())]
        if self.missing:
            found.append(
                f"{self.missing} finer tiles are referred to but not there; the coarser "
                "surfaces stay"
            )
        if self.outside:
            found.append(f"{self.outside} references to tiles outside the folder are not followed")
        if self.repeated:
            found.append(f"{self.repeated} tiles are referred to more than once; read once")
        if self.broken:
            found.append(
                f"{len(self.broken)} tiles cannot be read and are left out, first: {self.broken[0]}"
            )
        if self.textures:
            found.append(f"{len(self.textures)} textures cannot be used, first: {self.textures[0]}")
        return found


class OsgbReader:
    """Reads one tile file, or a production folder with ``Data`` and ``metadata.xml``.

    A single file is inspected by itself; reading it follows its finer tiles as a folder's.
    """

    name = "osgb"
    suffixes = (".osgb",)

    def can_read(self, path: Path, head: bytes) -> bool:
        """Return whether *path* is an OSGB file, a production's metadata or its folder."""
        if not head:
            try:
                return path.is_dir() and has_tiles(path)
            except SourceError:
                return False
        return is_osgb(head) or is_metadata(path, head)

    def inspect(self, path: Path, job: Job) -> SourceInfo:
        """Count tiles, triangles, vertices and images, and say where they lie."""
        production = open_production(path)
        placement = production.placement
        tally = _Tally()
        summary = _Summary(production)
        info = SourceInfo(str(path), kind="mesh", crs=placement.crs)
        info.vertical_crs = placement.vertical_crs
        info.warnings += placement.warnings
        if path.is_file() and not path.name.lower().endswith(".xml"):
            job.report("Counting tiles", 0, 1, "tiles")
            summary.add(_open(production.entries[0], None, tally))
            present, missing = _child_files(production, production.entries[0])
            info.attributes |= {"child_tiles_present": present, "child_tiles_missing": missing}
        else:
            sizes = _sizes(production, job)
            if sum(sizes.values()) <= COUNT_ALL_BYTES:
                for number, tile in enumerate(_walk(production, tally, job)):
                    summary.add(tile)
                    job.report("Counting tiles", number + 1, len(sizes), "tiles")
            else:
                info.warnings.append(_sample(production, sizes, summary, tally, job))
        versions = sorted(summary.versions)
        info.format = "OSGB " + "/".join(f"v{version}" for version in versions)
        info.counts, info.bounds = summary.result()
        info.attributes["versions"] = versions
        info.warnings += tally.warnings()
        return info

    def read(self, path: Path, options: ReadOptions, job: Job) -> Iterator[TileChunk]:
        """Yield the levels of detail of every tile, each parent before its children.

        What is left out is added to the job's warnings at the end.
        """
        job.check()
        production = open_production(path, options.crs)
        for text in production.placement.warnings:
            job.warn(text)
        tally = _Tally()
        total = len(_sizes(production, job)) if path.is_dir() else 0
        for number, tile in enumerate(_walk(production, tally, job)):
            textures = _Textures(tile.path, production.root, tally)
            for index, level in enumerate(tile.levels):
                key = f"{_name(production, tile.path)}#{index}"
                yield from _chunks(level, key, tile.parent, production, textures)
            job.report("Reading tiles", number + 1, total, "tiles")
        for text in tally.warnings():
            job.warn(text)


def _open(path: Path, parent: str | None, tally: _Tally) -> _Tile:
    parsed = parse_file(path)
    notes: list[str] = []
    levels = levels_of(parsed, notes.append)
    if parsed.bytes_left:
        notes.append(f"{parsed.bytes_left} bytes behind the scene are not understood")
    tally.notes.update(notes)
    return _Tile(path, parent, parsed, levels)


def _walk(production: Production, tally: _Tally, job: Job) -> Iterator[_Tile]:
    """Yield every tile that can be reached, depth first.

    Raises
    ------
    SourceError
        If not one of them can be read.
    """
    waiting: list[tuple[Path, str | None]] = [(p, None) for p in reversed(production.entries)]
    seen = set(production.entries)
    found = False
    while waiting:
        job.check()
        path, parent = waiting.pop()
        try:
            tile = _open(path, parent, tally)
        except SourceError as error:
            if len(production.entries) == 1 and not found:
                raise
            tally.broken.append(error)
            continue
        found = True
        yield tile
        for name, key in reversed(_references(production, tile)):
            target = inside(path, name, production.root)
            if target is None:
                tally.outside += 1
            elif target in seen:
                tally.repeated += 1
            elif not target.is_file():
                tally.missing += 1
            else:
                seen.add(target)
                waiting.append((target, key))
    if not found:
        raise tally.broken[0]


def _name(production: Production, path: Path) -> str:
    return path.relative_to(production.root).as_posix()


def _references(production: Production, tile: _Tile) -> list[tuple[str, str]]:
    """Return the finer files of a tile and the keys of the levels they refine."""
    found: list[tuple[str, str]] = []

    def collect(level: Level, key: str) -> None:
        found.extend((name, key) for name in level.files)
        for index, child in enumerate(level.children):
            collect(child, f"{key}.{index}")

    for index, level in enumerate(tile.levels):
        collect(level, f"{_name(production, tile.path)}#{index}")
    return found


def _child_files(production: Production, path: Path) -> tuple[int, int]:
    names = [
        name
        for record in parse_file(path).objects
        for name in record.fields.get("files") or []
        if name
    ]
    targets = [inside(path, name, production.root) for name in names]
    present = sum(1 for target in targets if target is not None and target.is_file())
    return present, len(targets) - present


def _chunks(
    level: Level, key: str, parent: str | None, production: Production, textures: _Textures
) -> Iterator[TileChunk]:
    meshes = [_mesh(surface, production, textures) for surface in level.surfaces]
    if level.sphere is not None:
        centre = production.placement(level.sphere[None, :3])[0]
        radius = float(level.sphere[3])
    else:
        centre, radius = _enclosing(meshes)
    yield TileChunk(key, parent, meshes, centre, radius, level.error_m)
    for index, child in enumerate(level.children):
        yield from _chunks(child, f"{key}.{index}", key, production, textures)


def _mesh(surface: Surface, production: Production, textures: _Textures) -> MeshChunk:
    material = Material()
    if surface.diffuse is not None:
        colour = np.clip(np.nan_to_num(surface.diffuse), 0.0, 1.0)
        material.colour = (*map(float, colour),)  # type: ignore[assignment]
    if surface.image is not None and surface.uv is not None:
        material.texture = textures.get(surface.image)
        if material.texture is not None:
            # Programs leave the dark default of OpenGL's lighting beside their photographs.
            material.colour = (1.0, 1.0, 1.0, 1.0)
    normal = surface.normal
    if normal is not None:
        normal = (normal @ production.placement.matrix[:3, :3].T).astype(np.float32)
    return MeshChunk(
        production.placement(surface.position),
        surface.triangles,
        material,
        uv=surface.uv,
        normal=normal,
        colour=surface.colour,
    )


def _enclosing(meshes: list[MeshChunk]) -> tuple[Any, float]:
    if not meshes:
        return np.zeros(3), 0.0
    low = np.min([mesh.position.min(axis=0) for mesh in meshes], axis=0)
    high = np.max([mesh.position.max(axis=0) for mesh in meshes], axis=0)
    return (low + high) / 2, float(np.linalg.norm(high - low) / 2)


class _Textures:
    """The textures of one file, each made once so that surfaces can share it."""

    def __init__(self, path: Path, root: Path, tally: _Tally) -> None:
        self.path = path
        self.root = root
        self.tally = tally
        self._known: dict[int, Texture | None] = {}

    def get(self, image: Any) -> Texture | None:
        if id(image) not in self._known:
            try:
                self._known[id(image)] = texture_of(self.path, image, self.root)
            except SourceError as error:
                self.tally.textures.append(error)
                self._known[id(image)] = None
        return self._known[id(image)]


class _Summary:
    """Adds up tiles for `OsgbReader.inspect`."""

    def __init__(self, production: Production) -> None:
        self.production = production
        self.counts: Counter[str] = Counter(
            dict.fromkeys(("tiles", "triangles", "vertices", "images"), 0)
        )
        self.versions: set[int] = set()
        self.low = np.full(3, np.inf)
        self.high = np.full(3, -np.inf)

    def add(self, tile: _Tile) -> None:
        """Add one tile."""
        kinds = Counter(record.kind for record in tile.parsed.objects)
        names = [n for record in tile.parsed.objects for n in record.fields.get("files") or [] if n]
        self.counts["tiles"] += 1
        self.counts["paged_lods"] += kinds["osg::PagedLOD"]
        self.counts["geometries"] += kinds["osg::Geometry"]
        self.counts["images"] += kinds["osg::Image"]
        self.counts["child_references"] += len(names)
        self.versions.add(tile.parsed.header.version)
        for surface in (s for level in tile.levels for s in level.all_surfaces()):
            self.counts["triangles"] += len(surface.triangles)
            self.counts["vertices"] += len(surface.position)
            position = self.production.placement(surface.position)
            self.low = np.minimum(self.low, position.min(axis=0))
            self.high = np.maximum(self.high, position.max(axis=0))

    def result(self) -> tuple[dict[str, int], list[float | None] | None]:
        """Return the counts and the bounds, None where there is no surface."""
        bounds = [*map(float, self.low), *map(float, self.high)]
        return dict(self.counts), bounds if np.isfinite(bounds).all() else None  # type: ignore[return-value]


def _sizes(production: Production, job: Job) -> dict[Path, int]:
    """Return the size of every tile file beside the entries."""
    sizes: dict[Path, int] = {}
    for folder in sorted({entry.parent for entry in production.entries}):
        job.check()
        for item in folder.iterdir():
            if item.suffix.lower() == ".osgb" and item.is_file():
                sizes[item] = item.stat().st_size
    return sizes


def _sample(
    production: Production, sizes: dict[Path, int], summary: _Summary, tally: _Tally, job: Job
) -> str:
    """Count a part of a large production and scale it up; return the warning that says so."""
    step = max(1, len(sizes) // _SAMPLED_TILES)
    chosen = sorted({*production.entries[:_SAMPLED_TILES], *sorted(sizes)[::step]})
    parsed_bytes = 0
    for number, path in enumerate(chosen):
        job.report("Sampling tiles", number, len(chosen), "tiles")
        try:
            summary.add(_open(path, None, tally))
            parsed_bytes += sizes.get(path, path.stat().st_size)
        except SourceError as error:
            tally.broken.append(error)
    if not parsed_bytes:
        raise tally.broken[0]
    factor = sum(sizes.values()) / parsed_bytes
    for key in summary.counts:
        summary.counts[key] = round(summary.counts[key] * factor)
    summary.counts["tiles"] = len(sizes)
    return (
        f"counts other than tiles are estimated from {len(chosen)} of {len(sizes)} tiles, "
        "and bounds cover those only"
    )
