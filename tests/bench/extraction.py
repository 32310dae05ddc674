"""How much of ground, buildings and vegetation extraction finds, and how much of it is right.

    uv run python tests/bench/extraction.py --demo small [--project demo.shapan]
    uv run python tests/bench/extraction.py --las FILE.las … [--metres-per-unit 0.3048]

By points: each class is compared with the classes that the points state, which extraction does not
look at. Ground is what lies within 0.5 m of the ground found; a building, what lies 2 m and more
above it where cells are a building's; vegetation the same within the crowns of found trees,
compared with medium and high vegetation (low one is not looked for). For the demo city, whose
survey is built in a folder for the time being (or read from --project), also by things: a building
is found where at least half of what it and the found ones over it cover is common to both, a tree
within 2 m.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from ingest.extraction.buildings import Building, building_mask, find_buildings
from ingest.extraction.layer_points import LayerPoints, read_layer_points
from ingest.extraction.model import HeightModel, height_model
from ingest.extraction.vegetation import LEAST_HEIGHT_M, Tree, find_trees
from ingest.pipeline.job import Job

Mask = npt.NDArray[np.bool_]

_GROUND: Final = 2
_VEGETATION: Final = (4, 5)
_BUILDING: Final = 6
_NEAR_GROUND_M: Final = 0.5
_NEAR_TREE_M: Final = 2.0
_LEAST_COMMON: Final = 0.5


def main() -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", choices=("tiny", "small", "city"))
    parser.add_argument("--project", type=Path, help="of the demo city, where it is built already")
    parser.add_argument("--las", type=Path, nargs="*", default=[])
    parser.add_argument("--metres-per-unit", type=float, default=1.0)
    arguments = parser.parse_args()
    print("| data | class | points or things | precision | recall |\n|---|---|---|---|---|")
    if arguments.demo:
        measure_demo(arguments.demo, arguments.project)
    for path in arguments.las:
        measure(path.name, las_points(path, arguments.metres_per_unit))
    return 0


def las_points(path: Path, metres_per_unit: float) -> LayerPoints:
    """Return the points of a LAS file, in metres from their lowest corner."""
    import laspy

    las = laspy.read(path)
    places = np.column_stack([las.x, las.y, las.z]).astype(np.float64)
    colour = None
    if "red" in las.point_format.dimension_names:
        found = np.column_stack([las.red, las.green, las.blue]).astype(np.float64)
        scale = 257.0 if found.max() > 255 else 1.0
        colour = (found / scale).astype(np.uint8) if found.max() > 0 else None
    return LayerPoints(
        (places - places.min(axis=0)) * metres_per_unit, colour, np.asarray(las.classification)
    )


def measure(name: str, points: LayerPoints) -> tuple[list[Building], list[Tree]]:
    """Print how many points are given the class that they state; return what was found."""
    model = height_model(points)
    mask = building_mask(model)
    buildings, trees = find_buildings(model, Job()), find_trees(model, mask, Job())
    stated = points.classification
    assert stated is not None, "the points state no classes"
    found = classes_found(points, model, mask, trees)
    truth = {
        "ground": stated == _GROUND,
        "buildings": stated == _BUILDING,
        "vegetation": np.isin(stated, _VEGETATION),
    }
    for kind, really in truth.items():
        if really.sum() >= 100:
            right = int((really & found[kind]).sum())
            row(name, kind, int(really.sum()), right / max(found[kind].sum(), 1),
                right / really.sum())  # fmt: skip
    return buildings, trees


def classes_found(
    points: LayerPoints, model: HeightModel, mask: Mask, trees: Sequence[Tree]
) -> dict[str, Mask]:
    """Return which points are ground, of a building, of a tree."""
    cell = np.maximum(model.grid.cells(points.position_m[:, :2]), 0)
    above_m = points.position_m[:, 2] - model.ground_m.ravel()[cell]
    is_high = above_m > LEAST_HEIGHT_M
    in_crown = np.zeros(len(above_m), bool)
    if trees:
        tops = np.array([(tree.x_m, tree.y_m) for tree in trees])
        radius = np.array([tree.crown_m / 2 for tree in trees])
        radius += model.grid.cell_m / 2
        for members in cKDTree(points.position_m[:, :2]).query_ball_point(tops, radius):
            in_crown[members] = True
    of_building = mask.ravel()[cell] & is_high
    return {
        "ground": np.abs(above_m) <= _NEAR_GROUND_M,
        "buildings": of_building,
        "vegetation": in_crown & is_high & ~of_building,
    }


def measure_demo(size: str, built: Path | None) -> None:
    """Compare what is found in the survey of the demo city with its recipe."""
    from app.cli.demo import build_demo
    from assets.demo_city.buildings import make_buildings
    from assets.demo_city.furniture import make_trees
    from assets.demo_city.old_town import make_wings
    from assets.demo_city.plan import ORIGIN, SIZES, make_plan
    from assets.demo_city.recipe import _chance
    from twin_model.twin import Twin

    plan = make_plan(SIZES[size])
    houses = make_buildings(plan, _chance(1))
    true_trees = make_trees(plan, houses, _chance(2))
    outlines = [house.outline for house in houses]
    outlines += [wing.outline for wing in make_wings(_chance(5))]
    with tempfile.TemporaryDirectory() as scratch:
        project = built or Path(scratch) / "demo.shapan"
        if built is None:
            build_demo(project, size, Job(), english=True)
        with Twin.open(project, read_only=True) as twin:
            layer = twin.layer("laser-survey")
            off = np.array(ORIGIN) - twin.frame.offset[:2]
            points = read_layer_points(layer, twin.layer_folder(layer.id), twin.frame, Job())
    buildings, trees = measure(f"demo city, {size}", points)
    truth = [shapely.affinity.translate(one, *off) for one in outlines]
    found = [building.outline for building in buildings]
    by_area(size, truth, found)
    # Houses that touch may be found as one: each that is found is compared with all it covers.
    joined = list(shapely.get_parts(shapely.union_all([one.buffer(0.05) for one in truth])))
    row(f"demo city, {size}", "buildings, by things", len(joined),
        share_met(found, truth), share_met(joined, found))  # fmt: skip
    places = np.array([(tree.x, tree.y) for tree in true_trees]) + off
    tops = np.array([(tree.x_m, tree.y_m) for tree in trees])
    row(f"demo city, {size}", "trees, by things", len(places), near(tops, places),
        near(places, tops))  # fmt: skip


def by_area(size: str, truth: list[Any], found: list[Any]) -> None:
    """Print how much of the ground that buildings cover is common to both."""
    ours, theirs = shapely.union_all(found), shapely.union_all(truth)
    common = ours.intersection(theirs).area
    row(f"demo city, {size}", "buildings, by area (m²)", round(theirs.area), common / ours.area,
        common / theirs.area)  # fmt: skip


def share_met(wanted: Sequence[Any], offered: Sequence[Any]) -> float:
    """Return the share of areas that those over them cover as they do, by half or more."""
    tree = shapely.STRtree(offered)
    met = 0
    for area in wanted:
        over = [offered[n] for n in tree.query(area)]
        over = [one for one in over if area.intersection(one).area > 0.5 * one.area]
        # One that lies within a larger one is compared with that.
        over = over or [
            one for n in tree.query(area) if (one := offered[n]).contains(area.centroid)
        ]
        if over:
            both = shapely.union_all(over)
            met += area.intersection(both).area / area.union(both).area >= _LEAST_COMMON
    return met / max(len(wanted), 1)


def near(places: npt.NDArray[np.float64], others: npt.NDArray[np.float64]) -> float:
    """Return the share of places that have one of the others within 2 m."""
    away, _ = cKDTree(others).query(places)
    return float(np.mean(away <= _NEAR_TREE_M))


def row(name: str, kind: str, count: int, precision: float, recall: float) -> None:
    """Print one line of the table."""
    print(f"| {name} | {kind} | {count:,} | {precision:.2f} | {recall:.2f} |", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
