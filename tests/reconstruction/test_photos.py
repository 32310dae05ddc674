"""What is said about photographs before hours are spent on them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from app.reconstruct.photo_set import Needs, PhotoRow, PhotoSet, Pose
from ingest.pipeline.job import Job
from ingest.reconstruction.estimates import estimate_from_ground, seems_from_ground
from ingest.reconstruction.footprints import camera_rotation, coverage_of, footprints_of
from ingest.reconstruction.options import QUALITIES
from ingest.reconstruction.photo_check import PhotoCheck, check_photos
from ingest.reconstruction.photo_metadata import PhotoMetadata, read_metadata
from ingest.reconstruction.placing import frame_at_photos
from ingest.reconstruction.preparation import prepare_photos
from ingest.reconstruction.whereabouts import misplacement
from twin_model.errors import FrameError, SourceError
from twin_model.frame import Frame
from virtual_drone import Flown

FRAME = Frame("EPSG:4549", (515_000.0, 3_349_900.0, 0.0), "EPSG:5737")


def check(folder: Path) -> PhotoCheck:
    return check_photos(folder, FRAME, Job())


def problems(found: PhotoCheck) -> dict[str, str]:
    return {f.name: f.problems[0] for f in found.findings if f.problems}


@pytest.fixture
def folder(flown: Flown, tmp_path: Path) -> Path:
    """Six good photographs to spoil."""
    made = tmp_path / "set"
    made.mkdir()
    for number in range(1, 7):
        name = f"DJI_{number:04d}.JPG"
        shutil.copy(flown.photos / name, made / name)
    return made


def test_a_drone_photograph_states_place_direction_and_focal_length(flown: Flown) -> None:
    found = read_metadata(flown.photos / "DJI_0001.JPG", "DJI_0001.JPG")
    assert found.camera == "Shapan Virtual drone"
    assert found.taken == "2026-03-01T10:00:00"
    assert found.pitch_deg == pytest.approx(-88.0, abs=3.0)
    assert found.position_accuracy_m == pytest.approx(0.05)
    assert found.focal_px == pytest.approx(flown.flight.focal_px, rel=0.02)
    local = FRAME.transform_from("EPSG:4326")([[found.longitude_deg, found.latitude_deg]])[0]
    assert local[0] == pytest.approx(-215.0, abs=6.0) and local[1] == pytest.approx(330.0, abs=6.0)


def test_good_photographs_pass_with_their_overlap_and_resolution(
    folder: Path, flown: Flown
) -> None:
    found = check(folder)
    assert problems(found) == {}
    assert found.coverage is not None
    expected = flown.flight.ground_sample_distance_m
    assert found.coverage.ground_sample_distance_m == pytest.approx(expected, rel=0.05)
    assert found.coverage.mean_overlap > 0.7


def test_a_cut_file_a_text_and_a_blurred_photograph_are_left_out_by_name(
    folder: Path, real_data: Path
) -> None:
    shutil.copy(real_data / "bad_made/truncated/jpg_cut.jpg", folder / "cut.jpg")
    (folder / "notes.jpg").write_text("not a picture")
    with Image.open(folder / "DJI_0003.JPG") as image:
        exif = image.info["exif"]
        image.filter(ImageFilter.GaussianBlur(6)).save(folder / "DJI_0003.JPG", exif=exif)
    said = problems(check(folder))
    assert "damaged" in said["cut.jpg"]
    assert "not a picture" in said["notes.jpg"]
    assert "blurred" in said["DJI_0003.JPG"]
    assert len(said) == 3


def test_copies_and_second_frames_from_one_spot_are_found(folder: Path) -> None:
    shutil.copy(folder / "DJI_0002.JPG", folder / "copy.JPG")
    with Image.open(folder / "DJI_0004.JPG") as image:
        image.save(folder / "resaved.JPG", quality=80, exif=image.info["exif"])
    said = problems(check(folder))
    assert "same file" in said.get("copy.JPG", "") + said.get("DJI_0002.JPG", "")
    assert said["resaved.JPG"] == "shows the same as DJI_0004.JPG"


def test_a_photograph_of_another_place_is_left_out(folder: Path) -> None:
    with Image.open(folder / "DJI_0005.JPG") as image:
        exif = image.getexif()
        exif.get_ifd(0x8825)[2] = (31.0, 30.0, 0.0)
        image.save(folder / "far.JPG", exif=exif)
        array = np.asarray(image)[:, ::-1]
    Image.fromarray(array).save(folder / "far.JPG", exif=exif)
    assert "km from the others" in problems(check(folder))["far.JPG"]


@pytest.mark.parametrize(
    ("crs", "origin", "said", "fitting"),
    [
        ("EPSG:32633", None, "lengths would be wrong by", "EPSG:32651"),
        ("EPSG:4549", (515_000.0, 2_900_000.0, 0.0), "450 km from the place of the", "EPSG:32651"),
    ],
)
def test_photographs_of_another_place_than_the_project_are_told_with_what_to_do(
    folder: Path, crs: str, origin: tuple[float, float, float] | None, said: str, fitting: str
) -> None:
    found = check_photos(folder, Frame(crs, origin), Job())
    assert found.misplaced is not None and found.misplaced.crs == fitting
    assert said in found.misplaced.reason and str(found.misplaced) in found.warnings
    assert check(folder).misplaced is None
    if origin is None:  # the project takes no place from them either
        with pytest.raises(FrameError, match="lengths would be wrong by") as refused:
            frame_at_photos(Frame(crs), folder, refuse_misplaced=True)
        assert "make a project of their own for them, in EPSG:32651" in refused.value.remedy
        assert frame_at_photos(Frame(crs), folder).origin is not None


def test_a_range_of_longitudes_may_cross_the_antimeridian() -> None:
    new_zealand = Frame("EPSG:3851")  # 160.6° E to 171.2° W
    assert misplacement(new_zealand, -176.5, -44.0) is None
    assert misplacement(new_zealand, 150.0, -44.0) is not None


def test_a_camera_on_the_ground_has_a_ring_until_its_pose_is_known() -> None:
    metadata = PhotoMetadata("a.jpg", 400, 300, focal_px=400.0)
    row = PhotoRow("a.jpg", Path("a"), used=True, metadata=metadata, position_m=(1.0, 2.0, 3.0))
    ground = PhotoSet(Path(), FRAME, [row], needs={"draft": Needs(1, 1, 1, from_ground=True)})
    ring = np.array(ground.frustums([row], 10.0, {}))
    assert (ring[..., 2] == 3.0).all()  # level, around the camera
    assert np.linalg.norm(ring[..., :2] - [1.0, 2.0], axis=-1) == pytest.approx(3.0)
    # A drone's is taken to look down.
    above = np.array(replace(ground, needs={}).frustums([row], 10.0, {}))
    assert above[..., 2].min() == pytest.approx(-7.0)
    # Once a run has found it, it stands and looks as that says: here to the east.
    pose = Pose((5.0, 5.0, 5.0), camera_rotation(90.0, 0.0, 0.0))
    east = np.array(ground.frustums([row], 10.0, {"a.jpg": pose}))
    assert east[..., 0].min() == 5.0 and east[..., 0].max() == pytest.approx(15.0)


def test_mixed_cameras_and_missing_positions_are_said(folder: Path) -> None:
    with Image.open(folder / "DJI_0006.JPG") as image:
        image.resize((400, 300)).save(folder / "DJI_0006.JPG")
    found = check(folder)
    warnings = " ".join(found.warnings)
    assert "mixed cameras" in warnings
    assert "1 of 6 photographs state no position" in warnings
    (odd,) = [finding for finding in found.findings if finding.remarks]
    assert odd.name == "DJI_0006.JPG"
    assert [text.split(",")[0].split(":")[0] for text in odd.remarks] == [
        "does not state its camera", "states no position",
    ]  # fmt: skip


def test_three_photographs_are_accepted_with_a_warning_and_two_are_not(folder: Path) -> None:
    for number in (4, 5, 6):
        (folder / f"DJI_{number:04d}.JPG").unlink()
    assert any("only 3 photographs" in text for text in check(folder).warnings)
    (folder / "DJI_0003.JPG").unlink()
    with pytest.raises(SourceError, match="only 2 of 2 photographs can be used"):
        check(folder)


def test_an_empty_folder_and_a_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no photographs"):
        check(tmp_path)
    with pytest.raises(SourceError, match="no folder"):
        check(tmp_path / "missing")


def test_a_turned_photograph_is_made_upright_and_its_mask_goes_with_it(
    folder: Path, tmp_path: Path
) -> None:
    with Image.open(folder / "DJI_0001.JPG") as image:
        exif = image.getexif()
        exif[0x0112] = 6
        turned = image.transpose(Image.Transpose.ROTATE_90)
        turned.save(folder / "DJI_0001.JPG", exif=exif, quality=95)
    (folder / "masks").mkdir()
    mask = np.full((360, 480), 255, np.uint8)
    mask[:40] = 0
    Image.fromarray(mask).save(folder / "masks" / "DJI_0001.png")
    found = check(folder)
    first = found.findings[0]
    assert first.metadata is not None and (first.metadata.width_px, first.metadata.height_px) == (
        480, 360,
    )  # fmt: skip
    assert first.mask == "masks/DJI_0001.png"
    out = tmp_path / "out"
    out.mkdir()
    prepared = prepare_photos(found, out, 240, Job())
    assert (prepared[0].width_px, prepared[0].height_px, prepared[0].scale) == (240, 180, 0.5)
    with Image.open(out / "photos" / prepared[0].name) as image:
        assert image.size == (240, 180)
    with Image.open(out / "masks" / f"{prepared[0].name}.png") as image:
        values = np.asarray(image)
    assert values[:18].max() == 0 and values[22:].min() == 255


def test_a_file_with_a_second_picture_inside_opens_like_any_other(folder: Path) -> None:
    with Image.open(folder / "DJI_0001.JPG") as image:
        small = image.resize((160, 120))
        exif = image.getexif()
        image.save(folder / "two.JPG", "MPO", save_all=True, append_images=[small], exif=exif)
    with Image.open(folder / "two.JPG") as image:
        assert image.format == "MPO"
    found = read_metadata(folder / "two.JPG", "two.JPG")
    assert (found.width_px, found.height_px) == (480, 360) and found.has_position
    assert problems(check(folder)) == {"two.JPG": "shows the same as DJI_0001.JPG"}


def test_real_photographs_state_what_they_state(real_data: Path) -> None:
    lund = read_metadata(real_data / "photos/opensfm/lund/images/01.jpg", "01.jpg")
    assert lund.latitude_deg == pytest.approx(55.698, abs=0.001)
    assert lund.focal_px == pytest.approx(995.6, abs=0.1)
    fox = real_data / "photos/instant-ngp_NONCOMMERCIAL/fox/images/0001.jpg"
    assert not read_metadata(fox, "0001.jpg").has_position


def test_needs_of_photographs_from_the_ground_are_those_measured_on_the_real_sets(
    flown: Flown, real_data: Path
) -> None:
    draft = QUALITIES["draft"]
    # MiB on the disk and of memory, all processes together, that drafts were seen to take.
    for folder, disk_mb, memory_mb in (
        ("photos/instant-ngp_NONCOMMERCIAL/fox/images", 108, 838),
        ("photos/opensfm/lund/images", 79, 994),
    ):
        paths = sorted((real_data / folder).glob("*.jpg"))
        metadata = [read_metadata(path, path.name) for path in paths]
        assert seems_from_ground(metadata), folder
        longer = max(metadata[0].width_px, metadata[0].height_px)
        full = float(metadata[0].width_px * metadata[0].height_px)
        pixels = full * min(1600 / longer, 1.0) ** 2
        swept = full * (draft.sweep_px / longer) ** 2
        found = estimate_from_ground(len(paths), pixels, swept, draft, 2).to_json()
        assert disk_mb / 1.5 < found["disk_mb"] < disk_mb * 1.5, folder
        assert memory_mb / 1.5 < found["memory_mb"] < memory_mb * 1.5, folder
    drone = [read_metadata(path, path.name) for path in sorted(flown.photos.glob("*.JPG"))]
    assert not seems_from_ground(drone)


@pytest.mark.parametrize("yaw_deg", [0.0, 37.0, 251.0])
def test_a_footprint_straight_down_is_as_large_as_the_camera_sees(yaw_deg: float) -> None:
    metadata = PhotoMetadata(
        "a", 4000, 3000, focal_px=3000.0, longitude_deg=1.0, latitude_deg=1.0,
        above_ground_m=90.0, yaw_deg=yaw_deg, pitch_deg=-90.0, roll_deg=0.0,
    )  # fmt: skip
    (one,) = footprints_of([("a", metadata, (10.0, 20.0, 95.0))])
    ring = np.array(one.ring_m)
    assert np.linalg.norm(ring[1] - ring[0]) == pytest.approx(4000 / 3000 * 90)
    assert ring.mean(axis=0) == pytest.approx([10.0, 20.0])
    assert one.ground_sample_distance_m == pytest.approx(0.03)


def test_camera_axes_follow_the_compass() -> None:
    north = camera_rotation(0.0, 0.0, 0.0)
    assert north[2] == pytest.approx([0, 1, 0]) and north[0] == pytest.approx([1, 0, 0])
    east_down = camera_rotation(90.0, -90.0, 0.0)
    # Looking straight down with the head to the east, right is south.
    assert east_down[2] == pytest.approx([0, 0, -1], abs=1e-12)
    assert east_down[0] == pytest.approx([0, -1, 0], abs=1e-12)
    assert np.linalg.det(camera_rotation(33.0, -40.0, 12.0)) == pytest.approx(1.0)


def test_photographs_apart_from_each_other_are_called_lonely() -> None:
    ring = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
    from ingest.reconstruction.footprints import Footprint

    shifted = [
        Footprint(name, [(x + dx, y) for x, y in ring], 0.1, False)
        for name, dx in (("a", 0.0), ("b", 2.0), ("c", 40.0))
    ]
    found = coverage_of(shifted)
    assert found is not None and found.lonely == ["c"]
    assert found.mean_overlap == pytest.approx((0.8 + 0.8 + 0.0) / 3)
