"""Scenes that fold or dome are told from those whose photographs are only a little off."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.pipeline.job import Job
from ingest.reconstruction.bending import Bending, Joint, bending_of, weakest_joint
from ingest.reconstruction.given_poses import rotation_of
from ingest.reconstruction.levelling import up_of
from ingest.reconstruction.pose_step import georeference
from ingest.reconstruction.preparation import Prepared
from ingest.reconstruction.report import _bending_rows, _bent
from ingest.reconstruction.scene import Camera, Photo, SparseScene

CAMERA = Camera(1024, 768, 820.0, 820.0, 512.0, 384.0)
#: North, level: columns point down.
AHEAD = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])


def street(count: int = 26, fold_deg: float = 0.0, ties: int = 80) -> SparseScene:
    """Return photographs along a street; its second half is folded aside and upwards."""
    fold = rotation_of(np.radians([fold_deg, 0.0, fold_deg]))
    middle = np.array([0.0, 7.0 * (count // 2), 1.6])
    photos, seen, points = [], [], 0
    for number in range(count):
        centre = np.array([0.3 * (-1) ** number, 7.0 * number, 1.6])
        turned = number >= count // 2
        centre = middle + fold @ (centre - middle) if turned else centre
        rotation = AHEAD @ fold.T if turned else AHEAD
        photos.append(Photo(f"{number:02d}.jpg", 0, rotation, centre))
        if number:
            held = 12 if number == count // 2 else ties
            for point in range(points, points + held):
                seen += [(point, number - 1), (point, number)]
            points += held
    chance = np.random.default_rng(1)
    places = np.column_stack(
        [chance.uniform(-6, 6, points), chance.uniform(0, 7.0 * count, points), np.zeros(points)]
    )
    return SparseScene(
        [CAMERA], photos, places, np.full(points, 0.5), np.full(points, 2),
        np.zeros((points, 3), np.uint8), np.array(seen, np.int32),
    )  # fmt: skip


def stated(scene: SparseScene, noise_m: float, seed: int = 2) -> dict[str, np.ndarray]:
    chance = np.random.default_rng(seed)
    return {p.name: p.centre_m + chance.normal(0, noise_m, 3) for p in scene.photos}


def prepared(positions: dict[str, np.ndarray]) -> list[Prepared]:
    return [
        Prepared(
            name=name, source=f"IMG_{name}", camera="c", width_px=1024, height_px=768,
            focal_px=820.0, scale=1.0, centre_m=place.tolist(), sigma_m=None, direction_deg=None,
            above_ground_m=None, taken=None, mask=False,
        )
        for name, place in positions.items()
    ]  # fmt: skip


def placed(
    scene: SparseScene, positions: dict[str, np.ndarray], folder: Path
) -> tuple[SparseScene, Any]:
    return georeference(scene, None, prepared(positions), [], folder, Job())


def test_a_street_that_folds_is_bent_and_says_between_which_photographs(tmp_path: Path) -> None:
    positions = stated(street(), 2.0)
    _, found = placed(street(fold_deg=40.0), positions, tmp_path)
    assert found.bending["is_bent"]
    assert found.bending["off_m"] > 15.0
    assert {found.bending["joint"][side] for side in ("first", "second")} == {
        "IMG_12.jpg", "IMG_13.jpg",
    }  # fmt: skip
    assert any(text.startswith("the scene is bent") for text in found.warnings)
    assert any("by 12 tie points" in text for text in found.warnings)
    page = _bent({"bending": found.bending})
    assert "The scene is bent" in page and "Do not measure" in page
    assert any("12 tie points" in text for _, text in _bending_rows({"bending": found.bending}))


@pytest.mark.parametrize("noise_m", [0.5, 3.0, 5.0])
def test_a_straight_street_with_a_telephones_positions_is_not_bent(
    tmp_path: Path, noise_m: float
) -> None:
    _, found = placed(street(), stated(street(), noise_m), tmp_path)
    assert not found.bending["is_bent"]
    assert _bent({"bending": found.bending}) == ""
    # It hangs together by little there all the same, and says so.
    assert any("only between IMG_12.jpg and IMG_13.jpg" in text for text in found.warnings)


def domed_place(place: np.ndarray) -> np.ndarray:
    return place + np.array([0.0, 0.0, ((place[:2] - 45.0) ** 2).sum() / 500.0])


def test_a_block_that_domes_is_bent_where_receivers_are_precise() -> None:
    down = np.diag([1.0, -1.0, -1.0])
    photos = [
        Photo(f"{i}{j}", 0, down, np.array([20.0 * i, 20.0 * j, 100.0]))
        for i in range(6) for j in range(5)
    ]  # fmt: skip
    flat = SparseScene([CAMERA], photos)
    positions = stated(flat, 0.05)
    domed = replace(flat, photos=[
        replace(p, centre_m=domed_place(p.centre_m))
        for p in photos
    ])  # fmt: skip
    assert bending_of(domed, positions, 0.05, {}).is_bent
    straight = bending_of(flat, positions, 0.05, {})
    assert not straight.is_bent and straight.off_m is not None and straight.off_m < 0.15


def test_directions_of_gimbals_tell_a_turn_that_positions_hide() -> None:
    scene = street()
    positions = stated(scene, 0.5)
    rotations = {photo.name: photo.rotation for photo in scene.photos}
    assert not bending_of(scene, positions, None, rotations).is_bent
    for photo in scene.photos[13:]:
        rotations[photo.name] = photo.rotation @ rotation_of(np.radians([0.0, 0.0, 9.0]))
    found = bending_of(scene, positions, None, rotations)
    assert found.is_bent and found.turn_deg == pytest.approx(9.0, abs=0.1)


def test_without_positions_nothing_is_claimed() -> None:
    found = bending_of(street(), {}, None, {})
    assert not found.is_bent and found.off_m is None
    assert _bending_rows({"bending": found.to_json()})[0][1].startswith("not known")
    assert found.joint == Joint("12.jpg", "13.jpg", 12, 13)
    assert weakest_joint(SparseScene([CAMERA], street().photos)) is None
    assert Bending(None, 0.0, None, None, is_bent=False).warnings() == []


def test_one_wrong_pose_is_left_out_and_turns_nothing_over(tmp_path: Path) -> None:
    scene = street()
    wrong = Photo("18.jpg", 0, AHEAD @ rotation_of(np.array([0.5, 0.4, 1.2])), np.full(3, 90.0))
    spoilt = replace(scene, photos=[*scene.photos[:18], wrong, *scene.photos[19:]])
    assert up_of(spoilt) == pytest.approx([0, 0, 1], abs=0.03)
    left, found = placed(spoilt, stated(scene, 2.0), tmp_path)
    assert "18.jpg" not in {photo.name for photo in left.photos} and len(left.photos) == 25
    assert any(text.startswith("IMG_18.jpg is left out") for text in found.warnings)
    assert not found.bending["is_bent"]
    assert left.observations[:, 1].max() == 24
    assert left.observations[:, 0].max() == len(left.points_m) - 1
