"""Makes the panels that are opened together one after the other, what they import ahead of them."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.threads import Threads

_PHOTOGRAPHS: Final = (
    "ingest.reconstruction.runs",
    "ingest.reconstruction.estimates",
    "ingest.reconstruction.photo_metadata",
    "ingest.reconstruction.footprints",
    "ingest.reconstruction.placing",
    "ingest.reconstruction.control",
    "ingest.reconstruction.sightings",
)
#: Slow to import and free of Qt, so that a thread can do it while the window answers; by panel.
_AHEAD: Final = {"photos": _PHOTOGRAPHS, "control": _PHOTOGRAPHS, "reconstruct": _PHOTOGRAPHS}
#: The classes of widgets that the docks of the Reconstruct layout are made of: a tenth of a second
#: together, so each in a turn of its own. After what each of them needs.
_WIDGETS: Final = (
    "app.reconstruct.session",
    "app.reconstruct.scene_photos",
    "app.reconstruct.choices",
    "app.reconstruct.live_preview",
    "app.reconstruct.run_list",
    "app.reconstruct.step_list",
    "app.reconstruct.panel",
    "app.reconstruct.footprint_map",
    "app.reconstruct.photo_table",
    "app.reconstruct.photos_panel",
    "app.reconstruct.marks",
    "app.reconstruct.photo_view",
    "app.reconstruct.point_table",
    "app.reconstruct.control_panel",
    "app.reconstruct.report_dialog",
    "app.reconstruct.scene_preview",
    "app.reconstruct.docks",
)
_IN_TURNS: Final = {"photos": _WIDGETS, "control": _WIDGETS, "reconstruct": _WIDGETS}


class PanelQueue(QObject):
    """Lets the window answer between one panel and the next.

    Parameters
    ----------
    parent : QObject
    """

    _imported = Signal(str, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._threads = Threads(self, 1)
        self._waiting: deque[Callable[[], object]] = deque()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._next)
        self._imported.connect(self._take)

    def add(self, panel: str, make: Callable[[], object]) -> None:
        """Call *make* in its turn, once what the panel of that name needs is imported."""
        names = [name for name in _AHEAD.get(panel, ()) if name not in sys.modules]
        if names:
            self._threads.start(partial(self._import, names, panel, make))
        else:
            self._take(panel, make)

    def _import(self, names: list[str], panel: str, make: Callable[[], object]) -> None:
        for name in names:
            _load(name)
        with contextlib.suppress(RuntimeError):  # the window is gone
            self._imported.emit(panel, make)

    @Slot(str, object)
    def _take(self, panel: str, make: Callable[[], object]) -> None:
        for name in _IN_TURNS.get(panel, ()):
            if name not in sys.modules:
                self._queue(partial(_load, name))
        self._queue(make)

    def _queue(self, make: Callable[[], object]) -> None:
        self._waiting.append(make)
        if not self._timer.isActive():
            self._timer.start(0)

    def _next(self) -> None:
        make = self._waiting.popleft()
        if self._waiting:
            self._timer.start(0)
        make()


def _load(name: str) -> None:
    # What cannot be imported fails once more, where the panel says so.
    with contextlib.suppress(ImportError):
        importlib.import_module(name)
