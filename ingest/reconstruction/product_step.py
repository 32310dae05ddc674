"""Everything that is made from the fused surface, as one step of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from ingest.reconstruction.ground import terrain_of
from ingest.reconstruction.made_products import MadeProducts
from ingest.reconstruction.mesh import write_mesh
from ingest.reconstruction.mesh_tileset import write_mesh_tileset
from ingest.reconstruction.orthophoto import Orthophoto, make_orthophoto
from ingest.reconstruction.preparation import Pictures
from ingest.reconstruction.products import (
    normals_of,
    with_holes,
    write_cog,
    write_contours,
    write_points,
)
from ingest.reconstruction.scene import SparseScene
from ingest.reconstruction.seamlines import write_seamlines
from ingest.reconstruction.surface import STEREO, Grid, Surface, nice_cell_m
from twin_model.frame import Frame

FloatArray = npt.NDArray[np.float64]

_MOST_ORTHO_PIXELS: Final = 400_000_000
_ON_GROUND_M: Final = 0.3
#: Contours and seams only where there are any.
_FILES: Final = {
    "dsm": "dsm.tif", "dtm": "dtm.tif", "orthophoto": "orthophoto.tif", "points": "points.laz",
    "mesh": "mesh.glb", "tileset": "tileset.json", "contours": "contours.gpkg",
    "seamlines": "seamlines.gpkg",
}  # fmt: skip


def make_products(
    folder: Path,
    scene: SparseScene,
    surface: Surface,
    pictures: Pictures,
    frame: Frame,
    facts: tuple[float, str | None, str],
    job: Job,
) -> dict[str, Any]:
    """Write all products.

    Parameters
    ----------
    folder : Path
    scene : SparseScene
        In local metres.
    surface : Surface
    pictures : Pictures
    frame : Frame
    facts : (ground sample distance in metres, epoch or None, what heights are above)
    job : Job

    Returns
    -------
    dict
        ``files`` by product, and figures about them.
    """
    gsd, epoch, above = facts
    made = MadeProducts(folder, job)
    job.report("Filtering the ground", 0, 1, "")
    terrain = terrain_of(surface)
    _write_heights(made, surface, terrain, frame, (epoch, above))
    grid = ortho_grid(surface.grid, gsd)
    ortho = make_orthophoto(scene, surface, grid, pictures, job)
    write_cog(
        folder / "orthophoto.tif", [*np.moveaxis(ortho.colour, 2, 0)], grid, frame,
        descriptions=["red", "green", "blue", "alpha"], epoch=epoch, above=above,
    )  # fmt: skip
    made.announce("orthophoto", "orthophoto.tif")
    step_m = contour_step_m(terrain)
    lines = write_contours(folder / "contours.gpkg", terrain, surface.grid, frame, step_m)
    made.announce("contours", "contours.gpkg")
    job.report("Writing points", 0, 1, "")
    count = _write_cloud(folder / "points.laz", surface, terrain, ortho, frame)
    made.announce("points", "points.laz")
    triangles = write_mesh(folder / "mesh.glb", scene, surface, ortho, pictures, job)
    made.announce("mesh", "mesh.glb")
    write_mesh_tileset(folder / "tileset.json", "mesh.glb", surface, frame)
    areas = write_seamlines(folder / "seamlines.gpkg", ortho, [p.name for p in scene.photos], frame)
    return {
        "files": {name: file for name, file in _FILES.items() if (folder / file).is_file()},
        "orthophoto_gsd_m": grid.cell_m,
        "orthophoto_seen": float((ortho.colour[:, :, 3] > 0).mean()),
        "gains": [float(ortho.gains.min()), float(ortho.gains.max())],
        "points": count,
        "triangles": triangles,
        "contour_step_m": step_m,
        "contours": lines,
        "seam_areas": areas,
    }


def ortho_grid(grid: Grid, gsd_m: float) -> Grid:
    """Return the orthophoto's grid over the same area, at about the photographs' resolution."""
    cell = nice_cell_m(gsd_m)
    width, height = grid.columns * grid.cell_m, grid.rows * grid.cell_m
    while width * height / cell**2 > _MOST_ORTHO_PIXELS:
        cell = nice_cell_m(cell * 1.5)
    return Grid(
        grid.west_m, grid.north_m, cell, max(round(width / cell), 1), max(round(height / cell), 1)
    )


def _write_heights(
    made: MadeProducts, surface: Surface, terrain: FloatArray, frame: Frame,
    facts: tuple[str | None, str],
) -> None:  # fmt: skip
    folder, (epoch, above) = made.folder, facts
    up = float(frame.offset[2])
    source = surface.source
    write_cog(
        folder / "dsm.tif",
        [
            with_holes(surface.height_m + up, source),
            with_holes(surface.uncertainty_m, source),
            with_holes(source.astype(np.float32), source),
        ],
        surface.grid, frame, epoch=epoch, above=above, units=["metre", "metre", "1"],
        descriptions=[f"height ({above})", "uncertainty (one sigma)",
                      "source (1 stereo, 2 field, 3 filled)"],
    )  # fmt: skip
    write_cog(
        folder / "dtm.tif", [with_holes(terrain + up, source)], surface.grid, frame,
        descriptions=[f"height of the ground ({above})"], epoch=epoch, above=above,
        units=["metre"],
    )  # fmt: skip
    made.announce("dsm", "dsm.tif")
    made.announce("dtm", "dtm.tif")


def contour_step_m(terrain: FloatArray) -> float:
    """Return a step between contours that gives about a dozen of them."""
    known = terrain[np.isfinite(terrain)]
    if not len(known):
        return 1.0
    low, high = np.percentile(known, [1.0, 99.0])
    for step in (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0):
        if (high - low) / step <= 20:
            return step
    return 50.0


def _write_cloud(
    path: Path, surface: Surface, terrain: FloatArray, ortho: Orthophoto, frame: Frame
) -> int:
    """Write one point a measured cell, with colour, normal, uncertainty and class."""
    row, column = np.nonzero(surface.source == STEREO)
    x, y = surface.grid.middles()
    z = surface.height_m[row, column].astype(np.float64)
    points = np.column_stack([x[column], y[row], z])
    at = ortho.grid.cells(points[:, :2])
    inside = at >= 0
    colour = ortho.colour.reshape(-1, 4)[np.maximum(at, 0), :3]
    normal = normals_of(surface.height_m, surface.grid.cell_m)[row, column]
    ground = np.abs(z - terrain[row, column]) <= _ON_GROUND_M
    write_points(
        path, points[inside], colour[inside], normal[inside],
        surface.uncertainty_m[row, column][inside].astype(np.float64), frame,
        ground=ground[inside],
    )  # fmt: skip
    return int(inside.sum())
