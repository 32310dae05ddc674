"""Runs set side by side: figures, means of entities, grids of water, and what cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin_model.errors import SimulationError
from twin_model.samples import SampleBatch, SampleKeys
from twin_model.simulation.comparison import (
    check_comparable,
    compare,
    compare_entities,
    courses,
    depth_change,
)
from twin_model.store.run_log import Run, RunLog
from twin_model.store.run_products import RunProducts
from twin_model.time import Instant

START = Instant.parse("2026-07-01T00:00:00Z")


def make_run(
    project: Path, name: str, speeds: dict[str, list[float]], unit: str = "km/h",
    depth_m: float | None = None, cell_m: float = 2.0, indicator: str = "speed",
) -> Run:  # fmt: skip
    """Write a run of a minute with speeds of roads every second, and a grid of water."""
    log = RunLog(project / "runs" / name, {"start": str(START), "scenario": {}})
    keys = SampleKeys([*speeds, "traffic"], [indicator, "trips"])
    for number, values in enumerate(speeds.values()):
        times = START.us + np.arange(len(values)) * 1_000_000
        log.write("traffic", SampleBatch.of(keys, number, 0, times, np.array(values)))
    trips = SampleBatch.of(keys, len(speeds), 1, np.array([START.us]), np.array([7.0]))
    log.write("traffic", trips)
    if depth_m is not None:
        folder = log.folder / "products" / "flood"
        folder.mkdir(parents=True)
        built = np.zeros((4, 5), bool)
        built[0, 0] = True
        np.savez(folder / "ground.npz", bed_m=np.full((4, 5), 3.0), built=built)
        grid: dict[str, Any] = {"depth_m": np.full((4, 5), depth_m), "place_m":
                                np.array([0.0, 0.0, cell_m])}  # fmt: skip
        np.savez(folder / f"depth-{START.us}.npz", deepest_m=2 * grid["depth_m"], **grid)
    log.close(
        "finished", reached=str(Instant(START.us + 60_000_000)), systems={"traffic": "traffic"},
        figures={"traffic": {"trips": float(len(speeds))}},
        units={"traffic": {"speed": unit, "trips": "vehicle"}},
    )  # fmt: skip
    return Run(project / "runs" / name)


def test_figures_and_means_of_entities_are_compared_with_the_first_run(tmp_path: Path) -> None:
    runs = [make_run(tmp_path, "a", {"north": [50.0, 40.0], "south": [30.0, 30.0]}),
            make_run(tmp_path, "b", {"north": [10.0, 20.0], "south": [30.0, 30.0]})]  # fmt: skip
    (trips,) = compare(runs)
    assert (trips.values, trips.unit, trips.differs) == ([2.0, 2.0], "vehicle", False)
    (changed,) = compare_entities(runs)
    assert (changed.entity, changed.indicator, changed.values) == ("north", "speed", [45.0, 15.0])
    assert changed.change(1) == -30.0
    seconds, values = courses(runs, "north", "speed")[1]
    assert seconds.tolist() == [0.0, 1.0] and values.tolist() == [10.0, 20.0]
    # The whole of an engine's model is asked for by the engine's name.
    assert courses(runs, "traffic", "trips")[0][1].tolist() == [7.0]


def test_who_passed_a_door_is_compared_in_all_and_not_as_a_mean(tmp_path: Path) -> None:
    runs = [make_run(tmp_path, "a", {"door": [1.0, 5.0, 9.0]}, indicator="passed"),
            make_run(tmp_path, "b", {"door": [0.0, 0.0, 0.0]}, indicator="passed")]  # fmt: skip
    (changed,) = compare_entities(runs)
    assert (changed.entity, changed.values) == ("door", [9.0, 0.0])
    # What stairs tell storeys is no result: who came through the door is.
    runs = [make_run(tmp_path, "c", {"stair": [1.0, 5.0]}, indicator="allowed"),
            make_run(tmp_path, "d", {"stair": [1.0, 3.0]}, indicator="allowed")]  # fmt: skip
    assert compare_entities(runs) == []


def test_an_entity_that_only_one_run_has_counts_as_changed(tmp_path: Path) -> None:
    runs = [make_run(tmp_path, "a", {"north": [50.0]}),
            make_run(tmp_path, "b", {"north": [50.0], "new": [1.0]})]  # fmt: skip
    (changed,) = compare_entities(runs)
    assert changed.entity == "new" and np.isnan(changed.values[0])
    (trips,) = compare(runs)
    assert trips.differs and trips.relative(1) == 1.0


def test_depths_are_subtracted_where_no_building_stands(tmp_path: Path) -> None:
    folders = [make_run(tmp_path, n, {"r": [1.0]}, depth_m=d).folder
               for n, d in (("a", 0.1), ("b", 0.4))]  # fmt: skip
    found = depth_change(*(RunProducts(folder) for folder in folders))
    assert found is not None
    grid, change = found
    assert np.isnan(change[0, 0]) and change[1, 1] == pytest.approx(0.6)
    assert grid.bed_m[1, 1] == 3.0 and grid.place_m == (0.0, 0.0, 2.0)


def test_runs_without_water_have_no_difference_of_depths(tmp_path: Path) -> None:
    folders = [make_run(tmp_path, n, {"r": [1.0]}).folder for n in "ab"]
    assert depth_change(*(RunProducts(folder) for folder in folders)) is None


def test_what_cannot_be_compared_is_refused_with_the_reason(tmp_path: Path) -> None:
    runs = [make_run(tmp_path, "a", {"r": [1.0]}, depth_m=0.1),
            make_run(tmp_path, "b", {"r": [1.0]}, "m/s", depth_m=0.1, cell_m=1.0)]  # fmt: skip
    with pytest.raises(SimulationError, match="units of speed are km/h in a and m/s in b"):
        check_comparable(runs)
    with pytest.raises(SimulationError, match="1 runs cannot be compared"):
        check_comparable(runs[:1])
    with pytest.raises(SimulationError, match="grids of water with other cells"):
        depth_change(*(RunProducts(run.folder) for run in runs))


def test_engines_that_mean_other_units_by_one_word_are_told_apart(tmp_path: Path) -> None:
    runs = []
    for name, passing in (("a", 2.0), ("b", 3.0)):
        log = RunLog(tmp_path / "runs" / name, {"start": str(START), "scenario": {}})
        for engine, entity in (("people", "door"), ("traffic", "road")):
            keys = SampleKeys([entity], ["flow"])
            at = np.array([START.us])
            log.write(engine, SampleBatch.of(keys, 0, 0, at, np.array([passing])))
        units = {"people": {"flow": "p/min"}, "traffic": {"flow": "vehicle/h"}}
        log.close("finished", reached=str(Instant(START.us + 60_000_000)), units=units)
        runs.append(Run(log.folder))
    told = {one.entity: one.unit for one in compare_entities(runs)}
    assert told == {"door": "p/min", "road": "vehicle/h"}
