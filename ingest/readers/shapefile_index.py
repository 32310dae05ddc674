"""Rebuilds the .shx index of a Shapefile from the .shp alone.

Shapefiles arrive without it, and a truncated .shp has records in its index that are not there.
GDAL can restore an index, but only beside the source, which is not ours to write to. Format:
ESRI Shapefile Technical Description (1998), pages 2-5 and 24.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final

from ingest.pipeline.job import Job
from twin_model.errors import SourceError

_MAGIC: Final = 9994
_HEADER_BYTES: Final = 100
_SHAPE_TYPES: Final = frozenset({0, 1, 3, 5, 8, 11, 13, 15, 18, 21, 23, 25, 28, 31})


def stated_bytes(head: bytes) -> int:
    """Return the length that a .shp header states; -1 where it is no header."""
    if len(head) < _HEADER_BYTES or struct.unpack_from(">i", head)[0] != _MAGIC:
        return -1
    return int(struct.unpack_from(">i", head, 24)[0]) * 2


def rebuild_index(shp: Path, out: Path, job: Job) -> tuple[int, bool]:
    """Write the index of the whole records in *shp*.

    Parameters
    ----------
    shp : Path
    out : Path
        The .shx to write.
    job : Job

    Returns
    -------
    records : int
    complete : bool
        Whether the records end where the file does.

    Raises
    ------
    SourceError
        If *shp* has no Shapefile header.
    Cancelled
    """
    size = shp.stat().st_size
    with shp.open("rb") as stream:
        head = stream.read(_HEADER_BYTES)
        if stated_bytes(head) < 0 or struct.unpack_from("<i", head, 32)[0] not in _SHAPE_TYPES:
            raise SourceError(shp, "the Shapefile header is damaged", remedy="fetch it again")
        entries = bytearray()
        offset = _HEADER_BYTES
        while offset + 12 <= size:
            if len(entries) % 8000 == 0:
                job.check()
            stream.seek(offset)
            number, words = struct.unpack(">ii", stream.read(8))
            # A record that is out of turn or leaves the file means that the rest is not records.
            if words < 2 or number < 0 or offset + 8 + words * 2 > size:
                break
            entries += struct.pack(">ii", offset // 2, words)
            offset += 8 + words * 2
    length = (_HEADER_BYTES + len(entries)) // 2
    out.write_bytes(head[:24] + struct.pack(">i", length) + head[28:] + bytes(entries))
    return len(entries) // 8, offset == size
