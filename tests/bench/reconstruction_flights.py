"""Poses, surface, outlines and orthophoto of a flight of the virtual drone, against the truth.

    uv run python tests/bench/reconstruction_flights.py FOLDER [--flight first|north|tower]
                                                        [--found]

Photographs the demo city (size `small`), unless it is in FOLDER already, and reconstructs it as a
draft with control points: with the true poses given, or, with `--found`, with poses of its own,
which are compared with the true ones then. A run that is there goes on where it ended.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from bench_flights import FLIGHTS, FRAME, photograph
from ingest.pipeline.job import Job
from ingest.reconstruction.options import ReconstructOptions
from ingest.reconstruction.run import reconstruct
from ingest.reconstruction.scene import SparseScene


def main() -> int:
    """Photograph, reconstruct, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--flight", choices=FLIGHTS, default="first")
    parser.add_argument("--found", action="store_true")
    arguments = parser.parse_args()
    base = arguments.folder / arguments.flight
    photograph(base, FLIGHTS[arguments.flight])
    photos, run = base / "photos", base / ("run-found" if arguments.found else "run-given")
    options = ReconstructOptions(
        photos, control=photos / "control.csv",
        poses=None if arguments.found else base / "poses.json",
    )  # fmt: skip
    begun_s = time.monotonic()
    reconstruct(options, FRAME, run, Job())
    print(f"run: {(time.monotonic() - begun_s) / 60:.1f} min (steps kept from before take none)")
    report = json.loads((run / "report.json").read_text(encoding="utf-8"))
    if arguments.found:
        print_poses(run, base / "truth", float(report["ground_sample_distance_m"]))
    for kind in ("control", "check"):
        east, north, up = report[kind]["rmse_m"]
        print(
            f"{report[kind]['count']} {kind} points: RMSE {east:.3f} east, {north:.3f} north, "
            f"{up:.3f} up, metres"
        )
    edges = Path(__file__).with_name("reconstruction_edges.py")
    return subprocess.run([sys.executable, edges, run, base / "truth"], check=False).returncode


def print_poses(run: Path, truth: Path, gsd: float) -> None:
    """Print how far found poses are from the true ones."""
    shots = json.loads((truth / "poses.json").read_text(encoding="utf-8"))["shots"]
    true = {shot["name"]: shot for shot in shots}
    prepared = json.loads((run / "photos" / "prepared.json").read_text(encoding="utf-8"))
    source = {photo["name"]: photo["source"] for photo in prepared}
    photos = SparseScene.load(run / "georeference").photos
    turned_deg, off = [], []
    for photo in photos:
        shot = true[source[photo.name]]
        cosine = (np.trace(photo.rotation @ np.array(shot["rotation"]).T) - 1) / 2
        turned_deg.append(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
        off.append(np.linalg.norm(photo.centre_m - shot["centre_m"]) / gsd)
    rms = np.sqrt(np.mean(np.square(off)))
    print(
        f"{len(photos)} of {len(shots)} photographs placed: rotation {max(turned_deg):.2f}° at "
        f"worst, position {rms:.2f} GSD RMS, {max(off):.2f} at worst"
    )


if __name__ == "__main__":
    sys.exit(main())
