"""The conductor: one clock, and values that go between simulators as it passes."""

from __future__ import annotations

import contextlib
import logging
import shutil
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from twin_model.errors import SimulationError, StoreError
from twin_model.samples import SampleBatch, concatenate
from twin_model.simulation.capabilities import Capabilities, Checkpoint, Stepping
from twin_model.simulation.checkpoints import KeptState
from twin_model.simulation.checks import check_numbers, strangers
from twin_model.simulation.coupling import Related, Route, check_couplings, levels
from twin_model.simulation.pace import Pace
from twin_model.simulation.participant import (
    Advanced,
    DiedError,
    Failed,
    HangsError,
    Participant,
    Restart,
)
from twin_model.simulation.scenario import Scenario
from twin_model.time import Instant

_LOG: Final = logging.getLogger(__name__)
#: Deaths of one simulator's process in a run after which the run ends.
MOST_DEATHS: Final = 3
#: What a step that nobody wants any more may take before its simulator is closed.
_LAST_STEP_S: Final = 5.0
_NO_RELATIONS: Final[Related] = lambda entity, kind, backward: ()  # noqa: E731


class Sink(Protocol):
    """Takes what simulators give."""

    def write(self, engine: str, batch: SampleBatch) -> None:
        """Take samples.

        Raises
        ------
        StoreError
            If they cannot be kept.
        """
        ...

    def warn(self, text: str) -> None:
        """Keep a warning."""
        ...


@dataclass
class _Player:
    """A simulator during a run."""

    participant: Participant
    can: Capabilities
    step_us: int
    due_us: int
    parameters: Mapping[str, Any]
    seed: int
    inbox: list[SampleBatch] = field(default_factory=list)
    #: What it was told since its checkpoint: instant and values.
    told: list[tuple[Instant, SampleBatch | None]] = field(default_factory=list)
    checkpoint: Path | None = None
    deaths: int = 0
    #: Instant since when it says that nothing more will happen, and that of its last step.
    over_us: int | None = None
    last_us: int = 0
    #: What its steps took so far.
    computed_s: float = 0.0
    #: Answers to steps that were asked for before their time; see `Conductor._look_ahead`.
    ahead: deque[Any] = field(default_factory=deque)

    @property
    def by_event(self) -> bool:
        """Whether it goes by events."""
        return self.can.stepping == Stepping.EVENT


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Parameters
    ----------
    now, start, end : Instant
    steps : int
    """

    now: Instant
    start: Instant
    end: Instant
    steps: int

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return (self.now.us - self.start.us) / max(1, self.end.us - self.start.us)


class Conductor:
    """Runs a scenario with its simulators.

    Parameters
    ----------
    scenario : Scenario
    participants : sequence of Participant
        One for each engine of the scenario.
    start : Instant
    sink : Sink
    folder : Path
        For checkpoints.
    pace : Pace, optional
        As fast as possible where not given.
    related : callable, optional
        Follows relations of the twin.
    on_progress : callable, optional
        Called after every step.
    """

    def __init__(
        self,
        scenario: Scenario,
        participants: Sequence[Participant],
        start: Instant,
        sink: Sink,
        folder: Path,
        pace: Pace | None = None,
        related: Related = _NO_RELATIONS,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> None:
        self.scenario = scenario
        self.start = self.now = start
        self.end = Instant(start.us + round(scenario.duration_s * 1e6))
        self.pace = pace or Pace()
        self.steps = 0
        self._participants = {one.id: one for one in participants}
        self._sink = sink
        self._folder = folder
        self._related = related
        self._on_progress = on_progress
        self._players: dict[str, _Player] = {}
        self._routes: dict[str, list[Route]] = {}
        self._levels: list[list[str]] = []
        self._warned: set[tuple[str, str]] = set()
        self._checkpoint_us = round(scenario.checkpoint_s * 1e6)
        self._next_checkpoint_us = start.us + self._checkpoint_us
        self._keeps = False
        #: What messages call an entity.
        self.called: Callable[[str], str] = str
        #: Told at once of a simulator whose process ended, and again when it has caught up.
        self.on_restart: Callable[[Restart], object] = lambda _: None
        self._targets = {one.target for one in scenario.couplings}
        self._edits = sorted(
            ((round(e.at_s * 1e6) + start.us, e) for e in scenario.edits if e.engine),
            key=lambda one: one[0],
        )

    @property
    def capabilities(self) -> dict[str, Capabilities]:
        """What each simulator said of itself, after `prepare`."""
        return {name: player.can for name, player in self._players.items()}

    # -- getting ready -------------------------------------------------------------------

    def prepare(self) -> None:
        """Start every simulator and check the couplings.

        Raises
        ------
        SimulationError
            If a simulator cannot begin, or the couplings cannot be.
        """
        scenario = self.scenario
        seeds = np.random.SeedSequence(scenario.seed).generate_state(len(scenario.engines))
        for number, spec in enumerate(scenario.engines):
            participant = self._participants[spec.id]
            # A scenario of one engine runs it with the seed itself, as running it alone would.
            seed = scenario.seed if len(seeds) == 1 else int(seeds[number] >> 1)
            parameters = scenario.resolved(dict(spec.parameters))
            step_us = max(1, round(spec.step_s * 1e6))
            participant.capabilities()
            participant.init(self.start, parameters, seed)
            # What goes in and out of some is known only now.
            can = participant.capabilities()
            due_us = self.start.us + step_us
            self._players[spec.id] = _Player(participant, can, step_us, due_us, parameters, seed)
        known = self.capabilities
        check_couplings(scenario.couplings, known)
        self._levels = levels(scenario.couplings, list(self._players))
        for one in scenario.couplings:
            units = known[one.source].outputs, known[one.target].inputs
            route = Route(
                one, units[0][one.source_indicator], units[1][one.target_indicator], self._related
            )
            self._routes.setdefault(one.source, []).append(route)

    # -- running -------------------------------------------------------------------------

    def run(self) -> bool:
        """Run to the end, or until nothing more will happen; return whether it was not cancelled.

        Raises
        ------
        SimulationError
            If a simulator failed; what came before is in the sink.
        StoreError
            If the sink cannot keep samples.
        """
        while self.now < self.end and not self.is_over():
            goal_us = min(self.end.us, *(player.due_us for player in self._players.values()))
            if self._edits:
                goal_us = min(goal_us, max(self._edits[0][0], self.now.us + 1))
            if not self.pace.wait(self.now.us, goal_us):
                return False
            self.step_to(Instant(goal_us))
        return True

    def step_to(self, instant: Instant) -> None:
        """Let time pass to an instant at which somebody is due."""
        self._apply_edits()
        due = bool(self._checkpoint_us) and instant.us >= self._next_checkpoint_us < self.end.us
        self._keeps = self.pace.keeps() or self._keeps or due
        delayed: list[tuple[str, SampleBatch]] = []
        for level in self._levels:
            players = [(name, self._players[name]) for name in level]
            going = [(name, p) for name, p in players if self._is_due(p, instant)]
            began_s = time.monotonic()
            waiting = [(name, p, *self._send(p, instant)) for name, p in going]
            for name, player, answer, inputs in waiting:
                advanced = self._receive(name, player, instant, answer, inputs)
                player.computed_s += time.monotonic() - began_s
                player.last_us = instant.us
                if not advanced.over:
                    player.over_us = None
                elif player.over_us is None:
                    player.over_us = instant.us
                self._schedule(player, instant, advanced)
                self._look_ahead(name, player, instant)
                self._warn_of(name, advanced.unknown, inputs)
                self._take(name, advanced, instant, delayed)
        for target, batch in delayed:
            self._players[target].inbox.append(batch)
        self.now = instant
        self.steps += 1
        if self._keeps and not any(player.ahead for player in self._players.values()):
            self._keeps = False
            self.checkpoint()
        if due:
            self._next_checkpoint_us = instant.us + self._checkpoint_us
        if self._on_progress is not None:
            self._on_progress(Progress(self.now, self.start, self.end, self.steps))

    def is_over(self) -> bool:
        """Return whether nothing more will happen, so that the run may end before its time.

        Every engine must have said so, and again after all others had: what one tells another
        late has arrived by then.
        """
        if not self.scenario.ends_early or self._edits:
            return False
        since = [player.over_us for player in self._players.values()]
        if not since or any(one is None for one in since):
            return False
        latest_us = max(one for one in since if one is not None)
        return all(player.last_us > latest_us for player in self._players.values())

    def _is_due(self, player: _Player, instant: Instant) -> bool:
        if player.due_us <= instant.us or instant >= self.end:
            return True
        return player.by_event and bool(player.inbox)

    def _apply_edits(self) -> None:
        """Give simulators what the scenario assumes from now on."""
        while self._edits and self._edits[0][0] <= self.now.us:
            _, edit = self._edits.pop(0)
            value = float(self.scenario.resolved(edit.value))
            batch = SampleBatch.from_rows([(edit.entity, edit.name, self.now, value)])
            player = self._players[edit.engine]
            if edit.name not in player.can.inputs:
                raise SimulationError(
                    edit.engine, f"takes no {edit.name}, which the scenario sets",
                    remedy=f"it takes {', '.join(sorted(player.can.inputs)) or 'nothing'}",
                )  # fmt: skip
            player.inbox.append(batch)

    def _send(self, player: _Player, instant: Instant) -> tuple[Any, SampleBatch | None]:
        if player.ahead:
            return player.ahead.popleft(), None
        return self._ask(player, instant)

    @staticmethod
    def _ask(player: _Player, instant: Instant) -> tuple[Any, SampleBatch | None]:
        inbox = player.inbox
        inputs = None if not inbox else inbox[0] if len(inbox) == 1 else concatenate(inbox)
        player.inbox = []
        try:
            return player.participant.advance(instant, inputs), inputs
        except DiedError as error:
            return Failed(error), inputs

    def _receive(
        self, name: str, player: _Player, instant: Instant, answer: Any, inputs: SampleBatch | None
    ) -> Advanced:
        """Wait for an answer; a simulator whose process died is brought back to where it was."""
        patience_s = self.scenario.patience_s
        while True:
            try:
                advanced: Advanced = answer.result(patience_s)
            except HangsError as error:
                player.participant.kill("hangs")
                raise error
            except DiedError as error:
                player.ahead.clear()  # asked of the same process
                player.deaths += 1
                if player.deaths >= MOST_DEATHS:
                    raise SimulationError(
                        name, f"ended {player.deaths} times, the last at {instant}: {error.reason}",
                        remedy="what was computed before is kept; see the simulator's log",
                    ) from error  # fmt: skip
                self._sink.warn(f"simulator {name} ended at {instant} and was started again")
                self.on_restart(Restart(name, instant))
                answer = self._again(player, instant, inputs)
                if not isinstance(answer, Failed):
                    self.on_restart(Restart(name, instant, back=True))
                continue
            player.told.append((instant, inputs))
            return advanced

    def _again(self, player: _Player, instant: Instant, inputs: SampleBatch | None) -> Any:
        """Start a simulator anew, from its checkpoint, and tell it again what came since."""
        try:
            participant = player.participant
            participant.init(self.start, player.parameters, player.seed)
            if player.checkpoint is not None:
                participant.load(player.checkpoint)
            for when, values in player.told:
                participant.advance(when, values).result(self.scenario.patience_s)
            return participant.advance(instant, inputs)
        except DiedError as error:
            return Failed(error)

    @staticmethod
    def _schedule(player: _Player, instant: Instant, advanced: Advanced) -> None:
        """Take note of when a simulator is due next."""
        if player.by_event:
            following = advanced.next
            player.due_us = 2**62 if following is None else following.us
            return
        while player.due_us <= instant.us:
            player.due_us += player.step_us
        if advanced.next is not None and instant < advanced.next:
            player.due_us = min(player.due_us, advanced.next.us)

    def _look_ahead(self, name: str, player: _Player, instant: Instant) -> None:
        """Have a simulator compute its next steps while what it gave is handled.

        Only one that nothing can reach until then, neither a coupling nor an assumption; and not
        past a checkpoint, which is of one instant.
        """
        if (
            not player.participant.looks_ahead
            or player.by_event
            or name in self._targets
            or self._keeps
        ):
            return
        asked_us = instant.us if not player.ahead else self._goal_us(player, len(player.ahead) - 1)
        while asked_us < self.end.us and len(player.ahead) < player.can.steps_ahead:
            asked_us = self._goal_us(player, len(player.ahead))
            if (self._checkpoint_us and asked_us > self._next_checkpoint_us) or any(
                at_us < asked_us and edit.engine == name for at_us, edit in self._edits
            ):
                return
            player.ahead.append(self._ask(player, Instant(asked_us))[0])

    def _goal_us(self, player: _Player, number: int) -> int:
        """Return when a step ends that comes so many after the next."""
        return min(player.due_us + number * player.step_us, self.end.us)

    def _take(
        self,
        name: str,
        advanced: Advanced,
        instant: Instant,
        delayed: list[tuple[str, SampleBatch]],
    ) -> None:
        for batch in advanced.batches:
            check_numbers(name, batch, instant)
            self._sink.write(name, batch)
            for route in self._routes.get(name, ()):
                values = route.carry(batch)
                if values is None:
                    continue
                target = route.coupling.target
                if route.coupling.delayed:
                    delayed.append((target, values))
                else:
                    self._players[target].inbox.append(values)

    def _warn_of(self, name: str, unknown: Sequence[str], inputs: SampleBatch | None) -> None:
        """Say once which entities a simulator was given values of and does not know.

        Raises
        ------
        SimulationError
            If the scenario assumes something of one: without it the run would be another.
        """
        assumed = {e.entity: e.name for e in self.scenario.edits if e.engine == name}
        for entity in unknown:
            if entity in assumed:
                raise SimulationError(
                    name,
                    f"knows no entity {self.called(entity)}, "
                    f"whose {assumed[entity]} the scenario sets",
                    remedy="choose an entity that is part of this engine's network",
                )  # fmt: skip
        found = strangers(unknown, inputs, [c for c in self.scenario.couplings if c.target == name])
        if strange := sorted({one for one in found if (name, one) not in self._warned}):
            self._warned |= {(name, one) for one in strange}
            more = f" and {len(strange) - 1} more" if len(strange) > 1 else ""
            self._sink.warn(f"simulator {name} knows no entity {self.called(strange[0])}{more}")

    # -- checkpoints ---------------------------------------------------------------------

    def checkpoint(self) -> None:
        """Keep the state of every simulator that can; one that dies goes on from there."""
        here = self._folder / str(self.now.us)
        whole = True
        for name, player in self._players.items():
            if player.can.checkpoint == Checkpoint.NONE:
                whole = False
                continue
            folder = here / name
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            try:
                player.participant.save(folder)
            except SimulationError as error:
                # The one before is still good, and the run goes on.
                self._sink.warn(f"no checkpoint of {name} at {self.now}: {error}")
                shutil.rmtree(folder, ignore_errors=True)
                whole = False
                continue
            player.checkpoint, player.told = folder, []
        if whole:
            due_us = {name: player.due_us for name, player in self._players.items()}
            inbox = {name: player.inbox for name, player in self._players.items() if player.inbox}
            seconds = {name: round(one.computed_s, 3) for name, one in self._players.items()}
            try:
                KeptState(self.now, due_us, inbox, seconds).keep_in(here)
            except StoreError as error:
                self._sink.warn(str(error))

    def resume(self, folder: Path) -> None:
        """Go on from a checkpoint that a run of the same simulators kept, after `prepare`.

        Raises
        ------
        StoreError
            If there is none.
        SimulationError
            If a simulator cannot take it.
        """
        kept = KeptState.read(folder)
        for name, player in self._players.items():
            player.participant.load(folder / name)
            player.checkpoint = folder / name
            player.due_us = kept.due_us[name]
            player.inbox = list(kept.inbox.get(name, []))
            player.computed_s = kept.computed_s.get(name, 0.0)
        self.now = kept.now
        # Those of that very instant are still to come.
        self._edits = [one for one in self._edits if one[0] >= self.now.us]
        if self._checkpoint_us:
            passed = (self.now.us - self.start.us) // self._checkpoint_us
            self._next_checkpoint_us = self.start.us + (passed + 1) * self._checkpoint_us

    def close(self) -> None:
        """End every simulator."""
        for player in self._players.values():
            while player.ahead:
                with contextlib.suppress(SimulationError):
                    player.ahead.popleft().result(_LAST_STEP_S)
        for participant in self._participants.values():
            try:
                participant.close()
            except SimulationError as error:
                _LOG.warning("%s", error)
