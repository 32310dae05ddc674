"""How far heights, outlines and roof edges of a run are off, in ground sample distances.

    uv run python tests/bench/reconstruction_edges.py RUN TRUTH --origin EAST NORTH UP

RUN is the folder of a run of photographs that `virtual_drone.fly` took, TRUTH the folder with what
was really there, the origin that of the project that was photographed. Only the area between the
photographs that look straight down is looked at: around it few see a place. Outlines are where the
surface rises above 2.5 m, compared with the same of the true surface, both ways. For the lean of
the orthophoto the ray of each of its pixels beside a roof edge (through the photograph that has
most weight there, from where that was really taken) is followed to the true surface: what the
orthophoto shows stands there, so far from where it is shown. No texture is needed for that.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import shapely
from scipy import ndimage

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from edge_figures import (
    Mask,
    Truth,
    buildings,
    ground_and_roofs,
    lean_distances,
    outline_distances,
    places_of,
)
from ingest.extraction.buildings import find_buildings
from ingest.extraction.layer_points import LayerPoints
from ingest.extraction.model import height_model
from ingest.pipeline.job import Job
from ingest.reconstruction.accuracy import nmad
from ingest.reconstruction.orthophoto import make_orthophoto
from ingest.reconstruction.preparation import Pictures
from ingest.reconstruction.product_step import ortho_grid
from ingest.reconstruction.scene import SparseScene
from ingest.reconstruction.surface import Surface


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--origin", type=float, nargs=3, default=(515_000.0, 3_349_900.0, 0.0))
    arguments = parser.parse_args()
    run = arguments.run
    document = json.loads((run / "run.json").read_text(encoding="utf-8"))
    figures = json.loads((run / "report.json").read_text(encoding="utf-8"))
    prepared = json.loads((run / "photos" / "prepared.json").read_text(encoding="utf-8"))
    source = {photo["name"]: photo["source"] for photo in prepared}
    gsd = float(figures["ground_sample_distance_m"])
    scene = SparseScene.load(run / "georeference")
    names = [photo.name for photo in scene.photos]
    shift = np.array(arguments.origin) - np.array(document["origin"])
    truth = Truth.load(arguments.truth, [source[name] for name in names], shift)
    surface = Surface.load(run / "surface" / "surface.npz")
    heights = truth.at(places_of(surface.grid)[:, :2]).reshape(surface.grid.shape)
    inside = truth.flown_over(surface.grid)
    names_of = ("open ground", "roof interiors")
    for name, mask in zip(
        names_of, ground_and_roofs(heights, inside, surface.grid.cell_m), strict=True
    ):
        off = (surface.height_m - heights)[mask] / gsd
        known = off[np.isfinite(off)]
        print(
            f"{name}: n {len(off)}, NMAD {nmad(known):.2f}, RMSE {np.sqrt((known**2).mean()):.2f} "
            f"GSD, within 3 GSD {np.mean(np.abs(off) <= 3):.1%}, "
            f"without a height {np.mean(np.isnan(off)):.1%}"
        )
    ours, theirs = buildings(
        np.where(inside, surface.height_m, np.nan), np.where(inside, heights, np.nan),
        surface.grid.cell_m,
    )  # fmt: skip
    print(f"buildings that extraction finds: {by_area(surface, theirs, inside)}")
    there, back = outline_distances(ours, theirs, surface.grid.cell_m)
    print(f"outlines: {there.text(gsd)}")
    print(f"true outlines, to the nearest of ours: {back.text(gsd)}")
    grid = ortho_grid(surface.grid, gsd)
    ortho = make_orthophoto(scene, surface, grid, Pictures(run / "photos", names), Job())
    surface.height_m[~inside] = np.nan
    lean = lean_distances(ortho, scene, surface, truth)
    print(f"orthophoto within 1 m of roof edges: {lean.text(gsd)}")
    return 0


def by_area(surface: Surface, theirs: Mask, inside: Mask) -> str:
    """Return how much of the area of buildings that extraction finds is right, and is found."""
    places = places_of(surface.grid)
    measured = np.isfinite(surface.height_m) & (surface.source > 0)
    cells = np.column_stack([places, surface.height_m.ravel()])[measured.ravel()]
    outlines = [b.outline for b in find_buildings(height_model(LayerPoints(cells)), Job())]
    ours = shapely.contains_xy(shapely.union_all(outlines), places).reshape(theirs.shape)
    # As `buildings` leaves out a seam along the border.
    ours &= ndimage.binary_erosion(inside, iterations=round(3 / surface.grid.cell_m))
    common = (ours & theirs).sum()
    return f"by area precision {common / ours.sum():.2f}, recall {common / theirs.sum():.2f}"


if __name__ == "__main__":
    sys.exit(main())
