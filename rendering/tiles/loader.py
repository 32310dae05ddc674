"""Decoder threads that always take the most urgent tile of the latest frame."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Request:
    """Work for a decoder thread.

    Parameters
    ----------
    key : hashable
        What it is for; the same key is never worked on twice at a time.
    priority : float
        Smaller is more urgent.
    work : callable
        Runs in a decoder thread; must not touch what is being drawn.
    """

    key: Hashable
    priority: float
    work: Callable[[], Any]


class Loader:
    """Two decoder threads by default.

    Parameters
    ----------
    threads : int
    on_done : callable
        Called from a decoder thread when something is ready.
    """

    def __init__(self, threads: int, on_done: Callable[[], None]) -> None:
        self._on_done = on_done
        self._condition = threading.Condition()
        self._wanted: dict[Hashable, list[Request]] = {}
        self._running: dict[Hashable, Hashable] = {}
        self._finished: dict[Hashable, deque[tuple[Hashable, Any]]] = {}
        self._closed = False
        self._threads = [
            threading.Thread(target=self._run, name=f"tile decoder {i + 1}", daemon=True)
            for i in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def want(self, owner: Hashable, requests: list[Request]) -> None:
        """Replace what *owner* waits for; what is already being decoded goes on."""
        with self._condition:
            done = {key for key, _ in self._finished.get(owner, ())}
            busy = {key for key, who in self._running.items() if who == owner}
            todo = [r for r in requests if r.key not in done and r.key not in busy]
            self._wanted[owner] = sorted(todo, key=lambda r: r.priority)
            if todo:
                self._condition.notify_all()

    def take(self, owner: Hashable) -> tuple[Hashable, Any] | None:
        """Return one finished key with its result, or the exception it ended in."""
        with self._condition:
            queue = self._finished.get(owner)
            return queue.popleft() if queue else None

    def busy(self, owner: Hashable) -> int:
        """Return how many tiles of *owner* are waited for, decoded or not yet taken."""
        with self._condition:
            return (
                len(self._wanted.get(owner, ()))
                + sum(1 for who in self._running.values() if who == owner)
                + len(self._finished.get(owner, ()))
            )

    def forget(self, owner: Hashable) -> None:
        """Drop everything of *owner*; results still on their way are thrown away."""
        with self._condition:
            self._wanted.pop(owner, None)
            self._finished.pop(owner, None)
            for key in [k for k, who in self._running.items() if who == owner]:
                self._running[key] = None

    def close(self) -> None:
        """Stop the threads and wait for them."""
        with self._condition:
            self._closed = True
            self._wanted.clear()
            self._condition.notify_all()
        for thread in self._threads:
            thread.join(timeout=30)

    def _next(self) -> tuple[Hashable, Request] | None:
        best: tuple[Hashable, Request] | None = None
        for owner, requests in self._wanted.items():
            if requests and (best is None or requests[0].priority < best[1].priority):
                best = (owner, requests[0])
        if best is not None:
            self._wanted[best[0]].pop(0)
            self._running[best[1].key] = best[0]
        return best

    def _run(self) -> None:
        while True:
            with self._condition:
                found = self._next()
                while found is None and not self._closed:
                    self._condition.wait()
                    found = self._next()
                if self._closed or found is None:
                    return
            _, request = found
            try:
                result = request.work()
            except Exception as error:  # a broken tile must not end the thread
                result = error
            with self._condition:
                owner = self._running.pop(request.key, None)
                if owner is not None and not self._closed:
                    self._finished.setdefault(owner, deque()).append((request.key, result))
            self._on_done()
