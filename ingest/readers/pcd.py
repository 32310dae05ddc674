"""PCD point clouds (Point Cloud Library): ascii, binary and binary_compressed.

Format: https://pointclouds.org/documentation/tutorials/pcd_file_format.html
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np

from ingest.pipeline.job import Job
from ingest.readers.contract import PointChunk, ReadOptions, SourceInfo
from ingest.readers.point_columns import ChunkMaker, canonical, describe
from ingest.readers.text_rows import line_blocks, parse_rows
from twin_model.errors import SourceError

_KEYWORDS: Final = (
    "VERSION", "FIELDS", "COLUMNS", "SIZE", "TYPE", "COUNT", "WIDTH", "HEIGHT", "VIEWPOINT",
    "POINTS", "DATA",
)  # fmt: skip
_HEADER_LINES: Final = 200
_LINE_BYTES: Final = 64 << 10
_MAX_ROW_BYTES: Final = 1 << 16
_MAX_VALUES: Final = 1 << 12
_BLOCK_BYTES: Final = 32 << 20
_MAX_UNPACKED_BYTES: Final = 1 << 30
_IDENTITY: Final = (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class _Header:
    """The header of a PCD file.

    Parameters
    ----------
    version : str
    row : dtype
        One field a column, named as in the file; repeated names get a number.
    points : int
    encoding : str
        ``ascii``, ``binary`` or ``binary_compressed``.
    data_at : int
        Byte at which the points begin.
    viewpoint : tuple of seven floats
    """

    version: str
    row: np.dtype[Any]
    points: int
    encoding: str
    data_at: int
    viewpoint: tuple[float, ...]


class PcdReader:
    """Reads PCD files; see `ingest.readers.contract.Reader`."""

    name = "pcd"
    suffixes = (".pcd",)

    def can_read(self, path: Path, head: bytes) -> bool:
        """Return whether the file begins like a PCD header, or is named ``.pcd``."""
        lines = [line.strip() for line in head.splitlines() if line.strip()]
        words = [line for line in lines if not line.startswith(b"#")]
        if words and words[0].split()[0].decode("latin-1") in ("VERSION", "FIELDS"):
            return any(word.startswith(b"FIELDS") for word in words)
        # The name is believed for text that lacks its header, so that the error can say so.
        return path.suffix.lower() == ".pcd" and bool(head) and path.is_file()

    def inspect(self, path: Path, job: Job) -> SourceInfo:
        """Return counts and bounds; see `Reader.inspect`."""
        header = _read_header(path)
        if not header.points:
            raise SourceError(path, "the header counts no points")
        chunks = self.read(path, ReadOptions(), job)
        info = describe(path, f"PCD {header.version} ({header.encoding})", chunks, job)
        info.attributes["columns"] = list(header.row.names or ())
        if header.viewpoint != _IDENTITY:
            info.warnings.append("the viewpoint is not applied: points are taken as they stand")
        return info

    def read(self, path: Path, options: ReadOptions, job: Job) -> Iterator[PointChunk]:
        """Yield all points; see `Reader.read`."""
        job.check()
        header = _read_header(path)
        make = ChunkMaker()
        ways = {"ascii": _ascii, "binary": _binary, "binary_compressed": _compressed}
        done = 0
        with path.open("rb") as stream:
            stream.seek(header.data_at)
            for columns in ways[header.encoding](path, stream, header, options.chunk_points, job):
                ours = {canonical(name): values for name, values in columns.items()}
                done += len(ours["x"])
                yield make(ours)
                job.report("reading points", done, header.points, "points")
        if done < header.points:
            raise SourceError(
                path,
                f"truncated: {done:,} of {header.points:,} points are in the file",
                remedy="fetch the file again",
            )


def _read_header(path: Path) -> _Header:
    words: dict[str, list[str]] = {}
    try:
        with path.open("rb") as stream:
            for _ in range(_HEADER_LINES):
                line = stream.readline(_LINE_BYTES)
                parts = line.decode("latin-1").split()
                if not line:
                    break
                if not parts or parts[0].startswith("#"):
                    continue
                if parts[0] not in _KEYWORDS:
                    break
                words[parts[0]] = parts[1:]
                if parts[0] == "DATA":
                    return _checked(path, words, stream.tell())
    except OSError as error:
        raise SourceError(path, f"cannot be read ({error.strerror})") from error
    missing = [word for word in ("FIELDS", "SIZE", "TYPE", "POINTS", "DATA") if word not in words]
    raise SourceError(path, f"not a PCD file: its header lacks {', '.join(missing)}")


def _checked(path: Path, words: dict[str, list[str]], data_at: int) -> _Header:
    fields = words.get("FIELDS") or words.get("COLUMNS") or []
    try:
        sizes = [int(text) for text in words["SIZE"]]
        counts = [int(text) for text in words.get("COUNT", ["1"] * len(fields))]
        kinds = [text.upper() for text in words["TYPE"]]
        width, height = int(words["WIDTH"][0]), int(words.get("HEIGHT", ["1"])[0])
        points = int(words["POINTS"][0]) if "POINTS" in words else width * height
        viewpoint = tuple(float(text) for text in words.get("VIEWPOINT", map(str, _IDENTITY)))
        encoding = words["DATA"][0].lower()
    except (KeyError, IndexError, ValueError) as error:
        raise SourceError(path, f"its PCD header is incomplete or not numeric ({error})") from None
    if not len(fields) == len(sizes) == len(kinds) == len(counts):
        raise SourceError(path, "FIELDS, SIZE, TYPE and COUNT of its header differ in length")
    if min(points, width, height, *counts, 0) < 0:
        raise SourceError(path, "its header has a negative count")
    if encoding not in ("ascii", "binary", "binary_compressed"):
        raise SourceError(path, f"DATA {encoding[:30]} is not known")
    row_bytes = sum(size * count for size, count in zip(sizes, counts))
    if row_bytes > _MAX_ROW_BYTES or sum(counts) > _MAX_VALUES:
        raise SourceError(path, f"its header claims {row_bytes:,} bytes for each point")
    row = _row_type(path, fields, sizes, kinds, counts)
    return _Header(
        (words.get("VERSION") or ["0.7"])[0].lstrip("."), row, points, encoding, data_at, viewpoint
    )


def _row_type(
    path: Path, fields: list[str], sizes: list[int], kinds: list[str], counts: list[int]
) -> np.dtype[Any]:
    columns: list[tuple[Any, ...]] = []
    names: set[str] = set()
    for field, size, kind, count in zip(fields, sizes, kinds, counts):
        code = {"F": "f", "I": "i", "U": "u"}.get(kind)
        if code is None or size not in (1, 2, 4, 8) or (code, size) in (("f", 1), ("f", 2)):
            raise SourceError(path, f"field {field[:30]}: type {kind[:5]}{size} is not known")
        if count == 0:
            continue
        name = field if field not in names else f"{field}#{len(names)}"
        names.add(name)
        columns.append(
            (name, f"<{code}{size}", (count,)) if count > 1 else (name, f"<{code}{size}")
        )
    have = {canonical(name) for name in names}
    if not {"x", "y", "z"} <= have:
        raise SourceError(path, f"it has no x, y and z fields (FIELDS {' '.join(fields)[:80]})")
    return np.dtype(columns)


def _split(rows: Any) -> dict[str, Any]:
    return {name: rows[name] for name in rows.dtype.names if rows[name].ndim == 1}


def _binary(
    path: Path, stream: BinaryIO, header: _Header, batch: int, job: Job
) -> Iterator[dict[str, Any]]:
    left = header.points
    batch = min(batch, _BLOCK_BYTES // header.row.itemsize)
    while left:
        job.check()
        data = stream.read(min(left, batch) * header.row.itemsize)
        count = len(data) // header.row.itemsize
        if not count:
            return
        yield _split(np.frombuffer(data, header.row, count))
        left -= count


def _ascii(
    path: Path, stream: BinaryIO, header: _Header, batch: int, job: Job
) -> Iterator[dict[str, Any]]:
    left = header.points
    widths = [int(np.prod(header.row[name].shape, dtype=int)) for name in header.row.names or ()]
    starts = np.concatenate([[0], np.cumsum(widths)])
    delimiter: str | None = None
    first = True
    for lines in line_blocks(path, stream, job):
        if first and lines:
            # Not in the format's definition, and yet written.
            delimiter = "," if "," in lines[0] else None
            first = False
        rows, bad = parse_rows(lines, int(starts[-1]), delimiter)
        if bad and len(rows) < left:
            raise SourceError(path, f"'{lines[bad[0]].strip()[:40]}' is not a row of numbers")
        rows = rows[:left]
        left -= len(rows)
        for start in range(0, len(rows), batch):
            part = rows[start : start + batch]
            yield {
                # Only packed colours depend on the stated type; text is more exact than float32.
                name: part[:, starts[i]].astype(header.row[name])
                if canonical(name) == "rgb"
                else part[:, starts[i]]
                for i, name in enumerate(header.row.names or ())
                if widths[i] == 1
            }
        if not left:
            return


def _compressed(
    path: Path, stream: BinaryIO, header: _Header, batch: int, job: Job
) -> Iterator[dict[str, Any]]:
    head = stream.read(8)
    if len(head) < 8:
        return
    packed_bytes, unpacked_bytes = struct.unpack("<II", head)
    if unpacked_bytes != header.points * header.row.itemsize:
        raise SourceError(
            path,
            f"its compressed block holds {unpacked_bytes:,} bytes and {header.points:,} points "
            f"need {header.points * header.row.itemsize:,}",
        )
    if unpacked_bytes > _MAX_UNPACKED_BYTES:
        raise SourceError(
            path,
            "it unpacks to more than 1 GiB",
            remedy="convert it to DATA binary with pcl_convert_pcd_ascii_binary",
        )
    packed = stream.read(packed_bytes)
    if len(packed) < packed_bytes:
        raise SourceError(path, "truncated inside its compressed block", remedy="fetch it again")
    data = unpack_lzf(path, packed, unpacked_bytes, job)
    # All values of the first field, then all of the second, and so on.
    columns: dict[str, Any] = {}
    at = 0
    for name in header.row.names or ():
        kind = header.row[name]
        if kind.shape == ():
            columns[name] = np.frombuffer(data, kind, header.points, at)
        at += kind.itemsize * header.points
    for start in range(0, header.points, batch):
        yield {name: values[start : start + batch] for name, values in columns.items()}


def unpack_lzf(path: Path, packed: bytes, size: int, job: Job) -> bytes:
    """Return the *size* bytes that LibLZF packed.

    Format: lzf_d.c of LibLZF 3.6: a control byte below 32 announces literals; else its upper
    three bits are a length less two and the rest the upper bits of a distance less one.

    Raises
    ------
    SourceError
        If the data refer to before their beginning or are more or fewer than *size*.
    Cancelled
    """
    out = bytearray()
    at, end = 0, len(packed)
    turns = 0
    try:
        while at < end:
            turns += 1
            if turns % 50_000 == 0:
                job.report("unpacking", len(out), size, "bytes")
            control = packed[at]
            at += 1
            if control < 32:
                out += packed[at : at + control + 1]
                at += control + 1
                continue
            length = control >> 5
            if length == 7:
                length += packed[at]
                at += 1
            start = len(out) - ((control & 31) << 8) - packed[at] - 1
            at += 1
            length += 2
            if start < 0:
                raise SourceError(path, "its compressed block is damaged", offset=at)
            piece = out[start : start + length]
            if len(piece) < length:
                # The copy overlaps what it writes: the piece repeats.
                piece = (piece * (length // len(piece) + 1))[:length]
            out += piece
            if len(out) > size:
                break
    except IndexError:
        raise SourceError(path, "its compressed block is damaged", offset=at) from None
    if len(out) != size:
        raise SourceError(path, f"its compressed block unpacks to {len(out):,} bytes, not {size:,}")
    return bytes(out)
