"""Progress and cancelling of long work, without Qt."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from twin_model.errors import Cancelled


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is, in the unit users think in (points, tiles, images, bytes).

    Parameters
    ----------
    stage : str
        What is being done, as a short phrase.
    done, total : int
        In *unit*; total 0 where it is not known.
    unit : str
    left_s : float or None
        That all of the work still takes, not the stage alone; None where nobody can tell.
    """

    stage: str
    done: int
    total: int
    unit: str
    left_s: float | None = None


class Job:
    """Carries progress out of long work and the wish to stop into it. Thread-safe.

    Parameters
    ----------
    on_progress : callable, optional
    interval_s : float
        Progress is told no more often.
    stop : Event, optional
        Set by somebody else who wants the work to stop.
    on_news : callable, optional
        Told of what can be looked at before the work has ended; see `announce`.

    Attributes
    ----------
    warnings : list of str
        What readers and converters had to leave out or assume, one sentence each.
    """

    def __init__(
        self,
        on_progress: Callable[[Progress], None] | None = None,
        *,
        interval_s: float = 0.1,
        stop: threading.Event | None = None,
        on_news: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        self._on_progress = on_progress
        self._on_news = on_news
        self._interval_s = interval_s
        self._last_s = 0.0
        self._stage = ""
        self._left_s: Callable[[Progress], float | None] | None = None
        self._stop = stop or threading.Event()
        self.warnings: list[str] = []

    def warn(self, text: str) -> None:
        """Add *text* to the warnings unless it is there already."""
        if text not in self.warnings:
            self.warnings.append(text)

    def cancel(self) -> None:
        """Ask the work to stop at its next `check`."""
        self._stop.set()

    @property
    def is_heard(self) -> bool:
        """Whether somebody listens to what is announced."""
        return self._on_news is not None

    def quiet(self) -> Job:
        """Return a job that stops with this one and tells nobody: of a part that is no stage."""
        return Job(stop=self._stop)

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return self._stop.is_set()

    def check(self) -> None:
        """Raise if somebody asked to stop. Call it at least every 100 ms of work.

        Raises
        ------
        Cancelled
        """
        if self._stop.is_set():
            raise Cancelled

    def announce(self, news: Mapping[str, Any]) -> None:
        """Tell what can be looked at already, such as a product that is finished.

        Parameters
        ----------
        news : mapping of str to JSON values
            Whoever listens knows its names.

        Raises
        ------
        Cancelled
        """
        self.check()
        if self._on_news is not None:
            self._on_news(dict(news))

    def ask_left(self, left_s: Callable[[Progress], float | None] | None) -> None:
        """Have somebody asked, with each report, how long all of the work still takes."""
        self._left_s = left_s

    def report(
        self, stage: str, done: int, total: int = 0, unit: str = "", *, left_s: float | None = None
    ) -> None:
        """Report progress, at most every interval except for a new stage or its end.

        Parameters
        ----------
        stage, done, total, unit
            See `Progress`.
        left_s : float or None
            What the process that does the work says; see `ask_left` for what is known here.

        Raises
        ------
        Cancelled
        """
        self.check()
        if self._on_progress is None:
            return
        progress = Progress(stage, done, total, unit, left_s)
        if self._left_s is not None:
            progress = replace(progress, left_s=self._left_s(progress))
        now = time.monotonic()
        is_edge = stage != self._stage or (total > 0 and done >= total)
        if not is_edge and now - self._last_s < self._interval_s:
            return
        self._stage, self._last_s = stage, now
        self._on_progress(progress)
