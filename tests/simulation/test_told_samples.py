"""What a conductor tells the window of a run that is quicker than the clock."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from plugins.conductor.main import newest_places
from twin_model.samples import Quality, SampleBatch, SampleKeys, concatenate


def test_of_what_moves_only_the_newest_place_is_told_and_of_the_rest_everything() -> None:
    roads = SampleKeys(["road"], ["speed"])
    told = []
    for second in range(3):
        # Numbers differ from batch to batch, as those of another process do.
        keys = SampleKeys(["a", "b"] if second % 2 else ["b", "a"], ["vehicle"])
        cars = SampleBatch.of(keys, [0, 1], 0, second, [float(second)] * 2)
        told.append(replace(cars, position=np.full((2, 3), float(second))))
        told.append(SampleBatch.of(roads, 0, 0, second, second))
    whole = concatenate(newest_places(told))
    names = [whole.keys.entities[n] for n in whole.entity]
    assert sorted(names) == ["a", "b", "road", "road", "road"]
    moving = [n for n, name in enumerate(names) if name != "road"]
    assert whole.time_us[moving].tolist() == [2, 2]
    assert whole.position is not None
    assert (whole.position[moving] == 2.0).all()


def test_a_thing_that_left_between_two_pictures_is_told_as_gone() -> None:
    keys = SampleKeys(["a"], ["vehicle"])
    there = replace(SampleBatch.of(keys, 0, 0, 1, 5.0), position=np.ones((1, 3)))
    gone = SampleBatch.of(keys, 0, 0, 2, np.nan, Quality.BAD)
    gone = replace(gone, position=np.full((1, 3), np.nan))
    (last,) = newest_places([there, gone])
    assert last.quality.tolist() == [Quality.BAD]
