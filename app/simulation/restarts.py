"""What is said of an engine that ended while its run goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.simulation.words import engine_name, run_state

if TYPE_CHECKING:
    from app.simulation.session import Underway
    from twin_model.simulation.participant import Restart
    from twin_model.simulation.scenario import Scenario

translate = QCoreApplication.translate


def state_text(one: Underway) -> str:
    """Return how a run under way is: which engines are started again, else that it runs."""
    if not one.restarting:
        return run_state("running")
    named = ", ".join(_name(one.scenario, engine) for engine in sorted(one.restarting))
    return translate("Restarts", "starting again: {0}").format(named)


def notice_text(one: Underway, restart: Restart) -> str:
    """Return which engine ended when, and what happens with it and the others."""
    scenario = one.scenario
    title, name = scenario.title or scenario.id, _name(scenario, restart.engine)
    if restart.back:
        return translate("Restarts", "{0}: {1} has caught up, and the run goes on.").format(
            title, name
        )
    clock = f"{restart.at.to_datetime().astimezone():%H:%M:%S}"
    text = translate("Restarts", "{0}: {1} ended unexpectedly at {2} and is started again.")
    text = text.format(title, name, clock)
    others = [_name(scenario, e.id) for e in scenario.engines if e.id != restart.engine]
    if others:
        text += translate("Restarts", " What was computed is kept; {0}: waiting for it.").format(
            ", ".join(others)
        )
    return text


def _name(scenario: Scenario, engine: str) -> str:
    titles = {one.id: one.title for one in scenario.engines}
    return engine_name(engine, titles.get(engine, ""))
