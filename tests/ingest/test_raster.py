"""Reading rasters."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from ingest.pipeline.job import Job
from ingest.readers.contract import RasterSource, ReadOptions
from ingest.readers.raster import RasterReader
from reader_contract import ReaderContract, head_of
from twin_model.errors import ShapanError, SourceError

READER = RasterReader()
FOLDER = "gis_raster/"


class TestGeoTiff(ReaderContract):
    reader = READER
    files: ClassVar = [
        FOLDER + "pdal/float32.tif",
        FOLDER + "rasterio/RGB.byte.tif",
        FOLDER + "rasterio/RGBA.uint16.tif",
        FOLDER + "rasterio/goes.tif",
        FOLDER + "rasterio/rotated.tif",
        FOLDER + "rasterio/world.byte.tif",
    ]


class TestSrtm(ReaderContract):
    reader = READER
    files: ClassVar = [FOLDER + "srtm/N42E001.hgt.zip"]


def write_raster(path: Path, values: np.ndarray, **profile: object) -> Path:
    """Write a GeoTIFF of (bands, rows, columns), 10 m pixels in UTM zone 50 unless told."""
    bands, height, width = values.shape
    options = {
        "driver": "GTiff", "count": bands, "height": height, "width": width,
        "dtype": values.dtype, "crs": "EPSG:32650",
        "transform": from_origin(500_000, 4_000_000, 10, 10),
    } | profile  # fmt: skip
    with rasterio.open(path, "w", **options) as out:
        out.write(values)
    return path


def role_of(path: Path) -> str:
    (source,) = READER.read(path, ReadOptions(), Job())
    assert isinstance(source, RasterSource)
    return source.role


def test_inspect_gives_the_manifests_sizes_for_every_raster(
    real_data: Path, manifest: list[dict[str, str]]
) -> None:
    checked = 0
    for entry in manifest:
        stated = re.match(r"GTiff (\d+)x(\d+)x(\d+) (\w+)", entry["contents"])
        if stated is None or not entry["path"].startswith("gis_raster/"):
            continue
        info = READER.inspect(real_data / entry["path"], Job())
        width, height, bands = (int(stated[i]) for i in (1, 2, 3))
        assert info.kind == "raster"
        assert info.counts["pixels"] == width * height, entry["path"]
        assert (info.attributes["width"], info.attributes["bands"]) == (width, bands)
        assert info.attributes["dtype"] == stated[4]
        assert (info.attributes["nodata"] is None) == ("nodata=None" in entry["contents"])
        if entry["crs_or_units"].startswith("EPSG:"):
            assert info.crs == entry["crs_or_units"].split()[0]
        checked += 1
    assert checked >= 17


def test_srtm_heights_are_terrain_above_the_geoid(real_data: Path) -> None:
    info = READER.inspect(real_data / FOLDER / "srtm/N42E001.hgt.zip", Job())
    assert info.format == "SRTM HGT"
    assert info.vertical_crs == "EPSG:5773"
    assert info.counts["pixels"] == 1201 * 1201
    # Andorra's highest summit, Coma Pedrosa, has 2942 m; Pica d'Estats nearby 3143 m.
    assert info.bounds is not None and info.bounds[5] is not None
    assert 2900 < info.bounds[5] < 3200
    assert info.attributes["role"] == "terrain"


def test_bounds_of_a_rotated_raster_hold_all_corners(real_data: Path) -> None:
    info = READER.inspect(real_data / FOLDER / "rasterio/rotated.tif", Job())
    assert info.attributes["rotated"]
    with rasterio.open(real_data / FOLDER / "rasterio/rotated.tif") as dataset:
        corner = dataset.transform * (dataset.width, dataset.height)
    assert info.bounds is not None
    assert info.bounds[0] <= corner[0] <= info.bounds[3]
    assert info.bounds[1] <= corner[1] <= info.bounds[4]


@pytest.mark.parametrize(
    ("name", "dtype", "bands", "role"),
    [
        ("a.tif", "float32", 1, "terrain"),
        ("a.tif", "int16", 1, "terrain"),
        ("a.tif", "uint8", 1, "imagery"),
        ("a.tif", "uint16", 1, "imagery"),
        ("site_dem.tif", "uint16", 1, "terrain"),
        ("某地高程.tif", "uint16", 1, "terrain"),
        ("a.tif", "uint16", 4, "imagery"),
        ("a.tif", "float32", 3, "imagery"),
    ],
)
def test_heights_and_pictures_are_told_apart(
    tmp_path: Path, name: str, dtype: str, bands: int, role: str
) -> None:
    values = np.arange(bands * 64).reshape(bands, 8, 8).astype(dtype)
    assert role_of(write_raster(tmp_path / name, values)) == role


def test_values_that_no_ground_has_are_a_picture(tmp_path: Path) -> None:
    values = np.full((1, 8, 8), 1.0e6, np.float32)
    assert role_of(write_raster(tmp_path / "radiance.tif", values)) == "imagery"


def test_an_ascii_grid_is_terrain(tmp_path: Path) -> None:
    path = tmp_path / "a.asc"
    path.write_text(
        "ncols 3\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 10\nNODATA_value -9999\n"
        "1.5 2.5 3.5\n4.5 -9999 6.5\n"
    )
    assert READER.can_read(path, head_of(path))
    info = READER.inspect(path, Job())
    assert info.bounds == [0.0, 0.0, 1.5, 30.0, 20.0, 6.5]
    assert role_of(path) == "terrain"


def test_a_picture_needs_a_world_file_to_have_a_place(real_data: Path, tmp_path: Path) -> None:
    photo = real_data / FOLDER / "rasterio/389225main_sw_1965_1024.jpg"
    info = READER.inspect(photo, Job())
    assert (info.kind, info.counts["images"]) == ("photos", 1)
    with pytest.raises(SourceError, match="world file"):
        role_of(photo)
    shutil.copy(photo, tmp_path / "a.jpg")
    (tmp_path / "a.jgw").write_text("0.5\n0\n0\n-0.5\n1000\n2000\n")
    info = READER.inspect(tmp_path / "a.jpg", Job())
    assert info.kind == "raster"
    assert info.bounds is not None
    assert info.bounds[0] == pytest.approx(999.75)
    assert role_of(tmp_path / "a.jpg") == "imagery"


def test_a_vrt_is_refused_because_it_reads_other_files(tmp_path: Path) -> None:
    path = tmp_path / "a.vrt"
    path.write_text('<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>')
    assert READER.can_read(path, head_of(path))
    with pytest.raises(SourceError, match="VRT"):
        READER.inspect(path, Job())
    # A VRT that calls itself a TIFF is not opened as one either.
    path.rename(tmp_path / "b.tif")
    with pytest.raises(SourceError):
        READER.inspect(tmp_path / "b.tif", Job())


def test_every_bad_raster_is_one_line_of_error(real_data: Path) -> None:
    tried = 0
    for path in sorted((real_data / "bad_made").rglob("*.tif")):
        assert READER.can_read(path, head_of(path))
        with pytest.raises(ShapanError) as caught:
            READER.inspect(path, Job())
        assert "\n" not in str(caught.value) and path.name in str(caught.value)
        tried += 1
    assert tried >= 5


def test_a_cut_photograph_is_an_error(real_data: Path) -> None:
    with pytest.raises(SourceError, match="jpg_cut"):
        READER.inspect(real_data / "bad_made/truncated/jpg_cut.jpg", Job())


def test_a_raster_of_one_huge_block_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=30_000, height=30_000, count=1, dtype="uint8",
        tiled=True, blockxsize=24_000, blockysize=24_000, compress="deflate", sparse_ok=True,
        crs="EPSG:32650", transform=from_origin(500_000, 4_000_000, 1, 1),
    ):  # fmt: skip
        pass
    with pytest.raises(SourceError, match="blocks"):
        READER.inspect(path, Job())


def test_an_hgt_of_another_size_is_refused(tmp_path: Path) -> None:
    (tmp_path / "N42E001.hgt").write_bytes(b"\0" * 5000)
    with pytest.raises(SourceError, match="5000 bytes"):
        READER.inspect(tmp_path / "N42E001.hgt", Job())


def test_the_date_in_a_tiff_is_the_epoch(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "a.tif", np.zeros((1, 4, 4), np.float32))
    with rasterio.open(path, "r+") as dataset:
        dataset.update_tags(TIFFTAG_DATETIME="2024:05:06 07:08:09")
    assert READER.inspect(path, Job()).epoch == "2024-05-06T07:08:09"
