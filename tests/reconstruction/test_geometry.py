"""Cameras, similarities, triangulation, matching and poses from elsewhere."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from ingest.reconstruction.georeference import (
    GeoreferenceError,
    fit_both,
    fit_robust,
    fit_similarity,
    place_by_positions,
    triangulate,
)
from ingest.reconstruction.given_poses import read_poses, rotation_of
from ingest.reconstruction.matching import (
    RoughPose,
    allowed_matches,
    candidate_pairs,
    match_descriptors,
)
from ingest.reconstruction.preparation import Prepared
from ingest.reconstruction.scene import Camera, Photo, Similarity, SparseScene
from twin_model.errors import SourceError

CAMERA = Camera(640, 480, 500.0, 505.0, 321.0, 238.0, -0.05, 0.01, 0.001, -0.0005)
DOWN = np.array([[1.0, 0, 0], [0, -1, 0], [0, 0, -1]])
TRUE = Similarity(2.5, rotation_of(np.array([0.2, -0.1, 1.0])), np.array([100.0, -50.0, 7.0]))


def scene(count: int = 6) -> SparseScene:
    chance = np.random.default_rng(2)
    photos = [
        Photo(f"{i}.jpg", 0, rotation_of(chance.normal(0, 0.03, 3)) @ DOWN,
              np.array([8.0 * i, 5.0 * (i % 2), 50.0 + chance.normal(0, 1)]))
        for i in range(count)
    ]  # fmt: skip
    return SparseScene([CAMERA], photos)


def test_a_ray_through_a_pixel_comes_back_to_it_through_the_lens() -> None:
    u, v = np.meshgrid(np.linspace(1, 639, 9), np.linspace(1, 479, 7))
    pixels = np.column_stack([u.ravel(), v.ravel()])
    assert CAMERA.project(CAMERA.rays(pixels) * 40.0) == pytest.approx(pixels, abs=1e-6)


def test_what_is_behind_a_camera_or_far_beside_it_has_no_pixel() -> None:
    seen = CAMERA.project(np.array([[0.0, 0, 10], [0, 0, -10], [90, 0, 10]]))
    assert np.isfinite(seen).all(axis=1).tolist() == [True, False, False]


def test_a_similarity_is_found_again_exactly() -> None:
    points = np.random.default_rng(1).normal(0, 10, (12, 3))
    found = fit_similarity(points, TRUE(points))
    assert found.scale == pytest.approx(2.5)
    assert found(points) == pytest.approx(TRUE(points), abs=1e-9)


def test_a_third_of_wild_positions_changes_nothing() -> None:
    chance = np.random.default_rng(3)
    points = chance.normal(0, 30, (30, 3))
    target = TRUE(points) + chance.normal(0, 0.02, points.shape)
    target[:10] += chance.normal(0, 40, (10, 3))
    found, good = fit_robust(points, target, 0.2)
    assert not good[:10].any() and good[10:].all()
    assert np.abs(found(points[10:]) - TRUE(points[10:])).max() < 0.05


def test_points_on_a_line_cannot_place_a_model() -> None:
    line = np.outer(np.arange(6.0), [1.0, 2.0, 0.5])
    with pytest.raises(GeoreferenceError, match="one line"):
        fit_similarity(line, TRUE(line))
    flown = SparseScene([CAMERA], [Photo(f"{i}", 0, DOWN, p) for i, p in enumerate(line)])
    with pytest.raises(GeoreferenceError, match="along one line"):
        place_by_positions(flown, {f"{i}": TRUE(line)[i] for i in range(6)}, 0.1)


def test_control_points_decide_on_the_place_and_positions_only_on_the_shape() -> None:
    chance = np.random.default_rng(5)
    control = chance.uniform(-50, 50, (4, 3)) * [1, 1, 0.05]
    cameras = np.column_stack([chance.uniform(-50, 50, (20, 2)), np.full(20, 70.0)])
    geoid = np.array([1.5, -2.0, 30.0])
    found, offset = fit_both(
        (control, TRUE(control)), (cameras, TRUE(cameras) + geoid), (0.05, 0.05)
    )
    assert offset == pytest.approx(geoid, abs=1e-2)
    assert found(control) == pytest.approx(TRUE(control), abs=1e-2)


def test_marks_in_several_photographs_meet_in_one_point() -> None:
    flown = scene()
    point = np.array([20.0, 3.0, 4.0])
    marks = []
    for photo in flown.photos:
        x, y = flown.project(photo, point[None])[0]
        marks.append((photo.name, float(x), float(y)))
    found = triangulate(flown, marks)
    assert found is not None
    assert found[0] == pytest.approx(point, abs=1e-6) and found[1] < 1e-6
    assert triangulate(flown, marks[:1]) is None
    assert triangulate(flown, [("unknown", 1.0, 2.0), *marks[:1]]) is None


def rough(x: float, y: float) -> RoughPose:
    return RoughPose(np.array([x, y, 60.0]), DOWN, 500.0, 640, 480, 0.0, 0.05)


def test_features_are_compared_only_where_the_other_photograph_must_show_them() -> None:
    a, b = rough(0.0, 0.0), rough(12.0, 0.0)
    ground = np.array([[5.0, 2.0, 0.0], [5.0, 2.0, 20.0], [5.0, 22.0, 0.0]])
    seen_a = a.project(ground)
    allowed = allowed_matches(a, b, seen_a, b.project(ground))
    assert allowed is not None
    # A roof above a place lies on the same line, the same thing two houses on does not.
    assert allowed[0, 0] and allowed[1, 1] and allowed[0, 1]
    assert not allowed[0, 2] and not allowed[2, 0]


def test_a_repeated_pattern_is_matched_right_only_with_the_guide() -> None:
    chance = np.random.default_rng(0)
    roof = np.zeros((10, 128), np.uint8)
    for row in roof:
        row[chance.choice(128, 24, replace=False)] = 104  # of length 512, as COLMAP has them
    twice = np.vstack([roof, roof])
    assert len(match_descriptors(twice, twice)) == 0
    allowed = np.kron(np.eye(2, dtype=bool), np.ones((10, 10), bool))
    found = match_descriptors(twice, twice, allowed)
    assert found.tolist() == [[i, i] for i in range(20)]


def test_pairs_are_those_that_overlap_and_all_where_nothing_is_known() -> None:
    line = [rough(12.0 * i, 0.0) for i in range(12)]
    pairs = candidate_pairs(line)
    assert (0, 1) in pairs and (0, 3) in pairs and (0, 11) not in pairs
    assert candidate_pairs([None] * 4) == [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]


def prepared(name: str, source: str) -> Prepared:
    return Prepared(name, source, "c", 320, 240, 0.5, None, None, None, None, None, None, False)


NAMES = [prepared(f"0000{i}-{i}.jpg", f"sub/{i}.jpg") for i in range(6)]


def assert_same(found: SparseScene, expected: SparseScene) -> None:
    assert len(found.photos) == 6
    for photo, true in zip(found.photos, expected.photos, strict=True):
        assert photo.centre_m == pytest.approx(true.centre_m, abs=1e-9)
        assert photo.rotation == pytest.approx(true.rotation, abs=1e-9)
    camera = found.cameras[0]
    assert (camera.width_px, camera.fx, camera.cy) == (320, 250.0, 119.0)


def quaternion(m: np.ndarray) -> list[float]:
    from scipy.spatial.transform import Rotation

    x, y, z, w = Rotation.from_matrix(m).as_quat()
    return [w, x, y, z]


def test_transforms_json_gives_the_same_cameras(tmp_path: Path) -> None:
    true = scene()
    frames = []
    for i, photo in enumerate(true.photos):
        matrix = np.eye(4)
        matrix[:3, :3] = photo.rotation.T * [1, -1, -1]
        matrix[:3, 3] = photo.centre_m
        frames.append({"file_path": f"images/{i}.jpg", "transform_matrix": matrix.tolist()})
    document = {"w": 640, "h": 480, "fl_x": 500.0, "fl_y": 505.0, "cx": 321.0, "cy": 238.0,
                "frames": frames}  # fmt: skip
    path = tmp_path / "transforms.json"
    path.write_text(json.dumps(document))
    assert_same(read_poses(path, NAMES)[0], true)


def test_a_colmap_model_gives_the_same_cameras_as_text_and_binary(tmp_path: Path) -> None:
    true = scene()
    text, binary = tmp_path / "text", tmp_path / "binary"
    text.mkdir()
    binary.mkdir()
    numbers = [500.0, 505.0, 321.0, 238.0, -0.05, 0.01, 0.001, -0.0005]
    (text / "cameras.txt").write_text("# c\n1 OPENCV 640 480 " + " ".join(map(str, numbers)))
    lines, packed = [], struct.pack("<Q", 6)
    for i, photo in enumerate(true.photos):
        q, t = quaternion(photo.rotation), -photo.rotation @ photo.centre_m
        lines.append(f"{i + 1} " + " ".join(map(repr, map(float, [*q, *t]))) + f" 1 {i}.jpg\n\n")
        packed += struct.pack("<i7di", i + 1, *q, *t, 1) + f"{i}.jpg".encode() + b"\0"
        packed += struct.pack("<Q", 1) + struct.pack("<ddq", 1.0, 2.0, -1)
    (text / "images.txt").write_text("".join(lines))
    (text / "points3D.txt").write_text("1 1 2 3 10 20 30 0.5 1 0 2 0\n")
    (binary / "cameras.bin").write_bytes(
        struct.pack("<Q", 1) + struct.pack("<iiQQ", 1, 4, 640, 480) + struct.pack("<8d", *numbers)
    )
    (binary / "images.bin").write_bytes(packed)
    (binary / "points3D.bin").write_bytes(
        struct.pack("<Q", 1) + struct.pack("<Q3d3Bd", 1, 1, 2, 3, 10, 20, 30, 0.5)
        + struct.pack("<Q", 2) + struct.pack("<4i", 1, 0, 2, 0)
    )  # fmt: skip
    for folder in (text, binary):
        found, _ = read_poses(folder, NAMES)
        assert_same(found, true)
        assert found.points_m.tolist() == [[1.0, 2.0, 3.0]] and found.point_views.tolist() == [2]
    (binary / "images.bin").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(SourceError, match="no whole COLMAP model"):
        read_poses(binary, NAMES)


def test_an_opensfm_reconstruction_gives_the_same_cameras(tmp_path: Path) -> None:
    from scipy.spatial.transform import Rotation

    true = scene()
    lens = {"width": 640, "height": 480, "projection_type": "brown", "focal_x": 500 / 640,
            "focal_y": 505 / 640, "c_x": 1 / 640, "c_y": -2 / 640, "focal": 500 / 640}  # fmt: skip
    shots = {
        f"{i}.jpg": {
            "camera": "c",
            "rotation": Rotation.from_matrix(photo.rotation).as_rotvec().tolist(),
            "translation": (-photo.rotation @ photo.centre_m).tolist(),
        }
        for i, photo in enumerate(true.photos)
    }
    path = tmp_path / "reconstruction.json"
    path.write_text(json.dumps([{"cameras": {"c": lens}, "shots": shots, "points": {}}]))
    assert_same(read_poses(path, NAMES)[0], true)


def test_real_transforms_of_the_fox_are_read(real_data: Path) -> None:
    folder = real_data / "photos/instant-ngp_NONCOMMERCIAL/fox"
    names = [
        Prepared(f"{i:05d}.jpg", p.name, "c", 540, 960, 0.5, None, None, None, None, None, None,
                 False)
        for i, p in enumerate(sorted((folder / "images").iterdir()))
    ]  # fmt: skip
    found, metric = read_poses(folder / "transforms.json", names)
    assert len(found.photos) == 25 and not metric


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"frames": [{"file_path": "0.jpg"}]}', "nonsense"]
)
def test_files_that_hold_no_poses_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "poses.json"
    path.write_text(text)
    with pytest.raises(SourceError):
        read_poses(path, NAMES)
