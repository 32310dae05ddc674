"""Panels that take ever more memory: noticed, traced to their plugin where that can be, named.

Panels share the window's process, so nothing limits one alone. The watch looks at how much the
process holds; when it keeps growing, Python's tracer of allocations runs for a few seconds and
tells whose code made what is still held. What Qt and other native code hold is not seen by it:
then the plugins with open panels are told in their logs that it may be one of them.
"""

from __future__ import annotations

import tracemalloc
from collections import defaultdict
from typing import TYPE_CHECKING, Final

import psutil
from PySide6.QtCore import QObject, QTimer, Signal

from app import numbers
from app.threads import Threads

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.plugins.hub import PluginHub

#: How often the process is looked at, and how long allocations are traced.
LOOK_MS: Final = 5000
TRACE_MS: Final = 10_000
#: Growth since panels were opened, or since the last time somebody was named, that is looked into.
GROWTH_BYTES: Final = 256 << 20
#: Looks in a row that must show growth.
LOOKS: Final = 3
#: Less than this, still held after a trace, names nobody.
BLAMED_BYTES: Final = 4 << 20
_FRAMES: Final = 12


class PanelMemory(QObject):
    """Watches the window's memory while panels of plugins are there.

    Parameters
    ----------
    hub : PluginHub
    """

    _traced = Signal(object)

    def __init__(self, hub: PluginHub) -> None:
        super().__init__(hub)
        self._hub = hub
        self._process = psutil.Process()
        self._base = 0
        self._last = 0
        self._grown = 0
        #: Bytes by plugin that the last trace found still held.
        self.found: dict[str, int] = {}
        self._threads = Threads(self, 1)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._trace = QTimer(self)
        self._trace.setSingleShot(True)
        self._trace.timeout.connect(self._read)
        self._traced.connect(self._take)

    def start(self) -> None:
        """Begin to watch; more than once does nothing."""
        if not self._timer.isActive():
            self._settle()
            self._timer.start()

    def stop(self) -> None:
        """Watch no more."""
        self._timer.stop()
        self._trace.stop()
        self._threads.wait()
        if tracemalloc.is_tracing():
            tracemalloc.stop()

    def _settle(self) -> None:
        self._base = self._last = self._process.memory_info().rss
        self._grown = 0

    def _look(self) -> None:
        if not any(place.panel is not None for place in self._hub.places.values()):
            self._settle()
            return
        now = self._process.memory_info().rss
        self._grown = self._grown + 1 if now > self._last else 0
        self._last = now
        suspicious = now - self._base > GROWTH_BYTES and self._grown >= LOOKS
        if suspicious and not self._trace.isActive() and not tracemalloc.is_tracing():
            tracemalloc.start(_FRAMES)
            self._trace.start(TRACE_MS)

    def _read(self) -> None:
        snapshot = tracemalloc.take_snapshot()
        tracemalloc.stop()
        owner_of = self._hub.host.owner_of
        self._threads.start(lambda: self._traced.emit(held_by(snapshot, owner_of)))

    def _take(self, found: dict[str, int]) -> None:
        self.found = found
        grown, seconds = self._last - self._base, TRACE_MS / 1000
        self._settle()
        plugin = max(found, key=lambda one: found[one], default="")
        if plugin and found[plugin] >= BLAMED_BYTES:
            self._name(plugin, found[plugin], seconds)
            return
        for place in self._hub.places.values():
            record = self._hub.host.records.get(place.entry.owner)
            if place.panel is not None and record is not None:
                record.log.add(
                    "WARNING",
                    f"the window grew by {grown >> 20} MiB while the panel {place.entry.id} was "
                    "open; whose it is cannot be told, as it is not held by Python code",
                )

    def _name(self, plugin: str, held: int, seconds: float) -> None:
        hub = self._hub
        record = hub.host.records.get(plugin)
        if record is None:
            return
        text = self.tr("The plugin {0} keeps taking memory: {1} in {2} s, and gives none back.")
        said = text.format(plugin, numbers.size(held), f"{seconds:.0f}")
        record.log.add("WARNING", f"took {held >> 10} KiB in {seconds:g} s and holds them still")
        hub.window_.overlays.notice.show_question(
            said, self.tr("Disable it"), lambda: hub.off_thread(
                lambda: hub.host.set_enabled(plugin, False)
            ),
        )  # fmt: skip


def held_by(
    snapshot: tracemalloc.Snapshot, owner_of: Callable[[str], str | None]
) -> dict[str, int]:
    """Return how many bytes the code of each plugin holds, by what was allocated in a trace.

    Parameters
    ----------
    snapshot : tracemalloc.Snapshot
    owner_of : callable
        Returns which plugin a source file belongs to.
    """
    found: dict[str, int] = defaultdict(int)
    owners: dict[str, str | None] = {}
    for statistic in snapshot.statistics("traceback"):
        # The innermost code of a plugin, also where a library that it calls allocates.
        for frame in reversed(list(statistic.traceback)):
            if frame.filename not in owners:
                owners[frame.filename] = owner_of(frame.filename)
            owner = owners[frame.filename]
            if owner is not None:
                found[owner] += statistic.size
                break
    return dict(found)
