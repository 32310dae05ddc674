"""Bringing rasters into the project's CRS."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from pyproj import Transformer
from rasterio.transform import Affine

from ingest.pipeline.job import Job
from ingest.readers.contract import RasterSource, ReadOptions
from ingest.readers.raster import RasterReader
from ingest.tiling import raster as converter
from ingest.tiling.contract import LayerContent, Target
from ingest.tiling.raster import convert_raster
from twin_model.errors import Cancelled, SourceError
from twin_model.frame import Frame
from twin_model.layer import LayerRole

FRAME = Frame("EPSG:32650").with_origin(500_000.0, 4_000_000.0, 50.0)


def write(
    path: Path, values: np.ndarray, transform: Affine | None = None, **profile: object
) -> Path:
    """Write (bands, rows, columns) on 10 m pixels whose north-west corner is the origin."""
    bands, height, width = values.shape
    options = {
        "driver": "GTiff", "count": bands, "height": height, "width": width, "dtype": values.dtype,
        "crs": "EPSG:32650", "transform": transform or Affine(10, 0, 500_000, 0, -10, 4_000_000),
    } | profile  # fmt: skip
    with rasterio.open(path, "w", **options) as out:
        out.write(values)
    return path


def convert(
    path: Path, folder: Path, frame: Frame = FRAME, crs: str | None = None, job: Job | None = None
) -> tuple[LayerContent, Path]:
    reader = RasterReader()
    info = reader.inspect(path, Job())
    (source,) = reader.read(path, ReadOptions(), Job())
    assert isinstance(source, RasterSource)
    folder.mkdir()
    to_local = frame.transform_from(crs or info.crs, info.vertical_crs)
    content = convert_raster(source, Target(folder, "layer", frame, to_local, job or Job()), crs)
    assert [p.name for p in folder.iterdir()] == [content.content]
    with rasterio.open(folder / content.content) as made:
        assert made.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert made.crs.to_epsg() == frame.horizontal.to_epsg()
        assert content.counts["pixels"] == made.width * made.height
    return content, folder / content.content


def test_a_raster_in_the_projects_crs_keeps_its_grid_and_heights(tmp_path: Path) -> None:
    heights = np.random.default_rng(1).uniform(40, 90, (1, 60, 80)).astype(np.float32)
    content, made = convert(write(tmp_path / "a.tif", heights), tmp_path / "out")
    assert content.role == LayerRole.TERRAIN
    with rasterio.open(made) as dataset:
        np.testing.assert_array_equal(dataset.read(1), heights[0])
        assert dataset.nodata == -9999
    low, high = float(heights.min()), float(heights.max())
    assert content.bounds_local == pytest.approx((0, -600, low - 50, 800, 0, high - 50))


def test_heights_stand_where_pyproj_puts_them(tmp_path: Path) -> None:
    # A plane in geographic coordinates: bilinear resampling keeps it, so places can be compared.
    transform = Affine(1e-4, 0, 117.0, 0, -1e-4, 36.2)
    column, row = np.meshgrid(np.arange(400) + 0.5, np.arange(300) + 0.5)
    lon, lat = 117.0 + column * 1e-4, 36.2 - row * 1e-4
    heights = ((lon - 117.0) * 5000 + (36.2 - lat) * 3000).astype(np.float32)[None]
    path = write(tmp_path / "a.tif", heights, transform, crs="EPSG:4326")
    _, made = convert(path, tmp_path / "out")
    to_project = Transformer.from_crs("EPSG:4326", "EPSG:32650", always_xy=True)
    chance = np.random.default_rng(2)
    places = np.column_stack(
        [chance.uniform(117.002, 117.038, 50), chance.uniform(36.172, 36.198, 50)]
    )
    x, y = to_project.transform(places[:, 0], places[:, 1])
    with rasterio.open(made) as dataset:
        found = np.array([v[0] for v in dataset.sample(np.column_stack([x, y]))])
        # A sample is its pixel's: half a pixel of 10 m on a slope of 5 % is 25 cm.
        assert dataset.res[0] == pytest.approx(10, rel=0.2)
    expected = (places[:, 0] - 117.0) * 5000 + (36.2 - places[:, 1]) * 3000
    assert np.abs(found - expected).max() < 0.55
    assert abs((found - expected).mean()) < 0.12


def test_missing_nan_and_absurd_heights_become_no_data(tmp_path: Path) -> None:
    heights = np.full((1, 8, 8), 100.0, np.float32)
    heights[0, 0, 0], heights[0, 3, 3], heights[0, 7, 7] = np.nan, 1e30, -32768.0
    content, made = convert(write(tmp_path / "a.tif", heights, nodata=-32768.0), tmp_path / "o")
    with rasterio.open(made) as dataset:
        values = dataset.read(1)
    assert sorted(map(tuple, np.argwhere(values == -9999))) == [(0, 0), (3, 3), (7, 7)]
    assert any("1 heights" in w for w in content.warnings)
    assert content.bounds_local is not None
    assert content.bounds_local[2] == content.bounds_local[5] == 50.0


def test_heights_in_feet_become_metres(tmp_path: Path) -> None:
    # EPSG:2927, NAD83(HARN) / Washington South (US survey foot).
    heights = np.full((1, 20, 20), 1000.0, np.float32)
    path = write(
        tmp_path / "a.tif", heights, Affine(30, 0, 1_200_000, 0, -30, 650_000), crs="EPSG:2927"
    )
    place = Transformer.from_crs("EPSG:2927", "EPSG:32610", always_xy=True).transform(1.2e6, 6.5e5)
    frame = Frame("EPSG:32610").with_origin(*place, 0.0)
    content, made = convert(path, tmp_path / "out", frame)
    with rasterio.open(made) as dataset:
        values = dataset.read(1)
    assert values[values != -9999] == pytest.approx(304.8006, abs=1e-3)
    assert any("foot" in w for w in content.warnings)


def test_scale_and_offset_of_a_band_are_applied(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.full((1, 8, 8), 1234, np.int16))
    with rasterio.open(path, "r+") as dataset:
        dataset.scales, dataset.offsets = (0.1,), (-20.0,)
    _, made = convert(path, tmp_path / "out")
    with rasterio.open(made) as dataset:
        assert dataset.read(1) == pytest.approx(103.4, abs=1e-3)


def test_real_srtm_heights_survive_the_warp(real_data: Path, tmp_path: Path) -> None:
    frame = Frame("EPSG:32631").with_origin(377_000, 4_705_000, 1000.0)
    content, made = convert(real_data / "gis_raster/srtm/N42E001.hgt.zip", tmp_path / "o", frame)
    assert content.bounds_local is not None
    assert 2000 < content.bounds_local[5] < 2150
    with rasterio.open(made) as dataset:
        assert dataset.overviews(1)
        # Andorra la Vella lies at about 1020 m.
        place = Transformer.from_crs(4326, 32631, always_xy=True).transform(1.5218, 42.5063)
        assert next(dataset.sample([place]))[0] == pytest.approx(1020, abs=60)


def test_8_bit_colours_are_kept_and_no_data_is_transparent(tmp_path: Path) -> None:
    rgb = np.random.default_rng(3).integers(1, 255, (3, 32, 32)).astype(np.uint8)
    rgb[:, :8, :8] = 0
    content, made = convert(write(tmp_path / "a.tif", rgb, nodata=0), tmp_path / "out")
    assert content.role == LayerRole.IMAGERY
    with rasterio.open(made) as dataset:
        values = dataset.read()
    assert values.shape == (4, 32, 32)
    assert (values[3, :8, :8] == 0).all()
    np.testing.assert_array_equal(values[:3, 8:, 8:], rgb[:, 8:, 8:])
    assert (values[3, 8:, 8:] == 255).all()


def test_16_bit_bands_are_stretched_together_with_a_note(tmp_path: Path) -> None:
    ramp = np.linspace(1000, 9000, 64 * 64).reshape(64, 64)
    bands = np.stack([ramp, ramp / 2, ramp * 2, ramp]).astype(np.uint16)
    content, made = convert(
        write(tmp_path / "a.tif", bands, photometric="MINISBLACK"), tmp_path / "o"
    )
    assert any("2nd to 98th" in w for w in content.warnings)
    assert any("bands 1, 2 and 3 of 4" in w for w in content.warnings)
    with rasterio.open(made) as dataset:
        values = dataset.read()
    for band in range(3):
        assert values[band].min() == 0 and values[band].max() == 255
        assert (np.diff(values[band].ravel().astype(int)) >= 0).all()


def test_a_palette_becomes_its_colours(tmp_path: Path) -> None:
    indices = np.tile(np.arange(4, dtype=np.uint8), (1, 8, 2))
    path = write(tmp_path / "a.tif", indices, photometric="PALETTE")
    colours = {0: (10, 20, 30, 255), 1: (200, 0, 0, 255), 2: (0, 200, 0, 255), 3: (0, 0, 200, 255)}
    with rasterio.open(path, "r+") as dataset:
        dataset.write_colormap(1, colours)
    _, made = convert(path, tmp_path / "out")
    with rasterio.open(made) as dataset:
        values = dataset.read()
    for index, colour in colours.items():
        assert tuple(values[:3, 0, index]) == colour[:3]


def test_a_rotated_picture_is_turned_upright(tmp_path: Path) -> None:
    # One red pixel in a green picture, turned by 30 degrees.
    rgb = np.zeros((3, 40, 40), np.uint8)
    rgb[1] = 200
    rgb[:, 10:14, 20:24] = np.array([255, 0, 0])[:, None, None]
    turn = Affine.translation(500_000, 4_000_000) @ Affine.rotation(30) @ Affine.scale(10, -10)
    _, made = convert(write(tmp_path / "a.tif", rgb, turn), tmp_path / "out")
    x, y = turn @ (22.0, 12.0)
    with rasterio.open(made) as dataset:
        values = next(dataset.sample([(x, y)]))
        corner = dataset.read(4)[0, 0]
    assert values[0] > 200 and values[1] < 60
    assert corner == 0


def test_a_mask_band_hides_pixels(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.full((3, 16, 16), 90, np.uint8))
    mask = np.full((16, 16), 255, np.uint8)
    mask[:4] = 0
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as dataset:
        dataset.write_mask(mask)
    _, made = convert(path, tmp_path / "out")
    with rasterio.open(made) as dataset:
        np.testing.assert_array_equal(dataset.read(4) > 0, mask > 0)


def test_local_coordinates_are_shifted_by_the_origin(tmp_path: Path) -> None:
    heights = np.full((1, 10, 10), 60.0, np.float32)
    path = write(tmp_path / "a.tif", heights, Affine(2, 0, 100, 0, -2, 300), crs=None)
    content, made = convert(path, tmp_path / "out", crs="local")
    assert content.bounds_local == pytest.approx((100, 280, 10, 120, 300, 10))
    with rasterio.open(made) as dataset:
        assert dataset.bounds.left == 500_100


def test_a_raster_without_crs_needs_one(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.zeros((1, 4, 4), np.float32), crs=None)
    out = tmp_path / "out"
    out.mkdir()
    target = Target(out, "l", FRAME, FRAME.transform_from("EPSG:32650"), Job())
    with pytest.raises(SourceError, match="CRS"):
        convert_raster(RasterSource(str(path), "terrain"), target, None)
    content = convert_raster(RasterSource(str(path), "terrain"), target, "EPSG:32650")
    assert content.counts["pixels"] == 16


def test_a_raster_of_the_world_is_cut_to_the_projects_surroundings(
    real_data: Path, tmp_path: Path
) -> None:
    content, _ = convert(real_data / "gis_raster/rasterio/world.byte.tif", tmp_path / "out")
    assert content.bounds_local is not None
    assert max(map(abs, content.bounds_local)) <= 400_000


def test_large_imagery_is_jpeg_with_a_mask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converter, "_LOSSLESS_PIXELS", 100)
    rgb = np.full((3, 600, 600), 120, np.uint8)
    rgb[:, :300] = 0
    _, made = convert(write(tmp_path / "a.tif", rgb, nodata=0), tmp_path / "out")
    with rasterio.open(made) as dataset:
        assert dataset.compression.name == "jpeg"
        assert dataset.count == 3
        mask = dataset.dataset_mask()
        assert not mask[:290].any() and mask[310:].all()
        assert dataset.read(1)[400, 400] == pytest.approx(120, abs=2)


def test_a_raster_without_any_data_has_no_bounds(tmp_path: Path) -> None:
    values = np.full((1, 8, 8), -1.0, np.float32)
    content, _ = convert(write(tmp_path / "a.tif", values, nodata=-1.0), tmp_path / "out")
    assert content.bounds_local is None
    assert "every pixel is without data" in content.warnings


def test_cancelling_leaves_no_half_written_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.zeros((1, 1100, 1100), np.float32))
    job = Job(lambda progress: job.cancel(), interval_s=0.0)
    out = tmp_path / "out"
    out.mkdir()
    target = Target(out, "l", FRAME, FRAME.transform_from("EPSG:32650"), job)
    with pytest.raises(Cancelled):
        convert_raster(RasterSource(str(path), "terrain"), target, None)
    assert not list(out.iterdir())


def test_damage_within_the_pixels_is_an_error(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).random((1, 800, 800)).astype(np.float32)
    path = write(tmp_path / "a.tif", noise, tiled=True, compress="deflate")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    out = tmp_path / "out"
    out.mkdir()
    target = Target(out, "l", FRAME, FRAME.transform_from("EPSG:32650"), Job())
    with pytest.raises(SourceError, match=r"a\.tif"):
        convert_raster(RasterSource(str(path), "terrain"), target, None)
    assert not list(out.iterdir())
