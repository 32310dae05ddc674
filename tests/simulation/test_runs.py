"""Whole runs: processes, coupling of sewers and surface, death, bad input, replay."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fmu_fixtures import build_fmu
from plugins.conductor.run import Outcome
from plugins.conductor.session import RunSession
from simulation_support import city
from twin_model.errors import SimulationError
from twin_model.live.hub import Hub
from twin_model.simulation.participant import Restart
from twin_model.simulation.replay import RunReplay
from twin_model.simulation.scenario import Scenario, read_scenario
from twin_model.store.run_log import Run
from twin_model.time import Instant
from twin_model.twin import Twin

__all__ = ["city"]

# Not imported here: SUMO would point PROJ at its own data for every test of the process.
ENGINES = ("numba", "swmm.toolkit", "wntr", "libsumo", "fmpy", "jupedsim")
if any(importlib.util.find_spec(name.partition(".")[0]) is None for name in ENGINES):
    pytest.skip("needs the extra `simulation`", allow_module_level=True)

START = "2026-07-01T00:00:00Z"


def scenario(engines: list[dict[str, Any]], **more: Any) -> Scenario:
    document = {"start": START, "duration_s": 60.0, "engines": engines, **more}
    return read_scenario("test", document)


def finish(session: RunSession, patience_s: float = 120.0) -> Outcome:
    try:
        return session.outcome.result(patience_s)
    finally:
        session.close()


def pond(engine_id: str = "flood", **parameters: Any) -> dict[str, Any]:
    bed = np.hypot(*np.mgrid[-10:11, -10:11]) * 0.05
    return {"id": engine_id, "simulator": "shapan.flood.flood", "step_s": 10.0, "parameters": {
        "bed_m": bed.tolist(), "cell_m": 5.0, "open_edges": False, **parameters}}  # fmt: skip


def fmu(path: Path, engine_id: str = "fmu", step_s: float = 1.0) -> dict[str, Any]:
    return {"id": engine_id, "simulator": "shapan.fmi.fmi", "step_s": step_s,
            "parameters": {"unit": str(path)}}  # fmt: skip


def test_a_run_leaves_its_configuration_versions_seed_and_samples(city: Twin) -> None:
    plan = scenario([pond(rain_mm_h=60.0, grid_every_s=30.0)], seed=7)
    city.close()  # the window may have it open for writing as well; here nobody has
    session = RunSession(city.path, plan)
    outcome = finish(session)
    assert (outcome.state, outcome.error, outcome.warnings) == ("finished", "", [])
    run = Run(city.path / "runs" / outcome.run)
    assert run.about["seed"] == 7
    assert run.about["scenario"]["engines"][0]["parameters"]["rain_mm_h"] == 60.0
    assert run.about["twin"] == {"title": "City", "revision": 1}
    assert "numba" in run.about["versions"] and run.about["engines"]["flood"]
    # 60 mm/h for a minute on 21 × 21 cells of 5 m.
    volume = run.figures()["flood"]["rain_volume"]
    assert volume == pytest.approx(0.001 * 441 * 25, rel=1e-9)
    assert outcome.figures["flood"]["water_volume"] == pytest.approx(volume, rel=1e-9)
    grids = sorted((run.folder / "products/flood").glob("depth-*.npz"))
    assert len(grids) == 2
    assert not (run.folder / ".work").exists()


SEWER = """
[OPTIONS]
FLOW_UNITS CMS
FLOW_ROUTING DYNWAVE
START_DATE 07/01/2026
START_TIME 00:00:00
END_DATE 07/02/2026
END_TIME 00:00:00
REPORT_STEP 00:01:00
WET_STEP 00:00:10
DRY_STEP 00:00:10
ROUTING_STEP 1
ALLOW_PONDING NO

[JUNCTIONS]
J1 9.0 1.5 0 0 0
J2 8.0 1.2 0 0 0

[OUTFALLS]
O1 7.0 FREE NO

[CONDUITS]
C1 J1 J2 100 0.013 0 0 0 0
C2 J2 O1 100 0.013 0 0 0 0

[XSECTIONS]
C1 CIRCULAR 0.5 0 0 0 1
C2 CIRCULAR 0.15 0 0 0 1
"""


def test_sewer_and_surface_exchange_water_both_ways_and_none_is_lost(
    city: Twin, tmp_path: Path
) -> None:
    network = tmp_path / "sewer.inp"
    network.write_text(SEWER, encoding="utf-8")
    # A high basin that drains into the pipe, and a low one in which the pipe comes up.
    bed = 10.5 + 0.02 * np.hypot(*np.mgrid[-15:16, -7:24])
    bed[:, 15] = 11.5
    bed[:, 16:] = 9.2
    surface = {"id": "flood", "simulator": "shapan.flood.flood", "step_s": 5.0, "parameters": {
        "bed_m": bed.tolist(), "cell_m": 4.0, "open_edges": False,
        "inlets": {"J1": [30.0, 60.0], "J2": [100.0, 60.0]}}}  # fmt: skip
    plan = scenario(
        [surface,
         {"id": "sewer", "simulator": "shapan.swmm.swmm", "step_s": 5.0,
          "parameters": {"network": str(network)}}],
        duration_s=1800.0,
        couplings=[{"from": "sewer.overflow", "to": "flood.inflow", "delayed": True},
                   {"from": "sewer.head", "to": "flood.pipe_head", "delayed": True},
                   {"from": "flood.inlet_flow", "to": "sewer.inflow"}],
        edits=[{"entity": "flood", "name": "rain", "value": 150.0, "engine": "flood"},
               {"entity": "flood", "name": "rain", "value": 0.0, "engine": "flood",
                "at_s": 900.0}],
    )  # fmt: skip
    city.close()
    outcome = finish(RunSession(city.path, plan))
    assert (outcome.state, outcome.error) == ("finished", "")
    flood, sewer = outcome.figures["flood"], outcome.figures["sewer"]
    assert flood["inlet_volume"] > 10.0, "nothing went down"
    assert flood["inflow_volume"] > 1.0, "nothing came up"
    assert flood["mass_error"] < 0.1  # percent
    # What came up is what SWMM says overflowed, but for the last step, which is still on its way.
    assert flood["inflow_volume"] == pytest.approx(sewer["overflow_volume"], rel=0.02, abs=0.5)
    # All the rain is on the street, in the outfall, or (a few cubic metres) in the pipes.
    left = flood["water_volume"] + sewer["outflow_volume"]
    assert left == pytest.approx(flood["rain_volume"], rel=0.05)


@pytest.mark.parametrize("noticed", [False, True], ids=["in a step", "between steps"])
def test_a_simulator_killed_mid_run_goes_on_where_it_was(
    city: Twin, tmp_path: Path, noticed: bool
) -> None:
    unit = build_fmu(tmp_path / "units", "Tank")
    plan = scenario([fmu(unit)], duration_s=40.0, checkpoint_s=8.0)
    city.close()
    whole = finish(RunSession(city.path, plan))
    told: list[Restart] = []
    session = RunSession(city.path, plan, paused=True, on_restart=told.append)
    session.step(15)
    run_file = session.folder / "run.json"
    end = time.monotonic() + 60.0
    while session._reached is None or session._reached.us < Instant.parse(START).us + 15_000_000:
        assert time.monotonic() < end
        time.sleep(0.05)
    listed = Path(f"/proc/{session.pid}/task/{session.pid}/children")
    children = listed.read_text().split()
    assert children
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    while noticed and set(children) & set(listed.read_text().split()):  # until it is reaped
        assert time.monotonic() < end
        time.sleep(0.01)
    session.resume()
    outcome = finish(session)
    assert (outcome.state, outcome.error) == ("finished", "")
    assert any("was started again" in one for one in outcome.warnings)
    # Said when it happened, not at the end.
    assert [(one.engine, one.back) for one in told] == [("fmu", False), ("fmu", True)]
    assert outcome.figures == whole.figures
    assert json.loads(run_file.read_text())["state"] == "finished"


def test_units_of_an_fmi_3_unit_are_taken_as_it_defines_them(city: Twin, tmp_path: Path) -> None:
    unit = build_fmu(tmp_path / "units", "Wall3")
    city.close()
    mapped = fmu(unit)
    mapped["parameters"] |= {"values": {"transmittance": 2.0}, "variables": {
        "outside": {"entity": "weather", "indicator": "temperature", "unit": "degC"},
        "water": {"entity": "main", "indicator": "flow", "unit": "l/s"}}}  # fmt: skip
    edits = [{"entity": "weather", "name": "temperature", "value": -10.0, "engine": "fmu"}]
    outcome = finish(RunSession(city.path, scenario([mapped], duration_s=3.0, edits=edits)))
    assert (outcome.state, outcome.error) == ("finished", "")
    run = Run(city.path / "runs" / outcome.run)
    # Its "C" are degrees, and its "gpm" are 6.309e-5 m³/s, not what others call so.
    assert outcome.figures["fmu"]["loss"] == pytest.approx(2.0 * 30.0)
    assert outcome.figures["fmu"]["water"] == pytest.approx(6.309)
    assert run.about["units"]["fmu"]["flow"] == "l/s"
    mapped["parameters"]["variables"]["water"]["unit"] = "kPa"
    refused = finish(RunSession(city.path, scenario([mapped], duration_s=3.0)))
    assert "the unit of water is gpm and cannot be kPa" in refused.error


@pytest.mark.parametrize(
    ("name", "said"),
    [("Crashing", "simulator fmu: ended 3 times"),
     ("Hanging", "simulator fmu: hangs: no answer to the step for 3 s"),
     ("Nothing", "simulator fmu: gave nan for level of fmu")],
)  # fmt: skip
def test_a_unit_that_crashes_hangs_or_gives_nan_ends_the_run_and_the_rest_is_kept(
    city: Twin, tmp_path: Path, name: str, said: str
) -> None:
    unit = build_fmu(tmp_path / "units", name)
    good = pond(rain_mm_h=10.0)
    good["step_s"] = 1.0
    plan = scenario([good, fmu(unit)], duration_s=10.0, patience_s=3.0)
    city.close()
    outcome = finish(RunSession(city.path, plan))
    assert outcome.state == "failed"
    assert said in outcome.error
    run = Run(city.path / "runs" / outcome.run)
    assert run.about["state"] == "failed" and said in run.about["error"]
    kept = run.series.read(run.period, ["flood"], ["water_volume"])
    assert len(kept) >= 3


def test_a_run_that_is_cancelled_keeps_what_it_has(city: Twin) -> None:
    city.close()
    session = RunSession(city.path, scenario([pond(rain_mm_h=10.0)]), paused=True)
    session.step(2)
    end = time.monotonic() + 60.0
    while session._reached is None and time.monotonic() < end:
        time.sleep(0.02)
    session.cancel()
    outcome = finish(session)
    assert outcome.state == "cancelled"
    assert 1 <= len(Run(session.folder).series.read(Run(session.folder).period, None,
                                                    ["water_volume"])) <= 2  # fmt: skip


BAD = [
    ("shapan.swmm.swmm", {"network": "broken.inp"}, "ERROR"),
    ("shapan.swmm.swmm", {"network": "missing.inp"}, "there is no file"),
    ("shapan.sumo.sumo", {"network": "cross.net.xml"}, "has no demand: no routes were given"),
    ("shapan.epanet.epanet", {"network": "broken.inp"}, "J1 nonsense x"),
    ("shapan.fmi.fmi", {"unit": "escaping.fmu"}, "would be unpacked outside its folder"),
    ("shapan.fmi.fmi", {"unit": "broken.inp"}, "is no FMU"),
    ("shapan.nothing.at-all", {}, "there is no simulator shapan.nothing.at-all"),
    ("shapan.flood.flood", {"bed_m": [[0, 1], [1, 0]]}, "no table of at least 3 × 3 heights"),
]


@pytest.mark.parametrize(("simulator", "parameters", "said"), BAD)
def test_bad_input_is_said_in_one_line(
    city: Twin, real_data: Path, simulator: str, parameters: dict[str, Any], said: str
) -> None:
    import shutil
    import zipfile

    folder = city.path
    (folder / "broken.inp").write_text(
        "[JUNCTIONS]\nJ1 nonsense x\n[RESERVOIRS]\nR1 1\n[CONDUITS]\nC1 J1 J9 x\n"
    )
    shutil.copy(real_data / "sim/sumo_game/cross/cross.net.xml", folder / "cross.net.xml")
    with zipfile.ZipFile(folder / "escaping.fmu", "w") as archive:
        archive.writestr("modelDescription.xml", "<x/>")
        archive.writestr("../../escaped.txt", "out")
    given = {k: str(folder / v) if isinstance(v, str) else v for k, v in parameters.items()}
    plan = scenario([{"id": "one", "simulator": simulator, "parameters": given}])
    city.close()
    outcome = finish(RunSession(folder, plan))
    assert outcome.state == "failed"
    assert said in outcome.error
    assert "\n" not in outcome.error
    assert not (folder.parent / "escaped.txt").exists()


@pytest.mark.parametrize(("watches", "every_s"), [(3000, 0.0), (1, 10.0)])
def test_a_full_disk_is_said_and_what_was_written_is_kept(
    city: Twin, tmp_path: Path, watches: int, every_s: float
) -> None:
    """Samples fill it, or depths.

    The run's folder is on a file system of a few pages: the real thing, where we may mount.
    """
    small = tmp_path / "small"
    small.mkdir()
    if os.geteuid() != 0 or os.system(f"mount -t tmpfs -o size=256k tmpfs {small} 2>/dev/null"):
        pytest.skip("cannot mount a small file system")
    try:
        city.close()
        (city.path / "runs").symlink_to(small)
        watched = {f"p{n}": [50.0, 50.0] for n in range(watches)}
        plan = scenario(
            [pond(rain_mm_h=60.0, watch=watched, grid_every_s=every_s)],
            duration_s=3000.0,
        )
        outcome = finish(RunSession(city.path, plan))
        assert outcome.state == "failed"
        assert "No space left on device); free some" in outcome.error
        assert not (small / outcome.run / ".reserve").exists()
        if every_s:  # how it ended is kept although nothing else fits
            about = json.loads((small / outcome.run / "run.json").read_text())
            assert (about["state"], about["error"]) == ("failed", outcome.error)
    finally:
        os.system(f"umount {small}")


def test_a_run_is_replayed_through_the_hub_and_jumps(city: Twin, real_data: Path) -> None:
    sim = real_data / "sim/sumo_game"
    engine = {"id": "traffic", "simulator": "shapan.sumo.sumo", "step_s": 1.0,
              "parameters": {"configuration": str(sim / "cross.sumocfg")}}  # fmt: skip
    city.close()
    outcome = finish(RunSession(city.path, scenario([engine], duration_s=120.0)))
    assert (outcome.state, outcome.error) == ("finished", "")
    run = Run(city.path / "runs" / outcome.run)
    hub = Hub()
    replay = RunReplay(hub, run, speed=float("inf"))
    assert replay.run()
    last = hub.last("traffic", "vehicles_running")
    assert last is not None and last.value == outcome.figures["traffic"]["vehicles_running"]
    start = Instant.parse(START)
    before = replay.show(Instant(start.us + 100_000_000))
    assert before
    at_60 = replay.show(Instant(start.us + 60_000_000))
    running = hub.last("traffic", "vehicles_running")
    vehicles = [e for e in run.state_at(Instant(start.us + 60_000_000)).keys.entities
                if e.startswith("vehicle:")]  # fmt: skip
    assert running is not None and running.time.us == start.us + 60_000_000
    assert running.value == len(vehicles)
    assert at_60 > running.value


def test_a_scenario_with_a_circle_is_refused_before_anything_runs(city: Twin) -> None:
    plan = scenario(
        [pond("a"), pond("b")],
        couplings=[{"from": "a.inlet_flow", "to": "b.inflow"},
                   {"from": "b.inlet_flow", "to": "a.inflow"}],
    )  # fmt: skip
    city.close()
    outcome = finish(RunSession(city.path, plan))
    assert outcome.state == "failed"
    assert "a.inlet_flow → b.inflow" in outcome.error and "circle" in outcome.error


def test_a_project_that_is_not_there_is_refused(tmp_path: Path) -> None:
    session = RunSession(tmp_path / "nowhere.shapan", scenario([pond()]))
    with pytest.raises(SimulationError, match="no such folder"):
        finish(session)
