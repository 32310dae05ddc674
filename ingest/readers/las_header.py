"""The public header and the variable-length records of LAS 1.0 to 1.4, judged before use.

Written out here instead of taken from laspy because every number in it has to be checked
against the file's size before anything is allocated or looped over: laspy walks four thousand
million records when a damaged header says so.
Format: ASPRS LAS 1.4 R15; COPC 1.0 (copc.io); LASzip record as written by laszip 3.4.
"""

from __future__ import annotations

import datetime as dt
import math
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from twin_model.errors import SourceError

#: Bytes of the fixed part of a point record, by point format.
RECORD_BYTES: Final = (20, 28, 26, 34, 57, 63, 30, 36, 38, 59, 67)
_HEADER_BYTES: Final = 227
_HEADER_BYTES_1_4: Final = 375
_VLR_HEAD: Final = struct.Struct("<H16sHH32s")
_EVLR_HEAD: Final = struct.Struct("<H16sHQ32s")
#: Payloads that are kept, by user id; everything else is skipped over.
_WANTED: Final = {
    "LASF_Projection": {2111, 2112, 34735, 34736, 34737},
    "laszip encoded": {22204},
    "LASF_Spec": {4},
    "copc": {1},
}
_MAX_PAYLOAD: Final = 1 << 20
#: Coordinates beyond this are no place on or near the Earth in any unit a survey uses.
LARGEST_COORDINATE: Final = 1e9


@dataclass
class LasHeader:
    """What the head of a LAS or LAZ file says, checked against the file.

    Parameters
    ----------
    path : Path
    file_bytes : int
    version : tuple of two ints
    point_format : int
        0 to 10.
    record_bytes : int
        Length of one uncompressed point record.
    points_start, points_end : int
        Byte range of the point data.
    declared : int
        Points as the header counts them.
    scale, offset : tuple of three floats
        ``coordinate = integer * scale + offset``.
    bounds : tuple of six floats or None
        minx, miny, minz, maxx, maxy, maxz as the header states them; None where implausible.
    encoding : int
        Global encoding bits.
    created : date or None
        Day of the file's creation.
    records : dict
        Payloads of the records of interest, keyed by user id and record id.
    compressed : bool
    warnings : list of str
    """

    path: Path
    file_bytes: int
    version: tuple[int, int]
    point_format: int
    record_bytes: int
    points_start: int
    points_end: int
    declared: int
    scale: tuple[float, float, float]
    offset: tuple[float, float, float]
    bounds: tuple[float, float, float, float, float, float] | None
    encoding: int
    created: dt.date | None
    compressed: bool
    records: dict[tuple[str, int], bytes] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    @property
    def is_copc(self) -> bool:
        """Whether the points lie in a cloud-optimised octree."""
        return self.compressed and ("copc", 1) in self.records

    @property
    def format_name(self) -> str:
        """The format with its version, as shown to users."""
        name = f"{'LAZ' if self.compressed else 'LAS'} {self.version[0]}.{self.version[1]}"
        return f"COPC 1.0 ({name})" if self.is_copc else name

    @property
    def present(self) -> int:
        """Points that an uncompressed file of this size can hold; `declared` for LAZ."""
        if self.compressed:
            return self.declared
        return min(self.declared, (self.points_end - self.points_start) // self.record_bytes)

    @property
    def gps_time_is_absolute(self) -> bool:
        """Whether GPS times are adjusted standard GPS time instead of seconds of the week."""
        return bool(self.encoding & 1)


def read_header(path: Path) -> LasHeader:
    """Read and check the head of a LAS or LAZ file.

    Raises
    ------
    SourceError
        If the header cannot be used: too short, unknown version or point format, points that
        start beyond the end of the file, unusable scale factors, LASzip record missing.
    """
    try:
        file_bytes = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(_HEADER_BYTES_1_4)
            header = _parse(path, head, file_bytes)
            _read_records(stream, header, head)
    except OSError as error:
        raise SourceError(path, f"cannot be read ({error.strerror})") from error
    if header.compressed and ("laszip encoded", 22204) not in header.records:
        raise SourceError(
            path,
            "the points are LAZ-compressed and the LASzip record that says how is missing",
            remedy="fetch the file again",
        )
    return header


def _parse(path: Path, head: bytes, file_bytes: int) -> LasHeader:
    if head[:4] != b"LASF":
        raise SourceError(path, "not a LAS file: it does not start with LASF")
    if len(head) < _HEADER_BYTES:
        raise SourceError(
            path,
            f"truncated: {len(head)} of at least {_HEADER_BYTES} header bytes are there",
            remedy="fetch the file again",
        )
    version = (head[24], head[25])
    if version[0] != 1 or version[1] > 5:
        raise SourceError(path, f"LAS version {version[0]}.{version[1]} is not known")
    day, year, header_bytes, start, _count = struct.unpack_from("<HHHII", head, 90)
    packed_format, record_bytes, declared = struct.unpack_from("<BHI", head, 104)
    point_format = packed_format & 0x3F
    warnings: list[str] = []
    end = file_bytes
    if version[1] >= 4 and len(head) >= _HEADER_BYTES_1_4 and header_bytes >= _HEADER_BYTES_1_4:
        extended_start, extended, long_count = struct.unpack_from("<QIQ", head, 235)
        if declared not in (0, long_count) and point_format < 6:
            warnings.append(
                f"the header counts {long_count:,} points and, for old readers, {declared:,}"
            )
        declared = long_count or declared
        if extended and start < extended_start < file_bytes:
            end = extended_start
    _check_layout(path, (start, header_bytes, record_bytes, point_format), file_bytes)
    scale = struct.unpack_from("<3d", head, 131)
    offset = struct.unpack_from("<3d", head, 155)
    _check_scale(path, scale, offset)
    maxx, minx, maxy, miny, maxz, minz = struct.unpack_from("<6d", head, 179)
    return LasHeader(
        path=path,
        file_bytes=file_bytes,
        version=version,
        point_format=point_format,
        record_bytes=record_bytes,
        points_start=start,
        points_end=end,
        declared=declared,
        scale=scale,
        offset=offset,
        bounds=_plausible((minx, miny, minz, maxx, maxy, maxz)),
        encoding=struct.unpack_from("<H", head, 6)[0],
        created=_date(year, day),
        compressed=bool(packed_format & 0xC0),
        warnings=warnings,
    )


def _check_layout(path: Path, layout: tuple[int, int, int, int], file_bytes: int) -> None:
    start, header_bytes, record_bytes, point_format = layout
    if point_format >= len(RECORD_BYTES):
        raise SourceError(path, f"point format {point_format} is not known (0 to 10 are)")
    if start > file_bytes:
        raise SourceError(
            path,
            f"the point data should start at byte {start:,} and the file ends at {file_bytes:,}",
            remedy="fetch the file again",
        )
    if start < max(_HEADER_BYTES, min(header_bytes, _HEADER_BYTES_1_4)):
        raise SourceError(path, f"the point data should start at byte {start}, inside the header")
    if record_bytes < RECORD_BYTES[point_format]:
        raise SourceError(
            path,
            f"point records of {record_bytes} bytes cannot hold point format {point_format}, "
            f"which needs {RECORD_BYTES[point_format]}",
        )


def _check_scale(
    path: Path, scale: tuple[float, float, float], offset: tuple[float, float, float]
) -> None:
    for axis, factor, shift in zip("XYZ", scale, offset):
        if not math.isfinite(factor) or not 1e-12 <= abs(factor) <= 1e4:
            raise SourceError(path, f"the {axis} scale factor {factor:g} is not usable")
        if not math.isfinite(shift) or abs(shift) > LARGEST_COORDINATE:
            raise SourceError(path, f"the {axis} offset {shift:g} is not usable")


def _plausible(
    bounds: tuple[float, float, float, float, float, float],
) -> tuple[float, float, float, float, float, float] | None:
    if not all(math.isfinite(v) and abs(v) <= LARGEST_COORDINATE for v in bounds):
        return None
    return bounds if all(bounds[i] <= bounds[i + 3] for i in range(3)) else None


def _date(year: int, day: int) -> dt.date | None:
    if not (1990 <= year <= dt.date.today().year + 1 and 1 <= day <= 366):
        return None
    return dt.date(year, 1, 1) + dt.timedelta(days=day - 1)


def _read_records(stream: BinaryIO, header: LasHeader, head: bytes) -> None:
    """Collect the wanted records before and after the points; stop where they stop making sense."""
    header_bytes, _, count = struct.unpack_from("<HII", head, 94)
    position = max(int(header_bytes), _HEADER_BYTES)
    for index in range(count):
        if position + _VLR_HEAD.size > header.points_start:
            header.warnings.append(
                f"the header announces {count:,} variable-length records, {index:,} are there"
            )
            break
        stream.seek(position)
        _, user, record, length, _ = _VLR_HEAD.unpack(_exactly(stream, _VLR_HEAD.size, header))
        position += _VLR_HEAD.size
        if position + length > header.points_start:
            header.warnings.append(
                f"variable-length record {index + 1} of {count:,} runs into the points; ignored"
            )
            # A LASzip record that is cut is of no use; a text that is cut may still be one.
            break
        _keep(stream, header, user, record, length)
        position += length
    if len(head) < _HEADER_BYTES_1_4 or header.version[1] < 4:
        return
    extended_start, extended = struct.unpack_from("<QI", head, 235)
    position = extended_start
    for index in range(extended):
        if position < header.points_start or position + _EVLR_HEAD.size > header.file_bytes:
            header.warnings.append(
                f"the header announces {extended:,} extended records, {index:,} are there"
            )
            break
        stream.seek(position)
        _, user, record, length, _ = _EVLR_HEAD.unpack(_exactly(stream, _EVLR_HEAD.size, header))
        position += _EVLR_HEAD.size
        if position + length > header.file_bytes:
            header.warnings.append("truncated: the last extended record runs beyond the file")
            break
        _keep(stream, header, user, record, length)
        position += length


def _exactly(stream: BinaryIO, count: int, header: LasHeader) -> bytes:
    data = stream.read(count)
    if len(data) != count:
        raise SourceError(header.path, "truncated inside its variable-length records")
    return data


def _keep(stream: BinaryIO, header: LasHeader, user: bytes, record: int, length: int) -> None:
    name = user.split(b"\0")[0].decode("ascii", "replace")
    if record not in _WANTED.get(name, ()) or length > _MAX_PAYLOAD:
        return
    payload = stream.read(length)
    if len(payload) == length:
        header.records.setdefault((name, record), payload)
