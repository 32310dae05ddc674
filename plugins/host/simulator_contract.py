"""What every simulator must stand: the part of the contract kit that runs it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from twin_model.errors import ShapanError
from twin_model.samples import Quality, SampleBatch
from twin_model.simulation.capabilities import Capabilities, Checkpoint, read_capabilities
from twin_model.time import Instant

#: Calls a method of the simulator, wherever it runs.
Call = Callable[..., Any]
#: (entity, indicator) -> value.
Values = dict[tuple[str, str], float]

_STEPS: Final = 8
_NOBODY: Final = "nobody has this id"


@dataclass(frozen=True)
class Trial:
    """How a simulator is tried.

    Parameters
    ----------
    parameters : dict
    step_us : int
    steps : int
        An even number.
    start : Instant
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    step_us: int = 60_000_000
    steps: int = _STEPS
    start: Instant = field(default_factory=lambda: Instant(0))

    def at(self, number: int) -> Instant:
        """Return the instant after so many steps."""
        return Instant(self.start.us + number * self.step_us)


def simulator_checks(
    call: Call,
    told: Mapping[str, Any],
    folder: Path,
    trial: Trial | None = None,
    renew: Callable[[], object] | None = None,
) -> Iterator[tuple[str, str]]:
    """Yield what was looked at and what is wrong with it, empty for nothing.

    Parameters
    ----------
    call : callable
        Takes the name of a method and its arguments.
    told : dict
        What `capabilities` returned.
    folder : Path
        Where the simulator may write.
    trial : Trial, optional
        The simulator's own example where not given.
    renew : callable, optional
        Gives it a new process, where it says that each run needs one.
    """
    try:
        can = read_capabilities("", told)
    except ShapanError as error:
        yield "says what it can do", str(error)
        return
    yield "says what it can do", ""
    if trial is None:
        step_us = int(1e6 * float(told.get("example_step_s", 60.0)))
        trial = Trial(dict(told.get("example", {})), step_us)
    one = _Trying(call, can, folder, trial, renew)
    for what, look in (
        ("advances to the instant it is told", one.advancing),
        ("gives numbers for indicators it named", one.outputs),
        ("does not go back in time", one.going_back),
        ("refuses an indicator it did not name", one.strange_indicator),
        ("says which entities it does not know", one.strange_entity),
        ("gives the same for the same seed", one.repeating),
        ("goes on from a checkpoint as if there had been none", one.checkpoint),
        ("can be closed twice and begin anew", one.closing),
    ):
        yield what, _problem_of(look)


def _problem_of(look: Callable[[], str]) -> str:
    try:
        return look()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


class _Trying:
    """The checks, each of which begins anew."""

    def __init__(
        self,
        call: Call,
        can: Capabilities,
        folder: Path,
        trial: Trial,
        renew: Callable[[], object] | None,
    ) -> None:
        self._call = call
        self._can = can
        self._folder = folder
        self._trial = trial
        self._renew = renew if can.one_run else None

    def _begin(self, seed: int = 1) -> None:
        trial = self._trial
        if self._renew is not None:
            self._renew()
        self._call("init", start=trial.start, parameters=dict(trial.parameters), seed=seed)
        # What goes in and out may depend on the files that were opened.
        self._can = read_capabilities("", self._call("capabilities"))

    def _step(self, first: int, last: int) -> list[SampleBatch]:
        return [
            batch for number in range(first, last + 1)
            for batch in self._call("step_until", instant=self._trial.at(number))
        ]  # fmt: skip

    def advancing(self) -> str:
        """Samples of a step lie within it; the next event is not in the past."""
        self._begin()
        for number in range(1, self._trial.steps + 1):
            now = self._trial.at(number)
            for batch in self._call("step_until", instant=now):
                if len(batch) and int(batch.time_us.max()) > now.us:
                    return f"stepped to {now}, it gave a sample of {Instant(batch.time_us.max())}"
                if len(batch) and int(batch.time_us.min()) < self._trial.at(number - 1).us:
                    return f"stepped to {now}, it gave one of {Instant(batch.time_us.min())}"
            coming = self._call("next_event")
            if coming is not None and coming <= now:
                return f"at {now} its next event is {coming}, which is past"
        return ""

    def outputs(self) -> str:
        """Everything it gives is a number and was named."""
        self._begin()
        batches = [*self._step(1, self._trial.steps), self._call("get_values")]
        if not any(len(batch) for batch in batches):
            return "it gave nothing at all"
        for batch in batches:
            used = {batch.keys.indicators[n] for n in np.unique(batch.indicator)}
            strange = sorted(used - set(self._can.outputs))
            if strange:
                return f"it gave {strange[0]}, which is not among its outputs"
            # A moving thing that left says so with a bad quality.
            bare = np.isnan(batch.value) & (batch.quality < Quality.BAD)
            if batch.position is not None:
                bare &= np.isnan(batch.position[:, 0])
            if bare.any():
                row = int(np.flatnonzero(bare)[0])
                return f"it gave NaN for {batch.keys.entities[batch.entity[row]]}"
        return ""

    def going_back(self) -> str:
        """A step into the past is an error, not a step."""
        self._begin()
        self._step(1, 2)
        try:
            self._call("step_until", instant=self._trial.at(1))
        except Exception:
            return ""
        return "it stepped back without a word"

    def strange_indicator(self) -> str:
        """A wrong coupling is told, not swallowed."""
        self._begin()
        batch = SampleBatch.from_rows([(_NOBODY, "no_such_indicator", self._trial.start, 1.0)])
        try:
            self._call("set_values", batch=batch)
        except Exception:
            return ""
        return "it took an indicator that it does not know"

    def strange_entity(self) -> str:
        """Values for an entity that is not there are told."""
        self._begin()
        for indicator in self._can.inputs:
            batch = SampleBatch.from_rows([(_NOBODY, indicator, self._trial.start, 1.0)])
            if self._call("set_values", batch=batch) != [_NOBODY]:
                return f"it took {indicator} for an entity that is not there"
        return ""

    def repeating(self) -> str:
        """One seed, one result."""
        first, second = self._whole(1), self._whole(1)
        return _difference(first, second, 0.0)

    def _whole(self, seed: int) -> Values:
        self._begin(seed)
        self._step(1, self._trial.steps)
        return self._values()

    def _values(self) -> Values:
        batch = self._call("get_values")
        keys = batch.keys
        return {
            (keys.entities[e], keys.indicators[i]): value
            for e, i, value in zip(
                batch.entity.tolist(), batch.indicator.tolist(), batch.value.tolist()
            )
            if np.isfinite(value)  # of moving things only the position counts
        }

    def checkpoint(self) -> str:
        """N steps are N/2, a checkpoint, and N/2."""
        half, steps = self._trial.steps // 2, self._trial.steps
        whole = self._whole(1)
        if self._can.checkpoint == Checkpoint.NONE:
            return ""
        folder = self._folder / "contract-checkpoint"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._begin(1)
        self._step(1, half)
        self._call("save", folder=folder)
        self._begin(1 if self._can.one_run else 2)
        self._call("load", folder=folder)
        self._step(half + 1, steps)
        found = _difference(whole, self._values(), self._can.tolerance)
        return f"{found}, {self._can.checkpoint} was promised" if found else ""

    def closing(self) -> str:
        """After `close` there may be another `init`."""
        self._call("close")
        self._call("close")
        self._begin()
        self._step(1, 1)
        self._call("close")
        return ""


def _difference(first: Values, second: Values, tolerance: float) -> str:
    """Return how the second differs; relative to the greatest value of the indicator."""
    if set(first) != set(second):
        odd = sorted(set(first) ^ set(second))
        return f"{len(odd)} series differ, the first of them {' '.join(odd[0])}"
    scale: dict[str, float] = {}
    for (_entity, indicator), value in first.items():
        scale[indicator] = max(scale.get(indicator, 0.0), abs(value))
    worst, where = 0.0, ("", "")
    for series, value in first.items():
        off = abs(value - second[series])
        off = off / scale[series[1]] if off and scale[series[1]] else off
        if off > worst:
            worst, where = off, series
    return f"{' '.join(where)} differs by {worst:.3g}" if worst > tolerance else ""
