"""Whose fault an exception or a standstill of the GUI thread is, and what is done about it."""

from __future__ import annotations

import ctypes
import inspect
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

#: The GUI thread stands still when its heart is this late.
STANDSTILL_S: Final = 1.0
#: A plugin that holds it for so long is interrupted.
PATIENCE_S: Final = 5.0
#: One that cannot be interrupted is written down, so that the next start is without it.
LAST_WORDS_S: Final = 15.0
_BEAT_MS: Final = 100
_LOOK_S: Final = 0.2


class PanelBlockedError(Exception):
    """Raised inside a plugin that held the window for too long."""

    def __str__(self) -> str:
        return super().__str__() or f"it held the window for more than {PATIENCE_S:g} s"


def has_signal() -> bool:
    """Return whether a thread can be interrupted by a signal, even while it sleeps."""
    return hasattr(signal, "SIGUSR1")


OwnerOf = Callable[[str], str | None]


def owner_of_traceback(trace: TracebackType | None, owner_of: OwnerOf) -> str | None:
    """Return the plugin whose code is nearest to where an exception was raised."""
    for frame, _ in reversed(list(traceback.walk_tb(trace))):
        owner = owner_of(frame.f_code.co_filename)
        if owner is not None:
            return owner
    return None


def owner_of_stack(frame: FrameType | None, owner_of: OwnerOf) -> str | None:
    """Return the plugin whose code is being run, at any depth of a stack."""
    while frame is not None:
        owner = owner_of(frame.f_code.co_filename)
        if owner is not None:
            return owner
        frame = frame.f_back
    return None


def objects_in(trace: TracebackType | None) -> list[Any]:
    """Return what ``self`` was in each function's frame, the innermost first."""
    found: list[Any] = []
    for frame, _ in traceback.walk_tb(trace):
        if not frame.f_code.co_flags & inspect.CO_OPTIMIZED:
            continue  # a module or class body
        names = frame.f_locals
        if "self" in names:
            found.insert(0, names["self"])
        if type(names) is dict:
            # Before Python 3.13 this copy would keep a painter alive after its frame is cleared,
            # and Qt ends the program when its widget goes.
            names.clear()
    return found


@dataclass(frozen=True)
class Standstill:
    """A time during which a plugin held the GUI thread.

    Parameters
    ----------
    plugin : str
    seconds : float
    where : str
        File, line and function in the plugin.
    stack : str
    interrupted : bool
    """

    plugin: str
    seconds: float
    where: str
    stack: str
    interrupted: bool


class StandstillWatch(QObject):
    """Looks, from a thread of its own, at what the GUI thread does while it stands still.

    Parameters
    ----------
    owner_of : callable
        Returns which plugin a source file belongs to.
    last_words : callable
        Takes plugin and place of one that does not come back; called in the watching thread.
    parent : QObject
    """

    stood_still = Signal(object)  # Standstill, once the thread goes on

    def __init__(
        self, owner_of: OwnerOf, last_words: Callable[[str, str], object], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._owner_of = owner_of
        self._last_words = last_words
        self._main = threading.main_thread().ident or 0
        self._beat_s = time.monotonic()
        self._seen: Standstill | None = None
        self._stop = threading.Event()
        self._timer = QTimer(self)
        self._timer.setInterval(_BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._thread: threading.Thread | None = None
        self._previous: Any = None

    def start(self) -> None:
        """Begin to watch; more than once does nothing."""
        if self._thread is not None:
            return
        if has_signal():
            self._previous = signal.signal(signal.SIGUSR1, self._interrupt)
        self._beat_s = time.monotonic()
        self._timer.start()
        self._thread = threading.Thread(target=self._watch, daemon=True, name="standstill-watch")
        self._thread.start()

    def stop(self) -> None:
        """Watch no more."""
        if self._thread is None:
            return
        self._stop.set()
        self._thread.join()
        self._timer.stop()
        if self._previous is not None:
            signal.signal(signal.SIGUSR1, self._previous)

    def _beat(self) -> None:
        now = time.monotonic()
        seen, self._seen = self._seen, None
        late_s = now - self._beat_s
        self._beat_s = now
        if seen is not None:
            self.stood_still.emit(
                Standstill(seen.plugin, late_s, seen.where, seen.stack, seen.interrupted)
            )

    # -- in the watching thread ----------------------------------------------------------

    def _watch(self) -> None:
        told = raised = False
        while not self._stop.wait(_LOOK_S):
            late_s = time.monotonic() - self._beat_s
            if late_s < STANDSTILL_S:
                told = raised = False
                continue
            frame = sys._current_frames().get(self._main)
            owner = owner_of_stack(frame, self._owner_of)
            if owner is None or frame is None:
                continue
            interrupted = late_s > PATIENCE_S
            where = self._where(frame)
            stack = "".join(traceback.format_stack(frame))
            del frame
            self._seen = Standstill(owner, late_s, where, stack, interrupted)
            if interrupted and (has_signal() or not raised):
                raised = True  # more than once would end what runs after the plugin
                self._raise_in_main()
            if late_s > LAST_WORDS_S and not told:
                told = True
                self._last_words(owner, where)

    def _raise_in_main(self) -> None:
        if has_signal():
            signal.pthread_kill(self._main, signal.SIGUSR1)
            return
        # Comes with the next step of Python code; waiting and native code do not end with it.
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(self._main), ctypes.py_object(PanelBlockedError)
        )

    def _where(self, frame: FrameType | None) -> str:
        while frame is not None:
            if self._owner_of(frame.f_code.co_filename) is not None:
                name = os.path.basename(frame.f_code.co_filename)  # noqa: PTH119 - text of a frame
                return f"{name}:{frame.f_lineno}, {frame.f_code.co_name}"
            frame = frame.f_back
        return ""

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        """Raise in the plugin, in the GUI thread; sleeping and waiting end with it."""
        late_s = time.monotonic() - self._beat_s
        owner = owner_of_stack(frame, self._owner_of)
        if owner is not None and late_s > PATIENCE_S:
            raise PanelBlockedError(
                f"it held the window for {late_s:.0f} s at {self._where(frame)}"
            )
