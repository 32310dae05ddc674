"""Hub, rules and alarms joined: the watch over a twin."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Final

from twin_model.alarms.engine import AlarmEngine
from twin_model.alarms.model import AlarmPoint
from twin_model.live.hub import Hub
from twin_model.live.subscription import Delivery
from twin_model.rules.binding import Binding
from twin_model.rules.engine import RuleEngine

#: Our clock has gone back by more than it is set right by.
_STEP_US: Final = 1_000_000
#: Conditions may be so far ahead of our clock as sources are believed to be.
_AHEAD_US: Final = 60_000_000


class Watch:
    """Feeds what comes through a hub to rules, and what they find to the alarms.

    It sits directly in the hub's way, so that no sample can be dropped before the rules saw it.

    Parameters
    ----------
    hub : Hub
    binding : Binding
    alarms : AlarmEngine
    """

    def __init__(self, hub: Hub, binding: Binding, alarms: AlarmEngine) -> None:
        self.hub = hub
        self.alarms = alarms
        self._rules = RuleEngine(binding, hub.series, alarms.active_points())
        self._lock = threading.Lock()
        self._clock = hub.clock
        self._clock_us = hub.clock()
        alarms.turn_back(self._clock_us, _AHEAD_US)
        self._detach: Callable[[], None] = hub.attach("rules", self._consume)

    def close(self) -> None:
        """Watch no longer."""
        self._detach()

    def rebind(
        self, binding: Binding, language: str = "en", others: Iterable[AlarmPoint] = ()
    ) -> None:
        """Go on with other rules, as after an edit; alarms without a rule end.

        *others* are points that no rule watches, which stay.
        """
        with self._lock:
            self._rules = RuleEngine(binding, self.hub.series, self.alarms.active_points())
            self._rules.recall(self.hub.snapshot())
        points = [*binding.alarm_points(language), *others]
        self.alarms.set_points(points, self.hub.clock())

    def tick(self, now_us: int | None = None) -> None:
        """Let time pass; to be called about once a second."""
        self._mind_clock()
        now_us = self.hub.clock() if now_us is None else now_us
        with self._lock:
            conditions = self._rules.tick(now_us)
            suppressed = self._rules.suppressed()
        if suppressed:
            self.alarms.suppress(suppressed, now_us)
        self.alarms.apply(conditions, now_us)

    def _mind_clock(self) -> None:
        """Have alarms believe what comes where our clock has gone back."""
        clock, before_us = self.hub.clock, self._clock_us
        self._clock_us = clock()
        # Another clock, as a replay brings its own, has not gone back.
        if clock is self._clock and self._clock_us < before_us - _STEP_US:
            self.alarms.turn_back(self._clock_us)
        self._clock = clock

    def _consume(self, delivery: Delivery) -> None:
        self._mind_clock()
        newest_us = int(delivery.batch.time_us.max())
        with self._lock:
            conditions = self._rules.feed(delivery)
            suppressed = self._rules.suppressed()
        # Suppression first: low flow and "the pump is off" often come in one batch.
        if suppressed:
            self.alarms.suppress(suppressed, newest_us)
        if conditions:
            last_us = max(condition.at_us for condition in conditions)
            self.alarms.apply(conditions, last_us)
