"""All plugins: which there are, which of them may run, and what they contribute."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from psygnal import Signal

import plugins.builtin
from plugins.host import importing
from plugins.host.access import PluginAccess
from plugins.host.broker import SampleBroker
from plugins.host.context import HostContext, missing_worker
from plugins.host.discovery import Found, Source, discover
from plugins.host.log import PluginLog
from plugins.host.manifest import KINDS, WORKER_KINDS, Permissions
from plugins.host.manifest_cache import ManifestCache
from plugins.host.readers import WorkerReader
from plugins.host.records import PluginRecord, PluginStatus
from plugins.host.services import HostServices
from plugins.host.settings import keep_setting_values, setting_values
from plugins.host.specs import RUNNING, worker_spec
from plugins.host.state import PluginState
from plugins.host.supervisor import Supervisor, Worker, WorkerState
from plugins.host.tasks import run_analysis, run_exporter
from twin_model.contributions import CONTRIBUTIONS, Contribution, Contributions
from twin_model.errors import PluginError

if TYPE_CHECKING:
    from ingest.pipeline.job import Job

_BUILTIN: Final = Path(plugins.builtin.__file__).parent


class Plugins:
    """The host. Everything but `discover` may be called from any thread.

    Parameters
    ----------
    services : HostServices
    state : PluginState
    table : Contributions
        Where contributions are entered.
    safe_mode : bool
        Run nothing but what comes with the application.
    installed : bool
        Whether to look at the entry points of this environment.
    """

    #: Emitted, in any thread, when something about the plugins changed.
    changed = Signal()

    def __init__(
        self,
        services: HostServices,
        state: PluginState,
        *,
        table: Contributions = CONTRIBUTIONS,
        safe_mode: bool = False,
        installed: bool = True,
    ) -> None:
        self.services = services
        self.state = state
        self.safe_mode = safe_mode
        self.broker = SampleBroker(services.live)
        self.records: dict[str, PluginRecord] = {}
        #: Those that cannot be used because another has their id.
        self.refused: list[Found] = []
        self._table = table
        self._installed = installed
        self._lock = threading.RLock()
        self._project_open = False
        self._closing: threading.Thread | None = None
        self._cache = ManifestCache(state.manifests_path)
        self.supervisor = Supervisor(self.changed.emit, self._quarantine)

    # -- finding -------------------------------------------------------------------------

    def find(self) -> list[Found]:
        """Return what there is. Slow, free of Qt, and changes nothing: for a thread."""
        state = self.state
        return discover(
            builtin=_BUILTIN, user=state.plugins_folder, development=state.development_folders,
            installed=self._installed, cache=self._cache,
        )  # fmt: skip

    def take(self, found: list[Found]) -> None:
        """Take what was found in place of what was known, entering all contributions."""
        with self._lock:
            usable = {one.id: one for one in reversed(found) if one.error is None}
            self.refused = [one for one in found if one.error is not None and one.id in usable]
            wanted = {one.id: one for one in found if one not in self.refused}
            for plugin_id in [known for known in self.records if known not in wanted]:
                self._deactivate(self.records.pop(plugin_id))
            for plugin_id, one in wanted.items():
                self._enter(plugin_id, one)
        self.changed.emit()

    def discover(self) -> None:
        """Find and take."""
        self.take(self.find())

    def _enter(self, plugin_id: str, found: Found) -> None:
        known = self.records.get(plugin_id)
        if known is not None:
            if known.found == found:
                return
            self._deactivate(known)
            log = known.log
        else:
            log = PluginLog()
        record = PluginRecord(found, log)
        self.records[plugin_id] = record
        if found.manifest is not None and found.error is None:
            record.access = PluginAccess(
                found.manifest, self.services, self.broker, log,
                self.state.storage_folder / plugin_id, lambda: self.settings(plugin_id),
            )  # fmt: skip
        self._settle(record)

    def _settle(self, record: PluginRecord) -> None:
        """Bring a plugin into the status that it should have."""
        status, problem = self._status(record)
        was_active = record.status == PluginStatus.ACTIVE
        record.status, record.problem = status, problem
        if status == PluginStatus.ACTIVE and not was_active:
            self._activate(record)
        elif was_active and status != PluginStatus.ACTIVE:
            self._deactivate(record, keep=status)

    def _status(self, record: PluginRecord) -> tuple[PluginStatus, str]:
        found = record.found
        if found.error is not None or found.manifest is None:
            return PluginStatus.REFUSED, str(found.error)
        if found.source == Source.BUILTIN:
            return PluginStatus.ACTIVE, ""
        if self.safe_mode:
            return PluginStatus.SAFE_MODE, ""
        decision = self.state.decision(record.id)
        if not decision.enabled:
            return PluginStatus.DISABLED, ""
        if decision.quarantined:
            return PluginStatus.QUARANTINED, decision.quarantined
        if not decision.grants(found.manifest.permissions):
            return PluginStatus.NEEDS_PERMISSION, ""
        return PluginStatus.ACTIVE, ""

    def contributions(self, kind: str) -> list[Contribution]:
        """Return what plugins and the application contribute of a kind."""
        return self._table.of(kind)

    # -- running -------------------------------------------------------------------------

    def _activate(self, record: PluginRecord) -> None:
        """Enter its contributions; its code is not imported before one of them is used."""
        try:
            importing.make_importable(record.found)
            for kind in KINDS:
                for entry in record.manifest.entries(kind):
                    self._table.add(self._contribution(record, kind, entry))
            for one in record.manifest.translations:
                self._table.add(
                    Contribution(
                        "translation", f"{record.id}.{one.language}", "", record.id, {},
                        {"language": one.language, "file": str(record.found.folder / one.file)},
                    )
                )  # fmt: skip
        except PluginError as error:
            record.status, record.problem = PluginStatus.REFUSED, str(error)
            self._table.remove_owner(record.id)
            return
        if self._project_open:
            self._start_running(record)

    def _contribution(self, record: PluginRecord, kind: str, entry: Any) -> Contribution:
        details = {k: v for k, v in entry.model_dump().items() if k not in {"id", "title", "code"}}
        for name in ("file", "icon"):
            if details.get(name):
                details[name] = str(record.found.folder / details[name])
        entry_id = f"{record.id}.{entry.id}"
        make = None
        if kind == "reader":
            make = lambda: WorkerReader(  # noqa: E731
                entry_id, entry,
                lambda path: self._reading_worker(record, entry.id, path), self.supervisor.drop,
            )  # fmt: skip
        return Contribution(
            kind, entry_id, getattr(entry, "code", ""), record.id,
            entry.title or {"": entry.id}, details, make,
        )  # fmt: skip

    def _deactivate(self, record: PluginRecord, keep: PluginStatus = PluginStatus.DISABLED) -> None:
        record.status = keep
        self._table.remove_owner(record.id)
        importing.forget(record.found)
        workers, record.workers = list(record.workers.values()), {}
        for worker in workers:
            self.supervisor.drop(worker)
        record.failures.clear()

    def worker(self, plugin_id: str, kind: str, entry_id: str) -> Worker:
        """Return a worker of a plugin, made at the first call and not yet started.

        Raises
        ------
        PluginError
            If the plugin does not run or has none of that id.
        """
        with self._lock:
            record = self._active(plugin_id)
            worker = record.workers.get((kind, entry_id))
            if worker is None:
                entries = {one.id: one for one in record.manifest.entries(kind)}
                if entry_id not in entries or kind not in WORKER_KINDS:
                    raise missing_worker(plugin_id, entry_id)
                worker = self._make_worker(record, kind, entry_id, ())
                record.workers[kind, entry_id] = worker
            return worker

    def _active(self, plugin_id: str) -> PluginRecord:
        record = self.records.get(plugin_id)
        if record is None:
            raise PluginError(plugin_id, "is not installed")
        if record.status != PluginStatus.ACTIVE:
            raise PluginError(
                plugin_id, f"does not run ({record.problem or record.status})",
                remedy="see the Plugins dialog",
            )  # fmt: skip
        return record

    def _make_worker(
        self, record: PluginRecord, kind: str, entry_id: str, readable: tuple[str, ...]
    ) -> Worker:
        access = record.access
        if access is None:
            raise PluginError(record.id, "has no manifest")
        return self.supervisor.make(
            lambda: worker_spec(
                record.found, access, kind, entry_id, readable, self.state.environments_folder
            ),
            access,
        )

    def simulator(self, plugin_id: str, entry_id: str, readable: Iterable[Path] = ()) -> Worker:
        """Return a new worker for one simulator of one run; `drop` it afterwards.

        Parameters
        ----------
        plugin_id, entry_id : str
        readable : iterable of Path
            Files and folders that its scenario names.

        Raises
        ------
        PluginError
            If the plugin does not run or has no such simulator.
        """
        with self._lock:
            record = self._active(plugin_id)
            if entry_id not in {one.id for one in record.manifest.entries("simulator")}:
                raise missing_worker(plugin_id, entry_id)
            paths = tuple(str(path.resolve()) for path in readable)
            return self._make_worker(record, "simulator", entry_id, paths)

    def drop(self, worker: Worker) -> None:
        """Stop a worker of `simulator` and forget it."""
        self.supervisor.drop(worker)

    def _reading_worker(self, record: PluginRecord, entry_id: str, path: Path) -> Worker:
        folder = path if path.is_dir() else path.parent
        with self._lock:
            return self._make_worker(record, "reader", entry_id, (str(folder.resolve()),))

    def export(self, contribution_id: str, path: Path, query: str, job: Job) -> list[Path]:
        """Have an exporter write entities to a file; see `run_exporter` for what it raises."""
        worker = self._passing_worker(contribution_id, "exporter")
        try:
            return run_exporter(worker, path, query, job)
        finally:
            self.supervisor.drop(worker)

    def analyse(self, contribution_id: str, parameters: dict[str, Any], job: Job) -> Any:
        """Run an analysis in a process of its own and return its `shapan.Report`.

        Raises
        ------
        PluginError
            If there is no such analysis, it fails, or it gives something else.
        Cancelled
        """
        worker = self._passing_worker(contribution_id, "analysis")
        try:
            return run_analysis(worker, parameters, job)
        finally:
            self.supervisor.drop(worker)

    def _passing_worker(self, contribution_id: str, kind: str) -> Worker:
        """Return a new worker for one task: several may run beside each other."""
        entry = self._table.get(kind, contribution_id)
        if entry is None:
            raise PluginError(contribution_id.rpartition(".")[0], f"has no {kind} of that id")
        with self._lock:
            record = self._active(entry.owner)
            return self._make_worker(record, kind, contribution_id.rpartition(".")[2], ())

    # -- the project ---------------------------------------------------------------------

    def project_opened(self) -> None:
        """Start what runs with a project, once what ran with the last one has ended."""
        self.wait_closed()
        if self.services.twin is None:
            return  # it was closed again meanwhile
        with self._lock:
            self._project_open = True
            for record in self.records.values():
                if record.status == PluginStatus.ACTIVE:
                    self._start_running(record)
        self.services.signals.emit("project-opened")

    def project_closed(self) -> None:
        """Stop all workers, as their storage goes with the project; returns at once.

        They may take seconds to end. What they ask of the twin meanwhile is refused, and the
        workers of the next project start when they are gone.
        """
        self.services.signals.emit("project-closed")
        with self._lock:
            self._project_open = False
            workers = [w for record in self.records.values() for w in record.workers.values()]
            for record in self.records.values():
                record.workers.clear()
        calls = [partial(self.supervisor.drop, worker) for worker in workers]
        keep = self.services.live.close()

        def finish() -> None:
            for call in calls:
                call()
            keep()

        for worker in workers:
            worker.ask_to_stop()
        thread = threading.Thread(target=finish, name="plugins-close")
        self._closing = thread
        thread.start()

    def wait_closed(self) -> None:
        """Wait until the workers of the project that was closed have ended."""
        closing = self._closing
        if closing is not None:
            closing.join()

    def _start_running(self, record: PluginRecord) -> None:
        for kind in RUNNING:
            for entry in record.manifest.entries(kind):
                if getattr(entry, "autostart", True):
                    try:
                        self.worker(record.id, kind, entry.id).start()
                    except PluginError as error:
                        record.log.add("ERROR", str(error))

    def _quarantine(self, worker: Worker) -> None:
        """Keep the plugin of a worker that fails again and again from running."""
        plugin_id = worker.access.id

        def work() -> None:
            with self._lock:
                record = self.records.get(plugin_id)
                if record is None or record.status != PluginStatus.ACTIVE:
                    return
                reason = f"{worker.title} failed again and again: {worker.problem}"
                self.state.decision(plugin_id).quarantined = reason
                self.state.save()
                if record.found.source == Source.BUILTIN:
                    record.problem = reason
                else:
                    self._settle(record)
            self.changed.emit()

        # It is told in the worker's own thread, which cannot wait for its own end.
        threading.Thread(target=work, daemon=True, name="quarantine").start()

    # -- panels and commands -------------------------------------------------------------

    def context(self, plugin_id: str, guard: Callable[[Callable[[], object]], None]) -> HostContext:
        """Return a new context for something that runs in this process.

        Raises
        ------
        PluginError
            If the plugin does not run.
        """
        record = self._active(plugin_id)
        if record.access is None:
            raise PluginError(plugin_id, "has no manifest")
        return HostContext(
            record.access, lambda worker_id: self.worker(plugin_id, "worker", worker_id), guard
        )

    def call(self, plugin_id: str, worker_id: str, method: str, **arguments: Any) -> Future[Any]:
        """Call a method of a plugin's worker."""
        return self.worker(plugin_id, "worker", worker_id).call(method, **arguments)

    def fail(self, plugin_id: str, part: str, error: PluginError) -> None:
        """Take note that a panel or command failed."""
        record = self.records.get(plugin_id)
        if record is not None:
            record.failures[part] = error
            record.log.add("ERROR", f"{error}\n{error.traceback}")
        self.changed.emit()

    def owner_of(self, path: str) -> str | None:
        """Return which plugin a source file belongs to; None for our own."""
        for one in list(self.records.values()):
            if path.startswith((f"{one.found.folder}/", f"{one.found.folder}\\")):
                return one.id
        return None

    # -- decisions -----------------------------------------------------------------------

    def settings(self, plugin_id: str) -> dict[str, Any]:
        """Return the values of a plugin's settings, the initial ones where none was chosen."""
        record = self.records.get(plugin_id)
        if record is None or record.found.manifest is None:
            return {}
        return setting_values(plugin_id, record.found.manifest.settings, self.state)

    def set_settings(self, plugin_id: str, values: dict[str, Any]) -> None:
        """Keep values of a plugin's settings and tell it.

        Raises
        ------
        PluginError
            If a value does not fit its setting.
        StoreError
            If a secret cannot be kept.
        """
        settings = self.records[plugin_id].manifest.settings
        keep_setting_values(plugin_id, settings, values, self.state)
        record = self.records[plugin_id]
        if record.access is not None:
            record.access.own_signals.emit("settings-changed", self.settings(plugin_id))

    def set_enabled(self, plugin_id: str, enabled: bool) -> None:
        """Enable or disable a plugin; enabling also ends its quarantine."""
        decision = self.state.decision(plugin_id)
        decision.enabled = enabled
        if enabled:
            decision.quarantined = ""
        self.state.save()
        with self._lock:
            record = self.records.get(plugin_id)
            if record is not None:
                for worker in record.workers.values():
                    worker.forgive()
                self._settle(record)
        self.changed.emit()

    def grant(self, plugin_id: str, granted: Permissions) -> None:
        """Keep what the user granted."""
        self.state.decision(plugin_id).granted = granted.model_dump()
        self.state.save()
        with self._lock:
            if plugin_id in self.records:
                self._settle(self.records[plugin_id])
        self.changed.emit()

    def reload(self, plugin_id: str) -> None:
        """Read a plugin anew: manifest, code, workers."""
        record = self.records.get(plugin_id)
        if record is not None:
            self.forget(record)
            self.discover()

    def forget(self, record: PluginRecord) -> None:
        """Stop a plugin and drop its modules, so that it is read anew when it is found again."""
        with self._lock:
            self._deactivate(record)
            self.records.pop(record.id, None)

    def close(self) -> None:
        """Stop everything; waits for it."""
        self.wait_closed()
        self.supervisor.close()
        self.services.live.close()()
        with self._lock:
            for record in self.records.values():
                record.workers.clear()
                self._table.remove_owner(record.id)
                importing.forget(record.found)


__all__ = ["PluginRecord", "PluginStatus", "Plugins", "WorkerState"]
