"""What the adapters of engines have in common."""

from __future__ import annotations

import importlib
import json
import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from shapan import Instant, SampleBatch, SampleKeys, SimulationError

if TYPE_CHECKING:
    from shapan import WorkerContext


def load_engine(simulator: str, module: str, package: str) -> ModuleType:
    """Import the library of an engine.

    Raises
    ------
    SimulationError
        If it is not installed, with the command that installs it.
    """
    # SUMO points PROJ at its own data, which would blind every other library in this process.
    kept = {name: os.environ.get(name) for name in ("PROJ_LIB", "PROJ_DATA")}
    try:
        return importlib.import_module(module)
    except ImportError as error:
        missing = error.name or module
        raise SimulationError(
            simulator, f"{package} is not installed (no module {missing})",
            remedy="install the engines with: uv sync --extra simulation",
        ) from error  # fmt: skip
    finally:
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


class Engine:
    """Base of an adapter, which writes the methods that begin with an underscore.

    A checkpoint of an engine that has none of its own is everything it was told: `load` tells it
    again from the beginning. That is exact where the engine repeats itself, and takes as long as
    the run took so far.

    Parameters
    ----------
    context : WorkerContext
    """

    #: How messages call it.
    name = "engine"
    #: Unit by indicator.
    inputs: Mapping[str, str] = {}
    outputs: Mapping[str, str] = {}

    def __init__(self, context: WorkerContext) -> None:
        self.context = context
        self.keys = SampleKeys()
        self.start = self.now = Instant(0)
        self.parameters: Mapping[str, Any] = {}
        self._seed = 0
        self._told: list[list[Any]] = []
        self._entities: dict[str, str] = {}
        self._names: dict[str, str] = {}

    # -- what an adapter writes ----------------------------------------------------------

    def _begin(self, parameters: Mapping[str, Any], seed: int) -> None:
        """Start the engine at `start`."""
        raise NotImplementedError

    def _advance(self, instant: Instant) -> list[SampleBatch]:
        """Bring the engine to an instant that is not past."""
        raise NotImplementedError

    def _take(self, indicator: str, values: Mapping[str, float]) -> list[str]:
        """Set values by entity; return the entities that are not known."""
        raise NotImplementedError

    def _is_over(self) -> bool:
        """Return whether nothing more will happen unless the engine is told something."""
        return False

    # -- the contract --------------------------------------------------------------------

    def init(self, start: Instant, parameters: Mapping[str, Any], seed: int) -> None:
        """See `shapan.Simulator`."""
        self.close()
        self.start = self.now = start
        self.parameters, self._seed = dict(parameters), seed
        self._told = [["seed", seed]]
        self._entities = {str(k): str(v) for k, v in dict(parameters.get("entities", {})).items()}
        self._names = {entity: name for name, entity in self._entities.items()}
        self._begin(self.parameters, seed)

    def step_until(self, instant: Instant) -> list[SampleBatch]:
        """See `shapan.Simulator`."""
        if instant < self.now:
            raise self.error(f"cannot go back from {self.now} to {instant}")
        self._told.append(["step", instant.us])
        batches = self._advance(instant)
        self.now = instant
        return batches

    def set_values(self, batch: SampleBatch) -> list[str]:
        """See `shapan.Simulator`."""
        unknown: list[str] = []
        for indicator, values in by_indicator(batch, self.inputs, self.name).items():
            for entity, value in values.items():
                if not math.isfinite(value):
                    raise self.error(f"{indicator} of {entity} is no number ({value})")
            self._told.append([indicator, values])
            unknown += self._take(indicator, values)
        return unknown

    def next_event(self) -> Instant | None:
        """See `shapan.Simulator`; engines that step in time do not mind."""
        return None

    def save(self, folder: Path) -> None:
        """See `shapan.Simulator`."""
        (folder / "told.json").write_text(json.dumps(self._told), encoding="utf-8")

    def load(self, folder: Path) -> None:
        """See `shapan.Simulator`."""
        told = json.loads((folder / "told.json").read_text(encoding="utf-8"))
        # The seed is part of what was told: that of the run, not of whoever loads.
        seed = int(told[0][1])
        if len(self._told) > 1 or seed != self._seed:
            self.init(self.start, self.parameters, seed)
        for what, value in told:
            if what == "step":
                self._advance(Instant(value))
                self.now = Instant(value)
            elif what != "seed":
                self._take(what, value)
        self._told = told

    def close(self) -> None:
        """See `shapan.Simulator`."""

    def exchange(self, instant: Instant, inputs: SampleBatch | None = None) -> dict[str, Any]:
        """Take values, advance, and tell what changed: one call instead of three."""
        unknown = self.set_values(inputs) if inputs is not None and len(inputs) else []
        batches = self.step_until(instant)
        return {"batches": batches, "unknown": unknown, "next": self.next_event(),
                "over": self._is_over()}  # fmt: skip

    # -- names and parameters ------------------------------------------------------------

    def entity_of(self, name: str) -> str:
        """Return the entity that stands for something of the engine's; its own name otherwise."""
        return self._entities.get(name, name)

    def name_of(self, entity: str) -> str:
        """Return what the engine calls an entity."""
        return self._names.get(entity, entity)

    def called(self, entity: str) -> str:
        """Return what people call an entity; its id where the twin has no name for it."""
        quoted = entity.replace("'", "''")
        found = self.context.twin.query(f"id = '{quoted}'")
        return (found[0].name if found else "") or entity

    @property
    def system(self) -> str:
        """Entity that stands for the whole of the engine's model."""
        return str(self.parameters.get("system", self.name))

    def error(self, reason: str, remedy: str = "") -> SimulationError:
        """Return an error in this engine's name."""
        return SimulationError(self.name, reason, remedy=remedy)

    def file(self, parameters: Mapping[str, Any], name: str, *, needed: bool = True) -> Path | None:
        """Return a parameter that names a file.

        Raises
        ------
        SimulationError
            If it is missing, or there is no such file.
        """
        value = parameters.get(name)
        if not value:
            if needed:
                raise self.error(f"the parameter {name} is missing", f"set {name} to a file")
            return None
        path = Path(str(value)).expanduser()
        if not path.is_file():
            raise self.error(f"{name}: there is no file {path}", "correct it in the scenario")
        return path

    def number(
        self, parameters: Mapping[str, Any], name: str, default: float,
        low: float = -math.inf, high: float = math.inf,
    ) -> float:  # fmt: skip
        """Return a parameter that is a number.

        Raises
        ------
        SimulationError
            If it is none, or out of range.
        """
        value = parameters.get(name, default)
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not low <= number <= high:
            raise self.error(f"{name} = {value!r} is no number from {low:g} to {high:g}")
        return number

    def samples(
        self,
        instant: Instant,
        entities: Iterable[str],
        columns: Mapping[str, npt.ArrayLike],
        position: npt.NDArray[np.float64] | None = None,
    ) -> SampleBatch:
        """Return one sample for each entity and indicator at an instant.

        Parameters
        ----------
        instant : Instant
        entities : iterable of str, n of them
        columns : dict of str to (n,) array
            Values by indicator.
        position : (n, 3) float64 array, optional
            Local metres; goes with every indicator.
        """
        keys = self.keys
        numbers = np.fromiter((keys.entity(one) for one in entities), np.int32)
        count, width = len(numbers), len(columns)
        if not count or not width:
            return SampleBatch.empty()
        batch = SampleBatch.of(
            keys,
            np.tile(numbers, width),
            np.repeat([keys.indicator(name) for name in columns], count),
            np.full(count * width, instant.us, np.int64),
            np.concatenate([np.asarray(values, np.float64).reshape(count) for values in
                            columns.values()]),
            np.zeros(count * width, np.uint8),
        )  # fmt: skip
        if position is None:
            return batch
        return replace(batch, position=np.tile(position, (width, 1)))

    def joined(self, *parts: SampleBatch) -> SampleBatch:
        """Return one batch of several that `samples` made without positions."""
        filled = [part for part in parts if len(part)]
        if not filled:
            return SampleBatch.empty()
        columns = zip(*(part.columns() for part in filled))
        return SampleBatch(self.keys, *(np.concatenate(column) for column in columns))


def by_indicator(
    batch: SampleBatch, allowed: Iterable[str], name: str
) -> dict[str, dict[str, float]]:
    """Return the newest value by indicator and entity.

    Raises
    ------
    SimulationError
        If there is an indicator that is not among *allowed*.
    """
    wanted = set(allowed)
    found: dict[str, dict[str, float]] = {}
    ordered = batch.sorted_by_time()
    for number in np.unique(ordered.indicator):
        indicator = ordered.keys.indicators[number]
        if indicator not in wanted:
            raise SimulationError(
                name, f"takes no {indicator}", remedy=f"it takes {', '.join(sorted(wanted)) or '-'}"
            )
        rows = ordered.indicator == number
        entities = ordered.keys.entities
        pairs = zip(ordered.entity[rows].tolist(), ordered.value[rows].tolist())
        found[indicator] = {entities[e]: value for e, value in pairs}
    return found
