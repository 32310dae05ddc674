"""Samples travel in columns: a batch holds many, of many entities and indicators.

Live data, replays and simulation results are all batches. Entities and indicators are named once
a batch and meant by index, as in a dictionary-encoded Arrow column. A publisher that sends the
same tuples of names every time is served fastest: receivers remember tuples by identity.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin_model.errors import ValidationError
from twin_model.time import Instant

#: Entities, indicators or samples that one batch may hold.
MAX_LENGTH: Final = 50_000_000


class Quality(IntEnum):
    """How far a sample can be trusted; the two upper bits of the OPC quality byte."""

    BAD = 0
    UNCERTAIN = 64
    GOOD = 192


@dataclass(frozen=True, slots=True, eq=False)
class SampleBatch:
    """Samples in columns, in the order they came.

    Parameters
    ----------
    entities, indicators : tuple of str
        Entity ids and indicator names that the indices mean.
    entity, indicator : (n,) int32 array
        Index into `entities` and `indicators`.
    time_us : (n,) int64 array
        Source time in microseconds since 1970 UTC.
    value : (n,) float64 array
        In the indicator's unit; NaN where a sample has no number.
    quality : (n,) uint8 array
        See `Quality`; values between its members keep their place in the order.
    text : (n,) object array, optional
        Of indicators that are words; None or str.
    position : (n, 3) float64 array, optional
        Of moving things: x, y, z in local metres; NaN where a sample has none.

    Raises
    ------
    ValidationError
        If the columns are not equally long or an index means nothing.
    """

    entities: tuple[str, ...]
    indicators: tuple[str, ...]
    entity: NDArray[np.int32]
    indicator: NDArray[np.int32]
    time_us: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: NDArray[np.uint8]
    text: NDArray[np.object_] | None = None
    position: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        count = len(self.time_us)
        if count > MAX_LENGTH:
            raise ValidationError("samples", "batch", count, f"more than {MAX_LENGTH} samples")
        for name in ("entity", "indicator", "value", "quality", "text"):
            column = getattr(self, name)
            if column is not None and column.shape != (count,):
                raise ValidationError("samples", name, column.shape, f"{count} values expected")
        if self.position is not None and self.position.shape != (count, 3):
            raise ValidationError("samples", "position", self.position.shape, f"not ({count}, 3)")
        for name, names in (("entity", self.entities), ("indicator", self.indicators)):
            index = getattr(self, name)
            if count and not (int(index.min()) >= 0 and int(index.max()) < len(names)):
                raise ValidationError("samples", name, int(index.max()), f"{len(names)} are named")

    @classmethod
    def of(
        cls,
        entities: Sequence[str],
        indicators: Sequence[str],
        columns: tuple[ArrayLike, ArrayLike, ArrayLike, ArrayLike],
        quality: ArrayLike | None = None,
    ) -> SampleBatch:
        """Return a batch of anything array-like.

        Parameters
        ----------
        entities, indicators : sequence of str
        columns : (entity, indicator, time_us, value)
            The first two broadcast, so that 0 stands for a whole column.
        quality : optional
            `Quality.GOOD` throughout where left out.
        """
        time_us = np.atleast_1d(np.asarray(columns[2], np.int64))
        count = len(time_us)
        given = Quality.GOOD if quality is None else quality
        return cls(
            tuple(entities),
            tuple(indicators),
            _column(columns[0], np.int32, count),
            _column(columns[1], np.int32, count),
            time_us,
            _column(columns[3], np.float64, count),
            _column(given, np.uint8, count),
        )

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[str, str, Instant | int, float]]) -> SampleBatch:
        """Return a batch of (entity id, indicator, time, value); for a handful, not for streams."""
        listed = list(rows)
        entities = {row[0]: n for n, row in enumerate({r[0]: r for r in listed}.values())}
        indicators = {row[1]: n for n, row in enumerate({r[1]: r for r in listed}.values())}
        times = [row[2].us if isinstance(row[2], Instant) else row[2] for row in listed]
        return cls.of(
            tuple(entities),
            tuple(indicators),
            (
                np.array([entities[row[0]] for row in listed], np.int32),
                np.array([indicators[row[1]] for row in listed], np.int32),
                np.array(times, np.int64),
                np.array([row[3] for row in listed], np.float64),
            ),
        )

    @classmethod
    def empty(cls) -> SampleBatch:
        """Return a batch without samples."""
        return cls.of((), (), ([], [], [], []))

    def __len__(self) -> int:
        return len(self.time_us)

    @property
    def nbytes(self) -> int:
        """Bytes of its columns; texts count as one pointer each."""
        columns = (self.entity, self.indicator, self.time_us, self.value, self.quality)
        optional = (self.text, self.position)
        return sum(c.nbytes for c in columns) + sum(c.nbytes for c in optional if c is not None)

    def take(self, rows: NDArray[Any] | slice) -> SampleBatch:
        """Return the samples of a mask, indices or a slice; the names stay as they are."""
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
        return self.take(np.argsort(self.time_us, kind="stable"))


def concatenate(batches: Sequence[SampleBatch]) -> SampleBatch:
    """Return one batch of all samples, in the order given."""
    batches = [batch for batch in batches if len(batch)]
    if not batches:
        return SampleBatch.empty()
    if len(batches) == 1:
        return batches[0]
    entities: dict[str, int] = {}
    indicators: dict[str, int] = {}
    has_text = any(batch.text is not None for batch in batches)
    has_position = any(batch.position is not None for batch in batches)
    return SampleBatch(
        entity=np.concatenate([_mapped(b.entity, b.entities, entities) for b in batches]),
        indicator=np.concatenate([_mapped(b.indicator, b.indicators, indicators) for b in batches]),
        time_us=np.concatenate([batch.time_us for batch in batches]),
        value=np.concatenate([batch.value for batch in batches]),
        quality=np.concatenate([batch.quality for batch in batches]),
        text=np.concatenate([_text(batch) for batch in batches]) if has_text else None,
        position=np.concatenate([_position(b) for b in batches]) if has_position else None,
        entities=tuple(entities),
        indicators=tuple(indicators),
    )


def _column(values: ArrayLike, dtype: Any, count: int) -> NDArray[Any]:
    column = np.asarray(values, dtype)
    return np.broadcast_to(column, (count,)) if column.ndim == 0 else column


def _mapped(
    index: NDArray[np.int32], names: tuple[str, ...], known: dict[str, int]
) -> NDArray[np.int32]:
    places = np.array([known.setdefault(name, len(known)) for name in names], np.int32)
    return places[index]


def _text(batch: SampleBatch) -> NDArray[np.object_]:
    return np.full(len(batch), None, object) if batch.text is None else batch.text


def _position(batch: SampleBatch) -> NDArray[np.float64]:
    return np.full((len(batch), 3), np.nan) if batch.position is None else batch.position
