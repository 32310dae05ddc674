"""A run that is computed is read once, and followed by what it tells from then on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.simulation import following
from app.simulation.following import Following
from rendering.moving.style import MovingStyle
from twin_model.errors import StoreError
from twin_model.frame import Frame
from twin_model.samples import Quality, SampleBatch, SampleKeys
from twin_model.store.run_log import RunLog
from twin_model.time import Instant
from twin_model.twin import Twin

START = Instant.parse("2026-01-01T00:00:00Z")


def told(second: int, **speeds: float) -> SampleBatch:
    at = Instant(START.us + second * 1_000_000)
    return SampleBatch.from_rows([(name, "speed", at, value) for name, value in speeds.items()])


def values(batch: SampleBatch) -> dict[str, float]:
    return {batch.keys.entities[n]: v for n, v in zip(batch.entity.tolist(), batch.value.tolist())}


def test_a_run_under_way_is_read_once_and_then_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    twin = Twin.create(tmp_path / "a.shapan", Frame("EPSG:32650", (0.0, 0.0, 0.0)), "A")
    folder = tmp_path / "a.shapan/runs/one"
    scenario = {"engines": [{"id": "t", "simulator": "shapan.sumo.sumo", "step_s": 1.0}]}
    log = RunLog(folder, {"start": str(START), "scenario": scenario})
    log.write("t", told(1, high=10.0, low=20.0))
    log._series.writer.flush()
    now = Instant(START.us + 9_000_000)
    one = Following(folder, twin, MovingStyle(), {"speed"})
    recording, first = one.look(now)
    assert values(first) == {"high": 10.0, "low": 20.0}
    assert not len(recording.ribbons)
    assert one.look(now) == (recording, first) and one.look(now)[1] is first, "nothing is new"
    # Where roads lie comes a little later than the first samples.
    place = folder / ".work/storage/t/products/t"
    place.mkdir(parents=True)
    line = {"points": [[0, 0, 0], [9, 0, 0]], "width_m": 3.0}
    (place / "roads.json").write_text(json.dumps({"high": [line]}))
    one.hear(told(2, high=11.0))
    one.hear(SampleBatch.from_rows([("t", "vehicles_running", now, 5.0)]))
    one.hear(told(3, high=12.0, side=30.0))
    recording, second = one.look(now)
    assert values(second) == {"high": 12.0, "low": 20.0, "side": 30.0}
    assert len(recording.ribbons) and recording.road_names == ["high"]
    # What was told before somebody listened, and was not written then, is read once more.
    log.write("t", told(1, late=40.0))
    log._series.writer.flush()
    assert one.look(now)[1] is second
    monkeypatch.setattr(following, "_WRITTEN_S", 0.0)
    assert values(one.look(now)[1]) == {"high": 12.0, "low": 20.0, "side": 30.0, "late": 40.0}
    one.close()
    with pytest.raises(StoreError, match="one is not followed any more"):
        one.look(now)
    log.close("cancelled")
    twin.close()


def walking(second: int, *people: int, gone: int = 0) -> SampleBatch:
    """Return where people are; the last *gone* of them have left."""
    keys = SampleKeys([f"person:hall:{number}" for number in people], ["person"])
    count = len(people)
    at = np.full(count, START.us + second * 1_000_000)
    batch = SampleBatch.of(keys, np.arange(count), 0, at, np.full(count, 1.3))
    quality = np.where(np.arange(count) < count - gone, Quality.GOOD, Quality.BAD)
    position = np.column_stack([np.array(people, float), np.full((count, 2), float(second))])
    return replace(batch, quality=quality.astype(batch.quality.dtype), position=position)


def test_where_people_are_is_known_before_it_is_written(tmp_path: Path) -> None:
    twin = Twin.create(tmp_path / "a.shapan", Frame("EPSG:32650", (0.0, 0.0, 0.0)), "A")
    scenario = {"engines": [{"id": "p", "simulator": "shapan.jupedsim.jupedsim", "step_s": 1.0}]}
    folder = tmp_path / "a.shapan/runs/one"
    log = RunLog(folder, {"start": str(START), "scenario": scenario})
    ground = folder / ".work/storage/p/products/p"
    ground.mkdir(parents=True)
    hall = [[0, 0], [20, 0], [20, 10], [0, 10]]
    (ground / "walkable.json").write_text(json.dumps({"rings": [hall], "height_m": 1.0}))
    one = Following(folder, twin, MovingStyle(), {"speed"})
    assert one.people() is None, "files are asked then"
    recording, _ = one.look(START)
    assert recording.crowd(START) == ()
    one.hear(walking(1, 5, 6, 7))
    (surface,) = recording.crowd(START, one.people())
    assert len(surface.triangles) > 4
    # Who is not told of any more has left, as has who says so.
    one.hear(walking(4, 5, 6, gone=1))
    one.hear(walking(5, 5))
    found = one.people()
    assert found is not None and found.position is not None
    here = found.position[found.quality < Quality.BAD]
    assert here.tolist() == [[5.0, 5.0, 5.0]], "of three one left, and one was told of no more"
    one.close()
    log.close("cancelled")
    twin.close()
