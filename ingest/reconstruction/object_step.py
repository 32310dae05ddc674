"""What photographs from the ground become: depth maps, points and a mesh, and no heights.

Streets, facades and single objects have no surface of heights: a wall stands over itself. So there
is no DSM and no orthophoto of them; points and a mesh are what can honestly be had.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np

from ingest.pipeline.job import Job
from ingest.pipeline.process import WorkerError
from ingest.reconstruction.made_products import MadeProducts
from ingest.reconstruction.object_mesh import write_shell
from ingest.reconstruction.options import Quality
from ingest.reconstruction.preparation import Pictures
from ingest.reconstruction.preview import DepthPreview
from ingest.reconstruction.products import write_points
from ingest.reconstruction.scene import Camera, SparseScene
from ingest.reconstruction.sweep import (
    DepthMap,
    Plain,
    View,
    agreed,
    choose_views,
    plain_picture,
    sweep,
)
from ingest.reconstruction.volume import CELL_PX, Cloud, Shell, footprint_m, merged_cloud, mesh_of
from twin_model.frame import Frame

#: What a run makes: a surface of heights, or an object seen from the side.
SURFACE: Final = "surface"
OBJECT: Final = "object"
#: More neighbours are compared with than a photograph of a flight is paired with.
_MORE_NEIGHBOURS: Final = 2
#: Below this share of pixels with a depth, photographs do not show the same things well enough.
_LEAST_KNOWN: Final = 0.003


def sweep_photos(
    scene: SparseScene, pictures: Pictures, quality: Quality, folder: Path, job: Job
) -> dict[str, Any]:
    """Write the depth map of every photograph; what its neighbours do not confirm is left out.

    Parameters
    ----------
    scene : SparseScene
        In local metres, with tie points.
    pictures : Pictures
    quality : Quality
    folder : Path
    job : Job

    Raises
    ------
    WorkerError
        If the photographs show too little in common.
    Cancelled
    """
    if not len(scene.points_m):
        raise WorkerError(
            "the given poses come without tie points, so it is not known how far the scene is",
            remedy="give a COLMAP model or an OpenSfM reconstruction with its points",
        )
    views = choose_views(scene, quality.neighbours + _MORE_NEIGHBOURS)
    needed = {view.photo for view in views} | {n for view in views for n in view.neighbours}
    plains: list[Plain | None] = [
        plain_picture(scene.camera_of(photo), pictures(number), pictures.mask(number),
                      quality.sweep_px) if number in needed else None
        for number, photo in enumerate(scene.photos)
    ]  # fmt: skip
    raw: dict[int, DepthMap] = {}
    preview = DepthPreview(scene, len(views), folder.parent, job)
    for done, view in enumerate(views):
        job.report("Sweeping depths", done, len(views), "photos")
        raw[view.photo] = sweep(scene, view, plains)
        preview.add(view.photo, raw[view.photo])
    preview.finish()
    job.report("Sweeping depths", len(views), len(views), "photos")
    known = _save_agreed(scene, views, raw, folder, job)
    pixels = sum(depth.depth_m.size for depth in raw.values())
    if known < max(_LEAST_KNOWN * pixels, 1000):
        raise WorkerError(
            f"the depths of {len(raw)} photographs do not agree with each other: {known:,} of "
            f"{pixels:,} pixels are confirmed by a second photograph",
            remedy="take them a step to the side of each other, each place in three or more, of "
            "things that have texture and do not move",
        )
    return {
        "kind": OBJECT,
        "views": len(views),
        "points": known,
        "known": known / max(pixels, 1),
        "ground_sample_distance_m": _pixel_m(scene),
    }


def _save_agreed(
    scene: SparseScene, views: list[View], raw: dict[int, DepthMap], folder: Path, job: Job
) -> int:
    known = 0
    for done, view in enumerate(views):
        job.report("Comparing depths", done, len(views), "photos")
        depth = agreed(scene, view, raw, 1 if len(view.neighbours) < 3 else 2)
        known += int(np.isfinite(depth.depth_m).sum())
        lens = depth.camera
        np.savez_compressed(
            folder / f"{view.photo:05d}.npz", depth_m=depth.depth_m, sigma_m=depth.sigma_m,
            colour=depth.colour,
            camera=[lens.width_px, lens.height_px, lens.fx, lens.fy, lens.cx, lens.cy],
        )  # fmt: skip
    return known


def load_depths(folder: Path) -> dict[int, DepthMap]:
    """Read the depth maps that `sweep_photos` wrote, by number of the photograph."""
    out = {}
    for file in sorted(folder.glob("*.npz")):
        with np.load(file) as found:
            width, height, *lens = found["camera"].tolist()
            camera = Camera(int(width), int(height), *lens)
            out[int(file.stem)] = DepthMap(
                camera, found["depth_m"], found["sigma_m"], found["colour"]
            )
    return out


def _pixel_m(scene: SparseScene) -> float:
    """Return what a pixel of the photographs covers at the usual distance of tie points."""
    sizes = []
    for number, photo in enumerate(scene.photos):
        depth = photo.to_camera(scene.points_m[scene.seen_by(number)])[:, 2]
        depth = depth[depth > 0]
        if len(depth):
            sizes.append(float(np.median(depth)) / scene.camera_of(photo).fx)
    return float(np.median(sizes)) if sizes else 0.01


def fuse_object(scene: SparseScene, depths: Path, folder: Path, job: Job) -> dict[str, Any]:
    """Write the cloud and the mesh of all depth maps.

    Parameters
    ----------
    scene : SparseScene
    depths : Path
        Folder that `sweep_photos` wrote.
    folder : Path
    job : Job
    """
    maps = load_depths(depths)
    cloud = merged_cloud(scene, maps, CELL_PX * footprint_m(maps))
    cloud.save(folder / "cloud.npz")
    shell = mesh_of(scene, maps, cloud, job)
    shell.save(folder / "shell.npz")
    low, high = cloud.position_m.min(axis=0), cloud.position_m.max(axis=0)
    return {
        "kind": OBJECT,
        "cell_m": cloud.cell_m,
        "voxel_m": shell.voxel_m,
        "points": len(cloud.position_m),
        "triangles": len(shell.triangles),
        "extent_m": [float(v) for v in high - low],
        "uncertainty_m": float(np.median(cloud.sigma_m)),
    }


def make_object_products(
    folder: Path, scene: SparseScene, fused: Path, pictures: Pictures, frame: Frame, job: Job
) -> dict[str, Any]:
    """Write points (LAZ) and the textured mesh (GLB).

    Parameters
    ----------
    folder : Path
    scene : SparseScene
    fused : Path
        Folder that `fuse_object` wrote.
    pictures : Pictures
    frame : Frame
    job : Job
    """
    cloud, shell = Cloud.load(fused / "cloud.npz"), Shell.load(fused / "shell.npz")
    job.report("Writing points", 0, 1, "")
    write_points(
        folder / "points.laz", cloud.position_m, cloud.colour, cloud.normal, cloud.sigma_m, frame
    )
    made = MadeProducts(folder, job)
    made.announce("points", "points.laz")
    if len(shell.triangles):
        write_shell(folder / "mesh.glb", scene, shell, pictures, job)
        made.announce("mesh", "mesh.glb")
    else:
        job.warn("depths agree in too few places for a mesh; there are points only")
    return {"files": made.files, "points": len(cloud.position_m), "triangles": len(shell.triangles)}
