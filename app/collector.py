"""Collects garbage on the GUI thread only.

Python collects in whichever thread happens to allocate; a worker that frees a widget or an OpenGL
object of a closed window ends the program. So automatic collection is off while a window is open,
and a timer of the GUI thread does the same work.
"""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, QTimerEvent

_EVERY_MS: Final = 1000
#: Turns between collections of all generations, the slow ones.
_FULL_TURNS: Final = 60


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
        self.startTimer(_EVERY_MS)

    def timerEvent(self, event: QTimerEvent) -> None:
        self._turns += 1
        young, middle, _ = gc.get_count()
        first, second, _ = gc.get_threshold()
        if self._turns % _FULL_TURNS == 0:
            gc.collect()
        elif middle > second:
            gc.collect(1)
        elif young > first:
            gc.collect(0)


def install() -> None:
    """Take collection over in this process; more than once does nothing."""
    application = QCoreApplication.instance()
    if application is not None and application.findChild(Collector) is None:
        Collector(application)


def settle() -> None:
    """Leave out of every later collection what lives as long as the program: modules, the window.

    To be called once, when the program is up: a collection of all of it takes a tenth of a second
    of the GUI thread, and would do so every minute.
    """
    gc.collect()
    gc.freeze()
