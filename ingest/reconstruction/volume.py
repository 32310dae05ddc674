"""Depth maps from all sides to points and a closed-up mesh.

Points are the best-known one a cell; the mesh is where a truncated signed distance, averaged over
all depth maps, is zero (Curless and Levoy, "A volumetric method for building complex models from
range images", 1996), found by marching cubes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.reconstruction.scene import Photo, SparseScene
from ingest.reconstruction.sweep import DepthMap

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.int64]

_MOST_VOXELS: Final = 24_000_000
#: Distances are cut off so many voxels before and behind a surface.
_TRUNCATION: Final = 3
#: Cells of the cloud, in pixels of the working size at the usual distance.
CELL_PX: Final = 1.5
#: Patches with fewer triangles than this share of the whole are left out.
_LEAST_PATCH: Final = 0.002


@dataclass
class Cloud:
    """Points of all depth maps, one a cell.

    Parameters
    ----------
    position_m : (n, 3) float64 array
    normal : (n, 3) float64 array
        Towards the photograph.
    colour : (n, 3) uint8 array
    sigma_m : (n,) float64 array
    cell_m : float
    """

    position_m: FloatArray
    normal: FloatArray
    colour: npt.NDArray[np.uint8]
    sigma_m: FloatArray
    cell_m: float

    def save(self, path: Path) -> None:
        """Write it as one ``.npz``."""
        np.savez_compressed(
            path, position_m=self.position_m, normal=self.normal.astype(np.float32),
            colour=self.colour, sigma_m=self.sigma_m.astype(np.float32), cell_m=self.cell_m,
        )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> Cloud:
        """Read what `save` wrote."""
        with np.load(path) as found:
            return cls(
                found["position_m"], found["normal"].astype(np.float64), found["colour"],
                found["sigma_m"].astype(np.float64), float(found["cell_m"]),
            )  # fmt: skip


@dataclass
class Shell:
    """A mesh of what was seen.

    Parameters
    ----------
    position_m : (n, 3) float64 array
    triangles : (m, 3) int64 array
    voxel_m : float
    """

    position_m: FloatArray
    triangles: IndexArray
    voxel_m: float

    def save(self, path: Path) -> None:
        """Write it as one ``.npz``."""
        np.savez_compressed(
            path, position_m=self.position_m, triangles=self.triangles.astype(np.int32),
            voxel_m=self.voxel_m,
        )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> Shell:
        """Read what `save` wrote."""
        with np.load(path) as found:
            return cls(
                found["position_m"], found["triangles"].astype(np.int64), float(found["voxel_m"])
            )


def footprint_m(maps: dict[int, DepthMap]) -> float:
    """Return what a pixel of the depth maps covers, in the middle."""
    sizes = [np.nanmedian(m.depth_m) / m.camera.fx for m in maps.values()
             if np.isfinite(m.depth_m).any()]  # fmt: skip
    return float(np.median(sizes))


def merged_cloud(scene: SparseScene, maps: dict[int, DepthMap], cell_m: float) -> Cloud:
    """Return the points of all depth maps, the best-known one of each cell."""
    parts = []
    for number, depth in maps.items():
        known = np.isfinite(depth.depth_m)
        if not known.any():
            continue
        photo = scene.photos[number]
        parts.append((
            depth.places(photo, known), _normals(depth, photo)[known], depth.colour[known],
            depth.sigma_m[known].astype(np.float64),
        ))  # fmt: skip
    position, normal, colour, sigma = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.argsort(sigma, kind="stable")
    cells = np.floor((position[order] - position.min(axis=0)) / cell_m).astype(np.int64)
    span = cells.max(axis=0) + 1
    flat = (cells[:, 0] * span[1] + cells[:, 1]) * span[2] + cells[:, 2]
    chosen = order[np.unique(flat, return_index=True)[1]]
    return Cloud(position[chosen], normal[chosen], colour[chosen], sigma[chosen], cell_m)


def _normals(depth: DepthMap, photo: Photo) -> FloatArray:
    """Return unit normals of a depth map, (h, w, 3), towards the photograph where unknown."""
    everywhere = np.ones(depth.depth_m.shape, bool)
    places = depth.places(photo, everywhere).reshape(*depth.depth_m.shape, 3)
    down, across = np.gradient(places, axis=(0, 1))
    normal = np.cross(down, across)
    length = np.linalg.norm(normal, axis=2, keepdims=True)
    towards = photo.centre_m - places
    towards /= np.linalg.norm(towards, axis=2, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        normal = np.where(np.isfinite(length) & (length > 0), normal / length, towards)
    facing = (normal * towards).sum(axis=2, keepdims=True)
    return np.where(facing < 0, -normal, normal)


def voxel_m(cloud: Cloud) -> float:
    """Return the size of voxels: that of the cloud's cells, or as large as memory allows."""
    low, high = _bounds(cloud)
    size = cloud.cell_m
    while float(np.prod((high - low) / size)) > _MOST_VOXELS:
        size *= 1.1
    return size


def _bounds(cloud: Cloud) -> tuple[FloatArray, FloatArray]:
    """Return the box that holds nearly all of the cloud: a few stray points would blow it up."""
    low = np.percentile(cloud.position_m, 0.5, axis=0)
    high = np.percentile(cloud.position_m, 99.5, axis=0)
    margin = 0.02 * (high - low) + 4 * cloud.cell_m
    return low - margin, high + margin


def mesh_of(scene: SparseScene, maps: dict[int, DepthMap], cloud: Cloud, job: Job) -> Shell:
    """Return the mesh that depth maps agree on.

    Parameters
    ----------
    scene : SparseScene
    maps : dict of int to DepthMap
        By number of the photograph.
    cloud : Cloud
        Of the same maps: says where there is anything.
    job : Job
    """
    from scipy import ndimage
    from skimage import measure  # optional

    marching_cubes: Any = measure.marching_cubes  # without types

    size = voxel_m(cloud)
    low, high = _bounds(cloud)
    shape = np.maximum(np.ceil((high - low) / size).astype(np.int64), 4)
    at = np.floor((cloud.position_m - low) / size).astype(np.int64)
    at = at[((at >= 0) & (at < shape)).all(axis=1)]
    near = np.zeros(shape, bool)
    near[tuple(at.T)] = True
    near = ndimage.binary_dilation(near, np.ones((3, 3, 3)), iterations=_TRUNCATION - 1)
    places = np.argwhere(near)
    middles = low + (places + 0.5) * size
    total, weight = np.zeros(len(places), np.float32), np.zeros(len(places), np.float32)
    for done, (number, depth) in enumerate(maps.items()):
        job.report("Fusing depth maps", done, len(maps), "photos")
        _integrate(scene.photos[number], depth, middles, (total, weight), _TRUNCATION * size)
    volume = np.ones(shape, np.float32)
    mask = np.zeros(shape, bool)
    seen = weight > 0
    volume[tuple(places[seen].T)] = total[seen] / weight[seen]
    mask[tuple(places[seen].T)] = True
    if not ((volume < 0) & mask).any():
        return Shell(np.empty((0, 3)), np.empty((0, 3), np.int64), size)
    job.report("Making the mesh", 0, 1, "")
    vertices, triangles, _, _ = marching_cubes(
        volume, 0.0, mask=mask, gradient_direction="descent", allow_degenerate=False
    )
    position = low + (vertices.astype(np.float64) + 0.5) * size
    return _without_crumbs(Shell(position, triangles.astype(np.int64), size))


def _integrate(
    photo: Photo,
    depth: DepthMap,
    middles: FloatArray,
    sums: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]],
    truncation_m: float,
) -> None:
    """Add what one depth map says of the distance of places to its surface, in truncations."""
    total, weight = sums
    camera = depth.camera
    local = photo.to_camera(middles)
    pixels = camera.project(local)
    with np.errstate(invalid="ignore"):
        inside = (pixels >= 0).all(axis=1) & (pixels < [camera.width_px, camera.height_px]).all(1)
    index = np.flatnonzero(inside)
    at = pixels[index].astype(np.int64)
    z = depth.depth_m[at[:, 1], at[:, 0]]
    distance = z - local[index, 2].astype(np.float32)
    sigma = depth.sigma_m[at[:, 1], at[:, 0]]
    with np.errstate(invalid="ignore"):
        useful = distance > -truncation_m  # False where the depth is not known
    index, distance, sigma = index[useful], distance[useful], sigma[useful]
    share = 1.0 / np.maximum(sigma, truncation_m / 6.0) ** 2
    # Before its surface a map says that there is nothing, with less weight: it may err by more.
    share = np.where(distance > truncation_m, 0.1 * share, share)
    total[index] += share * np.clip(distance / truncation_m, -1.0, 1.0)
    weight[index] += share


def _without_crumbs(shell: Shell) -> Shell:
    """Return a mesh without small patches that hang on nothing."""
    from scipy import sparse
    from scipy.sparse import csgraph

    triangles = shell.triangles
    if not len(triangles):
        return shell
    count = len(shell.position_m)
    first, second = triangles[:, [0, 1]].ravel(), triangles[:, [1, 2]].ravel()
    graph = sparse.coo_matrix((np.ones(len(first), np.int8), (first, second)), (count, count))
    _, label = csgraph.connected_components(graph, directed=False)
    size = np.bincount(label[triangles[:, 0]])
    kept = triangles[size[label[triangles[:, 0]]] >= max(50, _LEAST_PATCH * len(triangles))]
    used, inverse = np.unique(kept, return_inverse=True)
    return Shell(shell.position_m[used], inverse.reshape(-1, 3), shell.voxel_m)
