"""Meshes become tilesets: nothing is lost in the leaves, and errors say what is missing."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from ingest.pipeline.job import Job
from ingest.readers.contract import Material, MeshChunk, Texture
from ingest.tiling import mesh_store
from ingest.tiling.atlas import Pictures, pack
from ingest.tiling.contract import Target
from ingest.tiling.meshes import tile_meshes
from ingest.tiling.simplify import charts, cluster
from ingest.tiling.surface import Surface, with_normals
from twin_model.errors import Cancelled
from twin_model.frame import Frame
from twin_model.tiles.gltf import Content, decode_gltf

FRAME = Frame("EPSG:32650").with_origin(500_000.0, 3_000_000.0, 0.0)
CUBE = np.array(
    [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]],
    dtype=np.float64,
)
SIDES = np.array(
    [[0, 2, 1], [0, 3, 2], [4, 5, 6], [4, 6, 7], [0, 1, 5], [0, 5, 4], [1, 2, 6], [1, 6, 5],
     [2, 3, 7], [2, 7, 6], [3, 0, 4], [3, 4, 7]],
    dtype=np.uint32,
)  # fmt: skip


def target_in(folder: Path, job: Job | None = None, crs: str | None = None) -> Target:
    return Target(folder, "layer", FRAME, FRAME.transform_from(crs), job or Job())


def walk(tile: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield tile
    for child in tile.get("children", []):
        yield from walk(child)


def tiles_of(folder: Path) -> list[dict[str, Any]]:
    return list(walk(json.loads((folder / "tileset.json").read_text())["root"]))


def content_of(folder: Path, tile: dict[str, Any]) -> Content:
    path = folder / tile["content"]["uri"]
    return decode_gltf(path.read_bytes(), path)


def boxes(count: int, seed: int = 0) -> Iterator[MeshChunk]:
    random = np.random.default_rng(seed)
    for number in range(count):
        size = random.lognormal(0.0, 1.0, 3)
        place = random.uniform(0, 300, 3) * [1, 1, 0.1]
        colour = (*(float(c) for c in random.integers(0, 4, 3) / 3), 1.0)
        feature = np.full(8, number, np.uint32)
        yield MeshChunk(CUBE * size + place, SIDES, Material(colour), feature=feature)


def terrain(size: int, texture: Texture | None = None) -> MeshChunk:
    x, y = (v.ravel() for v in np.meshgrid(np.arange(size), np.arange(size)))
    z = 10 * np.sin(x / 40) * np.cos(y / 30)
    corner = (np.arange(size - 1)[:, None] * size + np.arange(size - 1)).ravel()
    triangles = np.concatenate(
        [
            np.column_stack([corner, corner + 1, corner + size + 1]),
            np.column_stack([corner, corner + size + 1, corner + size]),
        ]
    )
    return MeshChunk(
        np.column_stack([x, y, z]).astype(np.float64),
        triangles.astype(np.uint32),
        Material(texture=texture),
        uv=None if texture is None else np.column_stack([x, y]).astype(np.float32) / size,
    )


def test_a_small_source_is_one_tile_with_everything(tmp_path: Path) -> None:
    content = tile_meshes(boxes(50), target_in(tmp_path))
    assert content.counts == {"triangles": 600, "vertices": 400, "tiles": 1, "features": 50}
    (tile,) = tiles_of(tmp_path)
    assert tile["geometricError"] == 0.0
    decoded = content_of(tmp_path, tile)
    assert decoded.triangles == 600
    ids = np.concatenate([p.feature for p in decoded.primitives if p.feature is not None])
    assert set(ids.tolist()) == set(range(50))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tiles", "tileset.json"]


def test_things_are_spread_by_size_and_none_is_lost(tmp_path: Path) -> None:
    count = 6000
    content = tile_meshes(boxes(count), target_in(tmp_path))
    tiles = tiles_of(tmp_path)
    assert content.counts["tiles"] == len(tiles) > 4
    assert tiles[0]["refine"] == "ADD"
    sizes = {n: float(np.ptp(chunk.position, axis=0).max()) for n, chunk in enumerate(boxes(count))}
    seen: list[int] = []
    for tile in tiles:
        decoded = content_of(tmp_path, tile)
        here = {
            int(i)
            for p in decoded.primitives
            if p.feature is not None
            for i in np.unique(p.feature)
        }
        seen += sorted(here)
        below = [
            int(i)
            for child in list(walk(tile))[1:]
            for p in content_of(tmp_path, child).primitives
            if p.feature is not None
            for i in np.unique(p.feature)
        ]
        # What is missing while the children are not drawn is not larger than the error says.
        assert max((sizes[i] for i in below), default=0.0) <= tile["geometricError"] + 1e-6
    assert sorted(seen) == list(range(count))


def test_surfaces_are_simplified_towards_the_root_and_whole_in_the_leaves(tmp_path: Path) -> None:
    chunk = terrain(400)
    content = tile_meshes([chunk], target_in(tmp_path))
    tiles = tiles_of(tmp_path)
    leaves = [tile for tile in tiles if not tile.get("children")]
    inner = [tile for tile in tiles if tile.get("children")]
    assert inner and tiles[0]["refine"] == "REPLACE"
    assert sum(content_of(tmp_path, leaf).triangles for leaf in leaves) == len(chunk.triangles)
    assert content.counts["triangles"] == len(chunk.triangles)
    for tile in inner:
        decoded = content_of(tmp_path, tile)
        assert 500 < decoded.triangles < 40_000
        for child in tile["children"]:
            assert child["geometricError"] < tile["geometricError"]
        places = np.concatenate([p.positions() for p in decoded.primitives])
        height = 10 * np.sin(places[:, 0] / 40) * np.cos(places[:, 1] / 30)
        assert np.abs(places[:, 2] - height).max() < tile["geometricError"]


def test_textures_and_their_coordinates_survive_simplification(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), (10, 200, 30)).save(out, "PNG")
    tile_meshes([terrain(300, Texture(out.getvalue(), "image/png"))], target_in(tmp_path))
    root = content_of(tmp_path, tiles_of(tmp_path)[0])
    assert root.triangles > 500
    for primitive in root.primitives:
        assert primitive.material.image is not None and primitive.uv is not None
        assert primitive.uv.min() >= 0.0 and primitive.uv.max() <= 1.0


def test_every_vertex_is_placed_by_itself(tmp_path: Path) -> None:
    chunk = next(boxes(1))
    geographic = np.column_stack([[117.0] * 8, [27.1] * 8, np.arange(8.0)])
    geographic[:, 0] += chunk.position[:, 0] * 1e-6
    geographic[:, 1] += chunk.position[:, 1] * 1e-6
    chunk.position = geographic
    target = target_in(tmp_path, crs="EPSG:4326")
    content = tile_meshes([chunk], target)
    expected = target.to_local(geographic)
    assert content.bounds_local is not None
    assert content.bounds_local[:3] == pytest.approx(expected.min(axis=0), abs=1e-6)


def test_broken_triangles_are_left_out_and_counted(tmp_path: Path) -> None:
    position = np.vstack([CUBE, [[np.nan, 0, 0]]])
    triangles = np.vstack([SIDES, [[0, 1, 8]], [[2, 2, 3]]]).astype(np.uint32)
    content = tile_meshes([MeshChunk(position, triangles)], target_in(tmp_path))
    assert content.counts["triangles"] == 12
    assert content.warnings == ["2 triangles without area or finite coordinates are left out"]


def test_no_triangles_make_an_empty_layer(tmp_path: Path) -> None:
    content = tile_meshes([], target_in(tmp_path))
    assert content.bounds_local is None and content.counts["tiles"] == 0
    assert (tmp_path / "tileset.json").is_file()


def test_many_plain_materials_become_colours_of_vertices(tmp_path: Path) -> None:
    chunks = list(boxes(200))
    tile_meshes(chunks, target_in(tmp_path))
    decoded = content_of(tmp_path, tiles_of(tmp_path)[0])
    assert len(decoded.primitives) == 1
    (primitive,) = decoded.primitives
    assert primitive.colour is not None and primitive.feature is not None
    for number in (0, 77, 199):
        expected = np.round(np.array(chunks[number].material.colour) * 255)
        assert (primitive.colour[primitive.feature == number] == expected).all()


def test_nothing_temporary_stays_after_cancelling(tmp_path: Path) -> None:
    job = Job()

    def chunks() -> Iterator[MeshChunk]:
        yield from boxes(10)
        job.cancel()
        yield from boxes(10)

    with pytest.raises(Cancelled):
        tile_meshes(chunks(), target_in(tmp_path, job))
    assert not (tmp_path / ".tmp").exists()


@pytest.mark.parametrize("kind", ["boxes", "terrain"])
def test_meshes_too_large_for_memory_give_the_same_tiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    chunks = list(boxes(3000)) if kind == "boxes" else [terrain(250)]
    tile_meshes(chunks, target_in(tmp_path / "memory"))
    on_disk: list[int] = []
    mapped = np.load

    def load(*arguments: Any, **options: Any) -> Any:
        on_disk.append(1)
        return mapped(*arguments, **options)

    monkeypatch.setattr(mesh_store, "_MEMORY_VERTICES", 0)
    monkeypatch.setattr(mesh_store.np, "load", load)
    tile_meshes(chunks, target_in(tmp_path / "disk"))
    assert on_disk

    def files(folder: Path) -> dict[str, bytes]:
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    assert files(tmp_path / "memory") == files(tmp_path / "disk")


# -- the pieces ----------------------------------------------------------------------------


def surface_of(chunk: MeshChunk) -> Surface:
    return Surface(chunk.position, chunk.triangles, chunk.material, chunk.uv)


def test_boxes_get_crisp_normals_and_hills_smooth_ones() -> None:
    box = with_normals(Surface(CUBE, SIDES, Material()))
    # Three normals at each of eight corners.
    assert len(box.position) == 24 and box.normal is not None
    a, b, c = box.position[box.triangles].transpose(1, 0, 2)
    face = np.cross(b - a, c - a)
    assert np.allclose(box.normal[box.triangles[:, 0]], face, atol=1e-6)
    turned = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    ring = np.column_stack([np.cos(turned), np.sin(turned), np.zeros(24)])
    sides = [
        [[i, (i + 1) % 24, i + 24], [(i + 1) % 24, (i + 1) % 24 + 24, i + 24]] for i in range(24)
    ]
    cap = [[24, 24 + i, 25 + i] for i in range(1, 23)]
    triangles = np.vstack([np.reshape(sides, (-1, 3)), cap]).astype(np.uint32)
    pipe = with_normals(
        Surface(np.vstack([ring, ring + np.array([0, 0, 3])]), triangles, Material())
    )
    assert pipe.normal is not None and len(pipe.position) == 24 * 3
    upright = np.abs(pipe.normal[:, 2]) < 0.5
    radial = pipe.position[upright] * [1, 1, 0]
    assert np.abs(pipe.normal[upright] - radial).max() < 0.1
    hills = with_normals(surface_of(terrain(30)))
    assert len(hills.position) == 900 and hills.normal is not None
    assert (hills.normal[:, 2] > 0.8).all()


def test_clustering_keeps_flat_ground_flat_and_ridges_sharp() -> None:
    size = 40
    chunk = terrain(size)
    chunk.position[:, 2] = np.abs(chunk.position[:, 0] - 19.5)
    (coarse,) = cluster([surface_of(chunk)], 4.0)
    assert len(coarse.triangles) < len(chunk.triangles) / 8
    expected = np.abs(coarse.position[:, 0] - 19.5)
    assert np.abs(coarse.position[:, 2] - expected).max() < 0.6


def test_clustering_opens_no_crack_along_seams_between_charts() -> None:
    whole = terrain(40)
    left = whole.triangles[whole.position[whole.triangles].mean(axis=1)[:, 0] < 19.5]
    right = whole.triangles[whole.position[whole.triangles].mean(axis=1)[:, 0] >= 19.5]
    count = len(whole.position)
    position = np.vstack([whole.position, whole.position])
    uv = np.vstack([np.zeros((count, 2)), np.ones((count, 2))]).astype(np.float32)
    triangles = np.vstack([left, right + count]).astype(np.uint32)
    (coarse,) = cluster([Surface(position, triangles, Material(), uv)], 4.0)
    assert coarse.uv is not None
    # No vertex mixes the coordinates of the two charts.
    assert set(np.unique(coarse.uv).tolist()) == {0.0, 1.0}
    first = {tuple(p) for p in coarse.position[coarse.uv[:, 0] == 0.0].round(9)}
    second = {tuple(p) for p in coarse.position[coarse.uv[:, 0] == 1.0].round(9)}
    assert len(first & second) >= 9


def test_charts_are_connected_components() -> None:
    strip = np.column_stack([np.arange(0, 998), np.arange(1, 999), np.arange(2, 1000)])
    labels = charts(strip.astype(np.uint32), 1003)
    assert set(labels[:1000].tolist()) == {0}
    assert labels[1000:].tolist() == [1000, 1001, 1002]


def picture(size: int, seed: int) -> tuple[Texture, npt.NDArray[np.uint8]]:
    """Return a smooth picture as PNG, and its pixels."""
    ramp = np.linspace(0, 255, size)
    red, green = np.meshgrid(ramp, ramp)
    pixels = np.dstack([red, green, np.full_like(red, 60 * seed)]).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return Texture(out.getvalue(), "image/png"), pixels


def sample(texture: Texture, uv: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the colours of a texture at coordinates with v down."""
    pixels = np.asarray(Image.open(io.BytesIO(texture.data)).convert("RGB")).astype(float)
    height, width = pixels.shape[:2]
    x = np.clip((uv[:, 0] * width).astype(int), 0, width - 1)
    y = np.clip((uv[:, 1] * height).astype(int), 0, height - 1)
    return pixels[y, x]


@pytest.mark.parametrize("budget", [1 << 22, 1 << 14])
def test_repacked_textures_show_the_same_colours(budget: int) -> None:
    surfaces = []
    expected = []
    for seed in (1, 2, 3):
        texture, _ = picture(256, seed)
        whole = surface_of(terrain(40, texture))
        # Two charts of each texture: a corner, and a strip along the edge.
        middle = whole.position[whole.triangles].mean(axis=1)
        corner = (middle[:, 0] < 10) & (middle[:, 1] < 12)
        strip = middle[:, 0] > 34
        piece = whole.part(whole.triangles[corner | strip])
        surfaces.append(piece)
        assert piece.uv is not None
        centres = piece.uv[piece.triangles].mean(axis=1)
        expected.append(sample(texture, centres))
    (packed,) = pack(surfaces, Pictures(), budget, always=False)
    assert packed.uv is not None and packed.material.texture is not None
    assert packed.uv.min() >= 0.0 and packed.uv.max() <= 1.0
    assert len(packed.triangles) == sum(len(surface.triangles) for surface in surfaces)
    size = Image.open(io.BytesIO(packed.material.texture.data)).size
    # Six charts of unlike heights do not fill their shelves.
    assert size[0] * size[1] < budget * 2.5
    found = sample(packed.material.texture, packed.uv[packed.triangles].mean(axis=1))
    # JPEG, and at the small budget pictures of a quarter of the size.
    assert np.abs(found - np.concatenate(expected)).max() < 24


def test_textures_that_are_used_up_or_repeat_stay_as_they_are() -> None:
    texture, _ = picture(64, 1)
    used_up = surface_of(terrain(20, texture))
    assert pack([used_up], Pictures(), 1 << 22, always=False) == [used_up]
    repeating = surface_of(terrain(20, texture))
    assert repeating.uv is not None
    repeating.uv = repeating.uv * 5
    assert pack([repeating], Pictures(), 1 << 10, always=True) == [repeating]
    damaged = surface_of(terrain(20, Texture(b"\xff\xd8\xff\xe0", "image/jpeg")))
    assert pack([damaged], Pictures(), 1 << 10, always=True) == [damaged]
