"""Points of a project's layer: of a point cloud, or the cells of a raster of heights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from ingest.pipeline.job import Job
from twin_model.errors import SourceError
from twin_model.frame import Frame
from twin_model.layer import Layer, LayerRole
from twin_model.tiles.content import decode_content
from twin_model.tiles.tileset import load_tileset

FloatArray = npt.NDArray[np.float64]

_MOST_POINTS: Final = 60_000_000


@dataclass
class LayerPoints:
    """Points in local metres.

    Parameters
    ----------
    position_m : (n, 3) float64 array
    colour : (n, 3) uint8 array or None
    classification : (n,) uint8 array or None
        As the survey states it; extraction does not look at it.
    """

    position_m: FloatArray
    colour: npt.NDArray[np.uint8] | None = None
    classification: npt.NDArray[np.uint8] | None = None


def read_layer_points(layer: Layer, folder: Path, frame: Frame, job: Job) -> LayerPoints:
    """Read all points of a layer.

    Parameters
    ----------
    layer : Layer
        A point cloud or a raster of heights.
    folder : Path
        Of the layer.
    frame : Frame
    job : Job

    Raises
    ------
    SourceError
        If the layer is of another kind, or its files are broken.
    Cancelled
    """
    path = folder / layer.content
    if layer.role is LayerRole.TERRAIN:
        return _of_raster(path, frame)
    if layer.role is LayerRole.POINTS:
        return _of_tiles(path, layer, job)
    raise SourceError(
        path,
        f"layer {layer.name} is {layer.role}: things are extracted from points and surfaces",
        remedy="choose a point cloud or a raster of heights (shapan layers lists them)",
    )


def _of_tiles(path: Path, layer: Layer, job: Job) -> LayerPoints:
    total = layer.counts.get("points", 0)
    if total > _MOST_POINTS:
        raise SourceError(path, f"has {total} points; {_MOST_POINTS} are the most at once")
    positions, colours, classes = [], [], []
    done = 0
    for tile in load_tileset(path).root.walk():
        for file in tile.contents:
            for primitive in decode_content(file, root=path.parent).primitives:
                matrix = tile.transform @ primitive.matrix
                place = primitive.position.astype(np.float64) @ matrix[:3, :3].T + matrix[:3, 3]
                positions.append(place)
                count = len(place)
                colour = primitive.colour
                colours.append(None if colour is None else colour[:, :3])
                found = primitive.attributes.get("_CLASSIFICATION")
                classes.append(None if found is None else found.reshape(count).astype(np.uint8))
                done += count
        job.report("Reading points", done, total, "points")
    if not positions:
        raise SourceError(path, "holds no points")
    return LayerPoints(np.concatenate(positions), _joined(colours), _joined(classes))


def _joined(parts: list[npt.NDArray[np.uint8] | None]) -> npt.NDArray[np.uint8] | None:
    known = [part for part in parts if part is not None]
    return np.concatenate(known) if len(known) == len(parts) else None


def _of_raster(path: Path, frame: Frame) -> LayerPoints:
    from ingest.readers.gdal_raster import open_raster

    with open_raster(str(path), path) as dataset:
        if dataset.width * dataset.height > _MOST_POINTS:
            raise SourceError(path, f"has {dataset.width} x {dataset.height} cells, too many")
        heights = dataset.read(1)
        row, column = np.nonzero(dataset.read_masks(1))
        grid = dataset.transform
        x = grid.c + (column + 0.5) * grid.a
        y = grid.f + (row + 0.5) * grid.e
    z = heights[row, column].astype(np.float64)
    return LayerPoints(np.column_stack([x, y, z]) - frame.offset)
