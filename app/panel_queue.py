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


class PanelQueue(QObject):
    """Lets the window answer between one panel and the next.

    Parameters
    ----------
    parent : QObject
    """

    _imported = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._threads = Threads(self, 1)
        self._waiting: deque[Callable[[], object]] = deque()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._next)
        self._imported.connect(self._queue)

    def add(self, panel: str, make: Callable[[], object]) -> None:
        """Call *make* in its turn, once what the panel of that name needs is imported."""
        names = [name for name in _AHEAD.get(panel, ()) if name not in sys.modules]
        if names:
            self._threads.start(partial(self._import, names, make))
        else:
            self._queue(make)

    def _import(self, names: list[str], make: Callable[[], object]) -> None:
        for name in names:
            # What cannot be imported fails once more, where the panel says so.
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        with contextlib.suppress(RuntimeError):  # the window is gone
            self._imported.emit(make)

    @Slot(object)
    def _queue(self, make: Callable[[], object]) -> None:
        self._waiting.append(make)
        if not self._timer.isActive():
            self._timer.start(0)

    def _next(self) -> None:
        make = self._waiting.popleft()
        if self._waiting:
            self._timer.start(0)
        make()
