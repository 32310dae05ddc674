"""Threads of Python's own for work off the GUI thread.

Not QThreadPool: Qt's threads get a new Python thread state for every task, and pyproj 3.7 frees
its PROJ context with the state while the thread keeps the pointer: the second task that reads a
CRS then ends the program (https://github.com/pyproj4/pyproj/issues/1622).
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from PySide6.QtCore import QObject


class Threads:
    """Runs callables in a fixed number of threads, in the order in which they were given.

    Parameters
    ----------
    owner : QObject
        The threads end with it.
    count : int
    """

    def __init__(self, owner: QObject, count: int) -> None:
        self._pool = ThreadPoolExecutor(count, thread_name_prefix=type(owner).__name__)
        self._lock = threading.Lock()
        self._running: set[Future[None]] = set()
        # Idle threads end once nobody can give them work any more.
        weakref.finalize(owner, self._pool.shutdown, wait=False)

    def start(self, work: Callable[[], None]) -> None:
        """Queue *work*; it handles its own errors."""
        future = self._pool.submit(work)
        with self._lock:
            self._running.add(future)
        future.add_done_callback(self._ended)

    def wait(self) -> None:
        """Wait until everything queued has ended."""
        while True:
            with self._lock:
                running = set(self._running)
            if not running:
                return
            wait(running)

    def _ended(self, future: Future[None]) -> None:
        with self._lock:
            self._running.discard(future)
