"""MQTT to the state of the twin, against a bare subscriber with the same client.

    uv run python tests/bench/live/mqtt.py [messages]

Both get the same messages from the same Mosquitto, published beforehand by another process into a
session that waits, so that the broker's pace is not ours. Prints messages a second.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "support"))

import paho.mqtt.client as paho

from app.cli.opening import catalogue_of
from broker_support import Broker
from plugins.builtin.connecting.connections import Connection, connections_document
from plugins.host.plugins import Plugins
from plugins.host.services import HostServices
from plugins.host.state import PluginState
from twin_model.commands import AddEntities
from twin_model.contributions import Contributions
from twin_model.entity import Entity
from twin_model.frame import Frame
from twin_model.operations import Operations
from twin_model.twin import Twin

DEVICES = 1000
PUBLISHER = """
import sys, json, time
import paho.mqtt.client as paho
port, count, qos = map(int, sys.argv[1:])
c = paho.Client(paho.CallbackAPIVersion.VERSION2)
c.max_inflight_messages_set(5000); c.max_queued_messages_set(0)
c.connect("127.0.0.1", port); c.loop_start()
last = None
for n in range(count):
    p = json.dumps({"value": n * 0.5, "time": 1767225600000 + n, "quality": "good",
                    "device": "works"})
    last = c.publish(f"city/p{n % 1000}/flow", p.ljust(110), qos=qos)
    if qos == 0 and n % 200 == 0: time.sleep(0.002)
while qos and not last.is_published(): time.sleep(0.01)
time.sleep(1.0); c.disconnect()
"""


def publish(broker: Broker, count: int, qos: int) -> subprocess.Popen[bytes]:
    """Begin publishing in another process."""
    words = [str(broker.port), str(count), str(qos)]
    return subprocess.Popen([sys.executable, "-c", PUBLISHER, *words])


def bare(broker: Broker, count: int, qos: int) -> float:
    """Return the pace of a subscriber that only counts."""
    got = [0, 0.0, 0.0]
    ready = threading.Event()

    def take(_c: object, _d: object, _m: object) -> None:
        got[0] += 1
        if got[0] == 1:
            got[1] = time.perf_counter()
        got[2] = time.perf_counter()

    client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="bare", clean_session=False)
    client.on_message = take
    client.on_subscribe = lambda *_: ready.set()
    client.connect("127.0.0.1", broker.port)
    client.subscribe("city/#", qos)
    client.loop_start()
    ready.wait(10)
    if qos:  # what waits comes at the broker's full pace
        client.disconnect()
        client.loop_stop()
        publish(broker, count, qos).wait()
        client.connect("127.0.0.1", broker.port)
        client.loop_start()
    else:
        publish(broker, count, qos)
    _wait(lambda: got[0], count)
    client.disconnect()
    client.loop_stop()
    return (got[0] - 1) / (got[2] - got[1])


def ours(folder: Path, broker: Broker, count: int, qos: int) -> float:
    """Return the pace from the broker into last values, rules and history of a project."""
    twin = Twin.create(folder / f"q{qos}.shapan", Frame("EPSG:32650", (5e5, 3.4e6, 0.0)), "Bench")
    twin.execute(AddEntities([Entity(f"p{n}", "pump", f"P{n}") for n in range(DEVICES)]))
    services = HostServices()
    services.types = lambda: catalogue_of(twin)
    services._twin = twin
    operations = Operations(twin, catalogue_of(twin))
    services.live.use(operations)
    host = Plugins(services, PluginState(folder / "config"), table=Contributions(), installed=False)
    host.discover()
    host.broker.listen(operations.hub)
    access = host.records["shapan.mqtt"].access
    assert access is not None
    mapping = {"source": "city/{entity}/{indicator}"}
    connection = {"id": "bench", "address": f"127.0.0.1:{broker.port}", "mappings": [mapping],
                  "options": {"qos": qos, "version": 3, "client_id": f"ours{qos}"}}  # fmt: skip
    made = [Connection.model_validate(connection)]
    access.storage().write("connections.json", connections_document(made))
    worker = host.worker("shapan.mqtt", "connector", "mqtt")
    times: list[tuple[float, int]] = []
    operations.hub.attach("bench", lambda d: times.append((time.perf_counter(), len(d.series))))

    def state() -> str:
        found = worker.call("status").result(20)["connections"]
        return found[0]["state"] if found else ""

    worker.start()
    while state() != "connected":
        time.sleep(0.1)
    if qos:
        worker.stop()
        publish(broker, count, qos).wait()
        worker.start()
    else:
        publish(broker, count, qos)
    _wait(lambda: sum(n for _, n in times), count)
    total = sum(n for _, n in times[1:])
    pace = total / (times[-1][0] - times[0][0])
    host.close()
    operations.close()
    twin.close()
    print(f"  {sum(n for _, n in times)} of {count} arrived")
    return pace


def _wait(so_far: object, count: int) -> None:
    last, quiet_s = -1, time.monotonic()
    while so_far() < count and time.monotonic() - quiet_s < 10:  # type: ignore[operator]
        if so_far() != last:  # type: ignore[operator]
            last, quiet_s = so_far(), time.monotonic()  # type: ignore[operator]
        time.sleep(0.02)


def main() -> None:
    """Measure QoS 0 and 1."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 60_000
    with tempfile.TemporaryDirectory() as place:
        broker = Broker(Path(place) / "broker", saving=False)
        try:
            for qos in (0, 1):
                peer = bare(broker, count, qos)
                pace = ours(Path(place), broker, count, qos)
                print(
                    f"MQTT QoS {qos}, {pace:,.0f} msg/s, bare {peer:,.0f} msg/s, {pace / peer:.2f}"
                )
        finally:
            broker.stop()


if __name__ == "__main__":
    main()
