"""Connectors, the hub, alarms and moving things: what live plugins stand on."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from plugin_support import MakeHost, make_host, plugin_folder, twin, wait_until, write_plugin
from plugins.host.contract import check_plugin
from plugins.host.plugins import Plugins
from rendering.moving.style import MovingStyle
from shapan import MappedPoint, PointMap, Quality, Reading, SampleBatch, SampleKeys, SourceError
from twin_model.alarms.model import State
from twin_model.errors import PluginError
from twin_model.live.hub import Hub
from twin_model.time import Instant
from twin_model.twin import Twin

__all__ = ["make_host", "plugin_folder", "twin"]


def no_guard(call: Callable[[], object]) -> None:
    call()


def grant(host: Plugins, plugin_id: str) -> None:
    host.grant(plugin_id, host.records[plugin_id].manifest.permissions)


METER = """
    import time
    from shapan import SampleBatch, keep_connected
    class Meter:
        def __init__(self, context):
            self.context = context
            self.tries = 0
        def run(self):
            keep_connected(self.context, self.session, least_s=0.05, most_s=0.2)
        def session(self):
            self.tries += 1
            if self.tries < 3:
                raise ConnectionError("nobody answers")
            self.context.report_status("connected", "meter 7")
            n = 0
            while not self.context.wait(0.02):
                self.context.samples.publish(
                    SampleBatch.from_rows([("pump-0", "flow", time.time_ns() // 1000, float(n))]))
                n += 1
"""


def test_a_connector_that_is_refused_tries_again_and_says_how_it_stands(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    write_plugin(plugin_folder, "meter", """
        [[connectors]]
        id = "meter"
        code = "meter.code:Meter"
        """, METER)  # fmt: skip
    host = make_host(twin)
    statuses: list[tuple[str, str]] = []
    host.project_opened()
    worker = host.worker("org.test.meter", "connector", "meter")

    def connected() -> bool:
        if not statuses or statuses[-1] != worker.status:
            statuses.append(worker.status)
        return worker.status[0] == "connected"

    wait_until(connected)
    assert worker.status == ("connected", "meter 7")
    refused = [text for state, text in statuses if state == "disconnected"]
    assert refused
    assert "ConnectionError: nobody answers; next try in" in refused[0]
    assert worker.restarts == 0
    wait_until(lambda: len(host.services.live.last(entities=["pump-0"])))
    last = host.services.live.last(entities=["pump-0"], indicators=["flow"])
    assert last.keys.entities[last.entity[0]] == "pump-0"
    assert last.quality[0] == Quality.GOOD


def test_samples_of_plugins_are_in_the_history_of_the_project_and_rules_watch_them(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    write_plugin(plugin_folder, "meter", """
        [[connectors]]
        id = "meter"
        code = "meter.code:Meter"
        """, METER)  # fmt: skip
    host = make_host(twin)
    assert not (twin.path / "samples").exists(), "a project without live data gets no files"
    host.project_opened()
    wait_until(lambda: len(host.services.live.last()))
    operations = host.services.live.operations
    assert operations is not None
    wait_until(lambda: operations.hub.counts().received > 10)
    host.project_closed()
    host.wait_closed()
    from twin_model.store.sample_history import SAMPLES, SampleHistory

    history = SampleHistory(twin.path / SAMPLES)
    found = history.as_of(Instant.now())
    history.close()
    assert len(found) == 1
    assert found.keys.entities[found.entity[0]] == "pump-0"


def test_what_others_publish_into_the_hub_reaches_plugins(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    write_plugin(plugin_folder, "panel", """
        [[commands]]
        id = "c"
        title = "C"
        code = "panel.code:c"
        """, "def c(context): pass")  # fmt: skip
    host = make_host(twin)
    context = host.context("org.test.panel", no_guard)
    got: list[SampleBatch] = []
    context.samples.subscribe(got.append, indicators=["flow"])
    hub = host.services.live.begin()
    host.broker.listen(hub)
    hub.publish(SampleBatch.from_rows([("pump-1", "flow", 1_000_000, 2.0)]))
    hub.publish(SampleBatch.from_rows([("pump-1", "flow", 1_000_000, 2.0)]))
    wait_until(lambda: got)
    time.sleep(0.3)
    assert sum(map(len, got)) == 1, "the hub leaves out what came before"
    context.close()


WATCHER = """
    class Watcher:
        def __init__(self, context): self.context = context
        def begin(self, **more):
            self.context.alarms.begin("seal", "pump-0", "Seal leaks", **more)
        def end(self):
            self.context.alarms.end("seal", "pump-0")
        def last(self):
            return self.context.samples.last(indicators=["flow"])
"""


def watcher(plugin_folder: Path, permissions: str) -> None:
    write_plugin(plugin_folder, "watcher", f"""
        [permissions]
        {permissions}
        [[workers]]
        id = "w"
        code = "watcher.code:Watcher"
        """, WATCHER)  # fmt: skip


def test_a_plugin_raises_and_ends_alarms_of_its_own(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    watcher(plugin_folder, "alarms = true")
    host = make_host(twin)
    grant(host, "org.test.watcher")
    worker = host.worker("org.test.watcher", "worker", "w")
    worker.call("begin", priority="urgent", guidance="Shut **V-3**.", value=3.5).result(30)
    operations = host.services.live.operations
    assert operations is not None
    alarm = operations.alarms.alarm("pump-0/org.test.watcher/seal")
    assert alarm.point.name == "Seal leaks"
    assert alarm.status.state == State.UNACKNOWLEDGED
    assert alarm.status.value == 3.5
    worker.call("begin", priority="urgent", guidance="Shut **V-3**.", value=3.5).result(30)
    assert operations.alarms.alarm("pump-0/org.test.watcher/seal").status.occurrence == 1
    operations.rebind()  # rules are bound anew after an edit; the plugin's alarm stays
    assert operations.alarms.alarm("pump-0/org.test.watcher/seal").status.active
    worker.call("end").result(30)
    state = operations.alarms.alarm("pump-0/org.test.watcher/seal").status.state
    assert state == State.RETURNED


def test_alarms_need_the_permission_a_known_priority_and_a_project(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    watcher(plugin_folder, "")
    host = make_host(twin)
    worker = host.worker("org.test.watcher", "worker", "w")
    with pytest.raises(Exception, match=r"may not raise alarms") as caught:
        worker.call("begin").result(30)
    assert "org.test.watcher" in str(caught.value)
    watcher(plugin_folder, "alarms = true")
    host.reload("org.test.watcher")
    grant(host, "org.test.watcher")
    worker = host.worker("org.test.watcher", "worker", "w")
    with pytest.raises(Exception, match="'dire' is no priority"):
        worker.call("begin", priority="dire").result(30)
    host.services.live.close()()
    with pytest.raises(Exception, match="no project is open for writing"):
        worker.call("begin").result(30)


def test_a_worker_reads_last_values_with_what_is_stale_marked(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    watcher(plugin_folder, "")
    host = make_host(twin)
    host.broker.publish(SampleBatch.from_rows([("pump-2", "flow", Instant.now(), 4.0)]))
    hub: Hub = host.services.live.hub
    worker = host.worker("org.test.watcher", "worker", "w")
    found = worker.call("last").result(30)
    assert found.value.tolist() == [4.0]
    assert found.quality.tolist() == [Quality.GOOD]
    hub.expect("pump-2", "flow", 0.001)
    time.sleep(0.05)
    assert worker.call("last").result(30).quality.tolist() == [Quality.UNCERTAIN]


def test_a_panel_that_floods_is_stopped_and_named(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    write_plugin(plugin_folder, "panel", """
        [[commands]]
        id = "c"
        title = "C"
        code = "panel.code:c"
        """, "def c(context): pass")  # fmt: skip
    host = make_host(twin)
    context = host.context("org.test.panel", no_guard)
    slow = host.broker.subscribe(lambda batch: time.sleep(0.02))
    batch = SampleBatch.from_rows([("pump-0", "flow", 0, 1.0)])
    with pytest.raises(PluginError, match=r"org.test.panel.* publishes samples faster"):
        for n in range(2000):
            rows = [("pump-0", "flow", n, 1.0)]
            batch = SampleBatch.from_rows(rows)
            context.samples.publish(batch)
    slow.close()
    context.close()


def test_what_moves_is_followed_and_gone_with_its_worker(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    write_plugin(plugin_folder, "traffic", """
        [[overlays]]
        id = "vehicles"
        code = "traffic.code:Vehicles"
        """, """
        import time, numpy as np
        from shapan import MovingStyle, SampleBatch
        class Vehicles:
            def __init__(self, context): self.context = context
            def run(self):
                self.context.scene.follow("v", MovingStyle(shape="bus", trail_s=5.0))
                keys = self.context.samples.keys
                keys.extend([f"v{n}" for n in range(50)], ["position"])
                rows, nothing = np.arange(50, dtype=np.int32), np.zeros(50, np.int32)
                while not self.context.wait(0.05):
                    place = np.column_stack([rows * 5.0, np.full(50, time.time() % 100), nothing])
                    self.context.samples.publish(SampleBatch(
                        keys, rows, nothing, np.full(50, time.time_ns() // 1000),
                        np.full(50, np.nan), np.zeros(50, np.uint8), None, place))
        """)  # fmt: skip
    host = make_host(twin)
    host.project_opened()
    key = ("org.test.traffic", "v")
    wait_until(lambda: key in host.services.moving and len(host.services.moving[key]) == 50)
    tracks = host.services.moving[key]
    assert tracks.style == MovingStyle(shape="bus", trail_s=5.0)
    wait_until(lambda: tracks.version > 3)
    assert np.isfinite(tracks.place().position).all()
    host.project_closed()
    host.wait_closed()
    assert key not in host.services.moving


def test_closing_a_project_does_not_wait_for_a_worker_that_does_not_end(
    make_host: MakeHost, plugin_folder: Path, twin: Twin
) -> None:
    write_plugin(plugin_folder, "deaf", """
        [permissions]
        twin = true
        [[connectors]]
        id = "c"
        code = "deaf.code:Deaf"
        """, """
        import time
        from shapan import SampleBatch
        class Deaf:
            def __init__(self, context): self.context = context
            def run(self):
                n = 0
                while True:
                    time.sleep(0.02)
                    n += 1
                    self.context.samples.publish(
                        SampleBatch.from_rows([("pump-0", "flow", n, 1.0)]))
        """)  # fmt: skip
    host = make_host(twin)
    grant(host, "org.test.deaf")
    host.project_opened()
    wait_until(lambda: len(host.services.live.last()))
    begun = time.monotonic()
    host.project_closed()
    assert time.monotonic() - begun < 1.0
    host.services.live.open(twin)  # the next project, while the old worker still publishes
    time.sleep(0.3)
    assert not len(host.services.live.last())
    host.wait_closed()


# -- mapping ----------------------------------------------------------------------------------


def test_addresses_become_entities_and_indicators() -> None:
    points = PointMap([
        MappedPoint("plant/+/state/{entity}/{indicator}"),
        MappedPoint("ns=2;s=Pump1.Flow", "pump-1", "flow", factor=3.6, offset=1.0),
        MappedPoint("cars/{entity}", indicator="position"),
    ])  # fmt: skip
    keys = SampleKeys()
    batch = points.batch(keys, [
        Reading("plant/hall/state/pump-0/pressure", 2.5, Instant(5)),
        Reading("ns=2;s=Pump1.Flow", 10, 6, Quality.UNCERTAIN),
        Reading("plant/hall/state/pump-0/mode", "auto", 7),
        Reading("cars/bus-4", (1.0, 2.0, 3.0), 8),
        Reading("plant/hall/else", 1.0, 9),
    ])  # fmt: skip
    rows = [
        (keys.entities[e], keys.indicators[i], t)
        for e, i, t in zip(batch.entity, batch.indicator, batch.time_us, strict=True)
    ]
    assert rows == [("pump-0", "pressure", 5), ("pump-1", "flow", 6), ("pump-0", "mode", 7),
                    ("bus-4", "position", 8)]  # fmt: skip
    assert batch.value[:2].tolist() == [2.5, 37.0]
    assert batch.quality.tolist() == [0, 1, 0, 0]
    assert batch.text is not None
    assert batch.text[2] == "auto"
    assert batch.position is not None
    assert batch.position[3].tolist() == [1.0, 2.0, 3.0]
    assert points.unmapped == {"plant/hall/else": 1}
    assert points.addresses() == ["plant/+/state/+/+", "ns=2;s=Pump1.Flow", "cars/+"]
    assert len(points.batch(keys, [])) == 0


def test_a_map_is_read_from_a_table_and_its_errors_name_the_row(tmp_path: Path) -> None:
    path = tmp_path / "points.csv"
    path.write_text("address,entity,indicator,factor\nt/1,pump-1,flow,0.5\nt/2,pump-2,flow,\n")
    points = PointMap.read(path)
    assert points.points[0] == MappedPoint("t/1", "pump-1", "flow", 0.5)
    assert points.points[1].factor == 1.0
    path.write_text("address,entity,indicator\nt/1,pump-1,\n")
    with pytest.raises(SourceError, match="row 1: t/1 has no indicator"):
        PointMap.read(path)
    path.write_text("address,entity,indicator,factor\nt/1,pump-1,flow,half\n")
    with pytest.raises(SourceError, match="row 1: could not convert"):
        PointMap.read(path)


def test_the_contract_kit_runs_a_connector_without_a_broker(tmp_path: Path) -> None:
    package = write_plugin(tmp_path, "meter", """
        [[connectors]]
        id = "meter"
        code = "meter.code:Meter"
        """, METER)  # fmt: skip
    checks = list(check_plugin(package.parents[1], lambda folder, panel: ""))
    assert [c.name for c in checks if not c.passed] == []
