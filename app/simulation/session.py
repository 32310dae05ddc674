"""Scenarios and runs of the open project, brought to the GUI thread at a pace eyes follow."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.project import ProjectSession
from app.simulation.run_list import RunInfo, read_runs
from app.workers import Background, JobRecord, Jobs
from ingest.pipeline.job import Job
from twin_model.errors import Cancelled, ShapanError, SimulationError
from twin_model.samples import SampleBatch
from twin_model.time import Instant

if TYPE_CHECKING:
    from app.simulation.fmi_variables import UnitVariable
    from plugins.conductor.session import RunSession
    from twin_model.simulation.conductor import Progress as Simulated
    from twin_model.simulation.participant import Restart
    from twin_model.simulation.scenario import Scenario

_THROTTLE_MS: Final = 250
_WAIT_S: Final = 0.2
#: Progress of a run goes to the jobs no more often: every sign of it repaints the window.
_REPORT_S: Final = 0.5
#: Points of a figure's course that are kept while a run is under way.
_MOST_POINTS: Final = 4000


@dataclass
class Underway:
    """A run that is computed now. Written in threads of its session, read in the GUI's.

    Parameters
    ----------
    scenario : Scenario
    record : JobRecord
    speed : float
        Simulated seconds a second; infinite for as fast as it goes.
    paused : bool
    """

    scenario: Scenario
    speed: float
    paused: bool
    record: JobRecord | None = None
    session: RunSession | None = None
    now: Instant | None = None
    start: Instant | None = None
    end: Instant | None = None
    steps: int = 0
    began_s: float = field(default_factory=time.monotonic)
    reported_s: float = 0.0
    #: Course of each figure: seconds since 1970 and values, by engine and indicator.
    courses: dict[tuple[str, str], tuple[list[float], list[float]]] = field(default_factory=dict)
    units: dict[str, Mapping[str, str]] = field(default_factory=dict)
    #: Engines whose process ended on its own and that are brought back to where they were.
    restarting: set[str] = field(default_factory=set)

    @property
    def id(self) -> str:
        """Id of the run; empty before its process is there."""
        return self.session.run_id if self.session is not None else ""

    @property
    def share(self) -> float:
        """How much of it is computed, 0 to 1."""
        if self.now is None or self.start is None or self.end is None:
            return 0.0
        return (self.now.us - self.start.us) / max(1, self.end.us - self.start.us)

    def systems(self) -> dict[str, str]:
        """Return the engine by the entity that stands for the whole of its model."""
        return {str(e.parameters.get("system", e.id)): e.id for e in self.scenario.engines}

    def hear(self, batch: SampleBatch) -> None:
        """Keep figures of whole engines."""
        if batch.position is not None:
            return  # of what moves
        systems = self.systems()
        keys = batch.keys
        numbers = {n: systems[name] for n, name in enumerate(keys.entities) if name in systems}
        if not numbers:
            return
        for entity, indicator, at_us, value in zip(
            batch.entity.tolist(), batch.indicator.tolist(), batch.time_us.tolist(),
            batch.value.tolist(),
        ):  # fmt: skip
            engine = numbers.get(entity)
            if engine is None or not math.isfinite(value):
                continue
            times, values = self.courses.setdefault((engine, keys.indicators[indicator]), ([], []))
            times.append(at_us / 1e6)
            values.append(value)
            if len(times) > _MOST_POINTS:
                del times[::2], values[::2]


class SimulationSession(QObject):
    """Follows scenarios and runs of the open project, and computes runs.

    Parameters
    ----------
    session : ProjectSession
    background : Background
    jobs : Jobs
    """

    scenarios_changed = Signal()
    runs_changed = Signal()
    #: A run under way got further, paused, began or ended.
    progressed = Signal()
    #: A run ended: its id.
    ended = Signal(str)
    #: A run's process is there: the `Underway`.
    began = Signal(object)
    #: An engine ended unexpectedly, or has caught up: the `Underway` and the `Restart`.
    restarted = Signal(object, object)
    failed = Signal(str)
    _stirred = Signal()
    _started = Signal(object)
    _restart_told = Signal(object, object)

    def __init__(self, session: ProjectSession, background: Background, jobs: Jobs) -> None:
        super().__init__()
        self._session = session
        self._background = background
        self._jobs = jobs
        self.scenarios: list[Scenario] = []
        #: Scenarios whose file cannot be read, with what is wrong.
        self.problems: dict[str, str] = {}
        self.runs: list[RunInfo] = []
        self.underway: list[Underway] = []
        #: Called in threads of runs with what simulators give.
        self.listener: Callable[[Underway, SampleBatch], None] | None = None
        self._throttle = QTimer(self)
        self._throttle.setSingleShot(True)
        self._throttle.setInterval(_THROTTLE_MS)
        self._throttle.timeout.connect(self.progressed)
        self._stirred.connect(self._stir)
        self._started.connect(self._tell_began)
        self._restart_told.connect(self._take_restart)
        jobs.ended.connect(self._job_ended)
        session.opened.connect(self.refresh)
        session.closing.connect(self._closing)
        session.closed.connect(self._closed)

    @property
    def project(self) -> Path | None:
        """Folder of the open project."""
        return self._session.twin.path if self._session.twin is not None else None

    @property
    def writable(self) -> bool:
        """Whether scenarios can be kept."""
        return self._session.writable

    # -- reading -------------------------------------------------------------------------

    def refresh(self) -> None:
        """Read scenarios and runs again, in a thread."""
        project = self.project
        if project is None:
            return
        self._background.ask("scenarios", lambda: _read_scenarios(project), self._take_scenarios)
        self.refresh_runs()

    def refresh_runs(self) -> None:
        """Read the list of runs again, in a thread."""
        project = self.project
        if project is not None:
            self._background.ask("runs", lambda: read_runs(project), self._take_runs)

    def _take_scenarios(self, found: tuple[list[Scenario], dict[str, str]]) -> None:
        self.scenarios, self.problems = found
        self.scenarios_changed.emit()

    def _take_runs(self, found: list[RunInfo]) -> None:
        self.runs = found
        self.runs_changed.emit()

    def run(self, run_id: str) -> RunInfo | None:
        """Return a run of the list."""
        return next((one for one in self.runs if one.id == run_id), None)

    def scenario(self, scenario_id: str) -> Scenario | None:
        """Return a scenario of the list."""
        return next((one for one in self.scenarios if one.id == scenario_id), None)

    def active(self, run_id: str) -> Underway | None:
        """Return a run that is computed now."""
        return next((one for one in self.underway if one.id == run_id), None)

    def read_unit(self, unit: str, answer: Callable[[list[UnitVariable]], object]) -> None:
        """Read the variables of an FMU, named from the project's folder or wholly, in a thread."""
        project = self.project
        if project is None:
            return

        def work() -> list[UnitVariable] | str:
            from app.simulation.fmi_variables import read_variables

            try:
                return read_variables(project / unit)
            except ShapanError as error:
                return str(error)

        def take(found: list[UnitVariable] | str) -> None:
            if isinstance(found, str):
                self.failed.emit(found)
            else:
                answer(found)

        self._background.ask("fmi-variables", work, take)

    def ask(self, key: str, work: Callable[[], Any], answer: Callable[[Any], object]) -> None:
        """Have something done in a thread, and answered here."""
        self._background.ask(f"simulation-{key}", work, answer)

    # -- keeping -------------------------------------------------------------------------

    def save(self, scenario: Scenario, then: Callable[[], object] | None = None) -> None:
        """Keep a scenario with the project, in a thread."""

        def write(project: Path) -> None:
            from twin_model.simulation.scenario import ScenarioStore

            ScenarioStore(project).write(scenario)

        self._change(write, then)

    def remove_scenario(self, scenario_id: str) -> None:
        """Remove a scenario; its runs stay."""

        def remove(project: Path) -> None:
            from twin_model.simulation.scenario import ScenarioStore

            ScenarioStore(project).remove(scenario_id)

        self._change(remove, None)

    def remove_run(self, run_id: str) -> None:
        """Remove a run with all that it computed."""

        def remove(project: Path) -> None:
            from twin_model.store.run_log import remove_run

            remove_run(project, run_id)

        self._change(remove, None)

    def _change(self, do: Callable[[Path], None], then: Callable[[], object] | None) -> None:
        project = self.project
        if project is None or not self.writable:
            self.failed.emit("the project is open for reading only")
            return

        def work() -> str:
            try:
                do(project)
            except ShapanError as error:
                return str(error)
            return ""

        def answer(problem: str) -> None:
            if problem:
                self.failed.emit(problem)
            elif then is not None:
                then()
            self.refresh()

        self._background.ask(f"simulation-change-{id(do)}", work, answer)

    # -- running -------------------------------------------------------------------------

    def start(
        self, scenario: Scenario, *, speed: float = math.inf, paused: bool = False
    ) -> Underway:
        """Compute a scenario in processes of its own; it shows among the jobs too."""
        project = self.project
        assert project is not None
        one = Underway(scenario, speed, paused)
        self.underway.append(one)
        title = scenario.title or scenario.id
        one.record = self._jobs.start(
            title, lambda job: self._work(project, one, title, job), kind="plugin"
        )
        self.progressed.emit()
        return one

    def _work(self, project: Path, one: Underway, title: str, job: Job) -> Any:
        """Wait for a run in a thread of jobs.

        Raises
        ------
        SimulationError
            If it failed.
        Cancelled
        """
        from plugins.conductor.session import RunSession

        def tell(at: Simulated) -> None:
            one.now, one.start, one.end, one.steps = at.now, at.start, at.end, at.steps
            done, whole = (round((t.us - at.start.us) / 1e6) for t in (at.now, at.end))
            soon = time.monotonic() - one.reported_s < _REPORT_S and done < whole
            if not job.cancelled and not soon:
                one.reported_s = time.monotonic()
                job.report(title, done, whole, "simulated seconds")
            self._stirred_from_thread()

        def hear(batch: SampleBatch) -> None:
            one.hear(batch)
            if self.listener is not None:
                self.listener(one, batch)

        one.session = RunSession(
            project, one.scenario, speed=one.speed, paused=one.paused, on_progress=tell,
            on_samples=hear, on_restart=lambda told: self._told_from_thread(one, told),
        )  # fmt: skip
        try:
            self._started.emit(one)
            outcome = None
            asked = False
            while outcome is None:
                if job.cancelled and not asked:
                    one.session.cancel()
                    asked = True
                try:
                    outcome = one.session.outcome.result(_WAIT_S)
                except FutureTimeoutError:
                    continue
        finally:
            one.session.close()
        if outcome.state == "cancelled":
            raise Cancelled
        if outcome.state == "failed":
            raise SimulationError("", outcome.error)
        return outcome

    def _tell_began(self, one: Underway) -> None:
        if one in self.underway:
            self.began.emit(one)
            self.progressed.emit()

    def _told_from_thread(self, one: Underway, restart: Restart) -> None:
        try:
            self._restart_told.emit(one, restart)
        except RuntimeError:
            return  # the window is gone

    def _take_restart(self, one: Underway, restart: Restart) -> None:
        if one not in self.underway:
            return
        (one.restarting.discard if restart.back else one.restarting.add)(restart.engine)
        self.progressed.emit()
        self.restarted.emit(one, restart)

    def _stirred_from_thread(self) -> None:
        try:
            self._stirred.emit()
        except RuntimeError:
            return  # the window is gone

    def _stir(self) -> None:
        if not self._throttle.isActive():
            self._throttle.start()

    def pause(self, one: Underway) -> None:
        """Stand still before the next step."""
        one.paused = True
        if one.session is not None:
            one.session.pause()
        self.progressed.emit()

    def resume(self, one: Underway) -> None:
        """Go on."""
        one.paused = False
        if one.session is not None:
            one.session.resume()
        self.progressed.emit()

    def step(self, one: Underway) -> None:
        """Let one step happen, then stand still."""
        one.paused = True
        if one.session is not None:
            one.session.step()
        self.progressed.emit()

    def set_speed(self, one: Underway, speed: float) -> None:
        """Go on at another speed."""
        one.speed = speed
        if one.session is not None:
            one.session.set_speed(speed)
        self.progressed.emit()

    def checkpoint(self, one: Underway) -> None:
        """Have the engines' states kept after the present step."""
        if one.session is not None:
            one.session.checkpoint()

    def cancel(self, one: Underway) -> None:
        """End a run; what was computed is kept."""
        if one.record is not None:
            self._jobs.cancel(one.record)
        self.progressed.emit()

    def _job_ended(self, record: JobRecord) -> None:
        for one in [known for known in self.underway if known.record is record]:
            self.underway.remove(one)
            self.refresh_runs()
            self.progressed.emit()
            self.ended.emit(one.id)
            if record.error:
                self.failed.emit(record.error)

    # -- the project ---------------------------------------------------------------------

    def _closing(self) -> None:
        for one in list(self.underway):
            self.cancel(one)
        if self.underway:
            # Their processes read the project: they end before it closes.
            self._jobs.wait_for([one.record for one in self.underway if one.record is not None])
        self.underway.clear()

    def _closed(self) -> None:
        self._throttle.stop()
        self.scenarios, self.runs, self.problems = [], [], {}
        self.scenarios_changed.emit()
        self.runs_changed.emit()


def _read_scenarios(project: Path) -> tuple[list[Scenario], dict[str, str]]:
    from twin_model.simulation.scenario import ScenarioStore

    store = ScenarioStore(project)
    found, problems = [], {}
    for scenario_id in store.ids():
        try:
            found.append(store.read(scenario_id))
        except ShapanError as error:
            problems[scenario_id] = str(error)
    return found, problems
