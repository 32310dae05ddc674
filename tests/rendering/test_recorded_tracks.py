"""Moving things of a recording, as of any instant."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rendering.moving.recorded import RecordedTracks
from rendering.moving.style import MovingStyle
from twin_model.samples import SampleBatch, SampleKeys

SECOND = 1_000_000


def batch(rows: list[tuple[str, float, float, float, int]]) -> SampleBatch:
    """Return samples of (thing, second, x, y, quality)."""
    names = sorted({row[0] for row in rows})
    keys = SampleKeys(names, ["vehicle"])
    made = SampleBatch.of(
        keys, np.array([names.index(r[0]) for r in rows]), 0,
        np.array([int(r[1] * SECOND) for r in rows]), np.zeros(len(rows)),
        np.array([r[4] for r in rows], np.uint8),
    )  # fmt: skip
    return replace(made, position=np.array([(r[2], r[3], 1.0) for r in rows]))


def shown(tracks: RecordedTracks, second: float) -> dict[str, tuple[float, ...]]:
    tracks.show(int(second * SECOND))
    placed = tracks.place()
    return {
        tracks.name(row): (*np.round(place[:2], 6).tolist(), round(float(heading), 3))
        for row, place, heading in zip(placed.row, placed.position, placed.heading_deg)
    }


def test_things_are_between_their_samples_and_gone_before_and_after() -> None:
    tracks = RecordedTracks(MovingStyle())
    tracks.take(batch([("a", 10, 0, 0, 0), ("a", 11, 10, 0, 0), ("a", 12, 10, 10, 0),
                       ("b", 11, 5, 5, 0), ("b", 12, 5, 7, 0)]))  # fmt: skip
    assert shown(tracks, 9.9) == {}
    assert shown(tracks, 10.0) == {"a": (0.0, 0.0, 90.0)}
    assert shown(tracks, 10.25)["a"][:2] == (2.5, 0.0)
    assert shown(tracks, 11.5) == {"a": (10.0, 5.0, 0.0), "b": (5.0, 6.0, 0.0)}
    assert set(shown(tracks, 12.0)) == {"a", "b"}
    assert shown(tracks, 12.1) == {}


def test_a_thing_that_left_is_not_drawn_from_then_on() -> None:
    tracks = RecordedTracks(MovingStyle())
    tracks.take(batch([("a", 0, 0, 0, 0), ("a", 1, 1, 0, 0), ("a", 2, np.nan, np.nan, 2)]))
    assert shown(tracks, 1.5) == {"a": (1.0, 0.0, 90.0)}
    assert shown(tracks, 2.0) == {}


def test_a_long_pause_is_no_way_between_two_places() -> None:
    tracks = RecordedTracks(MovingStyle(), gap_s=5.0)
    tracks.take(batch([("a", 0, 0, 0, 0), ("a", 60, 900, 0, 0), ("a", 61, 910, 0, 0)]))
    assert shown(tracks, 30.0) == {}
    assert shown(tracks, 60.5) == {"a": (905.0, 0.0, 90.0)}


def test_what_stands_keeps_its_heading_and_what_starts_has_the_one_it_takes() -> None:
    tracks = RecordedTracks(MovingStyle())
    tracks.take(batch([("a", 0, 0, 0, 0), ("a", 1, 0, 0, 0), ("a", 2, 0, 8, 0), ("a", 3, 0, 8, 0),
                       ("a", 4, 0, 8, 0)]))  # fmt: skip
    assert {second: shown(tracks, second)["a"][2] for second in (0, 1, 3, 4)} == pytest.approx(
        {0: 0.0, 1: 0.0, 3: 0.0, 4: 0.0}
    )
    tracks.take(batch([("a", 0, 0, 0, 0), ("a", 1, 4, 0, 0), ("a", 2, 4, 0, 0)]))
    assert shown(tracks, 2.0)["a"][2] == 90.0


def test_samples_may_come_in_any_order_and_with_several_indicators() -> None:
    tracks = RecordedTracks(MovingStyle())
    rows = [("b", 1, 1, 1, 0), ("a", 1, 10, 0, 0), ("b", 0, 0, 0, 0), ("a", 0, 0, 0, 0)]
    tracks.take(batch([*rows, *rows]))
    assert shown(tracks, 0.5) == {"a": (5.0, 0.0, 90.0), "b": (0.5, 0.5, 45.0)}


def test_nothing_recorded_is_nothing_shown() -> None:
    tracks = RecordedTracks(MovingStyle())
    assert shown(tracks, 5.0) == {}
    tracks.take(SampleBatch.empty())
    assert shown(tracks, 5.0) == {} and len(tracks) == 0
