"""Runs what others computed through our adapters and conductor, and writes a table into docs.

    uv run --extra simulation python tests/bench/simulation/against_others.py DATA [OUT.md]

DATA is the folder with the examples of EPANET, SWMM and SUMO (``sim`` of the test data).
"""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))

from fmu_fixtures import build_fmu
from plugins.conductor.run import Outcome
from plugins.conductor.session import RunSession
from twin_model.frame import Frame
from twin_model.simulation.scenario import read_scenario
from twin_model.store.run_log import Run
from twin_model.time import Instant
from twin_model.twin import Twin

START = Instant.parse("2026-01-01T00:00:00Z")
ROOT = Path(__file__).resolve().parents[3]
Row = tuple[str, str, str, str, str]


def run(project: Path, simulator: str, step_s: float, duration_s: float,
        parameters: dict[str, Any], seed: int = 1) -> tuple[Outcome, Run]:  # fmt: skip
    """Run one engine through the conductor."""
    plan = read_scenario("check", {
        "start": str(START), "duration_s": duration_s, "seed": seed,
        "engines": [{"id": "one", "simulator": simulator, "step_s": step_s,
                     "parameters": parameters}],
    })  # fmt: skip
    session = RunSession(project, plan)
    try:
        outcome = session.outcome.result(900)
    finally:
        session.close()
    if outcome.state != "finished":
        raise SystemExit(f"{simulator}: {outcome.error}")
    return outcome, Run(session.folder)


def series(run: Run, indicator: str) -> dict[str, dict[float, float]]:
    """Return value by entity and second."""
    batch = run.series.read(run.period, None, [indicator])
    found: dict[str, dict[float, float]] = {}
    for e, t, v in zip(batch.entity.tolist(), batch.time_us.tolist(), batch.value.tolist()):
        found.setdefault(batch.keys.entities[e], {})[(t - START.us) / 1e6] = v
    return found


def worst(ours: dict[str, dict[float, float]], theirs: Callable[[str, float], float | None]
          ) -> tuple[float, float, int]:  # fmt: skip
    """Return greatest difference, greatest value, and how many values were compared."""
    off, size, count = 0.0, 0.0, 0
    for name, values in ours.items():
        for second, value in values.items():
            other = theirs(name, second)
            if other is not None:
                off, size, count = max(off, abs(value - other)), max(size, abs(other)), count + 1
    return off, size, count


def row(what: str, peer: str, figure: str, found: tuple[float, float, int], unit: str) -> Row:
    """Return a row of the table."""
    off, size, count = found
    if not count:
        raise SystemExit(f"{what}: nothing was compared")
    return what, peer, figure, f"{off:.3g} of {size:.4g} {unit}", f"{count}"


def epanet(project: Path, data: Path) -> Iterator[Row]:
    """EPANET by wntr itself."""
    import wntr

    for name in ("Net1", "Net3"):
        source = data / "epanet_wntr" / f"{name}.inp"
        _, ours = run(project, "shapan.epanet.epanet", 3600.0, 86_400.0, {"network": str(source)})
        model = wntr.network.WaterNetworkModel(str(source))
        model.options.time.duration = 86_400
        with tempfile.TemporaryDirectory() as place:
            results = wntr.sim.EpanetSimulator(model).run_sim(file_prefix=f"{place}/x")
        pressure, flow = results.node["pressure"], results.link["flowrate"]

        def told(frame: Any, factor: float = 1.0) -> Callable[[str, float], float | None]:
            index = set(frame.index)
            return lambda entity, second: (
                float(frame.loc[int(second), entity]) * factor
                if int(second) in index and entity in frame.columns else None
            )  # fmt: skip

        yield row(f"EPANET {name}, 24 h", "wntr's EPANET", "pressure",
                  worst(series(ours, "pressure"), told(pressure)), "m")  # fmt: skip
        yield row(f"EPANET {name}, 24 h", "wntr's EPANET", "flow",
                  worst(series(ours, "flow"), told(flow, 1000.0)), "L/s")  # fmt: skip


def swmm(project: Path, data: Path) -> Iterator[Row]:
    """SWMM by pyswmm's own loop."""
    import pyswmm

    for name in ("model_full_features", "model_rain", "model_weir_setting"):
        source = data / "swmm_pyswmm" / f"{name}.inp"
        _, ours = run(project, "shapan.swmm.swmm", 300.0, 6 * 3600.0, {"network": str(source)})
        depth: dict[tuple[str, float], float] = {}
        flow: dict[tuple[str, float], float] = {}
        with tempfile.TemporaryDirectory() as place:
            there = f"{place}/x"
            with pyswmm.Simulation(str(source), f"{there}.rpt", f"{there}.out") as simulation:
                metre = 0.3048 if simulation.system_units == "US" else 1.0
                litres = {"CFS": 28.316846592, "CMS": 1000.0, "LPS": 1.0}[simulation.flow_units]
                simulation.step_advance(300)
                for number, _ in enumerate(simulation):
                    second = 300.0 * (number + 1)
                    depth |= {(n.nodeid, second): n.depth * metre for n in pyswmm.Nodes(simulation)}
                    flow |= {
                        (n.linkid, second): n.flow * litres / 1000.0
                        for n in pyswmm.Links(simulation)
                    }
        yield row(f"SWMM {name}, 6 h", "pyswmm", "depth",
                  worst(series(ours, "depth"), lambda e, t, d=depth: d.get((e, t))), "m")  # type: ignore[misc]  # fmt: skip
        yield row(f"SWMM {name}, 6 h", "pyswmm", "flow",
                  worst(series(ours, "flow"), lambda e, t, f=flow: f.get((e, t))), "m³/s")  # type: ignore[misc]  # fmt: skip


def sumo(project: Path, data: Path) -> Iterator[Row]:
    """SUMO by the program itself, with the same seed."""
    import sumo as package

    program = Path(package.__file__).parent / "bin" / "sumo"
    grid = data / "sumo_sumo-rl/3x3grid"
    examples: list[tuple[str, float, float, dict[str, Any], list[str], Path]] = [
        ("cross", 0.2, 180.0, {"configuration": str(data / "sumo_game/cross.sumocfg")},
         ["-c", "cross.sumocfg"], data / "sumo_game"),
        ("single-intersection", 1.0, 600.0,
         {"configuration": str(data / "sumo_sumo-rl/single-intersection/single-intersection.sumocfg")},
         ["-c", "single-intersection.sumocfg"], data / "sumo_sumo-rl/single-intersection"),
        ("3x3grid", 1.0, 600.0,
         {"network": str(grid / "3x3Grid2lanes.net.xml"), "routes": str(grid / "routes14000.rou.xml")},
         ["-n", "3x3Grid2lanes.net.xml", "-r", "routes14000.rou.xml"], grid),
    ]  # fmt: skip
    for name, step_s, end_s, parameters, words, folder in examples:
        for seed in (1, 42):
            quick = {**parameters, "vehicles_every_s": 0}
            outcome, _ = run(project, "shapan.sumo.sumo", max(1.0, step_s), end_s, quick, seed)
            with tempfile.TemporaryDirectory() as place:
                import shutil

                copy = Path(place) / "x"
                shutil.copytree(folder, copy)
                for one in [copy, *copy.rglob("*")]:
                    one.chmod(0o755)
                done = subprocess.run(
                    [str(program), *words, "--seed", str(seed), "--end", f"{end_s:g}",
                     "--no-step-log", "true", "--no-warnings", "true",
                     "--xml-validation", "never", "--duration-log.statistics", "true",
                     "--tripinfo-output", "tripinfo.xml"],
                    cwd=copy, capture_output=True, text=True, check=True,
                )  # fmt: skip
                told = (copy / "tripinfo.xml").read_text(encoding="utf-8")
            durations = [float(v) for v in re.findall(r'<tripinfo [^>]*?duration="([\d.]+)"', told)]
            losses = [float(v) for v in re.findall(r'<tripinfo [^>]*?timeLoss="([\d.]+)"', told)]
            assert done.returncode == 0
            ours = outcome.figures["one"]
            for figure, value, unit in (
                ("trips_completed", float(len(durations)), "trips"),
                ("mean_trip_duration", float(np.mean(durations)), "s"),
                ("mean_time_loss", float(np.mean(losses)), "s"),
            ):
                yield row(f"SUMO {name}, {end_s:g} s, seed {seed}", "plain sumo", figure,
                          (abs(ours[figure] - value), value, 1), unit)  # fmt: skip


def fmi(project: Path, data: Path) -> Iterator[Row]:
    """Units by fmpy's own simulation."""
    import fmpy

    with tempfile.TemporaryDirectory() as place:
        for name, version in (("Tank", "2.0"), ("Tank3", "3.0")):
            unit = build_fmu(Path(place) / name, name)
            _, ours = run(project, "shapan.fmi.fmi", 1.0, 100.0, {"unit": str(unit)})
            result = fmpy.simulate_fmu(
                str(unit), stop_time=100.0, step_size=1.0, output_interval=1.0, output=["level"],
                validate=False,
            )  # fmt: skip
            told = {round(float(t)): float(v) for t, v in zip(result["time"], result["level"])}
            found = worst(series(ours, "level"), lambda e, t, d=told: d.get(round(t)))  # type: ignore[misc]
            yield row(f"FMI {version} {name}, 100 s", "fmpy.simulate_fmu", "level", found, "m")


def main() -> None:
    """Write the table."""
    data = Path(sys.argv[1])
    out = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "docs" / "simulation-checks.md"
    with tempfile.TemporaryDirectory() as place:
        project = Path(place) / "check.shapan"
        Twin.create(project, Frame("EPSG:32650", (500_000.0, 3_400_000.0, 0.0)), "Check").close()
        rows = []
        for check in (epanet, swmm, sumo, fmi):
            for one in check(project, data):
                print(" | ".join(one), flush=True)
                rows.append(one)
    versions = [f"{name} {importlib.metadata.version(name)}" for name in
                ("eclipse-sumo", "swmm-toolkit", "wntr", "fmpy", "jupedsim")]  # fmt: skip
    lines = [
        "# Simulators against the engines' own results", "",
        "Written by `tests/bench/simulation/against_others.py`: each example runs through "
        "Shapan's conductor and adapter, and by the engine's own program or library; what is "
        "given is the greatest difference over all entities and instants, beside the greatest "
        "value. SUMO writes its statistics with two decimals. " + ", ".join(versions) + ".", "",
        "| example | compared with | figure | greatest difference | values |",
        "|---|---|---|---|---|",
        *(f"| {' | '.join(one)} |" for one in rows), "",
    ]  # fmt: skip
    out.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
