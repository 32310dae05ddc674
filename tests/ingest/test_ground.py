"""Heights of the terrain at any place."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from ingest.tiling.ground import ground_from
from twin_model.errors import SourceError
from twin_model.frame import Frame

FRAME = Frame("EPSG:32650").with_origin(500_000.0, 4_000_000.0, 100.0)


def write_terrain(path: Path, heights: np.ndarray, west: float = 0.0, north: float = 0.0) -> Path:
    """Write heights on 10 m pixels whose corner lies at local *west*, *north*."""
    transform = Affine(10, 0, 500_000 + west, 0, -10, 4_000_000 + north)
    with rasterio.open(
        path, "w", driver="GTiff", width=heights.shape[1], height=heights.shape[0], count=1,
        dtype="float32", nodata=-9999, crs="EPSG:32650", transform=transform, tiled=True,
    ) as out:  # fmt: skip
        out.write(heights.astype(np.float32), 1)
    return path


def plane(rows: int, columns: int) -> np.ndarray:
    """Heights 100 + x/10 - y/20 at pixel centres, x east and y north of the corner."""
    x = (np.arange(columns) + 0.5) * 10
    y = -(np.arange(rows) + 0.5) * 10
    return 100 + x[None] / 10 - y[:, None] / 20


def test_a_plane_is_sampled_exactly_between_pixels(tmp_path: Path) -> None:
    ground = ground_from([write_terrain(tmp_path / "t.tif", plane(1200, 700))], FRAME)
    chance = np.random.default_rng(1)
    places = np.column_stack([chance.uniform(5, 6990, 2000), chance.uniform(-11990, -5, 2000)])
    expected = places[:, 0] / 10 - places[:, 1] / 20
    np.testing.assert_allclose(ground(places), expected, atol=2e-3)


def test_outside_and_without_data_is_nan(tmp_path: Path) -> None:
    heights = np.full((40, 40), 130.0)
    heights[10:30, 10:30] = -9999
    ground = ground_from([write_terrain(tmp_path / "t.tif", heights)], FRAME)
    found = ground(np.array([[50.0, -50.0], [200.0, -200.0], [-1.0, -50.0], [500.0, -50.0]]))
    assert found[0] == pytest.approx(30.0)
    assert np.isnan(found[1:]).all()


def test_the_edge_belongs_to_the_terrain(tmp_path: Path) -> None:
    ground = ground_from([write_terrain(tmp_path / "t.tif", np.full((4, 4), 120.0))], FRAME)
    assert ground(np.array([[0.0, 0.0], [40.0, -40.0]])) == pytest.approx([20.0, 20.0])


def test_a_later_layer_lies_on_top(tmp_path: Path) -> None:
    wide = write_terrain(tmp_path / "wide.tif", np.full((40, 40), 110.0))
    small = write_terrain(tmp_path / "small.tif", np.full((10, 10), 150.0), 100.0, -100.0)
    ground = ground_from([wide, small], FRAME)
    assert ground(np.array([[150.0, -150.0], [50.0, -50.0]])) == pytest.approx([50.0, 10.0])
    assert ground_from([small, wide], FRAME)(np.array([[150.0, -150.0]])) == pytest.approx([10.0])


def test_no_terrain_gives_nan_everywhere() -> None:
    assert np.isnan(ground_from([], FRAME)(np.zeros((3, 2)))).all()


def test_several_threads_may_ask_at_once(tmp_path: Path) -> None:
    ground = ground_from([write_terrain(tmp_path / "t.tif", plane(600, 600))], FRAME)
    wrong: list[object] = []

    def ask(seed: int) -> None:
        chance = np.random.default_rng(seed)
        for _ in range(20):
            places = np.column_stack([chance.uniform(5, 5990, 50), chance.uniform(-5990, -5, 50)])
            error = np.abs(ground(places) - (places[:, 0] / 10 - places[:, 1] / 20)).max()
            if not error < 2e-3:
                wrong.append(error)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_damaged_terrain_is_named(tmp_path: Path) -> None:
    (tmp_path / "terrain.tif").write_bytes(b"II*\0" + b"\xff" * 40)
    with pytest.raises(SourceError, match=r"terrain\.tif"):
        ground_from([tmp_path / "terrain.tif"], FRAME)(np.zeros((1, 2)))
