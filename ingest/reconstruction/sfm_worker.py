"""The process in which pycolmap runs: a request in, a COLMAP model and a scene out.

pycolmap corrupts the heap of a process that also loads Qt, and some inputs end it; here that
costs a message. Started by `ingest.pipeline.process.run_worker`.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ingest.pipeline.job import Job
from ingest.pipeline.process import WorkerError, serve
from ingest.reconstruction.control import ControlPoint, Mark
from ingest.reconstruction.georeference import fit_similarity, place_by_both
from ingest.reconstruction.levelling import from_the_ground, levelled
from ingest.reconstruction.scene import Camera, Photo, Similarity, SparseScene
from ingest.reconstruction.sfm_matching import Watching, match_photos
from ingest.reconstruction.sfm_ties import triangulate_given

_WORST_TIE_PX = 3.0
#: What COLMAP asks of the first pair, from strict to desperate: inliers, triangulation angle.
_STARTS = ((100, 16.0), (60, 8.0), (30, 4.0))


def main_work(request: dict[str, Any], job: Job) -> dict[str, Any]:
    """Do one request: ``map``, ``ties`` for given poses, or ``adjust`` a placed model."""
    import pycolmap

    pycolmap.logging.minloglevel = 1
    pycolmap.set_random_seed(int(request.get("seed", 1)))
    if request["task"] == "map":
        return _map(pycolmap, request, job)
    if request["task"] == "ties":
        return _tie(pycolmap, request, job)
    return _adjust(pycolmap, request, job)


def _map(colmap: Any, request: dict[str, Any], job: Job) -> dict[str, Any]:
    folder = Path(request["folder"])
    database = folder / "features.db"
    photos: list[dict[str, Any]] = request["photos"]
    _extract(colmap, request, database, job)
    match_photos(colmap, request, database, job)
    keeps_lens = all(photo["focal_px"] and photo.get("centre_m") is not None for photo in photos)
    best = _grow(colmap, request, folder / "models", keeps_lens, job)
    if keeps_lens and best is not None:
        scene = scene_of(best)
        if from_the_ground(levelled(scene).apply(scene)):
            # What looks along a street tells the lens well, and what is stated is often wrong.
            other = _grow(colmap, request, folder / "models-free", False, job)
            if other is not None and other.num_reg_images() >= best.num_reg_images():
                best = other
    if best is None or best.num_reg_images() < 3:
        raise WorkerError(
            "the photographs could not be connected with each other",
            remedy="they must overlap by 60 % or more, be sharp, and show the same season",
        )
    (folder / "model").mkdir()
    best.write(folder / "model")
    return _result(colmap, best, folder, job)


def _tie(colmap: Any, request: dict[str, Any], job: Job) -> dict[str, Any]:
    """Write a scene with the given poses and the tie points that they agree on."""
    folder = Path(request["folder"])
    database = folder / "features.db"
    _extract(colmap, request, database, job)
    match_photos(colmap, request, database, job)
    given = SparseScene.load(folder)
    model = triangulate_given(colmap, given, (database, Path(request["pictures"])), job)
    model.update_point_3d_errors()
    result = _result(colmap, model, folder, job)
    # Lenses of photographs that share one stay one.
    found = SparseScene.load(folder)
    number = {photo.name: n for n, photo in enumerate(given.photos)}
    seen = found.observations.copy()
    seen[:, 1] = [number[found.photos[n].name] for n in found.observations[:, 1]]
    replace(found, cameras=given.cameras, photos=given.photos, observations=seen).save(folder)
    return result


def _grow(colmap: Any, request: dict[str, Any], models: Path, keeps_lens: bool, job: Job) -> Any:
    """Return the largest model that grows from matched photographs; None where none does."""
    photos: list[dict[str, Any]] = request["photos"]
    models.mkdir()
    best: Any = None
    for inliers, angle_deg in _STARTS:
        options = _mapping_options(colmap, inliers, angle_deg, photos, keeps_lens)
        job.report("Finding poses", 0, len(photos), "photos")
        placed = [0]

        def count(placed: list[int] = placed) -> None:
            placed[0] += 1
            job.report("Finding poses", min(placed[0] + 1, len(photos)), len(photos), "photos")

        database = models.parent / "features.db"
        found = colmap.incremental_mapping(
            database, request["pictures"], models, options, next_image_callback=count
        )
        for model in found.values():
            if best is None or model.num_reg_images() > best.num_reg_images():
                best = model
        if best is not None and best.num_reg_images() >= 0.6 * len(photos):
            break
    return best


def _extract(colmap: Any, request: dict[str, Any], database: Path, job: Job) -> None:
    groups: dict[str, list[dict[str, Any]]] = {}
    for photo in request["photos"]:
        groups.setdefault(photo["camera"], []).append(photo)
    options = colmap.FeatureExtractionOptions()
    options.sift.max_num_features = int(request["features"])
    options.sift.peak_threshold = 0.004  # roofs and asphalt have little contrast
    total = len(request["photos"])
    # Given poses may come with a lens for every photograph.
    is_given = request["task"] == "ties"
    mode = colmap.CameraMode.PER_IMAGE if is_given else colmap.CameraMode.SINGLE
    for members in groups.values():
        reader = colmap.ImageReaderOptions()
        # One photograph alone cannot tell two distortion terms apart.
        reader.camera_model = "RADIAL" if len(members) >= 10 else "SIMPLE_RADIAL"
        first = members[0]
        if first["focal_px"]:
            values = [first["focal_px"], first["width_px"] / 2, first["height_px"] / 2]
            values += [0.0] * (2 if reader.camera_model == "RADIAL" else 1)
            reader.camera_params = ",".join(map(str, values))
        if request.get("masks"):
            reader.mask_path = request["masks"]
        with Watching(database, "keypoints", "Finding features", total, job):
            colmap.extract_features(
                database, request["pictures"], [p["name"] for p in members],
                mode, reader, options,
            )  # fmt: skip


def _mapping_options(
    colmap: Any, inliers: int, angle_deg: float, photos: list[dict[str, Any]], keeps_lens: bool
) -> Any:
    options = colmap.IncrementalPipelineOptions()
    options.min_model_size = min(10, len(photos))
    if keeps_lens:
        # Flat land seen from one height does not tell a longer lens from a greater height, and
        # a model that guesses wrong is bent. The lens is refined later, when positions and
        # control points hold the shape.
        options.ba_refine_focal_length = False
        options.ba_refine_extra_params = False
        options.mapper.abs_pose_refine_focal_length = False
        options.mapper.abs_pose_refine_extra_params = False
    # Threads add up in another order each time, and another order may grow another model.
    options.num_threads = 1
    options.mapper.num_threads = 1
    options.random_seed = 1
    options.mapper.init_min_num_inliers = inliers
    options.mapper.init_min_tri_angle = angle_deg
    options.mapper.random_seed = 1
    if inliers < 100:
        options.mapper.abs_pose_min_num_inliers = 15
    return options


def _adjust(colmap: Any, request: dict[str, Any], job: Job) -> dict[str, Any]:
    """Bring a model into the project's frame and adjust it to control points and positions.

    Positions come first, since they hold the shape of the whole; then the model and they
    together are fitted to the control points, which the second adjustment does not move.
    """
    folder = Path(request["folder"])
    model = colmap.Reconstruction(request["model"])
    first = request["similarity"]
    similarity = Similarity(first["scale"], np.array(first["rotation"]), np.array(first["shift_m"]))
    model.transform(_sim3(colmap, similarity))
    for name in request["left_out"]:
        image = model.find_image_with_name(name)
        if image is not None:
            model.deregister_frame(image.frame_id)
    started_s = time.monotonic()
    positions = {name: np.array(row) for name, row in request["positions"].items()}
    control = [_control_point(point) for point in request["control"]]
    rejected: list[str] = []
    offset = np.zeros(3)
    rounds = int(len(positions) >= 3) + int(len(control) >= 3)
    job.report("Bundle adjustment", 0, rounds, "rounds")
    if len(positions) >= 3:
        _solve(colmap, model, positions, {})
        # Ties that the free model had bent itself to.
        colmap.ObservationManager(model).filter_all_points3D(_WORST_TIE_PX, 1.5)
        job.report("Bundle adjustment", 1, rounds, "rounds")
    if len(control) >= 3:
        tolerance_m = float(request["tolerance_m"])
        placed, offset, kept = place_by_both(scene_of(model), control, positions, tolerance_m)
        model.transform(_sim3(colmap, placed))
        positions = {name: row - np.append(offset, 0.0) for name, row in positions.items()}
        _solve(colmap, model, positions, {point.name: point for point in kept})
        rejected = [point.name for point in control if point not in kept]
    model.update_point_3d_errors()
    (folder / "model").mkdir()
    model.write(folder / "model")
    result = _result(colmap, model, folder, job)
    return result | {
        "adjustment_s": round(time.monotonic() - started_s, 2),
        "rejected": rejected,
        "positions_offset_m": [float(value) for value in offset],
    }


def _sim3(colmap: Any, similarity: Similarity) -> Any:
    return colmap.Sim3d(
        similarity.scale, colmap.Rotation3d(similarity.rotation), similarity.shift_m
    )


def _control_point(point: dict[str, Any]) -> ControlPoint:
    return ControlPoint(
        point["name"],
        (0.0, 0.0, 0.0),
        False,
        np.array(point["position_m"], np.float64),
        [Mark(mark["photo"], mark["x_px"], mark["y_px"]) for mark in point["marks"]],
    )


def _solve(
    colmap: Any,
    model: Any,
    positions: dict[str, np.ndarray],
    control: dict[str, ControlPoint],
) -> None:
    """Adjust a model once; control points are not moved and not kept in it."""
    config = colmap.BundleAdjustmentConfig()
    for image_id in model.reg_image_ids():
        config.add_image(image_id)
    options = colmap.BundleAdjustmentOptions()
    options.print_summary = False
    options.ceres.solver_options.num_threads = 1
    options.ceres.loss_function_type = colmap.LossFunctionType.CAUCHY
    options.ceres.loss_function_scale = 1.0
    added = _add_control(colmap, model, list(control.values()), config)
    priors = _priors(colmap, model, positions)
    if len(priors) >= 3:
        prior = colmap.PosePriorBundleAdjustmentOptions()
        prior.ceres.prior_position_loss_function_type = colmap.LossFunctionType.CAUCHY
        adjuster = colmap.create_pose_prior_bundle_adjuster(options, prior, config, priors, model)
    else:
        adjuster = colmap.create_default_bundle_adjuster(options, config, model)
    adjuster.solve()
    _return_to_control(colmap, model, added)
    for point_id in added:
        model.delete_point3D(point_id)


def _return_to_control(colmap: Any, model: Any, control: dict[int, np.ndarray]) -> None:
    """Move the model so that control points are where they were surveyed.

    With positions of photographs COLMAP first fits the whole model to them, control points
    included. Those keep their shape, as the adjustment holds them, so one similarity brings
    them back exactly: the shape comes from both, the place from the control points.
    """
    if len(control) < 3:
        return
    now = np.array([model.point3D(point_id).xyz for point_id in control])
    back = fit_similarity(now, np.array(list(control.values())))
    model.transform(_sim3(colmap, back))


def _add_control(
    colmap: Any, model: Any, control: list[ControlPoint], config: Any
) -> dict[int, np.ndarray]:
    """Add control points that the adjustment must not move; return their places by id."""
    images = {model.image(i).name: i for i in model.reg_image_ids()}
    added: dict[int, np.ndarray] = {}
    for point in control:
        track = colmap.Track()
        for mark in point.marks:
            image_id = images.get(mark.photo)
            if image_id is None:
                continue
            image = model.image(image_id)
            image.points2D.append(colmap.Point2D(np.array([mark.x_px, mark.y_px])))
            track.add_element(image_id, len(image.points2D) - 1)
        if track.length() >= 2:
            point_id = model.add_point3D(point.position_m, track)
            config.add_constant_point(point_id)
            added[point_id] = point.position_m
    return added


def _priors(colmap: Any, model: Any, positions: dict[str, np.ndarray]) -> list[Any]:
    priors = []
    for image_id in model.reg_image_ids():
        image = model.image(image_id)
        row = positions.get(image.name)
        if row is None:
            continue
        x, y, z, sigma_m = row
        prior = colmap.PosePrior()
        prior.pose_prior_id = image_id
        prior.corr_data_id = image.data_id
        prior.position = np.array([x, y, z])
        prior.position_covariance = np.diag([sigma_m**2, sigma_m**2, (2 * sigma_m) ** 2])
        prior.coordinate_system = colmap.PosePriorCoordinateSystem.CARTESIAN
        priors.append(prior)
    return priors


def _result(colmap: Any, model: Any, folder: Path, job: Job) -> dict[str, Any]:
    scene = scene_of(model)
    scene.save(folder)
    job.report("Finding poses", len(scene.photos), len(scene.photos), "photos")
    return {
        "registered": len(scene.photos),
        "tie_points": len(scene.points_m),
        "reprojection_error_px": float(model.compute_mean_reprojection_error()),
        "track_length": float(model.compute_mean_track_length()),
        "pycolmap": str(colmap.__version__),
    }


def scene_of(model: Any) -> SparseScene:
    """Return a COLMAP model as ours."""
    ids = sorted(model.cameras)
    cameras = [_camera(model.cameras[i]) for i in ids]
    photos: list[Photo] = []
    number: dict[int, int] = {}
    for image_id in sorted(model.reg_image_ids(), key=lambda i: str(model.image(i).name)):
        image = model.image(image_id)
        pose = image.cam_from_world()
        number[image_id] = len(photos)
        photos.append(
            Photo(
                str(image.name),
                ids.index(image.camera_id),
                np.array(pose.rotation.matrix(), np.float64),
                np.array(image.projection_center(), np.float64),
            )
        )
    points = list(model.points3D.values())
    observed = {
        (i, number[element.image_id])
        for i, point in enumerate(points)
        for element in point.track.elements
        if element.image_id in number
    }
    return SparseScene(
        cameras,
        photos,
        np.array([p.xyz for p in points], np.float64).reshape(-1, 3),
        np.array([p.error for p in points], np.float64),
        np.array([p.track.length() for p in points], np.int64),
        np.array([p.color for p in points], np.uint8).reshape(-1, 3),
        np.array(sorted(observed), np.int32).reshape(-1, 2),
    )


def _camera(camera: Any) -> Camera:
    values, model = list(map(float, camera.params)), str(camera.model.name)
    size = (int(camera.width), int(camera.height))
    if model == "SIMPLE_PINHOLE":
        return Camera(*size, values[0], values[0], values[1], values[2])
    if model == "PINHOLE":
        return Camera(*size, *values)
    if model == "SIMPLE_RADIAL":
        return Camera(*size, values[0], *values[:4])
    if model == "RADIAL":
        return Camera(*size, values[0], *values[:5])
    if model == "OPENCV":
        return Camera(*size, *values)
    raise WorkerError(
        f"the camera model {model} is not supported",
        remedy="use SIMPLE_PINHOLE, PINHOLE, SIMPLE_RADIAL, RADIAL or OPENCV",
    )


if __name__ == "__main__":
    raise SystemExit(serve(main_work))
