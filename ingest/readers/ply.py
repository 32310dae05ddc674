"""PLY point clouds and meshes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.readers.contract import (
    Material,
    MeshChunk,
    PointChunk,
    ReadOptions,
    SourceInfo,
    Texture,
)
from ingest.readers.ply_format import Body, Element, Header, read_header
from ingest.readers.point_columns import ChunkMaker, canonical, describe
from twin_model.errors import SourceError

#: A mesh is yielded in pieces of at most this many triangles.
_PIECE_TRIANGLES: Final = 500_000
_MAX_TEXTURE_BYTES: Final = 256 << 20
_INDEX_NAMES: Final = ("vertex_indices", "vertex_index")
_UV_NAMES: Final = (("s", "t"), ("u", "v"), ("texture_u", "texture_v"))


class PlyReader:
    """Reads PLY files; see `ingest.readers.contract.Reader`."""

    name = "ply"
    suffixes = (".ply",)

    def can_read(self, path: Path, head: bytes) -> bool:
        """Return whether the file starts with a line that says ``ply``."""
        return head[:3] == b"ply" and head[3:4] in (b"\n", b"\r", b" ")

    def inspect(self, path: Path, job: Job) -> SourceInfo:
        """Return counts and bounds; see `Reader.inspect`."""
        header = read_header(path)
        _vertices(header)
        name = f"PLY 1.0 ({header.encoding})"
        if not _is_mesh(header):
            info = describe(path, name, self._points(header, ReadOptions(), job), job)
            if not info.counts["points"]:
                info.warnings.append("the file has no vertices")
            elif "z" not in {canonical(p.name) for p in _vertices(header).properties}:
                info.warnings.append("the vertices have no z; heights are taken as zero")
        else:
            info = self._describe_mesh(header, name, job)
        info.attributes["elements"] = {e.name: e.count for e in header.elements}
        info.attributes["columns"] = [p.name for p in _vertices(header).properties]
        return info

    def read(self, path: Path, options: ReadOptions, job: Job) -> Iterator[PointChunk | MeshChunk]:
        """Yield points, or the mesh where the file has faces; see `Reader.read`."""
        job.check()
        header = read_header(path)
        _vertices(header)
        yield from _mesh(header, job) if _is_mesh(header) else self._points(header, options, job)

    def _points(self, header: Header, options: ReadOptions, job: Job) -> Iterator[PointChunk]:
        make = ChunkMaker()
        done = 0
        with header.path.open("rb") as stream:
            body = Body(header, stream, job)
            for element in header.elements:
                if element.name != "vertex":
                    body.table(element)
                    continue
                for columns in body.rows(element, options.chunk_points):
                    ours = {canonical(name): values for name, values in columns.items()}
                    done += len(ours["x"])
                    yield make(ours)
                    job.report("reading points", done, element.count, "points")
                return

    def _describe_mesh(self, header: Header, name: str, job: Job) -> SourceInfo:
        info = SourceInfo(source=str(header.path), format=name, kind="mesh")
        low, high = np.full(3, np.inf), np.full(3, -np.inf)
        triangles = 0
        for chunk in _mesh(header, job):
            triangles += len(chunk.triangles)
            finite = chunk.position[np.isfinite(chunk.position).all(axis=1)]
            low = np.minimum(low, finite.min(axis=0, initial=np.inf))
            high = np.maximum(high, finite.max(axis=0, initial=-np.inf))
        faces = header.element("face")
        info.counts = {
            "vertices": _vertices(header).count,
            "faces": faces.count if faces is not None else 0,
            "triangles": triangles,
        }
        if np.isfinite(low).all():
            info.bounds = [*map(float, low), *map(float, high)]
        if not info.counts["vertices"] or not triangles:
            info.warnings.append("the mesh is empty")
        missing = _texture_name(header)
        if missing is not None and _texture(header) is None:
            info.warnings.append(f"the texture {missing[:60]} is not beside the file")
        return info


def _vertices(header: Header) -> Element:
    element = header.element("vertex")
    if element is None:
        return Element("vertex", 0)
    names = {canonical(p.name) for p in element.properties if not p.count_kind}
    if not {"x", "y"} <= names:
        have = " ".join(p.name for p in element.properties)[:80]
        raise SourceError(header.path, f"its vertices have no x and y (they have: {have})")
    return element


def _is_mesh(header: Header) -> bool:
    if header.element("tristrips") is not None:
        raise SourceError(
            header.path,
            "triangle strips are not supported",
            remedy="save it with faces, in MeshLab or CloudCompare",
        )
    faces = header.element("face")
    return faces is not None and faces.count > 0 and _index_name(faces) is not None


def _index_name(faces: Element) -> str | None:
    lists = [p.name for p in faces.properties if p.count_kind]
    return next((name for name in _INDEX_NAMES if name in lists), None)


def _mesh(header: Header, job: Job) -> Iterator[MeshChunk]:
    tables: dict[str, dict[str, Any]] = {}
    with header.path.open("rb") as stream:
        body = Body(header, stream, job)
        for each in header.elements:
            tables[each.name] = body.table(each)
            if {"vertex", "face"} <= set(tables):
                break
    faces = tables["face"]
    if not tables.get("vertex"):
        raise SourceError(header.path, "it has faces and no vertices")
    shared = _attributes(tables["vertex"])
    element = header.element("face")
    lengths, flat = faces[(_index_name(element) if element is not None else None) or ""]
    _check_indices(header, flat, len(shared["position"]))
    triangles, corners = fan(lengths, flat.astype(np.int64))
    wedge = faces.get("texcoord")
    if not isinstance(wedge, tuple) or not np.array_equal(wedge[0], 2 * lengths):
        wedge = None
    texture = _texture(header)
    plain = texture is None and shared["colour"] is None
    material = Material(Material().colour if plain else (1.0, 1.0, 1.0, 1.0), texture)
    for start in range(0, len(triangles), _PIECE_TRIANGLES):
        job.report("reading triangles", start, len(triangles), "triangles")
        part = slice(start, start + _PIECE_TRIANGLES)
        yield _piece(header, shared, material, triangles[part], wedge, corners[part])


def _piece(
    header: Header,
    shared: dict[str, Any],
    material: Material,
    triangles: npt.NDArray[np.int64],
    wedge: tuple[Any, Any] | None,
    corners: npt.NDArray[np.int64],
) -> MeshChunk:
    """Return some triangles with the vertices that they use."""
    uv: npt.NDArray[np.float32] | None
    if wedge is not None:
        # Texture coordinates by corner: every corner becomes a vertex of its own.
        used, local = triangles.ravel(), np.arange(triangles.size)
        pairs = wedge[1].reshape(-1, 2)[corners.ravel()]
        uv = np.column_stack([pairs[:, 0], 1 - pairs[:, 1]]).astype(np.float32)
    else:
        used, local = np.unique(triangles, return_inverse=True)
        uv = shared["uv"][used] if shared["uv"] is not None else None
    return MeshChunk(
        shared["position"][used],
        local.reshape(-1, 3).astype(np.uint32),
        material,
        uv,
        None if shared["normal"] is None else shared["normal"][used],
        None if shared["colour"] is None else shared["colour"][used],
        name=header.path.stem,
    )


def _check_indices(header: Header, flat: npt.NDArray[Any], vertices: int) -> None:
    if len(flat) and (flat.min() < 0 or flat.max() >= vertices or not np.isfinite(flat).all()):
        worst = flat.max() if flat.max() >= vertices else flat.min()
        raise SourceError(
            header.path, f"a face refers to vertex {worst:.0f} and there are {vertices:,}"
        )


def fan(
    lengths: npt.NDArray[np.int64], flat: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Divide polygons into triangles that share their first corner.

    Parameters
    ----------
    lengths : (n,) int64 array
        Corners of each polygon; those with fewer than three give nothing.
    flat : (sum of lengths,) int64 array
        Vertex indices, one polygon after the other.

    Returns
    -------
    (m, 3) int64 array
        Vertex indices.
    (m, 3) int64 array
        Places in *flat*.
    """
    starts = np.cumsum(lengths) - lengths
    each = np.maximum(lengths - 2, 0)
    first = np.repeat(starts, each)
    step = np.arange(int(each.sum())) - np.repeat(np.cumsum(each) - each, each)
    corners = np.column_stack([first, first + step + 1, first + step + 2])
    return flat[corners] if len(corners) else np.empty((0, 3), np.int64), corners


def _attributes(vertices: dict[str, Any]) -> dict[str, Any]:
    """Return position, normal, texture coordinates and colours of all vertices."""
    columns = {canonical(n): v for n, v in vertices.items() if not isinstance(v, tuple)}
    points = ChunkMaker()(columns)
    colour = None
    if points.colour is not None:
        alpha = np.full((len(points), 1), 255, np.uint8)
        colour = np.hstack([points.colour, alpha])
    normal: npt.NDArray[np.float32] | None = None
    if all(name in columns for name in ("nx", "ny", "nz")):
        normal = np.column_stack([columns[n] for n in ("nx", "ny", "nz")]).astype(np.float32)
    uv: npt.NDArray[np.float32] | None = None
    for u, v in _UV_NAMES:
        if u in columns and v in columns:
            # PLY counts v from the picture's last row upwards.
            uv = np.column_stack([columns[u], 1 - columns[v]]).astype(np.float32)
            break
    return {"position": points.position, "normal": normal, "uv": uv, "colour": colour}


def _texture_name(header: Header) -> str | None:
    for comment in header.comments:
        words = comment.split(maxsplit=1)
        if len(words) == 2 and words[0] == "TextureFile":
            return words[1].strip()
    return None


def _texture(header: Header) -> Texture | None:
    """Return the picture that a comment names, if it lies beside the file."""
    name = _texture_name(header)
    if name is None:
        return None
    # Only the name counts: a path in a comment must not reach outside the folder.
    path = header.path.with_name(Path(name.replace("\\", "/")).name or "_")
    if not path.is_file() or path.stat().st_size > _MAX_TEXTURE_BYTES:
        return None
    data = path.read_bytes()
    mime = {b"\xff\xd8": "image/jpeg", b"\x89P": "image/png"}.get(data[:2])
    return Texture(data, mime) if mime else None
