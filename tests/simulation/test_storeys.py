"""People of two storeys: an engine each, joined at the stairs."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest
import shapely

from plugins.conductor.run import Outcome
from plugins.conductor.session import RunSession
from simulation_support import city
from twin_model.commands import AddEntities
from twin_model.entity import Entity
from twin_model.simulation.scenario import read_scenario
from twin_model.store.run_log import RUNS, Run
from twin_model.twin import Twin

__all__ = ["city"]
if importlib.util.find_spec("jupedsim") is None:
    pytest.skip("needs the extra `simulation`", allow_module_level=True)

HALL = [[0, 0], [20, 0], [20, 12], [0, 12]]
PEOPLE = 80


def storey(engine_id: str, step_s: float, **parameters: Any) -> dict[str, Any]:
    return {"id": engine_id, "simulator": "shapan.jupedsim.jupedsim", "step_s": step_s,
            "parameters": {"area": HALL, **parameters}}  # fmt: skip


def compute(city: Twin, lower_step_s: float, **more: Any) -> Outcome:
    upper = storey("upper", 1.0, people=PEOPLE, height_m=4.0,
                   exits={"stairs-top": [[18, 4], [20, 4], [20, 8], [18, 8]]})  # fmt: skip
    lower = storey("lower", lower_step_s, people=0, entry_delay_s=12.0,
                   entries={"stairs-foot": [[16, 4], [18, 4], [18, 8], [16, 8]]},
                   exits={"door": [[0, 5], [1, 5], [1, 7], [0, 7]]}, **more)  # fmt: skip
    plan = read_scenario("test", {
        "start": "2026-07-01T00:00:00Z", "duration_s": 240.0, "engines": [upper, lower],
        "couplings": [{"from": "upper.passed", "to": "lower.arriving",
                       "entities": {"stairs-top": "stairs-foot"}}],
    })  # fmt: skip
    session = RunSession(city.path, plan)
    try:
        return session.outcome.result(240.0)
    finally:
        session.close()


@pytest.mark.parametrize("lower_step_s", [1.0, 5.0])
def test_who_leaves_the_upper_storey_walks_through_the_lower_one(
    city: Twin, lower_step_s: float
) -> None:
    city.close()
    outcome = compute(city, lower_step_s)
    assert (outcome.state, outcome.error, outcome.warnings) == ("finished", "", [])
    upper, lower = outcome.figures["upper"], outcome.figures["lower"]
    assert upper["people_out"] == lower["people_out"] == PEOPLE
    assert upper["people_inside"] == lower["people_inside"] == 0.0
    # The way down the stairs, and 16 m to the door.
    later = lower["evacuation_time"] - upper["evacuation_time"]
    assert 12.0 + 16.0 / 2.2 < later < 120.0
    run = Run(city.path / RUNS / outcome.run)
    places = run.moving.read(run.period)
    assert places.position is not None
    heights = set(places.position[places.quality < 2, 2].tolist())
    assert heights == {0.0, 4.0}


def test_more_people_than_fit_wait_on_the_stairs_and_none_is_lost(city: Twin) -> None:
    city.close()
    # A way of 0.8 m lets one out after the other.
    walls = {"south": [[1, 0], [14, 0], [14, 5.6], [1, 5.6]],
             "north": [[1, 6.4], [14, 6.4], [14, 12], [1, 12]]}  # fmt: skip
    outcome = compute(city, 1.0, obstacles=walls)
    assert (outcome.state, outcome.error) == ("finished", "")
    lower = outcome.figures["lower"]
    assert lower["people_out"] > 20.0
    assert lower["people_out"] + lower["people_inside"] + lower["people_coming"] == PEOPLE
    assert outcome.figures["upper"]["people_out"] == PEOPLE


def test_rooms_of_two_storeys_in_one_engine_are_refused(city: Twin) -> None:
    def room(name: str, floor_m: float) -> Entity:
        shape = shapely.Polygon([(x, y, floor_m) for x, y in HALL])
        return Entity(name, "space", name, geometry=shapely.to_wkb(shape))

    city.execute(AddEntities([room("hall", 0.0), room("gallery", 4.5)], []))
    city.close()
    engine = storey("people", 1.0, people=10, exits={"door": [[0, 5], [1, 5], [1, 7], [0, 7]]})
    engine["parameters"]["area"] = ["hall", "gallery"]
    plan = read_scenario("test", {"duration_s": 10.0, "engines": [engine]})
    session = RunSession(city.path, plan)
    try:
        outcome = session.outcome.result(60.0)
    finally:
        session.close()
    assert outcome.state == "failed"
    assert "gallery lies at 4.5 m and hall at 0.0 m: these are two storeys" in outcome.error
