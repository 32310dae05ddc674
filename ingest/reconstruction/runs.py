"""The runs of a project as they lie on the disk: which there are, how far each one is."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ingest.pipeline.steps import STEP_FILE, StepResult
from ingest.reconstruction.options import RUN_FILE, STEPS, ReconstructOptions

if TYPE_CHECKING:
    from ingest.reconstruction.run import ReconstructResult

REPORT_FILE: Final = "report.html"


class StepState(StrEnum):
    """Where a step of a run stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True)
class StepLine:
    """One step of a run.

    Parameters
    ----------
    name : str
    state : StepState
    seconds : float or None
        That it took when it was done.
    finished_ns : int
        When that was, as the file system counts; 0 where it is not.
    """

    name: str
    state: StepState
    seconds: float | None = None
    finished_ns: int = 0


@dataclass(frozen=True)
class RunLine:
    """One run.

    Parameters
    ----------
    folder : Path
    options : ReconstructOptions
        That it was begun with.
    steps : list of StepLine
    """

    folder: Path
    options: ReconstructOptions
    steps: list[StepLine] = field(default_factory=list)

    @property
    def finished(self) -> bool:
        """Whether all steps are done and the report is written."""
        return self.report.is_file() and all(s.state is StepState.DONE for s in self.steps)

    @property
    def report(self) -> Path:
        """Where its report is, once it is written."""
        return self.folder / REPORT_FILE

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(step.state is StepState.DONE for step in self.steps)


def new_run_folder(project: Path) -> Path:
    """Return a folder for a new run of a project; it is not made."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    return project / "runs" / f"reconstruct-{stamp}-{os.getpid() % 10_000:04d}"


def latest_run_folder(project: Path, photos: Path) -> Path | None:
    """Return the last run of the same photographs; None where there is none."""
    found: list[tuple[str, Path]] = []
    for file in (project / "runs").glob(f"reconstruct-*/{RUN_FILE}"):
        try:
            document = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if document.get("photos") == str(photos.resolve()):
            found.append((file.parent.name, file.parent))
    return max(found)[1] if found else None


def list_runs(project: Path) -> list[RunLine]:
    """Return the runs of a project, the latest first."""
    found = []
    for file in sorted((project / "runs").glob(f"reconstruct-*/{RUN_FILE}"), reverse=True):
        try:
            document = json.loads(file.read_text(encoding="utf-8"))
            # Runs of older versions say less.
            options = ReconstructOptions.from_json(document | document.get("options", {}))
        except (OSError, ValueError, KeyError, TypeError):
            continue
        found.append(RunLine(file.parent, options, step_lines(file.parent, options)))
    return found


def steps_of(options: ReconstructOptions) -> list[str]:
    """Return the names of the steps that a run with some choices has, in order."""
    found = list(STEPS)
    if options.field:
        found.insert(found.index("surface"), "field")
    if options.reference is not None:
        found.append("comparison")
    return found


def step_lines(folder: Path, options: ReconstructOptions) -> list[StepLine]:
    """Return where the steps of a run stand; a killed one counts as running until it goes on."""
    out = []
    for name in steps_of(options):
        file = folder / name / STEP_FILE
        if (folder / f".part-{name}").is_dir():
            out.append(StepLine(name, StepState.RUNNING))
        elif file.is_file():
            try:
                seconds = float(json.loads(file.read_text(encoding="utf-8"))["seconds"])
                out.append(StepLine(name, StepState.DONE, seconds, file.stat().st_mtime_ns))
            except (OSError, ValueError, KeyError, TypeError):
                out.append(StepLine(name, StepState.WAITING))
        else:
            out.append(StepLine(name, StepState.WAITING))
    return out


def load_result(folder: Path) -> ReconstructResult:
    """Return what a finished run made, from its folder.

    Raises
    ------
    OSError, ValueError, KeyError
        If the run is not finished, or its files are damaged.
    """
    from ingest.reconstruction.run import ReconstructResult  # takes long to import

    steps = [_step(folder / name) for name in STEPS]
    by_name = {step.name: step for step in steps}
    made = by_name["products"]
    products = {name: made.folder / file for name, file in made.values["files"].items()}
    figures: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    warnings = list(dict.fromkeys(w for step in steps for w in step.warnings))
    return ReconstructResult(
        folder, products, folder / REPORT_FILE, by_name["photos"].values["epoch"], steps,
        warnings, figures,
    )  # fmt: skip


def _step(folder: Path) -> StepResult:
    document = json.loads((folder / STEP_FILE).read_text(encoding="utf-8"))
    return StepResult(
        folder.name, folder, str(document["key"]), float(document["seconds"]), True,
        dict(document["values"]), list(document["warnings"]),
    )  # fmt: skip
