"""A radiance field of photographs of the demo city, measured against what was really there.

    uv run python tests/bench/reconstruction_field.py FOLDER [--flight first|field] [--peer STEPS]
                                                      [--field-only]

Photographs the demo city (size `small`) with the virtual drone, reconstructs it with the true poses
and control points given (`draft`, with a field), and prints PSNR and SSIM on photographs held out
and the errors of the field's heights alone, on open ground and within roofs. What is there already
in FOLDER is kept, and a run that was cut short goes on. `--field-only` ends the run with the field.

`--peer` trains the same configuration anew for so many steps, once as Shapan does and once by
nerfstudio's own command (`ns-train` of the field's environment, its own trainer and hash grid; the
box and the bounds of rays come in as a method of its plugins), on the same data set, one after the
other, and measures both on the same photographs in the same way.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from bench_flights import FLIGHTS, FRAME, photograph
from ingest.pipeline.job import Job
from ingest.pipeline.process import run_worker
from ingest.reconstruction.accuracy import nmad
from ingest.reconstruction.field.environment import field_python
from ingest.reconstruction.field.presets import PRESETS, FieldPreset
from ingest.reconstruction.field.step import ENVIRONMENT, WORKER, FieldInput, field_request
from ingest.reconstruction.options import ReconstructOptions
from ingest.reconstruction.run import field_input, reconstruct
from twin_model.errors import Cancelled
from virtual_drone import Flight, true_heights

HERE = Path(__file__).resolve()


def main() -> int:
    """Photograph, train, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--flight", choices=FLIGHTS, default="first")
    parser.add_argument("--peer", type=int, metavar="STEPS")
    parser.add_argument("--field-only", action="store_true")
    arguments = parser.parse_args()
    flight = FLIGHTS[arguments.flight]
    base = arguments.folder / arguments.flight
    photograph(base, flight)
    begun_s = time.monotonic()
    run = reconstructed(base, until_field=arguments.field_only)
    print(f"run: {(time.monotonic() - begun_s) / 60:.1f} min (steps kept from before take none)")
    step = json.loads((run / "field" / "step.json").read_text(encoding="utf-8"))["values"]
    print(
        f"field: {step['training_s'] / 60:.1f} min of training, {step['trained']} photographs; "
        f"{step['held_out']} held out: PSNR {step['psnr_db']:.2f} dB, SSIM {step['ssim']:.3f}"
    )
    print_heights(run, base / "truth", flight)
    if arguments.peer:
        beside_peer(run, base / "peer", arguments.peer)
    return 0


def reconstructed(base: Path, *, until_field: bool) -> Path:
    """Reconstruct with poses and control given, or go on with it; return the run's folder."""
    options = ReconstructOptions(
        base / "photos", control=base / "photos" / "control.csv", poses=base / "poses.json",
        field=True,
    )  # fmt: skip

    trained = base / "run" / "field" / "step.json"

    def look(progress: Any) -> None:
        # The stage after the field, and not the like-named one before it.
        if until_field and progress.stage.startswith("Fusing") and trained.is_file():
            job.cancel()

    job = Job(look)
    with contextlib.suppress(Cancelled):
        reconstruct(options, FRAME, base / "run", job)
    return base / "run"


def print_heights(run: Path, truth: Path, flight: Flight) -> None:
    """Print the errors of the field's heights, not fused with anything."""
    given = field_input(run)
    with np.load(run / "field" / "field.npz") as found:
        height = found["height_m"].astype(np.float64)
        spread = found["spread_m"].astype(np.float64)
    real = true_heights(truth, _places(given)).reshape(height.shape)
    ground, roofs = kinds(real, given, flight)
    gsd = flight.ground_sample_distance_m
    print(f"heights of the field alone, in photo GSD of {gsd:.3f} m:")
    for name, cells in (("open ground", ground), ("roof interiors", roofs)):
        off = (height - real)[cells] / gsd
        print(
            f"  {name}: NMAD {nmad(off):.2f}, bias {np.median(off):+.2f}, RMSE "
            f"{np.sqrt(np.mean(off**2)):.2f}, within 3 {np.mean(np.abs(off) <= 3):.1%}, spread "
            f"along the ray {np.median(spread[cells]) / gsd:.1f} ({cells.sum():,} cells)"
        )


def kinds(
    real: npt.NDArray[np.float64], given: FieldInput, flight: Flight
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return open ground and roof interiors of the flight's area, a metre from steps and more."""
    x, y = np.meshgrid(*given.grid.middles())
    west, south, east, north = flight.area
    inside = (x > west) & (x < east) & (y > south) & (y < north) & np.isfinite(real)
    size = 2 * round(1.0 / given.grid.cell_m) + 1
    known = np.nan_to_num(real)
    jump = ndimage.maximum_filter(known, size) - ndimage.minimum_filter(known, size)
    low = np.nanpercentile(real[inside], 35) + 1.5
    return inside & (real < low) & (jump < 0.8), inside & (real > low + 1) & (jump < 2.2)


def _places(given: FieldInput) -> npt.NDArray[np.float64]:
    return np.stack(np.meshgrid(*given.grid.middles()), axis=-1).reshape(-1, 2)


def beside_peer(run: Path, folder: Path, steps: int) -> None:
    """Train the same twice, ours and by nerfstudio's command; print PSNR and seconds."""
    preset = replace(PRESETS["draft"], steps=steps)
    shutil.rmtree(folder, ignore_errors=True)
    given = field_input(run)
    ours = prepared(given, preset, folder / "shapan")
    wall_s, cpu_s, figures = timed(lambda: trained(ours))
    print(f"Shapan, {steps} steps: {told(figures)}; {wall_s:.0f} s, {cpu_s:.0f} s of processors")
    theirs = prepared(given, preset, folder / "nerfstudio")
    wall_peer_s, cpu_peer_s, _ = timed(lambda: by_command(theirs, folder / "request.json"))
    # Nothing is left to train: this only measures, as it does ours.
    peer = trained(theirs)
    assert peer["resumed_at"] == steps
    print(
        f"ns-train, {steps} steps: {told(peer)}; {wall_peer_s:.0f} s, {cpu_peer_s:.0f} s of "
        "processors (measuring not counted)"
    )
    print(
        f"ours less theirs: {figures['psnr_db'] - peer['psnr_db']:+.2f} dB, "
        f"{wall_s / wall_peer_s:.2f} of its time, {cpu_s / cpu_peer_s:.2f} of its processors' time"
    )


def prepared(given: FieldInput, preset: FieldPreset, folder: Path) -> dict[str, Any]:
    """Write the data set and return the request that trains it."""
    folder.mkdir(parents=True)
    request, _ = field_request(given, preset, folder, Job())
    np.savez(request["places"], xy=np.zeros((1, 2)))  # heights are not asked for here
    return request


def trained(request: dict[str, Any]) -> dict[str, Any]:
    """Train (or go on) as Shapan does, and measure."""
    log = Path(request["folder"]) / "log.txt"
    return run_worker(
        WORKER, request, Job(), log=log, python=str(field_python()), environment=ENVIRONMENT
    )


def by_command(request: dict[str, Any], file: Path) -> None:
    """Train by `ns-train`; its checkpoint is put where ours would be."""
    file.write_text(json.dumps(request), encoding="utf-8")
    python = field_python()
    assert python is not None
    folder, training = Path(request["folder"]), Path(request["folder"]) / "training"
    paths = os.pathsep.join(map(str, (HERE.parent / "nerfstudio_peer", HERE.parents[2])))
    environment = os.environ | ENVIRONMENT | {
        "PYTHONPATH": paths, "SHAPAN_FIELD_REQUEST": str(file),
        "NERFSTUDIO_METHOD_CONFIGS": "field-in-a-box=field_method:specification",
    }  # fmt: skip
    with (folder / "ns-train.txt").open("wb") as log:
        subprocess.run(
            [str(python.with_name("ns-train")), "field-in-a-box", "--output-dir", str(training),
             "--data", request["dataset"]],
            env=environment, cwd=folder, stdout=log, stderr=subprocess.STDOUT, check=True,
        )  # fmt: skip
    (training / "field" / "field-in-a-box").rename(training / "field" / "nerfacto")


def timed(work: Any) -> tuple[float, float, Any]:
    """Return the seconds on the clock and of processors that child processes took, and a result."""
    begun_s, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    result = work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - begun_s, cpu_s, result


def told(figures: dict[str, Any]) -> str:
    """Return PSNR and SSIM as text."""
    return f"PSNR {figures['psnr_db']:.2f} dB, SSIM {figures['ssim']:.3f}"


if __name__ == "__main__":
    sys.exit(main())
