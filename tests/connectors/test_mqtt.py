"""MQTT against a real Mosquitto: mapping, units, qualities, and everything that goes wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest

from broker_support import Broker, broker
from connector_support import Works, works
from plugin_support import wait_until
from plugins.builtin.mqtt.sparkplug import payload_type

__all__ = ["broker", "works"]

CITY = {"source": "city/{code}/{indicator}", "entity": "{code}"}


def test_topics_become_entities_by_id_code_and_name_with_units_times_and_qualities(
    broker: Broker, works: Works
) -> None:
    worker = works.connect("mqtt", {
        "address": f"127.0.0.1:{broker.port}",
        "mappings": [CITY, {"source": "lab/{entity}", "indicator": "flow_now_m3_h",
                            "value": "reading.l_s", "time": "at",
                            "quality": "state", "unit": "l/s"},
                     {"source": "cold/{entity}/temperature", "unit": "K",
                      "indicator": "bearing_temperature_degc"}],
    })  # fmt: skip
    works.wait_for(worker, "connected")
    publisher = broker.publisher()
    for topic, payload in (
        ("city/pump-0/flow", "12.5"),
        ("city/31-001/flow", '{"value": 7, "time": "2026-03-01T08:00:00+08:00", "quality": "bad"}'),
        ("city/P-02/state", "running"),
        ("city/水箱/level", '{"v": 1.25, "ts": 1767225600}'),
        ("lab/pump-0", '{"reading": {"l_s": 10}, "at": 1767225600123, "state": 192}'),
        ("cold/pump-1/temperature", "300.15"),
    ):
        publisher.publish(topic, payload.encode(), qos=1)
    try:
        wait_until(lambda: len(works.rows()) == 6)
    except AssertionError:
        pytest.fail(f"{works.status(worker)} {works.rows()} {worker.access.log.text()[-2000:]}")
    rows = {(e, i): (t, v, q) for e, i, t, v, q in works.rows()}
    assert rows["pump-0", "flow_now_m3_h"] == (1_767_225_600_123_000, pytest.approx(36.0), 0)
    assert rows["pump-1", "flow"] == (1_772_323_200_000_000, 7.0, 2)
    assert rows["tank", "level"][:2] == (1_767_225_600_000_000, 1.25)
    assert rows["pump-1", "bearing_temperature_degc"][1] == pytest.approx(27.0)
    assert works.values("pump-0", "flow")[0] == 12.5
    texts = [t for b in works.batches if b.text is not None for t in b.text if t is not None]
    assert texts == ["running"]
    publisher.loop_stop()


def test_a_truck_moves_in_local_metres(broker: Broker, works: Works) -> None:
    worker = works.connect("mqtt", {
        "address": f"127.0.0.1:{broker.port}",
        "mappings": [{"source": "truck/{entity}", "indicator": "speed", "value": "kmh",
                      "position": {"x": "lon", "y": "lat"}}],
    })  # fmt: skip
    works.wait_for(worker, "connected")
    longitude, latitude, _ = works.twin.frame.to_wgs84([[120.0, 80.0, 0.0]])[0]
    publisher = broker.publisher()
    place = json.dumps({"lon": longitude, "lat": latitude, "kmh": 36})
    publisher.publish("truck/t", place, qos=1)
    wait_until(lambda: works.batches)
    batch = works.batches[0]
    assert batch.position is not None
    assert batch.position[0, :2].tolist() == pytest.approx([120.0, 80.0], abs=0.01)
    assert batch.value.tolist() == [36.0]
    publisher.loop_stop()


def _publish_counted(client: paho.Client, first: int, count: int) -> None:
    """Publish numbers and wait until the broker has taken them."""
    sent = [
        client.publish("city/pump-0/flow", json.dumps({"v": n, "ts": 1_767_225_600 + n}), qos=1)
        for n in range(first, first + count)
    ]
    for one in sent:
        while not one.is_published():
            time.sleep(0.02)


@pytest.mark.parametrize("version", [3, 5])
def test_nothing_is_lost_when_the_broker_ends_and_begins_again(
    broker: Broker, works: Works, version: int
) -> None:
    worker = works.connect("mqtt", {
        "address": f"127.0.0.1:{broker.port}", "mappings": [CITY], "options": {"version": version},
    })  # fmt: skip
    works.wait_for(worker, "connected")
    publisher = broker.publisher()
    thread = threading.Thread(target=_publish_counted, args=(publisher, 0, 3000))
    thread.start()
    for _ in range(2):
        time.sleep(0.4)
        broker.stop(signal.SIGTERM)
        time.sleep(0.5)
        broker.start()
    thread.join(60)
    _expect_all(works, worker, 3000)
    publisher.loop_stop()


# Mosquitto 2.0.11 was seen to come back without the MQTT 5 sessions of clients that were connected
# when it was killed, although it had written them down; what it then drops nobody can fetch.
def test_what_comes_after_a_broker_was_killed_is_not_lost(broker: Broker, works: Works) -> None:
    worker = works.connect("mqtt", {
        "address": f"127.0.0.1:{broker.port}", "mappings": [CITY], "options": {"version": 3},
    })  # fmt: skip
    works.wait_for(worker, "connected")
    broker.save()  # that a session exists; what a killed broker had not written is gone for all
    publisher = broker.publisher()
    _publish_counted(publisher, 0, 500)
    for first in (500, 1500):
        # What it has taken is handed on before it is killed: that alone it could lose.
        _expect_all(works, worker, first)
        broker.stop(signal.SIGKILL)
        time.sleep(0.5)
        broker.start()
        wait_until(publisher.is_connected)
        # At once, whether or not the connector has come back.
        _publish_counted(publisher, first, 1000)
    _expect_all(works, worker, 2500)
    publisher.loop_stop()


def _expect_all(works: Works, worker: Any, count: int) -> None:
    wanted = set(map(float, range(count)))
    try:
        wait_until(lambda: set(works.values("pump-0", "flow")) >= wanted, 30)
    except AssertionError:
        lost = sorted(wanted - set(works.values("pump-0", "flow")))
        pytest.fail(f"{len(lost)} lost: {lost[:20]} {works.status(worker)}")


def test_what_came_while_the_worker_was_dead_or_killed_is_there_afterwards(
    broker: Broker, works: Works
) -> None:
    worker = works.connect("mqtt", {"address": f"127.0.0.1:{broker.port}", "mappings": [CITY]})
    works.wait_for(worker, "connected")
    publisher = broker.publisher()
    thread = threading.Thread(target=_publish_counted, args=(publisher, 0, 2000))
    thread.start()
    time.sleep(0.3)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    thread.join(60)
    wait_until(lambda: set(works.values("pump-0", "flow")) == set(map(float, range(2000))), 30)
    # All of it may have come before it was killed.
    wait_until(lambda: worker.restarts == 1)
    works.wait_for(worker, "connected")
    worker.stop()
    _publish_counted(publisher, 2000, 500)  # while Shapan is away
    worker.start()
    wait_until(lambda: set(works.values("pump-0", "flow")) == set(map(float, range(2500))), 30)
    publisher.loop_stop()


def test_malformed_and_gigantic_payloads_are_counted_and_end_nothing(
    broker: Broker, works: Works
) -> None:
    worker = works.connect(
        "mqtt",
        {"address": f"127.0.0.1:{broker.port}", "mappings": [CITY], "options": {"version": 3}},
    )
    works.wait_for(worker, "connected")
    publisher = broker.publisher()
    bad = [
        b"\xff\xfe\x00", b'{"value": ', b'{"value": [1, 2]}', b'{"other": 1}', b"[" * 100_000,
        b"9" * 10_000, b'{"value": 1, "ts": "yesterday"}', b"x" * (3 << 20),
        b'{"v":' + b"9" * 5000 + b"}",
    ]  # fmt: skip
    for payload in bad:
        publisher.publish("city/pump-0/flow", payload, qos=1)
    publisher.publish("city/pump-0/flow", b"5", qos=1)
    publisher.publish("city/pump-1/flow", b"NaN", qos=1)
    publisher.publish("city/pump-2/flow", b"1e999", qos=1)
    wait_until(lambda: works.values("pump-0", "flow")[-1:] == [5.0])
    wait_until(lambda: works.status(worker)["messages"] == len(bad) + 3)
    status = works.status(worker)
    assert status["malformed"] == len(bad) - 1  # ten thousand digits are words, not a number
    assert status["state"] == "connected"
    assert "city/pump-0/flow" in status["last_problem"]
    publisher.loop_stop()


def test_a_hundred_thousand_unknown_topics_are_counted_and_known_ones_still_come(
    broker: Broker, works: Works
) -> None:
    worker = works.connect("mqtt", {
        "address": f"127.0.0.1:{broker.port}", "mappings": [CITY],
        "options": {"topics": ["#"], "qos": 0},
    })  # fmt: skip
    works.wait_for(worker, "connected")
    publisher = broker.publisher()
    for number in range(50_000):
        publisher.publish(f"other/{number}/x/y", b"1")
        publisher.publish(f"city/nobody-{number}/flow", b"1")
        if number % 500 == 0:
            publisher.publish("city/pump-0/flow", str(number).encode(), qos=1)
    wait_until(lambda: works.values("pump-0", "flow")[-1:] == [49_500.0], 120)
    wait_until(lambda: works.status(worker)["unknown"] == 50_000, 60)
    status = works.status(worker)
    assert status["unmapped"] == 50_000
    assert len(status["strangers"]) == 1000
    assert {e for e, *_ in works.rows()} == {"pump-0"}
    assert worker.figures.memory_bytes < 400 << 20
    publisher.loop_stop()


def _certificates(folder: Path) -> None:
    def run(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    for name in ("ours", "theirs"):
        run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", f"/CN={name}",
            "-keyout", f"{name}-ca.key", "-out", f"{name}-ca.crt")  # fmt: skip
    for name, address in (("server", "127.0.0.1"), ("client", "127.0.0.2")):
        (folder / "ext").write_text(f"subjectAltName=IP:{address}\n")
        run("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}",
            "-keyout", f"{name}.key", "-out", f"{name}.csr")  # fmt: skip
        run("x509", "-req", "-in", f"{name}.csr", "-CA", "ours-ca.crt", "-CAkey", "ours-ca.key",
            "-CAcreateserial", "-days", "30", "-extfile", "ext", "-out", f"{name}.crt")  # fmt: skip


def test_a_wrong_certificate_is_refused_and_the_right_one_with_password_taken(works: Works) -> None:
    folder = works.twin.path / "plugins" / "shapan.mqtt"
    folder.mkdir(parents=True)
    _certificates(folder)
    subprocess.run(
        ["mosquitto_passwd", "-b", "-c", str(folder / "users"), "shapan", "geheim"], check=True
    )
    made = Broker(folder / "broker", (
        f"cafile {folder}/ours-ca.crt\ncertfile {folder}/server.crt\nkeyfile {folder}/server.key\n"
        f"require_certificate true\npassword_file {folder}/users\nallow_anonymous false\n"
    ))  # fmt: skip
    try:
        options = {"tls": True, "user": "shapan", "certificate_file": f"{folder}/client.crt",
                   "key_file": f"{folder}/client.key"}  # fmt: skip
        address = f"127.0.0.1:{made.port}"
        distrusted = {"address": address, "mappings": [CITY],
                      "options": {**options, "ca_file": f"{folder}/theirs-ca.crt"}}  # fmt: skip
        trusted = {"address": address, "mappings": [CITY],
                   "options": {**options, "ca_file": f"{folder}/ours-ca.crt"}}  # fmt: skip
        worker = works.connect("mqtt", distrusted, passwords=json.dumps({"c0": "wrong"}))
        status = works.wait_for(worker, "refused")
        assert "is not trusted" in status["problem"]
        assert status["messages"] == 0
        works.write("mqtt", trusted)
        wait_until(lambda: "authori" in works.wait_for(worker, "refused")["problem"].lower())
        works.host.set_settings("shapan.mqtt", {"passwords": json.dumps({"c0": "geheim"})})
        works.wait_for(worker, "connected")
        nameless = {**trusted, "address": f"localhost:{made.port}"}
        works.write("mqtt", nameless)
        assert "localhost" in works.wait_for(worker, "refused")["problem"]
    finally:
        made.stop()


def test_connections_follow_their_file_and_a_wrong_file_is_said(
    broker: Broker, works: Works
) -> None:
    address = f"127.0.0.1:{broker.port}"
    worker = works.connect("mqtt", {"address": address, "mappings": [CITY]})
    works.wait_for(worker, "connected")
    works.write("mqtt", {"address": address, "mappings": [CITY], "enabled": False})
    wait_until(lambda: not worker.call("status").result(20)["connections"])
    place = works.twin.path / "plugins" / "shapan.mqtt" / "connections.json"
    place.write_text(
        '{"format": "shapan-connections", "version": 1, "connections": [{"id": "A b"}]}'
    )
    wait_until(lambda: worker.call("status").result(20)["problem"])
    assert "connection A b: id" in worker.call("status").result(20)["problem"]
    works.write("mqtt", {"address": f"127.0.0.1:{broker.port + 1}", "mappings": [CITY]})
    assert "refused" in works.wait_for(worker, "waiting")["problem"]


def _sparkplug(*metrics: tuple[str, int, str, object, int]) -> bytes:
    message = payload_type()()
    message.timestamp = 1_767_225_600_000
    for name, alias, field, value, kind in metrics:
        one = message.metrics.add(alias=alias, datatype=kind)
        if name:
            one.name = name
        setattr(one, field, value)
    return bytes(message.SerializeToString())


def test_sparkplug_births_name_metrics_data_follows_by_alias_and_deaths_make_them_bad(
    broker: Broker, works: Works
) -> None:
    asked: list[bytes] = []
    publisher = broker.publisher()
    publisher.on_message = lambda _c, _d, message: asked.append(message.payload)
    publisher.subscribe("spBv1.0/plant/NCMD/#")
    worker = works.connect("mqtt", {
        "address": f"127.0.0.1:{broker.port}",
        "mappings": [{"source": "plant/edge/{entity}/{indicator*}", "payload": "sparkplug"}],
    })  # fmt: skip
    works.wait_for(worker, "connected")
    place = "spBv1.0/plant/{}/edge/pump-0"
    data = _sparkplug(("", 7, "float_value", 2.5, 9), ("", 8, "int_value", 2**32 - 5, 3))
    publisher.publish(place.format("DDATA"), data, qos=1)
    wait_until(lambda: asked)  # its birth was missed
    birth = _sparkplug(
        ("flow", 7, "float_value", 1.5, 9), ("Level/inner", 8, "int_value", 3, 3),
        ("bdSeq", 9, "long_value", 1, 8),
    )  # fmt: skip
    publisher.publish(place.format("DBIRTH"), birth, qos=1)
    publisher.publish(place.format("DDATA"), data, qos=1)
    publisher.publish(place.format("DDATA"), b"\xff\xff\xff", qos=1)
    publisher.publish("spBv1.0/plant/NDEATH/edge", _sparkplug(), qos=1)
    wait_until(lambda: len(works.rows()) >= 6)
    flow = [(v, q) for e, i, _t, v, q in works.rows() if i == "flow"]
    assert flow[:2] == [(1.5, 0), (2.5, 0)]
    assert flow[2][1] == 2
    assert works.values("pump-0", "Level/inner")[:2] == [3.0, -5.0]
    assert works.status(worker)["malformed"] == 1
    assert {i for _e, i, *_ in works.rows()} == {"flow", "Level/inner"}
    publisher.loop_stop()
