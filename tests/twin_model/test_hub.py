"""The hub: last values, order, duplicates, staleness, and consumers that are slow or away."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin_model.live.hub import Hub, HubOptions
from twin_model.live.series import SeriesTable
from twin_model.live.subscription import Delivery, Interest, Policy
from twin_model.samples import Quality, SampleBatch, SampleKeys
from twin_model.store.outbox import FileOutbox

SECOND = 1_000_000
START = 1_700_000_000 * SECOND


class Clock:
    """Our time, moved by hand."""

    def __init__(self) -> None:
        self.us = START

    def __call__(self) -> int:
        return self.us


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hub(clock: Clock) -> Hub:
    return Hub(HubOptions(stale_after_s=30), clock)


def rows(*given: tuple[str, str, float, float]) -> SampleBatch:
    return SampleBatch.from_rows([(e, i, START + int(s * SECOND), v) for e, i, s, v in given])


def ramp(count: int, first: int = 0, entity: str = "p1") -> SampleBatch:
    """Values that are their number."""
    number = np.arange(first, first + count)
    return SampleBatch.of(SampleKeys([entity], ["flow"]), 0, 0, START + number, number)


def values(deliveries: list[Delivery]) -> list[float]:
    return [v for delivery in deliveries for v in delivery.batch.value.tolist()]


def taken(subscription: object) -> list[Delivery]:
    found = []
    while (delivery := subscription.take()) is not None:
        found.append(delivery)
    return found


# -- last values ---------------------------------------------------------------------------


def test_the_newest_sample_of_each_series_is_kept(hub: Hub) -> None:
    hub.publish(rows(("p1", "flow", 0, 1.0), ("p2", "flow", 0, 5.0), ("p1", "flow", 1, 2.0)))
    assert hub.last("p1", "flow").value == 2.0
    assert hub.last("p2", "flow").value == 5.0
    assert hub.last("p1", "power") is None


def test_a_late_sample_is_passed_on_but_does_not_replace_a_newer_one(hub: Hub) -> None:
    got: list[Delivery] = []
    hub.attach("chart", got.append)
    hub.publish(rows(("p1", "flow", 10, 1.0)))
    hub.publish(rows(("p1", "flow", 4, 9.0), ("p1", "flow", 11, 2.0)))
    assert hub.last("p1", "flow").value == 2.0
    assert [d.late.tolist() for d in got] == [[False], [True, False]]
    assert hub.counts().late == 1


def test_a_batch_out_of_order_leaves_its_newest_sample(hub: Hub) -> None:
    hub.publish(
        rows(("a", "x", 3, 3.0), ("b", "x", 9, 9.0), ("a", "x", 1, 1.0), ("a", "x", 2, 2.0))
    )
    assert hub.last("a", "x").value == 3.0
    assert hub.counts().late == 2


def test_what_a_broker_delivers_again_is_left_out(hub: Hub) -> None:
    got: list[Delivery] = []
    hub.attach("history", got.append)
    hub.publish(ramp(1000))
    assert hub.publish(ramp(1000, first=500)) == 500
    assert values(got) == list(range(1500))
    assert hub.counts().duplicates == 500


def test_a_corrected_value_of_the_same_time_is_no_duplicate(hub: Hub) -> None:
    hub.publish(rows(("p1", "flow", 0, 1.0)))
    hub.publish(rows(("p1", "flow", 0, 1.5), ("p1", "flow", 0, 1.5)))
    assert hub.last("p1", "flow").value == 1.5
    assert hub.counts().duplicates == 1


def test_a_sample_without_a_number_is_bad(hub: Hub) -> None:
    hub.publish(rows(("p1", "flow", 0, float("nan")), ("p1", "power", 0, float("inf"))))
    assert hub.last("p1", "flow").quality == Quality.BAD
    assert hub.counts().bad == 2


def test_a_source_whose_clock_ran_ahead_does_not_silence_its_series(hub: Hub) -> None:
    hub.publish(rows(("p1", "flow", 86_400, 1.0)))
    assert hub.last("p1", "flow").quality == Quality.UNCERTAIN
    hub.publish(rows(("p1", "flow", 1, 2.0)))
    assert hub.last("p1", "flow").value == 2.0
    assert hub.counts().ahead == 1


def test_a_clock_that_ran_ahead_within_a_batch_silences_nothing_of_it(hub: Hub) -> None:
    hub.publish(rows(("p1", "flow", 0, 0.0), ("p1", "flow", 86_400, 1.0), ("p1", "flow", 1, 2.0),
                     ("p1", "flow", -9, 3.0), ("p2", "flow", 86_400, 4.0)))  # fmt: skip
    assert hub.last("p1", "flow").value == 2.0
    assert hub.last("p2", "flow").value == 4.0
    assert (hub.counts().ahead, hub.counts().late) == (2, 1)


def test_a_series_is_stale_after_its_own_time_without_samples(hub: Hub, clock: Clock) -> None:
    hub.expect("slow", "flow", 3600.0)
    hub.publish(rows(("fast", "flow", 0, 1.0), ("slow", "flow", 0, 1.0)))
    assert not hub.stale().any()
    clock.us += 31 * SECOND
    assert hub.last("fast", "flow").stale and not hub.last("slow", "flow").stale
    assert {hub.series.name(n)[0] for n in np.flatnonzero(hub.stale())} == {"fast"}
    hub.publish(rows(("fast", "flow", 31, 2.0)))
    assert not hub.stale().any()


def test_positions_and_words_are_last_values_too(hub: Hub) -> None:
    batch = SampleBatch(
        SampleKeys(["truck"], ["at", "state"]), np.zeros(2, np.int32), np.array([0, 1], np.int32),
        np.array([START, START]), np.array([np.nan, np.nan]), np.zeros(2, np.uint8),
        np.array([None, "loading"], object), np.array([[5.0, 6.0, 0.0], [np.nan] * 3]),
    )  # fmt: skip
    hub.publish(batch)
    assert hub.last("truck", "state").text == "loading"
    assert hub.last("truck", "state").quality == Quality.GOOD
    assert hub.snapshot().position[hub.series.find("truck", "at")].tolist() == [5.0, 6.0, 0.0]


def test_a_flood_of_unknown_names_is_refused_and_counted(clock: Clock) -> None:
    hub = Hub(HubOptions(max_series=100), clock)
    names = [f"junk-{n}" for n in range(1000)]
    keys = SampleKeys(names, ["x"])
    hub.publish(SampleBatch.of(keys, np.arange(1000), 0, START, 1.0))
    assert len(hub.series) == 100
    assert hub.counts().refused == 900
    assert hub.last("junk-5", "x").value == 1.0


@given(
    st.lists(
        st.lists(
            st.tuples(st.sampled_from("abc"), st.integers(0, 30), st.integers(0, 3)), max_size=12
        ),
        max_size=6,
    )
)
def test_last_values_are_those_of_a_plain_loop(batches: list[list[tuple[str, int, int]]]) -> None:
    hub = Hub(clock=lambda: START + 100 * SECOND)
    known: dict[str, tuple[int, int]] = {}
    for listed in batches:
        hub.publish(rows(*[(entity, "x", s, float(v)) for entity, s, v in listed]))
        for entity, s, v in listed:
            if entity not in known or s > known[entity][0]:
                known[entity] = (s, v)
    for entity, (s, _v) in known.items():
        assert hub.last(entity, "x").time.us == START + s * SECOND


def test_many_names_are_numbered_pair_by_pair() -> None:
    keys = SampleKeys([f"e{n}" for n in range(5_000)], [f"i{n}" for n in range(4_000)])
    batch = SampleBatch.of(keys, [4999, 0, 4999], [3999, 0, 3999], [1, 2, 3], 0.0)
    table = SeriesTable()
    found = table.of(batch).tolist()
    assert found[0] == found[2] != found[1]
    assert table.name(found[0]) == ("e4999", "i3999")


def test_names_that_a_publisher_adds_later_get_series_of_their_own() -> None:
    keys, table = SampleKeys(["e0"], ["i0"]), SeriesTable()
    assert table.of(SampleBatch.of(keys, 0, 0, [1], 1.0)).tolist() == [0]
    for number in range(1, 100):
        keys.entity(f"e{number}")
        keys.indicator(f"i{number}")
        found = table.of(SampleBatch.of(keys, [0, number], [0, number], [1, 2], 1.0)).tolist()
        assert found == [0, number]
        assert table.name(number) == (f"e{number}", f"i{number}")


# -- consumers -----------------------------------------------------------------------------


def test_a_consumer_gets_only_the_series_it_wants(hub: Hub) -> None:
    wants = Interest(entities=frozenset({"p1"}), indicators=frozenset({"flow"}))
    subscription = hub.subscribe("one pump", interest=wants)
    hub.publish(rows(("p1", "flow", 0, 1.0), ("p1", "power", 0, 2.0), ("p2", "flow", 0, 3.0)))
    hub.publish(rows(("p2", "flow", 1, 4.0)))
    assert values(taken(subscription)) == [1.0]


def test_a_slow_chart_loses_the_oldest_and_what_it_lost_is_counted(hub: Hub) -> None:
    chart = hub.subscribe("chart", Policy.DROP_OLDEST, capacity=100)
    for first in range(0, 1000, 50):
        hub.publish(ramp(50, first))
    assert values(taken(chart)) == list(range(900, 1000))
    assert chart.dropped == 900


def test_a_slow_table_keeps_the_newest_of_each_series(hub: Hub) -> None:
    table = hub.subscribe("table", Policy.LATEST, capacity=10)
    for first in range(0, 1000, 100):
        hub.publish(ramp(100, first, "p1"))
        hub.publish(ramp(100, first, "p2"))
    kept = values(taken(table))
    assert set(kept) == {999.0}
    assert table.dropped + len(kept) == 2000


def test_alarm_inputs_are_never_dropped_and_slow_their_source_down(hub: Hub) -> None:
    alarms = hub.subscribe("alarms", Policy.KEEP, capacity=100, patience_s=20.0)
    got: list[Delivery] = []

    def consume() -> None:
        while len(values(got)) < 2000:
            delivery = alarms.take(timeout_s=5.0)
            assert delivery is not None
            time.sleep(0.001)
            got.append(delivery)

    consumer = threading.Thread(target=consume)
    consumer.start()
    for first in range(0, 2000, 50):
        hub.publish(ramp(50, first))
        assert alarms.waiting <= 150
    consumer.join(20)
    assert values(got) == list(range(2000))
    assert alarms.dropped == 0


def test_values_can_be_asked_for_while_a_publisher_waits_for_a_slow_consumer(hub: Hub) -> None:
    hub.subscribe("alarms", Policy.KEEP, capacity=10, patience_s=1.0)
    hub.publish(ramp(10))
    publisher = threading.Thread(target=lambda: hub.publish(ramp(10, 10)))
    publisher.start()
    time.sleep(0.1)
    began = time.perf_counter()
    assert hub.last("p1", "flow").value == 19.0
    assert time.perf_counter() - began < 0.5
    assert publisher.is_alive()
    publisher.join(5)


def test_what_no_memory_is_left_for_waits_on_disk_in_order(hub: Hub, tmp_path: Path) -> None:
    outbox = FileOutbox(tmp_path / "alarms")
    alarms = hub.subscribe("alarms", Policy.KEEP, capacity=100, outbox=outbox)
    for first in range(0, 1000, 50):
        hub.publish(ramp(50, first))
    assert alarms.on_disk == 18
    assert values(taken(alarms)) == list(range(1000))
    assert alarms.on_disk == 0 and alarms.dropped == 0


def test_what_waited_is_there_after_a_restart(hub: Hub, tmp_path: Path, clock: Clock) -> None:
    alarms = hub.subscribe(
        "alarms", Policy.KEEP, capacity=100, outbox=FileOutbox(tmp_path / "alarms")
    )
    for first in range(0, 400, 50):
        hub.publish(ramp(50, first))
    hub.unsubscribe(alarms)

    again = Hub(clock=clock)
    again.publish(rows(("another", "flow", 0, -1.0)))  # so that series have other numbers
    alarms = again.subscribe("alarms", Policy.KEEP, outbox=FileOutbox(tmp_path / "alarms"))
    again.publish(ramp(50, 400))
    found = taken(alarms)
    assert values(found) == list(range(450))
    assert {again.series.name(n) for d in found for n in d.series.tolist()} == {("p1", "flow")}


def test_a_damaged_file_is_set_aside_and_the_rest_delivered(hub: Hub, tmp_path: Path) -> None:
    alarms = hub.subscribe(
        "alarms", Policy.KEEP, capacity=1, outbox=FileOutbox(tmp_path / "alarms")
    )
    for number in range(4):
        hub.publish(ramp(1, number))
    files = sorted((tmp_path / "alarms").glob("*.arrow"))
    files[1].write_bytes(b"not an arrow file")
    assert values(taken(alarms)) == [0.0, 1.0, 3.0]
    assert list((tmp_path / "alarms").glob("*.damaged"))


def test_a_consumer_that_fails_keeps_nothing_from_the_others(hub: Hub) -> None:
    def fail(_delivery: Delivery) -> None:
        raise RuntimeError("a bug")

    got: list[Delivery] = []
    hub.attach("faulty", fail)
    hub.attach("sound", got.append)
    hub.publish(ramp(5))
    assert values(got) == [0, 1, 2, 3, 4]
    assert hub.counts().failed == 1


def test_publishers_in_several_threads_lose_nothing(hub: Hub) -> None:
    everything = hub.subscribe("history", Policy.KEEP, capacity=10_000_000)

    def publish(entity: str) -> None:
        for first in range(0, 20_000, 500):
            hub.publish(ramp(500, first, entity))

    threads = [threading.Thread(target=publish, args=(f"p{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(len(d.series) for d in taken(everything)) == 80_000
    assert all(hub.last(f"p{n}", "flow").value == 19_999 for n in range(4))
