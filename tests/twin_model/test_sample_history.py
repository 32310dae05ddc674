"""The history of samples: on disk, asked for, thinned out, merged, let go, replayed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from twin_model.errors import SourceError, StoreError, ValidationError
from twin_model.live.hub import Hub
from twin_model.live.recorder import Recorder
from twin_model.live.replay import FASTEST, Replay
from twin_model.samples import SampleBatch, SampleKeys
from twin_model.store.outbox import FileOutbox
from twin_model.store.sample_database import SampleDatabase
from twin_model.store.sample_files import ColumnMapping, read_samples
from twin_model.store.sample_history import SampleHistory
from twin_model.store.sample_upkeep import Retention
from twin_model.store.segments import DAY_US, day_name, segments
from twin_model.time import Instant, Interval

SECOND = 1_000_000
DAY = 20_000
START = DAY * DAY_US


@pytest.fixture
def history(tmp_path: Path) -> Iterator[SampleHistory]:
    made = SampleHistory(tmp_path / "samples")
    yield made
    made.close()


def seconds(day: int, value: np.ndarray, entity: str = "p1") -> SampleBatch:
    """One sample a second from the start of a day."""
    at = START + day * DAY_US + np.arange(len(value)) * SECOND
    return SampleBatch.of(SampleKeys([entity], ["flow"]), 0, 0, at, value)


def span(first_day: float, last_day: float) -> Interval:
    return Interval(
        Instant(int(START + first_day * DAY_US)), Instant(int(START + last_day * DAY_US))
    )


def fill(history: SampleHistory, days: int) -> np.ndarray:
    """A wave over some days with one peak of a second on the second day; return all values."""
    whole = np.sin(np.arange(days * 86_400) / 7_000.0)
    whole[100_000] = 50.0
    whole[100_001] = -50.0
    for day in range(days):
        history.writer.write(seconds(day, whole[day * 86_400 : (day + 1) * 86_400]))
        history.writer.flush()
    return whole


# -- writing and reading -------------------------------------------------------------------


def test_samples_are_read_as_they_were_written(history: SampleHistory) -> None:
    batch = SampleBatch(
        SampleKeys(["truck", "p1"], ["at", "state"]), np.array([0, 1], np.int32),
        np.array([0, 1], np.int32),
        np.array([START + 5, START + 3]), np.array([np.nan, 2.5]), np.array([0, 1], np.uint8),
        np.array([None, "open"], object), np.array([[1.0, 2.0, 3.0], [np.nan] * 3]),
    )  # fmt: skip
    history.writer.write(batch)
    history.writer.flush()
    again = history.read(span(0, 1))
    assert [again.keys.entities[e] for e in again.entity] == ["p1", "truck"]
    assert again.time_us.tolist() == [START + 3, START + 5]
    assert again.quality.tolist() == [1, 0]
    assert again.text is not None and again.text.tolist() == ["open", None]
    assert again.position is not None and again.position[1].tolist() == [1.0, 2.0, 3.0]


def test_samples_go_into_the_file_of_their_day(history: SampleHistory, tmp_path: Path) -> None:
    history.writer.write(seconds(0, np.arange(86_400 + 10.0)))
    history.writer.flush()
    names = sorted(
        p.relative_to(tmp_path / "samples").as_posix() for p in tmp_path.rglob("*.parquet")
    )
    assert names == [f"{day_name(DAY)}/000000001-000000001.parquet",
                     f"{day_name(DAY + 1)}/000000001-000000001.parquet"]  # fmt: skip
    assert len(history.read(span(1, 2))) == 10


def test_only_wanted_series_are_read(history: SampleHistory) -> None:
    for name in ("a", "b", "c"):
        history.writer.write(seconds(0, np.arange(5.0), name))
    history.writer.flush()
    found = history.read(span(0, 1), entities=["a", "c"])
    assert {found.keys.entities[e] for e in found.entity} == {"a", "c"}
    assert [info.entity for info in history.series()] == ["a", "b", "c"]
    assert {info.samples for info in history.series()} == {5}


def test_the_values_of_an_instant_are_the_newest_until_then(history: SampleHistory) -> None:
    history.writer.write(seconds(0, np.arange(100.0), "a"))
    history.writer.write(seconds(0, np.arange(10.0), "b"))
    history.writer.flush()
    found = history.as_of(Instant(START + 50 * SECOND + 5))
    assert {found.keys.entities[e]: v for e, v in zip(found.entity, found.value)} == {
        "a": 50.0,
        "b": 9.0,
    }


def test_nothing_recorded_is_an_empty_answer(history: SampleHistory) -> None:
    assert len(history.read(span(0, 1))) == 0
    assert len(history.as_of(Instant(START))) == 0
    assert history.chart("p1", "flow", span(0, 1)).samples == 0
    assert history.series() == [] and history.extent() is None


# -- charts --------------------------------------------------------------------------------


@pytest.mark.parametrize("summarised", [False, True])
@pytest.mark.parametrize("last_day", [0.01, 1.5, 3.0])
def test_a_chart_keeps_least_and_most(
    history: SampleHistory, summarised: bool, last_day: float
) -> None:
    whole = fill(history, 3)
    if summarised:
        history.upkeep(span(3, 4).start)
    chart = history.chart("p1", "flow", span(0, last_day), 200)
    expected = whole[: int(last_day * 86_400)]
    assert chart.value.max() == expected.max()
    assert chart.value.min() == expected.min()
    assert chart.samples == len(expected)
    assert len(chart.time_us) <= 4 * 202
    assert (np.diff(chart.time_us) >= 0).all()
    at = (chart.time_us - START) // SECOND
    assert np.array_equal(chart.value, whole[at]), "every point is a sample, at its own time"


def test_samples_that_come_late_are_in_charts_of_summarised_days(history: SampleHistory) -> None:
    fill(history, 3)
    history.upkeep(span(3, 4).start)
    late = SampleBatch.of(SampleKeys(["p1"], ["flow"]), 0, 0, [START + 777], [99.0])
    history.writer.write(late)
    history.writer.flush()
    assert history.chart("p1", "flow", span(0, 3), 20).value.max() == 99.0
    assert history.upkeep(span(3, 4).start).summarised == 1
    assert history.chart("p1", "flow", span(0, 3), 20).value.max() == 99.0


def test_a_chart_needs_a_period_with_an_end(history: SampleHistory) -> None:
    with pytest.raises(ValidationError):
        history.chart("p1", "flow", Interval())


# -- upkeep --------------------------------------------------------------------------------


def test_merging_changes_nothing_that_is_read(history: SampleHistory, tmp_path: Path) -> None:
    for part in range(40):
        batch = seconds(0, np.arange(40 * 25.0)).select(slice(part, None, 40))
        history.writer.write(batch)
        history.writer.flush()
    before = history.read(span(0, 1))
    done = history.upkeep(Instant(START + DAY_US // 2))
    assert done.merged == 32
    live, superseded = segments(tmp_path / "samples", DAY)
    assert [segment.parts for segment in live] == [16, 16, *[1] * 8]
    assert len(superseded) == 32, "removed one round later, when nobody reads them any more"
    after = history.read(span(0, 1))
    assert np.array_equal(before.value, after.value)
    history.upkeep(Instant(START + 2 * DAY_US))
    live, superseded = segments(tmp_path / "samples", DAY)
    assert [segment.parts for segment in live] == [40]
    history.upkeep(Instant(START + 2 * DAY_US))
    assert len(list((tmp_path / "samples" / day_name(DAY)).iterdir())) == 1
    assert np.array_equal(history.read(span(0, 1)).value, before.value)


def test_samples_written_twice_are_one_after_merging(history: SampleHistory) -> None:
    for _ in range(2):
        history.writer.write(seconds(0, np.arange(100.0)))
        history.writer.flush()
    history.upkeep(Instant(START + 2 * DAY_US))
    assert len(history.read(span(0, 1))) == 100


def test_old_days_are_let_go_and_their_summaries_stay(history: SampleHistory) -> None:
    whole = fill(history, 3)
    now = Instant(START + 10 * DAY_US)
    history.upkeep(now)
    done = history.upkeep(now, Retention(samples_days=5))
    assert done.dropped == 3
    assert len(history.read(span(0, 3))) == 0
    chart = history.chart("p1", "flow", span(0, 3), 50)
    assert chart.value.max() == whole.max() == 50.0
    fine = history.chart("p1", "flow", span(0.0, 0.02), 5000)
    assert fine.samples == 29 * 60, "minutes are better than nothing"


def test_a_new_writer_goes_on_behind_what_is_there(tmp_path: Path) -> None:
    for part in range(3):
        history = SampleHistory(tmp_path / "samples")
        history.writer.write(seconds(0, np.full(5, part + 0.0)).select(slice(part, part + 1)))
        history.close()
    assert SampleHistory(tmp_path / "samples", read_only=True).read(span(0, 1)).value.tolist() == [
        0.0, 1.0, 2.0,
    ]  # fmt: skip


# -- faults --------------------------------------------------------------------------------


def test_what_was_flushed_survives_a_kill_and_no_half_file_is_read(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; import numpy as np\n"
        "from twin_model.samples import SampleBatch, SampleKeys as K\n"
        "from twin_model.store.sample_history import SampleHistory\n"
        "h = SampleHistory(Path(sys.argv[1]))\n"
        "n = 0\n"
        "while True:\n"
        f"    t = {START} + np.arange(n, n + 20000)\n"
        "    h.writer.write(SampleBatch.of(K(['p1'], ['flow']), 0, 0, t, t * 0.0 + n))\n"
        "    h.writer.flush(); n += 20000; print(n, flush=True)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "samples")], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    acknowledged = 0
    for _ in range(8):
        acknowledged = int(child.stdout.readline())
    child.send_signal(signal.SIGKILL)
    child.wait()
    for line in child.stdout:
        acknowledged = int(line) if line.endswith("\n") else acknowledged
    child.stdout.close()
    history = SampleHistory(tmp_path / "samples")
    assert len(history.read(span(0, 1))) >= acknowledged
    assert not list((tmp_path / "samples").rglob("*.tmp"))


def test_writing_loads_no_library_that_is_not_needed(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nimport numpy as np\n"
        "from twin_model.samples import SampleBatch, SampleKeys\n"
        "from twin_model.store.sample_history import SampleHistory\n"
        "history = SampleHistory(Path(sys.argv[1]))\n"
        "history.writer.write(SampleBatch.of(SampleKeys(['沙'], ['x']), 0, 0, [5], [1.5]))\n"
        "history.writer.flush()\n"
        "print('pandas' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n", "pandas takes a second, amid the first samples"


def test_texts_and_gaps_between_them_come_back(history: SampleHistory) -> None:
    keys = SampleKeys(["沙", "b"], ["state"])
    batch = SampleBatch.of(keys, [0, 1, 0], 0, [1_000_000, 2_000_000, 3_000_000], np.nan)
    history.writer.write(replace(batch, text=np.array(["开着", None, ""], object)))
    history.flush()
    (found,) = history.batches(Interval(Instant(0), Instant(10_000_000)))
    assert found.text is not None and found.text.tolist() == ["开着", None, ""]


def test_a_full_disk_loses_nothing_that_waits(tmp_path: Path) -> None:
    code = (
        "import resource, sys; from pathlib import Path; import numpy as np\n"
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from twin_model.errors import StoreError\n"
        "from twin_model.samples import SampleBatch, SampleKeys as K\n"
        "from twin_model.store.sample_history import SampleHistory\n"
        "h = SampleHistory(Path(sys.argv[1]))\n"
        "v = np.random.default_rng(1).normal(size=50000)\n"
        f"t = {START} + np.arange(50000)\n"
        "h.writer.write(SampleBatch.of(K(['p1'], ['flow']), 0, 0, t, v))\n"
        "hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40000, hard))\n"
        "try:\n    h.writer.flush(); print('written?')\n"
        "except StoreError as e:\n    print('free some disk space' in str(e), h.writer.waiting)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))\n"
        "h.close(); print(h.writer.written)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "samples")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.split() == ["True", "50000", "50000"], done.stderr
    assert len(SampleHistory(tmp_path / "samples", read_only=True).read(span(0, 1))) == 50_000


def test_a_damaged_segment_is_named(history: SampleHistory, tmp_path: Path) -> None:
    history.writer.write(seconds(0, np.arange(5.0)))
    history.writer.flush()
    path = next((tmp_path / "samples").rglob("*.parquet"))
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(StoreError, match=path.name):
        history.read(span(0, 1))


def test_closing_ends_questions_that_still_run_and_waits_for_them(tmp_path: Path) -> None:
    database = SampleDatabase(tmp_path)
    faults: list[Exception] = []

    def ask() -> None:
        try:
            database.query("SELECT sum(a.i * b.i) FROM range(1000000) a(i), range(1000000) b(i)")
        except StoreError as error:
            faults.append(error)

    asking = [threading.Thread(target=ask, daemon=True) for _ in range(2)]
    for one in asking:
        one.start()
    until = time.monotonic() + 20.0
    while len(database._busy) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    database.close()  # hours before they would be done
    for one in asking:
        one.join(20.0)
    assert not any(one.is_alive() for one in asking)
    assert [str(fault) for fault in faults] == ["the history was closed meanwhile"] * 2
    with pytest.raises(StoreError, match="closed"):
        database.query("SELECT 1")


def test_a_read_only_history_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="read-only"):
        _ = SampleHistory(tmp_path / "samples", read_only=True).writer


# -- recording and replaying ---------------------------------------------------------------


def test_everything_that_comes_through_the_hub_is_recorded(
    history: SampleHistory, tmp_path: Path
) -> None:
    hub = Hub(clock=lambda: START + DAY_US)
    recorder = Recorder(hub, history.writer, FileOutbox(tmp_path / "outbox"))
    for first in range(0, 20_000, 500):
        hub.publish(seconds(0, np.arange(20_000.0)).select(slice(first, first + 500)))
    recorder.close()
    assert np.array_equal(history.read(span(0, 1)).value, np.arange(20_000.0))


def test_a_replay_hands_over_every_sample_in_order(history: SampleHistory) -> None:
    whole = fill(history, 2)
    got: list[float] = []
    hub = Hub()
    hub.attach("test", lambda delivery: got.extend(delivery.batch.value.tolist()))
    assert Replay(hub, span(0.9, 1.1), history.batches, FASTEST).run()
    assert got == whole[int(0.9 * 86_400) : int(1.1 * 86_400)].tolist()
    assert hub.counts().late == 0 and hub.counts().ahead == 0


def test_a_replay_keeps_to_its_speed_and_its_clock_is_the_hubs(history: SampleHistory) -> None:
    history.writer.write(seconds(0, np.arange(60.0)))
    history.writer.flush()
    hub = Hub()
    ticks: list[int] = []
    minute = Interval(Instant(START), Instant(START + 60 * SECOND))
    replay = Replay(hub, minute, history.batches, 100.0, ticks.append)
    began = time.monotonic()
    assert replay.run()
    assert 0.55 < time.monotonic() - began < 3.0
    assert ticks == sorted(ticks) and ticks[-1] == START + 60 * SECOND
    assert hub.last("p1", "flow").received.us >= START + 59 * SECOND


def test_a_replay_can_be_paused_sought_and_stopped(history: SampleHistory) -> None:
    history.writer.write(seconds(0, np.arange(3600.0)))
    history.writer.flush()
    hub = Hub()
    hour = Interval(Instant(START), Instant(START + 3600 * SECOND))
    replay = Replay(hub, hour, history.batches, 1.0)
    thread = threading.Thread(target=replay.run, daemon=True)
    replay.pause()
    replay.seek(Instant(START + 1800 * SECOND))  # also before it has begun
    thread.start()
    time.sleep(0.2)
    assert abs(replay.now.us - (START + 1800 * SECOND)) < SECOND
    replay.set_speed(600.0)
    replay.resume()
    end = time.monotonic() + 20.0
    while (last := hub.last("p1", "flow")) is None or last.value < 1830:
        assert time.monotonic() < end, f"at {replay.now} the hub has {last}"
        time.sleep(0.02)
    assert replay.now.us >= START + 1830 * SECOND
    replay.stop()
    thread.join(20)
    assert not thread.is_alive()


# -- files of others -----------------------------------------------------------------------


def test_a_csv_with_a_column_a_quantity_is_read(real_data: Path) -> None:
    path = real_data / "telemetry/nab/data/realKnownCause/nyc_taxi.csv"
    batch = read_samples(path, ColumnMapping("timestamp", "city", values={"value": "trips"}))
    assert len(batch) == 10_320
    assert batch.keys.indicators == ["trips"] and batch.keys.entities == ["city"]
    assert Instant(int(batch.time_us[0])) == Instant.parse("2014-07-01")
    assert batch.value[0] == 10_844


def test_a_long_table_names_entity_and_indicator_in_each_row(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("time,device,indicator,value\n10,p1,flow,1.5\n9.5,p2,power,2000\n")
    mapping = ColumnMapping(
        "time", entity_column="device", indicator_column="indicator", value_column="value",
        scale={"power": 0.001},
    )  # fmt: skip
    batch = read_samples(path, mapping)
    assert [batch.keys.entities[e] for e in batch.entity] == ["p2", "p1"]
    assert batch.time_us.tolist() == [9_500_000, 10_000_000]
    assert batch.value.tolist() == [2.0, 1.5]


@pytest.mark.parametrize(
    ("text", "said"),
    [("time,flow\n1,2\n", "no column 'speed'"), ("time,speed\nnoon,2\n", "no time"),
     ("time,speed\n1,fast\n", "not of numbers"), ("", "cannot be read")],
)  # fmt: skip
def test_a_file_that_does_not_fit_its_mapping_is_refused(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(SourceError, match=said):
        read_samples(path, ColumnMapping("time", "car", values={"speed": "speed"}))
