"""The contract kit: what every plugin must stand, checked with the real host."""

from __future__ import annotations

import contextlib
import importlib
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ingest.pipeline.job import Job
from plugins.host.files import file_problems
from plugins.host.harness import PluginHarness, find_one
from plugins.host.manifest import KINDS, WORKER_KINDS
from plugins.host.reader_contract import head_of, reader_checks, round_trip_problem
from plugins.host.simulator_contract import simulator_checks
from plugins.host.supervised import Worker, WorkerState
from twin_model.errors import Cancelled, PluginError
from twin_model.query import EntityQuery
from twin_model.samples import SampleBatch

if TYPE_CHECKING:
    from twin_model.codes.joining import JoinedTables
    from twin_model.schema.catalogue import Catalogue

_START_S: Final = 30.0
_STOP_S: Final = 3.0
#: The window ends what takes longer than three; machines of CI are busy, and it is not ended here.
_END_S: Final = 10.0
#: Clocks may differ by this much.
_AHEAD_NS: Final = 86_400 * 1_000_000_000
#: Of the files in a plugin's tests so many are tried.
_MOST_SAMPLES: Final = 3
_SIMULATOR_METHODS: Final = (
    "capabilities", "init", "step_until", "next_event", "set_values", "get_values", "save",
    "load", "close",
)  # fmt: skip
_METHODS: Final = {
    "reader": ("inspect", "read"), "exporter": ("export",), "connector": ("run",),
    "overlay": ("run",), "analysis": ("run",), "simulator": _SIMULATOR_METHODS,
}  # fmt: skip

#: Checks one panel in a process of its own; returns what is wrong, empty for nothing.
CheckPanel = Callable[[Path, str], str]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Parameters
    ----------
    name : str
    problem : str
        Empty where all is well.
    note : str
        Why there was nothing to look at; empty where it was looked at.
    """

    name: str
    problem: str = ""
    note: str = ""

    @property
    def passed(self) -> bool:
        """Whether all is well."""
        return not self.problem


def check_plugin(
    folder: Path,
    check_panel: CheckPanel,
    classes: JoinedTables | None = None,
    catalogue: Catalogue | None = None,
) -> Iterator[Check]:
    """Yield one check after the other, the cheap ones first.

    Parameters
    ----------
    folder : Path
        The plugin's project.
    check_panel : callable
        Given by who knows Qt.
    classes : JoinedTables, optional
        The classes of management codes that there are.
    catalogue : Catalogue, optional
        The entity types that there are.
    """
    try:
        found = find_one(folder)
        if found.error is not None:
            raise found.error
    except PluginError as error:
        yield Check("manifest", str(error))
        return
    yield Check("manifest")
    yield Check("version", _version_problem(folder, found.manifest))
    if found.manifest is not None:
        problems = file_problems(found.manifest, found.folder, classes, catalogue)
        yield Check("files", "\n".join(map(str, problems)))
    with PluginHarness(folder) as harness:
        for kind in KINDS:
            for entry in harness.record.manifest.entries(kind):
                yield from _check_entry(harness, folder, kind, entry, check_panel)


def _version_problem(folder: Path, manifest: Any) -> str:
    project = folder / "pyproject.toml"
    if not project.is_file():
        return ""
    try:
        stated = tomllib.loads(project.read_text(encoding="utf-8"))["project"].get("version")
    except (tomllib.TOMLDecodeError, KeyError) as error:
        return f"{project}: {error}"
    if stated is not None and stated != manifest.plugin.version:
        return f"shapan.toml says {manifest.plugin.version}, pyproject.toml says {stated}"
    return ""


def _check_entry(
    harness: PluginHarness, folder: Path, kind: str, entry: Any, check_panel: CheckPanel
) -> Iterator[Check]:
    name = f"{kind} {entry.id}"
    if kind == "panel":
        yield Check(name, check_panel(folder, entry.id))
    elif kind in {"command", "rule"}:
        yield Check(name, _callable_problem(entry.code))
    elif kind in WORKER_KINDS:
        yield from _check_worker(harness, kind, entry, name)
        if kind == "reader":
            yield from _check_reader(harness, folder, entry, name)
        elif kind == "exporter":
            yield from _check_exporter(harness, entry, name)


def _callable_problem(code: str) -> str:
    module, _, name = code.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except Exception as error:
        return f"{code}: {type(error).__name__}: {error}"
    return "" if callable(found) else f"{code} cannot be called"


def _check_worker(harness: PluginHarness, kind: str, entry: Any, name: str) -> Iterator[Check]:
    worker = harness.worker(entry.id, kind)
    try:
        problem = _start_problem(worker)
        yield Check(f"{name}: starts", problem)
        if problem:
            return
        yield Check(f"{name}: has what its kind needs", _methods_problem(harness, kind, entry.id))
        if kind in {"connector", "overlay"}:
            yield Check(f"{name}: runs and ends when asked", _running_problem(worker))
            yield Check(f"{name}: what it publishes can be used",
                        _samples_problem(harness.published))  # fmt: skip
        elif kind == "analysis":
            yield Check(f"{name}: runs with its default parameters",
                        _problem_of(lambda: harness.analyse(entry.id)))  # fmt: skip
            yield Check(f"{name}: can be cancelled", _cancel_problem(harness, entry.id))
        elif kind == "simulator":
            yield from _check_simulator(worker, name)
    finally:
        worker.stop()


def _start_problem(worker: Worker) -> str:
    try:
        worker.start()
    except PluginError as error:
        return str(error)
    end = time.monotonic() + _START_S
    while worker.state == WorkerState.STARTING and time.monotonic() < end:
        time.sleep(0.01)
    if worker.state in {WorkerState.RUNNING, WorkerState.FINISHED}:
        return ""
    return worker.problem or f"not ready after {_START_S:g} s"


def _methods_problem(harness: PluginHarness, kind: str, entry_id: str) -> str:
    wanted = _METHODS.get(kind, ())
    entry = next(one for one in harness.record.manifest.entries(kind) if one.id == entry_id)
    module, _, name = entry.code.partition(":")
    code = (
        "import importlib, sys; sys.path += sys.argv[3:];"
        "target = getattr(importlib.import_module(sys.argv[1]), sys.argv[2].split('/')[0]);"
        "print(','.join(m for m in sys.argv[2].split('/')[1:] if not hasattr(target, m)))"
    )
    paths = [str(p) for p in harness.record.found.paths]
    done = subprocess.run(
        [sys.executable, "-c", code, module, "/".join([name, *wanted]), *paths],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    if done.returncode:
        return done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "cannot be imported"
    missing = done.stdout.strip()
    return f"{entry.code} lacks {missing}" if missing else ""


def _running_problem(worker: Worker) -> str:
    time.sleep(1.0)
    if worker.state not in {WorkerState.RUNNING, WorkerState.FINISHED} or worker.restarts:
        return worker.problem or f"is {worker.state}"
    end = time.monotonic() + _END_S
    worker.ask_to_stop()
    while worker.pid is not None and time.monotonic() < end:
        time.sleep(0.02)
    ended = worker.pid is None
    worker.stop()
    if ended:
        return ""
    return f"did not end within {_END_S:g} s; look at context.stopping or use context.wait"


def _problem_of(call: Callable[[], object]) -> str:
    try:
        call()
    except (PluginError, Cancelled) as error:
        return str(error)
    return ""


def _cancel_problem(harness: PluginHarness, entry_id: str) -> str:
    job = Job()
    threading.Timer(0.05, job.cancel).start()
    begun = time.monotonic()
    try:
        harness.analyse(entry_id, job)
    except Cancelled:
        pass
    except PluginError as error:
        return str(error)
    took = time.monotonic() - begun
    return f"went on for {took:.1f} s after it was cancelled" if took > _STOP_S else ""


def _samples_problem(published: list[SampleBatch]) -> str:
    latest_us = (time.time_ns() + _AHEAD_NS) // 1000
    for batch in published:
        if any(not name for name in (*batch.keys.entities, *batch.keys.indicators)):
            return "an entity or indicator has no name"
        if len(batch) and int(batch.time_us.max()) > latest_us:
            return "samples are of a time that is to come: microseconds since 1970, UTC"
    return ""


def _check_reader(harness: PluginHarness, folder: Path, entry: Any, name: str) -> Iterator[Check]:
    """See `plugins.host.reader_contract`; tried on files that the author gives."""
    reader = harness.readers()[entry.id]
    named = [folder / one for one in entry.samples]
    missing = [one for one in named if not one.exists()]
    if missing:
        yield Check(f"{name}: samples", f"{missing[0]} is not there")
        return
    samples = named or [
        path for path in sorted((folder / "tests").rglob("*"))
        if path.is_file() and reader.can_read(path, head_of(path))
    ]  # fmt: skip
    if not samples:
        note = "no file to try it on: lay one into tests/, or name it in samples of its manifest"
        yield Check(f"{name}: reads files", note=note)
    for sample in samples[:_MOST_SAMPLES]:
        with tempfile.TemporaryDirectory(prefix="shapan-kit-") as scratch:
            for what, problem in reader_checks(reader, sample, Path(scratch)):
                yield Check(f"{name}: {what}", problem)


def _check_exporter(harness: PluginHarness, entry: Any, name: str) -> Iterator[Check]:
    with tempfile.TemporaryDirectory(prefix="shapan-kit-") as scratch:
        for title, query in (("all", ""), ("three", "type = 'pump'")):
            path = Path(scratch) / f"{title}{entry.suffix}"
            problem = _problem_of(partial(harness.export, entry.id, path, query))
            yield Check(f"{name}: writes {title} of the sample project's entities", problem)
            if not problem and entry.complete:
                reader = harness.reader_of(path)
                problem = round_trip_problem(reader, path, harness.twin.count(_where(query)))
                note = "" if reader else f"nothing reads {entry.suffix}, so nothing was counted"
                yield Check(f"{name}: the file holds {title} of them", problem, note)
        job = Job()
        job.cancel()
        path = Path(scratch) / f"cancelled{entry.suffix}"
        with contextlib.suppress(Cancelled, PluginError):
            harness.export(entry.id, path, "", job)
        left = "a file is left although it was cancelled" if path.exists() else ""
        yield Check(f"{name}: leaves nothing when cancelled", left)


def _where(query: str) -> EntityQuery:
    return EntityQuery(where=query)


def _check_simulator(worker: Worker, name: str) -> Iterator[Check]:
    """See `plugins.host.simulator_contract`."""

    def call(method: str, **arguments: Any) -> Any:
        return worker.call(method, **arguments).result(120)

    try:
        can = dict(call("capabilities"))
    except Exception as error:
        yield Check(f"{name}: says what it can do", str(error))
        return
    yield from (Check(f"{name}: {what}", problem) for what, problem in
                simulator_checks(call, can, worker.spec.storage, renew=worker.stop))  # fmt: skip
