"""Kept states of a run: of every simulator at one instant, and of what is between them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from twin_model.errors import SimulationError, StoreError
from twin_model.project import write_atomically
from twin_model.samples import SampleBatch, SampleKeys
from twin_model.simulation.scenario import Branch, Scenario, read_scenario
from twin_model.time import Instant

#: Folder of a run that has one folder an instant, named by its microseconds.
CHECKPOINTS: Final = "checkpoints"
#: Written last: where it is, the state is whole.
_FILE: Final = "conductor.json"
#: An engine that has no states of its own keeps what it was told instead, in a file of this name.
_TOLD: Final = "told.json"
_HOW: Final = "run its scenario with checkpoint_s, or keep one while it is computed"


@dataclass(frozen=True)
class KeptState:
    """What the conductor knows at a checkpoint.

    Parameters
    ----------
    now : Instant
    due_us : dict of str to int
        When each simulator is due next.
    inbox : dict of str to list of SampleBatch
        Values on their way to a simulator.
    computed_s : dict of str to float
        How long each simulator has computed since the beginning of the run.
    """

    now: Instant
    due_us: Mapping[str, int]
    inbox: Mapping[str, list[SampleBatch]] = field(default_factory=dict)
    computed_s: Mapping[str, float] = field(default_factory=dict)

    def keep_in(self, folder: Path) -> None:
        """Write it beside the states of the simulators.

        Raises
        ------
        StoreError
            If the disk is full.
        """
        inbox = {name: [_rows(batch) for batch in found] for name, found in self.inbox.items()}
        document = {"now_us": self.now.us, "due_us": dict(self.due_us), "inbox": inbox,
                    "computed_s": dict(self.computed_s)}  # fmt: skip
        try:
            write_atomically(folder / _FILE, json.dumps(document))
        except OSError as error:
            raise StoreError(f"the checkpoint {folder} cannot be written ({error})") from error

    @classmethod
    def read(cls, folder: Path) -> KeptState:
        """Read it.

        Raises
        ------
        StoreError
            If there is none.
        """
        try:
            document = json.loads((folder / _FILE).read_text(encoding="utf-8"))
            inbox = {
                str(name): [_batch(rows) for rows in found]
                for name, found in document["inbox"].items()
            }
            due_us = {str(name): int(us) for name, us in document["due_us"].items()}
            # Those of earlier versions do not say.
            seconds = {str(k): float(v) for k, v in document.get("computed_s", {}).items()}
            return cls(Instant(int(document["now_us"])), due_us, inbox, seconds)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreError(f"{folder} holds no checkpoint ({error})") from error


def _rows(batch: SampleBatch) -> dict[str, Any]:
    keys = batch.keys
    return {
        "entity": [keys.entities[n] for n in batch.entity],
        "indicator": [keys.indicators[n] for n in batch.indicator],
        "time_us": batch.time_us.tolist(), "value": batch.value.tolist(),
        "quality": batch.quality.tolist(),
    }  # fmt: skip


def _batch(rows: Mapping[str, Any]) -> SampleBatch:
    keys = SampleKeys()
    entity = [keys.entity(str(name)) for name in rows["entity"]]
    indicator = [keys.indicator(str(name)) for name in rows["indicator"]]
    return SampleBatch.of(keys, entity, indicator, rows["time_us"], rows["value"], rows["quality"])


def checkpoint_folder(run: Path, at: Instant) -> Path:
    """Return where a run keeps the states of an instant."""
    return run / CHECKPOINTS / str(at.us)


def checkpoints_of(run: Path) -> list[Instant]:
    """Return the instants whose states a run keeps whole, in order of time."""
    names = [path.parent.name for path in (run / CHECKPOINTS).glob(f"*/{_FILE}")]
    return sorted(Instant(int(name)) for name in names if name.lstrip("-").isdigit())


def begin_again(run: Path, at: Instant) -> dict[str, float]:
    """Return the engines that must begin anew to go on from a checkpoint, and what that takes.

    They are told again all that they were told until then, so that going on from there saves none
    of their time.

    Parameters
    ----------
    run : Path
        Its folder.
    at : Instant

    Returns
    -------
    dict of str to float
        Seconds by engine, about as many as the run took until then; NaN where nobody measured.
    """
    folder = checkpoint_folder(run, at)
    names = sorted(path.parent.name for path in folder.glob(f"*/{_TOLD}"))
    try:
        seconds = KeptState.read(folder).computed_s if names else {}
    except StoreError:
        seconds = {}
    return {name: seconds.get(name, math.nan) for name in names}


def branch_of(run: Path, about: Mapping[str, Any], scenario_id: str, at_s: float) -> Scenario:
    """Return the scenario of a run, going on from the checkpoint at so many seconds.

    Parameters
    ----------
    run : Path
        Its folder.
    about : dict
        What it says of itself.
    scenario_id : str
    at_s : float
        Since its beginning; infinite for the last one that it keeps.

    Raises
    ------
    SimulationError
        If it keeps none of then.
    """
    start = Instant.parse(str(about["start"]))
    known = {(one.us - start.us) / 1e6: one for one in checkpoints_of(run)}
    wanted = max(known, default=at_s) if math.isinf(at_s) else at_s
    if wanted not in known:
        kept = ", ".join(f"{one:g} s" for one in known)
        raise SimulationError(
            "", f"the run {run.name} keeps no checkpoint" + (f" at {at_s:g} s" if known else ""),
            remedy=f"it keeps those at {kept}" if kept else _HOW,
        )  # fmt: skip
    made = read_scenario(scenario_id, about["scenario"])
    return replace(made, branch=Branch(run.name, known[wanted]))


def check_branch(scenario: Scenario, origin: Scenario, start: Instant, at: Instant) -> None:
    """Refuse a branch that would be another run already before it begins.

    Parameters
    ----------
    scenario : Scenario
        What goes on.
    origin : Scenario
        What was computed until then.
    start, at : Instant
        Beginning of the run that was, and where the branch leaves it.

    Raises
    ------
    SimulationError
        With what differs.
    """
    ours, theirs = _beginning(scenario), _beginning(origin)
    for name in sorted(ours.keys() | theirs.keys()):
        if ours.get(name) != theirs.get(name):
            raise SimulationError(
                "", f"scenario {scenario.id} goes on from a run whose {name} was another: "
                f"{_short(theirs.get(name))}, not {_short(ours.get(name))}",
                remedy="give it the same, or run the scenario from its beginning",
            )  # fmt: skip
    at_s = (at.us - start.us) / 1e6
    if scenario.duration_s <= at_s:
        raise SimulationError(
            "", f"scenario {scenario.id} ends after {scenario.duration_s:g} s, and goes on from "
            f"{at_s:g} s", remedy="make it last longer",
        )  # fmt: skip
    before = [
        {(e.engine, e.entity, e.name, json.dumps(one.resolved(e.value)), e.at_s)
         for e in one.edits if not e.engine or e.at_s < at_s}
        for one in (scenario, origin)
    ]  # fmt: skip
    for engine, entity, name, value, edit_s in sorted(before[0] ^ before[1]):
        when = f" from {edit_s:g} s on" if engine else ""
        what = "is new" if (engine, entity, name, value, edit_s) in before[0] else "is missing"
        raise SimulationError(
            "", f"scenario {scenario.id} goes on from {at_s:g} s: the assumption {name} of "
            f"{entity} = {value}{when} {what}",
            remedy=f"what the branch assumes otherwise begins at {at_s:g} s or later",
        )  # fmt: skip


def _beginning(scenario: Scenario) -> dict[str, Any]:
    found: dict[str, Any] = {"seed": scenario.seed, "base": str(scenario.base or "")}
    for engine in scenario.engines:
        found[f"{engine.id}.simulator"] = engine.simulator
        found[f"{engine.id}.step_s"] = engine.step_s
        for name, value in engine.parameters.items():
            found[f"{engine.id}.{name}"] = json.dumps(scenario.resolved(value), sort_keys=True)
    return found


def _short(value: Any) -> str:
    text = "none" if value is None or value == "" else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
