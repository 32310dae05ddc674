"""One plugin on a small project of its own, for its tests and for the contract kit."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ingest.pipeline.job import Job
from ingest.readers.contract import Chunk, Reader, ReadOptions, SourceInfo
from ingest.readers.registry import readers
from plugins.host.context import HostContext
from plugins.host.discovery import Found, discover
from plugins.host.manifest import WORKER_KINDS
from plugins.host.plugins import PluginRecord, Plugins
from plugins.host.reader_contract import head_of
from plugins.host.services import HostServices
from plugins.host.state import PluginState
from plugins.host.supervised import Worker
from twin_model.commands import AddEntities
from twin_model.contributions import Contributions
from twin_model.entity import Entity, Relation
from twin_model.errors import PluginError
from twin_model.frame import Frame
from twin_model.samples import SampleBatch
from twin_model.twin import Twin

if TYPE_CHECKING:
    from rendering.moving.tracks import Tracks
    from rendering.options import Overlay


def sample_twin(folder: Path) -> Twin:
    """Make a project with four buildings, three pumps that feed them, and a road."""
    twin = Twin.create(folder, Frame("EPSG:32650", (500_000.0, 3_400_000.0, 0.0)), "Sample")
    buildings = [
        Entity(f"building-{n}", "building", f"Building {n}", (30.0 * n, 0.0, 0.0),
               attributes={"height": 10.0 + 5.0 * n})
        for n in range(4)
    ]  # fmt: skip
    pumps = [Entity(f"pump-{n}", "pump", f"Pump {n}", (30.0 * n, 50.0, 0.0)) for n in range(3)]
    road = Entity("road-0", "road", "Quay road", (0.0, 25.0, 0.0))
    feeds = [Relation(f"feeds-{n}", "feeds", f"pump-{n}", f"building-{n}") for n in range(3)]
    twin.execute(AddEntities([*buildings, *pumps, road], feeds))
    return twin


class PluginHarness:
    """Runs one plugin without a window, all its permissions granted. A context manager.

    Parameters
    ----------
    folder : Path
        The plugin's project or package.

    Raises
    ------
    PluginError
        If there is not exactly one plugin in it, or its manifest cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        found = find_one(folder)
        if found.error is not None:
            raise found.error
        self._place = tempfile.TemporaryDirectory(prefix="shapan-harness-")
        place = Path(self._place.name)
        self.twin = sample_twin(place / "sample.shapan")
        state = PluginState(place / "settings")
        self.services = HostServices(self.twin)
        self.host = Plugins(self.services, state, table=Contributions(), installed=False)
        #: Every batch the plugin published.
        self.published: list[SampleBatch] = []
        self._contexts: list[HostContext] = []
        self.host.broker.subscribe(self.published.append)
        self.id = found.id
        self.host.take([found])
        self.host.grant(found.id, self.record.manifest.permissions)
        self.problems: list[Exception] = []

    @property
    def record(self) -> PluginRecord:
        """What the host knows of the plugin: status, log, workers."""
        return self.host.records[self.id]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop everything and remove the project."""
        for context in self._contexts:
            context.close()
        self.host.close()
        self.twin.close()
        with contextlib.suppress(OSError):
            self._place.cleanup()

    def _guard(self, call: Callable[[], object]) -> None:
        try:
            call()
        except Exception as error:
            self.problems.append(error)

    def context(self) -> HostContext:
        """Return a context as a panel or command gets it."""
        made = self.host.context(self.id, self._guard)
        self._contexts.append(made)
        return made

    def worker(self, entry_id: str, kind: str = "") -> Worker:
        """Return a worker by its id; of whatever kind where that is not said.

        Raises
        ------
        PluginError
            If there is none.
        """
        for one in [kind] if kind else sorted(WORKER_KINDS):
            if any(entry.id == entry_id for entry in self.record.manifest.entries(one)):
                return self.host.worker(self.id, one, entry_id)
        raise PluginError(self.id, f"has no worker '{entry_id}'")

    def start(self, entry_id: str) -> Worker:
        """Start a connector or overlay, as opening a project does."""
        worker = self.worker(entry_id)
        worker.start()
        return worker

    def analyse(self, entry_id: str, job: Job | None = None, **parameters: Any) -> Any:
        """Run an analysis with its default parameters, changed by those given."""
        entry = next(e for e in self.record.manifest.analyses if e.id == entry_id)
        values = {name: setting.initial() for name, setting in entry.parameters.items()}
        return self.host.analyse(f"{self.id}.{entry_id}", {**values, **parameters}, job or Job())

    def export(self, entry_id: str, path: Path, query: str = "", job: Job | None = None) -> None:
        """Have an exporter write what a query finds to a file."""
        self.host.export(f"{self.id}.{entry_id}", path, query, job or Job())

    def set_settings(self, **values: Any) -> None:
        """Change settings of the plugin, as the user does in its form."""
        self.host.set_settings(self.id, values)

    def publish(self, batch: SampleBatch) -> None:
        """Publish samples as somebody else than the plugin."""
        self.host.broker.publish(batch, "")

    def last(self) -> SampleBatch:
        """Return the newest sample of each series."""
        return self.services.live.last()

    def select(self, entity_id: str) -> None:
        """Select an entity, as a click in the scene does; an empty id selects nothing."""
        self.services.select(entity_id)

    def overlay(self, name: str) -> Overlay | None:
        """Return what the plugin draws by a name; None for nothing."""
        return self.services.overlays.get((self.id, name))

    def moving(self, name: str) -> Tracks | None:
        """Return what the plugin follows by a name; None for nothing."""
        return self.services.moving.get((self.id, name))

    def inspect(self, path: Path) -> SourceInfo:
        """Have the plugin's reader of a file say what it holds."""
        found: SourceInfo = self._reader(path).inspect(path, Job())
        return found

    def read(self, path: Path, options: ReadOptions | None = None) -> Iterator[Chunk]:
        """Yield what the plugin's reader of a file gives."""
        found: Iterator[Chunk] = self._reader(path).read(path, options or ReadOptions(), Job())
        return found

    def _reader(self, path: Path) -> Any:
        head = head_of(path)
        for reader in self.readers().values():
            if reader.can_read(path, head):
                return reader
        raise PluginError(self.id, f"has no reader for {path.name}")

    def readers(self) -> dict[str, Reader]:
        """Return the plugin's readers by the ids of their entries."""
        entries = self.host.contributions("reader")
        return {entry.id.rpartition(".")[2]: entry.load() for entry in entries}

    def reader_of(self, path: Path) -> Reader | None:
        """Return the plugin's reader of a file, else one of ours; None where there is none."""
        head = head_of(path)
        known = (*self.readers().values(), *readers())
        return next((reader for reader in known if reader.can_read(path, head)), None)

    def wait_until(self, true: Callable[[], object], timeout_s: float = 20.0) -> None:
        """Wait until something holds.

        Raises
        ------
        TimeoutError
            If it does not in time.
        """
        end = time.monotonic() + timeout_s
        while not true():
            if time.monotonic() > end:
                raise TimeoutError(f"still not so after {timeout_s:g} s")
            self.breathe()
            time.sleep(0.01)

    def breathe(self) -> None:
        """Let a window, where there is one, do its work."""


def find_one(folder: Path) -> Found:
    """Return the plugin in a folder.

    Raises
    ------
    PluginError
        If there is none, or more than one.
    """
    found = discover(development=[folder.resolve()], installed=False)
    if len(found) != 1:
        what = "no shapan.toml" if not found else f"{len(found)} plugins"
        raise PluginError(
            folder.name, f"{folder}: there is {what} in it",
            remedy="name the folder of one plugin, as shapan plugins new makes it",
        )  # fmt: skip
    return found[0]
