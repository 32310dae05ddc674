"""Decodes the point records of LAS and LAZ files in bounded batches.

LAZ goes to lazrs directly, chunk by chunk with the file's own chunk table, because that table
can then be checked against the file before lazrs reserves memory by it, and because a damaged
chunk then costs only what lies behind it. Both cores decode.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.readers.las_header import RECORD_BYTES, LasHeader
from twin_model.errors import SourceError

Records = npt.NDArray[Any]
"""Structured array with the fields of `record_type`."""

#: Uncompressed bytes of one LAZ chunk beyond which it is decoded as a stream instead.
_MAX_CHUNK_BYTES: Final = 64 << 20
_BATCH_BYTES: Final = 128 << 20
_MAX_CHUNKS: Final = 1 << 24
_REMEDY: Final = "fetch the file again"


def record_type(point_format: int, record_bytes: int) -> np.dtype[Any]:
    """Return the dtype of the fields that are read (ASPRS LAS 1.4 R15, tables 6 to 16).

    Parameters
    ----------
    point_format : int
        0 to 10.
    record_bytes : int
        Length of a record, extra bytes included.
    """
    fields: dict[str, tuple[str, int]] = {
        "xyz": ("3<i4", 0),
        "intensity": ("<u2", 12),
        "returns": ("u1", 14),
        "classification": ("u1", 16 if point_format >= 6 else 15),
    }
    if point_format >= 6:
        fields["gps_time"] = ("<f8", 22)
    elif point_format in (1, 3, 4, 5):
        fields["gps_time"] = ("<f8", 20)
    colour_at = {2: 20, 3: 28, 5: 28, 7: 30, 8: 30, 10: 30}.get(point_format)
    if colour_at is not None:
        fields["colour"] = ("3<u2", colour_at)
    assert record_bytes >= RECORD_BYTES[point_format]
    return np.dtype(
        {
            "names": list(fields),
            "formats": [kind for kind, _ in fields.values()],
            "offsets": [at for _, at in fields.values()],
            "itemsize": record_bytes,
        }
    )


def iterate(header: LasHeader, job: Job, batch: int) -> Iterator[Records]:
    """Yield the records in file order, at most *batch* at a time.

    Raises
    ------
    SourceError
        If the file ends early or the compressed data are damaged, after everything that could
        be read has been yielded. The message says how much that is.
    Cancelled
    """
    job.check()
    done = 0
    source = _compressed if header.compressed else _plain
    batch = max(min(batch, _BATCH_BYTES // header.record_bytes), 1)
    for records in source(header, job, batch):
        done += len(records)
        # A chunk of LAZ may hold more than was asked for.
        for start in range(0, len(records), batch):
            yield records[start : start + batch]
    if done < header.declared:
        raise SourceError(
            header.path,
            f"truncated: {done:,} of {header.declared:,} points are in the file",
            remedy=_REMEDY,
        )


def sample(header: LasHeader, job: Job, batch: int, places: int) -> Iterator[Records]:
    """Yield records from *places* evenly spread over the file, *batch* at most from each.

    What cannot be decoded is left out; nothing is raised but `Cancelled`.
    """
    step = max(header.present // max(places, 1), 1)
    if not header.compressed:
        kind = record_type(header.point_format, header.record_bytes)
        with header.path.open("rb") as stream:
            for first in range(0, header.present, step):
                job.check()
                stream.seek(header.points_start + first * header.record_bytes)
                count = min(batch, header.present - first, step)
                yield np.frombuffer(_read(stream, count * header.record_bytes), kind)
        return
    try:
        with header.path.open("rb") as stream:
            table = _chunk_table(stream, header)
            if table is None:
                return
            picked = np.unique(np.linspace(0, len(table) - 1, min(places, len(table))).astype(int))
            starts = header.points_start + 8 + np.cumsum([0] + [size for _, size in table])
            for index in picked:
                stream.seek(int(starts[index]))
                for records in _decode(stream, header, [table[index]]):
                    job.check()
                    yield records[:batch]
    except SourceError:
        return


def _plain(header: LasHeader, job: Job, batch: int) -> Iterator[Records]:
    kind = record_type(header.point_format, header.record_bytes)
    left = header.present
    with header.path.open("rb") as stream:
        stream.seek(header.points_start)
        while left:
            job.check()
            data = _read(stream, min(batch, left) * header.record_bytes)
            if len(data) < header.record_bytes:
                return
            records = np.frombuffer(data, kind, count=len(data) // header.record_bytes)
            left -= len(records)
            yield records


def _compressed(header: LasHeader, job: Job, batch: int) -> Iterator[Records]:
    _check_items(header)
    if not header.declared:
        return
    with header.path.open("rb") as stream:
        table = _chunk_table(stream, header)
        if table is None:
            yield from _as_stream(stream, header, job, batch)
            return
        stream.seek(header.points_start + 8)
        for group in _groups(table, batch):
            job.check()
            yield from _decode(stream, header, group, job)


def _check_items(header: LasHeader) -> None:
    """Refuse what lazrs cannot decode before it says so in its own words."""
    record = header.records["laszip encoded", 22204]
    if len(record) < 34:
        raise SourceError(header.path, "the LASzip record is too short", remedy=_REMEDY)
    count = struct.unpack_from("<H", record, 32)[0]
    if len(record) < 34 + 6 * count:
        raise SourceError(header.path, "the LASzip record is too short", remedy=_REMEDY)
    items = [struct.unpack_from("<3H", record, 34 + 6 * index) for index in range(count)]
    if any(version >= 4 for _, _, version in items):
        raise SourceError(
            header.path,
            "LAZ compression version 4 is not supported",
            remedy="convert it with LAStools: laszip64 -i in.laz -o out.las",
        )
    if sum(size for _, size, _ in items) != header.record_bytes:
        raise SourceError(
            header.path,
            f"the LASzip record describes points of {sum(size for _, size, _ in items)} bytes "
            f"and the header of {header.record_bytes}",
            remedy=_REMEDY,
        )


def _chunk_table(stream: BinaryIO, header: LasHeader) -> list[tuple[int, int]] | None:
    """Return points and compressed bytes of every chunk; None where there is no usable table."""
    import lazrs  # compiled; detection must not load it

    vlr = _guarded(header, lambda: lazrs.LazVlr(header.records["laszip encoded", 22204]))
    start = header.points_start
    stream.seek(start)
    head = stream.read(8)
    if len(head) < 8:
        raise SourceError(header.path, "truncated before its first point", remedy=_REMEDY)
    table_at = struct.unpack("<q", head)[0]
    if table_at == -1:
        # A writer that could not seek puts the place of the table at the very end.
        stream.seek(-8, 2)
        table_at = struct.unpack("<q", stream.read(8))[0]
    variable = bool(vlr.uses_variable_size_chunks())
    table: list[tuple[int, int]] | None = None
    if start + 8 <= table_at <= header.file_bytes - 8:
        stream.seek(table_at + 4)
        count = struct.unpack("<I", stream.read(4))[0]
        # Every chunk holds its first point as it is, so there cannot be more than that.
        if count <= min((table_at - start) // RECORD_BYTES[header.point_format] + 1, _MAX_CHUNKS):
            stream.seek(start)
            table = _guarded(header, lambda: lazrs.read_chunk_table(stream, vlr), fails=False)
    if table is not None and _fits(table, header, table_at):
        return _trimmed(table, header.declared)
    if variable:
        raise SourceError(
            header.path,
            "the table of compressed chunks at the end of the file is missing or damaged, "
            "so no point can be found",
            remedy=_REMEDY,
        )
    return None


def _trimmed(table: list[tuple[int, int]], declared: int) -> list[tuple[int, int]]:
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


def _fits(table: list[tuple[int, int]], header: LasHeader, table_at: int) -> bool:
    points = sum(count for count, _ in table)
    size = sum(size for _, size in table)
    largest = max((count for count, _ in table), default=0)
    return (
        points >= header.declared
        and size <= table_at - header.points_start
        and largest * header.record_bytes <= _MAX_CHUNK_BYTES
    )


def _groups(table: list[tuple[int, int]], batch: int) -> Iterator[list[tuple[int, int]]]:
    """Yield runs of chunks that together hold at most *batch* points (at least one chunk)."""
    group: list[tuple[int, int]] = []
    points = 0
    for chunk in table:
        if group and points + chunk[0] > batch:
            yield group
            group, points = [], 0
        group.append(chunk)
        points += chunk[0]
    if group:
        yield group


def _decode(
    stream: BinaryIO, header: LasHeader, group: list[tuple[int, int]], job: Job | None = None
) -> Iterator[Records]:
    """Decode neighbouring chunks from where *stream* stands; on damage, the good ones before it."""
    import lazrs  # compiled; detection must not load it

    vlr = header.records["laszip encoded", 22204]
    kind = record_type(header.point_format, header.record_bytes)
    data = _read(stream, sum(size for _, size in group))
    total = sum(count for count, _ in group)
    out = np.zeros(total * header.record_bytes, np.uint8)

    def run(part: bytes, target: npt.NDArray[np.uint8], chunks: list[tuple[int, int]]) -> None:
        lazrs.decompress_points_with_chunk_table(part, vlr, target, chunks, _selection(header))

    try:
        _guarded(header, lambda: run(data, out, group))
        yield out.view(kind)
        return
    except SourceError:
        if len(group) == 1:
            raise
    at = 0
    for chunk in group:
        if job is not None:
            job.check()
        part = np.zeros(chunk[0] * header.record_bytes, np.uint8)
        piece = data[at : at + chunk[1]]
        _guarded(header, lambda piece=piece, part=part, chunk=chunk: run(piece, part, [chunk]))
        yield part.view(kind)
        at += chunk[1]


class _WithTable:
    """A file whose lost chunk table is replaced, so that lazrs agrees to decode from the front.

    lazrs wants a table before it decodes anything, and with chunks of one size uses none of it.
    The stand-in lies beyond the end of the file, so that decoding stops where the data stop.
    """

    def __init__(self, stream: BinaryIO, header: LasHeader, table: bytes) -> None:
        self._stream = stream
        self._start = header.points_start
        self._table_at = header.file_bytes + (1 << 20)
        self._table = table
        self._position = header.points_start

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position}.get(whence)
        self._position = (self._table_at + len(self._table) if base is None else base) + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def read(self, count: int = -1) -> bytes:
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


def _as_stream(stream: BinaryIO, header: LasHeader, job: Job, batch: int) -> Iterator[Records]:
    """Decode one point after the other, for files whose chunk table is missing or unusable."""
    import lazrs  # compiled; detection must not load it

    kind = record_type(header.point_format, header.record_bytes)
    vlr = header.records["laszip encoded", 22204]
    table = io.BytesIO()
    lazrs.write_chunk_table(table, [(1, 1)], lazrs.LazVlr(vlr))
    source = _WithTable(stream, header, table.getvalue())
    decompressor = _guarded(
        header, lambda: lazrs.LasZipDecompressor(source, vlr, _selection(header))
    )
    left = header.declared
    while left:
        job.check()
        count = min(left, batch, 50_000)
        out = np.zeros(count * header.record_bytes, np.uint8)
        try:
            _guarded(header, lambda out=out: decompressor.decompress_many(out))
        except SourceError:
            # What was decoded before the damage is in the buffer; the rest of it is zero.
            filled = out.reshape(count, header.record_bytes).any(axis=1)
            good = int(np.flatnonzero(filled)[-1]) if filled.any() else 0
            if good:
                yield out.view(kind)[:good]
            return
        left -= count
        yield out.view(kind)


def _selection(header: LasHeader) -> Any:
    """Return the layers of point formats 6 to 10 to decode; older formats have only one."""
    import lazrs  # compiled; detection must not load it

    if header.point_format < 6:
        return None
    wanted = (
        lazrs.SELECTIVE_DECOMPRESS_XY_RETURNS_CHANNEL
        | lazrs.SELECTIVE_DECOMPRESS_Z
        | lazrs.SELECTIVE_DECOMPRESS_CLASSIFICATION
        | lazrs.SELECTIVE_DECOMPRESS_INTENSITY
        | lazrs.SELECTIVE_DECOMPRESS_GPS_TIME
        | lazrs.SELECTIVE_DECOMPRESS_RGB
    )
    return lazrs.DecompressionSelection(wanted)


def _guarded(header: LasHeader, work: Any, *, fails: bool = True) -> Any:
    """Run lazrs code; its errors, and its panics on damaged data, become a `SourceError`."""
    try:
        return work()
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    # A Rust panic arrives as pyo3's PanicException, which derives from BaseException alone.
    except BaseException as error:
        if not fails:
            return None
        text = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise SourceError(
            header.path, f"the compressed points are damaged ({text})", remedy=_REMEDY
        ) from None


def _read(stream: BinaryIO, count: int) -> bytes:
    return stream.read(count)
