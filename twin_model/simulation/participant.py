"""A simulator as the conductor sees it, wherever it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from twin_model.errors import SimulationError
from twin_model.samples import SampleBatch
from twin_model.simulation.capabilities import Capabilities, read_capabilities
from twin_model.time import Instant


class DiedError(SimulationError):
    """The process of a simulator ended on its own."""


class HangsError(SimulationError):
    """A simulator did not answer in time."""


@dataclass(frozen=True)
class Advanced:
    """What a simulator says after a step.

    Parameters
    ----------
    batches : sequence of SampleBatch
    unknown : sequence of str
        Entities it was given values of and does not know.
    next : Instant or None
        When it wants to be stepped to next.
    over : bool
        Whether nothing more will happen in it unless it is told something.
    """

    batches: Sequence[SampleBatch]
    unknown: Sequence[str] = ()
    next: Instant | None = None
    over: bool = False


@dataclass(frozen=True)
class Restart:
    """A simulator whose process ended on its own and is started again.

    Parameters
    ----------
    engine : str
    at : Instant
        What it was asked to advance to.
    back : bool
        Whether it was told all that it had been told before, and goes on.
    """

    engine: str
    at: Instant
    back: bool = False


@dataclass(frozen=True)
class Failed:
    """An answer that will never come."""

    error: DiedError

    def result(self, patience_s: float) -> Advanced:
        """Raise what is known already."""
        raise self.error


class Waiting(Protocol):
    """An answer that is on its way."""

    def result(self, patience_s: float) -> Advanced:
        """Wait for it.

        Raises
        ------
        DiedError, HangsError, SimulationError
        """
        ...


class Participant(Protocol):
    """One simulator of a run."""

    @property
    def id(self) -> str:
        """What the scenario calls it."""
        ...

    @property
    def looks_ahead(self) -> bool:
        """Whether `advance` returns before the step is computed."""
        ...

    def capabilities(self) -> Capabilities:
        """Return what it can do."""
        ...

    def init(self, start: Instant, parameters: Mapping[str, Any], seed: int) -> None:
        """See `shapan.Simulator`."""
        ...

    def advance(self, instant: Instant, inputs: SampleBatch | None) -> Waiting:
        """Give values, have it advance, and return at once."""
        ...

    def get_values(self) -> SampleBatch:
        """See `shapan.Simulator`."""
        ...

    def save(self, folder: Path) -> None:
        """See `shapan.Simulator`."""
        ...

    def load(self, folder: Path) -> None:
        """See `shapan.Simulator`."""
        ...

    def kill(self, cause: str) -> None:
        """End its process at once; the next call starts another."""
        ...

    def close(self) -> None:
        """See `shapan.Simulator`."""
        ...


@dataclass(frozen=True)
class Answered:
    """An answer that is there already."""

    advanced: Advanced

    def result(self, patience_s: float) -> Advanced:
        """See `Waiting`."""
        return self.advanced


class LocalParticipant:
    """A simulator in this process, for scripts and for measuring the conductor alone.

    Parameters
    ----------
    participant_id : str
    simulator : Any
        See `shapan.Simulator`.
    """

    looks_ahead = False

    def __init__(self, participant_id: str, simulator: Any) -> None:
        self.id = participant_id
        self._simulator = simulator

    def capabilities(self) -> Capabilities:
        """See `Participant`."""
        return read_capabilities(self.id, self._simulator.capabilities())

    def init(self, start: Instant, parameters: Mapping[str, Any], seed: int) -> None:
        """See `Participant`."""
        self._simulator.init(start, parameters, seed)

    def advance(self, instant: Instant, inputs: SampleBatch | None) -> Answered:
        """See `Participant`."""
        unknown = self._simulator.set_values(inputs) if inputs is not None else None
        batches = self._simulator.step_until(instant)
        return Answered(Advanced(batches, unknown or (), self._simulator.next_event()))

    def get_values(self) -> SampleBatch:
        """See `Participant`."""
        found: SampleBatch = self._simulator.get_values()
        return found

    def save(self, folder: Path) -> None:
        """See `Participant`."""
        self._simulator.save(folder)

    def load(self, folder: Path) -> None:
        """See `Participant`."""
        self._simulator.load(folder)

    def kill(self, cause: str) -> None:
        """See `Participant`; there is no process to end."""

    def close(self) -> None:
        """See `Participant`."""
        self._simulator.close()
