"""Finds the compressed chunks of a LAZ file, and checks them before lazrs reserves memory.

Format: LASzip (M. Isenburg, laszip 3.4): a 64-bit offset to the chunk table, the chunks, the
table. Chunks of point formats 6 to 10 are layered: the first point as it is, the number of
points, the size of every layer, the layers.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import Any, BinaryIO, Final

from ingest.readers.las_header import RECORD_BYTES, LasHeader
from twin_model.errors import SourceError

Chunk = tuple[int, int]
"""Points and compressed bytes."""

REMEDY: Final = "fetch the file again"
#: Uncompressed bytes of one chunk beyond which the table is not believed.
_MAX_CHUNK_BYTES: Final = 64 << 20
_MAX_CHUNKS: Final = 1 << 24
_LAYERED: Final = 3
#: Layers of each item of a layered record, by item type; extra bytes have one a byte.
_LAYERS: Final = {10: 9, 11: 1, 12: 2, 13: 1}
_EXTRA_BYTES: Final = 14


def check_items(header: LasHeader) -> None:
    """Refuse what lazrs cannot decode before it says so in its own words.

    Raises
    ------
    SourceError
        If the LASzip record is cut, newer than lazrs, or describes other points.
    """
    items = _items(header)
    if any(version >= 4 for _, _, version in items):
        raise SourceError(
            header.path,
            "LAZ compression version 4 is not supported",
            remedy="convert it with LAStools: laszip64 -i in.laz -o out.las",
        )
    size = sum(size for _, size, _ in items)
    if size != header.record_bytes:
        raise SourceError(
            header.path,
            f"the LASzip record describes points of {size} bytes and the header of "
            f"{header.record_bytes}",
            remedy=REMEDY,
        )


def _items(header: LasHeader) -> list[tuple[int, int, int]]:
    """Return type, size and version of every item of a record."""
    record = header.records["laszip encoded", 22204]
    count = struct.unpack_from("<H", record, 32)[0] if len(record) >= 34 else 0
    if not count or len(record) < 34 + 6 * count:
        raise SourceError(header.path, "the LASzip record is too short", remedy=REMEDY)
    return [struct.unpack_from("<3H", record, 34 + 6 * index) for index in range(count)]


def chunk_table(stream: BinaryIO, header: LasHeader) -> list[Chunk] | None:
    """Return points and compressed bytes of every chunk, as far as they hold declared points.

    Parameters
    ----------
    stream : binary file
        Open on the file; its position changes.
    header : LasHeader

    Returns
    -------
    list or None
        None where there is no usable table and chunks do not say where they end: such a file
        can only be decoded from the front (`WithTable`).

    Raises
    ------
    SourceError
        If no point can be found.
    """
    import lazrs  # compiled; detection must not load it

    vlr = guarded(header, lambda: lazrs.LazVlr(header.records["laszip encoded", 22204]))
    start = header.points_start
    stream.seek(start)
    head = stream.read(8)
    if len(head) < 8:
        raise SourceError(header.path, "truncated before its first point", remedy=REMEDY)
    table_at = struct.unpack("<q", head)[0]
    if table_at == -1:
        # A writer that could not seek puts the place of the table at the very end.
        stream.seek(-8, io.SEEK_END)
        table_at = struct.unpack("<q", stream.read(8))[0]
    table: list[Chunk] | None = None
    if start + 8 <= table_at <= header.file_bytes - 8:
        stream.seek(table_at + 4)
        count = struct.unpack("<I", stream.read(4))[0]
        # Every chunk holds its first point as it is, so there cannot be more than that.
        if count <= min((table_at - start) // RECORD_BYTES[header.point_format] + 1, _MAX_CHUNKS):
            stream.seek(start)
            table = guarded(header, lambda: lazrs.read_chunk_table(stream, vlr), fails=False)
    if table is not None and _fits(table, header, table_at):
        return _trimmed(table, header.declared)
    if _is_layered(header):
        return _trimmed(_walk(stream, header), header.declared)
    if vlr.uses_variable_size_chunks():
        raise SourceError(
            header.path,
            "the table of compressed chunks at the end of the file is missing or damaged, "
            "so no point can be found",
            remedy=REMEDY,
        )
    return None


def _is_layered(header: LasHeader) -> bool:
    record = header.records["laszip encoded", 22204]
    return int(struct.unpack_from("<H", record)[0]) == _LAYERED


def _layer_count(header: LasHeader) -> int:
    return sum(
        size if kind == _EXTRA_BYTES else _LAYERS.get(kind, 0) for kind, size, _ in _items(header)
    )


def layered_size(header: LasHeader, head: bytes) -> Chunk | None:
    """Return points and bytes of a layered chunk by its own head; None where it is cut.

    Parameters
    ----------
    header : LasHeader
    head : bytes
        The chunk's beginning, at least up to the layers.
    """
    layers = _layer_count(header)
    fixed = header.record_bytes + 4 + 4 * layers
    if len(head) < fixed:
        return None
    points = struct.unpack_from("<I", head, header.record_bytes)[0]
    sizes = struct.unpack_from(f"<{layers}I", head, header.record_bytes + 4)
    return points, fixed + sum(sizes)


def check_chunk(header: LasHeader, data: bytes) -> None:
    """Raise if a layered chunk claims layers beyond its own end: lazrs would make room for them.

    Raises
    ------
    SourceError
    """
    if not _is_layered(header):
        return
    own = layered_size(header, data)
    if own is None or own[1] > len(data):
        raise SourceError(
            header.path,
            "the compressed points are damaged (a layer runs beyond its chunk)",
            remedy=REMEDY,
        )


def _walk(stream: BinaryIO, header: LasHeader) -> list[Chunk]:
    """Return the chunks of a layered file without its table: each says how long it is."""
    table: list[Chunk] = []
    at = header.points_start + 8
    fixed = header.record_bytes + 4 + 4 * _layer_count(header)
    found = 0
    while found < header.declared and len(table) < _MAX_CHUNKS:
        stream.seek(at)
        chunk = layered_size(header, stream.read(fixed))
        if chunk is None or not chunk[0] or at + chunk[1] > header.file_bytes:
            break
        if chunk[0] * header.record_bytes > _MAX_CHUNK_BYTES:
            break
        table.append(chunk)
        found += chunk[0]
        at += chunk[1]
    return table


def _trimmed(table: list[Chunk], declared: int) -> list[Chunk]:
    """Return the chunks that hold the declared points, the last one with its true count.

    A table of chunks of one size lists the last one as full, too.
    """
    out = []
    left = declared
    for points, size in table:
        if left <= 0:
            break
        out.append((min(points, left), size))
        left -= points
    return out


def _fits(table: list[Chunk], header: LasHeader, table_at: int) -> bool:
    points = sum(count for count, _ in table)
    size = sum(size for _, size in table)
    largest = max((min(count, header.declared) for count, _ in table), default=0)
    return (
        points >= header.declared
        and size <= table_at - header.points_start
        and largest * header.record_bytes <= _MAX_CHUNK_BYTES
    )


class WithTable:
    """A file whose lost chunk table is replaced, so that lazrs agrees to decode from the front.

    lazrs wants a table before it decodes anything, and with chunks of one size uses none of it.
    The stand-in lies beyond the end of the file, so that decoding stops where the data stop.

    Parameters
    ----------
    stream : binary file
    header : LasHeader
    """

    def __init__(self, stream: BinaryIO, header: LasHeader) -> None:
        import lazrs  # compiled; detection must not load it

        table = io.BytesIO()
        vlr = lazrs.LazVlr(header.records["laszip encoded", 22204])
        lazrs.write_chunk_table(table, [(1, 1)], vlr)
        self._table = table.getvalue()
        self._stream = stream
        self._start = header.points_start
        self._table_at = header.file_bytes + (1 << 20)
        self._position = header.points_start

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move, as files do."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position}.get(whence)
        self._position = (self._table_at + len(self._table) if base is None else base) + offset
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def read(self, count: int = -1) -> bytes:
        """Return bytes of the file, of the stand-in, or where the stand-in is."""
        if self._position >= self._table_at:
            at = self._position - self._table_at
            data = self._table[at:] if count < 0 else self._table[at : at + count]
        elif self._position == self._start:
            data = struct.pack("<q", self._table_at)[: count if count >= 0 else 8]
        else:
            self._stream.seek(self._position)
            data = self._stream.read(count)
        self._position += len(data)
        return data


def guarded(header: LasHeader, work: Callable[[], Any], *, fails: bool = True) -> Any:
    """Run lazrs code and return its result.

    Raises
    ------
    SourceError
        For its errors, and its panics on damaged data; with *fails* false they give None.
    """
    import lazrs  # compiled; detection must not load it

    try:
        return work()
    except BaseException as error:
        # A Rust panic arrives as pyo3's PanicException, which derives from BaseException alone
        # and has no public name.
        known = isinstance(error, lazrs.LazrsError | OSError | MemoryError | OverflowError)
        if not known and type(error).__name__ != "PanicException":
            raise
        if not fails:
            return None
        text = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise SourceError(
            header.path, f"the compressed points are damaged ({text})", remedy=REMEDY
        ) from None
