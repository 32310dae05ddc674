"""What the window gives to plugins, and the same without a window for scripts and tests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

from ingest.pipeline.job import Job
from plugins.host.live import LiveData
from twin_model.errors import PluginError, StoreError

if TYPE_CHECKING:
    from rendering.moving.tracks import Tracks
    from rendering.options import Overlay
    from twin_model.commands import Command
    from twin_model.time import Instant
    from twin_model.twin import Twin

SIGNALS: Final = (
    "project-opened", "project-closed", "twin-changed", "time-changed", "selection-changed",
    "settings-changed", "language-changed",
)  # fmt: skip


class _Indicator(Protocol):
    @property
    def unit(self) -> str: ...


class Types(Protocol):
    """What is asked of the catalogue of entity types."""

    def __contains__(self, type_id: object) -> bool: ...

    def indicators(self, type_id: str) -> Mapping[str, _Indicator]:
        """Return the indicators of a type, inherited ones included."""
        ...


class SignalHub:
    """Signals by name. Safe to use from any thread; calls back in the emitting one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._callbacks: dict[str, tuple[Callable[[Any], object], ...]] = {}

    def connect(
        self, plugin: str, signal: str, callback: Callable[[Any], object]
    ) -> Callable[[], None]:
        """Connect, and return what disconnects.

        Raises
        ------
        PluginError
            If there is no such signal.
        """
        if signal not in SIGNALS:
            raise PluginError(
                plugin, f"there is no signal '{signal}'", remedy=f"one of {', '.join(SIGNALS)}"
            )
        with self._lock:
            self._callbacks[signal] = (*self._callbacks.get(signal, ()), callback)

        def disconnect() -> None:
            with self._lock:
                known = list(self._callbacks.get(signal, ()))
                if callback in known:
                    known.remove(callback)
                self._callbacks[signal] = tuple(known)

        return disconnect

    def emit(self, signal: str, value: Any = None) -> None:
        """Call everybody who is connected."""
        for callback in self._callbacks.get(signal, ()):
            callback(value)


class HostServices:
    """The services without a window; the application's derive from it.

    Parameters
    ----------
    twin : Twin, optional
        The open project.
    """

    def __init__(self, twin: Twin | None = None) -> None:
        self._twin = twin
        self._selection: tuple[str, ...] = ()
        self.signals = SignalHub()
        self.overlays: dict[tuple[str, str], Overlay] = {}
        self.moving: dict[tuple[str, str], Tracks] = {}
        self.live = LiveData()
        self.language = "en"
        #: Returns the catalogue of entity types, where there is one.
        self.types: Callable[[], Types | None] = lambda: None
        if twin is not None:
            self.live.open(twin)
            twin.changed.connect(self._twin_changed)

    def indicator_units(self, entity_type: str) -> dict[str, str]:
        """Return the indicators of a type, each with its unit. Called in any thread."""
        types = self.types()
        if types is None or entity_type not in types:
            return {}
        return {name: one.unit for name, one in types.indicators(entity_type).items()}

    def _twin_changed(self, change: object) -> None:
        self.signals.emit("twin-changed", change)

    @property
    def twin(self) -> Twin | None:
        """The open project."""
        return self._twin

    @property
    def required(self) -> Twin:
        """The open project.

        Raises
        ------
        StoreError
            If none is open.
        """
        twin = self.twin
        if twin is None:
            raise StoreError("no project is open", remedy="open or make one first")
        return twin

    @property
    def time(self) -> Instant | None:
        """Instant of the time slider; None for now."""
        return None

    @property
    def selection(self) -> tuple[str, ...]:
        """Ids of the selected entities."""
        return self._selection

    def select(self, entity_id: str) -> None:
        """Select an entity; nothing where its id is empty."""
        self._selection = (entity_id,) if entity_id else ()
        self.signals.emit("selection-changed", self._selection)

    def execute(self, command: Command, who: str, why: str) -> int:
        """Carry out a command in this thread; return the revision it became.

        Raises
        ------
        ShapanError
            If it cannot be done.
        """
        twin = self.required
        twin.execute(command, who=who, why=why)
        return twin.revision

    def draw(self, plugin: str, name: str, overlay: Overlay | None) -> None:
        """Draw or remove an overlay. Called in any thread."""
        if overlay is None:
            self.overlays.pop((plugin, name), None)
        else:
            self.overlays[plugin, name] = overlay

    def show_moving(
        self,
        plugin: str,
        name: str,
        tracks: Tracks | None,
        entities: frozenset[str] | None = None,
    ) -> None:
        """Draw things that move, or draw them no more. Called in any thread.

        Parameters
        ----------
        plugin, name : str
        tracks : Tracks or None
        entities : frozenset of str, optional
            Those that the tracks follow; None for all.
        """
        if tracks is None:
            self.moving.pop((plugin, name), None)
        else:
            self.moving[plugin, name] = tracks

    def stirred(self) -> None:
        """Take note that things moved. Called in any thread."""

    def start_job(
        self,
        title: str,
        work: Callable[[Job], Any],
        done: Callable[[Any], object] | None = None,
    ) -> None:
        """Run a job in a thread."""

        def run() -> None:
            result = work(Job())
            if done is not None:
                self.post(lambda: done(result))

        threading.Thread(target=run, daemon=True, name=title).start()

    def post(self, call: Callable[[], object]) -> None:
        """Have something called on the GUI thread; without one at once."""
        call()
