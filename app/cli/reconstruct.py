"""shapan reconstruct: photographs to a scene."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

from app.cli.language import naming, saying
from app.cli.opening import open_project
from app.cli.output import Exit, ProgressPrinter, format_counts, print_json, print_warning
from app.reconstruct.report_pdf import PDF_FILE, write_pdf
from ingest.pipeline.job import Job
from ingest.reconstruction.estimates import estimate_for, this_machine, with_field
from ingest.reconstruction.field.presets import PRESETS, estimate_field_for
from ingest.reconstruction.layers import add_products
from ingest.reconstruction.options import ReconstructOptions, require_modules
from ingest.reconstruction.photo_check import PhotoCheck
from ingest.reconstruction.placing import frame_at_photos
from ingest.reconstruction.run import ReconstructResult, reconstruct
from ingest.reconstruction.runs import latest_run_folder, new_run_folder
from twin_model.commands import SetFrame
from twin_model.frame import Frame

_LOCALES: Final = {"en": "en_GB", "zh_CN": "zh_CN"}


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
        reference=Path(arguments.reference).absolute() if arguments.reference else None,
        field=arguments.field,
        geoid=Path(arguments.geoid).absolute() if arguments.geoid else None,
    )
    project = Path(arguments.project).absolute()
    frame = _frame(arguments.project, options)
    folder = latest_run_folder(project, options.photos) if arguments.resume else None
    folder = folder or new_run_folder(project)

    say = saying(arguments.language)

    def on_check(check: PhotoCheck) -> None:
        if check.misplaced is not None:  # before hours are spent; again at the end
            printer.clear()
            print_warning(say(str(check.misplaced)))
        if not arguments.json:
            printer.clear()
            _print_check(check)
            _print_needs(check, options, folder)

    job = printer.job()
    result = reconstruct(options, frame, folder, job, on_check)
    with open_project(arguments.project, write=True) as twin:
        layers = add_products(
            twin, result, options.title, Job(printer.show), naming(arguments.language)
        )
    pdf = result.folder / PDF_FILE
    locale = _LOCALES[arguments.language]
    write_pdf(result.folder, pdf, Job(printer.show), locale, page=arguments.language != "en")
    printer.clear()
    if arguments.json:
        print_json(_as_json(result, [layer.layer for layer in layers]))
    else:
        _print_result(result)
        for layer in layers:
            print(f"  layer {layer.layer}: {format_counts(layer.counts)}")
    for warning in result.warnings:
        print_warning(say(warning))
    return Exit.DONE


def _frame(project: str, options: ReconstructOptions) -> Frame:
    """Return the project's frame, its origin fixed where the photographs or points say."""
    with open_project(project, write=False) as twin:
        frame = twin.frame
    if frame.origin is not None:
        return frame
    placed = frame_at_photos(
        frame, options.photos, options.control, options.control_crs, refuse_misplaced=True
    )
    with open_project(project, write=True) as twin:
        twin.execute(SetFrame(placed), why="photographs")
    return placed


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


def _print_needs(check: PhotoCheck, options: ReconstructOptions, folder: Path) -> None:
    machine = this_machine(folder)
    needed = estimate_for(check, options.preset, machine.cores)
    field = estimate_field_for(PRESETS[options.quality], check.sizes_px)
    if options.field:
        needed = with_field(needed, field)
    print(
        f"  this run needs about {max(needed.minutes, 1.0):.0f} min on {machine.cores} cores with "
        f"nothing else to do, {_size(needed.memory_bytes)} of memory "
        f"({_size(machine.memory_bytes)} free) and {_size(needed.disk_bytes)} of "
        f"disk ({_size(machine.disk_bytes)} free)",
        flush=True,
    )
    if options.field:
        print(
            f"  its radiance field takes about {max(field.minutes, 1.0):.0f} min of that, on "
            f"{'the graphics card' if field.device == 'cuda' else 'the processor'}",
            flush=True,
        )
    if needed.from_ground:
        print("  counted as photographs from the ground, as none states that it looks down")
    remedy = "" if options.quality == "draft" else "; --quality draft needs least"
    for what in machine.lacks(needed):
        print_warning(f"that is more {what} than there is{remedy}")


def _size(amount_bytes: float) -> str:
    """Return ``92 MiB`` or ``1.5 GiB``."""
    if amount_bytes < 2**30:
        return f"{amount_bytes / 2**20:.0f} MiB"
    return f"{amount_bytes / 2**30:.1f} GiB"


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
    print(f"  report {result.report} and {PDF_FILE}")


def _as_json(result: ReconstructResult, layers: list[str | None]) -> dict[str, Any]:
    return {
        "run": str(result.folder),
        "report": str(result.report),
        "report_pdf": str(result.folder / PDF_FILE),
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
