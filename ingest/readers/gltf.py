"""glTF 2.0 and GLB as mesh sources; the decoding itself is shared with tile content."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.readers.contract import (
    Material,
    MeshChunk,
    ObjectChunk,
    PointChunk,
    ReadOptions,
    SourceInfo,
    Texture,
)
from ingest.readers.textures import texture_from_file
from twin_model.errors import SourceError
from twin_model.tiles.gltf import Content, decode_gltf
from twin_model.tiles.gltf_document import read_bytes, split_glb
from twin_model.tiles.gltf_material import DecodedImage
from twin_model.tiles.gltf_primitive import DecodedPrimitive
from twin_model.tiles.metadata import PropertyTable

_GLB: Final = b"glTF"
#: Instances of one primitive are joined into chunks of about this many triangles.
_CHUNK_TRIANGLES: Final = 200_000
#: Copies of a primitive together may not make more triangles than this.
_MAX_TRIANGLES: Final = 100_000_000


class GltfReader:
    """Reads ``.glb`` and ``.gltf``; turns y up into z up."""

    name = "gltf"
    suffixes = (".gltf", ".glb")

    def can_read(self, path: Path, head: bytes) -> bool:
        """Return whether *path* is a GLB, or JSON called ``.gltf``."""
        if head[:4] == _GLB:
            return True
        return path.suffix.lower() == ".gltf" and head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"

    def inspect(self, path: Path, job: Job) -> SourceInfo:
        """Count triangles, vertices, points and images."""
        content = _decode(path, job)
        info = SourceInfo(str(path), "GLB 2.0" if _is_glb(path) else "glTF 2.0", "mesh")
        triangles = sum(p.triangles for p in content.primitives)
        points = sum(p.points for p in content.primitives)
        document = split_glb(read_bytes(path), path)[0]
        info.counts = {
            "triangles": triangles,
            "vertices": sum(len(p.position) * len(p.matrices) for p in content.primitives),
            "images": len(document.get("images", [])),
        }
        info.attributes = {
            "meshes": len(document.get("meshes", [])),
            "nodes": len(document.get("nodes", [])),
            "extensions": sorted(map(str, document.get("extensionsUsed", [])))[:50],
        }
        if points:
            info.counts["points"] = points
        if points and not triangles:
            info.kind = "points"
        low, high = np.full(3, np.inf), np.full(3, -np.inf)
        for primitive in content.primitives:
            job.check()
            corners = _corners(primitive)
            low, high = np.minimum(low, corners.min(axis=0)), np.maximum(high, corners.max(axis=0))
        if np.isfinite(low).all():
            info.bounds = [*map(float, low), *map(float, high)]
        info.warnings = list(content.warnings)
        return info

    def read(
        self, path: Path, options: ReadOptions, job: Job
    ) -> Iterator[MeshChunk | PointChunk | ObjectChunk]:
        """Yield the triangles of every node and the objects they stand for, or the points.

        Points beside triangles are left out, with a warning.
        """
        content = _decode(path, job)
        for text in content.warnings:
            job.warn(text)
        if content.triangles > _MAX_TRIANGLES:
            raise SourceError(path, f"places {content.triangles} triangles, too many to read")
        if not content.triangles and not content.points:
            raise SourceError(path, "holds no surface and no points")
        if content.points and content.triangles:
            job.warn(f"{content.points} points beside the triangles are left out")
        features = _Features(content.tables)
        yield from features.objects()
        textures = _Textures(path, job)
        for primitive in content.primitives:
            job.check()
            if primitive.mode == "triangles" and primitive.triangles:
                yield from _meshes(primitive, textures.material(primitive), features, job)
            elif primitive.mode == "points" and not content.triangles:
                for instance in range(len(primitive.matrices)):
                    colour = primitive.colour
                    yield PointChunk(
                        primitive.positions(instance),
                        None if colour is None else np.ascontiguousarray(colour[:, :3]),
                    )


def _is_glb(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) == _GLB


def _decode(path: Path, job: Job) -> Content:
    job.report("Decoding", 0, 1, "files")
    data = read_bytes(path)
    if not data:
        raise SourceError(path, "the file is empty", remedy="fetch it again")
    content = decode_gltf(data, path)
    job.report("Decoding", 1, 1, "files")
    return content


def _corners(primitive: DecodedPrimitive) -> npt.NDArray[np.float64]:
    """Return the places of a primitive: exact for one instance, of its box's corners for many."""
    if len(primitive.matrices) == 1:
        return primitive.positions(0)
    low, high = primitive.position.min(axis=0), primitive.position.max(axis=0)
    box = np.array([[x, y, z, 1.0] for x, y, z in itertools.product(*zip(low, high))])
    if not len(primitive.matrices):
        return np.full((1, 3), np.nan)
    return np.asarray((box @ primitive.matrices.transpose(0, 2, 1))[:, :, :3].reshape(-1, 3))


class _Textures:
    """Materials of one file; images in formats that tiles do not carry become PNG, each once."""

    def __init__(self, path: Path, job: Job) -> None:
        self._path = path
        self._job = job
        self._known: dict[int, Texture | None] = {}
        self._kept: list[DecodedImage] = []

    def material(self, primitive: DecodedPrimitive) -> Material:
        """Return the material of a primitive."""
        decoded = primitive.material
        texture = None
        if decoded.image is not None and primitive.uv is not None:
            texture = self._texture(decoded.image)
        return Material(
            colour=decoded.base_colour,
            texture=texture,
            double_sided=decoded.double_sided,
            name=decoded.name,
            alpha_mode=decoded.alpha_mode,
            lit=not decoded.unlit and primitive.normal is not None,
        )

    def _texture(self, image: DecodedImage) -> Texture | None:
        key = id(image)
        if key not in self._known:
            self._kept.append(image)
            try:
                self._known[key] = texture_from_file(self._path, image.data)
            except SourceError as error:
                self._job.warn(f"{error.reason}; the surface has no picture")
                self._known[key] = None
        return self._known[key]


class _Features:
    """Numbers the features of all property tables through, so that they are unique in a layer."""

    def __init__(self, tables: list[PropertyTable]) -> None:
        self._tables = tables
        counts = [table.count for table in tables]
        self._first = [sum(counts[:number]) for number in range(len(counts))]
        self._beyond = sum(counts)

    def objects(self) -> Iterator[ObjectChunk]:
        """Yield the rows of every table."""
        for number, table in enumerate(self._tables):
            rows = range(table.count)
            attributes = [table.row(row) for row in rows]
            yield ObjectChunk(
                feature=[self._first[number] + row for row in rows],
                guid=[f"{number}:{row}" for row in rows],
                type=[table.name or "feature"] * table.count,
                name=[str(row.get("name") or row.get("Name") or "") for row in attributes],
                attributes=attributes,
            )

    def of(self, primitive: DecodedPrimitive, instance: int) -> npt.NDArray[np.uint32] | None:
        """Return the feature of each vertex; None where the primitive has none."""
        local: npt.NDArray[np.int64]
        if primitive.feature is not None:
            local = primitive.feature
        elif primitive.instance_feature is not None:
            local = np.full(len(primitive.position), primitive.instance_feature[instance])
        else:
            return None
        table = primitive.property_table
        known = table is not None and 0 <= table < len(self._tables)
        first = self._first[table] if known and table is not None else 0
        limit = self._tables[table].count if known and table is not None else 2**31
        # Vertices without a feature get a number that no table has.
        usable = (local >= 0) & (local < limit)
        if not usable.any():
            return None
        return np.where(usable, local + first, self._beyond).astype(np.uint32)


def _meshes(
    primitive: DecodedPrimitive, material: Material, features: _Features, job: Job
) -> Iterator[MeshChunk]:
    """Yield one primitive at all its places, several of them in one chunk where it is small."""
    indices = primitive.indices
    assert indices is not None
    count = len(primitive.position)
    together = max(1, _CHUNK_TRIANGLES // max(len(indices), 1))
    for start in range(0, len(primitive.matrices), together):
        job.check()
        places = range(start, min(start + together, len(primitive.matrices)))
        ids = [features.of(primitive, place) for place in places]
        normals = [primitive.normals(place) for place in places]
        mirrored = [np.linalg.det(primitive.matrices[place][:3, :3]) < 0.0 for place in places]
        triangles = [
            (indices[:, ::-1] if flip else indices) + np.uint32(number * count)
            for number, flip in enumerate(mirrored)
        ]
        yield MeshChunk(
            np.concatenate([primitive.positions(place) for place in places]),
            np.concatenate(triangles).astype(np.uint32, copy=False),
            material,
            uv=_repeated(primitive.uv, len(places)),
            normal=_joined(normals),
            colour=_repeated(primitive.colour, len(places)),
            feature=_joined(ids),
            name=primitive.name,
        )


def _repeated(values: npt.NDArray[Any] | None, times: int) -> npt.NDArray[Any] | None:
    return None if values is None else np.concatenate([values] * times)


def _joined(parts: list[Any]) -> Any:
    return None if any(part is None for part in parts) else np.concatenate(parts)
