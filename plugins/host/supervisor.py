"""The watch over all workers: from one thread, a few times a second."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import psutil

from plugins.host.access import PluginAccess
from plugins.host.process import WorkerSpec
from plugins.host.supervised import Worker, WorkerFigures, WorkerState

_TICK_S: Final = 0.1


class Supervisor:
    """Watches all workers from one thread.

    Parameters
    ----------
    on_change : callable
        Called in any thread whenever a worker changes its state.
    on_quarantine : callable
        Called with a worker that is not started again.
    """

    def __init__(
        self, on_change: Callable[[], object], on_quarantine: Callable[[Worker], object]
    ) -> None:
        self.executor = ThreadPoolExecutor(4, thread_name_prefix="plugin-calls")
        self._on_change = on_change
        self._on_quarantine = on_quarantine
        self._lock = threading.Lock()
        self._workers: list[Worker] = []
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def make(self, spec: Callable[[], WorkerSpec], access: PluginAccess) -> Worker:
        """Return a new worker, not yet started."""
        worker = Worker(spec, access, self)
        with self._lock:
            self._workers.append(worker)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._watch, daemon=True, name="plugin-supervisor"
                )
                self._thread.start()
        return worker

    def drop(self, worker: Worker) -> None:
        """Stop a worker and forget it; waits until it has ended."""
        worker.stop()
        with self._lock:
            if worker in self._workers:
                self._workers.remove(worker)

    def workers(self) -> list[Worker]:
        """Return all workers."""
        with self._lock:
            return list(self._workers)

    def of(self, plugin_id: str) -> list[Worker]:
        """Return the workers of a plugin, those of simulations, readers and analyses too."""
        return [worker for worker in self.workers() if worker.access.id == plugin_id]

    def changed(self) -> None:
        """Tell that some worker changed."""
        self._on_change()

    def quarantined(self, worker: Worker) -> None:
        """Tell that a worker is given up."""
        self._on_quarantine(worker)

    def _watch(self) -> None:
        table: dict[int, psutil.Process] = {}
        ticks = 0
        while not self._stop.wait(_TICK_S):
            ticks += 1
            for worker in self.workers():
                worker.restart_if_due()
                if ticks % 10 == 0:
                    worker.look(table, storage=ticks % 30 == 0)
            if ticks % 10 == 0:
                alive = {worker.pid for worker in self.workers()}
                table = {pid: known for pid, known in table.items() if pid in alive}

    def close(self) -> None:
        """Stop every worker and the watch; waits for them."""
        self._stop.set()
        threads = [
            threading.Thread(target=worker.stop, name="worker-stop") for worker in self.workers()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._thread is not None:
            self._thread.join()
        self.executor.shutdown(wait=False, cancel_futures=True)


__all__ = ["Supervisor", "Worker", "WorkerFigures", "WorkerState"]
