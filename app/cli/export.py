"""shapan export."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.cli.opening import open_project
from app.cli.output import Exit, ProgressPrinter
from app.cli.with_plugins import plugins_running
from twin_model.contributions import Contribution
from twin_model.errors import ValidationError


def export(arguments: argparse.Namespace) -> int:
    """Write entities to a file in a format of a plugin."""
    path = Path(arguments.out).absolute()
    printer = ProgressPrinter(arguments.progress)
    with (
        open_project(arguments.project, write=False) as twin,
        plugins_running(twin) as host,
    ):
        entry = exporter_for(host.contributions("exporter"), path, arguments.format)
        written = host.export(entry.id, path, arguments.where or "", printer.job())
    printer.clear()
    for one in written:
        print(one)
    return Exit.DONE


def exporter_for(entries: list[Contribution], path: Path, wanted: str | None) -> Contribution:
    """Return the exporter of an id, else the one of the file's suffix.

    Raises
    ------
    ValidationError
        If there is none; the message names those there are.
    """
    for entry in entries:
        if wanted in {entry.id, entry.id.rpartition(".")[2]}:
            return entry
        if wanted is None and path.name.lower().endswith(str(entry.details["suffix"])):
            return entry
    known = ", ".join(f"{e.details['suffix']} ({e.id})" for e in entries)
    raise ValidationError(
        "export", "format", wanted or path.suffix or path.name,
        f"no plugin writes it; formats there are: {known or 'none, install a plugin first'}",
    )  # fmt: skip
