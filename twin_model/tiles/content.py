"""Decodes tile content of every kind: GLB, glTF, b3dm, i3dm, pnts, cmpt."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from twin_model.errors import ShapanError, SourceError
from twin_model.tiles.gltf import Content, decode_gltf
from twin_model.tiles.gltf_document import Json, parse_json, read_bytes, resolve_uri
from twin_model.tiles.instances import decode_instances
from twin_model.tiles.metadata import read_batch_table
from twin_model.tiles.point_cloud import decode_points
from twin_model.tiles.sections import Sections, read_sections

MAGICS: Final = (b"b3dm", b"i3dm", b"pnts", b"cmpt", b"glTF")
_MAX_NESTING: Final = 8
_MAX_PARTS: Final = 10_000


def decode_content(
    path: Path, *, root: Path | None = None, up_axis: str = "Y", data: bytes | None = None
) -> Content:
    """Decode one tile's content, its kind judged by its first bytes.

    Parameters
    ----------
    path : Path
    root : Path, optional
        Folder that URIs must not leave; the file's own by default.
    up_axis : str
        Up axis of glTF within it.
    data : bytes, optional
        Its content where it has been read already.

    Raises
    ------
    SourceError
        If it is missing, damaged or not supported. Never anything else.
    """
    base = root or path.parent
    payload = read_bytes(path) if data is None else data
    try:
        return _decode(memoryview(payload), path, base, up_axis, 0)
    except ShapanError:
        raise
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        text = (str(error).splitlines() or [""])[0][:80]
        raise SourceError(path, f"is malformed ({type(error).__name__}: {text})") from error
    except (struct.error, MemoryError) as error:
        raise SourceError(path, f"is malformed ({type(error).__name__})") from error


def is_tileset(data: bytes | memoryview) -> bool:
    """Return whether bytes look like an external tileset and not like glTF."""
    head = bytes(data[:512]).lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head.startswith(b"{"):
        return False
    text = bytes(data)
    return b'"root"' in text and b'"geometricError"' in text and b'"meshes"' not in text


def _decode(data: memoryview, path: Path, root: Path, up_axis: str, depth: int) -> Content:
    magic = bytes(data[:4])
    if magic == b"b3dm":
        return _decode_b3dm(data, path, root, up_axis)
    if magic == b"i3dm":
        return _decode_i3dm(data, path, root, up_axis)
    if magic == b"pnts":
        return decode_points(read_sections(data, path), path)
    if magic == b"cmpt":
        return _decode_cmpt(data, path, root, up_axis, depth)
    if magic == b"glTF" or bytes(data[:64]).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return decode_gltf(data, path, root=root, up_axis=up_axis)
    raise SourceError(path, f"is tile content of an unknown kind (starts with {magic!r})")


def _decode_b3dm(data: memoryview, path: Path, root: Path, up_axis: str) -> Content:
    sections = read_sections(data, path)
    content = decode_gltf(sections.payload, path, root=root, up_axis=up_axis)
    centre = sections.vector("RTC_CENTER", 3)
    if centre is not None:
        _shift(content, centre)
    count = sections.whole("BATCH_LENGTH", 0)
    if sections.batch_json:
        table = read_batch_table(sections.batch_json, sections.batch_binary, count, path)
        content.tables.insert(0, table)
        for primitive in content.primitives:
            if primitive.property_table is None:
                primitive.property_table = 0
    return content


def _shift(content: Content, centre: list[float]) -> None:
    move = np.eye(4)
    move[:3, 3] = centre
    content.primitives = [replace(p, matrices=move @ p.matrices) for p in content.primitives]


def _decode_i3dm(data: memoryview, path: Path, root: Path, up_axis: str) -> Content:
    sections = read_sections(data, path)
    if sections.gltf_format == 0:
        uri = bytes(sections.payload).rstrip(b"\0 ").decode("utf-8", "replace")
        target = resolve_uri(uri, path, root)
        model = decode_gltf(read_bytes(target), target, root=root, up_axis=up_axis)
    else:
        model = decode_gltf(sections.payload, path, root=root, up_axis=up_axis)
    return decode_instances(sections, model, path)


def _decode_cmpt(data: memoryview, path: Path, root: Path, up_axis: str, depth: int) -> Content:
    if depth >= _MAX_NESTING:
        raise SourceError(path, f"composite tiles are nested more than {_MAX_NESTING} deep")
    if len(data) < 16:
        raise SourceError(path, "the composite tile ends within its header")
    version, total, parts = struct.unpack_from("<III", data, 4)
    if version != 1 or total > len(data) or parts > min(_MAX_PARTS, total // 12):
        raise SourceError(path, f"the composite tile says {parts} parts in {total} bytes")
    merged = Content()
    at = 16
    for index in range(parts):
        if at + 12 > total:
            raise SourceError(path, f"part {index} of the composite tile is missing", offset=at)
        (length,) = struct.unpack_from("<I", data, at + 8)
        if length < 12 or at + length > total:
            raise SourceError(path, f"part {index} of the composite tile is cut off", offset=at)
        _merge(merged, _decode(data[at : at + length], path, root, up_axis, depth + 1))
        at += length
    return merged


def _merge(into: Content, part: Content) -> None:
    first = len(into.tables)
    for primitive in part.primitives:
        table = primitive.property_table
        moved = None if table is None else table + first
        into.primitives.append(replace(primitive, property_table=moved))
    into.tables += part.tables
    into.warnings += part.warnings


def describe_content(data: bytes, path: Path) -> dict[str, Any]:
    """Return kind, counts and property names of a single tile file without its folder.

    Raises
    ------
    SourceError
    """
    magic = bytes(data[:4])
    if magic not in MAGICS[:4]:
        raise SourceError(path, "is no 3D Tiles content")
    if magic == b"cmpt":
        if len(data) < 16:
            raise SourceError(path, "the composite tile ends within its header")
        return {"kind": "cmpt", "parts": struct.unpack_from("<I", data, 12)[0]}
    sections: Sections = read_sections(memoryview(data), path)
    json: Json = sections.feature_json
    out: dict[str, Any] = {"kind": magic.decode(), "properties": sorted(sections.batch_json)}
    for key, name in (
        ("BATCH_LENGTH", "features"),
        ("INSTANCES_LENGTH", "instances"),
        ("POINTS_LENGTH", "points"),
    ):
        if key in json:
            out[name] = sections.whole(key, 0)
    return out


__all__ = ["MAGICS", "Content", "decode_content", "describe_content", "is_tileset", "parse_json"]
