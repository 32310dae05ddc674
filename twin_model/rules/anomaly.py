"""Scores of how unlike its own past a value is."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin_model.rules.detectors import Rows, Toggles, switched
from twin_model.rules.model import AnomalyRule
from twin_model.rules.recent import MOST

_SECOND_US: Final = 1_000_000
#: Median absolute deviation to standard deviation of a normal distribution.
_SIGMA: Final = 1.4826


class _Past:
    """What one row has been like."""

    __slots__ = ("bins", "count", "median", "next_fit_us", "scale", "start", "time_us", "value")

    def __init__(self, bins: int) -> None:
        self.time_us: NDArray[np.int64] = np.zeros(64, np.int64)
        self.value: NDArray[np.float64] = np.zeros(64)
        self.start = 0
        self.count = 0
        self.bins = np.zeros(bins)
        self.median = np.nan
        self.scale = np.nan
        self.next_fit_us = -(2**62)

    def append(self, time_us: NDArray[np.int64], value: NDArray[np.float64], keep_us: int) -> None:
        """Add samples and let those go that are older than the window."""
        end = self.start + self.count
        if end + len(value) > len(self.value):
            room = max(64, 2 * (self.count + len(value)))
            for name in ("time_us", "value"):
                kept = getattr(self, name)[self.start : end]
                larger = np.zeros(room, kept.dtype)
                larger[: self.count] = kept
                setattr(self, name, larger)
            self.start, end = 0, self.count
        self.time_us[end : end + len(value)] = time_us
        self.value[end : end + len(value)] = value
        end += len(value)
        oldest = int(np.searchsorted(self.time_us[self.start : end], int(time_us[-1]) - keep_us))
        self.start = max(self.start + oldest, end - MOST)
        self.count = end - self.start

    def fit(self, rule: AnomalyRule) -> None:
        """Make median, deviation and seasonal profile anew."""
        values = self.value[self.start : self.start + self.count]
        if rule.method == "seasonal":
            place = season_bin(self.time_us[self.start : self.start + self.count], rule)
            self.bins = _profile(values, place, rule.bins)
            values = values - self.bins[place]
        self.median = float(np.median(values))
        away = np.abs(values - self.median)
        # Peaks that come every day are no anomaly: three times the scale is at least what all but
        # a hundredth of the past stayed below. Where most values are equal, the deviation is
        # zero, and any other value would be infinitely far.
        usual = float(np.quantile(away, 0.99)) / 3.0
        floor = max(1e-9, 0.01 * abs(self.median))
        self.scale = max(_SIGMA * float(np.median(away)), usual, floor)


def season_bin(time_us: NDArray[np.int64], rule: AnomalyRule) -> NDArray[np.intp]:
    """Return which part of the season each time is in."""
    season_us = int(rule.season_s * _SECOND_US)
    return ((time_us % season_us) * rule.bins // season_us).astype(np.intp)


def _profile(
    values: NDArray[np.float64], place: NDArray[np.intp], bins: int
) -> NDArray[np.float64]:
    profile = np.full(bins, np.median(values))
    order = np.argsort(place, kind="stable")
    edges = np.searchsorted(place[order], np.arange(bins + 1))
    for number in range(bins):
        part = values[order[edges[number] : edges[number + 1]]]
        if len(part):
            profile[number] = np.median(part)
    return profile


class AnomalyDetector:
    """See `AnomalyRule`. The past never includes what it is compared with."""

    def __init__(self, rule: AnomalyRule, rows: int) -> None:
        self.state = np.zeros(rows, bool)
        self._rule = rule
        self._past: dict[int, _Past] = {}
        self._window_us = int(rule.window_s * _SECOND_US)
        self._refit_us = int(rule.refit_s * _SECOND_US)

    def feed(self, rows: Rows) -> Toggles:
        """Take in samples."""
        scores = self.scores(rows)
        known = np.isfinite(scores)
        on = known & (scores > self._rule.limit)
        off = known & (scores <= self._rule.limit / 2)
        codes = on.astype(np.int8) - off.astype(np.int8)
        return switched(rows, codes, self.state, scores)

    def tick(self, now_us: int) -> Toggles:
        """Time alone changes nothing."""
        return Toggles.none()

    def scores(self, rows: Rows) -> NDArray[np.float64]:
        """Return the score of each sample, NaN while too little is known; then learn from it."""
        scores = np.full(len(rows), np.nan)
        starts = np.flatnonzero(np.concatenate([[True], np.diff(rows.row) != 0]))
        ends = np.append(starts[1:], len(rows))
        if not len(rows):
            return scores
        for start, end in zip(starts.tolist(), ends.tolist()):
            past = self._past.get(int(rows.row[start]))
            if past is None:
                past = self._past[int(rows.row[start])] = _Past(self._rule.bins)
            self._score_row(past, rows, scores, (start, end))
        return scores

    def _score_row(
        self, past: _Past, rows: Rows, scores: NDArray[np.float64], part: tuple[int, int]
    ) -> None:
        at, end = part
        while at < end:
            missing = self._rule.at_least - past.count
            if np.isnan(past.scale) and missing > 0:
                until = min(end, at + missing)
            else:
                if rows.time_us[at] >= past.next_fit_us:
                    past.fit(self._rule)
                    past.next_fit_us = int(rows.time_us[at]) + self._refit_us
                until = at + int(np.searchsorted(rows.time_us[at:end], past.next_fit_us))
            value, time_us = rows.value[at:until], rows.time_us[at:until]
            expected: NDArray[np.float64] | float = past.median
            if self._rule.method == "seasonal":
                expected = past.median + past.bins[season_bin(time_us, self._rule)]
            scores[at:until] = np.abs(value - expected) / past.scale
            usable = np.isfinite(value)
            if usable.any():
                past.append(time_us[usable], value[usable], self._window_us)
            at = until
