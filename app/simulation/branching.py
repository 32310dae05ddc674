"""Scenarios that go on from a checkpoint of a run: chosen from a menu, opened in the editor."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLabel, QMenu, QWidgetAction

from app import numbers
from app.simulation.run_list import RunInfo
from app.simulation.session import SimulationSession
from twin_model.errors import ShapanError
from twin_model.time import Instant

if TYPE_CHECKING:
    from twin_model.simulation.scenario import Scenario

translate = QCoreApplication.translate
_NOTE_PX: Final = 320


def fill_checkpoints(menu: QMenu, info: RunInfo, choose: Callable[[Instant], object]) -> None:
    """List the checkpoints of a run, the newest first."""
    menu.clear()
    for at in reversed(info.checkpoints):
        after = numbers.duration((at.us - info.start.us) / 1e6)
        clock = f"{at.to_datetime().astimezone():%Y-%m-%d %H:%M:%S}"
        text = translate("Branching", "{0}  (after {1})").format(clock, after)
        action = menu.addAction(text)
        action.triggered.connect(partial(_chosen, choose, at))
        action.setToolTip(again_words(info, at))
    menu.setToolTipsVisible(True)
    if info.checkpoints:
        line = QWidgetAction(menu)
        note = QLabel(again_words(info, info.checkpoints[-1]), menu)  # what takes longest
        note.setObjectName("dim")
        note.setWordWrap(True)
        note.setContentsMargins(12, 6, 12, 8)
        note.setMinimumWidth(_NOTE_PX)
        line.setDefaultWidget(note)
        menu.addSeparator()
        menu.addAction(line)


def again_words(info: RunInfo, at: Instant) -> str:
    """Return which engines begin anew to go on from a checkpoint, for how long, and which do not.

    Empty where nothing is known, as of a run that ended before its engines were there.
    """
    again = info.again.get(at, {})
    kept = [info.engine_name(one) for one in info.engines if one not in again]
    lines = []
    if again:
        seconds = sum(again.values())
        about = numbers.about(seconds) if math.isfinite(seconds) else translate(
            "Branching", "as long as the run did until then")  # fmt: skip
        lines.append(
            translate(
                "Branching",
                "Begin again from the start, as they keep no state: {0}. Takes {1}.",
            ).format(", ".join(info.engine_name(one) for one in again), about)
        )
    if kept:
        lines.append(translate("Branching", "Go on at once: {0}.").format(", ".join(kept)))
    return "\n".join(lines)


def origin_words(info: RunInfo | None, branch: Mapping[str, str]) -> str:
    """Return where a scenario goes on from, as its editor says it."""
    at = Instant.parse(branch["at"])
    text = f"{branch['run']} · {at.to_datetime().astimezone():%Y-%m-%d %H:%M:%S}"
    if info is None:
        return text
    after = translate("Branching", "after {0}").format(
        numbers.duration((at.us - info.start.us) / 1e6)
    )
    return "\n".join(part for part in (f"{text}  ({after})", again_words(info, at)) if part)


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
