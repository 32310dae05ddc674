"""How long a run of several steps still takes, learnt from how long it has taken so far.

What was foretold holds for a machine that has nothing else to do. So the steps that are done, and
the part of the present one that is, tell how much slower this machine is at the moment.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from ingest.pipeline.job import Progress

#: Seconds of a run that goes as foretold, which what was seen so far has to outweigh.
_TRUST_S: Final = 5.0
#: From this share of a step on, its own course tells how long it takes.
_SEEN_SHARE: Final = 0.1


class RunClock:
    """Knows which step a run is at, how far, and how long earlier ones took.

    Parameters
    ----------
    steps : sequence of str
        Names, in order.
    stages : mapping of str to mapping of str to float
        By step, its stages in order and the share of its time that each takes. Stages that are
        not listed tell nothing.
    now_s : callable
        A clock.
    """

    def __init__(
        self,
        steps: Sequence[str],
        stages: Mapping[str, Mapping[str, float]],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._steps = list(steps)
        self._stages = stages
        self._now_s = now_s
        self._foretold_s: dict[str, float] = {}
        self._began_s = now_s()
        self._share = 0.0
        self._seen_s = self._seen_foretold_s = 0.0

    def foretell(
        self, seconds: Mapping[str, float], stages: Mapping[str, Mapping[str, float]] | None = None
    ) -> None:
        """Tell how long each step takes on a machine that has nothing else to do.

        Parameters
        ----------
        seconds : mapping of str to float
        stages : mapping of str to mapping of str to float, optional
            In place of those it was made with.
        """
        self._foretold_s = dict(seconds)
        self._stages = self._stages if stages is None else stages

    def finish(self, step: str, *, reused: bool) -> None:
        """Tell that a step is done, or was so before; the next one begins."""
        if step not in self._steps:
            return
        if not reused and step in self._foretold_s:
            self._seen_s += self._now_s() - self._began_s
            self._seen_foretold_s += self._foretold_s[step]
        del self._steps[: self._steps.index(step) + 1]
        self._began_s, self._share = self._now_s(), 0.0

    def left_s(self, progress: Progress) -> float | None:
        """Return how long the run still takes; None while nobody can tell.

        Parameters
        ----------
        progress : Progress
            What is reported now.
        """
        if not self._steps or any(step not in self._foretold_s for step in self._steps):
            return None
        step, later = self._steps[0], self._steps[1:]
        self._advance(step, progress)
        elapsed_s, foretold_s = self._now_s() - self._began_s, self._foretold_s[step]
        seen_s = self._seen_s + elapsed_s
        # Of the present step counts what is done of it, and not less than it took.
        done_s = self._seen_foretold_s + self._share * foretold_s
        if self._share == 0.0:
            seen_s = self._seen_s
        slower = (seen_s + _TRUST_S) / (done_s + _TRUST_S)
        left_s = (1.0 - self._share) * foretold_s * slower
        if self._share > 0.0:
            own_s = elapsed_s * (1.0 - self._share) / self._share
            weight = min(self._share / _SEEN_SHARE, 1.0)
            left_s = (1.0 - weight) * left_s + weight * own_s
        return left_s + sum(self._foretold_s[name] for name in later) * slower

    def _advance(self, step: str, progress: Progress) -> None:
        """Take note how much of the present step is done."""
        stages = self._stages.get(step, {})
        if progress.stage not in stages:
            return
        names = list(stages)
        at = names.index(progress.stage)
        part = min(progress.done / progress.total, 1.0) if progress.total > 0 else 0.0
        share = sum(stages[name] for name in names[:at]) + part * stages[progress.stage]
        # A stage that comes twice, or is begun anew, takes nothing back.
        self._share = max(self._share, min(share / sum(stages.values()), 1.0))
