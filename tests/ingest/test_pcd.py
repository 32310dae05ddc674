"""PCD point clouds."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from ingest.pipeline.job import Job
from ingest.readers.contract import ReadOptions
from ingest.readers.pcd import PcdReader, unpack_lzf
from reader_contract import ReaderContract, consume, head_of
from twin_model.errors import Cancelled, SourceError

READER = PcdReader()
FOLDER = "pointcloud/pdal/pcd"


class TestBinary(ReaderContract):
    reader = READER
    files: ClassVar = [f"{FOLDER}/autzen-utm.pcd"]


class TestAscii(ReaderContract):
    reader = READER
    files: ClassVar = [f"{FOLDER}/utm17_{name}.pcd" for name in ("space", "comma", "tab")]


def test_counts_are_those_of_the_manifest(real_data: Path, manifest: list[dict[str, str]]) -> None:
    rows = [r for r in manifest if r["contents"].startswith("PCD ")]
    assert len(rows) == 4
    for row in rows:
        match = re.search(r"POINTS (\d+) DATA (\w+)", row["contents"])
        assert match is not None
        info = READER.inspect(real_data / row["path"], Job())
        assert info.counts == {"points": int(match[1])}
        assert info.format == f"PCD 0.7 ({match[2]})"


def test_all_columns_of_a_survey_arrive(real_data: Path) -> None:
    import laspy

    (chunk,) = READER.read(real_data / f"{FOLDER}/autzen-utm.pcd", ReadOptions(), Job())
    peer = laspy.read(real_data / "pointcloud/pdal/autzen/autzen-utm.las")
    np.testing.assert_allclose(chunk.position, peer.xyz, atol=0.006)
    np.testing.assert_array_equal(chunk.intensity, peer.intensity)
    np.testing.assert_array_equal(chunk.classification, np.asarray(peer.classification))
    np.testing.assert_array_equal(chunk.return_number, np.asarray(peer.return_number))
    np.testing.assert_allclose(chunk.gps_time, peer.gps_time)
    np.testing.assert_array_equal(chunk.colour[:, 0], peer.red)


def test_text_keeps_the_digits_that_a_float_would_lose(real_data: Path) -> None:
    (chunk,) = READER.read(real_data / f"{FOLDER}/utm17_comma.pcd", ReadOptions(), Job())
    assert chunk.position[0].tolist() == [289814.15, 4320978.61, 170.76]


def header(points: int, data: str, fields: str = "x y z rgb") -> bytes:
    return (
        f"# .PCD v0.7\nVERSION 0.7\nFIELDS {fields}\nSIZE 4 4 4 4\nTYPE F F F F\nCOUNT 1 1 1 1\n"
        f"WIDTH {points}\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS {points}\nDATA {data}\n"
    ).encode()


def packed(colours: list[int]) -> np.ndarray:
    return np.array(colours, np.uint32).view(np.float32)


def test_a_packed_float_is_a_colour(tmp_path: Path) -> None:
    rows = np.column_stack([np.ones((2, 3), np.float32), packed([0xFF0080, 0x102030])])
    path = tmp_path / "rgb.pcd"
    path.write_bytes(header(2, "binary") + rows.astype("<f4").tobytes())
    (chunk,) = READER.read(path, ReadOptions(), Job())
    assert chunk.colour.tolist() == [[255, 0, 128], [16, 32, 48]]


def test_a_packed_float_survives_being_text(tmp_path: Path) -> None:
    path = tmp_path / "rgb.pcd"
    text = f"1 2 3 {float(packed([0x102030])[0])!r}\n"
    path.write_bytes(header(1, "ascii") + text.encode())
    (chunk,) = READER.read(path, ReadOptions(), Job())
    assert chunk.colour.tolist() == [[16, 32, 48]]


def pack_lzf(data: bytes) -> bytes:
    """Pack with literals and back references, as liblzf does."""
    out = bytearray()
    at = 0
    while at < len(data):
        best, distance = 0, 0
        for back in range(1, min(at, 300) + 1):
            length = 0
            while (
                length < 264
                and at + length < len(data)
                and data[at + length] == data[at + length - back]
            ):
                length += 1
            if length > best:
                best, distance = length, back
        if best >= 3:
            offset, coded = distance - 1, best - 2
            if coded < 7:
                out += bytes([coded << 5 | offset >> 8, offset & 255])
            else:
                out += bytes([7 << 5 | offset >> 8, coded - 7, offset & 255])
            at += best
        else:
            out += bytes([0, data[at]])
            at += 1
    return bytes(out)


@pytest.mark.parametrize(
    "data", [b"a", b"abcabcabcabc" * 9, bytes(1000), bytes(range(256)) * 2, b"ab" * 300 + b"c"]
)
def test_lzf_unpacks_what_was_packed(data: bytes, tmp_path: Path) -> None:
    assert unpack_lzf(tmp_path / "x.pcd", pack_lzf(data), len(data), Job()) == data


def compressed(path: Path, points: int = 50) -> tuple[Path, np.ndarray]:
    position = np.arange(points * 3, dtype="<f4").reshape(3, points) / 4
    columns = position.tobytes() + packed([0x010203] * points).tobytes()
    block = pack_lzf(columns)
    path.write_bytes(
        header(points, "binary_compressed") + struct.pack("<II", len(block), len(columns)) + block
    )
    return path, position.T


def test_compressed_points_are_read_column_by_column(tmp_path: Path) -> None:
    path, position = compressed(tmp_path / "packed.pcd")
    chunks = list(READER.read(path, ReadOptions(chunk_points=20), Job()))
    assert [len(chunk) for chunk in chunks] == [20, 20, 10]
    np.testing.assert_array_equal(np.vstack([c.position for c in chunks]), position)
    assert chunks[2].colour[0].tolist() == [1, 2, 3]
    assert READER.inspect(path, Job()).format == "PCD 0.7 (binary_compressed)"


def test_a_damaged_compressed_block_is_refused(tmp_path: Path) -> None:
    path, _ = compressed(tmp_path / "packed.pcd")
    data = bytearray(path.read_bytes())
    start = data.index(b"binary_compressed\n") + len(b"binary_compressed\n")
    cases = {
        "damaged": data[: start + 8] + b"\xe0\x05\xff" + data[start + 11 :],
        "truncated": data[:-5],
        "need": data[: start + 4] + struct.pack("<I", 1 << 31) + data[start + 8 :],
    }
    for reason, content in cases.items():
        path.write_bytes(bytes(content))
        with pytest.raises(SourceError, match=reason):
            consume(READER, path)


def test_unpacking_can_be_cancelled(tmp_path: Path) -> None:
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        unpack_lzf(tmp_path / "x.pcd", b"\0a" * 60_000, 60_000, job)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("bad_made/text/pcd_count_lie.pcd", "400,000,004 bytes for each point"),
        ("bad_upstream/pdal/pcd/missingheader.pcd", "header lacks FIELDS"),
    ],
)
def test_a_header_that_lies_or_lacks_is_refused(real_data: Path, name: str, reason: str) -> None:
    path = real_data / name
    assert READER.can_read(path, head_of(path))
    with pytest.raises(SourceError, match=reason):
        READER.inspect(path, Job())


def test_fewer_points_than_promised_are_read_and_then_an_error(tmp_path: Path) -> None:
    path = tmp_path / "short.pcd"
    path.write_bytes(header(4_000_000_000, "binary") + bytes(16 * 7))
    assert READER.inspect(path, Job()).counts["points"] == 7
    with pytest.raises(SourceError, match="7 of 4,000,000,000"):
        consume(READER, path)


def test_points_without_coordinates_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "organised.pcd"
    path.write_bytes(header(2, "ascii") + b"nan nan nan 0\n1 2 3 0\n")
    info = READER.inspect(path, Job())
    assert info.counts["points"] == 2 and info.bounds == [1, 2, 3, 1, 2, 3]
    assert any("no finite coordinates" in warning for warning in info.warnings)
