"""Every built-in simulator stands the contract, in a process of its own."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from fmu_fixtures import build_fmu
from plugins.host.plugins import Plugins
from plugins.host.simulator_contract import Trial, simulator_checks
from simulation_support import city, host

__all__ = ["city", "host"]

# Not imported here: SUMO would point PROJ at its own data for every test of the process.
ENGINES = ("numba", "swmm.toolkit", "wntr", "libsumo", "fmpy", "jupedsim")
if any(importlib.util.find_spec(name.partition(".")[0]) is None for name in ENGINES):
    pytest.skip("needs the extra `simulation`", allow_module_level=True)

SECOND_US = 1_000_000


def trials(real_data: Path, folder: Path) -> dict[str, tuple[str, Trial | None, Path]]:
    sim = real_data / "sim"
    grid = sim / "sumo_sumo-rl/3x3grid"
    return {
        "flood": ("flood", None, sim),
        "jupedsim": ("jupedsim", None, sim),
        "stairs": ("stairs", None, sim),
        "swmm": (
            "swmm",
            Trial({"network": str(sim / "swmm_pyswmm/model_full_features.inp")}, 300 * SECOND_US),
            sim,
        ),
        "epanet": (
            "epanet",
            Trial({"network": str(sim / "epanet_wntr/Net3.inp")}, 3600 * SECOND_US),
            sim,
        ),
        "sumo": (
            "sumo",
            Trial(
                {
                    "network": str(grid / "3x3Grid2lanes.net.xml"),
                    "routes": str(grid / "routes14000.rou.xml"),
                },
                10 * SECOND_US,
            ),
            sim,
        ),
        "sumo from a configuration": (
            "sumo",
            Trial({"configuration": str(sim / "sumo_game/cross.sumocfg")}, 5 * SECOND_US),
            sim,
        ),
    }


def check(host: Plugins, name: str, trial: Trial | None, readable: Path) -> None:
    worker = host.simulator(f"shapan.{name}", name, [readable])
    try:

        def call(method: str, **arguments: Any) -> Any:
            return worker.call(method, **arguments).result(120)

        folder = worker.spec.storage
        told = call("capabilities")
        found = list(simulator_checks(call, told, folder, trial, worker.stop))
        assert len(found) == 9
        assert [one for one in found if one[1]] == []
    finally:
        host.drop(worker)


@pytest.mark.parametrize(
    "name", ["flood", "jupedsim", "swmm", "epanet", "sumo", "sumo from a configuration"]
)
def test_a_built_in_simulator_stands_the_contract(
    host: Plugins, real_data: Path, tmp_path: Path, name: str
) -> None:
    engine, trial, readable = trials(real_data, tmp_path)[name]
    check(host, engine, trial, readable)


@pytest.mark.parametrize("unit", ["Tank", "Tank3"])
def test_a_functional_mock_up_unit_stands_the_contract(
    host: Plugins, tmp_path: Path, unit: str
) -> None:
    fmu = build_fmu(tmp_path / "units", unit)
    check(host, "fmi", Trial({"unit": str(fmu)}, SECOND_US), fmu.parent)
