"""What a simulator can do, checked before it is used."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from twin_model.errors import SimulationError, ValidationError
from twin_model.schema.units import check_unit

#: How far an approximate checkpoint may be off where the simulator does not say.
DEFAULT_TOLERANCE: Final = 1e-3


class Stepping(StrEnum):
    """What makes a simulator advance."""

    TIME = "time"  # in steps of the scenario
    EVENT = "event"  # when it said so, or when it is given values


class Checkpoint(StrEnum):
    """How far `save` and `load` can be relied on."""

    EXACT = "exact"
    APPROXIMATE = "approximate"
    NONE = "none"


@dataclass(frozen=True)
class Capabilities:
    """What a simulator says of itself.

    Parameters
    ----------
    stepping : Stepping
    checkpoint : Checkpoint
    tolerance : float
        Greatest relative difference after `load`; 0 where checkpoints are exact.
    seed : bool
        Whether chance plays a part.
    realtime_factor : float
        How much faster than the clock it usually is; infinite where unknown.
    inputs, outputs : dict of str to str
        Unit by indicator.
    exchange : bool
        Whether it takes values, steps and tells its next event in one call.
    steps_ahead : int
        How many steps it may be asked for before the first of them is answered.
    one_run : bool
        Whether each run needs a process that had none before.
    engine : str
        Name and version of what computes.
    """

    stepping: Stepping = Stepping.TIME
    checkpoint: Checkpoint = Checkpoint.NONE
    tolerance: float = 0.0
    seed: bool = False
    realtime_factor: float = math.inf
    inputs: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    exchange: bool = False
    steps_ahead: int = 1
    one_run: bool = False
    engine: str = ""


def read_capabilities(simulator: str, told: Mapping[str, Any]) -> Capabilities:
    """Check what a simulator told.

    Raises
    ------
    SimulationError
        If something is missing, of another kind, or a unit is unknown.
    """
    try:
        checkpoint = Checkpoint(told["checkpoint"])
        usual = DEFAULT_TOLERANCE if checkpoint == Checkpoint.APPROXIMATE else 0.0
        return Capabilities(
            stepping=Stepping(told["stepping"]),
            checkpoint=checkpoint,
            tolerance=float(told.get("tolerance", usual)),
            seed=bool(told["seed"]),
            realtime_factor=float(told.get("realtime_factor", math.inf)),
            inputs=_units(told["inputs"]),
            outputs=_units(told["outputs"]),
            exchange=bool(told.get("exchange", False)),
            steps_ahead=max(1, int(told.get("steps_ahead", 1))),
            one_run=bool(told.get("one_run", False)),
            engine=str(told.get("engine", "")),
        )
    except KeyError as error:
        raise SimulationError(
            simulator, f"its capabilities lack {error.args[0]}", remedy="see docs/simulation.md"
        ) from error
    except (ValueError, TypeError, AttributeError, ValidationError) as error:
        raise SimulationError(
            simulator, f"its capabilities are wrong ({error})", remedy="see docs/simulation.md"
        ) from error


def _units(told: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): check_unit(str(unit)) for name, unit in told.items()}
