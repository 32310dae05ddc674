"""Decodes the point records of LAS and LAZ files in bounded batches.

LAZ goes to lazrs directly, chunk by chunk with the file's own chunk table, because that table
can then be checked against the file before lazrs reserves memory by it, and because a damaged
chunk then costs only what lies behind it. Both cores decode.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.readers.las_chunks import (
    REMEDY,
    Chunk,
    WithTable,
    check_chunk,
    check_items,
    chunk_table,
    guarded,
)
from ingest.readers.las_header import RECORD_BYTES, LasHeader
from twin_model.errors import SourceError

Records = npt.NDArray[Any]
"""Structured array with the fields of `record_type`."""

_BATCH_BYTES: Final = 128 << 20
#: Points that lazrs decodes in one call, about a tenth of a second on two cores: a call cannot
#: be cancelled.
_CALL_POINTS: Final = 300_000


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
    damage: list[str] = []
    for records in source(header, job, batch, damage):
        done += len(records)
        # A chunk of LAZ may hold more than was asked for.
        for start in range(0, len(records), batch):
            yield records[start : start + batch]
    if damage:
        raise SourceError(
            header.path,
            f"{damage[0]}; {done:,} of {header.declared:,} points can be read",
            remedy=REMEDY,
        )
    if done < header.declared:
        raise SourceError(
            header.path,
            f"truncated: {done:,} of {header.declared:,} points are in the file",
            remedy=REMEDY,
        )


def is_whole(header: LasHeader) -> bool:
    """Return whether all declared points are in the file, judged without decoding any."""
    if not header.compressed:
        return header.present == header.declared
    try:
        check_items(header)
        with header.path.open("rb") as stream:
            table = chunk_table(stream, header)
    except SourceError:
        return False
    return table is not None and sum(points for points, _ in table) == header.declared


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
                yield np.frombuffer(stream.read(count * header.record_bytes), kind)
        return
    try:
        with header.path.open("rb") as stream:
            table = chunk_table(stream, header)
            if table is None:
                return
            picked = np.unique(np.linspace(0, len(table) - 1, min(places, len(table))).astype(int))
            starts = header.points_start + 8 + np.cumsum([0] + [size for _, size in table])
            for index in picked:
                stream.seek(int(starts[index]))
                for records in _decode(stream, header, [table[index]], job, []):
                    yield records[:batch]
    except SourceError:
        return


def _plain(header: LasHeader, job: Job, batch: int, damage: list[str]) -> Iterator[Records]:
    kind = record_type(header.point_format, header.record_bytes)
    left = header.present
    with header.path.open("rb") as stream:
        stream.seek(header.points_start)
        while left:
            job.check()
            data = stream.read(min(batch, left) * header.record_bytes)
            if len(data) < header.record_bytes:
                return
            records = np.frombuffer(data, kind, count=len(data) // header.record_bytes)
            left -= len(records)
            yield records


def _compressed(header: LasHeader, job: Job, batch: int, damage: list[str]) -> Iterator[Records]:
    """Yield what can be decoded; what is wrong with the rest goes to *damage*."""
    check_items(header)
    if not header.declared:
        return
    with header.path.open("rb") as stream:
        table = chunk_table(stream, header)
        if table is None:
            yield from _as_stream(stream, header, job, batch)
            return
        stream.seek(header.points_start + 8)
        for group in _groups(table, min(batch, _CALL_POINTS)):
            job.check()
            yield from _decode(stream, header, group, job, damage)


def _groups(table: list[Chunk], batch: int) -> Iterator[list[Chunk]]:
    """Yield runs of chunks that together hold at most *batch* points (at least one chunk)."""
    group: list[Chunk] = []
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
    stream: BinaryIO, header: LasHeader, group: list[Chunk], job: Job, damage: list[str]
) -> Iterator[Records]:
    """Decode neighbouring chunks from where *stream* stands, all at once or, on damage, singly."""
    import lazrs  # compiled; detection must not load it

    vlr = header.records["laszip encoded", 22204]
    kind = record_type(header.point_format, header.record_bytes)
    data = stream.read(sum(size for _, size in group))
    total = sum(count for count, _ in group)
    out = np.zeros(total * header.record_bytes, np.uint8)

    def run(part: bytes, target: npt.NDArray[np.uint8], chunks: list[Chunk]) -> None:
        at = 0
        for _, size in chunks:
            check_chunk(header, part[at : at + size])
            at += size
        lazrs.decompress_points_with_chunk_table(part, vlr, target, chunks, _selection(header))

    try:
        guarded(header, lambda: run(data, out, group))
        yield out.view(kind)
        return
    except SourceError as error:
        if len(group) == 1:
            damage.append(error.reason)
            return
    at = 0
    for chunk in group:
        job.check()
        part = np.zeros(chunk[0] * header.record_bytes, np.uint8)
        piece = data[at : at + chunk[1]]
        at += chunk[1]
        try:
            guarded(header, partial(run, piece, part, [chunk]))
        except SourceError as error:
            damage.append(error.reason)
            continue
        yield part.view(kind)


def _as_stream(stream: BinaryIO, header: LasHeader, job: Job, batch: int) -> Iterator[Records]:
    """Decode one point after the other, for files whose chunk table is missing or unusable."""
    import lazrs  # compiled; detection must not load it

    kind = record_type(header.point_format, header.record_bytes)
    vlr = header.records["laszip encoded", 22204]
    source = WithTable(stream, header)
    decompressor = guarded(
        header, lambda: lazrs.LasZipDecompressor(source, vlr, _selection(header))
    )
    left = header.declared
    while left:
        job.check()
        count = min(left, batch, 50_000)
        out = np.zeros(count * header.record_bytes, np.uint8)
        try:
            guarded(header, partial(decompressor.decompress_many, out))
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
