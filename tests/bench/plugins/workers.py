"""Workers of plugins: samples a second, round trips, and what a killed one costs.

    uv run python tests/bench/plugins/workers.py [--seconds 5]

Prints name, ours, limit, ratio. All with real worker processes, confined as in the window:

- samples from a worker to a subscriber in the window's process, batches of 10,000; beside it what
  `multiprocessing.Pipe` takes of the same columns when they are pickled;
- round trip of a call and of an undoable command, p95;
- `kill -9`: how soon a new process works, and whether anything acknowledged was lost.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import signal
import statistics
import sys
import tempfile
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "support"))
from plugin_support import write_plugin
from plugins.host.plugins import Plugins
from plugins.host.services import HostServices
from plugins.host.state import PluginState
from plugins.host.supervised import Worker, WorkerState
from twin_model.commands import AddEntities
from twin_model.contributions import Contributions
from twin_model.entity import Entity
from twin_model.frame import Frame
from twin_model.samples import SampleBatch
from twin_model.twin import Twin

BATCH = 10_000
MANIFEST = """
[permissions]
twin = true

[[connectors]]
id = "source"
code = "bench.code:Source"
autostart = false

[[connectors]]
id = "counter"
code = "bench.code:Counter"
autostart = false

[[workers]]
id = "asker"
code = "bench.code:Asker"
"""
CODE = f"""
import time
from dataclasses import replace
import numpy as np
from shapan import EditEntities, SampleBatch

class Source:
    # As fast as it goes.
    def __init__(self, context):
        self.context = context
    def run(self):
        keys = self.context.samples.keys
        keys.extend([f"sensor-{{n}}" for n in range({BATCH})], ["flow"])
        entity = np.arange({BATCH}, dtype=np.int32)
        indicator = np.zeros({BATCH}, np.int32)
        quality = np.zeros({BATCH}, np.uint8)
        number = 0
        while not self.context.stopping:
            at = np.full({BATCH}, number, np.int64)
            value = np.full({BATCH}, float(number))
            self.context.samples.publish(SampleBatch(keys, entity, indicator, at, value, quality))
            number += 1

class Counter:
    # Numbers, each written down once it is acknowledged.
    def __init__(self, context):
        self.context = context
    def run(self):
        keys = self.context.samples.keys
        entity, indicator = keys.entity("counter"), keys.indicator("number")
        kept = open(self.context.storage.folder / "acknowledged.txt", "a", buffering=1)
        number = int(time.time() * 1e6)
        while not self.context.wait(0.001):
            batch = SampleBatch.of(keys, [entity], [indicator], [number], [1.0])
            self.context.samples.publish(batch, lambda n=number: kept.write(f"{{n}}\\n"))
            number += 1

class Asker:
    def __init__(self, context):
        self.context = context
    def empty(self):
        return 0
    def commands(self, count):
        took = []
        pumps = self.context.twin.query()
        for number in range(count):
            begun = time.perf_counter()
            edit = EditEntities([replace(pumps[number % 100], name=f"Pump {{number}}")])
            self.context.twin.submit(edit).result(30)
            took.append(1000 * (time.perf_counter() - begun))
        return took
    def questions(self, count):
        took = []
        for number in range(count):
            begun = time.perf_counter()
            self.context.twin.entity(f"pump-{{number % 100}}")
            took.append(1000 * (time.perf_counter() - begun))
        return took
"""


def percentile(values: list[float], share: float) -> float:
    return float(np.percentile(values, share))


def wait_running(worker: Worker, timeout_s: float = 30.0) -> None:
    end = time.monotonic() + timeout_s
    while worker.state != WorkerState.RUNNING:
        if time.monotonic() > end:
            raise TimeoutError(f"{worker.title} is {worker.state}: {worker.problem}")
        time.sleep(0.002)


def throughput(host: Plugins, seconds: float) -> float:
    """Return samples a second from a worker to a subscriber."""
    received = [0]

    def take(batch: SampleBatch) -> None:
        received[0] += len(batch)

    subscription = host.broker.subscribe(take)
    worker = host.worker("org.test.bench", "connector", "source")
    worker.start()
    wait_running(worker)
    # The history begins with the first batch, and its libraries are imported then.
    end = time.monotonic() + 60.0
    while received[0] < 10 * BATCH and time.monotonic() < end:
        time.sleep(0.01)
    before, begun = received[0], time.perf_counter()
    time.sleep(seconds)
    rate = (received[0] - before) / (time.perf_counter() - begun)
    worker.stop()
    subscription.close()
    return rate


def _pickle_columns(end: Connection) -> None:
    columns = (np.zeros(BATCH, "i4"), np.zeros(BATCH, "i4"), np.zeros(BATCH, "i8"),
               np.zeros(BATCH), np.zeros(BATCH, "u1"))  # fmt: skip
    while True:
        end.send(columns)


def throughput_of_a_pipe(seconds: float) -> float:
    """Return samples a second over `multiprocessing.Pipe`, without any acknowledgement."""
    mine, theirs = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(
        target=_pickle_columns, args=(theirs,), daemon=True
    )
    process.start()
    mine.recv()
    received, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        received += len(mine.recv()[0])
    rate = received / (time.perf_counter() - begun)
    process.kill()
    process.join()
    return rate


def kills(host: Plugins, times: int) -> tuple[list[float], int, int]:
    """Return seconds until a new process works, how many were acknowledged and how many lost."""
    worker = host.worker("org.test.bench", "connector", "counter")
    received: set[int] = set()
    lock = threading.Lock()

    def take(batch: SampleBatch) -> None:
        with lock:
            received.update(batch.time_us.tolist())

    subscription = host.broker.subscribe(take, indicators=["number"])
    worker.start()
    wait_running(worker)
    took = []
    for _ in range(times):
        time.sleep(0.7)
        worker.forgive()  # each kill is looked at by itself, not as the fifth of a row
        old, count = worker.pid, len(received)
        assert old is not None
        begun = time.perf_counter()
        os.kill(old, signal.SIGKILL)
        while worker.pid in {old, None} or len(received) <= count + 1:
            time.sleep(0.001)
            if worker.pid == old:
                count = len(received)  # what was on its way still arrives
        took.append(time.perf_counter() - begun)
    folder = worker.spec.storage
    worker.stop()
    subscription.close()
    acknowledged = {int(n) for n in (folder / "acknowledged.txt").read_text().split()}
    return took, len(acknowledged), len(acknowledged - received)


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rows: list[tuple[str, float, float]] = []
    with tempfile.TemporaryDirectory(prefix="bench-plugins-") as text:
        folder = Path(text)
        write_plugin(folder / "development", "bench", MANIFEST, CODE)
        state = PluginState(folder / "config")
        state.add_development_folder(folder / "development")
        with Twin.create(folder / "p.shapan", Frame("EPSG:32650", (5e5, 3.4e6, 0.0))) as twin:
            pumps = [Entity(f"pump-{n}", "pump", f"Pump {n}") for n in range(100)]
            twin.execute(AddEntities(pumps))
            host = Plugins(HostServices(twin), state, table=Contributions(), installed=False)
            host.discover()
            host.grant("org.test.bench", host.records["org.test.bench"].manifest.permissions)
            rate = throughput(host, arguments.seconds)
            rows.append(("samples/s from a worker, batches of 10,000; at least", rate, 1e6))
            peer = throughput_of_a_pipe(arguments.seconds)
            rows.append(("the same against columns pickled through a pipe", rate, peer))
            asker = host.worker("org.test.bench", "worker", "asker")
            asker.call("empty").result(30)
            trips = []
            for _ in range(1000):
                begun = time.perf_counter()
                asker.call("empty").result(30)
                trips.append(1000 * (time.perf_counter() - begun))
            rows.append(("call of a worker, p95 (ms); at most", percentile(trips, 95), 5))
            asked = asker.call("questions", count=1000).result(60)
            rows.append(("question of a worker, p95 (ms); at most", percentile(asked, 95), 5))
            edits = asker.call("commands", count=500).result(120)
            rows.append(("undoable command of a worker, p95 (ms); at most",
                         percentile(edits, 95), 5))  # fmt: skip
            took, acknowledged, lost = kills(host, 6)
            rows.append(("kill -9: a new process works after, worst of 6 (s); at most",
                         max(took), 2))  # fmt: skip
            rows.append(("kill -9: median (s)", statistics.median(took), 2))
            rows.append((f"kill -9: lost of {acknowledged} acknowledged; at most", lost, 0))
            host.close()
    if arguments.json:
        print(json.dumps([dict(zip(("name", "ours", "limit"), row, strict=True)) for row in rows]))
        return 0
    print("name, ours, limit or peer, ratio")
    for name, ours, limit in rows:
        ratio = f"{ours / limit:.2f}" if limit else ""
        print(f"{name}, {ours:,.3f}, {limit:,.3f}, {ratio}".replace(".000", ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
