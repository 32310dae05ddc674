"""A simulator that nothing can reach computes on while what it gave is handled."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.test_conductor import START, Dying, Kept, Tank, flows, run, scenario
from twin_model.samples import SampleBatch
from twin_model.simulation.conductor import Conductor
from twin_model.simulation.pace import Pace
from twin_model.simulation.participant import Advanced, LocalParticipant
from twin_model.time import Instant


class Answer:
    def __init__(self, future: Future[Any]) -> None:
        self._future = future

    def result(self, patience_s: float) -> Advanced:
        advanced: Advanced = self._future.result(patience_s).result(patience_s)
        return advanced


class Aside(LocalParticipant):
    """A simulator that computes in a thread of its own, as one in another process does."""

    looks_ahead = True

    def __init__(self, name: str, tank: Tank, dies_at: int = 0) -> None:
        super().__init__(name, tank)
        self.asked: list[int] = []
        self.saved: list[int] = []
        self._tank = tank
        self._dies_at = dies_at
        self.dead = False
        self._thread = ThreadPoolExecutor(1)

    def advance(self, instant: Instant, inputs: SampleBatch | None) -> Any:
        second = (instant.us - START.us) // 1_000_000
        self.asked.append(second)
        if second == self._dies_at:
            self._dies_at, self.dead = 0, True
        if self.dead:
            return Dying(self.id)
        return Answer(self._thread.submit(super().advance, instant, inputs))

    def save(self, folder: Path) -> None:
        self.saved.append((self._tank.now.us - START.us) // 1_000_000)
        super().save(folder)


class Far(Aside):
    """One that may be asked for three steps before the first is answered."""

    def capabilities(self) -> Any:
        return replace(super().capabilities(), steps_ahead=3)


class Noting(Kept):
    """A sink that notes how far a simulator was asked to go when its samples came."""

    def __init__(self, looked_at: Aside) -> None:
        super().__init__()
        self.ahead: list[int] = []
        self._looked_at = looked_at

    def write(self, engine: str, batch: SampleBatch) -> None:
        super().write(engine, batch)
        if engine == self._looked_at.id:
            last = (int(batch.time_us[-1]) - START.us) // 1_000_000
            self.ahead.append(self._looked_at.asked[-1] - last)


def conducted(
    tmp_path: Path, plan: Any, parts: list[Any], pace: Pace | None = None
) -> tuple[Noting, Conductor]:
    kept = Noting(parts[0])
    conductor = Conductor(plan, parts, START, kept, tmp_path, pace)
    conductor.prepare()
    assert conductor.run()
    conductor.close()
    return kept, conductor


def test_it_is_asked_for_the_next_step_before_its_samples_are_kept(tmp_path: Path) -> None:
    whole, _, _ = run(scenario({"a": 1.0}, []), {"a": Tank(10.0)}, tmp_path)
    kept, _ = conducted(tmp_path, scenario({"a": 1.0}, []), [Aside("a", Tank(10.0))])
    assert kept.ahead == [1] * 19 + [0]
    assert kept.rows == whole.rows


def test_one_that_may_be_asked_for_several_steps_is(tmp_path: Path) -> None:
    whole, _, _ = run(scenario({"a": 1.0}, []), {"a": Tank(10.0)}, tmp_path)
    part = Far("a", Tank(10.0))
    kept, _ = conducted(tmp_path, scenario({"a": 1.0}, []), [part])
    assert kept.ahead == [3] * 17 + [2, 1, 0]
    assert part.asked == list(range(1, 21))
    assert kept.rows == whole.rows


def test_one_that_gets_values_from_another_waits_for_them(tmp_path: Path) -> None:
    plan = scenario({"low": 1.0, "high": 1.0}, [flows("high", "low", delayed=True)])
    whole, _, _ = run(plan, {"low": Tank(), "high": Tank(10.0)}, tmp_path)
    parts = [Aside("low", Tank()), Aside("high", Tank(10.0))]
    kept, _ = conducted(tmp_path, plan, parts)
    assert kept.ahead == [0] * 20
    assert sorted(kept.rows) == sorted(whole.rows)


@pytest.mark.parametrize("kind", [Aside, Far])
@pytest.mark.parametrize("at_s", [4.0, 4.5, 5.0])
def test_what_is_assumed_from_a_time_on_comes_at_that_time(
    tmp_path: Path, at_s: float, kind: type[Aside]
) -> None:
    edits = [{"entity": "tank", "name": "inflow", "value": 3.0, "engine": "a", "at_s": at_s}]
    plan = scenario({"a": 1.0}, [], edits=edits)
    whole, _, _ = run(plan, {"a": Tank()}, tmp_path)
    kept, _ = conducted(tmp_path, plan, [kind("a", Tank())])
    assert kept.rows == whole.rows
    assert 1 in kept.ahead and kept.ahead[-1] == 0


@pytest.mark.parametrize("kind", [Aside, Far])
def test_checkpoints_are_of_one_instant(tmp_path: Path, kind: type[Aside]) -> None:
    parts = [kind("fast", Tank(1.0)), Aside("slow", Tank(2.0))]
    plan = scenario({"fast": 1.0, "slow": 5.0}, [], checkpoint_s=7.0)
    conducted(tmp_path, plan, parts)
    assert parts[0].saved == [7, 14]
    assert parts[1].saved == [5, 10]  # its steps end there


def test_one_that_is_asked_for_comes_once_nobody_is_ahead(tmp_path: Path) -> None:
    pace = Pace()
    part = Aside("a", Tank(1.0))
    kept = Noting(part)
    told = []

    def ask(progress: Any) -> None:
        told.append(progress.steps)
        if progress.steps == 3:
            pace.keep()

    plan = scenario({"a": 1.0}, [])
    conductor = Conductor(plan, [part], START, kept, tmp_path, pace, on_progress=ask)
    conductor.prepare()
    assert conductor.run()
    assert part.saved == [4]
    assert told == list(range(1, 21))


@pytest.mark.parametrize("kind", [Aside, Far])
def test_one_that_dies_while_it_is_ahead_is_brought_back(tmp_path: Path, kind: type[Aside]) -> None:
    whole, _, _ = run(scenario({"a": 1.0}, []), {"a": Tank(10.0)}, tmp_path)
    part = kind("a", Tank(10.0), dies_at=6)
    part.init = _anew(part)  # type: ignore[method-assign]
    kept, _ = conducted(tmp_path, scenario({"a": 1.0}, []), [part])
    assert kept.series("a", "level") == whole.series("a", "level")
    assert len(kept.warnings) == 1


def _anew(part: Aside) -> Any:
    """Begin with a full tank each time: what a process knew dies with it."""

    def init(start: Instant, parameters: Any, seed: int) -> None:
        part.dead = False
        part._tank.init(start, {"level": 10.0}, seed)

    return init
