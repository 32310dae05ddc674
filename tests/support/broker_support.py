"""A real Mosquitto on loopback, killed and begun again, and a publisher that loses nothing."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as paho
import pytest

MOSQUITTO = shutil.which("mosquitto") or "/usr/sbin/mosquitto"


def free_port() -> int:
    """Return a port of loopback that nobody uses."""
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


class Broker:
    """Mosquitto with its sessions on disk.

    Parameters
    ----------
    folder : Path
    more : str
        Further lines of its configuration.
    saving : bool
        Write sessions down at every change, as a broker that loses nothing would; slow.
    """

    def __init__(self, folder: Path, more: str = "", *, saving: bool = True) -> None:
        self.folder = folder
        self.port = free_port()
        folder.mkdir(parents=True, exist_ok=True)
        self._process: subprocess.Popen[bytes] | None = None
        owner = "user root\n" if os.getuid() == 0 else ""
        (folder / "mosquitto.conf").write_text(
            f"{owner}listener {self.port} 127.0.0.1\n"
            "allow_anonymous true\npersistence true\nmax_inflight_messages 0\n"
            "max_queued_messages 0\n"
            f"{'autosave_on_changes true' if saving else ''}\nautosave_interval {saving:d}\n"
            f"persistence_location {folder}/\n{more}"
        )
        self.start()

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [MOSQUITTO, "-c", str(self.folder / "mosquitto.conf")], stdout=log, stderr=log
            )
        end = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert time.monotonic() < end, (self.folder / "log").read_text()
                time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(10)
            self._process = None

    def save(self) -> None:
        """Have it write its sessions down, as it does by itself from time to time."""
        assert self._process is not None
        self._process.send_signal(signal.SIGUSR1)
        time.sleep(0.2)

    def publisher(self, **options: object) -> paho.Client:
        """Return a client that is connected and begins again by itself."""
        client = paho.Client(paho.CallbackAPIVersion.VERSION2, clean_session=True, **options)  # type: ignore[arg-type]
        client.reconnect_delay_set(0.2, 1)
        client.max_queued_messages_set(0)
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        return client


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker that ends with the test."""
    if not Path(MOSQUITTO).is_file():
        pytest.fail("mosquitto is not installed: ./dev test installs it")
    made = Broker(tmp_path / "broker")
    yield made
    made.stop()
