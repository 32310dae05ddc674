"""From a folder of photographs to products, step by step; what is done stays done."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from ingest.pipeline.full_disk import saying_full
from ingest.pipeline.job import Job
from ingest.pipeline.process import WorkerError
from ingest.pipeline.run_clock import RunClock
from ingest.pipeline.steps import Step, StepResult, run_steps
from ingest.provenance import program_version
from ingest.reconstruction.control import (
    ControlFile,
    check_placement,
    read_control,
    vertical_of,
)
from ingest.reconstruction.edges import sharpened
from ingest.reconstruction.estimates import (
    estimate_for,
    left_on_disk,
    require_disk,
    this_machine,
    with_field,
)
from ingest.reconstruction.field.fusion import fuse_field
from ingest.reconstruction.field.presets import PRESETS, estimate_field_for
from ingest.reconstruction.field.step import (
    FieldInput,
    load_field,
    require_environment,
    train_field,
)
from ingest.reconstruction.given_poses import read_poses
from ingest.reconstruction.levelling import from_the_ground
from ingest.reconstruction.object_step import (
    OBJECT,
    SURFACE,
    fuse_object,
    make_object_products,
    sweep_photos,
)
from ingest.reconstruction.options import RUN_FILE, ReconstructOptions, require_modules
from ingest.reconstruction.photo_check import PhotoCheck, check_photos, list_photos
from ingest.reconstruction.photo_heights import stated_heights
from ingest.reconstruction.pose_step import find_poses, find_ties, georeference, scaled_control
from ingest.reconstruction.preparation import Pictures, load_prepared, prepare_photos
from ingest.reconstruction.preview import SurfacePreview, remove_preview
from ingest.reconstruction.product_step import make_products
from ingest.reconstruction.reference import compare_with_reference
from ingest.reconstruction.refinement import refined
from ingest.reconstruction.report import write_report
from ingest.reconstruction.runs import steps_of
from ingest.reconstruction.scene import SparseScene
from ingest.reconstruction.step_times import foretell, shares_of_stages
from ingest.reconstruction.surface import (
    Grid,
    Surface,
    fuse_pairs,
    grid_around,
    nice_cell_m,
    save_pair,
    smooth_and_fill,
)
from twin_model.frame import Frame
from twin_model.project import write_atomically

#: Changed with every change of a method, so that old results are not reused.
_VERSION: Final = 7
#: Cells are this many ground sample distances: below that their heights are noise.
_CELL_GSD: Final = 1.0
_GAP_GSD: Final = 3.0
_FILL_CELLS: Final = 10


@dataclass
class ReconstructResult:
    """What a run made.

    Parameters
    ----------
    folder : Path
        Of the run.
    products : dict of str to Path
        ``dsm``, ``dtm``, ``orthophoto``, ``points``, ``mesh``, ``tileset``, ``contours``,
        ``seamlines``.
    report : Path
    epoch : str or None
        Day the photographs were taken.
    steps : list of StepResult
    warnings : list of str
    accuracy : dict
        What the report says, as JSON values.
    """

    folder: Path
    products: dict[str, Path]
    report: Path
    epoch: str | None
    steps: list[StepResult]
    warnings: list[str] = field(default_factory=list)
    accuracy: dict[str, Any] = field(default_factory=dict)


def reconstruct(
    options: ReconstructOptions,
    frame: Frame,
    folder: Path,
    job: Job,
    on_check: Callable[[PhotoCheck], None] | None = None,
) -> ReconstructResult:
    """Make a scene from photographs.

    Parameters
    ----------
    options : ReconstructOptions
    frame : Frame
        The project's, with its origin fixed.
    folder : Path
        Of the run; steps that are finished in it are kept where nothing has changed.
    job : Job
    on_check : callable or None
        Told what is known about the photographs before the long work begins.

    Raises
    ------
    ShapanError
        Whatever keeps it from being done, said in one sentence; finished steps are kept.
    Cancelled
    """
    require_modules()
    document = {"kind": "reconstruct", "photos": str(options.photos.resolve()),
                "quality": options.quality, "crs": frame.crs, "origin": frame.origin,
                "vertical_crs": frame.vertical_crs, "shapan": program_version(),
                "options": options.to_json()}  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    with saying_full(folder, left_bytes=partial(left_on_disk, folder)):
        write_atomically(folder / RUN_FILE, json.dumps(document, indent=1))
        return _Run(options, frame, folder, job, on_check).do()


def field_input(folder: Path) -> FieldInput:
    """Return what a radiance field of a run is trained on.

    Parameters
    ----------
    folder : Path
        Of the run, in which pairs have been matched.

    Raises
    ------
    WorkerError
        If no pair was.
    """
    scene = SparseScene.load(folder / "georeference")
    values = _values_of(folder, "stereo")
    _, grid = _pairs_and_grid(folder)
    pictures = Pictures(folder / "photos", [photo.name for photo in scene.photos])
    return FieldInput(scene, pictures, grid, (float(values["low_m"]), float(values["high_m"])))


def _values_of(folder: Path, step: str) -> dict[str, Any]:
    document = json.loads((folder / step / "step.json").read_text(encoding="utf-8"))
    return dict(document["values"])


def _pairs_and_grid(folder: Path) -> tuple[list[Path], Grid]:
    """Return the files of matched pairs, and the cells of the surface they make."""
    files = sorted((folder / "stereo").glob("*.npz"))
    if not files:
        raise WorkerError(
            "no two photographs could be matched densely",
            remedy="they must overlap by 60 % or more and look at the same things",
        )
    places = []
    for file in files:
        with np.load(file) as found:
            places.append(found["position_m"][::97, :2].astype(np.float64))
    gsd = float(_values_of(folder, "stereo")["ground_sample_distance_m"])
    return files, grid_around(np.concatenate(places), nice_cell_m(_CELL_GSD * gsd))


class _Run:
    """The steps of one run and what they share."""

    def __init__(
        self,
        options: ReconstructOptions,
        frame: Frame,
        folder: Path,
        job: Job,
        on_check: Callable[[PhotoCheck], None] | None,
    ) -> None:
        self.options = options
        self.frame = frame
        self.folder = folder
        self.job = job
        self.on_check = on_check
        self.clock = RunClock(steps_of(options), shares_of_stages(from_ground=False))
        self.control: ControlFile | None = None
        self.trains_field = options.field
        if options.field:
            require_environment()
        if options.control is not None:
            self.control = read_control(options.control, frame, options.control_crs)

    def do(self) -> ReconstructResult:
        started_s = time.monotonic()
        self.job.ask_left(self.clock.left_s)
        try:
            results = run_steps(self.folder, self.steps(), self.job, self._step_done)
        finally:
            self.job.ask_left(None)
        steps = list(results.values())
        products = {
            name: results["products"].folder / file
            for name, file in results["products"].values["files"].items()
        }
        remove_preview(self.folder)
        warnings = list(dict.fromkeys(w for step in steps for w in step.warnings))
        report = self.folder / "report.html"
        accuracy = write_report(
            report, self.folder, results, self.frame, self.options, time.monotonic() - started_s
        )
        return ReconstructResult(
            self.folder, products, report, results["photos"].values["epoch"], steps, warnings,
            accuracy,
        )  # fmt: skip

    def _step_done(self, result: StepResult) -> None:
        """Let the clock learn from a step that is done, or was so before."""
        if result.name == "photos":
            # Photographs may have been looked at in a run without a field.
            foretell(self.clock, result.values.get("estimate", {}), self._field_s())
        self.clock.finish(result.name, reused=result.reused)

    def _field_s(self) -> float | None:
        """Return how long training the field is foretold to take; None where none is trained."""
        if not self.trains_field:
            return None
        sizes = [(p.width_px, p.height_px) for p in load_prepared(self.folder / "photos")]
        return 60 * estimate_field_for(PRESETS[self.options.quality], sizes).minutes

    def steps(self) -> list[Step]:
        options = self.options
        frame = [self.frame.crs, self.frame.origin, self.frame.vertical_crs]
        base = {"version": _VERSION, "frame": frame}
        quality = {"quality": options.quality}
        control = _fingerprint([options.control] if options.control else [])
        poses = _fingerprint(_files(options.poses)) if options.poses else []
        photos = _fingerprint(list_photos(options.photos))
        geoid = _fingerprint([options.geoid] if options.geoid else [])
        steps = [
            Step(
                "photos", "Photographs", base | quality | {"photos": photos, "geoid": geoid},
                self._photos,
            ),
            Step("poses", "Poses", base | quality | {"given": poses}, self._poses, ("photos",)),
            Step(
                "georeference", "Georeference",
                base | {"control": control, "crs": options.control_crs},
                self._georeference, ("photos", "poses"),
            ),
            Step("stereo", "Dense matching", base | quality, self._stereo, ("georeference",)),
            *self._field_steps(base | quality),
            Step(
                "surface", "Surface", base, self._surface,
                ("stereo", "field") if self.trains_field else ("stereo",),
            ),
            Step(
                "products", "Products", base, self._products,
                ("photos", "georeference", "stereo", "surface"),
            ),
        ]  # fmt: skip
        if options.reference is not None:
            reference = {"reference": _fingerprint([options.reference])}
            steps.append(Step(
                "comparison", "Comparison", base | reference, self._compare,
                ("stereo", "products"),
            ))  # fmt: skip
        return steps

    # -- steps -------------------------------------------------------------------------

    def _photos(self, folder: Path, job: Job) -> dict[str, Any]:
        check = check_photos(self.options.photos, self.frame, job, self.options.geoid)
        if self.on_check is not None:
            self.on_check(check)
        if self.control is not None:
            positions = [f.position_local_m for f in check.used if f.position_local_m is not None]
            check_placement(self.control, self.frame, np.array(positions).reshape(-1, 3))
        needed = estimate_for(check, self.options.preset, this_machine(self.folder).cores)
        if self.trains_field:
            preset = PRESETS[self.options.quality]
            needed = with_field(needed, estimate_field_for(preset, check.sizes_px))
        require_disk(self.folder, needed, self.options.quality)
        foretell(self.clock, needed.to_json())
        for warning in check.warnings:
            job.warn(warning)
        for finding in check.findings:
            if finding.problems:
                job.warn(f"{finding.name} is left out: it {finding.problems[0]}")
        text = json.dumps(check.to_json(), ensure_ascii=False, indent=1)
        (folder / "check.json").write_text(text, encoding="utf-8")
        prepared = prepare_photos(check, folder, self.options.preset.max_side_px, job)
        taken = sorted(photo.taken for photo in prepared if photo.taken)
        return {
            "found": len(check.findings),
            "used": len(prepared),
            "epoch": taken[len(taken) // 2][:10] if taken else None,
            "heights": check.heights.to_json(),
            "estimate": needed.to_json(),
        }

    def _poses(self, folder: Path, job: Job) -> dict[str, Any]:
        photos = self.folder / "photos"
        prepared = load_prepared(photos)
        if self.options.poses is None:
            return find_poses(prepared, photos, self.options.preset, folder, job)
        scene, metric = read_poses(self.options.poses, prepared)
        scene.save(folder)
        given = {"given": str(self.options.poses), "metric": metric}
        if not len(scene.points_m):
            return find_ties(prepared, photos, self.options.preset, folder, job) | given
        return {"registered": len(scene.photos), "tie_points": len(scene.points_m)} | given

    def _georeference(self, folder: Path, job: Job) -> dict[str, Any]:
        prepared = load_prepared(self.folder / "photos")
        scene = SparseScene.load(self.folder / "poses")
        model = self.folder / "poses" / "model"
        points = scaled_control(self.control, prepared) if self.control is not None else []
        if self.control is not None:
            for warning in self.control.warnings:
                job.warn(warning)
        _, found = georeference(
            scene, model if model.is_dir() else None, prepared, points, folder, job
        )
        for warning in found.warnings:
            job.warn(warning)
        surveyed = None if self.control is None else vertical_of(self.control.crs)
        return {"method": found.method, "vertical_crs": surveyed}

    def _stereo(self, folder: Path, job: Job) -> dict[str, Any]:
        from ingest.reconstruction.stereo import (  # OpenCV is optional
            StereoOptions,
            choose_pairs,
            height_range,
            match_pair,
        )
        from ingest.reconstruction.tall_things import tops_of_pairs

        scene = SparseScene.load(self.folder / "georeference")
        preset = self.options.preset
        if from_the_ground(scene):
            return sweep_photos(scene, self.pictures(scene), preset, folder, job)
        low, high = height_range(scene)
        options = StereoOptions(preset.neighbours, low, high, preset.full_paths)
        pairs = choose_pairs(scene, options)
        pictures = self.pictures(scene)
        tops = tops_of_pairs(scene, pairs, pictures, options, job)
        points = used = 0
        preview = SurfacePreview(scene, self.folder, job)
        for number, (pair, top) in enumerate(zip(pairs, tops, strict=True)):
            job.report("Matching pairs densely", number, len(pairs), "pairs")
            found = match_pair(
                scene, pair, (pictures(pair.left), pictures(pair.right)),
                (pictures.mask(pair.left), pictures.mask(pair.right)), replace(options, high_m=top),
            )  # fmt: skip
            if found is not None and len(found.position_m):
                save_pair(folder / f"{number:05d}.npz", found)
                points, used = points + len(found.position_m), used + 1
                preview.add(found.position_m, found.colour)
        preview.finish()
        job.report("Matching pairs densely", len(pairs), len(pairs), "pairs")
        return {
            "kind": SURFACE,
            "pairs": used,
            "points": points,
            "low_m": low,
            "high_m": max([high, *tops]),
            "ground_sample_distance_m": ground_sample_distance_m(scene, low, high),
        }

    def _field_steps(self, inputs: dict[str, Any]) -> list[Step]:
        if not self.trains_field:
            return []
        after = ("photos", "georeference", "stereo")
        preset = {"preset": PRESETS[self.options.quality].to_json()}
        return [Step("field", "Radiance field", inputs | preset, self._field, after)]

    def _field(self, folder: Path, job: Job) -> dict[str, Any]:
        if self._values("stereo")["kind"] == OBJECT:
            raise WorkerError(
                "a radiance field is trained of photographs from above only, so far",
                remedy="reconstruct photographs from the ground without it",
            )
        return train_field(
            field_input(self.folder), PRESETS[self.options.quality], folder,
            self.folder / ".field-training", job,
        )  # fmt: skip

    def _values(self, step: str) -> dict[str, Any]:
        return _values_of(self.folder, step)

    def _surface(self, folder: Path, job: Job) -> dict[str, Any]:
        if self._values("stereo")["kind"] == OBJECT:
            scene = SparseScene.load(self.folder / "georeference")
            return fuse_object(scene, self.folder / "stereo", folder, job)
        files, grid = _pairs_and_grid(self.folder)
        gsd = float(self._values("stereo")["ground_sample_distance_m"])
        surface = fuse_pairs(files, grid, _GAP_GSD * gsd, job)
        field_figures: dict[str, Any] = {}
        if self.trains_field:
            heights = load_field(self.folder / "field", gsd)
            surface, figures = fuse_field(surface, heights, gsd)
            if not figures["trusted"]:
                job.warn("the radiance field did not find the surface; all heights are of stereo")
            field_figures = {"field": figures}
        surface = smooth_and_fill(surface, _FILL_CELLS)
        scene = SparseScene.load(self.folder / "georeference")
        pictures = self.pictures(scene)
        # Hidden places are known better once edges are where they belong.
        surface = sharpened(surface, scene, pictures, job)
        surface = refined(surface, scene, pictures, gsd, job)
        surface.save(folder / "surface.npz")
        return field_figures | {
            "cell_m": grid.cell_m,
            "cells": int(surface.height_m.size),
            "completeness": surface.completeness,
            "uncertainty_m": float(np.nanmedian(surface.uncertainty_m)),
        }

    def _products(self, folder: Path, job: Job) -> dict[str, Any]:
        scene = SparseScene.load(self.folder / "georeference")
        values, epoch = self._values("stereo"), self._values("photos")["epoch"]
        heights = stated_heights(
            self._values("georeference"), self._values("photos")["heights"], self.frame
        )
        frame = heights.frame(self.frame)
        if values["kind"] == OBJECT:
            return make_object_products(
                folder, scene, self.folder / "surface", self.pictures(scene), frame, job
            )
        surface = Surface.load(self.folder / "surface" / "surface.npz")
        return make_products(
            folder, scene, surface, self.pictures(scene), frame,
            (float(values["ground_sample_distance_m"]), epoch, heights.text), job,
        )  # fmt: skip

    def _compare(self, folder: Path, job: Job) -> dict[str, Any]:
        assert self.options.reference is not None
        values = json.loads((self.folder / "stereo" / "step.json").read_text())["values"]
        found = compare_with_reference(
            self.folder / "products" / "points.laz", self.options.reference, self.frame,
            float(values["ground_sample_distance_m"]), job,
        )  # fmt: skip
        return found.to_json()

    def pictures(self, scene: SparseScene) -> Pictures:
        """Return the prepared photographs in the scene's order."""
        return Pictures(self.folder / "photos", [photo.name for photo in scene.photos])


def ground_sample_distance_m(scene: SparseScene, low_m: float, high_m: float) -> float:
    """Return the median of what a pixel covers on the ground, of the steepest photographs."""
    ground = low_m + 0.25 * (high_m - low_m)
    if len(scene.points_m):
        ground = float(np.percentile(scene.points_m[scene.point_views >= 3, 2], 20.0))
    distance = [
        (photo.tilt_deg, (photo.centre_m[2] - ground) / scene.camera_of(photo).fx)
        for photo in scene.photos
        if photo.centre_m[2] > ground
    ]
    steep = [value for tilt, value in distance if tilt < 35.0] or [v for _, v in distance]
    return float(np.median(steep)) if steep else 0.1


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.is_file())
    return [path]


def _fingerprint(paths: list[Path]) -> list[list[Any]]:
    """Return name, size and time of files: what tells whether they have changed."""
    return [[str(p), p.stat().st_size, p.stat().st_mtime_ns] for p in paths if p.is_file()]
