"""Vehicles are followed by what SUMO says of each step; that must be what it would list."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

if importlib.util.find_spec("libsumo") is None:
    pytest.skip("needs the extra `simulation`", allow_module_level=True)

# In a process of its own: libsumo points PROJ at its own data.
_COMPARE = """
import sys
import libsumo
import numpy as np
from plugins.builtin.sumo.vehicles import Vehicles
from shapan import Instant, SampleKeys

class Flat:
    def local(self, xy):
        return np.column_stack([xy, np.zeros(len(xy))])

network, routes = sys.argv[1:]
libsumo.start(["sumo", "-n", network, "-r", routes, "--seed", "1", "--no-step-log",
               "--no-warnings", "--time-to-teleport", "15"])
keys = SampleKeys()
vehicles = Vehicles(libsumo, keys, Flat())
moved = gone = 0
before = set()
for step in range(200):
    libsumo.simulation.step()
    vehicles.follow()
    if step == 60:
        libsumo.vehicle.remove(libsumo.vehicle.getIDList()[3])  # no step says that it is gone
    listed = libsumo.vehicle.getIDList()
    if step == 60:
        for one in listed[10:40]:
            libsumo.vehicle.setSpeed(one, 0.0)  # after a while they are moved
    moved += libsumo.simulation.getStartingTeleportNumber()
    batch, count = vehicles.read(Instant(step))
    names = [keys.entities[n].removeprefix("vehicle:") for n in batch.entity.tolist()]
    told = dict(zip(names[:count], np.column_stack([batch.position[:count, :2],
                                                     batch.value[:count]]).tolist()))
    assert (batch.quality[:count] == 0).all() and (batch.quality[count:] == 2).all()
    assert told == {
        one: [*libsumo.vehicle.getPosition(one), libsumo.vehicle.getSpeed(one) * 3.6]
        for one in listed}, step
    assert set(names[count:]) == before - set(told), step
    gone += len(names) - count
    before = set(told)
print(moved, gone, len(before))
"""


def test_vehicles_are_those_that_sumo_lists_with_its_places_and_speeds(real_data: Path) -> None:
    grid = real_data / "sim/sumo_sumo-rl/3x3grid"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", _COMPARE, str(grid / "3x3Grid2lanes.net.xml"),
         str(grid / "routes14000.rou.xml")],
        capture_output=True, text=True, timeout=120, cwd=root, check=False,
        env={"PYTHONPATH": f"{root}:{root / 'plugins/sdk'}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    moved, gone, present = map(int, done.stdout.split()[-3:])
    assert moved > 5 and gone > 5 and present > 20, "it had something to compare"
