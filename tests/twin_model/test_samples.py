"""Batches of samples."""

from __future__ import annotations

import numpy as np
import pytest

from twin_model.errors import ValidationError
from twin_model.samples import Quality, SampleBatch, SampleKeys, concatenate
from twin_model.time import Instant


def test_rows_become_columns_and_names_are_told_once() -> None:
    batch = SampleBatch.from_rows(
        [("p1", "flow", Instant(5), 1.5), ("p2", "flow", 3, 2.5), ("p1", "power", 4, 3.5)]
    )
    assert batch.keys.entities == ["p1", "p2"]
    assert batch.keys.indicators == ["flow", "power"]
    assert batch.entity.tolist() == [0, 1, 0]
    assert batch.time_us.tolist() == [5, 3, 4]
    assert set(batch.quality.tolist()) == {Quality.GOOD}


def test_sorting_by_time_keeps_the_order_of_simultaneous_samples() -> None:
    batch = SampleBatch.of(SampleKeys(["a"], ["x"]), 0, 0, [3, 1, 3, 1], [1.0, 2.0, 3.0, 4.0])
    assert batch.sorted_by_time().value.tolist() == [2.0, 4.0, 1.0, 3.0]


def test_joined_batches_share_their_names() -> None:
    one = SampleBatch.from_rows([("a", "x", 1, 1.0), ("b", "y", 2, 2.0)])
    two = SampleBatch.from_rows([("b", "x", 3, 3.0), ("c", "y", 4, 4.0)])
    both = concatenate([one, SampleBatch.empty(), two])
    found = [
        (both.keys.entities[e], both.keys.indicators[i], v)
        for e, i, v in zip(both.entity, both.indicator, both.value)
    ]
    assert found == [("a", "x", 1.0), ("b", "y", 2.0), ("b", "x", 3.0), ("c", "y", 4.0)]


def test_positions_and_texts_are_kept_where_only_one_batch_has_them() -> None:
    plain = SampleBatch.from_rows([("a", "x", 1, 1.0)])
    moving = SampleBatch(
        SampleKeys(["t"], ["at"]), np.zeros(1, np.int32), np.zeros(1, np.int32), np.array([2]),
        np.array([np.nan]), np.array([Quality.GOOD], np.uint8),
        np.array(["berth 4"], object), np.array([[1.0, 2.0, 3.0]]),
    )  # fmt: skip
    both = concatenate([plain, moving])
    assert both.text is not None and both.text.tolist() == [None, "berth 4"]
    assert both.position is not None and np.isnan(both.position[0]).all()
    assert both.position[1].tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("entity", [[1], [-1], [0, 5]])
def test_an_index_that_means_nothing_is_refused(entity: list[int]) -> None:
    with pytest.raises(ValidationError):
        SampleBatch.of(SampleKeys(["a"], ["x"]), entity, 0, 1, 1.0)


def test_columns_of_other_lengths_are_refused() -> None:
    with pytest.raises(ValidationError, match="differ in length"):
        SampleBatch.of(SampleKeys(["a"], ["x"]), [0, 0], 0, [1, 2, 3], 1.0)
