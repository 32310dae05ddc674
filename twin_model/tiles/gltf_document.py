"""Container, buffers and accessors of glTF 2.0, every count checked before it is believed."""

from __future__ import annotations

import base64
import binascii
import json
import struct
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt

from twin_model.errors import SourceError

Array = npt.NDArray[Any]
Json = dict[str, Any]

_COMPONENTS: Final[dict[int, np.dtype[Any]]] = {
    5120: np.dtype("<i1"),
    5121: np.dtype("<u1"),
    5122: np.dtype("<i2"),
    5123: np.dtype("<u2"),
    5125: np.dtype("<u4"),
    5126: np.dtype("<f4"),
}
_WIDTHS: Final = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
#: Accessors without data of their own are zeros; nothing in the file bounds them but this.
_MAX_ZEROS_BYTES: Final = 64 << 20
_MAX_FILE_BYTES: Final = 2 << 30


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is not a number that JSON allows")


def parse_json(data: bytes | memoryview, path: Path) -> Json:
    """Return a JSON object; NaN and Infinity are refused.

    Raises
    ------
    SourceError
        If it is not JSON, too deeply nested, or not an object.
    """
    try:
        value = json.loads(bytes(data).decode("utf-8-sig"), parse_constant=_no_constant)
    except RecursionError as error:
        raise SourceError(path, "the JSON is nested too deeply") from error
    except (ValueError, UnicodeDecodeError) as error:
        text = str(error).splitlines()[0][:120]
        raise SourceError(path, f"is not valid JSON ({text})") from error
    if not isinstance(value, dict):
        raise SourceError(path, "the JSON is not an object")
    return value


def resolve_uri(uri: str, path: Path, root: Path) -> Path:
    """Return the file that a relative URI in *path* names, which must lie under *root*.

    Raises
    ------
    SourceError
        If it is empty, has a scheme, is absolute, or leaves *root*.
    """
    if not isinstance(uri, str):
        raise SourceError(path, "a URI is not a text")
    plain = unquote(uri.split("?", 1)[0].split("#", 1)[0])
    if not plain:
        raise SourceError(path, "a URI is empty")
    if "://" in plain or plain.lower().startswith(("file:", "http:", "https:")):
        raise SourceError(
            path, f"refers to '{plain[:60]}'", remedy="only files beside it are read, never links"
        )
    if "\0" in plain or "\\" in plain or PurePosixPath(plain).is_absolute():
        raise SourceError(path, f"refers to '{plain[:60]!r}', which is not a relative file name")
    try:
        target = (path.parent / plain).resolve()
        inside = target.is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError) as error:
        raise SourceError(path, f"refers to '{plain[:60]!r}', which cannot be resolved") from error
    if not inside:
        raise SourceError(path, f"refers to '{plain[:60]}', outside its own folder")
    return target


def read_bytes(path: Path, limit: int = _MAX_FILE_BYTES) -> bytes:
    """Return a file's content.

    Raises
    ------
    SourceError
        If it is missing, empty, unreadable or larger than *limit*.
    """
    try:
        size = path.stat().st_size
        if size > limit:
            raise SourceError(path, f"{size} bytes is more than the {limit} that are read at once")
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise SourceError(path, "no such file") from error
    except OSError as error:
        raise SourceError(path, f"cannot be read ({error.strerror})") from error
    if not data:
        raise SourceError(path, "the file is empty")
    return data


def split_glb(data: bytes | memoryview, path: Path) -> tuple[Json, memoryview | None]:
    """Return the JSON of a GLB or glTF and its binary chunk, None where it has none.

    Raises
    ------
    SourceError
        If the container is damaged or of another version.
    """
    view = memoryview(data)
    if bytes(view[:4]) != b"glTF":
        return parse_json(view, path), None
    if len(view) < 20:
        raise SourceError(path, "the GLB ends within its header", offset=len(view))
    version, total = struct.unpack_from("<II", view, 4)
    if version == 1:
        raise SourceError(
            path, "is glTF 1.0, which is not supported", remedy="convert it to glTF 2.0"
        )
    if version != 2:
        raise SourceError(path, f"is GLB version {version}, not 2")
    if total > len(view):
        raise SourceError(path, f"says {total} bytes but has {len(view)}; it is cut off")
    document: Json | None = None
    binary: memoryview | None = None
    at = 12
    while at + 8 <= total:
        length, kind = struct.unpack_from("<I4s", view, at)
        at += 8
        if at + length > total:
            raise SourceError(path, "a GLB chunk runs past the end", offset=at)
        chunk = view[at : at + length]
        if kind == b"JSON" and document is None:
            document = parse_json(bytes(chunk).rstrip(b"\0 "), path)
        elif kind == b"BIN\0" and binary is None:
            binary = chunk
        at += length + (-length % 4)
    if document is None:
        raise SourceError(path, "the GLB has no JSON chunk")
    return document, binary


@dataclass
class Document:
    """A parsed glTF with access to its data.

    Parameters
    ----------
    json : dict
    path : Path
        The file, for messages and relative URIs.
    root : Path
        Folder that URIs must not leave.
    binary : memoryview or None
        The GLB's binary chunk.
    warnings : list of str
    """

    json: Json
    path: Path
    root: Path
    binary: memoryview | None = None
    warnings: list[str] = field(default_factory=list)
    _buffers: dict[int, memoryview] = field(default_factory=dict)

    def error(self, reason: str) -> SourceError:
        """Return an error about this file."""
        return SourceError(self.path, reason)

    def warn(self, text: str) -> None:
        """Note once what was left out."""
        if text not in self.warnings:
            self.warnings.append(text)

    def items(self, key: str) -> list[Any]:
        """Return a top-level array, empty where there is none."""
        value = self.json.get(key, [])
        if not isinstance(value, list):
            raise self.error(f"'{key}' is not an array")
        return value

    def item(self, key: str, index: Any) -> Json:
        """Return one object of a top-level array.

        Raises
        ------
        SourceError
            If the index is no index of it.
        """
        values = self.items(key)
        if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(values):
            raise self.error(f"{key}[{str(index)[:20]}] does not exist")
        if not isinstance(values[index], dict):
            raise self.error(f"{key}[{index}] is not an object")
        return values[index]  # type: ignore[no-any-return]

    def whole(self, owner: Json, key: str, default: int | None = None) -> int:
        """Return a non-negative integer property."""
        value = owner.get(key, default)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
            raise self.error(f"'{key}' is {str(value)[:20]!r}, not a count")
        return value

    def numbers(self, owner: Json, key: str, length: int, default: list[float]) -> list[float]:
        """Return an array property of *length* finite numbers."""
        value = owner.get(key, default)
        if (
            not isinstance(value, list)
            or len(value) != length
            or not all(isinstance(v, int | float) and abs(v) < 1e300 for v in value)
        ):
            raise self.error(f"'{key}' is not {length} finite numbers")
        return [float(v) for v in value]

    def buffer(self, index: int) -> memoryview:
        """Return a buffer's bytes."""
        if index not in self._buffers:
            entry = self.item("buffers", index)
            data = self._load(entry, index)
            length = self.whole(entry, "byteLength")
            if len(data) < length:
                raise self.error(f"buffers[{index}] says {length} bytes but has {len(data)}")
            self._buffers[index] = data[:length]
        return self._buffers[index]

    def _load(self, entry: Json, index: int) -> memoryview:
        uri = entry.get("uri")
        if uri is None:
            if index == 0 and self.binary is not None:
                return self.binary
            raise self.error(f"buffers[{index}] has neither a URI nor a binary chunk")
        return memoryview(self.fetch(uri))

    def fetch(self, uri: str) -> bytes:
        """Return what a URI names: embedded base64 data or a file under the root."""
        if isinstance(uri, str) and uri.startswith("data:"):
            head, _, body = uri.partition(",")
            if not head.endswith(";base64"):
                raise self.error("a data URI is not base64")
            try:
                return base64.b64decode(unquote(body), validate=False)
            except (binascii.Error, ValueError) as error:
                raise self.error("a data URI is not valid base64") from error
        target = resolve_uri(uri, self.path, self.root)
        try:
            return read_bytes(target)
        except SourceError as error:
            raise self.error(f"'{uri[:80]}', which it needs: {error.reason}") from error

    def check_uris(self) -> None:
        """Refuse a document that names files outside its folder, used or not.

        Raises
        ------
        SourceError
        """
        for key in ("buffers", "images"):
            for entry in self.items(key):
                uri = entry.get("uri") if isinstance(entry, dict) else None
                if isinstance(uri, str) and not uri.startswith("data:"):
                    resolve_uri(uri, self.path, self.root)

    def view(self, index: Any) -> tuple[memoryview, int]:
        """Return a buffer view's bytes and its stride, 0 where it is packed."""
        entry = self.item("bufferViews", index)
        extensions = entry.get("extensions", {})
        for name in ("EXT_meshopt_compression", "KHR_meshopt_compression"):
            if name in extensions:
                raise SourceError(
                    self.path,
                    f"is compressed with {name}, which is not supported",
                    remedy="decompress it, for instance with gltf-transform",
                )
        data = self.buffer(self.whole(entry, "buffer"))
        offset, length = self.whole(entry, "byteOffset", 0), self.whole(entry, "byteLength")
        if offset + length > len(data):
            raise self.error(f"bufferViews[{index}] runs past the end of its buffer")
        return data[offset : offset + length], self.whole(entry, "byteStride", 0)

    def accessor(self, index: Any) -> Array:
        """Return an accessor's values as stored, shape (n, width), sparse ones filled in.

        Raises
        ------
        SourceError
            If it reaches outside its buffer view or has an unknown type.
        """
        entry = self.item("accessors", index)
        kind, width, count = self.layout(entry, index)
        if entry.get("bufferView") is not None:
            values = self._strided(
                entry["bufferView"], self.whole(entry, "byteOffset", 0), kind, width, count
            )
        else:
            if count * width * kind.itemsize > _MAX_ZEROS_BYTES:
                raise self.error(f"accessors[{index}] counts {count} but has no data")
            values = np.zeros((count, width), kind)
        sparse = entry.get("sparse")
        return values if sparse is None else self._fill(sparse, values, index)

    def layout(self, entry: Json, index: Any) -> tuple[np.dtype[Any], int, int]:
        """Return the component type, width and count of an accessor."""
        component, kind = entry.get("componentType"), entry.get("type")
        if component not in _COMPONENTS or kind not in _WIDTHS:
            raise self.error(f"accessors[{index}] has an unknown type")
        return _COMPONENTS[component], _WIDTHS[kind], self.whole(entry, "count")

    def _strided(
        self, view_index: Any, offset: int, kind: np.dtype[Any], width: int, count: int
    ) -> Array:
        data, stride = self.view(view_index)
        row = kind.itemsize * width
        stride = stride or row
        if count and (stride < row or offset + (count - 1) * stride + row > len(data)):
            raise self.error(
                f"an accessor of {count} elements runs past the end of bufferViews[{view_index}]"
            )
        if count == 0:
            return np.zeros((0, width), kind)
        return np.ndarray(
            (count, width), kind, data, offset=offset, strides=(stride, kind.itemsize)
        )

    def _fill(self, sparse: Any, values: Array, index: Any) -> Array:
        if not isinstance(sparse, dict):
            raise self.error(f"accessors[{index}].sparse is not an object")
        count = self.whole(sparse, "count")
        at, new = sparse["indices"], sparse["values"]
        component = at["componentType"]
        if component not in (5121, 5123, 5125):
            raise self.error(f"accessors[{index}].sparse has an unknown index type")
        rows = self._strided(
            at["bufferView"], self.whole(at, "byteOffset", 0), _COMPONENTS[component], 1, count
        )[:, 0]
        cells = self._strided(
            new["bufferView"],
            self.whole(new, "byteOffset", 0),
            values.dtype,
            values.shape[1],
            count,
        )
        if count and int(rows.max()) >= len(values):
            raise self.error(f"accessors[{index}].sparse replaces elements that do not exist")
        filled = values.copy()
        filled[rows.astype(np.int64)] = cells
        return filled

    def normalized(self, index: Any) -> Array:
        """Return an accessor as float32, normalised integers brought to 0..1 or -1..1."""
        values = self.accessor(index)
        if values.dtype.kind != "f" and self.item("accessors", index).get("normalized"):
            top = float(np.iinfo(values.dtype).max)
            scaled = values.astype(np.float32) / np.float32(top)
            return np.maximum(scaled, -1.0) if values.dtype.kind == "i" else scaled
        return np.ascontiguousarray(values, dtype=np.float32)
