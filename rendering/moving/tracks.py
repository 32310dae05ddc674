"""Where moving things are at any moment, from samples that come now and then."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from rendering.moving.clock import SourceClock
from rendering.moving.style import SHAPES, MovingStyle
from twin_model.samples import SampleBatch

#: Indicators that tell of a movement; geofences of rules take the first one too.
POSITION: Final = "position"
HEADING: Final = "heading"
SPEED: Final = "speed"

#: Samples kept of each thing, for drawing between them.
_KEPT: Final = 6
#: Places kept of each thing's way.
_TRAIL: Final = 40
_NEVER: Final = np.iinfo(np.int64).min // 2
#: Faster than this between two samples a thing did not move, it was put somewhere else.
_JUMP_MPS: Final = 200.0
_LEAST_TURN_M: Final = 0.05
#: Usual intervals between samples that things are drawn behind the newest.
_DELAY_INTERVALS: Final = 1.5
_DELAY_S: Final = (0.05, 5.0)

FloatArray = npt.NDArray[np.float64]


class Certainty(IntEnum):
    """How sure it is that a thing is where it is drawn."""

    BETWEEN = 0  # two samples
    EXTRAPOLATED = 1
    HELD = 2  # nothing has come for too long; it stands where it was going


@dataclass(frozen=True)
class Placed:
    """Where everything is at one moment.

    Parameters
    ----------
    row : (n,) int array
        Which of the things they are.
    position : (n, 3) float64 array
    heading_deg : (n,) float64 array
        Clockwise from grid north.
    certainty : (n,) uint8 array
        See `Certainty`.
    shape : (n,) uint8 array
        Index into `SHAPES`.
    """

    row: npt.NDArray[np.intp]
    position: FloatArray
    heading_deg: FloatArray
    certainty: npt.NDArray[np.uint8]
    shape: npt.NDArray[np.uint8]


class Tracks:
    """Moving things by their samples. Safe to use from any thread.

    Parameters
    ----------
    style : MovingStyle
    now : callable
        Returns seconds of a clock that never goes back.
    fixed_us : int, optional
        The one instant at which everything is shown; things move where there is none.
    delay_intervals : float
        How far behind the newest samples things are drawn where the style does not say it, in usual
        intervals between two: more where these differ.
    """

    def __init__(
        self,
        style: MovingStyle,
        now: Callable[[], float] = time.monotonic,
        *,
        fixed_us: int | None = None,
        delay_intervals: float = _DELAY_INTERVALS,
    ) -> None:
        self.style = style
        self._delay_intervals = delay_intervals
        self.fixed_us = fixed_us
        self._now = now
        self._lock = threading.Lock()
        self._clock = SourceClock()
        self._rows: dict[str, int] = {}
        self._names: list[str] = []
        self._free: list[int] = []
        self._time = np.full((0, _KEPT), _NEVER, np.int64)
        self._position = np.zeros((0, _KEPT, 3))
        self._heading = np.zeros((0, _KEPT))
        self._speed = np.full((0, _KEPT), np.nan)
        self._told_heading = np.full((0, 2), np.nan)  # time and value
        self._told_speed = np.full((0, 2), np.nan)
        self._shape = np.zeros(0, np.uint8)
        self._trail_time = np.full((0, _TRAIL), _NEVER, np.int64)
        self._trail = np.zeros((0, _TRAIL, 3))
        self._interval_s = np.full(0, np.nan)
        #: Number of the newest batch, for who draws what does not change between batches.
        self.version = 0

    def __len__(self) -> int:
        return len(self._rows)

    def name(self, row: int) -> str:
        """Return the entity id of a thing."""
        return self._names[row]

    def row(self, entity_id: str) -> int | None:
        """Return the row of a thing; None where it is not known."""
        return self._rows.get(entity_id)

    # -- samples -------------------------------------------------------------------------

    def take(self, batch: SampleBatch) -> None:
        """Take in samples of ``position``, ``heading`` (degrees) and ``speed`` (m/s)."""
        numbers = {name: n for n, name in enumerate(batch.keys.indicators)}
        found = {name: numbers.get(name, -1) for name in (POSITION, HEADING, SPEED)}
        with self._lock:
            for name in (HEADING, SPEED):
                rows = np.flatnonzero(batch.indicator == found[name])
                if len(rows):
                    at = self._rows_of(batch, rows)  # may make the arrays longer
                    told = self._told(name)
                    told[at, 0], told[at, 1] = batch.time_us[rows], batch.value[rows]
            if batch.position is None:
                return
            moved = batch.indicator == found[POSITION]
            moved &= np.isfinite(batch.position).all(axis=1) & (batch.quality < 2)
            rows = np.flatnonzero(moved)
            if not len(rows):
                return
            rows = rows[np.argsort(batch.time_us[rows], kind="stable")]
            at = self._rows_of(batch, rows)
            self._name_shapes(batch, rows, at)
            # The n-th sample of every thing at once.
            for each in _ranks(at):
                self._append(at[each], batch.time_us[rows[each]], batch.position[rows[each]])
            self._clock.arrived(int(batch.time_us[rows[-1]]), self._now())
            self.version += 1

    def _told(self, name: str) -> FloatArray:
        return self._told_heading if name == HEADING else self._told_speed

    def _rows_of(self, batch: SampleBatch, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        entities, inverse = np.unique(batch.entity[rows], return_inverse=True)
        found = np.array([self._row(batch.keys.entities[n]) for n in entities], np.intp)
        return found[inverse]

    def _row(self, entity_id: str) -> int:
        row = self._rows.get(entity_id)
        if row is None:
            if self._free:
                row = self._free.pop()
                self._names[row] = entity_id
            else:
                row = len(self._names)
                self._names.append(entity_id)
                if row >= len(self._time):
                    self._grow()
            self._rows[entity_id] = row
            self._shape[row] = SHAPES.index(self.style.shape)
        return row

    def _grow(self) -> None:
        more = max(256, len(self._time))

        def longer(array: Any, fill: Any) -> Any:
            return np.concatenate([array, np.full((more, *array.shape[1:]), fill, array.dtype)])

        self._time = longer(self._time, _NEVER)
        self._position = longer(self._position, 0.0)
        self._heading = longer(self._heading, 0.0)
        self._speed = longer(self._speed, np.nan)
        self._told_heading = longer(self._told_heading, np.nan)
        self._told_speed = longer(self._told_speed, np.nan)
        self._shape = longer(self._shape, 0)
        self._trail_time = longer(self._trail_time, _NEVER)
        self._trail = longer(self._trail, 0.0)
        self._interval_s = longer(self._interval_s, np.nan)

    def _name_shapes(
        self, batch: SampleBatch, rows: npt.NDArray[np.intp], at: npt.NDArray[np.intp]
    ) -> None:
        if batch.text is None:
            return
        for row, text in zip(at.tolist(), batch.text[rows].tolist(), strict=True):
            if text in SHAPES:
                self._shape[row] = SHAPES.index(text)

    def _append(
        self, at: npt.NDArray[np.intp], time_us: npt.NDArray[np.int64], position: FloatArray
    ) -> None:
        newer = time_us > self._time[at, -1]
        at, time_us, position = at[newer], time_us[newer], position[newer]
        before_us, before = self._time[at, -1], self._position[at, -1]
        known = before_us != _NEVER
        step_s = np.where(known, (time_us - before_us) / 1e6, np.nan)
        step = position - before
        far = np.linalg.norm(step[:, :2], axis=1)
        moved = known & (far > _LEAST_TURN_M)
        heading = np.where(
            moved, np.degrees(np.arctan2(step[:, 0], step[:, 1])) % 360, self._heading[at, -1]
        )
        heading = np.where(self._told_heading[at, 0] == time_us, self._told_heading[at, 1], heading)
        speed = np.where(known, far / np.maximum(step_s, 1e-6), 0.0)
        speed = np.where(self._told_speed[at, 0] == time_us, self._told_speed[at, 1], speed)
        for array in (self._time, self._position, self._heading, self._speed):
            array[at, :-1] = array[at, 1:]
        self._time[at, -1] = time_us
        self._position[at, -1] = position
        self._heading[at, -1] = heading
        self._speed[at, -1] = np.minimum(speed, _JUMP_MPS)
        usual = self._interval_s[at]
        self._interval_s[at] = np.where(
            np.isnan(usual), step_s, np.where(np.isnan(step_s), usual, 0.8 * usual + 0.2 * step_s)
        )
        if self.style.trail_s > 0:
            self._extend_trails(at, time_us, position, known & (far / np.maximum(step_s, 1e-6)
                                                                > _JUMP_MPS))  # fmt: skip

    def _extend_trails(
        self,
        at: npt.NDArray[np.intp],
        time_us: npt.NDArray[np.int64],
        position: FloatArray,
        jumped: npt.NDArray[np.bool_],
    ) -> None:
        self._trail_time[at[jumped]] = _NEVER
        spacing_us = self.style.trail_s / _TRAIL * 1e6
        due = time_us - self._trail_time[at, -1] >= spacing_us
        rows = at[due]
        for array in (self._trail_time, self._trail):
            array[rows, :-1] = array[rows, 1:]
        self._trail_time[rows, -1] = time_us[due]
        self._trail[rows, -1] = position[due]

    # -- drawing -------------------------------------------------------------------------

    def delay_s(self) -> float:
        """Return how far behind the newest samples things are drawn, in the source's seconds."""
        if self.style.delay_s is not None:
            return self.style.delay_s
        known = self._interval_s[np.isfinite(self._interval_s)]
        usual = float(np.median(known)) if len(known) else 0.0
        rate = max(self._clock.rate, 1e-3)
        behind = self._delay_intervals * usual
        return float(np.clip(behind, _DELAY_S[0] * rate, max(_DELAY_S[1] * rate, usual)))

    def place(self) -> Placed:
        """Return where everything is now."""
        with self._lock:
            at_us = self._at_us()
            self._forget(at_us)
            count = len(self._names)
            times = self._time[:count]
            rows = np.flatnonzero(times[:, -1] != _NEVER)
            return self._placed(rows, at_us)

    def _at_us(self) -> int:
        if self.fixed_us is not None:
            return self.fixed_us
        return self._clock.at(self._now()) - round(self.delay_s() * 1e6)

    def _placed(self, rows: npt.NDArray[np.intp], at_us: int) -> Placed:
        times = self._time[rows]
        last = np.maximum((times <= at_us).sum(axis=1) - 1, 0)
        first = (times == _NEVER).sum(axis=1)  # of what is known of each
        last = np.maximum(last, first)
        after = np.minimum(last + 1, _KEPT - 1)
        each = np.arange(len(rows))
        t0, t1 = times[each, last], times[each, after]
        p0, p1 = self._position[rows, last], self._position[rows, after]
        h0, h1 = self._heading[rows, last], self._heading[rows, after]
        span_s = np.maximum((t1 - t0) / 1e6, 1e-6)
        past_s = (at_us - t0) / 1e6
        share = np.clip(past_s / span_s, 0.0, 1.0)
        share = np.where(t1 > t0, share, 0.0)
        jumps = np.linalg.norm(p1 - p0, axis=1) / span_s > _JUMP_MPS
        share = np.where(jumps, 0.0, share)
        position = p0 + (p1 - p0) * share[:, None]
        turn = (h1 - h0 + 180.0) % 360.0 - 180.0
        heading = (h0 + turn * share) % 360.0
        beyond = (last == _KEPT - 1) & (past_s > 0)
        ahead_s = np.where(beyond, np.minimum(past_s, self.style.extrapolate_s), 0.0)
        radians = np.radians(heading)
        speed = np.nan_to_num(self._speed[rows, last])
        position[:, 0] += ahead_s * speed * np.sin(radians)
        position[:, 1] += ahead_s * speed * np.cos(radians)
        certainty = np.where(
            beyond,
            np.where(past_s > self.style.extrapolate_s, Certainty.HELD, Certainty.EXTRAPOLATED),
            Certainty.BETWEEN,
        ).astype(np.uint8)
        return Placed(rows, position, heading, certainty, self._shape[rows])

    def _forget(self, at_us: int) -> None:
        newest = self._time[: len(self._names), -1]
        old = np.flatnonzero((newest != _NEVER) & (at_us - newest > self.style.forget_s * 1e6))
        self._time[old] = _NEVER
        self._trail_time[old] = _NEVER
        for array in (self._interval_s, self._speed, self._told_heading, self._told_speed):
            array[old] = np.nan
        for row in old.tolist():
            del self._rows[self._names[row]]
            self._free.append(row)

    def trails(self, placed: Placed) -> tuple[FloatArray, npt.NDArray[np.intp], FloatArray]:
        """Return the ways that things came: points, pairs of them, and age from 0 to 1.

        Parameters
        ----------
        placed : Placed
            Where each way ends.

        Returns
        -------
        points : (m, 3) float64 array
        pairs : (k, 2) int array
        age : (m,) float64 array
            1 where the point is as old as a trail may be.
        """
        with self._lock:
            at_us = self._at_us()
            times = self._trail_time[placed.row]
            points = self._trail[placed.row]
        # What the thing has not reached yet, as it is drawn behind its samples, is not its way.
        age = (at_us - times) / (self.style.trail_s * 1e6)
        shown = (times != _NEVER) & (age >= 0) & (age <= 1)
        points = np.concatenate([points, placed.position[:, None]], axis=1)
        age = np.concatenate([age, np.zeros((len(age), 1))], axis=1)
        shown = np.concatenate([shown, shown.any(axis=1)[:, None]], axis=1)
        number = np.cumsum(shown.ravel()).reshape(shown.shape) - 1
        linked = shown[:, :-1] & shown[:, 1:]
        pairs = np.column_stack([number[:, :-1][linked], number[:, 1:][linked]])
        # The last place before the thing need not be its neighbour in the ring.
        return points[shown], _bridged(shown, number, pairs), age[shown]


def _bridged(
    shown: npt.NDArray[np.bool_], number: npt.NDArray[np.intp], pairs: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:
    """Add a pair from each thing's last reached place to the thing, where others lie between."""
    gap = shown[:, -1] & ~shown[:, -2]
    rows = np.flatnonzero(gap)
    if not len(rows):
        return pairs
    width = shown.shape[1]
    newest = width - 2 - np.argmax(shown[rows, :-1][:, ::-1], axis=1)
    more = np.column_stack([number[rows, newest], number[rows, -1]])
    return np.concatenate([pairs, more])


def _ranks(at: npt.NDArray[np.intp]) -> list[npt.NDArray[np.intp]]:
    """Return index arrays: every thing's first, then every thing's second, and so on."""
    if len(np.unique(at)) == len(at):
        return [np.arange(len(at))]
    order = np.argsort(at, kind="stable")
    grouped = at[order]
    starts = np.flatnonzero(np.r_[True, grouped[1:] != grouped[:-1]])
    sizes = np.diff(np.r_[starts, len(at)])
    rank = np.arange(len(at)) - np.repeat(starts, sizes)
    return [np.sort(order[rank == n]) for n in range(int(rank.max()) + 1)]
