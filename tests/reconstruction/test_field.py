"""A radiance field: its data set, fusion with stereo, and a real one of a few photographs."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image

from ingest.pipeline.job import Job, Progress
from ingest.pipeline.process import WorkerError
from ingest.pipeline.run_clock import RunClock
from ingest.reconstruction.estimates import estimate, with_field
from ingest.reconstruction.field import environment, presets
from ingest.reconstruction.field.dataset import (
    box_around,
    field_span,
    tie_rays,
    well_seen,
    write_dataset,
)
from ingest.reconstruction.field.fusion import FieldHeights, field_heights, fuse_field
from ingest.reconstruction.field.reporting import field_rows
from ingest.reconstruction.field.step import FieldInput, load_field, train_field
from ingest.reconstruction.options import QUALITIES, ReconstructOptions
from ingest.reconstruction.preparation import Pictures
from ingest.reconstruction.run import reconstruct
from ingest.reconstruction.runs import steps_of
from ingest.reconstruction.scene import Camera, Photo, SparseScene
from ingest.reconstruction.step_times import foretell, shares_of_stages
from ingest.reconstruction.surface import FIELD, NOTHING, STEREO, Grid, Surface
from twin_model.errors import Cancelled, ShapanError
from twin_model.frame import Frame
from virtual_drone import Flown, true_heights

GSD_M = 0.2


def surface(heights: list[float], source: list[int]) -> Surface:
    row = np.array([heights], np.float32)
    return Surface(
        Grid(0.0, 1.0, 1.0, len(heights), 1), row,
        np.where(np.isfinite(row), 0.1, np.nan).astype(np.float32),
        np.array([source], np.uint8), np.ones_like(row, np.uint16),
    )  # fmt: skip


def field(heights: list[float], sigma_m: float = 0.1) -> FieldHeights:
    row = np.array([heights], np.float64)
    return FieldHeights(row, np.where(np.isfinite(row), sigma_m, np.nan))


def test_where_both_agree_stereo_stays_and_where_only_the_field_sees_it_is_taken() -> None:
    nan = float("nan")
    fused, figures = fuse_field(
        surface([5.0, nan, 5.0, nan], [STEREO, NOTHING, STEREO, NOTHING]),
        field([5.1, 3.0, nan, nan]),
        GSD_M,
    )
    assert np.allclose(fused.height_m[0, :3], [5.0, 3.0, 5.0])
    assert fused.source.tolist() == [[STEREO, FIELD, STEREO, NOTHING]]
    assert np.isnan(fused.height_m[0, 3]) and np.isnan(fused.uncertainty_m[0, 3])
    assert figures["by_both"] == pytest.approx(1 / 3)
    assert figures["by_field_alone"] == pytest.approx(1 / 3)
    assert figures["in_conflict"] == 0.0


def test_of_two_that_contradict_the_lower_wins_and_their_difference_is_uncertainty() -> None:
    fused, figures = fuse_field(
        surface([9.0, 2.0, *[4.0] * 6], [STEREO] * 8),
        field([2.0, 9.0, 4.1, 3.9, 4.0, 4.1, 4.0, 3.9]),
        GSD_M,
    )
    assert np.allclose(fused.height_m, [[2.0, 2.0, *[4.0] * 6]])
    assert fused.source.tolist() == [[FIELD, *[STEREO] * 7]]
    assert (fused.uncertainty_m[0, :2] > 3.0).all() and (fused.uncertainty_m[0, 2:] < 0.2).all()
    assert figures["trusted"] and figures["in_conflict"] == pytest.approx(1 / 4)
    assert figures["conflict_won_by_field"] == pytest.approx(1 / 8)


def test_a_field_with_sunken_roofs_and_right_ground_lowers_no_roof() -> None:
    stereo = surface([9.0, 9.0, 9.0, *[4.0] * 7], [STEREO] * 10)
    fused, figures = fuse_field(stereo, field([6.0, 6.0, 6.0, *[4.0] * 7]), GSD_M)
    assert not figures["trusted"] and abs(figures["bias_m"]) < GSD_M
    assert np.array_equal(fused.height_m, stereo.height_m)


def test_a_field_that_did_not_find_the_surface_changes_nothing() -> None:
    stereo = surface([4.0, 4.0, 5.0, float("nan")], [STEREO, STEREO, STEREO, NOTHING])
    fused, figures = fuse_field(stereo, field([7.0, 1.0, 9.0, 3.0]), GSD_M)
    assert not figures["trusted"]
    assert np.array_equal(fused.height_m, stereo.height_m, equal_nan=True)
    assert fused.source.tolist() == stereo.source.tolist()
    assert np.array_equal(fused.uncertainty_m, stereo.uncertainty_m, equal_nan=True)
    assert "all heights are of stereo" in field_rows(
        {"field": {"preset": {"steps": 10, "rays": 5}, "device": "cpu", "training_s": 1.0,
                   "trained": 4}, "surface": {"field": figures}}
    )[-1][1]  # fmt: skip


def test_fog_and_holes_of_a_field_are_no_heights() -> None:
    found = field_heights(
        np.array([[4.0, 4.0, 4.0]]), np.array([[0.1, 9.0, 0.1]]), np.array([[1.0, 1.0, 0.2]]),
        GSD_M,
    )  # fmt: skip
    assert np.isfinite(found.height_m).tolist() == [[True, False, False]]


def write_pictures(folder: Path, scene: SparseScene) -> Pictures:
    (folder / "photos").mkdir(parents=True)
    for photo in scene.photos:
        camera = scene.camera_of(photo)
        pixels = np.zeros((camera.height_px, camera.width_px, 3), np.uint8)
        Image.fromarray(pixels).save(folder / "photos" / photo.name)
    return Pictures(folder, [photo.name for photo in scene.photos])


def test_poses_reach_nerfstudio_in_its_axes_and_what_lies_outside_is_masked(
    tmp_path: Path,
) -> None:
    down = np.diag([1.0, -1.0, -1.0])
    camera = Camera(400, 300, 300.0, 300.0, 200.0, 150.0, k1=-0.05)
    photos = [Photo(f"{i}.png", 0, down, np.array([10.0 * i, 0.0, 60.0])) for i in range(4)]
    scene = SparseScene([camera], photos)
    box = box_around(np.array([-10.0, -20.0, 0.0]), np.array([40.0, 20.0, 20.0]))
    counts = write_dataset(
        scene, write_pictures(tmp_path / "in", scene), box, 200, tmp_path / "out", Job()
    )
    assert counts == {"trained": 4, "held_out": 0, "pixels": 200 * 150}
    document = json.loads((tmp_path / "out" / "transforms.json").read_text())
    point = np.array([[12.0, 3.0, 5.0]])
    for photo, frame in zip(photos, document["frames"], strict=True):
        pose = np.array(frame["transform_matrix"])
        seen = (box.to_box(point)[0] - pose[:3, 3]) @ pose[:3, :3]  # OpenGL: looks along -z
        x = frame["cx"] - frame["fl_x"] * seen[0] / seen[2]
        y = frame["cy"] + frame["fl_y"] * seen[1] / seen[2]
        straight = dataclasses.replace(camera, k1=0.0).project(photo.to_camera(point))[0]
        assert np.allclose([x, y], straight / 2)
    with Image.open(tmp_path / "out" / document["frames"][0]["mask_path"]) as image:
        mask = np.asarray(image) > 0
    # The first camera stands above the edge of the box: its left half looks past the floor.
    assert mask[30:120, 150:195].all() and not mask[:, :20].any()


def tied_scene() -> SparseScene:
    """Return three photographs from above, and 200 tie points of level ground and a roof."""
    down = np.diag([1.0, -1.0, -1.0])
    camera = Camera(400, 300, 300.0, 300.0, 200.0, 150.0)
    photos = [Photo(f"{i}.png", 0, down, np.array([10.0 * i, 0.0, 60.0])) for i in range(3)]
    points = np.random.default_rng(2).uniform((-10, -20, 4.9), (30, 20, 5.1), (200, 3))
    points[:20, 2] = 14.0
    points[-1, 2] = -30.0  # two rays that met by mistake
    views = np.full(200, 4)
    views[-1] = 2
    seen = np.array([[point, photo] for photo in range(3) for point in range(200)], np.int32)
    return SparseScene(
        [camera], photos, points, np.full(200, 0.4), views, np.zeros((200, 3), np.uint8), seen
    )


def test_the_floor_of_a_field_is_no_deeper_than_what_four_photographs_agree_on() -> None:
    scene = tied_scene()
    low, high = field_span(scene, (-33.0, 25.0))
    assert 4.9 <= low < 5.0 and high == pytest.approx(17.0)
    assert field_span(scene, (4.95, 15.0)) == (pytest.approx(max(low, 4.95)), 15.0)
    few = dataclasses.replace(scene, point_views=np.full(200, 3))
    assert field_span(few, (-33.0, 25.0)) == (-33.0, 25.0)


def test_a_field_leaves_out_the_rim_that_few_photographs_see() -> None:
    scene = tied_scene()  # on the ground each sees 73 m by 55 m, 10 m further on than the last
    low, high = well_seen(scene, np.array([-60.0, -40.0, 4.9]), np.array([80.0, 40.0, 17.0]))
    assert low == pytest.approx([-26.7, -27.5], abs=3.0)
    assert high == pytest.approx([46.7, 27.5], abs=3.0)
    nothing = well_seen(scene, np.array([500.0, 500.0, 4.9]), np.array([600.0, 600.0, 17.0]))
    assert nothing[0].tolist() == [500.0, 500.0] and nothing[1].tolist() == [600.0, 600.0]


def test_rays_to_tie_points_end_at_them_and_photographs_that_are_held_out_give_none() -> None:
    scene = tied_scene()
    box = box_around(np.array([-12.0, -22.0, 4.0]), np.array([32.0, 22.0, 18.0]))
    rays = tie_rays(scene, box, [0, 2])
    assert len(rays["depth"]) == 2 * 199  # not the one that two photographs see
    ends = rays["origin"] + rays["depth"][:, None] * rays["direction"]
    assert np.allclose(ends[:199], box.to_box(scene.points_m[:199]))
    held_out = box.to_box(scene.photos[1].centre_m[None])
    assert not np.isclose(rays["origin"], held_out).all(axis=1).any()


def test_without_its_environment_a_run_with_a_field_says_how_to_get_it(
    flown: Flown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHAPAN_ENVIRONMENTS", str(tmp_path))
    options = ReconstructOptions(flown.photos, field=True)
    with pytest.raises(WorkerError, match="not installed") as raised:
        reconstruct(options, Frame("EPSG:4549", (515_000.0, 3_349_900.0, 0.0)), tmp_path / "run",
                    Job())  # fmt: skip
    assert "shapan doctor --install reconstruction" in raised.value.remedy


def test_an_environment_that_cannot_be_made_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHAPAN_ENVIRONMENTS", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(ShapanError, match="could not be made"):
        environment.install(Job())
    assert not environment.environment_folder().exists()
    job = Job()
    job.cancel()
    with pytest.raises(Cancelled):
        environment.install(job)
    assert not environment.environment_folder().exists()


def test_a_disk_that_is_too_small_is_told_before_anything_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHAPAN_ENVIRONMENTS", str(tmp_path))
    monkeypatch.setattr(environment, "_NEEDED_BYTES", 2**60)
    with pytest.raises(ShapanError, match="GiB free and the environment needs"):
        environment.install(Job())


# -- a real one ------------------------------------------------------------------------------

#: Half a minute's work of one core, of which half is loading what it needs.
TINY = presets.FieldPreset(200, 512, 160, 10, 256, 15, 32, 20)


@pytest.fixture(scope="module")
def installed() -> Path:
    """The environment, made where it is not there yet."""
    try:
        return environment.install(Job())
    except ShapanError as error:
        pytest.skip(f"the environment of radiance fields cannot be made here: {error}")


def true_scene(flown: Flown, folder: Path) -> tuple[SparseScene, Pictures]:
    """Poses as they were: this is about the field, not about finding them."""
    document = json.loads((flown.truth / "poses.json").read_text())
    width, height = document["size_px"]
    focal = document["focal_px"]
    camera = Camera(width, height, focal, focal, width / 2, height / 2)
    photos = [
        Photo(shot["name"], 0, np.array(shot["rotation"]), np.array(shot["centre_m"]))
        for shot in document["shots"]
    ]
    folder.mkdir()
    (folder / "photos").symlink_to(flown.photos)
    west, south, east, north = flown.flight.area
    xy = np.random.default_rng(5).uniform((west, south), (east, north), (300, 2))
    points = np.column_stack([xy, true_heights(flown.truth, xy)])
    seen: list[tuple[int, int]] = []
    for number, photo in enumerate(photos):
        pixels = camera.project(photo.to_camera(points))
        inside = ((pixels > 0) & (pixels < [width, height])).all(axis=1)
        seen += [(int(point), number) for point in np.flatnonzero(inside)]
    observations = np.array(seen, np.int32)
    scene = SparseScene(
        [camera], photos, points, np.full(300, 0.3), np.bincount(observations[:, 0], minlength=300),
        np.zeros((300, 3), np.uint8), observations,
    )  # fmt: skip
    return scene, Pictures(folder, [photo.name for photo in photos])


def test_a_real_field_is_killed_goes_on_and_shows_the_town_from_above(
    flown: Flown, installed: Path, tmp_path: Path
) -> None:
    scene, pictures = true_scene(flown, tmp_path / "photos")
    west, south, east, north = flown.flight.area
    grid = Grid(west, north, 1.0, int(east - west), int(north - south))
    folder, training = tmp_path / "field", tmp_path / "training"
    folder.mkdir()
    given = FieldInput(scene, pictures, grid, (0.0, 24.0))
    killed = []

    def kill_it(_: object) -> None:
        # After the checkpoint: the training is to go on from there.
        if list(training.glob("training/**/*.ckpt")) and not killed:
            for child in psutil.Process().children(recursive=True):
                if "field.worker" in " ".join(child.cmdline()):
                    killed.append(child.pid)
                    os.kill(child.pid, signal.SIGKILL)

    with pytest.raises(WorkerError, match="signal 9"):
        train_field(given, TINY, folder, training, Job(kill_it, interval_s=0.0))
    assert killed and not (folder / "field.npz").exists()
    stages: set[str] = set()
    told: list[dict[str, Any]] = []

    def look(news: dict[str, Any]) -> None:
        with Image.open(news["preview"]["path"]) as picture:
            told.append(news["preview"] | {"size": picture.size})

    job = Job(lambda progress: stages.add(progress.stage), on_news=look)
    figures = train_field(given, TINY, folder, training, job)
    assert figures["resumed_at"] > 0
    assert figures["trained"] > 10 and figures["held_out"] >= 2
    # A field that has to be solid learns its colours later: a grey picture is at 16 dB.
    assert figures["psnr_db"] > 19.5 and 0.5 < figures["ssim"] <= 1.0
    assert any("Training the field" in stage for stage in stages)
    assert not training.exists()
    # A photograph that was held out was shown beside what the field made of it.
    last = told[-1]
    assert last["step"] == last["steps"] == TINY.steps and last["is_held_out"]
    assert last["size"] == (324, 120) and last["left_s"] == 0.0
    assert last["psnr_db"] > 19.5 and 0.0 < last["loss"] < 1.0

    # A field of a minute promises no surface; that it saw the town shows in what it says of it.
    found = load_field(folder, 1.0)
    assert found.height_m.shape == grid.shape
    assert np.nanmin(found.height_m) > -5.0 and np.nanmax(found.height_m) < 30.0


def test_many_photographs_are_reduced_further_so_that_enough_rays_fall_on_a_pixel() -> None:
    draft = presets.PRESETS["draft"]
    assert draft.side_px(48) == draft.max_side_px
    side = draft.side_px(200)
    assert side < draft.max_side_px
    rays_a_pixel = draft.steps * draft.rays / (200 * side * side * 0.75)
    assert rays_a_pixel == pytest.approx(0.6, rel=0.02)
    assert draft.side_px(10**6) == 160


def test_estimates_grow_with_the_work_and_fall_with_a_card() -> None:
    draft, normal = presets.PRESETS["draft"], presets.PRESETS["normal"]
    small = presets.estimate_field(draft, 48, 120_000, "cpu")
    assert 1.0 < small.minutes < 30.0
    assert presets.estimate_field(normal, 48, 750_000, "cpu").minutes > 10 * small.minutes
    assert presets.estimate_field(normal, 48, 750_000, "cuda").minutes < 60.0
    run = estimate(48, 640 * 480, QUALITIES["draft"])
    whole = with_field(run, small)
    assert whole.minutes == pytest.approx(run.minutes + small.minutes)
    assert whole.memory_bytes > small.memory_bytes and "field" in whole.steps_s


def test_the_time_left_counts_the_field_also_where_the_photographs_were_looked_at_before() -> None:
    """By a run without one."""
    without = estimate(48, 640 * 480, QUALITIES["draft"])
    options = ReconstructOptions(Path("photos"), field=True)
    left_s = []
    for field_s in (None, 600.0, 700.0):
        clock = RunClock(steps_of(options), shares_of_stages(from_ground=False))
        foretell(clock, without.to_json(), field_s)
        left_s.append(clock.left_s(Progress("Looking at photographs", 0, 48, "photos")))
    assert left_s[0] is None
    assert left_s[1] is not None and left_s[1] > 600.0
    assert left_s[2] == pytest.approx(left_s[1] + 100.0)


def test_the_report_says_nothing_of_a_field_that_was_not_trained() -> None:
    figures: dict[str, Any] = {"surface": {}, "field": None}
    assert field_rows(figures) == []
