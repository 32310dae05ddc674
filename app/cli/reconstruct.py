"""shapan reconstruct: photographs to a scene."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from app.cli.opening import open_project
from app.cli.output import Exit, ProgressPrinter, format_counts, print_json, print_warning
from ingest.pipeline.job import Job
from ingest.reconstruction.layers import add_products
from ingest.reconstruction.options import ReconstructOptions, require_modules
from ingest.reconstruction.photo_check import PhotoCheck, gps_origin, list_photos
from ingest.reconstruction.photo_metadata import PhotoMetadata, read_metadata
from ingest.reconstruction.run import (
    ReconstructResult,
    latest_run_folder,
    new_run_folder,
    reconstruct,
)
from twin_model.commands import SetFrame
from twin_model.errors import FrameError, SourceError
from twin_model.frame import Frame
from twin_model.twin import Twin


def reconstruct_photos(arguments: argparse.Namespace) -> int:
    """Reconstruct a scene and add its products to a project."""
    require_modules()
    printer = ProgressPrinter(arguments.progress)
    options = ReconstructOptions(
        photos=Path(arguments.photos).absolute(),
        control=Path(arguments.control).absolute() if arguments.control else None,
        control_crs=arguments.control_crs,
        poses=Path(arguments.poses).absolute() if arguments.poses else None,
        quality=arguments.quality,
        name=arguments.name or "",
    )
    project = Path(arguments.project).absolute()
    frame = _frame(arguments.project, options.photos)
    folder = latest_run_folder(project, options.photos) if arguments.resume else None
    folder = folder or new_run_folder(project, options)

    def on_check(check: PhotoCheck) -> None:
        if not arguments.json:
            printer.clear()
            _print_check(check)

    job = printer.job()
    result = reconstruct(options, frame, folder, job, on_check)
    with open_project(arguments.project, write=True) as twin:
        layers = add_products(twin, result, options.title, Job(printer.show))
    printer.clear()
    if arguments.json:
        print_json(_as_json(result, [layer.layer for layer in layers]))
    else:
        _print_result(result)
        for layer in layers:
            print(f"  layer {layer.layer}: {format_counts(layer.counts)}")
    for warning in result.warnings:
        print_warning(warning)
    return Exit.DONE


def _frame(project: str, photos: Path) -> Frame:
    """Return the project's frame, its origin fixed at the photographs where it has none."""
    with open_project(project, write=False) as twin:
        frame = twin.frame
    if frame.origin is not None:
        return frame
    with open_project(project, write=True) as twin:
        _fix_origin(twin, photos)
        return twin.frame


def _fix_origin(twin: Twin, photos: Path) -> None:
    metadata: list[PhotoMetadata] = []
    for path in list_photos(photos):
        try:
            metadata.append(read_metadata(path, path.name))
        except SourceError:
            continue  # the check says so
    middle = gps_origin(metadata)
    if middle is None:
        raise FrameError(
            "the project has no origin yet and the photographs state no position",
            remedy="make it with shapan new --origin E,N,H, near the place",
        )
    x, y, _ = twin.frame.transform_from("EPSG:4326")([middle])[0]
    frame = twin.frame.with_origin(float(round(x, -2)), float(round(y, -2)), 0.0)
    twin.execute(SetFrame(frame), why="photographs")


def _print_check(check: PhotoCheck) -> None:
    used, coverage = check.used, check.coverage
    print(f"{len(used)} of {len(check.findings)} photographs can be used")
    for finding in check.findings:
        for problem in finding.problems:
            print(f"  left out: {finding.name} {problem}")
        for remark in finding.remarks:
            print(f"  note: {finding.name} {remark}")
    if coverage is not None:
        print(
            f"  overlap {coverage.mean_overlap:.0%}, {coverage.ground_sample_distance_m:.3f} m "
            f"a pixel, {coverage.area_m2 / 10_000:.2f} ha, {coverage.share_by_3:.0%} of it seen "
            "three times and more"
        )


def _print_result(result: ReconstructResult) -> None:
    figures = result.accuracy
    print(f"run {result.folder}")
    for step in result.steps:
        print(f"  {step.name:13} {'kept' if step.reused else f'{step.seconds:.1f} s'}")
    print(f"  placed by {figures['georeference']}")
    for key, label in (("check", "check points"), ("control", "control points")):
        found = figures[key]
        if found:
            east, north, up = found["rmse_m"]
            print(f"  {found['count']} {label}: RMSE {east:.3f}, {north:.3f}, {up:.3f} m")
    if figures["check"] is None:
        print("  no check points: the accuracy has not been verified")
    print(f"  report {result.report}")


def _as_json(result: ReconstructResult, layers: list[str | None]) -> dict[str, Any]:
    return {
        "run": str(result.folder),
        "report": str(result.report),
        "products": {name: str(path) for name, path in result.products.items()},
        "layers": layers,
        "epoch": result.epoch,
        "steps": [
            {"step": step.name, "seconds": step.seconds, "reused": step.reused}
            for step in result.steps
        ],
        "accuracy": result.accuracy,
        "warnings": result.warnings,
    }
