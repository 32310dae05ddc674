"""Faults around a connection: the network cut for a minute, clocks that jump, a full disk."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cli.connected import connected
from app.connections.book import ConnectionBook
from broker_support import MOSQUITTO, Broker, broker
from connector_support import Works, works
from plugin_support import wait_until
from plugins.builtin.connecting.connections import Connection
from twin_model.alarms.accounts import Actor, Role
from twin_model.commands import AddEntities
from twin_model.entity import Entity
from twin_model.frame import Frame
from twin_model.operations import Operations
from twin_model.rules.model import Applies, ThresholdRule
from twin_model.rules.rule_set import RuleSet
from twin_model.time import Instant, Interval
from twin_model.twin import Twin

__all__ = ["broker", "works"]

CITY = {"source": "city/{code}/{indicator}", "entity": "{code}"}
CUT_S = 60.0


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Island:
    """A network namespace with a broker in it, reached over one link that can be cut.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self.name = f"shapan{os.getpid() % 10_000}"
        self.host, self.address = "10.231.77.1", "10.231.77.2"
        self._folder = folder
        self._link = f"sh{os.getpid() % 10_000}"
        self._running: list[subprocess.Popen[bytes]] = []

    def begin(self) -> None:
        """Make it; needs the right to administer networks."""
        ip("netns", "add", self.name)
        ip("link", "add", self._link, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        ip("addr", "add", f"{self.host}/30", "dev", self._link)
        ip("link", "set", self._link, "up")
        inside = ["netns", "exec", self.name, "ip"]
        ip(*inside, "addr", "add", f"{self.address}/30", "dev", "eth0")
        ip(*inside, "link", "set", "eth0", "up")
        ip(*inside, "link", "set", "lo", "up")
        owner = "user root\n" if os.getuid() == 0 else ""
        conf = self._folder / "mosquitto.conf"
        conf.write_text(f"{owner}listener 1883 0.0.0.0\nallow_anonymous true\n"
                        "max_queued_messages 0\nmax_inflight_messages 0\n")  # fmt: skip
        self.run(MOSQUITTO, "-c", str(conf))

    def run(self, *words: str) -> subprocess.Popen[bytes]:
        """Run something inside."""
        made = subprocess.Popen(
            ["ip", "netns", "exec", self.name, *words],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._running.append(made)
        return made

    def set_link(self, state: str) -> None:
        """Cut the link (``down``), or mend it (``up``)."""
        ip("link", "set", self._link, state)
        if state == "up":  # the address goes with the link
            subprocess.run(["ip", "addr", "add", f"{self.host}/30", "dev", self._link],
                           check=False, capture_output=True)  # fmt: skip

    def close(self) -> None:
        """Remove it with everything in it."""
        for one in self._running:
            if one.poll() is None:
                one.send_signal(signal.SIGTERM)
                one.wait(10)
        subprocess.run(["ip", "link", "del", self._link], check=False, capture_output=True)
        subprocess.run(["ip", "netns", "del", self.name], check=False, capture_output=True)


@pytest.fixture
def island(tmp_path: Path) -> Iterator[Island]:
    if shutil.which("ip") is None:
        pytest.skip("needs the command `ip` (iproute2)")
    made = Island(tmp_path)
    try:
        made.begin()
    except subprocess.CalledProcessError as error:
        made.close()
        pytest.skip(f"may not make a network namespace here: {error.stderr.decode().strip()}")
    yield made
    made.close()


PUBLISHER = """
import json, sys, time
import paho.mqtt.client as paho
client = paho.Client(paho.CallbackAPIVersion.VERSION2)
client.max_queued_messages_set(0)
while True:
    try:
        client.connect("127.0.0.1", 1883)
        break
    except OSError:
        time.sleep(0.1)
client.loop_start()
for n in range(int(sys.argv[1])):
    body = json.dumps({"value": n, "ts": time.time_ns() // 1_000_000})
    client.publish("city/pump-0/flow", body, qos=1).wait_for_publish()
    time.sleep(0.05)
client.disconnect()
"""


def test_nothing_is_lost_while_the_network_is_cut_for_a_minute(
    works: Works, island: Island
) -> None:
    worker = works.connect("mqtt", {
        "address": f"{island.address}:1883", "mappings": [CITY],
        "options": {"qos": 1, "keep_alive_s": 5},
    })  # fmt: skip
    works.wait_for(worker, "connected", 30)
    count = int((CUT_S + 10) / 0.055)
    publisher = island.run(sys.executable, "-c", textwrap.dedent(PUBLISHER), str(count))
    wait_until(lambda: len(works.values("pump-0", "flow")) > 20, 30)
    island.set_link("down")
    time.sleep(CUT_S)
    during = len(works.values("pump-0", "flow"))
    assert during < count / 2
    assert works.status(worker)["state"] != "connected", "that it is cut is said"
    island.set_link("up")
    publisher.wait(60)
    wait_until(lambda: set(works.values("pump-0", "flow")) == set(range(count)), 60)
    print(f"{count} values, {during} before and during the cut, none lost")


def test_a_source_whose_clock_jumps_ahead_and_back_loses_nothing_and_is_heard_again(
    broker: Broker, works: Works
) -> None:
    with Operations(works.twin) as operations:
        works.host.services.live.use(operations)
        worker = works.connect("mqtt", {
            "address": f"127.0.0.1:{broker.port}", "mappings": [CITY],
        })  # fmt: skip
        works.wait_for(worker, "connected")
        publisher = broker.publisher()
        now_ms = time.time_ns() // 1_000_000
        jumps = [0, 3_600_000, 3_601_000, 2000, -3_600_000, 3000]
        for n, jump_ms in enumerate(jumps):
            body = json.dumps({"value": n, "ts": now_ms + jump_ms})
            publisher.publish("city/pump-0/flow", body, qos=1).wait_for_publish()
        wait_until(lambda: operations.hub.counts().received == len(jumps))
        publisher.loop_stop()
        last = operations.hub.last("pump-0", "flow")
        assert last is not None and last.value == 5.0, "what runs ahead does not silence the rest"
        counts = operations.hub.counts()
        assert (counts.ahead, counts.late) == (2, 1)
        operations.history.writer.flush()
        span = Interval(Instant((now_ms - 7_200_000) * 1000), Instant((now_ms + 7_200_000) * 1000))
        kept = operations.history.read(span, ["pump-0"], ["flow"])
        assert sorted(kept.value.tolist()) == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
        worker.stop()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)],
        capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"may not mount a small disk here: {done.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def test_on_a_full_disk_alarms_are_shown_and_samples_and_journal_follow_when_there_is_room(
    broker: Broker, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHAPAN_CONFIG", str(small_disk.parent / "config"))
    frame = Frame("EPSG:32650", (500_000.0, 3_400_000.0, 0.0))
    hot = ThresholdRule(id="hot", applies=Applies(type="pump"), indicator="heat", operator=">",
                        threshold=50)  # fmt: skip
    with (
        Twin.create(small_disk / "a.shapan", frame, "A") as twin,
        Operations(twin) as operations,
        connected(operations) as host,
    ):
        twin.execute(AddEntities([Entity(f"p{n}", "pump", f"P-{n}") for n in range(50)]))
        operations.save_rules(RuleSet(rules=(hot,)), Actor("Li", Role.ENGINEER))
        operations.start_clock()
        mapping = {"source": "plant/{entity}/{indicator}", "entity": "{entity}"}
        ConnectionBook(host).keep("shapan.mqtt", Connection.model_validate(
            {"id": "plant", "address": f"127.0.0.1:{broker.port}", "mappings": [mapping]}
        ))  # fmt: skip
        publisher = broker.publisher()
        publisher.publish("plant/p0/heat", "10", qos=1)
        wait_until(lambda: (publisher.publish("plant/p0/heat", "10", qos=1) is not None
                            and operations.hub.counts().received > 0), 30)  # fmt: skip
        ballast = small_disk / "ballast"
        with ballast.open("wb") as stream:
            try:
                while True:
                    stream.write(b"\0" * 65_536)
                    stream.flush()
            except OSError:
                pass
        for n in range(50):
            body = json.dumps({"value": 80 + n, "ts": time.time_ns() // 1_000_000})
            publisher.publish(f"plant/p{n}/heat", body, qos=1)
        wait_until(lambda: len(operations.alarms.alarms()) == 50, 30)
        wait_until(lambda: operations.alarms.unwritten > 0 and bool(operations.problems()), 30)
        ballast.unlink()
        body = json.dumps({"value": 10, "ts": time.time_ns() // 1_000_000 + 5})
        publisher.publish("plant/p0/heat", body, qos=1)
        wait_until(lambda: operations.alarms.unwritten == 0, 30)
        publisher.loop_stop()
        assert operations.journal.verify() == []
        kinds = [str(one.event.kind) for one in operations.journal.events() if one.event.point]
        assert kinds.count("raised") == 50 and kinds.count("returned") == 1

        def kept() -> int:
            operations.history.writer.flush()
            day = Interval(Instant(0), Instant(4_102_444_800_000_000))
            return int((operations.history.read(day).value >= 80).sum())

        wait_until(lambda: kept() == 50, 40)
