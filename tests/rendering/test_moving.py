"""Things that move: where they are between, after and without samples, and that they are drawn."""

from __future__ import annotations

import numpy as np
import pytest

from rendering.camera import CameraPose
from rendering.moving.clock import SourceClock
from rendering.moving.past import tracks_at
from rendering.moving.style import MovingStyle
from rendering.moving.tracks import Certainty, Tracks
from rendering.options import Overlay, OverlayMesh
from rendering.stage import Stage
from twin_model.samples import SampleBatch, SampleKeys

START_US = 1_700_000_000_000_000


class Feed:
    """Samples of one source and the clock by which they come."""

    def __init__(self, style: MovingStyle) -> None:
        self.now_s = 0.0
        self.keys = SampleKeys()
        self.tracks = Tracks(style, now=lambda: self.now_s)

    def send(
        self,
        at_s: float,
        places: dict[str, tuple[float, float, float]],
        text: str | None = None,
        **values: float,
    ) -> None:
        """Send positions, and values of other indicators of the same things and time."""
        self.now_s = at_s
        rows = []
        for name, place in places.items():
            rows += [(name, indicator, value, (np.nan,) * 3) for indicator, value in values.items()]
            rows.append((name, "position", np.nan, place))
        keys = self.keys
        self.tracks.take(
            SampleBatch(
                keys,
                np.array([keys.entity(r[0]) for r in rows], np.int32),
                np.array([keys.indicator(r[1]) for r in rows], np.int32),
                np.full(len(rows), START_US + round(at_s * 1e6), np.int64),
                np.array([r[2] for r in rows]),
                np.zeros(len(rows), np.uint8),
                None if text is None else np.array([text] * len(rows), object),
                np.array([r[3] for r in rows], float),
            )
        )

    def at(self, now_s: float) -> tuple[tuple[float, ...], float, Certainty]:
        """Return place, heading and certainty of the only thing."""
        self.now_s = now_s
        placed = self.tracks.place()
        assert len(placed.row) == 1
        place = tuple(round(float(v), 3) for v in placed.position[0])
        return place, float(placed.heading_deg[0]), Certainty(placed.certainty[0])


def test_a_thing_is_drawn_between_its_samples_and_turns_the_short_way() -> None:
    feed = Feed(MovingStyle(delay_s=1.0))
    feed.send(0.0, {"v": (0.0, 0.0, 0.0)}, heading=350.0)
    feed.send(1.0, {"v": (10.0, 0.0, 0.0)}, heading=10.0)
    place, heading, certainty = feed.at(1.5)
    assert place == pytest.approx((5.0, 0.0, 0.0), abs=0.01)
    assert heading == pytest.approx(0.0, abs=0.1) or heading == pytest.approx(360.0, abs=0.1)
    assert certainty == Certainty.BETWEEN


def test_without_headings_a_thing_looks_where_it_goes_and_keeps_that_when_it_stops() -> None:
    feed = Feed(MovingStyle(delay_s=0.0))
    feed.send(0.0, {"v": (0.0, 0.0, 0.0)})
    feed.send(1.0, {"v": (10.0, 10.0, 0.0)})
    feed.send(2.0, {"v": (10.0, 10.0, 0.0)})
    assert feed.at(2.0)[1] == pytest.approx(45.0)


def test_after_its_last_sample_a_thing_goes_on_for_a_while_then_holds_then_is_gone() -> None:
    feed = Feed(MovingStyle(delay_s=0.0, extrapolate_s=2.0, forget_s=10.0))
    for second in range(4):
        feed.send(float(second), {"v": (0.0, 5.0 * second, 0.0)})
    place, _, certainty = feed.at(4.0)
    assert place == pytest.approx((0.0, 20.0, 0.0), abs=0.2)
    assert certainty == Certainty.EXTRAPOLATED
    place, _, certainty = feed.at(8.0)
    assert place == pytest.approx((0.0, 25.0, 0.0), abs=0.2)
    assert certainty == Certainty.HELD
    feed.now_s = 14.0
    assert len(feed.tracks.place().row) == 0
    assert len(feed.tracks) == 0


def test_a_told_speed_is_used_for_going_on() -> None:
    feed = Feed(MovingStyle(delay_s=0.0))
    feed.send(0.0, {"v": (0.0, 0.0, 0.0)}, heading=90.0, speed=20.0)
    assert feed.at(1.0)[0] == pytest.approx((20.0, 0.0, 0.0), abs=0.1)


def test_what_is_put_somewhere_else_does_not_fly_there() -> None:
    feed = Feed(MovingStyle(delay_s=0.5))
    feed.send(0.0, {"v": (0.0, 0.0, 0.0)})
    feed.send(1.0, {"v": (5000.0, 0.0, 0.0)})
    assert feed.at(1.0)[0] == (0.0, 0.0, 0.0)
    assert feed.at(1.6)[0][0] >= 5000.0


def test_late_and_repeated_samples_change_nothing() -> None:
    feed = Feed(MovingStyle(delay_s=0.0))
    feed.send(0.0, {"v": (0.0, 0.0, 0.0)})
    feed.send(2.0, {"v": (2.0, 0.0, 0.0)})
    feed.send(1.0, {"v": (99.0, 0.0, 0.0)})
    feed.now_s = 2.0
    assert feed.at(2.0)[0] == (2.0, 0.0, 0.0)


def test_a_place_that_was_left_is_taken_by_the_next_thing_without_its_past() -> None:
    feed = Feed(MovingStyle(delay_s=0.0, forget_s=5.0, trail_s=20.0))
    feed.send(0.0, {"old": (100.0, 0.0, 0.0)}, heading=10.0)
    feed.send(20.0, {"new": (0.0, 0.0, 0.0)})
    place, heading, _ = feed.at(20.0)
    assert place == (0.0, 0.0, 0.0)
    feed.send(21.0, {"new": (1.0, 0.0, 0.0)})
    _, heading, _ = feed.at(21.0)
    assert heading == pytest.approx(90.0)
    points, _, _ = feed.tracks.trails(feed.tracks.place())
    assert points[:, 0].max() <= 3.0


def test_a_trail_ends_at_the_thing_and_grows_old() -> None:
    feed = Feed(MovingStyle(delay_s=0.0, trail_s=10.0))
    for second in range(21):
        feed.send(float(second), {"v": (float(second), 0.0, 0.0)})
    placed = feed.tracks.place()
    points, pairs, age = feed.tracks.trails(placed)
    assert points[:, 0].min() >= 9.9
    assert age.max() == pytest.approx(1.0, abs=0.11)
    ends = points[np.unique(pairs)]
    assert any(np.allclose(p, placed.position[0]) for p in ends)
    # One line from the oldest to the thing: every inner point twice.
    assert sorted(np.bincount(pairs.ravel()).tolist())[:2] == [1, 1]


def test_the_clock_of_a_source_ten_times_as_fast_is_followed_smoothly() -> None:
    clock = SourceClock()
    shown = []
    for step in range(100):
        now_s = 0.1 * step + 0.02 * (step % 3)  # they come unevenly
        clock.arrived(START_US + step * 1_000_000, now_s)
        shown.append(clock.at(now_s + 0.05))
    assert clock.rate == pytest.approx(10.0, rel=0.05)
    steps = np.diff(shown)
    assert (steps >= 0).all()
    assert steps[20:].max() < 2_500_000


def test_a_source_that_is_set_back_is_followed_at_once() -> None:
    clock = SourceClock()
    for step in range(10):
        clock.arrived(START_US + step * 1_000_000, float(step))
    clock.arrived(START_US - 3_600_000_000, 10.0)
    assert abs(clock.at(10.0) - (START_US - 3_600_000_000)) < 10_000


def test_a_shape_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="'tank' is no shape; one of car"):
        MovingStyle(shape="tank")


def test_thousands_of_things_are_drawn_and_each_certainty_looks_different() -> None:
    stage = Stage(size=(400, 300))
    try:
        feed = Feed(MovingStyle(delay_s=0.0, colour="#d02020", forget_s=1e6, scale=4.0))
        things = {f"v{n}": (float(n % 50) * 30, float(n // 50) * 30, 0.0) for n in range(3000)}
        stage.camera = CameraPose((750.0, 300.0, 900.0), (750.0, 900.0, 0.0))
        empty = stage.screenshot()
        feed.send(0.0, things)
        stage.moving_things.set("test", feed.tracks)
        pictures = []
        for now_s in (0.0, 1.0, 60.0):
            feed.now_s = now_s
            stage.update()
            assert stage.moving_things.active
            assert stage.moving_things.count == 3000
            pictures.append(stage.screenshot().astype(int))
        red = [((p[:, :, 0] - p[:, :, 1]) > 60).sum() for p in pictures]
        assert (pictures[0] != empty).any(axis=2).mean() > 0.05
        assert red[0] > 1000  # between two samples: the colour of the style
        assert red[1] < red[0]  # extrapolated: the ground shows through
        assert red[2] == 0  # held: grey
        stage.moving_things.set("test", None)
        stage.update()
        assert not stage.moving_things.active
        assert (stage.screenshot() == empty).mean() > 0.99
    finally:
        stage.close()


def test_a_car_far_away_is_one_colour_and_of_the_same_brightness_as_near_with_its_windows() -> None:
    stage = Stage(size=(400, 300))
    try:
        feed = Feed(MovingStyle(colour="#d02020", forget_s=1e6, least_px=12.0))
        feed.send(0.0, {"v": (0.0, 0.0, 0.0)})
        stage.moving_things.set("test", feed.tracks)
        reds, darks = [], []
        for height_m in (900.0, 40.0):
            stage.camera = CameraPose((0.0, -1.0, height_m), (0.0, 0.0, 0.0))
            stage.moving_things.set("test", None)
            stage.update()
            empty = stage.screenshot().astype(int)
            stage.moving_things.set("test", feed.tracks)
            stage.update()
            picture = stage.screenshot().astype(int)
            drawn = picture[(picture != empty).any(axis=2)]
            is_red = drawn[:, 0] - drawn[:, 1] > 60
            assert is_red.any()
            reds.append(np.median(drawn[is_red], axis=0))
            darks.append(int((~is_red).sum()))
        assert darks[0] == 0  # no windows, which would hide the colour
        assert darks[1] > 20
        assert reds[0] == pytest.approx(reds[1], abs=16)
    finally:
        stage.close()


def test_things_out_of_the_picture_cost_nothing_and_are_there_when_the_camera_turns() -> None:
    stage = Stage(size=(200, 150))
    try:
        feed = Feed(MovingStyle(colour="#d02020", forget_s=1e6, shape="truck"))
        feed.send(0.0, {"v": (0.0, 0.0, 0.0)})
        stage.moving_things.set("test", feed.tracks)
        shown = []
        for target in ((0.0, 0.0, 0.0), (0.0, -900.0, 0.0), (0.0, 0.0, 0.0)):
            stage.camera = CameraPose((0.0, -300.0, 100.0), target)
            stage.update()
            picture = stage.screenshot().astype(int)
            shown.append(bool((picture[:, :, 0] - picture[:, :, 1] > 60).any()))
            assert stage.moving_things.count == 1
        assert shown == [True, False, True]
    finally:
        stage.close()


def test_a_mesh_of_an_overlay_is_drawn_and_one_that_would_crash_is_refused() -> None:
    with pytest.raises(ValueError, match="a triangle of point 3"):
        OverlayMesh(np.zeros((3, 3)), np.array([[0, 1, 3]]))
    stage = Stage(size=(200, 150))
    try:
        stage.camera = CameraPose((0.0, -1.0, 60.0), (0.0, 0.0, 0.0))
        corners = np.array([(-20.0, -20.0, 1.0), (20.0, -20.0, 1.0), (0.0, 20.0, 1.0)])
        colours = np.array([(255, 0, 0)] * 3, np.uint8)
        mesh = OverlayMesh(corners, np.array([[0, 1, 2]]), vertex_colour=colours, lit=False)
        stage.set_overlay("field", Overlay(meshes=(mesh,)))
        stage.update()
        middle = stage.screenshot()[75, 100]
        assert middle[0] > 200
        assert middle[1] < 60
        stage.set_overlay("field", None)
        stage.update()
        assert stage.screenshot()[75, 100][1] > 60
    finally:
        stage.close()


def test_what_was_at_an_instant_is_drawn_between_the_samples_around_it() -> None:
    feed = Feed(MovingStyle(delay_s=0.0))
    keys = feed.keys
    entity, indicator = keys.entity("v"), keys.indicator("position")
    times = START_US + np.arange(0, 60) * 100_000
    batch = SampleBatch(
        keys, np.full(60, entity, np.int32), np.full(60, indicator, np.int32), times,
        np.full(60, np.nan), np.zeros(60, np.uint8), None,
        np.column_stack([np.arange(60.0), np.zeros(60), np.zeros(60)]),
    )  # fmt: skip
    past = tracks_at(MovingStyle(), batch, START_US + 1_250_000)
    placed = past.place()
    assert placed.position[0, 0] == pytest.approx(12.5)
    assert placed.certainty[0] == Certainty.BETWEEN
    assert len(tracks_at(MovingStyle(), batch, START_US + 1_250_000, {"w"}).place().row) == 0
    # Long after the last sample nothing is there.
    assert len(tracks_at(MovingStyle(), batch, START_US + 60_000_000).place().row) == 0
