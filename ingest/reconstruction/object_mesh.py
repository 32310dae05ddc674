"""The mesh of an object, every triangle textured by the photograph that shows it best."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.reconstruction.mesh import Faces, seen_by
from ingest.reconstruction.orthophoto import Picture, depth_buffer
from ingest.reconstruction.scene import SparseScene
from ingest.reconstruction.volume import Shell
from twin_model.tiles.write import Primitive, encode_glb

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.int64]

#: A triangle is textured by a photograph that sees it at less than 78 degrees from its normal.
_FACING: Final = 0.2
#: Neighbours take each other's photograph so often, where it is nearly as good.
_ROUNDS: Final = 3
_NEARLY: Final = 0.7
_UNSEEN: Final = (0.55, 0.55, 0.55, 1.0)


def write_shell(path: Path, scene: SparseScene, shell: Shell, picture: Picture, job: Job) -> None:
    """Write a mesh as a GLB in local metres.

    Parameters
    ----------
    path : Path
    scene : SparseScene
    shell : Shell
        Not empty.
    picture : Picture
    job : Job
    """
    faces = _faces(shell)
    score = _scores(scene, shell, faces, job)
    photo = _calm(score, shell.triangles)
    primitives = []
    for number in np.unique(photo[photo >= 0]):
        job.check()
        chosen = np.flatnonzero(photo == number)
        primitives.append(seen_by(scene, int(number), faces, chosen, picture))
    unseen = np.flatnonzero(photo < 0)
    if len(unseen):
        used, inverse = np.unique(faces.triangles[unseen], return_inverse=True)
        primitives.append(Primitive(
            faces.position[used], inverse.reshape(-1, 3).astype(np.uint32),
            base_colour=_UNSEEN, name="seen by no photograph",
        ))  # fmt: skip
    path.write_bytes(encode_glb(primitives))


def _faces(shell: Shell) -> Faces:
    p = shell.position_m[shell.triangles]
    normal = np.asarray(np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]), np.float64)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    return Faces(shell.position_m, shell.triangles, normal)


def _scores(scene: SparseScene, shell: Shell, faces: Faces, job: Job) -> npt.NDArray[np.float32]:
    """Return how well each photograph shows each triangle, (photos, triangles); 0: not at all.

    The number of its pixels on the triangle, but for a constant factor.
    """
    score = np.zeros((len(scene.photos), len(faces.triangles)), np.float32)
    corners = faces.position[faces.triangles]
    middle = corners.mean(axis=1)
    samples = np.concatenate([faces.position, middle])
    for number, photo in enumerate(scene.photos):
        job.report("Texturing the mesh", number, len(scene.photos), "photos")
        ray = photo.centre_m - middle
        distance = np.linalg.norm(ray, axis=1)
        facing = (faces.normal * ray).sum(axis=1) / distance
        camera = scene.camera_of(photo)
        pixels = scene.project(photo, faces.position)[faces.triangles]
        size = np.array([camera.width_px, camera.height_px])
        with np.errstate(invalid="ignore"):
            inside = ((pixels > 2) & (pixels < size - 2)).all(axis=(1, 2))
        able = np.flatnonzero(inside & (facing > _FACING))
        if not len(able):
            continue
        found = depth_buffer(scene, photo, samples, shell.voxel_m)
        buffer = replace(found, tolerance_m=3.0 * shell.voxel_m)
        local = photo.to_camera(middle[able])
        seen = able[buffer.sees(camera.project(local), local[:, 2], carefully=False)]
        score[number, seen] = facing[seen] * (camera.fx / distance[seen]) ** 2
    return score


def _calm(score: npt.NDArray[np.float32], triangles: IndexArray) -> IndexArray:
    """Return each triangle's photograph, -1 for none: the best, or its neighbours' if as good.

    A mosaic of single triangles shows every seam; patches of one photograph do not.
    """
    count = int(triangles.max()) + 1
    best = score.max(axis=0)
    chosen = np.where(best > 0, score.argmax(axis=0), -1)
    for _ in range(_ROUNDS):
        votes = np.zeros((len(score), count), np.float32)
        for number in range(len(score)):
            own = triangles[chosen == number]
            votes[number] = np.bincount(own.ravel(), minlength=count)
        wish = votes[:, triangles].sum(axis=2)
        wish[score < _NEARLY * best] = -1.0
        chosen = np.where(best > 0, wish.argmax(axis=0), -1)
    return chosen
