"""Samples of indicators: columns, never one object a sample."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from twin_model.errors import ValidationError
from twin_model.time import Instant


class Quality(IntEnum):
    """How far a value can be trusted, coarsely as OPC UA sorts its status codes."""

    GOOD = 0
    UNCERTAIN = 1
    BAD = 2


class SampleKeys:
    """Which entity and which indicator the numbers in a publisher's batches mean.

    Names are only ever appended, so a number keeps its meaning and a batch made earlier stays
    valid. Safe to use from any thread.
    """

    def __init__(self, entities: Iterable[str] = (), indicators: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        # At once, as every batch from another process brings thousands of names.
        self._entity_numbers = {name: n for n, name in enumerate(dict.fromkeys(entities))}
        self._indicator_numbers = {name: n for n, name in enumerate(dict.fromkeys(indicators))}
        self._entities = list(self._entity_numbers)
        self._indicators = list(self._indicator_numbers)

    @property
    def entities(self) -> Sequence[str]:
        """Entity ids in the order of their numbers; treat it as read-only."""
        return self._entities

    @property
    def indicators(self) -> Sequence[str]:
        """Names of indicators in the order of their numbers; treat it as read-only."""
        return self._indicators

    def entity(self, entity_id: str) -> int:
        """Return the number of an entity, given at the first call."""
        found = self._entity_numbers.get(entity_id)
        return (
            self._add(self._entities, self._entity_numbers, entity_id) if found is None else found
        )

    def indicator(self, name: str) -> int:
        """Return the number of an indicator, given at the first call."""
        found = self._indicator_numbers.get(name)
        return (
            self._add(self._indicators, self._indicator_numbers, name) if found is None else found
        )

    def extend(self, entities: Iterable[str] = (), indicators: Iterable[str] = ()) -> None:
        """Append names that are not there yet."""
        for entity_id in entities:
            self.entity(entity_id)
        for name in indicators:
            self.indicator(name)

    def _add(self, names: list[str], numbers: dict[str, int], name: str) -> int:
        with self._lock:
            if name not in numbers:
                names.append(name)
                numbers[name] = len(names) - 1
            return numbers[name]


@dataclass(frozen=True, eq=False)
class SampleBatch:
    """Samples as columns of one length, in the order they came.

    Parameters
    ----------
    keys : SampleKeys
        What the numbers in *entity* and *indicator* mean.
    entity : (n,) int32 array
    indicator : (n,) int32 array
    time_us : (n,) int64 array
        Microseconds since 1970 UTC at the source.
    value : (n,) float64 array
        In the unit that the entity's type states for the indicator; NaN where there is none.
    quality : (n,) uint8 array
        See `Quality`.
    text : (n,) object array, optional
        Of indicators that are words: str, None where a sample has none.
    position : (n, 3) float64 array, optional
        Of moving things: x, y, z in local metres; NaN where a sample has none.

    Raises
    ------
    ValidationError
        If the columns differ in length or a number has no name.
    """

    keys: SampleKeys
    entity: npt.NDArray[np.int32]
    indicator: npt.NDArray[np.int32]
    time_us: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]
    quality: npt.NDArray[np.uint8]
    text: npt.NDArray[np.object_] | None = None
    position: npt.NDArray[np.float64] | None = None

    @classmethod
    def of(
        cls,
        keys: SampleKeys,
        entity: npt.ArrayLike,
        indicator: npt.ArrayLike,
        time_us: npt.ArrayLike,
        value: npt.ArrayLike,
        quality: npt.ArrayLike = Quality.GOOD,
    ) -> SampleBatch:
        """Make a batch from arrays, lists or single numbers, which then hold for every sample.

        Raises
        ------
        ValidationError
            If lengths disagree or a number has no name.
        """
        wanted = (
            ("i4", entity),
            ("i4", indicator),
            ("i8", time_us),
            ("f8", value),
            ("u1", quality),
        )
        columns = [np.asarray(values, dtype) for dtype, values in wanted]
        columns = [c if c.ndim else c.reshape(1) for c in columns]
        length = max(len(column) for column in columns)
        columns = [c.repeat(length) if len(c) == 1 != length else c for c in columns]
        return cls(keys, *columns)

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[str, str, Instant | int, float]]) -> SampleBatch:
        """Make a batch of (entity id, indicator, time, value): for a handful, not for streams."""
        keys = SampleKeys()
        listed = [
            (keys.entity(e), keys.indicator(i), at.us if isinstance(at, Instant) else at, value)
            for e, i, at, value in rows
        ]
        entity, indicator, time_us, value = zip(*listed) if listed else ((), (), (), ())
        return cls.of(keys, entity, indicator, time_us, value, np.zeros(len(listed), np.uint8))

    @classmethod
    def empty(cls) -> SampleBatch:
        """Return a batch without samples."""
        return cls.from_rows(())

    def __post_init__(self) -> None:
        lengths = {len(c) for c in self.columns()}
        if self.text is not None:
            lengths.add(len(self.text))
        if self.position is not None:
            lengths.add(len(self.position))
            if self.position.ndim != 2 or self.position.shape[1] != 3:
                raise ValidationError("samples", "position", self.position.shape, "is not (n, 3)")
        if len(lengths) != 1:
            raise ValidationError("samples", "columns", sorted(lengths), "differ in length")
        if not len(self.value):
            return
        for name, numbers, names in (
            ("entity", self.entity, self.keys.entities),
            ("indicator", self.indicator, self.keys.indicators),
        ):
            low, high = int(numbers.min()), int(numbers.max())
            if low < 0 or high >= len(names):
                wrong = low if low < 0 else high
                raise ValidationError("samples", name, wrong, f"no name among {len(names)}")

    def __len__(self) -> int:
        return len(self.value)

    def columns(self) -> tuple[npt.NDArray[Any], ...]:
        """Return entity, indicator, time_us, value and quality."""
        return (self.entity, self.indicator, self.time_us, self.value, self.quality)

    def select(self, rows: npt.NDArray[Any] | slice) -> SampleBatch:
        """Return some of the samples, by mask, numbers or slice."""
        return replace(
            self,
            entity=self.entity[rows],
            indicator=self.indicator[rows],
            time_us=self.time_us[rows],
            value=self.value[rows],
            quality=self.quality[rows],
            text=None if self.text is None else self.text[rows],
            position=None if self.position is None else self.position[rows],
        )

    def sorted_by_time(self) -> SampleBatch:
        """Return the samples in order of time; those of one time stay in the order they came."""
        if len(self) < 2 or bool((np.diff(self.time_us) >= 0).all()):
            return self
        return self.select(np.argsort(self.time_us, kind="stable"))


def newest(batch: SampleBatch) -> SampleBatch:
    """Return the last sample of each series, in the order in which they came."""
    series = batch.entity.astype(np.int64) * (len(batch.keys.indicators) + 1) + batch.indicator
    _, backward = np.unique(series[::-1], return_index=True)
    return batch.select(np.sort(len(series) - 1 - backward))


def concatenate(batches: Sequence[SampleBatch]) -> SampleBatch:
    """Return one batch of all samples, in the order given."""
    batches = [batch for batch in batches if len(batch)]
    if not batches:
        return SampleBatch.empty()
    if any(batch.keys is not batches[0].keys for batch in batches):
        index = SampleIndex()
        batches = [index.bring(batch) for batch in batches]
    text = position = None
    if any(batch.text is not None for batch in batches):
        text = np.concatenate(
            [np.full(len(b), None, object) if b.text is None else b.text for b in batches]
        )
    if any(batch.position is not None for batch in batches):
        position = np.concatenate(
            [np.full((len(b), 3), np.nan) if b.position is None else b.position for b in batches]
        )
    return SampleBatch(
        batches[0].keys,
        np.concatenate([batch.entity for batch in batches]),
        np.concatenate([batch.indicator for batch in batches]),
        np.concatenate([batch.time_us for batch in batches]),
        np.concatenate([batch.value for batch in batches]),
        np.concatenate([batch.quality for batch in batches]),
        text,
        position,
    )


class SampleIndex:
    """Brings the numbers of any publisher to one numbering that is the owner's own.

    Not safe for several threads at once.
    """

    def __init__(self) -> None:
        self.keys = SampleKeys()
        self._maps: weakref.WeakKeyDictionary[SampleKeys, list[npt.NDArray[np.int32]]] = (
            weakref.WeakKeyDictionary()
        )

    def bring(self, batch: SampleBatch) -> SampleBatch:
        """Return the batch in the numbering of `keys`; the other columns are shared."""
        maps = self._maps.setdefault(batch.keys, [np.empty(0, np.int32), np.empty(0, np.int32)])
        maps[0] = _extended(maps[0], batch.keys.entities, self.keys.entity)
        maps[1] = _extended(maps[1], batch.keys.indicators, self.keys.indicator)
        return replace(
            batch,
            keys=self.keys,
            entity=maps[0][batch.entity],
            indicator=maps[1][batch.indicator],
        )


def _extended(known: npt.NDArray[np.int32], names: Sequence[str], number: Any) -> Any:
    if len(known) == len(names):
        return known
    more = [number(name) for name in names[len(known) :]]
    return np.concatenate([known, np.array(more, np.int32)])
