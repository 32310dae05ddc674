"""Finding poses and bringing them into the project's frame, as steps of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.pipeline.process import run_worker
from ingest.reconstruction.bending import bending_of
from ingest.reconstruction.control import ControlFile, ControlPoint, Mark
from ingest.reconstruction.footprints import camera_rotation
from ingest.reconstruction.georeference import (
    CameraResidual,
    Georeference,
    GeoreferenceError,
    PointResidual,
    place_by_both,
    place_by_control,
    place_by_positions,
    point_residuals,
)
from ingest.reconstruction.levelling import (
    held_level,
    misplaced,
    place_upright,
    place_without_scale,
)
from ingest.reconstruction.options import Quality
from ingest.reconstruction.preparation import Prepared
from ingest.reconstruction.scene import Similarity, SparseScene

FloatArray = npt.NDArray[np.float64]

_WORKER: Final = "ingest.reconstruction.sfm_worker"
#: One sigma of receivers that state none.
_USUAL_SIGMA_M: Final = 3.0
_CONTROL_TOLERANCE_PX: Final = 4.0
#: What a scene was placed by.
CONTROL: Final = "control points"
POSITIONS: Final = "positions"
UPRIGHT: Final = "positions and level cameras"
NOWHERE: Final = "level cameras"


def find_poses(
    prepared: Sequence[Prepared], photos: Path, quality: Quality, folder: Path, job: Job
) -> dict[str, Any]:
    """Find the poses of photographs from what they show; writes a scene and a COLMAP model.

    Parameters
    ----------
    prepared : sequence of Prepared
    photos : Path
        Folder that `prepare_photos` wrote.
    quality : Quality
    folder : Path
        Of the step.
    job : Job

    Raises
    ------
    WorkerError
        If they cannot be connected, or the process ends.
    Cancelled
    """
    request = _matching_request("map", prepared, photos, quality, folder)
    result = run_worker(_WORKER, request, job, log=folder / "colmap.log")
    left_out = len(prepared) - int(result["registered"])
    if left_out:
        known = {photo.name for photo in SparseScene.load(folder).photos}
        names = [photo.source for photo in prepared if photo.name not in known]
        job.warn(
            f"{left_out} of {len(prepared)} photographs could not be connected with the others: "
            + ", ".join(names[:5]) + (" …" if left_out > 5 else "")
        )  # fmt: skip
    _remove_features(folder)
    return result


def find_ties(
    prepared: Sequence[Prepared], photos: Path, quality: Quality, folder: Path, job: Job
) -> dict[str, Any]:
    """Find tie points for given poses; writes the scene in *folder* anew, poses as they were.

    Parameters
    ----------
    prepared : sequence of Prepared
    photos : Path
        Folder that `prepare_photos` wrote.
    quality : Quality
    folder : Path
        Of the step, with the scene that has no points.
    job : Job

    Raises
    ------
    WorkerError
        If the photographs do not agree with the poses, or the process ends.
    Cancelled
    """
    known = {photo.name for photo in SparseScene.load(folder).photos}
    posed = [photo for photo in prepared if photo.name in known]
    request = _matching_request("ties", posed, photos, quality, folder)
    result = run_worker(_WORKER, request, job, log=folder / "colmap.log")
    _remove_features(folder)
    return result


def _matching_request(
    task: str, prepared: Sequence[Prepared], photos: Path, quality: Quality, folder: Path
) -> dict[str, Any]:
    masks = photos / "masks"
    return {
        "task": task,
        "folder": str(folder),
        "pictures": str(photos / "photos"),
        "photos": [_described(photo) for photo in prepared],
        "features": quality.features,
        "masks": str(masks) if masks.is_dir() else None,
    }


def _remove_features(folder: Path) -> None:
    for name in ("features.db", "features.db-shm", "features.db-wal"):
        (folder / name).unlink(missing_ok=True)


def _described(photo: Prepared) -> dict[str, Any]:
    described: dict[str, Any] = {
        "name": photo.name,
        "camera": photo.camera,
        "width_px": photo.width_px,
        "height_px": photo.height_px,
        "focal_px": photo.focal_px,
    }
    if photo.centre_m is not None:
        described["centre_m"] = photo.centre_m
        described["sigma_m"] = photo.sigma_m or _USUAL_SIGMA_M
        if photo.direction_deg is not None:
            described["rotation"] = camera_rotation(*photo.direction_deg).tolist()
        if photo.above_ground_m is not None:
            described["ground_m"] = photo.centre_m[2] - photo.above_ground_m
    return described


def scaled_control(control: ControlFile, prepared: Sequence[Prepared]) -> list[ControlPoint]:
    """Return the points with marks in prepared photographs, by name and by size.

    Raises
    ------
    GeoreferenceError
        If points are marked, but in no photograph of the set.
    """
    by_source: dict[str, Prepared] = {}
    for photo in prepared:
        by_source[photo.source.lower()] = photo
        by_source.setdefault(Path(photo.source).name.lower(), photo)
        by_source.setdefault(Path(photo.source).stem.lower(), photo)
    out, unknown, marked = [], set(), 0
    for point in control.points:
        marks = []
        for mark in point.marks:
            found = by_source.get(mark.photo.lower())
            if found is None:
                unknown.add(mark.photo)
                continue
            marks.append(Mark(found.name, mark.x_px * found.scale, mark.y_px * found.scale))
        marked += len(marks)
        out.append(
            ControlPoint(point.name, point.source_position, point.is_check, point.position_m, marks)
        )
    if marked == 0:
        some = f" (it names {', '.join(sorted(unknown)[:3])})" if unknown else ""
        raise GeoreferenceError(
            f"{control.path.name} marks its points in none of the photographs{some}",
            remedy="a row a mark is needed: name,east,north,height,role,photo,x_px,y_px",
        )
    return out


def georeference(
    scene: SparseScene,
    model: Path | None,
    prepared: Sequence[Prepared],
    points: Sequence[ControlPoint],
    folder: Path,
    job: Job,
) -> tuple[SparseScene, Georeference]:
    """Bring a scene into local metres, then adjust it to control points or positions.

    Control points win over the photographs' positions where three or more are marked.

    *model* is the COLMAP model that *scene* came from, None where poses were given, which are
    only moved. The placed scene is saved in *folder*.

    Raises
    ------
    GeoreferenceError
        If neither points nor positions suffice.
    WorkerError, Cancelled
    """
    positions = {p.name: np.array(p.centre_m) for p in prepared if p.centre_m is not None}
    warnings: list[str] = []
    control = [point for point in points if not point.is_check and len(point.marks) >= 2]
    is_level = held_level(scene, [p.direction_deg[1] for p in prepared if p.direction_deg])
    if len(control) >= 3:
        used: dict[str, bool] = {}
        if model is None:
            similarity = _given_by_control(scene, control, prepared, warnings)
        else:
            # Positions only begin it: a model that has not been adjusted is bent, and control
            # points in one corner would throw the rest far off.
            similarity, used = _roughly(scene, control, positions, _sigma_m(prepared), warnings)
        place = _Place(CONTROL, similarity, used)
    else:
        if control:
            warnings.append(
                f"only {len(control)} control points: three are needed to place the scene, so "
                "they are compared only"
            )
        control = []
        place = _without_control(scene, positions, prepared, is_level, model is None, warnings)
    method, similarity, used = place.method, place.similarity, place.used
    if model is not None and method in (CONTROL, POSITIONS):
        left_out = _misplaced(similarity.apply(scene), positions, used)
        warnings += _left_out_words(left_out, prepared)
        start_m = (similarity, _tolerance_m(similarity.apply(scene)))
        warnings += _adjust(model, start_m, control, (prepared, list(left_out)), folder, job)
        placed = SparseScene.load(folder)
    else:
        # Given poses are only moved, and positions along a street would turn a scene over.
        placed = place.scene(scene)
        warnings += _left_out_words(place.left_out, prepared)
        placed.save(folder)
    found = Georeference(method, similarity, point_residuals(placed, points), warnings=warnings)
    found.cameras = _camera_residuals(placed, positions, used)
    _add_bending(found, placed, positions, prepared)
    _add_curvature(found, placed)
    found.save(folder)
    return placed, found


@dataclass(frozen=True)
class _Place:
    """How a scene was placed: by what, where, and which photographs' positions agree."""

    method: str
    similarity: Similarity
    used: dict[str, bool] = field(default_factory=dict)
    left_out: dict[str, float] = field(default_factory=dict)

    def scene(self, scene: SparseScene) -> SparseScene:
        """Return a scene at its place, without photographs that contradict the others."""
        return self.similarity.apply(scene.without(self.left_out))


def _without_control(
    scene: SparseScene,
    positions: dict[str, FloatArray],
    prepared: Sequence[Prepared],
    is_level: bool,
    is_given: bool,
    warnings: list[str],
) -> _Place:
    """Place a scene by positions; without them upright at the origin, if taken from the ground."""
    sigma_m = _sigma_m(prepared)
    known = sum(photo.name in positions for photo in scene.photos)
    if known >= (2 if is_level else 1):
        if is_level:
            similarity, used = place_upright(scene, positions)
            left_out = misplaced(similarity.apply(scene), positions, sigma_m)
            if left_out:
                similarity, used = place_upright(scene.without(left_out), positions)
            return _Place(UPRIGHT, similarity, used, left_out)
        return _Place(POSITIONS, *place_by_positions(scene, positions, sigma_m))
    if not is_level:
        raise GeoreferenceError(
            "the photographs state no positions and there are no control points, so the scene "
            "has no scale and no place",
            remedy="give control points with --control",
        )
    warnings.append(
        "the photographs state no positions and there are no control points: the scene stands "
        "upright at the project's origin, and its size is "
        + ("that of the given poses, which may not be metres" if is_given else "not known")
    )
    return _Place(NOWHERE, place_without_scale(scene, keep_scale=is_given))


def _rotations(prepared: Sequence[Prepared]) -> dict[str, FloatArray]:
    return {
        photo.name: np.array(camera_rotation(*photo.direction_deg))
        for photo in prepared
        if photo.direction_deg is not None
    }


def _left_out_words(left_out: dict[str, float], prepared: Sequence[Prepared]) -> list[str]:
    source = {photo.name: photo.source for photo in prepared}
    return [
        f"{source[name]} is left out: its pose is {metres:.0f} m from where it was taken"
        for name, metres in left_out.items()
    ]


def _sigma_m(prepared: Sequence[Prepared]) -> float:
    stated = [photo.sigma_m for photo in prepared if photo.sigma_m is not None]
    return float(np.median(stated)) if stated else _USUAL_SIGMA_M


def _roughly(
    scene: SparseScene,
    control: Sequence[ControlPoint],
    positions: dict[str, FloatArray],
    sigma_m: float,
    warnings: list[str],
) -> tuple[Similarity, dict[str, bool]]:
    if sum(photo.name in positions for photo in scene.photos) >= 3:
        try:
            return place_by_positions(scene, positions, sigma_m)
        except GeoreferenceError:
            pass  # flown along one line: control points are needed for the roll about it
    return _by_control(scene, control, warnings), {}


def _given_by_control(
    scene: SparseScene,
    control: Sequence[ControlPoint],
    prepared: Sequence[Prepared],
    warnings: list[str],
) -> Similarity:
    """Return where control points put given poses; positions help against a tilt about them."""
    first, _ = place_by_control(scene, control, 1e9)
    sigma_m = _sigma_m(prepared)
    positions = {
        photo.name: np.array([*photo.centre_m, photo.sigma_m or sigma_m])
        for photo in prepared
        if photo.centre_m is not None
    }
    tolerance_m = _tolerance_m(first.apply(scene))
    similarity, _, kept = place_by_both(scene, control, positions, tolerance_m)
    agree = {point.name for point in kept}
    for point in control:
        if point.name not in agree:
            warnings.append(f"control point {point.name} contradicts the others; check its marks")
    return similarity


def _by_control(
    scene: SparseScene, control: Sequence[ControlPoint], warnings: list[str]
) -> Similarity:
    # A first fit tells the scale, the scale what a few pixels are in metres.
    first, _ = place_by_control(scene, control, 1e9)
    similarity, rejected = place_by_control(scene, control, _tolerance_m(first.apply(scene)))
    for name in rejected:
        warnings.append(f"control point {name} contradicts the others; check its marks")
    return similarity


def _tolerance_m(placed: SparseScene) -> float:
    """Return what a control point may be off, from a few pixels at the scene's distance."""
    if not len(placed.points_m):
        return 0.5
    depth = [float(np.median(p.to_camera(placed.points_m)[:, 2])) for p in placed.photos]
    focal = float(np.median([camera.fx for camera in placed.cameras]))
    return max(_CONTROL_TOLERANCE_PX * abs(float(np.median(depth))) / focal, 0.02)


def _misplaced(
    scene: SparseScene, positions: dict[str, FloatArray], used: dict[str, bool]
) -> dict[str, float]:
    """Return photographs whose pose is so far from where they were taken that it is wrong.

    Roughly placed models are bent by a few hundredths of the flying height; a photograph that
    was tied to the wrong house is off by more.
    """
    if not used or not len(scene.points_m):
        return {}
    level = float(np.median(scene.points_m[:, 2]))
    out = {}
    for photo in scene.photos:
        if used.get(photo.name, True):
            continue
        off = float(np.linalg.norm(photo.centre_m - positions[photo.name]))
        if off > max(0.12 * abs(float(photo.centre_m[2]) - level), 5 * _USUAL_SIGMA_M / 3):
            out[photo.name] = off
    return out if len(out) < len(scene.photos) - 3 else {}


def _adjust(
    model: Path,
    placed: tuple[Similarity, float],
    control: Sequence[ControlPoint],
    photos: tuple[Sequence[Prepared], list[str]],
    folder: Path,
    job: Job,
) -> list[str]:
    """Adjust in a process of its own; return what there is to say about control points."""
    similarity, tolerance_m = placed
    prepared, left_out = photos
    sigma = _sigma_m(prepared)
    request = {
        "task": "adjust",
        "tolerance_m": tolerance_m,
        "folder": str(folder),
        "model": str(model),
        "similarity": similarity.to_json(),
        "left_out": left_out,
        "control": [
            {
                "name": point.name,
                "position_m": point.position_m.tolist(),
                "marks": [
                    {"photo": mark.photo, "x_px": mark.x_px, "y_px": mark.y_px}
                    for mark in point.marks
                ],
            }
            for point in control
        ],
        "positions": {
            photo.name: [*photo.centre_m, photo.sigma_m or sigma]
            for photo in prepared
            if photo.centre_m is not None and photo.name not in left_out
        },
    }
    adjusted = run_worker(_WORKER, request, job, log=folder / "colmap.log")
    return [
        f"control point {name} contradicts the others; check its marks"
        for name in adjusted["rejected"]
    ]


def _camera_residuals(
    scene: SparseScene, positions: dict[str, FloatArray], used: dict[str, bool]
) -> list[CameraResidual]:
    return [
        CameraResidual(
            photo.name,
            [float(v) for v in positions[photo.name] - photo.centre_m],
            used.get(photo.name, False),
        )
        for photo in scene.photos
        if photo.name in positions
    ]


def _add_bending(
    found: Georeference,
    placed: SparseScene,
    positions: dict[str, FloatArray],
    prepared: Sequence[Prepared],
) -> None:
    """Say how far a scene's shape is from what its photographs state."""
    stated = [photo.sigma_m for photo in prepared if photo.sigma_m is not None]
    bending = bending_of(
        placed, positions, float(np.median(stated)) if stated else None, _rotations(prepared)
    )
    bending = bending.named({photo.name: photo.source for photo in prepared})
    found.bending = bending.to_json()
    found.warnings += bending.warnings()


def _add_curvature(found: Georeference, scene: SparseScene) -> None:
    """Say how far a level plane leaves the curved height surface within the scene.

    A similarity keeps straight lines straight, the Earth does not: d² / 2R at distance d.
    """
    centres = np.array([photo.centre_m for photo in scene.photos])[:, :2]
    reach = float(np.linalg.norm(centres - centres.mean(axis=0), axis=1).max())
    drop = reach**2 / (2 * 6_371_000.0)
    if drop > 0.02:
        found.warnings.append(
            f"the scene reaches {reach:.0f} m from its middle; the Earth's curvature, which is "
            f"not modelled, makes up to {drop:.2f} m of height there"
        )


def residual_rows(points: Sequence[PointResidual]) -> list[list[str]]:
    """Return a table of point residuals: name, use, east, north, up, marks, pixels."""
    rows = []
    for point in points:
        values = point.residual_m
        shown = ["–"] * 3 if values is None else [f"{value:+.3f}" for value in values]
        pixels = "–" if point.reprojection_px is None else f"{point.reprojection_px:.2f}"
        use = "check" if point.is_check else "control"
        rows.append([point.name, use, *shown, str(point.marks), pixels])
    return rows
