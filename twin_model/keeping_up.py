"""Operations keep up with the twin: edits change what is watched, a moment later."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from typing import Final

from twin_model.errors import ShapanError
from twin_model.store.row_writer import Change
from twin_model.twin import Twin

_LOG: Final = logging.getLogger(__name__)


class KeepingUp:
    """Collects changes of a twin, and hands them over in a thread of its own.

    One piece of work at a time: what changes meanwhile waits for the next.

    Parameters
    ----------
    twin : Twin
    follow : callable
        Given what changed.
    """

    def __init__(self, twin: Twin, follow: Callable[[Change], object]) -> None:
        self._twin = twin
        self._follow = follow
        self._lock = threading.Lock()
        self._pending: Change | None = None
        self._thread: threading.Thread | None = None
        #: Why the last changes were not followed; empty where they were.
        self.problem = ""
        twin.changed.connect(self.note)

    def note(self, change: Change) -> None:
        """Take note of a change."""
        with self._lock:
            before = self._pending
            self._pending = change if before is None else joined(before, change)

    def tick(self) -> None:
        """Hand over what is there, unless an earlier part is not done yet."""
        with self._lock:
            if self._pending is None or (self._thread is not None and self._thread.is_alive()):
                return
            change, self._pending = self._pending, None
            self._thread = threading.Thread(
                target=self._run, args=(change,), name="rules-follow", daemon=True
            )
            self._thread.start()

    def _run(self, change: Change) -> None:
        try:
            self._follow(change)
            self.problem = ""
        except ShapanError as error:
            # What is watched stays as it was; the next change tries again.
            self.problem = str(error)
            _LOG.warning("rules do not follow an edit: %s", error)

    def close(self) -> None:
        """Follow no longer; waits for what is being done."""
        with contextlib.suppress(ValueError):
            self._twin.changed.disconnect(self.note)
        thread = self._thread
        if thread is not None:
            thread.join()


def joined(one: Change, other: Change) -> Change:
    """Return two changes as one."""
    return Change(
        one.layers | other.layers,
        one.entities | other.entities,
        one.frame or other.frame,
        one.all_entities or other.all_entities,
        one.definitions | other.definitions,
    )
