"""Tie points for poses that are given without any, within the process of pycolmap.

Features are matched as for unknown poses; what two given rays or more agree on becomes a point.
Poses and lenses stay as they are.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Final

import numpy as np

from ingest.pipeline.job import Job
from ingest.pipeline.process import WorkerError
from ingest.reconstruction.scene import Camera, SparseScene

#: Points a photograph: wrong poses agree by chance on a few.
_LEAST_POINTS: Final = 15
#: Of the verified matches, the share that points explain: right poses nearly all, poses of other
#: photographs 2 %, however many features there are.
_LEAST_EXPLAINED: Final = 0.1


def triangulate_given(colmap: Any, given: SparseScene, files: tuple[Path, Path], job: Job) -> Any:
    """Return a COLMAP model with given poses and the points that they agree on.

    Parameters
    ----------
    colmap : module
    given : SparseScene
    files : (Path, Path)
        The database, with verified matches and a camera for every photograph, and the folder of
        photographs.
    job : Job

    Returns
    -------
    pycolmap.Reconstruction

    Raises
    ------
    WorkerError
        If there are fewer than 15 points a photograph, or they explain less than a tenth of the
        matches.
    """
    database, pictures = files
    job.report("Finding tie points", 0, 1, "")
    model = _model(colmap, given, database)
    out = database.parent / "ties"
    out.mkdir()
    options = colmap.IncrementalPipelineOptions()
    options.num_threads = 1
    found = colmap.triangulate_points(model, database, pictures, out, options=options)
    shutil.rmtree(out)  # it writes there whether one wants it or not
    count = int(found.num_points3D())
    explained = _explained(colmap, found, database)
    if count < _LEAST_POINTS * len(given.photos) or explained < _LEAST_EXPLAINED:
        raise WorkerError(
            f"with the given poses only {count} points of the photographs agree",
            remedy="check that the poses are of these photographs and their lens is right",
        )
    return found


def _explained(colmap: Any, model: Any, path: Path) -> float:
    """Return how many pairs of views of points there are, as a share of the verified matches."""
    database = colmap.Database.open(path)
    try:
        matches = int(database.num_inlier_matches())
    finally:
        database.close()
    lengths = np.array([point.track.length() for point in model.points3D.values()])
    return float((lengths * (lengths - 1) // 2).sum() / max(matches, 1))


def _model(colmap: Any, given: SparseScene, path: Path) -> Any:
    """Return a model without points, and bring the database's cameras in line with it."""
    model = colmap.Reconstruction()
    database = colmap.Database.open(path)
    try:
        images = {image.name: image for image in database.read_all_images()}
        for photo in given.photos:
            known = images[photo.name]
            camera = _camera(colmap, given.camera_of(photo), known.camera_id)
            database.update_camera(camera)
            model.add_camera_with_trivial_rig(camera)
            image = colmap.Image(
                name=photo.name, camera_id=known.camera_id, image_id=known.image_id
            )
            rotation = colmap.Rotation3d(np.ascontiguousarray(photo.rotation))
            pose = colmap.Rigid3d(rotation, -photo.rotation @ photo.centre_m)
            model.add_image_with_trivial_frame(image, pose)
    finally:
        database.close()
    return model


def _camera(colmap: Any, camera: Camera, number: int) -> Any:
    values = [
        camera.fx,
        camera.fy,
        camera.cx,
        camera.cy,
        camera.k1,
        camera.k2,
        camera.p1,
        camera.p2,
    ]
    return colmap.Camera(
        camera_id=number, model="OPENCV", width=camera.width_px, height=camera.height_px,
        params=values,
    )  # fmt: skip
