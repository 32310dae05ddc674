"""What each kind of rule looks for, over whole batches at once.

A detector keeps a row for each entity that its rule watches. It is fed samples ordered by row and
time and tells where its condition begins or ends; time alone can do that too (`tick`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from twin_model.rules.model import CountRule, DeviationRule, GeofenceRule, RateRule, StaleRule
from twin_model.rules.recent import Recent

_SECOND_US: Final = 1_000_000
_OPERATORS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    ">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal,
    "=": np.equal, "!=": np.not_equal,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Samples of one rule, ordered by row and time.

    Parameters
    ----------
    row : (n,) int32 array
    time_us : (n,) int64 array
    value : (n,) float64 array
    position : (n, 3) float64 array, optional
    text : (n,) object array, optional
    """

    row: NDArray[np.int32]
    time_us: NDArray[np.int64]
    value: NDArray[np.float64]
    position: NDArray[np.float64] | None = None
    text: NDArray[np.object_] | None = None

    def __len__(self) -> int:
        return len(self.row)

    def part(self, which: slice) -> Rows:
        """Return some of them, in the same order."""
        return Rows(
            self.row[which],
            self.time_us[which],
            self.value[which],
            None if self.position is None else self.position[which],
            None if self.text is None else self.text[which],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Toggles:
    """Where conditions begin or end.

    Parameters
    ----------
    row : (n,) int32 array
    time_us : (n,) int64 array
    active : (n,) bool array
    value : (n,) float64 array
    """

    row: NDArray[np.int32]
    time_us: NDArray[np.int64]
    active: NDArray[np.bool_]
    value: NDArray[np.float64]

    @classmethod
    def none(cls) -> Toggles:
        """Return no change."""
        return cls(np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, bool), np.zeros(0))


class Detector(Protocol):
    """Looks for one rule's condition.

    Attributes
    ----------
    state : (rows,) bool array
        Where it holds, delays and hours not applied.
    """

    state: NDArray[np.bool_]

    def feed(self, rows: Rows) -> Toggles:
        """Take in samples."""
        ...

    def tick(self, now_us: int) -> Toggles:
        """Let time pass."""
        ...


def switched(
    rows: Rows,
    codes: NDArray[np.int8],
    state: NDArray[np.bool_],
    shown: NDArray[np.float64] | None = None,
) -> Toggles:
    """Return where a condition begins or ends, and bring *state* up to date.

    Parameters
    ----------
    rows : Rows
    codes : (n,) int8 array
        1 where a sample begins it, -1 where one ends it, 0 where it stays as it is (deadband).
    state : (rows,) bool array
        Changed in place.
    shown : (n,) float64 array, optional
        What is shown with the alarm, instead of the sample's value.
    """
    if not len(rows):
        return Toggles.none()
    place = np.arange(len(rows))
    starts = np.concatenate([[True], np.diff(rows.row) != 0])
    start = np.maximum.accumulate(np.where(starts, place, 0))
    decided = np.maximum.accumulate(np.where(codes != 0, place, -1))
    known = state[rows.row]
    current = np.where(decided >= start, codes[np.maximum(decided, 0)] > 0, known)
    before = np.where(starts, known, np.concatenate([[False], current[:-1]]))
    ends = np.concatenate([starts[1:], [True]])
    state[rows.row[ends]] = current[ends]
    at = np.flatnonzero(current != before)
    value = rows.value if shown is None else shown
    return Toggles(rows.row[at], rows.time_us[at], current[at], value[at])


def _codes(on: NDArray[np.bool_], off: NDArray[np.bool_]) -> NDArray[np.int8]:
    return on.astype(np.int8) - (off & ~on).astype(np.int8)


class ThresholdDetector:
    """See `ThresholdRule`; *limit* is by row, NaN where there is none."""

    def __init__(self, operator: str, limit: NDArray[np.float64], deadband: float) -> None:
        self.state = np.zeros(len(limit), bool)
        self._beyond = _OPERATORS[operator]
        self.limit = limit
        self._back = {">": -1.0, ">=": -1.0, "<": 1.0, "<=": 1.0}.get(operator, 0.0) * deadband

    def feed(self, rows: Rows) -> Toggles:
        """Take in samples."""
        limit = self.limit[rows.row]
        known = np.isfinite(rows.value) & np.isfinite(limit)
        on = self._beyond(rows.value, limit) & known
        off = ~self._beyond(rows.value, limit + self._back) & known
        return switched(rows, _codes(on, off), self.state)

    def tick(self, now_us: int) -> Toggles:
        """Time alone changes nothing."""
        return Toggles.none()


class WordDetector:
    """See `ThresholdRule`, with a word."""

    def __init__(self, operator: str, word: str, rows: int) -> None:
        self.state = np.zeros(rows, bool)
        self._word = word
        self._equal = operator == "="

    def feed(self, rows: Rows) -> Toggles:
        """Take in samples."""
        if rows.text is None:
            return Toggles.none()
        same = (rows.text == self._word).astype(bool)
        known = (rows.text != np.array(None)).astype(bool)
        on = (same == self._equal) & known
        return switched(rows, _codes(on, ~on & known), self.state)

    def tick(self, now_us: int) -> Toggles:
        """Time alone changes nothing."""
        return Toggles.none()


class RateDetector:
    """See `RateRule`."""

    def __init__(self, rule: RateRule, rows: int) -> None:
        self.state = np.zeros(rows, bool)
        self._rule = rule
        self._over_us = int(rule.over_s * _SECOND_US)
        self._recent = Recent(3 * self._over_us)

    def feed(self, rows: Rows) -> Toggles:
        """Take in samples."""
        window = self._recent.extend(rows)
        now = window.fresh
        then = window.last_until(now, self._over_us)
        known = then >= 0
        then = np.maximum(then, 0)
        passed = (window.time_us[now] - window.time_us[then]) / _SECOND_US
        # Across a gap in the samples the mean rate says nothing about any part of it.
        known &= (passed > 0) & (passed <= 3 * self._rule.over_s)
        with np.errstate(all="ignore"):
            rate = (window.value[now] - window.value[then]) / passed
        known &= np.isfinite(rate)
        beyond = _OPERATORS[self._rule.operator](rate, self._rule.per_s)
        return switched(rows, _codes(beyond & known, ~beyond & known), self.state, rate)

    def tick(self, now_us: int) -> Toggles:
        """Time alone changes nothing."""
        return Toggles.none()


class DeviationDetector:
    """See `DeviationRule`."""

    def __init__(self, rule: DeviationRule, rows: int) -> None:
        self.state = np.zeros(rows, bool)
        self._rule = rule
        self._window_us = int(rule.window_s * _SECOND_US)
        self._recent = Recent(self._window_us)

    def feed(self, rows: Rows) -> Toggles:
        """Take in samples."""
        window = self._recent.extend(rows)
        now = window.fresh
        first = window.first_since(now, self._window_us)
        usable = np.isfinite(window.value)
        sums = np.concatenate([[0.0], np.cumsum(np.where(usable, window.value, 0.0))])
        counts = np.concatenate([[0], np.cumsum(usable)])
        count = counts[now] - counts[first]
        with np.errstate(all="ignore"):
            mean = (sums[now] - sums[first]) / count
            distance = np.abs(window.value[now] - mean)
            if self._rule.relative:
                distance = distance / np.abs(mean)
        # A mean of a handful is no baseline.
        known = np.isfinite(distance) & (count >= 5)
        on = known & (distance > self._rule.limit)
        off = known & (distance <= self._rule.limit - self._rule.deadband)
        return switched(rows, _codes(on, off), self.state)

    def tick(self, now_us: int) -> Toggles:
        """Time alone changes nothing."""
        return Toggles.none()


class StaleDetector:
    """See `StaleRule`."""

    def __init__(self, rule: StaleRule, rows: int) -> None:
        self.state = np.zeros(rows, bool)
        self._after_us = int(rule.after_s * _SECOND_US)
        self._heard_us: NDArray[np.int64] | None = None
        self._rows = rows

    def feed(self, rows: Rows) -> Toggles:
        """Take in samples: where any comes, it is over."""
        if not len(rows):
            return Toggles.none()
        heard = self._heard(int(rows.time_us.min()))
        np.maximum.at(heard, rows.row, rows.time_us)
        return switched(rows, np.full(len(rows), -1, np.int8), self.state)

    def tick(self, now_us: int) -> Toggles:
        """Let time pass."""
        heard = self._heard(now_us)
        at = np.flatnonzero((now_us - heard > self._after_us) & ~self.state).astype(np.int32)
        self.state[at] = True
        nothing = np.full(len(at), np.nan)
        return Toggles(at, heard[at] + self._after_us, np.ones(len(at), bool), nothing)

    def _heard(self, now_us: int) -> NDArray[np.int64]:
        if self._heard_us is None:
            # What was never heard of counts from the start.
            self._heard_us = np.full(self._rows, now_us, np.int64)
        return self._heard_us


class CountDetector:
    """See `CountRule`."""

    def __init__(self, rule: CountRule, rows: int) -> None:
        self.state = np.zeros(rows, bool)
        self._rule = rule
        self._window_us = int(rule.window_s * _SECOND_US)
        self._recent = Recent(self._window_us)

    def feed(self, rows: Rows) -> Toggles:
        """Take in samples."""
        window = self._recent.extend(rows)
        now = window.fresh
        hits = np.concatenate([[0], np.cumsum(self._counts(window.value))])
        count = hits[now + 1] - hits[window.first_since(now, self._window_us)]
        enough = count >= self._rule.at_least
        return switched(rows, _codes(enough, ~enough), self.state, count.astype(float))

    def tick(self, now_us: int) -> Toggles:
        """Let time pass: samples leave the window."""
        if not self.state.any():
            return Toggles.none()
        row, time_us, value = self._recent.kept()
        left = self._counts(value) & (time_us > now_us - self._window_us)
        count = np.bincount(row[left], minlength=len(self.state))
        at = np.flatnonzero(self.state & (count < self._rule.at_least)).astype(np.int32)
        self.state[at] = False
        when = np.full(len(at), now_us, np.int64)
        return Toggles(at, when, np.zeros(len(at), bool), count[at].astype(float))

    def _counts(self, value: NDArray[np.float64]) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = _OPERATORS[self._rule.operator](value, self._rule.threshold)
        return found


class GeofenceDetector:
    """See `GeofenceRule`; how long somebody dwells is the alarm's delay."""

    def __init__(self, rule: GeofenceRule, rows: int) -> None:
        self.state = np.zeros(rows, bool)
        self._ring = np.array(rule.ring_m, np.float64)
        self._outside = rule.event == "exit"

    def feed(self, rows: Rows) -> Toggles:
        """Take in samples that have a position."""
        if rows.position is None:
            return Toggles.none()
        known = np.isfinite(rows.position[:, :2]).all(axis=1)
        inside = within_ring(rows.position[:, :2], self._ring)
        on = (inside != self._outside) & known
        return switched(rows, _codes(on, ~on & known), self.state)

    def tick(self, now_us: int) -> Toggles:
        """Time alone changes nothing."""
        return Toggles.none()


def within_ring(points: NDArray[np.float64], ring: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which points lie inside a ring, by the number of edges to their east that they face.

    Parameters
    ----------
    points : (n, 2) float64 array
    ring : (m, 2) float64 array
        Corners in order, the first not repeated.
    """
    inside = np.zeros(len(points), bool)
    x, y = points[:, 0], points[:, 1]
    for (x1, y1), (x2, y2) in zip(ring, np.roll(ring, -1, axis=0)):
        if y1 == y2:
            continue
        crosses = (y1 > y) != (y2 > y)
        inside ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return inside
