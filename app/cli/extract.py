"""shapan extract: things in a scene become entities."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import asdict

import numpy as np

from app.cli.opening import open_project
from app.cli.output import Exit, ProgressPrinter, format_count, print_json, print_warning
from app.cli.projects import find_layer
from ingest.extraction.extract import Extraction, extract
from ingest.reconstruction.options import require_modules


def extract_things(arguments: argparse.Namespace) -> int:
    """Find buildings and trees in a layer and add them for review."""
    require_modules(("CSF", "scipy"), "extraction")
    printer = ProgressPrinter(arguments.progress)
    with open_project(arguments.project, write=True) as twin:
        found = extract(twin, find_layer(twin, arguments.layer), printer.job())
    printer.clear()
    if arguments.json:
        print_json(_as_json(found))
    else:
        _print(found)
    for warning in found.warnings:
        print_warning(warning)
    return Exit.DONE


def _print(found: Extraction) -> None:
    print(f"{format_count(found.points)} points in cells of {found.cell_m:g} m")
    if found.buildings:
        roofs = Counter(building.roof for building in found.buildings)
        kinds = ", ".join(f"{count} {roof}" for roof, count in roofs.most_common())
        print(f"  {format_count(len(found.buildings))} buildings (roofs: {kinds})")
    if found.trees:
        height = float(np.median([tree.height_m for tree in found.trees]))
        print(f"  {format_count(len(found.trees))} trees, median height {height:.1f} m")
    for layer in found.layers:
        print(f"  layer {layer.layer}: {format_count(layer.entities)} entities to be reviewed")


def _as_json(found: Extraction) -> dict[str, object]:
    buildings = [
        {
            "area_m2": round(b.outline.area, 1), "height_m": round(b.height_m, 2),
            "roof": b.roof, "planes": b.planes, "confidence": b.confidence,
        }
        for b in found.buildings
    ]  # fmt: skip
    return {
        "source_layer": found.layer,
        "points": found.points,
        "cell_m": found.cell_m,
        "buildings": buildings,
        "trees": [asdict(tree) for tree in found.trees],
        "layers": [layer.layer for layer in found.layers],
        "entities": sum(layer.entities for layer in found.layers),
        "seconds": found.seconds,
        "warnings": found.warnings,
    }
