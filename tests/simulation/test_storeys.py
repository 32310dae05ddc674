"""People of two storeys: an engine each, joined at the stairs."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest
import shapely

from plugins.conductor.run import Outcome
from plugins.conductor.session import RunSession
from simulation_support import city
from twin_model.commands import AddEntities
from twin_model.entity import Entity
from twin_model.simulation.scenario import read_scenario
from twin_model.store.run_log import RUNS, Run
from twin_model.store.run_products import RunProducts
from twin_model.time import Instant
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


STAIRS: dict[str, Any] = {
    "path": [[20, 6, 3.4], [14, 6, 0]],
    "width_m": 1.2,
    "riser_m": 0.17,
    "tread_m": 0.28,
}


def joined_by_stairs(city: Twin, people: int, duration_s: float, **more: Any) -> Outcome:
    """Run two halls whose stairs take people after the hydraulic model; all walk 1.34 m/s."""
    ends = {"stairs": [[18.5, 5], [20, 5], [20, 7], [18.5, 7]]}
    upper = storey("upper", 1.0, people=people, height_m=3.4, exits=ends, held=["stairs"],
                   speed_spread_m_s=0.0)  # fmt: skip
    lower = storey("lower", 1.0, people=0, entries={"stairs": [[12, 5], [14, 5], [14, 7], [12, 7]]},
                   exits={"door": [[0, 5], [1, 5], [1, 7], [0, 7]]}, speed_spread_m_s=0.0,
                   **more)  # fmt: skip
    whole = {
        "id": "building",
        "simulator": "shapan.jupedsim.stairs",
        "step_s": 1.0,
        "parameters": {"stairs": {"stairs": STAIRS}, "storeys": ["upper", "lower"]},
    }
    told = [("upper.passed", "building.arriving", False),
            ("building.allowed", "upper.allowed", True),
            ("building.left_stairs", "lower.arriving", True),
            ("lower.entered", "building.entered", False),
            ("upper.people_inside", "building.storey_people", False),
            ("lower.people_inside", "building.storey_people", False)]  # fmt: skip
    plan = read_scenario("test", {
        "start": "2026-07-01T00:00:00Z", "duration_s": duration_s, "engines": [upper, lower, whole],
        "couplings": [{"from": a, "to": b, "delayed": late} for a, b, late in told],
    })  # fmt: skip
    session = RunSession(city.path, plan)
    try:
        return session.outcome.result(240.0)
    finally:
        session.close()


def test_stairs_take_as_long_as_the_hydraulic_model_says(city: Twin) -> None:
    city.close()
    outcome = joined_by_stairs(city, 50, 100.0)
    assert (outcome.state, outcome.error, outcome.warnings) == ("finished", "", [])
    upper, lower = outcome.figures["upper"], outcome.figures["lower"]
    assert upper["people_out"] == lower["people_out"] == 50
    # By hand: k = 0.863 √(0.28 / 0.17) = 1.108 m/s; the greatest flow k / 4a = 1.041 people/s and
    # metre, over 1.2 m less 0.15 m at each side 0.937 people/s: 50 people take 53 s. Before that
    # the first has walked to the stairs, 15 m at most.
    flow_per_s = 0.863 * (0.28 / 0.17) ** 0.5 / (4 * 0.266) * 0.9
    assert pytest.approx(53.4, abs=0.5) == 50 / flow_per_s
    assert 53.4 - 2.0 / flow_per_s < upper["evacuation_time"] < 53.4 + 15.0 / 1.34
    # Then 6.9 m of stairs, at half of k where they are full, and 11 to 13 m to the door.
    later = lower["evacuation_time"] - upper["evacuation_time"]
    assert 6.9 / (0.856 * 1.108) + 11.0 / 1.34 < later < 6.9 / 0.554 + 13.0 / 1.34 + 5.0
    building = outcome.figures["building"]
    assert building["building_empty_after"] == pytest.approx(lower["evacuation_time"], abs=1.5)
    run = Run(city.path / RUNS / outcome.run)
    places = run.moving.read(run.period)
    assert places.position is not None
    heights = places.position[places.quality < 2, 2]
    assert {0.0, 3.4} <= set(heights.tolist())
    assert ((heights > 0.5) & (heights < 3.0)).sum() > 100, "people are seen on the stairs"
    # Nobody waits for the end of its time once everyone is out.
    reached_s = (outcome.reached.us - run.period.start.us) / 1e6
    assert building["building_empty_after"] <= reached_s <= building["building_empty_after"] + 4.0
    assert reached_s < 100.0
    grounds = RunProducts(run.folder).crowd_grounds()
    assert sorted(one.height_m for one in grounds) == [0.0, 3.4]
    early = Instant(run.period.start.us + 10_000_000)
    now = run.moving.as_of(early, 2_000_000)
    assert now.position is not None
    upper_grid = next(one for one in grounds if one.height_m == 3.4).grid(now.position)
    # 41 to 45 of 50 people are left on 20 m × 12 m: all of them are in the cells.
    cell_m2 = upper_grid.place_m[2] ** 2
    assert float(np.nansum(upper_grid.density)) * cell_m2 == pytest.approx(43.0, rel=0.15)


def test_who_finds_no_room_at_the_foot_holds_up_those_above(city: Twin) -> None:
    city.close()
    # Of the lower hall only a corner is left, and a crack that lets nobody out.
    walls = {"south": [[1, 0], [20, 0], [20, 5], [11, 5], [11, 5.9], [1, 5.9]],
             "north": [[1, 6.1], [11, 6.1], [11, 7], [20, 7], [20, 12], [1, 12]],
             "east": [[14, 5], [20, 5], [20, 7], [14, 7]]}  # fmt: skip
    outcome = joined_by_stairs(city, 50, 60.0, obstacles=walls)
    assert (outcome.state, outcome.error) == ("finished", "")
    upper, lower = outcome.figures["upper"], outcome.figures["lower"]
    on_stairs = outcome.figures["building"]["people_on_stairs"]
    # 0.9 m × 6.9 m, of 1.88 people/m².
    assert on_stairs == 11.0
    assert upper["people_inside"] + on_stairs + lower["people_inside"] == 50
    assert upper["people_inside"] > 10.0 and lower["people_out"] == 0.0
    assert "building_empty_after" not in outcome.figures["building"]
