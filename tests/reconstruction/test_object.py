"""Photographs from the ground: depths, points and mesh of a ball before a wall that is known."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("cv2", reason="needs the extra `reconstruction`")
pytest.importorskip("skimage", reason="needs the extra `reconstruction`")

from ingest.pipeline.job import Job
from ingest.pipeline.process import WorkerError
from ingest.reconstruction.levelling import (
    from_the_ground,
    levelled,
    place_upright,
    place_without_scale,
    stated_down,
    up_of,
)
from ingest.reconstruction.object_mesh import write_shell
from ingest.reconstruction.object_step import OBJECT, fuse_object, sweep_photos
from ingest.reconstruction.options import Quality
from ingest.reconstruction.preview import DepthPreview
from ingest.reconstruction.scene import Camera, Photo, Similarity, SparseScene
from ingest.reconstruction.volume import Cloud, Shell

BALL = np.array([0.0, 6.0, 1.5])
RADIUS = 1.0
WALL = 8.0
CAMERA = Camera(240, 180, 225.0, 225.0, 120.0, 90.0)
QUALITY = Quality(None, 1000, 4, True, 240)


def texture(points: np.ndarray) -> np.ndarray:
    """Return colours that differ everywhere and repeat nowhere, smooth over a few centimetres."""
    value = np.zeros((len(points), 3))
    chance = np.random.default_rng(3)
    for size in (0.5, 0.2, 0.09):
        for _ in range(6):
            wave, phase = chance.normal(size=3) / size, chance.uniform(0, 6.28, 3)
            value += np.sin(points @ wave)[:, None] * np.cos(phase) * 14
    return np.clip(128 + value, 0, 255).astype(np.uint8)


def looking(centre: np.ndarray, at: np.ndarray) -> np.ndarray:
    forward = (at - centre) / np.linalg.norm(at - centre)
    right = np.cross(forward, [0.0, 0.0, 1.0])
    right /= np.linalg.norm(right)
    return np.vstack([right, np.cross(forward, right), forward])


def photographed(photo: Photo) -> np.ndarray:
    u, v = np.meshgrid(np.arange(CAMERA.width_px) + 0.5, np.arange(CAMERA.height_px) + 0.5)
    rays = CAMERA.rays(np.column_stack([u.ravel(), v.ravel()])) @ photo.rotation
    along = (WALL - photo.centre_m[1]) / rays[:, 1]
    to_ball = photo.centre_m - BALL
    a, b = (rays**2).sum(axis=1), rays @ to_ball
    inside = b**2 - a * (to_ball @ to_ball - RADIUS**2)
    hit = np.where(inside > 0, (-b - np.sqrt(np.maximum(inside, 0))) / a, np.inf)
    places = photo.centre_m + rays * np.minimum(hit, along)[:, None]
    return texture(places).reshape(CAMERA.height_px, CAMERA.width_px, 3)


@dataclass
class Pictures:
    """What the step asks of a folder of prepared photographs."""

    pixels: list[np.ndarray]

    def __call__(self, number: int) -> np.ndarray:
        return self.pixels[number]

    def mask(self, number: int) -> None:
        return None


@pytest.fixture(scope="module")
def scene() -> SparseScene:
    photos = []
    for number, x in enumerate(np.linspace(-1.3, 1.3, 5)):
        centre = np.array([x, 0.0, 1.4 + 0.15 * (number % 2)])
        photos.append(Photo(f"{number}.jpg", 0, looking(centre, BALL), centre))
    chance = np.random.default_rng(5)
    wall = np.column_stack([
        chance.uniform(-3, 3, 150), np.full(150, WALL), chance.uniform(-0.5, 3.5, 150)
    ])  # fmt: skip
    angle, height = chance.uniform(3.4, 6.0, 80), chance.uniform(-0.8, 0.8, 80)
    ring = np.sqrt(RADIUS**2 - height**2)
    ball = BALL + np.column_stack([ring * np.cos(angle), ring * np.sin(angle), height])
    points = np.concatenate([wall, ball])
    return SparseScene(
        [CAMERA], photos, points, np.full(230, 0.5), np.full(230, 4, np.int64),
        np.zeros((230, 3), np.uint8),
    )  # fmt: skip


@pytest.fixture(scope="module")
def pictures(scene: SparseScene) -> Pictures:
    return Pictures([photographed(photo) for photo in scene.photos])


@pytest.fixture(scope="module")
def fused(scene: SparseScene, pictures: Pictures, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("object")
    (folder / "stereo").mkdir()
    (folder / "surface").mkdir()
    found = sweep_photos(scene, pictures, QUALITY, folder / "stereo", Job())  # type: ignore[arg-type]
    assert found["kind"] == OBJECT and found["known"] > 0.5
    fuse_object(scene, folder / "stereo", folder / "surface", Job())
    return folder / "surface"


def off_m(points: np.ndarray) -> np.ndarray:
    """Return how far points are from the ball or the wall, whichever is nearer."""
    ball = np.abs(np.linalg.norm(points - BALL, axis=1) - RADIUS)
    return np.minimum(ball, np.abs(points[:, 1] - WALL))


def test_points_lie_on_the_ball_and_on_the_wall(fused: Path) -> None:
    cloud = Cloud.load(fused / "cloud.npz")
    off = off_m(cloud.position_m)
    pixel = 6.0 / CAMERA.fx
    assert len(cloud.position_m) > 4000
    assert np.median(off) < pixel
    assert np.mean(off < 4 * pixel) > 0.93
    on_ball = np.linalg.norm(cloud.position_m - BALL, axis=1) < RADIUS + 0.1
    assert on_ball.sum() > 500
    outward = (cloud.position_m - BALL)[on_ball] / RADIUS
    assert np.median((outward * cloud.normal[on_ball]).sum(axis=1)) > 0.9


def test_stated_uncertainty_of_points_is_of_the_size_of_their_errors(fused: Path) -> None:
    cloud = Cloud.load(fused / "cloud.npz")
    off = off_m(cloud.position_m)
    usual = off < 0.2
    assert 0.4 < np.mean(off[usual] <= cloud.sigma_m[usual]) < 0.98


def test_the_mesh_follows_ball_and_wall_and_faces_the_cameras(
    fused: Path, scene: SparseScene
) -> None:
    shell = Shell.load(fused / "shell.npz")
    p = shell.position_m[shell.triangles]
    off = off_m(p.mean(axis=1))
    assert len(shell.triangles) > 4000
    assert np.median(off) < 0.6 * shell.voxel_m
    normal = np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])
    towards = scene.photos[2].centre_m - p.mean(axis=1)
    assert np.mean((normal * towards).sum(axis=1) > 0) > 0.9


def test_the_mesh_is_textured_by_the_photographs(
    fused: Path, scene: SparseScene, pictures: Pictures, tmp_path: Path
) -> None:
    path = tmp_path / "mesh.glb"
    write_shell(path, scene, Shell.load(fused / "shell.npz"), pictures, Job())
    data = path.read_bytes()
    (length,) = struct.unpack("<I", data[12:16])
    document = json.loads(data[20 : 20 + length])
    assert 2 <= len(document["images"]) <= len(scene.photos)
    counts = {
        document["materials"][part["material"]].get("name", ""): document["accessors"][
            part["indices"]
        ]["count"]
        for part in document["meshes"][0]["primitives"]
    }
    assert counts.get("seen by no photograph", 0) < 0.1 * sum(counts.values())


def test_photographs_that_show_nothing_in_common_are_refused_with_a_reason(
    scene: SparseScene, tmp_path: Path
) -> None:
    chance = np.random.default_rng(1)
    noise = [chance.integers(0, 255, (180, 240, 3), dtype=np.uint8) for _ in scene.photos]
    with pytest.raises(WorkerError, match="do not agree"):
        sweep_photos(scene, Pictures(noise), QUALITY, tmp_path, Job())  # type: ignore[arg-type]


def turned(scene: SparseScene) -> tuple[SparseScene, Similarity]:
    from scipy.spatial.transform import Rotation

    rotation = Rotation.from_euler("xyz", [40, -25, 70], degrees=True).as_matrix()
    away = Similarity(0.3, rotation, np.array([5.0, -2.0, 9.0]))
    return away.apply(scene), away


def test_up_is_found_from_how_cameras_were_held(scene: SparseScene) -> None:
    moved, away = turned(scene)
    assert up_of(moved) @ away.rotation[:, 2] > np.cos(np.radians(2.0))
    assert from_the_ground(levelled(moved).apply(moved))


def test_cameras_that_say_they_look_down_are_none_from_the_ground() -> None:
    assert stated_down([-88.0, -90.0, -45.0]) and not stated_down([-5.0, 0.0, -40.0])
    assert not stated_down([])


def test_of_photographs_without_neighbours_no_surface_is_shown(
    scene: SparseScene, tmp_path: Path
) -> None:
    told: list[dict[str, Any]] = []
    DepthPreview(scene, 0, tmp_path, Job(on_news=told.append)).finish()
    assert told == []


def test_positions_along_one_line_place_a_street_without_turning_it_over(
    scene: SparseScene,
) -> None:
    moved, _ = turned(scene)
    chance = np.random.default_rng(4)
    line = {photo.name: photo.centre_m * [1.0, 1.0, 0.0] + [0.0, 0.0, 1.5] +
            chance.normal(0, 0.02, 3) for photo in scene.photos}  # fmt: skip
    similarity, used = place_upright(moved, line)
    placed = similarity.apply(moved)
    assert np.abs(placed.points_m - scene.points_m).max() < 0.5
    assert np.mean(list(used.values())) >= 0.6


def test_without_any_position_a_scene_stands_upright_at_the_origin(scene: SparseScene) -> None:
    moved, _ = turned(scene)
    placed = place_without_scale(moved, keep_scale=False).apply(moved)
    depth = np.median([photo.to_camera(placed.points_m)[:, 2] for photo in placed.photos])
    assert depth == pytest.approx(10.0, rel=0.01)
    assert np.abs(np.median(placed.points_m, axis=0)[:2]).max() < 1e-6
    assert place_without_scale(moved, keep_scale=True).scale == 1.0
