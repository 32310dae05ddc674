"""From a file or folder to layers of a project: detect, read, convert, commit.

Everything is built in a staging folder beside the layers, moved into place as a whole and
then committed as one command, so that a process killed at any moment leaves a project that
opens without the half-imported layer (`Twin` sweeps what no layer refers to).
"""

from __future__ import annotations

import itertools
import re
import shutil
import time
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.pipeline.full_disk import naming_full_disk
from ingest.pipeline.job import Job
from ingest.placement import far_away, fix_origin, placement
from ingest.provenance import peak_memory_mb, tree_bytes, write_source
from ingest.readers.contract import (
    Chunk,
    FeatureChunk,
    MeshChunk,
    ObjectChunk,
    PointChunk,
    Preparing,
    RasterSource,
    Reader,
    ReadOptions,
    RelationChunk,
    SourceInfo,
    TileChunk,
    TilesetSource,
)
from ingest.readers.registry import reader_for
from ingest.sources import source_name
from ingest.tiling.contract import GroundHeight, LayerContent, Target
from twin_model.coding import with_codes
from twin_model.commands import AddLayers
from twin_model.entity import Entity
from twin_model.errors import Cancelled, ShapanError, SourceError
from twin_model.frame import ToLocal
from twin_model.layer import Bounds, Layer, LayerRole
from twin_model.project import BASE, STAGING_PREFIX
from twin_model.time import Instant
from twin_model.twin import Twin


@dataclass(frozen=True)
class ImportOptions:
    """Choices for one import.

    Parameters
    ----------
    crs : str or None
        Overrides what the source states; ``"local"`` places it at the project's origin.
    name : str or None
        Of the layer; the file's name otherwise.
    epoch : str or None
        Date or time of survey, ISO 8601; what the source states otherwise.
    link : bool
        Use a 3D Tiles tileset where it stands instead of copying it.
    origin : str or None
        What to record as the source, where the path is only for the moment.
    """

    crs: str | None = None
    name: str | None = None
    epoch: str | None = None
    link: bool = False
    origin: str | None = None


@dataclass
class ImportResult:
    """What became of one layer of one source; the object that ``shapan add --json`` prints.

    `incomplete` says that the source is damaged and only the part before the damage was read.
    """

    source: str
    layer: str | None = None
    kind: str = ""
    entities: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    bounds_local: list[float] | None = None
    seconds: float = 0.0
    peak_memory_mb: float = 0.0
    warnings: list[str] = field(default_factory=list)
    error: str | None = None
    incomplete: bool = False


def inspect_source(path: Path, job: Job, *, about_to_read: bool = False) -> SourceInfo:
    """Return what a file or folder holds; a file that cannot be read has `error` set.

    Parameters
    ----------
    path : Path
    job : Job
    about_to_read : bool
        Let the reader get ready for `add_source` meanwhile.

    Raises
    ------
    Cancelled
    """
    try:
        reader = reader_for(path)
        if about_to_read:
            prepare(reader, path)
        info = reader.inspect(path, job)
    except Cancelled:
        raise
    except ShapanError as error:
        return SourceInfo(str(path), error=one_line(str(error)))
    except (OSError, MemoryError) as error:
        return SourceInfo(str(path), error=one_line(f"{path}: {error or 'not enough memory'}"))
    info.source = str(path)
    return info


def prepare(reader: Reader, path: Path) -> None:
    """Let a reader whose library is slow to load start on that."""
    if isinstance(reader, Preparing):
        reader.prepare(path)


def import_order(paths: Sequence[Path]) -> list[Path]:
    """Return the sources with rasters first, so that buildings find the terrain they stand on.

    Never raises; what cannot be recognised keeps its place among the rest.
    """

    def is_raster(path: Path) -> bool:
        try:
            return reader_for(path).name == "raster"
        except (ShapanError, OSError):
            return False

    return sorted(paths, key=lambda path: not is_raster(path))


def one_line(text: str) -> str:
    """Return *text* on one line, for lists and logs."""
    return re.sub(r"\s*[\r\n]+\s*", " ", text).strip()


def add_source(twin: Twin, path: Path, options: ImportOptions, job: Job) -> list[ImportResult]:
    """Import one source as layers and entities, all of them in one undoable command.

    Returns
    -------
    list of ImportResult
        One a layer.

    Raises
    ------
    SourceError, FrameError, StoreError
        If nothing of it could be imported; the project is as it was.
    Cancelled
    """
    return _Import(twin, path.absolute(), options, job).run()


class _Import:
    """State of one import, from staging folder to command."""

    def __init__(self, twin: Twin, path: Path, options: ImportOptions, job: Job) -> None:
        self.twin = twin
        self.path = path
        self.options = options
        self.job = job
        self.started_s = time.monotonic()
        self.staging = twin.path / BASE / f"{STAGING_PREFIX}{uuid.uuid4().hex}"
        self.targets: dict[str, Target] = {}
        self.notes: list[str] = []
        self.incomplete = False
        self.others: list[Bounds | None] = []
        if options.epoch is not None:
            Instant.parse(options.epoch)

    def run(self) -> list[ImportResult]:
        reader = reader_for(self.path)
        prepare(reader, self.path)
        self.job.report("Recognise", 0, 0, "")
        info = reader.inspect(self.path, self.job)
        if info.error:
            raise SourceError(self.path, info.error)
        crs, self.notes = placement(self.twin.frame, info, self.options.crs, self.path)
        fix_origin(self.twin, info, crs)
        self.info, self.crs = info, crs
        moved: list[Path] = []
        try:
            with naming_full_disk(self.path, self.staging.parent):
                contents, layers = self._add(reader, moved)
        except BaseException:
            for folder in moved:
                shutil.rmtree(folder, ignore_errors=True)
            raise
        finally:
            shutil.rmtree(self.staging, ignore_errors=True)
        return [self._result(content, layer) for content, layer in zip(contents, layers)]

    def _add(self, reader: Reader, moved: list[Path]) -> tuple[list[LayerContent], list[Layer]]:
        """Convert, and add layers; folders that stand in *moved* are theirs once this returns."""
        self.staging.mkdir(parents=True)
        contents = self._convert(reader)
        self.others = [layer.bounds_local for layer in self.twin.layers()]
        layers = [self._layer(content, self.info) for content in contents]
        for content, layer in zip(contents, layers, strict=True):
            write_source(self.targets[content.layer].folder, layer, self.path, reader, self.job)
        for layer in layers:
            goal = self.twin.layer_folder(layer.id)
            (self.staging / layer.id).rename(goal)
            moved.append(goal)
        drafts = [entity for content in contents for entity in content.entities]
        command = AddLayers(
            layers,
            with_codes(drafts, self.twin.frame, self.options.epoch or self.info.epoch),
            [relation for content in contents for relation in content.relations],
            self._classes(drafts),
        )
        self.twin.execute(command)
        return contents, layers

    # -- conversion --------------------------------------------------------------------

    def _to_local(self, crs: str | None) -> ToLocal:
        return self.twin.frame.transform_from(crs, self.info.vertical_crs)

    def target(self, part: str = "", crs: str | None = None) -> Target:
        """Make the folder of a new layer, named after the source and the part of it."""
        name = self.options.name or source_name(self.path)
        told = part and _slug(part) != _slug(name)
        layer = self._free_id(f"{name}-{part}" if told else name)
        folder = self.staging / layer
        folder.mkdir()
        to_local = self._to_local(self.options.crs or crs or self.crs)
        if self._has_heights():
            self.notes += [w for w in to_local.warnings if w not in self.notes]
        target = Target(folder, layer, self.twin.frame, to_local, self.job, self._ground())
        self.targets[layer] = target
        return target

    def _has_heights(self) -> bool:
        """Return whether what is assumed about heights matters: a flat source has none."""
        bounds = self.info.bounds
        return bounds is None or bounds[2] is not None

    def _ground(self) -> GroundHeight | None:
        from ingest.tiling.ground import ground_in  # rasterio is slow to import

        return ground_in(self.twin.layers(), self.twin.layer_folder, self.twin.frame)

    def _free_id(self, name: str) -> str:
        slug = _slug(name) or _slug(self.path.stem) or self.info.kind
        for number in itertools.count(1):
            candidate = slug if number == 1 else f"{slug}-{number}"
            if candidate not in self.targets and not self.twin.layer_id_is_used(candidate):
                return candidate
        raise AssertionError("unreachable")

    def _convert(self, reader: Reader) -> list[LayerContent]:
        options = ReadOptions(crs=self.options.crs)
        chunks = reader.read(self.path, options, self.job)
        first = next(chunks, None)
        if first is None:
            raise SourceError(self.path, "holds nothing to show")
        stream: Iterator[Chunk] = itertools.chain([first], self._until_damage(chunks))
        contents = _converters()[type(first)](self, stream, first)
        if len(self.targets) == 1 and len(contents) == 1:
            contents[0].layer = next(iter(self.targets))
        if not contents:
            raise SourceError(self.path, "holds nothing to show")
        return contents

    def _until_damage(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        """Pass chunks on; where the source breaks off, keep what came before and say so."""
        try:
            yield from chunks
        except SourceError as error:
            self.incomplete = True
            self.notes.append(f"only the part before the damage was read: {error.reason}")

    # -- results -----------------------------------------------------------------------

    def _classes(self, drafts: Sequence[Entity]) -> dict[str, str]:
        """Return the classes of management codes by type, as far as anybody knows them."""
        catalogue = self.twin.known_types()
        if catalogue is None or not drafts:
            return {}
        from twin_model.schema.relating import code_classes  # loaded with the catalogue

        return code_classes(catalogue, (entity.type for entity in drafts))

    def _layer(self, content: LayerContent, info: SourceInfo) -> Layer:
        base = self.options.name or source_name(self.path)
        several = len(self.targets) > 1 and content.name
        folder = self.targets[content.layer].folder
        apart = far_away(content.bounds_local, self.others)
        told = [*info.warnings, *self.notes, *content.warnings, *self._said()]
        warnings = dict.fromkeys([*told, apart] if apart else told)
        return Layer(
            id=content.layer,
            name=f"{base} – {content.name}" if several else base,
            kind=info.kind,
            role=content.role,
            format=info.format,
            source=self.options.origin or str(self.path),
            content=content.content,
            crs=self.options.crs or info.crs,
            vertical_crs=info.vertical_crs,
            epoch=self.options.epoch or info.epoch,
            bounds_local=content.bounds_local,
            counts=content.counts,
            bytes=tree_bytes(folder),
            style={"visible": True, "opacity": 1.0, **content.style},
            warnings=tuple(text for text in warnings if not _is_part(text, warnings)),
        )

    def _said(self) -> list[str]:
        return list(getattr(self.job, "warnings", []))

    def _result(self, content: LayerContent, layer: Layer) -> ImportResult:
        return ImportResult(
            source=str(self.path),
            layer=layer.id,
            kind=layer.kind,
            entities=len(content.entities),
            counts=layer.counts,
            bounds_local=list(layer.bounds_local) if layer.bounds_local else None,
            seconds=round(time.monotonic() - self.started_s, 3),
            peak_memory_mb=peak_memory_mb(),
            warnings=list(layer.warnings),
            incomplete=self.incomplete,
        )


def _is_part(text: str, texts: Iterable[str]) -> bool:
    """Return whether another of the texts says the same and more."""
    return any(text != other and text in other for other in texts)


def _slug(name: str) -> str:
    """Return lower-case letters of any script, digits and hyphens; empty where it has none."""
    letters = (c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    plain = unicodedata.normalize("NFC", "".join(letters)).lower()
    return re.sub(r"[\W_]+", "-", plain)[:48].strip("-")


_Converter = Callable[[_Import, Iterator[Chunk], Chunk], list[LayerContent]]


def _points(work: _Import, chunks: Iterator[Any], _first: Chunk) -> list[LayerContent]:
    from ingest.tiling.points import tile_points

    content = tile_points(chunks, work.target(), work.info.counts.get("points", 0))
    if not content.counts.get("points"):
        raise SourceError(work.path, "; ".join(content.warnings or ["holds nothing to show"]))
    return [content]


def _hierarchy(work: _Import, chunks: Iterator[Any], _first: Chunk) -> list[LayerContent]:
    from ingest.tiling.hierarchy import tile_hierarchy

    return [tile_hierarchy(chunks, work.target(), work.info.counts.get("tiles", 0))]


def _features(work: _Import, chunks: Iterator[Any], _first: Chunk) -> list[LayerContent]:
    from ingest.tiling.vector import convert_features

    return convert_features(chunks, work.target)


def _raster(work: _Import, _chunks: Iterator[Any], first: Chunk) -> list[LayerContent]:
    from ingest.tiling.raster import convert_raster

    assert isinstance(first, RasterSource)
    content = convert_raster(first, work.target(), work.options.crs or work.crs)
    if content.role is LayerRole.TERRAIN:
        content.warnings += [
            f"{layer.name} came before the terrain and stands on height 0; remove it and add it "
            "again to place it on the terrain"
            for layer in work.twin.layers()
            if layer.kind == "vector" and layer.role is LayerRole.MESH
        ]
    return [content]


def _tileset(work: _Import, _chunks: Iterator[Any], first: Chunk) -> list[LayerContent]:
    from ingest.tiling.adopt import adopt_tileset

    assert isinstance(first, TilesetSource)
    target = work.target()
    return [adopt_tileset(first, target, work.info, link=work.options.link)]


def _objects(work: _Import, chunks: Iterator[Any], _first: Chunk) -> list[LayerContent]:
    from ingest.tiling.bim import convert_objects

    return [convert_objects(chunks, work.target(), work.info)]


def _converters() -> dict[type, _Converter]:
    return {
        PointChunk: _points,
        TileChunk: _hierarchy,
        FeatureChunk: _features,
        RasterSource: _raster,
        TilesetSource: _tileset,
        MeshChunk: _objects,
        ObjectChunk: _objects,
        RelationChunk: _objects,
    }
