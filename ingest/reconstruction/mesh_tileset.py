"""A mesh placed on the globe: 3D Tiles 1.1 of one tile, for viewers that know no project."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from ingest.reconstruction.surface import Surface
from twin_model.frame import Frame
from twin_model.project import write_atomically


def write_mesh_tileset(path: Path, mesh: str, surface: Surface, frame: Frame) -> None:
    """Write a tileset around a mesh in local metres.

    Placed by an affine map that is exact in the middle and off by 2 cm at 500 m
    (`Frame.ecef_matrix`). The globe's heights are ellipsoidal; those of the project are used as
    they are, as its own layers are.

    Parameters
    ----------
    path : Path
        ``tileset.json``.
    mesh : str
        Name of the GLB beside it.
    surface : Surface
        What the mesh is of.
    frame : Frame
    """
    grid = surface.grid
    low, high = float(np.nanmin(surface.height_m)), float(np.nanmax(surface.height_m))
    half = np.array([grid.columns, grid.rows]) * grid.cell_m / 2
    centre = np.array([grid.west_m + half[0], grid.north_m - half[1], (low + high) / 2])
    up = max((high - low) / 2, 0.5)
    volume = [*centre.tolist(), half[0], 0, 0, 0, half[1], 0, 0, 0, up]
    document = {
        "asset": {"version": "1.1", "generator": "Shapan"},
        "geometricError": float(np.linalg.norm(half)),
        "root": {
            "transform": frame.ecef_matrix(centre).T.ravel().tolist(),
            "boundingVolume": {"box": [float(value) for value in volume]},
            "geometricError": 0.0,
            "refine": "REPLACE",
            "content": {"uri": mesh},
        },
    }
    write_atomically(path, json.dumps(document, indent=1))
