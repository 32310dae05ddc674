"""Signs out whoever has touched nothing for as long as the project allows."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication

from app.live.session import LiveSession
from app.workers import Background
from twin_model.alarms.accounts import WITHOUT_INPUT

#: So long before the end it is announced, or half the time where that is less.
_WARNING_S: Final = 60.0
_KEYS: Final = frozenset(
    {
        QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick,
        QEvent.Type.Wheel, QEvent.Type.TouchBegin, QEvent.Type.TabletPress,
        QEvent.Type.NativeGesture,
    }
)  # fmt: skip
_MOVES: Final = frozenset({QEvent.Type.MouseMove, QEvent.Type.HoverMove, QEvent.Type.TabletMove})


def _now_s() -> float:
    """Return a time that runs on while the machine sleeps, where the system has one."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class IdleSignOut(QObject):
    """See module. Looks at input only while somebody is signed in whom it may concern.

    Parameters
    ----------
    live : LiveSession
    background : Background
    """

    #: Name, and seconds that are left: while it is announced, once a second.
    ending = Signal(str, int)
    #: Somebody touched something after all.
    stayed = Signal()
    #: Name, and minutes without input.
    ended = Signal(str, int)

    def __init__(self, live: LiveSession, background: Background) -> None:
        super().__init__()
        self._live = live
        self._background = background
        self.clock: Callable[[], float] = _now_s
        #: Minutes without input until somebody is signed out; 0 while nobody is.
        self.minutes = 0
        self._watching = False
        self._announced = False
        self._touched_s = 0.0
        self._cursor = QPoint()
        live.changed.connect(self.read)
        live.ticked.connect(self._look)

    def read(self) -> None:
        """Follow who is signed in, and what the project demands."""
        operations, desk = self._live.operations, self._live.desk_of
        if operations is None or desk is None:
            self._watch(0)
            return
        accounts = operations.accounts

        def work() -> int:
            # Where nobody has to sign in, who is signed out may do more than before.
            return accounts.idle_min if accounts.demanded else 0

        self._background.ask("idle-minutes", work, self._watch)

    def _watch(self, minutes: int) -> None:
        on = minutes > 0 and self._live.desk_of is not None
        self.minutes = minutes if on else 0
        application = QApplication.instance()
        if on == self._watching or application is None:
            return
        self._watching = on
        if on:
            self._touch()
            application.installEventFilter(self)
        else:
            application.removeEventFilter(self)
            self._stay()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in _KEYS and event.spontaneous():
            self._touch()
        elif kind in _MOVES and event.spontaneous() and QCursor.pos() != self._cursor:
            self._touch()  # what comes or goes below a pointer at rest moves nothing
        return False

    def _touch(self) -> None:
        self._touched_s, self._cursor = self.clock(), QCursor.pos()
        self._stay()

    def _stay(self) -> None:
        if self._announced:
            self._announced = False
            self.stayed.emit()

    def _look(self) -> None:
        desk = self._live.desk_of
        if not self._watching or desk is None:
            return
        limit_s = 60.0 * self.minutes
        left_s = self._touched_s + limit_s - self.clock()
        if left_s <= 0:
            self._announced, minutes = False, self.minutes
            self._live.sign_out(WITHOUT_INPUT)
            self.ended.emit(desk.actor.name, minutes)
        elif left_s <= min(_WARNING_S, limit_s / 2):
            self._announced = True
            self.ending.emit(desk.actor.name, round(left_s))
