"""Collects garbage on the GUI thread only, a little at a time.

Python collects in whichever thread happens to allocate; a worker that frees a widget or an OpenGL
object of a closed window ends the program. So automatic collection is off while a window is open,
and a timer of the GUI thread does the same work.

While a collection looks at things, all threads stand still: 50 ms for 100,000 objects, such as a
burst of alarms leaves, and half a second for those of a whole city. So what is new is looked at
often, and what has stayed through that is left out from then on.
"""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, QTimerEvent

_EVERY_MS: Final = 100
#: New objects from which a collection is worth its while.
_YOUNG: Final = 1000
#: Objects of an age that are looked at once more, 5 ms of them; more are left out.
_MIDDLE: Final = 10_000
#: Turns between looks at how much was left out.
_LONG_TURNS: Final = 600
#: Objects left out since everything was looked at, besides as many as there were then.
_LEFT_OUT: Final = 500_000


class Collector(QObject):
    """Takes collection over for as long as the application lives.

    Parameters
    ----------
    application : QCoreApplication
    """

    def __init__(self, application: QCoreApplication) -> None:
        super().__init__(application)
        self._turns = 0
        gc.disable()
        self._leave_out()
        self._settled = gc.get_freeze_count()
        self.startTimer(_EVERY_MS)

    def timerEvent(self, event: QTimerEvent) -> None:
        self._turns += 1
        young = gc.get_count()[0]
        if young > _YOUNG:
            self._middle += young - gc.collect(0)
            self._collections += 1
        if self._middle > _MIDDLE:
            self._leave_out()
        elif self._collections > gc.get_threshold()[1]:
            gc.collect()
            self._leave_out()
        if self._turns % _LONG_TURNS == 0 and gc.get_freeze_count() > self._too_many():
            self.settle()

    def _leave_out(self) -> None:
        gc.freeze()
        self._middle = 0
        self._collections = 0

    def _too_many(self) -> int:
        return 2 * self._settled + _LEFT_OUT

    def settle(self) -> None:
        """Look at everything, which may take a tenth of a second or more, then leave it out."""
        gc.unfreeze()
        gc.collect()
        self._leave_out()
        self._settled = gc.get_freeze_count()


def install() -> None:
    """Take collection over in this process; more than once does nothing."""
    application = QCoreApplication.instance()
    if application is not None and application.findChild(Collector) is None:
        Collector(application)


def settle() -> None:
    """Free what a closed project or the start left, and leave what stays out of collections."""
    application = QCoreApplication.instance()
    collector = None if application is None else application.findChild(Collector)
    if collector is not None:
        collector.settle()
