"""What is measured: a grid of streets with thousands of vehicles, and a run of an hour."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import sumo as package

from twin_model.frame import Frame
from twin_model.samples import SampleBatch, SampleKeys
from twin_model.simulation.scenario import Scenario, read_scenario
from twin_model.store.run_log import RunLog
from twin_model.time import Instant
from twin_model.twin import Twin

_HOME = Path(package.__file__).parent
_PROGRAMS = _HOME / "bin"
END_S = 300.0
START = Instant.parse("2026-01-01T00:00:00Z")


@dataclass(frozen=True)
class Grid:
    """Files of the grid.

    Parameters
    ----------
    net, trips : Path
    project : Path
        A twin without anything in it.
    """

    net: Path
    trips: Path
    project: Path

    def plain_s(self) -> float:
        """Return how long plain sumo takes for its steps: all it takes, less starting and reading.

        With the same seed and one thread, and without files or statistics of trips, which a
        coupled run keeps.
        """
        return self._plain_s(END_S) - self._plain_s(0.0)

    def _plain_s(self, end_s: float) -> float:
        began = time.perf_counter()
        _quietly(_PROGRAMS / "sumo", "-n", self.net, "-r", self.trips, "--seed", 1, "--end", end_s,
                 "--no-step-log", "true", "--no-warnings", "true")  # fmt: skip
        return time.perf_counter() - began

    def scenario(self) -> Scenario:
        """Return the same simulation, every vehicle told every second."""
        return read_scenario("sumo", {
            "title": "Grid", "start": str(START), "duration_s": END_S,
            "engines": [{"id": "t", "simulator": "shapan.sumo.sumo", "step_s": 1.0, "parameters": {
                "network": str(self.net), "routes": str(self.trips)}}],
        })  # fmt: skip


def make_grid(place: Path, every_s: float) -> Grid:
    """Make 20 by 20 junctions, 200 m apart, with a vehicle setting out so often.

    Parameters
    ----------
    place : Path
    every_s : float
    """
    net, trips = place / "grid.net.xml", place / "grid.rou.xml"
    _quietly(_PROGRAMS / "netgenerate", "--grid", "--grid.number", 20, "--grid.length", 200,
             "-L", 2, "-o", net)  # fmt: skip
    _quietly(
        sys.executable, _HOME / "tools" / "randomTrips.py", "-n", net, "-e", END_S, "-p", every_s,
        "-r", trips, "-o", place / "trips.xml", "--seed", 1, "--validate",
        env={"SUMO_HOME": str(_HOME), "PATH": str(_PROGRAMS)},
    )  # fmt: skip
    project = place / "sumo.shapan"
    Twin.create(project, Frame("EPSG:32650", (500_000.0, 3_400_000.0, 0.0)), "Grid").close()
    return Grid(net, trips, project)


def write_hour(folder: Path) -> None:
    """Write a run of an hour with 1,000 vehicles, a position a second, and 500 roads."""
    plan = {"title": "Hour", "duration_s": 3600.0, "engines": [
        {"id": "t", "simulator": "shapan.sumo.sumo", "step_s": 1.0}]}  # fmt: skip
    log = RunLog(folder, {"start": str(START), "scenario": plan, "scenario_id": "hour"})
    keys = SampleKeys([f"vehicle:{n}" for n in range(1000)], ["vehicle"])
    roads = SampleKeys([f"road-{n}" for n in range(500)], ["speed"])
    rng = np.random.default_rng(1)
    place_m = rng.random((1000, 3)) * (1000.0, 1000.0, 0.0)
    for second in range(3600):
        at = START.us + second * 1_000_000
        place_m += rng.normal(0, 5, (1000, 3)) * (1.0, 1.0, 0.0)
        batch = SampleBatch.of(keys, np.arange(1000), 0, at, rng.random(1000))
        log.write("t", replace(batch, position=place_m.copy()))
        if second % 60 == 0:
            log.write("t", SampleBatch.of(roads, np.arange(500), 0, at, rng.random(500)))
    log.close("finished", reached=str(Instant(START.us + 3_600_000_000)))


def _quietly(*words: object, **more: Any) -> None:
    subprocess.run(list(map(str, words)), check=True, capture_output=True, **more)
