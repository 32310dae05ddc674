"""Header, feature table and batch table that b3dm, i3dm and pnts share (3D Tiles 1.0)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from twin_model.errors import SourceError
from twin_model.tiles.gltf_document import Json, parse_json


@dataclass
class Sections:
    """The parts of one tile.

    Parameters
    ----------
    path : Path
    feature_json : dict
    feature_binary : memoryview
    batch_json : dict
    batch_binary : memoryview
    payload : memoryview
        What follows: a GLB, a URI, or nothing.
    gltf_format : int
        i3dm only: 0 where the payload is a URI.
    """

    path: Path
    feature_json: Json
    feature_binary: memoryview
    batch_json: Json
    batch_binary: memoryview
    payload: memoryview
    gltf_format: int = 1
    warnings: list[str] = field(default_factory=list)

    def whole(self, key: str, default: int | None) -> int:
        """Return a global semantic that is a count.

        Raises
        ------
        SourceError
            If it is missing without a default, or no count.
        """
        value = self.feature_json.get(key, default)
        if isinstance(value, dict):
            value = int(self.array(key, "<u4", 1, 1)[0, 0])
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**32:
            raise SourceError(self.path, f"{key} is {str(value)[:20]!r}, not a count")
        return value

    def vector(self, key: str, length: int) -> list[float] | None:
        """Return a global semantic of *length* numbers; None where it is absent."""
        value = self.feature_json.get(key)
        if isinstance(value, dict):
            value = self.array(key, "<f4", 1, length)[0].tolist()
        if value is None:
            return None
        if (
            not isinstance(value, list)
            or len(value) != length
            or not all(isinstance(v, int | float) and abs(v) < 1e300 for v in value)
        ):
            raise SourceError(self.path, f"{key} is not {length} finite numbers")
        return [float(v) for v in value]

    def array(self, key: str, kind: str, count: int, width: int) -> npt.NDArray[Any]:
        """Return a per-element semantic from the binary body, shape (count, width).

        Raises
        ------
        SourceError
            If it runs past the end.
        """
        entry = self.feature_json[key]
        if isinstance(entry, list):
            values = np.array(entry, dtype=kind)
            if values.size != count * width:
                raise SourceError(self.path, f"{key} has {values.size} values, not {count * width}")
            return values.reshape(count, width)
        offset = entry.get("byteOffset") if isinstance(entry, dict) else None
        need = count * width * np.dtype(kind).itemsize
        if not isinstance(offset, int) or offset < 0 or offset + need > len(self.feature_binary):
            raise SourceError(self.path, f"{key} of {count} elements runs past the feature table")
        return np.frombuffer(self.feature_binary, kind, count * width, offset).reshape(count, width)


def read_sections(data: memoryview, path: Path) -> Sections:
    """Split a b3dm, i3dm or pnts tile.

    Raises
    ------
    SourceError
        If the lengths in its header exceed the file.
    """
    magic = bytes(data[:4])
    header = 32 if magic == b"i3dm" else 28
    if len(data) < header:
        raise SourceError(path, f"the {magic.decode('ascii', 'replace')} tile ends in its header")
    version, total = struct.unpack_from("<II", data, 4)
    if version != 1:
        raise SourceError(path, f"is {magic.decode()} version {version}, not 1")
    if total > len(data):
        raise SourceError(path, f"says {total} bytes but has {len(data)}; it is cut off")
    lengths = list(struct.unpack_from("<IIII", data, 12))
    if magic == b"b3dm" and (lengths[2] >= 570425344 or lengths[3] >= 570425344):
        raise SourceError(path, "has a header from before 3D Tiles 1.0, which is not supported")
    gltf_format = struct.unpack_from("<I", data, 28)[0] if magic == b"i3dm" else 1
    if header + sum(lengths) > total:
        raise SourceError(path, "the tables run past the end of the tile")
    parts = []
    at = header
    for length in lengths:
        parts.append(data[at : at + length])
        at += length
    return Sections(
        path,
        _json(parts[0], path),
        parts[1],
        _json(parts[2], path),
        parts[3],
        data[at:total],
        gltf_format,
    )


def _json(data: memoryview, path: Path) -> Json:
    text = bytes(data).rstrip(b"\0 ")
    return parse_json(text, path) if text else {}


def unpack_octahedral(packed: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return (n, 3) unit vectors of (n, 2) oct-encoded ones (Cigolle et al. 2014)."""
    top = float(np.iinfo(packed.dtype).max)
    xy = packed.astype(np.float64) / top * 2.0 - 1.0
    z = 1.0 - np.abs(xy).sum(axis=1)
    folded = (1.0 - np.abs(xy[:, ::-1])) * np.where(xy >= 0, 1.0, -1.0)
    xy = np.where((z < 0)[:, None], folded, xy)
    out = np.column_stack([xy, z])
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-30)  # type: ignore[no-any-return]
