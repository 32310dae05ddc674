"""The conductor: order, rates, events, units, circles, death, NaN, pace."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin_model.errors import SimulationError
from twin_model.samples import SampleBatch
from twin_model.simulation.checks import strangers
from twin_model.simulation.conductor import Conductor
from twin_model.simulation.pace import Pace
from twin_model.simulation.participant import (
    Advanced,
    Answered,
    DiedError,
    LocalParticipant,
)
from twin_model.simulation.scenario import Coupling, read_scenario
from twin_model.time import Instant

START = Instant(1_000_000_000)


class Tank:
    """Fills with what flows in and empties by a tenth a second: small, exact, and real."""

    def __init__(self, level: float = 0.0, unit: str = "m^3/s", stepping: str = "time") -> None:
        self.level = level
        self.inflow = 0.0
        self.unit = unit
        self.stepping = stepping
        self.steps: list[int] = []
        self.bad_at: int | None = None

    def capabilities(self) -> Mapping[str, Any]:
        return {
            "stepping": self.stepping, "checkpoint": "exact", "seed": False,
            "inputs": {"inflow": self.unit}, "outputs": {"outflow": "m^3/s", "level": "m^3"},
        }  # fmt: skip

    def init(self, start: Instant, parameters: Mapping[str, Any], seed: int) -> None:
        self.now, self.inflow = start, 0.0
        self.level = float(parameters.get("level", self.level))

    def set_values(self, batch: SampleBatch) -> list[str]:
        self.inflow = float(batch.value[-1])
        return [e for e in batch.keys.entities if e != "tank"]

    def step_until(self, instant: Instant) -> list[SampleBatch]:
        dt = (instant.us - self.now.us) / 1e6
        self.level += dt * (self.inflow - 0.1 * self.level)
        self.now = instant
        self.steps.append((instant.us - START.us) // 1_000_000)
        return [self.get_values()]

    def next_event(self) -> Instant | None:
        return None if self.stepping == "time" else Instant(self.now.us + 7_000_000)

    def get_values(self) -> SampleBatch:
        level = float("nan") if self.bad_at == len(self.steps) else self.level
        return SampleBatch.from_rows(
            [("tank", "outflow", self.now, 0.1 * self.level), ("tank", "level", self.now, level)]
        )

    def save(self, folder: Path) -> None:
        (folder / "level").write_text(f"{self.level!r} {self.inflow!r} {self.now.us}")

    def load(self, folder: Path) -> None:
        level, inflow, now = (folder / "level").read_text().split()
        self.level, self.inflow, self.now = float(level), float(inflow), Instant(int(now))

    def close(self) -> None:
        pass


class Kept:
    """A sink that remembers."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, int, float]] = []
        self.warnings: list[str] = []

    def write(self, engine: str, batch: SampleBatch) -> None:
        for i, t, v in zip(batch.indicator.tolist(), batch.time_us.tolist(), batch.value.tolist()):
            self.rows.append((engine, batch.keys.indicators[i], (t - START.us) // 1_000_000, v))

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    def series(self, engine: str, indicator: str) -> dict[int, float]:
        return {t: v for e, i, t, v in self.rows if (e, i) == (engine, indicator)}


def scenario(engines: dict[str, float], couplings: list[dict[str, Any]], **more: Any) -> Any:
    return read_scenario("test", {
        "duration_s": 20.0,
        "engines": [{"id": name, "simulator": "test.tank", "step_s": step}
                    for name, step in engines.items()],
        "couplings": couplings, **more,
    })  # fmt: skip


def flows(source: str, target: str, **more: Any) -> dict[str, Any]:
    return {"from": f"{source}.outflow", "to": f"{target}.inflow", **more}


def run(
    plan: Any, tanks: dict[str, Tank], tmp_path: Path, pace: Pace | None = None, **more: Any
) -> tuple[Kept, Conductor, bool]:
    kept = Kept()
    parts = [LocalParticipant(name, tank) for name, tank in tanks.items()]
    conductor = Conductor(plan, parts, START, kept, tmp_path, pace, **more)
    conductor.prepare()
    return kept, conductor, conductor.run()


def test_a_coupling_without_delay_gives_the_value_of_the_same_instant(tmp_path: Path) -> None:
    plan = scenario({"low": 1.0, "high": 1.0}, [flows("high", "low")])
    kept, _, reached = run(plan, {"low": Tank(), "high": Tank(10.0)}, tmp_path)
    assert reached
    assert kept.series("high", "outflow")[1] == pytest.approx(0.9)
    assert kept.series("low", "level")[1] == pytest.approx(0.9)


def test_a_delayed_coupling_gives_the_value_of_the_step_before(tmp_path: Path) -> None:
    plan = scenario({"low": 1.0, "high": 1.0}, [flows("high", "low", delayed=True)])
    kept, _, _ = run(plan, {"low": Tank(), "high": Tank(10.0)}, tmp_path)
    assert kept.series("low", "level")[1] == 0.0
    assert kept.series("low", "level")[2] == pytest.approx(0.9)


def test_simulators_of_different_rates_meet_where_both_are_due(tmp_path: Path) -> None:
    tanks = {"slow": Tank(), "fast": Tank(10.0)}
    plan = scenario({"slow": 5.0, "fast": 2.0}, [flows("fast", "slow")])
    _, conductor, _ = run(plan, tanks, tmp_path)
    assert tanks["slow"].steps == [5, 10, 15, 20]
    assert tanks["fast"].steps == [2, 4, 6, 8, 10, 12, 14, 16, 18, 20]
    assert conductor.now == Instant(START.us + 20_000_000)


def test_one_that_goes_by_events_is_stepped_when_it_said_so_or_is_given_values(
    tmp_path: Path,
) -> None:
    tanks = {"clock": Tank(10.0), "event": Tank(stepping="event")}
    plan = scenario({"clock": 4.0, "event": 7.0}, [flows("clock", "event")])
    run(plan, tanks, tmp_path)
    assert tanks["event"].steps == [4, 8, 12, 16, 20]
    alone = {"event": Tank(10.0, stepping="event")}
    run(scenario({"event": 7.0}, []), alone, tmp_path)
    assert alone["event"].steps == [7, 14, 20]


def test_values_are_brought_to_the_unit_of_the_target(tmp_path: Path) -> None:
    plan = scenario({"high": 1.0, "low": 1.0}, [flows("high", "low")])
    kept, _, _ = run(plan, {"high": Tank(10.0), "low": Tank(unit="l/s")}, tmp_path)
    assert kept.series("low", "level")[1] == pytest.approx(900.0)


def test_units_that_measure_different_things_are_refused(tmp_path: Path) -> None:
    plan = scenario({"high": 1.0, "low": 1.0}, [flows("high", "low")])
    with pytest.raises(SimulationError, match=r"high.outflow → low.inflow gives m³/s where kPa"):
        run(plan, {"high": Tank(10.0), "low": Tank(unit="kPa")}, tmp_path)


def test_a_circle_without_delay_is_found_and_named(tmp_path: Path) -> None:
    engines = {"a": 1.0, "b": 1.0, "c": 1.0}
    ring = [flows("a", "b"), flows("b", "c"), flows("c", "a")]
    with pytest.raises(SimulationError) as caught:
        run(scenario(engines, ring), {n: Tank() for n in engines}, tmp_path)
    for one in ("a.outflow → b.inflow", "b.outflow → c.inflow", "c.outflow → a.inflow"):
        assert one in str(caught.value)
    assert "delayed" in caught.value.remedy
    ring[1]["delayed"] = True
    _, _, reached = run(scenario(engines, ring), {n: Tank() for n in engines}, tmp_path)
    assert reached


def test_an_indicator_that_is_not_given_is_named_with_those_that_are(tmp_path: Path) -> None:
    plan = scenario({"a": 1.0, "b": 1.0}, [{"from": "a.steam", "to": "b.inflow"}])
    with pytest.raises(SimulationError, match=r"a: gives no steam.*it gives level, outflow"):
        run(plan, {"a": Tank(), "b": Tank()}, tmp_path)


def test_nan_ends_the_run_with_a_name_and_keeps_what_came_before(tmp_path: Path) -> None:
    bad = Tank(10.0)
    bad.bad_at = 3
    kept = Kept()
    plan = scenario({"good": 1.0, "bad": 1.0}, [])
    parts = [LocalParticipant("good", Tank(5.0)), LocalParticipant("bad", bad)]
    conductor = Conductor(plan, parts, START, kept, tmp_path)
    conductor.prepare()
    with pytest.raises(SimulationError, match="simulator bad: gave nan for level of tank"):
        conductor.run()
    assert sorted(kept.series("good", "level")) == [1, 2, 3]
    assert sorted(kept.series("bad", "level")) == [1, 2]


def test_an_entity_that_the_target_does_not_know_is_warned_of_once(tmp_path: Path) -> None:
    plan = scenario({"a": 1.0, "b": 1.0}, [flows("a", "b", entities={"tank": "elsewhere"})])
    kept, _, _ = run(plan, {"a": Tank(), "b": Tank()}, tmp_path)
    assert kept.warnings == ["simulator b knows no entity elsewhere"]


def test_what_one_has_besides_what_the_other_knows_is_no_warning() -> None:
    both = SampleBatch.from_rows(
        [(name, "head", START, 1.0) for name in ("manhole", "outfall")]
        + [("outfall", "level", START, 1.0)]
    )
    heads = both.select(np.arange(2))
    same, chosen = Coupling("a", "head", "b", "head"), Coupling("a", "head", "b", "head", "drains")
    assert not strangers(["outfall"], heads, [same])
    assert strangers(["outfall", "manhole"], heads, [same]) == ["manhole", "outfall"]
    assert strangers(["outfall"], both, [same]) == ["outfall"], "nothing of level is known"
    assert strangers(["outfall"], heads, [chosen]) == ["outfall"]


def test_an_assumption_about_an_entity_that_the_engine_does_not_know_ends_the_run(
    tmp_path: Path,
) -> None:
    edits = [{"entity": "elsewhere", "name": "inflow", "value": 1.0, "engine": "a", "at_s": 3.0}]
    plan = scenario({"a": 1.0}, [], edits=edits)
    said = "knows no entity elsewhere, whose inflow the scenario sets"
    with pytest.raises(SimulationError, match=said):
        run(plan, {"a": Tank()}, tmp_path)


def test_values_follow_relations_and_are_added_up(tmp_path: Path) -> None:
    plan = scenario(
        {"a": 1.0, "b": 1.0}, [flows("a", "b", relation="feeds", combine="sum", factor=2.0)]
    )
    asked: list[tuple[str, str, bool]] = []

    def related(entity: str, kind: str, backward: bool) -> list[str]:
        asked.append((entity, kind, backward))
        return ["tank"]

    kept, _, _ = run(plan, {"a": Tank(10.0), "b": Tank()}, tmp_path, related=related)
    assert asked == [("tank", "feeds", False)]
    assert kept.series("b", "level")[1] == pytest.approx(1.8)


def test_an_edit_reaches_its_simulator_at_its_time(tmp_path: Path) -> None:
    edits = [{"entity": "tank", "name": "inflow", "value": "$pump", "engine": "a", "at_s": 4.5}]
    plan = scenario({"a": 1.0}, [], edits=edits, parameters={"pump": 3.0})
    tanks = {"a": Tank()}
    kept, _, _ = run(plan, tanks, tmp_path)
    level = kept.series("a", "level")
    assert level[4] == 0.0 and level[5] > 0.0


class Mortal:
    """A participant whose process dies when it is told to, and forgets everything with it."""

    def __init__(self, name: str, dies_at: list[int]) -> None:
        self.id = name
        self._dies_at = dies_at
        self._inner = LocalParticipant(name, Tank(10.0))
        self.loads = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def load(self, folder: Path) -> None:
        self.loads += 1
        self._inner.load(folder)

    def advance(self, instant: Instant, inputs: SampleBatch | None) -> Answered | Dying:
        second = (instant.us - START.us) // 1_000_000
        if second in self._dies_at:
            self._dies_at.remove(second)
            self._inner = LocalParticipant(self.id, Tank(10.0))
            return Dying(self.id)
        return self._inner.advance(instant, inputs)


class Dying:
    def __init__(self, name: str) -> None:
        self._name = name

    def result(self, patience_s: float) -> Advanced:
        raise DiedError(self._name, "was ended by the signal SIGKILL")


@pytest.mark.parametrize("checkpoint_s", [0.0, 4.0])
def test_a_simulator_that_dies_is_brought_back_to_where_it_was(
    tmp_path: Path, checkpoint_s: float
) -> None:
    whole, _, _ = run(scenario({"a": 1.0}, []), {"a": Tank(10.0)}, tmp_path)
    kept = Kept()
    mortal = Mortal("a", [6, 13])
    plan = scenario({"a": 1.0}, [], checkpoint_s=checkpoint_s)
    conductor = Conductor(plan, [mortal], START, kept, tmp_path)
    conductor.prepare()
    assert conductor.run()
    assert kept.series("a", "level") == whole.series("a", "level")
    assert len(kept.warnings) == 2
    assert mortal.loads == (2 if checkpoint_s else 0)


def test_one_that_dies_again_and_again_ends_the_run(tmp_path: Path) -> None:
    kept = Kept()
    conductor = Conductor(
        scenario({"a": 1.0, "b": 1.0}, []),
        [Mortal("a", [6, 6, 6]), LocalParticipant("b", Tank(1.0))], START, kept, tmp_path,
    )  # fmt: skip
    conductor.prepare()
    with pytest.raises(SimulationError, match="simulator a: ended 3 times"):
        conductor.run()
    assert sorted(kept.series("b", "level"))[:5] == [1, 2, 3, 4, 5]


def test_it_keeps_to_the_clock_pauses_steps_and_is_cancelled(tmp_path: Path) -> None:
    pace = Pace(speed=100.0)
    plan = scenario({"a": 1.0}, [])
    began = time.monotonic()
    run(plan, {"a": Tank(1.0)}, tmp_path, pace)
    assert 0.15 < time.monotonic() - began < 2.0

    pace = Pace(paused=True)
    tank = Tank(1.0)
    done: list[bool] = []
    thread = threading.Thread(target=lambda: done.append(run(plan, {"a": tank}, tmp_path, pace)[2]))
    thread.start()
    pace.step(3)
    end = time.monotonic() + 10.0
    while len(tank.steps) < 3 and time.monotonic() < end:
        time.sleep(0.01)
    time.sleep(0.15)
    assert tank.steps == [1, 2, 3]
    pace.cancel()
    thread.join(10.0)
    assert done == [False]
