"""Names of moving things pass once between two processes, whatever comes first."""

from __future__ import annotations

import gc
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from ingest.pipeline.frames import MessageError
from plugins.host.codec import decode, encode
from plugins.host.numbering import ReceivedNames, SentNames
from twin_model.samples import SampleBatch, SampleKeys


class Wire:
    """Both ends of a link, and what went over it last."""

    def __init__(self) -> None:
        self.sent, self.received = SentNames(), ReceivedNames()
        self.head = ""

    def pass_on(self, value: Any) -> Any:
        """Send, receive."""
        head, arrays = encode(value, self.sent)
        self.sent.settle(sent=True)
        self.head = json.dumps(head)
        return decode(json.loads(self.head), arrays, self.received)


def moving(keys: SampleKeys, names: list[str], time_us: int = 0) -> SampleBatch:
    numbers = [keys.entity(name) for name in names]
    batch = SampleBatch.of(keys, numbers, keys.indicator("vehicle"), time_us, np.arange(len(names)))
    return replace(batch, position=np.full((len(names), 3), 1.5))


def names_of(batch: SampleBatch) -> list[str]:
    return [batch.keys.entities[n] for n in batch.entity.tolist()]


def test_names_that_are_known_do_not_pass_again() -> None:
    wire, keys = Wire(), SampleKeys(["road-1"], ["speed"])
    for names in (["a", "b"], ["b", "a"], ["a", "c"], ["d"]):
        assert names_of(wire.pass_on(moving(keys, names))) == names
    came = wire.pass_on(moving(keys, ["c", "d", "a"], 7))
    assert names_of(came) == ["c", "d", "a"]
    assert came.time_us.tolist() == [7, 7, 7] and came.value.tolist() == [0.0, 1.0, 2.0]
    assert came.keys.indicators[came.indicator[0]] == "vehicle"
    assert '"a"' not in wire.head and "road-1" not in wire.head
    # One numbering, so that batches are put together without looking at names.
    assert wire.pass_on(moving(keys, ["a"])).keys is came.keys


def test_a_city_of_names_is_not_sent_for_one_vehicle() -> None:
    wire, keys = Wire(), SampleKeys([f"pump-{n}" for n in range(1000)])
    for _ in range(3):
        assert names_of(wire.pass_on(moving(keys, ["a"]))) == ["a"]
        assert "pump" not in wire.head


def test_what_could_not_be_sent_is_told_the_next_time() -> None:
    wire, keys = Wire(), SampleKeys()
    wire.pass_on(moving(keys, ["a"]))
    encode(moving(keys, ["a", "b"]), wire.sent)
    wire.sent.settle(sent=False)
    assert names_of(wire.pass_on(moving(keys, ["b", "a"]))) == ["b", "a"]


def test_numberings_that_are_gone_are_forgotten_on_both_sides() -> None:
    wire = Wire()
    for round_number in range(2000):
        keys = SampleKeys()
        for _ in range(2):
            batch = moving(keys, [f"{round_number}"])
            assert names_of(wire.pass_on(batch)) == [f"{round_number}"]
        del keys, batch
        gc.collect(0)
    assert len(wire.received._keys) < 10


def test_names_that_nobody_told_are_no_message() -> None:
    wire, keys = Wire(), SampleKeys()
    wire.pass_on(moving(keys, ["a"]))
    head, arrays = encode(moving(keys, ["a", "b"]), wire.sent)
    with pytest.raises(MessageError):
        decode(head, arrays)
    head["names"]["entities"] = []
    with pytest.raises(MessageError):
        decode(head, arrays, ReceivedNames())
