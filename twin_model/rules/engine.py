"""Rules at work: deliveries of the hub in, conditions out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin_model.alarms.model import Condition
from twin_model.live.last_values import NEVER_US, LastValues
from twin_model.live.series import SeriesTable
from twin_model.live.subscription import Delivery
from twin_model.rules.binding import Binding, BoundRule
from twin_model.rules.detectors import Rows, Toggles, switched
from twin_model.rules.expression import Expression
from twin_model.rules.moments import Moments, parts
from twin_model.samples import Quality

#: A source's clock may be so far ahead of ours for rules to believe it.
_AHEAD_US: Final = 60_000_000


class RuleEngine:
    """Evaluates bound rules; used by one thread at a time.

    Late samples, bad ones, and those from a clock that runs ahead are not looked at.

    Parameters
    ----------
    binding : Binding
    series : SeriesTable
        Of the hub.
    active : collection of str
        Points whose condition held before this engine was made: found over, it ends.
    """

    def __init__(self, binding: Binding, series: SeriesTable, active: Collection[str] = ()) -> None:
        self.binding = binding
        for bound in binding.rules if active else ():
            state = bound.state if bound.detector is None else bound.detector.state
            state[[row for row, point in enumerate(bound.points) if point in active]] = True
        self._series = series
        self._known = 0
        self._fed: dict[str, list[BoundRule]] = {}
        for bound in binding.rules:
            if bound.detector is not None:
                self._fed.setdefault(bound.indicator, []).append(bound)
        self._places: dict[int, NDArray[np.int32]] = {}
        asked = [e for b in binding.rules for e in (b.condition, b.suppress_if) if e is not None]
        self._asked = {name for expression in asked for name in expression.names}
        self._world_places: dict[str, NDArray[np.int32]] = {}
        self._rows_of: dict[int, NDArray[np.int32]] = {}
        self._begun = False

    def recall(self, last: LastValues) -> None:
        """Know the newest values that came before this engine was made.

        What reports changes only would be unknown to conditions until its next change.
        """
        self._follow()
        for name, places in self._world_places.items():
            count = min(len(places), len(last.time_us))
            came = (places[:count] >= 0) & (last.time_us[:count] != NEVER_US)
            at = np.flatnonzero(came)
            bad = last.quality[at] == Quality.BAD
            value = np.where(bad, np.nan, last.value[at])
            rows = Rows(places[at], last.time_us[at], value, None, last.text[at])
            self.binding.world.set(name, rows)

    def feed(self, delivery: Delivery) -> list[Condition]:
        """Return where conditions begin or end with a delivery."""
        self._follow()
        usable = ~delivery.late & (delivery.batch.quality != Quality.BAD)
        usable &= delivery.batch.time_us <= delivery.received_us + _AHEAD_US
        found: list[Condition] = []
        for bound, places in self._fed_by(delivery.series):
            assert bound.detector is not None
            rows = _rows(delivery, places[delivery.series], usable)
            if len(rows):
                found += _conditions(bound, self._gated(bound, bound.detector.feed(rows)))
        if self._world_places:
            found += self._feed_world(delivery, usable)
        return found

    def tick(self, now_us: int) -> list[Condition]:
        """Return where conditions begin or end because time passes."""
        found: list[Condition] = []
        for bound in self.binding.rules:
            if bound.detector is not None:
                found += _conditions(bound, self._gated(bound, bound.detector.tick(now_us)))
            found += self._gate(bound, now_us)
        if not self._begun:
            # Attributes alone may make a condition true, before any sample comes.
            self._begun = True
            found += self._evaluate([b for b in self.binding.rules if b.condition], now_us)
        return found

    def suppressed(self) -> dict[str, str]:
        """Return the points whose suppression changed since last asked: why, or nothing."""
        found: dict[str, str] = {}
        for bound in self.binding.rules:
            if bound.suppress_if is None:
                continue
            truth = bound.suppress_if.evaluate(self.binding.world)[bound.world_rows]
            yes, no = truth == 1, truth == 0
            for row in np.flatnonzero((yes & ~bound.suppressed) | (no & bound.suppressed)):
                found[bound.points[row]] = bound.rule.suppress_if if yes[row] else ""
            bound.suppressed = (bound.suppressed | yes) & ~no
        return found

    # -- which samples are for which rule ----------------------------------------------

    def _follow(self) -> None:
        """Find places for series that appeared."""
        fresh = self._series.names(self._known)
        if not fresh:
            return
        for indicator, rules in self._fed.items():
            for bound in rules:
                found = [bound.rows.get(e, -1) if i == indicator else -1 for e, i in fresh]
                before = self._places.get(id(bound), np.zeros(0, np.int32))
                self._places[id(bound)] = np.concatenate([before, np.array(found, np.int32)])
        for name in self._asked:
            rows = self.binding.world.rows
            found = [rows.get(e, -1) if i == name else -1 for e, i in fresh]
            before = self._world_places.get(name, np.full(self._known, -1, np.int32))
            if (np.array(found) >= 0).any() or name in self._world_places:
                self._world_places[name] = np.concatenate([before, np.array(found, np.int32)])
        self._known += len(fresh)

    def _fed_by(self, series: NDArray[np.int32]) -> Iterator[tuple[BoundRule, NDArray[np.int32]]]:
        present = np.unique(series)
        for rules in self._fed.values():
            for bound in rules:
                places = self._places.get(id(bound))
                if places is not None and (places[present] >= 0).any():
                    yield bound, places

    # -- conditions over the world -----------------------------------------------------

    def _feed_world(self, delivery: Delivery, usable: NDArray[np.bool_]) -> list[Condition]:
        """Look at conditions at each moment of a delivery, whatever its size."""
        usable = usable | (~delivery.late & (delivery.batch.quality == Quality.BAD))
        samples: dict[str, Rows] = {}
        for name, places in self._world_places.items():
            rows = _rows(delivery, places[delivery.series], usable, by_time=True)
            if len(rows):
                samples[name] = rows
        if not samples:
            return []
        # Those over relations change with the samples of others, hence at all times; others only
        # at those of their own entity, which is found for all in one go.
        world, asking = self.binding.world, self._asking(samples)
        wide = [bound for bound, condition in asking if condition.steps]
        narrow = [bound for bound, condition in asking if not condition.steps]
        moments = Moments(world, samples) if narrow else None
        found: list[Condition] = []
        for part in parts(samples, world.count) if wide else [samples]:
            for name, rows in part.items():
                world.set(name, rows)
            if wide:
                now_us = max(int(rows.time_us[-1]) for rows in part.values())
                found += self._evaluate(wide, now_us)
        for bound in narrow:
            assert moments is not None
            found += self._evaluate_moments(bound, moments)
        return found

    def _asking(self, names: Collection[str]) -> list[tuple[BoundRule, Expression]]:
        """Return rules with conditions that ask for one of some indicators."""
        wanted = set(names)
        return [
            (bound, bound.condition)
            for bound in self.binding.rules
            if bound.condition is not None and bound.condition.names & wanted
        ]

    def _evaluate(self, rules: Iterable[BoundRule], now_us: int) -> list[Condition]:
        """Evaluate conditions as everything is now."""
        found: list[Condition] = []
        for bound in rules:
            assert bound.condition is not None
            truth = bound.condition.evaluate(self.binding.world)[bound.world_rows]
            count = len(truth)
            rows = Rows(
                np.arange(count, dtype=np.int32), np.full(count, now_us), np.full(count, np.nan)
            )
            found += _conditions(bound, self._gated(bound, _switched(rows, truth, bound)))
        return found

    def _evaluate_moments(self, bound: BoundRule, moments: Moments) -> list[Condition]:
        assert bound.condition is not None
        place = self._own_rows(bound)[moments.row]
        at = np.flatnonzero(place >= 0)
        if not len(at):
            return []
        at = at[np.argsort(place[at], kind="stable")]
        truth = bound.condition.evaluate(moments)[at]
        rows = Rows(place[at], moments.time_us[at], np.full(len(at), np.nan))
        return _conditions(bound, self._gated(bound, _switched(rows, truth, bound)))

    def _own_rows(self, bound: BoundRule) -> NDArray[np.int32]:
        """Return a rule's row of each row of the world; -1 for none."""
        found = self._rows_of.get(id(bound))
        if found is None:
            found = np.full(self.binding.world.count, -1, np.int32)
            found[bound.world_rows] = np.arange(len(bound.world_rows), dtype=np.int32)
            self._rows_of[id(bound)] = found
        return found

    # -- hours -------------------------------------------------------------------------

    def _gated(self, bound: BoundRule, toggles: Toggles) -> Toggles:
        hours = bound.rule.hours
        if hours is None or not len(toggles.row):
            return toggles
        active = toggles.active & hours.contain(toggles.time_us)
        return Toggles(toggles.row, toggles.time_us, active, toggles.value)

    def _gate(self, bound: BoundRule, now_us: int) -> list[Condition]:
        """Let conditions that hold begin or end with the hours."""
        hours = bound.rule.hours
        if hours is None or hours.contains(now_us) == bound.gate_open:
            return []
        bound.gate_open = not bound.gate_open
        state = bound.state if bound.detector is None else bound.detector.state
        at = np.flatnonzero(state)
        return [Condition(bound.points[row], bound.gate_open, now_us) for row in at.tolist()]


def _rows(
    delivery: Delivery,
    places: NDArray[np.int32],
    usable: NDArray[np.bool_],
    *,
    by_time: bool = False,
) -> Rows:
    """Return the usable samples of a rule, ordered by row and time (or by time alone)."""
    at = np.flatnonzero((places >= 0) & usable)
    batch = delivery.batch
    row, time_us = places[at], batch.time_us[at]
    if len(at) > 1:
        order = np.argsort(time_us, kind="stable") if by_time else np.lexsort((time_us, row))
        at, row, time_us = at[order], row[order], time_us[order]
    value = batch.value[at]
    if by_time:
        value = np.where(batch.quality[at] == Quality.BAD, np.nan, value)
    return Rows(
        row,
        time_us,
        value,
        None if batch.position is None else batch.position[at],
        None if batch.text is None else batch.text[at],
    )


def _switched(rows: Rows, truth: NDArray[np.float64], bound: BoundRule) -> Toggles:
    codes = (truth == 1).astype(np.int8) - (truth == 0).astype(np.int8)
    return switched(rows, codes, bound.state)


def _conditions(bound: BoundRule, toggles: Toggles) -> list[Condition]:
    points = map(bound.points.__getitem__, toggles.row.tolist())
    columns = (points, toggles.active.tolist(), toggles.time_us.tolist(), toggles.value.tolist())
    return [*map(Condition._make, zip(*columns))]  # a burst makes thousands
