"""Scenarios: what is assumed, which engines run, how they are coupled, for how long."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from twin_model.errors import ShapanError, SimulationError, StoreError
from twin_model.project import write_atomically
from twin_model.time import Instant

SCENARIOS: Final = "scenarios"
FORMAT: Final = 1
_ID: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_MAX_BYTES: Final = 16 << 20
_LONGEST_S: Final = 10 * 366 * 86_400.0
_COMBINE: Final = ("last", "sum", "mean", "max", "min")


@dataclass(frozen=True)
class EngineSpec:
    """One simulator of a scenario.

    Parameters
    ----------
    id : str
        What couplings and results call it.
    simulator : str
        Plugin and simulator, such as ``shapan.swmm.swmm``.
    step_s : float
        How often it exchanges values; engines that go by events are stepped when they say so.
    parameters : dict
    title : str
        What people call it, such as a storey's name; empty where its id says it.
    """

    id: str
    simulator: str
    step_s: float = 60.0
    parameters: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""

    @property
    def plugin(self) -> str:
        """Id of the plugin."""
        return self.simulator.rpartition(".")[0]

    @property
    def entry(self) -> str:
        """Id of the simulator within its plugin."""
        return self.simulator.rpartition(".")[2]


@dataclass(frozen=True)
class Coupling:
    """Values that go from one simulator to another.

    Parameters
    ----------
    source, source_indicator, target, target_indicator : str
    relation : str
        Kind of relation of the twin from the source's entity to the target's; empty where it is
        the same entity.
    backward : bool
        Follow the relation against its direction.
    entities : dict of str to str
        Target entity by source entity, in place of a relation.
    delayed : bool
        The target gets the value at its next step after the exchange, not in the same one. In a
        circle of couplings at least one is.
    combine : str
        What becomes of several sources of one target: last, sum, mean, max, min.
    factor : float
        Values are multiplied with it, after their unit was brought to the target's.
    """

    source: str
    source_indicator: str
    target: str
    target_indicator: str
    relation: str = ""
    backward: bool = False
    entities: Mapping[str, str] = field(default_factory=dict)
    delayed: bool = False
    combine: str = "last"
    factor: float = 1.0

    def __str__(self) -> str:
        return f"{self.source}.{self.source_indicator} → {self.target}.{self.target_indicator}"


@dataclass(frozen=True)
class Edit:
    """One assumption: an attribute of an entity, or a value that a simulator takes.

    Parameters
    ----------
    entity : str
    name : str
        Attribute, or indicator where *engine* is given.
    value : Any
    engine : str
        Simulator that takes it; empty for an attribute of the twin.
    at_s : float
        Seconds after the beginning, for a simulator's value.
    """

    entity: str
    name: str
    value: Any
    engine: str = ""
    at_s: float = 0.0


@dataclass(frozen=True)
class Branch:
    """Where a scenario goes on from instead of beginning.

    Parameters
    ----------
    run : str
    at : Instant
        A checkpoint that it keeps.
    """

    run: str
    at: Instant


@dataclass(frozen=True)
class Scenario:
    """A whole scenario.

    Parameters
    ----------
    id, title, template : str
    base : Instant or None
        Instant whose twin it starts from; None for now.
    start : Instant or None
        Instant that simulated time begins at; `base` where not given.
    duration_s : float
    seed : int
    engines, couplings, edits : tuples
    parameters : dict
        Named values that parameters of engines and edits refer to as ``$name``.
    checkpoint_s : float
        Simulated time between checkpoints; 0 for none.
    patience_s : float
        How long a simulator may take for one step before it counts as hanging.
    branch : Branch or None
        Checkpoint of a run that it goes on from.
    ends_early : bool
        End once all engines say that nothing more will happen, as when everyone is out.
    """

    id: str
    title: str = ""
    template: str = ""
    base: Instant | None = None
    start: Instant | None = None
    duration_s: float = 3600.0
    seed: int = 1
    engines: tuple[EngineSpec, ...] = ()
    couplings: tuple[Coupling, ...] = ()
    edits: tuple[Edit, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    checkpoint_s: float = 0.0
    patience_s: float = 300.0
    branch: Branch | None = None
    ends_early: bool = True

    def engine(self, engine_id: str) -> EngineSpec:
        """Return an engine.

        Raises
        ------
        SimulationError
            If there is none of that id.
        """
        for one in self.engines:
            if one.id == engine_id:
                return one
        names = ", ".join(one.id for one in self.engines) or "none"
        raise SimulationError(
            "", f"scenario {self.id} has no engine {engine_id}", remedy=f"it has {names}"
        )

    def resolved(self, value: Any) -> Any:
        """Return a value with every ``$name`` replaced.

        Raises
        ------
        SimulationError
            If a name is not among the parameters.
        """
        if isinstance(value, str) and value.startswith("$"):
            name = value[1:]
            if name not in self.parameters:
                raise SimulationError(
                    "", f"scenario {self.id} has no parameter {name}",
                    remedy=f"it has {', '.join(self.parameters) or 'none'}",
                )  # fmt: skip
            return self.parameters[name]
        if isinstance(value, Mapping):
            return {key: self.resolved(one) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.resolved(one) for one in value]
        return value

    def with_values(self, values: Mapping[str, Any]) -> Scenario:
        """Return the scenario with other values: parameters, ``engine.parameter``, fields.

        Raises
        ------
        SimulationError
            If a name is none of them.
        """
        made = self
        for name, value in values.items():
            made = made._with_value(name, value)
        return read_scenario(made.id, scenario_json(made))

    def _with_value(self, name: str, value: Any) -> Scenario:
        if name in self.parameters:
            return replace(self, parameters={**self.parameters, name: value})
        if name in {"duration_s", "seed", "checkpoint_s", "patience_s", "ends_early"}:
            return replace(self, **{name: value})
        engine_id, dot, parameter = name.partition(".")
        if not dot:
            known = ", ".join([*self.parameters, "duration_s", "seed"])
            raise SimulationError(
                "", f"scenario {self.id} has no parameter {name}",
                remedy=f"one of {known}, or engine.parameter",
            )  # fmt: skip
        engine = self.engine(engine_id)
        if parameter == "step_s":
            changed = replace(engine, step_s=value)
        else:
            changed = replace(engine, parameters={**engine.parameters, parameter: value})
        return replace(
            self, engines=tuple(changed if e.id == engine_id else e for e in self.engines)
        )


def scenario_json(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as JSON values."""
    return {
        "format": FORMAT,
        "title": scenario.title,
        "template": scenario.template,
        "base": None if scenario.base is None else str(scenario.base),
        "start": None if scenario.start is None else str(scenario.start),
        "duration_s": scenario.duration_s,
        "seed": scenario.seed,
        "engines": [
            {"id": e.id, "simulator": e.simulator, "step_s": e.step_s,
             "parameters": dict(e.parameters)} | ({"title": e.title} if e.title else {})
            for e in scenario.engines
        ],
        "couplings": [
            {"from": f"{c.source}.{c.source_indicator}", "to": f"{c.target}.{c.target_indicator}",
             "relation": c.relation, "backward": c.backward, "entities": dict(c.entities),
             "delayed": c.delayed, "combine": c.combine, "factor": c.factor}
            for c in scenario.couplings
        ],
        "edits": [vars(edit) for edit in scenario.edits],
        "parameters": dict(scenario.parameters),
        "checkpoint_s": scenario.checkpoint_s,
        "patience_s": scenario.patience_s,
        "branch": None if scenario.branch is None else {
            "run": scenario.branch.run, "at": str(scenario.branch.at)},
        "ends_early": scenario.ends_early,
    }  # fmt: skip


def engine_titles(document: Mapping[str, Any]) -> dict[str, str]:
    """Return what engines of a scenario's document are called, of those that say so."""
    engines = document.get("engines", ())
    return {str(e["id"]): str(e["title"]) for e in engines if e.get("id") and e.get("title")}


def read_scenario(scenario_id: str, document: Any) -> Scenario:
    """Read a scenario from JSON values and check what can be checked without its engines.

    Raises
    ------
    SimulationError
        With the place of what is wrong.
    """
    try:
        return _Reading(scenario_id, document).scenario()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
        raise SimulationError(
            "", f"scenario {scenario_id} is wrong ({what})", remedy="see docs/simulation.md"
        ) from error


class _Reading:
    """Reads one document."""

    def __init__(self, scenario_id: str, document: Any) -> None:
        self._id = scenario_id
        self._document = dict(document)
        if int(self._document.get("format", FORMAT)) > FORMAT:
            raise SimulationError(
                "", f"scenario {scenario_id} was written by a newer Shapan",
                remedy="update Shapan",
            )  # fmt: skip

    def scenario(self) -> Scenario:
        document = self._document
        engines = tuple(self._engine(one) for one in document["engines"])
        if not engines:
            raise self._wrong("it has no engines")
        ids = [one.id for one in engines]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise self._wrong(f"the engine {twice[0]} is there twice")
        made = Scenario(
            id=self._id,
            title=str(document.get("title", "")),
            template=str(document.get("template", "")),
            base=self._instant("base"),
            start=self._instant("start"),
            duration_s=self._positive(document.get("duration_s", 3600.0), "duration_s"),
            seed=int(document.get("seed", 1)),
            engines=engines,
            couplings=tuple(self._coupling(one) for one in document.get("couplings", ())),
            edits=tuple(Edit(**one) for one in document.get("edits", ())),
            parameters=dict(document.get("parameters", {})),
            checkpoint_s=float(document.get("checkpoint_s", 0.0)),
            patience_s=self._positive(document.get("patience_s", 300.0), "patience_s"),
            branch=self._branch(document.get("branch")),
            ends_early=bool(document.get("ends_early", True)),
        )
        for coupling in made.couplings:
            made.engine(coupling.source)
            made.engine(coupling.target)
        for edit in made.edits:
            if edit.engine:
                made.engine(edit.engine)
        return made

    @staticmethod
    def _branch(told: Any) -> Branch | None:
        return None if told is None else Branch(str(told["run"]), Instant.parse(str(told["at"])))

    def _wrong(self, reason: str) -> SimulationError:
        return SimulationError(
            "", f"scenario {self._id}: {reason}", remedy="see docs/simulation.md"
        )

    def _instant(self, name: str) -> Instant | None:
        text = self._document.get(name)
        return None if text is None else Instant.parse(str(text))

    def _positive(self, value: Any, name: str) -> float:
        number = float(value)
        if not (0.0 < number <= _LONGEST_S and math.isfinite(number)):
            raise self._wrong(f"{name} = {value} is not above 0 and at most ten years")
        return number

    def _engine(self, one: Any) -> EngineSpec:
        engine_id, simulator = str(one["id"]), str(one["simulator"])
        if not _ID.fullmatch(engine_id):
            raise self._wrong(f"the engine id '{engine_id}' is not made of a-z, 0-9, - and _")
        if "." not in simulator:
            raise self._wrong(f"'{simulator}' is not plugin.simulator, such as shapan.swmm.swmm")
        step_s = self._positive(one.get("step_s", 60.0), f"{engine_id}.step_s")
        given, title = dict(one.get("parameters", {})), str(one.get("title") or "")
        return EngineSpec(engine_id, simulator, step_s, given, title)

    def _coupling(self, one: Any) -> Coupling:
        (source, given), (target, taken) = (self._end(one[side]) for side in ("from", "to"))
        combine = str(one.get("combine", "last"))
        if combine not in _COMBINE:
            raise self._wrong(f"combine is {combine}, not one of {', '.join(_COMBINE)}")
        return Coupling(
            source,
            given,
            target,
            taken,
            relation=str(one.get("relation") or ""),
            backward=bool(one.get("backward", False)),
            entities=dict(one.get("entities") or {}),
            delayed=bool(one.get("delayed", False)),
            combine=combine,
            factor=float(one.get("factor", 1.0)),
        )

    def _end(self, text: Any) -> tuple[str, str]:
        engine, dot, indicator = str(text).partition(".")
        if not (engine and dot and indicator):
            raise self._wrong(f"'{text}' is not engine.indicator")
        return engine, indicator


class ScenarioStore:
    """The scenarios of a project, a file each.

    Parameters
    ----------
    project : Path
    """

    def __init__(self, project: Path) -> None:
        self._folder = project / SCENARIOS

    def ids(self) -> list[str]:
        """Return the ids of all scenarios."""
        return sorted(path.stem for path in self._folder.glob("*.json"))

    def read(self, scenario_id: str) -> Scenario:
        """Return a scenario.

        Raises
        ------
        SimulationError
            If there is none, or it cannot be read.
        """
        path = self._folder / f"{scenario_id}.json"
        if not _ID.fullmatch(scenario_id) or not path.is_file():
            names = ", ".join(self.ids()) or "none"
            raise SimulationError(
                "", f"there is no scenario {scenario_id}", remedy=f"there are: {names}"
            )
        return read_scenario_file(path)

    def write(self, scenario: Scenario) -> None:
        """Write a scenario, whole or not at all.

        Raises
        ------
        SimulationError
            If its id cannot be the name of a file.
        StoreError
            If the disk is full.
        """
        if not _ID.fullmatch(scenario.id):
            raise SimulationError("", f"'{scenario.id}' is not made of a-z, 0-9, - and _")
        text = json.dumps(scenario_json(scenario), ensure_ascii=False, indent=2)
        try:
            self._folder.mkdir(exist_ok=True)
            write_atomically(self._folder / f"{scenario.id}.json", text + "\n")
        except OSError as error:
            raise StoreError(f"scenario {scenario.id} cannot be written ({error})") from error

    def remove(self, scenario_id: str) -> None:
        """Remove a scenario; its runs stay."""
        (self._folder / f"{scenario_id}.json").unlink(missing_ok=True)


def read_scenario_file(path: Path) -> Scenario:
    """Read a scenario from a file of its own.

    Raises
    ------
    SimulationError
        If it cannot be read.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise SimulationError("", f"{path} is larger than 16 MiB")
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SimulationError("", f"the scenario {path} cannot be read ({error})") from error
    scenario_id = re.sub(r"[^a-z0-9_-]+", "-", path.stem.lower()).strip("-") or "scenario"
    try:
        return read_scenario(scenario_id, document)
    except SimulationError:
        raise
    except ShapanError as error:
        raise SimulationError("", f"{path}: {error}") from error
