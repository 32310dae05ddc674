"""The runs of a project as the list shows them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.simulation.periods import computed_s
from app.simulation.words import engine_name
from twin_model.simulation.scenario import engine_titles
from twin_model.time import Instant


@dataclass(frozen=True)
class RunInfo:
    """A run as the list shows it.

    Parameters
    ----------
    id, scenario, title, state : str
        State: running, finished, cancelled, failed; or interrupted, where its process is gone.
    seed : int
    began : str
    start, reached, end : Instant
    figures : dict
        Last value by engine and indicator.
    units : dict
        Unit by engine and indicator.
    error : str
    warnings : tuple of str
    engines : dict
        Version by engine.
    simulators : tuple of str
    checkpoints : tuple of Instant
        Whose states it keeps.
    origin : str
        Run that it went on from.
    again : dict
        By checkpoint, the engines that begin anew to go on from it, with about the seconds that
        takes.
    titles : dict
        Of engines that have one.
    computed_s : float
        How long it took to compute, seconds; NaN where that is not known.
    """

    id: str
    scenario: str
    title: str
    state: str
    seed: int
    began: str
    start: Instant
    reached: Instant
    end: Instant
    figures: Mapping[str, Mapping[str, float]]
    units: Mapping[str, Mapping[str, str]]
    error: str = ""
    warnings: tuple[str, ...] = ()
    engines: Mapping[str, str] = field(default_factory=dict)
    simulators: tuple[str, ...] = ()
    checkpoints: tuple[Instant, ...] = ()
    origin: str = ""
    again: Mapping[Instant, Mapping[str, float]] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    computed_s: float = math.nan

    @property
    def over_early(self) -> bool:
        """Whether nothing more happened before its end, such as when everyone was out."""
        return self.state == "finished" and self.reached < self.end

    def engine_name(self, engine: str) -> str:
        """Return what people call an engine of the run."""
        return engine_name(engine, self.titles.get(engine, ""))


def read_runs(project: Path) -> list[RunInfo]:
    """Return the runs of a project, newest first; slow, so for a thread."""
    from twin_model.simulation.checkpoints import begin_again, checkpoints_of
    from twin_model.store.run_log import is_running, runs

    found = []
    for run in runs(project):
        about = run.about
        scenario = about.get("scenario", {})
        state = str(about.get("state", ""))
        if state == "running" and not is_running(about):
            state = "interrupted"
        period = run.period
        duration_us = round(float(scenario.get("duration_s", 0.0)) * 1e6)
        checkpoints = tuple(checkpoints_of(run.folder))
        found.append(
            RunInfo(
                run.id, str(about.get("scenario_id", "")), str(scenario.get("title", "")), state,
                int(about.get("seed", 0)), str(about.get("began", "")), period.start,
                Instant(period.end.us - 1), Instant(period.start.us + duration_us),
                about.get("figures", {}), about.get("units", {}), str(about.get("error", "")),
                tuple(about.get("warnings", ())), about.get("engines", {}),
                tuple(str(e.get("simulator", "")) for e in scenario.get("engines", ())),
                checkpoints, str((scenario.get("branch") or {}).get("run", "")),
                {at: begin_again(run.folder, at) for at in checkpoints}, engine_titles(scenario),
                computed_s(about),
            )
        )  # fmt: skip
        run.close()
    return found
