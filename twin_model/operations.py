"""The running side of a twin: hub, history, rules and alarms of one project, joined."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from twin_model.alarms.accounts import Accounts, Actor, Role, SignInError
from twin_model.alarms.causes import CauseGraph
from twin_model.alarms.desk import AlarmDesk, sign_in
from twin_model.alarms.engine import AlarmEngine
from twin_model.alarms.model import AlarmOptions, AlarmPoint, EventKind
from twin_model.errors import StoreError
from twin_model.keeping_up import KeepingUp
from twin_model.live.hub import Hub, HubOptions
from twin_model.live.recorder import Recorder
from twin_model.rules.backtest import Backtest, BacktestOptions, backtest
from twin_model.rules.binding import Binding, Types, all_rules, bind
from twin_model.rules.following import carried_over, needs_rebinding, relations_differ
from twin_model.rules.rule_set import RuleSet, RuleStore
from twin_model.rules.service import rules_in_service
from twin_model.rules.watch import Watch
from twin_model.store.alarm_journal import ALARMS_FILE, AlarmJournal
from twin_model.store.outbox import FileOutbox
from twin_model.store.row_writer import Change
from twin_model.store.sample_history import SAMPLES, SampleHistory
from twin_model.store.sample_upkeep import Retention
from twin_model.time import Instant, Interval
from twin_model.twin import Twin

_TICK_S: Final = 1.0
_UPKEEP_S: Final = 900.0


@dataclass(frozen=True)
class OperationsOptions:
    """How a project is run.

    Parameters
    ----------
    language : str
        Of alarm names.
    record : bool
        Whether samples go into the history.
    hub : HubOptions
    alarms : AlarmOptions
    retention : Retention
    """

    language: str = "en"
    record: bool = True
    hub: HubOptions = field(default_factory=HubOptions)
    alarms: AlarmOptions = field(default_factory=AlarmOptions)
    retention: Retention = field(default_factory=Retention)


class Operations:
    """Runs a project that is open for writing. Close it before the twin.

    Parameters
    ----------
    twin : Twin
    types : Types, optional
        Catalogue of entity types, for their rules and indicators.
    options : OperationsOptions

    Raises
    ------
    StoreError
        If the twin is read-only, or the alarm journal is damaged.
    """

    def __init__(
        self, twin: Twin, types: Types | None = None, options: OperationsOptions | None = None
    ) -> None:
        if twin.read_only:
            raise StoreError(f"{twin.path} is open read-only", remedy="close it elsewhere first")
        self.twin = twin
        self.options = options or OperationsOptions()
        self._types = types
        #: Held while other rules are put to work: edits and people both do it.
        self._rebinding = threading.Lock()
        self.hub = Hub(self.options.hub)
        self.journal = AlarmJournal(twin.path / ALARMS_FILE)
        self.accounts = Accounts(self.journal)
        self.rule_store = RuleStore(self.journal)
        self.history = SampleHistory(twin.path / SAMPLES)
        self.binding = self._bind(self.rule_store.current())
        self._graph = CauseGraph.of(twin)
        self.alarms = AlarmEngine(
            self.binding.alarm_points(self.options.language),
            options=self.options.alarms,
            journal=self.journal,
            graph=self._graph,
        )
        #: Number of the rules' version that is at work.
        self.rules_version = max((version[0] for version in self.rule_store.versions()), default=0)
        #: Points of alarms that no rule watches for, by id.
        self._declared: dict[str, AlarmPoint] = {}
        self._declaring = threading.Lock()
        self.alarms.restore(self.journal.restored(self.options.alarms.flood_window_s))
        self.watch = Watch(self.hub, self.binding, self.alarms)
        self._keeping_up = KeepingUp(twin, self.follow)
        self._recorder: Recorder | None = None
        if self.options.record:
            outbox = FileOutbox(twin.path / SAMPLES / ".waiting")
            self._recorder = Recorder(self.hub, self.history.writer, outbox)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        #: Why upkeep of the history failed last; empty while it works.
        self.upkeep_problem = ""

    def __enter__(self) -> Operations:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Write what waits and stop. Calling it twice is harmless.

        Raises
        ------
        StoreError
            If the disk is full.
        """
        if self._stop.is_set():
            return
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._keeping_up.close()
        self.watch.close()
        self.alarms.flush()
        with contextlib.ExitStack() as stack:
            stack.callback(self.journal.close)
            stack.callback(self.history.close)
            if self._recorder is not None:
                self._recorder.close()

    # -- time --------------------------------------------------------------------------

    def start_clock(self) -> None:
        """Let time pass by itself, in a thread: delays, staleness, shelves, upkeep."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="operations", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        upkeep_at_s = time.monotonic() + _UPKEEP_S
        while not self._stop.wait(_TICK_S):
            self.watch.tick()
            self._keeping_up.tick()
            if time.monotonic() >= upkeep_at_s:
                self.upkeep()
                upkeep_at_s = time.monotonic() + _UPKEEP_S

    def upkeep(self) -> None:
        """Merge, summarise and let go what is due in the history; a failure is only noted."""
        try:
            self.history.upkeep(Instant(self.hub.clock()), self.options.retention)
            self.upkeep_problem = ""
        except StoreError as error:
            self.upkeep_problem = str(error)

    def problems(self) -> list[str]:
        """Return what users should know: full disks, slow consumers, rules that cannot be."""
        found = [self.alarms.problem, self.upkeep_problem, self._keeping_up.problem]
        found += [self._recorder.problem] if self._recorder is not None else []
        found += [f"{s.name}: {s.problem}" for s in self.hub.subscriptions() if s.problem]
        found += [str(error) for error in self.binding.problems]
        return [text for text in found if text]

    # -- people ------------------------------------------------------------------------

    def desk(self, name: str, password: str | None = None) -> AlarmDesk:
        """Return the desk of a person, who may do what their account says.

        Where the project demands no sign-in and no password is given, they may do everything.

        Raises
        ------
        SignInError
            If sign-in is demanded and no password given, or name or password are wrong.
        """
        if password is not None:
            return sign_in(self.alarms, self.accounts, name, password)
        if self.accounts.demanded:
            raise SignInError("this project demands sign-in", remedy="give name and password")
        return AlarmDesk(self.alarms, Actor(name, Role.ADMINISTRATOR), self.hub.clock)

    # -- rules -------------------------------------------------------------------------

    def save_rules(self, rules: RuleSet, actor: Actor, why: str = "") -> int:
        """Keep a new version of the rules and put it to work; return its number.

        Raises
        ------
        SignInError
            If the actor is no engineer.
        """
        actor.require(Role.ENGINEER, "change rules")
        who = actor.name
        with self._rebinding:
            binding = carried_over(self._bind(rules), self.binding)
            number = self.rule_store.save(rules, who, why)
            self.binding, self.rules_version = binding, number
            self.alarms.note(EventKind.RULES_CHANGED, self.hub.clock(), who, f"version {number}")
            self.watch.rebind(binding, self.options.language, self._declared.values())
        return number

    def follow_rules(self, actor: Actor) -> int | None:
        """Put to work what the twin's journal says is in service, as after an undo.

        Returns
        -------
        int or None
            The new version; None where it is at work already.

        Raises
        ------
        SignInError
            If the actor is no engineer.
        """
        found = rules_in_service(self.twin, self.rule_store)
        if found is None:
            return None
        version, rules = found
        return self.save_rules(rules, actor, f"as version {version}")

    def declare(self, points: Iterable[AlarmPoint]) -> None:
        """Add points of alarms that something else than a rule raises and ends, or change them."""
        with self._declaring:
            fresh = [p for p in points if self._declared.get(p.id) != p]
            if fresh:
                self._declared.update({point.id: point for point in fresh})
                known = {**self.alarms.points, **self._declared}
                self.alarms.set_points(known.values(), self.hub.clock())

    def follow(self, change: Change) -> bool:
        """Watch the twin as an edit left it; return whether rules had to be bound anew.

        Rules whose entities and limits are the same go on with what they remember.
        """
        with self._rebinding:
            rules = self.rule_store.current()
            wanted, _problems = all_rules(rules.rules, self.twin, self._types)
            if needs_rebinding(self.binding, self.twin, change, wanted):
                self._rebind(self._bind(rules))
                return True
            if relations_differ(self._graph, self.twin, change):
                self._set_graph()
            return False

    def set_types(self, types: Types | None) -> None:
        """Go on with another catalogue of entity types, a moment later."""
        self._types = types
        self._keeping_up.note(Change(definitions=frozenset({"type"})))

    def rebind(self) -> None:
        """Find entities and relations of all rules anew."""
        with self._rebinding:
            self._rebind(self._bind(self.rule_store.current()))

    def _rebind(self, binding: Binding) -> None:
        self.binding = carried_over(binding, self.binding)
        self._set_graph()
        self.watch.rebind(self.binding, self.options.language, self._declared.values())

    def _set_graph(self) -> None:
        self._graph = CauseGraph.of(self.twin)
        self.alarms.set_graph(self._graph)

    def backtest(
        self, rules: RuleSet, period: Interval, options: BacktestOptions | None = None
    ) -> Backtest:
        """Try rules on the recorded history; see `twin_model.rules.backtest`."""
        binding = bind(rules.rules, self.twin, self._types)
        graph = CauseGraph.of(self.twin)
        return backtest(binding, self.history.batches, period, options, graph)

    def _bind(self, rules: RuleSet) -> Binding:
        return bind_rules(self.twin, rules, self._types)


def bind_rules(twin: Twin, rules: RuleSet, types: Types | None = None) -> Binding:
    """Bind the project's rules, those of types in use and those that entities declare."""
    found, problems = all_rules(rules.rules, twin, types)
    binding = bind(found, twin, types)
    binding.problems[:0] = problems
    return binding
