"""Rules tried on history before they go live: what they would have raised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from twin_model.alarms.causes import CauseGraph
from twin_model.alarms.engine import AlarmEngine
from twin_model.alarms.kpi import AlarmFigures, figures
from twin_model.alarms.model import AlarmEvent, AlarmOptions, EventKind
from twin_model.errors import Cancelled
from twin_model.live.hub import Hub
from twin_model.rules.binding import Binding
from twin_model.rules.model import CountRule, StaleRule
from twin_model.rules.watch import Watch
from twin_model.samples import SampleBatch
from twin_model.time import Instant, Interval

_SECOND_US: Final = 1_000_000


@dataclass(frozen=True)
class Backtest:
    """What rules would have done.

    Parameters
    ----------
    samples : int
        How many were looked at.
    events : tuple of AlarmEvent
    figures : AlarmFigures
    by_rule : dict
        Alarms by rule id; rules that raised none are there with 0.
    recorded : Interval, optional
        From the first to the last sample that there was; None where there was none.
    """

    samples: int
    events: tuple[AlarmEvent, ...]
    figures: AlarmFigures
    by_rule: dict[str, int]
    recorded: Interval | None = None

    def __str__(self) -> str:
        floods = len(self.figures.floods)
        return (
            f"would have raised {self.figures.alarms} alarm{'s'[: self.figures.alarms != 1]}, "
            f"{floods} flood{'s'[: floods != 1]}"
        )


@dataclass(frozen=True, slots=True)
class BacktestOptions:
    """How it is done.

    Parameters
    ----------
    step_s : float
        How often time passes and conditions over several entities are looked at; what a rule sees
        of single indicators does not depend on it.
    progress : callable, optional
        Called with the share that is done, 0 to 1.
    cancelled : callable, optional
        Asked now and then.
    alarms : AlarmOptions
    """

    step_s: float = 10.0
    progress: Callable[[float], None] | None = None
    cancelled: Callable[[], bool] | None = None
    alarms: AlarmOptions = field(default_factory=AlarmOptions)


def backtest(
    binding: Binding,
    batches: Callable[[Interval], Iterable[SampleBatch]],
    period: Interval,
    options: BacktestOptions | None = None,
    graph: CauseGraph | None = None,
) -> Backtest:
    """Run freshly bound rules over a period of history; leaves no trace.

    Parameters
    ----------
    binding : Binding
        Of its own: detectors remember what they saw.
    batches : callable
        Gives batches in order of time for a period, such as `SampleHistory.batches`.
    period : Interval
        Both ends finite.
    options : BacktestOptions
    graph : CauseGraph, optional

    Raises
    ------
    Cancelled
    """
    options = options or BacktestOptions()
    now_us = [period.start.us]
    hub = Hub(clock=lambda: now_us[0])
    engine = AlarmEngine(binding.alarm_points(), options=options.alarms, graph=graph)
    events: list[AlarmEvent] = []
    engine.changed.connect(lambda change: events.extend(change.events))
    watch = Watch(hub, binding, engine)
    step_us = _step_us(binding, options)
    span = period.end.us - period.start.us
    watch.tick(now_us[0])
    times_us: list[int] = []
    for batch in batches(period):
        if options.cancelled is not None and options.cancelled():
            raise Cancelled
        for part, end_us in _steps(batch.sorted_by_time(), step_us):
            # Steps in which nothing came pass too: silence is what some rules watch for.
            _pass_silence(watch, now_us, end_us - step_us, step_us)
            # What a delay would bring about after the period is not known to come.
            now_us[0] = min(end_us, period.end.us)
            hub.publish(part)
            watch.tick(now_us[0])
        if len(batch):
            times_us = [*times_us[:1], int(batch.time_us.min()), int(batch.time_us.max())]
        if options.progress is not None:
            options.progress(min(1.0, (now_us[0] - period.start.us) / span))
    _pass_silence(watch, now_us, period.end.us, step_us)
    watch.tick(period.end.us)
    watch.close()
    raised = Counter(engine.points[e.point].rule for e in events if e.kind is EventKind.RAISED)
    by_rule = {bound.rule.id: raised.get(bound.rule.id, 0) for bound in binding.rules}
    found = figures(events, period, options.alarms)
    recorded = Interval(Instant(min(times_us)), Instant(max(times_us))) if times_us else None
    return Backtest(hub.counts().received, tuple(events), found, by_rule, recorded)


def _step_us(binding: Binding, options: BacktestOptions) -> int:
    """Return the step; an hour where no rule looks at several entities or at the clock."""
    by_clock = any(
        bound.condition or bound.suppress_if or bound.rule.hours
        or isinstance(bound.rule, StaleRule | CountRule)
        for bound in binding.rules
    )  # fmt: skip
    step_s = options.step_s if by_clock else max(options.step_s, 3600.0)
    return int(step_s * _SECOND_US)


def _steps(batch: SampleBatch, step_us: int) -> Iterable[tuple[SampleBatch, int]]:
    edges = np.unique(batch.time_us // step_us)
    starts = np.searchsorted(batch.time_us, edges * step_us)
    ends = np.append(starts[1:], len(batch))
    for edge, start, end in zip(edges.tolist(), starts.tolist(), ends.tolist()):
        yield batch.select(slice(start, end)), (edge + 1) * step_us


def _pass_silence(watch: Watch, now_us: list[int], until_us: int, step_us: int) -> None:
    # A long silence is passed in larger steps: what it brings about is timed by itself.
    stride = max(step_us, (until_us - now_us[0]) // 64)
    while now_us[0] + stride < until_us:
        now_us[0] += stride
        watch.tick(now_us[0])
