"""Workers: calls, samples, the twin, death and limits."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from assets.catalogue import entity_types_text
from plugin_support import MakeHost, make_host, plugin_folder, twin, wait_until, write_plugin
from plugins.host.plugins import Plugins, PluginStatus
from plugins.host.services import HostServices
from plugins.host.state import PluginState
from plugins.host.supervisor import WorkerState
from twin_model.contributions import Contributions
from twin_model.errors import PluginError
from twin_model.samples import SampleBatch, SampleKeys, concatenate
from twin_model.schema.catalogue import Catalogue
from twin_model.twin import Twin

__all__ = ["make_host", "plugin_folder", "twin"]

TICKER = """
    from shapan import SampleBatch, Instant
    class Ticker:
        def __init__(self, context):
            self.context = context
        def run(self):
            keys = self.context.samples.keys
            pump, flow = keys.entity("pump-0"), keys.indicator("flow")
            count = 0
            while not self.context.wait(0.01):
                now = Instant.now().us
                self.context.samples.publish(SampleBatch.of(keys, pump, flow, now, [count] * 10))
                count += 1
"""


def test_a_panel_calls_a_worker_with_arrays_and_gets_arrays_back(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    write_plugin(plugin_folder, "doubler", """
        [[workers]]
        id = "crunch"
        code = "doubler.code:Crunch"
        """, """
        import os
        class Crunch:
            def __init__(self, context):
                self.context = context
            def double(self, values, name):
                return {"name": name, "values": values * 2, "pid": os.getpid()}
            def fail(self):
                raise ValueError("seven is too many")
        """)  # fmt: skip
    host = make_host(twin)
    call = host.worker("org.test.doubler", "worker", "crunch").call
    result = call("double", values=np.arange(5.0), name="x").result(20)
    assert result["name"] == "x"
    assert result["values"].tolist() == [0.0, 2.0, 4.0, 6.0, 8.0]
    assert result["pid"] != os.getpid()
    with pytest.raises(Exception, match="ValueError: seven is too many"):
        call("fail").result(20)
    # The worker is none the worse for it.
    assert call("double", values=np.ones(1), name="y").result(20)["name"] == "y"


def test_steps_asked_for_at_once_are_answered_one_after_another(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    write_plugin(plugin_folder, "stepper", """
        [[workers]]
        id = "steps"
        code = "stepper.code:Steps"
        """, """
        import time
        class Steps:
            def __init__(self, context):
                self.told = []
            def exchange(self, number):
                self.told.append(f"begin {number}")
                time.sleep(0.05 * (3 - number))
                self.told.append(f"end {number}")
                return self.told
        """)  # fmt: skip
    host = make_host(twin)
    call = host.worker("org.test.stepper", "worker", "steps").call
    answers = [call("exchange", number=number) for number in range(3)]
    last = answers[2].result(20.0)
    assert last == [f"{what} {number}" for number in range(3) for what in ("begin", "end")]
    assert answers[0].result(0.0) == last[:2]


def test_a_connector_starts_with_the_project_and_its_samples_reach_a_subscriber(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    write_plugin(plugin_folder, "ticker", """
        [[connectors]]
        id = "ticks"
        code = "ticker.code:Ticker"
        """, TICKER)  # fmt: skip
    host = make_host(twin)
    got: list[SampleBatch] = []
    host.broker.subscribe(got.append)
    host.project_opened()
    wait_until(lambda: len(got) >= 5)
    batch = got[0]
    assert batch.keys.entities[batch.entity[0]] == "pump-0"
    assert batch.keys.indicators[batch.indicator[0]] == "flow"
    values = [float(batch.value[0]) for batch in got[:5]]
    assert values == [0.0, 1.0, 2.0, 3.0, 4.0]
    host.project_closed()
    count = len(got)  # what it says while it ends belongs to no project
    time.sleep(0.2)
    assert len(got) == count


def test_a_worker_asks_the_twin_and_changes_it_under_the_plugins_name(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    write_plugin(plugin_folder, "renamer", """
        [permissions]
        twin = true
        [[workers]]
        id = "w"
        code = "renamer.code:W"
        """, """
        from dataclasses import replace
        from shapan import EditEntities, EntityQuery
        class W:
            def __init__(self, context):
                self.context = context
            def rename(self):
                twin = self.context.twin
                pumps = twin.query(EntityQuery(type="pump"))
                edited = [replace(p, name=p.name + "!") for p in pumps]
                twin.submit(EditEntities(edited, "Shout"), "because").result(10)
                lon, lat, h = twin.to_wgs84(0.0, 0.0, 5.0)
                return twin.title, [p.name for p in twin.query(EntityQuery(type="pump"))], \\
                    lon, lat, twin.to_local(lon, lat, h)
        """)  # fmt: skip
    host = make_host(twin)
    assert host.records["org.test.renamer"].status == PluginStatus.NEEDS_PERMISSION
    host.grant("org.test.renamer", host.records["org.test.renamer"].manifest.permissions)
    title, names, lon, lat, back = host.call("org.test.renamer", "w", "rename").result(20)
    assert title == "Works"
    assert names == ["Pump 0!", "Pump 1!", "Pump 2!"]
    assert 110 < lon < 125 and 25 < lat < 35
    assert back == pytest.approx((0.0, 0.0, 5.0), abs=0.01)
    assert twin.undo_label == "Renamer: Shout"
    entry = twin.journal()[-1]
    assert entry.who == "plugin org.test.renamer"
    assert entry.why == "because"
    twin.undo()
    assert twin.entity("pump-0").name == "Pump 0"


def test_a_worker_is_refused_what_the_types_do_not_allow_with_the_things_and_the_rule(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    write_plugin(plugin_folder, "hanger", """
        [permissions]
        twin = true
        [[workers]]
        id = "w"
        code = "hanger.code:W"
        """, """
        from shapan import AddEntities, AddRelations, Entity, Relation
        class W:
            def __init__(self, context):
                self.context = context
            def hang(self):
                twin = self.context.twin
                things = [Entity("l", "lamp", "Lamp"), Entity("a", "pole", "A"),
                          Entity("b", "pole", "B")]
                first = Relation("one", "mounted_on", "l", "a")
                twin.submit(AddEntities(things, [first]), "Lamp").result(10)
                try:
                    second = Relation("two", "mounted_on", "l", "b", computed=True)
                    twin.submit(AddRelations([second]), "Again").result(10)
                except Exception as error:
                    return str(error)
        """)  # fmt: skip
    twin.load_catalogue = lambda _twin: Catalogue.load(entity_types_text())  # as shapan live does
    host = make_host(twin)
    host.grant("org.test.hanger", host.records["org.test.hanger"].manifest.permissions)
    said = host.call("org.test.hanger", "w", "hang").result(20)
    assert "Lamp – B: relations.mounted_on" in said
    assert "Lamp may have 1 of them at most, and has: A; remove one first" in said
    assert [one.id for one in twin.relations("l")] == ["one"]


def test_a_killed_connector_is_back_within_two_seconds_and_nothing_acknowledged_is_lost(
    make_host: MakeHost, plugin_folder: Path, twin: Twin, tmp_path: Path
) -> None:
    write_plugin(plugin_folder, "counter", """
        [[connectors]]
        id = "c"
        code = "counter.code:Counter"
        """, """
        import os
        from shapan import SampleBatch
        class Counter:
            def __init__(self, context):
                self.context = context
            def run(self):
                # Each number is written down once the window has it, as a broker would.
                keys = self.context.samples.keys
                e, i = keys.entity("pump-0"), keys.indicator("n")
                known = self.context.storage.folder / "acknowledged"
                start = 1 + int((known.read_text().split() or ["-1"])[-1]) if known.exists() else 0
                log = open(known, "a")
                def kept(number):
                    log.write(f"{number}\\n"); log.flush()
                for number in range(start, 10**9):
                    if self.context.wait(0.001): return
                    batch = SampleBatch.of(keys, e, i, number, float(number))
                    self.context.samples.publish(batch, lambda number=number: kept(number))
        """)  # fmt: skip
    host = make_host(twin)
    got: list[float] = []
    times: list[float] = []

    def take(batch: SampleBatch) -> None:
        got.extend(batch.value.tolist())
        times.append(time.monotonic())

    host.broker.subscribe(take)
    host.project_opened()
    worker = host.worker("org.test.counter", "connector", "c")
    for _ in range(2):
        count = len(got)
        wait_until(lambda count=count: len(got) > count + 200)
        pid = worker.pid
        assert pid is not None
        killed = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda pid=pid: worker.pid not in {None, pid})
        wait_until(lambda killed=killed: times[-1] > killed + 0.15)
        back_s = next(t for t in times if t > killed + 0.15) - killed
        assert back_s < 4.0  # the figure of two seconds is measured in tests/bench/plugins
    assert worker.restarts == 2
    host.project_closed()
    acknowledged = [
        int(line) for line in
        (twin.path / "plugins" / "org.test.counter" / "acknowledged").read_text().split()
    ]  # fmt: skip
    assert len(acknowledged) > 200
    assert set(acknowledged) <= {int(number) for number in got}


def test_what_a_consumer_had_not_acknowledged_when_it_was_killed_comes_again(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    write_plugin(plugin_folder, "consumer", """
        [[overlays]]
        id = "c"
        code = "consumer.code:Consumer"
        """, """
        import threading, time
        class Consumer:
            def __init__(self, context):
                self.context = context
            def run(self):
                log = open(self.context.storage.folder / "seen", "a")
                def take(batch):
                    log.write("".join(f"{int(v)}\\n" for v in batch.value)); log.flush()
                    time.sleep(0.002)
                self.context.samples.subscribe(take, indicators=["n"], lossless=True)
                while not self.context.wait(1): pass
        """)  # fmt: skip
    host = make_host(twin)
    host.project_opened()
    worker = host.worker("org.test.consumer", "overlay", "c")
    wait_until(lambda: worker.state == WorkerState.RUNNING)
    keys = SampleKeys(["a"], ["n", "other"])
    host.broker.publish(SampleBatch.of(keys, 0, 1, 0, -5.0))

    def publish() -> None:
        for number in range(1500):
            host.broker.publish(SampleBatch.of(keys, 0, 0, number, float(number)))

    seen = twin.path / "plugins" / "org.test.consumer" / "seen"
    thread = threading.Thread(target=publish)
    wait_until(seen.exists)
    time.sleep(0.3)  # until it has subscribed
    thread.start()
    wait_until(lambda: seen.read_text().count("\n") > 300)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    thread.join(60)
    wait_until(lambda: "1499" in seen.read_text().split(), 60)
    numbers = [int(line) for line in seen.read_text().split()]
    assert set(numbers) == set(range(1500))
    assert worker.restarts == 1
    assert worker.dropped == 0


def test_a_worker_that_keeps_dying_is_quarantined_and_named(
    make_host: MakeHost, plugin_folder: Path, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_plugin(plugin_folder, "mortal", """
        [[connectors]]
        id = "c"
        code = "mortal.code:C"
        """, """
        import os
        class C:
            def __init__(self, context): pass
            def run(self): os._exit(3)
        """)  # fmt: skip
    host = make_host(twin)
    monkeypatch.setattr("plugins.host.supervised._BACK_OFF_LIMIT_S", 0.2)
    host.project_opened()
    record = host.records["org.test.mortal"]
    wait_until(lambda: record.status == PluginStatus.QUARANTINED, 40)
    assert "connector 'c' failed again and again: ended with the code 3" in record.problem
    with pytest.raises(PluginError, match=r"org\.test\.mortal"):
        host.worker("org.test.mortal", "connector", "c")
    host.set_enabled("org.test.mortal", True)
    assert host.records["org.test.mortal"].status == PluginStatus.ACTIVE


def test_texts_positions_and_large_batches_come_through_shared_memory(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    write_plugin(plugin_folder, "mover", """
        [[workers]]
        id = "w"
        code = "mover.code:W"
        """, """
        from dataclasses import replace
        import numpy as np
        from shapan import SampleBatch
        class W:
            def __init__(self, context): self.context = context
            def go(self):
                keys = self.context.samples.keys
                e = keys.entity("car"); i = keys.indicator("place")
                n = 150_000
                plain = SampleBatch.of(keys, e, i, np.arange(n), np.arange(n) / 2)
                texts = np.array([f"状态 {k}" if k % 3 else None for k in range(n)], object)
                moved = replace(plain, text=texts, position=np.arange(3.0 * n).reshape(n, 3))
                self.context.samples.publish(plain)
                self.context.samples.publish(moved)
                return self.context.samples.flush(20)
        """)  # fmt: skip
    host = make_host(twin)
    got: list[SampleBatch] = []
    host.broker.subscribe(got.append)
    assert host.call("org.test.mover", "w", "go").result(30)
    whole = concatenate(got)
    assert len(whole) == 300_000
    assert len(got) > 4
    assert np.array_equal(whole.value[:150_000], np.arange(150_000) / 2)
    assert np.array_equal(whole.time_us[150_000:], np.arange(150_000))
    assert whole.text is not None and whole.position is not None
    assert whole.text[150_000:150_003].tolist() == [None, "状态 1", "状态 2"]
    assert np.array_equal(whole.position[150_000:].ravel(), np.arange(450_000.0))
    assert np.isnan(whole.position[:150_000]).all()


def test_workers_of_a_development_folder_named_by_a_relative_path_start(
    make_host: MakeHost, plugin_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_plugin(plugin_folder, "nearby", """
        [[workers]]
        id = "adder"
        code = "nearby.code:Adder"
        """, """
        class Adder:
            def __init__(self, context): pass
            def add(self, a, b): return a + b
        """)  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHAPAN_PLUGINS", plugin_folder.name)
    host = Plugins(HostServices(), PluginState(tmp_path / "other"), table=Contributions(),
                   installed=False)  # fmt: skip
    try:
        host.discover()
        assert host.call("org.test.nearby", "adder", "add", a=1, b=2).result(20) == 3
    finally:
        host.close()


def test_batches_travel_through_a_file_where_descriptors_cannot_be_handed_on(
    make_host: MakeHost, plugin_folder: Path, twin: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plugins.host.ring.hands_on_descriptors", lambda: False)
    write_plugin(plugin_folder, "ticker", """
        [[connectors]]
        id = "tick"
        code = "ticker.code:Ticker"
        """, TICKER)  # fmt: skip
    host = make_host(twin)
    got: list[SampleBatch] = []
    host.broker.subscribe(got.append)
    worker = host.worker("org.test.ticker", "connector", "tick")
    worker.start()
    wait_until(lambda: len(got) > 5)
    folder = Path(worker.spec.confinement.own[-1])
    files = list(folder.glob("samples-*"))
    assert len(files) == 2
    worker.stop()
    assert not list(folder.glob("samples-*")), "they go with the worker"
    values = concatenate(got).value
    assert np.array_equal(values, np.arange(len(values)))
