"""Scenarios that go on from a checkpoint of a run."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plugins.conductor.run import Outcome
from plugins.conductor.session import RunSession
from simulation_support import city
from tests.simulation.test_conductor import START, Kept, Tank, flows, run, scenario
from twin_model.errors import SimulationError
from twin_model.simulation.checkpoints import check_branch, checkpoint_folder, checkpoints_of
from twin_model.simulation.conductor import Conductor
from twin_model.simulation.participant import LocalParticipant
from twin_model.simulation.scenario import Branch, Scenario, read_scenario, scenario_json
from twin_model.store.run_log import RUNS, Run
from twin_model.time import Instant, Interval
from twin_model.twin import Twin

__all__ = ["city"]

BEGIN = Instant.parse("2026-07-01T00:00:00Z")
needs_numba = pytest.mark.skipif(
    importlib.util.find_spec("numba") is None, reason="needs the extra `simulation`"
)


def test_what_goes_on_from_a_checkpoint_is_what_would_have_been(tmp_path: Path) -> None:
    couplings = [flows("high", "low", delayed=True)]
    edits = [{"entity": "tank", "name": "inflow", "value": 3.0, "engine": "high", "at_s": s}
             for s in (4.5, 8.0, 11.0)]  # fmt: skip
    plan = scenario({"low": 1.0, "high": 4.0}, couplings, edits=edits, checkpoint_s=8.0)
    whole, _, _ = run(plan, {"low": Tank(), "high": Tank(10.0)}, tmp_path)
    at = Instant(START.us + 8_000_000)
    folder = tmp_path / str(at.us)
    kept = Kept()
    parts = [LocalParticipant(name, Tank()) for name in ("low", "high")]
    conductor = Conductor(plan, parts, START, kept, tmp_path / "branch")
    conductor.prepare()
    conductor.resume(folder)
    assert conductor.now == at
    assert conductor.run()
    assert kept.rows == [row for row in whole.rows if row[2] > 8]
    assert kept.rows


def test_a_branch_is_part_of_a_scenario() -> None:
    plan = replace(scenario({"a": 1.0}, []), branch=Branch("test-1", Instant(5_000_000)))
    assert read_scenario("test", scenario_json(plan)).branch == plan.branch


def edit(at_s: float, value: float = 1.0) -> dict[str, Any]:
    return {"entity": "tank", "name": "inflow", "value": value, "engine": "a", "at_s": at_s}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"seed": 2}, "whose seed was another: 1, not 2"),
        ({"engines": [{"id": "a", "simulator": "test.tank", "step_s": 2.0}]}, "a.step_s"),
        ({"duration_s": 5.0}, "ends after 5 s, and goes on from 8 s"),
        ({"edits": [edit(2.0, 4.0)]}, r"inflow of tank = 1.0 from 2 s on is missing"),
        ({"edits": []}, r"inflow of tank = 1.0 from 2 s on is missing"),
        ({"edits": [edit(2.0), edit(7.0)]}, "from 7 s on is new"),
        ({"edits": [edit(2.0), {"entity": "x", "name": "lanes", "value": 1}]}, "lanes of x = 1 is"),
    ],
)
def test_what_began_otherwise_is_refused(change: dict[str, Any], reason: str) -> None:
    origin = scenario({"a": 1.0}, [], edits=[edit(2.0)])
    ours = read_scenario("ours", {**scenario_json(origin), **change})
    with pytest.raises(SimulationError, match=reason):
        check_branch(ours, origin, START, Instant(START.us + 8_000_000))


def test_what_is_assumed_later_may_be_another() -> None:
    origin = scenario({"a": 1.0}, [], edits=[edit(2.0), edit(9.0)])
    ours = read_scenario("ours", {**scenario_json(origin), "edits": [edit(2.0), edit(8.0, 5.0)]})
    check_branch(ours, origin, START, Instant(START.us + 8_000_000))


def pond(**more: Any) -> Scenario:
    bed = np.hypot(*np.mgrid[-10:11, -10:11]) * 0.05
    return read_scenario("pond", {
        "start": str(BEGIN), "duration_s": 120.0, "checkpoint_s": 40.0,
        "engines": [{"id": "flood", "simulator": "shapan.flood.flood", "step_s": 10.0,
                     "parameters": {"bed_m": bed.tolist(), "cell_m": 5.0, "open_edges": False,
                                    "rain_mm_h": 60.0, "grid_every_s": 20.0,
                                    "watch": {"middle": [52.0, 52.0]}}}],
        **more,
    })  # fmt: skip


def finish(project: Path, plan: Scenario) -> Outcome:
    session = RunSession(project, plan)
    try:
        return session.outcome.result(120.0)
    finally:
        session.close()


def values(project: Path, run_id: str) -> dict[tuple[str, str, int], float]:
    kept = Run(project / RUNS / run_id)
    batch = kept.series.read(Interval(BEGIN, Instant(BEGIN.us + 600_000_000)))
    keys = batch.keys
    return {
        (keys.entities[e], keys.indicators[i], t): v
        for e, i, t, v in zip(batch.entity, batch.indicator, batch.time_us.tolist(), batch.value)
    }


@needs_numba
def test_a_run_goes_on_from_a_checkpoint_of_another(city: Twin) -> None:
    city.close()
    project = city.path
    first = finish(project, pond())
    assert first.state == "finished", first.error
    at = [Instant(BEGIN.us + s * 1_000_000) for s in (40, 80)]
    folder = project / RUNS / first.run
    assert checkpoints_of(folder) == at

    same = finish(project, replace(pond(), id="same", branch=Branch(first.run, at[0])))
    assert (same.state, same.error, same.warnings) == ("finished", "", [])
    assert values(project, same.run) == values(project, first.run)
    grids = [sorted(p.name for p in (project / RUNS / one.run / "products/flood").iterdir())
             for one in (first, same)]  # fmt: skip
    assert grids[0] == grids[1]

    rain = {"entity": "flood", "name": "rain", "value": 0.0, "engine": "flood", "at_s": 80.0}
    dry = finish(project, replace(pond(edits=[rain]), id="dry", branch=Branch(first.run, at[1])))
    assert (dry.state, dry.error) == ("finished", "")
    ours, theirs = values(project, dry.run), values(project, first.run)
    other = {key for key in theirs if ours[key] != theirs[key]}
    assert other and min(t for _, _, t in other) == at[1].us + 10_000_000
    # A third of the rain did not fall.
    volume = dry.figures["flood"]["rain_volume"]
    assert volume == pytest.approx(first.figures["flood"]["rain_volume"] * 2 / 3, rel=1e-9)


@needs_numba
def test_what_is_not_there_or_not_the_same_is_refused(city: Twin) -> None:
    city.close()
    project = city.path
    first = finish(project, pond())
    at = Instant(BEGIN.us + 40_000_000)
    late = Instant(BEGIN.us + 50_000_000)
    for branch, reason in (
        (Branch("none-1", at), "goes on from the run none-1, which is not there"),
        (Branch(first.run, late), "keeps no checkpoint at 50 s"),
    ):
        with pytest.raises(SimulationError, match=reason):
            finish(project, replace(pond(), branch=branch))
    with pytest.raises(SimulationError, match=r"whose flood\.rain_mm_h was another: 60\.0"):
        changed = pond().with_values({"flood.rain_mm_h": 30.0})
        finish(project, replace(changed, branch=Branch(first.run, at)))

    state = checkpoint_folder(project / RUNS / first.run, at) / "flood" / "flood.npz"
    with np.load(state) as kept:
        told = {name: kept[name] for name in kept.files}
    np.savez(state, **{**told, "h": told["h"] * 1.5})
    wrong = finish(project, replace(pond(), branch=Branch(first.run, at)))
    assert wrong.state == "failed"
    assert "does not go on as it was: water_volume is" in wrong.error
    about = json.loads((project / RUNS / wrong.run / "run.json").read_text("utf-8"))
    assert about["state"] == "failed"
