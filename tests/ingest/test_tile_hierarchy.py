"""Hierarchies that a source brings along become tilesets of the same shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.pipeline.job import Job
from ingest.readers.contract import Material, MeshChunk, ReadOptions, Texture, TileChunk
from ingest.readers.osgb import OsgbReader
from ingest.readers.osgb_format.write import OsgbLevel, OsgbMesh, write_tile
from ingest.tiling.contract import Target
from ingest.tiling.hierarchy import tile_hierarchy
from twin_model.errors import Cancelled, ValidationError
from twin_model.frame import Frame
from twin_model.tiles.gltf import decode_gltf

PRODUCTION = "oblique_osgb/scially_Production_5/Production_5"
FRAME = Frame("EPSG:4547").with_origin(436_255.0, 2_490_061.0, 0.0)


def target_in(folder: Path, crs: str | None = None, job: Job | None = None) -> Target:
    return Target(folder, "layer", FRAME, FRAME.transform_from(crs), job or Job())


def walk(tile: dict[str, Any], parent: dict[str, Any] | None = None) -> Iterator[Any]:
    yield tile, parent
    for child in tile.get("children", []):
        yield from walk(child, tile)


def tiles_of(folder: Path) -> list[Any]:
    return list(walk(json.loads((folder / "tileset.json").read_text())["root"]))


def square(x: float, y: float, size: float = 1.0, texture: Texture | None = None) -> MeshChunk:
    corners = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]]) * size + [x, y, 0.0]
    return MeshChunk(
        corners.astype(np.float64),
        np.array([[0, 1, 2], [0, 2, 3]], np.uint32),
        Material(texture=texture),
        uv=np.array([[0, 1], [1, 1], [1, 0], [0, 0]], np.float32),
    )


def chunk(key: str, parent: str | None, meshes: list[MeshChunk], error: float) -> TileChunk:
    return TileChunk(key, parent, meshes, np.zeros(3), 1.0, error)


def box(tile: dict[str, Any]) -> tuple[Any, Any]:
    values = np.array(tile["boundingVolume"]["box"])
    half = values[[3, 7, 11]]
    return values[:3] - half, values[:3] + half


def test_a_real_production_keeps_its_tree_textures_and_places(
    real_data: Path, tmp_path: Path
) -> None:
    reader = OsgbReader()
    info = reader.inspect(real_data / PRODUCTION, Job())
    target = target_in(tmp_path, info.crs)
    content = tile_hierarchy(reader.read(real_data / PRODUCTION, ReadOptions(), Job()), target)
    assert content.counts["tiles"] == 80 and content.counts["images"] == 80
    tiles = tiles_of(tmp_path)
    assert len(tiles) == 81
    for tile, parent in tiles:
        if parent is not None:
            assert tile["geometricError"] <= parent["geometricError"]
            low, high = box(tile)
            outer_low, outer_high = box(parent)
            assert (low >= outer_low - 1e-3).all() and (high <= outer_high + 1e-3).all()
    sources = {
        c.key: c for c in reader.read(real_data / PRODUCTION, ReadOptions(), Job()) if c.meshes
    }
    first = next(iter(sources.values()))
    path = tmp_path / tiles[1][0]["content"]["uri"]
    (primitive,) = decode_gltf(path.read_bytes(), path).primitives
    assert primitive.material.image is not None and first.meshes[0].material.texture is not None
    assert primitive.material.image.data == first.meshes[0].material.texture.data
    expected = target.to_local(first.meshes[0].position)
    assert np.abs(primitive.positions() - expected).max() < 1e-4


def test_children_with_larger_errors_raise_their_parents(tmp_path: Path) -> None:
    chunks = [
        chunk("a", None, [square(0, 0)], 1.0),
        chunk("b", "a", [square(0, 0)], 5.0),
        chunk("c", "b", [square(0, 0)], 0.0),
    ]
    tile_hierarchy(chunks, target_in(tmp_path))
    assert [tile["geometricError"] for tile, _ in tiles_of(tmp_path)] == [5.0, 5.0, 0.0]


def test_tiles_without_a_surface_hold_their_children_or_vanish(tmp_path: Path) -> None:
    chunks = [
        chunk("group", None, [], 9.0),
        chunk("leaf", "group", [square(0, 0)], 0.0),
        chunk("nothing", None, [], 3.0),
    ]
    content = tile_hierarchy(chunks, target_in(tmp_path))
    tiles = [tile for tile, _ in tiles_of(tmp_path)]
    assert [("content" in tile) for tile in tiles] == [False, True]
    assert content.counts["tiles"] == 1


def test_many_tops_are_grouped_by_place(tmp_path: Path) -> None:
    chunks = [
        chunk(str(n), None, [square(10.0 * (n % 20), 10.0 * (n // 20))], 2.0) for n in range(400)
    ]
    content = tile_hierarchy(chunks, target_in(tmp_path))
    tiles = tiles_of(tmp_path)
    assert max(len(tile.get("children", [])) for tile, _ in tiles) <= 16
    assert sum("content" in tile for tile, _ in tiles) == 400
    assert content.bounds_local == pytest.approx((0, 0, 0, 191, 191, 0))


def test_four_hundred_tops_in_one_place_still_end(tmp_path: Path) -> None:
    chunks = [chunk(str(n), None, [square(0, 0)], 2.0) for n in range(400)]
    tile_hierarchy(chunks, target_in(tmp_path))
    assert sum("content" in tile for tile, _ in tiles_of(tmp_path)) == 400


def test_an_empty_source_has_no_bounds(tmp_path: Path) -> None:
    assert tile_hierarchy([], target_in(tmp_path)).bounds_local is None
    assert (tmp_path / "tileset.json").is_file()


def test_shared_textures_are_written_once_a_tile(tmp_path: Path) -> None:
    texture = Texture(b"\xff\xd8\xff" + bytes(1000), "image/jpeg")
    meshes = [square(0, 0, texture=texture), square(2, 0, texture=texture)]
    content = tile_hierarchy([chunk("a", None, meshes, 0.0)], target_in(tmp_path))
    assert content.counts["images"] == 1
    (glb,) = tmp_path.rglob("*.glb")
    assert glb.read_bytes().count(texture.data) == 1


@pytest.mark.parametrize("keys", [[("a", None), ("a", None)], [("b", "a")]])
def test_broken_trees_are_refused(tmp_path: Path, keys: list[tuple[str, str | None]]) -> None:
    chunks = [chunk(key, parent, [square(0, 0)], 0.0) for key, parent in keys]
    with pytest.raises(ValidationError):
        tile_hierarchy(chunks, target_in(tmp_path))


def test_it_can_be_cancelled(tmp_path: Path) -> None:
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        tile_hierarchy([chunk("a", None, [square(0, 0)], 0.0)], target_in(tmp_path, job=job))


def test_a_tangent_plane_production_lands_at_its_place(tmp_path: Path) -> None:
    tile = tmp_path / "source" / "Data" / "Tile_1"
    tile.mkdir(parents=True)
    corners = np.array([[0, 0, 0], [500, 0, 0], [0, 500, 40]], np.float32)
    mesh = OsgbMesh(corners, np.array([[0, 1, 2]]))
    write_tile(tile / "Tile_1.osgb", [OsgbLevel(mesh, (250.0, 250.0, 20.0), 400.0)])
    (tmp_path / "source" / "metadata.xml").write_text(
        '<ModelMetadata version="1"><SRS>ENU:22.5,113.4</SRS><SRSOrigin>0,0,5</SRSOrigin>'
        "</ModelMetadata>"
    )
    reader = OsgbReader()
    info = reader.inspect(tmp_path / "source", Job())
    out = tmp_path / "layer"
    out.mkdir()
    target = target_in(out, info.crs)
    tile_hierarchy(reader.read(tmp_path / "source", ReadOptions(), Job()), target)
    path = next(out.rglob("*.glb"))
    (primitive,) = decode_gltf(path.read_bytes(), path).primitives
    places = primitive.positions()
    origin = FRAME.transform_from("EPSG:4326")([[113.4, 22.5, 5.0]])[0]
    nearest = places[np.argmin(np.linalg.norm(places - origin, axis=1))]
    assert nearest == pytest.approx(origin, abs=1e-3)
    # Sides keep their length but for the grid's scale, and the tangent plane rises by d²/2R.
    east = places[np.argmax(places[:, 0])]
    assert np.linalg.norm(east[:2] - origin[:2]) == pytest.approx(500.0, rel=1e-4)
    assert east[2] - 5.0 == pytest.approx(500.0**2 / (2 * 6.371e6), abs=2e-3)
