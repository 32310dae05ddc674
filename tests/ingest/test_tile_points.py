"""Points into tiles: nothing lost, nothing twice, coarse before fine, memory bounded."""

from __future__ import annotations

import json
import struct
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.pipeline.job import Job
from ingest.readers.contract import PointChunk
from ingest.tiling import points_spool, points_tree
from ingest.tiling.contract import Target
from ingest.tiling.points import tile_points
from ingest.tiling.points_spool import morton_keys
from ingest.tiling.points_tree import LEAF_POINTS, assign_levels
from twin_model.errors import Cancelled, FrameError, SourceError
from twin_model.frame import Frame
from twin_model.layer import LayerRole
from twin_model.tiles.gltf_material import linear_to_srgb

FRAME = Frame("EPSG:32650", (500_000.0, 4_400_000.0, 10.0))


def target_in(folder: Path, crs: str | None = FRAME.crs, job: Job | None = None) -> Target:
    folder.mkdir(parents=True, exist_ok=True)
    return Target(folder, "survey", FRAME, FRAME.transform_from(crs), job or Job())


def read_glb(path: Path) -> dict[str, np.ndarray]:
    """Return the attributes of a tile, positions in local metres."""
    data = path.read_bytes()
    size = struct.unpack_from("<I", data, 12)[0]
    document = json.loads(data[20 : 20 + size])
    body = data[28 + size :]
    kinds = {5121: np.uint8, 5123: np.uint16, 5126: np.float32}
    widths = {"SCALAR": 1, "VEC3": 3}
    out = {}
    primitive = document["meshes"][0]["primitives"][0]
    assert primitive["mode"] == 0
    for name, index in primitive["attributes"].items():
        accessor = document["accessors"][index]
        view = document["bufferViews"][accessor["bufferView"]]
        kind, width = np.dtype(kinds[accessor["componentType"]]), widths[accessor["type"]]
        stride = view.get("byteStride", kind.itemsize * width)
        out[name] = np.ndarray(
            (accessor["count"], width), kind, body, view["byteOffset"], (stride, kind.itemsize)
        ).copy()
    matrix = document["nodes"][0]["matrix"]
    centre = np.array([matrix[12], -matrix[14], matrix[13]])
    out["POSITION"] = out["POSITION"].astype(np.float64) + centre
    return out


def tiles_of(folder: Path) -> list[tuple[dict[str, Any], dict[str, np.ndarray] | None, int]]:
    """Return every tile with its content and depth, parents first."""
    root = json.loads((folder / "tileset.json").read_text())["root"]
    found = []

    def visit(tile: dict[str, Any], depth: int) -> None:
        uri = tile.get("content", {}).get("uri")
        found.append((tile, read_glb(folder / uri) if uri else None, depth))
        for child in tile.get("children", []):
            visit(child, depth + 1)

    visit(root, 0)
    return found


def all_points(folder: Path, name: str = "POSITION") -> np.ndarray:
    return np.concatenate([content[name] for _, content, _ in tiles_of(folder) if content])


def surface(points: int, side: float = 400.0, seed: int = 1) -> np.ndarray:
    """Projected coordinates of a hilly square; to the millimetre, so that they compare."""
    chance = np.random.default_rng(seed)
    xy = chance.uniform(0, side, (points, 2))
    z = 10 * np.sin(xy[:, 0] / 60) + 6 * np.cos(xy[:, 1] / 45)
    return np.round(np.column_stack([xy + np.array([500_000, 4_400_000]), z + 20]), 3)


def volume(points: int) -> np.ndarray:
    chance = np.random.default_rng(2)
    return np.round(chance.uniform(0, 100, (points, 3)) + np.array([500_000, 4_400_000, 10]), 3)


def corridor(points: int) -> np.ndarray:
    chance = np.random.default_rng(3)
    return np.round(
        chance.uniform(0, 1, (points, 3)) * [20_000, 30, 8] + [500_000, 4_400_000, 10], 3
    )


def with_outlier(points: int) -> np.ndarray:
    data = surface(points, 20.0)
    data[-1] = [900_000, 4_900_000, 9000]
    return data


def same_place(points: int) -> np.ndarray:
    return np.tile([500_010.0, 4_400_020.0, 15.0], (points, 1))


def chunked(position: np.ndarray, size: int = 70_000, **columns: np.ndarray) -> list[PointChunk]:
    return [
        PointChunk(
            position[start : start + size],
            **{name: values[start : start + size] for name, values in columns.items()},
        )
        for start in range(0, len(position), size)
    ]


@pytest.fixture
def out_of_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a hundred thousand points more than fit into memory."""
    monkeypatch.setattr(points_spool, "_MEMORY_ROWS", 60_000)
    monkeypatch.setattr(points_spool, "_BLOCK_ROWS", 40_000)
    monkeypatch.setattr(points_tree, "_BUCKET_POINTS", 50_000)


SHAPES = [surface, volume, corridor, with_outlier, same_place]


def numbered(position: np.ndarray) -> list[PointChunk]:
    number = np.arange(len(position))
    return chunked(
        position,
        intensity=(number % 65536).astype(np.uint16),
        classification=(number // 65536).astype(np.uint8),
    )


def check_numbered(folder: Path, position: np.ndarray) -> None:
    """Intensity and class together number the points: each is found once or not at all."""
    found = all_points(folder, "_CLASSIFICATION").astype(int) * 65536 + all_points(
        folder, "_INTENSITY"
    )
    order = np.argsort(found[:, 0])
    np.testing.assert_array_equal(found[order, 0], np.arange(len(position)))
    # float32 within a tile; a stray point far away makes its tile large.
    np.testing.assert_allclose(all_points(folder)[order], position - FRAME.offset, atol=0.03)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_point_is_in_exactly_one_tile(tmp_path: Path, shape: Any) -> None:
    position = shape(150_000)
    content = tile_points(numbered(position), target_in(tmp_path))
    assert content.counts["points"] == len(position)
    assert content.role is LayerRole.POINTS and content.content == "tileset.json"
    check_numbered(tmp_path, position)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_holds_for_points_that_do_not_fit_into_memory(
    tmp_path: Path, shape: Any, out_of_core: None
) -> None:
    position = shape(260_000)
    content = tile_points(numbered(position), target_in(tmp_path))
    assert content.counts["points"] == len(position)
    check_numbered(tmp_path, position)
    assert not (tmp_path / ".tmp").exists()


def test_a_stray_point_does_not_cost_the_rest_its_levels(tmp_path: Path) -> None:
    tile_points(chunked(with_outlier(200_000)), target_in(tmp_path))
    root = tiles_of(tmp_path)[0][1]
    assert root is not None and 1000 < len(root["POSITION"]) < LEAF_POINTS


def test_tiles_stay_small_and_their_number_is_counted(tmp_path: Path, out_of_core: None) -> None:
    content = tile_points(chunked(surface(400_000)), target_in(tmp_path))
    tiles = [content for _, content, _ in tiles_of(tmp_path) if content is not None]
    assert content.counts["tiles"] == len(tiles) == len(list((tmp_path / "points").iterdir()))
    assert max(len(tile["POSITION"]) for tile in tiles) <= 2 * LEAF_POINTS


@pytest.mark.parametrize("shape", [surface, volume, with_outlier])
def test_boxes_hold_all_below_and_errors_shrink(
    tmp_path: Path, shape: Any, out_of_core: None
) -> None:
    tile_points(chunked(shape(200_000)), target_in(tmp_path))

    def visit(tile: dict[str, Any]) -> np.ndarray:
        box = np.array(tile["boundingVolume"]["box"])
        centre, half = box[:3], np.array([box[3], box[7], box[11]])
        below = [np.empty((0, 3))]
        if "content" in tile:
            below.append(read_glb(tmp_path / tile["content"]["uri"])["POSITION"])
        for child in tile.get("children", []):
            assert child["geometricError"] < tile["geometricError"]
            assert "refine" not in child  # inherited: ADD all the way down
            below.append(visit(child))
        points = np.concatenate(below)
        assert len(points) and (np.abs(points - centre) <= half + 0.01).all()
        return points

    document = json.loads((tmp_path / "tileset.json").read_text())
    assert document["root"]["refine"] == "ADD"
    assert document["asset"]["extras"]["shapan"]["points"] == 200_000
    visit(document["root"])


def test_the_root_shows_the_whole_layer_evenly(tmp_path: Path, out_of_core: None) -> None:
    position = surface(300_000)
    # Half of all points in a corner: a sample that is not even would mirror that.
    position[:150_000, :2] = 500_000, 4_400_000
    position[:150_000, :2] += np.random.default_rng(5).uniform(0, 20, (150_000, 2))
    tile_points(chunked(position), target_in(tmp_path))
    root = tiles_of(tmp_path)[0][1]
    assert root is not None
    counts, _, _ = np.histogram2d(root["POSITION"][:, 0], root["POSITION"][:, 1], bins=8)
    # The hills add cells where the ground is steep, nothing else may differ.
    assert counts.min() > 0.4 * np.median(counts) and counts.max() < 2.5 * np.median(counts)


def test_two_runs_write_the_same_bytes(tmp_path: Path, out_of_core: None) -> None:
    written = []
    for run in ("a", "b"):
        folder = tmp_path / run
        tile_points(chunked(surface(150_000)), target_in(folder))
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        written.append({path.relative_to(folder): path.read_bytes() for path in files})
    assert written[0] == written[1]


def seen(linear: Any) -> Any:
    """sRGB bytes of what COLOR_0 keeps: linear values, 0 to 65,535 (glTF 2.0, 3.9.2)."""
    return np.rint(linear_to_srgb(linear / 65_535) * 255).astype(np.uint8)


def test_attributes_arrive_with_their_points(tmp_path: Path) -> None:
    position = surface(3000)
    times = 2.6e8 + np.arange(3000) / 8
    times[7] = np.nan
    chunks = chunked(
        position,
        1000,
        colour=np.column_stack([np.arange(3000) % 256] * 3).astype(np.uint8),
        intensity=np.arange(3000, dtype=np.uint16),
        classification=np.full(3000, 6, np.uint8),
        return_number=(np.arange(3000) % 5).astype(np.uint8),
        gps_time=times,
    )
    content = tile_points(chunks, target_in(tmp_path))
    assert content.style["colour_by"] == "rgb"
    (_, tile, _), *others = tiles_of(tmp_path)
    assert not others and tile is not None
    index = tile["_INTENSITY"][:, 0]
    assert sorted(index) == list(range(3000))
    np.testing.assert_array_equal(seen(tile["COLOR_0"])[:, 1], index % 256)
    np.testing.assert_array_equal(tile["_RETURN_NUMBER"][:, 0], index % 5)
    extras = json.loads((tmp_path / "tileset.json").read_text())["asset"]["extras"]["shapan"]
    known = index != 7
    np.testing.assert_allclose(
        tile["_GPS_TIME"][known, 0] + extras["gps_time_offset"], times[index[known]], atol=1e-3
    )
    assert tile["_GPS_TIME"][~known, 0] == extras["gps_time_missing"]


def test_scans_with_different_attributes_share_a_layer(tmp_path: Path) -> None:
    first = PointChunk(surface(10), colour=np.full((10, 3), 200, np.uint8))
    second = PointChunk(surface(10, seed=2), intensity=np.full(10, 9, np.uint16))
    tile_points([first, second], target_in(tmp_path))
    assert sorted(all_points(tmp_path, "_INTENSITY")[:, 0]) == [0] * 10 + [9] * 10
    assert sorted(seen(all_points(tmp_path, "COLOR_0"))[:, 0]) == [0] * 10 + [200] * 10


@pytest.mark.parametrize(
    ("classes", "colour", "expected"),
    [([2, 6], 0, "classification"), ([0, 1], 0, "height"), ([2, 6], 9, "rgb")],
)
def test_the_first_look_uses_what_the_points_carry(
    tmp_path: Path, classes: list[int], colour: int, expected: str
) -> None:
    chunk = PointChunk(
        surface(2),
        colour=np.full((2, 3), colour, np.uint8),
        classification=np.array(classes, np.uint8),
    )
    content = tile_points([chunk], target_in(tmp_path))
    assert content.style["colour_by"] == expected
    assert any("black" in warning for warning in content.warnings) == (colour == 0)


def test_geocentric_points_are_placed_before_they_are_tiled(tmp_path: Path) -> None:
    local = np.random.default_rng(4).uniform(0, 300, (50_000, 3)) * [1, 1, 0.1]
    target = target_in(tmp_path, "EPSG:4978")
    content = tile_points(chunked(FRAME.to_ecef(local)), target)
    assert content.bounds_local is not None
    np.testing.assert_allclose(content.bounds_local[3:], local.max(axis=0), atol=0.01)
    np.testing.assert_allclose(all_points(tmp_path).mean(axis=0), local.mean(axis=0), atol=0.01)


def test_degrees_become_metres(tmp_path: Path) -> None:
    grid = np.linspace(0, 0.001, 50)
    lon, lat = np.meshgrid(117 + grid, 39.7 + grid)
    position = np.column_stack([lon.ravel(), lat.ravel(), np.full(2500, 30.0)])
    content = tile_points([PointChunk(position)], target_in(tmp_path, "EPSG:4326"))
    assert content.bounds_local is not None
    width = content.bounds_local[3] - content.bounds_local[0]
    assert 80 < width < 95  # a thousandth of a degree of longitude at 39.7 degrees north


def test_points_without_a_place_are_left_out_and_counted(tmp_path: Path) -> None:
    position = surface(100)
    position[3] = np.nan
    position[50, 2] = np.inf
    position[60] = 1e30
    colour = np.arange(1, 101, dtype=np.uint8).repeat(3).reshape(-1, 3)
    content = tile_points([PointChunk(position, colour)], target_in(tmp_path, None))
    assert content.counts["points"] == 97
    assert any("3 points" in warning for warning in content.warnings)
    colours = seen(all_points(tmp_path, "COLOR_0"))[:, 0]
    assert set(colours.tolist()) == set(range(1, 101)) - {4, 51, 61}


def test_no_points_make_an_empty_layer_that_opens(tmp_path: Path) -> None:
    content = tile_points([PointChunk(np.full((4, 3), np.nan))], target_in(tmp_path))
    assert content.counts["points"] == 0 and content.bounds_local is None
    assert "no points" in content.warnings[-1]
    assert "content" not in json.loads((tmp_path / "tileset.json").read_text())["root"]


def test_a_single_point_is_a_layer(tmp_path: Path) -> None:
    content = tile_points([PointChunk(surface(1))], target_in(tmp_path))
    assert content.counts == {"points": 1, "tiles": 1}
    assert json.loads((tmp_path / "tileset.json").read_text())["geometricError"] > 0


def test_points_in_the_wrong_reference_system_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FrameError, match="no place"):
        tile_points([PointChunk(surface(10))], target_in(tmp_path, "EPSG:4326"))
    assert not (tmp_path / ".tmp").exists()


@pytest.mark.parametrize("when", [1, 3])
def test_a_source_that_breaks_off_leaves_no_temporary_file(
    tmp_path: Path, when: int, out_of_core: None
) -> None:
    def broken() -> Iterator[PointChunk]:
        yield from chunked(surface(40_000 * when))
        raise SourceError("x.laz", "truncated")

    with pytest.raises(SourceError, match="truncated"):
        tile_points(broken(), target_in(tmp_path))
    assert not (tmp_path / ".tmp").exists()


@pytest.mark.parametrize("stage", ["placing points", "sorting points", "writing tiles"])
def test_cancelling_stops_at_every_stage(tmp_path: Path, stage: str, out_of_core: None) -> None:
    job = Job(lambda progress: job.cancel() if progress.stage == stage else None, interval_s=0)
    with pytest.raises(Cancelled):
        tile_points(chunked(surface(200_000)), target_in(tmp_path, job=job))
    assert not (tmp_path / ".tmp").exists() and not (tmp_path / "tileset.json").exists()


def test_memory_does_not_grow_with_the_survey(tmp_path: Path, out_of_core: None) -> None:
    def peak_mb(points: int) -> float:
        def stream() -> Iterator[PointChunk]:
            for number in range(points // 40_000):
                yield PointChunk(surface(40_000, seed=number))

        tracemalloc.start()
        tile_points(stream(), target_in(tmp_path / str(points)))
        peak = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        return peak

    small, large = peak_mb(400_000), peak_mb(1_600_000)
    assert large < small * 1.5, (small, large)
    assert large < 1_600_000 * 48 / 1e6, "more than the points themselves"


def test_morton_keys_interleave_x_y_z() -> None:
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1], [9, -9, 0.5]])
    keys = morton_keys(corners, np.zeros(3), 1.0)
    ones = [int("001" * 21, 2), int("010" * 21, 2), int("100" * 21, 2), 2**63 - 1]
    assert keys[:5].tolist() == [0, *ones]
    assert int(keys[5]) == ones[0] | 1 << 62  # outside: drawn to the faces of the cube


def test_samples_of_a_node_and_its_ancestors_are_one_a_cell() -> None:
    position = np.random.default_rng(6).uniform(0, 1, (20_000, 3)) * [1, 1, 0]
    keys = np.sort(morton_keys(position, np.zeros(3), 1.0))
    priority = np.random.default_rng(7).integers(0, 2**32, len(keys), dtype=np.uint32)
    levels = assign_levels(keys, priority, 0, 4, 3)
    for level in range(4):
        cells = keys[levels <= level] >> np.uint64(3 * (21 - level - 3))
        assert len(np.unique(cells)) == len(cells)
        assert len(cells) == len(np.unique(keys >> np.uint64(3 * (21 - level - 3))))
