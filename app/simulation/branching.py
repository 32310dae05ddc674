"""Scenarios that go on from a checkpoint of a run: chosen from a menu, opened in the editor."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu

from app import numbers
from app.simulation.run_list import RunInfo
from app.simulation.session import SimulationSession
from twin_model.errors import ShapanError
from twin_model.time import Instant

if TYPE_CHECKING:
    from twin_model.simulation.scenario import Scenario

translate = QCoreApplication.translate


def fill_checkpoints(menu: QMenu, info: RunInfo, choose: Callable[[Instant], object]) -> None:
    """List the checkpoints of a run, the newest first."""
    menu.clear()
    for at in reversed(info.checkpoints):
        after = numbers.duration((at.us - info.start.us) / 1e6)
        clock = f"{at.to_datetime().astimezone():%Y-%m-%d %H:%M:%S}"
        text = translate("Branching", "{0}  (after {1})").format(clock, after)
        menu.addAction(text).triggered.connect(partial(_chosen, choose, at))


def _chosen(choose: Callable[[Instant], object], at: Instant, *_: object) -> None:
    choose(at)


def ask_branch(
    simulation: SimulationSession,
    info: RunInfo,
    at: Instant,
    answer: Callable[[Scenario], object],
) -> None:
    """Make the scenario of a run that goes on from then, in a thread; it is not kept yet."""
    project = simulation.project
    if project is None:
        return
    taken = {one.id for one in simulation.scenarios}
    name = next(f"{info.scenario}-branch-{n}" for n in range(1, len(taken) + 2)
                if f"{info.scenario}-branch-{n}" not in taken)  # fmt: skip
    title = translate("Branching", "{0}, from {1} on").format(
        info.title or info.scenario, f"{at.to_datetime().astimezone():%H:%M:%S}"
    )

    def work() -> Scenario | str:
        from dataclasses import replace

        from twin_model.simulation.checkpoints import branch_of
        from twin_model.store.run_log import RUNS, Run

        try:
            run = Run(project / RUNS / info.id)
            at_s = (at.us - info.start.us) / 1e6
            return replace(branch_of(run.folder, run.about, name, at_s), title=title)
        except ShapanError as error:
            return str(error)

    def take(found: Scenario | str) -> None:
        if isinstance(found, str):
            simulation.failed.emit(found)
        else:
            answer(found)

    simulation.ask("branch", work, take)
