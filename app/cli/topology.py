"""shapan topology: spatial relations of a project, computed from its geometry."""

from __future__ import annotations

import argparse

from app.cli.opening import open_project
from app.cli.output import (
    Exit,
    ProgressPrinter,
    format_count,
    print_json,
    print_table,
    print_warning,
)
from app.spatial_relations import compute_relations


def topology(arguments: argparse.Namespace) -> int:
    """Compute which things lie in, touch, overlap, are above or next to which."""
    printer = ProgressPrinter(arguments.progress)
    with open_project(arguments.project, write=True) as twin:
        job = printer.job()
        counts = compute_relations(twin, job)
    printer.clear()
    for warning in job.warnings:
        print_warning(warning)
    if arguments.json:
        print_json(counts)
    else:
        lines = [[kind, format_count(count)] for kind, count in counts.items()]
        print_table(lines, ["relation", "count"])
    return Exit.DONE
