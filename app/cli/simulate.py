"""shapan simulate: run scenarios with no window, list them and make them from templates."""

from __future__ import annotations

import argparse
import contextlib
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.opening import ProjectNotOpenedError, open_project
from app.cli.output import (
    Exit,
    ProgressPrinter,
    print_error,
    print_json,
    print_table,
    print_warning,
)
from ingest.pipeline.job import Progress
from twin_model.errors import SimulationError, ValidationError
from twin_model.schema.units import label
from twin_model.simulation.comparison import spread
from twin_model.simulation.evacuation import building_plan, chosen_of, takes_plan
from twin_model.simulation.fitting import Unfit, unfit
from twin_model.simulation.scenario import Scenario, ScenarioStore, read_scenario_file
from twin_model.simulation.templates import TEMPLATES, scenario_from

if TYPE_CHECKING:
    from plugins.conductor.run import Outcome
    from twin_model.simulation.conductor import Progress as Simulated
    from twin_model.twin import Twin


def simulate(arguments: argparse.Namespace) -> int:
    """Run a scenario, list what there is, or make one from a template."""
    project = Path(arguments.project)
    with open_project(arguments.project, write=False) as twin:
        store = ScenarioStore(project.absolute())
        if arguments.template:
            return _make(arguments, store, twin)
    if arguments.branch:
        return _branch(arguments, store, project.absolute())
    if arguments.scenario is None:
        return _list(arguments, store)
    scenario = _scenario(arguments, store)
    outcomes = []
    for number in range(arguments.runs):
        one = scenario.with_values({"seed": scenario.seed + number})
        outcomes.append((one.seed, _run(arguments, project.absolute(), one)))
        if outcomes[-1][1].state == "cancelled":
            break
    _report(arguments, scenario, outcomes, project.absolute())
    states = {outcome.state for _, outcome in outcomes}
    if "cancelled" in states:
        return Exit.CANCELLED
    return Exit.PARTLY if "failed" in states else Exit.DONE


def _values(pairs: list[str]) -> dict[str, Any]:
    """Return what ``--set`` said: JSON where it is any, else text."""
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not (name and equals):
            raise ValidationError("simulate", "set", pair, "not NAME=VALUE")
        try:
            found[name] = json.loads(text)
        except ValueError:
            found[name] = text
    return found


def _scenario(arguments: argparse.Namespace, store: ScenarioStore) -> Scenario:
    named = arguments.scenario
    if named.endswith(".json"):
        scenario = read_scenario_file(Path(named))
    else:
        scenario = store.read(named)
    values = _values(arguments.set)
    if arguments.seed is not None:
        values["seed"] = arguments.seed
    return scenario.with_values(values)


def _make(arguments: argparse.Namespace, store: ScenarioStore, twin: Twin) -> int:
    scenario_id = arguments.scenario or arguments.template
    given = _values(arguments.set)
    if arguments.template == "evacuation" and "area" in given:
        given |= _planned(twin, given)
    problem = unfit(twin, arguments.template, given)
    if problem is not None:
        raise SimulationError("", _unfit_text(problem), remedy=_remedy(problem))
    scenario = scenario_from(arguments.template, scenario_id, given)
    store.write(scenario)
    print(f"scenario {scenario.id}: {scenario.title}")
    return Exit.DONE


def _unfit_text(problem: Unfit) -> str:
    kinds = " or ".join(one.lower() for one in problem.kinds)
    if not problem.file:
        return f"{problem.called} is a {problem.is_a}, and {problem.field} is to be a {kinds}"
    where = f"among the {problem.is_a.lower()} of" if problem.is_a else "no part of"
    return f"{problem.called} is {where} {problem.file}, and {problem.field} is to be among {kinds}"


def _remedy(problem: Unfit) -> str:
    if not problem.choices:
        return "there are none to choose from"
    return f"choose one, such as {', '.join(problem.choices)}"


def _planned(twin: Twin, given: dict[str, Any]) -> dict[str, Any]:
    """Return how storeys of what is to be left hang together, where it is of a building model."""
    chosen = chosen_of(twin, given["area"])
    if not takes_plan(twin, chosen):
        return {}
    plan = building_plan(twin, chosen, chosen_of(twin, given.get("exits", [])))
    storeys = ", ".join(one["name"] for one in plan["storeys"])
    print(f"storeys: {storeys}; stairs: {len(plan['stairs'])}")
    if plan["left_out"]:
        print_warning(f"no way leads out of {len(plan['left_out'])} rooms: "
                      f"{', '.join(plan['left_out'])}")  # fmt: skip
    return {"plan": plan}


def _branch(arguments: argparse.Namespace, store: ScenarioStore, project: Path) -> int:
    """Make the scenario of a run that goes on from a checkpoint of it."""
    from twin_model.simulation.checkpoints import begin_again, branch_of
    from twin_model.store.run_log import RUNS, Run

    run_id, at, text = arguments.branch.partition("@")
    try:
        at_s = float(text) if at else math.inf
    except ValueError as error:
        raise ValidationError("simulate", "branch", arguments.branch, "not RUN@SECONDS") from error
    run = Run(project / RUNS / run_id)
    scenario_id = arguments.scenario or f"{run.about['scenario_id']}-branch"
    made = branch_of(run.folder, run.about, scenario_id, at_s).with_values(_values(arguments.set))
    assert made.branch is not None
    made = replace(made, title=f"{made.title or made.id}, {made.branch.at}")
    assert made.branch is not None
    store.write(made)
    print(f"scenario {made.id}: goes on from {run_id} at {made.branch.at}")
    again = begin_again(run.folder, made.branch.at)
    for engine in made.engines:
        if engine.id in again:
            seconds = again[engine.id]
            about = "as long as the run until then"
            if math.isfinite(seconds):
                about = f"about {seconds:.0f} s" if seconds >= 1.0 else "less than a second"
            print(f"  {engine.id}: keeps no state, begins again from the start (takes {about})")
        else:
            print(f"  {engine.id}: goes on at once")
    return Exit.DONE


def _list(arguments: argparse.Namespace, store: ScenarioStore) -> int:
    rows: list[dict[str, Any]] = []
    wrong = 0
    for scenario_id in store.ids():
        try:
            one = store.read(scenario_id)
        except SimulationError as error:
            print_error(str(error))
            wrong += 1
            continue
        rows.append(
            {"id": one.id, "title": one.title, "template": one.template or None,
             "engines": [engine.simulator for engine in one.engines],
             "duration_s": one.duration_s, "parameters": dict(one.parameters)}
        )  # fmt: skip
    if arguments.json:
        print_json(rows)
    elif not rows:
        print(f"no scenarios; make one with --template, one of {', '.join(TEMPLATES)}")
    else:
        print_table(
            [[r["id"], r["title"], ", ".join(r["engines"]), f"{r['duration_s']:g} s"]
             for r in rows], ["id", "title", "engines", "duration"],
        )  # fmt: skip
    return Exit.PARTLY if wrong else Exit.DONE


def _run(arguments: argparse.Namespace, project: Path, scenario: Scenario) -> Outcome:
    from plugins.conductor.session import RunSession

    printer = ProgressPrinter(arguments.progress)
    title = scenario.title or scenario.id

    def show(at: Simulated) -> None:
        done = round((at.now.us - at.start.us) / 1e6)
        printer.show(Progress(title, done, round((at.end.us - at.start.us) / 1e6), "s"))

    session = RunSession(project, scenario, speed=arguments.speed, on_progress=show)
    try:
        with _interrupted_cancels(session):
            return session.outcome.result()
    except SimulationError as error:
        if not session.folder.exists():
            raise ProjectNotOpenedError(error.reason, remedy=error.remedy) from error
        raise
    finally:
        printer.clear()
        session.close()


@contextlib.contextmanager
def _interrupted_cancels(session: Any) -> Iterator[None]:
    """Have Ctrl+C end the run in good order, and a second one at once."""
    import signal

    def interrupt(number: int, frame: Any) -> None:
        signal.signal(signal.SIGINT, before)
        session.cancel()

    before = signal.getsignal(signal.SIGINT)
    try:
        signal.signal(signal.SIGINT, interrupt)
    except ValueError:  # not in the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _report(
    arguments: argparse.Namespace,
    scenario: Scenario,
    outcomes: list[tuple[int, Outcome]],
    project: Path,
) -> None:
    for _, outcome in outcomes:
        for text in outcome.warnings:
            print_warning(text)
        if outcome.error:
            print_error(outcome.error)
    runs = [
        {
            **_run_json(seed, outcome, project),
            "ended_early": _ended_early(scenario, outcome, project),
        }
        for seed, outcome in outcomes
    ]
    over_all = spread([outcome.figures for _, outcome in outcomes]) if len(runs) > 1 else None
    if arguments.json:
        body: dict[str, Any] = {"scenario": scenario.id, "runs": runs}
        if over_all is not None:
            body["over_all"] = over_all
        print_json(body)
        return
    units = _units(project, outcomes[0][1].run)
    for run in runs:
        early = ", nothing more happens" if run["ended_early"] else ""
        print(f"{run['run']}: {run['state']}, seed {run['seed']}, until {run['reached']}{early}")
        rows = [
            [engine, name, f"{value:.6g}", label(units.get(engine, {}).get(name, ""))]
            for engine, inner in run["figures"].items()
            for name, value in inner.items()
        ]
        if rows and over_all is None:
            print_table(rows, ["engine", "figure", "value", "unit"])
    if over_all is not None:
        print_table(
            [[engine, name, f"{s['mean']:.6g}", f"{s['least']:.6g}", f"{s['most']:.6g}",
              f"{s['deviation']:.3g}", label(units.get(engine, {}).get(name, ""))]
             for engine, inner in over_all.items() for name, s in inner.items()],
            ["engine", "figure", "mean", "least", "most", "deviation", "unit"],
        )  # fmt: skip


def _ended_early(scenario: Scenario, outcome: Outcome, project: Path) -> bool:
    """Return whether a run ended before its time because nothing more would happen."""
    from twin_model.store.run_log import RUNS, Run

    start = Run(project / RUNS / outcome.run).period.start
    end_us = start.us + round(scenario.duration_s * 1e6)
    return outcome.state == "finished" and outcome.reached.us < end_us


def _units(project: Path, run: str) -> dict[str, dict[str, str]]:
    from twin_model.store.run_log import RUNS, Run

    found: dict[str, dict[str, str]] = Run(project / RUNS / run).about.get("units", {})
    return found


def _run_json(seed: int, outcome: Outcome, project: Path) -> dict[str, Any]:
    figures = {
        engine: {name: value for name, value in inner.items() if math.isfinite(value)}
        for engine, inner in outcome.figures.items()
    }
    return {
        "run": outcome.run, "folder": str(project / "runs" / outcome.run), "state": outcome.state,
        "seed": seed, "reached": str(outcome.reached), "figures": figures,
        "warnings": list(outcome.warnings), "error": outcome.error or None,
    }  # fmt: skip
