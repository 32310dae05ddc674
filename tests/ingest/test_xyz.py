"""Points in text: XYZ, TXT, CSV, PTS, PTX."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from ingest.pipeline.job import Job
from ingest.readers.contract import ReadOptions
from ingest.readers.registry import reader_for
from ingest.readers.xyz import XyzReader
from reader_contract import ReaderContract, consume, head_of
from twin_model.errors import SourceError

READER = XyzReader()
TEXT = "pointcloud/pdal/text"


class TestTable(ReaderContract):
    reader = READER
    files: ClassVar = [
        f"{TEXT}/with_edgeofflightline.txt",
        f"{TEXT}/crlf_test.txt",
        f"{TEXT}/utm17_1.txt",
        f"{TEXT}/utm17_2.txt",
        f"{TEXT}/utm17_3.txt",
        "pointcloud/pdal/gdal/data.xyz",
        "models3d/trimesh/points_agisoft.xyz",
        "models3d/trimesh/points_cloudcompare.xyz",
    ]


class TestPts(ReaderContract):
    reader = READER
    files: ClassVar = [
        f"pointcloud/pdal/pts/{name}.pts" for name in ("test", "autzen", "bunny_8", "site_56_8")
    ]


class TestPtx(ReaderContract):
    reader = READER
    files: ClassVar = [
        f"pointcloud/pdal/ptx/{name}.ptx"
        for name in ("1.2-with-color", "complex-transform", "multiple-and-transform", "no-color")
    ]


@pytest.mark.parametrize(
    ("name", "points"),
    [
        (f"{TEXT}/crlf_test.txt", 10),
        (f"{TEXT}/utm17_1.txt", 10),
        (f"{TEXT}/utm17_2.txt", 10),
        (f"{TEXT}/utm17_3.txt", 11),
        (f"{TEXT}/with_edgeofflightline.txt", 10_000),
        ("pointcloud/pdal/gdal/data.xyz", 400),
        ("models3d/trimesh/points_agisoft.xyz", 100),
        ("models3d/trimesh/points_cloudcompare.xyz", 101),
        ("pointcloud/pdal/pts/autzen.pts", 10),
        ("pointcloud/pdal/pts/bunny_8.pts", 8),
        ("pointcloud/pdal/pts/site_56_8.pts", 8),
        ("pointcloud/pdal/pts/test.pts", 19),
        ("pointcloud/pdal/ptx/1.2-with-color.ptx", 1065),
        ("pointcloud/pdal/ptx/no-color.ptx", 15),
    ],
)
def test_counts_are_those_of_the_files(real_data: Path, name: str, points: int) -> None:
    assert READER.inspect(real_data / name, Job()).counts == {"points": points}


def test_other_text_of_the_samples_is_left_to_others(real_data: Path) -> None:
    suffixes = {".txt", ".csv", ".asc", ".xyz", ".pts", ".ptx"}
    taken = {
        str(path.relative_to(real_data))
        for path in real_data.rglob("*")
        if path.suffix.lower() in suffixes and READER.can_read(path, head_of(path))
    }
    files = {f for c in (TestTable, TestPts, TestPtx) for f in c.files}
    bad = {f"bad_upstream/{n}" for n in ("pdal/text/badheader.txt", "pdal/text/missingheader.txt")}
    assert taken == files | bad


def test_a_matrix_repeats_the_las_file_it_was_made_from(real_data: Path) -> None:
    import laspy

    peer = laspy.read(real_data / "pointcloud/pdal/las/1.2-with-color.las")
    path = real_data / "pointcloud/pdal/ptx/1.2-with-color.ptx"
    got = np.vstack([c.position for c in READER.read(path, ReadOptions(), Job())])
    np.testing.assert_allclose(got, peer.xyz, atol=0.006)


def test_every_scan_is_turned_by_its_own_matrix(tmp_path: Path) -> None:
    turn = "0 1 0 0\n-1 0 0 0\n0 0 1 0\n100 200 300 1\n"  # x -> y, y -> -x, then shift
    scanner = "0 0 0\n1 0 0\n0 1 0\n0 0 1\n"
    path = tmp_path / "turned.ptx"
    path.write_text(f"1\n2\n{scanner}{turn}1 2 3 0.5\n0 0 0 0.5\n" * 2)
    info = READER.inspect(path, Job())
    assert info.counts["points"] == 2 and "2 directions" in info.warnings[0]
    for chunk in consume(READER, path):
        assert chunk.position.tolist() == [[98, 201, 303]]


def test_leica_intensities_fill_the_range(tmp_path: Path) -> None:
    path = tmp_path / "a.pts"
    path.write_text("3\n0 0 0 -2048 1 2 3\n0 0 1 0 4 5 6\n0 0 2 2047 7 8 9\n")
    (chunk,) = consume(READER, path)
    assert chunk.intensity.tolist() == [0, 32768, 65520]
    assert chunk.colour.tolist() == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]


@pytest.mark.parametrize(
    ("name", "text", "position", "colour"),
    [
        ("a.csv", "X;Y;Z\n1,5;2,25;3\n", [1.5, 2.25, 3], None),
        ("a.csv", "\ufeffEasting,Northing,Height\n1,2,3\n", [1, 2, 3], None),
        ("a.txt", "# made by hand\n1 2 3\n", [1, 2, 3], None),
        ("a.asc", "//X Y Z R G B\n1 2 3 10 20 30\n", [1, 2, 3], [10, 20, 30]),
        ("a.xyz", "1\t2\t3\t10\t20\t30\n", [1, 2, 3], [10, 20, 30]),
        ("a.txt", "B G R Z Y X\n30 20 10 3 2 1\n", [1, 2, 3], [10, 20, 30]),
        ("a.txt", "x,y,z,r,g,b\n1,2,3,0.5,0.25,1.0\n", [1, 2, 3], [128, 64, 255]),
        ("a.xyz", "1e2 -2.5E+1 +3\n", [100, -25, 3], None),
    ],
)
def test_layouts_are_recognised(
    tmp_path: Path, name: str, text: str, position: list[float], colour: list[int] | None
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert READER.can_read(path, head_of(path))
    (chunk,) = consume(READER, path)
    assert chunk.position[0].tolist() == position
    assert (None if chunk.colour is None else chunk.colour[0].tolist()) == colour


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "The quick brown fox\njumps over 13 lazy dogs\n"),
        ("a.csv", "id,lat,lon,name\n1,39.9,116.4,A\n"),
        ("a.csv", "x,y,value\n1,2,3\n"),
        ("a.csv", "x,y,z,crown_m\n1,2,3,4\n"),  # objects: for the reader of tables
        ("a.csv", "1,2,3\n4,5,6\n"),  # no names and no suffix that speaks for points
        ("a.asc", "ncols 4\nnrows 6\nxllcorner 0\n1 2 3 4\n"),
        ("a.txt", "1 2\n3 4\n"),
        ("a.txt", " ".join(map(str, range(200)))),
        ("a.pts", "landmarks\n1 2 3\n"),
        ("a.md", "1 2 3\n"),
    ],
)
def test_other_tables_are_not_taken_for_points(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    assert not READER.can_read(path, head_of(path))


def test_a_csv_of_points_alone_is_not_taken_for_objects(tmp_path: Path) -> None:
    path = tmp_path / "survey.csv"
    path.write_text("X,Y,Z,R,G,B\n1,2,3,4,5,6\n")
    assert reader_for(path).name == "xyz"


def test_a_header_that_names_an_axis_twice_is_an_error(real_data: Path) -> None:
    path = real_data / "bad_upstream/pdal/text/badheader.txt"
    assert READER.can_read(path, head_of(path))
    with pytest.raises(SourceError, match="more than one X column"):
        READER.inspect(path, Job())


def test_a_missing_header_is_guessed_and_said(real_data: Path) -> None:
    info = READER.inspect(real_data / "bad_upstream/pdal/text/missingheader.txt", Job())
    assert info.counts["points"] == 5
    assert any("x y z intensity" in warning for warning in info.warnings)


def test_rows_that_are_none_are_left_out_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.xyz"
    path.write_text("1 2 3\n" * 50 + "oops\n4 5\n" + "7 8 9\n" * 50)
    info = READER.inspect(path, Job())
    assert info.counts["points"] == 100
    assert any("2 lines" in warning for warning in info.warnings)


def test_more_rows_than_promised_are_left_out_and_said(real_data: Path) -> None:
    info = READER.inspect(real_data / "pointcloud/pdal/pts/bunny_8.pts", Job())
    assert any("left out" in warning for warning in info.warnings)


def test_fewer_rows_than_promised_are_an_error_after_those_there(tmp_path: Path) -> None:
    path = tmp_path / "a.pts"
    path.write_text("9999999999\n1 2 3\n4 5 6\n")
    got = []
    with pytest.raises(SourceError, match="2 of 9,999,999,999"):
        got.extend(len(c) for c in READER.read(path, ReadOptions(), Job()))
    assert READER.inspect(path, Job()).counts["points"] == 2


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.xyz"
    path.write_bytes(b"1 2 3\n" * 4000 + b"1 " * 4_000_000)
    with pytest.raises(SourceError, match="no end"):
        consume(READER, path)


def test_blocks_join_at_their_borders(tmp_path: Path) -> None:
    rows = 150_000  # about 4 MB: several blocks
    path = tmp_path / "a.xyz"
    path.write_text("".join(f"{i} {i + 0.25} {i % 7}\n" for i in range(rows)))
    got = np.vstack([c.position for c in consume(READER, path)])
    np.testing.assert_array_equal(got[:, 0], np.arange(rows))
    np.testing.assert_array_equal(got[:, 1], np.arange(rows) + 0.25)
