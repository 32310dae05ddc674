"""LAS, LAZ and COPC."""

from __future__ import annotations

import re
import struct
import tracemalloc
from pathlib import Path
from typing import ClassVar

import laspy
import numpy as np
import pytest

from ingest.pipeline.job import Job
from ingest.readers.contract import ReadOptions
from ingest.readers.las import LasReader
from reader_contract import ReaderContract, consume, head_of
from twin_model.errors import SourceError

READER = LasReader()
LAS = "pointcloud/pdal/las"


class TestLas(ReaderContract):
    reader = READER
    files: ClassVar = [
        f"{LAS}/1.2-with-color.las",
        f"{LAS}/100-points.las",
        f"{LAS}/epsg_4326.las",
        f"{LAS}/extrabytes.las",
        f"{LAS}/interesting.las",
        f"{LAS}/lots_of_vlr.las",
        f"{LAS}/no-points.las",
        f"{LAS}/permutations/1.0_0.las",
        f"{LAS}/permutations/1.0_1.las",
        f"{LAS}/permutations/1.1_1.las",
        f"{LAS}/permutations/1.2_2.las",
        f"{LAS}/permutations/1.2_3.las",
        f"{LAS}/prec3.las",
        f"{LAS}/sample_c.las",
        f"{LAS}/test1_4.las",
        f"{LAS}/warsaw_small.las",
        "pointcloud/pdal/autzen/autzen-bmx-2023.las",
        "pointcloud/pdal/autzen/autzen-thin-srs.las",
    ]


class TestLaz(ReaderContract):
    reader = READER
    files: ClassVar = [
        "pointcloud/pdal/laz/simple.laz",
        "pointcloud/pdal/laz/autzen_trim.laz",
        "pointcloud/pdal/laszip/laszip-generated.laz",
        "pointcloud/pdal/laszip/liblas-generated.laz",
        "pointcloud/pdal/ept/lone-star-laszip/ept-data/2-2-2-1.laz",
    ]


class TestCopc(ReaderContract):
    reader = READER
    files: ClassVar = [
        "pointcloud/pdal/copc/1.2-with-color.copc.laz",
        "pointcloud/pdal/copc/lone-star.copc.laz",
    ]


def rows_of(manifest: list[dict[str, str]]) -> list[tuple[str, re.Match[str]]]:
    found = []
    for row in manifest:
        match = re.match(
            r"LAS (\d\.\d) pf(\d+) (\d+) points.*?(?:classes ([\d,]*))?$", row["contents"]
        )
        if match and row["path"].lower().endswith((".las", ".laz")):
            found.append((row["path"], match))
    return found


def test_counts_formats_and_classes_are_those_of_the_manifest(
    real_data: Path, manifest: list[dict[str, str]]
) -> None:
    rows = rows_of(manifest)
    assert len(rows) > 50
    for path, match in rows:
        if path.endswith("1.2-no-points.las"):
            continue  # its header promises points that are not there; see the test below
        info = READER.inspect(real_data / path, Job())
        assert info.counts["points"] == int(match[3]), path
        assert match[1] in info.format and info.attributes["point_format"] == int(match[2])
        classes = [int(code) for code in (match[4] or "").split(",") if code]
        assert info.attributes["classification"] == classes, path


def test_columns_equal_those_of_laspy(real_data: Path) -> None:
    for name in (
        "pointcloud/pdal/copc/lone-star.copc.laz",
        "pointcloud/pdal/laz/autzen_trim.laz",
        "pointcloud/pdal/las/test1_4.las",
        "pointcloud/pdal/las/sample_c.las",
    ):
        peer = laspy.read(real_data / name)
        chunks = list(READER.read(real_data / name, ReadOptions(chunk_points=30_011), Job()))
        assert all(len(chunk) <= 30_011 for chunk in chunks)
        np.testing.assert_allclose(np.vstack([c.position for c in chunks]), peer.xyz, atol=1e-9)
        for ours, theirs in (
            ("intensity", "intensity"),
            ("classification", "classification"),
            ("return_number", "return_number"),
            ("gps_time", "gps_time"),
        ):
            values = np.concatenate([getattr(c, ours) for c in chunks])
            np.testing.assert_array_equal(values, np.asarray(peer[theirs]))


def test_a_copc_file_says_so_and_names_both_reference_systems(real_data: Path) -> None:
    info = READER.inspect(real_data / "pointcloud/pdal/copc/1.2-with-color.copc.laz", Job())
    assert info.format == "COPC 1.0 (LAZ 1.4)"
    assert (info.crs, info.vertical_crs) == ("EPSG:2991", "EPSG:6360")


@pytest.mark.parametrize(
    ("name", "crs"),
    [
        (f"{LAS}/permutations/1.2_3.las", "EPSG:26915"),
        (f"{LAS}/test1_4.las", "EPSG:2903"),
        (f"{LAS}/no-points.las", "EPSG:4269"),
        (f"{LAS}/autzen_trim.las", "EPSG:2994"),
        ("pointcloud/pdal/autzen/autzen-point-format-3.las", "EPSG:2994"),
        (f"{LAS}/1.2-with-color.las", None),
    ],
)
def test_the_reference_system_comes_from_wkt_or_keys(
    real_data: Path, name: str, crs: str | None
) -> None:
    assert READER.inspect(real_data / name, Job()).crs == crs


def test_user_defined_keys_become_wkt(real_data: Path) -> None:
    crs = READER.inspect(real_data / f"{LAS}/interesting.las", Job()).crs
    assert crs is not None and "Lambert Conic Conformal" in crs


def test_a_stated_unit_is_trusted_over_the_code_and_said(real_data: Path) -> None:
    info = READER.inspect(real_data / f"{LAS}/mvk-thin.las", Job())
    assert info.crs == "EPSG:2255"  # in US survey feet, as the .wkt file beside it says
    assert any("EPSG:26995" in warning for warning in info.warnings)


def test_a_reference_system_that_the_coordinates_contradict_is_doubted(real_data: Path) -> None:
    info = READER.inspect(real_data / "pointcloud/pdal/copc/lone-star.copc.laz", Job())
    assert info.crs == "EPSG:4978"
    assert any("cannot be right" in warning for warning in info.warnings)


def test_wkt_that_is_none_is_a_warning(real_data: Path) -> None:
    info = READER.inspect(real_data / f"{LAS}/warsaw_small.las", Job())
    assert info.crs is None and any("WKT" in warning for warning in info.warnings)


def test_gps_time_gives_the_day_of_survey(real_data: Path) -> None:
    info = READER.inspect(real_data / f"{LAS}/test1_4.las", Job())
    assert info.epoch == "2014-05-03" and info.attributes["epoch_from"] == "GPS time"


def test_a_header_without_its_points_is_an_error(real_data: Path) -> None:
    path = real_data / f"{LAS}/permutations/1.2-no-points.las"
    with pytest.raises(SourceError, match="0 of 1,065 points"):
        READER.inspect(path, Job())


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("bad_made/bitflip/copc_flip_head.copc.laz", "offset"),
        ("bad_made/lies/empty.las", "LASF"),
        ("bad_made/lies/las_bad_scale.las", "scale factor 0"),
        ("bad_made/lies/las_offset_past_eof.las", "4,294,967,040"),
    ],
)
def test_a_file_beyond_reading_is_refused_with_its_reason(
    real_data: Path, name: str, reason: str
) -> None:
    for attempt in (lambda p: READER.inspect(p, Job()), lambda p: consume(READER, p)):
        with pytest.raises(SourceError, match=reason) as caught:
            attempt(real_data / name)
        assert "\n" not in str(caught.value) and Path(name).name in str(caught.value)


@pytest.mark.parametrize(
    ("name", "points"),
    [
        ("bad_made/lies/las_huge_count.las", 528),
        ("bad_made/truncated/las_cut.las", 1704),
        ("bad_made/truncated/copc_cut1.copc.laz", 540),
        ("bad_upstream/pdal/las/garbage_nVariableLength.las", 718),
    ],
)
def test_a_cut_file_gives_what_is_there_and_then_an_error(
    real_data: Path, name: str, points: int
) -> None:
    info = READER.inspect(real_data / name, Job())
    assert info.counts["points"] == points and any("truncated" in w for w in info.warnings)
    got = 0
    with pytest.raises(SourceError, match=f"truncated: {points:,} of"):
        for chunk in READER.read(real_data / name, ReadOptions(), Job()):
            got += len(chunk)
    assert got == points


def test_damaged_chunks_cost_only_their_own_points(real_data: Path) -> None:
    path = real_data / "bad_made/bitflip/copc_flip_body.copc.laz"
    info = READER.inspect(path, Job())
    assert info.counts["points"] == 731 and any("731 of 1,065" in w for w in info.warnings)
    got = 0
    with pytest.raises(SourceError, match="731 of 1,065 points can be read"):
        for chunk in READER.read(path, ReadOptions(), Job()):
            got += len(chunk)
    assert got == 731


def test_a_layer_that_claims_gigabytes_is_refused_before_room_is_made(
    real_data: Path, tmp_path: Path
) -> None:
    data = bytearray((real_data / "pointcloud/pdal/copc/1.2-with-color.copc.laz").read_bytes())
    start = struct.unpack_from("<I", data, 96)[0] + 8
    record = struct.unpack_from("<H", data, 105)[0]
    struct.pack_into("<I", data, start + record + 4, 0xF0000000)  # the first layer of chunk 1
    path = tmp_path / "layer.copc.laz"
    path.write_bytes(data)
    got = 0
    with pytest.raises(SourceError, match="a layer runs beyond its chunk"):
        for chunk in READER.read(path, ReadOptions(), Job()):
            got += len(chunk)
    assert got == 1065 - 17  # all chunks but the first


def test_a_cut_laz_file_gives_the_points_before_the_cut(real_data: Path, tmp_path: Path) -> None:
    source = real_data / "pointcloud/pdal/laz/autzen_trim.laz"
    whole = laspy.read(source).xyz
    data = source.read_bytes()
    for share in (0.05, 0.6, 0.95):
        cut = tmp_path / "cut.laz"
        cut.write_bytes(data[: int(len(data) * share)])
        points = np.vstack(positions_until_error(cut))
        assert len(points) > 0.9 * share * len(whole) - 5000
        np.testing.assert_allclose(points, whole[: len(points)])


def positions_until_error(path: Path) -> list[np.ndarray]:
    got = []
    with pytest.raises(SourceError, match="truncated"):
        for chunk in READER.read(path, ReadOptions(), Job()):
            got.append(chunk.position)
    return got


@pytest.mark.parametrize(
    ("name", "warning"),
    [
        ("1.2-empty-geotiff-vlrs.las", "no coordinate reference system"),
        ("bad-geotiff-keys.las", "announces 8 GeoTIFF keys"),
        ("bad_vlr_count.las", "variable-length records"),
        ("spurious.las", "outside the bounds"),
        ("gps-time-nan.las", "GPS time"),
    ],
)
def test_a_flaw_that_spares_the_points_is_a_warning(
    real_data: Path, name: str, warning: str
) -> None:
    path = real_data / "bad_upstream/pdal/las" / name
    info = READER.inspect(path, Job())
    assert any(warning in text for text in info.warnings), info.warnings
    assert sum(len(c) for c in READER.read(path, ReadOptions(), Job())) == info.counts["points"]


def test_gps_times_may_be_no_numbers(real_data: Path) -> None:
    path = real_data / "bad_upstream/pdal/las/gps-time-nan.las"
    (chunk,) = READER.read(path, ReadOptions(), Job())
    assert np.isnan(chunk.gps_time).all()


def test_e57_bytes_with_a_las_name_are_not_taken_for_las(real_data: Path) -> None:
    path = real_data / "bad_made/lies/e57_named.las"
    assert not READER.can_read(path, head_of(path))


def made(path: Path, colours: np.ndarray, version: str = "1.4") -> Path:
    header = laspy.LasHeader(point_format=7 if version == "1.4" else 3, version=version)
    las = laspy.LasData(header)
    las.x = las.y = las.z = np.arange(len(colours), dtype=float)
    las.red = las.green = las.blue = colours
    las.write(path)
    return path


def test_colours_of_eight_and_of_sixteen_bits_are_told_apart(tmp_path: Path) -> None:
    eight = made(tmp_path / "eight.laz", np.array([0, 17, 255], np.uint16))
    sixteen = made(tmp_path / "sixteen.laz", np.array([0, 17 << 8, 65535], np.uint16))
    for path in (eight, sixteen):
        (chunk,) = READER.read(path, ReadOptions(), Job())
        assert chunk.colour[:, 0].tolist() == [0, 17, 255]


def test_a_dark_beginning_does_not_hide_that_colours_have_sixteen_bits(tmp_path: Path) -> None:
    colours = np.zeros(120_000, np.uint16)
    colours[110_000:] = 40_000
    path = made(tmp_path / "dark.laz", colours)
    chunks = list(READER.read(path, ReadOptions(chunk_points=50_000), Job()))
    assert int(chunks[-1].colour.max()) == 40_000 >> 8


def test_a_newer_laz_compression_is_named(tmp_path: Path) -> None:
    path = made(tmp_path / "new.laz", np.zeros(10, np.uint16))
    data = bytearray(path.read_bytes())
    at = data.index(b"laszip encoded")
    record = at - 2 + 54
    count = struct.unpack_from("<H", data, record + 32)[0]
    for item in range(count):
        struct.pack_into("<H", data, record + 34 + 6 * item + 4, 4)
    path.write_bytes(data)
    with pytest.raises(SourceError, match="version 4 is not supported"):
        consume(READER, path)


def test_a_chunk_table_that_lies_about_its_size_is_not_believed(tmp_path: Path) -> None:
    path = made(tmp_path / "lie.laz", np.zeros(1000, np.uint16), "1.2")
    data = bytearray(path.read_bytes())
    start = struct.unpack_from("<I", data, 96)[0]
    table = struct.unpack_from("<q", data, start)[0]
    struct.pack_into("<I", data, table + 4, 0xFFFFFFF0)
    path.write_bytes(data)
    chunks = list(READER.read(path, ReadOptions(), Job()))  # decoded as a stream instead
    assert sum(map(len, chunks)) == 1000


def test_a_large_file_is_sampled_and_says_so(
    real_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.readers.las._SCAN_ALL", 1000)
    for name in ("las/autzen_trim.las", "laz/autzen_trim.laz"):
        info = READER.inspect(real_data / "pointcloud/pdal" / name, Job())
        assert info.counts["points"] == 110_000
        assert info.attributes["classification_sampled"] is True
        assert info.attributes["classification"] == [1, 2]


@pytest.mark.parametrize("name", ["las/autzen_trim.las", "laz/autzen_trim.laz"])
def test_a_large_file_that_is_cut_is_counted_not_believed(
    real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("ingest.readers.las._SCAN_ALL", 1000)
    data = (real_data / "pointcloud/pdal" / name).read_bytes()
    cut = tmp_path / f"cut{Path(name).suffix}"
    cut.write_bytes(data[: len(data) // 2])
    info = READER.inspect(cut, Job())
    assert info.counts["points"] == sum(map(len, positions_until_error(cut)))
    assert info.attributes["points_declared"] == 110_000
    assert any("truncated" in warning for warning in info.warnings)


@pytest.mark.parametrize("suffix", [".las", ".laz"])
def test_memory_is_bounded_by_the_chunk_not_by_the_file(tmp_path: Path, suffix: str) -> None:
    def peak_mb(points: int) -> float:
        path = made(tmp_path / f"{points}{suffix}", np.arange(points).astype(np.uint16))
        tracemalloc.start()
        for chunk in READER.read(path, ReadOptions(chunk_points=50_000), Job()):
            assert len(chunk) <= 50_000
        peak = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        return peak

    assert peak_mb(800_000) < 1.2 * peak_mb(200_000)
