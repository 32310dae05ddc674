"""Fusing, true orthophoto, ground and outlines on scenes small enough to know every cell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from scipy import ndimage
from shapely import Polygon, box
from shapely.affinity import rotate

from ingest.extraction.outline import main_direction_deg, regularise
from ingest.pipeline.job import Job
from ingest.readers.gdal_raster import raster_environment
from ingest.reconstruction.accuracy import accuracy_of, nmad
from ingest.reconstruction.edges import _stairs, sharpened
from ingest.reconstruction.georeference import PointResidual
from ingest.reconstruction.ground import terrain_of, volume_m3
from ingest.reconstruction.local_planes import by_planes
from ingest.reconstruction.orthophoto import make_orthophoto, solve_gains
from ingest.reconstruction.preparation import Pictures
from ingest.reconstruction.products import NODATA, write_cog
from ingest.reconstruction.refinement import facets, refined
from ingest.reconstruction.scene import Camera, Photo, SparseScene
from ingest.reconstruction.stereo import PairPoints, StereoOptions, choose_pairs
from ingest.reconstruction.surface import (
    FILLED,
    NOTHING,
    STEREO,
    Grid,
    Surface,
    fuse_pairs,
    nice_cell_m,
    save_pair,
    smooth_and_fill,
)
from ingest.reconstruction.tall_things import tops_of_pairs
from twin_model.frame import Frame

FloatArray = npt.NDArray[np.float64]
GRID = Grid(0.0, 20.0, 0.5, 60, 40)


def surface_of(height: np.ndarray, grid: Grid = GRID) -> Surface:
    known = np.isfinite(height)
    return Surface(
        grid, height.astype(np.float32), np.where(known, 0.1, np.nan).astype(np.float32),
        np.where(known, STEREO, NOTHING).astype(np.uint8), np.full(grid.shape, 5, np.uint16),
    )  # fmt: skip


def pair(path: Path, xyz: np.ndarray) -> Path:
    count = len(xyz)
    save_pair(
        path,
        PairPoints(
            xyz.astype(np.float32), np.zeros((count, 3), np.uint8), np.full(count, 0.1, np.float32)
        ),
    )
    return path


def test_at_eaves_the_supported_roof_wins_over_the_ground_and_over_outliers(tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    files = []
    for number in range(4):
        xy = np.tile([[5.1, 5.1]], (12, 1))
        z = np.concatenate([chance.normal(2.0, 0.05, 5), chance.normal(8.0, 0.05, 6), [30.0]])
        files.append(pair(tmp_path / f"{number}.npz", np.column_stack([xy, z])))
    fused = fuse_pairs(files, GRID, 0.5, Job())
    cell = GRID.cells(np.array([[5.1, 5.1]]))[0]
    assert fused.height_m.ravel()[cell] == pytest.approx(8.0, abs=0.05)
    assert fused.source.ravel()[cell] == STEREO
    assert 0.02 < fused.uncertainty_m.ravel()[cell] < 0.2
    assert (fused.source != NOTHING).sum() == 1


def test_what_one_pair_alone_says_against_the_others_is_not_believed(tmp_path: Path) -> None:
    right = np.column_stack([np.tile([[5.1, 5.1]], (4, 1)), [3.0, 3.01, 3.02, 3.0]])
    wrong = np.column_stack([np.tile([[5.1, 5.1]], (8, 1)), np.full(8, 9.0)])
    files = [pair(tmp_path / "a.npz", right), pair(tmp_path / "b.npz", right),
             pair(tmp_path / "c.npz", wrong)]  # fmt: skip
    fused = fuse_pairs(files, GRID, 0.5, Job())
    assert np.nanmax(fused.height_m) == pytest.approx(3.0, abs=0.05)


def test_a_rough_surface_is_taken_at_its_middle_not_at_its_top(tmp_path: Path) -> None:
    chance = np.random.default_rng(3)
    files = []
    for number in range(6):
        x, y = np.meshgrid(np.arange(60) * 0.5 + 0.25, np.arange(40) * 0.5 + 0.25)
        xy = np.repeat(np.column_stack([x.ravel(), y.ravel()]), 6, axis=0)
        z = chance.normal(2.0, 0.25, len(xy))
        files.append(pair(tmp_path / f"{number}.npz", np.column_stack([xy, z])))
    fused = fuse_pairs(files, GRID, 0.6, Job())
    assert abs(np.nanmean(fused.height_m) - 2.0) < 0.04


def test_holes_beside_a_wall_are_filled_with_ground_and_say_so() -> None:
    height = np.full(GRID.shape, 1.0)
    height[10:30, 20:40] = 9.0
    height[10:30, 40:41] = np.nan  # what a wall hides at its foot
    filled = smooth_and_fill(surface_of(height), 6)
    assert np.allclose(filled.height_m[12:28, 40:41], 1.0, atol=0.2)
    assert (filled.source[12:28, 40:41] == FILLED).all()
    assert filled.uncertainty_m[20, 40] > 2 * filled.uncertainty_m[20, 5]


def test_a_hole_within_a_roof_is_filled_with_roof() -> None:
    height = np.full(GRID.shape, 1.0)
    height[8:32, 15:45] = 9.0
    height[18:22, 28:32] = np.nan
    filled = smooth_and_fill(surface_of(height), 6)
    assert np.allclose(filled.height_m[18:22, 28:32], 9.0)


def test_small_islands_are_taken_out_and_buildings_stay() -> None:
    height = np.full(GRID.shape, 1.0)
    height[5:9, 5:9] = 12.0  # 4 square metres
    height[10:30, 20:40] = 9.0
    kept = smooth_and_fill(surface_of(height), 8)
    assert np.nanmax(kept.height_m[4:10, 4:10]) < 2.0
    assert np.allclose(kept.height_m[12:28, 22:38], 9.0)


def test_a_ledge_between_roof_and_ground_stays_and_a_sliver_does_not() -> None:
    height = np.full(GRID.shape, 1.0)
    height[10:30, 20:40] = 9.0
    height[12:20, 18:20] = 5.0  # 4 square metres
    height[12:20, 40:41] = 5.0  # 2 square metres, one cell wide
    kept = smooth_and_fill(surface_of(height), 8).height_m
    assert np.allclose(kept[13:19, 18:20], 5.0)
    assert np.abs(kept[13:19, 40] - 5.0).min() > 2.0


def pattern(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return grey values of a pavement that looks different everywhere."""
    return (25 * np.sin(2.1 * x + 0.9 * y) + 25 * np.sin(3.7 * y - 1.3 * x) + 10)[:, :, None]


def town(*, patterned: bool = False) -> tuple[SparseScene, Surface, list[np.ndarray]]:
    """Return level ground with a tall block, and painted photographs of it by exact rays."""
    grid = Grid(0.0, 40.0, 0.25, 160, 160)
    x, y = grid.middles()
    xx, yy = np.meshgrid(x, y)
    block = (xx > 15) & (xx < 25) & (yy > 15) & (yy < 25)
    surface = surface_of(np.where(block, 12.0, 0.0), grid)
    camera = Camera(300, 300, 250.0, 250.0, 150.0, 150.0)
    down = np.array([[1.0, 0, 0], [0, -1, 0], [0, 0, -1]])
    photos, pictures = [], []
    middles = [(8.0, 20.0), (32.0, 20.0), (20.0, 8.0), (20.0, 32.0)]
    if patterned:
        middles += [(10.0, 10.0), (30.0, 30.0), (30.0, 10.0), (10.0, 30.0), (20.0, 20.0)]
    for number, (cx, cy) in enumerate(middles):
        photos.append(Photo(f"{number}.jpg", 0, down, np.array([cx, cy, 50.0])))
        u, v = np.meshgrid(np.arange(300) + 0.5, np.arange(300) + 0.5)
        dx, dy = (u - 150) / 250, -(v - 150) / 250
        roof_x, roof_y = cx + dx * 38, cy + dy * 38
        on_roof = (roof_x > 15) & (roof_x < 25) & (roof_y > 15) & (roof_y < 25)
        wall = np.zeros_like(on_roof)
        for z in np.linspace(0, 12, 40):
            px, py = cx + dx * (50 - z), cy + dy * (50 - z)
            wall |= (px > 15) & (px < 25) & (py > 15) & (py < 25)
        picture = np.full((300, 300, 3), (90, 140, 80), np.uint8)
        picture[wall] = (20, 20, 200)
        picture[on_roof] = (180, 60, 50)
        if patterned:
            roof, ground = pattern(roof_x, roof_y), pattern(cx + dx * 50, cy + dy * 50)
            shade = np.where(on_roof[:, :, None], roof, np.where(wall[:, :, None], 0, ground))
            picture = np.clip(picture + shade, 0, 255).astype(np.uint8)
        pictures.append(picture)
    return SparseScene([camera], photos), surface, pictures


@pytest.mark.parametrize("cells", [2, -2])
def test_eaves_go_to_where_the_photographs_agree_on_them(cells: int) -> None:
    scene, true, pictures = town(patterned=True)
    roof = true.height_m > 6
    wrong = ndimage.binary_dilation(roof, iterations=2) if cells > 0 else ndimage.binary_erosion(
        roof, iterations=2)  # fmt: skip
    blunt = surface_of(np.where(wrong, 12.0, 0.0), true.grid)
    sharp = sharpened(blunt, scene, lambda number: pictures[number], Job())
    before, after = ((one.height_m > 6) ^ roof for one in (blunt, sharp))
    assert before.sum() > 280
    assert after.sum() < 0.2 * before.sum()
    changed = (sharp.height_m > 6) != (blunt.height_m > 6)
    assert (sharp.uncertainty_m[changed] >= true.grid.cell_m).all()


def test_a_step_among_several_is_told_from_one_that_stands_alone() -> None:
    alone, several = np.zeros((40, 40)), np.zeros((40, 40))
    alone[:, 20:] = 12.0
    for storey in range(3):
        several[:, 17 + 3 * storey :] += 5.0
    for height, found in ((alone, False), (several, True)):
        lower, upper = (ndimage.percentile_filter(height, share, size=7) for share in (15, 85))
        stairs = _stairs(height, lower, upper, upper - lower > 1.5)
        assert stairs[20, 15:25].any() == found


def test_a_surface_without_steps_is_left_as_it_is() -> None:
    scene, true, pictures = town()
    flat = surface_of(np.full(true.grid.shape, 1.0), true.grid)
    assert sharpened(flat, scene, lambda number: pictures[number], Job()) is flat


def test_pairs_that_see_a_block_above_all_tie_points_are_searched_up_to_its_top(
    tmp_path: Path,
) -> None:
    scene, _, pictures = town(patterned=True)
    (tmp_path / "photos").mkdir()
    for photo, picture in zip(scene.photos, pictures, strict=True):
        Image.fromarray(picture).save(tmp_path / "photos" / photo.name, quality=95)
    kept = Pictures(tmp_path, [photo.name for photo in scene.photos])
    for high_m, top_m in ((5.0, 12.0 + 3.0), (20.0, 20.0)):
        options = StereoOptions(1, -2.0, high_m)
        pairs = choose_pairs(scene, options)
        assert len(pairs) >= 4
        tops = tops_of_pairs(scene, pairs, kept, options, Job())
        assert tops == pytest.approx([top_m] * len(pairs), abs=0.5)


def tiled_roof() -> tuple[SparseScene, FloatArray, Grid, list[np.ndarray]]:
    """Return photographs of one large roof with rows of tiles that hardly differ, and its heights.

    Rows run along x and repeat every 0.8 m; photographs stand in a square.
    """
    grid = Grid(0.0, 24.0, 0.25, 96, 96)
    x, y = grid.middles()
    xx, _ = np.meshgrid(x, y)
    slope, low = 0.5, 4.0
    camera = Camera(240, 240, 200.0, 200.0, 120.0, 120.0)
    down = np.array([[1.0, 0, 0], [0, -1, 0], [0, 0, -1]])
    chance = np.random.default_rng(3)
    speckles = ndimage.gaussian_filter(chance.normal(0, 1, (480, 480)), 3)
    speckles *= 3.0 / speckles.std()
    photos, pictures = [], []
    for cx in (6.0, 12.0, 18.0):
        for cy in (6.0, 12.0, 18.0):
            photos.append(Photo(f"{cx}-{cy}.jpg", 0, down, np.array([cx, cy, 40.0])))
            u, v = np.meshgrid(np.arange(240) + 0.5, np.arange(240) + 0.5)
            dx, dy = (u - 120) / 200, -(v - 120) / 200
            # The ray's depth t meets the roof where 40 - t = low + slope (cx + dx t).
            t = (40.0 - low - slope * cx) / (1 + slope * dx)
            at_x, at_y = cx + dx * t, cy + dy * t
            cells = [np.clip((at + 12) * 10, 0, 479) for at in (at_y, at_x)]
            grey = 120 + 12 * np.sin(2 * np.pi * at_y / 0.8)
            grey += ndimage.map_coordinates(speckles, cells, order=1)
            noisy = np.clip(grey + chance.normal(0, 1.5, grey.shape), 0, 255).astype(np.uint8)
            pictures.append(np.repeat(noisy[:, :, None], 3, axis=2))
    return SparseScene([camera], photos), low + slope * xx, grid, pictures


def test_photographs_together_correct_a_roof_of_repeating_tiles() -> None:
    scene, true, grid, pictures = tiled_roof()
    gsd = 0.16
    wrong = true + np.random.default_rng(5).normal(0, 0.5 * gsd, true.shape)
    wrong[30:60, 35:60] += 5.0 * gsd  # the next row, over a part of the roof
    start = surface_of(wrong, grid)
    start.source[62:66, 40:50] = FILLED
    better = refined(start, scene, lambda number: pictures[number], gsd, Job())
    inner = np.zeros(true.shape, bool)
    inner[10:-10, 10:-10] = True
    before, after = ((one.height_m - true)[inner] / gsd for one in (start, better))
    assert np.sqrt((before**2).mean()) > 1.5
    assert np.sqrt((after**2).mean()) < 0.5 and nmad(after) < 0.2
    assert (better.source[62:66, 40:50] == STEREO).all()


def test_what_fewer_than_four_photographs_see_stays_as_matching_found_it() -> None:
    scene, true, grid, pictures = tiled_roof()
    few = SparseScene(scene.cameras, scene.photos[:3])
    start = surface_of(true + 1.0, grid)
    kept = refined(start, few, lambda number: pictures[number], 0.16, Job())
    assert (kept.height_m == start.height_m).all() and (kept.source == start.source).all()


def test_a_height_at_the_end_of_those_tried_is_not_taken() -> None:
    scene, true, grid, pictures = tiled_roof()
    start = surface_of(true + 7.8 * 0.16, grid)
    kept = refined(start, scene, lambda number: pictures[number], 0.16, Job())
    moved = (start.height_m - kept.height_m)[10:-10, 10:-10] / 0.16
    assert np.mean(moved > 7.0) < 0.02 and np.mean(moved == 0.0) > 0.9


def test_doubtful_cells_of_a_roof_take_its_plane_and_those_of_the_ground_stay() -> None:
    _, column = np.mgrid[0:60, 0:80].astype(float)
    true = np.zeros((60, 80))
    true[15:45, 20:60] = (12.0 - 0.12 * np.abs(column - 40))[15:45, 20:60]
    # As matching leaves it at some walls: no step parts this roof from the ground.
    true[25:30, 5:20] = np.linspace(0.0, 9.6, 15)
    wrong, doubtful = true.copy(), np.zeros(true.shape, bool)
    doubtful[18:42, 50:55] = doubtful[5:10, 30:40] = True
    wrong[doubtful] += 0.6
    weight = np.where(doubtful, 0.0, 0.6)
    found, replaced = by_planes(wrong, weight, doubtful, np.zeros(true.shape))
    assert np.abs(found - true)[18:42, 50:55].max() < 0.15
    assert (found[~replaced] == wrong[~replaced]).all()
    assert not replaced[5:10, 30:40].any()


def test_planes_are_fitted_up_to_ridges_and_steps_but_not_over_them() -> None:
    _, column = np.mgrid[0:40, 0:60].astype(float)
    gable = 6.0 - 0.1 * np.abs(column - 30)
    gable[:, :12] = 0.0
    noise = np.random.default_rng(2).normal(0, 0.05, gable.shape)
    off = facets(gable + noise) - gable
    assert np.abs(off).max() < 0.2
    assert off.std() < 0.6 * noise.std()


def test_a_true_orthophoto_shows_no_wall_and_no_lean() -> None:
    scene, surface, pictures = town()
    grid = Grid(0.0, 40.0, 0.25, 160, 160)
    made = make_orthophoto(scene, surface, grid, lambda number: pictures[number], Job())
    colour = made.colour.astype(int)
    x, y = grid.middles()
    xx, yy = np.meshgrid(x, y)
    roof = (xx > 15.6) & (xx < 24.4) & (yy > 15.6) & (yy < 24.4)
    beside = ~((xx > 14) & (xx < 26) & (yy > 14) & (yy < 26))
    seen = (made.colour[:, :, 3] > 0) & (xx > 5) & (xx < 35) & (yy > 5) & (yy < 35)
    assert seen[roof].all() and seen[beside & (xx > 5) & (xx < 35) & (yy > 5) & (yy < 35)].all()
    is_roof = np.abs(colour[:, :, :3] - [180, 60, 50]).max(axis=2) < 25
    is_wall = np.abs(colour[:, :, :3] - [20, 20, 200]).max(axis=2) < 60
    assert is_roof[roof].mean() > 0.99
    assert not is_roof[beside & seen].any()
    assert is_wall[seen].mean() < 0.01


def test_overviews_have_means_of_heights_and_codes_that_are_codes(tmp_path: Path) -> None:
    grid = Grid(0.0, 1101.0, 1.0, 1301, 1101)
    row, column = np.mgrid[0:1101, 0:1301]
    heights = (column % 2).astype(np.float32)  # 0.5 on the mean
    # Three of four cells are of stereo, one was filled: a mean would call them field.
    codes = np.where((row % 2 == 1) & (column % 2 == 1), FILLED, STEREO).astype(np.float32)
    heights[:100], codes[:100] = NODATA, NODATA
    write_cog(
        tmp_path / "a.tif", [heights, codes], grid, Frame("EPSG:4549", (500000.0, 3000000.0, 0.0)),
        descriptions=["height", "source"], epoch=None, above="the sea", units=["metre", "1"],
    )  # fmt: skip
    with raster_environment() as rasterio:
        with rasterio.open(tmp_path / "a.tif") as whole:
            assert whole.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            assert whole.overviews(1) == whole.overviews(2) == [2, 4]
        for level in (0, 1):
            with rasterio.open(tmp_path / "a.tif", overview_level=level) as coarse:
                mean, code = coarse.read(masked=True)
                assert (
                    not code.mask[coarse.height // 5 :].any() and code.mask[: 99 >> level + 1].all()
                )
                assert set(np.unique(code.compressed())) == {STEREO}
                inside = mean[coarse.height // 5 :, :-2]
                assert float(np.abs(inside - 0.5).max()) < 0.05


def test_colours_of_dark_and_bright_photographs_are_brought_together() -> None:
    chance = np.random.default_rng(4)
    true = chance.uniform(40, 160, (500, 3))
    gains = np.array([0.8, 1.0, 1.25])
    values = (true[None] * gains[:, None, None]).astype(np.float32)
    values[0, :200] = np.nan
    found = solve_gains(values)
    together = values * found[:, None, :]
    assert np.nanmax(np.abs(together[1] / together[2] - 1)) < 0.02
    assert np.prod(found[:, 0]) == pytest.approx(1.0, abs=0.01)


def test_the_ground_goes_on_under_buildings_and_false_pits_are_ignored() -> None:
    grid = Grid(0.0, 60.0, 0.5, 120, 120)
    x, y = grid.middles()
    xx, yy = np.meshgrid(x, y)
    ground = 5.0 + 0.02 * xx
    height = ground + np.where((xx > 20) & (xx < 40) & (yy > 20) & (yy < 35), 9.0, 0.0)
    height[100, 100] -= 12.0
    found = terrain_of(surface_of(height, grid))
    inner = (xx > 4) & (xx < 56) & (yy > 4) & (yy < 56)
    pit = np.hypot(xx - x[100], yy - y[100]) < 1.5
    assert np.abs(found - ground)[inner & ~pit].max() < 0.35
    above, below = volume_m3(height, np.where(pit, height, ground), grid)
    assert above == pytest.approx(20 * 15 * 9.0, rel=0.03) and below < 1.0


def test_jagged_cells_of_a_turned_l_become_six_right_angles() -> None:
    shape = rotate(box(0, 0, 20, 12).difference(box(10, 5, 20, 12)), 23.0, origin=(0, 0))
    cells = [
        box(i / 2, j / 2, (i + 1) / 2, (j + 1) / 2)
        for i in range(-20, 60)
        for j in range(-10, 50)
        if shape.contains(box(i / 2, j / 2, (i + 1) / 2, (j + 1) / 2).centroid)
    ]
    import shapely

    jagged = shapely.union_all(cells)
    assert isinstance(jagged, Polygon) and len(jagged.exterior.coords) > 60
    found = regularise(jagged, 0.5)
    assert len(found.exterior.coords) - 1 == 6
    assert main_direction_deg(found) == pytest.approx(23.0, abs=2.0)
    assert found.intersection(shape).area / found.union(shape).area > 0.93
    corners = np.array(found.exterior.coords)
    edges = np.diff(corners, axis=0)
    for a, b in zip(edges, np.roll(edges, -1, axis=0), strict=True):
        assert abs(a @ b) / (np.linalg.norm(a) * np.linalg.norm(b)) < 0.01


def test_accuracy_is_what_the_standard_defines() -> None:
    points = [
        PointResidual(str(i), True, [0, 0, 0], [0.03, -0.04, 0.1 * s], 3, 0.2)
        for i, s in enumerate([1, -1, 1, -1])
    ]
    found = accuracy_of(points, check=True)
    assert found is not None and accuracy_of(points, check=False) is None
    assert found.rmse_m == pytest.approx([0.03, 0.04, 0.1])
    assert found.bias_m == pytest.approx([0.03, -0.04, 0.0])
    assert found.le90_m == pytest.approx(0.16449)
    assert found.ce90_m == pytest.approx(1.5175 * 0.05, rel=1e-3)
    spread = nmad(np.random.default_rng(0).normal(5, 2, 20_000))
    assert spread == pytest.approx(2.0, rel=0.05)


@pytest.mark.parametrize(("value", "cell"), [(0.23, 0.25), (0.0251, 0.03), (1.0, 1.0), (7.0, 8.0)])
def test_cells_have_round_sizes(value: float, cell: float) -> None:
    assert nice_cell_m(value) == pytest.approx(cell)
