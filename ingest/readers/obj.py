"""Wavefront OBJ with material libraries and textures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.readers.contract import Material, MeshChunk, PointChunk, ReadOptions, SourceInfo
from ingest.readers.obj_faces import triangulate
from ingest.readers.obj_materials import read_materials
from ingest.readers.obj_parse import Faces, ObjText, parse_obj
from ingest.readers.osgb_format.metadata import UNPLACED, Placement, read_placement
from ingest.readers.osgb_format.production import find_metadata, has_tiles, open_production
from twin_model.errors import SourceError

_KEYWORDS: Final = (
    b"v ", b"vt ", b"vn ", b"f ", b"o ", b"g ", b"s ", b"p ", b"l ", b"mtllib ", b"usemtl ", b"#",
)  # fmt: skip
_CHUNK_TRIANGLES: Final = 150_000


@dataclass
class _Model:
    """A parsed file: chunks in its own coordinates, and what was left out."""

    chunks: list[MeshChunk] = field(default_factory=list)
    points: PointChunk | None = None
    warnings: list[str] = field(default_factory=list)


class ObjReader:
    """Reads OBJ. The format states neither axes nor units: z is taken as up, units as metres.

    A ``metadata.xml`` of a photogrammetry production beside the file, or up to two folders
    above, places it. The folder of such a production (``Data/Tile_…/Tile_….obj``) is read too.
    """

    name = "obj"
    suffixes = (".obj",)

    def can_read(self, path: Path, head: bytes) -> bool:
        """Return whether *path* is a text file with OBJ statements, or a folder of OBJ tiles."""
        if not head:
            try:
                return path.is_dir() and has_tiles(path, ".obj")
            except SourceError:
                return False
        if path.suffix.lower() != ".obj":
            return False
        text = head.replace(b"\0", b"") if head[:2] in (b"\xfe\xff", b"\xff\xfe") else head
        lines = [line.strip() + b" " for line in text.lstrip(b"\xef\xbb\xbf\xfe\xff").splitlines()]
        return b"\0" not in text and any(line.startswith(_KEYWORDS) for line in lines)

    def inspect(self, path: Path, job: Job) -> SourceInfo:
        """Count vertices and triangles, and list materials."""
        files, placement = _files(path, None)
        info = SourceInfo(str(path), "OBJ", "mesh", placement.crs, placement.vertical_crs)
        counts: Counter[str] = Counter()
        low, high = np.full(3, np.inf), np.full(3, -np.inf)
        materials: set[str] = set()
        warnings: list[str] = []
        for model in _models(files, warnings, job):
            parts = model.chunks if model.points is None else [model.points]
            counts["points"] += len(model.points) if model.points is not None else 0
            counts["triangles"] += sum(len(chunk.triangles) for chunk in model.chunks)
            counts["vertices"] += sum(len(chunk.position) for chunk in model.chunks)
            images = {id(c.material.texture) for c in model.chunks if c.material.texture}
            counts["images"] += len(images)
            materials |= {chunk.material.name for chunk in model.chunks}
            for part in parts:
                position = placement(part.position)
                low, high = np.fmin(low, position.min(axis=0)), np.fmax(high, position.max(axis=0))
            warnings += model.warnings
        if not counts["points"]:
            del counts["points"]
        elif not counts["triangles"]:
            info.kind = "points"
            del counts["vertices"], counts["images"]
        if len(files) > 1:
            counts["tiles"] = len(files)
        info.counts = dict(counts)
        info.attributes["materials"] = sorted(materials)[:100]
        info.bounds = [*map(float, low), *map(float, high)]
        info.warnings = [*placement.warnings, *warnings, *_axes(placement)]
        return info

    def read(self, path: Path, options: ReadOptions, job: Job) -> Iterator[MeshChunk | PointChunk]:
        """Yield triangles by material, or points where the file has no faces."""
        job.check()
        files, placement = _files(path, options.crs)
        for text in (*placement.warnings, *_axes(placement)):
            job.warn(text)
        warnings: list[str] = []
        for model in _models(files, warnings, job):
            for text in model.warnings:
                job.warn(text)
            if model.points is not None:
                model.points.position = placement(model.points.position)
                yield model.points
            while model.chunks:
                chunk = model.chunks.pop(0)
                job.check()
                chunk.position = placement(chunk.position)
                if chunk.normal is not None:
                    turned = chunk.normal @ placement.matrix[:3, :3].T
                    chunk.normal = turned.astype(np.float32)
                yield chunk
        for text in warnings:
            job.warn(text)


def _files(path: Path, crs: str | None) -> tuple[list[Path], Placement]:
    if path.is_dir():
        production = open_production(path, crs, ".obj")
        return production.entries, production.placement
    metadata = find_metadata(path)
    if metadata is not None:
        return [path], read_placement(metadata, crs)
    return [path], UNPLACED if crs is None else Placement(crs, None, UNPLACED.matrix)


def _models(files: list[Path], warnings: list[str], job: Job) -> Iterator[_Model]:
    """Yield the models of *files*; of several, those that cannot be read become warnings.

    Raises
    ------
    SourceError
        If not one can be read.
    """
    broken: list[SourceError] = []
    for path in files:
        try:
            model = _load(path, job)
        except SourceError as error:
            broken.append(error)
            continue
        yield model
    if len(broken) == len(files):
        raise broken[0]
    if broken:
        warnings.append(f"{len(broken)} tiles cannot be read and are left out, first: {broken[0]}")


def _axes(placement: Placement) -> list[str]:
    if placement is not UNPLACED:
        return []
    return ["OBJ states neither axes nor units: z is taken as up and units as metres"]


def _load(path: Path, job: Job) -> _Model:
    text = parse_obj(path, job)
    model = _Model()
    position = _rows(text.position, 3)
    if not len(position):
        raise SourceError(path, "holds no vertices", remedy="check that the file is complete")
    materials = read_materials(path, text.libraries, model.warnings.append)
    build = _Builder(text, position)
    for name, faces in text.faces.items():
        job.check()
        build.add(faces, materials.get(name) or Material(name=name), model.chunks)
    bad = text.bad_faces + build.bad_faces
    if bad:
        model.warnings.append(f"{bad} faces have too few or wrong vertex numbers; left out")
    if text.bad_numbers:
        model.warnings.append(f"{text.bad_numbers} lines have numbers that cannot be read")
    if text.lines:
        model.warnings.append(f"{text.lines} line elements are left out")
    if not model.chunks:
        if bad:
            raise SourceError(path, f"none of its {bad} faces can be used", remedy="export again")
        finite = np.isfinite(position).all(axis=1)
        if not finite.any():
            raise SourceError(path, "none of its vertices has three finite numbers")
        colour = build.colour[finite, :3] if build.colour is not None else None
        model.points = PointChunk(position[finite], colour)
        model.warnings.append("holds no faces; its vertices are read as points")
    return model


def _rows(parts: list[npt.NDArray[np.float64]], width: int) -> npt.NDArray[np.float64]:
    return np.concatenate(parts) if parts else np.zeros((0, width))


class _Builder:
    """Turns polygons into chunks with a vertex for each combination of attributes."""

    def __init__(self, text: ObjText, position: npt.NDArray[np.float64]) -> None:
        self.position = position
        self.finite: npt.NDArray[np.bool_] = np.asarray(np.isfinite(position).all(axis=1))
        self.uv = _rows(text.uv, 2)
        self.normal = _rows(text.normal, 3)
        self.colour = _colours(text, len(position)) if text.colour else None
        self.bad_faces = 0

    def add(self, faces: Faces, material: Material, chunks: list[MeshChunk]) -> None:
        """Append the chunks of one material."""
        if not faces.corners:
            return
        corners, lengths = self._usable(
            np.concatenate(faces.corners), np.concatenate(faces.lengths)
        )
        triangles = triangulate(self.position, corners[:, 0], lengths)
        for start in range(0, len(triangles), _CHUNK_TRIANGLES):
            part = triangles[start : start + _CHUNK_TRIANGLES]
            chunks.append(self._chunk(corners[part.ravel()], material))

    def _usable(
        self, corners: npt.NDArray[np.int32], lengths: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
        """Return polygons without those that use vertices that are not there or not finite."""
        vertex = corners[:, 0]
        good = (vertex >= 0) & (vertex < len(self.position))
        good[good] = self.finite[vertex[good]]
        face = np.repeat(np.arange(len(lengths)), lengths)
        whole = np.bincount(face, ~good, len(lengths)) == 0
        self.bad_faces += int((~whole).sum())
        for column, count in ((1, len(self.uv)), (2, len(self.normal))):
            values = corners[:, column]
            values[(values < 0) | (values >= count)] = -1
        return corners[whole[face]], lengths[whole]

    def _chunk(self, corners: npt.NDArray[np.int32], material: Material) -> MeshChunk:
        has_uv = bool((corners[:, 1] >= 0).all())
        has_normal = bool((corners[:, 2] >= 0).all())
        if not has_uv:
            corners[:, 1] = -1
        if not has_normal:
            corners[:, 2] = -1
        rows, inverse = _distinct(corners, (len(self.position), len(self.uv), len(self.normal)))
        uv = normal = None
        if has_uv:
            uv = np.nan_to_num(self.uv[rows[:, 1]]).astype(np.float32)
            # v runs up in OBJ.
            uv[:, 1] = 1.0 - uv[:, 1]
        if has_normal:
            normal = np.nan_to_num(self.normal[rows[:, 2]]).astype(np.float32)
        return MeshChunk(
            self.position[rows[:, 0]],
            inverse.reshape(-1, 3).astype(np.uint32),
            material,
            uv=uv,
            normal=normal,
            colour=None if self.colour is None else self.colour[rows[:, 0]],
        )


def _distinct(
    corners: npt.NDArray[np.int32], counts: tuple[int, int, int]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Return the distinct rows of corners and which one each corner is."""
    if (counts[0] + 1) * (counts[1] + 1) * (counts[2] + 1) < 2**62:
        code = (corners[:, 0].astype(np.int64) * (counts[1] + 1) + corners[:, 1] + 1) * (
            counts[2] + 1
        )
        code += corners[:, 2] + 1
        _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
        return corners[first], inverse
    rows, inverse = np.unique(corners, axis=0, return_inverse=True)
    return rows, inverse.ravel()


def _colours(text: ObjText, count: int) -> npt.NDArray[np.uint8]:
    """Return colours as bytes; white where a vertex has none."""
    # Some programs write 0 to 255 instead of 0 to 1.
    scale = 1.0 if max(float(np.nanmax(colour)) for _, colour in text.colour) > 1.0 else 255.0
    out = np.full((count, 4), 255, np.uint8)
    for first, colour in text.colour:
        known = np.flatnonzero(np.isfinite(colour).all(axis=1))
        scaled = np.clip(np.round(colour[known] * scale), 0, 255)
        out[first + known, :3] = scaled.astype(np.uint8)
    return out
