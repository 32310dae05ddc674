"""From photographs to layers through the command line, killed again and again on the way."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from edge_figures import (
    Truth,
    buildings,
    ground_and_roofs,
    lean_distances,
    outline_distances,
    places_of,
)
from ingest.reconstruction.accuracy import nmad
from ingest.reconstruction.scene import SparseScene
from ingest.reconstruction.surface import STEREO, Surface
from twin_model.store.verify import verify_store
from twin_model.tiles.tileset import load_tileset
from twin_model.twin import Twin
from virtual_drone import Flown, true_heights

#: Flies, and reconstructs 19 photographs killed in each step: two minutes where nothing else is
#: computed, more than the usual five where ten other things are.
pytestmark = pytest.mark.timeout(900)
STEPS = ("photos", "poses", "georeference", "stereo", "surface", "products")


@dataclass(frozen=True)
class Finished:
    """A run that was killed once in every step and then went on to the end.

    Parameters
    ----------
    project : Path
    result : dict
        What the command said.
    kills : list of str
        Steps it was killed in.
    most_bytes : int
        Memory of all processes at the worst moment.
    """

    project: Path
    result: dict[str, Any]
    kills: list[str]
    most_bytes: int

    @property
    def run(self) -> Path:
        return Path(self.result["run"])


def command(flown: Flown, project: Path, *more: str) -> list[str]:
    return [
        sys.executable, "-m", "app", "reconstruct", str(flown.photos), "--project", str(project),
        "--control", str(flown.photos / "control.csv"), "--name", "Old town", "--json", *more,
    ]  # fmt: skip


@pytest.fixture(scope="module")
def finished(flown: Flown, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    project = tmp_path_factory.mktemp("killed") / "p.shapan"
    subprocess.run(
        [sys.executable, "-m", "app", "new", str(project), "--crs", "EPSG:4549+5737"], check=True
    )
    kills: list[str] = []
    most = 0
    for step in STEPS:
        killed, used = kill_during(step, command(flown, project, "--resume"))
        most = max(most, used)
        if killed:
            kills.append(step)
    # Into a file: a pipe that nobody reads stops who writes into it.
    errors = project.parent / "errors.txt"
    with errors.open("wb") as sink:
        process = psutil.Popen(
            command(flown, project, "--resume"), stdout=subprocess.PIPE, stderr=sink
        )
        while process.poll() is None:
            most = max(most, memory_of(process))
            time.sleep(0.1)
        said, _ = process.communicate()
    assert process.returncode == 0, errors.read_text(encoding="utf-8")
    return Finished(project, json.loads(said), kills, most)


def memory_of(process: psutil.Process) -> int:
    """Return the memory of a process and of those it started, bytes."""
    used = 0
    with contextlib.suppress(psutil.Error):
        for one in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                used += one.memory_info().rss
    return used


def kill_during(step: str, words: list[str]) -> tuple[bool, int]:
    """Start a command and kill it, and nothing else, once it works at *step*.

    Returns whether it came to that, and the memory of all processes at the worst moment.
    """
    project = Path(words[words.index("--project") + 1])
    process = psutil.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    children: list[psutil.Process] = []
    killed, most, looks = False, 0, 0
    while process.poll() is None:
        if any(project.glob(f"runs/*/.part-{step}")):
            time.sleep(0.15)
            children = process.children(recursive=True)
            os.kill(process.pid, signal.SIGKILL)
            killed = True
            break
        if looks % 5 == 0:
            most = max(most, memory_of(process))
        looks += 1
        time.sleep(0.02)
    process.wait()
    # A worker that lost its parent ends by itself instead of computing on.
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive, f"left running after the kill during {step}"
    return killed, most


def test_a_run_killed_in_every_step_goes_on_after_the_last_finished_one(
    finished: Finished,
) -> None:
    assert finished.kills == list(STEPS)
    reused = {step["step"]: step["reused"] for step in finished.result["steps"]}
    assert reused == {step: step != "products" for step in STEPS}
    assert not list(finished.run.glob(".part-*"))
    assert len(list(finished.project.glob("runs/*"))) == 1


def truth_of(flown: Flown) -> dict[str, Any]:
    document = json.loads((flown.truth / "poses.json").read_text())
    return {shot["name"]: shot for shot in document["shots"]}


def shift_of(finished: Finished) -> np.ndarray:
    """Return the demo's origin seen from the project's."""
    origin = json.loads((finished.run / "run.json").read_text())["origin"]
    return np.array([515_000.0, 3_349_900.0, 0.0]) - np.array(origin)


def test_poses_are_within_half_a_degree_and_two_gsd_of_the_truth(
    finished: Finished, flown: Flown
) -> None:
    scene = SparseScene.load(finished.run / "georeference")
    prepared = json.loads((finished.run / "photos" / "prepared.json").read_text())
    source = {photo["name"]: photo["source"] for photo in prepared}
    truth, shift = truth_of(flown), shift_of(finished)
    assert len(scene.photos) >= 18
    distance = []
    for photo in scene.photos:
        shot = truth[source[photo.name]]
        off = photo.centre_m - shift - np.array(shot["centre_m"])
        distance.append(float(np.linalg.norm(off)))
        cosine = (np.trace(photo.rotation @ np.array(shot["rotation"]).T) - 1) / 2
        assert np.degrees(np.arccos(np.clip(cosine, -1, 1))) < 0.5, photo.name
    gsd = flown.flight.ground_sample_distance_m
    # Of 19 photographs the adjustment comes out a little different in each run, 1.54 GSD once. The
    # figure of the documentation, 0.6 GSD, is of 48.
    assert np.sqrt(np.mean(np.square(distance))) < 2.0 * gsd
    assert max(distance) < 3.0 * gsd


def errors_of(
    surface: Surface, flown: Flown, shift: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return errors of open ground and of roof interiors, and the share of measured cells."""
    x, y = surface.grid.middles()
    xx, yy = np.meshgrid(x, y)
    places = np.column_stack([(xx - shift[0]).ravel(), (yy - shift[1]).ravel()])
    truth = true_heights(flown.truth, places).reshape(surface.grid.shape)
    west, south, east, north = flown.flight.area
    inside = (places[:, 0] > west) & (places[:, 0] < east)
    inside &= (places[:, 1] > south) & (places[:, 1] < north)
    inside = inside.reshape(surface.grid.shape) & np.isfinite(truth)
    error = surface.height_m - truth
    ground, roofs = (error[mask] for mask in ground_and_roofs(truth, inside, surface.grid.cell_m))
    assert len(ground) > 3000 and len(roofs) > 3000
    return ground, roofs, float((surface.source[inside] == STEREO).mean())


def test_the_surface_keeps_the_promise_of_a_draft(finished: Finished, flown: Flown) -> None:
    gsd = flown.flight.ground_sample_distance_m
    surface = Surface.load(finished.run / "surface" / "surface.npz")
    ground, roofs, measured = errors_of(surface, flown, shift_of(finished))
    assert nmad(ground) <= 1.0 * gsd
    assert np.mean(np.abs(ground) <= 3 * gsd) >= 0.95
    # Errors of poses that were found come on top of those of the surface.
    assert nmad(roofs) <= 0.7 * gsd
    assert measured > 0.8


def test_stated_uncertainty_is_neither_boast_nor_excuse(finished: Finished, flown: Flown) -> None:
    surface = Surface.load(finished.run / "surface" / "surface.npz")
    x, y = surface.grid.middles()
    xx, yy = np.meshgrid(x, y)
    shift = shift_of(finished)
    truth = true_heights(
        flown.truth, np.column_stack([(xx - shift[0]).ravel(), (yy - shift[1]).ravel()])
    ).reshape(surface.grid.shape)
    error = np.abs(surface.height_m - truth)
    usual = (surface.source == STEREO) & (error < 1.0)
    share = np.mean(error[usual] <= surface.uncertainty_m[usual])
    assert 0.4 < share < 0.95


def test_check_points_are_stated_apart_and_within_a_gsd(finished: Finished, flown: Flown) -> None:
    accuracy = finished.result["accuracy"]
    gsd = flown.flight.ground_sample_distance_m
    assert accuracy["check"]["count"] == 4 and accuracy["control"]["count"] == 4
    assert max(accuracy["check"]["rmse_m"]) < gsd
    assert accuracy["check"]["le90_m"] == pytest.approx(
        1.6449 * accuracy["check"]["rmse_m"][2], rel=1e-3
    )
    page = (finished.run / "report.html").read_text(encoding="utf-8")
    assert "No independent check points" not in page
    assert "P01" in page and "Check points" in page and "data:image/jpeg" in page


def test_products_open_elsewhere_with_crs_height_datum_and_day(finished: Finished) -> None:
    import laspy
    import pyogrio
    import rasterio
    from pyproj import CRS

    products = finished.result["products"]
    for name, bands in (("dsm", 3), ("dtm", 1), ("orthophoto", 4)):
        with rasterio.open(products[name]) as dataset:
            assert dataset.count == bands
            crs = CRS(dataset.crs.to_wkt())
            if name == "orthophoto":  # GDAL takes a vertical CRS for the unit of all bands
                assert crs.to_epsg() == 4549 and dataset.units == (None,) * 4
            else:
                assert [part.to_authority()[1] for part in crs.sub_crs_list] == ["4549", "5737"]
                assert dataset.units == ("metre", "metre", "1")[:bands]
            assert dataset.tags()["SURFACE_HEIGHTS"].startswith("above Yellow Sea 1985 height")
            assert dataset.tags()["TIFFTAG_DATETIME"].startswith("2026:03:01")
            assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            if name == "dsm":
                height, sigma, _source = (band.compressed() for band in dataset.read(masked=True))
                assert 5.0 < np.median(height) < 12.0
                assert 0.02 < np.median(sigma) < 0.5
    las = laspy.read(products["points"])
    assert {"uncertainty", "normal_z"} <= set(las.point_format.dimension_names)
    assert set(np.unique(las.classification)) == {1, 2}
    assert las.header.parse_crs() is not None
    assert Path(products["mesh"]).read_bytes()[:4] == b"glTF"
    with rasterio.open(products["dsm"]) as dataset:
        assert "above Yellow Sea 1985 height, as the control points are" in dataset.descriptions[0]
    seams = pyogrio.read_info(products["seamlines"])
    assert seams["features"] >= 5 and "photo" in seams["fields"]
    assert load_tileset(Path(products["tileset"])).root.contents[0] == Path(products["mesh"])


def test_products_come_back_as_layers_of_their_day_and_only_once(
    finished: Finished, flown: Flown
) -> None:
    with Twin.open(finished.project, read_only=True) as twin:
        layers = twin.layers()
        assert {layer.role for layer in layers} >= {"terrain", "imagery", "points", "mesh"}
        # The surface has bands beside its heights, and is terrain nevertheless.
        assert [layer.role for layer in layers].count("terrain") == 2
        assert all(layer.epoch == "2026-03-01" for layer in layers)
        assert all(layer.name.startswith("Old town") for layer in layers)
        assert verify_store(twin) == []
        before = [layer.id for layer in layers]
    again = subprocess.run(
        command(flown, finished.project, "--resume"), capture_output=True, text=True, check=True
    )
    assert all(step["reused"] for step in json.loads(again.stdout)["steps"])
    with Twin.open(finished.project, read_only=True) as twin:
        assert [layer.id for layer in twin.layers()] == before


def test_without_check_points_the_report_says_so_on_its_face(finished: Finished) -> None:
    from ingest.reconstruction.report import _notice

    figures = json.loads((finished.run / "report.json").read_text(encoding="utf-8"))
    assert _notice(figures) == ""
    for method in ("control points", "positions"):
        text = _notice(figures | {"check": None, "georeference": method})
        assert "No independent check points" in text


def test_the_command_leaves_the_report_as_pdf_too(finished: Finished) -> None:
    pdf = Path(finished.result["report_pdf"])
    assert pdf.read_bytes().startswith(b"%PDF") and pdf.stat().st_size > 100_000


def test_disk_use_was_foretold_within_a_factor_of_one_and_a_half(finished: Finished) -> None:
    used = sum(file.stat().st_size for file in finished.run.rglob("*") if file.is_file())
    foretold = finished.result["accuracy"]["estimate"]["disk_mb"] * 2**20
    assert foretold / 1.5 < used < foretold * 1.5


def test_memory_of_all_processes_was_foretold_within_a_factor_of_one_and_a_half(
    finished: Finished,
) -> None:
    # Every step ran whole in one of the processes that were killed in the next, or in the last.
    foretold = finished.result["accuracy"]["estimate"]["memory_mb"] * 2**20
    assert foretold / 1.5 < finished.most_bytes < foretold * 1.5


def test_a_reference_is_compared_with_and_one_of_another_place_is_refused(
    finished: Finished, tmp_path: Path
) -> None:
    import laspy

    from ingest.pipeline.job import Job
    from ingest.reconstruction.reference import compare_with_reference
    from twin_model.errors import SourceError
    from twin_model.frame import Frame

    document = json.loads((finished.run / "run.json").read_text())
    frame = Frame(document["crs"], tuple(document["origin"]), document["vertical_crs"])
    points = Path(finished.result["products"]["points"])
    las = laspy.read(points)
    las.z = np.asarray(las.z) - 0.10
    raised = tmp_path / "lower.laz"
    las.write(raised)
    found = compare_with_reference(points, raised, frame, 0.18, Job())
    assert abs(found.bias_up_m - 0.10) < 0.005
    assert found.nmad_up_m < 0.01
    assert 0.05 < found.median_m < 0.101
    assert found.completeness > 0.99
    las.x = np.asarray(las.x) + 5000.0
    las.write(tmp_path / "elsewhere.laz")
    with pytest.raises(SourceError, match="covers nothing"):
        compare_with_reference(points, tmp_path / "elsewhere.laz", frame, 0.18, Job())


def sources_of(finished: Finished) -> dict[str, str]:
    """Return the photographs' own names by those of prepared ones."""
    text = (finished.run / "photos" / "prepared.json").read_text()
    return {photo["name"]: photo["source"] for photo in json.loads(text)}


def write_colmap_model(
    folder: Path, scene: SparseScene, source: dict[str, str], scale: float
) -> None:
    """Write a scene of one camera as COLMAP's text files, in units of its own."""
    from scipy.spatial.transform import Rotation

    folder.mkdir()
    lens = scene.cameras[0]
    (folder / "cameras.txt").write_text(
        f"1 RADIAL {lens.width_px} {lens.height_px} {lens.fx} {lens.cx} {lens.cy} {lens.k1} "
        f"{lens.k2}\n"
    )
    rows = []
    for number, photo in enumerate(scene.photos, 1):
        x, y, z, w = Rotation.from_matrix(photo.rotation).as_quat()
        shift = " ".join(str(v) for v in -photo.rotation @ photo.centre_m * scale)
        rows.append(f"{number} {w} {x} {y} {z} {shift} 1 {source[photo.name]}\n\n")
    (folder / "images.txt").write_text("".join(rows))
    (folder / "points3D.txt").write_text(
        "".join(
            f"{i} {x * scale} {y * scale} {z * scale} 9 9 9 0.5 1 0 2 0 3 0\n"
            for i, (x, y, z) in enumerate(scene.points_m)
        )
    )


def test_with_given_poses_and_control_the_promise_is_kept(
    finished: Finished, flown: Flown, tmp_path: Path
) -> None:
    from ingest.pipeline.job import Job
    from ingest.pipeline.steps import run_steps
    from ingest.reconstruction.options import ReconstructOptions
    from ingest.reconstruction.orthophoto import make_orthophoto
    from ingest.reconstruction.preparation import Pictures
    from ingest.reconstruction.product_step import ortho_grid
    from ingest.reconstruction.run import _Run
    from ingest.reconstruction.scene import Camera, Photo
    from twin_model.frame import Frame

    source, truth, shift = sources_of(finished), truth_of(flown), shift_of(finished)
    scene = SparseScene.load(finished.run / "georeference")
    width, height = flown.flight.size_px
    focal = flown.flight.focal_px
    scene.cameras = [Camera(width, height, focal, focal, width / 2, height / 2)]
    scene.photos = [
        Photo(
            photo.name, 0, np.array(truth[source[photo.name]]["rotation"]),
            np.array(truth[source[photo.name]]["centre_m"]) + shift,
        )
        for photo in scene.photos
    ]  # fmt: skip
    chance = np.random.default_rng(4)
    west, south, east, north = flown.flight.area
    places = chance.uniform((west, south), (east, north), (600, 2))
    heights = true_heights(flown.truth, places)
    scene.points_m = np.column_stack([places, heights])[np.isfinite(heights)] + shift
    write_colmap_model(tmp_path / "model", scene, source, 0.5)
    frame = Frame("EPSG:4549", tuple(json.loads((finished.run / "run.json").read_text())["origin"]))
    options = ReconstructOptions(
        flown.photos, control=flown.photos / "control.csv", poses=tmp_path / "model",
    )  # fmt: skip
    run = tmp_path / "run"
    run_steps(run, _Run(options, frame, run, Job(), None).steps()[:5], Job())
    surface = Surface.load(run / "surface" / "surface.npz")
    ground, roofs, _ = errors_of(surface, flown, shift)
    gsd = flown.flight.ground_sample_distance_m
    assert nmad(ground) <= 1.0 * gsd
    assert np.mean(np.abs(ground) <= 3 * gsd) >= 0.95
    assert nmad(roofs) <= 0.5 * gsd
    assert np.sqrt(np.mean(roofs**2)) <= 1.0 * gsd
    placed = SparseScene.load(run / "georeference")
    really = Truth.load(flown.truth, [source[photo.name] for photo in placed.photos], shift)
    heights = really.at(places_of(surface.grid)).reshape(surface.grid.shape)
    inside = really.flown_over(surface.grid)
    mine, theirs = buildings(
        np.where(inside, surface.height_m, np.nan), np.where(inside, heights, np.nan),
        surface.grid.cell_m,
    )  # fmt: skip
    for distances in outline_distances(mine, theirs, surface.grid.cell_m):
        assert distances.rmse_m <= 1.5 * gsd
        assert np.percentile(distances.off_m, 95) <= 3.0 * gsd
    names = [photo.name for photo in placed.photos]
    ortho = make_orthophoto(
        placed, surface, ortho_grid(surface.grid, gsd), Pictures(run / "photos", names), Job()
    )
    surface.height_m[~inside] = np.nan
    lean = lean_distances(ortho, placed, surface, really)
    assert len(lean.off_m) > 5000
    assert np.percentile(lean.off_m, 95) <= 2.0 * gsd


def test_poses_given_by_a_colmap_model_need_no_matching(
    finished: Finished, flown: Flown, tmp_path: Path
) -> None:
    from ingest.pipeline.job import Job
    from ingest.pipeline.steps import run_steps
    from ingest.reconstruction.options import ReconstructOptions
    from ingest.reconstruction.run import _Run
    from twin_model.frame import Frame

    origin = json.loads((finished.run / "run.json").read_text())["origin"]
    frame = Frame("EPSG:4549", tuple(origin), "EPSG:5737")
    # The model is in local metres, but nobody says so: control points place it.
    options = ReconstructOptions(
        flown.photos, control=flown.photos / "control.csv", poses=tmp_path / "model"
    )
    scene = SparseScene.load(finished.run / "georeference")
    write_colmap_model(tmp_path / "model", scene, sources_of(finished), 1 / 3.0)
    results = run_steps(
        tmp_path / "run", _Run(options, frame, tmp_path / "run", Job(), None).steps()[:3], Job()
    )
    assert results["georeference"].values["method"] == "control points"
    moved = SparseScene.load(results["georeference"].folder)
    assert len(moved.photos) == len(scene.photos)
    for a, b in zip(moved.photos, scene.photos, strict=True):
        assert np.linalg.norm(a.centre_m - b.centre_m) < 0.5
