"""A run through the hub again, as if it happened now; jumps show the state of then at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from twin_model.live.hub import Hub
from twin_model.live.replay import Replay
from twin_model.samples import SampleBatch
from twin_model.time import Instant, Interval


class Recorded(Protocol):
    """A run that can be played; see `twin_model.store.run_log.Run`."""

    @property
    def period(self) -> Interval:
        """All of it."""
        ...

    def state_at(self, instant: Instant) -> SampleBatch:
        """Return how everything stands at an instant."""
        ...

    def batches(self, period: Interval) -> Iterator[SampleBatch]:
        """Yield samples in order of time."""
        ...


class RunReplay(Replay):
    """Publishes a run.

    Parameters
    ----------
    hub : Hub
        Of the replay alone.
    run : Recorded
    speed : float
        Simulated seconds a second.
    on_tick : callable, optional
        See `Replay`.
    """

    def __init__(
        self,
        hub: Hub,
        run: Recorded,
        speed: float = 1.0,
        on_tick: Callable[[int], None] | None = None,
    ) -> None:
        super().__init__(hub, run.period, run.batches, speed, on_tick)
        self._run = run

    def show(self, instant: Instant) -> int:
        """Publish how everything stands at an instant, in place of what was; return how much."""
        self._hub.forget()
        return self._hub.publish(self._run.state_at(instant))

    def _move_to(self, at_us: int) -> int:
        at_us = super()._move_to(at_us)
        if at_us > self._period.start.us:
            self.show(Instant(at_us))
        return at_us
