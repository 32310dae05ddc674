"""What plugins do once and end: exports, whose files are moved out when whole, and analyses."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from ingest.pipeline.job import Job
from plugins.host.specs import scratch_folder
from plugins.host.supervised import Worker
from shapan.results import Report
from twin_model.errors import PluginError


def run_exporter(worker: Worker, path: Path, query: str, job: Job) -> list[Path]:
    """Have a worker of an exporter write entities to a file.

    Parameters
    ----------
    worker : Worker
    path : Path
        Replaced when everything is written; formats of several files may put others beside it.
    query : str
        Which entities, as docs/query.md has it; empty for all.
    job : Job

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    PluginError
        If the plugin fails, writes nothing by that name, or the disk is full.
    Cancelled
    """
    plugin = worker.access.id
    scratch = scratch_folder(plugin)
    with tempfile.TemporaryDirectory(prefix="export-", dir=scratch) as folder:
        staging = Path(folder)
        worker.run_job("export", job, path=staging / path.name, query=query)
        if not (staging / path.name).exists():
            raise PluginError(plugin, f"{worker.title} wrote no {path.name}")
        written: list[Path] = []
        # What was asked for comes last: where it is, everything is.
        for made in sorted(staging.iterdir(), key=lambda one: one.name == path.name):
            target = path.parent / made.name
            try:
                _move(made, target)
            except OSError as error:
                raise PluginError(
                    plugin, f"{target} cannot be written ({error.strerror})",
                    remedy="free some disk space" if error.errno == 28 else "",
                ) from error  # fmt: skip
            written.append(target)
        return written


def _move(made: Path, target: Path) -> None:
    """Move between file systems and still replace in one step."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".export-")
    os.close(handle)
    staging = Path(name)
    try:
        shutil.copyfile(made, staging)
        staging.chmod(0o644)
        staging.replace(target)
    except OSError:
        staging.unlink(missing_ok=True)
        raise


def run_analysis(worker: Worker, parameters: dict[str, Any], job: Job) -> Report:
    """Have a worker of an analysis run it.

    Raises
    ------
    PluginError
        If it fails, or gives something else than a report.
    Cancelled
    """
    found = worker.run_job("run", job, parameters=parameters)
    if not isinstance(found, Report):
        raise PluginError(
            worker.access.id, f"{worker.title} gave a {type(found).__name__}, not a Report"
        )
    return found
