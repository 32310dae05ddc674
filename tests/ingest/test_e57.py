"""E57 laser scans."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from ingest.pipeline.job import Job
from ingest.readers.contract import ReadOptions
from ingest.readers.e57 import E57Reader
from reader_contract import ReaderContract, consume
from twin_model.errors import SourceError

READER = E57Reader()
PDAL, LIBE57 = "pointcloud/pdal/e57", "pointcloud/libe57"


class TestOneScan(ReaderContract):
    reader = READER
    files: ClassVar = [
        f"{LIBE57}/self/ColouredCubeFloat.e57",
        f"{LIBE57}/reference/bunnyInt32.e57",
        f"{LIBE57}/3rdParty/las2e57/ColourRepresentation.e57",
        f"{LIBE57}/self/ZeroPoints.e57",
        f"{LIBE57}/self/PinholeImageWithDistortionParameters.e57",
    ]


class TestSeveralScans(ReaderContract):
    reader = READER
    files: ClassVar = [
        f"{PDAL}/{name}.e57"
        for name in ("A_B", "A4", "A4_moved", "A_B_different_dims", "A_merged_B", "A_moved_B", "B2")
    ]


def test_counts_are_those_of_the_manifest(real_data: Path, manifest: list[dict[str, str]]) -> None:
    rows = [r for r in manifest if r["contents"].startswith("E57 ")]
    assert len(rows) == 12
    for row in rows:
        match = re.search(r"points=\[([\d, ]*)\] images=(\d+)", row["contents"])
        assert match is not None
        info = READER.inspect(real_data / row["path"], Job())
        scans = [int(text) for text in match[1].split(",") if text.strip()]
        assert info.attributes["scans"] == scans, row["path"]
        assert info.counts == {"points": sum(scans), "images": int(match[2])}
        assert sum(len(c) for c in consume(READER, real_data / row["path"])) == sum(scans)


def test_images_without_points_are_an_empty_layer_with_a_warning(real_data: Path) -> None:
    path = real_data / LIBE57 / "self/PinholeImageWithDistortionParameters.e57"
    info = READER.inspect(path, Job())
    assert info.kind == "points" and info.counts == {"points": 0, "images": 3}
    assert any("only 3 images" in warning for warning in info.warnings)


def test_positions_and_colours_equal_those_of_pye57(real_data: Path) -> None:
    import pye57

    for name in (f"{PDAL}/A_moved_B.e57", f"{LIBE57}/reference/bunnyInt32.e57"):
        with pye57.E57(str(real_data / name)) as peer:
            for index, chunk in enumerate(consume(READER, real_data / name)):
                scan = peer.read_scan(index, ignore_missing_fields=True, colors=True)
                theirs = np.column_stack([scan[f"cartesian{axis}"] for axis in "XYZ"])
                np.testing.assert_allclose(chunk.position, theirs, atol=1e-9)
                if "colorRed" in scan:
                    np.testing.assert_array_equal(chunk.colour[:, 0], scan["colorRed"])


def made(path: Path, count: int = 4, **choice: Any) -> Path:
    import pye57

    number = np.arange(count, dtype=float)
    data = {
        "cartesianX": number,
        "cartesianY": number * 2,
        "cartesianZ": number * 3,
        "intensity": number.astype(np.float32),
        "cartesianInvalidState": (number % 4 == 3).astype(np.int8),
    }
    with pye57.E57(str(path), mode="w") as out:
        out.write_scan_raw(data, **choice)
    return path


def test_a_scan_is_turned_and_moved_by_its_pose(tmp_path: Path) -> None:
    half = np.sqrt(0.5)
    path = made(
        tmp_path / "pose.e57",
        rotation=np.array([half, 0, 0, half]),  # a quarter turn about z
        translation=np.array([100.0, 200.0, 300.0]),
    )
    (chunk,) = consume(READER, path)
    np.testing.assert_allclose(
        chunk.position, [[100, 200, 300], [98, 201, 303], [96, 202, 306]], atol=1e-9
    )


def test_points_marked_invalid_are_left_out_and_said(tmp_path: Path) -> None:
    path = made(tmp_path / "invalid.e57", 8)
    info = READER.inspect(path, Job())
    assert info.counts["points"] == 8
    assert any("2 of 8" in warning for warning in info.warnings)
    (chunk,) = consume(READER, path)
    assert chunk.position[:, 0].tolist() == [0, 1, 2, 4, 5, 6]


def test_intensity_fills_sixteen_bits_by_the_stated_limits(tmp_path: Path) -> None:
    (chunk,) = consume(READER, made(tmp_path / "intensity.e57", 6))
    assert chunk.intensity.tolist() == [0, 13107, 26214, 52428, 65535]


def test_spherical_coordinates_become_cartesian(tmp_path: Path) -> None:
    from pye57 import libe57

    path = tmp_path / "spherical.e57"
    columns = {
        "sphericalRange": np.array([2.0, 2.0, 1.0]),
        "sphericalAzimuth": np.array([0.0, np.pi / 2, 0.0]),
        "sphericalElevation": np.array([0.0, 0.0, np.pi / 2]),
    }
    image = libe57.ImageFile(str(path), "w")
    image.extensionsAdd("", libe57.E57_V1_0_URI)
    root = image.root()
    root.set("formatName", libe57.StringNode(image, "ASTM E57 3D Imaging Data File"))
    root.set("guid", libe57.StringNode(image, "{1}"))
    root.set("versionMajor", libe57.IntegerNode(image, 1))
    root.set("versionMinor", libe57.IntegerNode(image, 0))
    scans = libe57.VectorNode(image, True)
    root.set("data3D", scans)
    scan = libe57.StructureNode(image)
    scan.set("guid", libe57.StringNode(image, "{2}"))
    scans.append(scan)
    prototype = libe57.StructureNode(image)
    buffers = libe57.VectorSourceDestBuffer()
    for name, values in columns.items():
        prototype.set(name, libe57.FloatNode(image, 0.0, libe57.E57_DOUBLE))
        buffers.append(libe57.SourceDestBuffer(image, name, values, 3, True, True))
    points = libe57.CompressedVectorNode(image, prototype, libe57.VectorNode(image, True))
    scan.set("points", points)
    writer = points.writer(buffers)
    writer.write(3)
    writer.close()
    image.close()
    (chunk,) = consume(READER, path)
    np.testing.assert_allclose(chunk.position, [[2, 0, 0], [0, 2, 0], [0, 0, 1]], atol=1e-12)


def patched(path: Path, old: bytes, new: bytes) -> Path:
    data = path.read_bytes()
    assert len(old) == len(new) and old in data
    path.write_bytes(data.replace(old, new))
    return path


def test_a_document_type_is_refused_before_a_parser_sees_it(tmp_path: Path) -> None:
    old = b'<?xml version="1.0" encoding="UTF-8"?>'
    new = b'<!DOCTYPE a SYSTEM "file:///etc/host">'
    path = patched(made(tmp_path / "xxe.e57"), old, new)
    for attempt in (lambda p: READER.inspect(p, Job()), lambda p: consume(READER, p)):
        with pytest.raises(SourceError, match=r"xxe\.e57.*document type|DOCTYPE"):
            attempt(path)


def test_more_points_than_the_file_has_bytes_for_are_refused(tmp_path: Path) -> None:
    path = patched(made(tmp_path / "lie.e57", 1000), b'recordCount="1000"', b'recordCount="9999"')
    with pytest.raises(SourceError, match="claims 9,999 points"):
        READER.inspect(path, Job())


def test_a_page_with_a_wrong_checksum_is_an_error_in_one_line(tmp_path: Path) -> None:
    path = made(tmp_path / "flip.e57", 5000)
    data = bytearray(path.read_bytes())
    data[3000] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(SourceError, match="damaged after 0 of 5,000") as caught:
        consume(READER, path)
    assert "\n" not in str(caught.value)


def test_a_truncated_file_says_how_much_is_missing(real_data: Path) -> None:
    path = real_data / "bad_made/truncated/e57_cut.e57"
    for attempt in (lambda p: READER.inspect(p, Job()), lambda p: consume(READER, p)):
        with pytest.raises(SourceError, match="60,000 of 374,784 bytes"):
            attempt(path)


def test_a_las_name_does_not_hide_an_e57_file(real_data: Path) -> None:
    path = real_data / "bad_made/lies/e57_named.las"
    with path.open("rb") as stream:
        assert READER.can_read(path, stream.read(512))
    with pytest.raises(SourceError, match="4,096 of 374,784 bytes"):
        READER.inspect(path, Job())


def test_a_large_file_gives_its_bounds_without_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.readers.e57._SCAN_ALL", 3)
    path = made(tmp_path / "big.e57", 8)
    info = READER.inspect(path, Job())
    assert info.counts["points"] == 8 and info.bounds is not None
    assert info.attributes["dimensions"] == ["position", "intensity"]
    assert any("states" in warning for warning in info.warnings)
    points = consume(READER, path)[0].position
    np.testing.assert_allclose(points.min(axis=0), info.bounds[:3])


def test_chunks_are_no_larger_than_asked(tmp_path: Path) -> None:
    path = made(tmp_path / "many.e57", 1000)
    chunks = list(READER.read(path, ReadOptions(chunk_points=300), Job()))
    assert max(map(len, chunks)) <= 300 and sum(map(len, chunks)) == 750
