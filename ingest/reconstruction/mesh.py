"""A textured mesh of a surface: tops from the true orthophoto, walls from the photographs."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

from ingest.pipeline.job import Job
from ingest.reconstruction.orthophoto import (
    Orthophoto,
    Picture,
    depth_buffer,
    surface_samples,
)
from ingest.reconstruction.scene import SparseScene
from ingest.reconstruction.surface import Surface
from twin_model.tiles.write import Primitive, encode_glb

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.int64]

_MOST_TRIANGLES: Final = 400_000
#: Triangles steeper than this show a wall.
_WALL_COSINE: Final = 0.35
_LARGEST_TEXTURE_PX: Final = 4096
#: A wall is textured by a photograph that sees it at less than 75 degrees from its normal.
_FACING: Final = 0.26


@dataclass
class Faces:
    """Triangles with what is needed to texture them.

    Parameters
    ----------
    position : (n, 3) float64 array
        Local metres.
    triangles : (m, 3) int64 array
    normal : (m, 3) float64 array
        Of the triangles.
    """

    position: FloatArray
    triangles: IndexArray
    normal: FloatArray


def write_mesh(
    path: Path,
    scene: SparseScene,
    surface: Surface,
    ortho: Orthophoto,
    picture: Picture,
    job: Job,
) -> int:
    """Write the surface as a GLB in local metres; return how many triangles it has.

    Parameters
    ----------
    path : Path
    scene : SparseScene
    surface : Surface
    ortho : Orthophoto
    picture : Picture
    job : Job
    """
    faces = _triangulate(surface)
    wall = faces.normal[:, 2] < _WALL_COSINE
    primitives = [_top(faces, ~wall, ortho)]
    photo = _best_photos(scene, surface, faces, wall, job)
    for number in np.unique(photo[photo >= 0]):
        job.check()
        chosen = np.flatnonzero(photo == number)
        primitives.append(seen_by(scene, int(number), faces, chosen, picture))
    unseen = np.flatnonzero(wall & (photo < 0))
    if len(unseen):
        primitives.append(_top(faces, np.isin(np.arange(len(wall)), unseen), ortho))
    path.write_bytes(encode_glb([p for p in primitives if len(p.position)]))
    return len(faces.triangles)


def _triangulate(surface: Surface) -> Faces:
    """Return two triangles for each square of four known cells, coarse enough in number."""
    step = max(math.ceil(math.sqrt(2 * surface.height_m.size / _MOST_TRIANGLES)), 1)
    height = surface.height_m[::step, ::step].astype(np.float64)
    x, y = surface.grid.middles()
    xx, yy = np.meshgrid(x[::step], y[::step])
    rows, columns = height.shape
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    flat = height.ravel()
    # The diagonal that bends less runs along the eaves instead of sawing them.
    first = np.abs(flat[a] - flat[c]) <= np.abs(flat[b] - flat[d])
    one = np.where(first[..., None], np.dstack([a, d, c]), np.dstack([a, d, b]))
    two = np.where(first[..., None], np.dstack([a, c, b]), np.dstack([b, d, c]))
    triangles = np.concatenate([one.reshape(-1, 3), two.reshape(-1, 3)])
    triangles = triangles[np.isfinite(flat[triangles]).all(axis=1)]
    position = np.column_stack([xx.ravel(), yy.ravel(), flat])
    p = position[triangles]
    normal = np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    return Faces(position, triangles, normal)


def _compact(
    faces: Faces, chosen: npt.NDArray[np.bool_] | IndexArray
) -> tuple[FloatArray, npt.NDArray[np.uint32]]:
    used, inverse = np.unique(faces.triangles[chosen], return_inverse=True)
    return faces.position[used], inverse.reshape(-1, 3).astype(np.uint32)


def _top(faces: Faces, chosen: npt.NDArray[np.bool_], ortho: Orthophoto) -> Primitive:
    position, triangles = _compact(faces, chosen)
    grid = ortho.grid
    uv = np.column_stack([
        (position[:, 0] - grid.west_m) / (grid.columns * grid.cell_m),
        (grid.north_m - position[:, 1]) / (grid.rows * grid.cell_m),
    ])  # fmt: skip
    image = Image.fromarray(ortho.colour[:, :, :3])
    return Primitive(
        position, triangles, uv=uv.astype(np.float32), image=_jpeg(image), name="surface"
    )


def _jpeg(image: Image.Image) -> bytes:
    share = _LARGEST_TEXTURE_PX / max(image.size)
    if share < 1.0:
        image = image.resize((round(image.width * share), round(image.height * share)))
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=88)
    return stream.getvalue()


def _best_photos(
    scene: SparseScene,
    surface: Surface,
    faces: Faces,
    wall: npt.NDArray[np.bool_],
    job: Job,
) -> IndexArray:
    """Return the photograph that shows each wall triangle best, -1 where none does."""
    best = np.full(len(faces.triangles), -1, np.int64)
    score = np.full(len(faces.triangles), _FACING)
    walls = np.flatnonzero(wall)
    corners = faces.position[faces.triangles[walls]]
    middle = corners.mean(axis=1)
    samples = surface_samples(surface)
    for number, photo in enumerate(scene.photos):
        job.report("Texturing walls", number, len(scene.photos), "photos")
        ray = photo.centre_m - middle
        facing = (faces.normal[walls] * ray).sum(axis=1) / np.linalg.norm(ray, axis=1)
        better = np.flatnonzero(facing > score[walls])
        if not len(better):
            continue
        camera = scene.camera_of(photo)
        pixels = scene.project(photo, corners[better].reshape(-1, 3)).reshape(-1, 3, 2)
        size = np.array([camera.width_px, camera.height_px])
        with np.errstate(invalid="ignore"):
            inside = ((pixels > 2) & (pixels < size - 2)).all(axis=(1, 2))
        better = better[inside]
        if not len(better):
            continue
        buffer = depth_buffer(scene, photo, samples, surface.grid.cell_m)
        # A little before the wall, which is itself in the buffer.
        before = middle[better] + faces.normal[walls[better]] * surface.grid.cell_m
        local = photo.to_camera(before)
        seen = buffer.sees(camera.project(local), local[:, 2])
        at = walls[better[seen]]
        best[at], score[at] = number, facing[better[seen]]
    return best


def seen_by(
    scene: SparseScene, number: int, faces: Faces, chosen: IndexArray, picture: Picture
) -> Primitive:
    """Return the *chosen* triangles with the part of a photograph that shows them."""
    photo = scene.photos[number]
    camera = scene.camera_of(photo)
    position, triangles = _compact(faces, chosen)
    pixels = scene.project(photo, position)
    low = np.floor(np.maximum(pixels.min(axis=0) - 2, 0)).astype(int)
    high = np.ceil(np.minimum(pixels.max(axis=0) + 2, [camera.width_px, camera.height_px])).astype(
        int
    )
    part = picture(number)[low[1] : high[1], low[0] : high[0]]
    uv = (pixels - low) / (high - low)
    return Primitive(
        position, triangles, uv=uv.astype(np.float32), image=_jpeg(Image.fromarray(part)),
        name=f"walls seen by {photo.name}",
    )  # fmt: skip
