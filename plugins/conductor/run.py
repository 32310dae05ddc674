"""One run from scenario to folder, in this process; see `session` for one of its own."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import platform
import queue
import shutil
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from plugins.conductor.assumed import AssumedServices, AssumedTwin
from plugins.conductor.branching import Origin
from plugins.conductor.participants import WorkerParticipant
from plugins.host.plugins import Plugins
from plugins.host.state import PluginState
from twin_model.contributions import Contributions
from twin_model.errors import ShapanError, SimulationError, StoreError
from twin_model.samples import SampleBatch
from twin_model.simulation.checkpoints import CHECKPOINTS
from twin_model.simulation.conductor import Conductor, Progress
from twin_model.simulation.pace import Pace
from twin_model.simulation.participant import Restart
from twin_model.simulation.scenario import Scenario, scenario_json
from twin_model.store.run_log import RUNS, RunLog
from twin_model.time import Instant
from twin_model.twin import Twin

#: Batches that may wait for the disk.
_MOST_WAITING: Final = 200
#: Reserved parameter of every engine: where the project lies.
_PROJECT: Final = "project"
_LIBRARIES: Final = ("shapan", "numpy", "numba", "eclipse-sumo", "swmm-toolkit", "wntr", "jupedsim",
                     "fmpy")  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Parameters
    ----------
    run : str
        Name of its folder.
    state : str
        finished, cancelled or failed.
    error : str
    remedy : str
    reached : Instant
    figures : dict
        Last value by entity and indicator of each engine as a whole.
    warnings : list of str
    """

    run: str
    state: str
    error: str
    reached: Instant
    figures: Mapping[str, Mapping[str, float]]
    warnings: list[str] = field(default_factory=list)


class ScenarioRun:
    """A run.

    Parameters
    ----------
    project : Path
    scenario : Scenario
    run_id : str
    pace : Pace
    on_progress : callable, optional
    on_batch : callable, optional
        Gets what simulators give, as it comes.
    on_restart : callable, optional
        Told at once of simulators that end unexpectedly, and when they have caught up.
    """

    def __init__(
        self,
        project: Path,
        scenario: Scenario,
        run_id: str,
        pace: Pace | None = None,
        on_progress: Callable[[Progress], object] | None = None,
        on_batch: Callable[[SampleBatch], object] | None = None,
        on_restart: Callable[[Restart], object] | None = None,
    ) -> None:
        self.pace = pace or Pace()
        self.folder = project / RUNS / run_id
        self._project = project
        self._scenario = scenario
        self._on_progress = on_progress
        self._on_batch = on_batch
        self._on_restart = on_restart
        self._figures: dict[str, dict[str, float]] = {}
        self._systems: dict[str, str] = {}
        self._origin: Origin | None = None

    def run(self) -> Outcome:
        """Run it to its end; whatever happens, what was computed is kept.

        Raises
        ------
        StoreError
            If the project cannot be opened, or not even the run's folder can be made.
        SimulationError
            If it goes on from a run that it cannot go on from.
        """
        if self.folder.exists():
            raise StoreError(f"there is a run {self.folder.name} already")
        with Twin.open(self._project, read_only=True) as twin:
            scenario = self._scenario
            start = scenario.start or scenario.base or twin.now()
            if scenario.branch is not None:
                self._origin = Origin(self._project, scenario, scenario.branch)
                start = self._origin.start
            log = RunLog(self.folder, self._about(twin, start))
            try:
                return self._run(twin, start, log)
            except Exception as error:
                # A disk that is full, or a fault of ours: said where the run is kept.
                trace = "" if isinstance(error, ShapanError) else traceback.format_exc()
                return self._end(log, "failed", str(error), start, trace)

    def _about(self, twin: Twin, start: Instant) -> dict[str, Any]:
        versions = {"python": platform.python_version()}
        for name in _LIBRARIES:
            try:
                versions[name] = importlib.metadata.version(name)
            except importlib.metadata.PackageNotFoundError:
                continue
        return {
            "format": "shapan-run", "version": 1, "scenario": scenario_json(self._scenario),
            "scenario_id": self._scenario.id, "seed": self._scenario.seed, "start": str(start),
            "began": str(Instant.now()), "versions": versions,
            "twin": {"title": twin.title, "revision": twin.revision},
        }  # fmt: skip

    def _run(self, twin: Twin, start: Instant, log: RunLog) -> Outcome:
        find_programs()
        assumed = AssumedTwin(twin, self._scenario.base, self._scenario.edits)
        assumed.check()
        work = self.folder / ".work"
        state = PluginState()
        # Simulators of runs that go on side by side must not share their files.
        state.storage_folder = work / "storage"
        host = Plugins(AssumedServices(assumed), state, table=Contributions())
        host.discover()
        conductor: Conductor | None = None
        sink = _Sink(log, self._heard)
        try:
            scenario = self._placed(twin)
            parts = [self._participant(host, scenario, one.id) for one in scenario.engines]
            conductor = Conductor(
                scenario, parts, start, sink, self.folder / CHECKPOINTS, self.pace,
                assumed.related, self._on_progress,
            )  # fmt: skip
            conductor.called = assumed.called
            if self._on_restart is not None:
                conductor.on_restart = self._on_restart
            if self._origin is not None and self._origin.revision != twin.revision:
                sink.warn(
                    f"the twin was changed since the run it goes on from (revision "
                    f"{self._origin.revision}, now {twin.revision}); engines begin with it as it is"
                )
            return self._conduct(conductor, parts, log, sink)
        finally:
            with contextlib.suppress(StoreError):  # said already
                sink.close()
            if conductor is not None:
                conductor.close()
            host.close()
            self._keep_products(work)
            shutil.rmtree(work, ignore_errors=True)

    def _conduct(
        self, conductor: Conductor, parts: list[WorkerParticipant], log: RunLog, sink: _Sink
    ) -> Outcome:
        error = ""
        try:
            conductor.prepare()
            log.note(
                engines={name: can.engine for name, can in conductor.capabilities.items()},
                units={name: dict(can.outputs) for name, can in conductor.capabilities.items()},
                inputs={name: dict(can.inputs) for name, can in conductor.capabilities.items()},
                systems=self._systems,
            )
            if self._origin is not None:
                conductor.resume(self._origin.folder)
                self._origin.check_same(parts, conductor.capabilities, self._systems)
                self._origin.take_over(log)
            state = "finished" if conductor.run() else "cancelled"
        except (SimulationError, StoreError) as failure:
            state = "cancelled" if self.pace.cancelled else "failed"
            error = str(failure)
        try:
            sink.close()
        except StoreError as full:
            state, error = "failed", error or str(full)
        return self._end(log, state, error, conductor.now)

    def _end(
        self, log: RunLog, state: str, error: str, reached: Instant, trace: str = ""
    ) -> Outcome:
        more = {"error": error, "traceback": trace} if error else {}
        try:
            log.close(
                state, reached=str(reached), ended=str(Instant.now()), figures=self._figures, **more
            )
        except StoreError as full:
            state, error = "failed", error or str(full)
        return Outcome(
            self.folder.name, state, error, reached, self._figures, list(log.about["warnings"])
        )

    def _placed(self, twin: Twin) -> Scenario:
        """Return the scenario with file names made absolute and the project told to engines."""
        frame = twin.frame
        about = {
            "folder": str(self._project),
            "crs": frame.crs,
            "origin": list(frame.origin or (0.0, 0.0, 0.0)),
        }
        changes: dict[str, Any] = {}
        for spec in self._scenario.engines:
            self._systems[spec.id] = str(spec.parameters.get("system", spec.id))
            changes[f"{spec.id}.system"] = self._systems[spec.id]
            changes[f"{spec.id}.{_PROJECT}"] = about
            for name, value in spec.parameters.items():
                changes[f"{spec.id}.{name}"] = self._absolute(self._scenario.resolved(value))
        return self._scenario.with_values(changes)

    def _absolute(self, value: Any) -> Any:
        if isinstance(value, str) and value and len(value) < 1024 and "\n" not in value:
            inside = self._project / value
            return str(inside) if not Path(value).is_absolute() and inside.is_file() else value
        if isinstance(value, list):
            return [self._absolute(one) for one in value]
        return value

    def _participant(self, host: Plugins, scenario: Scenario, engine_id: str) -> WorkerParticipant:
        spec = scenario.engine(engine_id)
        readable = {self._project, self.folder}
        for text in _texts(spec.parameters):
            if len(text) < 1024 and Path(text).is_absolute() and Path(text).exists():
                readable.add(Path(text).parent)
        return WorkerParticipant(spec, host, sorted(readable), lambda: self.pace.cancelled)

    def _heard(self, engine: str, batch: SampleBatch) -> None:
        system = self._systems.get(engine)
        keys = batch.keys
        if batch.position is None and system in keys.entities:
            rows = batch.entity == list(keys.entities).index(str(system))
            figures = self._figures.setdefault(engine, {})
            for indicator, value in zip(batch.indicator[rows].tolist(), batch.value[rows].tolist()):
                figures[keys.indicators[indicator]] = value
        if self._on_batch is not None:
            self._on_batch(batch)

    def _keep_products(self, work: Path) -> None:
        """Bring what simulators wrote beside samples to where runs keep it."""
        for products in work.glob("storage/*/products"):
            for one in products.iterdir():
                target = self.folder / "products" / one.name
                target.parent.mkdir(exist_ok=True)
                shutil.move(str(one), str(target))
        if self._origin is not None:
            self._origin.keep_products(self.folder / "products")
            self._origin.close()


class _Sink:
    """The run log, written in a thread of its own while simulators compute, and whoever listens."""

    def __init__(self, log: RunLog, heard: Callable[[str, SampleBatch], None]) -> None:
        self._log = log
        self._heard = heard
        self._waiting: queue.Queue[tuple[str, SampleBatch] | None] = queue.Queue(_MOST_WAITING)
        self._problem: StoreError | None = None
        self._thread = threading.Thread(target=self._write, daemon=True, name="run log")
        self._thread.start()

    def write(self, engine: str, batch: SampleBatch) -> None:
        """See `twin_model.simulation.conductor.Sink`; waits while the disk is too slow."""
        if self._problem is not None:
            raise self._problem
        self._waiting.put((engine, batch))
        self._heard(engine, batch)

    def warn(self, text: str) -> None:
        """See `twin_model.simulation.conductor.Sink`; who reads the run meanwhile reads it, too."""
        self._log.warn(text)
        with contextlib.suppress(StoreError):  # said when the next samples cannot be kept
            self._log.note()

    def close(self) -> None:
        """Write what waits.

        Raises
        ------
        StoreError
            If it cannot be kept.
        """
        self._waiting.put(None)
        self._thread.join()
        if self._problem is not None:
            raise self._problem

    def _write(self) -> None:
        # Slow to import: now, while simulators start, not in the middle of their first steps.
        importlib.import_module("pyarrow.parquet")
        while (one := self._waiting.get()) is not None:
            if self._problem is not None:
                continue
            try:
                self._log.write(*one)
            except StoreError as error:
                self._problem = error


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, (list, tuple)):
        return [text for one in value for text in _texts(one)]
    return []


def find_programs() -> None:
    """Let workers find SUMO's programs, which lie inside its package."""
    spec = importlib.util.find_spec("sumo")
    for place in list(spec.submodule_search_locations or []) if spec is not None else []:
        programs = str(Path(place) / "bin")
        if programs not in os.environ.get("PATH", "").split(os.pathsep):
            os.environ["PATH"] = programs + os.pathsep + os.environ.get("PATH", "")
