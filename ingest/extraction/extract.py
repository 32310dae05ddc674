"""From a layer of points to layers and entities that wait for review."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from ingest.extraction.buildings import Building, building_mask, find_buildings
from ingest.extraction.layer_points import read_layer_points
from ingest.extraction.model import HeightModel, height_model
from ingest.extraction.review import review_columns, write_table
from ingest.extraction.roofs import add_roofs
from ingest.extraction.vegetation import Tree, find_trees
from ingest.importer import ImportOptions, ImportResult, add_source
from ingest.pipeline.job import Job
from ingest.shell import SOLID_COLUMN
from twin_model.frame import Frame
from twin_model.layer import Layer
from twin_model.twin import Twin

#: Names of the layers of buildings and of trees.
LAYER_NAMES: Final = ("{0} – buildings", "{0} – trees")

Say = Callable[[str], str]
"""Says the name of a layer, a template in English, in the reader's language."""


@dataclass
class Extraction:
    """What was found in one layer.

    Parameters
    ----------
    layer : str
        Where it was found.
    cell_m : float
    points : int
    buildings : list of Building
    trees : list of Tree
    layers : list of ImportResult
        What was added to the project.
    seconds : float
    warnings : list of str
    """

    layer: str
    cell_m: float
    points: int
    buildings: list[Building]
    trees: list[Tree]
    layers: list[ImportResult] = field(default_factory=list)
    seconds: float = 0.0
    warnings: list[str] = field(default_factory=list)


def find_things(
    layer: Layer, folder: Path, frame: Frame, job: Job
) -> tuple[Extraction, HeightModel]:
    """Find buildings and trees in a layer of points or heights, without changing anything.

    Raises
    ------
    SourceError
        If the layer holds neither points nor heights.
    Cancelled
    """
    started_s = time.monotonic()
    points = read_layer_points(layer, folder, frame, job)
    job.report("Filtering the ground", 0, 1, "")
    model = height_model(points)
    buildings = add_roofs(find_buildings(model, job), points.position_m, job)
    trees = find_trees(model, building_mask(model), job)
    found = Extraction(layer.id, model.grid.cell_m, len(points.position_m), buildings, trees)
    found.seconds = round(time.monotonic() - started_s, 2)
    if not buildings and not trees:
        found.warnings.append(f"nothing that stands above the ground was found in {layer.name}")
    if model.grid.cell_m > 1.0:
        found.warnings.append(
            f"points are {model.grid.cell_m:.1f} m apart: small buildings and trees are missed"
        )
    return found, model


def extract(twin: Twin, layer: Layer, job: Job, say: Say = str) -> Extraction:
    """Find things in a layer and add them as layers with entities to be reviewed.

    Parameters
    ----------
    twin : Twin
    layer : Layer
    job : Job
    say : callable
        Says names of layers in the reader's language; English by default.

    Raises
    ------
    ShapanError
    Cancelled
    """
    found, _ = find_things(layer, twin.layer_folder(layer.id), twin.frame, job)
    with tempfile.TemporaryDirectory(prefix="shapan-extract-") as scratch:
        for path, name in write_tables(Path(scratch), found, twin.frame):
            options = ImportOptions(name=say(name).format(layer.name), epoch=layer.epoch)
            found.layers += add_source(twin, path, options, job)
    return found


def write_tables(folder: Path, found: Extraction, frame: Frame) -> list[tuple[Path, str]]:
    """Write what was found as GeoPackages; return each with the name of its layer."""
    out = []
    if found.buildings:
        path = folder / "buildings.gpkg"
        write_table(path, "buildings", _outlines(found.buildings, frame), "Polygon Z", frame,
               _building_columns(found, frame))  # fmt: skip
        out.append((path, LAYER_NAMES[0]))
    if found.trees:
        path = folder / "trees.gpkg"
        points = shapely.points(
            np.array([(t.x_m, t.y_m, t.ground_m) for t in found.trees]) + frame.offset
        )
        write_table(path, "trees", list(points), "Point Z", frame, _tree_columns(found))
        out.append((path, LAYER_NAMES[1]))
    return out


def _outlines(buildings: Sequence[Building], frame: Frame) -> list[Any]:
    """Return outlines at the height of their ground, in the project's CRS."""
    east, north, up = frame.offset

    def raised(building: Building) -> Any:
        moved = shapely.affinity.translate(building.outline, float(east), float(north))
        return shapely.force_3d(moved, building.ground_m + float(up))

    return [raised(building) for building in buildings]


def _building_columns(found: Extraction, frame: Frame) -> dict[str, Any]:
    buildings = found.buildings
    solids = [None if b.solid is None else b.solid.moved(frame.offset) for b in buildings]
    return {
        "height_m": np.array([round(b.height_m, 2) for b in buildings]),
        "eaves_height_m": np.array([round(b.eaves_m, 2) for b in buildings]),
        "ridge_height_m": np.array([round(b.ridge_m, 2) for b in buildings]),
        "area_m2": np.array([round(b.outline.area, 1) for b in buildings]),
        "volume_m3": np.array([round(b.volume_m3, 0) for b in buildings]),
        "roof": np.array([b.roof for b in buildings], object),
        "roof_planes": np.array([b.planes for b in buildings], np.int32),
        "level_of_detail": np.array([b.level_of_detail for b in buildings], np.int32),
        "block_reason": np.array([b.block_reason or None for b in buildings], object),
        "roof_rms_m": np.array([b.roof_rms_m for b in buildings]),
        "roof_confidence": np.array([b.roof_confidence for b in buildings]),
        SOLID_COLUMN: np.array([s if s is None else s.to_text() for s in solids], object),
        **review_columns(found.layer, [b.confidence for b in buildings]),
    }


def _tree_columns(found: Extraction) -> dict[str, Any]:
    trees = found.trees
    return {
        "height_m": np.array([round(t.height_m, 2) for t in trees]),
        "crown_diameter_m": np.array([round(t.crown_m, 2) for t in trees]),
        **review_columns(found.layer, [t.confidence for t in trees]),
    }
