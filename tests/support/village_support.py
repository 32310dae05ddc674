"""Points of a slope with three houses and four trees, whose outlines and heights are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely
from shapely import box

from ingest.importer import ImportOptions, add_source
from ingest.pipeline.job import Job
from twin_model.frame import Frame
from twin_model.twin import Twin

OUTLINES = (box(10, 10, 26, 22), box(40, 12, 50, 40), box(12, 45, 30, 60))
TREES = ((60.0, 20.0, 8.0), (62.0, 55.0, 11.0), (70.0, 38.0, 6.5), (36.0, 66.0, 9.0))


def village() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return points (four a square metre), their classes and colours: a slope with houses."""
    chance = np.random.default_rng(11)
    xy = chance.uniform(0, 80, (80 * 80 * 4, 2))
    ground = 3.0 + 0.03 * xy[:, 0]
    z, kind = ground.copy(), np.full(len(xy), 2)
    colour = np.tile([120, 112, 100], (len(xy), 1))
    for number, outline in enumerate(OUTLINES):
        inside = shapely.contains_xy(outline, xy[:, 0], xy[:, 1])
        west, south, _, north = outline.bounds
        base = 3.0 + 0.03 * west
        roof = np.full(len(xy), base + 7.0)
        if number == 0:  # a gable along the longer side
            middle = (south + north) / 2
            roof = base + 8.0 - 0.6 * np.abs(xy[:, 1] - middle)
        z[inside], kind[inside] = roof[inside], 6
        colour[inside] = (140, 80, 70)
    for x, y, height in TREES:
        radius = 0.28 * height
        distance = np.hypot(xy[:, 0] - x, xy[:, 1] - y)
        crown = distance < radius
        top = ground + height * (1 - 0.35 * (distance / radius) ** 2)
        through = chance.random(len(xy)) < 0.35
        z[crown] = np.where(through, ground + chance.random(len(xy)) * height * 0.5, top)[crown]
        z[crown] += chance.normal(0, 0.35, crown.sum())
        kind[crown], colour[crown] = 5, (60, 120, 50)
    return np.column_stack([xy, z + chance.normal(0, 0.03, len(xy))]), kind, colour.astype(np.uint8)


def write_las(path: Path) -> Path:
    """Write the points as classified LAS and return its path."""
    import laspy
    from pyproj import CRS

    points, kind, colour = village()
    header = laspy.LasHeader(point_format=7, version="1.4")
    header.scales = [0.001] * 3
    header.offsets = [515_000.0, 3_349_900.0, 0.0]
    header.add_crs(CRS("EPSG:4549+5737"))
    las = laspy.LasData(header)
    las.x, las.y, las.z = points[:, 0] + 515_000, points[:, 1] + 3_349_900, points[:, 2]
    las.red, las.green, las.blue = (colour.astype(np.uint16) * 257).T
    las.classification = kind.astype(np.uint8)
    las.write(path)
    return path


def village_project(folder: Path) -> Path:
    """Make a project with the points as its only layer."""
    project = folder / "p.shapan"
    frame = Frame("EPSG:4549", (515_000.0, 3_349_900.0, 0.0), "EPSG:5737")
    with Twin.create(project, frame, "Village") as twin:
        options = ImportOptions(name="survey", epoch="2026-05-04")
        add_source(twin, write_las(folder / "village.laz"), options, Job())
    return project
