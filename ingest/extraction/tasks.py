"""Extraction in a process of its own, for the window: it keeps a core busy for minutes."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from ingest.extraction.extract import Say, find_things, write_tables
from ingest.importer import ImportOptions, ImportResult, add_source
from ingest.pipeline.job import Job
from ingest.pipeline.process import run_worker, serve
from twin_model.layer import Layer
from twin_model.twin import Twin

_MODULE: Final = "ingest.extraction.tasks"


def extract_in_process(twin: Twin, layer: Layer, job: Job, say: Say = str) -> list[ImportResult]:
    """Find things in a layer, in a process of its own, and add them to be reviewed.

    Parameters
    ----------
    twin : Twin
    layer : Layer
        Of points or heights.
    job : Job
    say : callable
        Says names of layers in the reader's language; English by default.

    Raises
    ------
    ShapanError
    Cancelled
    """
    added: list[ImportResult] = []
    with tempfile.TemporaryDirectory(prefix="shapan-extract-") as scratch:
        request = {"project": str(twin.path), "layer": layer.id, "folder": scratch}
        made = run_worker(_MODULE, request, job, log=Path(scratch) / "extract.log")
        for path, name in made["tables"]:
            options = ImportOptions(name=say(name).format(layer.name), epoch=layer.epoch)
            added += add_source(twin, Path(path), options, job)
    return added


def _serve(request: dict[str, Any], job: Job) -> dict[str, Any]:
    with Twin.open(Path(request["project"]), read_only=True) as twin:
        layer, frame = twin.layer(request["layer"]), twin.frame
        found, _ = find_things(layer, twin.layer_folder(layer.id), frame, job)
    for warning in found.warnings:
        job.warn(warning)
    tables = write_tables(Path(request["folder"]), found, frame)
    return {"tables": [(str(path), name) for path, name in tables]}


if __name__ == "__main__":
    sys.exit(serve(_serve))
