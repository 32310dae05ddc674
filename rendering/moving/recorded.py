"""Where moving things were at an instant, from samples that are all there already."""

from __future__ import annotations

import threading
from typing import Final

import numpy as np
import numpy.typing as npt

from rendering.moving.style import SHAPES, MovingStyle
from rendering.moving.tracks import Certainty, Placed
from twin_model.samples import Quality, SampleBatch

_LEAST_TURN_M: Final = 0.05

FloatArray = npt.NDArray[np.float64]


class RecordedTracks:
    """Moving things of a recording, shown as of an instant that is set. Safe from any thread.

    Between two samples a thing is where the line between them says; before its first, after its
    last, and from a sample of bad quality on, it is not there.

    Parameters
    ----------
    style : MovingStyle
    gap_s : float
        A thing that was not heard of for longer was away meanwhile.
    """

    def __init__(self, style: MovingStyle, gap_s: float = 10.0) -> None:
        self.style = style
        self._gap_us = int(gap_s * 1e6)
        self._lock = threading.Lock()
        self._at_us = 0
        self._set(
            np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 3)), np.zeros(0, np.uint8)
        )
        self._names: list[str] = []
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._names)

    @property
    def fixed_us(self) -> int:
        """The instant that is shown: nothing goes on by itself."""
        return self._at_us

    def name(self, row: int) -> str:
        """Return the entity id of a thing."""
        return self._names[row]

    def row(self, entity_id: str) -> int | None:
        """Return the row of a thing; None where it is not among them."""
        with self._lock:
            return self._numbers.get(entity_id)

    def take(self, batch: SampleBatch) -> None:
        """Replace what is known by the samples of another period, in any order."""
        if batch.position is None or not len(batch):
            rows = np.zeros(0, np.intp)
            position = np.zeros((0, 3))
        else:
            there = np.isfinite(batch.position).all(axis=1) | (batch.quality >= Quality.BAD)
            rows = np.flatnonzero(there)
            rows = rows[np.lexsort((batch.time_us[rows], batch.entity[rows]))]
            position = batch.position[rows]
        entity, time_us = batch.entity[rows], batch.time_us[rows]
        # One sample of a thing at an instant, whatever its indicators.
        apart = np.ones(len(rows), bool)
        apart[1:] = (entity[1:] != entity[:-1]) | (time_us[1:] != time_us[:-1])
        rows, entity, time_us, position = (
            rows[apart],
            entity[apart],
            time_us[apart],
            position[apart],
        )
        numbers, thing = np.unique(entity, return_inverse=True)
        shape = np.full(len(numbers), SHAPES.index(self.style.shape), np.uint8)
        for indicator, name in enumerate(batch.keys.indicators):
            if name in SHAPES:  # people walk as such, whatever else drives
                shape[thing[batch.indicator[rows] == indicator]] = SHAPES.index(name)
        if batch.text is not None:
            for row, number in zip(rows.tolist(), thing.tolist()):
                if batch.text[row] in SHAPES:
                    shape[number] = SHAPES.index(batch.text[row])
        with self._lock:
            self._names = [batch.keys.entities[n] for n in numbers.tolist()]
            self._numbers = {name: n for n, name in enumerate(self._names)}
            self._set(thing.astype(np.int64), time_us, position, shape)

    def _set(
        self,
        thing: npt.NDArray[np.int64],
        time_us: npt.NDArray[np.int64],
        position: FloatArray,
        shape: npt.NDArray[np.uint8],
    ) -> None:
        self._thing, self._time, self._position, self._shape = thing, time_us, position, shape
        self._heading = _headings(thing, position)
        self._first_us = int(time_us.min()) if len(time_us) else 0
        self._span_us = int(time_us.max()) - self._first_us + 2 if len(time_us) else 1
        # One ascending key for all things: a search for each finds its place in time.
        self._key = thing * self._span_us + (time_us - self._first_us)

    def show(self, at_us: int) -> None:
        """Show an instant."""
        with self._lock:
            self._at_us = at_us

    def place(self) -> Placed:
        """Return where everything is at the instant that is shown."""
        with self._lock:
            count = len(self._names)
            since = np.clip(self._at_us - self._first_us, -1, self._span_us - 1)
            things = np.arange(count, dtype=np.int64)
            last = np.searchsorted(self._key, things * self._span_us + since, "right") - 1
            known = last >= 0
            last = np.maximum(last, 0)
            if count:
                known &= self._thing[last] == things
            after = np.minimum(last + 1, max(0, len(self._thing) - 1))
            if not count or not known.any():
                return Placed(np.zeros(0, np.intp), np.zeros((0, 3)), np.zeros(0),
                              np.zeros(0, np.uint8), np.zeros(0, np.uint8))  # fmt: skip
            return self._between(things, known, last, after)

    def _between(
        self,
        things: npt.NDArray[np.int64],
        known: npt.NDArray[np.bool_],
        last: npt.NDArray[np.intp],
        after: npt.NDArray[np.intp],
    ) -> Placed:
        t0, t1 = self._time[last], self._time[after]
        p0, p1 = self._position[last], self._position[after]
        follows = (self._thing[after] == things) & (t1 > t0) & (t1 - t0 <= self._gap_us)
        going = follows & np.isfinite(p1).all(axis=1)
        exact = t0 == self._at_us
        known = known & np.isfinite(p0).all(axis=1) & (going | follows | exact)
        share = np.where(going, (self._at_us - t0) / np.maximum(t1 - t0, 1), 0.0)
        position = p0 + np.where(going[:, None], p1 - p0, 0.0) * share[:, None]
        h0, h1 = self._heading[last], self._heading[after]
        turn = np.where(going, (h1 - h0 + 180.0) % 360.0 - 180.0, 0.0)
        rows = np.flatnonzero(known)
        return Placed(
            rows, position[rows], ((h0 + turn * share) % 360.0)[rows],
            np.full(len(rows), Certainty.BETWEEN, np.uint8), self._shape[rows],
        )  # fmt: skip

    def trails(self, placed: Placed) -> tuple[FloatArray, npt.NDArray[np.intp], FloatArray]:
        """Return no ways: of a recording, the scene shows where things are."""
        return np.zeros((0, 3)), np.zeros((0, 2), np.intp), np.zeros(0)


def _headings(thing: npt.NDArray[np.int64], position: FloatArray) -> FloatArray:
    """Return the heading at each sample, degrees clockwise from north, kept while a thing stands.

    Parameters
    ----------
    thing : (n,) int array
        Ascending.
    position : (n, 3) float64 array
    """
    count = len(thing)
    heading = np.zeros(count)
    if count < 2:
        return heading
    step = np.diff(position[:, :2], axis=0)
    same = thing[1:] == thing[:-1]
    moved = same & (np.hypot(step[:, 0], step[:, 1]) > _LEAST_TURN_M)
    angle = np.degrees(np.arctan2(step[:, 0], step[:, 1])) % 360.0
    # From here to the next sample; the last one of a thing goes on as it came.
    source = np.full(count, -1, np.int64)
    source[1:][moved] = np.flatnonzero(moved)
    source[:-1][moved] = np.flatnonzero(moved)
    # A thing that stands keeps the heading it had; one that has not moved yet takes its first.
    index = np.where(source >= 0, np.arange(count), -1)
    kept = np.maximum.accumulate(index)
    usable = (kept >= 0) & (thing[np.maximum(kept, 0)] == thing)
    ahead = np.where(source >= 0, np.arange(count), count)
    first = np.minimum.accumulate(ahead[::-1])[::-1]
    ahead_usable = (first < count) & (thing[np.minimum(first, count - 1)] == thing)
    chosen = np.where(usable, kept, np.where(ahead_usable, first, -1))
    found = chosen >= 0
    heading[found] = angle[source[chosen[found]]]
    return heading
