"""Work in steps that are kept: a run that was killed goes on after its last finished step.

A step's folder appears under its final name only when the step is finished, so whatever a
killed one left is never mistaken for a result. A step is done again when anything that went
into it has changed.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ingest.pipeline.full_disk import DiskFullError, saying_full
from ingest.pipeline.job import Job
from twin_model.project import write_atomically

STEP_FILE: Final = "step.json"
_PART: Final = ".part-"

StepWork = Callable[[Path, Job], dict[str, Any]]
"""Writes into the folder it is given and returns JSON values to remember."""


@dataclass(frozen=True)
class Step:
    """One step of a run.

    Parameters
    ----------
    name : str
        Also the name of its folder.
    title : str
        As shown in progress.
    inputs : dict
        JSON values that decide the result: options, digests of files, the version of the
        method. What earlier steps made counts by itself.
    work : StepWork
    after : tuple of str
        Steps whose results it uses.
    """

    name: str
    title: str
    inputs: dict[str, Any]
    work: StepWork
    after: tuple[str, ...] = ()


@dataclass
class StepResult:
    """What became of one step.

    Parameters
    ----------
    name : str
    folder : Path
    key : str
        Hash of everything that went into it.
    seconds : float
        That it took when it was done.
    reused : bool
        Whether an earlier result still held.
    values : dict
        What it returned.
    warnings : list of str
    """

    name: str
    folder: Path
    key: str
    seconds: float
    reused: bool
    values: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def run_steps(
    folder: Path,
    steps: Sequence[Step],
    job: Job,
    on_step: Callable[[StepResult], None] | None = None,
) -> dict[str, StepResult]:
    """Do what is not done yet.

    Parameters
    ----------
    folder : Path
        Of the run; made where it is missing.
    steps : sequence of Step
        In order.
    job : Job
    on_step : callable or None
        Told of every step that is finished or was so before.

    Raises
    ------
    ShapanError
        What a step raised; earlier steps are kept.
    DiskFullError
        Likewise; what the step had written is gone, since it would keep the disk full.
    Cancelled
    """
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(f"{_PART}*"):
        shutil.rmtree(left, ignore_errors=True)
    results: dict[str, StepResult] = {}
    for step in steps:
        job.check()
        key = _key(step, [results[name].key for name in step.after])
        result = _known(folder / step.name, step.name, key) or _done(folder, step, key, job)
        results[step.name] = result
        if on_step is not None:
            on_step(result)
    return results


def _key(step: Step, before: list[str]) -> str:
    text = json.dumps([step.name, step.inputs, before], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _known(folder: Path, name: str, key: str) -> StepResult | None:
    try:
        document = json.loads((folder / STEP_FILE).read_text(encoding="utf-8"))
        if document["key"] != key:
            return None
        return StepResult(
            name, folder, key, float(document["seconds"]), True,
            dict(document["values"]), list(document["warnings"]),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError):
        return None


@contextmanager
def _leaving_room(folder: Path, part: Path) -> Iterator[None]:
    """Say of a disk that fills up that it is full, and give back what the step took of it."""
    try:
        with saying_full(folder, part):
            yield
    except DiskFullError:
        for left in part.iterdir():  # the folder itself tells which step it was
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        raise


def _done(folder: Path, step: Step, key: str, job: Job) -> StepResult:
    part, final = folder / f"{_PART}{step.name}", folder / step.name
    part.mkdir()
    started_s, said = time.monotonic(), len(job.warnings)
    job.report(step.title, 0)
    job.announce({"step": step.name, "key": key})
    with _leaving_room(folder, part):
        values = step.work(part, job)
    result = StepResult(
        step.name, final, key, round(time.monotonic() - started_s, 2), False, values,
        job.warnings[said:],
    )  # fmt: skip
    document = {
        "step": step.name,
        "title": step.title,
        "key": key,
        "seconds": result.seconds,
        "inputs": step.inputs,
        "values": values,
        "warnings": result.warnings,
    }
    with _leaving_room(folder, part):
        write_atomically(part / STEP_FILE, json.dumps(document, ensure_ascii=False, indent=1))
    if final.exists():
        # An outdated result: out of the way first, a folder cannot be renamed onto another.
        old = folder / f"{_PART}old-{step.name}"
        final.rename(old)
        shutil.rmtree(old, ignore_errors=True)
    part.rename(final)
    return result
