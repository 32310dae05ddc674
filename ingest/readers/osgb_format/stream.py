"""The header of a file and the primitive values of its body, checked against its size."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin_model.errors import SourceError

MAGIC: Final = (0x6C910EA1, 0x1AFB4545)
#: Content types of the header.
SCENE, IMAGE, OTHER_OBJECT = 1, 2, 3
OLDEST_VERSION: Final = 70
NEWEST_VERSION: Final = 210
#: A body larger than this is refused, whatever it was compressed from.
MAX_BODY_BYTES: Final = 256 * 2**20
_HEADER_NUMBERS: Final = 20


@dataclass(frozen=True)
class Header:
    """What stands before the body.

    Parameters
    ----------
    version : int
        The writer's SOVERSION number.
    content : int
        1 scene, 2 image, 3 another object.
    order : str
        ``<`` or ``>``, of every number in the file.
    has_schema, has_brackets : bool
    compressor : str
    body_offset : int
        Byte position of the body in the file.
    domains : dict of str to int
        Versions of custom domains.
    """

    version: int
    content: int
    order: str
    has_schema: bool
    has_brackets: bool
    compressor: str
    body_offset: int
    domains: dict[str, int] = field(default_factory=dict)


def is_osgb(head: bytes) -> bool:
    """Return whether the first bytes are those of an OSGB file of either byte order."""
    return head[:8] in (struct.pack("<2I", *MAGIC), struct.pack(">2I", *MAGIC))


class Stream:
    """Reads primitive values from a block of bytes; never beyond its end.

    Parameters
    ----------
    path : Path
        For messages.
    data : bytes
    order : str
        ``<`` or ``>``.
    """

    def __init__(self, path: Path, data: bytes | memoryview, order: str) -> None:
        self.path = path
        self.data = data
        self.order = order
        self.position = 0
        self.size = len(data)
        self._i32 = struct.Struct(order + "i")
        self._u32 = struct.Struct(order + "I")
        self._u64 = struct.Struct(order + "Q")
        self._f32 = struct.Struct(order + "f")

    def fail(self, reason: str) -> SourceError:
        """Return the error to raise for something wrong at the current position."""
        return SourceError(
            self.path, reason, offset=self.position, remedy="fetch or export the file again"
        )

    def advance(self, count: int) -> int:
        """Move over *count* bytes and return where they start.

        Raises
        ------
        SourceError
            If the data end before.
        """
        start = self.position
        if count < 0 or count > self.size - start:
            raise self.fail(f"{count} bytes are announced but {self.size - start} are left")
        self.position = start + count
        return start

    def take(self, count: int) -> bytes:
        """Return the next *count* bytes."""
        start = self.advance(count)
        return bytes(self.data[start : start + count])

    def i32(self) -> int:
        """Return a signed 32-bit number."""
        return int(self._i32.unpack_from(self.data, self.advance(4))[0])

    def u32(self) -> int:
        """Return an unsigned 32-bit number."""
        return int(self._u32.unpack_from(self.data, self.advance(4))[0])

    def u64(self) -> int:
        """Return an unsigned 64-bit number."""
        return int(self._u64.unpack_from(self.data, self.advance(8))[0])

    def f32(self) -> float:
        """Return a 32-bit float."""
        return float(self._f32.unpack_from(self.data, self.advance(4))[0])

    def doubles(self, count: int) -> tuple[float, ...]:
        """Return *count* 64-bit floats."""
        return struct.unpack_from(f"{self.order}{count}d", self.data, self.advance(8 * count))

    def floats(self, count: int) -> tuple[float, ...]:
        """Return *count* 32-bit floats."""
        return struct.unpack_from(f"{self.order}{count}f", self.data, self.advance(4 * count))

    def boolean(self) -> bool:
        """Return a truth value; anything but 0 and 1 means that the layout is not as thought."""
        value = self.data[self.advance(1)]
        if value > 1:
            self.position -= 1
            raise self.fail(f"a truth value is {value}")
        return bool(value)

    def count(self, item_bytes: int = 1) -> int:
        """Return a 32-bit count of items of at least *item_bytes* bytes that can still follow."""
        value = self.u32()
        if value * item_bytes > self.size - self.position:
            raise self.fail(
                f"{value} items are announced but only {self.size - self.position} bytes are left"
            )
        return value

    def text(self) -> str:
        """Return a string; producers write UTF-8 or the code page of Chinese Windows."""
        data = self.take(self.i32())
        for encoding in ("utf-8", "gb18030"):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
        return data.decode("latin-1")

    def array(self, kind: str, count: int, width: int = 1) -> npt.NDArray[Any]:
        """Return *count* rows of numbers as a view of the data in its own byte order.

        Parameters
        ----------
        kind : str
            NumPy type code such as ``f4``.
        count, width : int
            Rows and columns; one column gives a flat array.
        """
        dtype = np.dtype(self.order + kind)
        start = self.advance(count * width * dtype.itemsize)
        values = np.frombuffer(self.data, dtype, count * width, start)
        return values.reshape(count, width) if width > 1 else values


def read_header(path: Path, data: bytes | memoryview) -> Header:
    """Read the header of a file.

    Raises
    ------
    SourceError
        If it is not OSGB, or of a version outside the supported ones.
    """
    if not is_osgb(bytes(data[:8])):
        raise SourceError(path, "not an OSGB file", offset=0, remedy="check the file's type")
    order = "<" if struct.unpack_from("<I", data)[0] == MAGIC[0] else ">"
    if len(data) < _HEADER_NUMBERS:
        raise SourceError(path, "the file ends within its header", remedy="fetch it again")
    stream = Stream(path, data, order)
    stream.position = 8
    content, version, attributes = stream.u32(), stream.u32(), stream.u32()
    if not OLDEST_VERSION <= version <= NEWEST_VERSION:
        raise SourceError(
            path,
            f"OSGB version {version} is not supported",
            remedy=f"export versions {OLDEST_VERSION} to {NEWEST_VERSION}",
        )
    domains: dict[str, int] = {}
    if attributes & 1:
        for _ in range(stream.count(8)):
            name = stream.text()
            domains[name] = stream.i32()
    compressor = stream.text()
    return Header(
        version,
        content,
        order,
        bool(attributes & 2),
        bool(attributes & 4),
        compressor,
        stream.position,
        domains,
    )


def open_body(path: Path, data: bytes, header: Header) -> Stream:
    """Return the decompressed body of a file, past its schema.

    Raises
    ------
    SourceError
        If the compressor is unknown, the data are damaged, or the body is unreasonably large.
    """
    packed = memoryview(data)[header.body_offset :]
    body: bytes | memoryview
    if header.compressor == "0":
        body = packed
    elif header.compressor == "null":
        inner = Stream(path, packed, header.order)
        body = packed[4 : 4 + inner.count()]
    elif header.compressor == "zlib":
        body = _inflate(path, packed)
    else:
        raise SourceError(
            path,
            f"compressor '{header.compressor[:40]}' is not supported",
            remedy="export without compression or with zlib",
        )
    if len(body) > MAX_BODY_BYTES:
        raise SourceError(path, f"the tile holds {len(body)} bytes, more than {MAX_BODY_BYTES}")
    stream = Stream(path, body, header.order)
    if header.has_schema:
        stream.take(stream.i32())
    return stream


def _inflate(path: Path, packed: memoryview) -> bytes:
    # 15 + 32: a gzip or a zlib wrapper, whichever it is.
    inflater = zlib.decompressobj(15 + 32)
    try:
        body = inflater.decompress(packed, MAX_BODY_BYTES + 1)
    except zlib.error as error:
        raise SourceError(
            path, f"its compressed data are damaged ({error})", remedy="fetch it again"
        ) from error
    if not inflater.eof and len(body) <= MAX_BODY_BYTES:
        raise SourceError(path, "its compressed data end early", remedy="fetch it again")
    return body
